/*
 * attempt.c
 *		Acts that may fail without the command that they follow from.
 *
 * What follows from somebody's DDL must not make it fail where it does not
 * fit: a table that comes back with other columns, for example. What has
 * nothing to do with it (a lock that is not granted, memory, cancellation)
 * does end the command.
 */
#include "aims.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "attempt.h"

/* Does the error say that the act does not fit? */
static bool
error_is_expected(int sqlerrcode)
{
	int			category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category == ERRCODE_TO_CATEGORY(ERRCODE_MS_CANNOT_GOVERN) ||
		category == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION ||
		category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_FEATURE_NOT_SUPPORTED;
}

/* Is it anything but that somebody wants the command to end? */
static bool
error_is_no_intervention(int sqlerrcode)
{
	return ERRCODE_TO_CATEGORY(sqlerrcode) !=
		ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION);
}

/* Act in a subtransaction; return the error where it is one to be caught. */
static ErrorData *
attempt_but(bool (*caught)(int sqlerrcode), void (*act)(void *argument),
			void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		act(argument);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		/* whoever catches the error takes back a subtransaction of his own */
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		if (!caught(error->sqlerrcode))
			ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return error;
}

ErrorData *
attempt(void (*act)(void *argument), void *argument)
{
	return attempt_but(error_is_expected, act, argument);
}

ErrorData *
attempt_anyway(void (*act)(void *argument), void *argument)
{
	return attempt_but(error_is_no_intervention, act, argument);
}
