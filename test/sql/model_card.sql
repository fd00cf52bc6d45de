\i test/setup.sql
BEGIN;
SELECT plan(13);

-- A system of which little is known: what nothing says is empty, and listed
INSERT INTO aims.person (person, full_name, email) VALUES ('olga', 'Olga Owner', 'olga@hospital.example');
INSERT INTO aims.vendor (vendor, title, contact) VALUES ('acme', 'Acme', 'safety@acme.example');
INSERT INTO aims.vendor_product (vendor, product) VALUES ('acme', 'Reader');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('own', 'Our Own', 'olga', 'Sort letters');
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, vendor, product, autonomy, data_categories, clinical_tier) VALUES
    ('ct', 'CT Reader', 'olga', 'Find strokes', 'Adults in the emergency department', 'acme', 'Reader', 'recommends', '{images,notes}', 'high');

CREATE FUNCTION pg_temp.card(system text, ref text) RETURNS text
    RETURN (SELECT coalesce(m.content, '-') FROM aims.model_card AS m WHERE m.system = card.system AND m.ref OPERATOR(aims.=) card.ref::aims.control_ref);

SELECT results_eq('SELECT system, count(*), count(DISTINCT ref::text) FROM aims.model_card GROUP BY system ORDER BY system',
    $$SELECT s.system, c.items, c.items
        FROM (VALUES ('ct'::text), ('own')) AS s (system),
             (SELECT count(*) AS items FROM aims.requirement WHERE framework = 'chai-model-card' AND kind = 'control') AS c$$,
    'each item of the card stands on it, once, for each system');
SELECT results_eq($$SELECT ref::text, content FROM aims.model_card WHERE system = 'own' AND content IS NOT NULL ORDER BY position, ref$$,
    $$VALUES ('BasicInfo.DeveloperContact', 'here: Olga Owner, olga@hospital.example'), ('BasicInfo.ModelDeveloper', 'this organisation'),
             ('BasicInfo.ModelName', 'Our Own'), ('ReleaseInfo.ReleaseStage', 'inception'), ('ModelSummary.Summary', 'Sort letters')$$,
    'of a system that has just been entered little is known');
SELECT is(pg_temp.card('ct', ref), content, ref) FROM (VALUES
    ('BasicInfo.ModelDeveloper', 'Acme: Reader'),
    ('BasicInfo.DeveloperContact', 'here: Olga Owner, olga@hospital.example; safety@acme.example'),
    ('Warnings.ClinicalRiskLevel', 'high'),
    ('TrustIngredients.AISystemFacts.OutputAndInputDataTypes', 'images, notes'),
    ('Resources.EvaluationReferences', '-')) AS c (ref, content);

-- Versions, a switch-off, evidence in force and past
INSERT INTO aims.model_version (system, version, status, released_on) VALUES ('ct', '2.0', 'silent', '2025-03-01');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('ct', true, 'r', 'olga');
SET LOCAL session_replication_role = DEFAULT;
INSERT INTO aims.evidence (title, kind, system, uri, effective_on, valid_until) VALUES
    ('Validated', 'verification', 'ct', 'dms:1', aims.today() - 9, NULL), ('Tested on groups', 'bias_test', 'ct', 'dms:2', aims.today() - 9, aims.today() - 1),
    ('Trial of the north', 'publication', 'ct', 'dms:3', aims.today() - 9, NULL), ('Trial of another', 'publication', 'own', 'dms:4', aims.today() - 9, NULL);
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'chai-model-card', 'Resources.ClinicalTrial' FROM aims.evidence WHERE kind = 'publication';
SELECT is(pg_temp.card('ct', ref), content, ref) FROM (VALUES
    ('ReleaseInfo.ReleaseVersion', '2.0 (silent)'),
    ('ReleaseInfo.ReleaseDate', '2025-03-01'),
    ('ReleaseInfo.ReleaseStage', 'inception, switched off'),
    ('Resources.EvaluationReferences', 'Validated'),
    ('KeyMetrics.FairnessEquity', '-'),
    ('Resources.ClinicalTrial', 'Trial of the north')) AS c (ref, content);

SELECT * FROM finish();
ROLLBACK;
