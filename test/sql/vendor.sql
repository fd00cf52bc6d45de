\i test/setup_database.sql
-- Vendors: what is refused, what is scored, what covers a vendor today, and
-- which systems an incident of one affects. Steps commit, each by itself:
-- whoever decides on a record has seen it committed.
\i test/act.sql
SET client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(262);

-- People: an AI officer, a risk owner, a committee member, somebody, an auditor
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['officer', 'risk', 'member', 'guest', 'auditor', 'nobody'] LOOP
        EXECUTE format('CREATE ROLE vendor_%s', r);
        PERFORM aims.grant_duty_role(CASE r WHEN 'member' THEN 'reviewer' WHEN 'auditor' THEN 'auditor' ELSE 'officer' END,
                                     ('vendor_' || r)::regrole);
    END LOOP;
END $$;
INSERT INTO aims.person (person, full_name, db_role)
SELECT p, initcap(p), 'vendor_' || p FROM unnest('{officer,risk,member,guest,auditor}'::text[]) AS p;
SET session_replication_role = replica;		-- as superusers had assigned them long ago
INSERT INTO aims.duty (person, duty, valid_from) VALUES
    ('officer', 'ai_officer', '2020-01-01'), ('risk', 'risk_owner', '2020-01-01'), ('member', 'committee_member', '2020-01-01');
SET session_replication_role = origin;

-- Inventory: acme sells two products, cloud hosts a service, lib gives a library
INSERT INTO aims.vendor (vendor, title, owner, contact) VALUES
    ('acme', 'Acme Health', 'risk', 'psirt@acme.test'), ('cloud', 'Cloud', NULL, NULL), ('lib', 'Library makers', 'risk', 'x'),
    ('idle', 'Sells us nothing yet', NULL, NULL);
INSERT INTO aims.vendor_product (vendor, product) VALUES ('acme', 'Sepsis'), ('acme', 'Triage "X"'), ('cloud', 'LLM');
INSERT INTO aims.ai_system (system, title, owner, purpose, vendor, product, clinical_tier, phi) VALUES
    ('sepsis', 'Sepsis Watch', 'officer', 'p', 'acme', 'Sepsis', 'critical', true),
    ('triage', 'Triage', 'officer', 'p', 'acme', 'Triage "X"', 'moderate', false),
    ('vague', 'Of acme, product not stated', 'officer', 'p', 'acme', NULL, NULL, NULL),
    ('retired', 'Long gone', 'officer', 'p', 'acme', 'Sepsis', 'high', true),
    ('outside', 'Out of scope', 'officer', 'p', 'acme', 'Sepsis', 'high', true),
    ('own', 'Made here', 'officer', 'p', NULL, NULL, 'low', true),
    ('none', 'No vendor at all', 'officer', 'p', NULL, NULL, 'low', true);
UPDATE aims.ai_system SET out_of_scope_reason = 'pilot of another group' WHERE system = 'outside';
INSERT INTO aims.component (system, component, kind, title, vendor, product) VALUES
    ('own', 'llm', 'service', 'LLM', 'cloud', 'LLM'), ('own', 'trees', 'library', 'Trees', 'lib', NULL),
    ('triage', 'acme-viewer', 'tool', 'Viewer', 'acme', 'Sepsis');
SET session_replication_role = replica;
UPDATE aims.ai_system SET stage = CASE system WHEN 'retired' THEN 'retirement' WHEN 'vague' THEN 'inception'
                                              WHEN 'triage' THEN 'deployment' ELSE 'operation_monitoring' END::aims.lifecycle_stage;
SET session_replication_role = origin;
CREATE SCHEMA vendor_test;
CREATE TABLE vendor_test.score (id integer PRIMARY KEY, score float8);
SELECT aims.govern('vendor_test.score', 'sepsis') \g /dev/null

-- Shipped: a template and responsibilities
SELECT results_eq($$SELECT status, shipped, (SELECT count(*) FROM aims.question WHERE questionnaire = 'ai-vendor')
                      FROM aims.questionnaire WHERE questionnaire = 'ai-vendor'$$,
                  $$VALUES ('published', true, 21::bigint)$$, 'a questionnaire is shipped, published');
SELECT is((SELECT array_agg(responsibility::text ORDER BY responsibility) FROM aims.responsibility),
          '{change_control,data_quality,human_oversight,incident_reporting,information_security,monitoring,user_training,verification}',
          'responsibilities are shipped');

-- A system belongs to a product that there is
SELECT throws_ok(format('UPDATE %s', change), state, NULL, 'refuses ' || change)
  FROM (VALUES
    ('23503', $$aims.ai_system SET product = 'Sepsys' WHERE system = 'sepsis'$$),
    ('23503', $$aims.ai_system SET vendor = 'cloud' WHERE system = 'sepsis'$$),
    ('23503', $$aims.component SET product = 'LLM 2' WHERE component = 'llm'$$),
    ('23503', $$aims.vendor_product SET product = 'Other' WHERE product = 'Sepsis'$$),
    ('23514', $$aims.vendor_product SET product = ' ' WHERE product = 'LLM'$$),
    ('23514', $$aims.vendor_product SET supported_until = 'infinity' WHERE product = 'LLM'$$),
    ('23514', $$aims.vendor SET contact = '' WHERE vendor = 'acme'$$),
    ('23503', $$aims.vendor SET owner = 'stranger' WHERE vendor = 'acme'$$)) AS t (state, change);

-- Refusals of constraints, each typed by an officer
CREATE FUNCTION pg_temp.refused(state text, table_name text, columns text, vals text, name text) RETURNS SETOF text
    LANGUAGE sql AS
    $$SELECT pg_temp.ends_with(state, 'vendor_risk', format('INSERT INTO aims.%I (%s) VALUES (%s)', table_name, columns, vals), name)$$;
SELECT pg_temp.refused(state, 'vendor_contract', cols, vals, name)
  FROM (VALUES
    ('23503', 'vendor, title', $$'nobody', 'x'$$, 'a contract of an unknown vendor'),
    ('23502', 'title', $$'x'$$, 'of none'),
    ('23503', 'vendor, product, title', $$'acme', 'LLM', 'x'$$, 'about another vendor''s product'),
    ('23514', 'vendor, title', $$'acme', E'\t'$$, 'without a title'),
    ('23514', 'vendor, title, kind', $$'acme', 'x', 'handshake'$$, 'of no known kind'),
    ('23514', 'vendor, title, valid_from, valid_until', $$'acme', 'x', '2026-02-01', '2026-01-31'$$, 'that ends before it begins'),
    ('23514', 'vendor, title, valid_until', $$'acme', 'x', 'infinity'$$, 'without end, said as infinity'),
    ('23514', 'vendor, title, valid_from', $$'acme', 'x', '-infinity'$$, 'and without beginning'),
    ('23514', 'vendor, title, notice_days', $$'acme', 'x', -1$$, 'with less than no notice'),
    ('23514', 'vendor, title, training_use', $$'acme', 'x', 'maybe'$$, 'with an unknown use of data'),
    ('23514', 'vendor, title, document_sha256', $$'acme', 'x', '\x00'$$, 'with half a hash'),
    ('MS011', 'vendor, title, status', $$'acme', 'x', 'confirmed'$$, 'confirmed from the start'),
    ('MS011', 'vendor, title, status', $$'acme', 'x', 'green'$$, 'in no known status'),
    ('MS044', 'vendor, title, signed_on', $$'acme', 'x', aims.today() + 1$$, 'signed tomorrow')) AS t (state, cols, vals, name);
