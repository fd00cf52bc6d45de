\i test/setup.sql
-- Corrective action: done is what others have seen done.
BEGIN;
\i test/act.sql
SELECT plan(117);
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['owner', 'officer', 'helper', 'auditor', 'member', 'guest', 'nobody'] LOOP
        EXECUTE format('CREATE ROLE capa_%s', r);
    END LOOP;
END $$;
SELECT aims.grant_duty_role(bundle, ('capa_' || role)::regrole)
  FROM (VALUES ('officer', 'owner'), ('officer', 'officer'), ('officer', 'helper'), ('officer', 'guest'),
               ('auditor', 'auditor'), ('reviewer', 'member'), ('officer', 'nobody')) AS t (bundle, role) \g /dev/null
SET LOCAL session_replication_role = replica;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'capa_owner'), ('officer', 'Otto Officer', 'capa_officer'), ('helper', 'Hal Helper', 'capa_helper'),
    ('auditor', 'Abe Auditor', 'capa_auditor'), ('member', 'Mia Member', 'capa_member'), ('guest', 'Gus Guest', 'capa_guest');
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('sepsis', 'Sepsis', 'owner', 'p', 'operation_monitoring');
INSERT INTO aims.duty (person, duty, system, seat, valid_from) VALUES
    ('owner', 'system_owner', NULL, NULL, '2020-01-01'), ('officer', 'ai_officer', NULL, NULL, '2020-01-01'),
    ('helper', 'risk_owner', NULL, NULL, '2020-01-01'),
    ('auditor', 'internal_auditor', NULL, NULL, '2020-01-01'), ('member', 'committee_member', NULL, 'it', '2020-01-01');
INSERT INTO aims.audit_finding (audit_finding_id, internal_audit_id, grade, ref, statement, objective_evidence, response_due)
    VALUES (1, 1, 'minor', 'A.6.2.4', 'not validated', 'report', aims.today());
SET LOCAL session_replication_role = DEFAULT;

-- An emergency opens one
INSERT INTO aims.finding (finding_id, kind, system, detail, opened_by) VALUES
    (9001, 'emergency_transition', 'sepsis', 'flood', 'officer'), (9002, 'version_changed', 'sepsis', 'v2', NULL);
SELECT results_eq($$SELECT title, source, system::text, owner::text, status, due_on = aims.today() + 14 FROM aims.capa WHERE finding = 9001$$,
    $$VALUES ('System moved in an emergency, past its gate (finding 9001)', 'emergency', 'sepsis', 'owner', 'opened', true)$$,
    'an emergency opens a corrective action');
SELECT is_empty('SELECT FROM aims.capa WHERE finding = 9002', 'another finding does not');
SAVEPOINT site;
INSERT INTO aims.finding_kind (kind, title, duty, days, opens_capa) VALUES ('version_changed', 'Ours', 'ai_officer', 3, true);
INSERT INTO aims.finding (finding_id, kind, system, detail) VALUES (9003, 'version_changed', 'sepsis', 'v3');
SELECT results_eq($$SELECT title, source, due_on = aims.today() + 3 FROM aims.capa WHERE finding = 9003$$,
    $$VALUES ('Ours (finding 9003)', 'finding', true)$$, 'unless the site says so');
ROLLBACK TO site;
-- What a site adds takes nothing away, and is an AI officer's to add
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'capa_owner', $$INSERT INTO aims.finding_kind (kind, title) VALUES ('emergency_transition', 'No matter')$$, 'a system owner makes no kinds'),
    (2, '00000', 'capa_officer', $$INSERT INTO aims.finding_kind (kind, title) VALUES ('emergency_transition', 'No matter')$$, 'an AI officer does'),
    (3, 'MS042', 'capa_owner', $$SELECT aims.close_finding(9001, 'done')$$, 'which wait for a corrective action as the shipped one does'),
    (4, 'MS013', 'capa_owner', $$DELETE FROM aims.finding_kind WHERE NOT shipped$$, 'nor does an owner take any away'),
    (5, 'MS013', 'capa_owner', $$INSERT INTO aims.readiness_threshold (criterion, threshold, source) VALUES ('corrective_record', 1, 's')$$, 'or say what is enough'),
    (6, 'MS013', 'capa_owner', $$INSERT INTO aims.re_evaluation_period (clinical_tier, every) VALUES ('critical', '1000 years')$$, 'or how long is not too long'),
    (7, 'MS013', 'capa_owner', $$INSERT INTO aims.concern_deadline (status, days, source) VALUES ('answered', 365, 's')$$, 'or how late')) AS t (nr, state, role, command, name)
 ORDER BY nr;
