\i test/setup.sql
-- Incidents: reported by anybody, clocks that facts start, closed by another person.
BEGIN;
\i test/act.sql
SELECT plan(188);
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['owner', 'officer', 'second', 'guest', 'nurse', 'auditor', 'nobody'] LOOP
        EXECUTE format('CREATE ROLE incident_%s', r);
    END LOOP;
END $$;
SELECT aims.grant_duty_role(bundle, ('incident_' || role)::regrole)
  FROM (VALUES ('officer', 'owner'), ('officer', 'officer'), ('officer', 'second'), ('officer', 'guest'),
               ('reporter', 'nurse'), ('auditor', 'auditor'), ('officer', 'nobody')) AS t (bundle, role) \g /dev/null

-- Who there is, and systems in use, as of long ago
SET LOCAL session_replication_role = replica;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Hospital', 'America/New_York');
INSERT INTO aims.person (person, full_name, email, db_role) VALUES
    ('owner', 'Olive Owner', 'olive@h.org', 'incident_owner'), ('officer', 'Otto Officer', NULL, 'incident_officer'),
    ('second', 'Sue Second', NULL, 'incident_second'), ('guest', 'Gus Guest', NULL, 'incident_guest'),
    ('nurse', 'Nora Nurse', NULL, 'incident_nurse'), ('auditor', 'Abe Auditor', NULL, 'incident_auditor');
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme'), ('zeta', 'Zeta');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage, vendor, product, eu_tier, phi, fda_number, organisation_role) VALUES
    ('sepsis',  'Sepsis',  'owner', 'p', 'operation_monitoring', NULL,   NULL,   'high', true,  'K1', 'user'),
    ('triage',  'Triage',  'owner', 'p', 'operation_monitoring', 'acme', 'Suite', NULL,  true,  NULL, NULL),
    ('reading', 'Reading', 'owner', 'p', 'deployment',           'acme', 'Suite', NULL,  true,  NULL, NULL),
    ('coding',  'Coding',  'owner', 'p', 'operation_monitoring', 'acme', 'Coder', NULL,  true,  NULL, NULL),
    ('draft',   'Draft',   'owner', 'p', 'inception',            NULL,   NULL,   NULL,   false, NULL, NULL);
