/*
 * attach.c
 *		The capture triggers of governed relations and of their members.
 *
 * Five triggers carry the relation's number in the registry as argument and
 * fire always, whatever session_replication_role says. Row triggers of a
 * partitioned table reach its partitions by themselves; TRUNCATE of a
 * partition fires only a trigger of its own; inheritance children get all.
 * Foreign tables get none but what their parent brings: what their own server
 * changes fires nothing here.
 *
 * Our triggers are recognised by their function, never by name. Statements
 * are made of quoted names and of what condition.c printed.
 */
#include "aims.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

#include "attach.h"
#include "attempt.h"
#include "ddl.h"
#include "oversight.h"
#include "owner.h"
#include "shape.h"

/* Run a statement that has no arguments. */
static void
run(const char *statement)
{
	(void) owner_execute(statement, 0, NULL);
}

/* Create one trigger of ours, that fires always. */
static void
create_trigger(Oid relid, int32 registry_id, const char *name,
			   const char *event, const char *when, const char *function)
{
	const char *relation = relation_name(relid);

	run(psprintf("CREATE TRIGGER %s %s ON %s FOR EACH %s%s EXECUTE FUNCTION aims.%s('%d')",
				 quote_identifier(name), event, relation,
				 strcmp(function, "audit_row") == 0 ? "ROW" : "STATEMENT",
				 when ? psprintf(" WHEN (%s)", when) : "", function,
				 registry_id));
	run(psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", relation,
				 quote_identifier(name)));
}

/* The triggers on rows, and at the end of their statement. */
static void
create_row_triggers(Oid relid, int32 registry_id, const Condition *when)
{
	create_trigger(relid, registry_id, "AIMS_insert", "AFTER INSERT",
				   when ? when->new_row : NULL, "audit_row");
	create_trigger(relid, registry_id, "AIMS_update", "AFTER UPDATE",
				   when ? psprintf("(%s) OR (%s)", when->old_row,
								   when->new_row) : NULL, "audit_row");
	create_trigger(relid, registry_id, "AIMS_delete", "AFTER DELETE",
				   when ? when->old_row : NULL, "audit_row");
	create_trigger(relid, registry_id, "AIMS_flush",
				   "AFTER INSERT OR UPDATE OR DELETE", NULL, "audit_flush");
}

bool
function_is_ours(Oid function)
{
	return get_func_namespace(function) == get_namespace_oid("aims", true);
}

/* Is it the trigger that calls aims.<function>? */
static bool
trigger_calls(const Trigger *trigger, const char *function)
{
	return function_is_ours(trigger->tgfoid) &&
		strcmp(get_func_name(trigger->tgfoid), function) == 0;
}

/* Does the trigger carry that number of the registry? */
static bool
trigger_carries(const Trigger *trigger, int32 registry_id)
{
	return trigger->tgnargs == 1 &&
		strcmp(trigger->tgargs[0], psprintf("%d", registry_id)) == 0;
}

/*
 * A copy of the relation's triggers, since looking at them can make the
 * relation's cache entry be built anew; n may be 0.
 */
static Trigger *
relation_triggers(Relation rel, int *n)
{
	TriggerDesc *copy = CopyTriggerDesc(rel->trigdesc);

	*n = copy ? copy->numtriggers : 0;
	return copy ? copy->triggers : NULL;
}

/* Has the relation the trigger of that function, event and number? */
static bool
has_trigger(Relation rel, int32 registry_id, const char *function, int event,
			bool always)
{
	int			n;
	Trigger    *trigger = relation_triggers(rel, &n);

	for (; n > 0; n--, trigger++)
		if ((trigger->tgtype & event) != 0 &&
			(!always || trigger->tgenabled == TRIGGER_FIRES_ALWAYS) &&
			trigger_calls(trigger, function) &&
			trigger_carries(trigger, registry_id))
			return true;
	return false;
}

/* GRANT or REVOKE; two sessions may do so at once. */
static void
run_privilege(const char *statement)
{
	Oid			function = LookupFuncName(list_make2(makeString("aims"),
													 makeString("audit_row")),
										  0, NULL, false);

	LockDatabaseObject(ProcedureRelationId, function, 0,
					   ShareUpdateExclusiveLock);
	run(statement);
}

/*
 * The server copies row triggers to a new partition with the rights of whoever
 * creates it: the owner of a partitioned table, who may do so, must be allowed
 * to execute their function.
 */
