/*
 * stat_rank.h
 *		What the order of two samples says: discrimination of a score, distance
 *		of distributions. Knows nothing of the server.
 *
 * Undefined is NaN. A reader is read from its first row, and left anywhere.
 */
#ifndef AIMS_STAT_RANK_H
#define AIMS_STAT_RANK_H

#include "stat_sample.h"

typedef struct Auroc
{
	double		value;
	double		low;			/* 95 % interval, DeLong */
	double		high;
} Auroc;

extern Auroc stat_auroc(TieReader *reader);
extern double stat_average_precision(TieReader *reader);
extern double stat_pr_trapezoid(TieReader *reader);

/* D times both numbers of rows; both samples have rows. */
extern uint64_t stat_ks(TieReader *reader);

/*
 * Of sample 0 from 1; normed: over the standard deviation of sample 1. Infinite
 * where either overflows.
 */
extern double stat_wasserstein(TieReader *reader, bool normed);

/* P(D at least as large) of samples from one distribution. */
extern double stat_ks_exact(uint64_t statistic, uint64_t n0, uint64_t n1,
							double *scratch);	/* min(n0, n1) + 1 of them */
extern double stat_ks_asymptotic(uint64_t statistic, uint64_t n0, uint64_t n1);

#endif							/* AIMS_STAT_RANK_H */
