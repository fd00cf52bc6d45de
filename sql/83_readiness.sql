-- Are we ready? Coverage over time, the certification's phases, the dashboard
-- (ISO/IEC 42001 9.1, 9.3).

CREATE TABLE aims.coverage_history (
    day       date    NOT NULL,
    measure   text    NOT NULL,
    value     bigint  NOT NULL,
    of        bigint,
    tree_size bigint  NOT NULL,
    CONSTRAINT coverage_history_pkey PRIMARY KEY (day, measure),
    CONSTRAINT coverage_history_counted CHECK (value >= 0 AND of >= value)
);
SELECT pg_catalog.pg_extension_config_dump('aims.coverage_history', '');
COMMENT ON TABLE aims.coverage_history IS
    'One row per day and measure, for dashboards that show trends; written by the first aims.seal of the day, with the size of the tree that aims.soa_at can be asked about. Derived, and so not in the ledger (ISO/IEC 42001 9.1)';
COMMENT ON COLUMN aims.coverage_history.day IS 'Day in the organisation''s time zone';
COMMENT ON COLUMN aims.coverage_history.measure IS 'What is counted (aims.coverage_measure)';
COMMENT ON COLUMN aims.coverage_history.value IS 'How many there are';
COMMENT ON COLUMN aims.coverage_history.of IS 'Of how many; NULL: it is no share';
COMMENT ON COLUMN aims.coverage_history.tree_size IS 'Entries in the ledger''s tree then';

CREATE VIEW aims.coverage_measure WITH (security_barrier) AS
SELECT m.area, m.measure, m.title, m.ref::aims.control_ref AS ref, m.value::bigint AS value, m.of::bigint AS of,
       CASE m.good WHEN 'all' THEN m.value < m.of OR m.of = 0 WHEN 'none' THEN m.value > 0 ELSE false END AS attention
  FROM (
    SELECT 'controls' AS area, c.measure, c.title, '6.1.3' AS ref, c.value, c.of, c.good
      FROM (SELECT count(*) AS controls, count(*) FILTER (WHERE o.applicable) AS applicable, count(*) FILTER (WHERE NOT o.applicable) AS excluded,
                   count(*) FILTER (WHERE o.applicable AND o.implementation IN ('implemented', 'verified')) AS implemented,
                   count(*) FILTER (WHERE o.status = 'evidenced') AS evidenced,
                   count(*) FILTER (WHERE o.applicable AND o.evidence = 'expired') AS stale
              FROM aims.soa AS o WHERE o.framework = 'iso42001' AND o.scope = 'organisation') AS s
     CROSS JOIN LATERAL (VALUES
            ('controls_decided', 'Controls decided on', s.applicable + s.excluded, s.controls, 'all'),
            ('controls_implemented', 'Applicable controls said to be implemented', s.implemented, s.applicable, 'all'),
            ('controls_evidenced', 'Applicable controls implemented, with evidence in force', s.evidenced, s.applicable, 'all'),
            ('controls_stale', 'Applicable controls all of whose evidence has expired', s.stale, s.applicable, 'none')) AS c (measure, title, value, of, good)
    UNION ALL
    SELECT 'systems', 'systems_in_use', 'AI systems whose output is allowed', '4.3',
           count(*) FILTER (WHERE s.stage IN ('deployment', 'operation_monitoring', 're_evaluation')), count(*), NULL
      FROM aims.ai_system AS s
     WHERE s.out_of_scope_reason IS NULL
    UNION ALL
    SELECT 'systems', 'systems_switched_off', 'AI systems switched off', 'A.9.2', count(*) FILTER (WHERE w.switched_off), count(*), 'none'
      FROM (SELECT DISTINCT ON (e.system) e.switched_off FROM aims.switch_event AS e ORDER BY e.system, e.switch_id DESC) AS w
    UNION ALL
    SELECT 'systems', 'monitors_silent', 'Active monitors that are silent', '9.1', count(*) FILTER (WHERE m.silent), count(*), 'none'
      FROM aims.monitor_state AS m WHERE m.status = 'active'
    UNION ALL
    SELECT 'systems', 'monitors_breached', 'Active monitors whose last measurement is a breach', '9.1', count(*) FILTER (WHERE m.verdict = 'breach'), count(*), 'none'
      FROM aims.monitor_state AS m WHERE m.status = 'active'
    UNION ALL
    SELECT 'risks', 'risks_unacceptable', 'Open risks above appetite without an acceptance in force', '6.1.3',
           count(*) FILTER (WHERE r.acceptable IS NOT TRUE), count(*), 'none'
      FROM aims.risk_register AS r WHERE r.status <> 'closed'
    UNION ALL
    SELECT 'findings', 'findings_open', 'Findings that are open', '10.2', count(*) FILTER (WHERE f.closed_at IS NULL), count(*), 'none'
      FROM aims.finding AS f
    UNION ALL
    SELECT 'findings', 'incidents_open', 'Incidents that are not closed', 'A.8.4', count(*) FILTER (WHERE i.closed_at IS NULL), count(*), 'none'
      FROM aims.incident AS i
    UNION ALL
    SELECT 'findings', 'reports_late', 'Reports to regulators that are late', 'A.8.3', count(*) FILTER (WHERE d.late), count(*), 'none'
      FROM aims.incident_deadline AS d
    UNION ALL
    SELECT 'findings', 'corrections_overdue', 'Corrective actions overdue, or without a day', '10.2',
           count(*) FILTER (WHERE coalesce(c.due_on < (SELECT aims.today()), true)), count(*), 'none'
      FROM aims.capa AS c WHERE c.status NOT IN ('verified', 'effective', 'closed', 'withdrawn')
    UNION ALL
    SELECT 'vendors', 'vendors_covered', 'Vendors of systems in use with everything in force', 'A.10.3',
           count(*) FILTER (WHERE v.covered), count(*), 'all'
      FROM aims.vendor_coverage AS v WHERE v.deployed > 0
    UNION ALL
    SELECT 'people', 'competence_in_force', 'Curricula in force of those that duties need', '7.2',
           count(*) FILTER (WHERE t.state = 'in_force'), count(*), 'all'
      FROM aims.competence_state AS t
    UNION ALL
    SELECT 'ledger', 'violations', 'Violations of governed tables in the last 30 days', 'A.6.2.8', count(*), NULL, 'none'
      FROM aims.violation AS v WHERE v.recorded_at > statement_timestamp() - make_interval(hours => 720)
    ) AS m;
