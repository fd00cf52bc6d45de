/*
 * verify_link.c
 *		Comparing an entry with the one before it of the same key.
 *
 * An entry that found another row than the one before it has left is reported
 * only where nothing in the ledger explains it. What does: the relation was
 * emptied, altered or read anew between them; an entry between them was
 * redacted or deleted (then we do not know which); its columns are others; two
 * entries of one transaction stand in another order than the changes (triggers
 * of others change rows while ours have yet to see them).
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "image.h"
#include "image_key.h"
#include "verify_chain.h"
#include "verify_entry.h"

#define GROUP_MAX 256			/* entries of two transactions that are tried */

/* Prepare the comparing. */
ChainReader *
chain_reader_open(Verification *v)
{
	ChainReader *reader = palloc0(sizeof(ChainReader));

	reader->v = v;
	reader->rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	reader->shapes = verify_read_shapes(v);
	reader->before = table_slot_create(reader->rel, NULL);
	reader->after = table_slot_create(reader->rel, NULL);
	reader->other = table_slot_create(reader->rel, NULL);
	reader->row = AllocSetContextCreate(CurrentMemoryContext, "aims link",
										ALLOCSET_DEFAULT_SIZES);
	return reader;
}

/* Add a record to those in memory. */
void
chain_reader_add(ChainReader *reader, const ChainRecord *record)
{
	if (reader->n == reader->room)
	{
		reader->room = Max(1024, reader->room * 2);
		reader->records = reader->records == NULL ?
			palloc(sizeof(ChainRecord) * reader->room) :
			repalloc_huge(reader->records, sizeof(ChainRecord) * reader->room);
	}
	reader->records[reader->n++] = *record;
}

/* Done. */
void
chain_reader_close(ChainReader *reader)
{
	VerifyShared *shared = reader->v->shared;

	pg_atomic_fetch_add_u64(&shared->links, reader->links);
	pg_atomic_fetch_add_u64(&shared->unlinked, reader->unlinked);
	ExecDropSingleTupleTableSlot(reader->before);
	ExecDropSingleTupleTableSlot(reader->after);
	ExecDropSingleTupleTableSlot(reader->other);
	table_close(reader->rel, NoLock);
	MemoryContextDelete(reader->row);
	hash_destroy(reader->shapes);
	if (reader->records != NULL)
		pfree(reader->records);
	if (reader->gaps != NULL)
		pfree(reader->gaps);
	pfree(reader);
}

/* Read the entry of a record. */
static void
fetch_entry(ChainReader *reader, int64 i, TupleTableSlot *slot)
{
	if (!table_tuple_fetch_row_version(reader->rel, &reader->records[i].tid,
									   reader->v->snapshot, slot))
		elog(ERROR, "ledger entry vanished while it was verified");
	slot_getallattrs(slot);
}

/* Has the entry before left the row that the entry after has found? */
static bool
digest_continues(ChainReader *reader, TupleTableSlot *before,
				 TupleTableSlot *after)
{
	bytea	   *salt;
	bytea	   *stored;
	text	   *image;
	MerkleHash	made;

	if (entry_null(before, Anum_entry_salt) ||
		entry_null(before, Anum_entry_new_digest) ||
		entry_null(after, Anum_entry_old_image))
		return false;
	salt = DatumGetByteaPP(entry_value(before, Anum_entry_salt));
	stored = DatumGetByteaPP(entry_value(before, Anum_entry_new_digest));
	image = DatumGetTextPP(entry_value(after, Anum_entry_old_image));
	if (VARSIZE_ANY_EXHDR(salt) != ENTRY_SALT_SIZE ||
		VARSIZE_ANY_EXHDR(stored) != HASH_SIZE)
		return false;
	entry_digest(reader->v->hasher, VARDATA_ANY(salt), 'n', VARDATA_ANY(image),
				 VARSIZE_ANY_EXHDR(image), made);
	return memcmp(VARDATA_ANY(stored), made, HASH_SIZE) == 0;
}

