/*
 * checkpoint.c
 *		Signing heads of the tree, and allowing it again after a restore.
 *
 * What is signed can never be taken back, so a head is signed only once it is
 * committed and on disk, only after its root was computed again from the
 * leaves, and not at all where another copy of the ledger may have signed
 * more. A signature over the same head is always the same: aims.checkpoint is
 * a cache.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "checkpoint.h"
#include "incarnation.h"
#include "key.h"
#include "ledger.h"
#include "row.h"
#include "tile.h"

/*
 * Refuse for want of a key.
 */
void
checkpoint_no_key(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
			 errmsg("there is no signing key"),
			 errdetail("Heads of the ledger stay unsigned until one is created."),
			 errhint("Set aims.signing_key_file and call aims.create_signing_key.")));
}

/*
 * Refuse after a restore until a seal has recorded the new incarnation.
 */
void
checkpoint_seal_first(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CHECKPOINTS_WITHHELD),
			 errmsg("checkpoints are withheld"),
			 errdetail("The newest seal was made in another cluster, timeline or database, and nothing has been sealed here yet."),
			 errhint("Call aims.seal(), then aims.resume with the last checkpoint that was published.")));
}

/*
 * Refuse after a restore until somebody who has the last published checkpoint
 * has shown that this ledger contains it.
 */
static void
checkpoint_check_resumed(void)
{
	Incarnation newest = incarnation_newest();

	if (newest.number > 0 && !newest.here)
		checkpoint_seal_first();
	if (newest.number > 0 && !newest.resumed)
		ereport(ERROR,
				(errcode(ERRCODE_MS_CHECKPOINTS_WITHHELD),
				 errmsg("checkpoints are withheld"),
				 errdetail("The ledger was restored, copied or failed over (incarnation %d); it may lack entries that a published checkpoint covers.",
						   newest.number),
				 errhint("Call aims.resume with the last checkpoint that was published. Where the ledger does not contain it, a new origin begins.")));
}

/*
 * Read the newest head.
 */