ROLLBACK TO site;
SELECT pg_temp.ends_with('MS042', 'capa_owner', $$SELECT aims.close_finding(9001, 'done')$$, 'the emergency is not over before it is verified');
SELECT pg_temp.ends_with('00000', 'capa_owner', $$SELECT aims.close_finding(9002, 'done')$$, 'another finding does not wait');

-- Entering
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'capa_auditor', $$INSERT INTO aims.capa (capa_id, title, source, audit_finding, system, severity, owner, created_by, verified_by, verified_at)
        VALUES (5001, 'Validate anew', 'audit_finding', 1, 'sepsis', 'serious', 'owner', 'owner', 'officer', now())$$, 'an auditor opens one'),
    (2, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source) VALUES ('x', 'finding')$$, 'a source is named'),
    (3, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'incident', 9001)$$, 'the one that is stated'),
    (4, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'gossip', 9001)$$, 'of a kind that there is'),
    (5, '23503', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'finding', 1)$$, 'and is there'),
    (6, '23503', 'capa_owner', $$INSERT INTO aims.capa (title, source, incident) VALUES ('x', 'incident', 1)$$, 'so is an incident'),
    (7, '23503', 'capa_owner', $$INSERT INTO aims.capa (title, source, concern) VALUES ('x', 'concern', 1)$$, 'so is a concern'),
    (8, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding) VALUES (E'\t', 'finding', 9001)$$, 'a blank title says nothing'),
    (9, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding, due_on) VALUES ('x', 'finding', 9001, 'infinity')$$, 'never is no day'),
    (10, '23514', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding, due_on, effectiveness_due) VALUES ('x', 'finding', 9001, '2026-02-01', '2026-01-01')$$, 'effectiveness is judged after it is done'),
    (11, 'MS011', 'capa_owner', $$INSERT INTO aims.capa (title, source, finding, status) VALUES ('x', 'finding', 9001, 'verified')$$, 'none is entered as verified'),
    (12, '42501', 'capa_member', $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'finding', 9001)$$, 'a reviewer opens none'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT results_eq($$SELECT created_by::text, verified_by::text, verified_at FROM aims.capa WHERE capa_id = 5001$$,
    $$VALUES ('auditor', NULL::text, NULL::timestamptz)$$, 'what is typed of who and when counts for nothing');

