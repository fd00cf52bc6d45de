\i test/setup_database.sql
SELECT plan(118);

SELECT is((SELECT count(*) FROM aims.audit_entry), 0::bigint, 'a new ledger is empty');
SELECT is(aims.seal(), 0::bigint, 'there is nothing to seal');

INSERT INTO aims.person (person, full_name) VALUES ('owner', 'Owner');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('tampered', 'Tampered', 'owner', 'Test');
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE obs (
    id bigint PRIMARY KEY, ai text, n numeric, f float8, t timestamptz, d date, i interval,
    b bytea, j jsonb, c colour, r regclass, a text[], m money, txt text, flag boolean);
CREATE TABLE changed (LIKE obs INCLUDING ALL);
CREATE TABLE digested (LIKE obs INCLUDING ALL);
CREATE TABLE keyless (v integer, ai text);
CREATE TABLE "Part ed" (id integer, "order" text, ai text, PRIMARY KEY (id, "order")) PARTITION BY RANGE (id);
CREATE TABLE part_low PARTITION OF "Part ed" FOR VALUES FROM (0) TO (10);
CREATE TABLE part_high ("order" text NOT NULL, ai text, gone integer, id integer NOT NULL);
ALTER TABLE part_high DROP COLUMN gone;
ALTER TABLE "Part ed" ATTACH PARTITION part_high FOR VALUES FROM (10) TO (20);
SELECT lives_ok(format('SELECT aims.govern(%L, system_column => %L, image => %L)', relation, 'ai', image),
                'govern ' || relation)
FROM (VALUES ('obs', 'full'), ('changed', 'changes'), ('digested', 'digest'), ('keyless', 'digest'),
             ('"Part ed"', 'full')) AS v (relation, image);

-- The newest entry of a relation
CREATE FUNCTION pg_temp.newest(relation text) RETURNS aims.audit_entry LANGUAGE sql
    RETURN (SELECT e FROM aims.audit_entry AS e WHERE e.relation = newest.relation ORDER BY entry_id DESC LIMIT 1);

