/*
 * override.h
 *		Changes of AI output by people: rows of aims.output_override.
 */
#ifndef AIMS_OVERRIDE_H
#define AIMS_OVERRIDE_H

#include "closed_rows.h"
#include "image.h"
#include "output.h"

typedef struct Override
{
	Oid			relid;			/* the registered relation */
	const char *system;			/* whose output it was */
	const char *person;			/* who changed it */
	int64		output_id;		/* 0: not among aims.output */
	OutputGroup group;			/* of the row before the change */
} Override;

/*
 * Make the row of an override, with both values of each column that differs;
 * new is NULL where the row was deleted.
 */
extern void override_add(ClosedRows *rows, const Override *override,
						 ImageWriter *writer, TupleDesc desc, HeapTuple old,
						 HeapTuple new);

/* Does a change leave every column as it was? */
extern bool override_is_none(TupleDesc desc, HeapTuple old, HeapTuple new);

#endif							/* AIMS_OVERRIDE_H */
