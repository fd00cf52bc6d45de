\i test/setup.sql
-- Templates of monitors: names are looked up and quoted, and every query runs.
BEGIN;
\i test/act.sql
SELECT plan(42);

CREATE ROLE draft_owner;
CREATE ROLE draft_reader;
SELECT aims.grant_duty_role('officer', 'draft_owner'), aims.grant_duty_role('analyst', 'draft_reader') \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('owner', 'Olive Owner', 'draft_owner');
INSERT INTO aims.duty (person, duty) VALUES ('owner', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier) VALUES ('sepsis', 'Sepsis', 'owner', 'warn', 'high');
CREATE SCHEMA "The ""Ware"" House";
CREATE TABLE "The ""Ware"" House"."Sco're" (
    "the score" float8, "out;come" boolean, at timestamptz, "group" text, lactate numeric, "w{label}" integer,
    measurement_concept_id integer, value_as_number numeric);
-- 2000 rows of the last month, as many of the reference; lactate has doubled, the rest is as it was
INSERT INTO "The ""Ware"" House"."Sco're"
SELECT (i % 100) / 100.0, i % 100 >= 50 AND i % 3 > 0, CASE WHEN i <= 2000 THEN now() - make_interval(mins => 1 + i) ELSE '2026-01-15'::timestamptz + make_interval(secs => i) END,
       CASE i % 2 WHEN 0 THEN 'f' ELSE 'm' END, CASE WHEN i <= 2000 THEN 2 ELSE 1 END * (i % 10), i % 7, 3047181 + i % 2, i % 11
  FROM generate_series(1, 4000) AS i;
GRANT USAGE ON SCHEMA "The ""Ware"" House" TO draft_owner;
GRANT SELECT ON "The ""Ware"" House"."Sco're" TO draft_owner;

-- Every template with all that it has to be told
CREATE TEMPORARY TABLE told (parameter text, value text);
INSERT INTO told VALUES ('relation', '"The ""Ware"" House"."Sco''re"'), ('score', 'the score'), ('label', 'out;come'), ('instant', 'at'),
    ('subgroup', 'group'), ('inputs', 'lactate, w{label}'), ('concepts', '3047181, 3047182'), ('threshold', '0.5'), ('system', 'sepsis');
GRANT SELECT ON told TO draft_owner;
CREATE FUNCTION pg_temp.draft(template text, more jsonb DEFAULT '{}', period text DEFAULT '[2026-01-01,2026-02-01)') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT aims.draft_monitor(%L, %L, %L, %L, %L, %L)', 'm-' || template, template, 'sepsis', 'owner',
                  (SELECT jsonb_object_agg(p.parameter, t.value) FROM aims.monitor_template_parameter AS p JOIN told AS t USING (parameter)
                    WHERE p.template = draft.template) || more, period) $$;
SELECT is(parameters, told, template || ' has the parameters that stand in its query')
  FROM (SELECT t.template, (SELECT array_agg(p.parameter ORDER BY p.parameter) FROM aims.monitor_template_parameter AS p WHERE p.template = t.template) AS parameters,
               (SELECT array_agg(DISTINCT m[1] ORDER BY m[1]) FROM regexp_matches(t.query, '\{([^}]*)\}', 'g') AS m) AS told
          FROM aims.monitor_template AS t) AS q;
