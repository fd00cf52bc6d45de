-- What the ledger says of rows: redaction, the history of a row, a table as of
-- a day, live rows compared with their entries. Everything is in C, reads past
-- privileges and so checks them itself.

CREATE FUNCTION aims.redact(entry_id bigint, reason text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_redact';
COMMENT ON FUNCTION aims.redact(bigint, text) IS
    'Take key, particulars, images and salt out of a sealed ledger entry for good, for instance to erase a patient (GDPR art. 17); digests and leaf stay, the tree verifies, and an EVENT entry says who and why. Needs the duty data_steward or ai_officer (MS013, MS014) and a reason (MS018), and is never of one''s own act (MS012). MS017 unknown entry, MS024 not sealed, MS028 redacted already, MS041 the entry of a redaction, a signing key or an incarnation';

CREATE FUNCTION aims.verify_table(relation regclass, OUT key jsonb, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_verify_table';
COMMENT ON FUNCTION aims.verify_table(regclass) IS
    'Compare the live rows of a captured table with the ledger: a line for each that was altered, put in or taken out past the triggers, and one line with a count for each cause why others cannot be told, as DDL that altered a column (NULL key). Reads both under one snapshot and locks out DDL alone. For whoever may SELECT the whole table, and the bundle auditor (42501); MS033 where the table is not governed. Memory: maintenance_work_mem';

CREATE FUNCTION aims.as_of(relation regclass, at timestamptz) RETURNS SETOF jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_as_of';
COMMENT ON FUNCTION aims.as_of(regclass, timestamptz) IS
    'Rows of a captured table by all entries of the newest seal not after that time, each as it was written and checked against the digest in the tree: all of them, or MS029. For whoever may SELECT the whole table, and the bundle auditor (42501). Of a time before the table was governed again for the bundle auditor alone. MS029 also where nothing was sealed then or the table was not governed';

CREATE FUNCTION aims.rows_as_of(
        relation regclass, at timestamptz,
        OUT key jsonb, OUT entry_id bigint, OUT image jsonb, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_rows_as_of';
COMMENT ON FUNCTION aims.rows_as_of(regclass, timestamptz) IS
    'The same as aims.as_of with the key of each row and the entry that wrote it (NULL: the row is older than governance); rows that are not known come with the problem instead of an image';

CREATE FUNCTION aims.history(relation regclass, key jsonb) RETURNS SETOF aims.audit_entry
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_history';
COMMENT ON FUNCTION aims.history(regclass, jsonb) IS
    'Ledger entries of the row with that primary key, in the order of the tree, then those not sealed yet; also those from before the table or its key was renamed and, for the bundle auditor, from before it was governed again. salt is NULL. For whoever may SELECT the whole table, and the bundle auditor (42501); 22023 where the key is not the table''s, MS033 where the relation never was governed';

CREATE FUNCTION aims.rebaseline(relation regclass, reason text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_rebaseline';
COMMENT ON FUNCTION aims.rebaseline(regclass, text) IS
    'Write an entry BASELINE for every captured live row, so that aims.verify_table can compare rows again that DDL has rewritten: it accepts what they are now, so run that first. Writers of the table wait until the commit. Needs the duty data_steward or ai_officer (MS013, MS014) and a reason (MS018); MS033 where the table is not governed';

CREATE FUNCTION aims.day_then(at timestamptz) RETURNS date
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    RETURN (at AT TIME ZONE coalesce((SELECT o ->> 'time_zone' FROM aims.as_of('aims.organisation', at) AS o), 'UTC'))::date;
COMMENT ON FUNCTION aims.day_then(timestamptz) IS
    'The day that it was then, in the time zone that the organisation had then (aims.as_of; MS029)';

-- Views as of any time. What is computed from the tables is written once, in
-- the view: its past is the same query over the tables as they were, and over
-- the day that it was, made from the definitions of the view and of those that
-- it reads. Functions in them may read no table but by aims.today().
DO $$
DECLARE
    past    text;
    source  record;
    query   text;
    sources text;
    names   text;
BEGIN
    FOREACH past IN ARRAY ARRAY['soa', 'risk_register'] LOOP
        sources := 'that_day (day) AS MATERIALIZED (SELECT aims.day_then($1))';
        names := NULL;
        -- tables, then views, each after those that it reads; the last is the view itself
        FOR source IN
            WITH RECURSIVE used (relid, depth) AS (
                SELECT format('aims.%I', past)::regclass::oid, 0
                UNION
                SELECT c.oid, u.depth + 1
                FROM used AS u
                JOIN pg_rewrite AS w ON w.ev_class = u.relid
                JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                JOIN pg_class AS c ON c.oid = d.refobjid AND c.relnamespace = 'aims'::regnamespace
                WHERE c.oid <> u.relid)
            SELECT c.relname AS name, c.relkind AS kind, c.oid AS relid
            FROM used AS u
            JOIN pg_class AS c ON c.oid = u.relid
            GROUP BY c.oid
            ORDER BY c.relkind, max(u.depth) DESC, c.relname
        LOOP
            IF source.kind = 'v' THEN
                query := replace(rtrim(pg_get_viewdef(source.relid), ';'), 'aims.today()', '(SELECT that_day.day FROM that_day)');
                query := regexp_replace(query, format('\maims\.(%s)\M', names), '\1', 'g');
            ELSE
                query := format('SELECT r.* FROM aims.as_of(''aims.%1$I'', $1) AS o CROSS JOIN jsonb_populate_record(NULL::aims.%1$I, o) AS r',
                                source.name);
            END IF;
            IF source.name <> past THEN
                sources := sources || format(', %I AS MATERIALIZED (%s)', source.name, query);
            END IF;
            names := concat_ws('|', names, source.name);
        END LOOP;
        EXECUTE format('CREATE FUNCTION aims.%I(at timestamptz) RETURNS SETOF aims.%I LANGUAGE sql VOLATILE PARALLEL UNSAFE SET jit = off
                            BEGIN ATOMIC WITH %s SELECT v.* FROM (%s) AS v; END', past || '_at', past, sources, query);
    END LOOP;
END $$;
COMMENT ON FUNCTION aims.soa_at(timestamptz) IS
    'aims.soa as it was then: the same query over the tables by all entries of the newest seal not after that time (aims.as_of), judged by the day that it was then, in the time zone of then. What was changed before that time and sealed after it does not show: no tree vouched for it yet. Each table is read from the ledger once, which takes time as the ledger is long. For whoever may SELECT the tables (42501); MS029 where nothing was sealed by then, or a row is not known any more';
COMMENT ON FUNCTION aims.risk_register_at(timestamptz) IS
    'aims.risk_register as it was then, as aims.soa_at (6.1.2, 8.2)';
