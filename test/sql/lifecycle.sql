\i test/setup.sql
-- Lifecycle: the whole path of one system, and everything that is refused.
BEGIN;
\i test/act.sql
\i test/fixture_system.sql
SELECT plan(281);

-- People: an owner, an AI officer, a committee member, somebody, two portals
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['owner', 'officer', 'member', 'guest', 'nobody', 'reader', 'portal', 'kiosk'] LOOP
        EXECUTE format('CREATE ROLE lifecycle_%s', r);
        EXECUTE format('GRANT USAGE ON SCHEMA aims TO lifecycle_%s', r);
        EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aims TO lifecycle_%s', r);
    END LOOP;
END $$;
GRANT INSERT, UPDATE, SELECT ON aims.ai_system, aims.duty TO lifecycle_owner, lifecycle_officer, lifecycle_guest, lifecycle_reader;
GRANT USAGE ON SEQUENCE aims.duty_duty_id_seq TO lifecycle_owner, lifecycle_officer;
GRANT lifecycle_member TO lifecycle_owner;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'lifecycle_owner'), ('officer', 'Otto Officer', 'lifecycle_officer'),
    ('member', 'Mia Member', 'lifecycle_member'), ('guest', 'Gus Guest', 'lifecycle_guest');
INSERT INTO aims.trusted_application VALUES ('lifecycle_portal', true), ('lifecycle_kiosk', false);
INSERT INTO aims.duty (person, duty) VALUES ('officer', 'ai_officer');
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme Health');

-- Entering a system
SELECT pg_temp.ends_with(state, 'lifecycle_owner', format(
           'INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES (%L, %L, %L, %L, %L)',
           'sepsis-watch', 'Sepsis Watch', 'owner', 'warn of sepsis', stage), name)
  FROM (VALUES
    (1, 'MS011', 'design_development', 'no system is entered in a later stage'),
    (2, 'MS011', 'deployment', 'nor ready to write'),
    (3, 'MS011', 'retirement', 'nor retired'),
    (4, '00000', 'inception', 'a system is entered in inception')) AS t (nr, state, stage, name)
 ORDER BY nr;
SELECT results_eq($$SELECT from_stage, to_stage, person = 'owner', session_user_name, request FROM aims.stage_history$$,
                  $$VALUES (NULL::aims.lifecycle_stage, 'inception'::aims.lifecycle_stage, true, 'lifecycle_owner', NULL::bigint)$$,
                  'its history begins');
SELECT pg_temp.ends_with('00000', 'lifecycle_officer', format(
           'INSERT INTO aims.duty (person, duty, system) VALUES (%L, %L, %L)', person, duty, system), name)
  FROM (VALUES
    ('owner', 'system_owner', 'sepsis-watch', 'the owner of the system holds the duty'),
    ('member', 'committee_member', NULL, 'the member sits in the committee')) AS t (person, duty, system, name);
-- As if a superuser had assigned it: the officer may ask, and the member approve
SET LOCAL session_replication_role = replica;
UPDATE aims.duty SET assigned_by = NULL WHERE person = 'member';
SET LOCAL session_replication_role = origin;

