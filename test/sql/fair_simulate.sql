\i test/setup.sql
-- Simulated annual losses: against published and exact values, the same bits at
-- any parallelism, what is refused.
BEGIN;
SELECT plan(66);
SET LOCAL search_path = aims, public, tap;

-- The published case; Monte Carlo errors of a quantile: 5 sqrt(q (1 - q) / n) / density, in per cent of it here
CREATE TEMP TABLE published AS SELECT s.* FROM simulate('0.1..0.5..2', '50000..250000..2000000', 400000, 7) AS s;
SELECT ok(abs(analytic_mean / 347361.1111111111 - 1) < 1e-9, 'exact mean of the published case') FROM published;
SELECT ok(abs(analytic_sd - 521218) < 1, 'its exact deviation') FROM published;
SELECT ok(abs(got - expected) <= error, format('%s is about %s', what, expected))
  FROM published AS p
 CROSS JOIN LATERAL (VALUES
    ('mean', p.mean, 347361.11, 4 * p.standard_error), ('sd', p.sd, 521218, 3000), ('P(0)', p.p_zero, 0.5315777187, 4 * sqrt(0.53 * 0.47 / 400000)),
    ('p75', p.p75, 577104, 6000), ('p90', p.p90, 1083374, 9000), ('p95', p.p95, 1423445, 12000), ('p99', p.p99, 2184699, 24000)) AS t (what, got, expected, error);
SELECT ok(p90 = var_90 AND p95 = var_95 AND p99 = var_99 AND p05 <= p10 AND p10 <= p25 AND p25 <= p50 AND p50 <= p75 AND p75 <= p90 AND var_99 <= var_999
          AND var_999 <= maximum AND es_90 > var_90 AND es_95 > var_95 AND es_99 > var_99 AND es_999 > var_999 AND es_999 <= maximum, 'percentiles, values at risk and shortfalls in order') FROM published;
-- frequency x magnitude has the same mean and another tail: not what is simulated
SELECT ok(abs(sd - 290989) > 100000 AND abs(p99 - 1364416) > 500000, 'not the product of frequency and magnitude') FROM published;
SELECT ok(trials = 400000 AND seed = 7 AND model = simulation_model(), 'told with trials, seed and model') FROM published;

-- What is summed up is what aims.simulate_losses returns
CREATE TEMP TABLE loss AS SELECT l, n FROM simulate_losses('0.1..0.5..2', '50000..250000..2000000', 10000, 7) WITH ORDINALITY AS t (l, n);
SELECT is(count(*), 10000::bigint, 'a loss a trial') FROM loss;
SELECT ok(bool_and(abs(got / expected - 1) < 1e-12), 'mean, sd, percentiles and shortfall of them')
  FROM (SELECT avg(l), stddev_samp(l), percentile_disc(0.75) WITHIN GROUP (ORDER BY l), percentile_disc(0.95) WITHIN GROUP (ORDER BY l), max(l) FROM loss) AS e (mean, sd, p75, p95, maximum)
 CROSS JOIN (SELECT avg(l) AS es_95 FROM (SELECT l FROM loss ORDER BY l DESC LIMIT 500) AS worst) AS w
 CROSS JOIN simulate('0.1..0.5..2', '50000..250000..2000000', 10000, 7) AS s
 CROSS JOIN LATERAL (VALUES (s.mean, e.mean), (s.sd, e.sd), (s.p75, e.p75), (s.p95, e.p95), (s.maximum, e.maximum), (s.es_95, w.es_95)) AS t (got, expected);
SELECT is((SELECT string_agg(l::text, ' ' ORDER BY n) FROM loss WHERE n <= 3000),
          (SELECT string_agg(l::text, ' ' ORDER BY n) FROM simulate_losses('0.1..0.5..2', '50000..250000..2000000', 3000, 7) WITH ORDINALITY AS t (l, n)),
          'fewer trials are the first of more');
SELECT is((SELECT string_agg(l::text, ' ') FROM (SELECT l FROM simulate_losses('0.1..0.5..2', '50000..250000..2000000', 3000, 8) AS l) AS t) = (SELECT string_agg(l::text, ' ') FROM loss WHERE n <= 3000),
          false, 'another seed, other losses');
SELECT ok(bool_and(exceeding <= probability) AND count(*) = 108 AND bool_and(loss >= smaller), 'a curve: each loss is exceeded with its probability at most')
  FROM (SELECT c.probability, c.loss, lead(c.loss, 1, 0) OVER (ORDER BY c.probability) AS smaller, (SELECT count(*) FILTER (WHERE l > c.loss) / 10000.0 FROM loss) AS exceeding
          FROM loss_exceedance('0.1..0.5..2', '50000..250000..2000000', 10000, 7) AS c) AS c;
SELECT is(exceedance_probability('0.1..0.5..2', '50000..250000..2000000', 1e6, 10000, 7), (SELECT count(*) FILTER (WHERE l > 1e6) / 10000::float8 FROM loss), 'probability of more than a threshold');
SELECT is(exceedance_probability('0.1..0.5..2', '50000..250000..2000000', NULL, 10), NULL, 'than NULL: NULL');

