\i test/setup.sql
-- Monitors that run: what a query may return, as whom it runs, and what it
-- cannot do.
BEGIN;
\i test/act.sql
SELECT no_plan();

CREATE ROLE run_owner;
CREATE ROLE run_other;
CREATE ROLE run_job;
CREATE ROLE run_reader;
SELECT aims.grant_duty_role('officer', r::regrole) FROM unnest(ARRAY['run_owner', 'run_other']) AS r \g /dev/null
SELECT aims.grant_duty_role('analyst', 'run_reader'), aims.grant_duty_role('runner', 'run_job') \g /dev/null
INSERT INTO aims.organisation (name, time_zone) VALUES ('Hospital', 'Europe/Berlin');
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'run_owner'), ('other', 'Otto Other', 'run_other');
INSERT INTO aims.duty (person, duty) VALUES ('owner', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier) VALUES
    ('sepsis', 'Sepsis', 'owner', 'warn', 'high'), ('beds', 'Beds', 'owner', 'plan', 'high');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'operation_monitoring';
INSERT INTO aims.duty (person, duty) VALUES ('other', 'system_owner');
SET LOCAL session_replication_role = origin;

CREATE SCHEMA cdw AUTHORIZATION run_owner;
CREATE TABLE cdw.score (site text, score float8, outcome boolean, instant timestamptz);
INSERT INTO cdw.score SELECT CASE WHEN i <= 20 THEN 'Lakeside' WHEN i <= 100 THEN 'North' WHEN i <= 200 THEN 'South' END,
                             (i % 10) / 10.0, i % 3 = 0, now() - make_interval(hours => 1)
                        FROM generate_series(1, 250) AS i;
ALTER TABLE cdw.score OWNER TO run_owner;
CREATE TYPE cdw.detail AS (value float8, sample integer);
CREATE SEQUENCE cdw.counter;
GRANT ALL ON SEQUENCE cdw.counter TO run_owner;
CREATE TABLE public.secret (word text);

-- Another query for the monitor under test, of that role: as a restore would
-- bring it, since pausing it each time would take this test minutes.
CREATE PROCEDURE pg_temp.measure_by(query text, role text DEFAULT 'run_owner') LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.monitor AS m SET query = measure_by.query, run_as = role, query_hash = sha256(convert_to(measure_by.query, 'UTF8')), status = 'active'
     WHERE m.monitor = 'm';
    SET LOCAL session_replication_role = origin;
END $$;

-- What running it ends with: verdict, or SQLSTATE of the problem.
CREATE FUNCTION pg_temp.run(query text, role text DEFAULT 'run_owner') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    CALL pg_temp.measure_by(query, role);
    made := pg_temp.act('run_job', $x$SELECT aims.run_monitor('m')$x$);
    RETURN (SELECT coalesce(substring(m.problem FROM '[(]([0-9A-Z]{5})[)]$'), substring(m.problem FROM '^error ([0-9A-Z]{5});'), m.problem,
                            format('%s %s', m.verdict, m.value))
              FROM aims.measurement AS m WHERE m.measurement_id = made);
END $$;

SELECT pg_temp.ends_with('00000', 'run_owner', $$INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, window_length, minimum_sample, direction, warn, breach, baseline, baseline_source, baseline_period)
    VALUES ('m', 'sepsis', 'Mean score', 'mean', 'all sites', 'owner', '1 day', '2 days', 30, 'above', 0.5, 0.6, 0.45, 'report 7', '[2026-01-01 00:00+00,2026-02-01 00:00+00)')$$, 'a draft without a query');

-- Whose query it is
SELECT results_eq($$SELECT query, run_as, query_hash, timeout FROM aims.monitor$$, $$VALUES (NULL::text, NULL COLLATE "C", NULL::bytea, interval '1 minute')$$, 'runs as nobody');
CREATE FUNCTION pg_temp.why_not() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    PERFORM pg_temp.act('run_job', $x$SELECT aims.run_monitor('m')$x$);
EXCEPTION WHEN SQLSTATE 'MS015' THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    RETURN why;
END $$;
SELECT is(pg_temp.why_not(), 'It has no query: whoever measures inserts into aims.measurement.', 'and does not run');
SELECT pg_temp.ends_with('00000', 'run_other', $$UPDATE aims.monitor SET query = 'SELECT 0.1 AS value, 100 AS sample'$$, 'somebody gives it one');
SELECT results_eq($$SELECT run_as, query_hash FROM aims.monitor$$,
                  $$VALUES ('run_other' COLLATE "C", sha256('SELECT 0.1 AS value, 100 AS sample'))$$, 'which is of the role that did');
