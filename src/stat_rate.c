/*
 * stat_rate.c
 *		Rates and Wilson's score interval (1927), without continuity correction.
 */
#include <math.h>

#include "stat_rate.h"

Rate
stat_rate(double successes, double trials)
{
	Rate		rate = {NAN, NAN, NAN};
	double		z2 = STAT_Z * STAT_Z;
	double		centre;
	double		half;

	if (!(trials > 0) || successes < 0 || successes > trials)
		return rate;
	rate.value = successes / trials;
	centre = (rate.value + z2 / (2 * trials)) / (1 + z2 / trials);
	half = STAT_Z / (1 + z2 / trials) *
		sqrt(rate.value * (1 - rate.value) / trials +
			 z2 / (4 * trials * trials));
	/* Exact at the ends, where rounding would leave something. */
	rate.low = successes == 0 ? 0 : fmax(centre - half, 0);
	rate.high = successes == trials ? 1 : fmin(centre + half, 1);
	return rate;
}
