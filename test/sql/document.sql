\i test/setup_database.sql
-- Documents: who approves what, what is in force when, who has read it;
-- objectives, communication, context, planned changes, resources. Commits, since
-- nobody decides on what the same transaction has written.
\i test/act.sql
SET client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(258);

DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['sponsor', 'officer', 'member', 'author', 'owner', 'guest', 'nobody', 'kiosk'] LOOP
        EXECUTE format('DROP ROLE IF EXISTS document_%s', r);
        EXECUTE format('CREATE ROLE document_%s', r);
        PERFORM aims.grant_duty_role(CASE WHEN r IN ('sponsor', 'member') THEN 'reviewer' WHEN r = 'guest' THEN 'analyst' ELSE 'officer' END,
                                     ('document_' || r)::regrole);
        IF r <> 'nobody' AND r <> 'kiosk' THEN
            INSERT INTO aims.person (person, full_name, db_role) VALUES (r, initcap(r), 'document_' || r);
        END IF;
    END LOOP;
END $$;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
INSERT INTO aims.person (person, full_name) VALUES ('retiree', 'Without role or duty'), ('auditor', 'Without role');
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('document_kiosk', false);
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis-watch', 'Sepsis', 'owner', 'warn of sepsis'), ('triage', 'Triage', 'owner', 'order a worklist');
-- As if a superuser had assigned them long ago
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from, valid_until) VALUES
    ('sponsor', 'executive_sponsor', NULL, '2020-01-01', NULL), ('officer', 'ai_officer', NULL, '2020-01-01', NULL),
    ('member', 'committee_member', NULL, '2020-01-01', NULL), ('owner', 'system_owner', 'sepsis-watch', '2020-01-01', NULL),
    ('auditor', 'internal_auditor', NULL, '2020-01-01', NULL), ('guest', 'risk_owner', NULL, '2020-01-01', aims.today() - 1);
SET session_replication_role = origin;

-- What is shipped
SELECT is(approvers, '{executive_sponsor}', 'the policy is the sponsor''s') FROM aims.document_kind WHERE kind = 'ai_policy';
SELECT bag_eq('SELECT kind FROM aims.document_gap WHERE system IS NULL',
    'SELECT kind::text FROM aims.document_kind WHERE needed_by = ''organisation''', 'on the first day every document is missing');
SELECT throws_ok(statement, state, NULL, name) FROM (VALUES
    ('MS016', $$UPDATE aims.document_kind SET approvers = '{committee_member}' WHERE kind = 'ai_policy'$$, 'a shipped kind is changed'),
    ('MS016', $$DELETE FROM aims.document_kind WHERE kind = 'other'$$, 'a shipped kind is deleted'),
    ('MS016', $$TRUNCATE aims.document_kind CASCADE$$, 'kinds are truncated'),
    ('MS016', $$INSERT INTO aims.document_kind (kind, title, shipped) VALUES ('x', 'x', true)$$, 'a kind is passed off as shipped'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, approvers) VALUES ('x', 'x', '{}')$$, 'a kind that nobody approves'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, approvers) VALUES ('x', 'x', '{system_owner}')$$, 'a kind that owners approve'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, approvers) VALUES ('x', 'x', '{NULL}')$$, 'a kind that NULL approves'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, needed_by) VALUES ('x', 'x', 'system')$$, 'needed by a system in no stage'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, stages) VALUES ('x', 'x', '{deployment}')$$, 'needed by nobody in a stage'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title, audience) VALUES ('x', 'x', 'boss')$$, 'an unknown audience'),
    ('23503', $$INSERT INTO aims.document_kind (kind, title, ref) VALUES ('x', 'x', '99')$$, 'an unknown requirement'),
    ('23514', $$INSERT INTO aims.document_kind (kind, title) VALUES ('x', ' ')$$, 'a blank title')) AS t (state, statement, name);

-- Documents
INSERT INTO aims.document (document_id, code, kind, title, system, owner) VALUES
    (1, 'policy', 'ai_policy', 'AI policy', NULL, 'officer'),
    (2, 'sepsis-ifu', 'instruction_for_use', 'How to read the score', 'sepsis-watch', 'owner'),
    (3, 'house-rules', 'procedure', 'House rules', NULL, 'officer');
SELECT throws_ok(statement, state, NULL, name) FROM (VALUES
    ('23505', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('policy', 'other', 'x', 'owner')$$, 'a code twice'),
    ('23514', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('A "quoted" name', 'other', 'x', 'owner')$$, 'a code that is no slug'),
    ('23514', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('x', 'other', E'\t', 'owner')$$, 'a blank title'),
    ('23502', $$INSERT INTO aims.document (code, kind, title) VALUES ('x', 'other', 'x')$$, 'no owner'),
    ('23503', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('x', 'poem', 'x', 'owner')$$, 'an unknown kind'),
    ('23503', $$INSERT INTO aims.document (code, kind, title, system, owner) VALUES ('x', 'other', 'x', 'none', 'owner')$$, 'an unknown system'),
    ('23514', $$INSERT INTO aims.document (code, kind, title, system, owner) VALUES ('x', 'ai_policy', 'x', 'triage', 'owner')$$, 'a policy of one system'),
    ('MS011', $$INSERT INTO aims.document (code, kind, title, owner, status) VALUES ('x', 'other', 'x', 'owner', 'withdrawn')$$, 'entered as withdrawn'),
    ('MS041', $$UPDATE aims.document SET kind = 'other' WHERE code = 'policy'$$, 'a policy becomes something that others approve'),
    ('MS041', $$UPDATE aims.document SET system = 'triage' WHERE code = 'sepsis-ifu'$$, 'a document changes its system'),
    ('MS041', $$UPDATE aims.document SET code = 'p' WHERE code = 'policy'$$, 'a document changes its code'),
    ('MS041', $$DELETE FROM aims.document WHERE code = 'house-rules'$$, 'a document is deleted'),
    ('MS041', $$TRUNCATE aims.document CASCADE$$, 'documents are truncated')) AS t (state, statement, name);
