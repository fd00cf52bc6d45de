/*
 * govern.c
 *		Putting tables under the guard, and taking them from under it.
 *
 * What is asked for is checked against the relation; the rest is a row of the
 * registry and the triggers of attach.c.
 */
#include "aims.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "attach.h"
#include "capture.h"
#include "condition.h"
#include "ddl.h"
#include "ddl_target.h"
#include "decision.h"
#include "oversight.h"
#include "owner.h"
#include "shape.h"

/* The arguments of aims.govern, as strings; NULL where not given. */
typedef struct Governing
{
	Oid			relid;
	char	   *system;
	char	   *system_column;
	char	   *system_when;
	char	   *mode;
	char	   *image;
	char	   *review;
	bool		test;
	char	   *version_column;
	char	   *site_column;
	char	   *subgroup_column;
	Condition  *condition;		/* system_when parsed, or NULL */
} Governing;

/* Rows of a system that govern_preview finds refused. */
typedef struct Refused
{
	const char *system;			/* decision.c's only copy of the slug */
	Cause		cause;
	int64		rows;
} Refused;

/* A relation that cannot be governed, and why. */
static void
cannot_govern(Oid relid, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CANNOT_GOVERN),
			 errmsg("cannot govern \"%s\"", get_rel_name(relid)),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

/* The label of an enum argument; NULL for a null. */
static char *
label_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL :
		DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(n)));
}

/* A name argument; NULL for a null. */
static char *
name_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL :
		pstrdup(NameStr(*PG_GETARG_NAME(n)));
}

/* The arguments that govern and govern_preview share. */
static Governing
governing_arguments(FunctionCallInfo fcinfo)
{
	Governing	g = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4) || PG_ARGISNULL(5) ||
		PG_ARGISNULL(6) || PG_ARGISNULL(7))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation, mode, image, review and test must not be null"),
				 errhint("Leave out what should have its default.")));
	g.relid = PG_GETARG_OID(0);
	g.system = owner_argument(fcinfo, 1);
	g.system_column = name_argument(fcinfo, 2);
	g.system_when = owner_argument(fcinfo, 3);
	g.mode = label_argument(fcinfo, 4);
	g.image = label_argument(fcinfo, 5);
	g.review = label_argument(fcinfo, 6);
	g.test = PG_GETARG_BOOL(7);
	g.version_column = name_argument(fcinfo, 8);
	g.site_column = name_argument(fcinfo, 9);
	g.subgroup_column = name_argument(fcinfo, 10);
	return g;
}

/* Only the owner of a table decides what may be written into it. */
static void
require_ownership(Oid relid)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (!relation_is_owned(relid, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of relation %s", get_rel_name(relid)),
				 errdetail("Governing a table needs the administrator's rights and ownership of the table."),
				 errhint("Call it as the owner of the table, or as a member of that role.")));
}

/* Refuse what is no table of the warehouse. */
static void
check_relation_kind(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	char		relkind = rel->rd_rel->relkind;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		cannot_govern(relid,
					  "Only tables and partitioned tables have row triggers that see every change.",
					  relkind == RELKIND_FOREIGN_TABLE ?
					  "Govern the table on the server that holds it." :
					  "Govern the tables that it is made from.");
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		cannot_govern(relid, "It is a temporary table, which ends with its session.",
					  "Govern a permanent table.");
	if (IsCatalogRelation(rel) ||
		get_rel_namespace(relid) == get_namespace_oid("information_schema", true))
		cannot_govern(relid, "It is a system catalog.",
					  "Govern a table of the warehouse.");
	if (get_rel_namespace(relid) == get_namespace_oid("aims", false))
		cannot_govern(relid, "It belongs to this extension, which captures its changes anyway.",
					  "Govern a table of the warehouse.");
}

/* A column that the caller names must exist, and be stored. */
static void
check_column(Relation rel, const char *argument, const char *column)
{
	AttrNumber	attnum;

	if (column == NULL)
		return;
	attnum = get_attnum(RelationGetRelid(rel), column);
	if (attnum <= 0)
		cannot_govern(RelationGetRelid(rel),
					  psprintf("%s: the table has no column \"%s\".", argument,
							   column),
					  "Name one of its columns; capitals count.");
	if (TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attgenerated == 'v')
		cannot_govern(RelationGetRelid(rel),
					  psprintf("%s: column \"%s\" is not stored, so triggers do not see it.",
							   argument, column),
					  "Name a stored column.");
}

