/*
 * verify.c
 *		aims.verify(): does the ledger still say what was sealed?
 *
 * Everything is read under the caller's snapshot, entries from the heap and
 * not through an index, in one pass: each entry's digests are made again from
 * what is stored, and its leaf hash is compared with the tree's. The tree is
 * computed again from its leaves up to every head that was ever sealed. What
 * an attacker can make consistent inside the database (entries, tree and heads
 * together) is found by a checkpoint that was kept outside.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "image.h"
#include "incarnation.h"
#include "key.h"
#include "owner.h"
#include "row.h"
#include "verify.h"

#define NAMED_MAX 10			/* offending entries that a detail names */

static const Check check_names[CHECK_COUNT] = {
	[CHECK_DIGESTS] = {"entry digests", "entries that do not fit their digests any more"},
	[CHECK_LEAVES] = {"entry leaves", "entries altered after they were sealed"},
	[CHECK_MISSING] = {"entries present", "entries that were sealed and are gone"},
	[CHECK_DOUBLED] = {"entries once", "entries stored more than once"},
	[CHECK_INSERTED] = {"entries sealed", "entries put in behind the ledger: older than the newest seal, but not in the tree"},
	[CHECK_KEYS] = {"entry keys", "entries that their tile does not find by key"},
	[CHECK_SEAL_LEAVES] = {"seal leaves", "seals that do not fit their leaf in the tree"},
	[CHECK_TILES] = {"tree", "nodes that do not fit the leaves below them"},
	[CHECK_HEADS] = {"tree heads", "seals that do not fit the tree, or the seal before them"},
	[CHECK_SHAPES] = {"shapes", "shapes that do not fit their digest"},
};

/* Add a row to the result. */
static void
report(Verification *v, const char *name, bool ok, int64 entry_id,
	   const char *detail)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(name);
	values[1] = BoolGetDatum(ok);
	values[2] = Int64GetDatum(entry_id);
	nulls[2] = entry_id == 0;
	values[3] = CStringGetTextDatum(detail);
	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values,
						 nulls);
}

/* Count an offender, and name it if it is one of the first. */
void
verify_offend(Verification *v, int check, int64 id)
{
	Check	   *c = &v->checks[check];

	if (c->count++ == 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(v->context);

		c->first = id;
		initStringInfo(&c->named);
		MemoryContextSwitchTo(caller);
	}
	c->first = Min(c->first, id);
	if (c->count <= NAMED_MAX)
		appendStringInfo(&c->named, "%s" INT64_FORMAT,
						 c->count > 1 ? ", " : "", id);
	else if (c->count == NAMED_MAX + 1)
		appendStringInfoString(&c->named, ", ...");
}

/* By number. */
static int
compare_seals(const void *a, const void *b)
{
	int64		left = ((const Seal *) a)->seal_id;
	int64		right = ((const Seal *) b)->seal_id;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Read all seals, oldest first. */
static void
read_seals(Verification *v)
{
	Relation	rel = table_open(aims_relid("seal"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);
	int64		capacity = 64;

	v->seals = palloc(sizeof(Seal) * capacity);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);

		if (v->nseals == capacity)
			v->seals = repalloc_huge(v->seals,
									 sizeof(Seal) * (capacity *= 2));
		seal_read(tuple, RelationGetDescr(rel), &v->seals[v->nseals++]);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	qsort(v->seals, v->nseals, sizeof(Seal), compare_seals);
	if (v->nseals > 0)
		v->newest = &v->seals[v->nseals - 1];
}

/* The hash that the tree has for a leaf equals that of these bytes. */
bool
verify_leaf(Verification *v, uint64 leaf, StringInfo bytes)
{
	MerkleHash	made;
	MerkleHash	stored;

	merkle_leaf(v->hasher, bytes->data, bytes->len, made);
	tile_read_node(v->store, 0, leaf, stored);
	return memcmp(made, stored, HASH_SIZE) == 0;
}

/* Compute every node above level 0 again from the hashes below it. */
static void
check_tiles(Verification *v)
{
	MerkleHash *below = palloc(sizeof(MerkleHash) * TILE_WIDTH);
	uint64		width = v->size / TILE_WIDTH;

	for (int level = TILE_HEIGHT; width > 0;
		 level += TILE_HEIGHT, width /= TILE_WIDTH)
	{
		for (uint64 i = 0; i < width; i++)
		{
			MerkleHash	made;
			MerkleHash	stored;

			CHECK_FOR_INTERRUPTS();
			for (int j = 0; j < TILE_WIDTH; j++)
				tile_read_node(v->store, level - TILE_HEIGHT,
							   i * TILE_WIDTH + j, below[j]);
			merkle_hash_of(v->hasher, below, TILE_WIDTH, made);
			tile_read_node(v->store, level, i, stored);
			if (memcmp(made, stored, HASH_SIZE) != 0)
				verify_offend(v, CHECK_TILES, i);
		}
	}
	pfree(below);
}

/* Check one head: its place, its root, and that it follows the one before. */
static void
check_head(Verification *v, int64 i)
{
	Seal	   *seal = &v->seals[i];
	MerkleHash	root;
	MerkleHash	previous;
	int64		previous_size = i > 0 ? v->seals[i - 1].tree_size : 0;

	if (i > 0)
		memcpy(previous, v->seals[i - 1].root, HASH_SIZE);
	else
		seal_empty_root(previous);
	if (seal->seal_id != i + 1 || seal->first_leaf != previous_size ||
		seal->tree_size <= previous_size ||
		memcmp(seal->previous_root, previous, HASH_SIZE) != 0)
	{
		verify_offend(v, CHECK_HEADS, seal->seal_id);
		return;
	}
	merkle_root(v->hasher, seal->tree_size, tile_read_node, v->store, root);
	if (memcmp(seal->root, root, HASH_SIZE) != 0)
		verify_offend(v, CHECK_HEADS, seal->seal_id);
}

/* Check that a seal's last leaf is the one that its row makes. */
static void
check_seal_leaf(Verification *v, const Seal *seal)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	seal_leaf(&bytes, seal);
	if (tile_leaf_source(v->store, seal->tree_size - 1) !=
		-seal->seal_id || !verify_leaf(v, seal->tree_size - 1, &bytes))
		verify_offend(v, CHECK_SEAL_LEAVES, seal->seal_id);
	pfree(bytes.data);
}

