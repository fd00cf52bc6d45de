/*
 * export.c
 *		Parts of the log in the form in which it is published (C2SP
 *		tlog-tiles), and of a single entry what its owner may disclose.
 *
 * Tiles only grow, so pieces that are read one after the other, under a
 * snapshot each, fit together. Nothing is locked; all of it works on a standby.
 * Only leaves and hashes of leaves are published: what stands in an entry, and
 * whether it was redacted, makes no difference to them.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "checkpoint.h"
#include "find.h"
#include "image.h"
#include "incarnation.h"
#include "ledger.h"
#include "row.h"
#include "tile.h"

/*
 * Check that the tree under the snapshot has the first width hashes of a tile.
 */
static void
export_check(Snapshot snapshot, int level, int64 tile_index, int width)
{
	Head		head = {0};
	int64		hashes = 0;

	if (level < 0 || level > 63 || tile_index < 0 ||
		width < 1 || width > TILE_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no such tile"),
				 errdetail("A level is between 0 and 63, an index not negative, a width between 1 and %d.",
						   TILE_WIDTH),
				 errhint("See c2sp.org/tlog-tiles.")));
	if (head_newest(snapshot, false, &head) && level < TILE_LEVELS)
		hashes = head.tree_size >> (TILE_HEIGHT * level);
	if (tile_index > hashes / TILE_WIDTH ||
		width > hashes - tile_index * TILE_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("the tree is not that large"),
				 errdetail("The newest seal has " INT64_FORMAT " leaves, which makes " INT64_FORMAT " hashes of level %d.",
						   head.tree_size, hashes, level),
				 errhint("Call aims.seal() to add what has committed since.")));
}

PG_FUNCTION_INFO_V1(aims_hash_tile);
/*
 * hash_tile(level, tile_index, width)
 */
Datum
aims_hash_tile(PG_FUNCTION_ARGS)
{
	int			level = PG_GETARG_INT32(0);
	int64		tile_index = PG_GETARG_INT64(1);
	int			width = PG_GETARG_INT32(2);
	bytea	   *out = palloc(VARHDRSZ + TILE_WIDTH * HASH_SIZE);
	TileStore  *store;

	export_check(GetActiveSnapshot(), level, tile_index, width);
	store = tile_open(GetActiveSnapshot());
	for (int i = 0; i < width; i++)
		tile_read_node(store, level * TILE_HEIGHT,
					   tile_index * TILE_WIDTH + i,
					   (unsigned char *) VARDATA(out) + i * HASH_SIZE);
	tile_close(store);
	SET_VARSIZE(out, VARHDRSZ + width * HASH_SIZE);
	PG_RETURN_BYTEA_P(out);
}

/*
 * Refuse to publish without a row that the tree was made from.
 */
static void
export_missing(const char *what, int64 number)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_CORRUPT),
			 errmsg("%s " INT64_FORMAT " is in the tree but missing",
					what, number),
			 errdetail("Its leaf cannot be made any more."),
			 errhint("Run aims.verify().")));
}

/*
 * Put the entry of a leaf into the slot.
 */
static void
export_entry(Relation entries, TileStore *store, uint64 leaf,
			 Snapshot snapshot, TupleTableSlot *slot)
{
	int64		entry_id = tile_leaf_source(store, leaf);
	ItemPointerData tid = tile_leaf_tid(store, leaf);

	if (!entry_fetch(entries, entry_id, &tid, snapshot, slot))
		export_missing("ledger entry", entry_id);
}

/*
 * Append the leaf of a seal.
 */
static void
export_seal(int64 seal_id, StringInfo out)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData key;
	HeapTuple	row;
	Seal		seal;

	ScanKeyInit(&key, row_column(desc, "seal_id"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(seal_id));
	row = row_find(rel, "seal_pkey", 1, &key, false);
	if (!HeapTupleIsValid(row))
		export_missing("seal", seal_id);
	seal_read(row, desc, &seal);
	seal_leaf(out, &seal);
	table_close(rel, AccessShareLock);
}

PG_FUNCTION_INFO_V1(aims_entry_bundle);
/*
 * entry_bundle(tile_index, width)
 */
