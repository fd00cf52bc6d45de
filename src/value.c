/*
 * value.c
 *		Values of the commonest types as images write them.
 *
 * An output function returns a string of its own, and most of them work under
 * settings that have to be set aside first; here the bytes go to where they
 * are needed. What is rare (years of five digits, years before Christ,
 * infinity, NaN) is left to the output function. test/sql/image.sql compares
 * both.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "value.h"

/* Days from 2000-01-01 to 0001-01-01, and to 10000-01-01. */
#define FIRST_DAY (-730119)
#define END_DAY 2921940

/*
 * A numeric as it is stored, now and in every cluster that pg_upgrade takes:
 * a word of flags, then digits of base 10000. In the short form the word also
 * has the scale and the weight; in the long one the weight follows.
 */
#define NUMERIC_FLAGS 0xC000
#define NUMERIC_IS_SHORT 0x8000
#define NUMERIC_IS_SPECIAL 0xC000
#define NUMERIC_LONG_NEGATIVE 0x4000
#define NUMERIC_LONG_SCALE 0x3FFF
#define NUMERIC_SHORT_NEGATIVE 0x2000
#define NUMERIC_SHORT_SCALE 0x1F80
#define NUMERIC_SHORT_SCALE_SHIFT 7
#define NUMERIC_SHORT_WEIGHT_NEGATIVE 0x0040
#define NUMERIC_SHORT_WEIGHT 0x003F
#define NUMERIC_DIGITS 4		/* decimal digits in one of base 10000 */

typedef struct NumericParts
{
	bool		special;
	bool		negative;
	int			scale;			/* decimal digits behind the point */
	int			weight;			/* of the first digit of base 10000 */
	int			ndigits;
	const char *digits;			/* int16, perhaps not aligned */
} NumericParts;

static const char value_digits[] = "0123456789abcdef";

/* Write a number below 100 in two digits. */
static inline char *
value_put_two(char *out, int value)
{
	out[0] = '0' + value / 10;
	out[1] = '0' + value % 10;
	return out + 2;
}

/* Write a number below 10000 in four digits. */
static inline char *
value_put_four(char *out, int value)
{
	return value_put_two(value_put_two(out, value / 100), value % 100);
}

/* Write the date that is so many days after 2000-01-01. */
static char *
value_put_day(char *out, int day)
{
	int			year;
	int			month;
	int			mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	out = value_put_four(out, year);
	*out++ = '-';
	out = value_put_two(out, month);
	*out++ = '-';
	return value_put_two(out, mday);
}

/* Write a date. */
char *
value_put_date(char *out, DateADT date)
{
	if (date < FIRST_DAY || date >= END_DAY)
		return NULL;
	return value_put_day(out, date);
}

/* Write the digits of a fraction of a second that are not trailing zeros. */
static char *
value_put_fraction(char *out, int microseconds)
{
	if (microseconds == 0)
		return out;
	*out++ = '.';
	for (int unit = 100000; microseconds > 0; unit /= 10)
	{
		*out++ = '0' + microseconds / unit;
		microseconds %= unit;
	}
	return out;
}

/* Write a timestamp, or one with time zone in UTC. */
char *
value_put_timestamp(char *out, Timestamp timestamp, bool with_zone)
{
	int64		rest;
	int			day;
	int			seconds;

	if (timestamp < FIRST_DAY * USECS_PER_DAY ||
		timestamp >= END_DAY * USECS_PER_DAY)
		return NULL;
	/* count from year 1, so that the division does not round up */
	rest = timestamp - FIRST_DAY * USECS_PER_DAY;
	day = rest / USECS_PER_DAY;
	rest -= day * USECS_PER_DAY;
	seconds = rest / USECS_PER_SEC;
	out = value_put_day(out, day + FIRST_DAY);
	*out++ = ' ';
	out = value_put_two(out, seconds / SECS_PER_HOUR);
	*out++ = ':';
	out = value_put_two(out, seconds / SECS_PER_MINUTE % MINS_PER_HOUR);
	*out++ = ':';
	out = value_put_two(out, seconds % SECS_PER_MINUTE);
	out = value_put_fraction(out, rest - seconds * USECS_PER_SEC);
	if (with_zone)
	{
		memcpy(out, "+00", 3);
		out += 3;
	}
	return out;
}

