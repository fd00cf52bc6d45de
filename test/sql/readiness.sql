\i test/setup.sql
BEGIN;
SELECT plan(21);

-- Where nothing has been done nothing is green, but for what a scan finds
SELECT results_eq($$SELECT criterion FROM aims.certification_readiness WHERE done$$, $$VALUES ('no_shadow_ai'::text)$$,
    'of an empty system nothing is said to be done');
SELECT is(count(*), 6::bigint, 'six phases') FROM (SELECT DISTINCT phase FROM aims.certification_readiness) AS p;
SELECT is_empty($$SELECT criterion FROM aims.certification_readiness GROUP BY criterion HAVING count(*) > 1$$, 'a row for each criterion');
SELECT is_empty($$
    SELECT c.criterion FROM aims.certification_readiness AS c
     WHERE NOT EXISTS (SELECT FROM aims.requirement AS r WHERE r.framework = 'iso42001' AND r.ref OPERATOR(aims.=) c.ref)
$$, 'each answers a clause or control that there is');
SELECT is_empty($$SELECT criterion FROM aims.certification_readiness WHERE NOT done AND wanted = 0 AND missing = '{}'$$,
    'what is not done says what is missing, or that there is nothing yet');
SELECT is_empty($$
    SELECT d.measure FROM aims.ciso_dashboard AS d
     WHERE NOT EXISTS (SELECT FROM aims.requirement AS r WHERE r.framework = 'iso42001' AND r.ref OPERATOR(aims.=) d.ref)
$$, 'and so does each measure');
SELECT results_eq($$SELECT measure FROM aims.ciso_dashboard WHERE attention ORDER BY measure$$,
    $$VALUES ('competence_in_force'::text), ('controls_decided'), ('controls_evidenced'), ('controls_implemented'), ('vendors_covered')$$,
    'what there is nothing of asks for attention where there has to be something');

-- People
INSERT INTO aims.person (person, full_name) VALUES ('sponsor', 'S'), ('member', 'M');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, seat, valid_from, valid_until) VALUES
    ('sponsor', 'executive_sponsor', NULL, '2020-01-01', NULL),
    ('member', 'committee_member', 'legal', '2020-01-01', aims.today() - 1);
SET LOCAL session_replication_role = DEFAULT;
SELECT results_eq($$SELECT done, found, found_rows FROM aims.certification_readiness WHERE criterion = 'sponsor_appointed'$$,
    $$VALUES (true, 1::bigint, '{sponsor}'::text[])$$, 'a sponsor who is in office counts, and is named');
SELECT results_eq($$SELECT done, found, cardinality(missing) FROM aims.certification_readiness WHERE criterion = 'committee_seated'$$,
    $$VALUES (false, 0::bigint, 6)$$, 'a seat whose holder''s term has ended is empty');

-- A system that is not described stands in the way
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('one', 'One', 'sponsor', 'p');
SELECT results_eq($$SELECT done, found, wanted, missing FROM aims.certification_readiness WHERE criterion = 'inventory_complete'$$,
    $$VALUES (false, 0::bigint, 1::bigint, '{one}'::text[])$$, 'the system is named');
UPDATE aims.ai_system SET out_of_scope_reason = 'a spreadsheet' WHERE system = 'one';
SELECT results_eq($$SELECT done, wanted FROM aims.certification_readiness WHERE criterion = 'inventory_complete'$$,
    $$VALUES (false, 0::bigint)$$, 'out of scope it does not count, and an inventory of nothing is not complete');