SELECT pg_temp.refused(state, 'vendor_certificate', 'vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256', vals, name)
  FROM (VALUES
    ('23502', $$'acme', 'ISO/IEC 42001', 's', 'BSI', '1', '2026-01-01', '2027-01-01', NULL$$, 'a certificate that nobody has'),
    ('23502', $$'acme', 'ISO/IEC 42001', 's', 'BSI', '1', '2026-01-01', NULL, sha256('x')$$, 'for ever'),
    ('23514', $$'acme', 'ISO/IEC 42001', 's', 'BSI', '1', '2026-01-01', 'infinity', sha256('x')$$, 'for ever, said as infinity'),
    ('23514', $$'acme', 'ISO/IEC 42001', 's', 'BSI', ' ', '2026-01-01', '2027-01-01', sha256('x')$$, 'without a number'),
    ('23514', $$'acme', 'ISO/IEC 42001', 's', 'BSI', '1', '2026-01-01', '2025-01-01', sha256('x')$$, 'reversed'),
    ('MS044', $$'acme', 'ISO/IEC 42001', 's', 'BSI', '1', aims.today() + 1, aims.today() + 9, sha256('x')$$, 'issued tomorrow')) AS t (state, vals, name);
SELECT pg_temp.refused(state, 'vendor_attestation', 'vendor, statement, signed_by, signed_on, valid_until, document_sha256', vals, name)
  FROM (VALUES
    ('23514', $$'acme', 'all well', 'CEO', '2026-01-01', '2028-01-01', sha256('x')$$, 'an attestation for two years'),
    ('23514', $$'acme', 'all well', 'CEO', '2026-01-01', 'infinity', sha256('x')$$, 'for ever'),
    ('23514', $$'acme', '', 'CEO', '2026-01-01', '2026-09-01', sha256('x')$$, 'that attests nothing'),
    ('23514', $$'acme', 'all well', ' ', '2026-01-01', '2026-09-01', sha256('x')$$, 'signed by nobody'),
    ('MS044', $$'acme', 'all well', 'CEO', aims.today() + 1, aims.today() + 9, sha256('x')$$, 'signed tomorrow')) AS t (state, vals, name);
SELECT pg_temp.refused(state, 'vendor_notice', 'vendor, product, kind, summary, received_on, effective_on', vals, name)
  FROM (VALUES
    ('23503', $$'acme', 'LLM', 'incident', 'x', aims.today(), NULL$$, 'a notice about another vendor''s product'),
    ('23514', $$'acme', NULL, 'gossip', 'x', aims.today(), NULL$$, 'of no known kind'),
    ('23514', $$'acme', NULL, 'incident', ' ', aims.today(), NULL$$, 'that says nothing'),
    ('23514', $$'acme', NULL, 'incident', 'x', '-infinity', NULL$$, 'since ever'),
    ('23514', $$'acme', NULL, 'incident', 'x', aims.today(), 'infinity'$$, 'effective never'),
    ('23502', $$'acme', NULL, 'incident', 'x', NULL, NULL$$, 'that did not arrive'),
    ('MS044', $$'acme', NULL, 'incident', 'x', aims.today() + 1, NULL$$, 'that arrives tomorrow')) AS t (state, vals, name);
SELECT pg_temp.ends_with(state, 'vendor_risk', command, name) FROM (VALUES
    (1, '00000', $$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, kind, summary, received_on, effective_on) VALUES (99, 'acme', 'incident', 'x', aims.today(), aims.today())$$, 'a notice that is due today'),
    (2, 'MS044', $$UPDATE aims.vendor_notice SET received_on = aims.today() + 1, effective_on = NULL WHERE vendor_notice_id = 99$$, 'is not put off by a day to come')) AS t (nr, state, command, name) ORDER BY nr;
SET session_replication_role = replica;
UPDATE aims.vendor_notice SET created_at = created_at - make_interval(days => 40), received_on = received_on - 40 WHERE vendor_notice_id = 99;
SET session_replication_role = origin;
SELECT pg_temp.ends_with('23514', 'vendor_risk', $$UPDATE aims.vendor_notice SET received_on = aims.today(), effective_on = NULL WHERE vendor_notice_id = 99$$, 'nor, once it is overdue, received today');
SET session_replication_role = replica;
DELETE FROM aims.finding WHERE detail LIKE 'Notice 99 %';
DELETE FROM aims.vendor_notice WHERE vendor_notice_id = 99;
SET session_replication_role = origin;
SELECT pg_temp.refused(state, 'vendor_assessment', 'vendor, assessor, conclusion, conditions, assessed_on, valid_until', vals, name)
  FROM (VALUES
    ('23514', $$'acme', 'risk', 'acceptable_with_conditions', NULL, aims.today(), NULL$$, 'an assessment with conditions that are none'),
    ('23514', $$'acme', 'risk', 'acceptable_with_conditions', ' ', aims.today(), NULL$$, 'or blank ones'),
    ('23514', $$'acme', 'risk', 'green', NULL, aims.today(), NULL$$, 'with no known conclusion'),
    ('23514', $$'acme', 'risk', 'acceptable', NULL, aims.today(), 'infinity'$$, 'for ever'),
    ('23514', $$'acme', 'risk', 'acceptable', NULL, aims.today(), aims.today() - 1$$, 'expired at birth'),
    ('23514', $$'acme', 'risk', 'acceptable', NULL, aims.today(), aims.today() + 1097$$, 'for more than three years'),
    ('23503', $$'acme', 'stranger', 'acceptable', NULL, aims.today(), NULL$$, 'by a stranger'),
    ('23502', $$'acme', NULL, 'acceptable', NULL, aims.today(), NULL$$, 'by nobody'),
    ('MS044', $$'acme', 'risk', 'acceptable', NULL, aims.today() + 1, NULL$$, 'of tomorrow')) AS t (state, vals, name);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    ('42501', 'vendor_auditor', $$INSERT INTO aims.vendor_contract (vendor, title) VALUES ('acme', 'x')$$, 'auditors write nothing'),
    ('42501', 'vendor_member', $$UPDATE aims.vendor_notice SET status = 'assessed'$$, 'reviewers approve, and write nothing'),
    ('42501', 'vendor_risk', $$DELETE FROM aims.vendor_contract$$, 'officers delete no record'),
    ('MS016', 'vendor_risk', $$INSERT INTO aims.responsibility (responsibility, title, shipped) VALUES ('x', 'x', true)$$, 'nothing is passed off as shipped'),
    ('MS016', 'vendor_risk', $$UPDATE aims.responsibility SET title = 'x' WHERE responsibility = 'monitoring'$$, 'shipped responsibilities stay'),
    ('MS016', 'vendor_risk', $$INSERT INTO aims.questionnaire (questionnaire, title, shipped) VALUES ('x', 'x', true)$$, 'nor is a questionnaire'),
    ('MS016', 'vendor_officer', $$UPDATE aims.questionnaire SET status = 'retired' WHERE questionnaire = 'ai-vendor'$$, 'the shipped one is not retired, which a dump would lose'),
    ('MS041', 'vendor_officer', $$UPDATE aims.questionnaire SET adequate_from = 60 WHERE questionnaire = 'ai-vendor'$$, 'nor made easier'),
    ('MS041', 'vendor_officer', $$UPDATE aims.question SET critical = false$$, 'nor are its questions'),
    ('MS041', 'vendor_officer', $$DELETE FROM aims.question WHERE question = 'security'$$, 'nor fewer'),
    ('MS041', 'vendor_officer', $$INSERT INTO aims.question (questionnaire, question, position, wording) VALUES ('ai-vendor', 'x', 99, 'x')$$, 'nor more')) AS t (state, role, command, name);
