/*
 * guard.c
 *		Deciding on the rows that are written to governed relations.
 *
 * The row trigger asks for each row, with the newest invalidations. What was
 * written by which system is remembered per subtransaction, and before the
 * commit each surviving part is decided on again, under the switch-off lock
 * (switch.c). In between nothing is locked. What another extension writes in
 * a callback of its own, when that has been done, is decided on under the
 * lock at once.
 *
 * Output is every inserted row, and the old as well as the new row of an
 * UPDATE. A deleted row is not output: what a system wrote may be taken away
 * whatever has become of the system. Nor is what a clinical reviewer corrects
 * of a row that goes on saying whose output it was.
 *
 * A switch-off is obeyed in mode observe too. A logical replication worker
 * refuses nothing, since that would stop its subscription for ever; it
 * records.
 */
#include "aims.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "decision.h"
#include "guard.h"
#include "oversight.h"
#include "refusal.h"
#include "session_system.h"
#include "switch.h"
#include "system_column.h"
#include "system_expression.h"
#include "violation.h"

/* Longest part of an unknown value that is shown and recorded, in bytes. */
#define SHOWN_SYSTEM_LENGTH 63

/* What a row says of its system; not terminated, NULL for a null. */
typedef struct Mark
{
	const char *value;
	int			length;
} Mark;

/* Rows of one system that a role has written to one relation. */
typedef struct Written
{
	int32		registry_id;
	Oid			role;			/* session user */
	const char *system;			/* decision.c's only copy of the slug */
	uint64		rows;
} Written;

/* What one subtransaction has written. */
typedef struct GuardLevel
{
	SubTransactionId subid;
	struct GuardLevel *parent;
	List	   *written;
	List	   *violations;
	Oversight  *oversight;
} GuardLevel;

static GuardLevel *levels = NULL;	/* innermost subtransaction first */
static bool committing = false; /* guard_pre_commit has been here */

/* The level of the current subtransaction. */
static GuardLevel *
level_current(void)
{
	SubTransactionId subid = GetCurrentSubTransactionId();
	GuardLevel *level;

	if (levels != NULL && levels->subid == subid)
		return levels;
	level = MemoryContextAllocZero(TopTransactionContext, sizeof(GuardLevel));
	level->subid = subid;
	level->parent = levels;
	levels = level;
	return level;
}

/* What the nearest outer subtransaction has to say of rows, if any does. */
static Oversight *
level_outer(const GuardLevel *level)
{
	while ((level = level->parent) != NULL)
		if (level->oversight != NULL)
			return level->oversight;
	return NULL;
}

/* Remember rows of a system, for the decision before the commit. */
static void
level_remember(GuardLevel *level, int32 registry_id, const char *system,
			   Oid role, uint64 rows)
{
	ListCell   *lc;
	MemoryContext caller;
	Written    *written;

	foreach(lc, level->written)
	{
		written = lfirst(lc);
		if (written->system == system &&
			written->registry_id == registry_id && written->role == role)
		{
			written->rows += rows;
			return;
		}
	}
	caller = MemoryContextSwitchTo(TopTransactionContext);
	written = palloc(sizeof(Written));
	written->registry_id = registry_id;
	written->system = system;
	written->role = role;
	written->rows = rows;
	level->written = lappend(level->written, written);
	MemoryContextSwitchTo(caller);
}

/* Add what a subtransaction has written to its parent's. */
static void
level_merge(GuardLevel *into, GuardLevel *from)
{
	ListCell   *lc;

	foreach(lc, from->written)
	{
		const Written *written = lfirst(lc);

		level_remember(into, written->registry_id, written->system,
					   written->role, written->rows);
	}
	into->violations = violation_merge(into->violations, from->violations);
	oversight_merge(&into->oversight, from->oversight);
	from->oversight = NULL;
}

/* Go back to the parent; there may be millions in a transaction. */
static void
level_leave(GuardLevel *level)
{
	levels = level->parent;
	oversight_free(level->oversight);
	list_free_deep(level->written);
	pfree(level);
}

/* Does the decision refuse, or only violate? */
static bool
guard_enforces(const Decision *d)
{
	return (!d->observe || d->cause == CAUSE_SWITCHED_OFF) &&
		!IsLogicalWorker();
}

/*
 * What the row says; a null where it says nothing. A column that was dropped
 * is empty for a worker, which must not fail, and so names no system.
 */
static Mark
guard_mark(const RegistryEntry *entry, Relation rel, HeapTuple tuple)
{
	Mark		mark = {NULL, 0};

	if (tuple == NULL)
		return mark;
	if (entry->system_column != NULL && IsLogicalWorker() &&
		!system_column_exists(rel, entry->system_column))
		mark.value = "";
	else if (entry->system_column != NULL)
		mark.value = system_column_value(rel, tuple, entry->system_column,
										 &mark.length);
	else if (entry->system_expression != NULL)
		mark.value = system_expression_value(rel, tuple,
											 entry->system_expression,
											 &mark.length);
	return mark;
}

/* Do two marks say the same? */
static bool
guard_same_mark(Mark a, Mark b)
{
	if (a.value == NULL || b.value == NULL)
		return a.value == b.value;
	return a.length == b.length && memcmp(a.value, b.value, a.length) == 0;
}

/*
 * The decision on a row that is marked so; NULL: it is nobody's. Where rows
 * say nothing, it is the table's system that writes, or the session's.
 */
static const Decision *
guard_decide(const RegistryEntry *entry, Mark mark)
{
	const char *system = entry->system;

	if (mark.value != NULL)
		return decision_for_value(entry->registry_id, mark.value,
								  mark.length);
	if (entry->system_column != NULL || entry->system_expression != NULL)
		return NULL;
	if (system == NULL)
		system = session_system();
	return system == NULL ? NULL :
		decision_for_system(entry->registry_id, system, GetSessionUserId());
}

