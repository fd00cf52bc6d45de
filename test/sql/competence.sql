\i test/setup.sql
-- Competence: who has been taught what the duties need, and how many of the
-- users of a system.
BEGIN;
\i test/act.sql
SET LOCAL client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(113);

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['officer', 'member', 'owner', 'clerk', 'reviewer', 'nobody', 'kiosk'] LOOP
        EXECUTE format('CREATE ROLE competence_%s', r);
        PERFORM aims.grant_duty_role(CASE WHEN r IN ('member', 'reviewer') THEN 'reviewer' ELSE 'officer' END, ('competence_' || r)::regrole);
        IF r <> 'nobody' AND r <> 'kiosk' THEN
            INSERT INTO aims.person (person, full_name, db_role) VALUES (r, initcap(r), 'competence_' || r);
        END IF;
    END LOOP;
END $$;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('competence_kiosk', false);
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis-watch', 'Sepsis', 'owner', 'warn of sepsis'), ('triage', 'Triage', 'owner', 'order a worklist');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'deployment';
INSERT INTO aims.duty (person, duty, system, valid_from, valid_until) VALUES
    ('officer', 'ai_officer', NULL, '2020-01-01', NULL), ('member', 'committee_member', NULL, '2020-02-01', NULL),
    ('owner', 'system_owner', 'sepsis-watch', '2020-03-01', NULL), ('reviewer', 'clinical_reviewer', 'sepsis-watch', '2020-04-01', NULL),
    ('reviewer', 'clinical_reviewer', 'triage', '2020-05-01', NULL), ('clerk', 'internal_auditor', NULL, '2020-01-01', aims.today() - 1);
SET LOCAL session_replication_role = origin;

-- Curricula
SELECT throws_ok(statement, state, NULL, name) FROM (VALUES
    ('MS016', $$UPDATE aims.curriculum SET valid_months = 60 WHERE curriculum = 'human-oversight'$$, 'a shipped curriculum is changed'),
    ('MS016', $$DELETE FROM aims.curriculum_need WHERE duty = 'clinical_reviewer'$$, 'a shipped need is removed'),
    ('MS016', $$TRUNCATE aims.curriculum_need$$, 'needs are truncated'),
    ('MS016', $$TRUNCATE aims.curriculum CASCADE$$, 'curricula are truncated'),
    ('MS016', $$INSERT INTO aims.curriculum_need VALUES ('ai-risk', 'ai_officer', true)$$, 'a need is passed off as shipped'),
    ('23505', $$INSERT INTO aims.curriculum_need VALUES ('ai-risk', 'risk_owner')$$, 'a need twice'),
    ('23514', $$INSERT INTO aims.curriculum_need VALUES ('ai-risk', 'boss')$$, 'a need of an unknown duty'),
    ('23503', $$INSERT INTO aims.curriculum_need VALUES ('cooking', 'risk_owner')$$, 'an unknown curriculum'),
    ('23514', $$INSERT INTO aims.curriculum (curriculum, title, valid_months) VALUES ('x', 'x', 0)$$, 'counts no month'),
    ('23514', $$INSERT INTO aims.curriculum (curriculum, title, valid_months) VALUES ('x', 'x', 61)$$, 'counts too long'),
    ('23514', $$INSERT INTO aims.curriculum (curriculum, title, valid_months, min_score) VALUES ('x', 'x', 1, 101)$$, 'a score that nobody reaches'),
    ('23514', $$INSERT INTO aims.curriculum (curriculum, title, valid_months, min_score) VALUES ('x', 'x', 1, 'NaN')$$, 'a score that is no number'),
    ('23514', $$INSERT INTO aims.curriculum (curriculum, title, valid_months) VALUES ('x', ' ', 1)$$, 'a blank title')) AS t (state, statement, name);