SELECT pg_temp.act('draft_owner', pg_temp.draft(template)) FROM aims.monitor_template \g /dev/null
SELECT is((SELECT count(*) FROM aims.monitor WHERE status = 'draft' AND run_as = 'draft_owner'), (SELECT count(*) FROM aims.monitor_template), 'each makes a draft, that runs as who has drafted it');
SELECT is((SELECT query FROM aims.monitor WHERE monitor = 'm-auroc'),
          'SELECT aims.auroc_detail("the score"::float8, "out;come"::boolean) AS auroc, count("out;come") FILTER (WHERE "the score" IS NOT NULL) AS sample
  FROM "The ""Ware"" House"."Sco''re"
 WHERE at >= $1 AND at < $2', 'with names quoted');
SELECT ok(query LIKE '%(VALUES (''lactate'', lactate::float8), (''w{label}'', "w{label}"::float8))%', 'what stands in a place is not looked through for places') FROM aims.monitor WHERE monitor = 'm-psi-inputs';
UPDATE aims.monitor SET warn = coalesce(warn, breach, 0), breach = coalesce(breach, 0), baseline = 0, baseline_source = 'r';
SELECT pg_temp.act('draft_owner', $$UPDATE aims.monitor SET status = 'active'$$) \g /dev/null
SELECT is(aims.run_due_monitors(), (SELECT count(*)::integer FROM aims.monitor_template), 'all run');
SELECT results_eq($$SELECT monitor::text, problem FROM aims.measurement WHERE problem IS NOT NULL$$,
                  $$VALUES ('m-override-rate', 'the metric is not defined for what there is, of 0 rows')$$, 'and measure, but for overrides, of which there are none');
SELECT results_eq($$SELECT particulars ->> 'group', round(value::numeric, 1), sample, verdict FROM aims.measurement WHERE monitor = 'm-psi-inputs'$$,
                  $$SELECT 'lactate', round(aims.psi(lactate::float8, at < '2026-02-01')::numeric, 1), 2000::bigint, 'breach' FROM "The ""Ware"" House"."Sco're"$$, 'the input that has changed is found');
SELECT results_eq($$SELECT value, sample FROM aims.measurement WHERE monitor = 'm-auroc'$$,
                  $$SELECT aims.auroc("the score", "out;come"), count(*) FROM "The ""Ware"" House"."Sco're" WHERE at > '2026-02-01'$$, 'discrimination of the window alone');
SELECT results_eq($$SELECT k FROM aims.measurement AS m, jsonb_object_keys(m.groups) AS k WHERE m.monitor = 'm-fairness-opportunity' ORDER BY 1$$, ARRAY['f', 'm'], 'groups are kept');
SELECT ok(value = sample AND value BETWEEN 1400 AND 1440, 'rows a day') FROM aims.measurement WHERE monitor = 'm-volume';

UPDATE "The ""Ware"" House"."Sco're" SET "out;come" = NULL;
SELECT aims.run_monitor('m-fairness-selection') \g /dev/null
SELECT results_eq($$SELECT value, sample, m.groups -> 'f' FROM aims.measurement AS m WHERE monitor = 'm-fairness-selection' ORDER BY measurement_id DESC LIMIT 1$$,
                  $$SELECT aims.demographic_parity_ratio(g), 2000::bigint, (SELECT to_jsonb(s) FROM (SELECT f.n, f.selection_rate, f.selection_rate_low, f.selection_rate_high FROM unnest(g) AS f WHERE f.grp = 'f') AS s)
                      FROM (SELECT aims.fairness("the score" >= 0.5, true, "group") AS g FROM "The ""Ware"" House"."Sco're" WHERE at > '2026-02-01') AS q$$, 'who is flagged is known before any outcome is');

-- What is no name, and no number
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '42P01', 'draft_owner', pg_temp.draft('auroc', '{"relation": "score"}'), 'a table without schema'),
    (2, '42P01', 'draft_owner', pg_temp.draft('auroc', '{"relation": "pg_catalog.gone"}'), 'a table that is not there'),
    (3, '42703', 'draft_owner', pg_temp.draft('auroc', '{"score": "gone"}'), 'a column that is not there'),
    (4, '42703', 'draft_owner', pg_temp.draft('auroc', '{"score": "1); DROP TABLE x; --"}'), 'nor is this one'),
    (5, '42703', 'draft_owner', pg_temp.draft('psi-inputs', '{"inputs": "lactate, gone"}'), 'one of several'),
    (6, '22P02', 'draft_owner', pg_temp.draft('fairness-selection', '{"threshold": "0.5 OR true"}'), 'no number'),
    (7, '22P02', 'draft_owner', pg_temp.draft('psi-measurements', '{"concepts": "1, x"}'), 'one of several'),
    (8, '22004', 'draft_owner', pg_temp.draft('auroc', '{"score": null}'), 'what has to be told'),
    (9, '22004', 'draft_owner', pg_temp.draft('auroc', '{"relation": null}'), 'or of what'),
    (10, '22004', 'draft_owner', pg_temp.draft('psi-score', '{}', NULL), 'or against what'),
    (11, '22023', 'draft_owner', pg_temp.draft('auroc', '{"colour": "red"}'), 'what is not asked'),
    (12, 'MS017', 'draft_owner', $$SELECT aims.draft_monitor('x', 'unheard-of', 'sepsis', 'owner')$$, 'an unknown template'),
    (13, '42501', 'draft_reader', pg_temp.draft('auroc'), 'who reads drafts nothing'),
    (14, '42501', 'draft_owner', $$INSERT INTO aims.monitor_template SELECT * FROM aims.monitor_template$$, 'nor does anybody make templates'),
    (15, '23505', 'draft_owner', pg_temp.draft('auroc'), 'one of the same name')) AS t (n, state, role, command, name) ORDER BY n;
SELECT throws_ok($$SELECT aims.template_query('auroc', '{"label": "x"}')$$, '22004', 'monitor template "auroc" has to be told more', 'not one at a time');
SELECT ok(aims.template_query('psi-measurements', '{"relation": "\"The \"\"Ware\"\" House\".\"Sco''re\"", "instant": "at", "concepts": "1"}') LIKE '%measurement_concept_id IN (1)%', 'nothing is missing where there is a fallback');
SELECT throws_ok($$UPDATE aims.monitor_template SET breach = 1$$, 'MS016', NULL, 'shipped ones stay as they are');
SELECT is((SELECT count(*) FROM aims.monitor_template WHERE threshold_source !~ '\S' OR NOT shipped), 0::bigint, 'each says where thresholds come from');
SELECT pg_temp.act('draft_owner', $$SELECT aims.draft_monitor('quoted', 'override-rate', 'sepsis', 'owner', '{"relation": "\"The \"\"Ware\"\" House\".\"Sco''re\"", "system": "x'' OR true --"}')$$) \g /dev/null
SELECT ok(query LIKE '%r.system = ''x'''' OR true --''%', 'texts are literals') FROM aims.monitor WHERE monitor = 'quoted';
SELECT pg_temp.act('draft_owner', $$SELECT aims.draft_monitor('its-own', 'override-rate', 'sepsis', 'owner', '{"relation": "\"The \"\"Ware\"\" House\".\"Sco''re\""}')$$) \g /dev/null
SELECT ok(query LIKE '%r.system = ''sepsis''%', 'a draft is about its own system') FROM aims.monitor WHERE monitor = 'its-own';
SELECT is((SELECT count(*) FROM aims.monitor_template_parameter WHERE template = 'fairness-selection' AND parameter = 'label'), 0::bigint, 'and who is flagged needs no label');
SELECT * FROM finish();
ROLLBACK;