INSERT INTO aims.component (system, component, kind, title, vendor) VALUES ('draft', 'engine', 'library', 'Suite', 'acme');
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES
    ('owner', 'system_owner', NULL, '2020-01-01'), ('officer', 'ai_officer', NULL, '2020-01-01'),
    ('second', 'ai_officer', NULL, '2020-01-01'), ('auditor', 'internal_auditor', NULL, '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;

-- Deadlines
INSERT INTO aims.holiday (calendar, day, title, source)
SELECT 'us-federal', day::date, 'A day off', 'x' FROM unnest('{2026-07-03,2026-09-07,2026-11-14}'::text[]) AS day
UNION ALL SELECT 'shut', '2026-03-06'::date + n, 'Shut', 'x' FROM generate_series(1, 200) AS n;
SELECT is(to_char(aims.reporting_deadline(at::timestamptz, allowed, unit, calendar) AT TIME ZONE 'America/New_York', 'YYYY-MM-DD HH24:MI'), due, name)
  FROM (VALUES
    ('2026-03-06 10:00-05', 72, 'hours',           NULL, '2026-03-09 11:00', 'hours are hours, over a change of the clocks too'),
    ('2026-03-06 10:00-05', 2,  'days',            NULL, '2026-03-08 23:59', 'days end at midnight of the organisation'),
    ('2026-03-06 23:30-05', 2,  'days',            NULL, '2026-03-08 23:59', 'which is not midnight elsewhere'),
    ('2026-03-06 10:00-05', 1,  'working_days',    NULL, '2026-03-09 23:59', 'the working day after a Friday is a Monday'),
    ('2026-03-07 10:00-05', 1,  'working_days',    NULL, '2026-03-09 23:59', 'and after a Saturday'),
    ('2026-03-04 10:00-05', 10, 'working_days',    NULL, '2026-03-18 23:59', 'ten working days are two weeks'),
    ('2026-01-05 10:00-05', 60, 'days_after_year', NULL, '2027-03-01 23:59', 'days after the end of the year'),
    ('2026-12-31 23:30-05', 60, 'days_after_year', NULL, '2027-03-01 23:59', 'which ends where the organisation is'),
    ('2026-07-02 10:00-04', 1,  'working_days',    'us-federal', '2026-07-06 23:59', 'a holiday is no working day'),
    ('2026-07-02 10:00-04', 1,  'working_days',    NULL, '2026-07-03 23:59', 'where a calendar is named'),
    ('2026-07-02 10:00-04', 1,  'working_days',    'none', '2026-07-03 23:59', 'that has it'),
    ('2026-09-04 10:00-04', 10, 'working_days',    'us-federal', '2026-09-21 23:59', 'one in between moves the end'),
    ('2026-09-07 10:00-04', 1,  'working_days',    'us-federal', '2026-09-08 23:59', 'the day of detection counts in no case'),
    ('2026-11-13 10:00-05', 1,  'working_days',    'us-federal', '2026-11-16 23:59', 'on a Saturday it takes nothing away'),
    ('2026-07-02 10:00-04', 1,  'days',            'us-federal', '2026-07-03 23:59', 'days are days'),
    ('2026-03-06 10:00-05', 1,  'working_days',    'shut', '2026-09-23 23:59', 'however long it takes')
  ) AS t (at, allowed, unit, calendar, due, name);
SELECT is(aims.reporting_deadline(now(), NULL, NULL), NULL, 'a source without a number sets no time');
SELECT is(aims.reporting_deadline(at, allowed, unit), NULL, name)
  FROM (VALUES (NULL::timestamptz, 1, 'working_days', 'nor does what has not been detected'), (now(), NULL, 'working_days', 'or is of no number'),
               (now(), 1, NULL, 'of no unit'), (now(), 1, 'fortnights', 'or of another one')) AS t (at, allowed, unit, name);

-- Reporting: anybody known, and what is typed of who and when counts for nothing
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm, created_by, created_at)
        VALUES (1001, 'Alert came late', 'sepsis', 'minor', 'potential', 'officer', '2020-01-01')$$, 'a nurse reports'),
    (2, '00000', 'incident_auditor', $$INSERT INTO aims.incident (incident_id, title, vendor, product, severity, harm)
        VALUES (1002, 'Vendor says: wrong units', 'acme', 'Suite', 'critical', 'potential')$$, 'an auditor reports an incident of a vendor'),
    (3, '42501', 'incident_nurse', 'SELECT title FROM aims.incident', 'a reporter reads no register'),
    (4, '42501', 'incident_nurse', $$UPDATE aims.incident SET severity = 'critical'$$, 'and changes nothing'),
    (5, '23502', 'incident_nurse', $$INSERT INTO aims.incident (title, system, harm) VALUES ('x', 'sepsis', 'none')$$, 'the severity is stated'),
    (6, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm) VALUES ('x', 'sepsis', 'bad', 'none')$$, 'in a word that there is'),
    (7, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm) VALUES ('x', 'sepsis', 'minor', 'some')$$, 'so is the harm'),
    (8, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm) VALUES (' ', 'sepsis', 'minor', 'none')$$, 'a blank title says nothing'),
    (9, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, severity, harm) VALUES ('x', 'minor', 'none')$$, 'an incident is about a system or a vendor'),
    (10, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, product, severity, harm) VALUES ('x', 'sepsis', 'Suite', 'minor', 'none')$$, 'a product has a vendor'),
    (12, 'MS044', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, detected_at) VALUES ('x', 'sepsis', 'minor', 'none', now() + make_interval(hours => 1))$$, 'nothing is detected tomorrow'),
    (13, 'MS044', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, occurred_at) VALUES ('x', 'sepsis', 'minor', 'none', 'infinity')$$, 'nor happens at the end of time'),
    (14, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, detected_at) VALUES ('x', 'sepsis', 'minor', 'none', '-infinity')$$, 'or is detected at its beginning'),
    (15, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, occurred_at, detected_at) VALUES ('x', 'sepsis', 'minor', 'none', '2026-02-01', '2026-01-01')$$, 'it happens before it is detected'),
    (16, '23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, affected_count) VALUES ('x', 'sepsis', 'minor', 'none', -1)$$, 'fewer than nobody are not affected'),
    (17, 'MS011', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm, status) VALUES ('x', 'sepsis', 'minor', 'none', 'closed')$$, 'no incident is entered as closed')
  ) AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT pg_temp.ends_with('23514', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm) VALUES ('x', 'no"such', 'minor', 'none')$$, 'a slug is a slug');
SELECT pg_temp.ends_with('23503', 'incident_nurse', $$INSERT INTO aims.incident (title, system, severity, harm) VALUES ('x', 'no-such', 'minor', 'none')$$, 'and names a system');
SELECT results_eq($$SELECT created_by::text, created_at > now() - make_interval(days => 1), status FROM aims.incident WHERE incident_id = 1001$$,
    $$VALUES ('nurse', true, 'open')$$, 'who reported it and when are the server''s to say');
SELECT pg_temp.act('incident_officer', $$UPDATE aims.incident SET created_by = 'officer', title = 'Alert came too late' WHERE incident_id = 1001$$) \g /dev/null
SELECT results_eq($$SELECT created_by::text, title FROM aims.incident WHERE incident_id = 1001$$,
    $$VALUES ('nurse', 'Alert came too late')$$, 'and who reported it cannot be erased');

-- Affected systems
SELECT results_eq($$SELECT system, because FROM aims.incident_affected WHERE incident_id = 1002 ORDER BY system$$,
    $$VALUES ('draft', '{component of the vendor}'::text[]), ('reading', '{product of the vendor}'), ('triage', '{product of the vendor}')$$,
    'an incident of a product affects every system with it');
SELECT pg_temp.ends_with('00000', 'incident_officer', 'INSERT INTO aims.incident_system VALUES (1001, $$draft$$)', 'another system is listed');
SELECT results_eq($$SELECT system, because FROM aims.incident_affected WHERE incident_id = 1001 ORDER BY system$$,
    $$VALUES ('draft', '{listed}'::text[]), ('sepsis', '{named}')$$, 'its own and those listed are affected');
SELECT results_eq($$SELECT system::text, kind::text, opened_by::text FROM aims.finding WHERE incident = 1002 ORDER BY system$$,
    $$VALUES ('reading', 'incident', 'auditor'), ('triage', 'incident', 'auditor')$$,
    'a critical one opens a finding for each affected system in use');
