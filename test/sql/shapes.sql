\i test/setup.sql
-- Every way to write, into tables of every shape, however rows are marked: what
-- is not allowed is refused, what is allowed is captured as its system's.
BEGIN;
\i test/act.sql
SELECT plan(54);

CREATE ROLE shapes_writer;
INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Owner');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'), ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception');
SET LOCAL session_replication_role = origin;
CREATE SCHEMA shape;
CREATE TYPE shape.colour AS ENUM ('red', 'green');
CREATE DOMAIN shape.positive AS numeric CHECK (VALUE > 0);
CREATE TYPE shape.pair AS (name text, n integer);
CREATE TYPE shape.row AS (id integer, system text, n integer);

-- Shapes: how the table is made, where rows are written, the column that they write, and whether id is unique
CREATE TEMPORARY TABLE shape (nr integer, name text, ddl text, target text DEFAULT 'shape.t', written text DEFAULT 'system', unique_id boolean DEFAULT true);
INSERT INTO shape (nr, name, ddl) VALUES
    (1, 'a primary key', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text)'),
    (2, 'many columns', (SELECT format('CREATE TABLE shape.t (id integer PRIMARY KEY, system text, %s)', string_agg(format('c%s text DEFAULT %L', n, n), ', ')) FROM generate_series(1, 100) AS n)),
    (3, 'domains, enums, arrays, composites, ranges, json', $$CREATE TABLE shape.t (id integer PRIMARY KEY, system text, a shape.positive DEFAULT 1, b shape.colour DEFAULT 'red', c text[] DEFAULT '{a,NULL}',
        d shape.pair DEFAULT '("x ""y""",1)', e shape.pair[] DEFAULT ARRAY[('x', 1)::shape.pair], f int4range DEFAULT '[1,3)', g json DEFAULT '{"a" : 1}', h bytea DEFAULT '\x00ff', i bit(3) DEFAULT '101')$$),
    (4, 'dropped columns', 'CREATE TABLE shape.t (gone text, id integer PRIMARY KEY, more text, system text); ALTER TABLE shape.t DROP gone, DROP more, ADD late integer DEFAULT 7'),
    (5, 'an identity and generated columns', 'CREATE TABLE shape.t (nr integer GENERATED ALWAYS AS IDENTITY, id integer PRIMARY KEY, system text, twice integer GENERATED ALWAYS AS (id * 2) STORED)'),
    (6, 'a composite type of its own', 'CREATE TABLE shape.t OF shape.row (PRIMARY KEY (id))'),
    (7, 'no WAL', 'CREATE UNLOGGED TABLE shape.t (id integer PRIMARY KEY, system text)'),
    (8, 'reserved names', 'CREATE TABLE shape.t ("order" text DEFAULT ''x'', id integer PRIMARY KEY, "user" text, system text, "table" text, "new" text, "old" text, "select ""; --" text)'),
    (9, 'a large value in each row', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text, big text DEFAULT repeat(''x'', 60000)); ALTER TABLE shape.t ALTER big SET STORAGE EXTERNAL');
INSERT INTO shape (nr, name, ddl, unique_id) VALUES
    (20, 'no key', 'CREATE TABLE shape.t (id integer, system text)', false),
    (21, 'row security', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text); ALTER TABLE shape.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY p ON shape.t USING (true) WITH CHECK (true)', true),
    (22, 'partitions of partitions', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text) PARTITION BY RANGE (id); CREATE TABLE shape.p1 PARTITION OF shape.t FOR VALUES FROM (0) TO (2);
        CREATE TABLE shape.p2 PARTITION OF shape.t DEFAULT PARTITION BY HASH (id); CREATE TABLE shape.p3 PARTITION OF shape.p2 FOR VALUES WITH (MODULUS 1, REMAINDER 0)', true);
