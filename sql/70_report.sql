-- Views for people, dashboards and auditors. Whatever depends on a date is
-- computed when it is read, so that a status falls by itself on the day that
-- its evidence expires. Columns keep their names and order; new ones come last.

-- What the status of a control at organisation scope is, a few rows of evidence
-- tell (aims.requirement_evidence). The lists are another join, which is left
-- out where nobody asks for them; statements of systems and vendors have theirs
-- from one pass over what is linked to their controls.
CREATE VIEW aims.soa WITH (security_barrier) AS
WITH control AS (
    SELECT c.framework, c.ref, c.title, o.ref AS objective
      FROM aims.requirement AS c
      LEFT JOIN LATERAL (
            SELECT r.ref FROM aims.requirement AS r
             WHERE r.framework = c.framework AND r.kind = 'objective' AND r.ref OPERATOR(aims.@>) c.ref
             ORDER BY r.ref DESC LIMIT 1) AS o ON true
     WHERE c.kind = 'control'
       AND c.framework IN (SELECT f.framework FROM aims.framework AS f WHERE f.in_soa)
), scoped AS (
    SELECT s.applicability_id, e.evidence_id, e.state, e.valid_until
      FROM aims.applicability AS s
      JOIN aims.evidence_link AS l ON l.framework = s.framework AND l.ref OPERATOR(aims.=) s.ref
      JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id AND e.system = s.system
     WHERE s.scope = 'system'
    UNION ALL
    SELECT v.applicability_id, e.evidence_id, e.state, e.valid_until
      FROM aims.applicability AS v
      JOIN aims.evidence_link AS l ON l.framework = v.framework AND l.ref OPERATOR(aims.=) v.ref
      JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id AND e.vendor = v.vendor
     WHERE v.scope = 'vendor'
), statement AS (
    SELECT c.framework, c.ref, c.title, c.objective, 'organisation' AS scope,
           NULL::text AS system, NULL::text AS vendor, a.applicability_id,
           a.applicable, a.justification, a.implementation, a.owner, a.review_due, a.decided_at, a.decided_by,
           e.state, p.in_force, p.expired, p.in_force_ids, p.expired_ids, p.in_force_until
      FROM control AS c
      JOIN aims.requirement_evidence AS e ON e.framework = c.framework AND e.ref OPERATOR(aims.=) c.ref
      LEFT JOIN aims.applicability AS a
        ON a.framework = c.framework AND a.ref OPERATOR(aims.=) c.ref AND a.scope = 'organisation'
      LEFT JOIN (
            SELECT l.framework, l.ref,
                   count(*) FILTER (WHERE e.state = 'in_force') AS in_force,
                   count(*) FILTER (WHERE e.state = 'expired') AS expired,
                   array_agg(e.evidence_id) FILTER (WHERE e.state = 'in_force') AS in_force_ids,
                   array_agg(e.evidence_id) FILTER (WHERE e.state = 'expired') AS expired_ids,
                   max(coalesce(e.valid_until, 'infinity')) FILTER (WHERE e.state = 'in_force') AS in_force_until
              FROM aims.evidence_link AS l
              JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id
             GROUP BY l.framework, l.ref) AS p
        ON p.framework = c.framework AND p.ref OPERATOR(aims.=) c.ref
    UNION ALL
    SELECT c.framework, c.ref, c.title, c.objective, a.scope, a.system::text, a.vendor::text, a.applicability_id,
           a.applicable, a.justification, a.implementation, a.owner, a.review_due, a.decided_at, a.decided_by,
           CASE WHEN p.in_force > 0 THEN 'in_force' WHEN p.expired > 0 THEN 'expired' WHEN p.applicability_id IS NOT NULL THEN 'other' ELSE 'none' END,
           p.in_force, p.expired, p.in_force_ids, p.expired_ids, p.in_force_until
      FROM aims.applicability AS a
      JOIN control AS c ON c.framework = a.framework AND c.ref OPERATOR(aims.=) a.ref
      LEFT JOIN (
            SELECT e.applicability_id,
                   count(*) FILTER (WHERE e.state = 'in_force') AS in_force,
                   count(*) FILTER (WHERE e.state = 'expired') AS expired,
                   array_agg(e.evidence_id) FILTER (WHERE e.state = 'in_force') AS in_force_ids,
                   array_agg(e.evidence_id) FILTER (WHERE e.state = 'expired') AS expired_ids,
                   max(coalesce(e.valid_until, 'infinity')) FILTER (WHERE e.state = 'in_force') AS in_force_until
              FROM scoped AS e
             GROUP BY e.applicability_id) AS p
        ON p.applicability_id = a.applicability_id
     WHERE a.scope <> 'organisation'
)
SELECT s.framework::text, s.ref, s.title, s.objective, s.scope, s.system, s.vendor,
       s.applicable, s.justification, s.implementation, s.owner::text, s.review_due,
       CASE WHEN s.applicable IS NULL THEN 'undecided'
            WHEN NOT s.applicable THEN 'excluded'
            WHEN s.implementation NOT IN ('implemented', 'verified') THEN 'not_implemented'
            WHEN s.state = 'in_force' THEN 'evidenced'
            WHEN s.state = 'expired' THEN 'stale'
            ELSE 'not_evidenced'
       END AS status,
       coalesce(s.in_force, 0) AS evidence_in_force,
       coalesce(s.expired, 0) AS evidence_expired,
       -- sorting after the grouping costs nothing where there is one
       CASE WHEN s.in_force > 1 THEN ARRAY(SELECT i FROM unnest(s.in_force_ids) AS i ORDER BY i)
            ELSE coalesce(s.in_force_ids, '{}') END AS in_force_ids,
       CASE WHEN s.expired > 1 THEN ARRAY(SELECT i FROM unnest(s.expired_ids) AS i ORDER BY i)
            ELSE coalesce(s.expired_ids, '{}') END AS expired_ids,
       nullif(s.in_force_until, 'infinity') AS evidenced_until,
       coalesce(s.review_due < (SELECT aims.today()), false) AS review_overdue,
       s.applicability_id, s.decided_at, s.decided_by::text, s.state AS evidence
  FROM statement AS s;
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
COMMENT ON COLUMN aims.soa.decided_at IS 'When it was decided that it applies or not, and why, by the server''s clock';
COMMENT ON COLUMN aims.soa.decided_by IS 'Who decided it; NULL: a session of nobody';
COMMENT ON COLUMN aims.soa.evidence IS
    'What the linked evidence comes to: in_force (some counts today), expired (none counts, some has expired), other (replaced, in future or unsubstantiated) or none';

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
                          AND s.evidence = 'in_force') AS evidenced,
       count(*) FILTER (WHERE s.scope = 'organisation' AND s.applicable
                          AND s.evidence = 'expired') AS stale,
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
SELECT s.framework, s.ref, s.title, s.scope, s.system, s.vendor, g.gap,
       CASE g.gap
            WHEN 'not decided' THEN 'no statement of applicability'
            WHEN 'not implemented' THEN format('stated as %s', s.implementation)
            WHEN 'no evidence' THEN 'no evidence is linked that counts today'
            WHEN 'evidence stale' THEN format('expired: evidence %s', array_to_string(s.expired_ids, ', '))
            WHEN 'review overdue' THEN format('review was due on %s', to_char(s.review_due, 'YYYY-MM-DD'))
       END AS detail,
       s.owner, s.review_due, s.applicability_id,
       CASE g.gap WHEN 'evidence stale' THEN s.expired_ids ELSE '{}' END AS evidence_ids
  FROM aims.soa AS s
 CROSS JOIN LATERAL (VALUES
        ('not decided', s.applicable IS NULL),
        ('not implemented', s.applicable AND s.implementation NOT IN ('implemented', 'verified')),
        ('no evidence', s.applicable AND s.evidence_in_force = 0 AND s.evidence_expired = 0),
        ('evidence stale', s.applicable AND s.evidence_in_force = 0 AND s.evidence_expired > 0),
        ('review overdue', s.review_overdue)) AS g (gap, missing)
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

