/*
 * stat_test.c
 *		Statistics against values of scikit-learn 1.2.1, scipy 1.10.1 and
 *		fairlearn, and what has to hold of any data.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stat_calibration.h"
#include "stat_rank.h"
#include "stat_rate.h"
#include "stat_sort.h"
#include "tap.h"

#define MOST 5000

static uint64_t seed = 1;

/* 64 random bits (xorshift64*) */
static uint64_t
bits(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717);
}

static double
uniform(void)
{
	return (bits() >> 11) * 0x1p-53;
}

static void
is_near(double value, double expected, const char *name)
{
	ok(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected)) ||
	   (isnan(value) && isnan(expected)),
	   "%s: %.17g, expected %.17g", name, value, expected);
}

/* Keys of a sample, and a reader of two. */
static uint64_t keys[2][MOST];
static uint64_t rows[2];
static ArrayReader array;

static int	pauses;

static void
pause_counted(void)
{
	pauses++;
}

static void
empty(void)
{
	rows[0] = rows[1] = 0;
}

static void
add(double value, int sample, int times)
{
	for (int i = 0; i < times; i++)
		keys[sample][rows[sample]++] = stat_key(value);
}

static TieReader *
sorted(void)
{
	for (int s = 0; s < 2; s++)
		stat_sort(keys[s], rows[s], pause_counted);
	array_reader(&array, keys[0], rows[0], keys[1], rows[1]);
	return &array.reader;
}

static TieReader *
labelled(const double *score, const char *label)
{
	empty();
	for (int i = 0; label[i] != '\0'; i++)
		add(score[i], label[i] == '1', 1);
	return sorted();
}

static int
compare_keys(const void *a, const void *b)
{
	uint64_t	left = *(const uint64_t *) a;
	uint64_t	right = *(const uint64_t *) b;

	return left < right ? -1 : left > right;
}

static void
test_sort(void)
{
	static uint64_t mine[MOST];
	static uint64_t other[MOST];
	int			wrong = 0;

	for (int round = 0; round < 400; round++)
	{
		size_t		n = bits() % (round % 4 == 0 ? 60 : MOST);
		/* Any bits, few values, values that agree in their first bytes, runs */
		int			kind = round % 5;

		for (size_t i = 0; i < n; i++)
			mine[i] = kind == 0 ? bits() : kind == 1 ? bits() % 3 :
				kind == 2 ? stat_key(uniform()) :
				kind == 3 ? stat_key(uniform() - 0.5) : i / 7;
		memcpy(other, mine, n * sizeof(uint64_t));
		stat_sort(mine, n, pause_counted);
		qsort(other, n, sizeof(uint64_t), compare_keys);
		wrong += memcmp(mine, other, n * sizeof(uint64_t)) != 0;
	}
	ok(wrong == 0, "sorted as qsort does (%d wrong)", wrong);
	for (size_t i = 0; i < MOST; i++)
		mine[i] = stat_key(uniform());
	pauses = 0;
	stat_sort(mine, MOST, pause_counted);
	ok(pauses > 1, "a sort can be interrupted (%d pauses)", pauses);
}

static void
test_keys(void)
{
	static const double ascending[] = {
		-DBL_MAX, -1, -DBL_MIN, -DBL_TRUE_MIN, 0, DBL_TRUE_MIN, DBL_MIN,
		0.1, 0.5, 1, 1 + DBL_EPSILON, DBL_MAX};
	int			wrong = 0;
	size_t		n = sizeof(ascending) / sizeof(ascending[0]);

	for (size_t i = 0; i < n; i++)
	{
		wrong += stat_number(stat_key(ascending[i])) != ascending[i];
		wrong += i > 0 && stat_key(ascending[i - 1]) >= stat_key(ascending[i]);
	}
	ok(wrong == 0, "keys sort like numbers, and lead back to them");
	ok(stat_key(-0.0) == stat_key(0.0), "-0 is 0");
}

