-- Views for people, dashboards and auditors. Whatever depends on a date is
-- computed when it is read, so that a status falls by itself on the day that
-- its evidence expires. Columns keep their names and order; new ones come last.

CREATE VIEW aims.soa WITH (security_barrier) AS
WITH statement AS (
    SELECT c.framework, c.ref, c.title, 'organisation' AS scope,
           NULL::text AS system, NULL::text AS vendor, a.applicability_id,
           a.applicable, a.justification, a.implementation, a.owner, a.review_due
      FROM aims.requirement AS c
      LEFT JOIN aims.applicability AS a
        ON a.framework = c.framework AND a.ref OPERATOR(aims.=) c.ref AND a.scope = 'organisation'
     WHERE c.kind = 'control'
    UNION ALL
    SELECT c.framework, c.ref, c.title, a.scope, a.system, a.vendor, a.applicability_id,
           a.applicable, a.justification, a.implementation, a.owner, a.review_due
      FROM aims.applicability AS a
      JOIN aims.requirement AS c
        ON c.framework = a.framework AND c.ref OPERATOR(aims.=) a.ref
     WHERE a.scope <> 'organisation'
), linked AS (
    SELECT l.framework, l.ref, e.system, e.vendor, e.evidence_id, e.state, e.valid_until
      FROM aims.evidence_link AS l
      JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id
), counted AS (
    SELECT framework, ref, 'organisation' AS scope, '' AS target, evidence_id, state, valid_until
      FROM linked
    UNION ALL
    SELECT framework, ref, 'system', system, evidence_id, state, valid_until
      FROM linked WHERE system IS NOT NULL
    UNION ALL
    SELECT framework, ref, 'vendor', vendor, evidence_id, state, valid_until
      FROM linked WHERE vendor IS NOT NULL
), proof AS (
    SELECT framework, ref, scope, target,
           count(*) FILTER (WHERE state = 'in_force') AS in_force,
           count(*) FILTER (WHERE state = 'expired') AS expired,
           array_agg(evidence_id ORDER BY evidence_id) FILTER (WHERE state = 'in_force') AS in_force_ids,
           array_agg(evidence_id ORDER BY evidence_id) FILTER (WHERE state = 'expired') AS expired_ids,
           nullif(max(coalesce(valid_until, 'infinity')) FILTER (WHERE state = 'in_force'),
                  'infinity') AS in_force_until
      FROM counted
     GROUP BY framework, ref, scope, target
)
SELECT s.framework::text, s.ref, s.title, o.ref AS objective, s.scope, s.system, s.vendor,
       s.applicable, s.justification, s.implementation, s.owner::text, s.review_due,
       CASE WHEN s.applicable IS NULL THEN 'undecided'
            WHEN NOT s.applicable THEN 'excluded'
            WHEN s.implementation NOT IN ('implemented', 'verified') THEN 'not_implemented'
            WHEN p.in_force > 0 THEN 'evidenced'
            WHEN p.expired > 0 THEN 'stale'
            ELSE 'not_evidenced'
       END AS status,
       coalesce(p.in_force, 0) AS evidence_in_force,
       coalesce(p.expired, 0) AS evidence_expired,
       coalesce(p.in_force_ids, '{}') AS in_force_ids,
       coalesce(p.expired_ids, '{}') AS expired_ids,
       p.in_force_until AS evidenced_until,
       coalesce(s.review_due < (SELECT aims.today()), false) AS review_overdue,
       s.applicability_id
  FROM statement AS s
  JOIN aims.framework AS f ON f.framework = s.framework AND f.in_soa
  LEFT JOIN LATERAL (
        SELECT r.ref FROM aims.requirement AS r
         WHERE r.framework = s.framework AND r.kind = 'objective' AND r.ref OPERATOR(aims.@>) s.ref
         ORDER BY r.ref DESC LIMIT 1) AS o ON true
  LEFT JOIN proof AS p
    ON p.framework = s.framework AND p.ref OPERATOR(aims.=) s.ref
       AND p.scope = s.scope AND p.target = coalesce(s.system, s.vendor, '');
COMMENT ON VIEW aims.soa IS
    'Statement of Applicability (6.1.3 d): every control at organisation scope, decided or not, and each statement of scope system or vendor; status is computed from dates on every reading';
