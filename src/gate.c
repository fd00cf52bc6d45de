/*
 * gate.c
 *		Gates: the requirements of a move, and whether they are met.
 *
 * Requirements are rows, read through SPI as the owner of the schema. The
 * check function of each may be a site's: it runs as its own owner in a probe,
 * so that nothing of it remains but its verdict: no row, no setting, no lock,
 * no number of a sequence. While it runs nobody acts: no approval, no request,
 * no move, and no other gate.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "gate.h"
#include "owner.h"
#include "probe.h"

#define CHECK_TIMEOUT 60000		/* milliseconds that a check may take */

/* A check that is probed. */
typedef struct Check
{
	Requirement *requirement;
	const char *system;
	MemoryContext context;		/* where the detail goes */
} Check;

/* Is a check function running? requirement_check alone sets it. */
static bool gate_is_evaluated = false;

/* Refuse an act, or another gate, while a gate is evaluated. */
void
gate_check_evaluation(void)
{
	if (gate_is_evaluated)
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_ACT_HERE),
				 errmsg("nobody acts while a gate is evaluated"),
				 errdetail("The check function of a gate requirement called an act of the life cycle, or another gate."),
				 errhint("Let the function read tables, and say whether the requirement is met; people act in statements of their own.")));
}

/* Refuse an act while a gate is evaluated, or with an old snapshot. */
void
gate_check_act(void)
{
	gate_check_evaluation();
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_ACT_HERE),
				 errmsg("nobody decides with the snapshot of a whole transaction"),
				 errdetail("A transaction of REPEATABLE READ or SERIALIZABLE does not see what others have committed since it began: evidence that was withdrawn, a duty that has ended."),
				 errhint("Act in READ COMMITTED: BEGIN ISOLATION LEVEL READ COMMITTED")));
}

/* A column of a row of the last query, copied to the given context. */
static Datum
gate_datum(uint64 row, int column, MemoryContext context)
{
	MemoryContext previous = MemoryContextSwitchTo(context);
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row],
									  SPI_tuptable->tupdesc, column, &isnull);

	value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(previous);
	return value;
}

/*
 * The function of a requirement, found by its exact argument types. Its owner
 * is returned in *owner.
 */
static char *
requirement_function(const Requirement *requirement, Oid *owner)
{
	Oid			types[] = {TEXTOID, JSONBOID};
	List	   *names = compat_qualified_name(requirement->function);
	Oid			function = LookupFuncName(names, 2, types, false);
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc proc;
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	*owner = proc->proowner;
	name = quote_qualified_identifier(get_namespace_name(proc->pronamespace),
									  NameStr(proc->proname));
	ReleaseSysCache(tuple);
	return name;
}

/* Call the check function as its owner and take over the verdict. */
static void
requirement_call(void *argument)
{
	Check	   *check = argument;
	Requirement *requirement = check->requirement;
	Oid			types[] = {TEXTOID, JSONBOID};
	Datum		values[] = {CStringGetTextDatum(check->system),
							requirement->parameter};
	Oid			owner;
	char	   *function = requirement_function(requirement, &owner);
	char	   *query = psprintf("SELECT met, detail FROM %s($1, $2)", function);
	char	   *met;

	probe_as(owner);
	if (SPI_execute_with_args(query, 2, types, values, NULL, false,
							  2) != SPI_OK_SELECT)
		elog(ERROR, "check function could not be called");
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("function %s did not return one row", function),
				 errdetail("It returned %s.",
						   SPI_processed == 0 ? "none" : "more than one"),
				 errhint("A check function returns one row: met boolean, detail text.")));
	met = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	requirement->met = met != NULL && strcmp(met, "t") == 0;
	requirement->detail = owner_string(0, 2, check->context);
}

/*
 * Find out whether a requirement is met. A check that raises is not met, with
 * the error as its detail; what is deadlocked or cannot be serialized is no
 * verdict.
 */
static void
requirement_check(Requirement *requirement, const char *system,
				  MemoryContext context)
{
	Check		check = {requirement, system, context};
	ErrorData  *error;

	gate_is_evaluated = true;
	PG_TRY();
	{
		error = probe(requirement_call, &check, CHECK_TIMEOUT);
	}
	PG_FINALLY();
	{
		gate_is_evaluated = false;
	}
	PG_END_TRY();
	if (error != NULL)
	{
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) ==
			ERRCODE_TO_CATEGORY(ERRCODE_T_R_SERIALIZATION_FAILURE))
			ReThrowError(error);
		requirement->met = false;
		requirement->detail = MemoryContextStrdup(context,
												  psprintf("error in the check: %s", error->message));
	}
	if (requirement->detail == NULL)
		requirement->detail = MemoryContextStrdup(context, "");
}

