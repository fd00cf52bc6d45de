\i test/setup_database.sql
-- Proofs, checkpoints and keys: published vectors through SQL, proofs over
-- more than one tile, what is refused, rotation, withholding after a restore.
SELECT plan(109);

-- Key files: in the harness's directory, or in /tmp; the server makes them and
-- removes them.
\set key_dir /tmp
\getenv key_dir AIMS_KEY_DIR
SELECT :'key_dir' || '/aims_test_' || gen_random_uuid() AS key_file \gset
SET search_path = public, tap, aims;

-- Vectors of the Certificate Transparency reference implementation
CREATE TABLE public.vector (size bigint PRIMARY KEY, leaf bytea, root bytea);
INSERT INTO public.vector VALUES
    (1, '\x',                                 '\x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'),
    (2, '\x00',                               '\xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'),
    (3, '\x10',                               '\xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'),
    (4, '\x2021',                             '\xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'),
    (5, '\x3031',                             '\x4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'),
    (6, '\x40414243',                         '\x76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'),
    (7, '\x5051525354555657',                 '\xddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'),
    (8, '\x606162636465666768696a6b6c6d6e6f', '\x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
CREATE TABLE public.path (kind text, first bigint, size bigint, proof bytea[]);
INSERT INTO public.path VALUES
    ('inclusion', 0, 1, '{}'),
    ('inclusion', 0, 8, ARRAY['\x96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
                              '\x5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
                              '\x6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']::bytea[]),
    ('inclusion', 5, 8, ARRAY['\xbc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
                              '\xca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
                              '\xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']::bytea[]),
    ('inclusion', 2, 3, ARRAY['\xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']::bytea[]),
    ('consistency', 1, 1, '{}'),
    ('consistency', 1, 8, ARRAY['\x96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
                                '\x5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
                                '\x6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']::bytea[]),
    ('consistency', 6, 8, ARRAY['\x0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
                                '\xca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
                                '\xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']::bytea[]),
    ('consistency', 2, 5, ARRAY['\x5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
                                '\xbc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']::bytea[]);

CREATE FUNCTION public.holds(p public.path, proof bytea[], shift integer) RETURNS boolean LANGUAGE sql AS $$
    SELECT CASE p.kind
        WHEN 'inclusion' THEN verify_inclusion(a.leaf, p.first + shift, p.size, proof, b.root)
        ELSE verify_consistency(p.first + shift, p.size, a.root, b.root, proof) END
      FROM public.vector AS a, public.vector AS b
     WHERE a.size = p.first + (p.kind = 'inclusion')::integer AND b.size = p.size
$$;
SELECT ok(holds(p, proof, 0), format('%s proof from %s to %s holds', kind, first, size)) FROM path AS p;
SELECT ok(NOT holds(p, proof || sha256('x'), 0), format('%s from %s to %s: not with a node more', kind, first, size))
  FROM path AS p;
SELECT ok(NOT holds(p, proof, 1), format('%s from %s to %s: not from elsewhere', kind, first, size)) FROM path AS p;
SELECT ok(NOT holds(p, trim_array(proof, 1), 0), format('%s from %s to %s: not with a node less', kind, first, size))
  FROM path AS p WHERE proof <> '{}';
SELECT ok(NOT bool_or(holds(p, proof[:node - 1] || set_bit(proof[node], 100 + node, 1 - get_bit(proof[node], 100 + node))
                                  || proof[node + 1:], 0)),
          format('%s from %s to %s: not with a bit changed', kind, first, size))
  FROM path AS p, generate_subscripts(proof, 1) AS node GROUP BY kind, first, size ORDER BY kind, first, size;

-- Nothing is sealed, no key
SELECT throws_ok(command, state, NULL, format('%s ends with %s', command, state))
  FROM (VALUES
    ('SELECT checkpoint()',                  'MS024'),
    ('SELECT public_key()',                  'MS023'),
    ('SELECT create_signing_key(''a/b'')',   'MS023'),
    ('SELECT inclusion_proof(1)',            'MS024'),
    ('SELECT consistency_proof(1)',          'MS024'),
    ('SELECT create_signing_key(NULL)',      '22004'),
    ('SELECT resume(NULL)',                  '22004'),
    ('SELECT resume(''x'')',                 'MS025'),
    ('SELECT verify_inclusion(''a'', 0, 1, ''{}'', ''short'')',           '22023'),
    ('SELECT verify_inclusion(''a'', 0, 1, ARRAY[NULL::bytea], sha256(''a''))', '22023'),
    ('SELECT verify_consistency(1, 2, sha256(''a''), sha256(''b''), ARRAY[''short''::bytea])', '22023')) AS t (command, state);
SELECT is(leaf_index(1), NULL, 'leaf_index of an entry that is not sealed');
SELECT is(checkpoint_obstacle(), 'no signing key', 'checkpoint_obstacle names the missing key');
SELECT matches(checkpoints, '^UNSIGNED:', 'and ledger_status says loudly that nothing is signed') FROM ledger_status;

-- Keys
SELECT throws_ok(format('SET LOCAL aims.signing_key_file = %L; SELECT create_signing_key(%L)', file, prefix), state, NULL,
                 'no key with ' || why)
  FROM (VALUES
    ('relative.key',                                       'example.org', 'MS023', 'a relative file name'),
    (current_setting('data_directory') || '/k.key',        'example.org', 'MS023', 'a file in the data directory'),
    (current_setting('data_directory') || '/base/../k.key', 'example.org', 'MS023', 'dots in its path'),
    ('/no/such/directory/k.key',                           'example.org', 'MS023', 'a directory that is not there'),
    (:'key_file', '',              '22023', 'an empty prefix'),
    (:'key_file', 'two words',     '22023', 'a space in the prefix'),
    (:'key_file', 'a+b',           '22023', 'a plus in the prefix'),
    (:'key_file', 'slash/',        '22023', 'a slash at the end of the prefix'),
    (:'key_file', E'line\nbreak',  '22023', 'a line break in the prefix'),
    (:'key_file', repeat('a', 151), '22023', 'too long a prefix')) AS t (file, prefix, state, why);

SELECT set_config('aims.signing_key_file', :'key_file', false) \g /dev/null
BEGIN;
SELECT matches(create_signing_key('example.org/test'),
               '^example\.org/test/[0-9a-f]{16}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$', 'a key is created');
ROLLBACK;
SELECT throws_ok('SELECT create_signing_key(''example.org/test'')', 'MS023', NULL,
                 'a file that a rollback left is not written over');
\set remove 'COPY (SELECT WHERE false) TO PROGRAM ' '\'rm ' :key_file '\''
:remove;
SELECT create_signing_key('example.org/test') AS first_key \gset
SELECT is(public_key(), :'first_key', 'public_key is what create_signing_key returned');
SELECT is(checkpoint_obstacle(), NULL, 'nothing hinders a checkpoint');
BEGIN;
SET LOCAL session_replication_role = replica;
SELECT throws_ok('INSERT INTO aims.signing_key SELECT 9, origin, algorithm, public_key, ''x'', valid_from, NULL, 0 FROM aims.signing_key',
                 '23505', NULL, 'no second current key');
ROLLBACK;

-- A first seal over two tiles and a bit
INSERT INTO person (person, full_name) SELECT 'p' || i, 'Person ' || i FROM generate_series(1, 600) AS i;
SELECT seal() AS size1 \gset
SELECT cmp_ok(:size1::bigint, '>', 600::bigint, 'sealed');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE tile SET hashes = set_bit(hashes, 1000, 1 - get_bit(hashes, 1000)) WHERE level = 0 AND tile_index = 1;
SELECT throws_ok('SELECT checkpoint()', 'MS027', NULL, 'no signature over a tree with a leaf altered');
ROLLBACK;
-- Committed: a head that the transaction itself wrote would be passed over
CREATE TABLE public.kept AS SELECT root_hash FROM seal;
SET session_replication_role = replica;
UPDATE seal SET root_hash = sha256(root_hash);
SELECT throws_ok('SELECT checkpoint()', 'MS027', NULL, 'no signature over a root altered');
UPDATE seal SET root_hash = kept.root_hash FROM public.kept;
RESET session_replication_role;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM tile WHERE level = 0 AND tile_index = 0;
SELECT throws_ok('SELECT checkpoint()', 'MS027', NULL, 'no signature over a tree with a tile missing');
ROLLBACK;
SELECT checkpoint() AS checkpoint1 \gset
SELECT is(c.*, (split_part(:'first_key', '+', 1), s.tree_size, s.root_hash), 'the checkpoint says what the seal does')
  FROM open_checkpoint(:'checkpoint1', public_key()) AS c, seal AS s;
SELECT is(checkpoint(), :'checkpoint1', 'the same head, the same checkpoint');

-- A second one
INSERT INTO person (person, full_name) SELECT 'q' || i, 'Person ' || i FROM generate_series(1, 60) AS i;
BEGIN;
SELECT cmp_ok(seal(), '>', :size1::bigint, 'a seal grows the tree');
SELECT is(checkpoint(), :'checkpoint1', 'a seal that has not committed is not signed');
ROLLBACK;
SELECT seal() AS size2 \gset
SELECT checkpoint() AS checkpoint2 \gset
SELECT ok(verify_consistency(a.tree_size, b.tree_size, a.root_hash, b.root_hash, consistency_proof(a.tree_size)),
          'the second checkpoint contains the first')
  FROM open_checkpoint(:'checkpoint1', public_key()) AS a, open_checkpoint(:'checkpoint2', public_key()) AS b;
SELECT is_empty($$
    SELECT entry_id, tree_size
      FROM audit_entry, seal
     WHERE leaf_index(entry_id) < tree_size
       AND NOT verify_inclusion(leaf(entry_id), leaf_index(entry_id), tree_size,
                                inclusion_proof(entry_id, tree_size), root_hash)
$$, 'every sealed entry is proved in every tree that has it');
SELECT is((SELECT count(DISTINCT leaf_index(entry_id)) + (SELECT count(*) FROM seal) + (SELECT count(*) FROM incarnation) FROM audit_entry),
          :size2::bigint, 'every leaf is an entry, a seal or an incarnation');
SELECT alike(tlog_proof(entry_id), E'c2sp.org/tlog-proof@v1\nindex ' || leaf_index(entry_id) || E'\n%'
                                      || E'\n\n' || :'checkpoint2', 'tlog_proof names index and checkpoint')
  FROM audit_entry ORDER BY entry_id LIMIT 1;
INSERT INTO person (person, full_name) VALUES ('late', 'Late');
SELECT throws_ok(format(command, entry_id, :size1, :size2), state, NULL, format('%s ends with %s', command, state))
  FROM (SELECT max(entry_id) AS entry_id FROM audit_entry) AS e,
       (VALUES
    ('SELECT inclusion_proof(%1$s)',                   'MS024'),
    ('SELECT tlog_proof(%1$s)',                        'MS024'),
    ('SELECT inclusion_proof(1, 0)',                   '22023'),
    ('SELECT inclusion_proof(1, %3$s + 1)',            'MS024'),
    ('SELECT inclusion_proof(%1$s - 1, %2$s)',         'MS024'),
    ('SELECT consistency_proof(0)',                    '22023'),
    ('SELECT consistency_proof(%3$s, %2$s)',           '22023'),
    ('SELECT consistency_proof(%3$s + 1)',             'MS024')) AS t (command, state);
SELECT is(inclusion_proof(NULL), NULL, 'no entry, no proof');

-- The cache is no more than that
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE aims.checkpoint SET note = replace(note, :'size2', :'size1');
SELECT is(checkpoint(), :'checkpoint2', 'an altered row of the cache is not believed');
DELETE FROM aims.checkpoint;
SELECT is(checkpoint(), :'checkpoint2', 'a lost one is signed again');
ROLLBACK;

-- Withheld after a restore
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO incarnation SELECT incarnation + 1, system_identifier, timeline, database, now(), :size2, NULL, 0 FROM incarnation;
SET LOCAL session_replication_role = origin;
SELECT is(checkpoint_obstacle(), 'withheld: restored, copied or failed over, and not resumed', 'the obstacle is named');
SELECT throws_ok('SELECT checkpoint()', 'MS022', NULL, 'withheld after a restore');
SELECT throws_ok(format('SELECT resume(%L)', note), 'MS025', NULL, 'no resumption with ' || why)
  FROM (VALUES (:'checkpoint1', 'an older checkpoint'),
               (replace(:'checkpoint2', 'example.org', 'example.com'), 'one of another log'),
               (replace(:'checkpoint2', :'size2', :'size1'), 'an altered one')) AS t (note, why);
SELECT lives_ok(format('SELECT resume(%L)', :'checkpoint2'), 'resumed with the last one');
SELECT is(checkpoint(), :'checkpoint2', 'and signed again');
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO incarnation SELECT incarnation + 1, system_identifier + 1, timeline, database, now(), :size2, NULL, 0 FROM incarnation;
SELECT throws_ok('SELECT checkpoint()', 'MS022', NULL, 'withheld where the newest seal is another cluster''s');
SELECT throws_ok(format('SELECT resume(%L)', :'checkpoint2'), 'MS022', NULL, 'to be sealed before it is resumed');
ROLLBACK;

-- Rotation
SELECT throws_ok('SELECT create_signing_key(''example.org/test'')', 'MS023', NULL, 'the current key''s file is not written over');
SELECT :'key_file' || '.first' AS first_file \gset
\set move 'COPY (SELECT WHERE false) TO PROGRAM ' '\'mv ' :key_file ' ' :first_file '\''
:move;
SELECT seal() \g /dev/null
SELECT throws_ok('SELECT checkpoint()', 'MS023', NULL, 'no signature without the file');
SELECT create_signing_key('example.org/test') AS second_key \gset
SELECT is(split_part(public_key(), '+', 1), split_part(:'first_key', '+', 1), 'another key, the same origin');
SELECT isnt(public_key(), :'first_key', 'another verifier key');
SELECT throws_ok(format('SELECT open_checkpoint(checkpoint(), %L)', :'first_key'), 'MS025', NULL,
                 'the former key does not open new checkpoints');
SELECT lives_ok(format('SELECT open_checkpoint(%L, %L)', :'checkpoint2', :'first_key'), 'but those it signed');
SELECT results_eq('SELECT valid_until IS NULL FROM signing_key ORDER BY signing_key', ARRAY[false, true],
                  'the former key has ended');
SELECT is((SELECT count(*) FROM audit_entry WHERE relation = 'aims.signing_key'), 2::bigint, 'both keys are in the ledger');
SELECT is((SELECT string_agg(check_name || detail, ' ') FROM verify(:'checkpoint2') WHERE NOT ok), NULL, 'the ledger verifies with what the former key signed');

-- The former key in the wrong hands
SELECT seal() \g /dev/null
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE aims.signing_key SET valid_until = 'infinity', tree_size = 1000000000 WHERE valid_until IS NULL;
UPDATE aims.signing_key SET valid_until = NULL WHERE verifier_key = :'first_key';
SELECT set_config('aims.signing_key_file', :'first_file', true) \g /dev/null
SELECT checkpoint() AS forged \gset
ROLLBACK;
SELECT lives_ok(format('SELECT open_checkpoint(%L, %L)', :'forged', :'first_key'), 'it signs what is larger than the tree at its end');
SELECT is(array_agg(check_name), ARRAY['trusted checkpoint'], 'which is found') FROM verify(:'forged') WHERE NOT ok;
SELECT throws_ok(format('SELECT resume(%L)', :'forged'), 'MS025', NULL, 'and refused');
:remove;
\set remove 'COPY (SELECT WHERE false) TO PROGRAM ' '\'rm ' :first_file '\''
:remove;

SELECT * FROM finish();
\i test/drop_database.sql
