-- The policy and its companions: written, signed, read; objectives; context.
CREATE TEMPORARY TABLE paper (day integer, code text, kind text, title text, system text, author text, approver text, version text, change text);
INSERT INTO paper VALUES
    (12, 'ai-policy', 'ai_policy', 'AI policy', NULL, 'otto', 'ingrid', '1.0', 'First version'),
    (14, 'scope', 'scope', 'Scope of the management system', NULL, 'otto', 'ingrid', '1.0', 'First version'),
    (14, 'charter', 'charter', 'Charter of the AI committee', NULL, 'otto', 'ingrid', '1.0', 'First version'),
    (30, 'impact-procedure', 'impact_assessment_procedure', 'Assessing impact', NULL, 'noor', 'otto', '1.0', 'First version'),
    (34, 'development-procedure', 'development_procedure', 'Developing and buying AI systems', NULL, 'ines', 'otto', '1.0', 'First version'),
    (38, 'use-procedure', 'use_procedure', 'Using AI systems at the bedside', NULL, 'ines', 'otto', '1.0', 'First version'),
    (40, 'incident-procedure', 'incident_procedure', 'Incidents with AI systems', NULL, 'jonas', 'otto', '1.0', 'First version'),
    (180, 'register-page', 'public_information', 'Register of AI systems on the web site', NULL, 'jonas', 'otto', '1.0', 'First version'),
    (370, 'ai-policy', 'ai_policy', NULL, NULL, 'otto', 'ingrid', '2.0', 'Generative systems; concerns without a name'),
    (376, 'scope', 'scope', NULL, NULL, 'otto', 'ingrid', '2.0', 'Mail Guard is out, Trial Match is in'),
    (400, 'impact-procedure', 'impact_assessment_procedure', NULL, NULL, 'noor', 'otto', '1.1', 'Workshops with patients'),
    (404, 'development-procedure', 'development_procedure', NULL, NULL, 'ines', 'otto', '1.1', 'Validation per hospital'),
    (408, 'incident-procedure', 'incident_procedure', NULL, NULL, 'jonas', 'otto', '1.1', 'Who is on call');
-- What users of each system are told
INSERT INTO paper
SELECT day, system || '-instructions', 'instruction_for_use', 'Instructions for use of ' || system, system, author, 'otto', '1.0', 'First version'
  FROM (VALUES (100, 'sepsis-watch', 'liam'), (130, 'mammo-cad', 'mona'), (130, 'deterioration', 'liam'), (140, 'readmission', 'tara'),
               (130, 'bed-forecast', 'tara'), (220, 'ambient-scribe', 'ines'), (240, 'path-grade', 'katya'), (580, 'claims-coder', 'jonas')) AS t (day, system, author);
INSERT INTO act (day, person, statement)
SELECT p.day + s.later, s.person, s.statement
  FROM paper AS p
 CROSS JOIN LATERAL (VALUES
    (0, 1, p.author, CASE WHEN p.title IS NOT NULL THEN
        format('INSERT INTO aims.document (code, kind, title, system, owner) VALUES (%L, %L, %L, %L, %L)', p.code, p.kind, p.title, p.system, p.author) END),
    (0, 2, p.author, format('INSERT INTO aims.document_version (document_id, version, uri, content_sha256, change_summary, effective_on) '
        'SELECT document_id, %L, %L, sha256(%L), %L, aims.today() + 4 FROM aims.document WHERE code = %L',
        p.version, format('https://dms.threerivers.example/%s/%s', p.code, p.version), p.code || p.version, p.change, p.code)),
    (1, 1, p.author, pg_temp.move('document_version', 'document_version_id',
        format('r.document_id = (SELECT d.document_id FROM aims.document AS d WHERE d.code = %L)', p.code), 'in_review')),
    (4, 1, p.approver, pg_temp.approve('document_version', 'document_version_id',
        format('r.document_id = (SELECT d.document_id FROM aims.document AS d WHERE d.code = %L)', p.code), 'Read and agreed')))
       AS s (later, n, person, statement)
 WHERE s.statement IS NOT NULL
 ORDER BY p.day, p.code, s.later, s.n;

