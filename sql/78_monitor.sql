-- Monitors: what is watched about an AI system, how often, and from which
-- value on somebody has to act (ISO/IEC 42001 9.1, A.6.2.6).
--
-- A monitor measures by its query (78_monitor_run.sql), or a person or a job
-- inserts measurements; the verdict is the server's, from the thresholds that
-- the monitor has at that time. A breach opens a finding, and so does silence.

CREATE TABLE aims.monitor (
    monitor         aims.slug        PRIMARY KEY,
    system          aims.slug        NOT NULL
                    CONSTRAINT monitor_system_fkey REFERENCES aims.ai_system,
    title           text             NOT NULL,
    metric          text             NOT NULL,
    definition      text             NOT NULL,
    owner           aims.slug        NOT NULL
                    CONSTRAINT monitor_owner_fkey REFERENCES aims.person,
    every           interval         NOT NULL,
    window_length   interval,
    minimum_sample  bigint           NOT NULL DEFAULT 0,
    direction       text,
    warn            double precision,
    breach          double precision,
    baseline        double precision,
    baseline_source text,
    baseline_on     date,
    baseline_period tstzrange,
    query           text,
    run_as          text             COLLATE "C",
    query_hash      bytea,
    timeout         interval         NOT NULL DEFAULT make_interval(mins => 1),
    on_breach       text             NOT NULL DEFAULT 'finding',
    status          text             NOT NULL DEFAULT 'draft',
    status_reason   text,
    activated_at    timestamptz,
    activated_by    aims.slug
                    CONSTRAINT monitor_activated_by_fkey REFERENCES aims.person,
    created_at      timestamptz,
    created_by      aims.slug
                    CONSTRAINT monitor_created_by_fkey REFERENCES aims.person,
    CONSTRAINT monitor_title_given CHECK (title ~ '\S'),
    CONSTRAINT monitor_metric_given CHECK (metric ~ '\S'),
    CONSTRAINT monitor_definition_given CHECK (definition ~ '\S'),
    CONSTRAINT monitor_every_within_a_year CHECK (every > make_interval() AND every <= make_interval(years => 1)),
    CONSTRAINT monitor_window_some_time CHECK (window_length > make_interval()),
    CONSTRAINT monitor_minimum_sample_counted CHECK (minimum_sample >= 0),
    CONSTRAINT monitor_direction_known CHECK (direction IN ('above', 'below', 'outside')),
    CONSTRAINT monitor_thresholds_finite CHECK (
        abs(warn) < 'Infinity' AND abs(breach) < 'Infinity' AND abs(baseline) < 'Infinity'),
    CONSTRAINT monitor_thresholds_have_direction CHECK (direction IS NOT NULL OR num_nonnulls(warn, breach) = 0),
    CONSTRAINT monitor_warns_first CHECK (CASE direction WHEN 'below' THEN warn >= breach ELSE warn <= breach END),
    CONSTRAINT monitor_distance_not_negative CHECK (direction <> 'outside' OR warn >= 0 AND breach >= 0),
    CONSTRAINT monitor_baseline_source_given CHECK (baseline_source ~ '\S'),
    CONSTRAINT monitor_baseline_whole CHECK (num_nonnulls(baseline, baseline_source) IN (0, 2)),
    CONSTRAINT monitor_baseline_period_some_time CHECK (
        NOT isempty(baseline_period) AND NOT lower_inf(baseline_period) AND NOT upper_inf(baseline_period)),
    CONSTRAINT monitor_query_given CHECK (query ~ '\S'),
    CONSTRAINT monitor_query_whole CHECK (num_nonnulls(query, run_as, query_hash) IN (0, 3)),
    CONSTRAINT monitor_timeout_within_a_day CHECK (timeout > make_interval() AND timeout <= make_interval(days => 1)),
    CONSTRAINT monitor_on_breach_known CHECK (on_breach IN ('none', 'finding', 'incident', 're_evaluation', 'switch_off')),
    CONSTRAINT monitor_status_known CHECK (status IN ('draft', 'active', 'paused', 'retired'))
);
CREATE INDEX monitor_system_idx ON aims.monitor (system);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor', '');
COMMENT ON TABLE aims.monitor IS
    'What is watched about an AI system: metric, how often, thresholds, and what follows from a breach. A record: its definition changes while it is a draft or paused, and not while it measures (ISO/IEC 42001 9.1, A.6.2.6)';
COMMENT ON INDEX aims.monitor_system_idx IS 'Finds the monitors of a system';
COMMENT ON COLUMN aims.monitor.monitor IS 'Slug of the monitor';
COMMENT ON COLUMN aims.monitor.system IS 'AI system that it watches';
COMMENT ON COLUMN aims.monitor.title IS 'What it watches, in a few words';
COMMENT ON COLUMN aims.monitor.metric IS 'Name of the metric: auroc, psi, calibration_error, override_rate, ...';
COMMENT ON COLUMN aims.monitor.definition IS
    'How the value is computed: population, label, bins, source. The same word has several meanings in the field';
COMMENT ON COLUMN aims.monitor.owner IS 'Who answers for it and is asked where it is silent; may pause and retire it';
COMMENT ON COLUMN aims.monitor.every IS 'Time from one measurement to the next, a year at most; after it the monitor is silent';
COMMENT ON COLUMN aims.monitor.window_length IS
    'How far back a measurement looks: from then is parameter $1 of the query, -infinity where this is NULL';
COMMENT ON COLUMN aims.monitor.minimum_sample IS 'Rows below which a value is no verdict (insufficient)';
COMMENT ON COLUMN aims.monitor.direction IS
    'above: bad beyond the thresholds; below: bad under them; outside: bad where its distance from the baseline, either way, is greater than they are';
