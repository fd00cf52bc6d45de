\i test/setup.sql
-- Human review: what waits, who decides, what is released, what people change.
BEGIN;
\i test/act.sql
SELECT plan(154);

CREATE ROLE review_etl;
CREATE ROLE review_rita;
CREATE ROLE review_norm;
CREATE ROLE review_app;
CREATE ROLE review_bound;
CREATE ROLE review_reader;
CREATE ROLE review_owner;
INSERT INTO aims.organisation (name, time_zone) VALUES ('General Hospital', 'Europe/Berlin');
INSERT INTO aims.person (person, full_name, db_role)
VALUES ('anna', 'Anna Officer', session_user), ('rita', 'Rita Reviewer', 'review_rita'), ('norm', 'Norm Nurse', 'review_norm'),
       ('bound', 'Bound to a system', 'review_bound');
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('review_app', false);
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system) VALUES ('anna', 'ai_officer', NULL), ('norm', 'clinical_reviewer', 'lowly');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage, clinical_tier, eu_tier)
SELECT s, s, 'anna', 'x', 'deployment', c::aims.clinical_tier, e::aims.eu_tier
  FROM (VALUES ('sepsis', 'high', NULL), ('lowly', 'low', 'limited'), ('eu-high', 'low', 'high'), ('undecided', NULL, 'minimal')) AS v (s, c, e);
INSERT INTO aims.duty (person, duty, system) VALUES ('rita', 'clinical_reviewer', NULL);
SET LOCAL session_replication_role = origin;
SELECT aims.grant_duty_role('reviewer', 'review_rita'), aims.grant_duty_role('reviewer', 'review_norm'),
       aims.grant_duty_role('reviewer', 'review_app'), aims.grant_duty_role('administrator', 'review_owner') \g /dev/null

CREATE SCHEMA cdw;
GRANT USAGE ON SCHEMA cdw TO PUBLIC;
CREATE TABLE cdw.score (id integer PRIMARY KEY, system text, p numeric, site text, note text);
INSERT INTO cdw.score VALUES (1000, 'sepsis', 0.9, 'north', 'older'), (1001, NULL, 1, NULL, 'no AI');
GRANT ALL ON cdw.score TO review_etl, review_rita, review_norm, review_app, review_bound, review_owner;

-- Governing with review
CREATE TABLE cdw.keyless (id integer, system text);
SELECT throws_ok($$SELECT aims.govern('cdw.keyless', system_column => 'system', review => 'required')$$, 'MS031', NULL,
    'a table without key cannot be reviewed');
SELECT aims.govern('cdw.keyless', system_column => 'system') IS NULL AS done \gset
SELECT aims.govern('cdw.score', system_column => 'system', review => 'required', site_column => 'site') IS NULL AS done \gset
INSERT INTO aims.intended_table (system, relation)
SELECT s.system, t.relation FROM aims.ai_system AS s, (VALUES ('cdw.score'::regclass), ('cdw.keyless')) AS t (relation);
CREATE FUNCTION pg_temp.pending(relation regclass DEFAULT 'cdw.score') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(p.key ->> 'id', ',' ORDER BY (p.key ->> 'id')::integer) FROM aims.pending_review AS p
     WHERE p.relation = pending.relation
