/*
 * refusal.h
 *		What the guard says when it refuses.
 */
#ifndef AIMS_REFUSAL_H
#define AIMS_REFUSAL_H

#include "access/htup.h"
#include "utils/rel.h"

#include "compat.h"
#include "decision.h"

/* Refuse a row. shown is the system, or the value that names none. */
pg_noreturn extern void refuse_row(const Decision *d, const char *shown,
								   Relation rel, HeapTuple tuple);

/* Refuse to commit rows that were allowed when they were written. */
pg_noreturn extern void refuse_commit(const Decision *d, uint64 rows);

#endif							/* AIMS_REFUSAL_H */