bool
head_newest(Snapshot snapshot, bool committed, Head *head)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	Relation	index = index_open(aims_relid("seal_pkey"), AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(rel, index, snapshot, 0,
												  NULL);
	HeapTuple	row;
	Seal		seal;

	while ((row = systable_getnext_ordered(scan,
										   BackwardScanDirection)) != NULL)
	{
		head->xid = HeapTupleHeaderGetXmin(row->t_data);
		if (!committed || !TransactionIdIsCurrentTransactionId(head->xid))
			break;
	}
	if (HeapTupleIsValid(row))
	{
		seal_read(row, RelationGetDescr(rel), &seal);
		head->tree_size = seal.tree_size;
		memcpy(head->root, seal.root, HASH_SIZE);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return HeapTupleIsValid(row);
}

/*
 * Make sure that a head is on disk: an asynchronous commit is visible before,
 * and a crash would unmake what had been signed.
 */
static void
head_flush(const Head *head)
{
	XLogRecPtr	commit = TransactionIdGetCommitLSN(head->xid);

	if (!XLogRecPtrIsInvalid(commit))
		XLogFlush(commit);
}

static const char *const problem_form =
	"It is not a checkpoint: a signed note of origin, size and root.";
static const char *const problem_origin = "Its origin is another log.";
static const char *const problem_unsigned =
	"It is not signed by a key of its origin.";
static const char *const problem_forged =
	"Its signature does not fit what it says.";
static const char *const problem_ended =
	"It is signed by a key that was replaced before the ledger had that size.";
static const char *const problem_no_key =
	"There is no signing key that it could be checked with.";

/*
 * Verify a note against one key. Returns NULL or what is wrong.
 */
static const char *
checkpoint_verify(const char *note, size_t size, const NoteKey *key,
				  NoteCheckpoint *checkpoint)
{
	Note		parsed;

	if (!note_parse(note, size, &parsed) ||
		!note_parse_checkpoint(&parsed, checkpoint))
		return problem_form;
	if (checkpoint->origin_size != strlen(key->name) ||
		memcmp(checkpoint->origin, key->name, checkpoint->origin_size) != 0)
		return problem_origin;
	switch (note_verify(&parsed, key))
	{
		case NOTE_VERIFIED:
			return NULL;
		case NOTE_FORGED:
			return problem_forged;
		case NOTE_NOT_SIGNED:
			break;
	}
	return problem_unsigned;
}

/*
 * Verify a note against all keys of ours. Where none fits, the reason is that
 * of the current key, unless one of them knows better.
 */
const char *
checkpoint_problem(const char *note, size_t size, int64 *tree_size,
				   MerkleHash root)
{
	const char *problem = problem_no_key;
	ListCell   *cell;

	foreach(cell, key_all())
	{
		SigningKey *key = lfirst(cell);
		NoteCheckpoint checkpoint;
		const char *found = checkpoint_verify(note, size, &key->note,
											  &checkpoint);

		if (found == NULL && (int64) checkpoint.size > key->last_size)
			found = problem_ended;
		if (found == NULL)
		{
			*tree_size = (int64) checkpoint.size;
			memcpy(root, checkpoint.root, HASH_SIZE);
			return NULL;
		}
		if (problem == problem_no_key || problem == problem_origin ||
			found == problem_forged || found == problem_ended)
			problem = found;
	}
	return problem;
}

/*
 * A note as text of the database; its dash is not ASCII.
 */
static text *
checkpoint_to_text(const char *note)
{
	int			size = strlen(note);
	char	   *converted = pg_any_to_server(note, size, PG_UTF8);

	return cstring_to_text(converted);
}

/*
 * And back to UTF-8.
 */
static char *
checkpoint_from_text(const text *note)
{
	char	   *string = text_to_cstring(note);

	return pg_server_to_any(string, strlen(string), PG_UTF8);
}

/*
 * A note that somebody hands in, in UTF-8. Shells and psql like to take its
 * last line feed away.
 */
char *
checkpoint_argument(const text *argument)
{
	char	   *note = checkpoint_from_text(argument);
	size_t		length = strlen(note);

	return length > 0 && note[length - 1] != '\n' ?
		psprintf("%s\n", note) : note;
}

/*
 * Take the note out of a row of the cache, if it verifies.
 */
static char *
checkpoint_from_row(HeapTuple row, TupleDesc desc, int64 *tree_size,
					MerkleHash root)
{
	bool		isnull;
	Datum		value = row_value(row, desc, "note", &isnull);
	char	   *note = checkpoint_from_text(DatumGetTextPP(value));

	if (checkpoint_problem(note, strlen(note), tree_size, root) != NULL)
		return NULL;
	return note;
}

/*
 * Find the newest note in the cache that verifies, by whichever key of ours.
 * Returns it in UTF-8, or NULL.
 */
static char *
checkpoint_cached(Snapshot snapshot, int64 *tree_size, MerkleHash root)
{
	Relation	rel = table_open(aims_relid("checkpoint"), AccessShareLock);
	Relation	index = index_open(aims_relid("checkpoint_pkey"),
								   AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(rel, index, snapshot, 0,
												  NULL);
	HeapTuple	row;
	char	   *note = NULL;

	while (note == NULL &&
		   (row = systable_getnext_ordered(scan,
										   BackwardScanDirection)) != NULL)
		note = checkpoint_from_row(row, RelationGetDescr(rel), tree_size,
								   root);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return note;
}

/*
 * Find the row of the cache for a head and a key.
 */
static HeapTuple
checkpoint_row(Relation rel, const Head *head, const SigningKey *key)
{
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum(head->tree_size));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(key->number));
	return row_find(rel, "checkpoint_pkey", 2, keys, false);
}

/*
 * Keep a note, unless somebody else is just doing that or nothing may be
 * written: it is a cache.
 */
