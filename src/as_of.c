/*
 * as_of.c
 *		A table as the newest seal not after a point in time has it.
 *
 * What counts are the entries that the seal's tree holds, in the order of the
 * changes. The value of a row is what the last of its entries wrote: the
 * entry's new image or, where the policy keeps none, what the next entry has
 * found, or the live row. Whichever it is, it must have the digest that the
 * entry was sealed with. Rows of before the relation was governed are what the
 * first entry has found, or live rows that are older.
 *
 * aims.as_of gives all rows or an error; aims.rows_as_of also those that it
 * cannot give, and why.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "json.h"
#include "keyed.h"
#include "ledger.h"
#include "shape.h"
#include "tile.h"

/* A record that is kept, with its image and key. */
typedef struct KeptRecord
{
	bool		present;
	KeyedRecord record;
	StringInfoData key;
	StringInfoData image;
} KeptRecord;

typedef struct PastState
{
	ReturnSetInfo *result;
	MemoryContext context;		/* of the whole */
	bool		all;			/* rows_as_of: problems, too */
	Keyed		keyed;
	int32		registry_id;	/* that the relation had then ... */
	int64		begins;			/* ... since that entry */
	bool		xids_hold;
	int64		problems;
	char	   *problem;		/* the first */

	/* the key that is looked at */
	bool		begun;
	unsigned char identity[KEYED_IDENTITY];
	KeptRecord	last;			/* its newest entry in the tree */
	KeptRecord	next;			/* the first change after it */
	KeptRecord	row;
	bool		baseline;		/* a later baseline has it */
	int64		in;				/* without a key: came less went, in the tree */
	int64		out;			/* ... and after it */
	int64		rows;
} PastState;

/* Prepare a place for a record. */
static void
kept_init(KeptRecord *kept)
{
	initStringInfo(&kept->key);
	initStringInfo(&kept->image);
}

/* Keep a record. */
static void
kept_set(KeptRecord *kept, const KeyedRecord *record)
{
	kept->present = true;
	kept->record = *record;
	resetStringInfo(&kept->key);
	resetStringInfo(&kept->image);
	appendBinaryStringInfo(&kept->key, record->key, record->key_length);
	if (record->image_length > 0)
		appendBinaryStringInfo(&kept->image, record->image,
							   record->image_length);
	kept->record.key = kept->key.data;
	kept->record.image = kept->image.data;
}

/*
 * An image without the escapes that stand for bytes of no known meaning:
 * jsonb would take them for characters.
 */
static char *
image_unescaped(const char *image, int length)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < length; i++)
	{
		if (length - i >= 6 && memcmp(image + i, "\\u00", 4) == 0 &&
			image[i + 4] >= '8')
		{
			char		byte;

			(void) hex_decode(image + i + 4, 2, &byte);
			appendStringInfoChar(&text, byte);
			i += 5;
			continue;
		}
		if (image[i] == '\\' && i + 1 < length)
			appendStringInfoChar(&text, image[i++]);
		appendStringInfoChar(&text, image[i]);
	}
	return text.data;
}