/* Are two columns of two entries the same, bytes or null? */
static bool
same_column(TupleTableSlot *a, TupleTableSlot *b, int attnum)
{
	struct varlena *left;
	struct varlena *right;

	if (entry_null(a, attnum) || entry_null(b, attnum))
		return entry_null(a, attnum) && entry_null(b, attnum);
	left = PG_DETOAST_DATUM_PACKED(entry_value(a, attnum));
	right = PG_DETOAST_DATUM_PACKED(entry_value(b, attnum));
	return VARSIZE_ANY_EXHDR(left) == VARSIZE_ANY_EXHDR(right) &&
		memcmp(VARDATA_ANY(left), VARDATA_ANY(right),
			   VARSIZE_ANY_EXHDR(left)) == 0;
}

/*
 * Can images of two entries be compared at all? They must have one shape and,
 * since children of a parent may have the same keys, one physical relation.
 */
static bool
entries_comparable(TupleTableSlot *before, TupleTableSlot *after)
{
	if (entry_null(before, Anum_entry_shape) ||
		entry_null(after, Anum_entry_shape))
		return false;
	return DatumGetInt32(entry_value(before, Anum_entry_shape)) ==
		DatumGetInt32(entry_value(after, Anum_entry_shape)) &&
		same_column(before, after, Anum_entry_relation) &&
		same_column(before, after, Anum_entry_physical);
}

/* Is there a gap of that relation between two leaves? */
static bool
gap_between(ChainReader *reader, TupleTableSlot *slot, int64 from, int64 to)
{
	text	   *name = DatumGetTextPP(entry_value(slot, Anum_entry_relation));
	uint64		relation = verify_hash_text(VARDATA_ANY(name),
											VARSIZE_ANY_EXHDR(name));
	int64		low = 0;
	int64		high = reader->ngaps;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;
		ChainGap   *gap = &reader->gaps[middle];

		if (gap->relation < relation ||
			(gap->relation == relation && gap->leaf <= from))
			low = middle + 1;
		else
			high = middle;
	}
	return low < reader->ngaps && reader->gaps[low].relation == relation &&
		reader->gaps[low].leaf < to;
}

/* Is an entry between two leaves missing? */
static bool
missing_between(ChainReader *reader, int64 from, int64 to)
{
	Verification *v = reader->v;
	int64		end = Min(to, (int64) (v->shared->ntiles * TILE_WIDTH));

	for (int64 leaf = from + 1; leaf < end; leaf++)
	{
		if (leaf % 32 == 0 && leaf + 32 <= end &&
			pg_atomic_read_u32(&v->seen[leaf / 32]) == PG_UINT32_MAX)
			leaf += 31;
		else if (!verify_get_bit(v->seen, leaf))
			return true;
	}
	return false;
}

/* Was there a finding on the entry of a leaf already? */
static bool
is_bad(ChainReader *reader, int64 leaf)
{
	return leaf < LEAF_NONE && verify_get_bit(reader->v->bad, leaf);
}

/* The transaction of an entry of the chain. */
static int64
record_xid(ChainReader *reader, int64 i)
{
	fetch_entry(reader, i, reader->other);
	return DatumGetInt64(entry_value(reader->other, Anum_entry_xid));
}

/*
 * The entries of the chain that are of the transaction of after, and those of
 * the transaction before it: from first to last, at most GROUP_MAX.
 */
static void
find_group(ChainReader *reader, int64 i, int64 *first, int64 *last)
{
	uint64		chain = reader->records[i].chain;
	int64		xid = DatumGetInt64(entry_value(reader->after, Anum_entry_xid));
	int64		current = xid;
	bool		former = false;

	for (*last = i; *last + 1 < reader->n && *last - i < GROUP_MAX &&
		 reader->records[*last + 1].chain == chain &&
		 record_xid(reader, *last + 1) == xid;)
		++*last;
	for (*first = i; *first > 0 && i - *first < GROUP_MAX &&
		 reader->records[*first - 1].chain == chain; --*first)
	{
		int64		other = record_xid(reader, *first - 1);

		if (other == current)
			continue;
		if (former)
			break;
		former = true;
		current = other;
	}
}

