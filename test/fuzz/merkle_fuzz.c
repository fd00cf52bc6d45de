/*
 * merkle_fuzz.c
 *		The Merkle tree against RFC 6962 written down naively: roots, proofs,
 *		and which proofs are accepted.
 */
#include <string.h>

#include "fuzz.h"
#include "merkle.h"

int			LLVMFuzzerInitialize(int *argc, char ***argv);
int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LEAVES 80				/* in trees that are built */
#define NODES (MERKLE_MAX_PROOF + 4) /* in proofs that are made up */

typedef struct Proof
{
	MerkleHash	node[NODES];
	int			n;
} Proof;

static Hasher *hasher;
static MerkleHash leaves[LEAVES];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void) argc;
	(void) argv;
	hasher = hasher_create();
	for (int i = 0; i < LEAVES; i++)
		merkle_leaf(hasher, &i, sizeof(i), leaves[i]);
	return 0;
}

/* SHA-256(0x01 || left || right) */
static void
reference_node(const MerkleHash left, const MerkleHash right, MerkleHash out)
{
	HashPart	parts[] = {{"\x01", 1}, {left, HASH_SIZE}, {right, HASH_SIZE}};

	hasher_digest(hasher, parts, 3, out);
}

/* The largest power of two smaller than n > 1. */
static uint64_t
reference_split(uint64_t n)
{
	uint64_t	k = UINT64_C(1) << 63;

	while (k >= n)
		k /= 2;
	return k;
}

/* MTH(D[n]), 2.1 */
static void
reference_root(const MerkleHash *d, uint64_t n, MerkleHash out)
{
	MerkleHash	left;
	MerkleHash	right;
	uint64_t	k;

	if (n == 0)
		hasher_digest(hasher, NULL, 0, out);
	else if (n == 1)
		memcpy(out, d[0], HASH_SIZE);
	else
	{
		k = reference_split(n);
		reference_root(d, k, left);
		reference_root(d + k, n - k, right);
		reference_node(left, right, out);
	}
}

/* PATH(m, D[n]), 2.1.1 */
static void
reference_path(uint64_t m, const MerkleHash *d, uint64_t n, Proof *proof)
{
	uint64_t	k;

	if (n == 1)
		return;
	k = reference_split(n);
	if (m < k)
	{
		reference_path(m, d, k, proof);
		reference_root(d + k, n - k, proof->node[proof->n++]);
	}
	else
	{
		reference_path(m - k, d + k, n - k, proof);
		reference_root(d, k, proof->node[proof->n++]);
	}
}

/* SUBPROOF(m, D[n], b), 2.1.2 */
static void
reference_subproof(uint64_t m, const MerkleHash *d, uint64_t n, bool b,
				   Proof *proof)
{
	uint64_t	k;

	if (m == n)
	{
		if (!b)
			reference_root(d, n, proof->node[proof->n++]);
		return;
	}
	k = reference_split(n);
	if (m <= k)
	{
		reference_subproof(m, d, k, b, proof);
		reference_root(d + k, n - k, proof->node[proof->n++]);
	}
	else
	{
		reference_subproof(m - k, d + k, n - k, false, proof);
		reference_root(d, k, proof->node[proof->n++]);
	}
}

/* Take the last node of a proof. */
static bool
take(Proof *proof, MerkleHash out)
{
	if (proof->n == 0)
		return false;
	memcpy(out, proof->node[--proof->n], HASH_SIZE);
	return true;
}

/* The root that PATH(m, D[n]) and leaf m give; false where nodes are short. */
static bool
reference_path_root(uint64_t m, uint64_t n, const MerkleHash leaf,
					Proof *proof, MerkleHash out)
{
	MerkleHash	other;
	MerkleHash	below;
	uint64_t	k;

	if (n == 1)
	{
		memcpy(out, leaf, HASH_SIZE);
		return true;
	}
	k = reference_split(n);
	if (!take(proof, other) ||
		!reference_path_root(m < k ? m : m - k, m < k ? k : n - k, leaf,
							 proof, below))
		return false;
	if (m < k)
		reference_node(below, other, out);
	else
		reference_node(other, below, out);
	return true;
}

/* Both roots that SUBPROOF(m, D[n], b) gives; known is the root over D[m]. */
static bool
reference_subproof_roots(uint64_t m, uint64_t n, bool b,
						 const MerkleHash known, Proof *proof,
						 MerkleHash old_root, MerkleHash root)
{
	MerkleHash	other;
	uint64_t	k;

	if (m == n)
	{
		if (!b && !take(proof, other))
			return false;
		memcpy(old_root, b ? known : other, HASH_SIZE);
		memcpy(root, old_root, HASH_SIZE);
		return true;
	}
	k = reference_split(n);
	if (!take(proof, other) ||
		!reference_subproof_roots(m <= k ? m : m - k, m <= k ? k : n - k,
								  b && m <= k, known, proof, old_root, root))
		return false;
	if (m <= k)
		reference_node(root, other, root);
	else
	{
		reference_node(other, old_root, old_root);
		reference_node(other, root, root);
	}
	return true;
}

/* Is the inclusion proof good? */
static bool
reference_inclusion(uint64_t m, uint64_t n, const MerkleHash leaf,
					Proof proof, const MerkleHash root)
{
	MerkleHash	made;

	return m < n && reference_path_root(m, n, leaf, &proof, made) &&
		proof.n == 0 && memcmp(made, root, HASH_SIZE) == 0;
}

