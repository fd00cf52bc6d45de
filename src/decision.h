/*
 * decision.h
 *		May output of an AI system be written into a governed relation?
 */
#ifndef AIMS_DECISION_H
#define AIMS_DECISION_H

#include "postgres.h"

typedef enum Cause
{
	CAUSE_NONE,					/* allowed */
	CAUSE_NOT_AI,				/* the value is mapped to "not AI output" */
	CAUSE_SYSTEM_UNKNOWN,		/* from here on refused */
	CAUSE_SWITCHED_OFF,
	CAUSE_STAGE,
	CAUSE_TABLE_NOT_INTENDED,
	CAUSE_ROLE_NOT_BOUND
} Cause;

/*
 * What decides: the registered relation and either a value of its system
 * column or, resolved, a system. Strings are compared by content.
 */
typedef struct DecisionKey
{
	int32		registry_id;
	Oid			role;			/* session user who wrote it */
	bool		resolved;		/* value is a system's slug, not to be mapped */
	int			length;
	const char *value;			/* not terminated */
} DecisionKey;

typedef struct Decision
{
	DecisionKey key;			/* hash key, first */
	uint64		generation;		/* governance_generation() when read */
	uint64		roles;			/* state of the roles' names when read */
	Oid			relid;			/* the registered relation */
	Cause		cause;
	bool		observe;
	bool		test;
	bool		session;		/* the session says whose the rows are */
	const char *system;			/* lives as long as the backend, or NULL */
	char		stage[NAMEDATALEN];
} Decision;

/*
 * The decision on a value of the relation's system column for the current
 * session user, or on a system for whoever wrote its output. Never stale
 * after AcceptInvalidationMessages; the pointer is good until the next call.
 */
extern const Decision *decision_for_value(int32 registry_id,
										  const char *value, int length);
extern const Decision *decision_for_system(int32 registry_id,
										   const char *system, Oid role);

/*
 * The same for a relation that is not registered (yet): what the guard would
 * say, roles left aside. A resolved system counts as intended for it.
 */
extern void decision_preview(Decision *d, Oid relid, bool test,
							 bool resolved, const char *value, int length);

/*
 * The stage of a system, as a string in the caller's context, and whether it
 * is switched off, as of now; NULL where there is no such system.
 */
extern char *system_state(const char *system, bool *switched_off);

/* Does the cause refuse (or violate), and under which name and SQLSTATE? */
#define CAUSE_REFUSES(cause) ((cause) >= CAUSE_SYSTEM_UNKNOWN)
extern const char *cause_name(Cause cause);
extern int	cause_sqlstate(Cause cause);

#endif							/* AIMS_DECISION_H */
