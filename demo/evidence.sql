-- What else the gate into deployment asks for. Whatever another person has to
-- sign or confirm waits for that.
\set QUIET on
WITH filed AS (
    INSERT INTO aims.evidence (system, version, kind, title, uri, valid_until)
    VALUES ('sepsis-watch', '4.2', 'bias_test', 'Sensitivity by race, sex and hospital', 'dms:4802', aims.today() + 180),
           ('sepsis-watch', NULL, 'override_plan', 'How to override an alert', 'dms:4805', NULL)
    RETURNING evidence_id, kind)
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'iso42001', ref::aims.control_ref
FROM filed JOIN (VALUES ('bias_test', 'A.6.2.4'), ('override_plan', 'A.9.2')) AS answers (kind, ref) USING (kind);

INSERT INTO aims.risk_acceptance (risk_id, justification, conditions, valid_until)
VALUES (1, 'Rounds go on as before, and the alert comes on top', 'Nurses go on screening each patient', aims.today() + 365);

INSERT INTO aims.impact_assessment (system, version, assessor, scope, affected_groups, conclusion, outcome, valid_until)
VALUES ('sepsis-watch', '4.2', 'okafor', 'Adult inpatients and emergency patients of three hospitals',
        '{patients,nurses,physicians}', 'More good than harm, as long as nurses assess each alert', 'acceptable', aims.today() + 365);
INSERT INTO aims.impact_answer (impact_assessment_id, question, answer)
SELECT 1, question, 'See the report, dms:4803, under: ' || question FROM aims.impact_question;
INSERT INTO aims.impact_effect (impact_assessment_id, subject, kind, description, likelihood, severity, reversible, mitigation)
VALUES (1, 'individual', 'harm', 'A missed sepsis is treated hours later', 2, 4, false, 'Nurses go on screening each patient'),
       (1, 'group', 'harm', 'Patients with dark skin are found later by pulse oximetry', 2, 3, true, 'Sensitivity by race each month'),
       (1, 'society', 'none', 'None: it is used for patients who are in the hospital already', NULL, NULL, NULL, NULL);
INSERT INTO aims.impact_workshop (impact_assessment_id, held_on, duration_minutes, facilitator, minutes)
VALUES (1, aims.today() - 7, 75, 'okafor', 'dms:4808');
INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, guest, role, perspective)
VALUES (1, 1, 'park', NULL, 'intensivist', 'who is alerted, and at night'),
       (1, 1, NULL, 'Speaker of the patients'' council', 'patient', 'what people expect to be told');
UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = 1;

INSERT INTO aims.user_group (system, title, curriculum) VALUES ('sepsis-watch', 'Nurses of three hospitals', 'human-oversight');
INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source)
VALUES (1, 'sepsis-watch', 412, aims.today(), 'payroll');
INSERT INTO aims.training_session (user_group_id, system, held_on, valid_until, trainer, attended, roster_uri, roster_sha256)
VALUES (1, 'sepsis-watch', aims.today() - 3, aims.today() + 300, 'The vendor''s trainers', 398, 'dms:4806', sha256('roster of 398'));
INSERT INTO aims.training_attendance (training_session_id, attendee) SELECT 1, 'nurse ' || n FROM generate_series(1, 398) AS n;

INSERT INTO aims.vendor_contract (vendor, product, kind, title, signed_on, valid_from, valid_until, document_uri, document_sha256)
VALUES ('ehr-vendor', NULL, 'business_associate_agreement', 'Business associate agreement', '2024-01-10', '2024-01-15', NULL,
        'dms:3001', sha256('agreement')),
       ('ehr-vendor', 'Sepsis Watch', 'supply', 'Licence of Sepsis Watch', '2026-06-01', '2026-06-15', NULL, 'dms:4700', sha256('licence'));
INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement)
SELECT 2, responsibility, CASE WHEN responsibility IN ('data_quality', 'user_training') THEN 'shared' ELSE 'vendor' END, 'Annex C of the licence'
FROM aims.responsibility;
INSERT INTO aims.vendor_assessment (vendor, product, assessor, policy_uri, policy_review, conclusion, rationale, valid_until)
VALUES ('ehr-vendor', 'Sepsis Watch', 'okafor', 'https://ehr-vendor.example/ai-policy', 'Covers bias, drift and notice of changes',
        'acceptable', 'Questionnaire, references of two hospitals, dms:4807', aims.today() + 365);
UPDATE aims.vendor_contract SET status = 'in_review';
UPDATE aims.vendor_assessment SET status = 'in_review';
\set QUIET off
