\i test/setup.sql
-- What an entry says of who acts and why: aims.actor, aims.reason, log_event.
SET aims.actor = 'anna';		-- in a transaction of its own
BEGIN;
\i test/act.sql
SELECT plan(35);

CREATE ROLE actor_nurse;
CREATE ROLE actor_portal;
CREATE ROLE actor_stranger;
CREATE ROLE actor_group;
GRANT actor_group TO actor_nurse;
INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Owner'), ('bea', 'Bea');
SET LOCAL session_replication_role = replica;
UPDATE aims.person SET db_role = 'actor_nurse' WHERE person = 'bea';
INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('actor_portal', false);
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment');
SET LOCAL session_replication_role = origin;
CREATE TABLE score (id integer PRIMARY KEY, n integer);
GRANT INSERT, UPDATE, DELETE, SELECT ON score TO actor_nurse, actor_portal, actor_stranger, actor_group;
SELECT aims.govern('score', system => 'sepsis') \g /dev/null
SELECT aims.grant_duty_role('writer', role::regrole) FROM unnest('{actor_nurse,actor_portal}'::text[]) AS role \g /dev/null

CREATE FUNCTION pg_temp.newest() RETURNS aims.audit_entry LANGUAGE sql
    RETURN (SELECT e FROM aims.audit_entry AS e ORDER BY entry_id DESC LIMIT 1);

-- The newest entry after a command; a subtransaction's end writes what waits
CREATE FUNCTION pg_temp.entry_of(role text, command text, actor text DEFAULT NULL) RETURNS aims.audit_entry LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM pg_temp.act(role, command, actor);
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN pg_temp.newest();
END $$;

-- A claim of another transaction counts for nobody, and is kept as a claim
SET LOCAL SESSION AUTHORIZATION actor_portal;
INSERT INTO score VALUES (0);
RESET SESSION AUTHORIZATION;
SELECT is(concat_ws('|', session_user_name, role_name, coalesce(person, '-'), claim), 'actor_portal|actor_portal|-|anna',
          'what a pooler has left behind is nobody''s word') FROM pg_temp.newest();

