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

#endif							/* AIMS_PEOPLE_H */
