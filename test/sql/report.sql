\i test/setup.sql
-- Statement of Applicability, coverage, gaps, readiness: computed from dates.
BEGIN;
SELECT plan(33);

INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'Etc/GMT+12')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'Etc/GMT+12';

-- Nothing decided: every control is listed, nothing is green
SELECT results_eq(
    $$ SELECT scope, status, count(*) FROM aims.soa GROUP BY scope, status $$,
    $$ VALUES ('organisation', 'undecided', 38::bigint) $$, 'all controls, all undecided');
SELECT results_eq(
    $$ SELECT objective::text, controls, applicable, excluded, undecided, implemented, evidenced, stale
         FROM aims.soa_coverage WHERE framework = 'iso42001' $$,
    $$ SELECT o, n::bigint, 0::bigint, 0::bigint, n::bigint, 0::bigint, 0::bigint, 0::bigint
         FROM (VALUES ('A.2', 3), ('A.3', 2), ('A.4', 5), ('A.5', 4), ('A.6', 9), ('A.7', 5), ('A.8', 4),
                      ('A.9', 3), ('A.10', 3)) AS t (o, n) $$,
    'coverage per objective, in order');
SELECT results_eq(
    'SELECT gap, count(*) FROM aims.control_gap GROUP BY gap',
    $$ VALUES ('not decided', 38::bigint) $$, 'each control lacks its decision');

INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada Byron');
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme'), ('zeta', 'Zeta');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis-watch', 'Sepsis', 'ada', 'Warn of sepsis'), ('triage', 'Triage', 'ada', 'Order a worklist');

-- Statements in every state; each row says what it must come to
CREATE TEMPORARY TABLE expected (ref aims.control_ref, scope text, system text, vendor text, applicable boolean,
    implementation aims.implementation, review_due date, status text, gaps text[]);
INSERT INTO expected VALUES
    ('A.2.2', 'organisation', NULL, NULL, true,  'implemented', NULL, 'evidenced', NULL),
    ('A.2.3', 'organisation', NULL, NULL, true,  'verified',    aims.today(), 'evidenced', NULL),
    ('A.2.4', 'organisation', NULL, NULL, true,  'implemented', aims.today() - 1, 'evidenced', '{review overdue}'),
    ('A.3.2', 'organisation', NULL, NULL, true,  'implemented', NULL, 'stale', '{evidence stale}'),
    ('A.3.3', 'organisation', NULL, NULL, true,  'verified',    NULL, 'not_evidenced', '{no evidence}'),
    ('A.4.2', 'organisation', NULL, NULL, true,  'in_progress', NULL, 'not_implemented', '{not implemented}'),
    ('A.4.3', 'organisation', NULL, NULL, true,  'planned',     NULL, 'not_implemented', '{evidence stale,not implemented}'),
    ('A.4.4', 'organisation', NULL, NULL, true,  'not_started', aims.today() - 1, 'not_implemented',
        '{no evidence,not implemented,review overdue}'),
    ('A.4.5', 'organisation', NULL, NULL, false, 'not_started', NULL, 'excluded', NULL),
    ('A.4.6', 'organisation', NULL, NULL, false, 'implemented', aims.today() - 1, 'excluded', '{review overdue}'),
    ('A.5.2', 'organisation', NULL, NULL, true,  'implemented', NULL, 'not_evidenced', '{no evidence}'),
    ('A.5.3', 'organisation', NULL, NULL, true,  'implemented', NULL, 'not_evidenced', '{no evidence}'),
    ('A.5.4', 'organisation', NULL, NULL, true,  'implemented', NULL, 'evidenced', NULL),
    ('A.5.4', 'system', 'triage', NULL,   true,  'implemented', NULL, 'evidenced', NULL),
    ('A.5.4', 'system', 'sepsis-watch', NULL, true, 'implemented', NULL, 'not_evidenced', '{no evidence}'),
    ('A.10.3', 'vendor', NULL, 'acme',    true,  'implemented', NULL, 'stale', '{evidence stale}'),
    ('A.10.3', 'vendor', NULL, 'zeta',    false, 'not_started', NULL, 'excluded', NULL);
INSERT INTO aims.applicability (ref, scope, system, vendor, applicable, justification, implementation, review_due, owner)
SELECT ref, scope, system, vendor, applicable, 'Reason', implementation, review_due, 'ada' FROM expected;

