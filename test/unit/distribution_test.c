/*
 * distribution_test.c
 *		Distributions: moments, quantiles and probabilities by published
 *		values and by their own definitions; draws by their moments.
 */
#include <math.h>
#include <stdlib.h>

#include "distribution.h"
#include "draw.h"
#include "tap.h"

#define DRAWS 1000000

/* Is a number what it should be, relatively? */
static void
is_near(double value, double expected, double tolerance, const char *name)
{
	ok(fabs(value - expected) <= tolerance * fabs(expected),
	   "%s: %.12g, expected %.12g", name, value, expected);
}

static Distribution
pert(double low, double mode, double high, double lambda)
{
	Distribution d = {0, 0, 0, 0};

	if (distribution_pert(&d, low, mode, high, lambda) != DISTRIBUTION_FINE)
		abort();
	return d;
}

static Distribution
lognormal(double low, double high)
{
	Distribution d = {0, 0, 0, 0};

	if (distribution_lognormal(&d, low, high) != DISTRIBUTION_FINE)
		abort();
	return d;
}

static void
test_published(void)
{
	Distribution d = pert(20, 100, 900, 4);
	double		alpha;
	double		beta;

	distribution_shape(&d, &alpha, &beta);
	is_near(alpha, 1.3636363636363636, 1e-14, "alpha of 20..100..900");
	is_near(beta, 4.6363636363636367, 1e-14, "beta of 20..100..900");
	is_near(distribution_mean(&d), 220, 1e-14, "its mean");
	is_near(sqrt(distribution_variance(&d)), 139.3864, 1e-6, "its deviation");
	is_near(distribution_quantile(&d, 0.05), 44.458, 1e-5, "its 5 %");
	is_near(distribution_quantile(&d, 0.50), 192.449, 1e-5, "its 50 %");
	is_near(distribution_quantile(&d, 0.95), 490.220, 1e-5, "its 95 %");
	d = pert(3e6, 3.5e6, 5e6, 4);
	is_near(sqrt(distribution_variance(&d)), 356348.3225, 1e-9,
			"deviation of 3e6..3.5e6..5e6");
	is_near(distribution_quantile(&d, 0.05), 3152880.783, 1e-9, "its 5 %");
	is_near(distribution_quantile(&d, 0.50), 3627620.341, 1e-9, "its 50 %");
	is_near(distribution_quantile(&d, 0.95), 4314816.636, 1e-9, "its 95 %");
	d = lognormal(10000, 1000000);
	is_near(distribution_mu(&d), 11.5129254650, 1e-11, "mu of 1e4 to 1e6");
	is_near(distribution_sigma(&d), 1.3998723383, 1e-10, "its sigma");
	is_near(0.4 * distribution_mean(&d), 106559.20, 1e-7, "0.4 of its mean");
	is_near(distribution_quantile(&d, 0.875), 500452.39, 1e-8, "its 87.5 %");
	is_near(distribution_quantile(&d, 0.975), 1554438.32, 1e-8, "its 97.5 %");
	is_near(distribution_quantile(&d, 0.05), 10000, 1e-12, "its 5 %");
	is_near(distribution_quantile(&d, 0.95), 1000000, 1e-12, "its 95 %");
}

/* Beta(2, 4) and other shapes of whole numbers are polynomials. */
static void
test_polynomials(void)
{
	double		worst[3] = {0, 0, 0};

	for (int i = 1; i < 1000; i++)
	{
		double		x = i / 1000.0;
		double		y = 1 - x;
		/* chances of at least a of a + b - 1 */
		double		exact[3] = {
			1 - y * y * y * y * (1 + 4 * x), x * x * x, 1 - y * y * y * y * y};
		double		value[3] = {
			incomplete_beta(2, 4, x), incomplete_beta(3, 1, x),
			incomplete_beta(1, 5, x)};

		for (int k = 0; k < 3; k++)
		{
			double		error = fabs(value[k] - exact[k]);

			worst[k] = error > worst[k] ? error : worst[k];
		}
	}
	ok(worst[0] < 1e-14 && worst[1] < 1e-14 && worst[2] < 1e-14,
	   "incomplete beta as polynomials: off by %.1g, %.1g, %.1g",
	   worst[0], worst[1], worst[2]);
}

