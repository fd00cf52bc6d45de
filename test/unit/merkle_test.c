/*
 * merkle_test.c
 *		The Merkle tree against the vectors of the Certificate Transparency
 *		reference implementation, and against RFC 6962's own definitions
 *		written down naively.
 */
#include <string.h>

#include "merkle.h"
#include "tap.h"

#define MANY 70

static Hasher *hasher;
static MerkleHash leaves[MANY];

static const char *const entries[] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
	"606162636465666768696a6b6c6d6e6f"};

static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

typedef struct Path
{
	int			first;			/* leaf, or size of the old tree */
	int			size;
	int			n;
	const char *nodes[3];
} Path;

static const Path inclusion[] = {
	{0, 1, 0, {NULL}},
	{0, 8, 3, {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{5, 8, 3, {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2, 3, 1, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
	{1, 5, 3, {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};

static const Path consistency[] = {
	{1, 1, 0, {NULL}},
	{1, 8, 3, {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{6, 8, 3, {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2, 5, 2, {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};

/* The definition: a tree splits at the largest power of two below n. */
static void
naive_root(const MerkleHash *from, int n, MerkleHash out)
{
	MerkleHash	left;
	MerkleHash	right;
	int			k = 1;

	if (n == 1)
	{
		memcpy(out, from[0], HASH_SIZE);
		return;
	}
	while (2 * k < n)
		k *= 2;
	naive_root(from, k, left);
	naive_root(from + k, n - k, right);
	merkle_node(hasher, left, right, out);
}

/* A store of leaves alone. */
static void
read_leaves(void *arg, int level, uint64_t index, MerkleHash out)
{
	(void) arg;
	naive_root(leaves + (index << level), 1 << level, out);
}

static void
test_roots(void)
{
	MerkleHash	root;
	MerkleFrontier frontier = {0};

	for (int n = 0; n <= 8; n++)
	{
		merkle_hash_of(hasher, leaves, n, root);
		is_hex(root, HASH_SIZE, roots[n], "hash of %d", n);
		merkle_root(hasher, n, read_leaves, NULL, root);
		is_hex(root, HASH_SIZE, roots[n], "root of %d", n);
		merkle_frontier_root(hasher, &frontier, root);
		is_hex(root, HASH_SIZE, roots[n], "frontier of %d", n);
		merkle_frontier_add(hasher, &frontier, 0, leaves[n]);
	}
}

static void
test_paths(void)
{
	MerkleHash	proof[MERKLE_MAX_PROOF];

	for (size_t i = 0; i < sizeof(inclusion) / sizeof(inclusion[0]); i++)
	{
		const Path *path = &inclusion[i];

		ok(merkle_inclusion_proof(hasher, path->first, path->size, read_leaves,
								  NULL, proof) == path->n,
		   "length of the path of leaf %d in %d", path->first, path->size);
		for (int node = 0; node < path->n; node++)
			is_hex(proof[node], HASH_SIZE, path->nodes[node], "its node %d",
				   node);
	}
	for (size_t i = 0; i < sizeof(consistency) / sizeof(consistency[0]); i++)
	{
		const Path *path = &consistency[i];

		ok(merkle_consistency_proof(hasher, path->first, path->size,
									read_leaves, NULL, proof) == path->n,
		   "length of the proof from %d to %d", path->first, path->size);
		for (int node = 0; node < path->n; node++)
			is_hex(proof[node], HASH_SIZE, path->nodes[node], "its node %d",
				   node);
	}
}

/* How many ways of spoiling an inclusion proof are accepted? */
static int
spoiled_inclusion(int leaf, int size, MerkleHash *proof, int n,
				  const MerkleHash root)
{
	int			accepted = 0;
	const MerkleHash *p = (const MerkleHash *) proof;

	accepted += merkle_verify_inclusion(hasher, leaf + 1, size, leaves[leaf],
										p, n, root);
	accepted += merkle_verify_inclusion(hasher, leaf - 1, size, leaves[leaf],
										p, n, root);
	accepted += merkle_verify_inclusion(hasher, leaf ^ 2, size, leaves[leaf],
										p, n, root);
	accepted += merkle_verify_inclusion(hasher, leaf, size, root, p, n + 1,
										root);
	/* in a tree of one leaf, the leaf is the root */
	if (size > 1)
		accepted += merkle_verify_inclusion(hasher, leaf, size, root, p, n,
											root) +
			merkle_verify_inclusion(hasher, leaf, size / 2, leaves[leaf], p,
									n, root);
	accepted += merkle_verify_inclusion(hasher, leaf, 2 * size, leaves[leaf],
										p, n, root);
	accepted += merkle_verify_inclusion(hasher, leaf, 0, leaves[leaf], p, n,
										root);
	if (n > 0)
		accepted += merkle_verify_inclusion(hasher, leaf, size, leaves[leaf],
											p, n - 1, root) +
			merkle_verify_inclusion(hasher, leaf, size, leaves[leaf], p + 1,
									n - 1, root);
	for (int node = 0; node < n; node++)
	{
		proof[node][7] ^= 0x10;
		accepted += merkle_verify_inclusion(hasher, leaf, size, leaves[leaf],
											p, n, root);
		proof[node][7] ^= 0x10;
	}
	return accepted;
}

/* And a consistency proof? */
static int
spoiled_consistency(int old, int size, const MerkleHash old_root,
					const MerkleHash root, MerkleHash *proof, int n)
{
	int			accepted = 0;
	const MerkleHash *p = (const MerkleHash *) proof;

	accepted += merkle_verify_consistency(hasher, old, size, root, root, p, n);
	accepted += merkle_verify_consistency(hasher, old, size, old_root,
										  old_root, p, n);
	accepted += merkle_verify_consistency(hasher, old, size, old_root, root,
										  p, n - 1);
	accepted += merkle_verify_consistency(hasher, old, size, old_root, root,
										  p, n + 1);
	accepted += merkle_verify_consistency(hasher, old, size, old_root, root,
										  NULL, 0);
	accepted += merkle_verify_consistency(hasher, size, old, root, old_root,
										  p, n);
	accepted += merkle_verify_consistency(hasher, old, size, root, old_root,
										  p, n);
	accepted += merkle_verify_consistency(hasher, old + 1, size, old_root,
										  root, p, n);
	accepted += merkle_verify_consistency(hasher, old - 1, size, old_root,
										  root, p, n);
	accepted += merkle_verify_consistency(hasher, old, 2 * size, old_root,
										  root, p, n);
	accepted += merkle_verify_consistency(hasher, old, size, old_root, root,
										  p + 1, n - 1);
	accepted += merkle_verify_consistency(hasher, 0, size, old_root, root,
										  p, n);
	for (int node = 0; node < n; node++)
	{
		proof[node][31] ^= 0x01;
		accepted += merkle_verify_consistency(hasher, old, size, old_root,
											  root, p, n);
		proof[node][31] ^= 0x01;
	}
	return accepted;
}

static void
test_every_tree(void)
{
	/* One more than needed: spoiled proofs are one node too long. */
	MerkleHash	proof[MERKLE_MAX_PROOF + 1] = {{0}};
	MerkleHash	root;
	MerkleHash	old_root;
	int			refused = 0;
	int			accepted = 0;

	for (int size = 1; size <= MANY; size++)
	{
		naive_root(leaves, size, root);
		for (int i = 0; i < size; i++)
		{
			int			n = merkle_inclusion_proof(hasher, i, size, read_leaves,
												   NULL, proof);

			refused += !merkle_verify_inclusion(hasher, i, size, leaves[i],
												(const MerkleHash *) proof, n,
												root);
			accepted += spoiled_inclusion(i, size, proof, n, root);

			naive_root(leaves, i + 1, old_root);
			n = merkle_consistency_proof(hasher, i + 1, size, read_leaves,
										 NULL, proof);
			refused += !merkle_verify_consistency(hasher, i + 1, size,
												  old_root, root,
												  (const MerkleHash *) proof,
												  n);
			if (i + 1 < size)
				accepted += spoiled_consistency(i + 1, size, old_root, root,
												proof, n);
		}
	}
	ok(refused == 0, "every proof of trees up to %d verifies", MANY);
	ok(accepted == 0, "no spoiled proof verifies (%d do)", accepted);
}

/* An empty proof proves that a leaf is a tree of its own, and no more. */
static void
test_empty_proofs(void)
{
	static const struct
	{
		uint64_t	first;
		uint64_t	size;
		bool		included;
		bool		consistent;
	} cases[] = {
		{0, 0, false, false},
		{0, 1, true, false},
		{1, 0, false, false},
		{1, 1, false, true},
		{1, 2, false, false},
		{2, 1, false, false},
		{2, 2, false, true},
		{UINT64_C(1) << 63, UINT64_C(1) << 63, false, true},
		{UINT64_MAX, UINT64_MAX, false, true},
		{UINT64_MAX, 0, false, false},
		{0, UINT64_MAX, false, false},
		{UINT64_MAX - 1, UINT64_MAX, false, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		uint64_t	first = cases[i].first;
		uint64_t	size = cases[i].size;

		ok(merkle_verify_inclusion(hasher, first, size, leaves[0], NULL, 0,
								   leaves[0]) == cases[i].included,
		   "inclusion with no nodes: case %zu", i);
		ok(!merkle_verify_inclusion(hasher, first, size, leaves[0], NULL, 0,
									leaves[1]),
		   "never with another root: case %zu", i);
		ok(merkle_verify_consistency(hasher, first, size, leaves[0],
									 leaves[0], NULL, 0) ==
		   cases[i].consistent,
		   "consistency with no nodes: case %zu", i);
		ok(!merkle_verify_consistency(hasher, first, size, leaves[0],
									  leaves[1], NULL, 0),
		   "never with another root: case %zu", i);
	}
}

static void
test_frontier(void)
{
	MerkleFrontier frontier = {0};
	MerkleHash	subtree;
	MerkleHash	root;
	MerkleHash	expected;

	/* 64 leaves at once, then one by one. */
	naive_root(leaves, 64, subtree);
	merkle_frontier_add(hasher, &frontier, 6, subtree);
	for (int n = 64; n < MANY; n++)
	{
		naive_root(leaves, n, expected);
		merkle_frontier_root(hasher, &frontier, root);
		ok(memcmp(root, expected, HASH_SIZE) == 0, "frontier of %d", n);
		merkle_frontier_add(hasher, &frontier, 0, leaves[n]);
	}
}

int
main(void)
{
	unsigned char entry[MANY];

	hasher = hasher_create();
	for (int i = 0; i < MANY; i++)
	{
		size_t		size = i;

		memset(entry, i, sizeof(entry));
		if (i < 8)
			size = unhex(entries[i], entry);
		merkle_leaf(hasher, entry, size, leaves[i]);
	}
	test_roots();
	test_paths();
	test_frontier();
	test_every_tree();
	test_empty_proofs();
	hasher_free(hasher);
	return done();
}