$$;
SELECT is(pg_temp.pending(), '1000', 'what the table held waits, as far as it is AI output');
CREATE FUNCTION pg_temp.etl(command text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act('review_etl', command) $$;

-- What waits
SELECT pg_temp.etl($$INSERT INTO cdw.score SELECT n, CASE n % 5 WHEN 0 THEN 'lowly' WHEN 1 THEN 'eu-high' WHEN 2 THEN 'undecided' WHEN 3 THEN 'sepsis' END,
    n, CASE WHEN n % 2 = 0 THEN 'north' END FROM generate_series(1, 10) AS n$$) \g /dev/null
SELECT is(pg_temp.pending(), '1,2,3,6,7,8,1000', 'what systems of a high or undecided tier write waits; no AI and low tiers do not');
SELECT results_eq($$SELECT relation::text, system, site, duty, written_at <= clock_timestamp(), age < interval '1 hour' FROM aims.pending_review WHERE key = '{"id": 2}'$$,
    $$VALUES ('cdw.score', 'undecided' COLLATE "C", 'north', 'clinical_reviewer', true, true)$$, 'with system, site and the reviewer''s duty');
UPDATE aims.ai_system SET clinical_tier = 'low', tier_reason = 'Advises nobody', tier_decided_by = 'anna' WHERE system = 'undecided';
SELECT is(pg_temp.pending(), '1,3,6,8,1000', 'the tier of today decides');
UPDATE aims.ai_system SET clinical_tier = 'critical' WHERE system = 'undecided';
SAVEPOINT a;
SELECT pg_temp.etl($$INSERT INTO cdw.score VALUES (20, 'sepsis')$$) \g /dev/null
SELECT is(pg_temp.pending(), '1,2,3,6,7,8,20,1000', 'in a savepoint');
ROLLBACK TO a;
SELECT is(pg_temp.pending(), '1,2,3,6,7,8,1000', 'what is rolled back does not wait');
SAVEPOINT b;
SELECT pg_temp.etl($$INSERT INTO cdw.score VALUES (21, 'sepsis')$$) \g /dev/null
RELEASE b;
SELECT pg_temp.etl($$UPDATE cdw.score SET id = 22 WHERE id = 21$$) \g /dev/null
SELECT is(pg_temp.pending(), '1,2,3,6,7,8,22,1000', 'a key that changes takes the wait along');
SELECT pg_temp.etl($$DELETE FROM cdw.score WHERE id = 22$$) \g /dev/null
SELECT is(pg_temp.pending(), '1,2,3,6,7,8,1000', 'a row that is deleted waits no more');
SELECT pg_temp.etl($$UPDATE cdw.score SET system = NULL WHERE id = 8$$) \g /dev/null
SELECT is(pg_temp.pending(), '1,2,3,6,7,1000', 'nor one that is AI output no more');
SELECT pg_temp.etl($$INSERT INTO cdw.score VALUES (3, 'sepsis', 1) ON CONFLICT (id) DO UPDATE SET p = 33$$) \g /dev/null
SELECT is((SELECT count(*) FROM aims.output WHERE key = '{"id": 3}'), 1::bigint, 'a row that is written again waits once');

-- Who decides, and on what
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, '00000', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 1}', 'accepted', NULL)$$, 'a reviewer accepts'),
    (2, '00000', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 2}', 'overridden', 'Wrong patient', '{"p": 0.1, "note": null}')$$, 'or overrides'),
    (3, '00000', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 3}', 'rejected', 'Nonsense')$$, 'or rejects'),
    (4, 'MS013', 'review_norm', $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'a reviewer of another system does not'),
    (4, 'MS013', session_user, $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'nor an AI officer as such'),
    (5, '00000', 'review_norm', $$SELECT aims.review('cdw.score', '{"id": 5}', 'accepted', 'Fine')$$, 'but of his own, also where no review is needed'),
    (6, '42501', 'review_etl',  $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'nobody without the bundle'),
    (7, 'MS014', 'review_app',  $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'nor an application for nobody'),
    (8, 'MS018', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'overridden', NULL)$$, 'overriding needs a rationale'),
    (9, 'MS018', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'rejected', E' \t\n')$$, 'so does rejecting, in words'),
    (10, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'Accepted', 'x')$$, 'no other decision'),
    (11, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', 'x', '{"p": 1}')$$, 'what is accepted is not corrected'),
    (12, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'overridden', 'x', '[1]')$$, 'corrected is an object'),
    (13, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'overridden', 'x', '{"q": 1}')$$, 'of columns'),
    (14, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'overridden', 'x', '{"ctid": 1}')$$, 'of the table'),
    (15, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6, "p": 6}', 'accepted', 'x')$$, 'the key is the key'),
    (16, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"key": 6}', 'accepted', 'x')$$, 'by its names'),
    (17, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": null}', 'accepted', 'x')$$, 'and not null'),
    (18, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '[6]', 'accepted', 'x')$$, 'nor an array'),
    (19, '22023', 'review_rita', $$SELECT aims.review('cdw.score', '6', 'accepted', 'x')$$, 'nor a scalar'),
    (20, '22P02', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": "six"}', 'accepted', 'x')$$, 'nor of another type'),
    (21, '22023', 'review_rita', $$SELECT aims.review('cdw.keyless', '{"id": 1}', 'accepted', 'x')$$, 'a table without key has none'),
    (22, '22004', 'review_rita', $$SELECT aims.review(NULL, '{"id": 1}', 'accepted', 'x')$$, 'no relation'),
    (23, '22004', 'review_rita', $$SELECT aims.review('cdw.score', NULL, 'accepted', 'x')$$, 'no key'),
    (24, '22004', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', NULL, 'x')$$, 'no decision'),
    (25, 'MS033', 'review_rita', $$SELECT aims.review('aims.person', '{"person": "rita"}', 'accepted', 'x')$$, 'only rows of governed tables'),
    (26, 'MS050', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 4711}', 'accepted', 'x')$$, 'a row that there is not'),
    (27, 'MS051', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 1001}', 'accepted', 'x')$$, 'a row that is not AI output'),
    (28, '25006', 'review_rita', $c$DO $x$ BEGIN SET LOCAL transaction_read_only = on; PERFORM aims.review('cdw.score', '{"id": 6}', 'accepted', 'x'); END $x$ $c$, 'not in a read-only transaction'))
    AS v (n, state, role, command, name)
 ORDER BY n;
SELECT is(pg_temp.pending(), '6,7,1000', 'what was decided on does not wait');
SELECT results_eq($$SELECT key, system::text COLLATE "C", decision, rationale, corrected, person::text COLLATE "C", output_id IS NOT NULL FROM aims.output_review WHERE relation = 'cdw.score'::regclass ORDER BY review_id$$,
    $$VALUES ('{"id": 1}'::jsonb, 'eu-high' COLLATE "C", 'accepted', NULL, NULL::jsonb, 'rita' COLLATE "C", true),
             ('{"id": 2}', 'undecided', 'overridden', 'Wrong patient', '{"p": 0.1, "note": null}', 'rita', true),
             ('{"id": 3}', 'sepsis', 'rejected', 'Nonsense', NULL, 'rita', true),
             ('{"id": 5}', 'lowly', 'accepted', 'Fine', NULL, 'norm', true)$$, 'each decision is a row');
SELECT is((SELECT p FROM cdw.score WHERE id = 2), 2::numeric, 'what is corrected changes nothing by itself');
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE relation = 'aims.output_review' AND person IN ('rita', 'norm')), 4::bigint, 'and an entry of the ledger');
SELECT pg_temp.ends_with('00000', 'review_app', $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'behind a trusted application', 'rita');
SAVEPOINT s;
SELECT pg_temp.ends_with('00000', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 1}', 'rejected', 'After all not')$$, 'a later decision is another row');
SELECT is((SELECT decision FROM aims.withheld_output WHERE key = '{"id": 1}'), 'rejected', 'and counts');
ROLLBACK TO s;
-- hidden rows
REVOKE SELECT ON cdw.score FROM review_rita;
SELECT pg_temp.ends_with('MS050', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 7}', 'accepted', NULL)$$, 'nobody decides on a table that he may not read');
GRANT SELECT (id) ON cdw.score TO review_rita;
SELECT pg_temp.ends_with('MS050', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 7}', 'accepted', NULL)$$, 'nor read whole');
GRANT SELECT ON cdw.score TO review_rita;
ALTER TABLE cdw.score ENABLE ROW LEVEL SECURITY;
CREATE POLICY north ON cdw.score USING (site = 'north');
SELECT pg_temp.ends_with('MS050', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 7}', 'accepted', NULL)$$, 'a row that row security hides is no row');
SELECT pg_temp.ends_with('00000', 'review_rita', $$SELECT aims.review('cdw.score', '{"id": 6}', 'accepted', NULL)$$, 'one that it shows is');
SELECT throws_ok($$SELECT aims.released('cdw.score', 'score_released')$$, 'MS052', NULL, 'no view bypasses row security');
-- the policy that the hint names
SELECT aims.release_condition('cdw.score') AS condition \gset
CREATE POLICY everything ON cdw.score TO review_reader USING (true);
CREATE POLICY released ON cdw.score AS RESTRICTIVE FOR SELECT TO review_reader USING (:condition);
SELECT aims.grant_duty_role('analyst', 'review_reader') \g /dev/null
GRANT SELECT ON cdw.score TO review_reader;
SELECT is(pg_temp.act('review_reader', 'SELECT string_agg(id::text, '','' ORDER BY id) FROM cdw.score'), '1,2,4,5,6,8,9,10,1001', 'a restrictive policy releases instead');
REVOKE SELECT ON cdw.score FROM review_reader;
SELECT aims.revoke_duty_role('analyst', 'review_reader') \g /dev/null
DROP POLICY released ON cdw.score;
DROP POLICY everything ON cdw.score;
DROP POLICY north ON cdw.score;
ALTER TABLE cdw.score DISABLE ROW LEVEL SECURITY;

