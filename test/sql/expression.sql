\i test/setup.sql
-- system_expression: an expression that names the AI system of each row, as in
-- FHIR resources that are one jsonb column.
BEGIN;
\i test/act.sql
SELECT plan(90);

INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user);
SET LOCAL session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'),
    ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception'), ('32880', 'Algorithm', 'anna', 'Has a number', 'deployment');
SET LOCAL session_replication_role = origin;
CREATE SCHEMA fhir;
CREATE FUNCTION pg_temp.state_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN '00000';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- What is accepted
CREATE TYPE fhir.colour AS ENUM ('red');
CREATE DOMAIN fhir.label AS text CHECK (VALUE <> 'x');
CREATE TYPE fhir.pair AS (name text, n integer);
CREATE FUNCTION fhir.harmless(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN $1;
CREATE TABLE fhir.t (id integer PRIMARY KEY, doc jsonb, old json, kind text, code varchar(20), padded char(20), at timestamptz, day date,
    colour fhir.colour, label fhir.label, pair fhir.pair, tags text[], n numeric, flag boolean, twice text GENERATED ALWAYS AS (kind || '2') STORED);
SELECT is(pg_temp.state_of(format('SELECT aims.govern(''fhir.t'', system_expression => %L)', expression)), state, expression)
  FROM (VALUES
    (1, 'doc #>> ''{meta,extension,0,valueString}''', '00000'),
    (2, 'doc -> ''meta'' ->> ''source''', '00000'),
    (3, 'doc[''meta''][''source''] #>> ''{}''', '00000'),
    (4, 'jsonb_path_query_first(doc, ''$.meta.extension[*] ? (@.url == "urn:ai").valueString'') #>> ''{}''', '00000'),
    (5, 'old ->> ''source''', '00000'),
    (6, 'CASE WHEN doc @> ''{"ai": true}'' THEN doc ->> ''source'' END', '00000'),
    (7, 'coalesce(kind, code, padded)', '00000'),
    (8, 'lower(split_part(kind, ''/'', 1)) || ''-'' || n::text', '00000'),
    (9, 'label', '00000'), (10, '(pair).name', '00000'), (11, 'tags[1]', '00000'), (12, 'twice', '00000'),
    (13, 'id', '00000'), (14, 'n', '00000'), (15, 'flag', '00000'), (16, 'doc', '00000'), (17, 't.kind', '00000'),
    (20, 'day', 'MS032'), (21, 'at', 'MS032'), (22, 'colour', 'MS032'), (23, 'pair', 'MS032'), (24, 'tags', 'MS032'),
    (25, 'kind::fhir.label', 'MS032'), (26, 'fhir.harmless(kind)', 'MS032'), (27, 'current_user', 'MS032'), (28, 'now()', 'MS032'),
    (29, '(SELECT kind)', 'MS032'), (30, 'max(kind)', 'MS032'), (31, 't', 'MS032'), (32, 'new.kind', 'MS032'), (33, 'tableoid', 'MS032'),
    (34, 'kind, code', 'MS032'), (35, 'kind FROM fhir.t', 'MS032'), (36, '*', 'MS032'), (37, '', 'MS032'), (38, 'nonesuch', 'MS032'),
    (39, 'kind) FROM fhir.t; DROP TABLE fhir.t; --', 'MS032'), (40, 'regexp_split_to_table(kind, ''/'')', 'MS032'),
    (41, 'kind AS k', 'MS032'), (42, '$1', 'MS032'), (43, 'current_setting(''aims.system'')', 'MS032')) AS e (nr, expression, state)
 ORDER BY nr;
SELECT is(pg_temp.state_of('SELECT aims.govern(''fhir.t'', ' || arguments || ')'), state, arguments)
  FROM (VALUES
    (1, $$system_expression => 'kind', system => 'sepsis'$$, 'MS031'), (2, $$system_expression => 'kind', system_column => 'kind'$$, 'MS031'),
    (3, $$system_expression => 'kind', system_when => 'n > 0', rebuilt => true$$, '00000'),
    (4, $$system_expression => 'kind', rebuilt => NULL$$, '22004')) AS a (nr, arguments, state)
 ORDER BY nr;

-- A FHIR server's table: AI output is what its security label says, and an extension names the system
CREATE TABLE fhir.observation (id integer PRIMARY KEY, resource jsonb);
CREATE FUNCTION pg_temp.resource(system text, security text DEFAULT 'AIAST') RETURNS jsonb LANGUAGE sql
    RETURN jsonb_build_object('resourceType', 'Observation', 'meta', jsonb_build_object('security', jsonb_build_array(jsonb_build_object('code', security)),
                              'extension', jsonb_build_array(jsonb_build_object('url', 'urn:ai', 'valueString', system))));
INSERT INTO fhir.observation SELECT n, pg_temp.resource((ARRAY['sepsis', 'nlp', 'shadow', 'Epic'])[n % 4 + 1]) FROM generate_series(101, 140) AS n;
INSERT INTO aims.system_value VALUES ('fhir.observation', 'Epic', 'sepsis'), ('fhir.observation', 'nurse', NULL), ('fhir.observation', 'reader', 'nlp');
INSERT INTO aims.intended_table VALUES ('sepsis', 'fhir.observation'), ('nlp', 'fhir.observation');
SELECT bag_eq($$SELECT * FROM aims.govern_preview('fhir.observation', system_expression => 'resource #>> ''{meta,extension,0,valueString}''')$$,
              $$VALUES ('nlp', 'stage', 10::bigint), ('shadow', 'system_unknown', 10)$$, 'what would be refused today');
SELECT bag_eq($$SELECT * FROM aims.govern_preview('fhir.observation', system_expression => 'resource #>> ''{meta,extension,0,valueString}''',
                                                  system_when => 'resource @> ''{"meta":{"security":[{"code":"AIAST"}]}}'' AND id < 110')$$,
              $$VALUES ('nlp', 'stage', 3::bigint), ('shadow', 'system_unknown', 2)$$, 'and within a condition');
SELECT lives_ok($$SELECT aims.govern('fhir.observation', system_expression => 'resource #>> ''{meta,extension,0,valueString}''',
                                     system_when => 'resource @> ''{"meta":{"security":[{"code":"AIAST"}]}}''')$$, 'it is governed');
SELECT results_eq($$SELECT system_expression, system_when FROM aims.governed WHERE relation = 'fhir.observation'::regclass$$,
                  $$VALUES ('(resource #>> ''{meta,extension,0,valueString}''::text[])', '(resource @> ''{"meta": {"security": [{"code": "AIAST"}]}}''::jsonb)')$$,
                  'as the server prints it');
SELECT is(pg_temp.state_of(format('INSERT INTO fhir.observation VALUES (1, %L)', resource)), state, name)
  FROM (VALUES
    (1, pg_temp.resource('sepsis'), '00000', 'output of a system that may write'),
    (2, pg_temp.resource('nlp'), 'MS001', 'of one that may not'),
    (3, pg_temp.resource('nlp', 'N'), '00000', 'a resource without the label is no AI output'),
    (4, pg_temp.resource('shadow'), 'MS002', 'a system that is in no inventory'),
    (5, pg_temp.resource('Epic'), '00000', 'a value that is mapped'),
    (6, pg_temp.resource('reader'), 'MS001', 'to a system that may not'),
    (7, pg_temp.resource('nurse'), '00000', 'to no AI'),
    (8, pg_temp.resource(NULL), '00000', 'a null is nobody''s'),
    (9, pg_temp.resource(''), 'MS002', 'an empty text names nobody'),
    (10, pg_temp.resource('sepsis ') , 'MS002', 'blanks count'),
    (11, pg_temp.resource(repeat('x', 300000)), 'MS002', 'a long text'),
    (12, pg_temp.resource('sepsis') || jsonb_build_object('note', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 20000) AS n)), '00000', 'a resource that is stored out of line'),
    (13, pg_temp.resource('nlp') || jsonb_build_object('note', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 20000) AS n)), 'MS001', 'or is refused')) AS r (nr, resource, state, name)
 ORDER BY nr;
