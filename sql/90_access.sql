-- Capture of our own tables, append-only protection, privileges. Last, so that
-- shipped rows are no ledger entries.

-- Numbers of our own tables in the registry are part of the ledger's format:
-- never change or reuse one.
INSERT INTO aims.registry (registry_id, relation, image, guarded)
SELECT v.registry_id, to_regclass('aims.' || v.name),
       -- whoever may read the ledger does not read the words of concerns
       CASE v.name WHEN 'concern' THEN 'digest' ELSE 'full' END::aims.image_policy, false
FROM (VALUES
    (1,  'registry'),
    (2,  'organisation'),
    (3,  'person'),
    (4,  'duty'),
    (5,  'trusted_application'),
    (6,  'record_kind'),
    (7,  'record_move'),
    (8,  'finding_kind'),
    (10, 'vendor'),
    (11, 'ai_system'),
    (12, 'model_version'),
    (13, 'component'),
    (14, 'dataset'),
    (15, 'import_batch'),
    (16, 'import_row'),
    (20, 'framework'),
    (21, 'requirement'),
    (22, 'applicability'),
    (23, 'evidence'),
    (24, 'evidence_link'),
    (25, 'evidence_revision'),
    (29, 'soa_version'), (26, 'crosswalk'),
    (27, 'framework_deadline'),
    (30, 'system_value'),
    (31, 'intended_table'),
    (32, 'system_mode'),
    (33, 'bound_role'),
    (34, 'switch_event'),
    (35, 'soa_statement'),
    (36, 'phi_table'),
    (37, 'shadow_sign'),
    (38, 'not_ai'),
    (39, 'awaited_table'),
    (40, 'stage_transition'),
    (41, 'gate_requirement'),
    (42, 'transition_request'),
    (43, 'approval'),
    (44, 'stage_history'),
    (45, 'finding'),
    (46, 'retirement_count'),
    (47, 'retirement_sign_off'),
    (48, 'former_binding'),
    (50, 'output_review'),
    (51, 'override_baseline'),
    (56, 'subscription_policy'), (75, 'vendor_product'), (76, 'vendor_contract'), (77, 'vendor_certificate'), (78, 'questionnaire'), (79, 'question'), (80, 'vendor_questionnaire'), (81, 'vendor_answer'), (82, 'responsibility'), (83, 'vendor_responsibility'), (84, 'vendor_notice'), (85, 'vendor_attestation'), (86, 'vendor_assessment'), (87, 'certificate_standard'), (60, 'risk_source'), (61, 'risk_scale'), (62, 'risk_matrix'), (63, 'risk_authority'), (64, 'risk_appetite'), (65, 'risk'), (66, 'risk_treatment'), (67, 'risk_acceptance'), (68, 'impact_risk'), (69, 'impact_answer'), (70, 'impact_question'), (71, 'impact_assessment'), (72, 'impact_effect'), (73, 'impact_workshop'), (74, 'impact_participant'), (100, 'document_kind'), (101, 'document'), (102, 'document_version'), (103, 'document_audience'), (104, 'document_acknowledgement'), (105, 'document_review'), (106, 'objective'), (107, 'objective_value'), (108, 'interested_party'), (109, 'context_issue'), (110, 'curriculum'), (111, 'curriculum_need'), (112, 'training_record'), (113, 'training_session'), (190, 'communication'), (191, 'communication_made'), (192, 'planned_change'), (193, 'resource'), (194, 'training_attendance'), (195, 'user_group'), (196, 'user_count'), (89, 'holiday'), (90, 'incident'), (91, 'incident_system'), (92, 'reporting_rule'), (93, 'incident_clock'), (94, 'incident_communication'), (95, 'incident_contact'), (96, 'capa'), (97, 'capa_step'), (98, 'concern'), (99, 'concern_deadline'),
    (114, 'audit_programme'),
    (115, 'internal_audit'),
    (116, 'internal_audit_scope'),
    (117, 'internal_audit_member'),
    (118, 'audit_finding'),
    (119, 'audit_sample'),
    (120, 'management_review'),
    (121, 'management_review_input'),
    (122, 'management_review_decision'),
    (123, 'certificate'),
    (124, 'certification_audit'),
    (125, 'certification_nonconformity'),
    (126, 'management_review_attendee'),
    (127, 'audit_sample_result'),
    (197, 'risk_scenario'), (198, 'risk_simulation'), (199, 'risk_tolerance'),
    (128, 'readiness_threshold'),
    (130, 'monitor'),
    (131, 'monitor_control'),
    (132, 'measurement'),
    (133, 'monitor_finding'),
    (134, 're_evaluation_period'),
    (135, 'imported_gate'),
    (207, 'monitor_template'),
    (208, 'monitor_template_parameter')) AS v (registry_id, name)
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

