\i test/setup_database.sql
-- Retirement proves itself: roles without access, rows counted by table, health
-- information signed off by others, the ledger sealed. It commits, since what is
-- counted and sealed is what has been committed; roles go at the end.
\i test/act.sql
SELECT plan(90);

SET client_min_messages = error;
CREATE ROLE retire_owner;
CREATE ROLE retire_officer;
CREATE ROLE retire_steward;
CREATE ROLE retire_puppet;
CREATE ROLE retire_etl LOGIN;
CREATE ROLE retire_group;
CREATE ROLE retire_nightly LOGIN IN ROLE retire_group;
CREATE ROLE retire_dba;
CREATE ROLE retire_guest;
CREATE ROLE retire_kiosk;
SELECT aims.grant_duty_role('officer', r::regrole) FROM unnest('{retire_owner,retire_officer,retire_steward,retire_puppet,retire_guest,retire_kiosk}'::text[]) AS r \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('olga', 'Olga', 'retire_owner'), ('otto', 'Otto', 'retire_officer'),
    ('stan', 'Stan', 'retire_steward'), ('pia', 'Pia', 'retire_puppet'), ('gus', 'Gus', 'retire_guest');
INSERT INTO aims.trusted_application VALUES ('retire_kiosk', false);
INSERT INTO aims.duty (person, duty) VALUES ('otto', 'ai_officer');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system) VALUES ('olga', 'system_owner', NULL), ('stan', 'data_steward', NULL), ('olga', 'data_steward', NULL);
INSERT INTO aims.ai_system (system, title, owner, purpose, stage, clinical_tier, phi) VALUES
    ('old', 'Old', 'olga', 'p', 'operation_monitoring', 'low', true), ('new', 'New', 'olga', 'p', 'operation_monitoring', 'low', true),
    ('clean', 'No health information', 'olga', 'p', 'deployment', 'low', false);
RESET session_replication_role;
SELECT pg_temp.act('retire_officer', $$INSERT INTO aims.duty (person, duty) VALUES ('pia', 'data_steward')$$) \g /dev/null

-- The warehouse: fixed, by column with aliases and condition, partitioned, inherited, a hostile one
CREATE SCHEMA cdw AUTHORIZATION retire_dba;
SET SESSION AUTHORIZATION retire_dba;
CREATE TABLE cdw.score (id integer PRIMARY KEY, n integer);
CREATE TABLE cdw.mixed (id integer, n integer, ai text) PARTITION BY RANGE (id);
CREATE TABLE cdw.mixed1 PARTITION OF cdw.mixed FOR VALUES FROM (0) TO (100);
CREATE TABLE cdw.mixed2 (n integer, gone text, ai text, id integer);
ALTER TABLE cdw.mixed2 DROP gone;
ALTER TABLE cdw.mixed ATTACH PARTITION cdw.mixed2 FOR VALUES FROM (100) TO (200);
CREATE TABLE cdw."Pa""rent" (id integer, ai text);
CREATE TABLE cdw.child () INHERITS (cdw."Pa""rent");
CREATE TABLE cdw.source (id integer);
CREATE VIEW cdw.cohort AS SELECT id FROM cdw.source WHERE id > 1;
CREATE TABLE cdw.ran_as (role name);
CREATE FUNCTION cdw.lie(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$BEGIN INSERT INTO cdw.ran_as VALUES (current_user); RETURN $1; END$$;
CREATE POLICY nothing ON cdw.source USING (false);
ALTER TABLE cdw.source ENABLE ROW LEVEL SECURITY;
ALTER TABLE cdw.source FORCE ROW LEVEL SECURITY;
INSERT INTO cdw.ran_as VALUES ('nobody');
RESET SESSION AUTHORIZATION;
INSERT INTO cdw.source SELECT generate_series(1, 7);
SELECT aims.govern('cdw.score', system => 'old'), aims.govern('cdw.mixed', system_column => 'ai', system_when => 'n > 0'),
       aims.govern('cdw."Pa""rent"', system_column => 'ai') \g /dev/null
INSERT INTO aims.system_value VALUES ('cdw.mixed', 'Old 1.0', 'old'), ('cdw.mixed', 'human', NULL);
INSERT INTO aims.intended_table (system, relation) VALUES ('old', 'cdw.mixed'), ('new', 'cdw.mixed'), ('old', 'cdw."Pa""rent"');
INSERT INTO cdw.score SELECT n, n FROM generate_series(1, 3) AS n;
INSERT INTO cdw.mixed (id, n, ai) VALUES (1, 1, 'old'), (2, 1, 'Old 1.0'), (3, 0, 'old'), (4, 1, 'human'), (5, 1, NULL), (6, 1, 'new'), (150, 1, 'old'), (151, 1, 'new');
INSERT INTO cdw."Pa""rent" VALUES (1, 'old');
INSERT INTO cdw.child VALUES (2, 'old'), (3, 'old');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi) VALUES
    ('train', 'old', 'T', 'training', 'cdw.source', true), ('cohort', 'old', 'T', 'test', 'cdw.cohort', NULL), ('public', 'old', 'T', 'test', 'cdw.ran_as', false);
