/*
 * override.c
 *		Changes of AI output by people: rows of aims.output_override.
 *
 * Values are taken from the images that the ledger makes of the row before
 * and after, so they do not depend on the session's settings.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "image_key.h"
#include "override.h"
#include "row.h"

/* Do two rows differ in that column? */
static bool
column_differs(TupleDesc desc, int attnum, HeapTuple old, HeapTuple new)
{
	Form_pg_attribute attr = TupleDescAttr(desc, attnum - 1);
	bool		old_null;
	bool		new_null;
	Datum		old_value = heap_getattr(old, attnum, desc, &old_null);
	Datum		new_value = heap_getattr(new, attnum, desc, &new_null);

	if (old_null || new_null)
		return old_null != new_null;
	return !datum_image_eq(old_value, new_value, attr->attbyval,
						   attr->attlen);
}

bool
override_is_none(TupleDesc desc, HeapTuple old, HeapTuple new)
{
	for (int attnum = 1; attnum <= desc->natts; attnum++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, attnum - 1);

		if (!attr->attisdropped && attr->attgenerated != 'v' &&
			column_differs(desc, attnum, old, new))
			return false;
	}
	return true;
}

/* The image of a row. */
static StringInfo
override_image(ImageWriter *writer, TupleDesc desc, HeapTuple tuple)
{
	StringInfo	image = makeStringInfo();

	image_write(writer, desc, tuple, image, NULL, NULL);
	return image;
}

/* Append a member of an object as an image has it; null where it has none. */
static void
override_member(StringInfo out, const ImageColumn *column, StringInfo image)
{
	ImagePiece	piece = image_member(image->data, image->len, column->name,
									 strlen(column->name));

	/* a label begins with a comma */
	if (out->len == 0)
		appendStringInfo(out, "{%s", column->label + 1);
	else
		appendStringInfoString(out, column->label);
	if (piece.start == NULL)
		appendStringInfoString(out, "null");
	else
		appendBinaryStringInfo(out, piece.start, piece.length);
}

/* Set the columns of both values; of a deleted row all columns count. */
static void
override_values(RowValues *row, ImageWriter *writer, TupleDesc desc,
				HeapTuple old, HeapTuple new)
{
	StringInfo	old_image = override_image(writer, desc, old);
	StringInfo	new_image;
	StringInfoData old_values;
	StringInfoData new_values;

	if (new == NULL)
	{
		row_set_text(row, "old_values", old_image->data);
		return;
	}
	new_image = override_image(writer, desc, new);
	initStringInfo(&old_values);
	initStringInfo(&new_values);
	for (int i = 0; i < writer->ncolumns; i++)
	{
		ImageColumn *column = &writer->columns[i];

		if (!column_differs(desc, column->attnum, old, new))
			continue;
		override_member(&old_values, column, old_image);
		override_member(&new_values, column, new_image);
	}
	appendStringInfoChar(&old_values, '}');
	appendStringInfoChar(&new_values, '}');
	row_set_text(row, "old_values", old_values.data);
	row_set_text(row, "new_values", new_values.data);
}

void
override_add(ClosedRows *rows, const Override *override, ImageWriter *writer,
			 TupleDesc desc, HeapTuple old, HeapTuple new)
{
	Relation	rel = table_open(aims_relid("output_override"),
								 AccessShareLock);
	RowValues	row = row_values(RelationGetDescr(rel));
	StringInfoData key_text;
	Jsonb	   *key = NULL;

	initStringInfo(&key_text);
	image_write(writer, desc, old, NULL, &key_text, &key);
	row_set(&row, "override_id", Int64GetDatum(0));
	row_set(&row, "changed_at", TimestampTzGetDatum(GetCurrentTimestamp()));
	row_set(&row, "relation", ObjectIdGetDatum(override->relid));
	if (key != NULL)
		row_set(&row, "key", JsonbPGetDatum(key));
	if (override->output_id != 0)
		row_set(&row, "output_id", Int64GetDatum(override->output_id));
	row_set_text(&row, "system", override->system);
	row_set_text(&row, "version", override->group.version);
	row_set_text(&row, "site", override->group.site);
	row_set_text(&row, "subgroup", override->group.subgroup);
	row_set_text(&row, "person", override->person);
	row_set_text(&row, "operation", new == NULL ? "DELETE" : "UPDATE");
	override_values(&row, writer, desc, old, new);
	table_close(rel, AccessShareLock);
	closed_rows_add(rows, row_form(&row));
}
