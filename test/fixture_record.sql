-- Included by tests that go through all records (inside the test's transaction):
-- people, and one record of each kind in the status in which it is entered, with
-- number -1 (or slug "fixture"), filled in, and with what its moves look at. All
-- of it as restored: how records come about is what their own tests are about.
SET LOCAL session_replication_role = replica;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC');
INSERT INTO aims.person (person, full_name, db_role)
SELECT p, initcap(p), 'illegal_' || p
  FROM unnest('{sponsor,officer,deputy,member,fellow,owner,keeper,steward,auditor,second,clinician,clerk,holder,nurse,guest,former,future}'::text[]) AS p;
INSERT INTO aims.vendor (vendor, title, owner) VALUES ('acme', 'Acme', 'holder');
INSERT INTO aims.vendor_product (vendor, product) VALUES ('acme', 'Sepsis');
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, vendor, product, clinical_tier, tier_decided_by, tier_decided_at, tier_reason, phi, stage)
SELECT s, initcap(s), 'owner', 'warn', 'wards', 'acme', 'Sepsis', 'low', 'officer', now(), 'no harm', true, stage::aims.lifecycle_stage
  FROM (VALUES ('sepsis', 'operation_monitoring'), ('triage', 'inception'), ('scribe', 'design_development'), ('gone', 'retirement')) AS v (s, stage);
INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis', '1', 'active'), ('sepsis', '0', 'withdrawn'), ('triage', '1', 'candidate');
-- As superusers had assigned them long ago: nobody depends on anybody
INSERT INTO aims.duty (duty_id, person, duty, system, valid_from, valid_until) VALUES
    (-1, 'sponsor', 'executive_sponsor', NULL, '2020-01-01', NULL), (-2, 'officer', 'ai_officer', NULL, '2020-01-01', NULL),
    (-3, 'deputy', 'ai_officer', NULL, '2020-01-01', NULL), (-4, 'member', 'committee_member', NULL, '2020-01-01', NULL),
    (-5, 'fellow', 'committee_member', NULL, '2020-01-01', NULL), (-6, 'owner', 'system_owner', NULL, '2020-01-01', NULL),
    (-7, 'keeper', 'risk_owner', NULL, '2020-01-01', NULL), (-8, 'steward', 'data_steward', NULL, '2020-01-01', NULL),
    (-9, 'auditor', 'internal_auditor', NULL, '2020-01-01', NULL), (-10, 'second', 'internal_auditor', NULL, '2020-01-01', NULL),
    (-11, 'clinician', 'clinical_reviewer', NULL, '2020-01-01', NULL), (-12, 'guest', 'ai_officer', 'gone', '2020-01-01', NULL),
    (-13, 'former', 'ai_officer', NULL, '2020-01-01', aims.today() - 1), (-14, 'future', 'ai_officer', NULL, aims.today() + 1, NULL);
INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, valid_until, recorded_by) VALUES
    (-1, 'Report', 'file:report', aims.today() - 9, NULL, 'clerk'), (-2, 'Old report', 'file:old', aims.today() - 9, aims.today() - 1, 'clerk');
INSERT INTO aims.finding (finding_id, kind, system, detail, opened_by) VALUES
    (-1, 'monitor_breach', 'sepsis', 'sensitivity 0.61', 'clerk'), (-2, 'emergency_transition', 'sepsis', 'moved', 'officer');