static void
checkpoint_keep(const Head *head, const SigningKey *key, const char *note)
{
	Oid			relid = aims_relid("checkpoint");
	Relation	rel;
	HeapTuple	row;
	Datum		values[4];
	bool		isnull[4] = {false};

	if (XactReadOnly ||
		!ConditionalLockRelationOid(relid, ShareRowExclusiveLock))
		return;
	rel = table_open(relid, NoLock);
	if (!HeapTupleIsValid(checkpoint_row(rel, head, key)))
	{
		values[0] = Int64GetDatum(head->tree_size);
		values[1] = Int32GetDatum(key->number);
		values[2] = PointerGetDatum(checkpoint_to_text(note));
		values[3] = TimestampTzGetDatum(GetCurrentTimestamp());
		row = heap_form_tuple(RelationGetDescr(rel), values, isnull);
		CatalogTupleInsert(rel, row);
		CommandCounterIncrement();	/* a second call finds it */
	}
	table_close(rel, NoLock);
}

/*
 * Refuse to sign what the leaves do not give.
 */
static void
checkpoint_refuse_head(const Head *head, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_CORRUPT),
			 errmsg("the head of size " INT64_FORMAT " is not signed",
					head->tree_size),
			 errdetail_internal("%s", detail),
			 errhint("Run aims.verify() to find what was altered.")));
}

/*
 * Compute the root once more from the leaf hashes that were added since the
 * newest checkpoint, and check that this one is still contained.
 */
static void
checkpoint_check_head(Snapshot snapshot, const Head *head)
{
	TileStore  *store = tile_open(snapshot);
	int64		old_size = 0;
	MerkleHash	old_root = {0};
	MerkleHash	root;

	if (checkpoint_cached(snapshot, &old_size, old_root) != NULL &&
		old_size > head->tree_size)
		checkpoint_refuse_head(head, "A larger tree was signed before.");
	if (!tile_recompute_root(store, old_size, old_root, head->tree_size, root))
		checkpoint_refuse_head(head,
							   "The stored tree does not contain the last checkpoint any more.");
	if (memcmp(root, head->root, HASH_SIZE) != 0)
		checkpoint_refuse_head(head,
							   "The root in aims.seal is not the one that its leaves give.");
	tile_close(store);
}

/*
 * Sign a head. The note is the same each time.
 */
static char *
checkpoint_sign(const Head *head, const SigningKey *key)
{
	unsigned char signature[CRYPTO_SIGNATURE_SIZE];
	char	   *note = palloc(NOTE_CHECKPOINT_MAX + 1 +
							  NOTE_SIGNATURE_LINE_MAX);
	size_t		size = note_format_checkpoint(key->note.name, head->tree_size,
											  head->root, note);

	key_sign(key, note, size, signature);
	note[size++] = '\n';
	note_format_signature(&key->note, signature, note + size);
	return note;
}

/*
 * Give the note that the head got before, or NULL. It is checked like any
 * other: a row may have been altered.
 */
static char *
checkpoint_known(const Head *head, const SigningKey *key)
{
	Relation	rel = table_open(aims_relid("checkpoint"), AccessShareLock);
	HeapTuple	row = checkpoint_row(rel, head, key);
	int64		tree_size;
	MerkleHash	root;
	char	   *note = NULL;

	if (HeapTupleIsValid(row))
		note = checkpoint_from_row(row, RelationGetDescr(rel), &tree_size,
								   root);
	table_close(rel, AccessShareLock);
	if (note != NULL && tree_size != head->tree_size)
		return NULL;
	if (note != NULL && memcmp(root, head->root, HASH_SIZE) != 0)
		checkpoint_refuse_head(head,
							   "Another root was signed for that size before.");
	return note;
}

/*
 * Give the checkpoint of the newest committed head, signing it if need be.
 */
