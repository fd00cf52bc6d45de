\i test/setup.sql
-- Metrics: published vectors, what is undefined, what is refused. The values
-- are those of scikit-learn 1.2.1, scipy 1.10.1, fairlearn and Spark.
BEGIN;
SELECT plan(158);

CREATE FUNCTION pg_temp.is_near(value float8, expected float8, name text) RETURNS text LANGUAGE sql AS
$$ SELECT ok(abs(value - expected) <= 1e-9, name) || CASE WHEN abs(value - expected) <= 1e-9 THEN '' ELSE format(E'\n# %s, expected %s', value, expected) END $$;
CREATE TEMP TABLE scored (example text, score float8, label boolean);
INSERT INTO scored SELECT 'four', s, y = 1 FROM unnest('{.1,.4,.35,.8}'::float8[], '{0,0,1,1}'::int[]) AS v (s, y);
INSERT INTO scored SELECT 'ties', s, y = 1 FROM unnest('{.1,.1,.4,.6,.6,.6,.8}'::float8[], '{0,1,0,0,1,1,1}'::int[]) AS v (s, y);
INSERT INTO scored SELECT 'ten', s, y = 1
  FROM unnest('{.05,.12,.22,.31,.38,.45,.56,.68,.81,.97}'::float8[], '{0,0,0,1,0,1,1,0,1,1}'::int[]) AS v (s, y);
INSERT INTO scored SELECT 'half', .5, y = 1 FROM unnest('{0,1,0,1}'::int[]) AS y;

SELECT pg_temp.is_near(m.value, e.expected, format('%s of %s', e.metric, e.example))
  FROM (VALUES ('four', 'auroc', 0.75), ('four', 'average_precision', 0.8333333333333333),
               ('ties', 'auroc', 0.7083333333333333), ('ties', 'average_precision', 0.7678571428571428),
               ('ties', 'pr_auc_trapezoid', 0.8339285714285714),
               ('ten', 'brier', 0.16813), ('ten', 'calibration_error', 0.215), ('ten', 'auroc', 0.84),
               ('ten', 'average_precision', 0.8528571428571428), ('ten', 'log_loss', 0.48357475211013207),
               ('half', 'auroc', 0.5), ('half', 'average_precision', 0.5)) AS e (example, metric, expected)
  JOIN (SELECT example, aims.auroc(score, label), aims.average_precision(score, label), aims.pr_auc_trapezoid(score, label),
               aims.brier(score, label), aims.log_loss(score, label), aims.calibration_error(score, label, 5)
          FROM scored GROUP BY example) AS s USING (example)
 CROSS JOIN LATERAL (VALUES ((to_jsonb(s) ->> e.metric)::float8)) AS m (value);

-- Details
SELECT pg_temp.is_near(d.value, 0.84, 'auroc_detail: value') FROM (SELECT (aims.auroc_detail(score, label)).* FROM scored WHERE example = 'ten') AS d;
SELECT pg_temp.is_near(d.low, 0.5684194238217187, 'DeLong, lower end') FROM (SELECT (aims.auroc_detail(score, label)).* FROM scored WHERE example = 'ten') AS d;
SELECT is(d.high, 1::float8, 'the interval is cut at 1') FROM (SELECT (aims.auroc_detail(score, label)).* FROM scored WHERE example = 'ten') AS d;
SELECT results_eq($$SELECT (aims.auroc_detail(score, label)).* FROM (SELECT score, label FROM scored WHERE example = 'half' UNION ALL VALUES (NULL, true), (.3, NULL)) AS s$$,
    $$VALUES (0.5::float8, NULL::float8, NULL::float8, 2::bigint, 2::bigint, 2::bigint)$$, 'no interval where the variance is 0; NULLs are counted');
