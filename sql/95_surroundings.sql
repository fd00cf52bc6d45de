-- What aims.verify asks about the server around the ledger: are our objects
-- what was installed, who has privileges that no bundle grants, which settings
-- switch capture off, who could. After 90_access.sql, since the last statement
-- notes everything that was created.

CREATE TABLE aims.shipped_object (
    kind              text    NOT NULL,
    object            text    NOT NULL,
    digest            bytea   NOT NULL,
    server            integer NOT NULL,
    system_identifier bigint  NOT NULL,
    CONSTRAINT shipped_object_pkey PRIMARY KEY (kind, object)
);
-- CREATE EXTENSION fills it where a dump is restored, as that server prints it
SELECT pg_catalog.pg_extension_config_dump('aims.shipped_object', 'WHERE false');
COMMENT ON TABLE aims.shipped_object IS
    'Functions, views, event triggers and tables, with all that belongs to them, as they were installed: what aims.verify compares them with (21 CFR 11.10(a), (e))';
COMMENT ON COLUMN aims.shipped_object.kind IS
    'function, event trigger; parsed function, view, table, constraint, index, trigger, rule, policy and sequence are as the server prints them, which another version of it may print otherwise';
COMMENT ON COLUMN aims.shipped_object.object IS 'Name, with argument types or relation';
COMMENT ON COLUMN aims.shipped_object.digest IS 'SHA-256 of its definition';
COMMENT ON COLUMN aims.shipped_object.server IS 'Major version of the server that installed it';
COMMENT ON COLUMN aims.shipped_object.system_identifier IS
    'Cluster that installed it; in another one, after pg_upgrade, the server prints what it has parsed from another print';

CREATE FUNCTION aims.present_object(OUT kind text, OUT object text, OUT digest bytea)
    RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_present_object';
COMMENT ON FUNCTION aims.present_object() IS
    'Functions, views, event triggers and tables of the extension, with all that belongs to them, as they are now, each with the SHA-256 of its definition; an upgrade script notes them in aims.shipped_object';