SELECT throws_ok(command, 'MS041', NULL, 'refuses ' || command)
  FROM unnest('{TRUNCATE aims.vendor_contract CASCADE,TRUNCATE aims.vendor_answer,TRUNCATE aims.vendor_notice,TRUNCATE aims.questionnaire CASCADE}'::text[]) AS command;

-- A contract: drafted, submitted, confirmed by another person, terminated
SELECT is(pg_temp.act('vendor_risk', $$INSERT INTO aims.vendor_contract (vendor_contract_id, vendor, product, title, created_by, confirmed_by)
                                       VALUES (9001, 'acme', 'Sepsis', 'Supply of Sepsis', 'member', 'member') RETURNING created_by || coalesce(confirmed_by, ' unconfirmed')$$),
          'risk unconfirmed', 'who entered it is the server''s to say');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'vendor_risk', $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = 9001$$, 'a contract without dates and document is not submitted'),
    (2, '23514', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility VALUES (9001, 'monitoring', 'somebody', 'x')$$, 'a responsibility of somebody'),
    (3, '23514', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility VALUES (9001, 'monitoring', 'shared', '')$$, 'shared in no way'),
    (4, '23503', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility VALUES (9001, 'coffee', 'vendor', 'x')$$, 'an unknown one'),
    (5, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility SELECT 9001, responsibility, 'shared', 'annex 3' FROM aims.responsibility
                                   WHERE responsibility <> 'monitoring'$$, 'responsibilities are allocated by the contract'),
    (6, '23505', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility VALUES (9001, 'data_quality', 'vendor', 'x')$$, 'each once'),
    (7, '00000', 'vendor_risk', $$UPDATE aims.vendor_contract SET signed_on = aims.today() - 20, valid_from = aims.today() - 10, valid_until = aims.today() + 100,
                                         notice_days = 30, document_sha256 = sha256('c') WHERE vendor_contract_id = 9001$$, 'the draft is completed'),
    (8, 'MS011', 'vendor_officer', $$UPDATE aims.vendor_contract SET status = 'confirmed' WHERE vendor_contract_id = 9001$$, 'nothing is confirmed before it was submitted'),
    (9, 'MS013', 'vendor_guest', $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = 9001$$, 'not submitted without the duty'),
    (10, 'MS014', 'vendor_nobody', $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = 9001$$, 'nor by nobody'),
    (11, 'MS015', 'vendor_officer', $$SELECT aims.approve('vendor_contract', '9001', 'approval', 'r')$$, 'a draft is not confirmed'),
    (12, '00000', 'vendor_risk', $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = 9001$$, 'submitted'),
    (13, 'MS041', 'vendor_risk', $$UPDATE aims.vendor_contract SET valid_until = aims.today() + 999 WHERE vendor_contract_id = 9001$$, 'and not changed any more'),
    (14, 'MS041', 'vendor_risk', $$INSERT INTO aims.vendor_responsibility VALUES (9001, 'monitoring', 'vendor', 'x')$$, 'nor are its parts'),
    (15, 'MS041', 'vendor_risk', $$DELETE FROM aims.vendor_responsibility$$, 'none of them'),
    (16, 'MS043', 'vendor_risk', $$UPDATE aims.vendor_contract SET status = 'confirmed', confirmed_by = 'member' WHERE vendor_contract_id = 9001$$, 'nobody types that it was confirmed'),
    (17, 'MS012', 'vendor_risk', $$SELECT aims.approve('vendor_contract', '9001', 'approval', 'r')$$, 'nobody confirms the own entry'),
    (18, 'MS013', 'vendor_guest', $$SELECT aims.approve('vendor_contract', '9001', 'approval', 'r')$$, 'nor anybody without the duty'),
    (19, 'MS018', 'vendor_member', $$SELECT aims.approve('vendor_contract', '9001', 'approval', ' ')$$, 'nor without a reason'),
    (20, 'MS017', 'vendor_member', $$SELECT aims.approve('vendor_contract', '9999', 'approval', 'r')$$, 'nor what there is not'),
    (21, '00000', 'vendor_member', $$SELECT aims.reject('vendor_contract', '9001', 'monitoring is missing')$$, 'another person sends it back'),
    (22, '00000', 'vendor_risk', $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = 9001$$, 'submitted again, as it was'),
    (23, '00000', 'vendor_member', $$SELECT aims.approve('vendor_contract', '9001', 'approval', 'read')$$, 'another person confirms it'),
    (24, 'MS042', 'vendor_officer', $$UPDATE aims.vendor_contract SET status = 'terminated' WHERE vendor_contract_id = 9001$$, 'it does not end without a reason')
    ) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is((SELECT confirmed_by::text FROM aims.vendor_contract WHERE vendor_contract_id = 9001), 'member', 'who confirmed it');

-- What covers a product today
CREATE FUNCTION pg_temp.standing(wanted_vendor text, wanted_product text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce(contract_id::text, '-'), coalesce(associate_agreement_id::text, '-'),
                     coalesce(assessment_id::text, '-') || CASE WHEN assessed THEN '' ELSE '!' END,
                     nullif(array_to_string(unallocated, ','), ''), nullif(array_to_string(overdue_notices, ','), ''))
      FROM aims.vendor_standing WHERE vendor = wanted_vendor AND product IS NOT DISTINCT FROM wanted_product $$;
CREATE FUNCTION pg_temp.gate(system text) RETURNS text LANGUAGE sql AS
    $$SELECT format('%s %s', met, detail) FROM aims.check_vendor_assessed(system, '{}')$$;
SELECT is(pg_temp.standing('acme', 'Sepsis'), '9001 - -! monitoring', 'the contract covers its product, but for what it leaves out');
SELECT is(pg_temp.standing('acme', NULL), '- - -! change_control,data_quality,human_oversight,incident_reporting,information_security,monitoring,user_training,verification',
          'not a system that does not say which product it is');
SELECT is(pg_temp.gate('none'), 't there is no vendor', 'no vendor, no assessment');
SELECT is(pg_temp.gate('sepsis'), 'f acme Sepsis: no approved assessment; no business associate agreement in force; responsibilities not allocated: monitoring',
          'the gate lists each problem');
SELECT is(pg_temp.gate('own'), 'f cloud LLM: no approved assessment; no business associate agreement in force; responsibilities not allocated: '
          'change_control, data_quality, human_oversight, incident_reporting, information_security, monitoring, user_training, verification. lib: no approved assessment',
          'vendors of components count; a library handles no data');