static const double ten[] = {.05, .12, .22, .31, .38, .45, .56, .68, .81, .97};
static const char ten_labels[] = "0001011011";

static void
test_discrimination(void)
{
	static const double four[] = {.1, .4, .35, .8};
	static const double seven[] = {.1, .1, .4, .6, .6, .6, .8};
	static const double half[] = {.5, .5, .5, .5};
	TieReader  *reader = labelled(four, "0011");
	Auroc		auroc;

	is_near(stat_auroc(reader).value, 0.75, "AUROC");
	is_near(stat_average_precision(reader), 0.8333333333333333, "AP");
	reader = labelled(seven, "0100111");
	is_near(stat_auroc(reader).value, 0.7083333333333333, "AUROC, ties");
	is_near(stat_average_precision(reader), 0.7678571428571428, "AP, ties");
	is_near(stat_pr_trapezoid(reader), 0.8339285714285714, "trapezoid");
	reader = labelled(ten, ten_labels);
	auroc = stat_auroc(reader);
	is_near(auroc.value, 0.84, "AUROC of ten");
	is_near(auroc.low, 0.5684194238217187, "its lower end");
	is_near(auroc.high, 1, "its upper end");
	is_near(stat_average_precision(reader), 0.8528571428571428, "AP of ten");
	reader = labelled(half, "0101");
	auroc = stat_auroc(reader);
	is_near(auroc.value, 0.5, "AUROC of one score");
	ok(isnan(auroc.low), "no interval where the variance is 0");
	is_near(stat_average_precision(reader), 0.5, "AP of one score");
	reader = labelled(four, "0000");
	ok(isnan(stat_auroc(reader).value) &&
	   isnan(stat_average_precision(reader)) &&
	   isnan(stat_pr_trapezoid(reader)), "one class");
	empty();
	ok(isnan(stat_auroc(sorted()).value) &&
	   isnan(stat_wasserstein(sorted(), true)), "no rows");
}

static double
ks_exact(TieReader *reader)
{
	static double scratch[MOST];

	return stat_ks_exact(stat_ks(reader), reader->n[0], reader->n[1], scratch);
}

static void
test_ks(void)
{
	static const double x[] = {0.1, 0.5, 1.0, 1.09, 1.11, 2, 5};
	static const double p[] = {
		1, 0.9639452436648751, 0.26999967167735456, 0.18565689176157327,
		0.17004897432066504, 0.0006709252557796953, 3.8574996959278356e-22};

	empty();
	for (int i = 0; i < 10; i++)
		add(i, 0, 1);
	for (int i = 0; i < 5; i++)
		add(2.5 + i, 1, 1);
	is_near(ks_exact(sorted()), 0.9190809190809191, "p of KS");
	empty();
	add(1, 0, 1), add(2, 0, 2), add(3, 0, 1);
	add(2, 1, 1), add(3, 1, 2), add(4, 1, 1);
	is_near(ks_exact(sorted()), 0.7714285714285714, "p of KS, ties");
	empty();
	for (int i = 0; i < 100; i++)
		add(i, 0, 1);
	for (int i = 90; i < 200; i++)
		add(i, 1, 1);
	is_near(ks_exact(sorted()) / 5.271884699945239e-47, 1, "a small p");
	empty();
	add(1, 0, 3), add(1, 1, 4);
	is_near(ks_exact(sorted()), 1, "p of the same");
	for (int i = 0; i < 7; i++)
	{
		/* Samples of 2 * 10^6 each: D = x / 1000 */
		double		got = stat_ks_asymptotic(x[i] * 4e9, 2000000, 2000000);

		is_near(got / p[i], 1, "asymptotic p");
	}
}

