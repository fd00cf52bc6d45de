/*
 * particulars.h
 *		Who acts, from where and why: what a session's entries share.
 */
#ifndef AIMS_PARTICULARS_H
#define AIMS_PARTICULARS_H

#include "lib/stringinfo.h"

#include "entry.h"

/* Particulars of the session, as they are written and as they are hashed. */
typedef struct SessionParticulars
{
	Particulars p;
	Oid			user;
	Oid			session_user;
	StringInfoData prefix;		/* JSON text up to the key */
	Datum		values[Natts_entry];	/* of the session's columns */
	bool		nulls[Natts_entry];
} SessionParticulars;

/* The particulars of the session now; good until the transaction ends. */
extern SessionParticulars *session_particulars(void);

/* The transaction is over, and the particulars' memory with it. */
extern void particulars_forget(void);

#endif							/* AIMS_PARTICULARS_H */
