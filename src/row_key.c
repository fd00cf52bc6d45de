/*
 * row_key.c
 *		The primary key of a row, as jsonb and as its text.
 *
 * The jsonb is built in place: pushing values one by one and converting them
 * costs more than the row's image. It is the same, byte for byte; its layout
 * cannot change, since pg_upgrade leaves it as it is.
 */
#include "aims.h"

#include "utils/builtins.h"

#include "row_key.h"

#define NUMERIC_BASE 10000
#define NUMERIC_SHORT 0x8000
#define NUMERIC_SHORT_NEGATIVE 0x2000

/* A bigint has at most 5 digits of base 10000. */
typedef struct KeyNumeric
{
	int32		length;			/* a varlena's */
	uint16		header;
	int16		digits[5];
} KeyNumeric;

/* A name or a value in the object. */
typedef struct KeyItem
{
	JEntry		type;
	const char *data;
	int			length;
	KeyNumeric	numeric;
} KeyItem;

/* An integer as numeric. */
static void
row_key_numeric(KeyItem *item, int64 value)
{
	KeyNumeric *numeric = &item->numeric;
	int16		digits[lengthof(numeric->digits)];
	uint64		rest = value < 0 ? -(uint64) value : (uint64) value;
	int			first = lengthof(digits);
	int			end = lengthof(digits);

	for (; rest != 0; rest /= NUMERIC_BASE)
		digits[--first] = rest % NUMERIC_BASE;
	numeric->header = NUMERIC_SHORT | Max(end - first - 1, 0) |
		(value < 0 ? NUMERIC_SHORT_NEGATIVE : 0);
	while (end > first && digits[end - 1] == 0)
		end--;
	memcpy(numeric->digits, digits + first, (end - first) * sizeof(int16));
	item->type = JENTRY_ISNUMERIC;
	item->data = (char *) numeric;
	item->length = offsetof(KeyNumeric, digits) +
		(end - first) * sizeof(int16);
	SET_VARSIZE(numeric, item->length);
}

/* A string. */
static void
row_key_string(KeyItem *item, const char *s, int length)
{
	item->type = JENTRY_ISSTRING;
	item->data = s;
	item->length = length;
}

/* Append a string and make an item of it. */
static void
row_key_put_string(StringInfo out, KeyItem *item, const char *s, int length)
{
	json_string(out, s, length);
	row_key_string(item, s, length);
}

/* Append an integer and make an item of it. */
static void
row_key_put_integer(StringInfo out, KeyItem *item, int64 value)
{
	json_reserve(out, JSON_INTEGER_MAX);
	json_written(out, json_put_integer(out->data + out->len, value));
	row_key_numeric(item, value);
}

/*
 * Append one value and make an item of it. Only integers are numbers, since
 * jsonb prints others in its own way.
 */
static void
row_key_put(StringInfo out, KeyItem *item, ImageColumn *column, Datum value)
{
	text	   *t;
	char	   *s;

	switch (column->kind)
	{
		case IMAGE_INT2:
			row_key_put_integer(out, item, DatumGetInt16(value));
			return;
		case IMAGE_INT4:
			row_key_put_integer(out, item, DatumGetInt32(value));
			return;
		case IMAGE_INT8:
			row_key_put_integer(out, item, DatumGetInt64(value));
			return;
		case IMAGE_BOOL:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			item->type = DatumGetBool(value) ? JENTRY_ISBOOL_TRUE :
				JENTRY_ISBOOL_FALSE;
			item->length = 0;
			return;
		case IMAGE_TEXT:
			t = DatumGetTextPP(value);
			row_key_put_string(out, item, VARDATA_ANY(t),
							   VARSIZE_ANY_EXHDR(t));
			return;
		case IMAGE_CHAR:
			s = image_char(DatumGetChar(value));
			break;
		default:
			s = image_output(column, value);
	}
	row_key_put_string(out, item, s, strlen(s));
}

/* The place that a numeric begins at, in bytes from the jsonb's begin. */
static inline int
row_key_aligned(const KeyItem *item, int place)
{
	return item->type == JENTRY_ISNUMERIC ? INTALIGN(place) : place;
}

/* Copy an item to its place; returns where the next one may begin. */
static int
row_key_copy(char *jsonb, const KeyItem *item, int place)
{
	int			begin = row_key_aligned(item, place);

	memset(jsonb + place, 0, begin - place);
	if (item->length > 0)
		memcpy(jsonb + begin, item->data, item->length);
	return begin + item->length;
}

/* The jsonb object of pairs: first all names, then all values. */
static Jsonb *
row_key_object(const KeyItem *items, int npairs)
{
	int			nitems = 2 * npairs;
	int			data = offsetof(Jsonb, root.children) +
		sizeof(JEntry) * nitems;
	int			place = data;
	Jsonb	   *jsonb;

	for (int i = 0; i < nitems; i++)
		place = row_key_aligned(&items[i], place) + items[i].length;
	jsonb = palloc(place);
	SET_VARSIZE(jsonb, place);
	jsonb->root.header = npairs | JB_FOBJECT;
	place = data;
	for (int i = 0; i < nitems; i++)
	{
		int			end = row_key_copy((char *) jsonb, &items[i], place);

		/* one in so many entries has its end, the others their length */
		jsonb->root.children[i] = items[i].type |
			(i % JB_OFFSET_STRIDE == 0 ? JENTRY_HAS_OFF | (end - data) :
			 end - place);
		place = end;
	}
	return jsonb;
}

Jsonb *
row_key_write(ImageWriter *writer, StringInfo out)
{
	KeyItem		items[2 * INDEX_MAX_KEYS];

	for (int i = 0; i < writer->nkey; i++)
	{
		ImageColumn *column = writer->key[i];

		row_key_string(&items[i], column->name, strlen(column->name));
		appendStringInfoString(out, i == 0 ? "{" : ", ");
		/* a label begins with a comma */
		appendBinaryStringInfo(out, column->label + 1,
							   column->label_length - 1);
		appendStringInfoChar(out, ' ');
		row_key_put(out, &items[writer->nkey + i], column,
					writer->values[column->attnum - 1]);
	}
	appendStringInfoChar(out, '}');
	return row_key_object(items, writer->nkey);
}