SELECT lives_ok($$UPDATE aims.document SET title = 'AI Policy', owner = 'sponsor' WHERE code = 'policy'$$, 'title and owner may change');

-- The way of a version
SELECT pg_temp.ends_with('00000', 'document_author', $$INSERT INTO aims.document_version (document_version_id, document_id, version, review_months)
    VALUES (10, 1, '1.0', 12)$$, 'the author drafts');
SELECT results_eq('SELECT author::text, created_by::text, status FROM aims.document_version WHERE document_version_id = 10',
    $$VALUES ('author', 'author', 'draft')$$, 'author and status are noted');
SELECT results_eq('SELECT audience FROM aims.document_audience WHERE document_version_id = 10', $$VALUES ('everyone')$$,
    'a policy is for everyone');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1,  'MS042', 'document_author', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 10$$, 'an empty draft is not submitted'),
    (2,  '23514', 'document_author', $$UPDATE aims.document_version SET content_sha256 = 'x' WHERE document_version_id = 10$$, 'a hash of one byte'),
    (3,  '23514', 'document_author', $$UPDATE aims.document_version SET effective_on = 'infinity' WHERE document_version_id = 10$$, 'effective at the end of time'),
    (4,  '23514', 'document_author', $$UPDATE aims.document_version SET review_months = 600 WHERE document_version_id = 10$$, 'reviewed in fifty years'),
    (5,  '23502', 'document_author', $$UPDATE aims.document_version SET review_months = NULL WHERE document_version_id = 10$$, 'reviewed never'),
    (6,  '23505', 'document_author', $$INSERT INTO aims.document_version (document_id, version) VALUES (1, '1.0')$$, 'a label twice'),
    (7,  '23503', 'document_author', $$INSERT INTO aims.document_version (document_id, version) VALUES (99, '1.0')$$, 'a version of no document'),
    (8,  'MS011', 'document_author', $$INSERT INTO aims.document_version (document_id, version, status) VALUES (1, '9', 'approved')$$, 'entered as approved'),
    (9,  '00000', 'document_author', $$UPDATE aims.document_version SET uri = 'https://dms/policy', content_sha256 = sha256('1'), change_summary = 'first',
                                          effective_on = '2020-01-01' WHERE document_version_id = 10$$, 'the author fills it in'),
    (10, '42501', 'document_guest',  $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'a guest cannot approve'),
    (11, 'MS015', 'document_sponsor', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'a draft is not approved'),
    (12, 'MS011', 'document_sponsor', $$UPDATE aims.document_version SET status = 'approved' WHERE document_version_id = 10$$, 'nor by typing'),
    (13, 'MS013', 'document_member', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 10$$, 'a member does not submit for the author'),
    (14, '00000', 'document_author', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 10$$, 'the author submits it'),
    (15, 'MS041', 'document_author', $$UPDATE aims.document_version SET uri = 'x' WHERE document_version_id = 10$$, 'what is submitted is not rewritten'),
    (16, 'MS041', 'document_author', $$DELETE FROM aims.document_audience WHERE document_version_id = 10$$, 'nor its audience'),
    (17, 'MS041', 'document_author', $$INSERT INTO aims.document_audience VALUES (10, 'ai_officer')$$, 'nor added to'),
    (18, 'MS043', 'document_sponsor', $$UPDATE aims.document_version SET status = 'approved' WHERE document_version_id = 10$$, 'typed without a signature'),
    (19, 'MS012', 'document_author', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'the author has no duty'),
    (20, 'MS013', 'document_member', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'a member does not approve the policy'),
    (21, 'MS013', 'document_officer', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'nor does the officer'),
    (22, 'MS014', 'document_nobody', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'nor nobody'),
    (23, 'MS018', 'document_sponsor', $$SELECT aims.approve('document_version', '10', 'approval', ' ')$$, 'nor without a reason'),
    (24, '22023', 'document_sponsor', $$SELECT aims.approve('document', '1', 'approval', 'fine')$$, 'a document is not approved, its version is'),
    (25, 'MS015', 'document_guest', $$INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (10)$$, 'nobody acknowledges what is not approved'),
    (26, '00000', 'document_sponsor', $$SELECT aims.approve('document_version', '10', 'review', 'read it')$$, 'a signature of another meaning'),
    (27, '00000', 'document_sponsor', $$SELECT aims.reject('document_version', '10', 'say who is accountable')$$, 'the sponsor rejects'),
    (28, '00000', 'document_author', $$UPDATE aims.document_version SET content_sha256 = sha256('2'), status = 'in_review' WHERE document_version_id = 10$$, 'the author submits it again'),
    (29, '00000', 'document_sponsor', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'the sponsor approves'),
    (30, 'MS015', 'document_sponsor', $$SELECT aims.approve('document_version', '10', 'approval', 'fine')$$, 'once'),
    (31, 'MS041', 'document_author', $$UPDATE aims.document_version SET content_sha256 = sha256('3') WHERE document_version_id = 10$$, 'what is approved is not rewritten'),
    (32, 'MS041', 'document_officer', $$UPDATE aims.document_version SET review_months = 60 WHERE document_version_id = 10$$, 'its review is not put off'),
    (33, 'MS041', 'document_officer', $$DELETE FROM aims.document_audience WHERE document_version_id = 10$$, 'its audience does not shrink'),
    (34, 'MS011', 'document_author', $$UPDATE aims.document_version SET status = 'draft' WHERE document_version_id = 10$$, 'nor does it become a draft again')
    ) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT results_eq('SELECT code, version, state, approved_by, signed, in_force_from, readers::int, acknowledged::int, waiting FROM aims.document_state WHERE document_id = 1',
    $$VALUES ('policy', '1.0', 'in_force', 'sponsor', true, aims.today(), 7, 0, NULL::bigint)$$,
    'the policy is in force from the day of its approval, not from the day that was typed');
