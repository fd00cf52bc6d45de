\i test/setup_database.sql
-- Management review: inputs from the records, the chair, signatures, decisions
-- until they are done, and everything that is refused.
\i test/act.sql
\i test/board.sql
SELECT plan(104);

CREATE PROCEDURE pg_temp.as_restored(command text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE command;
    SET LOCAL session_replication_role = origin;
END $$;
SELECT results_eq('SELECT action, subject_id, duty, due_on FROM aims.management_review_action',
    $$VALUES ('plan the management review', 'first', 'ai_officer', NULL::date)$$, 'none has been held or is planned');

SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.management_review (management_review_id, planned_on, status) VALUES (%s, %s, %L)', id, planned, status), name)
  FROM (VALUES
    (1, 'MS013', 'board_guest', 1, 'aims.today()', 'planned', 'a review is planned by who has the duty'),
    (2, '42501', 'board_member', 1, 'aims.today()', 'planned', 'and the privilege'),
    (3, '23514', 'board_officer', 1, '''infinity''', 'planned', 'for some day'),
    (4, '23502', 'board_officer', 1, 'NULL', 'planned', 'that is known'),
    (5, 'MS011', 'board_officer', 1, 'aims.today()', 'held', 'no review is entered as held'),
    (6, 'MS011', 'board_officer', 1, 'aims.today()', 'signed', 'nor as signed'),
    (7, '00000', 'board_officer', 1, 'aims.today() + 7', 'planned', 'a review'))
    AS t (nr, state, role, id, planned, status, name)
 ORDER BY nr;
SELECT results_eq('SELECT action, person, ref FROM aims.management_review_action ORDER BY action',
    $$VALUES ('hold the management review', NULL, '9.3.1'), ('prepare the inputs of the management review', NULL, '9.3.2')$$, 'what there is to do before');

-- Inputs come from the records
INSERT INTO aims.finding (kind, system, detail, opened_at) VALUES
    ('monitor_breach', 'triage', 'd', now()), ('monitor_breach', 'sepsis-watch', 'd', now()),
    ('schema_changed', 'triage', 'd', now() - make_interval(days => 400));
CALL pg_temp.as_restored($$UPDATE aims.finding SET closed_at = now(), closed_by = 'owner', closing_note = 'n' WHERE kind = 'schema_changed'$$);
CALL pg_temp.as_restored($$INSERT INTO aims.management_review (management_review_id, planned_on, held_on, next_on, status) VALUES (90, '2024-03-01', '2024-03-01', '2025-03-01', 'signed')$$);
CALL pg_temp.as_restored($$INSERT INTO aims.management_review_decision (management_review_decision_id, management_review_id, kind, decision, owner, due_on, status) VALUES
    (90, 90, 'resource', 'hire a data scientist', 'owner', '2024-06-01', 'open'), (91, 90, 'improvement', 'old', 'owner', '2024-06-01', 'done')$$);
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '42501', 'board_member', 'SELECT aims.prepare_review(1)', 'inputs are drawn by who may'),
    (2, 'MS013', 'board_guest', 'SELECT aims.prepare_review(1)', 'and has the duty'),
    (3, 'MS017', 'board_officer', 'SELECT aims.prepare_review(99)', 'for a review'),
    (4, 'MS017', 'board_officer', 'SELECT aims.prepare_review(NULL)', 'that is named'),
    (5, '42501', 'board_officer', $$INSERT INTO aims.management_review_input (management_review_id, input, item, title, source, row_count, content, tree_size, prepared_at)
        VALUES (1, 'all_is_well', 'd1', 't', 's', 0, '[]', 0, now())$$, 'nobody types one'),
    (6, 'MS042', 'board_officer', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'sponsor', minutes = 'm', next_on = aims.today() + 365 WHERE management_review_id = 1$$, 'no review without inputs'),
    (7, '00000', 'board_officer', 'SELECT aims.prepare_review(1)', 'they are drawn'),
    (8, '42501', 'board_officer', $$UPDATE aims.management_review_input SET content = '[]'$$, 'and not touched up'),
    (9, '42501', 'board_officer', $$DELETE FROM aims.management_review_input$$, 'nor left out'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT input, item, source, row_count, content FROM aims.management_review_input ORDER BY 1',
    'SELECT input, item, source, row_count, content FROM aims.management_review_topic ORDER BY 1', 'as the records are');
