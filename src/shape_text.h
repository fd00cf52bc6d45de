/*
 * shape_text.h
 *		Stored shapes, taken apart, and row images carried from one shape to
 *		another.
 */
#ifndef AIMS_SHAPE_TEXT_H
#define AIMS_SHAPE_TEXT_H

#include "lib/stringinfo.h"

#include "members.h"

typedef struct ShapeColumn
{
	int			attnum;
	JsonSpan	name;			/* all three as JSON text */
	JsonSpan	type;
	JsonSpan	labels;			/* no bytes where the type has none */
} ShapeColumn;

/* A definition of doc/formats.md; spans point into it. */
typedef struct ShapeText
{
	int32		shape_id;		/* 0: not stored */
	int32		registry_id;
	char	   *relation;
	JsonSpan	definition;
	JsonSpan	types;			/* no bytes where there is none */
	int			ncolumns;
	ShapeColumn *columns;
	int			nkey;
	int		   *key;			/* into columns, in jsonb's order */
} ShapeText;

/* Take a definition apart, in the current memory context. */
extern ShapeText *shape_text(int32 shape_id, int32 registry_id,
							 const char *relation, const char *definition);

/* The shape without the columns that keep[] does not name; it has no key. */
extern ShapeText *shape_text_reduced(const ShapeText *shape,
									 const bool *keep);

/* How images of one shape are written in another. */
typedef struct ImageConversion
{
	const ShapeText *from;
	const ShapeText *to;
	bool		identical;		/* nothing has to be done */
	bool		exact;			/* no column was dropped or retyped */
	const char *hindrance;		/* the first such column, or NULL */
	int		   *source;			/* for each column of to; -1: none */
	JsonSpan   *values;			/* work space */
} ImageConversion;

/*
 * same_relation: columns are found by their numbers, whatever they are called
 * now; else (two partitions) by their names.
 */
extern ImageConversion *image_conversion(const ShapeText *from,
										 const ShapeText *to,
										 bool same_relation);

/*
 * Append the image. False where it may not be what the other shape's writer
 * would have written: a column is missing or has another type, or nobody can
 * tell what a value of an enum was called.
 */
extern bool image_convert(ImageConversion *conversion, JsonSpan image,
						  StringInfo out);

/*
 * What a value that the image writer has made says: the characters of a
 * string, or else its text. Appended, or as a palloc'd string.
 */
extern void json_span_append(StringInfo out, JsonSpan value);
extern char *json_span_string(JsonSpan span);

#endif							/* AIMS_SHAPE_TEXT_H */
