-- What `make demo` plays, after warehouse.sql and roles.sql (demo/run says how).

\connect - :superuser

-- 1. A warehouse, and the extension
-- OMOP tables and the score table of a vendor's model. None of them knows of aims.

SELECT relnamespace::regnamespace AS schema,
       string_agg(relname || ' ' || to_char(reltuples, 'FM99,999'), ', ' ORDER BY relname) AS rows
FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('omop'::regnamespace, 'cdw'::regnamespace) GROUP BY 1;

CREATE EXTENSION aims;

-- 2. People, and who may do what
-- Everybody acts under a database role of their own. The superuser is the root of trust: he names the sponsor and the
-- AI officer. She assigns the other duties, never her own.

\i people.sql
INSERT INTO aims.duty (person, duty) VALUES ('hale', 'executive_sponsor'), ('vogel', 'ai_officer');

\connect - vogel

INSERT INTO aims.duty (person, duty, seat) VALUES
    ('okafor', 'system_owner', NULL), ('okafor', 'risk_owner', NULL), ('park', 'clinical_reviewer', NULL),
    ('fischer', 'committee_member', 'clinical'), ('patel', 'committee_member', 'security');

-- 3. Three AI systems enter the inventory

\i inventory.sql
SELECT system, title, organisation_role, vendor, clinical_tier, stage FROM aims.ai_system;

\connect - :superuser

-- 4. Their tables come under governance
-- What in this database looks like AI and is in no inventory? Catalogs and statistics tell, no table is read.

INSERT INTO aims.system_value (relation, value, system) VALUES
    ('omop.note_nlp', 'note-summary 0.9', 'note-summary'), ('omop.note_nlp', 'manual abstraction', NULL);
SELECT kind, object, row_estimate AS rows, why FROM aims.shadow_ai ORDER BY kind, object;

-- cTAKES is shadow AI: a tool that nobody has registered. The rest is about to be governed.
-- The row decides whether it is AI output, not the writer: a table of one system, a column that names the system, or a
-- condition on the row. First a look at what would be refused today; the preview changes nothing.

SELECT * FROM aims.govern_preview('omop.note_nlp', system_column => 'nlp_system');

-- Now govern; the rows that are there stay as they are. Sepsis scores wait for a clinician before anybody else sees them:
-- dashboards get a view of what is released.

SELECT aims.govern('cdw.sepsis_score', system => 'sepsis-watch', review => 'required', version_column => 'version');
SELECT aims.released('cdw.sepsis_score', 'sepsis_score_released');
GRANT SELECT ON cdw.sepsis_score_released TO bi;
SELECT aims.govern('omop.note_nlp', system_column => 'nlp_system');
SELECT aims.govern('omop.measurement', system => 'rad-triage',
                   system_when => 'measurement_type_concept_id IN (32880, 32881, 32882)');

\connect - etl

-- 5. The nightly load meets the guard
-- Laboratory values are no AI output and go through. The sepsis scores do not ...

INSERT INTO omop.measurement (measurement_id, person_id, measurement_concept_id, measurement_date, measurement_type_concept_id)
SELECT measurement_id + 1000000, person_id, 3014111, '2026-09-21', 32856 FROM omop.measurement WHERE measurement_id <= 5000;

-- Refused: MS001

INSERT INTO cdw.sepsis_score
SELECT patient, encounter, model, version, probability, threshold, flag, NULL, instant + interval '50 days'
FROM cdw.sepsis_score WHERE instant BETWEEN '2026-08-01' AND '2026-08-02';

-- ... nor does a single measurement that an algorithm made, nor the tool that nobody has registered.
-- Refused: MS001

INSERT INTO omop.measurement (measurement_id, person_id, measurement_concept_id, measurement_date, measurement_type_concept_id)
VALUES (2000001, 17, 0, '2026-09-21', 32880);

-- Refused: MS002

INSERT INTO omop.note_nlp (note_nlp_id, note_id, lexical_variant, nlp_system, nlp_date)
VALUES (2000001, 1, 'sepsis', 'cTAKES 4.0.0.1', '2026-09-21');