/* Refuse the row, or count it. */
static void
guard_violated(const Decision *d, Relation rel, HeapTuple tuple)
{
	const char *shown = d->system;
	GuardLevel *level;

	if (shown == NULL)
		shown = pnstrdup(d->key.value,
						 pg_mbcliplen(d->key.value, d->key.length,
									  SHOWN_SYSTEM_LENGTH));
	if (guard_enforces(d))
		refuse_row(d, shown, rel, tuple);
	level = level_current();
	level->violations = violation_count(level->violations, d, shown, 1, rel,
										tuple);
	if (committing)
	{
		violation_write(level->violations);
		level->violations = NIL;
	}
}

/*
 * Decide on one row and act on it, if it is output. Returns its system, or
 * NULL where it is none of AI.
 */
static const char *
guard_tuple(const RegistryEntry *entry, Relation rel, HeapTuple tuple,
			Mark mark, bool output)
{
	const Decision *d = guard_decide(entry, mark);
	const char *system;

	if (d == NULL || d->cause == CAUSE_NOT_AI)
		return NULL;
	system = d->system;
	if (output && CAUSE_REFUSES(d->cause))
		guard_violated(d, rel, tuple);
	if (output && system != NULL)
		level_remember(level_current(), entry->registry_id, system,
					   GetSessionUserId(), 1);
	return system;
}

/*
 * Is an UPDATE that leaves a row its mark a reviewer's correction, where the
 * system itself may not write?
 */
static bool
guard_is_correction(const RegistryEntry *entry, Relation rel,
					HeapTuple oldtup, Mark mark)
{
	const Decision *d = guard_decide(entry, mark);

	return d != NULL &&
		(d->cause == CAUSE_SWITCHED_OFF || d->cause == CAUSE_STAGE ||
		 d->cause == CAUSE_ROLE_NOT_BOUND) &&
		oversight_is_correction(entry, rel, oldtup, d->system);
}

const char *
guard_row(const RegistryEntry *entry, Relation rel, HeapTuple oldtup,
		  HeapTuple newtup)
{
	Mark		old_mark = guard_mark(entry, rel, oldtup);
	Mark		new_mark = guard_mark(entry, rel, newtup);
	const char *system = NULL;
	const char *old_system = NULL;
	bool		same = newtup != NULL && oldtup != NULL &&
		guard_same_mark(old_mark, new_mark);
	GuardLevel *level;

	AcceptInvalidationMessages();
	if (committing)
		(void) switch_lock_output();
	if (newtup != NULL)
		system = guard_tuple(entry, rel, newtup, new_mark,
							 !same || !guard_is_correction(entry, rel, oldtup,
														   new_mark));
	if (same)
		old_system = system;
	else if (oldtup != NULL)
		old_system = guard_tuple(entry, rel, oldtup, old_mark,
								 newtup != NULL);
	if (oldtup != NULL || entry->overseen)
	{
		level = level_current();
		oversight_row(&level->oversight, level_outer(level), entry, rel,
					  oldtup, newtup, old_system, system);
	}
	return system != NULL ? system : old_system;
}

void
guard_arrived(const RegistryEntry *entry, Relation rel, HeapTuple tuple)
{
	Mark		mark = guard_mark(entry, rel, tuple);

	AcceptInvalidationMessages();
	if (committing)
		(void) switch_lock_output();
	(void) guard_tuple(entry, rel, tuple, mark, true);
}

const char *
guard_system(const RegistryEntry *entry, Relation rel, HeapTuple tuple)
{
	const Decision *d;

	AcceptInvalidationMessages();
	d = guard_decide(entry, guard_mark(entry, rel, tuple));
	return d != NULL ? d->system : NULL;
}

void
guard_flush(void)
{
	if (levels != NULL && levels->subid == GetCurrentSubTransactionId())
		oversight_flush(levels->oversight);
}

bool
guard_is_pending(void)
{
	for (GuardLevel *level = levels; level != NULL; level = level->parent)
		if (oversight_waits(level->oversight))
			return true;
	return false;
}

/* Decide again on what a system has written. */
static void
guard_check_written(GuardLevel *level, const Written *written)
{
	const Decision *d = decision_for_system(written->registry_id,
											written->system, written->role);

	if (!CAUSE_REFUSES(d->cause))
		return;
	if (guard_enforces(d))
		refuse_commit(d, written->rows);
	if (!violation_counted(level->violations, d))
		level->violations = violation_count(level->violations, d, d->system,
											written->rows, NULL, NULL);
}

/* Before the commit: decide again, under the lock, and write violations. */
void
guard_pre_commit(bool prepare)
{
	ListCell   *lc;

	switch_pre_commit(prepare);
	committing = true;
	if (levels == NULL)
		return;
	Assert(levels->parent == NULL);
	oversight_pre_commit(levels->oversight);
	if (levels->written != NIL && !switch_lock_output())
		return;
	foreach(lc, levels->written)
		guard_check_written(levels, lfirst(lc));
	violation_write(levels->violations);
	levels->violations = NIL;
}

/* The transaction is over; its memory goes by itself. */
void
guard_end(void)
{
	levels = NULL;
	committing = false;
	switch_end();
}

/* A subtransaction is over: its parent takes over, or forgets, its part. */
void
guard_subxact(SubXactEvent event, SubTransactionId mine,
			  SubTransactionId parent)
{
	GuardLevel *level = levels;

	if (level == NULL || level->subid != mine)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		if (level->parent == NULL || level->parent->subid != parent)
			level->subid = parent;
		else
		{
			level_merge(level->parent, level);
			level_leave(level);
		}
	}
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		level_leave(level);
}
