\i test/setup.sql
-- Monitors: what is watched, what measurements mean, and what follows.
BEGIN;
\i test/act.sql
SELECT plan(182);

CREATE ROLE monitor_owner;
CREATE ROLE monitor_officer;
CREATE ROLE monitor_guest;
CREATE ROLE monitor_job;
CREATE ROLE monitor_reader;
SELECT aims.grant_duty_role('officer', r::regrole) FROM unnest(ARRAY['monitor_owner', 'monitor_officer', 'monitor_guest']) AS r \g /dev/null
SELECT aims.grant_duty_role('analyst', 'monitor_reader'), aims.grant_duty_role('writer', 'monitor_job') \g /dev/null
GRANT INSERT ON aims.measurement TO monitor_job;
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'monitor_owner'), ('officer', 'Otto Officer', 'monitor_officer'),
    ('guest', 'Gus Guest', 'monitor_guest'), ('data', 'Dora Data', NULL);
INSERT INTO aims.duty (person, duty) VALUES ('officer', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier) VALUES
    ('sepsis', 'Sepsis', 'owner', 'warn', 'high'), ('beds', 'Beds', 'owner', 'plan', 'low');
SELECT pg_temp.act('monitor_officer', $$INSERT INTO aims.duty (person, duty, system) VALUES ('owner', 'system_owner', 'sepsis')$$) \g /dev/null
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'operation_monitoring';
SET LOCAL session_replication_role = origin;

SELECT results_eq($$SELECT action, subject_id, system, person, due_on FROM aims.monitor_action$$,
                  $$VALUES ('define', 'sepsis', 'sepsis', 'owner', NULL::date)$$, 'a system in use that nothing watches; of the lowest tier none is asked for');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (false, 'no monitor is defined')$$, 'its gate says so');

-- Definitions that make no sense
SELECT throws_ok(format($$INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, %s)
                          VALUES ('m', 'sepsis', 't', 'psi', 'd', 'owner', '1 day', %s)$$, columns, present), state, NULL, name)
  FROM (VALUES
    ('23514', 'direction', $$'up'$$, 'a direction that there is not'),
    ('23514', 'direction, warn, breach', $$'above', 2, 1$$, 'a breach before the warning'),
    ('23514', 'direction, warn, breach', $$'below', 1, 2$$, 'the same downwards'),
    ('23514', 'direction, warn, breach', $$'outside', 2, 1$$, 'the same either way'),
    ('23514', 'direction, warn, breach', $$'outside', -2, 1$$, 'a negative distance'),
    ('23514', 'warn', '1', 'a threshold without direction'),
    ('23514', 'direction, breach', $$'above', 'NaN'$$, 'a threshold that is no number'),
    ('23514', 'direction, breach', $$'above', 'Infinity'$$, 'or none that can be passed'),
    ('23514', 'direction, warn', $$'above', '-Infinity'$$, 'or always is'),
    ('23514', 'baseline', '1', 'a baseline from nowhere'),
    ('23514', 'baseline, baseline_source', $$1, ' '$$, 'or from a blank'),
    ('23514', 'baseline_source', $$'report'$$, 'a source of nothing'),
    ('23514', 'baseline, baseline_source', $$'NaN', 'report'$$, 'a baseline that is no number'),
    ('MS044', 'baseline, baseline_source, baseline_on', $$1, 'report', aims.today() + 1$$, 'a baseline of tomorrow'),
    ('23514', 'minimum_sample', '-1', 'a negative sample'),
    ('23514', 'window_length', $$'0'$$, 'an empty window'),
    ('23514', 'on_breach', $$'panic'$$, 'an action that there is not'),
    ('MS011', 'status', $$'active'$$, 'a monitor that is active from the start'),
    ('MS011', 'status', $$'retired'$$, 'or at its end')) AS t (state, columns, present, name);
-- What is refused says what there is instead
CREATE FUNCTION pg_temp.entered_as(status text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said    text;
    instead text;
BEGIN
    INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, status)
    VALUES ('m', 'sepsis', 't', 'psi', 'd', 'owner', '1 day', status);
