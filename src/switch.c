/*
 * switch.c
 *		The switch-off lock, switch_off, switch_on and the drill.
 *
 * aims.governance_epoch, an empty table, is the lock; its primary key's index
 * is the entrance to it. Both are always taken in this order.
 *
 * A transaction that wrote AI output, before its commit or PREPARE, passes
 * the entrance (AccessShareLock), takes RowExclusiveLock on the epoch, leaves
 * the entrance, and decides again on what it wrote. It keeps the epoch's lock
 * until it is over; on a prepared transaction the lock rides along.
 *
 * A transaction that changed governance, before its commit, closes the
 * entrance (AccessExclusiveLock) and takes ShareRowExclusiveLock on the epoch,
 * which waits for the former kind; it keeps both until it is over. Its
 * invalidation of the epoch is sent before its locks are released. Therefore
 * whoever passes the entrance later knows the change, and whoever passed it
 * earlier has committed, or was waited for in vain.
 *
 * The wait is bounded, since a prepared transaction may hang for days. After
 * it the change commits all the same. As the entrance is closed by then, the
 * holders of the epoch's lock are exactly the transactions that may still
 * complete, and a WARNING names them.
 *
 * AIMS_TEST_NO_EPOCH_LOCK leaves the locks out, for the test that must fail
 * without them.
 */
#include "aims.h"

#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "owner.h"
#include "people.h"
#include "row.h"
#include "switch.h"

/*
 * Milliseconds to wait for the entrance beyond what commits in flight are
 * waited for, even where nothing is left of that: commits of AI output pass it
 * at once, and another change of governance that came before us stays in it
 * until its own wait is over and it has committed.
 */
#define ENTRANCE_WAIT 1000

/* The newest acts on a system. */
typedef struct SwitchState
{
	bool		off;
	bool		off_by_person;	/* one of those who switched it off since */
	int64		switch_id;
} SwitchState;

static bool governance_changed_here = false;
static bool committing = false; /* switch_pre_commit has been here, ... */
static bool preparing = false;	/* ... before a PREPARE */
static TimestampTz waited_until = 0;	/* end of switch_off's own wait */

/* Do the relations of the lock exist? DROP EXTENSION may have come first. */
static bool
switch_locks(Oid *entrance, Oid *epoch)
{
#ifdef AIMS_TEST_NO_EPOCH_LOCK
	return false;
#else
	*entrance = aims_relid_or_none("governance_epoch_pkey");
	*epoch = aims_relid_or_none("governance_epoch");
	return OidIsValid(*entrance) && OidIsValid(*epoch);
#endif
}

bool
switch_lock_output(void)
{
	Oid			entrance;
	Oid			epoch;

	if (switch_locks(&entrance, &epoch))
	{
		LockRelationOid(entrance, AccessShareLock);
		LockRelationOid(epoch, RowExclusiveLock);
		UnlockRelationOid(entrance, AccessShareLock);
	}
	AcceptInvalidationMessages();
	return OidIsValid(aims_relid_or_none("governance_epoch"));
}

/* Milliseconds from now until then, 0 where it is past. */
static long
switch_left_until(TimestampTz then)
{
	return TimestampDifferenceMilliseconds(GetCurrentTimestamp(), then);
}

/*
 * How many milliseconds to wait: as set, but never so long that
 * statement_timeout would end the switch-off itself.
 */
static int
switch_wait(void)
{
	int			wait = aims_switch_off_wait;

	if (get_timeout_active(STATEMENT_TIMEOUT))
	{
		TimestampTz end = get_timeout_finish_time(STATEMENT_TIMEOUT);

		wait = Min(wait, switch_left_until(end) / 4);
	}
	return wait;
}

/* Wait in the queue for a lock, bounded by lock_timeout. */
static void
switch_lock_wait(Oid relid, LOCKMODE mode, int wait)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("lock_timeout", psprintf("%d", wait),
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	LockRelationOid(relid, mode);
	AtEOXact_GUC(true, level);
}

/*
 * Take a lock within so many milliseconds. The wait is in the lock's queue,
 * so that later comers do not starve it; a subtransaction survives the error
 * that ends it.
 */
static bool
switch_lock_bounded(Oid relid, LOCKMODE mode, int wait)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool locked = true;

	if (ConditionalLockRelationOid(relid, mode))
		return true;
	if (wait <= 0)
		return false;
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		switch_lock_wait(relid, mode, wait);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
			ReThrowError(error);
		locked = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return locked;
}