SELECT is(intact, true, 'its signature is intact') FROM aims.signature
 WHERE subject = 'document_version' AND subject_id = '10' AND decision = 'approve' AND meaning = 'approval';

-- Acknowledgements
SELECT bag_eq('SELECT person FROM aims.document_reader WHERE code = ''policy''',
    $$VALUES ('sponsor'), ('officer'), ('member'), ('author'), ('owner'), ('guest'), ('auditor')$$,
    'everyone is who has a role or a duty');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L, %L)', state, role, command, name, actor) FROM (VALUES
    (1, '00000', 'document_owner', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (10)', 'the owner has read it', NULL),
    (2, '23505', 'document_owner', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (10)', 'once', NULL),
    (3, 'MS012', 'document_officer', 'INSERT INTO aims.document_acknowledgement VALUES (10, ''member'')', 'not for somebody else', NULL),
    (4, 'MS012', 'document_officer', 'INSERT INTO aims.document_acknowledgement VALUES (10, NULL)', 'nor for NULL', NULL),
    (5, 'MS014', 'document_nobody', 'INSERT INTO aims.document_acknowledgement VALUES (10, ''member'')', 'nor by nobody', NULL),
    (6, 'MS013', 'document_kiosk', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (10)', 'nor by who is not in the audience', 'retiree'),
    (7, '00000', 'document_kiosk', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (10)', 'but by who has a duty and no role', 'auditor'),
    (8, '23503', 'document_owner', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (99)', 'of no version', NULL),
    (9, '23502', 'document_owner', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (NULL)', 'of NULL', NULL),
    (10, '42501', 'document_owner', 'UPDATE aims.document_acknowledgement SET person = ''member''', 'is not changed', NULL),
    (11, '00000', 'document_guest', 'INSERT INTO aims.document_acknowledgement VALUES (10, ''guest'', ''2001-01-01'')', 'the guest has read it, today', NULL)
    ) AS t (nr, state, role, command, name, actor) ORDER BY nr \gexec
SELECT throws_ok(format('%s aims.document_acknowledgement', command), 'MS041', NULL, command || ' of acknowledgements')
  FROM unnest('{DELETE FROM,TRUNCATE}'::text[]) AS c (command);
SELECT throws_ok('UPDATE aims.document_acknowledgement SET person = ''member''', 'MS041', NULL, 'UPDATE of acknowledgements');
SELECT ok(acknowledged_at > now() - make_interval(hours => 1), 'acknowledged when it was') FROM aims.document_acknowledgement WHERE person = 'guest';
SELECT results_eq('SELECT version, people::int, acknowledged::int, share, missing FROM aims.policy_awareness',
    $$VALUES ('1.0', 5, 2, 0.400, '{member,officer,sponsor}'::text[])$$, 'awareness is counted over who holds a duty today');
SELECT results_eq($$SELECT person, ref FROM aims.document_action WHERE action = 'acknowledge' ORDER BY 1$$,
    $$VALUES ('author', '7.3'), ('member', '7.3'), ('officer', '7.3'), ('sponsor', '7.3')$$, 'the others are reminded');

-- A document about a system: its duty, its gate
SELECT pg_temp.ends_with('00000', 'document_owner', $$INSERT INTO aims.document_version
    (document_version_id, document_id, system, version, uri, content_sha256, change_summary, effective_on, review_months)
    VALUES (20, 2, NULL, '1', 'https://dms/ifu', sha256('ifu'), 'first', aims.today() + 10, 6)$$, 'the owner writes an instruction');
INSERT INTO aims.document_audience (document_version_id, audience, within_days) VALUES (20, 'system_owner', 5), (20, 'risk_owner', 5);
SELECT is(system::text, 'sepsis-watch', 'its system is the document''s') FROM aims.document_version WHERE document_version_id = 20;
SELECT lives_ok($$UPDATE aims.document_version SET system = 'triage' WHERE document_version_id = 20$$, 'and typed in vain');
SELECT is(system::text, 'sepsis-watch', 'as it was') FROM aims.document_version WHERE document_version_id = 20;
CREATE FUNCTION pg_temp.document_check(system text, kind text) RETURNS SETOF record LANGUAGE sql AS
    $$SELECT c.met, c.detail FROM aims.check_document(system, jsonb_build_object('kind', kind)) AS c$$;
SELECT results_eq($$SELECT * FROM pg_temp.document_check('sepsis-watch', 'instruction_for_use') AS (met boolean, detail text)$$,
    $$VALUES (false, 'sepsis-ifu 1 does not count: draft')$$, 'a draft counts for nothing');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, '00000', 'document_owner', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 20$$, 'the owner submits it'),
    (2, 'MS012', 'document_owner', $$SELECT aims.approve('document_version', '20', 'approval', 'fine')$$, 'but does not approve it'),
    (3, '00000', 'document_member', $$SELECT aims.approve('document_version', '20', 'approval', 'fine')$$, 'a member does')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
SELECT results_eq($$SELECT * FROM pg_temp.document_check('sepsis-watch', 'instruction_for_use') AS (met boolean, detail text)$$,
    $$VALUES (false, 'sepsis-ifu 1 does not count: future')$$, 'nor does what takes effect in ten days');
SET session_replication_role = replica;
UPDATE aims.document_version SET in_force_from = aims.today() WHERE document_version_id = 20;
SET session_replication_role = origin;
SELECT matches(met || ': ' || detail, '^true: sepsis-ifu 1, approved by member, review due 20', 'it counts from today') FROM aims.check_document('sepsis-watch', '{"kind": "instruction_for_use"}');
SELECT results_eq($$SELECT * FROM pg_temp.document_check('triage', 'instruction_for_use') AS (met boolean, detail text)$$,
    $$VALUES (false, 'no document of kind instruction_for_use is about the system')$$, 'for its system alone');
SELECT is(c.met, false, 'without a kind nothing is met') FROM aims.check_document('sepsis-watch', '{}') AS c;
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES ('guest', 'risk_owner', 'triage', '2020-01-01'), ('member', 'risk_owner', NULL, '2020-01-01');
SET session_replication_role = origin;
SELECT bag_eq('SELECT person, state FROM aims.document_reader WHERE code = ''sepsis-ifu''', $$VALUES ('owner', 'pending'), ('member', 'pending')$$,
    'its audience are the holders of the duty for the system, or the organisation, today');
UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE person = 'member' AND duty = 'risk_owner';
SELECT is(signed, true, 'the signature is there') FROM aims.document_state WHERE code = 'sepsis-ifu';

-- Time: review overdue, confirmed, superseded, withdrawn
CREATE FUNCTION pg_temp.states(document bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(version || ' ' || state || CASE WHEN review_overdue THEN ', review overdue' ELSE '' END, '; ' ORDER BY document_version_id)
      FROM aims.document_version_state WHERE document_id = document $$;
SET session_replication_role = replica;
UPDATE aims.document_version SET in_force_from = aims.today() - 300 WHERE document_version_id = 20;
SET session_replication_role = origin;
SELECT is(pg_temp.states(2), '1 in_force, review overdue', 'six months later its review is overdue');
SELECT is(state, 'stale', 'the document is stale') FROM aims.document_state WHERE code = 'sepsis-ifu';
SELECT matches(met || ': ' || detail, '^false: .*its review was due', 'and it does not count') FROM aims.check_document('sepsis-watch', '{"kind": "instruction_for_use"}');
SELECT is(state, 'overdue', 'who has not read it is late') FROM aims.document_reader WHERE code = 'sepsis-ifu';
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, 'MS012', 'document_owner', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'confirmed', 'fine')$$, 'the author does not confirm it'),
    (2, 'MS013', 'document_author', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'confirmed', 'fine')$$, 'nor does who could not approve it'),
    (3, 'MS014', 'document_nobody', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'confirmed', 'fine')$$, 'nor nobody'),
    (4, 'MS013', 'document_member', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (10, 'confirmed', 'fine')$$, 'nor a member the policy'),
    (5, '23514', 'document_member', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'confirmed', ' ')$$, 'nor without a note'),
    (6, '23514', 'document_member', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'maybe', 'x')$$, 'nor perhaps'),
    (7, '00000', 'document_member', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (20, 'revise', 'the threshold is not explained')$$, 'a review may ask for a new version')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT is(pg_temp.states(2), '1 in_force, review overdue', 'which confirms nothing');
