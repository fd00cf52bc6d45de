/*
 * tile.h
 *		Tiles of the tree as they are stored in aims.tile (C2SP tlog-tiles
 *		geometry: 256 hashes per tile).
 */
#ifndef AIMS_TILE_H
#define AIMS_TILE_H

#include "merkle.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#define TILE_HEIGHT 8
#define TILE_WIDTH 256

typedef struct TileStore TileStore;

/* Open the stored tree for reading under a snapshot; keeps the tiles last read. */
extern TileStore *tile_open(Snapshot snapshot);
extern void tile_close(TileStore *store);

/* MerkleReader over a TileStore (arg is the TileStore *). */
extern void tile_read_node(void *arg, int level, uint64_t index,
						   MerkleHash out);

/*
 * What a leaf stands for: an entry id, or, negative, the number of the seal
 * whose seal leaf it is. xid is the entry's xid (0 for a seal leaf).
 */
extern int64 tile_leaf_source(TileStore *store, uint64_t leaf, int64 *xid);

/* The leaf index of an entry, or -1 where it is not sealed. xid may be NULL. */
extern int64 tile_leaf_of_entry(TileStore *store, int64 entry_id, int64 *xid);

#endif							/* AIMS_TILE_H */