SELECT aims.bind_role('old', 'retire_etl'), aims.bind_role('old', 'retire_nightly'), aims.bind_role('new', 'retire_nightly') \g /dev/null

CREATE FUNCTION pg_temp.gate(wanted text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', met::text, regexp_replace(detail, 'count \d+|sign_off_count\(\d+|\d+ leaves', 'N', 'g')) FROM aims.gate('old', 'retirement') WHERE requirement = wanted $$;

-- Access
SELECT is(pg_temp.gate('access-revoked'), 'false retire_etl is bound and may log in', 'a bound role may not log in');
ALTER ROLE retire_etl NOLOGIN;
SELECT is(pg_temp.gate('access-revoked'), 'true without access: retire_etl, retire_nightly', 'one that serves another system may');
CREATE FUNCTION pg_temp.after(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    BEGIN
        EXECUTE command;
        outcome := pg_temp.gate('access-revoked');
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN outcome;
END $$;
SELECT is(pg_temp.after(command), outcome, command)
  FROM (VALUES
    (1, 'GRANT INSERT ON cdw.score TO retire_etl', 'false retire_etl may still access cdw.score'),
    (2, 'GRANT SELECT ON cdw.score TO retire_etl', 'false retire_etl may still access cdw.score'),
    (3, 'GRANT SELECT (id) ON cdw.source TO retire_etl', 'false retire_etl may still access cdw.source'),
    (4, 'GRANT INSERT ON cdw.mixed TO retire_etl', 'false retire_etl may still access cdw.mixed'),
    (5, 'GRANT INSERT ON cdw.mixed TO retire_nightly', 'true without access: retire_etl, retire_nightly'),
    (6, 'GRANT INSERT ON cdw.score TO retire_group', 'false retire_nightly may still access cdw.score'),
    (7, 'GRANT SELECT ON cdw.score TO PUBLIC', 'false retire_etl may still access cdw.score, retire_nightly may still access cdw.score'),
    (8, 'GRANT SELECT ON cdw.ran_as TO retire_etl', 'true without access: retire_etl, retire_nightly'),
    (9, $$GRANT INSERT ON cdw.score TO retire_etl; SELECT aims.unbind_role('old', 'retire_etl')$$, 'false retire_etl may still access cdw.score'),
    (10, $$ALTER ROLE retire_etl LOGIN; SELECT aims.unbind_role('old', 'retire_etl')$$, 'true without access: retire_etl, retire_nightly'),
    (11, $$SELECT aims.unbind_role('old', 'retire_etl'), aims.bind_role('old', 'retire_etl')$$, 'true without access: retire_etl, retire_nightly'),
    (14, $$GRANT SELECT ON cdw.ran_as TO retire_etl; INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.ran_as', 'Names')$$, 'false retire_etl may still access cdw.ran_as'),
    (15, $$GRANT SELECT ON cdw.ran_as TO retire_nightly; INSERT INTO aims.phi_table (relation, reason) VALUES ('cdw.ran_as', 'Names')$$, 'true without access: retire_etl, retire_nightly'),
    (12, $$SELECT aims.unbind_role('new', 'retire_nightly')$$, 'false retire_nightly is bound and may log in'),
    (13, $$SET LOCAL session_replication_role = replica; UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'new'; GRANT SELECT ON cdw.mixed TO retire_nightly$$,
     'false retire_nightly is bound and may log in, retire_nightly may still access cdw.mixed')) AS c (nr, command, outcome)
 ORDER BY nr;

-- Counting
SELECT is(pg_temp.gate('output-counted'), $$false cdw."Pa""rent": not counted, cdw.mixed: not counted, cdw.score: not counted; SELECT * FROM aims.count_output('old')$$, 'nothing is counted yet');
SELECT is(pg_temp.gate('phi-accounted'), 'false cdw."Pa""rent": not counted, cdw.cohort: not counted, cdw.mixed: not counted, cdw.score: not counted, cdw.source: not counted', 'or accounted for');
SELECT is(pg_temp.gate('records-sealed'), 'true nothing has been counted', 'so that nothing has to be sealed');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'retire_guest', $$SELECT aims.count_output('old')$$, 'counting needs a duty'),
    (2, 'MS014', 'retire_kiosk', $$SELECT aims.count_output('old')$$, 'of somebody'),
    (3, '42501', 'retire_dba', $$SELECT aims.count_output('old')$$, 'with the privilege'),
    (4, 'MS017', 'retire_owner', $$SELECT aims.count_output('none')$$, 'a known system'),
    (5, 'MS017', 'retire_owner', $$SELECT aims.count_output(NULL)$$, 'that is named'),
    (6, '42501', 'retire_owner', $$SELECT aims.output_rows('cdw.score', 'old')$$, 'the function behind it is closed'),
    (7, '42501', 'retire_owner', $$INSERT INTO aims.retirement_count VALUES (1, 'old', 'cdw.score', 'output', false, 0, now(), pg_current_snapshot(), 'olga')$$, 'and so is the table'),
    (8, '42501', 'retire_owner', $$UPDATE aims.retirement_count SET rows = 0$$, 'for changes, too'),
    (9, '42501', 'retire_owner', $$INSERT INTO aims.retirement_sign_off VALUES (1, 'olga', 'data_steward', 'x')$$, 'and that of signatures')) AS c (nr, state, role, command, name)
 ORDER BY nr;
SET SESSION AUTHORIZATION retire_owner;
SELECT * FROM aims.count_output('old') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT relation::text, holds, phi, rows, counted_by::text FROM aims.retirement_count ORDER BY count_id',
    $$VALUES ('cdw."Pa""rent"', 'output', true, 3::bigint, 'olga'), ('cdw.mixed', 'output', true, 3, 'olga'), ('cdw.score', 'output', true, 3, 'olga'),
             ('cdw.cohort', 'dataset', true, 0, 'olga'), ('cdw.source', 'dataset', true, 7, 'olga')$$,
    'rows by table: aliases, conditions, partitions, children; tables past row security, views as their owner');
SELECT is(array_agg(role), '{nobody}', 'code of a table''s owner has not run') FROM cdw.ran_as;
SELECT is(pg_temp.gate('output-counted'), 'true cdw."Pa""rent": 3 rows, cdw.mixed: 3 rows, cdw.score: 3 rows', 'the gate lists them');
SELECT is(count(*), 5::bigint, 'and the ledger has them') FROM aims.audit_entry WHERE relation = 'aims.retirement_count' AND operation = 'INSERT';
SELECT is((SELECT min(system) FROM aims.audit_entry WHERE operation = 'UPDATE' AND relation = 'cdw.score'), NULL, 'counting writes nothing');

-- Rows that are written since make a count stale
SELECT max(count_id) FILTER (WHERE relation = 'cdw.score'::regclass) AS score, max(count_id) FILTER (WHERE relation = 'cdw.mixed'::regclass) AS mixed,
       max(count_id) FILTER (WHERE relation = 'cdw."Pa""rent"'::regclass) AS parent, max(count_id) FILTER (WHERE relation = 'cdw.source'::regclass) AS source,
       max(count_id) FILTER (WHERE relation = 'cdw.cohort'::regclass) AS cohort FROM aims.retirement_count \gset
CREATE FUNCTION pg_temp.counted_after(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    BEGIN
        EXECUTE command;
        outcome := pg_temp.gate('output-counted');
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN outcome;
END $$;
SELECT is(pg_temp.counted_after(command), outcome, command)
  FROM (VALUES
    (1, 'INSERT INTO cdw.mixed (id, n, ai) VALUES (9, 1, ''human''), (10, 0, ''old'')', 'true cdw."Pa""rent": 3 rows, cdw.mixed: 3 rows, cdw.score: 3 rows'),
    (2, 'DELETE FROM cdw.score WHERE id = 1', $$false cdw.score: N is stale: rows have been written since; SELECT * FROM aims.count_output('old')$$),
    (3, 'TRUNCATE cdw.score', $$false cdw.score: N is stale: rows have been written since; SELECT * FROM aims.count_output('old')$$),
    (4, 'DELETE FROM cdw.mixed WHERE id = 150', $$false cdw.mixed: N is stale: rows have been written since; SELECT * FROM aims.count_output('old')$$),
    (5, 'CREATE TABLE cdw.more (id integer, ai text); SELECT aims.govern(''cdw.more'', system_column => ''ai'')', $$false cdw.more: not counted; SELECT * FROM aims.count_output('old')$$),
    (6, 'SET LOCAL session_replication_role = replica; UPDATE aims.retirement_count SET counted_at = now() - interval ''31 days'' WHERE relation = ''cdw.score''::regclass; SET LOCAL session_replication_role = origin',
     $$false cdw.score: N is out of date; SELECT * FROM aims.count_output('old')$$),
    (7, 'SELECT pg_temp.act(''retire_owner'', ''SELECT aims.count_output(''''old'''')''); DELETE FROM cdw.score WHERE id = 1',
     $$false cdw.score: N is stale: rows have been written since; SELECT * FROM aims.count_output('old')$$),
    (8, 'ALTER TABLE cdw.score RENAME TO scores', 'true cdw."Pa""rent": 3 rows, cdw.mixed: 3 rows, cdw.scores: 3 rows')) AS c (nr, command, outcome)
 ORDER BY nr;

-- Signing off: another person than who moves the system, with the duty
SELECT is(pg_temp.gate('phi-accounted'),
    'false ' || (SELECT string_agg(format('%s: N of %s rows is not signed off by another person than who moves the system: SELECT aims.N, disposition)', r, n), ', ' ORDER BY r)
                   FROM (VALUES ('cdw."Pa""rent"', 3), ('cdw.cohort', 0), ('cdw.mixed', 3), ('cdw.score', 3), ('cdw.source', 7)) AS c (r, n)), 'nothing is signed off yet');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'retire_owner', $$SELECT aims.request_advance('old', 'retirement', 'replaced by new')$$, 'the owner requests the retirement'),
    (2, 'MS012', 'retire_owner', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'and does not sign for it'),
    (3, 'MS013', 'retire_guest', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'nor does whoever has no duty'),
    (4, 'MS014', 'retire_kiosk', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'nor nobody'),
    (5, 'MS018', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$ $$)', :score), 'without a disposition'),
    (6, 'MS018', 'retire_steward', format('SELECT aims.sign_off_count(%s, NULL)', :score), 'or with none'),
    (7, 'MS017', 'retire_steward', 'SELECT aims.sign_off_count(0, $$kept$$)', 'an unknown count'),
    (8, 'MS017', 'retire_steward', 'SELECT aims.sign_off_count(NULL, $$kept$$)', 'no count'),
    (9, '42501', 'retire_dba', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'without the privilege'),
    (10, '00000', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$kept to 2036$$)', :score), 'the steward signs'),
    (11, 'MS015', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'once'),
    (12, '00000', 'retire_officer', format('SELECT aims.sign_off_count(%s, $$kept to 2036$$)', :mixed), 'the officer signs'),
    (13, '00000', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$kept to 2036$$)', :parent), 'the steward signs another'),
    (14, '00000', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$research$$)', :source), 'and a dataset'),
    (15, '00000', 'retire_puppet', format('SELECT aims.sign_off_count(%s, $$research$$)', :cohort), 'and another steward')) AS c (nr, state, role, command, name)
 ORDER BY nr;
