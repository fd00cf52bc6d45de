/*
 * shape_text.c
 *		Stored shapes, taken apart, and row images carried from one shape to
 *		another.
 *
 * An entry's digest is over the image in the shape of that time. Whoever
 * compares it with a row of today, or with what a later entry has found,
 * writes that image as it would have been written then: columns by their
 * former names, later ones left out, values of enums by their former labels.
 * Values themselves are copied byte for byte.
 */
#include "aims.h"

#include "shape_text.h"

/* The value of a hexadecimal digit. */
static int
hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Append the byte that an escape stands for; returns the escape's length. */
static int
put_escaped(StringInfo out, const char *escape)
{
	static const char from[] = "bfnrt";
	static const char to[] = "\b\f\n\r\t";
	const char *found = strchr(from, escape[1]);

	if (escape[1] == 'u')		/* only \u00xx is written */
	{
		appendStringInfoChar(out, (char) (hex_digit(escape[4]) * 16 +
										  hex_digit(escape[5])));
		return 6;
	}
	appendStringInfoChar(out, found != NULL ? to[found - from] : escape[1]);
	return 2;
}

/* Append what a value says: the characters of a string, else its text. */
void
json_span_append(StringInfo out, JsonSpan value)
{
	const char *p = value.start + 1;
	const char *end = value.start + value.length - 1;

	if (value.length < 2 || value.start[0] != '"')
	{
		appendBinaryStringInfo(out, value.start, value.length);
		return;
	}
	while (p < end)
	{
		if (*p == '\\' && end - p >= (p[1] == 'u' ? 6 : 2))
			p += put_escaped(out, p);
		else
			appendStringInfoChar(out, *p++);
	}
}

/* The same as a string. */
char *
json_span_string(JsonSpan span)
{
	StringInfoData out;

	initStringInfo(&out);
	json_span_append(&out, span);
	return out.data;
}

/* How many elements an array has. */
static int
array_length(JsonSpan array)
{
	JsonCursor	cursor;
	JsonSpan	element;
	int			n = 0;

	if (json_open(&cursor, array, '['))
		while (json_next_element(&cursor, &element))
			n++;
	return n;
}

/* Where an element of an array is; -1 where it has none like it. */
static int
array_index(JsonSpan array, JsonSpan wanted)
{
	JsonCursor	cursor;
	JsonSpan	element;

	if (json_open(&cursor, array, '['))
		for (int i = 0; json_next_element(&cursor, &element); i++)
			if (json_same(element, wanted))
				return i;
	return -1;
}

/* An element of an array; false where it is shorter. */
static bool
array_element(JsonSpan array, int index, JsonSpan *element)
{
	JsonCursor	cursor;

	if (!json_open(&cursor, array, '['))
		return false;
	for (int i = 0; json_next_element(&cursor, element); i++)
		if (i == index)
			return true;
	return false;
}

/* Read the columns of a definition. */
static void
shape_read_columns(ShapeText *shape, JsonSpan columns)
{
	JsonCursor	cursor;
	JsonSpan	object;

	shape->columns = palloc0(sizeof(ShapeColumn) *
							 Max(array_length(columns), 1));
	if (!json_open(&cursor, columns, '['))
		return;
	while (json_next_element(&cursor, &object))
	{
		ShapeColumn *column = &shape->columns[shape->ncolumns++];
		JsonSpan	value;

		if (json_find_member(object, "attnum", &value))
			column->attnum = json_integer(value);
		if (!json_find_member(object, "name", &column->name) ||
			!json_find_member(object, "type", &column->type))
			ereport(ERROR,
					(errcode(ERRCODE_MS_LEDGER_CORRUPT),
					 errmsg("shape %d of the ledger is damaged",
							shape->shape_id),
					 errdetail("A column of its definition has no name or no type."),
					 errhint("Run aims.verify().")));
		if (!json_find_member(object, "labels", &column->labels))
			column->labels = (JsonSpan){0};
	}
}

/* Read which columns are the key. */
static void
shape_read_key(ShapeText *shape, JsonSpan key)
{
	JsonCursor	cursor;
	JsonSpan	name;

	shape->key = palloc0(sizeof(int) * Max(array_length(key), 1));
	if (!json_open(&cursor, key, '['))
		return;
	while (json_next_element(&cursor, &name))
		for (int i = 0; i < shape->ncolumns; i++)
			if (json_same(shape->columns[i].name, name))
				shape->key[shape->nkey++] = i;
}

/* Take a definition apart. */
ShapeText *
shape_text(int32 shape_id, int32 registry_id, const char *relation,
		   const char *definition)
{
	ShapeText  *shape = palloc0(sizeof(ShapeText));
	JsonSpan	value;

	shape->shape_id = shape_id;
	shape->registry_id = registry_id;
	shape->relation = pstrdup(relation);
	shape->definition.start = pstrdup(definition);
	shape->definition.length = strlen(definition);
	if (json_find_member(shape->definition, "columns", &value))
		shape_read_columns(shape, value);
	if (json_find_member(shape->definition, "key", &value))
		shape_read_key(shape, value);
	if (!json_find_member(shape->definition, "types", &shape->types))
		shape->types = (JsonSpan){0};
	return shape;
}

