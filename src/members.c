/*
 * members.c
 *		Reading JSON that is known to be valid, without a copy.
 */
#include "members.h"

#include <string.h>

/* Pass over white space. */
static void
skip_blanks(JsonCursor *cursor)
{
	while (cursor->at < cursor->end &&
		   (*cursor->at == ' ' || *cursor->at == '\t' ||
			*cursor->at == '\n' || *cursor->at == '\r'))
		cursor->at++;
}

/* Pass over a string literal that begins here. */
static bool
skip_string(JsonCursor *cursor)
{
	for (cursor->at++; cursor->at < cursor->end; cursor->at++)
	{
		if (*cursor->at == '\\')
			cursor->at++;
		else if (*cursor->at == '"')
		{
			cursor->at++;
			return true;
		}
	}
	cursor->at = cursor->end;	/* an escape may have been cut off */
	return false;
}

/* Pass over an object or array that begins here. */
static bool
skip_nested(JsonCursor *cursor)
{
	int64_t		depth = 0;

	while (cursor->at < cursor->end)
	{
		char		c = *cursor->at;

		if (c == '"')
		{
			if (!skip_string(cursor))
				return false;
			continue;
		}
		cursor->at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return false;
}

/* Pass over a number, true, false or null. */
static bool
skip_word(JsonCursor *cursor)
{
	const char *start = cursor->at;

	while (cursor->at < cursor->end &&
		   memchr(",]} \t\n\r", *cursor->at, 7) == NULL)
		cursor->at++;
	return cursor->at > start;
}

/* The value that begins here. */
static bool
next_value(JsonCursor *cursor, JsonSpan *value)
{
	bool		whole;

	skip_blanks(cursor);
	value->start = cursor->at;
	if (cursor->at == cursor->end)
		return false;
	if (*cursor->at == '"')
		whole = skip_string(cursor);
	else if (*cursor->at == '{' || *cursor->at == '[')
		whole = skip_nested(cursor);
	else
		whole = skip_word(cursor);
	value->length = cursor->at - value->start;
	return whole;
}

/* Begin with the object or array that the text is. */
bool
json_open(JsonCursor *cursor, JsonSpan text, char bracket)
{
	cursor->at = text.start;
	cursor->end = text.start + text.length;
	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at != bracket)
		return false;
	cursor->at++;
	return true;
}

/* Pass over what stands between two members; false where the last was read. */
static bool
next_begins(JsonCursor *cursor)
{
	skip_blanks(cursor);
	if (cursor->at < cursor->end && *cursor->at == ',')
	{
		cursor->at++;
		skip_blanks(cursor);
	}
	return cursor->at < cursor->end && *cursor->at != '}' &&
		*cursor->at != ']';
}

/* The next member of an object. */
bool
json_next_member(JsonCursor *cursor, JsonSpan *name, JsonSpan *value)
{
	if (!next_begins(cursor) || *cursor->at != '"' ||
		!next_value(cursor, name))
		return false;
	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at != ':')
		return false;
	cursor->at++;
	return next_value(cursor, value);
}

/* The next element of an array. */
bool
json_next_element(JsonCursor *cursor, JsonSpan *value)
{
	return next_begins(cursor) && next_value(cursor, value);
}

/* The member of that name. */
bool
json_find_member(JsonSpan object, const char *name, JsonSpan *value)
{
	JsonCursor	cursor;
	JsonSpan	found;

	if (!json_open(&cursor, object, '{'))
		return false;
	while (json_next_member(&cursor, &found, value))
		if (json_is_string(found, name))
			return true;
	return false;
}

/* Do two spans hold the same bytes? */
bool
json_same(JsonSpan a, JsonSpan b)
{
	return a.length == b.length &&
		(a.length == 0 || memcmp(a.start, b.start, a.length) == 0);
}

/* Is it the string of these characters? */
bool
json_is_string(JsonSpan span, const char *s)
{
	size_t		length = strlen(s);

	return span.length == length + 2 && span.start[0] == '"' &&
		memcmp(span.start + 1, s, length) == 0;
}

/* An integer. */
int64_t
json_integer(JsonSpan span)
{
	size_t		i = span.length > 0 && span.start[0] == '-' ? 1 : 0;
	uint64_t	value = 0;

	if (i == span.length || span.length - i > 18)
		return 0;
	for (; i < span.length; i++)
	{
		if (span.start[i] < '0' || span.start[i] > '9')
			return 0;
		value = value * 10 + (uint64_t) (span.start[i] - '0');
	}
	return span.start[0] == '-' ? -(int64_t) value : (int64_t) value;
}
