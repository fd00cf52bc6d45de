/*
 * stat_calibration.c
 *		Expected calibration error, the calibration curve, slope and intercept.
 */
#include <math.h>

#include "stat_calibration.h"

#define FIT_STEPS 40			/* a fit that has not converged does not exist */
#define FIT_LIMIT 1e6			/* nor does one that runs away */

/*
 * Find the bin (k / bins, (k + 1) / bins] of a probability; 0 is in the first.
 * The product may be one off where a score is an edge.
 */
int
stat_equal_width_bin(double score, int bins)
{
	int			bin = (int) ceil(score * bins) - 1;

	if (bin < 0)
		bin = 0;
	if (bin > 0 && score <= (double) bin / bins)
		bin--;
	else if (bin < bins - 1 && score > (double) (bin + 1) / bins)
		bin++;
	return bin;
}

/*
 * Mean distance of mean score and share of positives, weighted by rows, and
 * the largest one. Empty bins are skipped.
 */
double
stat_calibration_error(const CalibrationBin *bins, int n, double *largest)
{
	Sum			sum = {0, 0};
	double		rows = 0;

	*largest = NAN;
	for (int i = 0; i < n; i++)
	{
		double		gap;

		if (bins[i].n == 0)
			continue;
		gap = fabs(sum_value(&bins[i].scores) - bins[i].positives);
		rows += bins[i].n;
		sum_add(&sum, gap);
		*largest = fmax(*largest, gap / bins[i].n);
	}
	return rows > 0 ? sum_value(&sum) / rows : NAN;
}

static void
curve_add(CalibrationBin *bin, const Tie *tie)
{
	bin->n += tie->n[0] + tie->n[1];
	bin->positives += tie->n[1];
	sum_add(&bin->scores, tie->value * (tie->n[0] + tie->n[1]));
}

void
stat_curve_equal_width(TieReader *reader, int bins, CalibrationBin *curve)
{
	Tie			tie;

	for (int i = 0; i < bins; i++)
		curve[i] = (CalibrationBin){0};
	reader->rewind(reader);
	while (reader->next(reader, &tie))
		curve_add(&curve[stat_equal_width_bin(tie.value, bins)], &tie);
}

void
stat_curve_between(TieReader *reader, const Bins *edges, CalibrationBin *curve)
{
	int			bin = 0;
	Tie			tie;

	for (int i = 0; i <= edges->edges; i++)
		curve[i] = (CalibrationBin){0};
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		while (bin < edges->edges && tie.value > edges->edge[bin])
			bin++;
		curve_add(&curve[bin], &tie);
	}
}

/* Likelihood of a fit with its derivatives. */
typedef struct FitPoint
{
	Sum			likelihood;
	Sum			gradient[2];
	Sum			curvature[3];	/* of intercept, of both, of slope */
	uint64_t	n;
} FitPoint;

/* ln(1 + exp(x)) without overflow. */
static double
log1p_exp(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static void
fit_evaluate(TieReader *reader, double intercept, double slope, FitPoint *out)
{
	Tie			tie;

	*out = (FitPoint){0};
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		double		n = tie.n[0] + tie.n[1];
		double		x;
		double		eta;
		double		p;

		if (tie.value <= 0 || tie.value >= 1)
			continue;
		x = log(tie.value) - log1p(-tie.value);
		eta = intercept + slope * x;
		p = 1 / (1 + exp(-eta));
		sum_add(&out->likelihood, tie.n[1] * eta - n * log1p_exp(eta));
		sum_add(&out->gradient[0], tie.n[1] - n * p);
		sum_add(&out->gradient[1], (tie.n[1] - n * p) * x);
		sum_add(&out->curvature[0], n * p * (1 - p));
		sum_add(&out->curvature[1], n * p * (1 - p) * x);
		sum_add(&out->curvature[2], n * p * (1 - p) * x * x);
		out->n += tie.n[0] + tie.n[1];
	}
}

/*
 * Newton's step from a point; false where the likelihood is flat.
 */
static bool
fit_step(const FitPoint *point, double step[2])
{
	double		a = sum_value(&point->curvature[0]);
	double		b = sum_value(&point->curvature[1]);
	double		c = sum_value(&point->curvature[2]);
	double		g = sum_value(&point->gradient[0]);
	double		h = sum_value(&point->gradient[1]);
	double		determinant = a * c - b * b;

	if (!(determinant > 1e-12 * a * c))
		return false;
	step[0] = (c * g - b * h) / determinant;
	step[1] = (a * h - b * g) / determinant;
	return true;
}

/*
 * Fit by Newton's method from a perfect calibration; a step that makes the
 * likelihood smaller is halved. There is no fit where scores separate the
 * labels, or all are one.
 */
LogitFit
stat_logit_fit(TieReader *reader)
{
	LogitFit	fit = {0, NAN, NAN};
	double		at[2] = {0, 1};
	double		step[2];
	FitPoint	point;

	fit_evaluate(reader, at[0], at[1], &point);
	fit.n = point.n;
	for (int i = 0; i < FIT_STEPS && fit_step(&point, step); i++)
	{
		double		likelihood = sum_value(&point.likelihood);
		bool		small = fabs(step[0]) <= 1e-11 * (1 + fabs(at[0])) &&
			fabs(step[1]) <= 1e-11 * (1 + fabs(at[1]));

		if (small)
		{
			fit.intercept = at[0] + step[0];
			fit.slope = at[1] + step[1];
			break;
		}
		for (int halved = 0; halved < 30; halved++)
		{
			fit_evaluate(reader, at[0] + step[0], at[1] + step[1], &point);
			if (sum_value(&point.likelihood) >=
				likelihood - 1e-13 * fabs(likelihood))
				break;
			step[0] /= 2;
			step[1] /= 2;
		}
		at[0] += step[0];
		at[1] += step[1];
		if (!(fabs(at[0]) < FIT_LIMIT && fabs(at[1]) < FIT_LIMIT))
			break;
	}
	return fit;
}
