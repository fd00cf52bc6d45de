/*
 * row.c
 *		Reading single rows of our own tables from C.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "row.h"

/* Refuse to write into a table of another version of the extension. */
void
row_expect_columns(TupleDesc desc, int natts)
{
	if (desc->natts != natts)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a table in schema aims has %d columns, where the library knows %d",
						desc->natts, natts),
				 errdetail("The library and the installed version of the extension do not fit, or the table was altered."),
				 errhint("Run ALTER EXTENSION aims UPDATE, and reconnect.")));
}

/* The number of a column, which an outdated schema may lack. */
AttrNumber
row_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);

		if (!attr->attisdropped && strcmp(NameStr(attr->attname), name) == 0)
			return attr->attnum;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of a table in schema aims does not exist",
					name),
			 errhint("Run ALTER EXTENSION aims UPDATE.")));
	return InvalidAttrNumber;	/* keep the compiler quiet */
}

/* The value of a column by name. */
Datum
row_value(HeapTuple tuple, TupleDesc desc, const char *name, bool *isnull)
{
	return heap_getattr(tuple, row_column(desc, name), desc, isnull);
}

/* The value of a column as a string; the common types without a look-up. */
char *
row_string(HeapTuple tuple, TupleDesc desc, const char *name)
{
	AttrNumber	attnum = row_column(desc, name);
	Oid			type = TupleDescAttr(desc, attnum - 1)->atttypid;
	bool		isnull;
	bool		varlena;
	Oid			output;
	Datum		value = heap_getattr(tuple, attnum, desc, &isnull);

	if (isnull)
		return NULL;
	if (type == TEXTOID)
		return TextDatumGetCString(value);
	if (type == NAMEOID)
		return pstrdup(NameStr(*DatumGetName(value)));
	getTypeOutputInfo(type, &output, &varlena);
	return OidOutputFunctionCall(output, value);
}

/* Has a row a value in every column, but for one that may be null? */
bool
row_is_whole(HeapTuple tuple, TupleDesc desc, const char *nullable)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (!column->attisdropped && heap_attisnull(tuple, i + 1, desc) &&
			(nullable == NULL || namestrcmp(&column->attname, nullable) != 0))
			return false;
	}
	return true;
}

/*
 * The snapshot that shows what is there now. In a parallel query the server
 * hands out no other than the query's, which may be older than the generation
 * that an answer is remembered under; but one for catalogs, which is always
 * new where the relation is none of them.
 */
static Snapshot
row_snapshot(Relation rel)
{
	return IsInParallelMode() ? GetCatalogSnapshot(RelationGetRelid(rel)) :
		GetLatestSnapshot();
}

/* Compare as the index does: ScanKeyInit takes collation "C" for granted. */
static void
row_collate_keys(Relation rel, int nkeys, ScanKey keys)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < nkeys; i++)
		keys[i].sk_collation =
			TupleDescAttr(desc, keys[i].sk_attno - 1)->attcollation;
}

/* Find rows through an index, as of now: the first, or all. */
static List *
row_scan(Relation rel, const char *index, int nkeys, ScanKey keys,
		 ScanDirection direction, bool all)
{
	Relation	idx = relation_open(aims_relid(index), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(row_snapshot(rel));
	SysScanDesc scan;
	List	   *rows = NIL;
	HeapTuple	tuple;

	row_collate_keys(rel, nkeys, keys);
	scan = systable_beginscan_ordered(rel, idx, snapshot, nkeys, keys);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, direction)))
	{
		rows = lappend(rows, heap_copytuple(tuple));
		if (!all)
			break;
	}
	systable_endscan_ordered(scan);
	UnregisterSnapshot(snapshot);
	relation_close(idx, AccessShareLock);
	return rows;
}

HeapTuple
row_find(Relation rel, const char *index, int nkeys, ScanKey keys,
		 bool backward)
{
	List	   *rows = row_scan(rel, index, nkeys, keys, backward ?
								BackwardScanDirection : ForwardScanDirection,
								false);

	return rows == NIL ? NULL : linitial(rows);
}

List *
row_find_all(Relation rel, const char *index, int nkeys, ScanKey keys)
{
	return row_scan(rel, index, nkeys, keys, ForwardScanDirection, true);
}
