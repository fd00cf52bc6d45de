/*
 * image.c
 *		The writer of row images (writer version 1).
 *
 * An image is one JSON object: the row's columns in the order of their
 * numbers, NULLs left out, no blanks. Whatever a type's output depends on is
 * pinned: ISO dates in UTC, hexadecimal bytea, shortest exact floats, and
 * where a column can show names or money, search_path pg_catalog and
 * lc_monetary C. The exact rules are in doc/formats.md; a change of any of
 * them needs a new IMAGE_WRITER_VERSION.
 */
#include "aims.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "definition.h"
#include "image.h"
#include "json.h"
#include "row_key.h"
#include "value.h"

/* Of strings that are not longer, the room is not counted but reserved. */
#define JSON_SHORT 1024

/* The formats that are set aside while images are written. */
typedef struct Formats
{
	int			date_style;
	int			date_order;
	int			interval_style;
	int			float_digits;
	int			bytea;
	bool		quote_all;
	pg_tz	   *zone;
} Formats;

static pg_tz *utc = NULL;

/* Make room for so many bytes, and refuse more than a text can hold. */
void
json_enlarge(StringInfo out, size_t size)
{
	if (size >= MaxAllocSize - out->len)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text for the ledger would be longer than 1 GB"),
				 errdetail("The image of a row is longer than its values: a byte of a bytea takes two digits, a control character six."),
				 errhint("Split the row's large values into several rows, or keep them in a table that is not governed.")));
	enlargeStringInfo(out, size);
}

/*
 * Append characters. Of long ones the room that they need is counted, since
 * it may be a sixth of what they might need.
 */
static void
json_append(StringInfo out, const char *s, size_t length, int escape)
{
	escape |= database_escape();
	json_reserve(out, length < JSON_SHORT ? JSON_GROWTH * length :
				 json_characters_size(s, length, escape));
	json_written(out, json_put_characters(out->data + out->len, s, length,
										  escape));
}

/* Append a JSON string literal, escaped as jsonb's output escapes. */
void
json_string(StringInfo out, const char *s, int length)
{
	size_t		size = length < JSON_SHORT ? JSON_GROWTH * length :
		json_characters_size(s, length, database_escape() | JSON_LITERAL);

	json_reserve(out, size + 2);
	json_written(out, json_put_string(out->data + out->len, s, length,
									  database_escape()));
}

/* Append text that is JSON already: only bytes of no known meaning escape. */
void
json_text(StringInfo out, const char *s, int length)
{
	json_append(out, s, length, 0);
}

/* The same text in UTF-8, which digests are made over. */
const char *
text_in_utf8(const char *s, int length, int *utf8_length)
{
	int			encoding = GetDatabaseEncoding();
	char	   *converted;

	*utf8_length = length;
	if (encoding == PG_UTF8 || database_escape() != 0 ||
		json_characters_size(s, length, JSON_HIGH) == length)
		return s;
	converted = pg_server_to_any(s, length, PG_UTF8);
	if (converted != s)
		*utf8_length = strlen(converted);
	return converted;
}

/* Do values of a type hold values of others? */
static bool
image_is_composed(Oid type)
{
	return get_typtype(type) == TYPTYPE_COMPOSITE || type == RECORDOID ||
		type_is_array(type) || type_is_range(type) || type_is_multirange(type);
}

/* Does the output of a type show names of other objects, or money? */
static bool
image_shows_names(Oid type)
{
	switch (type)
	{
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGCOLLATIONOID:
		case REGTYPEOID:
		case REGROLEOID:
		case REGNAMESPACEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case CASHOID:
			return true;
		default:
			/* whatever holds other types may hold one of these */
			return image_is_composed(type);
	}
}

/* How values of a base type are written. */
static ImageKind
image_kind(Oid type)
{
	switch (type)
	{
		case INT2OID:
			return IMAGE_INT2;
		case INT4OID:
			return IMAGE_INT4;
		case INT8OID:
			return IMAGE_INT8;
		case BOOLOID:
			return IMAGE_BOOL;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return IMAGE_TEXT;
		case OIDOID:
			return IMAGE_OID;
		case FLOAT4OID:
			return IMAGE_FLOAT4;
		case FLOAT8OID:
			return IMAGE_FLOAT8;
		case NUMERICOID:
			return IMAGE_NUMERIC;
		case DATEOID:
			return IMAGE_DATE;
		case TIMESTAMPOID:
			return IMAGE_TIMESTAMP;
		case TIMESTAMPTZOID:
			return IMAGE_TIMESTAMPTZ;
		case UUIDOID:
			return IMAGE_UUID;
		case BYTEAOID:
			return IMAGE_BYTEA;
		case CHAROID:
			return IMAGE_CHAR;
		case JSONOID:
		case JSONBOID:
			return IMAGE_JSON;
		default:
			return image_is_composed(type) ? IMAGE_COMPOSED : IMAGE_OUTPUT;
	}
}

