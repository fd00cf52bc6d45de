/*
 * people.c
 *		Who acts: the person behind the session.
 *
 * The session user decides, never the current one: SET ROLE and SECURITY
 * DEFINER change nothing. Whoever logs in as a trusted application acts as
 * the person that aims.actor names, in the transaction that set it.
 *
 * The answer is kept in the backend as long as governance_generation(), the
 * name of the session user and the claim in aims.actor stay what they were.
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

#include "people.h"
#include "row.h"

typedef struct Identity
{
	bool		known;			/* has the rest been looked up? */
	uint64		generation;		/* governance_generation() at that time */
	char		role[NAMEDATALEN];	/* session user */
	char		claim[NAMEDATALEN]; /* aims.actor where current, or "" */
	char		person[NAMEDATALEN];	/* slug, or "" for nobody */
	bool		application;	/* is the role a trusted application? */
	bool		may_approve;	/* may that application approve? */
} Identity;

static Identity identity;

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
people_find_application(Identity *id)
{
	Relation	rel = table_open(aims_relid("trusted_application"),
								 AccessShareLock);
	HeapTuple	tuple = people_row(rel, "trusted_application_pkey", "db_role",
								   id->role);
	bool		isnull;

	id->application = HeapTupleIsValid(tuple);
	id->may_approve = id->application &&
		DatumGetBool(row_value(tuple, RelationGetDescr(rel), "may_approve",
							   &isnull));
	table_close(rel, AccessShareLock);
}

/*
 * Look the session up. A claim that is too long for a slug names nobody; it
 * must not be cut to one that names somebody.
 */
static void
people_identify(Identity *id, const char *role, const char *claim,
				uint64 generation)
{
	memset(id, 0, sizeof(Identity));
	strlcpy(id->role, role, NAMEDATALEN);
	strlcpy(id->claim, claim, NAMEDATALEN);
	people_find_application(id);
	if (!id->application || claim[0] == '\0')
		people_find_person("person_db_role_key", "db_role", role, id->person);
	else if (strlen(claim) < NAMEDATALEN)
		people_find_person("person_pkey", "person", claim, id->person);
	id->generation = generation;
	id->known = true;
}

/* The session's identity, from the cache where nothing has changed. */
static const Identity *
people_identity(void)
{
	char	   *role = GetUserNameFromId(GetSessionUserId(), false);
	const char *claim = actor_is_current() ? aims_actor : "";
	uint64		generation = governance_generation();

	if (!identity.known || identity.generation != generation ||
		strcmp(identity.role, role) != 0 ||
		strcmp(identity.claim, claim) != 0)
	{
		identity.known = false;
		people_identify(&identity, role, claim, generation);
	}
	pfree(role);
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
