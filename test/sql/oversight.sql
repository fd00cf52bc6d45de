\i test/setup_database.sql
-- What happens at commits: violations, changes of governance in the same
-- transaction, switching off and on, drills. A refusal at a commit cannot be
-- caught in SQL: psql keeps its state.
SELECT plan(58);
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate

CREATE ROLE oversight_anna;
CREATE ROLE oversight_ben;
CREATE ROLE oversight_carl;
CREATE ROLE oversight_portal;
SET session_replication_role = replica;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('anna', 'Anna Officer', 'oversight_anna'), ('ben', 'Ben Owner', 'oversight_ben'),
    ('carl', 'Carl Nobody', 'oversight_carl'), ('dora', 'Dora Reviewer', NULL);
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'ben', 'Warns of sepsis', 'deployment'),
    ('lab', 'Lab reader', 'ben', 'Reads laboratory values', 'operation_monitoring'),
    ('nlp', 'Note reader', 'ben', 'Reads notes', 'inception');
INSERT INTO aims.duty (person, duty, system) VALUES
    ('anna', 'ai_officer', NULL), ('ben', 'system_owner', 'sepsis'), ('dora', 'clinical_reviewer', NULL),
    ('carl', 'risk_owner', NULL);
INSERT INTO aims.trusted_application VALUES ('oversight_portal', true);
RESET session_replication_role;
GRANT USAGE ON SCHEMA aims, tap TO oversight_anna, oversight_ben, oversight_carl, oversight_portal;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA aims TO oversight_anna, oversight_ben, oversight_carl, oversight_portal;
GRANT SELECT ON aims.switch_event TO oversight_anna, oversight_ben, oversight_carl, oversight_portal;
CREATE TABLE score (id integer PRIMARY KEY, system text);
CREATE TABLE keyless (system text);
GRANT ALL ON score TO oversight_anna, oversight_ben;
SELECT aims.govern('score', system_column => 'system', mode => 'observe') IS NULL AS done \gset
SELECT aims.govern('keyless', system_column => 'system', mode => 'observe') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('sepsis', 'score'), ('nlp', 'score');

-- In observe everything passes, and a transaction leaves one row per relation,
-- system and cause; what was rolled back leaves none
BEGIN;
INSERT INTO score SELECT g, 'nlp' FROM generate_series(1, 1000) AS g;
SAVEPOINT a;
INSERT INTO score VALUES (2001, 'shadow'), (2002, 'nlp'), (2003, 'sepsis');
SAVEPOINT b;
INSERT INTO score VALUES (3001, 'gone');
INSERT INTO keyless VALUES ('gone');
ROLLBACK TO SAVEPOINT b;
RELEASE SAVEPOINT a;
SAVEPOINT c;
SAVEPOINT d;
INSERT INTO score VALUES (4001, 'nlp'), (4002, 'lab');
RELEASE SAVEPOINT d;
RELEASE SAVEPOINT c;
UPDATE score SET system = 'nlp ' WHERE id = 1000;
SELECT pg_current_xact_id() AS xid \gset
COMMIT;
SELECT results_eq($$SELECT relation::text, system COLLATE "default", cause, sqlstate, rows, example_key, session_user_name, mode::text
                      FROM aims.violation ORDER BY violation_id$$,
    format($$VALUES ('score', 'nlp', 'stage', 'MS001', 1003::bigint, '{"id": 1}'::jsonb, %1$L, 'observe'),
             ('score', 'shadow', 'system_unknown', 'MS002', 1, '{"id": 2001}', %1$L, 'observe'),
             ('score', 'lab', 'table_not_intended', 'MS005', 1, '{"id": 4002}', %1$L, 'observe'),
             ('score', 'nlp ', 'system_unknown', 'MS002', 1, '{"id": 1000}', %1$L, 'observe')$$, session_user),
    'violations of a transaction, by system and cause');