CREATE VIEW aims.control_risk WITH (security_barrier) AS
SELECT t.framework::text, t.ref, t.system::text, t.vendor::text, t.risk_id, r.title, r.level, r.acceptable,
       count(*) FILTER (WHERE t.status = 'done') AS treatments_done, count(*) AS treatments
  FROM aims.risk_treatment AS t
  JOIN aims.risk_register AS r ON r.risk_id = t.risk_id
 WHERE t.ref IS NOT NULL AND t.status <> 'cancelled'
 GROUP BY t.framework, t.ref, t.system, t.vendor, t.risk_id, r.title, r.level, r.acceptable;
COMMENT ON VIEW aims.control_risk IS
    'Risks of each control: those that a treatment deals with by that control, which is why it is in the Statement of Applicability (6.1.3)';
COMMENT ON COLUMN aims.control_risk.framework IS 'Framework of the control';
COMMENT ON COLUMN aims.control_risk.ref IS 'Control';
COMMENT ON COLUMN aims.control_risk.system IS 'AI system of the risk';
COMMENT ON COLUMN aims.control_risk.vendor IS 'Vendor of the risk';
COMMENT ON COLUMN aims.control_risk.risk_id IS 'The risk';
COMMENT ON COLUMN aims.control_risk.title IS 'What it is';
COMMENT ON COLUMN aims.control_risk.level IS 'Level of the risk today (aims.risk_register)';
COMMENT ON COLUMN aims.control_risk.acceptable IS 'Is it within appetite, or accepted in date?';
COMMENT ON COLUMN aims.control_risk.treatments_done IS 'Treatments by that control that are done';
COMMENT ON COLUMN aims.control_risk.treatments IS 'Treatments by that control that are planned or done';

