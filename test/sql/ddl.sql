\i test/setup_database.sql
-- What row triggers do not see: changes that arrive by another way than a plain
-- statement, triggers of partitions and children that come and go, DDL entries.
-- It commits, since DETACH CONCURRENTLY has to; roles go at the end.
SELECT plan(196);

SET client_min_messages = warning;
CREATE ROLE ddl_owner;

INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Owner');
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('sepsis', 'Sepsis alert', 'anna', 'Warns', 'deployment');
RESET session_replication_role;
CREATE SCHEMA cdw;

-- Run a command; a line for each entry that it made
CREATE FUNCTION pg_temp.entries(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
BEGIN
    EXECUTE command;
    RETURN (SELECT string_agg(CASE e.operation WHEN 'DDL' THEN pg_temp.shown(e.relation, e.physical_relation, e.new_image)
                                  ELSE concat_ws(' ', e.operation, concat(e.relation, '/' || e.physical_relation), e.key) END,
                              E'\n' ORDER BY e.entry_id)
              FROM aims.audit_entry AS e WHERE e.entry_id > newest AND e.relation !~ '^aims\.(registry|finding|intended_table)$');
END $$;

-- What capture_problem says after a command, which is undone
CREATE FUNCTION pg_temp.problem_after(command text) RETURNS TABLE (relation text, problem text) LANGUAGE plpgsql AS $$
DECLARE
    problems json;
BEGIN
    BEGIN
        EXECUTE command;
        problems := (SELECT json_agg(p) FROM aims.capture_problem() AS p);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN QUERY SELECT regexp_replace(r.relation, '^\d+$', 'ONE'), r.problem FROM json_to_recordset(problems) AS r (relation text, problem text);
END $$;

-- relation/partition: TAG type identity; ACTION name > new name: type function rows
CREATE FUNCTION pg_temp.shown(relation text, physical text, detail json) RETURNS text LANGUAGE sql AS $$
    SELECT concat(relation, '/' || regexp_replace(physical, '^pg_temp_\d+', 'pg_temp'), ': ', detail ->> 'tag',
                  CASE WHEN detail ->> 'type' <> 'table' OR detail ->> 'identity' NOT IN (relation, coalesce(physical, ''))
                       THEN concat(' ', detail ->> 'type', ' ', detail ->> 'identity') END,
                  ' calls ' || (detail ->> 'function'),
                  CASE WHEN (detail ->> 'dropped')::boolean THEN ' dropped' END,
                  CASE WHEN (detail ->> 'rewrite')::boolean THEN ' rewrite ' || (detail ->> 'reasons') END,
                  (SELECT string_agg(concat_ws(' ', ';', a ->> 'action', a ->> 'name', '> ' || (a ->> 'new_name'), ': ' || (a ->> 'column_type'),
                                               'calls ' || (a ->> 'function'), (a ->> 'rows') || ' rows', 'foreign ' || (a ->> 'foreign')), '')
                     FROM json_array_elements(detail -> 'actions') AS a),
                  CASE WHEN NOT (detail ->> 'captured')::boolean THEN ' NOT CAPTURED' END)
$$;

-- Changes, each captured once, where the row lies
CREATE SCHEMA dml;
CREATE TABLE dml.t (id integer PRIMARY KEY, n integer);
CREATE TABLE dml.p (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE dml.p20 PARTITION OF dml.p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE dml.parent (id integer PRIMARY KEY, n integer);
CREATE TABLE dml.child (PRIMARY KEY (id)) INHERITS (dml.parent);
CREATE TABLE dml.patient (id integer PRIMARY KEY);
CREATE TABLE dml.score (id integer PRIMARY KEY, a integer REFERENCES dml.patient ON DELETE CASCADE ON UPDATE CASCADE,
                        b integer REFERENCES dml.patient ON DELETE SET NULL);
CREATE VIEW dml.v AS SELECT * FROM dml.t WHERE n > 0;
CREATE VIEW dml.w AS SELECT id, n, 'x' AS more FROM dml.t;
CREATE FUNCTION dml.instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO dml.t VALUES (NEW.id, NEW.n); RETURN NEW; END';
CREATE TRIGGER instead INSTEAD OF INSERT ON dml.w FOR EACH ROW EXECUTE FUNCTION dml.instead();
CREATE TABLE dml.inbox (id integer);
CREATE RULE forward AS ON INSERT TO dml.inbox DO ALSO INSERT INTO dml.t VALUES (NEW.id, -1);
SELECT aims.govern(relation::regclass, system => 'sepsis') FROM unnest('{dml.t,dml.p,dml.parent,dml.score}'::text[]) AS relation \g /dev/null
INSERT INTO dml.patient VALUES (1), (2), (3);
INSERT INTO dml.score VALUES (1, 1, 2), (2, 3, 2);
CREATE TABLE dml.p21 (LIKE dml.p INCLUDING ALL);
INSERT INTO dml.p21 VALUES (1, '2021-01-01'), (2, '2021-01-01');
CREATE TABLE dml.sub (LIKE dml.p INCLUDING ALL) PARTITION BY RANGE (day);
CREATE TABLE dml.sub1 PARTITION OF dml.sub DEFAULT;
CREATE TABLE dml.late (id integer PRIMARY KEY, n integer);
CREATE TABLE dml.later (PRIMARY KEY (id)) INHERITS (dml.late);

SELECT format('SELECT is(pg_temp.entries(%L), %L, %L)', command, changes, command)
  FROM (VALUES
    (1, 'COPY dml.t FROM PROGRAM ''printf "1\t1\n2\t2\n"''', E'INSERT dml.t {"id": 1}\nINSERT dml.t {"id": 2}'),
    (2, 'INSERT INTO dml.t VALUES (1, 9), (3, 3) ON CONFLICT (id) DO UPDATE SET n = excluded.n', E'UPDATE dml.t {"id": 1}\nINSERT dml.t {"id": 3}'),
    (3, 'INSERT INTO dml.t VALUES (1, 9) ON CONFLICT DO NOTHING', NULL),
    (4, 'MERGE INTO dml.t AS t USING (VALUES (1, 5), (2, 6), (4, 4)) AS s (id, n) ON s.id = t.id
         WHEN MATCHED AND s.n = 5 THEN DELETE WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.n)',
     E'DELETE dml.t {"id": 1}\nUPDATE dml.t {"id": 2}\nINSERT dml.t {"id": 4}'),
    (5, 'WITH gone AS (DELETE FROM dml.t WHERE id = 4 RETURNING *) INSERT INTO dml.t SELECT id + 1, n FROM gone',
     E'DELETE dml.t {"id": 4}\nINSERT dml.t {"id": 5}'),
    (6, 'UPDATE dml.v SET n = 7 WHERE id = 5', 'UPDATE dml.t {"id": 5}'),
    (7, 'INSERT INTO dml.w VALUES (6, 6)', 'INSERT dml.t {"id": 6}'),
    (8, 'INSERT INTO dml.inbox VALUES (7)', 'INSERT dml.t {"id": 7}'),
    (9, 'UPDATE dml.t SET id = 8 WHERE id = 7', 'UPDATE dml.t {"id": 8}'),
    (10, 'UPDATE dml.patient SET id = 4 WHERE id = 1', 'UPDATE dml.score {"id": 1}'),
    (11, 'DELETE FROM dml.patient WHERE id = 2', E'UPDATE dml.score {"id": 2}\nUPDATE dml.score {"id": 1}'),
    (12, 'DELETE FROM dml.patient WHERE id = 3', 'DELETE dml.score {"id": 2}'),
    (13, 'TRUNCATE dml.patient CASCADE', 'TRUNCATE dml.score'),
    (20, 'INSERT INTO dml.p VALUES (1, ''2020-05-05'')', 'INSERT dml.p/dml.p20 {"id": 1, "day": "2020-05-05"}'),
    (22, 'CREATE TABLE dml.p19 PARTITION OF dml.p FOR VALUES FROM (''2019-01-01'') TO (''2020-01-01'')', 'dml.p/dml.p19: CREATE TABLE'),
    (23, 'UPDATE dml.p SET day = ''2019-05-05'' WHERE id = 1',
     E'DELETE dml.p/dml.p20 {"id": 1, "day": "2020-05-05"}\nINSERT dml.p/dml.p19 {"id": 1, "day": "2019-05-05"}'),
    (24, 'TRUNCATE dml.p19', 'TRUNCATE dml.p/dml.p19'),
    (25, 'ALTER TABLE dml.p ATTACH PARTITION dml.p21 FOR VALUES FROM (''2021-01-01'') TO (''2022-01-01'')',
     'dml.p: ALTER TABLE; ATTACH PARTITION dml.p21 2 rows'),
    (26, 'DELETE FROM dml.p WHERE id = 2', 'DELETE dml.p/dml.p21 {"id": 2, "day": "2021-01-01"}'),
    (27, 'TRUNCATE dml.p21', 'TRUNCATE dml.p/dml.p21'),
    (28, 'ALTER TABLE dml.p ATTACH PARTITION dml.sub DEFAULT', 'dml.p: ALTER TABLE; ATTACH PARTITION dml.sub 0 rows'),
    (29, 'INSERT INTO dml.p VALUES (9, ''1999-09-09'')', 'INSERT dml.p/dml.sub1 {"id": 9, "day": "1999-09-09"}'),
    (30, 'TRUNCATE dml.sub1', 'TRUNCATE dml.p/dml.sub1'),
    (31, 'ALTER TABLE dml.p DETACH PARTITION dml.sub', 'dml.p: ALTER TABLE; DETACH PARTITION dml.sub 0 rows'),
    (32, 'INSERT INTO dml.sub VALUES (9, ''1999-09-09'')', NULL),
    (33, 'TRUNCATE dml.sub', NULL),
    (34, 'ALTER TABLE dml.p DETACH PARTITION dml.p21', 'dml.p: ALTER TABLE; DETACH PARTITION dml.p21 0 rows'),
    (35, 'TRUNCATE dml.p21', NULL),
    (36, 'TRUNCATE dml.p', E'TRUNCATE dml.p\nTRUNCATE dml.p/dml.p20\nTRUNCATE dml.p/dml.p19'),
    (40, 'INSERT INTO dml.child VALUES (1, 1)', 'INSERT dml.parent/dml.child {"id": 1}'),
    (41, 'ALTER TABLE dml.late INHERIT dml.parent', 'dml.parent/dml.late: ALTER TABLE; INHERIT dml.parent 0 rows'),
    (42, 'INSERT INTO dml.late VALUES (2, 2)', 'INSERT dml.parent/dml.late {"id": 2}'),
    (43, 'INSERT INTO dml.later VALUES (3, 3)', 'INSERT dml.parent/dml.later {"id": 3}'),
    (44, 'UPDATE dml.parent SET n = 0', E'UPDATE dml.parent/dml.child {"id": 1}\nUPDATE dml.parent/dml.late {"id": 2}\nUPDATE dml.parent/dml.later {"id": 3}'),
    (45, 'TRUNCATE ONLY dml.later', 'TRUNCATE dml.parent/dml.later'),
    (46, 'ALTER TABLE dml.late NO INHERIT dml.parent', 'dml.parent/dml.late: ALTER TABLE; NO INHERIT dml.parent 1 rows'),
    (47, 'UPDATE dml.late SET n = 1', NULL),
    (48, 'TRUNCATE dml.late', NULL),
    (49, 'CREATE TABLE dml.newborn () INHERITS (dml.parent)', 'dml.parent/dml.newborn: CREATE TABLE'),
    (50, 'INSERT INTO dml.newborn VALUES (4, 4)', 'INSERT dml.parent/dml.newborn'),
    (60, 'CREATE TRIGGER site AFTER INSERT ON dml.p FOR EACH ROW EXECUTE FUNCTION dml.instead()', 'dml.p: CREATE TRIGGER trigger site on dml.p calls dml.instead()'),
    (61, 'DROP TRIGGER site ON dml.p', 'dml.p: DROP TRIGGER trigger site on dml.p calls dml.instead() dropped')) AS c (nr, command, changes)
 ORDER BY nr \gexec
-- DML on a partition fires no statement trigger: its entries are written at the commit
INSERT INTO dml.p20 VALUES (3, '2020-05-05');
SELECT is(concat_ws(' ', operation, relation, physical_relation, key), 'INSERT dml.p dml.p20 {"id": 3, "day": "2020-05-05"}', 'DML on a partition is captured')
  FROM aims.audit_entry ORDER BY entry_id DESC LIMIT 1;
SELECT is_empty('SELECT * FROM aims.capture_problem()', 'whatever came and went, every change is captured');
SELECT is_empty($$SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
                   WHERE p.pronamespace = 'aims'::regnamespace AND t.tgenabled <> 'A'$$,
                'our triggers are ENABLE ALWAYS, on partitions, too');
SELECT results_eq($$SELECT t.tgrelid::regclass::text, count(*) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
                     WHERE p.pronamespace = 'aims'::regnamespace AND p.proname <> 'audit_flush'
                       AND t.tgrelid::regclass::text ~ '^dml\.(p|sub|late|new)' GROUP BY t.tgrelid ORDER BY t.tgrelid::regclass::text COLLATE "C"$$,
                  $$VALUES ('dml.newborn', 4::bigint), ('dml.p', 4), ('dml.p19', 4), ('dml.p20', 4), ('dml.parent', 4)$$,
                  'and those that left have none');

-- DDL entries. Tables that are governed, and some that nobody governs
CREATE TYPE cdw.colour AS ENUM ('red');
CREATE DOMAIN cdw.shade AS cdw.colour;
CREATE TYPE cdw.pair AS (first cdw.shade, second integer);
CREATE TABLE cdw.t (id integer PRIMARY KEY, n integer, v integer, colours cdw.pair[], ai text, patient integer);
CREATE TABLE cdw.p (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE cdw.p20 PARTITION OF cdw.p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE cdw.parent (id integer, n integer);
CREATE TABLE cdw."We'ird ""T"" %s" (id integer, "c'o%d" text);
SELECT aims.govern('cdw.t', system_column => 'ai', system_when => 'n > 0 OR ai IS NOT NULL', mode => 'observe'),
       aims.govern('cdw.p', system => 'sepsis'),
       aims.govern('cdw.parent', system => 'sepsis', system_when => 'n > 0', version_column => 'n'),
       aims.govern('cdw."We''ird ""T"" %s"', system => 'sepsis') \g /dev/null
CREATE TABLE cdw.other (id integer PRIMARY KEY, p integer);
CREATE TABLE cdw.other_parent (id integer);
CREATE TABLE cdw.p21 (LIKE cdw.p);
INSERT INTO cdw.p21 SELECT n, '2021-03-03' FROM generate_series(1, 5) AS n;
CREATE TABLE cdw.sub (LIKE cdw.p) PARTITION BY LIST (id);
CREATE TABLE cdw.sub1 PARTITION OF cdw.sub FOR VALUES IN (1);
CREATE TABLE cdw.sub2 PARTITION OF cdw.sub FOR VALUES IN (2);
INSERT INTO cdw.sub VALUES (1, '2022-03-03'), (2, '2022-03-03');
CREATE TABLE cdw.child (id integer, n integer);
INSERT INTO cdw.child VALUES (1, 1);
CREATE TABLE cdw.grandchild () INHERITS (cdw.child);

SELECT format('SELECT is(pg_temp.entries(%L), %L, %L)', command, entries, command)
  FROM (VALUES
    (1, 'CREATE TABLE cdw.unrelated (id serial PRIMARY KEY, s text UNIQUE, o integer REFERENCES cdw.other)', NULL),
    (2, 'ALTER TABLE cdw.unrelated ADD COLUMN x integer DEFAULT 1, DISABLE TRIGGER ALL', NULL),
    (3, 'CREATE INDEX ON cdw.t (n)', NULL),
    (4, 'COMMENT ON TABLE cdw.t IS ''secret''', NULL),
    (5, 'GRANT SELECT ON cdw.t TO PUBLIC', NULL),
    (6, 'CREATE VIEW cdw.v AS SELECT id FROM cdw.t', NULL),
    (7, 'CREATE FUNCTION cdw.f() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''', NULL),
    (8, 'DROP TABLE cdw.unrelated', NULL),
    (9, 'ALTER TABLE cdw.t ADD COLUMN w text DEFAULT ''literal'', ADD COLUMN z timestamptz DEFAULT clock_timestamp()',
     E'cdw.t: ALTER TABLE rewrite ["default"]\ncdw.t: ALTER TABLE; ADD COLUMN w : pg_catalog.text; ADD COLUMN z : timestamp with time zone'),
    (10, 'ALTER TABLE cdw.t ALTER v TYPE numeric(10,2) USING v / 3, ALTER w SET DEFAULT ''other'', ALTER w SET NOT NULL',
     E'cdw.t: ALTER TABLE rewrite ["column"]\ncdw.t: ALTER TABLE; ALTER COLUMN TYPE v : numeric(10,2); SET NOT NULL w; ALTER COLUMN DEFAULT w'),
    (11, 'ALTER TABLE cdw.t DROP COLUMN z, ADD CONSTRAINT positive CHECK (v >= 0) NOT VALID',
     'cdw.t: ALTER TABLE; DROP COLUMN z; ADD CONSTRAINT positive'),
    (12, 'ALTER TABLE cdw.t ADD CONSTRAINT other_patient FOREIGN KEY (patient) REFERENCES cdw.other ON DELETE SET NULL',
     'cdw.t: ALTER TABLE; ADD CONSTRAINT other_patient'),
    (13, 'ALTER TABLE cdw.t VALIDATE CONSTRAINT positive', 'cdw.t: ALTER TABLE; VALIDATE CONSTRAINT positive'),
    (14, 'ALTER TABLE cdw.t RENAME CONSTRAINT positive TO not_negative',
     'cdw.t: ALTER TABLE table constraint not_negative on cdw.t; RENAME CONSTRAINT positive > not_negative'),
    (15, 'ALTER TABLE cdw.t DROP CONSTRAINT not_negative', 'cdw.t: ALTER TABLE; DROP CONSTRAINT not_negative'),
    (16, 'ALTER TABLE cdw.t RENAME n TO number', 'cdw.t: ALTER TABLE; RENAME COLUMN n > number'),
    (17, 'ALTER TABLE cdw.t RENAME ai TO "AI"', 'cdw.t: ALTER TABLE; RENAME COLUMN ai > AI'),
    (18, 'ALTER TABLE cdw.t RENAME TO u', 'cdw.u: ALTER TABLE; RENAME cdw.t > cdw.u'),
    (19, 'ALTER TABLE cdw.u SET SCHEMA public', 'public.u: ALTER TABLE; SET SCHEMA cdw.u > public.u'),
    (20, 'ALTER TABLE public.u SET SCHEMA cdw', 'cdw.u: ALTER TABLE; SET SCHEMA public.u > cdw.u'),
    (21, 'ALTER TABLE cdw.u RENAME TO t', 'cdw.t: ALTER TABLE; RENAME cdw.u > cdw.t'),
    (22, 'ALTER TABLE cdw.t OWNER TO ddl_owner', 'cdw.t: ALTER TABLE; OWNER TO ddl_owner'),
    (23, 'ALTER TABLE cdw.t SET UNLOGGED', E'cdw.t: ALTER TABLE rewrite ["persistence"]\ncdw.t: ALTER TABLE; SET UNLOGGED'),
    (24, 'ALTER TABLE cdw.t SET LOGGED', E'cdw.t: ALTER TABLE rewrite ["persistence"]\ncdw.t: ALTER TABLE; SET LOGGED'),
    (25, 'ALTER TABLE cdw.t ENABLE ROW LEVEL SECURITY', 'cdw.t: ALTER TABLE; ENABLE ROW LEVEL SECURITY'),
    (26, 'CREATE POLICY p ON cdw.t USING (v = 42)', 'cdw.t: CREATE POLICY policy p on cdw.t'),
    (27, 'ALTER POLICY p ON cdw.t RENAME TO q', 'cdw.t: ALTER POLICY policy q on cdw.t; RENAME p > q'),
    (28, 'DROP POLICY q ON cdw.t', 'cdw.t: DROP POLICY policy q on cdw.t dropped'),
    (29, 'ALTER TABLE cdw.t DISABLE ROW LEVEL SECURITY', 'cdw.t: ALTER TABLE; DISABLE ROW LEVEL SECURITY'),
    (30, 'ALTER TABLE cdw.t REPLICA IDENTITY FULL', 'cdw.t: ALTER TABLE; REPLICA IDENTITY'),
    (31, 'ALTER TABLE cdw.t DISABLE TRIGGER "AIMS_update"',
     'cdw.t: ALTER TABLE; DISABLE TRIGGER AIMS_update calls aims.audit_row() NOT CAPTURED'),
    (32, 'ALTER TABLE cdw.t ENABLE TRIGGER "AIMS_update"',
     'cdw.t: ALTER TABLE; ENABLE TRIGGER AIMS_update calls aims.audit_row() NOT CAPTURED'),
    (33, 'ALTER TABLE cdw.t ENABLE ALWAYS TRIGGER "AIMS_update"',
     'cdw.t: ALTER TABLE; ENABLE ALWAYS TRIGGER AIMS_update calls aims.audit_row()'),
    (34, 'ALTER TABLE cdw.t DISABLE TRIGGER ALL', 'cdw.t: ALTER TABLE; DISABLE TRIGGER ALL NOT CAPTURED'),
    (35, 'ALTER TABLE cdw.t DISABLE TRIGGER USER', 'cdw.t: ALTER TABLE; DISABLE TRIGGER USER NOT CAPTURED'),
    (36, 'ALTER TABLE cdw.t ENABLE ALWAYS TRIGGER "AIMS_insert", ENABLE ALWAYS TRIGGER "AIMS_update", ENABLE ALWAYS TRIGGER "AIMS_delete", ENABLE ALWAYS TRIGGER "AIMS_flush", ENABLE ALWAYS TRIGGER "AIMS_truncate"',
     'cdw.t: ALTER TABLE; ENABLE ALWAYS TRIGGER AIMS_insert calls aims.audit_row(); ENABLE ALWAYS TRIGGER AIMS_update calls aims.audit_row(); ENABLE ALWAYS TRIGGER AIMS_delete calls aims.audit_row(); ENABLE ALWAYS TRIGGER AIMS_flush calls aims.audit_flush(); ENABLE ALWAYS TRIGGER AIMS_truncate calls aims.audit_truncate()'),
    (37, 'ALTER TRIGGER "AIMS_truncate" ON cdw.t RENAME TO harmless',
     'cdw.t: ALTER TRIGGER trigger harmless on cdw.t calls aims.audit_truncate(); RENAME AIMS_truncate > harmless'),
    (38, 'CREATE TRIGGER site BEFORE INSERT ON cdw.t FOR EACH ROW EXECUTE FUNCTION cdw.f()',
     'cdw.t: CREATE TRIGGER trigger site on cdw.t calls cdw.f()'),
    (39, 'DROP FUNCTION cdw.f CASCADE', 'cdw.t: DROP FUNCTION trigger site on cdw.t dropped'),
    (40, 'DROP TRIGGER harmless ON cdw.t', 'cdw.t: DROP TRIGGER trigger harmless on cdw.t calls aims.audit_truncate() dropped'),
    (41, 'CREATE RULE detour AS ON INSERT TO cdw.t DO INSTEAD NOTHING', 'cdw.t: CREATE RULE rule detour on cdw.t NOT CAPTURED'),
    (42, 'ALTER TABLE cdw.t DISABLE RULE detour', 'cdw.t: ALTER TABLE; DISABLE RULE detour NOT CAPTURED'),
    (43, 'ALTER RULE detour ON cdw.t RENAME TO bypass',
     'cdw.t: ALTER RULE rule bypass on cdw.t; RENAME detour > bypass NOT CAPTURED'),
    (44, 'DROP RULE bypass ON cdw.t', 'cdw.t: DROP RULE rule bypass on cdw.t dropped'),
    (45, 'ALTER TYPE cdw.colour ADD VALUE ''green''', 'cdw.t: ALTER TYPE type cdw.colour; ADD VALUE green NOT CAPTURED'),
    (46, 'ALTER TYPE cdw.colour RENAME VALUE ''red'' TO ''rot''',
     'cdw.t: ALTER TYPE type cdw.colour; RENAME VALUE red > rot NOT CAPTURED'),
    (47, 'ALTER TYPE cdw.colour RENAME TO color', 'cdw.t: ALTER TYPE type cdw.color; RENAME cdw.colour > color NOT CAPTURED'),
    (48, 'ALTER DOMAIN cdw.shade SET DEFAULT ''rot''', 'cdw.t: ALTER DOMAIN type cdw.shade NOT CAPTURED'),
    (49, 'ALTER TYPE cdw.pair RENAME ATTRIBUTE second TO zweiter',
     'cdw.t: ALTER TYPE composite type cdw.pair; RENAME COLUMN second > zweiter NOT CAPTURED'),
    (50, 'CREATE TYPE cdw.unused AS ENUM (''x'')', NULL),
    (51, 'ALTER TYPE cdw.unused ADD VALUE ''y''', NULL),
    (52, 'ALTER SCHEMA cdw RENAME TO "the warehouse"',
     E'"the warehouse".t: ALTER SCHEMA schema "the warehouse"; RENAME cdw > the warehouse NOT CAPTURED\n"the warehouse".p: ALTER SCHEMA schema "the warehouse"; RENAME cdw > the warehouse\n"the warehouse".parent: ALTER SCHEMA schema "the warehouse"; RENAME cdw > the warehouse\n"the warehouse"."We''ird ""T"" %s": ALTER SCHEMA schema "the warehouse"; RENAME cdw > the warehouse'),
    (53, 'ALTER SCHEMA "the warehouse" RENAME TO cdw',
     E'cdw.t: ALTER SCHEMA schema cdw; RENAME the warehouse > cdw NOT CAPTURED\ncdw.p: ALTER SCHEMA schema cdw; RENAME the warehouse > cdw\ncdw.parent: ALTER SCHEMA schema cdw; RENAME the warehouse > cdw\ncdw."We''ird ""T"" %s": ALTER SCHEMA schema cdw; RENAME the warehouse > cdw'),
    (54, 'CREATE TABLE cdw.p23 PARTITION OF cdw.p FOR VALUES FROM (''2023-01-01'') TO (''2024-01-01'')',
     'cdw.p/cdw.p23: CREATE TABLE'),
    (55, 'CREATE TABLE IF NOT EXISTS cdw.p23 PARTITION OF cdw.p FOR VALUES FROM (''2023-01-01'') TO (''2024-01-01'')', NULL),
    (56, 'ALTER TABLE cdw.p ATTACH PARTITION cdw.p21 FOR VALUES FROM (''2021-01-01'') TO (''2022-01-01'')',
     'cdw.p: ALTER TABLE; ATTACH PARTITION cdw.p21 5 rows'),
    (57, 'ALTER TABLE cdw.p ATTACH PARTITION cdw.sub FOR VALUES FROM (''2022-01-01'') TO (''2023-01-01'')',
     'cdw.p: ALTER TABLE; ATTACH PARTITION cdw.sub 2 rows'),
    (58, 'CREATE TABLE cdw.sub3 PARTITION OF cdw.sub FOR VALUES IN (3)', 'cdw.p/cdw.sub3: CREATE TABLE'),
    (59, 'ALTER TABLE cdw.p ADD COLUMN more double precision DEFAULT random()',
     E'cdw.p/cdw.p20: ALTER TABLE rewrite ["default"]\ncdw.p/cdw.p21: ALTER TABLE rewrite ["default"]\ncdw.p/cdw.sub1: ALTER TABLE rewrite ["default"]\ncdw.p/cdw.sub2: ALTER TABLE rewrite ["default"]\ncdw.p/cdw.sub3: ALTER TABLE rewrite ["default"]\ncdw.p/cdw.p23: ALTER TABLE rewrite ["default"]\ncdw.p: ALTER TABLE; ADD COLUMN more : double precision'),
    (60, 'ALTER TABLE cdw.p DROP COLUMN more', 'cdw.p: ALTER TABLE; DROP COLUMN more'),
    (61, 'ALTER TABLE cdw.p21 DISABLE TRIGGER "AIMS_insert"',
     'cdw.p/cdw.p21: ALTER TABLE; DISABLE TRIGGER AIMS_insert calls aims.audit_row() NOT CAPTURED'),
    (62, 'ALTER TABLE cdw.p21 ENABLE ALWAYS TRIGGER "AIMS_insert"',
     'cdw.p/cdw.p21: ALTER TABLE; ENABLE ALWAYS TRIGGER AIMS_insert calls aims.audit_row()'),
    (63, 'ALTER TABLE cdw.p RENAME id TO number', 'cdw.p: ALTER TABLE; RENAME COLUMN id > number'),
    (64, 'ALTER TABLE cdw.p DETACH PARTITION cdw.p21', 'cdw.p: ALTER TABLE; DETACH PARTITION cdw.p21 5 rows'),
    (65, 'ALTER TABLE cdw.p DETACH PARTITION cdw.sub', 'cdw.p: ALTER TABLE; DETACH PARTITION cdw.sub 2 rows'),
    (66, 'DROP TABLE cdw.p23', 'cdw.p/cdw.p23: DROP TABLE dropped'),
    (67, 'ALTER TABLE cdw.child INHERIT cdw.parent', 'cdw.parent/cdw.child: ALTER TABLE; INHERIT cdw.parent 1 rows'),
    (68, 'CREATE TABLE cdw.child2 (more text) INHERITS (cdw.parent)', 'cdw.parent/cdw.child2: CREATE TABLE'),
    (69, 'ALTER TABLE cdw.parent RENAME n TO number', 'cdw.parent: ALTER TABLE; RENAME COLUMN n > number'),
    (70, 'CREATE TABLE cdw.child3 () INHERITS (cdw.parent)', 'cdw.parent/cdw.child3: CREATE TABLE'),
    (71, 'ALTER TABLE cdw.child NO INHERIT cdw.parent', 'cdw.parent/cdw.child: ALTER TABLE; NO INHERIT cdw.parent 1 rows'),
    (72, 'CREATE TEMP TABLE temporary_child () INHERITS (cdw.parent)',
     'cdw.parent/pg_temp.temporary_child: CREATE TABLE table pg_temp.temporary_child NOT CAPTURED'),
    (73, 'DROP TABLE cdw.child2', 'cdw.parent/cdw.child2: DROP TABLE dropped'),
    (74, 'CREATE SCHEMA made CREATE TABLE made.p24 PARTITION OF cdw.p FOR VALUES FROM (''2024-01-01'') TO (''2025-01-01'') CREATE TABLE made.y (id integer)',
     'cdw.p/made.p24: CREATE TABLE'),
    (75, 'ALTER TABLE cdw."We''ird ""T"" %s" RENAME TO "new $$ \n {""x"": 1} %d"',
     'cdw."new $$ \n {""x"": 1} %d": ALTER TABLE; RENAME cdw."We''ird ""T"" %s" > cdw."new $$ \n {""x"": 1} %d"'),
    (76, E'ALTER TABLE cdw."new $$ \\n {""x"": 1} %d" RENAME "c''o%d" TO "l""ine\nbreak"',
     E'cdw."new $$ \\n {""x"": 1} %d": ALTER TABLE; RENAME COLUMN c''o%d > l"ine\nbreak'),
    (77, 'DO $do$BEGIN BEGIN ALTER TABLE cdw.t ADD COLUMN undone integer; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END; ALTER TABLE cdw.t ADD COLUMN kept integer; END$do$',
     'cdw.t: ALTER TABLE; ADD COLUMN kept : integer NOT CAPTURED'),
    (78, 'DROP TYPE cdw.pair CASCADE', 'cdw.t: DROP TYPE table column cdw.t.colours dropped'),
    (79, 'CREATE OR REPLACE FUNCTION aims.today() RETURNS date LANGUAGE sql STABLE RETURN current_date',
     'aims.today(): CREATE FUNCTION function aims.today()'),
    (80, 'ALTER FUNCTION aims.today() STRICT', 'aims.today(): ALTER FUNCTION function aims.today()'),
    (81, 'ALTER FUNCTION aims.today() CALLED ON NULL INPUT', 'aims.today(): ALTER FUNCTION function aims.today()'),
    (82, 'CREATE VIEW aims.stranger AS SELECT 1 AS one', 'aims.stranger: CREATE VIEW view aims.stranger'),
    (83, 'DROP VIEW aims.stranger', 'aims.stranger: DROP VIEW view aims.stranger dropped'),
    (84, 'CREATE TABLE stranger () INHERITS (aims.vendor)', 'aims.vendor/public.stranger: CREATE TABLE'),
    (85, 'DROP TABLE stranger', 'aims.vendor/public.stranger: DROP TABLE dropped'),
    (86, 'ALTER TABLE aims.tile DISABLE TRIGGER "AIMS_append_only"',
     'aims.tile: ALTER TABLE; DISABLE TRIGGER AIMS_append_only calls aims.append_only()'),
    (87, 'ALTER TABLE aims.tile ENABLE ALWAYS TRIGGER "AIMS_append_only"',
     'aims.tile: ALTER TABLE; ENABLE ALWAYS TRIGGER AIMS_append_only calls aims.append_only()'),
    (88, 'DROP TRIGGER "AIMS_append_only" ON aims.tile',
     'aims.tile: DROP TRIGGER trigger "AIMS_append_only" on aims.tile calls aims.append_only() dropped'),
    (89, 'CREATE TRIGGER "AIMS_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aims.tile FOR EACH STATEMENT EXECUTE FUNCTION aims.append_only()',
     'aims.tile: CREATE TRIGGER trigger "AIMS_append_only" on aims.tile calls aims.append_only()'),
    (90, 'ALTER TABLE aims.tile ENABLE ALWAYS TRIGGER "AIMS_append_only"', 'aims.tile: ALTER TABLE; ENABLE ALWAYS TRIGGER AIMS_append_only calls aims.append_only()'),
    (91, 'ALTER EXTENSION aims DROP FUNCTION aims.today()', 'aims: ALTER EXTENSION extension aims; DROP aims.today()'),
    (92, 'ALTER EXTENSION aims ADD FUNCTION aims.today()', 'aims: ALTER EXTENSION extension aims; ADD aims.today()'),
    (93, 'DROP TABLE cdw."new $$ \n {""x"": 1} %d", cdw.p, cdw.other CASCADE',
     E'cdw.t: DROP TABLE table constraint other_patient on cdw.t dropped\ncdw.p: DROP TABLE dropped\ncdw."new $$ \\n {""x"": 1} %d": DROP TABLE dropped'),
    (94, 'DROP OWNED BY ddl_owner CASCADE', 'cdw.t: DROP OWNED dropped'),
    (95, 'DROP SCHEMA cdw CASCADE', 'cdw.parent: DROP SCHEMA dropped')) AS c (nr, command, entries)
 ORDER BY nr \gexec

SELECT is((SELECT new_image::text FROM aims.audit_entry WHERE operation = 'DDL' AND relation = 'cdw.t' AND new_image ->> 'identity' = 'site on cdw.t' ORDER BY entry_id LIMIT 1),
          '{"tag":"CREATE TRIGGER","type":"trigger","identity":"site on cdw.t","function":"cdw.f()"}', 'the detail is JSON');
SELECT is(count(*), 0::bigint, 'no literal of a command is in the ledger')
  FROM aims.audit_entry WHERE operation = 'DDL' AND new_image::text ~ 'literal|secret|random|clock_timestamp|42|2021-';
SELECT results_eq($$SELECT kind::text COLLATE "default", system::text COLLATE "default", split_part(detail, ' was', 1) FROM aims.finding ORDER BY finding_id$$,
                  $$VALUES ('governed_table_dropped', 'sepsis', 'cdw.p'), ('governed_table_dropped', 'sepsis', 'cdw."new $$ || '$$' || $$ \n {""x"": 1} %d"'),
                           ('governed_table_dropped', NULL, 'cdw.t'), ('governed_table_dropped', 'sepsis', 'cdw.parent')$$,
                  'dropped tables are findings');
SELECT is_empty($$SELECT FROM aims.registry AS r WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = r.relation)$$, 'and have left the registry');
SELECT is_empty($$SELECT FROM aims.intended_table AS r WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = r.relation)$$, 'with what hung on them');

