/*
 * verify_tree.c
 *		The part of a verification that is about the tree above its leaves.
 *
 * The roots at all sizes that a seal or a checkpoint speaks of are computed in
 * one walk over the leaves, from the roots of their tiles; the stored nodes
 * above are compared, and serve only where a tile of leaves cannot be read.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "row.h"
#include "verify_report.h"

static const MerkleHash no_hash = {0};

/* In order of level and number. */
static int
compare_upper(const void *a, const void *b)
{
	const UpperTile *left = a;
	const UpperTile *right = b;

	if (left->level != right->level)
		return left->level < right->level ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index ? 1 : 0;
}

/* Say that a row of aims.tile is none. */
static void
offend_tile(Report *report, const UpperTile *tile, const char *problem)
{
	report_offend(report, CHECK_TILES, 0,
				  psprintf("tile " INT64_FORMAT " of level %d %s", tile->index,
						   tile->level, problem));
}

/* All rows of aims.tile, by level and number. */
static UpperTile *
read_rows(Snapshot snapshot, int64 *n)
{
	Relation	rel = table_open(aims_relid("tile"), AccessShareLock);
	AttrNumber	level = row_column(RelationGetDescr(rel), "level");
	AttrNumber	index = row_column(RelationGetDescr(rel), "tile_index");
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int64		room = 1024;
	UpperTile  *rows = palloc(sizeof(UpperTile) * room);
	bool		isnull;

	*n = 0;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (*n == room)
			rows = repalloc_huge(rows, sizeof(UpperTile) * (room *= 2));
		rows[*n].level = DatumGetInt32(slot_getattr(slot, level, &isnull));
		rows[*n].index = DatumGetInt64(slot_getattr(slot, index, &isnull));
		rows[(*n)++].tid = slot->tts_tid;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	qsort(rows, *n, sizeof(UpperTile), compare_upper);
	return rows;
}

/*
 * Find the tiles of leaves; a number that is far beyond how many there are was
 * altered, and must not make arrays as long as it says.
 */
VerifyTile *
tree_read_tiles(Report *report, Snapshot snapshot, uint64 *ntiles)
{
	int64		n;
	UpperTile  *rows = read_rows(snapshot, &n);
	int64		leaves = 0;
	VerifyTile *tiles;

	*ntiles = 0;
	while (leaves < n && rows[leaves].level <= 0)
		leaves++;
	for (int64 i = 0; i < leaves; i++)
		if (rows[i].level == 0 && rows[i].index >= 0 &&
			rows[i].index < leaves * 2 + 16)
			*ntiles = Max(*ntiles, (uint64) rows[i].index + 1);
	tiles = palloc_extended(Max(*ntiles, 1) * sizeof(VerifyTile),
							MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int64 i = 0; i < leaves; i++)
	{
		if (rows[i].level < 0 || rows[i].index < 0 ||
			rows[i].index >= (int64) *ntiles)
			offend_tile(report, &rows[i], "stands for no leaves");
		else if (ItemPointerIsValid(&tiles[rows[i].index].tid))
			offend_tile(report, &rows[i], "is stored twice");
		else
			tiles[rows[i].index].tid = rows[i].tid;
	}
	report->upper = rows + leaves;
	report->nupper = n - leaves;
	return tiles;
}

