/*
 * verify_chain.h
 *		Chains of entries along a key: their records, and the comparing of two
 *		that follow each other.
 */
#ifndef AIMS_VERIFY_CHAIN_H
#define AIMS_VERIFY_CHAIN_H

#include "executor/tuptable.h"
#include "utils/hsearch.h"

#include "verify.h"

#define CHAIN_OLD 0x01			/* the row was there before */
#define CHAIN_NEW 0x02			/* ... and is after */
#define CHAIN_IMAGE 0x04		/* the image of before is stored */
#define CHAIN_IMAGES 0x08		/* ... by the policy of the relation */

typedef struct ChainRecord
{
	uint64		chain;			/* hash of relation and key */
	int64		leaf;
	ItemPointerData tid;
	uint16		flags;
} ChainRecord;

/* After it, rows may be others than before: TRUNCATE, DDL, redaction. */
typedef struct ChainGap
{
	uint64		relation;
	int64		leaf;
} ChainGap;

typedef struct ChainReader
{
	Verification *v;
	Relation	rel;
	TupleTableSlot *before;		/* the entries that are compared */
	TupleTableSlot *after;
	TupleTableSlot *other;
	HTAB	   *shapes;
	MemoryContext row;
	ChainRecord *records;		/* of one partition */
	int64		n;
	int64		room;
	ChainGap   *gaps;
	int64		ngaps;
	int64		gap_room;
	int64		links;
	int64		unlinked;
} ChainReader;

extern ChainReader *chain_reader_open(Verification *v);
extern void chain_reader_add(ChainReader *reader, const ChainRecord *record);
extern void chain_reader_close(ChainReader *reader);

/* Compare a record with the one before it, which is of the same chain. */
extern void chain_check_link(ChainReader *reader, int64 i);

#endif							/* AIMS_VERIFY_CHAIN_H */