/* Prepare the writing of one column. */
static void
image_column(ImageWriter *writer, ImageColumn *column, Form_pg_attribute attr)
{
	Oid			base = getBaseType(attr->atttypid);
	Oid			output;
	bool		varlena;
	StringInfoData label;

	column->attnum = attr->attnum;
	column->kind = image_kind(base);
	getTypeOutputInfo(attr->atttypid, &output, &varlena);
	fmgr_info_cxt(output, &column->output, CurrentMemoryContext);
	column->name = pstrdup(NameStr(attr->attname));
	initStringInfo(&label);
	appendStringInfoChar(&label, ',');
	json_string(&label, column->name, strlen(column->name));
	appendStringInfoChar(&label, ':');
	column->label = label.data;
	column->label_length = label.len;
	if (column->kind == IMAGE_OUTPUT || column->kind == IMAGE_COMPOSED)
		writer->pin_formats = true;
	if (image_shows_names(base))
		writer->pin_path = true;
}

/* jsonb's order of object keys: shorter first, then by bytes. */
static int
image_compare_keys(const void *a, const void *b)
{
	const char *left = (*(ImageColumn *const *) a)->name;
	const char *right = (*(ImageColumn *const *) b)->name;
	size_t		left_length = strlen(left);
	size_t		right_length = strlen(right);

	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	return memcmp(left, right, left_length);
}

/*
 * The attributes of the primary key, as RelationGetIndexAttrBitmap numbers
 * them; that function leaves out a deferrable key.
 */
static Bitmapset *
image_primary_key(Relation rel)
{
	Bitmapset  *attrs = NULL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(rel))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID,
											ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			continue;
		index = (Form_pg_index) GETSTRUCT(tuple);
		for (int i = 0; index->indisprimary && i < index->indnkeyatts; i++)
			attrs = bms_add_member(attrs, index->indkey.values[i] -
								   FirstLowInvalidHeapAttributeNumber);
		ReleaseSysCache(tuple);
	}
	return attrs;
}

/* Find the columns of the primary key. */
static void
image_key_columns(ImageWriter *writer, Relation rel)
{
	Bitmapset  *attrs = image_primary_key(rel);

	writer->key = palloc(sizeof(ImageColumn *) * (writer->ncolumns + 1));
	for (int i = 0; i < writer->ncolumns; i++)
		if (bms_is_member(writer->columns[i].attnum -
						  FirstLowInvalidHeapAttributeNumber, attrs))
			writer->key[writer->nkey++] = &writer->columns[i];
	qsort(writer->key, writer->nkey, sizeof(ImageColumn *),
		  image_compare_keys);
	bms_free(attrs);
}

/*
 * The writer of a relation's rows. Virtual generated columns are left out:
 * their value is not in the tuple that a trigger sees.
 */
ImageWriter *
image_writer(Relation rel, int32 registry_id, const char *logical_name)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ImageWriter *writer = palloc0(sizeof(ImageWriter));

	writer->relation = pstrdup(logical_name);
	writer->natts = desc->natts;
	writer->columns = palloc0(sizeof(ImageColumn) * Max(desc->natts, 1));
	writer->values = palloc(sizeof(Datum) * Max(desc->natts, 1));
	writer->nulls = palloc(sizeof(bool) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);

		if (attr->attisdropped || attr->attgenerated == 'v')
			continue;
		image_column(writer, &writer->columns[writer->ncolumns++], attr);
	}
	image_key_columns(writer, rel);
	define_shape(writer, desc, registry_id, logical_name);
	return writer;
}

/* Set the pinned formats; what was there before is returned. */
static Formats
image_pin_formats(void)
{
	Formats		old = {DateStyle, DateOrder, IntervalStyle,
					   extra_float_digits, bytea_output,
					   quote_all_identifiers, session_timezone};

	if (utc == NULL)
		utc = pg_tzset("UTC");
	DateStyle = USE_ISO_DATES;
	DateOrder = DATEORDER_YMD;
	IntervalStyle = INTSTYLE_ISO_8601;
	extra_float_digits = 1;
	bytea_output = BYTEA_OUTPUT_HEX;
	quote_all_identifiers = false;
	session_timezone = utc;
	return old;
}

/* Put the session's formats back. */
static void
image_restore_formats(const Formats *old)
{
	DateStyle = old->date_style;
	DateOrder = old->date_order;
	IntervalStyle = old->interval_style;
	extra_float_digits = old->float_digits;
	bytea_output = old->bytea;
	quote_all_identifiers = old->quote_all;
	session_timezone = old->zone;
}