/* An image as jsonb. */
static Datum
image_jsonb(const char *image, int length)
{
	char	   *text = database_escape() != 0 ?
		image_unescaped(image, length) : pnstrdup(image, length);

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

/* Give a row. */
static void
give_row(PastState *past, Jsonb *key, int64 entry_id, const char *image,
		 int length)
{
	Datum		values[4] = {0};
	bool		nulls[4] = {key == NULL, entry_id == 0, false, true};

	if (!past->all)
	{
		values[0] = image_jsonb(image, length);
		nulls[0] = false;
	}
	else
	{
		values[0] = JsonbPGetDatum(key);
		values[1] = Int64GetDatum(entry_id);
		values[2] = image_jsonb(image, length);
	}
	tuplestore_putvalues(past->result->setResult, past->result->setDesc,
						 values, nulls);
}

/* A row that cannot be given. */
static void
give_problem(PastState *past, Jsonb *key, int64 entry_id, const char *problem)
{
	Datum		values[4] = {JsonbPGetDatum(key), Int64GetDatum(entry_id), 0,
							 CStringGetTextDatum(problem)};
	bool		nulls[4] = {key == NULL, entry_id == 0, true, false};

	if (past->problems++ == 0)
		past->problem = MemoryContextStrdup(past->context, problem);
	if (past->all)
		tuplestore_putvalues(past->result->setResult, past->result->setDesc,
							 values, nulls);
}

/* The first redacted entry of the tree after that one; 0: none. */
static int64
redacted_since(PastState *past, int64 entry_id)
{
	KeyedNotes *redacted = &past->keyed.redacted;

	for (int i = 0; i < redacted->n; i++)
		if (redacted->notes[i].sealed &&
			redacted->notes[i].entry_id > entry_id)
			return redacted->notes[i].entry_id;
	return 0;
}

/*
 * What was applied by a subscription that is audited at its origin, in the
 * tree or after it, and not wiped out since; NULL: nothing.
 */
static const KeyedApplied *
applied_to(PastState *past, bool sealed)
{
	Keyed	   *keyed = &past->keyed;

	for (int64 i = 0; i < keyed->napplied; i++)
		if (keyed->applied[i].registry_id == past->registry_id &&
			keyed->applied[i].sealed == sealed &&
			!keyed_is_wiped(keyed, 0, keyed->applied[i].entry_id))
			return &keyed->applied[i];
	return NULL;
}

/*
 * What was found later where the last entry has written: by the next entry, or
 * the live row. Written as the last entry's shape would have it.
 */
static bool
found_later(PastState *past, StringInfo out)
{
	KeptRecord *from = past->next.present ? &past->next : &past->row;
	const KeyedRecord *record = &from->record;
	const char *hindrance;
	JsonSpan	image = {from->image.data, from->image.len};

	if (!from->present || record->image_length < 0 ||
		(!record->is_row && record->operation == KEYED_INSERT))
		return false;
	(void) keyed_convert(&past->keyed, image,
						 record->is_row ? 0 : record->shape_id, record->member,
						 record->physical == past->last.record.physical ||
						 past->keyed.subject->nmembers == 1,
						 past->last.record.shape_id, out, &hindrance);
	return true;
}

/* Why the value of the last entry is not there to be found. */
static const char *
not_found(PastState *past)
{
	int64		entry_id = past->last.record.entry_id;
	int64		wiped = keyed_wiped_later(&past->keyed,
										  past->last.record.physical);

	if (past->next.present && past->next.record.operation != KEYED_INSERT)
		return psprintf("lost: entry " INT64_FORMAT
						" overwrote what entry " INT64_FORMAT
						" wrote, and its image was not kept",
						past->next.record.entry_id, entry_id);
	if (wiped != 0)
		return psprintf("lost: entry " INT64_FORMAT
						" wiped out what entry " INT64_FORMAT " wrote",
						wiped, entry_id);
	return psprintf("lost: entry " INT64_FORMAT
					" wrote this row, which is gone without an entry",
					entry_id);
}

/* Why what was found is not what the last entry wrote. */
static const char *
not_written(PastState *past)
{
	int64		entry_id = past->last.record.entry_id;
	int64		redacted = redacted_since(past, entry_id);
	const KeyedApplied *applied = applied_to(past, false);

	if (applied != NULL)
		return psprintf("lost: subscription \"%s\", audited at its origin, may have overwritten what entry "
						INT64_FORMAT " wrote", applied->subscription, entry_id);
	if (redacted != 0)
		return psprintf("redacted: entry " INT64_FORMAT
						", which is redacted, may have changed what entry "
						INT64_FORMAT " wrote", redacted, entry_id);
	if (past->next.present)
		return psprintf("altered: what entry " INT64_FORMAT
						" found is not what entry " INT64_FORMAT " wrote",
						past->next.record.entry_id, entry_id);
	return psprintf("altered: the row is not what entry " INT64_FORMAT
					" wrote, or its columns are not", entry_id);
}

/* Give the row that the last entry wrote. */
static void
give_written(PastState *past)
{
	KeptRecord *last = &past->last;
	Jsonb	   *key = keyed_key(&past->keyed, &last->record);
	StringInfoData later;
	bool		found;
	bool		fits;

	initStringInfo(&later);
	found = found_later(past, &later);
	fits = found && keyed_fits(&past->keyed, &last->record, 'n', later.data,
							   later.len);
	if (last->record.image_length >= 0 &&
		keyed_fits(&past->keyed, &last->record, 'n', last->image.data,
				   last->image.len) &&
		(fits || redacted_since(past, last->record.entry_id) == 0))
		give_row(past, key, last->record.entry_id, last->image.data,
				 last->image.len);
	else if (fits)
		give_row(past, key, last->record.entry_id, later.data, later.len);
	else
		give_problem(past, key, last->record.entry_id,
					 found ? not_written(past) : not_found(past));
}

/*
 * A live row that no entry in the tree wrote, and none later has touched: was
 * it there already?
 */
static void
give_live(PastState *past)
{
	const KeyedRecord *row = &past->row.record;
	int64		redacted = redacted_since(past, 0);

	if (!row->captured ||
		past->registry_id != past->keyed.subject->registry_id)
		return;
	if (row->older || past->baseline || !past->xids_hold)
		give_row(past, keyed_key(&past->keyed, row), 0, past->row.image.data,
				 past->row.image.len);
	else if (redacted != 0)
		give_problem(past, keyed_key(&past->keyed, row), 0,
					 psprintf("redacted: entry " INT64_FORMAT
							  ", which is redacted, may have written this row",
							  redacted));
}

/* Give a row that is older than governance, if there was one. */
static void
give_older(PastState *past)
{
	KeptRecord *next = &past->next;

	if (!next->present)
	{
		if (past->row.present)
			give_live(past);
		return;
	}
	if (next->record.operation == KEYED_INSERT ||
		subject_shape(past->keyed.subject,
					  next->record.shape_id)->shape->registry_id !=
		past->registry_id)
		return;
	if (next->record.image_length >= 0 &&
		keyed_fits(&past->keyed, &next->record, 'o', next->image.data,
				   next->image.len))
		give_row(past, keyed_key(&past->keyed, &next->record), 0,
				 next->image.data, next->image.len);
	else
		give_problem(past, keyed_key(&past->keyed, &next->record), 0,
					 psprintf("lost: the row is older than governance, and entry "
							  INT64_FORMAT " overwrote it without keeping its image",
							  next->record.entry_id));
}

/*
 * Give rows without a key: as many as had come and not gone. Those of before
 * the relation was governed are what is left of the rows of today when all
 * later changes are undone.
 */
static void
give_keyless(PastState *past)
{
	KeptRecord *known = past->last.present ? &past->last :
		past->next.present ? &past->next : &past->row;
	int64		older = past->rows - past->out - Max(past->in, 0);

	if (past->last.present && past->in > 0 &&
		!keyed_fits(&past->keyed, &past->last.record, 'n',
					past->last.image.data, past->last.image.len))
		give_problem(past, NULL, past->last.record.entry_id,
					 "altered: the entry's image does not fit its digest");
	else
		for (int64 i = 0; i < past->in; i++)
			give_row(past, NULL, past->last.record.entry_id,
					 past->last.image.data, past->last.image.len);
	if (past->registry_id != past->keyed.subject->registry_id ||
		keyed_is_wiped(&past->keyed, known->record.physical, past->begins) ||
		keyed_wiped_later(&past->keyed, known->record.physical) != 0)
		return;
	for (int64 i = 0; i < older; i++)
		give_row(past, NULL, 0, known->image.data, known->image.len);
}

/* Does the entry count: of the governance of then, and not wiped out? */
static bool
counts(PastState *past, const KeyedRecord *record)
{
	return record->sealed &&
		subject_shape(past->keyed.subject,
					  record->shape_id)->shape->registry_id ==
		past->registry_id &&
		!keyed_is_wiped(&past->keyed, record->physical, record->entry_id);
}

/* A record of the key that is looked at. */
static void
take_keyed(PastState *past, const KeyedRecord *record)
{
	if (record->is_row)
	{
		if (!past->row.present)
			kept_set(&past->row, record);
	}
	else if (counts(past, record))
		kept_set(&past->last, record);
	else if (!record->sealed && record->operation == KEYED_BASELINE)
		past->baseline = true;
	else if (!record->sealed && !past->next.present)
		kept_set(&past->next, record);
}

/* A record of the image that is looked at. */
static void
take_keyless(PastState *past, const KeyedRecord *record)
{
	int			change = record->operation == KEYED_DELETE ? -1 : 1;

	if (record->is_row)
	{
		if (record->older || past->in + past->out > past->rows)
			past->rows++;
		kept_set(&past->row, record);
	}
	else if (counts(past, record))
	{
		past->in += change;
		if (change > 0)
			kept_set(&past->last, record);
	}
	else if (!record->sealed)
	{
		past->out += change;
		kept_set(&past->next, record);
	}
}

/* All records of a key have been seen. */
static void
group_end(PastState *past, bool keyless)
{
	if (!past->begun)
		return;
	if (keyless)
		give_keyless(past);
	else if (!past->last.present)
	{
		if (!keyed_is_wiped(&past->keyed, past->next.present ?
							past->next.record.physical :
							past->row.record.physical, past->begins))
			give_older(past);
	}
	else if (past->last.record.operation != KEYED_DELETE)
		give_written(past);
}

/* Begin with a key. */
static void
group_begin(PastState *past, const KeyedRecord *record)
{
	past->begun = true;
	memcpy(past->identity, record->identity, KEYED_IDENTITY);
	past->last.present = past->next.present = past->row.present = false;
	past->baseline = false;
	past->in = past->out = past->rows = 0;
}

/* Give the rows of all keys. */
static void
give_all(PastState *past)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext group = AllocSetContextCreate(caller, "aims past row",
												ALLOCSET_DEFAULT_SIZES);
	KeyedRecord *record;
	bool		keyless = false;

	while ((record = keyed_next(&past->keyed)) != NULL)
	{
		if (!past->begun || memcmp(past->identity, record->identity,
								   KEYED_IDENTITY) != 0)
		{
			MemoryContextSwitchTo(group);
			group_end(past, keyless);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(group);
			group_begin(past, record);
		}
		keyless = record->keyless;
		if (keyless)
			take_keyless(past, record);
		else
			take_keyed(past, record);
	}
	MemoryContextSwitchTo(group);
	group_end(past, keyless);
	MemoryContextSwitchTo(caller);
}

