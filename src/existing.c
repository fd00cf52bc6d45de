/*
 * existing.c
 *		AI output that is in a table already: rows that come with a partition,
 *		and the count of what a system has left behind.
 *
 * Tables are read directly: the plan of a query would evaluate expressions of
 * their owner (statistics, indexes, policies) with the rights of whoever runs
 * it. Conditions call immutable functions of pg_catalog alone.
 */
#include "aims.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "condition.h"
#include "ddl_target.h"
#include "existing.h"
#include "guard.h"
#include "hierarchy.h"
#include "owner.h"
#include "registry.h"
#include "shape.h"

/* The condition on rows of one table, or NULL. */
static ExprState *
existing_condition(Relation rel, const char *condition, EState *estate)
{
	int			level;
	List	   *qual;

	if (condition == NULL)
		return NULL;
	level = path_begin();
	qual = list_make1(condition_tree(rel, condition, BOOLOID));
	path_end(level);
	return ExecPrepareQual(qual, estate);
}

/*
 * Decide on one row; or say whether it is the system's, which leaves nothing
 * behind. Where the session says whose rows are, each may be.
 */
static bool
existing_row(const RegistryEntry *entry, Relation rel, TupleTableSlot *slot,
			 const char *system, ExprContext *context)
{
	MemoryContext row = context->ecxt_per_tuple_memory;
	MemoryContext previous;
	HeapTuple	tuple;
	const char *found = NULL;

	if (system != NULL && entry->system == NULL &&
		entry->system_column == NULL && entry->system_expression == NULL)
		return true;
	previous = MemoryContextSwitchTo(row);
	tuple = ExecFetchSlotHeapTuple(slot, false, NULL);
	if (system != NULL)
		found = guard_system(entry, rel, tuple);
	else
		guard_arrived(entry, rel, tuple);
	MemoryContextSwitchTo(previous);
	return found != NULL && strcmp(found, system) == 0;
}

/*
 * Read one table. Without a system its rows are decided on; with one, its rows
 * are counted.
 */
static int64
existing_read(Relation rel, const Root *root, const char *system,
			  Snapshot snapshot)
{
	RegistryEntry *entry = registry_entry(root->registry_id, rel);
	EState	   *estate = CreateExecutorState();
	ExprContext *context = GetPerTupleExprContext(estate);
	ExprState  *condition = existing_condition(rel,
											   registry_text(root->relid,
															 "system_when"),
											   estate);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int64		rows = 0;

	context->ecxt_scantuple = slot;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (condition == NULL || ExecQual(condition, context))
			rows += existing_row(entry, rel, slot, system, context);
		ResetExprContext(context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	return rows;
}

/* What another server holds cannot be counted here. */
static void
refuse_foreign(Oid relid)
{
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of foreign table %s cannot be counted",
						relation_name(relid)),
				 errdetail("It is a partition or child of a governed table, and another server holds its rows."),
				 errhint("Detach it, and count it on the server that holds it.")));
}

/* Count the rows of one table. */
static int64
count_rows(Relation rel, Snapshot snapshot)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int64		rows = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		rows++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return rows;
}

/*
 * Read a relation and all below it that hold rows here. Without a root all
 * rows are counted.
 */
static int64
existing_read_all(Oid relid, const Root *root, const char *system)
{
	List	   *members = hierarchy_members(relid, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	int64		rows = 0;
	ListCell   *lc;

	foreach(lc, members)
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION)
		{
			Relation	rel = table_open(lfirst_oid(lc), NoLock);

			rows += root == NULL ? count_rows(rel, snapshot) :
				existing_read(rel, root, system, snapshot);
			table_close(rel, NoLock);
		}
		else if (root == NULL || system != NULL)
			refuse_foreign(lfirst_oid(lc));
	UnregisterSnapshot(snapshot);
	return rows;
}

void
existing_attached(Oid relid)
{
	List	   *roots = hierarchy_roots(relid, false);
	Root	   *root = roots != NIL ? linitial(roots) : NULL;

	if (root != NULL && root->registry_id >= FIRST_GOVERNED_ID &&
		get_rel_persistence(relid) != RELPERSISTENCE_TEMP)
		(void) existing_read_all(relid, root, NULL);
}

PG_FUNCTION_INFO_V1(aims_output_rows);
/* aims.output_rows(relation, system) → bigint */
Datum
aims_output_rows(PG_FUNCTION_ARGS)
{
	Root		root = {PG_GETARG_OID(0), 0};
	char	   *system = text_to_cstring(PG_GETARG_TEXT_PP(1));

	LockRelationOid(root.relid, AccessShareLock);
	root.registry_id = registry_number(root.relid);
	if (root.registry_id < FIRST_GOVERNED_ID)
		ereport(ERROR,
				(errcode(ERRCODE_MS_NOT_REGISTERED),
				 errmsg("relation with OID %u is not governed", root.relid),
				 errdetail("No row of aims.registry puts it under the guard; a partition goes by its parent."),
				 errhint("SELECT relation FROM aims.governed lists the governed relations.")));
	PG_RETURN_INT64(existing_read_all(root.relid, &root, system));
}

/*
 * Count with a query, as the owner of the relation, who can do with it what he
 * likes, and can do nothing else here.
 */
static int64
count_as_owner(Oid relid)
{
	OwnerScope	scope = owner_begin_restricted(relation_owner(relid, false));
	bool		isnull;
	Datum		rows;

	SPI_connect();
	if (SPI_execute(psprintf("SELECT count(*) FROM %s", relation_name(relid)),
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count rows of %s", relation_name(relid));
	rows = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						 &isnull);
	SPI_finish();
	owner_end(scope);
	return DatumGetInt64(rows);
}

PG_FUNCTION_INFO_V1(aims_relation_rows);
/* aims.relation_rows(relation) → bigint */
Datum
aims_relation_rows(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);

	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			LockRelationOid(relid, AccessShareLock);
			PG_RETURN_INT64(existing_read_all(relid, NULL, NULL));
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			PG_RETURN_INT64(count_as_owner(relid));
		default:
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("relation with OID %u has no rows to count", relid),
					 errdetail("It does not exist any more, or is no table or view."),
					 errhint("Set the relation of its dataset to NULL.")));
	}
	PG_RETURN_NULL();
}