/* What people review they find by its primary key. */
static void
check_review(const Governing *g, Relation rel)
{
	if (strcmp(g->review, "required") == 0 &&
		image_writer(rel, 0, RelationGetRelationName(rel))->nkey == 0)
		cannot_govern(g->relid,
					  "review: the table has no primary key by which a row could be reviewed.",
					  "Give it a primary key, or leave out review.");
}

/* How AI output is marked: by a system, or by a column. */
static void
check_mark(const Governing *g)
{
	if ((g->system == NULL) == (g->system_column == NULL))
		cannot_govern(g->relid,
					  "Exactly one of system and system_column says whose output the rows are.",
					  "Give system where all output is one system's, system_column where each row names its own.");
}

/* A fixed system must be in the inventory. */
static void
check_system(const Governing *g)
{
	Decision	d;

	if (g->system == NULL)
		return;
	decision_preview(&d, g->relid, g->test, true, g->system,
					 strlen(g->system));
	if (d.cause == CAUSE_SYSTEM_UNKNOWN)
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("AI system \"%s\" is not in the inventory", g->system),
				 errdetail("No row of aims.ai_system has this slug."),
				 errhint("Register it: INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES (...)")));
}

/* Check all arguments against the relation, and parse the condition. */
static void
check_arguments(Governing *g, Relation rel)
{
	check_relation_kind(rel);
	check_mark(g);
	check_column(rel, "system_column", g->system_column);
	check_column(rel, "version_column", g->version_column);
	check_column(rel, "site_column", g->site_column);
	check_column(rel, "subgroup_column", g->subgroup_column);
	check_system(g);
	check_review(g, rel);
	if (g->system_when != NULL)
		g->condition = condition_parse(rel, g->system_when);
}

/* Refuse what is governed already, itself or through a relative. */
static void
check_not_governed(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};

	if (registry_number(relid) != 0)
		cannot_govern(relid, "It is governed already.",
					  "Call aims.set_mode to change its mode, or aims.ungovern first.");
	if (owner_execute("WITH RECURSIVE up (relid) AS ("
					  " SELECT inhparent FROM pg_inherits WHERE inhrelid = $1::oid"
					  " UNION SELECT i.inhparent FROM pg_inherits AS i JOIN up ON i.inhrelid = up.relid),"
					  " down (relid) AS ("
					  " SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::oid"
					  " UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN down ON i.inhparent = down.relid)"
					  " SELECT r.relation::text FROM aims.registry AS r"
					  " WHERE r.relation IN (SELECT relid FROM up UNION ALL SELECT relid FROM down)",
					  1, args) > 0)
		cannot_govern(relid,
					  psprintf("Its relative %s is governed, and with it the rows that they share.",
							   SPI_getvalue(SPI_tuptable->vals[0],
											SPI_tuptable->tupdesc, 1)),
					  "Govern a partitioned table or inheritance parent as a whole: aims.ungovern the relative first.");
}

/* Enter the relation into the registry; returns its number. */
static int32
register_relation(const Governing *g)
{
	const char *args[] = {
		psprintf("%u", g->relid), g->image, g->system, g->system_column,
		g->condition ? g->condition->row : NULL, g->mode, g->review,
		g->test ? "t" : "f", g->version_column, g->site_column,
		g->subgroup_column,
		/* whoever has an id by now may have written before the lock */
		psprintf(UINT64_FORMAT,
				 U64FromFullTransactionId(ReadNextFullTransactionId()) - 1)
	};

	owner_execute("INSERT INTO aims.registry (relation, image, guarded, system, system_column, system_when,"
				  " mode, review, test, version_column, site_column, subgroup_column,"
				  " governed_at, governed_by, governed_xid)"
				  " VALUES ($1::oid, $2::aims.image_policy, true, $3, $4, $5,"
				  " $6::aims.govern_mode, $7::aims.review_policy, $8::boolean, $9, $10, $11,"
				  " clock_timestamp(), session_user, $12::bigint)"
				  " RETURNING registry_id",
				  lengthof(args), args);
	return pg_strtoint32(SPI_getvalue(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, 1));
}

