\i test/setup.sql
-- What sessions of bound roles read: refusals, by whatever way the rows would
-- come out. The lines in the server log are the business of t/read.pl.
BEGIN;
\i test/act.sql
SELECT plan(109);

CREATE ROLE read_bot LOGIN;
CREATE ROLE read_owner;
CREATE ROLE "read ""quoted" LOGIN;
CREATE ROLE read_other LOGIN;
GRANT read_owner TO read_bot;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user), ('ben', 'Ben Reviewer', 'read_other');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer'), ('ben', 'clinical_reviewer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'),
    ('notes', 'Note reader', 'anna', 'Reads notes', 'inception');
SET LOCAL session_replication_role = origin;

CREATE SCHEMA cdw;
GRANT USAGE, CREATE ON SCHEMA cdw TO read_bot, read_owner, read_other, "read ""quoted";
CREATE TABLE cdw.patient (id integer PRIMARY KEY, name text);
CREATE TABLE cdw.note (id integer PRIMARY KEY, patient integer REFERENCES cdw.patient, note text);
CREATE TABLE cdw.weather (day date PRIMARY KEY, degrees numeric);
CREATE TABLE cdw.event (id integer, patient integer, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE cdw.event_2026 PARTITION OF cdw.event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE cdw.person (id integer);
CREATE TABLE cdw.staff () INHERITS (cdw.person);
CREATE TABLE cdw."Lab ""1" (id integer);
CREATE VIEW cdw.patient_name AS SELECT name FROM cdw.patient;
CREATE VIEW cdw.patient_barrier WITH (security_barrier) AS SELECT name FROM cdw.patient WHERE id > 0;
CREATE VIEW cdw.patient_invoker WITH (security_invoker) AS SELECT name FROM cdw.patient;
CREATE VIEW cdw.patient_deep AS SELECT * FROM cdw.patient_barrier UNION ALL SELECT note FROM cdw.note WHERE false;
CREATE VIEW cdw.warm AS SELECT * FROM cdw.weather WHERE degrees > 20;
CREATE MATERIALIZED VIEW cdw.copied AS SELECT * FROM cdw.patient;
CREATE FUNCTION cdw.names_definer() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM cdw.patient';
CREATE FUNCTION cdw.names_inline() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM cdw.patient';
CREATE FUNCTION cdw.names_plpgsql(via text DEFAULT 'SELECT count(*) FROM cdw.patient') RETURNS bigint LANGUAGE plpgsql AS
    'DECLARE n bigint; BEGIN EXECUTE via INTO n; RETURN n; END';
CREATE FUNCTION cdw.names_constant() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN (SELECT count(*) FROM cdw.patient); END';
CREATE FUNCTION cdw.names_worker() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN (SELECT count(*) FROM cdw.patient); END';
CREATE FUNCTION cdw.read_in_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM FROM cdw.patient; RETURN NEW; END';
CREATE TABLE cdw.inbox (id integer);
CREATE TRIGGER reads BEFORE INSERT ON cdw.inbox FOR EACH ROW EXECUTE FUNCTION cdw.read_in_trigger();
INSERT INTO cdw.patient VALUES (1, 'Smith'), (2, 'Jones');
GRANT ALL ON ALL TABLES IN SCHEMA cdw TO read_bot, read_owner, read_other, "read ""quoted";

-- The state that a command ends with; whatever it did is undone
CREATE FUNCTION pg_temp.state_of(command text, role text DEFAULT 'read_bot') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.act(role, command);
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN '00000';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.in_stage(stage text, of text DEFAULT 'sepsis') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.ai_system SET stage = in_stage.stage::aims.lifecycle_stage WHERE system = of;
    SET LOCAL session_replication_role = origin;
END $$;

-- Nothing marked, nobody bound
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient'), '00000', 'a table that is not marked is read by anybody');
INSERT INTO aims.phi_table (relation, reason, marked_at, marked_by) VALUES ('cdw.patient', 'Names', 'epoch', 'ben');
SELECT results_eq('SELECT marked_by::text, marked_at > now() - interval ''1 day'' FROM aims.phi_table', $$VALUES ('anna', true)$$,
                  'who marked it, and when, is the server''s to say');
SELECT throws_ok($$INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.note', ' ')$$, '23514', NULL, 'a mark needs a reason');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient'), '00000', 'a role that is not bound reads what its privileges allow');