INSERT INTO fhir.observation VALUES (1, pg_temp.resource('sepsis')), (2, pg_temp.resource(NULL)), (3, pg_temp.resource('nlp', 'N'));
SELECT is(pg_temp.state_of(command), state, name)
  FROM (VALUES
    (1, $$UPDATE fhir.observation SET resource = resource || '{"status":"final"}' WHERE id = 1$$, '00000', 'a change of output'),
    (2, $$UPDATE fhir.observation SET resource = pg_temp.resource('nlp') WHERE id = 2$$, 'MS001', 'made output'),
    (3, $$UPDATE fhir.observation SET resource = jsonb_set(resource, '{meta,security,0,code}', '"AIAST"') WHERE id = 3$$, 'MS001', 'into the condition'),
    (4, $$UPDATE fhir.observation SET resource = resource - 'meta' WHERE id = 102$$, 'MS002', 'passed off as no output'),
    (5, $$DELETE FROM fhir.observation$$, '00000', 'taken away')) AS c (nr, command, state, name)
 ORDER BY nr;
SELECT results_eq($$SELECT key ->> 'id', system FROM aims.audit_entry WHERE relation = 'fhir.observation' AND operation = 'INSERT' ORDER BY entry_id$$,
                  $$VALUES ('1', 'sepsis'), ('2', NULL)$$, 'the ledger names the system');

