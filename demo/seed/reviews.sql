-- Management reviews, certification, crosswalks.
INSERT INTO act (day, person, statement)
SELECT r.day + s.later, s.person, s.statement
  FROM (VALUES (310), (675)) AS r (day)
 CROSS JOIN LATERAL (VALUES
    (-6, 1, 'otto', $$INSERT INTO aims.management_review (planned_on) VALUES (aims.today() + 6)$$),
    (-1, 2, 'otto', $$SELECT aims.prepare_review((SELECT max(management_review_id) FROM aims.management_review))$$),
    (-1, 3, 'otto', $$INSERT INTO aims.management_review_attendee SELECT (SELECT max(management_review_id) FROM aims.management_review), p FROM unnest('{otto,felix,hiro,ines,noor}'::text[]) AS p$$),
    (0, 4, 'otto', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'ingrid', minutes = 'https://dms.threerivers.example/reviews/' || management_review_id, next_on = aims.today() + 365 WHERE status = 'planned'$$))
       AS s (later, n, person, statement)
 ORDER BY r.day, s.n;
INSERT INTO act (day, person, statement) VALUES
    (311, 'otto', $$INSERT INTO aims.management_review_decision (management_review_id, kind, decision, system, owner, due_on)
        SELECT max(r.management_review_id), v.kind, v.decision, v.system, v.owner, aims.today() + v.days FROM aims.management_review AS r CROSS JOIN (VALUES
            ('improvement', 'Validate per hospital', NULL, 'ines', 120), ('resource', 'A second data scientist', NULL, 'otto', 200),
            ('change', 'Deputy of the AI officer', NULL, 'hiro', 60), ('improvement', 'Monitors report by themselves', NULL, 'liam', 300)) AS v (kind, decision, system, owner, days) GROUP BY v.kind, v.decision, v.system, v.owner, v.days$$),
    (314, 'ingrid', $$SELECT aims.approve('management_review', management_review_id::text, 'approval', 'As it was') FROM aims.management_review WHERE status = 'held'$$),
    (406, 'ines', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'Development procedure 1.1' WHERE decision = 'Validate per hospital'$$),
    (410, 'otto', $$UPDATE aims.management_review_decision SET status = 'done' WHERE decision = 'Validate per hospital'$$),
    (340, 'hiro', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'Jonas is deputy' WHERE decision = 'Deputy of the AI officer'$$),
    (344, 'ingrid', $$UPDATE aims.management_review_decision SET status = 'done' WHERE decision = 'Deputy of the AI officer'$$),
    (700, 'otto', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'Starts in spring' WHERE decision = 'A second data scientist'$$),
    (676, 'otto', $$INSERT INTO aims.management_review_decision (management_review_id, kind, decision, system, owner, due_on)
        SELECT max(r.management_review_id), v.kind, v.decision, v.system, v.owner, aims.today() + v.days FROM aims.management_review AS r CROSS JOIN (VALUES
            ('change', 'Notices of changes are assessed within ten days', NULL, 'noor', 90), ('improvement', 'Clinicians see why the score is high', 'sepsis-watch', 'liam', 180)) AS v (kind, decision, system, owner, days) GROUP BY v.kind, v.decision, v.system, v.owner, v.days$$),
    (680, 'ingrid', $$SELECT aims.approve('management_review', management_review_id::text, 'approval', 'As it was') FROM aims.management_review WHERE status = 'held'$$),
    -- Certification
    (100, 'otto', $$INSERT INTO aims.certificate (framework, scope, body, accreditation_body, accreditation_number, accreditation_until, number, issued_on, valid_until, uri, content_sha256)
        VALUES ('iso27001', 'Information security of the three hospitals', 'Brightmark Certification', 'Valley Accreditation', 'VA-17', aims.today() + 1200, 'BM-27-9', aims.today() - 200, aims.today() + 800, 'https://dms.threerivers.example/iso27001', sha256('iso27001'))$$),
    (102, 'ingrid', $$SELECT aims.approve('certificate', certificate_id::text, 'approval', 'Compared with the original') FROM aims.certificate WHERE framework = 'iso27001'$$),
    (400, 'otto', $$INSERT INTO aims.certificate (scope, body) VALUES ('AI systems of the three hospitals', 'Brightmark Certification')$$),
    (402, 'otto', $$INSERT INTO aims.certification_audit (certificate_id, step, planned_on) SELECT certificate_id, v.step, aims.today() + v.days
                    FROM aims.certificate CROSS JOIN (VALUES ('stage_1', 40), ('stage_2', 80)) AS v (step, days) WHERE framework = 'iso42001'$$),
    (442, 'otto', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'K. Keen', outcome = 'recommended', report_uri = 'https://dms.threerivers.example/stage-1', report_sha256 = sha256('stage 1') WHERE step = 'stage_1'$$),
    (484, 'otto', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today() - 1, auditor = 'K. Keen', outcome = 'recommended_after_correction', report_uri = 'https://dms.threerivers.example/stage-2', report_sha256 = sha256('stage 2') WHERE step = 'stage_2'$$),
    (486, 'otto', $$INSERT INTO aims.certification_nonconformity (certification_audit_id, number, grade, ref, statement, response_due)
        SELECT certification_audit_id, 'NC-1', 'minor', '6.2', 'An objective has had no value for months', aims.today() + 60 FROM aims.certification_audit WHERE step = 'stage_2'$$),
    (488, 'jonas', $$INSERT INTO aims.capa (title, source, certification_nonconformity, severity, owner) SELECT 'Objectives without values', 'certification_nonconformity', certification_nonconformity_id, 'minor', 'otto' FROM aims.certification_nonconformity$$),
    (512, 'otto', $$UPDATE aims.certificate SET number = 'BM-42-1', issued_on = aims.today() - 3, valid_until = aims.today() + 1091, accreditation_body = 'Valley Accreditation', accreditation_number = 'VA-17', accreditation_until = aims.today() + 1200,
                    uri = 'https://dms.threerivers.example/iso42001', content_sha256 = sha256('iso42001') WHERE framework = 'iso42001'$$),
    (514, 'ingrid', $$SELECT aims.approve('certificate', certificate_id::text, 'approval', 'Compared with the original') FROM aims.certificate WHERE framework = 'iso42001'$$),
    (720, 'otto', $$INSERT INTO aims.certification_audit (certificate_id, step, planned_on) SELECT certificate_id, 'surveillance_1', aims.today() + 100 FROM aims.certificate WHERE framework = 'iso42001'$$),
    -- Mappings of our own: one reviewed, one that waits
    (320, 'noor', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, reuse, source) VALUES
        ('hipaa-security', '164.308.a.1.ii.A', 'intersects', 'iso42001', '6.1.2', 'extend', 'Workshop of the risk owner and security'),
        ('hipaa-security', '164.308.b.1', 'intersects', 'iso42001', 'A.10.3', 'extend', 'Workshop of the risk owner and security')$$),
    (326, 'otto', $$UPDATE aims.crosswalk SET reviewer = 'otto' WHERE NOT shipped AND framework = 'hipaa-security' AND ref = '164.308.a.1.ii.A'$$);
