/*
 * entry_tuple.h
 *		The row of aims.audit_entry that an entry becomes.
 */
#ifndef AIMS_ENTRY_TUPLE_H
#define AIMS_ENTRY_TUPLE_H

#include "access/htup_details.h"

#include "entry.h"

/* The value of a variable column; there is none where data is NULL. */
typedef struct EntryValue
{
	const char *data;
	size_t		size;
} EntryValue;

/*
 * Bytes of the bitmap that says which columns are there; BITMAPLEN is a
 * function from 18 on.
 */
#define ENTRY_BITMAP_SIZE \
	((Natts_entry + BITS_PER_BYTE - 1) / BITS_PER_BYTE)

/*
 * What entries of one session on one relation have in common: the columns up
 * to system as they are stored (those of fixed size still to be set), and two
 * others.
 */
typedef struct EntryHead
{
	char	   *data;
	size_t		size;
	bits8		present[ENTRY_BITMAP_SIZE];
	EntryValue	reason;
	EntryValue	claim;
} EntryHead;

/* The columns of an entry; its number is set later. */
typedef struct EntryColumns
{
	const EntryHead *head;
	int32		incarnation;
	int64		xid;
	TimestampTz recorded_at;
	EntryValue	key;			/* jsonb without its length word */
	EntryValue	old_image;
	EntryValue	new_image;
	EntryValue	old_digest;
	EntryValue	new_digest;
	EntryValue	particulars_digest;
	EntryValue	salt;
	int32		shape;			/* 0: none */
} EntryColumns;

/* An error unless the table is the one that this library writes. */
extern void entry_tuple_expect(TupleDesc desc);

/*
 * Store the columns that the head has, in the current memory context. The
 * strings are copied.
 */
extern void entry_head_make(EntryHead *head, const Particulars *p,
							const char *operation, const char *relation,
							const char *physical, const char *system);

/* The room that a tuple needs at most, and the tuple; returns its size. */
extern size_t entry_tuple_room(const EntryColumns *columns);
extern size_t entry_tuple_form(const EntryColumns *columns, char *room);

/* Number a tuple. */
extern void entry_tuple_number(char *tuple, int64 entry_id);

#endif							/* AIMS_ENTRY_TUPLE_H */
