/*
 * ddl_target.c
 *		What a piece of DDL concerns.
 *
 * A relation concerns the registered one that it goes by. A trigger, rule,
 * policy or constraint concerns its relation; a type, all relations with a
 * column of it, through arrays, domains, ranges and composite types; a schema,
 * all registered relations with a member in it. Indexes concern nothing: they hold no row of
 * their own.
 *
 * In sql_drop the catalogs have forgotten what is dropped. Its rows are still
 * in the heap, marked as deleted by this transaction, and are read there.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "ddl_target.h"
#include "hierarchy.h"
#include "owner.h"
#include "shape.h"

/* Catalogs of what a relation has, and where they keep the relation. */
static const struct
{
	Oid			catalog;
	Oid			index;			/* on oid, which comes first in all of them */
	AttrNumber	relation;
} parts[] = {
	{TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_tgrelid},
	{RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_ev_class},
	{PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_polrelid},
	{ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_conrelid}
};

/* Has the current transaction deleted this version after that command? */
static bool
deleted_after(HeapTuple tuple, CommandId *newest)
{
	CommandId	deleted;

	if (!catalog_row_deleted_here(tuple))
		return false;
	deleted = HeapTupleHeaderGetCmax(tuple->t_data);
	if (deleted < *newest)
		return false;
	*newest = deleted;
	return true;
}

HeapTuple
catalog_row(Relation catalog, Oid index, Oid oid, bool deleted)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	HeapTuple	found = NULL;
	CommandId	newest = FirstCommandId;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(oid));
	scan = systable_beginscan(catalog, index, true,
							  deleted ? SnapshotAny : NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		if (!deleted || deleted_after(tuple, &newest))
			found = heap_copytuple(tuple);
	systable_endscan(scan);
	return found;
}

/* An OID column of a catalog row; InvalidOid where there is no such row. */
static Oid
catalog_column(Oid catalog, Oid index, Oid oid, AttrNumber column,
			   bool deleted)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	HeapTuple	tuple = catalog_row(rel, index, oid, deleted);
	Oid			value = InvalidOid;
	bool		isnull;

	if (HeapTupleIsValid(tuple))
		value = DatumGetObjectId(heap_getattr(tuple, column,
											  RelationGetDescr(rel), &isnull));
	table_close(rel, AccessShareLock);
	return value;
}

Oid
relation_owner(Oid relid, bool former)
{
	return catalog_column(RelationRelationId, ClassOidIndexId, relid,
						  Anum_pg_class_relowner, former);
}

/* The name of a schema that may have been dropped together with a table. */
static char *
former_schema_name(Oid schema)
{
	char	   *name = get_namespace_name(schema);
	Relation	rel;
	HeapTuple	tuple;

	if (name != NULL)
		return name;
	rel = table_open(NamespaceRelationId, AccessShareLock);
	tuple = catalog_row(rel, NamespaceOidIndexId, schema, true);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "schema %u was not dropped here", schema);
	name = pstrdup(NameStr(((Form_pg_namespace) GETSTRUCT(tuple))->nspname));
	table_close(rel, AccessShareLock);
	return name;
}

bool
relation_former_names(Oid relid, char **schema, char **name)
{
	Relation	rel = table_open(RelationRelationId, AccessShareLock);
	HeapTuple	tuple = catalog_row(rel, ClassOidIndexId, relid, true);

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

		*schema = former_schema_name(class->relnamespace);
		*name = pstrdup(NameStr(class->relname));
	}
	table_close(rel, AccessShareLock);
	return HeapTupleIsValid(tuple);
}

/* Is the relation one that has rows and triggers, or a row type? */
static bool
relation_has_columns(Oid relid)
{
	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_FOREIGN_TABLE:
		case RELKIND_VIEW:
			return true;
		default:
			return false;
	}
}

Oid
object_relation(Oid classid, Oid objid, bool dropped)
{
	if (classid == RelationRelationId)
		return dropped || relation_has_columns(objid) ? objid : InvalidOid;
	for (int i = 0; i < lengthof(parts); i++)
		if (parts[i].catalog == classid)
			return catalog_column(classid, parts[i].index, objid,
								  parts[i].relation, dropped);
	return InvalidOid;
}

Oid
trigger_function(Oid trigger, bool dropped)
{
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	HeapTuple	tuple = catalog_row(rel, TriggerOidIndexId, trigger, dropped);
	Oid			function = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		if (!form->tgisinternal || OidIsValid(form->tgparentid))
			function = form->tgfoid;
	}
	table_close(rel, AccessShareLock);
	return function;
}

/* The schema that an object lies in; InvalidOid where it lies in none. */
static Oid
object_schema(const ObjectAddress *address)
{
	int			cache;
	AttrNumber	column;
	HeapTuple	tuple;
	Oid			schema;
	bool		isnull;

	/* parts of publications and large objects: nobody knows their catalogs */
	if (!is_objectclass_supported(address->classId))
		return InvalidOid;
	cache = get_object_catcache_oid(address->classId);
	column = get_object_attnum_namespace(address->classId);
	if (cache < 0 || column == InvalidAttrNumber)
		return InvalidOid;
	tuple = SearchSysCache1(cache, ObjectIdGetDatum(address->objectId));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	schema = DatumGetObjectId(SysCacheGetAttr(cache, tuple, column, &isnull));
	ReleaseSysCache(tuple);
	return schema;
}

