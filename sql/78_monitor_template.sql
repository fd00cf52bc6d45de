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
    'Monitors to begin with: a query with places for names of tables and columns, and thresholds to think about. aims.draft_monitor makes a draft of one; a site adds its own (ISO/IEC 42001 A.6.2.6)';
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
        kind IN ('relation', 'column', 'columns', 'number', 'numbers', 'text')),
    CONSTRAINT monitor_template_parameter_title_given CHECK (title ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor_template_parameter', 'WHERE NOT shipped');
COMMENT ON TABLE aims.monitor_template_parameter IS 'What a template has to be told (ISO/IEC 42001 A.6.2.6)';
COMMENT ON COLUMN aims.monitor_template_parameter.template IS 'The template';
COMMENT ON COLUMN aims.monitor_template_parameter.parameter IS 'Name of the place, in the query as {name}';
COMMENT ON COLUMN aims.monitor_template_parameter.kind IS
    'relation: qualified name of a table or view; column: of that relation; columns: several, separated by commas, as rows of name and value; number; numbers: several, separated by commas; text. Each is looked up or read, and quoted';
COMMENT ON COLUMN aims.monitor_template_parameter.title IS 'What it is';
COMMENT ON COLUMN aims.monitor_template_parameter.fallback IS 'What it is where nothing is said; NULL: it has to be said';
COMMENT ON COLUMN aims.monitor_template_parameter.shipped IS 'Comes with the extension, immutable (MS016)';

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

CREATE FUNCTION aims.template_value(parameter text, kind text, given text, relation regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF given IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = format('parameter "%s" of the template is missing', parameter),
            DETAIL = format('It is of kind %s.', kind),
            HINT = 'SELECT * FROM aims.monitor_template_parameter';
    END IF;
    RETURN CASE kind
        WHEN 'relation' THEN relation::text
        WHEN 'column' THEN aims.template_column(relation, given)
        WHEN 'columns' THEN (SELECT string_agg(format('(%L, %s::float8)', trim(c), aims.template_column(relation, trim(c))), ', ' ORDER BY n)
                               FROM string_to_table(given, ',') WITH ORDINALITY AS s (c, n))
        WHEN 'number' THEN given::numeric::text
        WHEN 'numbers' THEN (SELECT string_agg(trim(c)::numeric::text, ', ' ORDER BY n)
                               FROM string_to_table(given, ',') WITH ORDINALITY AS s (c, n))
        ELSE quote_literal(given) END;
END $$;
COMMENT ON FUNCTION aims.template_value(text, text, text, regclass) IS
    'What a query has in the place of a parameter: names looked up and quoted, numbers read, texts as literals. 22004 where it is missing, 42703 no such column, 22P02 no number';

CREATE FUNCTION aims.template_query(template text, parameters jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    pattern  text;
    relation regclass;
    unknown  text;
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
            HINT = 'SELECT * FROM aims.monitor_template_parameter';
    END IF;
    IF parameters ? 'relation' THEN
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
                                           ELSE aims.template_value(m.part[2], p.kind, coalesce(parameters ->> p.parameter, p.fallback), relation) END,
                              '' ORDER BY m.n)
              FROM regexp_matches(pattern, '([^{]*)(?:\{([a-z_]+)\})?', 'g') WITH ORDINALITY AS m (part, n)
              LEFT JOIN aims.monitor_template_parameter AS p
                ON p.template = template_query.template AND p.parameter = m.part[2]);
END $$;
COMMENT ON FUNCTION aims.template_query(text, jsonb) IS
    'The query of a template with these parameters in their places (aims.template_value). MS017 unknown template, 22023 unknown parameter, 42P01 no such relation';

CREATE FUNCTION aims.draft_monitor(monitor text, template text, system text, owner text, parameters jsonb DEFAULT '{}',
                                   baseline_period tstzrange DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    measuring text := aims.template_query(template, parameters);
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