-- Binding says what is missing
SELECT ok(NOT aims.preloads_library('read_bot'), 'its sessions do not preload the library');
SET LOCAL client_min_messages = warning;
SELECT aims.bind_role('sepsis', 'read_bot') IS NULL AS done \gset
SELECT results_eq('SELECT role COLLATE "default", systems, reads_controlled FROM aims.reader',
                  $$VALUES ('read_bot', '{sepsis}'::text[], false)$$, 'and so the view of readers says');
SELECT is((SELECT problem || ' ' || wrong FROM aims.setting_problem() WHERE problem LIKE '%read\_bot%'),
          'role read_bot is bound to sepsis, and its sessions do not load the library: what it reads is neither controlled nor logged true',
          'verify does, too, as wrong, since there is PHI');
ALTER ROLE read_bot SET session_preload_libraries = 'auto_explain, aims';
SELECT ok(reads_controlled, 'once they preload it, all is well') FROM aims.reader;
SELECT is_empty('SELECT * FROM aims.setting_problem() WHERE problem LIKE ''%read\_bot%is bound%''', 'for verify, too');
SELECT current_database() AS here \gset
ALTER ROLE read_bot IN DATABASE :"here" SET session_preload_libraries = 'aimsless, not_aims';
SELECT ok(NOT reads_controlled, 'a narrower setting counts more') FROM aims.reader;
ALTER ROLE read_bot IN DATABASE :"here" SET session_preload_libraries = '$libdir/aims';
SELECT ok(reads_controlled, 'the library may be named with its directory') FROM aims.reader;
ALTER ROLE read_bot IN DATABASE :"here" RESET session_preload_libraries;
ALTER ROLE read_bot RESET session_preload_libraries;
ALTER DATABASE :"here" SET session_preload_libraries = 'aims';
SELECT ok(reads_controlled, 'the database''s setting will do') FROM aims.reader;
ALTER DATABASE :"here" RESET session_preload_libraries;
ALTER ROLE read_bot SET session_preload_libraries = 'aims';
SELECT is(pg_temp.state_of(command), state, name) FROM (VALUES
    (1, 'ALTER ROLE read_bot SET session_preload_libraries = ''''', '42501', 'the role does not set it'),
    (2, 'ALTER ROLE read_bot RESET session_preload_libraries', '42501', 'nor reset it'),
    (3, format('ALTER ROLE read_bot IN DATABASE %I SET session_preload_libraries = ''''', current_database()), '42501', 'nor for this database'),
    (4, 'SET session_preload_libraries = ''''', '42501', 'nor in its session'),
    (5, 'ALTER ROLE read_bot RESET ALL', '00000', 'RESET ALL is allowed')) AS c (nr, command, state, name)
 ORDER BY nr;
SELECT pg_temp.act('read_bot', 'ALTER ROLE read_bot RESET ALL') IS NULL AS done \gset
SELECT ok(reads_controlled, 'and keeps what a superuser set') FROM aims.reader;

-- Stages
SELECT is((SELECT pg_temp.state_of('SELECT * FROM cdw.patient') FROM pg_temp.in_stage(s::text)),
          CASE WHEN s IN ('inception', 'retirement') THEN 'MS006' ELSE '00000' END, 'in stage ' || s)
  FROM unnest(enum_range(NULL::aims.lifecycle_stage)) AS s;

-- Ways to read, while the system may not
SELECT pg_temp.in_stage('inception') IS NULL AS done \gset
CREATE TEMP TABLE way AS
SELECT * FROM (VALUES
    (1, 'MS006', 'SELECT * FROM cdw.patient', 'a table'),
    (2, 'MS006', 'TABLE cdw.patient', 'TABLE'),
    (3, 'MS006', 'SELECT FROM cdw.patient', 'no column of it'),
    (4, 'MS006', 'SELECT count(*) FROM cdw.patient WHERE false', 'no row of it'),
    (5, 'MS006', 'SELECT * FROM cdw.weather LEFT JOIN cdw.patient ON false', 'a join'),
    (6, 'MS006', 'WITH p AS (SELECT * FROM cdw.patient) SELECT 1 WHERE EXISTS (SELECT FROM p)', 'WITH'),
    (7, 'MS006', 'SELECT (SELECT max(name) FROM cdw.patient)', 'a subquery'),
    (8, 'MS006', 'SELECT * FROM cdw.patient_name', 'a view'),
    (9, 'MS006', 'SELECT * FROM cdw.patient_barrier', 'a security_barrier view'),
    (10, 'MS006', 'SELECT * FROM cdw.patient_invoker', 'a security_invoker view'),
    (11, 'MS006', 'SELECT * FROM cdw.patient_deep', 'a view over a view'),
    (12, 'MS006', 'SELECT cdw.names_definer()', 'a SECURITY DEFINER function'),
    (13, 'MS006', 'SELECT cdw.names_inline()', 'a function that is inlined'),
    (14, 'MS006', 'SELECT cdw.names_plpgsql()', 'a function that runs SQL'),
    (15, 'MS006', 'SELECT cdw.names_constant()', 'a function that the planner calls'),
    (16, 'MS006', 'SET LOCAL ROLE read_owner; SELECT * FROM cdw.patient', 'SET ROLE'),
    (17, 'MS006', 'COPY cdw.patient TO ''/dev/null''', 'COPY TO'),
    (18, 'MS006', 'COPY (SELECT * FROM cdw.patient) TO ''/dev/null''', 'COPY of a query'),
    (19, 'MS006', 'EXPLAIN SELECT * FROM cdw.patient', 'EXPLAIN'),
    (20, 'MS006', 'DECLARE c CURSOR FOR SELECT * FROM cdw.patient', 'a cursor'),
    (21, 'MS006', 'CREATE TABLE cdw.mine AS SELECT * FROM cdw.patient', 'CREATE TABLE AS'),
    (22, 'MS006', 'CREATE MATERIALIZED VIEW cdw.mine AS SELECT * FROM cdw.patient', 'CREATE MATERIALIZED VIEW'),
    (23, 'MS006', 'INSERT INTO cdw.inbox SELECT id FROM cdw.patient', 'INSERT ... SELECT'),
    (24, 'MS006', 'INSERT INTO cdw.inbox VALUES (1)', 'a trigger'),
    (25, 'MS006', 'UPDATE cdw.patient SET name = upper(name)', 'UPDATE'),
    (26, 'MS006', 'DELETE FROM cdw.patient WHERE name = ''Smith''', 'DELETE by a condition'),
    (27, 'MS006', 'INSERT INTO cdw.patient VALUES (3, ''x'') RETURNING name', 'RETURNING'),
    (28, 'MS006', 'MERGE INTO cdw.weather AS w USING (SELECT max(id) AS id FROM cdw.patient) AS p ON false WHEN NOT MATCHED THEN INSERT VALUES (''2026-01-01'', p.id)', 'MERGE'),
    (29, 'MS006', 'SELECT * FROM cdw.patient FOR UPDATE', 'FOR UPDATE'),
    (30, 'MS006', 'INSERT INTO cdw.note VALUES (1, 1, ''x'')', 'a foreign key''s check'),
    (31, 'MS006', 'DO ''BEGIN PERFORM FROM cdw.patient; END''', 'DO'),
    (32, 'MS006', 'SET LOCAL debug_parallel_query = on; SELECT count(*) FROM cdw.patient', 'a parallel query'),
    (41, 'MS006', 'SET LOCAL debug_parallel_query = on; SELECT cdw.names_worker() FROM pg_am', 'a function that a parallel worker calls'),
    (33, 'MS006', 'SET LOCAL row_security = off; SELECT * FROM cdw.patient', 'row_security'),
    (34, '00000', 'SELECT * FROM cdw.weather', 'a table that is not marked'),
    (35, '00000', 'SELECT * FROM cdw.warm', 'a view of it'),
    (36, '00000', 'SELECT * FROM cdw.copied', 'a copy that nobody marked'),
    (37, '00000', 'INSERT INTO cdw.patient VALUES (3, ''x'')', 'writing without reading'),
    (38, '00000', 'SELECT 1', 'no table at all'),
    (39, '00000', 'SELECT * FROM pg_class LIMIT 1', 'a catalog'),
    (40, '42501', 'SELECT * FROM aims.phi_table', 'a privilege that is missing')) AS w (nr, state, command, name);
