\i test/setup.sql
-- govern, govern_preview, ungovern, set_mode: arguments, conditions, shapes of
-- tables.
BEGIN;
\i test/act.sql
SELECT plan(167);

CREATE ROLE govern_owner;
CREATE ROLE govern_other;
CREATE ROLE govern_group;
GRANT govern_group TO govern_owner;
GRANT USAGE ON SCHEMA aims TO govern_owner, govern_other, govern_group;
INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Owner');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'),
    ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception'),
    ('lab', 'Lab reader', 'anna', 'Reads laboratory values', 'operation_monitoring');
SET LOCAL session_replication_role = origin;

CREATE SCHEMA cdw;
GRANT ALL ON SCHEMA cdw TO govern_owner, govern_other;
CREATE TABLE cdw.t (id integer PRIMARY KEY, system text, n integer, at timestamptz, doc jsonb, kind text, tags text[],
                    weight numeric, twice integer GENERATED ALWAYS AS (n * 2) STORED);

-- The state that a command ends with; whatever it did is undone
CREATE FUNCTION pg_temp.state_of(command text, role text DEFAULT session_user) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.act(role, command);
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN '00000';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- Arguments
CREATE VIEW cdw.v AS SELECT * FROM cdw.t;
CREATE MATERIALIZED VIEW cdw.m AS SELECT * FROM cdw.t;
CREATE TEMPORARY TABLE temporary (system text);
CREATE UNLOGGED TABLE cdw.u (system text);
CREATE FOREIGN DATA WRAPPER govern_wrapper;
CREATE SERVER govern_server FOREIGN DATA WRAPPER govern_wrapper;
CREATE FOREIGN TABLE cdw.f (system text) SERVER govern_server;
CREATE SEQUENCE cdw.s;
SELECT is(pg_temp.state_of('SELECT aims.govern(' || arguments || ')'), state, name)
  FROM (VALUES
    (1, $$'cdw.t', system => 'sepsis'$$, '00000', 'a fixed system'),
    (2, $$'cdw.t', system_column => 'system'$$, '00000', 'a system column'),
    (3, $$'cdw.t'$$, '00000', 'neither: the session says'),
    (4, $$'cdw.t', system => 'sepsis', system_column => 'system'$$, 'MS031', 'both'),
    (5, $$'cdw.t', system => 'no-such'$$, 'MS017', 'a system that is not in the inventory'),
    (6, $$'cdw.t', system => 'no-such; DROP TABLE cdw.t'$$, 'MS017', 'a system that no slug is'),
    (7, $$'cdw.t', system_column => 'no_such'$$, 'MS031', 'a column that the table lacks'),
    (8, $$'cdw.t', system_column => 'System'$$, 'MS031', 'capitals of columns count'),
    (9, $$'cdw.t', system_column => 'ctid'$$, 'MS031', 'a system column of the server'),
    (10, $$'cdw.t', system => 'sepsis', version_column => 'x'$$, 'MS031', 'a version column that the table lacks'),
    (11, $$'cdw.t', system => 'sepsis', site_column => 'x'$$, 'MS031', 'a site column that the table lacks'),
    (12, $$'cdw.t', system => 'sepsis', subgroup_column => 'x'$$, 'MS031', 'a subgroup column that the table lacks'),
    (13, $$'cdw.t', system => 'sepsis', version_column => 'kind', site_column => 'n', subgroup_column => 'id'$$, '00000',
         'columns that exist'),
    (14, $$'cdw.t', system => 'sepsis', mode => NULL$$, '22004', 'no mode'),
    (15, $$NULL, system => 'sepsis'$$, '22004', 'no relation'),
    (16, $$0::regclass, system => 'sepsis'$$, '42P01', 'a relation that does not exist'),
    (17, $$'cdw.v', system_column => 'system'$$, 'MS031', 'a view'),
    (18, $$'cdw.m', system_column => 'system'$$, 'MS031', 'a materialized view'),
    (19, $$'cdw.f', system_column => 'system'$$, 'MS031', 'a foreign table'),
    (20, $$'cdw.s', system => 'sepsis'$$, 'MS031', 'a sequence'),
    (21, $$'cdw.t_pkey', system => 'sepsis'$$, 'MS031', 'an index'),
    (22, $$'temporary', system_column => 'system'$$, 'MS031', 'a temporary table'),
    (23, $$'cdw.u', system_column => 'system'$$, '00000', 'an unlogged table'),
    (24, $$'pg_catalog.pg_class', system => 'sepsis'$$, 'MS031', 'a catalog'),
    (25, $$'information_schema.sql_features', system => 'sepsis'$$, 'MS031', 'a table of the information schema'),
    (26, $$'aims.ai_system', system => 'sepsis'$$, 'MS031', 'a table of our own')) AS a (nr, arguments, state, name)
 ORDER BY nr;