static void
test_distance(void)
{
	static const int current[] = {16, 18, 16, 14, 12, 12};
	static const int reference[] = {16, 16, 16, 16, 16, 8};
	static const int ten_bins[] = {5, 7, 8, 10, 10, 10, 11, 12, 13, 14};
	static Bins bins;
	TieReader  *reader;

	empty();
	for (int i = 0; i < 6; i++)
		add(i, 0, current[i]), add(i, 1, reference[i]);
	reader = sorted();
	stat_quantile_edges(reader, EDGES_OF_REFERENCE, 10, &bins);
	stat_count_bins(reader, &bins);
	is_near(stat_psi(reader, &bins), 0.0372183816, "PSI of counts");
	is_near(sqrt(stat_js_divergence(reader, &bins)), 0.0817342133, "JS distance");
	empty();
	for (int i = 0; i < 10; i++)
		add(i, 0, ten_bins[i]), add(i, 1, 10);
	reader = sorted();
	stat_quantile_edges(reader, EDGES_OF_REFERENCE, 10, &bins);
	stat_count_bins(reader, &bins);
	is_near(stat_psi(reader, &bins), 0.07574982870523903, "PSI of ten bins");
	is_near(bins.edge[0], 0.9, "an edge between two values");
	is_near(stat_psi_expected(reader, &bins), 9 * 0.02, "by chance");
	empty();
	add(0, 0, 1), add(1, 0, 1), add(3, 0, 1);
	add(5, 1, 1), add(6, 1, 1), add(8, 1, 1);
	is_near(stat_wasserstein(sorted(), false), 5, "Wasserstein distance");
	is_near(stat_wasserstein(sorted(), true), 5 / sqrt(14. / 9), "normed");
	/* Nothing in common: as far apart as can be. */
	stat_quantile_edges(sorted(), EDGES_OF_REFERENCE, 2, &bins);
	stat_count_bins(sorted(), &bins);
	empty();
	add(-DBL_MAX, 0, 2), add(DBL_MAX, 0, 2);
	add(-DBL_MAX, 1, 1), add(DBL_MAX, 1, 3);
	is_near(stat_wasserstein(sorted(), false) / DBL_MAX, 0.5, "huge values");
	stat_quantile_edges(sorted(), EDGES_OF_REFERENCE, 7, &bins);
	ok(bins.edges > 0 && isfinite(bins.edge[0]), "edges between huge values");
}

static void
test_calibration(void)
{
	TieReader  *reader = labelled(ten, ten_labels);
	static CalibrationBin curve[STAT_MAX_BINS];
	double		largest;
	LogitFit	fit;
	int			wrong = 0;

	stat_curve_equal_width(reader, 5, curve);
	is_near(stat_calibration_error(curve, 5, &largest), 0.215, "ECE");
	is_near(largest, 0.68, "largest gap");
	fit = stat_logit_fit(reader);
	is_near(fit.intercept, 0.32032923340339686, "intercept");
	is_near(fit.slope, 1.1577461110336156, "slope");
	for (int bins = 1; bins <= STAT_MAX_BINS; bins++)
		for (int i = 1; i <= bins; i++)
		{
			double		edge = (double) i / bins;

			wrong += stat_equal_width_bin(edge, bins) != i - 1;
			wrong += i < bins &&
				stat_equal_width_bin(nextafter(edge, 2), bins) != i;
		}
	ok(wrong == 0, "an edge belongs below, what follows it above (%d wrong)",
	   wrong);
	ok(stat_equal_width_bin(0, 7) == 0 && stat_equal_width_bin(1, 7) == 6,
	   "both ends have a bin");
	/* Scores that separate the labels, one score, one class */
	reader = labelled(ten, "0000011111");
	ok(isnan(stat_logit_fit(reader).slope), "separated: no fit");
	reader = labelled(ten, "1111111111");
	ok(isnan(stat_logit_fit(reader).slope), "one class: no fit");
	empty();
	add(.3, 0, 5), add(.3, 1, 5), add(0, 0, 2), add(1, 1, 1);
	fit = stat_logit_fit(sorted());
	ok(isnan(fit.slope) && fit.n == 10, "one score: no fit");
}