/* What remains of a wait that began then. */
static int
switch_wait_left(TimestampTz start, int wait)
{
	return wait - (int) TimestampDifferenceMilliseconds(start,
														GetCurrentTimestamp());
}

/*
 * Close the entrance and wait for the commits in flight. False where some
 * did not finish.
 */
static bool
switch_lock_governance(int wait)
{
	TimestampTz start = GetCurrentTimestamp();
	Oid			entrance;
	Oid			epoch;

	if (!switch_locks(&entrance, &epoch))
		return true;
	(void) switch_lock_bounded(entrance, AccessExclusiveLock,
							   switch_wait() + ENTRANCE_WAIT);
	return switch_lock_bounded(epoch, ShareRowExclusiveLock,
							   switch_wait_left(start, wait));
}

/* The commits in flight, as a list of words for the WARNING. */
static char *
switch_describe_in_flight(void)
{
	OwnerScope	scope = owner_begin();
	MemoryContext caller = CurrentMemoryContext;
	char	   *list = NULL;

	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	owner_execute("SELECT string_agg(coalesce('process ' || pid, format('prepared transaction %L', gid)), ', ')"
				  " FROM aims.commits_in_flight()", 0, NULL);
	list = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (list != NULL)
		list = MemoryContextStrdup(caller, list);
	PopActiveSnapshot();
	SPI_finish();
	owner_end(scope);
	return list;
}

/* Say what a governance change did not wait for any longer. */
static void
switch_warn(void)
{
	char	   *in_flight = switch_describe_in_flight();

	if (in_flight == NULL)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("AI output that had passed its last check may still be committed"),
			 errdetail("Still in flight: %s.", in_flight),
			 errhint("Finish or end them (ROLLBACK PREPARED, pg_terminate_backend); everything else abides by the change.")));
}

/* Order the commit of a governance change after the commits in flight. */
void
switch_pre_commit(bool prepare)
{
	int			wait;

	committing = true;
	preparing = prepare;
	if (!governance_changed_here)
		return;
	if (prepare)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot prepare a transaction that has changed governance"),
				 errdetail("Until COMMIT PREPARED it would hold up every commit of AI output."),
				 errhint("Commit it in one phase.")));
	wait = switch_wait();
	if (waited_until != 0)
		wait = Min(wait, switch_left_until(waited_until));
	if (!switch_lock_governance(wait))
		switch_warn();
}

/* The transaction is over. */
void
switch_end(void)
{
	governance_changed_here = committing = false;
	waited_until = 0;
}

PG_FUNCTION_INFO_V1(aims_governance_changed);
/*
 * Statement trigger on the tables that the guard reads. It always works, in a
 * restore too: other sessions must not go on with what they knew. What another
 * extension changes in a callback of its own is ordered at once.
 */
Datum
aims_governance_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.governance_changed must be called as a trigger")));
	CacheInvalidateRelcacheByRelid(aims_relid("governance_epoch"));
	governance_changed_here = true;
	if (committing)
		switch_pre_commit(preparing);
	PG_RETURN_POINTER(NULL);
}

/*
 * Let acts on one system follow each other. The lock belongs to no row, which
 * REPEATABLE READ could find changed, and to no key that others can take.
 */
static void
switch_lock_system(const char *system)
{
	LockDatabaseObject(aims_relid("switch_event"),
					   hash_bytes((const unsigned char *) system,
								  strlen(system)),
					   0, ExclusiveLock);
}

/* MS017 where the inventory has no such system. */
static void
switch_require_system(const char *system)
{
	owner_execute("SELECT aims.require_system($1)", 1, &system);
}

/* The acting person, who holds a duty that may switch the system. */
static char *
switch_require_duty(const char *system)
{
	owner_execute("SELECT aims.require_duty(ARRAY['system_owner', 'clinical_reviewer', 'ai_officer'], $1)",
				  1, &system);
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* The newest act on a system before a given one, if that is given. */
static HeapTuple
switch_newest(Relation rel, const char *system, int64 before)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], row_column(desc, "system"), BTEqualStrategyNumber,
				F_TEXTEQ, CStringGetTextDatum(system));
	ScanKeyInit(&keys[1], row_column(desc, "switch_id"), BTLessStrategyNumber,
				F_INT8LT, Int64GetDatum(before));
	return row_find(rel, "switch_event_system_idx", 2, keys, true);
}

