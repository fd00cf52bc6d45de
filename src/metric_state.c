/*
 * metric_state.c
 *		Small transition states, and the means that need no more.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/float.h"

#include "metric_row.h"
#include "metric_state.h"
#include "stat_sum.h"

/* State of a mean: n, sum, lost. */
#define MEAN_SIZE 3

/*
 * The executor copies it into the aggregate's memory.
 */
ArrayType *
metric_state_create(int size)
{
	Datum	   *zeros = palloc(sizeof(Datum) * size);

	for (int i = 0; i < size; i++)
		zeros[i] = Float8GetDatum(0);
	return construct_array(zeros, size, FLOAT8OID, sizeof(float8),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

ArrayType *
metric_state_own(FunctionCallInfo fcinfo)
{
	return AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(0) :
		PG_GETARG_ARRAYTYPE_P_COPY(0);
}

int
metric_state_size(const ArrayType *state)
{
	if (ARR_NDIM(state) != 1 || ARR_HASNULL(state) ||
		ARR_ELEMTYPE(state) != FLOAT8OID)
		elog(ERROR, "state of a metric is no array of numbers");
	return ARR_DIMS(state)[0];
}

float8
metric_probability(float8 score)
{
	if (!(score >= 0 && score <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score %s is not a probability",
						float8out_internal(score)),
				 errhint("Give probabilities from 0 to 1.")));
	return score;
}

/* The numbers of a mean's state. */
static float8 *
mean_numbers(ArrayType *state)
{
	if (metric_state_size(state) != MEAN_SIZE)
		elog(ERROR, "state of a mean has %d numbers", metric_state_size(state));
	return metric_state_numbers(state);
}

static Datum
mean_add(ArrayType *state, float8 term)
{
	float8	   *mean = mean_numbers(state);

	mean[0]++;
	sum_add((Sum *) &mean[1], term);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Squared distance of probability and outcome.
 */
PG_FUNCTION_INFO_V1(aims_brier_accum);
Datum
aims_brier_accum(PG_FUNCTION_ARGS)
{
	float8		score = metric_probability(PG_GETARG_FLOAT8(1));
	float8		gap = PG_GETARG_BOOL(2) ? 1 - score : score;

	return mean_add(metric_state_own(fcinfo), gap * gap);
}

/*
 * Logarithmic loss: infinite where the score excluded what happened.
 */
PG_FUNCTION_INFO_V1(aims_log_loss_accum);
Datum
aims_log_loss_accum(PG_FUNCTION_ARGS)
{
	float8		score = metric_probability(PG_GETARG_FLOAT8(1));
	float8		loss = PG_GETARG_BOOL(2) ? -log(score) : -log1p(-score);

	return mean_add(metric_state_own(fcinfo), loss);
}

PG_FUNCTION_INFO_V1(aims_mean_combine);
Datum
aims_mean_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = metric_state_own(fcinfo);
	float8	   *mean = mean_numbers(state);
	float8	   *other = mean_numbers(PG_GETARG_ARRAYTYPE_P(1));

	mean[0] += other[0];
	sum_combine((Sum *) &mean[1], (Sum *) &other[1]);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(aims_mean_final);
Datum
aims_mean_final(PG_FUNCTION_ARGS)
{
	float8	   *mean = mean_numbers(PG_GETARG_ARRAYTYPE_P(0));

	if (mean[0] == 0)
		PG_RETURN_NULL();
	/* -0 where every loss is 0: log1p(-0) has a sign. */
	PG_RETURN_FLOAT8(fabs(sum_value((Sum *) &mean[1])) / mean[0]);
}
