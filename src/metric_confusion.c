/*
 * metric_confusion.c
 *		Predictions at a threshold against outcomes, with rates and intervals.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"
#include "utils/float.h"

#include "metric_row.h"
#include "metric_state.h"
#include "stat_rate.h"

/* State: rows by score >= threshold and label, NULLs, the threshold. */
typedef struct ConfusionState
{
	float8		n[2][2];
	float8		skipped;
	float8		threshold;
} ConfusionState;

#define CONFUSION_SIZE ((int) (sizeof(ConfusionState) / sizeof(float8)))

static ConfusionState *
confusion_of(ArrayType *state)
{
	if (metric_state_size(state) != CONFUSION_SIZE)
		elog(ERROR, "state of confusion has %d numbers",
			 metric_state_size(state));
	return (ConfusionState *) metric_state_numbers(state);
}

static void
confusion_check_threshold(float8 ours, float8 other)
{
	if (ours != other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the threshold must be the same in every row of a group"),
				 errhint("Compare thresholds by GROUP BY threshold.")));
}

static float8
confusion_number(float8 value, const char *what)
{
	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a finite number", what)));
	return value;
}

/*
 * A row: score, label, threshold.
 */
PG_FUNCTION_INFO_V1(aims_confusion_accum);
Datum
aims_confusion_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_ARGISNULL(0) ? NULL : metric_state_own(fcinfo);
	ConfusionState *confusion;
	float8		threshold;
	float8		score;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("threshold must not be null")));
	threshold = confusion_number(PG_GETARG_FLOAT8(3), "threshold");
	if (state == NULL)
	{
		state = metric_state_create(CONFUSION_SIZE);
		confusion_of(state)->threshold = threshold;
	}
	confusion = confusion_of(state);
	confusion_check_threshold(confusion->threshold, threshold);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		confusion->skipped++;
	else
	{
		score = confusion_number(PG_GETARG_FLOAT8(1), "score");
		confusion->n[score >= threshold ? 1 : 0][PG_GETARG_BOOL(2) ? 1 : 0]++;
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(aims_confusion_combine);
Datum
aims_confusion_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = metric_state_own(fcinfo);
	ConfusionState *confusion = confusion_of(state);
	ConfusionState *other = confusion_of(PG_GETARG_ARRAYTYPE_P(1));

	confusion_check_threshold(confusion->threshold, other->threshold);
	for (int i = 0; i < 4; i++)
		confusion->n[i / 2][i % 2] += other->n[i / 2][i % 2];
	confusion->skipped += other->skipped;
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(aims_confusion_final);
Datum
aims_confusion_final(PG_FUNCTION_ARGS)
{
	ConfusionState none = {.threshold = NAN};
	ConfusionState *state = PG_ARGISNULL(0) ? &none :
		confusion_of(PG_GETARG_ARRAYTYPE_P(0));
	float8		tp = state->n[1][1];
	float8		fp = state->n[1][0];
	float8		tn = state->n[0][0];
	float8		fn = state->n[0][1];
	MetricRow	row;

	metric_row_of_result(&row, fcinfo);
	metric_put_number(&row, state->threshold);
	metric_put_count(&row, tp);
	metric_put_count(&row, fp);
	metric_put_count(&row, tn);
	metric_put_count(&row, fn);
	metric_put_count(&row, state->skipped);
	metric_put_rate(&row, stat_rate(tp, tp + fn));
	metric_put_rate(&row, stat_rate(tn, tn + fp));
	metric_put_rate(&row, stat_rate(tp, tp + fp));
	metric_put_rate(&row, stat_rate(tn, tn + fn));
	metric_put_number(&row, stat_rate(2 * tp, 2 * tp + fp + fn).value);
	return metric_row_end(&row);
}

/*
 * The interval of a share, for whoever has counts alone.
 */
PG_FUNCTION_INFO_V1(aims_wilson_interval);
Datum
aims_wilson_interval(PG_FUNCTION_ARGS)
{
	Rate		rate = stat_rate(PG_GETARG_INT64(0), PG_GETARG_INT64(1));
	MetricRow	row;

	metric_row_of_result(&row, fcinfo);
	metric_put_number(&row, rate.low);
	metric_put_number(&row, rate.high);
	return metric_row_end(&row);
}
