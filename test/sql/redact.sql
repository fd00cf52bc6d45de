\i test/setup_database.sql
\i test/act.sql
SELECT plan(49);

CREATE TABLE visit (id integer PRIMARY KEY, ai text, note text);
CREATE TABLE lab_value (id integer PRIMARY KEY, v text);
CREATE ROLE redact_officer SUPERUSER;
CREATE ROLE redact_steward;
CREATE ROLE redact_lab;
CREATE ROLE redact_clerk;
CREATE ROLE redact_nobody;
SELECT aims.grant_duty_role('officer', role::regrole) FROM unnest(ARRAY['redact_steward', 'redact_lab', 'redact_clerk', 'redact_nobody']) AS role \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('officer', 'Officer', 'redact_officer'), ('steward', 'Steward', 'redact_steward'), ('lab', 'Lab', 'redact_lab'), ('clerk', 'Clerk', 'redact_clerk');
INSERT INTO aims.duty (person, duty) VALUES ('officer', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('lab-ai', 'Lab AI', 'officer', 'Test');
SELECT pg_temp.act('redact_officer', $$INSERT INTO aims.duty (person, duty, system) VALUES ('steward', 'data_steward', NULL), ('lab', 'data_steward', 'lab-ai')$$) \g /dev/null
SELECT aims.govern('visit', system_column => 'ai', image => 'full') \g /dev/null
SELECT aims.govern('lab_value', system => 'lab-ai', mode => 'observe', image => 'full') \g /dev/null

SET aims.reason = 'Jane Doe called';
INSERT INTO visit VALUES (1, NULL, 'Jane Doe'), (2, NULL, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) AS i)), (3, NULL, 'c');
UPDATE visit SET note = 'J. D.' WHERE id = 1;
RESET aims.reason;
INSERT INTO lab_value VALUES (1, 'x');
SELECT pg_temp.act('redact_steward', $$SELECT aims.log_event('x', '{}')$$) FROM (VALUES (1)) AS v WHERE false;
GRANT INSERT, SELECT ON visit TO redact_steward;
SELECT pg_temp.act('redact_steward', $$INSERT INTO visit VALUES (4, NULL, 'mine')$$) \g /dev/null
SELECT entry_id AS jane FROM aims.audit_entry WHERE key = '{"id": 1}' AND relation = 'public.visit' AND operation = 'UPDATE' \gset
SELECT entry_id AS large FROM aims.audit_entry WHERE key = '{"id": 2}' \gset
SELECT entry_id AS third FROM aims.audit_entry WHERE key = '{"id": 3}' \gset
SELECT entry_id AS mine FROM aims.audit_entry WHERE key = '{"id": 4}' \gset
SELECT entry_id AS lab FROM aims.audit_entry WHERE relation = 'public.lab_value' AND operation = 'INSERT' \gset

-- Not yet
SELECT pg_temp.ends_with('MS024', 'redact_steward', format('SELECT aims.redact(%s, %L)', :jane, 'r'), 'an entry that is not sealed');
BEGIN;
INSERT INTO visit VALUES (5, NULL, 'own');
SELECT pg_temp.ends_with('MS024', 'redact_steward', format('SELECT aims.redact(%s, %L)', max(entry_id), 'r'), 'one of the own transaction') FROM aims.audit_entry;
ROLLBACK;
SELECT aims.seal() \g /dev/null

-- Who, what, why
SELECT pg_temp.ends_with(state, role, format('SELECT aims.redact(%s, %s)', entry, reason), name)
FROM (VALUES
    ('MS014', 'redact_nobody', :jane::text, '''r''', 'a session of nobody'),
    ('MS013', 'redact_clerk', :jane::text, '''r''', 'without a duty'),
    ('MS013', 'redact_lab', :jane::text, '''r''', 'with the duty for another system'),
    ('MS012', 'redact_steward', :mine::text, '''r''', 'what one has done oneself'),
    ('MS018', 'redact_steward', :jane::text, 'NULL', 'without a reason'),
    ('MS018', 'redact_steward', :jane::text, ''' ''', 'with a blank one'),
    ('22004', 'redact_steward', 'NULL', '''r''', 'no entry'),
    ('MS017', 'redact_steward', '123456', '''r''', 'an unknown entry'),
    ('MS017', 'redact_steward', '-1', '''r''', 'a seal')) AS v (state, role, entry, reason, name);
BEGIN READ ONLY;
SELECT throws_ok(format('SELECT aims.redact(%s, %L)', :jane, 'r'), '25006', NULL, 'a read-only transaction');
ROLLBACK;
CREATE ROLE redact_auditor;
SELECT aims.grant_duty_role('auditor', 'redact_auditor') \g /dev/null
SELECT pg_temp.ends_with('42501', 'redact_auditor', format('SELECT aims.redact(%s, %L)', :jane, 'r'), 'an auditor');
SELECT pg_temp.ends_with('42501', 'redact_steward', 'UPDATE aims.audit_entry SET person = NULL', 'privileges on the table are not given');
SELECT throws_ok('UPDATE aims.audit_entry SET person = NULL', 'MS020', NULL, 'nor does the trigger let anybody else by');

