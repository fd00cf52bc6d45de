-- Internal audits: a programme, two audits, by auditors who have no part in what
-- they audit; samples are drawn with a seed that the audited name.
CREATE TEMPORARY TABLE audited (day integer, title text, lead text, refs text, systems text, population text, system text, size integer, seed integer);
INSERT INTO audited VALUES
    (280, 'Development and operation', 'walt', '{A.6,A.7,9.1}', '{sepsis-watch,readmission}', 'evidence', 'sepsis-watch', 4, 280),
    (610, 'Use at the bedside', 'amara', '{A.8,A.9,7.3}', '{ambient-scribe,mammo-cad}', 'training_record', NULL, 3, 610);
INSERT INTO act (day, person, statement) VALUES
    (250, 'walt', $$INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods, every_months)
                    VALUES ('first', 'Audit programme of the first two years', aims.today(), aims.today() + 450, 'Three hospitals, all AI systems', 'ISO/IEC 42001, our procedures', 'Samples, interviews, observation', 12)$$),
    (254, 'ingrid', $$SELECT aims.approve('audit_programme', 'first', 'approval', 'Agreed with the board')$$);
INSERT INTO act (day, person, statement)
SELECT a.day + s.later, a.lead, s.statement
  FROM audited AS a
 CROSS JOIN LATERAL (SELECT format('(SELECT internal_audit_id FROM aims.internal_audit WHERE title = %L)', a.title)) AS one (id)
 CROSS JOIN LATERAL (VALUES
    (-10, 1, format('INSERT INTO aims.internal_audit (audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due) VALUES (''first'', %L, aims.today() - 260, aims.today(), %L, aims.today() + 10, aims.today() + 30)', a.title, a.lead)),
    (-10, 2, format('INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) SELECT %s, r FROM unnest(%L::aims.control_ref[]) AS r', one.id, a.refs)),
    (-10, 3, format('INSERT INTO aims.internal_audit_scope (internal_audit_id, system) SELECT %s, r FROM unnest(%L::text[]) AS r', one.id, a.systems)),
    (0, 4, format('UPDATE aims.internal_audit SET status = ''in_progress'' WHERE title = %L', a.title)),
    (0, 5, format('SELECT aims.draw_audit_sample(%s, %L, %s, %s, %L)', one.id, a.population, a.size, a.seed, a.system)))
       AS s (later, n, statement)
 ORDER BY a.day, s.later, s.n;
INSERT INTO act (day, person, statement) VALUES
    (284, 'walt', $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, system, statement, objective_evidence, response_due)
        SELECT a.internal_audit_id, v.grade, v.ref::aims.control_ref, v.system, v.statement, v.proof, aims.today() + 30 FROM aims.internal_audit AS a CROSS JOIN (VALUES
            ('minor', 'A.7.6', 'sepsis-watch', 'Preparation of data is excluded, and done', 'Training dataset of Sepsis Watch: winsorised'),
            ('minor', 'A.6.2.6', 'sepsis-watch', 'Values are looked at after weeks', 'Mails about the monitors of two months'),
            ('opportunity', '9.1', NULL, 'Let monitors report by themselves', 'Values are typed')) AS v (grade, ref, system, statement, proof) WHERE a.title = 'Development and operation'$$),
    (286, 'walt', $$UPDATE aims.audit_finding SET status = 'open' WHERE status = 'draft'$$),
    (286, 'walt', $$INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note, audit_finding_id)
        SELECT i.audit_sample_id, i.item, i.position <> 2, CASE i.position WHEN 2 THEN 'Not looked at for three weeks' ELSE 'Names version and hospital' END,
               CASE i.position WHEN 2 THEN (SELECT audit_finding_id FROM aims.audit_finding WHERE ref = 'A.6.2.6'::aims.control_ref) END FROM aims.audit_sample_item AS i$$),
    (290, 'walt', $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'Conforms, but for two minor nonconformities', report_uri = 'https://dms.threerivers.example/audits/1', report_sha256 = sha256('audit 1') WHERE title = 'Development and operation'$$),
    (296, 'otto', $$UPDATE aims.audit_finding SET response = 'Accepted; corrective actions are opened' WHERE status = 'open'$$),
    (296, 'otto', $$INSERT INTO aims.capa (title, source, audit_finding, severity, owner) SELECT v.title, 'audit_finding', f.audit_finding_id, 'minor', v.owner
        FROM aims.audit_finding AS f JOIN (VALUES ('A.7.6', 'Preparation of data was excluded', 'priya'), ('A.6.2.6', 'Monitors are read too late', 'liam')) AS v (ref, title, owner) ON v.ref = f.ref::text$$),
    (462, 'walt', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'Corrective action was effective' WHERE status = 'open' AND grade = 'minor'$$),
    (468, 'ingrid', $$SELECT aims.approve('internal_audit', internal_audit_id::text, 'approval', 'Report read, corrections seen') FROM aims.internal_audit WHERE title = 'Development and operation'$$),
    (614, 'amara', $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, system, statement, objective_evidence, response_due)
        SELECT a.internal_audit_id, v.grade, v.ref::aims.control_ref, v.system, v.statement, v.proof, aims.today() + 30 FROM aims.internal_audit AS a CROSS JOIN (VALUES
            ('minor', 'A.8.2', 'ambient-scribe', 'Users do not know how to report a wrong note', 'Five of eight did not'),
            ('observation', 'A.9.2', 'mammo-cad', 'Second readings are seldom overridden', 'Rates of three months')) AS v (grade, ref, system, statement, proof) WHERE a.title = 'Use at the bedside'$$),
    (616, 'amara', $$UPDATE aims.audit_finding SET status = 'open' WHERE status = 'draft'$$),
    (616, 'amara', $$INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note)
        SELECT i.audit_sample_id, i.item, true, 'Certificate seen' FROM aims.audit_sample_item AS i WHERE i.conforming IS NULL$$),
    (622, 'amara', $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'Conforms, but for one minor nonconformity', report_uri = 'https://dms.threerivers.example/audits/2', report_sha256 = sha256('audit 2') WHERE title = 'Use at the bedside'$$),
    (636, 'otto', $$INSERT INTO aims.capa (title, source, audit_finding, system, severity, owner) SELECT 'Users of the scribe do not know how to report', 'audit_finding', audit_finding_id, 'ambient-scribe', 'minor', 'ines'
        FROM aims.audit_finding WHERE ref = 'A.8.2'::aims.control_ref AND status = 'open'$$);
