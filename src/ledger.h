/*
 * ledger.h
 *		Reading aims.audit_entry and aims.seal, and the leaves of both.
 */
#ifndef AIMS_LEDGER_H
#define AIMS_LEDGER_H

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#include "entry.h"
#include "merkle.h"

/* A row of aims.seal. */
typedef struct Seal
{
	int64		seal_id;
	int32		incarnation;
	int64		first_leaf;
	int64		tree_size;
	MerkleHash	root;
	MerkleHash	previous_root;
	char	   *snapshot;		/* as pg_snapshot prints it */
	TimestampTz sealed_at;
} Seal;

/* A snapshot in its text form, taken apart. */
typedef struct XidWindow
{
	int64		xmin;
	int64		xmax;
	int			nxip;
	int64	   *xip;			/* in order */
} XidWindow;

extern XidWindow window_parse(const char *text);

/* Is that transaction one of those that were in progress? */
extern bool window_lists(const XidWindow *window, int64 xid);

/* Reads entries' leaves; keeps the digests of the shapes that it met. */
typedef struct LeafReader LeafReader;

extern LeafReader *leaf_reader_open(bool verifying);

/* Append the leaf of the entry in the slot, in UTF-8. */
extern void leaf_reader_append(LeafReader *reader, TupleTableSlot *slot,
							   StringInfo out);

/* Append the particulars of the entry in the slot, in the server's encoding. */
extern void entry_particulars(StringInfo out, TupleTableSlot *slot);

/* Append the leaf of a seal. */
extern void seal_leaf(StringInfo out, const Seal *seal);

/* The newest seal that a snapshot shows; false where there is none. */
extern bool seal_newest(Snapshot snapshot, Seal *seal);
extern void seal_read(HeapTuple tuple, TupleDesc desc, Seal *seal);

/* The root of the empty tree: what the first seal has before it. */
extern void seal_empty_root(MerkleHash root);

#endif							/* AIMS_LEDGER_H */
