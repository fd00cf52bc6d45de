\i test/setup_database.sql
-- Risk: criteria, appetite, register, treatment, acceptance; what is refused,
-- and what counts on which day. Commits, since nobody decides on what the same
-- transaction has written.
\i test/act.sql
SET client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(188);

-- People: a sponsor, two AI officers, a member of the committee, an owner of the system, an owner of risks, a nurse, a guest
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC');
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['sponsor', 'officer', 'deputy', 'member', 'owner', 'keeper', 'nurse', 'guest'] LOOP
        EXECUTE format('DROP ROLE IF EXISTS risk_%s', r);
        EXECUTE format('CREATE ROLE risk_%s', r);
        PERFORM aims.grant_duty_role(CASE WHEN r IN ('sponsor', 'member', 'nurse') THEN 'reviewer' ELSE 'officer' END, ('risk_' || r)::regrole);
        INSERT INTO aims.person (person, full_name, db_role) VALUES (r, initcap(r), 'risk_' || r);
    END LOOP;
END $$;
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme');
INSERT INTO aims.ai_system (system, title, owner, purpose, domain) VALUES
    ('sepsis', 'Sepsis Watch', 'owner', 'warn', 'clinical'), ('triage', 'Triage', 'owner', 'sort', 'clinical'),
    ('billing', 'Billing', 'owner', 'code', 'operational');
-- As if superusers had assigned all of them before: nobody depends on anybody
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES
    ('sponsor', 'executive_sponsor', NULL, '2020-01-01'), ('officer', 'ai_officer', NULL, '2020-01-01'),
    ('deputy', 'ai_officer', NULL, '2020-01-01'),
    ('member', 'committee_member', NULL, '2020-01-01'), ('owner', 'system_owner', NULL, '2020-01-01'),
    ('keeper', 'risk_owner', 'sepsis', '2020-01-01'), ('guest', 'ai_officer', 'billing', '2020-01-01');
SET session_replication_role = origin;

-- Shipped
SELECT results_eq($$SELECT source::text FROM aims.risk_source ORDER BY 1$$,
    $$VALUES ('automation_complacency'), ('bias_and_fairness'), ('data_poisoning'), ('drift_and_degradation'), ('explainability_deficit'),
             ('privacy'), ('safety'), ('security'), ('third_party')$$, 'nine sources of risk are shipped');
SELECT results_eq($$SELECT likelihood_word, string_agg(level::text, ' ' ORDER BY severity) FROM aims.risk_criteria GROUP BY likelihood, 1 ORDER BY likelihood$$,
    $$VALUES ('improbable', 'low low low moderate moderate'), ('remote', 'low low moderate moderate high'),
             ('occasional', 'low moderate moderate high critical'), ('probable', 'low moderate high critical critical'),
             ('frequent', 'moderate high high critical critical')$$, 'and a matrix of five by five');
SELECT is(string_agg(DISTINCT severity || ' ' || severity_word, ' ' ORDER BY severity || ' ' || severity_word),
          '1 negligible 2 minor 3 serious 4 critical 5 catastrophic', 'with the words of severity') FROM aims.risk_criteria;

-- Refusals of any risk
SELECT throws_ok(format('INSERT INTO aims.risk (%s) VALUES (%s)', cols, vals), state, NULL, why)
  FROM (VALUES
    (1, '23514', 'blank title', 'title, source', $$' ', 'safety'$$),
    (2, '23502', 'no title', 'source', $$'safety'$$),
    (3, '23502', 'no source', 'title', $$'x'$$),
    (4, '23503', 'unknown source', 'title, source', $$'x', 'weather'$$),
    (5, '23503', 'unknown system', 'title, source, system', $$'x', 'safety', 'none'$$),
    (6, '23503', 'unknown vendor', 'title, source, vendor', $$'x', 'safety', 'none'$$),
    (7, '23503', 'unknown owner', 'title, source, owner', $$'x', 'safety', 'none'$$),
    (8, '23503', 'unknown finding', 'title, source, finding', $$'x', 'safety', 1000000$$),
    (9, '23514', 'likelihood 0', 'title, source, inherent_likelihood, inherent_severity', $$'x', 'safety', 0, 1$$),
    (10, '23514', 'severity 6', 'title, source, inherent_likelihood, inherent_severity', $$'x', 'safety', 1, 6$$),
    (11, '23514', 'likelihood without severity', 'title, source, inherent_likelihood', $$'x', 'safety', 1$$),
    (12, '23514', 'residual without inherent', 'title, source, residual_likelihood, residual_severity', $$'x', 'safety', 1, 1$$),
    (13, '23514', 'current without inherent', 'title, source, current_likelihood, current_severity', $$'x', 'safety', 1, 1$$),
    (14, '23514', 'residual above inherent', 'title, source, inherent_likelihood, inherent_severity, residual_likelihood, residual_severity', $$'x', 'safety', 2, 2, 2, 3$$),
    (15, '23514', 'current above inherent', 'title, source, inherent_likelihood, inherent_severity, current_likelihood, current_severity', $$'x', 'safety', 2, 2, 3, 2$$),
    (16, '23514', 'residual above current', 'title, source, inherent_likelihood, inherent_severity, current_likelihood, current_severity, residual_likelihood, residual_severity', $$'x', 'safety', 4, 4, 2, 2, 3, 2$$),
    (17, '23514', 'unknown treatment', 'title, source, treatment', $$'x', 'safety', 'ignore'$$),
    (18, '23514', 'reviewed at the end of time', 'title, source, review_due', $$'x', 'safety', 'infinity'$$),
    (19, 'MS011', 'entered as closed', 'title, source, status', $$'x', 'safety', 'closed'$$),
    (20, 'MS011', 'unknown status', 'title, source, status', $$'x', 'safety', 'gone'$$),
    (21, '42703', 'a level cannot even be typed', 'title, source, level', $$'x', 'safety', 'low'$$)) AS t (nr, state, why, cols, vals)
 ORDER BY nr;