\connect - :superuser

-- 6. What the sepsis alert lacks
-- Gates are rows, evaluated from rows with dates; a site adds its own. This one wants two approvals for critical systems.

INSERT INTO aims.gate_requirement (requirement, stage, tiers, control, title, check_function, parameter, approval)
VALUES ('two-approvals', 'deployment', '{critical}', 'A.6.2.5', 'Approved by two people', 'aims.check_approval',
        '{"count": 2}', true);

\connect - okafor

-- The owner files what there is, and takes the system through the first two stages.

\i dossier.sql
SELECT aims.advance('sepsis-watch', 'design_development', 'Vendor selected');
SELECT aims.advance('sepsis-watch', 'verification_validation', 'Installed for a silent run');

SELECT requirement, control, detail FROM aims.gate('sepsis-watch', 'deployment') WHERE NOT met;

-- 7. Evidence, records, a drill, a request
-- Evidence has dates: when it expires, gates and views know it on that day, without a nightly job. The impact assessment,
-- the risk, the training and the contracts are records: what another person has to sign or confirm waits for that.

INSERT INTO aims.evidence (system, version, kind, title, uri, valid_until)
VALUES ('sepsis-watch', '4.2', 'verification', 'Local validation: AUROC 0.86', 'dms:4801', aims.today() + 180)
RETURNING evidence_id;
INSERT INTO aims.evidence_link (evidence_id, framework, ref) VALUES (2, 'iso42001', 'A.6.2.4');
\i evidence.sql
CALL aims.switch_off_drill('sepsis-watch', 'Before go-live');

\connect - vogel

SELECT action, subject || ' ' || subject_id AS subject, left(detail, 52) AS detail
FROM aims.next_action WHERE system = 'sepsis-watch' ORDER BY subject, action;

UPDATE aims.user_count SET status = 'confirmed' WHERE user_count_id = 1;
UPDATE aims.training_session SET status = 'confirmed' WHERE training_session_id = 1;

\connect - fischer

SELECT aims.approve('impact_assessment', '1', 'approval', 'Workshop and answers read');
SELECT aims.approve('risk_acceptance', '1', 'approval', 'Bearable while nurses screen');
SELECT aims.approve('vendor_contract', '1', 'approval', 'Compared with the original');
SELECT aims.approve('vendor_contract', '2', 'approval', 'Compared with the original');
SELECT aims.approve('vendor_assessment', '1', 'approval', 'References called');

\connect - okafor

SELECT aims.request_advance('sepsis-watch', 'deployment', 'Go-live at three hospitals');

-- Nobody approves what he has asked for himself.
-- Refused: MS012

SELECT aims.approve('transition', '3', 'approval', 'Looks good to me');

\connect - :superuser

-- An UPDATE does not go round that, not even the superuser's: a move is a known person's ...
-- Refused: MS014

UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'sepsis-watch';

\connect - okafor

-- ... and not round the gate either.
-- Refused: MS010

UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'sepsis-watch';

\connect - fischer

-- Two members of the committee approve; the owner moves it on.

SELECT aims.approve('transition', '3', 'approval', 'Validation and bias test reviewed');

\connect - patel

SELECT aims.approve('transition', '3', 'approval', 'Vendor assessment reviewed');

\connect - okafor

SELECT aims.advance('sepsis-watch', 'deployment', 'Approved by the AI committee');

\connect - etl

-- 8. The same load again

INSERT INTO cdw.sepsis_score
SELECT patient, encounter, model, version, probability, threshold, flag, NULL, instant + interval '50 days'
FROM cdw.sepsis_score WHERE instant BETWEEN '2026-08-01' AND '2026-08-02';

\connect - park

-- 9. People decide
-- A clinician accepts an alert, and corrects another as she would without aims: with an UPDATE.

SELECT version, count(*) AS waiting FROM aims.pending_review GROUP BY version;
SELECT aims.review('cdw.sepsis_score', '{"encounter": 6026, "model": "Sepsis Watch", "instant": "2026-09-20 03:01Z"}',
                   'accepted', NULL);
