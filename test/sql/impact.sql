\i test/setup_database.sql
-- Impact assessments: what they need, who signs, and when they are in force.
-- Commits, since nobody decides on what the same transaction has written.
\i test/act.sql
SET client_min_messages = warning;
SELECT plan(104);

INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC');
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['officer', 'member', 'owner', 'assessor', 'nurse', 'guest'] LOOP
        EXECUTE format('DROP ROLE IF EXISTS impact_%s', r);
        EXECUTE format('CREATE ROLE impact_%s', r);
        PERFORM aims.grant_duty_role(CASE WHEN r IN ('member', 'nurse') THEN 'reviewer' ELSE 'officer' END, ('impact_' || r)::regrole);
        INSERT INTO aims.person (person, full_name, db_role) VALUES (r, initcap(r), 'impact_' || r);
    END LOOP;
END $$;
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis', 'Sepsis Watch', 'owner', 'warn'), ('triage', 'Triage', 'owner', 'sort');
INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis', '1.0', 'active'), ('triage', 'T1', 'active');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES
    ('officer', 'ai_officer', NULL, '2020-01-01'), ('member', 'committee_member', NULL, '2020-01-01'),
    ('owner', 'system_owner', 'sepsis', '2020-01-01'), ('guest', 'system_owner', 'triage', '2020-01-01');
UPDATE aims.model_version SET registered_at = '2020-01-01';
UPDATE aims.ai_system SET clinical_tier = 'low' WHERE system = 'triage';
SET session_replication_role = origin;

-- Template
SELECT results_eq('SELECT ref::text, count(*) FROM aims.impact_question GROUP BY ref ORDER BY ref',
    $$VALUES ('A.5.2', 4::bigint), ('A.5.3', 1), ('A.5.4', 6), ('A.5.5', 3)$$, 'a template is shipped');
SELECT throws_ok($$UPDATE aims.impact_question SET wording = 'x' WHERE question = 'safety'$$, 'MS016', NULL, 'and immutable');
SELECT throws_ok('TRUNCATE aims.impact_question CASCADE', 'MS016', NULL, 'as a whole');

SELECT is(met || ': ' || detail, 'false: no impact assessment is recorded in aims.impact_assessment', 'what is not assessed has no green gate')
  FROM aims.check_impact_assessment('sepsis', '{}');
SELECT is_empty($$SELECT FROM aims.impact_action$$, 'nothing is asked of systems in inception');
SET session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'deployment';
SET session_replication_role = origin;
SELECT results_eq($$SELECT action, system, person FROM aims.impact_action ORDER BY system$$,
    $$VALUES ('assess impact', 'sepsis', 'owner'), ('assess impact', 'triage', 'owner')$$, 'of others an assessment is');

-- What rows may be
SELECT throws_ok(format('INSERT INTO aims.impact_assessment (%s) VALUES (%s)', cols, vals), state, NULL, why)
  FROM (VALUES
    (1, '23502', 'no system', 'scope', $$'x'$$),
    (2, '23503', 'unknown system', 'system', $$'none'$$),
    (3, '23503', 'unknown version', 'system, version', $$'sepsis', '9'$$),
    (4, '23503', 'version of another system', 'system, version', $$'sepsis', 'T1'$$),
    (5, '23503', 'unknown assessor', 'system, assessor', $$'sepsis', 'none'$$),
    (6, '23514', 'blank scope', 'system, scope', $$'sepsis', ' '$$),
    (7, '23514', 'blank conclusion', 'system, conclusion', $$'sepsis', E'\t'$$),
    (8, '23514', 'unknown outcome', 'system, outcome', $$'sepsis', 'fine'$$),
    (9, '23514', 'conditional without conditions', 'system, outcome', $$'sepsis', 'conditional'$$),
    (10, '23514', 'conditional on nothing', 'system, outcome, conditions', $$'sepsis', 'conditional', ' '$$),
    (11, '23514', 'valid for ever', 'system, valid_until', $$'sepsis', 'infinity'$$),
    (12, '23514', 'a group that is NULL', 'system, affected_groups', $$'sepsis', '{children,NULL}'$$),
    (13, 'MS011', 'entered as approved', 'system, status', $$'sepsis', 'approved'$$),
    (14, 'MS011', 'entered in review', 'system, status', $$'sepsis', 'in_review'$$),
    (15, 'MS011', 'unknown status', 'system, status', $$'sepsis', 'stale'$$)) AS t (nr, state, why, cols, vals)
 ORDER BY nr;