-- To done
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'capa_owner', $$UPDATE aims.capa SET status = 'analysed' WHERE capa_id = 5001$$, 'analysed is with a root cause'),
    (2, '23514', 'capa_owner', $$UPDATE aims.capa SET root_cause = ' ' WHERE capa_id = 5001$$, 'in words'),
    (3, 'MS013', 'capa_guest', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'no plan' WHERE capa_id = 5001$$, 'by who has the duty'),
    (4, 'MS014', 'capa_nobody', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'no plan' WHERE capa_id = 5001$$, 'and is known'),
    (5, 'MS011', 'capa_owner', $$UPDATE aims.capa SET status = 'planned', method = 'five whys', root_cause = 'no plan' WHERE capa_id = 5001$$, 'no step is skipped'),
    (6, 'MS011', 'capa_owner', $$UPDATE aims.capa SET status = 'closed' WHERE capa_id = 5001$$, 'least of all every one'),
    (7, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'No plan for new versions' WHERE capa_id = 5001$$, 'analysed'),
    (8, 'MS042', 'capa_owner', $$UPDATE aims.capa SET status = 'planned' WHERE capa_id = 5001$$, 'planned is with days'),
    (9, 'MS042', 'capa_owner', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today(), effectiveness_due = aims.today() + 30 WHERE capa_id = 5001$$, 'and steps'),
    (10, '00000', 'capa_owner', $$INSERT INTO aims.capa_step (step_id, capa_id, action, owner, due_on, done_by, done_at) VALUES (701, 5001, 'Write the plan', 'helper', aims.today(), 'officer', now()), (702, 5001, 'Validate', 'guest', aims.today(), NULL, NULL), (703, 5001, 'Print it', 'helper', aims.today(), NULL, NULL)$$, 'there are three'),
    (11, 'MS011', 'capa_owner', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on, status) VALUES (5001, 'x', 'owner', aims.today(), 'done')$$, 'none is entered as done'),
    (12, '23514', 'capa_owner', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) VALUES (5001, '', 'owner', aims.today())$$, 'each says what'),
    (13, '23502', 'capa_owner', $$INSERT INTO aims.capa_step (capa_id, action, due_on) VALUES (5001, 'x', aims.today())$$, 'by whom'),
    (14, '23502', 'capa_owner', $$INSERT INTO aims.capa_step (capa_id, action, owner) VALUES (5001, 'x', 'owner')$$, 'and by when'),
    (15, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today(), effectiveness_due = aims.today() + 30 WHERE capa_id = 5001$$, 'planned'),
    (16, 'MS042', 'capa_owner', $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = 5001$$, 'not implemented while steps are open'),
    (17, 'MS013', 'capa_owner', $$UPDATE aims.capa_step SET status = 'done', result = 'x' WHERE step_id = 702$$, 'a step is done by its owner'),
    (18, 'MS042', 'capa_guest', $$UPDATE aims.capa_step SET status = 'done' WHERE step_id = 702$$, 'who says what was done'),
    (19, '00000', 'capa_guest', $$UPDATE aims.capa_step SET status = 'done', result = 'Validated', done_by = 'officer', done_at = '2020-01-01' WHERE step_id = 702$$, 'a step done, by whoever it was given'),
    (20, 'MS041', 'capa_guest', $$UPDATE aims.capa_step SET owner = 'officer' WHERE step_id = 702$$, 'it stays whose it was'),
    (21, 'MS011', 'capa_guest', $$UPDATE aims.capa_step SET status = 'open' WHERE step_id = 702$$, 'and done'),
    (22, '00000', 'capa_helper', $$UPDATE aims.capa_step SET status = 'done', result = 'Written' WHERE step_id = 701$$, 'another'),
    (23, 'MS042', 'capa_owner', $$UPDATE aims.capa_step SET status = 'dropped' WHERE step_id = 703$$, 'dropped why?'),
    (24, '00000', 'capa_owner', $$UPDATE aims.capa_step SET status = 'dropped', dropped_reason = 'No paper' WHERE step_id = 703$$, 'dropped'),
    (25, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = 5001$$, 'implemented'),
    (26, 'MS041', 'capa_owner', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) VALUES (5001, 'x', 'owner', aims.today())$$, 'steps are part of what is done'),
    (27, 'MS041', 'capa_owner', $$UPDATE aims.capa SET owner = 'helper' WHERE capa_id = 5001$$, 'it stays whose it was'),
    (28, 'MS041', 'capa_owner', $$UPDATE aims.capa SET effectiveness_due = aims.today() WHERE capa_id = 5001$$, 'and is judged when it was planned'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT results_eq('SELECT system::text, status, done_by::text, done_at > now() - make_interval(days => 1) FROM aims.capa_step WHERE capa_id = 5001 ORDER BY step_id',
    $$VALUES ('sepsis', 'done', 'helper', true), ('sepsis', 'done', 'guest', true), ('sepsis', 'dropped', 'owner', true)$$, 'who did what is the server''s to say');

-- To verified, effective, closed
SET LOCAL session_replication_role = replica;
INSERT INTO aims.evidence (evidence_id, title, kind, uri, recorded_at) VALUES (801, 'Old report', 'verification', 'https://dms/1', '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;
INSERT INTO aims.evidence (evidence_id, title, kind, uri, effective_on, valid_until) VALUES
    (802, 'Expired', 'verification', 'https://dms/2', '2020-01-01', '2020-12-31'), (803, 'A claim', 'verification', NULL, aims.today(), NULL),
    (804, 'Report', 'verification', 'https://dms/4', aims.today(), NULL);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = 5001$$, 'verified by evidence'),
    (2, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 801 WHERE capa_id = 5001$$, 'not older than what was done'),
    (3, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 802 WHERE capa_id = 5001$$, 'nor expired'),
    (4, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 803 WHERE capa_id = 5001$$, 'nor a claim'),
    (5, '23503', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 805 WHERE capa_id = 5001$$, 'nor nothing'),
    (6, 'MS012', 'capa_owner', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 804 WHERE capa_id = 5001$$, 'not by its owner'),
    (7, 'MS013', 'capa_guest', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 804 WHERE capa_id = 5001$$, 'nor without a duty'),
    (8, '00000', 'capa_helper', $$UPDATE aims.capa SET title = title WHERE capa_id = 5001$$, 'nothing changed is no change'),
    (9, 'MS041', 'capa_auditor', $$UPDATE aims.capa SET effectiveness = 'x' WHERE capa_id = 5001$$, 'effectiveness is not judged yet'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SAVEPOINT doer;
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, valid_from) VALUES ('guest', 'internal_auditor', '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;
SELECT pg_temp.ends_with('MS012', 'capa_guest', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 804 WHERE capa_id = 5001$$, 'nor by who did a step');
ROLLBACK TO doer;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 804 WHERE capa_id = 5001$$, 'verified by the auditor'),
    (2, 'MS041', 'capa_owner', $$UPDATE aims.capa SET verification_evidence = 802 WHERE capa_id = 5001$$, 'by that evidence'),
    (3, 'MS044', 'capa_member', $$UPDATE aims.capa SET status = 'effective', effectiveness = 'No alert missed' WHERE capa_id = 5001$$, 'too early to say that it helped'),
    (4, 'MS044', 'capa_member', $$UPDATE aims.capa SET status = 'ineffective', effectiveness = 'Alerts missed' WHERE capa_id = 5001$$, 'or did not'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SET LOCAL session_replication_role = replica;
UPDATE aims.capa SET effectiveness_due = aims.today(), due_on = aims.today() - 30 WHERE capa_id = 5001;
SET LOCAL session_replication_role = DEFAULT;
SELECT results_eq($$SELECT action, duty, person, due_on = aims.today(), ref FROM aims.capa_action WHERE subject = 'capa' AND subject_id = '5001'$$,
    $$VALUES ('judge whether the corrective action was effective', 'ai_officer', NULL::text, true, '10.2')$$, 'its day has come');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'capa_member', $$UPDATE aims.capa SET status = 'effective' WHERE capa_id = 5001$$, 'effective in which way?'),
    (2, 'MS012', 'capa_owner', $$UPDATE aims.capa SET status = 'effective', effectiveness = 'It did' WHERE capa_id = 5001$$, 'not in the owner''s eyes'),
    (3, '00000', 'capa_member', $$UPDATE aims.capa SET status = 'ineffective', effectiveness = 'Three alerts missed' WHERE capa_id = 5001$$, 'it did not help'),
    (4, 'MS011', 'capa_officer', $$UPDATE aims.capa SET status = 'closed' WHERE capa_id = 5001$$, 'so it is not closed'),
    (5, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'analysed' WHERE capa_id = 5001$$, 'but analysed anew'),
    (6, 'MS042', 'capa_owner', $$UPDATE aims.capa SET status = 'planned' WHERE capa_id = 5001$$, 'what was done does not do again'),
    (7, '00000', 'capa_owner', $$INSERT INTO aims.capa_step (step_id, capa_id, action, owner, due_on) VALUES (704, 5001, 'Lower the threshold', 'owner', aims.today())$$, 'another step'),
    (8, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'planned' WHERE capa_id = 5001$$, 'planned'),
    (9, '00000', 'capa_owner', $$UPDATE aims.capa_step SET status = 'done', result = 'Lowered' WHERE step_id = 704$$, 'done'),
    (10, '00000', 'capa_owner', $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = 5001$$, 'implemented'),
    (11, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = 5001$$, 'the evidence of the first time does not serve'),
    (12, 'MS042', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 804 WHERE capa_id = 5001$$, 'nor when it is stated again'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SAVEPOINT sent_back;
SELECT pg_temp.ends_with('00000', 'capa_auditor', $$UPDATE aims.capa SET status = 'analysed' WHERE capa_id = 5001$$, 'who verifies may send it back');
ROLLBACK TO sent_back;
INSERT INTO aims.evidence (evidence_id, title, kind, uri) VALUES (807, 'Second report', 'verification', 'https://dms/7');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'capa_auditor', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 807 WHERE capa_id = 5001$$, 'another one does'),
    (2, 'MS042', 'capa_member', $$UPDATE aims.capa SET status = 'effective' WHERE capa_id = 5001$$, 'what was said the first time is not said again'),
    (3, '00000', 'capa_member', $$UPDATE aims.capa SET status = 'effective', effectiveness = 'None missed' WHERE capa_id = 5001$$, 'effective'))
  AS t (nr, state, role, command, name) ORDER BY nr;
