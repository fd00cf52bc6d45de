/*
 * proof.c
 *		Inclusion and consistency proofs over the stored tree, and functions
 *		that check them without it.
 */
#include "aims.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "checkpoint.h"
#include "crypto.h"
#include "tile.h"

/*
 * Give a proof as bytea[].
 */
static Datum
proof_to_array(const MerkleHash *proof, int n)
{
	Datum		elements[MERKLE_MAX_PROOF];

	for (int i = 0; i < n; i++)
	{
		bytea	   *hash = palloc(VARHDRSZ + HASH_SIZE);

		SET_VARSIZE(hash, VARHDRSZ + HASH_SIZE);
		memcpy(VARDATA(hash), proof[i], HASH_SIZE);
		elements[i] = PointerGetDatum(hash);
	}
	return PointerGetDatum(construct_array(elements, n, BYTEAOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * Refuse a hash, root or proof that cannot be one.
 */
static void
proof_refuse_hash(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("not a hash of the tree"),
			 errdetail_internal("%s", detail),
			 errhint("Give the bytes as aims.inclusion_proof, aims.consistency_proof and aims.open_checkpoint return them.")));
}

/*
 * Take a hash from a bytea.
 */
static void
proof_hash(const bytea *bytes, MerkleHash out)
{
	if (VARSIZE_ANY_EXHDR(bytes) != HASH_SIZE)
		proof_refuse_hash("Every hash has 32 bytes.");
	memcpy(out, VARDATA_ANY(bytes), HASH_SIZE);
}

/*
 * Take a proof from bytea[]. Returns the number of nodes; none can be longer
 * than the height of the largest tree.
 */
static int
proof_from_array(ArrayType *array, MerkleHash proof[MERKLE_MAX_PROOF])
{
	Datum	   *elements;
	bool	   *isnull;
	int			n;

	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT, &elements,
					  &isnull, &n);
	if (n > MERKLE_MAX_PROOF)
		proof_refuse_hash("A proof has at most 64 hashes.");
	for (int i = 0; i < n; i++)
	{
		if (isnull[i])
			proof_refuse_hash("A proof has no nulls.");
		proof_hash(DatumGetByteaPP(elements[i]), proof[i]);
	}
	return n;
}

/*
 * Check a tree size from a caller: not below 1, not beyond the newest seal.
 * Gives that seal's where none was asked for.
 */
static int64
proof_size(Snapshot snapshot, bool given, int64 size)
{
	Head		head = {0};

	if (given && size < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tree size " INT64_FORMAT " is out of range", size),
				 errdetail("There is nothing to prove about an empty tree."),
				 errhint("Give the size that a checkpoint states.")));
	if (!head_newest(snapshot, false, &head) ||
		(given && size > head.tree_size))
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("the tree is not that large"),
				 errdetail("The newest seal has " INT64_FORMAT " leaves.",
						   head.tree_size),
				 errhint("Call aims.seal() to add what has committed since.")));
	return given ? size : head.tree_size;
}

/*
 * Find an entry's leaf in the tree of that size.
 */
static int64
proof_leaf(TileStore *store, int64 entry_id, int64 size)
{
	int64		leaf = tile_leaf_of_entry(store, entry_id);

	if (leaf < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("entry " INT64_FORMAT " is not sealed", entry_id),
				 errdetail("It is not in the tree; its transaction may not have committed, or not before the newest seal."),
				 errhint("Call aims.seal(), then try again.")));
	if (leaf >= size)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("entry " INT64_FORMAT " is not in the tree of size " INT64_FORMAT,
						entry_id, size),
				 errdetail("Its leaf has the index " INT64_FORMAT ".", leaf),
				 errhint("Ask for a larger tree, or call aims.seal() and aims.checkpoint() in transactions of their own.")));
	return leaf;
}

PG_FUNCTION_INFO_V1(aims_leaf_index);
/*
 * leaf_index(entry_id) finds an entry's leaf.
 */
Datum
aims_leaf_index(PG_FUNCTION_ARGS)
{
	TileStore  *store = tile_open(GetActiveSnapshot());
	int64		leaf = tile_leaf_of_entry(store, PG_GETARG_INT64(0));

	tile_close(store);
	if (leaf < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(leaf);
}

PG_FUNCTION_INFO_V1(aims_inclusion_proof);
/*
 * inclusion_proof(entry_id, tree_size)
 */
Datum
aims_inclusion_proof(PG_FUNCTION_ARGS)
{
	MerkleHash	proof[MERKLE_MAX_PROOF];
	TileStore  *store;
	Hasher	   *hasher;
	int64		size;
	int64		leaf;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	size = proof_size(GetActiveSnapshot(), !PG_ARGISNULL(1),
					  PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1));
	store = tile_open(GetActiveSnapshot());
	leaf = proof_leaf(store, PG_GETARG_INT64(0), size);
	hasher = hasher_create();
	n = merkle_inclusion_proof(hasher, leaf, size, tile_read_node, store,
							   proof);
	hasher_free(hasher);
	tile_close(store);
	return proof_to_array((const MerkleHash *) proof, n);
}