SELECT is(array_agg(DISTINCT xid), ARRAY[:xid]::bigint[], 'they name the transaction') FROM aims.violation;
SELECT throws_ok('DELETE FROM aims.violation', 'MS020', NULL, 'nobody takes them away');
INSERT INTO keyless SELECT 'value ' || g FROM generate_series(1, 150) AS g;
SELECT results_eq($$SELECT count(*), sum(rows)::bigint, sum(rows) FILTER (WHERE system IS NULL)::bigint, count(example_key)
                      FROM aims.violation WHERE relation = 'keyless'::regclass$$,
                  'VALUES (101::bigint, 150::bigint, 50::bigint, 0::bigint)', 'beyond a hundred unknown values are counted together');
BEGIN;
INSERT INTO score VALUES (5001, 'nlp');
ROLLBACK;
SELECT is_empty($$SELECT FROM aims.violation WHERE example_key = '{"id": 5001}'$$, 'a rolled back transaction violates nothing');
SELECT is(violation_rows, 1006::numeric, 'the view counts them') FROM aims.governed WHERE relation = 'score'::regclass;

-- Changes of governance by the writing transaction itself
SELECT aims.set_mode('score', 'enforce') IS NULL AS done \gset
SET SESSION AUTHORIZATION oversight_anna;
BEGIN;
INSERT INTO score VALUES (6000, 'sepsis');
SELECT is_empty($$SELECT * FROM aims.switch_off('sepsis', 'own')$$, 'a transaction that has written switches off');
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS003', 'and does not commit what it wrote');
DELETE FROM score;
BEGIN;
INSERT INTO score VALUES (11, 'sepsis');
DELETE FROM aims.intended_table WHERE system = 'sepsis';
COMMIT;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS005', 'nor after taking the table from the intended ones');
BEGIN;
INSERT INTO score VALUES (11, 'sepsis');
SAVEPOINT a;
DELETE FROM aims.intended_table WHERE system = 'sepsis';
ROLLBACK TO SAVEPOINT a;
COMMIT;
SELECT is(count(*), 1::bigint, 'but after thinking better of it') FROM score;
BEGIN;
SELECT aims.set_mode('score', 'observe') IS NULL AS done \gset
INSERT INTO score VALUES (12, 'nlp');
SELECT aims.set_mode('score', 'enforce') IS NULL AS done \gset
COMMIT;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS001', 'what was only observed is refused when the mode has become enforce');
BEGIN;
INSERT INTO score VALUES (12, 'sepsis');
SELECT aims.set_mode('score', 'observe') IS NULL AS done \gset
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'design_development' WHERE system = 'sepsis';
COMMIT;
SELECT results_eq($$SELECT system COLLATE "default", cause, rows FROM aims.violation ORDER BY violation_id DESC LIMIT 1$$,
                  $$VALUES ('sepsis', 'stage', 1::bigint)$$, 'in observe what turned before the commit is a violation');
SET session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'sepsis';
RESET session_replication_role;
SELECT aims.set_mode('score', 'enforce') IS NULL AS done \gset
BEGIN;
INSERT INTO score VALUES (13, 'sepsis');
SELECT aims.ungovern('score', 'test') IS NULL AS done \gset
DELETE FROM aims.intended_table WHERE system = 'sepsis';
COMMIT;
SELECT is(count(*), 1::bigint, 'by its commit a table may be governed no more') FROM score WHERE id = 13;
SELECT aims.govern('score', system_column => 'system') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('sepsis', 'score');
BEGIN;
INSERT INTO score VALUES (14, 'sepsis');
DROP TABLE keyless;
COMMIT;
SELECT is(count(*), 1::bigint, 'a governed table can be dropped in between') FROM score WHERE id = 14;