-- Appetite
SELECT pg_temp.ends_with(state, 'risk_officer', format('INSERT INTO aims.risk_appetite (scope, domain, clinical_tier, source, level, justification, valid_from, valid_until) VALUES (%s)', vals), why)
  FROM (VALUES
    (1, '23514', 'scope unknown', $$'ward', NULL, NULL, NULL, 'low', 'x', '2026-01-01', NULL$$),
    (2, '23514', 'scope domain without one', $$'domain', NULL, NULL, NULL, 'low', 'x', '2026-01-01', NULL$$),
    (3, '23514', 'organisation with a domain', $$'organisation', 'clinical', NULL, NULL, 'low', 'x', '2026-01-01', NULL$$),
    (4, '23514', 'scope tier without one', $$'clinical_tier', NULL, NULL, NULL, 'low', 'x', '2026-01-01', NULL$$),
    (5, '23514', 'scope source with a tier', $$'source', NULL, 'low', 'safety', 'low', 'x', '2026-01-01', NULL$$),
    (6, '23514', 'no justification', $$'organisation', NULL, NULL, NULL, 'low', ' ', '2026-01-01', NULL$$),
    (7, '22P02', 'unknown level', $$'organisation', NULL, NULL, NULL, 'any', 'x', '2026-01-01', NULL$$),
    (8, '23514', 'dates in reverse', $$'organisation', NULL, NULL, NULL, 'low', 'x', '2026-01-02', '2026-01-01'$$),
    (9, '23514', 'until infinity', $$'organisation', NULL, NULL, NULL, 'low', 'x', '2026-01-02', 'infinity'$$)) AS t (nr, state, why, vals)
 ORDER BY nr;
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'risk_owner', $$INSERT INTO aims.risk_appetite (level, justification) VALUES ('critical', 'all is well')$$, 'an owner of systems sets no appetite'),
    (2, 'MS013', 'risk_guest', $$INSERT INTO aims.risk_appetite (level, justification) VALUES ('critical', 'all is well')$$, 'nor does an officer of one system'),
    (3, '00000', 'risk_officer', $$INSERT INTO aims.risk_appetite (risk_appetite_id, level, justification) VALUES (1, 'moderate', 'what the board decided')$$, 'an AI officer proposes it'),
    (4, 'MS043', 'risk_officer', $$UPDATE aims.risk_appetite SET status = 'approved' WHERE risk_appetite_id = 1$$, 'it is not approved by typing'),
    (5, 'MS012', 'risk_officer', $$SELECT aims.approve('risk_appetite', '1', 'approval', 'mine')$$, 'nor by who proposed it'),
    (6, 'MS013', 'risk_member', $$SELECT aims.approve('risk_appetite', '1', 'approval', 'fine')$$, 'nor by a member of the committee'),
    (7, '00000', 'risk_sponsor', $$SELECT aims.approve('risk_appetite', '1', 'approval', 'decided')$$, 'the sponsor approves it'),
    (8, 'MS041', 'risk_officer', $$UPDATE aims.risk_appetite SET level = 'critical' WHERE risk_appetite_id = 1$$, 'then it stays as it is'),
    (9, 'MS041', 'risk_officer', $$UPDATE aims.risk_appetite SET valid_until = '2100-01-01' WHERE risk_appetite_id = 1$$, 'for the time that was approved'),
    (10, '42501', 'risk_officer', $$DELETE FROM aims.risk_appetite$$, 'nobody may delete it')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT throws_ok('DELETE FROM aims.risk_appetite', 'MS041', NULL, 'not even a superuser');
SELECT throws_ok('TRUNCATE aims.risk CASCADE', 'MS041', NULL, 'the register is not emptied');