/* A fixed system is intended to write where it is said to write. */
static void
register_intended_table(const Governing *g)
{
	const char *args[] = {g->system, psprintf("%u", g->relid)};

	if (g->system != NULL)
		owner_execute("INSERT INTO aims.intended_table (system, relation) VALUES ($1, $2::oid)"
					  " ON CONFLICT DO NOTHING", lengthof(args), args);
}

/* An entry of the ledger that says what was done to the relation, and why. */
static void
record_event(const char *event, int32 registry_id, Oid relid,
			 const char *system, const char *reason)
{
	const char *args[] = {event, psprintf("%d", registry_id), reason};

	owner_execute("SELECT json_strip_nulls(json_build_object('event', $1, 'reason', $3, 'registry', to_json(r)))"
				  " FROM aims.registry AS r WHERE r.registry_id = $2::integer",
				  lengthof(args), args);
	(void) capture_event("EVENT", relation_name(relid), system,
						 SPI_getvalue(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, 1));
}

/* All that govern changes, as the owner of the extension. */
static void
govern_relation(const Governing *g)
{
	OwnerScope	scope = owner_begin();
	Root		root = {g->relid, 0};
	SubTransactionId before = ddl_pause();
	ListCell   *lc;

	SPI_connect();
	check_not_governed(g->relid);
	root.registry_id = register_relation(g);
	register_intended_table(g);
	foreach(lc, hierarchy_members(g->relid, ShareRowExclusiveLock))
		attach_triggers(lfirst_oid(lc), &root, g->condition);
	record_event("govern", root.registry_id, g->relid, g->system, NULL);
	SPI_finish();
	ddl_resume(before);
	owner_end(scope);
}

PG_FUNCTION_INFO_V1(aims_govern);
/* Put a table under the guard. */
Datum
aims_govern(PG_FUNCTION_ARGS)
{
	Governing	g = governing_arguments(fcinfo);
	Relation	rel;
	ListCell   *lc;
	int			level;

	require_ownership(g.relid);
	level = path_begin();
	rel = relation_open(g.relid, ShareRowExclusiveLock);
	check_arguments(&g, rel);
	relation_close(rel, NoLock);	/* ALTER TABLE wants it closed */
	govern_relation(&g);
	foreach(lc, hierarchy_members(g.relid, NoLock))
		oversight_begin(registry_number(g.relid), lfirst_oid(lc));
	path_end(level);
	PG_RETURN_VOID();
}

/* Take the row out of the registry, and what hangs on it. */
static void
unregister_relation(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};

	owner_execute("DELETE FROM aims.system_mode WHERE relation = $1::oid", 1,
				  args);
	owner_execute("DELETE FROM aims.registry WHERE relation = $1::oid", 1,
				  args);
}

/* All that ungovern changes, as the owner of the extension. */
static void
ungovern_relation(Oid relid, int32 registry_id, const char *reason)
{
	OwnerScope	scope = owner_begin();
	SubTransactionId before = ddl_pause();
	ListCell   *lc;

	SPI_connect();
	record_event("ungovern", registry_id, relid, NULL, reason);
	foreach(lc, hierarchy_members(relid, ShareRowExclusiveLock))
	{
		attach_drop(lfirst_oid(lc), 0);
		oversight_end(lfirst_oid(lc));
	}
	unregister_relation(relid);
	attach_disallow(relation_owner(relid, false));
	SPI_finish();
	ddl_resume(before);
	owner_end(scope);
}

PG_FUNCTION_INFO_V1(aims_ungovern);
/* Take a table from under the guard. */
Datum
aims_ungovern(PG_FUNCTION_ARGS)
{
	char	   *reason = owner_reason(fcinfo, 1, "ungovern");
	Oid			relid;
	int32		registry_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be null")));
	relid = PG_GETARG_OID(0);
	require_ownership(relid);
	LockRelationOid(relid, ShareRowExclusiveLock);
	registry_id = registry_number(relid);
	if (registry_id < FIRST_GOVERNED_ID)
		ereport(ERROR,
				(errcode(ERRCODE_MS_NOT_REGISTERED),
				 errmsg("relation \"%s\" is not governed", get_rel_name(relid)),
				 errdetail("No row of aims.registry puts it under the guard; a partition goes by its parent."),
				 errhint("SELECT relation FROM aims.governed lists the governed relations.")));
	ungovern_relation(relid, registry_id, reason);
	PG_RETURN_VOID();
}

