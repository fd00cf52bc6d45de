/*
 * particulars.h
 *		Who acts, from where and why: what a session's entries share.
 */
#ifndef AIMS_PARTICULARS_H
#define AIMS_PARTICULARS_H

#include "lib/stringinfo.h"

#include "entry.h"

/* Particulars of the session, as they are stored and as they are hashed. */
typedef struct SessionParticulars
{
	uint64		serial;			/* another one for other particulars */
	Particulars p;
	Oid			user;
	Oid			session_user;
	uint64		roles;			/* roles_generation() */
	StringInfoData prefix;		/* JSON text up to the key */
	MemoryContext context;		/* of all strings */
} SessionParticulars;

/* The particulars of the session now; good until the next call. */
extern const SessionParticulars *session_particulars(void);

#endif							/* AIMS_PARTICULARS_H */
