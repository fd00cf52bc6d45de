/*
 * sample.h
 *		The transition state of aggregates over two samples of numbers.
 *
 * Keys stay in memory, 8 bytes a row in arrays that are at most twice as
 * large, until they fill work_mem; then each sample goes through a tuplesort
 * of its own, on disk where it has to. Final functions sort what is there and
 * leave it usable, so that aggregates of the same arguments share one state.
 */
#ifndef AIMS_SAMPLE_H
#define AIMS_SAMPLE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/tuplesort.h"

#include "stat_sample.h"

/* How calibration_detail makes its bins */
typedef enum BinMethod
{
	BINS_EQUAL_WIDTH,
	BINS_QUANTILE
} BinMethod;

typedef struct SampleState
{
	MemoryContext context;
	bool		may_spill;		/* not in a window, whose frames grow on */
	bool		sorted;
	int			bins;			/* 0: not an argument */
	BinMethod	method;
	uint64		n[2];
	uint64		skipped;		/* rows with a NULL */
	uint64	   *keys[2];
	size_t		capacity[2];
	Tuplesortstate *sort[2];	/* both, or none */
} SampleState;

/* The state of a final function; of no rows where there were none. */
extern SampleState *sample_state(FunctionCallInfo fcinfo);

/* Begin to read; in the current memory context. */
extern TieReader *sample_open(SampleState *state);

#endif							/* AIMS_SAMPLE_H */