SELECT is(pg_temp.why_not(), 'It is draft.', 'and is not run before it is active');
SELECT pg_temp.ends_with('00000', 'run_owner', $$UPDATE aims.monitor SET title = 'Mean of the score', timeout = '10 seconds', query_hash = '\x00'$$, 'another changes something else');
SELECT results_eq($$SELECT run_as, query_hash FROM aims.monitor$$,
                  $$VALUES ('run_other' COLLATE "C", sha256('SELECT 0.1 AS value, 100 AS sample'))$$, 'it stays of that role, whatever is typed as its hash');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '42501', 'run_owner', $$UPDATE aims.monitor SET run_as = 'run_owner'$$, 'the role is not typed'),
    (2, '42501', 'run_owner', $$UPDATE aims.monitor SET run_as = 'postgres', query = 'SELECT 1 AS value'$$, 'not even with the query'),
    (3, '42501', 'run_owner', $$UPDATE aims.monitor SET run_as = NULL$$, 'nor taken away'),
    (4, '42501', 'run_owner', $$INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, query, run_as)
        VALUES ('x', 'sepsis', 't', 'm', 'd', 'owner', '1 day', 'SELECT 1', 'run_other')$$, 'nor of a new one'),
    (5, '42601', 'run_owner', $$UPDATE aims.monitor SET query = 'DELETE FROM cdw.score'$$, 'a query is a SELECT'),
    (6, '42601', 'run_owner', $$UPDATE aims.monitor SET query = 'SELECT 1; SELECT 2'$$, 'one'),
    (7, '42601', 'run_owner', $$UPDATE aims.monitor SET query = 'SELECT 1 AS value INTO cdw.x'$$, 'that makes no table'),
    (8, '42601', 'run_owner', $$UPDATE aims.monitor SET query = 'SELECT FROM WHERE'$$, 'and is one'),
    (9, '42601', 'run_owner', $$UPDATE aims.monitor SET query = 'COMMIT'$$, 'nothing else'),
    (10, '42601', 'run_owner', $$UPDATE aims.monitor SET query = '-- SELECT'$$, 'nothing at all'),
    (11, '42601', 'run_owner', $$UPDATE aims.monitor SET query = ' '$$, 'or blanks'),
    (12, '23514', 'run_owner', $$UPDATE aims.monitor SET timeout = '0'$$, 'it has some time'),
    (13, '23514', 'run_owner', $$UPDATE aims.monitor SET timeout = '2 days'$$, 'but not for ever'),
    (14, '23514', 'run_owner', $$UPDATE aims.monitor SET baseline_period = '[2026-01-01,)'$$, 'a period of reference ends'),
    (15, '23514', 'run_owner', $$UPDATE aims.monitor SET baseline_period = 'empty'$$, 'and begins')) AS t (n, state, role, command, name) ORDER BY n;
-- a superuser's session that runs somebody else's code
CREATE FUNCTION cdw.plant() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE aims.monitor SET query = 'SELECT count(*) AS value FROM public.secret' WHERE monitor = 'm';
    RETURN 1;
END $$;
ALTER FUNCTION cdw.plant() OWNER TO run_owner;
SELECT throws_ok('SELECT cdw.plant()', '42501', NULL, 'code that a superuser calls does not get the superuser''s rights for a query');
SELECT pg_temp.ends_with('42501', 'run_other', 'SELECT cdw.plant()', 'nor anybody else''s');
SELECT throws_ok($$DO $x$ BEGIN SET LOCAL ROLE run_owner; UPDATE aims.monitor SET query = 'SELECT 1 AS value' WHERE monitor = 'm'; END $x$ $$, '42501', NULL, 'SET ROLE is not the session');
SELECT pg_temp.ends_with('00000', 'run_owner', $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'm'$$, 'active');
SELECT pg_temp.ends_with('MS041', 'run_owner', $$UPDATE aims.monitor SET query = 'SELECT 2 AS value'$$, 'what measures is not changed');
SELECT pg_temp.ends_with('MS041', 'run_owner', $$UPDATE aims.monitor SET timeout = '1 second'$$, 'nor how long it may');

