\i test/setup_database.sql
SELECT plan(43);

-- The log as it is published: tiles and bundles say what the tree says.
INSERT INTO aims.person (person, full_name) SELECT 'p' || i, 'Person ' || i FROM generate_series(1, 10) AS i;
SELECT aims.seal() AS size \gset first_
INSERT INTO aims.person (person, full_name) SELECT 'q' || i, 'Person ' || i FROM generate_series(1, 600) AS i;
SELECT aims.seal() AS size \gset

-- The leaves of a bundle, taken apart
CREATE FUNCTION pg_temp.leaves(bundle bytea) RETURNS SETOF bytea LANGUAGE plpgsql AS $$
DECLARE
    length integer;
BEGIN
    WHILE bundle <> '' LOOP
        length := get_byte(bundle, 0) * 256 + get_byte(bundle, 1);
        RETURN NEXT substring(bundle FROM 3 FOR length);
        bundle := substring(bundle FROM 3 + length);
    END LOOP;
END $$;
CREATE TEMPORARY TABLE published AS
    SELECT (row_number() OVER (ORDER BY tile, n)) - 1 AS leaf_index, leaf
    FROM generate_series(0, (:size - 1) / 256) AS tile,
         LATERAL pg_temp.leaves(aims.entry_bundle(tile, least(256, :size - tile * 256)::integer)) WITH ORDINALITY AS l (leaf, n);

SELECT is(count(*), :size::bigint, 'there is a leaf for each') FROM published;
SELECT is_empty($$SELECT e.entry_id, p.leaf FROM aims.audit_entry AS e
    JOIN published AS p ON p.leaf_index = aims.leaf_index(e.entry_id)
    WHERE p.leaf IS DISTINCT FROM aims.leaf(e.entry_id)$$, 'an entry''s leaf is that of aims.leaf');
SELECT set_eq($$SELECT leaf_index FROM published WHERE convert_from(leaf, 'UTF8') LIKE '{"aims":"seal/1",%'$$,
              $$SELECT tree_size - 1 FROM aims.seal$$, 'a seal''s is the last of its part');
SELECT is_empty($$SELECT leaf_index FROM published
    WHERE sha256('\x00' || leaf) <> substring(aims.hash_tile(0, leaf_index / 256, (leaf_index % 256)::integer + 1) FROM (leaf_index % 256)::integer * 32 + 1)$$,
    'leaves hash to what the tiles of level 0 say');
SELECT is(aims.hash_tile(t.level, t.tile_index, length(t.hashes) / 32), t.hashes,
          format('tile %s of level %s', t.tile_index, t.level))
FROM aims.tile AS t ORDER BY t.level, t.tile_index;
SELECT is(aims.hash_tile(1, 0, 1), substring(aims.hash_tile(1, 0, 2) FOR 32), 'a smaller width is the beginning');
SELECT is(aims.entry_bundle(0, 1), substring(aims.entry_bundle(0) FOR length(aims.entry_bundle(0, 1))), 'of a bundle, too');
SELECT is(length(aims.hash_tile(0, 0)), 8192, 'a tile is full unless a width is given');
SELECT is(aims.hash_tile(NULL, 0), NULL, 'NULL gives NULL');

-- What is not there
SELECT throws_ok(format('SELECT aims.hash_tile(%s)', arguments), state, NULL, format('hash_tile(%s)', arguments))
FROM (VALUES ('-1, 0', '22023'), ('64, 0', '22023'), ('0, -1', '22023'), ('0, 0, 0', '22023'), ('0, 0, 257', '22023'),
             ('0, 3', 'MS024'), ('0, 9223372036854775807', 'MS024'), ('0, 36028797018963968', 'MS024'),
             ('1, 0, 3', 'MS024'), ('1, 0', 'MS024'), ('2, 0, 1', 'MS024'), ('7, 0, 1', 'MS024'), ('8, 0, 1', 'MS024'), ('63, 0, 1', 'MS024')) AS v (arguments, state);
SELECT throws_ok(format('SELECT aims.entry_bundle(%s)', arguments), state, NULL, format('entry_bundle(%s)', arguments))
FROM (VALUES ('-1', '22023'), ('0, 0', '22023'), ('0, 257', '22023'), ('2', 'MS024'), ('3, 1', 'MS024'), ('9223372036854775807, 1', 'MS024')) AS v (arguments, state);

-- What the owner of a record may disclose is what its digests are made over
SELECT is_empty($$SELECT e.entry_id FROM aims.audit_entry AS e, aims.disclosure(e.entry_id) AS d
    WHERE aims.leaf_index(e.entry_id) IS NOT NULL
    AND (d.leaf IS DISTINCT FROM aims.leaf(e.entry_id)
         OR e.particulars_digest IS DISTINCT FROM sha256(d.salt || 'p' || d.particulars)
         OR e.old_image IS NOT NULL AND e.old_digest IS DISTINCT FROM sha256(d.salt || 'o' || d.old_image)
         OR e.new_image IS NOT NULL AND e.new_digest IS DISTINCT FROM sha256(d.salt || 'n' || d.new_image)
         OR e.new_image IS NULL AND d.new_image IS NOT NULL)$$, 'a disclosure fits the digests');
SELECT throws_ok('SELECT aims.disclosure(4000000)', 'MS024', NULL, 'of what is sealed');

-- What was redacted leaves the log as it is
SET session_replication_role = replica;
SELECT sha256(aims.entry_bundle(0)) AS before \gset
UPDATE aims.audit_entry
SET key = NULL, session_user_name = NULL, role_name = NULL, person = NULL, application = NULL, client = NULL, reason = NULL,
    claim = NULL, old_image = NULL, new_image = NULL, salt = NULL
WHERE entry_id = 5;
SELECT is(sha256(aims.entry_bundle(0)), :'before', 'a redacted entry has the same leaf');
SELECT is(d, ROW(aims.leaf(5), NULL::bytea, NULL::bytea, NULL::bytea, NULL::bytea), 'and there is nothing else to disclose')
FROM aims.disclosure(5) AS d (leaf, salt, particulars, old_image, new_image);

-- Workers of a parallel query read single rows, too
BEGIN;
SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null
SELECT lives_ok($$SELECT count(aims.leaf(entry_id)) FROM aims.audit_entry$$, 'leaves in a parallel query');
SELECT lives_ok($$SELECT aims.entry_bundle(0), aims.hash_tile(0, 0)$$, 'bundles and tiles');
SELECT lives_ok($$SELECT aims.disclosure(6)$$, 'disclosures');
SELECT lives_ok($$SELECT * FROM aims.ledger_status$$, 'and the status beside them');
COMMIT;

-- An entry that is gone is no reason to publish something else
DELETE FROM aims.audit_entry WHERE aims.leaf_index(entry_id) = 300;
SELECT throws_ok('SELECT aims.entry_bundle(1)', 'MS027', NULL, 'a bundle without one of its entries is none');
SELECT lives_ok('SELECT aims.entry_bundle(0)', 'others are');
SELECT lives_ok('SELECT aims.hash_tile(0, 1)', 'and all tiles');

SELECT * FROM finish();
\i test/drop_database.sql
