/*
 * closed_rows.c
 *		Rows of a closed table that are made but not written yet.
 *
 * Written one by one they would cost more than the row of the warehouse that
 * they are about: they wait for the end of the statement, or until they are
 * many. Like the ledger's they are written past triggers and privileges. What
 * a subtransaction has made must not be stored under another one's xid, so
 * each has rows of its own (guard.c).
 */
#include "aims.h"

#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "executor/tuptable.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "closed_rows.h"
#include "sequence.h"

#define CLOSED_ROWS_MANY 1000

void
closed_rows_add(ClosedRows *rows, HeapTuple tuple)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);

	rows->tuples = lappend(rows->tuples, heap_copytuple(tuple));
	MemoryContextSwitchTo(caller);
	if (list_length(rows->tuples) >= CLOSED_ROWS_MANY)
		closed_rows_write(rows);
}

/* Give each row that has none a number. */
static void
closed_rows_number(const ClosedRows *rows)
{
	int64		number = sequence_take(aims_relid(rows->sequence),
									   list_length(rows->tuples));
	ListCell   *lc;

	foreach(lc, rows->tuples)
	{
		HeapTuple	tuple = lfirst(lc);
		int64	   *id = (int64 *) GETSTRUCT(tuple);

		if (*id == 0)
			*id = number;
		number++;
	}
}

/*
 * Put rows into the relation and its indexes, all at once. The server's
 * function indexes the tuples that it was given: it is not for those that are
 * compressed or stored out of line, which become others.
 */
static void
closed_rows_insert_many(Relation rel, List *tuples, CatalogIndexState indexes)
{
	int			n = list_length(tuples);
	TupleTableSlot **slots = palloc(sizeof(TupleTableSlot *) * n);
	/* a copy, since the relation's own would be pinned by each */
	TupleDesc	desc = CreateTupleDescCopy(RelationGetDescr(rel));

	for (int i = 0; i < n; i++)
	{
		slots[i] = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
		ExecStoreHeapTuple(list_nth(tuples, i), slots[i], false);
	}
	CatalogTuplesMultiInsertWithInfo(rel, slots, n, indexes);
	for (int i = 0; i < n; i++)
		ExecDropSingleTupleTableSlot(slots[i]);
	pfree(slots);
}

/* Put the rows into the relation and its indexes. */
static void
closed_rows_insert(Relation rel, const ClosedRows *rows)
{
	CatalogIndexState indexes = CatalogOpenIndexes(rel);
	List	   *many = NIL;
	ListCell   *lc;

	foreach(lc, rows->tuples)
	{
		HeapTuple	tuple = lfirst(lc);

		if (HeapTupleHasExternal(tuple) ||
			tuple->t_len > TOAST_TUPLE_THRESHOLD)
			CatalogTupleInsertWithInfo(rel, tuple, indexes);
		else
			many = lappend(many, tuple);
	}
	closed_rows_insert_many(rel, many, indexes);
	list_free(many);
	CatalogCloseIndexes(indexes);
}

void
closed_rows_write(ClosedRows *rows)
{
	Oid			relid = aims_relid_or_none(rows->table);
	Relation	rel;

	if (rows->tuples == NIL)
		return;
	if (OidIsValid(relid))		/* unless DROP EXTENSION came first */
	{
		rel = table_open(relid, RowExclusiveLock);
		closed_rows_number(rows);
		closed_rows_insert(rel, rows);
		table_close(rel, NoLock);
	}
	list_free_deep(rows->tuples);
	rows->tuples = NIL;
}

void
closed_rows_merge(ClosedRows *into, const ClosedRows *from)
{
	MemoryContext caller = MemoryContextSwitchTo(into->context);
	ListCell   *lc;

	foreach(lc, from->tuples)
		into->tuples = lappend(into->tuples, heap_copytuple(lfirst(lc)));
	MemoryContextSwitchTo(caller);
}
