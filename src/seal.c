/*
 * seal.c
 *		aims.seal(): append what has committed to the tree.
 *
 * Protocol. The sealer locks aims.seal (other sealers wait; writers do not use
 * it), and only then takes the snapshot S(n) that it reads and stores. It
 * appends the entries that S(n) sees and S(n-1) did not: those of transactions
 * that S(n-1) had in progress, or that began later. Its own transaction counts
 * as in progress in what is stored, and its own entries are left to the next
 * seal. No entry is updated.
 *
 * Where the newest seal was made in another incarnation (after a restore or a
 * promotion) its snapshot means nothing here: then one full pass finds the
 * entries that no tile has.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "entry_index.h"
#include "find.h"
#include "incarnation.h"
#include "ledger.h"
#include "outbox.h"
#include "progress.h"
#include "row.h"
#include "seal_tree.h"
#include "tile.h"
#include "unsealed.h"

typedef struct SealItem
{
	int64		entry_id;
	ItemPointerData tid;
} SealItem;

/* What is to be sealed. */
typedef struct SealItems
{
	Size		n;
	Size		capacity;
	SealItem   *items;
} SealItems;

/* Refuse where a snapshot would not show what has committed. */
static void
seal_check_here(void)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_SEAL_HERE),
				 errmsg("cannot seal the ledger on a standby"),
				 errdetail("A standby does not know which transactions are in progress."),
				 errhint("Seal on the primary; aims.verify and the proofs work here.")));
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_SEAL_HERE),
				 errmsg("cannot seal the ledger in a transaction of isolation level REPEATABLE READ or SERIALIZABLE"),
				 errdetail("Its snapshot was taken before the lock that keeps other sealers out."),
				 errhint("Call aims.seal() in a READ COMMITTED transaction.")));
	PreventCommandIfReadOnly("aims.seal()");
}

/*
 * The text of the snapshot with our own transaction as in progress:
 * pg_current_snapshot() leaves it out, and what we write after this seal would
 * never be sealed.
 */
static char *
window_text(Snapshot snapshot, int64 own)
{
	Datum		current;
	XidWindow	window;
	StringInfoData out;
	bool		placed = false;
	char	   *separator = "";

	PushActiveSnapshot(snapshot);
	current = OidFunctionCall0(F_PG_CURRENT_SNAPSHOT);
	window = window_parse(OidOutputFunctionCall(F_PG_SNAPSHOT_OUT, current));
	PopActiveSnapshot();
	initStringInfo(&out);
	appendStringInfo(&out, INT64_FORMAT ":" INT64_FORMAT ":",
					 Min(window.xmin, own), window.xmax);
	for (int i = 0; i <= window.nxip; i++)
	{
		if (!placed && own < window.xmax &&
			(i == window.nxip || own < window.xip[i]))
		{
			appendStringInfo(&out, "%s" INT64_FORMAT, separator, own);
			separator = ",";
			placed = true;
		}
		if (i < window.nxip)
		{
			appendStringInfo(&out, "%s" INT64_FORMAT, separator,
							 window.xip[i]);
			separator = ",";
		}
	}
	return out.data;
}

/* Add one entry. */
static void
items_add(SealItems *items, int64 entry_id, ItemPointer tid)
{
	if (items->n == items->capacity)
	{
		items->capacity = Max(1024, items->capacity * 2);
		items->items = items->items == NULL ?
			MemoryContextAllocHuge(CurrentMemoryContext,
								   items->capacity * sizeof(SealItem)) :
			repalloc_huge(items->items, items->capacity * sizeof(SealItem));
	}
	items->items[items->n].entry_id = entry_id;
	items->items[items->n].tid = *tid;
	items->n++;
}

/*
 * Did our own transaction write the entry in the slot? Then it has not
 * committed.
 */
static bool
item_is_own(TupleTableSlot *slot, int32 incarnation, int64 own)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, Anum_entry_xid, &isnull)) == own &&
		DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation, &isnull)) ==
		incarnation;
}

/* The number of the entry in the slot. */
static int64
item_entry_id(TupleTableSlot *slot)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, Anum_entry_id, &isnull));
}