INSERT INTO aims.evidence (evidence_id, title, system, vendor, effective_on, valid_until, uri)
SELECT *, 'file:x' FROM (VALUES
    (101, 'for ever',       NULL, NULL, aims.today() - 9, NULL::date),
    (102, 'last day today', NULL, NULL, aims.today() - 9, aims.today()),
    (103, 'expired',        NULL, NULL, aims.today() - 9, aims.today() - 1),
    (104, 'from tomorrow',  NULL, NULL, aims.today() + 1, NULL),
    (105, 'replaced',       NULL, NULL, aims.today() - 9, NULL),
    (106, 'of the vendor',  NULL, 'acme', aims.today() - 9, aims.today() - 1),
    (107, 'of one system',  'triage', NULL, aims.today() - 9, NULL),
    (108, 'of the other',   'sepsis-watch', NULL, aims.today() - 9, aims.today() - 1),
    (109, 'of the other',   'sepsis-watch', NULL, aims.today() - 9, aims.today())) AS t;
SELECT setval('aims.evidence_evidence_id_seq', 1000) \gset
INSERT INTO aims.evidence_link (evidence_id, ref) VALUES
    (101, 'A.2.2'), (103, 'A.2.2'), (102, 'A.2.3'), (101, 'A.2.4'), (103, 'A.3.2'), (101, 'A.4.2'), (103, 'A.4.3'),
    (101, 'A.4.5'), (104, 'A.5.2'), (105, 'A.5.3'), (106, 'A.10.3'), (107, 'A.5.4'), (101, 'A.10.3'), (101, '9.2.1');
INSERT INTO aims.evidence (evidence_id, title, uri, effective_on) VALUES (110, 'revision without links', 'file:x', aims.today());
INSERT INTO aims.evidence_revision VALUES (105, 110, aims.today());

CREATE TEMPORARY VIEW stated AS
SELECT s.ref::text, s.scope, s.system, s.vendor, s.status,
       (SELECT array_agg(g.gap ORDER BY g.gap) FROM aims.control_gap AS g
         WHERE g.applicability_id = s.applicability_id) AS gaps
  FROM aims.soa AS s;
SELECT is((t.status, t.gaps)::text, (e.status, e.gaps)::text,
          format('%s %s %s%s', e.ref, e.scope, e.system, e.vendor))
  FROM expected AS e
  LEFT JOIN stated AS t ON t.ref = e.ref::text AND t.scope = e.scope
       AND (t.system, t.vendor) IS NOT DISTINCT FROM (e.system, e.vendor)
 ORDER BY e.ref, e.scope, e.system, e.vendor;
SELECT is(count(*), 42::bigint, '38 controls and four statements of systems and vendors') FROM aims.soa;
SELECT results_eq(
    $$ SELECT objective::text, controls, applicable, excluded, undecided, implemented, evidenced, stale,
              review_overdue, scoped_statements, scoped_gaps
         FROM aims.soa_coverage WHERE applicable + excluded + scoped_statements > 0 $$,
    $$ VALUES ('A.2',  3::bigint, 3::bigint, 0::bigint, 0::bigint, 3::bigint, 3::bigint, 0::bigint, 1::bigint, 0::bigint, 0::bigint),
              ('A.3',  2, 2, 0, 0, 2, 0, 1, 0, 0, 0),
              ('A.4',  5, 3, 2, 0, 0, 0, 1, 2, 0, 0),
              ('A.5',  4, 3, 0, 1, 3, 1, 0, 0, 2, 1),
              ('A.10', 3, 0, 0, 3, 0, 0, 0, 0, 2, 1) $$,
    'coverage counts the organisation, and systems and vendors apart');
SELECT results_eq(
    $$ SELECT ref::text, in_force_ids, expired_ids, evidenced_until FROM aims.soa
        WHERE ref::text IN ('A.2.2', 'A.2.3', 'A.3.2', 'A.3.3') ORDER BY soa.ref $$,
    $$ VALUES ('A.2.2', '{101}'::bigint[], '{103}'::bigint[], NULL::date), ('A.2.3', '{102}', '{}', aims.today()),
              ('A.3.2', '{}', '{103}', NULL), ('A.3.3', '{}', '{}', NULL) $$,
    'the rows behind a status are named');
SELECT results_eq(
    $$ SELECT ref::text, scope, evidence_ids, owner FROM aims.control_gap WHERE gap = 'evidence stale' ORDER BY control_gap.ref $$,
    $$ VALUES ('A.3.2', 'organisation', '{103}'::bigint[], 'ada'), ('A.4.3', 'organisation', '{103}', 'ada'),
              ('A.10.3', 'vendor', '{106}', 'ada') $$,
    'the rows behind a gap are named');