SELECT results_eq($$SELECT tp, fp, tn, fn, skipped, round(sensitivity::numeric, 9), round(specificity::numeric, 9), round(ppv::numeric, 9), round(npv::numeric, 9), round(f1::numeric, 9)
    FROM (SELECT (aims.confusion(score, label, 0.56)).* FROM scored WHERE example = 'ten') AS c$$,
    $$VALUES (3::bigint, 1::bigint, 4::bigint, 2::bigint, 0::bigint, 0.6, 0.8, 0.75, 0.666666667, 0.666666667)$$, 'confusion: a score at the threshold is predicted positive');
SELECT is(ROW(c.sensitivity_low, c.sensitivity_high)::text, ROW(w.low, w.high)::text, 'its intervals are those of wilson_interval')
  FROM (SELECT (aims.confusion(score, label, 0.56)).* FROM scored WHERE example = 'ten') AS c, aims.wilson_interval(3, 5) AS w;
SELECT results_eq($$SELECT tp, fp, sensitivity, ppv, npv, f1 FROM (SELECT (aims.confusion(score, false, 0.99)).* FROM scored WHERE example = 'ten') AS c$$,
    $$VALUES (0::bigint, 0::bigint, NULL::float8, NULL::float8, 1::float8, NULL::float8)$$, 'a rate of none is NULL');

CREATE TEMP TABLE calibration AS SELECT (aims.calibration_detail(score, label, 5)).* FROM scored WHERE example = 'ten';
SELECT pg_temp.is_near(d.value, e.value, 'calibration_detail: ' || e.name)
  FROM calibration AS c
 CROSS JOIN (VALUES ('value', 0.215), ('largest', 0.68), ('observed', 0.5), ('expected', 0.455), ('oe_ratio', 0.5 / 0.455),
                    ('slope', 1.1577461110336156), ('intercept', 0.32032923340339686), ('n', 10), ('positives', 5), ('fitted', 10)) AS e (name, value)
 CROSS JOIN LATERAL (VALUES ((to_jsonb(c) ->> e.name)::float8)) AS d (value);
SELECT results_eq('SELECT b.low, b.high, b.n, round(b.mean_score::numeric, 9), round(b.rate::numeric, 9) FROM calibration, unnest(curve) AS b',
    $$VALUES (0::float8, .2::float8, 2::bigint, .085, 0), (.2, .4, 3, .303333333, .333333333), (.4, .6, 2, .505, 1), (.6, .8, 1, .68, 0), (.8, 1, 2, .89, 1)$$, 'the curve');
-- numpy.quantile puts the edges
SELECT results_eq($$SELECT c.method, b.low, b.high, b.n FROM (SELECT (aims.calibration_detail(score, label, 3, 'quantile')).* FROM scored WHERE example = 'ten') AS c, unnest(c.curve) AS b$$,
    $$VALUES ('quantile', .05::float8, .31::float8, 4::bigint), ('quantile', .31, .56, 3), ('quantile', .56, .97, 3)$$, 'the curve in bins of as many rows');
SELECT is(slope, NULL, 'labels that scores separate have no slope') FROM (SELECT (aims.calibration_detail(score, score > .4)).* FROM scored WHERE example = 'ten') AS d;
SELECT results_eq($$SELECT n, fitted FROM (SELECT (aims.calibration_detail(s, y)).* FROM (VALUES (0::float8, false), (1, true), (.5, true), (.2, true), (.7, false)) AS v (s, y)) AS d$$,
    'VALUES (5::bigint, 3::bigint)', 'a score of 0 or 1 has no logit');
SELECT results_eq($$SELECT b, (d).curve[b].n, (d).curve[b + 1].n FROM (SELECT b, aims.calibration_detail(s, true) AS d FROM generate_series(1, 9) AS b, unnest(ARRAY[b / 10.0 - .01, b / 10.0, b / 10.0 + .01]::float8[]) AS s GROUP BY b) AS c ORDER BY b$$,
    'SELECT b, 2::bigint, 1::bigint FROM generate_series(1, 9) AS b', 'an edge belongs to the bin below it');

