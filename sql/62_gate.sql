-- Checks of the shipped requirements. Each takes the system and the
-- requirement's parameter and says whether it is met, and by which rows. They
-- are written so that the planner puts them in line where many systems are
-- asked about at once (aims.system_readiness): one SELECT, neither strict nor
-- volatile.

CREATE FUNCTION aims.check_fields(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_and(coalesce(r.fields ->> f.field, '') ~ '\S'), false),
               coalesce('not stated: ' || string_agg(f.field, ', ')
                            FILTER (WHERE coalesce(r.fields ->> f.field, '') !~ '\S'),
                        'stated: ' || string_agg(f.field, ', '))
          FROM (SELECT to_jsonb(s.*) AS fields FROM aims.ai_system AS s
                 WHERE s.system = check_fields.system) AS r
         CROSS JOIN jsonb_array_elements_text(parameter -> 'fields') AS f (field);
    END;
COMMENT ON FUNCTION aims.check_fields(text, jsonb) IS
    'Gate check: are the columns of aims.ai_system in parameter.fields filled?';

CREATE FUNCTION aims.check_tier(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT s.clinical_tier IS NOT NULL AND s.tier_decided_by IS NOT NULL,
               CASE WHEN s.clinical_tier IS NULL THEN 'clinical_tier is not stated'
                    WHEN s.tier_decided_by IS NULL THEN format(
                        'clinical_tier is %s, but who decided it, when and why is not recorded', s.clinical_tier)
                    ELSE format('%s, decided by %s', s.clinical_tier, s.tier_decided_by)
               END
          FROM aims.ai_system AS s
         WHERE s.system = check_tier.system;
    END;
COMMENT ON FUNCTION aims.check_tier(text, jsonb) IS
    'Gate check: is the clinical tier decided, with who, when and why?';

CREATE FUNCTION aims.check_permitted(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT s.eu_tier IS DISTINCT FROM 'unacceptable',
               coalesce('eu_tier is ' || s.eu_tier::text, 'eu_tier is not stated')
          FROM aims.ai_system AS s
         WHERE s.system = check_permitted.system;
    END;
COMMENT ON FUNCTION aims.check_permitted(text, jsonb) IS
    'Gate check: is the system no prohibited practice (eu_tier unacceptable; EU AI Act art. 5)?';

CREATE FUNCTION aims.check_version(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT v.version IS NOT NULL,
               coalesce('version in force: ' || v.version, 'no model version is registered')
          FROM (VALUES (true)) AS one (row)
          LEFT JOIN aims.current_version AS v ON v.system = check_version.system;
    END;
COMMENT ON FUNCTION aims.check_version(text, jsonb) IS
    'Gate check: is there a model version in force (aims.version_in_force)?';

CREATE FUNCTION aims.check_dataset(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(s.organisation_role::text = parameter ->> 'except_role', false)
                   OR d.datasets > 0 AND d.incomplete IS NULL,
               CASE WHEN d.incomplete IS NOT NULL THEN 'provenance or quality is missing: ' || d.incomplete
                    WHEN d.datasets > 0 THEN 'registered: ' || d.complete
                    WHEN s.organisation_role::text = parameter ->> 'except_role' THEN
                        format('not needed of an organisation that is the system''s %s', s.organisation_role)
                    ELSE format('no dataset of purpose %s is registered',
                                (SELECT string_agg(p, ' or ') FROM jsonb_array_elements_text(parameter -> 'purposes') AS p))
               END
          FROM aims.ai_system AS s
         CROSS JOIN LATERAL (
               SELECT count(*) AS datasets,
                      string_agg(c.dataset, ', ' ORDER BY c.dataset) FILTER (WHERE num_nulls(c.provenance, c.quality) > 0) AS incomplete,
                      string_agg(c.dataset, ', ' ORDER BY c.dataset) AS complete
                 FROM aims.dataset AS c
                WHERE c.system = s.system AND parameter -> 'purposes' ? c.purpose) AS d
         WHERE s.system = check_dataset.system;
    END;
COMMENT ON FUNCTION aims.check_dataset(text, jsonb) IS
    'Gate check: is a dataset of one of parameter.purposes registered, and do all such have provenance and quality? Not asked where the organisation''s role is parameter.except_role';

CREATE FUNCTION aims.evidence_asked(system text, parameter jsonb)
    RETURNS TABLE (evidence_id bigint, title text, valid_until date, problem text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
    BEGIN ATOMIC
        SELECT e.evidence_id, e.title, e.valid_until,
               CASE WHEN e.state <> 'in_force' THEN e.state
                    WHEN w.version_stated AND w.version IS NULL THEN 'no model version is registered'
                    WHEN e.version <> w.version THEN format('it is about version %s, in force is %s', e.version, w.version)
                    WHEN w.version_stated AND e.version IS NULL THEN format('it does not name version %s', w.version)
                    WHEN e.effective_on < w.since THEN format('it is older than %s', to_char(w.since, 'YYYY-MM-DD'))
                    WHEN e.recorded_at < w.moved_at THEN format('it was recorded before %s', to_char(w.moved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI UTC'))
               END AS problem
          FROM (SELECT v.version, parameter ->> 'version' IS NOT DISTINCT FROM 'current' AS version_stated,
                       h.moved_at,
                       (h.moved_at AT TIME ZONE coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC'))::date AS since
                  FROM (SELECT max(m.moved_at) AS moved_at
                          FROM aims.stage_history AS m
                         WHERE m.system = evidence_asked.system
                           AND m.to_stage = (parameter ->> 'since')::aims.lifecycle_stage) AS h
                  LEFT JOIN aims.current_version AS v ON v.system = evidence_asked.system) AS w
         CROSS JOIN (
               -- Two branches, each of which an index of aims.evidence serves
               SELECT * FROM aims.evidence_state AS o
                WHERE o.system = evidence_asked.system AND o.kind = parameter ->> 'kind'
                  AND parameter ->> 'about' IS DISTINCT FROM 'vendor'
                UNION ALL
               SELECT * FROM aims.evidence_state AS o
                WHERE o.vendor = (SELECT s.vendor FROM aims.ai_system AS s WHERE s.system = evidence_asked.system)
                  AND o.kind = parameter ->> 'kind'
                  AND parameter ->> 'about' IS NOT DISTINCT FROM 'vendor'
                  AND coalesce(o.system = evidence_asked.system, true)) AS e
         WHERE EXISTS (SELECT FROM aims.evidence_link AS l
                        WHERE l.evidence_id = e.evidence_id
                          AND l.framework = parameter ->> 'framework'
                          AND l.ref OPERATOR(aims.=) (parameter ->> 'control')::aims.control_ref);
    END;
COMMENT ON FUNCTION aims.evidence_asked(text, jsonb) IS
    'Evidence of parameter.kind that is linked to the requirement''s control and is about the system (or, with about = vendor, its vendor), and why a piece does not count: problem is NULL where it does (aims.check_evidence)';

CREATE FUNCTION aims.check_evidence(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_or(c.problem IS NULL), false),
               coalesce(string_agg(format('evidence %s "%s"%s', c.evidence_id, c.title,
                                          ' until ' || to_char(c.valid_until, 'YYYY-MM-DD')), ', ' ORDER BY c.evidence_id)
                            FILTER (WHERE c.problem IS NULL),
                        string_agg(format('evidence %s does not count: %s', c.evidence_id, c.problem), ', ' ORDER BY c.evidence_id),
                        format('no evidence of kind %s is linked to %s %s', parameter ->> 'kind',
                               parameter ->> 'framework', parameter ->> 'control')
                        -- a kind that is written otherwise
                        || coalesce((SELECT format('; evidence %s is of kind "%s"', min(e.evidence_id), min(e.kind))
                                       FROM aims.evidence AS e
                                      WHERE e.system = check_evidence.system AND e.kind <> parameter ->> 'kind'
                                        AND regexp_replace(lower(e.kind), '[^a-z0-9]', '', 'g')
                                            = regexp_replace(lower(parameter ->> 'kind'), '[^a-z0-9]', '', 'g')
                                     HAVING count(*) > 0), ''))
          FROM aims.evidence_asked(check_evidence.system, parameter) AS c;
    END;
COMMENT ON FUNCTION aims.check_evidence(text, jsonb) IS
    'Gate check: is evidence of parameter.kind, linked to the requirement''s control, in force today? It is about the system (or, with about = vendor, its vendor) and about no other version than the one in force; with version = current it names that version; with since = a stage it is neither older than the last entry into it nor recorded before that';

CREATE FUNCTION aims.check_drill(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(max(e.at) > (statement_timestamp() AT TIME ZONE 'UTC' - (parameter ->> 'within')::interval) AT TIME ZONE 'UTC', false),
               CASE WHEN max(e.at) IS NULL THEN format('no drill: CALL aims.switch_off_drill(%L, reason)', check_drill.system)
                    WHEN max(e.at) > (statement_timestamp() AT TIME ZONE 'UTC' - (parameter ->> 'within')::interval) AT TIME ZONE 'UTC' THEN
                        format('drill %s', max(e.switch_id))
                    ELSE format('the last drill is older than %s', parameter ->> 'within')
               END
          FROM aims.switch_event AS e
         WHERE e.system = check_drill.system AND e.drill AND NOT e.switched_off AND e.time_to_off IS NOT NULL;
    END;
COMMENT ON FUNCTION aims.check_drill(text, jsonb) IS
    'Gate check: has a switch-off drill been measured in the time parameter.within?';

CREATE FUNCTION aims.relation_of_system(system text) RETURNS TABLE (relation regclass, test boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT r.relation, r.test FROM aims.registry AS r
         WHERE r.guarded
           AND (r.system = relation_of_system.system
                OR EXISTS (SELECT FROM aims.system_value AS v
                            WHERE v.relation = r.relation AND v.system = relation_of_system.system)
                OR EXISTS (SELECT FROM aims.intended_table AS t
                            WHERE t.relation = r.relation AND t.system = relation_of_system.system));
    END;
COMMENT ON FUNCTION aims.relation_of_system(text) IS 'Governed tables that output of the system lands in; test: for trials, before it is allowed';

CREATE FUNCTION aims.check_event_log(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT r.relations IS NOT NULL OR e.met,
               coalesce('governed: ' || r.relations, 'no governed table takes its output, and ' || e.detail)
          FROM aims.check_evidence(check_event_log.system, parameter) AS e
         CROSS JOIN (SELECT string_agg(g.relation::text, ', ' ORDER BY g.relation::text) AS relations
                       FROM aims.relation_of_system(check_event_log.system) AS g
                      WHERE NOT g.test) AS r;
    END;
COMMENT ON FUNCTION aims.check_event_log(text, jsonb) IS
    'Gate check: is output logged, by a governed table that is no test table or, outside the database, as evidence says? (check_evidence)';

CREATE FUNCTION aims.check_approval(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(r.staleness IS NULL AND a.approvals >= coalesce((parameter ->> 'count')::integer, 1), false),
               CASE WHEN r.request_id IS NULL THEN format(
                        'no request: SELECT aims.request_advance(%L, %L, reason)', check_approval.system, parameter ->> 'stage')
                    WHEN r.staleness IS NOT NULL THEN format('request %s is out of date, request again: %s', r.request_id, r.staleness)
                    WHEN a.approvals >= coalesce((parameter ->> 'count')::integer, 1) THEN format(
                        'request %s: %s', r.request_id, a.signatures)
                    ELSE format('request %s of %s has %s of %s approvals%s', r.request_id, r.person, a.approvals,
                                coalesce((parameter ->> 'count')::integer, 1),
                                '; not counted, since the requester set up role or duty of the signer: ' || a.dependent)
               END
          FROM (VALUES (true)) AS one (row)
          LEFT JOIN LATERAL (
               SELECT t.request_id, t.person, aims.request_staleness(t.request_id) AS staleness
                 FROM aims.transition_request AS t
                WHERE t.system = check_approval.system
                  AND t.to_stage = (parameter ->> 'stage')::aims.lifecycle_stage
                  AND t.outcome IS NULL) AS r ON true
         CROSS JOIN LATERAL (
               SELECT count(DISTINCT p.person) FILTER (WHERE i.independent) AS approvals,
                      string_agg(format('approved by %s (%s)', p.person, p.duty), ', ' ORDER BY p.approval_id)
                          FILTER (WHERE i.independent) AS signatures,
                      string_agg(p.person, ', ' ORDER BY p.approval_id) FILTER (WHERE NOT i.independent) AS dependent
                 FROM aims.approval AS p
                CROSS JOIN LATERAL aims.is_independent(p.person, r.person, check_approval.system,
                                                       aims.day(p.signed_at), p.session_user_name) AS i (independent)
                WHERE p.subject = 'transition' AND p.subject_id = r.request_id::text
                  AND p.decision = 'approve' AND p.meaning = 'approval' AND p.person <> r.person
                  AND p.record_digest = aims.transition_digest(r.request_id)) AS a;
    END;
COMMENT ON FUNCTION aims.check_approval(text, jsonb) IS
    'Gate check: have parameter.count (1) people other than the requester, and independent of the requester (aims.is_independent), approved the open request into the stage, as it stands? An approval does not count where the system, its version or the evidence for the gate have changed since (aims.request_staleness), or the request''s record';

CREATE FUNCTION aims.check_cause(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT c.cause IS NOT NULL,
               coalesce(c.cause, 'no request with a reason, no open finding, no setting aims.reason')
          FROM (SELECT coalesce(
                   (SELECT format('request %s: %s', r.request_id, r.reason) FROM aims.transition_request AS r
                     WHERE r.system = check_cause.system AND r.outcome IS NULL
                       AND r.to_stage = (parameter ->> 'stage')::aims.lifecycle_stage),
                   (SELECT format('finding %s: %s', min(f.finding_id), min(f.kind)) FROM aims.finding AS f
                     WHERE f.system = check_cause.system AND f.closed_at IS NULL
                    HAVING count(*) > 0),
                   CASE WHEN current_setting('aims.reason', true) ~ '\S'
                        THEN 'aims.reason: ' || current_setting('aims.reason', true) END) AS cause) AS c;
    END;
COMMENT ON FUNCTION aims.check_cause(text, jsonb) IS
    'Gate check: is the cause of the move recorded, by the request, an open finding or the setting aims.reason?';

CREATE FUNCTION aims.check_findings_closed(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT count(*) = 0,
               coalesce('open: ' || string_agg(format('finding %s (%s)', f.finding_id, f.kind), ', ' ORDER BY f.finding_id),
                        'no open finding')
          FROM aims.finding AS f
         WHERE f.system = check_findings_closed.system AND f.closed_at IS NULL;
    END;
COMMENT ON FUNCTION aims.check_findings_closed(text, jsonb) IS
    'Gate check: are all findings about the system closed?';

INSERT INTO aims.gate_requirement
    (stage, requirement, tiers, control, title, check_function, parameter, approval, from_stages, records, shipped)
SELECT r.stage, r.requirement, r.tiers::aims.clinical_tier[], r.control, r.title, r.check_function,
       r.parameter, r.check_function = 'aims.check_approval', r.from_stages::aims.lifecycle_stage[],
       CASE r.check_function WHEN 'aims.check_risk_assessed' THEN ARRAY['risk']
                             WHEN 'aims.check_residual_risk' THEN ARRAY['risk', 'risk_acceptance', 'risk_treatment']
                             WHEN 'aims.check_impact_assessment' THEN ARRAY['impact_assessment']
                             WHEN 'aims.check_vendor_assessed' THEN ARRAY['vendor_assessment', 'vendor_contract']
                             WHEN 'aims.check_monitors' THEN ARRAY['monitor']
                             ELSE '{}' END, true
  FROM (VALUES
    ('design_development'::aims.lifecycle_stage, 'owner', '{critical,high,moderate,low}',
     'A.6.2.2'::aims.control_ref, 'Owner named', 'aims.check_fields', '{"fields": ["owner"]}'::jsonb, NULL),
    ('design_development', 'purpose', '{critical,high,moderate,low}',
     'A.6.2.2', 'Purpose stated', 'aims.check_fields', '{"fields": ["purpose"]}', NULL),
    ('design_development', 'intended-use', '{critical,high,moderate,low}',
     'A.9.4', 'Intended use stated', 'aims.check_fields', '{"fields": ["intended_use"]}', NULL),
    ('design_development', 'tier-decided', '{critical,high,moderate,low}',
     'A.5.2', 'Clinical tier decided', 'aims.check_tier', '{}', NULL),
    ('design_development', 'permitted-practice', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('design_development', 'phi-stated', '{critical,high,moderate,low}',
     'A.6.2.2', 'Stated whether health information is processed', 'aims.check_fields', '{"fields": ["phi"]}', NULL),
    ('design_development', 'initial-risk', '{critical,high,moderate}',
     'A.5.2', 'Risks assessed', 'aims.check_risk_assessed', '{}', NULL),

    ('verification_validation', 'training-data', '{critical,high,moderate,low}',
     'A.7.5', 'Training data registered with provenance and quality', 'aims.check_dataset',
     '{"purposes": ["training", "tuning"], "except_role": "user"}', NULL),
    ('verification_validation', 'validation-data', '{critical,high,moderate}',
     'A.7.4', 'Validation data registered with provenance and quality', 'aims.check_dataset',
     '{"purposes": ["validation", "test"]}', NULL),
    ('verification_validation', 'design-documented', '{critical,high,moderate}',
     'A.6.2.3', 'Design documented', 'aims.check_evidence', '{"kind": "design"}', NULL),

    ('deployment', 'permitted-deployment', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('deployment', 'version-registered', '{critical,high,moderate,low}',
     'A.6.2.7', 'Model version registered', 'aims.check_version', '{}', NULL),
    ('deployment', 'verification', '{critical,high,moderate,low}',
     'A.6.2.4', 'Version in force verified', 'aims.check_evidence', '{"kind": "verification", "version": "current"}', NULL),
    ('deployment', 'bias-test', '{critical,high}',
     'A.6.2.4', 'Version in force tested for bias by subgroup', 'aims.check_evidence',
     '{"kind": "bias_test", "version": "current"}', NULL),
    ('deployment', 'impact-assessment', '{critical,high,moderate}',
     'A.5.2', 'Impact assessment approved', 'aims.check_impact_assessment', '{}', NULL),
    ('deployment', 'residual-risk', '{critical,high}',
     'A.6.2.5', 'Residual risk within appetite, or accepted in date', 'aims.check_residual_risk', '{}', NULL),
    ('deployment', 'oversight-mode', '{critical,high,moderate}',
     'A.9.2', 'Mode of human oversight stated', 'aims.check_fields', '{"fields": ["oversight_mode"]}', NULL),
    ('deployment', 'override-plan', '{critical,high}',
     'A.9.2', 'Plan for overriding output', 'aims.check_evidence', '{"kind": "override_plan"}', NULL),
    ('deployment', 'switch-off-tested', '{critical,high,moderate}',
     'A.9.3', 'Switch-off drilled within a year', 'aims.check_drill', '{"within": "1 year"}', NULL),
    ('deployment', 'users-trained', '{critical,high,moderate}',
     'A.8.2', 'Users trained', 'aims.check_users_trained', '{"share": 0.9}', NULL),
    ('deployment', 'vendor-assessed', '{critical,high,moderate,low}',
     'A.10.3', 'Vendor assessed, where there is one', 'aims.check_vendor_assessed', '{}', NULL),
    ('deployment', 'committee-approval', '{critical,high,moderate,low}',
     'A.6.2.5', 'Request approved by another person', 'aims.check_approval', '{"count": 1}', NULL),

    ('operation_monitoring', 'permitted-operation', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('operation_monitoring', 'version-in-operation', '{critical,high,moderate,low}',
     'A.6.2.7', 'Model version registered', 'aims.check_version', '{}', NULL),
    ('operation_monitoring', 'monitors', '{critical,high,moderate}',
     'A.6.2.6', 'Monitors defined, with baseline and thresholds', 'aims.check_monitors', '{}', NULL),
    ('operation_monitoring', 'event-log', '{critical,high,moderate,low}',
     'A.6.2.8', 'Output is logged', 'aims.check_event_log', '{"kind": "event_log"}', NULL),
    ('operation_monitoring', 'incident-contact', '{critical,high,moderate}',
     'A.8.4', 'Incident contact named', 'aims.check_incident_contact', '{}', NULL),
    ('operation_monitoring', 'fresh-impact-assessment', '{critical,high,moderate}',
     'A.5.2', 'Impact assessed again', 'aims.check_impact_assessment',
     '{"since": "re_evaluation"}', '{re_evaluation}'),
    ('operation_monitoring', 'fresh-verification', '{critical,high,moderate,low}',
     'A.6.2.4', 'Version in force verified again', 'aims.check_evidence',
     '{"kind": "verification", "since": "re_evaluation", "version": "current"}', '{re_evaluation}'),
    ('operation_monitoring', 'findings-closed', '{critical,high,moderate,low}',
     'A.6.2.6', 'Findings closed', 'aims.check_findings_closed', '{}', '{re_evaluation}'),

    ('re_evaluation', 'cause', '{critical,high,moderate,low}',
     'A.6.2.6', 'Cause recorded', 'aims.check_cause', '{}', NULL),

    ('retirement', 'access-revoked', '{critical,high,moderate,low}',
     'A.7.2', 'Roles of the system without access', 'aims.check_access_revoked', '{}', NULL),
    ('retirement', 'output-counted', '{critical,high,moderate,low}',
     'A.6.2.8', 'Rows of output counted', 'aims.check_output_counted', '{"within": "30 days"}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'),
    ('retirement', 'phi-accounted', '{critical,high,moderate,low}',
     'A.7.5', 'Residual health information counted and signed off', 'aims.check_residual_phi', '{"within": "30 days"}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'),
    ('retirement', 'records-kept', '{critical,high,moderate}',
     'A.8.2', 'Records kept', 'aims.check_evidence', '{"kind": "records_retention"}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'),
    ('retirement', 'records-sealed', '{critical,high,moderate,low}',
     'A.6.2.8', 'Ledger sealed after the count', 'aims.check_records_sealed', '{}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'))
    AS r (stage, requirement, tiers, control, title, check_function, parameter, from_stages);
