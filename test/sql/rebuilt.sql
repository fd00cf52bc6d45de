\i test/setup_database.sql
-- Governed tables that are dropped and made anew: what gets the name is
-- governed as before, and the rows that it has are decided on.
SELECT plan(79);

SET client_min_messages = warning;
CREATE ROLE rebuilt_owner;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'),
    ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception'), ('old', 'Old reader', 'anna', 'Read notes', 'retirement');
RESET session_replication_role;
CREATE SCHEMA cdw AUTHORIZATION rebuilt_owner;
CREATE SCHEMA stage AUTHORIZATION rebuilt_owner;
GRANT CREATE ON DATABASE aims_test TO rebuilt_owner;
CREATE VIEW public.scores AS SELECT n AS id, s AS system, n / 10.0 AS score FROM (VALUES (1, 'sepsis'), (2, 'Epic'), (3, NULL)) AS v (n, s);
GRANT SELECT ON public.scores TO rebuilt_owner;
CREATE TABLE cdw.d AS SELECT * FROM public.scores;
ALTER TABLE cdw.d ADD PRIMARY KEY (id), OWNER TO rebuilt_owner;
SELECT aims.govern('cdw.d', system_column => 'system', system_when => 'score >= 0', mode => 'enforce', image => 'full', site_column => 'id', rebuilt => true) \g /dev/null
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.d'), ('nlp', 'cdw.d');
INSERT INTO aims.system_value VALUES ('cdw.d', 'Epic', 'sepsis'), ('cdw.d', 'nurse', NULL);
SELECT aims.set_mode('cdw.d', 'observe', 'nlp') \g /dev/null
SELECT registry_id AS number FROM aims.registry WHERE relation = 'cdw.d'::regclass \gset
CREATE TABLE kept AS SELECT to_jsonb(r) - 'relation' AS registry, (SELECT jsonb_agg(to_jsonb(t) - 'relation' ORDER BY t::text) FROM aims.system_value AS t) AS mappings,
    (SELECT jsonb_agg(to_jsonb(t) - 'relation' ORDER BY t.system) FROM aims.intended_table AS t) AS tables,
    (SELECT jsonb_agg(to_jsonb(t) - 'relation') FROM aims.system_mode AS t) AS modes
  FROM aims.registry AS r WHERE r.registry_id = :number;