-- As they would stand after having gone the whole way: confirmed rows of any date
CREATE FUNCTION pg_temp.put(command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE command;
    SET LOCAL session_replication_role = origin;
END $$;
CREATE FUNCTION pg_temp.with_change(changes text, question text, expected text, name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        PERFORM pg_temp.put(changes);
        EXECUTE question INTO result;
        RETURN NEXT is(result, expected, name);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
        NULL;
    END;
END $$;
SELECT pg_temp.put($$
    INSERT INTO aims.vendor_contract (vendor_contract_id, vendor, kind, title, signed_on, valid_from, valid_until, document_sha256, status,
                                      change_notice_days, audit_right, training_use)
    VALUES (9002, 'acme', 'supply', 'Frame', '2026-01-01', '2026-01-01', NULL, sha256('x'), 'confirmed', 30, true, 'forbidden'),
           (9003, 'acme', 'business_associate_agreement', 'BAA', '2026-01-01', '2026-01-01', aims.today(), sha256('x'), 'confirmed', NULL, NULL, NULL);
    INSERT INTO aims.vendor_responsibility SELECT 9002, responsibility, 'vendor', 'annex' FROM aims.responsibility;
    INSERT INTO aims.vendor_assessment (vendor_assessment_id, vendor, assessor, policy_review, conclusion, rationale, assessed_on, valid_until, status, approved_at)
    VALUES (9004, 'acme', 'risk', 'read', 'acceptable', 'r', aims.today() - 300, aims.today(), 'approved', now() - make_interval(days => 299))$$) \g /dev/null
SELECT is(pg_temp.standing('acme', 'Sepsis'), '9002 9003 9004', 'what is for all products covers each; it is the last day');
SELECT is(pg_temp.standing('acme', NULL), '9002 9003 9004', 'and those that do not say which');
SELECT is(pg_temp.gate('sepsis'), format('t acme Sepsis: assessment 9004 until %s, contract 9002, business associate agreement 9003', to_char(aims.today(), 'YYYY-MM-DD')),
          'the gate is met, and says by which rows');
SELECT pg_temp.with_change(change, $$SELECT pg_temp.gate('sepsis')$$, expected, name)
  FROM (VALUES
    ($$UPDATE aims.vendor_assessment SET valid_until = aims.today() - 1 WHERE vendor_assessment_id = 9004$$,
     format('f acme Sepsis: assessment 9004 expired on %s', to_char(aims.today() - 1, 'YYYY-MM-DD')), 'an assessment that expired yesterday'),
    ($$UPDATE aims.vendor_assessment SET status = 'in_review'$$, 'f acme Sepsis: no approved assessment', 'an assessment that nobody has approved'),
    ($$INSERT INTO aims.vendor_assessment (vendor_assessment_id, vendor, product, assessor, conclusion, valid_until, status, approved_at)
       VALUES (9005, 'acme', 'Sepsis', 'risk', 'not_acceptable', aims.today() + 99, 'approved', now())$$,
     'f acme Sepsis: assessment 9005: not acceptable', 'a newer one that does not accept the product'),
    ($$INSERT INTO aims.vendor_assessment (vendor_assessment_id, vendor, product, assessor, conclusion, valid_until, status, approved_at)
       VALUES (9005, 'acme', 'Triage "X"', 'risk', 'not_acceptable', aims.today() + 99, 'approved', now())$$,
     format('t acme Sepsis: assessment 9004 until %s, contract 9002, business associate agreement 9003', to_char(aims.today(), 'YYYY-MM-DD')), 'one of another product changes nothing'),
    ($$UPDATE aims.vendor_contract SET valid_until = aims.today() - 1 WHERE vendor_contract_id = 9003$$,
     'f acme Sepsis: no business associate agreement in force', 'a BAA that expired yesterday'),
    ($$UPDATE aims.vendor_contract SET valid_from = aims.today() + 1, valid_until = NULL WHERE vendor_contract_id = 9003$$,
     'f acme Sepsis: no business associate agreement in force', 'one that begins tomorrow'),
    ($$UPDATE aims.vendor_contract SET product = 'Triage "X"' WHERE vendor_contract_id = 9003$$,
     'f acme Sepsis: no business associate agreement in force', 'one for another product'),
    ($$UPDATE aims.vendor_contract SET status = 'terminated' WHERE vendor_contract_id = 9003$$,
     'f acme Sepsis: no business associate agreement in force', 'a terminated one'),
    ($$UPDATE aims.vendor_contract SET status = 'terminated' WHERE vendor_contract_id = 9002$$,
     'f acme Sepsis: responsibilities not allocated: monitoring', 'responsibilities end with their contract'),
    ($$INSERT INTO aims.responsibility (responsibility, title) VALUES ('deletion', 'Deletion of our data')$$,
     'f acme Sepsis: responsibilities not allocated: deletion', 'a site''s own responsibility'),
    ($$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, product, kind, summary, received_on, status)
       VALUES (9006, 'acme', 'Sepsis', 'model_change', 's', aims.today() - 31, 'received')$$,
     'f acme Sepsis: assessment overdue of notice 9006', 'a notice that nobody has assessed in 30 days'),
    ($$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, product, kind, summary, received_on, effective_on, status)
       VALUES (9006, 'acme', NULL, 'model_change', 's', aims.today() - 9, aims.today() - 1, 'received')$$,
     'f acme Sepsis: assessment overdue of notice 9006', 'or that took effect yesterday'),
    ($$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, product, kind, summary, received_on, effective_on, status)
       VALUES (9006, 'acme', 'Triage "X"', 'model_change', 's', aims.today() - 99, NULL, 'received'),
              (9007, 'acme', 'Sepsis', 'model_change', 's', aims.today() - 99, NULL, 'assessed'),
              (9008, 'acme', 'Sepsis', 'model_change', 's', aims.today() - 30, aims.today(), 'received')$$,
     format('t acme Sepsis: assessment 9004 until %s, contract 9002, business associate agreement 9003', to_char(aims.today(), 'YYYY-MM-DD')),
     'but not one of another product, an assessed one, or one of which it is the last day')) AS t (change, expected, name);
SELECT pg_temp.with_change($$UPDATE aims.ai_system SET phi = NULL WHERE system = 'triage';
                             UPDATE aims.vendor_contract SET status = 'terminated' WHERE vendor_contract_id = 9003$$,
    $$SELECT pg_temp.gate('triage')$$, 'f acme Triage "X": no business associate agreement in force', 'health information that is not denied counts as such');
SELECT matches(pg_temp.gate('triage'), '^t acme Sepsis: assessment 9004 .* acme Triage "X": assessment 9004', 'every product that a system uses is judged');

-- One incident of a vendor, every affected system
SELECT results_eq($$SELECT system, component, stage::text, owner, governed FROM aims.vendor_affected('acme')$$,
    $$VALUES ('retired', NULL, 'retirement', 'officer', '{}'::text[]), ('outside', NULL, 'operation_monitoring', 'officer', '{}'),
             ('sepsis', NULL, 'operation_monitoring', 'officer', '{vendor_test.score}'),
             ('triage', 'acme-viewer', 'deployment', 'officer', '{}'), ('triage', NULL, 'deployment', 'officer', '{}'),
             ('vague', NULL, 'inception', 'officer', '{}')$$, 'all systems of a vendor, with what is governed');
SELECT is(pg_temp.act('vendor_' || role, $$SELECT string_agg(DISTINCT system, ' ' ORDER BY system) FROM aims.vendor_affected('acme', 'Triage "X"')$$),
          'triage vague', role || ' asks about one product: a system that does not say which is affected') FROM unnest('{auditor,member}'::text[]) AS role;
SELECT is((SELECT string_agg(system, ' ') FROM aims.vendor_affected('cloud')), 'own', 'through a component');
SELECT is_empty($$SELECT * FROM aims.vendor_affected('idle')$$, 'a vendor of nothing affects nothing');
SELECT throws_ok(format('SELECT * FROM aims.vendor_affected(%L, %L)', vendor, product), 'MS017', NULL, name)
  FROM (VALUES ('acmee', NULL, 'a misspelt vendor is no all-clear'), (NULL, NULL, 'nor is none'), ('acme', 'LLM', 'nor another vendor''s product'))
    AS t (vendor, product, name);

