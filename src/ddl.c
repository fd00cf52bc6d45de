/*
 * ddl.c
 *		Event triggers: what row triggers do not see becomes DDL entries.
 *
 * ddl_command_end records what was done to captured relations, to what they
 * are made of, and to the extension, and gives partitions and children that
 * come or go the triggers that they need. sql_drop records what is gone and
 * takes dropped relations out of the registry. table_rewrite records that rows
 * were rewritten without a row trigger. Unrelated DDL costs a few catalog
 * look-ups and never fails because of us.
 *
 * Event triggers run in the session of whoever acts: nothing here depends on
 * its search_path or privileges. In a restore, in pg_upgrade and in our own
 * scripts they do nothing.
 *
 * DROP EXTENSION takes these triggers with it before they could fire; so its
 * beginning writes the newest checkpoint into the server log.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "attach.h"
#include "capture.h"
#include "ddl.h"
#include "ddl_detail.h"
#include "ddl_event.h"
#include "ddl_target.h"
#include "existing.h"
#include "feature_source.h"
#include "hierarchy.h"
#include "oversight.h"
#include "owner.h"
#include "pending.h"
#include "people.h"
#include "protect.h"
#include "rebuilt.h"
#include "row.h"
#include "shape.h"

/* The outermost subtransaction that has paused; invalid where none has. */
static SubTransactionId paused_in = InvalidSubTransactionId;

SubTransactionId
ddl_pause(void)
{
	SubTransactionId before = paused_in;

	if (before == InvalidSubTransactionId)
		paused_in = GetCurrentSubTransactionId();
	return before;
}

void
ddl_resume(SubTransactionId before)
{
	paused_in = before;
}

void
ddl_abort(SubTransactionId mine)
{
	if (paused_in >= mine)
		paused_in = InvalidSubTransactionId;
}

bool
ddl_is_watched(void)
{
	return paused_in == InvalidSubTransactionId &&
		!session_is_restoring() && !IsBinaryUpgrade &&
		OidIsValid(aims_relid_or_none("audit_entry")) &&
		OidIsValid(aims_relid_or_none("registry")) &&
		!(creating_extension &&
		  CurrentExtensionObject == get_extension_oid("aims", true));
}

/* Commands that neither concern rows nor what captures them. */
static bool
tag_is_harmless(CommandTag tag)
{
	switch (tag)
	{
		case CMDTAG_COMMENT:
		case CMDTAG_CREATE_INDEX:
		case CMDTAG_CREATE_STATISTICS:
		case CMDTAG_GRANT:
		case CMDTAG_REFRESH_MATERIALIZED_VIEW:
		case CMDTAG_REINDEX:
		case CMDTAG_REVOKE:
		case CMDTAG_SECURITY_LABEL:
			return true;
		default:
			return false;
	}
}

/*
 * Have names quoted only where they must be, whatever the session wishes, until
 * AtEOXact_GUC.
 */
static int
names_begin(void)
{
	int			level = NewGUCNestLevel();

	if (quote_all_identifiers)
		(void) set_config_option("quote_all_identifiers", "off", PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
								 false);
	return level;
}

/* Write the entry of one target; its number. */
static int64
record_command(const Target *target, CollectedCommand *command,
			   const ObjectAddress *address)
{
	const char *tag = CreateCommandName(command->parsetree);
	StringInfoData detail;

	initStringInfo(&detail);
	detail_begin(&detail, tag, getObjectTypeDescription(address, true),
				 getObjectIdentity(address, true));
	detail_actions(&detail, command);
	if (address->classId == TriggerRelationId)
		detail_trigger_function(&detail, trigger_function(address->objectId,
														  false));
	if (target->registry_id != 0 &&
		!attach_complete(target->relid, target->registry_id))
		detail_false(&detail, "captured");
	detail_end(&detail);
	return capture_ddl(target->relation, target->physical, detail.data);
}