/* The newest seal that is not after that time. */
static Seal
seal_at(Snapshot snapshot, TimestampTz at)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	Seal		newest = {0};

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		Seal		seal;

		seal_read(ExecFetchSlotHeapTuple(slot, false, &free_it),
				  RelationGetDescr(rel), &seal);
		if (seal.sealed_at <= at && seal.seal_id > newest.seal_id)
			newest = seal;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	if (newest.seal_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_STATE_NOT_KNOWN),
				 errmsg("nothing was sealed at %s", timestamptz_to_str(at)),
				 errdetail("What a table held is proven by the newest seal not after that time."),
				 errhint("SELECT min(sealed_at) FROM aims.seal gives the first time to ask for.")));
	return newest;
}

/* Which entries the tree of a seal holds: a bit per number. */
static void
read_sealed(Keyed *keyed, const Seal *seal)
{
	TileStore  *store = tile_open(keyed->snapshot);
	Size		size = 0;
	uint8	   *sealed = NULL;

	for (int64 leaf = 0; leaf < seal->tree_size; leaf++)
	{
		int64		entry_id = tile_leaf_source(store, leaf);
		Size		wanted = entry_id / 8 + 1;

		CHECK_FOR_INTERRUPTS();
		if (entry_id <= 0)
			continue;
		if (wanted > size)
		{
			Size		grown = Max(wanted * 2, 8192);

			sealed = sealed == NULL ?
				MemoryContextAllocHuge(CurrentMemoryContext, grown) :
				repalloc_huge(sealed, grown);
			memset(sealed + size, 0, grown - size);
			size = grown;
		}
		sealed[entry_id / 8] |= 1 << (entry_id % 8);
	}
	tile_close(store);
	keyed->sealed = sealed != NULL ? sealed : (uint8 *) "";
	keyed->sealed_max = (int64) size * 8 - 1;
}

