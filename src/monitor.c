/*
 * monitor.c
 *		Running the queries of monitors.
 *
 * A query runs as the role whose session wrote it, in a probe, with settings
 * that do not depend on who runs it. Whatever it ends with is a result, and
 * becomes a measurement: a value, or that it could not be measured.
 *
 * The row of aims.monitor is locked from before the query until the
 * transaction ends: nobody changes what is being measured, and of two that
 * would run it one waits (run_monitor) or leaves it out (run_due_monitors).
 * Monitors that are due are run in the order of their systems, so that two
 * whose breaches move systems do not wait for each other.
 */
#include "aims.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "attempt.h"
#include "owner.h"
#include "probe.h"
#include "progress.h"

#define MAX_GROUPS 1000			/* rows that a query may return */
#define MAX_RESULT (1024 * 1024)	/* bytes of them, as JSON */

/* The query's parameters. */
enum
{
	FROM,
	UNTIL,
	BASELINE,
	PARAMETERS
};

/* One run of a monitor. */
typedef struct Run
{
	const char *monitor;
	MemoryContext context;		/* where all of this lives */
	char	   *query;
	char	   *run_as;
	char	   *time_zone;
	int			timeout;		/* milliseconds */
	Datum		values[PARAMETERS];
	char		nulls[PARAMETERS + 1];
	char	   *snapshot;
	char	   *answer;			/* the rows of the query as JSON, or NULL */
	char	   *result;			/* aims.monitor_result as JSON, or NULL */
	ErrorData  *error;			/* why there is none */
	bool		due;			/* only if it is due and nobody runs it */
	int64		measurement;	/* its number, 0: left out */
} Run;

/* The monitor whose run is being recorded, or NULL. */
static const char *recorded = NULL;

/* The position of a syntax error is one in the query. */
static void
query_error(void *argument)
{
	int			position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	internalerrposition(position);
	internalerrquery((const char *) argument);
}

/* Refuse (42601) what is not one SELECT. */
static void
query_check(const char *query)
{
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = query_error,
		.arg = unconstify(char *, query)
	};
	List	   *statements;
	Node	   *statement;

	error_context_stack = &callback;
	statements = raw_parser(query, RAW_PARSE_DEFAULT);
	error_context_stack = callback.previous;
	statement = list_length(statements) == 1 ?
		linitial_node(RawStmt, statements)->stmt : NULL;
	if (statement == NULL || !IsA(statement, SelectStmt) ||
		((SelectStmt *) statement)->intoClause != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("the query of a monitor is one SELECT"),
				 errdetail("It returns one row, or one for each group."),
				 errhint("doc/monitors.md has the columns that it returns and the parameters that it is given.")));
}

/* Lock the monitor; false where it is left out. */
static bool
run_lock(const Run *run)
{
	const char *args[] = {run->monitor};

	if (owner_execute(run->due ?
					  "SELECT FROM aims.monitor WHERE monitor = $1"
					  " FOR NO KEY UPDATE SKIP LOCKED" :
					  "SELECT FROM aims.monitor WHERE monitor = $1"
					  " FOR NO KEY UPDATE", 1, args) > 0)
		/* as it is now that it is locked */
		return !run->due ||
			owner_execute("SELECT FROM aims.due_monitors() AS d"
						  " WHERE d.monitor = $1", 1, args) > 0;
	if (!run->due)
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("monitor \"%s\" does not exist", run->monitor),
				 errdetail("No row of aims.monitor has this slug."),
				 errhint("SELECT monitor, system, title FROM aims.monitor")));
	return false;
}

/* A parameter, copied. */
static void
run_parameter(Run *run, int n, int column, bool by_value)
{
	MemoryContext previous = MemoryContextSwitchTo(run->context);
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, column, &isnull);

	run->nulls[n] = isnull ? 'n' : ' ';
	run->values[n] = !isnull && !by_value ?
		PointerGetDatum(PG_DETOAST_DATUM_COPY(value)) : value;
	MemoryContextSwitchTo(previous);
}