/* The output of a column's own function under the pinned formats. */
char *
image_output(ImageColumn *column, Datum value)
{
	Formats		session = image_pin_formats();
	char *volatile s = NULL;

	PG_TRY();
	{
		s = OutputFunctionCall(&column->output, value);
	}
	PG_FINALLY();
	{
		image_restore_formats(&session);
	}
	PG_END_TRY();
	return s;
}

/*
 * A "char" as servers from 16 on print it; older ones give the byte itself,
 * which need not be a character of the database.
 */
char *
image_char(char c)
{
	unsigned char byte = (unsigned char) c;

	return byte >= 0x80 ? psprintf("\\%03o", byte) : pnstrdup(&c, 1);
}

/*
 * Append output of a type that holds values of others. One of those may be a
 * "char", and bring bytes that are no text in this encoding: they are escaped.
 */
static void
image_composed(StringInfo out, const char *s)
{
	size_t		length = strlen(s);

	appendStringInfoCharMacro(out, '"');
	json_append(out, s, length, JSON_LITERAL |
				(pg_verifymbstr(s, length, true) ? 0 : JSON_HIGH));
	appendStringInfoCharMacro(out, '"');
}

/* Append a numeric that is a number; false for the others. */
static bool
image_numeric(StringInfo out, Datum value)
{
	struct varlena *numeric = PG_DETOAST_DATUM_PACKED(value);
	const char *data = VARDATA_ANY(numeric);
	size_t		size = VARSIZE_ANY_EXHDR(numeric);
	char	   *end;

	json_reserve(out, value_numeric_size(data, size));
	end = value_put_numeric(out->data + out->len, data, size);
	if (end != NULL)
		json_written(out, end);
	return end != NULL;
}

/* Append a bytea in hexadecimal; the backslash of its output is escaped. */
static void
image_bytea(StringInfo out, Datum value)
{
	struct varlena *bytea = PG_DETOAST_DATUM_PACKED(value);
	size_t		size = VARSIZE_ANY_EXHDR(bytea);

	appendStringInfoString(out, "\"\\\\x");
	json_reserve(out, 2 * size + 1);
	json_written(out, json_put_hex(out->data + out->len,
								   (unsigned char *) VARDATA_ANY(bytea),
								   size));
	appendStringInfoCharMacro(out, '"');
}

/* Write a value in quotes; NULL where only its output function knows. */
static char *
image_put_quoted(char *out, ImageKind kind, Datum value)
{
	*out++ = '"';
	switch (kind)
	{
		case IMAGE_DATE:
			out = value_put_date(out, DatumGetDateADT(value));
			break;
		case IMAGE_TIMESTAMP:
			out = value_put_timestamp(out, DatumGetTimestamp(value), false);
			break;
		case IMAGE_TIMESTAMPTZ:
			out = value_put_timestamp(out, DatumGetTimestampTz(value), true);
			break;
		default:
			out = value_put_uuid(out, DatumGetUUIDP(value));
	}
	if (out != NULL)
		*out++ = '"';
	return out;
}

/* Write a value of one of the short kinds; NULL where it is not done here. */
static char *
image_put_short(char *out, ImageKind kind, Datum value)
{
	switch (kind)
	{
		case IMAGE_INT2:
			return out + pg_itoa(DatumGetInt16(value), out);
		case IMAGE_INT4:
			return out + pg_ltoa(DatumGetInt32(value), out);
		case IMAGE_INT8:
			return out + pg_lltoa(DatumGetInt64(value), out);
		case IMAGE_OID:
			return out + pg_ultoa_n(DatumGetObjectId(value), out);
		case IMAGE_BOOL:
			memcpy(out, DatumGetBool(value) ? "true" : "false", 5);
			return out + (DatumGetBool(value) ? 4 : 5);
		case IMAGE_FLOAT4:
			return !isfinite(DatumGetFloat4(value)) ? NULL :
				out + float_to_shortest_decimal_bufn(DatumGetFloat4(value),
													 out);
		case IMAGE_FLOAT8:
			return !isfinite(DatumGetFloat8(value)) ? NULL :
				out + double_to_shortest_decimal_bufn(DatumGetFloat8(value),
													  out);
		case IMAGE_DATE:
		case IMAGE_TIMESTAMP:
		case IMAGE_TIMESTAMPTZ:
		case IMAGE_UUID:
			return image_put_quoted(out, kind, value);
		default:
			return NULL;
	}
}

