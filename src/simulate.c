/*
 * simulate.c
 *		Annual loss of a risk scenario: a compound Poisson model, trial by
 *		trial, and what a sorted list of losses says.
 *
 * Trials are drawn in blocks of SIMULATION_BLOCK, each from the beginning of
 * its own part of the scenario's stream: what one comes to depends on seed,
 * stream and number alone. Losses are added up in the order of trials and
 * scenarios, so that the sums are the same bits as well.
 */
#include "simulate.h"

#include <math.h>
#include <string.h>

#include "draw.h"

#define CHECK_EVERY 65536		/* events between two calls of check */
#define DIGIT_BITS 11
#define DIGITS 6				/* of a double, 64 bits */
#define DIGIT_VALUES (1 << DIGIT_BITS)

/* A scenario made ready to draw from */
typedef struct Model
{
	const Scenario *scenario;
	Sampler		factors[FREQUENCY_FACTORS];
	Sampler		capability;
	Sampler		resistance;
	Sampler		primary[LOSS_FORMS];
	Sampler		secondary[LOSS_FORMS];
} Model;

static void
prepare_all(Sampler *samplers, const Distribution *distributions, int count)
{
	for (int i = 0; i < count; i++)
		sampler_prepare(&samplers[i], &distributions[i]);
}

static void
model_prepare(Model *model, const Scenario *scenario)
{
	model->scenario = scenario;
	prepare_all(model->factors, scenario->factors, scenario->factor_count);
	if (scenario->compared)
	{
		sampler_prepare(&model->capability, &scenario->capability);
		sampler_prepare(&model->resistance, &scenario->resistance);
	}
	prepare_all(model->primary, scenario->primary, scenario->primary_count);
	prepare_all(model->secondary, scenario->secondary,
				scenario->secondary_count);
}

/* How often a year sees the event. */
static double
draw_frequency(const Model *model, Random *random)
{
	double		frequency = 1;

	for (int i = 0; i < model->scenario->factor_count; i++)
		frequency *= sampler_draw(&model->factors[i], random);
	if (model->scenario->compared)
	{
		double		capability = sampler_draw(&model->capability, random);

		if (!(capability > sampler_draw(&model->resistance, random)))
			frequency = 0;
	}
	return frequency;
}

/* How many events there are in a year. */
static int
draw_events(const Model *model, Random *random)
{
	double		frequency = draw_frequency(model, random);

	if (frequency <= 0)
		return 0;
	if (model->scenario->at_most_once)
		return random_uniform(random) < frequency;
	return (int) poisson_draw(frequency, random);
}

/* Draw from each of several distributions, and add up. */
static inline double
draw_sum(const Sampler *samplers, int count, Random *random)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += sampler_draw(&samplers[i], random);
	return sum;
}

/* Does an event have secondary loss? A certain answer takes no number. */
static inline bool
draw_secondary(const Scenario *scenario, Random *random)
{
	if (scenario->secondary_count == 0 || scenario->secondary_probability <= 0)
		return false;
	return scenario->secondary_probability >= 1 ||
		random_uniform(random) < scenario->secondary_probability;
}

/* The loss of one event. */
static inline double
draw_loss(const Model *model, Random *random)
{
	const Scenario *scenario = model->scenario;
	double		loss = draw_sum(model->primary, scenario->primary_count,
								random);

	if (draw_secondary(scenario, random))
		loss += draw_sum(model->secondary, scenario->secondary_count, random);
	return loss;
}

/*
 * Add the annual losses of trials first to first + count - 1 to losses. first
 * is where a block begins. check is called now and then, and need not return.
 */
void
simulate(const Scenario *scenario, uint64_t seed, int first, int count,
		 double *losses, void (*check)(void))
{
	Model		model;
	Random		random;
	int			until_check = 0;

	model_prepare(&model, scenario);
	for (int trial = 0; trial < count; trial++)
	{
		double		loss = 0;
		int			events;

		if (trial % SIMULATION_BLOCK == 0)
			random_start(&random, seed, scenario->stream,
						 (uint32_t) ((first + trial) / SIMULATION_BLOCK));
		events = draw_events(&model, &random);
		until_check -= events + 1;
		for (int i = 0; i < events; i++)
			loss += draw_loss(&model, &random);
		losses[trial] += loss;
		if (until_check < 0)
		{
			check();
			until_check = CHECK_EVERY;
		}
	}
}

/* The largest rate, or probability, that may be drawn. */
double
scenario_largest_rate(const Scenario *scenario)
{
	double		rate = 1;

	for (int i = 0; i < scenario->factor_count; i++)
		rate *= sampler_largest(&scenario->factors[i]);
	return rate;
}

/* Mean and mean square of a year's frequency. */
static void
frequency_moments(const Scenario *scenario, double *mean, double *square)
{
	*mean = 1;
	*square = 1;
	for (int i = 0; i < scenario->factor_count; i++)
	{
		double		m = distribution_mean(&scenario->factors[i]);

		*mean *= m;
		*square *= m * m + distribution_variance(&scenario->factors[i]);
	}
	if (scenario->compared)
	{
		double		p = probability_above(&scenario->capability,
										  &scenario->resistance);

		*mean *= p;
		*square *= p;
	}
}

