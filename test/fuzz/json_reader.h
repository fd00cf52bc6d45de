/*
 * json_reader.h
 *		A strict little reader of JSON (RFC 8259), independent of the writer
 *		that it checks.
 */
#ifndef AIMS_JSON_READER_H
#define AIMS_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct JsonReader
{
	const char *at;
	const char *end;
} JsonReader;

/* Is that what comes next? Passes it. */
extern bool json_read_constant(JsonReader *reader, const char *constant);

/*
 * A string literal. Escapes become bytes; \u00xx is one byte, others and
 * characters that had to be escaped are refused. Returns memory to be freed,
 * or NULL.
 */
extern char *json_read_string(JsonReader *reader, size_t *size);

/* A number; false where none begins here. */
extern bool json_read_number(JsonReader *reader);

/* Does it end here? */
extern bool json_read_end(const JsonReader *reader);

#endif							/* AIMS_JSON_READER_H */
