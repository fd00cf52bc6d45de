\i test/setup.sql
BEGIN;
SELECT plan(33);

CREATE ROLE aims_test_deliverer;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Hospital', 'Europe/Berlin');
INSERT INTO aims.person (person, full_name) VALUES
    ('owner', 'O. Owner'), ('second', 'S. Second'), ('officer', 'A. Officer'), ('steward', 'D. Steward');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('one', 'One', 'owner', 'p'), ('two', 'Two', 'owner', 'p');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from, valid_until) VALUES
    ('second',  'system_owner', 'two', '2020-01-01', NULL),
    ('steward', 'data_steward', NULL,  '2020-01-01', NULL),
    ('owner',   'risk_owner',   NULL,  '2020-01-01', aims.today() - 1);
SET LOCAL session_replication_role = DEFAULT;

INSERT INTO aims.finding (kind, system, detail, opened_at) VALUES
    ('monitor_breach', 'one', 'sensitivity 0.61', now() - make_interval(days => 20)),
    ('monitor_breach', 'two', 'sensitivity 0.62', now()),
    ('schema_changed', 'two', 'column gone', now()),
    ('house_rule',     NULL,  'of nobody', now());

SELECT results_eq($$SELECT people FROM aims.next_action WHERE detail LIKE '%0.61'$$, $$VALUES ('{owner}'::text[])$$,
    'where nobody holds the duty of system owner, the owner of the system is asked');
SELECT results_eq($$SELECT people FROM aims.next_action WHERE detail LIKE '%0.62'$$, $$VALUES ('{second}'::text[])$$,
    'who holds the duty for the system comes first');
SELECT results_eq($$SELECT people FROM aims.next_action WHERE detail LIKE '%gone'$$, $$VALUES ('{steward}'::text[])$$,
    'else who holds it for the organisation');
SELECT results_eq($$SELECT people, duty FROM aims.next_action WHERE detail LIKE '%nobody'$$,
    $$VALUES ('{}'::text[], 'system_owner')$$, 'where nobody is found, nobody is named');
SELECT results_eq($$SELECT overdue, days_left, ref FROM aims.next_action WHERE detail LIKE '%0.61'$$,
    $$VALUES (true, -13, 'A.6.2.6')$$, 'seven days from twenty days ago are past');
SELECT results_eq($$SELECT overdue, days_left FROM aims.next_action WHERE detail LIKE '%nobody'$$,
    $$VALUES (false, 30)$$, 'a kind without a row is due within thirty days');

SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, valid_from) VALUES ('officer', 'ai_officer', '2020-01-01');
SET LOCAL session_replication_role = DEFAULT;
SELECT results_eq($$SELECT people FROM aims.next_action WHERE detail LIKE '%nobody'$$, $$VALUES ('{officer}'::text[])$$,
    'and to the AI officers where there are any');
INSERT INTO aims.finding_kind (kind, title, duty, days, ref) VALUES ('monitor_breach', 'Ours', 'data_steward', 2, '9.1');
SELECT results_eq($$SELECT people, days_left, ref FROM aims.next_action WHERE detail LIKE '%0.62'$$,
    $$VALUES ('{steward}'::text[], 2, '9.1')$$, 'a site''s row stands in for the shipped one');
SELECT throws_ok($$UPDATE aims.finding_kind SET days = 1 WHERE shipped$$, 'MS016', NULL, 'which is immutable');
SELECT throws_ok($$INSERT INTO aims.finding_kind (kind, title, duty) VALUES ('x', 't', 'boss')$$, '23514', NULL, 'an unknown duty');
SELECT throws_ok($$INSERT INTO aims.finding_kind (kind, title, days) VALUES ('x', 't', -1)$$, '23514', NULL, 'negative days');
SELECT throws_ok($$INSERT INTO aims.finding_kind (kind, title, ref) VALUES ('x', 't', '99.9')$$, '23503', NULL, 'a requirement that does not exist');

-- One date without an end does not silence all others
SAVEPOINT endless;
INSERT INTO aims.applicability (ref, applicable, justification, implementation, review_due) VALUES ('A.2.2', true, 'x', 'planned', 'infinity');
INSERT INTO aims.evidence (title, kind, system, uri, effective_on, valid_until) VALUES ('t', 'k', 'one', 'file:x', '-infinity', '-infinity');
INSERT INTO aims.evidence_link (evidence_id, ref) SELECT evidence_id, 'A.2.2' FROM aims.evidence;
SELECT results_eq($$SELECT due_on, overdue, days_left FROM aims.next_action WHERE due_on IN ('infinity', '-infinity') ORDER BY due_on$$,
    $$VALUES ('-infinity'::date, true, NULL::integer), ('infinity', false, NULL)$$, 'infinite days are as they are');