INSERT INTO aims.risk_appetite (risk_appetite_id, level, justification, created_by) VALUES (-1, 'moderate', 'decided', 'clerk');
INSERT INTO aims.risk (risk_id, system, title, source, owner, inherent_likelihood, inherent_severity, closing_reason, submitted_by, created_by)
VALUES (-1, 'sepsis', 'Misses a case', 'safety', 'holder', 2, 2, 'gone', 'clerk', 'clerk');
INSERT INTO aims.risk_scenario (risk_scenario_id, risk_id, assessment, loss_event_frequency, primary_loss)
VALUES (-1, -1, 'inherent', '0.1..0.5..2', '50000..250000..2000000');
INSERT INTO aims.risk_treatment (risk_treatment_id, risk_id, system, action, owner, due_on, evidence, cancelling_reason, created_by)
VALUES (-1, -1, 'sepsis', 'Look twice', 'holder', aims.today(), -1, 'no use', 'clerk');
INSERT INTO aims.risk_acceptance (risk_acceptance_id, risk_id, system, likelihood, severity, level, justification, valid_until, created_by)
VALUES (-1, -1, 'sepsis', 2, 2, 'low', 'rare', aims.today() + 30, 'clerk');
INSERT INTO aims.impact_assessment (impact_assessment_id, system, version, assessor, scope, conclusion, outcome, valid_until, withdrawal_reason, submitted_by, created_by)
VALUES (-1, 'sepsis', '1', 'holder', 'wards', 'fine', 'acceptable', aims.today() + 30, 'outdated', 'clerk', 'clerk');
INSERT INTO aims.impact_answer (impact_assessment_id, question, answer) SELECT -1, q.question, 'looked into' FROM aims.impact_question AS q;
INSERT INTO aims.impact_effect (impact_effect_id, impact_assessment_id, subject, kind, description, likelihood, severity) VALUES
    (-1, -1, 'individual', 'harm', 'missed', 2, 2), (-2, -1, 'group', 'none', 'none', NULL, NULL), (-3, -1, 'society', 'none', 'none', NULL, NULL);
INSERT INTO aims.impact_workshop (impact_workshop_id, impact_assessment_id, held_on, duration_minutes, minutes) VALUES (-1, -1, aims.today(), 60, 'talked');
INSERT INTO aims.impact_participant (impact_participant_id, impact_assessment_id, impact_workshop_id, person, role, perspective)
VALUES (-1, -1, -1, 'nurse', 'nurse', 'ward'), (-2, -1, -1, 'clinician', 'physician', 'ward');

INSERT INTO aims.questionnaire (questionnaire, title, submitted_by, created_by) VALUES ('fixture', 'Ours', 'clerk', 'clerk');
INSERT INTO aims.question (questionnaire, question, position, wording) VALUES ('fixture', 'policy', 1, 'Is there one?');
INSERT INTO aims.vendor_contract (vendor_contract_id, vendor, title, signed_on, valid_from, document_sha256, termination_reason, submitted_by, created_by)
VALUES (-1, 'acme', 'Contract', aims.today(), aims.today(), sha256('c'), 'price', 'clerk', 'clerk');
INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement) VALUES (-1, 'monitoring', 'vendor', 'monthly');
INSERT INTO aims.vendor_certificate (vendor_certificate_id, vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256, created_by)
VALUES (-1, 'acme', 'ISO/IEC 42001', 'all', 'BSI', '1', aims.today(), aims.today() + 30, sha256('c'), 'clerk');
INSERT INTO aims.vendor_attestation (vendor_attestation_id, vendor, statement, signed_by, signed_on, valid_until, document_sha256, created_by)
VALUES (-1, 'acme', 'all well', 'CEO', aims.today(), aims.today() + 30, sha256('c'), 'clerk');
INSERT INTO aims.vendor_questionnaire (vendor_questionnaire_id, vendor, due_on, sent_by, returned_by, created_by)
VALUES (-1, 'acme', aims.today(), 'clerk', 'clerk', 'clerk');
INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer) VALUES (-1, 'policy', 'yes');
INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, kind, summary, consequence, assessment, created_by)
VALUES (-1, 'acme', 'model_change', 'new model', 'none', 'looked at', 'clerk');
INSERT INTO aims.vendor_assessment (vendor_assessment_id, vendor, assessor, policy_review, conclusion, rationale, valid_until, submitted_by, created_by)
VALUES (-1, 'acme', 'holder', 'read', 'acceptable', 'well run', aims.today() + 30, 'clerk', 'clerk');