static void
allow_partitions(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};

	if (get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE &&
		owner_execute("SELECT format('GRANT EXECUTE ON FUNCTION aims.audit_row() TO %s', c.relowner::regrole)"
					  " FROM pg_class AS c WHERE c.oid = $1::oid"
					  " AND NOT has_function_privilege(c.relowner, 'aims.audit_row()', 'EXECUTE')",
					  lengthof(args), args) > 0)
		run_privilege(SPI_getvalue(SPI_tuptable->vals[0],
								   SPI_tuptable->tupdesc, 1));
}

void
attach_disallow(Oid owner)
{
	const char *args[] = {psprintf("%u", owner)};

	if (owner_execute("SELECT format('REVOKE EXECUTE ON FUNCTION aims.audit_row() FROM %s', o.oid::regrole)"
					  " FROM pg_roles AS o WHERE o.oid = $1::oid"
					  " AND EXISTS (SELECT FROM pg_proc AS p, aclexplode(p.proacl) AS a"
					  " WHERE p.oid = 'aims.audit_row()'::regprocedure AND a.grantee = o.oid AND a.grantee <> p.proowner)"
					  " AND NOT EXISTS (SELECT FROM aims.registry AS r JOIN pg_class AS c ON c.oid = r.relation"
					  " WHERE r.guarded AND c.relkind = 'p' AND c.relowner = o.oid)",
					  lengthof(args), args) > 0)
		run_privilege(SPI_getvalue(SPI_tuptable->vals[0],
								   SPI_tuptable->tupdesc, 1));
}

void
attach_owner(Oid relid, Oid former)
{
	OwnerScope	scope = owner_begin();

	SPI_connect();
	allow_partitions(relid);
	if (OidIsValid(former))
		attach_disallow(former);
	SPI_finish();
	owner_end(scope);
}

bool
attach_complete(Oid relid, int32 registry_id)
{
	static const int row_events[] = {
		TRIGGER_TYPE_INSERT, TRIGGER_TYPE_UPDATE, TRIGGER_TYPE_DELETE
	};
	Relation	rel = relation_open(relid, AccessShareLock);
	bool		complete = has_trigger(rel, registry_id, "audit_truncate",
									   TRIGGER_TYPE_TRUNCATE, true);

	for (int i = 0; i < lengthof(row_events); i++)
		complete = complete && has_trigger(rel, registry_id, "audit_row",
										   row_events[i], true);
	relation_close(rel, NoLock);
	return complete;
}

bool
attach_triggers(Oid relid, const Root *root, const Condition *when)
{
	Relation	rel;
	bool		truncate;
	bool		rows;

	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		return false;
	allow_partitions(relid);
	rel = relation_open(relid, NoLock);
	truncate = has_trigger(rel, root->registry_id, "audit_truncate",
						   TRIGGER_TYPE_TRUNCATE, false);
	/* a partition gets its row triggers from its parent */
	rows = (rel->rd_rel->relispartition && relid != root->relid) ||
		has_trigger(rel, root->registry_id, "audit_row",
					TRIGGER_TYPE_INSERT, false);
	relation_close(rel, NoLock);	/* ALTER TABLE wants it closed */
	if (!rows)
		create_row_triggers(relid, root->registry_id, when);
	if (!truncate)
		create_trigger(relid, root->registry_id, "AIMS_truncate",
					   "BEFORE TRUNCATE", NULL, "audit_truncate");
	return !truncate;
}

/* The quoted names of capture triggers that attach_drop drops. */
static List *
names_to_drop(Relation rel, int32 keep)
{
	List	   *names = NIL;
	int			n;
	Trigger    *trigger = relation_triggers(rel, &n);

	for (; n > 0; n--, trigger++)
		if (!trigger->tgisclone &&
			(trigger_calls(trigger, "audit_row") ||
			 trigger_calls(trigger, "audit_truncate") ||
			 trigger_calls(trigger, "audit_flush")) &&
			(keep == 0 || !trigger_carries(trigger, keep)))
			names = lappend(names, pstrdup(quote_identifier(trigger->tgname)));
	return names;
}

void
attach_drop(Oid relid, int32 keep)
{
	Relation	rel = relation_open(relid, NoLock);
	List	   *names = names_to_drop(rel, keep);
	ListCell   *lc;

	relation_close(rel, NoLock);
	foreach(lc, names)
		run(psprintf("DROP TRIGGER %s ON %s", (char *) lfirst(lc),
					 relation_name(relid)));
}

/* The condition that the registry keeps for a relation, or NULL. */
static Condition *
registered_condition(const Root *root)
{
	char	   *source = registry_text(root->relid, "system_when");
	Condition  *when = NULL;

	if (source != NULL)
	{
		Relation	rel = relation_open(root->relid, AccessShareLock);

		when = condition_parse(rel, source);
		relation_close(rel, NoLock);
	}
	return when;
}

