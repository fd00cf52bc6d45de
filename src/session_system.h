/*
 * session_system.h
 *		The AI system that a session writes for, where rows do not say so.
 */
#ifndef AIMS_SESSION_SYSTEM_H
#define AIMS_SESSION_SYSTEM_H

#include "nodes/pg_list.h"

/* Is the role one of the system's bound roles, as of now? */
extern bool role_is_bound(const char *system, const char *role);

/* The systems that a role is bound to, by name, as of now. */
extern List *role_systems(const char *role);

/*
 * What aims.system names, if that is set; else the systems that the session
 * user is bound to: one, or several separated by ", ", which is no slug. NULL:
 * none, the session writes no AI output. Never stale after
 * AcceptInvalidationMessages; aims.system may be set anew after it.
 */
extern const char *session_system(void);

/* Is aims.system set? */
extern bool session_names_system(void);

#endif							/* AIMS_SESSION_SYSTEM_H */
