\i test/setup.sql
-- Type control_ref and domain slug: form, order, equality, hash, containment.
BEGIN;
SELECT plan(91);

-- Accepted, spelling kept
SELECT is(ref::aims.control_ref::text, ref, 'accepts ' || ref)
  FROM unnest(ARRAY[
    'A.6.2.4', '9.2.1', '164.308.a.1.ii.D', 'GV.OC-01', '06', '0', '-', 'Z',
    repeat('9', 126), repeat('a.', 62) || 'bc']) AS ref;

-- Refused
SELECT throws_ok(format('SELECT %L::aims.control_ref', ref), '22P02', NULL,
                 'refuses ' || to_json(ref))
  FROM unnest(ARRAY[
    '', '.', '.A', 'A.', 'A..6', ' A.6', 'A.6 ', 'A 6', 'A.6.2.4(b)', 'A_6',
    'Ä.6', 'A.٦', E'A.6\n', 'A/6', 'A,6', '§4']) AS ref;
SELECT throws_ok(format('SELECT %L::aims.control_ref', ref), '22001', NULL,
                 'refuses ' || length(ref) || ' characters')
  FROM unnest(ARRAY[repeat('9', 127), repeat('é', 5000)]) AS ref;
SELECT throws_ok(format('SELECT %L::text::aims.control_ref', ref), state, NULL,
                 'the cast from text refuses as the input does')
  FROM (VALUES ('A..6', '22P02'), ('', '22P02'), (repeat('9', 127), '22001')) AS t (ref, state);

-- Equality, containment either way, order and hash of pairs
SET LOCAL search_path = public, tap, aims;
CREATE TEMPORARY TABLE pair (a aims.control_ref, b aims.control_ref, sign integer, contains boolean);
INSERT INTO pair VALUES
    ('A.6.2.4', 'A.6.2.4', 0, true),
    ('A.6',     'A.6.2.4', -1, true),
    ('A.6',     'A.60',    -1, false),
    ('A.6',     'A.10',    -1, false),
    ('A.6.2.4', 'A.6.10',  -1, false),
    ('A',       'A.1',     -1, true),
    ('A.1.5',   'A.2',     -1, false),
    ('6',       '06',      -1, false),
    ('06',      '006',     -1, false),
    ('006',     '7',       -1, false),
    ('0',       '000',     -1, false),
    ('000',     '1',       -1, false),
    ('10',      '09',      1, false),
    ('6',       '06.1',    -1, false),
    ('06',      '6.1',     1, false),
    ('01.a',    '09.ab',   -1, false),
    ('01.a',    '01.a.1',  -1, true),
    ('99999999999999999999', '100000000000000000000', -1, false),
    ('18446744073709551616', '18446744073709551617', -1, false),
    (repeat('9', 126), '1' || repeat('0', 125), 1, false),
    ('9',       'A',       -1, false),
    ('9',       '-',       -1, false),
    ('9.a',     '9.A',     1, false),
    ('4.1',     '5',       -1, false),
    ('A.2',     'A.2-1',   -1, false),
    ('A.2.9',   'A.2-1',   -1, false),
    ('A-2',     'A-10',    1, false);
SELECT is(aims.control_ref_cmp(a, b), sign, format('%s against %s', left(a, 30), left(b, 30))) FROM pair;
-- min and max by that order
SELECT results_eq('SELECT aims.min(a)::text, aims.max(a)::text FROM pair WHERE a::text LIKE ''A.%''',
                  'SELECT (array_agg(a ORDER BY a))[1]::text, (array_agg(a ORDER BY a DESC))[1]::text FROM pair WHERE a::text LIKE ''A.%''', 'min and max go by the order');
SELECT results_eq($$SELECT aims.min(r)::text, aims.max(r)::text FROM unnest('{A.10,A.6.2.4,NULL,A.9}'::aims.control_ref[]) AS r$$,
                  $$VALUES ('A.6.2.4', 'A.10')$$, 'A.6.2.4 before A.10, NULLs left out');
SELECT results_eq($$SELECT aims.min(r) IS NULL, aims.max(r) IS NULL FROM unnest('{NULL}'::aims.control_ref[]) AS r$$, 'VALUES (true, true)', 'of none there is none');

SELECT is_empty($$
    SELECT a, b FROM pair
     WHERE (a = b, a <> b, a < b, a <= b, a > b, a >= b)
           IS DISTINCT FROM (sign = 0, sign <> 0, sign < 0, sign <= 0, sign > 0, sign >= 0)
        OR aims.control_ref_cmp(b, a) <> -sign $$,
    'six operators and the opposite order agree with the comparison');
SELECT is_empty($$
    SELECT a, b FROM pair
     WHERE (a @> b) IS DISTINCT FROM contains OR (b <@ a) IS DISTINCT FROM contains
        OR (b @> a) IS DISTINCT FROM (sign = 0) $$,
    'contains its children and itself, nothing else');