-- Rights: EXECUTE on govern and ownership of the table, both
CREATE TABLE cdw.owned (id integer, system text);
ALTER TABLE cdw.owned OWNER TO govern_group;
SELECT is(pg_temp.state_of($$SELECT aims.govern('cdw.owned', system => 'sepsis')$$, 'govern_owner'), '42501', 'the owner alone may not');
GRANT EXECUTE ON FUNCTION aims.govern, aims.ungovern, aims.govern_preview TO govern_owner, govern_other;
GRANT USAGE ON TYPE aims.govern_mode, aims.image_policy, aims.review_policy TO govern_owner, govern_other;
SELECT is(pg_temp.state_of($$SELECT aims.govern('cdw.owned', system => 'sepsis')$$, 'govern_other'), '42501', 'an administrator who is not the owner may not');
SELECT is(pg_temp.state_of($$SELECT * FROM aims.govern_preview('cdw.owned', system => 'sepsis')$$, 'govern_other'), '42501', 'nor look');
SELECT is(pg_temp.state_of($$SELECT aims.govern('cdw.owned', system => 'sepsis')$$, 'govern_owner'), '00000',
          'an administrator who is a member of the owning role may');
SELECT lives_ok($$SELECT pg_temp.act('govern_owner', $_$SELECT aims.govern('cdw.owned', system => 'sepsis')$_$)$$, 'and does');
SELECT is(pg_temp.state_of($$SELECT aims.ungovern('cdw.owned', 'r')$$, 'govern_other'), '42501', 'only the owner takes it back');
SELECT is(pg_temp.state_of($$SELECT aims.ungovern('cdw.owned', 'r')$$, 'govern_owner'), '00000', 'who may');
SELECT results_eq($$SELECT governed_by, governed_xid >= pg_current_xact_id()::text::bigint FROM aims.registry WHERE relation = 'cdw.owned'::regclass$$,
                  $$VALUES ('govern_owner', true)$$, 'the registry says who, and in which transaction');