-- Notices: a finding for every affected system in use
SELECT pg_temp.ends_with('00000', 'vendor_risk', $$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, product, version, kind, summary, received_on, effective_on)
    VALUES (9010, 'acme', 'Sepsis', '3.0', 'model_change', 'Retrained.', aims.today(), aims.today() + 10)$$, 'a notice is received');
SELECT results_eq($$SELECT system::text, detail, opened_by::text FROM aims.finding WHERE kind = 'vendor_notice' ORDER BY system$$,
    $$SELECT s, format('Notice 9010 of vendor acme, product Sepsis (model change), effective on %s: Retrained. To be assessed by %1$s.',
                       to_char(aims.today() + 10, 'YYYY-MM-DD')), 'risk' FROM unnest('{sepsis,triage}'::text[]) AS s$$,
    'it opens a finding for each system in use, not for those out of scope, retired, or not begun');
SELECT is((SELECT met FROM aims.check_cause('sepsis', '{}')), true, 'a cause of re-evaluation');
SELECT pg_temp.ends_with('00000', 'vendor_risk', $$INSERT INTO aims.vendor_notice (vendor_notice_id, vendor, kind, summary) VALUES (9011, 'cloud', 'incident', 'Leak')$$, 'an incident, for all products');
SELECT is((SELECT string_agg(system, ' ') FROM aims.finding WHERE detail ~ '^Notice 9011 '), 'own', 'reaches systems by their components');
SELECT is((SELECT assess_by FROM aims.vendor_notice WHERE vendor_notice_id = id), aims.today() + days, format('notice %s is to be assessed in %s days', id, days))
  FROM (VALUES (9010, 10), (9011, 30)) AS t (id, days);
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'vendor_officer', $$UPDATE aims.vendor_notice SET status = 'assessed' WHERE vendor_notice_id = 9010$$, 'a notice is not assessed by saying so'),
    (2, 'MS013', 'vendor_guest', $$UPDATE aims.vendor_notice SET status = 'assessed', consequence = 'none', assessment = 'x' WHERE vendor_notice_id = 9010$$, 'nor by anybody'),
    (3, '23514', 'vendor_officer', $$UPDATE aims.vendor_notice SET consequence = 'shrug' WHERE vendor_notice_id = 9010$$, 'a consequence is a known one'),
    (4, '428C9', 'vendor_officer', $$UPDATE aims.vendor_notice SET assess_by = aims.today() + 99 WHERE vendor_notice_id = 9010$$, 'its day is computed'),
    (5, '00000', 'vendor_officer', $$UPDATE aims.vendor_notice SET status = 'assessed', consequence = 're_evaluation', assessment = 'other training data' WHERE vendor_notice_id = 9010$$, 'a notice is assessed'),
    (6, 'MS041', 'vendor_officer', $$UPDATE aims.vendor_notice SET consequence = 'none' WHERE vendor_notice_id = 9010$$, 'once'),
    (7, 'MS011', 'vendor_officer', $$UPDATE aims.vendor_notice SET status = 'received' WHERE vendor_notice_id = 9010$$, 'and for all')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec

-- Questionnaires: published by another person, scored by the rule
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '00000', 'vendor_risk', $$INSERT INTO aims.questionnaire (questionnaire, title) VALUES ('house', 'House rules')$$, 'a template of the site'),
    (2, '23514', 'vendor_risk', $$UPDATE aims.questionnaire SET conditional_from = 90 WHERE questionnaire = 'house'$$, 'its thresholds are in order'),
    (3, '23514', 'vendor_risk', $$UPDATE aims.questionnaire SET valid_months = 99 WHERE questionnaire = 'house'$$, 'and its answers do not hold for ever'),
    (4, '00000', 'vendor_risk', $$INSERT INTO aims.question (questionnaire, question, position, wording, weight, critical, credit_no) VALUES
        ('house', 'a', 1, 'Light?', 5, false, 0), ('house', 'b', 2, 'Heavy and critical?', 5, true, 0)$$, 'its questions'),
    (5, '23514', 'vendor_risk', $$INSERT INTO aims.question (questionnaire, question, position, wording, weight) VALUES ('house', 'c', 3, 'x', 0)$$, 'weigh something'),
    (6, '23514', 'vendor_risk', $$INSERT INTO aims.question (questionnaire, question, position, wording, credit_partly) VALUES ('house', 'c', 3, 'x', 1.5)$$, 'and credit a share'),
    (7, '23505', 'vendor_risk', $$INSERT INTO aims.question (questionnaire, question, position, wording) VALUES ('house', 'c', 2, 'x')$$, 'each in its place'),
    (8, '23503', 'vendor_risk', $$INSERT INTO aims.question (questionnaire, question, position, wording, ref) VALUES ('house', 'c', 3, 'x', 'A.99')$$, 'about a requirement that there is'),
    (9, 'MS015', 'vendor_risk', $$INSERT INTO aims.vendor_questionnaire (vendor, questionnaire) VALUES ('acme', 'house')$$, 'a draft is not sent'),
    (10, 'MS011', 'vendor_risk', $$UPDATE aims.questionnaire SET status = 'published' WHERE questionnaire = 'house'$$, 'nor published at once'),
    (11, '00000', 'vendor_risk', $$UPDATE aims.questionnaire SET status = 'in_review' WHERE questionnaire = 'house'$$, 'it is submitted'),
    (12, 'MS043', 'vendor_officer', $$UPDATE aims.questionnaire SET status = 'published' WHERE questionnaire = 'house'$$, 'and not published without a signature'),
    (13, 'MS012', 'vendor_risk', $$SELECT aims.approve('questionnaire', 'house', 'approval', 'r')$$, 'or by its author'),
    (14, '00000', 'vendor_officer', $$SELECT aims.approve('questionnaire', 'house', 'approval', 'fit')$$, 'but by another person'),
    (15, 'MS041', 'vendor_risk', $$UPDATE aims.question SET weight = 1 WHERE questionnaire = 'house'$$, 'and keeps its questions'),
    (16, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_questionnaire (vendor_questionnaire_id, vendor, questionnaire) VALUES (9020, 'acme', 'house')$$, 'one for a vendor'),
    (17, 'MS042', 'vendor_risk', $$UPDATE aims.vendor_questionnaire SET status = 'sent' WHERE vendor_questionnaire_id = 9020$$, 'is sent with a day'),
    (18, '23514', 'vendor_risk', $$UPDATE aims.vendor_questionnaire SET status = 'sent', due_on = 'infinity' WHERE vendor_questionnaire_id = 9020$$, 'that comes'),
    (19, '00000', 'vendor_risk', $$UPDATE aims.vendor_questionnaire SET status = 'sent', due_on = aims.today() WHERE vendor_questionnaire_id = 9020$$, 'sent'),
    (20, '23503', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'ai-vendor', 'policy', 'yes')$$, 'answers are to its own template'),
    (21, '23503', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'z', 'yes')$$, 'and to its questions'),
    (22, '23514', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'a', 'perhaps')$$, 'known ones'),
    (23, '23514', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'a', 'partly')$$, 'half ones are explained'),
    (24, '23514', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'a', 'not_applicable', ' ')$$, 'and so is what does not apply'),
    (25, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'a', 'yes')$$, 'an answer'),
    (26, '23505', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'a', 'no')$$, 'once')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
