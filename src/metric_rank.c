/*
 * metric_rank.c
 *		Final functions of aggregates over two sorted samples.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "metric_row.h"
#include "sample.h"
#include "stat_bin.h"
#include "stat_rank.h"

#define DEFAULT_BINS 10
#define KS_EXACT_ROWS 10000

PG_FUNCTION_INFO_V1(aims_auroc_final);
Datum
aims_auroc_final(PG_FUNCTION_ARGS)
{
	TieReader  *reader = sample_open(sample_state(fcinfo));

	return metric_number(fcinfo, stat_auroc(reader).value);
}

PG_FUNCTION_INFO_V1(aims_auroc_detail_final);
Datum
aims_auroc_detail_final(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_state(fcinfo);
	Auroc		auroc = stat_auroc(sample_open(state));
	MetricRow	row;

	metric_row_of_result(&row, fcinfo);
	metric_put_number(&row, auroc.value);
	metric_put_number(&row, auroc.low);
	metric_put_number(&row, auroc.high);
	metric_put_count(&row, state->n[1]);
	metric_put_count(&row, state->n[0]);
	metric_put_count(&row, state->skipped);
	return metric_row_end(&row);
}

PG_FUNCTION_INFO_V1(aims_average_precision_final);
Datum
aims_average_precision_final(PG_FUNCTION_ARGS)
{
	TieReader  *reader = sample_open(sample_state(fcinfo));

	return metric_number(fcinfo, stat_average_precision(reader));
}

PG_FUNCTION_INFO_V1(aims_pr_auc_trapezoid_final);
Datum
aims_pr_auc_trapezoid_final(PG_FUNCTION_ARGS)
{
	TieReader  *reader = sample_open(sample_state(fcinfo));

	return metric_number(fcinfo, stat_pr_trapezoid(reader));
}

PG_FUNCTION_INFO_V1(aims_wasserstein_final);
Datum
aims_wasserstein_final(PG_FUNCTION_ARGS)
{
	TieReader  *reader = sample_open(sample_state(fcinfo));

	return metric_number(fcinfo, stat_wasserstein(reader, false));
}

PG_FUNCTION_INFO_V1(aims_wasserstein_normed_final);
Datum
aims_wasserstein_normed_final(PG_FUNCTION_ARGS)
{
	TieReader  *reader = sample_open(sample_state(fcinfo));

	return metric_number(fcinfo, stat_wasserstein(reader, true));
}

/*
 * Columns statistic, p_value and method of a test with rows in both samples.
 */
static void
ks_put(MetricRow *row, TieReader *reader)
{
	uint64_t	n0 = reader->n[0];
	uint64_t	n1 = reader->n[1];
	uint64_t	statistic = stat_ks(reader);
	bool		exact = n0 + n1 <= KS_EXACT_ROWS;

	metric_put_number(row, statistic / ((double) n0 * n1));
	if (exact)
	{
		double	   *scratch = palloc(sizeof(double) * (Min(n0, n1) + 1));

		metric_put_number(row, stat_ks_exact(statistic, n0, n1, scratch));
		pfree(scratch);
	}
	else
		metric_put_number(row, stat_ks_asymptotic(statistic, n0, n1));
	metric_put(row, CStringGetTextDatum(exact ? "exact" : "asymptotic"));
}

PG_FUNCTION_INFO_V1(aims_ks_final);
Datum
aims_ks_final(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_state(fcinfo);
	MetricRow	row;

	metric_row_of_result(&row, fcinfo);
	if (state->n[0] > 0 && state->n[1] > 0)
		ks_put(&row, sample_open(state));
	else
		for (int i = 0; i < 3; i++)
			metric_put_number(&row, NAN);
	metric_put_count(&row, state->n[1]);
	metric_put_count(&row, state->n[0]);
	metric_put_count(&row, state->skipped);
	return metric_row_end(&row);
}

/*
 * Count both samples in bins of the reference's quantiles.
 */
static Bins *
drift_bins(SampleState *state, TieReader *reader)
{
	Bins	   *bins = palloc(sizeof(Bins));

	if (state->bins == 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one bin holds everything and shows no drift"),
				 errhint("Use from 2 to %d bins.", STAT_MAX_BINS)));
	bins->edges = 0;
	if (state->n[1] > 0)
		stat_quantile_edges(reader, EDGES_OF_REFERENCE,
							state->bins > 0 ? state->bins : DEFAULT_BINS,
							bins);
	stat_count_bins(reader, bins);
	return bins;
}

PG_FUNCTION_INFO_V1(aims_psi_final);
Datum
aims_psi_final(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_state(fcinfo);
	TieReader  *reader = sample_open(state);

	return metric_number(fcinfo, stat_psi(reader, drift_bins(state, reader)));
}

static double
js_divergence(FunctionCallInfo fcinfo)
{
	SampleState *state = sample_state(fcinfo);
	TieReader  *reader = sample_open(state);

	return stat_js_divergence(reader, drift_bins(state, reader));
}

PG_FUNCTION_INFO_V1(aims_js_divergence_final);
Datum
aims_js_divergence_final(PG_FUNCTION_ARGS)
{
	return metric_number(fcinfo, js_divergence(fcinfo));
}

PG_FUNCTION_INFO_V1(aims_js_distance_final);
Datum
aims_js_distance_final(PG_FUNCTION_ARGS)
{
	return metric_number(fcinfo, sqrt(js_divergence(fcinfo)));
}

static Datum
edges_array(const Bins *bins)
{
	Datum	   *edge = palloc(sizeof(Datum) * (bins->edges + 1));

	for (int i = 0; i < bins->edges; i++)
		edge[i] = Float8GetDatum(bins->edge[i]);
	return PointerGetDatum(construct_array(edge, bins->edges, FLOAT8OID,
										   sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

static Datum
counts_array(const Bins *bins, int sample)
{
	Datum	   *count = palloc(sizeof(Datum) * (bins->edges + 1));

	for (int i = 0; i <= bins->edges; i++)
		count[i] = Int64GetDatum(bins->n[sample][i]);
	return PointerGetDatum(construct_array(count, bins->edges + 1, INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(aims_psi_detail_final);
Datum
aims_psi_detail_final(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_state(fcinfo);
	TieReader  *reader = sample_open(state);
	Bins	   *bins = drift_bins(state, reader);
	MetricRow	row;

	metric_row_of_result(&row, fcinfo);
	metric_put_number(&row, stat_psi(reader, bins));
	metric_put_number(&row, stat_psi_expected(reader, bins));
	metric_put(&row, Int32GetDatum(bins->edges + 1));
	metric_put(&row, edges_array(bins));
	metric_put(&row, counts_array(bins, 1));
	metric_put(&row, counts_array(bins, 0));
	metric_put_count(&row, state->n[1]);
	metric_put_count(&row, state->n[0]);
	metric_put_count(&row, state->skipped);
	return metric_row_end(&row);
}
