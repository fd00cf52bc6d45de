/*
 * stat_rank.c
 *		AUROC, average precision, Kolmogorov-Smirnov and Wasserstein over two
 *		sorted samples. Definitions and sources: doc/metrics.md.
 */
#include <math.h>

#include "stat_rank.h"
#include "stat_rate.h"
#include "stat_sum.h"

/*
 * Pairs that are in order count twice, tied ones once; out of 2PN. Beside it
 * the spread of each row's share (placement) makes DeLong's variance.
 */
Auroc
stat_auroc(TieReader *reader)
{
	double		positives = reader->n[1];
	double		negatives = reader->n[0];
	Spread		of_positives = {0};
	Spread		of_negatives = {0};
	uint64_t	twice_ordered = 0;
	uint64_t	below[2] = {0, 0};
	Auroc		result = {NAN, NAN, NAN};
	Tie			tie;
	double		variance;

	if (reader->n[0] == 0 || reader->n[1] == 0)
		return result;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		uint64_t	negatives_below = 2 * below[0] + tie.n[0];
		uint64_t	positives_below = 2 * below[1] + tie.n[1];

		twice_ordered += tie.n[1] * negatives_below;
		if (tie.n[1] > 0)
			spread_add(&of_positives, negatives_below / (2 * negatives),
					   tie.n[1]);
		if (tie.n[0] > 0)
			spread_add(&of_negatives, positives_below / (2 * positives),
					   tie.n[0]);
		below[0] += tie.n[0];
		below[1] += tie.n[1];
	}
	result.value = twice_ordered / (2 * positives * negatives);
	if (reader->n[0] < 2 || reader->n[1] < 2)
		return result;
	variance = of_positives.squares / (positives - 1) / positives +
		of_negatives.squares / (negatives - 1) / negatives;
	if (variance > 0)
	{
		result.low = fmax(result.value - STAT_Z * sqrt(variance), 0);
		result.high = fmin(result.value + STAT_Z * sqrt(variance), 1);
	}
	return result;
}

/*
 * Sum of precision times the recall that each threshold adds.
 */
double
stat_average_precision(TieReader *reader)
{
	uint64_t	left[2] = {reader->n[0], reader->n[1]};
	Sum			sum = {0, 0};
	Tie			tie;

	if (reader->n[1] == 0)
		return NAN;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		if (tie.n[1] > 0)
			sum_add(&sum, tie.n[1] * ((double) left[1] / (left[0] + left[1])));
		left[0] -= tie.n[0];
		left[1] -= tie.n[1];
	}
	return sum_value(&sum) / reader->n[1];
}

/*
 * Area under straight lines between the points (recall, precision), from
 * recall 0 with the precision of the highest threshold. Read from the lowest.
 */
double
stat_pr_trapezoid(TieReader *reader)
{
	uint64_t	left[2] = {reader->n[0], reader->n[1]};
	Sum			sum = {0, 0};
	Tie			tie;

	if (reader->n[1] == 0)
		return NAN;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		double		precision = (double) left[1] / (left[0] + left[1]);
		double		next = precision;

		left[0] -= tie.n[0];
		left[1] -= tie.n[1];
		if (left[0] + left[1] > 0)
			next = (double) left[1] / (left[0] + left[1]);
		sum_add(&sum, tie.n[1] * ((precision + next) / 2));
	}
	return sum_value(&sum) / reader->n[1];
}

/*
 * Largest difference of the two empirical distributions, as a whole number.
 */
uint64_t
stat_ks(TieReader *reader)
{
	uint64_t	below[2] = {0, 0};
	uint64_t	largest = 0;
	Tie			tie;

	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		uint64_t	a;
		uint64_t	b;

		below[0] += tie.n[0];
		below[1] += tie.n[1];
		a = below[0] * reader->n[1];
		b = below[1] * reader->n[0];
		if ((a > b ? a - b : b - a) > largest)
			largest = a > b ? a - b : b - a;
	}
	return largest;
}

/*
 * Area between the two empirical distributions.
 */
double
stat_wasserstein(TieReader *reader, bool normed)
{
	uint64_t	below[2] = {0, 0};
	Spread		reference = {0};
	Sum			area = {0, 0};
	double		before = 0;
	Tie			tie;

	if (reader->n[0] == 0 || reader->n[1] == 0)
		return NAN;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		double		apart = fabs((double) below[0] / reader->n[0] -
								 (double) below[1] / reader->n[1]);
		double		width = tie.value - before;

		/* A distance past the largest number still has a share that is none. */
		if (apart > 0)
			sum_add(&area, isfinite(width) ? apart * width :
					apart * tie.value - apart * before);
		if (tie.n[1] > 0)
			spread_add(&reference, tie.value, tie.n[1]);
		before = tie.value;
		below[0] += tie.n[0];
		below[1] += tie.n[1];
	}
	if (!normed)
		return sum_value(&area);
	if (!isfinite(reference.squares))
		return INFINITY;
	if (reference.squares == 0)
		return NAN;
	return sum_value(&area) / sqrt(reference.squares / reference.n);
}