SELECT is((SELECT duty FROM aims.retirement_sign_off WHERE person = 'otto'), 'ai_officer', 'the duty that was signed by is kept');
SELECT is(pg_temp.gate('phi-accounted'),
    'true cdw."Pa""rent": 3 rows, signed off by stan (data_steward): kept to 2036, cdw.cohort: 0 rows, signed off by pia (data_steward): research, '
    'cdw.mixed: 3 rows, signed off by otto (ai_officer): kept to 2036, cdw.score: 3 rows, signed off by stan (data_steward): kept to 2036, '
    'cdw.source: 7 rows, signed off by stan (data_steward): research', 'all is signed off');
-- If the officer moves it: not the own signature, nor that of a steward whom he made one
BEGIN;
SELECT pg_temp.act('retire_owner', $$SELECT aims.withdraw_request((SELECT max(request_id) FROM aims.transition_request), 'r')$$),
       pg_temp.act('retire_officer', $$SELECT aims.request_advance('old', 'retirement', 'replaced')$$) \g /dev/null
SELECT is(pg_temp.gate('phi-accounted'),
    'false cdw.cohort: N of 0 rows is not signed off by another person than otto: SELECT aims.N, disposition), '
    'cdw.mixed: N of 3 rows is not signed off by another person than otto: SELECT aims.N, disposition)', 'neither the own signature nor that of the own steward counts');
