/*
 * violation.c
 *		Counting AI output that passes though it is not allowed.
 *
 * One row of aims.violation per transaction, relation, system and cause, so
 * that ten million rows in mode observe cost ten million additions. The rows
 * are written past triggers and privileges, like those of the ledger.
 */
#include "aims.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "image.h"
#include "owner.h"
#include "row.h"
#include "sequence.h"
#include "violation.h"

/* Unknown values beyond these are counted together, under no name. */
#define VIOLATION_UNKNOWN_VALUES 100

typedef struct Violation
{
	Oid			relid;
	const char *system;			/* NULL: further unknown values */
	Cause		cause;
	bool		observe;
	uint64		rows;
	Jsonb	   *example;		/* primary key, or NULL */
} Violation;

/* The primary key of a row, as entries of the ledger have it. */
static Jsonb *
violation_example(Relation rel, HeapTuple tuple)
{
	ImageWriter *writer = image_writer(rel, 0, RelationGetRelationName(rel));
	StringInfoData image;
	StringInfoData key_text;
	Jsonb	   *example = NULL;

	if (writer->nkey == 0)
		return NULL;
	initStringInfo(&image);
	initStringInfo(&key_text);
	image_write(writer, RelationGetDescr(rel), tuple, &image, &key_text,
				&example);
	return example;
}

/* Are two nullable strings the same? */
static bool
violation_same_system(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* The count of that relation, system and cause; *unknown counts the values. */
static Violation *
violation_find(List *violations, Oid relid, const char *system, Cause cause,
			   int *unknown)
{
	ListCell   *lc;

	*unknown = 0;
	foreach(lc, violations)
	{
		Violation  *v = lfirst(lc);

		if (v->relid != relid || v->cause != cause)
			continue;
		if (violation_same_system(v->system, system))
			return v;
		(*unknown)++;
	}
	return NULL;
}

/* Find the count or begin one; its memory is the transaction's. */
static Violation *
violation_place(List **violations, Oid relid, const char *system, Cause cause,
				bool observe)
{
	int			unknown;
	Violation  *v = violation_find(*violations, relid, system, cause,
								   &unknown);
	MemoryContext caller;

	if (v == NULL && cause == CAUSE_SYSTEM_UNKNOWN && system != NULL &&
		unknown >= VIOLATION_UNKNOWN_VALUES)
		return violation_place(violations, relid, NULL, cause, observe);
	if (v != NULL)
		return v;
	caller = MemoryContextSwitchTo(TopTransactionContext);
	v = palloc0(sizeof(Violation));
	v->relid = relid;
	v->system = system ? pstrdup(system) : NULL;
	v->cause = cause;
	v->observe = observe;
	*violations = lappend(*violations, v);
	MemoryContextSwitchTo(caller);
	return v;
}

List *
violation_count(List *violations, const Decision *d, const char *system,
				uint64 rows, Relation rel, HeapTuple tuple)
{
	Violation  *v = violation_place(&violations, d->relid, system, d->cause,
									d->observe);

	if (v->rows == 0 && tuple != NULL)
	{
		Jsonb	   *example = violation_example(rel, tuple);

		if (example != NULL)
		{
			v->example = MemoryContextAlloc(TopTransactionContext,
											VARSIZE(example));
			memcpy(v->example, example, VARSIZE(example));
		}
	}
	v->rows += rows;
	return violations;
}

bool
violation_counted(List *violations, const Decision *d)
{
	int			unknown;

	return violation_find(violations, d->relid, d->system, d->cause,
						  &unknown) != NULL;
}

List *
violation_merge(List *violations, List *more)
{
	ListCell   *lc;

	if (violations == NIL)
		return more;
	foreach(lc, more)
	{
		Violation  *from = lfirst(lc);
		Violation  *into = violation_place(&violations, from->relid,
										   from->system, from->cause,
										   from->observe);

		if (into->rows == 0)
			into->example = from->example;
		into->rows += from->rows;
	}
	return violations;
}

/* The value of aims.govern_mode, the type of column mode. */
static Datum
violation_mode(TupleDesc desc, bool observe)
{
	Form_pg_attribute attr = TupleDescAttr(desc, row_column(desc, "mode") - 1);

	return DirectFunctionCall2(enum_in,
							   CStringGetDatum(observe ? "observe" : "enforce"),
							   ObjectIdGetDatum(attr->atttypid));
}

/* Write one row. */
static void
violation_insert(Relation rel, const Violation *v)
{
	RowValues	row = row_values(RelationGetDescr(rel));
	uint64		xid = U64FromFullTransactionId(GetTopFullTransactionId());

	row_set(&row, "violation_id",
			Int64GetDatum(sequence_take(aims_relid("violation_violation_id_seq"), 1)));
	row_set(&row, "recorded_at", TimestampTzGetDatum(GetCurrentTimestamp()));
	row_set(&row, "xid", Int64GetDatum((int64) xid));
	row_set(&row, "relation", ObjectIdGetDatum(v->relid));
	row_set_text(&row, "system", v->system);
	row_set_text(&row, "cause", cause_name(v->cause));
	row_set_text(&row, "sqlstate",
				 unpack_sql_state(cause_sqlstate(v->cause)));
	row_set(&row, "rows", Int64GetDatum(v->rows));
	if (v->example != NULL)
		row_set(&row, "example_key", JsonbPGetDatum(v->example));
	row_set_text(&row, "session_user_name",
				 GetUserNameFromId(GetSessionUserId(), false));
	row_set(&row, "mode", violation_mode(row.desc, v->observe));
	CatalogTupleInsert(rel, row_form(&row));
}

/*
 * Open a finding about output that a logical replication worker let pass,
 * unless one is open: nobody watches what a worker applies.
 */
static void
violation_open_finding(const Violation *v)
{
	bool		known = v->cause != CAUSE_SYSTEM_UNKNOWN;
	const char *args[] = {
		known ? v->system : NULL, psprintf("%u", v->relid),
		psprintf("Logical replication applied output of \"%s\" that is not allowed (%s); the first of it in transaction " UINT64_FORMAT ".",
				 v->system ? v->system : "several unknown systems",
				 cause_name(v->cause),
				 U64FromFullTransactionId(GetTopFullTransactionId()))
	};

	owner_execute("INSERT INTO aims.finding (kind, system, relation, detail)"
				  " SELECT 'output_not_refused', $1, $2::oid, $3"
				  " WHERE NOT EXISTS (SELECT FROM aims.finding AS f"
				  " WHERE f.kind = 'output_not_refused' AND f.closed_at IS NULL"
				  " AND f.relation = $2::oid AND f.system IS NOT DISTINCT FROM $1)",
				  lengthof(args), args);
}

/* Open findings about all of them, with triggers and as the owner. */
static void
violation_open_findings(List *violations)
{
	OwnerScope	scope = owner_begin();
	ListCell   *lc;

	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	foreach(lc, violations)
		violation_open_finding(lfirst(lc));
	PopActiveSnapshot();
	SPI_finish();
	owner_end(scope);
	capture_flush();
}

void
violation_write(List *violations)
{
	Oid			relid;
	Relation	rel;
	ListCell   *lc;

	if (violations == NIL)
		return;
	relid = aims_relid_or_none("violation");
	if (!OidIsValid(relid))
		return;
	rel = table_open(relid, RowExclusiveLock);
	foreach(lc, violations)
		violation_insert(rel, lfirst(lc));
	table_close(rel, NoLock);
	if (IsLogicalWorker())
		violation_open_findings(violations);
}
