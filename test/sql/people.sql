\i test/setup.sql
-- People: identity, duties by the day, the root of trust, shipped rows.
SET aims.actor = 'deputy';		-- in a transaction of its own
BEGIN;
\i test/act.sql
SELECT plan(162);

CREATE ROLE people_officer;
CREATE ROLE people_deputy;
CREATE ROLE people_member;
CREATE ROLE people_nobody;
CREATE ROLE people_app;
CREATE ROLE people_portal;
CREATE ROLE people_root SUPERUSER;
GRANT USAGE ON SCHEMA aims TO people_officer, people_deputy, people_member, people_nobody, people_app, people_portal;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aims
   TO people_officer, people_deputy, people_member, people_nobody, people_app, people_portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON aims.person, aims.duty, aims.trusted_application
   TO people_officer, people_deputy, people_member, people_nobody, people_app, people_portal;
GRANT USAGE ON SEQUENCE aims.duty_duty_id_seq
   TO people_officer, people_deputy, people_member, people_nobody, people_app, people_portal;
GRANT people_officer TO people_member;

-- The claim counts in the transaction that set it, and only there
SELECT is(current_setting('aims.actor') || coalesce(aims.claimed_actor(), ''), 'deputy', 'a claim of another transaction is none');
SET LOCAL aims.actor = 'deputy';
SELECT is(aims.claimed_actor(), 'deputy', 'set here, it is one');
SAVEPOINT claim;
SET LOCAL aims.actor = 'member';
ROLLBACK TO claim;
SELECT is(aims.claimed_actor(), 'deputy', 'a savepoint rolled back brings the former claim back');

-- Organisation and the day
SELECT is(aims.today(), (clock_timestamp() AT TIME ZONE 'UTC')::date, 'the day is UTC''s before the organisation is recorded');
INSERT INTO aims.organisation (name, time_zone) VALUES ('St. Vincent', 'Pacific/Kiritimati');
SELECT is(aims.today(), (clock_timestamp() AT TIME ZONE 'Pacific/Kiritimati')::date, 'the day is the organisation''s, to the east');
UPDATE aims.organisation SET time_zone = 'Pacific/Pago_Pago';
SELECT is(aims.today(), (clock_timestamp() AT TIME ZONE 'Pacific/Pago_Pago')::date, 'and to the west');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is(aims.today(), (clock_timestamp() AT TIME ZONE 'Pacific/Pago_Pago')::date, 'whatever the session''s time zone');
SAVEPOINT midnight;
ALTER TABLE aims.organisation DISABLE TRIGGER check_time_zone;
UPDATE aims.organisation SET time_zone = '<now>-' || to_char(make_interval(secs => 86399 - floor(extract(epoch FROM now() AT TIME ZONE 'UTC'))::bigint % 86400), 'HH24:MI:SS');
SELECT pg_sleep(1) \g /dev/null
SELECT is(aims.today(), aims.day(now()) + 1, 'the day is the clock''s, not that of a transaction from before midnight');
ROLLBACK TO midnight;
SELECT throws_ok(format('UPDATE aims.organisation SET time_zone = %L', zone), '22023', NULL, 'refuses time zone ' || zone)
  FROM unnest(ARRAY['Europe/Nowhere', 'UTC+3', '', '<+05>-5']) AS zone;
SELECT throws_ok($$INSERT INTO aims.organisation (name) VALUES ('second')$$, '23505', NULL, 'one organisation');
SELECT throws_ok($$INSERT INTO aims.organisation (singleton, name) VALUES (false, 'second')$$, '23514', NULL,
                 'and no way round the key');

-- Rows that the constraints refuse
SELECT throws_ok(format('INSERT INTO aims.person (person, full_name, email, db_role) VALUES (%L, %L, %L, %L)',
                        person, full_name, email, db_role), '23514', NULL, name)
  FROM (VALUES
    ('Ada', 'Ada', NULL, NULL, 'a person''s key is a slug'),
    ('ada', ' ', NULL, NULL, 'a person has a name'),
    ('ada', 'Ada', 'ada', NULL, 'an address has an @'),
    ('ada', 'Ada', NULL, '', 'a role has a name')) AS t (person, full_name, email, db_role, name);

