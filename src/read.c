/*
 * read.c
 *		Whether a session of a bound role may read protected health
 *		information (PHI), and one line in the server log when it does.
 *
 * The executor checks permissions when a statement, or a statement inside of
 * a function, begins to run, whatever it was prepared or planned for; COPY
 * does so, too. What it asks the privilege SELECT for is read. The session
 * user counts, and so neither SET ROLE nor a SECURITY DEFINER function, a view
 * or the owner's rights of a foreign key's check change anything.
 *
 * Whether the session's role is bound, and may read, and which relations are
 * PHI is kept in the backend, each with the generation that it was read under.
 * A session whose role is not bound compares three numbers for each statement.
 * Nothing here writes, runs SQL or takes privileges: it works on a standby.
 *
 * A worker of a parallel query begins with a part of the statement that its
 * leader has logged; what functions read that it calls is another matter.
 * While an extension is created its tables are not whole.
 */
#include "aims.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "decision.h"
#include "hierarchy.h"
#include "people.h"
#include "read.h"
#include "row.h"
#include "session_system.h"
#include "shape.h"

/* So many relations of one statement are remembered as logged. */
#define LOGGED_RELATIONS 64

/* The session's role: which systems it is bound to, and may read for. */
typedef struct Reader
{
	bool		known;
	uint64		generation;		/* governance_generation() when read */
	uint64		roles;			/* roles_generation() when read */
	Oid			role;			/* session user */
	bool		bound;
	List	   *reading;		/* slugs of the systems that it may read for */
	char	   *obstacle;		/* why not for the others, a sentence each */
} Reader;

/* Is a relation PHI? */
typedef struct Protected
{
	Oid			relid;			/* hash key, first */
	bool		phi;
	uint64		generation;		/* governance_generation() when read */
	uint64		relations;		/* state of all relations when read */
} Protected;

static ExecutorCheckPerms_hook_type next_check_perms = NULL;
static MemoryContext reader_context = NULL;
static Reader reader;
static HTAB *protected = NULL;
static uint64 relations_changed = 1;
static bool asked = false;		/* this process has come here before */

/* What the current statement of the client has been logged to read. */
static struct
{
	TimestampTz statement;
	LocalTransactionId transaction;
	int			n;
	Oid			relids[LOGGED_RELATIONS];
} logged;

/* Any relation changed: partitions may have been attached or detached. */
static void
read_relation_changed(Datum arg, Oid relid)
{
	relations_changed++;
}

/* May a system in that stage read PHI? */
static bool
stage_may_read(const char *stage)
{
	return strcmp(stage, "inception") != 0 && strcmp(stage, "retirement") != 0;
}

/* Note what a system that the role is bound to allows. */
static void
reader_add_system(const char *system, StringInfo obstacle)
{
	bool		switched_off;
	char	   *stage = system_state(system, &switched_off);

	if (stage == NULL)
		return;
	if (stage_may_read(stage) && !switched_off)
		reader.reading = lappend(reader.reading,
								 MemoryContextStrdup(reader_context, system));
	else if (switched_off)
		appendStringInfo(obstacle, " AI system \"%s\" is switched off.",
						 system);
	else
		appendStringInfo(obstacle, " AI system \"%s\" is in stage %s.",
						 system, stage);
}

/* Note everything that the role's bindings allow. */
static void
reader_read_bindings(void)
{
	List	   *systems = role_systems(GetUserNameFromId(reader.role, false));
	MemoryContext caller;
	StringInfoData obstacle;
	ListCell   *lc;

	initStringInfo(&obstacle);
	caller = MemoryContextSwitchTo(reader_context);
	foreach(lc, systems)
		reader_add_system(lfirst(lc), &obstacle);
	reader.obstacle = pstrdup(obstacle.data);
	MemoryContextSwitchTo(caller);
	reader.bound = systems != NIL;
}

/* Look the session's role up. What changes meanwhile makes it stale. */
static void
reader_refresh(void)
{
	if (reader_context == NULL)
		reader_context = AllocSetContextCreate(CacheMemoryContext,
											   "aims reader",
											   ALLOCSET_SMALL_SIZES);
	MemoryContextReset(reader_context);
	reader.known = false;
	reader.generation = governance_generation();
	reader.roles = roles_generation();
	reader.role = GetSessionUserId();
	reader.reading = NIL;
	reader_read_bindings();
	reader.known = true;
}