/* A quantile's probability is the one asked for. */
static void
test_inverse(void)
{
	const double lambdas[] = {1e-6, 0.5, 4, 30, 1000};
	double		worst = 0;

	for (int l = 0; l < 5; l++)
	{
		for (int m = 0; m <= 20; m++)
		{
			Distribution d = pert(-5, -5 + m, 15, lambdas[l]);

			for (int i = 1; i < 200; i++)
			{
				double		p = i / 200.0;
				double		x = distribution_quantile(&d, p);
				double		error = fabs(p - distribution_cdf(&d, x));

				worst = error > worst ? error : worst;
			}
		}
	}
	ok(worst < 1e-11, "quantiles of PERT invert: off by %.1g", worst);
	worst = 0;
	for (int i = 1; i < 20000; i++)
	{
		double		p = i < 10000 ? i / 10000.0 : pow(10, (10000 - i) / 50.0);
		double		z = normal_quantile(p);
		double		error = fabs(erfc(-z * M_SQRT1_2) / 2 / p - 1);

		if (p < 1e-300)
			break;
		worst = error > worst ? error : worst;
	}
	ok(worst < 1e-12, "quantiles of normal invert: off by %.1g", worst);
	ok(normal_quantile(0.5) == 0, "the normal median is 0");
	is_near(normal_quantile(0.95), NORMAL_95, 1e-15, "normal 95 %");
	is_near(normal_quantile(0.975), 1.959963984540054, 1e-15, "normal 97.5 %");
}

/* The relative error of a quantile's distance from 0. */
static double
tail_error(const Distribution *d, double p, double expected)
{
	return fabs(fabs(distribution_quantile(d, p)) / expected - 1);
}

/*
 * Far out in both tails: of shapes 1 and b quantiles are powers. Each end is at
 * 0 in turn, where a distance from it has all its digits.
 */
static void
test_tails(void)
{
	const double lambdas[] = {0.5, 4, 30, 1000};
	double		worst[4] = {0, 0, 0, 0};

	for (int l = 0; l < 4; l++)
	{
		Distribution from_low = pert(0, 0, 1, lambdas[l]);
		Distribution from_high = pert(0, 1, 1, lambdas[l]);
		Distribution to_low = pert(-1, -1, 0, lambdas[l]);
		Distribution to_high = pert(-1, 0, 0, lambdas[l]);
		double		root = 1 / (1 + lambdas[l]);

		for (int i = 2; i <= 1000; i++)
		{
			double		q = ldexp(1, -i);
			double		near = -expm1(root * log1p(-q));
			double		far = pow(q, root);
			double		error[4] = {
				tail_error(&from_low, q, near), tail_error(&from_high, q, far),
				/* 1 - q is exact so far */
				i > 53 ? 0 : tail_error(&to_high, 1 - q, near),
				i > 53 ? 0 : tail_error(&to_low, 1 - q, far)};

			for (int k = 0; k < 4; k++)
				worst[k] = error[k] > worst[k] ? error[k] : worst[k];
		}
	}
	ok(worst[0] < 1e-11 && worst[1] < 1e-11,
	   "quantiles near the lower end: off by %.1g, %.1g", worst[0], worst[1]);
	ok(worst[2] < 1e-11 && worst[3] < 1e-11,
	   "and near the upper end: off by %.1g, %.1g", worst[2], worst[3]);
}

static void
test_ends(void)
{
	Distribution d = pert(10, 20, 40, 4);

	ok(distribution_quantile(&d, 0) == 10 && distribution_quantile(&d, 1) == 40,
	   "PERT begins and ends where it is told to");
	ok(distribution_cdf(&d, 10) == 0 && distribution_cdf(&d, 40) == 1 &&
	   distribution_cdf(&d, -1e300) == 0 && distribution_cdf(&d, INFINITY) == 1,
	   "and has no chances beyond");
	d = pert(7, 7, 7, 4);
	ok(distribution_mean(&d) == 7 && distribution_variance(&d) == 0 &&
	   distribution_quantile(&d, 0.3) == 7 && distribution_cdf(&d, 7) == 1 &&
	   distribution_cdf(&d, 6.999) == 0, "a constant");
	d = lognormal(1, 2);
	ok(distribution_quantile(&d, 0) == 0 &&
	   isinf(distribution_quantile(&d, 1)) && distribution_cdf(&d, 0) == 0 &&
	   distribution_cdf(&d, INFINITY) == 1, "lognormal has no upper end");
}

