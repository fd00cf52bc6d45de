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

#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "attempt.h"
#include "gate.h"
#include "lifecycle.h"
#include "owner.h"
#include "people.h"
#include "row.h"

#define INITIAL_STAGE "inception"
#define FINAL_STAGE "retirement"
#define EXAMINING_STAGE "re_evaluation"

/* A change of stage that is to be decided. Stages are enum labels. */
typedef struct Move
{
	char	   *system;
	char	   *from;			/* NULL: the system was entered */
	char	   *to;
	char	   *request;		/* number of the open request, or NULL */
	bool		import;			/* in operation before it was entered */
	bool		emergency;		/* of that request */
	bool		stale;			/* of that request: approvals do not count */
	const char *reason;			/* of that request, or aims.reason, or NULL */
} Move;

/* The move that a rule of the site makes now, in lifecycle_re_evaluate. */
static struct
{
	const char *system;			/* NULL: none */
	const char *reason;
} by_rule;

/* Where the caller was, to go back to. */
typedef struct Caller
{
	OwnerScope	scope;
	MemoryContext context;
} Caller;

/*
 * Connect to SPI as the owner of the schema, with search_path pinned. Checks
 * of gates are planned anew each time: to compile them never pays.
 */
static void
lifecycle_enter(Caller *caller)
{
	caller->context = CurrentMemoryContext;
	caller->scope = owner_begin();
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/* Back to the caller's user and settings. */
static void
lifecycle_leave(const Caller *caller)
{
	SPI_finish();
	owner_end(caller->scope);
}

/* The stage that a system is in; MS017 where the system is unknown. */
static char *
lifecycle_stage(const char *system, MemoryContext context)
{
	owner_execute("SELECT stage::text FROM aims.ai_system WHERE system = $1",
				  1, &system);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("AI system \"%s\" is not in the inventory", system),
				 errdetail("No row of aims.ai_system has this slug."),
				 errhint("Register it: INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES (...)")));
	return owner_string(0, 1, context);
}

/*
 * Is a system taken over that was in use before it was entered? Only a request
 * for that makes it so: without one there is no such move.
 */
static bool
move_is_import(const Move *move)
{
	const char *args[] = {move->system, move->from, move->to};

	return owner_execute("SELECT FROM aims.transition_request AS r"
						 " JOIN aims.stage_transition AS t USING (from_stage, to_stage)"
						 " WHERE r.system = $1 AND r.outcome IS NULL AND t.import"
						 "   AND t.from_stage::text = $2 AND t.to_stage::text = $3",
						 3, args) > 0;
}