/* The system column as text, just as the guard reads it. */
static char *
preview_value(const Governing *g, Relation rel)
{
	AttrNumber	attnum = get_attnum(g->relid, g->system_column);
	Oid			type = getBaseType(TupleDescAttr(RelationGetDescr(rel),
												 attnum - 1)->atttypid);
	const char *column = quote_identifier(g->system_column);

	if (type == TEXTOID || type == VARCHAROID || type == BPCHAROID)
		return psprintf("%s::text", column);
	return psprintf("CASE WHEN num_nulls(%s) = 0 THEN format('%%s', %s) END",
					column, column);
}

/*
 * Count the rows by value. It runs as the caller: output functions and the
 * like belong to the owner of the table.
 */
static uint64
preview_count(const Governing *g, Relation rel)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s, count(*) FROM %s",
					 g->system_column ? preview_value(g, rel) : "NULL::text",
					 relation_name(g->relid));
	if (g->condition != NULL)
		appendStringInfo(&query, " WHERE %s", g->condition->row);
	appendStringInfoString(&query, " GROUP BY 1");
	if (SPI_execute(query.data, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count rows: %s", query.data);
	return SPI_processed;
}

/* What the guard would say of one value's rows. */
static void
preview_decide(const Governing *g, char *value, Decision *d)
{
	if (g->system != NULL)
		decision_preview(d, g->relid, g->test, true, g->system,
						 strlen(g->system));
	else if (value == NULL)
		d->cause = CAUSE_NOT_AI;
	else
		decision_preview(d, g->relid, g->test, false, value, strlen(value));
}

/* Add rows to the count of a system and cause. */
static List *
preview_add(List *refused, const char *system, Cause cause, int64 rows)
{
	ListCell   *lc;
	Refused    *r;

	foreach(lc, refused)
	{
		r = lfirst(lc);
		if (r->system == system && r->cause == cause)
		{
			r->rows += rows;
			return refused;
		}
	}
	r = palloc(sizeof(Refused));
	r->system = system;
	r->cause = cause;
	r->rows = rows;
	return lappend(refused, r);
}

/* Return one row. */
static void
preview_return(ReturnSetInfo *result, const char *system, Cause cause,
			   int64 rows)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	values[0] = CStringGetTextDatum(system);
	values[1] = CStringGetTextDatum(cause_name(cause));
	values[2] = Int64GetDatum(rows);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Decide on each value. Several may stand for one system, whose rows are
 * added up; each unknown one is a row by itself.
 */
static void
preview_values(const Governing *g, Relation rel, ReturnSetInfo *result)
{
	uint64		n = preview_count(g, rel);
	List	   *refused = NIL;
	ListCell   *lc;

	for (uint64 i = 0; i < n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		char	   *value = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		bool		isnull;
		Datum		count = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2,
										  &isnull);
		int64		rows = DatumGetInt64(count);
		Decision	d;

		preview_decide(g, value, &d);
		if (!CAUSE_REFUSES(d.cause))
			continue;
		if (d.system == NULL)
			preview_return(result, value, d.cause, rows);
		else
			refused = preview_add(refused, d.system, d.cause, rows);
	}
	foreach(lc, refused)
	{
		Refused    *r = lfirst(lc);

		preview_return(result, r->system, r->cause, r->rows);
	}
}

PG_FUNCTION_INFO_V1(aims_govern_preview);
/* Which rows the guard would refuse today. */
Datum
aims_govern_preview(PG_FUNCTION_ARGS)
{
	Governing	g = governing_arguments(fcinfo);
	Relation	rel;
	int			level;

	require_ownership(g.relid);
	InitMaterializedSRF(fcinfo, 0);
	level = path_begin();
	SPI_connect();
	rel = relation_open(g.relid, AccessShareLock);
	check_arguments(&g, rel);
	preview_values(&g, rel, (ReturnSetInfo *) fcinfo->resultinfo);
	relation_close(rel, NoLock);
	SPI_finish();
	path_end(level);
	return (Datum) 0;
}
