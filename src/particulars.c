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

static SessionParticulars *session = NULL;

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
	return session != NULL &&
		session->user == GetUserId() &&
		session->session_user == GetSessionUserId() &&
		same_string(session->p.person, now->person) &&
		same_string(session->p.claim, now->claim) &&
		same_string(session->p.application, now->application) &&
		same_string(session->p.reason, now->reason);
}

/* Make the session's columns, the same for every entry. */
static void
particulars_columns(SessionParticulars *s)
{
	memset(s->nulls, true, sizeof(s->nulls));
	entry_set_string(s->values, s->nulls, Anum_entry_session_user,
					 s->p.session_user);
	entry_set_string(s->values, s->nulls, Anum_entry_role, s->p.role);
	entry_set_string(s->values, s->nulls, Anum_entry_person, s->p.person);
	entry_set_string(s->values, s->nulls, Anum_entry_claim, s->p.claim);
	entry_set_string(s->values, s->nulls, Anum_entry_application,
					 s->p.application);
	entry_set_string(s->values, s->nulls, Anum_entry_client, s->p.client);
	entry_set_string(s->values, s->nulls, Anum_entry_reason, s->p.reason);
}

/*
 * The particulars of the session. They live until the end of the transaction,
 * since pending entries point to them.
 */
SessionParticulars *
session_particulars(void)
{
	Particulars now = particulars_now();
	MemoryContext caller;
	SessionParticulars *fresh;

	if (particulars_current(&now))
		return session;
	caller = MemoryContextSwitchTo(TopTransactionContext);
	fresh = palloc0(sizeof(SessionParticulars));
	fresh->user = GetUserId();
	fresh->session_user = GetSessionUserId();
	fresh->p.session_user = GetUserNameFromId(fresh->session_user, false);
	fresh->p.role = GetUserNameFromId(fresh->user, false);
	fresh->p.person = now.person ? pstrdup(now.person) : NULL;
	fresh->p.claim = now.claim ? pstrdup(now.claim) : NULL;
	fresh->p.application = now.application ? pstrdup(now.application) : NULL;
	fresh->p.client = client_address();
	fresh->p.reason = now.reason ? pstrdup(now.reason) : NULL;
	initStringInfo(&fresh->prefix);
	particulars_begin(&fresh->prefix, &fresh->p);
	particulars_columns(fresh);
	MemoryContextSwitchTo(caller);
	session = fresh;
	return session;
}

/* Forget them at the end of the transaction. */
void
particulars_forget(void)
{
	session = NULL;
}