-- The registry follows renamed columns, so that later children get their triggers
CREATE SCHEMA cdw;
CREATE TABLE cdw.renamed (id integer, system text, model text, site text, part text);
SELECT aims.govern('cdw.renamed', system_column => 'system', system_when => 'id > 0 AND system IS NOT NULL', version_column => 'model',
                   site_column => 'site', subgroup_column => 'part', mode => 'observe') \g /dev/null
ALTER TABLE cdw.renamed RENAME system TO "The system";
ALTER TABLE cdw.renamed RENAME id TO number;
ALTER TABLE cdw.renamed RENAME model TO m;
ALTER TABLE cdw.renamed RENAME site TO s;
ALTER TABLE cdw.renamed RENAME part TO p;
SELECT results_eq($$SELECT concat_ws(' ', system_column, system_when, version_column, site_column, subgroup_column) COLLATE "default"
                      FROM aims.governed WHERE relation = 'cdw.renamed'::regclass$$,
                  $$VALUES ('The system ((number > 0) AND ("The system" IS NOT NULL)) m s p')$$, 'the registry follows renamed columns');
CREATE TABLE cdw.renamed_child () INHERITS (cdw.renamed);
INSERT INTO cdw.renamed_child VALUES (1, 'sepsis'), (-1, 'sepsis');
SELECT is(count(*), 1::bigint, 'and children get the condition') FROM aims.audit_entry WHERE physical_relation = 'cdw.renamed_child' AND operation = 'INSERT';
SELECT is_empty('SELECT * FROM aims.capture_problem()', 'which is the one of their parent');