-- Conditions: what is accepted, and how it is kept
CREATE TYPE cdw.colour AS ENUM ('red', 'green');
CREATE DOMAIN cdw.positive AS integer CHECK (VALUE > 0);
CREATE FUNCTION cdw.harmless(integer) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN $1 > 0;
CREATE OPERATOR cdw.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE FUNCTION cdw.is_red(text) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN $1 = 'red';
CREATE OPERATOR cdw.~~~ (RIGHTARG = text, FUNCTION = cdw.is_red);
CREATE FUNCTION cdw.to_point(text) RETURNS point IMMUTABLE LANGUAGE sql RETURN '(0,0)'::point;
CREATE CAST (text AS point) WITH FUNCTION cdw.to_point(text);
SELECT is(pg_temp.state_of(format('SELECT aims.govern(''cdw.t'', system => ''sepsis'', system_when => %L)', condition)), state,
          condition)
  FROM (VALUES
    (1, 'n IN (32858, 32880, 32881, 32882)', '00000'),
    (2, 'n = 1 AND NOT kind = ''x'' OR weight > 0.5', '00000'),
    (3, 'kind LIKE ''AI%'' OR kind ~ ''^model'' OR lower(kind) = ''x''', '00000'),
    (4, 'at >= ''2020-01-01 00:00+00''', '00000'),
    (5, 'doc @> ''{"meta": {"security": [{"code": "AIAST"}]}}''', '00000'),
    (6, 'doc #>> ''{meta,code}'' = ''AIAST'' AND doc ->> ''x'' IS NOT NULL', '00000'),
    (7, 'doc[''meta''] IS NOT NULL AND tags[1] = ''ai'' AND ''ai'' = ANY (tags)', '00000'),
    (8, 'CASE n WHEN 1 THEN true ELSE kind IS DISTINCT FROM ''x'' END', '00000'),
    (9, 'coalesce(n, 0) > 0 AND greatest(n, id) > 1 AND nullif(n, 1) IS NULL', '00000'),
    (10, 'twice > 2', '00000'),
    (11, 'true', '00000'),
    (12, 't.n = 1', '00000'),
    (13, 'n::bigint = 1 AND kind COLLATE "C" < ''x'' AND (n = 1) IS TRUE', '00000'),
    (14, 'n::text = ''1''', '00000'),
    (15, 'kind::integer = 1', '00000'),
    -- injection
    (20, 'true) EXECUTE FUNCTION aims.audit_row(''1''); DROP TABLE cdw.t; --', 'MS032'),
    (21, 'true) OR (true', 'MS032'),
    (22, 'true; SELECT 1', 'MS032'),
    (23, 'true -- comment', '00000'),
    (24, 'true /* comment', 'MS032'),
    (25, 'n = 1 FROM cdw.t', 'MS032'),
    (26, 'n = 1 WHERE true', 'MS032'),
    (27, 'n = 1 UNION SELECT true', 'MS032'),
    (28, 'n = 1 LIMIT 1', 'MS032'),
    (29, 'n = 1 FOR UPDATE', 'MS032'),
    (30, 'n = 1 AS x', 'MS032'),
    (31, 'n = 1, true', 'MS032'),
    (32, '*', 'MS032'),
    (33, '', 'MS032'),
    (34, 'DISTINCT n = 1', 'MS032'),
    -- what is no condition on the row alone
    (40, 'n', 'MS032'),
    (41, 'nonesuch = 1', 'MS032'),
    (42, 'new.n = 1', 'MS032'),
    (43, 'old.n = 1', 'MS032'),
    (44, 't IS NOT NULL', 'MS032'),
    (45, 't.* IS NOT NULL', 'MS032'),
    (46, 'ctid IS NOT NULL', 'MS032'),
    (47, 'tableoid = 1', 'MS032'),
    (48, 'xmin IS NOT NULL', 'MS032'),
    (49, '$1 = 1', 'MS032'),
    (50, 'EXISTS (SELECT 1)', 'MS032'),
    (51, 'n IN (SELECT 1)', 'MS032'),
    (52, 'n = (SELECT 1)', 'MS032'),
    (53, 'n = ANY (ARRAY(SELECT 1))', 'MS032'),
    (54, 'count(*) > 0', 'MS032'),
    (55, 'row_number() OVER () = 1', 'MS032'),
    (56, 'generate_series(1, 2) = 1', 'MS032'),
    -- what may change, or run any code
    (60, 'at < now()', 'MS032'),
    (61, 'at < current_timestamp', 'MS032'),
    (62, 'random() < 0.5', 'MS032'),
    (63, 'kind = current_user', 'MS032'),
    (64, 'kind = session_user', 'MS032'),
    (65, 'kind = current_setting(''aims.system'', true)', 'MS032'),
    (66, 'set_config(''search_path'', ''cdw'', false) IS NULL', 'MS032'),
    (67, 'pg_sleep(1) IS NULL', 'MS032'),
    (68, 'pg_read_file(''/etc/passwd'') IS NULL', 'MS032'),
    (69, 'at::date = ''2020-01-01''', 'MS032'),
    (70, 'at::text = ''x''', 'MS032'),
    (71, 'to_char(at, ''YYYY'') = ''2020''', 'MS032'),
    (72, 'cdw.harmless(n)', 'MS032'),
    (73, 'n OPERATOR(cdw.===) 1', '00000'),
    (74, 'OPERATOR(cdw.~~~) kind', 'MS032'),
    (75, 'n::cdw.positive = 1', 'MS032'),
    (76, 'kind::cdw.colour = ''red''', 'MS032'),
    (77, 'kind::point <@ box ''((0,0),(1,1))''', 'MS032'),
    (78, 'aims.today() IS NULL', 'MS032'),
    (79, 'nextval(''cdw.s'') = 1', 'MS032'),
    (80, 'xmlparse(document kind) IS NOT NULL', 'MS032')) AS c (nr, condition, state)
 ORDER BY nr;