/* Relations that a command put into, or took out of, a hierarchy. */
static List *
moved_relations(CollectedCommand *command, Oid relid)
{
	List	   *moved = NIL;
	ListCell   *lc;

	if (command->type == SCT_Simple && IsA(command->parsetree, CreateStmt))
		return list_make1_oid(relid);
	if (command->type != SCT_AlterTable)
		return NIL;
	foreach(lc, command->d.alterTable.subcmds)
	{
		CollectedATSubcmd *sub = lfirst(lc);
		AlterTableType type = ((AlterTableCmd *) sub->parsetree)->subtype;
		Oid			other = subcommand_relation(sub);

		if (OidIsValid(other))
			moved = list_append_unique_oid(moved, type == AT_AddInherit ||
										   type == AT_DropInherit ?
										   relid : other);
	}
	return moved;
}

/* Targets of a child that has left its parent. */
static List *
former_targets(Oid parent, Oid child)
{
	List	   *targets = relation_targets(parent);
	ListCell   *lc;

	foreach(lc, targets)
		((Target *) lfirst(lc))->physical = relation_name(child);
	return targets;
}

/*
 * Targets of a command. A child that left concerns its former parent, a
 * registered table that was attached concerns itself.
 */
static List *
command_targets(CollectedCommand *command, const ObjectAddress *address)
{
	List	   *targets;
	ListCell   *lc;

	/* what is made in a new schema speaks for itself */
	if (IsA(command->parsetree, CreateSchemaStmt))
		return NIL;
	targets = object_targets(address);
	if (command->type != SCT_AlterTable || targets != NIL)
		return targets;
	foreach(lc, command->d.alterTable.subcmds)
	{
		CollectedATSubcmd *sub = lfirst(lc);
		Oid			other = subcommand_relation(sub);

		if (!OidIsValid(other))
			continue;
		if (((AlterTableCmd *) sub->parsetree)->subtype == AT_DropInherit)
			targets = list_concat(targets, former_targets(other,
														  address->objectId));
		else
			targets = list_concat(targets, relation_targets(other));
	}
	return targets;
}

/*
 * Does a command go on to the relation's children? One that moves partitions
 * says so by itself, and names them.
 */
static bool
command_descends(const CollectedCommand *command)
{
	ListCell   *lc;

	if (command->type == SCT_Simple && IsA(command->parsetree, RenameStmt))
	{
		RenameStmt *stmt = (RenameStmt *) command->parsetree;

		return stmt->relation != NULL && stmt->relation->inh &&
			(stmt->renameType == OBJECT_COLUMN ||
			 stmt->renameType == OBJECT_TABCONSTRAINT);
	}
	if (command->type != SCT_AlterTable ||
		!IsA(command->parsetree, AlterTableStmt) ||
		!((AlterTableStmt *) command->parsetree)->relation->inh)
		return false;
	foreach(lc, command->d.alterTable.subcmds)
		if (OidIsValid(subcommand_relation(lfirst(lc))))
			return false;
	return true;
}

/*
 * Targets below a relation that goes by none itself: a table may be governed
 * alone, although it is a partition or child of one that is not.
 */
static List *
targets_below(const CollectedCommand *command, const ObjectAddress *address)
{
	Oid			relid;
	List	   *targets = NIL;
	ListCell   *lc;

	if (!command_descends(command))
		return NIL;
	/* a renamed constraint is its own object */
	relid = object_relation(address->classId, address->objectId, false);
	if (!OidIsValid(relid))
		return NIL;
	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
		if (registry_number(lfirst_oid(lc)) != 0)
			targets = list_concat(targets, relation_targets(lfirst_oid(lc)));
	return targets;
}

/* Does ALTER TABLE give the relation another owner? */
static bool
changes_owner(const CollectedCommand *command)
{
	ListCell   *lc;

	if (command->type != SCT_AlterTable)
		return false;
	foreach(lc, command->d.alterTable.subcmds)
	{
		CollectedATSubcmd *sub = lfirst(lc);

		if (((AlterTableCmd *) sub->parsetree)->subtype == AT_ChangeOwner)
			return true;
	}
	return false;
}