INSERT INTO aims.curriculum (curriculum, title, valid_months, min_score) VALUES ('sepsis-use', 'Reading the sepsis score', 12, NULL), ('house-test', 'Test of the house', 6, 80);
INSERT INTO aims.curriculum_need (curriculum, duty) VALUES ('house-test', 'clinical_reviewer');
SELECT results_eq('SELECT person, curriculum, duties, needed_from, state FROM aims.competence_state ORDER BY 1, 2',
    $$VALUES ('member', 'ai-leadership', '{committee_member}'::text[], date '2020-02-01', 'missing'),
             ('officer', 'ai-management', '{ai_officer}', '2020-01-01', 'missing'),
             ('owner', 'ai-life-cycle', '{system_owner}', '2020-03-01', 'missing'),
             ('reviewer', 'house-test', '{clinical_reviewer}', '2020-04-01', 'missing'),
             ('reviewer', 'human-oversight', '{clinical_reviewer}', '2020-04-01', 'missing')$$,
    'what the duties of today need; a duty that has ended needs nothing');

-- Training records
CREATE FUNCTION pg_temp.trained(person text, curriculum text, completed date, until date DEFAULT NULL, score numeric DEFAULT NULL,
                                uri text DEFAULT 'https://dms/certificate') RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO aims.training_record (person, curriculum, completed_on, valid_until, score, uri) VALUES (%L, %L, %L, %L, %L, %L)',
                  person, curriculum, completed, until, score, uri) $$;
SELECT pg_temp.ends_with(state, role, command, name, actor) FROM (VALUES
    (1, '00000', 'competence_officer', pg_temp.trained('reviewer', 'human-oversight', aims.today() - 30), 'the officer records a completion', NULL),
    (2, 'MS012', 'competence_officer', pg_temp.trained('officer', 'ai-management', aims.today()), 'but not the own', NULL),
    (3, '00000', 'competence_member', pg_temp.trained('officer', 'ai-management', aims.today()), 'a member records that', NULL),
    (4, 'MS013', 'competence_clerk', pg_temp.trained('owner', 'ai-life-cycle', aims.today()), 'a clerk has no duty', NULL),
    (5, 'MS013', 'competence_owner', pg_temp.trained('reviewer', 'ai-life-cycle', aims.today()), 'nor has a system owner that one', NULL),
    (6, 'MS014', 'competence_nobody', pg_temp.trained('owner', 'ai-life-cycle', aims.today()), 'nor nobody', NULL),
    (7, 'MS013', 'competence_kiosk', pg_temp.trained('owner', 'ai-life-cycle', aims.today()), 'nor an application that may not approve', 'officer'),
    (8, 'MS044', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today() + 1), 'completed tomorrow', NULL),
    (9, 'MS044', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today(), (aims.today() + make_interval(months => 24))::date + 1), 'counts longer than the curriculum', NULL),
    (10, '00000', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today() - 50, aims.today() - 1), 'or shorter', NULL),
    (11, '23514', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today(), aims.today() - 1), 'expires before it was completed', NULL),
    (12, '23514', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', '-infinity'), 'completed at the beginning of time', NULL),
    (13, '23502', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', NULL), 'completed on no day', NULL),
    (14, '23503', 'competence_officer', pg_temp.trained('owner', 'cooking', aims.today()), 'an unknown curriculum', NULL),
    (15, '23503', 'competence_officer', pg_temp.trained('stranger', 'ai-risk', aims.today()), 'an unknown person', NULL),
    (16, '23514', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today(), uri => NULL), 'without a certificate', NULL),
    (17, '23514', 'competence_officer', pg_temp.trained('owner', 'ai-life-cycle', aims.today(), uri => ' '), 'with a blank one', NULL),
    (18, 'MS042', 'competence_officer', pg_temp.trained('reviewer', 'house-test', aims.today()), 'a test without a score', NULL),
    (19, 'MS042', 'competence_officer', pg_temp.trained('reviewer', 'house-test', aims.today(), score => 79.9), 'a test that was failed', NULL),
    (20, '23514', 'competence_officer', pg_temp.trained('reviewer', 'house-test', aims.today(), score => 101), 'a score above all', NULL),
    (21, '00000', 'competence_officer', pg_temp.trained('reviewer', 'house-test', aims.today() - 300, score => 80), 'a test that was passed long ago', NULL)
    ) AS t (nr, state, role, command, name, actor) ORDER BY nr;
