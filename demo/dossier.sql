-- What the owner of the sepsis alert has when it is bought and tried out.
INSERT INTO aims.model_version (system, version, status, released_on, change_summary)
VALUES ('sepsis-watch', '4.2', 'active', '2026-07-01', 'Retrained by the vendor on data of 2025');
INSERT INTO aims.dataset (dataset, system, title, purpose, relation, phi, provenance, quality)
VALUES ('sepsis-validation', 'sepsis-watch', 'Local validation cohort', 'validation', 'cdw.sepsis_score', true,
        'Silent run at three hospitals, January to August 2026', 'Outcome by chart review for each encounter');
INSERT INTO aims.risk (system, title, source, owner, consequence, inherent_likelihood, inherent_severity)
VALUES ('sepsis-watch', 'Septic patients without an alert are treated later', 'automation_complacency', 'okafor',
        'Antibiotics hours later than by rounds alone', 2, 4);
WITH filed AS (
    INSERT INTO aims.evidence (system, kind, title, uri)
    VALUES ('sepsis-watch', 'design', 'Model card and technical file of the vendor', 'dms:4712')
    RETURNING evidence_id)
INSERT INTO aims.evidence_link (evidence_id, framework, ref) SELECT evidence_id, 'iso42001', 'A.6.2.3' FROM filed;