-- Triggers carry what the server printed, and fire always
SELECT lives_ok($$SELECT aims.govern('cdw.t', system => 'lab', system_when => 'n IN (32880, 32881)   -- algorithms')$$, 'a table is governed');
SELECT results_eq($$SELECT tgname::text COLLATE "default", tgenabled = 'A', encode(tgargs, 'escape') = r.registry_id || '\000',
                           regexp_replace(pg_get_triggerdef(t.oid), '^.* FOR EACH (.*) EXECUTE.*$', '\1')
                      FROM pg_trigger AS t JOIN aims.registry AS r ON r.relation = t.tgrelid
                     WHERE tgrelid = 'cdw.t'::regclass ORDER BY 1$$,
    $$VALUES ('AIMS_delete', true, true, 'ROW WHEN ((old.n = ANY (ARRAY[32880, 32881])))'),
             ('AIMS_flush', true, true, 'STATEMENT'),
             ('AIMS_insert', true, true, 'ROW WHEN ((new.n = ANY (ARRAY[32880, 32881])))'),
             ('AIMS_truncate', true, true, 'STATEMENT'),
             ('AIMS_update', true, true, 'ROW WHEN (((old.n = ANY (ARRAY[32880, 32881])) OR (new.n = ANY (ARRAY[32880, 32881]))))')$$,
    'five triggers');
SELECT results_eq($$SELECT system::text COLLATE "default", system_when, mode::text, image::text, systems, triggers_in_force FROM aims.governed WHERE relation = 'cdw.t'::regclass$$,
                  $$VALUES ('lab', '(n = ANY (ARRAY[32880, 32881]))', 'enforce', 'changes', ARRAY['lab'], true)$$,
                  'the view says so, and that the table is intended for the system');
SELECT results_eq($$SELECT system, new_image ->> 'event', new_image -> 'registry' ->> 'relation' FROM aims.audit_entry
                     WHERE operation = 'EVENT' AND relation = 'cdw.t'$$, $$VALUES ('lab', 'govern', 'cdw.t')$$, 'the ledger has the event');
ALTER TABLE cdw.t DISABLE TRIGGER "AIMS_update";
SELECT is(triggers_in_force, false, 'a disabled trigger shows') FROM aims.governed WHERE relation = 'cdw.t'::regclass;
ALTER TABLE cdw.t ENABLE ALWAYS TRIGGER "AIMS_update";
SELECT throws_ok($$SELECT aims.govern('cdw.t', system => 'sepsis')$$, 'MS031', NULL, 'a table is governed once');

-- Into, within and out of a condition
INSERT INTO cdw.t (id, n) VALUES (1, 1), (2, 32880);
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'design_development' WHERE system = 'lab';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state_of(command), state, name)
  FROM (VALUES
    (1, $$INSERT INTO cdw.t (id, n) VALUES (3, 1)$$, '00000', 'a row outside the condition is not looked at'),
    (2, $$INSERT INTO cdw.t (id, n) VALUES (3, NULL)$$, '00000', 'nor one for which it is null'),
    (3, $$INSERT INTO cdw.t (id, n) VALUES (3, 32880)$$, 'MS001', 'a row inside is'),
    (4, $$UPDATE cdw.t SET n = 32881 WHERE id = 1$$, 'MS001', 'moved into it'),
    (5, $$UPDATE cdw.t SET kind = 'x' WHERE id = 2$$, 'MS001', 'changed within'),
    (6, $$UPDATE cdw.t SET n = 1 WHERE id = 2$$, 'MS001', 'moved out of it'),
    (7, $$UPDATE cdw.t SET n = 2 WHERE id = 1$$, '00000', 'changed outside'),
    (8, $$DELETE FROM cdw.t$$, '00000', 'taken away')) AS c (nr, command, state, name)
 ORDER BY nr;

