-- Estimates as distributions, and annual losses simulated from them (Open FAIR:
-- O-RT 3.0.1, O-RA 2.0.1). doc/fair.md has the model and its formulas.

CREATE TYPE aims.pert;

CREATE FUNCTION aims.pert_in(cstring) RETURNS aims.pert
    AS 'MODULE_PATHNAME', 'aims_pert_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_in(cstring) IS
    'Text input of pert; 22P02 where the form is wrong, 22023 out of order, 22003 not finite, above 1e100, or no lambda';

CREATE FUNCTION aims.pert_out(aims.pert) RETURNS cstring
    AS 'MODULE_PATHNAME', 'aims_pert_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_out(aims.pert) IS
    'Text output of pert: each number with the fewest digits that read as the same, whatever the settings';

CREATE FUNCTION aims.pert_recv(internal) RETURNS aims.pert
    AS 'MODULE_PATHNAME', 'aims_pert_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_recv(internal) IS
    'Binary input of pert: a byte of format version (1), then low, mode, high and lambda as float8, lambda 0 for lognormal; 22P03 for another version';

CREATE FUNCTION aims.pert_send(aims.pert) RETURNS bytea
    AS 'MODULE_PATHNAME', 'aims_pert_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_send(aims.pert) IS
    'Binary output of pert: a byte of format version (1), then low, mode, high and lambda as float8, lambda 0 for lognormal';

CREATE TYPE aims.pert (
    INPUT          = aims.pert_in,
    OUTPUT         = aims.pert_out,
    RECEIVE        = aims.pert_recv,
    SEND           = aims.pert_send,
    INTERNALLENGTH = 32,
    ALIGNMENT      = double
);
COMMENT ON TYPE aims.pert IS
    'Estimate of what is uncertain: a PERT distribution written 10..50..200 (least, most likely, most), 10..50..200@2 with a lambda other than 4 (above 0, at most 1000), the constant 7..7..7, or lognormal(10..1000), the lognormal distribution with this 90 % interval. Sorted by low, mode, high, lambda';

