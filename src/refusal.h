/*
 * refusal.h
 *		What the guard says when it refuses.
 */
#ifndef AIMS_REFUSAL_H
#define AIMS_REFUSAL_H

#include "access/htup.h"
#include "utils/rel.h"

#include "decision.h"

/* Refuse a row. shown is the system, or the value that names none. */
extern void refuse_row(const Decision *d, const char *shown, Relation rel,
					   HeapTuple tuple) pg_attribute_noreturn();

/* Refuse to commit rows that were allowed when they were written. */
extern void refuse_commit(const Decision *d, uint64 rows)
	pg_attribute_noreturn();

#endif							/* AIMS_REFUSAL_H */
