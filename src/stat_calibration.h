/*
 * stat_calibration.h
 *		Do probabilities come true? Knows nothing of the server.
 *
 * Undefined is NaN.
 */
#ifndef AIMS_STAT_CALIBRATION_H
#define AIMS_STAT_CALIBRATION_H

#include "stat_bin.h"
#include "stat_sum.h"

/* Rows of one bin of the curve. */
typedef struct CalibrationBin
{
	double		n;
	double		positives;
	Sum			scores;
} CalibrationBin;

extern int	stat_equal_width_bin(double score, int bins);
extern double stat_calibration_error(const CalibrationBin *bins, int n,
									 double *largest);

/* The curve in bins of equal width, or between given edges. */
extern void stat_curve_equal_width(TieReader *reader, int bins,
								   CalibrationBin *curve);
extern void stat_curve_between(TieReader *reader, const Bins *edges,
							   CalibrationBin *curve);

/* logit P(true) = intercept + slope * logit(score) */
typedef struct LogitFit
{
	uint64_t	n;				/* rows that have a logit */
	double		slope;
	double		intercept;
} LogitFit;

extern LogitFit stat_logit_fit(TieReader *reader);

#endif							/* AIMS_STAT_CALIBRATION_H */
