/*
 * lifecycle.c
 *		The state machine of AI systems: moves, gates, history.
 *
 * One AFTER ROW trigger on aims.ai_system decides about every change of
 * stage, whoever makes it and by whatever statement. Moves and requirements
 * are rows, read through SPI as the owner of the schema; the check function
 * of a requirement runs as its own owner, in a subtransaction, with a pinned
 * search_path, so that neither a site's function nor an error in it reaches
 * further than its own verdict.
 *
 * Locks: the row of ai_system first (the UPDATE itself, or the act that
 * leads to it), then the row of the request.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "people.h"
#include "row.h"

#define INITIAL_STAGE "inception"

/* One requirement of a gate, and how it was found. */
typedef struct Requirement
{
	char	   *name;
	Datum		control;		/* control_ref */
	char	   *control_text;
	char	   *function;		/* qualified name */
	Datum		parameter;		/* jsonb */
	bool		approval;		/* no emergency excuses it */
	bool		met;
	char	   *detail;
} Requirement;

/* A change of stage that is to be decided. Stages are enum labels. */
typedef struct Move
{
	char	   *system;
	char	   *from;			/* NULL: the system was entered */
	char	   *to;
	char	   *request;		/* number of the open request, or NULL */
	bool		emergency;		/* of that request */
	const char *reason;			/* of that request, or aims.reason, or NULL */
} Move;

/* Where the caller was, to go back to. */
typedef struct Caller
{
	Oid			user;
	int			security;
	int			guc_level;
	MemoryContext context;
} Caller;

/*
 * Connect to SPI as the owner of the schema, with our own search_path. After
 * an error the end of the (sub)transaction restores all of it.
 */
static void
lifecycle_enter(Caller *caller)
{
	caller->context = CurrentMemoryContext;
	GetUserIdAndSecContext(&caller->user, &caller->security);
	SetUserIdAndSecContext(aims_owner(),
						   caller->security | SECURITY_LOCAL_USERID_CHANGE);
	caller->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/* Back to the caller's user and settings. */
static void
lifecycle_leave(const Caller *caller)
{
	SPI_finish();
	AtEOXact_GUC(false, caller->guc_level);
	SetUserIdAndSecContext(caller->user, caller->security);
}

/* Run a query whose arguments are all text; NULL pointers are SQL nulls. */
static void
lifecycle_query(const char *query, int nargs, const char *const *args,
				int expected)
{
	Oid			types[8];
	Datum		values[8];
	char		nulls[8];
	int			result;

	Assert(nargs <= lengthof(types));
	for (int i = 0; i < nargs; i++)
	{
		types[i] = TEXTOID;
		nulls[i] = args[i] != NULL ? ' ' : 'n';
		values[i] = args[i] != NULL ? CStringGetTextDatum(args[i]) : (Datum) 0;
	}
	result = SPI_execute_with_args(query, nargs, types, values, nulls, false,
								   0);
	if (result != expected)
		elog(ERROR, "query of the life cycle failed: %s",
			 SPI_result_code_string(result));
}

/* A column of a row of the last query, as a string in the given context. */
static char *
lifecycle_string(uint64 row, int column, MemoryContext context)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row],
									 SPI_tuptable->tupdesc, column);

	return value != NULL ? MemoryContextStrdup(context, value) : NULL;
}

/* A column of a row of the last query, copied to the given context. */
static Datum
lifecycle_datum(uint64 row, int column, MemoryContext context)
{
	MemoryContext previous = MemoryContextSwitchTo(context);
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row],
									  SPI_tuptable->tupdesc, column, &isnull);

	value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(previous);
	return value;
}

/* The stage that a system is in; MS017 where the system is unknown. */
static char *
lifecycle_stage(const char *system, MemoryContext context)
{
	lifecycle_query("SELECT stage::text FROM aims.ai_system WHERE system = $1",
					1, &system, SPI_OK_SELECT);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("AI system \"%s\" is not in the inventory", system),
				 errdetail("No row of aims.ai_system has this slug."),
				 errhint("Register it: INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES (...)")));
	return lifecycle_string(0, 1, context);
}