-- Records and their parts keep the rules of aims.record_kind and aims.record_move.
DO $$
DECLARE
    kept record;
BEGIN
    FOR kept IN
        SELECT k.record AS name, 'guard_record()' AS routine FROM aims.record_kind AS k
        UNION ALL
        SELECT p.part, format('guard_part(%L)', k.record)
        FROM aims.record_kind AS k CROSS JOIN unnest(k.parts) AS p (part)
        ORDER BY name
    LOOP
        EXECUTE format('CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON aims.%I
                            FOR EACH ROW EXECUTE FUNCTION aims.%s;
                        CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON aims.%1$I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.%2$s;
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
                        COMMENT ON TRIGGER guard ON aims.%1$I IS ''The rules of records: aims.record_kind, aims.record_move'';
                        COMMENT ON TRIGGER guard_truncate ON aims.%1$I IS ''Records are never removed (MS041)''',
                       kept.name, kept.routine);
    END LOOP;
END $$;

-- What comes with the extension stays as it came, wherever a column says so.
DO $$
DECLARE
    named name;
BEGIN
    FOR named IN
        SELECT c.relname
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'shipped'
        WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind = 'r'
        ORDER BY c.relname
    LOOP
        EXECUTE format('CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON aims.%I
                            FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
                        CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON aims.%1$I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER refuse_shipped, ENABLE ALWAYS TRIGGER refuse_shipped_truncate;
                        COMMENT ON TRIGGER refuse_shipped ON aims.%1$I IS ''Shipped rows are immutable (MS016)'';
                        COMMENT ON TRIGGER refuse_shipped_truncate ON aims.%1$I IS ''Shipped rows are immutable (MS016)''', named);
    END LOOP;
END $$;

-- What is asked for, and what is late, enough or grave, is no matter of the
-- privilege to write.
DO $$
DECLARE
    criteria record;