CALL pg_temp.as_restored($$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('triage', true, 'r', 'owner')$$);
CREATE TEMP TABLE here AS SELECT input, content FROM aims.management_review_topic;
SET TimeZone = 'Asia/Tokyo';
SELECT results_eq('SELECT input, content FROM aims.management_review_topic ORDER BY 1', 'SELECT input, content FROM here ORDER BY 1', 'the same in every time zone');
RESET TimeZone;
BEGIN;
CALL pg_temp.as_restored($$INSERT INTO aims.finding (kind, detail, opened_at, closed_at, closing_note)
    SELECT 'midnight', 'x', at, at, 'x' FROM (SELECT (aims.today() - make_interval(years => 1)) AT TIME ZONE time_zone + make_interval(mins => m) AS at
                                                FROM aims.organisation CROSS JOIN unnest('{-60,60}'::integer[]) AS m) AS t$$);
SET LOCAL TimeZone = 'Asia/Tokyo';
SELECT is((SELECT content FROM aims.management_review_topic WHERE input = 'findings') @> '[{"n": 1, "kind": "midnight"}]', true, 'a year begins at the organisation''s midnight');
ROLLBACK;
SELECT results_eq($$SELECT row_count, content FROM aims.management_review_input WHERE input = 'findings'$$,
    $$VALUES (2::bigint, '[{"n": 2, "kind": "monitor_breach", "open": 2}]'::jsonb)$$, 'what was opened in the last year or is open');
SELECT results_eq($$SELECT row_count, content -> 0 ->> 'overdue', content -> 0 ->> 'decision' FROM aims.management_review_input WHERE input = 'previous_decisions'$$,
    $$VALUES (1::bigint, 'true', 'hire a data scientist')$$, 'what an earlier review decided and nobody did');
SELECT results_eq($$SELECT row_count FROM aims.management_review_input WHERE input = 'systems'$$, 'VALUES (2::bigint)', 'every system');
SELECT results_eq('SELECT DISTINCT prepared_by::text, tree_size FROM aims.management_review_input',
    $$SELECT 'officer', coalesce(max(tree_size), 0) FROM aims.seal$$, 'by whom, and at which size of the ledger''s tree');
INSERT INTO aims.finding (kind, system, detail) VALUES ('monitor_breach', 'triage', 'd');
SELECT results_eq($$SELECT i.row_count, t.row_count FROM aims.management_review_input AS i JOIN aims.management_review_topic AS t USING (input) WHERE input = 'findings'$$,
    $$VALUES (2::bigint, 3::bigint)$$, 'what comes later is not in them');
SELECT pg_temp.ends_with('00000', 'board_officer', 'SELECT aims.prepare_review(1)', 'until they are drawn anew');
SELECT is((SELECT row_count FROM aims.management_review_input WHERE input = 'findings'), 3::bigint, 'as they are then');

