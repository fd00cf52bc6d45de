\i test/setup.sql
-- Import of CSV files: how they are read, what is reported of wrong rows, and
-- that nothing is half imported.
BEGIN;
\i test/act.sql
SELECT plan(82);

-- Reading (RFC 4180)
CREATE FUNCTION pg_temp.read(content text, delimiter text DEFAULT ',') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(line || ':' || fields, ' ' ORDER BY record)
      FROM (SELECT record, min(line) AS line, string_agg(CASE WHEN wrong THEN '!' ELSE '[' || field || ']' END, '' ORDER BY place) AS fields
              FROM aims.csv_field(content, delimiter) GROUP BY record) AS r $$;
SELECT is(pg_temp.read(content, delimiter), want, name)
  FROM (VALUES
    (1, 'plain',                    E'a,b\nc,d',                   ',',   '1:[a][b] 2:[c][d] 2:[]'),
    (2, 'a line break at the end',  E'a,b\nc,d\n',                 ',',   '1:[a][b] 2:[c][d] 3:[]'),
    (3, 'CR LF',                    E'a,b\r\nc,d\r\n',             ',',   '1:[a][b] 2:[c][d] 3:[]'),
    (4, 'CR',                       E'a,b\rc,d',                   ',',   '1:[a][b] 2:[c][d] 2:[]'),
    (5, 'empty lines',              E'\n\na\n\nb\n',               ',',   '1:[] 2:[] 3:[a] 4:[] 5:[b] 6:[]'),
    (6, 'empty fields',             E',a,,b,\n,',                  ',',   '1:[][a][][b][] 2:[][]'),
    (7, 'quotes',                   E'"a,b","c""d",""\n"""",x',    ',',   '1:[a,b][c"d][] 2:["][x] 2:[]'),
    (8, 'line breaks in quotes',    E'"a\nb\r\nc",x\ny',           ',',   E'1:[a\nb\r\nc][x] 4:[y] 4:[]'),
    (9, 'semicolons',               E'a;"b;c";d,e',                ';',   '1:[a][b;c][d,e] 1:[]'),
    (10, 'tabs',                    E'a\tb c\t',                   E'\t', '1:[a][b c][]'),
    (11, 'bars',                    E'a|b.c',                      '|',   '1:[a][b.c] 1:[]'),
    (12, 'other alphabets',         E'Müller,Ελλάδα',              ',',   '1:[Müller][Ελλάδα] 1:[]'),
    (13, 'nothing',                 '',                            ',',   '1:[]')) AS t (n, name, content, delimiter, want)
 ORDER BY n;
SELECT ok(bool_or(wrong) AND min(line) FILTER (WHERE wrong) = 2, name)
  FROM (VALUES ('a quote in the middle'), ('text after the quote'), ('a quote that never ends'), ('a blank before the quote')) AS t (name)
  JOIN (VALUES ('a quote in the middle', E'a\nb"c,d'), ('text after the quote', E'a\n"b"c,d'), ('a quote that never ends', E'a\n"b,c\nd'),
               ('a blank before the quote', E'a\n "b",c')) AS f (name, content) USING (name)
 CROSS JOIN aims.csv_field(content, ',') GROUP BY name ORDER BY name;

-- People
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
INSERT INTO aims.person (person, full_name, db_role) VALUES ('ida', 'Ida', 'import_ida'), ('ann', 'Ann', 'import_ann');
CREATE ROLE import_ida;
CREATE ROLE import_ann;
SELECT aims.grant_duty_role('officer', 'import_ida'), aims.grant_duty_role('analyst', 'import_ann') \g /dev/null
INSERT INTO aims.duty (person, duty) VALUES ('ida', 'ai_officer');
CREATE FUNCTION pg_temp.load(target text, content text, delimiter text DEFAULT ',') RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_temp.act('import_ida', format('SELECT aims.import_csv(%L, %L, ''list.csv'', %L)', target, convert_to(content, 'UTF8'), delimiter))::bigint $$;
CREATE FUNCTION pg_temp.wrong(batch bigint) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    found_wrong text[];
BEGIN
    SET LOCAL SESSION AUTHORIZATION import_ida;
    SELECT coalesce(array_agg(format('%s %s %s', line, column_name, sqlstate) ORDER BY line, column_name), '{}') INTO found_wrong FROM aims.import_check(batch);
    RESET SESSION AUTHORIZATION;
    RETURN found_wrong;