/* Is the session's role bound to any system? */
static bool
reader_is_bound(void)
{
	if (!reader.known || reader.generation != governance_generation() ||
		reader.roles != roles_generation() ||
		reader.role != GetSessionUserId())
		reader_refresh();
	return reader.bound;
}

/* Is exactly this relation marked, by itself or as a dataset? */
static bool
read_marked(Oid relid)
{
	static const char *const marks[][2] = {
		{"phi_table", "phi_table_pkey"},
		{"dataset", "dataset_phi_idx"}
	};
	bool		marked = false;

	for (int i = 0; i < lengthof(marks) && !marked; i++)
	{
		Relation	rel = table_open(aims_relid(marks[i][0]), AccessShareLock);
		ScanKeyData key;

		ScanKeyInit(&key, row_column(RelationGetDescr(rel), "relation"),
					BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
		marked = HeapTupleIsValid(row_find(rel, marks[i][1], 1, &key, false));
		table_close(rel, AccessShareLock);
	}
	return marked;
}

/* Is any of these relations marked? */
static bool
read_any_marked(List *relids)
{
	ListCell   *lc;

	foreach(lc, relids)
		if (read_marked(lfirst_oid(lc)))
			return true;
	return false;
}

/*
 * Does a relation hold PHI: is it marked, or one that it is a part of, or one
 * of its parts?
 */
static bool
read_is_phi(Oid relid)
{
	uint64		generation = governance_generation();
	uint64		relations = relations_changed;
	Protected  *entry;
	bool		phi;

	if (relid < FirstNormalObjectId)
		return false;
	entry = hash_search(protected, &relid, HASH_FIND, NULL);
	if (entry != NULL && entry->generation == generation &&
		entry->relations == relations)
		return entry->phi;
	phi = read_any_marked(hierarchy_ancestors(relid, false)) ||
		read_any_marked(find_all_inheritors(relid, NoLock, NULL));
	entry = hash_search(protected, &relid, HASH_ENTER, NULL);
	entry->phi = phi;
	entry->generation = generation;
	entry->relations = relations;
	return phi;
}

/* Make the cache of relations on first use. */
static void
read_cache_init(void)
{
	HASHCTL		ctl = {0};

	if (protected != NULL)
		return;
	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(Protected);
	ctl.hcxt = CacheMemoryContext;
	protected = hash_create("aims protected relations", 64, &ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(read_relation_changed, (Datum) 0);
}

/* The relations with PHI that a statement reads. */
static List *
read_phi_relations(List *needed)
{
	List	   *relids = NIL;
	ListCell   *lc;

	read_cache_init();
	foreach(lc, needed)
	{
		const NeededPermission *need = lfirst(lc);

		if ((need->requiredPerms & ACL_SELECT) != 0 &&
			OidIsValid(need->relid) && read_is_phi(need->relid))
			relids = list_append_unique_oid(relids, need->relid);
	}
	return relids;
}

/*
 * What the statement does, as far as permissions say: locking rows asks for
 * UPDATE of no column.
 */
static const char *
read_command(List *needed)
{
	AclMode		all = 0;
	ListCell   *lc;

	foreach(lc, needed)
	{
		const NeededPermission *need = lfirst(lc);

		all |= need->requiredPerms & ~ACL_UPDATE;
		if (!bms_is_empty(need->updatedCols))
			all |= ACL_UPDATE;
	}
	return (all & ACL_INSERT) != 0 ? "INSERT" :
		(all & ACL_UPDATE) != 0 ? "UPDATE" :
		(all & ACL_DELETE) != 0 ? "DELETE" : "SELECT";
}

/* The names of relations, for a message. */
static char *
read_names(List *relids)
{
	StringInfoData names;
	ListCell   *lc;

	initStringInfo(&names);
	foreach(lc, relids)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 relation_name(lfirst_oid(lc)));
	return names.data;
}

/* Refuse the statement. */
static void
read_refuse(List *relids)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_PHI_READ_NOT_ALLOWED),
			 errmsg("role \"%s\" may not read protected health information: %s",
					GetUserNameFromId(reader.role, false),
					read_names(relids)),
			 errdetail("The session's role reads for the AI systems that it is bound to, while one of them is in a stage from design_development to re_evaluation and not switched off.%s",
					   reader.obstacle),
			 errhint("SELECT system, stage FROM aims.ai_system shows the stages; aims.gate lists what the next one needs, another person than who switched it off calls aims.switch_on.")));
}