static void
test_faults(void)
{
	Distribution d;

	ok(distribution_pert(&d, 2, 1, 3, 4) == DISTRIBUTION_NOT_IN_ORDER &&
	   distribution_pert(&d, 1, 4, 3, 4) == DISTRIBUTION_NOT_IN_ORDER &&
	   distribution_pert(&d, 3, 2, 1, 4) == DISTRIBUTION_NOT_IN_ORDER,
	   "PERT out of order");
	ok(distribution_pert(&d, 1, NAN, 3, 4) == DISTRIBUTION_NOT_FINITE &&
	   distribution_pert(&d, 1, 2, INFINITY, 4) == DISTRIBUTION_NOT_FINITE &&
	   distribution_lognormal(&d, NAN, 2) == DISTRIBUTION_NOT_FINITE,
	   "not finite");
	ok(distribution_pert(&d, 1, 2, 1e101, 4) == DISTRIBUTION_TOO_LARGE,
	   "too large");
	ok(distribution_pert(&d, 1, 2, 3, 0) == DISTRIBUTION_LAMBDA &&
	   distribution_pert(&d, 1, 2, 3, -4) == DISTRIBUTION_LAMBDA &&
	   distribution_pert(&d, 1, 2, 3, NAN) == DISTRIBUTION_LAMBDA &&
	   distribution_pert(&d, 1, 2, 3, 1001) == DISTRIBUTION_LAMBDA,
	   "lambda that is none");
	ok(distribution_lognormal(&d, 0, 2) == DISTRIBUTION_NOT_POSITIVE &&
	   distribution_lognormal(&d, 2, 2) == DISTRIBUTION_NOT_IN_ORDER &&
	   distribution_lognormal(&d, 1, 1e13) == DISTRIBUTION_TOO_WIDE,
	   "lognormal intervals that are none");
	ok(distribution_pert(&d, -0.0, 0, 0, 4) == DISTRIBUTION_FINE &&
	   !signbit(d.low), "zero has no sign");
}

/* Chances of one above the other, of which some are known. */
static void
test_above(void)
{
	Distribution a = pert(0, 0.3, 1, 4);
	Distribution b = pert(0.2, 0.5, 0.7, 4);
	Distribution low = pert(-2, -1, 0, 4);
	Distribution flat = pert(0, 0.5, 1, 1e-9);
	Distribution half = pert(0.25, 0.25, 0.25, 4);
	Distribution x = lognormal(1, 10);
	Distribution y = lognormal(2, 8);
	double		z;

	is_near(probability_above(&a, &b) + probability_above(&b, &a), 1, 1e-9,
			"one is above the other");
	is_near(probability_above(&a, &a), 0.5, 1e-9, "as often as not");
	ok(probability_above(&a, &low) == 1 && probability_above(&low, &a) == 0,
	   "always and never");
	is_near(probability_above(&flat, &half), 0.75, 1e-7, "above a constant");
	is_near(probability_above(&half, &flat), 0.25, 1e-7, "a constant above");
	ok(probability_above(&half, &half) == 0, "a constant above itself");
	z = (distribution_mu(&x) - distribution_mu(&y)) /
		hypot(distribution_sigma(&x), distribution_sigma(&y));
	is_near(probability_above(&x, &y), erfc(-z * M_SQRT1_2) / 2, 1e-9,
			"of two lognormals");
}

/* Do draws have the mean and variance that they should have? */
static void
test_moments(const char *name, double (*draw)(const void *, Random *),
			 const void *arg, double mean, double variance, double fourth)
{
	Random		random;
	double		sum = 0;
	double		squares = 0;

	random_start(&random, 43, 7, 3);
	for (int i = 0; i < DRAWS; i++)
	{
		double		x = draw(arg, &random) - mean;

		sum += x;
		squares += x * x;
	}
	sum /= sqrt(variance * DRAWS);
	squares = (squares / DRAWS - variance) / variance;
	squares /= sqrt((fourth - 1) / DRAWS);
	ok(fabs(sum) <= 4 && fabs(squares) <= 4,
	   "%s: mean off by %.2f, variance by %.2f standard errors", name, sum,
	   squares);
}

