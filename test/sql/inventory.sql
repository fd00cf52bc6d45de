\i test/setup.sql
-- Inventory: what may be incomplete and what may not, tier decisions, versions.
BEGIN;
\i test/act.sql
SELECT plan(76);

CREATE ROLE inventory_ada;
GRANT USAGE ON SCHEMA aims TO inventory_ada;
GRANT SELECT, INSERT, UPDATE ON aims.ai_system TO inventory_ada;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('ada', 'Ada', 'inventory_ada'), ('bea', 'Bea', NULL);
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme Health');
INSERT INTO aims.vendor_product (vendor, product) VALUES ('acme', 'EHR 12');

-- Title, owner and purpose are enough, and needed
SELECT lives_ok($$INSERT INTO aims.ai_system (system, title, owner, purpose)
                  VALUES ('sepsis-watch', 'Sepsis Watch', 'ada', 'warn of sepsis')$$,
                'a system with title, owner and purpose');
SELECT is(stage::text, 'inception', 'begins in inception') FROM aims.ai_system WHERE system = 'sepsis-watch';
SELECT throws_ok(format('INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES (%L, %L, %L, %L)',
                        system, title, owner, purpose), state, NULL, name)
  FROM (VALUES
    ('23502', 'x', NULL, 'ada', 'p', 'no system without a title'),
    ('23514', 'x', E' \t', 'ada', 'p', 'a blank title is none'),
    ('23502', 'x', 't', NULL, 'p', 'no system without an owner'),
    ('23503', 'x', 't', 'nobody', 'p', 'an unknown owner is none'),
    ('23502', 'x', 't', 'ada', NULL, 'no system without a purpose'),
    ('23514', 'x', 't', 'ada', '', 'an empty purpose is none'),
    ('23502', NULL, 't', 'ada', 'p', 'no system without a slug'),
    ('23514', 'Sepsis Watch', 't', 'ada', 'p', 'a slug is a slug'),
    ('23514', repeat('x', 64), 't', 'ada', 'p', 'a slug has 63 characters'),
    ('23505', 'sepsis-watch', 't', 'ada', 'p', 'a slug names one system'))
    AS t (state, system, title, owner, purpose, name);
SELECT throws_ok(format('UPDATE aims.ai_system SET %s', change), state, NULL, 'refuses ' || change)
  FROM (VALUES
    ('23514', $$purpose = E'\n'$$), ('23502', 'purpose = NULL'), ('23502', 'owner = NULL'),
    ('23514', $$intended_use = ' '$$), ('23514', $$domain = 'military'$$), ('22P02', $$eu_tier = 'medium'$$),
    ('22P02', $$clinical_tier = 'none'$$), ('22P02', $$organisation_role = 'owner'$$),
    ('23514', $$autonomy = 'rules the world'$$), ('23514', $$oversight_mode = 'none'$$),
    ('23503', $$vendor = 'unknown'$$), ('23514', $$data_categories = '{notes,NULL}'$$),
    ('23514', $$out_of_scope_reason = ''$$),
    ('23514', $$tier_decided_by = 'ada'$$),
    ('23514', $$tier_decided_by = 'ada', tier_decided_at = now(), tier_reason = 'no tier at all'$$),
    ('23514', $$clinical_tier = 'low', tier_decided_by = 'ada'$$),
    ('23514', $$clinical_tier = 'low', tier_decided_by = 'ada', tier_reason = ' '$$),
    ('23503', $$clinical_tier = 'low', tier_decided_by = 'nobody', tier_reason = 'r'$$)) AS t (state, change);
SELECT lives_ok($$UPDATE aims.ai_system
       SET intended_use = 'adult wards', organisation_role = 'user', domain = 'clinical', department = 'ICU',
           vendor = 'acme', product = 'EHR 12', data_categories = '{vitals,labs}', phi = true,
           autonomy = 'recommends', oversight_mode = 'human_in_the_loop', fda_number = 'K123456',
           change_control_plan = 'https://example.org/pccp'$$, 'a system described');