-- No row is captured under two numbers
CREATE TABLE cdw.governed (id integer, n integer);
CREATE TABLE cdw.one (id integer, n integer);
SELECT aims.govern('cdw.governed', system => 'sepsis'), aims.govern('cdw.one', system => 'sepsis') \g /dev/null
SELECT throws_ok('ALTER TABLE cdw.governed INHERIT cdw.one', 'MS031', NULL, 'a governed table does not become a child of another');
SELECT throws_ok('CREATE TABLE cdw.both () INHERITS (cdw.one, cdw.governed)', 'MS031', NULL, 'nor has a child two governed parents');
CREATE TABLE cdw.root (id integer, n integer) PARTITION BY LIST (id);
SELECT is(pg_temp.entries('ALTER TABLE cdw.root ATTACH PARTITION cdw.one DEFAULT'), 'cdw.one: ALTER TABLE table cdw.root; ATTACH PARTITION cdw.one 0 rows',
          'it becomes a partition of a table that nobody governs');
INSERT INTO cdw.root VALUES (1, 1);
SELECT is(pg_temp.entries('TRUNCATE cdw.root'), 'TRUNCATE cdw.one', 'and is still itself');

-- Foreign partitions
CREATE FOREIGN DATA WRAPPER ddl_wrapper;
CREATE SERVER ddl_server FOREIGN DATA WRAPPER ddl_wrapper;
CREATE TABLE cdw.mixed (id integer, n integer) PARTITION BY LIST (id);
SELECT aims.govern('cdw.mixed', system => 'sepsis') \g /dev/null
SELECT is(pg_temp.entries('CREATE FOREIGN TABLE cdw.far PARTITION OF cdw.mixed DEFAULT SERVER ddl_server'),
          'cdw.mixed/cdw.far: CREATE FOREIGN TABLE foreign table cdw.far NOT CAPTURED', 'a foreign partition is recorded');
