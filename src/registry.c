/*
 * registry.c
 *		The backend's cache of aims.registry.
 *
 * A row is read once with the latest committed state (in every isolation
 * level) and kept until governance_generation() rises. That a relation is a
 * partition of the registered one is remembered until any relation changes.
 */
#include "aims.h"

#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "registry.h"
#include "row.h"

static HTAB *registry_cache = NULL;
static MemoryContext registry_context = NULL;
static uint64 relations_changed = 0;
static Oid	checked_child = InvalidOid;
static Oid	checked_parent = InvalidOid;
static uint64 checked_at = 0;

/* Any relation changed: partitions may have been attached or detached. */
static void
registry_relation_changed(Datum arg, Oid relid)
{
	relations_changed++;
}

/* Make the cache on first use. */
static void
registry_init(void)
{
	HASHCTL		ctl;

	registry_context = AllocSetContextCreate(CacheMemoryContext,
											 "aims registry",
											 ALLOCSET_SMALL_SIZES);
	ctl.keysize = sizeof(int32);
	ctl.entrysize = sizeof(RegistryEntry);
	ctl.hcxt = registry_context;
	registry_cache = hash_create("aims registry", 64, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(registry_relation_changed, (Datum) 0);
}

/* A copy of a nullable column in the cache's context. */
static char *
registry_string(HeapTuple tuple, TupleDesc desc, const char *column)
{
	char	   *value = row_string(tuple, desc, column);

	return value ? MemoryContextStrdup(registry_context, value) : NULL;
}

/* The policy that a label of aims.image_policy names. */
static ImagePolicy
registry_image_policy(const char *label)
{
	if (strcmp(label, "full") == 0)
		return IMAGE_FULL;
	if (strcmp(label, "changes") == 0)
		return IMAGE_CHANGES;
	return IMAGE_DIGEST;
}

/* Fill a cache entry from its row. */
static void
registry_fill(RegistryEntry *entry, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;

	entry->relid = DatumGetObjectId(row_value(tuple, desc, "relation",
											  &isnull));
	entry->guarded = DatumGetBool(row_value(tuple, desc, "guarded", &isnull));
	entry->test = DatumGetBool(row_value(tuple, desc, "test", &isnull));
	entry->image = registry_image_policy(row_string(tuple, desc, "image"));
	entry->observe = strcmp(row_string(tuple, desc, "mode"), "observe") == 0;
	entry->system = registry_string(tuple, desc, "system");
	entry->system_column = registry_string(tuple, desc, "system_column");
	entry->system_expression = registry_string(tuple, desc,
											   "system_expression");
}

/* Read the row of that id; false where there is none. */
static bool
registry_read(int32 registry_id, RegistryEntry *entry)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData key;
	HeapTuple	tuple;

	memset(entry, 0, sizeof(RegistryEntry));
	ScanKeyInit(&key, row_column(desc, "registry_id"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(registry_id));
	tuple = row_find(rel, "registry_pkey", 1, &key, false);
	if (HeapTupleIsValid(tuple))
		registry_fill(entry, tuple, desc);
	table_close(rel, AccessShareLock);
	entry->registry_id = registry_id;
	return HeapTupleIsValid(tuple);
}

/*
 * The row of that id from the cache. A stale one is replaced only after its
 * successor has been read, so that an error leaves the cache whole; the
 * strings of the old one stay until the backend ends (governance changes are
 * rare, and callers may still hold them).
 */
static RegistryEntry *
registry_lookup(int32 registry_id)
{
	RegistryEntry *entry;
	RegistryEntry fresh;
	uint64		generation = governance_generation();

	if (registry_cache == NULL)
		registry_init();
	entry = hash_search(registry_cache, &registry_id, HASH_FIND, NULL);
	if (entry != NULL && entry->generation == generation)
		return entry;
	if (!registry_read(registry_id, &fresh))
		return NULL;
	fresh.generation = generation;
	entry = hash_search(registry_cache, &registry_id, HASH_ENTER, NULL);
	*entry = fresh;
	return entry;
}

/*
 * Is rel a partition or an inheritance child, at any depth, of the registered
 * relation? Only whoever owns that one can have made it so.
 */
static bool
registry_is_child(Relation rel, Oid parent)
{
	Oid			child = RelationGetRelid(rel);

	if (checked_at == relations_changed && checked_child == child &&
		checked_parent == parent)
		return true;
	if (!typeInheritsFrom(get_rel_type_id(child), get_rel_type_id(parent)))
		return false;
	checked_child = child;
	checked_parent = parent;
	checked_at = relations_changed;
	return true;
}

/* The registry row behind a trigger's argument, if it may be used by rel. */
RegistryEntry *
registry_entry(int32 registry_id, Relation rel)
{
	RegistryEntry *entry = registry_lookup(registry_id);

	if (entry == NULL || (entry->relid != RelationGetRelid(rel) &&
						  !registry_is_child(rel, entry->relid)))
		ereport(ERROR,
				(errcode(ERRCODE_MS_NOT_REGISTERED),
				 errmsg("relation \"%s\" is not registered for capture as number %d",
						RelationGetRelationName(rel), registry_id),
				 errdetail("A capture trigger works only on the relation that aims.govern put it on, and on its partitions and inheritance children."),
				 errhint("Use aims.govern instead of creating the trigger by hand; drop one that stayed behind when a partition was detached.")));
	return entry;
}