static char *
checkpoint_newest(Snapshot snapshot, int64 *tree_size)
{
	Head		head;
	SigningKey	key;
	char	   *note;

	/* A key that is being replaced signs nothing more. */
	LockRelationOid(aims_relid("signing_key"), RowExclusiveLock);
	checkpoint_check_resumed();
	if (!head_newest(snapshot, true, &head))
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("nothing has been sealed yet"),
				 errdetail("A checkpoint signs the newest seal that is committed; one of the same transaction is not."),
				 errhint("Call aims.seal() and commit.")));
	if (!key_current(&key))
		checkpoint_no_key();
	*tree_size = head.tree_size;
	note = checkpoint_known(&head, &key);
	if (note != NULL)
		return note;
	head_flush(&head);
	checkpoint_check_head(snapshot, &head);
	note = checkpoint_sign(&head, &key);
	checkpoint_keep(&head, &key, note);
	return note;
}

/*
 * Give the newest checkpoint that the primary signed.
 */
static char *
checkpoint_replicated(Snapshot snapshot, int64 *tree_size)
{
	MerkleHash	root;
	char	   *note = checkpoint_cached(snapshot, tree_size, root);

	if (note == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("cannot sign a checkpoint during recovery"),
				 errdetail("No checkpoint that was signed on the primary has arrived here."),
				 errhint("Call aims.checkpoint() on the primary.")));
	return note;
}

/*
 * Give a checkpoint, of the latest state at every isolation level.
 */
char *
checkpoint_note(int64 *tree_size)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	char	   *note;

	if (RecoveryInProgress())
		note = checkpoint_replicated(snapshot, tree_size);
	else
		note = checkpoint_newest(snapshot, tree_size);
	UnregisterSnapshot(snapshot);
	return note;
}

PG_FUNCTION_INFO_V1(aims_checkpoint);
/*
 * checkpoint() gives the signed note of the newest committed head.
 */
Datum
aims_checkpoint(PG_FUNCTION_ARGS)
{
	int64		tree_size;

	PG_RETURN_TEXT_P(checkpoint_to_text(checkpoint_note(&tree_size)));
}

PG_FUNCTION_INFO_V1(aims_checkpoint_obstacle);
/*
 * checkpoint_obstacle() says what would hinder checkpoint().
 */
Datum
aims_checkpoint_obstacle(PG_FUNCTION_ARGS)
{
	Incarnation newest = incarnation_newest();
	SigningKey	key;

	if (newest.number > 0 && !newest.here)
		PG_RETURN_TEXT_P(cstring_to_text("withheld: restored, copied or failed over, and not sealed since"));
	if (newest.number > 0 && !newest.resumed)
		PG_RETURN_TEXT_P(cstring_to_text("withheld: restored, copied or failed over, and not resumed"));
	if (!key_current(&key))
		PG_RETURN_TEXT_P(cstring_to_text("no signing key"));
	PG_RETURN_NULL();
}

/*
 * Give the newest checkpoint that is known here, in UTF-8, or NULL.
 */
char *
checkpoint_last(void)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	int64		tree_size;
	MerkleHash	root;
	char	   *note = checkpoint_cached(snapshot, &tree_size, root);

	UnregisterSnapshot(snapshot);
	return note;
}

/*
 * Refuse to resume with that checkpoint.
 */
static void
resume_refuse(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CHECKPOINT_INVALID),
			 errmsg("checkpoint does not allow to resume"),
			 errdetail_internal("%s", detail),
			 errhint("Give the last checkpoint that was published. Where its key is not known here, aims.create_signing_key begins a new origin; publish why.")));
}

/*
 * Check that the ledger contains a checkpoint, by its leaves, and that none of
 * ours is newer. Returns NULL, or why it is not contained.
 */
