/*
 * metric_row.c
 *		Composite results of metrics.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/typcache.h"

#include "metric_row.h"

void
metric_row_of_result(MetricRow *row, FunctionCallInfo fcinfo)
{
	if (get_call_result_type(fcinfo, NULL, &row->desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "result of a metric is no row");
	row->desc = BlessTupleDesc(row->desc);
	row->n = 0;
}

void
metric_row_of_type(MetricRow *row, Oid type)
{
	row->desc = lookup_rowtype_tupdesc_copy(type, -1);
	row->n = 0;
}

void
metric_put(MetricRow *row, Datum value)
{
	Assert(row->n < METRIC_COLUMNS);
	row->values[row->n] = value;
	row->nulls[row->n++] = false;
}

void
metric_put_number(MetricRow *row, double value)
{
	metric_put(row, Float8GetDatum(value));
	row->nulls[row->n - 1] = isnan(value);
}

void
metric_put_count(MetricRow *row, uint64 count)
{
	metric_put(row, Int64GetDatum((int64) count));
}

void
metric_put_rate(MetricRow *row, Rate rate)
{
	metric_put_number(row, rate.value);
	metric_put_number(row, rate.low);
	metric_put_number(row, rate.high);
}

Datum
metric_row_end(MetricRow *row)
{
	if (row->n != row->desc->natts)
		elog(ERROR, "result of a metric has %d columns, not %d",
			 row->desc->natts, row->n);
	return HeapTupleGetDatum(heap_form_tuple(row->desc, row->values,
											 row->nulls));
}

Datum
metric_number(FunctionCallInfo fcinfo, double value)
{
	if (isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value out of range: overflow")));
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}