SELECT pg_temp.ends_with('00000', 'impact_owner', $$INSERT INTO aims.impact_assessment (impact_assessment_id, system, created_by, approved_by, approved_at)
    VALUES (1, 'sepsis', 'guest', 'member', '2001-01-01')$$, 'an assessment is begun');
SELECT results_eq('SELECT created_by::text, approved_by::text, approved_at FROM aims.impact_assessment',
    $$VALUES ('owner', NULL::text, NULL::timestamptz)$$, 'who does what is the server''s to say');
SELECT throws_ok(format('INSERT INTO aims.%s VALUES (%s)', cols, vals), state, NULL, why)
  FROM (VALUES
    (1, '23514', 'effect on an unknown subject', 'impact_effect (impact_assessment_id, subject, kind, description)', $$1, 'robots', 'none', 'x'$$),
    (2, '23514', 'effect of an unknown kind', 'impact_effect (impact_assessment_id, subject, kind, description)', $$1, 'group', 'magic', 'x'$$),
    (3, '23514', 'none without a reason', 'impact_effect (impact_assessment_id, subject, kind, description)', $$1, 'group', 'none', ' '$$),
    (4, '23514', 'harm that is not assessed', 'impact_effect (impact_assessment_id, subject, description)', $$1, 'group', 'x'$$),
    (5, '23514', 'harm half assessed', 'impact_effect (impact_assessment_id, subject, description, severity)', $$1, 'group', 'x', 1$$),
    (6, '23514', 'severity 6', 'impact_effect (impact_assessment_id, subject, description, likelihood, severity)', $$1, 'group', 'x', 1, 6$$),
    (7, '23514', 'benefit with a severity', 'impact_effect (impact_assessment_id, subject, kind, description, likelihood, severity)', $$1, 'group', 'benefit', 'x', 1, 1$$),
    (8, '23503', 'effect of no assessment', 'impact_effect (impact_assessment_id, subject, kind, description)', $$99, 'group', 'none', 'x'$$),
    (9, '23514', 'workshop of no length', 'impact_workshop (impact_assessment_id, held_on, duration_minutes)', $$1, '2026-01-01', 0$$),
    (10, '23514', 'workshop of two days', 'impact_workshop (impact_assessment_id, held_on, duration_minutes)', $$1, '2026-01-01', 2880$$),
    (11, '23514', 'workshop at the end of time', 'impact_workshop (impact_assessment_id, held_on, duration_minutes)', $$1, 'infinity', 60$$),
    (12, '23503', 'answer to no question', 'impact_answer', $$1, 'why', 'x'$$),
    (13, '23514', 'blank answer', 'impact_answer', $$1, 'safety', ' '$$)) AS t (nr, state, why, cols, vals)
 ORDER BY nr;

-- Completing it
SELECT is(count(*), 18::bigint, 'a draft lacks fourteen answers, three effects and a workshop') FROM aims.impact_gap WHERE impact_assessment_id = 1;
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'impact_owner', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'an empty one is not handed in'),
    (2, '00000', 'impact_owner', $$UPDATE aims.impact_assessment SET version = '1.0', assessor = 'assessor', scope = 'All wards',
        affected_groups = '{patients,nurses}', conclusion = 'Use with care', outcome = 'conditional', conditions = 'Nurses check',
        valid_until = aims.today() + 365 WHERE impact_assessment_id = 1$$, 'its head is filled in'),
    (3, 'MS042', 'impact_owner', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'without its parts it is not handed in'),
    (4, '00000', 'impact_owner', $$INSERT INTO aims.impact_answer SELECT 1, question, 'See "dossier", ' || question FROM aims.impact_question$$, 'the questions are answered'),
    (5, '00000', 'impact_owner', $$INSERT INTO aims.impact_effect (impact_effect_id, impact_assessment_id, subject, kind, description, likelihood, severity, reversible, mitigation) VALUES
        (1, 1, 'individual', 'harm', 'Sepsis is missed', 3, 5, false, 'Nurses check'), (2, 1, 'individual', 'benefit', 'Sepsis is seen', NULL, NULL, NULL, NULL),
        (3, 1, 'group', 'harm', 'Worse for children', 2, 3, true, NULL)$$, 'effects are stated'),
    (6, '00000', 'impact_owner', $$INSERT INTO aims.impact_workshop (impact_workshop_id, impact_assessment_id, held_on, duration_minutes, facilitator, minutes) VALUES
        (1, 1, aims.today() - 2, 75, 'nurse', 'Long talk'), (2, 1, aims.today() + 1, 75, 'nurse', 'To be held'), (3, 1, aims.today(), 200, 'nurse', NULL)$$, 'workshops are planned and held'),
    (7, '00000', 'impact_owner', $$INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, guest, role, perspective) VALUES
        (1, 1, 'nurse', NULL, 'nurse', 'nursing'), (1, 1, 'assessor', NULL, 'data scientist', 'data'),
        (1, 2, 'nurse', NULL, 'nurse', 'nursing'), (1, 2, NULL, 'Mr O''Neill', 'patient', 'patients'),
        (1, 3, 'nurse', NULL, 'nurse', 'nursing'), (1, 3, NULL, 'Mr O''Neill', 'patient', 'patients')$$, 'with people'),
    (8, '23505', 'impact_owner', $$INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, role, perspective) VALUES (1, 1, 'nurse', 'nurse', 'law')$$, 'nobody takes part twice'),
    (9, '23514', 'impact_owner', $$INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, guest, role, perspective) VALUES (1, 1, 'guest', 'Guest', 'x', 'law')$$, 'nor as two people'),
    (10, '23514', 'impact_owner', $$INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, role, perspective) VALUES (1, 1, 'x', 'law')$$, 'nor as nobody')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT results_eq('SELECT gap, detail FROM aims.impact_gap WHERE impact_assessment_id = 1 ORDER BY gap',
    $$VALUES ('effect', 'no effect on society is stated, nor that and why there is none'),
             ('workshop', 'no workshop was held, with minutes, in which two people besides the assessor took part')$$,
    'a workshop to come, one without minutes and one with the assessor and another person do not count');