COMMENT ON VIEW aims.coverage_measure IS
    'What aims.coverage_history keeps of each day, as it is now (ISO/IEC 42001 9.1)';
COMMENT ON COLUMN aims.coverage_measure.area IS 'controls, systems, risks, findings, vendors, people or ledger';
COMMENT ON COLUMN aims.coverage_measure.measure IS 'Slug of the measure';
COMMENT ON COLUMN aims.coverage_measure.title IS 'What is counted';
COMMENT ON COLUMN aims.coverage_measure.ref IS 'Clause or control of ISO/IEC 42001';
COMMENT ON COLUMN aims.coverage_measure.value IS 'How many there are';
COMMENT ON COLUMN aims.coverage_measure.of IS 'Of how many; NULL: it is no share';
COMMENT ON COLUMN aims.coverage_measure.attention IS 'Are there fewer than there have to be, nothing that it could be said of, or any where there should be none?';

CREATE VIEW aims.ciso_dashboard WITH (security_barrier) AS
SELECT m.area, m.measure, m.title, m.ref, m.value, m.of, m.attention,
       h.day AS earlier_day, h.value AS earlier_value, m.value - h.value AS change
  FROM aims.coverage_measure AS m
  LEFT JOIN LATERAL (
        SELECT h.day, h.value FROM aims.coverage_history AS h
         WHERE h.measure = m.measure AND h.day <= (SELECT aims.today()) - 30
         ORDER BY h.day DESC LIMIT 1) AS h ON true;
COMMENT ON VIEW aims.ciso_dashboard IS
    'The state of the management system in a score of rows, each with what it was a month ago (ISO/IEC 42001 9.1, 9.3.2)';
