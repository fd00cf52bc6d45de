/*
 * stat_sample.h
 *		Two samples of numbers, read together in ascending order. Knows nothing
 *		of the server.
 *
 * Sample 1 are the rows whose flag is true (positives, the reference), sample 0
 * the others. What is computed from ties is the same whatever order the rows
 * came in.
 */
#ifndef AIMS_STAT_SAMPLE_H
#define AIMS_STAT_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many rows at most: products of counts fit into 64 bits. */
#define STAT_MAX_ROWS UINT32_MAX

/* A value, and how many rows of each sample have it. */
typedef struct Tie
{
	double		value;
	uint64_t	n[2];
} Tie;

/* Embedded in the state of whoever reads the rows. */
typedef struct TieReader TieReader;

struct TieReader
{
	uint64_t	n[2];			/* rows of each sample */
	bool (*next)(TieReader *reader, Tie *tie);	/* false: no more */
	void (*rewind)(TieReader *reader);
};

/* Reads two sorted arrays of keys. */
typedef struct ArrayReader
{
	TieReader	reader;
	const uint64_t *keys[2];
	uint64_t	at[2];
} ArrayReader;

extern void array_reader(ArrayReader *reader, const uint64_t *keys0,
						 uint64_t n0, const uint64_t *keys1, uint64_t n1);

#endif							/* AIMS_STAT_SAMPLE_H */
