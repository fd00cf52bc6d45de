/*
 * verify_reader.c
 *		What the reading of entries keeps: shapes, seals, and room for texts.
 */
#include "aims.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "common/hashfn.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "image.h"
#include "incarnation.h"
#include "row.h"
#include "verify_entry.h"

/* A hash of 64 bits. */
uint64
verify_hash_text(const char *s, int length)
{
	return hash_bytes_extended((const unsigned char *) s, length, 0);
}

/* Take a row of aims.shape apart. */
static void
read_shape(Verification *v, HTAB *shapes, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	int32		number = DatumGetInt32(row_value(tuple, desc, "shape_id",
												 &isnull));
	bytea	   *digest = DatumGetByteaPP(row_value(tuple, desc, "digest",
												   &isnull));
	char	   *definition = row_string(tuple, desc, "definition");
	VerifyShape *shape = hash_search(shapes, &number, HASH_ENTER, NULL);
	HashPart	part;
	int			length;

	shape->registry_id = DatumGetInt32(row_value(tuple, desc, "registry_id",
												 &isnull));
	part.data = text_in_utf8(definition, strlen(definition), &length);
	part.size = length;
	hasher_digest(v->hasher, &part, 1, shape->made);
	memset(shape->stored, 0, HASH_SIZE);
	if (VARSIZE_ANY_EXHDR(digest) == HASH_SIZE)
		memcpy(shape->stored, VARDATA_ANY(digest), HASH_SIZE);
	shape->shows_names = strstr(definition, "\"type\":\"pg_catalog.reg") != NULL;
	shape->fits = memcmp(shape->stored, shape->made, HASH_SIZE) == 0;
}

/* All shapes, by number. */
HTAB *
verify_read_shapes(Verification *v)
{
	Relation	rel = table_open(aims_relid("shape"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);
	HASHCTL		ctl;
	HTAB	   *shapes;

	ctl.keysize = sizeof(int32);
	ctl.entrysize = sizeof(VerifyShape);
	ctl.hcxt = CurrentMemoryContext;
	shapes = hash_create("aims verified shapes", 64, &ctl,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	row = ExecFetchSlotHeapTuple(slot, false, &free_it);

		if (row_is_whole(row, RelationGetDescr(rel), NULL))
			read_shape(v, shapes, row, RelationGetDescr(rel));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return shapes;
}

/* The shape of the entry in the slot. */
const VerifyShape *
verify_shape(EntryReader *reader, TupleTableSlot *slot)
{
	static const VerifyShape none = {0};
	int32		number;
	VerifyShape *shape;

	if (entry_null(slot, Anum_entry_shape))
		return &none;
	number = DatumGetInt32(entry_value(slot, Anum_entry_shape));
	if (reader->shape != NULL && reader->shape->shape_id == number)
		return reader->shape;
	shape = hash_search(reader->shapes, &number, HASH_FIND, NULL);
	if (shape == NULL)
		return &none;
	return reader->shape = shape;
}

/*
 * The largest entry number that may have been given elsewhere than in an
 * incarnation, for each of them; and the one that entries are written in now.
 */
static void
read_last_entries(EntryReader *reader)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	TableScanDesc scan = table_beginscan(rel, reader->v->snapshot, 0, NULL);
	HeapTuple	row;
	int32		newest = 0;

	reader->waiting = 1;
	while ((row = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		int32		number = DatumGetInt32(row_value(row, desc, "incarnation",
													 &isnull));
		int64		last = DatumGetInt64(row_value(row, desc, "last_entry",
												   &isnull));

		for (int64 i = 0; i < reader->nseals; i++)
			if (reader->seals[i].incarnation == number)
				reader->seals[i].last_entry = last;
		if (number <= newest)
			continue;
		newest = number;
		reader->here = incarnation_is_here(row, desc);
		reader->waiting = reader->here ? number : number + 1;
	}
	table_endscan(scan);
	table_close(rel, NoLock);
}

/* By the size of the tree. */
static int
compare_places(const void *a, const void *b)
{
	int64		left = ((const SealPlace *) a)->tree_size;
	int64		right = ((const SealPlace *) b)->tree_size;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* What seals say of the entries that they hold. */
static void
read_places(EntryReader *reader)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, reader->v->snapshot, 0, NULL);
	int64		capacity = 64;

	reader->seals = palloc(sizeof(SealPlace) * capacity);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	row = ExecFetchSlotHeapTuple(slot, false, &free_it);
		Seal		seal;
		SealPlace  *place;

		if (!row_is_whole(row, RelationGetDescr(rel), NULL))
			continue;
		if (reader->nseals == capacity)
			reader->seals = repalloc_huge(reader->seals, sizeof(SealPlace) *
										  (capacity *= 2));
		seal_read(row, RelationGetDescr(rel), &seal);
		place = &reader->seals[reader->nseals++];
		place->seal_id = seal.seal_id;
		place->first_leaf = seal.first_leaf;
		place->tree_size = seal.tree_size;
		place->incarnation = seal.incarnation;
		place->snapshot = seal.snapshot;
		place->last_entry = 0;
		place->parsed = false;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	qsort(reader->seals, reader->nseals, sizeof(SealPlace), compare_places);
	read_last_entries(reader);
}

/* Prepare the reading of entries. */
EntryReader *
entry_reader_open(Verification *v)
{
	EntryReader *reader = palloc0(sizeof(EntryReader));
	KeptText   *texts[] = {
		&reader->operation, &reader->relation, &reader->physical,
		&reader->system
	};

	reader->v = v;
	reader->row = AllocSetContextCreate(CurrentMemoryContext, "aims entry",
										ALLOCSET_DEFAULT_SIZES);
	reader->shapes = verify_read_shapes(v);
	reader->seal = -1;
	reader->next_xid =
		(int64) U64FromFullTransactionId(ReadNextFullTransactionId());
	read_places(reader);
	for (int i = 0; i < SESSION_COLUMNS; i++)
		reader->session[i].context = CurrentMemoryContext;
	for (int i = 0; i < lengthof(texts); i++)
		texts[i]->context = CurrentMemoryContext;
	initStringInfo(&reader->prefix);
	initStringInfo(&reader->key);
	initStringInfo(&reader->rest);
	initStringInfo(&reader->leaf);
	return reader;
}

/* Done; memory goes with the caller's. */
void
entry_reader_close(EntryReader *reader)
{
	hash_destroy(reader->shapes);
	MemoryContextDelete(reader->row);
	pfree(reader);
}
