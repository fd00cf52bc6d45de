/*
 * checkpoint.h
 *		Heads of the tree and the checkpoints that sign them.
 */
#ifndef AIMS_CHECKPOINT_H
#define AIMS_CHECKPOINT_H

#include "utils/snapshot.h"

#include "merkle.h"

/* A row of aims.seal. */
typedef struct Head
{
	int64		tree_size;
	MerkleHash	root;
	TransactionId xid;			/* the transaction that sealed */
} Head;

/*
 * The newest seal that snapshot sees; with committed, the newest that the
 * current transaction did not make. False where there is none.
 */
extern bool head_newest(Snapshot snapshot, bool committed, Head *head);

/*
 * The checkpoint of the newest committed head: the note in UTF-8, and its tree
 * size. Signs where that is not done yet; in recovery the newest one that is.
 */
extern char *checkpoint_note(int64 *tree_size);

/*
 * Verify a note (UTF-8) as a checkpoint by a key of ours, and give what it
 * says. Returns NULL, or what is wrong with it (a sentence).
 */
extern const char *checkpoint_problem(const char *note, size_t size,
									  int64 *tree_size, MerkleHash root);

/* The newest checkpoint that is stored and verifies, in UTF-8, or NULL. */
extern char *checkpoint_last(void);

/* Refusals that key.c raises too. */
extern void checkpoint_no_key(void);
extern void checkpoint_seal_first(void);

#endif							/* AIMS_CHECKPOINT_H */
