-- Templates of monitors: queries over tables of scores, such as stand beside
-- an OMOP CDM, with places for the names of tables and columns.

CREATE TABLE aims.monitor_template (
    template         text             PRIMARY KEY,
    title            text             NOT NULL,
    metric           text             NOT NULL,
    definition       text             NOT NULL,
    query            text             NOT NULL,
    every            interval         NOT NULL,
    window_length    interval,
    minimum_sample   bigint           NOT NULL DEFAULT 30,
    direction        text             NOT NULL,
    warn             double precision,
    breach           double precision,
    threshold_source text             NOT NULL,
    shipped          boolean          NOT NULL DEFAULT false,
    CONSTRAINT monitor_template_title_given CHECK (title ~ '\S'),
    CONSTRAINT monitor_template_query_given CHECK (query ~ '\S'),
    CONSTRAINT monitor_template_direction_known CHECK (direction IN ('above', 'below', 'outside'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor_template', 'WHERE NOT shipped');
COMMENT ON TABLE aims.monitor_template IS
    'Monitors to begin with: a query with places for names of tables and columns, and thresholds to think about. aims.draft_monitor makes a draft of one. The owner of the extension adds a site''s own (ISO/IEC 42001 A.6.2.6)';
COMMENT ON COLUMN aims.monitor_template.template IS 'Name of the template';
COMMENT ON COLUMN aims.monitor_template.title IS 'What such a monitor watches, in a few words';
COMMENT ON COLUMN aims.monitor_template.metric IS 'Name of the metric';
COMMENT ON COLUMN aims.monitor_template.definition IS 'How the value is computed, with places as in the query';
COMMENT ON COLUMN aims.monitor_template.query IS
    'Query of the monitor; {name} stands for a parameter (aims.monitor_template_parameter). $1, $2 and $3 are those of aims.monitor.query';
COMMENT ON COLUMN aims.monitor_template.every IS 'How often, as a proposal';
COMMENT ON COLUMN aims.monitor_template.window_length IS 'How far back, as a proposal';
COMMENT ON COLUMN aims.monitor_template.minimum_sample IS 'Rows below which there is no verdict, as a proposal';
COMMENT ON COLUMN aims.monitor_template.direction IS 'Where bad is: above, below or outside';
COMMENT ON COLUMN aims.monitor_template.warn IS 'Threshold to think about; NULL: none that would be right everywhere';
COMMENT ON COLUMN aims.monitor_template.breach IS 'Threshold to think about; NULL: none that would be right everywhere';
COMMENT ON COLUMN aims.monitor_template.threshold_source IS 'Where these come from, or should';
COMMENT ON COLUMN aims.monitor_template.shipped IS 'Comes with the extension, immutable (MS016)';

CREATE TABLE aims.monitor_template_parameter (
    template  text    NOT NULL
              CONSTRAINT monitor_template_parameter_template_fkey REFERENCES aims.monitor_template,
    parameter text    NOT NULL,
    kind      text    NOT NULL,
    title     text    NOT NULL,
    fallback  text,
    shipped   boolean NOT NULL DEFAULT false,
    CONSTRAINT monitor_template_parameter_pkey PRIMARY KEY (template, parameter),
    CONSTRAINT monitor_template_parameter_form CHECK (parameter ~ '^[a-z][a-z_]*$'),
    CONSTRAINT monitor_template_parameter_kind_known CHECK (
        kind IN ('relation', 'regclass', 'column', 'columns', 'number', 'numbers', 'text')),
    CONSTRAINT monitor_template_parameter_title_given CHECK (title ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor_template_parameter', 'WHERE NOT shipped');
COMMENT ON TABLE aims.monitor_template_parameter IS 'What a template has to be told (ISO/IEC 42001 A.6.2.6)';
COMMENT ON COLUMN aims.monitor_template_parameter.template IS 'The template';
COMMENT ON COLUMN aims.monitor_template_parameter.parameter IS 'Name of the place, in the query as {name}';
COMMENT ON COLUMN aims.monitor_template_parameter.kind IS
    'relation: qualified name of a table or view; regclass: the same as a value; column: of that relation; columns: several, separated by commas, as rows of name and value; number; numbers: several, separated by commas; text. Each is looked up or read, and quoted';
COMMENT ON COLUMN aims.monitor_template_parameter.title IS 'What it is';
COMMENT ON COLUMN aims.monitor_template_parameter.fallback IS 'What it is where nothing is said; NULL: it has to be said';
COMMENT ON COLUMN aims.monitor_template_parameter.shipped IS 'Comes with the extension, immutable (MS016)';

INSERT INTO aims.monitor_template (template, title, metric, definition, query, every, window_length, minimum_sample,
                                   direction, warn, breach, threshold_source, shipped)
SELECT t.template, t.title, t.metric, t.definition, t.query, make_interval(days => t.days), t.window_length, t.minimum_sample,
       t.direction, t.warn, t.breach, t.threshold_source, true
  FROM (VALUES
    ('auroc', 'Discrimination', 'auroc',
     'AUROC, ties count half, of rows with score and label, with its DeLong interval',
     'SELECT aims.auroc_detail({score}::float8, {label}::boolean) AS auroc, count({label}) FILTER (WHERE {score} IS NOT NULL) AS sample
  FROM {relation}
 WHERE {instant} >= $1 AND {instant} < $2', 30, make_interval(months => 1), 30,
     'below', NULL::float8, NULL::float8, 'Your own validation: for example the lower end of its interval'),
    ('auroc-by-group', 'Discrimination by group', 'auroc',
     'AUROC by group, ties count half, of rows with score and label; the lowest is judged',
     'SELECT {subgroup}::text AS grp, aims.auroc_detail({score}::float8, {label}::boolean) AS auroc,
       count({label}) FILTER (WHERE {score} IS NOT NULL) AS sample
  FROM {relation}
 WHERE {instant} >= $1 AND {instant} < $2
 GROUP BY 1', 30, make_interval(months => 1), 30,
     'below', NULL, NULL, 'Your own validation at that site, or in that group'),
    ('calibration', 'Calibration', 'calibration_error',
     'Expected calibration error, ten bins of equal width, of rows with probability and label; with O/E ratio and slope beside it',
     'SELECT aims.calibration_detail({score}::float8, {label}::boolean) AS calibration, count({label}) FILTER (WHERE {score} IS NOT NULL) AS sample
  FROM {relation}
 WHERE {instant} >= $1 AND {instant} < $2', 30, make_interval(months => 1), 200,
     'above', NULL, NULL, 'Your own validation: bins of few rows make it larger by chance'),
    ('psi-score', 'Drift of the score', 'psi',
     'Population stability index of the score against baseline_period, by deciles of that',
     'SELECT aims.psi_detail({score}::float8, $3 @> {instant}::timestamptz) AS psi,
       count({score}) FILTER (WHERE NOT $3 @> {instant}::timestamptz) AS sample
  FROM {relation}
 WHERE {instant} >= $1 AND {instant} < $2 OR {instant} >= lower($3) AND {instant} < upper($3)', 7, make_interval(months => 1), 200,
     'above', 0.1, 0.25, 'Convention of credit scoring; compare with the value expected by chance (detail)'),
    ('psi-inputs', 'Drift of inputs', 'psi',
     'Population stability index of each input against baseline_period, by deciles of that; the largest is judged',
     'SELECT i.input AS grp, aims.psi_detail(i.reading, $3 @> r.{instant}::timestamptz) AS psi,
       count(i.reading) FILTER (WHERE NOT $3 @> r.{instant}::timestamptz) AS sample
  FROM {relation} AS r
 CROSS JOIN LATERAL (VALUES {inputs}) AS i (input, reading)
 WHERE r.{instant} >= $1 AND r.{instant} < $2 OR r.{instant} >= lower($3) AND r.{instant} < upper($3)
 GROUP BY 1', 7, make_interval(months => 1), 200,
     'above', 0.1, 0.25, 'Convention of credit scoring; with many inputs the largest is large by chance'),
    ('psi-measurements', 'Drift of laboratory values', 'psi',
     'Population stability index of each OMOP concept against baseline_period, by deciles of that; the largest is judged',
     'SELECT r.{concept}::text AS grp, aims.psi_detail(r.{reading}::float8, $3 @> r.{instant}::timestamptz) AS psi,
       count(r.{reading}) FILTER (WHERE NOT $3 @> r.{instant}::timestamptz) AS sample
  FROM {relation} AS r
 WHERE r.{concept} IN ({concepts})
   AND (r.{instant} >= $1 AND r.{instant} < $2 OR r.{instant} >= lower($3) AND r.{instant} < upper($3))
 GROUP BY 1', 7, make_interval(months => 1), 200,
     'above', 0.1, 0.25, 'Convention of credit scoring; with many inputs the largest is large by chance'),
    ('fairness-selection', 'Share that is flagged, by group', 'demographic_parity_ratio',
     'Smallest share of rows at or above the threshold over the largest, among groups large enough',
     -- of all rows: who is flagged is known before the outcome is
     'SELECT aims.demographic_parity_ratio(f.groups, {minimum}) AS value, f.sample,
       (SELECT jsonb_object_agg(g.grp, jsonb_build_object(''n'', g.n, ''selection_rate'', g.selection_rate,
                                ''selection_rate_low'', g.selection_rate_low, ''selection_rate_high'', g.selection_rate_high))
          FROM unnest(f.groups) AS g) AS groups
  FROM (SELECT aims.fairness({score}::float8 >= {threshold}, false, {subgroup}::text) AS groups, count({score}) AS sample
          FROM {relation}
         WHERE {instant} >= $1 AND {instant} < $2) AS f', 30, make_interval(months => 3), 200,
     'below', NULL, 0.8, 'A screen, borrowed from the four-fifths rule of US employment law (29 CFR 1607.4): it finds what to look at, and proves nothing'),
    ('fairness-opportunity', 'Cases that are missed, by group', 'equal_opportunity_difference',
     'Largest sensitivity at the threshold minus the smallest, among groups with enough cases',
     'SELECT aims.equal_opportunity_difference(f.groups, {minimum}) AS value, f.sample,
       (SELECT jsonb_object_agg(coalesce(g.grp, ''unknown''), to_jsonb(g) - ''grp'') FROM unnest(f.groups) AS g) AS groups
  FROM (SELECT aims.fairness({score}::float8 >= {threshold}, {label}::boolean, {subgroup}::text) AS groups, count({label}) AS sample
          FROM {relation}
         WHERE {instant} >= $1 AND {instant} < $2) AS f', 30, make_interval(months => 3), 200,
     'above', NULL, NULL, 'Your impact assessment: what difference is bearable for these patients'),
    ('override-rate', 'Overrides, against their own baseline', 'override_rate_change',
     'Share overridden or rejected in the last full month minus that of the baseline (aims.override_rate), both ways: too few are automation complacency',
     'SELECT CASE WHEN w.low IS NOT NULL THEN o.opposed::float8 / o.base - o.baseline_rate END AS value,
       w.low - o.baseline_rate AS low, w.high - o.baseline_rate AS high, coalesce(o.base, 0) AS sample, o.baseline_rate
  FROM (SELECT sum(r.overridden + r.rejected)::bigint AS opposed, sum(r.base)::bigint AS base, max(r.baseline_rate) AS baseline_rate
          FROM aims.override_rate AS r
         WHERE r.relation = {relation} AND r.system = {system}
           AND r.month = (date_trunc(''month'', $2) - make_interval(months => 1))::date) AS o
 CROSS JOIN LATERAL aims.wilson_interval(o.opposed, o.base) AS w', 30, make_interval(months => 1), 30,
     'outside', NULL, NULL, 'The months of the baseline: how far they lie apart. Baseline 0. No rate is right by itself: published ones run from 40 to 99 %'),
    ('volume', 'Output a day', 'volume',
     'Rows a day: a model that says nothing, or everything twice, fails as one that is wrong',
     'SELECT count(*) / (extract(epoch FROM $2 - $1) / 86400) AS value, count(*) AS sample
  FROM {relation}
 WHERE {instant} >= $1 AND {instant} < $2', 1, make_interval(days => 1), 0,
     'outside', NULL, NULL, 'Your own count of some weeks'))
    AS t (template, title, metric, definition, query, days, window_length, minimum_sample, direction, warn, breach, threshold_source);

INSERT INTO aims.monitor_template_parameter (template, parameter, kind, title, fallback, shipped)
SELECT t.template, p.parameter,
       CASE WHEN t.template = 'override-rate' AND p.parameter = 'relation' THEN 'regclass' ELSE p.kind END,
       CASE WHEN t.template = 'override-rate' AND p.parameter = 'relation' THEN 'Governed table' ELSE p.title END, p.fallback, true
  FROM aims.monitor_template AS t
  JOIN (VALUES
    ('relation', 'relation', 'Table or view of scores, or OMOP measurement', NULL),
    ('score', 'column', 'Score, of calibration and threshold a probability', NULL),
    ('label', 'column', 'Outcome as it turned out; NULL: not known yet', NULL),
    ('instant', 'column', 'When the score was made, or the value measured', NULL),
    ('subgroup', 'column', 'Hospital, sex, race, age group', NULL),
    ('inputs', 'columns', 'Inputs of the model in that table', NULL),
    ('concept', 'column', 'Concept', 'measurement_concept_id'),
    ('reading', 'column', 'Value', 'value_as_number'),
    ('concepts', 'numbers', 'Concept ids of the inputs', NULL),
    ('threshold', 'number', 'Score from which the system flags', NULL),
    ('minimum', 'number', 'Rows that a group needs to be compared', '30'),
    ('system', 'text', 'Slug of the AI system; that of the draft where nothing is said', NULL)) AS p (parameter, kind, title, fallback)
    ON position('{' || p.parameter || '}' IN t.query) > 0;

CREATE FUNCTION aims.template_column(relation regclass, named text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute AS a
                    WHERE a.attrelid = relation AND a.attname = named AND a.attnum > 0 AND NOT a.attisdropped) THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column',
            MESSAGE = format('column "%s" of %s does not exist', named, coalesce(relation::text, 'no relation')),
            DETAIL = 'Parameters name columns as they are, without quotes.',
            HINT = format('\d+ %s', relation);
    END IF;
    RETURN quote_ident(named);
END $$;
COMMENT ON FUNCTION aims.template_column(regclass, text) IS 'A column''s name, quoted where needed; 42703 where there is none';

CREATE FUNCTION aims.template_value(kind text, given text, relation regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE kind
        WHEN 'relation' THEN relation::text
        WHEN 'regclass' THEN format('%L::regclass', relation)
        WHEN 'column' THEN aims.template_column(relation, given)
        WHEN 'columns' THEN (SELECT string_agg(format('(%L, %s::float8)', trim(c), aims.template_column(relation, trim(c))), ', ' ORDER BY n)
                               FROM string_to_table(given, ',') WITH ORDINALITY AS s (c, n))
        WHEN 'number' THEN given::numeric::text
        WHEN 'numbers' THEN (SELECT string_agg(trim(c)::numeric::text, ', ' ORDER BY n)
                               FROM string_to_table(given, ',') WITH ORDINALITY AS s (c, n))
        ELSE quote_literal(given) END;
END;
COMMENT ON FUNCTION aims.template_value(text, text, regclass) IS
    'What a query has in the place of a parameter: names looked up and quoted, numbers read, texts as literals; NULL for NULL. 42703 no such column, 22P02 no number';

CREATE FUNCTION aims.template_query(template text, parameters jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    pattern  text;
    relation regclass;
    unknown  text;
    missing  text;
BEGIN
    SELECT t.query INTO pattern FROM aims.monitor_template AS t WHERE t.template = template_query.template;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS017',
            MESSAGE = format('monitor template "%s" does not exist', template),
            DETAIL = 'No row of aims.monitor_template has this name.',
            HINT = 'SELECT template, title FROM aims.monitor_template';
    END IF;
    SELECT string_agg(k, ', ' ORDER BY k) INTO unknown FROM jsonb_object_keys(parameters) AS k
     WHERE k NOT IN (SELECT p.parameter FROM aims.monitor_template_parameter AS p WHERE p.template = template_query.template);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('monitor template "%s" has no parameter %s', template, unknown),
            DETAIL = format('It has: %s.', (SELECT string_agg(p.parameter, ', ' ORDER BY p.parameter)
                                              FROM aims.monitor_template_parameter AS p WHERE p.template = template_query.template)),
            HINT = format('SELECT parameter, kind, title, fallback FROM aims.monitor_template_parameter WHERE template = %L', template);
    END IF;
    SELECT string_agg(format('%s (%s)', p.parameter, p.title), '; ' ORDER BY p.parameter) INTO missing
      FROM aims.monitor_template_parameter AS p
     WHERE p.template = template_query.template AND coalesce(parameters ->> p.parameter, p.fallback) IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = format('monitor template "%s" has to be told more', template),
            DETAIL = format('Missing: %s.', missing),
            HINT = format('SELECT parameter, kind, title, fallback FROM aims.monitor_template_parameter WHERE template = %L', template);
    END IF;
    IF parameters ->> 'relation' IS NOT NULL THEN
        relation := to_regclass(parameters ->> 'relation');
        IF relation IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table',
                MESSAGE = format('relation "%s" does not exist', parameters ->> 'relation'),
                DETAIL = 'Queries of monitors are run with search_path = pg_catalog.',
                HINT = 'Name it with its schema.';
        END IF;
    END IF;
    -- one pass: what stands in a place is not looked through for places
    RETURN (SELECT string_agg(m.part[1] || CASE WHEN m.part[2] IS NULL THEN ''
                                           ELSE aims.template_value(p.kind, coalesce(parameters ->> p.parameter, p.fallback), relation) END,
                              '' ORDER BY m.n)
              FROM regexp_matches(pattern, '([^{]*)(?:\{([a-z_]+)\})?', 'g') WITH ORDINALITY AS m (part, n)
              LEFT JOIN aims.monitor_template_parameter AS p
                ON p.template = template_query.template AND p.parameter = m.part[2]);
END $$;
COMMENT ON FUNCTION aims.template_query(text, jsonb) IS
    'The query of a template with these parameters in their places (aims.template_value). MS017 unknown template, 22023 unknown parameter, 22004 missing ones, 42P01 no such relation';

CREATE FUNCTION aims.draft_monitor(monitor text, template text, system text, owner text, parameters jsonb DEFAULT '{}',
                                   baseline_period tstzrange DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    measuring text := aims.template_query(template, parameters || coalesce(
        (SELECT jsonb_build_object('system', draft_monitor.system) FROM aims.monitor_template_parameter AS p
          WHERE p.template = draft_monitor.template AND p.parameter = 'system' AND parameters ->> 'system' IS NULL), '{}'));
BEGIN
    IF position('$3' IN measuring) > 0 AND baseline_period IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = format('monitor template "%s" compares with a baseline_period', template),
            DETAIL = 'It is the time that the reference data are of.',
            HINT = 'For example: baseline_period => tstzrange(''2026-01-01'', ''2026-04-01'').';
    END IF;
    INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, window_length, minimum_sample,
                              direction, warn, breach, baseline_period, query)
    SELECT draft_monitor.monitor, draft_monitor.system, t.title, t.metric,
           format('%s; template %s, %s', t.definition, t.template, parameters), draft_monitor.owner,
           t.every, t.window_length, t.minimum_sample, t.direction, t.warn, t.breach, draft_monitor.baseline_period, measuring
      FROM aims.monitor_template AS t
     WHERE t.template = draft_monitor.template;
    RETURN measuring;
END $$;
COMMENT ON FUNCTION aims.draft_monitor(text, text, text, text, jsonb, tstzrange) IS
    'Enters a draft of a monitor from a template, with the rights of the caller, whose session''s role it will run as, and returns its query. Thresholds are the template''s proposals; baseline and what is missing are filled in before it is activated. MS017, 22004, 22023, 42P01, 42703 as aims.template_query';
