\i test/setup_database.sql
-- Bypass attempts by roles that are not superuser. Each is made and undone;
-- it ends with an SQLSTATE, and then every governed table is tried: "guarded"
-- where none takes output of a system that may not write, else the tables that
-- did. What verify() reports and which findings are open then stands behind.
-- It commits, since DETACH CONCURRENTLY has to; roles go at the end.
SELECT plan(160);

SET client_min_messages = error;
CREATE ROLE bypass_owner;
CREATE ROLE bypass_etl;
CREATE ROLE bypass_analyst;
CREATE ROLE bypass_creator CREATEROLE;
CREATE ROLE bypass_admin IN ROLE bypass_owner;
SELECT aims.grant_duty_role('analyst', 'bypass_analyst'), aims.grant_duty_role('administrator', 'bypass_admin'),
       aims.grant_duty_role('writer', 'bypass_owner') \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna', 'bypass_analyst');
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('allowed', 'Allowed', 'anna', 'p', 'deployment'), ('forbidden', 'Forbidden', 'anna', 'p', 'inception');
RESET session_replication_role;

-- The warehouse of a hostile owner
GRANT CREATE ON DATABASE aims_test TO bypass_owner;
CREATE SCHEMA cdw AUTHORIZATION bypass_owner;
CREATE SCHEMA other AUTHORIZATION bypass_owner;
CREATE SCHEMA parts AUTHORIZATION bypass_owner;
SET SESSION AUTHORIZATION bypass_owner;
CREATE TYPE cdw.colour AS ENUM ('forbidden', 'red');
CREATE TABLE cdw.score (id integer PRIMARY KEY, n integer, ai text);
CREATE TABLE cdw.part (id integer, n integer, ai text, PRIMARY KEY (id, n)) PARTITION BY RANGE (n);
CREATE TABLE cdw.part1 PARTITION OF cdw.part FOR VALUES FROM (0) TO (10);
CREATE TABLE parts.part2 PARTITION OF cdw.part FOR VALUES FROM (100) TO (200);
CREATE TABLE cdw.flagged (id integer, n integer, ai text, flag boolean GENERATED ALWAYS AS (n > 0) STORED);
CREATE TABLE cdw.parent (id integer, n integer, ai text);
CREATE TABLE cdw.child () INHERITS (cdw.parent);
CREATE TABLE cdw.fixed (id integer, n integer, ai text);
CREATE TABLE cdw.resource (id integer, n integer, body jsonb);
CREATE TABLE cdw.colours (id integer, n integer, ai cdw.colour);
CREATE TABLE cdw.made (id integer, n integer, ai text GENERATED ALWAYS AS (CASE WHEN n > 0 THEN 'forbidden' END) STORED);
CREATE TABLE cdw."a "";DROP'$$" (id integer, n integer, "x"");--" text);
CREATE TABLE cdw.above (id integer, n integer, ai text) PARTITION BY RANGE (n);
CREATE TABLE cdw.below PARTITION OF cdw.above DEFAULT;
CREATE TABLE cdw.loose (id integer, n integer, ai text);
CREATE FUNCTION cdw.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION cdw.relabel() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.ai := ''forbidden''; RETURN NEW; END';
CREATE RULE "disabled detour" AS ON INSERT TO cdw.fixed DO INSTEAD NOTHING;
ALTER TABLE cdw.fixed DISABLE RULE "disabled detour";
CREATE TRIGGER own BEFORE INSERT ON cdw.loose FOR EACH ROW EXECUTE FUNCTION cdw.nothing();
GRANT USAGE ON SCHEMA cdw, other TO bypass_etl, bypass_analyst;
GRANT INSERT ON ALL TABLES IN SCHEMA cdw TO bypass_etl;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION bypass_admin;
SELECT aims.govern('cdw.score', system_column => 'ai'), aims.govern('cdw.part', system_column => 'ai'),
       aims.govern('cdw.parent', system_column => 'ai'), aims.govern('cdw.fixed', system => 'forbidden', system_when => 'n > 0'),
       aims.govern('cdw.colours', system_column => 'ai'), aims.govern('cdw.made', system_column => 'ai'),
       aims.govern('cdw.resource', system_expression => $$body ->> 'device'$$), aims.govern('cdw.flagged', system => 'forbidden', system_when => 'flag'), aims.govern('cdw."a "";DROP''$$"', system_column => 'x");--'), aims.govern('cdw.below', system_column => 'ai') \g /dev/null
INSERT INTO aims.intended_table (system, relation)
SELECT 'allowed', relation FROM aims.governed WHERE system IS NULL;
RESET SESSION AUTHORIZATION;
SELECT registry_id AS score FROM aims.registry WHERE relation = 'cdw.score'::regclass \gset
SELECT set_config('bypass.score', :'score', false) \g /dev/null