SELECT bag_eq('SELECT * FROM aims.capture_problem()', $$VALUES ('cdw.far', 'it is a foreign table: what its own server changes is not captured')$$, 'and reported');
SELECT is(pg_temp.entries('ALTER TABLE cdw.mixed DETACH PARTITION cdw.far'), 'cdw.mixed: ALTER TABLE; DETACH PARTITION cdw.far foreign true',
          'its rows are not counted');
SELECT is(pg_temp.entries('ALTER TABLE cdw.mixed ATTACH PARTITION cdw.far DEFAULT'), 'cdw.mixed: ALTER TABLE; ATTACH PARTITION cdw.far foreign true',
          'nor when it comes back');
SELECT is(pg_temp.entries('DROP FOREIGN TABLE cdw.far'), 'cdw.mixed/cdw.far: DROP FOREIGN TABLE foreign table cdw.far dropped', 'it is dropped');

-- CONCURRENTLY runs in two transactions
CREATE TABLE cdw.c (id integer) PARTITION BY LIST (id);
CREATE TABLE cdw.c1 PARTITION OF cdw.c FOR VALUES IN (1);
SELECT aims.govern('cdw.c', system => 'sepsis') \g /dev/null
INSERT INTO cdw.c VALUES (1);
ALTER TABLE cdw.c DETACH PARTITION cdw.c1 CONCURRENTLY;
SELECT is(pg_temp.shown(relation, physical_relation, new_image), 'cdw.c: ALTER TABLE; DETACH PARTITION cdw.c1 1 rows', 'DETACH CONCURRENTLY is recorded')
  FROM aims.audit_entry ORDER BY entry_id DESC LIMIT 1;