/* What S(n) sees and S(n-1) did not, by the difference of the two. */
static void
collect_difference(SealItems *items, Relation rel, Snapshot snapshot,
				   const Seal *last, int64 own)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	UnsealedScan *scan = unsealed_begin(rel, snapshot, last);

	while (unsealed_next(scan, slot))
		if (!item_is_own(slot, last->incarnation, own))
			items_add(items, item_entry_id(slot), &slot->tts_tid);
	unsealed_end(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* The numbers of all sealed entries, in order. */
static int64 *
sealed_ids(Snapshot snapshot, int64 tree_size)
{
	TileStore  *store = tile_open(snapshot);
	int64	   *ids = MemoryContextAllocHuge(CurrentMemoryContext,
											 Max(tree_size, 1) * sizeof(int64));

	for (int64 leaf = 0; leaf < tree_size; leaf++)
	{
		CHECK_FOR_INTERRUPTS();
		ids[leaf] = tile_leaf_source(store, leaf);
	}
	tile_close(store);
	qsort(ids, tree_size, sizeof(int64), compare_int64);
	return ids;
}

/* All entries that no tile has, in one pass over the table. */
static void
collect_all(SealItems *items, Relation rel, Snapshot snapshot,
			int64 tree_size, int32 incarnation, int64 own)
{
	int64	   *ids = sealed_ids(snapshot, tree_size);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		int64		id = item_entry_id(slot);

		CHECK_FOR_INTERRUPTS();
		if (!item_is_own(slot, incarnation, own) &&
			bsearch(&id, ids, tree_size, sizeof(int64), compare_int64) == NULL)
			items_add(items, id, &slot->tts_tid);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	pfree(ids);
}

/* Append the leaf of the entry in the slot. */
static void
append_entry(SealTree *tree, LeafReader *reader, TupleTableSlot *slot,
			 const SealItem *item)
{
	StringInfoData leaf;
	bool		isnull;
	Datum		key = slot_getattr(slot, Anum_entry_key, &isnull);

	initStringInfo(&leaf);
	leaf_reader_append(reader, slot, &leaf);
	seal_tree_add(tree, leaf.data, leaf.len, item->entry_id, &slot->tts_tid,
				  entry_key_hash(isnull ? NULL : DatumGetJsonbP(key)));
}

/*
 * Append the leaves of the items, in the order of their numbers. Each entry is
 * read again: nothing is sealed but what is stored.
 */
static void
append_entries(SealTree *tree, SealItems *items, Relation rel,
			   Snapshot snapshot)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	LeafReader *reader = leaf_reader_open(false);
	Progress   *progress = progress_begin("seal", items->n);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext,
											  "aims leaf",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row);

	for (Size i = 0; i < items->n; i++)
	{
		SealItem   *item = &items->items[i];

		CHECK_FOR_INTERRUPTS();
		if (!table_tuple_fetch_row_version(rel, &item->tid, snapshot, slot) ||
			item_entry_id(slot) != item->entry_id)
			elog(ERROR, "ledger entry " INT64_FORMAT " vanished while sealing",
				 item->entry_id);
		append_entry(tree, reader, slot, item);
		MemoryContextReset(row);
		progress_advance(progress, 1);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row);
	progress_end(progress);
	ExecDropSingleTupleTableSlot(slot);
}

/* Append the seal's own leaf, which names the transactions in progress. */
static void
append_seal(SealTree *tree, const Seal *seal)
{
	StringInfoData leaf;

	initStringInfo(&leaf);
	seal_leaf(&leaf, seal);
	if (leaf.len > LEAF_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_SEAL_HERE),
				 errmsg("cannot seal the ledger while so many transactions are in progress"),
				 errdetail("The seal's leaf would have %d bytes; it may have %d.",
						   leaf.len, LEAF_MAX),
				 errhint("Call aims.seal() again when fewer transactions write.")));
	seal_tree_add(tree, leaf.data, leaf.len, -seal->seal_id, NULL, 0);
}

/* A hash as a bytea datum. */
static Datum
hash_datum(const MerkleHash hash)
{
	return PointerGetDatum(cstring_to_text_with_len((const char *) hash,
													HASH_SIZE));
}