-- What is missing for a stage, as one line
CREATE FUNCTION pg_temp.missing(stage text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(requirement, ' ' ORDER BY requirement)
      FROM aims.gate('sepsis-watch', stage::aims.lifecycle_stage) WHERE NOT met $$;
-- Evidence of a kind, linked to a control
CREATE PROCEDURE pg_temp.add_evidence(kind text, control text, version text DEFAULT NULL, vendor text DEFAULT NULL)
    LANGUAGE sql AS $$
    WITH made AS (
        INSERT INTO aims.evidence (title, kind, system, vendor, version, uri, effective_on, valid_until)
        VALUES (kind, kind, CASE WHEN vendor IS NULL THEN 'sepsis-watch' END, vendor, version,
                'file:' || kind, aims.today(), aims.today())
        RETURNING evidence_id)
    INSERT INTO aims.evidence_link (evidence_id, framework, ref) SELECT evidence_id, 'iso42001', control::aims.control_ref FROM made $$;

SELECT throws_ok(format('SELECT * FROM aims.gate(%L, %L)', system, stage), state, NULL, name)
  FROM (VALUES
    (1, 'MS017', 'no-such-system', 'deployment', 'a gate is a known system''s'),
    (2, '22004', NULL, 'deployment', 'of some system'),
    (3, '22004', 'sepsis-watch', NULL, 'into some stage'),
    (4, 'MS011', 'sepsis-watch', 'inception', 'that something leads into')) AS t (nr, state, system, stage, name)
 ORDER BY nr;
SELECT is(pg_temp.missing('design_development'), 'initial-risk intended-use phi-stated tier-decided',
          'what an entered system lacks');
SELECT is(pg_temp.missing('verification_validation'), 'design-documented training-data validation-data',
          'for verification');
SELECT is(pg_temp.missing('deployment'),
          'bias-test committee-approval impact-assessment override-plan oversight-mode residual-risk switch-off-tested users-trained verification version-registered',
          'for deployment');
SELECT is(pg_temp.missing('operation_monitoring'), 'event-log incident-contact monitors version-in-operation', 'for operation');
-- What logs is where output is allowed
CREATE TABLE public.trial (id integer PRIMARY KEY);
SELECT aims.govern('public.trial', system => 'sepsis-watch', test => true) \g /dev/null
SELECT is(pg_temp.missing('operation_monitoring'), 'event-log incident-contact monitors version-in-operation', 'a table for trials is no event log');
SELECT aims.ungovern('public.trial', 'not for trials') \g /dev/null
SELECT aims.govern('public.trial', system => 'sepsis-watch') \g /dev/null
SELECT is(pg_temp.missing('operation_monitoring'), 'incident-contact monitors version-in-operation', 'another one is');
SELECT aims.ungovern('public.trial', 'as before') \g /dev/null
DROP TABLE public.trial;
-- What is written otherwise is named
CALL pg_temp.add_evidence('Bias Test', 'A.6.2.4');
SELECT matches(c.detail, '^no evidence of kind bias_test is linked to iso42001 A.6.2.4; evidence \d+ is of kind "Bias Test"$', 'a kind that is written otherwise is told')
  FROM aims.check_evidence('sepsis-watch', '{"kind": "bias_test", "framework": "iso42001", "control": "A.6.2.4"}') AS c;
SELECT is(c.detail, 'no evidence of kind verification is linked to iso42001 A.6.2.4', 'another kind is not')
  FROM aims.check_evidence('sepsis-watch', '{"kind": "verification", "framework": "iso42001", "control": "A.6.2.4"}') AS c;
SELECT is(pg_temp.missing('re_evaluation'), 'cause', 'for re-evaluation');
SELECT is(pg_temp.missing('retirement'), NULL, 'for retirement of what was never built: nothing');

-- Into design
SELECT pg_temp.ends_with(state, role, format('SELECT aims.advance(%L, %L, %L)', system, stage, reason), name)
  FROM (VALUES
    (1, 'MS010', 'lifecycle_owner', 'sepsis-watch', 'design_development', 'r', 'the gate into design is not met'),
    (2, 'MS010', 'lifecycle_officer', 'sepsis-watch', 'design_development', 'r', 'for the AI officer neither'),
    (3, 'MS011', 'lifecycle_owner', 'sepsis-watch', 'deployment', 'r', 'no stage is left out'),
    (4, 'MS011', 'lifecycle_owner', 'sepsis-watch', 'inception', 'r', 'a move leads elsewhere'),
    (5, 'MS013', 'lifecycle_guest', 'sepsis-watch', 'design_development', 'r', 'a move needs the duty'),
    (6, 'MS013', 'lifecycle_member', 'sepsis-watch', 'design_development', 'r', 'and the committee''s is not it'),
    (7, 'MS014', 'lifecycle_nobody', 'sepsis-watch', 'design_development', 'r', 'nobody moves nothing'),
    (8, 'MS017', 'lifecycle_owner', 'no-such-system', 'design_development', 'r', 'a system is known'),
    (9, 'MS018', 'lifecycle_owner', 'sepsis-watch', 'design_development', ' ', 'a move has a reason'),
    (10, 'MS018', 'lifecycle_owner', 'sepsis-watch', 'design_development', NULL, 'given'),
    (11, '22004', 'lifecycle_owner', 'sepsis-watch', NULL, 'r', 'a move leads somewhere'))
    AS t (nr, state, role, system, stage, reason, name)
 ORDER BY nr;
UPDATE aims.ai_system SET intended_use = 'adult wards', phi = true, vendor = 'acme',
       clinical_tier = 'high', tier_decided_by = 'officer', tier_reason = 'harm possible';
SELECT is(pg_temp.missing('design_development'), 'initial-risk', 'no risk has been assessed');
CALL pg_temp.supply('sepsis-watch', 'initial-risk');
SELECT is(pg_temp.missing('design_development'), NULL, 'one has');
UPDATE aims.ai_system SET eu_tier = 'unacceptable', tier_decided_by = 'officer', tier_reason = 'emotions at work';
SELECT is(pg_temp.missing('design_development'), 'permitted-practice', 'a prohibited practice goes nowhere');
SELECT matches(pg_temp.missing(stage), practice, 'not into ' || stage)
  FROM (VALUES ('deployment', 'permitted-deployment'), ('operation_monitoring', 'permitted-operation')) AS t (stage, practice);
UPDATE aims.ai_system SET eu_tier = 'high', tier_decided_by = 'officer', tier_reason = 'a medical device';
SELECT pg_temp.ends_with('00000', 'lifecycle_owner',
           $$SELECT aims.advance('sepsis-watch', 'design_development', 'project approved')$$, 'into design without approval');
SELECT results_eq($$
    SELECT h.from_stage::text, h.to_stage::text, h.person = 'owner', h.reason, r.outcome, r.reason, r.closing_reason,
           jsonb_array_length(h.gate), h.gate @> '[{"met": false}]'
      FROM aims.stage_history AS h JOIN aims.transition_request AS r ON r.request_id = h.request$$,
    $$VALUES ('inception', 'design_development', true, 'project approved', 'advanced', 'project approved', 'project approved', 7, false)$$,
    'history and request of the move');
SELECT is(current_setting('aims.reason'), '', 'aims.reason is as it was');

-- Into verification
INSERT INTO aims.dataset (dataset, system, title, purpose) VALUES
    ('train', 'sepsis-watch', 'Training', 'training'), ('check', 'sepsis-watch', 'Validation', 'validation');
SELECT is(pg_temp.missing('verification_validation'), 'design-documented training-data validation-data',
          'data without provenance and quality do not count');
UPDATE aims.dataset SET provenance = 'our own wards', quality = 'audited';
SELECT is(pg_temp.missing('verification_validation'), 'design-documented', 'with them they do');
INSERT INTO aims.dataset (dataset, system, title, purpose) VALUES ('train2', 'sepsis-watch', 'More', 'tuning');
SELECT is(pg_temp.missing('verification_validation'), 'design-documented training-data', 'all of them');
DELETE FROM aims.dataset WHERE dataset IN ('train', 'train2');
UPDATE aims.ai_system SET organisation_role = 'user';
SELECT is(pg_temp.missing('verification_validation'), 'design-documented', 'a user of a system has no training data');
CALL pg_temp.add_evidence('design', 'A.6.2.4');
SELECT is(pg_temp.missing('verification_validation'), 'design-documented', 'evidence linked to another control does not count');
CALL pg_temp.add_evidence('design', 'A.6.2.3');
SELECT is(pg_temp.missing('verification_validation'), NULL, 'linked to this one it does');
SET LOCAL session_replication_role = replica;		-- dates are not rewritten otherwise
UPDATE aims.evidence SET valid_until = aims.today() - 1, effective_on = aims.today() - 9;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.missing('verification_validation'), 'design-documented', 'expired since yesterday: missing');
SET LOCAL session_replication_role = replica;		-- dates are not rewritten otherwise
UPDATE aims.evidence SET valid_until = NULL, effective_on = aims.today() + 1;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.missing('verification_validation'), 'design-documented', 'effective from tomorrow: missing');
SET LOCAL session_replication_role = replica;		-- dates are not rewritten otherwise
UPDATE aims.evidence SET effective_on = aims.today(), valid_until = aims.today();
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.missing('verification_validation'), NULL, 'its first day, its last day: met');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner',
           $$SELECT aims.advance('sepsis-watch', 'verification_validation', 'designed')$$, 'into verification');

-- Into deployment: everything but the approval
INSERT INTO aims.model_version (system, version, status) VALUES
    ('sepsis-watch', '0.9', 'withdrawn'), ('sepsis-watch', '1.0', 'active');
CALL pg_temp.add_evidence('verification', 'A.6.2.4', '0.9');
CALL pg_temp.add_evidence('bias_test', 'A.6.2.4');
CALL pg_temp.add_evidence('override_plan', 'A.9.2');
CALL pg_temp.supply('sepsis-watch', 'impact-assessment', 'residual-risk', 'users-trained');
UPDATE aims.ai_system SET oversight_mode = 'human_in_the_loop';
INSERT INTO aims.switch_event (system, switched_off, drill, reason, person, at, time_to_off) VALUES
    ('sepsis-watch', true, true, 'drill', 'owner', now() - interval '2 years', NULL),
    ('sepsis-watch', false, true, 'drill', 'owner', now() - interval '2 years', '10 ms');