COMMENT ON COLUMN aims.monitor.warn IS 'Value, or distance from the baseline, beyond which it is warned of; in the unit of the metric';
COMMENT ON COLUMN aims.monitor.breach IS 'Value, or distance from the baseline, beyond which somebody has to act';
COMMENT ON COLUMN aims.monitor.baseline IS 'Value that is normal';
COMMENT ON COLUMN aims.monitor.baseline_source IS 'Where that value comes from: a validation report, a period, a vendor''s statement';
COMMENT ON COLUMN aims.monitor.baseline_on IS 'When that value was found';
COMMENT ON COLUMN aims.monitor.baseline_period IS 'Time that the reference data are of, with an end on both sides: parameter $3 of the query';
COMMENT ON COLUMN aims.monitor.query IS
    'SELECT that measures (doc/monitors.md): one row, or one for each group (grp), with value, low, high, sample; parameters $1 and $2 are from when until when, $3 baseline_period. Names are qualified. NULL: measurements are inserted';
COMMENT ON COLUMN aims.monitor.run_as IS
    'Role with whose rights the query runs: that of the session which changed it last, never typed (42501)';
COMMENT ON COLUMN aims.monitor.query_hash IS 'SHA-256 of the query in UTF-8, by the server';
COMMENT ON COLUMN aims.monitor.timeout IS 'How long the query may run, a day at most; statement_timeout where that is shorter';
COMMENT ON COLUMN aims.monitor.on_breach IS
    'finding opens one (monitor_breach); incident and switch_off open one that asks a person for that (monitor_incident, monitor_switch_off); re_evaluation opens one and moves the system to re_evaluation, in which it may write; none: it is recorded';
COMMENT ON COLUMN aims.monitor.status IS 'draft, active (measures), paused or retired';
COMMENT ON COLUMN aims.monitor.status_reason IS 'Why it is paused or retired';
COMMENT ON COLUMN aims.monitor.activated_at IS 'When it became active last, by the server''s clock: its first measurement is due one interval later';
COMMENT ON COLUMN aims.monitor.activated_by IS 'Who made it active';
COMMENT ON COLUMN aims.monitor.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.monitor.created_by IS 'Who entered it';

CREATE TABLE aims.monitor_control (
    monitor   aims.slug        NOT NULL
              CONSTRAINT monitor_control_monitor_fkey REFERENCES aims.monitor,
    framework aims.slug        NOT NULL DEFAULT 'iso42001',
    ref       aims.control_ref NOT NULL,
    CONSTRAINT monitor_control_pkey PRIMARY KEY (monitor, framework, ref),
    CONSTRAINT monitor_control_requirement_fkey FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref)
);
CREATE INDEX monitor_control_requirement_idx ON aims.monitor_control (framework, ref);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor_control', '');
COMMENT ON TABLE aims.monitor_control IS
    'Requirements that a monitor is evidence for: its measurements without breach are linked to them, until one breaches (ISO/IEC 42001 6.1.3, 9.1)';
COMMENT ON INDEX aims.monitor_control_requirement_idx IS 'Monitors of a requirement';
COMMENT ON COLUMN aims.monitor_control.monitor IS 'The monitor';
COMMENT ON COLUMN aims.monitor_control.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.monitor_control.ref IS 'The requirement';

INSERT INTO aims.record_kind (record, key, title, editable, unsigned, parts, past) VALUES
    ('monitor', 'monitor', 'monitor', '{draft,paused}', '{status_reason}', '{monitor_control}', '{baseline_on}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, named, needs, stamp_at, stamp_by) VALUES
    ('monitor', NULL,     'draft',   '{}', '{}', '{}', NULL, NULL),
    ('monitor', 'draft',  'active',  '{system_owner,ai_officer}', '{}',
        '{direction,warn,breach,baseline,baseline_source}', 'activated_at', 'activated_by'),
    ('monitor', 'draft',  'retired', '{system_owner,ai_officer}', '{owner}', '{status_reason}', NULL, NULL),
    ('monitor', 'active', 'paused',  '{system_owner,ai_officer}', '{owner}', '{status_reason}', NULL, NULL),
    ('monitor', 'active', 'retired', '{system_owner,ai_officer}', '{owner}', '{status_reason}', NULL, NULL),
    ('monitor', 'paused', 'active',  '{system_owner,ai_officer}', '{}',
        '{direction,warn,breach,baseline,baseline_source}', 'activated_at', 'activated_by'),
    ('monitor', 'paused', 'retired', '{system_owner,ai_officer}', '{owner}', '{status_reason}', NULL, NULL);

INSERT INTO aims.finding_kind (kind, title, duty, days, ref, shipped) VALUES
    ('monitor_incident', 'Breach of a monitor that is to be judged as an incident', 'ai_officer', 1, 'A.8.4', true),
    ('monitor_switch_off', 'Breach of a monitor on which the system is to be switched off', 'system_owner', 0, 'A.9.2', true);

CREATE TABLE aims.measurement (
    measurement_id    bigint           PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    monitor           aims.slug        NOT NULL
                      CONSTRAINT measurement_monitor_fkey REFERENCES aims.monitor,
    measured_at       timestamptz      NOT NULL DEFAULT clock_timestamp(),
    period            tstzrange,
    value             double precision,
    problem           text,
    low               double precision,
    high              double precision,
    sample            bigint,
    groups            jsonb,
    particulars       jsonb,
    query_hash        bytea,
    verdict           text,
    threshold         jsonb,
    recorded_at       timestamptz,
    recorded_by       aims.slug
                      CONSTRAINT measurement_recorded_by_fkey REFERENCES aims.person,
    session_user_name text             NOT NULL DEFAULT SESSION_USER,
    CONSTRAINT measurement_at_a_time CHECK (isfinite(measured_at)),
    CONSTRAINT measurement_value_or_problem CHECK ((value IS NULL) = (problem IS NOT NULL)),
    CONSTRAINT measurement_problem_given CHECK (problem ~ '\S'),
    CONSTRAINT measurement_finite CHECK (
        abs(value) < 'Infinity' AND abs(low) < 'Infinity' AND abs(high) < 'Infinity'),
    CONSTRAINT measurement_interval_in_order CHECK (low <= high),
    CONSTRAINT measurement_sample_counted CHECK (sample >= 0),
    CONSTRAINT measurement_period_some_time CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)),
    CONSTRAINT measurement_groups_object CHECK (jsonb_typeof(groups) = 'object'),
    CONSTRAINT measurement_particulars_object CHECK (jsonb_typeof(particulars) = 'object'),
    CONSTRAINT measurement_verdict_known CHECK (verdict IN ('ok', 'warn', 'breach', 'insufficient', 'error'))
);
CREATE INDEX measurement_monitor_idx ON aims.measurement (monitor, measured_at DESC, measurement_id DESC);
SELECT pg_catalog.pg_extension_config_dump('aims.measurement', '');
SELECT pg_catalog.pg_extension_config_dump('aims.measurement_measurement_id_seq', '');
COMMENT ON TABLE aims.measurement IS
    'What monitors found, as it was found: rows are added, by whoever has INSERT, person or job, and never changed (MS041). The verdict is computed (ISO/IEC 42001 9.1, A.6.2.6)';
