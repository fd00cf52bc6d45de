-- The twelve systems on their way. Most of them take the same steps, on days of
-- their own; what happens to one alone stands below.
CREATE TEMPORARY TABLE way (
    system text, owner text, tier text, eu_tier text, version text, developer boolean,
    design integer, verification integer, deployment integer, operation integer, approver text);
INSERT INTO way VALUES
    ('sepsis-watch',   'liam',  'critical', 'high',    '1.0', true,   40,  70, 120, 130, 'grace'),
    ('mammo-cad',      'mona',  'high',     'high',    '2.4', false,  60,  90, 150, 160, 'grace'),
    ('deterioration',  'liam',  'high',     'high',    '3.1', false,  60,  90, 150, 160, 'ines'),
    ('readmission',    'tara',  'moderate', 'limited', '1.0', true,   70, 100, 160, 170, 'felix'),
    ('bed-forecast',   'tara',  'low',      'minimal', '5',   false,  70,  90, 150, 160, 'hiro'),
    ('ambient-scribe', 'ines',  'high',     'limited', '11',  false, 150, 180, 240, 250, 'grace'),
    ('note-summary',   'ines',  'moderate', 'limited', '0.9', false, 180, 210, 250, NULL, NULL),
    ('path-grade',     'katya', 'high',     'high',    '1.2', false, 200, 230, 320, 330, NULL),
    ('claims-coder',   'jonas', 'moderate', 'limited', '7.0', false, 500, 530, 600, NULL, 'felix'),
    ('trial-match',    'katya', 'low',      'minimal', '0.1', true,  400, NULL, NULL, NULL, NULL);