/*
 * The requirements for the tier of the system, unchecked. Those of several
 * gates are approved by one request, into the stage that the move leads to.
 */
static List *
gate_requirements(GateScope scope, const char *system, const char *from,
				  const char *to, MemoryContext context)
{
	const char *args[] = {system, from, to};
	MemoryContext previous;
	List	   *gate = NIL;

	owner_execute(psprintf("SELECT requirement, control::text, check_function,"
						   "       approval::text, control,"
						   "       parameter || jsonb_build_object("
						   "           'requirement', requirement,"
						   "           'stage', CASE WHEN approval THEN $3 ELSE stage::text END,"
						   "           'framework', framework, 'control', control::text),"
						   "       shipped::text, stage::text"
						   "  FROM aims.%s("
						   "           $1, $2::aims.lifecycle_stage, $3::aims.lifecycle_stage)"
						   " ORDER BY stage, 5, 1",
						   scope == GATE_OF_MOVE ? "move_requirement" : "applicable_requirement"),
				  3, args);
	previous = MemoryContextSwitchTo(context);	/* SPI leaves us in its own */
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Requirement *requirement = palloc0(sizeof(Requirement));

		requirement->name = owner_string(row, 1, context);
		requirement->control_text = owner_string(row, 2, context);
		requirement->function = owner_string(row, 3, context);
		requirement->approval =
			owner_string(row, 4, context)[0] == 't';
		requirement->shipped = owner_string(row, 7, context)[0] == 't';
		requirement->stage = owner_string(row, 8, context);
		requirement->control = gate_datum(row, 5, context);
		requirement->parameter = gate_datum(row, 6, context);
		gate = lappend(gate, requirement);
	}
	MemoryContextSwitchTo(previous);
	return gate;
}

/* Evaluate a gate, or those of a move, into the given context. */
List *
gate_evaluate(GateScope scope, const char *system, const char *from,
			  const char *to, MemoryContext context)
{
	List	   *gate = gate_requirements(scope, system, from, to, context);
	ListCell   *cell;

	foreach(cell, gate)
		requirement_check(lfirst(cell), system, context);
	return gate;
}

/*
 * Add the approval that an emergency or import needs, by this name, also where
 * the gate itself asks for none. A site's row does not stand in for it.
 */
List *
gate_add_approval(List *gate, const char *name, const char *system,
				  const char *to, MemoryContext context)
{
	const char *args[] = {to};
	MemoryContext previous;
	Requirement *requirement;
	ListCell   *cell;

	foreach(cell, gate)
	{
		requirement = lfirst(cell);
		if (requirement->approval && requirement->shipped)
			return gate;
	}
	owner_execute("SELECT jsonb_build_object('stage', $1),"
				  "       'A.6.2.5'::aims.control_ref",
				  1, args);
	previous = MemoryContextSwitchTo(context);
	requirement = palloc0(sizeof(Requirement));
	requirement->name = MemoryContextStrdup(context, name);
	requirement->stage = MemoryContextStrdup(context, to);
	requirement->control_text = "A.6.2.5";
	requirement->function = "aims.check_approval";
	requirement->approval = true;
	requirement->shipped = true;
	requirement->parameter = gate_datum(0, 1, context);
	requirement->control = gate_datum(0, 2, context);
	gate = lappend(gate, requirement);
	MemoryContextSwitchTo(previous);
	requirement_check(requirement, system, context);
	return gate;
}

/* How many requirements are missing; *excusable: may an emergency pass? */
int
gate_missing(const List *gate, bool *excusable)
{
	ListCell   *cell;
	int			missing = 0;

	*excusable = true;
	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);

		if (requirement->met)
			continue;
		missing++;
		if (requirement->approval)
			*excusable = false;
	}
	return missing;
}

/* The missing requirements, one a line. */
char *
gate_missing_list(const List *gate)
{
	StringInfoData list;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);

		if (!requirement->met)
			appendStringInfo(&list, "\n- %s (%s): %s", requirement->name,
							 requirement->control_text, requirement->detail);
	}
	return list.data;
}

/* The gate as it is stored: an array of objects, as JSON text. */
char *
gate_json(const List *gate)
{
	StringInfoData json;
	ListCell   *cell;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);

		if (json.len > 1)
			appendStringInfoChar(&json, ',');
		appendStringInfoString(&json, "{\"requirement\":");
		escape_json(&json, requirement->name);
		appendStringInfoString(&json, ",\"stage_of_gate\":");
		escape_json(&json, requirement->stage);
		appendStringInfoString(&json, ",\"control\":");
		escape_json(&json, requirement->control_text);
		appendStringInfo(&json, ",\"met\":%s,\"detail\":",
						 requirement->met ? "true" : "false");
		escape_json(&json, requirement->detail);
		appendStringInfoChar(&json, '}');
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}
