/*
 * rebuilt.c
 *		Governed tables that are dropped and made anew.
 *
 * Such a table is governed by its name. When it loses that, by DROP, RENAME or
 * SET SCHEMA, what is registered of it goes into aims.awaited_table; when a
 * command gives a relation an awaited name, it is put under the guard again,
 * as the same number of the registry.
 *
 * The rows that it has by then, of CREATE TABLE AS for example, were seen by no
 * trigger. The guard decides on them now, as if they were being inserted, and
 * the ledger gets an entry BASELINE for each. Where the table cannot be
 * governed the command is not refused: a finding says so.
 *
 * Only relations that the command itself concerns are looked at: nobody's DDL
 * fails for what another has made. What is awaited is looked up as of now, in
 * every isolation level.
 */
#include "aims.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "attempt.h"
#include "capture.h"
#include "ddl_target.h"
#include "govern.h"
#include "hierarchy.h"
#include "owner.h"
#include "rebaseline.h"
#include "rebuilt.h"
#include "row.h"
#include "shape.h"

/* A relation that has an awaited name. */
typedef struct Arrived
{
	int32		registry_id;
	Oid			relid;
} Arrived;

/* Where a registered relation is named; the registry itself comes first. */
static const char *const registered_in[] = {
	"registry", "system_mode", "system_value", "intended_table", "phi_table"
};

/* The transaction's snapshot is older than what it would act on. */
static void
require_visible(uint64 rows)
{
	if (rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to a change of governance"),
				 errdetail("What is registered of the table was changed after this transaction began."),
				 errhint("Retry the transaction.")));
}

bool
relation_is_rebuilt(Oid relid)
{
	char	   *rebuilt = registry_text(relid, "rebuilt");

	return rebuilt != NULL && strcmp(rebuilt, "t") == 0;
}

/* All rows of one table that name the relation $1, as a JSON member. */
static void
append_rows(StringInfo query, const char *table)
{
	appendStringInfo(query, "%s'%s', (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'relation'), '[]')"
					 " FROM aims.%s AS t WHERE t.relation = $1::oid)",
					 query->data[query->len - 1] == '(' ? "" : ", ", table,
					 table);
}

void
rebuilt_remember(Oid relid)
{
	char	   *schema;
	char	   *name;
	const char *args[] = {psprintf("%u", relid), NULL, NULL};
	StringInfoData query;

	if (!relation_is_rebuilt(relid) ||
		!relation_former_names(relid, &schema, &name))
		return;
	args[1] = schema;
	args[2] = name;
	initStringInfo(&query);
	appendStringInfoString(&query, "INSERT INTO aims.awaited_table (registry_id, schema_name, table_name, registration, left_by)"
						   " SELECT r.registry_id, $2, $3, jsonb_build_object(");
	for (int i = 0; i < lengthof(registered_in); i++)
		append_rows(&query, registered_in[i]);
	appendStringInfoString(&query, ", 'dataset', (SELECT coalesce(jsonb_agg(d.dataset), '[]') FROM aims.dataset AS d WHERE d.relation = $1::oid)"
						   "), session_user FROM aims.registry AS r WHERE r.relation = $1::oid"
						   " ON CONFLICT ON CONSTRAINT awaited_table_name_key"
						   " DO UPDATE SET registry_id = excluded.registry_id, registration = excluded.registration,"
						   " left_at = excluded.left_at, left_by = excluded.left_by");
	require_visible(owner_execute(query.data, lengthof(args), args));
	/* one that was renamed holds what it held */
	owner_execute("DELETE FROM aims.phi_table AS p WHERE p.relation = $1::oid"
				  " AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = $1::oid)",
				  1, args);
}

void
rebuilt_forget(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};

	owner_execute("DELETE FROM aims.awaited_table AS a USING pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
				  " WHERE c.oid = $1::oid AND a.schema_name = n.nspname AND a.table_name = c.relname",
				  lengthof(args), args);
}

/*
 * What the relation is said to be comes from its governing, all else from what
 * was kept. Mappings that wait for the new relation already stay.
 */