-- Releasing
CREATE FUNCTION pg_temp.released(view text DEFAULT 'cdw.score_released') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ids text;
BEGIN
    EXECUTE format('SELECT string_agg(id::text, '','' ORDER BY id) FROM %s', view) INTO ids;
    RETURN ids;
END $$;
SELECT is(aims.released('cdw.score', 'score_released')::text, 'cdw.score_released', 'a view, in the schema of the table');
SELECT is(pg_temp.released(), '1,2,4,5,6,8,9,10,1001', 'accepted, overridden, no AI, low tiers: not what waits or was rejected');
GRANT SELECT ON cdw.score_released TO review_reader;
SELECT is(pg_temp.act('review_reader', 'SELECT count(*) FROM cdw.score_released'), '9', 'its reader needs no other privilege');
SELECT is(has_schema_privilege('review_reader', 'aims', 'USAGE'), false, 'none in schema aims');
SELECT is((SELECT relowner FROM pg_class WHERE oid = 'cdw.score_released'::regclass), (SELECT relowner FROM pg_class WHERE oid = 'cdw.score'::regclass), 'the owner of the table owns it');
SELECT ok('security_barrier=true' = ANY ((SELECT reloptions FROM pg_class WHERE oid = 'cdw.score_released'::regclass)::text[]), 'a security barrier');
SELECT throws_ok(format('SELECT aims.released(%s, %s)', a, b), state, NULL, name) FROM (VALUES
    (1, '''cdw.score''', '''score_released''', '42P07', 'not over another relation'),
    (2, 'NULL', '''x''', '22023', 'no relation'),
    (3, '''cdw.score''', 'NULL', '22023', 'no name'),
    (4, '''cdw.score''', '''a.b.c''', '22023', 'a name of too many parts'),
    (5, '''cdw.score''', '''x; DROP TABLE cdw.score''', '22023', 'no name at all'),
    (6, '''pg_class''', '''x''', 'MS033', 'not governed')) AS v (n, a, b, state, name) ORDER BY n;
SELECT pg_temp.ends_with('42501', 'review_owner', $$SELECT aims.released('cdw.score', 'mine')$$, 'for the owner of the table alone');
SELECT pg_temp.etl($$UPDATE cdw.score SET p = p$$) \g /dev/null
SELECT is(pg_temp.released(), '1,2,4,5,6,8,9,10,1001', 'what is written again as it was stays released');
SELECT pg_temp.etl($$UPDATE cdw.score SET p = p + 1 WHERE id < 3$$) \g /dev/null
SELECT is(pg_temp.released(), '4,5,6,8,9,10,1001', 'what the system has written again waits again');
SELECT is(pg_temp.pending(), '1,2,7,1000', 'for review');
ALTER TABLE cdw.score DROP CONSTRAINT score_pkey, ADD PRIMARY KEY (id, p);
SELECT is(pg_temp.released(), NULL, 'with another key nothing is released');
ALTER TABLE cdw.score DROP CONSTRAINT score_pkey;
SELECT throws_ok($$INSERT INTO cdw.score VALUES (90, 'sepsis', 0)$$, 'MS031', NULL, 'without a key nothing that people would have to review is written');
SELECT lives_ok($$INSERT INTO cdw.score VALUES (91, NULL, 0)$$, 'what is no AI output is');
SELECT pg_temp.ends_with('00000', 'review_etl', 'DELETE FROM cdw.score WHERE id IN (10, 91)', 'and output may be taken away');
ALTER TABLE cdw.score ALTER p DROP NOT NULL, ADD PRIMARY KEY (id);
SELECT is(pg_temp.released(), '4,5,6,8,9,1001', 'with its key again it is');
SAVEPOINT s;
SELECT aims.ungovern('cdw.score', 'test') IS NULL AS done \gset
SELECT is(pg_temp.released(), NULL, 'nothing is released of a table that is not governed');
SELECT is((SELECT count(*) FROM aims.output WHERE relation = 'cdw.score'::regclass), 0::bigint, 'and nothing of it waits');
ROLLBACK TO s;
SAVEPOINT s;
TRUNCATE cdw.score;
SELECT is(pg_temp.pending(), NULL, 'TRUNCATE takes all away');
ROLLBACK TO s;

