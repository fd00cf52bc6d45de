\i test/setup.sql
-- Concerns: raised by whoever has one, read and handled by people that it is not about.
BEGIN;
\i test/act.sql
SELECT plan(66);
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['owner', 'officer', 'nurse', 'speak_up', 'auditor', 'compliance', 'it', 'sponsor', 'analyst', 'portal'] LOOP
        EXECUTE format('CREATE ROLE concern_%s', r);
    END LOOP;
END $$;
SELECT aims.grant_duty_role(bundle, ('concern_' || role)::regrole)
  FROM (VALUES ('officer', 'owner'), ('officer', 'officer'), ('reporter', 'nurse'), ('reporter', 'speak_up'), ('auditor', 'auditor'),
               ('reviewer', 'compliance'), ('reviewer', 'it'), ('reviewer', 'sponsor'), ('analyst', 'analyst'), ('reporter', 'portal')) AS t (bundle, role) \g /dev/null
SET LOCAL session_replication_role = replica;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'concern_owner'), ('officer', 'Otto Officer', 'concern_officer'), ('nurse', 'Nora Nurse', 'concern_nurse'),
    ('auditor', 'Abe Auditor', 'concern_auditor'), ('compliance', 'Cora Compliance', 'concern_compliance'), ('it', 'Ivo IT', 'concern_it'),
    ('sponsor', 'Sam Sponsor', 'concern_sponsor'), ('analyst', 'Ann Analyst', 'concern_analyst');
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('concern_portal', true);
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis', 'owner', 'p', 'operation_monitoring'), ('triage', 'Triage', 'owner', 'p', 'operation_monitoring');
INSERT INTO aims.duty (person, duty, system, seat, valid_from, valid_until) VALUES
    ('owner', 'system_owner', NULL, NULL, '2020-01-01', NULL), ('officer', 'ai_officer', NULL, NULL, '2020-01-01', NULL),
    ('compliance', 'committee_member', NULL, 'compliance', '2020-01-01', NULL), ('it', 'committee_member', NULL, 'it', '2020-01-01', NULL),
    ('analyst', 'ai_officer', NULL, NULL, '2020-01-01', aims.today() - 1), ('auditor', 'internal_auditor', NULL, NULL, '2020-01-01', NULL),
    ('sponsor', 'executive_sponsor', NULL, NULL, '2020-01-01', NULL);
SET LOCAL session_replication_role = DEFAULT;

-- Raising
SELECT pg_temp.ends_with(state, role, command, name, actor)
  FROM (VALUES
    (1, '00000', 'concern_nurse', $$INSERT INTO aims.concern (concern_id, system, content, created_by, created_at) VALUES (301, 'sepsis', 'Alerts are switched off at night', 'officer', '2020-01-01')$$, 'a nurse has a concern', NULL),
    (2, '00000', 'concern_speak_up', $$INSERT INTO aims.concern (concern_id, content, persons, created_by) VALUES (302, 'The officer hides incidents', '{officer}', 'nurse')$$, 'somebody has one', NULL),
    (3, '00000', 'concern_portal', $$INSERT INTO aims.concern (concern_id, system, content) VALUES (303, 'triage', 'It is unfair')$$, 'somebody behind a portal', NULL),
    (4, '00000', 'concern_portal', $$INSERT INTO aims.concern (concern_id, system, content, confidential) VALUES (304, 'triage', 'It is slow', false)$$, 'a person behind it', 'nurse'),
    (5, '00000', 'concern_analyst', $$INSERT INTO aims.concern (concern_id, content) VALUES (305, 'Nobody reads the reports')$$, 'an analyst', NULL),
    (6, '23514', 'concern_nurse', $$INSERT INTO aims.concern (content) VALUES (E' \n')$$, 'a blank one is none', NULL),
    (7, '23502', 'concern_nurse', $$INSERT INTO aims.concern (system) VALUES ('sepsis')$$, 'nor is one without words', NULL),
    (8, '23503', 'concern_nurse', $$INSERT INTO aims.concern (system, content) VALUES ('no-such', 'x')$$, 'it is about a system that there is', NULL),
    (9, 'MS017', 'concern_nurse', $$INSERT INTO aims.concern (content, persons) VALUES ('x', '{officer,"no\"body"}')$$, 'and persons that there are', NULL),
    (10, '23514', 'concern_nurse', $$INSERT INTO aims.concern (content, persons) VALUES ('x', '{}')$$, 'some, if any', NULL),
    (12, '23514', 'concern_nurse', $$INSERT INTO aims.concern (content, persons, handler) VALUES ('x', '{officer}', 'officer')$$, 'who do not handle it', NULL),
    (13, 'MS011', 'concern_nurse', $$INSERT INTO aims.concern (content, status) VALUES ('x', 'closed')$$, 'none is entered as closed', NULL),
    (14, '42501', 'concern_nurse', 'SELECT content FROM aims.concern', 'a reporter does not read the table', NULL),
    (15, '42501', 'concern_auditor', 'SELECT content FROM aims.concern', 'nor an auditor', NULL),
    (16, '42501', 'concern_officer', 'SELECT content FROM aims.concern', 'nor the officer', NULL),
    (17, '42501', 'concern_auditor', $$UPDATE aims.concern SET status = 'acknowledged'$$, 'nor does an auditor handle it', NULL))
  AS t (nr, state, role, command, name, actor) ORDER BY nr;
