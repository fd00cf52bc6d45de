/*
 * chain.h
 *		What leaves have to say of each other: seals follow one another, and
 *		each holds the entries that it should.
 */
#ifndef AIMS_BIN_CHAIN_H
#define AIMS_BIN_CHAIN_H

#include "leaf_text.h"
#include "tree.h"

#define CHAIN_TIME_MAX 40

typedef struct Chain
{
	/* the newest seal so far; 0 before the first */
	int64_t		seal;
	int64_t		incarnation;
	uint64_t	size;			/* leaves up to it */
	MerkleHash	root;
	LeafSnapshot snapshot;
	char		sealed_at[CHAIN_TIME_MAX];
	/* since: leaves of incarnations, and entries */
	int64_t		begun;			/* the one that begins, or 0 */
	int64_t		last_entry;		/* numbers up to it may be from elsewhere */
	uint64_t	notes;
	uint64_t	waiting;
	int64_t		entry;			/* the last one */
	int64_t		entry_incarnation;	/* the newest of theirs */
	int64_t		xid;			/* the highest one of that */
	/* in all */
	uint64_t	entries;
	char		problem[200];	/* room for what is returned */
} Chain;

extern Chain *chain_create(Hasher *hasher);

/*
 * Add a leaf; tree has it already. Returns NULL or what is wrong.
 */
extern const char *chain_add(Chain *chain, const LeafText *leaf,
							 const Tree *tree);

#endif							/* AIMS_BIN_CHAIN_H */