-- pyfair's example: primary and secondary loss each time, as a scenario
INSERT INTO risk (risk_id, title, source) VALUES (-1, 'pyfair', 'security');
INSERT INTO risk_scenario (risk_scenario_id, risk_id, assessment, loss_event_frequency, primary_loss, secondary_probability, secondary_loss)
VALUES (-1, -1, 'inherent', '20..100..900', '3e6..3.5e6..5e6', '1..1..1', '3e6..3.5e6..5e6');
SELECT ok(abs((r.result).analytic_mean / 1613333333.3333333 - 1) < 1e-9 AND abs((r.result).mean - 1613333333.33) <= 4 * (r.result).standard_error
          AND abs((r.result).mean - 1612998912) <= 5 * (r.result).standard_error, 'the mean of pyfair''s example')
  FROM risk_scenario AS s CROSS JOIN LATERAL simulate_scenarios(ARRAY[s], 20000) AS r WHERE s.risk_id = -1;

-- CISO Assistant's: at most once, with p = 0.4
SELECT ok(abs(s.analytic_mean / 106559.20 - 1) < 1e-7 AND abs(s.mean - 106559.20) <= 4 * s.standard_error AND abs(s.p_zero - 0.6) < 0.004
          AND abs(s.var_95 / 500452.39 - 1) < 0.02 AND abs(s.var_99 / 1554438.32 - 1) < 0.05, 'at most once a year, lognormal')
  FROM simulate('0.4..0.4..0.4', 'lognormal(10000..1000000)', 300000, 1, at_most_once => true) AS s;

-- 100 random scenarios: within four standard errors of the exact mean (the seed is fixed: it holds or it does not)
SELECT is_empty($$
    SELECT i, s.mean, s.analytic_mean, (s.mean - s.analytic_mean) / s.standard_error
      FROM (SELECT i, ('x' || substr(md5(i::text), 1, 8))::bit(32)::bigint / 4294967296.0 AS a, ('x' || substr(md5(i::text), 9, 8))::bit(32)::bigint / 4294967296.0 AS b,
                   ('x' || substr(md5(i::text), 17, 8))::bit(32)::bigint / 4294967296.0 AS c FROM generate_series(1, 100) AS i) AS r
     CROSS JOIN LATERAL simulate(pert(r.a, r.a + r.b, r.a + r.b + 12 * r.c * r.c, 1 + 8 * r.b),
                                 CASE WHEN i % 4 = 0 THEN lognormal(1000 * (1 + r.a), 50000 * (1 + r.b)) ELSE pert(1000 * r.c, 5000, 6000 + 90000 * r.b, 0.5 + 6 * r.a) END, 10000, i) AS s
     WHERE NOT abs(s.mean - s.analytic_mean) <= 4 * s.standard_error OR NOT abs(s.sd / s.analytic_sd - 1) < 0.25
$$, 'means of 100 random scenarios');