-- The register, case by case
CREATE FUNCTION pg_temp.counts(risk bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', basis, level, 'in ' || appetite, CASE WHEN within_appetite THEN 'within' ELSE 'above' END,
                     acceptance, CASE WHEN acceptable THEN 'acceptable' END)
      FROM aims.risk_register WHERE risk_id = risk $$;
SELECT is((aims.check_risk_assessed('sepsis', '{}')).met, false, 'a system without risks is not assessed');
SELECT is((aims.check_residual_risk('sepsis', '{}')).met, false, 'nor is its residual risk all right');
SELECT matches((aims.check_residual_risk('sepsis', '{}')).detail, 'no risk is recorded', 'and why is said');
SELECT pg_temp.ends_with('00000', 'risk_nurse', $$INSERT INTO aims.risk (risk_id, system, title, source, created_by) VALUES (1, 'sepsis', 'Misses "slow" sepsis', 'drift_and_degradation', 'guest')$$,
    'a nurse reports a risk');
SELECT is(created_by, 'nurse', 'under the own name') FROM aims.risk WHERE risk_id = 1;
SELECT is(pg_temp.counts(1), 'in moderate above', 'what is not assessed is not within appetite');
SELECT is(detail, 'risk 1: not assessed', 'and the gate says so') FROM aims.check_risk_assessed('sepsis', '{}');
SELECT pg_temp.ends_with('00000', 'risk_owner', $$UPDATE aims.risk SET inherent_likelihood = 4, inherent_severity = 4, residual_likelihood = 1, residual_severity = 2, treatment = 'modify' WHERE risk_id = 1$$, 'it is assessed');
SELECT is(detail, 'risk 1: no owner', 'an owner is missing') FROM aims.check_risk_assessed('sepsis', '{}');
SELECT pg_temp.ends_with('00000', 'risk_owner', $$UPDATE aims.risk SET owner = 'keeper', review_due = aims.today() + 200 WHERE risk_id = 1$$, 'and named');
SELECT is((aims.check_risk_assessed('sepsis', '{}')).met, true, 'now the initial risk is assessed');
SELECT is(pg_temp.counts(1), 'inherent critical in moderate above', 'a residual level that is only typed does not count');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '23514', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (1, ' ', 'nurse', '2030-01-01')$$, 'a treatment says what'),
    (2, '23503', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (99, 'x', 'nurse', '2030-01-01')$$, 'of a risk that there is'),
    (3, '23502', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner) VALUES (1, 'x', 'nurse')$$, 'until when'),
    (4, '23502', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, due_on) VALUES (1, 'x', '2030-01-01')$$, 'by whom'),
    (5, '23514', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (1, 'x', 'nurse', '-infinity')$$, 'on a day'),
    (6, '23503', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, framework, ref) VALUES (1, 'x', 'nurse', '2030-01-01', 'iso42001', 'A.99')$$, 'as a control that there is'),
    (7, '23514', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, ref) VALUES (1, 'x', 'nurse', '2030-01-01', 'A.9.2')$$, 'of some framework'),
    (8, '00000', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_treatment_id, risk_id, system, action, owner, due_on, framework, ref)
        VALUES (1, 1, 'billing', 'Nurses check every alert', 'nurse', aims.today() - 1, 'iso42001', 'A.9.2'), (2, 1, NULL, 'Retrain twice a year', 'keeper', aims.today() + 9, 'iso42001', 'A.6.2.6')$$, 'treatments are planned'),
    (9, 'MS042', 'risk_nurse', $$UPDATE aims.risk_treatment SET status = 'done' WHERE risk_treatment_id = 1$$, 'done without evidence is not done'),
    (10, 'MS011', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, status) VALUES (1, 'x', 'nurse', '2030-01-01', 'done')$$, 'nor is what was never planned')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(system, 'sepsis', 'a treatment is of its risk''s system') FROM aims.risk_treatment WHERE risk_treatment_id = 1;
SELECT results_eq('SELECT treatments_open, treatments_overdue FROM aims.risk_register WHERE risk_id = 1', 'VALUES (2::bigint, 1::bigint)', 'two are open, one is late');
INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, valid_until) VALUES
    (901, 'Minutes', 'file:m', '2020-01-01', aims.today()), (902, 'Report', 'file:r', '2020-01-01', NULL),
    (903, 'Old report', 'file:o', '2020-01-01', aims.today() - 1), (904, 'A claim', NULL, '2020-01-01', NULL);
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'risk_guest', $$UPDATE aims.risk_treatment SET status = 'done', evidence = 901 WHERE risk_treatment_id = 1$$, 'others do not report it done'),
    (2, 'MS013', 'risk_guest', $$UPDATE aims.risk_treatment SET system = 'billing', status = 'done', evidence = 901 WHERE risk_treatment_id = 1$$, 'not even as one of their own system'),
    (3, '00000', 'risk_nurse', $$UPDATE aims.risk_treatment SET status = 'done', evidence = 901, done_by = 'guest' WHERE risk_treatment_id = 1$$, 'the nurse does'),
    (4, 'MS041', 'risk_owner', $$UPDATE aims.risk_treatment SET action = 'Something else' WHERE risk_treatment_id = 1$$, 'what was done is not rewritten'),
    (5, 'MS011', 'risk_owner', $$UPDATE aims.risk_treatment SET status = 'planned' WHERE risk_treatment_id = 1$$, 'nor undone'),
    (6, 'MS042', 'risk_owner', $$UPDATE aims.risk_treatment SET status = 'cancelled' WHERE risk_treatment_id = 2$$, 'cancelling says why')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(done_by, 'nurse', 'who did it is the server''s to say') FROM aims.risk_treatment WHERE risk_treatment_id = 1;
