\i test/setup.sql
-- The guard: which rows are AI output, whose, and what becomes of them.
BEGIN;
\i test/act.sql
SELECT plan(98);

CREATE ROLE guard_etl;
CREATE ROLE guard_other;
GRANT guard_other TO guard_etl;
INSERT INTO aims.person (person, full_name, db_role)
VALUES ('anna', 'Anna Officer', session_user), ('ben', 'Ben Reviewer', 'guard_other');
-- Systems in every stage, as a restore brings them
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer'), ('ben', 'clinical_reviewer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage)
SELECT replace(stage::text, '_', '-'), stage, 'anna', 'Is in stage ' || stage, stage
  FROM unnest(enum_range(NULL::aims.lifecycle_stage)) AS stage;
SET LOCAL session_replication_role = origin;

CREATE SCHEMA cdw;
GRANT USAGE ON SCHEMA cdw TO guard_etl, guard_other;
CREATE TABLE cdw.score (id integer PRIMARY KEY, system text, note text);
CREATE TABLE cdw.trial (id integer PRIMARY KEY, system text);
GRANT ALL ON cdw.score, cdw.trial TO guard_etl, guard_other;
SELECT aims.govern('cdw.score', system_column => 'system') IS NULL AS done \gset
SELECT aims.govern('cdw.trial', system_column => 'system', test => true) IS NULL AS done \gset
INSERT INTO aims.intended_table (system, relation)
SELECT s.system, t.relation FROM aims.ai_system AS s, (VALUES ('cdw.score'::regclass), ('cdw.trial')) AS t (relation)
 WHERE s.system <> 're-evaluation';

-- What a refused command says, as one line
CREATE FUNCTION pg_temp.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state   text;
    detail  text;
    hint    text;
    place   text;
BEGIN
    EXECUTE command;
    RETURN 'passed';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        place = TABLE_NAME;
    RETURN concat_ws(' | ', state, place, detail, hint);
END $$;
-- The state that a command ends with; whatever it did is undone
CREATE FUNCTION pg_temp.state_of(command text, role text DEFAULT session_user) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.act(role, command);
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN '00000';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- Stages
SELECT is(pg_temp.state_of(format('INSERT INTO cdw.%I VALUES (1, %L)', t, s.system)),
          CASE WHEN s.stage IN ('deployment', 'operation_monitoring') THEN '00000'
               WHEN s.stage = 'verification_validation' AND t = 'trial' THEN '00000'
               WHEN s.stage = 're_evaluation' THEN 'MS005'
               ELSE 'MS001' END,
          format('into %s in stage %s', t, s.stage))
  FROM aims.ai_system AS s, (VALUES ('score'), ('trial')) AS t (t)
 ORDER BY t, s.stage;
INSERT INTO aims.intended_table VALUES ('re-evaluation', 'cdw.score');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (1, 're-evaluation')$$), '00000',
          'a system in re-evaluation goes on writing, where it is intended to');

-- Values of the system column
SELECT is(pg_temp.state_of(format('INSERT INTO cdw.score VALUES (1, %L)', value)), state, name)
  FROM (VALUES
    (1, NULL, '00000', 'NULL is nobody''s output'),
    (2, 'shadow', 'MS002', 'a value that names no system is refused'),
    (3, '', 'MS002', 'the empty string names no system'),
    (4, 'Deployment', 'MS002', 'capitals count'),
    (5, 'deployment ', 'MS002', 'trailing blanks count in text'),
    (6, repeat('x', 100000), 'MS002', 'a long value'),
    (7, 'deployment', '00000', 'a slug names its system')) AS v (nr, value, state, name)
 ORDER BY nr;
INSERT INTO aims.system_value VALUES
    ('cdw.score', 'Epic 2.1', 'deployment'), ('cdw.score', 'old', 'retirement'), ('cdw.score', 'nurse', NULL),
    ('cdw.trial', 'shadow', NULL), ('cdw.score', 'inception', 'deployment');
SELECT is(pg_temp.state_of(format('INSERT INTO cdw.score VALUES (1, %L)', value)), state, name)
  FROM (VALUES
    (1, 'Epic 2.1', '00000', 'an alias stands for its system'),
    (2, 'old', 'MS001', 'and is refused with it'),
    (3, 'nurse', '00000', 'a value can be said to be no AI'),
    (4, 'shadow', 'MS002', 'a mapping holds for its own table'),
    (5, 'inception', '00000', 'a mapping comes before the slug')) AS v (nr, value, state, name)
 ORDER BY nr;
DELETE FROM aims.system_value WHERE value = 'inception';
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (1, 'inception')$$), 'MS001', 'a mapping that is gone counts no more');

