\i test/setup_database.sql
\i test/act.sql
SELECT plan(73);

CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE visit (id integer PRIMARY KEY, ai text, at timestamptz, v numeric(8, 2), c colour);
CREATE TABLE lab (at timestamptz, "Odd ""name" text, n numeric, ok boolean, PRIMARY KEY (at, "Odd ""name", n, ok));
CREATE TABLE digested (id integer PRIMARY KEY, ai text, v text);
CREATE TABLE complete (id integer PRIMARY KEY, ai text, v text);
CREATE TABLE keyless (v integer, ai text);
CREATE TABLE part (id integer, d date, ai text, v text, PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE part_2 (v text, ai text, d date NOT NULL, id integer NOT NULL);
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE mixed (id integer PRIMARY KEY, kind integer, v text);
INSERT INTO aims.person (person, full_name) VALUES ('owner', 'Owner');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('lab', 'Lab', 'owner', 'Test');

-- The rows as of a time: the value of v or, where it is not known, why
CREATE FUNCTION pg_temp.rows_at(relation regclass, at timestamptz) RETURNS text LANGUAGE sql
    RETURN (SELECT string_agg(format('%s=%s%s', r.key ->> 'id', coalesce(r.image ->> 'v', r.image ->> 'value', substring(r.problem FROM '^\w+'), '-'),
                                     CASE WHEN r.entry_id IS NULL THEN ' older' END), ', ' ORDER BY (r.key ->> 'id')::integer, r.image::text, r.entry_id)
            FROM aims.rows_as_of(relation, at) AS r);
-- What is the time? Seals before it and after it are told apart.
CREATE FUNCTION pg_temp.seal_now() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    PERFORM aims.seal();
    RETURN clock_timestamp();
END $$;

-- Before anything is known
INSERT INTO visit VALUES (1, NULL, NULL, 1), (2, NULL, NULL, 2), (3, NULL, NULL, 3);
INSERT INTO digested VALUES (1, NULL, 'old'), (2, NULL, 'old');
INSERT INTO keyless VALUES (1), (1), (2);
INSERT INTO mixed VALUES (1, 1, 'no'), (2, 2, 'yes');
SELECT throws_ok($$SELECT aims.as_of('visit', now())$$, 'MS029', NULL, 'nothing was sealed');
SELECT pg_temp.seal_now() AS t0 \gset
SELECT throws_ok($$SELECT aims.as_of('visit', 'infinity')$$, 'MS029', NULL, 'not governed');
SELECT aims.govern(relation::regclass, system_column => 'ai', image => image::aims.image_policy)
FROM (VALUES ('visit', 'changes'), ('digested', 'digest'), ('complete', 'full'), ('keyless', 'changes'), ('part', 'changes')) AS v (relation, image) \g /dev/null
SELECT aims.govern('lab', system => 'lab', mode => 'observe') \g /dev/null
SELECT aims.govern('mixed', system => 'lab', system_when => 'kind = 2', mode => 'observe') \g /dev/null
SELECT pg_temp.seal_now() AS t1 \gset
SELECT throws_ok(format('SELECT aims.as_of(%L, %L)', 'visit', :'t0'), 'MS029', NULL, 'not governed then');
SELECT throws_ok(format('SELECT aims.as_of(%L, %L)', 'visit', '-infinity'), 'MS029', NULL, 'nor ever before');
SELECT throws_ok(command, '22004', NULL, command)
FROM unnest(ARRAY[$$SELECT aims.as_of(NULL, now())$$, $$SELECT aims.as_of('visit', NULL)$$, $$SELECT aims.history(NULL, '{}')$$, $$SELECT aims.history('visit', NULL)$$]) AS command;
SELECT is(pg_temp.rows_at('visit', :'t1'), '1=1.00 older, 2=2.00 older, 3=3.00 older', 'rows of before');

-- A day's work
INSERT INTO visit VALUES (4, NULL, '2026-03-12 12:00+01', 4, 'green'), (5, NULL, NULL, 5, NULL), (6, NULL, NULL, 6, NULL), (7, NULL, NULL, 7, NULL);
INSERT INTO digested VALUES (3, NULL, 'a'), (4, NULL, 'b');
INSERT INTO complete VALUES (1, NULL, 'a'), (2, NULL, 'b'), (3, NULL, 'c');
INSERT INTO keyless VALUES (1), (3), (3);
INSERT INTO part VALUES (1, '2026-01-05', NULL, 'a'), (2, '2026-02-05', NULL, 'b'), (3, '2026-02-06', NULL, 'c');
INSERT INTO mixed VALUES (3, 2, 'a'), (4, 1, 'b');
UPDATE visit SET v = 5.5 WHERE id = 5;
UPDATE visit SET v = 2.5 WHERE id = 2;
DELETE FROM visit WHERE id IN (3, 7);
DELETE FROM keyless WHERE v = 2;
SELECT pg_temp.seal_now() AS t2 \gset
SELECT sealed_at AS exact FROM aims.seal ORDER BY seal_id DESC LIMIT 1 \gset
-- and the next one's
UPDATE visit SET v = v + 100 WHERE id IN (1, 4, 5);
UPDATE visit SET id = 60 WHERE id = 6;
INSERT INTO visit VALUES (3, NULL, NULL, 33), (8, NULL, NULL, 8);
UPDATE digested SET v = 'x' WHERE id IN (1, 3);
UPDATE complete SET v = 'bb' WHERE id = 2;
DELETE FROM complete WHERE id = 3;
DELETE FROM keyless WHERE v = 1;
UPDATE part SET d = '2026-02-20', v = 'moved' WHERE id = 1;
UPDATE mixed SET v = 'aa' WHERE id = 3;
UPDATE mixed SET v = 'yes!' WHERE id = 2;

CREATE TABLE expected (relation text, at text, rows text);
INSERT INTO expected VALUES
    ('visit', 't1', '1=1.00 older, 2=2.00 older, 3=3.00 older'),
    ('visit', 't2', '1=1.00 older, 2=2.50, 4=4.00, 5=5.50, 6=6.00'),
    ('complete', 't2', '1=a, 2=b, 3=c'),
    ('keyless', 't1', '=1 older, =1 older, =2 older'),
    ('keyless', 't2', '=1, =1 older, =1 older, =3, =3'),
    ('part', 't2', '1=a, 2=b, 3=c'),
    ('mixed', 't1', '2=yes older'),
    ('mixed', 't2', '2=yes older, 3=a');
SELECT is(pg_temp.rows_at(relation::regclass, CASE at WHEN 't1' THEN :'t1' ELSE :'t2' END::timestamptz), rows, format('%s at %s', relation, at)) FROM expected;
SELECT is(pg_temp.rows_at('visit', :'exact'), rows, 'a seal of exactly that time counts') FROM expected WHERE relation = 'visit' AND at = 't2';
SELECT is(pg_temp.rows_at('visit', :'exact'::timestamptz - interval '1 microsecond'), rows, 'a microsecond before it does not') FROM expected WHERE relation = 'visit' AND at = 't1';
SET TimeZone = 'Pacific/Auckland';
SELECT is((SELECT image ->> 'at' FROM aims.rows_as_of('visit', :'t2') WHERE key @> '{"id": 4}'), '2026-03-12 11:00:00+00', 'times are in UTC, whatever the session thinks');
RESET TimeZone;
SELECT is(pg_temp.rows_at('digested', :'t2'), '1=lost older, 2=old older, 3=lost, 4=b', 'under the policy digest what was overwritten is lost');
SELECT throws_ok(format('SELECT aims.as_of(%L, %L)', 'digested', :'t2'), 'MS029', NULL, 'so as_of fails');
SELECT is((SELECT string_agg(r::text, ' ' ORDER BY r) FROM aims.as_of('complete', :'t2') AS r), '{"v": "a", "id": 1} {"v": "b", "id": 2} {"v": "c", "id": 3}', 'as_of gives the rows');
SELECT is(pg_temp.rows_at('visit', 'infinity'), rows, 'changes that are not sealed do not count') FROM expected WHERE relation = 'visit' AND at = 't2';
SELECT pg_temp.seal_now() AS t3 \gset
SELECT is(pg_temp.rows_at('visit', :'t3'), '1=101.00, 2=2.50, 3=33.00, 4=104.00, 5=105.50, 8=8.00, 60=6.00', 'once sealed they do');

-- Entries prove the rows
SELECT is((SELECT count(*) FROM aims.rows_as_of('visit', :'t2') AS r JOIN aims.audit_entry AS e USING (entry_id)
           WHERE e.new_digest = sha256(e.salt || 'n'::bytea || convert_to(format('{"id":%s,"v":%s}', r.key -> 'id', r.image -> 'v'), 'UTF8'))), 3::bigint,
    'an entry''s digest is that of the row that is given');

-- What happens to the table later changes nothing
ALTER TABLE visit RENAME v TO value;
ALTER TABLE visit ADD later integer DEFAULT 7;
ALTER TYPE colour RENAME VALUE 'green' TO 'verdant';
ALTER TABLE visit RENAME id TO number;
ALTER TABLE visit RENAME TO visited;
UPDATE visited SET value = 0 WHERE number = 2;
SELECT is((SELECT string_agg(format('%s %s', coalesce(key -> 'id', key -> 'number'), coalesce(image -> 'v', image -> 'value')), ', ' ORDER BY key -> 'id', key -> 'number') FROM aims.rows_as_of('visited', :'t3')),
    '1 101.00, 2 2.50, 3 33.00, 4 104.00, 5 105.50, 8 8.00, 60 6.00', 'renames, labels and new columns');
SELECT is((SELECT image ->> 'c' FROM aims.rows_as_of('visited', :'t3') WHERE entry_id IN (SELECT entry_id FROM aims.audit_entry WHERE key @> '{"id": 4}')), 'green', 'labels are those of then');
TRUNCATE complete;
INSERT INTO complete VALUES (9, NULL, 'z');
SELECT is(pg_temp.rows_at('complete', :'t2'), '1=a, 2=b, 3=c', 'images that were kept outlive TRUNCATE');
TRUNCATE part_2;
SELECT is(pg_temp.rows_at('part', :'t2'), '1=a, 2=lost, 3=lost', 'others do not');
SELECT pg_temp.seal_now() AS t4 \gset
SELECT is(pg_temp.rows_at('complete', :'t4'), '9=z', 'rows before TRUNCATE are gone');
SELECT is(pg_temp.rows_at('part', :'t4'), NULL, 'of a partition, too');
ALTER TABLE visited DROP value;
SELECT is((SELECT string_agg(format('%s %s', coalesce(key -> 'id', key -> 'number'), problem IS NULL), ', ' ORDER BY key -> 'id', key -> 'number') FROM aims.rows_as_of('visited', :'t3')),
    '1 f, 2 t, 3 f, 4 f, 5 f, 8 f, 60 f', 'of a column that was dropped the value is lost, but where an entry has it');

-- A row altered behind the ledger is not passed off as what was written
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE mixed SET v = 'forged' WHERE id = 3;
SELECT is(pg_temp.rows_at('mixed', :'t4'), '2=yes!, 3=altered', 'found');
ROLLBACK;

-- Governed again
SELECT aims.ungovern('complete', 'test') \g /dev/null
UPDATE complete SET v = 'between';
SELECT pg_temp.seal_now() AS t5 \gset
SELECT throws_ok(format('SELECT aims.as_of(%L, %L)', 'complete', :'t5'), 'MS029', NULL, 'while it was not governed nothing is known');
SELECT is(pg_temp.rows_at('complete', :'t4'), '9=z', 'before, it is');
SELECT aims.govern('complete', system_column => 'ai') \g /dev/null
SELECT pg_temp.seal_now() AS t6 \gset
SELECT is(pg_temp.rows_at('complete', :'t6'), '9=between older', 'and after');
SELECT is(pg_temp.rows_at('complete', :'t4'), '9=z', 'without a mix-up');

-- History
CREATE FUNCTION pg_temp.changes(relation regclass, key jsonb) RETURNS text LANGUAGE sql
    RETURN (SELECT string_agg(h.operation || coalesce(' ' || (h.old_image ->> 'v'), ''), ', ') FROM aims.history(relation, key) AS h);
INSERT INTO lab VALUES ('2026-03-12 12:00+01', 'a "b" \c', 1.50, true);
UPDATE lab SET n = 2 WHERE ok;
SELECT is(pg_temp.changes(relation::regclass, key::jsonb), expected, relation || ' ' || key)
FROM (VALUES
    ('complete', '{"id": 2}', 'INSERT, UPDATE b'),
    ('complete', '{"id": "2"}', 'INSERT, UPDATE b'),
    ('complete', '{"id": "007"}', NULL),
    ('complete', '{"id": 9}', 'INSERT'),
    ('visited', '{"number": 5}', 'INSERT, UPDATE 5.00, UPDATE 5.50'),
    ('visited', '{"id": 5}', 'INSERT, UPDATE 5.00, UPDATE 5.50'),
    ('part', '{"id": 1, "d": "5 Jan 2026"}', 'INSERT, DELETE a'),
    ('lab', '{"at": "2026-03-12 11:00+00", "Odd \"name": "a \"b\" \\c", "n": 1.50, "ok": true}', 'INSERT'),
    ('lab', '{"at": "2026-03-12 11:00+00", "Odd \"name": "a \"b\" \\c", "n": "2", "ok": "t"}', 'UPDATE'),
    ('aims.person', '{"person": "owner"}', 'INSERT')) AS v (relation, key, expected);
SELECT throws_ok(format('SELECT aims.history(%L, %L)', relation, key), state, NULL, relation || ' ' || key)
FROM (VALUES ('complete', '{"v": 1}', '22023'), ('complete', '{"id": 1, "v": 1}', '22023'), ('complete', '[1]', '22023'), ('complete', '{"id": null}', '22023'),
             ('complete', '{"id": "x"}', '22P02'), ('keyless', '{"v": 1}', '22023'),
             ('part_1', '{"id": 1, "d": "5 Jan 2026"}', 'MS033'), ('pg_class', '{"oid": 1}', 'MS033')) AS v (relation, key, state);
CREATE FUNCTION pg_temp.hint_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE command;
    RETURN 'none';
EXCEPTION WHEN SQLSTATE 'MS029' OR SQLSTATE 'MS033' THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || hint;
END $$;
SELECT is(pg_temp.hint_of(command), expected, command || ' names the parent')
FROM (VALUES ($$SELECT aims.history('part_1', '{"id": 1, "d": "5 Jan 2026"}')$$, 'MS033 Ask for "public.part".'),
             ($$SELECT aims.as_of('part_1', 'infinity')$$, 'MS029 Ask for "public.part".'),
             ($$SELECT aims.rows_as_of('part_1', 'infinity')$$, 'MS029 Ask for "public.part".')) AS v (command, expected);
SELECT is((SELECT count(*) FROM aims.history('complete', '{"id": 2}') WHERE salt IS NOT NULL), 0::bigint, 'nobody is given salts');
SELECT is((SELECT array_agg(entry_id) FROM aims.history('complete', '{"id": 2}')),
    (SELECT array_agg(entry_id ORDER BY entry_id) FROM aims.audit_entry WHERE relation = 'public.complete' AND key = '{"id": 2}'), 'all entries, in order');

-- Who may ask
CREATE ROLE history_reader;
SELECT aims.grant_duty_role('analyst', 'history_reader') \g /dev/null
SELECT pg_temp.ends_with('42501', 'history_reader', command, command)
FROM unnest(ARRAY[$$SELECT aims.history('public.complete', '{"id": 2}')$$, $$SELECT aims.as_of('public.complete', 'infinity')$$, $$SELECT aims.rows_as_of('public.complete', 'infinity')$$]) AS command;
GRANT SELECT (id) ON complete TO history_reader;
SELECT pg_temp.ends_with('42501', 'history_reader', $$SELECT aims.history('public.complete', '{"id": 2}')$$, 'a column is not the table');
GRANT SELECT ON complete TO history_reader;
SELECT is(pg_temp.act('history_reader', $$SELECT count(*) FROM aims.history('public.complete', '{"id": 9}')$$), '0', 'of a former number the name of the table proves nothing');
INSERT INTO complete VALUES (77);
SELECT is(pg_temp.act('history_reader', $$SELECT count(*) FROM aims.history('public.complete', '{"id": 77}')$$), '1', 'whoever reads the table');
SELECT is((SELECT count(*) FROM aims.history('public.complete', '{"id": 9}')), 1::bigint, 'who reads the ledger sees both');
SELECT pg_temp.ends_with('42501', 'history_reader', format('SELECT aims.as_of(%L, %L)', 'public.complete', :'t4'), 'nor what it held then');
-- a table of one's own under the name of one that is gone
CREATE SCHEMA history_ward;
CREATE TABLE history_ward.patient (id integer PRIMARY KEY, v text);
SELECT aims.govern('history_ward.patient', 'lab', mode => 'observe', image => 'full') \g /dev/null
INSERT INTO history_ward.patient VALUES (1, 'secret');
SELECT pg_temp.seal_now() AS t7 \gset
SELECT aims.ungovern('history_ward.patient', 'test') \g /dev/null
DROP TABLE history_ward.patient;
SELECT aims.seal() \g /dev/null
CREATE TABLE history_ward.patient (id integer PRIMARY KEY, v text);
GRANT USAGE ON SCHEMA history_ward TO history_reader;
ALTER TABLE history_ward.patient OWNER TO history_reader;
SELECT pg_temp.ends_with('MS033', 'history_reader', $$SELECT aims.history('history_ward.patient', '{"id": 1}')$$, 'a table of one''s own has no history of another');
SELECT pg_temp.ends_with('42501', 'history_reader', format('SELECT aims.as_of(%L, %L)', 'history_ward.patient', :'t7'), 'nor rows of then');
SELECT is((SELECT count(*) FROM aims.history('history_ward.patient', '{"id": 1}')), 1::bigint, 'the name finds it for who reads the ledger');
ALTER TABLE complete ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.ends_with('42501', 'history_reader', $$SELECT aims.as_of('public.complete', 'infinity')$$, 'not past row security');

SELECT * FROM finish();
DROP OWNED BY history_reader CASCADE;
DROP ROLE history_reader;
\i test/drop_database.sql
