-- The writer's path: when entries are written, in which order they are
-- numbered, and what an error leaves behind.
\i test/setup_database.sql
SELECT plan(35);

CREATE TABLE t (id bigint PRIMARY KEY, ai text, v text);
CREATE TABLE parted (id bigint PRIMARY KEY, ai text, v text) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (100000);
SELECT aims.govern(relation, system_column => 'ai', image => 'full')
FROM unnest(ARRAY['t', 'parted']::regclass[]) AS relation \g /dev/null

-- Rows of the ledger that this session sees now, and all without those that
-- are only pending: nothing but the heap is asked.
CREATE FUNCTION pg_temp.stored() RETURNS bigint LANGUAGE sql
    RETURN (SELECT count(*) FROM aims.audit_entry WHERE relation IN ('public.t', 'public.parted') AND operation <> 'EVENT');
CREATE TEMPORARY TABLE mark (n bigint);
CREATE FUNCTION pg_temp.since_mark() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before bigint := (SELECT n FROM mark);
BEGIN
    DELETE FROM mark;
    INSERT INTO mark VALUES (pg_temp.stored());
    RETURN pg_temp.stored() - coalesce(before, 0);
END $$;

-- Flush points
INSERT INTO t VALUES (1, NULL, 'a'), (2, NULL, 'b');
SELECT is(pg_temp.since_mark(), 2::bigint, 'a statement');
BEGIN;
INSERT INTO t VALUES (3, NULL, 'a');
SELECT is(pg_temp.since_mark(), 1::bigint, 'the end of a statement, seen in its own transaction');
INSERT INTO part VALUES (1, NULL, 'a');
SELECT is(pg_temp.since_mark(), 0::bigint, 'a partition''s statement has no trigger of its own');
SAVEPOINT s;
INSERT INTO part VALUES (2, NULL, 'b');
SELECT is(pg_temp.since_mark(), 0::bigint, 'nor in a subtransaction');
RELEASE SAVEPOINT s;
SELECT is(pg_temp.since_mark(), 1::bigint, 'the end of the subtransaction writes what is its own');
SAVEPOINT s;
INSERT INTO part VALUES (3, NULL, 'c');
ROLLBACK TO SAVEPOINT s;
COMMIT;
SELECT is(pg_temp.since_mark(), 1::bigint, 'the commit writes the rest, without what was rolled back');
BEGIN;
INSERT INTO part SELECT i, NULL, 'many' FROM generate_series(1001, 3500) AS i;
SELECT is(pg_temp.since_mark(), 2000::bigint, 'every thousand rows');
COMMIT;
SELECT is(pg_temp.since_mark(), 500::bigint, 'and the commit');
BEGIN;
INSERT INTO part VALUES (4000, NULL, repeat('x', 2000000));
SELECT is(pg_temp.since_mark(), 1::bigint, 'much text does not wait');
COMMIT;
SELECT current_setting('max_prepared_transactions')::integer > 0 AS two_phases \gset
\if :two_phases
BEGIN;
INSERT INTO part VALUES (4001, NULL, 'prepared');
PREPARE TRANSACTION 'writer';
COMMIT PREPARED 'writer';
\else
INSERT INTO part VALUES (4001, NULL, 'prepared');
\endif
SELECT is(pg_temp.since_mark(), 1::bigint, 'PREPARE TRANSACTION');
DO $$
BEGIN
    FOR i IN 5001..5003 LOOP
        BEGIN
            INSERT INTO part VALUES (i, NULL, 'block');
            IF i = 5002 THEN
                RAISE EXCEPTION 'undone';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
END $$;
SELECT is(pg_temp.since_mark(), 2::bigint, 'blocks with exceptions, one of them undone');

-- What is stored is stored under the transaction's own number, and verifies.
SELECT is((SELECT count(DISTINCT xid) FROM aims.audit_entry WHERE key ->> 'id' IN ('5001', '5003')), 1::bigint,
          'subtransactions share the number of the transaction');

-- Order: by number, entries of a row follow its changes, wherever they were
-- written: rows of an outer level that wait are numbered first.
BEGIN;
INSERT INTO part VALUES (6000, NULL, '1');
UPDATE part SET v = '2' WHERE id = 6000;
SAVEPOINT s;
UPDATE part SET v = '3' WHERE id = 6000;
SAVEPOINT undone;
UPDATE part SET v = 'undone' WHERE id = 6000;
ROLLBACK TO SAVEPOINT undone;
UPDATE part SET v = '4' WHERE id = 6000;
RELEASE SAVEPOINT s;
UPDATE part SET v = '5' WHERE id = 6000;
DELETE FROM part WHERE id = 6000;
COMMIT;
SELECT is(string_agg(coalesce(old_image ->> 'v', '-') || coalesce(new_image ->> 'v', '-'), ' ' ORDER BY entry_id),
          '-1 12 23 34 45 5-', 'numbered in the order of the changes')