/* Check all heads; one that reaches past the tree is wrong by that alone. */
static void
check_heads(Verification *v)
{
	for (int64 i = 0; i < v->nseals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (v->seals[i].tree_size > (int64) v->size ||
			v->seals[i].tree_size <= 0)
		{
			verify_offend(v, CHECK_HEADS, v->seals[i].seal_id);
			continue;
		}
		check_head(v, i);
		check_seal_leaf(v, &v->seals[i]);
	}
}

/* Check that aims.incarnation says what the tree says. */
static void
check_incarnations(Verification *v)
{
	const char *problem = incarnation_problem(v->snapshot, v->store, v->seals,
											  v->nseals, v->size);

	report(v, "incarnations", problem == NULL, 0,
		   problem ? problem : "No problem found.");
}

/* Check that each shape's definition fits its digest. */
static void
check_shapes(Verification *v)
{
	Relation	rel = table_open(aims_relid("shape"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		bool		free_it;
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);
		bytea	   *stored = DatumGetByteaPP(row_value(tuple, desc, "digest",
													   &isnull));
		char	   *definition = row_string(tuple, desc, "definition");
		int			length;
		const char *utf8 = text_in_utf8(definition, strlen(definition),
										&length);
		HashPart	part = {utf8, length};
		MerkleHash	made;

		hasher_digest(v->hasher, &part, 1, made);
		if (VARSIZE_ANY_EXHDR(stored) != HASH_SIZE ||
			memcmp(VARDATA_ANY(stored), made, HASH_SIZE) != 0)
			verify_offend(v, CHECK_SHAPES,
						  DatumGetInt32(row_value(tuple, desc, "shape_id", &isnull)));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
}

/* What is wrong with a note, or NULL: its signature, its size, its root. */
static char *
note_problem(Verification *v, const char *text)
{
	Note		note;
	NoteCheckpoint checkpoint;
	MerkleHash	root;
	ListCell   *cell;
	bool		is_signed = false;
	int			length;

	text = text_in_utf8(text, strlen(text), &length);
	if (!note_parse(text, length, &note) ||
		!note_parse_checkpoint(&note, &checkpoint))
		return pstrdup("It is not a checkpoint in the C2SP format.");
	foreach(cell, key_all())
	{
		SigningKey *key = lfirst(cell);

		if (strlen(key->note.name) == checkpoint.origin_size &&
			memcmp(key->note.name, checkpoint.origin,
				   checkpoint.origin_size) == 0 &&
			note_verify(&note, &key->note) == NOTE_VERIFIED &&
			checkpoint.size <= (uint64) key->last_size)
			is_signed = true;
	}
	if (!is_signed)
		return pstrdup("It does not carry a valid signature by a key that this ledger had at that size.");
	if (checkpoint.size > v->size)
		return psprintf("It speaks of " UINT64_FORMAT " leaves; the ledger has "
						UINT64_FORMAT ": its end was cut off.",
						(uint64) checkpoint.size, v->size);
	merkle_root(v->hasher, checkpoint.size, tile_read_node, v->store, root);
	if (memcmp(root, checkpoint.root, HASH_SIZE) != 0)
		return psprintf("The first " UINT64_FORMAT " leaves of the ledger are not the ones it was signed for: history was rewritten.",
						(uint64) checkpoint.size);
	return NULL;
}

/* Check the checkpoints that were signed here. */
static void
check_checkpoints(Verification *v)
{
	Relation	rel = table_open(aims_relid("checkpoint"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);
	char	   *problem = NULL;
	int64		count = 0;

	while (problem == NULL &&
		   table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);
		char	   *note = row_string(tuple, RelationGetDescr(rel), "note");

		count++;
		problem = note_problem(v, note);
		if (problem != NULL)
			problem = psprintf("%s\n%s", problem, note);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	report(v, "checkpoints", problem == NULL, 0, problem ? problem :
		   psprintf("Signed checkpoints that fit the tree: " INT64_FORMAT ".",
					count));
}

/* Check the checkpoint that the caller has kept elsewhere. */
static void
check_trusted(Verification *v, const char *trusted)
{
	char	   *problem;

	if (trusted == NULL)
	{
		report(v, "trusted checkpoint", true, 0,
			   "None was given: whoever can write everything here could have rewritten all of it. Pass one that was kept outside.");
		return;
	}
	problem = note_problem(v, trusted);
	report(v, "trusted checkpoint", problem == NULL, 0, problem ? problem :
		   "The ledger continues what this checkpoint was signed for.");
}

/* Report what a query says: rows of (text) are problems. */
static void
check_query(Verification *v, const char *name, const char *query,
			const char *fine)
{
	StringInfoData detail;
	uint64		n;

	initStringInfo(&detail);
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "query of check \"%s\" failed", name);
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
		appendStringInfo(&detail, "%s%s", i > 0 ? "\n" : "",
						 SPI_getvalue(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, 1));
	report(v, name, n == 0, 0, n == 0 ? fine : detail.data);
}

/* Report who could work around all of this, for the auditor to judge. */
static void
report_roles(Verification *v)
{
	if (SPI_execute("SELECT format('Superusers: %s. May create roles: %s.',"
					" coalesce(string_agg(rolname, ', ' ORDER BY rolname) FILTER (WHERE rolsuper), 'none'),"
					" coalesce(string_agg(rolname, ', ' ORDER BY rolname) FILTER (WHERE rolcreaterole AND NOT rolsuper), 'none'))"
					" FROM pg_roles", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list roles");
	report(v, "privileged roles", true, 0,
		   SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
}

/*
 * The checks on the server around the ledger. They run as the owner, so their
 * search_path must not be the caller's: his operators would run as the owner.
 */
static void
check_surroundings(Verification *v)
{
	OwnerScope	scope = owner_begin();

	SPI_connect();
	check_query(v, "triggers",
				"SELECT format('%s: %s', relation, problem) FROM aims.capture_problem()",
				"All triggers are there and enabled always.");
	check_query(v, "tree size",
				"SELECT format('The tree stores %s leaves, but the newest head is over %s: heads or leaves were cut off.', leaves, size)"
				" FROM (SELECT coalesce(max(tile_index * 256 + length(hashes) / 32), 0) AS leaves FROM aims.tile WHERE level = 0) AS stored,"
				" (SELECT coalesce(max(tree_size), 0) AS size FROM aims.seal) AS head"
				" WHERE leaves <> size",
				"The tree stores as many leaves as the newest head is over.");
	check_query(v, "tree index",
				"SELECT format('Tile %s does not say which entries it holds.', tile_index) FROM aims.tile"
				" WHERE level = 0 AND entries IS DISTINCT FROM"
				" (SELECT int8range(min(s), max(s), '[]') FROM unnest(sources) AS s WHERE s > 0 HAVING count(*) > 0)"
				" LIMIT 10",
				"Tiles say which entries they hold.");
	check_query(v, "resumptions",
				"SELECT format('Incarnation %s is said to be %s, and no entry says so.', i.incarnation, i.resumption) FROM aims.incarnation AS i"
				" WHERE i.resumed_at IS NOT NULL AND NOT EXISTS (SELECT FROM ONLY aims.audit_entry AS e"
				" WHERE e.entry_id > i.last_entry AND e.operation = 'EVENT' AND e.relation = 'aims.incarnation'"
				" AND e.new_image ->> 'act' = i.resumption AND e.new_image ->> 'incarnation' = i.incarnation::text)",
				"Checkpoints were withheld until an entry says why not.");
	check_query(v, "stages",
				"SELECT format('%s is in stage %s, but came to %s by its history.', a.system, a.stage, h.to_stage)"
				" FROM aims.ai_system AS a LEFT JOIN LATERAL"
				" (SELECT to_stage FROM aims.stage_history AS s WHERE s.system = a.system ORDER BY history_id DESC LIMIT 1) AS h ON true"
				" WHERE a.stage <> coalesce(h.to_stage, 'inception')",
				"Every AI system is in the stage that its history says.");
	report_roles(v);
	SPI_finish();
	owner_end(scope);
}

/* What a check without findings says. */
static const char *
check_fine(Verification *v, int check)
{
	switch (check)
	{
		case CHECK_DIGESTS:
			return psprintf("Entries read: " INT64_FORMAT ".", v->entries);
		case CHECK_HEADS:
			return psprintf("Heads: " INT64_FORMAT ", leaves: " UINT64_FORMAT ".",
							v->nseals, v->size);
		default:
			return "No problem found.";
	}
}

/* Report one of the counted checks. */
static void
report_check(Verification *v, int check)
{
	Check	   *c = &v->checks[check];

	report(v, c->name, c->count == 0,
		   c->count > 0 && check <= CHECK_KEYS ? c->first : 0,
		   c->count == 0 ? check_fine(v, check) :
		   psprintf("%s: %s (" INT64_FORMAT " in all)", c->problem,
					c->named.data, c->count));
}

/* Report all of them. */
static void
report_checks(Verification *v)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		report_check(v, i);
	report(v, "unsealed entries", true, 0,
		   psprintf("Waiting for the next seal: " INT64_FORMAT ".",
					v->unsealed));
}

/* All checks that read the tree. */
static void
check_ledger(Verification *v, const char *trusted)
{
	v->hasher = hasher_create();
	v->store = tile_open(v->snapshot);
	v->reader = leaf_reader_open(true);
	verify_entries(v);
	check_tiles(v);
	check_heads(v);
	check_shapes(v);
	report_checks(v);
	check_checkpoints(v);
	check_trusted(v, trusted);
	check_incarnations(v);
	tile_close(v->store);
	hasher_free(v->hasher);
}

/* Start counting anew. */
static void
reset_checks(Verification *v)
{
	memcpy(v->checks, check_names, sizeof(v->checks));
	v->entries = 0;
	v->unsealed = 0;
}

/* What can be checked without a tree: entries by themselves, and shapes. */
static void
check_without_tree(Verification *v, const char *problem)
{
	reset_checks(v);
	v->store = NULL;
	v->hasher = hasher_create();
	verify_entries(v);
	check_shapes(v);
	hasher_free(v->hasher);
	report_check(v, CHECK_DIGESTS);
	report_check(v, CHECK_SHAPES);
	report(v, "tree", false, 0,
		   psprintf("%s. Nothing could be compared with the tree.", problem));
}

/*
 * Check everything, with a damaged tree as a finding and not as an error: it
 * must not keep the other checks from being reported.
 */
static void
check_ledger_safely(Verification *v, const char *trusted)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char *volatile problem = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		check_ledger(v, trusted);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_MS_LEDGER_CORRUPT)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		problem = error->message;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (problem != NULL)
		check_without_tree(v, problem);
}

PG_FUNCTION_INFO_V1(aims_verify);
/* A row per check: name, verdict, first offending entry, detail. */
Datum
aims_verify(PG_FUNCTION_ARGS)
{
	Verification v = {0};
	char	   *trusted = PG_ARGISNULL(0) ? NULL :
		checkpoint_argument(PG_GETARG_TEXT_PP(0));

	InitMaterializedSRF(fcinfo, 0);
	v.result = (ReturnSetInfo *) fcinfo->resultinfo;
	v.snapshot = GetActiveSnapshot();
	v.row = AllocSetContextCreate(CurrentMemoryContext, "aims entry",
								  ALLOCSET_DEFAULT_SIZES);
	v.context = CurrentMemoryContext;
	reset_checks(&v);
	read_seals(&v);
	if (v.newest != NULL)
	{
		v.size = Max(v.newest->tree_size, 0);
		v.window = window_parse(v.newest->snapshot);
	}
	check_ledger_safely(&v, trusted);
	check_surroundings(&v);
	return (Datum) 0;
}