-- ungovern
SELECT throws_ok($$SELECT aims.ungovern('cdw.t', NULL)$$, 'MS018', NULL, 'ungovern needs a reason');
SELECT throws_ok($$SELECT aims.ungovern('cdw.t', E' \n ')$$, 'MS018', NULL, 'that says something');
SELECT throws_ok($$SELECT aims.ungovern('cdw.owned_not', 'r')$$, '42P01', NULL, 'and a relation');
SELECT throws_ok($$SELECT aims.ungovern('cdw.v', 'r')$$, 'MS033', NULL, 'that is governed');
SELECT throws_ok($$SELECT aims.ungovern('aims.person', 'r')$$, 'MS033', NULL, 'our own tables are not');
ALTER TRIGGER "AIMS_insert" ON cdw.t RENAME TO "something else";
CREATE TRIGGER "AIMS_other" BEFORE UPDATE ON cdw.t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT lives_ok($$SELECT aims.ungovern('cdw.t', 'the model is gone')$$, 'a table is ungoverned');
SELECT results_eq($$SELECT tgname::text COLLATE "default" FROM pg_trigger WHERE tgrelid = 'cdw.t'::regclass$$, $$VALUES ('AIMS_other')$$,
                  'our triggers go, whatever they are called now, and no others');
SELECT is_empty($$SELECT FROM aims.registry WHERE relation = 'cdw.t'::regclass$$, 'so does the registry row');
SELECT results_eq($$SELECT new_image ->> 'event', new_image ->> 'reason' FROM aims.audit_entry
                     WHERE operation = 'EVENT' AND relation = 'cdw.t' ORDER BY entry_id DESC LIMIT 1$$,
                  $$VALUES ('ungovern', 'the model is gone')$$, 'the ledger keeps the reason');
SELECT lives_ok($$INSERT INTO cdw.t (id, n) VALUES (5, 32880)$$, 'and the table takes everything');

-- set_mode
SELECT throws_ok($$SELECT aims.set_mode('cdw.t', 'observe')$$, 'MS033', NULL, 'only a governed table has a mode');
SELECT throws_ok($$SELECT aims.set_mode('cdw.owned', 'observe', 'no-such')$$, 'MS017', NULL, 'only systems of the inventory have one');
SELECT lives_ok($$SELECT aims.set_mode('cdw.owned', 'observe'), aims.set_mode('cdw.owned', 'observe', 'nlp'), aims.set_mode('cdw.owned', 'enforce', 'nlp')$$, 'modes are set');
SELECT results_eq($$SELECT mode::text, system_modes FROM aims.governed WHERE relation = 'cdw.owned'::regclass$$,
                  $$VALUES ('observe', '{"nlp": "enforce"}'::jsonb)$$, 'the last one counts');
SELECT lives_ok($$SELECT aims.ungovern('cdw.owned', 'r'), aims.govern('cdw.owned', system => 'sepsis')$$, 'a table is governed anew');
SELECT results_eq($$SELECT mode::text, system_modes FROM aims.governed WHERE relation = 'cdw.owned'::regclass$$,
                  $$VALUES ('enforce', NULL::jsonb)$$, 'and no mode is left of the former time');

-- govern_preview: what the guard would refuse, by system and cause
CREATE TABLE cdw.mixed (id integer, system text, n integer);
INSERT INTO aims.system_value VALUES ('cdw.mixed', 'Reader 1', 'nlp'), ('cdw.mixed', 'nurse', NULL);
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.mixed');
INSERT INTO cdw.mixed
SELECT g, (ARRAY['sepsis', 'nlp', 'Reader 1', 'nurse', 'shadow', 'lab', NULL])[g % 7 + 1], g FROM generate_series(0, 69) AS g;
SELECT bag_eq($$SELECT * FROM aims.govern_preview('cdw.mixed', system_column => 'system')$$,
              $$VALUES ('nlp', 'stage', 20::bigint), ('shadow', 'system_unknown', 10), ('lab', 'stage', 10)$$, 'by system column');
