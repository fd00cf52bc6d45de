-- The table of `make bench`, from bench.result. A ratio is to the baseline of
-- the same round; the median of the ratios is shown.

CREATE TEMPORARY VIEW cell AS
SELECT r.measure, r.variant,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.value) AS value,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.value / base.value) AS ratio
FROM bench.result AS r
     LEFT JOIN bench.result AS base
            ON base.round = r.round AND base.measure = r.measure AND base.variant = 'unaudited'
GROUP BY r.measure, r.variant;

-- What is reported, in order: 'low' is good for times and bytes, 'high' for
-- rates. The target applies to the ratio of :rated, or to the value.
CREATE TEMPORARY TABLE line (
    place integer, measure text, title text, rated text, good text, target float8, of_ratio boolean, unit text);
INSERT INTO line VALUES
    (1, 'bulk',       'bulk INSERT ... SELECT, us per row',           'changes', 'low',  2.00,   true,  'us'),
    (2, 'single',     'single-row INSERT, 8 clients, tps',            'changes', 'high', 0.88,   true,  'tps'),
    (3, 'slow',       'the same, 1 ms flush, 32 clients, tps',        'changes', 'high', 0.95,   true,  'tps'),
    (4, 'guard_copy', 'rows outside the condition, COPY, us per row', 'outside', 'low',  1.06,   true,  'us'),
    (5, 'guard_bulk', 'rows outside it, INSERT ... SELECT',           'outside', 'low',  1.15,   true,  'us'),
    (6, 'guard_copy', 'guarded, not captured*, COPY',                 'guard',   'low',  1.20,   true,  'us'),
    (7, 'guard_bulk', 'guarded, not captured*, INSERT ... SELECT',    'guard',   'low',  1.25,   true,  'us'),
    (8, 'guard_bulk', 'guarded, digests only, INSERT ... SELECT',     'digest',  'low',  NULL,   true,  'us'),
    (9, 'guard_single', 'guarded, not captured*, 8 clients, tps',     'guard',   'high', 0.90,   true,  'tps'),
    (10, 'guard_single', 'the same without the switch-off lock*',     'guard_no_lock', 'high', NULL, true, 'tps'),
    (11, 'off_idle',  'time to off, idle: p50, p90, p99, ms',         'changes', 'low',  NULL,   false, 'ms'),
    (12, 'off_load',  'time to off, 8 clients: p50, p90, p99, ms',    'changes', 'low',  NULL,   false, 'ms'),
    (13, 'seal',      'seal, entries per second',                     'changes', 'high', 300000, false, 'n'),
    (14, 'verify',    'verify, entries per second',                   'changes', 'high', 500000, false, 'n');

CREATE FUNCTION pg_temp.show(value float8, unit text) RETURNS text LANGUAGE sql
    RETURN CASE unit WHEN 'us' THEN to_char(value * 1e6 / (SELECT count(*) FROM bench.source), 'FM990.00')
                     ELSE to_char(value, 'FM999,999,999') END;

CREATE FUNCTION pg_temp.percentiles(of_measure text, of_variant text) RETURNS text LANGUAGE sql
    RETURN (SELECT string_agg(to_char(p * 1000, 'FM9990.0'), ', ' ORDER BY p)
            FROM unnest((SELECT percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY r.value)
                         FROM bench.result AS r WHERE r.measure = of_measure AND r.variant = of_variant)) AS p);

CREATE FUNCTION pg_temp.show(of_measure text, of_variant text, unit text) RETURNS text LANGUAGE sql
    RETURN (SELECT CASE unit WHEN 'ms' THEN pg_temp.percentiles(of_measure, of_variant) ELSE pg_temp.show(c.value, unit) END
                   || CASE WHEN of_variant <> 'unaudited' AND c.ratio IS NOT NULL
                           THEN ' (' || to_char(c.ratio, 'FM990.00') || 'x)' ELSE '' END
            FROM cell AS c WHERE c.measure = of_measure AND c.variant = of_variant);

\echo
SELECT format('PostgreSQL %s, %s cores, fsync %s; %s rows of 14 columns; rounds: %s, pairs for the guard: %s; %s s of single rows',
              current_setting('server_version'), :cores, current_setting('fsync'), to_char(:rows, 'FM999,999,999'),
              :rounds, :pairs, :duration);
\echo 'Medians; in brackets the median ratio to unaudited in the same round.'
\echo
\pset format aligned
\pset tuples_only off
\pset border 1
\pset footer off
-- supa_audit, where it took part
SELECT CASE WHEN count(*) > 0 THEN
           ', CASE WHEN l.rated = ''changes'' THEN pg_temp.show(l.measure, ''supa'', l.unit) END AS "supa_audit"' ELSE '' END AS supa