/* Is the consistency proof good? */
static bool
reference_consistency(uint64_t m, uint64_t n, const MerkleHash old_root,
					  Proof proof, const MerkleHash root)
{
	MerkleHash	made_old;
	MerkleHash	made;

	return m > 0 && m <= n &&
		reference_subproof_roots(m, n, true, old_root, &proof, made_old,
								 made) &&
		proof.n == 0 &&
		memcmp(made_old, old_root, HASH_SIZE) == 0 &&
		memcmp(made, root, HASH_SIZE) == 0;
}

/* Both verifiers say what the references do. Returns how many accept. */
static int
check_verdicts(uint64_t m, uint64_t n, const MerkleHash leaf,
			   const Proof *proof, const MerkleHash root)
{
	/* Memory of its own, so that a read past the proof is seen. */
	MerkleHash *nodes = (MerkleHash *) exact_copy(proof->node,
												  proof->n * HASH_SIZE);
	bool		included = merkle_verify_inclusion(hasher, m, n, leaf,
												   (const MerkleHash *) nodes,
												   proof->n, root);
	bool		grown = merkle_verify_consistency(hasher, m, n, leaf, root,
												  (const MerkleHash *) nodes,
												  proof->n);

	check(included == reference_inclusion(m, n, leaf, *proof, root));
	check(grown == reference_consistency(m, n, leaf, *proof, root));
	free(nodes);
	return included + grown;
}

/* A store of leaves: complete subtrees by their definition. */
static void
read_leaves(void *arg, int level, uint64_t index, MerkleHash out)
{
	(void) arg;
	check((index + 1) << level <= LEAVES);
	reference_root(leaves + (index << level), UINT64_C(1) << level, out);
}

/* Change a proof in one way that an input chooses. */
static void
spoil(Proof *proof, Input *in)
{
	int			how = input_number(in, 1);
	int			where = proof->n > 0 ? input_number(in, 1) % proof->n : 0;

	switch (how % 5)
	{
		case 0:
			proof->n -= proof->n > 0;
			break;
		case 1:
			memset(proof->node[proof->n++], how, HASH_SIZE);
			break;
		case 2:
			proof->node[where][how % HASH_SIZE] ^= 1 << how % 8;
			break;
		case 3:
			memcpy(proof->node[where], proof->node[0], HASH_SIZE);
			break;
		default:
			break;
	}
}

/* The roots of a tree, made in three ways. */
static void
check_roots(uint64_t n, MerkleHash root)
{
	MerkleFrontier frontier = {0};
	MerkleHash	made;

	reference_root(leaves, n, root);
	merkle_hash_of(hasher, leaves, n, made);
	check(memcmp(made, root, HASH_SIZE) == 0);
	merkle_root(hasher, n, read_leaves, NULL, made);
	check(memcmp(made, root, HASH_SIZE) == 0);
	for (uint64_t i = 0; i < n; i++)
		merkle_frontier_add(hasher, &frontier, 0, leaves[i]);
	merkle_frontier_root(hasher, &frontier, made);
	check(memcmp(made, root, HASH_SIZE) == 0);
}

/* Proofs out of a tree that there is; and the same, spoiled. */
static void
check_tree(Input *in)
{
	uint64_t	n = 1 + input_number(in, 1) % LEAVES;
	uint64_t	m = input_number(in, 1) % n;
	MerkleHash	root;
	MerkleHash	old_root;
	Proof		expected = {.n = 0};
	Proof		made;

	check_roots(n, root);
	reference_path(m, leaves, n, &expected);
	made.n = merkle_inclusion_proof(hasher, m, n, read_leaves, NULL,
									made.node);
	check(made.n == expected.n &&
		  memcmp(made.node, expected.node, made.n * HASH_SIZE) == 0);
	check(check_verdicts(m, n, leaves[m], &made, root) >= 1);
	spoil(&made, in);
	check_verdicts(m ^ input_number(in, 1) % 2, n + input_number(in, 1) % 2,
				   leaves[m], &made, root);

	expected.n = 0;
	reference_root(leaves, m + 1, old_root);
	reference_subproof(m + 1, leaves, n, true, &expected);
	made.n = merkle_consistency_proof(hasher, m + 1, n, read_leaves, NULL,
									  made.node);
	check(made.n == expected.n &&
		  memcmp(made.node, expected.node, made.n * HASH_SIZE) == 0);
	check(check_verdicts(m + 1, n, old_root, &made, root) >= 1);
	spoil(&made, in);
	check_verdicts((m + 1) ^ input_number(in, 1) % 2,
				   n + input_number(in, 1) % 2, old_root, &made, root);
}

/* Proofs about trees of any size, made up: good ones are built from nodes. */
static void
check_claim(Input *in)
{
	uint64_t	n = input_number(in, 8) >> input_number(in, 1) % 64;
	uint64_t	m = input_number(in, 8) >> input_number(in, 1) % 64;
	Proof		proof = {.n = input_number(in, 1) % (NODES + 1)};
	Proof		rest;
	MerkleHash	leaf;
	MerkleHash	root = {0};
	MerkleHash	old_root = {0};

	memset(leaf, input_number(in, 1), HASH_SIZE);
	for (int i = 0; i < proof.n; i++)
		memset(proof.node[i], input_number(in, 1), HASH_SIZE);
	check_verdicts(m, n, leaf, &proof, root);
	rest = proof;
	if (m < n && reference_path_root(m, n, leaf, &rest, root))
		check((check_verdicts(m, n, leaf, &proof, root) >= 1) ==
			  (rest.n == 0));
	rest = proof;
	if (m > 0 && m <= n &&
		reference_subproof_roots(m, n, true, leaf, &rest, old_root, root))
		check_verdicts(m, n, old_root, &proof, root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};

	if (input_number(&in, 1) % 2 == 0)
		check_tree(&in);
	else
		check_claim(&in);
	return 0;
}