-- Tier decisions: (tiers set, decision given, aims.reason, session) → who is recorded
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'high'$$, 'a change by ada');
SELECT is(tier_decided_by, NULL, 'a tier without a reason is undecided') FROM aims.ai_system;
SET LOCAL aims.reason = 'committee of 3 May';
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'critical'$$, 'a change by ada');
SELECT results_eq($$SELECT tier_decided_by = 'ada', tier_reason, tier_decided_at FROM aims.ai_system$$,
                  $$VALUES (true, 'committee of 3 May', now())$$, 'who, why and when come from the session');
SET LOCAL aims.reason = '';
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET title = 'Sepsis Watch 2'$$, 'a change by ada');
SELECT is(tier_reason, 'committee of 3 May', 'another change leaves the decision') FROM aims.ai_system;
UPDATE aims.ai_system SET clinical_tier = 'high', tier_decided_by = 'bea', tier_reason = 'new data';
SELECT results_eq($$SELECT tier_decided_by = 'bea', tier_reason, tier_decided_at FROM aims.ai_system$$,
                  $$VALUES (true, 'new data', now())$$, 'a decision in the statement is kept');
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'moderate', tier_reason = 'seen again'$$, 'a reason in the statement, and nothing else');
SELECT results_eq($$SELECT tier_decided_by = 'ada', tier_reason, tier_decided_at FROM aims.ai_system$$,
                  $$VALUES (true, 'seen again', now())$$, 'is a decision of who acts, not of who decided before');
SELECT pg_temp.ends_with('00000', 'inventory_ada', command, name)
  FROM (VALUES (1, $$UPDATE aims.ai_system SET clinical_tier = 'high', tier_decided_by = 'bea', tier_decided_at = '2026-03-12', tier_reason = 'Bea says so'$$, 'who names another decider'),
               (2, $$UPDATE aims.ai_system SET tier_decided_by = 'bea'$$, 'or does so afterwards')) AS t (nr, command, name) ORDER BY nr;
SELECT results_eq($$SELECT tier_decided_by::text, tier_reason, tier_decided_at FROM aims.ai_system$$,
                  $$VALUES ('ada', 'Bea says so', now())$$, 'has decided it');
UPDATE aims.ai_system SET eu_tier = 'limited';
SELECT is(num_nonnulls(tier_decided_by, tier_decided_at, tier_reason), 0,
          'no tier keeps the decision about another') FROM aims.ai_system;
UPDATE aims.ai_system SET eu_tier = 'high', tier_decided_by = 'bea', tier_reason = 'r', tier_decided_at = '2026-03-12';
SELECT is(tier_decided_at, '2026-03-12', 'a decision may be older than its record') FROM aims.ai_system;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET eu_tier = 'minimal';
SELECT is(tier_reason, 'r', 'a restore brings rows back as they were') FROM aims.ai_system;
SET LOCAL session_replication_role = origin;
SET LOCAL aims.reason = 'x';
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET eu_tier = NULL, clinical_tier = NULL$$, 'a change by ada');
SELECT is(tier_decided_by, NULL, 'no tier, no decision') FROM aims.ai_system;

-- A tier that asks for less
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET clinical_tier = 'high', eu_tier = 'high', stage = 'verification_validation';
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with('MS013', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'low'$$, 'an owner does not lower a tier past inception');
SELECT pg_temp.ends_with('MS013', 'inventory_ada', $$UPDATE aims.ai_system SET eu_tier = 'minimal'$$, 'nor that of the AI Act');
SELECT pg_temp.ends_with('00000', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'critical'$$, 'anybody may raise it');
SELECT pg_temp.ends_with('MS011', 'inventory_ada', $$UPDATE aims.ai_system SET clinical_tier = 'high', stage = 'deployment'$$, 'but not with a move');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET clinical_tier = NULL, eu_tier = NULL, stage = 'inception', tier_decided_by = NULL, tier_decided_at = NULL, tier_reason = NULL;
SET LOCAL session_replication_role = origin;

