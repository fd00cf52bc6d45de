/*
 * json.h
 *		The pieces of JSON that images, particulars and leaves are made of
 *		(doc/formats.md). Knows nothing of the server.
 *
 * Every function writes at out, which has room for as much as is said here,
 * and returns where it stopped. No zero byte is added.
 */
#ifndef AIMS_JSON_H
#define AIMS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is escaped. */
#define JSON_LITERAL 0x01		/* what may not stand in a string literal */
#define JSON_HIGH 0x02			/* bytes from 0x80 on, of unknown encoding */

#define JSON_GROWTH 6			/* bytes that one byte becomes at most */
#define JSON_INTEGER_MAX 20		/* bytes of a number of 64 bits */
#define JSON_TIME_MAX 29		/* bytes of a time */

/* How many bytes characters become: a pass over them. */
extern size_t json_characters_size(const char *s, size_t length, int escape);

/* Characters, escaped: at most JSON_GROWTH bytes for each. */
extern char *json_put_characters(char *out, const char *s, size_t length,
								 int escape);

/* A string literal: the same and two quotes. */
static inline char *
json_put_string(char *out, const char *s, size_t length, int escape)
{
	*out++ = '"';
	out = json_put_characters(out, s, length, escape | JSON_LITERAL);
	*out++ = '"';
	return out;
}

/* An integer: at most JSON_INTEGER_MAX bytes. */
extern char *json_put_integer(char *out, int64_t value);

/* Bytes in hexadecimal, two digits each. */
extern char *json_put_hex(char *out, const unsigned char *bytes,
						  size_t size);

/*
 * A time, given in microseconds since 2000-01-01 UTC, as leaves write it:
 * 2026-01-31T23:59:59.123456Z. What is no time of PostgreSQL, and those that
 * are infinite, are written as the integer. At most JSON_TIME_MAX bytes.
 */
extern char *json_put_time(char *out, int64_t microseconds);

/* Is the output of a numeric type a number of JSON, not NaN or infinite? */
static inline bool
json_is_number(const char *s)
{
	if (*s == '-')
		s++;
	return *s >= '0' && *s <= '9';
}

#endif							/* AIMS_JSON_H */
