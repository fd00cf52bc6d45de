\i test/setup.sql
-- Where subscriptions are audited: who may say so, and what is said about it.
-- The workers that obey are in test/t/subscription_policy.pl.
BEGIN;
\i test/act.sql
SELECT plan(24);

CREATE ROLE subscription_owner SUPERUSER;
CREATE ROLE subscription_administrator;
CREATE ROLE subscription_analyst;
CREATE ROLE subscription_officer;
SELECT aims.grant_duty_role('administrator', 'subscription_administrator'), aims.grant_duty_role('analyst', 'subscription_analyst'),
       aims.grant_duty_role('officer', 'subscription_officer') \g /dev/null
SET LOCAL client_min_messages = error;
CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION "S; DROP 'x'" CONNECTION '' PUBLICATION p WITH (connect = false, slot_name = NONE);
ALTER SUBSCRIPTION "S; DROP 'x'" OWNER TO subscription_owner;
RESET client_min_messages;

SELECT is(string_agg(concat_ws('|', subscription, enabled, policy, remark), E'\n' ORDER BY subscription COLLATE "C"),
    E'S; DROP ''x''|f|apply|no policy is stated\ns|f|apply|no policy is stated', 'a subscription is audited at apply, by default')
FROM aims.subscription_audit;
SELECT is(detail, E'S; DROP ''x'': audited at apply; no policy is stated.\ns: audited at apply; no policy is stated.', 'verify names both')
FROM aims.verify() WHERE check_name = 'subscriptions';

-- Refusals
SELECT throws_ok(command, state, NULL, command)
FROM (VALUES
    ('SELECT aims.set_subscription_policy(NULL, ''origin'')', '22004'),
    ('SELECT aims.set_subscription_policy(''s'', NULL)', '22004'),
    ('SELECT aims.set_subscription_policy(''s'', '''')', '22023'),
    ('SELECT aims.set_subscription_policy(''s'', ''ORIGIN'')', '22023'),
    ('SELECT aims.set_subscription_policy(''s'', repeat(''x'', 100000))', '22023'),
    ('SELECT aims.set_subscription_policy('''', ''origin'')', 'MS017'),
    ('SELECT aims.set_subscription_policy(''S'', ''origin'')', 'MS017'),
    ('INSERT INTO aims.subscription_policy VALUES (''s'', ''x'', ''elsewhere'')', '23514'),
    ('INSERT INTO aims.subscription_policy VALUES (''s'', NULL, ''origin'')', '23502')) AS c (command, state);
SELECT pg_temp.ends_with('42501', role, command, role || ': ' || command)
FROM (VALUES ('subscription_analyst'), ('subscription_officer')) AS r (role)
CROSS JOIN (VALUES ('SELECT aims.set_subscription_policy(''s'', ''origin'')')) AS c (command);
SELECT pg_temp.ends_with('42501', 'subscription_administrator', command, 'administrator: ' || command)
FROM unnest(ARRAY['INSERT INTO aims.subscription_policy VALUES (''s'', ''x'', ''origin'')', 'DELETE FROM aims.subscription_policy']) AS command;
SELECT is_empty('TABLE aims.subscription_policy', 'nothing of that is there');

-- An administrator states it; that is in the ledger
SELECT lives_ok($$SELECT pg_temp.act('subscription_administrator', 'SELECT aims.set_subscription_policy(''s'', ''origin'')')$$, 'an administrator states a policy');
SELECT lives_ok($$SELECT pg_temp.act('subscription_administrator', 'SELECT aims.set_subscription_policy(''S; DROP ''''x'''''', ''origin'')')$$, 'of a name that must be quoted');
SELECT is(string_agg(concat_ws('|', subscription, owner, policy), E'\n' ORDER BY subscription),
    format(E'S; DROP ''x''|subscription_owner|origin\ns|%s|origin', session_user), 'with the owners of today')
FROM aims.subscription_policy;
SELECT lives_ok($$SELECT aims.set_subscription_policy('s', 'apply'), aims.set_subscription_policy('s', 'origin')$$, 'and another one');
SELECT is(string_agg(concat_ws('|', operation, session_user_name, new_image ->> 'policy'), E'\n' ORDER BY entry_id),
    format(E'INSERT|subscription_administrator|origin\nUPDATE|%s|apply\nUPDATE|%1$s|origin', session_user),
    'each in the ledger, with who did it')
FROM aims.audit_entry WHERE relation = 'aims.subscription_policy' AND key ->> 'subscription' = 's';

-- It holds for the owner it was stated for
ALTER SUBSCRIPTION s OWNER TO subscription_owner;
DROP SUBSCRIPTION "S; DROP 'x'";
SELECT is(string_agg(concat_ws('|', subscription, owner, policy, remark), E'\n' ORDER BY subscription COLLATE "C"),
    format(E'S; DROP ''x''|there is no such subscription\ns|subscription_owner|apply|the policy "origin" was stated when %I owned it', session_user),
    'neither for another owner nor without a subscription')
FROM aims.subscription_audit;
SELECT lives_ok($$SELECT pg_temp.act('subscription_analyst', 'SELECT count(*) FROM aims.subscription_audit')$$, 'an analyst reads that');
SELECT is_empty('SELECT * FROM aims.capture_problem()', 'capture has no gap');
DROP SUBSCRIPTION s;

SELECT * FROM finish();
ROLLBACK;
