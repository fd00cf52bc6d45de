/*
 * tree.h
 *		A Merkle tree that grows leaf by leaf, in tiles of 256 hashes. Holds
 *		the last tile of each level alone.
 */
#ifndef AIMS_BIN_TREE_H
#define AIMS_BIN_TREE_H

#include "common.h"
#include "merkle.h"

/*
 * Called with each tile that is full, lower levels first: the index is that
 * of the tile in its level.
 */
typedef void (*TreeFullTile)(void *arg, int level, uint64_t index,
							 const MerkleHash *hashes);

typedef struct TreeLevel
{
	MerkleHash	hashes[TILE_WIDTH]; /* of the tile that is not full yet */
	MerkleFrontier frontier;	/* over them */
} TreeLevel;

typedef struct Tree
{
	Hasher	   *hasher;
	uint64_t	size;			/* leaves */
	TreeFullTile full;
	void	   *arg;
	TreeLevel	level[TREE_LEVELS];
} Tree;

extern Tree *tree_create(Hasher *hasher, TreeFullTile full, void *arg);

/* Hashes in the last tile of a level, 0 where it would be empty. */
extern int	tree_width(const Tree *tree, int level);

/*
 * Go on from a tree of size leaves, a multiple of 256: hashes has those of the
 * last tile of the level, as many as tree_width says then. Begin with
 * tree_restore_size, then give each level that is not empty.
 */
extern void tree_restore_size(Tree *tree, uint64_t size);
extern void tree_restore_level(Tree *tree, int level,
							   const MerkleHash *hashes);

extern void tree_add(Tree *tree, const MerkleHash leaf_hash);
extern void tree_root(const Tree *tree, MerkleHash root);

#endif							/* AIMS_BIN_TREE_H */
