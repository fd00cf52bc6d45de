\i test/setup.sql
-- A change of the schema of a table that AI systems read is a finding about
-- each of them, and a re-evaluation where the site says so.
BEGIN;
SELECT plan(48);

SET LOCAL client_min_messages = error;
CREATE ROLE feature_owner;
CREATE ROLE feature_person;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('olga', 'Olga', 'feature_person');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('running', 'In use', 'olga', 'p', 'operation_monitoring'), ('deployed', 'Deployed', 'olga', 'p', 'deployment'),
    ('planned', 'Planned', 'olga', 'p', 'inception'), ('gone', 'Retired', 'olga', 'p', 'retirement');
SET LOCAL session_replication_role = origin;
CREATE SCHEMA ward AUTHORIZATION feature_owner;
CREATE SCHEMA other AUTHORIZATION feature_owner;
SET LOCAL SESSION AUTHORIZATION feature_owner;
CREATE TYPE ward.code AS (a integer);
CREATE TABLE ward.vitals (id integer, rate integer, pressure text, code ward.code) PARTITION BY RANGE (id);
CREATE TABLE ward.vitals1 PARTITION OF ward.vitals FOR VALUES FROM (0) TO (10);
CREATE TABLE ward."The ""Lab""" (id integer, "a'b%s" text);
CREATE VIEW ward.seen AS SELECT 1 AS one;
CREATE TABLE ward.free (id integer, rate integer);
RESET SESSION AUTHORIZATION;
INSERT INTO aims.dataset (dataset, system, title, purpose, relation) VALUES
    ('train', 'running', 'T', 'training', 'ward.vitals'), ('test', 'running', 'T', 'test', 'ward.vitals'),
    ('plan', 'planned', 'T', 'training', 'ward.vitals'), ('old', 'gone', 'T', 'training', 'ward.vitals'),
    ('slice', 'deployed', 'T', 'operation', 'ward.vitals1'), ('lab', 'deployed', 'T', 'operation', 'ward."The ""Lab"""'),
    ('seen', 'deployed', 'T', 'operation', 'ward.seen'), ('elsewhere', 'running', 'T', 'training', NULL);
CREATE FUNCTION pg_temp.after(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT coalesce(max(finding_id), 0) FROM aims.finding);
    entry  bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
    opened text;
BEGIN
    SET LOCAL SESSION AUTHORIZATION feature_owner;
    EXECUTE command;
    RESET SESSION AUTHORIZATION;
    SELECT string_agg(format('%s %s', f.system, regexp_replace(f.detail, '\d+\)$', 'N)')), E'\n' ORDER BY f.system COLLATE "C", f.detail COLLATE "C") INTO opened
      FROM aims.finding AS f WHERE f.finding_id > newest AND f.kind = 'schema_changed'
       AND EXISTS (SELECT FROM aims.audit_entry AS e WHERE e.entry_id = substring(f.detail FROM 'ledger entry (\d+)')::bigint
                      AND e.operation = 'DDL' AND e.entry_id > entry);
    RETURN opened;
