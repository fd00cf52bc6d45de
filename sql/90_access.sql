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
REVOKE ALL ON ALL ROUTINES IN SCHEMA aims FROM PUBLIC;
DO $$
DECLARE
    named regtype;
BEGIN
    FOR named IN
        SELECT t.oid
        FROM pg_type AS t
        LEFT JOIN pg_class AS c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'aims'::regnamespace
        AND t.typcategory <> 'A' AND (c.oid IS NULL OR c.relkind = 'c')
        -- a multirange goes with its range: 17 has no privileges of its own for it,
        -- and pg_dump 15 cannot note them
        AND t.typtype <> 'm'
    LOOP
        EXECUTE format('REVOKE ALL ON TYPE %s FROM PUBLIC', named);
    END LOOP;
END $$;

CREATE VIEW aims.bundle_privilege WITH (security_barrier) AS
    WITH reader (bundle) AS (VALUES ('analyst'), ('auditor'), ('reviewer'), ('officer'), ('administrator')),
    governance (name) AS (
        SELECT c.relname
        FROM aims.registry AS r
        JOIN pg_class AS c ON c.oid = r.relation
        WHERE NOT r.guarded)
    -- everybody who reads: governance tables, views, questions
    SELECT b.bundle, 'TABLE' AS kind, format('aims.%I', g.name) AS object, 'SELECT' AS privilege
    FROM reader AS b CROSS JOIN governance AS g
    UNION ALL
    SELECT b.bundle, 'TABLE', v.name, 'SELECT'
    FROM reader AS b
    CROSS JOIN (VALUES ('aims.evidence_state'), ('aims.soa'), ('aims.soa_coverage'), ('aims.control_gap'), ('aims.system_readiness'),
                       ('aims.governed'), ('aims.signature'), ('aims.violation'), ('aims.ledger_status'), ('aims.bundle_privilege')) AS v (name)
    UNION ALL
    SELECT b.bundle, 'ROUTINE', f.name, 'EXECUTE'
    FROM reader AS b
    CROSS JOIN (VALUES ('aims.today()'), ('aims.current_person()'), ('aims.has_duty(text,text)'),
                       ('aims.person_has_duty(text,text,text,date)'),
                       ('aims.gate(text,aims.lifecycle_stage)'), ('aims.request_staleness(bigint)'), ('aims.transition_digest(bigint)'),
                       ('aims.public_key()'), ('aims.checkpoint()'), ('aims.checkpoint_obstacle()'), ('aims.commits_in_flight()')) AS f (name)
    UNION ALL
    -- what constraints, defaults, operators and casts of the tables above call with the rights of whoever reads or writes
    SELECT b.bundle, 'ROUTINE', format('%s', f.name), 'EXECUTE'
    FROM reader AS b
    CROSS JOIN (
        SELECT o.oprcode::oid::regprocedure FROM pg_operator AS o WHERE o.oprnamespace = 'aims'::regnamespace
        UNION
        SELECT p.oid::regprocedure
        FROM pg_proc AS p
        WHERE p.pronamespace = 'aims'::regnamespace
        AND (p.oid IN (SELECT c.castfunc FROM pg_cast AS c) OR p.oid IN (SELECT a.amproc FROM pg_amproc AS a)
             OR p.proname IN ('key_range', 'text_range'))) AS f (name)
    UNION ALL
    -- auditors: the ledger without its salts
    SELECT 'auditor', 'TABLE', v.name, 'SELECT'
    FROM (VALUES ('aims.audit_log'), ('aims.seal'), ('aims.tile'), ('aims.shape'), ('aims.incarnation'),
                 ('aims.signing_key'), ('aims.checkpoint')) AS v (name)
    UNION ALL
    SELECT 'auditor', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.verify(text)'), ('aims.leaf(bigint)'), ('aims.leaf_index(bigint)'),
                 ('aims.inclusion_proof(bigint,bigint)'), ('aims.consistency_proof(bigint,bigint)'),
                 ('aims.tlog_proof(bigint)'), ('aims.open_checkpoint(text,text)'),
                 ('aims.verify_inclusion(bytea,bigint,bigint,bytea[],bytea)'),
                 ('aims.verify_consistency(bigint,bigint,bytea,bytea,bytea[])'), ('aims.capture_problem()')) AS f (name)
    UNION ALL
    -- people who keep the register; what is shipped, and what acts write, stays closed
    SELECT 'officer', 'TABLE', format('aims.%I', g.name), p.privilege
    FROM governance AS g
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
    WHERE g.name IN ('organisation', 'person', 'duty', 'trusted_application', 'vendor', 'ai_system', 'model_version',
                     'component', 'dataset', 'framework', 'requirement', 'applicability', 'evidence', 'evidence_link')
    -- evidence is revised and duties are ended: neither is changed or deleted
    AND NOT (g.name IN ('evidence', 'evidence_link') AND p.privilege <> 'INSERT'
             OR g.name = 'duty' AND p.privilege = 'DELETE')
    UNION ALL
    SELECT b.bundle, 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('officer'), ('reviewer')) AS b (bundle)
    CROSS JOIN (VALUES ('aims.approve(text,text,text,text)'), ('aims.reject(text,text,text)'),
                       ('aims.open_finding(text,text,text,regclass)'), ('aims.close_finding(bigint,text)'),
                       ('aims.switch_off(text,text,boolean)'), ('aims.switch_on(text,text)'),
                       ('aims.switch_off_drill(text,text)')) AS f (name)
    UNION ALL
    SELECT 'officer', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.request_advance(text,aims.lifecycle_stage,text,boolean)'),
                 ('aims.withdraw_request(bigint,text)'), ('aims.advance(text,aims.lifecycle_stage,text)'),
                 ('aims.revise_evidence(bigint,text,bytea,date,date)')) AS f (name)
    UNION ALL
    -- administrators of the warehouse: what is governed, and sealing
    SELECT 'administrator', 'TABLE', v.name, p.privilege
    FROM (VALUES ('aims.system_value'), ('aims.intended_table'), ('aims.gate_requirement')) AS v (name)
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
    UNION ALL
    SELECT 'administrator', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.govern(regclass,text,name,text,aims.govern_mode,aims.image_policy,aims.review_policy,boolean,name,name,name)'),
                 ('aims.govern_preview(regclass,text,name,text,aims.govern_mode,aims.image_policy,aims.review_policy,boolean,name,name,name)'),
                 ('aims.ungovern(regclass,text)'), ('aims.set_mode(regclass,aims.govern_mode,text)'),
                 ('aims.bind_role(text,regrole)'), ('aims.unbind_role(text,regrole)'),
                 ('aims.seal()'), ('aims.create_signing_key(text)'), ('aims.resume(text)'), ('aims.log_event(text,jsonb,text)'), ('aims.verify(text)'), ('aims.capture_problem()')) AS f (name)
    UNION ALL
    -- writers of AI output need nothing but to say what they do
    SELECT 'writer', 'ROUTINE', 'aims.log_event(text,jsonb,text)', 'EXECUTE';