COMMENT ON COLUMN aims.ciso_dashboard.area IS 'controls, systems, risks, findings, vendors, people or ledger';
COMMENT ON COLUMN aims.ciso_dashboard.measure IS 'Slug of the measure';
COMMENT ON COLUMN aims.ciso_dashboard.title IS 'What is counted';
COMMENT ON COLUMN aims.ciso_dashboard.ref IS 'Clause or control of ISO/IEC 42001';
COMMENT ON COLUMN aims.ciso_dashboard.value IS 'How many there are today';
COMMENT ON COLUMN aims.ciso_dashboard.of IS 'Of how many; NULL: it is no share';
COMMENT ON COLUMN aims.ciso_dashboard.attention IS 'Does somebody have to look at it?';
COMMENT ON COLUMN aims.ciso_dashboard.earlier_day IS 'Newest day in aims.coverage_history that is at least 30 days past; NULL: none yet';
COMMENT ON COLUMN aims.ciso_dashboard.earlier_value IS 'What it was then';
COMMENT ON COLUMN aims.ciso_dashboard.change IS 'Difference since';

CREATE FUNCTION aims.record_coverage() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    made integer;
BEGIN
    IF EXISTS (SELECT FROM aims.coverage_history AS h WHERE h.day = aims.today()) THEN
        RETURN 0;
    END IF;
    INSERT INTO aims.coverage_history (day, measure, value, of, tree_size)
    SELECT aims.today(), m.measure, m.value, m.of, coalesce((SELECT max(s.tree_size) FROM aims.seal AS s), 0)
      FROM aims.coverage_measure AS m
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;
COMMENT ON FUNCTION aims.record_coverage() IS
    'Writes the day''s rows of aims.coverage_history unless they are there; returns how many. Called by aims.seal';

-- The six phases of certification