-- Who runs it
SELECT pg_temp.ends_with('42501', 'run_reader', $$SELECT aims.run_monitor('m')$$, 'who reads does not run');
SELECT pg_temp.ends_with('42501', 'run_reader', 'SELECT aims.run_due_monitors()', 'nor what is due');
SELECT pg_temp.ends_with('42501', 'run_job', 'SELECT FROM aims.monitor', 'who runs does not read');
SELECT pg_temp.ends_with('42501', 'run_job', $$INSERT INTO aims.measurement (monitor, value) VALUES ('m', 1)$$, 'nor types');
SELECT pg_temp.ends_with('22023', 'run_owner', $$INSERT INTO aims.measurement (monitor, value, sample, query_hash) SELECT 'm', 0.1, 1000, query_hash FROM aims.monitor$$, 'nobody types what a query measures');
SELECT pg_temp.ends_with('MS017', 'run_job', $$SELECT aims.run_monitor('unheard-of')$$, 'of a monitor that there is');
SELECT pg_temp.ends_with('MS017', 'run_job', $$SELECT aims.run_monitor('m'' OR true --')$$, 'by its name');
SELECT pg_temp.ends_with('00000', 'run_job', $$SELECT aims.run_monitor('m')$$, 'the job runs it');
SELECT results_eq($$SELECT monitor::text, value, sample, problem, verdict, query_hash = sha256('SELECT 0.1 AS value, 100 AS sample'), recorded_by::text, session_user_name,
                           upper(period) = measured_at, upper(period) - lower(period),
                           particulars ->> 'run_as', particulars ->> 'definition', particulars ->> 'snapshot' ~ '^[0-9]+:[0-9]+:', (particulars ->> 'duration_ms')::integer >= 0
                      FROM aims.measurement$$,
                  $$VALUES ('m', 0.1::float8, 100::bigint, NULL::text, 'ok', true, NULL::text, 'run_job', true, interval '2 days', 'run_other', 'all sites', true, true)$$, 'a measurement with all that it was made of');
SELECT is((SELECT title FROM aims.evidence), 'Monitor m: mean 0.1', 'is evidence, that nobody has entered');

-- What it may return
SELECT is(pg_temp.run(query), expected, query)
  FROM (VALUES
    ($$SELECT avg(score) AS value, count(*) AS sample FROM cdw.score$$, 'ok 0.45'),
    ($$SELECT 0.55::numeric(5, 2) AS value, 30::numeric AS sample$$, 'warn 0.55'),
    ($$SELECT 1 AS value, 30::smallint AS sample, -1e3 AS low, 2.5::real AS high$$, 'breach 1'),
    ($$SELECT 1 AS value, 29 AS sample$$, 'insufficient 1'),
    ($$SELECT 1 AS value$$, 'insufficient 1'),
    ($$VALUES (1)$$, '42703'),
    ($$TABLE cdw.score$$, '21000'),
    ($$SELECT value, 50 AS sample FROM (VALUES (0.3)) AS v (value) WHERE $1 < $2 AND $3 = '[2026-01-01 00:00+00,2026-02-01 00:00+00)'$$, 'ok 0.3'),
    ($$WITH v AS (SELECT 0.2 AS value) SELECT value, 40 AS sample FROM v$$, 'ok 0.2'),
    ($$SELECT ROW(0.3, 60)::cdw.detail AS detail$$, 'ok 0.3'),
    ($$SELECT ROW(0.3, 60)::cdw.detail AS detail, 10 AS other, 0.1 AS low$$, 'ok 0.3'),
    ($$SELECT extract(epoch FROM date_trunc('day', timestamptz '2026-07-01 12:00+00') - '2026-06-30 22:00+00') AS value, 99 AS sample$$, 'ok 0'),
    ($$SELECT 0.1 + 0.2 AS value, 99 AS sample$$, 'ok 0.3'),
    ($$SELECT NULL::float8 AS value, 99 AS sample$$, 'the metric is not defined for what there is, of 99 rows'),
    ($$SELECT NULL::cdw.detail AS detail, 99 AS sample$$, 'the metric is not defined for what there is, of 99 rows'),
    ($$SELECT 0.1 AS value WHERE false$$, '21000'),
    ($$SELECT 0.1 AS value FROM generate_series(1, 2)$$, '21000'),
    ($$SELECT 0.1 AS score$$, '42703'),
    ($$SELECT 0.9 AS value, 99 AS sample, 0.1 AS value$$, '42701'),
    ($$SELECT 0.9 AS value, ROW(0.3, 60)::cdw.detail AS detail$$, '42701'),
    ($$SELECT ROW(0.9, 60)::cdw.detail AS a, ROW(0.3, 60)::cdw.detail AS b$$, '42701'),
    ($$SELECT '0.1' AS value$$, '42804'),
    ($$SELECT true AS value$$, '42804'),
    ($$SELECT 'NaN'::float8 AS value$$, '42804'),
    ($$SELECT 'Infinity'::float8 AS value$$, '42804'),
    ($$SELECT 1e400 AS value$$, '22003'),
    ($$SELECT 0.1 AS value, '-Infinity'::float8 AS low$$, '42804'),
    ($$SELECT 0.1 AS value, 0.2 AS low, 0.1 AS high$$, '42804'),
    ($$SELECT 0.1 AS value, -1 AS sample$$, '42804'),
    ($$SELECT 0.1 AS value, 1.5 AS sample$$, '42804'),
    ($$SELECT 0.1 AS value, 1e30 AS sample$$, '42804'),
    ($$SELECT 0.1 AS value, '[1]'::jsonb AS groups$$, '42804'),
    ($$SELECT 0.1 AS value, 'x' AS grp FROM generate_series(1, 2)$$, '21000'),
    ($$SELECT 0.1 AS value, nullif(g, 2) AS grp FROM (VALUES (2), (2)) AS v (g)$$, '21000'),
    ($$SELECT 0.1 AS value, g AS grp FROM generate_series(1, 1001) AS g$$, '54000'),
    ($$SELECT 0.1 AS value, repeat('x', 2000000) AS note$$, '54000'),
    ($$SELECT 0.1 AS value, '{"a": "\u0000"}'::json AS note$$, '22P05'),
    ($$SELECT 1 / (count(*) - 250) AS value FROM cdw.score$$, '22012'),
    ($$SELECT site::integer AS value FROM cdw.score$$, '22P02'),
    ($$SELECT 0.1 AS value FROM cdw.gone$$, '42P01'),
    ($$SELECT 0.1 AS value FROM score$$, '42P01'),
    ($$SELECT gone AS value FROM cdw.score$$, '42703'),
    ($$SELECT count(*) AS value FROM public.secret$$, '42501'),
    ($$SELECT $4 AS value$$, '42P02')) AS t (query, expected)
 WHERE set_config('extra_float_digits', '-10', true) IS NOT NULL AND set_config('TimeZone', 'Asia/Tokyo', true) IS NOT NULL;