SELECT results_eq($$SELECT person FROM aims.document_action WHERE action = 'revise'$$, $$VALUES ('owner')$$, 'and is for the owner to do');
SELECT pg_temp.ends_with('00000', 'document_officer', $$INSERT INTO aims.document_review (document_version_id, outcome, note, reviewed_on, recorded_at, recorded_by)
    VALUES (20, 'confirmed', 'explained on page 2', '2001-01-01', '2001-01-01', 'member')$$, 'the officer confirms it');
SELECT is(pg_temp.states(2), '1 in_force', 'the time to the next review begins anew');
SELECT results_eq('SELECT recorded_by::text, aims.day(recorded_at) FROM aims.document_review ORDER BY document_review_id DESC LIMIT 1',
    $$VALUES ('officer', aims.today())$$, 'who and when are not typed');
SELECT throws_ok(command, 'MS041', NULL, 'a review stays: ' || command) FROM unnest(ARRAY[
    'UPDATE aims.document_review SET note = ''x''', 'DELETE FROM aims.document_review', 'TRUNCATE aims.document_review']) AS c (command);

INSERT INTO aims.document_version (document_version_id, document_id, version, author, uri, content_sha256, change_summary, effective_on)
VALUES (21, 2, '2', 'author', 'https://dms/ifu2', sha256('ifu2'), 'threshold', aims.today());
SELECT results_eq('SELECT audience, within_days FROM aims.document_audience WHERE document_version_id = 21 ORDER BY 1',
    $$VALUES ('risk_owner', 5), ('system_owner', 5)$$, 'the next version begins with the audience of the one before');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, 'MS015', 'document_sponsor', $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (21, 'confirmed', 'x')$$, 'a draft is not reviewed'),
    (2, '00000', 'document_author', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 21$$, 'the second version is submitted'),
    (3, '00000', 'document_member', $$SELECT aims.approve('document_version', '21', 'approval', 'fine')$$, 'and approved')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT is(pg_temp.states(2), '1 superseded; 2 in_force', 'the later version is in force');