-- What goes, and what stays
CREATE TABLE before AS SELECT e.entry_id, to_jsonb(e) AS entry, aims.leaf(e.entry_id) AS leaf FROM aims.audit_entry AS e WHERE e.entry_id IN (:jane, :large, :third, :lab);
SELECT root_hash AS root, tree_size AS size FROM aims.seal ORDER BY seal_id DESC LIMIT 1 \gset
SELECT format('SELECT count(DISTINCT chunk_id) AS toasted FROM %s', reltoastrelid::regclass) AS toast FROM pg_class WHERE oid = 'aims.audit_entry'::regclass \gset
:toast \gset before_
CREATE INDEX by_person ON aims.audit_entry (upper(role_name)) WHERE key IS NOT NULL;
CREATE INDEX by_relation ON aims.audit_entry (relation, entry_id);
BEGIN;
SELECT pg_temp.ends_with('00000', 'redact_steward', format('SELECT aims.redact(%s, %L)', :jane, 'rolled back'), 'a data steward redacts');
ROLLBACK;
SELECT is(to_jsonb(e), b.entry, 'a rollback undoes it') FROM aims.audit_entry AS e JOIN before AS b USING (entry_id) WHERE entry_id = :jane;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1 \g /dev/null
SELECT pg_temp.ends_with('00000', 'redact_steward', format('SELECT aims.redact(%s, %L)', :jane, 'erasure "17"'), 'at every isolation level');
COMMIT;
SELECT is((SELECT to_jsonb(e) FROM aims.audit_entry AS e WHERE entry_id = :jane),
    entry || '{"session_user_name": null, "role_name": null, "person": null, "application": null, "client": null, "key": null, "reason": null,
               "old_image": null, "new_image": null, "salt": null, "claim": null}', 'particulars, images and salt are gone, all else is as it was')
FROM before WHERE entry_id = :jane;
SELECT isnt(entry ->> 'salt', NULL, 'they were there') FROM before WHERE entry_id = :jane;
SELECT is(aims.leaf(:jane), leaf, 'the leaf is the same') FROM before WHERE entry_id = :jane;
SELECT ok(aims.verify_inclusion(aims.leaf(:jane), aims.leaf_index(:jane), :size, aims.inclusion_proof(:jane, :size), :'root'), 'and is proven as before');
SELECT is((SELECT e.operation || e.relation || e.person || e.new_image FROM aims.audit_entry AS e ORDER BY entry_id DESC LIMIT 1),
    format('EVENTaims.audit_entrysteward{"act":"redact","entry_id":%s,"reason":"erasure \"17\""}', :jane), 'an entry says who and why');
SELECT is(t.keys[array_position(t.sources, :jane)], 0, 'the hash of the key is gone') FROM aims.tile AS t WHERE :jane = ANY (t.sources);
SELECT cmp_ok(t.keys[array_position(t.sources, :third)], '<>', 0, 'others are not') FROM aims.tile AS t WHERE :third = ANY (t.sources);
SET enable_seqscan = off;
SELECT is((SELECT entry_id FROM aims.audit_entry WHERE relation = 'public.visit' AND entry_id = :jane), :jane::bigint, 'an index that was added finds it');
SELECT is((SELECT count(*) FROM aims.audit_entry WHERE upper(role_name) <> '' AND key IS NOT NULL), (SELECT count(*) FROM aims.audit_entry WHERE key::text <> ''), 'a partial one on an expression, too');
RESET enable_seqscan;
DROP INDEX aims.by_person, aims.by_relation;
SELECT lives_ok('SELECT aims.seal()', 'sealing goes on in the same tile');
SELECT is((SELECT count(DISTINCT s) FROM aims.tile, unnest(sources) AS s WHERE s > 0), (SELECT count(*) FROM aims.audit_entry), 'nothing was sealed twice, nothing is missing');
SELECT is(aims.leaf(:jane), leaf, 'it is still found') FROM before WHERE entry_id = :jane;
SELECT is_empty('SELECT check_name, detail FROM aims.verify() WHERE NOT ok', 'the ledger verifies');
SELECT is((SELECT detail FROM aims.verify() WHERE check_name = 'redactions'), format('Redacted entries, each with its record: 1 (%s).', :jane), 'and names what is redacted');

