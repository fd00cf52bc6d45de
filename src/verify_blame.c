/*
 * verify_blame.c
 *		Which of two that differ was altered: the entry or the tile.
 *
 * Where an entry does not fit its leaf, three witnesses are heard: the entry,
 * the stored hash of the leaf, and the nodes and heads above. Two that agree
 * are believed. Only so many cases are looked at; of more, all entries are
 * named as altered.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "utils/memutils.h"

#include "verify_report.h"

typedef struct Blame
{
	Report	   *report;
	Relation	rel;
	TupleTableSlot *slot;
} Blame;

/* The leaf hash of the entry of a note, under some number. */
static bool
blame_hash(Blame *blame, const VerifyNote *note, int64 entry_id,
		   MerkleHash made)
{
	ItemPointerData tid = note->tid;

	if (!table_tuple_fetch_row_version(blame->rel, &tid,
									   blame->report->v->snapshot,
									   blame->slot))
		return false;
	verify_leaf_hash(blame->report->reader, blame->slot, entry_id, made);
	return true;
}

/* The stored hash of a leaf. */
static const unsigned char *
stored_hash(Report *report, int64 leaf)
{
	return verify_tile(report->v, leaf / TILE_WIDTH)->hashes[leaf % TILE_WIDTH];
}

/* Would the entry of a note, under that number, be what a leaf stands for? */
static bool
is_leaf_of(Blame *blame, const VerifyNote *note, int64 entry_id, int64 leaf)
{
	MerkleHash	made;

	return blame_hash(blame, note, entry_id, made) &&
		memcmp(made, stored_hash(blame->report, leaf), HASH_SIZE) == 0;
}

/* Take a note out of a list. */
static void
note_list_remove(NoteList *list, int64 i)
{
	memmove(&list->notes[i], &list->notes[i + 1],
			(list->n - i - 1) * sizeof(VerifyNote));
	list->n--;
}

/*
 * An entry that the tree does not know and a leaf that has no entry: is one
 * the other, under another number? Then either the tile or the entry has it
 * wrong.
 */
static bool
blame_number(Blame *blame, const VerifyNote *stranger,
			 const VerifyNote *missing)
{
	if (is_leaf_of(blame, stranger, stranger->entry_id, missing->leaf))
	{
		report_offend(blame->report, CHECK_INDEX, stranger->entry_id,
					  psprintf(INT64_FORMAT " (leaf " INT64_FORMAT " names " INT64_FORMAT ")",
							   stranger->entry_id, missing->leaf,
							   missing->entry_id));
		return true;
	}
	if (is_leaf_of(blame, stranger, missing->entry_id, missing->leaf))
	{
		report_offend(blame->report, CHECK_LEAVES, missing->entry_id,
					  psprintf(INT64_FORMAT " (now numbered " INT64_FORMAT ")",
							   missing->entry_id, stranger->entry_id));
		return true;
	}
	return false;
}

/* Compare entries that the tree does not know with leaves without entry. */
static void
blame_numbers(Blame *blame)
{
	Report	   *report = blame->report;

	for (int64 i = report->missing.n - 1; i >= 0; i--)
		for (int64 k = report->strangers.n - 1; k >= 0; k--)
			if (blame_number(blame, &report->strangers.notes[k],
							 &report->missing.notes[i]))
			{
				note_list_remove(&report->strangers, k);
				note_list_remove(&report->missing, i);
				break;
			}
}

/* Find two entries each of which has the number of the other. */
static void
blame_swapped(Blame *blame)
{
	NoteList   *list = &blame->report->leaves;

	for (int64 i = list->n - 1; i > 0; i--)
		for (int64 k = i - 1; k >= 0; k--)
		{
			VerifyNote	a = list->notes[i];
			VerifyNote	b = list->notes[k];

			if (!is_leaf_of(blame, &a, b.entry_id, b.leaf) ||
				!is_leaf_of(blame, &b, a.entry_id, a.leaf))
				continue;
			report_offend(blame->report, CHECK_LEAVES, a.entry_id,
						  psprintf(INT64_FORMAT " (swapped with " INT64_FORMAT ")",
								   a.entry_id, b.entry_id));
			report_offend(blame->report, CHECK_LEAVES, b.entry_id,
						  psprintf(INT64_FORMAT " (swapped with " INT64_FORMAT ")",
								   b.entry_id, a.entry_id));
			note_list_remove(list, i);
			note_list_remove(list, k);
			i--;
			break;
		}
}