SELECT pg_temp.run('SELECT 0.1::float8 + 0.2::float8 AS value, 99 AS sample') \g /dev/null
SELECT ok(value = 0.1::float8 + 0.2::float8, 'no digit is lost, whatever the session shows') FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1;
SELECT is(problem, 'error 22P02; its message, which may quote data, is in the server log', 'an error that quotes data is not told to all') FROM aims.measurement WHERE problem ~ '22P02';
SELECT is(problem, 'permission denied for table secret (42501)', 'others are') FROM aims.measurement WHERE problem ~ '42501';
SELECT is((SELECT count(*) FROM aims.measurement WHERE problem IS NOT NULL AND verdict <> 'error'), 0::bigint, 'what could not be measured is an error');
SELECT is(pg_temp.run('SELECT aims.auroc(score, outcome) AS value, count(outcome) AS sample FROM cdw.score WHERE site = ''nowhere'''),
          'the metric is not defined for what there is, of 0 rows', 'what is not defined of too few rows');
SELECT results_eq('SELECT verdict, sample, value FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1', $$VALUES ('insufficient', 0::bigint, NULL::float8)$$, 'is no error: they are too few');

-- Groups
SELECT is(pg_temp.run($$SELECT site AS grp, avg(score) + 0.1 AS value, count(*) AS sample FROM cdw.score GROUP BY site$$), 'warn 0.55', 'groups are judged by the worst');
SELECT is((SELECT groups FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1),
          '{"Lakeside": {"value": 0.55, "sample": 20, "too_small": true}, "North": {"value": 0.55, "sample": 80}, "South": {"value": 0.55, "sample": 100}, "unknown": {"value": 0.55, "sample": 50}}'::jsonb, 'each is kept, NULL as unknown');
CREATE FUNCTION pg_temp.worst(watching text, groups text) RETURNS text LANGUAGE sql AS $$
    SELECT aims.worst_group(m, aims.result_groups(m, (SELECT jsonb_agg(jsonb_build_object('grp', g ->> 0, 'value', g -> 1, 'sample', g -> 2)) FROM jsonb_array_elements(groups::jsonb) AS g)))
      FROM jsonb_populate_record(NULL::aims.monitor, '{"minimum_sample": 30, "baseline": 10}' || watching::jsonb) AS m $$;