SELECT pg_temp.ends_with('MS028', 'redact_steward', format('SELECT aims.redact(%s, %L)', :jane, 'r'), 'not twice');
SELECT pg_temp.ends_with('MS028', 'redact_steward', format('SELECT aims.redact(%s, %L), aims.redact(%1$s, %2$L)', :third, 'r'), 'nor in one statement');
SELECT pg_temp.ends_with('MS041', 'redact_officer', format('SELECT aims.redact(%s, %L)', max(entry_id), 'r'), 'not the entry of a redaction')
FROM aims.audit_entry WHERE relation = 'aims.audit_entry';
SELECT pg_temp.ends_with('MS041', 'redact_officer', format('SELECT aims.redact(%s, %L)', min(entry_id), 'r'), 'nor that of an incarnation, which aims.verify needs')
FROM aims.audit_entry WHERE operation = 'EVENT' AND relation = 'aims.incarnation';
SELECT pg_temp.ends_with('00000', 'redact_lab', format('SELECT aims.redact(%s, %L)', :lab, 'r'), 'the data steward of a system redacts its entries');
SELECT pg_temp.ends_with('00000', 'redact_officer', format('SELECT aims.redact(%s, %L)', :large, 'r'), 'so does the AI officer');
:toast \gset
SELECT is(:toasted, :before_toasted - 1, 'a large image is gone from where it was kept');

-- In a full tile, far from the end
INSERT INTO visit SELECT i, NULL, 'many' FROM generate_series(1000, 2000) AS i;
SELECT aims.seal() \g /dev/null
SELECT pg_temp.ends_with('00000', 'redact_steward', format('SELECT aims.redact(%s, %L)', entry_id, 'r'), 'an entry of a full tile')
FROM aims.audit_entry WHERE key = '{"id": 1300}';
SELECT aims.seal() \g /dev/null
INSERT INTO visit VALUES (3000, NULL, 'waits');
SELECT pg_temp.ends_with('00000', 'redact_officer', format('SELECT aims.redact(%s, %L), aims.seal()', entry_id, 'r'), 'redacted and sealed in one statement')
FROM aims.audit_entry WHERE key = '{"id": 2000}';
SELECT is_empty('SELECT check_name, detail FROM aims.verify() WHERE NOT ok', 'the ledger verifies, and goes on to be sealed');

-- What others say of redacted entries
SELECT is((SELECT string_agg(operation, ' ') FROM aims.history('visit', '{"id": 1}')), 'INSERT', 'the history of a row has it no more');
SELECT is((SELECT string_agg(format('%s %s', key, problem), E'\n' ORDER BY key) FROM aims.verify_table('visit') WHERE key @> '{"id": 1}'),
    format('{"id": 1} redacted: the row is not what entry %s wrote, and entry %s, which is redacted, may have written it', min(entry_id), :jane), 'verify_table says so')
FROM aims.audit_entry WHERE key = '{"id": 1}' AND relation = 'public.visit';
SELECT is((SELECT count(*) FROM aims.verify_table('visit') WHERE problem NOT LIKE 'redacted%'), 0::bigint, 'and accuses nobody');
SELECT throws_ok($$SELECT * FROM aims.as_of('visit', now())$$, 'MS029', NULL, 'as_of does not know them');
SELECT is((SELECT string_agg(format('%s %s', key, substring(problem FROM '^\w+')), E'\n' ORDER BY key) FROM aims.rows_as_of('visit', now()) WHERE problem IS NOT NULL),
    E'{"id": 1} redacted\n{"id": 2} redacted\n{"id": 1300} redacted\n{"id": 2000} redacted', 'rows_as_of says which');
BEGIN;
ALTER TABLE visit DROP note;
SELECT string_agg(problem, E'\n') AS counted FROM aims.verify_table('visit') WHERE problem ~ 'comparable|the row is not' \gset
ROLLBACK;
SELECT matches(:'counted'::text, '^\d+ rows not comparable since DDL entry \d+, which altered or dropped column note;[^\n]*$',
    'rows that DDL made incomparable are counted, whatever was redacted');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE aims.audit_entry SET salt = NULL, old_image = NULL, new_image = NULL, key = NULL WHERE entry_id = :mine;
SET LOCAL session_replication_role = origin;
SELECT string_agg(check_name || ' ' || coalesce(entry_id::text, ''), ', ') AS problems FROM aims.verify() WHERE NOT ok \gset
ROLLBACK;
SELECT is(:'problems'::text, format('entry digests %1$s, redactions %1$s', :mine), 'who redacts by hand is found');

SELECT * FROM finish();
REVOKE ALL ON visit FROM redact_steward;
DROP OWNED BY redact_steward, redact_lab, redact_clerk, redact_nobody, redact_auditor CASCADE;
DROP ROLE redact_officer, redact_steward, redact_lab, redact_clerk, redact_nobody, redact_auditor;
\i test/drop_database.sql