SELECT pg_temp.ends_with('23514', 'concern_nurse', $$INSERT INTO aims.concern (content, persons) VALUES ('x', '{officer,NULL}')$$, 'nobody in particular is nobody');
SELECT results_eq('SELECT concern_id, created_by::text, status FROM aims.concern ORDER BY concern_id',
    $$VALUES (301::bigint, 'nurse', 'raised'), (302, NULL, 'raised'), (303, NULL, 'raised'), (304, 'nurse', 'raised'), (305, 'analyst', 'raised')$$,
    'who raised it the server knows, or does not');

-- Reading: concern_id, who reads it
CREATE FUNCTION pg_temp.reads(role text) RETURNS text LANGUAGE sql AS
    $$SELECT pg_temp.act(role, $q$SELECT string_agg(concern_id::text, ',' ORDER BY concern_id) FILTER (WHERE content IS NOT NULL) || ' of ' || count(*) FROM aims.concern_register$q$)$$;
SELECT is(pg_temp.reads('concern_' || role), reads, name)
  FROM (VALUES
    ('nurse',      '301,304 of 5', 'a reporter reads the own one, and what is not confidential'),
    ('speak_up',   '304 of 5',     'somebody reads what is not confidential'),
    ('officer',    '301,303,304,305 of 5', 'the officer all but what is about the officer'),
    ('compliance', '301,302,303,304,305 of 5', 'the seat compliance all'),
    ('it',         '304 of 5',     'another seat what is not confidential'),
    ('auditor',    '304 of 5',     'so do auditors'),
    ('analyst',    '304,305 of 5', 'and a former officer'),
    ('owner',      '304 of 5',     'and system owners')) AS t (role, reads, name);
SELECT is(pg_temp.act('concern_it', $$SELECT concat_ws(',', raised_by, persons::text, investigation, answer) FROM aims.concern_register WHERE concern_id = 302$$), '', 'whoever may not read the words sees no persons either');
SELECT is(pg_temp.act('concern_it', $$SELECT anonymous FROM aims.concern_register WHERE concern_id = 302$$), 'true', 'an anonymous one says so');
-- A predicate that leaks is not run on hidden words
CREATE FUNCTION pg_temp.leak(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN IF t LIKE '%hides%' THEN RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = t; END IF; RETURN true; END $$;
GRANT EXECUTE ON FUNCTION pg_temp.leak(text) TO concern_it;
SELECT pg_temp.ends_with('00000', 'concern_it', 'SELECT count(*) FROM aims.concern_register WHERE pg_temp.leak(content)', 'nor do functions see them');

-- The ledger keeps no words
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE relation = 'aims.concern' AND (new_image IS NOT NULL OR old_image IS NOT NULL)), 0::bigint, 'the ledger has no words of concerns');
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE relation = 'aims.concern' AND new_digest IS NOT NULL), 5::bigint, 'but their digests');
SELECT is((SELECT string_agg(coalesce(person, '-') || ' ' || session_user_name, ', ' ORDER BY key ->> 'concern_id') FROM aims.audit_entry WHERE relation = 'aims.concern'),
    'nurse concern_nurse, - concern_speak_up, - concern_portal, nurse concern_portal, analyst concern_analyst', 'and the sessions: a shared one names no person');

-- The privilege to write does not make a handler, who reads
SELECT pg_temp.ends_with(state, 'concern_owner', command, name)
  FROM (VALUES
    ('MS013', $$UPDATE aims.concern SET handler = 'owner' WHERE concern_id = 301$$, 'nobody without the duty makes oneself the handler'),
    ('MS013', $$UPDATE aims.concern SET handler = 'it' WHERE concern_id = 301$$, 'nor another'),
    ('MS013', $$UPDATE aims.concern SET investigation = 'Nothing' WHERE concern_id = 301$$, 'nor writes what was found'),
    ('MS013', $$UPDATE aims.concern SET answer = 'Never mind' WHERE concern_id = 301$$, 'or is answered')) AS t (state, command, name);
SELECT is(pg_temp.reads('concern_owner'), '304 of 5', 'and reads no more');

