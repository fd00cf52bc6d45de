\i test/setup.sql
-- Readiness of many systems at once is what the gate says of each: generated
-- systems in every stage and tier, every shipped check, and a check of the site.
BEGIN;
SELECT plan(4);

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

SELECT * FROM finish();
ROLLBACK;
