\i test/setup.sql
BEGIN;
\i test/act.sql
SELECT plan(45);

CREATE ROLE access_nobody;
CREATE ROLE access_writer;
CREATE ROLE access_analyst;
CREATE ROLE access_auditor;
CREATE ROLE access_reviewer;
CREATE ROLE access_officer;
CREATE ROLE access_administrator;
CREATE ROLE access_runner;

-- Without a bundle a role can do nothing
CREATE TEMPORARY VIEW ours AS
    SELECT c.oid::regclass::text AS object, 'TABLE' AS kind, p.privilege
    FROM pg_class AS c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
    WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind IN ('r', 'v', 'p')
    UNION ALL
    SELECT p.oid::regprocedure::text, 'ROUTINE', 'EXECUTE'
    FROM pg_proc AS p WHERE p.pronamespace = 'aims'::regnamespace
    -- constructors of range types are public, since pg_dump leaves their grants out
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i');
CREATE FUNCTION pg_temp.allowed(role text) RETURNS TABLE (kind text, object text, privilege text) LANGUAGE sql AS $$
    SELECT o.kind, o.object, o.privilege FROM ours AS o
    WHERE CASE o.kind WHEN 'TABLE' THEN has_table_privilege(role, o.object, o.privilege)
              ELSE has_function_privilege(role, o.object, o.privilege) END
$$;
SELECT is_empty($$SELECT * FROM pg_temp.allowed('access_nobody')$$, 'a role without a bundle has no privilege');
SELECT ok(NOT has_schema_privilege('access_nobody', 'aims', 'USAGE'), 'not even on the schema');
SELECT pg_temp.ends_with('42501', 'access_nobody', command, command)
FROM unnest(ARRAY['SELECT aims.seal()', 'SELECT * FROM aims.audit_entry', 'SELECT * FROM aims.soa',
                  'SELECT aims.switch_off(''x'', ''y'')', 'SELECT aims.today()', 'CREATE TEMPORARY TABLE t (r aims.control_ref)']) AS command;

-- Each bundle grants what it lists, and no more
SELECT lives_ok(format('SELECT aims.grant_duty_role(%L, %L)', bundle, 'access_' || bundle), 'grant ' || bundle)
FROM unnest(ARRAY['writer', 'runner', 'analyst', 'auditor', 'reviewer', 'officer', 'administrator']) AS bundle;
SELECT set_eq(format('SELECT object, privilege FROM pg_temp.allowed(%L)', 'access_' || bundle),
    format('SELECT CASE kind WHEN ''TABLE'' THEN object::regclass::text ELSE object::regprocedure::text END, privilege FROM aims.bundle_privilege WHERE bundle = %L AND privilege NOT LIKE ''%% (%%''', bundle),
    bundle || ' has exactly its list')
FROM unnest(ARRAY['writer', 'runner', 'analyst', 'auditor', 'reviewer', 'officer', 'administrator']) AS bundle;
SELECT is_empty($$SELECT bundle, object, privilege FROM aims.bundle_privilege
    WHERE kind = 'TABLE' AND privilege NOT LIKE 'SELECT%'
    AND object::regclass IN ('aims.registry', 'aims.stage_transition', 'aims.transition_request', 'aims.approval', 'aims.stage_history',
                             'aims.switch_event', 'aims.audit_entry', 'aims.seal', 'aims.tile', 'aims.shape', 'aims.incarnation',
                             'aims.signing_key', 'aims.checkpoint', 'aims.violation')$$, 'what acts write, no bundle may write');
SELECT is_empty($$SELECT * FROM pg_temp.allowed('access_auditor') WHERE object = 'aims.audit_entry'$$, 'salts are not granted, to auditors neither');

CREATE ROLE access_other_officer;
SELECT aims.grant_duty_role('officer', 'access_other_officer') \g /dev/null

-- They are of use: everything readable can be read
SELECT pg_temp.ends_with('00000', 'access_analyst', 'SELECT * FROM ' || view, 'an analyst reads ' || view)
FROM unnest(ARRAY['aims.evidence_state', 'aims.soa', 'aims.soa_coverage', 'aims.control_gap', 'aims.system_readiness', 'aims.ledger_status', 'aims.governed']) AS view;
SELECT pg_temp.ends_with('00000', 'access_auditor', 'SELECT * FROM aims.audit_log', 'an auditor reads the log');
SELECT pg_temp.ends_with('00000', 'access_auditor', 'SELECT level, tile_index, hashes, sources, tids, entries FROM aims.tile', 'and the tree');
SELECT pg_temp.ends_with('42501', 'access_auditor', 'SELECT keys FROM aims.tile', 'but no hash of a key');
SELECT is(pg_temp.act('access_auditor', 'SELECT string_agg(check_name, '', '') FROM aims.verify() WHERE NOT ok'), NULL, 'and verifies it');
SELECT cmp_ok(pg_temp.act('access_writer', $$SELECT aims.log_event('prompt', '{"version": 3}')$$)::bigint, '>', 0::bigint, 'a writer logs an event');
SELECT pg_temp.ends_with('22023', 'access_writer', $$SELECT aims.log_event('', '{}')$$, 'of some kind');

SELECT throws_ok($$SELECT aims.grant_duty_role('root', 'access_nobody')$$, '22023', NULL, 'no other bundle');
SELECT throws_ok($$SELECT aims.revoke_duty_role('auditor', 'access_officer')$$, 'MS017', NULL, 'what a role does not hold is not taken from it');
SELECT throws_ok($$SELECT aims.grant_duty_role('officer', NULL)$$, '22004', NULL, 'to nobody');
SELECT aims.grant_duty_role('auditor', 'access_officer') \g /dev/null
SELECT lives_ok(format('SELECT aims.revoke_duty_role(%L, %L)', 'auditor', 'access_officer'), 'revoke one of two bundles');
SELECT set_eq($$SELECT object, privilege FROM pg_temp.allowed('access_officer')$$, $$SELECT object, privilege FROM pg_temp.allowed('access_other_officer')$$, 'the other one is whole');
SELECT lives_ok(format('SELECT aims.revoke_duty_role(%L, %L)', 'officer', 'access_officer'), 'revoke a bundle');
SELECT is_empty($$SELECT * FROM pg_temp.allowed('access_officer')$$, 'takes all of it');
SELECT lives_ok('DROP ROLE access_officer', 'so the role can be dropped');
SELECT * FROM finish();
ROLLBACK;