-- Versions
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('summariser', 'Summariser', 'bea', 'summaries');
SELECT is(aims.version_in_force('sepsis-watch'), NULL, 'no version is in force');
INSERT INTO aims.model_version (system, version, status, registered_at) VALUES
    ('sepsis-watch', '1.0', 'withdrawn', '2026-01-01'), ('sepsis-watch', '2.1', 'candidate', '2999-02-01');
SELECT pg_sleep(0.001) \g /dev/null
INSERT INTO aims.model_version (system, version) VALUES ('sepsis-watch', '2.0');
UPDATE aims.model_version SET registered_at = '2999-01-01' WHERE version = '2.1';
SELECT ok(bool_and(registered_at BETWEEN now() AND clock_timestamp()), 'when they were entered is not typed') FROM aims.model_version;
UPDATE aims.vendor SET created_at = '2001-01-01';
SELECT ok(created_at >= now(), 'nor of vendors') FROM aims.vendor;
INSERT INTO aims.ai_system (system, title, owner, purpose, created_at) VALUES ('old', 'Old', 'bea', 'be old', '2001-01-01');
SELECT ok(created_at >= now(), 'nor of systems') FROM aims.ai_system WHERE system = 'old';
SELECT is(aims.version_in_force('sepsis-watch'), '2.0', 'the newest candidate');
UPDATE aims.model_version SET status = 'silent' WHERE version = '2.1';
SELECT is(aims.version_in_force('sepsis-watch'), '2.1', 'a silent one before candidates');
UPDATE aims.model_version SET status = 'active' WHERE version = '2.0';
SELECT is(aims.version_in_force('sepsis-watch'), '2.0', 'the active one before all');
SELECT throws_ok($$UPDATE aims.model_version SET status = 'active' WHERE version = '2.1'$$, '23505', NULL,
                 'one active version of a system');
SELECT lives_ok($$INSERT INTO aims.model_version (system, version, status) VALUES ('summariser', '2.0', 'active')$$,
                'and one of another');
SELECT throws_ok(format('INSERT INTO aims.model_version (system, version, status) VALUES (%L, %L, %L)', system, version, status),
                 state, NULL, name)
  FROM (VALUES
    ('23503', 'unknown', '1', 'candidate', 'a version is of a system'),
    ('23514', 'summariser', ' ', 'candidate', 'a version has a name'),
    ('23514', 'summariser', '3', 'live', 'a status is one of four'),
    ('23505', 'summariser', '2.0', 'candidate', 'a version is entered once')) AS t (state, system, version, status, name);

-- Components and data
SELECT lives_ok($$INSERT INTO aims.component (system, component, kind, title) VALUES ('summariser', 'llm', 'model', 'LLM')$$, 'a component');
SELECT throws_ok($$INSERT INTO aims.component (system, component, kind, title) VALUES ('summariser', 'x', 'magic', 'X')$$,
                 '23514', NULL, 'of a known kind');
CREATE TABLE pg_temp.cohort (a integer);
SELECT lives_ok($$INSERT INTO aims.dataset (dataset, system, title, purpose, relation, cohort_query, cohort_rows, cohort_sha256, cohort_at)
                  VALUES ('notes', 'summariser', 'Notes', 'training', 'pg_temp.cohort', 'TABLE cohort', 0, sha256(''), now())$$,
                'a dataset bound to a table, with its fingerprint');
SELECT throws_ok(format('UPDATE aims.dataset SET %s', change), state, NULL, 'refuses ' || change)
  FROM (VALUES
    ('42P01', $$relation = 'no_such_table'$$), ('23514', 'cohort_rows = NULL'), ('23514', 'cohort_rows = -1'),
    ('23514', $$cohort_sha256 = '\x00'$$), ('23514', $$purpose = 'fun'$$), ('23514', $$provenance = ''$$),
    ('23514', $$quality = ' '$$)) AS t (state, change);

-- Duties may be limited to a system that exists
SELECT throws_ok($$INSERT INTO aims.duty (person, duty, system) VALUES ('ada', 'system_owner', 'unknown')$$,
                 '23503', NULL, 'a duty is limited to a system of the inventory');

SELECT * FROM finish();
ROLLBACK;