EXCEPTION WHEN SQLSTATE 'MS011' THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, instead = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', said, instead);
END $$;
SELECT is(pg_temp.entered_as('active'), 'monitor cannot be entered as active | It is entered as: draft.', 'and says as what it is entered');
SELECT throws_ok(format('INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every) VALUES (%L, %L, %L, %L, %L, %L, %L)',
                        monitor, system, title, metric, definition, owner, every), state, NULL, name)
  FROM (VALUES
    ('23503', 'm', 'unheard-of', 't', 'psi', 'd', 'owner', '1 day', 'of no system'),
    ('23503', 'm', 'sepsis', 't', 'psi', 'd', 'nobody', '1 day', 'of nobody'),
    ('23514', 'm', 'sepsis', ' ', 'psi', 'd', 'owner', '1 day', 'without title'),
    ('23514', 'm', 'sepsis', 't', '', 'd', 'owner', '1 day', 'without metric'),
    ('23514', 'm', 'sepsis', 't', 'psi', ' ', 'owner', '1 day', 'without definition'),
    ('23514', 'm', 'sepsis', 't', 'psi', 'd', 'owner', '0', 'always'),
    ('23514', 'm', 'sepsis', 't', 'psi', 'd', 'owner', '-1 day', 'backwards'),
    ('23502', 'm', 'sepsis', 't', 'psi', 'd', 'owner', NULL, 'never'),
    ('23514', 'm', 'sepsis', 't', 'psi', 'd', 'owner', '367 days', 'less than once a year'),
    ('23514', 'm', 'sepsis', 't', 'psi', 'd', 'owner', '100 years', 'that nobody lives to see'),
    ('23514', 'Not A Slug', 'sepsis', 't', 'psi', 'd', 'owner', '1 day', 'without slug')) AS t (state, monitor, system, title, metric, definition, owner, every, name);

-- From draft to active
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'monitor_guest', $$INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, minimum_sample)
        VALUES ('drift', 'sepsis', 'Drift of lactate', 'psi', 'deciles of 2025', 'data', '1 day', 100)$$, 'whoever may write enters a draft'),
    (2, '42501', 'monitor_reader', $$INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every)
        VALUES ('x', 'sepsis', 't', 'psi', 'd', 'data', '1 day')$$, 'who reads does not'),
    (3, 'MS013', 'monitor_guest', $$UPDATE aims.monitor SET status = 'active', direction = 'above', warn = 0.1, breach = 0.25, baseline = 0.02, baseline_source = 'r'$$, 'nor is it active by him'),
    (4, 'MS042', 'monitor_owner', $$UPDATE aims.monitor SET status = 'active'$$, 'it needs baseline and thresholds'),
    (5, 'MS042', 'monitor_owner', $$UPDATE aims.monitor SET status = 'active', direction = 'above', warn = 0.1, breach = 0.25$$, 'both of them'),
    (6, 'MS015', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 1000)$$, 'a draft does not measure'),
    (7, '00000', 'monitor_owner', $$INSERT INTO aims.monitor_control (monitor, ref) VALUES ('drift', 'A.6.2.6'), ('drift', '9.1')$$, 'what it is evidence for'),
    (8, '00000', 'monitor_owner', $$UPDATE aims.monitor SET status = 'active', direction = 'above', warn = 0.1, breach = 0.25, baseline = 0.02, baseline_source = 'report 7'$$, 'active'),
    (9, 'MS041', 'monitor_owner', $$UPDATE aims.monitor SET breach = 0.5$$, 'what measures is not changed'),
    (10, 'MS041', 'monitor_owner', $$UPDATE aims.monitor SET every = '1 year'$$, 'nor is how often'),
    (11, 'MS041', 'monitor_owner', $$UPDATE aims.monitor SET on_breach = 'none'$$, 'nor what follows'),
    (12, 'MS041', 'monitor_owner', $$INSERT INTO aims.monitor_control (monitor, ref) VALUES ('drift', 'A.6.2.4')$$, 'nor what it proves'),
    (13, 'MS011', 'monitor_owner', $$UPDATE aims.monitor SET status = 'draft'$$, 'nor is it a draft again'),
    (14, 'MS042', 'monitor_owner', $$UPDATE aims.monitor SET status = 'paused'$$, 'a pause has a reason'),
    (15, 'MS013', 'monitor_guest', $$UPDATE aims.monitor SET status = 'paused', status_reason = 'r'$$, 'and is not anybody''s'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT throws_ok(command, 'MS041', NULL, command) FROM unnest(ARRAY['DELETE FROM aims.monitor', 'TRUNCATE aims.monitor CASCADE']) AS command;
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (true, 'active: drift')$$, 'its gate is met');
SELECT is_empty($$SELECT * FROM aims.monitor_action$$, 'and nothing is to be done');
SAVEPOINT unnamed;
SET LOCAL session_replication_role = replica;
DELETE FROM aims.monitor_control WHERE ref = '9.1';
SELECT is_empty($$SELECT * FROM aims.monitor_action$$, 'while it is evidence for something');
DELETE FROM aims.monitor_control;
SET LOCAL session_replication_role = origin;
SELECT results_eq($$SELECT action, subject_id, system, person, ref, detail FROM aims.monitor_action$$,
                  $$VALUES ('name requirements', 'drift', 'sepsis', 'data', '6.1.3', 'Drift of lactate: evidence for nothing')$$, 'one that is evidence for nothing says so');