/* A copy of a tile, with the hashes that its entries give. */
static LeafTile *
tile_by_entries(Blame *blame, uint64 index)
{
	Report	   *report = blame->report;
	LeafTile   *copy = palloc(sizeof(LeafTile));

	*copy = *verify_tile(report->v, index);
	for (int64 i = 0; i < report->leaves.n; i++)
	{
		VerifyNote *note = &report->leaves.notes[i];

		if (note->leaf / TILE_WIDTH == (int64) index)
			(void) blame_hash(blame, note, note->entry_id,
							  copy->hashes[note->leaf % TILE_WIDTH]);
	}
	return copy;
}

/*
 * Do the node or the heads above a tile agree with its entries? Then what they
 * give is taken instead of it.
 */
static bool
above_agrees(Report *report, LeafTile *tile, int64 heads)
{
	MerkleHash	root;
	bool		agrees;

	report->instead = lappend(report->instead, tile);
	if (tile->width == TILE_WIDTH)
	{
		merkle_hash_of(report->v->hasher, tile->hashes, TILE_WIDTH, root);
		agrees = memcmp(root, report->nodes[1][tile->index], HASH_SIZE) == 0 &&
			memcmp(root, report->v->tiles[tile->index].root, HASH_SIZE) != 0;
	}
	else
		agrees = tree_walk(report) > heads;
	if (!agrees)
		report->instead = list_delete_last(report->instead);
	return agrees;
}

/* The tile has it wrong: name the entries whose hashes it has altered. */
static void
blame_tile(Report *report, uint64 index)
{
	for (int64 i = report->leaves.n - 1; i >= 0; i--)
	{
		VerifyNote	note = report->leaves.notes[i];

		if (note.leaf / TILE_WIDTH != (int64) index)
			continue;
		report_offend(report, CHECK_TILES, note.entry_id,
					  psprintf("hash of leaf " INT64_FORMAT " (entry " INT64_FORMAT ")",
							   note.leaf, note.entry_id));
		note_list_remove(&report->leaves, i);
	}
	for (int64 i = report->suspects.n - 1; i >= 0; i--)
		if (report->suspects.notes[i].extra == (int64) index)
			note_list_remove(&report->suspects, i);
}

/* Look for tiles that are wrong about their entries. */
static void
blame_tiles(Blame *blame, int64 heads)
{
	Report	   *report = blame->report;
	int64		i = report->leaves.n - 1;

	while (i >= 0)
	{
		uint64		index = report->leaves.notes[i].leaf / TILE_WIDTH;
		LeafTile   *tile = tile_by_entries(blame, index);

		if (above_agrees(report, tile, heads))
			blame_tile(report, index);
		while (i >= report->leaves.n ||
			   (i >= 0 && report->leaves.notes[i].leaf / TILE_WIDTH ==
				(int64) index))
			i--;
	}
}

/*
 * Tiles that do not fit the node above them: which of the two the heads agree
 * with is right.
 */
static void
blame_nodes(Report *report, int64 heads)
{
	bool		by_nodes;

	report->by_nodes = true;
	by_nodes = tree_walk(report) > heads;
	report->by_nodes = by_nodes;
	for (int64 i = 0; i < report->suspects.n; i++)
	{
		VerifyNote *note = &report->suspects.notes[i];

		report_offend(report, CHECK_TILES, note->entry_id,
					  psprintf("%s tile " INT64_FORMAT " (entries from " INT64_FORMAT ")",
							   by_nodes ? "leaves of" : "node over",
							   note->extra, note->entry_id));
	}
}

/* Report what was left over. */
static void
blame_rest(Report *report)
{
	for (int64 i = 0; i < report->leaves.n; i++)
		report_offend(report, CHECK_LEAVES, report->leaves.notes[i].entry_id,
					  NULL);
	for (int64 i = 0; i < report->missing.n; i++)
		tree_offend_missing(report, &report->missing.notes[i]);
	for (int64 i = 0; i < report->strangers.n; i++)
		report_offend(report, CHECK_INSERTED,
					  report->strangers.notes[i].entry_id, NULL);
}

/* Find out what was altered; afterwards the roots of all marks are known. */
void
blame_leaves(Report *report)
{
	Blame		blame;
	int64		heads = tree_walk(report);

	blame.report = report;
	blame.rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	blame.slot = table_slot_create(blame.rel, NULL);
	if (report->missing.n > 0 && report->strangers.n > 0)
		blame_numbers(&blame);
	if (report->leaves.n > 0)
	{
		blame_swapped(&blame);
		blame_tiles(&blame, heads);
	}
	if (report->suspects.n > 0)
		blame_nodes(report, heads);
	blame_rest(report);
	(void) tree_walk(report);
	ExecDropSingleTupleTableSlot(blame.slot);
	table_close(blame.rel, NoLock);
}