CREATE TABLE aims.readiness_threshold (
    criterion text    NOT NULL,
    threshold integer NOT NULL,
    source    text    NOT NULL,
    shipped   boolean NOT NULL DEFAULT false,
    CONSTRAINT readiness_threshold_pkey PRIMARY KEY (criterion, shipped),
    CONSTRAINT readiness_threshold_criterion_known CHECK (criterion IN ('corrective_record', 'evidence_over_time')),
    CONSTRAINT readiness_threshold_counted CHECK (threshold BETWEEN 1 AND 10000),
    CONSTRAINT readiness_threshold_source_given CHECK (source ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.readiness_threshold', 'WHERE NOT shipped');
COMMENT ON TABLE aims.readiness_threshold IS
    'Numbers that criteria of aims.certification_readiness ask for and that the standard does not; a site''s row (shipped = false) is taken instead of the shipped one';
COMMENT ON COLUMN aims.readiness_threshold.criterion IS 'corrective_record (verified corrective actions) or evidence_over_time (months of the last year)';
COMMENT ON COLUMN aims.readiness_threshold.threshold IS 'How many it takes';
COMMENT ON COLUMN aims.readiness_threshold.source IS 'Who says so';
COMMENT ON COLUMN aims.readiness_threshold.shipped IS 'Comes with the extension: immutable (MS016)';
INSERT INTO aims.readiness_threshold (criterion, threshold, source, shipped) VALUES
    ('corrective_record', 8, 'Rule of thumb of consultants (8 to 15 records before stage 1); the standard names no number', true),
    ('evidence_over_time', 3, 'Rule of thumb of consultants (records of three months before stage 2); the standard names no number', true);

-- A function, since a session plans the query of each criterion once.
CREATE FUNCTION aims.certification_criterion()
    RETURNS TABLE (phase integer, criterion text, ref aims.control_ref, title text, found bigint, wanted bigint, done boolean, found_rows text[], missing text[])
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 37 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT 1, 'sponsor_appointed', aims.control_ref '5.1', 'Executive sponsor appointed',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(d.person::text ORDER BY d.person), NULL::text[]
      FROM aims.duty AS d
     WHERE d.duty = 'executive_sponsor' AND d.system IS NULL AND (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'officer_appointed', aims.control_ref '5.3', 'AI officer appointed',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(d.person::text ORDER BY d.person), NULL::text[]
      FROM aims.duty AS d
     WHERE d.duty = 'ai_officer' AND d.system IS NULL AND (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'committee_seated', aims.control_ref '5.3', 'Every seat of the committee taken',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(q.person), count(*), bool_and(q.person IS NOT NULL),
           array_agg(format('%s: %s', q.seat, q.person) ORDER BY q.seat) FILTER (WHERE q.person IS NOT NULL),
           array_agg(q.seat ORDER BY q.seat) FILTER (WHERE q.person IS NULL)
      FROM (SELECT s.seat, min(d.person::text) AS person
              FROM unnest('{security,medical_informatics,compliance,legal,it,clinical}'::text[]) AS s (seat)
              LEFT JOIN aims.duty AS d
                ON d.seat = s.seat AND d.system IS NULL AND (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
             GROUP BY s.seat) AS q) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'inventory_complete', aims.control_ref '4.3', 'Every AI system in scope described and classified',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE q.complete), count(*), bool_and(q.complete),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE q.complete),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE NOT q.complete)
      FROM (SELECT s.system::text AS system,
                   num_nulls(s.intended_use, s.organisation_role, s.domain, s.phi, s.eu_tier, s.clinical_tier, s.tier_decided_by) = 0 AS complete
              FROM aims.ai_system AS s
             WHERE s.out_of_scope_reason IS NULL AND s.stage <> 'retirement') AS q) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'scope_defined', aims.control_ref '4.3', 'Scope statement in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(format('%s %s', v.code, v.version) ORDER BY v.code), NULL::text[]
      FROM aims.document_version_state AS v
     WHERE v.kind = 'scope' AND v.system IS NULL AND v.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'context_known', aims.control_ref '4.1', 'Issues of the organisation and its context recorded',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(i.context_issue_id::text ORDER BY i.context_issue_id), NULL::text[]
      FROM aims.context_issue AS i WHERE i.status <> 'withdrawn') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'parties_known', aims.control_ref '4.2', 'Interested parties and their requirements recorded',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(i.interested_party::text ORDER BY i.interested_party), NULL::text[]
      FROM aims.interested_party AS i WHERE i.status <> 'withdrawn') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 1, 'controls_decided', aims.control_ref '6.1.3', 'Each control decided on',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE a.applicability_id IS NOT NULL), count(*), bool_and(a.applicability_id IS NOT NULL), NULL::text[],
           array_agg(r.ref::text ORDER BY r.ref) FILTER (WHERE a.applicability_id IS NULL)
      FROM aims.requirement AS r
      LEFT JOIN aims.applicability AS a
        ON a.framework = r.framework AND a.ref OPERATOR(aims.=) r.ref AND a.scope = 'organisation'
     WHERE r.framework = 'iso42001' AND r.kind = 'control') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'policy_in_force', aims.control_ref '5.2', 'AI policy approved and in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(format('%s %s', v.code, v.version) ORDER BY v.code), NULL::text[]
      FROM aims.document_version_state AS v
     WHERE v.kind = 'ai_policy' AND v.system IS NULL AND v.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'charter_in_force', aims.control_ref '5.3', 'Charter of the committee in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(format('%s %s', v.code, v.version) ORDER BY v.code), NULL::text[]
      FROM aims.document_version_state AS v
     WHERE v.kind = 'charter' AND v.system IS NULL AND v.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'appetite_set', aims.control_ref '6.1.1', 'Risk appetite of the organisation in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(a.risk_appetite_id::text ORDER BY a.risk_appetite_id), NULL::text[]
      FROM aims.risk_appetite AS a
     WHERE a.status = 'approved' AND a.scope = 'organisation'
       AND (SELECT aims.today()) BETWEEN a.valid_from AND coalesce(a.valid_until, 'infinity')) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'risks_assessed', aims.control_ref '6.1.2', 'A risk assessed, owned and not closed for every AI system in scope',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE q.assessed), count(*), bool_and(q.assessed),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE q.assessed),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE NOT q.assessed)
      FROM (SELECT s.system::text AS system, r.risk_id IS NOT NULL AS assessed
              FROM aims.ai_system AS s
              LEFT JOIN LATERAL (SELECT r.risk_id FROM aims.risk AS r
                                  WHERE r.system = s.system AND r.inherent_likelihood IS NOT NULL AND r.owner IS NOT NULL AND r.status <> 'closed'
                                  LIMIT 1) AS r ON true
             WHERE s.out_of_scope_reason IS NULL AND s.stage <> 'retirement') AS q) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'impact_procedure', aims.control_ref '6.1.4', 'Procedure of impact assessment in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(format('%s %s', v.code, v.version) ORDER BY v.code), NULL::text[]
      FROM aims.document_version_state AS v
     WHERE v.kind = 'impact_assessment_procedure' AND v.system IS NULL AND v.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'soa_approved', aims.control_ref '6.1.3', 'Statement of Applicability approved and signed',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(v.label ORDER BY v.soa_version_id), NULL::text[]
      FROM aims.soa_version_state AS v WHERE v.framework = 'iso42001' AND v.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 2, 'objectives_set', aims.control_ref '6.2', 'AI objectives approved',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(o.objective_id::text ORDER BY o.objective_id), NULL::text[]
      FROM aims.objective AS o WHERE o.approved_at IS NOT NULL AND o.withdrawn_at IS NULL) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'training_started', aims.control_ref '7.2', 'Training of people with duties begun',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(DISTINCT t.person), NULL::text[]
      FROM aims.competence_state AS t WHERE t.state = 'in_force') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'impact_assessed', aims.control_ref '8.4', 'First impact assessments approved',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(i.impact_assessment_id::text ORDER BY i.impact_assessment_id), NULL::text[]
      FROM aims.impact_assessment AS i WHERE i.status = 'approved') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'corrective_actions', aims.control_ref '10.2', 'Log of corrective actions filling',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(c.capa_id::text ORDER BY c.capa_id), NULL::text[]
      FROM aims.capa AS c WHERE c.status <> 'withdrawn') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'monitors_report', aims.control_ref '9.1', 'Every system in use, but of low tier, monitored, and no monitor silent or unable to measure',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE q.ok), count(*), bool_and(q.ok),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE q.ok), array_agg(q.system ORDER BY q.system) FILTER (WHERE NOT q.ok)
      FROM (SELECT s.system::text AS system, coalesce(m.ok, false) AS ok
              FROM aims.ai_system AS s
              LEFT JOIN (SELECT m.system, bool_and(NOT m.silent AND m.verdict IS DISTINCT FROM 'error') AS ok FROM aims.monitor_state AS m
                          WHERE m.status = 'active' GROUP BY m.system) AS m ON m.system = s.system
             WHERE s.stage IN ('operation_monitoring', 're_evaluation') AND s.out_of_scope_reason IS NULL
               AND s.clinical_tier IS DISTINCT FROM 'low') AS q) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'vendors_assessed', aims.control_ref 'A.10.3', 'Every vendor of a system in use covered',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE v.covered), count(*), bool_and(v.covered),
           array_agg(v.vendor ORDER BY v.vendor) FILTER (WHERE v.covered), array_agg(v.vendor ORDER BY v.vendor) FILTER (WHERE NOT v.covered)
      FROM aims.vendor_coverage AS v WHERE v.deployed > 0) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 3, 'policy_known', aims.control_ref '7.3', 'AI policy acknowledged by its readers',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE r.state = 'acknowledged'), count(*), bool_and(r.state = 'acknowledged'), NULL::text[],
           array_agg(r.person ORDER BY r.person) FILTER (WHERE r.state <> 'acknowledged')
      FROM aims.document_reader AS r WHERE r.kind = 'ai_policy') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 4, 'programme_approved', aims.control_ref '9.2.2', 'Internal audit programme approved and current',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(p.audit_programme::text ORDER BY p.audit_programme), NULL::text[]
      FROM aims.audit_programme AS p
     WHERE p.status = 'approved' AND (SELECT aims.today()) BETWEEN p.starts_on AND p.ends_on) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 4, 'audit_reported', aims.control_ref '9.2.1', 'Internal audit reported within a year',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(a.internal_audit_id::text ORDER BY a.internal_audit_id), NULL::text[]
      FROM aims.internal_audit AS a
     WHERE a.status IN ('reported', 'closed') AND aims.day(a.reported_at) > (SELECT aims.today()) - make_interval(years => 1)) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 4, 'review_signed', aims.control_ref '9.3.3', 'Management review held and signed within a year',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(r.management_review_id::text ORDER BY r.management_review_id), NULL::text[]
      FROM aims.management_review AS r
     WHERE r.signed_at IS NOT NULL AND r.held_on > (SELECT aims.today()) - make_interval(years => 1)) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 5, 'documents_ready', aims.control_ref '7.5.1', 'Every document that is needed in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT 0, 0, count(*) = 0, NULL::text[], array_agg(concat_ws(' ', g.kind, g.system) ORDER BY g.kind, g.system)
      FROM aims.document_gap AS g) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 5, 'register_ready', aims.control_ref '6.1.3', 'No open risk above appetite without an acceptance in force',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE r.acceptable), count(*), bool_and(r.acceptable), NULL::text[],
           array_agg(r.risk_id::text ORDER BY r.risk_id) FILTER (WHERE r.acceptable IS NOT TRUE)
      FROM aims.risk_register AS r WHERE r.status <> 'closed') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 5, 'soa_current', aims.control_ref '6.1.3', 'Nothing decided otherwise than the approved statement says',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT 0, 0, count(*) = 0 AND EXISTS (SELECT FROM aims.soa_version_state AS v WHERE v.framework = 'iso42001' AND v.state = 'in_force'),
           NULL::text[], array_agg(DISTINCT h.ref::text)
      FROM aims.soa_change AS h WHERE h.framework = 'iso42001' AND h.changed <> 'status') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 5, 'corrective_record', aims.control_ref '10.2', 'Corrective actions verified, enough to show the process',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(c.capa_id), t.threshold, count(c.capa_id) >= t.threshold,
           array_agg(c.capa_id::text ORDER BY c.capa_id) FILTER (WHERE c.capa_id IS NOT NULL), NULL::text[]
      FROM (SELECT (SELECT g.threshold FROM aims.readiness_threshold AS g WHERE g.criterion = 'corrective_record' ORDER BY g.shipped LIMIT 1) AS threshold) AS t
      LEFT JOIN aims.capa AS c ON c.verified_at IS NOT NULL AND c.status <> 'withdrawn'
     GROUP BY t.threshold) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 5, 'stage_1_planned', aims.control_ref '9.2.1', 'Stage 1 audit planned or passed',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(a.certification_audit_id::text ORDER BY a.certification_audit_id), NULL::text[]
      FROM aims.certification_audit AS a JOIN aims.certificate AS c ON c.certificate_id = a.certificate_id
     WHERE c.framework = 'iso42001' AND a.step = 'stage_1' AND a.status <> 'cancelled'
       AND a.outcome IS DISTINCT FROM 'not_recommended') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'stage_1_passed', aims.control_ref '9.2.1', 'Stage 1 audit passed',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(a.certification_audit_id::text ORDER BY a.certification_audit_id), NULL::text[]
      FROM aims.certification_audit AS a JOIN aims.certificate AS c ON c.certificate_id = a.certificate_id
     WHERE c.framework = 'iso42001' AND a.step = 'stage_1' AND a.status = 'held' AND a.outcome <> 'not_recommended') AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'controls_evidenced', aims.control_ref '6.1.3', 'Every applicable control implemented and evidenced',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT sum(s.evidenced), sum(s.applicable), sum(s.applicable) > 0 AND sum(s.evidenced) = sum(s.applicable) AND sum(s.undecided) = 0, NULL::text[],
           array_agg(format('%s: %s of %s', s.objective, s.evidenced, s.applicable) ORDER BY s.objective) FILTER (WHERE s.evidenced < s.applicable)
      FROM (SELECT s.objective, count(*) FILTER (WHERE s.applicable) AS applicable, count(*) FILTER (WHERE s.status = 'evidenced') AS evidenced,
                   count(*) FILTER (WHERE s.status = 'undecided') AS undecided
              FROM aims.soa AS s
             WHERE s.framework = 'iso42001' AND s.scope = 'organisation'
             GROUP BY s.objective) AS s) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'evidence_over_time', aims.control_ref '7.5.3', 'Evidence spread over the months before the audit',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(q.month), t.threshold, count(q.month) >= t.threshold, 
           array_agg(to_char(q.month, 'YYYY-MM') ORDER BY q.month) FILTER (WHERE q.month IS NOT NULL), NULL::text[]
      FROM (SELECT (SELECT g.threshold FROM aims.readiness_threshold AS g WHERE g.criterion = 'evidence_over_time' ORDER BY g.shipped LIMIT 1) AS threshold) AS t
      LEFT JOIN (SELECT m.month
                   FROM (SELECT d.today, d.today - make_interval(years => 1) AS since, coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC') AS zone
                           FROM aims.today() AS d (today)) AS y
                  CROSS JOIN generate_series(date_trunc('month', y.since), y.today::timestamp, make_interval(months => 1)) AS m (month)
                  WHERE EXISTS (SELECT FROM aims.evidence AS e
                                 WHERE e.recorded_at > y.since AT TIME ZONE y.zone
                                   AND e.recorded_at >= m.month AT TIME ZONE y.zone
                                   AND e.recorded_at < (m.month + make_interval(months => 1)) AT TIME ZONE y.zone)) AS q ON true
     GROUP BY t.threshold) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'impact_complete', aims.control_ref '8.4', 'Impact assessment in force, and not unacceptable, for every system in use but of low tier',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(q.impact), count(*), bool_and(q.impact IS NOT NULL),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE q.impact IS NOT NULL),
           array_agg(q.system ORDER BY q.system) FILTER (WHERE q.impact IS NULL)
      FROM (SELECT s.system::text AS system, max(i.impact_assessment_id) AS impact
              FROM aims.ai_system AS s
              LEFT JOIN aims.impact_state AS i ON i.system = s.system AND i.state = 'in_force' AND i.outcome <> 'unacceptable'
             WHERE s.stage IN ('deployment', 'operation_monitoring', 're_evaluation') AND s.out_of_scope_reason IS NULL
               AND s.clinical_tier IS DISTINCT FROM 'low'
             GROUP BY s.system) AS q) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'people_competent', aims.control_ref '7.2', 'Everybody trained for the duties that they hold',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*) FILTER (WHERE t.state = 'in_force'), count(*), bool_and(t.state = 'in_force'), NULL::text[],
           array_agg(format('%s: %s', t.person, t.curriculum) ORDER BY t.person, t.curriculum) FILTER (WHERE t.state <> 'in_force')
      FROM aims.competence_state AS t) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'no_major_open', aims.control_ref '10.2', 'No major nonconformity open',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT 0, 0, count(*) = 0 AND EXISTS (SELECT FROM aims.internal_audit AS a WHERE a.status IN ('reported', 'closed')),
           NULL::text[], array_agg(f.id ORDER BY f.id)
      FROM (SELECT 'audit_finding ' || f.audit_finding_id AS id FROM aims.audit_finding_state AS f
             WHERE f.grade = 'major' AND f.state IN ('open', 'overdue', 'reopened')
            UNION ALL
            SELECT 'certification_nonconformity ' || n.certification_nonconformity_id FROM aims.certification_nonconformity AS n
             WHERE n.grade = 'major' AND n.status <> 'closed') AS f) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'corrections_in_time', aims.control_ref '10.2', 'No corrective action overdue, or without a day',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT 0, 0, count(*) = 0 AND EXISTS (SELECT FROM aims.capa AS o WHERE o.status <> 'withdrawn'),
           NULL::text[], array_agg(c.capa_id::text ORDER BY c.capa_id)
      FROM aims.capa AS c
     WHERE c.status NOT IN ('verified', 'effective', 'closed', 'withdrawn') AND coalesce(c.due_on < (SELECT aims.today()), true)) AS q (found, wanted, done, found_rows, missing);
    RETURN QUERY SELECT 6, 'ledger_sealed', aims.control_ref '7.5.3', 'Ledger signed, and sealed within a day',
           q.found::bigint, q.wanted::bigint, q.done, q.found_rows, q.missing FROM (
    SELECT count(*), 1, count(*) > 0, array_agg(format('seal %s', q.seal_id)), NULL::text[]
      FROM (SELECT s.seal_id, s.sealed_at FROM aims.seal AS s ORDER BY s.seal_id DESC LIMIT 1) AS q
     WHERE q.sealed_at > statement_timestamp() - make_interval(hours => 24) AND EXISTS (SELECT FROM aims.signing_key)) AS q (found, wanted, done, found_rows, missing);