SELECT pg_temp.ends_with('MS015', 'document_owner', 'INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (20)', 'what is superseded is not acknowledged');
SET session_replication_role = replica;
UPDATE aims.document_version SET in_force_from = aims.today() + 1 WHERE document_version_id = 21;
SET session_replication_role = origin;
SELECT is(pg_temp.states(2), '1 in_force; 2 future', 'until tomorrow the earlier one is');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, 'MS042', 'document_officer', $$UPDATE aims.document_version SET status = 'withdrawn' WHERE document_version_id = 21$$, 'withdrawing needs a reason'),
    (2, 'MS013', 'document_author', $$UPDATE aims.document_version SET status = 'withdrawn', withdrawal_reason = 'mine' WHERE document_version_id = 21$$, 'and a duty'),
    (3, '00000', 'document_officer', $$UPDATE aims.document_version SET in_force_from = '2020-01-01' WHERE document_version_id = 21$$, 'when it takes effect is typed in vain'),
    (4, '00000', 'document_officer', $$UPDATE aims.document_version SET status = 'withdrawn', withdrawal_reason = 'wrong' WHERE document_version_id = 21$$, 'the officer withdraws it')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT results_eq('SELECT in_force_from, status FROM aims.document_version WHERE document_version_id = 21', $$VALUES (NULL::date, 'withdrawn')$$,
    'what was withdrawn before it took effect never will');
SELECT is(pg_temp.states(2), '1 in_force; 2 withdrawn', 'and replaces nothing');
SET session_replication_role = replica;
UPDATE aims.document_version SET status = 'approved', in_force_from = aims.today() WHERE document_version_id = 21;
SET session_replication_role = origin;
SELECT pg_temp.ends_with('00000', 'document_officer', $$UPDATE aims.document_version SET status = 'withdrawn' WHERE document_version_id = 21$$, 'had it taken effect');
SELECT is(pg_temp.states(2), '1 superseded; 2 withdrawn', 'it would have replaced the earlier one for good');
SELECT is(state, 'none_in_force', 'so none is in force') FROM aims.document_state WHERE code = 'sepsis-ifu';
SELECT pg_temp.ends_with('00000', 'document_sponsor', $$UPDATE aims.document SET status = 'withdrawn', withdrawal_reason = 'new policy' WHERE code = 'policy'$$,
    'the sponsor withdraws the policy');
SELECT is(pg_temp.states(1), '1.0 withdrawn', 'and its versions go with it');
SELECT is(document_version_id, NULL, 'nobody is aware of a policy that is not') FROM aims.policy_awareness;
SELECT matches(detail, 'policy 1.0 is withdrawn', 'the gap says why') FROM aims.document_gap WHERE kind = 'ai_policy';
SELECT is(count(*), 0::bigint, 'and nobody has to read it') FROM aims.document_reader WHERE code = 'policy';
SET session_replication_role = replica;
UPDATE aims.document SET status = 'current' WHERE document_id = 1;
SET session_replication_role = origin;
-- The day of approval is the organisation's: these two zones are 26 hours apart
UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati';
INSERT INTO aims.document_version (document_version_id, document_id, version, author, uri, content_sha256, change_summary, effective_on)
VALUES (30, 3, '1', 'author', 'https://dms/rules', sha256('rules'), 'first', '2020-01-01');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, '00000', 'document_author', $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 30$$, 'submitted in the east'),
    (2, '00000', 'document_member', $$SET TimeZone = 'Etc/GMT+12'; SELECT aims.approve('document_version', '30', 'approval', 'fine'); RESET TimeZone$$, 'approved there')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT is(in_force_from, (now() AT TIME ZONE 'Pacific/Kiritimati')::date, 'its day is that of the east') FROM aims.document_version WHERE document_version_id = 30;
UPDATE aims.organisation SET time_zone = 'Etc/GMT+12';
SELECT is(pg_temp.states(3), '1 future', 'in the west it has not come yet');
UPDATE aims.organisation SET time_zone = 'UTC';

-- A system in use needs an instruction
SET session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'operation_monitoring';
SET session_replication_role = origin;
SELECT bag_eq($$SELECT system, ref::text, duty FROM aims.document_gap WHERE kind = 'instruction_for_use'$$,
    $$VALUES ('sepsis-watch', 'A.8.2', 'system_owner'), ('triage', 'A.8.2', 'system_owner')$$, 'both systems lack one');
UPDATE aims.ai_system SET out_of_scope_reason = 'Not AI after all' WHERE system = 'triage';
SELECT is(string_agg(system, ' '), 'sepsis-watch', 'what is out of scope lacks nothing') FROM aims.document_gap WHERE kind = 'instruction_for_use';
SELECT results_eq('SELECT system, in_scope, reason, version FROM aims.scope_statement ORDER BY system',
    $$VALUES ('sepsis-watch', true, NULL, NULL), ('triage', false, 'Not AI after all', NULL)$$, 'the boundaries follow the inventory');

-- Objectives
CREATE FUNCTION pg_temp.objective(id bigint, system text, direction text, baseline text, target text, due date) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO aims.objective (objective_id, title, field, system, metric, unit, direction, baseline, target, due_on, owner, plan, resources)
                   VALUES (%s, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L)', id, 'Goal ' || id, 'use', system, 'm', '%', direction,
                  baseline, target, due, 'owner', 'train', '2 days') $$;