-- The emergency, to its end
SELECT pg_temp.act(role, replace(command, '#', (SELECT capa_id::text FROM aims.capa WHERE finding = 9001)))
  FROM (VALUES
    (1, 'capa_owner', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'Flood', due_on = aims.today(), effectiveness_due = aims.today() WHERE capa_id = #$$),
    (2, 'capa_owner', $$INSERT INTO aims.capa_step (step_id, capa_id, action, owner, due_on) VALUES (705, #, 'Second site', 'owner', aims.today())$$),
    (3, 'capa_owner', $$UPDATE aims.capa SET status = 'planned' WHERE capa_id = #$$),
    (4, 'capa_owner', $$UPDATE aims.capa_step SET status = 'done', result = 'Built' WHERE step_id = 705$$),
    (5, 'capa_owner', $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = #$$)) AS t (nr, role, command) ORDER BY nr \g /dev/null
SELECT pg_temp.ends_with('MS042', 'capa_owner', $$SELECT aims.close_finding(9001, 'done')$$, 'implemented is not verified');
INSERT INTO aims.evidence (evidence_id, title, kind, uri) VALUES (806, 'Acceptance', 'verification', 'https://dms/6');
SELECT pg_temp.ends_with(state, role, replace(command, '#', (SELECT capa_id::text FROM aims.capa WHERE finding = 9001)), name)
  FROM (VALUES
    (1, '00000', 'capa_helper', $$UPDATE aims.capa SET status = 'verified', verification_evidence = 806 WHERE capa_id = #$$, 'verified'),
    (2, '00000', 'capa_helper', $$SELECT aims.close_finding(9001, 'done')$$, 'the emergency is over'),
    (3, '00000', 'capa_helper', $$UPDATE aims.capa SET status = 'effective', effectiveness = 'No flood got in' WHERE capa_id = #$$, 'effective'),
    (4, 'MS041', 'capa_helper', $$UPDATE aims.capa SET effectiveness = 'Well' WHERE capa_id = #$$, 'said once'),
    (5, 'MS013', 'capa_helper', $$UPDATE aims.capa SET status = 'closed' WHERE capa_id = #$$, 'closed by an AI officer'),
    (6, '00000', 'capa_officer', $$UPDATE aims.capa SET status = 'closed' WHERE capa_id = #$$, 'closed'),
    (7, 'MS011', 'capa_officer', $$UPDATE aims.capa SET status = 'opened' WHERE capa_id = #$$, 'for good'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT throws_ok(command, 'MS041', NULL, name)
  FROM (VALUES ('DELETE FROM aims.capa WHERE capa_id = 5001', 'a superuser deletes none'), ('DELETE FROM aims.capa_step WHERE step_id = 704', 'nor a step'),
               ('TRUNCATE aims.capa, aims.capa_step', 'nor all')) AS t (command, name);

-- Withdrawn by another person
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'capa_officer', $$INSERT INTO aims.capa (capa_id, title, source, finding, owner) VALUES (5002, 'x', 'finding', 9002, 'owner')$$, 'opened by the officer'),
    (2, 'MS012', 'capa_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'x' WHERE capa_id = 5002$$, 'who does not withdraw it'),
    (3, 'MS013', 'capa_owner', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'x' WHERE capa_id = 5002$$, 'nor does its owner'))
  AS t (nr, state, role, command, name) ORDER BY nr;
INSERT INTO aims.capa_step (step_id, capa_id, action, owner, due_on) VALUES (706, 5002, 'x', 'owner', aims.today());
UPDATE aims.capa_step SET capa_id = 5001 WHERE step_id = 706;
SELECT is((SELECT capa_id FROM aims.capa_step WHERE step_id = 706), 5002::bigint, 'a step stays where it is');
INSERT INTO aims.finding (finding_id, kind, system, detail) VALUES (9004, 'emergency_transition', 'sepsis', 'again');
SELECT pg_temp.act('capa_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'A drill' WHERE finding = 9004$$) \g /dev/null
SELECT pg_temp.ends_with('MS042', 'capa_owner', $$SELECT aims.close_finding(9004, 'drill')$$, 'one that was withdrawn verifies nothing');

-- What there is to do
SELECT results_eq($$SELECT action, person FROM aims.capa_action WHERE subject = 'capa' AND subject_id IN ('5001', '5002') ORDER BY subject_id$$,
    $$VALUES ('close the corrective action', NULL), ('find the root cause', 'owner')$$, 'the next move of each');
INSERT INTO aims.incident (incident_id, title, system, severity, harm) VALUES (6001, 'Alarm missed', 'sepsis', 'critical', 'potential');
SELECT results_eq($$SELECT action, subject_id, system FROM aims.capa_action WHERE subject = 'incident'$$,
    $$VALUES ('open a corrective action', '6001', 'sepsis')$$, 'a grave incident asks for one');
INSERT INTO aims.capa (capa_id, title, source, finding) SELECT 5003, 'x', 'finding', f.finding_id FROM aims.finding AS f WHERE f.incident = 6001;
SELECT is_empty($$SELECT FROM aims.capa_action WHERE subject = 'incident'$$, 'by its finding, too');

-- The finding of an incident is not over before what happened is
SELECT pg_temp.ends_with(state, role, format(command, (SELECT finding_id FROM aims.finding WHERE incident = 6001)), name)
  FROM (VALUES
    (1, '00000', 'capa_officer', $$UPDATE aims.capa SET status = 'analysed', owner = 'helper', method = 'm', root_cause = 'r' WHERE capa_id = 5003$$, 'its cause is found'),
    (2, '00000', 'capa_officer', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) VALUES (5003, 'x', 'helper', aims.today())$$, 'a step'),
    (3, '00000', 'capa_officer', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today(), effectiveness_due = aims.today() WHERE capa_id = 5003$$, 'is planned'),
    (4, 'MS042', 'capa_officer', $$SELECT aims.close_finding(%s, 'done')$$, 'an incident that is open keeps its finding open'),
    (5, '00000', 'capa_owner', $$UPDATE aims.incident SET status = 'investigating' WHERE incident_id = 6001$$, 'it is looked into'),
    (6, '00000', 'capa_owner', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE incident_id = 6001$$, 'and contained'),
    (7, 'MS042', 'capa_officer', $$SELECT aims.close_finding(%s, 'done')$$, 'which is not the end of it'),
    (8, '00000', 'capa_owner', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'r' WHERE incident_id = 6001$$, 'it is resolved'),
    (9, '00000', 'capa_owner', $$INSERT INTO aims.capa (capa_id, title, source, incident, owner) VALUES (5004, 'x', 'incident', 6001, 'helper')$$, 'and more is to be done'),
    (10, 'MS042', 'capa_officer', $$SELECT aims.close_finding(%s, 'done')$$, 'which nobody has planned'),
    (11, '00000', 'capa_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'Done by the other' WHERE capa_id = 5004$$, 'nor is it'),
    (12, '00000', 'capa_officer', $$SELECT aims.close_finding(%s, 'done')$$, 'and now its finding is closed')) AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is_empty($$SELECT FROM aims.capa_action WHERE action IS NULL OR subject_id IS NULL OR detail IS NULL OR duty IS NULL$$, 'every obligation says what it is');

SELECT * FROM finish();
ROLLBACK;