-- Who has read the policy: most in time, some late, Samir never the second version
INSERT INTO act (day, person, statement)
SELECT t.day + (row_number() OVER (PARTITION BY t.version ORDER BY p.n))::integer % 5 * 6, p.person,
       format('INSERT INTO aims.document_acknowledgement (document_version_id) SELECT v.document_version_id FROM aims.document_version AS v '
              'JOIN aims.document AS d USING (document_id) WHERE d.code = ''ai-policy'' AND v.version = %L', t.version)
  FROM (VALUES (18, '1.0'), (380, '2.0')) AS t (day, version)
 CROSS JOIN unnest('{ingrid,otto,amara,felix,hiro,ines,jonas,katya,liam,mona,noor,priya,quinn,rosa,tara,walt}'::text[]) WITH ORDINALITY AS p (person, n);
INSERT INTO act (day, person, statement) VALUES
    (95, 'samir', $$INSERT INTO aims.document_acknowledgement (document_version_id) SELECT v.document_version_id FROM aims.document_version AS v
                    JOIN aims.document AS d USING (document_id) WHERE d.code = 'ai-policy' AND v.version = '1.0'$$),
    (390, 'ingrid', $$INSERT INTO aims.document_review (document_version_id, outcome, note) SELECT v.document_version_id, 'confirmed', 'Still fits'
                      FROM aims.document_version AS v JOIN aims.document AS d USING (document_id) WHERE d.code = 'charter'$$),
    -- Objectives
    (45, 'otto', $$INSERT INTO aims.objective (title, field, system, metric, unit, direction, baseline, target, due_on, owner, plan, resources) VALUES
        ('Sepsis alerts are answered', 'use', 'sepsis-watch', 'Alerts reviewed within 30 minutes', '%', 'at_least', 55, 90, aims.today() + 600, 'liam', 'Pagers on each ward', '12 pagers'),
        ('Systems have an impact assessment', 'development', NULL, 'Systems in use with an assessment in force', '%', 'at_least', 0, 100, aims.today() + 700, 'noor', 'One workshop a month', 'Half a post'),
        ('Overrides are explained', 'use', NULL, 'Overrides with a rationale', '%', 'at_least', 40, 95, aims.today() + 500, 'ines', 'Field in the form', 'One week of development'),
        ('Vendors are assessed', 'management_system', NULL, 'Vendors without an assessment in date', 'vendors', 'at_most', 6, 0, aims.today() + 365, 'noor', 'Questionnaires twice a year', 'Half a post')$$),
    (52, 'ingrid', $$SELECT aims.approve('objective', objective_id::text, 'approval', 'Agreed in the committee') FROM aims.objective WHERE status = 'proposed'$$),
    -- Context
    (16, 'otto', $$INSERT INTO aims.context_issue (title, topic, internal, relevant, reason, addressed) VALUES
        ('Heat waves and floods', 'climate-change', false, true, 'Bed forecasts depend on it; the data centre lies near the river', 'Second site; bed forecast is checked in summer'),
        ('Few data scientists', 'staff', true, true, 'Two people know the models', 'Documentation; a contract with the university'),
        ('Vendors put generative models into products', 'technology', false, true, 'Functions come with upgrades, unasked', 'Notices of change are in contracts'),
        ('Currency', 'finance', false, false, 'All contracts are in dollars', NULL)$$),
    (16, 'otto', $$INSERT INTO aims.interested_party (interested_party, title, internal, needs, requirements, addressed) VALUES
        ('patients', 'Patients and relatives', false, 'Safe care, a person to ask', 'Consent; the register of AI systems', 'Policy; register on the web site'),
        ('clinicians', 'Clinicians', true, 'Tools that help, time to think', 'Training; a way to override', 'Use procedure'),
        ('regulators', 'Regulators', false, 'Reports in time', 'FDA and HIPAA rules', 'Incident procedure'),
        ('board', 'Board of trustees', true, 'To know what may go wrong', 'Review once a year', 'Management review'),
        ('vendors', 'Vendors', false, 'Clear demands', 'Contracts', 'Contract annex on AI')$$),
    (60, 'otto', $$INSERT INTO aims.communication (subject, audience, internal, occasion, every_months, owner, channel) VALUES
        ('Register of AI systems', 'Patients and the public', false, 'After each change, twice a year at least', 6, 'jonas', 'web site'),
        ('What the committee decided', 'Staff', true, 'Each quarter', 3, 'otto', 'intranet'),
        ('Report to the trustees', 'Board of trustees', true, 'Once a year', 12, 'ingrid', 'board papers')$$),
    (26, 'otto', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES
        ('people', 'AI office', 2.5, 'posts', aims.today(), aims.today() + 800), ('budget', 'Validation on our own patients', 180000, 'USD', aims.today(), aims.today() + 365),
        ('computing', 'Server for silent runs', 1, 'server', aims.today(), aims.today() + 1000)$$),
    (27, 'ingrid', $$SELECT aims.approve('resource', resource_id::text, 'approval', 'In the budget') FROM aims.resource WHERE status = 'proposed'$$),
    (395, 'otto', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES
        ('budget', 'Validation on our own patients, second year', 220000, 'USD', aims.today(), aims.today() + 365)$$),
    (396, 'ingrid', $$SELECT aims.approve('resource', resource_id::text, 'approval', 'In the budget') FROM aims.resource WHERE status = 'proposed'$$),
    -- Changes to the management system
    (340, 'jonas', $$INSERT INTO aims.planned_change (title, purpose, consequences, resources, owner, planned_for) VALUES
        ('Validation per hospital', 'Models behave differently at North', 'Two weeks longer to deployment', 'A data scientist', 'ines', aims.today() + 60),
        ('Deputy AI officer', 'One officer is on holiday', 'Four eyes in the AI office, too', 'None', 'jonas', aims.today() + 30)$$),
    (344, 'ingrid', $$SELECT aims.approve('planned_change', planned_change_id::text, 'approval', 'Agreed') FROM aims.planned_change WHERE status = 'proposed'$$),
    (404, 'otto', $$UPDATE aims.planned_change SET status = 'done', done_on = aims.today(), outcome = 'Development procedure 1.1' WHERE title = 'Validation per hospital'$$);