SELECT results_eq($$SELECT people FROM aims.next_action WHERE action = 'name requirements' AND subject_id = 'drift'$$, $$VALUES ('{data}'::text[])$$, 'its owner is asked');
ROLLBACK TO unnamed;

-- Measurements that are none
SELECT pg_temp.ends_with(state, 'monitor_job', format('INSERT INTO aims.measurement (monitor, %s) VALUES (%L, %s)', columns, 'drift', present), name)
  FROM (VALUES
    ('23514', 'value, sample', $$'NaN', 1000$$, 'NaN is no value'),
    ('23514', 'value, sample', $$'Infinity', 1000$$, 'nor is infinity'),
    ('23514', 'value, low, sample', $$0.1, '-Infinity', 1000$$, 'nor is an end of its interval'),
    ('23514', 'value, low, high, sample', $$0.1, 0.2, 0.1, 1000$$, 'which is in order'),
    ('23514', 'sample', '1000', 'no value needs a reason'),
    ('23514', 'problem', $$' '$$, 'that says something'),
    ('23514', 'value, problem, sample', $$0.1, 'x', 1000$$, 'and a value none'),
    ('23514', 'value, sample', '0.1, -1', 'a sample is counted'),
    ('23514', 'value, sample, groups', $$0.1, 1000, '[]'$$, 'groups have names'),
    ('23514', 'value, sample, period', $$0.1, 1000, 'empty'$$, 'a period is some time'),
    ('23514', 'value, sample, period', $$0.1, 1000, '[2026-01-01,)'$$, 'that ends'),
    ('MS044', 'value, sample, measured_at', $$0.1, 1000, '-infinity'$$, 'it was measured some time'),
    ('MS044', 'value, sample, measured_at', $$0.1, 1000, now() + interval '1 day'$$, 'not to come'),
    ('MS044', 'value, sample, measured_at', $$0.1, 1000, 'infinity'$$, 'nor never'),
    ('MS044', 'value, sample, measured_at', $$0.1, 1000, now() - interval '2 years'$$, 'nor before it was active'),
    ('MS044', 'value, sample, period', $$0.1, 1000, tstzrange(now(), now() + interval '1 day')$$, 'of data that there are')) AS t (state, columns, present, name);
SELECT pg_temp.ends_with('MS017', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value) VALUES ('unheard-of', 1)$$, 'of a monitor that there is');
SELECT pg_temp.ends_with('42501', 'monitor_reader', $$INSERT INTO aims.measurement (monitor, value) VALUES ('drift', 1)$$, 'by whoever may');

-- Verdicts
CREATE FUNCTION pg_temp.verdict_of(watching text, value text, sample text) RETURNS text LANGUAGE sql AS $$
    SELECT aims.verdict(m, value::float8, sample::bigint)
      FROM jsonb_populate_record(NULL::aims.monitor, '{"minimum_sample": 100, "baseline": 10}' || watching::jsonb) AS m $$;
SELECT is(pg_temp.verdict_of(watching, value, sample), verdict, format('%s: %s of %s', watching, coalesce(value, 'none'), coalesce(sample, 'none')))
  FROM (VALUES
    ('{"direction": "above", "warn": 1, "breach": 2}', '1', '100', 'ok'),
    ('{"direction": "above", "warn": 1, "breach": 2}', '1.1', '100', 'warn'),
    ('{"direction": "above", "warn": 1, "breach": 2}', '2', '100', 'warn'),
    ('{"direction": "above", "warn": 1, "breach": 2}', '2.1', '100', 'breach'),
    ('{"direction": "above", "warn": 1, "breach": 2}', '2.1', '99', 'insufficient'),
    ('{"direction": "above", "warn": 1, "breach": 2}', '2.1', NULL, 'insufficient'),
    ('{"direction": "above", "warn": 1, "breach": 2}', NULL, '0', 'insufficient'),
    ('{"direction": "above", "warn": 1, "breach": 2}', NULL, '99', 'insufficient'),
    ('{"direction": "above", "warn": 1, "breach": 2}', NULL, '100', 'error'),
    ('{"direction": "above", "warn": 1, "breach": 2}', NULL, NULL, 'error'),
    ('{"direction": "below", "warn": 0.8, "breach": 0.7}', '0.8', '100', 'ok'),
    ('{"direction": "below", "warn": 0.8, "breach": 0.7}', '0.75', '100', 'warn'),
    ('{"direction": "below", "warn": 0.8, "breach": 0.7}', '0.69', '100', 'breach'),
    ('{"direction": "outside", "warn": 1, "breach": 2}', '11', '100', 'ok'),
    ('{"direction": "outside", "warn": 1, "breach": 2}', '8.5', '100', 'warn'),
    ('{"direction": "outside", "warn": 1, "breach": 2}', '7.9', '100', 'breach'),
    ('{"direction": "outside", "warn": 1, "breach": 2}', '12.1', '100', 'breach'),
    ('{"direction": "above", "warn": 1, "breach": 2, "minimum_sample": 0}', NULL, '0', 'error'),
    ('{"direction": "above", "warn": 1, "breach": 2, "minimum_sample": 0}', '1', NULL, 'ok')) AS t (watching, value, sample, verdict);