SELECT is(pg_temp.counts(1), 'inherent critical in moderate above', 'some of it is done; a current level is not stated');
UPDATE aims.risk SET current_likelihood = 3, current_severity = 4 WHERE risk_id = 1;
SELECT is(pg_temp.counts(1), 'current high in moderate above', 'then the current one counts');
SELECT pg_temp.ends_with('00000', 'risk_owner', $$UPDATE aims.risk_treatment SET status = 'done', evidence = 902 WHERE risk_treatment_id = 2$$, 'the other one is done');
SELECT is(pg_temp.counts(1), 'residual low in moderate within acceptable', 'all is done: the residual level counts');
SELECT is(met, true, 'and opens the gate: ' || detail) FROM aims.check_residual_risk('sepsis', '{}');
SELECT lives_ok('UPDATE aims.risk_treatment SET evidence = 903 WHERE risk_treatment_id = 2', 'evidence may be replaced');
SELECT is(pg_temp.counts(1), 'inherent critical in moderate above', 'what is not proven today counts for nothing');
SELECT is(action, 'renew evidence', 'somebody has to renew it') FROM aims.risk_action WHERE subject = 'risk_treatment' AND subject_id = '2';
UPDATE aims.risk_treatment SET evidence = 904 WHERE risk_treatment_id = 2;
SELECT is(pg_temp.counts(1), 'inherent critical in moderate above', 'nor does a claim');
UPDATE aims.risk_treatment SET evidence = 902 WHERE risk_treatment_id = 2;
-- the organisation's tomorrow
UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati';
SELECT is(pg_temp.counts(1), CASE WHEN aims.today() > (now() AT TIME ZONE 'UTC')::date THEN 'inherent critical in moderate above'
                                  ELSE 'residual low in moderate within acceptable' END, 'evidence ends with the organisation''s day');
UPDATE aims.organisation SET time_zone = 'UTC';

-- Appetites of narrower scopes: the lowest counts
INSERT INTO aims.risk (risk_id, system, vendor, title, source, owner, inherent_likelihood, inherent_severity) VALUES
    (2, 'triage', NULL, 'Old people wait', 'bias_and_fairness', 'keeper', 3, 3), (3, 'billing', NULL, 'Wrong codes', 'safety', 'keeper', 3, 3),
    (4, NULL, 'acme', 'Acme fails', 'third_party', 'keeper', 3, 3), (5, NULL, NULL, 'No staff', 'safety', 'keeper', 3, 3),
    (6, 'billing', NULL, 'Codes leak', 'privacy', 'keeper', 1, 1);
SELECT is(bool_and(within_appetite), true, 'moderate is within the organisation''s appetite') FROM aims.risk_register WHERE risk_id BETWEEN 2 AND 6;
SET session_replication_role = replica;
INSERT INTO aims.risk_appetite (risk_appetite_id, scope, domain, clinical_tier, source, level, justification, valid_from, valid_until, status, approved_at) VALUES
    (11, 'clinical_tier', NULL, 'critical', NULL, 'low', 'x', '2020-01-01', NULL, 'approved', '2020-01-01'),
    (12, 'domain', 'operational', NULL, NULL, 'high', 'x', '2020-01-01', NULL, 'approved', '2020-01-01'),
    (13, 'source', NULL, NULL, 'third_party', 'low', 'x', '2020-01-01', aims.today() - 1, 'approved', '2020-01-01'),
    (14, 'source', NULL, NULL, 'privacy', 'low', 'x', aims.today() + 1, NULL, 'approved', '2020-01-01'),
    (15, 'source', NULL, NULL, 'safety', 'low', 'x', '2020-01-01', NULL, 'proposed', NULL);
UPDATE aims.ai_system SET clinical_tier = 'low' WHERE system = 'billing';
SET session_replication_role = origin;
SELECT results_eq('SELECT risk_id::int, appetite::text FROM aims.risk_register WHERE risk_id BETWEEN 2 AND 6 ORDER BY 1',
    $$VALUES (2, 'low'), (3, 'moderate'), (4, 'moderate'), (5, 'moderate'), (6, 'moderate')$$,
    'a system whose tier is not decided is critical; a wider appetite widens nothing; past, future and proposed ones do not count');
