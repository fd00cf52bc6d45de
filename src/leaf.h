/*
 * leaf.h
 *		The texts of a ledger entry that digests and the tree are made over:
 *		its particulars and its leaf (doc/formats.md). Knows nothing of the
 *		server.
 *
 * Functions write at out, which has room for the size that is asked before,
 * and return where they stopped. escape is 0, or JSON_HIGH in a database
 * whose encoding is not known.
 */
#ifndef AIMS_LEAF_H
#define AIMS_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEAF_MAX 65535			/* C2SP entry bundle: 16-bit length */

/* Particulars that a session's entries share; the key is the row's own. */
typedef struct Particulars
{
	const char *session_user;
	const char *role;
	const char *person;
	const char *claim;
	const char *application;
	const char *client;
	const char *reason;
} Particulars;

/* What an entry's leaf says in clear. */
typedef struct EntryLeaf
{
	int64_t		entry_id;
	int32_t		incarnation;
	int64_t		xid;
	int64_t		recorded_at;	/* a timestamptz */
	const char *operation;
	const char *relation;
	const char *physical;
	const char *system;
	int32_t		shape;			/* 0: none */
	const unsigned char *shape_digest;
	const unsigned char *particulars_digest;
	const unsigned char *old_digest;	/* NULL: no such image */
	const unsigned char *new_digest;
} EntryLeaf;

/* What a session's entries share: the object's beginning. */
extern size_t leaf_particulars_size(const Particulars *p);
extern char *leaf_put_particulars(char *out, const Particulars *p, int escape);

/*
 * Its end: the key as jsonb prints it (JSON text; none where key_length is
 * 0) and which images are stored. begins: nothing is in the object yet.
 */
extern size_t leaf_particulars_end_size(size_t key_length);
extern char *leaf_put_particulars_end(char *out, bool begins, const char *key,
									  size_t key_length, bool has_old,
									  bool has_new, int escape);

/* The leaf. One of more than LEAF_MAX bytes must not be used. */
extern size_t leaf_size(const EntryLeaf *leaf);
extern char *leaf_put(char *out, const EntryLeaf *leaf, int escape);

#endif							/* AIMS_LEAF_H */
