/*
 * incarnation.h
 *		Which cluster and database a transaction id belongs to.
 */
#ifndef AIMS_INCARNATION_H
#define AIMS_INCARNATION_H

#include "lib/stringinfo.h"

#include "ledger.h"
#include "tile.h"

typedef struct Incarnation
{
	int32		number;			/* 0: there is none yet */
	bool		here;			/* is it this cluster, timeline and database? */
	bool		resumed;		/* the first one, or aims.resume was called */
	bool		may_vanish;		/* this transaction has begun or resumed it */
} Incarnation;

/* The newest row of aims.incarnation. */
extern Incarnation incarnation_newest(void);

/*
 * The incarnation that this session writes in: the newest if it is here, else
 * the one that the next seal will begin. Cached; not for use in recovery.
 */
extern int32 incarnation_current(void);

/* Was that row of aims.incarnation made here? */
extern bool incarnation_is_here(HeapTuple tuple, TupleDesc desc);

/*
 * Do transaction ids of that incarnation mean the same here and now? Another
 * timeline of the same database continues them.
 */
extern bool incarnation_keeps_xids(int32 number);

/* Begin the next incarnation (the caller seals and holds the lock). */
extern void incarnation_begin(int32 number, int64 tree_size);

/*
 * Mark the newest incarnation as one that may sign, and say so in the ledger:
 * how (resumed or forked), and the last checkpoint of before, in UTF-8, or
 * NULL. Takes the sealers' lock: the next seal writes a leaf about it.
 */
extern void incarnation_resume(const char *how, const char *checkpoint);

/*
 * The largest entry number that may have been given elsewhere than in that
 * incarnation.
 */
extern int64 incarnation_last_entry(int32 number);

/*
 * Append the leaf that an incarnation has at that index, in UTF-8: about its
 * beginning or its resumption. False where it has none there.
 */
extern bool incarnation_leaf(Snapshot snapshot, uint64 index, StringInfo out);

/* Gives the source and the stored hash of a leaf. */
typedef int64 (*IncarnationTree)(void *arg, uint64 leaf, MerkleHash hash);

/*
 * Compare the table with the leaves of a tree of size leaves under these
 * seals: NULL, or what is wrong (a sentence).
 */
extern const char *incarnation_problem(Snapshot snapshot, IncarnationTree tree,
									   void *arg, const Seal *seals,
									   int64 nseals, uint64 size);

#endif							/* AIMS_INCARNATION_H */