INSERT INTO shape (nr, name, ddl, target, written, unique_id) VALUES
    (30, 'the system in a generated column', 'CREATE TABLE shape.t (id integer PRIMARY KEY, said text, system text GENERATED ALWAYS AS (lower(said)) STORED)', 'shape.t', 'said', true),
    (31, 'a name that needs quotes', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text); ALTER TABLE shape.t RENAME TO "T'' "" %s $$; --"', 'shape."T'' "" %s $$; --"', 'system', true),
    (32, 'an inheritance child', 'CREATE TABLE shape.t (system text, id integer); CREATE TABLE shape.child (more text, UNIQUE (id)) INHERITS (shape.t)', 'shape.child', 'system', true),
    (33, 'a partition, by itself', 'CREATE TABLE shape.t (id integer PRIMARY KEY, system text) PARTITION BY LIST (id); CREATE TABLE shape.p (system text, gone integer, id integer PRIMARY KEY);
        ALTER TABLE shape.p DROP gone; ALTER TABLE shape.t ATTACH PARTITION shape.p DEFAULT', 'shape.p', 'system', true);

-- Ways to write the value v: %1$s the relation, %2$s the value, %3$I the column, %4$s the value in CSV
CREATE TEMPORARY TABLE way (nr integer, name text, command text, needs_unique boolean DEFAULT false);
INSERT INTO way (nr, name, command) VALUES
    (1, 'INSERT', 'INSERT INTO %1$s (id, %3$I) VALUES (2, %2$s)'),
    (2, 'INSERT ... SELECT', 'INSERT INTO %1$s (id, %3$I) SELECT n, %2$s FROM generate_series(2, 5) AS n'),
    (3, 'COPY', 'COPY %1$s (id, %3$I) FROM PROGRAM ''echo 2,%4$s; echo 3,%4$s'' CSV'),
    (4, 'MERGE that inserts', 'MERGE INTO %1$s AS t USING (VALUES (2, %2$s::text)) AS s (id, v) ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, %3$I) VALUES (s.id, s.v)'),
    (5, 'MERGE that updates', 'MERGE INTO %1$s AS t USING (VALUES (1, %2$s::text)) AS s (id, v) ON t.id = s.id WHEN MATCHED THEN UPDATE SET %3$I = s.v'),
    (6, 'UPDATE', 'UPDATE %1$s SET %3$I = %2$s WHERE id = 1'),
    (7, 'UPDATE of the key', 'UPDATE %1$s SET %3$I = %2$s, id = 9 WHERE id = 1'),
    (8, 'UPDATE ... FROM', 'UPDATE %1$s AS t SET %3$I = s.v FROM (VALUES (1, %2$s::text)) AS s (id, v) WHERE t.id = s.id'),
    (9, 'WITH', 'WITH i AS (INSERT INTO %1$s (id, %3$I) VALUES (2, %2$s) RETURNING id) SELECT * FROM i'),
    (10, 'a block of code', 'DO $do$ BEGIN INSERT INTO %1$s (id, %3$I) VALUES (2, %2$s); END $do$'),
    (11, 'a block that catches errors', 'DO $do$ BEGIN BEGIN INSERT INTO %1$s (id, %3$I) VALUES (2, ''nlp''); RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN NULL; END;
         INSERT INTO %1$s (id, %3$I) VALUES (2, %2$s); END $do$'),
    (12, 'a cursor', 'DO $do$ DECLARE c CURSOR FOR SELECT id FROM %1$s WHERE id = 1; r record; BEGIN OPEN c; FETCH c INTO r; UPDATE %1$s SET %3$I = %2$s WHERE CURRENT OF c; END $do$'),
    (13, 'a prepared statement', 'DEALLOCATE ALL; PREPARE w (text) AS INSERT INTO %1$s (id, %3$I) VALUES (2, $1); EXECUTE w (%2$s)'),
    (14, 'a view', 'CREATE VIEW shape.v WITH (security_barrier) AS SELECT * FROM %1$s WHERE id > 0; INSERT INTO shape.v (id, %3$I) VALUES (2, %2$s)'),
    (15, 'a rule', 'CREATE TABLE shape.inbox (id integer, v text); CREATE RULE r AS ON INSERT TO shape.inbox DO INSTEAD INSERT INTO %1$s (id, %3$I) VALUES (NEW.id, NEW.v); INSERT INTO shape.inbox VALUES (2, %2$s)'),
    (16, 'a deferred constraint trigger', 'CREATE TABLE shape.source (id integer, v text); CREATE FUNCTION shape.later() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO %1$s (id, %3$I) VALUES (NEW.id, NEW.v); RETURN NULL; END $f$;
         CREATE CONSTRAINT TRIGGER later AFTER INSERT ON shape.source DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shape.later();
         INSERT INTO shape.source VALUES (2, %2$s); SET CONSTRAINTS ALL IMMEDIATE'),
    (17, 'a BEFORE trigger that rewrites the row', 'CREATE FUNCTION shape.rewrite() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.%3$I := %2$s; RETURN NEW; END $f$;
         CREATE TRIGGER zzz BEFORE INSERT OR UPDATE ON %1$s FOR EACH ROW EXECUTE FUNCTION shape.rewrite(); INSERT INTO %1$s (id) VALUES (2)'),
    (18, 'a security-definer function', 'CREATE FUNCTION shape.write() RETURNS void LANGUAGE sql SECURITY DEFINER AS $f$ INSERT INTO %1$s (id, %3$I) VALUES (2, %2$s) $f$;
         GRANT USAGE ON SCHEMA shape TO shapes_writer; SET LOCAL SESSION AUTHORIZATION shapes_writer; SELECT shape.write(); RESET SESSION AUTHORIZATION');
INSERT INTO way VALUES (30, 'ON CONFLICT', 'INSERT INTO %1$s (id, %3$I) VALUES (1, %2$s) ON CONFLICT (id) DO UPDATE SET %3$I = excluded.%3$I', true);

-- What a way of writing ends with, undone: the state, or the systems that the ledger names
CREATE FUNCTION pg_temp.outcome(mark text, s shape, w way, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
    said   text;
BEGIN
    PERFORM set_config('aims.system', CASE mark WHEN 'session' THEN value END, true);
    EXECUTE format(w.command, s.target, quote_nullable(value), s.written, value);
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE aims.person SET full_name = '' WHERE false;  -- what DML on a partition has captured is written by the next statement
    SELECT string_agg(DISTINCT coalesce(e.system, 'nobody'), ' ') INTO said FROM aims.audit_entry AS e
     WHERE e.entry_id > newest AND e.operation IN ('INSERT', 'UPDATE') AND e.relation LIKE 'shape.%';
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN coalesce(said, 'not captured');
    WHEN OTHERS THEN RETURN SQLSTATE || CASE WHEN SQLSTATE NOT LIKE 'MS%' THEN ' ' || SQLERRM ELSE '' END;
END $$;

-- All ways into one table that is marked one way: those that end otherwise than they should
CREATE FUNCTION pg_temp.wrong(mark text, s shape) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    governed regclass;
    wrong    text;
BEGIN
    EXECUTE s.ddl;
    SELECT c.oid::regclass INTO governed FROM pg_class AS c WHERE c.relnamespace = 'shape'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.oid LIMIT 1;
    EXECUTE format('INSERT INTO %s (id) VALUES (1)', s.target);
    PERFORM aims.govern(governed, system_column => CASE mark WHEN 'column' THEN 'system' END, system_expression => CASE mark WHEN 'expression' THEN 'lower(system)' END);
    INSERT INTO aims.intended_table VALUES ('sepsis', governed), ('nlp', governed);
    SELECT string_agg(format('%s, %s: %s', w.name, coalesce(v.value, 'NULL'), o), E'\n' ORDER BY w.nr) INTO wrong
      FROM way AS w
     CROSS JOIN (VALUES ('sepsis', 'sepsis'), ('nlp', 'MS001'), ('shadow', 'MS002'), (NULL, 'nobody')) AS v (value, expected)
     CROSS JOIN LATERAL pg_temp.outcome(mark, s, w, v.value) AS o
     WHERE (s.unique_id OR NOT w.needs_unique) AND o <> v.expected
       AND NOT (w.name = 'a cursor' AND s.name = 'partitions of partitions');  -- the server cannot
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION WHEN SQLSTATE 'ZZZZZ' THEN
    RETURN wrong;
END $$;
SELECT is(pg_temp.wrong(m.mark, s), NULL, format('every way into a table with %s, marked by %s', s.name, m.mark))
  FROM shape AS s, (VALUES (1, 'column'), (2, 'expression'), (3, 'session')) AS m (nr, mark)
 ORDER BY s.nr, m.nr;

-- A cascade writes the column that names the system, past row security and for whoever changes the key
CREATE TABLE shape.code (code text PRIMARY KEY, id integer UNIQUE);
CREATE TABLE shape.t (id integer PRIMARY KEY, system text REFERENCES shape.code ON UPDATE CASCADE ON DELETE SET NULL,
                      other integer REFERENCES shape.code (id) ON UPDATE CASCADE);
ALTER TABLE shape.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
INSERT INTO shape.code VALUES ('nurse', 1), ('second', 2);
SELECT aims.govern('shape.t', system_column => 'system') \g /dev/null
INSERT INTO aims.system_value VALUES ('shape.t', 'nurse', NULL);
INSERT INTO aims.intended_table VALUES ('sepsis', 'shape.t');
INSERT INTO shape.t VALUES (1, 'nurse', 2);
GRANT USAGE ON SCHEMA shape TO shapes_writer;
GRANT ALL ON shape.code TO shapes_writer;
CREATE FUNCTION pg_temp.cascades(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT max(entry_id) FROM aims.audit_entry);
    said   text;
BEGIN
    PERFORM pg_temp.act('shapes_writer', command);
    SELECT string_agg(concat_ws(' ', e.operation, e.system), ' ' ORDER BY e.entry_id) INTO said FROM aims.audit_entry AS e WHERE e.entry_id > newest AND e.relation = 'shape.t';
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN said;
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT is(pg_temp.cascades(command), outcome, 'a cascade of ' || command)
  FROM (VALUES
    (1, $$UPDATE shape.code SET code = 'nlp' WHERE id = 1$$, 'MS001'), (2, $$UPDATE shape.code SET code = 'shadow' WHERE id = 1$$, 'MS002'),
    (3, $$UPDATE shape.code SET code = 'sepsis' WHERE id = 1$$, 'UPDATE sepsis'), (4, $$UPDATE shape.code SET id = 7 WHERE id = 2$$, 'UPDATE'),
    (5, $$DELETE FROM shape.code WHERE id = 1$$, 'UPDATE'),
    (6, $$UPDATE shape.code SET code = 'sepsis' WHERE id = 1; DELETE FROM shape.code WHERE id = 1$$, 'UPDATE sepsis UPDATE sepsis')) AS c (nr, command, outcome)
 ORDER BY nr;
SELECT * FROM finish();
ROLLBACK;
