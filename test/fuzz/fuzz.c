/*
 * fuzz.c
 *		Inputs and references of the fuzz targets.
 */
#include <string.h>

#include "fuzz.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint64_t
input_number(Input *in, int bytes)
{
	uint64_t	number = 0;

	for (; bytes > 0 && in->left > 0; bytes--, in->left--)
		number = number << 8 | *in->at++;
	return number;
}

char *
input_bytes(Input *in, size_t size, size_t *got)
{
	char	   *bytes;

	*got = size < in->left ? size : in->left;
	bytes = malloc(*got + 1);
	if (*got > 0)
		memcpy(bytes, in->at, *got);
	bytes[*got] = '\0';
	in->at += *got;
	in->left -= *got;
	return bytes;
}

char *
input_string(Input *in, size_t size)
{
	size_t		got;
	char	   *string = input_bytes(in, size, &got);

	for (size_t i = 0; i < got; i++)
		if (string[i] == '\0')
			string[i] = '0';
	return string;
}

char *
exact_copy(const void *bytes, size_t size)
{
	char	   *copy = malloc(size > 0 ? size : 1);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

/* The length of the well-formed character that s begins with, or 0. */
static size_t
reference_character(const unsigned char *s, size_t size)
{
	static const struct
	{
		unsigned char first[2];
		unsigned char second[2];
		size_t		length;
	} rows[] = {
		{{0xC2, 0xDF}, {0x80, 0xBF}, 2},
		{{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
		{{0xE1, 0xEC}, {0x80, 0xBF}, 3},
		{{0xED, 0xED}, {0x80, 0x9F}, 3},
		{{0xEE, 0xEF}, {0x80, 0xBF}, 3},
		{{0xF0, 0xF0}, {0x90, 0xBF}, 4},
		{{0xF1, 0xF3}, {0x80, 0xBF}, 4},
		{{0xF4, 0xF4}, {0x80, 0x8F}, 4}};

	if (s[0] <= 0x7F)
		return 1;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
	{
		if (s[0] < rows[row].first[0] || s[0] > rows[row].first[1])
			continue;
		if (size < rows[row].length ||
			s[1] < rows[row].second[0] || s[1] > rows[row].second[1])
			return 0;
		for (size_t i = 2; i < rows[row].length; i++)
			if (s[i] < 0x80 || s[i] > 0xBF)
				return 0;
		return rows[row].length;
	}
	return 0;
}

bool
reference_utf8(const char *s, size_t size)
{
	size_t		length;

	for (size_t i = 0; i < size; i += length)
	{
		length = reference_character((const unsigned char *) s + i, size - i);
		if (length == 0)
			return false;
	}
	return true;
}

bool
reference_key_name(const char *s, size_t size)
{
	/* property White_Space beyond ASCII */
	static const char *const spaces[] = {
		"\302\205", "\302\240", "\341\232\200", "\342\200\200",
		"\342\200\201", "\342\200\202", "\342\200\203", "\342\200\204",
		"\342\200\205", "\342\200\206", "\342\200\207", "\342\200\210",
		"\342\200\211", "\342\200\212", "\342\200\250", "\342\200\251",
		"\342\200\257", "\342\201\237", "\343\200\200"};

	if (size == 0 || !reference_utf8(s, size))
		return false;
	for (size_t i = 0; i < size; i++)
	{
		if ((unsigned char) s[i] <= ' ' || s[i] == '+')
			return false;
		for (size_t n = 0; n < sizeof(spaces) / sizeof(spaces[0]); n++)
			if (size - i >= strlen(spaces[n]) &&
				memcmp(s + i, spaces[n], strlen(spaces[n])) == 0)
				return false;
	}
	return true;
}

/* Encode three bytes, of which n count. */
static void
reference_base64_group(const unsigned char *bytes, size_t n, char *out)
{
	uint32_t	bits = (uint32_t) bytes[0] << 16 |
		(n > 1 ? bytes[1] : 0u) << 8 | (n > 2 ? bytes[2] : 0u);

	for (size_t i = 0; i < 4; i++)
		out[i] = i <= n ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
}

int
reference_base64(const char *s, size_t size, unsigned char *out)
{
	char		again[4];
	size_t		n = size / 4 * 3;

	if (size % 4 != 0)
		return -1;
	for (size_t i = 0; i < size && i < 2; i++)
		n -= s[size - 1 - i] == '=';
	for (size_t i = 0; i < size; i += 4)
	{
		unsigned char bytes[3];
		size_t		count = n - i / 4 * 3 < 3 ? n - i / 4 * 3 : 3;
		uint32_t	bits = 0;

		for (size_t j = 0; j < 4; j++)
		{
			const char *digit = s[i + j] ? strchr(alphabet, s[i + j]) : NULL;

			bits = bits << 6 | (digit ? (uint32_t) (digit - alphabet) : 0);
		}
		for (size_t j = 0; j < 3; j++)
			bytes[j] = bits >> (16 - 8 * j) & 0xFF;
		reference_base64_group(bytes, count, again);
		if (memcmp(again, s + i, 4) != 0)
			return -1;
		memcpy(out + i / 4 * 3, bytes, count);
	}
	return n;
}
