/*
 * people.h
 *		Who acts: the person behind the session.
 */
#ifndef AIMS_PEOPLE_H
#define AIMS_PEOPLE_H

/*
 * The slug of the person who acts in this session: whoever is mapped to the
 * session_user by person.db_role; behind a trusted application, the person
 * whom aims.actor names, if it was set in this transaction. NULL when nobody
 * is mapped. Cached in the backend; the pointer lives until the next call.
 */
extern const char *current_person(void);

/*
 * What aims.actor claims, if it was set in this transaction and gains
 * nothing: the session's role is no trusted application. NULL otherwise.
 * Lives until aims.actor is set again.
 */
extern const char *claimed_actor(void);

/* Another number whenever a role, perhaps by its name, has changed. */
extern uint64 roles_generation(void);

/* May this session approve and sign? A trusted application may if so marked. */
extern bool session_may_approve(void);

/*
 * Is this a restore: session_replication_role = replica in an ordinary
 * session of a superuser? Then the rules were applied when the rows were
 * first written.
 */
extern bool session_is_restoring(void);

#endif							/* AIMS_PEOPLE_H */
