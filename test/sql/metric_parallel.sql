\i test/setup.sql
-- Metrics on random rows: neither their order nor the number of workers nor
-- the disk changes a bit of a rank statistic, or more than 1e-12 of a sum; and
-- plain SQL comes to the same numbers.
BEGIN;
SELECT plan(32);

SELECT setseed(0.42) \g /dev/null
-- few digits in some rows: ties
CREATE TABLE metric_row AS
SELECT i, CASE WHEN i % 3 = 0 THEN round(s::numeric, 2)::float8 ELSE s END AS s, random() < s AS y, i % 5 < 2 AS r, (ARRAY['a', 'b', 'c', NULL])[1 + i % 4] AS g, i % 701 AS part
  FROM (SELECT i, random() AS s FROM generate_series(1, 60000) AS i OFFSET 0) AS x;
UPDATE metric_row SET s = NULL WHERE i % 1000 = 17;
CREATE TABLE metric_shuffled AS SELECT * FROM metric_row ORDER BY md5(i::text);
ALTER TABLE metric_row SET (parallel_workers = 4);
ALTER TABLE metric_shuffled SET (parallel_workers = 4);
ANALYZE metric_row, metric_shuffled;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    whole text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        whole := whole || line;
    END LOOP;
    RETURN whole;
END $$;

\set ranked 'aims.auroc_detail(s, y)::text AS auroc, aims.average_precision(s, y) AS ap, aims.pr_auc_trapezoid(s, y) AS trapezoid, aims.ks(s, r)::text AS ks, aims.wasserstein(s, r) AS w, aims.wasserstein_normed(s, r) AS wn, aims.psi_detail(s, r)::text AS psi, aims.js_divergence(s, r, 20) AS js, aims.calibration_detail(s, y)::text AS calibration, aims.calibration_detail(s, y, 7, \'quantile\')::text AS quantile, aims.confusion(s, y, 0.5)::text AS confusion, aims.fairness(s > 0.5, y, g)::text AS fairness'
\set summed 'aims.brier(s, y) AS brier, aims.log_loss(s * 0.98 + 0.01, y) AS log_loss, aims.calibration_error(s, y) AS ece, aims.calibration_error(s, y, 37) AS ece37'
CREATE TEMP TABLE result (run text, ranked text, summed jsonb);

SET LOCAL max_parallel_workers_per_gather = 0;
WITH m AS MATERIALIZED (SELECT :ranked FROM metric_row), n AS MATERIALIZED (SELECT :summed FROM metric_row)
INSERT INTO result SELECT 'alone', m::text, to_jsonb(n) FROM m, n;
WITH m AS MATERIALIZED (SELECT :ranked FROM metric_shuffled), n AS MATERIALIZED (SELECT :summed FROM metric_shuffled)
INSERT INTO result SELECT 'shuffled', m::text, to_jsonb(n) FROM m, n;
SET LOCAL work_mem = '64kB';
WITH m AS MATERIALIZED (SELECT :ranked FROM metric_shuffled), n AS MATERIALIZED (SELECT :summed FROM metric_shuffled)
INSERT INTO result SELECT 'on disk', m::text, to_jsonb(n) FROM m, n;
RESET work_mem;

-- A query that is parallel writes no table: CREATE TABLE AS may.
SET LOCAL max_parallel_workers_per_gather = 1;
SELECT alike(pg_temp.plan_of('SELECT ' || :'ranked' || ' FROM metric_row'), '%Finalize Aggregate%Workers Planned: 1%Partial Aggregate%', 'one worker takes part');
CREATE TEMP TABLE ranked1 AS SELECT :ranked FROM metric_row;
CREATE TEMP TABLE summed1 AS SELECT :summed FROM metric_row;
SET LOCAL max_parallel_workers_per_gather = 4;
SELECT alike(pg_temp.plan_of('SELECT ' || :'ranked' || ' FROM metric_shuffled'), '%Finalize Aggregate%Workers Planned: 4%Partial Aggregate%', 'four workers take part');
SELECT alike(pg_temp.plan_of('SELECT ' || :'summed' || ' FROM metric_shuffled'), '%Finalize Aggregate%Workers Planned: 4%Partial Aggregate%', 'in sums, too');
CREATE TEMP TABLE ranked4 AS SELECT :ranked FROM metric_shuffled;
CREATE TEMP TABLE summed4 AS SELECT :summed FROM metric_shuffled;
SET LOCAL work_mem = '64kB';
CREATE TEMP TABLE ranked4d AS SELECT :ranked FROM metric_row;
RESET work_mem;
INSERT INTO result SELECT 'one worker', m::text, to_jsonb(n) FROM ranked1 AS m, summed1 AS n;
INSERT INTO result SELECT 'four workers', m::text, to_jsonb(n) FROM ranked4 AS m, summed4 AS n;
INSERT INTO result SELECT 'four workers, on disk', m::text, to_jsonb(n) FROM ranked4d AS m, summed4 AS n;