/* Begin anew where the client has sent another statement. */
static void
logged_begin(void)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();

	if (logged.statement == statement &&
		logged.transaction == MyLocalTransactionId)
		return;
	logged.statement = statement;
	logged.transaction = MyLocalTransactionId;
	logged.n = 0;
}

/*
 * Those of the relations that the current statement has not been logged for:
 * a function that is called for each row does not fill the log.
 */
static List *
logged_add(List *relids)
{
	List	   *added = NIL;
	ListCell   *lc;

	logged_begin();
	foreach(lc, relids)
	{
		Oid			relid = lfirst_oid(lc);
		int			i = 0;

		while (i < logged.n && logged.relids[i] != relid)
			i++;
		if (i < logged.n)
			continue;
		added = lappend_oid(added, relid);
		if (logged.n < LOGGED_RELATIONS)
			logged.relids[logged.n++] = relid;
	}
	return added;
}

/* Append a member of a JSON object that is an array of strings. */
static void
append_array(StringInfo json, const char *name, List *strings)
{
	ListCell   *lc;

	appendStringInfo(json, "%s: [", name);
	foreach(lc, strings)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, lfirst(lc));
	}
	appendStringInfoString(json, "], ");
}

/*
 * Write the line. It holds names alone and no value of any row; the statement,
 * which may hold some, is log_statement's business.
 */
static void
read_log(List *relids, const char *command)
{
	StringInfoData json;
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, relids)
		names = lappend(names, relation_name(lfirst_oid(lc)));
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"role\": ");
	escape_json(&json, GetUserNameFromId(reader.role, false));
	appendStringInfoString(&json, ", ");
	append_array(&json, "\"systems\"", reader.reading);
	append_array(&json, "\"relations\"", names);
	appendStringInfo(&json, "\"command\": \"%s\"}", command);
	ereport(LOG_SERVER_ONLY,
			(errcode(ERRCODE_MS_PHI_READ),
			 errmsg_internal("PHI read: %s", json.data),
			 errhidestmt(true),
			 errhidecontext(true)));
}

/* Is it a parallel worker's part of the statement of its leader? */
static bool
read_is_part(void)
{
	bool		part = IsParallelWorker() && !asked;

	asked = true;
	return part;
}

/*
 * May a session of a bound role read what the statement reads? Logs it if so,
 * unless the leader has; if not, refuses it or, without report, says so.
 */
static bool
read_check(List *needed, bool report, bool part)
{
	List	   *relids = read_phi_relations(needed);

	if (relids == NIL)
		return true;
	if (reader.reading == NIL)
	{
		if (report)
			read_refuse(relids);
		return false;
	}
	relids = report ? logged_add(relids) : NIL;
	if (relids != NIL && !part)
		read_log(relids, read_command(needed));
	return true;
}

/* Does the session have to be asked at all? */
static bool
read_concerns_session(void)
{
	return governance_exists() && reader_is_bound();
}

/* The hook: after the server's own check, and others' hooks, have passed. */
static bool
read_check_perms(CHECK_PERMS_PARAMETERS)
{
	bool		part = read_is_part();

	if (next_check_perms != NULL && !next_check_perms(CHECK_PERMS_ARGUMENTS))
		return false;
	if (creating_extension || IsBinaryUpgrade || !IsTransactionState() ||
		!read_concerns_session())
		return true;
	AcceptInvalidationMessages();
	return !read_concerns_session() || read_check(needed, report, part);
}

void
read_init(void)
{
	next_check_perms = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = read_check_perms;
}
