\i test/setup.sql
-- Readiness of many systems at once is what the gate says of each: generated
-- systems in every stage and tier, every shipped check, and a check of the site.
BEGIN;
SELECT plan(10);

\set systems 44
\set vendors 9
\set evidence 900
\set risks 400
\i test/bench/organisation.sql
ANALYZE;
CREATE FUNCTION public.check_title(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE AS $$ SELECT right($1, 1) < '5', 'Last digit' $$;
-- Checks that no gate asks in readiness, and evidence about vendors and since a stage
INSERT INTO aims.gate_requirement (stage, requirement, control, title, check_function, parameter)
SELECT s.stage, format('%s-%s', r.requirement, s.n), r.control::aims.control_ref, r.requirement, r.check_function, r.parameter::jsonb
  FROM unnest('{design_development,verification_validation,deployment,operation_monitoring}'::aims.lifecycle_stage[])
           WITH ORDINALITY AS s (stage, n)
 CROSS JOIN (
       SELECT replace(replace(f.name, 'aims.check_', 'all-'), '_', '-'), 'A.6.2.4', f.name,
              CASE f.name WHEN 'aims.check_fields' THEN '{"fields": ["intended_use", "oversight_mode"]}'
                          WHEN 'aims.check_dataset' THEN '{"purposes": ["training"], "except_role": "user"}'
                          WHEN 'aims.check_drill' THEN '{"within": "1 year"}' WHEN 'aims.check_users_trained' THEN '{"share": 0.8}'
                          WHEN 'aims.check_document' THEN '{"kind": "design"}'
                          WHEN 'aims.check_output_counted' THEN '{"within": "1 day"}' WHEN 'aims.check_residual_phi' THEN '{"within": "1 day"}'
                          ELSE '{"kind": "verification"}' END
         FROM (SELECT 'aims.' || p.proname AS name FROM pg_proc AS p
                WHERE p.pronamespace = 'aims'::regnamespace AND pg_get_function_arguments(p.oid) LIKE 'system text, parameter jsonb%') AS f
        UNION ALL
       VALUES ('site-title', 'A.6.2.4', 'public.check_title', '{}'),
              ('vendor-record', 'A.10.3', 'aims.check_evidence', '{"kind": "vendor_assessment", "about": "vendor"}'),
              ('verified-since', 'A.6.2.4', 'aims.check_evidence', '{"kind": "verification", "since": "verification_validation", "version": "current"}'))
    AS r (requirement, control, check_function, parameter);
CREATE TEMPORARY TABLE readiness AS SELECT * FROM aims.requirement_state;
SELECT is_empty(
    $$ SELECT system, requirement, r.met, g.met
         FROM readiness AS r
         FULL JOIN (SELECT s.system, q.requirement, q.met
                      FROM (SELECT DISTINCT system, next_stage FROM readiness) AS s
                     CROSS JOIN LATERAL aims.gate(s.system, s.next_stage) AS q) AS g USING (system, requirement)
        WHERE r.met IS DISTINCT FROM g.met $$, 'requirements are met as their gates say, for each of the generated systems');
SELECT is(count(DISTINCT stage), 6::bigint, 'in every stage that another follows') FROM readiness;
SELECT is_empty(
    $$ SELECT q.check_function FROM aims.gate_requirement AS q
         LEFT JOIN readiness AS r ON r.requirement = q.requirement AND r.next_stage = q.stage
        WHERE q.stage NOT IN ('re_evaluation', 'retirement')
        GROUP BY q.check_function HAVING count(r.system) = 0 $$, 'by every check');
SELECT is_empty(
    $$ SELECT f.name FROM (VALUES ('all-evidence'), ('verified-since'), ('vendor-record'), ('all-risk-assessed'), ('all-residual-risk'),
                                  ('all-impact-assessment'), ('all-vendor-assessed'), ('all-monitors'), ('all-users-trained'),
                                  ('all-incident-contact'), ('all-version'), ('all-event-log'), ('site-title')) AS f (name)
        WHERE (SELECT count(DISTINCT r.met) FROM readiness AS r WHERE r.requirement LIKE f.name || '-_') < 2 $$, 'which tell systems apart');

-- What one report counts for itself is what another one says of the same
SELECT results_eq(
    $$ SELECT measure, value, of FROM aims.coverage_measure WHERE area = 'controls' ORDER BY measure $$,
    $$ SELECT c.measure, c.value::bigint, c.of::bigint
         FROM (SELECT sum(controls) AS controls, sum(applicable) AS applicable, sum(excluded) AS excluded, sum(implemented) AS implemented,
                      sum(evidenced) AS evidenced, sum(stale) AS stale FROM aims.soa_coverage WHERE framework = 'iso42001') AS s
        CROSS JOIN LATERAL (VALUES ('controls_decided', applicable + excluded, controls), ('controls_evidenced', evidenced, applicable),
                                   ('controls_implemented', implemented, applicable), ('controls_stale', stale, applicable)) AS c (measure, value, of)
        ORDER BY c.measure $$, 'controls are counted as by objective');
SELECT results_eq(
    $$ SELECT found, wanted, done FROM aims.certification_readiness WHERE criterion = 'controls_evidenced' $$,
    $$ SELECT sum(evidenced)::bigint, sum(applicable)::bigint, sum(evidenced) = sum(applicable) AND sum(undecided) = 0
         FROM aims.soa_coverage WHERE framework = 'iso42001' $$, 'for certification, too');
SELECT results_eq(
    $$ SELECT found_rows FROM aims.certification_readiness WHERE criterion = 'evidence_over_time' $$,
    $$ SELECT array_agg(DISTINCT to_char(e.recorded_at AT TIME ZONE o.time_zone, 'YYYY-MM'))
         FROM aims.evidence AS e CROSS JOIN aims.organisation AS o
        WHERE e.recorded_at AT TIME ZONE o.time_zone > aims.today() - make_interval(years => 1) $$, 'months with evidence are those of its entries');
SELECT results_eq(
    $$ SELECT vendor, statements, statements_evidenced, statement_gaps FROM aims.vendor_coverage WHERE statements > 0 ORDER BY vendor $$,
    $$ SELECT vendor, count(*), count(*) FILTER (WHERE status = 'evidenced'), count(*) FILTER (WHERE status NOT IN ('evidenced', 'excluded'))
         FROM aims.soa WHERE scope = 'vendor' GROUP BY vendor ORDER BY vendor $$, 'statements of vendors are as in the Statement of Applicability');
SELECT is_empty(
    $$ SELECT s.system FROM aims.system_readiness AS s
         LEFT JOIN (SELECT e.system, count(*) FILTER (WHERE e.state = 'in_force') AS in_force,
                           (count(*) FILTER (WHERE e.state = 'expired'))::integer AS expired,
                           array_agg(e.evidence_id ORDER BY e.evidence_id) FILTER (WHERE e.state = 'expired') AS expired_ids
                      FROM aims.evidence_state AS e GROUP BY e.system) AS e ON e.system = s.system
        WHERE (s.evidence_in_force, s.evidence_stale, s.stale_ids)
              IS DISTINCT FROM (coalesce(e.in_force, 0), coalesce(e.expired, 0), coalesce(e.expired_ids, '{}')) $$, 'evidence of systems is as it stands');
SELECT is_empty(
    $$ SELECT r.risk_id FROM aims.risk_register AS r
        WHERE r.treatment_lapsed <> EXISTS (SELECT FROM aims.risk_treatment AS t JOIN aims.evidence_state AS e ON e.evidence_id = t.evidence
                                             WHERE t.risk_id = r.risk_id AND t.status = 'done' AND e.state <> 'in_force') $$,
    'treatments lapse with their evidence');

SELECT * FROM finish();
ROLLBACK;
