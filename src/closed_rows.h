/*
 * closed_rows.h
 *		Rows of a closed table that are made but not written yet.
 */
#ifndef AIMS_CLOSED_ROWS_H
#define AIMS_CLOSED_ROWS_H

#include "access/htup.h"
#include "nodes/pg_list.h"

/*
 * The rows that one subtransaction has made. They live until they are written
 * or the transaction ends.
 */
typedef struct ClosedRows
{
	const char *table;			/* name in schema aims */
	const char *sequence;		/* its first column, where 0 */
	List	   *tuples;
} ClosedRows;

/* Add a copy of a row; many are written at once. */
extern void closed_rows_add(ClosedRows *rows, HeapTuple tuple);

/* Write them, past triggers and privileges, under the current xid. */
extern void closed_rows_write(ClosedRows *rows);

/* A subtransaction's rows become its parent's. */
extern void closed_rows_merge(ClosedRows *into, ClosedRows *from);

#endif							/* AIMS_CLOSED_ROWS_H */
