\i test/setup_database.sql
-- Internal audit: programme, independence, samples, findings, report, and
-- everything that is refused.
\i test/act.sql
\i test/board.sql
SELECT plan(189);

-- What a command of the past left behind, without its rules
CREATE PROCEDURE pg_temp.as_restored(command text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE command;
    SET LOCAL session_replication_role = origin;
END $$;

-- The programme
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods, every_months, status)
            VALUES (%L, %L, %s, %s, %L, %L, %L, %s, %L)',
           slug, title, starts_on, ends_on, 'all sites', 'ISO/IEC 42001', 'samples', months, status), name)
  FROM (VALUES
    (1,  'MS013', 'board_guest', 'year', 'Year', 'aims.today() - 300', 'aims.today() + 60', 12, 'draft', 'a programme needs the duty'),
    (2,  '42501', 'board_member', 'year', 'Year', 'aims.today() - 300', 'aims.today() + 60', 12, 'draft', 'and the privilege'),
    (3,  '23514', 'board_lead', 'year', ' ', 'aims.today() - 300', 'aims.today() + 60', 12, 'draft', 'a title'),
    (4,  '23514', 'board_lead', 'year', 'Year', 'aims.today() + 60', 'aims.today() - 300', 12, 'draft', 'days in order'),
    (5,  '23514', 'board_lead', 'year', 'Year', 'aims.today()', '''infinity''', 12, 'draft', 'an end'),
    (6,  '23514', 'board_lead', 'year', 'Year', '''-infinity''', 'aims.today()', 12, 'draft', 'a beginning'),
    (7,  '23502', 'board_lead', 'year', 'Year', 'NULL', 'aims.today()', 12, 'draft', 'that is stated'),
    (8,  '23514', 'board_lead', 'year', 'Year', 'aims.today()', 'aims.today()', 0, 'draft', 'a frequency'),
    (9,  'MS011', 'board_lead', 'year', 'Year', 'aims.today()', 'aims.today()', 12, 'signed', 'a known status'),
    (10, 'MS011', 'board_lead', 'year', 'Year', 'aims.today()', 'aims.today()', 12, 'approved', 'is entered as a draft'),
    (11, '00000', 'board_lead', 'year', 'O''Hara''s "year"', 'aims.today() - 300', 'aims.today() + 60', 12, 'draft', 'an auditor draws it up'),
    (12, '23505', 'board_lead', 'year', 'Year', 'aims.today()', 'aims.today()', 12, 'draft', 'once'))
    AS t (nr, state, role, slug, title, starts_on, ends_on, months, status, name)
 ORDER BY nr;