COMMENT ON INDEX aims.measurement_monitor_idx IS 'The last measurements of a monitor';
COMMENT ON COLUMN aims.measurement.measurement_id IS 'Number of the measurement';
COMMENT ON COLUMN aims.measurement.monitor IS 'Monitor that it is of; active (MS015)';
COMMENT ON COLUMN aims.measurement.measured_at IS 'When the value was found; not in the future, and not before the monitor was active (MS044)';
COMMENT ON COLUMN aims.measurement.period IS 'Time that the data are of';
COMMENT ON COLUMN aims.measurement.value IS 'The value, finite; NULL: it could not be measured, and problem says why';
COMMENT ON COLUMN aims.measurement.problem IS 'Why there is no value';
COMMENT ON COLUMN aims.measurement.low IS 'Lower end of the interval of the value';
COMMENT ON COLUMN aims.measurement.high IS 'Upper end of the interval of the value';
COMMENT ON COLUMN aims.measurement.sample IS 'Rows that the value rests on; fewer than the monitor''s minimum_sample, or not stated where there is one: no verdict';
COMMENT ON COLUMN aims.measurement.groups IS
    'Values by subgroup. Of a run, what the query returned for each, with too_small where its sample is less than minimum_sample';
COMMENT ON COLUMN aims.measurement.particulars IS
    'Choices that the value depends on: bins, base, definition. Of a run besides: run_as, snapshot (pg_current_snapshot), duration_ms, baseline_period, the group that the value is of, and what else the query returned (detail)';
COMMENT ON COLUMN aims.measurement.query_hash IS
    'Of the monitor''s query that measured it (aims.monitor.query_hash), by the server; NULL: it was inserted by a person or a job';
COMMENT ON COLUMN aims.measurement.verdict IS
    'ok, warn, breach, insufficient (too few rows, with a value or without) or error (no value, and not for want of rows); the server''s, whatever is typed';
COMMENT ON COLUMN aims.measurement.threshold IS 'What it was judged by: direction, warn, breach, baseline, minimum_sample of the monitor at that time';
COMMENT ON COLUMN aims.measurement.recorded_at IS 'When the row was made, by the server''s clock';
COMMENT ON COLUMN aims.measurement.recorded_by IS 'Who recorded it; NULL: a job, whose role is session_user_name';
COMMENT ON COLUMN aims.measurement.session_user_name IS 'Role that logged in';

CREATE TABLE aims.monitor_finding (
    finding_id     bigint    PRIMARY KEY
                   CONSTRAINT monitor_finding_finding_fkey REFERENCES aims.finding,
    monitor        aims.slug NOT NULL
                   CONSTRAINT monitor_finding_monitor_fkey REFERENCES aims.monitor,
    measurement_id bigint
                   CONSTRAINT monitor_finding_measurement_fkey REFERENCES aims.measurement
);
CREATE INDEX monitor_finding_monitor_idx ON aims.monitor_finding (monitor);
SELECT pg_catalog.pg_extension_config_dump('aims.monitor_finding', '');
COMMENT ON TABLE aims.monitor_finding IS
    'Findings that monitors have opened, by a breach or by silence. Written by the extension alone (ISO/IEC 42001 9.1, 10.2)';
COMMENT ON INDEX aims.monitor_finding_monitor_idx IS 'Findings of a monitor';
COMMENT ON COLUMN aims.monitor_finding.finding_id IS 'The finding';
COMMENT ON COLUMN aims.monitor_finding.monitor IS 'Monitor that opened it';
COMMENT ON COLUMN aims.monitor_finding.measurement_id IS 'Measurement that was the first in breach; NULL: it was silent';