SELECT results_eq('SELECT person, curriculum, state, valid_until - aims.today() FROM aims.competence_state WHERE state <> ''missing'' ORDER BY 1, 2',
    $$SELECT 'officer', 'ai-management', 'in_force', (aims.today() + make_interval(months => 24))::date - aims.today()
      UNION ALL SELECT 'owner', 'ai-life-cycle', 'expired', -1
      UNION ALL SELECT 'reviewer', 'house-test', 'expired', (aims.today() - 300 + make_interval(months => 6))::date - aims.today()
      UNION ALL SELECT 'reviewer', 'human-oversight', 'in_force', (aims.today() - 30 + make_interval(months => 12))::date - aims.today()$$,
    'what counts, and until when');
SELECT results_eq('SELECT person, state FROM aims.competence_gap ORDER BY 1',
    $$VALUES ('member', 'missing'), ('owner', 'expired'), ('reviewer', 'expired')$$, 'what is lacking');
SELECT results_eq($$SELECT person, due_on < aims.today() FROM aims.competence_action WHERE action = 'train' ORDER BY 1$$,
    $$VALUES ('member', true), ('owner', true), ('reviewer', true)$$, 'they are asked to learn it');
CREATE TEMPORARY TABLE made AS
SELECT training_record_id AS id, person::text FROM aims.training_record WHERE curriculum IN ('ai-management', 'human-oversight');
GRANT SELECT ON made TO PUBLIC;
SELECT pg_temp.ends_with(state, role, format(command, id), name)
  FROM (VALUES
    (1, 'MS041', 'competence_officer', 'officer', 'UPDATE aims.training_record SET valid_until = valid_until + 1 WHERE training_record_id = %s', 'a record is not prolonged'),
    (2, 'MS041', 'competence_officer', 'reviewer', 'UPDATE aims.training_record SET person = ''owner'' WHERE training_record_id = %s', 'nor passed on'),
    (3, '42501', 'competence_officer', 'reviewer', 'DELETE FROM aims.training_record WHERE training_record_id = %s', 'nor deleted'),
    (4, 'MS042', 'competence_officer', 'reviewer', 'UPDATE aims.training_record SET status = ''revoked'' WHERE training_record_id = %s', 'nor revoked without a reason'),
    (5, 'MS012', 'competence_officer', 'officer', 'UPDATE aims.training_record SET status = ''revoked'', revocation_reason = ''x'' WHERE training_record_id = %s', 'nor by the trainee'),
    (6, '00000', 'competence_officer', 'reviewer', 'UPDATE aims.training_record SET status = ''revoked'', revocation_reason = ''forged'' WHERE training_record_id = %s', 'but revoked by another person'),
    (7, 'MS011', 'competence_officer', 'reviewer', 'UPDATE aims.training_record SET status = ''recorded'' WHERE training_record_id = %s', 'for good')
    ) AS t (nr, state, role, person, command, name) JOIN made USING (person) ORDER BY nr;
SELECT is(state, 'missing', 'what was revoked counts for nothing') FROM aims.competence_state WHERE person = 'reviewer' AND curriculum = 'human-oversight';
SELECT lives_ok('UPDATE aims.curriculum SET valid_months = 60 WHERE curriculum = ''house-test''', 'a site''s curriculum may change');
SELECT is(state, 'expired', 'which brings nothing back that has expired') FROM aims.competence_state WHERE curriculum = 'house-test';
SELECT throws_ok('DELETE FROM aims.training_record', 'MS041', NULL, 'records are never deleted');

-- Users of a system
CREATE FUNCTION pg_temp.users(share text DEFAULT '0.8', system text DEFAULT 'sepsis-watch') RETURNS text LANGUAGE sql AS $$
    SELECT met || ': ' || detail FROM aims.check_users_trained(system, coalesce(jsonb_build_object('share', share::numeric), '{}')) $$;
