/*
 * keyed_read.c
 *		Reading the entries and the live rows of a relation, each once, in the
 *		order in which they are stored.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "keyed_work.h"
#include "progress.h"
#include "xids.h"

/* Add a note. */
static void
note_add(Keyed *keyed, KeyedNotes *notes, const KeyedNote *note)
{
	MemoryContext caller = MemoryContextSwitchTo(keyed->work->context);

	if (notes->n == notes->capacity)
	{
		notes->capacity = Max(16, notes->capacity * 2);
		notes->notes = notes->notes == NULL ?
			palloc(sizeof(KeyedNote) * notes->capacity) :
			repalloc_huge(notes->notes, sizeof(KeyedNote) * notes->capacity);
	}
	notes->notes[notes->n] = *note;
	notes->n++;
	MemoryContextSwitchTo(caller);
}

/* A number that sorts as bytes do. */
static void
put_order(unsigned char *out, int64 number)
{
	for (int i = sizeof(int64) - 1; i >= 0; i--)
	{
		out[i] = (unsigned char) number;
		number >>= 8;
	}
}

/* Is the entry in the tree that was asked for? */
static bool
entry_is_sealed(const Keyed *keyed, int64 entry_id)
{
	if (keyed->sealed == NULL)
		return true;
	return entry_id > 0 && entry_id <= keyed->sealed_max &&
		(keyed->sealed[entry_id / 8] & (1 << (entry_id % 8))) != 0;
}

/* A text column of the entry in the slot; false where it is null. */
static bool
entry_span(TupleTableSlot *slot, int attnum, JsonSpan *span)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);
	text	   *t;

	if (isnull)
		return false;
	t = DatumGetTextPP(value);
	span->start = VARDATA_ANY(t);
	span->length = VARSIZE_ANY_EXHDR(t);
	return true;
}

/* Copy bytes of a fixed length; false where they are null or of another. */
static bool
entry_bytes(TupleTableSlot *slot, int attnum, unsigned char *out, int size)
{
	JsonSpan	span;

	if (!entry_span(slot, attnum, &span) || span.length != size)
		return false;
	memcpy(out, span.start, size);
	return true;
}

/* All rows of a table, or of every one, were wiped out by an entry. */
static void
note_wiped(Keyed *keyed, int32 physical, bool all, int64 entry_id)
{
	struct KeyedWork *work = keyed->work;
	int64	   *wiped = all ? &work->all_wiped : &work->wiped[physical];
	int64	   *later = all ? &work->all_wiped_later :
		&work->wiped_later[physical];

	if (entry_is_sealed(keyed, entry_id))
		*wiped = Max(*wiped, entry_id);
	else if (*later == 0 || entry_id < *later)
		*later = entry_id;
}

/* The era of a number, made where it is new. */
static KeyedEra *
keyed_era_of(Keyed *keyed, int32 registry_id)
{
	KeyedEra   *era = keyed_era(keyed, registry_id);
	MemoryContext caller;

	if (era != NULL)
		return era;
	caller = MemoryContextSwitchTo(keyed->work->context);
	era = palloc0(sizeof(KeyedEra));
	era->registry_id = registry_id;
	era->ends = PG_INT64_MAX;
	keyed->eras = lappend(keyed->eras, era);
	MemoryContextSwitchTo(caller);
	return era;
}

/* Note that the relation was governed, or is so no longer. */
static void
note_era(Keyed *keyed, TupleTableSlot *slot, JsonSpan registry, bool begins,
		 int64 entry_id)
{
	KeyedEra   *era;
	JsonSpan	number;
	bool		isnull;

	if (!json_find_member(registry, "registry_id", &number))
		return;
	era = keyed_era_of(keyed, json_integer(number));
	if (begins)
	{
		era->begins = entry_id;
		era->begin_sealed = entry_is_sealed(keyed, entry_id);
		era->incarnation =
			DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation, &isnull));
	}
	else
	{
		era->ends = entry_id;
		era->end_sealed = entry_is_sealed(keyed, entry_id);
	}
}

