/*
 * entry_index.c
 *		The BRIN index of aims.audit_entry: pages that may hold certain
 *		entries, and the summaries that tell which.
 *
 * Writers leave the index alone: what they append lies in ranges that have no
 * summary, and those always match. Entries stand in the heap nearly in the
 * order of xid and number, so a summary excludes its range from all but the
 * look-ups that mean it.
 *
 * The sealer summarizes ranges once they are full. It takes the lock that
 * VACUUM and REINDEX take, too, but only if nobody holds it: the next seal
 * does what this one left.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "entry_index.h"

/* Pages at the end that concurrent writers may still be filling */
#define OPEN_PAGES 64

struct EntryPages
{
	Relation	rel;
	Relation	index;
	Snapshot	snapshot;
	IndexScanDesc search;
	TIDBitmap  *bitmap;
	PageIterator *iterator;		/* NULL until the scan begins */
	BlockNumber next;			/* page that the iterator gave last */
	TableScanDesc scan;
};

/* Begin with no pages. */
EntryPages *
entry_pages_begin(Relation rel, Snapshot snapshot)
{
	EntryPages *pages = palloc0(sizeof(EntryPages));

	pages->rel = rel;
	pages->snapshot = snapshot;
	pages->index = index_open(aims_relid("audit_entry_brin_idx"),
							  AccessShareLock);
	pages->search = index_beginscan_bitmap_compat(pages->index, snapshot, 2);
	pages->bitmap = tbm_create(work_mem * (Size) 1024, NULL);
	return pages;
}

/* A condition on a column of the index. */
static void
search_key(ScanKey key, EntryIndexColumn column, StrategyNumber strategy,
		   RegProcedure procedure, int64 value)
{
	ScanKeyEntryInitialize(key, 0, column, strategy, INT8OID, InvalidOid,
						   procedure, Int64GetDatum(value));
}

/* Add the pages that may hold entries with low <= column < high. */
void
entry_pages_add(EntryPages *pages, EntryIndexColumn column, int64 low,
				int64 high)
{
	ScanKeyData keys[2];

	search_key(&keys[0], column, BTGreaterEqualStrategyNumber, F_INT8GE, low);
	search_key(&keys[1], column, BTLessStrategyNumber, F_INT8LT, high);
	index_rescan(pages->search, keys, lengthof(keys), NULL, 0);
	(void) index_getbitmap(pages->search, pages->bitmap);
}

/* Scan the next run of pages that stand side by side. */
static bool
entry_pages_run(EntryPages *pages)
{
	BlockNumber first = pages->next;
	BlockNumber last = first;
	ItemPointerData low;
	ItemPointerData high;

	if (!BlockNumberIsValid(first))
		return false;
	while ((pages->next = pages_next(pages->iterator)) == last + 1)
		last = pages->next;
	ItemPointerSet(&low, first, FirstOffsetNumber);
	ItemPointerSet(&high, last, MaxOffsetNumber);
	if (pages->scan == NULL)
		pages->scan = table_beginscan_tidrange(pages->rel, pages->snapshot,
											   &low, &high);
	else
		table_rescan_tidrange(pages->scan, &low, &high);
	return true;
}

/* Give the next entry on the pages. */
bool
entry_pages_next(EntryPages *pages, TupleTableSlot *slot)
{
	CHECK_FOR_INTERRUPTS();
	if (pages->iterator == NULL)
	{
		pages->iterator = pages_begin(pages->bitmap);
		pages->next = pages_next(pages->iterator);
		if (!entry_pages_run(pages))
			return false;
	}
	while (!table_scan_getnextslot_tidrange(pages->scan, ForwardScanDirection,
											slot))
		if (!entry_pages_run(pages))
			return false;
	return true;
}

/* Forget the pages. */
void
entry_pages_end(EntryPages *pages)
{
	if (pages->scan != NULL)
		table_endscan(pages->scan);
	if (pages->iterator != NULL)
		pages_end(pages->iterator);
	tbm_free(pages->bitmap);
	index_endscan(pages->search);
	index_close(pages->index, AccessShareLock);
	pfree(pages);
}

/* Has the range of that page a summary? */
static bool
range_is_summarized(BrinRevmap *revmap, BlockNumber block)
{
	Buffer		buffer = InvalidBuffer;
	OffsetNumber offset;
	Size		size;
	bool		found = brin_range_compat(revmap, block, &buffer, &offset,
										  &size) != NULL;

	if (found)
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	if (BufferIsValid(buffer))
		ReleaseBuffer(buffer);
	return found;
}

/*
 * Find the full ranges at the end that have no summary: pages from *first to
 * *end. The caller goes through them from the first on, so that there is never
 * a gap behind, wherever it is interrupted.
 */
static void
ranges_to_summarize(Relation rel, Relation index, BlockNumber *first,
					BlockNumber *end, BlockNumber *per_range)
{
	BrinRevmap *revmap = brin_begin_compat(index, per_range);
	BlockNumber pages = RelationGetNumberOfBlocks(rel);

	*end = pages <= OPEN_PAGES ? 0 :
		(pages - OPEN_PAGES) / *per_range * *per_range;
	*first = *end;
	while (*first > 0 && !range_is_summarized(revmap, *first - *per_range))
		*first -= *per_range;
	brinRevmapTerminate(revmap);
}

/* Summarize them as the table's owner, whoever seals. */
static void
summarize(Relation rel, Relation index)
{
	BlockNumber first;
	BlockNumber end;
	BlockNumber per_range;
	Oid			user;
	int			security_context;

	ranges_to_summarize(rel, index, &first, &end, &per_range);
	GetUserIdAndSecContext(&user, &security_context);
	SetUserIdAndSecContext(rel->rd_rel->relowner, security_context |
						   SECURITY_LOCAL_USERID_CHANGE);
	for (; first < end; first += per_range)
	{
		CHECK_FOR_INTERRUPTS();
		(void) DirectFunctionCall2(brin_summarize_range,
								   ObjectIdGetDatum(RelationGetRelid(index)),
								   Int64GetDatum((int64) first));
	}
	SetUserIdAndSecContext(user, security_context);
}

/*
 * Summarize what is full, unless somebody has locked the table. The lock is
 * given back at once: summaries are no part of the transaction.
 */
void
entry_index_summarize(void)
{
	Oid			relid = aims_relid("audit_entry");
	Oid			indexid = aims_relid("audit_entry_brin_idx");

	if (!ConditionalLockRelationOid(relid, ShareUpdateExclusiveLock))
		return;
	if (ConditionalLockRelationOid(indexid, ShareUpdateExclusiveLock))
	{
		Relation	rel = table_open(relid, NoLock);
		Relation	index = index_open(indexid, NoLock);

		summarize(rel, index);
		index_close(index, ShareUpdateExclusiveLock);
		table_close(rel, NoLock);
	}
	UnlockRelationOid(relid, ShareUpdateExclusiveLock);
}