/*
 * Whether a system is off in the latest committed state, and whether person
 * is among those who have switched it off since it was last on.
 */
static SwitchState
switch_state(const char *system, const char *person)
{
	Relation	rel = table_open(aims_relid("switch_event"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	SwitchState state = {0};
	int64		before = PG_INT64_MAX;
	HeapTuple	tuple;
	bool		isnull;

	while ((tuple = switch_newest(rel, system, before)) != NULL &&
		   DatumGetBool(row_value(tuple, desc, "switched_off", &isnull)))
	{
		before = DatumGetInt64(row_value(tuple, desc, "switch_id", &isnull));
		if (!state.off)
			state.switch_id = before;
		state.off = true;
		if (strcmp(row_string(tuple, desc, "person"), person) == 0)
			state.off_by_person = true;
	}
	table_close(rel, AccessShareLock);
	return state;
}

/* Record an act; returns its number. */
static int64
switch_record(const char *system, bool off, bool drill, const char *reason,
			  const char *person, const char *time_to_off)
{
	const char *args[] = {system, off ? "t" : "f", drill ? "t" : "f", reason,
						  person, time_to_off};
	bool		isnull;

	owner_execute("INSERT INTO aims.switch_event (system, switched_off, drill, reason, person, time_to_off)"
				  " VALUES ($1, $2::boolean, $3::boolean, $4, $5, $6::interval)"
				  " RETURNING switch_id", 6, args);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Record that a system is off. The commit must not wait for a synchronous
 * standby that is lost: local durability is enough to hold.
 */
static int64
switch_record_off(const char *system, bool drill, const char *reason,
				  const char *person)
{
	(void) set_config_option("synchronous_commit", "local", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	return switch_record(system, true, drill, reason, person, NULL);
}

/*
 * Take the locks and release them again: an open transaction block must not
 * hold up the warehouse. Before its commit they are taken anew.
 */
static bool
switch_lock_in_passing(int wait)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool		finished;

	BeginInternalSubTransaction(NULL);
	finished = switch_lock_governance(wait);
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return finished;
}

/*
 * Wait for the commits in flight, while whoever called can still be told. By
 * itself the statement commits next, and keeps the locks until then.
 */
static bool
switch_wait_for_commits(void)
{
	int			wait = switch_wait();
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													wait);

	if (IsTransactionBlock() ? switch_lock_in_passing(wait) :
		switch_lock_governance(wait))
		return true;
	waited_until = until;
	return false;
}

/* Return the commits in flight as the function's rows. */
static void
switch_return_in_flight(ReturnSetInfo *result)
{
	uint64		n = owner_execute("SELECT pid, gid FROM aims.commits_in_flight()",
								  0, NULL);

	for (uint64 i = 0; i < n; i++)
	{
		Datum		values[2];
		bool		nulls[2];

		for (int j = 0; j < 2; j++)
			values[j] = SPI_getbinval(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, j + 1,
									  &nulls[j]);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
}

/* Cancel what the bound roles of a system are running. */
static void
switch_cancel_statements(const char *system)
{
	owner_execute("SELECT pg_cancel_backend(a.pid)"
				  " FROM pg_stat_activity AS a"
				  " JOIN aims.bound_role AS b ON b.role = a.usename"
				  " WHERE b.system = $1 AND a.datname = current_database()"
				  " AND a.state = 'active' AND a.pid <> pg_backend_pid()",
				  1, &system);
}

PG_FUNCTION_INFO_V1(aims_switch_off);
/* Switch a system off; whoever presses the button a second time may. */
Datum
aims_switch_off(PG_FUNCTION_ARGS)
{
	char	   *system = owner_argument(fcinfo, 0);
	char	   *reason = owner_reason(fcinfo, 1, "switch_off");
	bool		cancel = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	OwnerScope	scope;

	InitMaterializedSRF(fcinfo, 0);
	scope = owner_begin();
	SPI_connect();
	switch_require_system(system);
	switch_lock_system(system);
	(void) switch_record_off(system, false, reason,
							 switch_require_duty(system));
	if (cancel)
		switch_cancel_statements(system);
	if (!switch_wait_for_commits())
		switch_return_in_flight((ReturnSetInfo *) fcinfo->resultinfo);
	SPI_finish();
	owner_end(scope);
	return (Datum) 0;
}

/* Refuse to switch on what is not off, or was switched off by the same. */
static void
switch_check_on(const char *system, const char *person)
{
	SwitchState state = switch_state(system, person);

	if (!state.off)
		ereport(ERROR,
				(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
				 errmsg("AI system \"%s\" is not switched off", system),
				 errdetail("The newest act on it, if any, switched it on."),
				 errhint("Whether its output is accepted depends on its stage: SELECT stage FROM aims.ai_system WHERE system = %s",
						 quote_literal_cstr(system))));
	if (state.off_by_person)
		ereport(ERROR,
				(errcode(ERRCODE_MS_FOUR_EYES),
				 errmsg("person \"%s\" may not switch AI system \"%s\" on again",
						person, system),
				 errdetail("Whoever switched it off does not decide that it is safe again."),
				 errhint("Ask another person who is system owner, clinical reviewer or AI officer.")));
}

PG_FUNCTION_INFO_V1(aims_switch_on);
/* Switch a system on again. */
Datum
aims_switch_on(PG_FUNCTION_ARGS)
{
	char	   *system = owner_argument(fcinfo, 0);
	char	   *reason = owner_reason(fcinfo, 1, "switch_on");
	OwnerScope	scope = owner_begin();
	char	   *person;

	SPI_connect();
	switch_require_system(system);
	switch_lock_system(system);
	person = switch_require_duty(system);
	switch_check_on(system, person);
	(void) switch_record(system, false, false, reason, person, NULL);
	SPI_finish();
	owner_end(scope);
	PG_RETURN_VOID();
}

/* First half of a drill: off, by the acting person. Returns its number. */
static int64
switch_drill_off(const char *system, const char *reason)
{
	OwnerScope	scope = owner_begin();
	char	   *person;
	int64		switch_id;

	SPI_connect();
	switch_require_system(system);
	switch_lock_system(system);
	person = switch_require_duty(system);
	if (switch_state(system, person).off)
		ereport(ERROR,
				(errcode(ERRCODE_MS_TRANSITION_NOT_ALLOWED),
				 errmsg("AI system \"%s\" is switched off already", system),
				 errdetail("A drill ends with switching on, which this system must wait for."),
				 errhint("Hold the drill when it is on again.")));
	switch_id = switch_record_off(system, true, reason, person);
	SPI_finish();
	owner_end(scope);
	return switch_id;
}

/*
 * Second half: on again, unless somebody has switched the system off in
 * earnest meanwhile.
 */
static void
switch_drill_on(const char *system, const char *reason, int64 switch_id,
				const char *time_to_off)
{
	OwnerScope	scope = owner_begin();
	SwitchState state;
	char	   *person;

	SPI_connect();
	switch_lock_system(system);
	person = switch_require_duty(system);
	state = switch_state(system, person);
	if (state.switch_id == switch_id)
		(void) switch_record(system, false, true, reason, person,
							 time_to_off);
	else
		ereport(WARNING,
				(errcode(ERRCODE_MS_SYSTEM_SWITCHED_OFF),
				 errmsg("AI system \"%s\" stays switched off", system),
				 errdetail("It was switched off in earnest during the drill, which is not recorded as passed."),
				 errhint("Hold the drill again when it is on.")));
	SPI_finish();
	owner_end(scope);
}

PG_FUNCTION_INFO_V1(aims_switch_off_drill);
/*
 * A drill is a switch-off, committed, and its end. The time is taken when the
 * commit has returned: from then on nothing more could commit.
 */
Datum
aims_switch_off_drill(PG_FUNCTION_ARGS)
{
	TimestampTz start = GetCurrentTimestamp();
	char	   *system;
	char	   *reason;
	int64		switch_id;

	if (!IsA(fcinfo->context, CallContext) ||
		((CallContext *) fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("a drill cannot be held inside a transaction block"),
				 errdetail("It commits the switch-off, to measure how long that takes."),
				 errhint("CALL aims.switch_off_drill by itself.")));
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	system = owner_argument(fcinfo, 0);
	reason = owner_reason(fcinfo, 1, "switch_off_drill");
	switch_id = switch_drill_off(system, reason);
	SPI_commit();
	EnsurePortalSnapshotExists();
	switch_drill_on(system, reason, switch_id,
					psprintf(INT64_FORMAT " microseconds",
							 GetCurrentTimestamp() - start));
	SPI_finish();
	PG_RETURN_VOID();
}
