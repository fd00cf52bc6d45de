/*
 * tile.h
 *		Tiles of the tree as they are stored in aims.tile (C2SP tlog-tiles
 *		geometry: 256 hashes per tile).
 */
#ifndef AIMS_TILE_H
#define AIMS_TILE_H

#include "merkle.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#define TILE_HEIGHT 8
#define TILE_WIDTH 256
#define TILE_LEVELS 8			/* 256^8 leaves: more than a bigint counts */

typedef struct TileStore TileStore;

/* Open the stored tree for reading; keeps the tiles last read. */
extern TileStore *tile_open(Snapshot snapshot);
extern void tile_close(TileStore *store);

/* MerkleReader over a TileStore (arg is the TileStore *). */
extern void tile_read_node(void *arg, int level, uint64_t index,
						   MerkleHash out);

/*
 * What a leaf stands for: an entry id, or, negative, the number of the seal
 * whose seal leaf it is.
 */
extern int64 tile_leaf_source(TileStore *store, uint64_t leaf);

/* Where the leaf's entry was when it was sealed; invalid for a seal leaf. */
extern ItemPointerData tile_leaf_tid(TileStore *store, uint64_t leaf);

/* Hash of the key of the leaf's entry (entry_key_hash); 0: it has none. */
extern int32 tile_leaf_key(TileStore *store, uint64_t leaf);

/* The leaf index of an entry, or -1 where it is not sealed. */
extern int64 tile_leaf_of_entry(TileStore *store, int64 entry_id);

/* Leaves, in order. */
typedef struct TileLeaves
{
	Size		n;
	Size		capacity;
	int64	   *leaves;
} TileLeaves;

/*
 * Find the leaves whose entries have a key with that hash, by reading the
 * keys of all tiles: 4 bytes per entry.
 */
extern TileLeaves tile_leaves_of_key(TileStore *store, int32 key);

/*
 * Read the complete subtrees that the first size leaves consist of; false
 * where they do not give that root.
 */
extern bool tile_read_subtrees(TileStore *store, uint64_t size,
							   const MerkleHash root,
							   MerkleFrontier *subtrees);

/*
 * Recompute the root over size leaves from their stored hashes: all nodes
 * above tiles that lie wholly below old_size are taken from the store, every
 * other one is computed. old_root is the root over old_size leaves as it was
 * last checked; returns false where the stored nodes do not give it any more.
 * With old_size 0 everything is computed.
 */
extern bool tile_recompute_root(TileStore *store, uint64_t old_size,
								const MerkleHash old_root, uint64_t size,
								MerkleHash out);

/*
 * The one writer of aims.tile. The caller holds the lock that keeps other
 * sealers out, and snapshot sees the tree of size leaves that they left. What
 * was written is visible after CommandCounterIncrement(). A writer holds a
 * Hasher, so it is opened and finished within one function call.
 */
typedef struct TileWriter TileWriter;

extern TileWriter *tile_writer_open(uint64_t size, Snapshot snapshot);

/* source and key as in tile_leaf_source and _key; tid is NULL for a seal. */
extern void tile_writer_add(TileWriter *writer, const MerkleHash leaf_hash,
							int64 source, ItemPointer tid, int32 key);

/*
 * The root over all leaves so far: a seal leaf may commit to what precedes it.
 */
extern void tile_writer_root(TileWriter *writer, MerkleHash root);

/* Write the partial tiles, give the root and close. Returns the tree's size. */
extern uint64_t tile_writer_finish(TileWriter *writer, MerkleHash root);

/*
 * Forget the key of a leaf's entry, which was redacted: its hash could be
 * compared with that of a guessed key. The caller keeps sealers out.
 */
extern void tile_forget_key(uint64_t leaf, Snapshot snapshot);

#endif							/* AIMS_TILE_H */