INSERT INTO aims.incident (incident_id, title, system, severity, harm, detected_at, contained_at, root_cause, affected_count, breach, widespread, resolved_by, created_by)
VALUES (-1, 'Late alert', 'sepsis', 'minor', 'none', now() - make_interval(hours => 2), now(), 'clock', 0, false, false, 'clerk', 'clerk');
INSERT INTO aims.incident_system (incident_id, system) VALUES (-1, 'triage');
INSERT INTO aims.incident_clock (clock_id, incident_id, rule, system, due_at, reason, created_by)
VALUES (-1, -1, 'gdpr-33', 'sepsis', now() + make_interval(hours => 70), 'no data', 'clerk');
INSERT INTO aims.capa (capa_id, title, source, finding, system, owner, due_on, effectiveness_due, method, root_cause, verification_evidence, effectiveness,
                       withdrawal_reason, implemented_by, implemented_at, created_by)
VALUES (-1, 'Recalibrate', 'finding', -1, 'sepsis', 'holder', aims.today() - 9, aims.today() - 9, '5 whys', 'drift', -1, 'alerts come', 'double', 'clerk',
        now() - make_interval(days => 9), 'clerk');
INSERT INTO aims.capa_step (step_id, capa_id, system, action, owner, due_on, result, dropped_reason, created_by)
VALUES (-1, -1, 'sepsis', 'Retrain', 'holder', aims.today(), 'retrained', 'no use', 'clerk');
INSERT INTO aims.concern (concern_id, system, content, handler, investigation, answer, created_by)
VALUES (-1, 'sepsis', 'It is wrong', 'holder', 'asked', 'it was', 'clerk');

INSERT INTO aims.document (document_id, code, kind, title, owner, withdrawal_reason, created_by) VALUES (-1, 'fixture', 'other', 'Document', 'holder', 'old', 'clerk');
INSERT INTO aims.document_version (document_version_id, document_id, version, uri, content_sha256, change_summary, author, effective_on, withdrawal_reason, created_by)
VALUES (-1, -1, '1', 'file:d', sha256('d'), 'first', 'holder', aims.today(), 'old', 'clerk');
INSERT INTO aims.document_audience (document_version_id, audience) VALUES (-1, 'everyone');
INSERT INTO aims.objective (objective_id, title, metric, unit, direction, baseline, target, due_on, owner, plan, resources, withdrawal_reason, created_by)
VALUES (-1, 'Fewer', 'alerts', '1', 'at_most', 9, 1, aims.today() + 30, 'holder', 'tune', 'one', 'no use', 'clerk');
INSERT INTO aims.communication (communication_id, subject, audience, internal, occasion, owner, channel, withdrawal_reason, created_by)
VALUES (-1, 'News', 'staff', true, 'monthly', 'holder', 'mail', 'no use', 'clerk');
INSERT INTO aims.context_issue (context_issue_id, title, topic, internal, relevant, reason, addressed, withdrawal_reason, created_by)
VALUES (-1, 'Law', 'law', false, true, 'binds', 'followed', 'gone', 'clerk');
INSERT INTO aims.interested_party (interested_party, title, internal, needs, requirements, addressed, withdrawal_reason, created_by)
VALUES ('fixture', 'Patients', false, 'care', 'law', 'met', 'gone', 'clerk');
INSERT INTO aims.planned_change (planned_change_id, title, purpose, consequences, resources, owner, planned_for, done_on, outcome, withdrawal_reason, created_by)
VALUES (-1, 'New tool', 'better', 'none', 'one', 'holder', aims.today(), aims.today(), 'done', 'no use', 'clerk');
INSERT INTO aims.resource (resource_id, kind, title, amount, unit, valid_from, valid_until, withdrawal_reason, created_by)
VALUES (-1, 'budget', 'Money', 1, 'EUR', aims.today(), aims.today(), 'gone', 'clerk');
INSERT INTO aims.training_record (training_record_id, person, curriculum, completed_on, valid_until, uri, revocation_reason, created_by)
VALUES (-1, 'nurse', 'ai-risk', aims.today(), aims.today() + 30, 'file:t', 'forged', 'clerk');
INSERT INTO aims.user_group (user_group_id, system, title, curriculum, withdrawal_reason, created_by) VALUES (-1, 'sepsis', 'Nurses', 'human-oversight', 'gone', 'clerk');
INSERT INTO aims.user_count (user_count_id, user_group_id, system, headcount, counted_on, source, withdrawal_reason, created_by)
VALUES (-1, -1, 'sepsis', 2, aims.today(), 'payroll', 'wrong', 'clerk');
INSERT INTO aims.training_session (training_session_id, user_group_id, system, held_on, valid_until, trainer, attended, roster_uri, roster_sha256, revocation_reason, created_by)
VALUES (-1, -1, 'sepsis', aims.today(), aims.today() + 30, 'vendor', 1, 'file:r', sha256('r'), 'forged', 'clerk');
INSERT INTO aims.training_attendance (training_session_id, attendee) VALUES (-1, 'a');

INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods, created_by)
VALUES ('fixture', 'Year', aims.today() - 300, aims.today() + 60, 'all', 'ISO/IEC 42001', 'samples', 'clerk');
INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods, status, created_by)
VALUES ('running', 'Year', aims.today() - 300, aims.today() + 60, 'all', 'ISO/IEC 42001', 'samples', 'approved', 'clerk');
INSERT INTO aims.internal_audit (internal_audit_id, audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due, conclusion, report_uri,
                                 report_sha256, reported_by, reported_at, created_by)
VALUES (-1, 'running', 'Sepsis', aims.today() - 200, aims.today() - 10, 'auditor', aims.today(), aims.today() + 30, 'conforms', 'file:a', sha256('a'), 'clerk', now(), 'clerk');
INSERT INTO aims.internal_audit_scope (internal_audit_scope_id, internal_audit_id, ref) VALUES (-1, -1, '9.2.1');
INSERT INTO aims.internal_audit_member (internal_audit_id, person) VALUES (-1, 'auditor');
INSERT INTO aims.internal_audit (internal_audit_id, audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due, status, created_by)
VALUES (-2, 'running', 'Second', aims.today() - 200, aims.today() - 10, 'auditor', aims.today(), aims.today() + 30, 'in_progress', 'clerk');
INSERT INTO aims.internal_audit_scope (internal_audit_scope_id, internal_audit_id, ref) VALUES (-2, -2, '9.2.1');
INSERT INTO aims.audit_finding (audit_finding_id, internal_audit_id, grade, ref, statement, objective_evidence, response_due, closing_note, created_by)
VALUES (-1, -2, 'observation', '9.2.1', 'thin', 'seen', aims.today(), 'fine', 'clerk');
INSERT INTO aims.management_review (management_review_id, planned_on, held_on, chair, minutes, next_on, created_by, minutes_by)
VALUES (-1, aims.today(), aims.today(), 'sponsor', 'talked', aims.today() + 300, 'clerk', 'clerk');
-- decisions are carried out once their review was held
INSERT INTO aims.management_review (management_review_id, planned_on, held_on, chair, minutes, next_on, created_by, status)
VALUES (-2, aims.today(), aims.today(), 'sponsor', 'talked', aims.today() + 300, 'clerk', 'held');
INSERT INTO aims.management_review_attendee (management_review_id, person) VALUES (-1, 'member');
INSERT INTO aims.management_review_input (management_review_id, input, item, title, source, row_count, content, tree_size, prepared_at)
VALUES (-1, 'risks', 'e', 'Risks', 'aims.risk', 1, '[]', 0, now());
INSERT INTO aims.management_review_decision (management_review_decision_id, management_review_id, kind, decision, owner, due_on, outcome, carried_out_by, created_by)
VALUES (-1, -2, 'improvement', 'Do more', 'holder', aims.today(), 'more', 'clerk', 'clerk');
INSERT INTO aims.certificate (certificate_id, scope, body, accreditation_body, accreditation_number, accreditation_until, number, issued_on, valid_until, uri,
                              content_sha256, status_reason, suspended_by, created_by)
