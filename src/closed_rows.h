/*
 * closed_rows.h
 *		Rows of a closed table that are made but not written yet.
 */
#ifndef AIMS_CLOSED_ROWS_H
#define AIMS_CLOSED_ROWS_H

#include "access/htup.h"
#include "nodes/pg_list.h"

/* The rows that one subtransaction has made. */
typedef struct ClosedRows
{
	MemoryContext context;		/* where they live until they are written */
	const char *table;			/* name in schema aims */
	const char *sequence;		/* its first column, where 0 */
	List	   *tuples;
} ClosedRows;

/* Add a copy of a row; many are written at once. */
extern void closed_rows_add(ClosedRows *rows, HeapTuple tuple);

/* Write them, past triggers and privileges, under the current xid. */
extern void closed_rows_write(ClosedRows *rows);

/* Copy a subtransaction's rows to its parent's; nothing is written. */
extern void closed_rows_merge(ClosedRows *into, const ClosedRows *from);

#endif							/* AIMS_CLOSED_ROWS_H */
