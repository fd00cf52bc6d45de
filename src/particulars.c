/*
 * particulars.c
 *		Who acts, from where and why: what a session's entries share.
 */
#include "aims.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "particulars.h"
#include "people.h"

static SessionParticulars session = {0};

/* Are two nullable strings the same? */
static bool
same_string(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* A copy of a string that is NULL or empty where it says nothing. */
static const char *
string_or_null(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* The client's address, or NULL for a local socket and background workers. */
static char *
client_address(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	return fcinfo->isnull ? NULL :
		DatumGetCString(DirectFunctionCall1(inet_out, address));
}

/* Who acts now, in the strings' own memory. */
static Particulars
particulars_now(void)
{
	Particulars p = {0};

	p.person = current_person();
	if (string_or_null(aims_actor) != NULL &&
		!same_string(p.person, aims_actor))
		p.claim = aims_actor;
	p.application = string_or_null(application_name);
	p.reason = string_or_null(aims_reason);
	return p;
}

/* Do the cached particulars still hold? */
static bool
particulars_current(const Particulars *now)
{
	return session.serial != 0 &&
		session.user == GetUserId() &&
		session.session_user == GetSessionUserId() &&
		session.roles == roles_generation() &&
		same_string(session.p.person, now->person) &&
		same_string(session.p.claim, now->claim) &&
		same_string(session.p.application, now->application) &&
		same_string(session.p.reason, now->reason);
}

/* A copy of a nullable string. */
static char *
copy_string(const char *s)
{
	return s ? pstrdup(s) : NULL;
}

/* Make the particulars anew, in the current memory context. */
static SessionParticulars
particulars_make(const Particulars *now)
{
	SessionParticulars fresh = {0};

	fresh.serial = session.serial + 1;
	fresh.user = GetUserId();
	fresh.session_user = GetSessionUserId();
	fresh.roles = roles_generation();
	fresh.p.session_user = GetUserNameFromId(fresh.session_user, false);
	fresh.p.role = GetUserNameFromId(fresh.user, false);
	fresh.p.person = copy_string(now->person);
	fresh.p.claim = copy_string(now->claim);
	fresh.p.application = copy_string(now->application);
	fresh.p.client = client_address();
	fresh.p.reason = copy_string(now->reason);
	initStringInfo(&fresh.prefix);
	particulars_begin(&fresh.prefix, &fresh.p);
	fresh.context = CurrentMemoryContext;
	return fresh;
}

/*
 * The particulars of the session. They are kept until they change, in another
 * transaction too; an error while they are made leaves the former ones.
 */
const SessionParticulars *
session_particulars(void)
{
	Particulars now = particulars_now();
	MemoryContext context;
	MemoryContext caller;
	MemoryContext old = session.context;

	if (particulars_current(&now))
		return &session;
	context = AllocSetContextCreate(CurrentMemoryContext, "aims particulars",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	session = particulars_make(&now);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, CacheMemoryContext);
	if (old != NULL)
		MemoryContextDelete(old);
	return &session;
}
