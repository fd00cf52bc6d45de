/*
 * seal_tree.c
 *		The tree while a seal appends to it.
 *
 * A root, once it is published, can never be taken back, and one wrong bit in
 * memory or on disk would make it a root that no leaves give. So a head is
 * stored only after three computations agree: the tiles that were built in
 * memory; complete subtrees that were kept apart from them, leaf by leaf; and
 * the tiles as they are read again from the table. And nothing is appended to
 * a tree that does not fit its own head.
 */
#include "aims.h"

#include "access/xact.h"
#include "utils/snapmgr.h"

#include "seal_tree.h"
#include "tile.h"

struct SealTree
{
	uint64		old_size;
	MerkleHash	old_root;
	TileWriter *writer;
	MerkleFrontier *subtrees;
	Hasher	   *hasher;
};

/* Refuse to seal. */
static void
seal_tree_refuse(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_CORRUPT),
			 errmsg("nothing was sealed: %s", problem),
			 errdetail_internal("%s", detail),
			 errhint("Run aims.verify() for the extent of the damage, and compare with a backup and the last published checkpoint.")));
}

/* Open the tree. */
SealTree *
seal_tree_open(const Seal *last, Snapshot snapshot)
{
	SealTree   *tree = palloc0(sizeof(SealTree));
	TileStore  *store = tile_open(snapshot);

	tree->old_size = last->tree_size;
	memcpy(tree->old_root, last->root, HASH_SIZE);
	tree->subtrees = palloc(sizeof(MerkleFrontier));
	if (!tile_read_subtrees(store, tree->old_size, last->root, tree->subtrees))
		seal_tree_refuse("the newest head does not fit the stored tree",
						 "A row of aims.tile or aims.seal is damaged or was altered.");
	tile_close(store);
	tree->writer = tile_writer_open(tree->old_size, snapshot);
	tree->hasher = hasher_create();
	return tree;
}

/* Append a leaf. */
void
seal_tree_add(SealTree *tree, const void *leaf, size_t size, int64 source,
			  ItemPointer tid, int32 key)
{
	MerkleHash	hash;

	merkle_leaf(tree->hasher, leaf, size, hash);
	merkle_frontier_add(tree->hasher, tree->subtrees, 0, hash);
	tile_writer_add(tree->writer, hash, source, tid, key);
}

/* Do the subtrees, and the tiles as they are stored, give that root? */
static bool
seal_tree_agrees(SealTree *tree, uint64 size, const MerkleHash root)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TileStore  *store = tile_open(snapshot);
	MerkleHash	kept;
	MerkleHash	stored;
	bool		agrees;

	merkle_frontier_root(tree->hasher, tree->subtrees, kept);
	agrees = tile_recompute_root(store, tree->old_size, tree->old_root, size,
								 stored) &&
		memcmp(stored, root, HASH_SIZE) == 0 &&
		memcmp(kept, root, HASH_SIZE) == 0;
	tile_close(store);
	UnregisterSnapshot(snapshot);
	return agrees;
}

/* Write the tree, and check it. */
void
seal_tree_finish(SealTree *tree, uint64 size, MerkleHash root)
{
	if (tile_writer_finish(tree->writer, root) != size)
		elog(ERROR, "tree has not the size that was sealed");
	CommandCounterIncrement();
	if (!seal_tree_agrees(tree, size, root))
		seal_tree_refuse("two computations of the root differ",
						 "Memory or disk failed, or aims.tile was altered.");
	hasher_free(tree->hasher);
	pfree(tree->subtrees);
	pfree(tree);
}