/* Refuse a move that is no row of aims.stage_transition. */
static void
lifecycle_check_move(const char *system, const char *from, const char *to)
{
	const char *args[] = {from, to};
	char	   *allowed;

	lifecycle_query("SELECT coalesce(bool_or(to_stage::text = $2), false),"
					"       string_agg(to_stage::text, ', ' ORDER BY to_stage)"
					"  FROM aims.stage_transition"
					" WHERE from_stage::text = $1",
					2, args, SPI_OK_SELECT);
	if (strcmp(lifecycle_string(0, 1, CurrentMemoryContext), "t") == 0)
		return;
	allowed = lifecycle_string(0, 2, CurrentMemoryContext);
	if (allowed != NULL)
		allowed = psprintf("From stage %s it can move to: %s.", from, allowed);
	else
		allowed = psprintf("Stage %s is final.", from);
	ereport(ERROR,
			(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
			 errmsg("AI system \"%s\" cannot move from stage \"%s\" to \"%s\"",
					system, from, to),
			 errdetail_internal("%s", allowed),
			 errhint("SELECT * FROM aims.stage_transition shows the moves that there are.")));
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
requirement_call(Requirement *requirement, const char *system,
				 MemoryContext context)
{
	Oid			types[] = {TEXTOID, JSONBOID};
	Datum		values[] = {CStringGetTextDatum(system),
							requirement->parameter};
	Oid			user;
	int			security;
	int			restriction = SECURITY_LOCAL_USERID_CHANGE |
		SECURITY_RESTRICTED_OPERATION;
	Oid			owner;
	char	   *function = requirement_function(requirement, &owner);
	char	   *query = psprintf("SELECT met, detail FROM %s($1, $2)", function);
	char	   *met;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(owner, security | restriction);
	if (SPI_execute_with_args(query, 2, types, values, NULL, false,
							  2) != SPI_OK_SELECT)
		elog(ERROR, "check function could not be called");
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("function %s did not return one row", function)));
	met = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	requirement->met = met != NULL && strcmp(met, "t") == 0;
	requirement->detail = lifecycle_string(0, 2, context);
	SetUserIdAndSecContext(user, security);
}

/*
 * Find out whether a requirement is met. A check that raises is not met, with
 * the error as its detail; what the user cancels is cancelled.
 */
static void
requirement_check(Requirement *requirement, const char *system,
				  MemoryContext context)
{
	MemoryContext previous = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *error;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(previous);
	PG_TRY();
	{
		requirement_call(requirement, system, context);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(previous);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(previous);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		requirement->met = false;
		requirement->detail = MemoryContextStrdup(context,
												  psprintf("error in the check: %s", error->message));
	}
	PG_END_TRY();
	if (requirement->detail == NULL)
		requirement->detail = MemoryContextStrdup(context, "");
}

/* The requirements of a move for the tier of the system, unchecked. */
static List *
gate_requirements(const char *system, const char *from, const char *to,
				  MemoryContext context)
{
	const char *args[] = {system, from, to};
	MemoryContext previous = MemoryContextSwitchTo(context);
	List	   *gate = NIL;

	lifecycle_query("SELECT requirement, control::text, check_function,"
					"       approval::text, control,"
					"       parameter || jsonb_build_object("
					"           'requirement', requirement, 'stage', stage,"
					"           'framework', framework, 'control', control::text)"
					"  FROM aims.applicable_requirement("
					"           $1, $2::aims.lifecycle_stage, $3::aims.lifecycle_stage)"
					" ORDER BY 5, 1",
					3, args, SPI_OK_SELECT);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Requirement *requirement = palloc0(sizeof(Requirement));

		requirement->name = lifecycle_string(row, 1, context);
		requirement->control_text = lifecycle_string(row, 2, context);
		requirement->function = lifecycle_string(row, 3, context);
		requirement->approval =
			lifecycle_string(row, 4, context)[0] == 't';
		requirement->control = lifecycle_datum(row, 5, context);
		requirement->parameter = lifecycle_datum(row, 6, context);
		gate = lappend(gate, requirement);
	}
	MemoryContextSwitchTo(previous);
	return gate;
}

/* Evaluate the gate of a move, into the given context. */
static List *
gate_evaluate(const char *system, const char *from, const char *to,
			  MemoryContext context)
{
	List	   *gate = gate_requirements(system, from, to, context);
	ListCell   *cell;

	foreach(cell, gate)
		requirement_check(lfirst(cell), system, context);
	return gate;
}

/* How many requirements are missing; *excusable: may an emergency pass? */
static int
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
static char *
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
static char *
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

/* Are approvals all that is missing? */
static bool
gate_waits_for_approval(const List *gate)
{
	ListCell   *cell;

	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);

		if (!requirement->met && !requirement->approval)
			return false;
	}
	return true;
}

/* What to do about a gate that is not met. */
static char *
gate_hint(const Move *move, const List *gate)
{
	if (!move->emergency && !gate_waits_for_approval(gate))
		return psprintf("Add what is missing, see SELECT * FROM aims.gate('%s', '%s'), then call aims.advance again.",
						move->system, move->to);
	if (move->request != NULL)
		return psprintf("Another person approves: SELECT aims.approve('transition', '%s', 'approval', reason)",
						move->request);
	return psprintf("Request it: SELECT aims.request_advance('%s', '%s', reason); another person approves.",
					move->system, move->to);
}

