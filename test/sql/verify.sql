\i test/setup_database.sql
-- The tamper matrix: every stored column of the ledger changed by one bit,
-- entries deleted, doubled, swapped, put in, history rewritten; and what is
-- altered around the ledger. Cases come from pg_attribute, so that a new
-- column is one, too. Images and sealing are in ledger.sql.
SELECT * FROM no_plan();

\set key_dir /tmp
\getenv key_dir AIMS_KEY_DIR
SELECT :'key_dir' || '/aims_test_' || gen_random_uuid() AS key_file \gset
\set remove 'COPY (SELECT WHERE false) TO PROGRAM ' '\'rm ' :key_file '\''
SELECT set_config('aims.signing_key_file', :'key_file', false) \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES ('owner', 'Owner', session_user);
CREATE ROLE verify_steward;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('steward', 'Steward', 'verify_steward');
INSERT INTO aims.duty (person, duty) VALUES ('steward', 'ai_officer');
SELECT aims.grant_duty_role('officer', 'verify_steward') \g /dev/null
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('tampered', 'Tampered', 'owner', 'Test');
CREATE TABLE kept (id integer PRIMARY KEY, value text, n numeric, ai text) PARTITION BY RANGE (id);
CREATE TABLE kept_part PARTITION OF kept FOR VALUES FROM (0) TO (100000);
CREATE TABLE changed (id integer PRIMARY KEY, value text, n numeric, ai text);
SELECT aims.govern(relation::regclass, 'tampered', image => image::aims.image_policy, mode => 'observe')
  FROM (VALUES ('kept', 'full'), ('changed', 'changes')) AS t (relation, image) \g /dev/null
SET aims.reason = 'a reason';
SET aims.actor = 'mallory';
INSERT INTO changed SELECT g, 'value ' || g, g FROM generate_series(1, 400) AS g;
INSERT INTO kept SELECT g, 'value ' || g, g FROM generate_series(1, 10) AS g;
RESET aims.actor;
SELECT aims.seal() AS first_size \gset
SELECT aims.create_signing_key('test.example/verify') \g /dev/null
SELECT aims.checkpoint() AS first_checkpoint \gset
UPDATE changed SET value = value || '.' WHERE id <= 50;
UPDATE kept SET value = value || '.' WHERE id <= 5;
SELECT aims.seal() \g /dev/null
UPDATE changed SET value = value || '.' WHERE id <= 20;
DELETE FROM kept WHERE id = 1;
UPDATE changed SET id = id + 1000 WHERE id BETWEEN 30 AND 40;
INSERT INTO changed (id) SELECT generate_series(30, 40);
SELECT aims.log_event('note', '{"said": "so"}') \g /dev/null
SELECT aims.seal() \g /dev/null
SELECT aims.checkpoint() AS checkpoint \gset
UPDATE changed SET value = 'waits' WHERE id = 60;