void
rebuilt_register(const Governing *g, int32 registry_id)
{
	const char *args[] = {psprintf("%d", registry_id),
						  psprintf("%u", g->relid),
						  g->condition ? g->condition->row : NULL,
						  g->system_expression};

	for (int i = 0; i < lengthof(registered_in); i++)
		owner_execute(psprintf("INSERT INTO aims.%s SELECT r.* FROM aims.awaited_table AS a,"
							   " jsonb_array_elements(a.registration -> '%s') AS e,"
							   " jsonb_populate_record(NULL::aims.%s, e || jsonb_build_object('relation', $2)"
							   " || CASE WHEN e ? 'registry_id' THEN jsonb_build_object('system_when', $3, 'system_expression', $4) ELSE '{}' END) AS r"
							   " WHERE a.registry_id = $1::integer%s",
							   registered_in[i], registered_in[i],
							   registered_in[i],
							   i > 0 ? " ON CONFLICT DO NOTHING" : ""),
					  lengthof(args), args);
	owner_execute("UPDATE aims.dataset AS d SET relation = $2::oid FROM aims.awaited_table AS a"
				  " WHERE a.registry_id = $1::integer AND d.relation IS NULL AND a.registration -> 'dataset' ? d.dataset::text",
				  lengthof(args), args);
	owner_execute("DELETE FROM aims.awaited_table WHERE registry_id = $1::integer",
				  1, args);
}

/* The arguments under which an awaited table was governed. */
static Governing
awaited_governing(const Arrived *arrived)
{
	const char *args[] = {psprintf("%d", arrived->registry_id)};
	MemoryContext caller = CurrentMemoryContext;
	OwnerScope	scope = owner_begin();
	Governing	g = {.relid = arrived->relid};

	SPI_connect();
	require_visible(owner_execute("SELECT r.system, r.system_column, r.system_when, r.system_expression,"
								  " r.version_column, r.site_column, r.subgroup_column, r.test"
								  " FROM aims.awaited_table AS a, jsonb_populate_record(NULL::aims.registry, a.registration -> 'registry' -> 0) AS r"
								  " WHERE a.registry_id = $1::integer",
								  lengthof(args), args));
	g.system = owner_string(0, 1, caller);
	g.system_column = owner_string(0, 2, caller);
	g.system_when = owner_string(0, 3, caller);
	g.system_expression = owner_string(0, 4, caller);
	g.version_column = owner_string(0, 5, caller);
	g.site_column = owner_string(0, 6, caller);
	g.subgroup_column = owner_string(0, 7, caller);
	g.test = strcmp(owner_string(0, 8, caller), "t") == 0;
	SPI_finish();
	owner_end(scope);
	return g;
}

/* Put an awaited table under the guard; for attempt. */
static void
govern_awaited(void *argument)
{
	Arrived    *arrived = argument;
	Governing	g = awaited_governing(arrived);
	int			level = path_begin();
	Relation	rel = relation_open(g.relid, NoLock);

	governing_check(&g, rel);
	relation_close(rel, NoLock);
	govern_relation(&g, arrived->registry_id);
	path_end(level);
}

/* Open a finding, unless one is open, that a table could not be governed. */
static void
open_finding(const Arrived *arrived, const ErrorData *error)
{
	const char *args[] = {psprintf("%d", arrived->registry_id),
						  psprintf("%u", arrived->relid),
						  psprintf("%s is governed, but what bears the name now cannot be: %s%s%s",
								   relation_name(arrived->relid),
								   error->message, error->detail ? ". " : "",
								   error->detail ? error->detail : "")};
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("INSERT INTO aims.finding (kind, system, relation, detail)"
				  " SELECT 'rebuilt_table_not_governed', s.system, $2::oid, $3"
				  " FROM aims.awaited_table AS a LEFT JOIN aims.ai_system AS s"
				  " ON s.system = a.registration #>> '{registry,0,system}'"
				  " WHERE a.registry_id = $1::integer AND NOT EXISTS (SELECT FROM aims.finding AS f"
				  " WHERE f.kind = 'rebuilt_table_not_governed' AND f.relation = $2::oid AND f.closed_at IS NULL)",
				  lengthof(args), args);
	SPI_finish();
	owner_end(scope);
}

/* Govern one relation again, and decide on its rows. */
static void
govern_again(Arrived *arrived)
{
	ErrorData  *error;

	LockRelationOid(arrived->relid, ShareRowExclusiveLock);
	error = attempt(govern_awaited, arrived);
	if (error != NULL)
		open_finding(arrived, error);
	else
		rebaseline_arrived(arrived->relid);
}