SELECT bag_eq($$SELECT * FROM aims.govern_preview('cdw.mixed', system_column => 'system', system_when => 'n < 7')$$,
              $$VALUES ('nlp', 'stage', 2::bigint), ('shadow', 'system_unknown', 1), ('lab', 'stage', 1)$$, 'with a condition');
SELECT bag_eq($$SELECT * FROM aims.govern_preview('cdw.mixed', system => 'nlp', system_when => 'n < 7')$$,
              $$VALUES ('nlp', 'stage', 7::bigint)$$, 'by a fixed system');
SELECT is_empty($$SELECT * FROM aims.govern_preview('cdw.mixed', system => 'sepsis')$$, 'that may write');
SELECT bag_eq($$SELECT * FROM aims.govern_preview('cdw.mixed', system_column => 'n', system_when => 'n = 3')$$,
              $$VALUES ('3', 'system_unknown', 1::bigint)$$, 'by a column of another type');
SELECT is_empty($$SELECT FROM aims.registry WHERE relation = 'cdw.mixed'::regclass$$, 'it governs nothing');
SELECT throws_ok($$SELECT * FROM aims.govern_preview('cdw.mixed', system_column => 'system', system_when => 'random() < 1')$$, 'MS032', NULL,
                 'and takes the same arguments only');

-- Partitions: through the root, directly, and those that come later
CREATE TABLE cdw.p (id integer, system text, day date) PARTITION BY RANGE (day);
CREATE TABLE cdw.p1 PARTITION OF cdw.p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE cdw.p2 (day date, gone integer, system text, id integer);
ALTER TABLE cdw.p2 DROP COLUMN gone;
ALTER TABLE cdw.p ATTACH PARTITION cdw.p2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
SELECT lives_ok($$SELECT aims.govern('cdw.p', system_column => 'system', system_when => 'id > 0')$$, 'a partitioned table is governed');
CREATE TABLE cdw.p3 PARTITION OF cdw.p FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE TABLE cdw.p4 (LIKE cdw.p);
ALTER TABLE cdw.p ATTACH PARTITION cdw.p4 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
INSERT INTO cdw.p VALUES (1, NULL, '2020-02-02');
SELECT is(pg_temp.state_of(command), state, name)
  FROM (VALUES
    (1, $$INSERT INTO cdw.p VALUES (1, 'nlp', '2020-02-02')$$, 'MS001', 'into the root'),
    (2, $$INSERT INTO cdw.p1 VALUES (1, 'nlp', '2020-02-02')$$, 'MS001', 'into a partition'),
    (3, $$INSERT INTO cdw.p2 VALUES ('2021-02-02', 'nlp', 1)$$, 'MS001', 'into one whose columns are numbered otherwise'),
    (4, $$INSERT INTO cdw.p2 VALUES ('2021-02-02', NULL, 1)$$, '00000', 'which takes what is nobody''s'),
    (5, $$INSERT INTO cdw.p3 VALUES (1, 'nlp', '2022-02-02')$$, 'MS001', 'into one created later'),
    (6, $$INSERT INTO cdw.p4 VALUES (1, 'nlp', '2023-02-02')$$, 'MS001', 'into one attached later'),
    (7, $$UPDATE cdw.p SET day = '2021-02-02', system = 'nlp'$$, 'MS001', 'moved to another partition'),
    (8, $$UPDATE cdw.p SET day = '2021-02-02'$$, '00000', 'which is allowed for what is nobody''s'),
    (9, $$SELECT aims.govern('cdw.p1', system => 'sepsis')$$, 'MS031', 'a partition goes by its root')) AS c (nr, command, state, name)
 ORDER BY nr;
TRUNCATE cdw.p1;
SELECT results_eq($$SELECT operation, physical_relation FROM aims.audit_entry WHERE relation = 'cdw.p' ORDER BY entry_id DESC LIMIT 1$$,
                  $$VALUES ('TRUNCATE', 'cdw.p1')$$, 'TRUNCATE of one partition is captured');