-- Who: session user, current role, person, claim
CREATE FUNCTION definer(id integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO score VALUES (id)';
ALTER FUNCTION definer OWNER TO actor_group;
SELECT is((SELECT concat_ws('|', session_user_name, role_name, coalesce(person, '-'), coalesce(claim, '-'))
             FROM pg_temp.entry_of(role, command, actor)), who, name)
  FROM (VALUES
    (1, 'actor_nurse', 'INSERT INTO score VALUES (1)', NULL, 'actor_nurse|actor_nurse|bea|-', 'a person by role'),
    (2, 'actor_nurse', 'INSERT INTO score VALUES (2)', 'anna', 'actor_nurse|actor_nurse|bea|anna', 'who claims to be another stays who it is, and the claim is kept'),
    (3, 'actor_nurse', 'INSERT INTO score VALUES (3)', 'bea', 'actor_nurse|actor_nurse|bea|-', 'who claims to be who it is claims nothing'),
    (4, 'actor_stranger', 'INSERT INTO score VALUES (4)', NULL, 'actor_stranger|actor_stranger|-|-', 'a role that is nobody'),
    (5, 'actor_stranger', 'INSERT INTO score VALUES (5)', 'anna', 'actor_stranger|actor_stranger|-|anna', 'which becomes nobody by a claim'),
    (6, 'actor_portal', 'INSERT INTO score VALUES (6)', 'anna', 'actor_portal|actor_portal|anna|-', 'a trusted application acts for people'),
    (7, 'actor_portal', 'INSERT INTO score VALUES (7)', NULL, 'actor_portal|actor_portal|-|-', 'and for nobody where it names none'),
    (8, 'actor_portal', 'INSERT INTO score VALUES (8)', 'no-such-person', 'actor_portal|actor_portal|-|no-such-person', 'whom it names has to exist'),
    (9, 'actor_portal', 'INSERT INTO score VALUES (9)', repeat('a', 100), 'actor_portal|actor_portal|-|' || repeat('a', 100), 'and is not cut to fit'),
    (10, 'actor_portal', 'INSERT INTO score VALUES (10)', 'Anna', 'actor_portal|actor_portal|-|Anna', 'capitals count'),
    (11, 'actor_nurse', 'DO ''BEGIN SET LOCAL ROLE actor_group; INSERT INTO score VALUES (11); RESET ROLE; END''', NULL, 'actor_nurse|actor_group|bea|-',
     'SET ROLE changes the role, not the person'),
    (12, 'actor_portal', 'DO ''BEGIN SET LOCAL ROLE actor_portal; INSERT INTO score VALUES (12); END''', 'bea', 'actor_portal|actor_portal|bea|-', 'nor the claim'),
    (13, 'actor_nurse', 'SELECT definer(13)', NULL, 'actor_nurse|actor_group|bea|-', 'nor does SECURITY DEFINER'),
    (14, 'actor_nurse', 'SELECT aims.log_event(''x'', ''{}'')', NULL, 'actor_nurse|actor_nurse|bea|-', 'an event is logged by somebody, too'),
    (15, 'actor_portal', 'SELECT aims.log_event(''x'', ''{}'')', 'anna', 'actor_portal|actor_portal|anna|-', 'or on behalf of somebody'))
    AS c (nr, role, command, actor, who, name)
 ORDER BY nr;

-- Particulars are covered by a digest, each of them
SELECT is(count(*), 0::bigint, 'every entry''s digest is over what it says')
  FROM aims.audit_entry AS e
 WHERE e.particulars_digest <> sha256(e.salt || 'p'::bytea || convert_to(concat('{', concat_ws(',',
           '"session_user":' || to_json(session_user_name), '"role":' || to_json(role_name), '"person":' || to_json(person),
           '"claim":' || to_json(claim), '"application":' || to_json(application), '"client":' || to_json(host(client::inet)),
           '"reason":' || to_json(reason), '"key":' || key::text,
           CASE num_nonnulls(old_image, new_image) WHEN 2 THEN '"images":"old and new"'
               WHEN 1 THEN format('"images":"%s"', CASE WHEN old_image IS NULL THEN 'new' ELSE 'old' END) END), '}'), 'UTF8'));

-- Why: the setting as it is at each change
SET LOCAL aims.reason = 'first';
INSERT INTO score VALUES (20);
SAVEPOINT reason;
SET LOCAL aims.reason = 'undone';
UPDATE score SET n = 1 WHERE id = 20;
ROLLBACK TO reason;
UPDATE score SET n = 2 WHERE id = 20;
SET LOCAL aims.reason = E'zweite – "quoted" \\ \n line';
DELETE FROM score WHERE id = 20;
SELECT results_eq('SELECT operation, reason FROM aims.audit_entry WHERE key = ''{"id": 20}'' ORDER BY entry_id',
                  $$VALUES ('INSERT', 'first'), ('UPDATE', 'first'), ('DELETE', E'zweite – "quoted" \\ \n line')$$, 'each change has the reason of its time');
CREATE FUNCTION pg_temp.because(n integer) RETURNS integer LANGUAGE plpgsql AS $$BEGIN PERFORM set_config('aims.reason', 'row ' || n, true); RETURN n; END$$;
INSERT INTO score SELECT pg_temp.because(n) FROM generate_series(30, 32) AS n;
SELECT is(count(DISTINCT reason), 1::bigint, 'rows of one statement have that of its end') FROM aims.audit_entry WHERE key ->> 'id' IN ('30', '31', '32');
SET LOCAL aims.reason = '';
INSERT INTO score VALUES (21);
SELECT is(reason, NULL, 'an empty reason is none') FROM pg_temp.newest();

-- log_event
CREATE TEMP TABLE event AS SELECT e.* FROM pg_temp.entry_of('actor_nurse', $$SELECT aims.log_event('prompt_template', '{"b": 1.50, "a": "é", "n": null}', 'sepsis')$$) AS e;
SELECT is(concat_ws(' ', operation, coalesce(relation, '-'), system, num_nonnulls(key, old_image, old_digest, shape)), 'EVENT - sepsis 0',
          'an event names a system, and no relation') FROM event;
SELECT is(new_image::text, '{"kind":"prompt_template","detail":{"a": "é", "b": 1.50, "n": null}}', 'it keeps the detail') FROM event;
SELECT is(new_digest, sha256(salt || 'n'::bytea || convert_to(new_image::text, 'UTF8')), 'under its digest') FROM event;
SELECT is(new_image::text, '{"kind":"bare"}', 'a detail may be missing') FROM pg_temp.entry_of('actor_nurse', $$SELECT aims.log_event('bare', NULL)$$);
SELECT is(new_image::json ->> 'kind', E'"\n\x01', 'a kind may have any characters') FROM pg_temp.entry_of('actor_nurse', $$SELECT aims.log_event(E'"\n\x01', '[1]')$$);
SAVEPOINT event;
SELECT aims.log_event('undone', '{}') AS undone \gset
ROLLBACK TO event;
SELECT is(entry_id > :undone, true, 'a number is not taken twice') FROM pg_temp.entry_of('actor_nurse', $$SELECT aims.log_event('next', '{}')$$);
SELECT is(count(*), 0::bigint, 'an event of a savepoint goes with it') FROM aims.audit_entry WHERE entry_id = :undone;
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '22023', 'actor_nurse', $$SELECT aims.log_event(NULL, '{}')$$, 'a kind is needed'),
    (2, '22023', 'actor_nurse', $$SELECT aims.log_event('', '{}')$$, 'that says something'),
    (3, 'MS017', 'actor_nurse', $$SELECT aims.log_event('x', '{}', 'no-such')$$, 'a system is of the inventory'),
    (4, 'MS017', 'actor_nurse', $$SELECT aims.log_event('x', '{}', '')$$, 'if only by mistake'),
    (5, '00000', 'actor_nurse', $$SELECT aims.log_event('x', 'null', 'sepsis')$$, 'any JSON will do'),
    (6, '42501', 'actor_stranger', $$SELECT aims.log_event('x', '{}')$$, 'not everybody logs events'),
    (7, '42501', 'actor_nurse', $$SELECT aims.record_act('aims.registry', '{}')$$, 'nobody forges an act of ours'),
    (8, '42501', 'actor_nurse', $$INSERT INTO aims.audit_entry (entry_id) VALUES (1)$$, 'or an entry')) AS c (nr, state, role, command, name)
 ORDER BY nr;

SELECT * FROM finish();
ROLLBACK;
RESET aims.actor;
