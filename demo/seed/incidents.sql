-- What went wrong, who was told, what was done about it; concerns.
INSERT INTO act (day, person, statement) VALUES
    (12, 'otto', $$UPDATE aims.ai_system AS s SET fda_number = p.fda_number FROM aims.vendor_product AS p WHERE p.vendor = s.vendor AND p.product = s.product AND p.fda_number IS NOT NULL$$),
    (41, 'otto', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, instead_of, applies) VALUES
        ('no-gdpr-33', 'Does not bind us', 'regulator', 'Opinion of counsel', 'gdpr-33', false), ('no-gdpr-34', 'Does not bind us', 'patients', 'Opinion of counsel', 'gdpr-34', false),
        ('no-eu-ai-act-73-2', 'No system is placed on the Union market', 'regulator', 'Opinion of counsel', 'eu-ai-act-73-2', false),
        ('no-eu-ai-act-26-5', 'No system is used in the Union', 'vendor', 'Opinion of counsel', 'eu-ai-act-26-5', false)$$),
    -- The vendor's connector drops studies: two systems at once
    (260, 'rosa', $$INSERT INTO aims.incident (title, description, vendor, severity, harm, occurred_at) VALUES
        ('Worklist connector drops studies', 'Some studies were never scored after the upgrade of the connector', 'clearsight', 'critical', 'potential', now() - make_interval(hours => 20))$$),
    (260, 'otto', $$UPDATE aims.incident SET status = 'investigating' WHERE title = 'Worklist connector drops studies'$$),
    (261, 'otto', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE title = 'Worklist connector drops studies'$$),
    (262, 'mona', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT incident_id, 'users', 'iso42001-a-8-4', 'Mail 2211 to radiology', 'Read in the order of arrival until told otherwise' FROM aims.incident WHERE title = 'Worklist connector drops studies'$$),
    (262, 'mona', $$INSERT INTO aims.incident_communication (incident_id, audience, content) SELECT incident_id, 'vendor', 'Ticket opened, logs sent' FROM aims.incident WHERE title = 'Worklist connector drops studies'$$),
    (263, 'otto', $$INSERT INTO aims.capa (title, source, incident, vendor, severity, owner) SELECT 'Upgrades of the connector are not tested', 'incident', incident_id, 'clearsight', 'critical', 'mona' FROM aims.incident WHERE title = 'Worklist connector drops studies'$$),
    (270, 'otto', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'Queue of the new connector holds fifty studies', affected_count = 31, breach = false, widespread = false WHERE title = 'Worklist connector drops studies'$$),
    (270, 'mona', $$SELECT aims.close_finding(finding_id, 'Every study of these days was read again') FROM aims.finding WHERE kind = 'incident' AND system IN ('ct-stroke', 'mammo-cad') AND closed_at IS NULL$$),
    -- A conversation lands in the chart of another patient: told in time
    (350, 'quinn', $$INSERT INTO aims.incident (title, description, system, severity, harm, breach, affected_count, occurred_at) VALUES
        ('Notes in the charts of other patients', 'Two rooms shared a tablet', 'ambient-scribe', 'serious', 'none', true, 14, now() - make_interval(days => 2))$$),
    (350, 'ines', $$UPDATE aims.incident SET status = 'investigating' WHERE title = 'Notes in the charts of other patients'$$),
    (351, 'ines', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE title = 'Notes in the charts of other patients'$$),
    (366, 'jonas', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT incident_id, v.audience, v.rule, v.reference, v.content
        FROM aims.incident CROSS JOIN (VALUES ('patients', 'hipaa-164-404', 'Letters 1 to 14', 'What was disclosed, to whom, what we do'),
            ('regulator', 'hipaa-164-408-c', 'OCR portal, entry 88121', 'Breach of fewer than 500'), ('users', 'iso42001-a-8-4', 'Mail 2388', 'One tablet, one room')) AS v (audience, rule, reference, content)
        WHERE title = 'Notes in the charts of other patients'$$),
    (368, 'ines', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'Sign-on is by device', widespread = false WHERE title = 'Notes in the charts of other patients'$$),
    (372, 'otto', $$UPDATE aims.incident SET status = 'closed' WHERE title = 'Notes in the charts of other patients'$$),
    -- A grade that was wrong: the manufacturer is told two weeks late
    (430, 'quinn', $$INSERT INTO aims.incident (title, description, system, severity, harm, occurred_at) VALUES
        ('Cribriform pattern was not seen', 'Proposed grade 3+3, final 4+4; treatment a month late', 'path-grade', 'serious', 'temporary', now() - make_interval(days => 30))$$),
    (431, 'katya', $$UPDATE aims.incident SET status = 'investigating' WHERE title = 'Cribriform pattern was not seen'$$),
    (432, 'katya', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE title = 'Cribriform pattern was not seen'$$),
    (433, 'katya', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT incident_id, 'users', 'iso42001-a-8-4', 'Mail 2507 to pathology', 'Read cribriform patterns twice' FROM aims.incident WHERE title = 'Cribriform pattern was not seen'$$),
    (436, 'katya', $$INSERT INTO aims.capa (title, source, incident, system, severity, owner) SELECT 'Cribriform pattern is not seen', 'incident', incident_id, 'path-grade', 'serious', 'katya' FROM aims.incident WHERE title = 'Cribriform pattern was not seen'$$),
    (458, 'jonas', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT incident_id, 'vendor', 'fda-803-30-a-2', 'Form 3500A, 458', 'Sent to the manufacturer' FROM aims.incident WHERE title = 'Cribriform pattern was not seen'$$),
    -- Codes with names on a public share: patients have not been told yet, and it is late
    (640, 'hiro', $$INSERT INTO aims.incident (title, description, system, severity, harm, breach, affected_count, occurred_at) VALUES
        ('Charts with codes on a shared drive', 'An export of the pilot was open to all staff', 'claims-coder', 'minor', 'none', true, 30, now() - make_interval(days => 9))$$),
    (642, 'jonas', $$UPDATE aims.incident SET status = 'investigating' WHERE title = 'Charts with codes on a shared drive'$$),
    -- The scribe invents a drug; it is switched off and stays so
    (688, 'rosa', $$INSERT INTO aims.incident (title, description, system, severity, harm, occurred_at) VALUES
        ('A drug that nobody prescribed', 'Three notes name an anticoagulant; one was signed', 'ambient-scribe', 'critical', 'potential', now() - make_interval(hours => 30))$$),
    (689, 'ines', $$UPDATE aims.incident SET status = 'investigating' WHERE title = 'A drug that nobody prescribed'$$),
    (690, 'ines', $$SELECT FROM aims.switch_off('ambient-scribe', 'Invents drugs since the upgrade of the vendor')$$),
    (690, 'ines', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE title = 'A drug that nobody prescribed'$$),
    (690, 'ines', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT incident_id, 'users', 'iso42001-a-8-4', 'Mail 2911', 'The scribe is off; check the notes of this week' FROM aims.incident WHERE title = 'A drug that nobody prescribed'$$),
    (692, 'otto', $$INSERT INTO aims.capa (title, source, incident, system, severity, owner) SELECT 'The scribe invents drugs', 'incident', incident_id, 'ambient-scribe', 'critical', 'ines' FROM aims.incident WHERE title = 'A drug that nobody prescribed'$$),
    (715, 'quinn', $$INSERT INTO aims.incident (title, description, system, severity, harm, occurred_at) VALUES
        ('Alert ten minutes late', 'The feed lagged', 'sepsis-watch', 'minor', 'none', now() - make_interval(hours => 5))$$),
    -- Concerns: one without a name, one whose answer is late, one about the officer
    (140, 'kiosk', $$INSERT INTO aims.concern (system, content) VALUES ('sepsis-watch', 'At North the alerts are muted at night')$$),
    (143, 'jonas', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'jonas' WHERE concern_id = (SELECT min(concern_id) FROM aims.concern_register)$$),
    (155, 'jonas', $$UPDATE aims.concern SET status = 'investigated', investigation = 'True for two wards; pagers were missing' WHERE concern_id = (SELECT min(concern_id) FROM aims.concern_register)$$),
    (160, 'jonas', $$UPDATE aims.concern SET status = 'answered', answer = 'Posted at the kiosk: pagers are there, muting is off' WHERE concern_id = (SELECT min(concern_id) FROM aims.concern_register)$$),
    (175, 'jonas', $$UPDATE aims.concern SET status = 'closed' WHERE concern_id = (SELECT min(concern_id) FROM aims.concern_register)$$),
    (560, 'rosa', $$INSERT INTO aims.concern (system, content, confidential) VALUES ('ambient-scribe', 'The notes say that I examined what I did not', false)$$),
    (565, 'otto', $$UPDATE aims.concern SET status = 'acknowledged', handler = 'hiro' WHERE concern_id = (SELECT max(concern_id) FROM aims.concern_register)$$),
    (580, 'hiro', $$UPDATE aims.concern SET status = 'investigated', investigation = 'Seen in four of forty notes' WHERE concern_id = (SELECT max(concern_id) FROM aims.concern_register)$$),
    (722, 'kiosk', $$INSERT INTO aims.concern (content, persons) VALUES ('Incidents are played down before the certifier comes', '{otto}')$$);

