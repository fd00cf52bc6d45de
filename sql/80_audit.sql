-- What people read of the ledger, and the check that nothing escapes capture.

CREATE VIEW aims.audit_log WITH (security_barrier) AS
    SELECT e.entry_id, e.recorded_at, e.operation, e.relation, e.physical_relation, e.system,
           e.key, e.person, e.session_user_name, e.role_name, e.application, e.client, e.claim,
           e.reason, e.old_image, e.new_image, e.incarnation, e.xid, e.shape,
           l.leaf_index, h.seal_id, h.tree_size, h.sealed_at
    FROM ONLY aims.audit_entry AS e
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
    'Ledger entries with their place in the tree (ISO/IEC 42001 A.6.2.8, 7.5.3). Conditions on entry_id and xid use the index, others read the table';
COMMENT ON COLUMN aims.audit_log.entry_id IS 'Number of the entry; order inside a seal';
COMMENT ON COLUMN aims.audit_log.recorded_at IS 'Server clock at the change';
COMMENT ON COLUMN aims.audit_log.operation IS 'INSERT, UPDATE, DELETE, TRUNCATE, BASELINE, DDL or EVENT';
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

CREATE FUNCTION aims.unsealed(OUT entries bigint, OUT oldest timestamptz) RETURNS record
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'aims_unsealed';
COMMENT ON FUNCTION aims.unsealed() IS
    'Committed entries that no seal has taken yet, and the time of the oldest. Part of aims.ledger_status; reads what is new and not the ledger, except after a restore, promotion or upgrade before the next seal';

CREATE VIEW aims.ledger_status WITH (security_barrier) AS
    SELECT coalesce(s.tree_size, 0) AS tree_size,
           s.root_hash,
           s.sealed_at,
           u.entries AS unsealed,
           u.oldest AS oldest_unsealed,
           statement_timestamp() - u.oldest AS oldest_unsealed_age,
           i.incarnation,
           k.origin AS origin,
           c.tree_size AS checkpoint_size,
           c.signed_at AS checkpoint_at,
           CASE
               WHEN k.origin IS NULL THEN 'UNSIGNED: no signing key, run aims.create_signing_key'
               WHEN o.obstacle IS NOT NULL THEN 'WITHHELD: ' || regexp_replace(o.obstacle, '^withheld: ', '')
               WHEN c.tree_size IS NULL THEN 'no checkpoint yet: run aims.checkpoint and keep it outside'
               WHEN c.tree_size < s.tree_size THEN 'checkpoint is behind the tree'
               ELSE 'signed'
           END AS checkpoints,
           p.prepared AS oldest_prepared
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN LATERAL (SELECT * FROM aims.seal ORDER BY seal_id DESC LIMIT 1) AS s ON true
    LEFT JOIN LATERAL (SELECT * FROM aims.incarnation ORDER BY incarnation DESC LIMIT 1) AS i ON true
    CROSS JOIN LATERAL (SELECT aims.checkpoint_obstacle() AS obstacle) AS o
    LEFT JOIN LATERAL (SELECT * FROM aims.signing_key WHERE valid_until IS NULL LIMIT 1) AS k ON true
    LEFT JOIN LATERAL (SELECT * FROM aims.checkpoint ORDER BY tree_size DESC LIMIT 1) AS c ON true
    CROSS JOIN LATERAL (SELECT min(x.prepared) AS prepared FROM pg_prepared_xacts AS x WHERE x.database = current_database()) AS p
    CROSS JOIN aims.unsealed() AS u;
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
COMMENT ON COLUMN aims.ledger_status.oldest_prepared IS
    'When the oldest prepared transaction of the database was prepared: what it wrote is sealed after COMMIT PREPARED';

