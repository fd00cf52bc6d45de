/*
 * progress.h
 *		Saying how far a long function has come: a NOTICE every five seconds,
 *		nothing for what is done sooner.
 */
#ifndef AIMS_PROGRESS_H
#define AIMS_PROGRESS_H

#include "postgres.h"

typedef struct Progress Progress;

/*
 * Begin to count; what is the function, as in "verify". Entries are counted
 * unless progress_unit says otherwise (a plural, as in "rows"). A total of 0
 * is one that nobody knows. Both strings must live until the end.
 */
extern Progress *progress_begin(const char *what, int64 total);
extern void progress_unit(Progress *progress, const char *unit);

/* So many more are done. Cheap enough to be called for each. */
extern void progress_advance(Progress *progress, int64 n);

/* All is done; says so where it has said anything. */
extern void progress_end(Progress *progress);

#endif							/* AIMS_PROGRESS_H */