CREATE FUNCTION aims.pert_eq(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_eq(aims.pert, aims.pert) IS 'Implementation of the operator =';

CREATE FUNCTION aims.pert_ne(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_ne(aims.pert, aims.pert) IS 'Implementation of the operator <>';

CREATE FUNCTION aims.pert_lt(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_lt(aims.pert, aims.pert) IS 'Implementation of the operator <';

CREATE FUNCTION aims.pert_le(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_le(aims.pert, aims.pert) IS 'Implementation of the operator <=';

CREATE FUNCTION aims.pert_gt(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_gt(aims.pert, aims.pert) IS 'Implementation of the operator >';

CREATE FUNCTION aims.pert_ge(aims.pert, aims.pert) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_pert_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_ge(aims.pert, aims.pert) IS 'Implementation of the operator >=';

CREATE FUNCTION aims.pert_cmp(aims.pert, aims.pert) RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_pert_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_cmp(aims.pert, aims.pert) IS 'Btree support: three-way comparison';

CREATE FUNCTION aims.pert_hash(aims.pert) RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_pert_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_hash(aims.pert) IS 'Hash support';

CREATE FUNCTION aims.pert_hash_extended(aims.pert, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'aims_pert_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert_hash_extended(aims.pert, bigint) IS 'Hash support with a seed, 64 bits';

CREATE OPERATOR aims.= (
    FUNCTION = aims.pert_eq, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.=),
    NEGATOR = OPERATOR(aims.<>),
    HASHES, MERGES,
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR aims.= (aims.pert, aims.pert) IS 'Is it the same estimate?';

CREATE OPERATOR aims.<> (
    FUNCTION = aims.pert_ne, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.<>),
    NEGATOR = OPERATOR(aims.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR aims.<> (aims.pert, aims.pert) IS 'Is it another estimate?';

CREATE OPERATOR aims.< (
    FUNCTION = aims.pert_lt, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.>),
    NEGATOR = OPERATOR(aims.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR aims.< (aims.pert, aims.pert) IS 'Does the first sort before the second?';

CREATE OPERATOR aims.<= (
    FUNCTION = aims.pert_le, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.>=),
    NEGATOR = OPERATOR(aims.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR aims.<= (aims.pert, aims.pert) IS 'Does the first sort before the second, or equal it?';

CREATE OPERATOR aims.> (
    FUNCTION = aims.pert_gt, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.<),
    NEGATOR = OPERATOR(aims.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR aims.> (aims.pert, aims.pert) IS 'Does the first sort after the second?';

CREATE OPERATOR aims.>= (
    FUNCTION = aims.pert_ge, LEFTARG = aims.pert, RIGHTARG = aims.pert,
    COMMUTATOR = OPERATOR(aims.<=),
    NEGATOR = OPERATOR(aims.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR aims.>= (aims.pert, aims.pert) IS 'Does the first sort after the second, or equal it?';

CREATE OPERATOR CLASS aims.pert_ops
    DEFAULT FOR TYPE aims.pert USING btree AS
    OPERATOR 1 aims.<,
    OPERATOR 2 aims.<=,
    OPERATOR 3 aims.=,
    OPERATOR 4 aims.>=,
    OPERATOR 5 aims.>,
    FUNCTION 1 aims.pert_cmp(aims.pert, aims.pert),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS aims.pert_ops USING btree IS 'Order of estimates: by low, mode, high, lambda';
COMMENT ON OPERATOR FAMILY aims.pert_ops USING btree IS 'Order of estimates';

CREATE OPERATOR CLASS aims.pert_ops
    DEFAULT FOR TYPE aims.pert USING hash AS
    OPERATOR 1 aims.=,
    FUNCTION 1 aims.pert_hash(aims.pert),
    FUNCTION 2 aims.pert_hash_extended(aims.pert, bigint);
COMMENT ON OPERATOR CLASS aims.pert_ops USING hash IS 'Equality of estimates';
COMMENT ON OPERATOR FAMILY aims.pert_ops USING hash IS 'Equality of estimates';

CREATE FUNCTION aims.pert(low float8, mode float8, high float8, lambda float8 DEFAULT 4) RETURNS aims.pert
    AS 'MODULE_PATHNAME', 'aims_pert' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.pert(float8, float8, float8, float8) IS
    'PERT distribution of least, most likely and most; NULL where one is. 22023 unless low <= mode <= high, 22003 not finite, beyond 1e100, or lambda not above 0 or above 1000';

CREATE FUNCTION aims.lognormal(low float8, high float8) RETURNS aims.pert
    AS 'MODULE_PATHNAME', 'aims_lognormal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.lognormal(float8, float8) IS
    'Lognormal distribution whose 5th and 95th percentile these are; NULL where one is. 22023 unless low < high, 22003 not finite, low not above 0, beyond 1e100, or high above 1e12 times low';

CREATE FUNCTION aims.low(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_low' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.low(aims.pert) IS 'Least value; of a lognormal distribution the 5th percentile';

CREATE FUNCTION aims.mode(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_mode' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.mode(aims.pert) IS 'Most likely value';

CREATE FUNCTION aims.high(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_high' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.high(aims.pert) IS 'Largest value; of a lognormal distribution the 95th percentile';

CREATE FUNCTION aims.lambda(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_lambda' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.lambda(aims.pert) IS 'Weight of the most likely value, 4 by default; NULL of a lognormal distribution';

CREATE FUNCTION aims.mean(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.mean(aims.pert) IS 'Mean: (low + lambda mode + high) / (lambda + 2); lognormal: exp(mu + sigma^2 / 2)';

CREATE FUNCTION aims.variance(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_variance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.variance(aims.pert) IS 'Variance: (mean - low) (high - mean) / (lambda + 3); lognormal: mean^2 (exp(sigma^2) - 1)';

CREATE FUNCTION aims.quantile(estimate aims.pert, probability float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.quantile(aims.pert, float8) IS
    'Value that the estimate is not above with that probability, to 1e-11 of its distance from the nearer end; low and high at 0 and 1 (0 and infinity where it is lognormal). 22003 unless 0 <= probability <= 1';

CREATE FUNCTION aims.largest(aims.pert) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_largest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.largest(aims.pert) IS
    'Largest value that a simulation may draw: high; of a lognormal distribution the quantile of 1 - 2^-53';

CREATE FUNCTION aims.cdf(estimate aims.pert, value float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'aims_pert_cdf' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.cdf(aims.pert, float8) IS
    'Cumulative distribution function: probability that the estimate is not above the value. 22003 for NaN';

-- Simulation

CREATE TYPE aims.simulation AS (
    mean           float8,
    sd             float8,
    standard_error float8,
    analytic_mean  float8,
    analytic_sd    float8,
    p_zero         float8,
    p05            float8,
    p10            float8,
    p25            float8,
    p50            float8,
    p75            float8,
    p90            float8,
    p95            float8,
    p99            float8,
    var_90         float8,
    var_95         float8,
    var_99         float8,
    var_999        float8,
    es_90          float8,
    es_95          float8,
    es_99          float8,
    es_999         float8,
    maximum        float8,
    trials         integer,
    seed           bigint,
    model          integer
);
COMMENT ON TYPE aims.simulation IS
    'What simulated annual losses amount to (Open FAIR O-RA 2.0.1); in the currency of the estimates';
COMMENT ON COLUMN aims.simulation.mean IS 'Mean annual loss (annualised loss expectancy, ALE)';
COMMENT ON COLUMN aims.simulation.sd IS 'Standard deviation of the annual loss; NULL for one trial';
COMMENT ON COLUMN aims.simulation.standard_error IS 'Standard error of the mean: sd / sqrt(trials)';
COMMENT ON COLUMN aims.simulation.analytic_mean IS 'Exact mean of the same model';
COMMENT ON COLUMN aims.simulation.analytic_sd IS 'Exact standard deviation of the same model';
COMMENT ON COLUMN aims.simulation.p_zero IS 'Share of years without loss';
COMMENT ON COLUMN aims.simulation.p05 IS 'Percentile 5: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p10 IS 'Percentile 10: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p25 IS 'Percentile 25: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p50 IS 'Percentile 50: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p75 IS 'Percentile 75: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p90 IS 'Percentile 90: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p95 IS 'Percentile 95: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.p99 IS 'Percentile 99: the smallest loss that so many per cent of years do not exceed';
COMMENT ON COLUMN aims.simulation.var_90 IS 'Value at risk at 90 %: the percentile';
COMMENT ON COLUMN aims.simulation.var_95 IS 'Value at risk at 95 %: the percentile';
COMMENT ON COLUMN aims.simulation.var_99 IS 'Value at risk at 99 %: the percentile';
COMMENT ON COLUMN aims.simulation.var_999 IS 'Value at risk at 99.9 %: the percentile';
COMMENT ON COLUMN aims.simulation.es_90 IS 'Expected shortfall: mean of the worst 10 % of years';
COMMENT ON COLUMN aims.simulation.es_95 IS 'Expected shortfall: mean of the worst 5 % of years';
COMMENT ON COLUMN aims.simulation.es_99 IS 'Expected shortfall: mean of the worst 1 % of years';
COMMENT ON COLUMN aims.simulation.es_999 IS 'Expected shortfall: mean of the worst 0.1 % of years';
COMMENT ON COLUMN aims.simulation.maximum IS 'Largest loss of a trial';
COMMENT ON COLUMN aims.simulation.trials IS 'Number of simulated years';
COMMENT ON COLUMN aims.simulation.seed IS 'Seed of the random numbers';
COMMENT ON COLUMN aims.simulation.model IS 'Version of the model: the same inputs, trials, seed and version give the same result';

-- The same seed gives the same bits, but on another machine the mathematical
-- library may differ in the last one: STABLE, which also keeps the planner from
-- simulating by itself.
CREATE FUNCTION aims.simulate(frequency aims.pert, magnitude aims.pert, trials integer DEFAULT 100000, seed bigint DEFAULT 1, at_most_once boolean DEFAULT false)
    RETURNS aims.simulation
    AS 'MODULE_PATHNAME', 'aims_simulate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 400000;
COMMENT ON FUNCTION aims.simulate(aims.pert, aims.pert, integer, bigint, boolean) IS
    'Annual loss, simulated: each trial draws a frequency, a Poisson number of events (at most once: one event with that probability), and a loss for each. 22023 where an estimate begins below 0, the frequency may be above 100,000 a year (above 1 where at most once), or trials are not between 1 and 10,000,000; NULL where an argument is';

CREATE FUNCTION aims.simulate_losses(frequency aims.pert, magnitude aims.pert, trials integer DEFAULT 100000, seed bigint DEFAULT 1, at_most_once boolean DEFAULT false)
    RETURNS SETOF float8
    AS 'MODULE_PATHNAME', 'aims_simulate_losses' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 400000 ROWS 100000;
COMMENT ON FUNCTION aims.simulate_losses(aims.pert, aims.pert, integer, bigint, boolean) IS
    'The annual losses that aims.simulate sums up, trial by trial. 22023 where an estimate begins below 0, the frequency may be above 100,000 a year (above 1 where at most once), or trials are not between 1 and 10,000,000; no row where an argument is';

CREATE FUNCTION aims.loss_curve(frequency aims.pert, magnitude aims.pert, trials integer DEFAULT 100000, seed bigint DEFAULT 1, at_most_once boolean DEFAULT false)
    RETURNS float8[]
    AS 'MODULE_PATHNAME', 'aims_loss_curve' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 400000;
COMMENT ON FUNCTION aims.loss_curve(aims.pert, aims.pert, integer, bigint, boolean) IS
    'The annual losses that are exceeded with the probabilities of aims.curve_probabilities() at most, of the same trials. 22023 where an estimate begins below 0, the frequency may be above 100,000 a year (above 1 where at most once), or trials are not between 1 and 10,000,000; NULL where an argument is';

CREATE FUNCTION aims.simulation_model() RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_simulation_model' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.simulation_model() IS
    'Version of the model that this library simulates; results of another one are stale';

CREATE FUNCTION aims.curve_probabilities() RETURNS float8[]
    AS 'MODULE_PATHNAME', 'aims_curve_probabilities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.curve_probabilities() IS
    'The 108 probabilities of a loss exceedance curve: 0.001 to 0.009, then 0.01 to 0.99';

CREATE FUNCTION aims.loss_exceedance(frequency aims.pert, magnitude aims.pert, trials integer DEFAULT 100000, seed bigint DEFAULT 1, at_most_once boolean DEFAULT false,
        OUT probability float8, OUT loss float8) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 108
    BEGIN ATOMIC
        SELECT u.probability, u.loss
          FROM ROWS FROM (unnest(aims.curve_probabilities()),
                          unnest(aims.loss_curve(frequency, magnitude, trials, seed, at_most_once))) AS u (probability, loss)
         WHERE u.loss IS NOT NULL;
    END;
COMMENT ON FUNCTION aims.loss_exceedance(aims.pert, aims.pert, integer, bigint, boolean) IS
    'Loss exceedance curve, ready to plot: each loss is exceeded with that probability at most, and any smaller one of the trials with a higher one. Errors as aims.simulate';

CREATE FUNCTION aims.exceedance_probability(frequency aims.pert, magnitude aims.pert, threshold float8,
        trials integer DEFAULT 100000, seed bigint DEFAULT 1, at_most_once boolean DEFAULT false) RETURNS float8
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT (count(*) FILTER (WHERE l > threshold))::float8 / nullif(count(l > threshold), 0)
              FROM aims.simulate_losses(frequency, magnitude, trials, seed, at_most_once) AS l);
COMMENT ON FUNCTION aims.exceedance_probability(aims.pert, aims.pert, float8, integer, bigint, boolean) IS
    'Share of the simulated years whose loss is above the threshold; its standard error is sqrt(p (1 - p) / trials). NULL where an argument is; errors as aims.simulate';
