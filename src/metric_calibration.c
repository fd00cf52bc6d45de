/*
 * metric_calibration.c
 *		Calibration of probabilities: the error alone, in a small state, and
 *		everything about it, over sorted scores.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "metric_row.h"
#include "metric_state.h"
#include "sample.h"
#include "stat_calibration.h"

#define DEFAULT_BINS 10
#define PER_BIN ((int) (sizeof(CalibrationBin) / sizeof(float8)))

StaticAssertDecl(sizeof(CalibrationBin) == 4 * sizeof(float8),
				 "a bin of the curve is an array of numbers");

/*
 * A row: score, label, and number of bins where it is an argument.
 */
PG_FUNCTION_INFO_V1(aims_calibration_error_accum);
Datum
aims_calibration_error_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_ARGISNULL(0) ? NULL : metric_state_own(fcinfo);
	int			bins = DEFAULT_BINS;
	CalibrationBin *curve;
	CalibrationBin *bin;
	float8		score;

	if (PG_NARGS() > 3)
	{
		if (PG_ARGISNULL(3))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("bins must not be null")));
		bins = PG_GETARG_INT32(3);
	}
	if (bins < 1 || bins > STAT_MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d bins are not possible", bins),
				 errhint("Use from 1 to %d bins.", STAT_MAX_BINS)));
	if (state == NULL)
		state = metric_state_create(bins * PER_BIN);
	if (metric_state_size(state) != bins * PER_BIN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be the same in every row of a group")));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_ARRAYTYPE_P(state);
	score = metric_probability(PG_GETARG_FLOAT8(1));
	curve = (CalibrationBin *) metric_state_numbers(state);
	bin = &curve[stat_equal_width_bin(score, bins)];
	bin->n++;
	bin->positives += PG_GETARG_BOOL(2) ? 1 : 0;
	sum_add(&bin->scores, score);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(aims_calibration_error_combine);
Datum
aims_calibration_error_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = metric_state_own(fcinfo);
	ArrayType  *other = PG_GETARG_ARRAYTYPE_P(1);
	CalibrationBin *curve = (CalibrationBin *) metric_state_numbers(state);
	CalibrationBin *more = (CalibrationBin *) metric_state_numbers(other);

	if (metric_state_size(state) != metric_state_size(other))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be the same in every row of a group")));
	for (int i = 0; i < metric_state_size(state) / PER_BIN; i++)
	{
		curve[i].n += more[i].n;
		curve[i].positives += more[i].positives;
		sum_combine(&curve[i].scores, &more[i].scores);
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(aims_calibration_error_final);
Datum
aims_calibration_error_final(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	CalibrationBin *curve = (CalibrationBin *) metric_state_numbers(state);
	int			bins = metric_state_size(state) / PER_BIN;
	double		largest;

	return metric_number(fcinfo, stat_calibration_error(curve, bins, &largest));
}

/* The curve of a detail, with the bounds of its bins. */
typedef struct Curve
{
	int			n;
	Bins		edges;
	double		ends[2];		/* smallest and largest score */
	CalibrationBin bin[STAT_MAX_BINS];
} Curve;

/*
 * Refuse scores that are no probabilities; learn the ends.
 */
static void
curve_check(TieReader *reader, Curve *curve)
{
	Tie			tie;
	bool		first = true;

	curve->ends[0] = curve->ends[1] = NAN;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		curve->ends[1] = metric_probability(tie.value);
		if (first)
			curve->ends[0] = tie.value;
		first = false;
	}
}

static void
curve_make(SampleState *state, TieReader *reader, Curve *curve)
{
	int			bins = state->bins > 0 ? state->bins : DEFAULT_BINS;

	if (state->n[0] + state->n[1] == 0)
		curve->n = 0;
	else if (state->method == BINS_QUANTILE)
	{
		stat_quantile_edges(reader, EDGES_OF_ALL, bins, &curve->edges);
		stat_curve_between(reader, &curve->edges, curve->bin);
		curve->n = curve->edges.edges + 1;
	}
	else
	{
		stat_curve_equal_width(reader, bins, curve->bin);
		curve->n = bins;
	}
}

static double
curve_low(const SampleState *state, const Curve *curve, int i)
{
	if (state->method == BINS_EQUAL_WIDTH)
		return (double) i / curve->n;
	return i == 0 ? curve->ends[0] : curve->edges.edge[i - 1];
}

static double
curve_high(const SampleState *state, const Curve *curve, int i)
{
	if (state->method == BINS_EQUAL_WIDTH)
		return (double) (i + 1) / curve->n;
	return i == curve->n - 1 ? curve->ends[1] : curve->edges.edge[i];
}

static Datum
curve_array(const SampleState *state, const Curve *curve, Oid type)
{
	Datum	   *bins = palloc(sizeof(Datum) * (curve->n + 1));
	MetricRow	row;

	metric_row_of_type(&row, type);
	for (int i = 0; i < curve->n; i++)
	{
		const CalibrationBin *bin = &curve->bin[i];

		row.n = 0;
		metric_put_number(&row, curve_low(state, curve, i));
		metric_put_number(&row, curve_high(state, curve, i));
		metric_put_count(&row, bin->n);
		metric_put_number(&row, bin->n > 0 ?
						  sum_value(&bin->scores) / bin->n : NAN);
		metric_put_rate(&row, stat_rate(bin->positives, bin->n));
		bins[i] = metric_row_end(&row);
	}
	return PointerGetDatum(construct_array(bins, curve->n, type, -1, false,
										   TYPALIGN_DOUBLE));
}

/*
 * Mean score over all rows.
 */
static double
curve_expected(const Curve *curve, double n)
{
	Sum			sum = {0, 0};

	for (int i = 0; i < curve->n; i++)
		sum_combine(&sum, &curve->bin[i].scores);
	return n > 0 ? sum_value(&sum) / n : NAN;
}

PG_FUNCTION_INFO_V1(aims_calibration_detail_final);
Datum
aims_calibration_detail_final(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_state(fcinfo);
	TieReader  *reader = sample_open(state);
	Curve	   *curve = palloc(sizeof(Curve));
	double		n = state->n[0] + state->n[1];
	double		observed = n > 0 ? state->n[1] / n : NAN;
	double		expected;
	double		error;
	double		largest;
	LogitFit	fit;
	MetricRow	row;
	Oid			type;

	curve_check(reader, curve);
	curve_make(state, reader, curve);
	error = stat_calibration_error(curve->bin, curve->n, &largest);
	expected = curve_expected(curve, n);
	fit = stat_logit_fit(reader);
	metric_row_of_result(&row, fcinfo);
	metric_put_number(&row, error);
	metric_put_number(&row, largest);
	metric_put_number(&row, observed);
	metric_put_number(&row, expected);
	metric_put_number(&row, expected > 0 ? observed / expected : NAN);
	metric_put_number(&row, fit.slope);
	metric_put_number(&row, fit.intercept);
	metric_put_count(&row, n);
	metric_put_count(&row, state->n[1]);
	metric_put_count(&row, fit.n);
	metric_put_count(&row, state->skipped);
	metric_put(&row, CStringGetTextDatum(state->method == BINS_QUANTILE ?
										 "quantile" : "equal_width"));
	type = get_element_type(TupleDescAttr(row.desc, row.n)->atttypid);
	metric_put(&row, curve_array(state, curve, type));
	return metric_row_end(&row);
}