/* Refuse a move that is no such row of aims.stage_transition. */
static void
lifecycle_check_move(const char *system, const char *from, const char *to,
					 bool import)
{
	const char *args[] = {from, to, import ? "true" : "false"};
	char	   *allowed;

	owner_execute("SELECT coalesce(bool_or(to_stage::text = $2), false),"
				  "       string_agg(to_stage::text, ', ' ORDER BY to_stage)"
				  "  FROM aims.stage_transition"
				  " WHERE from_stage::text = $1 AND import = $3::boolean",
				  3, args);
	if (strcmp(owner_string(0, 1, CurrentMemoryContext), "t") == 0)
		return;
	allowed = owner_string(0, 2, CurrentMemoryContext);
	if (allowed != NULL)
		allowed = psprintf("From stage %s it can %s: %s.", from,
						   import ? "be imported into" : "move to", allowed);
	else if (import)
		allowed = psprintf("Systems are imported from stage %s alone.",
						   INITIAL_STAGE);
	else
		allowed = psprintf("Stage %s is final.", from);
	ereport(ERROR,
			(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
			 errmsg("AI system \"%s\" cannot %s from stage \"%s\" to \"%s\"",
					system, import ? "be imported" : "move", from, to),
			 errdetail_internal("%s", allowed),
			 errhint("SELECT * FROM aims.stage_transition shows the moves that there are.")));
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
	if (!move->emergency && !move->import && !gate_waits_for_approval(gate))
		return psprintf("Add what is missing, see SELECT * FROM aims.gate('%s', '%s'), then call aims.advance again.",
						move->system, move->to);
	if (move->request != NULL && !move->stale)
		return psprintf("Another person approves: SELECT aims.approve('transition', '%s', 'approval', reason)",
						move->request);
	return psprintf("Request it: SELECT aims.%s('%s', '%s', reason); another person approves.",
					move->import ? "request_import" : "request_advance",
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

	owner_execute("SELECT request_id, emergency::text, reason,"
				  "       (aims.request_staleness(request_id) IS NOT NULL)::text"
				  "  FROM aims.transition_request"
				  " WHERE system = $1 AND to_stage = $2::aims.lifecycle_stage"
				  "   AND outcome IS NULL"
				  "   FOR NO KEY UPDATE",
				  2, args);
	if (SPI_processed == 0)
		return;
	move->request = owner_string(0, 1, context);
	move->emergency = owner_string(0, 2, context)[0] == 't';
	move->reason = owner_string(0, 3, context);
	move->stale = owner_string(0, 4, context)[0] == 't';
}

/* Evaluate the gate of a move and refuse the move where it is not met. */
static List *
move_pass_gate(const Move *move, MemoryContext context)
{
	List	   *gate = gate_evaluate(GATE_OF_MOVE, move->system, move->from,
									 move->to, context);
	bool		excused = move->emergency || move->import;
	bool		excusable;
	int			missing;

	if (excused)
		gate = gate_add_approval(gate, move->import ? "import-approval" :
								 "emergency-approval",
								 move->system, move->to, context);
	missing = gate_missing(gate, &excusable);
	if (missing > 0 && !(excused && excusable))
		gate_refuse(move, gate, missing);
	return gate;
}

/* The setting aims.reason, or NULL where it says nothing. */
static const char *
session_reason(void)
{
	if (aims_reason == NULL ||
		aims_reason[strspn(aims_reason, " \t\n\r\f\v")] == '\0')
		return NULL;
	return aims_reason;
}

/* Is it the move that a rule of the site makes? */
static bool
move_is_by_rule(const Move *move)
{
	return by_rule.system != NULL &&
		strcmp(by_rule.system, move->system) == 0 &&
		strcmp(move->to, EXAMINING_STAGE) == 0;
}

/*
 * Refuse a move of somebody who does not hold the duty; MS013 or MS014. A rule
 * of the site holds none, and leads only to where a system is looked at again.
 */
static void
move_check_duty(const Move *move)
{
	const char *args[] = {move->system, move->import ? "{ai_officer}" :
		"{system_owner,ai_officer}"};

	if (move_is_by_rule(move))
		return;
	owner_execute("SELECT aims.require_duty($2::text[], $1)", 2, args);
}

/* The reason of a move: the request's, or what the session says. */
static void
move_find_reason(Move *move)
{
	if (move->reason == NULL)
		move->reason = move_is_by_rule(move) ? by_rule.reason :
			session_reason();
	if (move->reason == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_REASON_MISSING),
				 errmsg("a move of AI system \"%s\" needs a reason",
						move->system),
				 errdetail("There is no open request into stage %s, and the setting aims.reason says nothing.",
						   move->to),
				 errhint("Call SELECT aims.advance('%s', '%s', reason), or SET aims.reason first.",
						 move->system, move->to)));
}

/* Write the history row. */
static void
move_record(const Move *move, const List *gate)
{
	const char *person = move_is_by_rule(move) ? NULL : current_person();
	const char *args[] = {move->system, move->from, move->to, person,
						  move->reason, move->request, gate_json(gate)};

	owner_execute("INSERT INTO aims.stage_history"
				  "    (system, from_stage, to_stage, person, reason,"
				  "     request, version, gate)"
				  " VALUES ($1, $2::aims.lifecycle_stage,"
				  "         $3::aims.lifecycle_stage, $4, $5, $6::bigint,"
				  "         aims.version_in_force($1), $7::jsonb)",
				  7, args);
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

	owner_execute("UPDATE aims.transition_request"
				  "   SET closed_at = clock_timestamp(), closed_by = $3,"
				  "       outcome = CASE WHEN request_id = $2::bigint"
				  "                      THEN 'advanced' ELSE 'superseded' END,"
				  "       closing_reason = CASE WHEN request_id = $2::bigint"
				  "                             THEN $4"
				  "                             ELSE 'the system moved to ' || $5 END"
				  " WHERE system = $1 AND outcome IS NULL",
				  5, args);
}