/* An act on the relation: aims.govern, ungovern, rebaseline; applied rows. */
static void
note_event(Keyed *keyed, TupleTableSlot *slot, JsonSpan detail,
		   int64 entry_id)
{
	JsonSpan	act;
	JsonSpan	value;

	if (json_find_member(detail, "event", &act) &&
		json_find_member(detail, "registry", &value))
		note_era(keyed, slot, value, json_is_string(act, "govern"), entry_id);
	else if (json_find_member(detail, "act", &act) &&
			 json_is_string(act, "rebaseline") &&
			 json_find_member(detail, "registry_id", &value) &&
			 (keyed->registry_id == 0 ||
			  json_integer(value) == keyed->registry_id) &&
			 entry_is_sealed(keyed, entry_id))
		note_wiped(keyed, 0, true, entry_id);
	else if (json_find_member(detail, "act", &act) &&
			 json_is_string(act, "apply"))
		keyed_applied_add(keyed, detail, entry_id,
						  entry_is_sealed(keyed, entry_id));
}

/* A table came or went by one action of a command on identity. */
static void
note_move(KeyedNote *note, JsonSpan action, JsonSpan identity)
{
	JsonSpan	kind;
	JsonSpan	name;

	if (!json_find_member(action, "action", &kind))
		return;
	if (json_is_string(kind, "INHERIT"))
		note->attached = json_span_string(identity);
	else if (json_is_string(kind, "NO INHERIT"))
		note->detached = json_span_string(identity);
	else if (!json_find_member(action, "name", &name))
		return;
	else if (json_is_string(kind, "ATTACH PARTITION"))
		note->attached = json_span_string(name);
	else if (json_is_string(kind, "DETACH PARTITION") ||
			 json_is_string(kind, "DETACH PARTITION FINALIZE"))
		note->detached = json_span_string(name);
}

/* What the detail of a DDL entry says; strings are copied. */
static void
note_detail(KeyedNote *note, JsonSpan detail)
{
	JsonSpan	identity = {"", 0};
	JsonSpan	value;
	JsonCursor	cursor;

	(void) json_find_member(detail, "identity", &identity);
	note->rewrites = json_find_member(detail, "rewrite", &value);
	note->recomputes = note->rewrites &&
		(!json_find_member(detail, "reasons", &value) ||
		 strstr(pnstrdup(value.start, value.length), "\"column\"") != NULL);
	if (json_find_member(detail, "dropped", &value))
		note->detached = json_span_string(identity);
	if (!json_find_member(detail, "actions", &value))
		return;
	note->actions.start = pnstrdup(value.start, value.length);
	note->actions.length = value.length;
	if (json_open(&cursor, note->actions, '['))
		while (json_next_element(&cursor, &value))
			note_move(note, value, identity);
}

/* DDL on the relation. */
static void
note_ddl(Keyed *keyed, TupleTableSlot *slot, JsonSpan detail, int64 entry_id)
{
	KeyedNote	note = {.entry_id = entry_id};
	MemoryContext caller = MemoryContextSwitchTo(keyed->work->context);
	bool		isnull;

	note.sealed = entry_is_sealed(keyed, entry_id);
	note.xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid, &isnull));
	note_detail(&note, detail);
	MemoryContextSwitchTo(caller);
	note_add(keyed, &keyed->ddl, &note);
}

/* An entry of no row: what it says of the relation. */
static void
read_without_shape(Keyed *keyed, TupleTableSlot *slot, JsonSpan operation,
				   int64 entry_id)
{
	JsonSpan	relation;
	JsonSpan	detail;

	if (!entry_span(slot, Anum_entry_relation, &relation) ||
		!subject_is_named(keyed->subject, relation.start, relation.length) ||
		!entry_span(slot, Anum_entry_new_image, &detail))
		return;
	if (operation.length == 3 && memcmp(operation.start, "DDL", 3) == 0)
		note_ddl(keyed, slot, detail, entry_id);
	else
		note_event(keyed, slot, detail, entry_id);
}