SELECT is(pg_temp.missing('deployment'), 'bias-test committee-approval switch-off-tested vendor-assessed verification',
          'a drill of two years ago, another version''s verification, bias tested of no version in particular');
CALL pg_temp.add_evidence('bias_test', 'A.6.2.4', '1.0');
CALL pg_temp.add_evidence('verification', 'A.6.2.4', '1.0');
CALL pg_temp.supply('sepsis-watch', 'vendor-assessed');
INSERT INTO aims.switch_event (system, switched_off, drill, reason, person, time_to_off) VALUES
    ('sepsis-watch', false, false, 'no drill', 'owner', NULL);
SELECT is(pg_temp.missing('deployment'), 'committee-approval switch-off-tested', 'a switch-off is no drill');
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'no deployment without drill and approval');
INSERT INTO aims.switch_event (system, switched_off, drill, reason, person, time_to_off) VALUES
    ('sepsis-watch', false, true, 'drill', 'owner', '10 ms');
SELECT is(pg_temp.missing('deployment'), 'committee-approval', 'only the approval is missing');
SELECT pg_temp.ends_with('MS010', role, command, name)
  FROM (VALUES
    (1, 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$, 'no deployment without approval'),
    (2, 'lifecycle_owner', $$UPDATE aims.ai_system SET stage = 'deployment'$$, 'nor by a direct UPDATE'),
    (3, 'lifecycle_officer', $$UPDATE aims.ai_system SET stage = 'deployment'$$, 'nor the AI officer''s'),
    (4, 'lifecycle_officer', $$UPDATE aims.ai_system SET stage = 'deployment' WHERE aims.gate_state(system, 'deployment') IS NOT NULL$$, 'nor one that looks first'))
    AS t (nr, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS010', 'lifecycle_owner', $$WITH x AS (UPDATE aims.ai_system SET stage = 'deployment' RETURNING 1) SELECT count(*) FROM x$$,
        'nor inside another statement'),
    (2, 'MS010', 'lifecycle_owner', $$INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('sepsis-watch', 't', 'owner', 'p')
                                      ON CONFLICT (system) DO UPDATE SET stage = 'deployment'$$, 'nor by ON CONFLICT'),
    (3, 'MS014', current_user, $$UPDATE aims.ai_system SET stage = 'retirement'$$, 'a superuser who is nobody moves nothing'),
    (4, 'MS014', 'lifecycle_reader', $$UPDATE aims.ai_system SET stage = 'retirement'$$, 'nor does anybody else who may write the table'),
    (5, 'MS013', 'lifecycle_guest', $$UPDATE aims.ai_system SET stage = 'retirement'$$, 'nor a person without the duty'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SAVEPOINT foreign_replica;
GRANT SET ON PARAMETER session_replication_role TO lifecycle_owner;
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner',
    $$WITH s AS MATERIALIZED (SELECT set_config('session_replication_role', 'replica', true))
      UPDATE aims.ai_system SET stage = 'deployment' FROM s RETURNING 1$$, 'nor with the replica role');
ROLLBACK TO foreign_replica;

-- Requests
CREATE FUNCTION pg_temp.open_request() RETURNS text LANGUAGE sql AS
    $$SELECT request_id::text FROM aims.transition_request WHERE outcome IS NULL$$;
SELECT pg_temp.ends_with(state, role, format('SELECT aims.request_advance(%L, %L, %L)', system, stage, reason), name)
  FROM (VALUES
    (1, 'MS013', 'lifecycle_guest', 'sepsis-watch', 'deployment', 'r', 'a request needs the duty'),
    (2, 'MS014', 'lifecycle_nobody', 'sepsis-watch', 'deployment', 'r', 'and a person'),
    (3, 'MS011', 'lifecycle_owner', 'sepsis-watch', 'operation_monitoring', 'r', 'for a move that there is'),
    (4, 'MS017', 'lifecycle_owner', 'no-such-system', 'deployment', 'r', 'of a known system'),
    (5, 'MS018', 'lifecycle_owner', 'sepsis-watch', 'deployment', '', 'with a reason'),
    (5, '22004', 'lifecycle_owner', 'sepsis-watch', NULL, 'r', 'into a stage'),
    (6, '00000', 'lifecycle_owner', 'sepsis-watch', 'deployment', 'ready', 'a request'),
    (7, 'MS015', 'lifecycle_owner', 'sepsis-watch', 'deployment', 'ready', 'is made once'),
    (8, 'MS015', 'lifecycle_officer', 'sepsis-watch', 'deployment', 'ready', 'by whomever'))
    AS t (nr, state, role, system, stage, reason, name)
 ORDER BY nr;
SELECT results_eq($$SELECT person = 'owner', version, clinical_tier::text, from_stage::text, emergency,
                           gate @> '[{"requirement": "committee-approval", "met": false}]'
                      FROM aims.transition_request WHERE outcome IS NULL$$,
                  $$VALUES (true, '1.0', 'high', 'verification_validation', false, true)$$, 'what a request records');
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'a request is no approval');

-- An application that acts for both in one transaction
SAVEPOINT both_acting;
SELECT pg_temp.ends_with('00000', 'lifecycle_portal', $$SELECT aims.request_advance('sepsis-watch', 'retirement', 'r')$$,
                         'an application requests', 'owner');
SELECT pg_temp.ends_with('MS012', 'lifecycle_portal', format($$SELECT aims.approve('transition', %L, 'approval', 'r')$$, max(request_id)),
                         'and approves nothing in the same transaction, whomever it names', 'member')
  FROM aims.transition_request;
ROLLBACK TO both_acting;

