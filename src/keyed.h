/*
 * keyed.h
 *		All entries of a relation and all its live rows, brought together by
 *		key: for each key its entries in the order of its changes, then the
 *		rows that have it.
 *
 * Where there is no key the whole image takes its place: an UPDATE then is a
 * DELETE of the one image and an INSERT of the other.
 *
 * Memory is bounded by maintenance_work_mem, beyond which the sort goes to
 * disk; entries and rows are each read once, in the order in which they are
 * stored.
 */
#ifndef AIMS_KEYED_H
#define AIMS_KEYED_H

#include "entry.h"
#include "subject.h"

#define KEYED_IDENTITY 16

typedef enum KeyedOperation
{
	KEYED_INSERT,
	KEYED_UPDATE,
	KEYED_DELETE,
	KEYED_BASELINE
} KeyedOperation;

/* An entry or a row. What comes first is what they are sorted by. */
typedef struct KeyedRecord
{
	unsigned char identity[KEYED_IDENTITY]; /* hash of key or image */
	bool		is_row;
	unsigned char order[sizeof(int64)];
	bool		keyless;
	bool		sealed;			/* entry: in the tree that was asked for */
	bool		captured;		/* row: meets the condition */
	bool		older;			/* row: of before the relation was governed */
	bool		has_digest;		/* entry */
	uint8		operation;		/* entry: KeyedOperation */
	int32		physical;		/* which table holds it */
	int32		member;			/* row */
	int32		shape_id;		/* entry */
	int64		entry_id;		/* entry */
	uint64		xid;			/* row */
	unsigned char salt[ENTRY_SALT_SIZE];
	unsigned char digest[HASH_SIZE];	/* of the new image; not sealed: old */
	int32		key_length;		/* entry: its jsonb; row: of the image */
	int32		image_length;	/* -1: there is none */
	const char *key;			/* both live until the next record */
	const char *image;
} KeyedRecord;

/* An entry that is told of by its number alone. */
typedef struct KeyedNote
{
	int64		entry_id;
	uint64		xid;
	bool		sealed;
	uint8		operation;		/* redacted: KeyedOperation */
	bool		rewrites;		/* DDL: wrote the table's rows anew ... */
	bool		recomputes;		/* ... perhaps with other values */
	char	   *attached;		/* DDL: table that came or went, with rows */
	char	   *detached;
	JsonSpan	actions;		/* DDL: what was done, a JSON array */
} KeyedNote;

typedef struct KeyedNotes
{
	int			n;
	int			capacity;
	KeyedNote  *notes;
} KeyedNotes;

/*
 * Rows that a subscription has applied which is audited at its origin: what a
 * (sub)transaction did of one kind.
 */
typedef struct KeyedApplied
{
	uint64		xid;			/* of rows */
	int64		entry_id;
	int32		registry_id;
	bool		sealed;
	bool		writes;			/* INSERT or UPDATE */
	bool		removes;		/* DELETE, TRUNCATE, UPDATE of the key */
	const char *subscription;	/* one copy of each name */
} KeyedApplied;

/* When the relation was governed under a number. */
typedef struct KeyedEra
{
	int32		registry_id;
	int32		incarnation;	/* that it began in */
	int64		begins;			/* entry ids; 0 and PG_INT64_MAX: not known */
	int64		ends;
	bool		begin_sealed;
	bool		end_sealed;
} KeyedEra;

typedef struct Keyed
{
	Subject    *subject;
	Snapshot	snapshot;
	const char *function;		/* for progress */
	int32		registry_id;	/* entries of this number alone; 0: of all */
	bool		images;			/* keep images of entries */
	const uint8 *sealed;		/* bit per entry id; NULL: all count */
	int64		sealed_max;

	/* found while entries are read */
	int64		entries;
	KeyedNotes	redacted;
	KeyedNotes	ddl;
	int64		other_key;		/* entries under a key that is not today's */
	List	   *eras;			/* of KeyedEra */
	bool		reduced;		/* images are compared in some columns only */
	int64		napplied;
	KeyedApplied *applied;		/* by transaction id and entry */

	/* private */
	struct KeyedWork *work;
} Keyed;

/*
 * Read everything and sort it. The caller fills the first part; the sealed
 * entries are those whose bit is set.
 */
extern void keyed_read(Keyed *keyed);

/* The next record, or NULL; it is good until the next call. */
extern KeyedRecord *keyed_next(Keyed *keyed);
extern void keyed_end(Keyed *keyed);

/*
 * Was the row that the entry wrote wiped out since by an entry without a key
 * (TRUNCATE, or a new baseline)? In the tree that was asked for; else when:
 * the first such entry that is not in it, or 0.
 */
extern bool keyed_is_wiped(Keyed *keyed, int32 physical, int64 entry_id);
extern int64 keyed_wiped_later(Keyed *keyed, int32 physical);

/*
 * Write an image as the shape of an entry would have it; from is a stored
 * shape or, where 0, that of a member. False as image_convert says.
 */
extern bool keyed_convert(Keyed *keyed, JsonSpan image, int32 from,
						  int32 member, bool same_table, int32 to,
						  StringInfo out, const char **hindrance);

/* Is the digest the one of that image? */
extern bool keyed_fits(Keyed *keyed, const KeyedRecord *entry, char tag,
					   const char *image, int length);

/* The key of a record as jsonb; NULL where there is none. */
extern Jsonb *keyed_key(Keyed *keyed, const KeyedRecord *record);

/* Name of a table that holds rows; NULL for the relation itself. */
extern const char *keyed_physical(Keyed *keyed, int32 physical);

/* Is a table of that name among those that hold rows today? */
extern bool keyed_is_member(Keyed *keyed, int32 physical);

/*
 * What a subscription audited at its origin did: as that transaction wrote its
 * rows; the newest that wrote or removed after that entry. NULL: nothing.
 */
extern const KeyedApplied *keyed_applied_by(Keyed *keyed, uint64 xid);
extern const KeyedApplied *keyed_applied_after(Keyed *keyed, int64 entry_id,
											   bool removed);

/* The era of a number; NULL where the ledger knows of none. */
extern KeyedEra *keyed_era(Keyed *keyed, int32 registry_id);

/*
 * Do transaction ids of rows mean the same as when the relation was governed
 * under that number? Not in a restored or copied database.
 */
extern bool keyed_xids_hold(Keyed *keyed, int32 registry_id);

#endif							/* AIMS_KEYED_H */