SELECT is(pg_temp.users(), 'false: no group of users is stated', 'nobody stated is nobody trained');
SELECT bag_eq($$SELECT system FROM aims.competence_action WHERE action = 'name users'$$, $$VALUES ('sepsis-watch'), ('triage')$$,
    'systems in use are asked for their users');
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, 'MS013', 'competence_clerk', $$INSERT INTO aims.user_group (system, title, curriculum) VALUES ('sepsis-watch', 'Nurses', 'sepsis-use')$$, 'a clerk names no users'),
    (2, 'MS013', 'competence_owner', $$INSERT INTO aims.user_group (system, title, curriculum) VALUES ('triage', 'Nurses', 'sepsis-use')$$, 'nor does the owner of another system'),
    (3, '00000', 'competence_owner', $$INSERT INTO aims.user_group (user_group_id, system, title, curriculum) VALUES (1, 'sepsis-watch', 'Nurses', 'sepsis-use')$$, 'the owner does'),
    (4, '23505', 'competence_owner', $$INSERT INTO aims.user_group (system, title, curriculum) VALUES ('sepsis-watch', 'Nurses', 'ai-risk')$$, 'once'),
    (5, '23514', 'competence_owner', $$INSERT INTO aims.user_group (system, title, curriculum) VALUES ('sepsis-watch', '', 'ai-risk')$$, 'by a title'),
    (6, 'MS041', 'competence_owner', $$UPDATE aims.user_group SET curriculum = 'ai-risk' WHERE user_group_id = 1$$, 'what they need does not change'),
    (7, 'MS044', 'competence_clerk', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (1, 'sepsis-watch', 5, aims.today() + 1, 'HR')$$, 'counted tomorrow'),
    (8, '23514', 'competence_clerk', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (1, 'sepsis-watch', 0, aims.today(), 'HR')$$, 'nobody uses it'),
    (9, '23514', 'competence_clerk', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (1, 'sepsis-watch', 5, aims.today(), ' ')$$, 'counted by nobody'),
    (10, '23514', 'competence_clerk', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (1, 'sepsis-watch', 5, '-infinity', 'HR')$$, 'counted at the beginning of time'),
    (11, '23503', 'competence_clerk', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (1, 'triage', 5, aims.today(), 'HR')$$, 'users of another system'),
    (12, 'MS011', 'competence_owner', $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source, status) VALUES (1, 'sepsis-watch', 5, aims.today(), 'HR', 'confirmed')$$, 'entered as confirmed'),
    (13, '00000', 'competence_owner', $$INSERT INTO aims.user_count (user_count_id, user_group_id, system, headcount, counted_on, source) VALUES (1, 1, 'sepsis-watch', 5, aims.today(), 'HR')$$, 'the owner states five'),
    (14, 'MS012', 'competence_owner', $$UPDATE aims.user_count SET status = 'confirmed' WHERE user_count_id = 1$$, 'but does not confirm it'),
    (15, 'MS013', 'competence_clerk', $$UPDATE aims.user_count SET status = 'confirmed' WHERE user_count_id = 1$$, 'nor does a clerk')
    ) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.users(), 'false: Nurses: 0 of ? trained (needed: 0.8); how many there are has not been confirmed', 'a stated count does not count');
SELECT results_eq($$SELECT duty FROM aims.competence_action WHERE action = 'confirm' AND subject = 'user_count'$$, $$VALUES ('ai_officer')$$,
    'what the owner has stated is not the owner''s to confirm');
