/*
 * stat_bin.h
 *		Two samples counted in bins, and how far apart the counts are. Knows
 *		nothing of the server.
 *
 * Bins are (edge before, edge]; the first and the last are open. Undefined is
 * NaN.
 */
#ifndef AIMS_STAT_BIN_H
#define AIMS_STAT_BIN_H

#include "stat_sample.h"

#define STAT_MAX_BINS 1000

/* Counts in edges + 1 bins. */
typedef struct Bins
{
	int			edges;
	double		edge[STAT_MAX_BINS];
	uint64_t	n[2][STAT_MAX_BINS];
} Bins;

/* Whose quantiles make the edges */
typedef enum EdgeSource
{
	EDGES_OF_REFERENCE,
	EDGES_OF_ALL
} EdgeSource;

extern void stat_quantile_edges(TieReader *reader, EdgeSource source,
								int bins, Bins *out);
extern void stat_count_bins(TieReader *reader, Bins *bins);

/* Share that stands for none in the population stability index */
#define STAT_PSI_FLOOR 1e-4

extern double stat_psi(const TieReader *reader, const Bins *bins);
extern double stat_psi_expected(const TieReader *reader, const Bins *bins);
extern double stat_js_divergence(const TieReader *reader, const Bins *bins);

#endif							/* AIMS_STAT_BIN_H */