-- Overrides and reloads
SELECT count(*) AS before FROM aims.output_override \gset
SELECT is(:before, 0, 'a service overrides nothing');
SELECT pg_temp.act('review_rita', $$SELECT aims.review('cdw.score', '{"id": 1}', 'overridden', 'Too high', '{"p": 0}')$$) \g /dev/null
SELECT pg_temp.act('review_rita', $$UPDATE cdw.score SET p = 0, note = 'ä"\' WHERE id = 1$$) \g /dev/null
SELECT pg_temp.act('review_rita', $$UPDATE cdw.score SET p = p WHERE id = 4$$) \g /dev/null
SELECT pg_temp.act('review_norm', $$UPDATE cdw.score SET p = 0 WHERE id IN (7, 4)$$) \g /dev/null
SELECT pg_temp.act('review_app', $$DELETE FROM cdw.score WHERE id = 6$$, 'norm') \g /dev/null
SELECT pg_temp.act('review_app', $$UPDATE cdw.score SET p = 77 WHERE id = 1000$$) \g /dev/null
SELECT results_eq($$SELECT key, system, person, operation, old_values::text, new_values::text, output_id IS NOT NULL FROM aims.output_override ORDER BY override_id$$,
    $$VALUES ('{"id": 1}'::jsonb, 'eu-high' COLLATE "C", 'rita' COLLATE "C", 'UPDATE', '{"p":2,"note":null}', '{"p":0,"note":"ä\"\\"}', true),
             ('{"id": 7}', 'undecided', 'norm', 'UPDATE', '{"p":7}', '{"p":0}', true),
             ('{"id": 6}', 'eu-high', 'norm', 'DELETE', '{"id":6,"system":"eu-high","p":6,"site":"north"}', NULL, true)$$,
    'what persons change of AI output is recorded, with both values; not what was none, nor what stays as it was');
SELECT is(pg_temp.pending(), '2,7,1000', 'a person''s change neither ends the wait nor begins it');
SELECT is(pg_temp.released(), '1,4,5,8,9,1001', 'what was overridden stays released with its correction');
SELECT pg_temp.act('review_rita', $$UPDATE cdw.score SET id = 700 WHERE id = 7$$) \g /dev/null
SELECT is(pg_temp.pending(), '2,700,1000', 'also under another key');
SELECT is((SELECT output_id FROM aims.output WHERE key = '{"id": 700}'), (SELECT output_id FROM aims.output_override WHERE key = '{"id": 7}' ORDER BY override_id LIMIT 1), 'as the same output');
SELECT aims.bind_role('sepsis', 'review_bound') IS NULL AS done \gset
SELECT pg_temp.act('review_bound', $$UPDATE cdw.score SET p = 5 WHERE id = 3$$) \g /dev/null
SELECT is((SELECT count(*) FROM aims.output_override WHERE key = '{"id": 3}'), 0::bigint, 'a system''s own session reloads, whoever it belongs to');
SET LOCAL client_min_messages = warning;
SELECT aims.unbind_role('sepsis', 'review_bound') IS NULL AS done \gset
RESET client_min_messages;
SAVEPOINT s;
SELECT pg_temp.act('review_norm', $$UPDATE cdw.score SET system = 'sepsis' WHERE id = 5$$) \g /dev/null
SELECT results_eq($$SELECT old_values::text FROM aims.output_override WHERE system = 'lowly'$$, $$VALUES ('{"system":"lowly"}')$$, 'one system''s output becomes another''s');
SELECT is(pg_temp.pending(), '2,3,5,700,1000', 'and waits');
ROLLBACK TO s;
INSERT INTO cdw.keyless VALUES (1, 'sepsis'), (2, 'sepsis'), (3, NULL);
SELECT pg_temp.act(session_user, 'DELETE FROM cdw.keyless') \g /dev/null
SELECT results_eq($$SELECT key, output_id, person FROM aims.output_override WHERE relation = 'cdw.keyless'::regclass$$,
    $$VALUES (NULL::jsonb, NULL::bigint, 'anna' COLLATE "C"), (NULL, NULL, 'anna')$$, 'overrides are caught in every governed table');
SELECT is_empty($$SELECT * FROM aims.output_count WHERE relation = 'cdw.keyless'::regclass$$, 'output is counted where the table asks for it');
CREATE TABLE cdw.patient (id integer PRIMARY KEY);
INSERT INTO cdw.patient VALUES (1), (2);
CREATE TABLE cdw.risk (id integer PRIMARY KEY, patient integer REFERENCES cdw.patient ON DELETE CASCADE);
SELECT aims.govern('cdw.risk', system => 'sepsis', review => 'required') IS NULL AS done \gset
INSERT INTO cdw.risk VALUES (1, 1), (2, 2);
DELETE FROM cdw.patient WHERE id = 1;
SELECT results_eq($$SELECT key, operation, person FROM aims.output_override WHERE relation = 'cdw.risk'::regclass$$,
    $$VALUES ('{"id": 1}'::jsonb, 'DELETE', 'anna' COLLATE "C")$$, 'whoever deletes the patient deletes the output');
SELECT is(pg_temp.pending('cdw.risk'), '2', 'which waits no more');

-- Keys, values and words are for those who may read the table
SELECT is(pg_temp.act('review_rita', $$SELECT count(*) FROM aims.oversight_log WHERE relation = 'cdw.score'::regclass AND key IS NOT NULL AND (source = 'review' OR old_values IS NOT NULL)$$), '11', 'the log, to who may');
SELECT is(pg_temp.act('review_rita', $$SELECT count(*) FROM aims.oversight_log WHERE relation = 'cdw.risk'::regclass AND num_nonnulls(key, rationale, corrected, old_values, new_values) = 0$$), '1', 'and to who may not');
SELECT pg_temp.ends_with('42501', 'review_rita', 'SELECT * FROM aims.' || t, 'not the table ' || t) FROM unnest(ARRAY['output', 'output_review', 'output_override', 'output_count']) AS t;
SELECT throws_ok(format('%s aims.%I', c, t), 'MS020', NULL, c || ' ' || t)
  FROM unnest(ARRAY['DELETE FROM', 'TRUNCATE']) AS c, unnest(ARRAY['output', 'output_override', 'output_count']) AS t;

-- Silent and withdrawn versions
CREATE TABLE cdw.versioned (id integer PRIMARY KEY, model text, v text);
INSERT INTO aims.model_version (system, version, status) VALUES ('lowly', '1', 'withdrawn'), ('lowly', '2', 'active'), ('lowly', '3', 'silent'), ('sepsis', '2', 'silent');
SELECT aims.govern('cdw.versioned', system_column => 'model', version_column => 'v') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('lowly', 'cdw.versioned'), ('sepsis', 'cdw.versioned');
INSERT INTO aims.system_value VALUES ('cdw.versioned', 'Low 1.0', 'lowly'), ('cdw.versioned', 'nurse', NULL), ('cdw.versioned', 'sepsis', 'lowly');
INSERT INTO cdw.versioned VALUES (1, 'lowly', '1'), (2, 'lowly', '2'), (3, 'lowly', '3'), (4, 'lowly', NULL), (5, 'lowly', '99'),
    (6, 'Low 1.0', '3'), (7, 'nurse', '3'), (8, NULL, '3'), (9, 'sepsis', '2'), (10, 'sepsis', '3');
SELECT aims.released('cdw.versioned', 'public."Released ""v"""') \g /dev/null
SELECT is(pg_temp.released('public."Released ""v"""'), '2,4,5,7,8,9', 'silent and withdrawn versions are not released');
UPDATE aims.model_version SET status = 'candidate' WHERE version = '3';
SELECT is(pg_temp.released('public."Released ""v"""'), '2,3,4,5,6,7,8,9,10', 'until they are not silent any more');
CREATE TABLE cdw.fixed (id integer PRIMARY KEY, v integer);
UPDATE aims.model_version SET status = 'silent' WHERE version = '3';
SELECT aims.govern('cdw.fixed', system => 'lowly', version_column => 'v') IS NULL AS done \gset
INSERT INTO cdw.fixed VALUES (1, 1), (2, 2), (3, 3);
SELECT aims.released('cdw.fixed', 'fixed_released') \g /dev/null
SELECT is(pg_temp.released('cdw.fixed_released'), '2', 'of a fixed system, too');

-- Whose output a row is by an expression, or by the session
CREATE TABLE cdw.fhir (id integer PRIMARY KEY, version text, doc jsonb);
SELECT aims.govern('cdw.fhir', system_expression => $$doc #>> '{meta,source}'$$, version_column => 'version', review => 'required') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('lowly', 'cdw.fhir'), ('sepsis', 'cdw.fhir');
INSERT INTO cdw.fhir SELECT n, v, jsonb_build_object('meta', jsonb_build_object('source', s))
  FROM (VALUES (1, '2', 'lowly'), (2, '3', 'lowly'), (3, '3', 'sepsis'), (4, '3', NULL), (5, NULL, 'lowly')) AS v (n, v, s);
SELECT is(pg_temp.pending('cdw.fhir'), '3', 'output that an expression names waits');
SELECT aims.released('cdw.fhir', 'fhir_released') \g /dev/null
SELECT is(pg_temp.released('cdw.fhir_released'), '1,4,5', 'silent versions of it are not released');
SELECT aims.release_condition('cdw.fhir') AS condition \gset
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM cdw.fhir WHERE :condition), '1,4,5', 'nor by a policy');
CREATE TABLE cdw.session (id integer PRIMARY KEY, version text);
GRANT ALL ON cdw.session TO review_bound, review_norm, review_rita, review_etl;
SELECT aims.bind_role('sepsis', 'review_bound') IS NULL AS done \gset
SET LOCAL client_min_messages = warning;
SELECT aims.govern('cdw.session', version_column => 'version', review => 'required') IS NULL AS done \gset
RESET client_min_messages;
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.session');
SELECT pg_temp.act('review_bound', $$INSERT INTO cdw.session VALUES (1, '1'), (2, '1'), (3, '1'), (4, '2')$$) \g /dev/null
SELECT pg_temp.act('review_norm', $$INSERT INTO cdw.session VALUES (5, '1')$$) \g /dev/null
SELECT is(pg_temp.pending('cdw.session'), '1,2,3,4', 'output of a session waits, what a person enters does not');
SELECT pg_temp.act('review_norm', $$UPDATE cdw.session SET version = '1a' WHERE id IN (1, 5)$$) \g /dev/null
SELECT pg_temp.act('review_norm', $$DELETE FROM cdw.session WHERE id = 2$$) \g /dev/null
SELECT pg_temp.act('review_etl', $$UPDATE cdw.session SET version = '1b' WHERE id = 3$$) \g /dev/null
SELECT results_eq($$SELECT key, system, operation FROM aims.output_override WHERE relation = 'cdw.session'::regclass ORDER BY override_id$$,
    $$VALUES ('{"id": 1}'::jsonb, 'sepsis' COLLATE "C", 'UPDATE'), ('{"id": 2}', 'sepsis', 'DELETE')$$, 'whose it was is known where it waited');
