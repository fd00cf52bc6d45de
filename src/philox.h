/*
 * philox.h
 *		Random numbers that depend on a seed and a place alone: Philox4x32-10.
 *
 * Knows nothing of the server.
 */
#ifndef AIMS_PHILOX_H
#define AIMS_PHILOX_H

#include <stdint.h>

#define PHILOX_AHEAD 16			/* counters that are turned into numbers at once */

/*
 * The numbers of one block of trials in one stream: what stands at counters
 * (0, block, stream), (1, block, stream), ... under the seed as the key.
 */
typedef struct Random
{
	uint32_t	key[2];
	uint32_t	counter[4];		/* of the next numbers that are made */
	int			left;			/* numbers made and not drawn yet */
	uint64_t	made[2 * PHILOX_AHEAD];
} Random;

extern void philox(const uint32_t counter[4], const uint32_t key[2],
				   uint32_t out[4]);
extern void random_start(Random *random, uint64_t seed, uint64_t stream,
						 uint32_t block);
extern void random_refill(Random *random);

/* The next 64 random bits. */
static inline uint64_t
random_bits(Random *random)
{
	if (random->left == 0)
		random_refill(random);
	return random->made[2 * PHILOX_AHEAD - random->left--];
}

/* A number between 0 and 1, of which it is neither: 53 bits and a half. */
static inline double
random_uniform(Random *random)
{
	return ((double) (random_bits(random) >> 12) + 0.5) * 0x1p-52;
}

#endif							/* AIMS_PHILOX_H */
