-- Capture of our own tables, append-only protection, privileges. Last, so that
-- shipped rows are no ledger entries.

-- Numbers of our own tables in the registry are part of the ledger's format:
-- never change or reuse one.
INSERT INTO aims.registry (registry_id, relation, image, guarded)
SELECT v.registry_id, to_regclass('aims.' || v.name), 'full', false
FROM (VALUES
    (1,  'registry'),
    (2,  'organisation'),
    (3,  'person'),
    (4,  'duty'),
    (5,  'trusted_application'),
    (10, 'vendor'),
    (11, 'ai_system'),
    (12, 'model_version'),
    (13, 'component'),
    (14, 'dataset'),
    (20, 'framework'),
    (21, 'requirement'),
    (22, 'applicability'),
    (23, 'evidence'),
    (24, 'evidence_link'),
    (25, 'evidence_revision'),
    (30, 'system_value'),
    (31, 'intended_table'),
    (32, 'system_mode'),
    (33, 'bound_role'),
    (34, 'switch_event'),
    (40, 'stage_transition'),
    (41, 'gate_requirement'),
    (42, 'transition_request'),
    (43, 'approval'),
    (44, 'stage_history'),
    (45, 'finding')) AS v (registry_id, name)
WHERE to_regclass('aims.' || v.name) IS NOT NULL;

DO $$
DECLARE
    own aims.registry;
BEGIN
    FOREACH own IN ARRAY (SELECT array_agg(r ORDER BY r.registry_id) FROM aims.registry AS r) LOOP
        EXECUTE format('CREATE TRIGGER "AIMS_change" AFTER INSERT OR UPDATE OR DELETE ON %s
                            FOR EACH ROW EXECUTE FUNCTION aims.audit_row(%L);
                        CREATE TRIGGER "AIMS_flush" AFTER INSERT OR UPDATE OR DELETE ON %1$s
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.audit_flush();
                        CREATE TRIGGER "AIMS_truncate" BEFORE TRUNCATE ON %1$s
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.audit_truncate(%2$L);
                        ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "AIMS_change",
                            ENABLE ALWAYS TRIGGER "AIMS_flush", ENABLE ALWAYS TRIGGER "AIMS_truncate"',
                       own.relation, own.registry_id);
    END LOOP;
END $$;

-- What the guard decides by: a change makes its caches stale, and its commit
-- waits for AI output in flight.
DO $$
DECLARE
    deciding text;
BEGIN
    FOREACH deciding IN ARRAY ARRAY['registry', 'person', 'duty', 'trusted_application', 'ai_system', 'system_value',
                                    'intended_table', 'system_mode', 'bound_role', 'switch_event'] LOOP
        EXECUTE format('CREATE TRIGGER "AIMS_governance" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON aims.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.governance_changed();
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER "AIMS_governance"', deciding);
    END LOOP;
END $$;

DO $$
DECLARE
    closed text;
BEGIN
    FOREACH closed IN ARRAY ARRAY['audit_entry', 'seal', 'tile', 'shape', 'incarnation',
                                  'signing_key', 'checkpoint', 'violation', 'governance_epoch'] LOOP
        EXECUTE format('CREATE TRIGGER "AIMS_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aims.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.append_only();
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER "AIMS_append_only"', closed);
    END LOOP;
END $$;

-- Nobody has anything until a bundle is granted.
REVOKE ALL ON ALL TABLES IN SCHEMA aims FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA aims FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA aims FROM PUBLIC;
DO $$
DECLARE
    named regtype;
BEGIN
    FOR named IN
        SELECT t.oid
        FROM pg_type AS t
        WHERE t.typnamespace = 'aims'::regnamespace
        AND t.typtype IN ('b', 'd', 'e') AND t.typelem = 0
    LOOP
        EXECUTE format('REVOKE ALL ON TYPE %s FROM PUBLIC', named);
    END LOOP;
END $$;