/* The registry's column names follow a renamed column. */
static void
follow_rename(const CollectedCommand *command, Oid relid)
{
	RenameStmt *stmt = (RenameStmt *) command->parsetree;

	if (command->type == SCT_Simple && IsA(stmt, RenameStmt) &&
		stmt->renameType == OBJECT_COLUMN)
		attach_rename_column(relid, stmt->subname, stmt->newname);
}

/*
 * What was registered is not guarded any more: take it out of the registry,
 * with what hangs on its OID. Where it was governed, open a finding, or keep
 * what is made anew.
 */
static void
unregister_dropped(Oid relid, const char *name)
{
	static const char *const tables[] = {
		"system_mode", "system_value", "intended_table", "registry"
	};
	const char *args[] = {psprintf("%u", relid), name};
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("INSERT INTO aims.finding (kind, system, detail)"
				  " SELECT 'governed_table_dropped', r.system,"
				  " format('%s was dropped while it was governed; a table of that name is not guarded until aims.govern is called for it', $2)"
				  " FROM aims.registry AS r WHERE r.relation = $1::oid AND r.guarded AND NOT r.rebuilt",
				  lengthof(args), args);
	rebuilt_remember(relid);
	for (int i = 0; i < lengthof(tables); i++)
		owner_execute(psprintf("DELETE FROM aims.%s WHERE relation = $1::oid",
							   tables[i]), 1, args);
	attach_disallow(relation_owner(relid, true));
	SPI_finish();
	owner_end(scope);
}

/* Has the command given the relation another name, or schema? */
static bool
renames_relation(const CollectedCommand *command, const ObjectAddress *address)
{
	if (command->type != SCT_Simple ||
		address->classId != RelationRelationId)
		return false;
	return IsA(command->parsetree, AlterObjectSchemaStmt) ||
		(IsA(command->parsetree, RenameStmt) &&
		 ((RenameStmt *) command->parsetree)->renameType != OBJECT_COLUMN);
}

/* A relation that is governed by its name has lost it. */
static void
follow_loss_of_name(const CollectedCommand *command,
					const ObjectAddress *address)
{
	Oid			relid = address->objectId;

	if (renames_relation(command, address) && relation_is_rebuilt(relid))
	{
		unregister_dropped(relid, relation_name(relid));
		attach_reconcile(relid);
	}
}

/*
 * Act on one command: triggers first, so that the entry says whether the
 * relation is captured.
 */
static void
command_done(CollectedCommand *command)
{
	ObjectAddress address = command_address(command);
	List	   *targets;
	List	   *sources;
	int64		entry = 0;
	ListCell   *lc;

	if (!OidIsValid(address.objectId))
		return;
	address.objectSubId = 0;	/* a column goes by its relation */
	protect_command(command, &address);
	targets = command_targets(command, &address);
	if (targets == NIL)
		targets = targets_below(command, &address);
	sources = feature_source_relations(command, &address);
	if (targets == NIL && sources == NIL)
		return;
	foreach(lc, moved_relations(command, address.objectId))
	{
		attach_reconcile(lfirst_oid(lc));
		if (!protect_is_administrator())
			existing_attached(lfirst_oid(lc));
	}
	foreach(lc, targets)
		follow_rename(command, ((Target *) lfirst(lc))->relid);
	if (targets == NIL)
		targets = list_make1(unregistered_target(address.objectId));
	else if (changes_owner(command))
		attach_owner(address.objectId, relation_owner(address.objectId, true));
	foreach(lc, targets)
		entry = record_command(lfirst(lc), command, &address);
	foreach(lc, sources)
		feature_source_report(lfirst_oid(lc), relation_name(lfirst_oid(lc)),
							  feature_source_change(command, &address), entry);
	follow_loss_of_name(command, &address);
}

