/*
 * simulation.c
 *		Simulated annual losses for SQL: checks what is asked for, brings the
 *		memory, returns what simulate.c finds.
 *
 * Memory: 16 bytes a trial, in the caller's context, given back at once;
 * SIMULATION_TRIALS_MAX of them at most. Losses one by one take a block.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pert.h"
#include "simulate.h"
#include "utils/array.h"
#include "utils/typcache.h"

#define SIMULATION_COLUMNS 26	/* of type simulation */

/* Losses that are returned one by one */
typedef struct LossSource
{
	Scenario	scenario;
	uint64_t	seed;
	int			trials;
	double		losses[SIMULATION_BLOCK];
} LossSource;

/* The losses of an event, as columns of risk_scenario, in the order of draws */
static const char *const primary_columns[LOSS_FORMS] = {
	"primary_productivity", "primary_response", "primary_replacement",
	"primary_fines", "primary_competitive_advantage", "primary_reputation",
	"primary_loss"};
static const char *const secondary_columns[LOSS_FORMS] = {
	"secondary_productivity", "secondary_response", "secondary_replacement",
	"secondary_fines", "secondary_competitive_advantage",
	"secondary_reputation", "secondary_loss"};

/* Called now and then while simulating. */
static void
simulation_check(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* Refuse an estimate that begins below 0, or ends above a limit. */
static void
require_between(const Distribution *pert, double limit, const char *name)
{
	if (distribution_quantile(pert, 0) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative: %s", name, pert_text(pert)),
				 errdetail("Its least value is %g.", pert->low),
				 errhint("Losses and frequencies are 0 or more.")));
	if (distribution_quantile(pert, 1) > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be above %g: %s", name, limit,
						pert_text(pert)),
				 errdetail("It is a probability."),
				 errhint("Write 40 %% as 0.4..0.4..0.4.")));
}

/* Refuse a frequency that cannot be simulated. */
static void
require_rate(const Scenario *scenario)
{
	double		largest = scenario_largest_rate(scenario);

	if (scenario->at_most_once && largest > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("frequency may be as high as %g, where the event happens at most once a year",
						largest),
				 errdetail("The frequency is then the probability of the one event."),
				 errhint("Give a frequency of 1 at most, or leave at_most_once out.")));
	if (largest > SIMULATION_RATE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("frequency may be as high as %g events a year", largest),
				 errdetail("At most %g are simulated.", SIMULATION_RATE_MAX),
				 errhint("What happens that often is a cost rather than a risk: "
						 "estimate the loss of a day or a month as one event.")));
}

/* The number of trials of a call. */
static int
checked_trials(int trials)
{
	if (trials < 1 || trials > SIMULATION_TRIALS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of trials must be between 1 and %d: %d",
						SIMULATION_TRIALS_MAX, trials),
				 errdetail("Each takes 16 bytes of memory."),
				 errhint("100000 trials tell the mean of most risks to about "
						 "half a percent (standard_error).")));
	return trials;
}

/* The scenario of a frequency and a magnitude, arguments 0, 1 and 4. */
static void
scenario_of_arguments(FunctionCallInfo fcinfo, Scenario *scenario)
{
	memset(scenario, 0, sizeof(*scenario));
	scenario->at_most_once = PG_GETARG_BOOL(4);
	scenario->factor_count = 1;
	scenario->factors[0] = *PG_GETARG_PERT(0);
	scenario->primary_count = 1;
	scenario->primary[0] = *PG_GETARG_PERT(1);
	require_between(&scenario->factors[0], INFINITY, "frequency");
	require_between(&scenario->primary[0], INFINITY, "magnitude");
	require_rate(scenario);
}

/* An estimate in a row of risk_scenario; false where it is null. */
static bool
scenario_estimate(HeapTupleHeader row, const char *column, double limit,
				  Distribution *pert)
{
	bool		isnull;
	Datum		value = GetAttributeByName(row, column, &isnull);

	if (isnull)
		return false;
	*pert = *DatumGetPert(value);
	require_between(pert, limit, column);
	return true;
}

/* The estimates in several columns of a row; how many there are. */
static int
scenario_forms(HeapTupleHeader row, const char *const *columns,
			   Distribution *forms)
{
	int			count = 0;

	for (int i = 0; i < LOSS_FORMS; i++)
	{
		if (scenario_estimate(row, columns[i], INFINITY, &forms[count]))
			count++;
	}
	return count;
}

/* Refuse a row of which something is missing. */
static void
require_estimate(bool given, const char *what)
{
	if (!given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scenario is not complete"),
				 errdetail("It has no %s.", what),
				 errhint("Estimate it in aims.risk_scenario.")));
}

