\i test/setup_database.sql
-- What is counted, and the rates made of it. Counts are written by commits.
SELECT plan(21);
INSERT INTO aims.organisation (name, time_zone) VALUES ('General Hospital', 'Europe/Berlin');
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', NULL);
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage, clinical_tier)
VALUES ('sepsis', 'S', 'anna', 'x', 'deployment', 'high'), ('nlp', 'N', 'anna', 'x', 'deployment', 'low');
RESET session_replication_role;
CREATE TABLE score (id integer PRIMARY KEY, version char(8), site text, subgroup date, p float8);
SELECT aims.govern('score', system => 'sepsis', review => 'required', version_column => 'version', site_column => 'site', subgroup_column => 'subgroup') IS NULL AS done \gset
CREATE TABLE plain (id integer PRIMARY KEY, p float8);
SELECT aims.govern('plain', system => 'nlp') IS NULL AS done \gset
CREATE VIEW counted AS SELECT relation, system, version, site, subgroup, outputs, reloads FROM aims.output_count WHERE count_id > coalesce(current_setting('test.count', true)::bigint, 0);
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS $$ SELECT set_config('test.count', (SELECT coalesce(max(count_id), 0)::text FROM aims.output_count), false) $$;

-- Per transaction and group
INSERT INTO score SELECT n, CASE WHEN n > 2000 THEN '1.0' END, CASE n % 2 WHEN 0 THEN 'north' END, CASE WHEN n > 2000 THEN date '2026-02-01' END
  FROM generate_series(1, 2500) AS n;
SELECT results_eq('SELECT version, site, subgroup, outputs, reloads FROM counted ORDER BY 1, 2, 3',
    $$VALUES ('1.0', 'north', '2026-02-01', 250::bigint, 0::bigint), ('1.0', NULL, '2026-02-01', 250, 0), (NULL, 'north', NULL, 1000, 0), (NULL, NULL, NULL, 1000, 0)$$,
    'a row per transaction and group');
SELECT is((SELECT count(DISTINCT (output_id, key)) FROM aims.output), 2500::bigint, 'each output is a row');
SELECT forget() \g /dev/null
BEGIN;
UPDATE score SET p = 1 WHERE id <= 10;
UPDATE score SET p = 1 WHERE id <= 10;
DELETE FROM score WHERE id = 11;
COMMIT;
SELECT results_eq('SELECT site, outputs, reloads FROM counted ORDER BY 1', $$VALUES ('north', 5::bigint, 5::bigint), (NULL, 5, 6)$$,
    'what services change or delete is a reload, and output where it is written; what stays as it was is neither');
SELECT forget() \g /dev/null
INSERT INTO plain SELECT n FROM generate_series(1, 10) AS n;
UPDATE plain SET p = 1;
DELETE FROM plain;
SELECT is_empty('SELECT * FROM counted', 'a table that asks for nothing is not counted');
-- Subtransactions
BEGIN;
INSERT INTO score VALUES (3001, 'a');
SAVEPOINT one;
INSERT INTO score VALUES (3002, 'a'), (3003, 'b');
SAVEPOINT two;
INSERT INTO score VALUES (3004, 'a');
UPDATE score SET p = 2 WHERE id = 3001;
ROLLBACK TO two;
RELEASE one;
INSERT INTO score VALUES (3005, 'a');
SAVEPOINT three;
UPDATE score SET p = 2 WHERE id IN (3002, 3005);
RELEASE three;
COMMIT;
SELECT results_eq('SELECT version, outputs, reloads FROM counted ORDER BY 1', $$VALUES ('a', 5::bigint, 2::bigint), ('b', 1, 0)$$, 'what savepoints take back is not counted');
SELECT is((SELECT string_agg(key ->> 'id', ',' ORDER BY key ->> 'id') FROM aims.output WHERE (key ->> 'id')::integer BETWEEN 3001 AND 3999), '3001,3002,3003,3005', 'nor does it wait');
-- A trigger that writes in a subtransaction while rows of its statement wait to be written
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        UPDATE score SET p = 5 WHERE id = NEW.id;
        IF NEW.id % 2 = 0 THEN
            RAISE EXCEPTION 'no';
        END IF;
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    RETURN NULL;
END $$;
CREATE TRIGGER zz_meddle AFTER INSERT ON score FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT forget() \g /dev/null
INSERT INTO score SELECT n FROM generate_series(4001, 4010) AS n;
DROP TRIGGER zz_meddle ON score;
SELECT results_eq('SELECT outputs, reloads FROM counted', 'VALUES (15::bigint, 5::bigint)', 'of a trigger''s subtransactions those that stay are counted');
SELECT results_eq($$SELECT count(*), count(DISTINCT key) FROM aims.output WHERE key ->> 'id' LIKE '40__'$$, 'VALUES (10::bigint, 10::bigint)', 'and each row waits once');
-- DML on a partition has no end of statement that we see
CREATE TABLE part (id integer PRIMARY KEY, p float8) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (1000);
SELECT aims.govern('part', system => 'sepsis', review => 'required') IS NULL AS done \gset
INSERT INTO aims.person (person, full_name, db_role) VALUES ('rita', 'Rita Reviewer', session_user);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('rita', 'clinical_reviewer');
RESET session_replication_role;
BEGIN;
INSERT INTO part_1 VALUES (1);
SAVEPOINT one;
INSERT INTO part_1 VALUES (2);
SELECT throws_ok($$SELECT aims.review('part', '{"id": 1}', 'accepted', NULL)$$, 'MS040', NULL, 'not in a savepoint after output that is not written yet');
RELEASE one;
SAVEPOINT two;
INSERT INTO part_1 VALUES (3);
ROLLBACK TO two;
RELEASE two;
SELECT aims.review('part', '{"id": 1}', 'accepted', NULL) \g /dev/null
COMMIT;
SELECT is((SELECT string_agg(key ->> 'id', ',') FROM aims.pending_review WHERE relation = 'part'::regclass), '2', 'output of a savepoint waits, what was reviewed in the transaction that wrote it does not');
UPDATE aims.person SET db_role = NULL WHERE person = 'rita';
-- Prepared
SELECT forget() \g /dev/null
BEGIN;
INSERT INTO score VALUES (5001, 'p');
PREPARE TRANSACTION 'aims_override_rate';
SELECT is_empty('SELECT * FROM counted', 'prepared output is not there yet');
COMMIT PREPARED 'aims_override_rate';
SELECT results_eq('SELECT version, outputs FROM counted', $$VALUES ('p', 1::bigint)$$, 'and is when it is committed');
SELECT is((SELECT count(*) FROM aims.pending_review WHERE key = '{"id": 5001}'), 1::bigint, 'and waits');
-- Values without end
SELECT forget() \g /dev/null
INSERT INTO score SELECT n, NULL, 'site ' || n FROM generate_series(10001, 11500) AS n;
SELECT results_eq('SELECT count(*), sum(outputs), max(outputs), count(site) FROM counted', 'VALUES (1001::bigint, 1500::numeric, 500::bigint, 1000::bigint)',
    'beyond a thousand groups the others are one');