END $$;
COMMENT ON FUNCTION aims.certification_criterion() IS 'The rows of aims.certification_readiness but that of shadow AI, with NULL where a criterion has nothing to say';

CREATE VIEW aims.certification_readiness WITH (security_barrier) AS
SELECT c.phase, CASE c.phase WHEN 1 THEN 'Scope and gap analysis' WHEN 2 THEN 'Framework' WHEN 3 THEN 'Operation' WHEN 4 THEN 'Internal audit and management review' WHEN 5 THEN 'Stage 1 audit' WHEN 6 THEN 'Stage 2 audit' END AS phase_title,
       c.criterion, c.ref, c.title, coalesce(c.done, false) AS done, coalesce(c.found, 0) AS found, c.wanted,
       coalesce(c.found_rows, '{}') COLLATE "default" AS found_rows,
       CASE WHEN c.missing IS NOT NULL THEN c.missing
            WHEN c.done OR c.wanted > 0 THEN '{}'
            ELSE ARRAY['nothing is recorded yet that it could be said of'] END COLLATE "default" AS missing
  FROM (SELECT * FROM aims.certification_criterion()
        UNION ALL
        -- what the reader may see of it, so not by the function, which sees all
        SELECT 1, 'no_shadow_ai', '4.3', 'Nothing that looks like AI outside the inventory', 0, 0, count(*) = 0, NULL,
               array_agg(format('%s %s', a.kind, a.object) ORDER BY a.kind, a.object)
          FROM aims.shadow_ai AS a)
    AS c (phase, criterion, ref, title, found, wanted, done, found_rows, missing);
