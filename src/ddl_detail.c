/*
 * ddl_detail.c
 *		The detail of a DDL entry, from the parse trees that the server keeps
 *		of what was executed. Only names are taken from them.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "attach.h"
#include "ddl_detail.h"
#include "ddl_target.h"
#include "hierarchy.h"
#include "image.h"
#include "shape.h"

/* Rows of an attached partition are counted exactly up to here. */
#define ROWS_COUNTED 1000000

/* What the subcommands of ALTER TABLE are called. */
static const struct
{
	AlterTableType type;
	const char *action;
} actions[] = {
	{AT_AddColumn, "ADD COLUMN"},
	{AT_DropColumn, "DROP COLUMN"},
	{AT_AlterColumnType, "ALTER COLUMN TYPE"},
	{AT_ColumnDefault, "ALTER COLUMN DEFAULT"},
	{AT_SetNotNull, "SET NOT NULL"},
	{AT_DropNotNull, "DROP NOT NULL"},
	{AT_DropExpression, "DROP EXPRESSION"},
	{AT_AddIdentity, "ADD IDENTITY"},
	{AT_SetIdentity, "SET IDENTITY"},
	{AT_DropIdentity, "DROP IDENTITY"},
	{AT_AddConstraint, "ADD CONSTRAINT"},
	{AT_AddIndexConstraint, "ADD CONSTRAINT"},
	{AT_AddIndex, "ADD CONSTRAINT"},
	{AT_AlterConstraint, "ALTER CONSTRAINT"},
	{AT_ValidateConstraint, "VALIDATE CONSTRAINT"},
	{AT_DropConstraint, "DROP CONSTRAINT"},
	{AT_ChangeOwner, "OWNER TO"},
	{AT_SetLogged, "SET LOGGED"},
	{AT_SetUnLogged, "SET UNLOGGED"},
	{AT_SetAccessMethod, "SET ACCESS METHOD"},
	{AT_SetTableSpace, "SET TABLESPACE"},
	{AT_EnableTrig, "ENABLE TRIGGER"},
	{AT_EnableAlwaysTrig, "ENABLE ALWAYS TRIGGER"},
	{AT_EnableReplicaTrig, "ENABLE REPLICA TRIGGER"},
	{AT_DisableTrig, "DISABLE TRIGGER"},
	{AT_EnableTrigAll, "ENABLE TRIGGER ALL"},
	{AT_DisableTrigAll, "DISABLE TRIGGER ALL"},
	{AT_EnableTrigUser, "ENABLE TRIGGER USER"},
	{AT_DisableTrigUser, "DISABLE TRIGGER USER"},
	{AT_EnableRule, "ENABLE RULE"},
	{AT_EnableAlwaysRule, "ENABLE ALWAYS RULE"},
	{AT_EnableReplicaRule, "ENABLE REPLICA RULE"},
	{AT_DisableRule, "DISABLE RULE"},
	{AT_AddInherit, "INHERIT"},
	{AT_DropInherit, "NO INHERIT"},
	{AT_AddOf, "OF"},
	{AT_DropOf, "NOT OF"},
	{AT_ReplicaIdentity, "REPLICA IDENTITY"},
	{AT_EnableRowSecurity, "ENABLE ROW LEVEL SECURITY"},
	{AT_DisableRowSecurity, "DISABLE ROW LEVEL SECURITY"},
	{AT_ForceRowSecurity, "FORCE ROW LEVEL SECURITY"},
	{AT_NoForceRowSecurity, "NO FORCE ROW LEVEL SECURITY"},
	{AT_AttachPartition, "ATTACH PARTITION"},
	{AT_DetachPartition, "DETACH PARTITION"},
	{AT_DetachPartitionFinalize, "DETACH PARTITION FINALIZE"}
};

void
detail_begin(StringInfo out, const char *tag, const char *type,
			 const char *identity)
{
	appendStringInfoChar(out, '{');
	detail_string(out, "tag", tag);
	detail_string(out, "type", type);
	detail_string(out, "identity", identity);
}

/* Append a member's name. */
static void
detail_name(StringInfo out, const char *name)
{
	appendStringInfo(out, "%s\"%s\":",
					 out->data[out->len - 1] == '{' ? "" : ",", name);
}

void
detail_string(StringInfo out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	detail_name(out, name);
	json_string(out, value, strlen(value));
}

void
detail_number(StringInfo out, const char *name, int64 value)
{
	detail_name(out, name);
	appendStringInfo(out, INT64_FORMAT, value);
}

void
detail_true(StringInfo out, const char *name)
{
	detail_name(out, name);
	appendStringInfoString(out, "true");
}

void
detail_false(StringInfo out, const char *name)
{
	detail_name(out, name);
	appendStringInfoString(out, "false");
}