-- The roles that have written count, not the one that commits
SELECT aims.bind_role('sepsis', 'oversight_ben') IS NULL AS done \gset
BEGIN;
SET LOCAL SESSION AUTHORIZATION oversight_ben;
INSERT INTO score VALUES (15, 'sepsis');
SET LOCAL SESSION AUTHORIZATION DEFAULT;
COMMIT;
SELECT is(count(*), 1::bigint, 'a bound role has written, another one commits') FROM score WHERE id = 15;
BEGIN;
SET LOCAL SESSION AUTHORIZATION oversight_ben;
INSERT INTO score VALUES (16, 'sepsis');
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SELECT aims.bind_role('sepsis', 'oversight_anna') IS NULL AS done \gset
SELECT aims.unbind_role('sepsis', 'oversight_ben') IS NULL AS done \gset
COMMIT;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS004', 'it is not bound any more at the commit');
BEGIN;
SET LOCAL SESSION AUTHORIZATION oversight_ben;
SAVEPOINT a;
INSERT INTO score VALUES (17, 'sepsis');
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SELECT aims.bind_role('sepsis', session_user::regrole) IS NULL AS done \gset
RELEASE a;
INSERT INTO score VALUES (18, 'sepsis');
SELECT aims.unbind_role('sepsis', session_user::regrole) IS NULL AS done \gset
COMMIT;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS004', 'one of two roles is not bound');
SELECT is(count(*), 0::bigint, 'and nothing of that is there') FROM score WHERE id IN (16, 17, 18);
SELECT aims.unbind_role('sepsis', 'oversight_ben') IS NULL AS done \gset

-- COPY
COPY score FROM PROGRAM 'printf "20\tsepsis\n21\t\\N\n"';
SELECT is(count(*), 2::bigint, 'COPY of output and of what is none') FROM score WHERE id IN (20, 21);
COPY score FROM PROGRAM 'printf "22\tsepsis\n23\tnlp\n"';
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS001', 'COPY with one row that is not allowed');
SELECT is(count(*), 0::bigint, 'brings none') FROM score WHERE id IN (22, 23);

-- Who may switch
SET SESSION AUTHORIZATION oversight_carl;
SELECT throws_ok($$SELECT aims.switch_off('sepsis', 'r')$$, 'MS013', NULL, 'another duty does not switch off');
RESET SESSION AUTHORIZATION;
SELECT throws_ok($$SELECT aims.switch_off('sepsis', 'r')$$, 'MS014', NULL, 'nor does a session that is nobody''s');
SET SESSION AUTHORIZATION oversight_ben;
SELECT throws_ok($$SELECT aims.switch_off('lab', 'r')$$, 'MS013', NULL, 'nor the owner of another system');
SELECT throws_ok($$SELECT aims.switch_off('no-such', 'r')$$, 'MS017', NULL, 'nor anybody what is not in the inventory');
SELECT throws_ok($$SELECT aims.switch_off(NULL, 'r')$$, 'MS017', NULL, 'nor nothing');
SELECT throws_ok($$SELECT aims.switch_off('sepsis', ' ')$$, 'MS018', NULL, 'nor without a reason');
SELECT throws_ok($$SELECT aims.switch_on('sepsis', 'r')$$, 'MS011', NULL, 'what is on is not switched on');
SELECT is_empty($$SELECT * FROM aims.switch_off('sepsis', 'false alarms since noon')$$, 'the owner switches off');
SELECT is(current_setting('synchronous_commit'), 'on', 'the setting of the session is as before');
SELECT throws_ok($$SELECT aims.switch_on('sepsis', 'r')$$, 'MS012', NULL, 'whoever switched off does not switch on');
SET SESSION AUTHORIZATION oversight_carl;
SELECT throws_ok($$SELECT aims.switch_on('sepsis', 'r')$$, 'MS013', NULL, 'nor somebody without the duty');
SET SESSION AUTHORIZATION oversight_anna;
SELECT is_empty($$SELECT * FROM aims.switch_off('sepsis', 'seen too')$$, 'somebody else switches off a second time');
SELECT throws_ok($$SELECT aims.switch_on('sepsis', 'r')$$, 'MS012', NULL, 'and is one of those who did');
SELECT throws_ok($$SELECT aims.switch_on('sepsis', NULL)$$, 'MS018', NULL, 'switching on needs a reason');
SELECT throws_ok($$SELECT aims.switch_on('no-such', 'r')$$, 'MS017', NULL, 'and a system');
-- A third person, behind a trusted application
SET SESSION AUTHORIZATION oversight_portal;
BEGIN;
SET LOCAL aims.actor = 'dora';
SELECT lives_ok($$SELECT aims.switch_on('sepsis', 'sensor replaced')$$, 'a third person switches on');
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT results_eq($$SELECT system::text COLLATE "default", switched_off, drill, reason, person::text COLLATE "default", time_to_off IS NULL
                      FROM aims.switch_event ORDER BY switch_id$$,
    $$VALUES ('sepsis', true, false, 'false alarms since noon', 'ben', true), ('sepsis', true, false, 'seen too', 'anna', true),
             ('sepsis', false, false, 'sensor replaced', 'dora', true)$$, 'every act is recorded');
