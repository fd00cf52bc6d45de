/*
 * find.c
 *		Finding entries: by number, and all of a key.
 *
 * The sealer notes in the tiles where an entry is and a hash of its key. Both
 * are hints: an entry that is no longer there (after a restore, or VACUUM
 * FULL) is found through the BRIN index, and a key is always compared itself.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"

#include "entry.h"
#include "entry_index.h"
#include "find.h"
#include "image.h"
#include "incarnation.h"
#include "ledger.h"
#include "tile.h"
#include "unsealed.h"

/* Turn a string into UTF-8. */
static void
string_in_utf8(JsonbValue *value)
{
	const char *utf8 = text_in_utf8(value->val.string.val,
									value->val.string.len,
									&value->val.string.len);

	value->val.string.val = unconstify(char *, utf8);
}

/*
 * A key with its strings in UTF-8, and in the order that they have there: a
 * dump may have come from a database of another encoding.
 */
static const Jsonb *
key_in_utf8(const Jsonb *key)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbParseState *state = NULL;
	JsonbValue	value;
	JsonbValue *result = NULL;

	if (GetDatabaseEncoding() == PG_UTF8 || database_escape() != 0)
		return key;
	iterator = JsonbIteratorInit(unconstify(JsonbContainer *, &key->root));
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		bool		is_item = token == WJB_KEY || token == WJB_VALUE ||
			token == WJB_ELEM;

		if (is_item && value.type == jbvString)
			string_in_utf8(&value);
		result = pushJsonbValue(&state, token, is_item ? &value : NULL);
	}
	return JsonbValueToJsonb(result);
}

/* Hash a key. */
int32
entry_key_hash(const Jsonb *key)
{
	int32		hash;

	if (key == NULL)
		return 0;
	key = key_in_utf8(key);
	hash = DatumGetInt32(DirectFunctionCall1(jsonb_hash,
											 JsonbPGetDatum(key)));
	return hash != 0 ? hash : 1;
}

/* The number of the entry in the slot. */
static int64
slot_entry_id(TupleTableSlot *slot)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, Anum_entry_id, &isnull));
}

/* Look for an entry where it would be by its number. */
static bool
entry_search(Relation rel, int64 entry_id, Snapshot snapshot,
			 TupleTableSlot *slot)
{
	EntryPages *pages = entry_pages_begin(rel, snapshot);
	bool		found = false;

	entry_pages_add(pages, ENTRY_INDEX_ENTRY_ID, entry_id, entry_id + 1);
	while (!found && entry_pages_next(pages, slot))
		found = slot_entry_id(slot) == entry_id;
	if (found)
		ExecMaterializeSlot(slot);
	entry_pages_end(pages);
	return found;
}

/* Put an entry into the slot. */
bool
entry_fetch(Relation rel, int64 entry_id, ItemPointer tid, Snapshot snapshot,
			TupleTableSlot *slot)
{
	if (tid != NULL && ItemPointerIsValid(tid) &&
		ItemPointerGetBlockNumber(tid) < RelationGetNumberOfBlocks(rel) &&
		table_tuple_fetch_row_version(rel, tid, snapshot, slot) &&
		slot_entry_id(slot) == entry_id)
		return true;
	return entry_search(rel, entry_id, snapshot, slot);
}

/* Put an entry into the slot, by its number alone. */
bool
entry_find(int64 entry_id, Snapshot snapshot, TupleTableSlot *slot)
{
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TileStore  *store = tile_open(snapshot);
	int64		leaf = tile_leaf_of_entry(store, entry_id);
	ItemPointerData tid;
	bool		found;

	ItemPointerSetInvalid(&tid);
	if (leaf >= 0)
		tid = tile_leaf_tid(store, leaf);
	tile_close(store);
	found = entry_fetch(rel, entry_id, &tid, snapshot, slot);
	table_close(rel, AccessShareLock);
	return found;
}

/* An entry that is not sealed. */
typedef struct WaitingEntry
{
	int64		entry_id;
	ItemPointerData tid;
} WaitingEntry;

struct KeyScan
{
	Jsonb	   *key;
	Snapshot	snapshot;
	Relation	rel;
	TileStore  *store;
	TileLeaves	sealed;
	Size		next_sealed;
	WaitingEntry *waiting;
	Size		nwaiting;
	Size		capacity;
	Size		next_waiting;
};