COMMENT ON COLUMN aims.soa.framework IS 'Framework of the control; those with in_soa are listed';
COMMENT ON COLUMN aims.soa.ref IS 'Control (ISO/IEC 42001 Annex A, or the organisation''s own)';
COMMENT ON COLUMN aims.soa.title IS 'Topic of the control';
COMMENT ON COLUMN aims.soa.objective IS 'Objective that the control lies below; NULL for an own control without one';
COMMENT ON COLUMN aims.soa.scope IS 'organisation, system or vendor';
COMMENT ON COLUMN aims.soa.system IS 'AI system of a statement of scope system';
COMMENT ON COLUMN aims.soa.vendor IS 'Vendor of a statement of scope vendor (A.10)';
COMMENT ON COLUMN aims.soa.applicable IS 'Decision; NULL: not decided';
COMMENT ON COLUMN aims.soa.justification IS 'Why it is included or excluded';
COMMENT ON COLUMN aims.soa.implementation IS 'How far it is put into practice, as stated';
COMMENT ON COLUMN aims.soa.owner IS 'Person who answers for the control';
COMMENT ON COLUMN aims.soa.review_due IS 'Day by which the statement is to be reviewed';
COMMENT ON COLUMN aims.soa.status IS
    'undecided, excluded, not_implemented, not_evidenced (said to be implemented, never evidenced), stale (its evidence has expired) or evidenced (implemented, with evidence in force today)';
COMMENT ON COLUMN aims.soa.evidence_in_force IS
    'Linked evidence that counts today: at organisation scope all of it, at system or vendor scope what is about that system or vendor';
COMMENT ON COLUMN aims.soa.evidence_expired IS 'Linked evidence that has expired and was not revised';
COMMENT ON COLUMN aims.soa.in_force_ids IS 'Numbers of the evidence that counts (aims.evidence)';
COMMENT ON COLUMN aims.soa.expired_ids IS 'Numbers of the evidence that has expired';
COMMENT ON COLUMN aims.soa.evidenced_until IS 'Last day of the evidence that lasts longest; NULL: none, or some that does not expire';
COMMENT ON COLUMN aims.soa.review_overdue IS 'Is review_due past?';
COMMENT ON COLUMN aims.soa.applicability_id IS 'Row of aims.applicability; NULL where undecided';

CREATE VIEW aims.soa_coverage WITH (security_barrier) AS
SELECT s.framework, s.objective, o.title,
       count(*) FILTER (WHERE s.scope = 'organisation') AS controls,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable) AS applicable,
       count(*) FILTER (WHERE s.scope = 'organisation' AND NOT s.applicable) AS excluded,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable IS NULL) AS undecided,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable
                          AND s.implementation IN ('implemented', 'verified')) AS implemented,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable
                          AND s.implementation IN ('implemented', 'verified')
                          AND s.evidence_in_force > 0) AS evidenced,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable
                          AND s.evidence_in_force = 0 AND s.evidence_expired > 0) AS stale,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.review_overdue) AS review_overdue,
       count(*) FILTER (WHERE s.scope <> 'organisation') AS scoped_statements,
       count(*) FILTER (WHERE s.scope <> 'organisation'
                          AND s.status NOT IN ('evidenced', 'excluded')) AS scoped_gaps
  FROM aims.soa AS s
  LEFT JOIN aims.requirement AS o
    ON o.framework = s.framework AND o.ref OPERATOR(aims.=) s.objective
 GROUP BY s.framework, s.objective, o.title
 ORDER BY s.framework, s.objective;
COMMENT ON VIEW aims.soa_coverage IS
    'Coverage of the Statement of Applicability per objective (6.1.3, 9.1): controls at organisation scope by state; statements of systems and vendors apart';
