/*
 * metric_state.h
 *		Transition states that are arrays of float8: small, of fixed size, and
 *		sent between processes as they are.
 */
#ifndef AIMS_METRIC_STATE_H
#define AIMS_METRIC_STATE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

/* All zeros. */
extern ArrayType *metric_state_create(int size);

/* The first argument: a copy where no aggregate owns it. */
extern ArrayType *metric_state_own(FunctionCallInfo fcinfo);

/* How many numbers; an error where it is no such state. */
extern int	metric_state_size(const ArrayType *state);

/* Its numbers, which transition and combine functions change in place. */
static inline float8 *
metric_state_numbers(ArrayType *state)
{
	return (float8 *) ARR_DATA_PTR(state);
}

/* The number; an error where it is no probability. */
extern float8 metric_probability(float8 score);

#endif							/* AIMS_METRIC_STATE_H */