SELECT is(pg_temp.worst(watching, groups), worst, format('%s: %s', watching, groups))
  FROM (VALUES
    ('{"direction": "above"}', '[["a", 1, 30], ["b", 2, 30], ["c", 9, 29]]', 'b'),
    ('{"direction": "below"}', '[["a", 1, 30], ["b", 2, 30], ["c", 0, 29]]', 'a'),
    ('{"direction": "outside"}', '[["a", 1, 30], ["b", 18, 30]]', 'a'),
    ('{"direction": "above"}', '[["b", 2, 30], ["a", 2, 30]]', 'a'),
    ('{"direction": "above"}', '[["a", 9, 3], ["b", 2, 4], ["c", 5, null]]', 'b'),
    ('{"direction": "above"}', '[["a", null, 100], ["b", 2, 4]]', 'b'),
    ('{"direction": "above"}', '[["a", null, 100], ["b", null, 4]]', 'a')) AS t (watching, groups, worst);
SELECT is(pg_temp.run($$SELECT g AS grp, NULL::float8 AS value, 50 AS sample FROM generate_series(1, 2) AS g$$), 'the metric is not defined for what there is, of 50 rows', 'no group has a value');
SELECT is(pg_temp.run($$SELECT site AS grp, 0.9 AS value, count(*) AS sample FROM cdw.score WHERE site = 'North' GROUP BY site$$), 'breach 0.9', 'a breach');
SELECT is((SELECT detail FROM aims.finding WHERE kind = 'monitor_breach' ORDER BY finding_id LIMIT 1), (SELECT format('Monitor m, measurement %s: mean is 1, above 0.6', min(measurement_id)) FROM aims.measurement WHERE verdict = 'breach'), 'opens a finding once');
SELECT throws_matching(format('SELECT pg_temp.act(%L, %L)', 'run_owner', format('SELECT aims.close_finding(%s, %L)', max(finding_id), 'n')), 'waits for monitor "m"', 'and is not closed while it lasts') FROM aims.finding;
SELECT is(pg_temp.run($$SELECT 0.1 AS value, 99 AS sample$$), 'ok 0.1', 'once a run is good');
SELECT pg_temp.ends_with('00000', 'run_owner', format('SELECT aims.close_finding(%s, %L)', max(finding_id), 'n'), 'it is') FROM aims.finding;
SELECT is(pg_temp.run($$SELECT 'North' AS grp, 0.9 AS value, 99 AS sample$$), 'breach 0.9', 'the next one');
SELECT ok(detail ~ ': mean of North is 0.9, above 0.6$', 'names the group') FROM aims.finding WHERE closed_at IS NULL;
SELECT is(pg_temp.run($$SELECT 0.1 AS value, 99 AS sample, '{"a": 1}'::jsonb AS groups, 7 AS positives$$), 'ok 0.1', 'a query may return groups itself');
SELECT results_eq($$SELECT groups, particulars -> 'detail' FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1$$, $$VALUES ('{"a": 1}'::jsonb, '{"positives": 7}'::jsonb)$$, 'what else there is is kept');

-- What it cannot do. What each function does is written by its owner.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION cdw.hostile() RETURNS integer LANGUAGE plpgsql AS $x$ BEGIN %s; RETURN 0; END $x$', statement);
    ALTER FUNCTION cdw.hostile() OWNER TO run_owner;
    RETURN pg_temp.run('SELECT cdw.hostile() AS value, 99 AS sample');