SELECT is(pg_temp.pending('cdw.session'), '1,4', 'a person''s change leaves it waiting; a service that is no system''s makes it another row');
SELECT pg_temp.ends_with('00000', 'review_rita', $$SELECT aims.review('cdw.session', '{"id": 4}', 'accepted', NULL)$$, 'it can be reviewed');
SELECT aims.released('cdw.session', 'session_released') \g /dev/null
SELECT is(pg_temp.released('cdw.session_released'), '3,5', 'and is released, but for silent versions');
CREATE TABLE cdw.derived (id integer PRIMARY KEY);
SELECT throws_ok($$SELECT aims.govern('cdw.derived', system => 'sepsis', review => 'required', rebuilt => true)$$, 'MS031', NULL, 'rows of a table that is made anew have no key to be reviewed by');

SET LOCAL client_min_messages = warning;
SELECT aims.unbind_role('sepsis', 'review_bound') IS NULL AS done \gset
RESET client_min_messages;

-- Shapes: partitions, quoted names, composite keys of many types, conditions
CREATE TABLE cdw."Odd ""table" (
    "a b" text, t timestamptz, n numeric, d date, b boolean, c char(4), u uuid, "key" text, w real, by bytea, x text,
    PRIMARY KEY ("a b", t, n, d, b, c, u, "key", w, by)) PARTITION BY LIST (b);
