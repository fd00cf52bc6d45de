/*
 * verify_tile.c
 *		The part of a verification that reads the tiles of leaves.
 *
 * Tiles are found by one pass over the heap and read by their TIDs: an index
 * that was made to show another tree shows none here. A tile that is damaged
 * is a finding and no error, so that the rest is still compared.
 */
#include "aims.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "row.h"
#include "verify.h"

#define STORE_TILES 32			/* kept in memory; a power of two */
#define TILES_AT_ONCE 16		/* a unit of work */

struct VerifyStore
{
	Relation	rel;
	TupleTableSlot *slot;
	AttrNumber	hashes;
	AttrNumber	sources;
	AttrNumber	tids;
	AttrNumber	keys;
	AttrNumber	entries;
	TypeCacheEntry *range;
	LeafTile   *tiles;
};

/* Open aims.tile. */
VerifyStore *
verify_store_open(Verification *v)
{
	VerifyStore *store = palloc0(sizeof(VerifyStore));
	TupleDesc	desc;

	store->rel = table_open(aims_relid("tile"), AccessShareLock);
	store->slot = table_slot_create(store->rel, NULL);
	desc = RelationGetDescr(store->rel);
	store->hashes = row_column(desc, "hashes");
	store->sources = row_column(desc, "sources");
	store->tids = row_column(desc, "tids");
	store->keys = row_column(desc, "keys");
	store->entries = row_column(desc, "entries");
	store->range = lookup_type_cache(INT8RANGEOID, TYPECACHE_RANGE_INFO);
	store->tiles = palloc0(sizeof(LeafTile) * STORE_TILES);
	return store;
}

/* Close it. */
void
verify_store_close(VerifyStore *store)
{
	ExecDropSingleTupleTableSlot(store->slot);
	table_close(store->rel, NoLock);
	pfree(store->tiles);
	pfree(store);
}

/* Copy an array column of width elements; false where it is not that. */
static bool
copy_array(TupleTableSlot *slot, AttrNumber column, Oid type, Size size,
		   int width, void *out)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);
	ArrayType  *array;

	if (isnull)
		return false;
	array = DatumGetArrayTypeP(value);
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != width ||
		ARR_LBOUND(array)[0] != 1 ||
		ARR_HASNULL(array) || ARR_ELEMTYPE(array) != type)
		return false;
	memcpy(out, ARR_DATA_PTR(array), width * size);
	return true;
}

/* Take the row in the slot apart; false where it is no tile of leaves. */
static bool
fill_tile(VerifyStore *store, LeafTile *tile)
{
	bool		isnull;
	Datum		value = slot_getattr(store->slot, store->hashes, &isnull);
	bytea	   *hashes;
	Size		size;

	if (isnull)
		return false;
	hashes = DatumGetByteaPP(value);
	size = VARSIZE_ANY_EXHDR(hashes);
	if (size == 0 || size % HASH_SIZE != 0 || size > sizeof(tile->hashes))
		return false;
	tile->width = size / HASH_SIZE;
	memcpy(tile->hashes, VARDATA_ANY(hashes), size);
	memset(tile->tids, 0, sizeof(tile->tids));
	memset(tile->keys, 0, sizeof(tile->keys));
	return copy_array(store->slot, store->sources, INT8OID, sizeof(int64),
					  tile->width, tile->sources);
}

/*
 * The hints of a tile. Where they cannot be read, they are such that every
 * entry is found to be elsewhere, and to have another key.
 */
static void
fill_hints(VerifyStore *store, LeafTile *tile)
{
	tile->hints = true;
	if (!copy_array(store->slot, store->tids, TIDOID, sizeof(ItemPointerData),
					tile->width, tile->tids))
	{
		memset(tile->tids, 0, sizeof(tile->tids));
		tile->hints = false;
	}
	if (!copy_array(store->slot, store->keys, INT4OID, sizeof(int32),
					tile->width, tile->keys))
	{
		memset(tile->keys, 0xFF, sizeof(tile->keys));
		tile->hints = false;
	}
}