-- Corrective actions: how far each of them has come. A step that is done is told by
-- its owner; Walt, who audits, verifies and judges.
CREATE TEMPORARY TABLE corrected (title text, owner text, analysed integer, cause text, step text, planned integer, due integer, implemented integer, verified integer, judged integer, effective boolean, closed integer);
INSERT INTO corrected VALUES
    ('Sepsis Watch gets worse at North', 'liam', 486, 'New monitors report the pressure in another unit', 'Retrain with units converted; watch each hospital', 488, 70, 553, 556, 648, true, 652),
    ('Upgrades of the connector are not tested', 'mona', 266, 'No test system', 'Test upgrades on a copy', 268, 40, 306, 312, 402, false, NULL),
    ('Cribriform pattern is not seen', 'katya', 440, 'Few such cases in the training data', 'Second reader for grade 3+3', 442, 50, 490, 495, 590, true, NULL),
    ('The scribe invents drugs', 'ines', 700, 'New language model behind the same version number', 'List of drugs is compared with the orders', 704, 20, NULL, NULL, NULL, NULL, NULL),
    ('Alerts are muted at night', 'liam', 165, 'Too few pagers', 'Pager on each ward', 168, 30, 200, 206, 300, true, 306),
    ('Preparation of data was excluded', 'priya', 300, 'The statement was copied from another hospital', 'Decide anew about A.7.6', 304, 60, 366, 414, 460, true, 464),
    ('Monitors are read too late', 'liam', 300, 'Nobody is named', 'Owner of each monitor is named', 304, 40, 344, 350, 440, true, 444),
    ('Users of the scribe do not know how to report', 'ines', 640, 'The link is in the manual only', 'Button in the application', 644, 40, NULL, NULL, NULL, NULL, NULL),
    ('Objectives without values', 'otto', 490, 'Nobody is reminded', 'Values are asked for each quarter', 494, 30, 520, 524, NULL, NULL, NULL);