CREATE VIEW aims.soa_version_state WITH (security_barrier) AS
SELECT v.soa_version_id, v.framework::text, v.label, v.scope,
       CASE WHEN v.status <> 'approved' THEN v.status
            WHEN row_number() OVER newest_first = 1 THEN 'in_force'
            ELSE 'superseded' END AS state,
       v.drafted_at, v.submitted_at, v.submitted_by::text, v.approved_at, v.approved_by::text,
       CASE WHEN v.status = 'approved' THEN lag(v.soa_version_id) OVER newest_first END AS superseded_by
  FROM aims.soa_version AS v
WINDOW newest_first AS (PARTITION BY v.framework, v.status = 'approved' ORDER BY v.approved_at DESC, v.soa_version_id DESC);
COMMENT ON VIEW aims.soa_version_state IS
    'Versions of the Statement of Applicability: which one is in force, which it has superseded (6.1.3 d, 7.5.2)';
COMMENT ON COLUMN aims.soa_version_state.soa_version_id IS 'Number of the version';
COMMENT ON COLUMN aims.soa_version_state.framework IS 'Framework whose controls are stated';
COMMENT ON COLUMN aims.soa_version_state.label IS 'Name of the version';
COMMENT ON COLUMN aims.soa_version_state.scope IS 'What the management system covers';
COMMENT ON COLUMN aims.soa_version_state.state IS
    'draft, in_review, withdrawn, in_force (approved last) or superseded (approved, and a later one too)';
COMMENT ON COLUMN aims.soa_version_state.drafted_at IS 'When the statements were copied';
COMMENT ON COLUMN aims.soa_version_state.submitted_at IS 'When it was given for review';
COMMENT ON COLUMN aims.soa_version_state.submitted_by IS 'Who gave it for review';
COMMENT ON COLUMN aims.soa_version_state.approved_at IS 'When it was approved';
COMMENT ON COLUMN aims.soa_version_state.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.soa_version_state.superseded_by IS 'The version that superseded it';