END $$;

-- What is refused on loading
SELECT pg_temp.ends_with(state, role, format('SELECT aims.import_csv(%L, %L, ''x.csv'', %L)', target, content, delimiter), name)
  FROM (VALUES
    ('42501', 'import_ida', 'nothing',      '\x61'::bytea,               ',', 'no such table'),
    ('42501', 'import_ida', 'stage_transition', '\x61',                  ',', 'a table that officers do not write'),
    ('42501', 'import_ida', 'audit_entry',  '\x61',                      ',', 'the ledger'),
    ('42501', 'import_ida', 'import_row',   '\x61',                      ',', 'the staging'),
    ('42501', 'import_ida', 'evidence_revision', '\x61',                 ',', 'revisions'),
    ('42501', 'import_ann', 'person',       '\x61',                      ',', 'an analyst imports nothing'),
    ('22023', 'import_ida', 'person',       NULL,                        ',', 'no content'),
    ('22023', 'import_ida', 'person',       '\x61',                      'x', 'another delimiter'),
    ('22023', 'import_ida', 'person',       '\x61',                      NULL, 'no delimiter'),
    ('22P04', 'import_ida', 'person',       '',                          ',', 'an empty file'),
    ('22P04', 'import_ida', 'person',       convert_to(E'person,full_name\n,\n\n', 'UTF8'), ',', 'a file without rows'),
    ('22P04', 'import_ida', 'person',       convert_to(E'person\n"a"b', 'UTF8'), ',', 'a quote out of place'),
    ('22021', 'import_ida', 'person',       '\x706572736f6e0a613afc',    ',', 'Latin 1 taken for UTF-8'),
    ('22021', 'import_ida', 'person',       '\xfffe610062000a00',        ',', 'UTF-16')) AS t (state, role, target, content, delimiter, name);
SELECT is_empty('SELECT * FROM aims.import_batch', 'nothing was staged');

-- What a value has to be is told, not the row that is in the file anyway
CREATE FUNCTION pg_temp.told(batch bigint) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    found_told text[];
BEGIN
    SET LOCAL SESSION AUTHORIZATION import_ida;
    SELECT array_agg(problem ORDER BY line, column_name) INTO found_told FROM aims.import_check(batch);
    RESET SESSION AUTHORIZATION;
    RETURN found_told;
END $$;
SELECT is(problem ~ told AND problem !~ 'Failing row', true, told)
  FROM unnest(pg_temp.told(pg_temp.load('ai_system', E'system,title,owner,purpose,clinical_tier,autonomy\nFall Risk,T,ida,p,,\nb,T,ida,p,High,\nc,T,ida,,,\nd,T,ida,p,,thinks\n')),
              '{"; Lower-case ASCII letters","; one of: critical, high, moderate, low$","violates not-null constraint$",": CHECK .*recommends"}'::text[]) AS t (problem, told);

-- Wrong rows are told, each; nothing stays of the trial
CREATE TEMPORARY TABLE loaded AS SELECT pg_temp.load('person', E'\ufeffPerson, Full_Name ,email,shoe size,\r\nbob,"Bob ""B"" Byrd",b@x.org,44,\r\n'
    'BAD ONE,Bad,nomail,,\r\n\r\nbob,Bob again,,,\r\nida,Ida,,,\r\ncyd,,,,\r\neve,Eve,,,,,extra\r\nfay,Fay,no mail,,\r\n') AS id;
SELECT results_eq('SELECT target, file_name, rows, status, created_by::text, octet_length(sha256) FROM aims.import_batch JOIN loaded ON import_batch_id = id',
                  $$VALUES ('person', 'list.csv', 7, 'loaded', 'ida', 32)$$, 'the batch says what was loaded, by whom');
SELECT is(pg_temp.wrong(id), '{"1 shoe size 42703","3 person 23514","5 person 23505","6 person 23505","7 full_name 23502","8 #7 22P04","9 email 23514"}',
          'each wrong row is told, with line, column and state') FROM loaded;