-- Approvals that are refused
SELECT pg_temp.ends_with(state, role, format('SELECT aims.approve(%L, %L, %L, %L)', subject,
           replace(id, '#', pg_temp.open_request()), meaning, reason), name, actor)
  FROM (VALUES
    (1, 'MS012', 'lifecycle_owner', 'transition', '#', 'approval', 'r', 'nobody approves the own request', NULL),
    (2, 'MS012', 'lifecycle_portal', 'transition', '#', 'approval', 'r', 'behind an application neither', 'owner'),
    (3, 'MS013', 'lifecycle_guest', 'transition', '#', 'approval', 'r', 'approval needs the duty', NULL),
    (4, 'MS014', 'lifecycle_nobody', 'transition', '#', 'approval', 'r', 'nobody approves nothing', NULL),
    (5, 'MS014', 'lifecycle_nobody', 'transition', '#', 'approval', 'r', 'whatever he claims', 'member'),
    (6, 'MS012', 'lifecycle_owner', 'transition', '#', 'approval', 'r', 'the requester''s claim to be another gains nothing', 'member'),
    (7, 'MS013', 'lifecycle_kiosk', 'transition', '#', 'approval', 'r', 'not behind an application that may not', 'member'),
    (8, 'MS014', 'lifecycle_portal', 'transition', '#', 'approval', 'r', 'an application approves nothing itself', NULL),
    (9, 'MS017', 'lifecycle_member', 'transition', '0', 'approval', 'r', 'of a known request', NULL),
    (10, 'MS017', 'lifecycle_member', 'transition', 'x', 'approval', 'r', 'which has a number', NULL),
    (11, '22023', 'lifecycle_member', 'lunch', '#', 'approval', 'r', 'of a known sort', NULL),
    (12, '22023', 'lifecycle_member', 'transition', '#', 'boredom', 'r', 'with a meaning', NULL),
    (13, '22023', 'lifecycle_member', 'transition', '#', NULL, 'r', 'given', NULL),
    (14, 'MS018', 'lifecycle_member', 'transition', '#', 'approval', '', 'and a reason', NULL))
    AS t (nr, state, role, subject, id, meaning, reason, name, actor)
 ORDER BY nr;
SELECT throws_ok(format($$SELECT pg_temp.act('lifecycle_owner', $q$SELECT set_config('role', 'lifecycle_member', true)
                          || coalesce(aims.approve('transition', %L, 'approval', 'r')::text, '')$q$)$$, pg_temp.open_request()),
                 'MS012', NULL, 'SET ROLE makes the requester nobody else');
SELECT pg_temp.ends_with('00000', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'review', 'read')$$, pg_temp.open_request()), 'a review is signed');
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'and opens nothing');

-- Approvals that become worthless
SAVEPOINT approved;
SELECT pg_temp.ends_with('00000', 'lifecycle_portal', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'safe')$$, pg_temp.open_request()),
       'approval behind an application that may', 'member');
SELECT is(pg_temp.missing('deployment'), NULL, 'the gate is open');
SELECT results_eq($$SELECT manifestation ~ '^Mia Member, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, approval$', duty, intact, staleness
                      FROM aims.signature WHERE meaning = 'approval'$$,
                  $$VALUES (true, 'committee_member', true, NULL::text)$$, 'the signature as people read it');
SELECT pg_temp.ends_with('MS015', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'again')$$, pg_temp.open_request()), 'nobody signs twice');
CREATE FUNCTION pg_temp.worthless_after(change text, name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE change;
        RETURN NEXT is(pg_temp.missing('deployment'), 'committee-approval', name);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
        NULL;
    END;
END $$;
SELECT pg_temp.worthless_after(change, name)
  FROM (VALUES
    ($$UPDATE aims.model_version SET status = 'withdrawn';
       INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis-watch', '1.1', 'active');
       CALL pg_temp.add_evidence('bias_test', 'A.6.2.4', '1.1');
       CALL pg_temp.add_evidence('verification', 'A.6.2.4', '1.1');
       CALL pg_temp.supply('sepsis-watch', 'impact-assessment')$$, 'another version in force'),
    ($$UPDATE aims.ai_system SET clinical_tier = 'critical', tier_decided_by = 'officer', tier_reason = 'worse'$$, 'another tier'),
    ($$UPDATE aims.ai_system SET tier_decided_at = now() + interval '1 second'$$, 'the same tier decided anew'),
    ($$UPDATE aims.ai_system SET purpose = 'discharge patients'$$, 'another purpose'),
    ($$UPDATE aims.ai_system SET owner = 'officer'$$, 'another owner'),
    ($$UPDATE aims.model_version SET digest = 'sha256:00' WHERE version = '1.0'$$, 'another artefact of the version'),
    ($$UPDATE aims.model_version SET change_summary = 'retrained' WHERE version = '1.0'$$, 'another account of the version'),
    ($$CALL pg_temp.add_evidence('verification', 'A.6.2.4', '1.0')$$, 'more evidence'),
    ($$CALL pg_temp.add_evidence('vendor_assessment', 'A.10.3', NULL, 'acme')$$, 'more evidence about the vendor'),
    ($$SET LOCAL session_replication_role = replica; UPDATE aims.evidence SET content_sha256 = sha256('x') WHERE kind = 'override_plan'$$, 'another document'),
    ($$SET LOCAL session_replication_role = replica; UPDATE aims.evidence SET valid_until = NULL WHERE kind = 'bias_test'$$, 'another date'),
    ($$SET LOCAL session_replication_role = replica; UPDATE aims.evidence SET effective_on = aims.today() - 1 WHERE kind = 'override_plan'$$, 'another first day'),
    ($$INSERT INTO aims.risk (system, title, source, owner, inherent_likelihood, inherent_severity) VALUES ('sepsis-watch', 'x', 'privacy', 'owner', 1, 1)$$, 'another risk'),
    ($$UPDATE aims.risk SET inherent_likelihood = 1$$, 'a risk that is judged otherwise'),
    ($$UPDATE aims.risk SET owner = 'officer'$$, 'or somebody else''s'),
    ($$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) SELECT risk_id, 'x', 'owner', aims.today() FROM aims.risk$$, 'a treatment'),
    ($$CALL pg_temp.supply('sepsis-watch', 'impact-assessment')$$, 'another impact assessment'),
    ($$SET LOCAL session_replication_role = replica; UPDATE aims.impact_assessment SET conclusion = 'x'$$, 'another conclusion'),
    ($$INSERT INTO aims.vendor_contract (vendor, title) VALUES ('acme', 'x')$$, 'another contract of its vendor'),
    ($$SELECT aims.revise_evidence(evidence_id, 'file:next') FROM aims.evidence WHERE kind = 'override_plan'$$, 'revised evidence'),
    ($$SET LOCAL session_replication_role = replica; DELETE FROM aims.evidence_link USING aims.evidence WHERE kind = 'bias_test' AND version IS NULL
          AND evidence_link.evidence_id = evidence.evidence_id$$, 'a link removed'),
    ($$UPDATE aims.transition_request SET reason = 'a better one' WHERE outcome IS NULL$$, 'another record than the one signed'),
    ($$UPDATE aims.transition_request SET person = 'member' WHERE outcome IS NULL$$, 'the approver''s own request'))
    AS t (change, name);