INSERT INTO act (day, person, statement) VALUES
    (162, 'jonas', $$INSERT INTO aims.capa (title, source, concern, system, severity, owner) SELECT 'Alerts are muted at night', 'concern', min(concern_id), 'sepsis-watch', 'serious', 'liam' FROM aims.concern_register$$),
    (482, 'otto', $$INSERT INTO aims.capa (title, source, finding, system, severity, owner) SELECT 'Sepsis Watch gets worse at North', 'monitor', max(finding_id), 'sepsis-watch', 'serious', 'liam' FROM aims.finding WHERE kind = 'monitor_breach' AND system = 'sepsis-watch'$$),
    (582, 'hiro', $$INSERT INTO aims.capa (title, source, concern, system, severity, owner) SELECT 'Notes tell what nobody did', 'concern', max(concern_id), 'ambient-scribe', 'serious', 'ines' FROM aims.concern_register$$),
    (606, 'jonas', $$INSERT INTO aims.capa (title, source, incident, severity, owner) SELECT 'Entered twice', 'incident', incident_id, 'serious', 'katya' FROM aims.incident WHERE title = 'Cribriform pattern was not seen'$$),
    (608, 'otto', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'There is one for it already' WHERE title = 'Entered twice'$$);
INSERT INTO act (day, person, statement)
SELECT s.day, s.person, s.statement
  FROM corrected AS c
 CROSS JOIN LATERAL (VALUES
    (c.analysed, 1, c.owner, format('UPDATE aims.capa SET status = ''analysed'', method = ''five whys'', root_cause = %L WHERE title = %L', c.cause, c.title)),
    (c.planned, 2, c.owner, format('INSERT INTO aims.capa_step (capa_id, action, owner, due_on) SELECT capa_id, %L, %L, aims.today() + %s FROM aims.capa WHERE title = %L', c.step, c.owner, c.due, c.title)),
    (c.planned, 3, c.owner, format('UPDATE aims.capa SET status = ''planned'', due_on = aims.today() + %s, effectiveness_due = aims.today() + %s WHERE title = %L', c.due, c.due + 60, c.title)),
    (c.implemented, 4, c.owner, format('UPDATE aims.capa_step SET status = ''done'', result = ''Done: '' || action WHERE capa_id = (SELECT capa_id FROM aims.capa WHERE title = %L)', c.title)),
    (c.implemented, 5, c.owner, format('UPDATE aims.capa SET status = ''implemented'' WHERE title = %L', c.title)),
    (c.verified, 6, 'otto', pg_temp.evidence('Proof: ' || c.title, 'verification', '{10.2}')),
    (c.verified, 7, 'walt', format('UPDATE aims.capa SET status = ''verified'', verification_evidence = (SELECT max(evidence_id) FROM aims.evidence WHERE title = %L) WHERE title = %L', 'Proof: ' || c.title, c.title)),
    (c.judged, 8, 'walt', format('UPDATE aims.capa SET status = %L, effectiveness = %L WHERE title = %L', CASE WHEN c.effective THEN 'effective' ELSE 'ineffective' END,
                                 CASE WHEN c.effective THEN 'Looked at for three months: it did not come back' ELSE 'Two studies were lost in the next upgrade, too' END, c.title)),
    (c.closed, 9, 'ingrid', format('UPDATE aims.capa SET status = ''closed'' WHERE title = %L', c.title)))
       AS s (day, n, person, statement)
 WHERE s.day IS NOT NULL
 ORDER BY s.day, c.title, s.n;