/* How often the event of a row of risk_scenario happens. */
static void
scenario_frequency(HeapTupleHeader row, Scenario *scenario)
{
	int		   *count = &scenario->factor_count;
	Distribution *factors = scenario->factors;

	if (scenario_estimate(row, "loss_event_frequency", INFINITY,
						  &factors[*count]))
	{
		(*count)++;
		return;
	}
	if (scenario_estimate(row, "threat_event_frequency", INFINITY,
						  &factors[*count]))
		(*count)++;
	else
	{
		require_estimate(scenario_estimate(row, "contact_frequency", INFINITY,
										   &factors[(*count)++]),
						 "frequency");
		require_estimate(scenario_estimate(row, "probability_of_action", 1,
										   &factors[(*count)++]),
						 "probability of action");
	}
	if (scenario_estimate(row, "vulnerability", 1, &factors[*count]))
	{
		(*count)++;
		return;
	}
	scenario->compared = true;
	require_estimate(scenario_estimate(row, "threat_capability", INFINITY,
									   &scenario->capability),
					 "vulnerability");
	require_estimate(scenario_estimate(row, "resistance_strength", INFINITY,
									   &scenario->resistance),
					 "resistance strength");
}

/* The scenario of a row of risk_scenario. */
static void
scenario_of_row(HeapTupleHeader row, Scenario *scenario)
{
	Distribution probability;
	bool		isnull;

	memset(scenario, 0, sizeof(*scenario));
	scenario->stream = (uint64_t) DatumGetInt64(GetAttributeByName(row, "risk_scenario_id", &isnull));
	require_estimate(!isnull, "number");
	scenario->at_most_once = DatumGetBool(GetAttributeByName(row, "at_most_once", &isnull));
	scenario_frequency(row, scenario);
	require_rate(scenario);
	scenario->primary_count = scenario_forms(row, primary_columns,
											 scenario->primary);
	require_estimate(scenario->primary_count > 0, "primary loss");
	scenario->secondary_count = scenario_forms(row, secondary_columns,
											   scenario->secondary);
	if (scenario->secondary_count > 0)
	{
		require_estimate(scenario_estimate(row, "secondary_probability", 1,
										   &probability),
						 "probability of secondary loss");
		scenario->secondary_probability = distribution_mean(&probability);
	}
}

/* Put a number into a row; what is none is null. */
static void
put_number(Datum *values, bool *nulls, int *n, double value)
{
	nulls[*n] = isnan(value);
	values[(*n)++] = Float8GetDatum(value);
}

/* A summary as a row of type simulation. */
static Datum
simulation_row(TupleDesc type, const Summary *summary, double mean,
			   double variance, int trials, uint64_t seed)
{
	static const int percentiles[] = {95, 90, 75, 50, 25, 10, 5, 1};
	Datum		values[SIMULATION_COLUMNS];
	bool		nulls[SIMULATION_COLUMNS] = {false};
	int			n = 0;

	put_number(values, nulls, &n, summary->mean);
	put_number(values, nulls, &n, summary->sd);
	put_number(values, nulls, &n, summary->standard_error);
	put_number(values, nulls, &n, mean);
	put_number(values, nulls, &n, sqrt(variance));
	put_number(values, nulls, &n, summary->p_zero);
	for (int i = 0; i < lengthof(percentiles); i++)
		put_number(values, nulls, &n,
				   summary->curve[CURVE_PERCENT(percentiles[i])]);
	put_number(values, nulls, &n, summary->curve[CURVE_PERCENT(10)]);
	put_number(values, nulls, &n, summary->curve[CURVE_PERCENT(5)]);
	put_number(values, nulls, &n, summary->curve[CURVE_PERCENT(1)]);
	put_number(values, nulls, &n, summary->curve[0]);
	for (int i = 0; i < SIMULATION_TAILS; i++)
		put_number(values, nulls, &n, summary->shortfall[i]);
	put_number(values, nulls, &n, summary->maximum);
	values[n++] = Int32GetDatum(trials);
	values[n++] = Int64GetDatum((int64) seed);
	values[n++] = Int32GetDatum(SIMULATION_MODEL);
	Assert(n == SIMULATION_COLUMNS);
	return HeapTupleGetDatum(heap_form_tuple(type, values, nulls));
}

