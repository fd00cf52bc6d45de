\i test/setup_database.sql
-- What a seal costs, what it refuses, and how entries are found again. What it
-- takes from concurrent transactions is in test/specs/seal.spec and
-- test/t/seal_race.pl.
SELECT plan(23);

INSERT INTO aims.person (person, full_name) VALUES ('owner', 'Owner');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('sealed', 'Sealed', 'owner', 'Test');
CREATE TABLE score (id bigint PRIMARY KEY, ai text);
SELECT aims.govern('score', system_column => 'ai', image => 'digest') \g /dev/null
ALTER TABLE aims.audit_entry SET (autovacuum_enabled = off);

-- What was written in another database, and restored here before anything was
-- sealed in either: its xids are not ours, and ours come to them one day
SET session_replication_role = replica;
INSERT INTO aims.audit_entry
SELECT (jsonb_populate_record(e, jsonb_build_object('entry_id', -g, 'xid', txid_current() + 10 + g))).*
FROM aims.audit_entry AS e, generate_series(1, 20) AS g WHERE e.operation = 'EVENT';
UPDATE aims.audit_entry SET entry_id = nextval('aims.audit_entry_entry_id_seq') WHERE entry_id < 0;
SELECT currval('aims.audit_entry_entry_id_seq') AS foreign_entry \gset
RESET session_replication_role;
SELECT aims.seal() \g /dev/null

-- A transaction that is idle, with an entry at the very beginning
BEGIN;
INSERT INTO score VALUES (-1);
PREPARE TRANSACTION 'aims_test_idle';
-- entries that are rolled back, so that rows move when the table is rewritten
BEGIN;
INSERT INTO score SELECT generate_series(1, 2000);
ROLLBACK;
INSERT INTO score SELECT generate_series(1, 30000);
SELECT aims.seal() \g /dev/null
CREATE FUNCTION pg_temp.pages_of_a_seal() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT aims.seal()' INTO plan;
    RETURN (plan #>> '{0,Plan,Shared Hit Blocks}')::bigint + (plan #>> '{0,Plan,Shared Read Blocks}')::bigint;
END $$;
CREATE FUNCTION pg_temp.pages_of_the_ledger() RETURNS bigint LANGUAGE sql
    RETURN pg_relation_size('aims.audit_entry') / current_setting('block_size')::integer;

-- The index
SELECT cmp_ok(pg_temp.pages_of_the_ledger(), '>', 6 * 128::bigint, 'a ledger of several ranges');
SELECT cmp_ok(brin_summarize_new_values('aims.audit_entry_brin_idx'), '<=', 2, 'a seal has summarized all ranges but those at the end');
INSERT INTO score SELECT generate_series(30001, 30010);
SELECT cmp_ok(pg_temp.pages_of_a_seal(), '<', pg_temp.pages_of_the_ledger() / 2,
    'a seal of a few entries does not read the ledger, though a transaction was idle all the time');
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE aims.leaf_index(entry_id) IS NULL), 0::bigint, 'but has found them all');
SELECT is((SELECT (unsealed, oldest_prepared = (SELECT prepared FROM pg_prepared_xacts WHERE gid = 'aims_test_idle'))::text FROM aims.ledger_status), '(0,t)',
    'ledger_status says that something is prepared, and since when');
COMMIT PREPARED 'aims_test_idle';
SELECT aims.seal() \g /dev/null
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE key = '{"id": -1}' AND aims.leaf_index(entry_id) IS NOT NULL), 1::bigint,
    'the idle one is sealed once it has committed');
CREATE ROLE ledger_sealer;
SELECT aims.grant_duty_role('administrator', 'ledger_sealer') \g /dev/null
INSERT INTO score SELECT generate_series(40001, 50000);
SET ROLE ledger_sealer;
SELECT aims.seal() \g /dev/null
RESET ROLE;
SELECT cmp_ok(brin_summarize_new_values('aims.audit_entry_brin_idx'), '<=', 2, 'whoever may seal summarizes');
DROP OWNED BY ledger_sealer;
DROP ROLE ledger_sealer;

