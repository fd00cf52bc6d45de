-- The image writer against the types' own output functions: values written
-- under settings that change their output are compared with what the output
-- function gives under those that doc/formats.md names.
\i test/setup.sql
BEGIN;
SELECT plan(26);

CREATE FUNCTION pg_temp.settings(zone text, dates text, intervals text, digits text, bytes text) RETURNS void LANGUAGE sql
    BEGIN ATOMIC
        SELECT set_config('TimeZone', zone, true), set_config('DateStyle', dates, true),
               set_config('IntervalStyle', intervals, true), set_config('extra_float_digits', digits, true),
               set_config('bytea_output', bytes, true);
    END;

-- The JSON that a value becomes, from the text that the type prints.
CREATE FUNCTION pg_temp.expected(type text, value text) RETURNS text LANGUAGE sql
    RETURN CASE WHEN type ~ '^(smallint|integer|bigint|oid|real|double precision|numeric)' AND value ~ '^-?[0-9]' THEN value
                WHEN type = 'boolean' THEN CASE value WHEN 't' THEN 'true' ELSE 'false' END
                ELSE to_json(value)::text END;

-- How many values of a query have another image than expected, of how many.
CREATE FUNCTION pg_temp.differ(type text, sample text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    before bigint := (SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry);
BEGIN
    PERFORM pg_temp.settings('America/New_York', 'German, DMY', 'sql_standard', '-3', 'escape');
    EXECUTE format('CREATE TABLE public.written (id bigint PRIMARY KEY, ai text, v %s)', type);
    PERFORM aims.govern('public.written', system_column => 'ai', image => 'full');
    EXECUTE format('INSERT INTO public.written SELECT row_number() OVER (), NULL, v FROM (%s) AS s (v)', sample);
    PERFORM pg_temp.settings('UTC', 'ISO, YMD', 'iso_8601', '1', 'hex');
    EXECUTE format($q$
        SELECT format('%%s of %%s%%s', count(*) FILTER (WHERE differs), count(*), ': ' || min(v::text) FILTER (WHERE differs))
        FROM (SELECT w.v, e.new_image::text IS DISTINCT FROM
                     '{"id":' || w.id || CASE WHEN w.v IS NULL THEN '' ELSE ',"v":' || pg_temp.expected(%L, format('%%s', w.v)) END
                     || '}' AS differs
              FROM public.written AS w LEFT JOIN aims.audit_entry AS e
                   ON e.relation = 'public.written' AND e.operation = 'INSERT' AND e.entry_id > $1
                      AND (e.key ->> 'id')::bigint = w.id) AS s$q$, type)
        USING before
        INTO result;
    PERFORM aims.ungovern('public.written', 'the next type');
    DROP TABLE public.written;
    RETURN result;
END $$;

SELECT is(pg_temp.differ(type, sample), '0 of ' || n, type || ': as its output function')
FROM (VALUES
    ('smallint', 400, 'SELECT (i * 331 % 65536 - 32768)::smallint FROM generate_series(0, 397) AS i UNION ALL VALUES (32767::smallint), (NULL)'),
    ('integer', 400, 'SELECT i * i * i * 97 - 2147483648 FROM generate_series(0::bigint, 280) AS i UNION ALL SELECT 10::bigint ^ (i % 10) - (i / 10) FROM generate_series(0, 116) AS i UNION ALL VALUES (2147483647), (NULL)'),
    ('bigint', 240, 'SELECT (-1)::numeric ^ i * 10::numeric ^ (i % 19) - i / 19 FROM generate_series(0, 236) AS i UNION ALL VALUES (9223372036854775807), (-9223372036854775808), (NULL)'),
    ('oid', 102, 'SELECT (4294967295 - i * 42949672)::oid FROM generate_series(0::bigint, 100) AS i UNION ALL SELECT NULL'),
    ('boolean', 3, 'VALUES (true), (false), (NULL)'),
    ('real', 2009, 'SELECT ((i * 7919 % 10007 - 5000)::float8 * 10::float8 ^ (i % 70 - 40))::real FROM generate_series(1, 2000) AS i UNION ALL SELECT unnest(ARRAY[''NaN'', ''Infinity'', ''-Infinity'', ''-0'', 1e-45, 3.4e38, 1e15, 1e16, NULL]::real[])'),
    ('double precision', 3012, 'SELECT (i * 7919 % 100003 - 50000) * 10::float8 ^ (i % 600 - 305) FROM generate_series(1, 1500) AS i UNION ALL SELECT round((i * 7919 % 100003) / 1000.0, i % 4) FROM generate_series(1, 1500) AS i'
        ' UNION ALL SELECT unnest(ARRAY[''NaN'', ''Infinity'', ''-Infinity'', ''-0'', 5e-324, 1.7976931348623157e308, 1e15, 1e16, 123456789012345680, 0.1, 100, NULL]::float8[])'),
    ('numeric', 8214, $q$SELECT (CASE WHEN i % 2 = 0 THEN '-' ELSE '' END || substr('10203040506070809000012345678901234567890', 1 + i % 5, 1 + i % 37) || '.' || repeat('0', i % 9) || substr('9000100000020003', 1, i % 17))::numeric FROM generate_series(1, 4000) AS i
        UNION ALL SELECT 10::numeric ^ (i % 80 - 40) * (i % 3 - 1) FROM generate_series(1, 400) AS i
        UNION ALL SELECT round((i * 7919 % 100003)::numeric / 1000, i % 12) FROM generate_series(1, 3800) AS i
        UNION ALL SELECT unnest(ARRAY['NaN', 'Infinity', '-Infinity', 0, 0.000, 1e1000, 1e-1000, -1e-20, 9999, 10000, -10000.0000, 99999999.99990000, repeat('123456789', 400)::numeric, NULL]::numeric[])$q$),
    ('numeric(6,2)', 1001, 'SELECT (i * 7919 % 1000003) / 100.0 FROM generate_series(1, 1000) AS i UNION ALL SELECT NULL'),
    ('date', 8009, $q$SELECT date '0001-01-01' + i * 456 FROM generate_series(0, 7999) AS i
        UNION ALL SELECT unnest(ARRAY['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '0001-12-31 BC', '10000-01-01', '9999-12-31', '2000-02-29', NULL]::date[])$q$),
    ('timestamp', 8007, $q$SELECT timestamp '0001-01-01' + i * interval '456 days 01:02:03.4506' - (i % 7) * interval '0.000001 second' FROM generate_series(1, 8000) AS i
        UNION ALL SELECT unnest(ARRAY['infinity', '-infinity', '4713-01-01 BC', '294276-12-31 23:59:59.999999', '0001-12-31 23:59:59.999999 BC', '0001-01-01', '9999-12-31 23:59:59.999999']::timestamp[])$q$),
    ('timestamptz', 8007, $q$SELECT timestamptz '0001-01-01 UTC' + i * interval '456 days 01:02:03.4' + (i % 1000) * interval '1 second' FROM generate_series(1, 8000) AS i
        UNION ALL SELECT unnest(ARRAY['infinity', '-infinity', '4713-01-01 BC', '294276-12-31 23:59:59.999999Z', '0001-12-31 23:59:59.999999Z BC', '0001-01-01 00:00Z', '9999-12-31 23:59:59.999999Z']::timestamptz[])$q$),
    ('interval', 301, 'SELECT i * interval ''1 day 02:03:04.05'' - i % 9 * interval ''1 month'' FROM generate_series(0, 299) AS i UNION ALL SELECT NULL'),
    ('time', 300, 'SELECT time ''00:00'' + i * interval ''287.000013 seconds'' FROM generate_series(1, 300) AS i'),
    ('uuid', 301, 'SELECT md5(i::text)::uuid FROM generate_series(1, 300) AS i UNION ALL SELECT NULL'),
    ('bytea', 302, $q$SELECT decode(repeat(md5(i::text), i % 80), 'hex') FROM generate_series(1, 300) AS i UNION ALL VALUES ('\x'::bytea), (NULL)$q$),
    ('text', 1100, $q$SELECT repeat(chr(1 + i % 55295), i % 7) || chr(i % 127 + 1) || repeat('x', i * i % 3000) || CASE WHEN i % 3 = 0 THEN '"\' ELSE '' END FROM generate_series(1, 1099) AS i UNION ALL SELECT NULL$q$),
    ('varchar(20)', 128, 'SELECT chr(i) || chr(i) FROM generate_series(1, 127) AS i UNION ALL VALUES ('''')'),
    ('character(9)', 128, 'SELECT chr(i) FROM generate_series(1, 127) AS i UNION ALL SELECT NULL'),
    ('numeric[]', 50, 'SELECT ARRAY[i / 7.0, NULL, ''NaN''] FROM generate_series(1, 50) AS i'),
    ('timestamptz[]', 50, 'SELECT ARRAY[timestamptz ''2026-01-01 UTC'' + i * interval ''1 hour''] FROM generate_series(1, 50) AS i'),
    ('daterange', 50, 'SELECT daterange(date ''2026-01-01'', date ''2026-01-01'' + i) FROM generate_series(1, 50) AS i'))
    AS v (type, n, sample);

-- Keys are what jsonb itself makes of them, to the byte.
CREATE TABLE keyed (a bigint, "longer name" text, b smallint, c boolean, d date, n numeric(9,3), u uuid, ch "char",
    PRIMARY KEY (a, "longer name", b, c, d, n, u, ch));
SELECT aims.govern('keyed', image => 'digest', system_column => 'longer name') \g /dev/null
INSERT INTO aims.system_value (relation, value, system)
SELECT 'keyed', v, NULL FROM unnest(ARRAY['', 'x', 'quote " back \ é', repeat('long ', 60)]) AS v;
INSERT INTO keyed
SELECT (-1)::numeric ^ i * 10::numeric ^ (i % 19) - i / 19, t, i - 50, i % 2 = 0, date '2026-01-01' + i, i / 7.0, md5(i::text)::uuid, 'x'
FROM generate_series(1, 240) AS i, unnest(ARRAY['', 'x', 'quote " back \ é', repeat('long ', 60)]) AS t;
CREATE TEMPORARY TABLE made AS
SELECT key, jsonb_build_object('a', a, 'longer name', "longer name", 'b', b, 'c', c, 'd', d::text, 'n', n::text, 'u', u, 'ch', ch) AS expected
FROM keyed LEFT JOIN aims.audit_entry ON relation = 'public.keyed' AND operation = 'INSERT'
     AND (key ->> 'a')::bigint = a AND key ->> 'longer name' = "longer name";
SELECT is(count(*) FILTER (WHERE key = expected AND key::text = expected::text), 960::bigint, 'keys of eight columns') FROM made;
SELECT is(count(*) FILTER (WHERE jsonb_hash(key) = jsonb_hash(expected)
                           AND pg_column_size(expected) - pg_column_size(key) = CASE WHEN pg_column_size(expected) > 129 THEN 0 ELSE 3 END),
          960::bigint, 'are laid out as jsonb lays them out') FROM made;
SELECT is(count(*), 32::bigint, 'and found by what is in them')
FROM (SELECT (key -> k) IS NOT NULL FROM made, jsonb_object_keys(key) AS k WHERE key @> '{"a": -1000, "c": false}') AS s;

-- The digest of a key's particulars is over that text.
SELECT is((SELECT string_agg(check_name, ', ') FROM aims.verify() WHERE NOT ok), NULL, 'verify() agrees');
SELECT * FROM finish();
ROLLBACK;