SELECT is(pg_temp.entries('TRUNCATE cdw.c1'), NULL, 'and its triggers are gone');

-- Whoever acts: an owner without privileges, with another search_path, other
-- quoting, in the replica role
CREATE SCHEMA aims_fake;
CREATE TABLE aims_fake.pg_inherits (inhrelid oid, inhparent oid);
CREATE FUNCTION aims_fake.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''called''; END';
CREATE FUNCTION aims_fake.count() RETURNS bigint LANGUAGE sql AS 'SELECT -1::bigint';
GRANT ALL ON SCHEMA cdw, aims_fake TO ddl_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA aims_fake TO ddl_owner;
CREATE TABLE cdw.owned (id integer) PARTITION BY LIST (id);
CREATE TABLE cdw.attached (id integer);
INSERT INTO cdw.attached VALUES (2), (2);
ALTER TABLE cdw.owned OWNER TO ddl_owner;
ALTER TABLE cdw.attached OWNER TO ddl_owner;
SELECT aims.govern('cdw.owned', system => 'sepsis') \g /dev/null
BEGIN;
SET LOCAL search_path = aims_fake, pg_catalog, cdw;
SET LOCAL quote_all_identifiers = on;
SET LOCAL SESSION AUTHORIZATION ddl_owner;
ALTER TABLE owned ATTACH PARTITION attached FOR VALUES IN (2);
CREATE TABLE cdw.created PARTITION OF owned FOR VALUES IN (1);
INSERT INTO owned VALUES (1);
TRUNCATE attached;
COMMIT;
DROP TABLE cdw.created;
SELECT is(string_agg(CASE operation WHEN 'DDL' THEN pg_temp.shown(relation, physical_relation, new_image)
                         ELSE concat(operation, ' ', relation, '/', physical_relation) END, E'\n' ORDER BY entry_id),
          E'cdw.owned: ALTER TABLE; ATTACH PARTITION cdw.attached 2 rows\ncdw.owned/cdw.created: CREATE TABLE\nINSERT cdw.owned/cdw.created\n'
          'TRUNCATE cdw.owned/cdw.attached', 'an owner''s acts are recorded')
  FROM aims.audit_entry WHERE relation = 'cdw.owned' AND session_user_name = 'ddl_owner';
