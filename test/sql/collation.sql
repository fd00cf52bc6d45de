\set ECHO none
-- A database whose texts are not sorted by their bytes: the guard finds its rows
-- in indexes that are.
\set QUIET on
\set home_database :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS aims_test WITH (FORCE);
CREATE DATABASE aims_test TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en';
\connect aims_test
\i test/setup.sql
SELECT plan(3);

INSERT INTO aims.person (person, full_name)
SELECT left(translate(md5(n::text), '01', '-_'), 6), n FROM generate_series(1, 2000) AS n
 WHERE md5(n::text) ~ '^[2-9a-f]' ON CONFLICT DO NOTHING;
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) SELECT p.person, 't', p.person, 'p', 'deployment' FROM aims.person AS p;
RESET session_replication_role;
SELECT isnt((SELECT string_agg(system, ' ' ORDER BY system) FROM aims.ai_system),
            (SELECT string_agg(system, ' ' ORDER BY system COLLATE "C") FROM aims.ai_system), 'slugs are sorted otherwise here');
CREATE TABLE score (id integer GENERATED ALWAYS AS IDENTITY, system text);
SELECT aims.govern('score', system_column => 'system', mode => 'observe') \g /dev/null
INSERT INTO aims.intended_table SELECT system, 'score' FROM aims.ai_system;
INSERT INTO aims.bound_role SELECT system, session_user FROM aims.ai_system;
INSERT INTO score (system) SELECT system FROM aims.ai_system;
SELECT is_empty($$SELECT cause, count(*) FROM aims.violation GROUP BY cause$$, 'every system is found, with its tables and roles');
SELECT aims.set_mode('score', 'enforce') \g /dev/null
INSERT INTO aims.switch_event (system, switched_off, reason, person) SELECT system, true, 'r', system FROM aims.ai_system;
CREATE FUNCTION pg_temp.state_of(system text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO score (system) VALUES (state_of.system);
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT is_empty($$SELECT system FROM aims.ai_system WHERE pg_temp.state_of(system) <> 'MS003'$$, 'so is every switch-off');
SELECT * FROM finish();
\i test/drop_database.sql