-- Recording: the verdict is the server's, and a good one is evidence
SELECT pg_temp.ends_with('00000', 'monitor_job',
    $$INSERT INTO aims.measurement (monitor, value, low, high, sample, groups, particulars, verdict, threshold, recorded_at, recorded_by, session_user_name)
      VALUES ('drift', 0.12, 0.1, 0.14, 500, '{"women": 0.2}', '{"bins": 10}', 'ok', '{}', '2020-01-01', 'officer', 'somebody')$$, 'a job measures');
SELECT results_eq($$SELECT verdict, threshold, recorded_at > now() - interval '1 hour', recorded_by, session_user_name FROM aims.measurement$$,
                  $$VALUES ('warn', '{"direction": "above", "warn": 0.1, "breach": 0.25, "baseline": 0.02, "minimum_sample": 100}'::jsonb, true, NULL::aims.slug, 'monitor_job')$$,
                  'what it typed beside that counts for nothing');
SELECT results_eq($$SELECT e.origin, e.kind, e.system::text, e.uri = 'aims:measurement/' || m.measurement_id, e.effective_on, e.valid_until
                      FROM aims.evidence AS e, aims.measurement AS m$$,
                  $$VALUES ('monitor', 'monitor', 'sepsis', true, aims.today(), aims.today() + 1)$$, 'it is evidence until the next one is due');
SELECT set_eq($$SELECT ref::text FROM aims.evidence_link$$, ARRAY['A.6.2.6', '9.1'], 'of the monitor''s requirements');
SELECT pg_temp.ends_with('00000', 'monitor_owner', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.05, 500)$$, 'another one the same day');
SELECT is((SELECT count(*) FROM aims.evidence), 1::bigint, 'adds nothing to the evidence');
SET LOCAL session_replication_role = replica;
UPDATE aims.evidence SET valid_until = valid_until - 1, effective_on = effective_on - 1;
SET LOCAL session_replication_role = origin;
INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.05, 500);
SELECT results_eq($$SELECT state, count(*) FROM aims.evidence_state GROUP BY 1 ORDER BY 1$$,
                  $$VALUES ('in_force', 1::bigint), ('superseded', 1)$$, 'the next day''s replaces it');
SELECT throws_ok(command, state, NULL, name)
  FROM (VALUES
    ('22023', $$INSERT INTO aims.evidence (title, kind, system, origin, uri) VALUES ('t', 'monitor', 'sepsis', 'monitor', 'aims:measurement/1')$$, 'nobody types evidence of a monitor'),
    ('22023', $$INSERT INTO aims.evidence (title, kind, system, origin, uri, content_sha256, effective_on, valid_until)
                SELECT title, kind, system, origin, uri, content_sha256, effective_on, valid_until + 1 FROM aims.evidence ORDER BY evidence_id DESC LIMIT 1$$, 'that lasts longer than it does'),
    ('22023', $$INSERT INTO aims.evidence (title, kind, system, origin, uri, content_sha256, effective_on, valid_until)
                SELECT title, 'verification', system, origin, uri, content_sha256, effective_on, valid_until FROM aims.evidence ORDER BY evidence_id DESC LIMIT 1$$, 'of another kind'),
    ('22023', $$INSERT INTO aims.evidence (title, kind, system, origin, uri, content_sha256, effective_on, valid_until)
                SELECT title, kind, 'beds', origin, uri, content_sha256, effective_on, valid_until FROM aims.evidence ORDER BY evidence_id DESC LIMIT 1$$, 'about another system'),
    ('22023', $$INSERT INTO aims.evidence (title, origin, uri) VALUES ('t', 'ledger', 'x')$$, 'nor of the ledger'),
    ('22023', $$INSERT INTO aims.evidence (title, origin) VALUES ('t', 'monitor')$$, 'nor without a word'),
    ('MS041', $$UPDATE aims.measurement SET value = 0$$, 'measurements are not changed'),
    ('MS041', $$DELETE FROM aims.measurement$$, 'nor removed'),
    ('MS041', $$TRUNCATE aims.measurement CASCADE$$, 'nor all at once')) AS t (state, command, name);