/* Refuse a move whose gate is not met. */
static void
gate_refuse(const Move *move, const List *gate, int missing)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_GATE_NOT_MET),
			 errmsg("AI system \"%s\" does not meet the gate into stage \"%s\"",
					move->system, move->to),
			 errdetail("Missing, %d of %d requirements:%s", missing,
					   list_length(gate), gate_missing_list(gate)),
			 errhint("%s", gate_hint(move, gate))));
}

/* Find and lock the open request for a move. */
static void
move_find_request(Move *move, MemoryContext context)
{
	const char *args[] = {move->system, move->to};

	lifecycle_query("SELECT request_id, emergency::text, reason"
					"  FROM aims.transition_request"
					" WHERE system = $1 AND to_stage = $2::aims.lifecycle_stage"
					"   AND outcome IS NULL"
					"   FOR NO KEY UPDATE",
					2, args, SPI_OK_SELECT);
	if (SPI_processed == 0)
		return;
	move->request = lifecycle_string(0, 1, context);
	move->emergency = lifecycle_string(0, 2, context)[0] == 't';
	move->reason = lifecycle_string(0, 3, context);
}

/*
 * An emergency always needs another person's approval, also where the gate
 * itself asks for none.
 */
static List *
move_add_approval(const Move *move, List *gate, MemoryContext context)
{
	const char *args[] = {move->to};
	MemoryContext previous;
	Requirement *requirement;
	ListCell   *cell;

	foreach(cell, gate)
	{
		if (((Requirement *) lfirst(cell))->approval)
			return gate;
	}
	lifecycle_query("SELECT jsonb_build_object('stage', $1),"
					"       'A.6.2.5'::aims.control_ref",
					1, args, SPI_OK_SELECT);
	previous = MemoryContextSwitchTo(context);
	requirement = palloc0(sizeof(Requirement));
	requirement->name = "emergency-approval";
	requirement->control_text = "A.6.2.5";
	requirement->function = "aims.check_approval";
	requirement->approval = true;
	requirement->parameter = lifecycle_datum(0, 1, context);
	requirement->control = lifecycle_datum(0, 2, context);
	gate = lappend(gate, requirement);
	MemoryContextSwitchTo(previous);
	requirement_check(requirement, move->system, context);
	return gate;
}

/* Evaluate the gate of a move and refuse the move where it is not met. */
static List *
move_pass_gate(const Move *move, MemoryContext context)
{
	List	   *gate = gate_evaluate(move->system, move->from, move->to,
									 context);
	bool		excusable;
	int			missing = gate_missing(gate, &excusable);

	if (missing > 0 && move->emergency)
	{
		gate = move_add_approval(move, gate, context);
		missing = gate_missing(gate, &excusable);
	}
	if (missing > 0 && !(move->emergency && excusable))
		gate_refuse(move, gate, missing);
	return gate;
}

/* The setting aims.reason, or NULL where it says nothing. */
static const char *
session_reason(void)
{
	return aims_reason != NULL && aims_reason[0] != '\0' ? aims_reason : NULL;
}

/* Write the history row. */
static void
move_record(const Move *move, const List *gate)
{
	const char *args[] = {move->system, move->from, move->to, current_person(),
						  move->reason, move->request, gate_json(gate)};

	lifecycle_query("INSERT INTO aims.stage_history"
					"    (system, from_stage, to_stage, person, reason,"
					"     request, version, gate)"
					" VALUES ($1, $2::aims.lifecycle_stage,"
					"         $3::aims.lifecycle_stage, $4, $5, $6::bigint,"
					"         aims.version_in_force($1), $7::jsonb)",
					7, args, SPI_OK_INSERT);
}

/*
 * Close the request that the move used. Others of the system were made for
 * the stage that it has left.
 */
static void
move_close_requests(const Move *move)
{
	const char *args[] = {move->system, move->request, current_person(),
						  session_reason(), move->to};

	lifecycle_query("UPDATE aims.transition_request"
					"   SET closed_at = clock_timestamp(), closed_by = $3,"
					"       outcome = CASE WHEN request_id = $2::bigint"
					"                      THEN 'advanced' ELSE 'superseded' END,"
					"       closing_reason = CASE WHEN request_id = $2::bigint"
					"                             THEN $4"
					"                             ELSE 'the system moved to ' || $5 END"
					" WHERE system = $1 AND outcome IS NULL",
					5, args, SPI_OK_UPDATE);
}

/* Open the finding that an emergency leaves behind. */
static void
move_open_finding(const Move *move, const List *gate)
{
	char	   *missing = gate_missing_list(gate);
	char	   *detail = psprintf("Moved into %s in an emergency: %s%s%s",
								  move->to, move->reason,
								  missing[0] != '\0' ? "\nMissing at the time:" : "",
								  missing);
	const char *args[] = {move->system, detail, current_person()};

	lifecycle_query("INSERT INTO aims.finding (kind, system, detail, opened_by)"
					" VALUES ('emergency_transition', $1, $2, $3)",
					3, args, SPI_OK_INSERT);
}