ROLLBACK TO endless;

-- What a monitor files is renewed by its next measurement, not by people
SAVEPOINT filed;
SET LOCAL session_replication_role = replica;
INSERT INTO aims.evidence (evidence_id, title, kind, system, uri, origin, effective_on, valid_until)
SELECT 700 + n, 'Evidence ' || o, 'k', 'one', 'file:x', o, aims.today(), aims.today() + 1 FROM unnest('{manual,monitor}'::text[]) WITH ORDINALITY AS t (o, n);
INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (701, 'A.2.2'), (702, 'A.2.2');
SET LOCAL session_replication_role = DEFAULT;
SELECT results_eq($$SELECT subject_id FROM aims.evidence_action WHERE subject_id IN ('701', '702')$$, $$VALUES ('701')$$, 'evidence of monitors is nobody''s to renew');
ROLLBACK TO filed;

-- The outbox
SELECT cmp_ok(aims.fill_outbox(), '>=', 4, 'a message for each obligation and person');
SELECT is(count(*), 4::bigint, 'for the findings, too') FROM aims.outbox WHERE subject = 'finding';
SELECT is_empty($$SELECT action, subject, subject_id, detail FROM aims.next_action GROUP BY 1, 2, 3, 4 HAVING count(*) > 1$$, 'nothing is asked twice');
SELECT is(aims.fill_outbox(), 0, 'once');
SET LOCAL session_replication_role = replica;
UPDATE aims.finding SET opened_at = now() - make_interval(days => 40) WHERE detail = 'of nobody';
SET LOCAL session_replication_role = origin;
SELECT is(aims.fill_outbox(), 1, 'and again when it is overdue');
SELECT is((SELECT count(*) FROM aims.take_messages(2)), 2::bigint, 'messages are taken');
SELECT results_eq('SELECT count(*) FROM aims.take_messages(10000)', $$SELECT count(*) - 2 FROM aims.outbox WHERE over_at IS NULL$$, 'each once');
SELECT is((SELECT count(*) FROM aims.take_messages()), 0::bigint, 'until there are none');
-- What is to be done at once has a day that moves with the calendar
INSERT INTO aims.risk (risk_id, title, source) VALUES (9, 'Nobody''s', 'safety');
SELECT cmp_ok(aims.fill_outbox(), '>', 0, 'a risk without an owner or levels is told of');
UPDATE aims.outbox SET due_on = due_on - 1 WHERE subject_id = '9';
SELECT is(aims.fill_outbox(), 0, 'not anew every day');
UPDATE aims.risk SET inherent_likelihood = 1, inherent_severity = 1 WHERE risk_id = 9;
SELECT aims.fill_outbox() \g /dev/null
SELECT is_empty($$SELECT FROM aims.take_messages(10000) WHERE subject_id = '9' AND action = 'assess'$$, 'nobody is told of what is done');
UPDATE aims.risk SET inherent_likelihood = NULL, inherent_severity = NULL WHERE risk_id = 9;
SELECT aims.fill_outbox() \g /dev/null
SELECT isnt_empty($$SELECT FROM aims.take_messages(10000) WHERE subject_id = '9' AND action = 'assess'$$, 'but again, where it comes back');
SELECT throws_ok('SELECT aims.take_messages(0)', '22023', NULL, 'none at all cannot be taken');
SELECT throws_ok('SELECT aims.take_messages(NULL)', '22023', NULL, 'nor an unknown number');

-- Sealing fills it, once a minute at most, and when there is a reason
INSERT INTO aims.finding (kind, detail) VALUES ('house_rule', 'told by the sealer');
SELECT aims.note_due(10);
SELECT is((SELECT count(*) FROM aims.outbox WHERE detail LIKE '%told by the sealer'), 1::bigint, 'note_due fills the outbox');
INSERT INTO aims.finding (kind, detail) VALUES ('house_rule', 'too soon');
SELECT aims.note_due(11);
SELECT is((SELECT count(*) FROM aims.outbox WHERE detail LIKE '%too soon'), 0::bigint, 'not again within a minute');
UPDATE aims.outbox_fill SET filled_at = filled_at - make_interval(mins => 2);
SELECT aims.note_due(11);
SELECT is((SELECT count(*) FROM aims.outbox WHERE detail LIKE '%too soon'), 1::bigint, 'but then');

-- Coverage over time
SELECT cmp_ok(count(*), '>', 5::bigint, 'the day''s coverage is recorded') FROM aims.coverage_history;
SELECT is(aims.record_coverage(), 0, 'once a day');

SELECT * FROM finish();
ROLLBACK;
