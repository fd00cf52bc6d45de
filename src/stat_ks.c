/*
 * stat_ks.c
 *		How probable a Kolmogorov-Smirnov statistic is where both samples come
 *		from one distribution.
 */
#include <math.h>

#include "stat_rank.h"

/*
 * Of all paths from (0, 0) to (n0, n1), the share that leaves the band in which
 * the distributions differ by less than the statistic. Every path is one order
 * of the rows, all as probable. Only shares are added, so that small results
 * are as exact as large ones.
 */
double
stat_ks_exact(uint64_t statistic, uint64_t n0, uint64_t n1, double *scratch)
{
	int64_t		d = statistic;
	int64_t		columns = n0 < n1 ? n0 : n1;
	int64_t		rows = n0 < n1 ? n1 : n0;

	for (int64_t i = 0; i <= rows; i++)
		for (int64_t j = 0; j <= columns; j++)
		{
			int64_t		apart = i * columns - j * rows;

			if (apart >= d || -apart >= d)
				scratch[j] = 1;
			else if (i == 0)
				scratch[j] = j == 0 ? 0 : scratch[j - 1];
			else if (j > 0)
				scratch[j] = (scratch[j] * i + scratch[j - 1] * j) / (i + j);
		}
	return scratch[columns];
}

/*
 * Kolmogorov's limit distribution. Its alternating series converges fast for
 * large arguments, its transform by the theta function for small ones.
 */
double
stat_ks_asymptotic(uint64_t statistic, uint64_t n0, uint64_t n1)
{
	double		d = statistic / ((double) n0 * n1);
	double		x = d * sqrt((double) n0 * n1 / ((double) n0 + n1));
	double		sum = 0;

	if (x < 0.2)
		return 1;
	if (x < 1.1)
	{
		for (int k = 1; k <= 9; k += 2)
			sum += exp(-k * k * M_PI * M_PI / (8 * x * x));
		return 1 - sqrt(2 * M_PI) / x * sum;
	}
	for (int k = 1; k <= 8; k++)
		sum += (k % 2 == 1 ? 2 : -2) * exp(-2.0 * k * k * x * x);
	return sum;
}
