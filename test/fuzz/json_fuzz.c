/*
 * json_fuzz.c
 *		The pieces of JSON: what is written reads back as what was given, in
 *		the one spelling that there is, into the room that was announced.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "json.h"
#include "json_reader.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rules of doc/formats.md for one byte. */
static size_t
reference_byte(unsigned char c, int escape, char *out)
{
	if ((escape & JSON_LITERAL) && (c == '"' || c == '\\'))
		return sprintf(out, "\\%c", c);
	if ((escape & JSON_LITERAL) && c != '\0' && strchr("\b\f\n\r\t", c))
		return sprintf(out, "\\%c", "btnvfr"[c - '\b']);
	if (((escape & JSON_LITERAL) && c < 0x20) ||
		((escape & JSON_HIGH) && c >= 0x80))
		return sprintf(out, "\\u%04x", c);
	*out = c;
	return 1;
}

/* Characters against the rules, in room that is exactly as large as said. */
static void
check_characters(const char *bytes, size_t size, int escape)
{
	size_t		room = json_characters_size(bytes, size, escape);
	char	   *out = malloc(room > 0 ? room : 1);
	char		expected[JSON_GROWTH + 1];
	size_t		at = 0;

	check(room <= size * JSON_GROWTH);
	check(json_put_characters(out, bytes, size, escape) == out + room);
	for (size_t i = 0; i < size; i++)
	{
		size_t		n = reference_byte(bytes[i], escape, expected);

		check(n <= JSON_GROWTH && n <= room - at);
		check(memcmp(out + at, expected, n) == 0);
		at += n;
	}
	check(at == room);
	free(out);
}

/* A literal reads back. */
static void
check_string(const char *bytes, size_t size, int escape)
{
	size_t		room = json_characters_size(bytes, size,
											escape | JSON_LITERAL) +
		2;
	char	   *out = malloc(room);
	JsonReader	reader = {out, out + room};
	char	   *back;
	size_t		back_size;

	check(json_put_string(out, bytes, size, escape) == out + room);
	back = json_read_string(&reader, &back_size);
	check(back != NULL && json_read_end(&reader));
	check(back_size == size && memcmp(back, bytes, size) == 0);
	for (size_t i = 0; (escape & JSON_HIGH) && i < room; i++)
		check((unsigned char) out[i] < 0x80);
	if (reference_utf8(bytes, size))
		check(reference_utf8(out, room));
	free(back);
	free(out);
}

/* An integer as the C library prints it. */
static void
check_integer(int64_t value)
{
	char		expected[JSON_INTEGER_MAX + 2];
	int			n = snprintf(expected, sizeof(expected), "%" PRId64, value);
	char	   *out = malloc(n);

	check(n <= JSON_INTEGER_MAX);
	check(json_put_integer(out, value) == out + n);
	check(memcmp(out, expected, n) == 0);
	free(out);
}

/* A time as the C library breaks it down. */
static void
check_time(int64_t microseconds)
{
	int64_t		second = microseconds / 1000000;
	int64_t		fraction = microseconds % 1000000;
	char		expected[64];
	char	   *out;
	time_t		time;
	struct tm	tm;
	int			n;

	if (fraction < 0)
	{
		fraction += 1000000;
		second--;
	}
	time = second + 946684800;
	if (microseconds < INT64_C(-211813488000000000) ||
		microseconds >= INT64_C(9223371331200000000))
		n = snprintf(expected, sizeof(expected), "%" PRId64, microseconds);
	else
	{
		check(gmtime_r(&time, &tm) != NULL);
		n = snprintf(expected, sizeof(expected),
					 "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900,
					 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
					 tm.tm_sec, (int) fraction);
	}
	out = malloc(n);
	check(n <= JSON_TIME_MAX);
	check(json_put_time(out, microseconds) == out + n);
	check(memcmp(out, expected, n) == 0);
	free(out);
}

/* A finite float is a number of JSON, however many digits; others are not. */
static void
check_number(uint64_t bits, int digits)
{
	double		value;
	char		text[64];
	JsonReader	reader = {text, text};

	memcpy(&value, &bits, sizeof(value));
	reader.end += snprintf(text, sizeof(text), "%.*g", digits % 17 + 1, value);
	check(json_is_number(text) == (isfinite(value) != 0));
	if (isfinite(value))
		check(json_read_number(&reader) && json_read_end(&reader));
}

/* Hexadecimal digits, two for each byte. */
static void
check_hex(const char *bytes, size_t size)
{
	char	   *out = malloc(2 * size + 1);
	char		pair[3];

	check(json_put_hex(out, (const unsigned char *) bytes, size) ==
		  out + 2 * size);
	for (size_t i = 0; i < size; i++)
	{
		snprintf(pair, sizeof(pair), "%02x", (unsigned char) bytes[i]);
		check(memcmp(out + 2 * i, pair, 2) == 0);
	}
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	int			digits = input_number(&in, 1);
	uint64_t	number = input_number(&in, 8);
	char	   *bytes = exact_copy(in.at, in.left);

	check_integer((int64_t) number);
	check_integer((int64_t) number >> digits % 64);
	check_time((int64_t) number);
	check_time((int64_t) number >> digits % 64);
	check_number(number, digits);
	for (int escape = 0; escape <= (JSON_LITERAL | JSON_HIGH); escape++)
		check_characters(bytes, in.left, escape);
	check_string(bytes, in.left, 0);
	check_string(bytes, in.left, JSON_HIGH);
	check_hex(bytes, in.left);
	free(bytes);
	return 0;
}