CREATE FUNCTION aims.capture_problem(OUT relation text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
    WITH RECURSIVE relative (registry_id, relid, system_when, relkind) AS (
        -- registered relations with their partitions and inheritance children
        SELECT r.registry_id, r.relation::oid, r.system_when, 'r'::"char"
        FROM aims.registry AS r
        UNION
        SELECT m.registry_id, i.inhrelid, m.system_when, c.relkind
        FROM relative AS m
        JOIN pg_inherits AS i ON i.inhparent = m.relid
        -- rows of a temporary child are its session's alone
        JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relpersistence <> 't'),
    member AS (
        SELECT m.registry_id, m.relid, m.system_when
        FROM relative AS m
        WHERE m.relkind IN ('r', 'p')),
    watching (name, event, routine) AS (VALUES
        ('aims_ddl_command', 'ddl_command_end', 'ddl_command'),
        ('aims_ddl_drop', 'sql_drop', 'ddl_drop'),
        ('aims_ddl_farewell', 'ddl_command_start', 'ddl_farewell'),
        ('aims_ddl_protect', 'ddl_command_start', 'ddl_protect'),
        ('aims_ddl_rewrite', 'table_rewrite', 'ddl_rewrite')),
    capturing (routine, event, bit, level) AS (VALUES
        ('aims.audit_row()'::regprocedure, 'INSERT', 4, 1),
        ('aims.audit_row()', 'UPDATE', 16, 1),
        ('aims.audit_row()', 'DELETE', 8, 1),
        ('aims.audit_truncate()', 'TRUNCATE', 32, 0)),
    present AS (
        SELECT t.tgrelid, t.tgfoid, t.tgtype, t.tgname, t.tgargs, t.tgenabled, t.tgattr, t.tgdeferrable,
               -- the condition without parentheses and without NEW and OLD
               regexp_replace(translate(substring(pg_get_triggerdef(t.oid) FROM ' WHEN (.*) EXECUTE FUNCTION '), '()', ''),
                              '\m(new|old)\.', '', 'g') AS condition
        FROM pg_trigger AS t
        JOIN pg_proc AS p ON p.oid = t.tgfoid
        WHERE p.pronamespace = 'aims'::regnamespace
        AND NOT (t.tgisinternal AND t.tgparentid = 0)),
    guarding (name, routine, type) AS (VALUES
        ('audit_entry', 'append_only', 62),
        ('checkpoint', 'append_only', 62),
        ('governance_epoch', 'append_only', 62),
        ('incarnation', 'append_only', 62),
        ('output', 'append_only', 62),
        ('output_count', 'append_only', 62),
        ('output_override', 'append_only', 62),
        ('seal', 'append_only', 62),
        ('shape', 'append_only', 62),
        ('shipped_object', 'append_only', 62),
        ('signing_key', 'append_only', 62),
        ('tile', 'append_only', 62),
        ('violation', 'append_only', 62),
        ('organisation', 'check_time_zone', 23),
        ('ai_system', 'governance_changed', 60),
        ('bound_role', 'governance_changed', 60),
        ('dataset', 'governance_changed', 60),
        ('duty', 'governance_changed', 60),
        ('intended_table', 'governance_changed', 60),
        ('person', 'governance_changed', 60),
        ('phi_table', 'governance_changed', 60),
        ('registry', 'governance_changed', 60),
        ('subscription_policy', 'governance_changed', 60),
        ('switch_event', 'governance_changed', 60),
        ('system_mode', 'governance_changed', 60),
        ('system_value', 'governance_changed', 60),
        ('trusted_application', 'governance_changed', 60),
        ('duty', 'guard_duty', 29),
        ('person', 'guard_identity', 13),
        ('person', 'guard_identity', 17),
        ('trusted_application', 'guard_identity', 29),
        ('ai_system', 'guard_stage', 21),
        ('import_batch', 'apply_import', 21),
        ('soa_version', 'check_soa_decided', 21),
        ('organisation', 'guard_time_zone', 29),
        ('evidence', 'check_origin', 7),
        ('evidence', 'refuse_change', 27),
        ('evidence', 'refuse_change', 34),
        ('evidence_link', 'refuse_change', 27),
        ('evidence_link', 'refuse_change', 34),
        ('evidence_revision', 'refuse_change', 27),
        ('evidence_revision', 'refuse_change', 34),
        ('approval', 'refuse_change', 27),
        ('approval', 'refuse_change', 34),
        ('stage_history', 'refuse_change', 27),
        ('stage_history', 'refuse_change', 34),
        ('stage_history', 'close_findings_by_move', 5),
        ('finding', 'guard_finding', 19),
        ('finding', 'refuse_change', 11),
        ('finding', 'refuse_change', 34),
        ('risk_treatment', 'check_evidence_fits', 21),
        ('capa', 'check_evidence_fits', 21),
        ('management_review', 'stamp_minutes', 23),
        ('finding', 'follow_finding', 5),
        ('measurement', 'follow_measurement', 5),
        ('measurement', 'judge_measurement', 7),
        ('measurement', 'refuse_change', 27),
        ('measurement', 'refuse_change', 34),
        ('measurement', 'stamp_record', 7),
        ('model_version', 'guard_version', 19),
        ('model_version', 'note_version_change', 21),
        ('vendor_questionnaire', 'check_questionnaire_published', 23),
        ('vendor_notice', 'note_vendor_notice', 5),
        ('applicability', 'stamp_assignment', 19),
        ('applicability', 'stamp_record', 23),
        ('duty', 'stamp_assignment', 23),
        ('trusted_application', 'stamp_assignment', 23),
        ('person', 'stamp_mapping', 23),
        ('ai_system', 'stamp_record', 7),
        ('dataset', 'stamp_record', 23),
        ('evidence', 'stamp_record', 7),
        ('model_version', 'stamp_record', 23),
        ('not_ai', 'stamp_record', 23),
        ('phi_table', 'stamp_record', 23),
        ('vendor', 'stamp_record', 23),
        ('ai_system', 'stamp_tier_decision', 23),
        ('ai_system', 'follow_system_change', 17),
        ('incident', 'follow_incident_change', 21),
        ('incident', 'require_answered', 17),
        ('incident', 'require_incident_capa', 17),
        ('incident_system', 'follow_incident_change', 21),
        ('incident_clock', 'compute_clock', 23),
        ('incident_communication', 'check_communication', 7),
        ('incident_communication', 'stamp_record', 7),
        ('incident_communication', 'refuse_change', 27),
        ('incident_communication', 'refuse_change', 34),
        ('reporting_rule', 'guard_reporting_rule', 5),
        ('reporting_rule', 'stamp_record', 7),
        ('reporting_rule', 'refuse_change', 27),
        ('capa', 'guard_capa', 19),
        ('capa', 'require_breach_over', 17),
        ('capa_step', 'follow_capa', 23),
        ('finding', 'open_capa', 5),
        ('finding', 'require_capa_verified', 17),
        ('finding', 'require_incident_resolved', 17),
        ('finding', 'require_monitor_quiet', 17),
        ('ai_system', 'guard_inventory', 21),
        ('model_version', 'guard_inventory', 17),
        ('component', 'guard_inventory', 25),
        ('dataset', 'guard_inventory', 25),
        ('applicability', 'guard_applicability', 29),
        ('risk_scenario', 'check_scenario_order', 21),
        ('concern', 'guard_concern', 23)
        UNION ALL
        SELECT k.record, 'guard_record', t.type
        FROM aims.record_kind AS k CROSS JOIN (VALUES (31), (34)) AS t (type)
        UNION ALL
        SELECT p.part, 'guard_part', t.type
        FROM aims.record_kind AS k CROSS JOIN unnest(k.parts) AS p (part) CROSS JOIN (VALUES (31), (34)) AS t (type)
        UNION ALL
        SELECT c.relname, 'refuse_shipped', t.type
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'shipped'
        CROSS JOIN (VALUES (31), (34)) AS t (type)
        WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind = 'r')
    SELECT r.relation::text, 'the relation is gone: it was dropped without aims.ungovern'
    FROM aims.registry AS r
    WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = r.relation)
    UNION ALL
    SELECT r.relation::text, format('column %I, which names the AI system of each row, is missing: every write is refused', r.system_column)
    FROM aims.registry AS r
    JOIN pg_class AS c ON c.oid = r.relation
    WHERE r.system_column IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = r.system_column AND NOT a.attisdropped)
    UNION ALL
    SELECT r.relation::text, format('expression %s, which names the AI system of each row, does not fit the table: every write is refused', r.system_expression)
    FROM aims.registry AS r
    WHERE NOT aims.system_expression_fits(r.registry_id)
    UNION ALL
    SELECT a.relation, 'it is governed, but what bears its name now is not'
    FROM aims.awaited AS a
    WHERE a.present
    UNION ALL
    SELECT m.relid::regclass::text, format('no trigger captures %s', x.event)
    FROM member AS m
    JOIN pg_class AS c ON c.oid = m.relid
    CROSS JOIN capturing AS x
    WHERE NOT EXISTS (
        SELECT FROM present AS t
        WHERE t.tgrelid = m.relid AND t.tgfoid = x.routine
        AND t.tgtype & x.bit = x.bit AND t.tgtype & 1 = x.level
        AND t.tgargs = decode(m.registry_id::text, 'escape') || '\x00'::bytea)
    UNION ALL
    SELECT c.oid::regclass::text, 'the catalog says that it has no triggers: those that it has do not fire'
    FROM pg_class AS c
    WHERE NOT c.relhastriggers
    AND EXISTS (SELECT FROM present AS t WHERE t.tgrelid = c.oid)
    UNION ALL
    SELECT m.relid::regclass::text, format('%s triggers capture %s: each change is recorded as often', count(*), x.event)
    FROM member AS m
    CROSS JOIN capturing AS x
    JOIN present AS t ON t.tgrelid = m.relid AND t.tgfoid = x.routine AND t.tgtype & x.bit = x.bit AND t.tgtype & 1 = x.level
    GROUP BY m.relid, x.event
    HAVING count(*) > 1
    UNION ALL
    SELECT t.tgrelid::regclass::text, format('trigger %I can be deferred to the commit, when somebody else may act', t.tgname)
    FROM present AS t
    WHERE t.tgdeferrable
    UNION ALL
    SELECT m.relid::regclass::text, format('trigger %I does not fire for every change that it has to see', t.tgname)
    FROM member AS m
    JOIN present AS t ON t.tgrelid = m.relid AND t.tgfoid = 'aims.audit_row()'::regprocedure
    CROSS JOIN LATERAL (SELECT translate(m.system_when, '()', '') AS condition) AS w
    CROSS JOIN LATERAL (SELECT regexp_replace(w.condition, '\m(new|old)\.', '', 'g') AS condition) AS x
    WHERE t.condition IS DISTINCT FROM CASE WHEN t.tgtype & 16 = 16 THEN x.condition || ' OR ' || x.condition
                                           ELSE x.condition END
    OR t.tgattr <> ''
    UNION ALL
    SELECT t.tgrelid::regclass::text,
           format('trigger %I is %s', t.tgname,
                  CASE t.tgenabled WHEN 'D' THEN 'disabled'
                      ELSE 'not ENABLE ALWAYS: replica sessions escape it' END)
    FROM present AS t
    WHERE t.tgenabled <> 'A'
    UNION ALL
    SELECT format('aims.%I', g.name), format('the trigger that calls aims.%s is missing', g.routine)
    FROM guarding AS g
    WHERE NOT EXISTS (
        SELECT FROM present AS t
        JOIN pg_proc AS p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass(format('aims.%I', g.name)) AND p.proname = g.routine
        AND t.tgtype = g.type)
    UNION ALL
    SELECT m.relid::regclass::text, format('rule %I has something else done instead of what is written', w.rulename)
    FROM member AS m
    JOIN pg_rewrite AS w ON w.ev_class = m.relid AND w.is_instead AND w.ev_enabled <> 'D'
    UNION ALL
    SELECT m.relid::regclass::text, 'it is a foreign table: what its own server changes is not captured'
    FROM relative AS m
    WHERE m.relkind = 'f'
    UNION ALL
    SELECT t.tgrelid::regclass::text,
           format('trigger %I stayed behind: the relation does not belong to number %s of the registry', t.tgname,
                  replace(encode(t.tgargs, 'escape'), '\000', ''))
    FROM present AS t
    WHERE t.tgfoid IN ('aims.audit_row()'::regprocedure, 'aims.audit_truncate()'::regprocedure)
    AND NOT EXISTS (SELECT FROM relative AS m
                    WHERE m.relid = t.tgrelid AND t.tgargs = decode(m.registry_id::text, 'escape') || '\x00'::bytea)
    UNION ALL
    SELECT format('event trigger %I', coalesce(e.evtname, w.name)),
           CASE WHEN e.evtname IS NULL THEN 'it is missing: DDL is not recorded, nor refused'
               WHEN e.evtenabled = 'D' THEN 'it is disabled: DDL is not recorded, nor refused'
               ELSE 'it is not ENABLE ALWAYS: replica sessions escape it' END
    FROM watching AS w
    LEFT JOIN (pg_event_trigger AS e
        JOIN pg_proc AS p ON p.oid = e.evtfoid AND p.pronamespace = 'aims'::regnamespace)
        ON p.proname = w.routine AND e.evtevent = w.event
    WHERE e.evtenabled IS DISTINCT FROM 'A'
    UNION ALL
    SELECT c.oid::regclass::text,
           format('its owner %s cannot create partitions: GRANT EXECUTE ON FUNCTION aims.audit_row() TO %1$s', c.relowner::regrole)
    FROM member AS m
    JOIN pg_class AS c ON c.oid = m.relid AND c.relkind = 'p'
    WHERE NOT has_function_privilege(c.relowner, 'aims.audit_row()', 'EXECUTE')
    UNION ALL
    SELECT 'setting event_triggers', 'it is off in this session: DDL is not recorded, nor refused'
    WHERE current_setting('event_triggers', true) = 'off'
    UNION ALL
    SELECT c.oid::regclass::text, format('table %s inherits from it', i.inhrelid::regclass)
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhparent
    WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind = 'r';
END;
COMMENT ON FUNCTION aims.capture_problem() IS
    'Where capture, or the rules of our own tables, have a gap: triggers or event triggers missing, disabled, not ENABLE ALWAYS, deferrable, doubled or with another condition, triggers that stayed behind, a registered relation dropped past the event triggers, one that was made anew and is not governed again, a rule that detours writes, a foreign table among the partitions, a table that inherits from ours; empty when all is well. Part of aims.verify';