SELECT throws_ok(pg_temp.objective(1, NULL, direction, baseline, target, due), state, NULL, name) FROM (VALUES
    ('23514', 'at_least', '50', '40', aims.today(), 'a target behind the baseline'),
    ('23514', 'at_most', '50', '60', aims.today(), 'likewise downwards'),
    ('23514', 'sideways', '50', '60', aims.today(), 'an unknown direction'),
    ('23514', 'at_least', 'NaN', 'NaN', aims.today(), 'no number'),
    ('23514', 'at_least', '0', 'Infinity', aims.today(), 'an infinite target'),
    ('23514', 'at_least', '0', '1', 'infinity'::date, 'due at the end of time'),
    ('23502', 'at_least', NULL, '1', aims.today(), 'no baseline'),
    ('23502', 'at_least', '0', '1', NULL, 'no day')) AS t (state, direction, baseline, target, due, name);
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, '00000', 'document_author', pg_temp.objective(1, 'sepsis-watch', 'at_least', '50', '90', aims.today() + 100), 'an objective is proposed'),
    (2, 'MS012', 'document_author', $$SELECT aims.approve('objective', '1', 'approval', 'fine')$$, 'who proposed it does not approve it'),
    (3, 'MS015', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 60, 'q')$$, 'what is only proposed is not measured'),
    (4, 'MS043', 'document_officer', $$UPDATE aims.objective SET status = 'approved' WHERE objective_id = 1$$, 'nor approved by typing'),
    (5, '00000', 'document_member', $$SELECT aims.approve('objective', '1', 'approval', 'fine')$$, 'a member approves it'),
    (6, 'MS041', 'document_author', $$UPDATE aims.objective SET target = 60 WHERE objective_id = 1$$, 'its target stays'),
    (7, 'MS041', 'document_author', $$UPDATE aims.objective SET due_on = due_on + 100 WHERE objective_id = 1$$, 'and its day'),
    (8, 'MS044', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, measured_on, source) VALUES (1, 60, aims.today() + 1, 'q')$$, 'nothing is measured tomorrow'),
    (9, '23514', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 'NaN', 'q')$$, 'no number is no measurement'),
    (10, '23514', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, '-Infinity', 'q')$$, 'nor is an infinite one'),
    (11, '23514', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 5, '')$$, 'nor one from nowhere'),
    (12, '23514', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, measured_on, source) VALUES (1, 5, '-infinity', 'q')$$, 'nor one of no day'),
    (13, '23503', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (99, 5, 'q')$$, 'nor one of no objective')) AS t (nr, state, role, command, name)
 ORDER BY nr \gexec
CREATE FUNCTION pg_temp.objective_is() RETURNS text LANGUAGE sql AS 'SELECT state FROM aims.objective_state WHERE objective_id = 1';
SELECT is(pg_temp.objective_is(), 'not_measured', 'at first there is no value');
-- As if it had been approved 100 days ago: halfway today
SET session_replication_role = replica;
UPDATE aims.objective SET approved_at = now() - make_interval(days => 100) WHERE objective_id = 1;
SET session_replication_role = origin;
INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 69, 'q');
SELECT results_eq('SELECT state, expected, ref::text FROM aims.objective_state WHERE objective_id = 1', $$VALUES ('behind', 70.0, 'A.9.3')$$, 'halfway it should be at 70');
INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 70, 'q, corrected');
SELECT is(pg_temp.objective_is(), 'on_track', 'it is, with the later value of the same day');
INSERT INTO aims.objective_value (objective_id, value, source) VALUES (1, 90, 'q');
SELECT is(pg_temp.objective_is(), 'met', 'the target is reached');
SELECT throws_ok(command, 'MS041', NULL, 'values stay: ' || command) FROM unnest(ARRAY[
    'UPDATE aims.objective_value SET value = 1', 'DELETE FROM aims.objective_value', 'TRUNCATE aims.objective_value']) AS c (command);

CREATE FUNCTION pg_temp.objective_when(due date, measured date) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE aims.objective SET due_on = due WHERE objective_id = 1;
    UPDATE aims.objective_value SET measured_on = measured WHERE objective_id = 1;
    SET LOCAL session_replication_role = origin;
    RETURN pg_temp.objective_is();
END $$;
SELECT is(pg_temp.objective_when(aims.today() + due, aims.today() - ago), state, name) FROM (VALUES
    (1, 10, 120, 'not_measured', 'a value that is four months old says nothing of today'),
    (2, 10, 60, 'met', 'one that is two months old does'),
    (3, -1, 20, 'met', 'it was met on its day'),
    (4, -1, 120, 'missed', 'an old value does not say so'),
    (5, -30, 20, 'missed', 'nor one that was measured after its day')) AS t (nr, due, ago, state, name) ORDER BY nr;
SELECT results_eq($$SELECT action, person FROM aims.document_action WHERE subject = 'objective' AND subject_id = '1'$$,
    $$VALUES ('explain', 'owner')$$, 'what was missed is explained by its owner');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, '00000', 'document_author', pg_temp.objective(2, NULL, 'at_most', '10', '5', aims.today() + 9), 'another objective'),
    (2, '00000', 'document_officer', $$SELECT aims.reject('objective', '2', 'too late')$$, 'is rejected'),
    (3, 'MS015', 'document_sponsor', $$SELECT aims.approve('objective', '2', 'approval', 'no')$$, 'for good'),
    (4, '00000', 'document_author', pg_temp.objective(3, NULL, 'at_most', '10', '5', aims.today() + 9), 'a third one'),
    (5, '00000', 'document_officer', $$SELECT aims.approve('objective', '3', 'approval', 'fine')$$, 'is approved'),
    (6, '00000', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (3, 5, 'q')$$, 'and measured'),
    (7, 'MS041', 'document_author', $$UPDATE aims.objective SET owner = 'member' WHERE objective_id = 3$$, 'its owner stays')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT results_eq('SELECT objective_id::int, state FROM aims.objective_state WHERE objective_id > 1 ORDER BY 1',
    $$VALUES (2, 'rejected'), (3, 'met')$$, 'at most is met from below');
SELECT pg_temp.ends_with('00000', 'document_sponsor', $$UPDATE aims.objective SET status = 'withdrawn', withdrawal_reason = 'merged' WHERE objective_id = 3$$,
    'the sponsor withdraws it');
SELECT pg_temp.ends_with('MS015', 'document_owner', $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (3, 4, 'q')$$,
    'then it is not measured any more');

-- Communication
INSERT INTO aims.communication (communication_id, subject, audience, internal, occasion, every_months, owner, channel) VALUES
    (1, 'Register of AI systems', 'Patients', false, 'twice a year', 6, 'officer', 'web site'),
    (2, 'Incidents', 'Authority', false, 'on occasion', NULL, 'officer', 'portal');