-- Drift
CREATE TEMP TABLE drifting (example text, value float8, is_reference boolean);
INSERT INTO drifting SELECT 'apart', v, false FROM generate_series(0, 9) AS v UNION ALL SELECT 'apart', 2.5 + v, true FROM generate_series(0, 4) AS v;
INSERT INTO drifting SELECT 'tied', v, false FROM unnest('{1,2,2,3}'::float8[]) AS v UNION ALL SELECT 'tied', v, true FROM unnest('{2,3,3,4}'::float8[]) AS v;
INSERT INTO drifting SELECT 'ten bins', b, r FROM unnest('{5,7,8,10,10,10,11,12,13,14}'::int[]) WITH ORDINALITY AS c (n, b),
    LATERAL (SELECT false FROM generate_series(1, n) UNION ALL SELECT true FROM generate_series(1, 10)) AS x (r);
INSERT INTO drifting SELECT 'counts', b, r FROM unnest('{16,18,16,14,12,12}'::int[], '{16,16,16,16,16,8}'::int[]) WITH ORDINALITY AS c (n, m, b),
    LATERAL (SELECT false FROM generate_series(1, n) UNION ALL SELECT true FROM generate_series(1, m)) AS x (r);
SELECT pg_temp.is_near((d.k).statistic, e.statistic, 'KS statistic, ' || example), pg_temp.is_near((d.k).p_value, e.p, 'its p, ' || example), is((d.k).method, 'exact', 'its method, ' || example)
  FROM (VALUES ('apart', 0.3, 0.9190809191), ('tied', 0.5, 0.7714285714)) AS e (example, statistic, p)
  JOIN (SELECT example, aims.ks(value, is_reference) AS k FROM drifting GROUP BY example) AS d USING (example);
SELECT results_eq($$SELECT n, method, p_value > 0 FROM generate_series(10000, 10001) AS n, LATERAL (SELECT (aims.ks(v, v % 7 < 2)).* FROM generate_series(1, n) AS v) AS k ORDER BY n$$,
    $$VALUES (10000, 'exact', true), (10001, 'asymptotic', true)$$, 'p is exact up to 10,000 rows');
-- scipy.stats.kstwobign
SELECT pg_temp.is_near(p_value, 0.26999967167735456, 'asymptotic p')
  FROM (SELECT (aims.ks(CASE WHEN v < 200 THEN -1 ELSE v % 20000 END, v < 20000)).* FROM generate_series(0, 39999) AS v) AS k;
SELECT pg_temp.is_near(aims.psi(value, is_reference), 0.07574982870523903, 'PSI of ten bins') FROM drifting WHERE example = 'ten bins';
SELECT results_eq($$SELECT round(value::numeric, 12), round(expected::numeric, 9), bins, reference_counts, current_counts, n_reference, n_current, skipped FROM (SELECT (aims.psi_detail(value, is_reference)).* FROM drifting WHERE example = 'ten bins') AS d$$,
    $$VALUES (0.075749828705, 0.18, 10, '{10,10,10,10,10,10,10,10,10,10}'::bigint[], '{5,7,8,10,10,10,11,12,13,14}'::bigint[], 100::bigint, 100::bigint, 0::bigint)$$, 'its detail');
SELECT pg_temp.is_near(aims.psi(value, is_reference), 0.0372183816, 'PSI of counts') FROM drifting WHERE example = 'counts';
SELECT pg_temp.is_near(aims.js_distance(value, is_reference), 0.0817342133, 'Jensen-Shannon distance') FROM drifting WHERE example = 'counts';
SELECT pg_temp.is_near(aims.js_divergence(value, is_reference), 0.0817342133 ^ 2, 'Jensen-Shannon divergence') FROM drifting WHERE example = 'counts';
SELECT results_eq($$SELECT aims.js_divergence(v, v = 1), aims.js_distance(v, v = 1, 2) FROM (VALUES (1), (2)) AS v (v)$$, 'VALUES (1::float8, 1::float8)', 'nothing in common: 1');
SELECT pg_temp.is_near(aims.wasserstein(v, r), 5, 'Wasserstein distance'), pg_temp.is_near(aims.wasserstein_normed(v, r), 5 / stddev_pop(v) FILTER (WHERE r), 'in standard deviations of the reference')
  FROM (VALUES (0::float8, false), (1, false), (3, false), (5, true), (6, true), (8, true)) AS v (v, r);