SELECT pg_temp.ends_with('00000', 'competence_officer', $$UPDATE aims.user_count SET status = 'confirmed' WHERE user_count_id = 1$$, 'the officer confirms it');
SELECT is(pg_temp.users(), 'false: Nurses: 0 of 5 trained (needed: 0.8)', 'five, of whom nobody is trained');
CREATE FUNCTION pg_temp.session(id bigint, attended integer, held date, until date DEFAULT NULL, system text DEFAULT 'sepsis-watch') RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO aims.training_session (training_session_id, user_group_id, system, held_on, valid_until, trainer, attended, roster_uri, roster_sha256)
                   VALUES (%s, 1, %L, %L, %L, ''T. Rainer'', %s, ''https://dms/roster'', sha256(''r''))', id, system, held, until, attended) $$;
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, 'MS044', 'competence_clerk', pg_temp.session(9, 3, aims.today() + 1), 'held tomorrow'),
    (2, 'MS044', 'competence_clerk', pg_temp.session(9, 3, aims.today(), aims.today() + 400), 'counts longer than the curriculum'),
    (3, '23514', 'competence_clerk', pg_temp.session(9, 0, aims.today()), 'attended by nobody'),
    (4, '23503', 'competence_clerk', pg_temp.session(9, 3, aims.today(), system => 'triage'), 'of another system'),
    (5, '00000', 'competence_clerk', pg_temp.session(1, 3, aims.today() - 300), 'a session is stated'),
    (6, 'MS042', 'competence_officer', 'UPDATE aims.training_session SET status = ''confirmed'' WHERE training_session_id = 1', 'a number alone is not confirmed'),
    (7, '00000', 'competence_clerk', 'INSERT INTO aims.training_attendance VALUES (1, ''p1''), (1, ''p2''), (1, ''p3'')', 'three are listed'),
    (8, '23505', 'competence_clerk', 'INSERT INTO aims.training_attendance VALUES (1, ''p1'')', 'each once'),
    (9, '23514', 'competence_clerk', 'INSERT INTO aims.training_attendance VALUES (1, '' '')', 'nobody is not listed'),
    (10, 'MS013', 'competence_clerk', 'UPDATE aims.training_session SET status = ''confirmed'' WHERE training_session_id = 1', 'the clerk does not confirm it'),
    (11, 'MS012', 'competence_officer', 'INSERT INTO aims.training_attendance VALUES (1, ''p4'')', 'whoever is to confirm it adds nobody'),
    (12, 'MS012', 'competence_officer', 'UPDATE aims.training_session SET attended = 4 WHERE training_session_id = 1', 'nor counts'),
    (13, 'MS012', 'competence_officer', 'UPDATE aims.training_session SET trainer = ''X'', status = ''confirmed'' WHERE training_session_id = 1', 'nor writes and confirms at once')
    ) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.users(), 'false: Nurses: 0 of 5 trained (needed: 0.8)', 'a stated session does not count');
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, '00000', 'competence_member', 'UPDATE aims.training_session SET status = ''confirmed'' WHERE training_session_id = 1', 'a member confirms it'),
    (2, 'MS041', 'competence_clerk', 'INSERT INTO aims.training_attendance VALUES (1, ''p4'')', 'then nobody is added'),
    (3, 'MS041', 'competence_clerk', 'UPDATE aims.training_session SET attended = 4 WHERE training_session_id = 1', 'nor counted'),
    (4, '00000', 'competence_officer', pg_temp.session(2, 2, aims.today() - 10), 'the officer states another session'),
    (5, '00000', 'competence_officer', 'INSERT INTO aims.training_attendance VALUES (2, ''p3''), (2, ''p4'')', 'at which one was again'),
    (6, 'MS012', 'competence_officer', 'UPDATE aims.training_session SET status = ''confirmed'' WHERE training_session_id = 2', 'and does not confirm it'),
    (7, '00000', 'competence_owner', 'UPDATE aims.training_session SET status = ''confirmed'' WHERE training_session_id = 2', 'the owner does')
    ) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.users(), 'true: Nurses: 4 of 5 trained (needed: 0.8), sessions 1, 2', 'four of five, who came twice counts once');
SELECT is(pg_temp.users('0.81'), 'false: Nurses: 4 of 5 trained (needed: 0.81), sessions 1, 2', 'which is not enough for more');
SELECT is(pg_temp.users(NULL), 'false: Nurses: 4 of 5 trained (needed: share not stated), sessions 1, 2', 'nor for an unknown share');
SELECT results_eq('SELECT headcount, trained::int, share, lapsing::int, next_lapse FROM aims.user_training WHERE user_group_id = 1',
    $$SELECT 5, 4, 0.800, 2, (aims.today() - 300 + make_interval(months => 12))::date$$, 'two of them lapse within 90 days, not the one who came again');