-- Messages: cause, row, next step
SELECT is(pg_temp.refusal($$INSERT INTO cdw.score VALUES (7, 'inception')$$),
    'MS001 | score | Row (id)=(7); output needs stage deployment, operation_monitoring or re_evaluation. | '
    || 'SELECT * FROM aims.gate(''inception'', ''design_development'') WHERE NOT met lists what the next stage still needs; '
    || 'then aims.request_advance(''inception'', ''design_development'', reason).', 'stage: what it says');
SELECT is(pg_temp.refusal($$INSERT INTO cdw.score VALUES (7, 'retirement')$$),
    'MS001 | score | Row (id)=(7); output needs stage deployment, operation_monitoring or re_evaluation. | '
    || 'A retired system does not come back: register its successor in aims.ai_system.', 'retired: what it says');
SELECT is(pg_temp.refusal($$INSERT INTO cdw.trial VALUES (7, 'inception')$$),
    'MS001 | trial | Row (id)=(7); output needs stage verification_validation (this is a test table), deployment, operation_monitoring or re_evaluation. | '
    || 'SELECT * FROM aims.gate(''inception'', ''design_development'') WHERE NOT met lists what the next stage still needs; '
    || 'then aims.request_advance(''inception'', ''design_development'', reason).', 'test table: what it says');