CREATE VIEW aims.soa_change WITH (security_barrier) AS
WITH stated AS (
    SELECT v.framework, v.label, t.*
      FROM aims.soa_version_state AS v
      JOIN aims.soa_statement AS t ON t.soa_version_id = v.soa_version_id
     WHERE v.state = 'in_force'
), applying AS (
    SELECT s.* FROM aims.soa AS s
     WHERE s.framework IN (SELECT v.framework FROM aims.soa_version_state AS v WHERE v.state = 'in_force')
), pair AS (
    SELECT coalesce(s.framework, t.framework) AS framework, coalesce(s.ref, t.ref) AS ref,
           coalesce(s.scope, t.scope) AS scope, coalesce(s.system, t.system) AS system, coalesce(s.vendor, t.vendor) AS vendor,
           t.ref IS NULL AS added, s.ref IS NULL AS removed,
           ARRAY[t.title, t.applicable::text, t.justification, t.implementation::text, t.owner, t.review_due::text, t.evidence_status] AS stated,
           ARRAY[s.title, s.applicable::text, s.justification, s.implementation::text, s.owner, s.review_due::text, s.status] AS applies
      FROM stated AS t
      FULL JOIN applying AS s
        ON s.framework = t.framework AND s.ref OPERATOR(aims.=) t.ref AND s.scope = t.scope
           AND coalesce(s.system, '') = coalesce(t.system, '') AND coalesce(s.vendor, '') = coalesce(t.vendor, '')
)
SELECT p.framework, v.soa_version_id, v.label, p.ref, p.scope, p.system, p.vendor, c.changed, c.stated, c.applies
  FROM pair AS p
  JOIN aims.soa_version_state AS v ON v.framework = p.framework AND v.state = 'in_force'
 CROSS JOIN LATERAL (
       SELECT 'added' AS changed, NULL AS stated, p.applies[2] AS applies WHERE p.added
        UNION ALL
       SELECT 'removed', p.stated[2], NULL WHERE p.removed
        UNION ALL
       SELECT u.changed, u.stated, u.applies
         FROM unnest(ARRAY['title', 'applicable', 'justification', 'implementation', 'owner', 'review_due', 'status'],
                     p.stated, p.applies) AS u (changed, stated, applies)
        WHERE NOT p.added AND NOT p.removed AND u.stated IS DISTINCT FROM u.applies) AS c;
COMMENT ON VIEW aims.soa_change IS
    'What applies otherwise now than the Statement of Applicability in force says: a row per statement and changed column (6.1.3 d, 6.3)';
COMMENT ON COLUMN aims.soa_change.framework IS 'Framework';
COMMENT ON COLUMN aims.soa_change.soa_version_id IS 'Version in force';
COMMENT ON COLUMN aims.soa_change.label IS 'Its name';
COMMENT ON COLUMN aims.soa_change.ref IS 'Control';
COMMENT ON COLUMN aims.soa_change.scope IS 'organisation, system or vendor';
COMMENT ON COLUMN aims.soa_change.system IS 'AI system of a statement of scope system';
COMMENT ON COLUMN aims.soa_change.vendor IS 'Vendor of a statement of scope vendor';
COMMENT ON COLUMN aims.soa_change.changed IS
    'added, removed, or the column of aims.soa that differs: title, applicable, justification, implementation, owner, review_due, status (computed from evidence)';
COMMENT ON COLUMN aims.soa_change.stated IS 'What the version says; of a statement that was removed, whether the control applied';
COMMENT ON COLUMN aims.soa_change.applies IS 'What aims.soa says now; of a statement that was added, whether the control applies';

CREATE VIEW aims.soa_action WITH (security_barrier) AS
SELECT 'decide on control' AS action, 'applicability' AS subject, s.framework || ' ' || s.ref::text AS subject_id,
       NULL::text AS system, NULL::text AS vendor, 'ai_officer' AS duty, NULL::text AS person,
       NULL::date AS due_on, s.ref::text AS ref, format('%s: no statement of applicability', s.title) AS detail
  FROM aims.soa AS s
 WHERE s.status = 'undecided'