/* A loss exceedance curve as an array. */
static Datum
curve_array(const Summary *summary)
{
	Datum		losses[CURVE_POINTS];

	for (int i = 0; i < CURVE_POINTS; i++)
		losses[i] = Float8GetDatum(summary->curve[i]);
	return PointerGetDatum(construct_array(losses, CURVE_POINTS, FLOAT8OID,
										   sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/* Simulate what happens together, and sum up; exact mean and variance too. */
static void
simulate_together(const Scenario *scenarios, int count, int trials,
				  uint64_t seed, Summary *summary, double *mean,
				  double *variance)
{
	double	   *losses = palloc0(sizeof(double) * trials);
	double	   *scratch;

	*mean = 0;
	*variance = 0;
	for (int i = 0; i < count; i++)
	{
		double		own_mean;
		double		own_variance;

		simulate(&scenarios[i], seed, 0, trials, losses, simulation_check);
		scenario_moments(&scenarios[i], &own_mean, &own_variance);
		*mean += own_mean;
		*variance += own_variance;
	}
	scratch = palloc(sizeof(double) * trials);
	summarize(losses, scratch, trials, summary);
	pfree(scratch);
	pfree(losses);
}

PG_FUNCTION_INFO_V1(aims_simulate);

/* Annual loss of a frequency and a magnitude. */
Datum
aims_simulate(PG_FUNCTION_ARGS)
{
	int			trials = checked_trials(PG_GETARG_INT32(2));
	uint64_t	seed = (uint64_t) PG_GETARG_INT64(3);
	Scenario	scenario;
	Summary		summary;
	TupleDesc	type;
	double		mean;
	double		variance;

	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	scenario_of_arguments(fcinfo, &scenario);
	simulate_together(&scenario, 1, trials, seed, &summary, &mean, &variance);
	return simulation_row(BlessTupleDesc(type), &summary, mean, variance,
						  trials, seed);
}

PG_FUNCTION_INFO_V1(aims_loss_curve);

/* The losses that a year exceeds with certain probabilities. */
Datum
aims_loss_curve(PG_FUNCTION_ARGS)
{
	int			trials = checked_trials(PG_GETARG_INT32(2));
	Scenario	scenario;
	Summary		summary;
	double		mean;
	double		variance;

	scenario_of_arguments(fcinfo, &scenario);
	simulate_together(&scenario, 1, trials, (uint64_t) PG_GETARG_INT64(3),
					  &summary, &mean, &variance);
	PG_RETURN_DATUM(curve_array(&summary));
}

PG_FUNCTION_INFO_V1(aims_simulation_model);

/* Version of the model. */
Datum
aims_simulation_model(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(SIMULATION_MODEL);
}

PG_FUNCTION_INFO_V1(aims_curve_probabilities);

/* Those probabilities. */
Datum
aims_curve_probabilities(PG_FUNCTION_ARGS)
{
	Datum		probabilities[CURVE_POINTS];

	for (int i = 0; i < CURVE_POINTS; i++)
		probabilities[i] = Float8GetDatum(CURVE_PERMILLE(i) / 1000.0);
	PG_RETURN_ARRAYTYPE_P(construct_array(probabilities, CURVE_POINTS,
										  FLOAT8OID, sizeof(float8),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(aims_simulate_losses);

/* Annual losses one by one, in the order of trials. */
Datum
aims_simulate_losses(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	LossSource *source;
	int			trial;
	int			place;			/* in its block */

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		source = MemoryContextAlloc(call->multi_call_memory_ctx,
									sizeof(LossSource));
		source->trials = checked_trials(PG_GETARG_INT32(2));
		source->seed = (uint64_t) PG_GETARG_INT64(3);
		scenario_of_arguments(fcinfo, &source->scenario);
		call->user_fctx = source;
	}
	call = SRF_PERCALL_SETUP();
	source = call->user_fctx;
	trial = (int) call->call_cntr;
	if (trial >= source->trials)
		SRF_RETURN_DONE(call);
	place = trial % SIMULATION_BLOCK;
	if (place == 0)
	{
		memset(source->losses, 0, sizeof(source->losses));
		simulate(&source->scenario, source->seed, trial,
				 Min(SIMULATION_BLOCK, source->trials - trial),
				 source->losses, simulation_check);
	}
	SRF_RETURN_NEXT(call, Float8GetDatum(source->losses[place]));
}

/* The scenarios of an array of rows of risk_scenario; how many. */
static int
scenarios_of_array(ArrayType *array, Scenario **scenarios)
{
	Datum	   *rows;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE,
					  &rows, &nulls, &count);
	*scenarios = palloc(sizeof(Scenario) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		require_estimate(!nulls[i], "content");
		scenario_of_row(DatumGetHeapTupleHeader(rows[i]), &(*scenarios)[i]);
	}
	return count;
}

PG_FUNCTION_INFO_V1(aims_simulate_scenarios);

/* Annual loss of scenarios together, and its curve. */
Datum
aims_simulate_scenarios(PG_FUNCTION_ARGS)
{
	int			trials = checked_trials(PG_GETARG_INT32(1));
	uint64_t	seed = (uint64_t) PG_GETARG_INT64(2);
	Scenario   *scenarios;
	int			count;
	Summary		summary;
	TupleDesc	type;
	TupleDesc	result;
	double		mean;
	double		variance;
	Datum		values[2];
	bool		nulls[2] = {false};

	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	count = scenarios_of_array(PG_GETARG_ARRAYTYPE_P(0), &scenarios);
	result = lookup_rowtype_tupdesc_copy(TupleDescAttr(type, 0)->atttypid, -1);
	simulate_together(scenarios, count, trials, seed, &summary, &mean,
					  &variance);
	values[0] = simulation_row(BlessTupleDesc(result), &summary, mean, variance,
							   trials, seed);
	values[1] = curve_array(&summary);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type),
													  values, nulls)));
}
