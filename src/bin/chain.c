/*
 * chain.c
 *		What leaves have to say of each other.
 *
 * A seal holds the entries that its snapshot shows and no earlier one does, by
 * number, and its own leaf after them. So an entry that the seal before would
 * have shown was put in later; the leaves alone tell that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chain.h"

/*
 * Begin before the first seal, with the empty tree.
 */
Chain *
chain_create(Hasher *hasher)
{
	Chain	   *chain = allocate(sizeof(Chain));

	memset(chain, 0, sizeof(Chain));
	chain->snapshot.xip = allocate((LEAF_LENGTH_MAX / 2 + 1) *
								   sizeof(int64_t));
	merkle_hash_of(hasher, NULL, 0, chain->root);
	return chain;
}

/*
 * Format a problem.
 */
static const char *
chain_problem(Chain *chain, const char *format, int64_t a, int64_t b)
{
	snprintf(chain->problem, sizeof(chain->problem), format, a, b);
	return chain->problem;
}

/*
 * Remember the highest transaction of the newest incarnation among the entries
 * of a seal: its snapshot has to show it.
 */
static void
chain_note_xid(Chain *chain, const LeafText *leaf)
{
	if (leaf->incarnation > chain->entry_incarnation)
	{
		chain->entry_incarnation = leaf->incarnation;
		chain->xid = leaf->xid;
	}
	else if (leaf->incarnation == chain->entry_incarnation &&
			 leaf->xid > chain->xid)
		chain->xid = leaf->xid;
}

/*
 * Add an entry. Transactions of one that may have been written elsewhere mean
 * nothing here; nor do those of an earlier incarnation, of which some may have
 * been prepared before a promotion.
 */
static const char *
chain_add_entry(Chain *chain, const LeafText *leaf)
{
	if (chain->waiting > 0 && leaf->number <= chain->entry)
		return chain_problem(chain, "stands after entry %" PRId64
							 ", which is not before it", chain->entry, 0);
	if (leaf->number > chain->last_entry)
	{
		if (chain->seal > 0 && leaf->incarnation == chain->incarnation &&
			leaf_snapshot_shows(&chain->snapshot, leaf->xid))
			return chain_problem(chain, "was put in later: transaction %" PRId64
								 " had ended before seal %" PRId64
								 ", which does not hold it",
								 leaf->xid, chain->seal);
		chain_note_xid(chain, leaf);
	}
	chain->entry = leaf->number;
	chain->waiting++;
	chain->entries++;
	return NULL;
}

/*
 * Is that what a leaf's string says?
 */
static bool
chain_says(const LeafString *string, const char *text)
{
	return string->size == (int) strlen(text) &&
		memcmp(string->data, text, string->size) == 0;
}

/*
 * Add what is said of an incarnation. It stands before the entries of a seal,
 * and says that one begins, or that checkpoints go on in the one there is.
 */
static const char *
chain_add_incarnation(Chain *chain, const LeafText *leaf)
{
	bool		begins = chain_says(&leaf->event, "begun");

	if (chain->begun > 0 || chain->waiting > 0)
		return "does not stand before the entries of its seal";
	if ((uint64_t) leaf->tree_size != chain->size + chain->notes)
		return chain_problem(chain, "says that the tree had %" PRId64
							 " leaves before it, not %" PRId64,
							 leaf->tree_size,
							 (int64_t) (chain->size + chain->notes));
	if (begins ? leaf->number <= chain->incarnation :
		leaf->number != chain->incarnation ||
		!(chain_says(&leaf->event, "resumed") ||
		  chain_says(&leaf->event, "forked")))
		return chain_problem(chain, "does not follow incarnation %" PRId64,
							 chain->incarnation, 0);
	chain->begun = begins ? leaf->number : 0;
	chain->last_entry = leaf->last_entry;
	chain->notes++;
	return NULL;
}

/*
 * Check a seal against what came before it.
 */
static const char *
chain_check_seal(Chain *chain, const LeafText *leaf)
{
	if (leaf->number != chain->seal + 1)
		return chain_problem(chain, "does not follow seal %" PRId64,
							 chain->seal, 0);
	if (leaf->incarnation !=
		(chain->begun > 0 ? chain->begun : chain->incarnation))
		return chain_problem(chain, "is of incarnation %" PRId64
							 ", after one of %" PRId64
							 ", and no leaf says that it began",
							 leaf->incarnation, chain->incarnation);
	if ((uint64_t) leaf->previous_size != chain->size)
		return chain_problem(chain, "says that the tree had %" PRId64
							 " leaves before it, not %" PRId64,
							 leaf->previous_size, (int64_t) chain->size);
	if (memcmp(leaf->previous_root.bytes, chain->root, HASH_SIZE) != 0)
		return chain_problem(chain, "does not have the root of seal %" PRId64,
							 chain->seal, 0);
	if ((uint64_t) leaf->entries != chain->notes + chain->waiting)
		return chain_problem(chain, "says that it has %" PRId64
							 " leaves before its own, not %" PRId64,
							 leaf->entries,
							 (int64_t) (chain->notes + chain->waiting));
	if (!leaf_snapshot_read(&leaf->snapshot, &chain->snapshot))
		return "has no snapshot as PostgreSQL writes it";
	if (chain->entry_incarnation > leaf->incarnation ||
		(chain->entry_incarnation == leaf->incarnation &&
		 chain->xid >= chain->snapshot.xmax))
		return chain_problem(chain, "holds an entry of transaction %" PRId64
							 " of incarnation %" PRId64
							 ", which its snapshot does not show",
							 chain->xid, chain->entry_incarnation);
	return NULL;
}

/*
 * Add a leaf.
 */
const char *
chain_add(Chain *chain, const LeafText *leaf, const Tree *tree)
{
	const char *problem;
	int			length;

	if (leaf->kind == LEAF_UNKNOWN)
		return "is not of a form that this program knows: damaged, or made by a later version";
	if (leaf->kind == LEAF_ENTRY)
		return chain_add_entry(chain, leaf);
	if (leaf->kind == LEAF_INCARNATION)
		return chain_add_incarnation(chain, leaf);
	problem = chain_check_seal(chain, leaf);
	if (problem != NULL)
		return problem;
	chain->seal = leaf->number;
	chain->incarnation = leaf->incarnation;
	chain->begun = 0;
	chain->notes = 0;
	chain->waiting = 0;
	chain->entry_incarnation = 0;
	chain->size = tree->size;
	tree_root(tree, chain->root);
	length = leaf->time.size < CHAIN_TIME_MAX ? leaf->time.size :
		CHAIN_TIME_MAX - 1;
	memcpy(chain->sealed_at, leaf->time.data, length);
	chain->sealed_at[length] = '\0';
	return NULL;
}