bool
object_is_ours(const ObjectAddress *address)
{
	Oid			aims = get_namespace_oid("aims", true);

	switch (address->classId)
	{
		case NamespaceRelationId:
			return address->objectId == aims;
		case ExtensionRelationId:
			return address->objectId == get_extension_oid("aims", true);
		case CastRelationId:
			return getExtensionOfObject(address->classId, address->objectId) ==
				get_extension_oid("aims", true);
		default:
			return object_schema(address) == aims;
	}
}

/* A target; root is NULL where the relation is not registered. */
static Target *
make_target(Oid relid, const Root *root)
{
	Target	   *target = palloc0(sizeof(Target));

	target->relid = relid;
	target->relation = relation_name(root ? root->relid : relid);
	if (root != NULL)
	{
		target->root = root->relid;
		target->registry_id = root->registry_id;
		if (root->relid != relid)
			target->physical = relation_name(relid);
	}
	return target;
}

Target *
unregistered_target(Oid relid)
{
	return make_target(relid, NULL);
}

List *
relation_targets(Oid relid)
{
	List	   *targets = NIL;
	ListCell   *lc;

	foreach(lc, hierarchy_roots(relid, false))
		targets = lappend(targets, make_target(relid, lfirst(lc)));
	if (targets == NIL &&
		get_rel_namespace(relid) == get_namespace_oid("aims", true))
		targets = list_make1(make_target(relid, NULL));
	return targets;
}

/* Add targets, one for each registered relation. */
static List *
add_roots(List *targets, List *more)
{
	ListCell   *lc;
	ListCell   *seen;

	foreach(lc, more)
	{
		Target	   *target = lfirst(lc);
		bool		found = false;

		foreach(seen, targets)
			found |= ((Target *) lfirst(seen))->root == target->root;
		if (!found)
			targets = lappend(targets, target);
	}
	return targets;
}

/* OIDs that a query with one OID parameter finds, as the owner. */
static List *
find_relations(const char *query, Oid parameter)
{
	const char *args[] = {psprintf("%u", parameter)};
	MemoryContext caller = CurrentMemoryContext;
	OwnerScope	scope = owner_begin();
	List	   *relids = NIL;
	uint64		n;

	SPI_connect();
	n = owner_execute(query, lengthof(args), args);
	for (uint64 i = 0; i < n; i++)
	{
		bool		isnull;
		Datum		relid = SPI_getbinval(SPI_tuptable->vals[i],
										  SPI_tuptable->tupdesc, 1, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		relids = lappend_oid(relids, DatumGetObjectId(relid));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	owner_end(scope);
	return relids;
}

/* Targets of what was done to a type: its columns change with it. */
static List *
type_targets(Oid type)
{
	List	   *targets = NIL;
	ListCell   *lc;

	foreach(lc, find_relations("WITH RECURSIVE used (type) AS ("
							   " SELECT $1::oid"
							   " UNION"
							   " SELECT coalesce(c.reltype, d.objid) FROM used AS u"
							   " JOIN pg_depend AS d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = u.type"
							   " LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.reltype <> 0"
							   " WHERE d.classid = 'pg_type'::regclass OR c.oid IS NOT NULL)"
							   " SELECT DISTINCT c.oid FROM used AS u"
							   " JOIN pg_depend AS d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = u.type"
							   " JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid"
							   " WHERE (d.objsubid > 0 OR c.reloftype = u.type) AND c.relkind IN ('r', 'p', 'f')"
							   " ORDER BY c.oid", type))
		targets = add_roots(targets, relation_targets(lfirst_oid(lc)));
	return targets;
}

/* Targets of what was done to a schema: qualified names change with it. */
static List *
schema_targets(Oid schema)
{
	List	   *targets = NIL;
	ListCell   *lc;

	foreach(lc, find_relations("WITH RECURSIVE member (relation, registry_id, depth) AS ("
							   " SELECT r.relation::oid, r.registry_id, 0 FROM aims.registry AS r WHERE r.guarded"
							   " UNION"
							   " SELECT i.inhrelid, m.registry_id, m.depth + 1 FROM member AS m"
							   " JOIN pg_inherits AS i ON i.inhparent = m.relation)"
							   " SELECT c.oid FROM member AS m JOIN pg_class AS c ON c.oid = m.relation"
							   " WHERE c.relnamespace = $1::oid ORDER BY m.registry_id, m.depth, c.oid",
							   schema))
		targets = add_roots(targets, relation_targets(lfirst_oid(lc)));
	return targets;
}

/* The target of what was done to an object of ours that is no relation. */
static Target *
make_object_target(const ObjectAddress *address)
{
	Target	   *target = palloc0(sizeof(Target));

	target->relation = getObjectIdentity(address, true);
	return target;
}

List *
object_targets(const ObjectAddress *address)
{
	Oid			relid = object_relation(address->classId, address->objectId,
										false);
	List	   *targets = NIL;

	if (OidIsValid(relid))
		return relation_targets(relid);
	if (address->classId == TypeRelationId)
		targets = type_targets(address->objectId);
	else if (address->classId == RelationRelationId &&
			 get_rel_relkind(address->objectId) == RELKIND_COMPOSITE_TYPE)
		targets = type_targets(get_rel_type_id(address->objectId));
	else if (address->classId == NamespaceRelationId)
		targets = schema_targets(address->objectId);
	if (targets == NIL && object_is_ours(address))
		targets = list_make1(make_object_target(address));
	return targets;
}
