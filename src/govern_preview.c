/*
 * govern_preview.c
 *		Which rows of a table the guard would refuse if it were governed.
 *
 * Rows are counted by the value that marks them, and each value decided on
 * once, just as the guard would.
 */
#include "aims.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "decision.h"
#include "governing.h"
#include "owner.h"
#include "shape.h"

/* Rows of a system that govern_preview finds refused. */
typedef struct Refused
{
	const char *system;			/* decision.c's only copy of the slug */
	Cause		cause;
	int64		rows;
} Refused;

/* The system column as text, just as the guard reads it. */
static char *
preview_column(const Governing *g, Relation rel)
{
	AttrNumber	attnum = get_attnum(g->relid, g->system_column);
	Oid			type = getBaseType(TupleDescAttr(RelationGetDescr(rel),
												 attnum - 1)->atttypid);
	const char *column = quote_identifier(g->system_column);

	if (type == TEXTOID || type == VARCHAROID || type == BPCHAROID)
		return psprintf("%s::text", column);
	return psprintf("CASE WHEN num_nulls(%s) = 0 THEN format('%%s', %s) END",
					column, column);
}

/* What marks a row, as text; null where rows say nothing. */
static char *
preview_value(const Governing *g, Relation rel)
{
	if (g->system_column != NULL)
		return preview_column(g, rel);
	if (g->system_expression != NULL)
		return psprintf("(%s)::text", g->system_expression);
	return "NULL::text";
}

/*
 * Count the rows by value. It runs as the owner of the table, whose code
 * (policies, expressions of statistics) may run with it.
 */
static uint64
preview_count(const Governing *g, Relation rel)
{
	OwnerScope	scope = owner_begin_restricted(rel->rd_rel->relowner);
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s, count(*) FROM %s",
					 preview_value(g, rel), relation_name(g->relid));
	if (g->condition != NULL)
		appendStringInfo(&query, " WHERE %s", g->condition->row);
	appendStringInfoString(&query, " GROUP BY 1");
	if (SPI_execute(query.data, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count rows: %s", query.data);
	owner_end(scope);
	return SPI_processed;
}

/* What the guard would say of one value's rows. */
static void
preview_decide(const Governing *g, char *value, Decision *d)
{
	if (g->system != NULL)
		decision_preview(d, g->relid, g->test, true, g->system,
						 strlen(g->system));
	else if (value == NULL)
		d->cause = CAUSE_NOT_AI;
	else
		decision_preview(d, g->relid, g->test, false, value, strlen(value));
}

/* Add rows to the count of a system and cause. */
static List *
preview_add(List *refused, const char *system, Cause cause, int64 rows)
{
	ListCell   *lc;
	Refused    *r;

	foreach(lc, refused)
	{
		r = lfirst(lc);
		if (r->system == system && r->cause == cause)
		{
			r->rows += rows;
			return refused;
		}
	}
	r = palloc(sizeof(Refused));
	r->system = system;
	r->cause = cause;
	r->rows = rows;
	return lappend(refused, r);
}

/* Return one row. */
static void
preview_return(ReturnSetInfo *result, const char *system, Cause cause,
			   int64 rows)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	values[0] = CStringGetTextDatum(system);
	values[1] = CStringGetTextDatum(cause_name(cause));
	values[2] = Int64GetDatum(rows);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Decide on each value. Several may stand for one system, whose rows are
 * added up; each unknown one is a row by itself.
 */
static void
preview_values(const Governing *g, Relation rel, ReturnSetInfo *result)
{
	uint64		n = preview_count(g, rel);
	List	   *refused = NIL;
	ListCell   *lc;

	for (uint64 i = 0; i < n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		char	   *value = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		bool		isnull;
		Datum		count = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2,
										  &isnull);
		int64		rows = DatumGetInt64(count);
		Decision	d;

		preview_decide(g, value, &d);
		if (!CAUSE_REFUSES(d.cause))
			continue;
		if (d.system == NULL)
			preview_return(result, value, d.cause, rows);
		else
			refused = preview_add(refused, d.system, d.cause, rows);
	}
	foreach(lc, refused)
	{
		Refused    *r = lfirst(lc);

		preview_return(result, r->system, r->cause, r->rows);
	}
}

PG_FUNCTION_INFO_V1(aims_govern_preview);
/* Which rows the guard would refuse today. */
Datum
aims_govern_preview(PG_FUNCTION_ARGS)
{
	Governing	g = governing_arguments(fcinfo);
	Relation	rel;
	int			level;

	governing_require_ownership(g.relid);
	InitMaterializedSRF(fcinfo, 0);
	level = path_begin();
	SPI_connect();
	rel = relation_open(g.relid, AccessShareLock);
	governing_check(&g, rel);
	preview_values(&g, rel, (ReturnSetInfo *) fcinfo->resultinfo);
	relation_close(rel, NoLock);
	SPI_finish();
	path_end(level);
	return (Datum) 0;
}
