/*
 * verify_record.c
 *		The part of a verification that is about rows beside the entries:
 *		seals, shapes, signing keys and checkpoints.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "image.h"
#include "image_key.h"
#include "key.h"
#include "row.h"
#include "verify_record.h"

typedef void (*RowReader)(Report *report, HeapTuple tuple, TupleDesc desc);

/*
 * Call back with each row of aims.<name>. One with a null where there is never
 * one, which constraints refuse, is a finding of the check, and not read.
 */
static void
read_rows(Report *report, const char *name, const char *nullable,
		  CheckNumber check, Snapshot snapshot, RowReader reader)
{
	Relation	rel = table_open(aims_relid(name), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	row = ExecFetchSlotHeapTuple(slot, false, &free_it);

		CHECK_FOR_INTERRUPTS();
		if (row_is_whole(row, RelationGetDescr(rel), nullable))
			reader(report, row, RelationGetDescr(rel));
		else
			report_offend(report, check, 0,
						  psprintf("a row of aims.%s has no value in a column",
								   name));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* By number. */
static int
compare_seals(const void *a, const void *b)
{
	int64		left = ((const Seal *) a)->seal_id;
	int64		right = ((const Seal *) b)->seal_id;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Take in a seal. */
static void
read_seal(Report *report, HeapTuple tuple, TupleDesc desc)
{
	if (report->seals == NULL)
		report->seals = palloc(sizeof(Seal) * 64);
	else if (report->nseals >= 64 &&
			 (report->nseals & (report->nseals - 1)) == 0)
		report->seals = repalloc_huge(report->seals,
									  sizeof(Seal) * report->nseals * 2);
	seal_read(tuple, desc, &report->seals[report->nseals++]);
}

/* Read all seals, oldest first. */
void
record_read_seals(Report *report, Snapshot snapshot)
{
	read_rows(report, "seal", NULL, CHECK_HEADS, snapshot, read_seal);
	qsort(report->seals, report->nseals, sizeof(Seal), compare_seals);
}

/* Take in a signing key. */
static void
read_key(Report *report, HeapTuple tuple, TupleDesc desc)
{
	RecordKey  *key = palloc0(sizeof(RecordKey));
	Hasher	   *hasher = report->v->hasher;
	bool		isnull;
	bytea	   *bytes;
	char		verifier[NOTE_KEY_TEXT_MAX];

	key->number = DatumGetInt32(row_value(tuple, desc, "signing_key",
										  &isnull));
	key->origin = row_string(tuple, desc, "origin");
	key->verifier = row_string(tuple, desc, "verifier_key");
	key->from = DatumGetTimestampTz(row_value(tuple, desc, "valid_from",
											  &isnull));
	key->until = DatumGetTimestampTz(row_value(tuple, desc, "valid_until",
											   &isnull));
	if (isnull)
		key->until = DT_NOEND;
	key->tree_size = DatumGetInt64(row_value(tuple, desc, "tree_size",
											 &isnull));
	key->last_size = PG_INT64_MAX;
	bytes = DatumGetByteaPP(row_value(tuple, desc, "public_key", &isnull));
	key->is_key = VARSIZE_ANY_EXHDR(bytes) == CRYPTO_PUBLIC_SIZE &&
		note_key_init(hasher, &key->note, key->origin,
					  (unsigned char *) VARDATA_ANY(bytes));
	if (key->is_key)
		note_format_verifier(&key->note, verifier);
	if (!key->is_key || strcmp(verifier, key->verifier) != 0 ||
		strcmp(row_string(tuple, desc, "algorithm"), "ed25519") != 0)
		report_offend(report, CHECK_SIGNING_KEYS, 0,
					  psprintf("key %d does not fit its verifier key",
							   key->number));
	report->keys = lappend(report->keys, key);
}

/* By number. */
static int
compare_keys(const ListCell *a, const ListCell *b)
{
	return ((RecordKey *) lfirst(a))->number -
		((RecordKey *) lfirst(b))->number;
}

/* Each key but the last ends when the next begins. */
static void
check_rotation(Report *report)
{
	RecordKey  *before = NULL;
	ListCell   *cell;

	list_sort(report->keys, compare_keys);
	foreach(cell, report->keys)
	{
		RecordKey  *key = lfirst(cell);

		if (key->number != (before ? before->number + 1 : 1))
			report_offend(report, CHECK_SIGNING_KEYS, 0,
						  psprintf("key %d is missing",
								   before ? before->number + 1 : 1));
		else if (before != NULL && before->until != key->from)
			report_offend(report, CHECK_SIGNING_KEYS, 0,
						  psprintf("key %d does not end when key %d begins",
								   before->number, key->number));
		if (before != NULL)
			before->last_size = key->tree_size;
		before = key;
	}
	if (before != NULL && before->until != DT_NOEND)
		report_offend(report, CHECK_SIGNING_KEYS, 0,
					  psprintf("key %d has ended, and none has taken its place",
							   before->number));
}

/* Take a note apart. */
static RecordNote *
open_note(const char *utf8)
{
	RecordNote *note = palloc0(sizeof(RecordNote));

	note->is_checkpoint = note_parse(utf8, strlen(utf8), &note->note) &&
		note_parse_checkpoint(&note->note, &note->checkpoint) &&
		note->checkpoint.size <= PG_INT64_MAX;
	return note;
}

/* Take in a stored checkpoint. */
static void
read_note(Report *report, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	text	   *stored = DatumGetTextPP(row_value(tuple, desc, "note",
												  &isnull));
	RecordNote *note = open_note(checkpoint_argument(stored));

	note->tree_size = DatumGetInt64(row_value(tuple, desc, "tree_size",
											  &isnull));
	note->key = DatumGetInt32(row_value(tuple, desc, "signing_key", &isnull));
	note->signed_at = DatumGetTimestampTz(row_value(tuple, desc, "signed_at",
													&isnull));
	report->notes = lappend(report->notes, note);
}

/* By size. */
static int
compare_marks(const void *a, const void *b)
{
	const Mark *left = a;
	const Mark *right = b;

	return left->size < right->size ? -1 : left->size > right->size ? 1 : 0;
}

/* Ask for the roots of all seals and checkpoints. */
static void
make_marks(Report *report)
{
	ListCell   *cell;
	int			n = 0;

	report->marks = palloc0(sizeof(Mark) * (report->nseals * 2 + 2 +
											list_length(report->notes)));
	for (int64 i = 0; i < report->nseals; i++)
	{
		report->marks[n].seal = &report->seals[i];
		report->marks[n++].size = report->seals[i].tree_size;
	}
	foreach(cell, report->notes)
	{
		RecordNote *note = lfirst(cell);

		if (note->is_checkpoint)
			report->marks[n++].size = note->checkpoint.size;
	}
	if (report->trusted != NULL && report->trusted->is_checkpoint)
		report->marks[n++].size = report->trusted->checkpoint.size;
	qsort(report->marks, n, sizeof(Mark), compare_marks);
	report->nmarks = n;
}

/* Read what the roots are compared with. */
void
record_prepare(Report *report, const char *trusted)
{
	read_rows(report, "signing_key", "valid_until", CHECK_SIGNING_KEYS,
			  report->v->snapshot, read_key);
	check_rotation(report);
	read_rows(report, "checkpoint", NULL, CHECK_CHECKPOINTS,
			  report->v->snapshot, read_note);
	if (trusted != NULL)
		report->trusted = open_note(trusted);
	make_marks(report);
}

/* Does a key have that checkpoint's origin for its name? */
static bool
same_origin(const RecordKey *key, const RecordNote *note)
{
	return strlen(key->origin) == note->checkpoint.origin_size &&
		memcmp(key->origin, note->checkpoint.origin,
			   note->checkpoint.origin_size) == 0;
}

/* The key of ours that has signed a note; NULL where there is none. */
static RecordKey *
signer(Report *report, const RecordNote *note)
{
	ListCell   *cell;

	foreach(cell, report->keys)
	{
		RecordKey  *key = lfirst(cell);

		if (key->is_key && same_origin(key, note) &&
			note_verify(&note->note, &key->note) == NOTE_VERIFIED)
			return key;
	}
	return NULL;
}

/* Why no key of ours has signed a checkpoint. */
static const char *
unsigned_problem(Report *report, const RecordNote *note)
{
	bool		origin = false;
	ListCell   *cell;

	foreach(cell, report->keys)
	{
		RecordKey  *key = lfirst(cell);

		if (!same_origin(key, note))
			continue;
		origin = true;
		if (key->is_key && note_verify(&note->note, &key->note) == NOTE_FORGED)
			return "Its signature does not fit what it says.";
	}
	if (!origin)
		return psprintf("It is of another log: %.*s.",
						(int) Min(note->checkpoint.origin_size, NOTE_NAME_MAX),
						note->checkpoint.origin);
	return "It was signed under an origin of this ledger, by a key that this ledger does not have: the key was replaced.";
}

/* Why the tree is not the one of a checkpoint; NULL where it is. */
static char *
tree_problem(Report *report, const RecordNote *note)
{
	uint64		size = note->checkpoint.size;
	Mark	   *mark = tree_mark(report, size);

	if (size > report->size)
		return psprintf("It speaks of " UINT64_FORMAT " leaves; the ledger has " UINT64_FORMAT ": its end was cut off.",
						size, report->size);
	if (!mark->known)
		return psprintf("The root over its " UINT64_FORMAT " leaves cannot be computed: tiles are damaged.",
						size);
	if (memcmp(mark->root, note->checkpoint.root, HASH_SIZE) != 0)
		return psprintf("The first " UINT64_FORMAT " leaves of the ledger are not the ones it was signed for: history was rewritten.",
						size);
	return NULL;
}

/* Check a stored checkpoint: its columns, its signature, and the tree. */
static void
check_note(Report *report, const RecordNote *note)
{
	const char *problem = NULL;
	RecordKey  *key;

	if (!note->is_checkpoint)
		problem = "is no checkpoint";
	else if ((key = signer(report, note)) == NULL)
		problem = unsigned_problem(report, note);
	else if (key->number != note->key ||
			 note->tree_size != (int64) note->checkpoint.size)
		problem = "is stored under another key or size than it says";
	else if ((int64) note->checkpoint.size > key->last_size ||
			 note->signed_at < key->from || note->signed_at > key->until)
		problem = psprintf("was signed when key %d was not valid", key->number);
	else if (note->checkpoint.size > report->size ||
			 tree_mark(report, note->checkpoint.size)->known)
		problem = tree_problem(report, note);
	if (problem != NULL)
		report_offend(report, CHECK_CHECKPOINTS, 0,
					  psprintf("checkpoint of size " INT64_FORMAT ": %s",
							   note->tree_size, problem));
}

/* Report on the checkpoint that the caller has kept elsewhere. */
static void
report_trusted(Report *report)
{
	RecordNote *note = report->trusted;
	RecordKey  *key;
	const char *problem;

	if (note == NULL)
	{
		report_row(report, "trusted checkpoint", true, 0,
				   "None was given: whoever can write everything here could have rewritten all of it. Pass one that was kept outside.");
		return;
	}
	if (!note->is_checkpoint)
		problem = "It is not a checkpoint in the C2SP format.";
	else if ((key = signer(report, note)) == NULL)
		problem = unsigned_problem(report, note);
	else if ((int64) note->checkpoint.size > key->last_size)
		problem = psprintf("It was signed by key %d, which was replaced before the ledger had that size.",
						   key->number);
	else
		problem = tree_problem(report, note);
	if (problem == NULL)
		report_row(report, "trusted checkpoint", true, 0,
				   key->until == DT_NOEND ?
				   "The ledger continues what this checkpoint was signed for." :
				   psprintf("The ledger continues what this checkpoint was signed for, by the former key %d of origin %s.",
							key->number, key->origin));
	else
		report_row(report, "trusted checkpoint", false, 0, problem);
}

/* Does a definition say that of a member? */
static bool
definition_says(const char *definition, const char *name, const char *value)
{
	ImagePiece	piece = image_member(definition, strlen(definition), name,
									 strlen(name));

	return piece.start != NULL && piece.length == (int) strlen(value) &&
		memcmp(piece.start, value, piece.length) == 0;
}

/* Check a shape: its digest, and columns that repeat what it says. */
static void
read_shape(Report *report, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	int32		number = DatumGetInt32(row_value(tuple, desc, "shape_id",
												 &isnull));
	int32		registry_id = DatumGetInt32(row_value(tuple, desc,
													  "registry_id", &isnull));
	VerifyShape *shape = hash_search(report->reader->shapes, &number,
									 HASH_FIND, NULL);
	char	   *definition = row_string(tuple, desc, "definition");
	char	   *name = row_string(tuple, desc, "relation");
	StringInfoData relation;

	if (shape == NULL || !shape->fits)
	{
		report_offend(report, CHECK_SHAPES, 0, psprintf("shape %d", number));
		return;
	}
	initStringInfo(&relation);
	json_string(&relation, name, strlen(name));
	if (!definition_says(definition, "relation", relation.data) ||
		!definition_says(definition, "registry", psprintf("%d", registry_id)))
		report_offend(report, CHECK_SHAPES, 0,
					  psprintf("shape %d says another relation than its definition",
							   number));
}

/* Check shapes and checkpoints. */
void
record_check(Report *report)
{
	ListCell   *cell;

	read_rows(report, "shape", NULL, CHECK_SHAPES, report->v->snapshot,
			  read_shape);
	foreach(cell, report->notes)
		check_note(report, lfirst(cell));
	report_trusted(report);
}