SELECT is(pg_temp.missing('deployment'), NULL, 'otherwise the gate stays open');
SAVEPOINT unrelated;
CALL pg_temp.add_evidence('note', 'A.8.5');
INSERT INTO aims.risk (system, vendor, title, source) VALUES (NULL, NULL, 'of the organisation', 'security');
UPDATE aims.model_version SET status = 'silent' WHERE version = '1.0';
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL DateStyle = 'German';
SET LOCAL bytea_output = 'escape';
SELECT is(pg_temp.missing('deployment'), NULL, 'evidence for other controls, status and settings make no difference');
ROLLBACK TO unrelated;
SAVEPOINT named;
UPDATE aims.ai_system SET purpose = 'x', owner = 'officer';
UPDATE aims.model_version SET digest = 'sha256:00' WHERE version = '1.0';
INSERT INTO aims.risk (risk_id, system, title, source) VALUES (99998, 'sepsis-watch', 'x', 'safety');
INSERT INTO aims.evidence (evidence_id, title, kind, system) VALUES (99999, 'x', 'verification', 'sepsis-watch');
INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (99999, 'A.6.2.4');
SELECT is((SELECT staleness FROM aims.signature WHERE meaning = 'approval'),
          'since the request has changed: AI system: owner changed, purpose changed; model version: digest changed; records: risk 99998 added; evidence: 99999 added',
          'what has changed is named');
ROLLBACK TO named;
SELECT is((SELECT a.record_digest = sha256(convert_to(aims.transition_record(a.subject_id::bigint), 'UTF8'))
                  AND aims.transition_record(a.subject_id::bigint)::jsonb -> 'basis' -> 'evidence' <> '{}'
             FROM aims.approval AS a WHERE a.meaning = 'approval'), true, 'the signed record has the evidence');
UPDATE aims.ai_system SET tier_decided_at = now() + interval '1 second';
SELECT pg_temp.ends_with('MS015', 'lifecycle_officer', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'r')$$, pg_temp.open_request()), 'an out-of-date request is not approved');
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'nor used');
SELECT pg_temp.ends_with('00000', 'lifecycle_officer', $$SELECT aims.request_advance('sepsis-watch', 'deployment', 'anew')$$,
                         'but made anew');
SELECT results_eq($$SELECT outcome, count(*) FROM aims.transition_request WHERE to_stage = 'deployment' GROUP BY 1 ORDER BY 1$$,
                  $$VALUES ('superseded', 1::bigint), (NULL, 1)$$, 'the old one is superseded');
ROLLBACK TO approved;
SELECT pg_temp.ends_with(state, role, replace(command, '#', pg_temp.open_request()), name)
  FROM (VALUES
    (1, 'MS012', 'lifecycle_owner', $$SELECT aims.reject('transition', '#', 'r')$$, 'nobody rejects the own request'),
    (2, 'MS013', 'lifecycle_guest', $$SELECT aims.reject('transition', '#', 'r')$$, 'rejection needs the duty'),
    (3, 'MS018', 'lifecycle_member', $$SELECT aims.reject('transition', '#', ' ')$$, 'and a reason'),
    (4, 'MS015', 'lifecycle_officer', $$SELECT aims.withdraw_request('#', 'r')$$, 'only the requester withdraws'),
    (5, '00000', 'lifecycle_member', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'approved by one'),
    (6, '00000', 'lifecycle_officer', $$SELECT aims.reject('transition', '#', 'not yet')$$, 'rejected by another'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is(pg_temp.missing('deployment'), 'committee-approval', 'what is rejected counts no more');
SELECT pg_temp.ends_with('MS015', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'r')$$, max(request_id)), 'nor is it approved any more')
  FROM aims.transition_request;
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.request_advance('sepsis-watch', 'deployment', 'r')$$, 'a new request');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', format('SELECT aims.withdraw_request(%s, %L)', pg_temp.open_request(), 'typing error'),
                         'withdrawn by its requester');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.request_advance('sepsis-watch', 'deployment', 'ready')$$, 'and another');
SELECT pg_temp.ends_with('00000', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'safe')$$, pg_temp.open_request()), 'approved');

-- The duty counts on the day of the signature
SAVEPOINT duty_ended;
SET LOCAL session_replication_role = replica;
UPDATE aims.duty SET valid_from = aims.today() - 2 WHERE person = 'member';
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with('00000', 'lifecycle_officer',
           $$UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE person = 'member'$$, 'the member leaves');
SELECT is(pg_temp.missing('deployment'), NULL, 'signed while in office');
SELECT pg_temp.ends_with('MS013', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'responsibility', 'r')$$, pg_temp.open_request()), 'signs nothing any more');
ROLLBACK TO duty_ended;

-- Deployment, and back again
SELECT pg_temp.ends_with('MS013', 'lifecycle_member', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'the approver does not move the system');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go-live')$$, 'into deployment');
SELECT results_eq($$SELECT h.reason, h.version, r.outcome, r.closing_reason, h.gate @> '[{"met": false}]'
                      FROM aims.stage_history AS h JOIN aims.transition_request AS r ON r.request_id = h.request
                     WHERE h.to_stage = 'deployment'$$,
                  $$VALUES ('ready', '1.0', 'advanced', 'go-live', false)$$, 'history of the move');
SELECT pg_temp.ends_with('MS011', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go-live')$$,
                         'who comes second finds the system moved');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'verification_validation', 'failed go-live')$$,
                         'back to verification');
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'deployment', 'go')$$,
                         'an approval is used once');
SELECT pg_temp.ends_with('00000', 'lifecycle_officer', $$SELECT aims.request_advance('sepsis-watch', 'deployment', 'second try')$$, 'requested by the officer');
SELECT pg_temp.ends_with('00000', 'lifecycle_member', format(
           $$SELECT aims.approve('transition', %L, 'approval', 'r')$$, pg_temp.open_request()), 'approved');
SET LOCAL aims.reason = 'typed by hand';
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$UPDATE aims.ai_system SET stage = 'deployment'$$,
                         'a direct UPDATE passes where the gate is met');
SET LOCAL aims.reason = '';
SELECT results_eq($$SELECT h.reason, r.closing_reason FROM aims.stage_history AS h JOIN aims.transition_request AS r ON r.request_id = h.request
                     ORDER BY h.history_id DESC LIMIT 1$$,
                  $$VALUES ('second try', 'typed by hand')$$, 'and is recorded all the same');