SELECT is_empty($$SELECT * FROM aims.audit_entry WHERE operation = 'DDL' AND session_user_name = 'ddl_owner' AND role_name <> 'ddl_owner'$$, 'under the own name');
SELECT throws_ok($$DO 'BEGIN SET LOCAL SESSION AUTHORIZATION ddl_owner; PERFORM aims.ddl_command(); END'$$, '42501', NULL, 'nobody calls the functions');
SELECT throws_ok($$DO 'BEGIN SET LOCAL SESSION AUTHORIZATION ddl_owner; ALTER EVENT TRIGGER aims_ddl_command DISABLE; END'$$, '42501', NULL,
                 'or switches them off');
BEGIN;
GRANT SET ON PARAMETER session_replication_role TO ddl_owner;
SET LOCAL SESSION AUTHORIZATION ddl_owner;
SET LOCAL session_replication_role = replica;
ALTER TABLE cdw.owned ADD COLUMN escaped integer;
RESET session_replication_role;
RESET SESSION AUTHORIZATION;
SELECT is(pg_temp.shown(relation, physical_relation, new_image), 'cdw.owned: ALTER TABLE; ADD COLUMN escaped : integer',
          'the replica role of anybody but a superuser changes nothing') FROM aims.audit_entry ORDER BY entry_id DESC LIMIT 1;