END $$;
SELECT pg_advisory_lock(6) \g /dev/null
SELECT is(pg_temp.attempt(statement), expected, statement)
  FROM (VALUES
    ($$NULL$$, 'ok 0'),
    ($$DELETE FROM cdw.score$$, '25006'),
    ($$INSERT INTO cdw.score VALUES ('x')$$, '25006'),
    ($$CREATE TABLE cdw.x ()$$, '25006'),
    ($$PERFORM nextval('cdw.counter')$$, '25006'),
    ($$PERFORM set_config('transaction_read_only', 'off', true)$$, '25001'),
    ($$SET TRANSACTION READ WRITE$$, '25001'),
    ($$CREATE TEMPORARY TABLE x ()$$, '25006'),
    ($$COMMIT$$, '2D000'),
    ($$ROLLBACK$$, '2D000'),
    ($$RESET ROLE$$, '42501'),
    ($$SET ROLE run_other$$, '42501'),
    ($$PERFORM set_config('role', 'run_other', true)$$, '42501'),
    ($$RESET SESSION AUTHORIZATION$$, '42501'),
    ($$SET SESSION AUTHORIZATION DEFAULT$$, '42501'),
    ($$PERFORM set_config('session_authorization', 'run_other', false)$$, '42501'),
    ($$SET session_replication_role = replica$$, '42501'),
    ($$PERFORM count(*) FROM public.secret$$, '42501'),
    ($$PERFORM aims.run_monitor('m')$$, '25006'),
    ($$PERFORM aims.seal()$$, '42501'),
    ($$EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'$$, '42501'),
    ($$LISTEN x$$, '42501'),
    ($$PERFORM pg_advisory_lock(7)$$, '42501'),
    ($$PERFORM pg_try_advisory_lock_shared(7, 8)$$, '42501'),
    ($$PERFORM pg_advisory_unlock(6)$$, '42501'),
    ($$PERFORM pg_advisory_unlock_all()$$, '42501'),
    ($$PERFORM pg_advisory_xact_lock(9)$$, 'ok 0'),
    ($$EXECUTE 'PREPARE p AS SELECT 1'$$, '42501'),
    ($$PERFORM setseed(0.5), random()$$, 'ok 0'),
    ($$PREPARE TRANSACTION 'x'$$, '0A000'),
    ($$COPY cdw.score TO PROGRAM 'true'$$, '42501'),
    ($$RAISE NOTICE 'look here'$$, 'ok 0'),
    ($$RAISE EXCEPTION 'Patient Smith'$$, 'P0001'),
    ($$RAISE EXCEPTION USING ERRCODE = '57014', MESSAGE = 'not really'$$, '57014'),
    ($$RAISE EXCEPTION USING ERRCODE = '40P01'$$, '40P01'),
    ($$RAISE EXCEPTION USING ERRCODE = 'XX000'$$, 'XX000'),
    ($$PERFORM set_config('aims.actor', 'other', true), set_config('search_path', 'cdw', false), set_config('statement_timeout', '1', false)$$, 'ok 0'),
    ($$PERFORM pg_terminate_backend(pg_backend_pid())$$, '42501'),
    ($$IF current_user <> 'run_owner' OR pg_has_role('run_other', 'member') THEN RAISE EXCEPTION 'wrong role'; END IF$$, 'ok 0'),
    ($$IF current_setting('search_path') <> 'pg_catalog, pg_temp' OR current_setting('TimeZone') <> 'Europe/Berlin' THEN RAISE EXCEPTION 'wrong setting'; END IF$$, 'ok 0')) AS t (statement, expected);
SELECT is(concat_ws('|', current_setting('aims.actor'), current_setting('search_path'), current_setting('statement_timeout'), current_user,
                    current_setting('TimeZone'), current_setting('transaction_read_only'), current_setting('client_min_messages')),
          '|public, tap|0|postgres|Asia/Tokyo|off|notice', 'no setting of the session has changed');
SELECT is((SELECT count(*) FROM cdw.score), 250::bigint, 'nor has a row');
SELECT results_eq($$SELECT objid::integer FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()$$, ARRAY[6], 'no lock is left, and none is lost');
SELECT ok(pg_advisory_unlock(6), 'that the session has');
-- random numbers: those of the session and those of a query know nothing of each other
CREATE FUNCTION pg_temp.drawn_after(query text, seed float8 DEFAULT 0.25) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    PERFORM pg_temp.run(query);
    RETURN random();
END $$;
SELECT is(pg_temp.drawn_after(query), pg_temp.drawn_after('SELECT 0 AS value, 99 AS sample'), 'what the session draws after ' || query)
  FROM unnest(ARRAY['SELECT setseed(0.5) IS NULL AS note, 0 AS value, 99 AS sample', 'SELECT max(random()) AS value, 99 AS sample FROM generate_series(1, 10)']) AS query;
SELECT isnt(pg_temp.drawn_after('SELECT 0 AS value, 99 AS sample', 0.75), pg_temp.drawn_after('SELECT 0 AS value, 99 AS sample'), 'but on its own seed it depends');
SELECT pg_temp.run('SELECT random() AS value, 99 AS sample') \g /dev/null
SELECT setseed(0.75) \g /dev/null
SELECT pg_temp.run('SELECT random() AS value, 99 AS sample') \g /dev/null
SELECT is(count(DISTINCT value), 1::bigint, 'a query draws the same each time: what it found can be found again') FROM (SELECT value FROM aims.measurement ORDER BY measurement_id DESC LIMIT 2) AS m;
-- what it sets is not there when its answer is read, with the rights of another
CREATE FUNCTION cdw.to_jsonb(anyelement) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'now as %', current_user; END $$;
SELECT is(pg_temp.run($$SELECT 0 AS value, 99 AS sample, set_config('search_path', 'cdw, pg_catalog', false)$$), 'ok 0', 'nobody else looks names up where it says');
SELECT is(pg_temp.run($$WITH d AS (DELETE FROM cdw.score) SELECT 1 AS value$$), '0A000', 'not even by WITH');
SELECT is(pg_temp.run($$SELECT score AS value FROM cdw.score LIMIT 1 FOR UPDATE$$), '0A000', 'nor is one locked');
SELECT is(pg_temp.run($$SELECT 0 AS value, 99 AS sample WHERE current_user = 'run_other' AND session_user <> 'run_other'$$, 'run_other'), 'ok 0', 'whoever wrote it last is who it runs as');
CREATE ROLE run_gone;
SELECT aims.grant_duty_role('officer', 'run_gone') \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('gone', 'Gus Gone', 'run_gone');
SELECT is(pg_temp.run('SELECT 0 AS value, 99 AS sample', 'run_gone'), 'ok 0', 'as long as that role is there');
SELECT aims.revoke_duty_role('officer', 'run_gone') \g /dev/null
DROP ROLE run_gone;
SELECT aims.run_monitor('m') \g /dev/null
SELECT is((SELECT problem FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1), 'role "run_gone" does not exist (42704)', 'and then no more, nor as anybody else');
-- what a superuser has written may do more, and the superuser knows it
SELECT is(pg_temp.run('SELECT count(*) AS value, 99 AS sample FROM public.secret', 'postgres'), 'ok 0', 'a superuser''s runs as one');

-- Time
SELECT is(pg_temp.run('SELECT 0 AS value, 99 AS sample'), 'ok 0', 'within its time');
SELECT pg_temp.act('run_owner', $$UPDATE aims.monitor SET status = 'paused', status_reason = 'less time' WHERE monitor = 'm'$$),
       pg_temp.act('run_owner', $$UPDATE aims.monitor SET timeout = '20 milliseconds' WHERE monitor = 'm'$$) \g /dev/null
SELECT is(pg_temp.run('SELECT 0 AS value, 99 AS sample FROM pg_sleep(60)'), '57014', 'it ends with its time');
SELECT is((SELECT problem FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1), 'no answer within 20 ms (57014)', 'and says so');
SELECT is(pg_temp.attempt($$BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END$$), '57014', 'an answer that comes later is none');
SELECT is(pg_temp.attempt($$BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(60); END$$), '57014', 'what goes on after its time is ended again');
SELECT is(pg_temp.attempt($$BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN RAISE EXCEPTION 'Patient Smith'; END$$), '57014', 'whatever it says then');
SELECT pg_temp.act('run_owner', $$UPDATE aims.monitor SET status = 'paused', status_reason = 'more time' WHERE monitor = 'm'$$),
       pg_temp.act('run_owner', $$UPDATE aims.monitor SET timeout = '1 hour' WHERE monitor = 'm'$$) \g /dev/null
CALL pg_temp.measure_by('SELECT 0 AS value, 99 AS sample FROM pg_sleep(60)');
SET LOCAL statement_timeout = '3 s';
SELECT aims.run_monitor('m') \g /dev/null
SELECT is((SELECT problem FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1), 'no answer within 3000 ms (57014)', 'or with the session''s, which goes on');
SET LOCAL statement_timeout = 0;
CREATE FUNCTION pg_temp.state_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN '00000';
EXCEPTION WHEN query_canceled THEN RETURN SQLSTATE;
END $$;
CALL pg_temp.measure_by('SELECT pg_cancel_backend(pg_backend_pid())::integer + length(pg_sleep(60)::text) AS value', 'postgres');
SELECT is(pg_temp.state_of($$SELECT aims.run_monitor('m')$$), '57014', 'who cancels is not told that it could not be measured');
SELECT is((SELECT problem FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1), 'no answer within 3000 ms (57014)', 'nothing is');

-- What is due
SELECT is(pg_temp.run('SELECT 0.1 AS value, 99 AS sample'), 'ok 0.1', 'one that works');
INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source, query)
SELECT name, system, 't', 'm', 'd', 'owner', '1 day', 'above', 0.5, 0.6, 0.1, 'r', query
  FROM (VALUES ('a', 'beds', 'SELECT 1 / 0 AS value'), ('b', 'beds', 'SELECT 0.2 AS value'), ('c', 'beds', NULL), ('d', 'beds', 'SELECT 1 AS value')) AS v (name, system, query);