PG_FUNCTION_INFO_V1(aims_consistency_proof);
/*
 * consistency_proof(old_size, new_size)
 */
Datum
aims_consistency_proof(PG_FUNCTION_ARGS)
{
	MerkleHash	proof[MERKLE_MAX_PROOF];
	TileStore  *store;
	Hasher	   *hasher;
	int64		old_size;
	int64		size;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	old_size = proof_size(GetActiveSnapshot(), true, PG_GETARG_INT64(0));
	size = proof_size(GetActiveSnapshot(), !PG_ARGISNULL(1),
					  PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1));
	if (old_size > size)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("old size " INT64_FORMAT " is larger than new size " INT64_FORMAT,
						old_size, size),
				 errdetail("A tree only grows."),
				 errhint("Give the smaller size first.")));
	store = tile_open(GetActiveSnapshot());
	hasher = hasher_create();
	n = merkle_consistency_proof(hasher, old_size, size, tile_read_node, store,
								 proof);
	hasher_free(hasher);
	tile_close(store);
	return proof_to_array((const MerkleHash *) proof, n);
}

/*
 * Write a proof as a C2SP tlog-proof.
 */
static void
proof_format(StringInfo out, int64 leaf, const MerkleHash *proof, int n,
			 const char *checkpoint)
{
	char		base64[CRYPTO_BASE64_SIZE(HASH_SIZE)];

	appendStringInfo(out, "c2sp.org/tlog-proof@v1\nindex " INT64_FORMAT "\n",
					 leaf);
	for (int i = 0; i < n; i++)
	{
		crypto_base64_encode(proof[i], HASH_SIZE, base64);
		appendStringInfo(out, "%s\n", base64);
	}
	appendStringInfo(out, "\n%s", checkpoint);
}

PG_FUNCTION_INFO_V1(aims_tlog_proof);
/*
 * tlog_proof(entry_id) proves an entry against the newest checkpoint.
 */
Datum
aims_tlog_proof(PG_FUNCTION_ARGS)
{
	MerkleHash	proof[MERKLE_MAX_PROOF];
	int64		size;
	char	   *checkpoint = checkpoint_note(&size);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TileStore  *store = tile_open(snapshot);
	Hasher	   *hasher = hasher_create();
	int64		leaf = proof_leaf(store, PG_GETARG_INT64(0), size);
	int			n = merkle_inclusion_proof(hasher, leaf, size, tile_read_node,
										   store, proof);
	StringInfoData out;

	hasher_free(hasher);
	tile_close(store);
	UnregisterSnapshot(snapshot);
	initStringInfo(&out);
	proof_format(&out, leaf, (const MerkleHash *) proof, n, checkpoint);
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(out.data, out.len,
													  PG_UTF8)));
}

PG_FUNCTION_INFO_V1(aims_verify_inclusion);
/*
 * verify_inclusion(leaf, leaf_index, tree_size, proof, root_hash)
 */
Datum
aims_verify_inclusion(PG_FUNCTION_ARGS)
{
	bytea	   *leaf = PG_GETARG_BYTEA_PP(0);
	int64		index = PG_GETARG_INT64(1);
	int64		size = PG_GETARG_INT64(2);
	MerkleHash	proof[MERKLE_MAX_PROOF];
	int			n = proof_from_array(PG_GETARG_ARRAYTYPE_P(3), proof);
	MerkleHash	leaf_hash;
	MerkleHash	root;
	Hasher	   *hasher;
	bool		verified;

	proof_hash(PG_GETARG_BYTEA_PP(4), root);
	if (index < 0 || index >= size)
		PG_RETURN_BOOL(false);
	hasher = hasher_create();
	merkle_leaf(hasher, VARDATA_ANY(leaf), VARSIZE_ANY_EXHDR(leaf), leaf_hash);
	verified = merkle_verify_inclusion(hasher, index, size, leaf_hash,
									   (const MerkleHash *) proof, n, root);
	hasher_free(hasher);
	PG_RETURN_BOOL(verified);
}

PG_FUNCTION_INFO_V1(aims_verify_consistency);
/*
 * verify_consistency(old_size, new_size, old_root, new_root, proof)
 */
Datum
aims_verify_consistency(PG_FUNCTION_ARGS)
{
	int64		old_size = PG_GETARG_INT64(0);
	int64		size = PG_GETARG_INT64(1);
	MerkleHash	old_root;
	MerkleHash	root;
	MerkleHash	proof[MERKLE_MAX_PROOF];
	int			n = proof_from_array(PG_GETARG_ARRAYTYPE_P(4), proof);
	Hasher	   *hasher;
	bool		verified;

	proof_hash(PG_GETARG_BYTEA_PP(2), old_root);
	proof_hash(PG_GETARG_BYTEA_PP(3), root);
	if (old_size < 1 || old_size > size)
		PG_RETURN_BOOL(false);
	hasher = hasher_create();
	verified = merkle_verify_consistency(hasher, old_size, size, old_root,
										 root, (const MerkleHash *) proof, n);
	hasher_free(hasher);
	PG_RETURN_BOOL(verified);
}