SELECT is_empty($$SELECT * FROM aims.person WHERE person NOT IN ('ida', 'ann')$$, 'the trial leaves nothing');
SELECT is(current_setting('aims.reason', true), '', 'nor a reason');
SELECT pg_temp.ends_with('42703', 'import_ida', format('SELECT aims.import_apply(%s)', id), 'a file with cells that no column takes is not applied') FROM loaded;
SELECT pg_temp.ends_with('42703', 'import_ida', format($$UPDATE aims.import_batch SET status = 'applied' WHERE import_batch_id = %s$$, id), 'typing applied is applying') FROM loaded;
SELECT is_empty($$SELECT * FROM aims.person WHERE person NOT IN ('ida', 'ann')$$, 'nothing is half imported');
SELECT is(detail, 'list.csv for person, rows: 7', 'it waits for somebody') FROM aims.import_action JOIN loaded ON subject_id = id::text;

CREATE FUNCTION pg_temp.detail_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN detail;
END $$;
SELECT is(pg_temp.detail_of(format('SELECT aims.import_apply(%s)', pg_temp.load('person', E'full_name,person\nBob,Not a slug\n'))),
          'What is in the file is written whole, or not at all.', 'an error without a detail of its own gets one');

-- Good files are written whole, as the person's, with the batch as reason
UPDATE loaded SET id = pg_temp.load('person', E'full_name;person\nBob;bob\nCyd;cyd\nBob;bob\n', ';');
SELECT pg_temp.ends_with('23505', 'import_ida', format('SELECT aims.import_apply(%s)', id), 'the third of three rows is refused') FROM loaded;
SELECT is_empty($$SELECT * FROM aims.person WHERE person IN ('bob', 'cyd')$$, 'and so are all');
UPDATE loaded SET id = pg_temp.load('person', E'full_name;person\nBob;bob\nCyd;cyd\n', ';');
SELECT is(pg_temp.wrong(id), '{}', 'nothing is wrong') FROM loaded;
SELECT is(pg_temp.act('import_ida', format('SELECT aims.import_apply(%s)', id)), '2', 'two rows') FROM loaded;
SELECT is(count(*), 2::bigint, 'are there') FROM aims.person WHERE person IN ('bob', 'cyd');
SELECT results_eq($$SELECT DISTINCT a.person, a.reason FROM aims.audit_log AS a WHERE a.relation = 'aims.person' AND a.key ->> 'person' IN ('bob', 'cyd')$$,
                  $$SELECT 'ida', format('import %s: list.csv', id) FROM loaded$$, 'the ledger names person and batch');
SELECT is((status, applied_by)::text, '(applied,ida)', 'and the batch who applied it') FROM aims.import_batch JOIN loaded ON import_batch_id = id;
SELECT pg_temp.ends_with(state, 'import_ida', format(command, id), format('%s: %s', state, command))
  FROM loaded, (VALUES ('MS015', 'SELECT aims.import_apply(%s)'), ('MS015', 'SELECT * FROM aims.import_check(%s)'),
    ('MS011', 'UPDATE aims.import_batch SET status = ''loaded'' WHERE import_batch_id = %s'),
    ('42501', 'UPDATE aims.import_batch SET target = ''vendor'' WHERE import_batch_id = %s'),
    ('MS041', 'DELETE FROM aims.import_row WHERE import_batch_id = %s'),
    ('42501', 'DELETE FROM aims.import_batch WHERE import_batch_id = %s'),
    ('42501', 'UPDATE aims.import_row SET data = ''{}'' WHERE import_batch_id = %s')) AS t (state, command);
-- What is applied is what the file said: nobody slips a row in, or hides that one was taken out
UPDATE loaded SET id = pg_temp.load('person', E'full_name,person\nDan,dan\nEla,ela\n');
SELECT pg_temp.ends_with(state, 'import_ida', format(command, id), format('%s: %s', state, command)) FROM loaded, (VALUES
    (1, '42501', 'INSERT INTO aims.import_row VALUES (%s, 4, ''{"person": "mallory", "full_name": "M"}'')'),
    (2, '42501', 'UPDATE aims.import_batch SET rows = 1 WHERE import_batch_id = %s'),
    (3, '42501', 'UPDATE aims.import_batch SET target = ''duty'' WHERE import_batch_id = %s'),
    (4, '42501', 'INSERT INTO aims.import_batch (import_batch_id, target, sha256, header, rows) VALUES (-%s, ''person'', sha256(''x''), ''{person}'', 1)'),
    (5, '00000', 'DELETE FROM aims.import_row WHERE line = 3 AND import_batch_id = %s'),
    (6, '42703', 'SELECT aims.import_apply(%s)')) AS t (nr, state, command) ORDER BY nr;
