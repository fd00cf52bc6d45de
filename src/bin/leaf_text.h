/*
 * leaf_text.h
 *		Reading leaves of the log (doc/formats.md). Knows nothing of files;
 *		every byte may be forged.
 */
#ifndef AIMS_BIN_LEAF_TEXT_H
#define AIMS_BIN_LEAF_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "hash.h"

/* Part of a leaf, as it stands there: escapes are still escapes. */
typedef struct LeafString
{
	const char *data;			/* NULL: there is no such member */
	int			size;
} LeafString;

typedef struct LeafDigest
{
	bool		present;
	unsigned char bytes[HASH_SIZE];
} LeafDigest;

typedef enum LeafKind
{
	LEAF_ENTRY,					/* entry/1 */
	LEAF_SEAL,					/* seal/1 */
	LEAF_INCARNATION,			/* incarnation/1 */
	LEAF_UNKNOWN				/* none of these, or not as they must be */
} LeafKind;

typedef struct LeafText
{
	LeafKind	kind;
	int64_t		number;			/* entry, seal or incarnation */
	int64_t		incarnation;
	LeafString	time;
	/* of an entry */
	int64_t		xid;
	LeafString	operation;
	LeafString	relation;
	LeafString	physical;
	LeafString	system;
	LeafDigest	shape_digest;
	LeafDigest	particulars;
	LeafDigest	old_image;
	LeafDigest	new_image;
	/* of a seal */
	int64_t		entries;
	int64_t		previous_size;
	LeafDigest	previous_root;
	LeafString	snapshot;
	/* of an incarnation */
	LeafString	event;			/* begun, resumed or forked */
	int64_t		tree_size;
	int64_t		last_entry;
} LeafText;

/* Take a leaf apart. Strings point into it. */
extern void leaf_text_read(const char *leaf, int size, LeafText *out);

/*
 * A snapshot: transactions below xmax had ended, but for those it lists. In
 * order, as PostgreSQL writes it.
 */
typedef struct LeafSnapshot
{
	int64_t		xmin;
	int64_t		xmax;
	int			nxip;
	int64_t    *xip;			/* room for size / 2 + 1 */
} LeafSnapshot;

/* Read one; xip has the room. False where it is none. */
extern bool leaf_snapshot_read(const LeafString *text, LeafSnapshot *out);
extern bool leaf_snapshot_shows(const LeafSnapshot *snapshot, int64_t xid);

#endif							/* AIMS_BIN_LEAF_TEXT_H */