/* The shape with some of its columns. */
ShapeText *
shape_text_reduced(const ShapeText *shape, const bool *keep)
{
	ShapeText  *reduced = palloc(sizeof(ShapeText));

	*reduced = *shape;
	reduced->shape_id = 0;
	reduced->definition.length = 0;
	reduced->nkey = 0;
	reduced->ncolumns = 0;
	reduced->columns = palloc(sizeof(ShapeColumn) * Max(shape->ncolumns, 1));
	for (int i = 0; i < shape->ncolumns; i++)
		if (keep[i])
			reduced->columns[reduced->ncolumns++] = shape->columns[i];
	return reduced;
}

/* The column that another shape's column is here, or -1. */
static int
column_source(const ShapeText *from, const ShapeColumn *wanted,
			  bool same_relation)
{
	for (int i = 0; i < from->ncolumns; i++)
		if (same_relation ? from->columns[i].attnum == wanted->attnum :
			json_same(from->columns[i].name, wanted->name))
			return i;
	return -1;
}

/* Do two shapes write every image alike? */
static bool
shapes_agree(const ShapeText *a, const ShapeText *b)
{
	if (a->ncolumns != b->ncolumns || !json_same(a->types, b->types))
		return false;
	for (int i = 0; i < a->ncolumns; i++)
		if (a->columns[i].attnum != b->columns[i].attnum ||
			!json_same(a->columns[i].name, b->columns[i].name) ||
			!json_same(a->columns[i].type, b->columns[i].type) ||
			!json_same(a->columns[i].labels, b->columns[i].labels))
			return false;
	return true;
}

/* Say what hinders a conversion, unless something else does already. */
static void
conversion_hindered(ImageConversion *conversion, const char *hindrance)
{
	if (conversion->exact)
		conversion->hindrance = hindrance;
	conversion->exact = false;
}

/* Is it the same type? An enum that is called otherwise has been renamed. */
static bool
same_type(const ShapeColumn *a, const ShapeColumn *b)
{
	return json_same(a->type, b->type) ||
		(a->labels.length > 0 && b->labels.length > 0);
}

/*
 * Find the sources of all columns. That a type is called otherwise may be a
 * mere rename; whoever has a digest finds out.
 */
static void
conversion_columns(ImageConversion *conversion, bool same_relation)
{
	const ShapeText *from = conversion->from;
	const ShapeText *to = conversion->to;

	for (int i = 0; i < to->ncolumns; i++)
	{
		int			source = column_source(from, &to->columns[i],
										   same_relation);

		conversion->source[i] = source;
		if (source < 0 ||
			!same_type(&from->columns[source], &to->columns[i]))
			conversion_hindered(conversion,
								json_span_string(to->columns[i].name));
	}
	if (!json_same(from->types, to->types))
		conversion_hindered(conversion, "of a type that was altered");
}

/* How images of one shape are written in another. */
ImageConversion *
image_conversion(const ShapeText *from, const ShapeText *to,
				 bool same_relation)
{
	ImageConversion *conversion = palloc0(sizeof(ImageConversion));

	conversion->from = from;
	conversion->to = to;
	conversion->exact = true;
	conversion->identical = shapes_agree(from, to);
	conversion->source = palloc(sizeof(int) * Max(to->ncolumns, 1));
	conversion->values = palloc(sizeof(JsonSpan) * Max(from->ncolumns, 1));
	conversion_columns(conversion, same_relation);
	return conversion;
}

/* Find the values in an image: its members stand in the order of columns. */
static void
conversion_read(ImageConversion *conversion, JsonSpan image)
{
	const ShapeText *from = conversion->from;
	JsonCursor	cursor;
	JsonSpan	name;
	JsonSpan	value;
	int			i = 0;

	memset(conversion->values, 0, sizeof(JsonSpan) * from->ncolumns);
	if (!json_open(&cursor, image, '{'))
		return;
	while (json_next_member(&cursor, &name, &value))
	{
		while (i < from->ncolumns &&
			   !json_same(from->columns[i].name, name))
			i++;
		if (i == from->ncolumns)
			return;
		conversion->values[i++] = value;
	}
}

/*
 * What a value of an enum was called. Labels are renamed and added, never
 * dropped or moved: as many as before have kept their places, and where some
 * were added, those whose names both know are the same. false: nobody knows.
 */
static bool
label_convert(const ShapeColumn *from, const ShapeColumn *to, JsonSpan *value)
{
	if (from->labels.length == 0 || to->labels.length == 0 ||
		json_same(from->labels, to->labels))
		return true;
	if (array_length(from->labels) != array_length(to->labels))
		return array_index(to->labels, *value) >= 0;
	return array_element(to->labels, array_index(from->labels, *value), value);
}

/* Append the image. */
bool
image_convert(ImageConversion *conversion, JsonSpan image, StringInfo out)
{
	const ShapeText *to = conversion->to;
	bool		exact = conversion->exact;
	char		separator = '{';

	if (conversion->identical)
	{
		appendBinaryStringInfo(out, image.start, image.length);
		return true;
	}
	conversion_read(conversion, image);
	for (int i = 0; i < to->ncolumns; i++)
	{
		int			source = conversion->source[i];
		JsonSpan	value;

		if (source < 0 || conversion->values[source].length == 0)
			continue;
		value = conversion->values[source];
		if (!label_convert(&conversion->from->columns[source],
						   &to->columns[i], &value))
			exact = false;
		appendStringInfoChar(out, separator);
		appendBinaryStringInfo(out, to->columns[i].name.start,
							   to->columns[i].name.length);
		appendStringInfoChar(out, ':');
		appendBinaryStringInfo(out, value.start, value.length);
		separator = ',';
	}
	if (separator == '{')
		appendStringInfoChar(out, '{');
	appendStringInfoChar(out, '}');
	return exact;
}
