/*
 * stat_sort.c
 *		Radix sort in place (American flag sort; McIlroy, Bostic, McIlroy
 *		1993): no memory besides the keys, time in proportion to them whatever
 *		their order, at most eight levels deep.
 */
#include "stat_sort.h"

#define FEW 48					/* so many are sorted by insertion */

static void
sort_few(uint64_t *keys, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		uint64_t	key = keys[i];
		size_t		j = i;

		for (; j > 0 && keys[j - 1] > key; j--)
			keys[j] = keys[j - 1];
		keys[j] = key;
	}
}

/*
 * Put each key into the part of its digit; next is where each part begins,
 * and becomes where it ends.
 */
static void
sort_distribute(uint64_t *keys, int shift, size_t next[256],
				const size_t end[256])
{
	for (int digit = 0; digit < 256; digit++)
		while (next[digit] < end[digit])
		{
			uint64_t	key = keys[next[digit]];
			int			other;

			while ((other = (key >> shift) & 255) != digit)
			{
				uint64_t	swap = keys[next[other]];

				keys[next[other]++] = key;
				key = swap;
			}
			keys[next[digit]++] = key;
		}
}

/*
 * Sort keys that agree in the bits above shift + 8.
 */
static void
sort_digit(uint64_t *keys, size_t n, int shift, StatPause pause)
{
	size_t		count[256] = {0};
	size_t		next[256];
	size_t		end[256];
	size_t		sum = 0;

	if (n <= FEW)
	{
		sort_few(keys, n);
		return;
	}
	pause();
	for (size_t i = 0; i < n; i++)
		count[(keys[i] >> shift) & 255]++;
	for (int digit = 0; digit < 256; digit++)
	{
		next[digit] = sum;
		sum += count[digit];
		end[digit] = sum;
	}
	if (count[(keys[0] >> shift) & 255] < n)
		sort_distribute(keys, shift, next, end);
	for (int digit = 0; shift > 0 && digit < 256; digit++)
		if (count[digit] > 1)
			sort_digit(keys + end[digit] - count[digit], count[digit],
					   shift - 8, pause);
}

/*
 * Sort keys in ascending order.
 */
void
stat_sort(uint64_t *keys, size_t n, StatPause pause)
{
	sort_digit(keys, n, 56, pause);
}
