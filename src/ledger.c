/*
 * ledger.c
 *		Reading aims.audit_entry and aims.seal, and the leaves of both.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "find.h"
#include "image.h"
#include "ledger.h"
#include "row.h"
#include "tile.h"

typedef struct ShapeDigest
{
	int32		shape_id;		/* hash key, first */
	MerkleHash	digest;
} ShapeDigest;

struct LeafReader
{
	bool		verifying;
	HTAB	   *shapes;
	StringInfoData text;		/* in the server's encoding */
};

/* Take the text of a pg_snapshot apart: xmin:xmax:xip,xip,... */
XidWindow
window_parse(const char *text)
{
	XidWindow	window = {0};
	char	   *p;

	window.xmin = strtoi64(text, &p, 10);
	window.xmax = strtoi64(p + 1, &p, 10);
	window.xip = palloc(sizeof(int64) * (strlen(text) / 2 + 1));
	p++;
	while (*p != '\0')
	{
		window.xip[window.nxip++] = strtoi64(p, &p, 10);
		if (*p == ',')
			p++;
	}
	return window;
}

/* Was that transaction in progress? */
bool
window_lists(const XidWindow *window, int64 xid)
{
	for (int i = 0; i < window->nxip; i++)
		if (window->xip[i] == xid)
			return true;
	return false;
}

/* A reader in the current memory context. */
LeafReader *
leaf_reader_open(bool verifying)
{
	LeafReader *reader = palloc0(sizeof(LeafReader));
	HASHCTL		ctl;

	reader->verifying = verifying;
	ctl.keysize = sizeof(int32);
	ctl.entrysize = sizeof(ShapeDigest);
	ctl.hcxt = CurrentMemoryContext;
	reader->shapes = hash_create("aims shapes", 64, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	initStringInfo(&reader->text);
	return reader;
}

/*
 * The digest of a stored shape, made from its definition: that is what the
 * entries rest on. To a verification, a shape that is gone has the digest of
 * nothing, which no leaf was made with: nothing is sealed without its shape.
 */
static void
leaf_reader_digest(LeafReader *reader, int32 shape_id, MerkleHash digest)
{
	Relation	rel = table_open(aims_relid("shape"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Hasher	   *hasher = hasher_create();
	HashPart	part = {"", 0};
	ScanKeyData key;
	HeapTuple	tuple;

	ScanKeyInit(&key, row_column(desc, "shape_id"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(shape_id));
	tuple = row_find(rel, "shape_pkey", 1, &key, false);
	if (HeapTupleIsValid(tuple))
	{
		char	   *definition = row_string(tuple, desc, "definition");
		int			length;

		part.data = text_in_utf8(definition, strlen(definition), &length);
		part.size = length;
	}
	else if (!reader->verifying)
		ereport(ERROR,
				(errcode(ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("shape %d of a ledger entry is missing", shape_id),
				 errdetail("aims.shape does not say which columns the entry's images have."),
				 errhint("Run aims.verify().")));
	hasher_digest(hasher, &part, 1, digest);
	hasher_free(hasher);
	table_close(rel, AccessShareLock);
}

/* The digest of a shape, from the reader's cache. */
static const unsigned char *
leaf_reader_shape(LeafReader *reader, int32 shape_id)
{
	ShapeDigest *shape = hash_search(reader->shapes, &shape_id, HASH_FIND,
									 NULL);

	if (shape == NULL)
	{
		MerkleHash	digest;

		leaf_reader_digest(reader, shape_id, digest);
		shape = hash_search(reader->shapes, &shape_id, HASH_ENTER, NULL);
		memcpy(shape->digest, digest, HASH_SIZE);
	}
	return shape->digest;
}

/* A nullable text column of an entry. */
static const char *
entry_string(TupleTableSlot *slot, int attnum)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * A nullable digest of an entry. One of the wrong length cannot be a digest of
 * ours: it is shown as 32 zero bytes, which no leaf was made with.
 */
static const unsigned char *
entry_bytes(TupleTableSlot *slot, int attnum)
{
	static const MerkleHash wrong = {0};
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);
	bytea	   *bytes;

	if (isnull)
		return NULL;
	bytes = DatumGetByteaPP(value);
	return VARSIZE_ANY_EXHDR(bytes) == HASH_SIZE ?
		(const unsigned char *) VARDATA_ANY(bytes) : wrong;
}

/* Append the leaf of the entry in the slot. */
void
leaf_reader_append(LeafReader *reader, TupleTableSlot *slot, StringInfo out)
{
	EntryLeaf	leaf = {0};
	bool		isnull;
	const char *utf8;
	int			length;

	leaf.entry_id = DatumGetInt64(slot_getattr(slot, Anum_entry_id, &isnull));
	leaf.incarnation = DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation,
												  &isnull));
	leaf.xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid, &isnull));
	leaf.recorded_at =
		DatumGetTimestampTz(slot_getattr(slot, Anum_entry_recorded_at,
										 &isnull));
	leaf.operation = entry_string(slot, Anum_entry_operation);
	leaf.relation = entry_string(slot, Anum_entry_relation);
	leaf.physical = entry_string(slot, Anum_entry_physical);
	leaf.system = entry_string(slot, Anum_entry_system);
	leaf.particulars_digest = entry_bytes(slot, Anum_entry_particulars_digest);
	leaf.old_digest = entry_bytes(slot, Anum_entry_old_digest);
	leaf.new_digest = entry_bytes(slot, Anum_entry_new_digest);
	leaf.shape = DatumGetInt32(slot_getattr(slot, Anum_entry_shape, &isnull));
	if (isnull)
		leaf.shape = 0;
	else
		leaf.shape_digest = leaf_reader_shape(reader, leaf.shape);

	resetStringInfo(&reader->text);
	entry_leaf(&reader->text, &leaf);
	utf8 = text_in_utf8(reader->text.data, reader->text.len, &length);
	appendBinaryStringInfo(out, utf8, length);
}