VALUES (-1, 'all', 'BSI', 'UKAS', '7', aims.today() + 900, '1', aims.today(), aims.today() + 900, 'file:c', sha256('c'), 'fees', 'clerk', 'clerk');
INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on, held_on, auditor, outcome, report_uri, report_sha256, status, created_by) VALUES
    (-1, -1, 'stage_1', aims.today(), aims.today(), 'BSI', 'recommended', 'file:s', sha256('s'), 'planned', 'clerk'),
    (-2, -1, 'stage_2', aims.today(), aims.today(), 'BSI', 'recommended', 'file:s', sha256('s'), 'held', 'clerk');
INSERT INTO aims.certification_nonconformity (certification_nonconformity_id, certification_audit_id, number, grade, ref, statement, response_due, accepted_on, created_by)
VALUES (-1, -2, '1', 'minor', '9.1', 'thin', aims.today(), aims.today(), 'clerk');
INSERT INTO aims.capa (capa_id, title, source, certification_nonconformity, status) VALUES (-2, 'Thin', 'certification_nonconformity', -1, 'effective');

INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source, status_reason, created_by)
VALUES ('fixture', 'sepsis', 'Discrimination', 'auroc', 'within 6 hours', 'holder', '1 month', 'below', 0.8, 0.7, 0.85, 'report', 'moved', 'clerk');
INSERT INTO aims.monitor_control (monitor, ref) VALUES ('fixture', 'A.6.2.6');
INSERT INTO aims.soa_version (soa_version_id, label, scope, submitted_by, created_by) VALUES (-1, 'fixture', 'all', 'clerk', 'clerk');
INSERT INTO aims.applicability (ref, applicable, justification) SELECT r.ref, true, 'needed' FROM aims.requirement AS r WHERE r.framework = 'iso42001' AND r.kind = 'control';
INSERT INTO aims.soa_statement (soa_version_id, line, ref, title, scope, applicable, justification, evidence_status, in_force_ids, expired_ids, risk_ids)
SELECT -1, row_number() OVER (), r.ref, r.title, 'organisation', true, 'needed', 'none', '{}', '{}', '{}'
  FROM aims.requirement AS r WHERE r.framework = 'iso42001' AND r.kind = 'control';
INSERT INTO aims.import_batch (import_batch_id, target, file_name, sha256, header, rows, created_by)
VALUES (-1, 'vendor', 'v.csv', sha256('v'), '{vendor,title}', 1, 'clerk');
INSERT INTO aims.import_row (import_batch_id, line, data) VALUES (-1, 2, '{"vendor": "other", "title": "Other"}');
INSERT INTO aims.transition_request (request_id, system, from_stage, to_stage, version, clinical_tier, tier_decided_at, person, reason, gate, basis)
SELECT -1, s.system, s.stage, 'design_development', '1', s.clinical_tier, s.tier_decided_at, 'owner', 'r', '[]', aims.transition_basis(s.system, s.stage, 'design_development')
  FROM aims.ai_system AS s WHERE s.system = 'triage';
SET LOCAL session_replication_role = origin;

-- Whoever acts has every privilege of staff: it is the rules that refuse
DO $$
DECLARE
    r text;
BEGIN
    CREATE ROLE illegal_staff;
    PERFORM aims.grant_duty_role(b, 'illegal_staff') FROM unnest('{officer,reviewer,auditor,administrator}'::text[]) AS b;
    FOR r IN SELECT p.db_role FROM aims.person AS p UNION ALL SELECT unnest('{illegal_stranger,illegal_kiosk,illegal_portal}'::text[]) LOOP
        EXECUTE format('CREATE ROLE %I IN ROLE illegal_staff', r);
    END LOOP;
    CREATE ROLE illegal_analyst;
    PERFORM aims.grant_duty_role('analyst', 'illegal_analyst');
END $$;
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('illegal_kiosk', false), ('illegal_portal', true);