SELECT is_empty('SELECT * FROM aims.due_monitors()', 'drafts are not due');
SELECT pg_temp.act('run_owner', $$UPDATE aims.monitor SET status = 'active' WHERE monitor IN ('a', 'b', 'c')$$) \g /dev/null
SELECT results_eq('SELECT * FROM aims.due_monitors()', ARRAY['a', 'b'], 'what has never measured by its query is');
SELECT is(pg_temp.act('run_job', 'SELECT aims.run_due_monitors()'), '2', 'they are run');
SELECT results_eq($$SELECT monitor::text, verdict, value, problem FROM aims.measurement WHERE monitor IN ('a', 'b') ORDER BY 1$$,
                  $$VALUES ('a', 'error', NULL::float8, 'error 22012; its message, which may quote data, is in the server log'), ('b', 'ok', 0.2, NULL)$$, 'the one that fails and the other');
SELECT is(aims.run_due_monitors(), 0, 'once');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('beds', '{}')$$, $$VALUES (false, 'could not measure: a')$$, 'a gate does not take an error for a measurement');
SELECT results_eq($$SELECT action, subject_id, person FROM aims.monitor_action WHERE action = 'repair'$$, $$VALUES ('repair', 'a', 'owner')$$, 'its owner is asked');
CREATE PROCEDURE pg_temp.age(past interval) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.measurement SET measured_at = clock_timestamp() - past;
    UPDATE aims.monitor SET activated_at = clock_timestamp() - interval '90 days';
    SET LOCAL session_replication_role = origin;