END $$;
CREATE FUNCTION pg_temp.undone(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened text;
BEGIN
    BEGIN
        opened := pg_temp.after(command);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN opened;
END $$;

SELECT is(pg_temp.undone(command), opened, command)
  FROM (VALUES
    (1, 'ALTER TABLE ward.vitals ALTER rate TYPE bigint',
     E'deployed ward.vitals1, bound as dataset slice: column rate got another type (ledger entry N)\nplanned ward.vitals, bound as dataset plan: column rate got another type (ledger entry N)\nrunning ward.vitals, bound as dataset test, train: column rate got another type (ledger entry N)'),
    (2, 'ALTER TABLE ward.vitals DROP rate, ALTER pressure TYPE varchar, ADD COLUMN more text',
     E'deployed ward.vitals1, bound as dataset slice: column rate was dropped, column pressure got another type (ledger entry N)\nplanned ward.vitals, bound as dataset plan: column rate was dropped, column pressure got another type (ledger entry N)\nrunning ward.vitals, bound as dataset test, train: column rate was dropped, column pressure got another type (ledger entry N)'),
    (3, 'ALTER TABLE ward.vitals RENAME rate TO "Heart rate"',
     E'deployed ward.vitals1, bound as dataset slice: column rate was renamed to Heart rate (ledger entry N)\nplanned ward.vitals, bound as dataset plan: column rate was renamed to Heart rate (ledger entry N)\nrunning ward.vitals, bound as dataset test, train: column rate was renamed to Heart rate (ledger entry N)'),
    (4, 'ALTER TABLE ward."The ""Lab""" RENAME "a''b%s" TO c', 'deployed ward."The ""Lab""", bound as dataset lab: column a''b%s was renamed to c (ledger entry N)'),
    (5, 'ALTER TABLE ward."The ""Lab""" RENAME TO lab', 'deployed ward.lab, bound as dataset lab: its name was ward."The ""Lab""" (ledger entry N)'),
    (6, 'ALTER TABLE ward."The ""Lab""" SET SCHEMA other', 'deployed other."The ""Lab""", bound as dataset lab: its name was ward."The ""Lab""" (ledger entry N)'),
    (7, 'ALTER TABLE ward."The ""Lab""" SET UNLOGGED', 'deployed ward."The ""Lab""", bound as dataset lab: its rows were rewritten (ledger entry N)'),
    (8, 'ALTER TABLE ward."The ""Lab""" ADD COLUMN r double precision DEFAULT random()', 'deployed ward."The ""Lab""", bound as dataset lab: its rows were rewritten (ledger entry N)'),
    (9, 'DROP TABLE ward."The ""Lab"""', 'deployed ward."The ""Lab""", bound as dataset lab: it was dropped (ledger entry N)'),
    (10, 'DROP VIEW ward.seen', 'deployed ward.seen, bound as dataset seen: it was dropped (ledger entry N)'),
    (11, 'CREATE OR REPLACE VIEW ward.seen AS SELECT 2 AS one', 'deployed ward.seen, bound as dataset seen: its view was replaced (ledger entry N)'),
    (12, 'ALTER VIEW ward.seen RENAME COLUMN one TO two', 'deployed ward.seen, bound as dataset seen: column one was renamed to two (ledger entry N)'),
    (13, 'DROP TYPE ward.code CASCADE',
     E'deployed ward.vitals1, bound as dataset slice: column code was dropped (ledger entry N)\nplanned ward.vitals, bound as dataset plan: column code was dropped (ledger entry N)\nrunning ward.vitals, bound as dataset test, train: column code was dropped (ledger entry N)'),
    (14, 'DROP TABLE ward.vitals1', 'deployed ward.vitals1, bound as dataset slice: it was dropped (ledger entry N)'),
    (15, 'DROP OWNED BY feature_owner',
     E'deployed ward."The ""Lab""", bound as dataset lab: it was dropped (ledger entry N)\ndeployed ward.seen, bound as dataset seen: it was dropped (ledger entry N)\ndeployed ward.vitals1, bound as dataset slice: it was dropped (ledger entry N)\nplanned ward.vitals, bound as dataset plan: it was dropped (ledger entry N)\nrunning ward.vitals, bound as dataset test, train: it was dropped (ledger entry N)'),
    (20, 'ALTER TABLE ward.vitals ADD COLUMN more text', NULL),
    (21, 'ALTER TABLE ward.vitals ALTER rate SET DEFAULT 1, ADD CONSTRAINT positive CHECK (rate > 0)', NULL),
    (22, 'CREATE INDEX ON ward.vitals (rate)', NULL),
    (23, 'COMMENT ON TABLE ward.vitals IS ''x''', NULL),
    (24, 'GRANT SELECT ON ward.vitals TO PUBLIC', NULL),
    (25, 'ALTER TABLE ward.free ALTER rate TYPE bigint', NULL),
    (26, 'ALTER TABLE ward.free RENAME TO vitals2', NULL),
    (27, 'DROP TABLE ward.free', NULL),
    (28, 'ALTER TABLE ONLY ward.vitals ALTER rate SET STATISTICS 10', NULL)) AS c (nr, command, opened)
 ORDER BY nr;
SELECT is_empty($$SELECT FROM aims.finding$$, 'what is undone leaves no finding');
SELECT is_empty($$SELECT FROM aims.audit_entry WHERE relation = 'ward.free'$$, 'and other tables no entry');

-- Whoever acts, with whatever search_path
SELECT matches(pg_temp.undone($$
    CREATE TABLE ward.finding (kind text); CREATE TABLE ward.dataset (relation regclass);
    CREATE FUNCTION ward.eq(oid, oid) RETURNS boolean LANGUAGE sql RETURN false; CREATE OPERATOR ward.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = ward.eq);
    SET LOCAL search_path = ward, pg_catalog, aims; SET LOCAL quote_all_identifiers = on; ALTER TABLE vitals DROP rate$$),
    'running ward.vitals, bound as dataset test, train: column rate was dropped', 'names of the session are not looked at');

-- Once while it is open
SELECT is(left(pg_temp.after('ALTER TABLE ward.vitals1 RENAME TO vitals_2020'), 8), 'deployed', 'a first change opens a finding');
SELECT is(pg_temp.after('ALTER TABLE ward.vitals_2020 RENAME TO vitals1'), NULL, 'a second one does not, while it is open');
UPDATE aims.finding SET closed_at = now(), closed_by = 'olga', closing_note = 'seen' WHERE closed_at IS NULL;
SELECT is(left(pg_temp.after('ALTER TABLE ward.vitals1 RENAME TO vitals_2020'), 8), 'deployed', 'the next one after it was closed does');
SELECT is((SELECT relation FROM aims.finding ORDER BY finding_id DESC LIMIT 1)::text, 'ward.vitals_2020', 'the finding names the table');