-- Breach
CREATE FUNCTION pg_temp.open_finding(kind text) RETURNS bigint LANGUAGE sql AS
    $$SELECT count(*) FROM aims.finding AS f WHERE f.kind = open_finding.kind AND f.closed_at IS NULL$$;
SELECT pg_temp.ends_with('00000', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.3, 99)$$, 'too few rows');
SELECT pg_temp.ends_with('00000', 'monitor_job', $$INSERT INTO aims.measurement (monitor, problem, sample) VALUES ('drift', 'one class only', 3)$$, 'of which there is no value');
SELECT results_eq($$SELECT verdict, problem FROM aims.monitor_state$$, $$VALUES ('insufficient', 'one class only')$$, 'are too few all the same');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (true, 'active: drift')$$, 'and keep no gate closed');
SELECT is_empty($$SELECT * FROM aims.monitor_action$$, 'nor is there anything to repair');
SELECT pg_temp.ends_with('00000', 'monitor_job', $$INSERT INTO aims.measurement (monitor, problem) VALUES ('drift', 'the table is gone')$$, 'could not measure');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (false, 'could not measure: drift')$$, 'does');
SELECT results_eq($$SELECT action, subject_id, detail FROM aims.monitor_action$$, $$VALUES ('repair', 'drift', 'Drift of lactate: the table is gone')$$, 'and is repaired');
SELECT is(pg_temp.open_finding('monitor_breach'), 0::bigint, 'are no breach');
SELECT pg_temp.ends_with('00000', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.3, 500)$$, 'a breach');
SELECT results_eq($$SELECT f.detail = format('Monitor drift, measurement %s: psi is 0.3, above 0.25', m.measurement_id), m.measurement_id = o.measurement_id, f.system::text, f.opened_by
                      FROM aims.finding AS f JOIN aims.monitor_finding AS o USING (finding_id), aims.measurement AS m
                     WHERE f.kind = 'monitor_breach' AND m.verdict = 'breach'$$,
                  $$VALUES (true, true, 'sepsis', NULL::aims.slug)$$, 'opens a finding that says by what');
SELECT results_eq($$SELECT e.kind, e.state, count(l.ref) FROM aims.evidence_state AS e LEFT JOIN aims.evidence_link AS l USING (evidence_id) GROUP BY e.evidence_id, 1, 2 ORDER BY e.evidence_id$$,
                  $$VALUES ('monitor', 'superseded', 2::bigint), ('monitor', 'superseded', 2), ('monitor_breach', 'in_force', 0)$$, 'is evidence of nothing, and what was good before counts no more');
SELECT pg_temp.ends_with('23505', 'monitor_officer', $$INSERT INTO aims.evidence (title, kind, system, origin, uri, content_sha256, effective_on, valid_until)
    SELECT title, kind, system, origin, uri, content_sha256, effective_on, valid_until FROM aims.evidence WHERE kind = 'monitor' ORDER BY evidence_id DESC LIMIT 1$$, 'nor is it filed anew');
SELECT pg_temp.ends_with('00000', 'monitor_owner', $$INSERT INTO aims.measurement (monitor, value, sample, measured_at)
    SELECT 'drift', 0.05, 500, min(measured_at) FROM aims.measurement$$, 'a good value of before the breach');
SELECT is((SELECT count(*) FROM aims.evidence), 3::bigint, 'is no evidence either');
SAVEPOINT good;
SELECT pg_temp.ends_with('00000', 'monitor_owner', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.05, 500)$$, 'a good one after it');
SELECT results_eq($$SELECT e.title, e.state, count(l.ref) FROM aims.evidence_state AS e JOIN aims.evidence_link AS l USING (evidence_id) GROUP BY e.evidence_id, 1, 2 ORDER BY e.evidence_id DESC LIMIT 1$$,
                  $$VALUES ('Monitor drift: psi 0.05, entered by owner', 'in_force', 2::bigint)$$, 'is, and says who entered it');
ROLLBACK TO good;
INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.4, 500);
SELECT is(pg_temp.open_finding('monitor_breach'), 1::bigint, 'once while it is open');

-- A breach is over when a measurement says so, and not when somebody does
CREATE FUNCTION pg_temp.closing(kind text DEFAULT 'monitor_breach', role text DEFAULT 'monitor_owner') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said  text;
    why   text;
    next  text;
BEGIN
    BEGIN
        PERFORM pg_temp.act(role, format('SELECT aims.close_finding(%s, %L)', (SELECT max(f.finding_id) FROM aims.finding AS f WHERE f.kind = closing.kind), 'looked at'));
        RAISE EXCEPTION USING ERRCODE = 'TT000';
    EXCEPTION
        WHEN SQLSTATE 'TT000' THEN RETURN 'closed';
        WHEN SQLSTATE 'MS042' THEN
            GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, why = PG_EXCEPTION_DETAIL, next = PG_EXCEPTION_HINT;
            RETURN regexp_replace(concat_ws(' | ', said, why, split_part(next, '.', 1)), '(finding|measurement) \d+', '\1 N', 'g');
    END;
