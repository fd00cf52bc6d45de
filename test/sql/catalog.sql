\i test/setup_database.sql
SET jit = off; -- every view is planned for every bundle
-- The rules that every object of the extension keeps, asserted over
-- pg_depend: a failing test names the objects that break its rule.
SELECT plan(18);

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid, i.type, i.schema, i.identity,
       -- Sequences of identity columns, row types of tables, a range's functions: made by another object's command
       EXISTS (SELECT FROM pg_depend AS part
                WHERE part.classid = d.classid AND part.objid = d.objid AND part.deptype = 'i') AS part_of_another
  FROM pg_depend AS d
       JOIN pg_extension AS e ON e.oid = d.refobjid,
       pg_identify_object(d.classid, d.objid, 0) AS i
 WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
   AND e.extname = 'aims';

CREATE TEMP VIEW member_relation AS
SELECT c.*, m.identity
  FROM member AS m JOIN pg_class AS c ON c.oid = m.objid
 WHERE m.classid = 'pg_class'::regclass;

CREATE TEMP VIEW member_function AS
SELECT p.*, m.identity, m.part_of_another, l.lanname
  FROM member AS m
       JOIN pg_proc AS p ON p.oid = m.objid
       JOIN pg_language AS l ON l.oid = p.prolang
 WHERE m.classid = 'pg_proc'::regclass;

-- Identity sequences belong to their columns, others to the extension.
CREATE TEMP VIEW own_sequence AS
SELECT c.oid, c.oid::regclass::text AS identity
  FROM pg_class AS c
 WHERE c.relkind = 'S' AND c.relnamespace = 'aims'::regnamespace;

SELECT is_empty($$
    SELECT type, identity FROM member
     WHERE schema IS DISTINCT FROM 'aims' AND identity <> 'aims'
       AND type NOT IN ('event trigger', 'cast')
$$, 'every member lives in schema aims');

SELECT is_empty($$
    SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'aims' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
       AND c.oid NOT IN (SELECT oid FROM member_relation)
       AND NOT EXISTS (SELECT FROM pg_type AS t JOIN member AS m ON m.objid = t.oid
                        WHERE t.typrelid = c.oid AND m.classid = 'pg_type'::regclass)
$$, 'schema aims holds members alone');

SELECT is_empty($$
    SELECT type, identity FROM member
     WHERE obj_description(objid, classid::regclass::name) IS NULL
       AND NOT part_of_another AND type <> 'operator family'
$$, 'every member has a comment');

SELECT is_empty($$
    SELECT c.identity, a.attname
      FROM member_relation AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
       AND col_description(c.oid, a.attnum) IS NULL
     ORDER BY 1, a.attnum
$$, 'every column of a table or view has a comment');

SELECT is_empty($$
    SELECT identity FROM member_function
     WHERE lanname <> 'c' AND prosqlbody IS NULL AND NOT part_of_another AND prokind <> 'a'
       AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
$$, 'every function is in C, or its body is parsed, or its search_path is fixed');

SELECT is_empty($$
    SELECT c.identity FROM member_relation AS c
     WHERE c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'aims' AND c.oid = ANY (extconfig))
$$, 'the rows of every table are dumped');

SELECT is_empty($$
    SELECT s.identity FROM own_sequence AS s
     WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'aims' AND s.oid = ANY (extconfig))
$$, 'the state of every sequence is dumped');