/* Store the head. */
static void
seal_insert(const Seal *seal)
{
	Relation	rel = table_open(aims_relid("seal"), RowExclusiveLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Datum		values[8];
	bool		nulls[8] = {false};

	row_expect_columns(desc, lengthof(values));
	values[row_column(desc, "seal_id") - 1] = Int64GetDatum(seal->seal_id);
	values[row_column(desc, "incarnation") - 1] =
		Int32GetDatum(seal->incarnation);
	values[row_column(desc, "first_leaf") - 1] =
		Int64GetDatum(seal->first_leaf);
	values[row_column(desc, "tree_size") - 1] = Int64GetDatum(seal->tree_size);
	values[row_column(desc, "root_hash") - 1] = hash_datum(seal->root);
	values[row_column(desc, "previous_root") - 1] =
		hash_datum(seal->previous_root);
	values[row_column(desc, "snapshot") - 1] =
		OidInputFunctionCall(F_PG_SNAPSHOT_IN, seal->snapshot, InvalidOid, -1);
	values[row_column(desc, "sealed_at") - 1] =
		TimestampTzGetDatum(seal->sealed_at);
	CatalogTupleInsert(rel, heap_form_tuple(desc, values, nulls));
	table_close(rel, NoLock);
}

/* Collect what is new since the last seal, in the order of numbers. */
static void
seal_collect(SealItems *items, Relation rel, Snapshot snapshot,
			 const Seal *last, int32 incarnation, int64 own)
{
	if (last->seal_id > 0 && last->incarnation == incarnation)
		collect_difference(items, rel, snapshot, last, own);
	else
		collect_all(items, rel, snapshot, last->tree_size, incarnation, own);
	/* entry_id is the first member */
	qsort(items->items, items->n, sizeof(SealItem), compare_int64);
}

/*
 * Append the leaves of an incarnation that was resumed, and of one that began,
 * since the last seal. Returns how many there are.
 */
static int
append_incarnations(SealTree *tree, uint64 index)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	StringInfoData leaf;
	int			n = 0;

	initStringInfo(&leaf);
	while (incarnation_leaf(snapshot, index + n, &leaf))
	{
		seal_tree_add(tree, leaf.data, leaf.len, 0, NULL, 0);
		resetStringInfo(&leaf);
		n++;
	}
	UnregisterSnapshot(snapshot);
	return n;
}

/* Append the items and the seal's leaf, and store the new head. */
static int64
seal_append(SealItems *items, Relation rel, Snapshot snapshot,
			const Seal *last, char *window, int32 incarnation)
{
	Seal		seal = {0};
	SealTree   *tree = seal_tree_open(last, snapshot);

	seal.seal_id = last->seal_id + 1;
	seal.incarnation = incarnation;
	seal.first_leaf = last->tree_size;
	seal.tree_size = last->tree_size + items->n + 1;
	seal.snapshot = window;
	seal.sealed_at = GetCurrentTimestamp();
	memcpy(seal.previous_root, last->root, HASH_SIZE);
	seal.tree_size += append_incarnations(tree, last->tree_size);
	append_entries(tree, items, rel, snapshot);
	append_seal(tree, &seal);
	seal_tree_finish(tree, seal.tree_size, seal.root);
	seal_insert(&seal);
	return seal.tree_size;
}

/*
 * A resumption that was not sealed where it was made has its leaf before that
 * of a new incarnation: in a seal of its own, which shows what the last one
 * did. Returns the snapshot that sees it.
 */
static Snapshot
seal_resumption(Relation rel, Snapshot snapshot, Seal *last)
{
	SealItems	none = {0};
	StringInfoData leaf;

	initStringInfo(&leaf);
	if (!incarnation_leaf(snapshot, last->tree_size, &leaf))
		return snapshot;
	(void) seal_append(&none, rel, snapshot, last, last->snapshot,
					   last->incarnation);
	CommandCounterIncrement();
	UnregisterSnapshot(snapshot);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	(void) seal_newest(snapshot, last);
	return snapshot;
}

PG_FUNCTION_INFO_V1(aims_seal);
/* Append what has committed to the tree; returns the tree's size. */
Datum
aims_seal(PG_FUNCTION_ARGS)
{
	int64		own;
	Relation	rel;
	Snapshot	snapshot;
	SealItems	items = {0};
	Seal		last;
	int32		incarnation;
	bool		begins;
	char	   *window;
	int64		tree_size;

	seal_check_here();
	LockRelationOid(aims_relid("seal"), ShareRowExclusiveLock);
	own = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	if (!seal_newest(snapshot, &last))
		seal_empty_root(last.root);
	tree_size = last.tree_size;
	window = window_text(snapshot, own);
	incarnation = incarnation_current();
	seal_collect(&items, rel, snapshot, &last, incarnation, own);
	begins = !incarnation_newest().here && last.tree_size + items.n > 0;
	if (begins)
	{
		snapshot = seal_resumption(rel, snapshot, &last);
		incarnation_begin(incarnation, last.tree_size);
	}
	if (items.n > 0 || begins)
		tree_size = seal_append(&items, rel, snapshot, &last, window,
								incarnation);
	table_close(rel, AccessShareLock);
	UnregisterSnapshot(snapshot);
	entry_index_summarize();
	CommandCounterIncrement();	/* a second seal sees this one */
	outbox_note_due(tree_size);
	PG_RETURN_INT64(tree_size);
}
