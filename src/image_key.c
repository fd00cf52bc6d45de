/*
 * image_key.c
 *		The key of a row by its image.
 *
 * An entry names the row's key after the change. Whether an update has moved
 * the row to that key is seen in the image of the row before it. Images are
 * canonical JSON (doc/formats.md), so the pieces between their commas are
 * compared as they stand, and nothing is converted but where they differ.
 */
#include "aims.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "image.h"
#include "image_key.h"

/* Behind the string literal that begins at s. */
static const char *
skip_literal(const char *s, const char *end)
{
	for (s++; s < end && *s != '"'; s++)
		if (*s == '\\')
			s++;
	return s < end ? s + 1 : end;
}

/* Behind the value that begins at s, whatever it holds. */
static const char *
skip_value(const char *s, const char *end)
{
	int			depth = 0;

	while (s < end)
	{
		if (*s == '"')
		{
			s = skip_literal(s, end);
			continue;
		}
		if (*s == '{' || *s == '[')
			depth++;
		else if ((*s == '}' || *s == ']') && depth-- == 0)
			return s;
		else if (*s == ',' && depth == 0)
			return s;
		s++;
	}
	return s;
}

/* Behind blanks, which jsonb puts after colons and commas. */
static const char *
skip_blanks(const char *s, const char *end)
{
	while (s < end && *s == ' ')
		s++;
	return s;
}

/* The value of a column; its name is looked for as a literal of JSON. */
ImagePiece
image_member(const char *image, int length, const char *column,
			 int column_length)
{
	const char *end = image + length;
	const char *s = image + 1;
	ImagePiece	piece = {NULL, 0};
	StringInfoData label;

	initStringInfo(&label);
	json_string(&label, column, column_length);
	while (s < end && *s == '"')
	{
		const char *name = s;
		const char *colon = skip_literal(s, end);
		const char *value = skip_blanks(colon + 1, end);

		s = skip_value(value, end);
		if (colon - name == label.len &&
			memcmp(name, label.data, label.len) == 0)
		{
			piece.start = value;
			piece.length = s - value;
			break;
		}
		s = skip_blanks(s + 1, end);
	}
	pfree(label.data);
	return piece;
}

/* A scalar of a key, as its image would have it; a string without quotes. */
static char *
scalar_text(const JsonbValue *value)
{
	Datum		number;

	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			number = NumericGetDatum(value->val.numeric);
			return DatumGetCString(DirectFunctionCall1(numeric_out, number));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

/*
 * Append a piece as the value of a key: numbers of types that keys hold as
 * strings (numeric, float) become strings.
 */
static void
append_value(StringInfo out, ImagePiece piece, bool is_string)
{
	if (is_string && *piece.start != '"')
		json_string(out, piece.start, piece.length);
	else
		appendBinaryStringInfo(out, piece.start, piece.length);
}

/* Does a piece say the same as a value of a key? */
static bool
piece_is(ImagePiece piece, const JsonbValue *value)
{
	char	   *s = scalar_text(value);
	StringInfoData literal;

	if (s == NULL)
		return false;
	if (piece.length == (int) strlen(s) &&
		memcmp(piece.start, s, piece.length) == 0)
		return true;
	if (value->type != jbvString)
		return false;
	initStringInfo(&literal);
	json_string(&literal, s, strlen(s));
	return piece.length == literal.len &&
		memcmp(piece.start, literal.data, literal.len) == 0;
}

/* Make a key of its text; one with escaped characters may have no jsonb. */
static Jsonb *
key_of_text(StringInfo text)
{
	if (strstr(text->data, "\\u") != NULL)
		return NULL;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(text->data)));
}

/* The key that an image gives. */
Jsonb *
image_key_of(const char *image, int length, Jsonb *key)
{
	JsonbIterator *it = JsonbIteratorInit(&key->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue	name = {0};
	StringInfoData text;
	bool		same = true;

	initStringInfo(&text);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		ImagePiece	piece;

		if (token == WJB_KEY)
			name = value;
		if (token != WJB_VALUE)
			continue;
		piece = image_member(image, length, name.val.string.val,
							 name.val.string.len);
		if (piece.start == NULL)
			return NULL;
		if (!piece_is(piece, &value))
			same = false;
		appendStringInfoChar(&text, text.len == 0 ? '{' : ',');
		json_string(&text, name.val.string.val, name.val.string.len);
		appendStringInfoChar(&text, ':');
		append_value(&text, piece, value.type == jbvString);
	}
	if (same)
		return key;
	appendStringInfoChar(&text, '}');
	return key_of_text(&text);
}