/* Does another order of the entries of a transaction explain it? */
static bool
order_explains(ChainReader *reader, int64 i, int problem)
{
	int64		first;
	int64		last;

	find_group(reader, i, &first, &last);
	for (int64 k = first; k <= last; k++)
	{
		uint16		flags = reader->records[k].flags;

		if (k == i)
			continue;
		if (problem == CHAIN_VANISHED)
		{
			if ((flags & CHAIN_OLD) != 0 && (flags & CHAIN_NEW) == 0)
				return true;
			continue;
		}
		if ((flags & CHAIN_NEW) == 0)
			continue;
		fetch_entry(reader, k, reader->other);
		if (digest_continues(reader, reader->other, reader->after))
			return true;
	}
	return false;
}

/*
 * Is it really the same key? Hashes may collide. A row that was moved here has
 * another key in its image, and records of its own.
 */
static bool
same_key(ChainReader *reader, int64 i)
{
	bool		moved_away = (reader->records[i].flags & CHAIN_NEW) == 0 ||
		(reader->records[i - 1].flags & CHAIN_NEW) == 0;

	return moved_away || same_column(reader->before, reader->after,
									 Anum_entry_key);
}

/* Does the shape hold names of other objects, which may be renamed? */
static bool
shape_shows_names(ChainReader *reader)
{
	int32		number =
		DatumGetInt32(entry_value(reader->after, Anum_entry_shape));
	VerifyShape *shape = hash_search(reader->shapes, &number, HASH_FIND, NULL);

	return shape == NULL || shape->shows_names;
}

/* Does something in the ledger explain that two entries do not fit? */
static bool
link_explained(ChainReader *reader, int64 i, int problem)
{
	int64		from = reader->records[i - 1].leaf;
	int64		to = reader->records[i].leaf;

	return !entries_comparable(reader->before, reader->after) ||
		!same_key(reader, i) ||
		is_bad(reader, from) || is_bad(reader, to) ||
		gap_between(reader, reader->after, from, to) ||
		missing_between(reader, from, to) ||
		order_explains(reader, i, problem) ||
		shape_shows_names(reader);
}

/* Note that an entry does not fit the one before it. */
static void
note_link(ChainReader *reader, int64 i, int problem)
{
	VerifyNote	note = {0};

	note.kind = NOTE_CHAIN;
	note.parts = problem;
	note.tid = reader->records[i].tid;
	note.leaf = reader->records[i].leaf;
	note.entry_id =
		DatumGetInt64(entry_value(reader->after, Anum_entry_id));
	note.extra = DatumGetInt64(entry_value(reader->before, Anum_entry_id));
	verify_note(reader->v, &note);
}

/*
 * What seems to be wrong between two records, 0 where nothing is, -1 where
 * they cannot be compared. Without images nobody knows whether a row was moved
 * to another key.
 */
static int
suspect_link(ChainReader *reader, int64 i)
{
	uint16		before = reader->records[i - 1].flags;
	uint16		after = reader->records[i].flags;

	if ((after & CHAIN_IMAGES) == 0)
		return -1;
	if ((after & CHAIN_OLD) == 0)
		return (before & CHAIN_NEW) == 0 ? 0 : CHAIN_VANISHED;
	if ((after & CHAIN_IMAGE) == 0)
		return -1;
	if ((before & CHAIN_NEW) == 0)
		return CHAIN_REAPPEARED;
	fetch_entry(reader, i - 1, reader->before);
	fetch_entry(reader, i, reader->after);
	return digest_continues(reader, reader->before, reader->after) ? 0 :
		CHAIN_ALTERED;
}

/* Compare an entry with the one before it. */
void
chain_check_link(ChainReader *reader, int64 i)
{
	MemoryContext caller = MemoryContextSwitchTo(reader->row);
	int			problem = suspect_link(reader, i);

	if (problem > 0)
	{
		fetch_entry(reader, i - 1, reader->before);
		fetch_entry(reader, i, reader->after);
		if (link_explained(reader, i, problem))
			problem = -1;
		else
			note_link(reader, i, problem);
	}
	if (problem < 0)
		reader->unlinked++;
	else
		reader->links++;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(reader->row);
}