/* The awaited table after that of a number, as of now; NULL after the last. */
static HeapTuple
awaited_after(Relation rel, int32 registry_id)
{
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(rel), "registry_id"),
				BTGreaterStrategyNumber, F_INT4GT, Int32GetDatum(registry_id));
	return row_find(rel, "awaited_table_pkey", 1, &key, false);
}

/* The relation that has an awaited name, if the object is it or its schema. */
static Oid
arrived_at(HeapTuple tuple, TupleDesc desc, const ObjectAddress *address)
{
	Oid			schema = get_namespace_oid(row_string(tuple, desc,
													  "schema_name"), true);
	Oid			relid = OidIsValid(schema) ?
		get_relname_relid(row_string(tuple, desc, "table_name"), schema) :
		InvalidOid;

	return address->objectId == (address->classId == RelationRelationId ?
								 relid : schema) ? relid : InvalidOid;
}

/*
 * The relation, or those in the schema, that have an awaited name and are not
 * governed, as of now. Few tables are awaited at a time, mostly none.
 */
static List *
find_arrived(const ObjectAddress *address)
{
	Relation	rel = table_open(aims_relid("awaited_table"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	List	   *found = NIL;
	int32		registry_id = 0;
	HeapTuple	tuple;

	while ((tuple = awaited_after(rel, registry_id)) != NULL)
	{
		Oid			relid = arrived_at(tuple, desc, address);
		bool		isnull;
		Arrived    *arrived;

		registry_id = DatumGetInt32(row_value(tuple, desc, "registry_id",
											  &isnull));
		if (!OidIsValid(relid) || registry_number(relid) != 0)
			continue;
		arrived = palloc(sizeof(Arrived));
		arrived->registry_id = registry_id;
		arrived->relid = relid;
		found = lappend(found, arrived);
	}
	table_close(rel, AccessShareLock);
	return found;
}

void
rebuilt_arrived(const ObjectAddress *address)
{
	ListCell   *lc;

	if (address->classId != RelationRelationId &&
		address->classId != NamespaceRelationId)
		return;
	foreach(lc, find_arrived(address))
		govern_again(lfirst(lc));
}

/* Await a table no longer. */
static void
forget_awaited(const char *registry_id, const char *name, const char *reason)
{
	const char *args[] = {registry_id, reason};

	owner_execute("SELECT json_build_object('event', 'ungovern', 'reason', $2, 'registry', a.registration -> 'registry' -> 0)"
				  " FROM aims.awaited_table AS a WHERE a.registry_id = $1::integer",
				  lengthof(args), args);
	(void) capture_event("EVENT", name, NULL,
						 SPI_getvalue(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, 1));
	owner_execute("DELETE FROM aims.awaited_table WHERE registry_id = $1::integer",
				  1, args);
}

PG_FUNCTION_INFO_V1(aims_ungovern_awaited);
/* Await a table no longer that was governed under a name. */
Datum
aims_ungovern_awaited(PG_FUNCTION_ARGS)
{
	char	   *reason = owner_reason(fcinfo, 1, "ungovern_awaited");
	const char *args[] = {owner_argument(fcinfo, 0)};
	MemoryContext caller = CurrentMemoryContext;
	OwnerScope	scope = owner_begin();

	SPI_connect();
	if (owner_execute("SELECT a.registry_id, format('%I.%I', a.schema_name, a.table_name) FROM aims.awaited_table AS a"
					  " WHERE format('%I.%I', a.schema_name, a.table_name) = $1",
					  lengthof(args), args) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_NOT_REGISTERED),
				 errmsg("no table \"%s\" is awaited",
						args[0] ? args[0] : "NULL"),
				 errdetail("Only a table that was governed with rebuilt => true and has been dropped or renamed is awaited."),
				 errhint("SELECT relation FROM aims.awaited lists them, with schema and quotes; a table that exists is for aims.ungovern.")));
	forget_awaited(owner_string(0, 1, caller), owner_string(0, 2, caller),
				   reason);
	SPI_finish();
	owner_end(scope);
	PG_RETURN_VOID();
}