SELECT matches(detail, 'no effect on society', 'somebody has to complete it') FROM aims.impact_action WHERE action = 'complete';
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '00000', 'impact_owner', $$INSERT INTO aims.impact_effect (impact_assessment_id, subject, kind, description) VALUES (1, 'society', 'none', 'One hospital, one warning')$$, 'that there is no effect is stated, with the reason'),
    (2, 'MS042', 'impact_owner', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'it still lacks a workshop'),
    (3, '00000', 'impact_owner', $$UPDATE aims.impact_workshop SET minutes = 'Short talk' WHERE impact_workshop_id = 3$$, 'whose minutes are written'),
    (4, 'MS044', 'impact_owner', $$UPDATE aims.impact_assessment SET status = 'in_review', valid_until = aims.today() - 1 WHERE impact_assessment_id = 1$$, 'it is not handed in for a time that is over'),
    (5, 'MS013', 'impact_guest', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'nor by the owner of another system'),
    (6, '00000', 'impact_assessor', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'the assessor hands it in'),
    (7, 'MS041', 'impact_owner', $$UPDATE aims.impact_assessment SET conclusion = 'All is well' WHERE impact_assessment_id = 1$$, 'then it stays as it is'),
    (8, 'MS041', 'impact_owner', $$UPDATE aims.impact_effect SET severity = 1 WHERE impact_effect_id = 1$$, 'its effects, too'),
    (9, 'MS041', 'impact_owner', $$DELETE FROM aims.impact_effect WHERE impact_effect_id = 3$$, 'none is taken away'),
    (10, 'MS041', 'impact_owner', $$DELETE FROM aims.impact_participant$$, 'nobody was not there'),
    (11, 'MS041', 'impact_owner', $$INSERT INTO aims.impact_workshop (impact_assessment_id, held_on, duration_minutes) VALUES (1, aims.today(), 60)$$, 'no workshop is added'),
    (12, 'MS043', 'impact_officer', $$UPDATE aims.impact_assessment SET status = 'approved' WHERE impact_assessment_id = 1$$, 'it is not approved by typing'),
    (13, 'MS012', 'impact_assessor', $$SELECT aims.approve('impact_assessment', '1', 'approval', 'fine')$$, 'nor by the assessor'),
    (14, 'MS012', 'impact_owner', $$SELECT aims.approve('impact_assessment', '1', 'approval', 'fine')$$, 'nor by who began it'),
    (15, 'MS013', 'impact_nurse', $$SELECT aims.approve('impact_assessment', '1', 'approval', 'fine')$$, 'nor by a nurse'),
    (16, '00000', 'impact_member', $$SELECT aims.reject('impact_assessment', '1', 'think again')$$, 'a member of the committee sends it back'),
    (17, '00000', 'impact_owner', $$UPDATE aims.impact_assessment SET conclusion = 'Use with much care' WHERE impact_assessment_id = 1$$, 'it may be changed again'),
    (18, '00000', 'impact_assessor', $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1$$, 'and handed in')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT results_eq($$SELECT action, subject_id, duty FROM aims.impact_action WHERE system = 'sepsis' AND action <> 'assess impact' ORDER BY action$$,
    $$VALUES ('decide', '1', 'committee_member'), ('raise a risk', '1', 'risk_owner')$$, 'the committee is asked, and a risk is to be raised of the critical harm');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'sepsis';