FROM aims.audit_entry WHERE key ->> 'id' = '6000' AND relation = 'public.parted';
SELECT pg_temp.since_mark() \g /dev/null
SELECT is((SELECT count(*) FROM (SELECT entry_id FROM aims.audit_entry GROUP BY 1 HAVING count(*) > 1) AS doubled), 0::bigint,
          'every number once');
BEGIN;
INSERT INTO part VALUES (6001, NULL, 'before');
SELECT aims.log_event('note', '{"n": 1}') AS event \gset
COMMIT;
SELECT is((SELECT new_image ->> 'kind' FROM aims.audit_entry WHERE entry_id = :event), 'note',
          'log_event returns the number of its own entry');
SELECT is((SELECT entry_id < :event FROM aims.audit_entry WHERE key ->> 'id' = '6001'), true, 'which comes after what was before');
SELECT pg_temp.since_mark() \g /dev/null

-- The session's sequences are its own.
CREATE TABLE serial (id bigserial PRIMARY KEY, ai text);
SELECT aims.govern('serial', system_column => 'ai') \g /dev/null
INSERT INTO serial (ai) VALUES (NULL);
SELECT is(lastval(), currval('serial_id_seq'), 'lastval() is the number of the user''s row');
SELECT is(currval('serial_id_seq'), 1::bigint, 'not of its entry');

-- Errors leave nothing half done: not in the ledger, not in the session.
CREATE FUNCTION broken_check(text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM aims.audit_entry WHERE relation = $1);
END $$;
SELECT throws_ok($$INSERT INTO t VALUES (100, NULL, 'a'), (101, NULL, 'b'), (100, NULL, 'c')$$, '23505', NULL, 'a statement that fails');
SELECT is(pg_temp.since_mark(), 0::bigint, 'leaves no entry of its first rows');
SELECT throws_ok($$INSERT INTO t VALUES (102, NULL, 'a'), (103, 'no such system', 'b')$$, 'MS002', NULL, 'a row that is refused');
SELECT is(pg_temp.since_mark(), 0::bigint, 'leaves no entry of the row before it');
INSERT INTO t VALUES (104, NULL, 'next');
SELECT is(pg_temp.since_mark(), 1::bigint, 'and the next one has its own');
BEGIN;
SAVEPOINT s;
INSERT INTO part VALUES (7000, NULL, repeat('x', 900000));
ROLLBACK TO SAVEPOINT s;
INSERT INTO part VALUES (7001, NULL, 'y');
COMMIT;
SELECT is(pg_temp.since_mark(), 1::bigint, 'memory of what was undone is used again');

-- Who acts is remembered, and forgotten when it changes.
CREATE ROLE aims_test_writer;
GRANT INSERT ON t TO aims_test_writer;
SET application_name = 'first';
SET aims.reason = 'first reason';
INSERT INTO t VALUES (200, NULL, 'a');
SET application_name = 'second';
INSERT INTO t VALUES (201, NULL, 'a');
SET aims.reason = '';
SET ROLE aims_test_writer;
INSERT INTO t VALUES (202, NULL, 'a');
RESET ROLE;
ALTER ROLE aims_test_writer RENAME TO aims_test_renamed;
SET ROLE aims_test_renamed;
INSERT INTO t VALUES (203, NULL, 'a');
RESET ROLE;
SELECT is(string_agg(concat_ws(' ', key ->> 'id', application, nullif(role_name, session_user_name), reason), ', ' ORDER BY entry_id),
          '200 first first reason, 201 second first reason, 202 second aims_test_writer, 203 second aims_test_renamed',
          'application, role, its name and reason as they were')
FROM aims.audit_entry WHERE relation = 'public.t' AND (key ->> 'id')::integer BETWEEN 200 AND 203;
REVOKE ALL ON t FROM aims_test_renamed;
DROP ROLE aims_test_renamed;
RESET application_name;
SELECT pg_temp.since_mark() \g /dev/null

-- Indexes: the shipped one hears of the first and the last row of a page, one
-- that an administrator has added of every row.
SELECT brin_summarize_new_values('aims.audit_entry_brin_idx') > 0 AS summarized \g /dev/null
INSERT INTO t SELECT i, NULL, 'indexed' FROM generate_series(10001, 12000) AS i;
SET enable_seqscan = off;
SELECT is((SELECT count(*) FROM aims.audit_entry AS e
           WHERE xid = (SELECT max(xid) FROM aims.audit_entry) AND entry_id BETWEEN max_id - 1999 AND max_id),
          2000::bigint, 'rows that went into summarized pages are found')