SELECT is_empty('SELECT FROM aims.finding WHERE incident = 1001', 'a minor one without harm opens none');
SELECT pg_temp.act('incident_officer', $$UPDATE aims.incident SET title = 'Vendor says: wrong unit' WHERE incident_id = 1002$$) \g /dev/null
SELECT results_eq('SELECT count(*) FROM aims.finding WHERE incident = 1002', 'VALUES (2::bigint)', 'and one only');
SELECT results_eq($$SELECT a.requirement FROM aims.gate('triage', 're_evaluation') AS a WHERE a.met$$, $$VALUES ('cause')$$,
    'which is a cause of re-evaluation');

-- Rules apply from a day, which is written somewhere
SELECT results_eq($$SELECT r.rule::text, r.applies_from, r.applies_source IS NOT NULL FROM aims.reporting_rule AS r WHERE r.shipped AND r.applies_from IS NOT NULL ORDER BY r.rule$$,
    $$VALUES ('eu-ai-act-26-5', '2027-12-02'::date, true), ('eu-ai-act-73-2', '2026-08-02', true), ('eu-ai-act-73-3', '2026-08-02', true), ('eu-ai-act-73-4', '2026-08-02', true)$$,
    'rules of the EU AI Act apply in steps, the others already');
SELECT is((SELECT applies_from FROM aims.reporting_rule WHERE rule = 'eu-ai-act-26-5'), (SELECT due_on FROM aims.framework_deadline WHERE deadline = 'eu-high-risk-annex-iii' AND shipped),
    'as the deadlines of the framework say');
SAVEPOINT dated;
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm) VALUES (1010, 'Fall', 'sepsis', 'serious', 'permanent')$$) \g /dev/null
SELECT is(EXISTS (SELECT FROM aims.incident_clock WHERE incident_id = 1010 AND rule = 'eu-ai-act-26-5'), aims.today() >= '2027-12-02',
    'no clock by what does not apply yet');
ROLLBACK TO dated;
INSERT INTO aims.reporting_rule (rule, title, audience, source, harms, severities, eu_tiers, roles, instead_of)
SELECT 'eu-ai-act-26-5-now', r.title, r.audience, 'House rule 5: as if it applied', r.harms, r.severities, r.eu_tiers, r.roles, r.rule
  FROM aims.reporting_rule AS r WHERE r.rule = 'eu-ai-act-26-5';

-- Clocks: facts start them, and leave them
CREATE FUNCTION pg_temp.clocks(incident bigint) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(rule || ' ' || state, ', ' ORDER BY rule) FROM aims.incident_deadline WHERE incident_id = $1$$;
SELECT is(pg_temp.clocks(1001), NULL, 'a near miss of minor severity starts no clock');
SELECT is(pg_temp.clocks(1002), 'iso42001-a-8-4 running', 'users are told of a critical one');
CREATE TEMP TABLE fact (nr int, incident bigint, set text, clocks text, name text);
INSERT INTO fact VALUES
    (1, 1001, $$harm = 'temporary', severity = 'serious'$$,
     'eu-ai-act-26-5-now running, eu-ai-act-73-2 running, fda-803-30-a-2 running, iso42001-a-8-4 running', 'serious injury with a device of tier high'),
    (2, 1001, $$harm = 'death'$$,
     'eu-ai-act-26-5-now running, eu-ai-act-73-2 running, eu-ai-act-73-4 running, fda-803-30-a-1 running, fda-803-30-a-2 running, iso42001-a-8-4 running', 'death starts others, and those that ran run on'),
    (3, 1001, $$harm = 'none', severity = 'negligible'$$,
     'eu-ai-act-26-5-now running, eu-ai-act-73-2 running, eu-ai-act-73-4 running, fda-803-30-a-1 running, fda-803-30-a-2 running, iso42001-a-8-4 running', 'facts taken back leave the clocks running'),
    (4, 1001, 'widespread = true',
     'eu-ai-act-26-5-now running, eu-ai-act-73-2 running, eu-ai-act-73-3 running, eu-ai-act-73-4 running, fda-803-30-a-1 running, fda-803-30-a-2 running, iso42001-a-8-4 running', 'a widespread one'),
    (5, 1002, 'breach = true, affected_count = 12',
     'gdpr-33 running, gdpr-34 running, hipaa-164-404 running, hipaa-164-408-c running, iso42001-a-8-4 running', 'a small breach'),
    (6, 1002, 'affected_count = 500',
     'gdpr-33 running, gdpr-34 running, hipaa-164-404 running, hipaa-164-408-b running, hipaa-164-408-c running, iso42001-a-8-4 running', 'of 500'),
    (7, 1002, 'affected_count = NULL',
     'gdpr-33 running, gdpr-34 running, hipaa-164-404 running, hipaa-164-406 running, hipaa-164-408-b running, hipaa-164-408-c running, iso42001-a-8-4 running', 'not counted counts as many');
CREATE FUNCTION pg_temp.after_fact(f fact) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.act('incident_officer', format('UPDATE aims.incident SET %s WHERE incident_id = %s', f.set, f.incident));
    RETURN NEXT is(pg_temp.clocks(f.incident), f.clocks, f.name);
