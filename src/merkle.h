/*
 * merkle.h
 *		The Merkle tree of RFC 6962 (RFC 9162, section 2), over any store of
 *		its complete subtrees. Knows nothing of the server.
 */
#ifndef AIMS_MERKLE_H
#define AIMS_MERKLE_H

#include <stdbool.h>
#include <stdint.h>

#include "hash.h"

#define MERKLE_MAX_PROOF 64		/* nodes in the longest possible proof */

typedef unsigned char MerkleHash[HASH_SIZE];

/*
 * Reads the hash of the complete subtree over leaves
 * [index * 2^level, (index + 1) * 2^level).
 */
typedef void (*MerkleReader)(void *arg, int level, uint64_t index,
							 MerkleHash out);

extern void merkle_leaf(Hasher *hasher, const void *leaf, size_t size,
						MerkleHash out);
extern void merkle_node(Hasher *hasher, const MerkleHash left,
						const MerkleHash right, MerkleHash out);

/* Root over n hashes of equal height; n is any number from 0 (empty tree). */
extern void merkle_hash_of(Hasher *hasher, const MerkleHash *hashes, uint64_t n,
						   MerkleHash out);

extern void merkle_root(Hasher *hasher, uint64_t size, MerkleReader reader,
						void *arg, MerkleHash out);

/* Both return the number of nodes; leaf < size, 0 < old_size <= size. */
extern int	merkle_inclusion_proof(Hasher *hasher, uint64_t leaf, uint64_t size,
								   MerkleReader reader, void *arg,
								   MerkleHash proof[MERKLE_MAX_PROOF]);
extern int	merkle_consistency_proof(Hasher *hasher, uint64_t old_size,
									 uint64_t size, MerkleReader reader,
									 void *arg,
									 MerkleHash proof[MERKLE_MAX_PROOF]);

extern bool merkle_verify_inclusion(Hasher *hasher, uint64_t leaf,
									uint64_t size, const MerkleHash leaf_hash,
									const MerkleHash *proof, int n,
									const MerkleHash root);
extern bool merkle_verify_consistency(Hasher *hasher, uint64_t old_size,
									  uint64_t size, const MerkleHash old_root,
									  const MerkleHash root,
									  const MerkleHash *proof, int n);

/*
 * The complete subtrees that a growing tree consists of, largest first in the
 * tree; node[i] is one of 2^i leaves and counts where bit i of size is set.
 * Starts as all zeros.
 */
typedef struct MerkleFrontier
{
	uint64_t	size;
	MerkleHash	node[64];
} MerkleFrontier;

/* Append a complete subtree of 2^level leaves; size is a multiple of that. */
extern void merkle_frontier_add(Hasher *hasher, MerkleFrontier *frontier,
								int level, const MerkleHash hash);
extern void merkle_frontier_root(Hasher *hasher,
								 const MerkleFrontier *frontier,
								 MerkleHash out);

#endif							/* AIMS_MERKLE_H */