FROM cell WHERE variant = 'supa' \gset
SELECT l.title AS what,
       pg_temp.show(l.measure, 'unaudited', l.unit) AS unaudited,
       CASE WHEN l.rated = 'changes' THEN pg_temp.show(l.measure, 'jsonb', l.unit) END AS "plpgsql + jsonb",
       CASE WHEN l.rated = 'changes' THEN pg_temp.show(l.measure, 'chain', l.unit) END AS "plpgsql chain"
       :supa,
       CASE WHEN l.rated = 'changes' THEN pg_temp.show(l.measure, 'full', l.unit) END AS "aims, full images",
       pg_temp.show(l.measure, l.rated, l.unit) AS aims,
       CASE l.good WHEN 'low' THEN 'at most ' ELSE 'at least ' END
       || CASE WHEN l.of_ratio THEN to_char(l.target, 'FM990.00') || 'x' ELSE to_char(l.target, 'FM999,999') END AS target,
       CASE WHEN l.target IS NULL THEN ''
            WHEN CASE WHEN l.of_ratio THEN c.ratio ELSE c.value END * CASE l.good WHEN 'low' THEN 1 ELSE -1 END
                 <= l.target * CASE l.good WHEN 'low' THEN 1 ELSE -1 END THEN 'met'
            ELSE 'missed' END AS result
FROM line AS l JOIN cell AS c ON c.measure = l.measure AND c.variant = l.rated
ORDER BY l.place;

\echo
\pset format unaligned
\pset tuples_only on
SELECT format('Storage, bytes per entry of a bulk insert under the image policy "changes": %s = entry %s + its index %s + tree %s '
              '(target at most 400: %s). ',
              round(sum(value)), round(max(value) FILTER (WHERE variant = 'entry')),
              round(max(value) FILTER (WHERE variant = 'index')), round(max(value) FILTER (WHERE variant = 'tree')),
              CASE WHEN sum(value) <= 400 THEN 'met' ELSE 'missed' END)
FROM cell WHERE measure = 'bytes';
-- Growth: by the size of the ledger, which is in the column round.
SELECT count(*) > 0 AS has_growth FROM bench.result WHERE variant = 'growth' \gset
\if :has_growth
\echo
\pset format aligned
\pset tuples_only off
WITH grown AS (
    SELECT measure, round AS size, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS value
    FROM bench.result WHERE variant = 'growth' GROUP BY measure, round),
ends AS (
    SELECT a.measure, a.size AS small, b.size AS large, a.value AS at_small, b.value AS at_large
    FROM grown AS a
    JOIN grown AS b USING (measure)
    WHERE a.size = (SELECT min(size) FROM grown) AND b.size = (SELECT max(size) FROM grown))
SELECT g.title AS "as the ledger grows", to_char(e.at_small * g.factor, g.form) AS "fewest entries",
       to_char(e.at_large * g.factor, g.form) AS "most entries",
       to_char(e.at_large / e.at_small, 'FM990.00') || 'x' AS ratio, g.target
FROM (VALUES
    (1, 'growth_seal',     format('seal of %s entries, entries per second', to_char(:rows, 'FM999,999,999')), 1, 'FM999,999,999', 'at least 300,000, the same'),
    (2, 'growth_small',    'seal of 1,000 entries, ms',               1000, 'FM999,990.0', 'the same'),
    (3, 'growth_verify',   'verify, entries per second',              1, 'FM999,999,999', 'at least 500,000, the same'),
    (4, 'part_entry',      'bytes per entry: the entry',              1, 'FM990.0', ''),
    (5, 'part_index',      'its index',                               1, 'FM990.00', ''),
    (6, 'part_tiles',      'tiles of the tree',                       1, 'FM990.0', ''),
    (7, 'part_tile_index', 'their indexes',                           1, 'FM990.00', ''),
    (8, 'part_seals',      'seals',                                   1, 'FM990.00', ''))
    AS g (place, measure, title, factor, form, target)
JOIN ends AS e ON e.measure = g.measure
ORDER BY g.place;
\pset format unaligned
\pset tuples_only on
SELECT format('Fewest: %s entries, most: %s. Tiles keep 32 bytes of hash, 8 of number, 6 of place and 4 of key per entry.',
              to_char(min(round), 'FM999,999,999'), to_char(max(round), 'FM999,999,999'))
FROM bench.result WHERE variant = 'growth';
\echo
\endif
-- Reports of an organisation: round 0 is the first call of a session.
SELECT count(*) > 0 AS has_report FROM bench.result WHERE measure = 'report' \gset
\if :has_report
\echo
\pset format aligned
\pset tuples_only off
SELECT v.variant AS "report, read whole, ms", to_char(t.first, 'FM999,990') AS "first call of a session",
       to_char(t.median, 'FM999,990') AS "median of five more",
       to_char(t.median / b.median, 'FM990.0') || 'x' AS "to one plain pass",
       CASE WHEN v.target IS NULL THEN '' ELSE 'at most ' || v.target END AS target,
       CASE WHEN v.target IS NULL THEN '' WHEN t.median <= v.target THEN 'met' ELSE 'missed' END AS result
