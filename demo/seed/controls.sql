-- The Statement of Applicability and its evidence: every control is decided on in
-- the first five months; the evidence is renewed each year, but for tools (A.4.4),
-- where nobody remembers. Preparation of data (A.7.6) is excluded first; an audit
-- finds that Sepsis Watch is developed here, and version 2.0 includes it.
CREATE TEMPORARY TABLE control (n integer GENERATED ALWAYS AS IDENTITY, ref text, applicable boolean, owner text, reason text, evidence text);
INSERT INTO control (ref, applicable, owner, reason, evidence) VALUES
    ('A.2.2', true, 'ingrid', 'The board wants a policy', 'AI policy, signed'),
    ('A.2.3', true, 'jonas', 'Privacy, security and quality have policies, too', 'Comparison with the policies on privacy, security and quality'),
    ('A.2.4', true, 'ingrid', 'The field changes each year', 'Minutes of the review of the policy'),
    ('A.3.2', true, 'otto', 'Duties are assigned in the database', 'Charter with duties and seats'),
    ('A.3.3', true, 'jonas', 'Staff see what goes wrong first', 'Kiosk for concerns, test report'),
    ('A.4.2', true, 'otto', 'Each system has an entry', 'Export of the inventory'),
    ('A.4.3', true, 'priya', 'We develop two systems', 'Register of datasets'),
    ('A.4.4', true, 'samir', 'Tools come and go with projects', 'List of tools and licences'),
    ('A.4.5', true, 'samir', 'Silent runs need a server', 'Capacity plan of the data centre'),
    ('A.4.6', true, 'otto', 'Few people know the models', 'Competence plan'),
    ('A.5.2', true, 'noor', 'Patients are concerned', 'Procedure for impact assessments'),
    ('A.5.3', true, 'noor', 'Assessments are kept as records', 'Impact assessments of the year'),
    ('A.5.4', true, 'noor', 'Three hospitals serve different people', 'Analysis by hospital, age and language'),
    ('A.5.5', true, 'felix', 'We are the largest employer of the county', 'Note on effects on the county'),
    ('A.6.1.2', true, 'ines', 'We develop two systems', 'Objectives for development'),
    ('A.6.1.3', true, 'ines', 'We develop two systems', 'Development procedure'),
    ('A.6.2.2', true, 'ines', 'Each system has a purpose and limits', 'Template of requirements, filled in'),
    ('A.6.2.3', true, 'ines', 'We develop two systems', 'Design dossiers'),
    ('A.6.2.4', true, 'ines', 'Every model is validated on our own patients', 'Validation protocol'),
    ('A.6.2.5', true, 'otto', 'Gates decide', 'Plan of deployments'),
    ('A.6.2.6', true, 'liam', 'Models drift', 'Monitoring plan'),
    ('A.6.2.7', true, 'ines', 'Vendors deliver too little', 'Technical dossiers'),
    ('A.6.2.8', true, 'samir', 'Output is governed in the warehouse', 'Log of governed tables'),
    ('A.7.2', true, 'priya', 'We develop two systems', 'Plan for training data'),
    ('A.7.3', true, 'priya', 'Data come from three hospitals', 'Agreements on data'),
    ('A.7.4', true, 'priya', 'Units differ between hospitals', 'Report on data quality'),
    ('A.7.5', true, 'priya', 'Cohorts have fingerprints', 'Provenance of cohorts'),
    ('A.7.6', false, 'priya', 'Vendors prepare their data', 'Preparation of the sepsis cohort'),
    ('A.8.2', true, 'ines', 'Users need instructions', 'Instructions for use'),
    ('A.8.3', true, 'jonas', 'Patients call us', 'Hotline for patients, test report'),
    ('A.8.4', true, 'jonas', 'Regulators have deadlines', 'Drill of the incident procedure'),
    ('A.8.5', true, 'jonas', 'The county asks', 'Register on the web site'),
    ('A.9.2', true, 'ines', 'Clinicians decide', 'Use procedure'),
    ('A.9.3', true, 'ines', 'Each use has a goal', 'Objectives for use'),
    ('A.9.4', true, 'ines', 'Not in paediatrics', 'Filter by age, tested'),
    ('A.10.2', true, 'felix', 'Six vendors', 'Annex on AI of the contracts'),
    ('A.10.3', true, 'noor', 'Six vendors', 'Assessments of vendors'),
    ('A.10.4', false, 'felix', 'We hand no AI system to customers', NULL);