/* MS029: the relation was not governed. Of a partition ask the parent. */
static void
not_governed_then(Subject *subject, TimestampTz at)
{
	Oid			root = subject->registry_id == 0 ?
		subject_ancestor(subject->relid) : InvalidOid;

	ereport(ERROR,
			(errcode(ERRCODE_MS_STATE_NOT_KNOWN),
			 errmsg("relation \"%s\" was not governed at %s",
					get_rel_name(subject->relid), timestamptz_to_str(at)),
			 OidIsValid(root) ?
			 errdetail("It is a partition, and goes by its parent.") :
			 errdetail("The ledger knows rows from the first seal after aims.govern until aims.ungovern."),
			 OidIsValid(root) ?
			 errhint("Ask for \"%s\".", relation_name(root)) :
			 errhint("SELECT recorded_at, new_image FROM aims.audit_log WHERE operation = 'EVENT' AND relation = %s shows when it was.",
					 quote_literal_cstr(subject->name))));
}

/* What was of a former number, for whom the relation's name is not enough. */
static void
require_former(const Subject *subject, int32 registry_id)
{
	if (subject->former || registry_id == subject->registry_id)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for the ledger's rows of \"%s\"",
					get_rel_name(subject->relid)),
			 errdetail("It was governed anew since; whether it was the same table then, its name alone says."),
			 errhint("The bundle auditor may ask.")));
}

