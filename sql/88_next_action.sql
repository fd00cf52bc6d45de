-- What has to be done, by whom and by when; the outbox that tells them
-- (ISO/IEC 42001 5.3, 7.4, 9.1, 10.2). Each concern has a view of its own
-- obligations; here they are gathered and find the people that they are for.

CREATE VIEW aims.finding_action WITH (security_barrier) AS
SELECT 'close finding' AS action, 'finding' AS subject, f.finding_id::text AS subject_id,
       f.system::text AS system, NULL::text AS vendor,
       coalesce(r.duty, 'system_owner') AS duty, NULL::text AS person,
       (f.opened_at AT TIME ZONE z.zone)::date + coalesce(r.days, 30) AS due_on,
       coalesce(r.ref::text, '10.2') AS ref,
       format('%s: %s', coalesce(r.title, f.kind), f.detail) AS detail
  FROM aims.finding AS f
 CROSS JOIN (SELECT coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC') AS zone) AS z
  LEFT JOIN aims.finding_route AS r ON r.kind = f.kind
 WHERE f.closed_at IS NULL;
COMMENT ON VIEW aims.finding_action IS 'Open findings, each with the duty that deals with it and its day (ISO/IEC 42001 10.2)';
COMMENT ON COLUMN aims.finding_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.finding_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.finding_action.subject_id IS 'Key of that row';
COMMENT ON COLUMN aims.finding_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.finding_action.vendor IS 'Vendor concerned';
COMMENT ON COLUMN aims.finding_action.duty IS 'Duty of whoever does it';
COMMENT ON COLUMN aims.finding_action.person IS 'Person who does it, where one is named';
COMMENT ON COLUMN aims.finding_action.due_on IS 'Day by which it is to be done';
COMMENT ON COLUMN aims.finding_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.finding_action.detail IS 'What it is, in words';

CREATE VIEW aims.evidence_action WITH (security_barrier) AS
SELECT 'renew evidence' AS action, 'evidence' AS subject, e.evidence_id::text AS subject_id,
       e.system::text AS system, e.vendor::text AS vendor,
       CASE WHEN e.system IS NULL THEN 'ai_officer' ELSE 'system_owner' END AS duty, NULL::text AS person,
       e.valid_until AS due_on, '7.5.3' AS ref,
       format('%s "%s" %s on %s', e.kind, e.title,
              CASE WHEN e.valid_until < (SELECT aims.today()) THEN 'expired' ELSE 'expires' END,
              to_char(e.valid_until, 'YYYY-MM-DD')) AS detail
  FROM aims.evidence AS e
 WHERE e.valid_until <= (SELECT aims.today()) + 30
   -- what a monitor has filed is renewed by its next measurement
   AND e.origin <> 'monitor'
   AND NOT EXISTS (SELECT FROM aims.evidence_revision AS r WHERE r.earlier = e.evidence_id)
   AND EXISTS (SELECT FROM aims.evidence_link AS l WHERE l.evidence_id = e.evidence_id)
   -- what a newer piece of the same kind about the same thing has replaced in fact
   AND NOT EXISTS (SELECT FROM aims.evidence AS n
                    WHERE n.kind = e.kind AND n.system IS NOT DISTINCT FROM e.system AND n.vendor IS NOT DISTINCT FROM e.vendor
                      AND n.title = e.title AND n.evidence_id > e.evidence_id
                      AND coalesce(n.valid_until, 'infinity') > e.valid_until);
COMMENT ON VIEW aims.evidence_action IS 'Evidence that expires within 30 days, or has expired, and was not renewed, but for that of monitors, which their next measurement renews (ISO/IEC 42001 7.5.3)';
COMMENT ON COLUMN aims.evidence_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.evidence_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.evidence_action.subject_id IS 'Key of that row';
COMMENT ON COLUMN aims.evidence_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.evidence_action.vendor IS 'Vendor concerned';
COMMENT ON COLUMN aims.evidence_action.duty IS 'Duty of whoever does it';
COMMENT ON COLUMN aims.evidence_action.person IS 'Person who does it, where one is named';
COMMENT ON COLUMN aims.evidence_action.due_on IS 'Last day that the evidence counts';
COMMENT ON COLUMN aims.evidence_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.evidence_action.detail IS 'What it is, in words';

-- A function, since a session plans its queries once, one by one, and not for
-- the just-in-time compiler, which would take seconds over plans of this size.
CREATE FUNCTION aims.obligation()
    RETURNS TABLE (action text, subject text, subject_id text, system text, vendor text, duty text, person text,
                   due_on date, ref text, detail text)
    LANGUAGE plpgsql STABLE ROWS 1000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    AS $$
BEGIN
    RETURN QUERY SELECT * FROM aims.finding_action;
    RETURN QUERY SELECT * FROM aims.evidence_action;
    RETURN QUERY SELECT * FROM aims.lifecycle_action;
    RETURN QUERY SELECT * FROM aims.risk_action;
    RETURN QUERY SELECT * FROM aims.impact_action;
    RETURN QUERY SELECT * FROM aims.vendor_action;
    RETURN QUERY SELECT * FROM aims.incident_action;
    RETURN QUERY SELECT * FROM aims.capa_action;
    RETURN QUERY SELECT * FROM aims.concern_action;
    RETURN QUERY SELECT * FROM aims.document_action;
    RETURN QUERY SELECT * FROM aims.competence_action;
    RETURN QUERY SELECT * FROM aims.monitor_action;
    RETURN QUERY SELECT * FROM aims.soa_action;
    RETURN QUERY SELECT * FROM aims.crosswalk_action;
    RETURN QUERY SELECT * FROM aims.import_action;
    RETURN QUERY SELECT * FROM aims.internal_audit_action;
    RETURN QUERY SELECT * FROM aims.management_review_action;
    RETURN QUERY SELECT * FROM aims.certification_action;
END $$;
COMMENT ON FUNCTION aims.obligation() IS 'What every concern asks of people: the rows of its view ..._action';

CREATE VIEW aims.next_action WITH (security_barrier) AS
WITH today AS (
    SELECT aims.today() AS day
), holder AS (
    SELECT d.duty, d.system, array_agg(d.person::text ORDER BY d.person) AS people
      FROM aims.duty AS d
     CROSS JOIN today AS t
     WHERE t.day BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
     GROUP BY d.duty, d.system
)
SELECT o.action, o.subject, o.subject_id, o.system, o.vendor, o.duty,
       CASE WHEN o.person IS NOT NULL THEN ARRAY[o.person]
            ELSE coalesce(own.people, CASE WHEN o.duty = 'system_owner' AND s.system IS NOT NULL THEN ARRAY[s.owner::text] END,
                          everywhere.people,
                          (SELECT h.people FROM holder AS h WHERE h.duty = 'ai_officer' AND h.system IS NULL), '{}')
       END AS people,
       o.due_on, coalesce(o.due_on < t.day, false) AS overdue, CASE WHEN isfinite(o.due_on) THEN o.due_on - t.day END AS days_left,
       o.ref, o.detail
  FROM aims.obligation() AS o
 CROSS JOIN today AS t
  LEFT JOIN holder AS own ON own.duty = o.duty AND own.system = o.system AND o.system IS NOT NULL
  LEFT JOIN aims.ai_system AS s ON s.system = o.system
  LEFT JOIN holder AS everywhere ON everywhere.duty = o.duty AND everywhere.system IS NULL;
COMMENT ON VIEW aims.next_action IS
    'Every open obligation with the people that it is for: the person named, else who holds the duty for the system, its owner, who holds the duty for the organisation, else the AI officers; nobody (an empty array) where none of these exists (ISO/IEC 42001 5.3, 9.1, 10.2)';
COMMENT ON COLUMN aims.next_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.next_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.next_action.subject_id IS 'Key of that row, or what it is about where a row is missing';
COMMENT ON COLUMN aims.next_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.next_action.vendor IS 'Vendor concerned';
COMMENT ON COLUMN aims.next_action.duty IS 'Duty that it falls to';
COMMENT ON COLUMN aims.next_action.people IS 'Slugs of the people who are to do it; any of them may';
COMMENT ON COLUMN aims.next_action.due_on IS 'Day by which it is to be done; NULL: as soon as may be, so ORDER BY due_on NULLS FIRST';
COMMENT ON COLUMN aims.next_action.overdue IS 'Is that day past?';
COMMENT ON COLUMN aims.next_action.days_left IS 'Days until then; negative: days past; NULL: no day, or one at the end of time';
COMMENT ON COLUMN aims.next_action.ref IS 'Clause or control that asks for it';
COMMENT ON COLUMN aims.next_action.detail IS 'What it is, in words';

-- Messages, one for each obligation and person while it lasts, however its day
-- moves, and one more when it is overdue. They wait until somebody takes them,
-- whether anybody listens or not, or until there is nothing left to do.
CREATE TABLE aims.outbox (
    message_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    person     text        NOT NULL,
    action     text        NOT NULL,
    subject    text        NOT NULL,
    subject_id text        NOT NULL,
    overdue    boolean     NOT NULL,
    system     text,
    due_on     date,
    ref        text,
    detail     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_at   timestamptz,
    taken_by   text,
    over_at    timestamptz,
    CONSTRAINT outbox_taken_whole CHECK (num_nonnulls(taken_at, taken_by) IN (0, 2))
);
CREATE UNIQUE INDEX outbox_once_idx ON aims.outbox (person, action, subject, subject_id, overdue) WHERE over_at IS NULL;
CREATE INDEX outbox_waiting_idx ON aims.outbox (message_id) WHERE taken_at IS NULL AND over_at IS NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.outbox', '');
SELECT pg_catalog.pg_extension_config_dump('aims.outbox_message_id_seq', '');
COMMENT ON TABLE aims.outbox IS
    'Messages to people about aims.next_action, filled by aims.seal and announced by NOTIFY aims_outbox; they wait until aims.take_messages takes them. Derived, and so not in the ledger (ISO/IEC 42001 7.4)';
COMMENT ON INDEX aims.outbox_once_idx IS 'One message per obligation and person while it lasts';
COMMENT ON INDEX aims.outbox_waiting_idx IS 'Finds the messages that wait';
COMMENT ON COLUMN aims.outbox.message_id IS 'Number of the message';
COMMENT ON COLUMN aims.outbox.person IS 'Whom it is for (aims.person)';
COMMENT ON COLUMN aims.outbox.action IS 'What is to be done';
COMMENT ON COLUMN aims.outbox.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.outbox.subject_id IS 'Key of that row';
COMMENT ON COLUMN aims.outbox.overdue IS 'false: there is something to do; true: its day is past';
COMMENT ON COLUMN aims.outbox.system IS 'AI system concerned';
COMMENT ON COLUMN aims.outbox.due_on IS 'Day by which it was to be done when the message was made';
COMMENT ON COLUMN aims.outbox.ref IS 'Clause or control';
COMMENT ON COLUMN aims.outbox.detail IS 'What it is, in words';
COMMENT ON COLUMN aims.outbox.created_at IS 'When it was put here';
COMMENT ON COLUMN aims.outbox.taken_at IS 'When it was taken; NULL: it waits';
COMMENT ON COLUMN aims.outbox.taken_by IS 'Role that took it';
COMMENT ON COLUMN aims.outbox.over_at IS 'When it was found that there is nothing to do any more, or that it is overdue; NULL: it lasts';

-- When the outbox was filled last, and with what in the ledger: sealing goes on
-- at any pace, filling is done when there is a reason, once a minute at most.
CREATE TABLE aims.outbox_fill (
    singleton boolean     PRIMARY KEY DEFAULT true,
    filled_at timestamptz NOT NULL,
    tree_size bigint      NOT NULL,
    CONSTRAINT outbox_fill_is_one CHECK (singleton)
);
SELECT pg_catalog.pg_extension_config_dump('aims.outbox_fill', '');
COMMENT ON TABLE aims.outbox_fill IS 'When aims.outbox was filled last: one row, or none before the first time. Derived, and so not in the ledger';
COMMENT ON COLUMN aims.outbox_fill.singleton IS 'Always true: the key that admits one row';
COMMENT ON COLUMN aims.outbox_fill.filled_at IS 'Server clock then';
COMMENT ON COLUMN aims.outbox_fill.tree_size IS 'Entries in the ledger''s tree then';

CREATE FUNCTION aims.fill_outbox() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    waiting integer;
BEGIN
    WITH due AS MATERIALIZED (
        SELECT p.person, n.action, n.subject, n.subject_id, n.overdue, n.system, n.due_on, n.ref, n.detail
          FROM aims.next_action AS n
         CROSS JOIN LATERAL unnest(n.people) AS p (person)
    ), over AS (
        UPDATE aims.outbox AS o
           SET over_at = clock_timestamp()
         WHERE o.over_at IS NULL
           AND NOT EXISTS (SELECT FROM due AS d
                            WHERE d.person = o.person AND d.action = o.action AND d.subject = o.subject
                              AND d.subject_id = o.subject_id AND d.overdue = o.overdue)
    )
    INSERT INTO aims.outbox (person, action, subject, subject_id, overdue, system, due_on, ref, detail)
    SELECT d.person, d.action, d.subject, d.subject_id, d.overdue, d.system, d.due_on, d.ref, d.detail
      FROM due AS d
     ORDER BY d.due_on
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS waiting = ROW_COUNT;
    IF waiting > 0 THEN
        PERFORM pg_notify('aims_outbox', waiting::text);
    END IF;
    RETURN waiting;
END $$;
COMMENT ON FUNCTION aims.fill_outbox() IS
    'Puts what is new in aims.next_action, or has become overdue, into aims.outbox, ends the messages of what is not there any more, and announces what is new (NOTIFY aims_outbox, payload: how many); returns that number. Called by aims.seal';

CREATE FUNCTION aims.take_messages(most integer DEFAULT 100) RETURNS SETOF aims.outbox
    LANGUAGE plpgsql ROWS 100 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF most IS NULL OR most < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('cannot take %s messages', coalesce(most::text, 'NULL')),
            DETAIL = 'The argument is the largest number that is taken at once.',
            HINT = 'SELECT * FROM aims.take_messages(100)';
    END IF;
    RETURN QUERY
    UPDATE aims.outbox AS o
       SET taken_at = clock_timestamp(), taken_by = session_user
      FROM (SELECT w.message_id FROM aims.outbox AS w
             WHERE w.taken_at IS NULL AND w.over_at IS NULL
             ORDER BY w.message_id LIMIT most
               FOR UPDATE SKIP LOCKED) AS w
     WHERE o.message_id = w.message_id
    RETURNING o.*;
END $$;
COMMENT ON FUNCTION aims.take_messages(integer) IS
    'Takes the oldest messages that wait and are about what is still to be done, for whoever delivers them: a rollback leaves them, and two takers get different ones. 22023 for less than one';

CREATE FUNCTION aims.note_due(tree_size bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '1s'
    AS $$
DECLARE
    earlier aims.outbox_fill;
BEGIN
    SELECT f.* INTO earlier FROM aims.outbox_fill AS f;
    IF earlier.filled_at > clock_timestamp() - make_interval(mins => 1) THEN
        RETURN;
    END IF;
    IF aims.open_silence_findings() + aims.open_re_evaluation_findings() + aims.record_coverage() > 0
       OR earlier.tree_size IS DISTINCT FROM note_due.tree_size THEN
        PERFORM aims.fill_outbox();
        INSERT INTO aims.outbox_fill AS f (filled_at, tree_size) VALUES (clock_timestamp(), note_due.tree_size)
            ON CONFLICT (singleton) DO UPDATE SET filled_at = excluded.filled_at, tree_size = excluded.tree_size;
    END IF;
END $$;
COMMENT ON FUNCTION aims.note_due(bigint) IS
    'What aims.seal does beside sealing, once a minute at most: opens findings of silence and of re-evaluations due, writes the day''s coverage, and, where there is something new or the tree has grown since, fills the outbox. Waits a second at most for a lock (55P03): sealing does not stand still for it';