-- Once while one is open. The caller has locked the monitor.
CREATE FUNCTION aims.open_monitor_finding(kind text, watching aims.monitor, detail text, measurement bigint) RETURNS bigint
    LANGUAGE sql VOLATILE
    BEGIN ATOMIC
        WITH made AS (
            INSERT INTO aims.finding (kind, system, detail, opened_by)
            SELECT open_monitor_finding.kind, (watching).system, open_monitor_finding.detail, aims.current_person()
             WHERE NOT EXISTS (SELECT FROM aims.monitor_finding AS m
                                 JOIN aims.finding AS f ON f.finding_id = m.finding_id
                                WHERE m.monitor = (watching).monitor AND f.kind = open_monitor_finding.kind AND f.closed_at IS NULL)
            RETURNING finding_id)
        INSERT INTO aims.monitor_finding (finding_id, monitor, measurement_id)
        SELECT made.finding_id, (watching).monitor, measurement FROM made
        RETURNING finding_id;
    END;
COMMENT ON FUNCTION aims.open_monitor_finding(text, aims.monitor, text, bigint) IS
    'Opens a finding of a kind for a monitor and returns its number; NULL where one is open';

CREATE FUNCTION aims.verdict(watching aims.monitor, value double precision, sample bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN sample < (watching).minimum_sample THEN 'insufficient'
        WHEN value IS NULL THEN 'error'
        WHEN coalesce(sample, 0) < (watching).minimum_sample THEN 'insufficient'
        WHEN CASE (watching).direction WHEN 'above' THEN value > (watching).breach
                                       WHEN 'below' THEN value < (watching).breach
                                       ELSE abs(value - (watching).baseline) > (watching).breach END THEN 'breach'
        WHEN CASE (watching).direction WHEN 'above' THEN value > (watching).warn
                                       WHEN 'below' THEN value < (watching).warn
                                       ELSE abs(value - (watching).baseline) > (watching).warn END THEN 'warn'
        ELSE 'ok'
    END;
COMMENT ON FUNCTION aims.verdict(aims.monitor, double precision, bigint) IS
    'What a value means to a monitor: ok, warn, breach, insufficient (its sample is less than minimum_sample, whether there is a value or not, or is not stated) or error (no value of a sample that would do, or is not stated). A value on a threshold is on its good side';

CREATE FUNCTION aims.recorded_monitor() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_recorded_monitor' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.recorded_monitor() IS
    'Monitor whose run is being recorded (aims.run_monitor); NULL: none is, and a measurement is one that somebody inserts';

CREATE FUNCTION aims.judge_measurement() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    watching aims.monitor;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    SELECT m.* INTO watching FROM aims.monitor AS m WHERE m.monitor = NEW.monitor FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS017',
            MESSAGE = format('monitor "%s" does not exist', NEW.monitor),
            DETAIL = 'No row of aims.monitor has this slug.',
            HINT = 'SELECT monitor, system, title FROM aims.monitor';
    END IF;
    IF watching.status <> 'active' THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('monitor "%s" does not measure', NEW.monitor),
            DETAIL = format('It is %s.', watching.status),
            HINT = format('UPDATE aims.monitor SET status = ''active'' WHERE monitor = %L', NEW.monitor);
    END IF;
    IF EXISTS (SELECT FROM aims.ai_system AS s WHERE s.system = watching.system AND s.stage = 'retirement') THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('monitor "%s" does not measure', NEW.monitor),
            DETAIL = format('AI system "%s" is retired.', watching.system),
            HINT = 'What is retired is not watched: retire the monitor, too.';
    END IF;
    IF watching.query IS NOT NULL AND aims.recorded_monitor() IS DISTINCT FROM watching.monitor THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('monitor "%s" measures by its query', NEW.monitor),
            DETAIL = 'What is typed is no measurement of it.',
            HINT = format('SELECT aims.run_monitor(%L)', NEW.monitor);
    END IF;
    -- a job is nobody, and has its privilege from an administrator
    IF watching.query IS NULL AND aims.current_person() <> watching.owner THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['system_owner', 'ai_officer'], watching.system);
    END IF;
    IF NEW.measured_at > clock_timestamp() OR upper(NEW.period) > clock_timestamp() THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('monitor "%s" cannot have measured what is to come', NEW.monitor),
            DETAIL = format('Measured at %s, data until %s.', NEW.measured_at, upper(NEW.period)),
            HINT = 'Leave measured_at out: it is the server''s clock then.';
    END IF;
    IF NEW.measured_at < watching.activated_at THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('monitor "%s" cannot have measured before it was active', NEW.monitor),
            DETAIL = format('Measured at %s, active since %s.', NEW.measured_at, watching.activated_at),
            HINT = 'What was found earlier is evidence that a person records: INSERT INTO aims.evidence.';
    END IF;
    NEW.session_user_name := session_user;
    NEW.query_hash := watching.query_hash;
    NEW.verdict := aims.verdict(watching, NEW.value, NEW.sample);
    NEW.threshold := jsonb_build_object('direction', watching.direction, 'warn', watching.warn, 'breach', watching.breach,
                                        'baseline', watching.baseline, 'minimum_sample', watching.minimum_sample);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.judge_measurement() IS
    'Trigger on aims.measurement: sets the verdict and what it was judged by, whatever is typed. MS017 unknown monitor, MS015 not active, or its system retired, 22023 typed where the monitor has a query; MS013 typed by a person who is neither its owner nor a system_owner or ai_officer; MS044 in the future, or before it was active';

CREATE TRIGGER judge BEFORE INSERT ON aims.measurement
    FOR EACH ROW EXECUTE FUNCTION aims.judge_measurement();
ALTER TABLE aims.measurement ENABLE ALWAYS TRIGGER judge;
COMMENT ON TRIGGER judge ON aims.measurement IS 'The verdict is the server''s';