UPDATE way SET command = replace(command, 'debug_parallel_query', 'force_parallel_mode')
 WHERE current_setting('server_version_num')::integer < 160000;
GRANT pg_write_server_files TO read_bot;
SELECT is(pg_temp.state_of(command), state, name) FROM way ORDER BY nr;

-- The same while it may
SELECT pg_temp.in_stage('operation_monitoring') IS NULL AS done \gset
SELECT is_empty($$SELECT name, pg_temp.state_of(command) FROM way WHERE pg_temp.state_of(command) IS DISTINCT FROM
                  CASE state WHEN 'MS006' THEN '00000' ELSE state END$$, 'in a stage that may, each of them passes');

-- What it says
CREATE FUNCTION pg_temp.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state  text;
    said   text;
    detail text;
    hint   text;
BEGIN
    PERFORM pg_temp.act('read_bot', command);
    RETURN 'passed';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', state, said, detail, hint);
END $$;
SELECT is(pg_temp.state_of('SELECT count(*) FROM cdw.patient'), '00000', 'before the switch-off');
PREPARE prepared AS SELECT count(*) FROM cdw.patient;
SELECT is(pg_temp.state_of('EXECUTE prepared'), '00000', 'prepared while it was allowed');
SELECT * FROM aims.switch_off('sepsis', 'Test') \g /dev/null
SELECT aims.bind_role('notes', 'read_bot') IS NULL AS done \gset
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.note', 'Text'), ('cdw."Lab ""1"', 'Values');
SELECT is(pg_temp.refusal('SELECT * FROM cdw.note, cdw.weather, cdw."Lab ""1"'),
    'MS006 | role "read_bot" may not read protected health information: cdw.note, cdw."Lab ""1" | '
    || 'The session''s role reads for the AI systems that it is bound to, while one of them is in a stage from design_development to '
    || 're_evaluation and not switched off. AI system "notes" is in stage inception. AI system "sepsis" is switched off. | '
    || 'SELECT system, stage FROM aims.ai_system shows the stages; aims.gate lists what the next one needs, another person than who '
    || 'switched it off calls aims.switch_on.', 'what it says');
