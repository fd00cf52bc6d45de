/*
 * merkle.c
 *		The Merkle tree of RFC 6962, section 2.1 (unchanged in RFC 9162).
 *
 * A tree of n leaves splits at the largest power of two below n, so it is a
 * row of complete subtrees, one for each bit set in n, the largest first.
 * Everything here reads complete subtrees alone: stored tiles have them all.
 */
#include <string.h>

#include "merkle.h"

/*
 * Hash one leaf; the prefix 0x00 keeps leaves and nodes apart.
 */
void
merkle_leaf(Hasher *hasher, const void *leaf, size_t size, MerkleHash out)
{
	static const unsigned char prefix = 0x00;
	HashPart	parts[2] = {{&prefix, 1}, {leaf, size}};

	hasher_digest(hasher, parts, 2, out);
}

/*
 * Hash two subtrees into their parent. out may be one of them.
 */
void
merkle_node(Hasher *hasher, const MerkleHash left, const MerkleHash right,
			MerkleHash out)
{
	unsigned char bytes[1 + 2 * HASH_SIZE];
	HashPart	part = {bytes, sizeof(bytes)};

	bytes[0] = 0x01;
	memcpy(bytes + 1, left, HASH_SIZE);
	memcpy(bytes + 1 + HASH_SIZE, right, HASH_SIZE);
	hasher_digest(hasher, &part, 1, out);
}

/*
 * Hash the empty tree: the digest of nothing.
 */
static void
merkle_empty(Hasher *hasher, MerkleHash out)
{
	hasher_digest(hasher, NULL, 0, out);
}

/*
 * Find where a tree of n > 1 leaves splits: the largest power of two below n.
 */
static uint64_t
merkle_split(uint64_t n)
{
	uint64_t	k = 1;

	while (k < n - k)
		k <<= 1;
	return k;
}

/*
 * Compute the root over n hashes of equal height.
 */
void
merkle_hash_of(Hasher *hasher, const MerkleHash *hashes, uint64_t n,
			   MerkleHash out)
{
	MerkleHash	left;
	MerkleHash	right;
	uint64_t	k;

	if (n == 0)
		merkle_empty(hasher, out);
	else if (n == 1)
		memmove(out, hashes[0], HASH_SIZE);
	else
	{
		k = merkle_split(n);
		merkle_hash_of(hasher, hashes, k, left);
		merkle_hash_of(hasher, hashes + k, n - k, right);
		merkle_node(hasher, left, right, out);
	}
}

/*
 * Compute the root over leaves [start, start + n), n > 0, where start is a
 * multiple of the first complete subtree's size: folds them from the right.
 */
static void
merkle_range(Hasher *hasher, uint64_t start, uint64_t n, MerkleReader reader,
			 void *arg, MerkleHash out)
{
	MerkleHash	subtree;
	bool		first = true;

	for (int level = 0; level < 64 && n >> level != 0; level++)
	{
		if (((n >> level) & 1) == 0)
			continue;
		reader(arg, level, (start >> level) + ((n >> level) & ~UINT64_C(1)),
			   subtree);
		if (first)
			memcpy(out, subtree, HASH_SIZE);
		else
			merkle_node(hasher, subtree, out, out);
		first = false;
	}
}

/*
 * Compute the root over the first size leaves of a stored tree.
 */
void
merkle_root(Hasher *hasher, uint64_t size, MerkleReader reader, void *arg,
			MerkleHash out)
{
	if (size == 0)
		merkle_empty(hasher, out);
	else
		merkle_range(hasher, 0, size, reader, arg, out);
}

/*
 * Turn a path around: it is collected from the root, and proofs begin at the
 * leaf.
 */
static void
merkle_reverse(MerkleHash *path, int n)
{
	MerkleHash	swap;

	for (int i = 0; i < n / 2; i++)
	{
		memcpy(swap, path[i], HASH_SIZE);
		memcpy(path[i], path[n - 1 - i], HASH_SIZE);
		memcpy(path[n - 1 - i], swap, HASH_SIZE);
	}
}

/*
 * Prove that a leaf is in the tree of that size (PATH of RFC 6962, 2.1.1):
 * the root of every subtree that the way down from the root turns away from.
 */
int
merkle_inclusion_proof(Hasher *hasher, uint64_t leaf, uint64_t size,
					   MerkleReader reader, void *arg,
					   MerkleHash proof[MERKLE_MAX_PROOF])
{
	uint64_t	start = 0;
	int			count = 0;

	while (size > 1)
	{
		uint64_t	k = merkle_split(size);

		if (leaf - start < k)
		{
			merkle_range(hasher, start + k, size - k, reader, arg,
						 proof[count++]);
			size = k;
		}
		else
		{
			merkle_range(hasher, start, k, reader, arg, proof[count++]);
			start += k;
			size -= k;
		}
	}
	merkle_reverse(proof, count);
	return count;
}

