/*
 * json_reader.c
 *		A strict little reader of JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_reader.h"

bool
json_read_constant(JsonReader *reader, const char *constant)
{
	size_t		size = strlen(constant);

	if ((size_t) (reader->end - reader->at) < size ||
		memcmp(reader->at, constant, size) != 0)
		return false;
	reader->at += size;
	return true;
}

/* The byte that an escape stands for, behind its backslash; -1 for none. */
static int
json_read_escape(JsonReader *reader)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char bytes[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	unsigned int value;
	char		digits[3] = {0};

	if (reader->at == reader->end)
		return -1;
	letter = *reader->at != '\0' ? strchr(letters, *reader->at) : NULL;
	if (letter != NULL)
	{
		reader->at++;
		return (unsigned char) bytes[letter - letters];
	}
	if (!json_read_constant(reader, "u00") || reader->end - reader->at < 2)
		return -1;
	memcpy(digits, reader->at, 2);
	if (strspn(digits, "0123456789abcdef") != 2 ||
		sscanf(digits, "%x", &value) != 1)
		return -1;
	reader->at += 2;
	return value;
}

/* One byte of a string; -1 where it is malformed. */
static int
json_read_byte(JsonReader *reader)
{
	unsigned char c = *reader->at++;

	if (c < 0x20)
		return -1;
	return c == '\\' ? json_read_escape(reader) : c;
}

char *
json_read_string(JsonReader *reader, size_t *size)
{
	char	   *out;

	if (!json_read_constant(reader, "\""))
		return NULL;
	out = malloc(reader->end - reader->at + 1);
	for (*size = 0; reader->at < reader->end; (*size)++)
	{
		int			byte;

		if (*reader->at == '"')
		{
			reader->at++;
			return out;
		}
		byte = json_read_byte(reader);
		if (byte < 0)
			break;
		out[*size] = byte;
	}
	free(out);
	return NULL;
}

/* Pass digits; how many there were. */
static size_t
json_read_digits(JsonReader *reader)
{
	const char *begin = reader->at;

	while (reader->at < reader->end &&
		   *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return reader->at - begin;
}

bool
json_read_number(JsonReader *reader)
{
	const char *begin;

	(void) json_read_constant(reader, "-");
	begin = reader->at;
	if (json_read_digits(reader) == 0 ||
		(*begin == '0' && reader->at - begin > 1))
		return false;
	if (json_read_constant(reader, ".") && json_read_digits(reader) == 0)
		return false;
	if (!json_read_constant(reader, "e") && !json_read_constant(reader, "E"))
		return true;
	if (!json_read_constant(reader, "-"))
		(void) json_read_constant(reader, "+");
	return json_read_digits(reader) > 0;
}

bool
json_read_end(const JsonReader *reader)
{
	return reader->at == reader->end;
}