SELECT is_empty($$SELECT FROM aims.impact_action WHERE action = 'raise a risk'$$, 'a system that is retired has no harms to come');
ROLLBACK;
SELECT is((aims.check_impact_assessment('sepsis', '{}')).met, false, 'what is not approved opens no gate');
-- the template grows while it is in review
INSERT INTO aims.impact_question (question, ref, wording) VALUES ('house', 'A.5.4', 'What does the house say?');
SELECT pg_temp.ends_with('MS042', 'impact_member', $$SELECT aims.approve('impact_assessment', '1', 'approval', 'fine')$$, 'what has become incomplete is not approved');
DELETE FROM aims.impact_question WHERE question = 'house';
SELECT pg_temp.ends_with('00000', 'impact_member', $$SELECT aims.approve('impact_assessment', '1', 'approval', 'fine')$$, 'the committee approves');
SELECT results_eq('SELECT state, why, outcome, approved_by, harms::int, level::text, workshops::int, unusual_length FROM aims.impact_state',
    $$VALUES ('in_force', NULL::text, 'conditional', 'member', 2, 'critical', 2, true)$$, 'it is in force');
SELECT matches(met || ': ' || detail, '^true: impact assessment 1 of version 1.0: conditional, approved by member, until ', 'and opens the gate')
  FROM aims.check_impact_assessment('sepsis', '{}');
SELECT is((aims.check_impact_assessment('triage', '{}')).met, false, 'of its system alone');

-- Risks that come of it
SELECT is(pg_temp.act('impact_owner', $$SELECT aims.raise_risk(1, 'Sepsis is missed', 'safety', 'owner') IS NOT NULL$$), 'true', 'a risk is raised of the harm');
SELECT results_eq($$SELECT r.system, inherent_level::text, r.owner FROM aims.risk_register AS r JOIN aims.impact_risk AS i USING (risk_id) WHERE i.impact_effect_id = 1$$,
    $$VALUES ('sepsis', 'critical', 'owner')$$, 'it is in the register, as severe');
SELECT is_empty($$SELECT FROM aims.impact_action WHERE action = 'raise a risk'$$, 'which was all that was asked');
SELECT is(aims.raise_risk(2, 'x', 'safety'), NULL, 'of a benefit no risk comes');
SELECT throws_ok('DELETE FROM aims.impact_risk', 'MS041', NULL, 'what came of what is kept');
SELECT throws_ok('INSERT INTO aims.impact_risk (impact_effect_id, risk_id) VALUES (3, 1000000)', '23503', NULL, 'and points to a risk');

-- Out of force by itself
SELECT is((aims.check_impact_assessment('sepsis', '{"since": "re_evaluation"}')).met, true, 'a system that was never re-evaluated needs no newer one');
SET session_replication_role = replica;
INSERT INTO aims.stage_history (system, from_stage, to_stage, gate, moved_at) VALUES ('sepsis', 'deployment', 're_evaluation', '[]', clock_timestamp());
SET session_replication_role = origin;
SELECT matches(met || ': ' || detail, '^false: .*approved before', 'after a re-evaluation it does')
  FROM aims.check_impact_assessment('sepsis', '{"since": "re_evaluation"}');
SELECT is((aims.check_impact_assessment('sepsis', '{}')).met, true, 'where it is asked for');
INSERT INTO aims.model_version (system, version) VALUES ('sepsis', '2.0');
SELECT is(state, 'in_force', 'a candidate changes nothing') FROM aims.impact_state;
UPDATE aims.model_version SET status = 'silent' WHERE version = '1.0';
UPDATE aims.model_version SET status = 'active' WHERE version = '2.0';
SELECT is(state || ': ' || why, 'stale: it is about version 1.0, in force is 2.0', 'another version in use does') FROM aims.impact_state;
SELECT is((aims.check_impact_assessment('sepsis', '{}')).met, false, 'the gate is shut');
SELECT is(action, 'assess impact', 'and an assessment is asked for') FROM aims.impact_action WHERE system = 'sepsis';
UPDATE aims.model_version SET status = 'silent' WHERE version = '2.0';
UPDATE aims.model_version SET status = 'active' WHERE version = '1.0';
SET session_replication_role = replica;
INSERT INTO aims.impact_assessment (impact_assessment_id, system, version, status, outcome, valid_until, approved_at) VALUES
    (2, 'sepsis', '2.0', 'approved', 'acceptable', aims.today() + 400, now());