/* What an operation does; false for what is none of a row. */
static bool
read_operation(JsonSpan operation, uint8 *result)
{
	static const char *const names[] = {
		[KEYED_INSERT] = "INSERT",
		[KEYED_UPDATE] = "UPDATE",
		[KEYED_DELETE] = "DELETE",
		[KEYED_BASELINE] = "BASELINE"
	};

	for (int i = 0; i < lengthof(names); i++)
		if (strlen(names[i]) == operation.length &&
			memcmp(names[i], operation.start, operation.length) == 0)
		{
			*result = i;
			return true;
		}
	return false;
}

/*
 * Digest and image that the record is about: what the entry wrote, or, where
 * it is later than what was asked for, what it found.
 */
static void
read_image(Keyed *keyed, TupleTableSlot *slot, KeyedRecord *record,
		   bool written)
{
	JsonSpan	image;

	record->has_digest = entry_bytes(slot, written ? Anum_entry_new_digest :
									 Anum_entry_old_digest,
									 record->digest, HASH_SIZE);
	record->image_length = -1;
	record->image = NULL;
	if (keyed->images &&
		entry_span(slot, written ? Anum_entry_new_image : Anum_entry_old_image,
				   &image))
	{
		record->image = image.start;
		record->image_length = image.length;
	}
}

/* Put the half of an entry without a key: a row that came or went. */
static void
put_keyless(Keyed *keyed, TupleTableSlot *slot, KeyedRecord *record, int attnum,
			KeyedOperation operation)
{
	JsonSpan	image;

	if (!entry_span(slot, attnum, &image))
		return;
	record->keyless = true;
	record->operation = operation;
	record->has_digest = entry_bytes(slot, operation == KEYED_DELETE ?
									 Anum_entry_old_digest :
									 Anum_entry_new_digest,
									 record->digest, HASH_SIZE);
	record->image = keyed->images ? image.start : NULL;
	record->image_length = keyed->images ? (int32) image.length : -1;
	if (keyed_identity(keyed, record->shape_id, 0, image, record->physical,
					   record->identity))
		keyed_put(keyed, record);
	else
		keyed->other_key++;
}

/*
 * Where an UPDATE changed the key itself, the row is gone under the former
 * one. Under the policy digest nobody can tell.
 */
static void
put_former_key(Keyed *keyed, TupleTableSlot *slot, KeyedRecord *record,
			   SubjectShape *known)
{
	KeyedRecord former = *record;
	JsonSpan	image;

	if (!entry_span(slot, Anum_entry_old_image, &image) ||
		!identity_of_row(keyed->work->maker,
						 keyed_identity_table(keyed, record->physical),
						 known->shape, known->key_place, image,
						 former.identity) ||
		memcmp(former.identity, record->identity, IDENTITY_SIZE) == 0)
		return;
	former.operation = KEYED_DELETE;
	former.key_length = 0;
	read_image(keyed, slot, &former, false);
	keyed_put(keyed, &former);
	record->operation = KEYED_INSERT;
}

/* Put an entry with a key. */
static void
put_keyed(Keyed *keyed, TupleTableSlot *slot, KeyedRecord *record,
		  SubjectShape *known)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, Anum_entry_key, &isnull);
	Jsonb	   *key;

	if (isnull || !known->key_known)
	{
		keyed->other_key++;
		return;
	}
	key = DatumGetJsonbP(value);
	identity_of_key(keyed->work->maker,
					keyed_identity_table(keyed, record->physical),
					known->key_place, key, record->identity);
	record->key = (const char *) key;
	record->key_length = VARSIZE(key);
	if (record->operation == KEYED_UPDATE)
		put_former_key(keyed, slot, record, known);
	read_image(keyed, slot, record, record->sealed &&
			   record->operation != KEYED_DELETE);
	keyed_put(keyed, record);
}

