/*
 * hierarchy.c
 *		From a relation to the registered one that it goes by.
 *
 * Partitions and inheritance children have no row in the registry: they go by
 * an ancestor, at any depth. The registry is read in its latest committed
 * state, at every isolation level.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "hierarchy.h"
#include "row.h"

/* The registry row of exactly this relation, copied; NULL where none. */
static HeapTuple
registry_row(Relation registry, Oid relid)
{
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(registry), "relation"),
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	return row_find(registry, "registry_relation_key", 1, &key, false);
}

int32
registry_number(Oid relid)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	HeapTuple	tuple = registry_row(rel, relid);
	int32		registry_id = 0;
	bool		isnull;

	if (HeapTupleIsValid(tuple))
		registry_id = DatumGetInt32(row_value(tuple, RelationGetDescr(rel),
											  "registry_id", &isnull));
	table_close(rel, AccessShareLock);
	return registry_id;
}

char *
registry_text(Oid relid, const char *column)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	HeapTuple	tuple = registry_row(rel, relid);
	char	   *text = NULL;

	if (HeapTupleIsValid(tuple))
		text = row_string(tuple, RelationGetDescr(rel), column);
	table_close(rel, AccessShareLock);
	return text;
}

bool
catalog_row_deleted_here(HeapTuple tuple)
{
	HeapTupleHeader header = tuple->t_data;
	TransactionId xmax;

	if ((header->t_infomask & HEAP_XMAX_INVALID) != 0 ||
		HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask))
		return false;
	xmax = HeapTupleHeaderGetUpdateXid(header);
	return TransactionIdIsCurrentTransactionId(xmax);
}

/* Add the parents of a relation, of now or until this transaction. */
static List *
hierarchy_add_parents(List *relids, Relation inherits, Oid relid,
					  bool dropped)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true,
							  dropped ? SnapshotAny : NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_inherits link = (Form_pg_inherits) GETSTRUCT(tuple);

		if (!dropped || catalog_row_deleted_here(tuple))
			relids = list_append_unique_oid(relids, link->inhparent);
	}
	systable_endscan(scan);
	return relids;
}

List *
hierarchy_ancestors(Oid relid, bool dropped)
{
	Relation	inherits = table_open(InheritsRelationId, AccessShareLock);
	List	   *relids = list_make1_oid(relid);
	ListCell   *lc;

	foreach(lc, relids)			/* grows meanwhile */
	{
		Oid			ancestor = lfirst_oid(lc);

		relids = hierarchy_add_parents(relids, inherits, ancestor, false);
		if (dropped)
			relids = hierarchy_add_parents(relids, inherits, ancestor, true);
	}
	table_close(inherits, AccessShareLock);
	return relids;
}

List *
hierarchy_roots(Oid relid, bool dropped)
{
	List	   *roots = NIL;
	ListCell   *lc;

	foreach(lc, hierarchy_ancestors(relid, dropped))
	{
		int32		registry_id = registry_number(lfirst_oid(lc));

		if (registry_id != 0)
		{
			Root	   *root = palloc(sizeof(Root));

			root->relid = lfirst_oid(lc);
			root->registry_id = registry_id;
			roots = lappend(roots, root);
		}
	}
	return roots;
}

List *
hierarchy_members(Oid relid, LOCKMODE mode)
{
	List	   *members = NIL;
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, mode, NULL))
		if (lfirst_oid(lc) == relid ||
			get_rel_persistence(lfirst_oid(lc)) != RELPERSISTENCE_TEMP)
			members = lappend_oid(members, lfirst_oid(lc));
	return members;
}
