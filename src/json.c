/*
 * json.c
 *		The pieces of JSON that images, particulars and leaves are made of.
 *
 * Digests are made over what is written here: the same input gives the same
 * bytes for ever.
 */
#include <string.h>

#include "json.h"

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))
#define DAY INT64_C(86400000000)	/* microseconds */

static const char json_digits[] = "0123456789abcdef";

/*
 * Say whether one of eight bytes has to be escaped. Each term has the highest
 * bit of a byte set where that byte is zero, or is below 0x20.
 */
static inline bool
json_word_escapes(uint64_t word, int escape)
{
	uint64_t	quote = word ^ EVERY_BYTE('"');
	uint64_t	backslash = word ^ EVERY_BYTE('\\');
	uint64_t	found = 0;

	if (escape & JSON_LITERAL)
		found = ((word - EVERY_BYTE(0x20)) & ~word) |
			((quote - EVERY_BYTE(1)) & ~quote) |
			((backslash - EVERY_BYTE(1)) & ~backslash);
	if (escape & JSON_HIGH)
		found |= word;
	return (found & EVERY_BYTE(0x80)) != 0;
}

/* Has one byte to be escaped? */
static inline bool
json_byte_escapes(unsigned char c, int escape)
{
	if (c >= 0x80)
		return (escape & JSON_HIGH) != 0;
	return (escape & JSON_LITERAL) && (c < 0x20 || c == '"' || c == '\\');
}

/* The letter of a short escape, or 0: that byte is written \u00xx. */
static inline char
json_short_escape(unsigned char c)
{
	switch (c)
	{
		case '"':
		case '\\':
			return c;
		case '\b':
			return 'b';
		case '\f':
			return 'f';
		case '\n':
			return 'n';
		case '\r':
			return 'r';
		case '\t':
			return 't';
		default:
			return 0;
	}
}

/* Write the escape of one byte. */
static char *
json_put_escape(char *out, unsigned char c)
{
	char		letter = json_short_escape(c);

	*out++ = '\\';
	if (letter != 0)
	{
		*out++ = letter;
		return out;
	}
	memcpy(out, "u00", 3);
	out[3] = json_digits[c >> 4];
	out[4] = json_digits[c & 0x0F];
	return out + 5;
}

/* Count the bytes that characters become. */
size_t
json_characters_size(const char *s, size_t length, int escape)
{
	size_t		size = length;

	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = s[i];

		if (json_byte_escapes(c, escape))
			size += json_short_escape(c) != 0 ? 1 : JSON_GROWTH - 1;
	}
	return size;
}

/* Write characters, eight at a time where none of those is escaped. */
char *
json_put_characters(char *out, const char *s, size_t length, int escape)
{
	const char *end = s + length;
	uint64_t	word;

	while (s < end)
	{
		const char *stop = end;

		if (end - s >= (ptrdiff_t) sizeof(word))
		{
			memcpy(&word, s, sizeof(word));
			if (!json_word_escapes(word, escape))
			{
				memcpy(out, &word, sizeof(word));
				out += sizeof(word);
				s += sizeof(word);
				continue;
			}
			stop = s + sizeof(word);
		}
		for (; s < stop; s++)
		{
			if (json_byte_escapes(*s, escape))
				out = json_put_escape(out, *s);
			else
				*out++ = *s;
		}
	}
	return out;
}

/* Write an integer. */
char *
json_put_integer(char *out, int64_t value)
{
	char		digits[JSON_INTEGER_MAX];
	char	   *first = digits + sizeof(digits);
	uint64_t	rest = value < 0 ? -(uint64_t) value : (uint64_t) value;
	size_t		size;

	do
	{
		*--first = '0' + rest % 10;
		rest /= 10;
	} while (rest != 0);
	if (value < 0)
		*--first = '-';
	size = digits + sizeof(digits) - first;
	memcpy(out, first, size);
	return out + size;
}

/* Write bytes in hexadecimal. */
char *
json_put_hex(char *out, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		*out++ = json_digits[bytes[i] >> 4];
		*out++ = json_digits[bytes[i] & 0x0F];
	}
	return out;
}

/* Write a number from 0 on with leading zeros up to a width. */
static char *
json_put_padded(char *out, uint32_t value, int width)
{
	for (int i = width - 1; i >= 0; i--)
	{
		out[i] = '0' + value % 10;
		value /= 10;
	}
	return out + width;
}

/* Write a year: four places with its sign, or as many as it needs. */
static char *
json_put_year(char *out, int32_t year)
{
	if (year > 9999 || year < -999)
		return json_put_integer(out, year);
	if (year >= 0)
		return json_put_padded(out, year, 4);
	*out++ = '-';
	return json_put_padded(out, -year, 3);
}

/*
 * Write the date that is so many days after 0000-03-01. Years begin in March,
 * so that the day that is not in every year is the last one; 400 years have
 * 146097 days.
 */
static char *
json_put_date(char *out, int32_t days)
{
	int32_t		era = (days >= 0 ? days : days - 146096) / 146097;
	uint32_t	day = days - era * 146097;
	uint32_t	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint32_t	month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;	/* from March */
	day -= (153 * month + 2) / 5;
	out = json_put_year(out, (int32_t) year + era * 400 + (month >= 10));
	*out++ = '-';
	out = json_put_padded(out, month < 10 ? month + 3 : month - 9, 2);
	*out++ = '-';
	return json_put_padded(out, day + 1, 2);
}

/* Write a time. */
char *
json_put_time(char *out, int64_t microseconds)
{
	/* PostgreSQL's times: from Julian day 0 to the end of the year 294276. */
	int64_t		days = microseconds / DAY;
	int64_t		rest = microseconds % DAY;
	uint32_t	seconds;

	if (microseconds < INT64_C(-211813488000000000) ||
		microseconds >= INT64_C(9223371331200000000))
		return json_put_integer(out, microseconds);
	if (rest < 0)
	{
		rest += DAY;
		days--;
	}
	seconds = rest / 1000000;
	out = json_put_date(out, days + 730425);
	*out++ = 'T';
	out = json_put_padded(out, seconds / 3600, 2);
	*out++ = ':';
	out = json_put_padded(out, seconds / 60 % 60, 2);
	*out++ = ':';
	out = json_put_padded(out, seconds % 60, 2);
	*out++ = '.';
	out = json_put_padded(out, rest % 1000000, 6);
	*out++ = 'Z';
	return out;
}
