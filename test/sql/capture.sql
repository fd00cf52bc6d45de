\i test/setup_database.sql
-- What is captured: every kind of column through the whole path, the same
-- image under every setting, and shapes across DDL. Digests and leaves are
-- made again in SQL, by another way than ours.
-- Several assertions in one row stand below each other.
\pset fieldsep '\n'
SELECT plan(267);

INSERT INTO aims.person (person, full_name) VALUES ('owner', 'Owner');
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION ltree SCHEMA ext;
CREATE EXTENSION cube SCHEMA ext;
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy', '{,"}');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN moods AS mood[];
CREATE DOMAIN best AS mood CHECK (VALUE > 'sad');
CREATE DOMAIN initial AS "char";
CREATE TYPE address AS (street text, no positive, since timestamptz);
CREATE TYPE patient AS (name text, mood mood, addresses address[], born date);
CREATE DOMAIN home AS address CHECK ((VALUE).no > 0);
CREATE TYPE mood_range AS RANGE (subtype = mood, multirange_type_name = mood_ranges);
CREATE TYPE float_range AS RANGE (subtype = float8);

-- A type, a literal of it, and how JSON shows it
CREATE TABLE kind (n serial PRIMARY KEY, type text, literal text, shown text);
INSERT INTO kind (type, literal, shown) VALUES
    ('smallint', '-32768', '-32768'), ('integer', '-2147483648', '-2147483648'),
    ('bigint', '-9223372036854775808', '-9223372036854775808'), ('bigint', '9223372036854775807', '9223372036854775807'),
    ('boolean', 't', 'true'), ('boolean', 'f', 'false'), ('oid', '4294967295', '4294967295'),
    ('numeric', '0', '0'), ('numeric', '-0.00', '0.00'), ('numeric(10,3)', '1.5', '1.500'), ('numeric', 'NaN', '"NaN"'),
    ('numeric', 'Infinity', '"Infinity"'), ('numeric', '-Infinity', '"-Infinity"'),
    ('numeric', '1e-500', '0.' || repeat('0', 499) || '1'), ('numeric', '-1e500', '-1' || repeat('0', 500)),
    ('numeric', '12345678901234567890.12345678901234567890', '12345678901234567890.12345678901234567890'),
    ('real', '0.1', '0.1'), ('real', '1e-45', '1e-45'), ('real', '3.4028235e38', '3.4028235e+38'),
    ('double precision', '0.30000000000000004', '0.30000000000000004'), ('double precision', '-0', '-0'),
    ('double precision', '5e-324', '5e-324'), ('double precision', '1.7976931348623157e308', '1.7976931348623157e+308'),
    ('double precision', 'NaN', '"NaN"'), ('double precision', '-Infinity', '"-Infinity"'), ('double precision', '1e15', '1e+15'),
    ('money', '-1234.56', '"-$1,234.56"'),
    ('text', '', '""'), ('text', 'é € 😀 ' || U&'\+10FFFF', '"é € 😀 ' || U&'\+10FFFF' || '"'),
    ('text', (SELECT string_agg(chr(n), '' ORDER BY n) FROM generate_series(1, 300) AS n),
             (SELECT to_json(string_agg(chr(n), '' ORDER BY n))::text FROM generate_series(1, 300) AS n)),
    ('varchar(5)', 'ab', '"ab"'), ('char(5)', 'ab', '"ab   "'), ('"char"', 'x', '"x"'), ('"char"', '', '""'), ('"char"', '"', '"\""'),
    ('name', repeat('n', 63), '"' || repeat('n', 63) || '"'), ('cstring[]', NULL, NULL),
    ('bytea', '\x00ff5c22', '"\\x00ff5c22"'), ('bytea', '', '"\\x"'),
    ('date', '2024-02-29', '"2024-02-29"'), ('date', 'infinity', '"infinity"'), ('date', '-infinity', '"-infinity"'),
    ('date', '0044-03-15 BC', '"0044-03-15 BC"'), ('date', '5874897-12-31', '"5874897-12-31"'),
    ('timestamp', '2024-02-29 23:59:59.000001', '"2024-02-29 23:59:59.000001"'), ('timestamp', 'infinity', '"infinity"'),
    ('timestamp', '4713-01-01 00:00:00 BC', '"4713-01-01 00:00:00 BC"'), ('timestamp', '294276-12-31 23:59:59.999999', '"294276-12-31 23:59:59.999999"'),
    ('timestamptz', '2024-03-31 02:30:00.5+02', '"2024-03-31 00:30:00.5+00"'), ('timestamptz', '-infinity', '"-infinity"'),
    ('timestamptz', '0001-01-01 00:00:00+00 BC', '"0001-01-01 00:00:00+00 BC"'), ('timestamp(0)', '2024-01-01 00:00:00.6', '"2024-01-01 00:00:01"'),
    ('time', '24:00:00', '"24:00:00"'), ('time', '23:59:59.999999', '"23:59:59.999999"'), ('timetz', '12:00:00-15:30', '"12:00:00-15:30"'),
    ('interval', '1 year 2 mons -3 days 04:05:06.789', '"P1Y2M-3DT4H5M6.789S"'), ('interval', '0', '"PT0S"'),
    ('interval', '-178000000 years', '"P-178000000Y"'), ('interval', '-00:00:00.5', '"PT-0.5S"'),
    ('json', E'{ "b" : 1,\n"a":\t1.10, "b": "\\u00E9é" }', E'{ "b" : 1,\n"a":\t1.10, "b": "\\u00E9é" }'), ('json', 'null', 'null'),
    ('jsonb', '{"b": 1.10, "a": [true, null, {}], "": "x\ny"}', '{"": "x\ny", "a": [true, null, {}], "b": 1.10}'), ('jsonb', '1e3', '1000'),
    ('xml', '<a b="1">&lt;é</a>', '"<a b=\"1\">&lt;é</a>"'), ('xml', '<?xml version="1.0" encoding="LATIN1"?><a/>', '"<a/>"'),
    ('uuid', 'A0EEBC999C0B4EF8BB6D6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'),
    ('inet', '::ffff:10.1.2.3/96', '"::ffff:10.1.2.3/96"'), ('inet', '10.0.0.1', '"10.0.0.1"'), ('cidr', '10.1/16', '"10.1.0.0/16"'),
    ('macaddr', '08002B010203', '"08:00:2b:01:02:03"'), ('macaddr8', '08002B0102030405', '"08:00:2b:01:02:03:04:05"'),
    ('bit(5)', '10110', '"10110"'), ('varbit', '', '""'), ('varbit(9)', '101', '"101"'),
    ('point', '(1,-2.5)', '"(1,-2.5)"'), ('line', '{1,2,3}', '"{1,2,3}"'), ('lseg', '[(0,0),(1,1)]', '"[(0,0),(1,1)]"'),
    ('box', '(1,1),(0,0)', '"(1,1),(0,0)"'), ('path', '[(0,0),(1,0.1)]', '"[(0,0),(1,0.1)]"'), ('circle', '<(0,0),0.1>', '"<(0,0),0.1>"'),
    ('polygon', '((0,0),(1,1),(1,0))', '"((0,0),(1,1),(1,0))"'),
    ('tsvector', 'a:1A cat''s:2 fat', '"''a'':1A ''cat''''s'':2 ''fat''"'), ('tsvector', '''a b'':1', '"''a b'':1"'), ('tsquery', 'fat & !(rat | cat)', '"''fat'' & !( ''rat'' | ''cat'' )"'),
    ('pg_lsn', 'FFFFFFFF/1', '"FFFFFFFF/1"'), ('tid', '(4294967295,65535)', '"(4294967295,65535)"'), ('xid', '7', '"7"'), ('xid8', '18446744073709551615', '"18446744073709551615"'),
    ('cid', '7', '"7"'), ('pg_snapshot', '10:20:10,14', '"10:20:10,14"'), ('jsonpath', '$.a[*] ? (@ > 1)', '"$.\"a\"[*]?(@ > 1)"'),
    ('int2vector', '1 2 3', '"1 2 3"'), ('oidvector', '1 2', '"1 2"'),
    ('regclass', 'kind', '"public.kind"'), ('regclass', 'pg_class', '"pg_class"'), ('regclass', '4294967295', '"4294967295"'),
    ('regtype', 'mood', '"public.mood"'), ('regtype', 'timestamptz[]', '"timestamp with time zone[]"'), ('regproc', 'aims.seal', '"aims.seal"'),
    ('regprocedure', 'sum(integer)', '"sum(integer)"'), ('regoperator', '+(integer,integer)', '"+(integer,integer)"'), ('regnamespace', 'public', '"public"'),
    ('regrole', '0', '"-"'), ('regcollation', '"C"', '"\"C\""'), ('regconfig', 'simple', '"simple"'), ('regdictionary', 'simple', '"simple"'),
    ('mood', 'so so', '"so so"'), ('mood', '{,"}', '"{,\"}"'), ('best', 'happy', '"happy"'), ('positive', '7', '7'), ('initial', 'i', '"i"'),
    ('moods', '{sad,NULL,"so so"}', '"{sad,NULL,\"so so\"}"'), ('home', '("Main St",1,)', '"(\"Main St\",1,)"'),
    ('integer[]', '{}', '"{}"'), ('integer[]', '{1,NULL,3}', '"{1,NULL,3}"'), ('integer[]', '[-1:0][5:6]={{1,2},{3,4}}', '"[-1:0][5:6]={{1,2},{3,4}}"'),
    ('text[]', '{"a b","","NULL",null,"\"\\","é"}', '"{\"a b\",\"\",\"NULL\",NULL,\"\\\"\\\\\",é}"'),
    ('timestamptz[]', '{2024-01-01 00:00:00+02}', '"{\"2023-12-31 22:00:00+00\"}"'), ('bytea[]', '{"\\x00"}', '"{\"\\\\x00\"}"'), ('float8[]', '{0.1,-0,NaN}', '"{0.1,-0,NaN}"'),
    ('interval[]', '{1 day}', '"{P1D}"'), ('money[]', '{12.5}', '"{$12.50}"'), ('regclass[]', '{kind}', '"{public.kind}"'), ('mood[]', '{"{,\"}"}', '"{\"{,\\\"}\"}"'),
    ('address', '("a ""b"",",,)', '"(\"a \"\"b\"\",\",,)"'), ('address', '(,,"2024-01-01 00:00:00+02")', '"(,,\"2023-12-31 22:00:00+00\")"'),
    ('patient', '(Ann,happy,"{""(Main,1,)""}",2000-01-02)', '"(Ann,happy,\"{\"\"(Main,1,)\"\"}\",2000-01-02)"'),
    ('address[]', '{"(x,2,)",NULL}', '"{\"(x,2,)\",NULL}"'), ('kind', '(1,,,)', '"(1,,,)"'),
    ('int4range', '(1,5]', '"[2,6)"'), ('int8range', 'empty', '"empty"'), ('numrange', '(,1.50]', '"(,1.50]"'), ('daterange', '[2024-01-01,infinity]', '"[2024-01-01,infinity]"'),
    ('tstzrange', '[2024-01-01 00:00:00+02,)', '"[\"2023-12-31 22:00:00+00\",)"'), ('float_range', '[0.1,0.2)', '"[0.1,0.2)"'), ('mood_range', '[sad,happy]', '"[sad,happy]"'),
    ('int4multirange', '{[1,2),[5,9)}', '"{[1,2),[5,9)}"'), ('mood_ranges', '{}', '"{}"'), ('mood_ranges', '{[sad,"so so")}', '"{[sad,\"so so\")}"'),
    ('ext.hstore', 'b=>1, a=>NULL, "x y"=>"\""', '"\"a\"=>NULL, \"b\"=>\"1\", \"x y\"=>\"\\\"\""'), ('ext.citext', 'MiXed', '"MiXed"'), ('ext.ltree', 'Top.Science', '"Top.Science"'),
    ('ext.cube', '(1,2.5)', '"(1, 2.5)"');
DELETE FROM kind WHERE literal IS NULL;

-- A table with a column of each, in three policies
SELECT string_agg(format('c%s %s', n, type), ', ' ORDER BY n) AS columns,
       string_agg(format('%L::%s', literal, type), ', ' ORDER BY n) AS literals,
       '{"id":1' || string_agg(format(',"c%s":%s', n, shown), '' ORDER BY n) || '}' AS image
FROM kind \gset
CREATE TABLE wide (id integer PRIMARY KEY, :columns, ai text);
SET lc_monetary = 'C';
INSERT INTO wide VALUES (1, :literals);
RESET lc_monetary;
CREATE TABLE wide_full (LIKE wide INCLUDING ALL);
CREATE TABLE wide_changes (LIKE wide INCLUDING ALL);
CREATE TABLE wide_digest (LIKE wide INCLUDING ALL);
CREATE TABLE wide_keyless AS TABLE wide WITH NO DATA;
CREATE TABLE wide_parts (LIKE wide INCLUDING ALL) PARTITION BY LIST (id);
CREATE TABLE wide_part PARTITION OF wide_parts DEFAULT;
SELECT aims.govern('wide_' || name, system_column => 'ai', image => policy)
FROM (VALUES ('full', 'full'::aims.image_policy), ('changes', 'changes'), ('digest', 'digest'), ('keyless', 'digest'), ('parts', 'changes'))
    AS v (name, policy) \g /dev/null

CREATE FUNCTION newest(relation text) RETURNS aims.audit_entry LANGUAGE sql
    RETURN (SELECT e FROM aims.audit_entry AS e WHERE e.relation = newest.relation ORDER BY entry_id DESC LIMIT 1);
CREATE FUNCTION digest(e aims.audit_entry, tag text, image text) RETURNS bytea LANGUAGE sql
    RETURN sha256((e).salt || convert_to(tag || image, 'UTF8'));

INSERT INTO wide_full TABLE wide;
SELECT is((e.new_image -> ('c' || n))::text, shown, type || ' ' || left(to_json(literal)::text, 40))
FROM kind, newest('public.wide_full') AS e ORDER BY n;
SELECT is(e.new_image::text, :'image', 'no byte of the image is out of place') FROM newest('public.wide_full') AS e;

-- Insert, update and delete under each policy: what is stored, what is digested
SELECT replace(:'image', '"c1":-32768,', '"c1":5,') AS changed \gset
CREATE FUNCTION course(relation text) RETURNS SETOF aims.audit_entry LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT max(entry_id) FROM aims.audit_entry);
BEGIN
    EXECUTE format('DELETE FROM %s', relation);
    EXECUTE format('INSERT INTO %s TABLE wide', relation);
    EXECUTE format('UPDATE %s SET c1 = 5', relation);
    EXECUTE format('DELETE FROM %s', relation);
    RETURN QUERY SELECT * FROM aims.audit_entry AS e WHERE e.relation = 'public.' || course.relation AND entry_id > newest
        ORDER BY entry_id DESC LIMIT 3;
END $$;
SELECT is((e.operation, e.old_image IS NOT NULL, e.new_image IS NOT NULL)::text, (o.operation, old, new)::text, format('%s of %s: images', o.operation, p.relation)),
       is(e.old_digest, CASE WHEN e.operation <> 'INSERT' THEN digest(e, 'o', CASE e.operation WHEN 'UPDATE' THEN :'image' ELSE :'changed' END) END, 'old digest'),
       is(e.new_digest, CASE WHEN e.operation <> 'DELETE' THEN digest(e, 'n', CASE e.operation WHEN 'INSERT' THEN :'image' ELSE :'changed' END) END, 'new digest')
FROM (VALUES ('wide_full', true, true, true, true), ('wide_changes', true, true, false, false), ('wide_digest', false, false, false, false),
             ('wide_keyless', true, true, true, true), ('wide_parts', true, true, false, false)) AS p (relation, update_old, delete_old, insert_new, update_new),
     course(p.relation) AS e,
     LATERAL (VALUES ('INSERT', false, insert_new), ('UPDATE', update_old, update_new), ('DELETE', delete_old, false)) AS o (operation, old, new)
WHERE o.operation = e.operation ORDER BY p.relation, e.entry_id;

-- No setting changes an image
CREATE FUNCTION under(setting text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(setting, value, true);
    ALTER TABLE public.wide_full SET (fillfactor = 90); -- forgets what is cached of it
    DELETE FROM public.wide_full;
    INSERT INTO public.wide_full TABLE public.wide;
    RETURN (SELECT new_image::text FROM aims.audit_entry WHERE relation = 'public.wide_full' ORDER BY entry_id DESC LIMIT 1);
END $$;
BEGIN;
CREATE TABLE public.under_setting AS SELECT setting, value, public.under(setting, value) AS image FROM (VALUES ('DateStyle', 'German, DMY'), ('DateStyle', 'SQL, MDY'), ('DateStyle', 'Postgres, DMY'), ('TimeZone', 'Pacific/Auckland'), ('TimeZone', 'America/St_Johns'),
    ('IntervalStyle', 'sql_standard'), ('IntervalStyle', 'postgres_verbose'), ('extra_float_digits', '-15'), ('extra_float_digits', '0'), ('extra_float_digits', '3'),
    ('bytea_output', 'escape'), ('lc_monetary', 'C.UTF-8'), ('lc_numeric', 'C'), ('search_path', ''), ('search_path', 'public, ext, aims'), ('search_path', 'pg_catalog'),
    ('quote_all_identifiers', 'on'), ('standard_conforming_strings', 'off'), ('escape_string_warning', 'off'), ('backslash_quote', 'off'), ('xmlbinary', 'hex'),
    ('xmloption', 'document'), ('client_encoding', 'LATIN1'), ('client_encoding', 'SQL_ASCII'), ('client_encoding', 'UTF8'), ('array_nulls', 'off'), ('transform_null_equals', 'on'), ('gin_fuzzy_search_limit', '1'),
    ('default_text_search_config', 'german'), ('check_function_bodies', 'off'), ('row_security', 'off'), ('default_toast_compression', 'pglz'), ('jit', 'off'))
    AS v (setting, value);
COMMIT;
SELECT is(image, :'image', format('%s = %s', setting, value)) FROM under_setting;
SELECT is(count(DISTINCT shape), 1::bigint, 'nor does one change the shape') FROM aims.audit_entry WHERE relation = 'public.wide_full';
SET DateStyle = 'German, DMY';
INSERT INTO wide_digest TABLE wide;
SELECT is(ARRAY[current_setting('DateStyle'), current_setting('search_path'), '2024-02-29'::date::text],
    ARRAY['German, DMY', 'public, tap', '29.02.2024'], 'the session keeps its own settings');
RESET DateStyle;

-- Bytes that are no characters: before 16 the output of "char" is the byte
CREATE TABLE bytes (c "char" PRIMARY KEY, d initial, a "char"[], ai text);
SELECT aims.govern('bytes', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO bytes VALUES ((-23)::"char", 0::"char", NULL);
SELECT is(format('%s %s', key, new_image), '{"c": "\\351"} {"c":"\\351","d":""}', 'a "char" that is no character') FROM newest('public.bytes');
INSERT INTO bytes VALUES ('x', (-1)::"char", ARRAY[(-23)::"char", 'x']);
SELECT ok(convert_from(convert_to(new_image::text, 'UTF8'), 'UTF8') = new_image::text, 'in an array it is text, too') FROM newest('public.bytes');
SELECT is(new_digest, digest(e, 'n', new_image::text), 'and digested as it is stored') FROM newest('public.bytes') AS e;

-- Values out of line: kept where an update leaves them alone, gone after a delete
CREATE TABLE big (id integer PRIMARY KEY, plain text, packed text, bytes bytea, list text[], ai text);
ALTER TABLE big ALTER plain SET STORAGE EXTERNAL;
SELECT aims.govern('big', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO big SELECT 1, string_agg(md5(i::text), '"' ORDER BY i), repeat('é\', 100000), decode(string_agg(md5(i::text), '' ORDER BY i), 'hex'),
    array_agg(md5(i::text) ORDER BY i) FROM generate_series(1, 2000) AS i;
UPDATE big SET ai = NULL;
CREATE TABLE big_copy AS TABLE big;
DELETE FROM big;
CREATE FUNCTION big_image(b big_copy) RETURNS text LANGUAGE sql
    RETURN format('{"id":1,"plain":%s,"packed":%s,"bytes":%s,"list":%s}', to_json(b.plain), to_json(b.packed), to_json(b.bytes), to_json(b.list::text));
SELECT is(count(*) FILTER (WHERE coalesce(old_image, new_image)::text = big_image(b) AND coalesce(new_image, old_image)::text = big_image(b)
                           AND coalesce(old_digest = digest(e, 'o', big_image(b)), true) AND coalesce(new_digest = digest(e, 'n', big_image(b)), true)), 3::bigint,
    'values out of line and compressed: insert, update, delete')
FROM aims.audit_entry AS e, big_copy AS b WHERE relation = 'public.big';
CREATE TABLE huge (id integer PRIMARY KEY, t text, ai text);
SELECT aims.govern('huge', system_column => 'ai', image => 'digest') \g /dev/null
INSERT INTO huge VALUES (1, repeat(E'0123456789abcde\n', 6250000));
UPDATE huge SET t = 'small';
SELECT ok(bool_and(digest = CASE operation WHEN 'INSERT' THEN e.new_digest ELSE e.old_digest END), 'a value of 100 MB, and its end')
FROM aims.audit_entry AS e, LATERAL digest(e, CASE operation WHEN 'INSERT' THEN 'n' ELSE 'o' END,
     '{"id":1,"t":"' || repeat('0123456789abcde\n', 6250000) || '"}') AS digest
WHERE relation = 'public.huge';

-- Many columns, none, and names that need care
SELECT string_agg(format('c%s boolean', n), ', ' ORDER BY n) AS columns FROM generate_series(1, 1598) AS n \gset
CREATE TABLE many (id integer PRIMARY KEY, :columns, ai text);
SELECT aims.govern('many', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO many (id, c1, c800, c1598) VALUES (1, true, false, true);
SELECT is(e.new_image::text, '{"id":1,"c1":true,"c800":false,"c1598":true}', '1,600 columns'),
       is(json_array_length(s.definition -> 'columns'), 1600, 'all of them in the shape')
FROM newest('public.many') AS e JOIN aims.shape AS s ON s.shape_id = e.shape;
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('reader', 'Reader', 'owner', 'Reads', 'deployment');
RESET session_replication_role;
CREATE TABLE hollow ();
SELECT aims.govern('hollow', system => 'reader', image => 'changes') \g /dev/null
INSERT INTO hollow DEFAULT VALUES;
SELECT is(format('%s %s %s', e.system, e.key, e.new_image), 'reader  {}', 'no columns') FROM newest('public.hollow') AS e;
DELETE FROM hollow;
SELECT is(e.old_digest, digest(e, 'o', '{}'), 'none to delete') FROM newest('public.hollow') AS e;
SELECT format('%I.%I', 'Sch."ema', E':"\\ \u00e9\n\t' || repeat('x', 55)) AS odd, format('%I', repeat('k"', 31)) AS long \gset
CREATE SCHEMA "Sch.""ema";
CREATE TABLE :odd (:long integer, "a""\," text, "né" integer, ai text, PRIMARY KEY ("né", :long));
SELECT aims.govern(:'odd', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO :odd VALUES (1, 'x', 2);
SELECT is(format('%s %s', key, new_image), format('{"né": 2, %1$s: 1} {%1$s:1,"a\"\\,":"x","né":2}', to_json(repeat('k"', 31))), 'names are escaped'),
       is(e.new_digest, digest(e, 'n', e.new_image::text), 'and digested')
FROM newest(:'odd') AS e;

-- Generated and identity columns; a virtual one would be left out
CREATE TABLE made (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer, twice integer GENERATED ALWAYS AS (n * 2) STORED,
    at timestamptz DEFAULT 'epoch', ai text);
SELECT current_setting('server_version_num')::integer >= 180000 AS has_virtual \gset
\if :has_virtual
ALTER TABLE made ADD thrice integer GENERATED ALWAYS AS (n * 3) VIRTUAL;
\endif
SELECT aims.govern('made', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO made (n) VALUES (21);
UPDATE made SET n = 22;
SELECT is(format('%s %s', old_image, new_image), '{"id":1,"n":21,"twice":42,"at":"1970-01-01 00:00:00+00"} {"id":1,"n":22,"twice":44,"at":"1970-01-01 00:00:00+00"}',
    'generated and identity columns') FROM newest('public.made');

-- Keys: deferrable, of several columns, of types that print in many ways; the row's new one after an update
CREATE TABLE keyed (t timestamptz, n numeric, f float8, b boolean, j jsonb, m mood, x integer, ai text,
    PRIMARY KEY (t, n, f, b, j, m) DEFERRABLE INITIALLY DEFERRED);
SELECT aims.govern('keyed', system_column => 'ai') \g /dev/null
SET TimeZone = 'Asia/Tokyo';
INSERT INTO keyed VALUES ('2024-01-01 00:00:00Z', 1.50, 'NaN', true, '{"a": 1}', 'so so', 1);
UPDATE keyed SET n = 2.0;
SELECT is(e.key::text, '{"b": true, "f": "NaN", "j": "{\"a\": 1}", "m": "so so", "n": "2.0", "t": "2024-01-01 00:00:00+00"}', 'a key of six types')
FROM newest('public.keyed') AS e;
RESET TimeZone;

-- DDL: what changes the output of a column changes the shape, and nothing else does
CREATE TYPE part AS (mood mood, size positive);
CREATE TYPE whole AS (parts part[], span mood_range);
CREATE TABLE shaped (id integer PRIMARY KEY, a integer, m mood, ms mood[], w whole, ai text) PARTITION BY RANGE (id);
CREATE TABLE shaped_low (w whole, ms mood[], ai text, m mood, a integer, id integer NOT NULL);
ALTER TABLE shaped ATTACH PARTITION shaped_low FOR VALUES FROM (0) TO (10);
SELECT aims.govern('shaped', system_column => 'ai', image => 'full') \g /dev/null
INSERT INTO shaped VALUES (1, 5, 'sad', '{happy}', '("{""(sad,1)""}","[sad,happy]")');
SELECT is(definition::text, '{"aims":"shape/1","writer":1,"registry":' || registry_id || ',"relation":"public.shaped","columns":['
    '{"attnum":1,"name":"w","type":"public.whole"},{"attnum":2,"name":"ms","type":"public.mood[]","labels":["sad","so so","happy","{,\"}"]},'
    '{"attnum":3,"name":"ai","type":"pg_catalog.text"},{"attnum":4,"name":"m","type":"public.mood","labels":["sad","so so","happy","{,\"}"]},'
    '{"attnum":5,"name":"a","type":"integer"},{"attnum":6,"name":"id","type":"integer"}],"key":["id"],"types":['
    '{"name":"public.whole","attributes":[{"attnum":1,"name":"parts","type":"public.part[]"},{"attnum":2,"name":"span","type":"public.mood_range"}]},'
    '{"name":"public.mood_range","subtype":"public.mood"},'
    '{"name":"public.part","attributes":[{"attnum":1,"name":"mood","type":"public.mood"},{"attnum":2,"name":"size","type":"public.positive"}]},'
    '{"name":"public.positive","base":"integer"}]}', 'a shape defines what its types are made of')
FROM aims.shape WHERE shape_id = (newest('public.shaped')).shape;
CREATE FUNCTION updated() RETURNS aims.audit_entry LANGUAGE plpgsql AS $$
DECLARE
    e aims.audit_entry;
BEGIN
    EXECUTE format('UPDATE %s SET ai = NULL', (SELECT relation FROM aims.registry ORDER BY registry_id DESC LIMIT 1));
    SELECT * INTO e FROM aims.audit_entry WHERE operation = 'UPDATE' ORDER BY entry_id DESC LIMIT 1;
    RETURN e;
END $$;
CREATE FUNCTION reshaped(ddl text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before aims.audit_entry := updated();
    after  aims.audit_entry;
BEGIN
    EXECUTE ddl;
    after := updated();
    RETURN CASE WHEN before.shape = after.shape THEN 'same' ELSE 'new' END
        || CASE WHEN before.new_image::text = after.new_image::text THEN '' ELSE ', another image' END;
END $$;
SELECT is(reshaped(ddl), expected, ddl)
FROM (VALUES
    ('CREATE INDEX ON shaped (a)', 'same'), ('ALTER TABLE shaped ADD CHECK (a > 0)', 'same'), ('COMMENT ON COLUMN shaped.a IS ''a''', 'same'),
    ('ALTER TABLE shaped ALTER a SET STATISTICS 10', 'same'), ('ALTER DOMAIN positive SET DEFAULT 1', 'same'),
    ('ALTER TABLE shaped ADD b varchar(5)', 'new'), ('ALTER TABLE shaped ALTER b TYPE varchar(6)', 'new'), ('ALTER TABLE shaped ADD c integer DEFAULT 3', 'new, another image'),
    ('ALTER TABLE shaped RENAME a TO aa', 'new, another image'), ('ALTER TABLE shaped ALTER aa TYPE numeric(5,2)', 'new, another image'),
    ('ALTER TABLE shaped DROP aa', 'new, another image'),
    ('ALTER TYPE mood RENAME VALUE ''sad'' TO ''blue''', 'new, another image'), ('ALTER TYPE mood ADD VALUE ''calm'' BEFORE ''happy''', 'new'),
    ('ALTER TYPE part RENAME ATTRIBUTE mood TO feeling CASCADE', 'new'), ('ALTER TYPE part ADD ATTRIBUTE extra text CASCADE', 'new, another image'),
    ('ALTER TYPE part DROP ATTRIBUTE extra CASCADE', 'new, another image'), ('ALTER TYPE part RENAME TO piece', 'new'),
    ('ALTER DOMAIN positive RENAME TO above_zero', 'new'), ('ALTER TYPE mood_range RENAME TO span', 'new'), ('ALTER TYPE mood RENAME TO feeling', 'new'),
    ('ALTER TYPE whole SET SCHEMA ext', 'new'), ('ALTER SCHEMA ext RENAME TO extra', 'new'),
    ('ALTER TABLE shaped RENAME TO reshaped', 'new'), ('ALTER TABLE reshaped SET SCHEMA extra', 'new'),
    ('ALTER TABLE extra.reshaped DROP CONSTRAINT shaped_pkey', 'new')) AS v (ddl, expected);

-- Every leaf made again
CREATE FUNCTION json_member(name text, value text) RETURNS text LANGUAGE sql RETURN coalesce(',"' || name || '":' || to_json(value)::text, '');
SELECT cmp_ok(aims.seal(), '>', 250::bigint, 'sealed');
SELECT aims.seal() \g /dev/null
SELECT is_empty($$
    SELECT entry_id
    FROM aims.audit_entry AS e LEFT JOIN aims.shape AS s ON s.shape_id = e.shape
    WHERE convert_from(aims.leaf(entry_id), 'UTF8') IS DISTINCT FROM
        format('{"aims":"entry/1","entry":%s,"incarnation":%s,"xid":%s', entry_id, incarnation, xid)
        || json_member('time', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || json_member('operation', operation) || json_member('relation', e.relation) || json_member('physical', physical_relation)
        || json_member('system', system) || coalesce(',"shape":' || shape, '') || json_member('shape_digest', encode(s.digest, 'hex'))
        || json_member('p', encode(particulars_digest, 'hex')) || json_member('o', encode(old_digest, 'hex'))
        || json_member('n', encode(new_digest, 'hex')) || '}'
$$, 'leaves are what the page on formats says');
SELECT is_empty($$
    SELECT entry_id FROM aims.audit_entry AS e
    WHERE particulars_digest IS DISTINCT FROM digest(e, 'p', overlay(
        json_member('session_user', session_user_name) || json_member('role', role_name) || json_member('person', person)
        || json_member('claim', claim) || json_member('application', application) || json_member('client', client)
        || json_member('reason', reason) || coalesce(',"key":' || key::text, '')
        || json_member('images', nullif(concat_ws(' and ', 'old' || left(old_image::text, 0), 'new' || left(new_image::text, 0)), '')) || '}'
        PLACING '{' FROM 1 FOR 1))
$$, 'particulars, too');
SELECT is_empty($$SELECT shape_id FROM aims.shape WHERE digest <> sha256(convert_to(definition::text, 'UTF8'))$$, 'and shapes');
SELECT is((SELECT string_agg(check_name, ', ') FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'), NULL,
    'all of it verifies, but that the reader was put into service past its gates');
SELECT * FROM finish();
\i test/drop_database.sql