void
detail_end(StringInfo out)
{
	appendStringInfoChar(out, '}');
}

void
detail_trigger_function(StringInfo out, Oid function)
{
	if (SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(function)))
		detail_string(out, "function",
					  format_procedure_qualified(function));
}

/* What a subcommand of ALTER TABLE is called. */
static const char *
action_name(AlterTableType type)
{
	type = compat_alter_table_type(type);
	for (int i = 0; i < lengthof(actions); i++)
		if (actions[i].type == type)
			return actions[i].action;
	return "OTHER";
}

/*
 * The server does not keep which partition was attached or detached; its name
 * is looked up as it was when the command ran.
 */
Oid
subcommand_relation(const CollectedATSubcmd *sub)
{
	AlterTableCmd *cmd = (AlterTableCmd *) sub->parsetree;

	switch (cmd->subtype)
	{
		case AT_AttachPartition:
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			return RangeVarGetRelid(((PartitionCmd *) cmd->def)->name, NoLock,
									true);
		case AT_AddInherit:
		case AT_DropInherit:
			return sub->address.objectId;
		default:
			return InvalidOid;
	}
}

/* What a subcommand names: a column, constraint, trigger, relation, role. */
static const char *
action_object(const CollectedATSubcmd *sub, Oid relid)
{
	AlterTableCmd *cmd = (AlterTableCmd *) sub->parsetree;
	Oid			other = subcommand_relation(sub);

	if (OidIsValid(other))
		return relation_name(other);
	if (cmd->subtype == AT_ChangeOwner)
		return get_rolespec_name(cmd->newowner);
	if (cmd->name != NULL)
		return cmd->name;
	if (sub->address.classId == ConstraintRelationId)
		return get_constraint_name(sub->address.objectId);
	if (sub->address.classId == RelationRelationId &&
		sub->address.objectSubId != 0)
		return get_attname(relid, sub->address.objectSubId, true);
	return NULL;
}

/* The type that a column has been given. */
static const char *
action_type(const CollectedATSubcmd *sub, Oid relid)
{
	AlterTableType type = ((AlterTableCmd *) sub->parsetree)->subtype;
	Oid			atttype;
	int32		typmod;
	Oid			collation;

	type = compat_alter_table_type(type);
	if ((type != AT_AddColumn && type != AT_AlterColumnType) ||
		sub->address.objectSubId == 0)
		return NULL;
	get_atttypetypmodcoll(relid, sub->address.objectSubId, &atttype, &typmod,
						  &collation);
	return format_type_extended(atttype, typmod, FORMAT_TYPE_TYPEMOD_GIVEN |
								FORMAT_TYPE_FORCE_QUALIFY);
}

/* The function of the trigger that a subcommand names, where it is ours. */
static void
action_trigger(StringInfo out, const AlterTableCmd *cmd, Oid relid)
{
	Oid			trigger;

	switch (cmd->subtype)
	{
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_DisableTrig:
			trigger = get_trigger_oid(relid, cmd->name, true);
			if (OidIsValid(trigger))
				detail_trigger_function(out, trigger_function(trigger, false));
			break;
		default:
			break;
	}
}

/* One subcommand of ALTER TABLE. */
static void
detail_subcommand(StringInfo out, const CollectedATSubcmd *sub, Oid relid)
{
	AlterTableCmd *cmd = (AlterTableCmd *) sub->parsetree;

	appendStringInfoChar(out, '{');
	detail_string(out, "action", action_name(cmd->subtype));
	detail_string(out, "name", action_object(sub, relid));
	detail_string(out, "column_type", action_type(sub, relid));
	action_trigger(out, cmd, relid);
	if (cmd->subtype == AT_AddInherit || cmd->subtype == AT_DropInherit)
		detail_rows(out, relid);
	else if (OidIsValid(subcommand_relation(sub)))
		detail_rows(out, subcommand_relation(sub));
	detail_end(out);
}

/* The one action of a command that is no ALTER TABLE. */
static void
detail_action(StringInfo out, const char *action, const char *name,
			  const char *new_name)
{
	detail_name(out, "actions");
	appendStringInfoString(out, "[{");
	detail_string(out, "action", action);
	detail_string(out, "name", name);
	detail_string(out, "new_name", new_name);
	appendStringInfoString(out, "}]");
}