END $$;
CREATE FUNCTION pg_temp.after(VARIADIC commands text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    command text;
    result  text;
BEGIN
    FOREACH command IN ARRAY commands LOOP
        PERFORM pg_temp.act('monitor_owner', command);
    END LOOP;
    result := pg_temp.closing();
    RAISE EXCEPTION USING ERRCODE = 'TT000', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TT000' THEN RETURN SQLERRM;
END $$;
CREATE PROCEDURE pg_temp.retire(about text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.ai_system SET stage = 'retirement' WHERE system = about;
    SET LOCAL session_replication_role = origin;
END $$;
SELECT is(pg_temp.closing(), 'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. | Measure again: INSERT INTO aims', 'what is in breach is not closed');
SELECT throws_ok($$UPDATE aims.finding SET closed_at = now(), closed_by = 'owner', closing_note = 'n'$$, 'MS042', NULL, 'by a superuser''s UPDATE neither');
SELECT results_eq($$SELECT met, detail ~ 'monitor_breach' FROM aims.check_findings_closed('sepsis', '{}')$$, 'VALUES (false, true)', 'the gate back to operation waits for it');
SELECT is(pg_temp.after(VARIADIC commands), result, name)
  FROM (VALUES
    (1, ARRAY[$$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.2, 500)$$], 'closed', 'a measurement without breach ends it, and be it a warning'),
    (2, ARRAY[$$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.01, 99)$$],
        'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. | Measure again: INSERT INTO aims', 'too few rows end nothing'),
    (3, ARRAY[$$INSERT INTO aims.measurement (monitor, problem) VALUES ('drift', 'x')$$],
        'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. | Measure again: INSERT INTO aims', 'nor does an error'),
    (4, ARRAY[$$INSERT INTO aims.measurement (monitor, value, sample, measured_at) SELECT 'drift', 0.01, 500, min(measured_at) FROM aims.measurement$$],
        'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. | Measure again: INSERT INTO aims', 'nor a good value of before'),
    (5, ARRAY[$$UPDATE aims.monitor SET status = 'paused', status_reason = 'r' WHERE monitor = 'drift'$$],
        'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. It is paused. | Activate it, and measure again: INSERT INTO aims', 'nor a pause'),
    (6, ARRAY[$$UPDATE aims.monitor SET status = 'paused', status_reason = 'r' WHERE monitor = 'drift'$$, $$UPDATE aims.monitor SET breach = 0.6 WHERE monitor = 'drift'$$,
              $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'drift'$$],
        'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.4. | Measure again: INSERT INTO aims', 'nor another threshold alone'),
    (7, ARRAY[$$UPDATE aims.monitor SET status = 'paused', status_reason = 'r' WHERE monitor = 'drift'$$, $$UPDATE aims.monitor SET breach = 0.6 WHERE monitor = 'drift'$$,
              $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'drift'$$, $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.4, 500)$$],
        'closed', 'but what is measured against it'),
    (8, ARRAY[$$UPDATE aims.monitor SET status = 'retired', status_reason = 'r' WHERE monitor = 'drift'$$], 'closed', 'what is watched no more is over'),
    (9, ARRAY[$$UPDATE aims.monitor SET status = 'paused', status_reason = 'r' WHERE monitor = 'drift'$$, $$UPDATE aims.monitor SET status = 'retired' WHERE monitor = 'drift'$$],
        'closed', 'from a pause, too')) AS t (n, commands, result, name) ORDER BY n;
-- Nor was effective what was done about it
INSERT INTO aims.person (person, full_name, db_role) VALUES ('judge', 'Jo Judge', 'monitor_judge');
CREATE ROLE monitor_judge;
SELECT aims.grant_duty_role('officer', 'monitor_judge') \g /dev/null
SELECT pg_temp.act('monitor_officer', $$INSERT INTO aims.duty (person, duty) VALUES ('judge', 'internal_auditor')$$) \g /dev/null
SET LOCAL session_replication_role = replica;
INSERT INTO aims.capa (capa_id, title, source, finding, system, owner, due_on, effectiveness_due, root_cause, status)
SELECT -1, 'Recalibrate', 'finding', max(finding_id), 'sepsis', 'owner', aims.today() - 9, aims.today(), 'Another assay', 'verified'
  FROM aims.finding WHERE kind = 'monitor_breach';
SET LOCAL session_replication_role = origin;
CREATE FUNCTION pg_temp.judging(status text DEFAULT 'effective') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    PERFORM pg_temp.act('monitor_judge', format('UPDATE aims.capa SET status = %L, effectiveness = %L WHERE capa_id = -1', status, 'looked at'));
    RAISE EXCEPTION USING ERRCODE = 'TT000';