/* Put an entry of a row into the sort. */
static void
put_entry(Keyed *keyed, TupleTableSlot *slot, KeyedRecord *record,
		  SubjectShape *known)
{
	uint8		operation = record->operation;

	if (known->shape->nkey > 0)
	{
		put_keyed(keyed, slot, record, known);
		return;
	}
	if (operation == KEYED_UPDATE || operation == KEYED_DELETE)
		put_keyless(keyed, slot, record, Anum_entry_old_image, KEYED_DELETE);
	if (operation != KEYED_DELETE)
		put_keyless(keyed, slot, record, Anum_entry_new_image, KEYED_INSERT);
}

/* The table that the entry's row was in. */
static int32
entry_table(Keyed *keyed, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, Anum_entry_physical, &isnull);

	return keyed_table(keyed, isnull ? NULL : TextDatumGetCString(value));
}

/* Note a redacted entry, of which nobody knows what row it was of. */
static void
note_redacted(Keyed *keyed, const KeyedRecord *record)
{
	KeyedNote	note = {.entry_id = record->entry_id};

	note.sealed = record->sealed;
	note.operation = record->operation;
	note_add(keyed, &keyed->redacted, &note);
}

/* An entry that names one of the relation's shapes. */
static void
read_with_shape(Keyed *keyed, TupleTableSlot *slot, SubjectShape *known,
				JsonSpan operation, int64 entry_id)
{
	KeyedRecord record;

	memset(&record, 0, sizeof(record));
	record.entry_id = entry_id;
	put_order(record.order, entry_id);
	record.sealed = entry_is_sealed(keyed, entry_id);
	record.shape_id = known->shape_id;
	record.physical = entry_table(keyed, slot);
	if (!read_operation(operation, &record.operation))
	{
		note_wiped(keyed, record.physical, record.physical == 0 &&
				   keyed->subject->partitioned, entry_id);
		return;
	}
	if (entry_bytes(slot, Anum_entry_salt, record.salt, ENTRY_SALT_SIZE))
		put_entry(keyed, slot, &record, known);
	else
		note_redacted(keyed, &record);
}

/* Read one entry, if it is about the relation. */
static void
read_entry(Keyed *keyed, TupleTableSlot *slot)
{
	bool		isnull;
	int64		entry_id = DatumGetInt64(slot_getattr(slot, Anum_entry_id,
													  &isnull));
	Datum		shape = slot_getattr(slot, Anum_entry_shape, &isnull);
	SubjectShape *known;
	JsonSpan	operation;

	(void) entry_span(slot, Anum_entry_operation, &operation);
	if (isnull)
	{
		read_without_shape(keyed, slot, operation, entry_id);
		return;
	}
	known = subject_shape(keyed->subject, DatumGetInt32(shape));
	if (known == NULL || (keyed->registry_id != 0 &&
						  known->shape->registry_id != keyed->registry_id))
		return;
	keyed->entries++;
	read_with_shape(keyed, slot, known, operation, entry_id);
}

/* How many rows a table has, as far as the planner knows. */
static int64
expected_rows(Relation rel)
{
	return rel->rd_rel->reltuples > 0 ? (int64) rel->rd_rel->reltuples : 0;
}

/* Do something with each entry. */
static void
scan_entries(Keyed *keyed, void (*take)(Keyed *, TupleTableSlot *))
{
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, keyed->snapshot, 0, NULL);
	Progress   *progress = progress_begin(keyed->function, expected_rows(rel));
	MemoryContext caller = MemoryContextSwitchTo(keyed->work->row);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		take(keyed, slot);
		MemoryContextReset(keyed->work->row);
		progress_advance(progress, 1);
	}
	MemoryContextSwitchTo(caller);
	progress_end(progress);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
}