/* Open a finding for each requirement that an imported system lacks. */
static void
move_open_gates(const Move *move, const List *gate)
{
	ListCell   *cell;

	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);
		const char *args[] = {move->system, requirement->stage,
							  requirement->name, requirement->control_text,
							  requirement->detail, current_person()};

		if (!requirement->met)
			owner_execute("WITH made AS ("
						  "    INSERT INTO aims.finding (kind, system, detail, opened_by)"
						  "    VALUES ('imported_gate', $1,"
						  "            format('Gate into %s, %s (%s): %s', $2, $3, $4, $5), $6)"
						  "    RETURNING finding_id)"
						  " INSERT INTO aims.imported_gate (finding_id, stage, requirement)"
						  " SELECT finding_id, $2::aims.lifecycle_stage, $3 FROM made",
						  6, args);
	}
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

	owner_execute("INSERT INTO aims.finding (kind, system, detail, opened_by)"
				  " VALUES ('emergency_transition', $1, $2, $3)",
				  3, args);
}

/* Decide about a change of stage and record it. */
static void
move_perform(Move *move)
{
	Caller		caller;
	List	   *gate = NIL;

	lifecycle_enter(&caller);
	if (move->from == NULL)
		move->reason = session_reason();
	else
	{
		gate_check_act();
		move->import = move_is_import(move);
		move_check_duty(move);
		lifecycle_check_move(move->system, move->from, move->to, move->import);
		move_find_request(move, caller.context);
		gate = move_pass_gate(move, caller.context);
		move_find_reason(move);
	}
	move_record(move, gate);
	if (move->from != NULL)
		move_close_requests(move);
	if (move->emergency)
		move_open_finding(move, gate);
	if (move->import)
		move_open_gates(move, gate);
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
				 errhint("Leave the stage out, and move the system with aims.advance; one that is in operation already: SELECT aims.request_import('%s', stage, reason)",
						 move.system)));
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
						"guard_stage"),
				 errdetail("It was called in another way."),
				 errhint("Leave the trigger that the extension has put there.")));
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

/* May the system, locked, go from its stage to re_evaluation? */
static bool
re_evaluation_follows(const char *system)
{
	return owner_execute("SELECT FROM aims.ai_system AS s"
						 " JOIN aims.stage_transition AS t ON t.from_stage = s.stage"
						 " WHERE s.system = $1 AND t.to_stage = '" EXAMINING_STAGE "'"
						 " AND NOT t.import"
						 " FOR NO KEY UPDATE OF s", 1, &system) > 0;
}

/* Make the move; for attempt. */
static void
re_evaluation_begin(void *argument)
{
	const char *args[] = {argument};

	owner_execute("UPDATE aims.ai_system SET stage = '" EXAMINING_STAGE "' WHERE system = $1",
				  1, args);
}

/*
 * What the machine refuses does not stop the statement that gave the occasion:
 * a finding says what happened, and people move the system.
 */
static void
re_evaluation_refused(const char *system, const ErrorData *error)
{
	ereport(WARNING,
			(errmsg("AI system \"%s\" was not moved to %s", system,
					EXAMINING_STAGE),
			 errdetail_internal("%s", error->message),
			 errhint("SELECT * FROM aims.gate('%s', '%s'), then move it: SELECT aims.advance('%s', '%s', reason)",
					 system, EXAMINING_STAGE, system, EXAMINING_STAGE)));
}