ROLLBACK;

-- Sealed
SELECT matches(pg_temp.gate('records-sealed'), '^false \d+ entries wait for a seal, some as old as the counts', 'what was counted and signed waits for a seal');
SELECT pg_temp.ends_with('MS010', 'retire_owner', $$SELECT aims.advance('old', 'retirement', 'replaced by new')$$, 'and the system with it');
SELECT aims.seal() > 0 AS sealed \g /dev/null
SELECT is(pg_temp.gate('records-sealed'), 'true sealed: the ledger to N', 'sealed');
SELECT is_empty($$SELECT * FROM aims.gate('old', 'retirement') WHERE NOT met$$, 'nothing is missing');
SELECT set_eq($$SELECT requirement FROM aims.gate('old', 'retirement')$$, '{access-revoked,output-counted,phi-accounted,records-sealed}'::text[], 'what a system of the lowest tier proves');
BEGIN;
DELETE FROM cdw.score WHERE id = 3;
SELECT pg_temp.ends_with('MS010', 'retire_owner', $$SELECT aims.advance('old', 'retirement', 'replaced by new')$$, 'one row less, and it is to be counted again');
ROLLBACK;
BEGIN;
SELECT pg_temp.act('retire_owner', $$SELECT aims.count_output('old')$$) \g /dev/null
SELECT pg_temp.ends_with('MS019', 'retire_steward', format('SELECT aims.sign_off_count(%s, $$kept$$)', :score), 'a count that was repeated is not signed any more');
SELECT matches(pg_temp.gate('phi-accounted'), '^false cdw."Pa""rent": N of 3 rows is not signed off', 'and its signature counts no more');
ROLLBACK;
SET SESSION AUTHORIZATION retire_owner;
SELECT aims.advance('old', 'retirement', 'replaced by new') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT is((SELECT stage FROM aims.ai_system WHERE system = 'old'), 'retirement', 'the system is retired');
SELECT matches((SELECT gate::text FROM aims.stage_history WHERE system = 'old' AND to_stage = 'retirement'), 'cdw.score: 3 rows, signed off by stan', 'with its counts in the history');
SELECT throws_ok('INSERT INTO cdw.score VALUES (100, 100)', 'MS001', NULL, 'and writes nothing any more');
SELECT throws_ok($$INSERT INTO cdw.mixed VALUES (11, 1, 'Old 1.0')$$, 'MS001', NULL, 'by no alias either');