-- The same bits at 0, 1 and 4 workers
CREATE TEMP TABLE answer (workers integer, answer text);
CREATE TABLE estimate (id integer, f pert, m pert) WITH (parallel_workers = 4);
INSERT INTO estimate SELECT i, pert(0, i / 10.0, i), pert(10, 20 + i, 900 + i) FROM generate_series(1, 60) AS i;
ANALYZE estimate;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END $$;
CREATE FUNCTION pg_temp.note(workers integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
    INSERT INTO answer SELECT workers, string_agg(s::text, ' ' ORDER BY id)
      FROM (SELECT id, simulate(f, m, 3000, id) AS s FROM estimate OFFSET 0) AS e;
END $$;
SELECT pg_temp.note(0), pg_temp.note(1), pg_temp.note(4) \g /dev/null
SELECT is(count(*), 1::bigint, 'one answer') FROM (SELECT DISTINCT answer FROM answer) AS d;
SELECT ok(bool_and(length(answer) > 10000) AND count(*) = 3, 'of three') FROM answer;
SET LOCAL max_parallel_workers_per_gather = 4;
SELECT ok(EXISTS (SELECT FROM pg_temp.plan_of('SELECT id, simulate(f, m, 3000, id) AS s FROM estimate') AS l WHERE l ~ 'Workers Planned: 4'), 'workers simulate');
CREATE TEMP TABLE by_worker AS SELECT id, s FROM (SELECT id, simulate(f, m, 3000, id) AS s FROM estimate OFFSET 0) AS e;
SELECT is((SELECT string_agg(s::text, ' ' ORDER BY id) FROM by_worker), (SELECT answer FROM answer WHERE workers = 0), 'and answer the same, as a table');

-- A portfolio of one is the scenario; of two, the sum
INSERT INTO risk_scenario (risk_scenario_id, risk_id, assessment, contact_frequency, probability_of_action, threat_capability, resistance_strength, primary_response, primary_fines)
VALUES (-2, -1, 'residual', '5..20..60', '0.1..0.2..0.4', '0..50..90', '20..60..100', '100..200..900', '0..0..5000');
SELECT ok(abs((b.result).mean - (x.result).mean - (y.result).mean) < 1e-6 * (b.result).mean
          AND abs((b.result).analytic_sd ^ 2 / ((x.result).analytic_sd ^ 2 + (y.result).analytic_sd ^ 2) - 1) < 1e-12, 'losses add up, and variances')
  FROM risk_scenario AS s JOIN risk_scenario AS t ON s.risk_scenario_id = -1 AND t.risk_scenario_id = -2
 CROSS JOIN LATERAL simulate_scenarios(ARRAY[s, t], 500) AS b CROSS JOIN LATERAL simulate_scenarios(ARRAY[s], 500) AS x CROSS JOIN LATERAL simulate_scenarios(ARRAY[t], 500) AS y;
SELECT ok(abs((r.result).mean - (r.result).analytic_mean) <= 4 * (r.result).standard_error AND abs((r.result).sd / (r.result).analytic_sd - 1) < 0.05, 'a whole tree, against its exact mean and deviation')
  FROM risk_scenario AS s CROSS JOIN LATERAL simulate_scenarios(ARRAY[s], 50000) AS r WHERE s.risk_scenario_id = -2;
SELECT ok((r.result).mean = 0 AND (r.result).p_zero = 1 AND cardinality(r.curve) = 108, 'of none: nothing') FROM simulate_scenarios('{}', 100) AS r;

-- Ends
SELECT ok(mean = 0 AND sd = 0 AND p_zero = 1 AND var_999 = 0 AND es_999 = 0 AND analytic_mean = 0, 'what never happens costs nothing') FROM simulate('0..0..0', '1..2..3', 100);
SELECT ok(mean > 0 AND sd IS NULL AND standard_error IS NULL AND p05 = maximum AND es_90 = maximum, 'one trial has no deviation') FROM simulate('5..5..5', '1..2..3', 1);
SELECT ok(mean = 5 AND sd = 0 AND maximum = 5, 'what is certain') FROM simulate('1..1..1', '5..5..5', 100, 1, true);
SELECT ok(abs(mean - analytic_mean) <= 4 * standard_error, 'frequent events') FROM simulate('90000..95000..100000', '1..1..1', 3000);
SELECT ok(mean BETWEEN 1e99 AND 1e101 AND sd < 1e101, 'huge losses') FROM simulate('1..1..1', '1e99..1e100..1e100', 1000);
SELECT ok(mean <> other, 'negative and extreme seeds are seeds')
  FROM (SELECT (simulate('1..1..1', '1..2..3', 100, -1)).mean, (simulate('1..1..1', '1..2..3', 100, 9223372036854775807)).mean AS other) AS t;

-- Long ones can be cancelled
CREATE FUNCTION pg_temp.is_cancelled(query text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END $$;
SET LOCAL statement_timeout = '1s';
SELECT ok(pg_temp.is_cancelled($$SELECT simulate('90000..95000..100000', '1..2..3', 10000000)$$), 'a simulation is cancelled');
SELECT ok(pg_temp.is_cancelled($$SELECT count(*) FROM simulate_losses('90000..95000..100000', '1..2..3', 10000000)$$), 'so are losses one by one');
RESET statement_timeout;

-- What is refused
SELECT throws_ok(format('SELECT * FROM %s(%s)', f, arguments), '22023', NULL, format('%s(%s)', f, arguments))
  FROM unnest('{simulate,simulate_losses,loss_curve}'::text[]) AS f
 CROSS JOIN (VALUES ($$'-1..1..2', '1..2..3'$$), ($$'1..1..2', '-1..2..3'$$), ($$'1..1..100001', '1..2..3'$$), ($$'lognormal(1000..99999)', '1..2..3'$$),
                    ($$'1..1..2', '1..2..3', 0$$), ($$'1..1..2', '1..2..3', -5$$), ($$'1..1..2', '1..2..3', 10000001$$), ($$'0..0.5..1.1', '1..2..3', 10, 1, true$$)) AS a (arguments);
SELECT is(simulate(NULL, '1..2..3')::text, NULL, 'NULL of NULL');
SELECT is((SELECT count(*) FROM simulate_losses('1..2..3', NULL)), 0::bigint, 'no losses of NULL');
SELECT throws_ok($$SELECT simulate_scenarios(ARRAY[NULL::risk_scenario])$$, '22023', NULL, 'a scenario that is NULL');
SELECT throws_ok($$SELECT simulate_scenarios(ARRAY[jsonb_populate_record(NULL::risk_scenario, '{"risk_scenario_id": 1}')])$$, '22023', NULL, 'a scenario without frequency');
SELECT throws_ok($$SELECT simulate_scenarios(ARRAY[jsonb_populate_record(NULL::risk_scenario, '{"risk_scenario_id": 1, "loss_event_frequency": "1..2..3"}')])$$, '22023', NULL, 'without loss');

SELECT * FROM finish();
ROLLBACK;