BEGIN
    FOR criteria IN
        SELECT t.name, '' AS duties
        FROM unnest(ARRAY['finding_kind', 'readiness_threshold', 're_evaluation_period', 'concern_deadline', 'certificate_standard',
                          'framework', 'requirement', 'framework_deadline', 'document_kind', 'curriculum', 'curriculum_need',
                          'impact_question', 'responsibility', 'override_baseline', 'holiday']) AS t (name)
        UNION ALL
        SELECT t.name, '''data_steward''' FROM unnest(ARRAY['shadow_sign', 'not_ai']) AS t (name)
    LOOP
        EXECUTE format('CREATE TRIGGER guard_criteria AFTER INSERT OR UPDATE OR DELETE ON aims.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.guard_criteria(%s);
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER guard_criteria;
                        COMMENT ON TRIGGER guard_criteria ON aims.%1$I IS ''Who has the duty decides by what is judged''', criteria.name, criteria.duties);
    END LOOP;
END $$;

-- What the guard decides by: a change makes its caches stale, and its commit
-- waits for AI output in flight.
DO $$
DECLARE
    deciding text;
BEGIN
    FOREACH deciding IN ARRAY ARRAY['registry', 'person', 'duty', 'trusted_application', 'ai_system', 'system_value',
                                    'intended_table', 'system_mode', 'bound_role', 'switch_event',
                                    'phi_table', 'dataset', 'subscription_policy'] LOOP
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
                                  'signing_key', 'checkpoint', 'violation', 'governance_epoch',
                                  'output', 'output_override', 'output_count'] LOOP
        EXECUTE format('CREATE TRIGGER "AIMS_append_only" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aims.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION aims.append_only();
                        ALTER TABLE aims.%1$I ENABLE ALWAYS TRIGGER "AIMS_append_only"', closed);
    END LOOP;
END $$;

-- Nobody has anything until a bundle is granted.
REVOKE ALL ON ALL TABLES IN SCHEMA aims FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA aims FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA aims FROM PUBLIC;
-- but for what a type is made with: pg_dump does not dump those functions, and
-- grants on them would be lost in a restore
DO $$
DECLARE
    made_with record;
BEGIN
    FOR made_with IN
        SELECT d.objid::regprocedure AS routine
        FROM pg_depend AS d
        JOIN pg_type AS t ON t.oid = d.refobjid
        WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
        AND t.typnamespace = 'aims'::regnamespace
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', made_with.routine);
    END LOOP;
END $$;
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
        -- of reviews, with their words and values, the others see aims.oversight_log; of concerns aims.concern_register
        WHERE NOT r.guarded AND c.relname NOT IN ('output_review', 'concern'))
    -- everybody who reads: governance tables, views, questions
    SELECT b.bundle, 'TABLE' AS kind, format('aims.%I', g.name) AS object, 'SELECT' AS privilege
    FROM reader AS b CROSS JOIN governance AS g
    UNION ALL
    SELECT b.bundle, 'TABLE', v.name, 'SELECT'
    FROM reader AS b
    CROSS JOIN (VALUES ('aims.evidence_state'), ('aims.requirement_evidence'), ('aims.mapping'), ('aims.requirement_coverage'), ('aims.framework_coverage'), ('aims.requirement_basis'), ('aims.deadline'), ('aims.crosswalk_action'), ('aims.soa'), ('aims.soa_coverage'), ('aims.control_gap'), ('aims.control_risk'), ('aims.soa_version_state'), ('aims.soa_change'), ('aims.soa_action'), ('aims.import_action'), ('aims.system_readiness'), ('aims.incident_affected'), ('aims.incident_deadline'), ('aims.incident_action'), ('aims.incident_capa'), ('aims.incident_without_capa'), ('aims.capa_action'), ('aims.concern_register'), ('aims.concern_action'), ('aims.requirement_state'), ('aims.current_version'), ('aims.risk_criteria'), ('aims.risk_treated'), ('aims.risk_accepted'), ('aims.risk_register'), ('aims.risk_authority_in_force'), ('aims.risk_action'), ('aims.risk_portfolio'), ('aims.risk_simulation_state'), ('aims.risk_portfolio_state'), ('aims.risk_quantification'), ('aims.risk_contribution'), ('aims.risk_exceedance'), ('aims.risk_tolerance_state'), ('aims.risk_treatment_return'), ('aims.impact_gap'), ('aims.impact_state'), ('aims.impact_action'),
                       ('aims.governed'), ('aims.finding_route'), ('aims.finding_action'), ('aims.evidence_action'), ('aims.next_action'),
                       ('aims.internal_auditor'), ('aims.audit_conflict'), ('aims.audit_sample_item'), ('aims.audit_finding_state'),
                       ('aims.audit_coverage'), ('aims.internal_audit_action'),
                       ('aims.certification_step'), ('aims.certificate_state'), ('aims.certificate_reuse'), ('aims.certification_nonconformity_state'), ('aims.certification_cycle'), ('aims.certification_action'),
                       ('aims.management_review_topic'), ('aims.improvement'), ('aims.management_review_action'),
                       ('aims.coverage_history'), ('aims.coverage_measure'), ('aims.ciso_dashboard'), ('aims.certification_readiness'), ('aims.awaited'), ('aims.reader'), ('aims.shadow_ai'), ('aims.subscription_audit'), ('aims.signature'), ('aims.violation'), ('aims.ledger_status'),
                       ('aims.bundle_privilege'),
                       ('aims.mapping'), ('aims.requirement_coverage'), ('aims.framework_coverage'), ('aims.requirement_basis'), ('aims.deadline'), ('aims.crosswalk_action'), ('aims.vendor_system'), ('aims.vendor_questionnaire_state'), ('aims.vendor_score'), ('aims.vendor_standing'), ('aims.vendor_coverage'), ('aims.vendor_action'),
                       ('aims.reviewed_system'), ('aims.pending_review'), ('aims.oversight_log'), ('aims.override_rate'),
                       ('aims.withheld_output'), ('aims.withheld_version'), ('aims.governed_key'), ('aims.document_version_state'), ('aims.document_in_force'), ('aims.document_state'), ('aims.document_reader'), ('aims.document_gap'), ('aims.document_action'), ('aims.policy_awareness'), ('aims.scope_statement'), ('aims.objective_state'), ('aims.communication_state'), ('aims.competence_state'), ('aims.competence_gap'), ('aims.user_training'), ('aims.competence_action'),
                       ('aims.monitor_state'), ('aims.monitor_action'), ('aims.re_evaluation'), ('aims.stage_duration'), ('aims.model_card'),
                       ('aims.lifecycle_action')) AS v (name)
    UNION ALL
    SELECT b.bundle, 'ROUTINE', f.name, 'EXECUTE'
    FROM reader AS b
    CROSS JOIN (VALUES ('aims.today()'), ('aims.day(timestamp with time zone)'), ('aims.obligation()'), ('aims.preloads_library(text)'), ('aims.current_person()'), ('aims.has_duty(text,text)'),
                       ('aims.person_has_duty(text,text,text,date)'),
                       ('aims.gate(text,aims.lifecycle_stage)'), ('aims.gate_of_move(text,aims.lifecycle_stage)'), ('aims.requirement_verdict()'), ('aims.certification_criterion()'), ('aims.request_staleness(bigint)'), ('aims.transition_digest(bigint)'), ('aims.record_digest(text,text)'), ('aims.evidence_fits(bigint,text,text)'), ('aims.vendor_affected(text,text)'), ('aims.vendor_cover(text,text)'),
                       ('aims.audit_obstacle(bigint,text)'), ('aims.certificate_obstacle(bigint)'), ('aims.review_obstacle(bigint)'),
                       ('aims.audit_sample_check(bigint)'),
                       ('aims.public_key()'), ('aims.checkpoint()'), ('aims.checkpoint_obstacle()'), ('aims.unsealed()'), ('aims.commits_in_flight()'),
                       ('aims.wilson_interval(bigint,bigint)'),
                       ('aims.pert(float8,float8,float8,float8)'), ('aims.lognormal(float8,float8)'), ('aims.low(aims.pert)'), ('aims.mode(aims.pert)'), ('aims.high(aims.pert)'), ('aims.lambda(aims.pert)'), ('aims.mean(aims.pert)'), ('aims.variance(aims.pert)'), ('aims.quantile(aims.pert,float8)'), ('aims.largest(aims.pert)'), ('aims.cdf(aims.pert,float8)'), ('aims.simulate(aims.pert,aims.pert,integer,bigint,boolean)'), ('aims.simulate_losses(aims.pert,aims.pert,integer,bigint,boolean)'), ('aims.loss_curve(aims.pert,aims.pert,integer,bigint,boolean)'), ('aims.loss_exceedance(aims.pert,aims.pert,integer,bigint,boolean)'), ('aims.exceedance_probability(aims.pert,aims.pert,float8,integer,bigint,boolean)'), ('aims.curve_probabilities()'), ('aims.simulation_model()'), ('aims.simulate_scenarios(aims.risk_scenario[],integer,bigint)'), ('aims.expected_loss(aims.risk_scenario)'), ('aims.simulation_input(aims.risk_scenario)'), ('aims.simulation_digest(jsonb)'), ('aims.simulation_reproduces(bigint)'), ('aims.small_groups(aims.fairness_group[],bigint)'), ('aims.suppress_small(aims.fairness_group[],bigint)'),
                       ('aims.demographic_parity_difference(aims.fairness_group[],bigint)'),
                       ('aims.demographic_parity_ratio(aims.fairness_group[],bigint)'),
                       ('aims.equal_opportunity_difference(aims.fairness_group[],bigint)'),
                       ('aims.false_positive_rate_difference(aims.fairness_group[],bigint)'),
                       ('aims.equalized_odds_difference(aims.fairness_group[],bigint)'),
                       ('aims.equalized_odds_ratio(aims.fairness_group[],bigint)'),
                       ('aims.disparity(aims.fairness_group[],text,bigint,double precision)'),
                       -- these ask besides that the caller may read the table, or the ledger
                       ('aims.history(regclass,jsonb)'), ('aims.as_of(regclass,timestamptz)'),
                       ('aims.rows_as_of(regclass,timestamptz)'), ('aims.day_then(timestamptz)'),
                       ('aims.soa_at(timestamptz)'), ('aims.risk_register_at(timestamptz)'), ('aims.verify_table(regclass)')) AS f (name)
    UNION ALL
    -- metrics: what they are computed from is a question of the tables
    SELECT b.bundle, 'ROUTINE', p.oid::regprocedure::text, 'EXECUTE'
    FROM reader AS b
    CROSS JOIN pg_proc AS p
    WHERE p.pronamespace = 'aims'::regnamespace AND p.prokind = 'a'
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
             OR p.proname = 'key_range')
        AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                        AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i')) AS f (name)
    UNION ALL
    -- auditors: the ledger without its salts
    SELECT 'auditor', 'TABLE', v.name, 'SELECT'
    FROM (VALUES ('aims.audit_population'), ('aims.audit_log'), ('aims.seal'), ('aims.shape'), ('aims.incarnation'),
                 ('aims.signing_key'), ('aims.checkpoint'),
                 ('aims.output'), ('aims.output_review'), ('aims.output_override'), ('aims.output_count')) AS v (name)
    UNION ALL
    -- and the tree without hashes of keys
    SELECT 'auditor', 'TABLE', 'aims.tile', 'SELECT (level, tile_index, hashes, sources, tids, entries)'
    UNION ALL
    SELECT 'auditor', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.verify(text)'), ('aims.leaf(bigint)'), ('aims.leaf_index(bigint)'),
                 ('aims.inclusion_proof(bigint,bigint)'), ('aims.consistency_proof(bigint,bigint)'),
                 ('aims.tlog_proof(bigint)'), ('aims.hash_tile(integer,bigint,integer)'), ('aims.entry_bundle(bigint,integer)'),
                 ('aims.open_checkpoint(text,text)'),
                 ('aims.verify_inclusion(bytea,bigint,bigint,bytea[],bytea)'),
                 ('aims.verify_consistency(bigint,bigint,bytea,bytea,bytea[])'), ('aims.capture_problem()'),
                 ('aims.draw_audit_sample(bigint,text,integer,bigint,text)'), ('aims.system_expression_fits(integer)')) AS f (name)
    UNION ALL
    -- people who keep the register; what is shipped, and what acts write, stays closed
    SELECT 'officer', 'TABLE', format('aims.%I', g.name), p.privilege
    FROM governance AS g
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
    WHERE g.name IN ('organisation', 'person', 'duty', 'trusted_application', 'vendor', 'ai_system', 'model_version',
                     'component', 'dataset', 'framework', 'requirement', 'crosswalk', 'framework_deadline', 'applicability', 'evidence', 'evidence_link',
                     'phi_table', 'shadow_sign', 'not_ai', 'override_baseline', 'finding_kind', 'readiness_threshold', 'soa_version', 'import_batch', 'import_row', 'incident', 'incident_system', 'reporting_rule', 'incident_clock', 'incident_communication', 'incident_contact', 'holiday', 'capa', 'capa_step', 'concern_deadline',
                     'monitor', 'monitor_control', 'measurement', 're_evaluation_period',
                     'vendor_product', 'vendor_contract', 'vendor_responsibility', 'vendor_certificate', 'vendor_attestation',
                     'vendor_questionnaire', 'vendor_answer', 'vendor_notice', 'vendor_assessment',
                     'questionnaire', 'question', 'responsibility', 'certificate_standard')
    -- records get another status, never lost
    AND NOT (p.privilege = 'DELETE' AND g.name IN (SELECT k.record FROM aims.record_kind AS k))
    -- evidence is revised and duties are ended: neither is changed or deleted
    AND NOT (g.name IN ('evidence', 'evidence_link', 'measurement', 'reporting_rule', 'incident_communication') AND p.privilege <> 'INSERT'
             OR g.name IN ('duty', 'monitor', 'capa', 'capa_step') AND p.privilege = 'DELETE'
             -- everybody reports incidents; triggers start their clocks
             OR g.name IN ('incident', 'incident_clock') AND p.privilege <> 'UPDATE'
             -- what aims.draft_soa makes is moved, what was loaded is applied or withdrawn
             OR g.name = 'soa_version' AND p.privilege <> 'UPDATE'
             OR g.name = 'import_batch' OR g.name = 'import_row' AND p.privilege <> 'DELETE')
    UNION ALL
    -- files are staged by aims.import_csv alone
    SELECT 'officer', 'TABLE', 'aims.import_batch', 'UPDATE (status)'
    UNION ALL
    -- whoever knows of an incident, or has a concern, says so, and sees what becomes of it
    SELECT b.bundle, 'TABLE', v.name, 'INSERT'
    FROM (VALUES ('reporter'), ('analyst'), ('reviewer'), ('auditor'), ('officer'), ('administrator')) AS b (bundle)
    CROSS JOIN (VALUES ('aims.incident'), ('aims.concern')) AS v (name)
    UNION ALL
    VALUES ('reporter', 'TABLE', 'aims.concern_register', 'SELECT'),
           ('reporter', 'ROUTINE', 'aims.current_person()', 'EXECUTE'),
           ('reporter', 'ROUTINE', 'aims.today()', 'EXECUTE')
    UNION ALL
    -- members of the committee handle concerns, whose words they read in aims.concern_register
    SELECT b.bundle, 'TABLE', 'aims.concern', p.privilege
    FROM (VALUES ('reviewer'), ('officer')) AS b (bundle)
    CROSS JOIN (VALUES ('SELECT (concern_id)'), ('UPDATE')) AS p (privilege)
    UNION ALL
    -- members and auditors judge corrective actions, and auditors open them
    VALUES ('reviewer', 'TABLE', 'aims.capa', 'UPDATE'),
           ('auditor', 'TABLE', 'aims.capa', 'UPDATE'),
           ('auditor', 'TABLE', 'aims.capa', 'INSERT')
    UNION ALL
    -- documents and competence: records are entered and moved, their parts changed, facts added
    SELECT w.bundle, 'TABLE', format('aims.%I', w.name), p.privilege
    FROM (SELECT 'officer', t.name, t.privileges
          FROM (VALUES ('document_kind', '{INSERT,UPDATE,DELETE}'), ('document', '{INSERT,UPDATE}'),
                       ('document_version', '{INSERT,UPDATE}'), ('document_audience', '{INSERT,UPDATE,DELETE}'),
                       ('document_review', '{INSERT}'), ('objective', '{INSERT,UPDATE}'), ('objective_value', '{INSERT}'),
                       ('communication', '{INSERT,UPDATE}'), ('communication_made', '{INSERT}'), ('context_issue', '{INSERT,UPDATE}'),
                       ('interested_party', '{INSERT,UPDATE}'), ('planned_change', '{INSERT,UPDATE}'), ('resource', '{INSERT,UPDATE}'),
                       ('curriculum', '{INSERT,UPDATE,DELETE}'), ('curriculum_need', '{INSERT,UPDATE,DELETE}'),
                       ('training_record', '{INSERT,UPDATE}'), ('user_group', '{INSERT,UPDATE}'), ('user_count', '{INSERT,UPDATE}'),
                       ('training_session', '{INSERT,UPDATE}'), ('training_attendance', '{INSERT,UPDATE,DELETE}')) AS t (name, privileges)
          UNION ALL
          -- the sponsor and the committee review, withdraw, record training, and write
          SELECT 'reviewer', t.name, t.privileges
          FROM (VALUES ('document', '{UPDATE}'), ('document_version', '{INSERT,UPDATE}'), ('document_audience', '{INSERT,UPDATE,DELETE}'),
                       ('document_review', '{INSERT}'), ('objective', '{UPDATE}'), ('resource', '{UPDATE}'),
                       ('training_record', '{INSERT,UPDATE}'), ('training_session', '{UPDATE}')) AS t (name, privileges)
          UNION ALL
          -- everybody for oneself
          SELECT r.bundle, 'document_acknowledgement', '{INSERT}' FROM reader AS r) AS w (bundle, name, privileges)
    CROSS JOIN unnest(w.privileges::text[]) AS p (privilege)
    UNION ALL
    -- audits, reviews and certificates: records, which are not deleted, and their parts
    SELECT b.bundle, 'TABLE', format('aims.%I', n.name), p.privilege
    FROM (VALUES ('officer', '{audit_programme,internal_audit,audit_finding,management_review,management_review_decision,certificate,certification_audit,certification_nonconformity}'::text[],
                  '{INSERT,UPDATE}'::text[]),
                 ('officer', '{internal_audit_scope,internal_audit_member,management_review_attendee}', '{INSERT,UPDATE,DELETE}'),
                 ('auditor', '{audit_programme,internal_audit,audit_finding}', '{INSERT,UPDATE}'),
                 ('auditor', '{internal_audit_scope,internal_audit_member}', '{INSERT,UPDATE,DELETE}'),
                 ('auditor', '{audit_sample_result}', '{INSERT}'),
                 -- whoever owns a decision carries it out, whoever sits in the committee confirms it
                 ('reviewer', '{management_review_decision}', '{UPDATE}')) AS b (bundle, names, privileges)
    CROSS JOIN unnest(b.names) AS n (name) CROSS JOIN unnest(b.privileges) AS p (privilege)
    UNION ALL
    -- records of risk and impact; reviewers, among them the executive sponsor, set criteria and appetite and report risks
    SELECT b.bundle, 'TABLE', 'aims.' || t.name, p.privilege
    FROM (VALUES ('officer'), ('reviewer')) AS b (bundle)
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
    CROSS JOIN (VALUES ('risk_scale', true, true), ('risk_matrix', true, true), ('risk_authority', true, true), ('risk_tolerance', true, true),
                       ('risk_scenario', false, true),
                       ('risk_appetite', true, false), ('risk', true, false), ('risk_treatment', true, false),
                       ('risk_source', false, true), ('risk_acceptance', false, false),
                       ('impact_question', false, true), ('impact_assessment', false, false), ('impact_effect', false, true),
                       ('impact_workshop', false, true), ('impact_participant', false, true), ('impact_answer', false, true))
               AS t (name, by_reviewers, deleted)
    WHERE (b.bundle = 'officer' OR t.by_reviewers) AND (p.privilege <> 'DELETE' OR t.deleted)
    AND NOT (b.bundle = 'reviewer' AND t.name = 'risk' AND p.privilege <> 'INSERT')
    UNION ALL
    SELECT 'officer', 'TABLE', 'aims.impact_risk', 'INSERT'
    UNION ALL
    SELECT 'officer', 'ROUTINE', 'aims.raise_risk(bigint,text,text,text)', 'EXECUTE'
    UNION ALL
    SELECT b.bundle, 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('officer'), ('reviewer')) AS b (bundle)
    CROSS JOIN (VALUES ('aims.approve(text,text,text,text,bytea)'), ('aims.reject(text,text,text)'), ('aims.simulate_risks(bigint,integer,bigint)'),
                       ('aims.open_finding(text,text,text,regclass)'), ('aims.close_finding(bigint,text)'),
                       ('aims.switch_off(text,text,boolean)'), ('aims.switch_on(text,text)'),
                       ('aims.switch_off_drill(text,text)'), ('aims.review(regclass,jsonb,text,text,jsonb)')) AS f (name)
    UNION ALL
    SELECT 'officer', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.prepare_review(bigint)'), ('aims.request_advance(text,aims.lifecycle_stage,text,boolean)'),
                 ('aims.withdraw_request(bigint,text)'), ('aims.advance(text,aims.lifecycle_stage,text)'),
                 ('aims.request_import(text,aims.lifecycle_stage,text)'), ('aims.import_system(text,aims.lifecycle_stage,text)'),
                 ('aims.open_silence_findings()'), ('aims.run_monitor(text)'), ('aims.run_due_monitors()'), ('aims.due_monitors()'),
                 -- a query is drafted with the rights, and as the role, of whoever drafts it
                 ('aims.check_monitor_query(text)'), ('aims.draft_monitor(text,text,text,text,jsonb,tstzrange)'), ('aims.template_query(text,jsonb)'), ('aims.template_value(text,text,regclass)'), ('aims.template_column(regclass,text)'),
                 ('aims.open_re_evaluation_findings()'),
                 ('aims.revise_evidence(bigint,text,bytea,date,date)'), ('aims.draft_soa(text,text,text)'),
                 -- an import has the rights of whoever imports
                 ('aims.import_csv(text,bytea,text,text,name)'), ('aims.import_check(bigint)'), ('aims.import_apply(bigint)'),
                 ('aims.stage_csv(text,bytea,text,text,name)'), ('aims.import_target(text)'), ('aims.import_columns(regclass)'),
                 ('aims.import_types(regclass)'), ('aims.import_value(text,text)'), ('aims.import_insert(regclass,jsonb,jsonb)'),
                 ('aims.import_form(text)'), ('aims.import_wrong(regclass,jsonb,jsonb)'), ('aims.import_open(bigint)'), ('aims.import_reason(aims.import_batch)'), ('aims.restoring()'),
                 ('aims.count_output(text)'), ('aims.sign_off_count(bigint,text)'),
                 ('aims.redact(bigint,text)'), ('aims.rebaseline(regclass,text)')) AS f (name)
    UNION ALL
    -- administrators of the warehouse: what is governed, and sealing
    SELECT 'administrator', 'TABLE', v.name, p.privilege
    FROM (VALUES ('aims.system_value'), ('aims.intended_table'), ('aims.gate_requirement')) AS v (name)
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
    UNION ALL
    SELECT 'administrator', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.govern(regclass,text,name,text,aims.govern_mode,aims.image_policy,aims.review_policy,boolean,name,name,name,text,boolean)'),
                 ('aims.govern_preview(regclass,text,name,text,aims.govern_mode,aims.image_policy,aims.review_policy,boolean,name,name,name,text,boolean)'),
                 ('aims.ungovern(regclass,text)'), ('aims.ungovern_awaited(text,text)'),
                 ('aims.set_mode(regclass,aims.govern_mode,text)'),
                 ('aims.released(regclass,text)'), ('aims.check_release(regclass)'), ('aims.release_condition(regclass,text,text)'),
                 ('aims.key_condition(regclass,text,text)'), ('aims.require_governed(regclass)'),
                 ('aims.bind_role(text,regrole)'), ('aims.unbind_role(text,regrole)'), ('aims.set_subscription_policy(name,text)'),
                 ('aims.take_messages(integer)'), ('aims.note_due(bigint)'), ('aims.seal()'), ('aims.create_signing_key(text)'), ('aims.resume(text)'), ('aims.log_event(text,jsonb,text)'), ('aims.verify(text)'), ('aims.capture_problem()'),
                 ('aims.system_expression_fits(integer)')) AS f (name)
    UNION ALL
    -- writers of AI output need nothing but to say what they do
    SELECT 'writer', 'ROUTINE', 'aims.log_event(text,jsonb,text)', 'EXECUTE'
    UNION ALL
    -- what runs monitors by the clock reads nothing: queries run with their own rights
    SELECT 'runner', 'ROUTINE', f.name, 'EXECUTE'
    FROM (VALUES ('aims.run_monitor(text)'), ('aims.run_due_monitors()'), ('aims.due_monitors()')) AS f (name);
COMMENT ON VIEW aims.bundle_privilege IS
    'What each bundle grants on top of USAGE on schema aims: analyst, auditor, reviewer, officer, administrator, writer, reporter, runner (ISO/IEC 42001 5.3)';
COMMENT ON COLUMN aims.bundle_privilege.bundle IS 'Argument of aims.grant_duty_role';
COMMENT ON COLUMN aims.bundle_privilege.kind IS 'TABLE (also views) or ROUTINE';
COMMENT ON COLUMN aims.bundle_privilege.object IS 'Qualified name; routines with argument types';
COMMENT ON COLUMN aims.bundle_privilege.privilege IS 'SELECT or UPDATE (of some columns where they are listed), INSERT, DELETE or EXECUTE';

CREATE FUNCTION aims.require_bundle(bundle text, role regrole) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF bundle IS NULL OR role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'bundle and role must not be null',
            DETAIL = 'A bundle of privileges is granted to, or taken from, one role.',
            HINT = 'For example: SELECT aims.grant_duty_role(''auditor'', ''carla'').';
    END IF;
    IF NOT EXISTS (SELECT FROM aims.bundle_privilege AS b WHERE b.bundle = require_bundle.bundle) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('bundle "%s" does not exist', left(bundle, 63)),
            DETAIL = 'A bundle is a set of privileges (aims.bundle_privilege), not a duty of a person.',
            HINT = 'Bundles are: administrator, officer, reviewer, auditor, analyst, reporter, writer, runner.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.require_bundle(text, regrole) IS '22004 or 22023 unless there is such a bundle';

CREATE FUNCTION aims.bundle_held(bundle text, role regrole) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL UNSAFE
    RETURN (
        SELECT bool_and(CASE WHEN b.privilege LIKE '% (%' THEN has_any_column_privilege(role, b.object, split_part(b.privilege, ' ', 1))
                            WHEN b.kind = 'TABLE' THEN has_table_privilege(role, b.object, b.privilege)
                            ELSE has_function_privilege(role, to_regprocedure(b.object), b.privilege) END)
        FROM aims.bundle_privilege AS b
        WHERE b.bundle = bundle_held.bundle);
COMMENT ON FUNCTION aims.bundle_held(text, regrole) IS 'Has the role every privilege of the bundle?';

CREATE FUNCTION aims.grant_duty_role(bundle text, role regrole) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
BEGIN
    PERFORM aims.require_bundle(bundle, role);
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
    'Grant a role the privileges of a bundle (aims.bundle_privilege) and USAGE on schema and types. For the owner of the extension; 22023 for another bundle';

CREATE FUNCTION aims.revoke_duty_role(bundle text, role regrole) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
    kept text[];
BEGIN
    PERFORM aims.require_bundle(bundle, role);
    IF NOT aims.bundle_held(bundle, role) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS017',
            MESSAGE = format('role "%s" does not hold bundle "%s"', role, bundle),
            DETAIL = 'Taking away parts of it would break another bundle that the role may hold.',
            HINT = 'The ledger says what was granted: SELECT new_image FROM aims.audit_log WHERE relation = ''aims.bundle_privilege''.';
    END IF;
    -- what overlaps stays: other bundles that the role holds and that are no part of this one
    WITH other AS MATERIALIZED (SELECT DISTINCT b.bundle FROM aims.bundle_privilege AS b WHERE b.bundle <> revoke_duty_role.bundle)
    SELECT array_agg(o.bundle)
    INTO kept
    FROM other AS o
    WHERE aims.bundle_held(o.bundle, role)
    AND EXISTS (SELECT b.object, b.privilege FROM aims.bundle_privilege AS b WHERE b.bundle = o.bundle
                EXCEPT
                SELECT b.object, b.privilege FROM aims.bundle_privilege AS b WHERE b.bundle = revoke_duty_role.bundle);
    FOR item IN
        SELECT b.kind, b.object, b.privilege FROM aims.bundle_privilege AS b WHERE b.bundle = revoke_duty_role.bundle
        EXCEPT
        SELECT b.kind, b.object, b.privilege FROM aims.bundle_privilege AS b WHERE b.bundle = ANY (kept)
    LOOP
        EXECUTE format('REVOKE %s ON %s %s FROM %s', item.privilege, item.kind, item.object, role);
    END LOOP;
    IF kept IS NULL THEN
        FOR item IN SELECT t.oid::regtype AS name FROM pg_type AS t
                    WHERE t.typnamespace = 'aims'::regnamespace AND t.typtype IN ('b', 'd', 'e') AND t.typcategory <> 'A' LOOP
            EXECUTE format('REVOKE USAGE ON TYPE %s FROM %s', item.name, role);
        END LOOP;
        EXECUTE format('REVOKE USAGE ON SCHEMA aims FROM %s', role);
    END IF;
    PERFORM aims.record_act('aims.bundle_privilege', jsonb_build_object('revoked', bundle, 'role', role::text));
END $$;
COMMENT ON FUNCTION aims.revoke_duty_role(text, regrole) IS
    'Take the privileges of a bundle from a role, but for those that another bundle of the role needs; with the last one USAGE on schema and types. MS017 where the role does not hold the bundle';

REVOKE ALL ON TABLE aims.bundle_privilege FROM PUBLIC;
REVOKE ALL ON FUNCTION aims.require_bundle(text, regrole), aims.bundle_held(text, regrole),
    aims.grant_duty_role(text, regrole), aims.revoke_duty_role(text, regrole) FROM PUBLIC;
