/*
 * members_fuzz.c
 *		Reading any bytes as an object or array: spans lie inside the text,
 *		one after the other, and what is found is what is listed.
 */
#include <string.h>

#include "fuzz.h"
#include "members.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A span lies behind what was read before, and inside the text. */
static const char *
check_span(JsonSpan span, const char *from, JsonSpan text)
{
	check(span.start >= from && span.length > 0);
	check(span.start + span.length <= text.start + text.length);
	return span.start + span.length;
}

/* Walk through all that is nested in the text. */
static void
walk(JsonSpan text, int depth)
{
	JsonCursor	cursor;
	JsonSpan	name;
	JsonSpan	value;
	const char *at = text.start;

	if (depth == 0)
		return;
	if (json_open(&cursor, text, '{'))
		while (json_next_member(&cursor, &name, &value))
		{
			at = check_span(name, at, text);
			at = check_span(value, at, text);
			(void) json_integer(value);
			walk(value, depth - 1);
		}
	at = text.start;
	if (json_open(&cursor, text, '['))
		while (json_next_element(&cursor, &value))
		{
			at = check_span(value, at, text);
			walk(value, depth - 1);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	JsonSpan	text = {(const char *) data, size};
	JsonSpan	value;

	if (size == 0)
		return 0;
	walk(text, 4);
	if (json_find_member(text, "a", &value))
		(void) check_span(value, text.start, text);
	return 0;
}