-- A system that has no health information, nor governed table of its own
SELECT results_eq($$SELECT requirement, met, detail FROM aims.gate('clean', 'retirement') ORDER BY requirement$$,
    $$VALUES ('access-revoked', true, 'no role has been bound to the system'),
             ('output-counted', false, 'cdw."Pa""rent": not counted, cdw.mixed: not counted; SELECT * FROM aims.count_output(''clean'')'),
             ('phi-accounted', true, 'no table can hold health information of the system'), ('records-sealed', true, 'nothing has been counted')$$,
    'a system without health information is counted all the same');
SELECT aims.seal() > 0 AS sealed \g /dev/null
SET SESSION AUTHORIZATION retire_owner;
SELECT * FROM aims.count_output('clean') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT matches((SELECT g.met || ' ' || g.detail FROM aims.gate('clean', 'retirement') AS g WHERE g.requirement = 'records-sealed'),
    '^false \d+ entries wait for a seal', 'the count itself waits for a seal, though nothing older does');
SELECT is((SELECT sum(rows) FROM aims.retirement_count WHERE system = 'clean'), 0::numeric, 'none');

-- What was in flight when it was counted makes a count stale, too
BEGIN;
DELETE FROM cdw.mixed WHERE id = 6;
PREPARE TRANSACTION 'retire';
SET SESSION AUTHORIZATION retire_owner;
SELECT * FROM aims.count_output('new') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT is((SELECT rows || coalesce(problem, '') FROM aims.retirement_state('new', '30 days') WHERE relation = 'cdw.mixed'::regclass AND holds = 'output'), '2', 'a row that is about to be deleted is counted');
COMMIT PREPARED 'retire';
SELECT matches((SELECT problem FROM aims.retirement_state('new', '30 days') WHERE relation = 'cdw.mixed'::regclass AND holds = 'output'), 'is stale', 'and counted again when it is gone');