ROLLBACK;

-- Partitions are created with the rights of the table's owner
SELECT is(has_function_privilege('ddl_owner', 'aims.audit_row()', 'EXECUTE'), true, 'the owner of a governed partitioned table may have triggers copied');
ALTER TABLE cdw.owned OWNER TO CURRENT_USER;
SELECT is(has_function_privilege('ddl_owner', 'aims.audit_row()', 'EXECUTE'), false, 'a former owner may not');
ALTER TABLE cdw.owned OWNER TO ddl_owner;
SELECT is(has_function_privilege('ddl_owner', 'aims.audit_row()', 'EXECUTE'), true, 'a new one may');
BEGIN;
SELECT aims.ungovern('cdw.owned', 'over') \g /dev/null
SELECT is(has_function_privilege('ddl_owner', 'aims.audit_row()', 'EXECUTE'), false, 'nor the owner of a table that is not governed any more');
ROLLBACK;
CREATE ROLE ddl_heir;
REASSIGN OWNED BY ddl_owner TO ddl_heir;
SELECT bag_eq('SELECT * FROM aims.capture_problem()',
              $$VALUES ('cdw.owned', 'its owner ddl_heir cannot create partitions: GRANT EXECUTE ON FUNCTION aims.audit_row() TO ddl_heir')$$,
              'REASSIGN OWNED is not seen, but what it leaves behind');
REASSIGN OWNED BY ddl_heir TO ddl_owner;
DROP ROLE ddl_heir;
BEGIN;
DROP TABLE cdw.owned;
SELECT is(has_function_privilege('ddl_owner', 'aims.audit_row()', 'EXECUTE'), false, 'or was dropped');
ROLLBACK;

-- A restore records nothing, and leaves what is missing to be reported
SET session_replication_role = replica;
SELECT is(pg_temp.entries('CREATE TABLE cdw.restored PARTITION OF cdw.owned FOR VALUES IN (3)'), NULL, 'a restore records nothing');
RESET session_replication_role;
SELECT bag_eq('SELECT * FROM aims.capture_problem()', $$VALUES ('cdw.restored', 'no trigger captures TRUNCATE')$$, 'what it lacks is reported');
DROP TABLE cdw.restored;

-- A table that is governed alone, below one that is not
CREATE TABLE cdw.above (id integer CONSTRAINT positive CHECK (id >= 0), ai text, v text) PARTITION BY RANGE (id);
CREATE TABLE cdw.below PARTITION OF cdw.above FOR VALUES FROM (0) TO (10);
SELECT aims.govern('cdw.below', system_column => 'ai') \g /dev/null
SELECT is(pg_temp.entries(command), made, command)
  FROM (VALUES
    ('ALTER TABLE cdw.above RENAME COLUMN ai TO mark', 'cdw.below: ALTER TABLE table cdw.above; RENAME COLUMN ai > mark'),
    ('ALTER TABLE cdw.above ADD COLUMN w integer', 'cdw.below: ALTER TABLE table cdw.above; ADD COLUMN w : integer'),
    ('ALTER TABLE cdw.above RENAME CONSTRAINT positive TO not_negative',
     'cdw.below: ALTER TABLE table constraint not_negative on cdw.above; RENAME CONSTRAINT positive > not_negative'),
    ('ALTER TABLE cdw.above DISABLE TRIGGER USER', 'cdw.below: ALTER TABLE table cdw.above; DISABLE TRIGGER USER'),
    ('ALTER TABLE ONLY cdw.above ALTER COLUMN v SET DEFAULT 1', NULL),
    ('CREATE TABLE cdw.beside PARTITION OF cdw.above FOR VALUES FROM (10) TO (20)', NULL)) AS c (command, made);
SELECT is((SELECT system_column FROM aims.registry WHERE relation = 'cdw.below'::regclass)::text, 'mark', 'the guard reads the renamed column');
DROP TABLE cdw.above;

