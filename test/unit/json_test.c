/*
 * json_test.c
 *		The pieces of JSON that digests are made over: one spelling of each.
 */
#include <string.h>

#include "json.h"
#include "tap.h"

/* What a function has written, against what it should have. */
static void
is_text(const char *out, const char *end, const char *expected,
		const char *name)
{
	ok((size_t) (end - out) == strlen(expected) &&
	   memcmp(out, expected, end - out) == 0,
	   "%s: %s", name, expected);
}

static void
test_strings(void)
{
	static const struct
	{
		const char *bytes;
		int			escape;
		const char *expected;
	} cases[] = {
		{"", 0, "\"\""},
		{"plain text of more than eight bytes", 0,
		 "\"plain text of more than eight bytes\""},
		{"\"\\/\b\f\n\r\t", 0, "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
		{"\001\013\016\037 \177", 0, "\"\\u0001\\u000b\\u000e\\u001f \177\""},
		{"\303\251\360\237\230\200", 0, "\"\303\251\360\237\230\200\""},
		{"\200a\351\377", JSON_HIGH, "\"\\u0080a\\u00e9\\u00ff\""}};
	char		out[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		size_t		size = strlen(cases[i].bytes);
		char	   *end = json_put_string(out, cases[i].bytes, size,
										  cases[i].escape);

		is_text(out, end, cases[i].expected, "string");
		ok(json_characters_size(cases[i].bytes, size,
								cases[i].escape | JSON_LITERAL) + 2 ==
		   (size_t) (end - out), "its size");
	}
	is_text(out, json_put_characters(out, "{\"k\":\"\351\"}", 9, JSON_HIGH),
			"{\"k\":\"\\u00e9\"}", "text that is JSON already");
}

/* A special byte is seen wherever it stands among eight. */
static void
test_places(void)
{
	int			wrong = 0;

	for (int length = 1; length < 20; length++)
		for (int place = 0; place < length; place++)
			for (int byte = 0; byte < 256; byte++)
			{
				char		s[20];
				char		out[200];
				bool		special = byte < 0x20 || byte == '"' ||
					byte == '\\';

				memset(s, 'x', sizeof(s));
				s[place] = (char) byte;
				wrong += (json_put_string(out, s, length, 0) - out ==
						  length + 2) == special;
				wrong += (json_put_string(out, s, length, JSON_HIGH) - out ==
						  length + 2) == (special || byte >= 0x80);
			}
	ok(wrong == 0, "every byte in every place (%d wrong)", wrong);
}

static void
test_numbers(void)
{
	static const char *const numbers[] = {"0", "-1", "1.5", "-0", "1e+15"};
	static const char *const others[] = {"NaN", "Infinity", "-Infinity", "-",
										 ""};
	char		out[JSON_INTEGER_MAX];

	is_text(out, json_put_integer(out, 0), "0", "integer");
	is_text(out, json_put_integer(out, -1), "-1", "integer");
	is_text(out, json_put_integer(out, INT64_MAX), "9223372036854775807",
			"integer");
	is_text(out, json_put_integer(out, INT64_MIN), "-9223372036854775808",
			"integer");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ok(json_is_number(numbers[i]), "%s is a number", numbers[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ok(!json_is_number(others[i]), "\"%s\" is none", others[i]);
}

static void
test_times(void)
{
	static const struct
	{
		int64_t		time;
		const char *expected;
	} cases[] = {
		{0, "2000-01-01T00:00:00.000000Z"},
		{-1, "1999-12-31T23:59:59.999999Z"},
		{INT64_C(823219199123456), "2026-01-31T23:59:59.123456Z"},
		{INT64_C(5097600) * 1000000, "2000-02-29T00:00:00.000000Z"},
		{INT64_C(-3155673600) * 1000000, "1900-01-01T00:00:00.000000Z"},
		{INT64_C(-63113904000) * 1000000, "0000-01-01T00:00:00.000000Z"},
		{INT64_C(-75731500800) * 1000000, "-400-03-01T00:00:00.000000Z"},
		{INT64_C(-211813488000) * 1000000, "-4713-11-24T00:00:00.000000Z"},
		{INT64_C(9223371331199999999), "294276-12-31T23:59:59.999999Z"},
		{INT64_C(9223371331200000000), "9223371331200000000"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"}};
	char		out[JSON_TIME_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_text(out, json_put_time(out, cases[i].time), cases[i].expected,
				"time");
}

int
main(void)
{
	test_strings();
	test_places();
	test_numbers();
	test_times();
	return done();
}
