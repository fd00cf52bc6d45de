/*
 * protect.c
 *		Governance cannot be taken away by whoever owns a table.
 *
 * An owner may do with a table what he likes, but for what would let rows into
 * it, or away from it, past our triggers: to change or drop these triggers, to
 * drop the table, to take a partition or child out of it, to put a rule in
 * front of it, to make anew or rename the columns that say whose rows are. The
 * table's own name and schema may change: the registry goes by OID, and a
 * finding says that writers of the old name are not guarded any more. DELETE and TRUNCATE are
 * captured, and need no refusal. A table that is rebuilt as a matter of course
 * may be dropped, since its name stays governed.
 *
 * An administrator is whoever may execute aims.ungovern, and could go that way
 * instead. PostgreSQL asks the current user for that privilege, so it is the
 * current user here: a function SECURITY DEFINER of an administrator lends the
 * right as it would lend aims.ungovern, and one of the table's owner gains
 * nothing from being called by an administrator.
 *
 * It is asked after the command, when the catalogs say what has become of the
 * relation; the error undoes it. DETACH CONCURRENTLY alone has committed by
 * then, and is asked before.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/syscache.h"

#include "attach.h"
#include "ddl.h"
#include "ddl_detail.h"
#include "ddl_target.h"
#include "hierarchy.h"
#include "owner.h"
#include "protect.h"
#include "row.h"
#include "shape.h"

bool
protect_is_administrator(void)
{
	Oid			types[] = {REGCLASSOID, TEXTOID};
	oidvector  *arguments = buildoidvector(types, lengthof(types));
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										   CStringGetDatum("ungovern"),
										   PointerGetDatum(arguments),
										   ObjectIdGetDatum(get_namespace_oid("aims", true)));

	return OidIsValid(function) ? function_is_allowed(function, GetUserId()) :
		superuser();
}

/* Refuse it; detail says what would become of the relation's governance. */
static void
protect_refuse(const char *relation, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_GOVERNANCE_PROTECTED),
			 errmsg("governance of %s is protected", relation),
			 errdetail_internal("%s", detail),
			 errhint("Have an administrator do it (whoever may execute aims.ungovern), or call aims.ungovern(relation, reason) first.")));
}

/* The governed relation that a relation is, or goes by, or NULL. */
static Root *
governing_root(Oid relid, bool dropped)
{
	ListCell   *lc;

	foreach(lc, hierarchy_roots(relid, dropped))
		if (((Root *) lfirst(lc))->registry_id >= FIRST_GOVERNED_ID)
			return lfirst(lc);
	return NULL;
}

/* Is it a trigger that calls ours, or did before this transaction? */
static bool
trigger_is_ours(Oid trigger)
{
	Oid			present = trigger_function(trigger, false);
	Oid			former = trigger_function(trigger, true);

	return (OidIsValid(present) && function_is_ours(present)) ||
		(OidIsValid(former) && function_is_ours(former));
}

/*
 * Refuse to have our triggers of a table fire less than always. name is that
 * of the trigger that the command is about, NULL where it is about all.
 */
static void
protect_firing(Oid relid, const char *name)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

	table_close(rel, NoLock);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgenabled != TRIGGER_FIRES_ALWAYS &&
			(name == NULL || strcmp(trigger->tgname, name) == 0) &&
			function_is_ours(trigger->tgfoid))
			protect_refuse(relation_name(relid),
						   psprintf("Trigger %s would not fire for every change any more.",
									quote_identifier(trigger->tgname)));
	}
}

/* The same for all tables that ENABLE or DISABLE TRIGGER may have reached. */
static void
protect_triggers(Oid relid, const char *name)
{
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION ||
			get_rel_relkind(lfirst_oid(lc)) == RELKIND_PARTITIONED_TABLE)
			protect_firing(lfirst_oid(lc), name);
}

/* Refuse that a partition or child leaves what is governed. */
static void
protect_member(Oid parent, Oid child)
{
	Root	   *root = governing_root(parent, false);

	if (root != NULL)
		protect_refuse(relation_name(root->relid),
					   psprintf("Rows of %s would leave it, and what is written there would not be guarded any more.",
								relation_name(child)));
}

/* Does the registry row of the root name the column as the system column? */
static bool
is_system_column(const Root *root, const char *column)
{
	char	   *system_column = registry_text(root->relid, "system_column");

	return system_column != NULL && strcmp(system_column, column) == 0;
}