SELECT is(r.ranked, a.ranked, 'rank statistics, the same bits: ' || r.run)
  FROM result AS r, result AS a WHERE a.run = 'alone' AND r.run <> 'alone';
SELECT is_empty($$SELECT r.run, x.key, x.value, y.value FROM result AS r, result AS a, jsonb_each_text(r.summed) AS x, jsonb_each_text(a.summed) AS y
    WHERE a.run = 'alone' AND x.key = y.key AND (abs(x.value::float8 / y.value::float8 - 1) < 1e-12) IS NOT TRUE$$, 'sums, to 1e-12');
SELECT isnt(ranked, NULL, 'there is something to compare') FROM result WHERE run = 'alone';

-- The same by SQL, group by group, many at once
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.differing(query text, name text) RETURNS text LANGUAGE sql AS
$f$ SELECT is_empty(format('WITH q AS (%s) SELECT part, mine, theirs FROM q WHERE abs(mine - theirs) > 1e-9 OR (mine IS NULL) <> (theirs IS NULL)', query), name) $f$;
CREATE TEMP TABLE kept AS SELECT * FROM metric_row WHERE s IS NOT NULL;
SELECT pg_temp.differing($$SELECT part, aims.auroc(s, y) AS mine, (sum(rank + (ties - 1) / 2.0) FILTER (WHERE y) - count(*) FILTER (WHERE y) * (count(*) FILTER (WHERE y) + 1) / 2.0)::float8 / nullif(count(*) FILTER (WHERE y) * count(*) FILTER (WHERE NOT y), 0) AS theirs
    FROM (SELECT part, s, y, rank() OVER (PARTITION BY part ORDER BY s) AS rank, count(*) OVER (PARTITION BY part, s) AS ties FROM kept) AS x GROUP BY part$$, 'AUROC by mid-ranks');
SELECT pg_temp.differing($$SELECT part, mine, theirs FROM (SELECT part, aims.average_precision(s, y) AS mine FROM kept GROUP BY part) AS m
    JOIN (SELECT part, sum(p * tp::float8 / n / positives) AS theirs FROM (SELECT part, count(*) FILTER (WHERE y) AS p,
             sum(count(*) FILTER (WHERE y)) OVER w AS tp, sum(count(*)) OVER w AS n, sum(count(*) FILTER (WHERE y)) OVER (PARTITION BY part) AS positives
             FROM kept GROUP BY part, s WINDOW w AS (PARTITION BY part ORDER BY s DESC)) AS t GROUP BY part) AS t USING (part)$$, 'average precision by thresholds');
SELECT pg_temp.differing($$SELECT part, mine, theirs FROM (SELECT part, (aims.ks(s, r)).statistic AS mine FROM kept GROUP BY part) AS m
    JOIN (SELECT part, max(abs(a / na - b / nb)) AS theirs FROM (SELECT part, sum(count(*) FILTER (WHERE r)) OVER w::float8 AS a, sum(count(*) FILTER (WHERE NOT r)) OVER w AS b,
             sum(count(*) FILTER (WHERE r)) OVER (PARTITION BY part) AS na, sum(count(*) FILTER (WHERE NOT r)) OVER (PARTITION BY part) AS nb
             FROM kept GROUP BY part, s WINDOW w AS (PARTITION BY part ORDER BY s)) AS t GROUP BY part) AS t USING (part)$$, 'KS by cumulated shares');