SELECT is(aims.wasserstein_normed(v, v = 1), NULL, 'not of a constant reference') FROM generate_series(1, 3) AS v;
SELECT results_eq($$SELECT bins, edges, reference_counts, current_counts, round(value::numeric, 9) FROM (SELECT (aims.psi_detail(v, r, 4)).* FROM (VALUES (1::float8, true), (1, true), (1, true), (0, false), (1, false), (7, false)) AS v (v, r)) AS d$$,
    $$SELECT 2, '{1}'::float8[], '{3,0}'::bigint[], '{2,1}'::bigint[], round(((2 / 3.0 - 1) * ln(2 / 3.0) + (1 / 3.0 - 0.0001) * ln(1 / 0.0003))::numeric, 9)$$, 'equal edges are one, and a share of 0 counts as 0.0001');

SELECT results_eq($$SELECT v.kind, bins, round(expected::numeric, 9) FROM (SELECT kind, (aims.psi_detail(v, i % 2 = 0)).* FROM generate_series(1, 2000) AS i, LATERAL (VALUES ('constant', 7), ('yes or no', (i % 10 < 3)::int)) AS v (kind, v) GROUP BY kind) AS v ORDER BY kind$$,
    $$VALUES ('constant', 2, 0.000000000), ('yes or no', 4, 0.002)$$, 'bins without rows add nothing by chance');
-- Fairness: the example of fairlearn's documentation
CREATE TEMP TABLE fair AS
SELECT aims.fairness(p = '1', y = '1', g) AS groups
  FROM unnest(string_to_array('011110101000111111', NULL), string_to_array('001011100111100110', NULL), string_to_array('bbabbcccaacabccbcc', NULL)) AS v (y, p, g);
SELECT pg_temp.is_near(aims.demographic_parity_difference(groups, 0), 0.25, 'demographic parity difference') FROM fair;
SELECT pg_temp.is_near(aims.demographic_parity_ratio(groups, 0), 0.6666666667, 'demographic parity ratio') FROM fair;
SELECT pg_temp.is_near(aims.equalized_odds_difference(groups, 0), 1, 'equalized odds difference') FROM fair;
SELECT pg_temp.is_near(aims.equalized_odds_ratio(groups, 0), 0, 'equalized odds ratio') FROM fair;
SELECT results_eq('SELECT aims.demographic_parity_difference(groups), aims.demographic_parity_ratio(groups), aims.equal_opportunity_difference(groups), aims.equalized_odds_difference(groups), aims.equalized_odds_ratio(groups), aims.small_groups(groups) FROM fair',
    $$VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, '{a,b,c}'::text[])$$, 'groups under 30 are no parity, and are named');
SELECT is_empty('SELECT d.* FROM fair, aims.disparity(groups, ''a'') AS d WHERE NOT too_small OR selection_rate_ratio IS NOT NULL OR tpr_ratio IS NOT NULL OR fpr_difference IS NOT NULL OR within_screen IS NOT NULL', 'nor compared');
SELECT results_eq($$SELECT grp, n, too_small, round(selection_rate_ratio::numeric, 4), round(tpr_difference::numeric, 4), within_screen FROM fair, aims.disparity(groups, 'c', 0) AS d$$,
    $$VALUES ('a', 4::bigint, false, 1.5, 0.1, false), ('b', 6, false, 1, 0.2, true), ('c', 8, false, 1, 0, true)$$, 'each group against another');