END $$;
CALL pg_temp.age('23 hours');
SELECT is_empty('SELECT * FROM aims.due_monitors()', 'not before its time');
CALL pg_temp.age('23 hours 50 minutes');
SELECT results_eq('SELECT * FROM aims.due_monitors()', ARRAY['a', 'b', 'm'], 'a moment before, by system');
CALL pg_temp.age('25 hours');
SELECT results_eq('SELECT monitor FROM aims.monitor_state WHERE silent ORDER BY 1', ARRAY['c'], 'who runs a query has some time for it');
CALL pg_temp.age('27 hours');
SELECT results_eq('SELECT monitor FROM aims.monitor_state WHERE silent ORDER BY 1', ARRAY['a', 'b', 'c', 'm'], 'not for ever');
SELECT is(pg_temp.act('run_job', 'SELECT aims.run_due_monitors()'), '3', 'they are run');
SELECT results_eq($$SELECT detail ~ '^Monitor c was due' FROM aims.finding WHERE kind = 'monitor_silent'$$, ARRAY[true], 'what is silent after that is a finding');
CALL pg_temp.age('27 hours');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'beds';
SET LOCAL session_replication_role = origin;
SELECT results_eq('SELECT * FROM aims.due_monitors()', ARRAY['m'], 'what is retired is not watched');
SELECT is_empty($$SELECT FROM aims.monitor_state WHERE system = 'beds' AND (silent OR due_at IS NOT NULL)$$, 'nor is it silent');
SELECT throws_ok($$SELECT pg_temp.act('run_job', 'SELECT aims.run_monitor(''b'')')$$, 'MS015', 'monitor "b" cannot be run', 'nor run by hand');
-- one whose measurement cannot be recorded
ALTER TABLE aims.measurement ADD CONSTRAINT refused CHECK (monitor <> 'm') NOT VALID;
SELECT is(aims.run_due_monitors(), 0, 'what cannot be recorded is no matter of the others');
ALTER TABLE aims.measurement DROP CONSTRAINT refused;
SELECT throws_ok($$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('m', 0.1, 99)$$, '22023', NULL, 'and opens no door');
SELECT is(aims.run_due_monitors(), 1, 'it is run the next time');

-- From a breach to the re-evaluation
SELECT pg_temp.act('run_owner', $$UPDATE aims.monitor SET status = 'paused', status_reason = 'act' WHERE monitor = 'm'$$),
       pg_temp.act('run_owner', $$UPDATE aims.monitor SET on_breach = 're_evaluation' WHERE monitor = 'm'$$) \g /dev/null
SELECT is(pg_temp.run($$SELECT site AS grp, max(score) AS value, count(*) AS sample FROM cdw.score WHERE site = 'South' GROUP BY site$$), 'breach 0.9', 'a breach');
SELECT is((SELECT stage::text FROM aims.ai_system WHERE system = 'sepsis'), 're_evaluation', 'moves the system');

-- Here and now
SELECT throws_ok(format('SELECT aims.run_monitor(%L)', NULL) || ' IS NULL AND 1 / 0 = 1', '22012', NULL, 'NULL is no monitor');
SELECT * FROM finish();
ROLLBACK;

BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT plan(2);
SELECT throws_ok($$SELECT aims.run_monitor('m')$$, 'MS040', NULL, 'nothing is measured with an old snapshot');
SELECT throws_ok('SELECT aims.run_due_monitors()', 'MS040', NULL, 'nor what is due');
SELECT * FROM finish();
ROLLBACK;

BEGIN READ ONLY;
DO $$
BEGIN
    PERFORM aims.run_due_monitors();
    RAISE EXCEPTION 'run in a read-only transaction';
EXCEPTION WHEN read_only_sql_transaction THEN NULL;
END $$;
ROLLBACK;