/* Does a trigger of ours look at the column, to see whether it has to fire? */
static bool
is_condition_column(Oid relid, const char *column)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);
	int			member = get_attnum(relid, column) -
		FirstLowInvalidHeapAttributeNumber;
	Bitmapset  *columns = NULL;

	table_close(rel, NoLock);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgqual != NULL && function_is_ours(trigger->tgfoid))
		{
			Node	   *qual = stringToNode(trigger->tgqual);

			pull_varattnos(qual, PRS2_OLD_VARNO, &columns);
			pull_varattnos(qual, PRS2_NEW_VARNO, &columns);
		}
	}
	return bms_is_member(member, columns);
}

/*
 * Refuse that a column that says whose the rows are gets other values, or
 * leaves its name to another, in the relation or in a governed one below it.
 * former is the name that it had, which the registry still knows it by.
 */
static void
protect_column(Oid relid, const char *former, const char *column)
{
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		Root	   *root = governing_root(lfirst_oid(lc), false);

		if (root != NULL && (is_system_column(root, former) ||
							 is_condition_column(lfirst_oid(lc), column)))
			protect_refuse(relation_name(root->relid),
						   psprintf("Column %s says which rows are AI output, and whose.",
									quote_identifier(former)));
	}
}

/* Refuse a rule that has something else done instead of a write. */
static void
protect_rule(Oid relid, const char *name)
{
	Root	   *root = governing_root(relid, false);
	HeapTuple	tuple;
	bool		instead;

	if (root == NULL)
		return;
	tuple = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(relid),
							CStringGetDatum(name));
	if (!HeapTupleIsValid(tuple))
		return;
	instead = ((Form_pg_rewrite) GETSTRUCT(tuple))->is_instead;
	ReleaseSysCache(tuple);
	if (instead)
		protect_refuse(relation_name(root->relid),
					   psprintf("Rule %s would have something else done instead of what is written.",
								quote_identifier(name)));
}

/* One subcommand of ALTER TABLE. */
static void
protect_subcommand(Oid relid, const CollectedATSubcmd *sub)
{
	AlterTableCmd *cmd = (AlterTableCmd *) sub->parsetree;

	switch (compat_alter_table_type(cmd->subtype))
	{
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_DisableTrig:
			protect_triggers(relid, cmd->name);
			break;
		case AT_EnableTrigAll:
		case AT_EnableTrigUser:
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
			protect_triggers(relid, NULL);
			break;
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			protect_member(relid, subcommand_relation(sub));
			break;
		case AT_DropInherit:
			protect_member(subcommand_relation(sub), relid);
			break;
		case AT_AlterColumnType:
		case AT_DropExpression:
		case COMPAT_AT_SET_EXPRESSION:
			protect_column(relid, cmd->name, cmd->name);
			break;
		case AT_EnableRule:
		case AT_EnableAlwaysRule:
		case AT_EnableReplicaRule:
			protect_rule(relid, cmd->name);
			break;
		default:
			break;
	}
}

/* What was done to a trigger: to one of ours, or to make one of ours. */
static void
protect_trigger(Oid trigger)
{
	Oid			relid = object_relation(TriggerRelationId, trigger, false);

	if (trigger_is_ours(trigger))
		protect_refuse(relation_name(relid),
					   "Its triggers that call functions of aims are made by aims.govern and changed by nobody.");
}

/* The relations that a rename or another schema gave another name. */
static bool
command_renames(const CollectedCommand *command)
{
	const Node *tree = command->parsetree;

	if (command->type != SCT_Simple)
		return false;
	if (IsA(tree, RenameStmt))
		return ((const RenameStmt *) tree)->renameType == OBJECT_TABLE ||
			((const RenameStmt *) tree)->renameType == OBJECT_SCHEMA;
	return IsA(tree, AlterObjectSchemaStmt) &&
		((const AlterObjectSchemaStmt *) tree)->objectType == OBJECT_TABLE;
}

/*
 * Writers of the old name may find a table that is not guarded, unless that
 * name stays governed.
 */
static void
report_renamed(const Target *target)
{
	const char *args[] = {psprintf("%u", target->root),
						  relation_name(target->relid)};
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("INSERT INTO aims.finding (kind, system, relation, detail)"
				  " SELECT 'governed_table_renamed', r.system, r.relation,"
				  " format('%s got this name, or this schema, while it was governed; a table that is made under the old name is not guarded', $2)"
				  " FROM aims.registry AS r WHERE r.relation = $1::oid AND NOT r.rebuilt"
				  " AND NOT EXISTS (SELECT FROM aims.finding AS f WHERE f.kind = 'governed_table_renamed'"
				  " AND f.relation = r.relation AND f.closed_at IS NULL)",
				  lengthof(args), args);
	SPI_finish();
	owner_end(scope);
}