SELECT forget() \g /dev/null
INSERT INTO score VALUES (20000, NULL, repeat('ä', 10000));
SELECT is((SELECT octet_length(site) FROM counted), 254, 'a long value is cut');
-- A column that is renamed, and dropped
SELECT forget() \g /dev/null
ALTER TABLE score RENAME site TO ward;
INSERT INTO score VALUES (20001, NULL, 'w1');
ALTER TABLE score DROP ward CASCADE;
INSERT INTO score VALUES (20002, NULL);
SELECT results_eq('SELECT site FROM counted ORDER BY site', $$VALUES ('w1'), (NULL)$$, 'a column is followed when it is renamed; where it is dropped the value is unknown and output goes on');

-- Rates, of rows as a restore brings them: months in Berlin, a baseline of three months
SET session_replication_role = replica;
DELETE FROM aims.output_count;
INSERT INTO aims.output_count (counted_at, relation, system, site, outputs, reloads)
SELECT m, 'plain'::regclass, 'nlp', s, n, 7
  FROM (VALUES ('2026-01-20 00:00+01'::timestamptz, 'north', 900), ('2026-02-01 00:30+01', 'north', 100), ('2026-03-15 00:00+01', 'north', 100),
               ('2026-04-30 23:30+02', 'north', 100), ('2026-05-01 00:30+02', 'north', 200), ('2026-05-02', NULL, 200), ('2026-06-02', 'north', 200),
               ('2026-06-02', 'south', 10), ('2026-07-02', 'north', 400)) AS v (m, s, n);
INSERT INTO aims.output_override (changed_at, relation, key, system, site, person, operation, old_values)
SELECT m::timestamptz, 'plain'::regclass, '{}', 'nlp', s, 'anna', 'DELETE', '{}'
  FROM (VALUES ('2026-02-10', 'north', 50), ('2026-03-10', 'north', 50), ('2026-04-10', 'north', 50), ('2026-05-10', 'north', 160),
               ('2026-05-10', NULL, 20), ('2026-06-10', 'north', 110), ('2026-06-10', 'south', 9), ('2026-08-10', 'north', 1)) AS v (m, s, n),
       generate_series(1, n);
