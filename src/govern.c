/*
 * govern.c
 *		Putting tables under the guard, and taking them from under it.
 *
 * What is asked for is checked against the relation; the rest is a row of the
 * registry and the triggers of attach.c.
 */
#include "aims.h"

#include "access/relation.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "attach.h"
#include "capture.h"
#include "ddl.h"
#include "ddl_target.h"
#include "govern.h"
#include "owner.h"
#include "rebuilt.h"
#include "shape.h"

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
		g->subgroup_column, g->system_expression, g->rebuilt ? "t" : "f",
		/* whoever has an id by now may have written before the lock */
		psprintf(UINT64_FORMAT,
				 U64FromFullTransactionId(ReadNextFullTransactionId()) - 1)
	};

	owner_execute("INSERT INTO aims.registry (relation, image, guarded, system, system_column, system_when,"
				  " mode, review, test, version_column, site_column, subgroup_column,"
				  " system_expression, rebuilt, governed_at, governed_by, governed_xid)"
				  " VALUES ($1::oid, $2::aims.image_policy, true, $3, $4, $5,"
				  " $6::aims.govern_mode, $7::aims.review_policy, $8::boolean, $9, $10, $11,"
				  " $12, $13::boolean, clock_timestamp(), session_user, $14::bigint)"
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

/* Register a relation that was not governed; returns its number. */
static int32
register_anew(const Governing *g)
{
	int32		registry_id;

	rebuilt_forget(g->relid);
	registry_id = register_relation(g);
	register_intended_table(g);
	record_event("govern", registry_id, g->relid, g->system, NULL);
	return registry_id;
}

/* All that govern changes, as the owner of the extension. */
void
govern_relation(const Governing *g, int32 awaited)
{
	OwnerScope	scope = owner_begin();
	Root		root = {g->relid, awaited};
	SubTransactionId before = ddl_pause();
	ListCell   *lc;

	SPI_connect();
	check_not_governed(g->relid);
	if (awaited != 0)
		rebuilt_register(g, awaited);
	else
		root.registry_id = register_anew(g);
	foreach(lc, hierarchy_members(g->relid, ShareRowExclusiveLock))
		attach_triggers(lfirst_oid(lc), &root, g->condition);
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
	int			level;

	governing_require_ownership(g.relid);
	level = path_begin();
	rel = relation_open(g.relid, ShareRowExclusiveLock);
	governing_check(&g, rel);
	relation_close(rel, NoLock);	/* ALTER TABLE wants it closed */
	govern_relation(&g, 0);
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
		attach_drop(lfirst_oid(lc), 0);
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
	governing_require_ownership(relid);
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
