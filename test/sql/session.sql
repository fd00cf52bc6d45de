\i test/setup.sql
-- Tables whose rows do not say whose they are: the session does, by aims.system
-- or by the role's binding.
BEGIN;
\i test/act.sql
SELECT plan(49);

CREATE ROLE session_clinician;
CREATE ROLE session_bot;
CREATE ROLE session_two;
GRANT session_bot TO session_clinician;
CREATE ROLE session_nobody;
GRANT session_nobody TO session_bot;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user);
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'),
    ('lab', 'Lab reader', 'anna', 'Reads laboratory values', 'operation_monitoring'),
    ('open', 'Anybody''s', 'anna', 'Has no bound roles', 'deployment'),
    ('elsewhere', 'Elsewhere', 'anna', 'Is not intended to write here', 'deployment'),
    ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception');
SET LOCAL session_replication_role = origin;
SELECT aims.bind_role('sepsis', 'session_bot'), aims.bind_role('sepsis', 'session_two'), aims.bind_role('lab', 'session_two') \g /dev/null

CREATE SCHEMA cdw;
GRANT USAGE ON SCHEMA cdw TO session_clinician, session_bot, session_two, session_nobody;
CREATE TABLE cdw.note (id integer PRIMARY KEY, body text);
CREATE TABLE cdw.mixed (id integer PRIMARY KEY, kind text);
GRANT ALL ON cdw.note, cdw.mixed TO session_clinician, session_bot, session_two, session_nobody;
SELECT lives_ok($$SELECT aims.govern('cdw.note'), aims.govern('cdw.mixed', system_when => 'kind = ''ai''')$$,
                'tables are governed that say nothing of systems');
SELECT results_eq($$SELECT num_nonnulls(system, system_column, system_expression), systems FROM aims.governed ORDER BY registry_id$$,
                  $$VALUES (0, '{}'::text[]), (0, '{}')$$, 'and show so');
INSERT INTO aims.intended_table SELECT s.system, t.relation FROM aims.ai_system AS s, (VALUES ('cdw.note'::regclass), ('cdw.mixed')) AS t (relation)
 WHERE s.system <> 'elsewhere';