COMMENT ON VIEW aims.certification_readiness IS
    'Six phases to certification, each criterion a query: done or not, by which rows (ISO/IEC 42001 clauses 4 to 10, 9.1)';
COMMENT ON COLUMN aims.certification_readiness.phase IS '1 scope and gap, 2 framework, 3 operation, 4 internal audit and review, 5 stage 1, 6 stage 2';
COMMENT ON COLUMN aims.certification_readiness.phase_title IS 'Name of the phase';
COMMENT ON COLUMN aims.certification_readiness.criterion IS 'Slug of the criterion';
COMMENT ON COLUMN aims.certification_readiness.ref IS 'Clause or control of ISO/IEC 42001 that asks for it';
COMMENT ON COLUMN aims.certification_readiness.title IS 'What is asked';
COMMENT ON COLUMN aims.certification_readiness.done IS 'Is it so today? false where there is nothing that it could be said of';
COMMENT ON COLUMN aims.certification_readiness.found IS 'Rows that meet it';
COMMENT ON COLUMN aims.certification_readiness.wanted IS 'Rows that have to; 0: none may be missing';
COMMENT ON COLUMN aims.certification_readiness.found_rows IS 'Keys of rows that meet it, where they are few enough to list';
COMMENT ON COLUMN aims.certification_readiness.missing IS
    'Keys of rows, or names, that stand in the way; in words that there is nothing which it could be said of';