COMMENT ON VIEW aims.bundle_privilege IS
    'What each bundle grants on top of USAGE on schema aims: analyst, auditor, reviewer, officer, administrator, writer (ISO/IEC 42001 5.3)';
COMMENT ON COLUMN aims.bundle_privilege.bundle IS 'Argument of aims.grant_duty_role';
COMMENT ON COLUMN aims.bundle_privilege.kind IS 'TABLE (also views) or ROUTINE';
COMMENT ON COLUMN aims.bundle_privilege.object IS 'Qualified name; routines with argument types';
COMMENT ON COLUMN aims.bundle_privilege.privilege IS 'SELECT, INSERT, UPDATE, DELETE or EXECUTE';

CREATE FUNCTION aims.grant_duty_role(bundle text, role regrole) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
BEGIN
    IF NOT EXISTS (SELECT FROM aims.bundle_privilege AS b WHERE b.bundle = grant_duty_role.bundle) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('bundle "%s" does not exist', bundle),
            HINT = 'Bundles are: administrator, officer, reviewer, auditor, analyst, writer.';
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA aims TO %s', role);
    FOR item IN SELECT * FROM aims.bundle_privilege AS b WHERE b.bundle = grant_duty_role.bundle LOOP
        EXECUTE format('GRANT %s ON %s %s TO %s', item.privilege, item.kind, item.object, role);
    END LOOP;
    FOR item IN SELECT t.oid::regtype AS name FROM pg_type AS t
                WHERE t.typnamespace = 'aims'::regnamespace AND t.typtype IN ('b', 'd', 'e') AND t.typcategory <> 'A' LOOP
        EXECUTE format('GRANT USAGE ON TYPE %s TO %s', item.name, role);
    END LOOP;
    PERFORM aims.record_act('aims.bundle_privilege', jsonb_build_object('granted', bundle, 'role', role::text));
END $$;
COMMENT ON FUNCTION aims.grant_duty_role(text, regrole) IS
    'Grant a role the privileges of a bundle (aims.bundle_privilege) and USAGE on schema and types. For the owner of the extension';

CREATE FUNCTION aims.revoke_duty_role(bundle text, role regrole) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT * FROM aims.bundle_privilege AS b WHERE b.bundle = revoke_duty_role.bundle LOOP
        EXECUTE format('REVOKE %s ON %s %s FROM %s', item.privilege, item.kind, item.object, role);
    END LOOP;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('bundle "%s" does not exist', bundle),
            HINT = 'Bundles are: administrator, officer, reviewer, auditor, analyst, writer.';
    END IF;
    PERFORM aims.record_act('aims.bundle_privilege', jsonb_build_object('revoked', bundle, 'role', role::text));
END $$;
COMMENT ON FUNCTION aims.revoke_duty_role(text, regrole) IS
    'Take the privileges of a bundle from a role. One that held two bundles must be granted the other again';

REVOKE ALL ON TABLE aims.bundle_privilege FROM PUBLIC;
REVOKE ALL ON FUNCTION aims.grant_duty_role(text, regrole), aims.revoke_duty_role(text, regrole) FROM PUBLIC;
