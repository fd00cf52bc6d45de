/*
 * history.c
 *		aims.history(): all that the ledger has about one row.
 *
 * Entries are found by their key, which the sealer has put into the tiles. A
 * column of the key may have been renamed since, or got another type, and
 * older entries then have other keys: each form that the shapes of the
 * relation know is looked for, and what is found is merged.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "entry.h"
#include "find.h"
#include "subject.h"

/* The entries that one form of the key finds. */
typedef struct HistoryStream
{
	KeyScan    *scan;
	TupleTableSlot *slot;
	int64		leaf;			/* -1: not sealed */
	int64		entry_id;
	bool		done;
} HistoryStream;

/* The columns of a key, for a HINT. */
static char *
key_columns(const ShapeText *shape)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < shape->nkey; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? ", " : "",
						 json_span_string(shape->columns[shape->key[i]].name));
	return out.data;
}

/* A key that is not the relation's. */
static void
wrong_key(Subject *subject, const char *detail)
{
	const ShapeText *shape = subject->members[0].shape;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("key does not fit \"%s\"", get_rel_name(subject->relid)),
			 errdetail_internal("%s", detail),
			 shape->nkey > 0 ?
			 errhint("Give an object with the columns of its primary key: %s.",
					 key_columns(shape)) :
			 errhint("Entries of tables without a primary key are told by their images: SELECT * FROM aims.audit_log WHERE relation = %s.",
					 quote_literal_cstr(subject->name))));
}

/* A number as text. */
static char *
numeric_string(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
}

/* The value of a column of the key that was given, as text. */
static char *
given_value(Subject *subject, Jsonb *key, JsonSpan name)
{
	char	   *column = json_span_string(name);
	JsonbValue	buffer;
	JsonbValue *value = getKeyJsonValueFromContainer(&key->root, column,
													 strlen(column), &buffer);

	if (value == NULL)
		return NULL;
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return numeric_string(value->val.numeric);
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		case jbvBinary:
			return JsonbToCString(NULL, value->val.binary.data,
								  value->val.binary.len);
		default:
			wrong_key(subject, psprintf("Column \"%s\" of a key is never null.",
										column));
	}
	return NULL;				/* keep the compiler quiet */
}

/* The values of a shape's key that was given; NULL where it is another's. */
static char **
given_values(Subject *subject, Jsonb *key, const ShapeText *shape)
{
	char	  **values = palloc(sizeof(char *) * Max(shape->nkey, 1));

	if (shape->nkey == 0 || JB_ROOT_COUNT(key) != shape->nkey)
		return NULL;
	for (int i = 0; i < shape->nkey; i++)
	{
		values[i] = given_value(subject, key,
								shape->columns[shape->key[i]].name);
		if (values[i] == NULL)
			return NULL;
	}
	return values;
}

/*
 * The values as the server writes them: 007 is 7, and a time is one in UTC.
 * They go through the input functions of the columns and the image writer.
 */
static void
normalise(SubjectMember *member, char **values)
{
	TupleDesc	desc = RelationGetDescr(member->rel);
	Datum	   *row = palloc0(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);
	StringInfoData image;
	JsonSpan	written;

	memset(nulls, true, sizeof(bool) * desc->natts);
	for (int i = 0; i < member->writer->nkey; i++)
	{
		int			attnum = member->writer->key[i]->attnum;
		Form_pg_attribute attr = TupleDescAttr(desc, attnum - 1);
		Oid			input;
		Oid			ioparam;

		getTypeInputInfo(attr->atttypid, &input, &ioparam);
		row[attnum - 1] = OidInputFunctionCall(input, values[i], ioparam,
											   attr->atttypmod);
		nulls[attnum - 1] = false;
	}
	initStringInfo(&image);
	image_write(member->writer, desc, heap_form_tuple(desc, row, nulls),
				&image, NULL, NULL);
	for (int i = 0; i < member->writer->nkey; i++)
		if (json_find_member((JsonSpan){image.data, image.len},
							 member->writer->key[i]->name, &written))
			values[i] = json_span_string(written);
}

/* Are values of the type written into keys without quotes? */
static bool
is_bare(JsonSpan type)
{
	return json_is_string(type, "smallint") || json_is_string(type, "integer") ||
		json_is_string(type, "bigint") || json_is_string(type, "boolean");
}

/* Is the text a number without a fraction, or a truth value? */
static bool
looks_bare(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0 ||
		(value[0] != '\0' &&
		 strspn(value + (value[0] == '-'), "0123456789") ==
		 strlen(value + (value[0] == '-')));
}

/* The key as entries of a shape have it; place as in SubjectShape. */
static Jsonb *
key_of_shape(const ShapeText *shape, const int *place, char **values)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < shape->nkey; i++)
	{
		const ShapeColumn *column = &shape->columns[shape->key[i]];
		const char *value = values[place ? place[i] : i];

		if (i > 0)
			appendStringInfoChar(&out, ',');
		escape_json(&out, json_span_string(column->name));
		appendStringInfoChar(&out, ':');
		if (is_bare(column->type) && looks_bare(value))
			appendStringInfoString(&out, value);
		else
			escape_json(&out, value);
	}
	appendStringInfoChar(&out, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(out.data)));
}

/* Add a form of the key, unless it is there already. */
static List *
add_form(List *forms, Jsonb *form)
{
	ListCell   *lc;

	foreach(lc, forms)
	{
		Jsonb	   *known = lfirst(lc);

		if (compareJsonbContainers(&known->root, &form->root) == 0)
			return forms;
	}
	return lappend(forms, form);
}