-- A version that comes into use
CREATE FUNCTION pg_temp.findings_after(change text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    findings integer;
BEGIN
    BEGIN
        EXECUTE change;
        findings := count(*) FROM aims.finding WHERE kind = 'version_changed' AND system = 'sepsis-watch';
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
        RETURN findings;
    END;
END $$;
SELECT is(pg_temp.findings_after(change), findings, name)
  FROM (VALUES
    (2, 1, $$UPDATE aims.model_version SET status = 'withdrawn'; INSERT INTO aims.model_version (system, version, status)
             VALUES ('sepsis-watch', '1.1', 'active')$$, 'another version in use'),
    (3, 1, $$UPDATE aims.model_version SET status = 'silent' WHERE version = '1.0';
             INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis-watch', '0.8', 'candidate');
             UPDATE aims.model_version SET status = 'active' WHERE version = '0.8'$$, 'an old one that was never approved'),
    (4, 1, $$UPDATE aims.model_version SET digest = 'sha256:00' WHERE version = '1.0'$$, 'another artefact of the same version'),
    (5, 0, $$UPDATE aims.model_version SET status = 'silent' WHERE version = '1.0';
             UPDATE aims.model_version SET status = 'active' WHERE version = '1.0'$$, 'the approved one again is none'),
    (6, 0, $$UPDATE aims.model_version SET change_summary = 'x'$$, 'nor is a better account of it'),
    (7, 0, $$INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis-watch', '1.1', 'silent')$$, 'nor one that is not in use'))
    AS t (nr, findings, change, name)
 ORDER BY nr;

-- Operation: an event log is a governed table
CREATE TABLE public.lifecycle_output (a integer);
INSERT INTO aims.registry (relation, image, guarded, system, governed_at, governed_by, governed_xid)
VALUES ('public.lifecycle_output', 'changes', true, 'sepsis-watch', now(), 'x', 3);
CALL pg_temp.supply('sepsis-watch', 'monitors', 'incident-contact');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'operation_monitoring', 'stable')$$, 'into operation');

-- Re-evaluation and back
SET LOCAL aims.reason = '';
SELECT pg_temp.ends_with('MS010', 'lifecycle_owner', $$UPDATE aims.ai_system SET stage = 're_evaluation'$$, 'a re-evaluation has a cause');
SELECT pg_temp.ends_with('00000', 'lifecycle_guest', $$SELECT aims.open_finding('drift', 'PSI above 0.2', 'sepsis-watch')$$, 'anybody known opens a finding');
SELECT pg_temp.ends_with('MS014', 'lifecycle_nobody', $$SELECT aims.open_finding('drift', 'x', 'sepsis-watch')$$, 'nobody does not');
SELECT is(pg_temp.missing('re_evaluation'), NULL, 'which is a cause');
SELECT pg_temp.ends_with('MS018', 'lifecycle_owner', $$UPDATE aims.ai_system SET stage = 're_evaluation'$$, 'and no reason');
SET LOCAL aims.reason = ' ';
SELECT pg_temp.ends_with('MS018', 'lifecycle_owner', $$UPDATE aims.ai_system SET stage = 're_evaluation'$$, 'nor is a blank one');
SET LOCAL aims.reason = '';
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 're_evaluation', 'drift')$$, 'into re-evaluation');
SELECT is(pg_temp.missing('operation_monitoring'), 'findings-closed fresh-impact-assessment fresh-verification',
          'operation again needs more than the first time');
CALL pg_temp.supply('sepsis-watch', 'impact-assessment');
CALL pg_temp.add_evidence('verification', 'A.6.2.4');
SELECT is(pg_temp.missing('operation_monitoring'), 'findings-closed fresh-verification', 'verification must name the version');
CALL pg_temp.add_evidence('verification', 'A.6.2.4', '1.0');
SELECT is(pg_temp.missing('operation_monitoring'), 'findings-closed', 'and have been recorded since: what was filed that day before the re-evaluation is not fresh');
SAVEPOINT older;
SET LOCAL session_replication_role = replica;		-- dates are not rewritten otherwise
UPDATE aims.evidence SET effective_on = aims.today() - 1 WHERE kind = 'verification';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.missing('operation_monitoring'), 'findings-closed fresh-verification', 'nor is what is older and filed later');
ROLLBACK TO older;
SELECT pg_temp.ends_with(state, role, format('SELECT aims.close_finding(%s, %L)', (SELECT max(finding_id) FROM aims.finding), note), name)
  FROM (VALUES
    (1, 'MS013', 'lifecycle_guest', 'n', 'a finding is closed by who holds the duty'),
    (2, 'MS018', 'lifecycle_owner', '', 'with a note'),
    (3, '00000', 'lifecycle_owner', 'recalibrated', 'closed'),
    (4, 'MS015', 'lifecycle_owner', 'n', 'once')) AS t (nr, state, role, note, name)
 ORDER BY nr;
SELECT pg_temp.ends_with('MS017', 'lifecycle_owner', 'SELECT aims.close_finding(0, $$n$$)', 'a known one');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'operation_monitoring', 'recalibrated')$$, 'operation again');

-- Retirement is final
CREATE ROLE lifecycle_etl;
INSERT INTO aims.bound_role VALUES ('sepsis-watch', 'lifecycle_etl');
GRANT INSERT (a) ON public.lifecycle_output TO lifecycle_etl;
SELECT is(pg_temp.missing('retirement'), 'access-revoked output-counted phi-accounted records-kept', 'what retirement needs');
REVOKE INSERT (a) ON public.lifecycle_output FROM lifecycle_etl;
SELECT pg_temp.act('lifecycle_owner', $$SELECT aims.count_output('sepsis-watch')$$) \g /dev/null
SELECT is(pg_temp.missing('retirement'), 'records-kept records-sealed', 'what has been counted is sealed');
-- which nothing is that this transaction has written: test/sql/retirement.sql commits
ALTER TABLE aims.gate_requirement DISABLE TRIGGER refuse_shipped;
DELETE FROM aims.gate_requirement WHERE requirement = 'records-sealed';
ALTER TABLE aims.gate_requirement ENABLE ALWAYS TRIGGER refuse_shipped;
CALL pg_temp.add_evidence('records_retention', 'A.8.2');
SELECT pg_temp.ends_with('00000', 'lifecycle_owner', $$SELECT aims.advance('sepsis-watch', 'retirement', 'replaced')$$, 'retired');
SELECT is((SELECT string_agg(to_stage::text, ' ' ORDER BY history_id) FROM aims.stage_history),
          'inception design_development verification_validation deployment verification_validation deployment '
          'operation_monitoring re_evaluation operation_monitoring retirement', 'the whole history');
SELECT throws_ok($$SELECT * FROM aims.gate('sepsis-watch', 'deployment')$$, 'MS011', NULL, 'no gate leads out of retirement');

-- Every move that there is, and no other
CREATE TEMPORARY TABLE move (from_stage text, to_stages text[]);
INSERT INTO move VALUES
    ('inception', '{design_development,retirement}'),
    ('design_development', '{verification_validation,retirement}'),
    ('verification_validation', '{deployment,design_development,retirement}'),
    ('deployment', '{operation_monitoring,verification_validation,design_development,re_evaluation,retirement}'),
    ('operation_monitoring', '{re_evaluation,retirement}'),
    ('re_evaluation', '{design_development,verification_validation,operation_monitoring,retirement}'),
    ('retirement', '{}');
