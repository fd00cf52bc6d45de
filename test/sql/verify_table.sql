\i test/setup_database.sql
SELECT plan(83);

CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE obs (
    id bigint PRIMARY KEY, ai text, n numeric, f float8, t timestamptz, b bytea, j jsonb, c colour, a text[], txt text, flag boolean);
CREATE TABLE digested (id integer PRIMARY KEY, ai text, v text);
CREATE TABLE complete (id integer, "Key 2" text, ai text, v text, PRIMARY KEY (id, "Key 2"));
CREATE TABLE keyless (v integer, ai text);
CREATE TABLE part (id integer, d date, ai text, v text, PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE part_2 (v text, gone integer, ai text, d date NOT NULL, id integer NOT NULL);
ALTER TABLE part_2 DROP gone;
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE parent (id integer PRIMARY KEY, ai text, v text);
CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE mixed (id integer PRIMARY KEY, kind integer, v text);

-- Rows of before
INSERT INTO obs (id) SELECT generate_series(1, 3);
INSERT INTO keyless VALUES (1), (1);
INSERT INTO mixed VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
INSERT INTO aims.person (person, full_name) VALUES ('owner', 'Owner');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('lab', 'Lab', 'owner', 'Test');
SELECT aims.govern(relation::regclass, system_column => 'ai', image => image::aims.image_policy)
FROM (VALUES ('obs', 'changes'), ('digested', 'digest'), ('complete', 'full'), ('keyless', 'changes'), ('part', 'changes'),
             ('parent', 'changes')) AS v (relation, image) \g /dev/null
SELECT aims.govern('mixed', system => 'lab', system_when => 'kind = 2', mode => 'observe') \g /dev/null

-- What is wrong, one line per row, numbers of entries as N
CREATE FUNCTION pg_temp.wrong(relation regclass) RETURNS text LANGUAGE sql
    RETURN (SELECT string_agg(concat_ws(' ', p.key::text, regexp_replace(regexp_replace(p.problem, 'entry \d+', 'entry N', 'g'), ', \d+ in all', ', N in all')),
                              E'\n' ORDER BY p.key::text, p.problem)
            FROM aims.verify_table(relation) AS p);
-- The same after a command that no trigger sees, which is undone
CREATE FUNCTION pg_temp.found(relation regclass, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text[] := string_to_array(pg_temp.wrong(relation), E'\n');
    found text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    EXECUTE command;
    PERFORM set_config('session_replication_role', 'origin', true);
    SELECT string_agg(line, E'\n') INTO found
    FROM unnest(string_to_array(pg_temp.wrong(relation), E'\n')) AS line WHERE line <> ALL (coalesce(before, '{}'));
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'XX999' THEN
    RETURN SQLERRM;
END $$;

INSERT INTO obs VALUES
    (11, NULL, 12.500, 0.1, '2026-03-12 23:30:00.123456+00', '\x00ff', '{"b": [1, 2.50], "a": "é"}', 'red', ARRAY['a b', NULL, '"'], E'q " \\ \n é', true),
    (12, NULL, 'NaN', 'Infinity', 'infinity', NULL, 'null', 'green', '{}', '', false);
INSERT INTO obs (id, c) SELECT i, 'green' FROM generate_series(13, 19) AS i;
UPDATE obs SET n = 1 WHERE id IN (2, 13);
UPDATE obs SET id = 114 WHERE id = 14;
DELETE FROM obs WHERE id IN (3, 15);
INSERT INTO obs (id, txt) VALUES (15, 'again');
INSERT INTO digested SELECT i, NULL, 'd' || i FROM generate_series(1, 3) AS i;
UPDATE digested SET v = 'x' WHERE id = 2;
INSERT INTO complete SELECT i, 'k "' || i, NULL, 'f' || i FROM generate_series(1, 3) AS i;
INSERT INTO keyless VALUES (1), (2), (2), (3);
UPDATE keyless SET v = 4 WHERE v = 3;
INSERT INTO part VALUES (1, '2026-01-05', NULL, 'a'), (2, '2026-02-05', NULL, 'b'), (3, '2026-02-06', NULL, 'c');
UPDATE part SET d = '2026-02-20' WHERE id = 1;
INSERT INTO parent VALUES (1, NULL, 'p'), (2, NULL, 'p');
INSERT INTO child VALUES (1, NULL, 'c', 'x'), (3, NULL, 'c', 'x');
INSERT INTO mixed VALUES (10, 1, 'x'), (11, 2, 'y'), (12, 2, 'z'), (13, 2, 'w');
UPDATE mixed SET v = 'yy' WHERE id = 11;
UPDATE mixed SET kind = 1 WHERE id = 12;
UPDATE mixed SET v = 'no matter' WHERE id = 12;
UPDATE mixed SET kind = 1 WHERE id = 13;
DELETE FROM mixed WHERE id = 13;

-- Untouched
SELECT is(pg_temp.wrong(relation::regclass), expected, relation || ' is what was written')
FROM (VALUES
    ('obs', '1 row without an entry, older than governance'),
    ('digested', NULL),
    ('complete', NULL),
    ('keyless', '2 rows without an entry, older than governance'),
    ('part', NULL),
    ('parent', NULL),
    ('mixed', E'{"id": 13} missing: entry N wrote this row, and no entry deletes it; that is as it should be if the entry made it one that is not captured\n'
              '1 row that are not captured now differ from their last entry\n1 row without an entry, older than governance'),
    ('aims.person', NULL),
    ('aims.requirement', (SELECT format('%s rows without an entry, older than governance', count(*)) FROM aims.requirement)))
    AS v (relation, expected);

-- Tampering: each is found, and the row named
SELECT count(*) - 1 AS others FROM aims.requirement \gset
SELECT is(pg_temp.found(relation::regclass, command), expected, command)
FROM (VALUES
    ('obs', 'UPDATE obs SET n = 2 WHERE id = 13', '{"id": 13} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET n = 12.5 WHERE id = 11', '{"id": 11} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET flag = NULL WHERE id = 12', '{"id": 12} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET t = ''-infinity'' WHERE id = 12', '{"id": 12} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET b = ''\x00fe'' WHERE id = 11', '{"id": 11} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET a[1] = ''a  b'' WHERE id = 11', '{"id": 11} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET c = ''green'' WHERE id = 11', '{"id": 11} altered: the row is not what entry N wrote'),
    ('obs', 'UPDATE obs SET txt = ''once'' WHERE id = 1', '{"id": 1} no entry wrote this row'),
    ('obs', 'DELETE FROM obs WHERE id = 114', '{"id": 114} missing: entry N wrote this row, and no entry deletes it'),
    ('obs', 'INSERT INTO obs (id) VALUES (50)', '{"id": 50} no entry wrote this row'),
    ('obs', 'INSERT INTO obs (id) VALUES (3)', '{"id": 3} no entry wrote this row since entry N deleted it'),
    ('obs', 'INSERT INTO obs (id) VALUES (14)', '{"id": 14} no entry wrote this row since entry N deleted it'),
    ('obs', 'UPDATE obs SET id = 60 WHERE id = 16', E'{"id": 16} missing: entry N wrote this row, and no entry deletes it\n{"id": 60} no entry wrote this row'),
    ('obs', 'UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = ''obs_pkey''::regclass; INSERT INTO obs SELECT * FROM obs WHERE id = 17',
     '{"id": 17} doubled: more than one row has this key'),
    ('digested', 'UPDATE digested SET v = ''d2'' WHERE id = 2', '{"id": 2} altered: the row is not what entry N wrote'),
    ('complete', 'UPDATE complete SET v = ''f1'' WHERE id = 3', '{"id": 3, "Key 2": "k \"3"} altered: the row is not what entry N wrote'),
    ('keyless', 'INSERT INTO keyless VALUES (2)', 'no entry wrote this row'),
    ('keyless', 'DELETE FROM keyless WHERE v = 4', 'missing: rows like the one of entry N, N in all'),
    ('keyless', 'UPDATE keyless SET v = 5 WHERE v = 4', E'missing: rows like the one of entry N, N in all\nno entry wrote this row'),
    ('part', 'UPDATE part SET v = ''x'' WHERE id = 1', '{"d": "2026-02-20", "id": 1} altered: the row is not what entry N wrote'),
    ('part', 'DELETE FROM part_2 WHERE id = 2', '{"d": "2026-02-05", "id": 2} missing: entry N wrote this row, and no entry deletes it'),
    ('part', 'TRUNCATE part_2', E'{"d": "2026-02-05", "id": 2} missing: entry N wrote this row, and no entry deletes it\n'
     '{"d": "2026-02-06", "id": 3} missing: entry N wrote this row, and no entry deletes it\n{"d": "2026-02-20", "id": 1} missing: entry N wrote this row, and no entry deletes it'),
    ('parent', 'UPDATE child SET extra = ''y'' WHERE id = 1', '{"id": 1} altered: the row is not what entry N wrote'),
    ('parent', 'DELETE FROM ONLY parent WHERE id = 1', '{"id": 1} missing: entry N wrote this row, and no entry deletes it'),
    ('parent', 'INSERT INTO child VALUES (2, NULL, ''c'', ''x'')', '{"id": 2} no entry wrote this row'),
    ('mixed', 'UPDATE mixed SET v = ''y'' WHERE id = 11', '{"id": 11} altered: the row is not what entry N wrote'),
    ('mixed', 'UPDATE mixed SET kind = 2 WHERE id = 10', '{"id": 10} no entry wrote this row'),
    ('mixed', 'INSERT INTO mixed VALUES (20, 1, ''x'')', 'nothing'),
    ('aims.person', 'UPDATE aims.person SET full_name = ''Another'' WHERE person = ''owner''', '{"person": "owner"} altered: the row is not what entry N wrote'),
    ('aims.requirement', 'ALTER TABLE aims.requirement DISABLE TRIGGER ALL; UPDATE aims.requirement SET title = title || ''!'' WHERE framework = ''iso42001'' AND ref = ''4.1''',
     format(E'{"ref": "4.1", "framework": "iso42001"} no entry wrote this row\n%s rows without an entry, older than governance', :others)))
    AS v (relation, command, expected);

-- Unsealed, sealed, of this transaction: all the same
SELECT cmp_ok(aims.seal(), '>', 0::bigint, 'sealed');
SELECT is(pg_temp.wrong('complete'), NULL, 'sealed entries');
BEGIN;
INSERT INTO part_2 VALUES ('own', NULL, '2026-02-07', 7); -- no statement trigger flushes it
SELECT is(pg_temp.wrong('part'), NULL, 'entries of the own transaction');
INSERT INTO part_2 VALUES ('own', NULL, '2026-02-08', 8);
SAVEPOINT inside;
SELECT throws_ok($$SELECT aims.verify_table('part')$$, 'MS040', NULL, 'entries that wait outside a savepoint');
ROLLBACK;
SET maintenance_work_mem = '1MB';
INSERT INTO complete SELECT i, 'many', NULL, repeat('x', 100) FROM generate_series(100, 9999) AS i;
SELECT is(pg_temp.wrong('complete'), NULL, 'more rows than fit into memory');
SELECT is(pg_temp.found('complete', 'UPDATE complete SET v = v || ''y'' WHERE id = 5000'),
    '{"id": 5000, "Key 2": "many"} altered: the row is not what entry N wrote', 'and one of them altered');
RESET maintenance_work_mem;
TRUNCATE complete;
SELECT is(pg_temp.wrong('complete'), NULL, 'TRUNCATE wipes out');
INSERT INTO complete VALUES (1, 'after', NULL, 'x');
SELECT is(pg_temp.found('complete', 'DELETE FROM complete'), '{"id": 1, "Key 2": "after"} missing: entry N wrote this row, and no entry deletes it', 'what came after it counts');
TRUNCATE part_1;
SELECT is(pg_temp.wrong('part'), NULL, 'of a partition, that one alone');

-- Renamed and added columns, labels, types and tables change nothing
ALTER TABLE obs RENAME txt TO note;
ALTER TABLE obs RENAME id TO number;
ALTER TABLE obs ADD later integer DEFAULT 7;
ALTER TYPE colour RENAME VALUE 'green' TO 'verdant';
ALTER TYPE colour RENAME TO hue;
ALTER TABLE obs RENAME TO observation;
UPDATE observation SET later = 8 WHERE number = 18;
SELECT is(pg_temp.wrong('observation'), '1 row without an entry, older than governance', 'renames and a new column are no alterations');
SELECT is(pg_temp.found('observation', 'UPDATE observation SET note = ''x'' WHERE number = 15'),
    '{"number": 15} altered: the row is not what entry N wrote', 'but hide none');
SELECT is(pg_temp.found('observation', 'UPDATE observation SET c = ''red'' WHERE number = 16'),
    '{"number": 16} altered: the row is not what entry N wrote', 'nor do labels');
ALTER TABLE part RENAME id TO ident;
UPDATE part SET v = 'cc' WHERE ident = 3;
SELECT is(pg_temp.wrong('part'), NULL, 'a column of the key renamed, and partitions unlike each other');
SELECT is(pg_temp.found('part', 'UPDATE part SET v = ''x'' WHERE ident = 2'),
    '{"d": "2026-02-05", "ident": 2} altered: the row is not what entry N wrote', 'under the key of today');
ALTER TABLE keyless ADD w integer;
INSERT INTO keyless VALUES (6, NULL, 1);
SELECT is(pg_temp.wrong('keyless'), E'2 rows without an entry, older than governance\ncolumns that were added, dropped or altered since the table was governed were not compared',
    'without a key, what all shapes have is compared');
SELECT is(pg_temp.found('keyless', 'DELETE FROM keyless WHERE v = 6'), 'missing: rows like the one of entry N, N in all', 'and a missing row is found');

-- What was dropped or rewritten cannot be compared, and nobody is accused
ALTER TABLE observation ALTER n TYPE text USING n::text || ' mg';
SELECT max(entry_id) AS ddl FROM aims.audit_entry WHERE operation = 'DDL' AND new_image ->> 'rewrite' IS NULL \gset
SELECT is((SELECT string_agg(concat_ws(' ', key, problem), E'\n') FROM aims.verify_table('observation') WHERE problem ~ 'comparable|altered'),
    format('4 rows not comparable since DDL entry %s, which altered or dropped column n; aims.rebaseline accepts them as they are', :ddl),
    'a column of another type: one line for all rows, since which entry');
UPDATE observation SET note = 'later' WHERE number = 17;
SELECT is(pg_temp.found('observation', 'UPDATE observation SET note = ''x'' WHERE number = 17; DELETE FROM observation WHERE number = 18; INSERT INTO observation (number) VALUES (50)'),
    E'{"number": 17} altered: the row is not what entry N wrote\n{"number": 18} missing: entry N wrote this row, and no entry deletes it\n{"number": 50} no entry wrote this row', 'others are still named one by one');
SELECT is((SELECT count(*) FROM aims.verify_table('observation') WHERE problem LIKE 'altered%'), 0::bigint, 'nothing is called altered');
SELECT alike((SELECT problem FROM aims.verify_table('observation') WHERE problem LIKE '%without%'), '1 row without an entry, written anew by DDL;%',
    'rows of before cannot be told from others any more');
ALTER TABLE digested ALTER v TYPE text USING upper(v);
SELECT is(pg_temp.wrong('digested'), '3 rows not comparable since DDL entry N, which wrote all rows anew; aims.rebaseline accepts them as they are', 'values computed anew');
INSERT INTO digested VALUES (4, NULL, 'D4');
ALTER TABLE digested ADD w text, DROP v;
INSERT INTO digested VALUES (5, NULL, 'w5'), (6, NULL, 'w6');
SELECT is(pg_temp.wrong('digested'), E'1 row not comparable since DDL entry N, which altered or dropped column v; aims.rebaseline accepts them as they are\n'
    '3 rows not comparable since DDL entry N, which altered or dropped column v; aims.rebaseline accepts them as they are', 'a column that was dropped, which for some rows was altered before');
ALTER TABLE digested DROP w;
SELECT is(pg_temp.wrong('digested'), E'1 row not comparable since DDL entry N, which altered or dropped column v; aims.rebaseline accepts them as they are\n'
    '2 rows not comparable since DDL entry N, which altered or dropped column w; aims.rebaseline accepts them as they are\n'
    '3 rows not comparable since DDL entry N, which altered or dropped column v; aims.rebaseline accepts them as they are', 'a line for each DDL entry');

-- A new baseline
CREATE ROLE table_steward;
CREATE ROLE table_officer SUPERUSER;
SELECT aims.grant_duty_role('officer', 'table_steward') \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('steward', 'Steward', 'table_steward'), ('officer', 'Officer', 'table_officer');
INSERT INTO aims.duty (person, duty) VALUES ('officer', 'ai_officer');
GRANT USAGE ON SCHEMA tap TO table_steward;
SET SESSION AUTHORIZATION table_steward;
SELECT throws_ok($$SELECT aims.rebaseline('digested', 'checked by hand')$$, 'MS013', NULL, 'a baseline needs a duty');
SET SESSION AUTHORIZATION table_officer;
INSERT INTO aims.duty (person, duty) VALUES ('steward', 'data_steward');
SET SESSION AUTHORIZATION table_steward;
SELECT throws_ok(command, state, NULL, command)
FROM (VALUES ($$SELECT aims.rebaseline('digested', ' ')$$, 'MS018'), ($$SELECT aims.rebaseline(NULL, 'x')$$, '22004'),
             ($$SELECT aims.rebaseline('part_1', 'x')$$, 'MS033'), ($$SELECT aims.verify_table('digested')$$, '42501')) AS v (command, state);
SELECT lives_ok($$SELECT aims.rebaseline('digested', 'checked by hand')$$, 'the data steward accepts the rows as they are');
SELECT lives_ok($$SELECT aims.rebaseline('observation', 'checked by hand')$$, 'also of a table with other columns than before');
SELECT lives_ok($$SELECT aims.rebaseline('keyless', 'checked by hand')$$, 'and without a key');
RESET SESSION AUTHORIZATION;
SELECT is(concat(pg_temp.wrong('digested'), pg_temp.wrong('observation'), pg_temp.wrong('keyless')), '', 'everything can be compared again, also rows of before');
SELECT is(pg_temp.found('digested', 'UPDATE digested SET ai = ''x'' WHERE id = 1'), '{"id": 1} altered: the row is not what entry N wrote', 'and is');
ALTER TYPE hue ADD VALUE 'blue';
ALTER TYPE hue RENAME VALUE 'verdant' TO 'olive';
SELECT is(pg_temp.wrong('observation'), '7 rows not comparable: a column or type is not what it was when their entries were written; aims.rebaseline accepts them as they are',
    'labels that nobody knows any more: counted, of whatever DDL');
SELECT is((SELECT string_agg(format('%s %s', e.person, e.new_image), '') FROM aims.audit_entry AS e WHERE e.operation = 'EVENT' AND e.relation = 'public.digested' AND e.new_image ->> 'act' = 'rebaseline'),
    format('steward {"act":"rebaseline","registry_id":%s,"reason":"checked by hand"}', (SELECT registry_id FROM aims.registry WHERE relation = 'digested'::regclass)),
    'the act is an entry');

-- Partitions that come and go with their rows
CREATE TABLE part_3 (LIKE part INCLUDING ALL);
INSERT INTO part_3 VALUES (9, '2026-03-05', NULL, 'x');
ALTER TABLE part ATTACH PARTITION part_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
SELECT is(pg_temp.wrong('part'), '1 row without an entry, of public.part_3, which DDL entry N attached', 'attached');
ALTER TABLE part DETACH PARTITION part_2;
SELECT is(pg_temp.wrong('part'), E'1 row without an entry, of public.part_3, which DDL entry N attached\n3 rows gone with public.part_2, which DDL entry N took away', 'detached');

-- Governed again: what was changed between is nobody's fault
SELECT aims.ungovern('complete', 'test') \g /dev/null
UPDATE complete SET v = 'between';
INSERT INTO complete VALUES (2, 'between', NULL, 'x');
SELECT throws_ok($$SELECT aims.verify_table('complete')$$, 'MS033', NULL, 'what is not governed is not verified');
SELECT aims.govern('complete', system_column => 'ai') \g /dev/null
SELECT is(pg_temp.wrong('complete'), '2 rows without an entry, older than governance', 'rows of before are those of before the second time');

-- Who may ask
CREATE ROLE table_reader;
SELECT aims.grant_duty_role('analyst', 'table_reader') \g /dev/null
GRANT USAGE ON SCHEMA tap TO table_reader;
SET SESSION AUTHORIZATION table_reader;
SELECT throws_ok($$SELECT aims.verify_table('public.complete')$$, '42501', NULL, 'not who may not read the table');
RESET SESSION AUTHORIZATION;
GRANT SELECT ON complete TO table_reader;
SET SESSION AUTHORIZATION table_reader;
SELECT lives_ok($$SELECT aims.verify_table('public.complete')$$, 'who may');
RESET SESSION AUTHORIZATION;
ALTER TABLE complete ENABLE ROW LEVEL SECURITY;
SET SESSION AUTHORIZATION table_reader;
SELECT throws_ok($$SELECT aims.verify_table('public.complete')$$, '42501', NULL, 'not past row security');
RESET SESSION AUTHORIZATION;
SELECT aims.grant_duty_role('auditor', 'table_reader') \g /dev/null
SET SESSION AUTHORIZATION table_reader;
SELECT lives_ok($$SELECT aims.verify_table('public.complete')$$, 'auditors see all');
RESET SESSION AUTHORIZATION;
SELECT throws_ok('SELECT aims.verify_table(NULL)', '22004', NULL, 'of nothing in particular');

SELECT * FROM finish();
DROP OWNED BY table_reader, table_steward CASCADE;
DROP ROLE table_reader, table_steward, table_officer;
\i test/drop_database.sql