CREATE TRIGGER stamp BEFORE INSERT ON aims.measurement
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('recorded_at', 'recorded_by');
ALTER TABLE aims.measurement ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.measurement IS 'Who recorded it and when are the server''s to say';

-- What measurements prove. Evidence of origin monitor is what this says, or
-- it is refused: nothing has to be believed about who inserts it. A breach is
-- evidence of no requirement; it ends what the measurement before it proved.
CREATE FUNCTION aims.measurement_evidence(measurement bigint)
    RETURNS TABLE (title text, kind text, system aims.slug, uri text, content_sha256 bytea, effective_on date, valid_until date)
    LANGUAGE sql STABLE STRICT
    SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601' SET extra_float_digits = 1
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT format('Monitor %s: %s %s', m.monitor, w.metric, m.value)
               || CASE m.verdict WHEN 'breach' THEN ', breach' ELSE '' END || CASE WHEN m.query_hash IS NULL THEN coalesce(', entered by ' || m.recorded_by, '') ELSE '' END,
               CASE m.verdict WHEN 'breach' THEN 'monitor_breach' ELSE 'monitor' END, w.system,
               'aims:measurement/' || m.measurement_id,
               sha256(convert_to(to_jsonb(m.*)::text, 'UTF8')),
               aims.day(m.measured_at),
               CASE m.verdict WHEN 'breach' THEN aims.day(m.measured_at)
                              ELSE greatest(aims.day(m.measured_at), aims.day(m.measured_at + w.every)) END
          FROM aims.measurement AS m
          JOIN aims.monitor AS w ON w.monitor = m.monitor
         WHERE m.measurement_id = measurement_evidence.measurement AND m.verdict IN ('ok', 'warn', 'breach');
    END;
COMMENT ON FUNCTION aims.measurement_evidence(bigint) IS
    'The evidence that a measurement is, from its day to the day that the next one is due, or, of a breach, for its day; its content is the row, as JSON in UTF-8. No row for insufficient and error';

CREATE FUNCTION aims.is_measurement_evidence(filed aims.evidence) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN coalesce((filed).version IS NULL AND (filed).vendor IS NULL
        AND EXISTS (SELECT FROM aims.measurement_evidence(
                                    (regexp_match((filed).uri, '^aims:measurement/([1-9][0-9]{0,17})$'))[1]::bigint) AS m
                     WHERE ((filed).title, (filed).kind, (filed).system, (filed).content_sha256, (filed).effective_on, (filed).valid_until)
                         = (m.title, m.kind, m.system, m.content_sha256, m.effective_on, m.valid_until)), false);
COMMENT ON FUNCTION aims.is_measurement_evidence(aims.evidence) IS
    'Is a row of evidence what its measurement says (aims.measurement_evidence)?';

CREATE UNIQUE INDEX evidence_monitor_once ON aims.evidence (uri) WHERE origin = 'monitor';
COMMENT ON INDEX aims.evidence_monitor_once IS 'A measurement is filed once: what was ended does not begin anew';

CREATE FUNCTION aims.file_measurement(measurement bigint, watching aims.monitor) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    present record;
    former  aims.evidence;
    made    bigint;
BEGIN
    SELECT * INTO present FROM aims.measurement_evidence(measurement);
    -- what was entered late says nothing of today
    IF NOT FOUND OR EXISTS (SELECT FROM aims.measurement AS m
                              JOIN aims.measurement AS n ON n.monitor = m.monitor AND n.measured_at > m.measured_at
                             WHERE m.measurement_id = measurement AND n.verdict IN ('ok', 'warn', 'breach')) THEN
        RETURN;
    END IF;
    SELECT e.* INTO former
      FROM aims.measurement AS m
      JOIN aims.evidence AS e ON e.origin = 'monitor' AND e.uri = 'aims:measurement/' || m.measurement_id
     WHERE m.monitor = watching.monitor
     ORDER BY m.measured_at DESC, m.measurement_id DESC LIMIT 1;
    -- one a day at most, and none that has nothing to add or to end
    IF former.kind = present.kind AND (former.valid_until >= present.valid_until OR present.kind = 'monitor_breach')
       OR former.evidence_id IS NULL AND present.kind = 'monitor_breach' THEN
        RETURN;
    END IF;
    INSERT INTO aims.evidence AS e (title, kind, system, uri, content_sha256, origin, effective_on, valid_until)
    VALUES (present.title, present.kind, present.system, present.uri, present.content_sha256, 'monitor',
            present.effective_on, present.valid_until)
    RETURNING e.evidence_id INTO made;
    INSERT INTO aims.evidence_link (evidence_id, framework, ref)
    SELECT made, c.framework, c.ref FROM aims.monitor_control AS c
     WHERE c.monitor = watching.monitor AND present.kind <> 'monitor_breach';
    INSERT INTO aims.evidence_revision (earlier, later, effective_on)
    SELECT former.evidence_id, made, present.effective_on WHERE former.evidence_id IS NOT NULL
    ON CONFLICT (earlier) DO NOTHING;
END $$;
COMMENT ON FUNCTION aims.file_measurement(bigint, aims.monitor) IS
    'Files a measurement, if it is the monitor''s latest, in the place of the former one: without breach as evidence for the monitor''s requirements, where it lasts a day longer; a breach, as evidence of none, where there is something to end';