CREATE TABLE cdw."odd yes" PARTITION OF cdw."Odd ""table" FOR VALUES IN (true);
CREATE TABLE cdw.odd_no (x text, by bytea NOT NULL, gone integer, w real NOT NULL, "key" text NOT NULL, u uuid NOT NULL, c char(4) NOT NULL, b boolean NOT NULL,
    d date NOT NULL, n numeric NOT NULL, t timestamptz NOT NULL, "a b" text NOT NULL);
ALTER TABLE cdw.odd_no DROP COLUMN gone;
ALTER TABLE cdw."Odd ""table" ATTACH PARTITION cdw.odd_no FOR VALUES IN (false);
SELECT aims.govern('cdw."Odd ""table"', system => 'sepsis', system_when => '"a b" <> ''human''', review => 'required') IS NULL AS done \gset
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL DateStyle = 'German';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = 0;
INSERT INTO cdw."Odd ""table"
SELECT v, '2026-03-01 12:00:00.000001+00', 1.50, '2026-03-02', b, 'ab', '00000000-0000-0000-0000-000000000001', E'"\\ü', 0.1, '\xff00', v
  FROM unnest(ARRAY['human', E'Ünï"\'\\', 'x']) AS v, unnest(ARRAY[true, false]) AS b;
SELECT is((SELECT count(*) FROM aims.pending_review WHERE relation = 'cdw."Odd ""table"'::regclass), 4::bigint, 'rows of partitions wait, those outside the condition do not');
SELECT aims.released('cdw."Odd ""table"', '"odd released"') \g /dev/null
SELECT results_eq('SELECT count(*), min(x) FROM cdw."odd released"', $$VALUES (2::bigint, 'human')$$, 'they are found by a key of many types, whatever the formats');
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL DateStyle = 'SQL, MDY';
SELECT results_eq('SELECT count(*), min(x) FROM cdw."odd released"', $$VALUES (2::bigint, 'human')$$, 'also in another session');
GRANT ALL ON cdw."Odd ""table" TO review_rita;
SELECT pg_temp.act('review_rita', format('SELECT aims.review(%L, %L, ''accepted'', NULL)', relation, key || '{"t": "2026-03-01T14:00:00.000001+02", "n": 1.5, "c": "ab"}'))
  FROM aims.pending_review WHERE relation = 'cdw."Odd ""table"'::regclass AND key ->> 'b' = 'false' \g /dev/null
SELECT results_eq('SELECT count(*), count(*) FILTER (WHERE b) FROM cdw."odd released"', $$VALUES (4::bigint, 1::bigint)$$, 'a key in other spelling finds the row');
DELETE FROM cdw."Odd ""table" WHERE x = 'human' AND b;
UPDATE cdw."Odd ""table" SET b = true WHERE x = 'human';
SELECT is((SELECT count(*) FROM aims.output WHERE relation = 'cdw."Odd ""table"'::regclass), 4::bigint, 'rows outside the condition are never output');
DELETE FROM cdw."Odd ""table" WHERE x = 'human';
UPDATE cdw."Odd ""table" SET "a b" = 'human', x = 'was AI' WHERE x = 'x' AND b;
SELECT is((SELECT count(*) FROM aims.pending_review WHERE relation = 'cdw."Odd ""table"'::regclass), 1::bigint, 'a row that leaves the condition waits no more');
SELECT is((SELECT count(*) FROM cdw."odd released" WHERE x = 'was AI'), 1::bigint, 'and is released');
TRUNCATE cdw."odd yes";
SELECT is((SELECT count(*) FROM aims.pending_review WHERE relation = 'cdw."Odd ""table"'::regclass), 0::bigint, 'TRUNCATE of a partition takes its rows away');
CREATE TABLE cdw.part (id integer, p integer, PRIMARY KEY (id, p)) PARTITION BY LIST (p);
CREATE TABLE cdw.part_1 PARTITION OF cdw.part FOR VALUES IN (1);
CREATE TABLE cdw.part_2 (id integer NOT NULL, p integer NOT NULL);
INSERT INTO cdw.part VALUES (1, 1);
INSERT INTO cdw.part_2 VALUES (2, 2), (3, 2);
SELECT aims.govern('cdw.part', system => 'sepsis', review => 'required') IS NULL AS done \gset
ALTER TABLE cdw.part ATTACH PARTITION cdw.part_2 FOR VALUES IN (2);
SELECT is(pg_temp.pending('cdw.part'), '1,2,3', 'what an attached partition holds waits');
UPDATE cdw.part SET p = 2 WHERE id = 1;
SELECT is(pg_temp.pending('cdw.part'), '1,2,3', 'a row that moves into another partition goes on waiting');
ALTER TABLE cdw.part DETACH PARTITION cdw.part_2;
SELECT is(pg_temp.pending('cdw.part'), NULL, 'what left with its partition waits no more');
DROP TABLE cdw.part_1;
SELECT is_empty($$SELECT FROM aims.output AS o WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = o.physical_relation)$$, 'nor what was dropped with its partition');
RESET TimeZone; RESET DateStyle; RESET bytea_output; RESET extra_float_digits;

