/*
 * draw.c
 *		Draws from distributions: normal by inversion, gamma by Marsaglia and
 *		Tsang (2000), beta as a ratio of gammas, Poisson by inversion and by
 *		Hörmann's transformed rejection PTRS (1993).
 *
 * Each is exact but for the arithmetic. How many random numbers one takes, and
 * in which order, is part of the model (SIMULATION_MODEL): results that were
 * stored are told from others by it.
 */
#include "draw.h"

#include <math.h>
#include <stdbool.h>

#define POISSON_INVERSION 10.0	/* rates below it are drawn by inversion */
#define POISSON_SEARCH 200.0	/* where that ends, at chances below 1e-160 */

/* A standard normal number. */
double
normal_draw(Random *random)
{
	return normal_quantile(random_uniform(random));
}

static void
gamma_prepare(GammaSampler *sampler, double shape)
{
	sampler->d = shape - 1.0 / 3;
	sampler->c = 1 / sqrt(9 * sampler->d);
}

static double
gamma_draw(const GammaSampler *sampler, Random *random)
{
	for (;;)
	{
		double		x = normal_draw(random);
		double		v = 1 + sampler->c * x;
		double		u;

		if (v <= 0)
			continue;
		v = v * v * v;
		u = random_uniform(random);
		x = x * x;
		if (u < 1 - 0.0331 * x * x ||
			log(u) < x / 2 + sampler->d * (1 - v + log(v)))
			return sampler->d * v;
	}
}

/* Make a distribution ready to draw from. */
void
sampler_prepare(Sampler *sampler, const Distribution *d)
{
	double		alpha;
	double		beta;

	if (distribution_is_lognormal(d))
	{
		sampler->kind = SAMPLER_LOGNORMAL;
		sampler->base = distribution_mu(d);
		sampler->scale = distribution_sigma(d);
		return;
	}
	sampler->base = d->low;
	sampler->scale = d->high - d->low;
	sampler->kind = distribution_is_constant(d) ? SAMPLER_CONSTANT :
		SAMPLER_PERT;
	if (sampler->kind == SAMPLER_PERT)
	{
		distribution_shape(d, &alpha, &beta);
		gamma_prepare(&sampler->alpha, alpha);
		gamma_prepare(&sampler->beta, beta);
	}
}

/* Draw from a distribution; a constant takes no random number. */
double
sampler_draw(const Sampler *sampler, Random *random)
{
	double		x;
	double		y;

	switch (sampler->kind)
	{
		case SAMPLER_PERT:
			x = gamma_draw(&sampler->alpha, random);
			y = gamma_draw(&sampler->beta, random);
			return sampler->base + sampler->scale * (x / (x + y));
		case SAMPLER_LOGNORMAL:
			return exp(sampler->base + sampler->scale * normal_draw(random));
		case SAMPLER_CONSTANT:
			break;
	}
	return sampler->base;
}

/* The largest number that may be drawn. */
double
sampler_largest(const Distribution *d)
{
	return distribution_is_lognormal(d) ?
		distribution_quantile(d, 1 - 0x1p-53) : d->high;
}

/* Poisson by inversion: the chances of 0, 1, 2, ... add up to past u. */
static double
poisson_inversion(double rate, Random *random)
{
	double		u = random_uniform(random);
	double		chance = exp(-rate);
	double		sum = chance;
	double		n = 0;

	while (u > sum && n < POISSON_SEARCH)
	{
		n++;
		chance *= rate / n;
		sum += chance;
	}
	return n;
}

/* Poisson by transformed rejection with squeeze. */
static double
poisson_rejection(double rate, Random *random)
{
	double		b = 0.931 + 2.53 * sqrt(rate);
	double		a = -0.059 + 0.02483 * b;
	double		inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
	double		squeeze = 0.9277 - 3.6224 / (b - 2);

	for (;;)
	{
		double		u = random_uniform(random) - 0.5;
		double		v = random_uniform(random);
		double		edge = 0.5 - fabs(u);
		double		n = floor((2 * a / edge + b) * u + rate + 0.43);

		if (edge >= 0.07 && v <= squeeze)
			return n;
		if (n < 0 || (edge < 0.013 && v > edge))
			continue;
		if (log(v * inverse_alpha / (a / (edge * edge) + b)) <=
			n * log(rate) - rate - lgamma(n + 1))
			return n;
	}
}

/* A number of events at a rate. */
double
poisson_draw(double rate, Random *random)
{
	return rate < POISSON_INVERSION ? poisson_inversion(rate, random) :
		poisson_rejection(rate, random);
}