UPDATE cdw.sepsis_score SET flag = false WHERE encounter = 962 AND instant = '2026-09-20 12:53Z';

-- The triggers know that a person has changed what a system had written.

SELECT source, key ->> 'encounter' AS encounter, person, decision, old_values, new_values FROM aims.oversight_log ORDER BY at;

\connect - vogel

SELECT version, outputs, reviewed, accepted, overridden, reloads, rate FROM aims.override_rate;

\connect - bi

-- The accepted score is released; the corrected one waits for a decision still.

SELECT encounter, instant, probability, flag FROM cdw.sepsis_score_released;

\connect - carter

-- 10. The owner of the table
-- May do with it what owners do, but not take governance away from it.
-- Refused: MS030

ALTER TABLE cdw.sepsis_score DISABLE TRIGGER USER;

-- Refused: MS030

DROP TABLE cdw.sepsis_score CASCADE;

\connect - :superuser

-- 11. A monitor
-- Outcomes come later than scores, from another table; where a patient lay, from a third. A view brings them together.

CREATE VIEW cdw.sepsis_outcome AS
SELECT s.probability, s.outcome, s.instant, c.care_site_name AS hospital
FROM cdw.sepsis_score AS s JOIN omop.visit_occurrence AS v ON v.visit_occurrence_id = s.encounter JOIN omop.care_site AS c USING (care_site_id);
GRANT SELECT ON cdw.sepsis_outcome TO okafor;

\connect - etl

-- A month goes by, and the outcomes are known.

INSERT INTO cdw.sepsis_score
SELECT patient, encounter, model, '4.2', probability, threshold, flag, outcome, now() - make_interval(mins => 30000 + encounter)
FROM cdw.sepsis_score WHERE outcome IS NOT NULL AND encounter % 2 = 0
ON CONFLICT DO NOTHING;

\connect - okafor

-- The owner of the system drafts a monitor from a template. It is a query, and runs with his rights, read-only, whoever runs it:
-- he cannot have it read what he may not, and neither can who runs it.

SELECT aims.draft_monitor('sepsis-auroc', 'auroc-by-group', 'sepsis-watch', 'okafor',
    '{"relation": "cdw.sepsis_outcome", "score": "probability", "label": "outcome", "subgroup": "hospital", "instant": "instant"}');
INSERT INTO aims.monitor_control (monitor, ref) VALUES ('sepsis-auroc', 'A.6.2.6');

-- What is normal comes from the validation, what is bad from him. Once active it is not changed behind anybody's back.

UPDATE aims.monitor SET baseline = 0.86, baseline_source = 'Local validation, dms:4801', warn = 0.80, breach = 0.75,
                        on_breach = 're_evaluation', status = 'active' WHERE monitor = 'sepsis-auroc';

-- A timer does this by night. AUROC at each hospital, with its interval; the worst one counts.

SELECT aims.run_due_monitors();
SELECT g.key AS hospital, round((g.value ->> 'value')::numeric, 2) AS auroc, round((g.value ->> 'low')::numeric, 2) AS low,
       round((g.value ->> 'high')::numeric, 2) AS high, g.value ->> 'sample' AS sample,
       CASE g.key WHEN m.particulars ->> 'group' THEN m.verdict END AS verdict
FROM aims.measurement AS m, jsonb_each(m.groups) AS g ORDER BY m.measurement_id, hospital;

-- Good enough, and that is evidence for A.6.2.6 until the next one is due.

SELECT title, effective_on, valid_until FROM aims.evidence WHERE origin = 'monitor';

-- Nobody types a better value.
-- Refused: 22023

INSERT INTO aims.measurement (monitor, value, sample) VALUES ('sepsis-auroc', 0.95, 2000);

\connect - etl

-- Two weeks later Lakeside's laboratory changes the unit of lactate. The model does not know: its scores there mean nothing.

INSERT INTO cdw.sepsis_score
SELECT s.patient, s.encounter, s.model, '4.2',
       CASE v.care_site_id WHEN 3 THEN (s.encounter * 7919 % 1000) / 1000.0 ELSE s.probability END,
       s.threshold, s.flag, s.outcome, now() - make_interval(mins => 1 + s.encounter)