-- Versions that are withheld are no loop over all rows
CREATE TABLE cdw.many (id integer PRIMARY KEY, v text);
SELECT aims.govern('cdw.many', system => 'sepsis', review => 'required', version_column => 'v') IS NULL AS done \gset
INSERT INTO cdw.many SELECT n, '1' FROM generate_series(1, 3000) AS n;
SELECT aims.released('cdw.many', 'many_released') \g /dev/null
ANALYZE cdw.many;
CREATE FUNCTION pg_temp.explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
SELECT isnt((SELECT count(*) FROM pg_temp.explained('SELECT * FROM cdw.many_released') AS line WHERE line ~ 'hashed SubPlan'), 0::bigint,
          'versions that are withheld are looked up in a hash table');

-- The owner of the table
CREATE TABLE cdw.owned (id integer PRIMARY KEY);
SELECT aims.govern('cdw.owned', system => 'lowly') IS NULL AS done \gset
ALTER TABLE cdw.owned OWNER TO review_norm;
GRANT CREATE ON SCHEMA cdw TO review_norm, review_owner;
SELECT aims.revoke_duty_role('reviewer', 'review_norm') \g /dev/null
SELECT throws_ok($$SELECT aims.released('cdw.owned', 'owned_released')$$, 'MS052', NULL, 'an owner who may not read what is withheld');
SELECT aims.grant_duty_role('analyst', 'review_norm') \g /dev/null
GRANT review_norm TO review_owner;
SELECT is(pg_temp.act('review_owner', $$SELECT aims.released('cdw.owned', 'owned_released')$$), 'cdw.owned_released', 'a member of the owner makes the view');
SELECT is((SELECT relowner::regrole::text FROM pg_class WHERE oid = 'cdw.owned_released'::regclass), 'review_norm', 'for the owner');

-- Rows that are stored compressed or out of line are found by their index
CREATE TABLE cdw.long (id text PRIMARY KEY, system text, note text);
SELECT aims.govern('cdw.long', system_column => 'system', review => 'required') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.long');
GRANT ALL ON cdw.long TO review_etl, review_rita;
CREATE FUNCTION pg_temp.long(words integer) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, words) AS i $$;
SELECT pg_temp.etl($$INSERT INTO cdw.long VALUES ('a', 'sepsis', pg_temp.long(3000)), (pg_temp.long(75), 'sepsis', ''), ('b', 'sepsis', '')$$) \g /dev/null
SELECT pg_temp.act('review_rita', $$UPDATE cdw.long SET note = 'short'$$) \g /dev/null
SET LOCAL enable_seqscan = off;
SELECT set_eq($$SELECT octet_length(c.old_values::text) > 8000 FROM aims.output_override AS o
                  JOIN LATERAL (SELECT * FROM aims.output_override WHERE override_id = o.override_id) AS c ON true WHERE o.relation = 'cdw.long'::regclass$$,
    'VALUES (true), (false)', 'a long value that was changed');
SELECT is(count(*), 3::bigint, 'and a long key') FROM aims.output WHERE physical_relation = 'cdw.long'::regclass;
RESET enable_seqscan;
SELECT pg_temp.etl('DELETE FROM cdw.long') \g /dev/null
SELECT is(count(*), 0::bigint, 'which waits no more when it is gone') FROM aims.output WHERE relation = 'cdw.long'::regclass;

-- Counting what a system has left behind is no change of it
SELECT count(*) AS outputs, (SELECT count(*) FROM aims.output_override) AS overrides FROM aims.output \gset
SELECT is((SELECT sum(rows) > 0 FROM aims.count_output('sepsis')), true, 'output is counted');
SELECT results_eq('SELECT count(*), (SELECT count(*) FROM aims.output_override) FROM aims.output', format('VALUES (%s::bigint, %s::bigint)', :outputs, :overrides),
    'and nobody has overridden it, nor does it wait less');

-- Row security hides nothing from review, and nothing waits twice
CREATE TABLE cdw.veiled (id integer PRIMARY KEY, system text) PARTITION BY RANGE (id);
SELECT aims.govern('cdw.veiled', system_column => 'system', review => 'required') IS NULL AS done \gset
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.veiled');
ALTER TABLE cdw.veiled OWNER TO review_etl;
GRANT CREATE ON SCHEMA cdw TO review_etl;
SELECT pg_temp.etl(command) FROM (VALUES (1, 'CREATE TABLE cdw.veil (id integer PRIMARY KEY, system text)'), (2, $$INSERT INTO cdw.veil VALUES (1, 'sepsis')$$),
    (3, 'ALTER TABLE cdw.veil ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'),
    (4, 'ALTER TABLE cdw.veiled ATTACH PARTITION cdw.veil FOR VALUES FROM (0) TO (10)'), (5, 'INSERT INTO cdw.veiled VALUES (2, NULL)')) AS c (nr, command)
 ORDER BY nr \g /dev/null
SELECT is(pg_temp.pending('cdw.veiled'), '1', 'a partition that its owner attaches');
SELECT pg_temp.act('review_owner', command) FROM (VALUES (1, 'CREATE TABLE cdw.hidden (id integer PRIMARY KEY, system text)'), (2, $$INSERT INTO cdw.hidden VALUES (1, 'sepsis')$$),
    (3, 'ALTER TABLE cdw.hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'),
    (4, $$SELECT aims.govern('cdw.hidden', system_column => 'system', review => 'required')$$)) AS c (nr, command) ORDER BY nr \g /dev/null
SELECT is(pg_temp.pending('cdw.hidden'), '1', 'a table that is governed');