INSERT INTO aims.person (person, full_name, db_role) VALUES ('root', 'Rita Root', current_user);
SELECT pg_temp.ends_with('00000', 'lifecycle_officer', $$INSERT INTO aims.duty (person, duty) VALUES ('root', 'ai_officer')$$,
                         'a superuser may be a person');
SET LOCAL aims.reason = 'every move';
CREATE FUNCTION pg_temp.state_of_move(from_stage text, to_stage text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.ai_system SET stage = from_stage::aims.lifecycle_stage;
    SET LOCAL session_replication_role = origin;
    UPDATE aims.ai_system SET stage = to_stage::aims.lifecycle_stage;
    RETURN 'allowed';
EXCEPTION
    WHEN SQLSTATE 'MS010' THEN RETURN 'allowed';
    WHEN SQLSTATE 'MS011' THEN RETURN 'refused';
END $$;
SELECT is(pg_temp.state_of_move(m.from_stage, t.to_stage::text),
          CASE WHEN t.to_stage::text = ANY (m.to_stages) THEN 'allowed' ELSE 'refused' END,
          format('%s to %s', m.from_stage, t.to_stage))
  FROM move AS m CROSS JOIN unnest(enum_range(NULL::aims.lifecycle_stage)) AS t (to_stage)
 WHERE m.from_stage <> t.to_stage::text;
SELECT throws_ok(command, 'MS016', NULL, 'refuses ' || command)
  FROM unnest(ARRAY[
    $$INSERT INTO aims.stage_transition VALUES ('inception', 'deployment')$$,
    $$UPDATE aims.stage_transition SET to_stage = 'deployment' WHERE from_stage = 'inception' AND to_stage = 'retirement'$$,
    $$DELETE FROM aims.stage_transition$$,
    $$UPDATE aims.gate_requirement SET tiers = '{low}' WHERE requirement = 'committee-approval'$$,
    $$DELETE FROM aims.gate_requirement WHERE requirement = 'committee-approval'$$,
    $$TRUNCATE aims.gate_requirement$$]) AS command;
SELECT throws_ok($$INSERT INTO aims.stage_transition VALUES ('inception', 'deployment', false, false)$$, '23514', NULL, 'a site adds no moves');
SELECT throws_ok(format('UPDATE aims.ai_system SET %s', change), 'MS030', NULL, 'refuses ' || change)
  FROM unnest(ARRAY[$$system = 'other'$$, $$created_at = '2020-01-01'$$]) AS change;

SET LOCAL aims.reason = '';

-- Emergencies, and a system of the lowest tier
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, phi, clinical_tier, tier_decided_by, tier_reason)
VALUES ('bed-planner', 'Bed Planner', 'owner', 'plan beds', 'by the bed office', false, 'low', 'officer', 'no patient contact');
SELECT set_eq($$SELECT stage::text || ' ' || requirement FROM unnest(enum_range('design_development'::aims.lifecycle_stage, NULL)) AS stage,
                       aims.gate('bed-planner', stage)$$,
              ARRAY['design_development owner', 'design_development purpose', 'design_development intended-use',
                    'design_development tier-decided', 'design_development permitted-practice', 'design_development phi-stated',
                    'verification_validation training-data', 'deployment permitted-deployment', 'deployment version-registered',
                    'deployment verification', 'deployment vendor-assessed',
                    'deployment committee-approval', 'operation_monitoring permitted-operation', 'operation_monitoring version-in-operation',
                    'operation_monitoring event-log', 're_evaluation cause',
                    'retirement access-revoked'], 'the lowest tier needs the least');
SELECT pg_temp.ends_with(state, role, replace(command, '#', coalesce((
           SELECT max(request_id)::text FROM aims.transition_request WHERE system = 'bed-planner'), '0')), name)
  FROM (VALUES
    (1, '00000', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'design_development', 'r')$$, 'into design'),
    (2, '00000', 'lifecycle_officer', $$SELECT aims.request_advance('bed-planner', 'verification_validation', 'flood', true)$$, 'an emergency'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SAVEPOINT evasion;
INSERT INTO aims.dataset (dataset, system, title, purpose, provenance, quality)
VALUES ('beds', 'bed-planner', 'Beds', 'training', 'ours', 'audited');
SELECT is((SELECT bool_and(met) FROM aims.gate('bed-planner', 'verification_validation')), true, 'nothing is missing');
SELECT pg_temp.ends_with('MS010', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'verification_validation', 'r')$$,
                         'an emergency needs an approval where nothing is missing');
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function, parameter, approval)
VALUES ('as-good-as-approved', 'verification_validation', 'A.6.2.5', 'x', 'aims.check_fields', '{"fields": ["title"]}', true);
SELECT pg_temp.ends_with('MS010', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'verification_validation', 'r')$$,
                         'and no row of a site''s stands in for it');
ROLLBACK TO evasion;
SELECT pg_temp.ends_with(state, role, replace(command, '#', pg_temp.open_request()), name)
  FROM (VALUES
    (1, 'MS010', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'verification_validation', 'r')$$,
        'even where the gate needs no approval, an emergency does'),
    (2, '00000', 'lifecycle_member', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'approved'),
    (3, '00000', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'verification_validation', 'r')$$, 'it passes')) AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq($$SELECT kind = 'emergency_transition', detail ~ 'flood' AND detail ~ 'training-data', opened_by = 'officer' FROM aims.finding WHERE system = 'bed-planner'$$,
                  $$VALUES (true, true, true)$$, 'and leaves a finding that says what was missing');
SELECT results_eq($$SELECT gate @> '[{"requirement": "training-data", "met": false}, {"requirement": "emergency-approval", "met": true}]'
                      FROM aims.stage_history ORDER BY history_id DESC LIMIT 1$$, ARRAY[true], 'the history says so too');

SAVEPOINT finding;
SELECT pg_temp.ends_with(state, role, format('SELECT aims.close_finding(%s, %L)', (SELECT max(finding_id) FROM aims.finding), 'dealt with'), name)
  FROM (VALUES
    (1, 'MS012', 'lifecycle_officer', 'who moved it in an emergency does not close the finding'),
    (2, 'MS042', current_user, 'another neither, before its corrective action is verified')) AS t (nr, state, role, name)
 ORDER BY nr;
ROLLBACK TO finding;

SELECT pg_temp.ends_with('00000', 'lifecycle_officer',
           $$SELECT aims.request_advance('bed-planner', 'deployment', 'flood', true)$$, 'another emergency');