PG_FUNCTION_INFO_V1(aims_ddl_command);
/* Event trigger at the end of a command. */
Datum
aims_ddl_command(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	int			level;
	ListCell   *lc;

	if (tag_is_harmless(data->tag) || data->tag == CMDTAG_CREATE_EXTENSION ||
		!ddl_is_watched())
		PG_RETURN_NULL();
	level = names_begin();
	foreach(lc, event_commands())
	{
		ObjectAddress address = command_address(lfirst(lc));

		command_done(lfirst(lc));
		if (OidIsValid(address.objectId))
			rebuilt_arrived(&address);
	}
	capture_flush();
	AtEOXact_GUC(true, level);
	PG_RETURN_NULL();
}

/* Append why a table is rewritten: some reasons leave all values alone. */
static void
detail_rewrite(StringInfo out)
{
	static const struct
	{
		int			reason;
		const char *name;
	} reasons[] = {
		{AT_REWRITE_ALTER_PERSISTENCE, "persistence"},
		{AT_REWRITE_DEFAULT_VAL, "default"},
		{AT_REWRITE_COLUMN_REWRITE, "column"},
		{AT_REWRITE_ACCESS_METHOD, "access method"}
	};
	Oid			function = F_PG_EVENT_TRIGGER_TABLE_REWRITE_REASON;
	int			bits = DatumGetInt32(OidFunctionCall0(function));
	const char *separator = "";

	detail_true(out, "rewrite");
	appendStringInfoString(out, ",\"reasons\":[");
	for (int i = 0; i < lengthof(reasons); i++)
		if (bits & reasons[i].reason)
		{
			appendStringInfo(out, "%s\"%s\"", separator, reasons[i].name);
			separator = ",";
		}
	appendStringInfoChar(out, ']');
}

/* Write the entry of a table whose rows are about to be rewritten. */
static int64
record_rewrite(const Target *target, CommandTag tag)
{
	StringInfoData detail;
	ObjectAddress address;

	ObjectAddressSet(address, RelationRelationId, target->relid);
	initStringInfo(&detail);
	detail_begin(&detail, GetCommandTagName(tag),
				 getObjectTypeDescription(&address, true),
				 getObjectIdentity(&address, true));
	detail_rewrite(&detail);
	detail_end(&detail);
	return capture_ddl(target->relation, target->physical, detail.data);
}

/*
 * Is a rewrite more than the command will say at its end? A changed type of a
 * column it names, but not what ALTER TYPE does to tables.
 */
static bool
rewrite_concerns_source(CommandTag tag)
{
	Oid			function = F_PG_EVENT_TRIGGER_TABLE_REWRITE_REASON;
	int			reason = DatumGetInt32(OidFunctionCall0(function));

	return tag != CMDTAG_ALTER_TABLE ||
		(reason & ~AT_REWRITE_COLUMN_REWRITE) != 0;
}

PG_FUNCTION_INFO_V1(aims_ddl_rewrite);
/* Event trigger before a table's rows are rewritten. */
Datum
aims_ddl_rewrite(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	Oid			relid;
	List	   *targets;
	bool		source;
	int64		entry = 0;
	int			level;
	ListCell   *lc;

	if (!ddl_is_watched())
		PG_RETURN_NULL();
	level = names_begin();
	relid = OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_OID);
	targets = relation_targets(relid);
	source = rewrite_concerns_source(data->tag) && feature_source_bound(relid);
	if (targets == NIL && source)
		targets = list_make1(unregistered_target(relid));
	foreach(lc, targets)
		entry = record_rewrite(lfirst(lc), data->tag);
	if (source)
		feature_source_report(relid, relation_name(relid),
							  "its rows were rewritten", entry);
	AtEOXact_GUC(true, level);
	PG_RETURN_NULL();
}