COMMENT ON COLUMN aims.soa_coverage.framework IS 'Framework';
COMMENT ON COLUMN aims.soa_coverage.objective IS 'Objective; NULL gathers own controls that lie below none';
COMMENT ON COLUMN aims.soa_coverage.title IS 'Topic of the objective';
COMMENT ON COLUMN aims.soa_coverage.controls IS 'Controls of the objective: applicable + excluded + undecided';
COMMENT ON COLUMN aims.soa_coverage.applicable IS 'Decided to apply';
COMMENT ON COLUMN aims.soa_coverage.excluded IS 'Decided not to apply';
COMMENT ON COLUMN aims.soa_coverage.undecided IS 'Without a decision at organisation scope';
COMMENT ON COLUMN aims.soa_coverage.implemented IS 'Applicable and stated as implemented or verified';
COMMENT ON COLUMN aims.soa_coverage.evidenced IS 'Implemented, with evidence in force today';
COMMENT ON COLUMN aims.soa_coverage.stale IS 'Applicable, and all evidence has expired';
COMMENT ON COLUMN aims.soa_coverage.review_overdue IS 'Statements whose review is overdue';
COMMENT ON COLUMN aims.soa_coverage.scoped_statements IS 'Statements of scope system or vendor';
COMMENT ON COLUMN aims.soa_coverage.scoped_gaps IS 'Those of them that are applicable but not implemented and evidenced';

CREATE VIEW aims.control_gap WITH (security_barrier) AS
SELECT s.framework, s.ref, s.title, s.scope, s.system, s.vendor, g.gap, g.detail,
       s.owner, s.review_due, s.applicability_id,
       CASE g.gap WHEN 'evidence stale' THEN s.expired_ids ELSE '{}' END AS evidence_ids
  FROM aims.soa AS s
 CROSS JOIN LATERAL (VALUES
        ('not decided', s.applicable IS NULL,
         'no statement of applicability'),
        ('not implemented', s.applicable AND s.implementation NOT IN ('implemented', 'verified'),
         format('stated as %s', s.implementation)),
        ('no evidence', s.applicable AND s.evidence_in_force = 0 AND s.evidence_expired = 0,
         'no evidence is linked that counts today'),
        ('evidence stale', s.applicable AND s.evidence_in_force = 0 AND s.evidence_expired > 0,
         format('expired: evidence %s', array_to_string(s.expired_ids, ', '))),
        ('review overdue', s.review_overdue,
         format('review was due on %s', to_char(s.review_due, 'YYYY-MM-DD')))
       ) AS g (gap, missing, detail)
 WHERE g.missing;
COMMENT ON VIEW aims.control_gap IS
    'What stands between each control and a green status, one row per gap with the rows behind it (6.1.3, 9.1, 10.2)';
COMMENT ON COLUMN aims.control_gap.framework IS 'Framework of the control';
COMMENT ON COLUMN aims.control_gap.ref IS 'Control';
COMMENT ON COLUMN aims.control_gap.title IS 'Topic of the control';
COMMENT ON COLUMN aims.control_gap.scope IS 'organisation, system or vendor';
COMMENT ON COLUMN aims.control_gap.system IS 'AI system of a statement of scope system';
COMMENT ON COLUMN aims.control_gap.vendor IS 'Vendor of a statement of scope vendor';
COMMENT ON COLUMN aims.control_gap.gap IS
    'not decided, not implemented, no evidence, evidence stale or review overdue (also of an exclusion)';
COMMENT ON COLUMN aims.control_gap.detail IS 'The gap in words';
COMMENT ON COLUMN aims.control_gap.owner IS 'Person who answers for the control';
COMMENT ON COLUMN aims.control_gap.review_due IS 'Day by which the statement is to be reviewed';
COMMENT ON COLUMN aims.control_gap.applicability_id IS 'Row of aims.applicability; NULL where undecided';
COMMENT ON COLUMN aims.control_gap.evidence_ids IS 'Rows of aims.evidence that have expired, for gap evidence stale';