UNION ALL
SELECT CASE s.status WHEN 'not_implemented' THEN 'put control into practice' ELSE 'prove control' END,
       'applicability', s.applicability_id::text, s.system, s.vendor,
       CASE s.scope WHEN 'system' THEN 'system_owner' ELSE 'ai_officer' END, s.owner,
       s.review_due, s.ref::text,
       format('%s: %s', s.title, CASE s.status WHEN 'not_implemented' THEN 'stated as ' || s.implementation::text
                                               WHEN 'stale' THEN 'its evidence has expired'
                                               ELSE 'no evidence is linked that counts today' END)
  FROM aims.soa AS s
 WHERE s.status IN ('not_implemented', 'not_evidenced', 'stale')
UNION ALL
SELECT 'review statement', 'applicability', s.applicability_id::text, s.system, s.vendor,
       CASE s.scope WHEN 'system' THEN 'system_owner' ELSE 'ai_officer' END, s.owner,
       s.review_due, s.ref::text, format('%s: the statement is to be reviewed', s.title)
  FROM aims.soa AS s
 WHERE s.review_due <= (SELECT aims.today()) + 90
UNION ALL
SELECT CASE v.state WHEN 'draft' THEN 'submit Statement of Applicability' ELSE 'approve Statement of Applicability' END,
       'soa_version', v.soa_version_id::text, NULL, NULL,
       CASE v.state WHEN 'draft' THEN 'ai_officer' ELSE 'executive_sponsor' END, NULL,
       NULL, '6.1.3', format('%s "%s"', v.framework, v.label)
  FROM aims.soa_version_state AS v
 WHERE v.state IN ('draft', 'in_review')
UNION ALL
SELECT 'draft Statement of Applicability', 'framework', f.framework, NULL, NULL, 'ai_officer', NULL, NULL, '6.1.3',
       CASE WHEN v.soa_version_id IS NULL THEN 'no version is in force'
            ELSE format('statements that apply otherwise than version "%s" says: %s', v.label, c.changes) END
  FROM aims.framework AS f
  LEFT JOIN aims.soa_version_state AS v ON v.framework = f.framework AND v.state = 'in_force'
  -- evidence comes and goes; what was decided needs another version
  LEFT JOIN (SELECT h.framework, count(DISTINCT (h.ref, h.scope, h.system, h.vendor)) AS changes
               FROM aims.soa_change AS h WHERE h.changed <> 'status' GROUP BY h.framework) AS c ON c.framework = f.framework
 WHERE f.in_soa AND (v.soa_version_id IS NULL OR c.changes > 0)
   AND NOT EXISTS (SELECT FROM aims.soa_version AS d WHERE d.framework = f.framework AND d.status IN ('draft', 'in_review'));
COMMENT ON VIEW aims.soa_action IS
    'What the Statement of Applicability asks of people: decisions, practice, evidence, reviews due within 90 days, versions to submit, approve or draft anew (6.1.3)';
COMMENT ON COLUMN aims.soa_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.soa_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.soa_action.subject_id IS 'Key of that row, or the control that has none';
COMMENT ON COLUMN aims.soa_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.soa_action.vendor IS 'Vendor concerned';
COMMENT ON COLUMN aims.soa_action.duty IS 'Duty of whoever does it';
COMMENT ON COLUMN aims.soa_action.person IS 'Person who does it, where one is named';
COMMENT ON COLUMN aims.soa_action.due_on IS 'Day by which it is to be done';
COMMENT ON COLUMN aims.soa_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.soa_action.detail IS 'What it is, in words';

