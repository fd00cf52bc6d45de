\i test/setup.sql
-- Shadow AI: what is listed and what is not, who sees which values, and that a
-- large catalog is read in a moment.
BEGIN;
\i test/act.sql
SELECT plan(45);

CREATE ROLE shadow_analyst;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user);
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('notes', 'Note reader', 'anna', 'Reads notes');
SELECT aims.grant_duty_role('analyst', 'shadow_analyst') IS NULL AS done \gset
SET LOCAL client_min_messages = warning;

CREATE TEMP TABLE before AS SELECT kind, object FROM aims.shadow_ai;
CREATE FUNCTION pg_temp.listed(kind text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT s.object FROM aims.shadow_ai AS s
     WHERE s.kind = listed.kind AND NOT EXISTS (SELECT FROM before AS b WHERE b.kind = s.kind AND b.object = s.object) $$;

-- Roles
CREATE ROLE "sepsis-model";
CREATE ROLE svc_ai;
CREATE ROLE svc_nlp_reader;
CREATE ROLE maintainer;
CREATE ROLE email;
SELECT bag_eq('SELECT pg_temp.listed(''role'')', $$VALUES ('sepsis-model'), ('svc_ai'), ('svc_nlp_reader')$$, 'roles by their names');
SELECT aims.bind_role('notes', 'svc_ai') IS NULL AS done \gset
SELECT bag_eq('SELECT pg_temp.listed(''role'')', $$VALUES ('sepsis-model'), ('svc_nlp_reader')$$, 'a bound role is in the inventory');

-- Relations and columns
CREATE SCHEMA omop;
CREATE SCHEMA "c D";
CREATE DOMAIN omop.vector AS text;
CREATE TABLE omop.note_nlp (note_nlp_id integer, nlp_system text, note_nlp_date date);
CREATE TABLE omop.measurement (measurement_id integer, measurement_type_concept_id integer, value text);
CREATE TABLE omop.measurement_derived (measurement_id integer);
CREATE TABLE omop.apgar (patient integer, score integer, at timestamptz);
CREATE TABLE omop.plain (id integer, model text, note text);
CREATE TABLE "c D"."risk_Scores" (patient integer, model text, "Version" text, probability numeric, instant timestamptz);
CREATE TABLE omop.chunk (id integer, embedding omop.vector, body omop.vector);
CREATE TABLE omop.oasis (stay integer, oasis_prob numeric, charttime timestamptz);
CREATE VIEW omop.seen AS SELECT * FROM omop.note_nlp;
CREATE TABLE omop.model_outputs (id integer, ai_system text) PARTITION BY LIST (id);
CREATE TABLE omop.model_outputs_1 PARTITION OF omop.model_outputs FOR VALUES IN (1);
CREATE TEMP TABLE predictions (id integer);
SELECT bag_eq('SELECT pg_temp.listed(''relation'')',
    $$VALUES ('omop.note_nlp'), ('omop.measurement_derived'), ('"c D"."risk_Scores"'), ('omop.model_outputs')$$,
    'relations by their names; no views, no partitions, no temporary tables');
SELECT bag_eq('SELECT pg_temp.listed(''column'')',
    $$VALUES ('omop.note_nlp.nlp_system'), ('"c D"."risk_Scores".model'), ('"c D"."risk_Scores".probability'),
             ('omop.chunk.embedding'), ('omop.chunk.body'), ('omop.oasis.oasis_prob'), ('omop.model_outputs.ai_system')$$,
    'columns by their names, by what is beside them and by their types');
SELECT results_eq($$SELECT relation::text, why, signs, next_step LIKE 'Register its system in aims.ai_system, then aims.govern_preview%'
                      FROM aims.shadow_ai WHERE object = '"c D"."risk_Scores".probability'$$,
    $$VALUES ('"c D"."risk_Scores"', 'A prediction and its time; A score beside the model that gave it',
              '{probability-at,score-and-model}'::text[], true)$$, 'a line for an object, with all of its signs');
SELECT results_eq($$SELECT signs FROM aims.shadow_ai WHERE object LIKE 'omop.chunk.%' ORDER BY object$$,
    $$VALUES ('{vector-type}'::text[]), ('{embedding,vector-type}')$$, 'name and type are signs of their own');
SELECT aims.govern('omop.note_nlp', system_column => 'nlp_system') IS NULL AS done \gset
INSERT INTO aims.dataset (dataset, system, title, purpose, relation) VALUES ('chunks', 'notes', 'Chunks', 'operation', 'omop.chunk');
SELECT is_empty($$SELECT pg_temp.listed(k) FROM unnest('{relation,column}'::text[]) AS k
                   INTERSECT SELECT unnest('{omop.note_nlp,omop.note_nlp.nlp_system,omop.chunk.embedding,omop.chunk.body}'::text[])$$,
    'governed tables and datasets are in the inventory');
SELECT aims.govern('omop.model_outputs', system_column => 'ai_system') IS NULL AS done \gset
SELECT ok(object NOT LIKE 'omop.model_outputs%', 'not listed: ' || object) FROM aims.shadow_ai WHERE kind = 'relation' AND object LIKE '%risk_Scores%';
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE object LIKE 'omop.model_outputs%'$$, 'nor are partitioned tables that are governed');

