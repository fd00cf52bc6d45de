-- Monitors that run: a query that measures, with the rights of the role whose
-- session wrote it (src/monitor.c).

CREATE FUNCTION aims.check_monitor_query(query text) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_check_monitor_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.check_monitor_query(text) IS
    'Refuses (42601) what is not one SELECT. Tables and columns are not looked up: whether they are there shows when it runs';

-- Not SECURITY DEFINER: it has to see the current user. Where that is another
-- role than the session's (SET ROLE, a function of somebody else's, ANALYZE of
-- somebody else's table), who would write with the session's rights is not
-- who is at the keyboard.
CREATE FUNCTION aims.own_query() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.run_as IS DISTINCT FROM OLD.run_as OR TG_OP = 'INSERT' AND NEW.run_as IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('the role that the query of monitor "%s" runs as is not typed', NEW.monitor),
            DETAIL = 'It is that of the session which changes the query.',
            HINT = 'Have that role change the query itself. A dump is restored with session_replication_role = replica.';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.query IS NOT DISTINCT FROM OLD.query THEN
        NEW.query_hash := OLD.query_hash;
    ELSIF NEW.query IS NULL THEN
        NEW.run_as := NULL;
        NEW.query_hash := NULL;
    ELSIF current_user <> session_user THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('the query of monitor "%s" is changed by the role of the session alone', NEW.monitor),
            DETAIL = format('The session is that of role "%s", and the change is made as role "%s".', session_user, current_user),
            HINT = 'RESET ROLE, and change it without a SECURITY DEFINER function.';
    ELSE
        PERFORM aims.check_monitor_query(NEW.query);
        NEW.run_as := session_user;
        NEW.query_hash := sha256(convert_to(NEW.query, 'UTF8'));
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.own_query() IS
    'Trigger on aims.monitor: a query that is changed runs as the role of the session that changes it. 42501 typed run_as, or under another role than the session''s; 42601 no SELECT. A restore brings run_as back by name';

CREATE TRIGGER own_query BEFORE INSERT OR UPDATE ON aims.monitor
    FOR EACH ROW EXECUTE FUNCTION aims.own_query();
ALTER TABLE aims.monitor ENABLE ALWAYS TRIGGER own_query;
COMMENT ON TRIGGER own_query ON aims.monitor IS 'With whose rights a query runs is the server''s to say';

CREATE FUNCTION aims.result_column(answer jsonb) RETURNS TABLE (key text, value jsonb)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT c.key, c.value FROM jsonb_each(answer) AS c
         WHERE c.key = 'groups' OR jsonb_typeof(c.value) <> 'object'
         UNION ALL
        SELECT p.key, p.value
          FROM jsonb_each(answer) AS c
         CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(c.value) WHEN 'object' THEN c.value END) AS p
         WHERE c.key <> 'groups';
    END;
COMMENT ON FUNCTION aims.result_column(jsonb) IS
    'The columns of a row that a query returned, with the parts of composite ones; column groups stays as it is';

CREATE FUNCTION aims.result_row(answer jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT jsonb_object_agg(c.key, c.value) FROM aims.result_column(answer) AS c);
COMMENT ON FUNCTION aims.result_row(jsonb) IS
    'A row that a query returned, of its columns (aims.result_column)';