EXCEPTION
    WHEN SQLSTATE 'TT000' THEN RETURN status;
    WHEN SQLSTATE 'MS042' THEN
        GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
        RETURN regexp_replace(why, 'measurement \d+', 'measurement N');
END $$;
SELECT is(pg_temp.judging(), 'To be effective it needs: monitor "drift" out of breach. Its last verdict is a breach: measurement N, psi is 0.4.', 'nor was effective what was done about it');
SELECT is(pg_temp.judging('ineffective'), 'ineffective', 'it was ineffective');
SAVEPOINT better;
INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500);
SELECT is(pg_temp.judging(), 'effective', 'effective once a measurement says so');
ROLLBACK TO better;
CALL pg_temp.retire('sepsis');
SELECT is(pg_temp.judging(), 'effective', 'or once nothing is watched any more');
ROLLBACK TO better;
-- What is typed is typed by who answers for it
SELECT pg_temp.ends_with('MS013', 'monitor_guest', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500)$$, 'a person without duty measures nothing');
SELECT pg_temp.ends_with('00000', 'monitor_officer', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500)$$, 'an AI officer may');
SELECT pg_temp.ends_with('00000', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500)$$, 'and a job that was given the privilege');
SAVEPOINT retired;
CALL pg_temp.retire('sepsis');
SELECT is(pg_temp.closing(), 'closed', 'and so is what a retired system had');
SELECT results_eq($$SELECT silent, due_at FROM aims.monitor_state$$, $$VALUES (false, NULL::timestamptz)$$, 'its monitors are not due, nor silent');
SELECT pg_temp.ends_with('MS015', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.1, 500)$$, 'nor do they measure');
SELECT results_eq($$SELECT action, subject_id, detail FROM aims.monitor_action$$, $$VALUES ('retire', 'drift', 'Drift of lactate: its system is retired')$$, 'their owners are asked to retire them');
SELECT pg_temp.act('monitor_owner', $$UPDATE aims.monitor SET status = 'retired', status_reason = 'r'$$) \g /dev/null
SELECT is_empty($$SELECT * FROM aims.monitor_action$$, 'once');
ROLLBACK TO retired;
-- Back to operation from a re-evaluation: the gate opens when the measurement is good
SAVEPOINT back;
SELECT pg_temp.act('monitor_owner', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500)$$),
       pg_temp.act('monitor_owner', format('SELECT aims.close_finding(%s, %L)', max(finding_id), 'recalibrated')) FROM aims.finding \g /dev/null
SELECT results_eq($$SELECT met FROM aims.check_findings_closed('sepsis', '{}')$$, 'VALUES (true)', 'the gate back to operation opens');
ROLLBACK TO back;

CREATE PROCEDURE pg_temp.close_all() LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.finding SET closed_at = now(), closed_by = 'owner', closing_note = 'n' WHERE closed_at IS NULL;
    SET LOCAL session_replication_role = origin;
END $$;
CALL pg_temp.close_all();
INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.4, 500);
SELECT is(pg_temp.open_finding('monitor_breach'), 1::bigint, 'and anew when it was closed');
SELECT is((SELECT stage::text FROM aims.ai_system WHERE system = 'sepsis'), 'operation_monitoring', 'the system stays where it is');
SELECT results_eq($$SELECT verdict, value, silent, cardinality(finding_ids) FROM aims.monitor_state$$,
                  $$VALUES ('breach', 0.4::float8, false, 1)$$, 'the state of the monitor');
CREATE PROCEDURE pg_temp.let_breach_lead_to(act text) LANGUAGE plpgsql AS $$
BEGIN
    CALL pg_temp.close_all();
    PERFORM pg_temp.act('monitor_owner', $x$UPDATE aims.monitor SET status = 'paused', status_reason = 'another action'$x$);
    UPDATE aims.monitor SET on_breach = act;
    PERFORM pg_temp.act('monitor_owner', $x$UPDATE aims.monitor SET status = 'active'$x$);
    PERFORM pg_temp.act('monitor_owner', $x$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.5, 500)$x$);