-- Rows of an attached table are counted without running its owner's code as
-- somebody else: expressions of statistics are evaluated by the planner.
CREATE SCHEMA mallory;
GRANT ALL ON SCHEMA mallory TO ddl_owner;
CREATE TABLE mallory.root (id integer, ai text) PARTITION BY RANGE (id);
ALTER TABLE mallory.root OWNER TO ddl_owner;
SELECT aims.govern('mallory.root', system_column => 'ai') \g /dev/null
SET ROLE ddl_owner;
CREATE TABLE mallory.ran_as (role name);
CREATE FUNCTION mallory.note() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mallory.ran_as VALUES (current_user);
    RETURN 1;
END $$;
CREATE FUNCTION mallory.lie(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN mallory.note();
END $$;
CREATE TABLE mallory.part (id integer, ai text);
INSERT INTO mallory.part VALUES (1, NULL), (2, NULL);
CREATE STATISTICS mallory.lie ON (id + mallory.lie(1)), ai FROM mallory.part;
CREATE INDEX ON mallory.part ((id + mallory.lie(1)));
ALTER TABLE mallory.root ATTACH PARTITION mallory.part FOR VALUES FROM (0) TO (10);
RESET ROLE;
ALTER TABLE mallory.root DETACH PARTITION mallory.part;
SELECT is(array_agg(DISTINCT role), '{ddl_owner}', 'the owner''s code runs as the owner alone') FROM mallory.ran_as;
SELECT is((SELECT string_agg(new_image #>> '{actions,0,rows}', ' ' ORDER BY entry_id) FROM aims.audit_entry
            WHERE relation = 'mallory.root' AND new_image #>> '{actions,0,action}' LIKE '%TACH PARTITION'), '2 2', 'and rows are counted');
SET client_min_messages = error;
DROP SCHEMA mallory CASCADE;
SET client_min_messages = warning;

-- Code of others that catches an error while our own DDL runs
CREATE FUNCTION pg_temp.catches() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN NULL;
END $$;
CREATE EVENT TRIGGER catches ON ddl_command_end EXECUTE FUNCTION pg_temp.catches();
CREATE TABLE cdw.caught (id integer PRIMARY KEY, ai text);
SELECT aims.govern('cdw.caught', system_column => 'ai') \g /dev/null
SELECT is(pg_temp.entries('ALTER TABLE cdw.caught DISABLE TRIGGER "AIMS_insert"'),
          'cdw.caught: ALTER TABLE; DISABLE TRIGGER AIMS_insert calls aims.audit_row() NOT CAPTURED', 'what follows is recorded');
DROP EVENT TRIGGER catches;
DROP TABLE cdw.caught;

-- Objects that no catalog look-up knows
CREATE TABLE cdw.published (id integer);
SET client_min_messages = error; -- where wal_level is replica, it warns
CREATE PUBLICATION ddl_publication;
RESET client_min_messages;
SELECT lo_create(4242) \g /dev/null
SELECT lives_ok(command, command)
  FROM (VALUES ('ALTER PUBLICATION ddl_publication ADD TABLE cdw.published'),
               ('ALTER PUBLICATION ddl_publication ADD TABLES IN SCHEMA cdw'),
               ('ALTER LARGE OBJECT 4242 OWNER TO ddl_owner')) AS c (command);
DROP PUBLICATION ddl_publication;
SELECT lo_unlink(4242) \g /dev/null
DROP TABLE cdw.published;

-- Event triggers that somebody has switched off
SELECT bag_eq(format('SELECT * FROM pg_temp.problem_after(%L)', command), format('VALUES (%L, %L)', relation, problem), command)
  FROM (VALUES
    ('ALTER EVENT TRIGGER aims_ddl_command DISABLE', 'event trigger aims_ddl_command', 'it is disabled: DDL is not recorded, nor refused'),
    ('ALTER EVENT TRIGGER aims_ddl_drop ENABLE', 'event trigger aims_ddl_drop', 'it is not ENABLE ALWAYS: replica sessions escape it'),
    ('ALTER EVENT TRIGGER aims_ddl_rewrite ENABLE REPLICA', 'event trigger aims_ddl_rewrite', 'it is not ENABLE ALWAYS: replica sessions escape it'),
    ('ALTER EXTENSION aims DROP EVENT TRIGGER aims_ddl_farewell; DROP EVENT TRIGGER aims_ddl_farewell', 'event trigger aims_ddl_farewell',
     'it is missing: DDL is not recorded, nor refused'),
    ('ALTER EVENT TRIGGER aims_ddl_protect DISABLE', 'event trigger aims_ddl_protect', 'it is disabled: DDL is not recorded, nor refused'),
    ('ALTER EVENT TRIGGER aims_ddl_drop RENAME TO harmless; ALTER EVENT TRIGGER harmless DISABLE', 'event trigger harmless',
     'it is disabled: DDL is not recorded, nor refused'),
    ('ALTER EVENT TRIGGER aims_ddl_command DISABLE; CREATE TABLE cdw.unseen () INHERITS (cdw.governed);
      CREATE TRIGGER a AFTER INSERT OR UPDATE OR DELETE ON cdw.unseen FOR EACH ROW EXECUTE FUNCTION aims.audit_row(0);
      ALTER TABLE cdw.unseen ENABLE ALWAYS TRIGGER a; ALTER TABLE cdw.unseen NO INHERIT cdw.governed; ALTER EVENT TRIGGER aims_ddl_command ENABLE ALWAYS',
     'cdw.unseen', 'trigger a stayed behind: the relation does not belong to number 0 of the registry'),
    ('ALTER EVENT TRIGGER aims_ddl_drop DISABLE; DROP TABLE cdw.one; ALTER EVENT TRIGGER aims_ddl_drop ENABLE ALWAYS', 'ONE',
     'the relation is gone: it was dropped without aims.ungovern')) AS c (command, relation, problem);

-- One trigger of ours too many, and one that waits
SELECT bag_eq(format('SELECT * FROM pg_temp.problem_after(%L)',
                     format('CREATE CONSTRAINT TRIGGER again AFTER INSERT ON cdw.governed DEFERRABLE FOR EACH ROW EXECUTE FUNCTION aims.audit_row(%s);
                             ALTER TABLE cdw.governed ENABLE ALWAYS TRIGGER again',
                            (SELECT registry_id FROM aims.registry WHERE relation = 'cdw.governed'::regclass))),
              $$VALUES ('cdw.governed', '2 triggers capture INSERT: each change is recorded as often'),
                       ('cdw.governed', 'trigger again can be deferred to the commit, when somebody else may act')$$,
              'doubled and deferrable triggers are reported');

SELECT aims.seal() > 0 AS sealed \g /dev/null
SELECT is_empty($$SELECT * FROM aims.verify() WHERE NOT ok AND check_name NOT IN ('stages', 'objects')$$, 'the ledger verifies');

SELECT * FROM finish();
DROP OWNED BY ddl_owner CASCADE;
DROP ROLE ddl_owner;
\i test/drop_database.sql