/* Write a UUID. */
char *
value_put_uuid(char *out, const pg_uuid_t *uuid)
{
	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = value_digits[uuid->data[i] >> 4];
		*out++ = value_digits[uuid->data[i] & 0x0F];
	}
	return out;
}

/* Take a numeric apart. */
static NumericParts
numeric_parts(const char *numeric, size_t size)
{
	NumericParts parts = {0};
	uint16		header;
	int16		weight;
	int			begin = sizeof(header);

	memcpy(&header, numeric, sizeof(header));
	if ((header & NUMERIC_FLAGS) == NUMERIC_IS_SPECIAL)
		parts.special = true;
	else if ((header & NUMERIC_FLAGS) == NUMERIC_IS_SHORT)
	{
		parts.negative = (header & NUMERIC_SHORT_NEGATIVE) != 0;
		parts.scale = (header & NUMERIC_SHORT_SCALE) >>
			NUMERIC_SHORT_SCALE_SHIFT;
		parts.weight = header & NUMERIC_SHORT_WEIGHT;
		if (header & NUMERIC_SHORT_WEIGHT_NEGATIVE)
			parts.weight -= NUMERIC_SHORT_WEIGHT_NEGATIVE;
	}
	else
	{
		memcpy(&weight, numeric + begin, sizeof(weight));
		begin += sizeof(weight);
		parts.negative = (header & NUMERIC_FLAGS) == NUMERIC_LONG_NEGATIVE;
		parts.scale = header & NUMERIC_LONG_SCALE;
		parts.weight = weight;
	}
	parts.digits = numeric + begin;
	parts.ndigits = (size - begin) / sizeof(int16);
	return parts;
}

/* The digit of base 10000 in that place; zero where none is stored. */
static inline int
numeric_digit(const NumericParts *parts, int place)
{
	int16		digit;

	if (place < 0 || place >= parts->ndigits)
		return 0;
	memcpy(&digit, parts->digits + place * sizeof(digit), sizeof(digit));
	return digit;
}

/* Write a number below 10000 without leading zeros. */
static char *
numeric_put_first(char *out, int value)
{
	char		four[NUMERIC_DIGITS];
	int			skip = value >= 1000 ? 0 : value >= 100 ? 1 :
		value >= 10 ? 2 : 3;

	(void) value_put_four(four, value);
	memcpy(out, four + skip, NUMERIC_DIGITS - skip);
	return out + NUMERIC_DIGITS - skip;
}

/* The room that value_put_numeric needs. */
size_t
value_numeric_size(const char *numeric, size_t size)
{
	NumericParts parts = numeric_parts(numeric, size);

	return NUMERIC_DIGITS * (Max(parts.weight, 0) + 3) + parts.scale;
}

/* Write a numeric with as many digits behind the point as its scale says. */
char *
value_put_numeric(char *out, const char *numeric, size_t size)
{
	NumericParts parts = numeric_parts(numeric, size);
	char	   *end;

	if (parts.special)
		return NULL;
	if (parts.negative)
		*out++ = '-';
	out = numeric_put_first(out, parts.weight < 0 ? 0 :
							numeric_digit(&parts, 0));
	for (int place = 1; place <= parts.weight; place++)
		out = value_put_four(out, numeric_digit(&parts, place));
	if (parts.scale == 0)
		return out;
	*out++ = '.';
	end = out + parts.scale;
	for (int place = parts.weight + 1; out < end; place++)
		out = value_put_four(out, numeric_digit(&parts, place));
	return end;
}