/* Refuse (MS015) to run what does not measure by a query, or not any more. */
static void
run_check(const Run *run, const char *status, const char *retired)
{
	if (retired != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_REQUEST_NOT_OPEN),
				 errmsg("monitor \"%s\" cannot be run", run->monitor),
				 errdetail("AI system \"%s\" is retired.", retired),
				 errhint("What is retired is not watched: retire the monitor, too.")));
	if (run->query == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_REQUEST_NOT_OPEN),
				 errmsg("monitor \"%s\" cannot be run", run->monitor),
				 errdetail("It has no query: whoever measures inserts into aims.measurement."),
				 errhint("A query is given to a draft, or while the monitor is paused; then it is made active.")));
	if (strcmp(status, "active") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_REQUEST_NOT_OPEN),
				 errmsg("monitor \"%s\" cannot be run", run->monitor),
				 errdetail("It is %s.", status),
				 errhint("A draft, or a paused one, is made active: UPDATE aims.monitor SET status = 'active' WHERE monitor = '%s'", run->monitor)));
}

/* What is run, and the parameters. */
static void
run_load(Run *run)
{
	const char *args[] = {run->monitor};

	owner_execute("SELECT m.status, m.query, m.run_as,"
				  "       ceil(1000 * extract(epoch FROM m.timeout))::integer,"
				  "       coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC'),"
				  "       coalesce((c.at AT TIME ZONE 'UTC' - m.window_length) AT TIME ZONE 'UTC',"
				  "                '-infinity'),"
				  "       c.at, m.baseline_period,"
				  "       CASE y.stage WHEN 'retirement' THEN y.system END"
				  "  FROM aims.monitor AS m JOIN aims.ai_system AS y ON y.system = m.system"
				  " CROSS JOIN clock_timestamp() AS c (at)"
				  " WHERE m.monitor = $1",
				  1, args);
	run->query = owner_string(0, 2, run->context);
	run_check(run, owner_string(0, 1, run->context),
			  owner_string(0, 9, run->context));
	run->run_as = owner_string(0, 3, run->context);
	run->timeout = pg_strtoint32(owner_string(0, 4, run->context));
	run->time_zone = owner_string(0, 5, run->context);
	run_parameter(run, FROM, 6, true);
	run_parameter(run, UNTIL, 7, true);
	run_parameter(run, BASELINE, 8, false);
}

/* Refuse (42701) what names two columns the same: one of them would be lost. */
static void
columns_check(TupleDesc columns)
{
	for (int i = 0; i < columns->natts; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(NameStr(TupleDescAttr(columns, i)->attname),
					   NameStr(TupleDescAttr(columns, j)->attname)) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("the query returns column \"%s\" twice",
								NameStr(TupleDescAttr(columns, i)->attname))));
}

/* The rows of the last query as a JSON array. */
static char *
run_rows(void)
{
	StringInfoData rows;

	if (SPI_processed > MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the query returns more than %d groups", MAX_GROUPS)));
	columns_check(SPI_tuptable->tupdesc);
	initStringInfo(&rows);
	appendStringInfoChar(&rows, '[');
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		HeapTupleHeader tuple = SPI_returntuple(SPI_tuptable->vals[row],
												SPI_tuptable->tupdesc);
		Datum		json = DirectFunctionCall1(row_to_json,
											   HeapTupleHeaderGetDatum(tuple));

		if (row > 0)
			appendStringInfoChar(&rows, ',');
		appendStringInfoString(&rows, TextDatumGetCString(json));
		if (rows.len > MAX_RESULT)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("the query returns more than %d bytes", MAX_RESULT)));
	}
	appendStringInfoChar(&rows, ']');
	return rows.data;
}