-- Functions, languages and extensions
CREATE LANGUAGE plperlu HANDLER plpgsql_call_handler;
CREATE FUNCTION omop.predict_sepsis(patient integer, x omop.vector) RETURNS numeric LANGUAGE sql RETURN 0.5;
CREATE FUNCTION omop.unpredictable() RETURNS numeric LANGUAGE sql RETURN 0.5;
CREATE FUNCTION omop.load() RETURNS integer LANGUAGE plperlu AS '1';
SELECT bag_eq('SELECT pg_temp.listed(''function'')', $$VALUES ('omop.predict_sepsis(integer,omop.vector)'), ('omop.load()')$$,
              'functions by name and by language');
INSERT INTO aims.component (system, component, kind, title) VALUES ('notes', 'load', 'pipeline', 'Loads');
SELECT bag_eq('SELECT pg_temp.listed(''function'')', $$VALUES ('omop.predict_sepsis(integer,omop.vector)')$$,
              'a component is in the inventory');
INSERT INTO aims.shadow_sign (sign, kind, pattern, reason) VALUES ('tap', 'extension', '^PGTAP$', 'Capitals do not count');
SELECT bag_eq('SELECT pg_temp.listed(''extension'')', $$VALUES ('pgtap')$$, 'an extension, by a sign of the site');
INSERT INTO aims.component (system, component, kind, title) VALUES ('notes', 'pgtap', 'library', 'pgTAP');
SELECT is_empty('SELECT pg_temp.listed(''extension'')', 'and as a component it is not');
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE object LIKE 'aims.%' OR object LIKE 'pg_catalog.%'$$, 'nothing of ours, nothing of the server''s');

-- Values
SELECT is_empty('SELECT pg_temp.listed(''value'')', 'without statistics nothing is known of values');
INSERT INTO omop.measurement SELECT n, CASE WHEN n % 4 = 0 THEN 32881 ELSE 32856 END, 'secret' FROM generate_series(1, 1000) AS n;
ANALYZE omop.measurement;
SELECT results_eq($$SELECT object COLLATE "default", relation::text, signs, first_seen, row_estimate BETWEEN 200 AND 300 FROM aims.shadow_ai
                     WHERE kind = 'value' AND object LIKE 'omop.%'$$,
    $$VALUES ('omop.measurement.measurement_type_concept_id = ''32881''', 'omop.measurement', '{omop-algorithm}'::text[],
              NULL::timestamptz, true)$$, 'values by the statistics');
SELECT is(pg_temp.act('shadow_analyst', 'SELECT count(*) FROM aims.shadow_ai WHERE object LIKE ''omop.measurement.%'''), '1',
          'whoever may not read the table is shown what shipped signs look for');
INSERT INTO aims.shadow_sign (sign, kind, pattern, beside, reason) VALUES ('leak', 'value', '.', '^value$', 'A value');
SELECT is(pg_temp.act('shadow_analyst', 'SELECT count(*) FROM aims.shadow_ai WHERE object LIKE ''%secret%'''), '0',
          'and nothing by a sign of the site');
GRANT SELECT (value) ON omop.measurement TO shadow_analyst;
GRANT USAGE ON SCHEMA omop TO shadow_analyst;
SELECT is(pg_temp.act('shadow_analyst', 'SELECT object FROM aims.shadow_ai WHERE object LIKE ''%secret%'''),
          'omop.measurement.value = ''secret''', 'but with the privilege to read the column');
ALTER TABLE omop.measurement ENABLE ROW LEVEL SECURITY;
SELECT is(pg_temp.act('shadow_analyst', 'SELECT count(*) FROM aims.shadow_ai WHERE object LIKE ''%secret%'''), '0',
          'and not where rows are kept from the reader');
DELETE FROM aims.shadow_sign WHERE sign = 'leak';
INSERT INTO aims.system_value VALUES ('omop.measurement', '32881', 'notes');
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE object LIKE 'omop.measurement.%'$$, 'a mapped value is in the inventory');
CREATE TABLE omop.old_nlp (nlp_system text, note text);
INSERT INTO omop.old_nlp SELECT 'O''Hara 2.0', 'text' FROM generate_series(1, 100);
ANALYZE omop.old_nlp;
SELECT results_eq($$SELECT object COLLATE "default", row_estimate FROM aims.shadow_ai WHERE kind = 'value' AND object LIKE '%old_nlp%'$$,
    $$VALUES ('omop.old_nlp.nlp_system = ''O''''Hara 2.0''', 100::bigint)$$, 'names of systems in tables that are not governed');

-- What a person has found to be no AI
SELECT throws_ok(format('INSERT INTO aims.not_ai (kind, object, reason) VALUES (%L, ''x'', %L)', kind, reason), state, NULL, name) FROM (VALUES
    (1, 'role', '', '23514', 'a decision needs a reason'),
    (2, 'role', NULL, '23502', 'at all'),
    (3, 'planet', 'Pluto', '23514', 'and a kind')) AS v (nr, kind, reason, state, name)
 ORDER BY nr;
