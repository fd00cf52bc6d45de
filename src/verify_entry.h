/*
 * verify_entry.h
 *		What the reading of entries keeps from one entry to the next.
 */
#ifndef AIMS_VERIFY_ENTRY_H
#define AIMS_VERIFY_ENTRY_H

#include "lib/stringinfo.h"
#include "utils/hsearch.h"

#include "verify.h"

#define SESSION_COLUMNS 7

/* A text column's value as a string; NULL where it is null. */
typedef struct KeptText
{
	MemoryContext context;
	char	   *string;
	char	   *buffer;
	int			length;
	int			room;
} KeptText;

/* A shape, by both of its digests: as stored, and made from its definition. */
typedef struct VerifyShape
{
	int32		shape_id;		/* hash key, first */
	int32		registry_id;	/* 0: there is no such shape */
	bool		fits;			/* both digests are the same */
	bool		shows_names;	/* of other objects, which may be renamed */
	MerkleHash	stored;
	MerkleHash	made;
} VerifyShape;

/* A seal, as far as it says which entries it holds. */
typedef struct SealPlace
{
	int64		seal_id;
	int64		first_leaf;
	int64		tree_size;
	int32		incarnation;
	int64		last_entry;		/* of it: smaller ones may be from elsewhere */
	bool		parsed;
	char	   *snapshot;
	XidWindow	window;			/* once it is parsed */
} SealPlace;

typedef struct EntryReader
{
	Verification *v;
	MemoryContext row;			/* reset for each entry */
	ChainWriter *chains;
	HTAB	   *shapes;
	VerifyShape *shape;			/* the last one, or NULL */
	SealPlace  *seals;			/* in order */
	int64		nseals;
	int64		seal;			/* of the last leaf, or -1 */
	int32		waiting;		/* incarnation of what is written now */
	bool		here;			/* it has sealed already */
	int64		next_xid;		/* not given to a transaction yet */
	int64		guess;			/* leaf that the next entry is expected at */
	int64		moved;			/* not told the others yet */
	KeptText	session[SESSION_COLUMNS];
	KeptText	operation;
	KeptText	relation;
	KeptText	physical;
	KeptText	system;
	StringInfoData prefix;		/* of the particulars */
	StringInfoData key;
	StringInfoData rest;		/* of the particulars */
	StringInfoData leaf;
} EntryReader;

extern EntryReader *entry_reader_open(Verification *v);
extern void entry_reader_close(EntryReader *reader);

/* The leaf hash of an entry as it would be under that number. */
extern void verify_leaf_hash(EntryReader *reader, TupleTableSlot *slot,
							 int64 entry_id, MerkleHash made);

/* All shapes, by number. */
extern HTAB *verify_read_shapes(Verification *v);

/* The shape of the entry in the slot; one without registry_id, if none. */
extern const VerifyShape *verify_shape(EntryReader *reader,
									   TupleTableSlot *slot);

/* A hash of 64 bits. */
extern uint64 verify_hash_text(const char *s, int length);

#endif							/* AIMS_VERIFY_ENTRY_H */
