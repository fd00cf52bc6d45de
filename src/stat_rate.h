/*
 * stat_rate.h
 *		Shares of counts, with their intervals. Knows nothing of the server.
 *
 * Undefined is NaN.
 */
#ifndef AIMS_STAT_RATE_H
#define AIMS_STAT_RATE_H

/* Of a 95 % interval: the normal distribution's 0.975 quantile. */
#define STAT_Z 1.959963984540054

typedef struct Rate
{
	double		value;
	double		low;			/* 95 % interval, Wilson */
	double		high;
} Rate;

/* Predictions (first word right or wrong) that are positive or negative. */
typedef struct Confusion
{
	double		tp;
	double		fp;
	double		tn;
	double		fn;
} Confusion;

extern Rate stat_rate(double successes, double trials);

#endif							/* AIMS_STAT_RATE_H */