/* Has the entry in the slot the key? */
static bool
key_matches(KeyScan *scan, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, Anum_entry_key, &isnull);
	Jsonb	   *key;
	bool		matches;

	if (isnull)
		return false;
	key = DatumGetJsonbP(value);
	matches = compareJsonbContainers(&key->root, &scan->key->root) == 0;
	if ((Pointer) key != DatumGetPointer(value))
		pfree(key);
	return matches;
}

/* Note an entry that is not sealed, if it has the key. */
static void
key_note(KeyScan *scan, TupleTableSlot *slot)
{
	if (!key_matches(scan, slot))
		return;
	if (scan->nwaiting == scan->capacity)
	{
		scan->capacity = Max(64, scan->capacity * 2);
		scan->waiting = scan->waiting == NULL ?
			palloc(sizeof(WaitingEntry) * scan->capacity) :
			repalloc_huge(scan->waiting,
						  sizeof(WaitingEntry) * scan->capacity);
	}
	scan->waiting[scan->nwaiting].entry_id = slot_entry_id(slot);
	scan->waiting[scan->nwaiting++].tid = slot->tts_tid;
}

/*
 * Note all entries with the key that no tile has, in one pass over the table:
 * nothing has been sealed here yet, so xids say nothing.
 */
static void
key_note_all(KeyScan *scan, TupleTableSlot *slot)
{
	TableScanDesc all = table_beginscan(scan->rel, scan->snapshot, 0, NULL);

	while (table_scan_getnextslot(all, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (key_matches(scan, slot) &&
			tile_leaf_of_entry(scan->store, slot_entry_id(slot)) < 0)
			key_note(scan, slot);
	}
	table_endscan(all);
}

/* Find the entries with the key that are not sealed. */
static void
key_find_waiting(KeyScan *scan)
{
	TupleTableSlot *slot = table_slot_create(scan->rel, NULL);
	Seal		last;

	if (seal_newest(scan->snapshot, &last) &&
		last.incarnation == incarnation_current())
	{
		UnsealedScan *unsealed = unsealed_begin(scan->rel, scan->snapshot,
												&last);

		while (unsealed_next(unsealed, slot))
			key_note(scan, slot);
		unsealed_end(unsealed);
	}
	else
		key_note_all(scan, slot);
	ExecDropSingleTupleTableSlot(slot);
	qsort(scan->waiting, scan->nwaiting, sizeof(WaitingEntry),
		  compare_int64);
}

/* Find all entries with the key. */
KeyScan *
key_scan_begin(Jsonb *key, Snapshot snapshot)
{
	KeyScan    *scan = palloc0(sizeof(KeyScan));

	scan->key = key;
	scan->snapshot = snapshot;
	scan->rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	scan->store = tile_open(snapshot);
	scan->sealed = tile_leaves_of_key(scan->store, entry_key_hash(key));
	key_find_waiting(scan);
	return scan;
}

/*
 * Put the next sealed entry with the key into the slot. One that was deleted
 * behind the ledger is left out here, and found by aims.verify.
 */
static bool
key_next_sealed(KeyScan *scan, TupleTableSlot *slot, int64 *leaf)
{
	while (scan->next_sealed < scan->sealed.n)
	{
		ItemPointerData tid;

		*leaf = scan->sealed.leaves[scan->next_sealed++];
		tid = tile_leaf_tid(scan->store, *leaf);
		if (entry_fetch(scan->rel, tile_leaf_source(scan->store, *leaf), &tid,
						scan->snapshot, slot) && key_matches(scan, slot))
			return true;
	}
	return false;
}

/* Put the next entry with the key into the slot. */
bool
key_scan_next(KeyScan *scan, TupleTableSlot *slot, int64 *leaf)
{
	WaitingEntry *waiting;

	CHECK_FOR_INTERRUPTS();
	if (key_next_sealed(scan, slot, leaf))
		return true;
	if (scan->next_waiting == scan->nwaiting)
		return false;
	*leaf = -1;
	waiting = &scan->waiting[scan->next_waiting++];
	if (!table_tuple_fetch_row_version(scan->rel, &waiting->tid,
									   scan->snapshot, slot))
		elog(ERROR, "ledger entry " INT64_FORMAT " vanished while it was read",
			 waiting->entry_id);
	return true;
}

/* End a scan. */
void
key_scan_end(KeyScan *scan)
{
	tile_close(scan->store);
	table_close(scan->rel, AccessShareLock);
	pfree(scan);
}