-- Objectives are measured each quarter; nobody has measured the overrides since day 360
INSERT INTO act (day, person, statement)
SELECT d, o.person, format('INSERT INTO aims.objective_value (objective_id, value, source) SELECT objective_id, %s, %L FROM aims.objective WHERE title = %L',
                           o.first + round((o.last - o.first) * d / 720.0, 1), o.source, o.title)
  FROM generate_series(90, 720, 90) AS d
 CROSS JOIN (VALUES ('Sepsis alerts are answered', 'liam', 55, 93, 'aims.oversight_log'), ('Systems have an impact assessment', 'noor', 0, 70, 'aims.impact_state'),
                    ('Overrides are explained', 'ines', 40, 80, 'aims.oversight_log'), ('Vendors are assessed', 'noor', 6, 1, 'aims.vendor_coverage')) AS o (title, person, first, last, source)
 WHERE o.title <> 'Overrides are explained' OR d <= 360;
INSERT INTO act (day, person, statement)
SELECT d, c.person, format('INSERT INTO aims.communication_made (communication_id, uri) SELECT communication_id, %L FROM aims.communication WHERE subject = %L',
                           format('https://dms.threerivers.example/told/%s/%s', c.person, d), c.subject)
  FROM (VALUES ('Register of AI systems', 'jonas', 180), ('What the committee decided', 'otto', 90), ('Report to the trustees', 'ingrid', 360)) AS c (subject, person, every)
 CROSS JOIN generate_series(90, 720, 90) AS d
 WHERE d % c.every = 0 AND (c.person <> 'jonas' OR d <= 360);
