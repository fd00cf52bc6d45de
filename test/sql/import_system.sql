\i test/setup.sql
-- Systems that were in use before anybody entered them; re-evaluation by time
-- and by findings; versions side by side; how long a system was in a stage.
BEGIN;
\i test/act.sql
\i test/fixture_system.sql
SELECT plan(108);

CREATE ROLE import_owner;
CREATE ROLE import_officer;
CREATE ROLE import_second;
CREATE ROLE import_member;
CREATE ROLE import_guest;
SELECT aims.grant_duty_role('officer', r::regrole)
  FROM unnest(ARRAY['import_owner', 'import_officer', 'import_second', 'import_member', 'import_guest']) AS r \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('owner', 'Olive Owner', 'import_owner'), ('officer', 'Otto Officer', 'import_officer'), ('second', 'Sam Second', 'import_second'),
    ('member', 'Mia Member', 'import_member'), ('guest', 'Gus Guest', 'import_guest');
INSERT INTO aims.duty (person, duty) VALUES ('second', 'ai_officer');
SELECT pg_temp.act('import_second', format('INSERT INTO aims.duty (person, duty) VALUES (%L, %L)', person, duty))
  FROM (VALUES ('owner', 'system_owner'), ('member', 'committee_member'), ('officer', 'ai_officer')) AS d (person, duty) \g /dev/null

SELECT pg_temp.act('import_owner', format(
           'INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier) VALUES (%L, %L, %L, %L, %L)',
           system, 'A system', 'owner', 'in use for years', tier))
  FROM (VALUES ('old', 'high'), ('simple', 'low'), ('young', 'high')) AS s (system, tier) \g /dev/null

-- What it would leave open, before anybody asks
SELECT results_eq($$SELECT stage_of_gate, count(*) > 0, bool_and(met) FROM aims.gate_of_move('old', 'operation_monitoring') GROUP BY 1 ORDER BY 1$$,
                  $$VALUES ('deployment', true, false), ('design_development', true, false), ('operation_monitoring', true, false),
                           ('verification_validation', true, false)$$, 'an import is judged by every gate up to there');
SELECT set_eq($$SELECT requirement FROM aims.gate('old', 'operation_monitoring')$$,
              $$SELECT requirement FROM aims.gate_of_move('old', 'operation_monitoring') WHERE stage_of_gate = 'operation_monitoring'$$,
              'whose last one is the gate into the stage');
SELECT is_empty($$SELECT * FROM aims.gate_of_move('old', 'operation_monitoring') WHERE requirement LIKE 'fresh-%'$$,
                'but for what is asked of those that come back from re-evaluation');
SELECT set_eq($$SELECT requirement FROM aims.gate_of_move('old', 'design_development')$$,
              $$SELECT requirement FROM aims.gate('old', 'design_development')$$, 'an ordinary move is judged by its own gate');