SELECT is((d.within_screen), true, 'the screen is configurable') FROM fair, aims.disparity(groups, 'c', 0, 0.5) AS d WHERE grp = 'a';
SELECT is_empty($$SELECT d.* FROM fair, aims.disparity(groups, 'nobody', 0) AS d WHERE selection_rate_ratio IS NOT NULL OR tpr_difference IS NOT NULL OR within_screen IS NOT NULL$$, 'against no group');
CREATE TEMP TABLE cell AS SELECT aims.fairness(p, y, g) AS groups
  FROM (VALUES ('few', true, true, 9), ('large', true, true, 40), ('large', false, false, 50), ('one', true, true, 1), ('one', false, false, 60)) AS c (g, p, y, n), generate_series(1, n);
SELECT results_eq('SELECT g.grp, g.n, g.tp, g.selection_rate FROM cell, unnest(aims.suppress_small(groups)) AS g',
    $$VALUES ('few', NULL::bigint, NULL::bigint, NULL::float8), ('large', 90, 40, 40 / 90::float8), ('one', NULL, NULL, NULL)$$, 'small cells are suppressed, in large groups too; empty ones are none');
SELECT results_eq('SELECT aims.small_groups(groups), aims.small_groups(aims.suppress_small(groups)), aims.small_groups(groups, NULL) FROM cell',
    $$VALUES ('{few,one}'::text[], '{few,one}'::text[], '{few,large,one}'::text[])$$, 'a suppressed group is a small one, and each where there is no minimum');
SELECT results_eq($$SELECT d.grp, d.too_small FROM cell, aims.disparity(aims.suppress_small(groups), 'large') AS d$$,
    $$VALUES ('few', true), ('large', false), ('one', true)$$, 'in a comparison, too');
-- 3/5 and 3/4 as numbers of 64 bits have a ratio below 0.8
SELECT results_eq($$SELECT aims.demographic_parity_ratio(groups), d.selection_rate_ratio, d.within_screen FROM (SELECT aims.fairness(i <= n, true, g) AS groups FROM (VALUES ('a', 60), ('b', 75)) AS v (g, n), generate_series(1, 100) AS i) AS f, aims.disparity(groups, 'b') AS d WHERE d.grp = 'a'$$,
    'VALUES (0.8::float8, 0.8::float8, true)', 'four fifths are within a screen of 0.8');
SELECT results_eq($$SELECT aims.equalized_odds_difference(groups, 0), aims.equalized_odds_ratio(groups, 0) FROM (SELECT aims.fairness(p, y, g) AS groups FROM (VALUES (true, true, 'a'), (true, false, 'a'), (true, false, 'b')) AS v (p, y, g)) AS f$$,
    'VALUES (NULL::float8, NULL::float8)', 'one group with positives is no parity');