-- What a command of the owner ends with, undone: its state, or who is governed, BASELINE entries by system, findings, what is awaited
CREATE FUNCTION pg_temp.outcome(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
    said   text;
BEGIN
    SET LOCAL SESSION AUTHORIZATION rebuilt_owner;
    EXECUTE command;
    RESET SESSION AUTHORIZATION;
    said := concat_ws('; ',
        (SELECT string_agg(format('%s %s', g.relation, CASE WHEN g.triggers_in_force THEN 'guarded' ELSE 'NOT GUARDED' END), ', ' ORDER BY g.relation::text) FROM aims.governed AS g),
        (SELECT 'baseline ' || string_agg(coalesce(e.system, 'nobody'), ' ' ORDER BY e.entry_id) FROM aims.audit_entry AS e WHERE e.entry_id > newest AND e.operation = 'BASELINE'),
        (SELECT string_agg(format('finding %s of %s', f.kind, coalesce(f.relation::text, 'none')), ', ' ORDER BY f.finding_id) FROM aims.finding AS f),
        (SELECT 'awaited ' || string_agg(a.relation || CASE WHEN a.present THEN ' (present)' ELSE '' END, ', ' ORDER BY a.relation) FROM aims.awaited AS a),
        (SELECT string_agg(p.relation || ': ' || p.problem, ', ' ORDER BY p.relation) FROM aims.capture_problem() AS p));
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN said;
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

SELECT is(pg_temp.outcome(command), outcome, regexp_replace(command, '\s+', ' ', 'g'))
  FROM (VALUES
    (1, 'DROP TABLE cdw.d', 'awaited cdw.d'),
    (2, 'DROP SCHEMA cdw CASCADE', 'awaited cdw.d'),
    (3, 'DROP TABLE cdw.d; CREATE TABLE cdw.d (id integer PRIMARY KEY, system text, score numeric)', 'cdw.d guarded'),
    (4, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS TABLE public.scores', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (6, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS TABLE public.scores WITH NO DATA', 'cdw.d guarded'),
    (7, 'DROP TABLE cdw.d; PREPARE p AS TABLE public.scores; CREATE TABLE cdw.d AS EXECUTE p', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (8, 'DROP TABLE cdw.d; CREATE TABLE IF NOT EXISTS cdw.d AS TABLE public.scores', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (9, 'CREATE TABLE IF NOT EXISTS cdw.d AS TABLE public.scores', 'cdw.d guarded'),
    (10, 'DROP TABLE cdw.d; SET LOCAL search_path = cdw; CREATE TABLE d AS TABLE public.scores', 'd guarded; baseline sepsis sepsis nobody'),
    (11, 'DROP SCHEMA cdw CASCADE; CREATE SCHEMA cdw CREATE TABLE d (id integer, system text, score numeric)', 'cdw.d guarded'),
    -- the swap of names
    (20, 'CREATE TABLE cdw.n AS TABLE public.scores; DROP TABLE cdw.d; ALTER TABLE cdw.n RENAME TO d', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (21, 'CREATE TABLE cdw.n AS TABLE public.scores; ALTER TABLE cdw.d RENAME TO o; ALTER TABLE cdw.n RENAME TO d; DROP TABLE cdw.o',
         'cdw.d guarded; baseline sepsis sepsis nobody'),
    (22, 'ALTER TABLE cdw.d RENAME TO o', 'awaited cdw.d'),
    (23, 'ALTER TABLE cdw.d SET SCHEMA stage', 'awaited cdw.d'),
    (24, 'ALTER TABLE cdw.d RENAME TO o; ALTER TABLE cdw.o RENAME TO d', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (25, 'CREATE TABLE stage.d AS TABLE public.scores; ALTER TABLE cdw.d SET SCHEMA public', '42501'),
    (26, 'CREATE TABLE stage.d AS TABLE public.scores; DROP TABLE cdw.d; ALTER TABLE stage.d SET SCHEMA cdw', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (27, 'CREATE TABLE stage.d AS TABLE public.scores; DROP SCHEMA cdw CASCADE; ALTER SCHEMA stage RENAME TO cdw', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (28, 'ALTER SCHEMA cdw RENAME TO other', 'other.d guarded'),
    -- rows that are not allowed
    (30, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, ''old'' AS system, 0.5 AS score', 'MS001'),
    (31, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT * FROM public.scores UNION ALL SELECT 4, ''shadow'', 0.5', 'MS002'),
    (32, 'CREATE TABLE cdw.n AS SELECT 1 AS id, ''shadow'' AS system, 0.5 AS score; DROP TABLE cdw.d; ALTER TABLE cdw.n RENAME TO d', 'MS002'),
    (33, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, ''old'' AS system, -0.5 AS score', 'cdw.d guarded'),
    (34, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, ''nlp'' AS system, 0.5 AS score', 'cdw.d guarded; baseline nlp'),
    (35, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, ''nurse'' AS system, 0.5 AS score', 'cdw.d guarded; baseline nobody'),
    (36, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS TABLE public.scores; INSERT INTO cdw.d VALUES (4, ''old'', 0.5)', 'MS001'),
    (37, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS TABLE public.scores; UPDATE cdw.d SET system = ''old''', 'MS001'),
    (38, 'ALTER TABLE cdw.d RENAME TO o; INSERT INTO cdw.o VALUES (4, ''old'', 0.5)', 'awaited cdw.d'),
    (39, 'ALTER TABLE cdw.d RENAME TO o; INSERT INTO cdw.o VALUES (4, ''old'', 0.5); ALTER TABLE cdw.o RENAME TO d', 'MS001'),
    -- other shapes
    (40, 'DROP TABLE cdw.d; CREATE TABLE cdw.d (id bigint, system varchar(9), score float8, more jsonb) PARTITION BY RANGE (id);
          CREATE TABLE cdw.d1 PARTITION OF cdw.d DEFAULT', 'cdw.d guarded'),
    (41, 'DROP TABLE cdw.d; CREATE TABLE cdw.d (id bigint, system varchar(9), score float8) PARTITION BY RANGE (id);
          CREATE TABLE cdw.d1 PARTITION OF cdw.d DEFAULT; INSERT INTO cdw.d1 VALUES (1, ''old'', 1)', 'MS001'),
    (42, 'CREATE TABLE cdw.n (id integer, system text, score numeric) PARTITION BY RANGE (id); CREATE TABLE cdw.n1 (score numeric, id integer, system text);
          ALTER TABLE cdw.n ATTACH PARTITION cdw.n1 DEFAULT; INSERT INTO cdw.n SELECT * FROM public.scores; DROP TABLE cdw.d; ALTER TABLE cdw.n RENAME TO d',
         'cdw.d guarded; baseline sepsis sepsis nobody'),
    (43, 'CREATE TABLE cdw.n (id integer, system text, score numeric); CREATE TABLE cdw.c () INHERITS (cdw.n); INSERT INTO cdw.c VALUES (1, ''shadow'', 1);
          DROP TABLE cdw.d; ALTER TABLE cdw.n RENAME TO d', 'MS002'),
    (44, 'DROP TABLE cdw.d; CREATE UNLOGGED TABLE cdw.d AS TABLE public.scores', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (45, 'CREATE TABLE cdw.n (id integer, system text, score numeric) PARTITION BY RANGE (id); CREATE TABLE cdw.n1 PARTITION OF cdw.n DEFAULT;
          DROP TABLE cdw.d; ALTER TABLE cdw.n RENAME TO d; ALTER TABLE cdw.d RENAME TO o; INSERT INTO cdw.n1 VALUES (1, ''old'', 1)', 'awaited cdw.d'),
    (46, 'ALTER INDEX cdw.d RENAME TO o', 'awaited cdw.d'),
    -- what cannot be governed
    (50, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, 0.5 AS score', 'finding rebuilt_table_not_governed of cdw.d; awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not'),
    (51, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, ''old'' AS system, ''high'' AS score', 'finding rebuilt_table_not_governed of cdw.d; awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not'),
    (52, 'DROP TABLE cdw.d; CREATE VIEW cdw.d AS TABLE public.scores', 'finding rebuilt_table_not_governed of cdw.d; awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not'),
    (53, 'DROP TABLE cdw.d; CREATE MATERIALIZED VIEW cdw.d AS TABLE public.scores', 'finding rebuilt_table_not_governed of cdw.d; awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not'),
    (54, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, 0.5 AS score; ALTER TABLE cdw.d ADD system text', 'cdw.d guarded; baseline nobody; finding rebuilt_table_not_governed of cdw.d'),
    (55, 'DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT 1 AS id, 0.5 AS score; ALTER TABLE cdw.d ADD more text; ALTER TABLE cdw.d ADD system text DEFAULT ''old''', 'MS001'),
    (56, 'DROP TABLE cdw.d; CREATE TEMPORARY TABLE d AS TABLE public.scores', 'awaited cdw.d'),
    (57, 'DROP TABLE cdw.d; CREATE TABLE stage.d AS TABLE public.scores', 'awaited cdw.d'),
    (58, 'DROP TABLE cdw.d; CREATE TABLE cdw."D" AS TABLE public.scores', 'awaited cdw.d'),
    (59, 'DROP TABLE cdw.d; EXPLAIN (ANALYZE, COSTS OFF) CREATE TABLE cdw.d AS TABLE public.scores', 'awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not'),
    (60, 'DROP TABLE cdw.d; EXPLAIN (ANALYZE, COSTS OFF) CREATE TABLE cdw.d AS TABLE public.scores; ALTER TABLE cdw.d ADD PRIMARY KEY (id)', 'cdw.d guarded; baseline sepsis sepsis nobody'),
    (61, 'DROP TABLE cdw.d; EXPLAIN (ANALYZE, COSTS OFF) CREATE TABLE cdw.d AS SELECT 1 AS id, ''old'' AS system, 1.0 AS score; CREATE TABLE cdw.other ()', 'awaited cdw.d (present); cdw.d: it is governed, but what bears its name now is not')
    ) AS c (nr, command, outcome)
 ORDER BY nr;

-- What is kept, and comes back
BEGIN;
DROP TABLE cdw.d;
SELECT results_eq('SELECT relation COLLATE "default", registry_id, num_nonnulls(system, system_expression), system_column::text COLLATE "default", system_when, mode::text, systems, present, left_by = session_user FROM aims.awaited',
    format($$VALUES ('cdw.d', %s, 0, 'system', '(score >= (0)::numeric)', 'enforce', ARRAY['nlp', 'sepsis'], false, true)$$, :number), 'the view shows what is awaited');
SELECT is_empty($$SELECT FROM aims.registry WHERE guarded UNION ALL SELECT FROM aims.system_value UNION ALL SELECT FROM aims.intended_table UNION ALL SELECT FROM aims.system_mode$$,
                'nothing dangles');
SELECT is_empty('SELECT * FROM aims.finding', 'and nothing is found: it is as it should be');
SAVEPOINT dropped;
CREATE TABLE cdw.d AS TABLE public.scores;
SELECT is_empty('SELECT * FROM aims.awaited_table', 'it is awaited no longer');
SELECT results_eq($$SELECT to_jsonb(r) - 'relation', (SELECT jsonb_agg(to_jsonb(t) - 'relation' ORDER BY t::text) FROM aims.system_value AS t),
                           (SELECT jsonb_agg(to_jsonb(t) - 'relation' ORDER BY t.system) FROM aims.intended_table AS t), (SELECT jsonb_agg(to_jsonb(t) - 'relation') FROM aims.system_mode AS t)
                      FROM aims.registry AS r WHERE r.guarded$$, 'TABLE kept', 'all is as before: number, arguments, mappings, tables, modes');
SELECT is_empty($$SELECT relation FROM (SELECT relation FROM aims.registry WHERE guarded UNION ALL SELECT relation FROM aims.system_value UNION ALL SELECT relation FROM aims.intended_table
                    UNION ALL SELECT relation FROM aims.system_mode) AS r WHERE relation <> 'cdw.d'::regclass$$, 'of the new table');
ROLLBACK TO dropped;
SELECT is(count(*), 1::bigint, 'after a rollback it is awaited again') FROM aims.awaited;
SELECT throws_ok($$SELECT aims.ungovern_awaited('cdw.d', ' ')$$, 'MS018', NULL, 'awaiting it no longer needs a reason');
SELECT throws_ok(format('SELECT aims.ungovern_awaited(%L, ''r'')', name), 'MS033', NULL, format('and a table that is awaited, not %L', name))
  FROM (VALUES (1, 'cdw.o'), (2, 'd'), (3, 'CDW.D'), (4, ''), (5, NULL)) AS n (nr, name) ORDER BY nr;
SELECT lives_ok($$SELECT aims.ungovern_awaited('cdw.d', 'built no longer')$$, 'by its name');
SELECT results_eq($$SELECT new_image ->> 'event', new_image ->> 'reason', (new_image -> 'registry' ->> 'registry_id')::integer FROM aims.audit_entry
                     WHERE operation = 'EVENT' AND relation = 'cdw.d' ORDER BY entry_id DESC LIMIT 1$$, format($$VALUES ('ungovern', 'built no longer', %s)$$, :number), 'the ledger has the reason');
CREATE TABLE cdw.d AS SELECT 1 AS id, 'old' AS system, 0.5 AS score;
SELECT is_empty('SELECT FROM aims.governed', 'and what gets the name is not governed');
ROLLBACK;

-- Governed by hand, or under another name
BEGIN;
DROP TABLE cdw.d;
CREATE TABLE cdw.d (id integer);
SELECT lives_ok($$SELECT aims.govern('cdw.d', system => 'sepsis')$$, 'what could not be governed again is governed by hand');
SELECT is_empty('SELECT * FROM aims.awaited_table', 'and awaited no longer');
DROP TABLE cdw.d;
SELECT results_eq('SELECT kind::text COLLATE "default" FROM aims.finding ORDER BY finding_id', $$VALUES ('rebuilt_table_not_governed'), ('governed_table_dropped')$$,
                  'a table that is not said to be rebuilt is a finding when it is dropped');
ROLLBACK;
BEGIN;
CREATE TABLE cdw."Say ""d.d""" (id integer);
SELECT aims.govern('cdw."Say ""d.d"""', system => 'sepsis', rebuilt => true) \g /dev/null
DROP TABLE cdw."Say ""d.d""";
SELECT is(string_agg(relation, ' '), 'cdw."Say ""d.d"""', 'names that need quotes') FROM aims.awaited;
CREATE TABLE cdw."Say ""d.d""" AS SELECT 1 AS id;
SELECT is(string_agg(relation::text, ' ' ORDER BY relation::text), 'cdw."Say ""d.d""" cdw.d', 'are found again') FROM aims.governed;
DROP TABLE cdw."Say ""d.d""";
SELECT lives_ok($$SELECT aims.ungovern_awaited('cdw."Say ""d.d"""', 'r')$$, 'and given up');
ROLLBACK;

BEGIN;
DROP TABLE cdw.d;
SELECT * INTO cdw.d FROM public.scores;
SELECT results_eq($$SELECT key, system FROM aims.audit_entry WHERE operation = 'BASELINE' ORDER BY entry_id$$, $$VALUES (NULL::jsonb, 'sepsis'), (NULL, 'sepsis'), (NULL, NULL)$$, 'SELECT INTO');
ROLLBACK;

-- A mark as protected health information comes back with the table
BEGIN;
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.d', 'Scores of patients');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi) VALUES ('scores', 'nlp', 'Scores', 'operation', 'cdw.d', true);
DROP TABLE cdw.d;
CREATE TABLE cdw.d AS TABLE public.scores;
SELECT results_eq('SELECT relation::text, phi FROM aims.dataset', $$VALUES ('cdw.d', true)$$, 'a table that is made anew is bound as dataset as before');
SELECT results_eq('SELECT relation::text, reason FROM aims.phi_table', $$VALUES ('cdw.d', 'Scores of patients')$$, 'a table that is made anew is protected health information as before');
ROLLBACK;

-- An error that has nothing to do with the table goes to whoever catches it, and takes back what he has done
BEGIN;
SELECT 'cdw.d'::regclass::oid AS former \gset
CREATE FUNCTION pg_temp.interfere() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'interference'; END$$;
CREATE EVENT TRIGGER interferes ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION pg_temp.interfere();
DO $$
BEGIN
    DROP TABLE cdw.d;
    CREATE TABLE cdw.d AS TABLE public.scores;
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
SELECT is('cdw.d'::regclass::oid, :former::oid, 'the table that was to be made anew is the former one');
ROLLBACK;

-- Night after night, and the ledger verifies
SELECT format('BEGIN; DROP TABLE cdw.d; CREATE TABLE cdw.d AS SELECT id, system, score + %s AS score FROM public.scores; COMMIT', n) FROM generate_series(1, 3) AS n \gexec
DROP TABLE cdw.d;
SELECT aims.seal() \g /dev/null
CREATE TABLE cdw.d (id integer PRIMARY KEY, system text, score numeric);
INSERT INTO cdw.d TABLE public.scores;
UPDATE cdw.d SET score = 9 WHERE id = 1;
SELECT aims.seal() \g /dev/null
SELECT clock_timestamp() AS then \gset
BEGIN;
ALTER TABLE cdw.d RENAME TO backup;
CREATE TABLE cdw.fresh AS SELECT * FROM public.scores WHERE id < 3;
ALTER TABLE cdw.fresh ADD PRIMARY KEY (id);
ALTER TABLE cdw.fresh RENAME TO d;
COMMIT;
INSERT INTO cdw.d VALUES (7, 'sepsis', 0.7);
SELECT aims.seal() \g /dev/null
SELECT is_empty($$SELECT * FROM aims.verify_table('cdw.d')$$, 'the rows are those of the ledger');
SELECT is((SELECT string_agg(check_name, ', ') FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'), NULL, 'which verifies');
SELECT bag_eq($$SELECT (row ->> 'id')::integer FROM aims.as_of('cdw.d', clock_timestamp()) AS row$$, 'VALUES (1), (2), (7)', 'and gives the rows of now');
SELECT bag_eq(format($$SELECT concat_ws(' ', row ->> 'id', (row ->> 'score')::float8) FROM aims.as_of('cdw.d', %L) AS row$$, :'then'), $$VALUES ('1 9'), ('2 0.2'), ('3 0.3')$$,
              'and of before the table was made anew');
SET session_replication_role = replica;
UPDATE cdw.d SET score = 0 WHERE id = 2;
DELETE FROM cdw.d WHERE id = 1;
RESET session_replication_role;
SELECT bag_eq($$SELECT key ->> 'id' FROM aims.verify_table('cdw.d')$$, $$VALUES ('1'), ('2')$$, 'changes past the triggers are found, as of any table');
SELECT * FROM finish();
DROP OWNED BY rebuilt_owner CASCADE;
\i test/drop_database.sql
DROP ROLE rebuilt_owner;
