/*
 * identity.c
 *		What tells one row of a relation from another.
 */
#include "aims.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "identity.h"

/* Make one; it holds a Hasher, so it ends where it began. */
IdentityMaker *
identity_maker(void)
{
	IdentityMaker *maker = palloc0(sizeof(IdentityMaker));

	maker->hasher = hasher_create();
	initStringInfo(&maker->text);
	for (int i = 0; i < IDENTITY_KEYS; i++)
		initStringInfo(&maker->value[i]);
	return maker;
}

void
identity_maker_free(IdentityMaker *maker)
{
	hasher_free(maker->hasher);
	for (int i = 0; i < IDENTITY_KEYS; i++)
		pfree(maker->value[i].data);
	pfree(maker->text.data);
	pfree(maker);
}

/* Begin the text: what kind it is, and in which table. */
static void
identity_begin(IdentityMaker *maker, char kind, const char *table)
{
	resetStringInfo(&maker->text);
	appendStringInfoChar(&maker->text, kind);
	if (table != NULL)
		appendStringInfoString(&maker->text, table);
	appendStringInfoChar(&maker->text, '\0');
}

/* Hash the text. */
static void
identity_end(IdentityMaker *maker, unsigned char *out)
{
	HashPart	part = {maker->text.data, maker->text.len};
	unsigned char digest[HASH_SIZE];

	hasher_digest(maker->hasher, &part, 1, digest);
	memcpy(out, digest, IDENTITY_SIZE);
}

/* Hash the values, each with its length. */
static void
identity_of_values(IdentityMaker *maker, const char *table, int n,
				   unsigned char *out)
{
	identity_begin(maker, 'k', table);
	for (int i = 0; i < n; i++)
	{
		appendBinaryStringInfo(&maker->text, (char *) &maker->value[i].len,
							   sizeof(int));
		appendBinaryStringInfo(&maker->text, maker->value[i].data,
							   maker->value[i].len);
	}
	identity_end(maker, out);
}

/* The text of a value of a key. */
static void
put_jsonb_value(StringInfo out, const JsonbValue *value)
{
	Datum		number;

	resetStringInfo(out);
	switch (value->type)
	{
		case jbvString:
			appendBinaryStringInfo(out, value->val.string.val,
								   value->val.string.len);
			break;
		case jbvNumeric:
			number = DirectFunctionCall1(numeric_out,
										 NumericGetDatum(value->val.numeric));
			appendStringInfoString(out, DatumGetCString(number));
			break;
		case jbvBool:
			appendStringInfoString(out, value->val.boolean ? "true" : "false");
			break;
		default:
			break;
	}
}

/* The identity by an entry's key. */
void
identity_of_key(IdentityMaker *maker, const char *table, const int *place,
				Jsonb *key, unsigned char *out)
{
	JsonbIterator *iterator = JsonbIteratorInit(&key->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			n = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_VALUE && n < IDENTITY_KEYS)
		{
			put_jsonb_value(&maker->value[place ? place[n] : n], &value);
			n++;
		}
	identity_of_values(maker, table, n, out);
}

/* Put the value where it belongs, if its column is one of the key. */
static bool
put_if_key(IdentityMaker *maker, const ShapeText *shape, const int *place,
		   JsonSpan name, JsonSpan value)
{
	for (int i = 0; i < shape->nkey; i++)
		if (json_same(shape->columns[shape->key[i]].name, name))
		{
			StringInfo	text = &maker->value[place ? place[i] : i];

			resetStringInfo(text);
			json_span_append(text, value);
			return true;
		}
	return false;
}

/* The identity by the columns of the key in an image. */
bool
identity_of_row(IdentityMaker *maker, const char *table,
				const ShapeText *shape, const int *place, JsonSpan image,
				unsigned char *out)
{
	JsonCursor	cursor;
	JsonSpan	name;
	JsonSpan	value;
	int			n = 0;

	if (!json_open(&cursor, image, '{') || shape->nkey > IDENTITY_KEYS)
		return false;
	while (n < shape->nkey && json_next_member(&cursor, &name, &value))
		if (put_if_key(maker, shape, place, name, value))
			n++;
	if (n < shape->nkey)
		return false;
	identity_of_values(maker, table, n, out);
	return true;
}

/* The identity by a whole image. */
void
identity_of_image(IdentityMaker *maker, const char *table, const char *image,
				  int length, unsigned char *out)
{
	identity_begin(maker, 'i', table);
	appendBinaryStringInfo(&maker->text, image, length);
	identity_end(maker, out);
}
