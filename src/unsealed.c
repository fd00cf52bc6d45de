/*
 * unsealed.c
 *		Entries that a snapshot shows and the newest seal did not take.
 *
 * They are the difference of two snapshots: entries of transactions that the
 * seal saw in progress, and of those that began later. Where such entries may
 * be, the BRIN index says; a transaction that was idle all the time has no
 * pages there, and costs nothing.
 */
#include "aims.h"

#include "access/transam.h"

#include "entry_index.h"
#include "incarnation.h"
#include "tile.h"
#include "unsealed.h"

/* A search reads all summaries: at most so many for one scan. */
#define SEARCHES 16

struct UnsealedScan
{
	int32		incarnation;
	int64		last_entry;		/* numbers up to it may be from elsewhere */
	XidWindow	window;			/* of the last seal */
	TileStore  *store;
	EntryPages *pages;
};

/* The xid that follows the i-th of those that were in progress. */
static int64
window_next(const XidWindow *window, int i)
{
	return i + 1 < window->nxip ? window->xip[i + 1] : window->xmax;
}

/*
 * How far apart xids may be to be searched for together: neighbours always,
 * and as many more, the closest first, as there would be too many searches.
 */
static int64
window_gap(const XidWindow *window)
{
	int64	   *gaps;

	if (window->nxip < SEARCHES)
		return 1;
	gaps = palloc(sizeof(int64) * window->nxip);
	for (int i = 0; i < window->nxip; i++)
		gaps[i] = window_next(window, i) - window->xip[i];
	qsort(gaps, window->nxip, sizeof(int64), compare_int64);
	return gaps[window->nxip - SEARCHES];
}

/* Add the pages of the transactions that the window did not show. */
static void
unsealed_add_pages(UnsealedScan *scan)
{
	const XidWindow *window = &scan->window;
	FullTransactionId end = ReadNextFullTransactionId();
	int64		gap = window_gap(window);
	int64		low = window->nxip > 0 ? window->xip[0] : window->xmax;

	for (int i = 0; i < window->nxip; i++)
	{
		int64		next = window_next(window, i);

		if (next - window->xip[i] <= gap)
			continue;
		entry_pages_add(scan->pages, ENTRY_INDEX_XID, low,
						window->xip[i] + 1);
		low = next;
	}
	entry_pages_add(scan->pages, ENTRY_INDEX_XID, low,
					(int64) U64FromFullTransactionId(end));
}

/* Begin a scan. */
UnsealedScan *
unsealed_begin(Relation rel, Snapshot snapshot, const Seal *last)
{
	UnsealedScan *scan = palloc0(sizeof(UnsealedScan));

	scan->incarnation = last->incarnation;
	scan->last_entry = incarnation_last_entry(last->incarnation);
	scan->window = window_parse(last->snapshot);
	scan->store = tile_open(snapshot);
	scan->pages = entry_pages_begin(rel, snapshot);
	unsealed_add_pages(scan);
	return scan;
}

/*
 * Did the last seal not take the entry in the slot? By its xid it did not;
 * where that may be of another cluster, the tree has the last word. Of those
 * in progress, one that was prepared before a promotion carries an older
 * incarnation. And what was written in two clusters after one another, without
 * a seal in the first, carries one number, which the first seal took together.
 */
static bool
unsealed_is(UnsealedScan *scan, TupleTableSlot *slot)
{
	bool		isnull;
	int64		entry_id = DatumGetInt64(slot_getattr(slot, Anum_entry_id,
													  &isnull));
	int64		xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid,
												 &isnull));
	bool		here = DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation,
												  &isnull)) ==
		scan->incarnation;

	if (xid >= scan->window.xmax ? !here : !window_lists(&scan->window, xid))
		return false;
	return (here && entry_id > scan->last_entry) ||
		tile_leaf_of_entry(scan->store, entry_id) < 0;
}

/* Put the next entry into the slot. */
bool
unsealed_next(UnsealedScan *scan, TupleTableSlot *slot)
{
	while (entry_pages_next(scan->pages, slot))
		if (unsealed_is(scan, slot))
			return true;
	return false;
}

/* End a scan. */
void
unsealed_end(UnsealedScan *scan)
{
	entry_pages_end(scan->pages);
	tile_close(scan->store);
	pfree(scan);
}
