/*
 * simulate.h
 *		Annual loss of risk scenarios, simulated (Open FAIR: O-RT, O-RA).
 *
 * Knows nothing of the server; the caller brings the memory.
 */
#ifndef AIMS_SIMULATE_H
#define AIMS_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "distribution.h"

/* Another number: a seed gives other losses, and stored results are stale */
#define SIMULATION_MODEL 1

#define SIMULATION_TRIALS_MAX 10000000
#define SIMULATION_BLOCK 1024	/* trials that share a part of a stream */
#define SIMULATION_RATE_MAX 100000.0	/* events a year */
#define FREQUENCY_FACTORS 3
#define LOSS_FORMS 7			/* the six, and what is not told apart */
#define SIMULATION_TAILS 4

/* Points of a loss exceedance curve: 0.1 to 0.9 %, 1 to 99 % */
#define CURVE_POINTS 108
#define CURVE_PERMILLE(i) ((i) < 9 ? (i) + 1 : 10 * ((i) - 8))
#define CURVE_PERCENT(percent) ((percent) + 8) /* where it is in one */

/*
 * What is uncertain in a scenario. A year's frequency of events is the product
 * of the factors, drawn anew for each trial; where strength is compared, it is
 * 0 unless the capability that is drawn is above the resistance. The loss of
 * an event is the sum of what is drawn for each form of primary loss and, with
 * a probability, of secondary loss.
 */
typedef struct Scenario
{
	uint64_t	stream;			/* no two of one register have the same */
	bool		at_most_once;	/* frequency is the chance of the one event */
	int			factor_count;
	Distribution factors[FREQUENCY_FACTORS];
	bool		compared;
	Distribution capability;
	Distribution resistance;
	int			primary_count;
	Distribution primary[LOSS_FORMS];
	double		secondary_probability;
	int			secondary_count;
	Distribution secondary[LOSS_FORMS];
} Scenario;

/*
 * What was found. curve[i] is exceeded with a probability of at most
 * CURVE_PERMILLE(i) thousandths; shortfall is the mean beyond the values at
 * risk at 90, 95, 99 and 99.9 %.
 */
typedef struct Summary
{
	double		mean;
	double		sd;				/* not a number for one trial */
	double		standard_error;
	double		p_zero;
	double		shortfall[SIMULATION_TAILS];
	double		maximum;
	double		curve[CURVE_POINTS];
} Summary;

extern double scenario_largest_rate(const Scenario *scenario);
extern void scenario_moments(const Scenario *scenario, double *mean,
							 double *variance);
extern void simulate(const Scenario *scenario, uint64_t seed, int first,
					 int count, double *losses, void (*check)(void));
extern void summarize(double *losses, double *scratch, int count,
					  Summary *summary);
extern double order_statistic(const double *sorted, int count, int permille);
extern void sort_losses(double *losses, double *scratch, int count);

#endif							/* AIMS_SIMULATE_H */
