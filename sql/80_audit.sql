-- What people read of the ledger, and the check that nothing escapes capture.

CREATE VIEW aims.audit_log WITH (security_barrier) AS
    SELECT e.entry_id, e.recorded_at, e.operation, e.relation, e.physical_relation, e.system,
           e.key, e.person, e.session_user_name, e.role_name, e.application, e.client, e.claim,
           e.reason, e.old_image, e.new_image, e.incarnation, e.xid, e.shape,
           l.leaf_index, h.seal_id, h.tree_size, h.sealed_at
    FROM aims.audit_entry AS e
    LEFT JOIN LATERAL (
        SELECT t.tile_index * 256 + array_position(t.sources, e.entry_id) - 1 AS leaf_index
        FROM aims.tile AS t
        WHERE t.entries @> e.entry_id
        AND array_position(t.sources, e.entry_id) IS NOT NULL
        LIMIT 1) AS l ON true
    LEFT JOIN LATERAL (
        SELECT s.seal_id, s.tree_size, s.sealed_at
        FROM aims.seal AS s
        WHERE s.tree_size > l.leaf_index
        ORDER BY s.tree_size
        LIMIT 1) AS h ON true;
COMMENT ON VIEW aims.audit_log IS
    'Ledger entries with their place in the tree (ISO/IEC 42001 A.6.2.8, 7.5.3). The newest by ORDER BY xid DESC, entry_id DESC LIMIT n uses the index';
COMMENT ON COLUMN aims.audit_log.entry_id IS 'Number of the entry; order inside a seal';
COMMENT ON COLUMN aims.audit_log.recorded_at IS 'Server clock at the change';
COMMENT ON COLUMN aims.audit_log.operation IS 'INSERT, UPDATE, DELETE, TRUNCATE, DDL or EVENT';
COMMENT ON COLUMN aims.audit_log.relation IS 'Relation as registered, by its name of that time';
COMMENT ON COLUMN aims.audit_log.physical_relation IS 'Partition that held the row, where it differs';
COMMENT ON COLUMN aims.audit_log.system IS 'AI system whose output the row is';
COMMENT ON COLUMN aims.audit_log.key IS 'Primary key of the row';
COMMENT ON COLUMN aims.audit_log.person IS 'Person behind the session';
COMMENT ON COLUMN aims.audit_log.session_user_name IS 'Role that logged in';
COMMENT ON COLUMN aims.audit_log.role_name IS 'Current role';
COMMENT ON COLUMN aims.audit_log.application IS 'application_name';
COMMENT ON COLUMN aims.audit_log.client IS 'Client address; NULL for a local socket';
COMMENT ON COLUMN aims.audit_log.claim IS 'Whom aims.actor named without the right to';
COMMENT ON COLUMN aims.audit_log.reason IS 'Setting aims.reason';
COMMENT ON COLUMN aims.audit_log.old_image IS 'Row before the change, as the image policy keeps it';
COMMENT ON COLUMN aims.audit_log.new_image IS 'Row after the change, or detail of an event';
COMMENT ON COLUMN aims.audit_log.incarnation IS 'Cluster and database that xid belongs to';
COMMENT ON COLUMN aims.audit_log.xid IS 'Top-level transaction id';
COMMENT ON COLUMN aims.audit_log.shape IS 'Columns of the images (aims.shape)';
COMMENT ON COLUMN aims.audit_log.leaf_index IS 'Leaf of the tree; NULL while not sealed';
COMMENT ON COLUMN aims.audit_log.seal_id IS 'Seal that appended it';
COMMENT ON COLUMN aims.audit_log.tree_size IS 'Size of the first head that covers it';
COMMENT ON COLUMN aims.audit_log.sealed_at IS 'When it was sealed';