/*
 * Prove that the tree of old_size leaves is a prefix of the one of size leaves
 * (PROOF and SUBPROOF of RFC 6962, 2.1.2).
 */
int
merkle_consistency_proof(Hasher *hasher, uint64_t old_size, uint64_t size,
						 MerkleReader reader, void *arg,
						 MerkleHash proof[MERKLE_MAX_PROOF])
{
	uint64_t	start = 0;
	int			count = 0;

	while (start + size != old_size)
	{
		uint64_t	k = merkle_split(size);

		if (old_size - start <= k)
		{
			merkle_range(hasher, start + k, size - k, reader, arg,
						 proof[count++]);
			size = k;
		}
		else
		{
			merkle_range(hasher, start, k, reader, arg, proof[count++]);
			start += k;
			size -= k;
		}
	}
	/* The verifier knows the old root itself, but no other subtree. */
	if (start > 0)
		merkle_range(hasher, start, size, reader, arg, proof[count++]);
	merkle_reverse(proof, count);
	return count;
}

/*
 * Check an inclusion proof (RFC 9162, 2.1.3.2).
 */
bool
merkle_verify_inclusion(Hasher *hasher, uint64_t leaf, uint64_t size,
						const MerkleHash leaf_hash, const MerkleHash *proof,
						int n, const MerkleHash root)
{
	uint64_t	fn = leaf;
	uint64_t	sn = size - 1;
	MerkleHash	r;

	if (leaf >= size)
		return false;
	memcpy(r, leaf_hash, HASH_SIZE);
	for (int i = 0; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn)
		{
			merkle_node(hasher, proof[i], r, r);
			while ((fn & 1) == 0 && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			merkle_node(hasher, r, proof[i], r);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, HASH_SIZE) == 0;
}

/*
 * Check a consistency proof between trees of different size (RFC 9162,
 * 2.1.4.2): rebuilds both roots from the same nodes.
 */
static bool
merkle_verify_growth(Hasher *hasher, uint64_t old_size, uint64_t size,
					 const MerkleHash old_root, const MerkleHash root,
					 const MerkleHash *proof, int n)
{
	uint64_t	fn = old_size - 1;
	uint64_t	sn = size - 1;
	MerkleHash	fr;
	MerkleHash	sr;
	int			i = 0;
	/* A complete old tree is the first node; it is left out of the proof. */
	bool		complete = (old_size & (old_size - 1)) == 0;

	if (n == 0)
		return false;
	while ((fn & 1) == 1)
	{
		fn >>= 1;
		sn >>= 1;
	}
	memcpy(fr, complete ? old_root : proof[i++], HASH_SIZE);
	memcpy(sr, fr, HASH_SIZE);
	for (; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) == 1 || fn == sn)
		{
			merkle_node(hasher, proof[i], fr, fr);
			merkle_node(hasher, proof[i], sr, sr);
			while ((fn & 1) == 0 && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			merkle_node(hasher, sr, proof[i], sr);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, HASH_SIZE) == 0 &&
		memcmp(sr, root, HASH_SIZE) == 0;
}

/*
 * Check a consistency proof. Between trees of one size there is nothing to
 * prove but that the roots are the same; an empty tree proves nothing.
 */
bool
merkle_verify_consistency(Hasher *hasher, uint64_t old_size, uint64_t size,
						  const MerkleHash old_root, const MerkleHash root,
						  const MerkleHash *proof, int n)
{
	if (old_size == 0 || old_size > size)
		return false;
	if (old_size == size)
		return n == 0 && memcmp(old_root, root, HASH_SIZE) == 0;
	return merkle_verify_growth(hasher, old_size, size, old_root, root, proof,
								n);
}

/*
 * Append a complete subtree: merges equal neighbours as a binary counter
 * carries.
 */
void
merkle_frontier_add(Hasher *hasher, MerkleFrontier *frontier, int level,
					const MerkleHash hash)
{
	MerkleHash	carry;
	int			top = level;

	memcpy(carry, hash, HASH_SIZE);
	while ((frontier->size >> top) & 1)
		merkle_node(hasher, frontier->node[top++], carry, carry);
	memcpy(frontier->node[top], carry, HASH_SIZE);
	frontier->size += UINT64_C(1) << level;
}

/*
 * Compute the root of the tree so far.
 */
void
merkle_frontier_root(Hasher *hasher, const MerkleFrontier *frontier,
					 MerkleHash out)
{
	bool		first = true;

	if (frontier->size == 0)
		merkle_empty(hasher, out);
	for (int level = 0; level < 64; level++)
	{
		if (((frontier->size >> level) & 1) == 0)
			continue;
		if (first)
			memcpy(out, frontier->node[level], HASH_SIZE);
		else
			merkle_node(hasher, frontier->node[level], out, out);
		first = false;
	}
}