CREATE FUNCTION pg_temp.score() RETURNS text LANGUAGE sql AS
    $$SELECT concat_ws(' ', state, score, verdict, answered || '/' || questions, failed, unanswered) FROM aims.vendor_score WHERE vendor_questionnaire_id = 9020$$;
SELECT is(pg_temp.score(), 'sent 50.0 inadequate 1/2 {b} {b}', 'unanswered counts against, and a critical question unanswered fails');
SELECT pg_temp.with_change(format('INSERT INTO aims.vendor_answer VALUES (9020, ''house'', ''b'', %L, ''e''); UPDATE aims.vendor_answer SET answer = %L WHERE question = ''a''', b, a),
                           'SELECT pg_temp.score()', 'sent ' || expected, format('%s, critical %s', a, b))
  FROM (VALUES ('yes', 'yes', '100.0 adequate 2/2 {} {}'), ('yes', 'partly', '75.0 conditional 2/2 {} {}'), ('yes', 'no', '50.0 inadequate 2/2 {b} {}'),
               ('no', 'yes', '50.0 inadequate 2/2 {} {}'), ('yes', 'not_applicable', '50.0 inadequate 2/2 {b} {}')) AS t (a, b, expected);
SELECT pg_temp.with_change($$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'b', 'no');
                             UPDATE aims.question SET weight = 95 WHERE questionnaire = 'house' AND question = 'a'$$,
                           'SELECT pg_temp.score()', 'sent 95.0 inadequate 2/2 {b} {}', 'a failed critical question caps any score');
SELECT pg_temp.with_change($$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'b', 'partly', 'e');
                             UPDATE aims.question SET weight = 95 WHERE questionnaire = 'house' AND question = 'a'$$,
                           'SELECT pg_temp.score()', 'sent 97.5 conditional 2/2 {} {}', 'a half one allows conditional at most');
SELECT pg_temp.with_change('UPDATE aims.vendor_questionnaire SET due_on = aims.today() - 1', 'SELECT pg_temp.score()',
                           'overdue 50.0 inadequate 1/2 {b} {b}', 'silence past the day');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, 'MS015', 'vendor_member', $$SELECT aims.approve('vendor_questionnaire', '9020', 'approval', 'r')$$, 'what was not returned is not reviewed'),
    (2, 'MS013', 'vendor_guest', $$UPDATE aims.vendor_questionnaire SET status = 'returned' WHERE vendor_questionnaire_id = 9020$$, 'nor taken back by anybody'),
    (3, '00000', 'vendor_risk', $$UPDATE aims.vendor_questionnaire SET status = 'returned' WHERE vendor_questionnaire_id = 9020$$, 'returned'),
    (4, 'MS041', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'b', 'yes')$$, 'late answers are refused'),
    (5, 'MS041', 'vendor_risk', $$UPDATE aims.vendor_answer SET answer = 'no'$$, 'and changed ones'),
    (6, 'MS041', 'vendor_risk', $$DELETE FROM aims.vendor_answer$$, 'and removed ones'),
    (7, '00000', 'vendor_member', $$SELECT aims.reject('vendor_questionnaire', '9020', 'question b')$$, 'it is sent back'),
    (8, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_answer VALUES (9020, 'house', 'b', 'partly', 'next year')$$, 'and completed'),
    (9, '00000', 'vendor_risk', $$UPDATE aims.vendor_questionnaire SET status = 'returned' WHERE vendor_questionnaire_id = 9020$$, 'and returned'),
    (10, 'MS012', 'vendor_risk', $$SELECT aims.approve('vendor_questionnaire', '9020', 'approval', 'r')$$, 'not reviewed by who took it back'),
    (11, 'MS043', 'vendor_officer', $$UPDATE aims.vendor_questionnaire SET status = 'reviewed' WHERE vendor_questionnaire_id = 9020$$, 'nor by saying so'),
    (12, '00000', 'vendor_member', $$SELECT aims.approve('vendor_questionnaire', '9020', 'approval', 'plausible')$$, 'reviewed by another person')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is(pg_temp.score(), 'reviewed 75.0 conditional 2/2 {} {}', 'what was signed');
SELECT is((SELECT valid_until FROM aims.vendor_score WHERE vendor_questionnaire_id = 9020), (aims.today() + make_interval(years => 1))::date, 'it counts for the months of its template');
SELECT pg_temp.with_change($$UPDATE aims.vendor_questionnaire SET returned_at = now() - make_interval(years => 1, days => 2)$$, 'SELECT pg_temp.score()',
                           'expired 75.0 conditional 2/2 {} {}', 'and not longer');

-- Certificates and attestations: entered once, confirmed by another person
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_certificate (vendor_certificate_id, vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256)
        VALUES (9030, 'acme', 'ISO/IEC 42001', 'Sepsis', 'BSI', 'AI 1', aims.today() - 9, aims.today(), sha256('x'))$$, 'a certificate is entered'),
    (2, '23505', 'vendor_risk', $$INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256)
        VALUES ('acme', 'ISO/IEC 42001', 'Sepsis', 'BSI', 'AI 1', aims.today() - 9, aims.today() + 900, sha256('x'))$$, 'once'),
    (3, 'MS041', 'vendor_risk', $$UPDATE aims.vendor_certificate SET valid_until = aims.today() + 900 WHERE vendor_certificate_id = 9030$$, 'and not stretched'),
    (4, 'MS012', 'vendor_risk', $$SELECT aims.approve('vendor_certificate', '9030', 'approval', 'r')$$, 'nor confirmed by who entered it'),
    (5, 'MS043', 'vendor_officer', $$UPDATE aims.vendor_certificate SET status = 'confirmed' WHERE vendor_certificate_id = 9030$$, 'nor by saying so'),
    (6, '00000', 'vendor_member', $$SELECT aims.approve('vendor_certificate', '9030', 'approval', 'in the register of the issuer')$$, 'but by another person'),
    (7, '00000', 'vendor_risk', $$INSERT INTO aims.vendor_attestation (vendor_attestation_id, vendor, statement, signed_by, signed_on, valid_until, document_sha256)
        VALUES (9031, 'acme', 'No training on customer data', 'N. N., CMO', aims.today() - 9, aims.today(), sha256('x'))$$, 'an attestation is entered'),
    (8, 'MS012', 'vendor_risk', $$SELECT aims.approve('vendor_attestation', '9031', 'approval', 'r')$$, 'not confirmed by who entered it'),
    (9, '00000', 'vendor_officer', $$SELECT aims.approve('vendor_attestation', '9031', 'approval', 'read')$$, 'but by another person')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec

-- An assessment: by the assessor, approved by another person
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name)
  FROM (VALUES
    (1, '00000', 'vendor_officer', $$INSERT INTO aims.vendor_assessment (vendor_assessment_id, vendor, assessor, valid_until) VALUES (9040, 'cloud', 'risk', aims.today() + 300)$$, 'an assessment is begun'),
    (2, 'MS042', 'vendor_risk', $$UPDATE aims.vendor_assessment SET status = 'in_review', conclusion = 'acceptable', rationale = 'r' WHERE vendor_assessment_id = 9040$$, 'not without a review of the responsible AI policy'),
    (3, 'MS013', 'vendor_guest', $$UPDATE aims.vendor_assessment SET status = 'in_review', conclusion = 'acceptable', rationale = 'r', policy_review = 'none' WHERE vendor_assessment_id = 9040$$, 'nor by anybody'),
    (4, '00000', 'vendor_risk', $$UPDATE aims.vendor_assessment SET status = 'in_review', conclusion = 'acceptable', rationale = 'r', policy_review = 'has none' WHERE vendor_assessment_id = 9040$$, 'submitted by the assessor'),
    (5, 'MS012', 'vendor_officer', $$SELECT aims.approve('vendor_assessment', '9040', 'approval', 'r')$$, 'not approved by who entered it'),
    (6, 'MS012', 'vendor_risk', $$SELECT aims.approve('vendor_assessment', '9040', 'approval', 'r')$$, 'nor by the assessor'),
    (7, '22023', 'vendor_member', $$SELECT aims.approve('vendor_notice', '9011', 'approval', 'r')$$, 'and a notice is not signed at all'),
    (8, '00000', 'vendor_member', $$SELECT aims.approve('vendor_assessment', '9040', 'approval', 'agreed')$$, 'but by another person'),
    (9, 'MS041', 'vendor_risk', $$UPDATE aims.vendor_assessment SET valid_until = aims.today() + 9999 WHERE vendor_assessment_id = 9040$$, 'and then it stays'),
    (10, 'MS011', 'vendor_officer', $$UPDATE aims.vendor_assessment SET status = 'withdrawn' WHERE vendor_assessment_id = 9040$$, 'also when it is unwelcome')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT is((SELECT bool_and(intact) FROM aims.signature WHERE subject LIKE 'vendor%' AND decision = 'approve'), true, 'every record is what was signed');

-- Coverage
CREATE FUNCTION pg_temp.gaps(wanted text) RETURNS text LANGUAGE sql AS
    $$SELECT format('%s %s %s', coalesce(due_diligence, '-'), array_to_string(gaps, ','), covered) FROM aims.vendor_coverage WHERE vendor = wanted$$;
SELECT is(pg_temp.gaps('idle'), '-  ', 'a vendor of nothing is neither covered nor not');
SELECT is(pg_temp.gaps('lib'), 'assessment assessment f', 'who supplies a library is to be assessed');
SELECT is(pg_temp.gaps('cloud'), 'full owner,contact,contract,business_associate_agreement,responsibilities,questionnaire,certificate,attestation,statements f',
          'whoever hosts health information needs all');
SELECT is(pg_temp.gaps('acme'), 'full statements f', 'what acme lacks');
SELECT pg_temp.put($$
    INSERT INTO aims.applicability (ref, scope, vendor, applicable, justification, implementation) VALUES
        ('A.10.2', 'vendor', 'acme', true, 'x', 'verified'), ('A.10.3', 'vendor', 'acme', true, 'x', 'implemented'), ('A.10.4', 'vendor', 'acme', false, 'x', 'not_started');
    INSERT INTO aims.evidence (evidence_id, title, vendor, uri, effective_on, valid_until) VALUES
        (9050, 'x', 'acme', 'file:x', '2026-01-01', aims.today()), (9051, 'y', 'acme', 'file:y', '2026-01-01', aims.today() - 1);
    INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (9050, 'A.10.2'), (9051, 'A.10.3')$$) \g /dev/null
SELECT results_eq($$SELECT statements, statements_evidenced, statement_gaps FROM aims.vendor_coverage WHERE vendor = 'acme'$$,
                  'VALUES (3::bigint, 1::bigint, 1::bigint)', 'statements: evidenced today, excluded, and with evidence that has expired');
SELECT pg_temp.put($$INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (9050, 'A.10.3')$$) \g /dev/null
SELECT is(pg_temp.gaps('acme'), 'full  t', 'acme is covered');
SELECT results_eq($$SELECT systems, deployed, highest_tier::text, phi, contract, associate_agreement, associate_agreement_until, unallocated, assessment, questionnaire, score,
                           verdict, certificate, standards, attestation, open_notices FROM aims.vendor_coverage WHERE vendor = 'acme'$$,
                  $$VALUES (3::bigint, 2::bigint, 'critical', true, 'in_force', 'in_force', aims.today(), '{}'::text[], 'in_force', 'reviewed', 75.0, 'conditional',
                            'in_force', '{ISO/IEC 42001}'::text[], 'in_force', 0::bigint)$$, 'and by what');
SELECT pg_temp.with_change(change, $$SELECT pg_temp.gaps('acme')$$, format('full %s f', gap), name)
  FROM (VALUES
    ($$UPDATE aims.vendor SET owner = NULL$$, 'owner', 'nobody looks after it'),
    ($$UPDATE aims.vendor SET contact = NULL$$, 'contact', 'nobody to reach'),
    ($$UPDATE aims.vendor_contract SET valid_until = aims.today() - 1 WHERE kind = 'supply'$$, 'contract,responsibilities', 'the contracts have expired'),
    ($$UPDATE aims.vendor_contract SET audit_right = NULL WHERE vendor_contract_id = 9002$$, 'contract_terms', 'nobody has looked at a term on AI'),
    ($$UPDATE aims.vendor_contract SET valid_until = aims.today() - 1 WHERE vendor_contract_id = 9003$$, 'business_associate_agreement', 'the agreement has expired'),
    ($$INSERT INTO aims.responsibility (responsibility, title) VALUES ('deletion', 'x')$$, 'responsibilities', 'a responsibility more'),
    ($$UPDATE aims.vendor_assessment SET valid_until = aims.today() - 1 WHERE vendor_assessment_id = 9004$$, 'assessment', 'the assessment has expired'),
    ($$UPDATE aims.vendor_questionnaire SET returned_at = now() - make_interval(years => 2)$$, 'questionnaire', 'the answers are too old'),
    ($$UPDATE aims.vendor_answer SET answer = 'no'$$, 'questionnaire', 'the answers are inadequate'),
    ($$INSERT INTO aims.vendor_questionnaire (vendor, status, due_on) VALUES ('acme', 'sent', aims.today() - 1)$$, 'questionnaire', 'another was sent, and the vendor is silent'),
    ($$UPDATE aims.vendor_certificate SET valid_until = aims.today() - 1$$, 'certificate', 'the certificate has expired'),
    ($$UPDATE aims.vendor_certificate SET status = 'withdrawn'$$, 'certificate', 'the certificate was withdrawn'),
    ($$UPDATE aims.vendor_certificate SET standard = 'ISO 9001'$$, 'certificate', 'the certificate is about something else'),
    ($$UPDATE aims.vendor_certificate SET standard = 'ISO 14001'$$, 'certificate', 'the certificate is to a standard that nobody asked for'),
    ($$INSERT INTO aims.certificate_standard (standard, due_diligence, title) VALUES ('ISO/IEC 42001', false, 'x')$$, 'certificate', 'the site does not ask for that standard'),
    ($$UPDATE aims.vendor_questionnaire SET product = 'Sepsis'$$, 'questionnaire', 'another product was not asked about'),
    ($$UPDATE aims.vendor_attestation SET valid_until = aims.today() - 1$$, 'attestation', 'the attestation has expired'),
    ($$UPDATE aims.evidence SET valid_until = aims.today() - 1 WHERE evidence_id = 9050$$, 'statements', 'the evidence has expired'),
    ($$UPDATE aims.evidence SET uri = NULL WHERE evidence_id = 9050$$, 'statements', 'the evidence is a claim'),
    ($$DELETE FROM aims.applicability$$, 'statements', 'nothing is stated'),
    ($$UPDATE aims.applicability SET applicable = false$$, 'statements', 'nothing is said to apply'),
    ($$UPDATE aims.vendor_notice SET status = 'received', received_on = aims.today() - 31$$, 'notices', 'a notice waits'),
    ($$UPDATE aims.vendor_product SET supported_until = aims.today() - 1 WHERE product = 'Sepsis'$$, 'support', 'the product is not supported any more')) AS t (change, gap, name);
SELECT pg_temp.with_change(change, $$SELECT pg_temp.gaps('acme')$$, expected, name)
  FROM (VALUES
    ($$INSERT INTO aims.vendor_questionnaire (vendor, status, due_on) VALUES ('acme', 'sent', aims.today())$$, 'full  t', 'today is not too late'),
    ($$UPDATE aims.vendor_contract SET status = 'draft' WHERE vendor_contract_id = 9001$$, 'full  t', 'one contract for all products is enough'),
    ($$UPDATE aims.vendor_certificate SET standard = 'ISO 9001';
       INSERT INTO aims.certificate_standard (standard, due_diligence, title) VALUES ('ISO 9001', true, 'x')$$, 'full  t', 'the site takes another standard'),
    ($$INSERT INTO aims.vendor_questionnaire (vendor_questionnaire_id, vendor, product, status, due_on, returned_at) VALUES (9099, 'acme', 'Sepsis', 'reviewed', aims.today(), now())$$,
       'full questionnaire f', 'a newer one about a product counts for that product, for worse'),
    ($$UPDATE aims.ai_system SET phi = false; UPDATE aims.ai_system SET clinical_tier = 'low' WHERE vendor = 'acme';
       DELETE FROM aims.vendor_certificate; DELETE FROM aims.vendor_attestation; DELETE FROM aims.vendor_answer; DELETE FROM aims.vendor_questionnaire;
       UPDATE aims.vendor_contract SET status = 'terminated' WHERE vendor_contract_id = 9003$$, 'basic  t', 'less is needed of a vendor of low tiers without health information'),
    ($$UPDATE aims.ai_system SET phi = false; UPDATE aims.ai_system SET clinical_tier = 'low' WHERE vendor = 'acme';
       UPDATE aims.vendor_answer SET answer = 'no'$$, 'basic questionnaire f', 'but what it was asked counts'),
    ($$UPDATE aims.ai_system SET stage = 'retirement'$$, '-  ', 'and nothing once all its systems are retired')) AS t (change, expected, name);

-- What is to be done
CREATE FUNCTION pg_temp.actions(wanted text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s%s%s', action, subject || CASE WHEN subject <> 'vendor' THEN ' ' || subject_id ELSE '' END,
                             ' for ' || coalesce(person, duty), ' in ' || (due_on - aims.today())::text), E'\n' ORDER BY action)
      FROM aims.vendor_action WHERE vendor = wanted $$;
