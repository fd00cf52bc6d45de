/*
 * output.c
 *		The rows of aims.output: AI output that needs a person's review.
 *
 * One row for each row of the warehouse that an AI system has written, new
 * whenever the system writes it again. Whoever writes it holds the lock on
 * the row of the warehouse, so that two never meet here; reviewers refer to
 * the number and lock nothing. So writers wait for nobody.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "output.h"
#include "row.h"

/* The first columns of a row, which are never null. */
typedef struct OutputFixed
{
	int64		output_id;
	int64		key_hash;
} OutputFixed;

/* A scan of the outputs of one relation, or of one key in it. */
typedef struct OutputScan
{
	Relation	rel;
	Relation	index;
	SysScanDesc scan;
	Jsonb	   *key;			/* NULL: all */
} OutputScan;

/* As the generated column key_hash has it. */
static int64
output_hash(Jsonb *key)
{
	return DatumGetInt64(DirectFunctionCall2(jsonb_hash_extended,
											 JsonbPGetDatum(key),
											 Int64GetDatum(0)));
}

void
output_add(ClosedRows *rows, const Output *output)
{
	Relation	rel = table_open(aims_relid("output"), AccessShareLock);
	RowValues	row = row_values(RelationGetDescr(rel));

	row_set(&row, "output_id", Int64GetDatum(output->output_id));
	row_set(&row, "relation", ObjectIdGetDatum(output->relid));
	row_set(&row, "physical_relation", ObjectIdGetDatum(output->physical));
	row_set(&row, "key", JsonbPGetDatum(output->key));
	row_set(&row, "key_hash", Int64GetDatum(output_hash(output->key)));
	row_set_text(&row, "system", output->system);
	row_set_text(&row, "version", output->group.version);
	row_set_text(&row, "site", output->group.site);
	row_set_text(&row, "subgroup", output->group.subgroup);
	row_set(&row, "written_at", TimestampTzGetDatum(output->written_at));
	table_close(rel, AccessShareLock);
	closed_rows_add(rows, row_form(&row));
}

/* Begin a scan; key may be NULL. */
static void
output_scan_begin(OutputScan *scan, Oid physical, Jsonb *key,
				  Snapshot snapshot, LOCKMODE mode)
{
	ScanKeyData keys[2];
	TupleDesc	desc;
	int			n = 0;

	scan->rel = table_open(aims_relid("output"), mode);
	scan->index = index_open(aims_relid("output_pkey"), mode);
	scan->key = key;
	desc = RelationGetDescr(scan->rel);
	ScanKeyInit(&keys[n++], row_column(desc, "physical_relation"),
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(physical));
	if (key != NULL)
		ScanKeyInit(&keys[n++], row_column(desc, "key_hash"),
					BTEqualStrategyNumber, F_INT8EQ,
					Int64GetDatum(output_hash(key)));
	scan->scan = systable_beginscan_ordered(scan->rel, scan->index, snapshot,
											n, keys);
}

/* Is it the output of that key? */
static bool
output_has_key(HeapTuple tuple, TupleDesc desc, Jsonb *key)
{
	bool		isnull;
	Datum		value = row_value(tuple, desc, "key", &isnull);

	return compareJsonbContainers(&DatumGetJsonbP(value)->root,
								  &key->root) == 0;
}

/* Is it the output of that key in that relation? */
static bool
output_is_of(HeapTuple tuple, TupleDesc desc, Oid physical, Jsonb *key)
{
	bool		isnull;
	Datum		holder = row_value(tuple, desc, "physical_relation", &isnull);

	return DatumGetObjectId(holder) == physical &&
		output_has_key(tuple, desc, key);
}

/* The next output, or NULL. */
static HeapTuple
output_scan_next(OutputScan *scan)
{
	HeapTuple	tuple;

	do
		tuple = systable_getnext_ordered(scan->scan, ForwardScanDirection);
	while (HeapTupleIsValid(tuple) && scan->key != NULL &&
		   !output_has_key(tuple, RelationGetDescr(scan->rel), scan->key));
	return tuple;
}