CREATE FUNCTION aims.check_result_row(answer jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    wrong text;
BEGIN
    -- of a NULL composite nothing is known, value included
    IF NOT answer ? 'value' AND NOT EXISTS (SELECT FROM jsonb_each(answer) AS c WHERE c.value = 'null') THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column',
            MESSAGE = 'the query returns no column value',
            HINT = 'Columns are value, low, high, sample and grp, or those of a metric''s detail.';
    END IF;
    SELECT string_agg(c, ', ' ORDER BY c) INTO wrong FROM unnest(ARRAY['value', 'low', 'high', 'sample']) AS c
     WHERE jsonb_typeof(answer -> c) NOT IN ('number', 'null');
    IF wrong IS NULL AND (answer ->> 'sample')::numeric NOT BETWEEN 0 AND 9223372036854775807
       OR (answer ->> 'sample')::numeric <> trunc((answer ->> 'sample')::numeric) THEN
        wrong := 'sample';
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
            MESSAGE = format('the query returns what is no finite number, or, of sample, no count: %s', wrong);
    END IF;
    IF (answer ->> 'low')::numeric > (answer ->> 'high')::numeric THEN
        RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
            MESSAGE = 'the query returns an interval whose lower end is above its upper one';
    END IF;
    IF jsonb_typeof(answer -> 'groups') NOT IN ('object', 'null') THEN
        RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
            MESSAGE = 'the query returns groups that are no JSON object';
    END IF;
END $$;
COMMENT ON FUNCTION aims.check_result_row(jsonb) IS
    'Refuses a row of which no measurement can be made: 42703 without value, 42804 value, low, high or sample no finite number, sample no count, an interval the wrong way round';

CREATE FUNCTION aims.result_groups(watching aims.monitor, answers jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    answer jsonb;
    name   text;
    found  jsonb := '{}';
BEGIN
    FOR answer IN SELECT a FROM jsonb_array_elements(answers) AS a LOOP
        name := coalesce(answer ->> 'grp', 'unknown');
        IF found ? name THEN
            RAISE EXCEPTION USING ERRCODE = 'cardinality_violation',
                MESSAGE = 'the query returns a group twice',
                DETAIL = 'A group is a value of column grp as text; NULL is group unknown.';
        END IF;
        found := found || jsonb_build_object(name, answer - 'grp'
            || CASE WHEN coalesce((answer ->> 'sample')::numeric, 0) < watching.minimum_sample
                    THEN jsonb '{"too_small": true}' ELSE '{}' END);
    END LOOP;
    RETURN found;
END $$;
COMMENT ON FUNCTION aims.result_groups(aims.monitor, jsonb) IS
    'Rows by their group, one of less than minimum_sample marked too_small; 21000 for a group that is there twice';

CREATE FUNCTION aims.worst_group(watching aims.monitor, groups jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT g.key
              FROM (SELECT e.key, e.value ? 'too_small' AS too_small,
                           (e.value ->> 'value')::float8 AS value, coalesce((e.value ->> 'sample')::numeric, 0) AS sample
                      FROM jsonb_each(worst_group.groups) AS e) AS g
             ORDER BY g.value IS NULL, g.too_small,
                      CASE WHEN g.too_small THEN g.sample END DESC,
                      CASE (watching).direction WHEN 'above' THEN g.value
                                                WHEN 'below' THEN - g.value
                                                ELSE abs(g.value - (watching).baseline) END DESC NULLS LAST,
                      g.key COLLATE "C"
             LIMIT 1);
COMMENT ON FUNCTION aims.worst_group(aims.monitor, jsonb) IS
    'The group that a monitor is judged by: of those with a value and minimum_sample rows the one that is worst in its direction; the largest where none has as many rows';

CREATE FUNCTION aims.read_result(watching aims.monitor, result jsonb)
    RETURNS TABLE (value double precision, low double precision, high double precision, sample bigint,
                   groups jsonb, grp text, detail jsonb, problem text)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    answers jsonb := (SELECT coalesce(jsonb_agg(aims.result_row(r)), '[]') FROM jsonb_array_elements(result) AS r);
    answer  jsonb := answers -> 0;
    twice   text;
BEGIN
    SELECT c.key INTO twice
      FROM jsonb_array_elements(result) WITH ORDINALITY AS r (answer, n)
     CROSS JOIN LATERAL aims.result_column(r.answer) AS c
     GROUP BY r.n, c.key HAVING count(*) > 1 LIMIT 1;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
            MESSAGE = format('the query returns column "%s" twice', twice),
            DETAIL = 'The parts of a composite column are columns, too.';
    END IF;
    IF answer IS NULL OR jsonb_array_length(answers) > 1 AND NOT answer ? 'grp' THEN
        RAISE EXCEPTION USING ERRCODE = 'cardinality_violation',
            MESSAGE = format('the query returns %s rows', jsonb_array_length(answers)),
            DETAIL = 'It is one row, or one for each group, named by column grp.';
    END IF;
    PERFORM aims.check_result_row(a) FROM jsonb_array_elements(answers) AS a;
    IF answer ? 'grp' THEN
        groups := aims.result_groups(watching, answers);
        grp := aims.worst_group(watching, groups);
        answer := groups -> grp;
    ELSE
        groups := nullif(answer -> 'groups', 'null');
        detail := nullif(answer - '{value,low,high,sample,groups}'::text[], '{}');
    END IF;
    value := (answer ->> 'value')::float8;
    low := (answer ->> 'low')::float8;
    high := (answer ->> 'high')::float8;
    sample := (answer ->> 'sample')::bigint;
    problem := CASE WHEN value IS NULL THEN 'the metric is not defined for what there is' || coalesce(', of ' || sample || ' rows', '') END;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION aims.read_result(aims.monitor, jsonb) IS
    'What the rows that a query returned mean to a monitor: those of one row, or those of the worst group (aims.worst_group); problem where the value is NULL. 42701 a column twice, 21000 no row, or several without grp; and aims.check_result_row';

CREATE FUNCTION aims.record_run(monitor text, since timestamptz, at timestamptz, snapshot text, result jsonb, problem text)
    RETURNS bigint
    LANGUAGE sql VOLATILE
    BEGIN ATOMIC
        INSERT INTO aims.measurement (monitor, measured_at, period, value, low, high, sample, groups, problem, particulars)
        SELECT m.monitor, record_run.at,
               CASE WHEN isfinite(since) THEN tstzrange(since, record_run.at) END,
               (result ->> 'value')::float8, (result ->> 'low')::float8, (result ->> 'high')::float8, (result ->> 'sample')::bigint,
               nullif(result -> 'groups', 'null'),
               left(coalesce(record_run.problem, result ->> 'problem'), 1000),
               jsonb_strip_nulls(jsonb_build_object(
                   'definition', m.definition, 'run_as', m.run_as, 'snapshot', snapshot,
                   'duration_ms', round(1000 * extract(epoch FROM clock_timestamp() - record_run.at)),
                   'baseline_period', m.baseline_period, 'group', result -> 'grp', 'detail', result -> 'detail'))
          FROM aims.monitor AS m
         WHERE m.monitor = record_run.monitor
        RETURNING measurement_id;
    END;
COMMENT ON FUNCTION aims.record_run(text, timestamptz, timestamptz, text, jsonb, text) IS
    'Records what a run ended with, a result (aims.read_result) or a problem, as a measurement, and returns its number. For aims.run_monitor: nobody is granted it';

CREATE FUNCTION aims.due_monitors() RETURNS TABLE (monitor text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT s.monitor
          FROM aims.monitor_state AS s
          JOIN aims.monitor AS m ON m.monitor = s.monitor
         WHERE s.due_at IS NOT NULL AND m.query IS NOT NULL
           AND (s.measured_at IS NULL OR s.measured_at < m.activated_at
                -- so that a timer of the same interval does not miss it by a moment
                OR s.due_at - m.every / 100 <= clock_timestamp())
         ORDER BY m.system, m.monitor;
    END;
COMMENT ON FUNCTION aims.due_monitors() IS
    'Monitors whose query is due: since they became active not run yet, or last one interval ago, but for a hundredth of it; none of a retired system';

CREATE FUNCTION aims.run_monitor(monitor text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'aims_run_monitor' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.run_monitor(text) IS
    'Runs the query of a monitor with the rights of its run_as, read-only, for as long as its timeout, and returns the number of the measurement (aims.measurement); that it could not be measured is a measurement, too. Waits for another run of it. MS017 unknown, MS015 not active, without query or of a retired system, MS040 in REPEATABLE READ or SERIALIZABLE (ISO/IEC 42001 9.1, A.6.2.6)';

CREATE FUNCTION aims.run_due_monitors() RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_run_due_monitors' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.run_due_monitors() IS
    'Runs the monitors that are due (aims.due_monitors), leaves out those that somebody else runs, opens findings for silent ones, and returns how many it has measured. One that cannot be recorded is a WARNING, and no matter of the others. MS040 in REPEATABLE READ or SERIALIZABLE (ISO/IEC 42001 9.1, A.6.2.6)';