INSERT INTO aims.person (person, full_name, email, db_role) VALUES
    ('officer', 'Olga Officer', 'olga@example.org', 'people_officer'),
    ('deputy',  'Dan Deputy',   NULL, 'people_deputy'),
    ('member',  'Mia Member',   NULL, 'people_member'),
    ('sponsor', 'Sam Sponsor',  NULL, NULL),
    ('portal',  'The portal itself', NULL, 'people_portal'),
    (repeat('x', 63), 'Xaver', NULL, NULL);
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('people_app', false), ('people_portal', true);
SELECT throws_ok($$INSERT INTO aims.person (person, full_name, db_role) VALUES ('x', 'X', 'people_officer')$$,
                 '23505', NULL, 'a role stands for one person');

-- Identity
SELECT is(pg_temp.act(role, 'SELECT aims.current_person()', actor), person, name)
  FROM (VALUES
    ('people_officer', NULL, 'officer', 'the session user''s person'),
    ('people_nobody', NULL, NULL, 'nobody, where the role is mapped to none'),
    ('people_officer', 'deputy', 'officer', 'a claim without right changes nothing'),
    ('people_nobody', 'officer', NULL, 'a claim without right makes nobody somebody'),
    ('people_app', NULL, NULL, 'a trusted application without a claim is nobody'),
    ('people_app', 'deputy', 'deputy', 'a trusted application acts for the person it names'),
    ('people_app', 'nobody-at-all', NULL, 'an unknown name is nobody'),
    ('people_app', repeat('x', 63), repeat('x', 63), 'the longest slug there is'),
    ('people_app', repeat('x', 64), NULL, 'what begins with it and is longer is nobody'),
    ('people_app', repeat('x', 63), repeat('x', 63), 'and does not stand in its way'),
    ('people_portal', NULL, 'portal', 'an application that is a person itself, without a claim'),
    ('people_portal', 'member', 'member', 'and with one'),
    ('people_portal', 'unknown', NULL, 'an unknown claim does not fall back to the application''s person'))
    AS t (role, actor, person, name);
SELECT is(pg_temp.act(role, 'SELECT aims.claimed_actor()', actor), claim, name)
  FROM (VALUES
    ('people_officer', 'deputy', 'deputy', 'a claim without right is reported'),
    ('people_officer', NULL, NULL, 'no claim, nothing reported'),
    ('people_app', 'deputy', NULL, 'a rightful claim is none')) AS t (role, actor, claim, name);
SELECT is(pg_temp.act(role, 'SELECT aims.may_approve()', actor)::boolean, expected, name)
  FROM (VALUES
    ('people_officer', NULL, true, 'people approve in their own sessions'),
    ('people_app', 'deputy', false, 'not behind an application without may_approve'),
    ('people_portal', 'deputy', true, 'behind one with it, yes'),
    ('people_portal', NULL, true, 'an application''s own person is in a session of its own'))
    AS t (role, actor, expected, name);
SELECT is(pg_temp.act('people_member', $$SELECT set_config('role', 'people_officer', true) || aims.current_person()$$),
          'people_officermember', 'SET ROLE does not change the person');
SELECT is(pg_temp.act('people_officer', 'SELECT aims.current_person()'), 'officer', 'cached answer: officer');
UPDATE aims.person SET db_role = NULL WHERE person = 'officer';
SELECT is(pg_temp.act('people_officer', 'SELECT aims.current_person()'), NULL, 'a role taken away counts at once');
UPDATE aims.person SET db_role = 'people_officer' WHERE person = 'officer';
SELECT is(pg_temp.act('people_officer', 'SELECT aims.current_person()'), 'officer', 'a role given counts at once');
SAVEPOINT before_removal;
DELETE FROM aims.trusted_application WHERE db_role = 'people_app';
SELECT is(pg_temp.act('people_app', 'SELECT aims.current_person()', 'deputy'), NULL, 'trust withdrawn counts at once');
ROLLBACK TO before_removal;
SELECT is(pg_temp.act('people_app', 'SELECT aims.current_person()', 'deputy'), 'deputy', 'and the withdrawal rolled back');
SAVEPOINT before_rename;
ALTER ROLE people_deputy RENAME TO people_second;
SELECT is(pg_temp.act('people_second', 'SELECT aims.current_person()'), NULL, 'a renamed role is not the one recorded');
ROLLBACK TO before_rename;

