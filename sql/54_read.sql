-- Reads: which relations hold protected health information, and whose sessions
-- are kept from them (src/read.c; doc/reads.md; HIPAA 164.312(a), (b)).

CREATE TABLE aims.phi_table (
    relation  regclass,
    reason    text        NOT NULL,
    marked_by aims.slug,
    marked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT phi_table_pkey PRIMARY KEY (relation),
    CONSTRAINT phi_table_marked_by_fkey FOREIGN KEY (marked_by) REFERENCES aims.person,
    CONSTRAINT phi_table_reason_given CHECK (reason ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.phi_table', '');
COMMENT ON TABLE aims.phi_table IS
    'Tables and views with protected health information: sessions of bound roles read them only for an AI system that may, and each such statement is in the server log (HIPAA 164.312(a), (b); ISO/IEC 42001 A.7.2). Datasets with phi count, too';
COMMENT ON COLUMN aims.phi_table.relation IS
    'Table, view, materialized view or foreign table; one partition or child marks what it is a part of';
COMMENT ON COLUMN aims.phi_table.reason IS 'What makes it PHI: which identifiers and clinical data it holds';
COMMENT ON COLUMN aims.phi_table.marked_by IS 'Person who marked it';
COMMENT ON COLUMN aims.phi_table.marked_at IS 'When it was marked';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.phi_table
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('marked_at', 'marked_by');
ALTER TABLE aims.phi_table ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.phi_table IS 'Who marked it, and when';

CREATE INDEX dataset_phi_idx ON aims.dataset (relation) WHERE phi;
COMMENT ON INDEX aims.dataset_phi_idx IS 'Says whether a relation is a dataset with PHI';

CREATE FUNCTION aims.preloads_library(role text) RETURNS boolean
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- as a new session in this database would find it: the narrowest setting counts
    SELECT EXISTS (
        SELECT FROM (
            SELECT s.value
              FROM (SELECT CASE WHEN d.setrole = 0 THEN 2 ELSE 0 END + CASE WHEN d.setdatabase = 0 THEN 1 ELSE 0 END AS distance,
                           substr(c, strpos(c, '=') + 1) AS value
                      FROM pg_db_role_setting AS d
                     CROSS JOIN unnest(d.setconfig) AS c
                     WHERE lower(split_part(c, '=', 1)) = 'session_preload_libraries'
                       AND (d.setrole = 0
                            OR d.setrole = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = preloads_library.role))
                       AND (d.setdatabase = 0
                            OR d.setdatabase = (SELECT b.oid FROM pg_database AS b WHERE b.datname = current_database()))
                     UNION ALL
                    SELECT 4, p.reset_val
                      FROM pg_settings AS p
                     WHERE p.name = 'session_preload_libraries'
                       AND p.source IN ('configuration file', 'command line', 'environment variable')
                     ORDER BY distance
                     LIMIT 1) AS s
             UNION ALL
            SELECT p.setting FROM pg_settings AS p WHERE p.name = 'shared_preload_libraries') AS s (value)
        CROSS JOIN string_to_table(s.value, ',') AS l (library)
        WHERE trim(BOTH ' "' FROM l.library) ~ '^(.*/)?aims(\.so)?$');
END;
COMMENT ON FUNCTION aims.preloads_library(text) IS
    'Will new sessions of a role in this database load the library? What the server''s configuration says is not seen from a session that has a setting of its own';

CREATE VIEW aims.reader WITH (security_barrier) AS
SELECT b.role,
       array_agg(b.system::text ORDER BY b.system) AS systems,
       coalesce(aims.preloads_library(b.role), false) AS reads_controlled
  FROM aims.bound_role AS b
 GROUP BY b.role;
COMMENT ON VIEW aims.reader IS
    'Bound roles, the AI systems that their sessions read for, and whether these sessions load the library that keeps them from PHI (HIPAA 164.312(a), (b))';
COMMENT ON COLUMN aims.reader.role IS 'Role that logs in';
COMMENT ON COLUMN aims.reader.systems IS 'AI systems that it is bound to; one that may read is enough';
COMMENT ON COLUMN aims.reader.reads_controlled IS
    'Whether new sessions of the role load the library; false is a finding where tables are marked as PHI';