RESET session_replication_role;
SELECT results_eq($$SELECT month, site, outputs, reviewed, overridden, reloads, base, round(rate::numeric, 3), round(low::numeric, 3), round(high::numeric, 3),
        round(baseline_rate::numeric, 3), baseline_base, round(change::numeric, 3), deviation
    FROM aims.override_rate WHERE relation = 'plain'::regclass ORDER BY month, site$$,
    $$VALUES (date '2026-01-01', 'north', 900::bigint, 0::bigint, 0::bigint, 7::bigint, 900::bigint, 0.000, 0.000, 0.004, 0.500, 300::bigint, -0.500, 'lower'),
             ('2026-02-01', 'north', 100, 50, 50, 7, 100, 0.500, 0.404, 0.596, 0.500, 300, 0.000, 'baseline'),
             ('2026-03-01', 'north', 100, 50, 50, 7, 100, 0.500, 0.404, 0.596, 0.500, 300, 0.000, 'baseline'),
             ('2026-04-01', 'north', 100, 50, 50, 7, 100, 0.500, 0.404, 0.596, 0.500, 300, 0.000, 'baseline'),
             ('2026-05-01', 'north', 200, 160, 160, 7, 200, 0.800, 0.739, 0.850, 0.500, 300, 0.300, 'higher'),
             ('2026-05-01', 'unknown', 200, 20, 20, 7, 200, 0.100, 0.066, 0.149, 0.500, 300, -0.400, 'lower'),
             ('2026-06-01', 'north', 200, 110, 110, 7, 200, 0.550, 0.481, 0.617, 0.500, 300, 0.050, 'none'),
             ('2026-06-01', 'south', 10, 9, 9, 7, 10, 0.900, 0.596, 0.982, 0.500, 300, 0.400, 'too small'),
             ('2026-07-01', 'north', 400, 0, 0, 7, 400, 0.000, 0.000, 0.010, 0.500, 300, -0.500, 'lower'),
             ('2026-08-01', 'north', 0, 1, 1, 0, 0, NULL, NULL, NULL, 0.500, 300, NULL, NULL)$$,
    'rates by month and site, with intervals and change from the baseline in both directions; undefined is NULL');
SELECT results_eq($$SELECT a.s, a.t, round(i.low::numeric, 6), round(i.high::numeric, 6)
                     FROM (VALUES (0, 0), (3, 2), (-1, 2), (0, 10), (5, 10), (10, 10)) AS a (s, t) CROSS JOIN LATERAL aims.wilson_interval(a.s, a.t) AS i$$,
    $$VALUES (0, 0, NULL, NULL), (3, 2, NULL, NULL), (-1, 2, NULL, NULL), (0, 10, 0.000000, 0.277533), (5, 10, 0.236593, 0.763407), (10, 10, 0.722467, 1.000000)$$,
    'an interval is Wilson''s, and NULL where there is no proportion');
SELECT throws_ok($$INSERT INTO aims.override_baseline VALUES ('plain', 'nlp', '2026-05-02', '2026-06-01', 'x')$$, '23514', NULL, 'a baseline is of whole months');
INSERT INTO aims.override_baseline VALUES ('plain', 'nlp', '2026-06-01', '2026-07-01', 'The alert was redesigned in May');
SELECT results_eq($$SELECT DISTINCT round(baseline_rate::numeric, 3), baseline_base FROM aims.override_rate WHERE relation = 'plain'::regclass$$, 'VALUES (0.195, 610::bigint)', 'a baseline that is stated counts instead');
SET session_replication_role = replica;
DELETE FROM aims.output_override;
INSERT INTO aims.output_review (relation, key, output_id, system, decision, rationale, person, reviewed_at)
SELECT 'score'::regclass, '{}', o, 'sepsis', d, 'x', 'anna', at::timestamptz
  FROM (VALUES (1, 'accepted', '2026-05-01 12:00'), (2, 'overridden', '2026-05-01 12:00'), (3, 'rejected', '2026-05-01 12:00'), (4, 'accepted', '2026-05-01 12:00'),
               (4, 'rejected', '2026-06-02 12:00'), (5, 'accepted', '2026-05-03 12:00'), (NULL, 'accepted', '2026-05-03 12:00'), (NULL, 'accepted', '2026-05-03 12:00')) AS v (o, d, at);
INSERT INTO aims.output_override (changed_at, relation, key, output_id, system, person, operation, old_values)
SELECT at::timestamptz, 'score'::regclass, '{}', o, 'sepsis', 'anna', 'DELETE', '{}'
  FROM (VALUES (2, '2026-05-01 12:05'), (2, '2026-05-01 12:06'), (5, '2026-05-04 12:00'), (6, '2026-05-04 12:00')) AS v (o, at);
RESET session_replication_role;
SELECT results_eq($$SELECT month, outputs, reviewed, accepted, overridden, rejected, base, round(rate::numeric, 4) FROM aims.override_rate WHERE relation = 'score'::regclass AND month < '2026-07-01' ORDER BY month$$,
    $$VALUES (date '2026-05-01', 0::bigint, 7::bigint, 3::bigint, 3::bigint, 1::bigint, 7::bigint, 0.5714), ('2026-06-01', 0, 1, 0, 0, 1, 1, 1.0000)$$,
    'an output is decided on once, by the last that somebody did; where review is required the rate is of what was reviewed');
SELECT * FROM finish();
\i test/drop_database.sql
