/*
 * system_expression.h
 *		The value of the expression that names a row's AI system.
 */
#ifndef AIMS_SYSTEM_EXPRESSION_H
#define AIMS_SYSTEM_EXPRESSION_H

#include "access/htup.h"
#include "utils/rel.h"

/*
 * The value of the registry's expression, not terminated; NULL where it is
 * null. It lives in the current memory context, whose owner resets it row by
 * row. Raises MS031 where the expression does not fit the relation any more.
 */
extern const char *system_expression_value(Relation rel, HeapTuple tuple,
										   const char *source, int *length);

#endif							/* AIMS_SYSTEM_EXPRESSION_H */