/* Ask the query, as the role whose it is; all in one snapshot. */
static void
run_ask(void *argument)
{
	Run		   *run = argument;
	Oid			types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID, TSTZRANGEOID};
	Datum		snapshot;
	char	   *text;

	probe_as(get_role_oid(run->run_as, false));
	probe_set("TimeZone", run->time_zone);
	probe_set("DateStyle", "ISO");
	probe_set("IntervalStyle", "iso_8601");
	probe_set("extra_float_digits", "1");
	probe_set("standard_conforming_strings", "on");
	probe_set("row_security", "on");
	probe_set("client_min_messages", "error");
	query_check(run->query);
	PushActiveSnapshot(GetTransactionSnapshot());
	snapshot = DirectFunctionCall1(pg_current_snapshot, (Datum) 0);
	text = DatumGetCString(DirectFunctionCall1(pg_snapshot_out, snapshot));
	run->snapshot = MemoryContextStrdup(run->context, text);
	if (SPI_execute_with_args(run->query, PARAMETERS, types, run->values,
							  run->nulls, true,
							  MAX_GROUPS + 1) != SPI_OK_SELECT)
		elog(ERROR, "query of a monitor could not be executed");
	run->answer = MemoryContextStrdup(run->context, run_rows());
}

/* Read what it has answered. */
static void
run_read(void *argument)
{
	Run		   *run = argument;
	const char *args[] = {run->monitor, run->answer};

	probe_set("extra_float_digits", "1");
	owner_execute("SELECT to_jsonb(r.*)"
				  "  FROM aims.monitor AS m"
				  " CROSS JOIN LATERAL aims.read_result(m, $2::jsonb) AS r"
				  " WHERE m.monitor = $1",
				  2, args);
	run->result = owner_string(0, 1, run->context);
}

/*
 * Why it could not be measured, for everybody who reads measurements. What
 * data do not fit an expression may quote them: that message is for the log.
 */
static char *
run_problem(const Run *run)
{
	static const char *const quoted[] = {
		"0A", "21", "25", "28", "3F", "42", "53", "54", "55", "57"
	};
	char	   *state = unpack_sql_state(run->error->sqlerrcode);

	ereport(LOG,
			(errcode(run->error->sqlerrcode),
			 errmsg("monitor \"%s\" could not measure: %s", run->monitor,
					run->error->message)));
	for (int i = 0; i < lengthof(quoted); i++)
		if (strncmp(state, quoted[i], 2) == 0)
			return psprintf("%s (%s)", run->error->message, state);
	return psprintf("error %s; its message, which may quote data, is in the server log",
					state);
}

/*
 * Ask, and read the answer; an error in either is what the run ends with. Each
 * in a probe of its own: what the query has set, search_path among it, ends
 * with the first, before anything is done with the rights of the owner.
 */
static ErrorData *
run_look(Run *run)
{
	ErrorData  *error = probe(run_ask, run, run->timeout);

	return error != NULL ? error : probe(run_read, run, run->timeout);
}

/* Record what the run ended with, as whoever runs it. */
static void
run_record(Run *run)
{
	Oid			types[] = {
		TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID
	};
	Datum		values[lengthof(types)] = {
		CStringGetTextDatum(run->monitor), run->values[FROM], run->values[UNTIL]
	};
	char		nulls[lengthof(types) + 1] = "   nnn";
	char	   *texts[] = {run->snapshot, run->result,
						   run->error != NULL ? run_problem(run) : NULL};
	bool		isnull;

	for (int i = 0; i < lengthof(texts); i++)
		if (texts[i] != NULL)
		{
			values[3 + i] = CStringGetTextDatum(texts[i]);
			nulls[3 + i] = ' ';
		}
	recorded = run->monitor;
	PG_TRY();
	{
		if (SPI_execute_with_args("SELECT aims.record_run($1, $2, $3, $4, $5::jsonb, $6)",
								  lengthof(types), types, values, nulls,
								  false, 0) != SPI_OK_SELECT)
			elog(ERROR, "run of a monitor could not be recorded");
	}
	PG_FINALLY();
	{
		recorded = NULL;
	}
	PG_END_TRY();
	run->measurement = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
												   SPI_tuptable->tupdesc, 1,
												   &isnull));
}