/* Read a tile into memory; false where it cannot be read. */
static bool
read_tile(Verification *v, LeafTile *tile)
{
	VerifyStore *store = v->store;
	VerifyTile *known = &v->tiles[tile->index];
	MemoryContext caller;
	bool		read;

	if (!ItemPointerIsValid(&known->tid) ||
		!table_tuple_fetch_row_version(store->rel, &known->tid, v->snapshot,
									   store->slot))
		return false;
	MemoryContextReset(v->row);
	caller = MemoryContextSwitchTo(v->row);
	read = fill_tile(store, tile);
	if (read)
		fill_hints(store, tile);
	MemoryContextSwitchTo(caller);
	return read;
}

/* A tile of leaves, which stays until some others were asked for; or NULL. */
LeafTile *
verify_tile(Verification *v, uint64 index)
{
	LeafTile   *tile = &v->store->tiles[index % STORE_TILES];

	if (index >= v->shared->ntiles)
		return NULL;
	if (!tile->read || tile->index != index)
	{
		tile->index = index;
		tile->read = read_tile(v, tile);
		ExecClearTuple(v->store->slot);
	}
	return tile->read ? tile : NULL;
}

/* Does the column "entries" of the row in the slot hold low to high? */
static bool
range_fits(VerifyStore *store, int64 low, int64 high)
{
	bool		isnull;
	Datum		value = slot_getattr(store->slot, store->entries, &isnull);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	if (isnull || high == 0)
		return isnull && high == 0;
	range_deserialize(store->range, DatumGetRangeTypeP(value), &lower, &upper,
					  &empty);
	return !empty && !lower.infinite && !upper.infinite && lower.inclusive &&
		DatumGetInt64(lower.val) == low &&
		DatumGetInt64(upper.val) - (upper.inclusive ? 0 : 1) == high;
}

/* Note what is wrong with a tile. */
static void
note_tile(Verification *v, uint64 index, int problem)
{
	VerifyNote	note = {0};

	note.kind = NOTE_TILE;
	note.parts = problem;
	note.entry_id = v->tiles[index].high > 0 ? v->tiles[index].low : 0;
	note.extra = (int64) index;
	verify_note(v, &note);
}

/* Note that a tile says of a leaf that it is no entry's. */
static void
note_other(Verification *v, uint64 leaf, int64 source)
{
	VerifyNote	note = {0};

	note.kind = NOTE_OTHER;
	note.leaf = (int64) leaf;
	note.extra = source;
	verify_note(v, &note);
}

/*
 * What is known of a tile once it was read. Leaves of seals, and those that a
 * shorter tile does not have, wait for no entry; whether they are what the
 * tile says is found out later.
 */
static void
know_tile(Verification *v, const LeafTile *tile)
{
	VerifyTile *known = &v->tiles[tile->index];

	known->width = tile->width;
	for (int i = 0; i < TILE_WIDTH; i++)
	{
		if (i >= tile->width || tile->sources[i] <= 0)
		{
			(void) verify_set_bit(v->seen, tile->index * TILE_WIDTH + i);
			if (i < tile->width)
				note_other(v, tile->index * TILE_WIDTH + i,
						   tile->sources[i]);
			continue;
		}
		known->low = Min(known->low, tile->sources[i]);
		known->high = Max(known->high, tile->sources[i]);
	}
	if (tile->width == TILE_WIDTH)
		merkle_hash_of(v->hasher, (MerkleHash *) tile->hashes, TILE_WIDTH,
					   known->root);
}

/* Check one tile by itself. */
static void
check_tile(Verification *v, uint64 index)
{
	LeafTile   *tile = &v->store->tiles[0];

	v->tiles[index].low = PG_INT64_MAX;
	tile->index = index;
	tile->read = read_tile(v, tile);
	if (tile->read)
	{
		know_tile(v, tile);
		if (!range_fits(v->store, v->tiles[index].low, v->tiles[index].high))
			note_tile(v, index, TILE_RANGE);
		if (!tile->hints)
			note_tile(v, index, TILE_HINTS);
	}
	else
	{
		v->shared->damaged = true;
		note_tile(v, index, ItemPointerIsValid(&v->tiles[index].tid) ?
				  TILE_MALFORMED : TILE_MISSING);
	}
	ExecClearTuple(v->store->slot);
}