SELECT lives_ok($$SELECT aims.ungovern('cdw.p', 'r')$$, 'and ungoverned');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid IN (SELECT relid FROM pg_partition_tree('cdw.p'))$$, 'from all partitions');
SELECT lives_ok($$SELECT aims.govern('cdw.p1', system => 'sepsis')$$, 'a partition is governed by itself');
SELECT throws_ok($$SELECT aims.govern('cdw.p', system => 'sepsis')$$, 'MS031', NULL, 'then its root is not');

-- Inheritance
CREATE TABLE cdw.parent (id integer, system text);
CREATE TABLE cdw.child (more integer) INHERITS (cdw.parent);
SELECT lives_ok($$SELECT aims.govern('cdw.parent', system_column => 'system')$$, 'an inheritance parent is governed');
SELECT is(pg_temp.state_of($$INSERT INTO cdw.child VALUES (1, 'nlp', 1)$$), 'MS001', 'with its children');
SELECT lives_ok($$SELECT aims.ungovern('cdw.parent', 'r')$$, 'and ungoverned');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'cdw.child'::regclass$$, 'with its children');

-- Names, identity columns, foreign keys, row security, rules of the table
CREATE SCHEMA "Select";
CREATE TABLE "Select"."user's ""Table""" ("order" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Value; --" text, "system" text);
SELECT lives_ok($$SELECT aims.govern('"Select"."user''s ""Table"""', system_column => 'system', system_when => '"Value; --" IS NOT NULL')$$,
                'names that need quotes');
SELECT is(pg_temp.state_of($$INSERT INTO "Select"."user's ""Table""" ("Value; --", "system") VALUES ('x', 'nlp')$$), 'MS001', 'are guarded');
SELECT bag_eq($$SELECT rows FROM aims.govern_preview('"Select"."user''s ""Table"""', system_column => 'Value; --')$$, $$SELECT 0::bigint WHERE false$$,
              'and looked at');
SELECT lives_ok($$SELECT aims.ungovern('"Select"."user''s ""Table"""', 'r')$$, 'and ungoverned');

CREATE TABLE cdw.patient (id integer PRIMARY KEY);
CREATE TABLE cdw.finding (id integer PRIMARY KEY, patient integer REFERENCES cdw.patient ON UPDATE CASCADE ON DELETE SET NULL, system text);
INSERT INTO cdw.patient VALUES (1);
SELECT lives_ok($$SELECT aims.govern('cdw.finding', system_column => 'system')$$, 'a table with a foreign key');
INSERT INTO aims.intended_table VALUES ('sepsis', 'cdw.finding');
INSERT INTO cdw.finding VALUES (1, 1, 'sepsis');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'design_development' WHERE system = 'sepsis';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state_of($$UPDATE cdw.patient SET id = 2$$), 'MS001', 'a cascade is an update of output');
SET LOCAL session_replication_role = replica;
UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'sepsis';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state_of($$UPDATE cdw.patient SET id = 2$$), '00000', 'and passes where that would');
ALTER TABLE cdw.finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE cdw.finding FORCE ROW LEVEL SECURITY;
GRANT ALL ON cdw.finding TO govern_other;
CREATE POLICY all_rows ON cdw.finding TO govern_other USING (false) WITH CHECK (true);
SELECT is(pg_temp.state_of($$INSERT INTO cdw.finding VALUES (2, 1, 'nlp')$$, 'govern_other'), 'MS001', 'row security does not hide rows from the guard');

-- The registry's number as an argument proves nothing by itself
CREATE TABLE cdw.forged (id integer, system text);
GRANT EXECUTE ON FUNCTION aims.audit_row() TO govern_other;
ALTER TABLE cdw.forged OWNER TO govern_other;
SELECT format($$CREATE TRIGGER forged AFTER INSERT ON cdw.forged FOR EACH ROW EXECUTE FUNCTION aims.audit_row('%s')$$, registry_id) AS forge
  FROM aims.registry WHERE relation = 'cdw.finding'::regclass \gset
:forge;
SELECT is(pg_temp.state_of($$INSERT INTO cdw.forged VALUES (1, 'sepsis')$$, 'govern_other'), 'MS033', 'a trigger made by hand forges no entry');

SELECT * FROM finish();
ROLLBACK;