CREATE VIEW aims.ledger_status WITH (security_barrier) AS
    SELECT coalesce(s.tree_size, 0) AS tree_size,
           s.root_hash,
           s.sealed_at,
           u.unsealed,
           u.oldest_unsealed,
           statement_timestamp() - u.oldest_unsealed AS oldest_unsealed_age,
           i.incarnation,
           k.origin AS origin,
           c.tree_size AS checkpoint_size,
           c.signed_at AS checkpoint_at,
           CASE
               WHEN k.origin IS NULL THEN 'UNSIGNED: no signing key, run aims.create_signing_key'
               WHEN o.obstacle IS NOT NULL THEN 'WITHHELD: ' || o.obstacle
               WHEN c.tree_size IS NULL THEN 'no checkpoint yet: run aims.checkpoint and keep it outside'
               WHEN c.tree_size < s.tree_size THEN 'checkpoint is behind the tree'
               ELSE 'signed'
           END AS checkpoints
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN LATERAL (SELECT * FROM aims.seal ORDER BY seal_id DESC LIMIT 1) AS s ON true
    LEFT JOIN LATERAL (SELECT * FROM aims.incarnation ORDER BY incarnation DESC LIMIT 1) AS i ON true
    CROSS JOIN LATERAL (SELECT aims.checkpoint_obstacle() AS obstacle) AS o
    LEFT JOIN LATERAL (SELECT * FROM aims.signing_key WHERE valid_until IS NULL LIMIT 1) AS k ON true
    LEFT JOIN LATERAL (SELECT * FROM aims.checkpoint ORDER BY tree_size DESC LIMIT 1) AS c ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS unsealed, min(e.recorded_at) AS oldest_unsealed
        FROM aims.audit_entry AS e
        WHERE s.snapshot IS NULL
        OR (e.incarnation = s.incarnation
            AND e.xid >= pg_snapshot_xmin(s.snapshot)::text::bigint
            AND NOT pg_visible_in_snapshot(e.xid::text::xid8, s.snapshot))) AS u ON true;
COMMENT ON VIEW aims.ledger_status IS
    'State of the ledger, one row: what is sealed, what waits, and whether heads are signed (ISO/IEC 42001 A.6.2.8)';
COMMENT ON COLUMN aims.ledger_status.tree_size IS 'Leaves of the newest head';
COMMENT ON COLUMN aims.ledger_status.root_hash IS 'RFC 6962 root of the newest head';
COMMENT ON COLUMN aims.ledger_status.sealed_at IS 'When the newest head was made';
COMMENT ON COLUMN aims.ledger_status.unsealed IS 'Committed entries that wait for a seal';
COMMENT ON COLUMN aims.ledger_status.oldest_unsealed IS 'Time of the oldest of them';
COMMENT ON COLUMN aims.ledger_status.oldest_unsealed_age IS 'Its age';
COMMENT ON COLUMN aims.ledger_status.incarnation IS 'Incarnation that sealed last';
COMMENT ON COLUMN aims.ledger_status.origin IS 'Name of the key that signs, and of this log';
COMMENT ON COLUMN aims.ledger_status.checkpoint_size IS 'Leaves of the newest signed checkpoint';
COMMENT ON COLUMN aims.ledger_status.checkpoint_at IS 'When it was signed';
COMMENT ON COLUMN aims.ledger_status.checkpoints IS 'In words: signed, behind, none yet, WITHHELD or UNSIGNED';

CREATE FUNCTION aims.capture_problem(OUT relation text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH expected (routine, event, bit, level) AS (VALUES
            ('aims.audit_row()'::regprocedure, 'INSERT', 4, 1),
            ('aims.audit_row()', 'UPDATE', 16, 1),
            ('aims.audit_row()', 'DELETE', 8, 1),
            ('aims.audit_truncate()', 'TRUNCATE', 32, 0)),
    member AS (
        SELECT r.registry_id, m.relid
        FROM aims.registry AS r,
             LATERAL (SELECT r.relation::oid AS relid
                      UNION
                      SELECT p.relid::oid FROM pg_partition_tree(r.relation) AS p) AS m)
    SELECT r.relation::text, 'the relation is gone: it was dropped without aims.ungovern'
    FROM aims.registry AS r
    WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = r.relation)
    UNION ALL
    SELECT m.relid::regclass::text, format('no trigger captures %s', x.event)
    FROM member AS m
    JOIN pg_class AS c ON c.oid = m.relid
    CROSS JOIN expected AS x
    WHERE (x.event <> 'TRUNCATE' OR c.relispartition = false)
    AND NOT EXISTS (
        SELECT FROM pg_trigger AS t
        WHERE t.tgrelid = m.relid AND t.tgfoid = x.routine
        AND t.tgtype & x.bit = x.bit AND t.tgtype & 1 = x.level
        AND t.tgargs = convert_to(m.registry_id::text, 'UTF8') || '\x00'::bytea)
    UNION ALL
    SELECT t.tgrelid::regclass::text,
           format('trigger %I is %s', t.tgname,
                  CASE t.tgenabled WHEN 'D' THEN 'disabled'
                      ELSE 'not ENABLE ALWAYS: replica sessions escape it' END)
    FROM pg_trigger AS t
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'aims' AND p.prolang = (SELECT l.oid FROM pg_language AS l WHERE l.lanname = 'c')
    AND t.tgenabled <> 'A';
END;
COMMENT ON FUNCTION aims.capture_problem() IS
    'Registered relations that escape capture: triggers missing, disabled or not ENABLE ALWAYS, relation dropped; empty when all is well. Part of aims.verify';