-- Run a command as that session user; the state that it ends with
CREATE FUNCTION pg_temp.run_as(role text, command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
    EXECUTE command;
    RESET SESSION AUTHORIZATION;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RESET SESSION AUTHORIZATION;
    RETURN SQLSTATE;
END $$;

-- The tables that take output of the forbidden system
CREATE FUNCTION pg_temp.open_tables() RETURNS text LANGUAGE sql AS $sql$
    SELECT string_agg(t.name, ' ' ORDER BY t.name COLLATE "C")
      FROM (VALUES ('cdw.score'), ('cdw.part'), ('cdw.part1'), ('cdw.parent'), ('cdw.child'), ('cdw.fixed'), ('cdw.flagged'), ('cdw.colours'), ('cdw.made'),
                   ('cdw."a "";DROP''$$"'), ('cdw.below')) AS t (name)
     WHERE to_regclass(t.name) IS NOT NULL
       AND pg_temp.run_as('bypass_etl', format('INSERT INTO %s VALUES (1000000, 5%s)', t.name, CASE WHEN t.name <> 'cdw.made' THEN ', ''forbidden''' END)) = '00000'
$sql$;

-- Make an attempt and undo it
CREATE FUNCTION pg_temp.attempt(role text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
    state   text;
BEGIN
    BEGIN
        state := pg_temp.run_as(role, command);
        outcome := concat_ws(' ', state, coalesce('OPEN: ' || pg_temp.open_tables(), 'guarded'),
                             (SELECT '[' || string_agg(DISTINCT p.problem, '; ') || ']' FROM aims.capture_problem() AS p),
                             (SELECT '{' || string_agg(DISTINCT f.kind, '; ') || '}' FROM aims.finding AS f));
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN outcome;
END $$;

SELECT is(pg_temp.open_tables(), NULL, 'before anything, all tables are guarded');

SELECT is(pg_temp.attempt('bypass_' || role, replace(command, 'SCORE', current_setting('bypass.score'))), outcome, format('%s: %s', role, left(command, 120)))
  FROM (VALUES
    -- triggers of ours
    (1, 'owner', 'ALTER TABLE cdw.score DISABLE TRIGGER "AIMS_insert"', 'MS030 guarded'),
    (2, 'owner', 'ALTER TABLE cdw.score DISABLE TRIGGER USER', 'MS030 guarded'),
    (3, 'owner', 'ALTER TABLE cdw.score DISABLE TRIGGER ALL', 'MS030 guarded'),
    (4, 'owner', 'ALTER TABLE cdw.score ENABLE TRIGGER "AIMS_insert"', 'MS030 guarded'),
    (5, 'owner', 'ALTER TABLE cdw.score ENABLE REPLICA TRIGGER "AIMS_insert"', 'MS030 guarded'),
    (6, 'owner', 'ALTER TABLE cdw.score ENABLE TRIGGER USER', 'MS030 guarded'),
    (7, 'owner', 'ALTER TABLE cdw.score DISABLE TRIGGER "AIMS_flush"', 'MS030 guarded'),
    (8, 'owner', 'ALTER TABLE cdw.score DISABLE TRIGGER "AIMS_truncate"', 'MS030 guarded'),
    (9, 'owner', 'ALTER TABLE cdw.part1 DISABLE TRIGGER "AIMS_insert"', 'MS030 guarded'),
    (10, 'owner', 'ALTER TABLE ONLY cdw.part DISABLE TRIGGER USER', 'MS030 guarded'),
    (11, 'owner', 'ALTER TABLE cdw.child DISABLE TRIGGER USER', 'MS030 guarded'),
    (11.5, 'owner', 'ALTER TABLE cdw.above DISABLE TRIGGER USER', '00000 guarded'),
    (12, 'owner', 'DROP TRIGGER "AIMS_insert" ON cdw.score', 'MS030 guarded'),
    (13, 'owner', 'DROP TRIGGER "AIMS_flush" ON cdw.score', 'MS030 guarded'),
    (14, 'owner', 'DROP TRIGGER "AIMS_insert" ON cdw.child', 'MS030 guarded'),
    (15, 'owner', 'DROP TRIGGER "AIMS_truncate" ON cdw.part1', 'MS030 guarded'),
    (16, 'owner', 'ALTER TRIGGER "AIMS_insert" ON cdw.score RENAME TO zzz', 'MS030 guarded'),
    (17, 'owner', 'ALTER TRIGGER "AIMS_insert" ON cdw.score DEPENDS ON EXTENSION plpgsql', 'MS030 guarded'),
    (18, 'owner', 'CREATE OR REPLACE TRIGGER "AIMS_insert" AFTER INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.nothing()', 'MS030 guarded'),
    (19, 'owner', 'CREATE OR REPLACE TRIGGER "AIMS_insert" AFTER INSERT ON cdw.score FOR EACH ROW WHEN (false) EXECUTE FUNCTION aims.audit_row(SCORE)', 'MS030 guarded'),
    (20, 'owner', 'CREATE OR REPLACE TRIGGER "AIMS_insert" AFTER UPDATE ON cdw.score FOR EACH ROW EXECUTE FUNCTION aims.audit_row(SCORE)', 'MS030 guarded'),
    (21, 'owner', 'CREATE TRIGGER again AFTER INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION aims.audit_row(SCORE)', 'MS030 guarded'),
    (22, 'owner', 'CREATE TRIGGER forged AFTER INSERT ON cdw.loose FOR EACH ROW EXECUTE FUNCTION aims.audit_row(SCORE)', 'MS030 guarded'),
    (23, 'owner', 'CREATE TRIGGER forged AFTER INSERT ON cdw.loose FOR EACH ROW EXECUTE FUNCTION aims.audit_row(11)', 'MS030 guarded'),
    (24, 'etl', 'CREATE TRIGGER forged AFTER INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.nothing()', '42501 guarded'),
    (25, 'owner', 'DO $$BEGIN ALTER TABLE cdw.score DISABLE TRIGGER USER; EXCEPTION WHEN OTHERS THEN NULL; END$$', '00000 guarded'),
    (26, 'owner', 'CREATE SCHEMA cunning CREATE TABLE t (id integer) CREATE TRIGGER forged AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION aims.audit_row(11)', 'MS030 guarded'),
    -- the table, its partitions and children
    (30, 'owner', 'DROP TABLE cdw.score', 'MS030 guarded'),
    (31, 'owner', 'DROP TABLE cdw.score; CREATE TABLE cdw.score (id integer, n integer, ai text); GRANT INSERT ON cdw.score TO bypass_etl', 'MS030 guarded'),
    (32, 'owner', 'DROP SCHEMA cdw CASCADE', 'MS030 guarded'),
    (33, 'owner', 'DROP OWNED BY bypass_owner CASCADE', 'MS030 guarded'),
    (34, 'owner', 'DROP TABLE cdw.part1', 'MS030 guarded'),
    (35, 'owner', 'DROP TABLE cdw.child', 'MS030 guarded'),
    (36, 'owner', 'DROP TABLE cdw.above', 'MS030 guarded'),
    (37, 'owner', 'DROP TABLE cdw.parent CASCADE', 'MS030 guarded'),
    (38, 'owner', 'ALTER TABLE cdw.part DETACH PARTITION cdw.part1', 'MS030 guarded'),
    (39, 'owner', 'ALTER TABLE cdw.child NO INHERIT cdw.parent', 'MS030 guarded'),
    (40, 'owner', 'CREATE TEMP TABLE mine () INHERITS (cdw.parent); DROP TABLE mine', '00000 guarded'),
    (41, 'owner', 'ALTER TABLE cdw.above DETACH PARTITION cdw.below', '00000 guarded'),
    (42, 'owner', 'TRUNCATE cdw.score, cdw.part, cdw.parent', '00000 guarded'),
    (43, 'owner', 'ALTER TABLE cdw.score SET UNLOGGED', '00000 guarded'),
    (44, 'owner', 'ALTER TABLE cdw.score RENAME TO old; CREATE TABLE cdw.score (id integer, n integer, ai text); GRANT INSERT ON cdw.score TO bypass_etl',
     '00000 OPEN: cdw.score {governed_table_renamed}'),
    (45, 'owner', 'ALTER TABLE cdw.score SET SCHEMA other; CREATE VIEW cdw.score AS SELECT * FROM cdw.loose; GRANT INSERT ON cdw.score TO bypass_etl',
     '00000 OPEN: cdw.score {governed_table_renamed}'),
    (46, 'owner', 'ALTER TABLE cdw.part1 RENAME TO old; CREATE TABLE cdw.part1 (id integer, n integer, ai text); GRANT INSERT ON cdw.part1 TO bypass_etl',
     '00000 OPEN: cdw.part1 {governed_table_renamed}'),
    (46.1, 'owner', 'ALTER SCHEMA cdw RENAME TO old; CREATE SCHEMA cdw; CREATE TABLE cdw.score (id integer, n integer, ai text); GRANT USAGE ON SCHEMA cdw TO bypass_etl; GRANT INSERT ON cdw.score TO bypass_etl',
     '00000 OPEN: cdw.score {governed_table_renamed}'),
    (46.2, 'owner', 'ALTER SCHEMA parts RENAME TO old', '00000 guarded {governed_table_renamed}'),
    (47, 'owner', 'ALTER TABLE cdw.score OWNER TO bypass_owner', '00000 guarded'),
    (48, 'owner', 'CREATE TABLE cdw.late PARTITION OF cdw.part FOR VALUES FROM (10) TO (20); INSERT INTO cdw.late VALUES (1, 10, ''forbidden'')', 'MS001 guarded'),
    (49, 'owner', 'CREATE TABLE cdw.late () INHERITS (cdw.parent); INSERT INTO cdw.late VALUES (1, 10, ''forbidden'')', 'MS001 guarded'),
    (50, 'owner', 'ALTER TABLE cdw.loose INHERIT cdw.parent; INSERT INTO cdw.loose VALUES (1, 10, ''forbidden'')', '00000 guarded'),
    (51, 'owner', 'DROP TRIGGER own ON cdw.loose; ALTER TABLE cdw.loose INHERIT cdw.parent; INSERT INTO cdw.loose VALUES (1, 10, ''forbidden'')', 'MS001 guarded'),
    -- rows that come with a table
    (55, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 15 AS n, ''forbidden''::text AS ai; ALTER TABLE cdw.x ALTER id SET NOT NULL, ALTER n SET NOT NULL; ALTER TABLE cdw.part ATTACH PARTITION cdw.x FOR VALUES FROM (10) TO (20)', 'MS001 guarded'),
    (56, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 15 AS n, ''shadow''::text AS ai; ALTER TABLE cdw.x ALTER id SET NOT NULL, ALTER n SET NOT NULL; ALTER TABLE cdw.part ATTACH PARTITION cdw.x FOR VALUES FROM (10) TO (20)', 'MS002 guarded'),
    (57, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 15 AS n, ''allowed''::text AS ai; ALTER TABLE cdw.x ALTER id SET NOT NULL, ALTER n SET NOT NULL; ALTER TABLE cdw.part ATTACH PARTITION cdw.x FOR VALUES FROM (10) TO (20)', '00000 guarded'),
    (58, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 15 AS n, ''forbidden''::text AS ai; ALTER TABLE cdw.x INHERIT cdw.parent', 'MS001 guarded'),
    (59, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 15 AS n, ''nobody''::text AS ai; ALTER TABLE cdw.x INHERIT cdw.fixed', 'MS001 guarded'),
    (60, 'owner', 'CREATE TABLE cdw.x AS SELECT 1 AS id, 0 AS n, ''forbidden''::text AS ai; ALTER TABLE cdw.x INHERIT cdw.fixed', '00000 guarded'),
    (61, 'owner', 'CREATE TABLE cdw.x (id integer NOT NULL, n integer NOT NULL, ai text) PARTITION BY LIST (id); CREATE TABLE cdw.x1 PARTITION OF cdw.x DEFAULT;
                   INSERT INTO cdw.x VALUES (1, 15, ''forbidden''); ALTER TABLE cdw.part ATTACH PARTITION cdw.x FOR VALUES FROM (10) TO (20)', 'MS001 guarded'),
    -- rules
    (65, 'owner', 'CREATE RULE detour AS ON INSERT TO cdw.score DO INSTEAD NOTHING', 'MS030 guarded'),
    (66, 'owner', 'CREATE RULE detour AS ON INSERT TO cdw.score WHERE NEW.n > 3 DO INSTEAD INSERT INTO cdw.loose VALUES (NEW.*)', 'MS030 guarded'),
    (67, 'owner', 'CREATE RULE detour AS ON INSERT TO cdw.part1 DO INSTEAD NOTHING', 'MS030 guarded'),
    (68, 'owner', 'ALTER TABLE cdw.fixed ENABLE RULE "disabled detour"', 'MS030 guarded'),
    (69, 'owner', 'ALTER TABLE cdw.fixed ENABLE ALWAYS RULE "disabled detour"', 'MS030 guarded'),
    (70, 'owner', 'CREATE OR REPLACE RULE "disabled detour" AS ON UPDATE TO cdw.fixed DO INSTEAD NOTHING', 'MS030 guarded'),
    (71, 'owner', 'CREATE RULE too AS ON INSERT TO cdw.score DO ALSO INSERT INTO cdw.loose VALUES (NEW.*)', '00000 guarded'),
    (72, 'owner', 'CREATE RULE "_RETURN" AS ON SELECT TO cdw.score DO INSTEAD SELECT 1 AS id, 2 AS n, ''x''::text AS ai',
     CASE WHEN current_setting('server_version_num')::integer < 160000 THEN '55000 guarded' ELSE '42809 guarded' END),
    -- columns and types
    (75, 'owner', 'ALTER TABLE cdw.score DROP COLUMN ai', 'MS030 guarded'),
    (76, 'owner', 'ALTER TABLE cdw.part DROP COLUMN ai', 'MS030 guarded'),
    (77, 'owner', 'ALTER TABLE cdw.above DROP COLUMN ai', 'MS030 guarded'),
    (78, 'owner', 'ALTER TABLE cdw.score ALTER ai TYPE text USING NULL', 'MS030 guarded'),
    (79, 'owner', 'ALTER TABLE cdw.above ALTER ai TYPE varchar USING NULL', 'MS030 guarded'),
    (80, 'owner', 'ALTER TABLE cdw.made ALTER ai DROP EXPRESSION', 'MS030 guarded'),
    (81, 'owner', 'ALTER TABLE cdw.fixed DROP COLUMN n CASCADE', 'MS030 guarded'),
    (82, 'owner', 'ALTER TABLE cdw.fixed ALTER n TYPE bigint USING 0', '0A000 guarded'),
    (83, 'owner', 'DROP TYPE cdw.colour CASCADE', 'MS030 guarded'),
    (84, 'owner', 'ALTER TYPE cdw.colour ADD VALUE ''green''', '00000 guarded'),
    (85, 'owner', 'ALTER TABLE cdw.score RENAME ai TO model; ALTER TABLE cdw.score ADD COLUMN ai text', 'MS030 guarded'),
    (85.1, 'owner', 'ALTER TABLE cdw.above RENAME ai TO model', 'MS030 guarded'),
    (85.2, 'owner', 'ALTER TABLE cdw.fixed RENAME n TO m; ALTER TABLE cdw.fixed ADD COLUMN n integer', 'MS030 guarded'),
    (85.3, 'owner', 'ALTER TABLE cdw.flagged ALTER flag DROP EXPRESSION', 'MS030 guarded'),
    (85.5, 'owner', 'ALTER TABLE cdw.resource RENAME body TO old; ALTER TABLE cdw.resource ADD COLUMN body jsonb', 'MS030 guarded'),
    (85.6, 'owner', 'ALTER TABLE cdw.resource DROP COLUMN body', 'MS030 guarded'),
    (85.7, 'owner', 'ALTER TABLE cdw.resource ALTER body TYPE jsonb USING NULL', 'MS030 guarded'),
    (85.8, 'owner', 'ALTER TABLE cdw.resource RENAME n TO m; ALTER TABLE cdw.resource DROP COLUMN m', '00000 guarded'),
    (85.9, 'owner', 'INSERT INTO cdw.resource VALUES (1, 1, ''{"device": "forbidden"}'')', 'MS001 guarded'),
    (85.4, 'owner', 'ALTER TABLE cdw.score RENAME n TO m; ALTER TABLE cdw.fixed RENAME ai TO x; ALTER TABLE cdw.part RENAME n TO m', '00000 guarded'),
    (86, 'owner', 'ALTER TABLE cdw.score ALTER ai SET DEFAULT ''allowed''', '00000 guarded'),
    (87, 'owner', 'CREATE TYPE cdw.row_type AS (id integer, n integer, ai text); ALTER TABLE cdw.score OF cdw.row_type; ALTER TYPE cdw.row_type DROP ATTRIBUTE ai CASCADE', 'MS030 guarded'),
    -- triggers and code of the owner's
    (90, 'owner', 'CREATE TRIGGER a BEFORE INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.relabel(); INSERT INTO cdw.score VALUES (1, 1, ''allowed'')', 'MS001 guarded'),
    -- what a BEFORE trigger swallows is written nowhere
    (91, 'owner', 'CREATE TRIGGER a BEFORE INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.nothing()', '00000 OPEN: cdw.score'),
    (92, 'owner', 'CREATE FUNCTION cdw.w() RETURNS void SECURITY DEFINER LANGUAGE sql AS ''INSERT INTO cdw.score VALUES (1, 1, ''''forbidden'''')''; SELECT cdw.w()', 'MS001 guarded'),
    (93, 'owner', 'CREATE VIEW cdw.v AS SELECT * FROM cdw.score; INSERT INTO cdw.v VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (94, 'owner', 'CREATE VIEW cdw.v AS SELECT * FROM cdw.loose; CREATE FUNCTION cdw.i() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN INSERT INTO cdw.part1 SELECT NEW.*; RETURN NEW; END'';
                   CREATE TRIGGER i INSTEAD OF INSERT ON cdw.v FOR EACH ROW EXECUTE FUNCTION cdw.i(); INSERT INTO cdw.v VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (95, 'owner', 'CREATE FUNCTION cdw.w() RETURNS integer LANGUAGE sql AS ''INSERT INTO cdw.score VALUES (1, 1, ''''forbidden'''') RETURNING id'';
                   CREATE FUNCTION cdw.lie(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS ''BEGIN RETURN cdw.w(); END'';
                   ALTER TABLE cdw.loose DISABLE TRIGGER own; CREATE INDEX ON cdw.loose (cdw.lie(id)); INSERT INTO cdw.loose VALUES (1, 1)', 'MS001 guarded'),
    (96, 'owner', 'CREATE FUNCTION cdw.w(text) RETURNS boolean LANGUAGE plpgsql AS ''BEGIN INSERT INTO cdw.score VALUES (1, 1, ''''forbidden''''); RETURN true; END'';
                   CREATE DOMAIN cdw.d AS text CHECK (cdw.w(VALUE)); SELECT ''x''::cdw.d', 'MS001 guarded'),
    (97, 'owner', 'ALTER TABLE cdw.score ENABLE ROW LEVEL SECURITY; ALTER TABLE cdw.score FORCE ROW LEVEL SECURITY; CREATE POLICY p ON cdw.score USING (true) WITH CHECK (true); INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (98, 'owner', 'CREATE FUNCTION cdw.die() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN DELETE FROM cdw.score WHERE id = NEW.id; RETURN NULL; END'';
                   CREATE TRIGGER "!" AFTER INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.die(); INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (99, 'owner', 'CREATE FUNCTION cdw.off() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN ALTER TABLE cdw.score DISABLE TRIGGER USER; RETURN NEW; END'';
                   CREATE TRIGGER a BEFORE INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.off(); INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', '55006 guarded'),
    -- identity, settings, names
    (100, 'etl', 'SET ROLE bypass_admin', '42501 guarded'),
    (101, 'owner', 'SET ROLE bypass_admin', '42501 guarded'),
    (102, 'admin', 'SET ROLE bypass_owner; ALTER TABLE cdw.score DISABLE TRIGGER USER', 'MS030 guarded'),
    (103, 'admin', 'ALTER TABLE cdw.score DISABLE TRIGGER "AIMS_insert"',
     '00000 OPEN: cdw.score [trigger "AIMS_insert" is disabled]'),
    (104, 'admin', 'DROP TABLE cdw.score', '00000 guarded {governed_table_dropped}'),
    (105, 'admin', 'CREATE RULE detour AS ON INSERT TO cdw.score WHERE NEW.ai <> ''x'' DO INSTEAD NOTHING',
     '00000 OPEN: cdw.score [rule detour has something else done instead of what is written]'),
    (106, 'etl', 'SET session_replication_role = replica', '42501 guarded'),
    (107, 'owner', 'SET LOCAL check_function_bodies = off; SET LOCAL row_security = off; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (108, 'owner', 'SET LOCAL "aims.actor" = ''anna''; SET LOCAL "aims.reason" = ''r''; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (109, 'owner', 'SET LOCAL "aims.off" = ''x''', '42602 guarded'),
    (110, 'etl', 'SET "aims.signing_key_file" = ''/tmp/x''', '42501 guarded'),
    (111, 'owner', 'CREATE FUNCTION cdw.eq(text, text) RETURNS boolean LANGUAGE sql RETURN false; CREATE OPERATOR cdw.= (LEFTARG = text, RIGHTARG = text, FUNCTION = cdw.eq);
                    SET LOCAL search_path = cdw, pg_catalog; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (112, 'owner', 'CREATE TEMP TABLE audit_entry (LIKE cdw.loose); CREATE TEMP TABLE ai_system AS SELECT ''forbidden''::text AS system, ''deployment''::text AS stage;
                    CREATE TEMP TABLE registry (relation regclass); SET LOCAL search_path = pg_temp, cdw; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (113, 'owner', 'CREATE FUNCTION cdw.audit_row() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''; SET LOCAL search_path = cdw, aims; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (114, 'owner', 'SET LOCAL search_path = cdw; SET LOCAL quote_all_identifiers = on; ALTER TABLE score DISABLE TRIGGER USER', 'MS030 guarded'),
    (115, 'etl', 'SET CONSTRAINTS ALL DEFERRED; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', 'MS001 guarded'),
    (116, 'etl', 'INSERT INTO cdw.score VALUES (1, 1, repeat(''forbidden'', 100000))', 'MS002 guarded'),
    (117, 'etl', 'INSERT INTO cdw.score VALUES (1, 1, E''for\tbidden''), (2, 2, ''FORBIDDEN '')', 'MS002 guarded'),
    (118, 'owner', 'BEGIN; INSERT INTO cdw.score VALUES (1, 1, ''forbidden'')', '0A000 guarded'),
    (119, 'owner', 'TRUNCATE cdw.score; COPY cdw.score FROM PROGRAM ''echo 1''', '42501 guarded'),
    -- tables of ours
    (120, 'analyst', 'UPDATE aims.ai_system SET stage = ''deployment''', '42501 guarded'),
    (121, 'analyst', 'LOCK TABLE aims.ai_system IN ACCESS EXCLUSIVE MODE', '42501 guarded'),
    (122, 'analyst', 'LOCK TABLE aims.governance_epoch IN ACCESS SHARE MODE', '42501 guarded'),
    (123, 'analyst', 'SELECT * FROM aims.ai_system FOR UPDATE', '42501 guarded'),
    (124, 'analyst', 'SELECT aims.ungovern(''cdw.score'', ''r'')', '42501 guarded'),
    (125, 'analyst', 'SELECT aims.set_mode(''cdw.score'', ''observe'')', '42501 guarded'),
    (126, 'analyst', 'SELECT * FROM aims.audit_entry', '42501 guarded'),
    (127, 'owner', 'SELECT aims.ungovern(''cdw.score'', ''r'')', '42501 guarded'),
    (128, 'owner', 'CREATE TABLE mine () INHERITS (aims.ai_system)', '42501 guarded'),
    (129, 'owner', 'ALTER EVENT TRIGGER aims_ddl_drop DISABLE', '42501 guarded'),
    (130, 'owner', 'DROP EXTENSION aims CASCADE', '42501 guarded'),
    (131, 'owner', 'SELECT pg_advisory_xact_lock(n) FROM generate_series(0, 50) AS n; NOTIFY aims', '00000 guarded'),
    (132, 'owner', 'CREATE STATISTICS cdw.s ON (id + n), ai FROM cdw.score; SELECT lo_create(0)', '00000 guarded'),
    -- injection
    (140, 'admin', 'SELECT aims.govern(''cdw.loose'', system => ''forbidden'', system_when => ''true) EXECUTE FUNCTION cdw.nothing() --'')', 'MS032 guarded'),
    (141, 'admin', 'SELECT aims.govern(''cdw.loose'', system => ''forbidden'', system_when => ''true; DROP TABLE cdw.score'')', 'MS032 guarded'),
    (142, 'admin', 'SELECT aims.govern(''cdw.loose'', system => ''forbidden'', system_when => ''EXISTS (SELECT FROM cdw.score)'')', 'MS032 guarded'),
    (143, 'admin', 'SELECT aims.govern(''cdw.loose'', system => ''forbidden'', system_when => ''cdw.w(id) > 0'')', 'MS032 guarded'),
    (144, 'admin', 'SELECT aims.govern(''cdw.loose'', system_column => ''ai"; DROP TABLE cdw.score; --'')', 'MS031 guarded'),
    (145, 'admin', 'SELECT aims.govern(''cdw.loose'', system => ''x''''; DROP TABLE cdw.score; --'')', 'MS017 guarded'),
    (146, 'admin', 'CREATE TABLE cdw.ruled (id integer, ai text); CREATE RULE r AS ON INSERT TO cdw.ruled DO INSTEAD NOTHING; SELECT aims.govern(''cdw.ruled'', system_column => ''ai'')', 'MS031 guarded'),
    -- CREATEROLE on 15 makes itself what it likes, but no superuser; verify() names it
    (150, 'creator', 'ALTER TABLE cdw.score DISABLE TRIGGER USER', '42501 guarded'),
    (151, 'creator', 'GRANT bypass_owner TO bypass_creator; SET ROLE bypass_owner; ALTER TABLE cdw.score DISABLE TRIGGER USER',
     CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MS030 guarded' ELSE '42501 guarded' END),
    (152, 'creator', 'ALTER ROLE bypass_creator SUPERUSER', '42501 guarded')) AS c (nr, role, command, outcome)
 ORDER BY nr;
-- An administrator who looks at a hostile table runs its owner's code as the owner
SET SESSION AUTHORIZATION bypass_owner;
CREATE TABLE cdw.trap (id integer, ai text);
INSERT INTO cdw.trap VALUES (1, 'forbidden');
CREATE TABLE cdw.ran_as (role name);
CREATE FUNCTION cdw.note() RETURNS boolean LANGUAGE sql AS 'INSERT INTO cdw.ran_as VALUES (current_user) RETURNING true';
CREATE FUNCTION cdw.lie(text) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN PERFORM set_config(''search_path'', ''cdw, pg_catalog'', false); RETURN cdw.note(); END';
CREATE POLICY p ON cdw.trap USING (cdw.lie(ai));
ALTER TABLE cdw.trap ENABLE ROW LEVEL SECURITY;
ALTER TABLE cdw.trap FORCE ROW LEVEL SECURITY;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION bypass_admin;
SELECT rows AS previewed FROM aims.govern_preview('cdw.trap', system_column => 'ai') \gset
RESET SESSION AUTHORIZATION;
SELECT is(:previewed, 1, 'govern_preview counts');
SELECT is(array_agg(DISTINCT role), '{bypass_owner}', 'as the owner') FROM cdw.ran_as;
SELECT is(current_setting('search_path') ~ 'cdw', false, 'whose settings do not stay');
SELECT matches(detail, 'May create roles: .*bypass_creator', 'verify names who may create roles') FROM aims.verify() WHERE check_name = 'privileged roles';

-- A table that is rebuilt may go, and nothing else of it
UPDATE aims.registry SET rebuilt = true WHERE relation = 'cdw.score'::regclass;
SELECT is(left(pg_temp.attempt('bypass_owner', 'DROP TABLE cdw.score'), 5), '00000', 'a table that is rebuilt may be dropped');
SELECT is(pg_temp.attempt('bypass_owner', 'DROP TRIGGER "AIMS_insert" ON cdw.score'), 'MS030 guarded', 'but not its triggers alone');
UPDATE aims.registry SET rebuilt = false WHERE relation = 'cdw.score'::regclass;

-- What is legal is recorded
SELECT is(string_agg(DISTINCT new_image ->> 'tag', ' '), NULL, 'attempts that were undone left nothing') FROM aims.audit_entry WHERE operation = 'DDL' AND session_user_name = 'bypass_owner';
SET SESSION AUTHORIZATION bypass_owner;
ALTER TABLE cdw.score SET UNLOGGED;
ALTER TABLE cdw.score SET LOGGED;
TRUNCATE cdw.score;
RESET SESSION AUTHORIZATION;
SELECT is(string_agg(coalesce(new_image #>> '{actions,0,action}', operation), ' ' ORDER BY entry_id), 'DDL SET UNLOGGED DDL SET LOGGED TRUNCATE',
          'what an owner may do is in the ledger') FROM aims.audit_entry WHERE relation = 'cdw.score' AND session_user_name = 'bypass_owner';

-- DETACH CONCURRENTLY commits before its end: nothing of it is left
SET SESSION AUTHORIZATION bypass_owner;
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
ALTER TABLE cdw.part DETACH PARTITION cdw.part1 CONCURRENTLY;
\set concurrently :LAST_ERROR_SQLSTATE
ALTER TABLE cdw.part DETACH PARTITION cdw.part1 FINALIZE;
\set finalize :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
RESET SESSION AUTHORIZATION;
SELECT is(:'concurrently'::text, 'MS030', 'DETACH CONCURRENTLY is refused before it begins');
SELECT is(:'finalize'::text, '55000', 'so that nothing is left to be finalized');
SELECT is((SELECT array_agg(inhdetachpending) FROM pg_inherits WHERE inhrelid = 'cdw.part1'::regclass), '{f}', 'the partition is where it was');

-- Plans, cursors and prepared transactions from before a table was governed
SET SESSION AUTHORIZATION bypass_owner;
ALTER TABLE cdw.loose DISABLE TRIGGER own;
PREPARE early AS INSERT INTO cdw.loose VALUES (1, 1, 'forbidden');
EXECUTE early;
EXECUTE early;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT * FROM cdw.loose;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT aims.govern('cdw.loose', system_column => 'ai') \g /dev/null
SET SESSION AUTHORIZATION bypass_owner;
\set ON_ERROR_STOP off
EXECUTE early;
\set early :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
RESET SESSION AUTHORIZATION;
SELECT is(:'early'::text, 'MS001', 'a plan from before is guarded');

-- COPY, with and without FREEZE
SET SESSION AUTHORIZATION bypass_owner;
CLOSE held;
\set ON_ERROR_STOP off
COPY cdw.loose FROM stdin;
3	3	forbidden
\.
\set copy :LAST_ERROR_SQLSTATE
BEGIN;
TRUNCATE cdw.loose;
COPY cdw.loose FROM stdin WITH (FREEZE);
4	4	forbidden
\.
\set freeze :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
INSERT INTO cdw.loose VALUES (5, 5, 'forbidden');
PREPARE TRANSACTION 'bypass';
\set ON_ERROR_STOP on
RESET SESSION AUTHORIZATION;
SELECT is_empty('SELECT FROM pg_prepared_xacts WHERE database = current_database()', 'nothing refused is prepared');
SELECT is(:'copy'::text, 'MS001', 'COPY is guarded');
SELECT is(:'freeze'::text, 'MS001', 'and so is COPY FREEZE');
SELECT is(count(*), 2::bigint, 'the table holds what it held before it was governed') FROM cdw.loose;

SELECT is_empty('SELECT * FROM aims.capture_problem()', 'all triggers are in force after all that');
BEGIN;
DROP TRIGGER guard ON aims.risk_acceptance;
DROP TRIGGER guard_truncate ON aims.impact_effect;
DROP TRIGGER refuse_shipped ON aims.record_move;
DROP TRIGGER require_monitor_quiet ON aims.finding;
DROP TRIGGER require_breach_over ON aims.capa;
DROP TRIGGER guard_inventory ON aims.ai_system;
DROP TRIGGER guard_inventory ON aims.model_version;
DROP TRIGGER guard_inventory ON aims.component;
DROP TRIGGER guard_inventory ON aims.dataset;
DROP TRIGGER guard_applicability ON aims.applicability;
DROP TRIGGER check_order ON aims.risk_scenario;
SELECT string_agg(format('%s: %s', p.relation, p.problem), E'\n' ORDER BY p.relation) AS lost FROM aims.capture_problem() AS p \gset
ROLLBACK;
SELECT is(:'lost'::text, (
    SELECT string_agg(format('aims.%s: the trigger that calls aims.%s is missing', l.name, l.routine), E'\n' ORDER BY l.name)
      FROM (VALUES ('ai_system', 'guard_inventory'), ('applicability', 'guard_applicability'), ('capa', 'require_breach_over'), ('component', 'guard_inventory'), ('dataset', 'guard_inventory'),
                   ('finding', 'require_monitor_quiet'), ('impact_effect', 'guard_part'), ('model_version', 'guard_inventory'), ('record_move', 'refuse_shipped'),
                   ('risk_acceptance', 'guard_record'), ('risk_scenario', 'check_scenario_order')) AS l (name, routine)),
    'a record, a part of one, what is shipped, and what nobody may say alone are not without theirs unnoticed');
SELECT * FROM finish();
DROP OWNED BY bypass_owner, bypass_etl, bypass_analyst, bypass_creator, bypass_admin CASCADE;
DROP ROLE bypass_admin, bypass_owner, bypass_etl, bypass_analyst, bypass_creator;
\i test/drop_database.sql