SELECT results_eq($$SELECT operation, person FROM aims.audit_entry WHERE relation = 'aims.switch_event' ORDER BY entry_id$$,
                  $$VALUES ('INSERT', 'ben'), ('INSERT', 'anna'), ('INSERT', 'dora')$$, 'and in the ledger');
INSERT INTO score VALUES (30, 'sepsis');
SELECT is(count(*), 1::bigint, 'the system writes again') FROM score WHERE id = 30;
SELECT throws_ok($$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', true, ' ', 'ben')$$, '23514', NULL,
                 'an act has a reason');

-- Within a transaction block the setting is local to it
SET SESSION AUTHORIZATION oversight_ben;
BEGIN;
SELECT is_empty($$SELECT * FROM aims.switch_off('sepsis', 'r')$$, 'switched off in a block');
SELECT is(current_setting('synchronous_commit'), 'local', 'whose commit waits for no standby');
SELECT throws_ok($$INSERT INTO score VALUES (31, 'sepsis')$$, 'MS003', NULL, 'that itself writes no more');
ROLLBACK;
SELECT lives_ok($$INSERT INTO score VALUES (31, 'sepsis')$$, 'rolled back it is as if nothing had been');

-- Drills
BEGIN;
CALL aims.switch_off_drill('sepsis', 'quarterly');
ROLLBACK;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '2D000', 'a drill is held in its own transactions');
CALL aims.switch_off_drill('sepsis', ' ');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS018', 'with a reason');
CALL aims.switch_off_drill('lab', 'quarterly');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS013', 'by somebody with the duty');
CALL aims.switch_off_drill('sepsis', 'quarterly');
SELECT is(:'SQLSTATE'::text, '00000', 'and is held');
SELECT results_eq($$SELECT switched_off, reason, person::text COLLATE "default", time_to_off > '0', time_to_off < '5s'
                      FROM aims.switch_event WHERE drill ORDER BY switch_id$$,
                  $$VALUES (true, 'quarterly', 'ben', NULL, NULL), (false, 'quarterly', 'ben', true, true)$$,
                  'it switches off and on, and takes the time');
SELECT lives_ok($$INSERT INTO score VALUES (32, 'sepsis')$$, 'then the system writes on');
SET SESSION AUTHORIZATION oversight_anna;
CALL aims.switch_off_drill('nlp', 'before deployment');
SELECT is(:'SQLSTATE'::text, '00000', 'a system that is not deployed can be drilled');
SELECT is_empty($$SELECT * FROM aims.switch_off('sepsis', 'in earnest')$$, 'a system is switched off');
CALL aims.switch_off_drill('sepsis', 'quarterly');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, 'MS011', 'a drill is no way to switch it on');
RESET SESSION AUTHORIZATION;

-- DROP EXTENSION leaves the data, in a transaction that has written too
SET SESSION AUTHORIZATION oversight_ben;
SELECT throws_ok($$INSERT INTO score VALUES (40, 'sepsis')$$, 'MS003', NULL, 'refused to the end');
RESET SESSION AUTHORIZATION;
INSERT INTO aims.intended_table VALUES ('lab', 'score');
BEGIN;
INSERT INTO score VALUES (41, 'lab');
SET LOCAL client_min_messages = error;
DROP EXTENSION aims CASCADE;
COMMIT;
SELECT is(:'SQLSTATE'::text, '00000', 'the extension goes together with what it guarded');
SELECT is(count(*), 1::bigint, 'the data stays') FROM score WHERE id = 41;
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'score'::regclass$$, 'without a trigger');

SELECT * FROM finish();
DROP OWNED BY oversight_anna, oversight_ben, oversight_carl, oversight_portal;
DROP ROLE oversight_anna, oversight_ben, oversight_carl, oversight_portal;
\set VERBOSITY default
\i test/drop_database.sql