INSERT INTO aims.not_ai (kind, object, reason, decided_at, person) VALUES ('role', 'sepsis-model', 'A mannequin', 'epoch', NULL),
    ('value', 'omop.old_nlp.nlp_system = ''O''''Hara 2.0''', 'A person', 'epoch', NULL);
SELECT bag_eq('SELECT pg_temp.listed(''role'')', $$VALUES ('svc_nlp_reader')$$, 'what is no AI is not listed');
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE kind = 'value' AND object LIKE '%old_nlp%'$$, 'values neither');
SELECT results_eq('SELECT person::text, decided_at > now() - interval ''1 day'' FROM aims.not_ai', $$VALUES ('anna', true), ('anna', true)$$,
    'who decided, and when, is the server''s to say');
DELETE FROM aims.not_ai;
SELECT bag_eq('SELECT pg_temp.listed(''role'')', $$VALUES ('svc_nlp_reader'), ('sepsis-model')$$, 'the decision can be taken back');

-- Signs
SELECT throws_ok(format('INSERT INTO aims.shadow_sign (sign, kind, pattern, beside, reason) VALUES (''x'', %L, %L, %L, %L)',
                        kind, pattern, beside, reason), state, NULL, name) FROM (VALUES
    (1, 'role', '(', NULL, 'x', '2201B', 'a pattern that is none'),
    (2, 'value', 'a', '[', 'x', '2201B', 'beside that is none'),
    (6, 'value', 'a', NULL, 'x', '23514', 'a value of any column'),
    (7, 'role', 'a', 'b', 'x', '23514', 'a role beside a column'),
    (8, 'planet', 'a', NULL, 'x', '23514', 'another kind'),
    (9, 'role', 'a', NULL, ' ', '23514', 'without a reason'),
    (10, 'role', NULL, NULL, 'x', '23502', 'without a pattern')) AS v (nr, kind, pattern, beside, reason, state, name)
 ORDER BY nr;
SELECT throws_ok(command, 'MS016', NULL, command) FROM unnest(ARRAY[
    'UPDATE aims.shadow_sign SET pattern = ''x'' WHERE sign = ''note-nlp''', 'DELETE FROM aims.shadow_sign WHERE shipped',
    'INSERT INTO aims.shadow_sign VALUES (''x'', ''role'', ''x'', NULL, ''x'', true)', 'TRUNCATE aims.shadow_sign']) AS command;
INSERT INTO aims.shadow_sign (sign, kind, pattern, reason) VALUES ('all', 'relation', '', 'Everything');
SELECT cmp_ok((SELECT count(*) FROM aims.shadow_ai WHERE kind = 'relation' AND object LIKE 'omop.%'), '>=', 5::bigint, 'an empty pattern finds everything');
DELETE FROM aims.shadow_sign WHERE sign = 'all';

-- What the guard has recorded is first seen then
SET LOCAL session_replication_role = replica;
INSERT INTO aims.violation (recorded_at, xid, relation, system, cause, sqlstate, rows, session_user_name, mode)
SELECT v.at::timestamptz, 1, 'omop.note_nlp', v.system, 'system_unknown', 'MS002', 10, 'etl', 'observe'
  FROM (VALUES ('2026-01-01', 'cTAKES'), ('2026-02-01', 'cTAKES'), ('2026-02-01', 'notes'), ('2026-02-01', NULL)) AS v (at, system);
SET LOCAL session_replication_role = origin;
SELECT results_eq($$SELECT object COLLATE "default", signs, first_seen, row_estimate FROM aims.shadow_ai WHERE object LIKE 'omop.note_nlp.%'$$,
    $$VALUES ('omop.note_nlp.nlp_system = ''cTAKES''', '{violation}'::text[], '2026-01-01'::timestamptz, 20::bigint)$$,
    'values that came into a governed table; one that is a system by now is not among them');
INSERT INTO aims.system_value VALUES ('omop.note_nlp', 'cTAKES', NULL);
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE object LIKE 'omop.note_nlp.%'$$, 'once mapped, it is known');

-- What a table held before it was governed
CREATE TABLE omop.held_before (id integer PRIMARY KEY, tool char(20));
INSERT INTO omop.held_before SELECT n, CASE WHEN n <= 100 THEN 'Old Tagger' WHEN n <= 150 THEN 'notes' END FROM generate_series(1, 200) AS n;
ANALYZE omop.held_before;
SELECT aims.govern('omop.held_before', system_column => 'tool', mode => 'observe') IS NULL AS done \gset
SELECT results_eq($$SELECT object COLLATE "default", signs, row_estimate FROM aims.shadow_ai WHERE object LIKE 'omop.held_before%'$$,
    $$VALUES ('omop.held_before.tool = ''Old Tagger''', '{held}'::text[], 100::bigint)$$, 'what a governed table held and no system answers to');
INSERT INTO aims.system_value VALUES ('omop.held_before', 'Old Tagger', NULL);
SELECT is_empty($$SELECT FROM aims.shadow_ai WHERE object LIKE 'omop.held_before%'$$, 'until it is mapped');

SELECT * FROM finish();
ROLLBACK;