static double
draw_poisson(const void *arg, Random *random)
{
	return poisson_draw(*(const double *) arg, random);
}

static double
draw_sampler(const void *arg, Random *random)
{
	return sampler_draw(arg, random);
}

/* Chances of single counts. */
static void
test_poisson_chances(double rate)
{
	int			counts[200] = {0};
	Random		random;
	double		chance = exp(-rate);
	double		chi = 0;
	int			cells = 0;

	random_start(&random, 5, 6, 0);
	for (int i = 0; i < DRAWS; i++)
	{
		double		n = poisson_draw(rate, &random);

		if (n >= 0 && n < 200 && n == floor(n))
			counts[(int) n]++;
	}
	for (int n = 0; n < 200; n++)
	{
		double		expected = chance * DRAWS;

		if (expected >= 10)
		{
			chi += (counts[n] - expected) * (counts[n] - expected) / expected;
			cells++;
		}
		chance *= rate / (n + 1);
	}
	ok(cells > 1 && chi < cells + 5 * sqrt(2 * cells),
	   "Poisson of %g, count by count: chi square %.1f of %d", rate, chi, cells);
}

static void
test_draws(void)
{
	const double rates[] = {0.01, 0.7, 9.99, 10, 35, 1000, 100000};
	const Distribution estimates[] = {
		pert(20, 100, 900, 4), pert(0, 0, 1, 4), pert(0, 1, 1, 0.1),
		pert(1, 2, 3, 900)};
	Sampler		sampler;

	for (int i = 0; i < 7; i++)
		test_moments("Poisson", draw_poisson, &rates[i], rates[i], rates[i],
					 3 + 1 / rates[i]);
	test_poisson_chances(0.7);
	test_poisson_chances(9.5);
	test_poisson_chances(10.5);
	test_poisson_chances(40);
	for (int i = 0; i < 4; i++)
	{
		sampler_prepare(&sampler, &estimates[i]);
		test_moments("PERT", draw_sampler, &sampler,
					 distribution_mean(&estimates[i]),
					 distribution_variance(&estimates[i]), 9);
	}
}

/* Do draws fall where the distribution says? (Kolmogorov, at 1e-4) */
static void
test_fit(const Distribution *d, const char *name)
{
	int			counts[1000] = {0};
	Random		random;
	Sampler		sampler;
	double		worst = 0;
	int			sum = 0;

	random_start(&random, 9, 1, 2);
	sampler_prepare(&sampler, d);
	for (int i = 0; i < DRAWS / 4; i++)
	{
		double		p = distribution_cdf(d, sampler_draw(&sampler, &random));

		counts[p >= 1 ? 999 : (int) (1000 * p)]++;
	}
	for (int i = 0; i < 999; i++)
	{
		double		error;

		sum += counts[i];
		error = fabs(sum / (DRAWS / 4.0) - (i + 1) / 1000.0);
		worst = error > worst ? error : worst;
	}
	ok(worst * sqrt(DRAWS / 4.0) < 2.23, "draws of %s: D sqrt(n) = %.2f", name,
	   worst * sqrt(DRAWS / 4.0));
}

int
main(void)
{
	const Distribution fits[] = {
		pert(20, 100, 900, 4), pert(0, 1, 1, 4), pert(0, 0, 1, 0.01),
		pert(0, 3, 10, 200), lognormal(10000, 1000000)};
	const char *const names[] = {"20..100..900", "0..1..1", "0..0..1@0.01",
								 "0..3..10@200", "lognormal(10000..1000000)"};

	test_published();
	test_polynomials();
	test_inverse();
	test_tails();
	test_ends();
	test_faults();
	test_above();
	test_draws();
	for (int i = 0; i < 5; i++)
		test_fit(&fits[i], names[i]);
	return done();
}
