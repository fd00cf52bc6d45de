\i test/setup_database.sql
-- Certification: a certificate, the audits that lead to it and keep it, their
-- order and windows, and everything that is refused.
\i test/act.sql
\i test/board.sql
SELECT plan(129);

CREATE PROCEDURE pg_temp.as_restored(command text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE command;
    SET LOCAL session_replication_role = origin;
END $$;
SELECT is_empty('SELECT * FROM aims.certification_action', 'without a certificate there is nothing to do');

-- The application
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.certificate (certificate_id, framework, scope, body, issued_on, valid_until, accreditation_until, status)
            VALUES (%s, %L, %L, %L, %s, %s, %s, %L)', id, framework, scope, body, issued, until, accredited, status), name)
  FROM (VALUES
    (1,  'MS013', 'board_guest', 1, 'iso42001', 's', 'b', 'NULL', 'NULL', 'NULL', 'applied', 'an application needs the duty'),
    (2,  '42501', 'board_sponsor', 1, 'iso42001', 's', 'b', 'NULL', 'NULL', 'NULL', 'applied', 'and the privilege'),
    (3,  '23503', 'board_officer', 1, 'iso99999', 's', 'b', 'NULL', 'NULL', 'NULL', 'applied', 'a standard that there is'),
    (4,  '23514', 'board_officer', 1, 'iso42001', ' ', 'b', 'NULL', 'NULL', 'NULL', 'applied', 'a scope'),
    (5,  '23514', 'board_officer', 1, 'iso42001', 's', '', 'NULL', 'NULL', 'NULL', 'applied', 'a body'),
    (6,  '23514', 'board_officer', 1, 'iso42001', 's', 'b', 'aims.today()', 'aims.today() - 1', 'NULL', 'applied', 'days in order'),
    (7,  '23514', 'board_officer', 1, 'iso42001', 's', 'b', '''2024-02-29''', '''2027-03-01''', 'NULL', 'applied', 'three years at most'),
    (8,  '23514', 'board_officer', 1, 'iso42001', 's', 'b', 'aims.today()', '''infinity''', 'NULL', 'applied', 'not for ever'),
    (9,  '23514', 'board_officer', 1, 'iso42001', 's', 'b', 'aims.today()', 'aims.today() + 9', 'aims.today() - 1', 'applied', 'an accreditation that had not ended'),
    (10, 'MS044', 'board_officer', 1, 'iso42001', 's', 'b', 'aims.today() + 1', 'aims.today() + 9', 'NULL', 'applied', 'nothing is issued tomorrow'),
    (11, 'MS011', 'board_officer', 1, 'iso42001', 's', 'b', 'aims.today()', 'aims.today() + 9', 'NULL', 'issued', 'no certificate is entered as issued'),
    (12, '00000', 'board_officer', 1, 'iso42001', 'AI in the "main" hospital', 'O''Hara Certification', 'NULL', 'NULL', 'NULL', 'applied', 'an application'))
    AS t (nr, state, role, id, framework, scope, body, issued, until, accredited, status, name)
 ORDER BY nr;
SELECT results_eq('SELECT step, state, next FROM aims.certification_cycle ORDER BY step',
    $$VALUES ('recertification', 'later', false), ('stage_1', 'later', true), ('stage_2', 'later', false),
             ('surveillance_1', 'later', false), ('surveillance_2', 'later', false)$$, 'first comes stage 1');
SELECT results_eq('SELECT action, subject_id, detail FROM aims.certification_action',
    $$VALUES ('plan the certification audit', '1', 'O''Hara Certification: Stage 1 audit: readiness and documents')$$, 'it is to be planned');

-- The order of audits
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on, status) VALUES (%s, %s, %L, %s, %L)',
           id, certificate, step, planned, status), name)
  FROM (VALUES
    (1, 'MS013', 'board_guest', 1, 1, 'stage_1', 'aims.today()', 'planned', 'audits are planned by the AI officer'),
    (2, '23503', 'board_officer', 1, 9, 'stage_1', 'aims.today()', 'planned', 'for a certificate'),
    (3, '23514', 'board_officer', 1, 1, 'stage_3', 'aims.today()', 'planned', 'a step that there is'),
    (4, '23514', 'board_officer', 1, 1, 'stage_1', '''infinity''', 'planned', 'some day'),
    (5, 'MS011', 'board_officer', 1, 1, 'stage_1', 'aims.today()', 'held', 'what was not planned was not held'),
    (6, '00000', 'board_officer', 1, 1, 'stage_1', 'aims.today() + 10', 'planned', 'stage 1'),
    (7, '23505', 'board_officer', 9, 1, 'stage_1', 'aims.today() + 20', 'planned', 'once'),
    (8, '00000', 'board_officer', 2, 1, 'stage_2', 'aims.today() + 40', 'planned', 'stage 2'),
    (9, '00000', 'board_officer', 3, 1, 'surveillance_1', 'aims.today() + 300', 'planned', 'and what comes later'))
    AS t (nr, state, role, id, certificate, step, planned, status, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, format(
           'UPDATE aims.certification_audit SET status = ''held'', held_on = %s, auditor = %L, outcome = %L, report_uri = %L, report_sha256 = %s
             WHERE certification_audit_id = %s', held, auditor, outcome, uri, hash, id), name)
  FROM (VALUES
    (1,  'MS013', 'board_guest', 1, 'aims.today() - 300', 'A. Auditor', 'recommended', 'u', 'sha256(''1'')', 'the AI officer records audits'),
    (2,  'MS044', 'board_officer', 1, 'aims.today() + 1', 'A. Auditor', 'recommended', 'u', 'sha256(''1'')', 'tomorrow''s was not held'),
    (3,  'MS042', 'board_officer', 1, 'NULL', 'A. Auditor', 'recommended', 'u', 'sha256(''1'')', 'one was held some day'),
    (4,  'MS042', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', NULL, 'u', 'sha256(''1'')', 'with an outcome'),
    (5,  'MS042', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', 'recommended', NULL, 'sha256(''1'')', 'a report'),
    (6,  'MS042', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', 'recommended', 'u', 'NULL', 'and its hash'),
    (7,  '23514', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', 'excellent', 'u', 'sha256(''1'')', 'an outcome that there is'),
    (8,  'MS011', 'board_officer', 2, 'aims.today() - 260', 'A. Auditor', 'recommended', 'u', 'sha256(''2'')', 'stage 2 does not come before stage 1'),
    (9,  'MS011', 'board_officer', 3, 'aims.today() - 260', 'A. Auditor', 'recommended', 'u', 'sha256(''3'')', 'nor surveillance before the certificate'),
    (10, '00000', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', 'not_recommended', 'u', 'sha256(''1'')', 'stage 1 fails'),
    (11, 'MS011', 'board_officer', 2, 'aims.today() - 260', 'A. Auditor', 'recommended', 'u', 'sha256(''2'')', 'and stage 2 does not follow'),
    (12, 'MS041', 'board_officer', 1, 'aims.today() - 300', 'A. Auditor', 'recommended', 'u', 'sha256(''1'')', 'no outcome is mended'))
    AS t (nr, state, role, id, held, auditor, outcome, uri, hash, name)
 ORDER BY nr;
SELECT results_eq('SELECT step, state, outcome FROM aims.certification_cycle WHERE next', $$VALUES ('stage_1', 'failed', 'not_recommended')$$, 'stage 1 is to be held again');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'board_officer', $$INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on) VALUES (4, 1, 'stage_1', aims.today() - 280)$$, 'it is planned again'),
    (2, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today() - 280, auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 4$$, 'and passed'),
    (3, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today() - 281, auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 2$$, 'no stage 2 on the day before'),
    (4, 'MS015', 'board_officer', $$INSERT INTO aims.certification_nonconformity (certification_audit_id, number, grade, ref, statement, response_due) VALUES (2, 'NC-1', 'major', '9.2.1', 's', aims.today())$$, 'an audit that was not held found nothing'),
    (5, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today() - 280, auditor = 'A', outcome = 'recommended_after_correction', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 2$$, 'stage 2 on the same day'),
    (6, '00000', 'board_officer', $$INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on) VALUES (5, 1, 'stage_2', aims.today())$$, 'stage 2 is planned once more'),
    (7, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 5$$, 'what was passed is not held again'),
    (8, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'cancelled' WHERE certification_audit_id = 5$$, 'but cancelled'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

-- Nonconformities
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.certification_nonconformity (certification_nonconformity_id, certification_audit_id, number, grade, ref, statement, response_due, status)
            VALUES (%s, 2, %L, %L, %L, %L, %s, %L)', id, number, grade, ref, statement, due, status), name)
  FROM (VALUES
    (1, 'MS013', 'board_guest', 1, 'NC-1', 'major', '9.2.1', 's', 'aims.today() + 30', 'open', 'nonconformities are entered by the AI officer'),
    (2, '23514', 'board_officer', 1, 'NC-1', 'opportunity', '9.2.1', 's', 'aims.today() + 30', 'open', 'they are major or minor'),
    (3, '23503', 'board_officer', 1, 'NC-1', 'major', '99.9', 's', 'aims.today() + 30', 'open', 'of a requirement that there is'),
    (4, '23514', 'board_officer', 1, 'NC-1', 'major', '9.2.1', E'\t', 'aims.today() + 30', 'open', 'with a statement'),
    (5, '23502', 'board_officer', 1, 'NC-1', 'major', '9.2.1', 's', 'NULL', 'open', 'and a day'),
    (6, 'MS011', 'board_officer', 1, 'NC-1', 'major', '9.2.1', 's', 'aims.today() + 30', 'closed', 'and open'),
    (7, '00000', 'board_officer', 1, 'NC-1', 'major', '9.2.1', 'no audit of ward 3', 'aims.today() + 30', 'open', 'a major one'),
    (8, '23505', 'board_officer', 2, 'NC-1', 'minor', '9.2.1', 's', 'aims.today() + 30', 'open', 'once'),
    (9, '00000', 'board_officer', 2, 'NC-2', 'minor', '7.2', 'a record is missing', 'aims.today() + 30', 'open', 'and a minor one'))
    AS t (nr, state, role, id, number, grade, ref, statement, due, status, name)
 ORDER BY nr;
SELECT results_eq($$SELECT subject_id, action FROM aims.certification_action WHERE subject = 'certification_nonconformity' ORDER BY 1$$,
    $$VALUES ('1', 'open a corrective action for the nonconformity'), ('2', 'open a corrective action for the nonconformity')$$, 'both want correction');

-- The certificate
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'board_sponsor', $$SELECT aims.approve('certificate', '1', 'approval', 'r')$$, 'a certificate has a number, days, and a file')) AS t (nr, state, role, command, name);
SELECT matches((SELECT string_agg(o, E'\n') FROM aims.certificate_obstacle(1) AS o), 'issue, whose day is not stated', 'which is said');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (2, '00000', 'board_officer', $$UPDATE aims.certificate SET number = '4711', issued_on = aims.today() - 279, valid_until = aims.today() + 800, uri = 'dms:c',
        content_sha256 = sha256('c'), accreditation_body = 'ANAB', accreditation_number = 'MS-1', accreditation_until = aims.today() + 400$$, 'it came'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (3, 'MS043', 'board_officer', $$UPDATE aims.certificate SET status = 'issued'$$, 'it is not confirmed by typing'),
    (4, 'MS012', 'board_officer', $$SELECT aims.approve('certificate', '1', 'approval', 'r')$$, 'nor by who entered it'),
    (5, 'MS042', 'board_sponsor', $$SELECT aims.approve('certificate', '1', 'approval', 'r')$$, 'nor while a major nonconformity is open'),
    (5, 'MS012', 'board_deputy', $$UPDATE aims.certificate SET accreditation_until = aims.today() + 900$$, 'what waits is its author''s'),
    (6, 'MS042', 'board_officer', $$UPDATE aims.certification_nonconformity SET status = 'closed', accepted_on = aims.today() WHERE certification_nonconformity_id = 1$$, 'which is not closed without a corrective action'),
    (7, '00000', 'board_owner', $$INSERT INTO aims.capa (capa_id, title, source, certification_nonconformity, owner) VALUES (81, 'audit ward 3', 'certification_nonconformity', 1, 'owner')$$, 'one is opened'),
    (8, 'MS042', 'board_officer', $$UPDATE aims.certification_nonconformity SET status = 'closed', accepted_on = aims.today() WHERE certification_nonconformity_id = 1$$, 'nor with one that is open'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT set_eq('SELECT aims.certificate_obstacle(1)', format($$VALUES ('nonconformity NC-1 of the stage_2 audit of %s is major and open')$$,
    to_char(aims.today() - 280, 'YYYY-MM-DD')), 'what hinders it can be asked');
CALL pg_temp.as_restored($$UPDATE aims.capa SET status = 'effective' WHERE capa_id = 81$$);
SELECT results_eq($$SELECT subject_id, action FROM aims.certification_action WHERE subject = 'certification_nonconformity' ORDER BY 1$$,
    $$VALUES ('1', 'have the body accept the correction'), ('2', 'open a corrective action for the nonconformity')$$, 'the correction helped');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'board_officer', $$UPDATE aims.certification_nonconformity SET status = 'closed' WHERE certification_nonconformity_id = 1$$, 'it is closed when the body has accepted it'),
    (2, 'MS044', 'board_officer', $$UPDATE aims.certification_nonconformity SET accepted_on = aims.today() + 1 WHERE certification_nonconformity_id = 1$$, 'which it has not tomorrow'),
    (3, '00000', 'board_officer', $$UPDATE aims.certification_nonconformity SET status = 'closed', accepted_on = aims.today() WHERE certification_nonconformity_id = 1$$, 'closed'),
    (4, 'MS041', 'board_officer', $$UPDATE aims.certification_nonconformity SET accepted_on = aims.today() - 9 WHERE certification_nonconformity_id = 1$$, 'for good'),
    (5, 'MS041', 'board_officer', $$UPDATE aims.certification_nonconformity SET grade = 'major' WHERE certification_nonconformity_id = 2$$, 'what the body wrote stays'),
    (6, '00000', 'board_officer', $$UPDATE aims.certificate SET issued_on = aims.today() - 281, valid_until = aims.today() + 800$$, 'a certificate of before the audit'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (7, 'MS042', 'board_sponsor', $$SELECT aims.approve('certificate', '1', 'approval', 'r')$$, 'is none'),
    (8, '00000', 'board_officer', $$UPDATE aims.certificate SET issued_on = aims.today() - 279$$, 'of the day after'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (9, '00000', 'board_sponsor', $$SELECT aims.approve('certificate', '1', 'approval', 'seen')$$, 'it is confirmed, with the minor one open'),
    (10, 'MS041', 'board_officer', $$UPDATE aims.certificate SET valid_until = aims.today() + 801$$, 'and stays what it was'),
    (11, 'MS041', 'board_officer', $$UPDATE aims.certificate SET scope = 'everything'$$, 'in its scope, too'),
    (12, 'MS012', 'board_officer', $$UPDATE aims.certificate SET accreditation_until = aims.today() + 500$$, 'nor is the body''s accreditation prolonged by who entered it'),
    (13, 'MS013', 'board_owner', $$UPDATE aims.certificate SET accreditation_until = aims.today() + 500$$, 'nor by just anybody'),
    (14, '00000', 'board_deputy', $$UPDATE aims.certificate SET accreditation_until = aims.today() + 500$$, 'but by another person'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT state FROM aims.certificate_state', $$VALUES ('in_force')$$, 'in force');

-- Windows, seen from today
CREATE FUNCTION pg_temp.cycle(issued date) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    CALL pg_temp.as_restored(format('UPDATE aims.certificate SET issued_on = %L, valid_until = %L WHERE certificate_id = 1',
                                    issued, issued + make_interval(years => 3)));
    RETURN (SELECT string_agg(format('%s %s%s', y.step, y.state, CASE WHEN y.next THEN ' next' END), ', ' ORDER BY s.position)
              FROM aims.certification_cycle AS y JOIN aims.certification_step AS s ON s.step = y.step
             WHERE y.certificate_id = 1);
END $$;
SELECT pg_temp.act('board_officer', $$UPDATE aims.certification_audit SET status = 'cancelled' WHERE certification_audit_id = 3$$);
SELECT is(pg_temp.cycle((aims.today() - make_interval(months => issued_ago, days => days))::date), cycle, name)
  FROM (VALUES
    (1, 0, 1,   'stage_1 passed, stage_2 passed, surveillance_1 later next, surveillance_2 later, recertification later', 'a young certificate'),
    (2, 9, -1,  'stage_1 passed, stage_2 passed, surveillance_1 later next, surveillance_2 later, recertification later', 'a day before the window'),
    (3, 9, 2,   'stage_1 passed, stage_2 passed, surveillance_1 due next, surveillance_2 later, recertification later', 'in the window'),
    (4, 12, 3,  'stage_1 passed, stage_2 passed, surveillance_1 overdue next, surveillance_2 later, recertification later', 'after twelve months'),
    (5, 25, 0,  'stage_1 passed, stage_2 passed, surveillance_1 overdue next, surveillance_2 overdue, recertification later', 'after two years'))
    AS t (nr, issued_ago, days, cycle, name)
 ORDER BY nr;
SELECT results_eq($$SELECT action, due_on < aims.today() FROM aims.certification_action WHERE subject = 'certificate'$$,
    $$VALUES ('hold the certification audit at once', true)$$, 'what is overdue is to be done');
SELECT is(pg_temp.cycle((aims.today() - make_interval(months => 13))::date) IS NOT NULL, true, 'thirteen months old');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'board_officer', $$INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on) VALUES (6, 1, 'surveillance_1', aims.today()), (7, 1, 'surveillance_2', aims.today()), (8, 1, 'stage_1', aims.today())$$, 'three are planned'),
    (2, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 7$$, 'the second surveillance does not come first'),
    (3, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 8$$, 'nor stage 1 once more'),
    (4, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = (aims.today() - make_interval(months => 14))::date, auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 6$$, 'nor surveillance before the issue'),
    (5, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 6$$, 'late is better than never'),
    (6, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'cancelled' WHERE certification_audit_id IN (7, 8)$$, 'the others are cancelled'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT step, state, window_until FROM aims.certification_cycle WHERE next',
    $$VALUES ('surveillance_2', 'later', (aims.today() - make_interval(months => 13) + make_interval(months => 24))::date)$$, 'the next is in its time');

CALL pg_temp.as_restored($$UPDATE aims.certification_audit SET held_on = held_on - 200 WHERE step LIKE 'stage%'$$);
-- Suspension, and what else ends a certificate's worth
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'board_officer', $$UPDATE aims.certificate SET status = 'suspended'$$, 'a suspension has a reason'),
    (2, 'MS013', 'board_guest', $$UPDATE aims.certificate SET status = 'suspended', status_reason = 'late'$$, 'is recorded by the AI officer'),
    (3, '00000', 'board_officer', $$UPDATE aims.certificate SET status = 'suspended', status_reason = 'late'$$, 'suspended'),
    (4, 'MS012', 'board_officer', $$UPDATE aims.certificate SET status = 'issued'$$, 'is lifted by another person'),
    (5, 'MS013', 'board_guest', $$UPDATE aims.certificate SET status = 'issued'$$, 'with the duty'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT state FROM aims.certificate_state', $$VALUES ('suspended')$$, 'worth nothing');
SELECT results_eq($$SELECT detail FROM aims.certification_action WHERE action LIKE '%suspension%'$$, $$VALUES ('iso42001 of O''Hara Certification: late')$$, 'which is to change');
SELECT pg_temp.ends_with('00000', 'board_deputy', $$UPDATE aims.certificate SET status = 'issued'$$, 'such as the deputy');
SELECT results_eq('SELECT state, confirmed_by::text FROM aims.certificate_state JOIN aims.certificate USING (certificate_id)', $$VALUES ('in_force', 'deputy')$$, 'in force again');
CALL pg_temp.as_restored('UPDATE aims.certificate SET accreditation_until = aims.today()');
SELECT results_eq('SELECT state FROM aims.certificate_state', $$VALUES ('in_force')$$, 'on the last day of the accreditation');
SELECT results_eq($$SELECT due_on FROM aims.certification_action WHERE action LIKE '%accreditation%'$$, 'SELECT aims.today()', 'the body is to be asked');
CALL pg_temp.as_restored('UPDATE aims.certificate SET accreditation_until = aims.today() - 1');
SELECT results_eq('SELECT state FROM aims.certificate_state', $$VALUES ('unaccredited')$$, 'not on the day after');
CALL pg_temp.as_restored('UPDATE aims.certificate SET accreditation_until = aims.today() + 900, issued_on = aims.today() - 1000, valid_until = aims.today() - 1');
SELECT results_eq('SELECT state FROM aims.certificate_state', $$VALUES ('expired')$$, 'a certificate ends by itself');
SELECT results_eq($$SELECT action, due_on FROM aims.certification_action WHERE action = 'renew the certificate'$$,
    $$VALUES ('renew the certificate', aims.today() - 1)$$, 'and is to be renewed');

-- The next three years, and certificates of other standards
CALL pg_temp.as_restored('UPDATE aims.certificate SET issued_on = aims.today() - 1050, valid_until = aims.today() + 30');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'board_officer', $$INSERT INTO aims.certificate (certificate_id, framework, scope, body, number, issued_on, valid_until, uri, content_sha256, accreditation_body, accreditation_number, accreditation_until)
        VALUES (2, 'iso42001', 's', 'O''Hara Certification', '4712', aims.today(), aims.today() + 1000, 'u', sha256('2'), 'ANAB', 'MS-1', aims.today() + 99),
               (3, 'iso27001', 's', 'Other', '1', aims.today() - 100, aims.today() + 900, 'u', sha256('3'), 'ANAB', 'IS-1', aims.today() + 99)$$, 'the next certificate, and one of another standard'),
    (2, '23505', 'board_officer', $$INSERT INTO aims.certificate (scope, body, number) VALUES ('s', 'Other', '1')$$, 'a number is one certificate''s'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (3, 'MS042', 'board_sponsor', $$SELECT aims.approve('certificate', '2', 'approval', 'r')$$, 'none without recertification'),
    (4, '00000', 'board_member', $$SELECT aims.approve('certificate', '3', 'approval', 'r')$$, 'what other standards ask for is not ours to judge'),
    (5, '00000', 'board_officer', $$INSERT INTO aims.certification_audit (certification_audit_id, certificate_id, step, planned_on) VALUES (10, 1, 'surveillance_2', aims.today()), (11, 1, 'recertification', aims.today())$$, 'planned'),
    (6, 'MS011', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 11$$, 'recertification comes after the second surveillance'),
    (7, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 10$$, 'here it is'),
    (8, '00000', 'board_officer', $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today(), auditor = 'A', outcome = 'recommended', report_uri = 'u', report_sha256 = sha256('1') WHERE certification_audit_id = 11$$, 'and then the other'),
    (9, '00000', 'board_sponsor', $$SELECT aims.approve('certificate', '2', 'approval', 'r')$$, 'the next certificate is confirmed'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT throws_ok('DELETE FROM aims.certificate', 'MS041', NULL, 'no certificate is deleted, by superusers neither');
SELECT results_eq('SELECT certificate_id::integer, step FROM aims.certification_cycle WHERE next ORDER BY 1',
    $$VALUES (2, 'surveillance_1'), (3, 'surveillance_1')$$, 'a cycle begins anew, without stage 1 and 2');
SELECT is_empty($$SELECT * FROM aims.certification_cycle WHERE step LIKE 'stage%' AND window_until IS NOT NULL$$, 'stage 1 and 2 have no window');
SELECT is_empty($$SELECT * FROM aims.certification_action WHERE subject = 'certificate' AND subject_id = '1'$$, 'nothing is to be done about the earlier one');
CALL pg_temp.as_restored('UPDATE aims.certificate SET issued_on = aims.today() - 500, valid_until = aims.today() + 500 WHERE certificate_id = 3');
SELECT is_empty($$SELECT * FROM aims.certification_action WHERE subject_id = '3'$$, 'nor about audits of another standard that are not kept here');
SELECT results_eq($$SELECT ref::text, certified_ref::text, suffices FROM aims.certificate_reuse WHERE framework = 'iso42001' AND certificate_id = 3 AND ref OPERATOR(aims.<@) '9.2' ORDER BY ref$$,
    $$SELECT ref::text, via_ref::text, suffices FROM aims.mapping WHERE framework = 'iso42001' AND via_framework = 'iso27001' AND ref OPERATOR(aims.<@) '9.2' ORDER BY ref$$, 'what it is worth for ours, clause by clause');
SELECT isnt_empty($$SELECT * FROM aims.certificate_reuse WHERE framework = 'iso42001'$$, 'which is something');
SELECT pg_temp.ends_with('00000', 'board_officer', $$UPDATE aims.certificate SET status = 'withdrawn', status_reason = 'given up' WHERE certificate_id = 3$$, 'a certificate is given up');
SELECT is_empty($$SELECT * FROM aims.certificate_reuse WHERE certificate_id = 3$$, 'then nothing of it is reused');
SELECT results_eq('SELECT DISTINCT state FROM aims.certification_cycle WHERE certificate_id = 3', $$VALUES ('none')$$, 'and asks for nothing any more');

SELECT * FROM finish();
\i test/drop_database.sql
\i test/board_leaves.sql