INSERT INTO act (day, person, statement)
SELECT s.day, s.person, s.statement
  FROM way AS w
 CROSS JOIN LATERAL (SELECT format('%L', w.system)) AS q (system)
 CROSS JOIN LATERAL (VALUES
    -- Inception and design
    (w.design, 1, 'otto', format('UPDATE aims.ai_system SET clinical_tier = %L, eu_tier = %L, tier_reason = ''Committee: what happens if nobody notices that it is wrong'' WHERE system = %L', w.tier, w.eu_tier, w.system)),
    (w.design, 2, w.owner, format('INSERT INTO aims.model_version (system, version, released_on, change_summary, digest) VALUES (%L, %L, aims.today() - 60, ''First version in use here'', %L)', w.system, w.version, encode(sha256(convert_to(w.system || w.version, 'UTF8')), 'hex'))),
    (w.design, 3, 'noor', format('INSERT INTO aims.risk (system, title, source, description, owner, inherent_likelihood, inherent_severity, residual_likelihood, residual_severity, treatment, review_due) '
        'SELECT %1$L, r.title, r.source, r.description, %2$L, r.l, r.s, 2, least(r.s, 3), ''modify'', aims.today() + r.review FROM (VALUES '
        '(''Is wrong and nobody notices'', ''automation_complacency'', ''People follow the output without looking'', 3, 4, 400), '
        '(''Serves some patients worse'', ''bias_and_fairness'', ''Built on patients unlike those of North'', 3, 3, 460), '
        '(''Grows old'', ''drift_and_degradation'', ''Practice and devices change'', 4, 3, 700)) AS r (title, source, description, l, s, review)', w.system, w.owner)),
    (w.design, 4, 'noor', format('INSERT INTO aims.risk_treatment (risk_id, action, framework, ref, owner, due_on) '
        'SELECT r.risk_id, t.action, ''iso42001'', t.ref::aims.control_ref, %2$L, aims.today() + 60 FROM aims.risk AS r JOIN (VALUES '
        '(''automation_complacency'', ''Training with wrong examples; weekly sample'', ''A.9.2''), (''bias_and_fairness'', ''Validation per hospital and age'', ''A.6.2.4''), '
        '(''drift_and_degradation'', ''Monthly monitor with thresholds'', ''A.6.2.6'')) AS t (source, action, ref) USING (source) WHERE r.system = %1$L', w.system, w.owner)),
    (w.design + 2, 5, w.owner, format('INSERT INTO aims.dataset (dataset, system, title, purpose, phi, acquired_on, provenance, quality, preparation) VALUES '
        '(%1$L, %2$L, ''Patients of the three hospitals, held back'', ''validation'', true, aims.today() - 30, ''Warehouse, extract of the year before'', ''Units checked; 2 %% without outcome'', ''One row per encounter'')%3$s',
        w.system || '-validation', w.system, CASE WHEN w.developer THEN format(', (%L, %L, ''Patients of the three hospitals'', ''training'', true, aims.today() - 30, ''Warehouse, five years'', ''Units checked; 4 %% without outcome'', ''One row per encounter, winsorised'')', w.system || '-training', w.system) ELSE '' END)),
    (w.design + 3, 6, w.owner, format('SELECT aims.advance(%L, ''design_development'', ''Project approved by the committee'')', w.system)),
    -- Verification and validation
    (w.verification - 5, 10, w.owner, pg_temp.evidence('Design dossier of ' || w.system, 'design', '{A.6.2.3}', NULL, w.system)),
    (w.verification, 11, w.owner, format('SELECT aims.advance(%L, ''verification_validation'', ''Configured and connected'')', w.system)),
    (w.deployment - 25, 20, w.owner, pg_temp.evidence('Verification of ' || w.system || ' on our patients', 'verification', '{A.6.2.4}', NULL, w.system, w.version)),
    (w.deployment - 25, 21, w.owner, CASE WHEN w.system <> 'path-grade' THEN pg_temp.evidence('Test for bias of ' || w.system, 'bias_test', '{A.6.2.4}', NULL, w.system, w.version) END),
    (w.deployment - 25, 22, w.owner, pg_temp.evidence('What to do when ' || w.system || ' is off', 'override_plan', '{A.9.2}', NULL, w.system)),
    (w.deployment - 25, 23, w.owner, pg_temp.evidence('Event log of ' || w.system, 'event_log', '{A.6.2.8}', NULL, w.system)),
    (w.deployment - 25, 24, w.owner, pg_temp.evidence('Treatment of the risks of ' || w.system, 'risk_treatment', '{A.9.2}', NULL, w.system)),
    (w.deployment - 24, 25, w.owner, format('UPDATE aims.risk_treatment SET status = ''done'', evidence = (SELECT max(e.evidence_id) FROM aims.evidence AS e WHERE e.title = %L) WHERE system = %L', 'Treatment of the risks of ' || w.system, w.system)),
    (w.deployment - 22, 26, w.owner, format('CALL aims.switch_off_drill(%L, ''Drill before deployment'')', w.system)),
    -- Deployment
    (w.deployment - 8, 40, w.owner, CASE WHEN w.system <> 'path-grade' THEN format('SELECT aims.request_advance(%L, ''deployment'', ''Acceptance test passed'')', w.system) END),
    (w.deployment - 5, 41, w.approver, format('SELECT aims.approve(''transition'', request_id::text, ''approval'', ''Acceptance test seen; limits are clear'') FROM aims.transition_request WHERE system = %L AND outcome IS NULL', w.system)),
    (w.deployment, 42, CASE WHEN w.approver IS NOT NULL THEN w.owner END, format('SELECT aims.advance(%L, ''deployment'', ''Go-live'')', w.system)),
    (w.deployment, 43, CASE WHEN w.approver IS NOT NULL THEN w.owner END, format('UPDATE aims.model_version SET status = ''active'' WHERE system = %L AND version = %L', w.system, w.version)),
    -- Operation
    (w.operation, 51, w.owner, format('SELECT aims.advance(%L, ''operation_monitoring'', ''First weeks were watched'')', w.system)))
       AS s (day, n, person, statement)
 WHERE s.day IS NOT NULL AND s.person IS NOT NULL AND s.statement IS NOT NULL
 ORDER BY s.day, w.system, s.n;

