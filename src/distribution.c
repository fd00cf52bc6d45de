/*
 * distribution.c
 *		PERT and lognormal distributions: moments, probabilities, quantiles.
 *
 * PERT is a beta distribution stretched to low .. high, with shapes
 * 1 + lambda (mode - low) / (high - low) and
 * 1 + lambda (high - mode) / (high - low), neither below 1. A lognormal one is
 * given by the ends of its 90 % interval.
 */
#include "distribution.h"

#include <math.h>
#include <string.h>

#define CONVERGED 1e-15
#define STEPS_MAX 500			/* of anything that converges */

/* The quotient of two polynomials of degree 7, coefficients from x^0 on. */
static inline double
rational(const double numerator[8], const double denominator[8], double x)
{
	double		n = numerator[7];
	double		d = denominator[7];

	for (int i = 6; i >= 0; i--)
	{
		n = n * x + numerator[i];
		d = d * x + denominator[i];
	}
	return n / d;
}

/*
 * Quantile of the standard normal distribution, for p between 0 and 1, to
 * about 1e-16 (Wichura's algorithm AS 241, 1988).
 */
double
normal_quantile(double p)
{
	static const double middle_n[8] = {
		3.3871328727963666080e0, 1.3314166789178437745e+2,
		1.9715909503065514427e+3, 1.3731693765509461125e+4,
		4.5921953931549871457e+4, 6.7265770927008700853e+4,
		3.3430575583588128105e+4, 2.5090809287301226727e+3};
	static const double middle_d[8] = {
		1.0, 4.2313330701600911252e+1,
		6.8718700749205790830e+2, 5.3941960214247511077e+3,
		2.1213794301586595867e+4, 3.9307895800092710610e+4,
		2.8729085735721942674e+4, 5.2264952788528545610e+3};
	static const double tail_n[8] = {
		1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4};
	static const double tail_d[8] = {
		1.0, 2.05319162663775882187e0,
		1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9};
	static const double far_n[8] = {
		6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7};
	static const double far_d[8] = {
		1.0, 5.99832206555887937690e-1,
		1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15};
	double		q = p - 0.5;
	double		r;
	double		z;

	if (fabs(q) <= 0.425)
		return q * rational(middle_n, middle_d, 0.180625 - q * q);
	r = sqrt(-log(q < 0 ? p : 1 - p));
	z = r <= 5 ? rational(tail_n, tail_d, r - 1.6) :
		rational(far_n, far_d, r - 5);
	return q < 0 ? -z : z;
}

/* Logarithm of the beta function. */
static double
log_beta(double a, double b)
{
	return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/*
 * The continued fraction of the incomplete beta function (DLMF 8.17.22), from
 * its front, by the ratios of successive convergents (Lentz).
 */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double		value = 1;
	double		upper = 1;
	double		lower = 0;

	for (int i = 1; i < STEPS_MAX; i++)
	{
		int			m = i / 2;
		double		term = i % 2 == 0 ?
			m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) :
			-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		lower = 1 + term * lower;
		lower = 1 / (fabs(lower) < tiny ? tiny : lower);
		upper = 1 + term / upper;
		if (fabs(upper) < tiny)
			upper = tiny;
		value *= upper * lower;
		if (fabs(upper * lower - 1) < CONVERGED)
			break;
	}
	return 1 / value;
}

/* Regularised incomplete beta function: P(X <= x) of a beta distribution. */
double
incomplete_beta(double a, double b, double x)
{
	double		front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b));
	/* the fraction is quick on this side of the mean */
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/*
 * Quantile of a beta distribution, relatively exact for small p: Newton's steps
 * between the logarithms of probability and quantile, which are in proportion
 * far out, halving instead where one would leave the interval that the quantile
 * is known to be in.
 */
static double
beta_quantile(double a, double b, double p)
{
	double		front = -log_beta(a, b);
	double		low = 0;
	double		high = 1;
	double		x = a / (a + b);

	for (int i = 0; i < STEPS_MAX; i++)
	{
		double		value = incomplete_beta(a, b, x);
		double		density = exp(front + (a - 1) * log(x) +
								  (b - 1) * log1p(-x));
		double		slope = density * x / value;
		double		next = x * exp(-log(value / p) / slope);

		if (value > p)
			high = x;
		else
			low = x;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - x) <= CONVERGED * x || high - low <= CONVERGED * low)
			return next;
		x = next;
	}
	return x;
}

/* Is it a number that an estimate may have? */
static DistributionFault
value_fault(double value)
{
	if (!isfinite(value))
		return DISTRIBUTION_NOT_FINITE;
	return fabs(value) > DISTRIBUTION_VALUE_MAX ? DISTRIBUTION_TOO_LARGE :
		DISTRIBUTION_FINE;
}

/* The first fault of three numbers. */
static DistributionFault
values_fault(double low, double mode, double high)
{
	DistributionFault fault = value_fault(low);

	if (fault == DISTRIBUTION_FINE)
		fault = value_fault(mode);
	if (fault == DISTRIBUTION_FINE)
		fault = value_fault(high);
	return fault;
}

/* Make a PERT distribution, or a constant. */
DistributionFault
distribution_pert(Distribution *d, double low, double mode, double high,
				  double lambda)
{
	DistributionFault fault = values_fault(low, mode, high);

	if (fault != DISTRIBUTION_FINE)
		return fault;
	if (!(low <= mode && mode <= high))
		return DISTRIBUTION_NOT_IN_ORDER;
	if (!(lambda > 0 && lambda <= DISTRIBUTION_LAMBDA_MAX))
		return DISTRIBUTION_LAMBDA;
	/* no negative zero */
	d->low = low + 0.0;
	d->mode = mode + 0.0;
	d->high = high + 0.0;
	d->lambda = lambda;
	return DISTRIBUTION_FINE;
}

