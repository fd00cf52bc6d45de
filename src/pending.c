/*
 * pending.c
 *		Rows of aims.audit_entry that are made but not written yet.
 *
 * The rows of all subtransactions lie one behind the other, and a level says
 * which belong to which: what a child adds must not be stored under its
 * parent, nor what the parent has added under a child that may yet abort.
 * Only the innermost level grows, is written, or is dropped. So memory is a
 * stack; it stays for the next transaction unless a huge row has been in it.
 *
 * Nothing here waits for another transaction.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pending.h"
#include "sequence.h"

#define PENDING_ROWS 1000		/* written when so many wait, ... */
#define PENDING_BYTES (1024 * 1024) /* ... or so much */
#define PENDING_KEPT (2 * PENDING_BYTES)
#define WRITE_SLOTS 250			/* rows that are written in one call */

/* The operator family of BRIN's minmax on integers, in every version. */
#define INTEGER_MINMAX_FAMILY 4054

typedef struct PendingRow
{
	size_t		begin;
	uint32		size;
} PendingRow;

/* The rows from first on, up to the next level's, are those of subid. */
typedef struct PendingLevel
{
	SubTransactionId subid;
	int			first;
} PendingLevel;

static MemoryContext pending_context = NULL;
static char *bytes = NULL;
static size_t bytes_room = 0;
static size_t bytes_used = 0;
static PendingRow *rows = NULL;
static int	rows_room = 0;
static int	nrows = 0;
static int	numbered = 0;		/* rows that have a number */
static PendingLevel *levels = NULL;
static int	levels_room = 0;
static int	nlevels = 0;

static int64 last_number = 0;

static MemoryContext write_context = NULL;
static TupleDesc write_desc = NULL;
static TupleTableSlot *write_slots[WRITE_SLOTS];
static int	write_nslots = 0;
static HeapTupleData write_tuples[WRITE_SLOTS];

/* Make an array of so many elements larger by half, at least. */
static void *
pending_grow(void *array, int *room, size_t element)
{
	int			larger = *room == 0 ? 16 : *room + *room / 2;

	array = array == NULL ?
		MemoryContextAlloc(pending_context, larger * element) :
		repalloc(array, larger * element);
	*room = larger;				/* not before there is */
	return array;
}

/* Room for a row behind the others. */
static char *
pending_room(size_t size)
{
	size_t		room = Max(bytes_room, 16 * 1024);

	if (nrows == rows_room)
		rows = pending_grow(rows, &rows_room, sizeof(PendingRow));
	while (room - bytes_used < size)
		room *= 2;
	if (bytes == NULL)
		bytes = MemoryContextAllocHuge(pending_context, room);
	else if (room > bytes_room)
		bytes = repalloc_huge(bytes, room);
	bytes_room = room;
	return bytes + bytes_used;
}

/* The row of that index. */
static char *
pending_row(int i)
{
	return bytes + rows[i].begin;
}

/*
 * Number the rows that have no number yet, those of outer levels first: they
 * were added before.
 */
static void
pending_number(void)
{
	int64		number;

	if (numbered == nrows)
		return;
	number = sequence_take(aims_relid("audit_entry_entry_id_seq"),
						   nrows - numbered);
	for (; numbered < nrows; numbered++)
		entry_tuple_number(pending_row(numbered), number++);
	last_number = number - 1;
}

/* Take the rows from first on away. */
static void
pending_truncate(int first)
{
	if (first < nrows)
		bytes_used = rows[first].begin;
	nrows = first;
	numbered = Min(numbered, nrows);
}

/* Make the memory on first use. */
static void
pending_init(void)
{
	if (write_context != NULL)
		return;
	pending_context = AllocSetContextCreate(TopMemoryContext, "aims entries",
											ALLOCSET_DEFAULT_SIZES);
	write_context = AllocSetContextCreate(pending_context, "aims writing",
										  ALLOCSET_DEFAULT_SIZES);
}

