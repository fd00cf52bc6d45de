/*
 * row.h
 *		Reading single rows of our own tables from C, without SPI, privileges
 *		or planning, in the latest committed state at every isolation level.
 */
#ifndef AIMS_ROW_H
#define AIMS_ROW_H

#include "access/htup.h"
#include "access/skey.h"
#include "utils/rel.h"

/* An error unless the relation has as many columns as this library fills. */
/* Has a row a value in every column, but for one that may be null? */
extern bool row_is_whole(HeapTuple tuple, TupleDesc desc,
						 const char *nullable);

extern void row_expect_columns(TupleDesc desc, int natts);

/* The number of a column; an error where it is missing. */
extern AttrNumber row_column(TupleDesc desc, const char *name);

extern Datum row_value(HeapTuple tuple, TupleDesc desc, const char *name,
					   bool *isnull);

/* A text, name or enum column as a palloc'd string; NULL where it is null. */
extern char *row_string(HeapTuple tuple, TupleDesc desc, const char *name);

/*
 * The first row (last, if backward) that the keys find in aims.<index>, as a
 * palloc'd copy; NULL where there is none. Key attribute numbers are those of
 * the table.
 */
extern HeapTuple row_find(Relation rel, const char *index, int nkeys,
						  ScanKey keys, bool backward);

/* All of them, as a list. */
extern List *row_find_all(Relation rel, const char *index, int nkeys,
						  ScanKey keys);

#endif							/* AIMS_ROW_H */