/* Decide about a change of stage and record it. */
static void
move_perform(Move *move)
{
	Caller		caller;
	List	   *gate = NIL;

	lifecycle_enter(&caller);
	if (move->from != NULL)
	{
		lifecycle_check_move(move->system, move->from, move->to);
		move_find_request(move, caller.context);
		gate = move_pass_gate(move, caller.context);
	}
	if (move->reason == NULL)
		move->reason = session_reason();
	move_record(move, gate);
	if (move->from != NULL)
		move_close_requests(move);
	if (move->emergency)
		move_open_finding(move, gate);
	lifecycle_leave(&caller);
}

/* A system is entered in its first stage. */
static void
stage_inserted(HeapTuple tuple, TupleDesc desc)
{
	Move		move = {0};

	move.system = row_string(tuple, desc, "system");
	move.to = row_string(tuple, desc, "stage");
	if (strcmp(move.to, INITIAL_STAGE) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
				 errmsg("AI system \"%s\" cannot be entered in stage \"%s\"",
						move.system, move.to),
				 errdetail("Every system begins in inception and passes the gates from there."),
				 errhint("Leave the stage out, and move the system with aims.advance.")));
	move_perform(&move);
}

/* Has a column that never changes been changed? */
static void
stage_check_fixed(HeapTuple oldtup, HeapTuple newtup, TupleDesc desc,
				  const char *column)
{
	char	   *before = row_string(oldtup, desc, column);
	char	   *after = row_string(newtup, desc, column);

	if (strcmp(before, after) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_GOVERNANCE_PROTECTED),
				 errmsg("column \"%s\" of an AI system cannot be changed",
						column),
				 errdetail("Of AI system \"%s\" it is %s, and every record relies on it.",
						   row_string(oldtup, desc, "system"), before),
				 errhint("Change the title, or enter another system and retire this one.")));
}

/* A system is changed, perhaps in its stage. */
static void
stage_updated(HeapTuple oldtup, HeapTuple newtup, TupleDesc desc)
{
	Move		move = {0};

	stage_check_fixed(oldtup, newtup, desc, "system");
	stage_check_fixed(oldtup, newtup, desc, "created_at");
	move.system = row_string(newtup, desc, "system");
	move.from = row_string(oldtup, desc, "stage");
	move.to = row_string(newtup, desc, "stage");
	if (strcmp(move.from, move.to) != 0)
		move_perform(&move);
}

/* aims.guard_stage() → trigger */
PG_FUNCTION_INFO_V1(aims_guard_stage);
Datum
aims_guard_stage(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		RelationGetRelid(trigger->tg_relation) != aims_relid("ai_system"))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" is the row trigger of aims.ai_system",
						"guard_stage")));
	if (session_is_restoring())
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		stage_inserted(trigger->tg_trigtuple,
					   RelationGetDescr(trigger->tg_relation));
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		stage_updated(trigger->tg_trigtuple, trigger->tg_newtuple,
					  RelationGetDescr(trigger->tg_relation));
	return PointerGetDatum(NULL);
}

/* The label of an argument of type lifecycle_stage. */
static char *
stage_argument(FunctionCallInfo fcinfo, int number)
{
	return DatumGetCString(DirectFunctionCall1(enum_out,
											   PG_GETARG_DATUM(number)));
}

/* aims.check_move(system, from_stage, to_stage) */
PG_FUNCTION_INFO_V1(aims_check_move);
Datum
aims_check_move(PG_FUNCTION_ARGS)
{
	char	   *system = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *from = stage_argument(fcinfo, 1);
	char	   *to = stage_argument(fcinfo, 2);
	Caller		caller;

	lifecycle_enter(&caller);
	lifecycle_check_move(system, from, to);
	lifecycle_leave(&caller);
	PG_RETURN_VOID();
}

/* aims.gate(system, stage) → setof (requirement, control, met, detail) */
PG_FUNCTION_INFO_V1(aims_gate);
Datum
aims_gate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *system = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *to = stage_argument(fcinfo, 1);
	Caller		caller;
	char	   *from;
	List	   *gate;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	lifecycle_enter(&caller);
	from = lifecycle_stage(system, caller.context);
	gate = gate_evaluate(system, strcmp(from, to) != 0 ? from : NULL, to,
						 caller.context);
	lifecycle_leave(&caller);
	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);
		bool		nulls[4] = {false, false, false, false};
		Datum		values[4] = {CStringGetTextDatum(requirement->name),
								 requirement->control,
								 BoolGetDatum(requirement->met),
								 CStringGetTextDatum(requirement->detail)};

		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