INSERT INTO act (day, person, statement) VALUES
    -- It did not help: once more, and again late
    (410, 'mona', $$UPDATE aims.capa SET status = 'analysed' WHERE title = 'Upgrades of the connector are not tested'$$),
    (410, 'mona', $$UPDATE aims.capa SET root_cause = 'The copy has other queues than the real one' WHERE title = 'Upgrades of the connector are not tested'$$),
    (414, 'mona', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) SELECT capa_id, 'The vendor gives us a real test system', 'mona', aims.today() + 120 FROM aims.capa WHERE title = 'Upgrades of the connector are not tested'$$),
    (414, 'mona', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today() + 120, effectiveness_due = aims.today() + 200 WHERE title = 'Upgrades of the connector are not tested'$$),
    -- The emergency of Prostate Grading has a corrective action by itself
    (324, 'katya', $$UPDATE aims.capa SET status = 'analysed', method = 'interview', root_cause = 'No plan for absent pathologists' WHERE source = 'emergency'$$),
    (324, 'katya', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) SELECT capa_id, 'Test for bias on slides of North', 'katya', aims.today() + 20 FROM aims.capa WHERE source = 'emergency'$$),
    (324, 'katya', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today() + 10, effectiveness_due = aims.today() + 100 WHERE source = 'emergency'$$),
    (336, 'katya', pg_temp.evidence('Test for bias of path-grade', 'bias_test', '{A.6.2.4}', NULL, 'path-grade', '1.2')),
    (336, 'katya', $$UPDATE aims.capa_step SET status = 'done', result = 'No difference' WHERE action = 'Test for bias on slides of North'$$),
    (336, 'katya', $$UPDATE aims.capa SET status = 'implemented' WHERE source = 'emergency'$$),
    (340, 'otto', pg_temp.evidence('Test for bias was checked', 'verification', '{10.2}', NULL, 'path-grade')),
    (342, 'walt', $$UPDATE aims.capa SET status = 'verified', verification_evidence = (SELECT max(evidence_id) FROM aims.evidence WHERE title = 'Test for bias was checked') WHERE source = 'emergency'$$),
    (344, 'otto', $$SELECT aims.close_finding(finding_id, 'Made up for') FROM aims.finding WHERE kind = 'emergency_transition' AND closed_at IS NULL$$),
    (430, 'walt', $$UPDATE aims.capa SET status = 'effective', effectiveness = 'No emergency since' WHERE source = 'emergency'$$),
    (434, 'ingrid', $$UPDATE aims.capa SET status = 'closed' WHERE source = 'emergency'$$);
