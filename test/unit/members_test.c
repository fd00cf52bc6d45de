/*
 * members_test.c
 *		Reading objects and arrays as spans; what is no JSON ends the reading.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "tap.h"

/* Copies without a byte after them, so that sanitizers see who reads on. */
static JsonSpan
exact(const char *text, size_t length)
{
	char	   *copy = malloc(length > 0 ? length : 1);

	memcpy(copy, text, length);
	return (JsonSpan){copy, length};
}

/* All members as name=value; in the order in which they stand. */
static void
members(JsonSpan text, char *out, size_t room)
{
	JsonCursor	cursor;
	JsonSpan	name;
	JsonSpan	value;
	size_t		at = 0;

	out[0] = '\0';
	if (!json_open(&cursor, text, '{'))
		return;
	while (json_next_member(&cursor, &name, &value))
		at += snprintf(out + at, room - at, "%.*s=%.*s;", (int) name.length,
					   name.start, (int) value.length, value.start);
}

static void
test_members(void)
{
	static const struct
	{
		const char *text;
		const char *expected;
	} cases[] = {
		{"{}", ""},
		{"{\"a\":1}", "\"a\"=1;"},
		{" { \"a\" : -1.50 , \"b\" : null } ", "\"a\"=-1.50;\"b\"=null;"},
		{"{\"a\\\"}\":\"x,}\\\\\",\"b\":[1,{\"c\":\"]\"}],\"d\":{}}",
		 "\"a\\\"}\"=\"x,}\\\\\";\"b\"=[1,{\"c\":\"]\"}];\"d\"={};"},
		{"[1]", ""},
		{"{\"a\"", ""},
		{"{\"a\":", ""},
		{"{\"a\":\"x\\", ""},
		{"{\"a\":[1,{}", ""},
		{"{1:2}", ""},
		{"", ""}};
	char		out[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		JsonSpan	text = exact(cases[i].text, strlen(cases[i].text));

		members(text, out, sizeof(out));
		ok(strcmp(out, cases[i].expected) == 0, "members of %s: %s",
		   cases[i].text, out);
		free((char *) text.start);
	}
}

/* However a text is cut, nothing beyond its end is read. */
static void
test_cut(void)
{
	const char *whole = "{\"a\":\"b\\\"c\",\"d\":[1,\"]\",{\"e\":-2}],\"f\":true}";
	char		out[200];

	for (size_t length = 0; length <= strlen(whole); length++)
	{
		JsonSpan	text = exact(whole, length);

		members(text, out, sizeof(out));
		free((char *) text.start);
	}
	ok(strcmp(out, "\"a\"=\"b\\\"c\";\"d\"=[1,\"]\",{\"e\":-2}];\"f\"=true;") == 0,
	   "the whole text: %s", out);
}

static void
test_values(void)
{
	JsonSpan	text = exact("{\"ab\":1,\"a\":\"x\",\"n\":-42}", 25);
	JsonSpan	value;
	JsonCursor	cursor;
	int			n = 0;

	ok(json_find_member(text, "a", &value) && json_is_string(value, "x"),
	   "a member is found by its whole name");
	ok(!json_find_member(text, "b", &value), "or not");
	ok(json_find_member(text, "n", &value) && json_integer(value) == -42,
	   "an integer");
	ok(json_integer((JsonSpan){"1x", 2}) == 0 &&
	   json_integer((JsonSpan){"-", 1}) == 0 &&
	   json_integer((JsonSpan){"9999999999999999999", 19}) == 0 &&
	   json_integer((JsonSpan){"", 0}) == 0, "what is none is 0");
	ok(json_open(&cursor, (JsonSpan){"[1, \"a\",[]]", 11}, '['),
	   "an array");
	while (json_next_element(&cursor, &value))
		n++;
	ok(n == 3, "has its elements");
	free((char *) text.start);
}

int
main(void)
{
	test_members();
	test_cut();
	test_values();
	return done();
}
