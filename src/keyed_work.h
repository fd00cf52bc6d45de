/*
 * keyed_work.h
 *		What the halves of keyed.h share: reading entries and rows, and what
 *		becomes of them.
 */
#ifndef AIMS_KEYED_WORK_H
#define AIMS_KEYED_WORK_H

#include "utils/tuplesort.h"

#include "identity.h"
#include "keyed.h"

#define SHAPE_OF_MEMBER 0		/* instead of a stored one */

struct KeyedWork
{
	IdentityMaker *maker;
	Hasher	   *hasher;
	MemoryContext context;		/* of the whole */
	MemoryContext row;			/* reset for each entry and row */
	Tuplesortstate *sort;
	HTAB	   *tables;
	int			ntables;
	const char **table_names;
	bool	   *table_is_member;
	int64	   *wiped;			/* per table: the last sealed one that wipes */
	int64	   *wiped_later;	/* the first that is not sealed */
	int64		all_wiped;		/* the same of entries that wipe all tables */
	int64		all_wiped_later;
	HTAB	   *conversions;
	List	   *subscriptions;	/* names, one copy of each */
	int64		applied_room;
	const KeyedApplied *last_write; /* newest of keyed->applied */
	const KeyedApplied *last_removal;
	ShapeText **common;			/* per member: what keyless images show */
	bytea	   *datum;			/* of the last record */
	KeyedRecord record;
};

/* The number of a table, which entries name; NULL: the relation itself. */
extern int32 keyed_table(Keyed *keyed, const char *name);

/* In which table an identity holds; NULL: in all of them. */
extern const char *keyed_identity_table(Keyed *keyed, int32 physical);

/* The identity of a row without a key; false where today there is one. */
extern bool keyed_identity(Keyed *keyed, int32 from, int32 from_member,
						   JsonSpan image, int32 physical,
						   unsigned char *out);

/* Put a record into the sort. */
extern void keyed_put(Keyed *keyed, const KeyedRecord *record);

/* Keep what an entry says of applied rows; sort all of that. */
extern void keyed_applied_add(Keyed *keyed, JsonSpan detail, int64 entry_id,
							  bool sealed);
extern void keyed_applied_sort(Keyed *keyed);

/* Find out since when the shapes are of no use any more. */
extern void keyed_read_shapes(Keyed *keyed);

/* Read all entries, and all live rows. */
extern void keyed_read_entries(Keyed *keyed);
extern void keyed_read_rows(Keyed *keyed);

#endif							/* AIMS_KEYED_WORK_H */
