/*
 * seal_tree.h
 *		The tree while a seal appends to it.
 */
#ifndef AIMS_SEAL_TREE_H
#define AIMS_SEAL_TREE_H

#include "ledger.h"
#include "storage/itemptr.h"

typedef struct SealTree SealTree;

/*
 * Open the tree under the newest head for appending. MS027 where what is
 * stored does not give that head any more. A Hasher is held: open and finish
 * within one function call.
 */
extern SealTree *seal_tree_open(const Seal *last, Snapshot snapshot);

/* Append a leaf; source, tid and key as tile.h has them. */
extern void seal_tree_add(SealTree *tree, const void *leaf, size_t size,
						  int64 source, ItemPointer tid, int32 key);

/*
 * Write the tree and give its root, once it has been found in two ways: MS027
 * where they differ. Commands that follow see what was written.
 */
extern void seal_tree_finish(SealTree *tree, uint64 size, MerkleHash root);

#endif							/* AIMS_SEAL_TREE_H */