/* Find out under which number the relation was governed then. */
static void
registered_then(PastState *past, TimestampTz at)
{
	Keyed	   *keyed = &past->keyed;
	ListCell   *lc;

	past->registry_id = keyed->subject->registry_id;
	if (keyed->subject->own)
		return;
	foreach(lc, keyed->eras)
	{
		KeyedEra   *era = lfirst(lc);

		if (!era->begin_sealed || era->end_sealed)
			continue;
		require_former(keyed->subject, era->registry_id);
		past->registry_id = era->registry_id;
		past->begins = era->begins;
		return;
	}
	not_governed_then(keyed->subject, at);
}

/* What others have written into the table then is in their ledger alone. */
static void
give_applied(PastState *past)
{
	const KeyedApplied *applied = applied_to(past, true);

	if (applied != NULL)
		give_problem(past, NULL, 0,
					 psprintf("not known: subscription \"%s\" has applied rows, and is audited at its origin",
							  applied->subscription));
}

/* Rows that were left out, of which as_of tells in one word or fails. */
static void
past_end(PastState *past, TimestampTz at)
{
	if (past->all)
		return;
	if (past->problems > 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_STATE_NOT_KNOWN),
				 errmsg("\"%s\" as of %s is not known completely",
						get_rel_name(past->keyed.subject->relid),
						timestamptz_to_str(at)),
				 errdetail("Rows that cannot be given: " INT64_FORMAT
						   "; the first is %s.", past->problems, past->problem),
				 errhint("aims.rows_as_of gives the others, and says why of each.")));
	if (redacted_since(past, 0) != 0)
		ereport(WARNING,
				(errcode(ERRCODE_MS_ENTRY_REDACTED),
				 errmsg("entries of \"%s\" are redacted",
						get_rel_name(past->keyed.subject->relid)),
				 errdetail("Rows that only they wrote are not among those that are given.")));
}

/* Both functions. */
static Datum
as_of(FunctionCallInfo fcinfo, bool all)
{
	Oid			relid = subject_argument(fcinfo);
	PastState	past = {.all = all};
	Keyed	   *keyed = &past.keyed;
	TimestampTz at;
	Seal		seal;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("at must not be null"),
				 errhint("Name the time, as in '2026-03-12 08:00+01'.")));
	at = PG_GETARG_TIMESTAMPTZ(1);
	subject_require_reader(relid);
	InitMaterializedSRF(fcinfo, all ? 0 : MAT_SRF_USE_EXPECTED_DESC);
	past.result = (ReturnSetInfo *) fcinfo->resultinfo;
	past.context = CurrentMemoryContext;
	kept_init(&past.last);
	kept_init(&past.next);
	kept_init(&past.row);
	keyed->function = all ? "rows_as_of" : "as_of";
	keyed->images = true;
	keyed->subject = subject_open(relid, AccessShareLock, false);
	keyed->snapshot = subject_snapshot();
	seal = seal_at(keyed->snapshot, at);
	read_sealed(keyed, &seal);
	subject_read_shapes(keyed->subject, keyed->snapshot);
	keyed_read(keyed);
	registered_then(&past, at);
	past.xids_hold = keyed_xids_hold(keyed, past.registry_id);
	give_all(&past);
	give_applied(&past);
	past_end(&past, at);
	keyed_end(keyed);
	UnregisterSnapshot(keyed->snapshot);
	subject_close(keyed->subject);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(aims_as_of);
/* The rows of a table as of a time, all or an error. */
Datum
aims_as_of(PG_FUNCTION_ARGS)
{
	return as_of(fcinfo, false);
}

PG_FUNCTION_INFO_V1(aims_rows_as_of);
/* The same with keys and entries, and with what cannot be given. */
Datum
aims_rows_as_of(PG_FUNCTION_ARGS)
{
	return as_of(fcinfo, true);
}
