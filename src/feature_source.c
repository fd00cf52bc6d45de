/*
 * feature_source.c
 *		What a change of schema means for the AI systems that read the table.
 *
 * aims.dataset binds relations, governed or not. A change of type, a dropped
 * column, rewritten rows, another name, a drop: each opens a finding about
 * every system that is bound, once while it is open, and where the dataset
 * says so the system goes to re_evaluation, in which it may write: nobody is
 * silenced by a schema change. Other DDL costs a look into an index.
 */
#include "aims.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "ddl_detail.h"
#include "feature_source.h"
#include "lifecycle.h"
#include "owner.h"
#include "row.h"

bool
feature_source_bound(Oid relid)
{
	Relation	rel = table_open(aims_relid("dataset"), AccessShareLock);
	ScanKeyData key;
	bool		bound;

	ScanKeyInit(&key, row_column(RelationGetDescr(rel), "relation"),
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	bound = HeapTupleIsValid(row_find(rel, "dataset_relation_idx", 1, &key,
									  false));
	table_close(rel, AccessShareLock);
	return bound;
}

/* What a subcommand of ALTER TABLE changes, or NULL. */
static char *
subcommand_change(const CollectedATSubcmd *sub)
{
	AlterTableCmd *cmd = (AlterTableCmd *) sub->parsetree;

	switch (compat_alter_table_type(cmd->subtype))
	{
		case AT_AlterColumnType:
			return psprintf("column %s got another type", cmd->name);
		case AT_DropColumn:
			return psprintf("column %s was dropped", cmd->name);
		case COMPAT_AT_SET_EXPRESSION:
			return psprintf("column %s is computed in another way", cmd->name);
		default:
			return NULL;
	}
}

/* What ALTER TABLE changes, or NULL. Partitions repeat what is done to them. */
static char *
alter_table_change(const CollectedCommand *command)
{
	List	   *changes = NIL;
	StringInfoData text;
	ListCell   *lc;

	foreach(lc, command->d.alterTable.subcmds)
	{
		char	   *change = subcommand_change(lfirst(lc));

		if (change != NULL && !list_member(changes, makeString(change)))
			changes = lappend(changes, makeString(change));
	}
	if (changes == NIL)
		return NULL;
	initStringInfo(&text);
	foreach(lc, changes)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
						 strVal(lfirst(lc)));
	return text.data;
}

/* Does the command go on to partitions and children? */
static bool
change_descends(const CollectedCommand *command)
{
	return command->type == SCT_AlterTable ||
		(IsA(command->parsetree, RenameStmt) &&
		 ((RenameStmt *) command->parsetree)->renameType == OBJECT_COLUMN);
}

char *
feature_source_change(const CollectedCommand *command,
					  const ObjectAddress *address)
{
	const RenameStmt *stmt = (const RenameStmt *) command->parsetree;

	if (address->classId != RelationRelationId)
		return NULL;
	if (command->type == SCT_AlterTable)
		return alter_table_change(command);
	if (command->type != SCT_Simple)
		return NULL;
	if (IsA(stmt, RenameStmt) && stmt->renameType == OBJECT_COLUMN)
		return psprintf("column %s was renamed to %s", stmt->subname,
						stmt->newname);
	if ((IsA(stmt, RenameStmt) && stmt->renameType != OBJECT_TABCONSTRAINT) ||
		IsA(stmt, AlterObjectSchemaStmt))
		return psprintf("its name was %s",
						relation_former_name(address->objectId));
	if (IsA(stmt, ViewStmt) && ((const ViewStmt *) stmt)->replace)
		return "its view was replaced";
	return NULL;
}

List *
feature_source_relations(const CollectedCommand *command,
						 const ObjectAddress *address)
{
	List	   *sources = NIL;
	List	   *relids;
	ListCell   *lc;

	if (feature_source_change(command, address) == NULL)
		return NIL;
	relids = change_descends(command) ?
		find_all_inheritors(address->objectId, NoLock, NULL) :
		list_make1_oid(address->objectId);
	foreach(lc, relids)
		if (feature_source_bound(lfirst_oid(lc)))
			sources = lappend_oid(sources, lfirst_oid(lc));
	return sources;
}

/* A finding for each system that has none open; returns how many. */
static uint64
open_findings(Oid relid, const char *name, const char *change, int64 entry)
{
	const char *args[] = {psprintf("%u", relid), name, change,
						  psprintf(INT64_FORMAT, entry)};

	return owner_execute("INSERT INTO aims.finding AS f (kind, system, relation, detail, opened_by)"
						 " SELECT 'schema_changed', d.system, (SELECT c.oid::regclass FROM pg_class AS c WHERE c.oid = $1::oid),"
						 " format('%s, bound as dataset %s: %s (ledger entry %s)', $2,"
						 " string_agg(d.dataset, ', ' ORDER BY d.dataset), $3, $4), aims.current_person()"
						 " FROM aims.dataset AS d JOIN aims.ai_system AS s ON s.system = d.system"
						 " WHERE d.relation = $1::oid AND s.stage <> 'retirement'"
						 " AND NOT EXISTS (SELECT FROM aims.finding AS o WHERE o.kind = 'schema_changed'"
						 " AND o.system = d.system AND o.relation = $1::oid AND o.closed_at IS NULL)"
						 " GROUP BY d.system ORDER BY d.system",
						 lengthof(args), args);
}

/* Systems whose datasets ask for a re-evaluation. */
static List *
systems_to_re_evaluate(Oid relid, MemoryContext context)
{
	const char *args[] = {psprintf("%u", relid)};
	MemoryContext inside;
	List	   *systems = NIL;
	uint64		n;

	n = owner_execute("SELECT DISTINCT d.system::text FROM aims.dataset AS d"
					  " WHERE d.relation = $1::oid AND d.re_evaluate ORDER BY 1",
					  lengthof(args), args);
	inside = MemoryContextSwitchTo(context);	/* SPI leaves us in its own */
	for (uint64 i = 0; i < n; i++)
		systems = lappend(systems, owner_string(i, 1, context));
	MemoryContextSwitchTo(inside);
	return systems;
}

void
feature_source_report(Oid relid, const char *name, const char *change,
					  int64 entry)
{
	MemoryContext context = CurrentMemoryContext;
	OwnerScope	scope = owner_begin();
	List	   *systems;
	ListCell   *lc;

	SPI_connect();
	open_findings(relid, name, change, entry);
	systems = systems_to_re_evaluate(relid, context);
	SPI_finish();
	owner_end(scope);
	foreach(lc, systems)
		lifecycle_re_evaluate(lfirst(lc), psprintf("schema of %s changed: %s (ledger entry " INT64_FORMAT ")",
												   name, change, entry));
}

void
feature_source_unbind(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("UPDATE aims.dataset SET relation = NULL WHERE relation = $1::oid",
				  lengthof(args), args);
	SPI_finish();
	owner_end(scope);
}