-- What a trigger moves on, in a subtransaction, before the statement has ended
CREATE TABLE cdw.moved (id integer PRIMARY KEY, system text);
CREATE TABLE cdw.session_moved (id integer PRIMARY KEY);
SET LOCAL client_min_messages = warning;
SELECT aims.govern('cdw.moved', system_column => 'system', review => 'required'), aims.govern('cdw.session_moved', review => 'required') \g /dev/null
RESET client_min_messages;
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.moved'), ('sepsis', 'cdw.session_moved');
GRANT ALL ON cdw.moved, cdw.session_moved TO review_etl, review_rita;
CREATE FUNCTION pg_temp.move_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id < 100 THEN
        EXECUTE format('UPDATE %I.%I SET id = id + 100 WHERE id = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME) USING NEW.id;
    END IF;
    RETURN NULL;
EXCEPTION WHEN division_by_zero THEN
    RETURN NULL;
END $$;
CREATE TRIGGER moves_on AFTER UPDATE ON cdw.moved FOR EACH ROW EXECUTE FUNCTION pg_temp.move_on();
CREATE TRIGGER moves_on AFTER UPDATE ON cdw.session_moved FOR EACH ROW EXECUTE FUNCTION pg_temp.move_on();
SELECT pg_temp.etl($$INSERT INTO cdw.moved VALUES (200, 'sepsis')$$), pg_temp.act('review_rita', 'UPDATE cdw.moved SET id = 1') \g /dev/null
SELECT is(pg_temp.pending('cdw.moved'), '101', 'goes on waiting');
SELECT pg_temp.etl($$SELECT set_config('aims.system', 'sepsis', true)$$), pg_temp.etl('INSERT INTO cdw.session_moved VALUES (200)') \g /dev/null
RESET aims.system;
SELECT pg_temp.act('review_rita', 'UPDATE cdw.session_moved SET id = 1') \g /dev/null
SELECT is(pg_temp.pending('cdw.session_moved'), '101', 'where the session says whose it is, too');

-- A key whose columns have got other names finds no output that waits
ALTER TABLE cdw.hidden RENAME id TO nr;
SELECT throws_ok($$SELECT aims.release_condition('cdw.hidden')$$, 'MS052', NULL, 'nothing is released by another key than it waits by');
SELECT aims.ungovern('cdw.hidden', 'its key has another name'), aims.govern('cdw.hidden', system_column => 'system', review => 'required') \g /dev/null
SELECT ok(aims.release_condition('cdw.hidden') IS NOT NULL, 'until it is governed anew');

-- What reviewers correct is no output: it passes whatever has become of the system
CREATE TABLE cdw.wrong (id integer PRIMARY KEY, system text, p numeric, kind integer);
GRANT ALL ON cdw.wrong TO review_etl, review_rita, review_norm;
SELECT aims.govern('cdw.wrong', system_column => 'system', system_when => 'kind = 1') IS NULL AS done \gset
INSERT INTO aims.intended_table (system, relation) SELECT s.system, 'cdw.wrong' FROM aims.ai_system AS s;
SELECT pg_temp.etl($$INSERT INTO cdw.wrong VALUES (1, 'sepsis', 0.9, 1), (2, 'sepsis', 0.5, 0), (3, 'lowly', 0.1, 1), (4, 'eu-high', 0.1, 1)$$) \g /dev/null
SET LOCAL client_min_messages = warning;
SELECT aims.switch_off('sepsis', 'wrong scores'), aims.bind_role('lowly', 'review_bound') \g /dev/null
RESET client_min_messages;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'eu-high';
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'review_rita', 'UPDATE cdw.wrong SET p = 0.1 WHERE id = 1', 'a reviewer corrects what a system wrote that is switched off'),
    (2, '00000', 'review_norm', 'UPDATE cdw.wrong SET p = 0.2 WHERE id = 3', 'and one that has bound roles'),
    (3, '00000', 'review_rita', 'UPDATE cdw.wrong SET p = 0.3 WHERE id = 4', 'and one that is retired'),
    (4, 'MS003', 'review_norm', 'UPDATE cdw.wrong SET p = 0.4 WHERE id = 1', 'the reviewer of another system does not'),
    (5, 'MS003', 'review_etl', 'UPDATE cdw.wrong SET p = 0.5 WHERE id = 1', 'nor the nightly load'),
    (6, 'MS003', 'review_rita', $$INSERT INTO cdw.wrong VALUES (5, 'sepsis', 0.5, 1)$$, 'a reviewer writes no new output'),
    (7, 'MS003', 'review_rita', 'UPDATE cdw.wrong SET kind = 1 WHERE id = 2', 'nor makes output of a row that was none'),
    (8, 'MS003', 'review_rita', $$UPDATE cdw.wrong SET system = 'sepsis' WHERE id = 3$$, 'nor of one that was another system''s')) AS c (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq($$SELECT person COLLATE "C", system COLLATE "C", new_values ->> 'p' FROM aims.output_override WHERE relation = 'cdw.wrong'::regclass ORDER BY override_id$$,
    $$VALUES ('rita' COLLATE "C", 'sepsis' COLLATE "C", '0.1'), ('norm', 'lowly', '0.2'), ('rita', 'eu-high', '0.3')$$, 'each is an override');
SELECT is((SELECT count(*) FROM aims.violation WHERE relation = 'cdw.wrong'::regclass), 0::bigint, 'and no violation');
SET LOCAL session_replication_role = replica;
UPDATE aims.duty SET valid_from = '2020-01-01', valid_until = '2020-12-31' WHERE person = 'rita';
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with('MS003', 'review_rita', 'UPDATE cdw.wrong SET p = 0.6 WHERE id = 1', 'whose duty has ended corrects no more');

-- The intervals (published: 0/10 and 81/263, Newcombe 1998)
SELECT results_eq($$SELECT k, n, round(low::numeric, 4), round(high::numeric, 4) FROM (VALUES (81, 263), (15, 148), (0, 20), (1, 29), (29, 29)) AS v (k, n), aims.wilson_interval(k, n)$$,
    $$VALUES (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1.0000)$$, 'Wilson intervals');
SELECT results_eq($$SELECT low, high FROM (VALUES (0, 0), (2, 1), (-1, 5), (NULL, 5)) AS v (k, n), aims.wilson_interval(k, n)$$,
    $$SELECT NULL::float8, NULL::float8 FROM generate_series(1, 4)$$, 'undefined is NULL');
SELECT * FROM finish();
ROLLBACK;
