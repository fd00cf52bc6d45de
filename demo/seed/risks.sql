-- Criteria and single risks; those of the systems are in lifecycle.sql.
INSERT INTO act (day, person, statement) VALUES
    (36, 'otto', $$INSERT INTO aims.risk_appetite (level, justification) VALUES ('moderate', 'Resolution of the board')$$),
    (36, 'otto', $$INSERT INTO aims.risk_appetite (scope, source, level, justification) VALUES ('source', 'privacy', 'low', 'Policy on privacy')$$),
    (38, 'ingrid', $$SELECT aims.approve('risk_appetite', risk_appetite_id::text, 'approval', 'As resolved') FROM aims.risk_appetite WHERE status = 'proposed'$$),
    (104, 'noor', $$INSERT INTO aims.risk (vendor, title, source, description, owner, inherent_likelihood, inherent_severity, current_likelihood, current_severity, treatment, review_due) VALUES
        ('scribewell', 'Trains on our conversations', 'privacy', 'The contract forbids it; nobody can look', 'ines', 3, 4, 2, 4, 'share', aims.today() + 500),
        ('meridian', 'Changes models without telling', 'third_party', 'Comes with upgrades', 'noor', 4, 4, 3, 3, 'modify', aims.today() + 640)$$),
    (104, 'noor', $$INSERT INTO aims.risk (title, source, description, owner, inherent_likelihood, inherent_severity, current_likelihood, current_severity, treatment, review_due) VALUES
        ('Staff use public chatbots with charts', 'privacy', 'Seen in the proxy log', 'hiro', 4, 4, 3, 4, 'modify', aims.today() + 600),
        ('The two who know the models leave', 'safety', 'One has an offer', 'otto', 3, 4, 2, 4, 'retain', aims.today() + 400),
        ('Poisoned training data', 'data_poisoning', 'Feeds come from outside', 'priya', 2, 4, 1, 4, 'modify', aims.today() + 640)$$),
    (106, 'noor', $$INSERT INTO aims.risk_treatment (risk_id, action, framework, ref, owner, due_on)
                    SELECT risk_id, 'Block and offer an alternative', 'iso42001', 'A.9.4', 'hiro', aims.today() + 120 FROM aims.risk WHERE title = 'Staff use public chatbots with charts'$$),
    (106, 'noor', $$INSERT INTO aims.risk_treatment (risk_id, action, framework, ref, owner, due_on)
                    SELECT risk_id, 'Notice of changes into the contract', 'iso42001', 'A.10.3', 'noor', aims.today() + 90 FROM aims.risk WHERE title = 'Changes models without telling'$$),
    (196, 'noor', pg_temp.evidence('Annex on changes, signed by Meridian', 'contract', '{A.10.3}', NULL, vendor => 'meridian')),
    (196, 'noor', $$UPDATE aims.risk_treatment SET status = 'done', evidence = (SELECT max(evidence_id) FROM aims.evidence WHERE title = 'Annex on changes, signed by Meridian') WHERE action = 'Notice of changes into the contract'$$),
    -- Accepted for half a year, and nobody looked again: it has resurfaced
    (120, 'noor', $$INSERT INTO aims.risk_acceptance (risk_id, justification, conditions, valid_until)
                    SELECT risk_id, 'The blocking is bought and comes in summer', 'Reported each month', aims.today() + 90 FROM aims.risk WHERE title = 'Staff use public chatbots with charts'$$),
    (124, 'ingrid', $$SELECT aims.approve('risk_acceptance', risk_acceptance_id::text, 'approval', 'Until summer') FROM aims.risk_acceptance WHERE status = 'requested'$$),
    (600, 'noor', $$INSERT INTO aims.risk_acceptance (risk_id, justification, conditions, valid_until)
                    SELECT risk_id, 'An auditor of the vendor looks in spring', 'Report is asked for', aims.today() + 170 FROM aims.risk WHERE title = 'Trains on our conversations'$$),
    (604, 'ingrid', $$SELECT aims.approve('risk_acceptance', risk_acceptance_id::text, 'approval', 'Until the report') FROM aims.risk_acceptance WHERE status = 'requested'$$),
    (500, 'priya', $$UPDATE aims.risk SET status = 'closing', closing_reason = 'Feeds are signed now' WHERE title = 'Poisoned training data'$$),
    (504, 'otto', $$SELECT aims.approve('risk', risk_id::text, 'approval', 'Signatures seen') FROM aims.risk WHERE title = 'Poisoned training data'$$);