static const char *
resume_difference(int64 tree_size, const MerkleHash root)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TileStore  *store = tile_open(snapshot);
	const char *difference = NULL;
	Head		head;
	MerkleHash	ours;
	int64		newest = 0;

	if (checkpoint_cached(snapshot, &newest, ours) != NULL &&
		newest > tree_size)
		resume_refuse("A newer checkpoint than that was signed.");
	if (!head_newest(snapshot, true, &head) || head.tree_size < tree_size)
		difference = "The ledger has fewer leaves than the checkpoint: entries that were published are missing.";
	else
	{
		(void) tile_recompute_root(store, 0, root, tree_size, ours);
		if (memcmp(ours, root, HASH_SIZE) != 0)
			difference = "The ledger gives another root for that size: it has other entries than were published.";
	}
	tile_close(store);
	UnregisterSnapshot(snapshot);
	return difference;
}

/*
 * End the withholding. A ledger that lacks what was published must not go on
 * under that origin: whoever has both checkpoints would see a fork.
 */
static void
resume_withheld(const char *note, const char *difference)
{
	if (difference == NULL)
	{
		incarnation_resume("resumed", note);
		return;
	}
	key_begin_origin();
	incarnation_resume("forked", note);
	ereport(WARNING,
			(errmsg("the ledger does not contain the checkpoint: a new origin begins"),
			 errdetail_internal("%s", difference),
			 errhint("Publish the new aims.public_key(), and why the former log ended.")));
}

PG_FUNCTION_INFO_V1(aims_resume);
/*
 * resume(last_checkpoint) ends the withholding of checkpoints.
 */
Datum
aims_resume(PG_FUNCTION_ARGS)
{
	char	   *note;
	Incarnation newest;
	const char *problem;
	int64		tree_size;
	MerkleHash	root;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("last_checkpoint must not be null"),
				 errhint("Give the last checkpoint that was published.")));
	note = checkpoint_argument(PG_GETARG_TEXT_PP(0));
	PreventCommandIfReadOnly("resume()");
	PreventCommandDuringRecovery("resume()");
	problem = checkpoint_problem(note, strlen(note), &tree_size, root);
	if (problem != NULL)
		resume_refuse(problem);
	LockRelationOid(aims_relid("seal"), ShareRowExclusiveLock);
	LockRelationOid(aims_relid("incarnation"), ShareRowExclusiveLock);
	newest = incarnation_newest();
	if (newest.number > 0 && !newest.here)
		checkpoint_seal_first();
	problem = resume_difference(tree_size, root);
	if (newest.number > 0 && !newest.resumed)
		resume_withheld(note, problem);
	else if (problem != NULL)
		resume_refuse(problem);
	else
		ereport(NOTICE,
				(errmsg("checkpoints are not withheld, nothing to resume")));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(aims_open_checkpoint);
/*
 * open_checkpoint(checkpoint, verifier_key) verifies one from anywhere.
 */
Datum
aims_open_checkpoint(PG_FUNCTION_ARGS)
{
	char	   *note = checkpoint_argument(PG_GETARG_TEXT_PP(0));
	char	   *verifier = checkpoint_from_text(PG_GETARG_TEXT_PP(1));
	Hasher	   *hasher = hasher_create();
	NoteCheckpoint checkpoint;
	NoteKey		key;
	const char *problem = "The verifier key is not one: name+id+base64.";
	TupleDesc	desc;
	Datum		values[3];
	bool		isnull[3] = {false};
	bytea	   *root;

	if (note_parse_verifier(hasher, verifier, strlen(verifier), &key))
		problem = checkpoint_verify(note, strlen(note), &key, &checkpoint);
	hasher_free(hasher);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_CHECKPOINT_INVALID),
				 errmsg("checkpoint does not verify"),
				 errdetail_internal("%s", problem),
				 errhint("Compare the verifier key with the one that the log's operator gave out.")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	root = palloc(VARHDRSZ + HASH_SIZE);
	SET_VARSIZE(root, VARHDRSZ + HASH_SIZE);
	memcpy(VARDATA(root), checkpoint.root, HASH_SIZE);
	values[0] = CStringGetTextDatum(key.name);
	values[1] = Int64GetDatum((int64) checkpoint.size);
	values[2] = PointerGetDatum(root);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, isnull)));
}