/* Rows of one relation cannot be captured under two numbers. */
static void
refuse_two_roots(Oid relid, List *roots)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CANNOT_GOVERN),
			 errmsg("%s would be governed twice", relation_name(relid)),
			 errdetail("It would belong to %s and to %s.",
					   relation_name(((Root *) linitial(roots))->relid),
					   relation_name(((Root *) lsecond(roots))->relid)),
			 errhint("Call aims.ungovern for one of them first.")));
}

/*
 * Make the triggers of one relation those of its root. Returns the number of
 * the root that it has joined now, or 0.
 */
static int32
reconcile_member(Oid relid)
{
	List	   *roots = hierarchy_roots(relid, false);
	Root	   *root;

	if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		return 0;
	if (list_length(roots) > 1)
		refuse_two_roots(relid, roots);
	root = roots != NIL ? linitial(roots) : NULL;
	attach_drop(relid, root ? root->registry_id : 0);
	if (root == NULL)
		oversight_end(relid);
	else if (attach_triggers(relid, root, registered_condition(root)))
		return root->registry_id;
	return 0;
}

void
attach_reconcile(Oid relid)
{
	OwnerScope	scope = owner_begin();
	SubTransactionId before = ddl_pause();
	List	   *members = hierarchy_members(relid, ShareRowExclusiveLock);
	List	   *roots = NIL;
	ListCell   *member;
	ListCell   *root;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext spi;

	SPI_connect();
	foreach(member, members)
	{
		int32		joined = reconcile_member(lfirst_oid(member));

		spi = MemoryContextSwitchTo(caller);
		roots = lappend_int(roots, joined);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	ddl_resume(before);
	owner_end(scope);
	forboth(member, members, root, roots)
		if (lfirst_int(root) != 0)
			oversight_begin(lfirst_int(root), lfirst_oid(member));
}

/* An expression of the registry, which keeps it as text, to print anew. */
typedef struct Renamed
{
	Oid			relid;
	const char *column;			/* of the registry */
	Oid			type;
	const char *old_name;
	const char *new_name;
	char	   *text;
} Renamed;

/* Print it anew; for attempt. */
static void
rename_in_expression(void *argument)
{
	Renamed    *renamed = argument;
	char	   *source = registry_text(renamed->relid, renamed->column);
	Relation	rel;

	if (source == NULL)
		return;
	rel = relation_open(renamed->relid, AccessShareLock);
	renamed->text = condition_rename(rel, source, renamed->type,
									 renamed->old_name, renamed->new_name);
	relation_close(rel, NoLock);
}

/*
 * An expression of the registry with the new name; NULL where it is none, or
 * does not fit the relation any more: that is the guard's to say.
 */
static char *
expression_renamed(Oid relid, const char *column, Oid type,
				   const char *old_name, const char *new_name)
{
	Renamed		renamed = {relid, column, type, old_name, new_name, NULL};

	(void) attempt(rename_in_expression, &renamed);
	return renamed.text;
}

void
attach_rename_column(Oid relid, const char *old_name, const char *new_name)
{
	const char *args[] = {psprintf("%u", relid), old_name, new_name, NULL,
						  NULL};
	OwnerScope	scope;

	if (registry_number(relid) < FIRST_GOVERNED_ID)
		return;
	scope = owner_begin();
	args[3] = expression_renamed(relid, "system_when", BOOLOID, old_name,
								 new_name);
	args[4] = expression_renamed(relid, "system_expression", TEXTOID,
								 old_name, new_name);
	SPI_connect();
	owner_execute("UPDATE aims.registry AS r SET"
				  " system_when = coalesce($4, r.system_when),"
				  " system_expression = coalesce($5, r.system_expression),"
				  " system_column = CASE WHEN r.system_column = $2 THEN $3 ELSE r.system_column END,"
				  " version_column = CASE WHEN r.version_column = $2 THEN $3 ELSE r.version_column END,"
				  " site_column = CASE WHEN r.site_column = $2 THEN $3 ELSE r.site_column END,"
				  " subgroup_column = CASE WHEN r.subgroup_column = $2 THEN $3 ELSE r.subgroup_column END"
				  " WHERE r.relation = $1::oid"
				  " AND ($2 IN (r.system_column, r.version_column, r.site_column, r.subgroup_column)"
				  " OR r.system_when IS DISTINCT FROM coalesce($4, r.system_when)"
				  " OR r.system_expression IS DISTINCT FROM coalesce($5, r.system_expression))",
				  lengthof(args), args);
	SPI_finish();
	owner_end(scope);
}