SELECT is(pg_temp.state_of('EXECUTE prepared'), 'MS006', 'a prepared statement is asked when it runs');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient'), 'MS006', 'switched off');
SELECT pg_temp.in_stage('design_development', 'notes') IS NULL AS done \gset
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient'), '00000', 'one of several systems is enough');
SELECT pg_temp.in_stage('inception', 'notes') IS NULL AS done \gset
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient', 'read_other'), '00000', 'others read on');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient_name', 'read_other'), '00000', 'through a view, too');

-- A role that is renamed, and one that is quoted
SELECT aims.bind_role('notes', '"read ""quoted"') IS NULL AS done \gset
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient', 'read "quoted'), 'MS006', 'a quoted name is bound');
ALTER ROLE "read ""quoted" RENAME TO read_renamed;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient', 'read_renamed'), '00000', 'a role is bound by its name');
ALTER ROLE read_renamed RENAME TO "read ""quoted";
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient', 'read "quoted'), 'MS006', 'and is again');
SELECT aims.unbind_role('notes', '"read ""quoted"') IS NULL AS done \gset
SELECT is(pg_temp.state_of('SELECT * FROM cdw.patient', 'read "quoted'), '00000', 'until it is unbound');

-- Partitions and children
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.event', 'Dates');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event'), 'MS006', 'a partitioned table');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event_2026'), 'MS006', 'and its partition by itself');
DELETE FROM aims.phi_table WHERE relation = 'cdw.event'::regclass;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event_2026'), '00000', 'a mark that is gone counts no more');
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.event_2026', 'Dates');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event'), 'MS006', 'what one partition holds, the table holds');
ALTER TABLE cdw.event DETACH PARTITION cdw.event_2026;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event'), '00000', 'until it is detached');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event_2026'), 'MS006', 'and is read by itself');
ALTER TABLE cdw.event ATTACH PARTITION cdw.event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.event'), 'MS006', 'and attached again');
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.person', 'Names');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.staff'), 'MS006', 'an inheritance child');
SELECT is(pg_temp.state_of('SELECT * FROM ONLY cdw.person'), 'MS006', 'and ONLY its parent');
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.warm', 'A view may be marked');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.warm'), 'MS006', 'a view by itself');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.weather'), '00000', 'and not what it reads');
SELECT is(pg_temp.state_of('ALTER TABLE cdw.patient RENAME TO client; SELECT * FROM cdw.client', 'read_bot'), '42501', 'not the owner');
ALTER TABLE cdw.patient RENAME TO client;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), 'MS006', 'a rename changes nothing');