-- Re-evaluation, as the site decides
SELECT is((SELECT string_agg(system || ' ' || stage, ', ' ORDER BY system) FROM aims.ai_system), 'deployed deployment, gone retirement, planned inception, running operation_monitoring',
          'so far nothing has moved');
UPDATE aims.dataset SET re_evaluate = true WHERE dataset IN ('train', 'plan', 'old', 'slice');
SELECT pg_temp.after('ALTER TABLE ward.vitals ALTER pressure TYPE varchar') \g /dev/null
SELECT is((SELECT string_agg(system || ' ' || stage, ', ' ORDER BY system) FROM aims.ai_system), 'deployed re_evaluation, gone retirement, planned inception, running re_evaluation',
          'systems in use are evaluated again, others stay');
SELECT is((SELECT concat_ws(' ', from_stage, to_stage, person, session_user_name, regexp_replace(reason, '\d+', 'N')) FROM aims.stage_history WHERE system = 'running'),
          'operation_monitoring re_evaluation feature_owner schema of ward.vitals changed: column pressure got another type (ledger entry N)', 'with the cause in the history');
SELECT matches((SELECT gate::text FROM aims.stage_history WHERE system = 'running'), '"met": true, "detail": "finding \d+: schema_changed".*"requirement": "cause"', 'and its gate');
SELECT is((SELECT count(*) FROM aims.finding WHERE system = 'running' AND kind = 'schema_changed' AND closed_at IS NULL), 1::bigint, 'the finding is open');
SELECT pg_temp.after('ALTER TABLE ward.vitals ALTER pressure TYPE text') \g /dev/null
SELECT is((SELECT count(*) FROM aims.stage_history WHERE system = 'running'), 1::bigint, 'a system that is there stays there');
SELECT is_empty($$SELECT * FROM aims.verify() WHERE check_name = 'stages' AND NOT ok AND detail ~ 'running'$$, 'verify knows the way that it came');
CREATE TABLE ward.score (id integer);
SELECT aims.govern('ward.score', system => 'running') \g /dev/null
SELECT lives_ok('INSERT INTO ward.score VALUES (1)', 'and it may write');

-- No door is left open behind it
SELECT throws_ok($$UPDATE aims.ai_system SET stage = 'operation_monitoring' WHERE system = 'running'$$, 'MS014', NULL, 'other moves are those of people');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'operation_monitoring' WHERE system = 'running';
SET LOCAL session_replication_role = origin;
SELECT throws_ok($$UPDATE aims.ai_system SET stage = 're_evaluation' WHERE system = 'running'$$, 'MS014', NULL, 'and so is this one');

-- A gate that is not met does not stop the change
CREATE FUNCTION ward.never(system text, parameter jsonb, OUT met boolean, OUT detail text) STABLE BEGIN ATOMIC SELECT false, 'never'; END;
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function) VALUES ('never', 're_evaluation', 'A.5.4', 'Never', 'ward.never');
UPDATE aims.finding SET closed_at = now(), closed_by = 'olga', closing_note = 'seen' WHERE closed_at IS NULL;
SELECT matches(pg_temp.after('ALTER TABLE ward.vitals DROP pressure'), 'running ward.vitals, .* column pressure was dropped', 'a gate that is not met leaves the finding');
SELECT is((SELECT stage FROM aims.ai_system WHERE system = 'running'), 'operation_monitoring', 'and the stage');
SELECT throws_ok($$UPDATE aims.ai_system SET stage = 're_evaluation' WHERE system = 'running'$$, 'MS014', NULL, 'no door is open after that either');
DELETE FROM aims.gate_requirement WHERE requirement = 'never';

-- A dropped table is not bound any more, but known
SELECT pg_temp.after('DROP TABLE ward."The ""Lab"""') \g /dev/null
SELECT is((SELECT relation FROM aims.dataset WHERE dataset = 'lab'), NULL, 'the dataset of a dropped table is bound to nothing');
SELECT matches((SELECT detail FROM aims.finding WHERE system = 'deployed' AND detail ~ 'lab' AND closed_at IS NULL), 'it was dropped', 'as the finding says');
SELECT is((SELECT relation FROM aims.finding WHERE system = 'deployed' AND detail ~ 'lab' AND closed_at IS NULL), NULL, 'which names no table that there is not');

-- A governed table that is bound, too, has one entry
INSERT INTO aims.dataset (dataset, system, title, purpose, relation) VALUES ('own', 'running', 'T', 'baseline', 'ward.score');
CREATE TYPE ward.extra AS (a integer);
ALTER TABLE ward.score ADD COLUMN extra ward.extra;
DROP TYPE ward.extra CASCADE;
ALTER TABLE ward.score RENAME TO scores;
DROP TABLE ward.scores;
SELECT is((SELECT string_agg(new_image ->> 'tag', ' ' ORDER BY entry_id) FROM aims.audit_entry WHERE operation = 'DDL' AND relation ~ 'ward.score'),
          'ALTER TABLE DROP TYPE ALTER TABLE DROP TABLE', 'a governed table has one entry for each command');

SELECT * FROM finish();
ROLLBACK;
