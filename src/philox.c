/*
 * philox.c
 *		Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
 *		easy as 1, 2, 3", 2011): ten rounds of multiplication turn a counter of
 *		four words into four random words, under a key of two.
 *
 * There is no state but the counter, so that any block of any stream is drawn
 * by whoever needs it, in any order.
 */
#include "philox.h"

#define MULTIPLIER_0 UINT32_C(0xD2511F53)
#define MULTIPLIER_1 UINT32_C(0xCD9E8D57)
#define WEYL_0 UINT32_C(0x9E3779B9) /* golden ratio */
#define WEYL_1 UINT32_C(0xBB67AE85) /* sqrt(3) - 1 */
#define ROUNDS 10

/*
 * Turn counters into random words. Word by word in arrays, which the compiler
 * works on several at a time.
 */
static inline void
philox_rounds(uint32_t words[4][PHILOX_AHEAD], const uint32_t key[2], int n)
{
	uint32_t	k0 = key[0];
	uint32_t	k1 = key[1];

	for (int round = 0; round < ROUNDS; round++)
	{
		for (int i = 0; i < n; i++)
		{
			uint64_t	a = (uint64_t) MULTIPLIER_0 * words[0][i];
			uint64_t	b = (uint64_t) MULTIPLIER_1 * words[2][i];

			words[0][i] = (uint32_t) (b >> 32) ^ words[1][i] ^ k0;
			words[2][i] = (uint32_t) (a >> 32) ^ words[3][i] ^ k1;
			words[1][i] = (uint32_t) b;
			words[3][i] = (uint32_t) a;
		}
		k0 += WEYL_0;
		k1 += WEYL_1;
	}
}

/* The four words of one counter, as the published vectors give them. */
void
philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t	words[4][PHILOX_AHEAD];

	for (int w = 0; w < 4; w++)
		words[w][0] = counter[w];
	philox_rounds(words, key, 1);
	for (int w = 0; w < 4; w++)
		out[w] = words[w][0];
}

/* Begin with the numbers of a block of trials. */
void
random_start(Random *random, uint64_t seed, uint64_t stream, uint32_t block)
{
	random->key[0] = (uint32_t) seed;
	random->key[1] = (uint32_t) (seed >> 32);
	random->counter[0] = 0;
	random->counter[1] = block;
	random->counter[2] = (uint32_t) stream;
	random->counter[3] = (uint32_t) (stream >> 32);
	random->left = 0;
}

/*
 * Make the numbers of the next counters: of each its first and second, then
 * its third and fourth word, the earlier one in the lower half.
 */
void
random_refill(Random *random)
{
	uint32_t	words[4][PHILOX_AHEAD];

	for (int i = 0; i < PHILOX_AHEAD; i++)
	{
		words[0][i] = random->counter[0] + (uint32_t) i;
		words[1][i] = random->counter[1];
		words[2][i] = random->counter[2];
		words[3][i] = random->counter[3];
	}
	random->counter[0] += PHILOX_AHEAD;
	philox_rounds(words, random->key, PHILOX_AHEAD);
	for (int i = 0; i < PHILOX_AHEAD; i++)
	{
		random->made[2 * i] = (uint64_t) words[1][i] << 32 | words[0][i];
		random->made[2 * i + 1] = (uint64_t) words[3][i] << 32 | words[2][i];
	}
	random->left = 2 * PHILOX_AHEAD;
}
