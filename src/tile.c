/*
 * tile.c
 *		The Merkle tree as rows of aims.tile: reading nodes, finding entries,
 *		appending leaves.
 *
 * A tile of level t holds up to 256 hashes of complete subtrees of 256^t
 * leaves. Full tiles never change; only the last tile of a level may be
 * partial, and it grows. So what a reader sees under an old snapshot is a
 * prefix of what is there now.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/indexing.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "tile.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* Columns of aims.tile */
enum TileColumn
{
	TILE_LEVEL = 1,
	TILE_INDEX,
	TILE_HASHES,
	TILE_SOURCES,
	TILE_TIDS,
	TILE_KEYS,
	TILE_ENTRIES,
	TILE_NATTS = TILE_ENTRIES
};

/* A tile in memory; what stands behind the hashes is of level 0 alone. */
typedef struct Tile
{
	int			level;
	uint64_t	index;
	int			width;			/* hashes in it; 0: nothing read yet */
	MerkleHash	hashes[TILE_WIDTH];
	int64		sources[TILE_WIDTH];
	ItemPointerData tids[TILE_WIDTH];
	int32		keys[TILE_WIDTH];
} Tile;

/* The arrays of a tile of level 0: where they are in its row, and in Tile. */
typedef struct TileArray
{
	int			column;
	Oid			type;			/* of an element */
	Size		size;
	Size		offset;
} TileArray;

static const TileArray tile_arrays[] = {
	{TILE_SOURCES, INT8OID, sizeof(int64), offsetof(Tile, sources)},
	{TILE_TIDS, TIDOID, sizeof(ItemPointerData), offsetof(Tile, tids)},
	{TILE_KEYS, INT4OID, sizeof(int32), offsetof(Tile, keys)}
};

struct TileStore
{
	Relation	rel;
	Snapshot	snapshot;
	Hasher	   *hasher;
	MemoryContext scratch;		/* one row at a time */
	Tile	   *last[TILE_LEVELS];	/* the tile last read of each level */
};

/*
 * Report a tile that is not what it must be.
 */
static void
tile_corrupt(int level, uint64_t index, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_CORRUPT),
			 errmsg("tile " UINT64_FORMAT " of level %d %s", (uint64) index,
					level, problem),
			 errdetail("The stored Merkle tree in aims.tile is damaged or was altered."),
			 errhint("Run aims.verify() for the extent of the damage, and compare with a backup and the last published checkpoint.")));
}

/*
 * Open aims.tile for reading under a snapshot that the caller keeps alive.
 */
TileStore *
tile_open(Snapshot snapshot)
{
	TileStore  *store = palloc0(sizeof(TileStore));

	store->rel = table_open(aims_relid("tile"), AccessShareLock);
	store->snapshot = snapshot;
	store->hasher = hasher_create();
	store->scratch = AllocSetContextCreate(CurrentMemoryContext,
										   "aims tile row",
										   ALLOCSET_DEFAULT_SIZES);
	return store;
}

/*
 * Close a store. Its lock stays to the end of the transaction.
 */
void
tile_close(TileStore *store)
{
	for (int level = 0; level < TILE_LEVELS; level++)
		if (store->last[level] != NULL)
			pfree(store->last[level]);
	MemoryContextDelete(store->scratch);
	hasher_free(store->hasher);
	table_close(store->rel, NoLock);
	pfree(store);
}

/*
 * Copy an array column of width elements into the tile.
 */
static bool
tile_copy_array(const TileArray *column, Datum value, int width, Tile *tile)
{
	ArrayType  *array = DatumGetArrayTypeP(value);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != width ||
		ARR_HASNULL(array) || ARR_ELEMTYPE(array) != column->type)
		return false;
	memcpy((char *) tile + column->offset, ARR_DATA_PTR(array),
		   width * column->size);
	return true;
}

/*
 * Fill tile from its row; the row's shape is checked, its hashes are not.
 */
