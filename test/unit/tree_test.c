/*
 * tree_test.c
 *		The tree that the programs grow: the published roots of RFC 6962's
 *		test vectors, and its tiles against the plain definition.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "tap.h"
#include "tree.h"

#define LEAVES 66000

static const char *const vectors[][2] = {
	/* leaf, root up to it */
	{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{"5051525354555657",
	 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{"606162636465666768696a6b6c6d6e6f",
	 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}
};

static MerkleHash leaf_hashes[LEAVES];
static MerkleHash upper[2][LEAVES / 256 + 1];	/* of levels 1 and 2 */
static int	wrong;
static int	full;

/*
 * A tile that is full has to have the hashes of complete subtrees; what it
 * stands for above is kept for the next one.
 */
static void
full_tile(void *arg, int level, uint64_t index, const MerkleHash *hashes)
{
	const MerkleHash *expected = level == 0 ?
		leaf_hashes + 256 * index : upper[level - 1] + 256 * index;

	full++;
	if (memcmp(hashes, expected, 256 * HASH_SIZE) != 0)
		wrong++;
	if (level < 2)
		merkle_hash_of(((Tree *) arg)->hasher, expected, 256,
					   upper[level][index]);
}

/*
 * Grow a tree by the published leaves.
 */
static void
test_vectors(Hasher *hasher)
{
	Tree	   *tree = tree_create(hasher, full_tile, NULL);
	MerkleHash	root;

	tree_root(tree, root);
	is_hex(root, HASH_SIZE,
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   "root of the empty tree");
	for (int i = 0; i < 8; i++)
	{
		unsigned char leaf[16];
		MerkleHash	hash;

		merkle_leaf(hasher, leaf, unhex(vectors[i][0], leaf), hash);
		tree_add(tree, hash);
		tree_root(tree, root);
		is_hex(root, HASH_SIZE, vectors[i][1], "root of %d leaves", i + 1);
	}
	free(tree);
}

/*
 * Grow a tree over several levels; now and then compare it with the definition,
 * and with one that goes on from its tiles.
 */
static void
test_growth(Hasher *hasher)
{
	Tree	   *tree = tree_create(hasher, full_tile, NULL);
	Tree	   *restored = tree_create(hasher, full_tile, NULL);
	MerkleHash	expected;
	MerkleHash	root;
	int			bad = 0;

	tree->arg = tree;
	for (uint32_t i = 0; i < LEAVES; i++)
	{
		merkle_leaf(hasher, &i, sizeof(i), leaf_hashes[i]);
		tree_add(tree, leaf_hashes[i]);
		if (i > 600 && i % 8192 != 8191 && i % 9973 != 0)
			continue;
		tree_root(tree, root);
		merkle_hash_of(hasher, (const MerkleHash *) leaf_hashes, i + 1,
					   expected);
		bad += memcmp(root, expected, HASH_SIZE) != 0;
		if (tree_width(tree, 0) != 0)
			continue;
		tree_restore_size(restored, tree->size);
		for (int level = 1; level < TREE_LEVELS; level++)
			tree_restore_level(restored, level, (const MerkleHash *)
							   tree->level[level] .hashes);
		tree_root(restored, root);
		bad += memcmp(root, expected, HASH_SIZE) != 0;
	}
	ok(bad == 0, "roots while it grows, and where it is restored");
	ok(full == LEAVES / 256 + 1 && wrong == 0, "tiles when they are full");
	free(tree);
	free(restored);
}

/*
 * Take bundles apart, whole ones and such that are not.
 */
static void
test_bundles(void)
{
	static const char bundle[] = "\0\1a\0\0\0\3bcd";
	BundleLeaf	leaves[256];

	ok(bundle_split(bundle, 10, 3, true, leaves) == 3 &&
	   leaves[0].size == 1 && leaves[1].size == 0 && leaves[2].size == 3 &&
	   memcmp(leaves[2].data, "bcd", 3) == 0, "a bundle of three leaves");
	ok(bundle_split(bundle, 10, 2, true, leaves) == 1,
	   "which is not one of two");
	ok(bundle_split(bundle, 10, 2, false, leaves) == 2,
	   "but begins with one");
	ok(bundle_split(bundle, 10, 4, true, leaves) == 3, "nor one of four");
	for (int size = 0; size < 10; size++)
		ok(bundle_split(bundle, size, 3, true, leaves) ==
		   (size < 3 ? 0 : size < 5 ? 1 : 2), "cut after %d bytes", size);
}

int
main(void)
{
	Hasher	   *hasher = hasher_create();

	test_vectors(hasher);
	test_growth(hasher);
	test_bundles();
	hasher_free(hasher);
	return done();
}