-- Rows that an expression names the system of, and rows that name none
CREATE TABLE cdw.resource (id integer, body jsonb);
CREATE TABLE cdw.said (id integer);
SELECT aims.govern('cdw.resource', system_expression => $$body ->> 'device'$$), aims.govern('cdw.said') \g /dev/null
INSERT INTO cdw.resource VALUES (1, NULL), (2, '{}');
INSERT INTO cdw.said VALUES (1), (2);
SELECT is((SELECT string_agg(relation::text, ' ' ORDER BY relation::text) FROM aims.left_behind('clean')), 'cdw."Pa""rent" cdw.mixed cdw.resource', 'output may be where rows name it');
INSERT INTO aims.intended_table VALUES ('clean', 'cdw.said');
SELECT is((SELECT string_agg(relation::text, ' ' ORDER BY relation::text) FROM aims.left_behind('clean')), 'cdw."Pa""rent" cdw.mixed cdw.resource cdw.said', 'and where sessions write that say so');
SELECT is(aims.output_rows('cdw.said', 'clean'), 2::bigint, 'of which each row may be');
SELECT is(aims.output_rows('cdw.resource', 'clean'), 0::bigint, 'others are told apart');

-- What cannot be counted
BEGIN;
CREATE FOREIGN DATA WRAPPER retire_wrapper;
CREATE SERVER retire_server FOREIGN DATA WRAPPER retire_wrapper;
CREATE FOREIGN TABLE cdw.far PARTITION OF cdw.mixed DEFAULT SERVER retire_server;
SELECT pg_temp.ends_with('0A000', 'retire_owner', $$SELECT aims.count_output('new')$$, 'rows on another server are not taken for none');
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.ends_with('MS040', 'retire_owner', $$SELECT aims.count_output('new')$$, 'an old snapshot counts nothing');
ROLLBACK;
SELECT throws_ok($$SELECT aims.output_rows('cdw.source', 'old')$$, 'MS033', NULL, 'output is counted where it is governed');
SELECT throws_ok($$SELECT aims.relation_rows(0)$$, '42P01', NULL, 'of a relation that there is');

-- A view's owner counts as himself, and does nothing else
SET SESSION AUTHORIZATION retire_dba;
CREATE FUNCTION cdw.greedy() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO cdw.ran_as VALUES (current_user); SET ROLE NONE; RETURN true; END$$;
CREATE VIEW cdw.trap AS SELECT 1 AS one WHERE cdw.greedy();
RESET SESSION AUTHORIZATION;
SELECT throws_ok($$SELECT aims.relation_rows('cdw.trap')$$, '42501', NULL, 'a view does not change the role');
SET SESSION AUTHORIZATION retire_dba;
CREATE OR REPLACE FUNCTION cdw.greedy() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO cdw.ran_as VALUES (current_user); RETURN true; END$$;
RESET SESSION AUTHORIZATION;
SELECT is(aims.relation_rows('cdw.trap'), 1::bigint, 'a view is counted');
SELECT is(array_agg(role ORDER BY role), '{nobody,retire_dba}', 'as its owner') FROM cdw.ran_as;

SELECT is_empty($$SELECT * FROM aims.verify() WHERE NOT ok AND check_name NOT IN ('stages', 'settings')$$, 'the ledger verifies');
SELECT * FROM finish();
DROP OWNED BY retire_owner, retire_officer, retire_steward, retire_puppet, retire_etl, retire_nightly, retire_group, retire_dba, retire_guest, retire_kiosk CASCADE;
DROP ROLE retire_nightly;
DROP ROLE retire_owner, retire_officer, retire_steward, retire_puppet, retire_etl, retire_group, retire_dba, retire_guest, retire_kiosk;
\i test/drop_database.sql