/*
 * A key that names no column of today's: as an older shape had it. The values
 * are put where today's columns have them; false where that key is another.
 */
static bool
given_in_older_shape(Subject *subject, Jsonb *key, char ***values,
					 List **forms)
{
	HASH_SEQ_STATUS all;
	SubjectShape *known;
	bool		found = false;

	hash_seq_init(&all, subject->shapes);
	while ((known = hash_seq_search(&all)) != NULL)
	{
		char	  **given = given_values(subject, key, known->shape);

		if (given == NULL)
			continue;
		*forms = add_form(*forms, key_of_shape(known->shape, NULL, given));
		found = true;
		if (!known->key_known || *values != NULL)
			continue;
		*values = palloc(sizeof(char *) * known->shape->nkey);
		for (int i = 0; i < known->shape->nkey; i++)
			(*values)[known->key_place[i]] = given[i];
	}
	return found;
}

/* All forms of the key that entries may have. */
static List *
key_forms(Subject *subject, Jsonb *key)
{
	char	  **values;
	List	   *forms = NIL;
	HASH_SEQ_STATUS all;
	SubjectShape *known;

	if (!JB_ROOT_IS_OBJECT(key))
		wrong_key(subject, "A key is a JSON object.");
	values = given_values(subject, key, subject->members[0].shape);
	if (values == NULL && !given_in_older_shape(subject, key, &values, &forms))
		wrong_key(subject, "It does not name the columns of the table's key, each once.");
	if (values == NULL)
		return forms;
	normalise(&subject->members[0], values);
	hash_seq_init(&all, subject->shapes);
	while ((known = hash_seq_search(&all)) != NULL)
		if (known->key_known)
			forms = add_form(forms, key_of_shape(known->shape,
												 known->key_place, values));
	return forms;
}

/* Is the entry in the slot one of the relation's? */
static bool
is_of_relation(Subject *subject, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		shape = slot_getattr(slot, Anum_entry_shape, &isnull);

	return !isnull && subject_shape(subject, DatumGetInt32(shape)) != NULL;
}

/* Go on to the next entry of the relation. */
static void
stream_advance(HistoryStream *stream, Subject *subject)
{
	bool		isnull;

	do
	{
		if (!key_scan_next(stream->scan, stream->slot, &stream->leaf))
		{
			stream->done = true;
			return;
		}
	} while (!is_of_relation(subject, stream->slot));
	stream->entry_id = DatumGetInt64(slot_getattr(stream->slot, Anum_entry_id,
												  &isnull));
}

/* Does the entry of one stream stand before that of another? */
static bool
stream_before(const HistoryStream *a, const HistoryStream *b)
{
	if (a->leaf >= 0 && b->leaf >= 0)
		return a->leaf < b->leaf;
	if (a->leaf >= 0 || b->leaf >= 0)
		return a->leaf >= 0;
	return a->entry_id < b->entry_id;
}

/* Give an entry, without its salt. */
static void
give_entry(ReturnSetInfo *result, TupleTableSlot *slot)
{
	Datum		values[Natts_entry];
	bool		nulls[Natts_entry];

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, sizeof(values));
	memcpy(nulls, slot->tts_isnull, sizeof(nulls));
	nulls[Anum_entry_salt - 1] = true;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Merge what all forms of the key find. */
static void
give_entries(ReturnSetInfo *result, Subject *subject, List *forms,
			 Snapshot snapshot)
{
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	int			n = list_length(forms);
	HistoryStream *streams = palloc0(sizeof(HistoryStream) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		streams[i].scan = key_scan_begin(list_nth(forms, i), snapshot);
		streams[i].slot = table_slot_create(rel, NULL);
		stream_advance(&streams[i], subject);
	}
	for (;;)
	{
		HistoryStream *first = NULL;

		for (int i = 0; i < n; i++)
			if (!streams[i].done &&
				(first == NULL || stream_before(&streams[i], first)))
				first = &streams[i];
		if (first == NULL)
			break;
		give_entry(result, first->slot);
		stream_advance(first, subject);
	}
	for (int i = 0; i < n; i++)
	{
		ExecDropSingleTupleTableSlot(streams[i].slot);
		key_scan_end(streams[i].scan);
	}
	table_close(rel, AccessShareLock);
}

PG_FUNCTION_INFO_V1(aims_history);
/* The entries of one row, in the order of its changes. */
Datum
aims_history(PG_FUNCTION_ARGS)
{
	Oid			relid = subject_argument(fcinfo);
	Subject    *subject;
	Snapshot	snapshot;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("key must not be null"),
				 errhint("Name the row by its primary key, as in '{\"id\": 1}'.")));
	subject_require_reader(relid);
	InitMaterializedSRF(fcinfo, 0);
	subject = subject_open(relid, AccessShareLock, false);
	snapshot = subject_snapshot();
	subject_read_shapes(subject, snapshot);
	if (hash_get_num_entries(subject->shapes) == 0 &&
		subject->registry_id == 0)
		subject_not_registered(relid);
	if (hash_get_num_entries(subject->shapes) > 0)
		give_entries((ReturnSetInfo *) fcinfo->resultinfo, subject,
					 key_forms(subject, PG_GETARG_JSONB_P(1)), snapshot);
	UnregisterSnapshot(snapshot);
	subject_close(subject);
	return (Datum) 0;
}
