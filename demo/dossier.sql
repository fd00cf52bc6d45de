-- What the owner of the sepsis alert has when it is bought and tried out.
INSERT INTO aims.model_version (system, version, status, released_on, change_summary)
VALUES ('sepsis-watch', '4.2', 'active', '2026-07-01', 'Retrained by the vendor on data of 2025');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi, provenance, quality)
VALUES ('sepsis-validation', 'sepsis-watch', 'Local validation cohort', 'validation', 'cdw.sepsis_score', true,
        'Silent run at three hospitals, January to August 2026', 'Outcome by chart review for each encounter');
WITH filed AS (
    INSERT INTO aims.evidence (system, kind, title, uri, valid_until)
    VALUES ('sepsis-watch', 'risk_assessment', 'Risk assessment', 'dms:4711', aims.today() + 365),
           ('sepsis-watch', 'design', 'Model card and technical file of the vendor', 'dms:4712', NULL)
    RETURNING evidence_id, kind)
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'iso42001', ref::aims.control_ref
FROM filed JOIN (VALUES ('risk_assessment', 'A.5.2'), ('design', 'A.6.2.3')) AS answers (kind, ref) USING (kind);