SET session_replication_role = replica;
INSERT INTO aims.risk_appetite (risk_appetite_id, level, justification, valid_from, status, approved_at) VALUES
    (16, 'high', 'x', aims.today(), 'approved', clock_timestamp());
SET session_replication_role = origin;
SELECT is(appetite, 'high', 'of two of one scope the later one counts') FROM aims.risk_register WHERE risk_id = 5;
SET session_replication_role = replica;
DELETE FROM aims.risk_appetite WHERE risk_appetite_id > 10;
UPDATE aims.risk_appetite SET valid_from = '2020-01-01', valid_until = aims.today() - 1;
SET session_replication_role = origin;
SELECT is(pg_temp.counts(5), 'inherent moderate above', 'without an appetite in force nothing is within');
SELECT isnt_empty($$SELECT FROM aims.risk_action WHERE action = 'set risk appetite'$$, 'and the sponsor is asked for one');
SET session_replication_role = replica;
UPDATE aims.risk_appetite SET valid_until = NULL;
SET session_replication_role = origin;

-- Acceptance
INSERT INTO aims.risk (risk_id, system, title, source, owner, inherent_likelihood, inherent_severity, treatment) VALUES
    (20, 'triage', 'Misses strokes', 'safety', 'keeper', 3, 4, 'retain'), (21, 'triage', 'Not assessed', 'safety', 'keeper', NULL, NULL, NULL),
    (22, 'triage', 'Of the deputy', 'safety', 'deputy', 2, 4, NULL), (23, 'triage', 'Kills', 'safety', 'sponsor', 5, 5, NULL);
SELECT is(pg_temp.counts(20), 'inherent high in moderate above', 'a risk is above appetite');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '23502', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification) VALUES (20, 'x')$$, 'no acceptance is for ever'),
    (2, '23514', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (20, ' ', aims.today() + 9)$$, 'none is without a justification'),
    (3, 'MS044', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (20, 'x', aims.today() - 1)$$, 'none has ended already'),
    (4, 'MS044', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (20, 'x', aims.today() + 184)$$, 'none of level high lasts longer than half a year'),
    (5, '23514', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (20, 'x', 'infinity')$$, 'let alone for ever'),
    (6, 'MS042', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (21, 'x', aims.today())$$, 'what is not assessed cannot be accepted'),
    (7, 'MS017', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (99, 'x', aims.today())$$, 'nor what there is not'),
    (8, 'MS011', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until, status) VALUES (20, 'x', aims.today(), 'accepted')$$, 'nothing is accepted by typing'),
    (9, '00000', 'risk_officer', $$INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, system, likelihood, severity, level, justification, conditions, valid_until)
        VALUES (1, 20, 'billing', 5, 5, 'low', 'Nothing better to be had', 'Nurses check', aims.today() + 100)$$, 'an acceptance is requested'),
    (10, '00000', 'risk_officer', $$UPDATE aims.risk_acceptance SET likelihood = 5, level = 'low', risk_id = 1, system = 'billing' WHERE risk_acceptance_id = 1$$, 'and typed over, to no effect')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT results_eq('SELECT risk_id::int, system::text, likelihood::int, severity::int, level::text, created_by::text FROM aims.risk_acceptance WHERE risk_acceptance_id = 1',
    $$VALUES (20, 'triage', 3, 4, 'high', 'officer')$$, 'it is for what the risk is, whatever was typed');
SELECT is(duty, 'executive_sponsor', 'the sponsor is asked') FROM aims.risk_action WHERE action = 'decide on acceptance';
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS043', 'risk_officer', $$UPDATE aims.risk_acceptance SET status = 'accepted' WHERE risk_acceptance_id = 1$$, 'the status is not typed'),
    (2, 'MS012', 'risk_officer', $$SELECT aims.approve('risk_acceptance', '1', 'approval', 'mine')$$, 'who requests it does not sign'),
    (3, 'MS013', 'risk_member', $$SELECT aims.approve('risk_acceptance', '1', 'approval', 'fine')$$, 'a committee member may not sign this level'),
    (4, 'MS013', 'risk_deputy', $$SELECT aims.approve('risk_acceptance', '1', 'approval', 'fine')$$, 'nor an AI officer'),
    (5, 'MS018', 'risk_sponsor', $$SELECT aims.approve('risk_acceptance', '1', 'approval', ' ')$$, 'not without a reason'),
    (6, '00000', 'risk_sponsor', $$SELECT aims.approve('risk_acceptance', '1', 'approval', 'for now')$$, 'the sponsor may'),
    (7, 'MS041', 'risk_officer', $$UPDATE aims.risk_acceptance SET valid_until = aims.today() + 150 WHERE risk_acceptance_id = 1$$, 'it is not stretched afterwards'),
    (8, '00000', 'risk_officer', $$INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, justification, valid_until) VALUES (2, 22, 'x', aims.today() + 200)$$, 'one for a moderate risk of the deputy'),
    (9, 'MS012', 'risk_deputy', $$SELECT aims.approve('risk_acceptance', '2', 'approval', 'mine')$$, 'the owner of the risk does not sign'),
    (10, '00000', 'risk_member', $$SELECT aims.approve('risk_acceptance', '2', 'approval', 'fine')$$, 'a committee member may, at that level'),
    (11, '00000', 'risk_officer', $$INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, justification, valid_until) VALUES (3, 23, 'x', aims.today() + 90)$$, 'one for a risk of the sponsor'),
    (12, 'MS012', 'risk_sponsor', $$SELECT aims.approve('risk_acceptance', '3', 'approval', 'mine')$$, 'whom even the sponsor''s office does not help'),
    (13, '00000', 'risk_sponsor', $$SELECT aims.reject('risk_acceptance', '3', 'not me')$$, 'but who may reject it'),
    (14, 'MS015', 'risk_sponsor', $$SELECT aims.approve('risk_acceptance', '3', 'approval', 'after all')$$, 'once')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(pg_temp.counts(20), 'inherent high in moderate above in_force acceptable', 'the risk is accepted');