-- Root of trust
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.duty (person, duty) VALUES (%L, %L)', person, duty), name)
  FROM (VALUES
    (1, 'MS014', 'people_nobody',  'deputy',  'ai_officer', 'nobody assigns the first AI officer without being superuser'),
    (2, 'MS012', 'people_officer', 'officer', 'ai_officer', 'nor makes himself AI officer'),
    (3, 'MS013', 'people_member',  'officer', 'ai_officer', 'nor does a person without the duty'),
    (4, 'MS014', 'people_root',    'member',  'committee_member', 'a superuser assigns no other duty'),
    (5, '00000', 'people_root',    'officer', 'ai_officer', 'a superuser assigns the first AI officer'),
    (6, '00000', 'people_root',    'sponsor', 'executive_sponsor', 'and the first executive sponsor'),
    (7, 'MS014', 'people_root',    'deputy',  'ai_officer', 'but not the second AI officer'),
    (8, 'MS014', 'people_root',    'deputy',  'executive_sponsor', 'nor the second executive sponsor'),
    (9, 'MS012', 'people_officer', 'officer', 'committee_member', 'an AI officer gives himself no duty'),
    (10, 'MS013', 'people_member', 'deputy',  'clinical_reviewer', 'a person without the duty assigns none'),
    (11, 'MS012', 'people_member', 'member',  'ai_officer', 'nor his own'),
    (12, '00000', 'people_officer', 'deputy', 'ai_officer', 'an AI officer assigns the second AI officer'),
    (13, '00000', 'people_officer', 'member', 'committee_member', 'and other duties'),
    (14, '00000', 'people_deputy', 'officer', 'committee_member', 'another AI officer gives the first a duty'),
    (15, '23P01', 'people_officer', 'member', 'committee_member', 'no duty twice at a time'),
    (16, '23514', 'people_officer', 'member', 'president', 'no unknown duty'),
    (17, '23503', 'people_officer', 'unknown', 'risk_owner', 'no unknown person')) AS t (nr, state, role, person, duty, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name, actor)
  FROM (VALUES
    (1, 'MS012', 'people_officer', $$UPDATE aims.duty SET valid_until = '2999-01-01' WHERE person = 'officer'$$, 'own duties are not prolonged', NULL),
    (2, 'MS041', 'people_officer', $$UPDATE aims.duty SET person = 'officer', duty = 'risk_owner' WHERE person = 'member'$$, 'nor taken over from others', NULL),
    (3, 'MS041', 'people_officer', $$UPDATE aims.duty SET person = 'deputy' WHERE person = 'officer' AND duty = 'committee_member'$$, 'nor given away', NULL),
    (4, 'MS041', 'people_officer', $$DELETE FROM aims.duty WHERE person = 'member'$$, 'no duty is deleted', NULL),
    (5, 'MS013', 'people_member',  $$UPDATE aims.duty SET valid_until = aims.today() WHERE person = 'deputy'$$, 'an end needs the duty', NULL),
    (6, 'MS041', 'people_root',    $$UPDATE aims.duty SET valid_until = '2999-01-01', seat = 'legal' WHERE person = 'member'$$, 'a superuser shortens, and does nothing else', NULL),
    (7, 'MS041', 'people_root',    $$UPDATE aims.duty SET person = 'deputy' WHERE duty = 'executive_sponsor'$$, 'a superuser hands no duty over', NULL),
    (8, 'MS041', 'people_root',    $$DELETE FROM aims.duty WHERE person = 'deputy'$$, 'a superuser deletes no duty', NULL),
    (9, '00000', 'people_root',    $$UPDATE aims.duty SET valid_until = aims.today() WHERE duty = 'executive_sponsor'$$, 'a superuser ends a duty', NULL),
    (10, 'MS014', 'people_root',   $$UPDATE aims.duty SET valid_until = NULL WHERE duty = 'executive_sponsor'$$, 'and does not prolong it', NULL),
    (11, '00000', 'people_app',    $$INSERT INTO aims.duty (person, duty) VALUES ('member', 'risk_owner')$$, 'an AI officer behind a trusted application', 'officer'),
    (12, 'MS012', 'people_app',    $$INSERT INTO aims.duty (person, duty) VALUES ('officer', 'risk_owner')$$, 'and the same rules', 'officer'),
    (13, 'MS014', 'people_nobody', $$INSERT INTO aims.duty (person, duty) VALUES ('member', 'data_steward')$$, 'a claim without right opens nothing', 'officer'),
    (14, 'MS012', 'people_nobody', $$INSERT INTO aims.person (person, full_name, db_role) VALUES ('self', 'Self', 'people_nobody')$$, 'nobody maps the own role', NULL),
    (15, 'MS012', 'people_nobody', $$UPDATE aims.person SET db_role = 'people_nobody' WHERE person = 'sponsor'$$, 'nor to somebody else', NULL),
    (16, 'MS012', 'people_nobody', $$INSERT INTO aims.trusted_application VALUES ('people_nobody', true)$$, 'nor makes it a trusted application', NULL),
    (17, 'MS012', 'people_app',    $$UPDATE aims.trusted_application SET may_approve = true WHERE db_role = 'people_app'$$, 'nor lets it approve', NULL),
    (18, '00000', 'people_member', $$UPDATE aims.person SET email = 'mia@example.org' WHERE person = 'member'$$, 'one''s own address may change', NULL),
    (19, '00000', 'people_root',   $$INSERT INTO aims.person (person, full_name, db_role) VALUES ('root', 'Root', 'people_root')$$, 'a superuser may record himself', NULL),
    (20, '23514', 'people_officer', $$INSERT INTO aims.duty (person, duty, seat) VALUES ('member', 'data_steward', 'legal')$$, 'only committee members have seats', NULL),
    (21, '23514', 'people_officer', $$INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES ('member', 'data_steward', '2026-02-01', '2026-01-31')$$, 'a duty does not end before it begins', NULL),
    (22, 'MS041', 'people_officer', $$INSERT INTO aims.duty (person, duty, valid_from) VALUES ('member', 'data_steward', aims.today() - 1)$$, 'no duty from yesterday on', NULL),
    (23, '00000', 'people_officer', $$INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES ('member', 'data_steward', '2990-01-01', '2990-12-31')$$, 'a duty to come', NULL),
    (24, '23P01', 'people_officer', $$INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES ('member', 'data_steward', '2990-12-31', '2991-12-31')$$, 'the last day counts as overlap', NULL),
    (25, '00000', 'people_officer', $$INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES ('member', 'data_steward', '2991-01-01', '2991-12-31')$$, 'the day after does not', NULL),
    (26, '00000', 'people_officer', $$UPDATE aims.duty SET person = 'deputy', valid_from = '2990-02-01' WHERE valid_from = '2990-01-01'$$, 'what has not begun may change', NULL),
    (27, 'MS041', 'people_officer', $$UPDATE aims.duty SET valid_from = aims.today() - 1 WHERE valid_from = '2990-02-01'$$, 'but not into the past', NULL))
    AS t (nr, state, role, command, name, actor)
 ORDER BY nr;
