/*
 * tree.c
 *		A Merkle tree that grows leaf by leaf, in tiles of 256 hashes.
 *
 * Every node is computed once: the frontier over a tile's hashes has its root
 * when the tile is full, and all frontiers together have the tree's.
 */
#include <string.h>

#include "tree.h"

/*
 * Make an empty tree.
 */
Tree *
tree_create(Hasher *hasher, TreeFullTile full, void *arg)
{
	Tree	   *tree = allocate(sizeof(Tree));

	memset(tree, 0, sizeof(Tree));
	tree->hasher = hasher;
	tree->full = full;
	tree->arg = arg;
	return tree;
}

/*
 * How many hashes has the last tile of a level?
 */
int
tree_width(const Tree *tree, int level)
{
	return (tree->size >> (TILE_HEIGHT * level)) % TILE_WIDTH;
}

/*
 * Begin with a tree that is not empty.
 */
void
tree_restore_size(Tree *tree, uint64_t size)
{
	tree->size = size;
	for (int level = 0; level < TREE_LEVELS; level++)
		tree->level[level].frontier.size = 0;
}

/*
 * Give a level what it had.
 */
void
tree_restore_level(Tree *tree, int level, const MerkleHash *hashes)
{
	TreeLevel  *at = &tree->level[level];
	int			width = tree_width(tree, level);

	memcpy(at->hashes, hashes, width * sizeof(MerkleHash));
	for (int i = 0; i < width; i++)
		merkle_frontier_add(tree->hasher, &at->frontier, 0, hashes[i]);
}

/*
 * Add a leaf, and what it completes above.
 */
void
tree_add(Tree *tree, const MerkleHash leaf_hash)
{
	MerkleHash	hash;

	memcpy(hash, leaf_hash, HASH_SIZE);
	tree->size++;
	for (int level = 0; level < TREE_LEVELS; level++)
	{
		TreeLevel  *at = &tree->level[level];
		uint64_t	hashes = tree->size >> (TILE_HEIGHT * level);

		memcpy(at->hashes[at->frontier.size], hash, HASH_SIZE);
		merkle_frontier_add(tree->hasher, &at->frontier, 0, hash);
		if (at->frontier.size < TILE_WIDTH)
			return;
		memcpy(hash, at->frontier.node[TILE_HEIGHT], HASH_SIZE);
		at->frontier.size = 0;
		tree->full(tree->arg, level, hashes / TILE_WIDTH - 1,
				   (const MerkleHash *) at->hashes);
	}
}

/*
 * Compute the root over all leaves so far.
 */
void
tree_root(const Tree *tree, MerkleHash root)
{
	MerkleFrontier all;

	all.size = tree->size;
	for (int node = 0; node < 64; node++)
	{
		const TreeLevel *at = &tree->level[node / TILE_HEIGHT];

		memcpy(all.node[node], at->frontier.node[node % TILE_HEIGHT],
			   HASH_SIZE);
	}
	merkle_frontier_root(tree->hasher, &all, root);
}