END $$;
SAVEPOINT acts;
CALL pg_temp.let_breach_lead_to('none');
SELECT is((SELECT count(*) FROM aims.finding WHERE closed_at IS NULL), 0::bigint, 'a breach may be recorded alone');
CALL pg_temp.let_breach_lead_to('incident');
SELECT is(pg_temp.open_finding('monitor_incident'), 1::bigint, 'or ask for an incident');
SELECT is(pg_temp.closing('monitor_incident'), 'closed', 'which is answered by who closes it');
CALL pg_temp.let_breach_lead_to('switch_off');
SELECT is(pg_temp.open_finding('monitor_switch_off'), 1::bigint, 'or for a switch-off, which people make');
SELECT is_empty($$SELECT * FROM aims.switch_event$$, 'nothing is switched off by itself');
SELECT is(pg_temp.closing('monitor_switch_off'), 'finding N waits for monitor "drift" | Its last verdict is a breach: measurement N, psi is 0.5. | Switch the system off, or measure again: INSERT INTO aims', 'nor is that over');
INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', true, 'drift', 'owner');
SELECT is(pg_temp.closing('monitor_switch_off'), 'closed', 'before it is');
INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', false, 'on again', 'owner');
SELECT isnt(pg_temp.closing('monitor_switch_off'), 'closed', 'and stays so');
CALL pg_temp.let_breach_lead_to('re_evaluation');
SELECT is((SELECT stage::text FROM aims.ai_system WHERE system = 'sepsis'), 're_evaluation', 'or move the system to re-evaluation');
SELECT is((SELECT reason FROM aims.stage_history ORDER BY history_id DESC LIMIT 1), (SELECT detail FROM aims.finding WHERE closed_at IS NULL), 'with the finding as its reason');
SELECT is((SELECT person::text FROM aims.stage_history ORDER BY history_id DESC LIMIT 1), NULL, 'which is a move of nobody, not of whoever measured');
ROLLBACK TO acts;

-- Silence
SELECT is(aims.open_silence_findings(), 0, 'nobody is silent');
SET LOCAL session_replication_role = replica;
UPDATE aims.monitor SET activated_at = now() - interval '9 days';
UPDATE aims.measurement SET measured_at = now() - interval '23 hours';
SET LOCAL session_replication_role = origin;
SELECT is((SELECT silent FROM aims.monitor_state), false, 'not before it is due');
SET LOCAL session_replication_role = replica;
UPDATE aims.measurement SET measured_at = now() - interval '25 hours';
SET LOCAL session_replication_role = origin;
SELECT is((SELECT silent FROM aims.monitor_state), true, 'from then on');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (false, 'silent: drift')$$, 'its gate closes');
SELECT results_eq($$SELECT action, subject_id, person, due_on <= aims.today() FROM aims.monitor_action$$,
                  $$VALUES ('measure', 'drift', 'data', true)$$, 'its owner is asked');
SELECT is(pg_temp.act('monitor_officer', 'SELECT aims.open_silence_findings()'), '1', 'it is a finding');
SELECT is(aims.open_silence_findings(), 0, 'once');
SELECT is(pg_temp.open_finding('monitor_silent'), 1::bigint, 'of its kind');
SELECT is(pg_temp.closing('monitor_silent'), 'finding N waits for monitor "drift" | It is silent. | Measure again: INSERT INTO aims', 'which is not over while it lasts');
SAVEPOINT paused;
SELECT pg_temp.act('monitor_owner', $$UPDATE aims.monitor SET status = 'paused', status_reason = 'the scanner is replaced'$$) \g /dev/null
SELECT results_eq($$SELECT silent, due_at FROM aims.monitor_state$$, $$VALUES (false, NULL::timestamptz)$$, 'a pause is no silence');
SELECT is(pg_temp.closing('monitor_silent'), 'closed', 'so its finding is closed');
SELECT results_eq($$SELECT met, detail FROM aims.check_monitors('sepsis', '{}')$$, $$VALUES (false, 'not active: drift')$$, 'and no monitoring');
SELECT pg_temp.ends_with('MS015', 'monitor_job', $$INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.1, 500)$$, 'while it lasts nothing is measured');
SELECT bag_eq($$SELECT action FROM aims.monitor_action$$, ARRAY['define', 'resume or retire'], 'somebody has to end it');
ROLLBACK TO paused;
INSERT INTO aims.measurement (monitor, value, sample) VALUES ('drift', 0.02, 500);
SELECT is((SELECT silent FROM aims.monitor_state), false, 'a measurement ends the silence');
SELECT is(pg_temp.closing('monitor_silent'), 'closed', 'and its finding is closed');

-- Days and months are nobody's session's
SET LOCAL session_replication_role = replica;
UPDATE aims.monitor SET every = '1 month', activated_at = '2026-01-01', status = 'active';
UPDATE aims.measurement SET measured_at = '2026-03-01 00:30+00';
SET LOCAL session_replication_role = origin;
SET LOCAL TimeZone = 'America/New_York';
SELECT is((SELECT DISTINCT due_at FROM aims.monitor_state WHERE measurement_id IS NOT NULL), '2026-04-01 00:30+00', 'a month after 1 March is 1 April wherever one asks');

SELECT * FROM finish();
ROLLBACK;