static void
output_scan_end(OutputScan *scan)
{
	systable_endscan_ordered(scan->scan);
	index_close(scan->index, NoLock);
	table_close(scan->rel, NoLock);
}

/* Copy a row. */
static void
output_read(Output *output, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;

	output->output_id = DatumGetInt64(row_value(tuple, desc, "output_id",
												&isnull));
	output->relid = DatumGetObjectId(row_value(tuple, desc, "relation",
											   &isnull));
	output->physical = DatumGetObjectId(row_value(tuple, desc,
												  "physical_relation",
												  &isnull));
	output->key = DatumGetJsonbPCopy(row_value(tuple, desc, "key", &isnull));
	output->system = row_string(tuple, desc, "system");
	output->group.version = row_string(tuple, desc, "version");
	output->group.site = row_string(tuple, desc, "site");
	output->group.subgroup = row_string(tuple, desc, "subgroup");
	output->written_at = DatumGetTimestampTz(row_value(tuple, desc,
													   "written_at",
													   &isnull));
}

bool
output_find(Oid physical, Jsonb *key, Snapshot snapshot, Output *output)
{
	OutputScan	scan;
	HeapTuple	tuple;
	Output		found = {0};

	output->output_id = 0;
	output_scan_begin(&scan, physical, key, snapshot, AccessShareLock);
	while (HeapTupleIsValid(tuple = output_scan_next(&scan)))
	{
		output_read(&found, tuple, RelationGetDescr(scan.rel));
		if (found.output_id > output->output_id)
			*output = found;
	}
	output_scan_end(&scan);
	return output->output_id != 0;
}

bool
output_waits(const ClosedRows *rows, Jsonb *key)
{
	int64		hash;
	ListCell   *lc;

	if (rows->tuples == NIL)
		return false;
	hash = output_hash(key);
	foreach(lc, rows->tuples)
	{
		HeapTuple	tuple = lfirst(lc);
		OutputFixed *fixed = (OutputFixed *) GETSTRUCT(tuple);

		if (fixed->key_hash == hash)
			return true;
	}
	return false;
}

bool
output_find_waiting(const ClosedRows *rows, Oid physical, Jsonb *key,
					Output *output)
{
	Relation	rel;
	TupleDesc	desc;
	bool		found = false;
	ListCell   *lc;

	if (!output_waits(rows, key))
		return false;
	rel = table_open(aims_relid("output"), AccessShareLock);
	desc = RelationGetDescr(rel);
	foreach(lc, rows->tuples)
		if (output_is_of(lfirst(lc), desc, physical, key))
		{
			output_read(output, lfirst(lc), desc);
			found = true;
		}
	table_close(rel, AccessShareLock);
	return found;
}

bool
output_remove(ClosedRows *rows, Oid physical, Jsonb *key, Output *output)
{
	OutputScan	scan;
	HeapTuple	tuple;
	bool		found = false;

	if (output_waits(rows, key))
		closed_rows_write(rows);
	output_scan_begin(&scan, physical, key, SnapshotSelf, RowExclusiveLock);
	while (HeapTupleIsValid(tuple = output_scan_next(&scan)))
	{
		output_read(output, tuple, RelationGetDescr(scan.rel));
		simple_heap_delete(scan.rel, &tuple->t_self);
		found = true;
	}
	output_scan_end(&scan);
	return found;
}

void
output_drop(ClosedRows *rows, Oid physical, Jsonb *key)
{
	Relation	rel = table_open(aims_relid("output"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ListCell   *lc;

	foreach(lc, rows->tuples)
		if (output_is_of(lfirst(lc), desc, physical, key))
			rows->tuples = foreach_delete_current(rows->tuples, lc);
	table_close(rel, AccessShareLock);
}

void
output_forget(Oid physical)
{
	OutputScan	scan;
	HeapTuple	tuple;

	output_scan_begin(&scan, physical, NULL, SnapshotSelf, RowExclusiveLock);
	while (HeapTupleIsValid(tuple = output_scan_next(&scan)))
		simple_heap_delete(scan.rel, &tuple->t_self);
	output_scan_end(&scan);
}
