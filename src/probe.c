/*
 * probe.c
 *		Running a site's own code, that may ask and nothing else.
 *
 * Such code runs with the rights of whoever wrote it, not of whoever asks, as
 * a security-restricted operation: it cannot change the role, nor leave a
 * temporary table, a cursor or a listener behind. Its subtransaction is
 * read-only and always rolled back, which takes back settings as well. Of what
 * belongs to the session, and no rollback takes back, advisory locks may be
 * neither taken nor released, and the random numbers of the session do not
 * depend on the probe, nor those of the probe on the session. What is reached
 * outside the server (another one by dblink, its log) is out of our reach; it
 * can do that with its rights anyway.
 *
 * Time is measured by a timeout of our own: statement_timeout's would end the
 * whole statement, and the two can be told apart by probe_expired alone.
 */
#include "aims.h"

#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "probe.h"

#define EXPIRE_AGAIN 1000		/* milliseconds */

/* The clock of a probe. */
typedef struct Clock
{
	bool		mine;			/* not running for a probe around this one */
	bool		statement;		/* was statement_timeout's running? */
	int			statement_left; /* milliseconds of that */
	int			limit;			/* milliseconds of ours */
} Clock;

static TimeoutId probe_timer = MAX_TIMEOUTS;	/* MAX_TIMEOUTS: none yet */
static bool probe_is_timed = false;
static volatile sig_atomic_t probe_expired = false;
static int	probe_depth = 0;
static bool probe_is_hooked = false;
static object_access_hook_type next_object_access = NULL;

/* The time is over: cancel what runs. Called by the signal handler. */
static void
probe_expire(void)
{
	probe_expired = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

/* Start our clock, and stop that of statement_timeout. */
static Clock
clock_start(int timeout)
{
	Clock		clock = {.mine = !probe_is_timed, .limit = timeout};

	if (!clock.mine)
		return clock;
	if (probe_timer == MAX_TIMEOUTS)
		probe_timer = RegisterTimeout(USER_TIMEOUT, probe_expire);
	if (StatementTimeout > 0)
		clock.limit = Min(clock.limit, StatementTimeout);
	clock.statement = get_timeout_active(STATEMENT_TIMEOUT);
	if (clock.statement)
	{
		TimestampTz end = get_timeout_finish_time(STATEMENT_TIMEOUT);
		TimestampTz now = GetCurrentTimestamp();

		clock.statement_left = TimestampDifferenceMilliseconds(now, end);
		clock.statement_left = Max(clock.statement_left, 1);
		disable_timeout(STATEMENT_TIMEOUT, false);
	}
	probe_expired = false;
	probe_is_timed = true;
	/* what catches one cancellation is cancelled again, and again */
	enable_timeout_every(probe_timer,
						 TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													 clock.limit),
						 EXPIRE_AGAIN);
	return clock;
}

/*
 * Stop it, and let the other one go on. A cancellation that is pending when
 * ours has fired is ours.
 */
static void
clock_stop(const Clock *clock)
{
	if (!clock->mine)
		return;
	disable_timeout(probe_timer, false);
	probe_is_timed = false;
	if (probe_expired)
		QueryCancelPending = false;
	if (clock->statement)
		enable_timeout_after(STATEMENT_TIMEOUT, clock->statement_left);
}

/*
 * Was it cancelled by whoever waits for it? The SQLSTATE alone does not say
 * so: any function may raise it.
 */
static bool
error_is_cancellation(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_QUERY_CANCELED &&
		error->funcname != NULL &&
		strcmp(error->funcname, "ProcessInterrupts") == 0;
}

/* What is answered too late is no answer, an error neither. */
static ErrorData *
error_of_expiry(int limit)
{
	ErrorData  *error = palloc0(sizeof(ErrorData));

	error->elevel = ERROR;
	error->sqlerrcode = ERRCODE_QUERY_CANCELED;
	error->message = psprintf("no answer within %d ms", limit);
	return error;
}

/* Look, and return the error that it ended with. */
static ErrorData *
probe_catch(void (*look)(void *argument), void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	ErrorData *volatile error = NULL;

	PG_TRY();
	{
		XactReadOnly = true;
		look(argument);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	return error;
}

/*
 * The hook: refuse (42501) in a probe what takes or releases an advisory lock
 * of the session. It is called when a call is prepared, before it is made.
 */
static void
probe_access(ObjectAccessType access, Oid catalog, Oid object, int part,
			 void *argument)
{
	if (next_object_access != NULL)
		next_object_access(access, catalog, object, part, argument);
	if (probe_depth > 0 && access == OAT_FUNCTION_EXECUTE &&
		object >= F_PG_ADVISORY_LOCK_INT8 &&
		object <= F_PG_ADVISORY_UNLOCK_ALL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot call %s within security-restricted operation",
						get_func_name(object)),
				 errhint("An advisory lock of the transaction (pg_advisory_xact_lock) ends with it.")));
}

/*
 * The hook is there while we probe alone: with one, PostgreSQL 17 and later
 * look the search path up anew whenever it changes.
 */
static void
probe_enter(void)
{
	if (!probe_is_hooked)
	{
		next_object_access = object_access_hook;
		object_access_hook = probe_access;
		probe_is_hooked = true;
	}
	probe_depth++;
}

static void
probe_leave(void)
{
	probe_depth--;
	/* a library that was loaded meanwhile may call us */
	if (probe_depth == 0 && object_access_hook == probe_access)
	{
		object_access_hook = next_object_access;
		probe_is_hooked = false;
	}
}

/*
 * Have random() begin anew, always with the same seed, and return one drawn
 * from its former state: what the session draws after the probe follows from
 * what it has drawn before, and from nothing that happens in the probe.
 */
static Datum
random_put_aside(void)
{
	Datum		seed = DirectFunctionCall1(drandom, (Datum) 0);

	DirectFunctionCall1(setseed, Float8GetDatum(0));
	return seed;
}

ErrorData *
probe(void (*look)(void *argument), void *argument, int timeout)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *error;
	Clock		clock;
	Datum		seed;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	clock = clock_start(timeout);
	seed = random_put_aside();
	probe_enter();
	error = probe_catch(look, argument);
	probe_leave();
	clock_stop(&clock);
	DirectFunctionCall1(setseed, seed);
	/* and with it XactReadOnly, the role and the settings */
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (clock.mine && probe_expired)
		return error_of_expiry(clock.limit);
	if (error != NULL && error_is_cancellation(error))
		ReThrowError(error);
	return error;
}

void
probe_as(Oid role)
{
	Oid			user;
	int			security;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(role, security | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	probe_set("search_path", "pg_catalog, pg_temp");
}

void
probe_set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}