/* ALTER ... RENAME */
static void
detail_rename(StringInfo out, const RenameStmt *stmt, Oid relid)
{
	if (stmt->renameType == OBJECT_COLUMN ||
		stmt->renameType == OBJECT_ATTRIBUTE)
		detail_action(out, "RENAME COLUMN", stmt->subname, stmt->newname);
	else if (stmt->renameType == OBJECT_TABCONSTRAINT)
		detail_action(out, "RENAME CONSTRAINT", stmt->subname, stmt->newname);
	else if (stmt->renameType == OBJECT_TABLE)
		detail_action(out, "RENAME", relation_former_name(relid),
					  relation_name(relid));
	else if (stmt->renameType == OBJECT_TYPE ||
			 stmt->renameType == OBJECT_DOMAIN)
		detail_action(out, "RENAME", NameListToString((List *) stmt->object),
					  stmt->newname);
	else
		detail_action(out, "RENAME", stmt->subname, stmt->newname);
}

/* ALTER TYPE ... ADD VALUE, RENAME VALUE */
static void
detail_enum(StringInfo out, const AlterEnumStmt *stmt)
{
	if (stmt->oldVal != NULL)
		detail_action(out, "RENAME VALUE", stmt->oldVal, stmt->newVal);
	else
		detail_action(out, "ADD VALUE", stmt->newVal, NULL);
}

/* ALTER EXTENSION ... ADD, DROP */
static void
detail_member(StringInfo out, const AlterExtensionContentsStmt *stmt,
			  const ObjectAddress *member)
{
	detail_action(out, stmt->action > 0 ? "ADD" : "DROP",
				  OidIsValid(member->objectId) ?
				  getObjectIdentity(member, true) : NULL, NULL);
}

/* What a command did that is no ALTER TABLE with subcommands. */
static void
detail_simple(StringInfo out, CollectedCommand *command)
{
	Node	   *stmt = command->parsetree;
	Oid			objid = command->d.simple.address.objectId;
	RoleSpec   *owner;

	switch (nodeTag(stmt))
	{
		case T_RenameStmt:
			detail_rename(out, (RenameStmt *) stmt, objid);
			break;
		case T_AlterObjectSchemaStmt:
			if (command->d.simple.address.classId == RelationRelationId)
				detail_action(out, "SET SCHEMA", relation_former_name(objid),
							  relation_name(objid));
			else
				detail_action(out, "SET SCHEMA", NULL,
							  ((AlterObjectSchemaStmt *) stmt)->newschema);
			break;
		case T_AlterOwnerStmt:
			owner = ((AlterOwnerStmt *) stmt)->newowner;
			detail_action(out, "OWNER TO", get_rolespec_name(owner), NULL);
			break;
		case T_AlterEnumStmt:
			detail_enum(out, (AlterEnumStmt *) stmt);
			break;
		case T_AlterExtensionStmt:
			detail_action(out, "UPDATE", NULL, NULL);
			break;
		case T_AlterExtensionContentsStmt:
			detail_member(out, (AlterExtensionContentsStmt *) stmt,
						  &command->d.simple.secondaryObject);
			break;
		default:
			break;
	}
}

void
detail_actions(StringInfo out, CollectedCommand *command)
{
	ListCell   *lc;
	const char *separator = "";

	if (command->type == SCT_Simple)
		detail_simple(out, command);
	if (command->type != SCT_AlterTable)
		return;
	detail_name(out, "actions");
	appendStringInfoChar(out, '[');
	foreach(lc, command->d.alterTable.subcmds)
	{
		appendStringInfoString(out, separator);
		detail_subcommand(out, lfirst(lc), command->d.alterTable.objectId);
		separator = ",";
	}
	appendStringInfoChar(out, ']');
}

char *
relation_former_name(Oid relid)
{
	char	   *schema;
	char	   *name;

	if (!relation_former_names(relid, &schema, &name))
		return NULL;
	return quote_qualified_identifier(schema, name);
}

/* Is the relation, or one below it, a foreign table? */
static bool
has_foreign(Oid relid)
{
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			return true;
	return false;
}

/* Count the rows of one table, up to a limit. */
static int64
count_rows(Oid relid, Snapshot snapshot, int64 limit)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int64		rows = 0;

	while (rows < limit &&
		   table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		rows++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return rows;
}

/*
 * Rows that arrive or leave with a partition: no row trigger sees them. A
 * large one is not counted to its end, and another server not asked. The
 * tables are read directly: the plan of a query would evaluate expressions of
 * their owner (statistics, indexes) with the rights of whoever runs it.
 */
void
detail_rows(StringInfo out, Oid relid)
{
	Snapshot	snapshot;
	int64		rows = 0;
	ListCell   *lc;

	if (has_foreign(relid))
	{
		detail_true(out, "foreign");
		return;
	}
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	foreach(lc, hierarchy_members(relid, AccessShareLock))
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION)
			rows += count_rows(lfirst_oid(lc), snapshot,
							   ROWS_COUNTED + 1 - rows);
	UnregisterSnapshot(snapshot);
	detail_number(out, "rows", Min(rows, ROWS_COUNTED));
	if (rows > ROWS_COUNTED)
		detail_true(out, "more");
}