FROM (SELECT DISTINCT ON (encounter) * FROM cdw.sepsis_score WHERE outcome IS NOT NULL ORDER BY encounter, instant) AS s
     JOIN omop.visit_occurrence AS v ON v.visit_occurrence_id = s.encounter;

\connect - okafor

SELECT aims.run_monitor('sepsis-auroc');
SELECT g.key AS hospital, round((g.value ->> 'value')::numeric, 2) AS auroc, round((g.value ->> 'low')::numeric, 2) AS low,
       round((g.value ->> 'high')::numeric, 2) AS high, g.value ->> 'sample' AS sample,
       CASE g.key WHEN m.particulars ->> 'group' THEN m.verdict END AS verdict
FROM aims.measurement AS m, jsonb_each(m.groups) AS g WHERE m.verdict = 'breach' ORDER BY hospital;

-- All patients together would not have breached. By itself the system has gone to re-evaluation, its owner has a finding,
-- and what was evidence until today is none any more. Alerts go on: no timer silences a clinical system.

SELECT round(aims.auroc(probability::float8, outcome)::numeric, 2) AS all_patients FROM cdw.sepsis_outcome WHERE instant > now() - interval '1 month';
SELECT stage, person, reason FROM aims.stage_duration WHERE system = 'sepsis-watch' ORDER BY entered_at DESC LIMIT 1;
SELECT f.kind, f.detail, k.duty, f.closed_at FROM aims.finding AS f JOIN aims.finding_kind AS k USING (kind) WHERE f.kind = 'monitor_breach';
SELECT title, state FROM aims.evidence_state WHERE origin = 'monitor';

\connect - okafor

-- 12. What that may cost
-- In the matrix the risk is a word. Its owner now says it in money, each estimate as least, most likely and most: how often in a
-- year scores lose their meaning unnoticed, how likely somebody is harmed, what the event costs, and what patients then claim.
-- Once as it is, and once with a nightly check of the units that the laboratories send.

INSERT INTO aims.risk_scenario (risk_id, assessment, description, threat_event_frequency, vulnerability, primary_response, primary_productivity,
                                secondary_probability, secondary_fines)
VALUES (1, 'current', 'An input changes its meaning; sepsis is treated late', '0.5..2..6', '0.3..0.6..0.9', '20000..60000..200000', '5000..30000..90000',
        '0.05..0.15..0.4', '100000..600000..5000000'),
       (1, 'residual', 'The same, found within a day', '0.5..2..6', '0.02..0.08..0.25', '10000..30000..100000', '5000..15000..50000',
        '0.02..0.05..0.2', '100000..600000..5000000');
INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, annual_cost)
VALUES (1, 'Compare units and ranges of all inputs with yesterday''s, each night', 'okafor', aims.today() + 60, 90000);

-- A hundred thousand years of each, with stored seed: whoever doubts the figures computes them again, to the bit.

SELECT aims.simulate_risks();

\connect - vogel

-- The committee sees loss before and after, in an average year and in one of twenty, and what the treatment returns.

SELECT risk_id AS risk, inherent_level AS matrix, round(current_loss) AS mean_before, round(residual_loss) AS mean_after,
       round(current_var_95) AS year_in_20_before, round(residual_var_95) AS year_in_20_after
FROM aims.risk_quantification WHERE quantified;
SELECT planned_cost, round(current_loss - residual_loss) AS saves, round(return_of_planned::numeric, 1) AS returns FROM aims.risk_treatment_return;
SELECT b.probability, round(b.loss) AS loss_before, round(a.loss) AS loss_after
FROM aims.risk_exceedance AS b JOIN aims.risk_exceedance AS a USING (risk_id, probability)
WHERE b.assessment = 'current' AND a.assessment = 'residual' AND probability IN (0.5, 0.25, 0.1, 0.05, 0.01) ORDER BY probability DESC;

\connect - park

