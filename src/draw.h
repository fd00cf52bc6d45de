/*
 * draw.h
 *		Draws from distributions.
 *
 * Knows nothing of the server.
 */
#ifndef AIMS_DRAW_H
#define AIMS_DRAW_H

#include "distribution.h"
#include "philox.h"

/* A gamma distribution of shape 1 or more, made ready to draw from */
typedef struct GammaSampler
{
	double		d;				/* shape - 1/3 */
	double		c;				/* 1 / sqrt(9 d) */
} GammaSampler;

/* How draws from a distribution are made */
typedef enum SamplerKind
{
	SAMPLER_CONSTANT,
	SAMPLER_PERT,
	SAMPLER_LOGNORMAL
} SamplerKind;

/* A distribution made ready to draw from */
typedef struct Sampler
{
	SamplerKind kind;
	double		base;			/* the constant, low, or mu */
	double		scale;			/* high - low, or sigma */
	GammaSampler alpha;
	GammaSampler beta;
} Sampler;

extern void sampler_prepare(Sampler *sampler, const Distribution *d);
extern double sampler_draw(const Sampler *sampler, Random *random);
extern double sampler_largest(const Distribution *d);
extern double normal_draw(Random *random);
extern double poisson_draw(double rate, Random *random);

#endif							/* AIMS_DRAW_H */