SELECT results_eq('SELECT g.grp, g.n, g.skipped, g.tpr FROM unnest((SELECT aims.fairness(p, y, g) FROM (VALUES (true, true, NULL), (NULL, true, NULL), (true, NULL, ''é''), (false, true, ''z''), (true, true, '''')) AS v (p, y, g))) AS g',
    $$VALUES ('', 1::bigint, 0::bigint, 1::float8), ('unknown', 1, 1, 1), ('z', 1, 0, 0), ('é', 0, 1, NULL)$$, 'rows without a group are a group; NULLs are counted in theirs');
SELECT is((f.g).ppv_low, w.low, 'intervals are those of wilson_interval')
  FROM fair, LATERAL (SELECT g FROM unnest(groups) AS g WHERE g.grp = 'b') AS f, LATERAL aims.wilson_interval((f.g).tp, (f.g).tp + (f.g).fp) AS w;

-- Undefined: NULL, with the counts
SELECT is(value, NULL, format('%s of %s is NULL', metric, example))
  FROM (SELECT v.example, to_jsonb(ROW(aims.auroc(s, y), aims.average_precision(s, y), aims.pr_auc_trapezoid(s, y), aims.brier(s, y), aims.log_loss(s, y),
                     aims.calibration_error(s, y), aims.calibration_error(s, y, 3), aims.psi(s, y), aims.psi(s, y, 3), aims.js_divergence(s, y),
                     aims.js_distance(s, y, 4), aims.wasserstein(s, y), aims.wasserstein_normed(s, y))) AS metrics
          FROM (VALUES ('NULLs', NULL::float8, NULL::boolean), ('NULLs', .5, NULL), ('NULLs', NULL, true)) AS v (example, s, y) GROUP BY example) AS m,
       jsonb_each_text(metrics) AS v (metric, value);
SELECT results_eq($$SELECT aims.auroc(s, y), aims.psi(s, y), aims.js_divergence(s, y), aims.wasserstein(s, y), (aims.ks(s, y)).p_value FROM (VALUES (.1, true), (.2, true)) AS v (s, y)$$,
    'SELECT NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8', 'one class, or one sample, says nothing');
SELECT results_eq($$SELECT aims.auroc(s, y), aims.average_precision(s, y), aims.brier(s, y), (aims.auroc_detail(s, y)).positives, (aims.ks(s, y)).n_current, (aims.psi_detail(s, y)).n_reference,
                           (aims.calibration_detail(s, y)).n, (aims.confusion(s, y, 1)).tp, aims.fairness(y, y, '') FROM (SELECT 1::float8, true WHERE false) AS v (s, y)$$,
    'SELECT NULL::float8, NULL::float8, NULL::float8, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, NULL::aims.fairness_group[]', 'nor do no rows');
SELECT is(aims.log_loss(s, y), 'Infinity', 'a certainty that fails costs infinitely much') FROM (VALUES (.5, true), (1, false)) AS v (s, y);
SELECT is(aims.log_loss(s, y)::text, '0', 'one that does not costs nothing') FROM (VALUES (0, false), (1, true)) AS v (s, y);
SELECT results_eq($$SELECT aims.auroc(s, y), (aims.ks(s, y)).statistic FROM (VALUES (-1.7e308, false), (1.7e308, true), (5e-324, true), (-0.0, false), (0, false)) AS v (s, y)$$,
    'VALUES (1::float8, 1::float8)', 'huge and tiny values; -0 is 0');
SELECT is(aims.wasserstein(s, y), 1.7e308::float8, 'a huge distance') FROM (VALUES (0, false), (1.7e308, true)) AS v (s, y);
SELECT throws_ok($$SELECT aims.wasserstein(s, y) FROM (VALUES (-1.7e308, false), (1.7e308, true)) AS v (s, y)$$, '22003', NULL, 'one that is too large');
SELECT throws_ok(format('SELECT aims.wasserstein_normed(s, s <> 0) FROM (VALUES (0), (%s), (%s)) AS v (s)', low, high), '22003', NULL, format('a spread that is too large: %s and %s', low, high))
  FROM (VALUES ('1e200', '3e200'), ('-1.7e308', '1.7e308')) AS v (low, high);

-- Their owner may call them, and changes nothing
SELECT results_eq($$SELECT DISTINCT aims.brier_accum(s, i - i, true), aims.mean_combine(s, s), aims.confusion_accum(c, i, true, 0), aims.confusion_combine(c, c), aims.calibration_error_accum(c4, i - i, false, 1), aims.calibration_error_combine(c4, c4)
    FROM generate_series(1, 3) AS i, (VALUES ('{1,1,0}'::float8[], '{1,0,0,0,0,0}'::float8[], '{1,0,0,0}'::float8[])) AS v (s, c, c4)$$,
    $$VALUES ('{2,2,0}'::float8[], '{2,2,0}'::float8[], '{1,0,0,1,0,0}'::float8[], '{2,0,0,0,0,0}'::float8[], '{2,0,0,0}'::float8[], '{2,0,0,0}'::float8[])$$, 'a transition outside an aggregate leaves its argument');

-- Refused
SELECT throws_ok(format('SELECT aims.%s FROM (VALUES (0.5), (%L)) AS v (s)', call, bad), '22023', NULL, format('%s refuses %s', call, bad))
  FROM unnest('{"auroc(s, true)","ks(s, true)","confusion(s, true, 0.5)","brier(s, true)","log_loss(s, true)","calibration_error(s, true)","calibration_detail(s, true)"}'::text[]) AS call, unnest('{NaN,Infinity,-Infinity}'::text[]) AS bad;
SELECT throws_ok(format('SELECT aims.%s(s, true) FROM (VALUES (0.5), (%s)) AS v (s)', metric, bad), '22023', NULL, format('%s refuses %s', metric, bad))
  FROM unnest('{brier,log_loss,calibration_error,calibration_detail}'::text[]) AS metric, unnest('{-0.001,1.0000001,1e300}'::text[]) AS bad;
SELECT throws_ok(format('SELECT aims.%s(s, true, %s) FROM (VALUES (0.5)) AS v (s)', metric, bad), '22023', NULL, format('%s refuses %s bins', metric, bad))
  FROM unnest('{calibration_error,calibration_detail,psi,psi_detail,js_divergence}'::text[]) AS metric, unnest('{0,-1,1001,2147483647}'::text[]) AS bad;
SELECT throws_ok($$SELECT aims.psi(s, true, 1) FROM (VALUES (0.5)) AS v (s)$$, '22023', NULL, 'one bin shows no drift');
SELECT throws_ok(format('SELECT aims.%s FROM (VALUES (0.5, true)) AS v (s, y)', call), '22004', NULL, call || ' is refused')
  FROM unnest('{"calibration_error(s, y, NULL)","psi(s, y, NULL)","calibration_detail(s, y, 5, NULL)","confusion(s, y, NULL)"}'::text[]) AS call;
SELECT throws_ok(format('SELECT aims.%s FROM (VALUES (0.5, true, 2), (0.5, true, 3)) AS v (s, y, b)', call), '22023', NULL, call || ' is refused where b is not the same')
  FROM unnest('{"calibration_error(s, y, b)","psi(s, y, b)","calibration_detail(s, y, b)","confusion(s, y, b)"}'::text[]) AS call;
SELECT throws_ok($$SELECT aims.calibration_detail(.5, true, 5, 'deciles')$$, '22023', NULL, 'an unknown kind of bins');
SELECT throws_ok($$SELECT aims.confusion(.5, true, 'NaN')$$, '22023', NULL, 'a threshold that is no number');

-- One state for aggregates of the same arguments; FILTER, DISTINCT, a window
SELECT results_eq($$SELECT aims.auroc(score, label) FILTER (WHERE example = 'four'), aims.auroc(DISTINCT score, label), count(*) FROM scored$$,
    $$SELECT 0.75::float8, (SELECT aims.auroc(score, label) FROM (SELECT DISTINCT score, label FROM scored) AS d), 25::bigint$$, 'FILTER and DISTINCT');
CREATE TEMP TABLE numbered AS SELECT i, random() AS s, random() < 0.5 AS y FROM generate_series(1, 400) AS i;
SET LOCAL work_mem = '64kB';
SELECT is_empty($$SELECT w.i FROM (SELECT i, aims.auroc(s, y) OVER (ORDER BY i ROWS 60 PRECEDING) AS value, aims.average_precision(s, y) OVER (ORDER BY i) AS running FROM numbered) AS w
    WHERE (w.value, w.running) IS DISTINCT FROM ((SELECT aims.auroc(s, y) FROM numbered AS n WHERE n.i BETWEEN w.i - 60 AND w.i), (SELECT aims.average_precision(s, y) FROM numbered AS n WHERE n.i <= w.i))$$,
    'as window functions');

SELECT * FROM finish();
ROLLBACK;