END $$;
SELECT pg_temp.after_fact(f) FROM (SELECT * FROM fact ORDER BY nr) AS f;
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm, breach) VALUES (1003, 'Lost laptop', 'draft', 'minor', 'none', true)$$) \g /dev/null
SELECT is(pg_temp.clocks(1003), 'gdpr-33 running', 'a breach without health information is none of HIPAA');
SELECT pg_temp.act('incident_owner', $$UPDATE aims.ai_system SET phi = NULL WHERE system = 'draft'$$) \g /dev/null
SELECT is(pg_temp.clocks(1003), 'gdpr-33 running, hipaa-164-404 running, hipaa-164-406 running, hipaa-164-408-b running',
    'what is learned of a system starts clocks; not stated counts as health information');
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, vendor, severity, harm) VALUES (1004, 'Fire', 'zeta', 'catastrophic', 'death')$$) \g /dev/null
SELECT is(pg_temp.clocks(1004), 'iso42001-a-8-4 running', 'without a system no rule about systems is met');

-- Due times are computed
SELECT results_eq($$SELECT bool_and(c.due_at = aims.reporting_deadline(i.detected_at, r.allowed, r.unit, r.calendar)) FROM aims.incident_clock AS c
                      JOIN aims.incident AS i USING (incident_id) JOIN aims.reporting_rule AS r USING (rule) WHERE r.allowed IS NOT NULL$$,
    'VALUES (true)', 'due times follow from the rule and the time of detection');
SELECT pg_temp.act('incident_officer', $$UPDATE aims.incident SET detected_at = detected_at - make_interval(days => 4) WHERE incident_id = 1003$$) \g /dev/null
SELECT is((SELECT state FROM aims.incident_deadline WHERE incident_id = 1003 AND rule = 'gdpr-33'), 'overdue', 'detected earlier, due earlier');
SELECT pg_temp.act('incident_officer', $$UPDATE aims.incident SET detected_at = clock_timestamp() WHERE incident_id = 1003$$) \g /dev/null
SELECT is((SELECT state FROM aims.incident_deadline WHERE incident_id = 1003 AND rule = 'gdpr-33'), 'overdue', 'but not later again');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'incident_officer', $$UPDATE aims.incident_clock SET due_at = 'infinity', rule = 'gdpr-34', incident_id = 1001 WHERE incident_id = 1003 AND rule = 'gdpr-33'$$, 'a due time that is typed'),
    (2, '42501', 'incident_officer', 'DELETE FROM aims.incident_clock', 'nobody removes a clock'),
    (3, '42501', 'incident_officer', $$INSERT INTO aims.incident_clock (incident_id, rule) VALUES (1001, 'gdpr-33')$$, 'or starts one'),
    (4, 'MS042', 'incident_officer', $$UPDATE aims.incident_clock SET status = 'not_applicable' WHERE incident_id = 1003$$, 'not applicable needs a reason'),
    (6, 'MS013', 'incident_owner', $$UPDATE aims.incident_clock SET status = 'not_applicable', reason = 'no' WHERE incident_id = 1003$$, 'of an AI officer'),
    (7, 'MS014', 'incident_nobody', $$UPDATE aims.incident_clock SET status = 'not_applicable', reason = 'no' WHERE incident_id = 1003$$, 'who is somebody'),
    (8, '00000', 'incident_officer', $$UPDATE aims.incident_clock SET status = 'not_applicable', reason = 'The disk was encrypted' WHERE incident_id = 1003 AND rule LIKE 'hipaa-%'$$, 'with a reason it is'),
    (9, 'MS041', 'incident_officer', $$UPDATE aims.incident_clock SET reason = 'Because' WHERE incident_id = 1003 AND rule = 'hipaa-164-404'$$, 'and the reason stays'),
    (10, 'MS011', 'incident_officer', $$UPDATE aims.incident_clock SET status = 'running' WHERE incident_id = 1003 AND rule = 'hipaa-164-404'$$, 'and so does the decision')
  ) AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT is((SELECT due_at < now() FROM aims.incident_clock WHERE incident_id = 1003 AND rule = 'gdpr-33'), true, 'is not taken');
SELECT results_eq($$SELECT DISTINCT state, decided_by FROM aims.incident_deadline WHERE incident_id = 1003 AND rule LIKE 'hipaa-%'$$,
    $$VALUES ('not_applicable', 'officer')$$, 'who decided it shows');

