/*
 * image.h
 *		Row images: canonical JSON text of a row, independent of the session's
 *		settings, and the definition of the columns that it was written with.
 */
#ifndef AIMS_IMAGE_H
#define AIMS_IMAGE_H

#include "access/htup.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "json.h"

#define IMAGE_WRITER_VERSION 1

typedef enum ImageKind
{
	IMAGE_INT2,
	IMAGE_INT4,
	IMAGE_INT8,
	IMAGE_BOOL,
	IMAGE_OID,
	IMAGE_FLOAT4,				/* numbers, or NaN and infinity as strings */
	IMAGE_FLOAT8,
	IMAGE_NUMERIC,
	IMAGE_DATE,
	IMAGE_TIMESTAMP,
	IMAGE_TIMESTAMPTZ,
	IMAGE_UUID,
	IMAGE_BYTEA,
	IMAGE_TEXT,					/* text, varchar, char(n) */
	IMAGE_CHAR,					/* "char": one byte */
	IMAGE_JSON,					/* output is JSON itself */
	IMAGE_OUTPUT,				/* any other type's output, as a string */
	IMAGE_COMPOSED				/* the same, of one that holds other types */
} ImageKind;

typedef struct ImageColumn
{
	AttrNumber	attnum;
	ImageKind	kind;
	FmgrInfo	output;
	char	   *name;
	char	   *label;			/* ,"name": */
	int			label_length;
} ImageColumn;

typedef struct ImageWriter
{
	int			natts;			/* of the tuple descriptor */
	int			ncolumns;
	ImageColumn *columns;
	int			nkey;
	ImageColumn **key;			/* in jsonb's order of keys */
	bool		pin_formats;	/* a column's output depends on formats */
	bool		pin_path;		/* ... on search_path or lc_monetary */
	const char *relation;		/* its logical name */
	ImageColumn *current;		/* that is being written */
	Datum	   *values;			/* work space */
	bool	   *nulls;
	char	   *definition;		/* canonical JSON text of the shape */
	List	   *rowtypes;		/* relations whose rows lie in columns */
} ImageWriter;

/* Build the writer of a relation in the current memory context. */
extern ImageWriter *image_writer(Relation rel, int32 registry_id,
								 const char *logical_name);

/*
 * Append the image of a row, where out is given. Where key_text is given,
 * append the text of the row's primary key to it and set *key to its jsonb; a
 * relation without one leaves both as they are.
 */
extern void image_write(ImageWriter *writer, TupleDesc desc, HeapTuple tuple,
						StringInfo out, StringInfo key_text, Jsonb **key);

/* Output of a column's own function under the pinned formats. */
extern char *image_output(ImageColumn *column, Datum value);

/* A "char" as text that is valid in every encoding. */
extern char *image_char(char c);

/* Append a JSON string literal, or JSON text as it is (see image.c). */
extern void json_string(StringInfo out, const char *s, int length);
extern void json_text(StringInfo out, const char *s, int length);

/*
 * How this database's bytes are escaped in JSON: those from 0x80 on, where
 * there is no conversion to UTF-8 that says what they mean.
 */
static inline int
database_escape(void)
{
	int			encoding = GetDatabaseEncoding();

	return encoding == PG_SQL_ASCII || encoding == PG_MULE_INTERNAL ?
		JSON_HIGH : 0;
}

/*
 * Make room at the end of a text, and say where what was written there ends
 * (what json.h offers writes into room that there is).
 */
extern void json_reserve(StringInfo out, size_t size);

static inline void
json_written(StringInfo out, char *end)
{
	out->len = end - out->data;
	*end = '\0';
}

/* The same bytes in UTF-8: the argument itself where it already is. */
extern const char *text_in_utf8(const char *s, int length, int *utf8_length);

#endif							/* AIMS_IMAGE_H */