/* Append a value that is not of the short kinds. */
static void
image_long_value(StringInfo out, ImageColumn *column, Datum value)
{
	text	   *t;
	char	   *s;

	switch (column->kind)
	{
		case IMAGE_TEXT:
			t = DatumGetTextPP(value);
			json_string(out, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
			return;
		case IMAGE_BYTEA:
			image_bytea(out, value);
			return;
		case IMAGE_JSON:
			s = OutputFunctionCall(&column->output, value);
			json_text(out, s, strlen(s));
			return;
		case IMAGE_COMPOSED:
			image_composed(out, OutputFunctionCall(&column->output, value));
			return;
		case IMAGE_CHAR:
			s = image_char(DatumGetChar(value));
			break;
		case IMAGE_OUTPUT:
			s = OutputFunctionCall(&column->output, value);
			break;
		default:				/* NaN, infinity, and times far away */
			s = image_output(column, value);
	}
	json_string(out, s, strlen(s));
}

/* Append a label and a value. */
static void
image_value(StringInfo out, ImageColumn *column, Datum value)
{
	char	   *end;

	json_reserve(out, column->label_length + VALUE_MAX);
	end = out->data + out->len;
	memcpy(end, column->label, column->label_length);
	out->len += column->label_length;
	end = image_put_short(out->data + out->len, column->kind, value);
	if (end != NULL)
		json_written(out, end);
	else if (column->kind != IMAGE_NUMERIC || !image_numeric(out, value))
		image_long_value(out, column, value);
}

/*
 * Name the column of an error, and say what can be done about characters that
 * have no place in UTF-8.
 */
static void
image_error(void *arg)
{
	ImageWriter *writer = arg;

	if (geterrcode() == ERRCODE_UNTRANSLATABLE_CHARACTER ||
		geterrcode() == ERRCODE_CHARACTER_NOT_IN_REPERTOIRE)
		errhint("Digests are made over UTF-8: correct the value, or keep the column in a table that is not governed.");
	errcontext("column \"%s\" of \"%s\", written for the ledger",
			   writer->current->name, writer->relation);
}

/*
 * Append a column. Where its bytes have to be converted for the digest, find
 * out now whether they can be, while it is known whose they are.
 */
static void
image_column_value(ImageWriter *writer, ImageColumn *column, StringInfo out)
{
	int			start = out->len;
	int			length;

	writer->current = column;
	image_value(out, column, writer->values[column->attnum - 1]);
	if (GetDatabaseEncoding() != PG_UTF8)
		(void) text_in_utf8(out->data + start, out->len - start, &length);
}

/* Append the image of the deformed row. */
static void
image_columns(ImageWriter *writer, StringInfo out)
{
	int			start = out->len;
	ErrorContextCallback callback = {error_context_stack, image_error, writer};

	error_context_stack = &callback;
	for (int i = 0; i < writer->ncolumns; i++)
	{
		ImageColumn *column = &writer->columns[i];

		if (!writer->nulls[column->attnum - 1])
			image_column_value(writer, column, out);
	}
	error_context_stack = callback.previous;
	if (out->len == start)
		appendStringInfoChar(out, '{');
	else
		out->data[start] = '{'; /* labels begin with a comma */
	appendStringInfoChar(out, '}');
}

/* Write the image and the key, each where it is asked for. */
static void
image_write_parts(ImageWriter *writer, StringInfo out, StringInfo key_text,
				  Jsonb **key)
{
	if (out != NULL)
		image_columns(writer, out);
	if (key_text != NULL && writer->nkey > 0)
		*key = row_key_write(writer, key_text);
}

/* The same under the pinned formats. */
static void
image_write_pinned(ImageWriter *writer, StringInfo out, StringInfo key_text,
				   Jsonb **key)
{
	Formats		session = image_pin_formats();

	PG_TRY();
	{
		image_write_parts(writer, out, key_text, key);
	}
	PG_FINALLY();
	{
		image_restore_formats(&session);
	}
	PG_END_TRY();
}

/* The same with names and money printed independent of the session, too. */
static void
image_write_qualified(ImageWriter *writer, StringInfo out, StringInfo key_text,
					  Jsonb **key)
{
	int			nest = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("lc_monetary", "C", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	image_write_pinned(writer, out, key_text, key);
	AtEOXact_GUC(true, nest);
}

/* Append the image of a row and, where it is asked for, its key. */
void
image_write(ImageWriter *writer, TupleDesc desc, HeapTuple tuple,
			StringInfo out, StringInfo key_text, Jsonb **key)
{
	heap_deform_tuple(tuple, desc, writer->values, writer->nulls);
	if (writer->pin_path)
		image_write_qualified(writer, out, key_text, key);
	else if (writer->pin_formats)
		image_write_pinned(writer, out, key_text, key);
	else
		image_write_parts(writer, out, key_text, key);
}
