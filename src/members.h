/*
 * members.h
 *		Reading JSON that is known to be valid: the members of an object and
 *		the elements of an array, as the bytes they are. Knows nothing of the
 *		server.
 *
 * Whatever is not JSON after all ends the reading early; nothing outside the
 * text is ever read.
 */
#ifndef AIMS_MEMBERS_H
#define AIMS_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some bytes of a text; those of a string include its quotes. */
typedef struct JsonSpan
{
	const char *start;
	size_t		length;
} JsonSpan;

/* Where the reading of an object or array is. */
typedef struct JsonCursor
{
	const char *at;
	const char *end;
} JsonCursor;

/* Begin with the object ('{') or array ('[') that the text is. */
extern bool json_open(JsonCursor *cursor, JsonSpan text, char bracket);

/* The next member of an object; false after the last. */
extern bool json_next_member(JsonCursor *cursor, JsonSpan *name,
							 JsonSpan *value);

/* The next element of an array; false after the last. */
extern bool json_next_element(JsonCursor *cursor, JsonSpan *value);

/* The member of that name (without quotes) of an object. */
extern bool json_find_member(JsonSpan object, const char *name,
							 JsonSpan *value);

/* Do two spans hold the same bytes? */
extern bool json_same(JsonSpan a, JsonSpan b);

/* Is it the string of these characters, none of which is escaped? */
extern bool json_is_string(JsonSpan span, const char *s);

/* An integer; 0 where it is none. */
extern int64_t json_integer(JsonSpan span);

#endif							/* AIMS_MEMBERS_H */