SAVEPOINT replica;
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES
    ('member', 'clinical_reviewer', '2020-01-01', '2020-12-31'), ('member', 'internal_auditor', aims.today() - 9, NULL);
SET LOCAL session_replication_role = origin;
SELECT pg_temp.ends_with(state, 'people_officer', 'UPDATE aims.duty SET ' || change || ' AND person = $$member$$', name)
  FROM (VALUES
    (1, 'MS041', $$valid_until = NULL WHERE duty = 'clinical_reviewer'$$, 'what has ended does not go on'),
    (2, 'MS041', $$valid_until = '2020-06-30' WHERE duty = 'clinical_reviewer'$$, 'nor ends earlier'),
    (3, 'MS041', $$valid_until = aims.today() - 2 WHERE duty = 'internal_auditor'$$, 'no day is taken away on which a duty was held'),
    (4, 'MS041', $$duty = 'system_owner' WHERE duty = 'internal_auditor'$$, 'a duty that has begun stays whole'),
    (5, '00000', $$valid_until = aims.today() - 1 WHERE duty = 'internal_auditor'$$, 'it may have ended yesterday'))
    AS t (nr, state, change, name)
 ORDER BY nr;
ROLLBACK TO replica;
SET LOCAL session_replication_role = replica;
SELECT lives_ok($$INSERT INTO aims.duty (person, duty) VALUES ('deputy', 'internal_auditor')$$,
                'a restore puts back what was assigned');