SELECT is((SELECT created_by::text FROM aims.audit_programme), 'lead', 'who drew it up is known');
SELECT results_eq($$SELECT action, subject_id, duty FROM aims.internal_audit_action ORDER BY 1$$,
    $$VALUES ('sign the audit programme', 'year', 'executive_sponsor')$$, 'a draft is to be signed, not drawn up again');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS043', 'board_officer', $$UPDATE aims.audit_programme SET status = 'approved'$$, 'a typed approval is none'),
    (2, 'MS013', 'board_member', $$SELECT aims.approve('audit_programme', 'year', 'approval', 'good')$$, 'a committee member does not sign it'),
    (3, 'MS017', 'board_sponsor', $$SELECT aims.approve('audit_programme', 'other', 'approval', 'good')$$, 'one that there is'),
    (4, 'MS018', 'board_sponsor', $$SELECT aims.approve('audit_programme', 'year', 'approval', ' ')$$, 'with a reason'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

-- An audit: who may lead it, over which days
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.internal_audit (internal_audit_id, audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due, status)
            VALUES (%s, %L, %L, %s, %s, %L, %s, %s, %L)', id, programme, 'Sepsis Watch', from_on, until_on, lead, planned, due, status), name)
  FROM (VALUES
    (1,  'MS013', 'board_guest', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() + 30', 'planned', 'an audit needs the duty'),
    (2,  '23503', 'board_lead', 11, 'never', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() + 30', 'planned', 'a programme'),
    (3,  '23514', 'board_lead', 11, 'year', 'aims.today() - 10', 'aims.today() - 200', 'lead', 'aims.today()', 'aims.today() + 30', 'planned', 'a period in order'),
    (4,  '23514', 'board_lead', 11, 'year', '''-infinity''', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() + 30', 'planned', 'that begins'),
    (5,  '23514', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', '''infinity''', 'planned', 'a day for the report'),
    (6,  '23514', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() - 1', 'planned', 'after it begins'),
    (7,  'MS012', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'owner', 'aims.today()', 'aims.today() + 30', 'planned', 'who is no internal auditor does not lead it'),
    (8,  'MS012', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'officer', 'aims.today()', 'aims.today() + 30', 'planned', 'least of all the AI officer'),
    (9,  '23503', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'nobody', 'aims.today()', 'aims.today() + 30', 'planned', 'nor somebody unknown'),
    (10, 'MS011', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() + 30', 'reported', 'no audit is entered as reported'),
    (11, '00000', 'board_lead', 11, 'year', 'aims.today() - 200', 'aims.today() - 10', 'lead', 'aims.today()', 'aims.today() + 30', 'planned', 'the lead auditor plans an audit'),
    (12, '00000', 'board_officer', 12, 'year', 'aims.today() - 200', 'aims.today() - 10', 'second', 'aims.today()', 'aims.today() + 30', 'planned', 'the AI officer another one'))
    AS t (nr, state, role, id, programme, from_on, until_on, lead, planned, due, status, name)
 ORDER BY nr;

-- Independence: nobody audits the own work
CALL pg_temp.as_restored($$
    INSERT INTO aims.approval (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate, signed_at)
    SELECT 'transition', v.id, v.system, 'approve', 'approval', v.person, v.person, 'committee_member', 'r', sha256(v.id::bytea), '[]',
           (aims.today() - v.days)::timestamptz
      FROM (VALUES ('901', 'sepsis-watch', 'second', 100), ('902', 'triage', 'third', 100), ('903', 'sepsis-watch', 'third', 250))
           AS v (id, system, person, days)$$);
CALL pg_temp.as_restored($$
    INSERT INTO aims.duty (person, duty, system, valid_from, valid_until) VALUES
        ('lead', 'risk_owner', 'triage', '2020-01-01', aims.today() - 200),
        ('lead', 'data_steward', 'sepsis-watch', '2020-01-01', aims.today() - 201)$$);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1,  '00000', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, system) VALUES (11, 'sepsis-watch')$$, 'a duty that ended before the period hinders nobody'),
    (2,  'MS012', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, system) VALUES (11, 'triage')$$, 'one that ended on its first day does'),
    (3,  'MS012', 'board_lead', $$INSERT INTO aims.internal_audit_member VALUES (11, 'second')$$, 'nor does who approved a move in the period audit the system'),
    (4,  '00000', 'board_lead', $$INSERT INTO aims.internal_audit_member VALUES (11, 'third')$$, 'who approved one before it does'),
    (5,  'MS012', 'board_lead', $$INSERT INTO aims.internal_audit_member VALUES (11, 'guest')$$, 'a guest does not'),
    (6,  'MS012', 'board_officer', $$UPDATE aims.internal_audit SET lead_auditor = 'second' WHERE internal_audit_id = 11$$, 'nor is the lead handed to who may not audit'),
    (7,  'MS012', 'board_officer', $$UPDATE aims.internal_audit SET period_from = aims.today() - 201 WHERE internal_audit_id = 11$$, 'nor the period made longer over the own work'),
    (8,  '23514', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id) VALUES (11)$$, 'a scope is something'),
    (9,  '23514', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref, system) VALUES (11, '9.1', 'sepsis-watch')$$, 'one thing'),
    (10, '23503', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (11, 'A.99')$$, 'that there is'),
    (11, '00000', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (11, 'A.6')$$, 'a whole objective'),
    (12, '23505', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (11, 'A.6')$$, 'once'),
    (13, '00000', 'board_lead', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (11, 'A.6.2.4')$$, 'and one of its controls'),
    (14, '42501', 'board_member', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (11, 'A.7')$$, 'by whom it is granted'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is_empty('SELECT * FROM aims.audit_conflict', 'nothing stands against the audits');
INSERT INTO aims.applicability (ref, applicable, justification, owner) VALUES ('A.6.2.4', true, 'ours', 'third'), ('A.9.2', true, 'ours', 'third');
SELECT results_eq('SELECT internal_audit_id, person, system, conflict, detail FROM aims.audit_conflict',
    $$VALUES (11::bigint, 'third', NULL, 'answers for a control', 'owns the statement about iso42001 A.6.2.4')$$,
    'who answers for a control below the objective is in conflict, from that day');
UPDATE aims.applicability SET owner = 'owner';
SELECT pg_temp.act('board_officer', $$UPDATE aims.ai_system SET owner = 'lead' WHERE system = 'sepsis-watch'$$);
SELECT results_eq('SELECT person, system, conflict FROM aims.audit_conflict',
    $$VALUES ('lead', 'sepsis-watch', 'owns the system')$$, 'who becomes the owner, too');
SELECT results_eq($$SELECT duty, system FROM aims.internal_audit_action WHERE action = 'replace the auditor'$$,
    $$VALUES ('ai_officer', 'sepsis-watch')$$, 'and the AI officer is told');
CALL pg_temp.as_restored($$INSERT INTO aims.risk (risk_id, title, source, system, owner) VALUES (1, 't', 'bias', 'sepsis-watch', 'third'), (2, 't', 'bias', 'triage', 'third')$$);
SELECT results_eq($$SELECT system, conflict, detail FROM aims.audit_conflict WHERE person = 'third'$$,
    $$VALUES ('sepsis-watch', 'answers for the system', 'owns 1 of its risks')$$, 'and whose risks are the system''s');
CALL pg_temp.as_restored('DELETE FROM aims.risk');
CALL pg_temp.as_restored($$INSERT INTO aims.evidence (evidence_id, title, uri, recorded_at, recorded_by, system)
    VALUES (-1, 't', 'u', now(), 'third', 'sepsis-watch'), (-2, 't', 'u', now(), 'third', 'triage'), (-3, 't', 'u', now() - make_interval(years => 9), 'third', 'sepsis-watch')$$);
SELECT results_eq($$SELECT system, conflict, detail FROM aims.audit_conflict WHERE person = 'third'$$,
    $$VALUES ('sepsis-watch', 'worked on the system', 'recorded 1 of its evidence')$$, 'who recorded its evidence in the period');
CALL pg_temp.as_restored('DELETE FROM aims.evidence WHERE evidence_id < 0');
CALL pg_temp.as_restored($$INSERT INTO aims.capa (capa_id, title, source, audit_finding, system, owner) VALUES (-1, 't', 'audit_finding', -1, 'sepsis-watch', 'third'), (-2, 't', 'audit_finding', -1, 'triage', 'third')$$);
SELECT results_eq($$SELECT system, conflict, detail FROM aims.audit_conflict WHERE person = 'third'$$,
    $$VALUES ('sepsis-watch', 'answers for the system', 'owns corrective action -1')$$, 'who corrects it');
CALL pg_temp.as_restored('DELETE FROM aims.capa WHERE capa_id < 0');
CALL pg_temp.as_restored($$INSERT INTO aims.approval (approval_id, subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
    VALUES (-1, 'document_version', '7', 'approve', 'approval', 'third', 'T', 'committee_member', 'r', sha256('x'), '{}')$$);
SELECT results_eq($$SELECT system, conflict, detail FROM aims.audit_conflict WHERE person = 'third'$$,
    $$VALUES (NULL, 'decided about the management system', 'signed document_version 7: approve')$$, 'and who signed what governs it, where requirements are audited');
CALL pg_temp.as_restored('DELETE FROM aims.approval WHERE approval_id < 0');
SELECT pg_temp.ends_with('MS012', 'board_lead', $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = 11$$,
    'so that the audit does not begin');
SELECT pg_temp.act('board_officer', $$UPDATE aims.ai_system SET owner = 'owner' WHERE system = 'sepsis-watch'$$);
CALL pg_temp.as_restored($$UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE person = 'lead' AND duty = 'internal_auditor'$$);
SELECT results_eq('SELECT person, conflict FROM aims.audit_conflict', $$VALUES ('lead', 'no internal auditor')$$,
    'whose duty ended yesterday audits no more');
CALL pg_temp.as_restored($$UPDATE aims.duty SET valid_until = aims.today() WHERE person = 'lead' AND duty = 'internal_auditor'$$);
SELECT is_empty('SELECT * FROM aims.audit_conflict', 'whose duty ends today does');
CALL pg_temp.as_restored($$UPDATE aims.duty SET system = 'triage' WHERE person = 'lead' AND duty = 'internal_auditor'$$);
SELECT results_eq('SELECT person, conflict FROM aims.audit_conflict', $$VALUES ('lead', 'no internal auditor')$$,
    'auditor of another system is none of this');
CALL pg_temp.as_restored($$UPDATE aims.duty SET system = NULL, valid_until = NULL WHERE person = 'lead' AND duty = 'internal_auditor'$$);

-- It begins
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'board_third', $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = 11$$, 'the lead auditor begins it, nobody else'),
    (2, 'MS042', 'board_lead', $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = 11$$, 'under a programme that is signed'),
    (3, '00000', 'board_sponsor', $$SELECT aims.approve('audit_programme', 'year', 'approval', 'as discussed')$$, 'the executive sponsor signs the programme'),
    (4, 'MS041', 'board_lead', $$UPDATE aims.audit_programme SET every_months = 36$$, 'which stays as it was signed'),
    (5, 'MS042', 'board_second', $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = 12$$, 'an audit of nothing does not begin'),
    (6, 'MS015', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42)$$, 'nothing is drawn before'),
    (7, 'MS015', 'board_lead', $$INSERT INTO aims.audit_finding (audit_finding_id, internal_audit_id, grade, ref, statement, objective_evidence, response_due) VALUES (9, 11, 'minor', 'A.6.2.4', 's', 'e', aims.today())$$, 'nothing is found before'),
    (8, 'MS011', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'c', report_uri = 'u', report_sha256 = sha256('') WHERE internal_audit_id = 11$$, 'nor reported'),
    (9, '00000', 'board_lead', $$UPDATE aims.internal_audit SET status = 'in_progress', opened_by = 'sponsor' WHERE internal_audit_id = 11$$, 'it begins'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is((SELECT opened_by::text FROM aims.internal_audit WHERE internal_audit_id = 11), 'lead', 'who began it is the server''s to say');
SELECT set_eq($$SELECT aims.audit_obstacle(12, 'in_progress')$$, $$VALUES ('neither a requirement nor a system is in its scope')$$,
    'what hinders the other audit can be asked');

-- Samples. The items, their digest and the draws were computed elsewhere:
-- sorted(ids, key=lambda i: sha256(f"{seed}:{i}"))[:size]
CALL pg_temp.as_restored($$
    INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, recorded_at, system)
    SELECT 1000 + n, 'e', 'u', '2020-01-01',
           -- the first and last moments of the period are in it, in New York
           CASE n WHEN 1 THEN (aims.today() - 200)::timestamp AT TIME ZONE 'America/New_York'
                  WHEN 50 THEN ((aims.today() - 9)::timestamp AT TIME ZONE 'America/New_York') - make_interval(secs => 0.001)
                  WHEN 51 THEN (aims.today() - 9)::timestamp AT TIME ZONE 'America/New_York'
                  WHEN 52 THEN ((aims.today() - 200)::timestamp AT TIME ZONE 'America/New_York') - make_interval(secs => 0.001)
                  ELSE (aims.today() - 100)::timestamptz END,
           CASE WHEN n <= 2 THEN 'triage' END
      FROM generate_series(1, 52) AS n$$);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1,  '42501', 'board_officer', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42)$$, 'who is audited draws nothing'),
    (2,  'MS013', 'board_second', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42)$$, 'an auditor of another audit neither'),
    (3,  'MS017', 'board_lead', $$SELECT aims.draw_audit_sample(99, 'evidence', 5, 42)$$, 'an audit that there is'),
    (4,  'MS017', 'board_lead', $$SELECT aims.draw_audit_sample(NULL, 'evidence', 5, 42)$$, 'and is named'),
    (5,  'MS017', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42, 'no-such')$$, 'a system that there is'),
    (6,  '23514', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'person', 5, 42)$$, 'a population that there is'),
    (7,  '23514', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 0, 42)$$, 'something'),
    (8,  '23502', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', NULL, 42)$$, 'so much'),
    (9,  '23502', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, NULL)$$, 'by a seed'),
    (10, '42501', 'board_lead', $$INSERT INTO aims.audit_sample (internal_audit_id, population, from_at, until_at, population_count, population_sha256, size, seed, drawn, recorded_at)
        VALUES (11, 'evidence', now() - make_interval(days => 1), now(), 1, sha256(''), 1, 1, '{1}', now())$$, 'a sample is drawn, not typed'),
    (11, '00000', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42)$$, 'five by 42'),
    (12, '00000', 'board_third', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, -7)$$, 'five by -7'),
    (13, '00000', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42, 'triage')$$, 'all of the two about a system'),
    (14, 'MS042', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'output_override', 5, 42)$$, 'of nothing nothing is drawn'),
    (15, '00000', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'approval', 25, 1, 'sepsis-watch')$$, 'approvals of a system'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
CREATE TEMP TABLE sample AS
SELECT row_number() OVER (ORDER BY s.audit_sample_id) AS nr, s.* FROM aims.audit_sample AS s;
SELECT results_eq('SELECT nr::integer, population_count::integer, array_to_string(drawn, '','') FROM sample ORDER BY nr',
    $$VALUES (1, 50, '1040,1037,1038,1001,1034'), (2, 50, '1033,1003,1022,1001,1024'), (3, 2, '1001,1002'), (4, 1,
       (SELECT approval_id::text FROM aims.approval WHERE subject_id = '901'))$$,
    'what is drawn is what anybody draws with the seed');
SELECT results_eq('SELECT nr::integer, encode(population_sha256, ''hex'') FROM sample WHERE nr IN (1, 2) ORDER BY nr',
    $$VALUES (1, 'e19a95c2324822641fbc59a950de1ff7f2aebc87b0ff7f9ece302e44dddd2a43'),
             (2, 'e19a95c2324822641fbc59a950de1ff7f2aebc87b0ff7f9ece302e44dddd2a43')$$, 'and so is the digest of the population');
SELECT results_eq('SELECT recorded_by::text FROM sample ORDER BY nr', $$VALUES ('lead'), ('third'), ('lead'), ('lead')$$, 'who drew it is known');
SET TimeZone = 'Asia/Tokyo';
SELECT results_eq('SELECT DISTINCT (aims.audit_sample_check(audit_sample_id)).reproduced FROM sample', 'VALUES (true)',
    'drawn again they are the same, in any time zone');
UPDATE aims.organisation SET time_zone = 'Europe/Berlin';
SELECT results_eq('SELECT DISTINCT (aims.audit_sample_check(audit_sample_id)).reproduced FROM sample', 'VALUES (true)',
    'also once the organisation has moved');
CALL pg_temp.as_restored($$INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, recorded_at)
    VALUES (1060, 'e', 'u', '2020-01-01', (aims.today() - 50)::timestamptz)$$);
SELECT results_eq('SELECT (aims.audit_sample_check(audit_sample_id)).* FROM sample WHERE nr IN (1, 3) ORDER BY nr',
    $$VALUES (false, 'the population had 50 items and has 51'), (true, '2 of 2 items, as recorded')$$, 'what was slipped in shows');
CALL pg_temp.as_restored('DELETE FROM aims.evidence WHERE evidence_id = 1030');
SELECT results_eq('SELECT (aims.audit_sample_check(audit_sample_id)).* FROM sample WHERE nr = 1',
    $$VALUES (false, 'the population has 50 items as it had, but not the same')$$, 'what was exchanged, too');
CALL pg_temp.as_restored($$UPDATE aims.evidence SET evidence_id = 1030 WHERE evidence_id = 1060$$);
CALL pg_temp.as_restored($$UPDATE aims.audit_sample SET drawn = '{1040,1037,1038,1001,1002}' WHERE audit_sample_id = (SELECT audit_sample_id FROM sample WHERE nr = 1)$$);
SELECT results_eq('SELECT (aims.audit_sample_check(audit_sample_id)).* FROM sample WHERE nr = 1',
    $$VALUES (false, 'the seed draws other items')$$, 'and what was swapped in the draw');
CALL pg_temp.as_restored($$UPDATE aims.audit_sample SET drawn = '{1040,1037,1038,1001,1034}' WHERE audit_sample_id = (SELECT audit_sample_id FROM sample WHERE nr = 1)$$);
SELECT is((SELECT c.reproduced FROM aims.audit_sample_check(NULL) AS c), NULL, 'no sample, no verdict');
SELECT throws_ok(command, 'MS041', NULL, name)
  FROM (VALUES ('UPDATE aims.audit_sample SET seed = 1', 'a sample is not changed, by superusers neither'),
               ('DELETE FROM aims.audit_sample', 'nor removed'),
               ('TRUNCATE aims.audit_sample, aims.audit_sample_result', 'nor all of them')) AS t (command, name);

-- Findings and results
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.audit_finding (audit_finding_id, internal_audit_id, grade, ref, system, statement, objective_evidence, response_due, status)
            VALUES (%s, %s, %L, %L, %L, %L, %L, %s, %L)', id, audit, grade, ref, system, statement, evidence, due, status), name)
  FROM (VALUES
    (1,  'MS013', 'board_owner', 1, 11, 'minor', 'A.6.2.4', NULL, 's', 'e', 'aims.today() + 14', 'draft', 'who is audited finds nothing'),
    (2,  'MS013', 'board_second', 1, 11, 'minor', 'A.6.2.4', NULL, 's', 'e', 'aims.today() + 14', 'draft', 'nor does an auditor of another audit'),
    (3,  'MS015', 'board_second', 1, 12, 'minor', 'A.6.2.4', NULL, 's', 'e', 'aims.today() + 14', 'draft', 'nor in one that has not begun'),
    (4,  '23514', 'board_lead', 1, 11, 'grave', 'A.6.2.4', NULL, 's', 'e', 'aims.today() + 14', 'draft', 'a known grade'),
    (5,  '23503', 'board_lead', 1, 11, 'minor', 'A.99', NULL, 's', 'e', 'aims.today() + 14', 'draft', 'a known requirement'),
    (6,  '23502', 'board_lead', 1, 11, 'minor', NULL, NULL, 's', 'e', 'aims.today() + 14', 'draft', 'some requirement'),
    (7,  '23514', 'board_lead', 1, 11, 'minor', 'A.6.2.4', NULL, ' ', 'e', 'aims.today() + 14', 'draft', 'a statement'),
    (8,  '23514', 'board_lead', 1, 11, 'minor', 'A.6.2.4', NULL, 's', E'\n', 'aims.today() + 14', 'draft', 'objective evidence'),
    (9,  '23514', 'board_lead', 1, 11, 'minor', 'A.6.2.4', NULL, 's', 'e', 'NULL', 'draft', 'a day for the answer'),
    (10, '23514', 'board_lead', 1, 11, 'minor', 'A.6.2.4', NULL, 's', 'e', '''infinity''', 'draft', 'that comes'),
    (11, 'MS042', 'board_lead', 1, 11, 'minor', 'A.6.2.4', 'triage', 's', 'e', 'aims.today() + 14', 'draft', 'about systems in the scope alone'),
    (12, 'MS011', 'board_lead', 1, 11, 'minor', 'A.6.2.4', NULL, 's', 'e', 'aims.today() + 14', 'closed', 'no finding begins closed'),
    (13, '00000', 'board_lead', 1, 11, 'major', 'A.6.2.4', 'sepsis-watch', 'no validation since 2024', 'item 1040', 'aims.today() + 14', 'draft', 'a major one'),
    (14, '00000', 'board_third', 2, 11, 'observation', 'A.6.2.7', NULL, 'untidy', 'interview', 'aims.today() + 14', 'draft', 'an observation'),
    (15, '00000', 'board_lead', 3, 11, 'opportunity', '10.1', NULL, 'automate it', 'interview', 'NULL', 'draft', 'an opportunity'),
    (16, '00000', 'board_lead', 4, 11, 'minor', 'A.6.2.4', NULL, 'a mistake', 'item 1037', 'aims.today() + 14', 'draft', 'and a mistake'))
    AS t (nr, state, role, id, audit, grade, ref, system, statement, evidence, due, status, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note, audit_finding_id)
            VALUES ((SELECT min(audit_sample_id) FROM aims.audit_sample), %L, %L, %L, %s)', item, conforming, note, finding), name)
  FROM (VALUES
    (1, '42501', 'board_officer', '1040', true, 'n', 'NULL', 'who is audited examines nothing'),
    (2, 'MS013', 'board_second', '1040', true, 'n', 'NULL', 'nor does an auditor of another audit'),
    (3, 'MS017', 'board_lead', '1002', true, 'n', 'NULL', 'what was not drawn has no result'),
    (4, '23514', 'board_lead', '1040', true, '', 'NULL', 'a result says what was looked at'),
    (5, '23514', 'board_lead', '1040', false, 'n', 'NULL', 'what does not conform is a finding'),
    (6, '23503', 'board_lead', '1040', false, 'n', '77', 'that there is'),
    (7, '23502', 'board_lead', '1040', NULL, 'n', 'NULL', 'a result is one or the other'),
    (8, '00000', 'board_lead', '1040', false, 'report of 2024', '1', 'the first does not conform'),
    (9, '00000', 'board_lead', '1037', false, 'misread', '4', 'the second'),
    (10, '00000', 'board_third', '1038', true, 'fine', 'NULL', 'the third does'),
    (11, '00000', 'board_third', '1001', true, 'fine', 'NULL', 'the fourth'))
    AS t (nr, state, role, item, conforming, note, finding, name)
 ORDER BY nr;
SELECT results_eq($$SELECT position::integer, item, conforming, audit_finding_id::integer, recorded_by FROM aims.audit_sample_item
                     WHERE audit_sample_id = (SELECT min(audit_sample_id) FROM sample) ORDER BY position$$,
    $$VALUES (1, '1040', false, 1, 'lead'), (2, '1037', false, 4, 'lead'), (3, '1038', true, NULL, 'third'),
             (4, '1001', true, NULL, 'third'), (5, '1034', NULL::boolean, NULL, NULL)$$, 'results item by item');
SELECT throws_ok(command, 'MS041', NULL, name)
  FROM (VALUES ('UPDATE aims.audit_sample_result SET conforming = true', 'a result is not changed'),
               ('DELETE FROM aims.audit_sample_result', 'nor removed'),
               ('DELETE FROM aims.audit_finding', 'nor a finding'),
               ('DELETE FROM aims.internal_audit', 'nor an audit'),
               ('TRUNCATE aims.internal_audit_scope', 'nor a scope')) AS t (command, name);

-- The report
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1,  'MS042', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'c', report_sha256 = sha256('r') WHERE internal_audit_id = 11$$, 'a report is somewhere'),
    (2,  '23514', 'board_lead', $$UPDATE aims.internal_audit SET report_sha256 = 'x' WHERE internal_audit_id = 11$$, 'its hash has 32 bytes'),
    (3,  '00000', 'board_lead', $$UPDATE aims.internal_audit SET conclusion = 'conforms, but for', report_uri = 'dms:11', report_sha256 = sha256('r') WHERE internal_audit_id = 11$$, 'it is written'),
    (4,  'MS013', 'board_third', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$, 'the lead auditor reports, nobody else'),
    (5,  'MS042', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$, 'drafts and items that nobody examined are in the way'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT set_eq($$SELECT regexp_replace(aims.audit_obstacle(11, 'reported'), 'sample \d+', 'sample')$$, $$VALUES
    ('finding 1 is a draft: issue or withdraw it'), ('finding 2 is a draft: issue or withdraw it'),
    ('finding 3 is a draft: issue or withdraw it'), ('finding 4 is a draft: issue or withdraw it'),
    ('sample has 1 of 5 items that are not examined'), ('sample has 5 of 5 items that are not examined'),
    ('sample has 2 of 2 items that are not examined'), ('sample has 1 of 1 items that are not examined')$$, 'all of them');
SELECT pg_temp.act('board_lead', format(
    'INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note) VALUES (%s, %L, true, %L)', audit_sample_id, item, 'fine'))
  FROM aims.audit_sample_item WHERE conforming IS NULL;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'board_officer', $$UPDATE aims.audit_finding SET status = 'open' WHERE audit_finding_id = 1$$, 'an auditor issues findings'),
    (2, 'MS013', 'board_second', $$UPDATE aims.audit_finding SET status = 'open' WHERE audit_finding_id = 1$$, 'of the audit'),
    (3, '00000', 'board_lead', $$UPDATE aims.audit_finding SET status = 'open' WHERE audit_finding_id IN (1, 2, 3)$$, 'three are issued'),
    (4, 'MS042', 'board_lead', $$UPDATE aims.audit_finding SET status = 'withdrawn' WHERE audit_finding_id = 4$$, 'one is withdrawn, with a note'),
    (5, '00000', 'board_lead', $$UPDATE aims.audit_finding SET status = 'withdrawn', closing_note = 'misread' WHERE audit_finding_id = 4$$, 'such as this'),
    (6, 'MS041', 'board_lead', $$UPDATE aims.audit_finding SET grade = 'minor' WHERE audit_finding_id = 1$$, 'what was issued stays'),
    (7, 'MS042', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$, 'the item of the finding that was withdrawn is in the way'),
    (8, '00000', 'board_lead', $$INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note) VALUES ((SELECT min(audit_sample_id) FROM aims.audit_sample), '1037', true, 'read again')$$, 'a newer result counts'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
CALL pg_temp.as_restored($$INSERT INTO aims.duty (person, duty, valid_from) VALUES ('third', 'data_steward', aims.today())$$);
SELECT pg_temp.ends_with('MS012', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$,
    'independence is judged again at the report: a duty of today is in the way');
CALL pg_temp.as_restored($$DELETE FROM aims.duty WHERE person = 'third' AND duty = 'data_steward'$$);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1,  '00000', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$, 'the report'),
    (2,  'MS041', 'board_lead', $$UPDATE aims.internal_audit SET conclusion = 'conforms' WHERE internal_audit_id = 11$$, 'stays as it is'),
    (3,  'MS041', 'board_lead', $$DELETE FROM aims.internal_audit_scope WHERE internal_audit_id = 11$$, 'its scope'),
    (4,  'MS041', 'board_lead', $$INSERT INTO aims.internal_audit_member VALUES (11, 'second')$$, 'its team'),
    (5,  'MS015', 'board_lead', $$INSERT INTO aims.audit_finding (audit_finding_id, internal_audit_id, grade, ref, statement, objective_evidence, response_due) VALUES (9, 11, 'minor', 'A.6.2.4', 's', 'e', aims.today())$$, 'its findings'),
    (6,  'MS015', 'board_lead', $$SELECT aims.draw_audit_sample(11, 'evidence', 5, 42)$$, 'its samples'),
    (7,  'MS015', 'board_lead', $$INSERT INTO aims.audit_sample_result (audit_sample_id, item, conforming, note) VALUES ((SELECT min(audit_sample_id) FROM aims.audit_sample), '1037', true, 'n')$$, 'and their results'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (8,  'MS043', 'board_officer', $$UPDATE aims.internal_audit SET status = 'closed' WHERE internal_audit_id = 11$$, 'it is not closed by typing'),
    (9,  '42501', 'board_lead', $$SELECT aims.approve('internal_audit', '11', 'approval', 'r')$$, 'nor by its author'),
    (10, 'MS013', 'board_member', $$SELECT aims.approve('internal_audit', '11', 'approval', 'r')$$, 'nor by the committee'),
    (11, 'MS042', 'board_officer', $$SELECT aims.approve('internal_audit', '11', 'approval', 'r')$$, 'nor while a nonconformity is open'),
    (12, '00000', 'board_sponsor', $$SELECT aims.reject('internal_audit', '11', 'name the ward')$$, 'management sends it back'),
    (13, '00000', 'board_lead', $$UPDATE aims.internal_audit SET conclusion = 'ward 3 does not conform' WHERE internal_audit_id = 11$$, 'it is amended'),
    (14, '00000', 'board_lead', $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = 11$$, 'and reported again'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT set_eq($$SELECT aims.audit_obstacle(11, 'closed')$$, $$VALUES ('finding 1 (major, A.6.2.4) is open')$$, 'what hinders its end');
SELECT results_eq($$SELECT subject_id, action, duty, system FROM aims.internal_audit_action WHERE subject = 'audit_finding' ORDER BY 1$$,
    $$VALUES ('1', 'open a corrective action for the audit finding', 'system_owner', 'sepsis-watch'), ('2', 'answer the audit finding', 'ai_officer', NULL),
             ('3', 'answer the audit finding', 'ai_officer', NULL)$$, 'what there is to do about findings');
CALL pg_temp.as_restored('UPDATE aims.audit_finding SET response_due = aims.today() - 1 WHERE response_due IS NOT NULL');
SELECT results_eq('SELECT audit_finding_id::integer, state FROM aims.audit_finding_state ORDER BY 1',
    $$VALUES (1, 'overdue'), (2, 'overdue'), (3, 'open'), (4, 'withdrawn')$$, 'silence shows on the day after');

-- Nonconformities close with their corrective action
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS042', 'board_lead', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'trust me' WHERE audit_finding_id = 1$$, 'a nonconformity is not closed by a note'),
    (2, 'MS013', 'board_owner', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'n' WHERE audit_finding_id = 2$$, 'nor anything by who is audited'),
    (3, '00000', 'board_owner', $$UPDATE aims.audit_finding SET response = 'tidied up' WHERE audit_finding_id = 2$$, 'who answers'),
    (4, '00000', 'board_third', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'seen' WHERE audit_finding_id = 2$$, 'so that an auditor closes it'),
    (5, 'MS041', 'board_owner', $$UPDATE aims.audit_finding SET response = 'never mind' WHERE audit_finding_id = 2$$, 'for good'),
    (6, '23503', 'board_owner', $$INSERT INTO aims.capa (title, source, audit_finding) VALUES ('t', 'audit_finding', 77)$$, 'a corrective action is of a finding that there is'),
    (7, '00000', 'board_owner', $$INSERT INTO aims.capa (capa_id, title, source, audit_finding, system, owner) VALUES (71, 'validate', 'audit_finding', 1, 'sepsis-watch', 'owner')$$, 'one is opened'),
    (8, 'MS042', 'board_lead', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'n' WHERE audit_finding_id = 1$$, 'an open one closes nothing'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT state, corrected, capa_ids FROM aims.audit_finding_state WHERE audit_finding_id = 1',
    $$VALUES ('open', false, '{71}'::bigint[])$$, 'it is being worked on');
CALL pg_temp.as_restored($$UPDATE aims.capa SET status = 'verified' WHERE capa_id = 71$$);
SELECT pg_temp.ends_with('MS042', 'board_lead', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'n' WHERE audit_finding_id = 1$$,
    'one that was done, but not judged, neither');
CALL pg_temp.as_restored($$UPDATE aims.capa SET status = 'effective' WHERE capa_id = 71$$);
CALL pg_temp.as_restored($$INSERT INTO aims.capa (capa_id, title, source, audit_finding, status) VALUES (72, 't', 'audit_finding', 1, 'withdrawn')$$);
SELECT results_eq($$SELECT action, duty FROM aims.internal_audit_action WHERE subject = 'audit_finding' AND subject_id = '1'$$,
    $$VALUES ('close the audit finding', 'internal_auditor')$$, 'once it is effective, an auditor is to look');
CREATE TEMPORARY TABLE kept AS SELECT period_until, report_due FROM aims.internal_audit WHERE internal_audit_id = 11;
CALL pg_temp.as_restored($$UPDATE aims.internal_audit SET period_until = aims.today() + 1, report_due = aims.today() + 9 WHERE internal_audit_id = 11$$);
SELECT results_eq($$SELECT o FROM aims.audit_obstacle(11, 'reported') AS o WHERE o LIKE '%period%'$$, $$SELECT format('the audited period ends on %s', to_char(aims.today() + 1, 'YYYY-MM-DD'))$$,
    'a period that has not ended is not reported on');
CALL pg_temp.as_restored($$UPDATE aims.internal_audit SET period_until = k.period_until, report_due = k.report_due FROM kept AS k WHERE internal_audit_id = 11$$);
SELECT pg_temp.ends_with('00000', 'board_lead', $$UPDATE aims.audit_finding SET status = 'closed', closing_note = 'seen', closed_by = 'guest' WHERE audit_finding_id = 1$$, 'and closes it');
CALL pg_temp.as_restored($$INSERT INTO aims.internal_audit_member (internal_audit_id, person) VALUES (11, 'sponsor')$$);
SELECT pg_temp.ends_with('MS012', 'board_sponsor', $$SELECT aims.approve('internal_audit', '11', 'approval', 'my own')$$, 'whoever audited does not sign the report');
CALL pg_temp.as_restored($$DELETE FROM aims.internal_audit_member WHERE internal_audit_id = 11 AND person = 'sponsor'$$);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (2, '00000', 'board_sponsor', $$SELECT aims.approve('internal_audit', '11', 'approval', 'thank you')$$, 'then the report is signed'),
    (3, 'MS015', 'board_officer', $$SELECT aims.approve('internal_audit', '11', 'approval', 'me too')$$, 'once'),
    (4, 'MS011', 'board_lead', $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = 11$$, 'and for good'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq($$SELECT status, closed_by::text, (SELECT closed_by::text FROM aims.audit_finding WHERE audit_finding_id = 1) FROM aims.internal_audit WHERE internal_audit_id = 11$$,
    $$VALUES ('closed', 'sponsor', 'lead')$$, 'who did what is the server''s to say');
SELECT results_eq($$SELECT decision, person, intact FROM aims.signature WHERE subject = 'internal_audit' ORDER BY approval_id$$,
    $$VALUES ('reject', 'sponsor', false), ('approve', 'sponsor', true)$$, 'signed is what there is now');
CALL pg_temp.as_restored($$INSERT INTO aims.capa (capa_id, title, source, audit_finding, status) VALUES (73, 'again', 'audit_finding', 1, 'opened')$$);
SELECT is((SELECT state FROM aims.audit_finding_state WHERE audit_finding_id = 1), 'reopened', 'a corrective action that is opened anew opens the finding');
CALL pg_temp.as_restored('DELETE FROM aims.capa WHERE capa_id = 73');
CALL pg_temp.as_restored($$INSERT INTO aims.duty (person, duty, valid_from) VALUES ('lead', 'system_owner', aims.today() + 1)$$);
SELECT is_empty($$SELECT * FROM aims.audit_conflict WHERE internal_audit_id = 11$$, 'what an auditor becomes after the report taints it no more');

-- What has been audited, and what is due
SELECT results_eq($$SELECT coalesce(ref::text, system), audits::integer, audited_on, planned_on FROM aims.audit_coverage
                     WHERE ref::text IN ('A.6.2.4', 'A.7.4') OR system IS NOT NULL ORDER BY system NULLS FIRST, ref$$,
    $$VALUES ('A.6.2.4', 1, aims.today(), NULL::date), ('A.7.4', 0, NULL, NULL), ('sepsis-watch', 1, aims.today(), NULL), ('triage', 0, NULL, NULL)$$,
    'an objective in the scope covers its controls, once');
SELECT pg_temp.act('board_officer', $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (12, 'A.7')$$);
SELECT is((SELECT planned_on FROM aims.audit_coverage WHERE ref::text = 'A.7.4'), aims.today(), 'and an audit that is planned shows');
SELECT results_eq($$SELECT detail FROM aims.internal_audit_action WHERE action = 'plan audits of what the programme has left out'$$,
    $$VALUES (format('56 requirements and 1 AI systems are neither audited since %s nor planned to be', to_char(aims.today() - 300, 'YYYY-MM-DD')))$$,
    'at the end of the programme what it has left out shows');
SELECT results_eq($$SELECT action, subject_id, person FROM aims.internal_audit_action WHERE subject = 'internal_audit'$$,
    $$VALUES ('begin the audit', '12', 'second')$$, 'the lead auditor is reminded');
SELECT is_empty($$SELECT * FROM aims.internal_audit_action WHERE action = 'plan an internal audit'$$, 'an audit was reported: none is due');
CALL pg_temp.as_restored($$UPDATE aims.internal_audit SET reported_at = reported_at - make_interval(months => 13) WHERE internal_audit_id = 11$$);
SELECT is_empty($$SELECT * FROM aims.internal_audit_action WHERE action = 'plan an internal audit'$$, 'one is planned');
SELECT pg_temp.ends_with('00000', 'board_officer', $$UPDATE aims.internal_audit SET status = 'cancelled' WHERE internal_audit_id = 12$$, 'that one is cancelled');
SELECT results_eq($$SELECT subject_id, due_on < aims.today() FROM aims.internal_audit_action WHERE action = 'plan an internal audit'$$,
    $$VALUES ('year', true)$$, 'thirteen months after the last report the next is overdue');
CALL pg_temp.as_restored($$UPDATE aims.audit_programme SET ends_on = aims.today() - 1$$);
SELECT results_eq($$SELECT action FROM aims.internal_audit_action WHERE subject = 'audit_programme'$$,
    $$VALUES ('draw up an audit programme')$$, 'and the programme that ended yesterday is none');

SELECT * FROM finish();
\i test/drop_database.sql
\i test/board_leaves.sql