-- Whether each requirement of each system's next gate is met. Shipped checks are
-- put in line; a site's own functions run as aims.gate runs them. A function,
-- since a session plans its query once.
CREATE FUNCTION aims.requirement_verdict()
    RETURNS TABLE (system text, stage aims.lifecycle_stage, next_stage aims.lifecycle_stage, requirement text, control aims.control_ref, met boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN QUERY
    WITH next_gate AS (
        SELECT s.system, s.clinical_tier, s.stage,
               CASE s.stage
                    WHEN 'inception' THEN 'design_development'
                    WHEN 'design_development' THEN 'verification_validation'
                    WHEN 'verification_validation' THEN 'deployment'
                    WHEN 'retirement' THEN NULL
                    ELSE 'operation_monitoring'
               END::aims.lifecycle_stage AS next_stage
          FROM aims.ai_system AS s
    ), asked AS MATERIALIZED (
        SELECT g.requirement, g.control, g.stage, g.from_stages, g.tiers, g.check_function,
               g.parameter || jsonb_build_object('requirement', g.requirement, 'stage', g.stage,
                                                 'framework', g.framework, 'control', g.control::text) AS parameter
          FROM aims.gate_requirement AS g
    )
    SELECT n.system::text, n.stage, n.next_stage, a.requirement::text, a.control, m.met
      FROM next_gate AS n
      JOIN asked AS a
        ON a.stage = n.next_stage
       AND (n.clinical_tier IS NULL OR n.clinical_tier = ANY (a.tiers))
       -- for a system in operation the conditions of operation go on holding
       AND (a.from_stages IS NULL OR n.stage <> n.next_stage AND n.stage = ANY (a.from_stages))
     CROSS JOIN LATERAL (
                    SELECT c.met FROM aims.check_fields(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_fields'
                    UNION ALL
                    SELECT c.met FROM aims.check_tier(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_tier'
                    UNION ALL
                    SELECT c.met FROM aims.check_permitted(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_permitted'
                    UNION ALL
                    SELECT c.met FROM aims.check_version(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_version'
                    UNION ALL
                    SELECT c.met FROM aims.check_dataset(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_dataset'
                    UNION ALL
                    SELECT c.met FROM aims.check_evidence(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_evidence'
                    UNION ALL
                    SELECT c.met FROM aims.check_risk_assessed(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_risk_assessed'
                    UNION ALL
                    SELECT c.met FROM aims.check_residual_risk(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_residual_risk'
                    UNION ALL
                    SELECT c.met FROM aims.check_impact_assessment(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_impact_assessment'
                    UNION ALL
                    SELECT c.met FROM aims.check_users_trained(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_users_trained'
                    UNION ALL
                    SELECT c.met FROM aims.check_vendor_assessed(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_vendor_assessed'
                    UNION ALL
                    SELECT c.met FROM aims.check_incident_contact(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_incident_contact'
                    UNION ALL
                    SELECT c.met FROM aims.check_monitors(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_monitors'
                    UNION ALL
                    SELECT c.met FROM aims.check_drill(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_drill'
                    UNION ALL
                    SELECT c.met FROM aims.check_event_log(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_event_log'
                    UNION ALL
                    SELECT c.met FROM aims.check_approval(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_approval'
                    UNION ALL
                    SELECT c.met FROM aims.check_cause(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_cause'
                    UNION ALL
                    SELECT c.met FROM aims.check_findings_closed(n.system, a.parameter) AS c WHERE a.check_function = 'aims.check_findings_closed'
                    UNION ALL
                    SELECT q.met FROM aims.gate(n.system, n.next_stage) AS q
                     WHERE q.requirement = a.requirement
                       AND a.check_function NOT IN (
                           'aims.check_fields', 'aims.check_tier', 'aims.check_permitted', 'aims.check_version', 'aims.check_dataset', 'aims.check_evidence',
                           'aims.check_risk_assessed', 'aims.check_residual_risk', 'aims.check_impact_assessment', 'aims.check_users_trained',
                           'aims.check_vendor_assessed', 'aims.check_incident_contact', 'aims.check_monitors',
                           'aims.check_drill', 'aims.check_event_log', 'aims.check_approval', 'aims.check_cause', 'aims.check_findings_closed')
           ) AS m;
END $$;
COMMENT ON FUNCTION aims.requirement_verdict() IS 'The rows of aims.requirement_state';

CREATE VIEW aims.requirement_state WITH (security_barrier) AS
    SELECT * FROM aims.requirement_verdict();
COMMENT ON VIEW aims.requirement_state IS
    'Each requirement of the gate into each system''s next stage: met today or not (8.1, A.6); the rows behind it are in aims.gate(system, stage)';
COMMENT ON COLUMN aims.requirement_state.system IS 'AI system';
COMMENT ON COLUMN aims.requirement_state.stage IS 'Present stage of its life cycle';
COMMENT ON COLUMN aims.requirement_state.next_stage IS
    'Stage whose gate is asked: the next one; for a system in operation, operation itself, whose conditions must go on holding';
COMMENT ON COLUMN aims.requirement_state.requirement IS 'Requirement of that gate, for the system''s tier';
COMMENT ON COLUMN aims.requirement_state.control IS 'Control that it answers';
COMMENT ON COLUMN aims.requirement_state.met IS 'Is it met?';

CREATE VIEW aims.system_readiness WITH (security_barrier) AS
WITH proof AS (
    SELECT e.system,
           count(*) FILTER (WHERE e.state = 'in_force') AS in_force,
           array_agg(e.evidence_id ORDER BY e.evidence_id) FILTER (WHERE e.state = 'expired') AS expired_ids
      FROM aims.evidence_state AS e
     WHERE e.system IS NOT NULL
     GROUP BY e.system
), open_finding AS (
    SELECT f.system, array_agg(f.finding_id ORDER BY f.finding_id) AS finding_ids
      FROM aims.finding AS f
     WHERE f.closed_at IS NULL AND f.system IS NOT NULL
     GROUP BY f.system
), switch AS (
    SELECT DISTINCT ON (w.system) w.system, w.switched_off
      FROM aims.switch_event AS w
     ORDER BY w.system, w.switch_id DESC
), gate AS (
    SELECT q.system, q.next_stage,
           count(*) FILTER (WHERE q.met) AS met, count(*) AS total,
           coalesce(array_agg(q.requirement ORDER BY q.control, q.requirement) FILTER (WHERE q.met IS NOT TRUE), '{}') AS missing
      FROM aims.requirement_state AS q
     GROUP BY q.system, q.next_stage
)
SELECT s.system::text, s.title, s.owner::text, s.stage, g.next_stage,
       coalesce(g.met, 0) AS requirements_met, coalesce(g.total, 0) AS requirements_total,
       g.met = g.total AS ready,
       coalesce(g.missing, '{}') AS missing, coalesce(w.switched_off, false) AS switched_off,
       coalesce(p.in_force, 0) AS evidence_in_force,
       coalesce(cardinality(p.expired_ids), 0) AS evidence_stale,
       coalesce(cardinality(o.finding_ids), 0) AS open_findings,
       coalesce(p.expired_ids, '{}') AS stale_ids,
       coalesce(o.finding_ids, '{}') AS finding_ids
  FROM aims.ai_system AS s
  LEFT JOIN gate AS g ON g.system = s.system
  LEFT JOIN proof AS p ON p.system = s.system
  LEFT JOIN open_finding AS o ON o.system = s.system
  LEFT JOIN switch AS w ON w.system = s.system;
COMMENT ON VIEW aims.system_readiness IS
    'Per AI system: how far it is from its next stage and what is missing (8.1, A.6); list a gate in full with aims.gate(system, stage)';
COMMENT ON COLUMN aims.system_readiness.system IS 'AI system';
COMMENT ON COLUMN aims.system_readiness.title IS 'Its name';
COMMENT ON COLUMN aims.system_readiness.owner IS 'Person who answers for it';
COMMENT ON COLUMN aims.system_readiness.stage IS 'Present stage of its life cycle';
COMMENT ON COLUMN aims.system_readiness.next_stage IS
    'Stage whose gate is evaluated: the next one; for a system in operation, operation itself, whose conditions must go on holding; NULL after retirement';
COMMENT ON COLUMN aims.system_readiness.requirements_met IS 'Requirements of that gate that are met today';
COMMENT ON COLUMN aims.system_readiness.requirements_total IS 'All requirements of that gate for the system''s tiers';
COMMENT ON COLUMN aims.system_readiness.ready IS 'Are all of them met? NULL after retirement';
COMMENT ON COLUMN aims.system_readiness.missing IS 'Requirements that are not met';
COMMENT ON COLUMN aims.system_readiness.switched_off IS 'Is it switched off? (A.9)';
COMMENT ON COLUMN aims.system_readiness.evidence_in_force IS 'Evidence about it that counts today';
COMMENT ON COLUMN aims.system_readiness.evidence_stale IS 'Evidence about it that has expired and was not revised';
COMMENT ON COLUMN aims.system_readiness.open_findings IS 'Findings about it that are not closed (10.2)';
COMMENT ON COLUMN aims.system_readiness.stale_ids IS 'Rows of aims.evidence that have expired';
COMMENT ON COLUMN aims.system_readiness.finding_ids IS 'Rows of aims.finding that are open';
