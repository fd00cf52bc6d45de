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
SELECT c.measure, c.value, c.of
  FROM (SELECT sum(controls) AS controls, sum(applicable) AS applicable, sum(excluded) AS excluded,
               sum(implemented) AS implemented, sum(evidenced) AS evidenced, sum(stale) AS stale
          FROM aims.soa_coverage WHERE framework = 'iso42001') AS s
 CROSS JOIN LATERAL (VALUES
        ('controls_decided', s.applicable + s.excluded, s.controls),
        ('controls_implemented', s.implemented, s.applicable),
        ('controls_evidenced', s.evidenced, s.applicable),
        ('controls_stale', s.stale, s.applicable)) AS c (measure, value, of)
UNION ALL
SELECT 'systems_in_operation', count(*) FILTER (WHERE s.stage IN ('deployment', 'operation_monitoring', 're_evaluation')), count(*)
  FROM aims.ai_system AS s
 WHERE s.out_of_scope_reason IS NULL
UNION ALL
SELECT 'findings_open', count(*) FILTER (WHERE f.closed_at IS NULL), count(*)
  FROM aims.finding AS f;
COMMENT ON VIEW aims.coverage_measure IS
    'What aims.coverage_history keeps of each day, as it is now (ISO/IEC 42001 9.1)';
COMMENT ON COLUMN aims.coverage_measure.measure IS 'What is counted';
COMMENT ON COLUMN aims.coverage_measure.value IS 'How many there are';
COMMENT ON COLUMN aims.coverage_measure.of IS 'Of how many; NULL: it is no share';

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