void
lifecycle_re_evaluate(const char *system, const char *reason)
{
	Caller		caller;
	ErrorData  *error = NULL;

	lifecycle_enter(&caller);
	if (re_evaluation_follows(system))
	{
		/* the error outlives SPI's memory */
		MemoryContext inside = MemoryContextSwitchTo(caller.context);

		by_rule.system = system;
		by_rule.reason = reason;
		PG_TRY();
		{
			error = attempt(re_evaluation_begin, unconstify(char *, system));
		}
		PG_FINALLY();
		{
			by_rule.system = NULL;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(inside);
	}
	lifecycle_leave(&caller);
	if (error != NULL)
		re_evaluation_refused(system, error);
}

/* The label of an argument of type lifecycle_stage. */
static char *
stage_argument(FunctionCallInfo fcinfo, int number)
{
	return DatumGetCString(DirectFunctionCall1(enum_out,
											   PG_GETARG_DATUM(number)));
}

/* aims.check_move(system, from_stage, to_stage, import) */
PG_FUNCTION_INFO_V1(aims_check_move);
Datum
aims_check_move(PG_FUNCTION_ARGS)
{
	char	   *system = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *from = stage_argument(fcinfo, 1);
	char	   *to = stage_argument(fcinfo, 2);
	Caller		caller;

	lifecycle_enter(&caller);
	lifecycle_check_move(system, from, to, PG_GETARG_BOOL(3));
	lifecycle_leave(&caller);
	PG_RETURN_VOID();
}

/* aims.re_evaluate(system, reason) */
PG_FUNCTION_INFO_V1(aims_re_evaluate);
Datum
aims_re_evaluate(PG_FUNCTION_ARGS)
{
	lifecycle_re_evaluate(text_to_cstring(PG_GETARG_TEXT_PP(0)),
						  text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_VOID();
}

/* aims.check_act() */
PG_FUNCTION_INFO_V1(aims_check_act);
Datum
aims_check_act(PG_FUNCTION_ARGS)
{
	gate_check_act();
	PG_RETURN_VOID();
}

/* Refuse a question about a gate that there is not. */
static void
gate_check_arguments(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a gate is that of an AI system into a stage"),
				 errdetail("The argument %s is NULL.",
						   PG_ARGISNULL(0) ? "system" : "stage"),
				 errhint("SELECT * FROM aims.gate(system, stage); aims.ai_system lists the systems, aims.stage_transition the moves.")));
}

/*
 * Refuse a gate that no chain of moves passes: nothing leads into the first
 * stage, nor out of retirement. Gates further ahead may be looked at.
 */
static void
gate_check_reachable(const char *system, const char *from, const char *to)
{
	if (strcmp(to, INITIAL_STAGE) == 0 || strcmp(from, FINAL_STAGE) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
				 errmsg("AI system \"%s\" in stage \"%s\" has no gate into stage \"%s\"",
						system, from, to),
				 errdetail("Nothing leads into %s, nor out of %s.",
						   INITIAL_STAGE, FINAL_STAGE),
				 errhint("SELECT * FROM aims.stage_transition shows the moves that there are.")));
}

/* The answer of aims.gate and aims.gate_of_move. */
static Datum
gate_answer(FunctionCallInfo fcinfo, GateScope scope)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *system;
	char	   *to;
	Caller		caller;
	char	   *from;
	List	   *gate;
	ListCell   *cell;

	gate_check_arguments(fcinfo);
	gate_check_evaluation();
	system = text_to_cstring(PG_GETARG_TEXT_PP(0));
	to = stage_argument(fcinfo, 1);
	InitMaterializedSRF(fcinfo, 0);
	lifecycle_enter(&caller);
	from = lifecycle_stage(system, caller.context);
	gate_check_reachable(system, from, to);
	gate = gate_evaluate(scope, system, strcmp(from, to) != 0 ? from : NULL,
						 to, caller.context);
	lifecycle_leave(&caller);
	foreach(cell, gate)
	{
		Requirement *requirement = lfirst(cell);
		bool		nulls[5] = {false, false, false, false, false};
		Datum		values[5] = {CStringGetTextDatum(requirement->name),
								 requirement->control,
								 BoolGetDatum(requirement->met),
								 CStringGetTextDatum(requirement->detail),
								 CStringGetTextDatum(requirement->stage)};

		/* of aims.gate, the stage goes without saying */
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

/* aims.gate(system, stage) → setof (requirement, control, met, detail) */
PG_FUNCTION_INFO_V1(aims_gate);
Datum
aims_gate(PG_FUNCTION_ARGS)
{
	return gate_answer(fcinfo, GATE_OF_STAGE);
}

/* aims.gate_of_move(system, stage) → the same, and the stage of each gate */
PG_FUNCTION_INFO_V1(aims_gate_of_move);
Datum
aims_gate_of_move(PG_FUNCTION_ARGS)
{
	return gate_answer(fcinfo, GATE_OF_MOVE);
}