SELECT is(pg_temp.refusal($$INSERT INTO cdw.score VALUES (7, 'O''Hara')$$),
    'MS002 | score | Row (id)=(7); the value is neither a system of aims.ai_system nor mapped in aims.system_value. | '
    || 'Register the system, or map the value: INSERT INTO aims.system_value (relation, value, system) VALUES (''cdw.score'', ''O''''Hara'', ...), '
    || 'where NULL means that it is not AI.', 'unknown: what it says');
SELECT is(pg_temp.refusal($$INSERT INTO cdw.trial VALUES (7, 're-evaluation')$$),
    'MS005 | trial | Row (id)=(7); the system is in stage re_evaluation, and no row of aims.intended_table names this table for it. | '
    || 'If it is part of the intended use: INSERT INTO aims.intended_table (system, relation) VALUES (''re-evaluation'', ''cdw.trial'')',
    'not intended: what it says');
CREATE TABLE cdw.keyless (a integer, system text, long text);
SELECT aims.govern('cdw.keyless', system_column => 'system') IS NULL AS done \gset
GRANT INSERT ON cdw.keyless TO guard_etl;
SELECT is(pg_temp.refusal(format('INSERT INTO cdw.keyless VALUES (NULL, ''shadow'', %L)', repeat('ä', 50))) LIKE
    'MS002 | keyless | Row (a, system, long)=(null, shadow, ' || repeat('ä', 32) || '...); %', true,
    'a row without key is named by its columns, cut short');
CREATE FUNCTION pg_temp.refusal_as(role text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    PERFORM pg_temp.act(role, command);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
    RETURN said;
END $$;
SELECT is(pg_temp.refusal_as('guard_etl', $$INSERT INTO cdw.keyless VALUES (1, 'shadow')$$),
          'A row; the value is neither a system of aims.ai_system nor mapped in aims.system_value.',
          'whoever may not read the table is not told its columns');

-- UPDATE: the old row and the new one; DELETE: neither
INSERT INTO cdw.score VALUES (1, 'deployment', 'written while it was allowed'), (2, NULL, 'by hand'), (3, 'nurse', 'by hand');
SELECT is(pg_temp.state_of(command), state, name)
  FROM (VALUES
    (1, $$UPDATE cdw.score SET note = 'n' WHERE id = 1$$, '00000', 'output of a system that may write'),
    (2, $$UPDATE cdw.score SET system = 'deployment' WHERE id = 2$$, '00000', 'made output of a system that may write'),
    (3, $$UPDATE cdw.score SET system = 'inception' WHERE id = 2$$, 'MS001', 'made output of one that may not'),
    (4, $$UPDATE cdw.score SET system = 'shadow' WHERE id = 3$$, 'MS002', 'made output of an unknown one'),
    (5, $$UPDATE cdw.score SET system = NULL WHERE id = 1$$, '00000', 'made nobody''s'),
    (6, $$UPDATE cdw.score SET note = 'n' WHERE id = 2$$, '00000', 'nobody''s'),
    (7, $$DELETE FROM cdw.score WHERE id = 1$$, '00000', 'taken away'),
    (8, $$MERGE INTO cdw.score AS s USING (VALUES (1, 'inception')) AS v (id, system) ON s.id = v.id
          WHEN MATCHED THEN UPDATE SET system = v.system$$, 'MS001', 'MERGE that updates'),
    (9, $$MERGE INTO cdw.score AS s USING (VALUES (9, 'inception')) AS v (id, system) ON s.id = v.id
          WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.system)$$, 'MS001', 'MERGE that inserts'),
    (10, $$INSERT INTO cdw.score VALUES (1, 'inception') ON CONFLICT DO NOTHING$$, '00000', 'ON CONFLICT that does nothing'),
    (11, $$INSERT INTO cdw.score VALUES (1, 'deployment') ON CONFLICT (id) DO UPDATE SET system = 'inception'$$, 'MS001',
         'ON CONFLICT that updates'),
    (12, $$WITH i AS (INSERT INTO cdw.score VALUES (9, 'inception') RETURNING id) SELECT * FROM i$$, 'MS001', 'a statement in WITH'),
    (13, $$SET LOCAL session_replication_role = replica; INSERT INTO cdw.score VALUES (9, 'inception')$$, '00000',
         'a superuser in replica role restores'),
    (14, $$TRUNCATE cdw.score$$, '00000', 'TRUNCATE takes away')) AS c (nr, command, state, name)
 ORDER BY nr;
UPDATE cdw.score SET system = 'nurse' WHERE id = 2;
INSERT INTO cdw.score VALUES (4, 'Epic 2.1', 'by alias');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'design_development' WHERE system = 'deployment';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state_of(command), state, name)
  FROM (VALUES
    (1, $$UPDATE cdw.score SET note = 'n' WHERE id = 1$$, 'MS001', 'output of a system that may write no more'),
    (2, $$UPDATE cdw.score SET system = NULL WHERE id = 1$$, 'MS001', 'is not passed off as something else'),
    (3, $$UPDATE cdw.score SET system = 'nurse' WHERE id = 4$$, 'MS001', 'not by alias either'),
    (4, $$DELETE FROM cdw.score WHERE id = 1$$, '00000', 'but may be taken away')) AS c (nr, command, state, name)
 ORDER BY nr;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'deployment';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state_of($$UPDATE cdw.score SET note = 'n' WHERE id = 1$$), '00000', 'a stage that comes back counts at once');

-- The ledger names the system
SELECT results_eq($$SELECT operation, key ->> 'id', system FROM aims.audit_entry
                     WHERE relation = 'cdw.score' AND operation <> 'EVENT' ORDER BY entry_id$$,
                  $$VALUES ('INSERT', '1', 'deployment'), ('INSERT', '2', NULL), ('INSERT', '3', NULL),
                           ('UPDATE', '2', NULL), ('INSERT', '4', 'deployment')$$,
                  'entries name the system, not the alias');

-- Types of the system column
CREATE DOMAIN cdw.label AS text;
CREATE TYPE cdw.kind AS ENUM ('deployment', 'inception');
CREATE FUNCTION pg_temp.typed(type text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    EXECUTE format('CREATE TABLE cdw.typed (id integer PRIMARY KEY, "the System" %s)', type);
    PERFORM aims.govern('cdw.typed', system_column => 'the System');
    INSERT INTO aims.intended_table VALUES ('deployment', 'cdw.typed');
    INSERT INTO aims.system_value VALUES ('cdw.typed', '32880', 'deployment'), ('cdw.typed', 't', 'deployment'),
        ('cdw.typed', '(deployment,1)', 'deployment'), ('cdw.typed', '{deployment}', 'deployment');
    state := pg_temp.state_of(format('INSERT INTO cdw.typed VALUES (1, %L)', value));
    DROP TABLE cdw.typed;
    DELETE FROM aims.registry WHERE relation::oid NOT IN (SELECT oid FROM pg_class);
    DELETE FROM aims.intended_table WHERE relation::oid NOT IN (SELECT oid FROM pg_class);
    DELETE FROM aims.system_value WHERE relation::oid NOT IN (SELECT oid FROM pg_class);
    RETURN state;
END $$;
CREATE TYPE cdw.pair AS (name text, n integer);
SELECT is(pg_temp.typed(type, value), state, format('%s in a column of type %s', value, type))
  FROM (VALUES
    (1, 'varchar(30)', 'deployment', '00000'), (2, 'varchar(30)', 'inception', 'MS001'),
    (3, 'name', 'deployment', '00000'), (4, 'name', 'inception', 'MS001'),
    (5, 'char(30)', 'deployment', '00000'), (6, 'char(30)', 'inception', 'MS001'),
    (7, 'cdw.label', 'deployment', '00000'), (8, 'cdw.label', 'inception', 'MS001'),
    (9, 'cdw.kind', 'deployment', '00000'), (10, 'cdw.kind', 'inception', 'MS001'),
    (11, 'integer', '32880', '00000'), (12, 'integer', '32881', 'MS002'),
    (13, 'boolean', 'true', '00000'), (14, 'boolean', 'false', 'MS002'),
    (15, 'cdw.pair', '(deployment,1)', '00000'), (16, 'cdw.pair', '(deployment,2)', 'MS002'),
    (17, 'text[]', '{deployment}', '00000'), (18, 'text[]', '{inception}', 'MS002')) AS t (nr, type, value, state)
 ORDER BY nr;

-- A system column that is gone: nobody can say what the rows are
CREATE TABLE cdw.renamed (id integer PRIMARY KEY, system text);
SELECT aims.govern('cdw.renamed', system_column => 'system') IS NULL AS done \gset
ALTER TABLE cdw.renamed RENAME COLUMN system TO ai;
SELECT is(pg_temp.state_of($$INSERT INTO cdw.renamed VALUES (1, NULL)$$), '00000', 'a renamed system column is followed');
ALTER TABLE cdw.renamed DROP COLUMN ai;
SELECT is(pg_temp.state_of($$INSERT INTO cdw.renamed VALUES (1)$$), 'MS031', 'without its system column a table takes no row');

-- Bound roles: the session user, whatever the current role
CREATE FUNCTION cdw.write(id integer) RETURNS void LANGUAGE sql SECURITY DEFINER
    AS $$INSERT INTO cdw.score VALUES (id, 'deployment')$$;
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'deployment')$$, 'guard_etl'), '00000', 'without bound roles anybody writes');
SELECT lives_ok($$SELECT aims.bind_role('deployment', 'guard_other')$$, 'a role is bound');
SELECT lives_ok($$SELECT aims.bind_role('deployment', 'guard_other')$$, 'binding it twice is no error');
SELECT is(pg_temp.state_of(command, role), state, name)
  FROM (VALUES
    (1, 'guard_other', $$INSERT INTO cdw.score VALUES (9, 'deployment')$$, '00000', 'the bound role writes'),
    (2, 'guard_etl', $$INSERT INTO cdw.score VALUES (9, 'deployment')$$, 'MS004', 'another does not'),
    (3, 'guard_etl', $$SET LOCAL ROLE guard_other; INSERT INTO cdw.score VALUES (9, 'deployment')$$, 'MS004', 'not after SET ROLE'),
    (4, 'guard_other', $$SELECT cdw.write(9)$$, '00000', 'the bound role writes through a function of another owner'),
    (5, 'guard_etl', $$SELECT cdw.write(9)$$, 'MS004', 'another does not'),
    (6, 'guard_etl', $$INSERT INTO cdw.score VALUES (9, 'operation-monitoring')$$, '00000', 'systems without bound roles are open to it')
    ) AS c (nr, role, command, state, name)
 ORDER BY nr;
ALTER ROLE guard_other RENAME TO guard_renamed;
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'deployment')$$, 'guard_renamed'), 'MS004',
          'a renamed role is not bound: bindings go by name');
ALTER ROLE guard_renamed RENAME TO guard_other;
SET LOCAL client_min_messages = warning;
SELECT lives_ok($$SELECT aims.unbind_role('deployment', 'guard_other')$$, 'a role is unbound');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'deployment')$$, 'guard_etl'), '00000', 'and the system open again');
SELECT throws_ok($$SELECT aims.unbind_role('deployment', 'guard_other')$$, 'MS017', NULL, 'what is not bound cannot be unbound');
SELECT throws_ok($$SELECT aims.bind_role('no-such', 'guard_other')$$, 'MS017', NULL, 'only systems of the inventory have bound roles');

-- Switched off: in enforce and in observe
SELECT is_empty($$SELECT * FROM aims.switch_off('deployment', 'wrong alarms')$$, 'nothing was in flight');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'deployment')$$), 'MS003', 'a system that is switched off is refused');
SELECT is(pg_temp.refusal($$INSERT INTO cdw.score VALUES (7, 'Epic 2.1')$$),
    'MS003 | score | Row (id)=(7); the system is in stage deployment, and its newest row in aims.switch_event switches it off. | '
    || 'When the reason is gone, another person than the one who switched it off calls aims.switch_on(''deployment'', reason).',
    'switched off: what it says');
SELECT lives_ok($$SELECT aims.set_mode('cdw.score', 'observe')$$, 'the table is only observed');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'deployment')$$), 'MS003', 'and the switch obeyed all the same');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'inception')$$), '00000', 'while other causes are recorded');
SELECT lives_ok($$SELECT aims.set_mode('cdw.score', 'enforce', 'inception')$$, 'one system is enforced');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'inception')$$), 'MS001', 'and refused');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.score VALUES (9, 'design-development')$$), '00000', 'the others are observed');

SELECT * FROM finish();
ROLLBACK;
