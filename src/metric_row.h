/*
 * metric_row.h
 *		Composite results of metrics, column by column.
 */
#ifndef AIMS_METRIC_ROW_H
#define AIMS_METRIC_ROW_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"

#include "stat_rate.h"

#define METRIC_COLUMNS 32		/* more than any result has */

typedef struct MetricRow
{
	TupleDesc	desc;
	int			n;
	Datum		values[METRIC_COLUMNS];
	bool		nulls[METRIC_COLUMNS];
} MetricRow;

/* Begin a row of what the function returns, or of a composite type. */
extern void metric_row_of_result(MetricRow *row, FunctionCallInfo fcinfo);
extern void metric_row_of_type(MetricRow *row, Oid type);

/* The next column: NULL where the number is undefined (NaN). */
extern void metric_put(MetricRow *row, Datum value);
extern void metric_put_number(MetricRow *row, double value);
extern void metric_put_count(MetricRow *row, uint64 count);
extern void metric_put_rate(MetricRow *row, Rate rate); /* three columns */

extern Datum metric_row_end(MetricRow *row);

/* A scalar result; an error where it is infinite, as sums of huge numbers. */
extern Datum metric_number(FunctionCallInfo fcinfo, double value);

#endif							/* AIMS_METRIC_ROW_H */