static void
test_rates(void)
{
	Rate		rate = stat_rate(81, 263);

	is_near(rate.low, 0.25528851987827422, "Wilson, lower end");
	is_near(rate.high, 0.36620957698280007, "Wilson, upper end");
	rate = stat_rate(0, 20);
	is_near(rate.low, 0, "none of 20");
	ok(isnan(stat_rate(0, 0).value) && isnan(stat_rate(3, 2).low) &&
	   isnan(stat_rate(-1, 2).high), "no such rate");
}

/* What has to hold of any rows; huge, equal and few values among them. */
static void
test_properties(void)
{
	static uint64_t before[2][MOST];
	static Bins bins;
	int			wrong_mirror = 0;
	int			wrong_order = 0;
	int			wrong_same = 0;
	int			wrong_range = 0;

	for (int round = 0; round < 300; round++)
	{
		int			kind = round % 4;
		int			n = 2 + bits() % 300;
		TieReader  *reader;
		double		value;
		double		distance;

		empty();
		for (int i = 0; i < n; i++)
			add(kind == 0 ? uniform() : kind == 1 ? bits() % 4 :
				kind == 2 ? (uniform() - 0.5) * DBL_MAX : uniform() * 1e-300,
				bits() % 3 == 0, 1);
		if (rows[0] == 0 || rows[1] == 0)
			continue;
		memcpy(before, keys, sizeof(keys));
		reader = sorted();
		value = stat_auroc(reader).value;
		distance = stat_wasserstein(reader, false);
		stat_quantile_edges(reader, EDGES_OF_REFERENCE, 10, &bins);
		stat_count_bins(reader, &bins);
		wrong_range += !(value >= 0 && value <= 1) || !(distance >= 0) ||
			!(stat_psi(reader, &bins) >= 0) ||
			!(stat_js_divergence(reader, &bins) >= 0) ||
			!(ks_exact(reader) > 0 && ks_exact(reader) <= 1 + 1e-12);
		/* The same rows in another order. */
		for (int s = 0; s < 2; s++)
			for (uint64_t i = 0; i < rows[s]; i++)
				keys[s][i] = before[s][rows[s] - 1 - i];
		wrong_order += stat_auroc(sorted()).value != value ||
			stat_wasserstein(sorted(), false) != distance;
		/* Turned around. */
		for (int s = 0; s < 2; s++)
			for (uint64_t i = 0; i < rows[s]; i++)
				keys[s][i] = stat_key(-stat_number(keys[s][i]));
		wrong_mirror += fabs(stat_auroc(sorted()).value - (1 - value)) > 1e-15;
		/* The reference against itself. */
		memcpy(keys[0], keys[1], sizeof(keys[0]));
		rows[0] = rows[1];
		reader = sorted();
		stat_quantile_edges(reader, EDGES_OF_REFERENCE, 10, &bins);
		stat_count_bins(reader, &bins);
		wrong_same += stat_psi(reader, &bins) != 0 ||
			stat_js_divergence(reader, &bins) != 0 || stat_ks(reader) != 0 ||
			stat_wasserstein(reader, false) != 0 ||
			stat_auroc(reader).value != 0.5;
	}
	ok(wrong_range == 0, "results are in range (%d wrong)", wrong_range);
	ok(wrong_order == 0, "order of rows changes no bit (%d wrong)", wrong_order);
	ok(wrong_mirror == 0, "AUROC(-s) = 1 - AUROC(s) (%d wrong)", wrong_mirror);
	ok(wrong_same == 0, "a sample is no distance from itself (%d wrong)",
	   wrong_same);
}

int
main(void)
{
	test_sort();
	test_keys();
	test_discrimination();
	test_ks();
	test_distance();
	test_calibration();
	test_rates();
	test_properties();
	return done();
}