FROM (SELECT max(entry_id) AS max_id FROM aims.audit_entry) AS m;
SET client_min_messages = warning;
CREATE INDEX added ON aims.audit_entry ((key ->> 'id')) WHERE operation = 'INSERT';
RESET client_min_messages;
INSERT INTO t SELECT i, NULL, 'added' FROM generate_series(20001, 20300) AS i;
INSERT INTO t VALUES (20301, NULL, 'added');
SELECT is((SELECT count(*) FROM aims.audit_entry
           WHERE key ->> 'id' IN ('20001', '20150', '20300', '20301') AND operation = 'INSERT'),
          4::bigint, 'an index of another kind is kept');
RESET enable_seqscan;
DROP INDEX aims.added;

-- Nor is one that is like ours but for its columns: the row in the middle is
-- the only one of its shape on its page.
CREATE TABLE other (id bigint PRIMARY KEY, ai text) PARTITION BY RANGE (id);
CREATE TABLE other_part PARTITION OF other FOR VALUES FROM (0) TO (100000);
SELECT aims.govern('other', system_column => 'ai') \g /dev/null
INSERT INTO other VALUES (1, NULL);
VACUUM (FULL) aims.audit_entry;
INSERT INTO t SELECT i, NULL, 'same shape' FROM generate_series(21001, 21003) AS i;
CREATE INDEX added ON aims.audit_entry USING brin (shape) WITH (pages_per_range = 1);
BEGIN;
INSERT INTO part VALUES (22001, NULL, 'before');
INSERT INTO other_part VALUES (2, NULL);
INSERT INTO part VALUES (22002, NULL, 'after');
COMMIT;
SET enable_seqscan = off;
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE shape = (SELECT max(shape_id) FROM aims.shape WHERE relation = 'public.other')),
          2::bigint, 'a row in the middle of its page is found by its shape');
RESET enable_seqscan;
DROP INDEX aims.added;

-- The end of all numbers; what may not be written; memory of a large row.
SELECT last_value AS newest FROM aims.audit_entry_entry_id_seq \gset
BEGIN;
SELECT setval('aims.audit_entry_entry_id_seq', 9223372036854775807) \g /dev/null
SELECT throws_ok($$INSERT INTO t VALUES (23001, NULL, 'a')$$, '2200H', NULL, 'numbers do not begin anew');
ROLLBACK;
SELECT setval('aims.audit_entry_entry_id_seq', :newest) \g /dev/null
BEGIN READ ONLY;
SELECT throws_ok($$SELECT aims.log_event('note', '{}')$$, '25006', NULL, 'a transaction that only reads logs no event');
ROLLBACK;
INSERT INTO t VALUES (23002, NULL, repeat('x', 20000000));
SELECT is((SELECT sum(total_bytes) < 10000000 FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext' OR name LIKE 'aims %'), true,
          'memory of a large row is given back with its transaction');

-- Long names and values lie in the row as heap_form_tuple would put them.
SELECT format('CREATE TABLE %I.%I (%I bigint PRIMARY KEY, ai text)', repeat('s"', 30), repeat('t"', 30), 'id') AS make,
       format('CREATE SCHEMA %I', repeat('s"', 30)) AS schema, format('%I.%I', repeat('s"', 30), repeat('t"', 30)) AS name \gset
:schema;
:make;
SELECT aims.govern(:'name', system_column => 'ai', image => 'full') \g /dev/null
SELECT set_config('aims.reason', repeat('why ', 1000), false) \g /dev/null
INSERT INTO :name VALUES (1, NULL);
SELECT is((SELECT (relation = :'name', length(reason), key, new_image::text)::text FROM aims.audit_entry ORDER BY entry_id DESC LIMIT 1),
          '(t,4000,"{""id"": 1}","{""id"":1}")', 'a relation of 248 bytes, a reason of 4000');
RESET aims.reason;

SELECT aims.seal() \g /dev/null
SELECT is(aims.seal() > 0, true, 'all of it is sealed, with what the first seal itself has recorded');
SELECT is((SELECT string_agg(check_name || ': ' || detail, ', ') FROM aims.verify() WHERE NOT ok), NULL, 'and verifies');
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE aims.leaf_index(entry_id) IS NULL), 0::bigint, 'to the last entry');
SELECT * FROM finish();
\i test/drop_database.sql