FROM (VALUES
    (1, 'one plain pass', NULL), (2, 'soa_coverage', 100), (3, 'framework_coverage', 100), (4, 'system_readiness', 100),
    (5, 'certification_readiness', 100), (6, 'vendor_coverage', NULL), (7, 'ciso_dashboard', NULL), (8, 'soa', NULL), (9, 'risk_register', NULL),
    (10, 'next_action', NULL), (11, 'gate of one system', NULL)) AS v (place, variant, target)
JOIN (SELECT variant, max(value) FILTER (WHERE round = 0) AS first,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FILTER (WHERE round > 0) AS median
      FROM bench.result WHERE measure = 'report' GROUP BY variant) AS t ON t.variant = v.variant
CROSS JOIN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
            FROM bench.result WHERE measure = 'report' AND variant = 'one plain pass' AND round > 0) AS b
ORDER BY v.place;
\echo 'One plain pass joins evidence with its links and groups them by requirement: what a report that reads all of it costs at least.'
\echo
\endif
-- Metrics against plain SQL, each ratio within a round.
SELECT count(*) > 0 AS has_metric FROM bench.result WHERE measure LIKE 'metric\_%' \gset
\if :has_metric
\echo
\pset format aligned
\pset tuples_only off
SELECT m.title AS "metric, ms", to_char(1000 * t.sql, 'FM999,990') AS "SQL", to_char(1000 * t.aims, 'FM999,990') AS aims,
       to_char(1000 * p.scipy, 'FM999,990') AS "numpy, scipy", to_char(t.ratio, 'FM990.00') || 'x' AS "aims to SQL",
       'at most ' || m.target AS target, CASE WHEN t.ratio <= m.target THEN 'met' ELSE 'missed' END AS result
FROM (VALUES (1, 'metric_auroc', 'AUROC, exact', 0.35), (2, 'metric_fairness', 'rates of four groups', 1.5),
             (3, 'metric_psi', 'PSI, deciles', 0.5), (4, 'metric_ks', 'Kolmogorov-Smirnov', 0.5)) AS m (place, measure, title, target)
JOIN (SELECT a.measure, percentile_cont(0.5) WITHIN GROUP (ORDER BY a.value) AS aims, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.value) AS sql,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY a.value / s.value) AS ratio
      FROM bench.result AS a JOIN bench.result AS s ON s.round = a.round AND s.measure = a.measure AND s.variant = 'sql'
      WHERE a.variant = 'aims' GROUP BY a.measure) AS t ON t.measure = m.measure
LEFT JOIN (SELECT measure, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS scipy
           FROM bench.result WHERE variant = 'scipy' GROUP BY measure) AS p ON p.measure = m.measure
ORDER BY m.place;
\pset format unaligned
\pset tuples_only on
SELECT format('Over %s rows, work_mem 256 MB. SQL computes rates without intervals; aims with them. numpy and scipy: arrays in memory.',
              to_char(:metric_rows, 'FM999,999,999'));
\echo
\endif
-- Simulation of risks
SELECT count(*) > 0 AS has_simulation FROM bench.result WHERE measure = 'simulation' \gset
\if :has_simulation
\echo
\pset format aligned
\pset tuples_only off
SELECT v.title AS "risk, 100,000 trials a scenario", to_char(1000 * t.median, 'FM999,990.0') AS "median, ms",
       CASE WHEN v.of_loop THEN to_char(t.median / b.median, 'FM990.00') || 'x' END AS "to the loop",
       CASE WHEN v.target IS NULL THEN '' WHEN v.of_loop THEN 'at most ' || v.target || 'x' ELSE 'at most ' || 1000 * v.target END AS target,
       CASE WHEN v.target IS NULL THEN '' WHEN CASE WHEN v.of_loop THEN t.median / b.median ELSE t.median END <= v.target THEN 'met' ELSE 'missed' END AS result
FROM (VALUES
    (1, 'loop', 'one scenario, a plain loop in C with qsort', true, NULL::numeric), (2, 'server', 'one scenario, aims.simulate', true, 2.0),
    (3, 'numpy', 'one scenario, numpy', true, NULL), (4, 'register', 'the register, each scenario by itself', false, 5),
    (5, 'stored', 'the same and all together, stored', false, NULL)) AS v (place, variant, title, of_loop, target)
JOIN (SELECT variant, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
      FROM bench.result WHERE measure = 'simulation' GROUP BY variant) AS t ON t.variant = v.variant
CROSS JOIN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
            FROM bench.result WHERE measure = 'simulation' AND variant = 'loop') AS b
ORDER BY v.place;
\echo
\endif
\echo '"plpgsql chain" takes an advisory lock to the end of each transaction. "aims" is the image policy "changes", the'
\echo 'default for warehouse tables; each of its rows is AI output: guarded, captured, and under the switch-off lock at commit.'
\echo '* Builds for this measurement alone: a table that is governed is always captured.'