/* Run a monitor, as the owner of the schema but for its query. */
static void
monitor_run(void *argument)
{
	Run		   *run = argument;
	OwnerScope	scope = owner_begin();

	SPI_connect();
	if (run_lock(run))
	{
		run_load(run);
		run->error = run_look(run);
		run_record(run);
	}
	SPI_finish();
	owner_end(scope);
}

/* Refuse to measure where nothing can be recorded, or with an old snapshot. */
static void
monitor_check_session(const char *act)
{
	PreventCommandIfReadOnly(act);
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_ACT_HERE),
				 errmsg("monitors are not run with the snapshot of a whole transaction"),
				 errdetail("In REPEATABLE READ or SERIALIZABLE the data would be those of the transaction's beginning, and be recorded as those of now."),
				 errhint("Run them in READ COMMITTED: BEGIN ISOLATION LEVEL READ COMMITTED")));
}

/* The monitors that are due, by the order in which they are run. */
static List *
monitors_due(MemoryContext context)
{
	OwnerScope	scope = owner_begin();
	List	   *due = NIL;

	SPI_connect();
	owner_execute("SELECT monitor FROM aims.due_monitors()", 0, NULL);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		char	   *monitor = owner_string(row, 1, context);
		MemoryContext previous = MemoryContextSwitchTo(context);

		due = lappend(due, monitor);
		MemoryContextSwitchTo(previous);
	}
	SPI_finish();
	owner_end(scope);
	return due;
}

/* What is silent now that all have been run becomes a finding. */
static void
monitors_note_silence(void *argument)
{
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("SELECT aims.open_silence_findings()", 0, NULL);
	SPI_finish();
	owner_end(scope);
}

/* Do what others are not to suffer from; a WARNING where it fails. */
static bool
monitors_try(void (*act)(void *argument), void *argument, const char *what)
{
	ErrorData  *error = attempt_anyway(act, argument);

	if (error == NULL)
		return true;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("%s failed: %s", what, error->message),
			 errdetail("The others are not affected.")));
	return false;
}

/* aims.run_monitor(monitor text) → bigint */
PG_FUNCTION_INFO_V1(aims_run_monitor);
Datum
aims_run_monitor(PG_FUNCTION_ARGS)
{
	Run			run = {.monitor = text_to_cstring(PG_GETARG_TEXT_PP(0)),
					   .context = CurrentMemoryContext};

	monitor_check_session("aims.run_monitor()");
	monitor_run(&run);
	PG_RETURN_INT64(run.measurement);
}

/* aims.run_due_monitors() → integer */
PG_FUNCTION_INFO_V1(aims_run_due_monitors);
Datum
aims_run_due_monitors(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "monitor",
												  ALLOCSET_DEFAULT_SIZES);
	List	   *due;
	ListCell   *cell;
	Progress   *progress;
	int32		measured = 0;

	monitor_check_session("aims.run_due_monitors()");
	due = monitors_due(caller);
	progress = progress_begin("run_due_monitors", list_length(due));
	progress_unit(progress, "monitors");
	foreach(cell, due)
	{
		Run			run = {
			.monitor = lfirst(cell),
			.context = context,
			.due = true
		};

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		if (monitors_try(monitor_run, &run,
						 psprintf("monitor \"%s\"", run.monitor)) &&
			run.measurement != 0)
			measured++;
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
		progress_advance(progress, 1);
	}
	monitors_try(monitors_note_silence, NULL, "looking for silent monitors");
	progress_end(progress);
	MemoryContextDelete(context);
	PG_RETURN_INT32(measured);
}

/* aims.recorded_monitor() → text */
PG_FUNCTION_INFO_V1(aims_recorded_monitor);
Datum
aims_recorded_monitor(PG_FUNCTION_ARGS)
{
	if (recorded == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(recorded));
}

/* aims.check_monitor_query(query text) → void */
PG_FUNCTION_INFO_V1(aims_check_monitor_query);
Datum
aims_check_monitor_query(PG_FUNCTION_ARGS)
{
	query_check(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