-- Communications answer clocks
SAVEPOINT others;
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES ('guest', 'system_owner', 'sepsis', '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;
SELECT pg_temp.ends_with('MS013', 'incident_guest', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (1002, 'regulator', 'eu-ai-act-73-2', 'R1', 'x')$$, 'the owner of a system that a vendor''s incident does not affect tells nobody');
UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE person = 'guest';
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES ('guest', 'system_owner', 'triage', '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;
SELECT pg_temp.ends_with('23503', 'incident_guest', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (1002, 'regulator', 'eu-ai-act-73-2', 'R1', 'x')$$, 'of one that it does, if there is a clock');
ROLLBACK TO others;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, content) VALUES (1001, 'executive', 'FYI')$$, 'the board is told'),
    (2, '23503', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (1001, 'vendor', 'eu-ai-act-73-2', 'R1', 'x')$$, 'the vendor is not the regulator'),
    (3, '23503', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (1002, 'regulator', 'eu-ai-act-73-2', 'R1', 'x')$$, 'no clock, no answer'),
    (4, '23514', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, content) VALUES (1001, 'regulator', 'eu-ai-act-73-2', 'x')$$, 'an answer has a reference'),
    (5, '23514', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience) VALUES (1001, 'users')$$, 'and says something'),
    (6, '23514', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, content) VALUES (1001, 'family', 'x')$$, 'to an audience that there is'),
    (7, 'MS044', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, content, sent_at) VALUES (1001, 'users', 'x', now() - make_interval(days => 9))$$, 'not before it was detected'),
    (8, 'MS044', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, content, sent_at) VALUES (1001, 'users', 'x', 'infinity')$$, 'nor in the future'),
    (9, 'MS014', 'incident_nobody', $$INSERT INTO aims.incident_communication (incident_id, audience, content) VALUES (1001, 'users', 'x')$$, 'nobody has told nobody'),
    (10, '42501', 'incident_nurse', $$INSERT INTO aims.incident_communication (incident_id, audience, content) VALUES (1001, 'users', 'x')$$, 'reporters report'),
    (11, '42501', 'incident_owner', $$UPDATE aims.incident_communication SET sent_at = now()$$, 'what was sent was sent'),
    (12, '00000', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content, recorded_by, recorded_at)
        VALUES (1001, 'regulator', 'eu-ai-act-73-2', 'MSA-1', 'Initial report', 'nurse', '2020-01-01')$$, 'the authority is told')
  ) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT throws_ok(command, 'MS041', NULL, name)
  FROM (VALUES ($$UPDATE aims.incident_communication SET content = 'y'$$, 'nor does a superuser change it'),
               ('DELETE FROM aims.incident_communication', 'or remove it'),
               ('TRUNCATE aims.incident_communication', 'or all of it'),
               ('DELETE FROM aims.incident WHERE incident_id = 1001', 'an incident is never deleted'),
               ('TRUNCATE aims.incident CASCADE', 'nor are all'),
               ('DELETE FROM aims.incident_clock', 'nor a clock')) AS t (command, name);
SELECT results_eq($$SELECT state, late, reference, recorded_at > now() - make_interval(days => 1) FROM aims.incident_deadline WHERE incident_id = 1001 AND rule = 'eu-ai-act-73-2'$$,
    $$VALUES ('in_time', false, 'MSA-1', true)$$, 'the clock is answered in time');
SELECT is((SELECT recorded_by::text FROM aims.incident_communication WHERE reference = 'MSA-1'), 'owner', 'by whom the server knows');
-- Four days ago: 72 hours are over
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm, breach, detected_at)
    VALUES (1005, 'Mail to the wrong list', 'sepsis', 'minor', 'none', true, clock_timestamp() - make_interval(days => 4))$$) \g /dev/null
SAVEPOINT told;
SELECT pg_temp.act('incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (1005, 'regulator', 'gdpr-33', 'G1', 'x')$$) \g /dev/null
SELECT results_eq($$SELECT state, late FROM aims.incident_deadline WHERE incident_id = 1005 AND rule = 'gdpr-33'$$, $$VALUES ('late', true)$$, 'told late is late');
ROLLBACK TO told;
SELECT pg_temp.act('incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content, sent_at) VALUES (1005, 'regulator', 'gdpr-33', 'G1', 'x', now() - make_interval(days => 2))$$) \g /dev/null
SELECT results_eq($$SELECT state, late FROM aims.incident_deadline WHERE incident_id = 1005 AND rule = 'gdpr-33'$$, $$VALUES ('recorded_late', false)$$,
    'said to have been told in time, but recorded after it');

-- Rules of the site
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'incident_owner', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, harms) VALUES ('x', 'x', 'executive', 'x', '{death}')$$, 'rules are an AI officer''s'),
    (2, '23514', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies) VALUES ('x', 'x', 'executive', 'x', false)$$, 'an exclusion names what it excludes'),
    (3, 'MS017', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies, instead_of) VALUES ('x', 'x', 'executive', 'x', false, 'no-such')$$, 'which there is'),
    (4, '23514', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, allowed) VALUES ('x', 'x', 'executive', 'x', 3)$$, 'a number has a unit'),
    (5, '23514', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, harms) VALUES ('x', 'x', 'executive', 'x', '{some}')$$, 'harms are known words'),
    (6, '23514', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, harms) VALUES ('x', 'x', 'executive', 'x', '{}')$$, 'and some'),
    (7, 'MS016', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, shipped) VALUES ('x', 'x', 'executive', 'x', true)$$, 'nothing is shipped by a site'),
    (8, '00000', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies, instead_of) VALUES ('no-gdpr', 'Not bound', 'regulator', 'Counsel, March', false, 'gdpr-33')$$, 'a rule is excluded'),
    (9, '00000', 'incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, allowed, unit, severities, instead_of) VALUES ('board', 'Tell the board', 'executive', 'House rule 4', 24, 'hours', '{minor}', NULL)$$, 'another one is added'),
    (10, '42501', 'incident_officer', $$UPDATE aims.reporting_rule SET allowed = 48 WHERE rule = 'board'$$, 'no rule is changed'),
    (11, '00000', 'incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm, breach) VALUES (1006, 'USB stick', 'sepsis', 'minor', 'none', true)$$, 'another incident'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.clocks(1006), 'board running, hipaa-164-404 running, hipaa-164-406 running, hipaa-164-408-b running', 'goes by the rules of the site');
SELECT throws_ok(command, state, NULL, name)
  FROM (VALUES ($$UPDATE aims.reporting_rule SET allowed = 48 WHERE rule = 'board'$$, 'MS041', 'a superuser changes no rule'),
               ($$DELETE FROM aims.reporting_rule WHERE rule = 'board'$$, 'MS041', 'nor removes one'),
               ($$UPDATE aims.reporting_rule SET allowed = 48 WHERE rule = 'gdpr-33'$$, 'MS016', 'least of all a shipped one')) AS t (command, state, name);
SELECT pg_temp.act('incident_officer', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, allowed, unit, severities, instead_of) VALUES ('board-2', 'Tell the board', 'executive', 'House rule 4a', 12, 'hours', '{minor}', 'board')$$) \g /dev/null
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm) VALUES (1007, 'USB stick', 'draft', 'minor', 'none')$$) \g /dev/null
SELECT is(pg_temp.clocks(1007), 'board-2 running', 'a site replaces its own rules, too');