-- Columns that are renamed, dropped, retyped
SELECT is(pg_temp.state_of(ddl || '; ' || coalesce(command, 'INSERT INTO fhir.observation (id) VALUES (9)')), state, name)
  FROM (VALUES
    (1, 'ALTER TABLE fhir.observation RENAME resource TO "R""es; --"', $$INSERT INTO fhir.observation VALUES (9, pg_temp.resource('nlp'))$$, 'MS001', 'a renamed column is followed'),
    (2, 'ALTER TABLE fhir.observation RENAME resource TO x; ALTER TABLE fhir.observation RENAME id TO resource; ALTER TABLE fhir.observation RENAME x TO id',
        $$INSERT INTO fhir.observation VALUES (9, pg_temp.resource('nlp'))$$, 'MS001', 'whatever takes its name'),
    (3, 'ALTER TABLE fhir.observation RENAME TO renamed', $$INSERT INTO fhir.renamed VALUES (9, pg_temp.resource('nlp'))$$, 'MS001', 'the table, too'),
    (4, 'ALTER TABLE fhir.observation ADD more integer DEFAULT 7, DROP CONSTRAINT observation_pkey', $$INSERT INTO fhir.observation VALUES (9, pg_temp.resource('nlp'))$$, 'MS001', 'other changes do not matter')
    ) AS d (nr, ddl, command, state, name)
 ORDER BY nr;
CREATE TABLE fhir.plain (id integer PRIMARY KEY, source text, more text);
SELECT aims.govern('fhir.plain', system_expression => 'lower(source)', mode => 'observe') \g /dev/null
INSERT INTO fhir.plain VALUES (1, NULL);
SELECT is(pg_temp.state_of(ddl || '; INSERT INTO fhir.plain (id) VALUES (2)'), state, name)
  FROM (VALUES
    (1, 'ALTER TABLE fhir.plain DROP source', 'MS031', 'without its column the expression says nothing: refused, in mode observe, too'),
    (2, 'ALTER TABLE fhir.plain ALTER source TYPE integer USING 1', 'MS031', 'nor with one of another type'),
    (3, 'ALTER TABLE fhir.plain ALTER source TYPE varchar(9)', '00000', 'if it still fits, it holds'),
    (4, 'ALTER TABLE fhir.plain DROP source, ADD source text', '00000', 'a column of that name will do'),
    (5, 'ALTER TABLE fhir.plain DROP source; ALTER TABLE fhir.plain RENAME more TO source', '00000', 'renaming goes on when the expression does not fit, and mends it'),
    (6, 'ALTER TABLE fhir.plain DROP source; SELECT aims.ungovern(''fhir.plain'', ''r''), aims.govern(''fhir.plain'', system_expression => ''more'')', '00000',
        'or it is governed anew')) AS d (nr, ddl, state, name)
 ORDER BY nr;
