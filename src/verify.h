/*
 * verify.h
 *		The state that the parts of a verification share.
 */
#ifndef AIMS_VERIFY_H
#define AIMS_VERIFY_H

#include "nodes/execnodes.h"

#include "ledger.h"
#include "tile.h"

/* One check: its offenders are counted, the first ones named. */
typedef struct Check
{
	const char *name;
	const char *problem;		/* "<problem>: 5, 7 (2 in all)" */
	int64		count;
	int64		first;			/* the lowest */
	StringInfoData named;
} Check;

enum
{
	CHECK_DIGESTS,
	CHECK_LEAVES,
	CHECK_MISSING,
	CHECK_DOUBLED,
	CHECK_INSERTED,
	CHECK_KEYS,
	CHECK_SEAL_LEAVES,
	CHECK_TILES,
	CHECK_HEADS,
	CHECK_SHAPES,
	CHECK_COUNT
};

typedef struct EntryRange
{
	int64		low;
	int64		high;
} EntryRange;

/* The state of one verification. */
typedef struct Verification
{
	ReturnSetInfo *result;
	Snapshot	snapshot;
	Hasher	   *hasher;
	TileStore  *store;
	LeafReader *reader;
	MemoryContext context;		/* of the whole verification */
	MemoryContext row;			/* reset for each entry */
	Check		checks[CHECK_COUNT];
	Seal	   *seals;
	int64		nseals;
	Seal	   *newest;			/* of them, or NULL */
	uint64		size;			/* leaves of the tree */
	uint64		next;			/* leaf that the next entry is expected at */
	EntryRange *ranges;			/* of entry ids, by level-0 tile */
	uint8	   *seen;			/* a bit per leaf */
	int64		entries;
	int64		unsealed;
	XidWindow	window;			/* of the newest seal */
} Verification;

/* Count an offender, and name it if it is one of the first. */
extern void verify_offend(Verification *v, int check, int64 id);

/* The hash that the tree has for a leaf equals that of these bytes. */
extern bool verify_leaf(Verification *v, uint64 leaf, StringInfo bytes);

/* Read every entry from the heap; compare it with the tree if there is one. */
extern void verify_entries(Verification *v);

#endif							/* AIMS_VERIFY_H */