CREATE FUNCTION aims.follow_measurement() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    watching aims.monitor;
    detail   text;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT m.* INTO STRICT watching FROM aims.monitor AS m WHERE m.monitor = NEW.monitor;
    PERFORM aims.file_measurement(NEW.measurement_id, watching);
    IF NEW.verdict <> 'breach' OR watching.on_breach = 'none' THEN
        RETURN NULL;
    END IF;
    detail := format('Monitor %s, measurement %s: %s%s is %s, %s %s', NEW.monitor, NEW.measurement_id, watching.metric,
                     coalesce(' of ' || (NEW.particulars ->> 'group'), ''), NEW.value,
                     CASE watching.direction WHEN 'outside' THEN format('further from its baseline %s than', watching.baseline)
                                             ELSE watching.direction END, watching.breach);
    PERFORM aims.open_monitor_finding(
        CASE watching.on_breach WHEN 'incident' THEN 'monitor_incident' WHEN 'switch_off' THEN 'monitor_switch_off'
                                ELSE 'monitor_breach' END,
        watching, detail, NEW.measurement_id);
    IF watching.on_breach = 're_evaluation' THEN
        PERFORM aims.re_evaluate(watching.system, detail);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.follow_measurement() IS
    'Trigger on aims.measurement: a verdict without breach becomes evidence; a breach ends it, and becomes a finding and, where the monitor says so, a re-evaluation';

CREATE TRIGGER follow AFTER INSERT ON aims.measurement
    FOR EACH ROW EXECUTE FUNCTION aims.follow_measurement();
ALTER TABLE aims.measurement ENABLE ALWAYS TRIGGER follow;
COMMENT ON TRIGGER follow ON aims.measurement IS 'What follows from the verdict';

CREATE TRIGGER measurement_immutable BEFORE UPDATE OR DELETE ON aims.measurement
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER measurement_truncate BEFORE TRUNCATE ON aims.measurement
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.measurement ENABLE ALWAYS TRIGGER measurement_immutable, ENABLE ALWAYS TRIGGER measurement_truncate;
COMMENT ON TRIGGER measurement_immutable ON aims.measurement IS 'Measurements are never changed (MS041)';
COMMENT ON TRIGGER measurement_truncate ON aims.measurement IS 'Measurements are never removed (MS041)';

CREATE VIEW aims.monitor_state WITH (security_barrier) AS
SELECT m.monitor::text, m.system::text, m.title, m.metric, m.owner::text, m.status, m.on_breach,
       l.measurement_id, l.measured_at, l.value, l.verdict,
       d.due_at,
       -- whoever runs queries comes round some time after they are due
       coalesce(d.due_at + CASE WHEN m.query IS NULL THEN make_interval() ELSE m.every / 10 END < statement_timestamp(), false) AS silent,
       coalesce(f.finding_ids, '{}') AS finding_ids,
       m.run_as::text, l.problem
  FROM aims.monitor AS m
  JOIN aims.ai_system AS s ON s.system = m.system
  LEFT JOIN LATERAL (
        SELECT x.measurement_id, x.measured_at, x.value, x.verdict, x.problem
          FROM aims.measurement AS x
         WHERE x.monitor = m.monitor
         ORDER BY x.measured_at DESC, x.measurement_id DESC LIMIT 1) AS l ON true
 -- days and months are UTC's, so that no session's time zone shows
 CROSS JOIN LATERAL (SELECT CASE WHEN m.status = 'active' AND s.stage <> 'retirement' THEN
                                 (greatest(l.measured_at, m.activated_at) AT TIME ZONE 'UTC' + m.every) AT TIME ZONE 'UTC' END AS due_at) AS d
  LEFT JOIN (
        SELECT o.monitor, array_agg(o.finding_id ORDER BY o.finding_id) AS finding_ids
          FROM aims.monitor_finding AS o
          JOIN aims.finding AS g ON g.finding_id = o.finding_id
         WHERE g.closed_at IS NULL
         GROUP BY o.monitor) AS f ON f.monitor = m.monitor;
COMMENT ON VIEW aims.monitor_state IS
    'Monitors as they stand: last measurement and verdict, when the next one is due, whether it is silent, and the open findings behind it (ISO/IEC 42001 9.1, A.6.2.6)';
COMMENT ON COLUMN aims.monitor_state.monitor IS 'Monitor';
COMMENT ON COLUMN aims.monitor_state.system IS 'AI system that it watches';
COMMENT ON COLUMN aims.monitor_state.title IS 'What it watches';
COMMENT ON COLUMN aims.monitor_state.metric IS 'Name of the metric';
COMMENT ON COLUMN aims.monitor_state.owner IS 'Who answers for it';
COMMENT ON COLUMN aims.monitor_state.status IS 'draft, active, paused or retired';
COMMENT ON COLUMN aims.monitor_state.on_breach IS 'What a breach leads to';
COMMENT ON COLUMN aims.monitor_state.measurement_id IS 'Last measurement (aims.measurement); NULL: none yet';
COMMENT ON COLUMN aims.monitor_state.measured_at IS 'When that was';
COMMENT ON COLUMN aims.monitor_state.value IS 'Its value';
COMMENT ON COLUMN aims.monitor_state.verdict IS 'Its verdict: ok, warn, breach, insufficient or error';
COMMENT ON COLUMN aims.monitor_state.due_at IS
    'When the next measurement is due: one interval after the last one, or after the monitor became active; NULL: it does not measure, or its system is retired';
COMMENT ON COLUMN aims.monitor_state.silent IS
    'Is the measurement that is due past? To run a query, a tenth of the interval is left';
COMMENT ON COLUMN aims.monitor_state.finding_ids IS 'Open findings by this monitor (aims.finding)';
COMMENT ON COLUMN aims.monitor_state.run_as IS 'Role with whose rights its query runs; NULL: it has none';
COMMENT ON COLUMN aims.monitor_state.problem IS 'Why the last measurement has no value';