SELECT is(aims.restoring(), true, 'a superuser with the replica role restores');
SELECT throws_ok($$SELECT pg_temp.act('people_member', $q$INSERT INTO aims.duty (person, duty) VALUES ('deputy', 'system_owner')$q$)$$,
                 'MS013', NULL, 'anybody else with it does not');
ROLLBACK TO replica;

-- Who maps roles decides who signs: an AI officer or a superuser, and nobody for himself
CREATE ROLE people_second;
SELECT pg_temp.ends_with(state, role, command, name, actor)
  FROM (VALUES
    (1, 'MS013', 'people_member', $$UPDATE aims.person SET db_role = 'people_second' WHERE person = 'officer'$$, 'mapping needs the duty ai_officer', NULL),
    (2, 'MS013', 'people_member', $$INSERT INTO aims.person (person, full_name, db_role) VALUES ('ghost', 'G', 'people_second')$$, 'also of a new person', NULL),
    (3, 'MS013', 'people_member', $$DELETE FROM aims.person WHERE person = 'root'$$, 'also of a person who goes', NULL),
    (4, 'MS013', 'people_member', $$INSERT INTO aims.trusted_application VALUES ('people_second', true)$$, 'trust needs it', NULL),
    (5, 'MS013', 'people_member', $$UPDATE aims.trusted_application SET may_approve = true WHERE db_role = 'people_app'$$, 'more trust, too', NULL),
    (6, 'MS013', 'people_member', $$DELETE FROM aims.trusted_application WHERE db_role = 'people_app'$$, 'less trust, too', NULL),
    (7, 'MS014', 'people_nobody', $$UPDATE aims.person SET db_role = 'people_second' WHERE person = 'sponsor'$$, 'nobody maps nothing', NULL),
    (8, 'MS014', 'people_nobody', $$DELETE FROM aims.trusted_application WHERE db_role = 'people_app'$$, 'nor withdraws trust', NULL),
    (9, 'MS012', 'people_officer', $$UPDATE aims.person SET db_role = 'people_second' WHERE person = 'officer'$$, 'an AI officer does not map himself', NULL),
    (10, 'MS012', 'people_app', $$UPDATE aims.person SET db_role = 'people_second' WHERE person = 'officer'$$, 'nor behind an application', 'officer'),
    (11, '00000', 'people_member', $$INSERT INTO aims.person (person, full_name) VALUES ('ghost', 'G')$$, 'a person without a role is anybody''s to record', NULL),
    (12, '00000', 'people_officer', $$UPDATE aims.person SET db_role = 'people_second', mapped_by = 'deputy', mapped_at = '2001-01-01' WHERE person = 'sponsor'$$, 'an AI officer maps others', NULL),
    (13, '00000', 'people_deputy', $$INSERT INTO aims.trusted_application VALUES ('people_kiosk', true, 'officer', '2001-01-01')$$, 'and trusts applications', NULL),
    (14, '00000', 'people_deputy', $$UPDATE aims.person SET full_name = 'Sam S. Sponsor', mapped_by = 'deputy' WHERE person = 'sponsor'$$, 'a name is no mapping', NULL),
    (15, '00000', 'people_root', $$UPDATE aims.person SET db_role = db_role || '2', mapped_by = 'deputy' WHERE person = 'portal'$$, 'a superuser maps', NULL),
    (16, '00000', 'people_officer', $$INSERT INTO aims.duty (person, duty, assigned_by, assigned_at) VALUES ('member', 'clinical_reviewer', 'deputy', '2001-01-01')$$, 'who assigns is not typed', NULL))
    AS t (nr, state, role, command, name, actor)
 ORDER BY nr;
