/*
 * philox_test.c
 *		The random numbers: known answers as Random123 publishes them, and
 *		where in its stream a number stands.
 */
#include "philox.h"
#include "tap.h"

typedef struct KnownAnswer
{
	uint32_t	counter[4];
	uint32_t	key[2];
	uint32_t	words[4];
} KnownAnswer;

/* Of philox4x32, 10 rounds, in Random123's kat_vectors */
static const KnownAnswer known[] = {
	{{0, 0, 0, 0},
	 {0, 0},
	 {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
	 {0xffffffff, 0xffffffff},
	 {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
	 {0xa4093822, 0x299f31d0},
	 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}
};

/* Is a stream what the definition says, number by number? */
static void
test_stream(uint64_t seed, uint64_t stream, uint32_t block)
{
	const uint32_t key[2] = {(uint32_t) seed, (uint32_t) (seed >> 32)};
	Random		random;
	int			wrong = 0;

	random_start(&random, seed, stream, block);
	for (uint32_t i = 0; i < 100; i++)
	{
		const uint32_t counter[4] = {
			i, block, (uint32_t) stream, (uint32_t) (stream >> 32)};
		uint32_t	words[4];

		philox(counter, key, words);
		wrong += random_bits(&random) != ((uint64_t) words[1] << 32 | words[0]);
		wrong += random_bits(&random) != ((uint64_t) words[3] << 32 | words[2]);
	}
	ok(wrong == 0, "200 numbers of seed %llu, stream %llu, block %u",
	   (unsigned long long) seed, (unsigned long long) stream, block);
}

int
main(void)
{
	Random		random;
	double		low = 1;
	double		high = 0;

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		uint32_t	words[4];
		int			wrong = 0;

		philox(known[i].counter, known[i].key, words);
		for (int w = 0; w < 4; w++)
			wrong += words[w] != known[i].words[w];
		ok(wrong == 0, "known answer %u of Philox4x32-10", i + 1);
	}
	test_stream(0, 0, 0);
	test_stream(UINT64_MAX, 7, 9765);
	test_stream(UINT64_C(0x123456789abcdef0), UINT64_MAX, UINT32_MAX);
	random_start(&random, 1, 1, 1);
	for (int i = 0; i < 1000000; i++)
	{
		double		u = random_uniform(&random);

		low = u < low ? u : low;
		high = u > high ? u : high;
	}
	ok(low > 0 && low < 1e-5 && high < 1 && high > 1 - 1e-5,
	   "uniform numbers are between 0 and 1");
	random.made[0] = 0;
	random.left = 2 * PHILOX_AHEAD;
	ok(random_uniform(&random) == 0x1p-53, "the lowest is above 0");
	random.made[0] = UINT64_MAX;
	random.left = 2 * PHILOX_AHEAD;
	ok(random_uniform(&random) == 1 - 0x1p-53, "the highest is below 1");
	return done();
}