-- Whether each requirement of each system's next gate is met. Shipped checks are
-- put in line; a site's own functions run as aims.gate runs them, in
-- subtransactions. A function, since a session plans its query once.
CREATE FUNCTION aims.requirement_verdict()
    RETURNS TABLE (system text, stage aims.lifecycle_stage, next_stage aims.lifecycle_stage, requirement text, control aims.control_ref, met boolean)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 10000 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off
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
    ), pair AS MATERIALIZED (
        SELECT n.system::text, n.stage, n.next_stage, a.requirement::text, a.control, a.check_function, a.parameter
          FROM next_gate AS n
          JOIN asked AS a
            ON a.stage = n.next_stage
           AND (n.clinical_tier IS NULL OR n.clinical_tier = ANY (a.tiers))
           -- for a system in operation the conditions of operation go on holding
           AND (a.from_stages IS NULL OR n.stage <> n.next_stage AND n.stage = ANY (a.from_stages))
    ), other AS MATERIALIZED (
        -- checks that are not below
        SELECT p.system, p.stage, p.next_stage, p.requirement, p.control
          FROM pair AS p
         WHERE p.check_function NOT IN (
               'aims.check_fields', 'aims.check_tier', 'aims.check_permitted', 'aims.check_version', 'aims.check_dataset', 'aims.check_evidence',
               'aims.check_risk_assessed', 'aims.check_residual_risk', 'aims.check_impact_assessment', 'aims.check_users_trained', 'aims.check_vendor_assessed', 'aims.check_incident_contact',
               'aims.check_monitors', 'aims.check_drill', 'aims.check_event_log', 'aims.check_approval', 'aims.check_cause', 'aims.check_findings_closed')
    )
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_fields(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_fields'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_tier(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_tier'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_permitted(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_permitted'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, p.system IN (SELECT v.system FROM aims.current_version AS v)
      FROM pair AS p WHERE p.check_function = 'aims.check_version'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_dataset(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_dataset'
    UNION ALL
    -- the first piece that counts will do
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control,
           EXISTS (SELECT FROM aims.evidence_asked(p.system, p.parameter) AS e WHERE e.problem IS NULL)
      FROM pair AS p WHERE p.check_function = 'aims.check_evidence'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_risk_assessed(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_risk_assessed'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_residual_risk(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_residual_risk'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_impact_assessment(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_impact_assessment'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_users_trained(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_users_trained'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_vendor_assessed(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_vendor_assessed'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_incident_contact(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_incident_contact'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_monitors(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_monitors'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_drill(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_drill'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control,
           EXISTS (SELECT FROM aims.relation_of_system(p.system) AS g WHERE NOT g.test)
               OR EXISTS (SELECT FROM aims.evidence_asked(p.system, p.parameter) AS e WHERE e.problem IS NULL)
      FROM pair AS p WHERE p.check_function = 'aims.check_event_log'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_approval(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_approval'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_cause(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_cause'
    UNION ALL
    SELECT p.system, p.stage, p.next_stage, p.requirement, p.control, c.met
      FROM pair AS p CROSS JOIN LATERAL aims.check_findings_closed(p.system, p.parameter) AS c WHERE p.check_function = 'aims.check_findings_closed'
    UNION ALL
    -- by the gate itself, once for each system
    SELECT o.system, o.stage, o.next_stage, o.requirement, o.control, q.met
      FROM (SELECT DISTINCT x.system, x.next_stage FROM other AS x) AS s
     CROSS JOIN LATERAL aims.gate(s.system, s.next_stage) AS q
      JOIN other AS o ON o.system = s.system AND o.requirement = q.requirement;
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
    SELECT j.system, count(*) FILTER (WHERE j.state = 'in_force') AS in_force,
           array_agg(j.evidence_id) FILTER (WHERE j.state = 'expired') AS stale_ids
      -- OFFSET: each piece is judged once, not once for each of the two
      FROM (SELECT e.system, e.evidence_id, e.state FROM aims.evidence_state AS e WHERE e.system IS NOT NULL OFFSET 0) AS j
     GROUP BY j.system
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
       coalesce(cardinality(p.stale_ids), 0) AS evidence_stale,
       coalesce(cardinality(o.finding_ids), 0) AS open_findings,
       ARRAY(SELECT i FROM unnest(p.stale_ids) AS i ORDER BY i) AS stale_ids,
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