static void
tile_fill(Tile *tile, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	bytea	   *hashes;
	Datum		value;
	int			width;

	tile->width = 0;
	value = heap_getattr(row, TILE_HASHES, desc, &isnull);
	if (isnull)
		tile_corrupt(tile->level, tile->index, "has no hashes");
	hashes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(hashes) % HASH_SIZE != 0 ||
		VARSIZE_ANY_EXHDR(hashes) > sizeof(tile->hashes) ||
		VARSIZE_ANY_EXHDR(hashes) == 0)
		tile_corrupt(tile->level, tile->index, "has a wrong length");
	memcpy(tile->hashes, VARDATA_ANY(hashes), VARSIZE_ANY_EXHDR(hashes));
	width = VARSIZE_ANY_EXHDR(hashes) / HASH_SIZE;

	for (int i = 0; i < lengthof(tile_arrays) && tile->level == 0; i++)
	{
		value = heap_getattr(row, tile_arrays[i].column, desc, &isnull);
		if (isnull || !tile_copy_array(&tile_arrays[i], value, width, tile))
			tile_corrupt(tile->level, tile->index,
						 "does not name the entry of each leaf");
	}
	tile->width = width;
}

/*
 * Read the row of (tile->level, tile->index) into tile; its TID into tid where
 * that is wanted. Raises MS027 where there is no such row.
 */
static void
tile_read(TileStore *store, Tile *tile, ItemPointer tid)
{
	MemoryContext caller = MemoryContextSwitchTo(store->scratch);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&key[0], TILE_LEVEL, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(tile->level));
	ScanKeyInit(&key[1], TILE_INDEX, BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum((int64) tile->index));
	scan = systable_beginscan(store->rel, aims_relid("tile_pkey"), true,
							  store->snapshot, 2, key);
	row = systable_getnext(scan);
	if (!HeapTupleIsValid(row))
		tile_corrupt(tile->level, tile->index, "is missing");
	if (tid != NULL)
		*tid = row->t_self;
	tile_fill(tile, row, RelationGetDescr(store->rel));
	systable_endscan(scan);

	MemoryContextSwitchTo(caller);
	MemoryContextReset(store->scratch);
}

/*
 * Give a tile, read or as it was last read. The last tile of a level is kept:
 * proofs of neighbouring leaves and walks along the tree read each once.
 */
static Tile *
tile_get(TileStore *store, int level, uint64_t index)
{
	Tile	   *tile = store->last[level];

	if (tile == NULL)
	{
		tile = MemoryContextAllocZero(GetMemoryChunkContext(store),
									  sizeof(Tile));
		tile->level = level;
		store->last[level] = tile;
	}
	if (tile->width == 0 || tile->index != index)
	{
		tile->width = 0;
		tile->index = index;
		tile_read(store, tile, NULL);
	}
	return tile;
}

/*
 * Hash the complete subtree that is 2^height of a tile's hashes, from the
 * first-th on.
 */
static void
tile_subtree(Hasher *hasher, const Tile *tile, int first, int height,
			 MerkleHash out)
{
	if (first + (1 << height) > tile->width)
		tile_corrupt(tile->level, tile->index, "is too short");
	merkle_hash_of(hasher, tile->hashes + first, UINT64_C(1) << height, out);
}

/*
 * Read a node: its 2^(level % 8) descendants stand side by side in one tile.
 */
void
tile_read_node(void *arg, int level, uint64_t index, MerkleHash out)
{
	TileStore  *store = arg;
	int			height = level % TILE_HEIGHT;
	uint64_t	first = index << height;

	tile_subtree(store->hasher,
				 tile_get(store, level / TILE_HEIGHT, first / TILE_WIDTH),
				 first % TILE_WIDTH, height, out);
}

/*
 * Give the tile of a leaf, which it must have.
 */
static Tile *
tile_of_leaf(TileStore *store, uint64_t leaf)
{
	Tile	   *tile = tile_get(store, 0, leaf / TILE_WIDTH);

	if (leaf % TILE_WIDTH >= tile->width)
		tile_corrupt(0, tile->index, "is too short");
	return tile;
}

