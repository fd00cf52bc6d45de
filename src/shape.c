/*
 * shape.c
 *		The cache of captured relations, and the storing of shapes.
 *
 * No two writers wait for each other over a shape: numbers come from a
 * sequence and digests are not unique, so that two transactions which see a
 * change first at the same time store it twice, which is harmless. A shape
 * whose row may still be rolled back is looked up again after an abort.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "hash.h"
#include "row.h"
#include "sequence.h"
#include "shape.h"

static HTAB *captured = NULL;
static bool any_uncommitted = false;
static uint64 invalidations = 0;

/*
 * A relation changed: its writer, those of its partitions, and those of tables
 * that hold its rows as values are stale.
 */
static void
shape_relation_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS all;
	CapturedRelation *cr;

	invalidations++;
	hash_seq_init(&all, captured);
	while ((cr = hash_seq_search(&all)) != NULL)
		if (relid == InvalidOid || cr->relid == relid || cr->root == relid ||
			(cr->writer && list_member_oid(cr->writer->rowtypes, relid)))
			cr->valid = false;
}

/* An enum, a type or a schema changed, perhaps only by name. */
static void
shape_name_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	shape_relation_changed((Datum) 0, InvalidOid);
}

/* Make the cache on first use. */
static void
shape_init(void)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(CapturedRelation);
	ctl.hcxt = CacheMemoryContext;
	captured = hash_create("aims captured relations", 64, &ctl,
						   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(shape_relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(ENUMOID, shape_name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, shape_name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, shape_name_changed, (Datum) 0);
}

/* The qualified, quoted name of a relation. */
char *
relation_name(Oid relid)
{
	char	   *schema = get_namespace_name(get_rel_namespace(relid));
	char	   *name = get_rel_name(relid);
	bool		quote_all = quote_all_identifiers;
	char	   *qualified;

	quote_all_identifiers = false;	/* a session's wish, not a name */
	qualified = quote_qualified_identifier(schema, name);
	quote_all_identifiers = quote_all;
	return qualified;
}

/* SHA-256 of a definition. */
static bytea *
shape_digest(const char *definition)
{
	Hasher	   *hasher = hasher_create();
	bytea	   *digest = palloc(VARHDRSZ + HASH_SIZE);
	int			length;
	const char *utf8 = text_in_utf8(definition, strlen(definition), &length);
	HashPart	part = {utf8, length};

	hasher_digest(hasher, &part, 1, (unsigned char *) VARDATA(digest));
	hasher_free(hasher);
	SET_VARSIZE(digest, VARHDRSZ + HASH_SIZE);
	return digest;
}

/*
 * The number of a stored shape of that relation, or 0. Our own transaction may
 * have stored it, for another partition or before a savepoint: then it may yet
 * vanish.
 */
static int32
shape_find(Relation rel, CapturedRelation *cr, bytea *digest)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData keys[2];
	HeapTuple	tuple;
	TransactionId xmin;
	bool		isnull;

	ScanKeyInit(&keys[0], row_column(desc, "digest"), BTEqualStrategyNumber,
				F_BYTEAEQ, PointerGetDatum(digest));
	ScanKeyInit(&keys[1], row_column(desc, "registry_id"),
				BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(cr->registry_id));
	tuple = row_find(rel, "shape_digest_idx", 2, keys, false);
	if (!HeapTupleIsValid(tuple))
		return 0;
	xmin = HeapTupleHeaderGetXmin(tuple->t_data);
	if (TransactionIdIsCurrentTransactionId(xmin))
		cr->uncommitted = any_uncommitted = true;
	return DatumGetInt32(row_value(tuple, desc, "shape_id", &isnull));
}