SELECT is_empty($$
    SELECT a, b FROM pair
     WHERE (sign = 0) <> (aims.control_ref_hash(a) = aims.control_ref_hash(b))
        OR (sign = 0) <> (aims.control_ref_hash_extended(a, 7) = aims.control_ref_hash_extended(b, 7)) $$,
    'hashes follow equality');
SELECT is_empty($$
    SELECT a FROM pair
     WHERE aims.control_ref_hash_extended(a, 0) & 4294967295
           <> aims.control_ref_hash(a)::bigint & 4294967295 $$,
    'the 64-bit hash with seed 0 ends in the 32-bit hash');

-- A total order over every value of the pairs
CREATE TEMPORARY TABLE val AS SELECT a AS v FROM pair UNION ALL SELECT b FROM pair;
SELECT is_empty($$
    SELECT x.v, y.v, z.v FROM val x, val y, val z
     WHERE x.v <= y.v AND y.v <= z.v AND NOT x.v <= z.v $$,
    'the order is transitive');
SELECT is(array_agg(v ORDER BY v)::text,
          '{6.1,6.2,6.10,9.3.3,10.1,A,A.2,A.2.2,A.6.2.4,A.6.10,A.10,A.10.2}',
          'references sort as an index of contents does')
  FROM unnest('{A.10.2,6.10,A.2.2,10.1,9.3.3,A.6.10,6.2,A.10,6.1,A.2,A.6.2.4,A}'::aims.control_ref[]) AS v;

-- Indexes find what a scan finds
CREATE TEMPORARY TABLE many AS
SELECT format('%s.%s.%s', a, b, c)::aims.control_ref AS ref
  FROM unnest('{A,B,7,07}'::text[]) AS a, generate_series(1, 12) AS b, generate_series(1, 30) AS c;
CREATE UNIQUE INDEX many_btree ON many (ref);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(array_agg(ref)::text, '{7.3.4}', 'btree finds one') FROM many WHERE ref = '7.3.4';
SELECT is(count(*), 30::bigint, 'btree finds the children, which lie together')
  FROM many WHERE ref > '7.3' AND ref < '7.4';
SELECT throws_ok($$ INSERT INTO many VALUES ('A.1.1') $$, '23505', NULL, 'unique');
DROP INDEX many_btree;
CREATE INDEX many_hash ON many USING hash (ref);
SELECT is(array_agg(ref)::text, '{07.3.4}', 'hash index finds one') FROM many WHERE ref = '07.3.4';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET LOCAL enable_sort = off;
SELECT is(count(*), 1440::bigint, 'hash aggregate keeps all apart')
  FROM (SELECT ref FROM many GROUP BY ref) AS g;
RESET enable_sort;
SET LOCAL enable_hashagg = off;
SELECT is(count(*), 1440::bigint, 'so does a sorted one')
  FROM (SELECT ref FROM many GROUP BY ref) AS g;
RESET enable_hashagg;

-- Without aims in the search_path = is that of text: the same answer
SET LOCAL search_path = public, tap;
SELECT is_empty('SELECT a, b FROM pair WHERE (a = b) <> (sign = 0)', 'equality of any search_path');
SELECT is(count(*), 1440::bigint, 'JOIN USING of any search_path')
  FROM many JOIN many AS other USING (ref);
SELECT is((array_agg(ref ORDER BY ref))[10]::text, '7.1.10', 'ORDER BY of any search_path') FROM many;

-- Operator classes are what their access methods expect
SELECT ok(amvalidate(oid), 'operator class is valid for ' || amname)
  FROM (SELECT c.oid, am.amname FROM pg_opclass c JOIN pg_am am ON am.oid = c.opcmethod
         WHERE c.opcintype = 'aims.control_ref'::regtype ORDER BY am.amname) AS t;

-- NULL, assignment, binary format
SELECT is(NULL::aims.control_ref OPERATOR(aims.=) '4.1', NULL, 'NULL is not equal');
SELECT is(NULL::text::aims.control_ref, NULL, 'NULL is cast to NULL');
SELECT is(encode(aims.control_ref_send('A.6'), 'hex'), '01412e36', 'binary form: version, then text');
SELECT is(pg_column_size(a), length(a) + 1, 'one byte of overhead for ' || length(a))
  FROM (SELECT a FROM pair ORDER BY length(a) DESC LIMIT 1) AS t;
SELECT lives_ok($$ INSERT INTO many SELECT 'A.6.1'::text $$, 'assignment from text');

-- Slugs
SELECT ok('a.b_c-9'::aims.slug IS NOT NULL, 'slug');
SELECT throws_ok(format('SELECT %L::aims.slug', s), '23514', NULL, 'no slug: ' || to_json(s))
  FROM unnest(ARRAY['', 'A', '-a', 'a b', 'ä', E'a\n', repeat('a', 64)]) AS s;

SELECT * FROM finish();
ROLLBACK;