/* The estimated number of rows that were dropped with a table. */
static void
detail_dropped_rows(StringInfo out, Oid relid)
{
	Relation	rel = table_open(RelationRelationId, AccessShareLock);
	HeapTuple	tuple = catalog_row(rel, ClassOidIndexId, relid, true);

	if (HeapTupleIsValid(tuple) &&
		((Form_pg_class) GETSTRUCT(tuple))->reltuples >= 0)
		detail_number(out, "estimated_rows",
					  (int64) ((Form_pg_class) GETSTRUCT(tuple))->reltuples);
	table_close(rel, AccessShareLock);
}

/* Write the entry of a dropped object. */
static int64
record_dropped(const Dropped *dropped, CommandTag tag, const char *relation,
			   const char *physical)
{
	StringInfoData detail;

	initStringInfo(&detail);
	detail_begin(&detail, GetCommandTagName(tag), dropped->type,
				 dropped->identity);
	detail_true(&detail, "dropped");
	if (dropped->address.classId == TriggerRelationId)
		detail_trigger_function(&detail,
								trigger_function(dropped->address.objectId,
												 true));
	if (strcmp(dropped->type, "table") == 0)
		detail_dropped_rows(&detail, dropped->address.objectId);
	detail_end(&detail);
	return capture_ddl(relation, physical, detail.data);
}

/* Does the relation still exist? */
static bool
relation_exists(Oid relid)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid));
}

/*
 * A dropped table: the registered one, or a member of one that stays. What
 * goes with its registered relation needs no entry of its own. The number of
 * the entry, or 0.
 */
static int64
table_dropped(Dropped *dropped, CommandTag tag)
{
	Oid			relid = dropped->address.objectId;
	List	   *roots = hierarchy_roots(relid, true);
	int64		entry = 0;
	ListCell   *lc;

	if (roots != NIL)
		oversight_end(relid);
	foreach(lc, roots)
	{
		Root	   *root = lfirst(lc);

		if (root->relid == relid)
		{
			entry = record_dropped(dropped, tag, dropped->identity, NULL);
			unregister_dropped(relid, dropped->identity);
		}
		else if (relation_exists(root->relid))
			entry = record_dropped(dropped, tag, relation_name(root->relid),
								   dropped->identity);
	}
	return entry;
}

/* Was the same part of another partition recorded already? */
static bool
part_recorded(List *recorded, const Dropped *dropped, Oid root)
{
	ListCell   *lc;

	foreach(lc, recorded)
	{
		Dropped    *other = lfirst(lc);

		if (other->root == root && strcmp(other->type, dropped->type) == 0 &&
			strcmp(other->name, dropped->name) == 0)
			return true;
	}
	return false;
}

/*
 * A dropped trigger, rule, policy, constraint or column of a relation that
 * stays. Partitions lose theirs with their parent's: one entry for all.
 */
static List *
part_dropped(List *recorded, Dropped *dropped, CommandTag tag)
{
	Oid			relid = object_relation(dropped->address.classId,
										dropped->address.objectId, true);
	ListCell   *lc;

	if (!OidIsValid(relid) || !relation_exists(relid) || dropped->name == NULL)
		return recorded;
	foreach(lc, relation_targets(relid))
	{
		Target	   *target = lfirst(lc);

		if (OidIsValid(target->root) &&
			part_recorded(recorded, dropped, target->root))
			continue;
		record_dropped(dropped, tag, target->relation, target->physical);
		dropped->root = target->root;
		recorded = lappend(recorded, dropped);
	}
	return recorded;
}

/* Is it a part of a relation that ALTER TABLE's own entry does not name? */
static bool
is_part(const Dropped *dropped, CommandTag tag)
{
	switch (dropped->address.classId)
	{
		case TriggerRelationId:
			return OidIsValid(trigger_function(dropped->address.objectId,
											   true));
		case RewriteRelationId:
		case PolicyRelationId:
			return true;
		case ConstraintRelationId:
			return tag != CMDTAG_ALTER_TABLE;
		case RelationRelationId:
			return tag != CMDTAG_ALTER_TABLE &&
				dropped->address.objectSubId != 0;
		default:
			return false;
	}
}