SELECT is((SELECT count(*) FROM aims.tile, unnest(sources) AS s WHERE s > :foreign_entry - 20 AND s <= :foreign_entry), 20::bigint,
    'entries of another database are sealed once, whatever their xids');

SELECT is((SELECT count(*) FROM aims.audit_entry WHERE xmax <> '0'), 0::bigint, 'sealing changes no entry, and locks none');

-- An entry that is no longer where its tile says
SELECT max(entry_id) AS entry FROM aims.audit_entry WHERE key = '{"id": 20000}' \gset
SELECT encode(aims.leaf(:entry), 'hex') AS leaf, ctid AS tid FROM aims.audit_entry WHERE entry_id = :entry \gset
VACUUM FULL aims.audit_entry;
SELECT isnt(ctid::text, :'tid', 'rewriting the table moves entries') FROM aims.audit_entry WHERE entry_id = :entry;
SELECT is(encode(aims.leaf(:entry), 'hex'), :'leaf', 'an entry is found by its number');
SELECT is_empty('SELECT check_name, detail FROM aims.verify() WHERE NOT ok', 'and the ledger verifies');

-- A tree that is not what the newest head says is not sealed upon
INSERT INTO score SELECT generate_series(60001, 60300);
CREATE FUNCTION pg_temp.seal_after(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    EXECUTE command;
    PERFORM set_config('session_replication_role', 'origin', true);
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = aims.seal();
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'XX999' THEN 'sealed' ELSE SQLSTATE END;
END $$;
SELECT count(*) AS seals FROM aims.seal \gset
SELECT is(pg_temp.seal_after(command), expected, name)
FROM (VALUES
    ('what is untouched is sealed', '', 'sealed'),
    ('a leaf hash in the last tile', 'UPDATE aims.tile SET hashes = set_bit(hashes, 5, 1 - get_bit(hashes, 5))
        WHERE level = 0 AND tile_index = (SELECT max(tile_index) FROM aims.tile WHERE level = 0)', 'MS027'),
    ('a node above', 'UPDATE aims.tile SET hashes = set_bit(hashes, 5, 1 - get_bit(hashes, 5)) WHERE level = 1', 'MS027'),
    ('the newest root', 'UPDATE aims.seal SET root_hash = sha256(root_hash) WHERE seal_id = (SELECT max(seal_id) FROM aims.seal)', 'MS027'),
    ('the newest seal deleted', 'DELETE FROM aims.seal WHERE seal_id = (SELECT max(seal_id) FROM aims.seal)', 'MS027'),
    ('the last tile cut', 'UPDATE aims.tile SET hashes = substr(hashes, 1, 32), sources = sources[:1], tids = tids[:1], keys = keys[:1]
        WHERE level = 0 AND tile_index = (SELECT max(tile_index) FROM aims.tile WHERE level = 0)', 'MS027'),
    ('a tile where the next one goes', 'INSERT INTO aims.tile SELECT level, tile_index + 1, hashes, sources, tids, keys, entries FROM aims.tile
        WHERE level = 0 ORDER BY tile_index DESC LIMIT 1', '23505'),
    ('a tile that stands before the one that is written', 'ALTER TABLE aims.tile DROP CONSTRAINT tile_pkey;
        CREATE INDEX tile_pkey ON aims.tile (level, tile_index);
        INSERT INTO aims.tile SELECT t.level, (SELECT max(tile_index) + 1 FROM aims.tile WHERE level = 0), t.hashes, t.sources, t.tids, t.keys, t.entries
        FROM aims.tile AS t WHERE t.level = 0 AND t.tile_index = 0', 'MS027'))
    AS v (name, command, expected);
SELECT is((SELECT count(*) FROM aims.seal), :seals::bigint, 'and nothing was sealed');
SELECT lives_ok('SELECT aims.seal()', 'what was rolled back does no harm');
SELECT is_empty('SELECT check_name, detail FROM aims.verify() WHERE NOT ok', 'the ledger verifies');
SELECT * FROM finish();
\i test/drop_database.sql
