-- What `make demo` plays, after warehouse.sql and roles.sql (demo/run says how).

\connect - :superuser

-- 1. A warehouse, and the extension
-- OMOP tables and a vendor's score table. None of them knows of aims.

SELECT relnamespace::regnamespace AS schema, relname AS "table", reltuples::integer AS rows
FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('omop'::regnamespace, 'cdw'::regnamespace) ORDER BY 1, 2;

CREATE EXTENSION aims;

-- 2. People, and who may do what
-- Everybody acts under a database role of their own. The superuser is the root of trust: he names the sponsor and the
-- AI officer. She assigns all other duties, never her own.

INSERT INTO aims.organisation (name, time_zone) VALUES ('Northfield Health', 'America/Chicago');
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('hale', 'Dr Marcus Hale', NULL),        ('vogel', 'Miriam Vogel', 'vogel'), ('okafor', 'Samuel Okafor', 'okafor'),
    ('fischer', 'Dr Lena Fischer', 'fischer'), ('patel', 'Raj Patel', 'patel'),   ('park', 'Dr Joan Park', 'park');
INSERT INTO aims.duty (person, duty) VALUES ('hale', 'executive_sponsor'), ('vogel', 'ai_officer');
SELECT aims.grant_duty_role(bundle, role::regrole)
FROM (VALUES ('officer', 'vogel'), ('officer', 'okafor'), ('officer', 'fischer'), ('officer', 'patel'),
             ('reviewer', 'park')) AS granted (bundle, role) \g /dev/null

\connect - vogel

INSERT INTO aims.duty (person, duty, seat) VALUES
    ('okafor', 'system_owner', NULL), ('park', 'clinical_reviewer', NULL),
    ('fischer', 'committee_member', 'clinical'), ('patel', 'committee_member', 'security');

-- 3. Three AI systems enter the inventory
-- Bought, built and imaging. The setting aims.reason is kept with the tier that she decides.

SET aims.reason = 'AI committee, minutes of 3 September 2026';
INSERT INTO aims.vendor (vendor, title) VALUES ('ehr-vendor', 'Vendor of the EHR');
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, organisation_role, domain, vendor,
                            eu_tier, clinical_tier, phi, oversight_mode)
VALUES ('sepsis-watch', 'Sepsis alert in the EHR', 'okafor', 'Early warning of sepsis',
        'Adult inpatients and emergency; a nurse assesses each alert', 'user', 'clinical', 'ehr-vendor',
        'high', 'critical', true, 'human_in_the_loop'),
       ('note-summary', 'Note summariser', 'okafor', 'Terms and summaries from clinical notes',
        'Registry abstraction, checked by an abstractor', 'developer', 'clinical', NULL,
        'limited', 'moderate', true, NULL),
       ('rad-triage', 'Radiology triage', 'okafor', 'Puts suspected pneumothorax on top of the worklist',
        NULL, 'user', 'clinical', NULL, 'high', 'high', true, NULL);

\connect - :superuser

-- 4. The tables come under governance
-- A row is AI output because of what it is, not because of who writes it: a table of one system, a column that names
-- the system, or a condition. First a look at what would be refused today; the preview changes nothing.

INSERT INTO aims.system_value (relation, value, system) VALUES
    ('omop.note_nlp', 'note-summary 0.9', 'note-summary'),
    ('omop.note_nlp', 'manual abstraction', NULL);
SELECT * FROM aims.govern_preview('omop.note_nlp', system_column => 'nlp_system');

-- cTAKES is in nobody's inventory: shadow AI. Govern all three tables; old rows stay as they are.

SELECT aims.govern('cdw.sepsis_score', system => 'sepsis-watch'),
       aims.govern('omop.note_nlp', system_column => 'nlp_system'),
       aims.govern('omop.measurement', system => 'rad-triage',
                   system_when => 'measurement_type_concept_id IN (32880, 32881, 32882)');

\connect - etl

-- 5. The nightly load meets the guard
-- Laboratory values are no AI output and go through; the sepsis scores are refused.

INSERT INTO omop.measurement (measurement_id, person_id, measurement_concept_id, measurement_date,
                              measurement_type_concept_id, value_as_number, unit_concept_id, visit_occurrence_id)
SELECT measurement_id + 1000000, person_id, measurement_concept_id, '2026-09-21', 32856, value_as_number,
       unit_concept_id, visit_occurrence_id FROM omop.measurement WHERE measurement_id <= 5000;

-- Refused: MS001

INSERT INTO cdw.sepsis_score
SELECT patient, encounter, model, version, probability, threshold, flag, NULL, timestamptz '2026-09-21 02:00Z'
FROM cdw.sepsis_score WHERE instant BETWEEN '2026-08-01' AND '2026-08-02';