SELECT is_empty($$SELECT * FROM aims.person WHERE person IN ('dan', 'ela')$$, 'what was taken out takes the others with it');
SELECT pg_temp.ends_with('MS017', 'import_ida', command, 'MS017: ' || command)
  FROM unnest(ARRAY['SELECT aims.import_apply(NULL)', 'SELECT * FROM aims.import_check(999999)']) AS command;

-- Rows refer to earlier ones; types, arrays, dates; what the server keeps is not taken from a file
CREATE TEMPORARY TABLE case_of (n integer GENERATED ALWAYS AS IDENTITY, name text, target text, content text, wrong text[]);
INSERT INTO case_of (name, target, content, wrong) VALUES
    ('systems', 'ai_system', E'system,title,owner,purpose,data_categories,phi,clinical_tier\ntriage,Triage,ida,Order,"vitals; notes",yes,high\nother,Other,nobody,Order,,maybe,low\n',
        '{"3 phi 22P02"}'),
    ('an unknown person', 'ai_system', E'system,title,owner,purpose\nother,Other,nobody,Order\n', '{"2 owner 23503"}'),
    ('a stage is not imported', 'ai_system', E'system,title,owner,purpose,stage\nother,Other,ida,Order,deployment\n', '{"2  MS011"}'),
    ('a column that is needed', 'ai_system', E'system,title,owner\nother,Other,ida\n', '{"1 purpose 23502"}'),
    ('what the server keeps', 'vendor', E'vendor,title,created_at\nacme,Acme,2001-01-01\n', '{"2 created_at 22023"}'),
    ('a column twice', 'vendor', E'vendor,title,Title\nacme,Acme,Acme\n', '{"1 title 42701"}'),
    ('numbers that the server gives', 'evidence', E'evidence_id,title\n1,x\n', '{"1 evidence_id 42703"}'),
    ('dates that may be two', 'evidence', E'title,effective_on\nx,03/04/2025\ny,2025-04-03\n', '{"2 effective_on 22008"}'),
    ('a link to no control', 'evidence', E'title,requirements\nx,A.2.9\ny,A.2.2; law:A.2.2\nz,A.2.2 9.2.1\n', '{"2  23503","3  23503"}'),
    ('decisions', 'applicability', E'ref,applicable,justification\nA.2.2,true,Law\nA.2.3,true,\nA.2,true,x\nA.2.2,false,x\n9.2.1,no,x\n',
        '{"3 justification 23502","4 framework, ref, kind 23503","5 framework, ref, scope, system, vendor 23505","6 framework, ref, kind 23503"}'),
    ('one''s own duty', 'duty', E'person,duty\nida,executive_sponsor\nbob,system_owner\n', '{"2  MS012"}'),
    ('rows that refer to earlier ones', 'person', E'person,full_name\nz1,Z\nz2,Z\n', '{}');
SELECT is(pg_temp.wrong(pg_temp.load(target, content)), wrong, name) FROM case_of ORDER BY n;
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
SELECT pg_temp.act('import_ida', format('SELECT aims.import_apply(%s)', pg_temp.load('ai_system',
    E'system,title,owner,purpose,data_categories,phi,clinical_tier\ntriage,Triage,ida,Order,"vitals; notes",yes,high\n'))) \g /dev/null
RESET standard_conforming_strings;
SELECT results_eq($$SELECT data_categories, phi, clinical_tier::text, tier_decided_by::text, tier_reason LIKE 'import %' FROM aims.ai_system WHERE system = 'triage'$$,
                  $$VALUES ('{vitals,notes}'::text[], true, 'high', 'ida', true)$$, 'arrays are split, the tier is decided by whoever imports');
SELECT pg_temp.act('import_ida', format('SELECT aims.import_apply(%s)', pg_temp.load('evidence',
    E'title,uri,system,requirements\nReport,file:r,triage,A.6.2.4 9.1\n'))) \g /dev/null
SELECT results_eq($$SELECT l.ref::text FROM aims.evidence_link AS l JOIN aims.evidence AS e USING (evidence_id) WHERE e.title = 'Report' AND e.system = 'triage' ORDER BY 1$$,
                  $$VALUES ('9.1'), ('A.6.2.4')$$, 'evidence comes with its links');

SELECT * FROM finish();
ROLLBACK;