Datum
aims_entry_bundle(PG_FUNCTION_ARGS)
{
	int64		tile_index = PG_GETARG_INT64(0);
	int			width = PG_GETARG_INT32(1);
	Snapshot	snapshot = GetActiveSnapshot();
	Relation	entries = table_open(aims_relid("audit_entry"),
									 AccessShareLock);
	TupleTableSlot *slot = table_slot_create(entries, NULL);
	LeafReader *reader = leaf_reader_open(false);
	StringInfoData out;
	TileStore  *store;

	export_check(snapshot, 0, tile_index, width);
	store = tile_open(snapshot);
	initStringInfo(&out);
	for (int i = 0; i < width; i++)
	{
		uint64		leaf = tile_index * TILE_WIDTH + i;
		int64		source = tile_leaf_source(store, leaf);
		int			start = out.len;
		int			length;

		appendStringInfoString(&out, "..");
		if (source < 0)
			export_seal(-source, &out);
		else if (source == 0)
		{
			if (!incarnation_leaf(snapshot, leaf, &out))
				export_missing("incarnation at leaf", (int64) leaf);
		}
		else
		{
			export_entry(entries, store, leaf, snapshot, slot);
			leaf_reader_append(reader, slot, &out);
		}
		length = out.len - start - 2;
		out.data[start] = (char) (length >> 8);
		out.data[start + 1] = (char) length;
	}
	tile_close(store);
	ExecDropSingleTupleTableSlot(slot);
	table_close(entries, AccessShareLock);
	PG_RETURN_BYTEA_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * Text of the server as the bytes that were hashed.
 */
static Datum
disclosure_bytes(const char *text, int length)
{
	int			size;
	const char *utf8 = text_in_utf8(text, length, &size);

	return PointerGetDatum(cstring_to_text_with_len(utf8, size));
}

/*
 * An image as the bytes that were hashed.
 */
static Datum
disclosure_image(TupleTableSlot *slot, int attnum, bool *isnull)
{
	Datum		value = slot_getattr(slot, attnum, isnull);
	char	   *image;

	if (*isnull)
		return (Datum) 0;
	image = TextDatumGetCString(value);
	return disclosure_bytes(image, strlen(image));
}

/*
 * What there is of an entry, with its leaf. A redacted one has nothing else.
 */
static void
disclosure_form(TupleTableSlot *slot, Datum values[5], bool nulls[5])
{
	StringInfoData text;

	memset(nulls, 0, 5 * sizeof(bool));
	initStringInfo(&text);
	leaf_reader_append(leaf_reader_open(false), slot, &text);
	values[0] = PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
	values[1] = slot_getattr(slot, Anum_entry_salt, &nulls[1]);
	nulls[2] = nulls[1];
	if (!nulls[2])
	{
		resetStringInfo(&text);
		entry_particulars(&text, slot);
		values[2] = disclosure_bytes(text.data, text.len);
	}
	values[3] = disclosure_image(slot, Anum_entry_old_image, &nulls[3]);
	values[4] = disclosure_image(slot, Anum_entry_new_image, &nulls[4]);
}

PG_FUNCTION_INFO_V1(aims_disclosure);
/*
 * disclosure(entry_id)
 */
Datum
aims_disclosure(PG_FUNCTION_ARGS)
{
	int64		entry_id = PG_GETARG_INT64(0);
	Snapshot	snapshot = GetActiveSnapshot();
	Relation	entries = table_open(aims_relid("audit_entry"),
									 AccessShareLock);
	TupleTableSlot *slot = table_slot_create(entries, NULL);
	TileStore  *store = tile_open(snapshot);
	int64		leaf = tile_leaf_of_entry(store, entry_id);
	TupleDesc	desc;
	Datum		values[5] = {0};
	bool		nulls[5];
	HeapTuple	row;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (leaf < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("ledger entry " INT64_FORMAT " is not sealed",
						entry_id),
				 errdetail("Only a sealed entry has a leaf in the tree."),
				 errhint("Run aims.seal() after the entry's transaction has committed.")));
	export_entry(entries, store, leaf, snapshot, slot);
	tile_close(store);
	disclosure_form(slot, values, nulls);
	row = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	ExecDropSingleTupleTableSlot(slot);
	table_close(entries, AccessShareLock);
	PG_RETURN_DATUM(HeapTupleGetDatum(row));
}