-- Impact assessments: Noor leads, a workshop is held, another person signs.
CREATE TEMPORARY TABLE assessed (day integer, system text, version text, tier text, approver text, days integer, outcome text);
INSERT INTO assessed VALUES
    (96, 'sepsis-watch', '1.0', 'critical', 'grace', 420, 'conditional'), (126, 'mammo-cad', '2.4', 'high', 'grace', 420, 'acceptable'),
    (126, 'deterioration', '3.1', 'high', 'otto', 420, 'acceptable'), (136, 'readmission', '1.0', 'moderate', 'felix', 500, 'acceptable'),
    (216, 'ambient-scribe', '11', 'high', 'grace', 420, 'conditional'), (226, 'note-summary', '0.9', 'moderate', 'otto', 420, 'conditional'),
    (296, 'path-grade', '1.2', 'high', 'otto', 500, 'acceptable'), (576, 'claims-coder', '7.0', 'moderate', 'felix', 420, 'acceptable'),
    (524, 'sepsis-watch', '2.0', 'critical', 'ines', 420, 'conditional'), (522, 'mammo-cad', '2.4', 'high', 'otto', 420, 'acceptable'),
    (602, 'ambient-scribe', '11', 'high', 'otto', 420, 'conditional');
INSERT INTO act (day, person, statement)
SELECT a.day + s.later, s.person, s.statement
  FROM assessed AS a
 CROSS JOIN LATERAL (SELECT format('(SELECT max(d.impact_assessment_id) FROM aims.impact_assessment AS d WHERE d.system = %L)', a.system)) AS one (id)
 CROSS JOIN LATERAL (VALUES
    (0, 1, 'noor', format('INSERT INTO aims.impact_assessment (system, version, assessor, scope, affected_groups, conclusion, outcome, conditions, valid_until) '
        'VALUES (%L, %L, ''noor'', ''All three hospitals'', ''{patients,clinicians}'', ''Worth its risks as it is used here'', %L, %L, aims.today() + %s)',
        a.system, a.version, a.outcome, CASE WHEN a.outcome = 'conditional' THEN 'A clinician decides; reviewed after a year' END, a.days)),
    (0, 2, 'noor', format('INSERT INTO aims.impact_answer SELECT %s, q.question, ''Dossier, section '' || q.question FROM aims.impact_question AS q', one.id)),
    (0, 3, 'noor', format('INSERT INTO aims.impact_effect (impact_assessment_id, subject, kind, description, likelihood, severity, reversible, mitigation) '
        'SELECT %s, v.* FROM (VALUES (''individual'', ''harm'', ''A case is missed or comes late'', 2, 4, false, ''People go on looking''), '
        '(''individual'', ''benefit'', ''Help comes earlier'', NULL, NULL, NULL, NULL), (''group'', ''harm'', ''Works less well for patients of North'', 2, 3, true, ''Watched per hospital''), '
        '(''society'', ''none'', ''Three hospitals, advisory output'', NULL, NULL, NULL::boolean, NULL)) AS v', one.id)),
    (0, 4, 'noor', format('INSERT INTO aims.impact_workshop (impact_assessment_id, held_on, duration_minutes, facilitator, minutes) VALUES (%s, aims.today() - 1, 80, ''noor'', ''https://dms.threerivers.example/workshops/%s-%s'')', one.id, a.system, a.day)),
    (0, 5, 'noor', format('INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, guest, role, perspective) '
        'SELECT w.impact_assessment_id, w.impact_workshop_id, v.person, v.guest, v.role, v.perspective FROM aims.impact_workshop AS w, (VALUES '
        '(''rosa'', NULL, ''nurse'', ''bedside''), (NULL, ''Mrs Delgado'', ''patient representative'', ''patients''), (''hiro'', NULL, ''security'', ''security'')) AS v (person, guest, role, perspective) WHERE w.impact_assessment_id = %s', one.id)),
    (4, 6, 'noor', format('UPDATE aims.impact_assessment SET status = ''in_review'' WHERE impact_assessment_id = %s', one.id)),
    (8, 7, a.approver, format('SELECT aims.approve(''impact_assessment'', %s::text, ''approval'', ''Workshop and answers read'')', one.id)))
       AS s (later, n, person, statement)
 ORDER BY a.day, a.system, s.later, s.n;

