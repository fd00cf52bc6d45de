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
#include "tile.h"
#include "unsealed.h"

/* Transactions that lie closer together are looked up in one go. */
#define XID_GAP 1000

struct UnsealedScan
{
	int32		incarnation;
	XidWindow	window;			/* of the last seal */
	TileStore  *store;
	EntryPages *pages;
};

/* Add the pages of the transactions that the window did not show. */
static void
unsealed_add_pages(UnsealedScan *scan)
{
	const XidWindow *window = &scan->window;
	FullTransactionId next = ReadNextFullTransactionId();
	int64		end = (int64) U64FromFullTransactionId(next);
	int64		low = window->nxip > 0 ? window->xip[0] : window->xmax;
	int64		high = low;

	for (int i = 0; i <= window->nxip; i++)
	{
		int64		xid = i < window->nxip ? window->xip[i] : window->xmax;

		if (xid - high > XID_GAP)
		{
			entry_pages_add(scan->pages, ENTRY_INDEX_XID, low, high);
			low = xid;
		}
		high = xid + 1;
	}
	entry_pages_add(scan->pages, ENTRY_INDEX_XID, low, Max(high, end));
}

/* Begin a scan. */
UnsealedScan *
unsealed_begin(Relation rel, Snapshot snapshot, const Seal *last)
{
	UnsealedScan *scan = palloc0(sizeof(UnsealedScan));

	scan->incarnation = last->incarnation;
	scan->window = window_parse(last->snapshot);
	scan->store = tile_open(snapshot);
	scan->pages = entry_pages_begin(rel, snapshot);
	unsealed_add_pages(scan);
	return scan;
}

/*
 * Is that entry, of a transaction that the last seal saw in progress, not
 * sealed? One that was prepared before a promotion carries an older
 * incarnation; but so do sealed entries of another cluster whose xid happens
 * to be the same.
 */
static bool
unsealed_late(UnsealedScan *scan, TupleTableSlot *slot, bool here)
{
	bool		isnull;

	return here ||
		tile_leaf_of_entry(scan->store,
						   DatumGetInt64(slot_getattr(slot, Anum_entry_id,
													  &isnull))) < 0;
}

/* Did the last seal not take the entry in the slot? */
static bool
unsealed_is(UnsealedScan *scan, TupleTableSlot *slot)
{
	bool		isnull;
	int64		xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid,
												 &isnull));
	bool		here = DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation,
												  &isnull)) ==
		scan->incarnation;

	if (xid >= scan->window.xmax)
		return here;
	return window_lists(&scan->window, xid) &&
		unsealed_late(scan, slot, here);
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