-- From a day on
SELECT pg_temp.ends_with(state, 'incident_officer', command, name)
  FROM (VALUES
    (1, '23514', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies_from) VALUES ('x', 'x', 'executive', 'x', '2030-01-01')$$, 'a day is written somewhere'),
    (2, '23514', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies_source) VALUES ('x', 'x', 'executive', 'x', 'x')$$, 'and what is written is a day'),
    (3, '23514', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, applies_from, applies_source) VALUES ('x', 'x', 'executive', 'x', 'infinity', 'x')$$, 'which comes'),
    (4, '23514', $$INSERT INTO aims.reporting_rule (rule, title, audience, source, allowed, unit, calendar) VALUES ('x', 'x', 'executive', 'x', 3, 'days', 'us-federal')$$, 'days know no calendar')
  ) AS t (nr, state, command, name) ORDER BY nr;
SAVEPOINT dated;
CREATE FUNCTION pg_temp.clocks_of(rules text, detected timestamptz DEFAULT clock_timestamp()) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    clocks text;
BEGIN
    PERFORM pg_temp.act('incident_officer', 'INSERT INTO aims.reporting_rule (rule, title, audience, source, severities, instead_of, applies, applies_from, applies_source) VALUES ' || rules);
    PERFORM pg_temp.act('incident_nurse', format($i$INSERT INTO aims.incident (incident_id, title, system, severity, harm, detected_at) VALUES (1011, 'USB stick', 'draft', 'minor', 'none', %L)$i$, detected));
    clocks := pg_temp.clocks(1011);
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = coalesce(clocks, 'none');
EXCEPTION WHEN SQLSTATE 'XX999' THEN
    RETURN SQLERRM;
END $$;
SELECT is(pg_temp.clocks_of(rules, detected), clocks, name)
  FROM (VALUES
    ($$('new', 'x', 'executive', 'x', '{minor}', NULL, true, aims.today() + 1, 'x')$$, now(), 'board-2 running', 'not before its day'),
    ($$('new', 'x', 'executive', 'x', '{minor}', NULL, true, aims.today(), 'x')$$, now(), 'board-2 running, new running', 'from its day on'),
    ($$('new', 'x', 'executive', 'x', '{minor}', NULL, true, aims.today(), 'x')$$, now() - make_interval(days => 1), 'board-2 overdue', 'what was detected before stays without'),
    ($$('board-3', 'x', 'executive', 'x', '{minor}', 'board-2', true, aims.today() + 1, 'x')$$, now(), 'board-2 running', 'a rule goes on until the day that replaces it'),
    ($$('board-3', 'x', 'executive', 'x', '{minor}', 'board-2', true, aims.today(), 'x')$$, now(), 'board-3 running', 'and no longer'),
    ($$('no-board', 'x', 'executive', 'x', '{minor}', 'board-2', false, aims.today() + 1, 'x')$$, now(), 'board-2 running', 'or is repealed'),
    ($$('no-board', 'x', 'executive', 'x', '{minor}', 'board-2', false, aims.today(), 'x')$$, now(), 'none', 'on that day')
  ) AS t (rules, detected, clocks, name);
ROLLBACK TO dated;

-- Holidays
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm) VALUES (1012, 'Fall', 'sepsis', 'serious', 'permanent')$$) \g /dev/null
CREATE TEMP TABLE due AS SELECT due_at FROM aims.incident_clock WHERE incident_id = 1012 AND rule = 'fda-803-30-a-2';
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'incident_owner', $$INSERT INTO aims.holiday VALUES ('us-federal', '2027-01-01', 'New Year''s Day', '5 U.S.C. 6103')$$, 'no owner takes a day off'),
    (2, '42501', 'incident_auditor', $$INSERT INTO aims.holiday VALUES ('us-federal', '2027-01-01', 'New Year''s Day', '5 U.S.C. 6103')$$, 'nor an auditor'),
    (3, '23514', 'incident_officer', $$INSERT INTO aims.holiday VALUES ('us-federal', 'infinity', 'Never', 'x')$$, 'a holiday is a day'),
    (4, '23514', 'incident_officer', $$INSERT INTO aims.holiday VALUES ('us-federal', '2027-01-01', 'New Year''s Day', ' ')$$, 'with a source'),
    (5, '00000', 'incident_officer', $$INSERT INTO aims.holiday SELECT 'us-federal', aims.today() + n, 'Convenient', 'x' FROM generate_series(1, 30) AS n$$, 'an AI officer enters it'),
    (6, '00000', 'incident_officer', $$UPDATE aims.incident SET title = 'A fall' WHERE incident_id = 1012$$, 'then the incident changes')
  ) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT results_eq($$SELECT due_at FROM aims.incident_clock WHERE incident_id = 1012 AND rule = 'fda-803-30-a-2'$$, 'SELECT due_at FROM due', 'and no clock that runs is put back');