ALTER TABLE fhir.plain ADD late text DEFAULT 'nlp';
SELECT aims.ungovern('fhir.plain', 'r'), aims.govern('fhir.plain', system_expression => 'late') \g /dev/null
SELECT is(pg_temp.state_of($$UPDATE fhir.plain SET late = NULL$$), 'MS001', 'a value that old rows have by default is seen');

-- Partitions, each with its own column numbers; children
CREATE TABLE fhir.p (id integer, day date, doc jsonb) PARTITION BY RANGE (day);
CREATE TABLE fhir.p1 PARTITION OF fhir.p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE fhir.p2 (doc jsonb, gone text, day date, other text, id integer);
ALTER TABLE fhir.p2 DROP gone, DROP other;
ALTER TABLE fhir.p ATTACH PARTITION fhir.p2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE fhir.parent (id integer, doc jsonb);
CREATE TABLE fhir.child (more text) INHERITS (fhir.parent);
SELECT aims.govern('fhir.p', system_expression => 'doc ->> ''s'''), aims.govern('fhir.parent', system_expression => 'doc ->> ''s''') \g /dev/null
CREATE TABLE fhir.p3 (day date, doc jsonb, id integer);
ALTER TABLE fhir.p ATTACH PARTITION fhir.p3 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
INSERT INTO aims.intended_table VALUES ('sepsis', 'fhir.p');
SELECT is(pg_temp.state_of(format('INSERT INTO fhir.%s (id, day, doc) VALUES (1, %L, %L)', relation, day, doc)), state, format('%s into %s', doc, relation))
  FROM (VALUES
    (1, 'p', '2020-02-02', '{"s":"nlp"}', 'MS001'), (2, 'p', '2021-02-02', '{"s":"nlp"}', 'MS001'), (3, 'p', '2022-02-02', '{"s":"nlp"}', 'MS001'),
    (4, 'p2', '2021-02-02', '{"s":"shadow"}', 'MS002'), (5, 'p2', '2021-02-02', '{"s":"sepsis"}', '00000'), (6, 'p3', '2022-02-02', '{"s":"nlp"}', 'MS001'),
    (7, 'p3', '2022-02-02', '{"s":null}', '00000')) AS i (nr, relation, day, doc, state)
 ORDER BY nr;
ALTER TABLE fhir.p RENAME doc TO resource;
SELECT is(pg_temp.state_of($$INSERT INTO fhir.p VALUES (1, '2021-02-02', '{"s":"nlp"}')$$), 'MS001', 'a column that is renamed in all of them');
SELECT is(pg_temp.state_of($$INSERT INTO fhir.child VALUES (1, '{"s":"nlp"}')$$), 'MS001', 'into a child');

-- Many rows, through several partitions in turn
INSERT INTO fhir.p SELECT n, date '2020-01-01' + n % 1000, '{"s":"sepsis"}' FROM generate_series(1, 10000) AS n;
SELECT is(count(*), 10000::bigint, 'every row is decided on') FROM aims.audit_entry WHERE relation = 'fhir.p' AND operation = 'INSERT' AND system = 'sepsis';
SELECT cmp_ok(sum(total_bytes), '<', 200000::numeric, 'in memory that does not grow') FROM pg_backend_memory_contexts WHERE name = 'aims system expression';
SELECT * FROM finish();
ROLLBACK;