/* Copy the hashes of a row of aims.tile; false where it has not as many. */
static bool
read_upper(Report *report, ItemPointer tid, uint64 width, MerkleHash *out)
{
	Relation	rel = table_open(aims_relid("tile"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	bool		fits = false;

	if (table_tuple_fetch_row_version(rel, tid, report->v->snapshot, slot))
	{
		bool		isnull;
		Datum		value = slot_getattr(slot,
										 row_column(RelationGetDescr(rel), "hashes"),
										 &isnull);
		bytea	   *hashes = isnull ? NULL : DatumGetByteaPP(value);

		fits = hashes != NULL &&
			VARSIZE_ANY_EXHDR(hashes) == width * HASH_SIZE;
		if (fits)
			memcpy(out, VARDATA_ANY(hashes), width * HASH_SIZE);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return fits;
}

/* Read the stored nodes of a level. */
static void
read_nodes(Report *report, int level, uint64 n)
{
	MerkleHash *nodes = palloc_extended(n * HASH_SIZE,
										MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	report->nodes[level] = nodes;
	for (uint64 first = 0; first < n; first += TILE_WIDTH)
	{
		UpperTile	key = {level, first / TILE_WIDTH};
		UpperTile  *row = bsearch(&key, report->upper, report->nupper,
								  sizeof(UpperTile), compare_upper);

		CHECK_FOR_INTERRUPTS();
		if (row == NULL)
			offend_tile(report, &key, "is missing");
		else if (!read_upper(report, &row->tid, Min(n - first, TILE_WIDTH),
							 nodes + first))
			offend_tile(report, &key, "has not as many hashes as it should");
	}
}

/* Find rows that stand twice, or for nothing. */
static void
check_upper_rows(Report *report)
{
	for (int64 i = 0; i < report->nupper; i++)
	{
		UpperTile  *row = &report->upper[i];
		int			shift = Min(row->level, TILE_LEVELS) * TILE_HEIGHT;

		if (row->level >= TILE_LEVELS ||
			row->index < 0 ||
			(uint64) row->index * TILE_WIDTH >= report->size >> shift)
			offend_tile(report, row, "stands for no leaves");
		else if (i > 0 && compare_upper(row, row - 1) == 0)
			offend_tile(report, row, "is stored twice");
	}
}

/* Compare the stored nodes of a level above 1 with those below them. */
static void
check_level(Report *report, int level, uint64 n)
{
	for (uint64 i = 0; i < n; i++)
	{
		MerkleHash	made;

		CHECK_FOR_INTERRUPTS();
		merkle_hash_of(report->v->hasher,
					   report->nodes[level - 1] + i * TILE_WIDTH, TILE_WIDTH,
					   made);
		if (memcmp(report->nodes[level][i], no_hash, HASH_SIZE) != 0 &&
			memcmp(report->nodes[level][i], made, HASH_SIZE) != 0)
			report_offend(report, CHECK_TILES, 0,
						  psprintf("node " UINT64_FORMAT " of level %d", i,
								   level));
	}
}

/* Compare the stored nodes of level 1 with the leaves below them. */
static void
check_tiles(Report *report, uint64 n)
{
	for (uint64 i = 0; i < n; i++)
	{
		VerifyTile *tile = &report->v->tiles[i];
		VerifyNote	note = {0};

		if (tile->width != TILE_WIDTH ||
			memcmp(report->nodes[1][i], no_hash, HASH_SIZE) == 0 ||
			memcmp(report->nodes[1][i], tile->root, HASH_SIZE) == 0)
			continue;
		note.kind = NOTE_TILE;
		note.entry_id = tile->high > 0 ? tile->low : 0;
		note.extra = i;
		note_list_add(&report->suspects, &note);
	}
}

/* How many leaves are stored; tiles before the last have to be full. */
static uint64
stored_size(Report *report)
{
	Verification *v = report->v;
	uint64		n = v->shared->ntiles;

	for (uint64 i = 0; i + 1 < n; i++)
		if (v->tiles[i].width != 0 && v->tiles[i].width != TILE_WIDTH)
			report_offend(report, CHECK_TILES,
						  v->tiles[i].high > 0 ? v->tiles[i].low : 0,
						  psprintf("tile " UINT64_FORMAT " is too short", i));
	return n == 0 ? 0 : (n - 1) * TILE_WIDTH + v->tiles[n - 1].width;
}

/* Read and compare all nodes above the leaves. */
void
tree_check_nodes(Report *report)
{
	report->size = stored_size(report);
	check_upper_rows(report);
	for (int level = 1; level < TILE_LEVELS; level++)
	{
		uint64		n = report->size >> (level * TILE_HEIGHT);

		if (n == 0)
			break;
		read_nodes(report, level, n);
		if (level == 1)
			check_tiles(report, n);
		else
			check_level(report, level, n);
	}
}

/* What to take for a stored tile of leaves; NULL: the tile itself. */
static LeafTile *
tile_instead(Report *report, uint64 index)
{
	ListCell   *cell;

	foreach(cell, report->instead)
		if (((LeafTile *) lfirst(cell))->index == index)
			return lfirst(cell);
	return NULL;
}

/* The root of a tile, by its leaves or by the node above; or NULL. */
static const unsigned char *
tile_root(Report *report, uint64 index, MerkleHash room)
{
	VerifyTile *tile = &report->v->tiles[index];
	const unsigned char *node = index < report->size / TILE_WIDTH ?
		report->nodes[1][index] : no_hash;
	bool		has_node = memcmp(node, no_hash, HASH_SIZE) != 0;
	LeafTile   *instead = tile_instead(report, index);

	if (instead != NULL)
	{
		merkle_hash_of(report->v->hasher, instead->hashes, TILE_WIDTH, room);
		return room;
	}
	if (tile->width == TILE_WIDTH && !(report->by_nodes && has_node))
		return tile->root;
	return has_node ? node : NULL;
}

/* Take the roots of the marks at that size. */
static void
reach_marks(Report *report, const MerkleFrontier *frontier, int *next)
{
	for (; *next < report->nmarks &&
		 report->marks[*next].size == (int64) frontier->size; ++*next)
	{
		merkle_frontier_root(report->v->hasher, frontier,
							 report->marks[*next].root);
		report->marks[*next].known = true;
	}
}

/* Go through a tile leaf by leaf. */
static void
walk_leaves(Report *report, MerkleFrontier *frontier, uint64 index, int *next)
{
	LeafTile   *instead = tile_instead(report, index);
	LeafTile   *tile = instead ? instead : verify_tile(report->v, index);

	for (int i = 0; tile != NULL && i < tile->width; i++)
	{
		merkle_frontier_add(report->v->hasher, frontier, 0, tile->hashes[i]);
		reach_marks(report, frontier, next);
	}
}

/* How many seals' heads have the root that was computed. */
static int64
count_heads(Report *report)
{
	int64		fit = 0;

	for (int i = 0; i < report->nmarks; i++)
	{
		Mark	   *mark = &report->marks[i];

		if (mark->known && mark->seal != NULL &&
			memcmp(mark->root, mark->seal->root, HASH_SIZE) == 0)
			fit++;
	}
	return fit;
}

/*
 * Compute the roots at all marks, from left to right; beyond a tile that
 * nothing is known of there are none. Returns how many heads have theirs.
 */
int64
tree_walk(Report *report)
{
	MerkleFrontier *frontier = palloc0(sizeof(MerkleFrontier));
	int			next = 0;

	for (int i = 0; i < report->nmarks; i++)
		report->marks[i].known = false;
	while (next < report->nmarks && report->marks[next].size < 0)
		next++;
	reach_marks(report, frontier, &next);
	for (uint64 i = 0; i < report->v->shared->ntiles; i++)
	{
		MerkleHash	room;
		const unsigned char *root = tile_root(report, i, room);
		int64		end = (int64) (i + 1) * TILE_WIDTH;

		CHECK_FOR_INTERRUPTS();
		if ((next < report->nmarks && report->marks[next].size < end) ||
			root == NULL)
			walk_leaves(report, frontier, i, &next);
		else
			merkle_frontier_add(report->v->hasher, frontier, TILE_HEIGHT, root);
		if ((int64) frontier->size != end)
			break;
		reach_marks(report, frontier, &next);
	}
	pfree(frontier);
	return count_heads(report);
}

/* The mark of a size. */
Mark *
tree_mark(Report *report, int64 size)
{
	for (int low = 0, high = report->nmarks; low < high;)
	{
		int			middle = low + (high - low) / 2;

		if (report->marks[middle].size == size)
			return &report->marks[middle];
		if (report->marks[middle].size < size)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The entry of a leaf; 0 where it has none that is known. */
int64
tree_entry_at(Report *report, int64 leaf)
{
	LeafTile   *tile = leaf < 0 ? NULL :
		verify_tile(report->v, leaf / TILE_WIDTH);

	if (tile == NULL || leaf % TILE_WIDTH >= tile->width)
		return 0;
	return Max(tile->sources[leaf % TILE_WIDTH], 0);
}

/* A seal, with the entries that it holds. */
static char *
seal_text(Report *report, const Seal *seal)
{
	int64		first = tree_entry_at(report, seal->first_leaf);
	int64		last = tree_entry_at(report, seal->tree_size - 2);

	if (first == 0 || last == 0)
		return psprintf("seal " INT64_FORMAT, seal->seal_id);
	return psprintf("seal " INT64_FORMAT " (entries " INT64_FORMAT " to " INT64_FORMAT ")",
					seal->seal_id, first, last);
}

/* Check that a seal follows the one before it, or the empty tree. */
static bool
seal_follows(Report *report, const Seal *seal, const Seal *before)
{
	Mark	   *mark = tree_mark(report, seal->first_leaf);
	MerkleHash	previous;

	if (before == NULL)
		seal_empty_root(previous);
	else
		memcpy(previous, before->root, HASH_SIZE);
	if (mark != NULL && mark->known)
		memcpy(previous, mark->root, HASH_SIZE);
	return seal->seal_id == (before ? before->seal_id + 1 : 1) &&
		seal->first_leaf == (before ? before->tree_size : 0) &&
		seal->tree_size > seal->first_leaf &&
		memcmp(seal->previous_root, previous, HASH_SIZE) == 0;
}

/* Check a head: its place, its root, and that it follows the one before. */
static void
check_head(Report *report, int64 i)
{
	Seal	   *seal = &report->seals[i];
	Seal	   *before = i > 0 ? seal - 1 : NULL;
	Mark	   *mark = tree_mark(report, seal->tree_size);
	int64		expected = before ? before->seal_id + 1 : 1;

	if (seal->seal_id > expected)
		report_offend(report, CHECK_HEADS, 0,
					  psprintf("seal " INT64_FORMAT " is missing", expected));
	else if (!seal_follows(report, seal, before))
		report_offend(report, CHECK_HEADS, 0, seal_text(report, seal));
	else if (seal->tree_size > (int64) report->size)
		report_offend(report, CHECK_HEADS, 0,
					  psprintf("%s, beyond the leaves that are stored",
							   seal_text(report, seal)));
	else if (mark->known && memcmp(seal->root, mark->root, HASH_SIZE) != 0)
		report_offend(report, CHECK_HEADS, 0, seal_text(report, seal));
}

/* Check that a seal's last leaf is the one that its row makes. */
static void
check_seal_leaf(Report *report, const Seal *seal)
{
	int64		leaf = seal->tree_size - 1;
	LeafTile   *tile = leaf < 0 ? NULL :
		verify_tile(report->v, leaf / TILE_WIDTH);
	StringInfoData bytes;
	MerkleHash	made;

	if (tile == NULL || leaf % TILE_WIDTH >= tile->width)
		return;
	initStringInfo(&bytes);
	seal_leaf(&bytes, seal);
	merkle_leaf(report->v->hasher, bytes.data, bytes.len, made);
	if (memcmp(made, tile->hashes[leaf % TILE_WIDTH], HASH_SIZE) != 0)
		report_offend(report, CHECK_SEAL_LEAVES, 0, seal_text(report, seal));
	else if (tile->sources[leaf % TILE_WIDTH] != -seal->seal_id)
		report_offend(report, CHECK_INDEX, 0,
					  psprintf("leaf " INT64_FORMAT " is that of seal " INT64_FORMAT,
							   leaf, seal->seal_id));
	pfree(bytes.data);
}

/* Check all heads, and that none is missing at the end. */
void
tree_check_heads(Report *report)
{
	int64		size = 0;

	for (int64 i = 0; i < report->nseals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_head(report, i);
		check_seal_leaf(report, &report->seals[i]);
		size = report->seals[i].tree_size;
	}
	report_row(report, "tree size", size == (int64) report->size, 0,
			   size == (int64) report->size ?
			   "The tree stores as many leaves as the newest head is over." :
			   psprintf("The tree stores " UINT64_FORMAT " leaves, but the newest head is over " INT64_FORMAT ": heads or leaves were cut off.",
						report->size, size));
}

/* Name the entry of a leaf that has none, or the leaf. */
void
tree_offend_missing(Report *report, const VerifyNote *note)
{
	report_offend(report, CHECK_MISSING, note->entry_id,
				  note->entry_id != 0 ? NULL : note->extra < 0 ?
				  psprintf("leaf " INT64_FORMAT ", said to be of seal " INT64_FORMAT,
						   note->leaf, -note->extra) :
				  psprintf("leaf " INT64_FORMAT, note->leaf));
}

/* A leaf without an entry: keep it, or name its entry at once. */
static void
add_missing(Report *report, const VerifyNote *note)
{
	if (report->missing.n < EXAMINED_MAX)
		note_list_add(&report->missing, note);
	else
		tree_offend_missing(report, note);
}

/* What a tile says a leaf is of: an entry, a seal, an incarnation. */
static bool
leaf_source(Report *report, int64 leaf, int64 *source)
{
	LeafTile   *tile = leaf < 0 ? NULL :
		verify_tile(report->v, leaf / TILE_WIDTH);

	if (tile == NULL || leaf % TILE_WIDTH >= tile->width)
		return false;
	*source = tile->sources[leaf % TILE_WIDTH];
	return true;
}

/* By number, of which the key is one. */
static int
compare_number(const void *key, const void *seal)
{
	int64		left = *(const int64 *) key;
	int64		right = ((const Seal *) seal)->seal_id;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Does a seal begin with that leaf? */
static bool
seal_begins(Report *report, int64 leaf)
{
	int64		low = 0;
	int64		high = report->nseals;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (report->seals[middle].first_leaf < leaf)
			low = middle + 1;
		else
			high = middle;
	}
	return low < report->nseals && report->seals[low].first_leaf == leaf;
}

/*
 * May a leaf be no entry's? A seal's is the last one that its row says; those
 * of incarnations are the first of a seal. All of them are then made again
 * from their rows, and compared.
 */
static bool
is_other_leaf(Report *report, int64 leaf, int64 source)
{
	int64		number = -source;
	int64		before;
	Seal	   *seal;

	if (source == 0)
		return seal_begins(report, leaf) ||
			(leaf_source(report, leaf - 1, &before) && before == 0 &&
			 seal_begins(report, leaf - 1));
	seal = bsearch(&number, report->seals, report->nseals, sizeof(Seal),
				   compare_number);
	return seal != NULL && seal->tree_size - 1 == leaf;
}

/*
 * A leaf of which the tile says that it is no entry's, so that nobody missed
 * one. If it is an entry's, its number is the one between those beside it.
 */
void
tree_check_other(Report *report, const VerifyNote *note)
{
	VerifyNote	missing = *note;
	int64		before;
	int64		after;

	if (is_other_leaf(report, note->leaf, note->extra))
		return;
	if (leaf_source(report, note->leaf - 1, &before) && before > 0 &&
		leaf_source(report, note->leaf + 1, &after) && after == before + 2)
		missing.entry_id = before + 1;
	add_missing(report, &missing);
}

/* Find leaves whose entry nobody has seen. */
void
tree_find_missing(Report *report)
{
	Verification *v = report->v;
	uint64		words = v->shared->ntiles * (TILE_WIDTH / 32);

	for (uint64 word = 0; word < words; word++)
	{
		uint32		bits = pg_atomic_read_u32(&v->seen[word]);
		VerifyNote	note = {0};

		for (int bit = 0; bits != PG_UINT32_MAX && bit < 32; bit++)
		{
			if ((bits >> bit) & 1)
				continue;
			CHECK_FOR_INTERRUPTS();
			note.leaf = word * 32 + bit;
			if (v->tiles[note.leaf / TILE_WIDTH].width == 0)
				continue;		/* the tile is what is missing */
			note.entry_id = tree_entry_at(report, note.leaf);
			add_missing(report, &note);
		}
	}
}
