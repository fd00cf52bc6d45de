/*
 * stat_sort.h
 *		Numbers as keys of 64 bits that sort like them. Knows nothing of the
 *		server.
 */
#ifndef AIMS_STAT_SORT_H
#define AIMS_STAT_SORT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STAT_SIGN (UINT64_C(1) << 63)

/*
 * The key of a number that is not NaN: negative ones with all bits turned,
 * others with the sign bit set. -0 is 0.
 */
static inline uint64_t
stat_key(double value)
{
	uint64_t	bits;

	value += 0.0;
	memcpy(&bits, &value, sizeof(bits));
	return bits & STAT_SIGN ? ~bits : bits | STAT_SIGN;
}

static inline double
stat_number(uint64_t key)
{
	uint64_t	bits = key & STAT_SIGN ? key & ~STAT_SIGN : ~key;
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Called in between: so that a long sort can be interrupted. */
typedef void (*StatPause)(void);

extern void stat_sort(uint64_t *keys, size_t n, StatPause pause);

#endif							/* AIMS_STAT_SORT_H */
