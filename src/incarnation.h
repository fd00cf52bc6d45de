/*
 * incarnation.h
 *		Which cluster and database a transaction id belongs to.
 */
#ifndef AIMS_INCARNATION_H
#define AIMS_INCARNATION_H

#include "utils/timestamp.h"

typedef struct Incarnation
{
	int32		number;			/* 0: there is none yet */
	bool		here;			/* is it this cluster, timeline and database? */
	bool		resumed;		/* the first one, or aims.resume was called */
} Incarnation;

/* The newest row of aims.incarnation. */
extern Incarnation incarnation_newest(void);

/*
 * The incarnation that this session writes in: the newest if it is here, else
 * the one that the next seal will begin. Cached; not for use in recovery.
 */
extern int32 incarnation_current(void);

/*
 * Do transaction ids of that incarnation mean the same here and now? Another
 * timeline of the same database continues them.
 */
extern bool incarnation_keeps_xids(int32 number);

/* Begin the next incarnation (the caller seals and holds the lock). */
extern void incarnation_begin(int32 number, int64 tree_size);

#endif							/* AIMS_INCARNATION_H */
