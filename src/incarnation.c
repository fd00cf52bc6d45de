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
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "catalog/indexing.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "checkpoint.h"
#include "incarnation.h"
#include "ledger.h"
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
bool
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
	TransactionId xmin;
	bool		isnull;

	if (HeapTupleIsValid(tuple))
	{
		newest.number = DatumGetInt32(row_value(tuple, desc, "incarnation",
												&isnull));
		newest.here = incarnation_is_here(tuple, desc);
		xmin = HeapTupleHeaderGetXmin(tuple->t_data);
		newest.may_vanish = TransactionIdIsCurrentTransactionId(xmin);
		(void) row_value(tuple, desc, "resumed_at", &isnull);
		newest.resumed = newest.number == 1 || !isnull;
	}
	table_close(rel, AccessShareLock);
	return newest;
}

/*
 * The number that this session writes; not remembered while the transaction
 * that began it may still be rolled back.
 */
int32
incarnation_current(void)
{
	static int32 number = 0;
	static uint64 known_at = 0;
	static bool known = false;
	uint64		generation = governance_generation();

	if (!known || known_at != generation)
	{
		Incarnation newest = incarnation_newest();

		number = newest.here ? newest.number : newest.number + 1;
		known_at = generation;
		known = !newest.may_vanish;
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

/* A note as text of the database, or NULL. */
static Datum
note_datum(const char *note, bool *isnull)
{
	*isnull = note == NULL;
	if (*isnull)
		return (Datum) 0;
	return CStringGetTextDatum(pg_any_to_server(note, strlen(note), PG_UTF8));
}

/* Say in the ledger that an incarnation begins; returns the entry's id. */
static int64
incarnation_event(int32 number, int64 tree_size)
{
	return capture_event("EVENT", "aims.incarnation", NULL,
						 psprintf("{\"act\":\"begun\",\"incarnation\":%d"
								  ",\"system_identifier\":" UINT64_FORMAT
								  ",\"timeline\":%d,\"database\":%u"
								  ",\"tree_size\":" INT64_FORMAT "}",
								  number, GetSystemIdentifier(),
								  incarnation_timeline(), MyDatabaseId,
								  tree_size));
}

/* Where the leaf of a new one goes: behind that of a resumption, if any. */
static int64
incarnation_index(int64 tree_size)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	StringInfoData leaf;

	initStringInfo(&leaf);
	if (incarnation_leaf(snapshot, tree_size, &leaf))
		tree_size++;
	UnregisterSnapshot(snapshot);
	return tree_size;
}

/* Record a new incarnation. */
void
incarnation_begin(int32 number, int64 tree_size)
{
	Relation	rel = table_open(aims_relid("incarnation"), RowExclusiveLock);
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	checkpoint = row_column(desc, "checkpoint");
	Datum		values[12] = {0};
	bool		nulls[12] = {false};

	row_expect_columns(desc, lengthof(values));
	tree_size = incarnation_index(tree_size);
	values[row_column(desc, "incarnation") - 1] = Int32GetDatum(number);
	values[row_column(desc, "system_identifier") - 1] =
		Int64GetDatum((int64) GetSystemIdentifier());
	values[row_column(desc, "timeline") - 1] =
		Int32GetDatum(incarnation_timeline());
	values[row_column(desc, "database") - 1] =
		Int64GetDatum((int64) MyDatabaseId);
	values[row_column(desc, "started_at") - 1] =
		TimestampTzGetDatum(GetCurrentTimestamp());
	values[row_column(desc, "tree_size") - 1] = Int64GetDatum(tree_size);
	values[row_column(desc, "last_entry") - 1] =
		Int64GetDatum(incarnation_event(number, tree_size));
	values[checkpoint - 1] = note_datum(checkpoint_last(),
										&nulls[checkpoint - 1]);
	nulls[row_column(desc, "resumed_at") - 1] = true;
	nulls[row_column(desc, "resumption") - 1] = true;
	nulls[row_column(desc, "resumed_size") - 1] = true;
	nulls[row_column(desc, "resumed_checkpoint") - 1] = true;
	CatalogTupleInsert(rel, heap_form_tuple(desc, values, nulls));
	table_close(rel, NoLock);
	CommandCounterIncrement();	/* its leaf is made from the row */
}

/* Set a column of a row that is being changed. */
static void
set_column(TupleDesc desc, const char *name, Datum value, Datum *values,
		   bool *replace)
{
	AttrNumber	column = row_column(desc, name);

	values[column - 1] = value;
	replace[column - 1] = true;
}

/* The size of the tree, our own seal included. */
static int64
current_tree_size(void)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Seal		seal;

	(void) seal_newest(snapshot, &seal);
	UnregisterSnapshot(snapshot);
	return seal.tree_size;
}

/* Say in the ledger that checkpoints go on. */
static void
resumption_event(int32 number, const char *how, const char *checkpoint)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"act\":\"%s\",\"incarnation\":%d"
					 ",\"last_checkpoint\":", how, number);
	if (checkpoint == NULL)
		appendStringInfoString(&detail, "null");
	else
		escape_json(&detail, pg_any_to_server(checkpoint, strlen(checkpoint),
											  PG_UTF8));
	appendStringInfoChar(&detail, '}');
	(void) capture_event("EVENT", "aims.incarnation", NULL, detail.data);
}

/* Let the newest incarnation sign. */
void
incarnation_resume(const char *how, const char *checkpoint)
{
	Relation	rel;
	TupleDesc	desc;
	HeapTuple	row;
	Datum	   *values;
	bool	   *isnull;
	bool	   *replace;
	AttrNumber	note;

	LockRelationOid(aims_relid("seal"), ShareRowExclusiveLock);
	rel = table_open(aims_relid("incarnation"), RowExclusiveLock);
	desc = RelationGetDescr(rel);
	row = row_find(rel, "incarnation_pkey", 0, NULL, true);
	values = palloc0(desc->natts * sizeof(Datum));
	isnull = palloc0(desc->natts * sizeof(bool));
	replace = palloc0(desc->natts * sizeof(bool));
	note = row_column(desc, "resumed_checkpoint");
	set_column(desc, "resumed_at",
			   TimestampTzGetDatum(GetCurrentTimestamp()), values, replace);
	set_column(desc, "resumption", CStringGetTextDatum(how), values, replace);
	set_column(desc, "resumed_size", Int64GetDatum(current_tree_size()),
			   values, replace);
	set_column(desc, "resumed_checkpoint",
			   note_datum(checkpoint, &isnull[note - 1]), values, replace);
	CatalogTupleUpdate(rel, &row->t_self,
					   heap_modify_tuple(row, desc, values, isnull, replace));
	resumption_event(DatumGetInt32(row_value(row, desc, "incarnation",
											 &isnull[0])),
					 how, checkpoint);
	table_close(rel, NoLock);
}

/* The largest entry number that may be from elsewhere. */
int64
incarnation_last_entry(int32 number)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData key;
	HeapTuple	row;
	int64		last = 0;
	bool		isnull;

	ScanKeyInit(&key, row_column(desc, "incarnation"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(number));
	row = row_find(rel, "incarnation_pkey", 1, &key, false);
	if (HeapTupleIsValid(row))
		last = DatumGetInt64(row_value(row, desc, "last_entry", &isnull));
	table_close(rel, AccessShareLock);
	return last;
}