SELECT pg_temp.act('incident_nurse', $$INSERT INTO aims.incident (incident_id, title, system, severity, harm) VALUES (1013, 'Fall', 'sepsis', 'serious', 'permanent')$$) \g /dev/null
SELECT ok(c.due_at > d.due_at, 'the next one goes by it') FROM aims.incident_clock AS c, due AS d WHERE c.incident_id = 1013 AND c.rule = 'fda-803-30-a-2';
ROLLBACK TO dated;

-- From open to closed
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS011', 'incident_owner', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'x' WHERE incident_id = 1007$$, 'no step is skipped'),
    (2, 'MS013', 'incident_guest', $$UPDATE aims.incident SET status = 'investigating' WHERE incident_id = 1007$$, 'nobody investigates without the duty'),
    (3, '00000', 'incident_owner', $$UPDATE aims.incident SET status = 'investigating' WHERE incident_id = 1007$$, 'the owner investigates'),
    (4, 'MS042', 'incident_owner', $$UPDATE aims.incident SET status = 'contained' WHERE incident_id = 1007$$, 'contained when?'),
    (5, 'MS044', 'incident_owner', $$UPDATE aims.incident SET status = 'contained', contained_at = now() + make_interval(days => 1) WHERE incident_id = 1007$$, 'not tomorrow'),
    (6, '00000', 'incident_owner', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE incident_id = 1007$$, 'now'),
    (7, 'MS042', 'incident_owner', $$UPDATE aims.incident SET status = 'resolved' WHERE incident_id = 1007$$, 'resolved with its root cause'),
    (8, '00000', 'incident_owner', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'Stick not encrypted', resolved_by = 'nurse' WHERE incident_id = 1007$$, 'resolved'),
    (9, 'MS042', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', breach = false WHERE incident_id = 1007$$, 'closed when everything is judged'),
    (10, 'MS042', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', breach = false, widespread = false, affected_count = 0 WHERE incident_id = 1007$$, 'and everybody is told'),
    (11, '00000', 'incident_owner', $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, uri) VALUES (1007, 'executive', 'board-2', 'Minutes 7', 'https://dms/7')$$, 'the board is told'),
    (12, 'MS012', 'incident_owner', $$UPDATE aims.incident SET status = 'closed', breach = false, widespread = false, affected_count = 0 WHERE incident_id = 1007$$, 'by another person than resolved it'),
    (13, '00000', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', breach = false, widespread = false, affected_count = 0 WHERE incident_id = 1007$$, 'closed'),
    (14, 'MS041', 'incident_officer', $$UPDATE aims.incident SET harm = 'none', severity = 'negligible' WHERE incident_id = 1007$$, 'and settled'),
    (15, 'MS041', 'incident_officer', $$INSERT INTO aims.incident_system VALUES (1007, 'sepsis')$$, 'with its parts'),
    (16, 'MS011', 'incident_officer', $$UPDATE aims.incident SET status = 'open' WHERE incident_id = 1007$$, 'it does not open again'))
  AS t (nr, state, role, command, name) ORDER BY nr;
SELECT results_eq($$SELECT resolved_by::text, closed_by::text FROM aims.incident WHERE incident_id = 1007$$, $$VALUES ('owner', 'officer')$$, 'the server says who did it');

-- A grave one needs a corrective action besides
SELECT pg_temp.act('incident_owner', command) FROM (VALUES
    ($$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) SELECT 1002, d.audience, d.rule, 'R', 'x' FROM aims.incident_deadline AS d WHERE d.incident_id = 1002$$),
    ($$UPDATE aims.incident SET status = 'investigating' WHERE incident_id = 1002$$)) AS t (command) \g /dev/null
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'incident_guest', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE incident_id = 1002$$, 'an incident of a vendor alone is the organisation''s'),
    (2, '00000', 'incident_owner', $$UPDATE aims.incident SET status = 'contained', contained_at = now() WHERE incident_id = 1002$$, 'contained'),
    (3, '00000', 'incident_owner', $$UPDATE aims.incident SET status = 'resolved', root_cause = 'Units' WHERE incident_id = 1002$$, 'resolved'),
    (4, 'MS042', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', affected_count = 3, widespread = false WHERE incident_id = 1002$$, 'not closed without a corrective action'),
    (5, '00000', 'incident_owner', $$INSERT INTO aims.capa (capa_id, title, source, incident, owner) VALUES (7001, 'Check units', 'incident', 1002, 'second')$$, 'there is one'),
    (6, 'MS042', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', affected_count = 3, widespread = false WHERE incident_id = 1002$$, 'merely opened'),
    (7, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'Units' WHERE capa_id = 7001$$, 'its cause is known'),
    (8, 'MS042', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', affected_count = 3, widespread = false WHERE incident_id = 1002$$, 'but nothing is planned'),
    (9, '00000', 'incident_second', $$INSERT INTO aims.capa_step (step_id, capa_id, action, owner, due_on) VALUES (7002, 7001, 'Show the unit', 'second', aims.today())$$, 'a step'),
    (10, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today(), effectiveness_due = aims.today() WHERE capa_id = 7001$$, 'it is planned'),
    (11, 'MS012', 'incident_second', $$UPDATE aims.incident SET status = 'closed', affected_count = 3, widespread = false WHERE incident_id = 1002$$, 'who plans it does not close the incident'),
    (12, '00000', 'incident_officer', $$UPDATE aims.incident SET status = 'closed', affected_count = 3, widespread = false WHERE incident_id = 1002$$, 'closed'),
    (13, 'MS042', 'incident_second', $$UPDATE aims.capa SET source = 'finding', finding = (SELECT min(finding_id) FROM aims.finding WHERE incident IS DISTINCT FROM 1002), incident = NULL WHERE capa_id = 7001$$, 'it goes on answering it'),
    (14, '00000', 'incident_second', $$UPDATE aims.capa_step SET status = 'done', result = 'Shown' WHERE step_id = 7002$$, 'it is done'),
    (15, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = 7001$$, 'reported'),
    (16, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'analysed' WHERE capa_id = 7001$$, 'and not good enough'),
    (17, 'MS042', 'incident_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'Too much work' WHERE capa_id = 7001$$, 'the incident rests on it'),
    (18, '00000', 'incident_officer', $$INSERT INTO aims.capa (capa_id, title, source, incident, owner) VALUES (7003, 'Buy another device', 'incident', 1002, 'second')$$, 'another one'),
    (19, 'MS042', 'incident_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'Bought' WHERE capa_id = 7001$$, 'is not planned yet'),
    (20, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'analysed', method = 'five whys', root_cause = 'Units' WHERE capa_id = 7003$$, 'its cause'),
    (21, '00000', 'incident_second', $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) VALUES (7003, 'Order it', 'second', aims.today())$$, 'its step'),
    (22, '00000', 'incident_second', $$UPDATE aims.capa SET status = 'planned', due_on = aims.today(), effectiveness_due = aims.today() WHERE capa_id = 7003$$, 'planned'),
    (23, '00000', 'incident_officer', $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = 'Bought' WHERE capa_id = 7001$$, 'and stands in for it'))
  AS t (nr, state, role, command, name) ORDER BY nr;

-- Contacts
SELECT pg_temp.ends_with(state, 'incident_owner', command, name)
  FROM (VALUES
    (1, '23514', $$INSERT INTO aims.incident_contact (system) VALUES ('sepsis')$$, 'a contact is somebody'),
    (2, '23514', $$INSERT INTO aims.incident_contact (phone) VALUES ('ask')$$, 'a number has digits'),
    (3, '23514', $$INSERT INTO aims.incident_contact (phone, valid_from, valid_until) VALUES ('1', '2026-02-01', '2026-01-01')$$, 'dates are in order'))
  AS t (nr, state, command, name) ORDER BY nr;
SELECT results_eq($$SELECT * FROM aims.check_incident_contact('sepsis', '{}')$$,
    $$VALUES (false, 'no incident contact is named: INSERT INTO aims.incident_contact')$$, 'nobody is no contact');
INSERT INTO aims.incident_contact (contact_id, system, person, valid_from, valid_until) VALUES
    (901, 'sepsis', 'guest', aims.today(), NULL), (902, 'sepsis', 'owner', aims.today() - 9, aims.today() - 1),
    (903, 'sepsis', 'owner', aims.today() + 1, NULL), (904, 'triage', 'owner', aims.today(), NULL);
SELECT results_eq($$SELECT * FROM aims.check_incident_contact('sepsis', '{}')$$,
    format($$VALUES (false, 'contact 901 does not count: guest cannot be reached: neither phone nor email, contact 902 does not count: it ended on %s, contact 903 does not count: it is not valid yet')$$,
           to_char(aims.today() - 1, 'YYYY-MM-DD')), 'nor is whoever cannot be reached today');
INSERT INTO aims.incident_contact (contact_id, phone, valid_until) VALUES (905, '555-1', aims.today());
SELECT results_eq($$SELECT * FROM aims.check_incident_contact('sepsis', '{}')$$, $$VALUES (true, 'contact 905')$$, 'the switchboard is, to its last day');

-- What there is to do
SELECT results_eq($$SELECT action, duty, due_on = aims.day(now()) + 2, ref FROM aims.incident_action WHERE subject_id = '1001' AND detail LIKE 'eu-ai-act-73-3%'$$,
    $$VALUES ('tell the regulator: Widespread infringement or disruption to the market surveillance authority', 'ai_officer', true, 'A.8.3')$$, 'a clock that runs is to be answered');
SELECT is_empty($$SELECT FROM aims.incident_action WHERE subject_id = '1001' AND detail LIKE 'eu-ai-act-73-2%'$$, 'one that was answered is not');
SELECT results_eq($$SELECT action FROM aims.incident_action WHERE subject = 'incident' AND subject_id = '1006' AND detail = 'USB stick' ORDER BY action$$,
    $$VALUES ('investigate the incident'), ('judge the incident: affected_count not stated'), ('judge the incident: widespread not stated')$$, 'what is not judged is asked for');
SELECT results_eq($$SELECT system, detail FROM aims.incident_action WHERE subject = 'ai_system' ORDER BY system$$,
    $$VALUES ('coding', 'contact 905 is the last one'), ('reading', 'contact 905 is the last one'), ('sepsis', 'contact 905 is the last one')$$,
    'systems in use whose last contact ends soon');
SELECT is_empty($$SELECT FROM aims.incident_action WHERE subject_id IN ('1002', '1007')$$, 'closed incidents ask for nothing');
SELECT is_empty($$SELECT FROM aims.incident_action WHERE action IS NULL OR subject_id IS NULL OR detail IS NULL OR ref IS NULL$$, 'every obligation says what it is');

SELECT * FROM finish();
ROLLBACK;