-- Who asks, for what
SELECT pg_temp.ends_with(state, role, format('SELECT aims.request_import(%L, %L, %L)', system, stage, reason), name)
  FROM (VALUES
    (1, 'MS013', 'import_owner', 'old', 'operation_monitoring', 'in use since 2021', 'the owner does not ask'),
    (2, 'MS013', 'import_guest', 'old', 'operation_monitoring', 'in use since 2021', 'nor anybody else without the duty'),
    (3, 'MS018', 'import_officer', 'old', 'operation_monitoring', ' ', 'a reason is needed'),
    (4, 'MS018', 'import_officer', 'old', 'operation_monitoring', NULL, 'and given'),
    (5, 'MS017', 'import_officer', 'unheard-of', 'operation_monitoring', 'r', 'a system is entered first'),
    (6, 'MS011', 'import_officer', 'old', 'retirement', 'r', 'none is imported into retirement'),
    (7, 'MS011', 'import_officer', 'old', 'design_development', 'r', 'nor where an ordinary move leads'),
    (8, 'MS011', 'import_officer', 'old', 'inception', 'r', 'nor where it is'),
    (9, '22004', 'import_officer', 'old', NULL, 'r', 'nor nowhere'))
    AS t (nr, state, role, system, stage, reason, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS010', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'nothing is imported that nobody has asked for'),
    (2, 'MS011', 'import_officer', $$SELECT aims.request_advance('old', 'operation_monitoring', 'r')$$, 'it is no ordinary move'),
    (3, 'MS011', 'import_officer', $$SELECT aims.request_advance('old', 'operation_monitoring', 'r', true)$$, 'nor an emergency'),
    (4, 'MS011', 'import_officer', $$SELECT aims.advance('old', 'operation_monitoring', 'r')$$, 'nor an advance'),
    (5, 'MS011', 'import_officer', $$UPDATE aims.ai_system SET stage = 'operation_monitoring' WHERE system = 'old'$$, 'nor an UPDATE'),
    (6, 'MS011', 'import_officer', $$INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('x', 'x', 'owner', 'x', 'deployment')$$, 'nor an INSERT'),
    (7, '42501', 'import_officer', $$SELECT aims.re_evaluate('old', 'r')$$, 'and nobody may call what rules use'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

SELECT pg_temp.ends_with('00000', 'import_officer', $$SELECT aims.request_import('old', 'operation_monitoring', 'in use since 2021')$$, 'an AI officer asks');
SELECT pg_temp.ends_with('MS015', 'import_second', $$SELECT aims.request_import('old', 'operation_monitoring', 'r')$$, 'once');
SELECT results_eq($$SELECT from_stage, to_stage, person = 'officer', jsonb_array_length(gate) = (SELECT count(*) FROM aims.gate_of_move('old', 'operation_monitoring'))
                      FROM aims.transition_request$$,
                  $$VALUES ('inception'::aims.lifecycle_stage, 'operation_monitoring'::aims.lifecycle_stage, true, true)$$,
                  'the request has the state of all gates');
CREATE FUNCTION pg_temp.open_request(system text) RETURNS text LANGUAGE sql AS
    $$SELECT request_id::text FROM aims.transition_request AS r WHERE r.system = open_request.system AND outcome IS NULL$$;
SELECT pg_temp.ends_with(state, role, replace(command, '#', pg_temp.open_request('old')), name)
  FROM (VALUES
    (1, 'MS010', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'without approval it stays where it is'),
    (2, 'MS010', 'import_officer', $$UPDATE aims.ai_system SET stage = 'operation_monitoring' WHERE system = 'old'$$, 'by an UPDATE, too'),
    (3, 'MS012', 'import_officer', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'who asks does not approve'),
    (4, 'MS013', 'import_guest', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'nor does anybody without the duty'),
    (5, '00000', 'import_member', $$SELECT aims.approve('transition', '#', 'review', 'read')$$, 'a review'),
    (6, 'MS010', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'is no approval'),
    (7, '00000', 'import_member', $$SELECT aims.approve('transition', '#', 'approval', 'it has run for years')$$, 'a committee member approves'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SAVEPOINT stale;
UPDATE aims.ai_system SET purpose = 'something else' WHERE system = 'old';
SELECT pg_temp.ends_with('MS010', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'an approval of another purpose is worth nothing');
ROLLBACK TO stale;
SAVEPOINT two_approvals;
INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function, parameter, approval)
VALUES ('two-approvals', 'deployment', 'A.6.2.5', 'Two', 'aims.check_approval', '{"count": 2}', true);
SELECT pg_temp.ends_with('MS010', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$,
                         'what a site asks for on the way, approvals, cannot be made up for later');
SELECT pg_temp.ends_with('00000', 'import_second', replace($$SELECT aims.approve('transition', '#', 'approval', 'r')$$, '#', pg_temp.open_request('old')), 'another one approves');
SELECT pg_temp.ends_with('00000', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'and both count for the import');
ROLLBACK TO two_approvals;
SELECT pg_temp.ends_with('MS013', 'import_owner', $$SELECT aims.import_system('old', 'operation_monitoring', 'r')$$, 'the owner does not make the move');
SELECT pg_temp.ends_with('MS013', 'import_owner', $$UPDATE aims.ai_system SET stage = 'operation_monitoring' WHERE system = 'old'$$, 'by an UPDATE neither');
CREATE TEMPORARY TABLE lacking AS SELECT * FROM aims.gate_of_move('old', 'operation_monitoring') WHERE NOT met;
SELECT pg_temp.ends_with('00000', 'import_officer', $$SELECT aims.import_system('old', 'operation_monitoring', 'taken over')$$, 'the officer imports');
SELECT is((SELECT stage::text FROM aims.ai_system WHERE system = 'old'), 'operation_monitoring', 'it is in operation');
SELECT results_eq($$SELECT kind, reason, person, approved_by, requirements_total - requirements_met = (SELECT count(*) FROM lacking), left_at IS NULL
                      FROM aims.stage_duration WHERE system = 'old' ORDER BY history_id DESC LIMIT 1$$,
                  $$VALUES ('import', 'in use since 2021', 'officer', '{member}'::text[], true, true)$$,
                  'the history has reason and approver, and what was missing');
SELECT results_eq($$SELECT outcome, closing_reason FROM aims.transition_request WHERE system = 'old'$$,
                  $$VALUES ('advanced', 'taken over')$$, 'the request is used');
SELECT set_eq($$SELECT detail FROM aims.finding WHERE kind = 'imported_gate' AND system = 'old' AND opened_by = 'officer'$$,
              $$SELECT format('Gate into %s, %s (%s): %s', stage_of_gate, requirement, control, detail) FROM lacking$$,
              'each missing requirement is a finding');
SELECT is((SELECT count(*) FROM lacking WHERE stage_of_gate = 'design_development'), 4::bigint, 'of the first gate, too');
CREATE FUNCTION pg_temp.finding_of(requirement text) RETURNS bigint LANGUAGE sql AS
    $$SELECT finding_id FROM aims.imported_gate AS i WHERE i.requirement = finding_of.requirement$$;
SELECT pg_temp.ends_with('MS042', 'import_owner', format('SELECT aims.close_finding(%s, %L)', pg_temp.finding_of(requirement), 'done'), requirement || ' is not there because somebody says so')
  FROM unnest(ARRAY['initial-risk', 'intended-use', 'monitors']) AS requirement;
SAVEPOINT supplied;
UPDATE aims.ai_system SET intended_use = 'adult wards' WHERE system = 'old';
CALL pg_temp.supply('old', 'initial-risk');
SELECT pg_temp.ends_with('00000', 'import_owner', format('SELECT aims.close_finding(%s, %L)', pg_temp.finding_of(requirement), 'done'), 'once there is ' || requirement || ' its finding is closed')
  FROM unnest(ARRAY['initial-risk', 'intended-use']) AS requirement;
ROLLBACK TO supplied;
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'retirement' WHERE system = 'old';
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with('00000', 'import_owner', format('SELECT aims.close_finding(%s, %L)', pg_temp.finding_of('monitors'), 'retired'), 'what is retired lacks nothing any more');
ROLLBACK TO supplied;
INSERT INTO aims.finding (kind, system, detail) VALUES ('version_changed', 'old', 'v2');
INSERT INTO aims.evidence (title, kind, system, uri) VALUES ('Kept ten years', 'records_retention', 'old', 'file:x');
INSERT INTO aims.evidence_link (evidence_id, ref) SELECT max(evidence_id), 'A.8.2' FROM aims.evidence;
SELECT pg_temp.ends_with('00000', 'import_owner', $$SELECT aims.advance('old', 'retirement', 'replaced')$$, 'it may be retired with all that open');
SELECT results_eq($$SELECT DISTINCT kind::text, closed_by::text, closing_note ~ '^The system has entered retirement: ' FROM aims.finding WHERE system = 'old' ORDER BY 1$$,
                  $$VALUES ('imported_gate', NULL, true), ('version_changed', NULL, NULL)$$, 'which closes what the import lacked, and nothing else');
ROLLBACK TO supplied;
SELECT set_eq($$SELECT due_on FROM aims.next_action WHERE subject = 'finding' AND system = 'old'$$, $$SELECT aims.today() + 90$$, 'due as the kind says');
SELECT is_empty($$SELECT * FROM aims.gate_of_move('old', 're_evaluation') WHERE requirement <> 'cause'$$, 'from here on its moves are ordinary ones');
SELECT pg_temp.ends_with('MS011', 'import_officer', format('SELECT aims.request_import(%L, %L, %L)', system, stage, 'r'), name)
  FROM (VALUES ('old', 'deployment', 'what has left inception is not imported'), ('old', 'operation_monitoring', 'nor again')) AS t (system, stage, name);

-- A system that lacks nothing but the approval leaves no finding
SELECT pg_temp.act('import_owner', $$UPDATE aims.ai_system SET intended_use = 'beds', phi = false, organisation_role = 'user',
    tier_decided_by = 'officer', tier_decided_at = now(), tier_reason = 'no patient' WHERE system = 'simple'$$) \g /dev/null
SELECT pg_temp.act('import_officer', $$SELECT aims.request_import('simple', 'verification_validation', 'on trial since May')$$) \g /dev/null
SELECT pg_temp.ends_with(state, role, replace(command, '#', pg_temp.open_request('simple')), name)
  FROM (VALUES
    (1, 'MS010', 'import_officer', $$SELECT aims.import_system('simple', 'verification_validation', 'r')$$, 'where gates need no approval, an import does'),
    (2, '00000', 'import_member', $$SELECT aims.approve('transition', '#', 'approval', 'r')$$, 'approved'),
    (3, '00000', 'import_officer', $$SELECT aims.import_system('simple', 'verification_validation', 'r')$$, 'imported')) AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is_empty($$SELECT * FROM aims.finding WHERE system = 'simple'$$, 'nothing is missing');
SELECT is((SELECT gate @> '[{"requirement": "import-approval", "met": true}]' FROM aims.stage_history WHERE system = 'simple' ORDER BY history_id DESC LIMIT 1),
          true, 'the history has the approval');

-- A rejected or withdrawn request imports nothing
SELECT pg_temp.act('import_officer', $$SELECT aims.request_import('young', 'deployment', 'r')$$) \g /dev/null
SELECT pg_temp.ends_with(state, role, replace(command, '#', coalesce(pg_temp.open_request('young'), '0')), name)
  FROM (VALUES
    (1, '00000', 'import_member', $$SELECT aims.reject('transition', '#', 'build it properly')$$, 'rejected'),
    (2, 'MS010', 'import_officer', $$SELECT aims.import_system('young', 'deployment', 'r')$$, 'what was rejected is not imported')) AS t (nr, state, role, command, name)
 ORDER BY nr;

-- Re-evaluation by a finding: where the site says so for its kind
CREATE FUNCTION pg_temp.stage_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found_stage text;
BEGIN
    BEGIN
        EXECUTE change;
        found_stage := stage FROM aims.ai_system WHERE system = 'old';
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
        RETURN found_stage;
    END;
END $$;
SELECT is(pg_temp.stage_after($$INSERT INTO aims.finding (kind, system, detail) VALUES ('vendor_notice', 'old', 'x')$$),
          'operation_monitoring', 'a finding of most kinds moves nothing');
INSERT INTO aims.finding_kind (kind, title, re_evaluates) VALUES ('vendor_notice', 'Change by the vendor', true), ('home-made', 'The site''s own', true);
SELECT is(pg_temp.stage_after(change), stage, name)
  FROM (VALUES
    ($$INSERT INTO aims.finding (kind, system, detail) VALUES ('vendor_notice', 'old', 'x')$$, 're_evaluation', 'where the site''s row says so it does'),
    ($$SELECT pg_temp.act('import_guest', 'SELECT aims.open_finding(''home-made'', ''x'', ''old'')')$$, 're_evaluation', 'whoever opens it'),
    ($$INSERT INTO aims.finding (kind, system, detail) VALUES ('incident', 'old', 'x')$$, 'operation_monitoring', 'of another kind'),
    ($$INSERT INTO aims.finding (kind, detail) VALUES ('vendor_notice', 'x')$$, 'operation_monitoring', 'of no system'),
    ($$INSERT INTO aims.finding (kind, system, detail) VALUES ('vendor_notice', 'simple', 'x')$$, 'operation_monitoring', 'of another system')) AS t (change, stage, name);
SAVEPOINT moved;
INSERT INTO aims.finding (kind, system, detail) VALUES ('vendor_notice', 'old', 'version 9 comes in May');
SELECT results_eq($$SELECT h.reason = format('finding %s (vendor_notice): version 9 comes in May', f.finding_id), h.person IS NULL, h.request IS NULL
                      FROM aims.stage_history AS h, aims.finding AS f WHERE f.kind = 'vendor_notice' ORDER BY h.history_id DESC LIMIT 1$$,
                  $$VALUES (true, true, true)$$, 'the history names the finding');
SELECT is(pg_temp.stage_after($$INSERT INTO aims.finding (kind, system, detail) VALUES ('vendor_notice', 'old', 'again')$$), 're_evaluation', 'once there it stays');
SELECT set_eq($$SELECT action FROM aims.lifecycle_action WHERE system = 'old'$$, ARRAY['finish re-evaluation', 'decide the tier', 'describe'], 'and somebody has to finish it');
SELECT results_eq($$SELECT person, detail FROM aims.lifecycle_action WHERE system = 'old' AND action = 'describe'$$,
                  $$SELECT s.owner::text, 'Not stated: intended_use, organisation_role, domain, phi, eu_tier' FROM aims.ai_system AS s WHERE s.system = 'old'$$, 'and to say what it is');
SELECT is((SELECT count(*) FROM aims.lifecycle_action WHERE action = 'appoint' AND duty = 'ai_officer'),
          6 - (SELECT count(DISTINCT seat) FROM aims.duty WHERE aims.today() BETWEEN valid_from AND coalesce(valid_until, 'infinity')), 'seats of the committee that nobody has are to be taken');
ROLLBACK TO moved;

-- By time
CREATE FUNCTION pg_temp.operates_since(age interval) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.stage_history SET moved_at = now() - age WHERE system = 'old' AND to_stage = 'operation_monitoring';
    SET LOCAL session_replication_role = origin;
    RETURN due_on FROM aims.re_evaluation WHERE system = 'old';
END $$;
SELECT is(pg_temp.operates_since('0'), aims.day(now() + interval '1 year'), 'a high tier is re-evaluated within a year');
SELECT is_empty($$SELECT * FROM aims.lifecycle_action WHERE action = 're-evaluate'$$, 'which is long');
SELECT is(pg_temp.operates_since('300 days') > aims.today(), true, 'ten months later');
SELECT results_eq($$SELECT system, person, due_on > aims.today(), ref FROM aims.lifecycle_action WHERE action = 're-evaluate'$$,
                  $$VALUES ('old', 'owner', true, 'A.6.2.6')$$, 'the owner is told');
SELECT is(aims.open_re_evaluation_findings(), 0, 'but it is no finding');
SELECT is(pg_temp.operates_since('1 year'), aims.today(), 'on its day');
SELECT is(aims.open_re_evaluation_findings(), 0, 'neither');
SELECT is(pg_temp.operates_since('1 year 1 day') < aims.today(), true, 'the day after');
SELECT is(aims.open_re_evaluation_findings(), 1, 'it is');
SELECT is(aims.open_re_evaluation_findings(), 0, 'once');
UPDATE aims.finding SET closed_at = now(), closed_by = 'second', closing_note = 'n' WHERE kind = 're_evaluation_due';
SELECT is(aims.open_re_evaluation_findings(), 1, 'and again when it was closed without');
SAVEPOINT due;
SELECT pg_temp.act('import_owner', $$SELECT aims.advance('old', 're_evaluation', 'It is time')$$) \g /dev/null
SELECT results_eq($$SELECT closed_by::text, closing_note FROM aims.finding WHERE kind = 're_evaluation_due' ORDER BY finding_id DESC LIMIT 1$$,
                  $$SELECT NULL, format('The system has entered re_evaluation: stage history %s, request %s', h.history_id, h.request)
                      FROM aims.stage_history AS h WHERE h.system = 'old' ORDER BY h.history_id DESC LIMIT 1$$, 'what has begun is not due: the finding is closed by the move');
SELECT is((SELECT closing_note FROM aims.finding WHERE kind = 're_evaluation_due' AND closed_by IS NOT NULL), 'n', 'and no other one');
ROLLBACK TO due;
INSERT INTO aims.finding_kind (kind, title, opens_capa) VALUES ('re_evaluation_due', 'With a corrective action', true);
SELECT pg_temp.act('import_owner', $$SELECT aims.advance('old', 're_evaluation', 'It is time')$$) \g /dev/null
SELECT isnt_empty($$SELECT FROM aims.finding WHERE kind = 're_evaluation_due' AND closed_at IS NULL$$, 'one with a corrective action waits for that');
ROLLBACK TO due;
INSERT INTO aims.re_evaluation_period (clinical_tier, every) VALUES ('high', '6 months');
SELECT pg_temp.operates_since(now() - '2020-07-15 23:30+00') \g /dev/null
SET LOCAL TimeZone = 'America/New_York';		-- where half a year is an hour longer
SELECT is((SELECT due_on FROM aims.re_evaluation WHERE system = 'old'), '2021-01-15', 'in the organisation''s days, not the session''s');
ROLLBACK TO due;
INSERT INTO aims.re_evaluation_period (clinical_tier, every) VALUES ('high', '2 years');
SELECT is((SELECT due_on FROM aims.re_evaluation WHERE system = 'old') > aims.today(), true, 'a site''s period counts');
SELECT throws_ok(command, state, NULL, command)
  FROM (VALUES
    ('MS016', $$UPDATE aims.re_evaluation_period SET every = '9 years' WHERE shipped$$),
    ('MS016', $$DELETE FROM aims.re_evaluation_period WHERE shipped$$),
    ('MS016', $$INSERT INTO aims.re_evaluation_period VALUES ('low', '9 years', true)$$),
    ('MS016', $$TRUNCATE aims.re_evaluation_period$$),
    ('23514', $$INSERT INTO aims.re_evaluation_period (clinical_tier, every) VALUES ('low', '0')$$),
    ('23514', $$INSERT INTO aims.re_evaluation_period (clinical_tier, every) VALUES ('low', '-1 day')$$)) AS t (state, command);

-- Requests that wait, and those that are approved
SELECT pg_temp.act('import_officer', $$SELECT aims.request_import('young', 'deployment', 'r')$$) \g /dev/null
SELECT results_eq($$SELECT action, subject_id, duty, person FROM aims.lifecycle_action WHERE subject = 'transition'$$,
                  $$VALUES ('approve or reject', pg_temp.open_request('young'), 'committee_member', NULL::text)$$, 'a request waits for the committee');
SELECT pg_temp.act('import_member', format('SELECT aims.approve(%L, %L, %L, %L)', 'transition', pg_temp.open_request('young'), 'approval', 'r')) \g /dev/null
SELECT results_eq($$SELECT action, subject_id, duty, person FROM aims.lifecycle_action WHERE subject = 'transition'$$,
                  $$VALUES ('advance or withdraw', pg_temp.open_request('young'), 'system_owner', 'officer')$$, 'an approved one for who made it');

-- Versions side by side
INSERT INTO aims.model_version (system, version, status) VALUES
    ('old', '1', 'active'), ('old', '2', 'silent'), ('old', '3', 'candidate'), ('old', '0', 'withdrawn');
CREATE FUNCTION pg_temp.state_of_status(from_status text, to_status text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.model_version SET status = from_status WHERE system = 'old' AND version = '3';
    UPDATE aims.model_version SET status = 'silent' WHERE system = 'old' AND version = '1';
    SET LOCAL session_replication_role = origin;
    UPDATE aims.model_version SET status = to_status WHERE system = 'old' AND version = '3';
    RETURN 'allowed';
EXCEPTION WHEN SQLSTATE 'MS011' THEN
    RETURN 'refused';
END $$;
SELECT is(pg_temp.state_of_status(f, t), CASE WHEN f = 'withdrawn' OR (f, t) = ('active', 'candidate') THEN 'refused' ELSE 'allowed' END,
          format('a version goes from %s to %s', f, t))
  FROM unnest(ARRAY['candidate', 'silent', 'active', 'withdrawn']) AS f, unnest(ARRAY['candidate', 'silent', 'active', 'withdrawn']) AS t
 WHERE f <> t;

SELECT * FROM finish();
ROLLBACK;