-- What a tampering changes: checks that fail, with (named) where the entry is
CREATE FUNCTION pg_temp.verdict(entry bigint, trusted text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s%s', check_name, CASE WHEN entry_id = entry THEN ' (named)' END), ', ' ORDER BY check_name)
      FROM aims.verify(trusted)
     WHERE NOT ok OR check_name = 'entry places' AND detail !~ ': 0 '
$$;
CREATE FUNCTION pg_temp.found_by(command text, entry bigint DEFAULT NULL, trusted text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    EXECUTE command;
    PERFORM set_config('session_replication_role', 'origin', true);
    found := pg_temp.verdict(entry, trusted);
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = coalesce(found, 'nothing');
EXCEPTION WHEN SQLSTATE 'XX999' THEN
    RETURN SQLERRM;
END $$;
SELECT is(pg_temp.verdict(0, :'checkpoint'), NULL, 'untouched, the ledger verifies');
SELECT is(pg_temp.verdict(0, :'first_checkpoint'), NULL, 'against an older checkpoint, too');

-- One bit of a value, or a value where there was none
CREATE FUNCTION pg_temp.flipped(name text, type regtype, was_null boolean) RETURNS text LANGUAGE sql
    RETURN format(CASE
        WHEN was_null THEN CASE type WHEN 'json'::regtype THEN '''{}''' WHEN 'jsonb'::regtype THEN '''{}'''
                               WHEN 'text'::regtype THEN '''x''' WHEN 'timestamptz'::regtype THEN 'now()'
                               WHEN 'bytea'::regtype THEN '''\x00''' WHEN 'int8range'::regtype THEN '''[1,2)''' ELSE '1' END
        WHEN type IN ('integer'::regtype, 'bigint'::regtype) THEN '%1$I # 1048576'
        WHEN type = 'timestamptz'::regtype THEN '%1$I + interval ''1 microsecond'''
        WHEN type = 'bytea'::regtype THEN 'set_bit(%1$I, 7, 1 - get_bit(%1$I, 7))'
        WHEN type = 'text'::regtype THEN 'overlay(%1$I placing chr(ascii(%1$I) # 1) from 1 for 1)'
        WHEN type IN ('json'::regtype, 'jsonb'::regtype) THEN 'regexp_replace(%1$I::text, ''[a-z]'', ''Q'')::' || type
        WHEN type = 'pg_snapshot'::regtype
            THEN 'format(''%%s:%%s:'', pg_snapshot_xmin(%1$I), pg_snapshot_xmax(%1$I)::text::bigint | 1048576)::pg_snapshot'
        WHEN type = 'bigint[]'::regtype THEN '%1$I[:2] || (%1$I[3] # 1048576) || %1$I[4:]'
        WHEN type = 'integer[]'::regtype THEN '%1$I[:2] || (%1$I[3] # 1) || %1$I[4:]'
        WHEN type = 'tid[]'::regtype THEN '%1$I[:2] || ''(7,7)''::tid || %1$I[4:]'
        WHEN type = 'int8range'::regtype THEN 'int8range(lower(%1$I), upper(%1$I) # 1048576)' END, name);

-- The rows that are altered: each column in one where it has a value, if any has
CREATE TABLE victim (kind text, relation regclass, row_is text, entry bigint);
INSERT INTO victim
SELECT 'an update', 'aims.audit_entry', format('entry_id = %s', e.entry_id), e.entry_id
  FROM aims.audit_entry AS e WHERE e.relation = 'public.kept' AND e.operation = 'UPDATE' AND key = '{"id": 3}'
UNION ALL
SELECT 'by a claimant', 'aims.audit_entry', format('entry_id = %s', e.entry_id), e.entry_id
  FROM aims.audit_entry AS e WHERE e.relation = 'public.changed' AND e.operation = 'INSERT' AND key = '{"id": 300}'
UNION ALL
SELECT 'an event', 'aims.audit_entry', format('entry_id = %s', e.entry_id), e.entry_id
  FROM aims.audit_entry AS e WHERE e.relation IS NULL AND e.operation = 'EVENT'
UNION ALL
SELECT 'of changed', 'aims.shape', format('shape_id = %s', s.shape_id), NULL
  FROM aims.shape AS s WHERE s.relation = 'public.changed'
UNION ALL
SELECT 'the second', 'aims.seal', 'seal_id = 2', NULL
UNION ALL
SELECT 'the newest', 'aims.seal', 'seal_id = 3', NULL
UNION ALL
SELECT 'full', 'aims.tile', 'level = 0 AND tile_index = 1', t.sources[3]
  FROM aims.tile AS t WHERE t.level = 0 AND t.tile_index = 1
UNION ALL
SELECT 'the last', 'aims.tile', 'level = 0 AND tile_index = 2', t.sources[3]
  FROM aims.tile AS t WHERE t.level = 0 AND t.tile_index = 2
UNION ALL
SELECT 'a node', 'aims.tile', 'level = 1', NULL
UNION ALL
SELECT 'the first', 'aims.incarnation', 'incarnation = 1', NULL
UNION ALL
SELECT 'the newest', 'aims.checkpoint', 'tree_size = (SELECT max(tree_size) FROM aims.checkpoint)', NULL
UNION ALL
SELECT 'the current', 'aims.signing_key', 'signing_key = 1', NULL;

CREATE FUNCTION pg_temp.is_null(relation regclass, name text, row_is text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer boolean;
BEGIN
    EXECUTE format('SELECT %I IS NULL FROM %s WHERE %s', name, relation, row_is) INTO STRICT answer;
    RETURN answer;
END $$;
CREATE TABLE matrix AS
SELECT v.relation, a.attname::text AS name, v.kind, v.entry, CASE WHEN n.is_null THEN 'a value' ELSE 'one bit' END AS what, n.is_null,
       pg_temp.found_by(CASE WHEN a.attnotnull AND v.relation <> 'aims.audit_entry'::regclass THEN '' ELSE '' END
                        || CASE WHEN c.command IS NULL THEN '' ELSE c.command || '; ' END
                        || format('UPDATE %s SET %I = %s WHERE %s', v.relation, a.attname,
                                  pg_temp.flipped(a.attname, a.atttypid, n.is_null), v.row_is), v.entry) AS found
  FROM victim AS v
  JOIN pg_attribute AS a ON a.attrelid = v.relation AND a.attnum > 0 AND NOT a.attisdropped
 CROSS JOIN LATERAL (SELECT pg_temp.is_null(v.relation, a.attname, v.row_is) AS is_null) AS n
  -- whoever alters the row can drop the constraints that would keep him from it
  LEFT JOIN LATERAL (
      SELECT string_agg(format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', r.conrelid::regclass, r.conname), '; ') AS command
        FROM pg_constraint AS r WHERE r.conrelid = v.relation AND r.contype IN ('c', 'u')) AS c ON true
 -- columns that only tiles of leaves have
 WHERE NOT (v.kind = 'a node' AND n.is_null);

-- The objects are altered by that, too, which is not what is looked for
UPDATE matrix SET found = coalesce(nullif(regexp_replace(regexp_replace(found, '(^|, )objects', ''), '^, ', ''), ''), 'nothing');
-- What is vouched for by nobody: times that only the server has said
SELECT is(string_agg(format('%s.%s', relation, name), ' ' ORDER BY relation::text, name), 'aims.checkpoint.signed_at aims.shape.recorded_at',
          'but for two times, every column is vouched for') FROM matrix WHERE found = 'nothing';
SELECT is_empty($$SELECT * FROM matrix WHERE relation = 'aims.audit_entry'::regclass AND found !~ '\(named\)'$$,
                'and each altered entry is named');
SELECT format('%-18s %-20s %-14s %s', relation, name, kind, found) FROM matrix ORDER BY relation::text, kind, name;
SELECT format('%-18s %s of %s found', relation, count(*) FILTER (WHERE found <> 'nothing'), count(*)) FROM matrix GROUP BY relation ORDER BY relation::text;

-- What is done to entries as a whole, and to history; $1 is the entry
CREATE TABLE deed AS
SELECT d.n, d.name, d.expected, pg_temp.found_by(replace(d.command, '$1', e.entry_id::text), e.entry_id) AS found
  FROM (SELECT entry_id FROM aims.audit_entry WHERE relation = 'public.kept' AND operation = 'UPDATE' AND key = '{"id": 3}') AS e
 CROSS JOIN (VALUES
    (1, 'an entry deleted', 'entries present (named)', 'DELETE FROM aims.audit_entry WHERE entry_id = $1'),
    (2, 'two swapped', 'entry leaves (named)',
     'UPDATE aims.audit_entry SET entry_id = $1 + 1 - (entry_id - $1) WHERE entry_id IN ($1, $1 + 1)'),
    (3, 'an entry doubled', 'entries once (named)', 'INSERT INTO aims.audit_entry SELECT * FROM aims.audit_entry WHERE entry_id = $1'),
    (4, 'an entry put in', 'entries sealed',
     'INSERT INTO aims.audit_entry SELECT (jsonb_populate_record(a, ''{"entry_id": 999999}'')).* FROM aims.audit_entry AS a WHERE entry_id = $1'),
    (5, 'redacted in part', 'entry digests (named), redactions (named)',
     'UPDATE aims.audit_entry SET salt = NULL, old_image = NULL, new_image = NULL, key = NULL WHERE entry_id = $1'),
    (6, 'redacted without a record', 'entry keys (named), redactions (named)',
     'UPDATE aims.audit_entry SET salt = NULL, old_image = NULL, new_image = NULL, key = NULL, session_user_name = NULL, role_name = NULL,
      person = NULL, application = NULL, client = NULL, reason = NULL, claim = NULL WHERE entry_id = $1'),
    (7, 'redacted as it should be', 'nothing', 
     'SET LOCAL session_replication_role = origin; SET LOCAL SESSION AUTHORIZATION verify_steward; SELECT aims.redact($1, ''copied by mistake'');
      RESET SESSION AUTHORIZATION'),
    (8, 'a tile of leaves deleted', 'tree', 'DELETE FROM aims.tile WHERE level = 0 AND tile_index = 1'),
    (9, 'the last tile deleted', 'checkpoints, tree heads, tree size', 'DELETE FROM aims.tile WHERE level = 0 AND tile_index = 2'),
    (10, 'a node deleted', 'tree', 'DELETE FROM aims.tile WHERE level = 1'),
    (11, 'a tile doubled', 'objects, tree',
     'ALTER TABLE aims.tile DROP CONSTRAINT tile_pkey; INSERT INTO aims.tile SELECT * FROM aims.tile WHERE level = 0 AND tile_index = 1'),
    (12, 'a seal deleted', 'entries present, tree heads', 'DELETE FROM aims.seal WHERE seal_id = 2'),
    (13, 'the newest seal deleted', 'entries present, tree size', 'DELETE FROM aims.seal WHERE seal_id = 3'),
    (14, 'the incarnation deleted', 'incarnations', 'DELETE FROM aims.incarnation'),
    (15, 'the checkpoints deleted', 'nothing', 'DELETE FROM aims.checkpoint'),
    (16, 'the key deleted', 'checkpoints, signing keys', 'DELETE FROM aims.signing_key'),
    (17, 'an image and its digest rewritten', 'entry leaves (named)',
     'UPDATE aims.audit_entry SET old_image = replace(old_image::text, ''value'', ''other'')::json,
      old_digest = sha256(salt || ''o''::bytea || convert_to(replace(old_image::text, ''value'', ''other''), ''UTF8'')) WHERE entry_id = $1'),
    (18, 'a shape deleted', 'entry leaves', 'DELETE FROM aims.shape WHERE relation = ''public.changed'''),
    (19, 'every entry deleted', 'entries present, signing keys', 'DELETE FROM aims.audit_entry'),
    -- rows altered behind the ledger show where they are changed later
    (20, 'a row altered, then updated', 'key chains',
     'UPDATE changed SET n = 17 WHERE id = 200; SET LOCAL session_replication_role = origin; UPDATE changed SET value = ''v'' WHERE id = 200'),
    (21, 'a row altered, then moved', 'key chains',
     'UPDATE kept SET n = 17 WHERE id = 7; SET LOCAL session_replication_role = origin; UPDATE kept SET id = 70007 WHERE id = 7'),
    (22, 'a row altered, then deleted', 'key chains',
     'UPDATE kept SET n = 17 WHERE id = 7; SET LOCAL session_replication_role = origin; DELETE FROM kept WHERE id = 7'),
    (23, 'a row deleted, then inserted', 'key chains',
     'DELETE FROM changed WHERE id = 201; SET LOCAL session_replication_role = origin; INSERT INTO changed VALUES (201)'),
    (24, 'a row put back, then deleted', 'key chains',
     'INSERT INTO kept VALUES (1); SET LOCAL session_replication_role = origin; DELETE FROM kept WHERE id = 1'),
    (25, 'a row emptied away by TRUNCATE', 'nothing',
     'SET LOCAL session_replication_role = origin; TRUNCATE changed; INSERT INTO changed VALUES (202)'),
    (26, 'a column of the rows rewritten', 'nothing',
     'SET LOCAL session_replication_role = origin; ALTER TABLE changed ALTER n TYPE numeric USING n + 1; UPDATE changed SET value = ''v'' WHERE id = 203'),
    (27, 'keys shifted in one statement', 'nothing',
     'SET LOCAL session_replication_role = origin; ALTER TABLE changed DROP CONSTRAINT changed_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
      DELETE FROM changed WHERE id = 221; UPDATE changed SET id = id + 1 WHERE id BETWEEN 210 AND 220;
      UPDATE changed SET id = id - 1 WHERE id BETWEEN 211 AND 221'),
    (28, 'a row changed by the trigger of another', 'nothing',
     'SET LOCAL session_replication_role = origin;
      CREATE FUNCTION next_too() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
          UPDATE changed SET n = n + 1 WHERE id = NEW.id + 1 AND NEW.value = ''first''; RETURN NULL; END $f$;
      CREATE TRIGGER "A" AFTER UPDATE ON changed FOR EACH ROW EXECUTE FUNCTION next_too();
      UPDATE changed SET value = CASE id WHEN 230 THEN ''first'' ELSE ''second'' END WHERE id IN (230, 231)'),
    (29, 'a row that was redacted meanwhile', 'nothing',
     'SET LOCAL session_replication_role = origin;
      SET LOCAL SESSION AUTHORIZATION verify_steward; SELECT aims.redact($1, ''r''); RESET SESSION AUTHORIZATION;
      UPDATE kept SET value = ''v'' WHERE id = 3'),
    -- leaves said to be no entry's, and entries that nobody has written
    (30, 'deleted, its leaf said to be a seal''s', 'entries present (named)',
     'DELETE FROM aims.audit_entry WHERE entry_id = $1;
      UPDATE aims.tile SET sources[array_position(sources, $1)] = -2 WHERE level = 0 AND $1 = ANY (sources)'),
    (31, 'deleted, its leaf said to be of a seal to come', 'entries present (named)',
     'DELETE FROM aims.audit_entry WHERE entry_id = $1;
      UPDATE aims.tile SET sources[array_position(sources, $1)] = -4 WHERE level = 0 AND $1 = ANY (sources)'),
    (32, 'deleted, its leaf said to be an incarnation''s', 'entries present (named)',
     'DELETE FROM aims.audit_entry WHERE entry_id = $1;
      UPDATE aims.tile SET sources[array_position(sources, $1)] = 0 WHERE level = 0 AND $1 = ANY (sources)'),
    (33, 'an entry of an incarnation to come put in', 'entries sealed',
     'INSERT INTO aims.audit_entry SELECT (jsonb_populate_record(a, ''{"entry_id": 999999, "incarnation": 7}'')).* FROM aims.audit_entry AS a WHERE entry_id = $1'),
    (34, 'an entry of a transaction to come put in', 'entries sealed',
     'INSERT INTO aims.audit_entry SELECT (jsonb_populate_record(a, ''{"entry_id": 999999, "xid": 99999999999}'')).* FROM aims.audit_entry AS a WHERE entry_id = $1;
      SET LOCAL session_replication_role = origin; SELECT aims.seal()'),
    (35, 'a key that is null', 'checkpoints, objects, signing keys',
     'ALTER TABLE aims.signing_key ALTER public_key DROP NOT NULL; UPDATE aims.signing_key SET public_key = NULL')) AS d (n, name, expected, command);
-- whatever is updated moves
UPDATE deed SET found = coalesce(nullif(regexp_replace(regexp_replace(found, '(^|, )entry places', ''), '^, ', ''), ''), 'nothing');
SELECT is(found, expected, name) FROM deed ORDER BY n;

-- Around the ledger
CREATE ROLE verify_nobody;
CREATE ROLE verify_auditor;
SELECT aims.grant_duty_role('auditor', 'verify_auditor') \g /dev/null
CREATE FUNCTION pg_temp.noticed(command text, checked text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE command;
    SELECT format('%s %s', CASE WHEN ok THEN 'ok' ELSE 'wrong' END, detail) INTO found FROM aims.verify() WHERE check_name = checked;
    RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = found;
EXCEPTION WHEN SQLSTATE 'XX999' THEN
    RETURN SQLERRM;
END $$;
SELECT matches(pg_temp.noticed(command, checked), expected, command)
  FROM (VALUES
    ('CREATE OR REPLACE FUNCTION aims.append_only() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''', 'objects',
     '^wrong function aims.append_only\(\) is not as it was installed$'),
    ('CREATE OR REPLACE FUNCTION aims.has_duty(duty text, system text DEFAULT NULL) RETURNS boolean LANGUAGE sql STABLE RETURN true', 'objects',
     '^wrong parsed function aims.has_duty\(text,text\) is not'),
    ('CREATE OR REPLACE FUNCTION aims.today() RETURNS date LANGUAGE sql STABLE RETURN current_date', 'objects', '^wrong function aims.today\(\) is missing\s'),
    ('ALTER FUNCTION aims.guard_duty() VOLATILE SECURITY INVOKER STRICT', 'objects', '^wrong function aims.guard_duty\(\) is not'),
    ('ALTER FUNCTION aims.refuse_change() RESET search_path', 'objects', '^wrong function aims.refuse_change\(\) is not'),
    ('UPDATE pg_proc SET prosrc = ''aims_audit_flush'' WHERE proname = ''audit_row''', 'objects', '^wrong function aims.audit_row\(\) is not'),
    ('ALTER TABLE aims.seal DROP CONSTRAINT seal_first_leaf_key', 'objects', '^wrong constraint aims.seal.seal_first_leaf_key is missing$'),
    ('ALTER VIEW aims.audit_log RESET (security_barrier)', 'objects', '^wrong view aims.audit_log is not'),
    ('ALTER EXTENSION aims DROP FUNCTION aims.has_duty(text, text)', 'objects', '^wrong function aims.has_duty\(text,text\) stands in schema aims .* is missing$'),
    ('CREATE FUNCTION aims.helper() RETURNS void LANGUAGE sql AS ''''', 'objects', '^wrong function aims.helper\(\) stands in schema aims'),
    ('ALTER FUNCTION aims.seal() OWNER TO verify_nobody', 'objects', '^wrong function aims.seal\(\) belongs to verify_nobody'),
    ('ALTER TABLE aims.duty ALTER person DROP NOT NULL', 'objects', '^wrong table aims.duty is not'),
    ('ALTER TABLE aims.violation SET UNLOGGED', 'objects', '^wrong table aims.violation is not'),
    ('ALTER TABLE aims.duty ENABLE ROW LEVEL SECURITY', 'objects', '^wrong table aims.duty is not'),
    ('CREATE POLICY p ON aims.duty USING (false)', 'objects', '^wrong policy aims.duty.p was added$'),
    ('CREATE RULE r AS ON DELETE TO aims.duty DO INSTEAD NOTHING', 'objects', '^wrong rule aims.duty.r was added$'),
    ('CREATE TRIGGER t BEFORE UPDATE ON aims.duty FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'objects', '^wrong trigger aims.duty.t was added$'),
    ('DROP INDEX aims.shape_digest_idx', 'objects', '^wrong index aims.shape_digest_idx is missing$'),
    ('CREATE INDEX mine ON aims.shape (relation)', 'objects', '^ok'),
    ('ALTER SEQUENCE aims.audit_entry_entry_id_seq CYCLE', 'objects', '^wrong sequence aims.audit_entry_entry_id_seq is not'),
    ('UPDATE pg_class SET relhastriggers = false WHERE oid = ''changed''::regclass', 'triggers', '^wrong (public\.)?changed: the catalog says'),
    ('SELECT', 'privileges', '^ok'),
    ('GRANT SELECT ON aims.audit_entry TO verify_nobody', 'privileges', '^wrong role verify_nobody has SELECT on table aims.audit_entry$'),
    ('GRANT INSERT ON aims.seal TO verify_auditor', 'privileges', '^wrong role verify_auditor has INSERT on table aims.seal$'),
    ('GRANT SELECT (salt) ON aims.audit_entry TO verify_auditor', 'privileges', '^wrong role verify_auditor has SELECT on column salt'),
    ('GRANT EXECUTE ON FUNCTION aims.seal() TO PUBLIC', 'privileges', '^wrong everybody: PUBLIC has EXECUTE on function aims.seal\(\)$'),
    ('GRANT SELECT ON aims.seal TO verify_auditor WITH GRANT OPTION', 'privileges', 'WITH GRANT OPTION$'),
    ('GRANT CREATE ON SCHEMA aims TO verify_auditor', 'privileges', '^wrong role verify_auditor has CREATE on schema aims$'),
    ('ALTER ROLE verify_nobody SET session_replication_role = replica', 'settings', '^wrong role verify_nobody: session_replication_role = replica$'),
    ('ALTER ROLE verify_nobody SET aims.actor = ''mallory''', 'settings', '^wrong role verify_nobody: aims.actor = mallory$'),
    ('ALTER ROLE verify_nobody SET search_path = public, pg_catalog', 'settings', '^ok role verify_nobody: search_path'),
    ('ALTER ROLE verify_nobody SET search_path = public', 'settings', '^ok No setting'),
    ('ALTER ROLE verify_nobody SUPERUSER', 'privileged roles', '^ok Superusers: .*verify_nobody\. May'),
    ('ALTER ROLE verify_nobody CREATEROLE', 'privileged roles', 'create roles: verify_nobody\.'),
    ('GRANT pg_write_all_data TO verify_nobody', 'privileged roles', 'pg_write_all_data: verify_nobody\.'),
    ('DELETE FROM pg_trigger WHERE tgname = ''AIMS_append_only'' AND tgrelid = ''aims.seal''::regclass', 'triggers', '^wrong aims.seal: ')) AS c (command, checked, expected);
DROP OWNED BY verify_auditor;
DROP ROLE verify_nobody, verify_auditor;
DROP OWNED BY verify_steward;

-- Checkpoints that are handed in
SELECT is((SELECT format('%s %s', ok, left(detail, 40)) FROM aims.verify(note) WHERE check_name = 'trusted checkpoint'), expected, coalesce(left(note, 20), 'NULL'))
  FROM (VALUES
    (NULL, 't None was given: whoever can write everyt'),
    ('', 'f It is not a checkpoint in the C2SP forma'),
    ('garbage', 'f It is not a checkpoint in the C2SP forma'),
    (replace(:'checkpoint', 'test.example', 'best.example'), 'f It is of another log: best.example/verif'),
    (regexp_replace(:'checkpoint', E'\n(\\d+)\n', E'\n9\\1\n'), 'f Its signature does not fit what it says.'),
    (:'checkpoint', 't The ledger continues what this checkpoin')) AS t (note, expected);

-- An end that was cut off consistently, and a key that was replaced
CREATE FUNCTION pg_temp.cut() RETURNS text LANGUAGE sql
    RETURN $$DELETE FROM aims.audit_entry WHERE entry_id NOT IN
                (SELECT s FROM aims.tile, unnest(sources) WITH ORDINALITY AS u (s, n)
                  WHERE level = 0 AND tile_index * 256 + n - 1 < (SELECT tree_size FROM aims.seal WHERE seal_id = 1));
             DELETE FROM aims.seal WHERE seal_id > 1;
             DELETE FROM aims.signing_key; DELETE FROM aims.checkpoint;
             DELETE FROM aims.tile WHERE level = 0 AND tile_index * 256 >= (SELECT tree_size FROM aims.seal);
             UPDATE aims.tile AS t
                SET hashes = substr(hashes, 1, 32 * w.width), sources = sources[:w.width], tids = tids[:w.width], keys = keys[:w.width],
                    entries = (SELECT int8range(min(s), max(s), '[]') FROM unnest(sources[:w.width]) AS s WHERE s > 0)
               FROM (SELECT (tree_size % 256)::integer AS width, tree_size / 256 AS last FROM aims.seal) AS w
              WHERE level = 0 AND tile_index = w.last;
             UPDATE aims.tile SET hashes = substr(hashes, 1, 32 * (SELECT tree_size / 256 FROM aims.seal)::integer) WHERE level = 1$$;
SELECT is(pg_temp.found_by(pg_temp.cut()), 'nothing', 'an end that was cut off consistently shows nothing by itself');
SELECT is(pg_temp.found_by(pg_temp.cut(), 0, :'checkpoint'), 'trusted checkpoint', 'a checkpoint that was kept outside shows it');
SELECT is(pg_temp.found_by('DELETE FROM aims.checkpoint; UPDATE aims.signing_key SET public_key = sha256(public_key)', 0, :'checkpoint'),
    'signing keys, trusted checkpoint', 'a key that was replaced');

-- In parallel, without workers and where none can be had it is the same
CREATE TABLE verdict (how text, verdict text);
CREATE FUNCTION pg_temp.note_verdict(how text) RETURNS void LANGUAGE sql
    BEGIN ATOMIC
        INSERT INTO verdict SELECT note_verdict.how, string_agg(format('%s %s %s %s', check_name, ok, entry_id, detail), E'\n' ORDER BY check_name) FROM aims.verify();
    END;
DELETE FROM verdict;
SET session_replication_role = replica;
UPDATE aims.audit_entry SET person = 'alice' WHERE entry_id % 50 = 0;
DELETE FROM aims.audit_entry WHERE entry_id % 70 = 0;
RESET session_replication_role;
SET max_parallel_maintenance_workers = 0;
SELECT pg_temp.note_verdict('no workers') \g /dev/null
SET max_parallel_maintenance_workers = 4;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.note_verdict('workers') \g /dev/null
SET max_parallel_workers = 0;
SELECT pg_temp.note_verdict('none to be had') \g /dev/null
RESET max_parallel_workers;
SET maintenance_work_mem = '1MB';
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT pg_temp.note_verdict('serializable') \g /dev/null
COMMIT;
SELECT is(count(DISTINCT verdict), 1::bigint, 'the same, however many take part (' || count(*) || ' ways)') FROM verdict;

SELECT * FROM finish();
:remove;
\i test/drop_database.sql
DROP ROLE verify_steward;
