/*
 * output.c
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
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "condition.h"
#include "guard.h"
#include "hierarchy.h"
#include "output.h"
#include "owner.h"
#include "registry.h"
#include "shape.h"

/* The condition on rows of one table, or NULL. */
static ExprState *
output_condition(Relation rel, const char *condition, EState *estate)
{
	int			level;
	List	   *qual;

	if (condition == NULL)
		return NULL;
	level = path_begin();
	qual = list_make1(condition_tree(rel, condition));
	path_end(level);
	return ExecPrepareQual(qual, estate);
}

/* Decide on one row; or say whether it is the system's. */
static bool
output_row(const RegistryEntry *entry, Relation rel, TupleTableSlot *slot,
		   const char *system, ExprContext *context)
{
	MemoryContext previous = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, NULL);
	const char *found = system != NULL ? guard_row(entry, rel, tuple, NULL) :
		guard_row(entry, rel, NULL, tuple);

	MemoryContextSwitchTo(previous);
	return system != NULL && found != NULL && strcmp(found, system) == 0;
}

/*
 * Read one table. Without a system its rows are decided on; with one, its rows
 * are counted.
 */
static int64
output_read(Relation rel, const Root *root, const char *system,
			Snapshot snapshot)
{
	RegistryEntry *entry = registry_entry(root->registry_id, rel);
	EState	   *estate = CreateExecutorState();
	ExprContext *context = GetPerTupleExprContext(estate);
	ExprState  *condition = output_condition(rel,
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
			rows += output_row(entry, rel, slot, system, context);
		ResetExprContext(context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	return rows;
}

/* Read a relation and all below it that hold rows here. */
static int64
output_read_all(Oid relid, const Root *root, const char *system)
{
	List	   *members = hierarchy_members(relid, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	int64		rows = 0;
	ListCell   *lc;

	foreach(lc, members)
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION)
		{
			Relation	rel = table_open(lfirst_oid(lc), NoLock);

			rows += output_read(rel, root, system, snapshot);
			table_close(rel, NoLock);
		}
	UnregisterSnapshot(snapshot);
	return rows;
}

void
output_attached(Oid relid)
{
	List	   *roots = hierarchy_roots(relid, false);
	Root	   *root = roots != NIL ? linitial(roots) : NULL;

	if (root != NULL && root->registry_id >= FIRST_GOVERNED_ID &&
		get_rel_persistence(relid) != RELPERSISTENCE_TEMP)
		(void) output_read_all(relid, root, NULL);
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
	PG_RETURN_INT64(output_read_all(root.relid, &root, system));
}