SELECT is(status || ' ' || decided_by, 'rejected sponsor', 'and the other one rejected') FROM aims.risk_acceptance WHERE risk_acceptance_id = 3;
UPDATE aims.risk SET inherent_severity = 5 WHERE risk_id = 20;
SELECT is(pg_temp.counts(20), 'inherent critical in moderate above exceeded', 'until it rises');
UPDATE aims.risk SET inherent_likelihood = 4, inherent_severity = 3 WHERE risk_id = 20;
SELECT is(pg_temp.counts(20), 'inherent high in moderate above exceeded', 'also where the level stays the same');
UPDATE aims.risk SET inherent_likelihood = 3, inherent_severity = 4 WHERE risk_id = 20;
SELECT is(pg_temp.counts(20), 'inherent high in moderate above in_force acceptable', 'it is what was accepted again');
SELECT is_empty($$SELECT FROM aims.risk_action WHERE action = 'renew acceptance'$$, 'there is time yet');
SET session_replication_role = replica;
UPDATE aims.risk_acceptance SET valid_until = aims.today() WHERE risk_acceptance_id = 1;
SET session_replication_role = origin;
SELECT is(pg_temp.counts(20), 'inherent high in moderate above in_force acceptable', 'the last day counts');
SELECT is(subject_id, '20', 'on which it is to be renewed') FROM aims.risk_action WHERE action = 'renew acceptance';
SET session_replication_role = replica;
UPDATE aims.risk_acceptance SET valid_until = aims.today() - 1 WHERE risk_acceptance_id = 1;
SET session_replication_role = origin;
SELECT is(pg_temp.counts(20), 'inherent high in moderate above expired', 'the day after, the risk is back');
SELECT results_eq($$SELECT due_on FROM aims.risk_action WHERE subject_id = '20' AND action = 'treat or have accepted'$$, 'VALUES (aims.today() - 1)', 'and due');
SELECT matches(detail, 'risk 20: high \(inherent\), appetite moderate, acceptance 1 ended on', 'in the gate, too') FROM aims.check_residual_risk('triage', '{}');
-- a request that the risk outgrew
SELECT pg_temp.ends_with('00000', 'risk_keeper', $$INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, justification, valid_until) VALUES (5, 20, 'x', aims.today() + 9)$$, 'a new one is requested');
UPDATE aims.risk SET inherent_likelihood = 4, inherent_severity = 4 WHERE risk_id = 20;
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS015', 'risk_sponsor', $$SELECT aims.approve('risk_acceptance', '5', 'approval', 'fine')$$, 'what the risk outgrew is not signed'),
    (2, 'MS013', 'risk_nurse', $$SELECT aims.reject('risk_acceptance', '5', 'no')$$, 'nor rejected by anybody'),
    (3, 'MS013', 'risk_guest', $$UPDATE aims.risk_acceptance SET status = 'withdrawn' WHERE risk_acceptance_id = 5$$, 'nor withdrawn'),
    (4, '00000', 'risk_keeper', $$UPDATE aims.risk_acceptance SET status = 'withdrawn' WHERE risk_acceptance_id = 5$$, 'but by who requested it')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec

-- Risks of a vendor and of the organisation, which belong to no system
INSERT INTO aims.risk (risk_id, vendor, title, source, owner, inherent_likelihood, inherent_severity, residual_likelihood, residual_severity) VALUES
    (30, 'acme', 'Acme is bought', 'third_party', 'keeper', 4, 4, 1, 1), (31, NULL, 'Nobody knows', 'safety', 'keeper', 2, 4, 1, 1);
INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, status) VALUES (30, 'Escrow', 'keeper', '2030-01-01', 'planned'), (31, 'Teach', 'keeper', '2030-01-01', 'planned');
SELECT pg_temp.ends_with('00000', 'risk_officer', $$UPDATE aims.risk_treatment SET status = 'done', evidence = 902 WHERE risk_id = 30$$, 'a vendor''s risk is treated');
SELECT is(pg_temp.counts(30), 'residual low in moderate within acceptable', 'its residual level counts');
SELECT results_eq('SELECT vendor::text, system::text FROM aims.risk_treatment WHERE risk_id = 30', $$VALUES ('acme', NULL::text)$$, 'the treatment is the vendor''s, too');
SELECT pg_temp.ends_with('00000', 'risk_officer', $$INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, justification, valid_until) VALUES (7, 31, 'x', aims.today() + 9)$$, 'one of the organisation is to be accepted');
SELECT pg_temp.ends_with('MS013', 'risk_guest', $$SELECT aims.approve('risk_acceptance', '7', 'approval', 'fine')$$, 'an AI officer of one system does not sign for all');
SELECT pg_temp.ends_with('00000', 'risk_member', $$SELECT aims.approve('risk_acceptance', '7', 'approval', 'fine')$$, 'a member of the committee does');
SELECT is(pg_temp.counts(31), 'inherent moderate in moderate within in_force acceptable', 'it is accepted');

-- Closing
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS011', 'risk_keeper', $$UPDATE aims.risk SET status = 'closed' WHERE risk_id = 1$$, 'no risk is closed at once'),
    (2, 'MS042', 'risk_keeper', $$UPDATE aims.risk SET status = 'closing' WHERE risk_id = 1$$, 'nor without a reason'),
    (3, 'MS013', 'risk_guest', $$UPDATE aims.risk SET status = 'closing', closing_reason = 'gone' WHERE risk_id = 1$$, 'nor by anybody'),
    (4, '00000', 'risk_owner', $$UPDATE aims.risk SET status = 'closing', closing_reason = 'gone' WHERE risk_id = 1$$, 'the system''s owner asks for it'),
    (5, 'MS041', 'risk_owner', $$UPDATE aims.risk SET inherent_likelihood = 1 WHERE risk_id = 1$$, 'then it stays as it is'),
    (6, 'MS013', 'risk_nurse', $$SELECT aims.approve('risk', '1', 'approval', 'fine')$$, 'a nurse does not sign'),
    (7, '00000', 'risk_member', $$SELECT aims.reject('risk', '1', 'not gone at all')$$, 'a member sends it back'),
    (8, '00000', 'risk_owner', $$UPDATE aims.risk SET status = 'closing', closing_reason = 'really gone' WHERE risk_id = 1$$, 'it is asked for again'),
    (9, '00000', 'risk_member', $$SELECT aims.approve('risk', '1', 'approval', 'gone')$$, 'and signed'),
    (10, 'MS015', 'risk_owner', $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (1, 'x', 'nurse', '2030-01-01')$$, 'what is closed is not treated'),
    (11, 'MS041', 'risk_owner', $$UPDATE aims.risk SET system = 'billing' WHERE risk_id = 2$$, 'no risk moves to another system'),
    (12, 'MS041', 'risk_owner', $$UPDATE aims.risk SET system = NULL, vendor = 'acme' WHERE risk_id = 2$$, 'nor to a vendor')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(met || ': ' || detail, 'false: all risks are closed: 1', 'a system whose risks are all closed is not assessed') FROM aims.check_risk_assessed('sepsis', '{}');
SELECT is(met || ': ' || detail, 'false: all risks are closed: 1', 'in no way') FROM aims.check_residual_risk('sepsis', '{}');
SELECT isnt_empty($$SELECT FROM aims.risk_action WHERE action = 'identify risks' AND system = 'sepsis'$$, 'and its owner is asked');
SELECT pg_temp.ends_with('00000', 'risk_keeper', $$UPDATE aims.risk SET status = 'open' WHERE risk_id = 1$$, 'it can be opened again');
SELECT pg_temp.ends_with('00000', 'risk_owner', $$UPDATE aims.risk SET status = 'closing' WHERE risk_id = 1$$, 'and its closing asked for with the same words');
SELECT pg_temp.ends_with('MS043', 'risk_owner', $$UPDATE aims.risk SET status = 'closed' WHERE risk_id = 1$$, 'which nobody closes by the signature of the last time');
SELECT pg_temp.ends_with('00000', 'risk_member', $$SELECT aims.reject('risk', '1', 'it came back')$$, 'but who decides anew');