-- The day turns: nothing runs, yet statuses follow
UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati';
SELECT results_eq(
    $$ SELECT ref::text, status FROM aims.soa WHERE ref::text IN ('A.2.2', 'A.2.3', 'A.5.2') ORDER BY soa.ref $$,
    $$ VALUES ('A.2.2', 'evidenced'), ('A.2.3', 'stale'), ('A.5.2', 'evidenced') $$,
    'evidence expires and takes effect by the day alone');
SELECT results_eq(
    $$ SELECT objective::text, evidenced, stale FROM aims.soa_coverage WHERE objective::text IN ('A.2', 'A.5') $$,
    $$ VALUES ('A.2', 2::bigint, 1::bigint), ('A.5', 2, 0) $$, 'and so does coverage');
SELECT is(array_agg(ref::text ORDER BY ref), '{A.2.3,A.2.4}', 'and the reviews overdue')
  FROM aims.control_gap WHERE gap = 'review overdue' AND ref OPERATOR(aims.<@) 'A.2';
UPDATE aims.organisation SET time_zone = 'Etc/GMT+12';

-- Own controls, own objectives, own frameworks
INSERT INTO aims.framework (framework, title, in_soa) VALUES ('house', 'House rules', true), ('law', 'Some law', false);
INSERT INTO aims.requirement (framework, ref, kind, title) VALUES
    ('iso42001', 'A.6.3', 'objective', 'Own objective'), ('iso42001', 'A.6.3.1', 'control', 'Own control'),
    ('iso42001', 'A.20.1', 'control', 'Below no objective'), ('house', 'A.2.2', 'control', 'Same number'),
    ('law', 'A.2.2', 'control', 'Not in the statement');
SELECT results_eq(
    $$ SELECT framework, objective::text, ref::text, status FROM aims.soa
        WHERE title IN ('Own control', 'Below no objective', 'Same number', 'Not in the statement') ORDER BY title $$,
    $$ VALUES ('iso42001', NULL, 'A.20.1', 'undecided'), ('iso42001', 'A.6.3', 'A.6.3.1', 'undecided'),
              ('house', NULL, 'A.2.2', 'undecided') $$,
    'own controls are listed once, below their nearest objective');
SELECT is(sum(controls), 41::numeric, 'coverage loses no control') FROM aims.soa_coverage;

-- Readiness: one row per system, as its gate says
CREATE TEMPORARY VIEW ready AS SELECT * FROM aims.system_readiness WHERE system IN ('sepsis-watch', 'triage');
SELECT is(count(*), 2::bigint, 'one row per system') FROM ready;
SELECT is_empty(
    $$ SELECT r.system FROM ready AS r
        WHERE (r.requirements_met, r.requirements_total, r.missing, r.ready) IS DISTINCT FROM (
              SELECT (count(*) FILTER (WHERE met), count(*),
                      coalesce(array_agg(requirement) FILTER (WHERE NOT met), '{}'), bool_and(met))
                FROM aims.gate(r.system, r.next_stage))
           OR r.requirements_total = 0 OR r.ready $$,
    'requirements are those of the gate, and not all are met');
SELECT results_eq(
    $$ SELECT system, stage::text, next_stage::text, switched_off, evidence_in_force, evidence_stale, stale_ids, open_findings
         FROM ready ORDER BY system $$,
    $$ VALUES ('sepsis-watch', 'inception', 'design_development', false, 1::bigint, 1, '{108}'::bigint[], 0),
              ('triage', 'inception', 'design_development', false, 1, 0, '{}', 0) $$,
    'evidence of each system');

-- A site's function runs in a subtransaction, which no parallel worker may begin
CREATE FUNCTION public.own_check(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$SELECT true, 'always'$$;
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function)
VALUES ('own', 'design_development', 'A.5.2', 'Own', 'public.own_check');
SELECT set_config(s.name, CASE s.vartype WHEN 'real' THEN '0' ELSE 'on' END, true) FROM pg_settings AS s
 WHERE s.name IN ('force_parallel_mode', 'debug_parallel_query', 'parallel_setup_cost', 'parallel_tuple_cost') \g /dev/null
CREATE TEMP TABLE own_verdict AS SELECT met FROM aims.requirement_state WHERE requirement = 'own';
SELECT is(bool_and(met), true, 'a site''s requirement is judged where the server plans in parallel, too') FROM own_verdict;

SELECT * FROM finish();
ROLLBACK;