CREATE FUNCTION pg_temp.communications() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(state || coalesce(' ' || (next_due - aims.today()), ''), '; ' ORDER BY communication_id) FROM aims.communication_state $$;
SELECT matches(pg_temp.communications(), '^never_made 1[78][0-9]; never_made$', 'the clock runs from the entry in the plan');
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, 'MS044', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, made_on, uri) VALUES (1, aims.today() + 1, 'x')$$, 'nothing was told tomorrow'),
    (2, '23514', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, uri) VALUES (1, ' ')$$, 'nor without a trace'),
    (3, '23514', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, uri, content_sha256) VALUES (1, 'x', '')$$, 'nor with an empty hash'),
    (4, '23503', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, uri) VALUES (9, 'x')$$, 'nor unplanned'),
    (5, '23514', 'document_officer', $$INSERT INTO aims.communication (subject, audience, internal, occasion, every_months, owner, channel) VALUES ('x', 'x', true, 'x', 0, 'officer', 'x')$$, 'not always'),
    (6, '00000', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, made_on, uri) VALUES (1, aims.today() - 200, 'https://web/ai')$$, 'it was told 200 days ago'),
    (7, '42501', 'document_officer', $$DELETE FROM aims.communication$$, 'the plan is kept')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT matches(pg_temp.communications(), '^overdue -', 'and is overdue');
SELECT results_eq($$SELECT person, ref FROM aims.document_action WHERE subject = 'communication' AND subject_id = '1'$$, $$VALUES ('officer', '7.4')$$, 'its owner is reminded');
SELECT throws_ok(command, 'MS041', NULL, 'what was told stays: ' || command) FROM unnest(ARRAY[
    'UPDATE aims.communication_made SET uri = ''x''', 'DELETE FROM aims.communication_made', 'TRUNCATE aims.communication_made',
    'DELETE FROM aims.communication', 'TRUNCATE aims.context_issue']) AS c (command);
SELECT pg_temp.ends_with('00000', 'document_officer', $$UPDATE aims.communication SET status = 'withdrawn', withdrawal_reason = 'x' WHERE communication_id = 1$$, 'a row of the plan is withdrawn');
SELECT pg_temp.ends_with('MS015', 'document_officer', $$INSERT INTO aims.communication_made (communication_id, uri) VALUES (1, 'x')$$, 'and told no more');

-- Context, interested parties
CREATE FUNCTION pg_temp.undetermined() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(subject || ' ' || subject_id, ', ' ORDER BY subject, subject_id) FROM aims.document_action WHERE action = 'determine' $$;
SELECT is(pg_temp.undetermined(), 'context_issue climate-change, context_issue external, context_issue internal, interested_party , resource ',
    'what has not been determined is asked for');
SELECT throws_ok(statement, state, NULL, name) FROM (VALUES
    ('23514', $$INSERT INTO aims.context_issue (title, topic, internal, relevant, reason) VALUES ('Heat', 'climate-change', false, true, 'more patients')$$, 'what matters is addressed'),
    ('23514', $$INSERT INTO aims.context_issue (title, topic, internal, relevant, reason) VALUES ('Heat', 'climate-change', false, false, ' ')$$, 'what does not has a reason'),
    ('23502', $$INSERT INTO aims.context_issue (title, topic, internal, relevant, reason) VALUES ('Heat', 'climate-change', false, NULL, 'x')$$, 'undetermined is not determined'),
    ('23514', $$INSERT INTO aims.interested_party VALUES ('patients', 'Patients', false, 'safe care', '', 'policy')$$, 'no requirements'),
    ('23514', $$INSERT INTO aims.interested_party VALUES ('The "Patients"', 'Patients', false, 'safe care', 'x', 'policy')$$, 'no slug')) AS t (state, statement, name);
INSERT INTO aims.context_issue (context_issue_id, title, topic, internal, relevant, reason, addressed) VALUES
    (1, 'Heat', 'climate-change', false, false, 'No system depends on it', NULL),
    (2, 'Few data scientists', 'staff', true, true, 'Two people maintain all models', 'Objective 1');
INSERT INTO aims.interested_party (interested_party, title, internal, needs, requirements, addressed) VALUES
    ('patients', 'Patients', false, 'safe care', 'informed consent', 'policy, register');
SELECT is(pg_temp.undetermined(), 'resource ', 'a decision that it does not matter is one');
SELECT lives_ok($$UPDATE aims.interested_party SET needs = 'safe and equal care'$$, 'needs are kept up to date');
SELECT throws_ok('DELETE FROM aims.interested_party', 'MS041', NULL, 'and never deleted');
SELECT pg_temp.ends_with('MS042', 'document_officer', $$UPDATE aims.context_issue SET status = 'withdrawn' WHERE context_issue_id = 1$$, 'withdrawn for a reason');
SELECT pg_temp.ends_with('00000', 'document_officer', $$UPDATE aims.context_issue SET status = 'withdrawn', withdrawal_reason = 'x' WHERE context_issue_id = 1$$, 'and then');
SELECT matches(pg_temp.undetermined(), 'climate-change', 'it is asked for again');