SELECT is(recorded, expected, name)
  FROM (VALUES
    ((SELECT (mapped_by, mapped_at >= now())::text FROM aims.person WHERE person = 'sponsor'), '(officer,t)', 'who mapped, and when'),
    ((SELECT (mapped_by, mapped_at >= now())::text FROM aims.person WHERE person = 'portal'), '(root,t)', 'also where a superuser did'),
    ((SELECT (mapped_by, mapped_at >= now())::text FROM aims.person WHERE person = 'deputy'), '(,t)', 'nobody, where a session of nobody did'),
    ((SELECT (mapped_by, mapped_at)::text FROM aims.person WHERE person = 'ghost'), '(,)', 'nothing, where nothing was mapped'),
    ((SELECT (trusted_by, trusted_at >= now())::text FROM aims.trusted_application WHERE db_role = 'people_kiosk'), '(deputy,t)', 'who trusted, and when'),
    ((SELECT (assigned_by, assigned_at >= now())::text FROM aims.duty WHERE person = 'member' AND duty = 'clinical_reviewer'), '(officer,t)', 'who assigned, and when'),
    ((SELECT (assigned_by, assigned_at >= now())::text FROM aims.duty WHERE person = 'officer' AND duty = 'ai_officer'), '(,t)', 'nobody, at the root of trust'))
    AS t (recorded, expected, name);

-- Four eyes look through it
SELECT is(aims.is_independent(signer, other, NULL, aims.today(), role), expected, name)
  FROM (VALUES
    ('officer', 'officer', NULL, false, 'nobody is a second pair of eyes beside himself'),
    ('officer', 'deputy',  NULL, true,  'the officer, made so by a superuser, beside the deputy'),
    ('deputy',  'officer', NULL, false, 'not the deputy, made so by the officer'),
    ('deputy',  'member',  NULL, true,  'the deputy beside the member'),
    ('member',  'officer', NULL, false, 'not the member, whose approving duty is the officer''s gift'),
    ('sponsor', 'officer', NULL, false, 'not the sponsor, whose role the officer mapped'),
    ('sponsor', 'deputy',  NULL, true,  'but beside the deputy'),
    ('officer', 'deputy', 'people_kiosk', false, 'not through an application that the other trusted'),
    ('officer', 'deputy', 'people_app', true, 'through another one, yes')) AS t (signer, other, role, expected, name);
SAVEPOINT second_gift;
SELECT pg_temp.ends_with('00000', 'people_deputy', $$INSERT INTO aims.duty (person, duty) VALUES ('member', 'ai_officer')$$,
                         'a duty from somebody else');
SELECT is(aims.is_independent('member', 'officer'), true, 'makes the member independent');
SELECT is(aims.is_independent('member', 'officer', NULL, aims.today() - 1), true,
          'a day without any approving duty is not this function''s business');
ROLLBACK TO second_gift;

-- ... and so does the gate: requests and signatures as the acts write them
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('triage', 'Triage', 'sponsor', 'order a worklist');
INSERT INTO aims.transition_request (request_id, system, from_stage, to_stage, person, reason, gate, basis)
VALUES (7001, 'triage', 'inception', 'design_development', 'officer', 'r', '[]',
        aims.transition_basis('triage', 'inception', 'design_development'));
INSERT INTO aims.approval (subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
VALUES ('transition', '7001', 'approve', 'approval', 'deputy', 'Dan Deputy', 'ai_officer', 'r', aims.transition_digest(7001), '[]');
SELECT results_eq($$SELECT met, detail ~ 'not counted.*deputy' FROM aims.check_approval('triage', '{"stage": "design_development"}')$$,
                  'VALUES (false, true)', 'an approval by the requester''s own appointee opens no gate');
SELECT pg_temp.ends_with('00000', 'people_root', $$UPDATE aims.person SET db_role = db_role WHERE person = 'deputy'$$, 'a mapping as it was');
SET LOCAL session_replication_role = replica;
UPDATE aims.duty SET assigned_by = NULL WHERE person = 'deputy';
SET LOCAL session_replication_role = origin;
SELECT is(met, true, 'by an independent person it does') FROM aims.check_approval('triage', '{"stage": "design_development"}');
SELECT pg_temp.ends_with('00000', 'people_officer', $$UPDATE aims.person SET db_role = 'people_kiosk' WHERE person = 'deputy'$$, 'the requester takes over the approver''s login');
SELECT is(met, false, 'and the approval is worth nothing') FROM aims.check_approval('triage', '{"stage": "design_development"}');

-- Another time zone moves every expiry
GRANT SELECT, INSERT, UPDATE, DELETE ON aims.organisation TO people_officer, people_member;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'people_member', $$UPDATE aims.organisation SET time_zone = 'Etc/GMT+12'$$, 'the time zone needs the duty ai_officer'),
    (2, 'MS013', 'people_member', $$DELETE FROM aims.organisation$$, 'also its removal'),
    (3, '00000', 'people_member', $$UPDATE aims.organisation SET name = 'St. Vincent''s'$$, 'the name does not'),
    (4, '00000', 'people_officer', $$UPDATE aims.organisation SET time_zone = 'UTC'$$, 'an AI officer sets it')) AS t (nr, state, role, command, name)
 ORDER BY nr;

