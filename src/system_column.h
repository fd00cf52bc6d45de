/*
 * system_column.h
 *		The value of a row's system column, as text.
 */
#ifndef AIMS_SYSTEM_COLUMN_H
#define AIMS_SYSTEM_COLUMN_H

#include "access/htup.h"
#include "utils/rel.h"

/*
 * The value of the named column, not terminated; NULL where it is null. It
 * lives in the tuple or in the current memory context. Raises MS031 where the
 * relation has no such column any more.
 */
extern const char *system_column_value(Relation rel, HeapTuple tuple,
									   const char *name, int *length);

/* Has the relation such a column? */
extern bool system_column_exists(Relation rel, const char *name);

#endif							/* AIMS_SYSTEM_COLUMN_H */
