-- A table of scores as a model writes them, and what a user would write
-- without the aggregates. Takes the psql variable metric_rows.
CREATE TABLE bench.metric AS
SELECT i AS id, s AS score, random() < s AS label, i % 5 < 2 AS is_reference, 'group ' || 1 + i % 4 AS grp
FROM (SELECT i, random() ^ 2 AS s FROM generate_series(1, :metric_rows) AS i) AS drawn;
VACUUM ANALYZE bench.metric;

CREATE TABLE bench.metric_query (measure text, variant text, query text, PRIMARY KEY (measure, variant));
INSERT INTO bench.metric_query VALUES
    ('auroc', 'aims', 'SELECT aims.auroc(score, label) FROM bench.metric'),
    -- mid-ranks: one sort serves both windows
    ('auroc', 'sql', 'SELECT (sum(mid_rank) FILTER (WHERE label) - p * (p + 1) / 2.0) / (p * n)
         FROM (SELECT label, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS mid_rank FROM bench.metric) AS ranked,
              (SELECT count(*) FILTER (WHERE label), count(*) FILTER (WHERE NOT label) FROM bench.metric) AS c (p, n)
        GROUP BY p, n'),
    ('fairness', 'aims', 'SELECT (unnest(aims.fairness(score >= 0.5, label, grp))).* FROM bench.metric'),
    -- rates alone, without intervals
    ('fairness', 'sql', 'SELECT grp, n, (tp + fp) / n::float8, tp / nullif(tp + fn, 0)::float8, fp / nullif(fp + tn, 0)::float8, fn / nullif(tp + fn, 0)::float8,
              tp / nullif(tp + fp, 0)::float8, fp / nullif(tp + fp, 0)::float8, (tp + fn) / n::float8
         FROM (SELECT grp, count(*) AS n, count(*) FILTER (WHERE score >= 0.5 AND label) AS tp, count(*) FILTER (WHERE score >= 0.5 AND NOT label) AS fp,
                      count(*) FILTER (WHERE score < 0.5 AND NOT label) AS tn, count(*) FILTER (WHERE score < 0.5 AND label) AS fn
                 FROM bench.metric GROUP BY grp) AS counted'),
    ('psi', 'aims', 'SELECT aims.psi(score, is_reference) FROM bench.metric'),
    ('psi', 'sql', 'WITH edge AS (SELECT percentile_cont(ARRAY[.1,.2,.3,.4,.5,.6,.7,.8,.9]) WITHIN GROUP (ORDER BY score) AS edges FROM bench.metric WHERE is_reference),
              binned AS (SELECT width_bucket(score, edges) AS bin, count(*) FILTER (WHERE is_reference) AS r, count(*) FILTER (WHERE NOT is_reference) AS c
                           FROM bench.metric, edge GROUP BY bin),
              share AS (SELECT greatest(r / sum(r) OVER ()::float8, 1e-4) AS r, greatest(c / sum(c) OVER ()::float8, 1e-4) AS c FROM binned)
         SELECT sum((c - r) * ln(c / r)) FROM share'),
    ('ks', 'aims', 'SELECT (aims.ks(score, is_reference)).statistic FROM bench.metric'),
    ('ks', 'sql', 'SELECT max(abs(r / n - c / m))
         FROM (SELECT count(*) FILTER (WHERE is_reference) OVER w::float8 AS r, count(*) FILTER (WHERE NOT is_reference) OVER w::float8 AS c FROM bench.metric
               WINDOW w AS (ORDER BY score)) AS cumulated,
              (SELECT count(*) FILTER (WHERE is_reference), count(*) FILTER (WHERE NOT is_reference) FROM bench.metric) AS total (n, m)');