-- Duties by the day
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, valid_from, valid_until) VALUES ('member', 'data_steward', '2020-01-01', '2021-12-31');
SET LOCAL session_replication_role = origin;
SELECT is(aims.person_has_duty('member', 'data_steward', system, day), expected, name)
  FROM (VALUES
    (NULL, date '2019-12-31', false, 'not before the first day'),
    (NULL, date '2020-01-01', true, 'on the first day'),
    (NULL, date '2021-12-31', true, 'on the last day'),
    (NULL, date '2022-01-01', false, 'not after it'),
    ('any-system', date '2021-06-01', true, 'a duty of the organisation counts for each system'))
    AS t (system, day, expected, name);
SELECT is(pg_temp.act('people_nobody', $$SELECT aims.has_duty('ai_officer')$$)::boolean, false, 'nobody holds no duty');

-- require_duty
DO $$
BEGIN
    PERFORM pg_temp.act('people_member', $q$SELECT aims.require_duty('{internal_auditor}')$q$);
EXCEPTION WHEN SQLSTATE 'MS013' THEN
    DECLARE
        detail text;
    BEGIN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        PERFORM set_config('people.detail', detail, true);
    END;
END $$;
SELECT matches(current_setting('people.detail'), ', for the organisation: internal_auditor', 'a refusal names the organisation');
SELECT is(pg_temp.act('people_member', $$SELECT aims.require_duty('{ai_officer,committee_member}')$$), 'member',
          'require_duty returns the person who holds one of the duties');
SELECT pg_temp.ends_with('MS013', 'people_member', $$SELECT aims.require_duty('{ai_officer,internal_auditor}')$$,
                         'and refuses a person who holds none');
SELECT pg_temp.ends_with('MS014', 'people_nobody', $$SELECT aims.require_duty('{committee_member}')$$,
                         'and nobody');

-- Shipped rows, on a table of the kind that the other pieces have
CREATE TABLE pg_temp.shipped_row (item text PRIMARY KEY, shipped boolean NOT NULL DEFAULT false);
INSERT INTO pg_temp.shipped_row VALUES ('ours', true);
CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON pg_temp.shipped_row
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON pg_temp.shipped_row
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
SELECT lives_ok($$INSERT INTO pg_temp.shipped_row VALUES ('site')$$, 'a site adds rows of its own');
SELECT lives_ok($$UPDATE pg_temp.shipped_row SET item = 'site2' WHERE item = 'site'$$, 'and changes them');
SELECT throws_ok(command, 'MS016', NULL, 'refuses ' || command)
  FROM unnest(ARRAY[
    $$UPDATE pg_temp.shipped_row SET item = 'x' WHERE shipped$$,
    $$UPDATE pg_temp.shipped_row SET shipped = false WHERE shipped$$,
    $$UPDATE pg_temp.shipped_row SET shipped = true WHERE NOT shipped$$,
    $$INSERT INTO pg_temp.shipped_row VALUES ('y', true)$$,
    $$DELETE FROM pg_temp.shipped_row$$,
    $$TRUNCATE pg_temp.shipped_row$$]) AS command;
DELETE FROM pg_temp.shipped_row WHERE NOT shipped;
SELECT results_eq('SELECT item FROM pg_temp.shipped_row', ARRAY['ours'], 'a site''s own row can be deleted');

-- Whoever acts is looked up in a parallel query, too: afresh after a change
UPDATE aims.person SET full_name = full_name \g /dev/null
SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null
SELECT aims.current_person() IS NULL AS unknown, aims.may_approve() AS may_approve \gset
SELECT set_config(name, 'off', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null
SELECT is(:'may_approve'::boolean, true, 'a parallel query knows who acts');

SELECT * FROM finish();
ROLLBACK;
RESET aims.actor;