/*
 * Look up what a leaf stands for.
 */
int64
tile_leaf_source(TileStore *store, uint64_t leaf)
{
	return tile_of_leaf(store, leaf)->sources[leaf % TILE_WIDTH];
}

/*
 * Look up where the leaf's entry was.
 */
ItemPointerData
tile_leaf_tid(TileStore *store, uint64_t leaf)
{
	return tile_of_leaf(store, leaf)->tids[leaf % TILE_WIDTH];
}

/*
 * Look up the hash of its key.
 */
int32
tile_leaf_key(TileStore *store, uint64_t leaf)
{
	return tile_of_leaf(store, leaf)->keys[leaf % TILE_WIDTH];
}

/*
 * Look for an entry in the tile of that index. Returns its leaf index, or -1.
 */
static int64
tile_search(TileStore *store, uint64_t index, int64 entry_id)
{
	Tile	   *tile = tile_get(store, 0, index);

	for (int i = 0; i < tile->width; i++)
		if (tile->sources[i] == entry_id)
			return (int64) index * TILE_WIDTH + i;
	return -1;
}

/*
 * Find the leaf of an entry: the GiST index gives the tiles whose range of
 * entry ids covers it. Seals take what has committed, so ranges may overlap,
 * and an id between two others need not be there.
 */
int64
tile_leaf_of_entry(TileStore *store, int64 entry_id)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	int64		leaf = -1;
	bool		isnull;

	if (entry_id <= 0)
		return -1;
	ScanKeyEntryInitialize(&key, 0, TILE_ENTRIES, RANGESTRAT_CONTAINS_ELEM,
						   ANYELEMENTOID, InvalidOid, F_RANGE_CONTAINS_ELEM,
						   Int64GetDatum(entry_id));
	scan = systable_beginscan(store->rel, aims_relid("tile_entries_idx"), true,
							  store->snapshot, 1, &key);
	while (leaf < 0 && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		Datum		index = heap_getattr(row, TILE_INDEX,
										 RelationGetDescr(store->rel),
										 &isnull);

		leaf = tile_search(store, DatumGetInt64(index), entry_id);
	}
	systable_endscan(scan);
	return leaf;
}

/*
 * Add the leaves of a tile whose keys have that hash.
 */
static void
tile_match_keys(TileLeaves *found, int64 index, ArrayType *keys, int32 key)
{
	const int32 *hashes = (const int32 *) ARR_DATA_PTR(keys);
	int			n = ArrayGetNItems(ARR_NDIM(keys), ARR_DIMS(keys));

	if (ARR_HASNULL(keys) || ARR_ELEMTYPE(keys) != INT4OID || n > TILE_WIDTH)
		tile_corrupt(0, index, "does not name the key of each leaf");
	for (int i = 0; i < n; i++)
	{
		if (hashes[i] != key)
			continue;
		if (found->n == found->capacity)
			found->leaves = repalloc_huge(found->leaves, sizeof(int64) *
										  (found->capacity *= 2));
		found->leaves[found->n++] = index * TILE_WIDTH + i;
	}
}

/*
 * Find the leaves whose entries have a key with that hash. Rows of tiles stand
 * in the heap nearly as their tiles in the tree, but not all.
 */
