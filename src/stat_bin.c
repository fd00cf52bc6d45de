/*
 * stat_bin.c
 *		Quantile bins, population stability index, Jensen-Shannon divergence.
 */
#include <math.h>

#include "stat_bin.h"
#include "stat_sum.h"

/* Between two neighbours, without overflow. */
static double
bin_between(double low, double high, double part)
{
	double		distance = high - low;

	if (part == 0 || low == high)
		return low;
	return isfinite(distance) ? low + part * distance :
		low * (1 - part) + high * part;
}

/*
 * Find the quantiles 1/bins, 2/bins, ... by linear interpolation (type 7 of
 * Hyndman and Fan 1996; numpy.quantile, percentile_cont). Equal ones make one
 * edge.
 */
void
stat_quantile_edges(TieReader *reader, EdgeSource source, int bins, Bins *out)
{
	uint64_t	n = reader->n[1] +
		(source == EDGES_OF_ALL ? reader->n[0] : 0);
	uint64_t	seen = 0;
	uint64_t	k = 1;
	double		before = 0;
	Tie			tie;

	out->edges = 0;
	reader->rewind(reader);
	while (k < (uint64_t) bins && reader->next(reader, &tie))
	{
		uint64_t	here = tie.n[1] +
			(source == EDGES_OF_ALL ? tie.n[0] : 0);

		if (here == 0)
			continue;
		for (; k < (uint64_t) bins; k++)
		{
			uint64_t	rank = k * (n - 1) / bins;
			uint64_t	rest = k * (n - 1) % bins;
			double		edge;

			if (rank + (rest > 0) >= seen + here)
				break;
			edge = bin_between(rank < seen ? before : tie.value, tie.value,
							   (double) rest / bins);
			if (out->edges == 0 || edge > out->edge[out->edges - 1])
				out->edge[out->edges++] = edge;
		}
		seen += here;
		before = tie.value;
	}
}

/*
 * Count the rows of both samples in each bin.
 */
void
stat_count_bins(TieReader *reader, Bins *bins)
{
	int			bin = 0;
	Tie			tie;

	for (int i = 0; i <= bins->edges; i++)
		bins->n[0][i] = bins->n[1][i] = 0;
	reader->rewind(reader);
	while (reader->next(reader, &tie))
	{
		while (bin < bins->edges && tie.value > bins->edge[bin])
			bin++;
		bins->n[0][bin] += tie.n[0];
		bins->n[1][bin] += tie.n[1];
	}
}

static double
bin_share(uint64_t n, uint64_t of)
{
	return n == 0 ? STAT_PSI_FLOOR : (double) n / of;
}

/*
 * Sum of (current - reference) ln(current / reference); a share of zero is
 * replaced, the others are not made smaller for it.
 */
double
stat_psi(const TieReader *reader, const Bins *bins)
{
	Sum			sum = {0, 0};

	if (reader->n[0] == 0 || reader->n[1] == 0)
		return NAN;
	for (int i = 0; i <= bins->edges; i++)
	{
		double		current = bin_share(bins->n[0][i], reader->n[0]);
		double		reference = bin_share(bins->n[1][i], reader->n[1]);

		sum_add(&sum, (current - reference) * log(current / reference));
	}
	return sum_value(&sum);
}

/*
 * What the index is on average where nothing has changed: it is then
 * distributed as chi-squared over the harmonic size of the samples. Bins
 * without rows take no part.
 */
double
stat_psi_expected(const TieReader *reader, const Bins *bins)
{
	int			freedom = -1;

	if (reader->n[0] == 0 || reader->n[1] == 0)
		return NAN;
	for (int i = 0; i <= bins->edges; i++)
		if (bins->n[0][i] + bins->n[1][i] > 0)
			freedom++;
	return freedom * (1.0 / reader->n[0] + 1.0 / reader->n[1]);
}

/*
 * Mean divergence of both from their mixture, in bits.
 */
double
stat_js_divergence(const TieReader *reader, const Bins *bins)
{
	Sum			sum = {0, 0};

	if (reader->n[0] == 0 || reader->n[1] == 0)
		return NAN;
	for (int i = 0; i <= bins->edges; i++)
	{
		double		p = (double) bins->n[0][i] / reader->n[0];
		double		q = (double) bins->n[1][i] / reader->n[1];

		if (p > 0)
			sum_add(&sum, p * log2(2 * p / (p + q)));
		if (q > 0)
			sum_add(&sum, q * log2(2 * q / (p + q)));
	}
	return fmin(fmax(sum_value(&sum) / 2, 0), 1);
}