INSERT INTO act (day, person, statement)
SELECT s.day, s.person, s.statement
  FROM control AS c
 CROSS JOIN LATERAL (VALUES
    (30 + (c.n - 1) / 8 * 20, 'otto', format('INSERT INTO aims.applicability (ref, applicable, justification, implementation, owner, review_due) VALUES (%L, %L, %L, %L, %L, aims.today() + 640)',
        c.ref, c.applicable, c.reason, CASE WHEN c.applicable THEN 'planned' ELSE 'not_started' END, c.owner)),
    (60 + (c.n - 1) / 6 * 20, 'otto', CASE WHEN c.applicable THEN pg_temp.evidence(c.evidence, 'record', '{' || c.ref || '}', 380) END),
    (60 + (c.n - 1) / 6 * 20, 'otto', CASE WHEN c.applicable THEN format('UPDATE aims.applicability SET implementation = ''implemented'' WHERE ref = %L AND scope = ''organisation''', c.ref) END),
    (420 + (c.n - 1) / 6 * 20, 'otto', CASE WHEN c.applicable AND c.ref <> 'A.4.4' THEN pg_temp.renew(c.evidence, 380, c.evidence || ' again') END),
    (420 + (c.n - 1) / 6 * 20, 'otto', CASE WHEN c.applicable AND c.n % 3 = 0 THEN format('UPDATE aims.applicability SET implementation = ''verified'' WHERE ref = %L AND scope = ''organisation''', c.ref) END))
       AS s (day, person, statement)
 WHERE s.statement IS NOT NULL
 ORDER BY s.day, c.n;
INSERT INTO act (day, person, statement) VALUES
    (220, 'otto', $$SELECT aims.draft_soa('iso42001', '1.0', 'AI systems of the three hospitals')$$),
    (220, 'otto', $$UPDATE aims.soa_version SET status = 'in_review' WHERE label = '1.0'$$),
    (224, 'ingrid', $$SELECT aims.approve('soa_version', soa_version_id::text, 'approval', 'As discussed with the committee') FROM aims.soa_version WHERE label = '1.0'$$),
    (372, 'otto', $$UPDATE aims.applicability SET applicable = true, justification = 'Sepsis Watch is developed here: audit of the first year', implementation = 'in_progress' WHERE ref = 'A.7.6' AND scope = 'organisation'$$),
    (410, 'priya', pg_temp.evidence('Preparation of the sepsis cohort', 'record', '{A.7.6}', 400)),
    (412, 'otto', $$UPDATE aims.applicability SET implementation = 'implemented' WHERE ref = 'A.7.6' AND scope = 'organisation'$$),
    (560, 'otto', $$SELECT aims.draft_soa('iso42001', '2.0', 'AI systems of the three hospitals, generative ones included')$$),
    (560, 'otto', $$UPDATE aims.soa_version SET status = 'in_review' WHERE label = '2.0'$$),
    (564, 'ingrid', $$SELECT aims.approve('soa_version', soa_version_id::text, 'approval', 'As discussed with the committee') FROM aims.soa_version WHERE label = '2.0'$$),
    -- Systems with statements of their own
    (210, 'otto', $$INSERT INTO aims.applicability (ref, scope, system, applicable, justification, implementation, owner) VALUES
        ('A.6.2.4', 'system', 'sepsis-watch', true, 'Our own model', 'implemented', 'liam'), ('A.7.4', 'system', 'sepsis-watch', true, 'Our own data', 'implemented', 'liam'),
        ('A.6.2.4', 'system', 'readmission', true, 'Our own model', 'implemented', 'tara'), ('A.9.2', 'system', 'mammo-cad', true, 'Second reader', 'implemented', 'mona')$$);
-- Evidence for other frameworks, half of it renewed
INSERT INTO act (day, person, statement)
SELECT 240, f.person, pg_temp.evidence(f.title, 'record', f.refs, 300, framework => f.framework)
  FROM (VALUES
    ('samir', 'hipaa-security', 'Access control of the warehouse', '{164.308.a.3.i,164.308.a.4.i}'),
    ('samir', 'hipaa-security', 'Contingency plan, tested', '{164.308.a.7.i,164.308.a.7.ii.D}'),
    ('hiro',  'hipaa-security', 'Risk analysis', '{164.308.a.1.ii.A,164.308.a.1.ii.B}'),
    ('jonas', 'hipaa-security', 'Business associates, list', '{164.308.b.1}'),
    ('otto',  'nist-ai-rmf', 'Roles and inventory', '{GOVERN.1.6,GOVERN.2.1}'),
    ('noor',  'nist-ai-rmf', 'Risk treatment', '{MANAGE.1.2,MANAGE.1.3}'),
    ('ines',  'eu-ai-act', 'Human oversight at the bedside', '{14.1,14.4}'),
    ('hiro',  'iso27001', 'Information security risk assessment', '{6.1.2,8.2}'),
    ('hiro',  'iso27001', 'Internal audit of the ISMS', '{9.2.1,9.2.2}')) AS f (person, framework, title, refs);
INSERT INTO act (day, person, statement)
SELECT 520, t.p, pg_temp.renew(t.title, 300, t.title || ' again')
  FROM (VALUES ('samir', 'Access control of the warehouse'), ('hiro', 'Risk analysis'), ('otto', 'Roles and inventory'), ('noor', 'Risk treatment'), ('hiro', 'Internal audit of the ISMS')) AS t (p, title);