-- Held
SELECT aims.grant_duty_role('officer', 'board_sponsor') \g /dev/null
SELECT pg_temp.ends_with(state, role, format(
           'UPDATE aims.management_review SET status = ''held'', held_on = %s, chair = %L, minutes = %L, next_on = %s WHERE management_review_id = 1',
           held, chair, minutes, next), name)
  FROM (VALUES
    (1, 'MS042', 'board_officer', 'aims.today()', 'sponsor', 'm', 'aims.today() + 365', 'nobody reviews alone'),
    (2, 'MS044', 'board_officer', 'aims.today() + 1', 'sponsor', 'm', 'aims.today() + 365', 'tomorrow''s has not been held'),
    (3, 'MS042', 'board_officer', 'NULL', 'sponsor', 'm', 'aims.today() + 365', 'it was held some day'),
    (4, 'MS042', 'board_officer', 'aims.today()', NULL, 'm', 'aims.today() + 365', 'somebody chaired it'),
    (5, 'MS042', 'board_officer', 'aims.today()', 'sponsor', ' ', 'aims.today() + 365', 'something was said'),
    (6, 'MS042', 'board_officer', 'aims.today()', 'sponsor', 'm', 'NULL', 'there is a next one'),
    (7, '23514', 'board_officer', 'aims.today()', 'sponsor', 'm', 'aims.today()', 'later'),
    (8, '23503', 'board_officer', 'aims.today()', 'stranger', 'm', 'aims.today() + 365', 'the chair is known'))
    AS t (nr, state, role, held, chair, minutes, next, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '23503', 'board_officer', $$INSERT INTO aims.management_review_attendee VALUES (1, 'stranger')$$, 'who attends is known'),
    (2, '00000', 'board_officer', $$INSERT INTO aims.management_review_attendee VALUES (1, 'sponsor')$$, 'the chair alone'),
    (3, 'MS042', 'board_officer', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'sponsor', minutes = 'm', next_on = aims.today() + 365 WHERE management_review_id = 1$$, 'is not enough'),
    (4, '00000', 'board_officer', $$INSERT INTO aims.management_review_attendee VALUES (1, 'member'), (1, 'owner')$$, 'with others'),
    (5, 'MS042', 'board_officer', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'officer', minutes = 'm', next_on = aims.today() + 365 WHERE management_review_id = 1$$, 'an AI officer does not chair it'),
    (6, 'MS042', 'board_officer', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today() - 1, chair = 'sponsor', minutes = 'm', next_on = aims.today() + 365 WHERE management_review_id = 1$$, 'inputs of today were not looked at yesterday'),
    (7, 'MS013', 'board_guest', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'sponsor', minutes = 'm', next_on = aims.today() + 365 WHERE management_review_id = 1$$, 'a guest records no review'),
    (8, '00000', 'board_sponsor', $$UPDATE aims.management_review SET status = 'held', held_on = aims.today(), chair = 'sponsor', minutes = 'mine', next_on = aims.today() + 365, minutes_by = 'officer' WHERE management_review_id = 1$$, 'it was held'),
    (9, 'MS015', 'board_officer', 'SELECT aims.prepare_review(1)', 'its inputs are what was looked at'),
    (10, 'MS042', 'board_officer', $$UPDATE aims.management_review SET chair = 'officer' WHERE management_review_id = 1$$, 'its chair is not exchanged for just anybody'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

SELECT is((SELECT minutes_by::text FROM aims.management_review WHERE management_review_id = 1), 'sponsor', 'whoever wrote the minutes is the server''s to say');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS012', 'board_sponsor', $$SELECT aims.approve('management_review', '1', 'approval', 'so decided')$$, 'nobody signs the own minutes'),
    (2, '00000', 'board_officer', $$UPDATE aims.management_review SET minutes = 'm' WHERE management_review_id = 1$$, 'another one writes them'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;

-- Decisions, and the signature
SELECT pg_temp.ends_with(state, role, format(
           'INSERT INTO aims.management_review_decision (management_review_decision_id, management_review_id, kind, decision, owner, due_on, status)
            VALUES (%s, %s, %L, %L, %L, %s, %L)', id, review, kind, decision, owner, due, status), name)
  FROM (VALUES
    (1, 'MS013', 'board_guest', 1, 1, 'improvement', 'd', 'owner', 'aims.today() + 30', 'open', 'a guest decides nothing'),
    (2, '42501', 'board_member', 1, 1, 'improvement', 'd', 'owner', 'aims.today() + 30', 'open', 'nor does a member enter it'),
    (3, '23503', 'board_officer', 1, 77, 'improvement', 'd', 'owner', 'aims.today() + 30', 'open', 'a review decides'),
    (4, '23514', 'board_officer', 1, 1, 'wish', 'd', 'owner', 'aims.today() + 30', 'open', 'one of three kinds'),
    (5, '23514', 'board_officer', 1, 1, 'improvement', '', 'owner', 'aims.today() + 30', 'open', 'something'),
    (6, '23502', 'board_officer', 1, 1, 'improvement', 'd', NULL, 'aims.today() + 30', 'open', 'for somebody'),
    (7, '23502', 'board_officer', 1, 1, 'improvement', 'd', 'owner', 'NULL', 'open', 'by some day'),
    (8, '23514', 'board_officer', 1, 1, 'improvement', 'd', 'owner', '''infinity''', 'open', 'that comes'),
    (9, 'MS011', 'board_officer', 1, 1, 'improvement', 'd', 'owner', 'aims.today() + 30', 'done', 'that is not done already'),
    (10, 'MS041', 'board_officer', 1, 90, 'improvement', 'd', 'owner', 'aims.today() + 30', 'open', 'a review that was signed decides nothing more'),
    (11, '00000', 'board_officer', 1, 1, 'improvement', 'validate on ward 3', 'member', 'aims.today() + 30', 'open', 'a decision'),
    (12, '00000', 'board_officer', 2, 1, 'change', 'a second officer', 'officer', 'aims.today() + 30', 'open', 'another'),
    (13, '00000', 'board_officer', 3, 1, 'resource', 'a server', 'owner', 'aims.today() + 30', 'open', 'a third'))
    AS t (nr, state, role, id, review, kind, decision, owner, due, status, name)
 ORDER BY nr;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'board_officer', $$UPDATE aims.management_review_decision SET due_on = aims.today() + 60 WHERE management_review_decision_id = 1$$, 'until the signature days are moved'),
    (2, 'MS043', 'board_officer', $$UPDATE aims.management_review SET status = 'signed' WHERE management_review_id = 1$$, 'a review is not signed by typing'),
    (3, 'MS012', 'board_officer', $$SELECT aims.approve('management_review', '1', 'approval', 'r')$$, 'nor by who entered it'),
    (4, 'MS013', 'board_deputy', $$SELECT aims.approve('management_review', '1', 'approval', 'r')$$, 'nor by another AI officer'),
    (5, '00000', 'board_sponsor', $$SELECT aims.approve('management_review', '1', 'approval', 'so decided')$$, 'the executive sponsor signs'),
    (6, 'MS041', 'board_officer', $$UPDATE aims.management_review SET minutes = 'all is well' WHERE management_review_id = 1$$, 'minutes stay'),
    (7, 'MS041', 'board_officer', $$DELETE FROM aims.management_review_attendee WHERE management_review_id = 1$$, 'attendees stay'),
    (8, 'MS041', 'board_officer', $$INSERT INTO aims.management_review_decision (management_review_decision_id, management_review_id, kind, decision, owner, due_on) VALUES (9, 1, 'resource', 'a boat', 'owner', aims.today())$$, 'nothing is decided afterwards'),
    (9, 'MS041', 'board_officer', $$UPDATE aims.management_review_decision SET due_on = aims.today() + 600 WHERE management_review_decision_id = 1$$, 'no day is moved'),
    (10, 'MS041', 'board_officer', $$UPDATE aims.management_review_decision SET owner = 'owner' WHERE management_review_decision_id = 1$$, 'no owner exchanged'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT throws_ok($$UPDATE aims.management_review_input SET content = '[]' WHERE management_review_id = 1$$, 'MS041', NULL, 'inputs stay, for superusers, too');
SELECT results_eq($$SELECT person, meaning, duty, intact FROM aims.signature WHERE subject = 'management_review'$$,
    $$VALUES ('sponsor', 'approval', 'executive_sponsor', true)$$, 'what was signed is what there is');
CALL pg_temp.as_restored($$UPDATE aims.management_review_input SET row_count = 0 WHERE management_review_id = 1 AND input = 'findings'$$);
SELECT results_eq($$SELECT intact FROM aims.signature WHERE subject = 'management_review'$$, 'VALUES (false)', 'an input that was changed behind the trigger''s back shows in the signature');
CALL pg_temp.as_restored($$UPDATE aims.management_review_input SET row_count = 3 WHERE management_review_id = 1 AND input = 'findings'$$);

-- Until they are done
CALL pg_temp.as_restored($$UPDATE aims.management_review SET status = 'planned' WHERE management_review_id = 1$$);
SELECT pg_temp.ends_with('MS015', 'board_member', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'early' WHERE management_review_decision_id = 1$$, 'what no review has decided is not carried out');
CALL pg_temp.as_restored($$UPDATE aims.management_review SET status = 'signed' WHERE management_review_id = 1$$);
SELECT results_eq($$SELECT subject_id, person, due_on - aims.today() FROM aims.management_review_action WHERE action = 'carry out the decision' ORDER BY 1$$,
    $$VALUES ('1', 'member', 60), ('2', 'officer', 30), ('3', 'owner', 30), ('90', 'owner', '2024-06-01'::date - aims.today())$$, 'owners are reminded');
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1,  'MS013', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'o' WHERE management_review_decision_id = 1$$, 'a decision is carried out by its owner'),
    (2,  'MS042', 'board_member', $$UPDATE aims.management_review_decision SET status = 'carried_out' WHERE management_review_decision_id = 1$$, 'with an outcome'),
    (3,  'MS011', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'done' WHERE management_review_decision_id = 1$$, 'and not done before'),
    (4,  '00000', 'board_member', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'validated' WHERE management_review_decision_id = 1$$, 'carried out'),
    (5,  'MS012', 'board_member', $$UPDATE aims.management_review_decision SET status = 'done' WHERE management_review_decision_id = 1$$, 'which its owner does not confirm'),
    (6,  'MS013', 'board_guest', $$UPDATE aims.management_review_decision SET status = 'done' WHERE management_review_decision_id = 1$$, 'nor a guest'),
    (7,  '00000', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'open' WHERE management_review_decision_id = 1$$, 'it was not good enough'),
    (8,  '00000', 'board_member', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'validated on ward 3' WHERE management_review_decision_id = 1$$, 'once more'),
    (9,  'MS041', 'board_member', $$UPDATE aims.management_review_decision SET outcome = 'all wards' WHERE management_review_decision_id = 1$$, 'an outcome stays'),
    (10, '00000', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'done', done_by = 'sponsor' WHERE management_review_decision_id = 1$$, 'done'),
    (11, '00000', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'carried_out', outcome = 'deputy named' WHERE management_review_decision_id = 2$$, 'the AI officer carries out the other'),
    (12, 'MS013', 'board_officer', $$UPDATE aims.management_review_decision SET status = 'withdrawn', outcome = 'no money' WHERE management_review_decision_id = 3$$, 'who does not withdraw one'),
    (13, 'MS042', 'board_sponsor', $$UPDATE aims.management_review_decision SET status = 'withdrawn' WHERE management_review_decision_id = 3$$, 'the executive sponsor does, with a reason'),
    (14, '00000', 'board_sponsor', $$UPDATE aims.management_review_decision SET status = 'withdrawn', outcome = 'no money' WHERE management_review_decision_id = 3$$, 'such as this'))
    AS t (nr, state, role, command, name)
 ORDER BY nr;
SELECT results_eq('SELECT done_by::text, carried_out_by::text FROM aims.management_review_decision WHERE management_review_decision_id = 1',
    $$VALUES ('officer', 'member')$$, 'who confirmed it is the server''s to say');
SELECT results_eq($$SELECT subject_id, duty FROM aims.management_review_action WHERE action LIKE 'confirm%'$$,
    $$VALUES ('2', 'committee_member')$$, 'what the AI officer did is for the committee to confirm');
SELECT results_eq('SELECT source_id::integer, status, outcome FROM aims.improvement ORDER BY 1',
    $$VALUES (1, 'done', 'validated on ward 3'), (91, 'done', NULL)$$, 'improvements and what became of them');
SELECT throws_ok(command, 'MS041', NULL, name)
  FROM (VALUES ('DELETE FROM aims.management_review', 'a review is not deleted'),
               ('DELETE FROM aims.management_review_decision', 'nor a decision'),
               ('TRUNCATE aims.management_review_input', 'nor an input')) AS t (command, name);

-- At planned intervals
SELECT is_empty($$SELECT * FROM aims.management_review_action WHERE subject = 'management_review'$$, 'a year ahead there is nothing to do');
CALL pg_temp.as_restored('UPDATE aims.management_review SET held_on = held_on - 400, next_on = next_on - 275');
SELECT results_eq($$SELECT action, subject_id, due_on - aims.today() FROM aims.management_review_action WHERE subject = 'management_review'$$,
    $$VALUES ('plan the management review', '1', 90)$$, 'ninety days before the next is to be planned');
CALL pg_temp.as_restored('UPDATE aims.management_review SET next_on = next_on - 91');
SELECT results_eq($$SELECT due_on - aims.today() FROM aims.management_review_action WHERE subject = 'management_review'$$, 'VALUES (-1)', 'afterwards it is overdue');
SELECT pg_temp.ends_with('00000', 'board_officer', 'INSERT INTO aims.management_review (management_review_id, planned_on) VALUES (2, aims.today() + 100)', 'it is planned');
SELECT is_empty($$SELECT * FROM aims.management_review_action WHERE subject = 'management_review'$$, 'and nothing is to be done for a while');
SELECT pg_temp.ends_with('00000', 'board_officer', $$UPDATE aims.management_review SET status = 'cancelled' WHERE management_review_id = 2$$, 'it is cancelled');
SELECT is((SELECT count(*) FROM aims.management_review_action WHERE subject = 'management_review'), 1::bigint, 'and wanted again');

SELECT * FROM finish();
\i test/drop_database.sql
\i test/board_leaves.sql
