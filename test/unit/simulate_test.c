/*
 * simulate_test.c
 *		Simulated annual losses: against the exact moments, the same at any
 *		division of the work, and what sorted losses say.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate.h"
#include "tap.h"

#define TRIALS 200000

static double losses[TRIALS];
static double other[TRIALS];
static double scratch[TRIALS];
static int	checks;

static void
count_check(void)
{
	checks++;
}

static void
set(Distribution *d, double low, double mode, double high)
{
	if (distribution_pert(d, low, mode, high, 4) != DISTRIBUTION_FINE)
		abort();
}

/* The case of the published checks. */
static Scenario
example(void)
{
	Scenario	scenario;

	memset(&scenario, 0, sizeof(scenario));
	scenario.factor_count = 1;
	set(&scenario.factors[0], 0.1, 0.5, 2);
	scenario.primary_count = 1;
	set(&scenario.primary[0], 50000, 250000, 2000000);
	return scenario;
}

/* Simulate, and compare with the exact mean and deviation. */
static void
test_moments(const Scenario *scenario, int trials, const char *name)
{
	Summary		summary;
	double		mean;
	double		variance;

	memset(losses, 0, sizeof(losses));
	simulate(scenario, 11, 0, trials, losses, count_check);
	summarize(losses, scratch, trials, &summary);
	scenario_moments(scenario, &mean, &variance);
	ok(fabs(summary.mean - mean) <= 4 * sqrt(variance / trials) &&
	   fabs(summary.sd - sqrt(variance)) <= 0.1 * sqrt(variance),
	   "%s: mean %.6g, exactly %.6g; deviation %.6g, exactly %.6g", name,
	   summary.mean, mean, summary.sd, sqrt(variance));
}

static void
test_example(void)
{
	Scenario	scenario = example();
	double		mean;
	double		variance;

	scenario_moments(&scenario, &mean, &variance);
	ok(fabs(mean - 347361.11111111111) < 1e-9 &&
	   fabs(sqrt(variance) - 521218) < 1,
	   "exact mean %.6f and deviation %.3f of the published case", mean, sqrt(variance));
	test_moments(&scenario, TRIALS, "the published case");
	ok(checks > 0, "a caller may stop it");
}

static void
test_tree(void)
{
	Scenario	scenario = example();

	scenario.factor_count = 3;
	set(&scenario.factors[0], 5, 20, 60);
	set(&scenario.factors[1], 0.1, 0.2, 0.4);
	set(&scenario.factors[2], 0, 0.3, 1);
	test_moments(&scenario, TRIALS, "contacts, action, vulnerability");
	scenario.factor_count = 1;
	scenario.compared = true;
	set(&scenario.capability, 0, 50, 90);
	set(&scenario.resistance, 20, 60, 100);
	test_moments(&scenario, TRIALS, "capability against resistance");
	scenario.secondary_count = 2;
	scenario.secondary_probability = 0.3;
	set(&scenario.secondary[0], 0, 1e6, 9e6);
	set(&scenario.secondary[1], 5e5, 5e5, 5e5);
	test_moments(&scenario, TRIALS, "with secondary loss");
	scenario.compared = false;
	scenario.at_most_once = true;
	set(&scenario.factors[0], 0, 0.2, 1);
	test_moments(&scenario, TRIALS, "at most once");
	set(&scenario.factors[0], 0, 0, 0);
	test_moments(&scenario, 1000, "never");
}

/* However the blocks are divided, the losses are the same bits. */
static void
test_division(void)
{
	Scenario	scenario = example();

	scenario.stream = 99;
	memset(losses, 0, sizeof(losses));
	memset(other, 0, sizeof(other));
	simulate(&scenario, 3, 0, TRIALS, losses, count_check);
	for (int first = 0; first < TRIALS; first += 3 * SIMULATION_BLOCK)
	{
		int			left = TRIALS - first;

		simulate(&scenario, 3, first,
				 left < 3 * SIMULATION_BLOCK ? left : 3 * SIMULATION_BLOCK,
				 other + first, count_check);
	}
	ok(memcmp(losses, other, sizeof(losses)) == 0, "in parts as in one go");
	memset(other, 0, sizeof(other));
	simulate(&scenario, 3, 0, 5000, other, count_check);
	ok(memcmp(losses, other, 5000 * sizeof(double)) == 0,
	   "fewer trials are the first of more");
	memset(other, 0, sizeof(other));
	scenario.stream = 98;
	simulate(&scenario, 3, 0, 5000, other, count_check);
	ok(memcmp(losses, other, 5000 * sizeof(double)) != 0,
	   "another stream is another one");
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
test_sort(void)
{
	uint64_t	state = 1;
	int			wrong = 0;

	for (int round = 0; round < 40; round++)
	{
		int			n = round < 20 ? round : 1000 * (round - 19);

		for (int i = 0; i < n; i++)
		{
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
			losses[i] = state % 4 == 0 ? 0 :
				ldexp(state >> 20, (int) (state >> 10) % (round + 1));
		}
		memcpy(other, losses, sizeof(double) * n);
		sort_losses(losses, scratch, n);
		qsort(other, n, sizeof(double), compare);
		wrong += memcmp(losses, other, sizeof(double) * n) != 0;
	}
	ok(wrong == 0, "sorted as qsort does");
}

/* Numbers that are known: losses 1 to n. */
static void
test_summary(int n, double var_90, double es_90, double es_999)
{
	Summary		summary;

	for (int i = 0; i < n; i++)
		losses[i] = n - i;
	summarize(losses, scratch, n, &summary);
	ok(summary.mean == (n + 1) / 2.0 && summary.p_zero == 0 &&
	   summary.maximum == n && summary.curve[CURVE_PERCENT(10)] == var_90 &&
	   fabs(summary.shortfall[0] - es_90) < 1e-9 &&
	   fabs(summary.shortfall[3] - es_999) < 1e-9,
	   "losses 1 to %d: VaR 90 %g, ES 90 %g, ES 99.9 %g", n,
	   summary.curve[CURVE_PERCENT(10)], summary.shortfall[0],
	   summary.shortfall[3]);
}

int
main(void)
{
	Summary		summary;

	test_example();
	test_tree();
	test_division();
	test_sort();
	test_summary(1000, 900, 950.5, 1000);
	test_summary(10, 9, 10, 10);
	/* 1.5 losses of the worst: the last, and half of the one before */
	test_summary(15, 14, (15 + 0.5 * 14) / 1.5, 15);
	losses[0] = 5;
	summarize(losses, scratch, 1, &summary);
	ok(summary.mean == 5 && isnan(summary.sd) && summary.curve[0] == 5 &&
	   summary.curve[CURVE_POINTS - 1] == 5 && summary.shortfall[1] == 5,
	   "a single trial has no deviation");
	return done();
}