/* Mean and variance of a sum. */
static void
sum_moments(const Distribution *distributions, int count, double *mean,
			double *variance)
{
	*mean = 0;
	*variance = 0;
	for (int i = 0; i < count; i++)
	{
		*mean += distribution_mean(&distributions[i]);
		*variance += distribution_variance(&distributions[i]);
	}
}

/* Mean and variance of the annual loss, exactly. */
void
scenario_moments(const Scenario *scenario, double *mean, double *variance)
{
	double		q = scenario->secondary_probability;
	double		frequency;
	double		square;
	double		events_variance;
	double		loss;
	double		loss_variance;
	double		secondary;
	double		secondary_variance;

	frequency_moments(scenario, &frequency, &square);
	events_variance = scenario->at_most_once ? frequency * (1 - frequency) :
		frequency + square - frequency * frequency;
	sum_moments(scenario->primary, scenario->primary_count, &loss,
				&loss_variance);
	sum_moments(scenario->secondary, scenario->secondary_count, &secondary,
				&secondary_variance);
	loss += q * secondary;
	loss_variance += q * secondary_variance +
		q * (1 - q) * secondary * secondary;
	*mean = frequency * loss;
	*variance = frequency * loss_variance + events_variance * loss * loss;
}

static inline uint64_t
bits_of(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline unsigned int
digit_of(double value, int digit)
{
	return (bits_of(value) >> (digit * DIGIT_BITS)) % DIGIT_VALUES;
}

/* Move losses by one digit, those with equal ones in the order they are in. */
static void
sort_by_digit(const double *from, double *to, int count, int digit,
			  const int *counts)
{
	int			next[DIGIT_VALUES];
	int			sum = 0;

	for (int i = 0; i < DIGIT_VALUES; i++)
	{
		next[i] = sum;
		sum += counts[i];
	}
	for (int i = 0; i < count; i++)
		to[next[digit_of(from[i], digit)]++] = from[i];
}

/*
 * Sort losses, none of which is negative: their bits then are in the order of
 * their values. From the lowest digit up; one that all share moves nothing.
 */
void
sort_losses(double *losses, double *scratch, int count)
{
	int			counts[DIGITS][DIGIT_VALUES];
	double	   *from = losses;
	double	   *to = scratch;

	memset(counts, 0, sizeof(counts));
	for (int i = 0; i < count; i++)
	{
		for (int digit = 0; digit < DIGITS; digit++)
			counts[digit][digit_of(losses[i], digit)]++;
	}
	for (int digit = 0; digit < DIGITS && count > 0; digit++)
	{
		double	   *swap = from;

		if (counts[digit][digit_of(from[0], digit)] == count)
			continue;
		sort_by_digit(from, to, count, digit, counts[digit]);
		from = to;
		to = swap;
	}
	if (from != losses)
		memcpy(losses, from, (size_t) count * sizeof(double));
}

/* The smallest loss that so many thousandths of all are no larger than. */
double
order_statistic(const double *sorted, int count, int permille)
{
	int64_t		rank = ((int64_t) count * permille + 999) / 1000;

	return sorted[rank > 0 ? rank - 1 : 0];
}

/*
 * Mean of the worst losses, as many as a level leaves, the last of them in
 * part (Acerbi and Tasche, 2002).
 */
static double
expected_shortfall(const double *sorted, int count, int permille)
{
	int64_t		rank = ((int64_t) count * permille + 999) / 1000;
	double		part = (1000 * rank - (int64_t) count * permille) / 1000.0;
	double		whole = (int64_t) count * (1000 - permille) / 1000.0;
	double		sum = part * sorted[rank - 1];

	for (int i = (int) rank; i < count; i++)
		sum += sorted[i];
	return sum / whole;
}

/* Mean and deviation, and the share of years without loss. */
static void
summarize_moments(const double *losses, int count, Summary *summary)
{
	double		sum = 0;
	double		squares = 0;
	int			zeros = 0;

	for (int i = 0; i < count; i++)
	{
		sum += losses[i];
		zeros += losses[i] == 0;
	}
	summary->mean = sum / count;
	for (int i = 0; i < count; i++)
		squares += (losses[i] - summary->mean) * (losses[i] - summary->mean);
	summary->sd = count > 1 ? sqrt(squares / (count - 1)) : NAN;
	summary->standard_error = summary->sd / sqrt(count);
	summary->p_zero = (double) zeros / count;
}

/* Say what the losses of trials amount to; they are sorted. */
void
summarize(double *losses, double *scratch, int count, Summary *summary)
{
	static const int tails[SIMULATION_TAILS] = {900, 950, 990, 999};

	summarize_moments(losses, count, summary);
	sort_losses(losses, scratch, count);
	for (int i = 0; i < SIMULATION_TAILS; i++)
		summary->shortfall[i] = expected_shortfall(losses, count, tails[i]);
	summary->maximum = losses[count - 1];
	for (int i = 0; i < CURVE_POINTS; i++)
		summary->curve[i] = order_statistic(losses, count,
											1000 - CURVE_PERMILLE(i));
}