/*
 * Is it a relation, or a column of one that stays, that a dataset is bound to?
 * ALTER TABLE names the columns that it drops by itself.
 */
static bool
drop_concerns_source(const Dropped *dropped, CommandTag tag)
{
	Oid			relid = dropped->address.objectId;

	return dropped->address.classId == RelationRelationId &&
		(dropped->address.objectSubId == 0 ||
		 (tag != CMDTAG_ALTER_TABLE && relation_exists(relid))) &&
		feature_source_bound(relid);
}

/* Report it; entry is 0 where the drop has not been recorded yet. */
static void
source_dropped(const Dropped *dropped, CommandTag tag, int64 entry)
{
	Oid			relid = dropped->address.objectId;
	bool		column = dropped->address.objectSubId != 0;
	const char *name = column ? relation_name(relid) : dropped->identity;

	if (entry == 0)
		entry = record_dropped(dropped, tag, name, NULL);
	feature_source_report(relid, name,
						  column ? psprintf("column %s was dropped",
											dropped->name) :
						  "it was dropped", entry);
	if (!column)
		feature_source_unbind(relid);
}

/* Record one dropped object; recorded holds the parts that have been. */
static List *
object_dropped(List *recorded, Dropped *dropped, CommandTag tag)
{
	bool		source = drop_concerns_source(dropped, tag);
	int			parts = list_length(recorded);
	int64		entry = 0;

	if (is_part(dropped, tag))
	{
		recorded = part_dropped(recorded, dropped, tag);
		if (list_length(recorded) > parts)
			entry = pending_last_number();
	}
	else if (strcmp(dropped->type, "table") == 0 ||
			 strcmp(dropped->type, "foreign table") == 0)
		entry = table_dropped(dropped, tag);
	else if (dropped->original && dropped->schema != NULL &&
			 strcmp(dropped->schema, "aims") == 0)
		entry = record_dropped(dropped, tag, dropped->identity, NULL);
	if (source)
		source_dropped(dropped, tag, entry);
	return recorded;
}

PG_FUNCTION_INFO_V1(aims_ddl_drop);
/* Event trigger after objects have been dropped. */
Datum
aims_ddl_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	List	   *recorded = NIL;
	int			level;
	ListCell   *lc;

	if (!ddl_is_watched())
		PG_RETURN_NULL();
	level = names_begin();
	foreach(lc, event_dropped())
	{
		Dropped    *dropped = lfirst(lc);

		protect_dropped(dropped);
		recorded = object_dropped(recorded, dropped, data->tag);
	}
	capture_flush();
	AtEOXact_GUC(true, level);
	PG_RETURN_NULL();
}

/* The newest signed checkpoint, or NULL. */
static char *
newest_checkpoint(void)
{
	Relation	rel = table_open(aims_relid("checkpoint"), AccessShareLock);
	HeapTuple	tuple = row_find(rel, "checkpoint_pkey", 0, NULL, true);
	char	   *note = NULL;

	if (HeapTupleIsValid(tuple))
		note = row_string(tuple, RelationGetDescr(rel), "note");
	table_close(rel, AccessShareLock);
	return note;
}

PG_FUNCTION_INFO_V1(aims_ddl_farewell);
/*
 * Event trigger before a command that may drop the extension: no other event
 * fires then, and the ledger goes with it.
 */
Datum
aims_ddl_farewell(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = event_data(fcinfo);
	char	   *note;

	if (IsBinaryUpgrade || !OidIsValid(aims_relid_or_none("checkpoint")))
		PG_RETURN_NULL();
	note = newest_checkpoint();
	ereport(LOG,
			(errmsg("%s may drop the extension \"aims\" and its ledger",
					GetCommandTagName(data->tag)),
			 note ? errdetail("The newest checkpoint is:\n%s", note) :
			 errdetail("No checkpoint has been signed.")));
	PG_RETURN_NULL();
}