-- So is one measurement made by an algorithm, and a tool that nobody has registered.
-- Refused: MS001

INSERT INTO omop.measurement (measurement_id, person_id, measurement_concept_id, measurement_date,
                              measurement_type_concept_id, value_as_number, measurement_source_value)
VALUES (2000001, 17, 0, '2026-09-21', 32880, 0.93, 'pneumothorax probability');

-- Refused: MS002

INSERT INTO omop.note_nlp (note_nlp_id, note_id, lexical_variant, nlp_system, nlp_date)
VALUES (2000001, 1, 'sepsis', 'cTAKES 4.0.0.1', '2026-09-21');

\connect - okafor

-- 6. What the sepsis alert lacks
-- Its owner files what there is and moves it through the first stages. Each gate is evaluated from rows with dates.

INSERT INTO aims.model_version (system, version, status, released_on, change_summary)
VALUES ('sepsis-watch', '4.2', 'active', '2026-07-01', 'Retrained by the vendor on 2025 data');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi, provenance, quality)
VALUES ('sepsis-validation', 'sepsis-watch', 'Local validation cohort', 'validation', 'cdw.sepsis_score', true,
        'Silent run at three hospitals, January to August 2026', 'Outcome by chart review; 100 % complete');
WITH filed AS (
    INSERT INTO aims.evidence (system, kind, title, uri, valid_until)
    VALUES ('sepsis-watch', 'risk_assessment', 'Risk assessment', 'dms:4711', aims.today() + 365),
           ('sepsis-watch', 'design', 'Vendor''s model card and technical file', 'dms:4712', NULL)
    RETURNING evidence_id, kind)
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'iso42001', ref::aims.control_ref
FROM filed JOIN (VALUES ('risk_assessment', 'A.5.2'), ('design', 'A.6.2.3')) AS answers (kind, ref) USING (kind);
SELECT aims.advance('sepsis-watch', 'design_development', 'Vendor selected') \g /dev/null
SELECT aims.advance('sepsis-watch', 'verification_validation', 'Silent run finished') \g /dev/null

SELECT requirement, control, met, detail FROM aims.gate('sepsis-watch', 'deployment');

-- 7. Evidence, a drill, a request
-- Evidence has dates: on the day after valid_until the gate and every view know it, without a nightly job.

WITH filed AS (
    INSERT INTO aims.evidence (system, vendor, version, kind, title, uri, valid_until)
    VALUES ('sepsis-watch', NULL, '4.2', 'verification', 'Local validation: AUROC 0.86', 'dms:4801', aims.today() + 180),
           ('sepsis-watch', NULL, '4.2', 'bias_test', 'Sensitivity by race, sex and hospital', 'dms:4802', aims.today() + 180),
           ('sepsis-watch', NULL, NULL, 'impact_assessment', 'Impact assessment', 'dms:4803', aims.today() + 365),
           ('sepsis-watch', NULL, NULL, 'residual_risk', 'Residual risk accepted', 'dms:4804', aims.today() + 365),
           ('sepsis-watch', NULL, NULL, 'override_plan', 'Overriding an alert', 'dms:4805', NULL),
           ('sepsis-watch', NULL, NULL, 'user_training', 'Training of 412 nurses', 'dms:4806', aims.today() + 365),
           (NULL, 'ehr-vendor', NULL, 'vendor_assessment', 'Supplier assessment', 'dms:4807', aims.today() + 365)
    RETURNING evidence_id, kind)
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'iso42001', ref::aims.control_ref
FROM filed JOIN (VALUES ('verification', 'A.6.2.4'), ('bias_test', 'A.6.2.4'), ('impact_assessment', 'A.5.2'),
                        ('residual_risk', 'A.6.2.5'), ('override_plan', 'A.9.2'), ('user_training', 'A.8.2'),
                        ('vendor_assessment', 'A.10.3')) AS answers (kind, ref) USING (kind);
CALL aims.switch_off_drill('sepsis-watch', 'Before go-live');
SELECT aims.request_advance('sepsis-watch', 'deployment', 'Go-live at three hospitals');

-- Nobody approves what he asked for himself.
-- Refused: MS012

SELECT aims.approve('transition', '3', 'approval', 'Looks good to me');

\connect - :superuser

-- No UPDATE opens the gate either, not even the superuser's.
-- Refused: MS010

UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'sepsis-watch';

\connect - fischer

-- A committee member approves. Then the owner moves it on.

SELECT aims.approve('transition', '3', 'approval', 'Evidence reviewed on 21 September') \g /dev/null

\connect - okafor

SELECT aims.advance('sepsis-watch', 'deployment', 'Approved by the AI committee') \g /dev/null
SELECT system, stage FROM aims.ai_system ORDER BY system;