-- A command of a session with aims.system set, undone; its state, and the system that the ledger had of it
CREATE FUNCTION pg_temp.outcome(role text, setting text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
    said   text;
BEGIN
    PERFORM set_config('aims.system', setting, true);
    PERFORM pg_temp.act(role, command);
    SELECT string_agg(coalesce(system, 'nobody'), ' ' ORDER BY entry_id) INTO said FROM aims.audit_entry WHERE entry_id > newest AND relation LIKE 'cdw.%';
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN concat_ws(' ', '00000', said);
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION cdw.write(id integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$INSERT INTO cdw.note VALUES (id, 'x')$$;

SELECT is(pg_temp.outcome('session_' || role, setting, coalesce(command, $$INSERT INTO cdw.note VALUES (1, 'x')$$)), state, name)
  FROM (VALUES
    (1, 'clinician', '', NULL, '00000 nobody', 'who is bound to none writes no AI output'),
    (2, 'bot', '', NULL, '00000 sepsis', 'who is bound to one system writes its output'),
    (3, 'two', '', NULL, 'MS002', 'who is bound to several has to say for which'),
    (4, 'two', 'sepsis', NULL, '00000 sepsis', 'the one'),
    (5, 'two', 'lab', NULL, '00000 lab', 'or the other'),
    (6, 'bot', 'sepsis', NULL, '00000 sepsis', 'the only one may be named, too'),
    (7, 'bot', 'lab', NULL, 'MS004', 'not a system that others are bound to'),
    (8, 'bot', 'open', NULL, 'MS004', 'nor one that nobody is: output is not passed off as another''s'),
    (9, 'two', 'open', NULL, 'MS004', 'by nobody who is bound'),
    (10, 'clinician', 'open', NULL, '00000 open', 'who is bound to none may name a system without bound roles'),
    (11, 'clinician', 'sepsis', NULL, 'MS004', 'and none that has any'),
    (12, 'clinician', 'nlp', NULL, 'MS001', 'the other questions are asked, too: stage'),
    (13, 'clinician', 'elsewhere', NULL, 'MS005', 'intended table'),
    (14, 'clinician', 'no-such', NULL, 'MS002', 'a system that is not in the inventory'),
    (15, 'bot', 'no-such', NULL, 'MS002', 'is nobody''s escape'),
    (16, 'bot', 'Sepsis', NULL, 'MS002', 'capitals count'),
    (17, 'bot', ' ', NULL, 'MS002', 'a blank is not unset'),
    (18, 'bot', 'sepsis, lab', NULL, 'MS002', 'a list names no system'),
    (19, 'bot', repeat('x', 100000), NULL, 'MS002', 'nor does a long value'),
    (20, 'bot', E'o''Hara"\\', NULL, 'MS002', 'nor one that needs quotes'),
    (21, 'clinician', '', $$SET LOCAL ROLE session_bot; INSERT INTO cdw.note VALUES (1, 'x')$$, '00000 nobody', 'SET ROLE does not make output'),
    (22, 'bot', '', $$SET LOCAL ROLE session_nobody; INSERT INTO cdw.note VALUES (1, 'x')$$, '00000 sepsis', 'nor does it end it'),
    (23, 'bot', '', 'SELECT cdw.write(1)', '00000 sepsis', 'a security-definer function writes for the session'),
    (24, 'bot', 'lab', $$SET LOCAL aims.system = ''; INSERT INTO cdw.note VALUES (1, 'x')$$, '00000 sepsis', 'unset it is the binding again'),
    (25, 'bot', '', $$RESET aims.system; INSERT INTO cdw.note VALUES (1, 'x')$$, '00000 sepsis', 'and reset'),
    (26, 'two', '', $$SET LOCAL aims.system = 'lab'; INSERT INTO cdw.note VALUES (1, 'x'); SET LOCAL aims.system = 'sepsis'; INSERT INTO cdw.note VALUES (2, 'x')$$,
         '00000 lab sepsis', 'each row belongs to the system of its time'),
    (27, 'two', '', $$INSERT INTO cdw.mixed VALUES (1, 'by hand')$$, '00000', 'outside of a condition nothing is asked'),
    (28, 'two', '', $$INSERT INTO cdw.mixed VALUES (1, 'ai')$$, 'MS002', 'inside it is'),
    (29, 'bot', '', $$INSERT INTO cdw.mixed VALUES (1, 'ai')$$, '00000 sepsis', 'and answered')) AS c (nr, role, setting, command, state, name)
 ORDER BY nr;

-- A change belongs to who makes it
INSERT INTO cdw.note VALUES (7, 'by hand');
SELECT is(pg_temp.outcome('session_' || role, setting, command), state, name)
  FROM (VALUES
    (1, 'bot', '', 'UPDATE cdw.note SET body = ''y''', '00000 sepsis', 'UPDATE of a person''s row by a system'),
    (2, 'clinician', 'nlp', 'UPDATE cdw.note SET body = ''y''', 'MS001', 'if it may'),
    (3, 'clinician', 'nlp', 'DELETE FROM cdw.note', '00000 nlp', 'a deleted row is no output'),
    (4, 'bot', '', $$MERGE INTO cdw.note AS n USING (VALUES (7), (8)) AS v (id) ON n.id = v.id
                     WHEN MATCHED THEN UPDATE SET body = 'm' WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'm')$$, '00000 sepsis sepsis', 'MERGE'),
    (5, 'bot', '', $$INSERT INTO cdw.note VALUES (7, 'c') ON CONFLICT (id) DO UPDATE SET body = excluded.body$$, '00000 sepsis', 'ON CONFLICT')
    ) AS c (nr, role, setting, command, state, name)
 ORDER BY nr;

-- Messages
CREATE FUNCTION pg_temp.said(role text, setting text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail  text;
    hint    text;
BEGIN
    PERFORM set_config('aims.system', setting, true);
    PERFORM pg_temp.act(role, 'INSERT INTO cdw.note VALUES (9)');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, detail, hint);
END $$;
SELECT is(pg_temp.said('session_two', ''), 'the session does not say which AI system writes into cdw.note | '
    || 'Row (id)=(9); role "session_two" is bound to several systems: lab, sepsis. | SET aims.system to one of them, or bind the role to one alone.',
    'what is said of several bindings');
SELECT is(pg_temp.said('session_two', 'Epic'), 'aims.system names no known AI system for a row of cdw.note: "Epic" | '
    || 'Row (id)=(9); the session says whose output it is, and no row of aims.ai_system has that slug. | '
    || 'SET aims.system to the system that the session writes for, or register that.', 'of an unknown system');
SELECT matches(pg_temp.said('session_bot', 'open'), '^role "session_bot" is not bound to AI system "open", .* writes output of these alone, .* aims.bind_role\(''open'', role\)\.$',
    'of another system than one''s own');

-- Mappings of values are for values
INSERT INTO aims.system_value VALUES ('cdw.note', 'sepsis', NULL), ('cdw.note', 'nlp', 'open');
SELECT is(pg_temp.outcome('session_bot', '', 'INSERT INTO cdw.note VALUES (1)'), '00000 sepsis', 'a mapping does not make the session''s output anything else');
SELECT is(pg_temp.outcome('session_clinician', 'nlp', 'INSERT INTO cdw.note VALUES (1)'), 'MS001', 'nor another''s');

-- Bindings that change, roles that are renamed, a switch-off
SET LOCAL client_min_messages = warning;
SELECT aims.bind_role('sepsis', 'session_clinician') \g /dev/null
SELECT is(pg_temp.outcome('session_clinician', '', 'INSERT INTO cdw.note VALUES (1)'), '00000 sepsis', 'a new binding counts at once');
SELECT aims.unbind_role('sepsis', 'session_clinician') \g /dev/null
SELECT is(pg_temp.outcome('session_clinician', '', 'INSERT INTO cdw.note VALUES (1)'), '00000 nobody', 'so does one that is gone');
ALTER ROLE session_bot RENAME TO session_renamed;
SELECT is(pg_temp.outcome('session_renamed', '', 'INSERT INTO cdw.note VALUES (1)'), '00000 nobody', 'bindings go by the role''s name');
ALTER ROLE session_renamed RENAME TO session_bot;
SELECT is(pg_temp.outcome('session_bot', '', 'INSERT INTO cdw.note VALUES (1)'), '00000 sepsis', 'which it has again');
SELECT aims.switch_off('sepsis', 'wrong alarms') \g /dev/null
SELECT is(pg_temp.outcome('session_bot', setting, 'INSERT INTO cdw.note VALUES (1)'), state, format('switched off, with aims.system = %L', setting))
  FROM (VALUES (1, '', 'MS003'), (2, 'sepsis', 'MS003'), (3, 'open', 'MS004')) AS c (nr, setting, state)
 ORDER BY nr;

-- The look ahead; what is recorded and decided at the commit is in specs/session_system.spec
SELECT is_empty($$SELECT * FROM aims.govern_preview('cdw.note')$$, 'nobody knows who would write the rows that are there');
SELECT * FROM finish();
ROLLBACK;