-- Planned changes and resources
SELECT format('SELECT pg_temp.ends_with(%L, %L, %L, %L)', state, role, command, name) FROM (VALUES
    (1, '00000', 'document_author', $$INSERT INTO aims.planned_change (planned_change_id, title, purpose, consequences, resources, owner, planned_for)
        VALUES (1, 'Join the committees', 'fewer meetings', 'duties move', 'none', 'officer', aims.today() + 30)$$, 'a change is proposed'),
    (2, 'MS012', 'document_officer', $$SELECT aims.approve('planned_change', '1', 'approval', 'x')$$, 'its owner does not approve it'),
    (3, 'MS011', 'document_officer', $$UPDATE aims.planned_change SET status = 'done', done_on = aims.today(), outcome = 'x' WHERE planned_change_id = 1$$, 'nor makes it before it is'),
    (4, '00000', 'document_sponsor', $$SELECT aims.approve('planned_change', '1', 'approval', 'x')$$, 'the sponsor does'),
    (5, 'MS041', 'document_author', $$UPDATE aims.planned_change SET consequences = 'none' WHERE planned_change_id = 1$$, 'what was approved stays'),
    (6, 'MS042', 'document_officer', $$UPDATE aims.planned_change SET status = 'done' WHERE planned_change_id = 1$$, 'done is not said without a day'),
    (7, 'MS044', 'document_officer', $$UPDATE aims.planned_change SET status = 'done', done_on = aims.today() + 1, outcome = 'x' WHERE planned_change_id = 1$$, 'nor tomorrow'),
    (8, '00000', 'document_officer', $$UPDATE aims.planned_change SET status = 'done', done_on = aims.today(), outcome = 'x' WHERE planned_change_id = 1$$, 'then it is done'),
    (9, '00000', 'document_author', $$INSERT INTO aims.resource (resource_id, kind, title, amount, unit, valid_from, valid_until)
        VALUES (1, 'people', 'AI officer', 0.5, 'full-time equivalents', aims.today(), aims.today() + 60)$$, 'a resource is asked for'),
    (10, '23514', 'document_author', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES ('people', 'x', 'NaN', 'x', aims.today(), aims.today())$$, 'not a number of people'),
    (11, '23514', 'document_author', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES ('people', 'x', 0, 'x', aims.today(), aims.today())$$, 'nor none'),
    (12, '23514', 'document_author', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES ('people', 'x', 1, 'x', aims.today(), aims.today() - 1)$$, 'nor backwards'),
    (13, '23514', 'document_author', $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES ('people', 'x', 1, 'x', aims.today(), 'infinity')$$, 'nor for ever'),
    (14, 'MS013', 'document_officer', $$SELECT aims.approve('resource', '1', 'approval', 'x')$$, 'the officer does not assign it'),
    (15, '00000', 'document_sponsor', $$SELECT aims.approve('resource', '1', 'approval', 'x')$$, 'the sponsor does'),
    (16, '42501', 'document_guest', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('x', 'other', 'x', 'guest')$$, 'an analyst writes nothing'),
    (17, '42501', 'document_member', $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('x', 'other', 'x', 'guest')$$, 'nor a member'),
    (18, '42501', 'document_officer', $$UPDATE aims.document_review SET note = 'x'$$, 'reviews are not rewritten')) AS t (nr, state, role, command, name) ORDER BY nr \gexec
SELECT pg_temp.ends_with('00000', 'document_officer', command, name) FROM (VALUES
    (1, $$INSERT INTO aims.document (document_id, code, kind, title, owner) VALUES (900, 'incidents', 'incident_procedure', 'Incidents', 'officer')$$, 'the only AI officer'),
    (2, $$INSERT INTO aims.document_version (document_version_id, document_id, version, uri, content_sha256, change_summary, effective_on) VALUES (900, 900, '1.0', 'u', sha256('i'), 's', aims.today())$$, 'writes'),
    (3, $$UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = 900$$, 'and submits')) AS t (nr, command, name)
 ORDER BY nr;
SELECT is(duty, 'committee_member', 'what waits for the committee then') FROM aims.document_action WHERE action = 'approve' AND subject_id = '900';
SELECT is_empty($$SELECT FROM aims.document_action WHERE action = 'write' AND subject_id = 'incident_procedure'$$, 'is not to be written again');
SELECT results_eq($$SELECT action, subject, duty, due_on - aims.today() FROM aims.document_action WHERE subject IN ('resource', 'planned_change')$$,
    $$VALUES ('renew', 'resource', 'ai_officer', 60)$$, 'what is done is done, what ends is renewed');
SELECT pg_temp.ends_with('00000', 'document_guest', format('SELECT count(v::text) FROM aims.%I AS v', name), 'an analyst reads ' || name)
  FROM unnest('{document_version_state,document_state,document_reader,document_gap,document_action,policy_awareness,scope_statement,objective_state,communication_state}'::text[]) AS v (name);
SELECT columns_are('aims', 'document_action',
    '{action,subject,subject_id,system,vendor,duty,person,due_on,ref,detail}'::name[], 'actions have the columns of actions');

-- Whoever writes a draft anew and submits it does not approve it
SELECT pg_temp.ends_with(state, role, command, name) FROM (VALUES
    (1, '00000', 'document_author', $$INSERT INTO aims.document (document_id, code, kind, title, owner) VALUES (90, 'own-words', 'procedure', 'Own words', 'owner')$$, 'a document'),
    (2, '00000', 'document_author', $$INSERT INTO aims.document_version (document_version_id, document_id, version) VALUES (90, 90, '1')$$, 'drafted by its author'),
    (3, '00000', 'document_officer', $$UPDATE aims.document_version SET uri = 'u', content_sha256 = sha256('u'), change_summary = 'all', effective_on = aims.today(), status = 'in_review'
        WHERE document_version_id = 90$$, 'written and submitted by the officer')) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT pg_temp.ends_with('MS012', 'document_officer', $$SELECT aims.approve('document_version', '90', 'approval', 'my own')$$, 'is not approved by the officer');
SELECT pg_temp.ends_with('00000', 'document_member', $$SELECT aims.approve('document_version', '90', 'approval', 'read')$$, 'but by a member');

SELECT * FROM finish();
\i test/drop_database.sql
DROP ROLE document_sponsor, document_officer, document_member, document_author, document_owner, document_guest, document_nobody, document_kiosk;