SELECT pg_temp.differing($$SELECT part, mine, theirs FROM (SELECT part, aims.wasserstein(s, r) AS mine FROM kept GROUP BY part) AS m
    JOIN (SELECT part, sum(abs(a / na - b / nb) * (next - s)) AS theirs FROM (SELECT part, s, lead(s) OVER w AS next, sum(count(*) FILTER (WHERE r)) OVER w::float8 AS a, sum(count(*) FILTER (WHERE NOT r)) OVER w AS b,
             sum(count(*) FILTER (WHERE r)) OVER (PARTITION BY part) AS na, sum(count(*) FILTER (WHERE NOT r)) OVER (PARTITION BY part) AS nb
             FROM kept GROUP BY part, s WINDOW w AS (PARTITION BY part ORDER BY s)) AS t GROUP BY part) AS t USING (part)$$, 'Wasserstein distance by cumulated shares');
SELECT pg_temp.differing($$SELECT part, mine, theirs FROM (SELECT part, aims.psi(s, r, 4) AS mine FROM kept GROUP BY part) AS m
    JOIN (SELECT part, sum((c - f) * ln(c / f)) AS theirs
            FROM (SELECT k.part, bin, greatest(count(*) FILTER (WHERE NOT r) / n.m::float8, 1e-4) AS c, greatest(count(*) FILTER (WHERE r) / n.n::float8, 1e-4) AS f
                    FROM (SELECT part, percentile_cont('{.25,.5,.75}'::float8[]) WITHIN GROUP (ORDER BY s) FILTER (WHERE r) AS edges, count(*) FILTER (WHERE r) AS n, count(*) FILTER (WHERE NOT r) AS m FROM kept GROUP BY part) AS n
                    JOIN kept AS k USING (part) CROSS JOIN LATERAL (SELECT count(*) AS bin FROM unnest(edges) AS e WHERE k.s > e) AS b GROUP BY k.part, bin, n.n, n.m) AS t GROUP BY part) AS t USING (part)$$, 'PSI by percentiles');
SELECT pg_temp.differing('SELECT part, aims.brier(s, y) AS mine, avg((s - y::int) ^ 2) AS theirs FROM kept GROUP BY part', 'Brier score by the mean');
SELECT pg_temp.differing('SELECT part, aims.log_loss(s, y) AS mine, avg(-ln(CASE WHEN y THEN s ELSE 1 - s END)) AS theirs FROM kept WHERE s > 0 AND s < 1 GROUP BY part', 'logarithmic loss by the mean');
SELECT pg_temp.differing($$SELECT part, mine, theirs FROM (SELECT part, aims.calibration_error(s, y) AS mine FROM kept GROUP BY part) AS m
    JOIN (SELECT part, sum(gap) / sum(n) AS theirs FROM (SELECT part, count(*) AS n, abs(sum(s - y::int)) AS gap FROM kept GROUP BY part, greatest(ceil(s::numeric * 10), 1)) AS t GROUP BY part) AS t USING (part)$$, 'calibration error by bins');
SELECT pg_temp.differing('SELECT part, (aims.calibration_detail(s, y)).value AS mine, aims.calibration_error(s, y) AS theirs FROM kept GROUP BY part', 'its detail comes to the same');
SELECT is_empty($$SELECT * FROM (SELECT g.grp, g.n, g.tp, g.fp, g.tn, g.fn FROM unnest((SELECT aims.fairness(s > .5, y, g) FROM metric_row)) AS g
    EXCEPT SELECT coalesce(g, 'unknown'), count(*), count(*) FILTER (WHERE s > .5 AND y), count(*) FILTER (WHERE s > .5 AND NOT y), count(*) FILTER (WHERE s <= .5 AND NOT y), count(*) FILTER (WHERE s <= .5 AND y) FROM kept GROUP BY g) AS d$$, 'fairness by grouping');