\connect - etl

-- 8. The same load again

INSERT INTO cdw.sepsis_score
SELECT patient, encounter, model, version, probability, threshold, flag, NULL, timestamptz '2026-09-21 02:00Z'
FROM cdw.sepsis_score WHERE instant BETWEEN '2026-08-01' AND '2026-08-02';

\connect - park

-- 9. A clinician switches it off
-- One call. From its commit no transaction commits output of this system, in any isolation level; were commits still
-- in flight after aims.switch_off_wait, they would be listed here.

SELECT * FROM aims.switch_off('sepsis-watch', 'Alerts on discharged patients since this morning');

\connect - etl

-- Refused: MS003

INSERT INTO cdw.sepsis_score VALUES (17, 42, 'Sepsis Watch', '4.2', 0.71, 0.60, true, NULL, '2026-09-21 14:00Z');

\connect - park

-- On again needs another person.
-- Refused: MS012

SELECT aims.switch_on('sepsis-watch', 'Fixed, I think');

\connect - :superuser

-- 10. The ledger
-- All of it was captured in the transactions that did it. A sealer puts what has committed into a Merkle tree; the
-- head is signed with a key that is kept outside the database.

\getenv key_directory AIMS_KEY_DIR
SELECT :'key_directory' || '/aims.key' AS key_file \gset
ALTER DATABASE :"DBNAME" SET aims.signing_key_file = :'key_file';

SELECT aims.create_signing_key('northfield.example/aims');

SELECT aims.seal();

SELECT aims.checkpoint();

-- Keep this note outside: it commits you to every entry so far. An auditor checks it, and proofs against it, with any
-- implementation of C2SP. Here is the proof that the approval is in it.

SELECT e.entry_id, e.session_user_name AS who, e.operation, e.relation, aims.leaf_index(e.entry_id), s.tree_size,
       cardinality(aims.inclusion_proof(e.entry_id)) AS hashes,
       aims.verify_inclusion(aims.leaf(e.entry_id), aims.leaf_index(e.entry_id), s.tree_size,
                             aims.inclusion_proof(e.entry_id), s.root_hash) AS proven
FROM aims.audit_entry AS e, (SELECT * FROM aims.seal ORDER BY seal_id DESC LIMIT 1) AS s
WHERE e.relation = 'aims.approval';

SELECT * FROM aims.verify();

-- 11. A row altered behind the log's back
-- The superuser can do it: triggers are skipped, no log line says so. It was not Dr Park who switched it off ...

SET session_replication_role = replica;
UPDATE aims.audit_entry SET person = 'patel' WHERE relation = 'aims.switch_event' AND person = 'park';

SELECT * FROM aims.verify() WHERE NOT ok;

-- Found, and the entry named. Put back, the log is whole again.

SET session_replication_role = replica;
UPDATE aims.audit_entry SET person = 'park' WHERE relation = 'aims.switch_event' AND person = 'patel';
SELECT count(*) AS failed_checks FROM aims.verify() WHERE NOT ok;

\connect - vogel

-- 12. Where we stand
-- The Statement of Applicability begins with a decision for each of the 38 controls of Annex A. Nothing is green
-- because somebody typed it: evidenced means evidence in date.

INSERT INTO aims.applicability (ref, applicable, justification, implementation, owner)
SELECT ref, ref::text <> 'A.10.4', CASE WHEN ref::text = 'A.10.4' THEN 'We supply no AI system to others'
                                        ELSE 'Clinical AI is in use' END,
       CASE WHEN ref::text ~ '^A\.(5|6|9)\.' THEN 'implemented' ELSE 'planned' END::aims.implementation, 'vogel'
FROM aims.requirement WHERE framework = 'iso42001' AND kind = 'control';

SELECT objective, title, controls, applicable, implemented, evidenced, stale FROM aims.soa_coverage;

SELECT system, stage, switched_off AS off, requirements_met || ' of ' || requirements_total AS gate, next_stage, missing
FROM aims.system_readiness;

-- That was it. To look around yourself: `make demo KEEP=1` leaves the server running and says how to connect. Then try
--   * as okafor:  SELECT aims.switch_on('sepsis-watch', 'Interface corrected');
--   * as okafor:  take note-summary to deployment; SELECT * FROM aims.gate('note-summary', 'design_development');
--   * as etl:     BEGIN; an INSERT INTO cdw.sepsis_score; then switch off in another session, and COMMIT
--   * \d+ aims.audit_log, \df+ aims.*, SELECT * FROM aims.control_gap;
--   * SELECT aims.tlog_proof(entry_id) FROM aims.audit_entry LIMIT 1;  -- a file that proves one record
-- README.md explains what you have seen; doc/ has every function, view, setting and SQLSTATE.
