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

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

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
	int64		end;			/* xid that no transaction has had */
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
	entry_pages_add(scan->pages, ENTRY_INDEX_XID, low, scan->end);
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
	scan->end = (int64) U64FromFullTransactionId(ReadNextFullTransactionId());
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

	if (xid >= scan->end)
		return false;			/* nobody has written it: verify names it */
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

/* What waits for a seal. */
typedef struct Waiting
{
	int64		entries;
	TimestampTz oldest;
} Waiting;

/* Count the entry in the slot. */
static void
waiting_add(Waiting *waiting, TupleTableSlot *slot)
{
	bool		isnull;
	TimestampTz at =
		DatumGetTimestampTz(slot_getattr(slot, Anum_entry_recorded_at,
										 &isnull));

	if (waiting->entries++ == 0 || at < waiting->oldest)
		waiting->oldest = at;
}

/*
 * Did the seal not see the entry in the slot? For a ledger that was moved and
 * not sealed since: entries carry the seal's incarnation, or a later one.
 */
static bool
waiting_is(const Seal *last, const XidWindow *window, TupleTableSlot *slot)
{
	bool		isnull;
	int32		incarnation =
		DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation, &isnull));
	int64		xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid,
												 &isnull));

	return incarnation > last->incarnation ||
		(incarnation == last->incarnation && xid >= window->xmax) ||
		window_lists(window, xid);
}

/* Count in one pass over the table what no seal saw. */
static void
waiting_count_all(Waiting *waiting, Relation rel, Snapshot snapshot,
				  const Seal *last, TupleTableSlot *slot)
{
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	XidWindow	window = {0};

	if (last->seal_id > 0)
		window = window_parse(last->snapshot);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (waiting_is(last, &window, slot))
			waiting_add(waiting, slot);
	}
	table_endscan(scan);
}

/* Count what waits for a seal. */
static Waiting
waiting_count(Snapshot snapshot)
{
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	Waiting		waiting = {0};
	Seal		last;

	if (seal_newest(snapshot, &last) &&
		(incarnation_newest().here || RecoveryInProgress()))
	{
		UnsealedScan *scan = unsealed_begin(rel, snapshot, &last);

		while (unsealed_next(scan, slot))
			waiting_add(&waiting, slot);
		unsealed_end(scan);
	}
	else
		waiting_count_all(&waiting, rel, snapshot, &last, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	return waiting;
}

PG_FUNCTION_INFO_V1(aims_unsealed);
/* How many entries wait for a seal, and since when. */
Datum
aims_unsealed(PG_FUNCTION_ARGS)
{
	Waiting		waiting = waiting_count(GetActiveSnapshot());
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(waiting.entries);
	values[1] = TimestampTzGetDatum(waiting.oldest);
	nulls[1] = waiting.entries == 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