/* Begin the level of the current subtransaction, if it has none. */
static void
pending_begin(void)
{
	SubTransactionId subid = GetCurrentSubTransactionId();

	if (nlevels > 0 && levels[nlevels - 1].subid == subid)
		return;
	pending_init();
	if (nlevels == levels_room)
		levels = pending_grow(levels, &levels_room, sizeof(PendingLevel));
	levels[nlevels].subid = subid;
	levels[nlevels].first = nrows;
	nlevels++;
}

/*
 * Slots for n rows. They share a copy of the descriptor: the relation's own
 * would be pinned and unpinned for each.
 */
static void
write_prepare(Relation rel, int n)
{
	MemoryContext caller;

	entry_tuple_expect(RelationGetDescr(rel));
	caller = MemoryContextSwitchTo(pending_context);
	if (write_desc == NULL)
		write_desc = CreateTupleDescCopy(RelationGetDescr(rel));
	for (; write_nslots < Min(n, WRITE_SLOTS); write_nslots++)
		write_slots[write_nslots] =
			MakeSingleTupleTableSlot(write_desc, &TTSOpsHeapTuple);
	MemoryContextSwitchTo(caller);
}

/*
 * Put a row into a slot. The flag says that it is the slot's own, which spares
 * a copy; it never is, so the flag goes before the slot is used again.
 */
static void
write_store(int slot, int row)
{
	HeapTuple	tuple = &write_tuples[slot];

	tuple->t_data = (HeapTupleHeader) pending_row(row);
	tuple->t_len = rows[row].size;
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = InvalidOid;
	write_slots[slot]->tts_flags &= ~TTS_FLAG_SHOULDFREE;
	ExecStoreHeapTuple(tuple, write_slots[slot], false);
	write_slots[slot]->tts_flags |= TTS_FLAG_SHOULDFREE;
}

/* Is an entry of the index no more than columns of the row? */
static bool
index_is_plain(const IndexInfo *info)
{
	return info->ii_Expressions == NIL && info->ii_Predicate == NIL &&
		info->ii_ExclusionOps == NULL && !info->ii_Unique &&
		info->ii_ReadyForInserts;
}

/*
 * Does the index keep smallest and largest values of ranges of pages only, and
 * of columns that ascend in what is written in one call?
 */
static bool
index_is_minmax(Relation index, const IndexInfo *info)
{
	if (index->rd_rel->relam != BRIN_AM_OID)
		return false;
	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
		if (index->rd_opfamily[i] != INTEGER_MINMAX_FAMILY ||
			(info->ii_IndexAttrNumbers[i] != Anum_entry_xid &&
			 info->ii_IndexAttrNumbers[i] != Anum_entry_id))
			return false;
	return true;
}

/*
 * Is a row neither the first nor the last of its page? Written in ascending
 * order, it is then neither smaller nor larger than those.
 */
static bool
index_may_skip(int slot, int n)
{
	BlockNumber page = ItemPointerGetBlockNumber(&write_slots[slot]->tts_tid);

	return slot > 0 && slot < n - 1 &&
		ItemPointerGetBlockNumber(&write_slots[slot - 1]->tts_tid) == page &&
		ItemPointerGetBlockNumber(&write_slots[slot + 1]->tts_tid) == page;
}

/* Add the rows that were written to a plain index. */
static void
index_add(Relation rel, Relation index, IndexInfo *info, int n)
{
	bool		minmax = index_is_minmax(index, info);
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];

	for (int slot = 0; slot < n; slot++)
	{
		if (minmax && index_may_skip(slot, n))
			continue;
		for (int i = 0; i < info->ii_NumIndexAttrs; i++)
			values[i] = slot_getattr(write_slots[slot],
									 info->ii_IndexAttrNumbers[i], &nulls[i]);
		(void) index_insert(index, values, nulls, &write_slots[slot]->tts_tid,
							rel, UNIQUE_CHECK_NO, false, info);
	}
	index_insert_cleanup_compat(index, info);
}