/* Append what an entry's particulars digest is made over. */
void
entry_particulars(StringInfo out, TupleTableSlot *slot)
{
	Particulars p;
	bool		isnull;
	Datum		key = slot_getattr(slot, Anum_entry_key, &isnull);
	char	   *text = NULL;

	if (!isnull)
	{
		Jsonb	   *jsonb = DatumGetJsonbP(key);

		text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	}
	p.session_user = entry_string(slot, Anum_entry_session_user);
	p.role = entry_string(slot, Anum_entry_role);
	p.person = entry_string(slot, Anum_entry_person);
	p.claim = entry_string(slot, Anum_entry_claim);
	p.application = entry_string(slot, Anum_entry_application);
	p.client = entry_string(slot, Anum_entry_client);
	p.reason = entry_string(slot, Anum_entry_reason);
	particulars_begin(out, &p);
	particulars_end(out, text, text == NULL ? 0 : strlen(text),
					!slot_attisnull(slot, Anum_entry_old_image),
					!slot_attisnull(slot, Anum_entry_new_image));
}

/* Append the leaf of a seal, which chains its head to the one before it. */
void
seal_leaf(StringInfo out, const Seal *seal)
{
	appendStringInfo(out, "{\"aims\":\"seal/1\",\"seal\":" INT64_FORMAT
					 ",\"incarnation\":%d,\"time\":\"",
					 seal->seal_id, seal->incarnation);
	leaf_time(out, seal->sealed_at);
	appendStringInfo(out, "\",\"entries\":" INT64_FORMAT
					 ",\"previous_size\":" INT64_FORMAT
					 ",\"previous_root\":\"",
					 seal->tree_size - seal->first_leaf - 1,
					 seal->first_leaf);
	leaf_hex(out, seal->previous_root, HASH_SIZE);
	appendStringInfo(out, "\",\"snapshot\":\"%s\"}", seal->snapshot);
}

/* A hash column, or zeros where it has not the length of one. */
static void
seal_hash(HeapTuple tuple, TupleDesc desc, const char *column, MerkleHash out)
{
	bool		isnull;
	bytea	   *bytes = DatumGetByteaPP(row_value(tuple, desc, column,
												  &isnull));

	memset(out, 0, HASH_SIZE);
	if (VARSIZE_ANY_EXHDR(bytes) == HASH_SIZE)
		memcpy(out, VARDATA_ANY(bytes), HASH_SIZE);
}

/* Take a row of aims.seal apart. */
void
seal_read(HeapTuple tuple, TupleDesc desc, Seal *seal)
{
	bool		isnull;

	seal->seal_id = DatumGetInt64(row_value(tuple, desc, "seal_id", &isnull));
	seal->incarnation = DatumGetInt32(row_value(tuple, desc, "incarnation",
												&isnull));
	seal->first_leaf = DatumGetInt64(row_value(tuple, desc, "first_leaf",
											   &isnull));
	seal->tree_size = DatumGetInt64(row_value(tuple, desc, "tree_size",
											  &isnull));
	seal->snapshot = row_string(tuple, desc, "snapshot");
	seal->sealed_at = DatumGetTimestampTz(row_value(tuple, desc, "sealed_at",
													&isnull));
	seal_hash(tuple, desc, "root_hash", seal->root);
	seal_hash(tuple, desc, "previous_root", seal->previous_root);
}

/* The newest seal. */
bool
seal_newest(Snapshot snapshot, Seal *seal)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	Relation	index = index_open(aims_relid("seal_pkey"), AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(rel, index, snapshot, 0,
												  NULL);
	HeapTuple	tuple = systable_getnext_ordered(scan, BackwardScanDirection);
	bool		found = HeapTupleIsValid(tuple);

	memset(seal, 0, sizeof(Seal));
	if (found)
		seal_read(tuple, RelationGetDescr(rel), seal);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return found;
}

/* The root of the empty tree. */
void
seal_empty_root(MerkleHash root)
{
	Hasher	   *hasher = hasher_create();

	merkle_hash_of(hasher, NULL, 0, root);
	hasher_free(hasher);
}

PG_FUNCTION_INFO_V1(aims_leaf);
/* The leaf of a sealed entry: the bytes that its leaf hash is made over. */
Datum
aims_leaf(PG_FUNCTION_ARGS)
{
	int64		entry_id = PG_GETARG_INT64(0);
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	Snapshot	snapshot = GetActiveSnapshot();
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TileStore  *store = tile_open(snapshot);
	int64		index = tile_leaf_of_entry(store, entry_id);
	StringInfoData leaf;
	ItemPointerData tid;

	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("ledger entry " INT64_FORMAT " is not sealed",
						entry_id),
				 errdetail("Only a sealed entry has a leaf in the tree."),
				 errhint("Run aims.seal() after the entry's transaction has committed.")));
	tid = tile_leaf_tid(store, index);
	tile_close(store);
	if (!entry_fetch(rel, entry_id, &tid, snapshot, slot))
		ereport(ERROR,
				(errcode(ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("ledger entry " INT64_FORMAT " is sealed but missing",
						entry_id),
				 errhint("Run aims.verify().")));
	initStringInfo(&leaf);
	leaf_reader_append(leaf_reader_open(false), slot, &leaf);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	PG_RETURN_BYTEA_P(cstring_to_text_with_len(leaf.data, leaf.len));
}
