/*
 * incarnation.c
 *		Which cluster and database a transaction id belongs to.
 *
 * Writers and the sealer compute the same number without talking to each
 * other: the newest row's if it was made here, else one more. So entries that
 * are written after a restore and before the next seal already carry the
 * number that this seal will record.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "catalog/indexing.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "entry.h"
#include "incarnation.h"
#include "row.h"

/* The timeline that is written, or replayed, here. */
static int32
incarnation_timeline(void)
{
	if (RecoveryInProgress())
	{
		TimeLineID	replayed;

		(void) GetXLogReplayRecPtr(&replayed);
		return (int32) replayed;
	}
	return (int32) GetWALInsertionTimeLine();
}

/* Was that row made in this cluster, timeline and database? */
static bool
incarnation_is_here(HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;

	return DatumGetInt64(row_value(tuple, desc, "system_identifier", &isnull)) ==
		(int64) GetSystemIdentifier() &&
		DatumGetInt32(row_value(tuple, desc, "timeline", &isnull)) ==
		incarnation_timeline() &&
		DatumGetInt64(row_value(tuple, desc, "database", &isnull)) ==
		(int64) MyDatabaseId;
}

/* The newest row. */
Incarnation
incarnation_newest(void)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	HeapTuple	tuple = row_find(rel, "incarnation_pkey", 0, NULL, true);
	Incarnation newest = {0};
	bool		isnull;

	if (HeapTupleIsValid(tuple))
	{
		newest.number = DatumGetInt32(row_value(tuple, desc, "incarnation",
												&isnull));
		newest.here = incarnation_is_here(tuple, desc);
		(void) row_value(tuple, desc, "resumed_at", &isnull);
		newest.resumed = newest.number == 1 || !isnull;
	}
	table_close(rel, AccessShareLock);
	return newest;
}

/* The number that this session writes. */
int32
incarnation_current(void)
{
	static int32 number = 0;
	static uint64 known_at = 0;
	uint64		generation = governance_generation();

	if (number == 0 || known_at != generation)
	{
		Incarnation newest = incarnation_newest();

		number = newest.here ? newest.number : newest.number + 1;
		known_at = generation;
	}
	return number;
}

/* Do transaction ids of that incarnation mean the same here and now? */
bool
incarnation_keeps_xids(int32 number)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData key;
	HeapTuple	tuple;
	bool		isnull;
	bool		keeps = true;	/* it has sealed nothing yet */

	ScanKeyInit(&key, row_column(desc, "incarnation"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(number));
	tuple = row_find(rel, "incarnation_pkey", 1, &key, false);
	if (HeapTupleIsValid(tuple))
		keeps = DatumGetInt64(row_value(tuple, desc, "system_identifier",
										&isnull)) ==
			(int64) GetSystemIdentifier() &&
			DatumGetInt64(row_value(tuple, desc, "database", &isnull)) ==
			(int64) MyDatabaseId;
	table_close(rel, AccessShareLock);
	return keeps;
}

/* Record a new incarnation, and say so in the ledger itself. */
void
incarnation_begin(int32 number, int64 tree_size)
{
	Relation	rel = table_open(aims_relid("incarnation"), RowExclusiveLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Datum		values[7] = {0};
	bool		nulls[7] = {false};
	TimestampTz now = GetCurrentTimestamp();
	StringInfoData detail;

	row_expect_columns(desc, lengthof(values));
	values[row_column(desc, "incarnation") - 1] = Int32GetDatum(number);
	values[row_column(desc, "system_identifier") - 1] =
		Int64GetDatum((int64) GetSystemIdentifier());
	values[row_column(desc, "timeline") - 1] =
		Int32GetDatum(incarnation_timeline());
	values[row_column(desc, "database") - 1] =
		Int64GetDatum((int64) MyDatabaseId);
	values[row_column(desc, "started_at") - 1] =
		TimestampTzGetDatum(now);
	values[row_column(desc, "tree_size") - 1] = Int64GetDatum(tree_size);
	nulls[row_column(desc, "resumed_at") - 1] = true;
	CatalogTupleInsert(rel, heap_form_tuple(desc, values, nulls));
	table_close(rel, NoLock);

	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"incarnation\":%d,\"system_identifier\":" UINT64_FORMAT
					 ",\"timeline\":%d,\"database\":%u,\"tree_size\":" INT64_FORMAT
					 ",\"started_at\":\"",
					 number, GetSystemIdentifier(), incarnation_timeline(),
					 MyDatabaseId, tree_size);
	leaf_time(&detail, now);
	appendStringInfoString(&detail, "\"}");
	(void) capture_event("EVENT", "aims.incarnation", NULL, detail.data);
}