void
protect_command(const CollectedCommand *command, const ObjectAddress *address)
{
	ListCell   *lc;

	if (protect_is_administrator())
		return;
	if (command->type == SCT_AlterTable)
		foreach(lc, command->d.alterTable.subcmds)
			protect_subcommand(address->objectId, lfirst(lc));
	else if (address->classId == TriggerRelationId)
		protect_trigger(address->objectId);
	else if (address->classId == RewriteRelationId &&
			 IsA(command->parsetree, RuleStmt))
		protect_rule(object_relation(RewriteRelationId, address->objectId,
									 false),
					 ((RuleStmt *) command->parsetree)->rulename);
	else if (IsA(command->parsetree, RenameStmt) &&
			 ((RenameStmt *) command->parsetree)->renameType == OBJECT_COLUMN &&
			 address->classId == RelationRelationId)
		protect_column(address->objectId,
					   ((RenameStmt *) command->parsetree)->subname,
					   ((RenameStmt *) command->parsetree)->newname);
	else if (command_renames(command))
		foreach(lc, object_targets(address))
			if (((Target *) lfirst(lc))->registry_id >= FIRST_GOVERNED_ID)
				report_renamed(lfirst(lc));
}

/* A trigger, or a column, of a relation that stays. */
static void
protect_part(const Dropped *dropped)
{
	Oid			relid = object_relation(dropped->address.classId,
										dropped->address.objectId, true);
	Root	   *root;

	if (!OidIsValid(relid) ||
		!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		return;
	root = governing_root(relid, true);
	if (root == NULL)
		return;
	if (dropped->address.classId == TriggerRelationId)
	{
		if (trigger_is_ours(dropped->address.objectId))
			protect_refuse(relation_name(root->relid),
						   psprintf("Trigger %s guards what is written into %s.",
									quote_identifier(dropped->name),
									relation_name(relid)));
	}
	else if (is_system_column(root, dropped->name))
		protect_refuse(relation_name(root->relid),
					   psprintf("Column %s says which rows are AI output, and whose.",
								quote_identifier(dropped->name)));
}

/* The governed relation itself, or a partition or child of it. */
static void
protect_table(const Dropped *dropped)
{
	Root	   *root = governing_root(dropped->address.objectId, true);

	/* rows of a temporary child are its session's alone */
	if (root == NULL || strcmp(dropped->schema, "pg_temp") == 0 ||
		strcmp(registry_text(root->relid, "rebuilt"), "t") == 0)
		return;
	if (root->relid == dropped->address.objectId)
		protect_refuse(dropped->identity,
					   "A table that is made in its place is not guarded.");
	protect_refuse(relation_name(root->relid),
				   psprintf("A table that is made in the place of %s, which belongs to it, is not guarded.",
							dropped->identity));
}

void
protect_dropped(const Dropped *dropped)
{
	if (protect_is_administrator())
		return;
	if (dropped->address.classId == TriggerRelationId ||
		(dropped->address.classId == RelationRelationId &&
		 dropped->address.objectSubId != 0))
		protect_part(dropped);
	else if (strcmp(dropped->type, "table") == 0 ||
			 strcmp(dropped->type, "foreign table") == 0)
		protect_table(dropped);
}

/* The partition that a statement detaches in two transactions, or NULL. */
static RangeVar *
detached_concurrently(const AlterTableStmt *stmt)
{
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst(lc);

		if (cmd->subtype == AT_DetachPartition &&
			((PartitionCmd *) cmd->def)->concurrent)
			return ((PartitionCmd *) cmd->def)->name;
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(aims_ddl_protect);
/*
 * Event trigger before ALTER TABLE: what DETACH CONCURRENTLY has done at its
 * end cannot be undone. Whatever the names mean by then is asked again there.
 */
Datum
aims_ddl_protect(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	AlterTableStmt *stmt = (AlterTableStmt *) data->parsetree;
	RangeVar   *partition;
	Oid			parent;

	if (!IsA(stmt, AlterTableStmt) ||
		(partition = detached_concurrently(stmt)) == NULL ||
		!ddl_is_watched() || protect_is_administrator())
		PG_RETURN_NULL();
	parent = RangeVarGetRelid(stmt->relation, NoLock, true);
	if (OidIsValid(parent))
		protect_member(parent, RangeVarGetRelid(partition, NoLock, false));
	PG_RETURN_NULL();
}