TileLeaves
tile_leaves_of_key(TileStore *store, int32 key)
{
	TupleDesc	desc = RelationGetDescr(store->rel);
	TileLeaves	found = {0, 64, palloc(sizeof(int64) * 64)};
	TableScanDesc scan = table_beginscan(store->rel, store->snapshot, 0, NULL);
	HeapTuple	row;

	while ((row = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		Datum		index = heap_getattr(row, TILE_INDEX, desc, &isnull);
		Datum		keys = heap_getattr(row, TILE_KEYS, desc, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (!isnull)
			tile_match_keys(&found, DatumGetInt64(index),
							DatumGetArrayTypeP(keys), key);
	}
	table_endscan(scan);
	qsort(found.leaves, found.n, sizeof(int64), compare_int64);
	return found;
}

/*
 * Fill a frontier with the complete subtrees of the first size leaves.
 */
static void
tile_fill_frontier(TileStore *store, uint64_t size, MerkleFrontier *frontier)
{
	memset(frontier, 0, sizeof(MerkleFrontier));
	for (int level = 0; level < 64; level++)
		if ((size >> level) & 1)
			tile_read_node(store, level, (size >> level) & ~UINT64_C(1),
						   frontier->node[level]);
	frontier->size = size;
}

/*
 * Read the complete subtrees that a tree consists of, and check that they give
 * its root.
 */
bool
tile_read_subtrees(TileStore *store, uint64_t size, const MerkleHash root,
				   MerkleFrontier *subtrees)
{
	MerkleHash	made;

	tile_fill_frontier(store, size, subtrees);
	merkle_frontier_root(store->hasher, subtrees, made);
	return memcmp(made, root, HASH_SIZE) == 0;
}

/*
 * Start the frontier at the last tile boundary below old_size with stored
 * nodes, after checking that the stored nodes still give old_root.
 */
static bool
tile_recompute_start(TileStore *store, uint64_t old_size,
					 const MerkleHash old_root, MerkleFrontier *frontier)
{
	MerkleHash	root;

	merkle_root(store->hasher, old_size, tile_read_node, store, root);
	if (memcmp(root, old_root, HASH_SIZE) != 0)
		return false;
	tile_fill_frontier(store, old_size - old_size % TILE_WIDTH, frontier);
	return true;
}

/*
 * Hash a full tile of leaves and compare with the stored node above it.
 */
static void
tile_recompute_full(TileStore *store, uint64_t index, MerkleHash out)
{
	MerkleHash	above;

	tile_subtree(store->hasher, tile_get(store, 0, index), 0, TILE_HEIGHT,
				 out);
	tile_read_node(store, TILE_HEIGHT, index, above);
	if (memcmp(above, out, HASH_SIZE) != 0)
		tile_corrupt(0, index, "does not match the node above it");
}

/*
 * Recompute a root from leaf hashes, by another way than the writer's: tiles
 * of level 0 into a frontier. Stored nodes of level 1 are compared on the way.
 */
bool
tile_recompute_root(TileStore *store, uint64_t old_size,
					const MerkleHash old_root, uint64_t size, MerkleHash out)
{
	MerkleFrontier *frontier = palloc0(sizeof(MerkleFrontier));
	MerkleHash	hash;

	if (old_size > 0 &&
		!tile_recompute_start(store, old_size, old_root, frontier))
		return false;
	while (frontier->size + TILE_WIDTH <= size)
	{
		tile_recompute_full(store, frontier->size / TILE_WIDTH, hash);
		merkle_frontier_add(store->hasher, frontier, TILE_HEIGHT, hash);
		CHECK_FOR_INTERRUPTS();
	}
	while (frontier->size < size)
	{
		tile_read_node(store, 0, frontier->size, hash);
		merkle_frontier_add(store->hasher, frontier, 0, hash);
	}
	merkle_frontier_root(store->hasher, frontier, out);
	pfree(frontier);
	return true;
}

/* The last tile of one level, and its row where it has one already. */
typedef struct WriterLevel
{
	Tile	   *tile;
	bool		stored;			/* there was a row when the writer was opened */
	bool		changed;
	ItemPointerData tid;
} WriterLevel;

struct TileWriter
{
	TileStore  *store;
	Relation	rel;
	CatalogIndexState indexes;
	TypeCacheEntry *range_type; /* int8range */
	uint64_t	size;
	WriterLevel level[TILE_LEVELS];
};

/*
 * Bring the last tile of a level into memory: the partial one that is stored,
 * or an empty one that the next hash begins.
 */
static void
tile_writer_open_level(TileWriter *writer, int level)
{
	WriterLevel *last = &writer->level[level];
	uint64_t	count = writer->size >> (level * TILE_HEIGHT);

	last->tile = palloc(sizeof(Tile));
	last->tile->level = level;
	last->tile->index = count / TILE_WIDTH;
	last->tile->width = 0;
	if (count % TILE_WIDTH == 0)
		return;
	tile_read(writer->store, last->tile, &last->tid);
	if (last->tile->width != count % TILE_WIDTH)
		tile_corrupt(level, last->tile->index,
					 "does not end where the newest seal does");
	last->stored = true;
}

/*
 * Open the tree of size leaves for appending.
 */
TileWriter *
tile_writer_open(uint64_t size, Snapshot snapshot)
{
	TileWriter *writer = palloc0(sizeof(TileWriter));

	writer->store = tile_open(snapshot);
	writer->rel = table_open(aims_relid("tile"), RowExclusiveLock);
	writer->indexes = CatalogOpenIndexes(writer->rel);
	writer->range_type = lookup_type_cache(INT8RANGEOID,
										   TYPECACHE_RANGE_INFO);
	writer->size = size;
	for (int level = 0; level < TILE_LEVELS; level++)
		tile_writer_open_level(writer, level);
	return writer;
}

/*
 * Build the array of a column.
 */
static Datum
tile_array(const TileArray *column, const Tile *tile)
{
	Size		size = tile->width * column->size;
	ArrayType  *array = palloc0(ARR_OVERHEAD_NONULLS(1) + size);

	SET_VARSIZE(array, ARR_OVERHEAD_NONULLS(1) + size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = column->type;
	ARR_DIMS(array)
	[0] = tile->width;
	ARR_LBOUND(array)
	[0] = 1;
	memcpy(ARR_DATA_PTR(array), (const char *) tile + column->offset, size);
	return PointerGetDatum(array);
}

/*
 * Build the range of the entry ids in a tile; false where it holds none.
 */
static bool
tile_entry_range(TypeCacheEntry *range_type, const Tile *tile, Datum *range)
{
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = true};
	int64		smallest = PG_INT64_MAX;
	int64		largest = 0;

	for (int i = 0; i < tile->width; i++)
	{
		if (tile->sources[i] <= 0)
			continue;
		smallest = Min(smallest, tile->sources[i]);
		largest = Max(largest, tile->sources[i]);
	}
	if (largest == 0)
		return false;
	lower.val = Int64GetDatum(smallest);
	upper.val = Int64GetDatum(largest);
	*range = RangeTypePGetDatum(make_range_compat(range_type, &lower, &upper,
												  false));
	return true;
}

/*
 * Form the row of a tile.
 */
static HeapTuple
tile_form(TileWriter *writer, const Tile *tile)
{
	Datum		values[TILE_NATTS] = {0};
	bool		isnull[TILE_NATTS] = {0};
	Size		size = VARHDRSZ + tile->width * HASH_SIZE;
	bytea	   *hashes = palloc(size);

	SET_VARSIZE(hashes, size);
	memcpy(VARDATA(hashes), tile->hashes, tile->width * HASH_SIZE);
	values[TILE_LEVEL - 1] = Int32GetDatum(tile->level);
	values[TILE_INDEX - 1] = Int64GetDatum((int64) tile->index);
	values[TILE_HASHES - 1] = PointerGetDatum(hashes);
	for (int i = 0; i < lengthof(tile_arrays); i++)
	{
		int			column = tile_arrays[i].column - 1;

		isnull[column] = tile->level > 0;
		if (!isnull[column])
			values[column] = tile_array(&tile_arrays[i], tile);
	}
	isnull[TILE_ENTRIES - 1] = tile->level > 0 ||
		!tile_entry_range(writer->range_type, tile, &values[TILE_ENTRIES - 1]);
	return heap_form_tuple(RelationGetDescr(writer->rel), values, isnull);
}

/*
 * Write the last tile of a level: a new row, or a longer version of the
 * partial one that was there.
 */
static void
tile_write(TileWriter *writer, WriterLevel *last)
{
	MemoryContext caller = MemoryContextSwitchTo(writer->store->scratch);
	HeapTuple	row = tile_form(writer, last->tile);

	if (last->stored)
		CatalogTupleUpdateWithInfo(writer->rel, &last->tid, row,
								   writer->indexes);
	else
		CatalogTupleInsertWithInfo(writer->rel, row, writer->indexes);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(writer->store->scratch);
}

/*
 * Append a hash to a level; a tile that becomes full is written and its root
 * appended to the level above.
 */
static void
tile_push(TileWriter *writer, int level, const MerkleHash hash)
{
	WriterLevel *last = &writer->level[level];
	Tile	   *tile = last->tile;
	MerkleHash	root;

	memcpy(tile->hashes[tile->width++], hash, HASH_SIZE);
	last->changed = true;
	if (tile->width < TILE_WIDTH)
		return;
	tile_write(writer, last);
	tile_subtree(writer->store->hasher, tile, 0, TILE_HEIGHT, root);
	tile->index++;
	tile->width = 0;
	last->stored = last->changed = false;
	tile_push(writer, level + 1, root);
}

/*
 * Append a leaf.
 */
void
tile_writer_add(TileWriter *writer, const MerkleHash leaf_hash, int64 source,
				ItemPointer tid, int32 key)
{
	Tile	   *tile = writer->level[0].tile;
	ItemPointerData nowhere = {{0, 0}, 0};

	tile->sources[tile->width] = source;
	tile->tids[tile->width] = tid != NULL ? *tid : nowhere;
	tile->keys[tile->width] = key;
	writer->size++;
	tile_push(writer, 0, leaf_hash);
}

/*
 * MerkleReader over the tiles in memory: the complete subtrees that a tree
 * consists of all lie in the last tiles of their levels.
 */
static void
tile_writer_read(void *arg, int level, uint64_t index, MerkleHash out)
{
	TileWriter *writer = arg;
	int			height = level % TILE_HEIGHT;

	tile_subtree(writer->store->hasher,
				 writer->level[level / TILE_HEIGHT].tile,
				 (index << height) % TILE_WIDTH, height, out);
}

/*
 * Compute the root over all leaves so far.
 */
void
tile_writer_root(TileWriter *writer, MerkleHash root)
{
	merkle_root(writer->store->hasher, writer->size, tile_writer_read, writer,
				root);
}

/*
 * Write the tiles that are still partial and close the writer; the lock on
 * aims.tile stays to the end of the transaction.
 */
uint64_t
tile_writer_finish(TileWriter *writer, MerkleHash root)
{
	uint64_t	size = writer->size;

	tile_writer_root(writer, root);
	for (int level = 0; level < TILE_LEVELS; level++)
	{
		if (writer->level[level].changed)
			tile_write(writer, &writer->level[level]);
		pfree(writer->level[level].tile);
	}
	CatalogCloseIndexes(writer->indexes);
	table_close(writer->rel, NoLock);
	tile_close(writer->store);
	pfree(writer);
	return size;
}

/*
 * Forget the key of a leaf's entry.
 */
void
tile_forget_key(uint64_t leaf, Snapshot snapshot)
{
	TileWriter *writer = palloc0(sizeof(TileWriter));
	WriterLevel last = {.stored = true};

	writer->store = tile_open(snapshot);
	writer->rel = table_open(aims_relid("tile"), RowExclusiveLock);
	writer->indexes = CatalogOpenIndexes(writer->rel);
	writer->range_type = lookup_type_cache(INT8RANGEOID,
										   TYPECACHE_RANGE_INFO);
	last.tile = palloc0(sizeof(Tile));
	last.tile->index = leaf / TILE_WIDTH;
	tile_read(writer->store, last.tile, &last.tid);
	last.tile->keys[leaf % TILE_WIDTH] = 0;
	tile_write(writer, &last);
	pfree(last.tile);
	CatalogCloseIndexes(writer->indexes);
	table_close(writer->rel, NoLock);
	tile_close(writer->store);
	pfree(writer);
}
