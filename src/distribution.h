/*
 * distribution.h
 *		Estimates of what is uncertain, as distributions.
 *
 * Knows nothing of the server. The moments, probabilities and quantiles are
 * exact; draw.h draws from them.
 */
#ifndef AIMS_DISTRIBUTION_H
#define AIMS_DISTRIBUTION_H

#include <stdbool.h>

#define DISTRIBUTION_LAMBDA_MAX 1000.0
#define DISTRIBUTION_VALUE_MAX 1e100
#define DISTRIBUTION_RATIO_MAX 1e12 /* of the ends of a lognormal's interval */

/* Standard normal quantile of 0.95: ends of a 90 % interval */
#define NORMAL_95 1.6448536269514722

/*
 * A PERT distribution on low to high, or the constant that all three are, or a
 * lognormal distribution, which is told by lambda 0: of it low and high are
 * the 5th and 95th percentile. Without padding: equal values are equal bytes,
 * and no zero is negative.
 */
typedef struct Distribution
{
	double		low;
	double		mode;
	double		high;
	double		lambda;
} Distribution;

/* What may be wrong with the numbers of one */
typedef enum DistributionFault
{
	DISTRIBUTION_FINE,
	DISTRIBUTION_NOT_FINITE,
	DISTRIBUTION_TOO_LARGE,
	DISTRIBUTION_NOT_IN_ORDER,
	DISTRIBUTION_LAMBDA,
	DISTRIBUTION_NOT_POSITIVE,
	DISTRIBUTION_TOO_WIDE
} DistributionFault;

static inline bool
distribution_is_lognormal(const Distribution *d)
{
	return d->lambda == 0;
}

static inline bool
distribution_is_constant(const Distribution *d)
{
	return d->low == d->high;
}

extern DistributionFault distribution_pert(Distribution *d, double low,
										   double mode, double high,
										   double lambda);
extern DistributionFault distribution_lognormal(Distribution *d, double low,
												double high);
extern void distribution_shape(const Distribution *d, double *alpha,
							   double *beta);
extern double distribution_mu(const Distribution *d);
extern double distribution_sigma(const Distribution *d);
extern double distribution_mean(const Distribution *d);
extern double distribution_variance(const Distribution *d);
extern double distribution_cdf(const Distribution *d, double x);
extern double distribution_quantile(const Distribution *d, double p);
extern int	distribution_compare(const Distribution *a, const Distribution *b);

extern double probability_above(const Distribution *a, const Distribution *b);

extern double normal_quantile(double p);
extern double incomplete_beta(double a, double b, double x);

#endif							/* AIMS_DISTRIBUTION_H */