-- What the script inserts is left out of dumps, or a restore would insert it twice.
CREATE FUNCTION pg_temp.rows_dumped(relation regclass, condition text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s %s', relation, condition) INTO n;
    RETURN n;
END $$;

SELECT is_empty($$
    SELECT relation::regclass, pg_temp.rows_dumped(relation, condition)
      FROM pg_extension, unnest(extconfig, extcondition) AS c(relation, condition)
     WHERE extname = 'aims' AND relation::regclass::oid NOT IN (SELECT oid FROM own_sequence)
       AND pg_temp.rows_dumped(relation, condition) > 0
$$, 'no row of a fresh installation would be dumped');

SELECT is_empty('SELECT entry_id FROM aims.audit_entry', 'CREATE EXTENSION leaves audit_entry empty');

SELECT is_empty($$
    SELECT m.type, m.identity, a.privilege_type
      FROM member AS m
           LEFT JOIN pg_class AS c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
           LEFT JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
           LEFT JOIN pg_namespace AS n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid,
           aclexplode(CASE
                          WHEN c.oid IS NOT NULL AND c.relkind = 'S' THEN coalesce(c.relacl, acldefault('s', c.relowner))
                          WHEN c.oid IS NOT NULL THEN coalesce(c.relacl, acldefault('r', c.relowner))
                          WHEN p.oid IS NOT NULL THEN coalesce(p.proacl, acldefault('f', p.proowner))
                          WHEN n.oid IS NOT NULL THEN coalesce(n.nspacl, acldefault('n', n.nspowner))
                      END) AS a
     WHERE a.grantee = 0
       AND NOT (m.classid = 'pg_proc'::regclass AND EXISTS ( -- made with a range type; pg_dump leaves them out
               SELECT FROM pg_depend AS d WHERE d.classid = m.classid AND d.objid = m.objid
                  AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'))
     UNION ALL
    SELECT m.type, m.identity, 'USAGE'
      FROM member AS m
     WHERE m.classid = 'pg_type'::regclass AND NOT m.part_of_another
       AND (SELECT typtype FROM pg_type WHERE oid = m.objid) <> 'm' -- goes with its range
       AND has_type_privilege('public', m.objid, 'USAGE')
     UNION ALL
    SELECT 'column', format('%s.%I', c.identity, attname), x.privilege_type
      FROM member_relation AS c JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS x
     WHERE x.grantee = 0
$$, 'PUBLIC has no privilege');

SELECT is_empty($$
    SELECT c.identity, a.attname, format_type(a.atttypid, a.atttypmod)
      FROM member_relation AS c
           JOIN pg_attribute AS a ON a.attrelid = c.oid
           JOIN pg_type AS t ON t.oid = a.atttypid
     WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
       AND coalesce(nullif(t.typelem, 0), t.oid)::regtype::text IN (
               'oid', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regtype', 'regrole',
               'regnamespace', 'regcollation', 'regconfig', 'regdictionary', 'xid', 'cid', 'tid')
       AND t.typelem NOT IN (SELECT oid FROM pg_type WHERE typlen > 0 AND typname = 'char')
       -- a hint, which the entry's number must confirm
       AND NOT (c.identity = 'aims.tile' AND a.attname = 'tids')
$$, 'no column holds what means something in one cluster only');

SELECT is_empty($$
    WITH RECURSIVE reach(origin, relation) AS (
        SELECT conrelid, confrelid FROM pg_constraint
         WHERE contype = 'f' AND conrelid IN (SELECT oid FROM member_relation)
         UNION
        SELECT r.origin, f.confrelid FROM reach AS r JOIN pg_constraint AS f ON f.conrelid = r.relation
         WHERE f.contype = 'f'
    )
    SELECT origin::regclass FROM reach WHERE origin = relation
$$, 'foreign keys make no cycle');

SELECT is_empty($$
    SELECT c.identity FROM member_relation AS c
     WHERE c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)
       AND c.relname NOT IN ('audit_entry', 'governance_epoch')
$$, 'every table has a primary key but the ledger''s entries and the empty signal');

SELECT is_empty($$
    SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger AS t
     WHERE t.tgrelid IN (SELECT oid FROM member_relation) AND NOT t.tgisinternal AND t.tgenabled <> 'A'
     UNION ALL
    SELECT NULL, e.evtname FROM pg_event_trigger AS e JOIN member AS m ON m.objid = e.oid
     WHERE m.classid = 'pg_event_trigger'::regclass AND e.evtenabled <> 'A'
$$, 'every trigger is ENABLE ALWAYS');

SELECT is_empty($$
    SELECT identity FROM member_function
     WHERE prosecdef AND lanname <> 'c'
       AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
$$, 'a SECURITY DEFINER function has a fixed search_path, or is in C');

-- PL/pgSQL is parsed when it is run, by standard_conforming_strings of whoever runs it
SELECT is_empty($$
    SELECT identity FROM member_function
     WHERE lanname = 'plpgsql' AND regexp_replace(prosrc, '\mE''[^'']*''', '', 'g') ~ '\\'
       -- which only read patterns of monitors
       AND proname NOT IN ('template_query', 'template_column')
$$, 'no setting changes what a literal of a function says');

SELECT is_empty($$
    SELECT c.identity FROM member_relation AS c
     WHERE c.relkind = 'v'
       AND NOT coalesce(c.reloptions && ARRAY['security_barrier=true', 'security_invoker=true'], false)
$$, 'every view is a security barrier');

SELECT is_empty($$
    SELECT e.extname FROM pg_extension AS e WHERE e.extname = 'aims' AND (e.extrelocatable OR e.extnamespace <> 'pg_catalog'::regnamespace)
$$, 'the extension belongs to pg_catalog and stays there');

SELECT * FROM finish();

\echo # SECURITY DEFINER
SELECT identity FROM member_function WHERE prosecdef ORDER BY identity COLLATE "C";

-- Privileges of a role that has been granted one bundle: r (SELECT; r* of some
-- columns alone), a (INSERT), w (UPDATE), d (DELETE), X (EXECUTE)
BEGIN;
CREATE TEMP TABLE bundle (n, bundle) AS
SELECT ordinality, b FROM unnest('{writer,analyst,reviewer,auditor,officer,administrator}'::text[]) WITH ORDINALITY AS t (b);
SELECT format('CREATE ROLE aims_test_%s', bundle) FROM bundle \gexec
SELECT aims.grant_duty_role(bundle, ('aims_test_' || bundle)::regrole) FROM bundle \g /dev/null

CREATE TEMP VIEW privilege AS
SELECT 1 AS kind, c.identity, b.n,
       CASE WHEN has_table_privilege(role, c.oid, 'SELECT') THEN 'r'
            WHEN has_any_column_privilege(role, c.oid, 'SELECT') THEN 'r*' ELSE '' END
       || CASE WHEN has_any_column_privilege(role, c.oid, 'INSERT') THEN 'a' ELSE '' END
       || CASE WHEN has_any_column_privilege(role, c.oid, 'UPDATE') THEN 'w' ELSE '' END
       || CASE WHEN has_table_privilege(role, c.oid, 'DELETE, TRUNCATE, REFERENCES, TRIGGER') THEN 'd' ELSE '' END AS held
  FROM bundle AS b, concat('aims_test_', b.bundle) AS role, member_relation AS c
 WHERE c.relkind IN ('r', 'p', 'v')
 UNION ALL
SELECT 2, f.identity, b.n, CASE WHEN has_function_privilege('aims_test_' || b.bundle, f.oid, 'EXECUTE') THEN 'X' ELSE '' END
  FROM bundle AS b, member_function AS f
 WHERE NOT f.part_of_another
   AND NOT EXISTS (SELECT FROM pg_operator WHERE oprcode = f.oid)
   AND NOT EXISTS (SELECT FROM pg_amproc WHERE amproc = f.oid)
   AND NOT EXISTS (SELECT FROM pg_cast WHERE castfunc = f.oid);

\echo # Privileges by bundle
SELECT rtrim(rpad('', 30) || string_agg(rpad(bundle, 14), ' ' ORDER BY n)) FROM bundle;
SELECT rtrim(rpad(regexp_replace(identity, '\(.*', '()'), 30) || string_agg(rpad(held, 14), ' ' ORDER BY n))
  FROM privilege
 GROUP BY kind, identity
HAVING bool_or(held <> '')
 ORDER BY kind, identity COLLATE "C";

-- Functions and operators inside a view run with the reader's privileges.
CREATE FUNCTION pg_temp.state_of_reading(role text, relation text) RETURNS text
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE format('SELECT * FROM %s', relation);
    RESET ROLE;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN format('%s: %s', SQLSTATE, SQLERRM);
END $$;

\echo # What may be read, but cannot
SELECT bundle, c.identity, state
  FROM bundle AS b, member_relation AS c, concat('aims_test_', b.bundle) AS role,
       pg_temp.state_of_reading(role, c.identity) AS state
 WHERE c.relkind = 'v' AND has_table_privilege(role, c.oid, 'SELECT') AND state <> '00000'
 ORDER BY 1, 2;
SELECT b.bundle, p.oid::regoperator
  FROM bundle AS b, pg_operator AS p JOIN member AS m ON m.objid = p.oid
 WHERE m.classid = 'pg_operator'::regclass AND b.bundle <> 'writer'
   AND NOT has_function_privilege('aims_test_' || b.bundle, p.oprcode, 'EXECUTE')
 ORDER BY 1, 2::text;
ROLLBACK;

\i test/drop_database.sql