-- 13. A clinician switches it off
-- One call. From its commit on no transaction commits output of this system, whatever its isolation level. Commits that
-- were in flight and did not end within aims.switch_off_wait would be listed: none.

SELECT * FROM aims.switch_off('sepsis-watch', 'Alerts on discharged patients since this morning');

\connect - etl

-- Refused: MS003

INSERT INTO cdw.sepsis_score VALUES (17, 42, 'Sepsis Watch', '4.2', 0.71, 0.60, true, NULL, '2026-09-21 14:00Z');

\connect - :superuser

-- 14. The ledger
-- All of that was captured in the transactions that did it. Sealing puts what has committed into a Merkle tree, whose
-- head is signed with a key in a file outside the data directory.

\getenv key_directory AIMS_KEY_DIR
\set key_file :key_directory '/aims.key'
ALTER DATABASE :"DBNAME" SET aims.signing_key_file = :'key_file';

SELECT aims.create_signing_key('northfield.example/aims');

SELECT aims.seal();
SELECT aims.checkpoint() AS note \gset
\echo :note
SELECT check_name, ok, detail FROM aims.verify(:'note');

-- The note, kept elsewhere, commits you to every entry so far: an auditor checks it, and proofs against it, with any
-- implementation of C2SP tlog-checkpoint. Proof that the approvals are in the tree:

SELECT e.entry_id, e.session_user_name AS who, e.operation, e.relation, aims.leaf_index(e.entry_id), s.tree_size,
       cardinality(aims.inclusion_proof(e.entry_id)) AS hashes,
       aims.verify_inclusion(aims.leaf(e.entry_id), aims.leaf_index(e.entry_id), s.tree_size,
                             aims.inclusion_proof(e.entry_id), s.root_hash) AS proven
FROM aims.audit_entry AS e, (SELECT * FROM aims.seal ORDER BY seal_id DESC LIMIT 1) AS s
WHERE e.relation = 'aims.approval' ORDER BY e.entry_id;

-- 15. A row altered behind the log's back
-- A superuser can step round the triggers. It was not Dr Park who switched it off ...

SET session_replication_role = replica;
UPDATE aims.audit_entry SET person = 'okafor' WHERE relation = 'aims.switch_event' AND person = 'park';

SELECT * FROM aims.verify() WHERE NOT ok;

-- Found, and the entry named. Put back, the log is whole again.

SET session_replication_role = replica;
UPDATE aims.audit_entry SET person = 'park'
WHERE entry_id = (SELECT entry_id FROM aims.verify() WHERE check_name = 'entry digests');
SELECT count(*) AS failed FROM aims.verify() WHERE NOT ok;

-- 16. Checked by a stranger
-- The log as plain files: leaves, without anything of a patient in them, and the hashes above. An auditor has got the verifier
-- key on paper and has no account here. He takes a copy, and checks it without any database.

$ psql -XAtqc 'SELECT aims.public_key()' >northfield.key
$ aims-export --key=northfield.key log
$ aims-verify -k northfield.key log

-- Refused: 1

$ sed -i '0,/"UPDATE"/s//"DELETE"/' log/tile/entries/*/*
$ aims-verify -k northfield.key log

-- doc/auditors.md is his walk-through.

\connect - vogel

-- 17. Where we stand
-- The Statement of Applicability: a decision for each of the 38 controls of Annex A. What counts as evidenced is
-- computed from evidence in date, never typed.

INSERT INTO aims.applicability (ref, applicable, justification, implementation, owner)
SELECT ref, ref::text <> 'A.10.4',
       CASE ref::text WHEN 'A.10.4' THEN 'We supply no AI system to others' ELSE 'Clinical AI is in use' END,
       CASE WHEN ref::text ~ '^A\.[569]\.' THEN 'implemented' ELSE 'planned' END::aims.implementation, 'vogel'
FROM aims.requirement WHERE framework = 'iso42001' AND kind = 'control';

SELECT objective, title, controls, applicable, implemented, evidenced, stale FROM aims.soa_coverage;

SELECT system, stage, switched_off AS off, requirements_met || ' of ' || requirements_total AS gate, next_stage, missing
FROM aims.system_readiness;
