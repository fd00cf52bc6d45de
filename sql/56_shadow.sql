-- Shadow AI: what looks like AI in the catalogs and statistics of this database
-- and is not in the inventory (ISO/IEC 42001 4.3, A.4.2; doc/enforcement.md).

CREATE TABLE aims.shadow_sign (
    sign    aims.slug,
    kind    text    NOT NULL,
    pattern text    NOT NULL,
    beside  text,
    reason  text    NOT NULL,
    shipped boolean NOT NULL DEFAULT false,
    CONSTRAINT shadow_sign_pkey PRIMARY KEY (sign),
    CONSTRAINT shadow_sign_kind_known CHECK (kind IN (
        'role', 'relation', 'column', 'type', 'function', 'language', 'extension', 'value')),
    CONSTRAINT shadow_sign_pattern_valid CHECK ('' ~* pattern IS NOT NULL),
    CONSTRAINT shadow_sign_beside_valid CHECK ('' ~* beside IS NOT NULL OR beside IS NULL),
    CONSTRAINT shadow_sign_beside_a_column CHECK (
        CASE kind WHEN 'value' THEN beside IS NOT NULL WHEN 'column' THEN true ELSE beside IS NULL END),
    CONSTRAINT shadow_sign_reason_given CHECK (reason ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.shadow_sign', 'WHERE NOT shipped');
COMMENT ON TABLE aims.shadow_sign IS
    'Signs of AI that aims.shadow_ai looks for. A site adds its own, with shipped = false; the shipped ones are immutable (ISO/IEC 42001 4.3, A.4.2)';
COMMENT ON COLUMN aims.shadow_sign.sign IS 'Slug of the sign';
COMMENT ON COLUMN aims.shadow_sign.kind IS
    'What the pattern is compared with: the name of a role, relation, column, function or extension, of the type of a column, of the language of a function; or the commonest values of a column';
COMMENT ON COLUMN aims.shadow_sign.pattern IS 'Regular expression, without regard to case (2201B where it is none)';
COMMENT ON COLUMN aims.shadow_sign.beside IS
    'A value: regular expression for the name of the column that holds it. A column: for that of another column that the relation has, too';
COMMENT ON COLUMN aims.shadow_sign.reason IS 'Why it is a sign of AI';
COMMENT ON COLUMN aims.shadow_sign.shipped IS 'Came with the extension; immutable (MS016). Only these show values of columns that the reader may not SELECT';

INSERT INTO aims.shadow_sign (sign, kind, pattern, beside, reason, shipped) VALUES
    ('role-name', 'role', '(^|[_-])(ai|ml|nlp|llm|gpt|openai|copilot|model|inference|predict(or|ion)?|scor(er|ing)|bot|agent)([_-]|$)', NULL,
     'The role is named like a model or its service', true),
    ('note-nlp', 'relation', '^note_nlp', NULL, 'OMOP keeps the output of language models there', true),
    ('derived', 'relation', '_derived$', NULL, 'Sites mirror clinical tables so for what algorithms derive', true),
    ('model-output', 'relation', '(^|_)(predictions?|inferences?|embeddings?|model_(scores?|outputs?|runs?)|risk_scores?|ai_[a-z_]*)($|_)', NULL,
     'The relation is named like the output of a model', true),
    ('system-column', 'column', '^(nlp|ai|ml)_?(system|model|engine|agent)(_(name|id|version))?$', NULL, 'The column names an AI system', true),
    ('model-column', 'column', '^(model|algorithm)(_(name|id|version))$', NULL, 'The column names a model', true),
    ('model-and-version', 'column', '^model$', '^(model_)?version$', 'A model and its version', true),
    ('score-and-model', 'column', '^(score|probability|prob|prediction|predicted(_[a-z]+)?|confidence)$', '^(model|algorithm|classifier)',
     'A score beside the model that gave it', true),
    ('probability-at', 'column', '^(probability|prob|prediction|predicted_[a-z]+|[a-z_]+_prob(ability)?)$', '(instant|timestamp|time|date|(^|_)at)$',
     'A prediction and its time', true),
    ('embedding', 'column', '(^|_)embeddings?$', NULL, 'The column holds embeddings', true),
    ('vector-type', 'type', '^(vector|halfvec|sparsevec)$', NULL, 'Type of pgvector: embeddings', true),
    ('inference-function', 'function', '(^|_)(predict|infer|inference|embed|embedding|classify|llm|gpt|openai|summari[sz]e)(_|$)', NULL,
     'The function is named like a call of a model', true),
    ('inference-language', 'language', '^(plpython[23]?u|plr|pljavau|plperlu)$', NULL,
     'The language can load models, or call services outside of the server', true),
    ('inference-extension', 'extension',
     '^(pgml|madlib|vectorscale|vectorize|pg_vectorize|vector|ai|azure_ai|azure_ml|aidb|google_ml_integration|aws_ml|pg_onnx|pgai|lantern(_extras)?|pg_gpt|http|pg_net)$', NULL,
     'The extension infers, keeps embeddings, or calls services outside of the server', true),
    ('nlp-system', 'value', '.', '^nlp_system$', 'The value names an AI system in a table that is not governed', true),
    ('omop-algorithm', 'value', '^(32858|32880|32881|32882)$', '_type_concept_id$',
     'OMOP: derived by NLP (32858) or by an algorithm (32880 to 32882)', true);

CREATE TABLE aims.not_ai (
    kind       text,
    object     text        COLLATE "C",
    reason     text        NOT NULL,
    person     aims.slug,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT not_ai_pkey PRIMARY KEY (kind, object),
    CONSTRAINT not_ai_person_fkey FOREIGN KEY (person) REFERENCES aims.person,
    CONSTRAINT not_ai_kind_known CHECK (kind IN ('role', 'relation', 'column', 'function', 'extension', 'value')),
    CONSTRAINT not_ai_reason_given CHECK (reason ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.not_ai', '');
COMMENT ON TABLE aims.not_ai IS 'What aims.shadow_ai listed and a person has found to be no AI; it is not listed any more (ISO/IEC 42001 4.3)';
COMMENT ON COLUMN aims.not_ai.kind IS 'As in aims.shadow_ai';
COMMENT ON COLUMN aims.not_ai.object IS 'As in aims.shadow_ai; under another name it is listed again';
COMMENT ON COLUMN aims.not_ai.reason IS 'What it is instead, and how that was found out';
COMMENT ON COLUMN aims.not_ai.person IS 'Who decided it';
COMMENT ON COLUMN aims.not_ai.decided_at IS 'When it was decided';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.not_ai
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('decided_at', 'person');
ALTER TABLE aims.not_ai ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.not_ai IS 'Who decided, and when';

-- Each name of a column is compared once, however many tables have it.
CREATE VIEW aims.shadow_ai WITH (security_barrier) AS
WITH RECURSIVE
    inventory (relid) AS (
        SELECT r.relation::oid FROM aims.registry AS r WHERE r.guarded
        UNION
        SELECT d.relation FROM aims.dataset AS d WHERE d.relation IS NOT NULL
        UNION
        SELECT i.inhrelid FROM inventory AS p JOIN pg_inherits AS i ON i.inhparent = p.relid),
    own_schema (oid, nspname) AS (
        SELECT n.oid, n.nspname FROM pg_namespace AS n
         WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'aims')),
    held (oid, name, relname, reltuples) AS MATERIALIZED (
        SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relname, c.reltuples
          FROM pg_class AS c
          JOIN own_schema AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
           AND c.oid NOT IN (SELECT i.relid FROM inventory AS i)
           AND c.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e')),
    column_name (name) AS MATERIALIZED (
        SELECT DISTINCT a.attname FROM pg_attribute AS a
         WHERE a.attrelid IN (SELECT h.oid FROM held AS h) AND a.attnum > 0 AND NOT a.attisdropped),
    column_sign (name, sign, reason, beside) AS MATERIALIZED (
        SELECT n.name, s.sign, s.reason, s.beside
          FROM column_name AS n
          JOIN aims.shadow_sign AS s ON s.kind = 'column' AND n.name ~* s.pattern),
    value_sign (name, sign, reason, pattern, shipped) AS MATERIALIZED (
        SELECT n.name, s.sign, s.reason, s.pattern, s.shipped
          FROM column_name AS n
          JOIN aims.shadow_sign AS s ON s.kind = 'value' AND n.name ~* s.beside),
    -- columns that name systems, and what statistics have of them
    looked_at (relid, attnum, type) AS (
        SELECT a.attrelid, a.attnum, a.atttypid
          FROM value_sign AS s
          JOIN pg_attribute AS a ON a.attname = s.name AND a.attnum > 0 AND NOT a.attisdropped
          JOIN held AS h ON h.oid = a.attrelid
        UNION
        SELECT a.attrelid, a.attnum, a.atttypid
          FROM aims.registry AS r
          JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attname = r.system_column
         WHERE r.system_when IS NULL),
    common_value (relid, attnum, value, frequency) AS MATERIALIZED (
        SELECT t.starelid, t.staattnum, CASE l.type WHEN 'bpchar'::regtype THEN rtrim(v.value, ' ') ELSE v.value END, v.frequency
          FROM looked_at AS l
          JOIN pg_statistic AS t ON t.starelid = l.relid AND t.staattnum = l.attnum
         CROSS JOIN LATERAL unnest(
               CASE 1 WHEN t.stakind1 THEN t.stavalues1 WHEN t.stakind2 THEN t.stavalues2 WHEN t.stakind3 THEN t.stavalues3
                      WHEN t.stakind4 THEN t.stavalues4 WHEN t.stakind5 THEN t.stavalues5 END::text::text[],
               CASE 1 WHEN t.stakind1 THEN t.stanumbers1 WHEN t.stakind2 THEN t.stanumbers2 WHEN t.stakind3 THEN t.stanumbers3
                      WHEN t.stakind4 THEN t.stanumbers4 WHEN t.stakind5 THEN t.stanumbers5 END) AS v (value, frequency)),
    unknown_value (relation, value, first_seen, rows) AS (
        SELECT v.relation, v.system, min(v.recorded_at), sum(v.rows)
          FROM aims.violation AS v
         WHERE v.cause = 'system_unknown' AND v.system IS NOT NULL
         GROUP BY v.relation, v.system),
    candidate (kind, object, relation, sign, reason, first_seen, row_estimate) AS (
        SELECT 'role', r.rolname::text, NULL::oid, s.sign, s.reason, NULL::timestamptz, NULL::numeric
          FROM pg_roles AS r
          JOIN aims.shadow_sign AS s ON s.kind = 'role' AND r.rolname ~* s.pattern
         WHERE r.rolname !~ '^pg_'
           AND NOT EXISTS (SELECT FROM aims.bound_role AS b WHERE b.role = r.rolname)
        UNION ALL
        SELECT 'relation', h.name, h.oid, s.sign, s.reason, NULL, nullif(h.reltuples, -1)
          FROM held AS h
          JOIN aims.shadow_sign AS s ON s.kind = 'relation' AND h.relname ~* s.pattern
        UNION ALL
        SELECT 'column', format('%s.%I', h.name, a.attname), h.oid, s.sign, s.reason, NULL, nullif(h.reltuples, -1)
          FROM column_sign AS s
          JOIN pg_attribute AS a ON a.attname = s.name AND a.attnum > 0 AND NOT a.attisdropped
          JOIN held AS h ON h.oid = a.attrelid
         WHERE s.beside IS NULL
            OR EXISTS (SELECT FROM pg_attribute AS b
                        WHERE b.attrelid = a.attrelid AND b.attnum > 0 AND b.attnum <> a.attnum AND NOT b.attisdropped
                          AND b.attname ~* s.beside)
        UNION ALL
        SELECT 'column', format('%s.%I', h.name, a.attname), h.oid, s.sign, s.reason, NULL, nullif(h.reltuples, -1)
          FROM pg_type AS t
          JOIN aims.shadow_sign AS s ON s.kind = 'type' AND t.typname ~* s.pattern
          JOIN pg_attribute AS a ON a.atttypid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          JOIN held AS h ON h.oid = a.attrelid
        UNION ALL
        SELECT 'function', (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, NULL, s.sign, s.reason, NULL, NULL
          FROM pg_proc AS p
          JOIN own_schema AS n ON n.oid = p.pronamespace
          JOIN pg_language AS l ON l.oid = p.prolang
          JOIN aims.shadow_sign AS s ON s.kind = 'function' AND p.proname ~* s.pattern OR s.kind = 'language' AND l.lanname ~* s.pattern
         WHERE p.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
           AND NOT EXISTS (SELECT FROM aims.component AS c WHERE c.component = p.proname)
        UNION ALL
        SELECT 'extension', e.extname::text, NULL, s.sign, s.reason, NULL, NULL
          FROM pg_extension AS e
          JOIN aims.shadow_sign AS s ON s.kind = 'extension' AND e.extname ~* s.pattern
         WHERE NOT EXISTS (SELECT FROM aims.component AS c WHERE c.component = e.extname)
        UNION ALL
        SELECT 'value', format('%s.%I = %L', h.name, a.attname, v.value), h.oid, s.sign, s.reason, NULL,
               round(v.frequency * nullif(h.reltuples, -1))
          FROM value_sign AS s
          JOIN pg_attribute AS a ON a.attname = s.name AND a.attnum > 0 AND NOT a.attisdropped
          JOIN held AS h ON h.oid = a.attrelid
          JOIN common_value AS v ON v.relid = a.attrelid AND v.attnum = a.attnum
         WHERE v.value ~* s.pattern
           AND (s.shipped OR has_column_privilege(a.attrelid, a.attnum, 'SELECT') AND NOT row_security_active(a.attrelid))
           AND NOT EXISTS (SELECT FROM aims.system_value AS m WHERE m.relation = a.attrelid AND m.value = v.value)
        UNION ALL
        SELECT 'value', format('%I.%I.%I = %L', n.nspname, c.relname, r.system_column, u.value), c.oid, 'violation',
               'The value came into a governed table and names no AI system (MS002)', u.first_seen, u.rows
          FROM unknown_value AS u
          JOIN aims.registry AS r ON r.relation = u.relation AND r.system_column IS NOT NULL
          JOIN pg_class AS c ON c.oid = r.relation
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE NOT EXISTS (SELECT FROM aims.system_value AS m WHERE m.relation = u.relation AND m.value = u.value)
           AND NOT EXISTS (SELECT FROM aims.ai_system AS a WHERE a.system = u.value)
        UNION ALL
        SELECT 'value', format('%I.%I.%I = %L', n.nspname, c.relname, r.system_column, v.value), c.oid, 'held',
               'A governed table holds the value, and it names no AI system (MS002)', NULL, round(v.frequency * nullif(c.reltuples, -1))
          FROM aims.registry AS r
          JOIN pg_class AS c ON c.oid = r.relation
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
          JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = r.system_column
          JOIN common_value AS v ON v.relid = c.oid AND v.attnum = a.attnum
         WHERE NOT EXISTS (SELECT FROM aims.system_value AS m WHERE m.relation = r.relation AND m.value = v.value)
           AND NOT EXISTS (SELECT FROM aims.ai_system AS s WHERE s.system = v.value))
SELECT c.kind,
       c.object COLLATE "C" AS object,
       c.relation::regclass AS relation,
       string_agg(DISTINCT c.reason, '; ' ORDER BY c.reason) AS why,
       array_agg(DISTINCT c.sign::text ORDER BY c.sign::text) AS signs,
       min(c.first_seen) AS first_seen,
       max(c.row_estimate)::bigint AS row_estimate,
       CASE c.kind
            WHEN 'role' THEN 'Register its system in aims.ai_system, then aims.bind_role(system, role)'
            WHEN 'function' THEN 'Register its system in aims.ai_system, and the function by its name in aims.component'
            WHEN 'extension' THEN 'Register the systems that use it, and the extension by its name in aims.component'
            WHEN 'value' THEN 'Register the system, or map the value in aims.system_value; govern the table where it is not'
            ELSE 'Register its system in aims.ai_system, then aims.govern_preview and aims.govern, or aims.dataset where it is input'
       END || '; if it is no AI: INSERT INTO aims.not_ai (kind, object, reason)' AS next_step
  FROM candidate AS c
 WHERE NOT EXISTS (SELECT FROM aims.not_ai AS x WHERE x.kind = c.kind AND x.object = c.object COLLATE "C")
 GROUP BY c.kind, c.object COLLATE "C", c.relation;
COMMENT ON VIEW aims.shadow_ai IS
    'What looks like AI and is not in the inventory: roles, relations, columns, functions, extensions and values, by the signs of aims.shadow_sign. Reads catalogs and statistics, no table of the warehouse (ISO/IEC 42001 4.3, A.4.2)';
COMMENT ON COLUMN aims.shadow_ai.kind IS 'role, relation, column, function, extension or value';
COMMENT ON COLUMN aims.shadow_ai.object IS 'What it is: a qualified name; for a value, column = value';
COMMENT ON COLUMN aims.shadow_ai.relation IS 'Relation that it is, or is in';
COMMENT ON COLUMN aims.shadow_ai.why IS 'What makes it look like AI';
COMMENT ON COLUMN aims.shadow_ai.signs IS 'Signs that it shows (aims.shadow_sign); violation: seen by the guard; held: among the commonest values of a governed table''s system column';
COMMENT ON COLUMN aims.shadow_ai.first_seen IS 'When the guard recorded it first; NULL where nothing says when';
COMMENT ON COLUMN aims.shadow_ai.row_estimate IS
    'Rows concerned: of the relation or with the value as statistics estimate them, or as the guard counted them; NULL: not known';
COMMENT ON COLUMN aims.shadow_ai.next_step IS 'What to do';
