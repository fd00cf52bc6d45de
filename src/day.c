/*
 * day.c
 *		What day it is for the organisation.
 *
 * Nearly every view asks, so the one row of aims.organisation is read as it
 * is, without a plan, under the snapshot of the query that asks.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/table.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "row.h"

#define ZONE_BEFORE_ORGANISATION "UTC"

/* The name of the organisation's time zone, as a text. */
static Datum
day_zone(void)
{
	Relation	rel = table_open(aims_relid("organisation"), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false,
										  GetActiveSnapshot(), 0, NULL);
	HeapTuple	tuple = systable_getnext(scan);
	const char *zone = ZONE_BEFORE_ORGANISATION;

	if (HeapTupleIsValid(tuple))
		zone = row_string(tuple, RelationGetDescr(rel), "time_zone");
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return CStringGetTextDatum(zone);
}

/* The day of a point in time. */
static Datum
day_of(TimestampTz at)
{
	Datum		there = DirectFunctionCall2(timestamptz_zone, day_zone(),
											TimestampTzGetDatum(at));

	return DirectFunctionCall1(timestamp_date, there);
}

/* aims.day(at timestamptz) → date */
PG_FUNCTION_INFO_V1(aims_day);
Datum
aims_day(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(day_of(PG_GETARG_TIMESTAMPTZ(0)));
}

/* aims.today() → date */
PG_FUNCTION_INFO_V1(aims_today);
Datum
aims_today(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(day_of(GetCurrentTimestamp()));
}
