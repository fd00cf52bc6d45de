/*
 * violation.h
 *		AI output that was not allowed and passes: counted while the transaction
 *		runs, written to aims.violation before it commits.
 */
#ifndef AIMS_VIOLATION_H
#define AIMS_VIOLATION_H

#include "access/htup.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

#include "decision.h"

/*
 * Count rows in a list of violations, which lives until the end of the
 * transaction. system is the AI system, or the value that names none. rel and
 * tuple, where given, tell the example.
 */
extern List *violation_count(List *violations, const Decision *d,
							 const char *system, uint64 rows, Relation rel,
							 HeapTuple tuple);

/* Is the decision counted already? */
extern bool violation_counted(List *violations, const Decision *d);

/* Add the counts of a subtransaction to its parent's. */
extern List *violation_merge(List *violations, List *more);

/* Write them, before the commit. */
extern void violation_write(List *violations);

#endif							/* AIMS_VIOLATION_H */