-- Criteria
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'risk_officer', $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, 'low' FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, 'an AI officer sets no matrix'),
    (2, 'MS042', 'risk_sponsor', $$INSERT INTO aims.risk_matrix (likelihood, severity, level) VALUES (5, 5, 'low')$$, 'a part of a matrix is none'),
    (3, 'MS042', 'risk_sponsor', $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, CASE WHEN l = 5 THEN 'low' ELSE 'high' END::aims.risk_level FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, 'nor is one that falls'),
    (4, '23514', 'risk_sponsor', $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, 'low' FROM generate_series(1, 6) AS l, generate_series(1, 5) AS s$$, 'nor one of six'),
    (5, 'MS016', 'risk_sponsor', $$UPDATE aims.risk_matrix SET level = 'low'$$, 'the shipped one is immutable'),
    (6, 'MS042', 'risk_sponsor', $$INSERT INTO aims.risk_scale (dimension, step, word) VALUES ('severity', 1, 'nothing')$$, 'a word alone is none'),
    (7, 'MS013', 'risk_deputy', $$INSERT INTO aims.risk_authority (level, duties, days) VALUES ('critical', '{ai_officer}', 900)$$, 'nobody takes authority'),
    (8, '23514', 'risk_sponsor', $$INSERT INTO aims.risk_authority (level, duties, days) VALUES ('critical', '{clinical_reviewer}', 90)$$, 'it goes to who may sign'),
    (9, 'MS016', 'risk_officer', $$DELETE FROM aims.risk_source WHERE source = 'safety'$$, 'shipped sources stay'),
    (10, '00000', 'risk_officer', $$INSERT INTO aims.risk_source (source, title) VALUES ('staffing', 'Too few people')$$, 'own ones come beside them'),
    (11, '00000', 'risk_sponsor', $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, (CASE WHEN l * s >= 12 THEN 'critical' ELSE 'low' END)::aims.risk_level FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, 'a whole matrix of one''s own'),
    (12, '00000', 'risk_sponsor', $$INSERT INTO aims.risk_scale (dimension, step, word) SELECT 'severity', n, 'S' || n FROM generate_series(1, 5) AS n$$, 'and own words'),
    (13, '00000', 'risk_sponsor', $$INSERT INTO aims.risk_authority (level, duties, days) VALUES ('critical', '{executive_sponsor,ai_officer}', 10)$$, 'and own authority'),
    (14, 'MS042', 'risk_sponsor', $$DELETE FROM aims.risk_matrix WHERE NOT shipped AND likelihood = 1$$, 'which does not fall apart')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(count(*), 25::bigint, 'still one matrix is in force') FROM aims.risk_criteria;
SELECT results_eq('SELECT inherent_likelihood, inherent_severity, inherent_level::text FROM aims.risk_register WHERE risk_id = 5', $$VALUES ('occasional', 'S3', 'low')$$,
    'levels follow the organisation''s own matrix and words');
SELECT is(pg_temp.counts(22), 'inherent low in moderate within in_force acceptable', 'everywhere');
SELECT is(days, 10, 'and authority its own row') FROM aims.risk_authority_in_force WHERE level = 'critical';
SELECT lives_ok('DELETE FROM aims.risk_matrix WHERE NOT shipped', 'it is taken away as a whole');
SELECT is(level::text, 'moderate', 'and the shipped one counts again') FROM aims.risk_register WHERE risk_id = 5;
-- an acceptance does not follow the matrix up
SELECT lives_ok($$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, 'critical' FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, 'all is critical now');
SELECT is(pg_temp.counts(22), 'inherent critical in moderate above exceeded', 'also what was accepted as moderate');
DELETE FROM aims.risk_matrix WHERE NOT shipped;

-- Actions
SELECT results_eq($$SELECT action, duty, person, ref FROM aims.risk_action WHERE subject = 'risk' AND subject_id = '21' ORDER BY action$$,
    $$VALUES ('assess', 'risk_owner', 'keeper', '6.1.2'), ('set a day for review', 'risk_owner', 'keeper', '8.2')$$, 'what is open about a risk that is not assessed');
UPDATE aims.risk SET review_due = aims.today() - 3 WHERE risk_id = 5;
SELECT results_eq($$SELECT due_on FROM aims.risk_action WHERE subject_id = '5' AND action = 'review'$$, 'VALUES (aims.today() - 3)', 'a review is overdue');
SELECT is(review_overdue, true, 'and the register says so') FROM aims.risk_register WHERE risk_id = 5;
SELECT pg_temp.ends_with('00000', 'risk_nurse', 'SELECT count(*) FROM aims.risk_register, aims.risk_action', 'people read it');
-- What is out of use asks for nothing but the decision on what was submitted
SELECT isnt_empty($$SELECT FROM aims.risk_action WHERE system = 'sepsis' AND action NOT LIKE 'decide%'$$, 'the risks of a system in use');
SET session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'sepsis';
UPDATE aims.risk SET status = 'closing' WHERE risk_id = 1;
SET session_replication_role = origin;
SELECT results_eq($$SELECT action, subject_id FROM aims.risk_action WHERE system = 'sepsis' AND subject <> 'risk_acceptance'$$,
    $$VALUES ('decide on closing', '1')$$, 'of one that is retired');

SELECT * FROM finish();
\i test/drop_database.sql
DROP ROLE risk_sponsor, risk_officer, risk_deputy, risk_member, risk_owner, risk_keeper, risk_nurse, risk_guest;