-- Another group: each has to be trained
SELECT pg_temp.ends_with('00000', 'competence_officer', $$INSERT INTO aims.user_group (user_group_id, system, title, curriculum) VALUES (2, 'sepsis-watch', 'Night shift', 'sepsis-use')$$, 'another group');
SELECT matches(pg_temp.users(), '^false: Nurses: 4 of 5 .*; Night shift: 0 of \? trained', 'is not hidden behind the first');
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, 'MS012', 'competence_officer', $$UPDATE aims.user_group SET status = 'withdrawn', withdrawal_reason = 'x' WHERE user_group_id = 2$$, 'nor taken away by who named it'),
    (2, '00000', 'competence_owner', $$UPDATE aims.user_group SET status = 'withdrawn', withdrawal_reason = 'no night shift' WHERE user_group_id = 2$$, 'but by another person')) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT matches(pg_temp.users(), '^true', 'then the first one counts alone');
-- Time
SET LOCAL session_replication_role = replica;
UPDATE aims.training_session SET valid_until = aims.today() - 1 WHERE training_session_id = 1;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.users(), 'false: Nurses: 2 of 5 trained (needed: 0.8), sessions 2', 'what has expired does not count');
SET LOCAL session_replication_role = replica;
UPDATE aims.training_session SET valid_until = aims.today() WHERE training_session_id = 1;
UPDATE aims.user_count SET counted_on = aims.today() - 400;
SET LOCAL session_replication_role = origin;
SELECT matches(pg_temp.users(), '^false: .*too long ago$', 'nor does a count of last year');
SELECT is(met, true, 'unless the site lets it') FROM aims.check_users_trained('sepsis-watch', '{"share": 0.8, "counted_months": 24}');
SELECT results_eq($$SELECT action, due_on < aims.today() FROM aims.competence_action WHERE system = 'sepsis-watch' ORDER BY 1$$,
    $$VALUES ('count users', true), ('train users', NULL)$$, 'both are asked for');
-- Enough is what the gate says is enough: nine of ten
SET LOCAL session_replication_role = replica;
SAVEPOINT share;
SET LOCAL session_replication_role = replica;
UPDATE aims.user_count SET headcount = 10 WHERE user_group_id = 1;
UPDATE aims.training_session SET valid_until = aims.today() + 200;
INSERT INTO aims.training_attendance SELECT 2, 'q' || n FROM generate_series(1, 5) AS n;
SET LOCAL session_replication_role = origin;
SELECT is_empty($$SELECT FROM aims.competence_action WHERE action = 'train users'$$, 'nine of ten are enough for the gate, and for the action');
SAVEPOINT more;
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function, parameter)
VALUES ('all-trained', 'deployment', 'A.8.2', 'All are trained', 'aims.check_users_trained', '{"share": 1}');
SELECT results_eq($$SELECT detail FROM aims.competence_action WHERE action = 'train users'$$,
    $$VALUES ('Nurses: 9 of 10 trained (needed: 1), 0 of these lapse within 90 days')$$, 'unless a site asks for more');
ROLLBACK TO more;
SET LOCAL session_replication_role = replica;
UPDATE aims.training_session SET valid_until = aims.today() + 30 WHERE training_session_id = 1;
SET LOCAL session_replication_role = origin;
SELECT results_eq($$SELECT due_on, detail FROM aims.competence_action WHERE action = 'train users'$$,
    $$VALUES (aims.today() + 30, 'Nurses: 9 of 10 trained (needed: 0.9), 2 of these lapse within 90 days')$$, 'and will be, when some lapse');
ROLLBACK TO share;
SAVEPOINT retired;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'sepsis-watch';
SET LOCAL session_replication_role = origin;
SELECT is_empty($$SELECT FROM aims.competence_action WHERE subject = 'user_group'$$, 'nobody uses a system that is retired');
ROLLBACK TO retired;
CREATE ROLE competence_analyst;
SELECT aims.grant_duty_role('analyst', 'competence_analyst') \g /dev/null
SELECT pg_temp.ends_with('00000', 'competence_analyst', format('SELECT count(v::text) FROM aims.%I AS v', name), 'an analyst reads ' || name)
  FROM unnest('{competence_state,competence_gap,user_training,competence_action}'::text[]) AS v (name);
SELECT columns_are('aims', 'competence_action',
    '{action,subject,subject_id,system,vendor,duty,person,due_on,ref,detail}'::name[], 'actions have the columns of actions');

SELECT * FROM finish();
ROLLBACK;