/* Check all tiles of leaves; participants take some at a time. */
void
verify_tiles(Verification *v)
{
	uint64		first;

	while ((first = pg_atomic_fetch_add_u64(&v->shared->next,
											TILES_AT_ONCE)) < v->shared->ntiles)
	{
		uint64		end = Min(first + TILES_AT_ONCE, v->shared->ntiles);

		for (uint64 i = first; i < end; i++)
			check_tile(v, i);
		verify_worked(v, end - first);
	}
}

/* By the lowest id. */
static int
compare_intervals(const void *a, const void *b, void *arg)
{
	const VerifyTile *tiles = arg;
	int64		left = tiles[((const VerifyInterval *) a)->tile].low;
	int64		right = tiles[((const VerifyInterval *) b)->tile].low;

	return left < right ? -1 : left > right ? 1 : 0;
}

/*
 * Note in the middle of a range of intervals the highest id of all in it; the
 * halves beside it are its subtrees.
 */
static int64
build_intervals(Verification *v, int64 first, int64 end)
{
	int64		middle = first + (end - first) / 2;
	VerifyInterval *interval = &v->intervals[middle];

	if (first >= end)
		return 0;
	interval->highest = v->tiles[interval->tile].high;
	interval->highest = Max(interval->highest,
							build_intervals(v, first, middle));
	interval->highest = Max(interval->highest,
							build_intervals(v, middle + 1, end));
	return interval->highest;
}

/* Between the phases: make tiles findable by the ids in them. */
void
verify_index_tiles(Verification *v)
{
	uint64		n = 0;

	for (uint64 i = 0; i < v->shared->ntiles; i++)
		if (v->tiles[i].high > 0)
			v->intervals[n++].tile = i;
	qsort_arg(v->intervals, n, sizeof(VerifyInterval), compare_intervals,
			  v->tiles);
	v->shared->nintervals = n;
	(void) build_intervals(v, 0, n);
}

/* The leaf of an entry in a tile, or -1. */
static int64
search_tile(Verification *v, uint64 index, int64 entry_id)
{
	LeafTile   *tile = verify_tile(v, index);

	for (int i = 0; tile != NULL && i < tile->width; i++)
		if (tile->sources[i] == entry_id)
			return (int64) index * TILE_WIDTH + i;
	return -1;
}

/* The leaf of an entry in the tiles of a range of intervals, or -1. */
static int64
search_intervals(Verification *v, int64 first, int64 end, int64 entry_id)
{
	int64		middle = first + (end - first) / 2;
	VerifyInterval *interval = &v->intervals[middle];
	int64		leaf;

	if (first >= end || interval->highest < entry_id)
		return -1;
	leaf = search_intervals(v, first, middle, entry_id);
	if (leaf >= 0 || v->tiles[interval->tile].low > entry_id)
		return leaf;
	if (v->tiles[interval->tile].high >= entry_id)
		leaf = search_tile(v, interval->tile, entry_id);
	return leaf >= 0 ? leaf :
		search_intervals(v, middle + 1, end, entry_id);
}

/*
 * The leaf of an entry, or -1. Entries mostly stand in the heap as they stand
 * in the tree, so the leaf that follows the last one is tried first.
 */
int64
verify_find_leaf(Verification *v, int64 entry_id, int64 guess)
{
	LeafTile   *tile = verify_tile(v, guess / TILE_WIDTH);
	int64		leaf;

	if (tile != NULL && guess % TILE_WIDTH < tile->width &&
		tile->sources[guess % TILE_WIDTH] == entry_id)
		return guess;
	if (entry_id <= 0)
		return -1;
	leaf = tile == NULL ? -1 : search_tile(v, tile->index, entry_id);
	return leaf >= 0 ? leaf :
		search_intervals(v, 0, v->shared->nintervals, entry_id);
}