/* Store a shape; past triggers, since the table is closed. */
static int32
shape_insert(Relation rel, CapturedRelation *cr, bytea *digest)
{
	TupleDesc	desc = RelationGetDescr(rel);
	int32		shape_id = sequence_take(aims_relid("shape_shape_id_seq"), 1);
	Datum		values[6] = {0};
	bool		nulls[6] = {false};

	row_expect_columns(desc, lengthof(values));
	values[row_column(desc, "shape_id") - 1] = Int32GetDatum(shape_id);
	values[row_column(desc, "registry_id") - 1] = Int32GetDatum(cr->registry_id);
	values[row_column(desc, "relation") - 1] = CStringGetTextDatum(cr->logical);
	values[row_column(desc, "definition") - 1] =
		CStringGetTextDatum(cr->writer->definition);
	values[row_column(desc, "digest") - 1] = PointerGetDatum(digest);
	values[row_column(desc, "recorded_at") - 1] =
		TimestampTzGetDatum(GetCurrentTimestamp());
	CatalogTupleInsert(rel, heap_form_tuple(desc, values, nulls));
	cr->uncommitted = any_uncommitted = true;
	return shape_id;
}

/* The number of the relation's shape, stored now if it is new. */
static int32
shape_number(CapturedRelation *cr)
{
	Relation	rel = table_open(aims_relid("shape"), RowExclusiveLock);
	bytea	   *digest = shape_digest(cr->writer->definition);
	int32		shape_id = shape_find(rel, cr, digest);

	if (shape_id == 0)
		shape_id = shape_insert(rel, cr, digest);
	table_close(rel, NoLock);
	return shape_id;
}

/*
 * Build names and writer anew. The cached entry changes only when all has been
 * built, so that an error leaves it as it was; it is valid if nothing was
 * invalidated meanwhile.
 */
static void
shape_refresh(CapturedRelation *cr, Relation rel, const RegistryEntry *entry)
{
	uint64		before = invalidations;
	MemoryContext old = cr->context;
	MemoryContext caller;
	CapturedRelation fresh = *cr;
	int			length;

	fresh.context = AllocSetContextCreate(CurrentMemoryContext,
										  "aims captured relation",
										  ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(fresh.context);
	fresh.root = entry->relid;
	fresh.condition = NULL;
	fresh.logical = relation_name(entry->relid);
	fresh.physical = fresh.relid == entry->relid ? NULL :
		relation_name(fresh.relid);
	if (fresh.physical != NULL) /* can leaves show it? */
		(void) text_in_utf8(fresh.physical, strlen(fresh.physical), &length);
	fresh.writer = image_writer(rel, entry->registry_id, fresh.logical);
	if (old == NULL || cr->registry_id != entry->registry_id ||
		strcmp(fresh.writer->definition, cr->writer->definition) != 0)
		fresh.shape_id = 0;
	fresh.registry_id = entry->registry_id;
	fresh.valid = invalidations == before;
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(fresh.context, CacheMemoryContext);
	*cr = fresh;
	if (old != NULL)
		MemoryContextDelete(old);
}

/* The captured relation, as it is now. */
CapturedRelation *
captured_relation(Relation rel, const RegistryEntry *entry)
{
	Oid			relid = RelationGetRelid(rel);
	uint64		generation = governance_generation();
	CapturedRelation *cr;
	bool		found;

	if (captured == NULL)
		shape_init();
	cr = hash_search(captured, &relid, HASH_ENTER, &found);
	if (!found)
		memset((char *) cr + sizeof(Oid), 0,
			   sizeof(CapturedRelation) - sizeof(Oid));
	if (!cr->valid || cr->registry_id != entry->registry_id)
		shape_refresh(cr, rel, entry);
	if (cr->shape_id == 0 || cr->generation != generation)
	{
		/* a dropped and re-created extension has other numbers */
		cr->shape_id = shape_number(cr);
		cr->generation = generation;
	}
	return cr;
}

/* At the end of a transaction, or when a subtransaction aborts. */
void
shape_end(bool committed)
{
	HASH_SEQ_STATUS all;
	CapturedRelation *cr;

	if (!any_uncommitted)
		return;
	any_uncommitted = false;
	hash_seq_init(&all, captured);
	while ((cr = hash_seq_search(&all)) != NULL)
	{
		if (cr->uncommitted && !committed)
			cr->shape_id = 0;
		cr->uncommitted = false;
	}
}