SELECT pg_temp.ends_with(state, role, replace(command, '#', pg_temp.open_request()), name)
  FROM (VALUES
    (1, 'MS010', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'deployment', 'r')$$, 'does not excuse the approval'),
    (2, 'MS012', 'lifecycle_officer', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'of another person'),
    (3, '00000', 'lifecycle_member', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'given'),
    (4, '00000', 'lifecycle_officer', $$SELECT aims.advance('bed-planner', 'deployment', 'r')$$, 'it passes without verification'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

-- A site's own requirement: runs as its owner, fails by itself
GRANT CREATE ON SCHEMA public TO lifecycle_guest;
CREATE FUNCTION public.lifecycle_check(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE plpgsql AS $$
BEGIN
    met := (parameter ->> 'met')::boolean;
    detail := format('%s %s %s %s', current_user, current_setting('search_path'), parameter ->> 'stage', parameter ->> 'control');
    EXECUTE coalesce(parameter ->> 'command', 'SELECT 1');
END $$;
CREATE FUNCTION public.lifecycle_two_rows(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql AS $$VALUES (true, 'x'), (true, 'y')$$;
ALTER FUNCTION public.lifecycle_check OWNER TO lifecycle_guest;
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function) VALUES
    ('site-check', 'deployment', 'A.9.3', 'The site''s own', 'public.lifecycle_check');
CREATE FUNCTION pg_temp.site_check(parameter jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE aims.gate_requirement SET parameter = site_check.parameter WHERE requirement = 'site-check';
    RETURN (SELECT met || ': ' || detail FROM aims.gate('bed-planner', 'deployment') WHERE requirement = 'site-check');
END $$;
SELECT is(pg_temp.site_check('{"met": true}'), 'true: lifecycle_guest pg_catalog, pg_temp deployment A.9.3',
          'runs as its owner, with a pinned path and the keys added');
SELECT is(pg_temp.site_check('{"met": null}'), 'false: lifecycle_guest pg_catalog, pg_temp deployment A.9.3', 'NULL is not met');
SELECT matches(pg_temp.site_check(jsonb_build_object('met', true, 'command', command)), '^false: error in the check: ', name)
  FROM (VALUES
    ('SELECT 1/0', 'an error is not met'),
    ('SELECT * FROM aims.person', 'it has its owner''s privileges only'),
    ('SET ROLE lifecycle_owner', 'it cannot become somebody else'),
    ('RESET ROLE', 'nor the caller'),
    ('CREATE TEMPORARY TABLE x ()', 'it makes no temporary tables')) AS t (command, name);
UPDATE aims.gate_requirement SET check_function = 'public.lifecycle_two_rows' WHERE requirement = 'site-check';
SELECT matches(pg_temp.site_check('{}'), 'did not return one row', 'two rows are no verdict');
UPDATE aims.gate_requirement SET check_function = 'public.no_such_function' WHERE requirement = 'site-check';
SELECT matches(pg_temp.site_check('{}'), 'does not exist', 'a missing function is not met');
UPDATE aims.gate_requirement SET check_function = 'public.lifecycle_check' WHERE requirement = 'site-check';
CREATE FUNCTION pg_temp.state_of_check(condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.site_check(jsonb_build_object('command', format('DO $x$ BEGIN RAISE %s; END $x$', condition)));
    RETURN '00000';
EXCEPTION WHEN query_canceled OR transaction_rollback THEN
    RETURN sqlstate;
END $$;
SELECT is(pg_temp.state_of_check('query_canceled'), '00000', 'who raises a cancellation does not cancel');
SELECT is(pg_temp.state_of_check(condition), state, format('%s ends the statement', condition))
  FROM (VALUES ('serialization_failure', '40001'), ('deadlock_detected', '40P01')) AS t (condition, state);

-- Nothing remains of a check but its verdict
ALTER FUNCTION public.lifecycle_check OWNER TO CURRENT_USER;
SELECT is(pg_temp.state_of_check('DEBUG ''now''; PERFORM pg_cancel_backend(pg_backend_pid()), pg_sleep(60)'), '57014', 'a cancellation ends the statement');
CREATE TABLE public.lifecycle_trace (a integer GENERATED ALWAYS AS IDENTITY);
SELECT is(pg_temp.site_check(jsonb_build_object('met', true, 'command', command)) ~ state, true, 'a check does not: ' || command)
  FROM (VALUES
    ('INSERT INTO public.lifecycle_trace DEFAULT VALUES', 'error in the check: .* read-only transaction'),
    ($$SELECT nextval('public.lifecycle_trace_a_seq')$$, 'error in the check: .* read-only transaction'),
    ('SET LOCAL transaction_read_only = off', 'error in the check: .* read-only transaction'),
    ($$SELECT aims.approve('transition', '1', 'approval', 'r')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.reject('transition', '1', 'r')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.request_advance('bed-planner', 'retirement', 'r')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.advance('bed-planner', 'retirement', 'r')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.withdraw_request(1, 'r')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.open_finding('drift', 'x', 'bed-planner')$$, 'error in the check: nobody acts while'),
    ($$SELECT aims.close_finding(1, 'x')$$, 'error in the check: nobody acts while'),
    ($$SELECT * FROM aims.gate('bed-planner', 'deployment')$$, 'error in the check: nobody acts while')) AS t (command, state);
SELECT is(pg_temp.site_check('{"met": true, "command": "SET search_path = public"}') || current_setting('search_path'),
          'true: ' || current_user || ' pg_catalog, pg_temp deployment A.9.3public, tap', 'nor does a setting remain');
SELECT is(pg_temp.site_check('{"met": true, "command": "SET LOCAL aims.reason = $$made up$$"}') || current_setting('aims.reason'),
          'true: ' || current_user || ' pg_catalog, pg_temp deployment A.9.3', 'nor a reason');
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function) VALUES
    ('site-later', 'deployment', 'A.9.3', 'Judged after it', 'public.lifecycle_check');
SELECT is(pg_temp.site_check('{"met": true, "command": "SET search_path = public, pg_catalog"}')
              || (SELECT detail FROM aims.gate('bed-planner', 'deployment') WHERE requirement = 'site-later'),
          'true: ' || current_user || ' pg_catalog, pg_temp deployment A.9.3' || current_user || ' pg_catalog, pg_temp deployment A.9.3',
          'the next check, and what we run ourselves, has the pinned path again');
SELECT pg_temp.ends_with('00000', 'lifecycle_officer', $$SELECT aims.open_finding('drift', 'x', 'bed-planner')$$, 'afterwards people act again');

SELECT * FROM finish();
ROLLBACK;