CREATE FUNCTION aims.open_silence_findings() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    watching aims.monitor;
    quiet    record;
    opened   integer := 0;
BEGIN
    FOR quiet IN SELECT s.monitor FROM aims.monitor_state AS s WHERE s.silent ORDER BY s.monitor LOOP
        SELECT m.* INTO watching FROM aims.monitor AS m WHERE m.monitor = quiet.monitor FOR NO KEY UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        -- as it is now that the monitor is locked
        IF aims.open_monitor_finding('monitor_silent', watching,
               (SELECT format('Monitor %s was due at %s; %s', s.monitor, to_char(s.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                              coalesce('its last measurement is ' || s.measurement_id, 'it has never measured'))
                  FROM aims.monitor_state AS s WHERE s.monitor = quiet.monitor AND s.silent), NULL) IS NOT NULL THEN
            opened := opened + 1;
        END IF;
    END LOOP;
    RETURN opened;
END $$;
COMMENT ON FUNCTION aims.open_silence_findings() IS
    'Opens a finding (monitor_silent) for each monitor that is due and did not report, once while one is open, and returns how many: for whoever looks after the outbox, as often as wanted (ISO/IEC 42001 9.1)';

CREATE FUNCTION aims.standing_breach(watching aims.monitor) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    RETURN (
        SELECT format('Its last verdict is a breach: measurement %s, %s is %s.', x.measurement_id, (watching).metric, x.value)
          FROM (SELECT m.measurement_id, m.value, m.verdict FROM aims.measurement AS m
                 WHERE m.monitor = (watching).monitor AND m.verdict IN ('ok', 'warn', 'breach')
                 ORDER BY m.measured_at DESC, m.measurement_id DESC LIMIT 1) AS x
         WHERE x.verdict = 'breach');
COMMENT ON FUNCTION aims.standing_breach(aims.monitor) IS
    'The breach that a monitor is in, in words, by its last verdict, too small samples and errors aside; NULL: it is in none';

-- What ends a breach is a measurement that is none, and what ends silence is one
-- at all. A question (monitor_incident) is answered by whoever closes it.
CREATE FUNCTION aims.require_monitor_quiet() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    watching aims.monitor;
    still    text;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT m.* INTO watching
      FROM aims.monitor_finding AS o
      JOIN aims.monitor AS m ON m.monitor = o.monitor AND m.status <> 'retired'
      JOIN aims.ai_system AS y ON y.system = m.system AND y.stage <> 'retirement'
     WHERE o.finding_id = NEW.finding_id
       FOR NO KEY UPDATE OF m;
    -- as it is now that the monitor is locked
    IF NEW.kind = 'monitor_silent' THEN
        SELECT 'It is silent.' INTO still FROM aims.monitor_state AS s WHERE s.monitor = watching.monitor AND s.silent;
    ELSIF NEW.kind = 'monitor_breach'
       OR NEW.kind = 'monitor_switch_off'
          AND (SELECT e.switched_off FROM aims.switch_event AS e WHERE e.system = watching.system
                ORDER BY e.switch_id DESC LIMIT 1) IS NOT TRUE THEN
        still := aims.standing_breach(watching);
    END IF;
    IF still IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('finding %s waits for monitor "%s"', NEW.finding_id, watching.monitor),
            DETAIL = still || CASE watching.status WHEN 'active' THEN '' ELSE format(' It is %s.', watching.status) END,
            HINT = CASE WHEN NEW.kind = 'monitor_switch_off' THEN 'Switch the system off, or measure again'
                        WHEN watching.status = 'active' THEN 'Measure again'
                        ELSE 'Activate it, and measure again' END || ': '
                   || CASE WHEN watching.query IS NULL THEN 'INSERT INTO aims.measurement.' ELSE format('SELECT aims.run_monitor(%L).', watching.monitor) END
                   || ' Thresholds are changed while the monitor is paused, and judge what is measured after that. A monitor that is no longer wanted is retired.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.require_monitor_quiet() IS
    'Trigger on aims.finding: a finding of a monitor is not closed (MS042) while the monitor''s last verdict, too small samples and errors aside, is a breach (monitor_breach; monitor_switch_off, unless the system is switched off), or it is silent (monitor_silent). Of a monitor or a system that is retired it is (ISO/IEC 42001 9.1, 10.2)';
CREATE TRIGGER require_monitor_quiet AFTER UPDATE ON aims.finding
    FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION aims.require_monitor_quiet();
ALTER TABLE aims.finding ENABLE ALWAYS TRIGGER require_monitor_quiet;
COMMENT ON TRIGGER require_monitor_quiet ON aims.finding IS 'No breach is over because somebody says so';

CREATE FUNCTION aims.require_breach_over() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    watching aims.monitor;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT m.* INTO watching
      FROM aims.monitor_finding AS o
      JOIN aims.finding AS f ON f.finding_id = o.finding_id AND f.kind IN ('monitor_breach', 'monitor_switch_off')
      JOIN aims.monitor AS m ON m.monitor = o.monitor AND m.status <> 'retired'
      JOIN aims.ai_system AS y ON y.system = m.system AND y.stage <> 'retirement'
     WHERE o.finding_id = NEW.finding
       FOR NO KEY UPDATE OF m;
    IF aims.standing_breach(watching) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('corrective action "%s" is not complete', NEW.capa_id),
            DETAIL = format('To be effective it needs: monitor "%s" out of breach. %s', watching.monitor, aims.standing_breach(watching)),
            HINT = 'Measure again, or find the root cause anew: UPDATE aims.capa SET status = ''ineffective''.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.require_breach_over() IS
    'Trigger on aims.capa: what was done about a breach of a monitor was not effective (MS042) while that monitor is in breach (aims.standing_breach; ISO/IEC 42001 10.2)';
CREATE TRIGGER require_breach_over AFTER UPDATE ON aims.capa
    FOR EACH ROW WHEN (NEW.status = 'effective' AND OLD.status <> 'effective')
    EXECUTE FUNCTION aims.require_breach_over();
ALTER TABLE aims.capa ENABLE ALWAYS TRIGGER require_breach_over;
COMMENT ON TRIGGER require_breach_over ON aims.capa IS 'No breach is over because somebody says so';

CREATE FUNCTION aims.check_monitors(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_or(m.status = 'active') AND NOT bool_or(m.silent OR m.status = 'active' AND m.verdict IS NOT DISTINCT FROM 'error'), false),
               coalesce('silent: ' || string_agg(m.monitor, ', ' ORDER BY m.monitor) FILTER (WHERE m.silent),
                        'could not measure: ' || string_agg(m.monitor, ', ' ORDER BY m.monitor)
                            FILTER (WHERE m.status = 'active' AND m.verdict = 'error'),
                        'active: ' || string_agg(m.monitor, ', ' ORDER BY m.monitor) FILTER (WHERE m.status = 'active'),
                        'not active: ' || string_agg(m.monitor, ', ' ORDER BY m.monitor),
                        'no monitor is defined')
          FROM aims.monitor_state AS m
         WHERE m.system = check_monitors.system;
    END;
COMMENT ON FUNCTION aims.check_monitors(text, jsonb) IS
    'Gate check: is there an active monitor, which therefore has baseline and thresholds, and is none silent or unable to measure?';

CREATE VIEW aims.monitor_action WITH (security_barrier) AS
SELECT a.action, 'monitor' AS subject, coalesce(a.monitor, a.system) AS subject_id, a.system, NULL::text AS vendor,
       'system_owner' AS duty, a.person,
       (a.due_at AT TIME ZONE coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC'))::date AS due_on,
       a.ref, a.detail
  FROM (SELECT 'measure' AS action, s.monitor, s.system, s.owner AS person, s.due_at, '9.1' AS ref,
               format('%s: %s', s.title, coalesce('last measurement ' || s.measurement_id, 'never measured')) AS detail
          FROM aims.monitor_state AS s
         WHERE s.silent
         UNION ALL
        SELECT 'repair', s.monitor, s.system, s.owner, s.measured_at, '9.1', format('%s: %s', s.title, s.problem)
          FROM aims.monitor_state AS s
         WHERE s.due_at IS NOT NULL AND s.verdict = 'error' AND NOT s.silent
         UNION ALL
        SELECT CASE WHEN y.stage = 'retirement' THEN 'retire' WHEN m.status = 'draft' THEN 'activate' ELSE 'resume or retire' END,
               m.monitor, m.system, m.owner, NULL, 'A.6.2.6',
               format('%s: %s', m.title, CASE WHEN y.stage = 'retirement' THEN 'its system is retired' ELSE m.status END)
          FROM aims.monitor AS m
          JOIN aims.ai_system AS y ON y.system = m.system
         WHERE m.status IN ('draft', 'paused') OR m.status = 'active' AND y.stage = 'retirement'
         UNION ALL
        SELECT 'name requirements', m.monitor, m.system, m.owner, NULL, '6.1.3', format('%s: evidence for nothing', m.title)
          FROM aims.monitor AS m
          JOIN aims.ai_system AS y ON y.system = m.system AND y.stage <> 'retirement'
         WHERE m.status <> 'retired' AND NOT EXISTS (SELECT FROM aims.monitor_control AS c WHERE c.monitor = m.monitor)
         UNION ALL
        SELECT 'define', NULL, s.system, s.owner, NULL, 'A.6.2.6', 'in use, and no monitor is active'
          FROM aims.ai_system AS s
         WHERE s.stage IN ('deployment', 'operation_monitoring', 're_evaluation') AND s.clinical_tier IS DISTINCT FROM 'low'
           AND NOT EXISTS (SELECT FROM aims.monitor AS m WHERE m.system = s.system AND m.status = 'active')) AS a;
COMMENT ON VIEW aims.monitor_action IS
    'What monitors wait for: a measurement that is overdue or had no value, drafts and pauses that somebody has to end, monitors that are evidence for no requirement or outlive their system, systems in use that nothing watches. Breaches are findings (ISO/IEC 42001 6.1.3, 9.1, A.6.2.6)';
COMMENT ON COLUMN aims.monitor_action.action IS 'measure, repair, activate, resume or retire, retire, name requirements (aims.monitor_control), or define';
COMMENT ON COLUMN aims.monitor_action.subject IS 'monitor';
COMMENT ON COLUMN aims.monitor_action.subject_id IS 'Its slug; of the system where there is none';
COMMENT ON COLUMN aims.monitor_action.system IS 'AI system';
COMMENT ON COLUMN aims.monitor_action.vendor IS 'NULL';
COMMENT ON COLUMN aims.monitor_action.duty IS 'Who acts where the owner of the monitor does not';
COMMENT ON COLUMN aims.monitor_action.person IS 'Owner of the monitor, or of the system';
COMMENT ON COLUMN aims.monitor_action.due_on IS 'Day that the measurement was due; of repair, that it failed';
COMMENT ON COLUMN aims.monitor_action.ref IS 'Clause or control of ISO/IEC 42001';
COMMENT ON COLUMN aims.monitor_action.detail IS 'What it is about';
