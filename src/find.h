/*
 * find.h
 *		Finding entries: by number, and all of a key.
 */
#ifndef AIMS_FIND_H
#define AIMS_FIND_H

#include "executor/tuptable.h"
#include "storage/itemptr.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/*
 * What tiles keep of an entry's key: the server's hash of the jsonb in UTF-8,
 * never 0, which stands for no key (NULL).
 */
extern int32 entry_key_hash(const Jsonb *key);

/*
 * Put an entry into a slot of aims.audit_entry (rel); false where there is
 * none. tid is where its tile says that it is, or NULL.
 */
extern bool entry_fetch(Relation rel, int64 entry_id, ItemPointer tid,
						Snapshot snapshot, TupleTableSlot *slot);

/* The same for whoever has but the number; the entry need not be sealed. */
extern bool entry_find(int64 entry_id, Snapshot snapshot,
					   TupleTableSlot *slot);

/*
 * All entries that a snapshot shows whose key is equal, whatever their
 * relation: the sealed ones in the order of their leaves, then the others by
 * number, with leaf -1.
 */
typedef struct KeyScan KeyScan;

extern KeyScan *key_scan_begin(Jsonb *key, Snapshot snapshot);
extern bool key_scan_next(KeyScan *scan, TupleTableSlot *slot, int64 *leaf);
extern void key_scan_end(KeyScan *scan);

#endif							/* AIMS_FIND_H */