INSERT INTO act (day, person, statement) VALUES
    -- CT Stroke Triage was there before: it is imported with what its gates lack, of
    -- which half is mended in time
    (30, 'otto', $$UPDATE aims.ai_system SET clinical_tier = 'critical', eu_tier = 'high', tier_reason = 'A late scan costs a brain' WHERE system = 'ct-stroke'$$),
    (30, 'mona', $$INSERT INTO aims.model_version (system, version, status, released_on, change_summary) VALUES ('ct-stroke', '4.0', 'active', aims.today() - 500, 'In use since before the management system')$$),
    (32, 'otto', $$SELECT aims.request_import('ct-stroke', 'operation_monitoring', 'in use in all emergency departments for two years')$$),
    (36, 'ingrid', $$SELECT aims.approve('transition', request_id::text, 'approval', 'Switching it off would harm; what is missing is to be mended') FROM aims.transition_request WHERE system = 'ct-stroke' AND outcome IS NULL$$),
    (37, 'otto', $$SELECT aims.import_system('ct-stroke', 'operation_monitoring', 'taken over')$$),
    (80, 'mona', pg_temp.evidence('Verification of ct-stroke on our patients', 'verification', '{A.6.2.4}', NULL, 'ct-stroke', '4.0')),
    (80, 'mona', pg_temp.evidence('What to do when ct-stroke is off', 'override_plan', '{A.9.2}', NULL, 'ct-stroke')),
    (80, 'mona', pg_temp.evidence('Event log of ct-stroke', 'event_log', '{A.6.2.8}', NULL, 'ct-stroke')),
    (82, 'mona', $$CALL aims.switch_off_drill('ct-stroke', 'Drill that was never made')$$),
    (90, 'mona', $$SELECT aims.close_finding(f.finding_id, 'Filed since') FROM aims.imported_gate AS g JOIN aims.finding AS f USING (finding_id)
                    WHERE f.system = 'ct-stroke' AND f.closed_at IS NULL AND g.requirement IN ('verification', 'override-plan', 'event-log', 'switch-off-tested')$$),
    -- Note Summaries is rejected at the gate: one summary in twelve invents something
    (242, 'grace', $$SELECT aims.reject('transition', request_id::text, 'One summary in twelve names a drug that the patient never had') FROM aims.transition_request WHERE system = 'note-summary' AND outcome IS NULL$$),
    -- Prostate Grading goes live in an emergency: both pathologists of North are ill
    (318, 'katya', $$SELECT aims.request_advance('path-grade', 'deployment', 'No pathologist at North for three weeks; biopsies wait', true)$$),
    (319, 'ingrid', $$SELECT aims.approve('transition', request_id::text, 'approval', 'Every grade is read again by Central') FROM aims.transition_request WHERE system = 'path-grade' AND outcome IS NULL$$),
    (320, 'katya', $$SELECT aims.advance('path-grade', 'deployment', 'Emergency at North')$$),
    (320, 'katya', $$UPDATE aims.model_version SET status = 'active' WHERE system = 'path-grade' AND version = '1.2'$$),
    -- Yearly re-evaluations: the mammography reader and the scribe pass; that of the
    -- Deterioration Index and of Prostate Grading is overdue
    (520, 'mona', $$SELECT aims.advance('mammo-cad', 're_evaluation', 'A year in use')$$),
    (532, 'mona', pg_temp.evidence('Verification of mammo-cad after a year', 'verification', '{A.6.2.4}', NULL, 'mammo-cad', '2.4')),
    (546, 'mona', $$SELECT aims.advance('mammo-cad', 'operation_monitoring', 'As good as a year ago')$$),
    (600, 'ines', $$SELECT aims.advance('ambient-scribe', 're_evaluation', 'A year in use')$$),
    (610, 'ines', pg_temp.evidence('Verification of ambient-scribe after a year', 'verification', '{A.6.2.4}', NULL, 'ambient-scribe', '11')),
    (620, 'ines', $$SELECT aims.advance('ambient-scribe', 'operation_monitoring', 'As good as a year ago')$$),
    (560, 'otto', 'SELECT aims.open_re_evaluation_findings()'),
    -- ClearSight delivers a new version of the mammography reader, which Mona switches
    -- to: the impact assessment is about the old one
    (660, 'mona', $$INSERT INTO aims.model_version (system, version, released_on, change_summary) VALUES ('mammo-cad', '3.0', aims.today() - 20, 'New network, trained on tomosynthesis')$$),
    (662, 'mona', $$UPDATE aims.model_version SET status = 'withdrawn' WHERE system = 'mammo-cad' AND version = '2.4'$$),
    (662, 'mona', $$UPDATE aims.model_version SET status = 'active' WHERE system = 'mammo-cad' AND version = '3.0'$$),
    -- Meridian announces another model: the Deterioration Index is evaluated anew
    (690, 'noor', $$INSERT INTO aims.vendor_notice (vendor, product, version, kind, summary, received_on, effective_on) VALUES
        ('meridian', 'Meridian Deterioration Index', '4.0', 'model_change', 'Retrained on data of the last two years; other weights of age', aims.today() - 2, aims.today() + 25)$$),
    (696, 'noor', $$UPDATE aims.vendor_notice SET status = 'assessed', consequence = 're_evaluation', assessment = 'Weights of age changed: verify on our patients' WHERE vendor = 'meridian' AND version = '4.0'$$),
    (700, 'liam', $$SELECT aims.advance('deterioration', 're_evaluation', 'The vendor changes the model')$$),
    -- Sepsis Watch is retrained: back to validation, version 2.0, operation again
    (490, 'liam', $$SELECT aims.advance('sepsis-watch', 'verification_validation', 'Retrained with the monitors of North')$$),
    (520, 'liam', $$UPDATE aims.model_version SET status = 'withdrawn' WHERE system = 'sepsis-watch' AND version = '1.0'$$),
    (520, 'liam', $$INSERT INTO aims.model_version (system, version, released_on, change_summary, digest) VALUES ('sepsis-watch', '2.0', aims.today() - 4, 'Retrained; units of the new monitors', encode(sha256('sepsis-watch 2.0'), 'hex'))$$),
    (526, 'liam', pg_temp.evidence('Verification of sepsis-watch 2.0 per hospital', 'verification', '{A.6.2.4}', NULL, 'sepsis-watch', '2.0')),
    (526, 'liam', pg_temp.evidence('Test for bias of sepsis-watch 2.0', 'bias_test', '{A.6.2.4}', NULL, 'sepsis-watch', '2.0')),
    (530, 'liam', $$CALL aims.switch_off_drill('sepsis-watch', 'Drill before version 2.0')$$),
    (540, 'liam', $$SELECT aims.request_advance('sepsis-watch', 'deployment', 'Version 2.0 is as good at North as elsewhere')$$),
    (544, 'katya', $$SELECT aims.approve('transition', request_id::text, 'approval', 'Results per hospital seen') FROM aims.transition_request WHERE system = 'sepsis-watch' AND outcome IS NULL$$),
    (550, 'liam', $$SELECT aims.advance('sepsis-watch', 'deployment', 'Version 2.0 goes live')$$),
    (550, 'liam', $$UPDATE aims.model_version SET status = 'active' WHERE system = 'sepsis-watch' AND version = '2.0'$$),
    (560, 'liam', $$SELECT aims.advance('sepsis-watch', 'operation_monitoring', 'First days were watched')$$),
    -- North has been measured well again on day 570
    (576, 'liam', $$SELECT aims.close_finding(finding_id, 'Version 2.0') FROM aims.finding WHERE system = 'sepsis-watch' AND kind = 'monitor_breach' AND closed_at IS NULL$$),
    -- The bed forecast is retired with its vendor's product
    (500, 'tara', pg_temp.evidence('Where the records of bed-forecast are kept', 'records_retention', '{A.8.2}', NULL, 'bed-forecast')),
    (504, 'tara', $$SELECT aims.count_output('bed-forecast')$$),
    (505, 'priya', $$SELECT aims.sign_off_count(count_id, 'Forecasts of beds, no patients; kept a year') FROM aims.retirement_count WHERE system = 'bed-forecast'$$),
    (510, 'tara', $$SELECT aims.advance('bed-forecast', 'retirement', 'Support has ended')$$),
    -- Somebody forgot the job: it writes into the table of the retired forecast
    (540, 'loader', $$INSERT INTO wards.bed_forecast SELECT current_date + i, 'central', 210 FROM generate_series(1, 7) AS i$$),
    -- Readmission Risk is retired: the care managers call everybody now
    (590, 'tara', pg_temp.evidence('Where the records of readmission are kept', 'records_retention', '{A.8.2}', NULL, 'readmission')),
    (592, 'tara', $$SELECT aims.count_output('readmission')$$),
    (593, 'priya', $$SELECT aims.sign_off_count(count_id, 'Kept for ten years with the charts') FROM aims.retirement_count WHERE system = 'readmission'$$),
    (600, 'tara', $$SELECT aims.advance('readmission', 'retirement', 'Everybody is called now')$$);