-- Datasets
SELECT is(pg_temp.state_of('SELECT * FROM cdw.copied'), '00000', 'no dataset yet');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi) VALUES
    ('train', 'sepsis', 'Training data', 'training', 'cdw.copied', NULL);
SELECT is(pg_temp.state_of('SELECT * FROM cdw.copied'), '00000', 'a dataset of which nobody said so is none with PHI');
UPDATE aims.dataset SET phi = true;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.copied'), 'MS006', 'one with PHI is');
UPDATE aims.dataset SET phi = false;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.copied'), '00000', 'and one without is not');

-- A table that is dropped and made again
CREATE TABLE cdw.nightly AS SELECT 1 AS id;
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.nightly', 'Made anew each night');
DROP TABLE cdw.nightly;
SELECT bag_eq('SELECT regexp_replace(problem, ''[0-9]+'', ''N''), wrong FROM aims.setting_problem() WHERE problem LIKE ''%phi%''',
              $$VALUES ('aims.phi_table marks relation N, which is gone: one that was made in its place is not marked', true)$$,
              'its mark stays behind, which verify reports');
DELETE FROM aims.phi_table WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = relation);

-- A foreign key that is added scans both tables, or is checked row by row
CREATE TABLE cdw.own (id integer);
ALTER TABLE cdw.own OWNER TO read_bot;
GRANT REFERENCES ON cdw.client TO read_bot;
SELECT is(pg_temp.state_of('ALTER TABLE cdw.own ADD FOREIGN KEY (id) REFERENCES cdw.client'), '00000', 'a key of an empty table');
INSERT INTO cdw.own VALUES (1);
SELECT is(pg_temp.state_of('ALTER TABLE cdw.own ADD FOREIGN KEY (id) REFERENCES cdw.client'), 'MS006', 'of one with rows it reads');

-- Superusers may be bound, too; and without the extension nothing is asked
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client', session_user), '00000', 'a superuser reads');
SELECT lives_ok('SELECT aims.bind_role(''notes'', session_user::regrole)', 'a superuser is bound');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client', session_user), 'MS006', 'and does not');
SELECT lives_ok('SELECT count(*) FROM aims.verify()', 'our own queries read on');
SELECT aims.unbind_role('notes', session_user::regrole) IS NULL AS done \gset
SET LOCAL client_min_messages = error;
SAVEPOINT whole;
DROP EXTENSION aims CASCADE;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), '00000', 'without the extension nobody is refused');
ROLLBACK TO SAVEPOINT whole;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), 'MS006', 'with it again, they are');
DROP EXTENSION aims CASCADE;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), '00000', 'dropped');
CREATE SCHEMA aims;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), '00000', 'a schema of that name that is not ours');
DROP SCHEMA aims;
CREATE EXTENSION aims;
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), '00000', 'created again, nothing is marked');
INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Officer');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('new', 'New', 'anna', 'Is new');
SELECT aims.bind_role('new', 'read_bot') IS NULL AS done \gset
INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.client', 'Names');
SELECT is(pg_temp.state_of('SELECT * FROM cdw.client'), 'MS006', 'and can be');

SELECT * FROM finish();
ROLLBACK;