/* Note which shape an entry has, or that a baseline begins with it. */
static void
read_shape(Keyed *keyed, TupleTableSlot *slot)
{
	bool		isnull;
	int64		entry_id = DatumGetInt64(slot_getattr(slot, Anum_entry_id,
													  &isnull));
	Datum		shape = slot_getattr(slot, Anum_entry_shape, &isnull);
	SubjectShape *known;
	JsonSpan	operation;

	(void) entry_span(slot, Anum_entry_operation, &operation);
	if (isnull && operation.length == strlen("EVENT"))
		read_without_shape(keyed, slot, operation, entry_id);
	if (isnull)
		return;
	known = subject_shape(keyed->subject, DatumGetInt32(shape));
	if (known != NULL)
		known->newest = Max(known->newest, entry_id);
}

/*
 * A pass over the entries for what else would have to be known before it: the
 * last baseline, and which shapes have been used since. Only where a table
 * without a key has had several.
 */
void
keyed_read_shapes(Keyed *keyed)
{
	HASH_SEQ_STATUS all;
	SubjectShape *known;

	hash_seq_init(&all, keyed->subject->shapes);
	while ((known = hash_seq_search(&all)) != NULL)
		known->newest = 0;
	scan_entries(keyed, read_shape);
}

/* Read all entries. */
void
keyed_read_entries(Keyed *keyed)
{
	scan_entries(keyed, read_entry);
}

/* Put a live row into the sort. */
static void
read_row(Keyed *keyed, int32 m, TupleTableSlot *slot, int64 number)
{
	SubjectMember *member = &keyed->subject->members[m];
	bool		free_it;
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);
	StringInfoData image;
	JsonSpan	span;
	KeyedRecord record;

	memset(&record, 0, sizeof(record));
	initStringInfo(&image);
	image_write(member->writer, RelationGetDescr(member->rel), tuple, &image,
				NULL, NULL);
	span = (JsonSpan){image.data, image.len};
	record.is_row = true;
	put_order(record.order, number);
	record.member = m;
	record.physical = keyed_table(keyed, member->physical);
	record.captured = subject_captures(keyed->subject, member, slot);
	record.xid = full_xid(HeapTupleHeaderGetRawXmin(tuple->t_data));
	record.older = record.xid <= keyed->subject->governed_xid;
	record.keyless = member->writer->nkey == 0;
	record.image = image.data;
	record.image_length = image.len;
	if (record.keyless)
		(void) keyed_identity(keyed, SHAPE_OF_MEMBER, m, span,
							  record.physical, record.identity);
	else
		(void) identity_of_row(keyed->work->maker,
							   keyed_identity_table(keyed, record.physical),
							   member->shape, NULL, span, record.identity);
	keyed_put(keyed, &record);
}

/* Read the live rows of one table. */
static void
read_table(Keyed *keyed, int32 m, Progress *progress)
{
	Relation	rel = keyed->subject->members[m].rel;
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, keyed->snapshot, 0, NULL);
	MemoryContext caller = MemoryContextSwitchTo(keyed->work->row);

	for (int64 n = 0; table_scan_getnextslot(scan, ForwardScanDirection, slot);
		 n++)
	{
		CHECK_FOR_INTERRUPTS();
		read_row(keyed, m, slot, n);
		MemoryContextReset(keyed->work->row);
		progress_advance(progress, 1);
	}
	MemoryContextSwitchTo(caller);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* Read the live rows of all tables. */
void
keyed_read_rows(Keyed *keyed)
{
	Subject    *subject = keyed->subject;
	int64		expected = 0;
	Progress   *progress;

	for (int i = 0; i < subject->nmembers; i++)
		expected += expected_rows(subject->members[i].rel);
	progress = progress_begin(keyed->function, expected);
	progress_unit(progress, "rows");
	for (int i = 0; i < subject->nmembers; i++)
		if (subject->members[i].rel->rd_rel->relkind == RELKIND_RELATION)
			read_table(keyed, i, progress);
	progress_end(progress);
}