CREATE FUNCTION aims.privilege_problem() RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH held (classid, objid, attnum, grantee, privilege, grantable) AS (
        SELECT 'pg_class'::regclass::oid, c.oid, 0, a.grantee, a.privilege_type, a.is_grantable
        FROM pg_class AS c, aclexplode(c.relacl) AS a
        WHERE c.relnamespace = 'aims'::regnamespace AND a.grantee <> c.relowner
        UNION ALL
        SELECT 'pg_class'::regclass, c.oid, t.attnum::integer, a.grantee, a.privilege_type, a.is_grantable
        FROM pg_class AS c
        JOIN pg_attribute AS t ON t.attrelid = c.oid, aclexplode(t.attacl) AS a
        WHERE c.relnamespace = 'aims'::regnamespace AND a.grantee <> c.relowner
        UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 0, a.grantee, a.privilege_type, a.is_grantable
        FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE p.pronamespace = 'aims'::regnamespace AND a.grantee <> p.proowner
        UNION ALL
        SELECT 'pg_namespace'::regclass, n.oid, 0, a.grantee, a.privilege_type, a.is_grantable
        FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
        WHERE n.nspname = 'aims' AND a.grantee <> n.nspowner),
    item (bundle, classid, objid, attnum, privilege) AS (
        SELECT b.bundle, 'pg_class'::regclass::oid, to_regclass(b.object)::oid, coalesce(t.attnum::integer, 0),
               split_part(b.privilege, ' ', 1)
        FROM aims.bundle_privilege AS b
        LEFT JOIN LATERAL regexp_split_to_table(substring(b.privilege FROM '\((.*)\)'), ', *') AS n (name) ON true
        LEFT JOIN pg_attribute AS t ON t.attrelid = to_regclass(b.object) AND t.attname = n.name
        WHERE b.kind = 'TABLE'
        UNION ALL
        SELECT b.bundle, 'pg_proc'::regclass, to_regprocedure(b.object)::oid, 0, b.privilege
        FROM aims.bundle_privilege AS b
        WHERE b.kind = 'ROUTINE'),
    -- who holds the whole of a bundle
    holder (grantee, bundle) AS (
        SELECT g.grantee, i.bundle
        FROM (SELECT DISTINCT h.grantee FROM held AS h WHERE h.grantee <> 0) AS g
        CROSS JOIN item AS i
        LEFT JOIN held AS h ON h.grantee = g.grantee AND h.classid = i.classid AND h.objid = i.objid
                           AND h.attnum = i.attnum AND h.privilege = i.privilege
        GROUP BY g.grantee, i.bundle
        HAVING bool_and(h.grantee IS NOT NULL))
    SELECT format('%s %s has %s on %s%s', CASE h.grantee WHEN 0 THEN 'everybody:' ELSE 'role' END,
                  CASE h.grantee WHEN 0 THEN 'PUBLIC' ELSE h.grantee::regrole::text END, h.privilege,
                  pg_describe_object(h.classid, h.objid, h.attnum), CASE WHEN h.grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM held AS h
    WHERE h.grantable
    OR NOT (
        EXISTS (
            SELECT FROM holder AS o
            JOIN item AS i ON i.bundle = o.bundle
            WHERE o.grantee = h.grantee AND i.classid = h.classid AND i.objid = h.objid
            AND i.attnum = h.attnum AND i.privilege = h.privilege)
        OR h.classid = 'pg_namespace'::regclass AND h.privilege = 'USAGE'
           AND EXISTS (SELECT FROM holder AS o WHERE o.grantee = h.grantee)
        -- what a type is made with
        OR h.grantee = 0 AND h.classid = 'pg_proc'::regclass
           AND EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = h.objid
                       AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i')
        -- owners of governed tables create triggers on partitions
        OR h.classid = 'pg_proc'::regclass
           AND EXISTS (SELECT FROM pg_proc AS p WHERE p.oid = h.objid AND p.prorettype = 'trigger'::regtype)
           AND EXISTS (SELECT FROM aims.registry AS r JOIN pg_class AS c ON c.oid = r.relation
                       WHERE r.guarded AND c.relowner = h.grantee));
END;
COMMENT ON FUNCTION aims.privilege_problem() IS
    'Privileges in schema aims that aims.grant_duty_role has not granted: of no bundle, parts of one, with grant option, or of everybody. Part of aims.verify';

CREATE FUNCTION aims.setting_problem(OUT problem text, OUT wrong boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH stored (place, name, value) AS (
        SELECT concat_ws(' in ', CASE WHEN s.setrole <> 0 THEN format('role %s', s.setrole::regrole) END,
                         CASE WHEN s.setdatabase <> 0 THEN format('database %s', d.datname) END),
               lower(split_part(c, '=', 1)), substr(c, strpos(c, '=') + 1)
        FROM pg_db_role_setting AS s
        LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
        CROSS JOIN unnest(s.setconfig) AS c
        WHERE s.setdatabase = 0 OR d.datname = current_database()
        UNION ALL
        SELECT 'the server', s.name, s.reset_val
        FROM pg_settings AS s
        WHERE s.source IN ('configuration file', 'command line', 'environment variable')),
    judged (place, name, value, wrong) AS (
        SELECT s.place, s.name, s.value,
               CASE WHEN s.name = 'session_replication_role' THEN s.value <> 'origin'
                    WHEN s.name = 'event_triggers' THEN lower(s.value) IN ('off', 'false', 'no', '0')
                    WHEN s.name = 'aims.actor' THEN true
                    WHEN s.name IN ('session_preload_libraries', 'local_preload_libraries') AND s.value <> '' THEN false
                    WHEN s.name = 'aims.reason' THEN false END
        FROM stored AS s)
    SELECT format('%s: %s = %s', j.place, j.name, j.value), j.wrong
    FROM judged AS j
    WHERE j.wrong OR j.name NOT IN ('session_replication_role', 'event_triggers') AND j.wrong IS NOT NULL
    UNION ALL
    SELECT format('%s: search_path = %s, before pg_catalog', s.place, s.value), false
    FROM stored AS s
    WHERE s.name = 'search_path' AND s.value ~ '\mpg_catalog\M' AND s.value !~ '^[" ]*pg_catalog\M'
    UNION ALL
    SELECT format('role %s is bound to %s, and its sessions do not load the library: what it reads is neither controlled nor logged',
                  r.role, array_to_string(r.systems, ', ')),
           EXISTS (SELECT FROM aims.phi_table) OR EXISTS (SELECT FROM aims.dataset AS d WHERE d.phi AND d.relation IS NOT NULL)
    FROM aims.reader AS r
    JOIN pg_roles AS l ON l.rolname = r.role AND l.rolcanlogin
    WHERE NOT r.reads_controlled
    UNION ALL
    SELECT format('aims.phi_table marks relation %s, which is gone: one that was made in its place is not marked', p.relation::oid), true
    FROM aims.phi_table AS p
    WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = p.relation);
END;
COMMENT ON FUNCTION aims.setting_problem() IS
    'Settings of roles, databases and the server that escape capture, or the control of reads where there is PHI (wrong), or that an auditor should know. Part of aims.verify';

CREATE FUNCTION aims.privileged_role(OUT privilege text, OUT roles text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.privilege, coalesce(string_agg(r.rolname, ', ' ORDER BY r.rolname), 'none')
    FROM (VALUES (1, 'Superusers'), (2, 'May create roles'), (3, 'Replicate'), (4, 'Pass row security'),
                 (5, 'Members of pg_write_all_data'), (6, 'Members of pg_execute_server_program'),
                 (7, 'Members of pg_write_server_files'), (8, 'Owner of the extension')) AS p (n, privilege)
    LEFT JOIN pg_roles AS r ON CASE p.n
        WHEN 1 THEN r.rolsuper
        WHEN 2 THEN r.rolcreaterole AND NOT r.rolsuper
        WHEN 3 THEN r.rolreplication AND NOT r.rolsuper
        WHEN 4 THEN r.rolbypassrls AND NOT r.rolsuper
        WHEN 8 THEN EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'aims' AND e.extowner = r.oid)
        ELSE r.rolname !~ '^pg_' AND NOT r.rolsuper
             AND pg_has_role(r.oid, substring(p.privilege FROM 'pg_[a-z_]+'), 'MEMBER') END
    GROUP BY p.n, p.privilege
    ORDER BY p.n;
END;
COMMENT ON FUNCTION aims.privileged_role() IS
    'Roles that could work around the ledger, for the auditor to judge. Part of aims.verify';

CREATE TRIGGER "AIMS_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aims.shipped_object
    FOR EACH STATEMENT EXECUTE FUNCTION aims.append_only();
REVOKE ALL ON TABLE aims.shipped_object FROM PUBLIC;
REVOKE ALL ON FUNCTION aims.present_object(), aims.privilege_problem(), aims.setting_problem(),
    aims.privileged_role() FROM PUBLIC;

-- Without statistics what is shipped is thought to be a few rows, and reports
-- on it take seconds until autovacuum comes round.
DO $$
DECLARE
    shipped regclass;
BEGIN
    FOR shipped IN SELECT a.attrelid FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
                    WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind = 'r' AND a.attname = 'shipped' LOOP
        EXECUTE format('ANALYZE %s', shipped);
    END LOOP;
END $$;

-- The last statements: what there is now is what was shipped.
ALTER TABLE aims.shipped_object DISABLE TRIGGER "AIMS_append_only";
INSERT INTO aims.shipped_object (kind, object, digest, server, system_identifier)
SELECT p.kind, p.object, p.digest, pg_catalog.current_setting('server_version_num')::integer / 10000, c.system_identifier
FROM aims.present_object() AS p, pg_catalog.pg_control_system() AS c;
ALTER TABLE aims.shipped_object ENABLE ALWAYS TRIGGER "AIMS_append_only";