SELECT is(pg_temp.actions('idle'), NULL, 'nothing about a vendor of nothing');
SELECT is(pg_temp.actions('acme'), E'renew assessment vendor for risk in 0\nrenew attestation vendor for risk in 0\nrenew business associate agreement vendor for risk in 0\n'
    'renew certificate vendor for risk in 0', 'a covered vendor: what ends soon');
SELECT pg_temp.with_change($$UPDATE aims.vendor_contract SET valid_until = aims.today() + 110, notice_days = 30 WHERE vendor_contract_id = 9002$$,
    $$SELECT due_on - aims.today() FROM aims.vendor_action WHERE action = 'renew contract'$$, '80', 'the contract, by its notice');
SELECT pg_temp.with_change($$UPDATE aims.vendor_contract SET valid_until = aims.today() + 130, notice_days = 30 WHERE vendor_contract_id = 9002$$,
    $$SELECT count(*) FROM aims.vendor_action WHERE action = 'renew contract'$$, '0', 'not earlier than 90 days before');
SELECT is(pg_temp.actions('cloud'), E'allocate responsibilities vendor for ai_officer\nassess notice vendor_notice 9011 for ai_officer in 30\n'
    'conclude business associate agreement vendor for ai_officer\nconclude contract vendor for ai_officer\nevidence statements of vendor vendor for ai_officer\nname owner of vendor vendor for ai_officer\n'
    'obtain attestation vendor for ai_officer\nobtain certificate vendor for ai_officer\nrecord contact of vendor vendor for ai_officer\nsend questionnaire vendor for ai_officer', 'every gap is somebody''s');
SELECT pg_temp.with_change(change, format($$SELECT format('%%s %%s for %%s', action, subject, coalesce(person, duty)) FROM aims.vendor_action WHERE vendor = 'lib' AND action <> 'assess vendor'$$), expected, name)
  FROM (VALUES
    ($$INSERT INTO aims.vendor_questionnaire (vendor, status, due_on) VALUES ('lib', 'sent', aims.today() - 1)$$, 'obtain answers vendor_questionnaire for risk', 'silence'),
    ($$INSERT INTO aims.vendor_questionnaire (vendor, status) VALUES ('lib', 'returned')$$, 'review questionnaire vendor_questionnaire for committee_member', 'a review awaited'),
    ($$INSERT INTO aims.vendor_assessment (vendor, assessor) VALUES ('lib', 'guest')$$, 'finish assessment vendor_assessment for guest', 'an assessment begun'),
    ($$INSERT INTO aims.vendor_assessment (vendor, assessor, status) VALUES ('lib', 'guest', 'in_review')$$, 'approve assessment vendor_assessment for committee_member', 'an approval awaited'),
    ($$INSERT INTO aims.vendor_contract (vendor, title, status) VALUES ('lib', 'x', 'in_review')$$, 'confirm contract vendor_contract for committee_member', 'a contract to be confirmed'),
    ($$INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256) VALUES ('lib', 'x', 'x', 'x', 'x', '2026-01-01', '2027-01-01', sha256('x'))$$,
     'confirm certificate vendor_certificate for committee_member', 'a certificate to be confirmed'),
    ($$INSERT INTO aims.vendor_attestation (vendor, statement, signed_by, signed_on, valid_until, document_sha256) VALUES ('lib', 'x', 'x', '2026-01-01', '2026-12-01', sha256('x'))$$,
     'confirm attestation vendor_attestation for committee_member', 'an attestation to be confirmed')) AS t (change, expected, name);
SELECT results_eq($$SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'aims.vendor_action'::regclass AND attnum > 0 ORDER BY attnum$$,
                  $$SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'aims.finding_action'::regclass AND attnum > 0 ORDER BY attnum$$,
                  'the columns are those of every such view');

-- A restore brings records and notices back, and opens nothing anew
SELECT is((SELECT count(*) FROM aims.finding WHERE kind = 'vendor_notice'), 3::bigint, 'findings before');
SELECT pg_temp.put($$INSERT INTO aims.vendor_notice (vendor, kind, summary) VALUES ('acme', 'incident', 'restored')$$) \g /dev/null
SELECT is((SELECT count(*) FROM aims.finding WHERE kind = 'vendor_notice'), 3::bigint, 'findings after');

SELECT * FROM finish();
\i test/drop_database.sql
DROP ROLE vendor_officer, vendor_risk, vendor_member, vendor_guest, vendor_auditor, vendor_nobody;