-- Images do not depend on the session
CREATE TABLE image (setting text, image text);
CREATE FUNCTION pg_temp.image_under(setting text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(setting, value, true);
    DELETE FROM obs;
    INSERT INTO obs VALUES (
        1, NULL, 12345678901234567890.1200, 0.1::float8 + 0.2, '2026-03-12 23:30:00.123456+00', '2026-03-12',
        '1 mon 2 days 03:04:05.5', '\x00ff', '{"b": [1, 2.50], "a": "é"}', 'red', 'pg_class',
        ARRAY['a b', NULL, '"'], 12.5, E'quote " back \\ nl \n tab \t bell \x07 é', true);
    INSERT INTO image VALUES (setting, (pg_temp.newest('public.obs')).new_image::text);
END $$;
SELECT pg_temp.image_under(setting, value) FROM (VALUES
    ('aims.reason', 'none'), ('DateStyle', 'German, DMY'), ('TimeZone', 'Pacific/Auckland'), ('IntervalStyle', 'sql_standard'),
    ('extra_float_digits', '-15'), ('bytea_output', 'escape'), ('search_path', 'aims, pg_catalog, public'), ('lc_monetary', 'C'), ('quote_all_identifiers', 'on'))
    AS v (setting, value) \g /dev/null
SELECT is(count(DISTINCT image), 1::bigint, 'the same image under ' || count(*) || ' settings') FROM image;
SELECT is(min(image),
    '{"id":1,"n":12345678901234567890.1200,"f":0.30000000000000004,"t":"2026-03-12 23:30:00.123456+00","d":"2026-03-12",'
    '"i":"P1M2DT3H4M5.5S","b":"\\x00ff","j":{"a": "é", "b": [1, 2.50]},"c":"red","r":"pg_class",'
    '"a":"{\"a b\",NULL,\"\\\"\"}","m":"$12.50","txt":"quote \" back \\ nl \n tab \t bell \u0007 é","flag":true}',
    'an image is canonical JSON: NULLs left out, every digit kept') FROM image;
SELECT is((pg_temp.newest('public.obs')).key, '{"id": 1}', 'the key is the primary key');

INSERT INTO obs (id, n, f, t, d) VALUES (2, 'NaN', 'Infinity', 'infinity', '-infinity');
SELECT is((pg_temp.newest('public.obs')).new_image::text,
    '{"id":2,"n":"NaN","f":"Infinity","t":"infinity","d":"-infinity"}', 'what JSON has no number for is a string');

-- Policies
INSERT INTO changed (id, txt) VALUES (1, 'one');
UPDATE changed SET txt = 'two';
INSERT INTO digested (id, txt) VALUES (1, 'one');
UPDATE digested SET txt = 'two';
INSERT INTO keyless VALUES (1);
SELECT is(format('%s %s', e.old_image, e.new_image), '{"id":1,"txt":"one"} ', 'changes: only what is overwritten')
FROM pg_temp.newest('public.changed') AS e;
SELECT is(format('%s %s %s', e.old_image, e.new_image, num_nonnulls(e.old_digest, e.new_digest)), '  2', 'digest: no image')
FROM pg_temp.newest('public.digested') AS e;
SELECT is(format('%s %s', e.key, e.new_image), ' {"v":1}', 'without a key the full image serves')
FROM pg_temp.newest('public.keyless') AS e;

-- Digests commit to the stored bytes
SELECT is(count(*) FILTER (WHERE new_digest = sha256(salt || 'n'::bytea || convert_to(new_image::text, 'UTF8'))), count(*),
    'new digests are over the stored images')
FROM aims.audit_entry WHERE new_image IS NOT NULL;
SELECT is(count(*) FILTER (WHERE old_digest = sha256(salt || 'o'::bytea || convert_to(old_image::text, 'UTF8'))), count(*),
    'old digests are over the stored images')
FROM aims.audit_entry WHERE old_image IS NOT NULL;
SELECT is(e.new_digest, sha256(e.salt || 'n'::bytea || convert_to('{"id":1,"txt":"two"}', 'UTF8')),
    'a digest without an image is over the row')
FROM pg_temp.newest('public.digested') AS e;
SELECT is(count(DISTINCT salt), count(*), 'every entry has a salt of its own') FROM aims.audit_entry;
SELECT is(min(length(salt)), 16, 'of 16 bytes') FROM aims.audit_entry;
SELECT is(count(*) FILTER (WHERE digest = sha256(convert_to(definition::text, 'UTF8'))), count(*),
    'shapes fit their digests') FROM aims.shape;

-- Who
SET aims.reason = 'annual correction';
UPDATE changed SET txt = 'three';
SELECT is(e.particulars_digest, sha256(e.salt || 'p'::bytea || convert_to(format(
        '{"session_user":"%s","role":"%s","application":"%s","reason":"annual correction","key":{"id": 1},"images":"old"}',
        session_user, current_user, current_setting('application_name')), 'UTF8')),
    'particulars name who, why and what')
FROM pg_temp.newest('public.changed') AS e WHERE e.client IS NULL
UNION ALL
SELECT is(e.particulars_digest, sha256(e.salt || 'p'::bytea || convert_to(format(
        '{"session_user":"%s","role":"%s","application":"%s","client":"%s","reason":"annual correction","key":{"id": 1},"images":"old"}',
        session_user, current_user, current_setting('application_name'), host(e.client::inet)), 'UTF8')),
    'particulars name who, why and what')
FROM pg_temp.newest('public.changed') AS e WHERE e.client IS NOT NULL;
RESET aims.reason;
SET aims.actor = 'mallory';
UPDATE changed SET txt = 'four';
SELECT is(format('%s %s', e.person, e.claim), ' mallory', 'an actor without right is a claim')
FROM pg_temp.newest('public.changed') AS e;
RESET aims.actor;

-- Shapes follow the relation
INSERT INTO obs (id, c) VALUES (3, 'green');
SELECT (pg_temp.newest('public.obs')).shape AS before \gset
ALTER TYPE colour RENAME VALUE 'green' TO 'verdant';
INSERT INTO obs (id, c) VALUES (4, 'verdant');
SELECT isnt((pg_temp.newest('public.obs')).shape, :before, 'renaming an enum value makes a new shape');
ALTER TYPE colour RENAME VALUE 'verdant' TO 'green';
INSERT INTO obs (id, c) VALUES (5, 'green');
SELECT is((pg_temp.newest('public.obs')).shape, :before, 'renaming it back returns to the old one');
ALTER TABLE obs RENAME txt TO note;
ALTER TABLE obs ADD extra integer;
INSERT INTO obs (id, extra, note) VALUES (6, 7, 'x');
SELECT is((pg_temp.newest('public.obs')).new_image::text, '{"id":6,"note":"x","extra":7}', 'new columns and names at once');
ALTER TABLE obs RENAME TO observation;
UPDATE observation SET extra = 8 WHERE id = 6;
SELECT is(e.key, '{"id": 6}', 'a renamed relation is captured under its new name')
FROM pg_temp.newest('public.observation') AS e;

-- Partitions
INSERT INTO "Part ed" VALUES (1, 'low'), (11, 'high');
SELECT is(string_agg(format('%s %s %s', physical_relation, key, new_image), E'\n' ORDER BY entry_id),
    E'public.part_low {"id": 1, "order": "low"} {"id":1,"order":"low"}\n'
    'public.part_high {"id": 11, "order": "high"} {"order":"high","id":11}',
    'rows of partitions name both, in their own column order')
FROM aims.audit_entry WHERE relation = 'public."Part ed"' AND operation = 'INSERT';
INSERT INTO part_low VALUES (2, 'direct');
SELECT is((pg_temp.newest('public."Part ed"')).key, '{"id": 2, "order": "direct"}', 'writing to a partition is captured at once, or at the latest before the commit');
UPDATE "Part ed" SET id = 12 WHERE id = 2;
SELECT is(string_agg(operation, ' ' ORDER BY entry_id), 'DELETE INSERT', 'a row that moves is deleted and inserted')
FROM (SELECT * FROM aims.audit_entry WHERE relation = 'public."Part ed"' ORDER BY entry_id DESC LIMIT 2) AS e;
TRUNCATE "Part ed";
SELECT is((pg_temp.newest('public."Part ed"')).operation, 'TRUNCATE', 'TRUNCATE is an entry');

-- Transactions
SELECT count(*) AS before FROM aims.audit_entry \gset
BEGIN;
SAVEPOINT a; INSERT INTO keyless VALUES (100); ROLLBACK TO a;
SAVEPOINT b; INSERT INTO keyless VALUES (101); RELEASE b;
INSERT INTO keyless VALUES (102);
SAVEPOINT c; INSERT INTO keyless VALUES (103);
SAVEPOINT d; INSERT INTO keyless VALUES (104); RELEASE d;
ROLLBACK TO c;
COMMIT;
SELECT is(string_agg(new_image ->> 'v', ' ' ORDER BY entry_id), '101 102', 'entries share the fate of their subtransaction')
FROM aims.audit_entry WHERE relation = 'public.keyless' AND (new_image ->> 'v')::int > 99;
-- an exception block inside a statement whose own rows are already captured
CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        INSERT INTO keyless VALUES (NEW.v + 1000);
        IF NEW.v % 2 = 0 THEN
            RAISE EXCEPTION 'undo';
        END IF;
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
    RETURN NULL;
END $$;
CREATE TRIGGER nested AFTER INSERT ON keyless FOR EACH ROW WHEN (NEW.v BETWEEN 200 AND 299) EXECUTE FUNCTION nested();
INSERT INTO keyless SELECT generate_series(200, 203);
SELECT set_eq($$SELECT (new_image ->> 'v')::int FROM aims.audit_entry WHERE relation = 'public.keyless' AND (new_image ->> 'v')::int >= 200$$,
    'SELECT v FROM keyless WHERE v >= 200', 'an exception block inside a trigger loses and invents nothing');
INSERT INTO keyless SELECT generate_series(3000, 5499);
SELECT is(count(*), 2500::bigint, 'more rows than the buffer holds')
FROM aims.audit_entry WHERE relation = 'public.keyless' AND (new_image ->> 'v')::int >= 3000;

-- No entry may name a shape that a rollback has taken back
CREATE TABLE shaped (id integer PRIMARY KEY, ai text);
CREATE TABLE shaped_parts (id integer PRIMARY KEY, ai text) PARTITION BY RANGE (id);
CREATE TABLE shaped_part1 PARTITION OF shaped_parts FOR VALUES FROM (0) TO (10);
CREATE TABLE shaped_part2 PARTITION OF shaped_parts FOR VALUES FROM (10) TO (20);
SELECT aims.govern(relation::regclass, system_column => 'ai') FROM unnest(ARRAY['shaped', 'shaped_parts']) AS relation \g /dev/null
BEGIN;
INSERT INTO shaped VALUES (1);
SAVEPOINT a; INSERT INTO shaped VALUES (2); ROLLBACK TO a;
INSERT INTO shaped VALUES (3);
ROLLBACK;
INSERT INTO shaped VALUES (4);
BEGIN;
INSERT INTO shaped_parts VALUES (1);
INSERT INTO shaped_parts VALUES (11);
ROLLBACK;
INSERT INTO shaped_parts VALUES (12);
SELECT is_empty('SELECT entry_id FROM aims.audit_entry WHERE shape NOT IN (SELECT shape_id FROM aims.shape)', 'every entry''s shape is there');

-- An index that an administrator adds
CREATE INDEX by_relation ON aims.audit_entry (relation, recorded_at) WHERE relation <> 'public.keyless';
INSERT INTO shaped VALUES (5);
SET enable_seqscan = off;
SELECT is(count(*), 3::bigint, 'is kept up, too') FROM aims.audit_entry WHERE relation = 'public.shaped' AND recorded_at > 'epoch';
RESET enable_seqscan;
DROP INDEX aims.by_relation;
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER TABLE aims.audit_entry ADD extra text;
SET LOCAL session_replication_role = origin;
SELECT throws_ok('INSERT INTO shaped VALUES (6)', '55000', NULL, 'a table that the library does not know is not written to');
ROLLBACK;
SELECT throws_ok($$SELECT aims.log_event('x', '{}', repeat('x', 70000))$$, 'MS017', NULL, 'an event names a system of the inventory');

-- Sealing
SELECT cmp_ok(aims.seal(), '>', 0::bigint, 'the first seal');
SELECT is((SELECT count(DISTINCT s) FROM aims.tile, unnest(sources) AS s WHERE s > 0),
    (SELECT count(*) FROM aims.audit_entry WHERE relation IS DISTINCT FROM 'aims.incarnation'),
    'sealed is what is stored, but for what the seal itself has written');
BEGIN;
INSERT INTO keyless VALUES (6000);
SELECT lives_ok('SELECT aims.seal()', 'seal between writes of the same transaction');
INSERT INTO keyless VALUES (6001);
COMMIT;
SELECT lives_ok('SELECT aims.seal()', 'and after its commit');
SELECT is((SELECT array_agg(s ORDER BY s) FROM aims.tile, unnest(sources) AS s WHERE s > 0), (SELECT array_agg(entry_id ORDER BY entry_id) FROM aims.audit_entry),
    'everything is sealed once, what the sealing transaction wrote after its seal, too');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok('SELECT aims.seal()', 'MS021', NULL, 'REPEATABLE READ cannot seal');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT throws_ok('SELECT aims.seal()', 'MS021', NULL, 'SERIALIZABLE cannot seal');
ROLLBACK;
BEGIN READ ONLY;
SELECT throws_ok('SELECT aims.seal()', '25006', NULL, 'a read-only transaction cannot seal');
ROLLBACK;
SELECT tree_size AS size FROM aims.ledger_status \gset
BEGIN;
INSERT INTO keyless VALUES (6002);
ROLLBACK;
SELECT is(aims.seal(), :size::bigint, 'a seal without anything new adds nothing');

-- The tree, by another way than ours
CREATE FUNCTION pg_temp.mth(hashes bytea[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    n int := cardinality(hashes);
    k int := 1;
BEGIN
    IF n = 1 THEN
        RETURN hashes[1];
    END IF;
    WHILE k * 2 < n LOOP
        k := k * 2;
    END LOOP;
    RETURN sha256('\x01'::bytea || pg_temp.mth(hashes[:k]) || pg_temp.mth(hashes[k + 1:]));
END $$;
CREATE TABLE leaf_hash AS
SELECT t.tile_index * 256 + o.n - 1 AS leaf_index, o.source, substr(t.hashes, (o.n::int - 1) * 32 + 1, 32) AS hash
FROM aims.tile AS t, unnest(t.sources) WITH ORDINALITY AS o (source, n) WHERE t.level = 0;
SELECT is(count(*) FILTER (WHERE hash = sha256('\x00'::bytea || aims.leaf(source))), count(*), 'every leaf hash is that of its leaf')
FROM leaf_hash WHERE source > 0;
SELECT is(pg_temp.mth((SELECT array_agg(hash ORDER BY leaf_index) FROM leaf_hash WHERE leaf_index < s.tree_size)), s.root_hash,
    'head ' || s.seal_id || ' is the RFC 6962 root')
FROM aims.seal AS s ORDER BY s.seal_id LIMIT 2;
SELECT is(l.hash, sha256('\x00'::bytea || convert_to(format(
        '{"aims":"seal/1","seal":%s,"incarnation":1,"time":"%s","entries":%s,"previous_size":%s,"previous_root":"%s","snapshot":"%s"}',
        s.seal_id, to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.tree_size - s.first_leaf - 1,
        s.first_leaf, encode(s.previous_root, 'hex'), s.snapshot), 'UTF8')), 'the last leaf of a seal chains the heads')
FROM aims.seal AS s JOIN leaf_hash AS l ON l.leaf_index = s.tree_size - 1 AND l.source = -s.seal_id
ORDER BY s.seal_id DESC LIMIT 1;
SELECT is(convert_from(aims.leaf(e.entry_id), 'UTF8')::jsonb - '{time,p,n}'::text[],
    jsonb_build_object('aims', 'entry/1', 'entry', e.entry_id, 'incarnation', 1, 'xid', e.xid, 'operation', 'INSERT',
        'relation', 'public.keyless', 'shape', e.shape, 'shape_digest', encode(s.digest, 'hex')),
    'a leaf shows nothing that names a patient or a person')
FROM aims.audit_entry AS e JOIN aims.shape AS s ON s.shape_id = e.shape
WHERE e.relation = 'public.keyless' ORDER BY e.entry_id LIMIT 1;
SELECT throws_ok('SELECT aims.leaf(-1)', 'MS024', NULL, 'what is not sealed has no leaf');

-- Nobody writes but the ledger
SELECT throws_ok(replace(command, '%', relation), 'MS020', NULL, replace(command, '%', relation))
FROM unnest(ARRAY['audit_entry', 'seal', 'tile', 'shape', 'incarnation']) AS relation,
     unnest(ARRAY['INSERT INTO aims.% SELECT * FROM aims.%', 'UPDATE aims.% SET ctid = ctid WHERE false', 'DELETE FROM aims.%', 'TRUNCATE aims.%'])
     WITH ORDINALITY AS c (command, n)
WHERE n <> 2
ORDER BY relation, n;
CREATE TABLE forged (id integer PRIMARY KEY, ai text);
CREATE TRIGGER forged AFTER INSERT ON forged FOR EACH ROW EXECUTE FUNCTION aims.audit_row('1000');
SELECT throws_ok('INSERT INTO forged VALUES (1)', 'MS033', NULL, 'a trigger on another table forges no entries');
DROP TABLE forged;

-- Tampering: the check that finds it, and the entry that it names
CREATE FUNCTION pg_temp.found_by(command text, entry bigint DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    EXECUTE command USING entry;
    SELECT string_agg(format('%s%s', check_name, CASE WHEN entry_id = entry THEN ' (named)' END), ', ' ORDER BY check_name)
    INTO found FROM aims.verify() WHERE NOT ok;
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'XX999' THEN
    RETURN SQLERRM;
END $$;
SELECT is((SELECT string_agg(check_name, ', ') FROM aims.verify() WHERE NOT ok), NULL, 'untouched, the ledger verifies');

SELECT entry_id AS target FROM aims.audit_entry WHERE relation = 'public.changed' AND operation = 'UPDATE' AND claim IS NOT NULL \gset
SELECT entry_id AS imaged FROM aims.audit_entry WHERE relation = 'public.observation' AND operation = 'UPDATE' \gset
UPDATE observation SET extra = 9 WHERE id = 6;
SELECT is(pg_temp.found_by(format('UPDATE aims.audit_entry SET %s WHERE entry_id = $1', change), :target), expected, change)
FROM (VALUES
    ('incarnation = 2',                                              'entry leaves (named)'),
    ('xid = xid + 1',                                                'entry leaves (named)'),
    ('recorded_at = recorded_at + interval ''1 microsecond''',       'entry leaves (named)'),
    ('session_user_name = upper(session_user_name)',                 'entry digests (named)'),
    ('role_name = NULL',                                             'entry digests (named)'),
    ('person = ''alice''',                                           'entry digests (named)'),
    ('application = application || '' ''',                           'entry digests (named)'),
    ('client = ''10.0.0.1''',                                        'entry digests (named)'),
    ('operation = ''INSERT''',                                       'entry leaves (named)'),
    ('relation = ''public.changer''',                                'entry leaves (named)'),
    ('physical_relation = ''public.p''',                             'entry leaves (named)'),
    ('system = ''sepsis-watch''',                                    'entry leaves (named)'),
    ('key = ''{"id": 2}''',                                          'entry digests (named)'),
    ('reason = ''because''',                                         'entry digests (named)'),
    ('claim = NULL',                                                 'entry digests (named)'),
    ('old_image = replace(old_image::text, ''three'', ''Three'')::json', 'entry digests (named)'),
    ('old_image = NULL',                                             'entry digests (named)'),
    ('new_image = ''{}''',                                           'entry digests (named)'),
    ('old_digest = set_bit(old_digest, 7, 1 - get_bit(old_digest, 7))', 'entry digests (named), entry leaves (named)'),
    ('new_digest = set_bit(new_digest, 255, 1 - get_bit(new_digest, 255))', 'entry leaves (named)'),
    ('new_digest = NULL',                                            'entry leaves (named)'),
    ('particulars_digest = sha256(particulars_digest)',              'entry digests (named), entry leaves (named)'),
    ('salt = set_bit(salt, 0, 1 - get_bit(salt, 0))',                'entry digests (named)'),
    ('shape = 1',                                                    'entry leaves (named)'),
    ('entry_id = -5',                                                'entry leaves (named)'))
    AS v (change, expected);
SELECT is(pg_temp.found_by(command, :imaged), expected, name)
FROM (VALUES
    ('an entry deleted', 'DELETE FROM aims.audit_entry WHERE entry_id = $1', 'entries present (named)'),
    ('two entries swapped',
     'UPDATE aims.audit_entry SET entry_id = $1 + 1 - (entry_id - $1) WHERE entry_id IN ($1, $1 + 1)', 'entry leaves (named)'),
    ('an entry doubled', 'INSERT INTO aims.audit_entry SELECT * FROM aims.audit_entry WHERE entry_id = $1', 'entries once (named)'),
    ('an entry put in', 'INSERT INTO aims.audit_entry SELECT (jsonb_populate_record(e, ''{"entry_id": 999999}'')).* FROM aims.audit_entry AS e WHERE entry_id = $1',
     'entries sealed'),
    ('a leaf hash', 'UPDATE aims.tile SET hashes = set_bit(hashes, 9, 1 - get_bit(hashes, 9)) WHERE level = 0 AND tile_index = 1 AND $1 > 0', 'tree'),
    ('a node', 'UPDATE aims.tile SET hashes = set_bit(hashes, 9, 1 - get_bit(hashes, 9)) WHERE level = 1 AND $1 > 0', 'tree'),
    ('a tile deleted', 'DELETE FROM aims.tile WHERE level = 0 AND tile_index = 1 AND $1 > 0', 'tree'),
    ('a root', 'UPDATE aims.seal SET root_hash = sha256(root_hash) WHERE seal_id = 1 AND $1 > 0', 'tree heads'),
    ('the time of a seal', 'UPDATE aims.seal SET sealed_at = sealed_at - interval ''1 day'' WHERE seal_id = 1 AND $1 > 0', 'seal leaves'),
    ('the newest seal deleted', 'DELETE FROM aims.seal WHERE seal_id = (SELECT max(seal_id) FROM aims.seal) AND $1 > 0', 'entries present, tree size'),
    ('a shape', 'UPDATE aims.shape SET definition = replace(definition::text, ''"txt"'', ''"txd"'')::json WHERE $1 > 0 AND relation = ''public.digested''',
     'shapes'),
    ('a trigger disabled', 'ALTER TABLE observation DISABLE TRIGGER "AIMS_update"', 'triggers'),
    ('a trigger for origin only', 'ALTER TABLE observation ENABLE TRIGGER "AIMS_update"', 'triggers'),
    ('a trigger dropped', 'DROP TRIGGER "AIMS_update" ON observation', 'triggers'),
    ('a trigger that never fires', 'CREATE OR REPLACE TRIGGER "AIMS_insert" AFTER INSERT ON observation FOR EACH ROW WHEN (false)
        EXECUTE FUNCTION aims.audit_row(''1000''); ALTER TABLE observation ENABLE ALWAYS TRIGGER "AIMS_insert"', 'triggers'),
    ('protection dropped', 'DROP TRIGGER "AIMS_append_only" ON aims.audit_entry', 'objects, triggers'),
    ('a rule dropped', 'DROP TRIGGER "AIMS_governance" ON aims.switch_event', 'objects, triggers'),
    ('a table that inherits', 'CREATE TABLE child () INHERITS (aims.audit_entry)', 'triggers'),
    ('a stage moved past its trigger', 'SET LOCAL session_replication_role = replica; UPDATE aims.ai_system SET stage = ''deployment'' WHERE $1 > 0',
     'stages'),
    ('a tile''s index', 'UPDATE aims.tile SET entries = NULL WHERE level = 0 AND tile_index = 1 AND $1 > 0', 'tree index'),
    ('a tile''s tids', 'UPDATE aims.tile SET tids = NULL WHERE level = 0 AND tile_index = 1 AND $1 > 0', 'tree index'),
    ('the key of a leaf', 'UPDATE aims.tile AS t SET keys[array_position(sources, $1)] = 7 WHERE sources @> ARRAY[$1]', 'entry keys (named)'),
    ('a person, and a tile to hide it', 'UPDATE aims.audit_entry SET person = ''alice'' WHERE entry_id = 3; UPDATE aims.tile SET tids = NULL WHERE level = 0 AND tile_index = 1',
     'entry digests, tree index'))
    AS v (name, command, expected);

-- Whoever may verify cannot make the owner run his own operators
CREATE ROLE ledger_auditor;
SELECT aims.grant_duty_role('auditor', 'ledger_auditor') \g /dev/null
CREATE SCHEMA trap AUTHORIZATION ledger_auditor;
GRANT USAGE ON SCHEMA tap TO ledger_auditor;
SET SESSION AUTHORIZATION ledger_auditor;
CREATE FUNCTION trap.multiply(bigint, integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'as %', current_user;
END $$;
CREATE OPERATOR trap.* (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = trap.multiply);
SET search_path = trap, pg_catalog, tap;
SELECT is_empty('SELECT * FROM aims.verify() WHERE NOT ok', 'operators of the caller are not used');
SET search_path = public, tap;
RESET SESSION AUTHORIZATION;
DROP OWNED BY ledger_auditor CASCADE;
DROP ROLE ledger_auditor;
SELECT * FROM finish();
\i test/drop_database.sql