-- Numbers that are no requirement of the standard are settings
SELECT results_eq($$SELECT wanted FROM aims.certification_readiness WHERE criterion = 'corrective_record'$$, 'VALUES (8::bigint)', 'the shipped rule of thumb');
SELECT throws_ok($$UPDATE aims.readiness_threshold SET threshold = 0$$, 'MS016', NULL, 'is not changed');
INSERT INTO aims.readiness_threshold (criterion, threshold, source) VALUES ('corrective_record', 3, 'our auditor');
SELECT results_eq($$SELECT wanted FROM aims.certification_readiness WHERE criterion = 'corrective_record'$$, 'VALUES (3::bigint)', 'a site has its own');
SELECT throws_ok($$INSERT INTO aims.readiness_threshold (criterion, threshold, source) VALUES ('charm', 3, 's')$$, '23514', NULL, 'but no others');
SELECT throws_ok($$INSERT INTO aims.readiness_threshold (criterion, threshold, source) VALUES ('evidence_over_time', 0, 's')$$, '23514', NULL, 'nothing is never enough');
SELECT throws_ok($$INSERT INTO aims.readiness_threshold (criterion, threshold, source) VALUES ('evidence_over_time', 1, ' ')$$, '23514', NULL, 'each with its source');

-- What was approved and does not hold any more, or was entered by one person alone, is no record of anything
CREATE TEMP VIEW done AS
SELECT string_agg(c.criterion, ' ' ORDER BY c.criterion) AS criteria FROM aims.certification_readiness AS c
 WHERE c.done AND c.criterion IN ('programme_approved', 'audit_reported', 'no_major_open', 'impact_assessed', 'impact_complete', 'risks_assessed',
                                  'corrective_record', 'corrections_in_time');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('two', 'Two', 'sponsor', 'p', 'operation_monitoring');
INSERT INTO aims.model_version (system, version, status) VALUES ('two', '1', 'active');
INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods, every_months, status, approved_at)
    VALUES ('p', 'P', aims.today() - 9, aims.today() + 9, 's', 'c', 'm', 12, 'approved', now());
INSERT INTO aims.internal_audit (internal_audit_id, audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due, status, reported_at)
    VALUES (1, 'p', 'A', aims.today() - 9, aims.today(), 'member', aims.today(), aims.today(), 'reported', now());
INSERT INTO aims.impact_assessment (impact_assessment_id, system, version, outcome, valid_until, status, approved_at)
    VALUES (1, 'two', '1', 'acceptable', aims.today() + 9, 'approved', now());
INSERT INTO aims.risk (risk_id, system, title, source, owner, inherent_likelihood, inherent_severity) VALUES (1, 'two', 'R', 'safety', 'member', 1, 1);
INSERT INTO aims.capa (capa_id, title, source, finding, due_on, status, verified_at)
SELECT n, 'C', 'finding', 1, aims.today(), 'verified', now() FROM generate_series(1, 3) AS n;
SELECT is(criteria, 'audit_reported corrections_in_time corrective_record impact_assessed impact_complete no_major_open programme_approved risks_assessed',
    'what is so is done') FROM done;
UPDATE aims.audit_programme SET status = 'withdrawn';
UPDATE aims.internal_audit SET status = 'in_progress';
UPDATE aims.impact_assessment SET outcome = 'unacceptable';
UPDATE aims.capa SET status = 'opened', verified_at = NULL, due_on = NULL;
UPDATE aims.risk SET status = 'closed';
SELECT is(criteria, 'impact_assessed',
    'neither a programme that was withdrawn, a report that was sent back, an impact that nobody may accept, actions that were opened only, nor a closed risk') FROM done;
UPDATE aims.impact_assessment SET status = 'withdrawn';
SELECT is(criteria, NULL, 'nor an assessment that was withdrawn') FROM done;
SET LOCAL session_replication_role = DEFAULT;

-- Trends
SELECT aims.record_coverage() > 0 AS recorded \g /dev/null
SET LOCAL session_replication_role = replica;
UPDATE aims.coverage_history SET day = day - 31, value = 3, of = 40 WHERE measure = 'controls_decided';
SET LOCAL session_replication_role = DEFAULT;
SELECT results_eq($$SELECT value, earlier_value, change FROM aims.ciso_dashboard WHERE measure = 'controls_decided'$$,
    $$VALUES (0::bigint, 3::bigint, -3::bigint)$$, 'a month ago there were more');

SELECT * FROM finish();
ROLLBACK;