-- Handling
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'concern_officer', $$UPDATE aims.concern SET status = 'acknowledged' WHERE concern_id = 301$$, 'somebody handles it'),
    (2, 'MS013', 'concern_owner', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'it' WHERE concern_id = 301$$, 'as who has the duty decides'),
    (3, '00000', 'concern_officer', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'it' WHERE concern_id = 301$$, 'acknowledged'),
    (4, 'MS041', 'concern_officer', $$UPDATE aims.concern SET content = 'All is well' WHERE concern_id = 301$$, 'its words stay'),
    (5, 'MS041', 'concern_officer', $$UPDATE aims.concern SET confidential = false WHERE concern_id = 301$$, 'and its confidence'),
    (6, 'MS011', 'concern_it', $$UPDATE aims.concern SET status = 'closed' WHERE concern_id = 301$$, 'not closed unheard'),
    (7, 'MS042', 'concern_it', $$UPDATE aims.concern SET status = 'investigated' WHERE concern_id = 301$$, 'investigated says what was found'),
    (8, '00000', 'concern_it', $$UPDATE aims.concern SET status = 'investigated', investigation = 'So it is' WHERE concern_id = 301$$, 'investigated'),
    (9, 'MS042', 'concern_it', $$UPDATE aims.concern SET status = 'answered', answer = NULL WHERE concern_id = 301$$, 'answered says what'),
    (10, '00000', 'concern_it', $$UPDATE aims.concern SET status = 'answered', answer = 'They stay on now' WHERE concern_id = 301$$, 'answered'),
    (11, 'MS041', 'concern_it', $$UPDATE aims.concern SET answer = 'Never mind' WHERE concern_id = 301$$, 'the answer stays'),
    (12, '00000', 'concern_it', $$UPDATE aims.concern SET status = 'acknowledged' WHERE concern_id = 301$$, 'taken up again'),
    (13, 'MS012', 'concern_officer', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'it' WHERE concern_id = 302$$, 'nobody handles what is about oneself'),
    (14, '23514', 'concern_compliance', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'officer' WHERE concern_id = 302$$, 'nor is made to'),
    (15, '00000', 'concern_compliance', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'sponsor' WHERE concern_id = 302$$, 'another does'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.reads('concern_' || role), reads, name)
  FROM (VALUES ('it', '301,304 of 5', 'a handler reads what is handled'), ('sponsor', '302,304 of 5', 'each the own one')) AS t (role, reads, name);
SELECT is(pg_temp.act('concern_nurse', $$SELECT answer FROM aims.concern_register WHERE concern_id = 301$$), 'They stay on now', 'who raised it reads the answer');
SAVEPOINT officer_raises;
SELECT pg_temp.act('concern_officer', $$INSERT INTO aims.concern (concern_id, content) VALUES (306, 'x')$$) \g /dev/null
SELECT pg_temp.ends_with('MS012', 'concern_officer', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'it' WHERE concern_id = 306$$, 'nobody handles the own one');
ROLLBACK TO officer_raises;
SELECT is(pg_temp.act('concern_' || role, $$SELECT aims.record_digest('concern', '301') IS NULL$$), 'true', format('no guess is tried out on a digest: %s', role))
  FROM (VALUES ('it'), ('officer')) AS t (role);
SELECT throws_ok(command, 'MS041', NULL, name) FROM (VALUES ('DELETE FROM aims.concern', 'no concern is deleted'), ('TRUNCATE aims.concern CASCADE', 'nor are all')) AS t (command, name);

-- By when
SET LOCAL session_replication_role = replica;
UPDATE aims.concern SET created_at = now() - make_interval(days => 9) WHERE concern_id = 303;
SET LOCAL session_replication_role = DEFAULT;
CREATE TEMP VIEW due AS SELECT subject_id, action, duty, person, due_on - aims.today() AS days, system FROM aims.concern_action;
SELECT results_eq('SELECT * FROM due ORDER BY subject_id',
    $$VALUES ('301', 'look into the concern', 'ai_officer', 'it', 90, 'sepsis'), ('302', 'look into the concern', 'executive_sponsor', 'sponsor', 90, NULL),
             ('303', 'acknowledge the concern', 'ai_officer', NULL, -2, 'triage'), ('304', 'acknowledge the concern', 'ai_officer', NULL, 7, 'triage'),
             ('305', 'acknowledge the concern', 'ai_officer', NULL, 7, NULL)$$, 'what there is to do, for whom, and by when');
SELECT is_empty($$SELECT FROM aims.concern_action WHERE detail ~ 'unfair|slow|hides' OR detail IS NULL$$, 'without its words');
SELECT pg_temp.ends_with('00000', 'concern_officer', $$INSERT INTO aims.concern_deadline (status, days, source) VALUES ('acknowledged', 2, 'House rule')$$, 'a site has its own days');
SELECT results_eq($$SELECT days FROM due WHERE subject_id = '303'$$, 'VALUES (-7)', 'which count');
SELECT throws_ok($$UPDATE aims.concern_deadline SET days = 365 WHERE shipped$$, 'MS016', NULL, 'beside the shipped ones');
SELECT lives_ok($$INSERT INTO aims.capa (title, source, concern) VALUES ('Alerts stay on', 'concern', 301)$$, 'a corrective action answers a concern');

SELECT * FROM finish();
ROLLBACK;
