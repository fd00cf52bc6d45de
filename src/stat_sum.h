/*
 * stat_sum.h
 *		Sums and spreads that do not lose small terms beside large ones.
 *
 * Compensated summation (Neumaier 1974): the same to about one unit in the
 * last place in any order of terms of one sign. Knows nothing of the server.
 */
#ifndef AIMS_STAT_SUM_H
#define AIMS_STAT_SUM_H

#include <math.h>
#include <stdint.h>

typedef struct Sum
{
	double		sum;
	double		lost;			/* what rounding has taken from sum */
} Sum;

static inline void
sum_add(Sum *s, double x)
{
	double		t = s->sum + x;

	if (isfinite(t))
		s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x :
			(x - t) + s->sum;
	s->sum = t;
}

static inline double
sum_value(const Sum *s)
{
	return s->sum + s->lost;
}

static inline void
sum_combine(Sum *s, const Sum *other)
{
	sum_add(s, other->sum);
	s->lost += other->lost;
}

/* Mean and sum of squared deviations of weighted values (West 1979). */
typedef struct Spread
{
	double		n;
	double		mean;
	double		squares;
} Spread;

static inline void
spread_add(Spread *s, double x, double weight)
{
	double		deviation = x - s->mean;

	s->n += weight;
	s->mean += deviation * (weight / s->n);
	s->squares += weight * deviation * (x - s->mean);
}

#endif							/* AIMS_STAT_SUM_H */