-- Of any rows
SELECT is_empty('SELECT part FROM kept GROUP BY part HAVING abs(aims.auroc(-s, y) - (1 - aims.auroc(s, y))) > 1e-15', 'AUROC(-s) = 1 - AUROC(s)');
SELECT is_empty('SELECT part FROM kept, (VALUES (true), (false)) AS x (x) GROUP BY part HAVING (aims.psi(s, x), aims.js_divergence(s, x), aims.wasserstein(s, x), (aims.ks(s, x)).statistic) IS DISTINCT FROM (0::float8, 0::float8, 0::float8, 0::float8)',
    'a sample is no distance from itself');
SELECT is_empty('SELECT part FROM kept GROUP BY part HAVING NOT (aims.js_divergence(s, r) BETWEEN 0 AND 1 AND aims.psi(s, r) >= 0 AND (aims.ks(s, r)).p_value BETWEEN 0 AND 1.000000001)', 'results are in range');
SELECT is_empty('SELECT part FROM (SELECT part, (aims.auroc_detail(s, y)).* FROM kept GROUP BY part) AS d WHERE NOT (low < value AND value < high)', 'an interval contains its value');

-- Groups in a hash table and in order, more memory than there is
SET LOCAL enable_sort = off;
CREATE TEMP TABLE hashed AS SELECT part, aims.auroc(s, y) AS auroc, aims.fairness(s > .5, y, g) AS fairness, aims.psi(s, r) AS psi FROM metric_row GROUP BY part;
SELECT alike(pg_temp.plan_of('SELECT part, aims.auroc(s, y) FROM metric_row GROUP BY part'), '%HashAggregate%', 'groups in a hash table');
RESET enable_sort;
SET LOCAL enable_hashagg = off;
SET LOCAL work_mem = '64kB';
CREATE TEMP TABLE grouped AS SELECT part, aims.auroc(s, y) AS auroc, aims.fairness(s > .5, y, g) AS fairness, aims.psi(s, r) AS psi FROM metric_row GROUP BY part;
RESET enable_hashagg;
SELECT set_eq('SELECT * FROM hashed', 'SELECT * FROM grouped', 'and in order come to the same');
SET LOCAL enable_sort = off;
CREATE TEMP TABLE spilled AS SELECT part, aims.auroc(s, y) AS auroc, aims.fairness(s > .5, y, g) AS fairness, aims.psi(s, r) AS psi FROM metric_row GROUP BY part;
SELECT set_eq('SELECT * FROM spilled', 'SELECT * FROM grouped', 'and in a hash table that spills');

-- 300,000 rows in one group and 64 kB
CREATE TEMP TABLE many AS SELECT i, (i::bigint * 7919 % 300007)::float8 / 7 AS s, i % 11 < 3 AS y FROM generate_series(1, 300000) AS i;
CREATE TEMP TABLE many_spilled AS SELECT aims.auroc_detail(s, y)::text, aims.ks(s, y)::text, aims.psi_detail(s, y)::text, aims.wasserstein(s, y), aims.average_precision(s, y) FROM many;
SET LOCAL work_mem = '1GB';
SELECT results_eq('SELECT aims.auroc_detail(s, y)::text, aims.ks(s, y)::text, aims.psi_detail(s, y)::text, aims.wasserstein(s, y), aims.average_precision(s, y) FROM many', 'SELECT * FROM many_spilled', 'the disk changes nothing');
SELECT is((SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE format('pgsql_tmp%s.%%', pg_backend_pid())), 0::bigint, 'and is given back');
RESET work_mem;
-- what was spilled belongs to the query: an error ends it
SET LOCAL work_mem = '64kB';
SELECT throws_ok('SELECT aims.auroc(s, y) FROM (SELECT s, y FROM many UNION ALL VALUES (''NaN''::float8, true)) AS m', '22023', NULL, 'an error after spilling');
SELECT is((SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE format('pgsql_tmp%s.%%', pg_backend_pid())), 0::bigint, 'leaves no file');
SELECT results_eq('SELECT a FROM generate_series(1, 3) AS k, LATERAL (SELECT aims.auroc(s, y) AS a FROM many WHERE i <= 20000 + k * 0) AS m', 'SELECT aims.auroc(s, y) FROM many, generate_series(1, 3) AS k WHERE i <= 20000 GROUP BY k',
    'a query that is run again and again spills each time');

SELECT * FROM finish();
ROLLBACK;