/* Add the rows to all indexes by the executor's way. */
static void
index_add_any(Relation rel, int n)
{
	ResultRelInfo *info = makeNode(ResultRelInfo);
	EState	   *estate = CreateExecutorState();

	InitResultRelInfo(info, rel, 0, NULL, 0);
	ExecOpenIndices(info, false);
	for (int slot = 0; slot < n; slot++)
	{
		(void) ExecInsertIndexTuples_compat(info, write_slots[slot], estate);
		ResetPerTupleExprContext(estate);
	}
	ExecCloseIndices(info);
	FreeExecutorState(estate);
}

/*
 * Add the rows that were written to the indexes: the one that we ship is
 * plain; one that an administrator has added may be of any kind.
 */
static void
write_indexes(Relation rel, int n)
{
	List	   *oids = RelationGetIndexList(rel);
	List	   *indexes = NIL;
	List	   *infos = NIL;
	bool		plain = true;
	ListCell   *cell;
	ListCell   *info;

	foreach(cell, oids)
	{
		Relation	index = index_open(lfirst_oid(cell), RowExclusiveLock);

		indexes = lappend(indexes, index);
		infos = lappend(infos, BuildIndexInfo(index));
		plain = plain && index_is_plain(llast(infos));
	}
	forboth(cell, indexes, info, infos)
	{
		if (plain)
			index_add(rel, lfirst(cell), lfirst(info), n);
		index_close(lfirst(cell), NoLock);
	}
	if (!plain)
		index_add_any(rel, n);
}

/* Write rows from first on, at most as many as there are slots. */
static int
write_rows(Relation rel, int first)
{
	int			n = Min(nrows - first, WRITE_SLOTS);

	for (int i = 0; i < n; i++)
		write_store(i, first + i);
	if (n == 1)
		table_tuple_insert(rel, write_slots[0], GetCurrentCommandId(true), 0,
						   NULL);
	else
		table_multi_insert(rel, write_slots, n, GetCurrentCommandId(true), 0,
						   NULL);
	write_indexes(rel, n);
	return n;
}

/* Write the innermost level's rows, unless DROP EXTENSION came first. */
static void
pending_write(void)
{
	int			first = levels[nlevels - 1].first;
	Oid			relid = aims_relid_or_none("audit_entry");
	Relation	rel;
	MemoryContext caller = MemoryContextSwitchTo(write_context);

	if (first < nrows && OidIsValid(relid))
	{
		rel = table_open(relid, RowExclusiveLock);
		write_prepare(rel, nrows - first);
		pending_number();
		while (first < nrows)
			first += write_rows(rel, first);
		table_close(rel, NoLock);	/* kept until commit, as by any writer */
	}
	pending_truncate(levels[nlevels - 1].first);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(write_context);
}

void
pending_add(const EntryColumns *columns)
{
	char	   *room;

	pending_begin();
	room = pending_room(entry_tuple_room(columns));
	rows[nrows].begin = bytes_used;
	rows[nrows].size = entry_tuple_form(columns, room);
	bytes_used += MAXALIGN(rows[nrows].size);
	nrows++;
	if (nrows - levels[nlevels - 1].first >= PENDING_ROWS ||
		bytes_used - rows[levels[nlevels - 1].first].begin >= PENDING_BYTES)
		pending_write();
}

int64
pending_last_number(void)
{
	pending_number();
	return last_number;
}

bool
pending_any(void)
{
	return nrows > 0;
}

void
pending_flush(void)
{
	if (nlevels > 0 &&
		levels[nlevels - 1].subid == GetCurrentSubTransactionId())
		pending_write();
}

void
pending_commit_sub(SubTransactionId mine)
{
	if (nlevels == 0 || levels[nlevels - 1].subid != mine)
		return;
	pending_write();
	nlevels--;
}

void
pending_abort_sub(SubTransactionId mine)
{
	while (nlevels > 0 && levels[nlevels - 1].subid >= mine)
		pending_truncate(levels[--nlevels].first);
}

void
pending_end(void)
{
	nlevels = 0;
	pending_truncate(0);
	if (bytes_room > PENDING_KEPT)
	{
		pfree(bytes);
		bytes = NULL;
		bytes_room = 0;
	}
}
