/*
 * people.c
 *		Who acts: the person behind the session.
 *
 * The session user decides, never the current one: SET ROLE and SECURITY
 * DEFINER change nothing. Whoever logs in as a trusted application acts as
 * the person that aims.actor names, in the transaction that set it.
 *
 * The answer is kept in the backend as long as governance_generation(), the
 * session user, all roles' names and the claim in aims.actor stay what they
 * were: who acts is asked for every captured row.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#include "people.h"
#include "row.h"

typedef struct Identity
{
	bool		known;			/* has the rest been looked up? */
	uint64		generation;		/* governance_generation() at that time */
	uint64		roles;			/* roles_generation() at that time */
	Oid			role;			/* session user */
	char		claim[NAMEDATALEN]; /* aims.actor where current, or "" */
	char		person[NAMEDATALEN];	/* slug, or "" for nobody */
	bool		application;	/* is the role a trusted application? */
	bool		may_approve;	/* may that application approve? */
} Identity;

static Identity identity;
static uint64 roles_changed = 0;	/* 0: not watched yet */

/* A role, perhaps ours, has been changed: its name may be another. */
static void
people_role_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	roles_changed++;
}

uint64
roles_generation(void)
{
	if (roles_changed == 0)
	{
		CacheRegisterSyscacheCallback(AUTHOID, people_role_changed, (Datum) 0);
		roles_changed = 1;
	}
	return roles_changed;
}

/* The row of aims.<table> whose text column equals value, or NULL. */
static HeapTuple
people_row(Relation rel, const char *index, const char *column,
		   const char *value)
{
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(rel), column),
				BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(value));
	return row_find(rel, index, 1, &key, false);
}

/* Copy the slug of the person whose column has that value, "" for nobody. */
static void
people_find_person(const char *index, const char *column, const char *value,
				   char *person)
{
	Relation	rel = table_open(aims_relid("person"), AccessShareLock);
	HeapTuple	tuple = people_row(rel, index, column, value);

	person[0] = '\0';
	if (HeapTupleIsValid(tuple))
		strlcpy(person, row_string(tuple, RelationGetDescr(rel), "person"),
				NAMEDATALEN);
	table_close(rel, AccessShareLock);
}

/* Is the role a trusted application, and may it approve? */
static void
people_find_application(Identity *id, const char *role)
{
	Relation	rel = table_open(aims_relid("trusted_application"),
								 AccessShareLock);
	HeapTuple	tuple = people_row(rel, "trusted_application_pkey", "db_role",
								   role);
	bool		isnull;

	id->application = HeapTupleIsValid(tuple);
	id->may_approve = id->application &&
		DatumGetBool(row_value(tuple, RelationGetDescr(rel), "may_approve",
							   &isnull));
	table_close(rel, AccessShareLock);
}

/*
 * Look the session up. A claim that is too long for a slug names nobody, and
 * is not kept: cut, it could be taken for one that names somebody.
 * Generations are read first: a change during the look-up makes it stale.
 */
static void
people_identify(Identity *id, const char *claim)
{
	char	   *role;

	id->known = false;
	id->generation = governance_generation();
	id->roles = roles_generation();
	id->role = GetSessionUserId();
	strlcpy(id->claim, claim, NAMEDATALEN);
	role = GetUserNameFromId(id->role, false);
	id->person[0] = '\0';
	people_find_application(id, role);
	if (!id->application || claim[0] == '\0')
		people_find_person("person_db_role_key", "db_role", role, id->person);
	else if (strlen(claim) < NAMEDATALEN)
		people_find_person("person_pkey", "person", claim, id->person);
	id->known = strlen(claim) < NAMEDATALEN;
}

/* The session's identity, from the cache where nothing has changed. */
static const Identity *
people_identity(void)
{
	const char *claim = actor_is_current() ? aims_actor : "";

	if (!identity.known ||
		identity.generation != governance_generation() ||
		identity.roles != roles_generation() ||
		identity.role != GetSessionUserId() ||
		strcmp(identity.claim, claim) != 0)
		people_identify(&identity, claim);
	return &identity;
}

const char *
current_person(void)
{
	const Identity *id = people_identity();

	return id->person[0] != '\0' ? id->person : NULL;
}

const char *
claimed_actor(void)
{
	if (!actor_is_current() || people_identity()->application)
		return NULL;
	return aims_actor;
}

bool
session_may_approve(void)
{
	const Identity *id = people_identity();

	return !id->application || id->claim[0] == '\0' || id->may_approve;
}

bool
session_is_restoring(void)
{
	return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA &&
		superuser_arg(GetSessionUserId()) && !IsLogicalWorker();
}

/* aims.current_person() → text */
PG_FUNCTION_INFO_V1(aims_current_person);
Datum
aims_current_person(PG_FUNCTION_ARGS)
{
	const char *person = current_person();

	if (person == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(person));
}

/* aims.claimed_actor() → text */
PG_FUNCTION_INFO_V1(aims_claimed_actor);
Datum
aims_claimed_actor(PG_FUNCTION_ARGS)
{
	const char *claim = claimed_actor();

	if (claim == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(claim));
}

/* aims.may_approve() → boolean */
PG_FUNCTION_INFO_V1(aims_may_approve);
Datum
aims_may_approve(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(session_may_approve());
}

/* aims.restoring() → boolean */
PG_FUNCTION_INFO_V1(aims_restoring);
Datum
aims_restoring(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(session_is_restoring());
}