SET session_replication_role = origin;
SELECT results_eq('SELECT impact_assessment_id::int, state FROM aims.impact_state ORDER BY 1', $$VALUES (1, 'in_force'), (2, 'future')$$,
    'one of a version to come waits');
SET session_replication_role = replica;
UPDATE aims.impact_assessment SET version = '1.0', approved_at = clock_timestamp() WHERE impact_assessment_id = 2;
SET session_replication_role = origin;
SELECT results_eq('SELECT impact_assessment_id::int, state, why FROM aims.impact_state ORDER BY 1',
    $$VALUES (1, 'superseded', 'assessment 2 is newer'), (2, 'in_force', NULL)$$, 'a newer one of the same version takes its place');
SET session_replication_role = replica;
UPDATE aims.impact_assessment SET outcome = 'unacceptable' WHERE impact_assessment_id = 2;
SET session_replication_role = origin;
SELECT matches(met || ': ' || detail, '^false: .*impact assessment 2 does not count: its outcome is unacceptable', 'an approved no is a no')
  FROM aims.check_impact_assessment('sepsis', '{}');
SET session_replication_role = replica;
UPDATE aims.impact_assessment SET outcome = 'acceptable', valid_until = aims.today() WHERE impact_assessment_id = 2;
SET session_replication_role = origin;
SELECT is(state, 'in_force', 'its last day counts') FROM aims.impact_state WHERE impact_assessment_id = 2;
SELECT results_eq($$SELECT action, due_on FROM aims.impact_action WHERE system = 'sepsis'$$, $$VALUES ('assess impact again', aims.today())$$, 'it is to be done again');
SET session_replication_role = replica;
UPDATE aims.impact_assessment SET valid_until = aims.today() - 1 WHERE impact_assessment_id = 2;
SET session_replication_role = origin;
SELECT is(state, 'expired', 'the day after it is over') FROM aims.impact_state WHERE impact_assessment_id = 2;
SELECT is((aims.check_impact_assessment('sepsis', '{}')).met, false, 'and no earlier one comes back');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'impact_officer', $$UPDATE aims.impact_assessment SET status = 'withdrawn' WHERE impact_assessment_id = 1$$, 'it is withdrawn with a reason'),
    (2, 'MS013', 'impact_guest', $$UPDATE aims.impact_assessment SET status = 'withdrawn', withdrawal_reason = 'x' WHERE impact_assessment_id = 1$$, 'by who may'),
    (3, '00000', 'impact_officer', $$UPDATE aims.impact_assessment SET status = 'withdrawn', withdrawal_reason = 'Data were wrong' WHERE impact_assessment_id = 1$$, 'an AI officer'),
    (4, 'MS011', 'impact_officer', $$UPDATE aims.impact_assessment SET status = 'approved' WHERE impact_assessment_id = 1$$, 'for good'),
    (5, '42501', 'impact_officer', $$DELETE FROM aims.impact_assessment$$, 'nobody deletes it')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(state || ': ' || why, 'withdrawn: Data were wrong', 'and why is kept') FROM aims.impact_state WHERE impact_assessment_id = 1;
SELECT throws_ok('DELETE FROM aims.impact_assessment', 'MS041', NULL, 'not even a superuser');

-- A low tier asks for less
INSERT INTO aims.impact_assessment (impact_assessment_id, system) VALUES (3, 'triage');
SELECT results_eq('SELECT gap, count(*) FROM aims.impact_gap WHERE impact_assessment_id = 3 GROUP BY gap ORDER BY gap',
    $$VALUES ('answer', 6::bigint), ('effect', 3)$$, 'for a low tier six questions are asked, and no workshop');
SELECT pg_temp.ends_with('00000', 'impact_nurse', 'SELECT count(*) FROM aims.impact_state, aims.impact_action, aims.impact_gap', 'people read it');
SELECT * FROM finish();
\i test/drop_database.sql
DROP ROLE impact_officer, impact_member, impact_owner, impact_assessor, impact_nurse, impact_guest;