/* Make a lognormal distribution from the ends of its 90 % interval. */
DistributionFault
distribution_lognormal(Distribution *d, double low, double high)
{
	DistributionFault fault = values_fault(low, low, high);
	double		sigma;

	if (fault != DISTRIBUTION_FINE)
		return fault;
	if (!(low > 0))
		return DISTRIBUTION_NOT_POSITIVE;
	if (!(low < high))
		return DISTRIBUTION_NOT_IN_ORDER;
	if (high / low > DISTRIBUTION_RATIO_MAX)
		return DISTRIBUTION_TOO_WIDE;
	d->low = low;
	d->high = high;
	d->lambda = 0;
	sigma = distribution_sigma(d);
	d->mode = exp(distribution_mu(d) - sigma * sigma);
	return DISTRIBUTION_FINE;
}

/* The shapes of a PERT distribution that is no constant. */
void
distribution_shape(const Distribution *d, double *alpha, double *beta)
{
	*alpha = 1 + d->lambda * (d->mode - d->low) / (d->high - d->low);
	*beta = 1 + d->lambda * (d->high - d->mode) / (d->high - d->low);
}

/* Mean of the logarithm of what is lognormal. */
double
distribution_mu(const Distribution *d)
{
	return (log(d->low) + log(d->high)) / 2;
}

/* Standard deviation of that logarithm. */
double
distribution_sigma(const Distribution *d)
{
	return (log(d->high) - log(d->low)) / (2 * NORMAL_95);
}

double
distribution_mean(const Distribution *d)
{
	double		sigma;

	if (distribution_is_lognormal(d))
	{
		sigma = distribution_sigma(d);
		return exp(distribution_mu(d) + sigma * sigma / 2);
	}
	if (distribution_is_constant(d))
		return d->low;
	return (d->low + d->lambda * d->mode + d->high) / (d->lambda + 2);
}

double
distribution_variance(const Distribution *d)
{
	double		mean = distribution_mean(d);
	double		sigma;

	if (distribution_is_lognormal(d))
	{
		sigma = distribution_sigma(d);
		return mean * mean * expm1(sigma * sigma);
	}
	if (distribution_is_constant(d))
		return 0;
	return (mean - d->low) * (d->high - mean) / (d->lambda + 3);
}

/* Probability that it is x or less. */
double
distribution_cdf(const Distribution *d, double x)
{
	double		alpha;
	double		beta;

	if (distribution_is_lognormal(d))
		return x <= 0 ? 0 :
			erfc((distribution_mu(d) - log(x)) / distribution_sigma(d) *
				 M_SQRT1_2) /
			2;
	if (x < d->low)
		return 0;
	if (x >= d->high)
		return 1;
	distribution_shape(d, &alpha, &beta);
	return incomplete_beta(alpha, beta, (x - d->low) / (d->high - d->low));
}

/* Its quantile, for p from 0 to 1; the ends of what it may be at 0 and 1. */
double
distribution_quantile(const Distribution *d, double p)
{
	double		alpha;
	double		beta;

	if (distribution_is_lognormal(d))
	{
		if (p <= 0 || p >= 1)
			return p <= 0 ? 0 : INFINITY;
		return exp(distribution_mu(d) +
				   distribution_sigma(d) * normal_quantile(p));
	}
	if (p <= 0 || distribution_is_constant(d))
		return d->low;
	if (p >= 1)
		return d->high;
	distribution_shape(d, &alpha, &beta);
	/* from the nearer end: 1 - p is exact, and so small numbers stay small */
	if (p > 0.5)
		return d->high - (d->high - d->low) * beta_quantile(beta, alpha, 1 - p);
	return d->low + (d->high - d->low) * beta_quantile(alpha, beta, p);
}

/* Order by low, mode, high, lambda. */
int
distribution_compare(const Distribution *a, const Distribution *b)
{
	const double x[4] = {a->low, a->mode, a->high, a->lambda};
	const double y[4] = {b->low, b->mode, b->high, b->lambda};

	for (int i = 0; i < 4; i++)
	{
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

/*
 * Probability that a is above b, both independent: the integral of P(b < a)
 * over the quantiles of a, by the double exponential rule, between the
 * quantiles where b begins and ends.
 */
double
probability_above(const Distribution *a, const Distribution *b)
{
	const double step = 1.0 / 16;
	double		from;
	double		to;
	double		sum = 0;

	if (!distribution_is_lognormal(a) && distribution_is_constant(a))
		return !distribution_is_lognormal(b) && distribution_is_constant(b) ?
			a->low > b->low : distribution_cdf(b, a->low);
	from = distribution_cdf(a, distribution_quantile(b, 0));
	to = distribution_cdf(a, distribution_quantile(b, 1));
	for (int i = -56; i <= 56; i++)
	{
		double		t = M_PI_2 * sinh(i * step);
		double		p = from + (to - from) * (0.5 + tanh(t) / 2);
		double		weight = M_PI_2 * cosh(i * step) / (cosh(t) * cosh(t)) / 2;

		if (p > 0 && p < 1)
			sum += weight *
				distribution_cdf(b, distribution_quantile(a, p));
	}
	return (1 - to) + (to - from) * step * sum;
}
