-- Records: what the management system keeps, from risks to management reviews.
--
-- A record is a row whose status moves along shipped rows alone: who may make
-- a move, who may not (four eyes), what has to be filled in, whether it needs
-- a signature, and what the server notes of it. One trigger keeps the rules of
-- them all; nothing is rewritten that was signed, and nothing is deleted.

CREATE TABLE aims.record_kind (
    record    text    PRIMARY KEY,
    key       text    NOT NULL,
    title     text    NOT NULL,
    approvers text[]  NOT NULL DEFAULT '{}',
    authors   text[]  NOT NULL DEFAULT '{}',
    editable  text[]  NOT NULL DEFAULT '{}',
    unsigned  text[]  NOT NULL DEFAULT '{}',
    parts     text[]  NOT NULL DEFAULT '{}',
    past      text[]  NOT NULL DEFAULT '{}',
    shipped   boolean NOT NULL DEFAULT true,
    renewed   text[]  NOT NULL DEFAULT '{}',
    CONSTRAINT record_kind_title_given CHECK (title ~ '\S'),
    CONSTRAINT record_kind_shipped CHECK (shipped)
);
SELECT pg_catalog.pg_extension_config_dump('aims.record_kind', 'WHERE NOT shipped');
COMMENT ON TABLE aims.record_kind IS
    'Tables whose rows are records: kept by status, signed, never deleted (ISO/IEC 42001 7.5.2, 7.5.3)';
COMMENT ON COLUMN aims.record_kind.record IS 'Table in schema aims, and subject of aims.approve and aims.reject';
COMMENT ON COLUMN aims.record_kind.key IS 'Its key column: subject_id of aims.approve and aims.reject';
COMMENT ON COLUMN aims.record_kind.title IS 'What messages call it';
COMMENT ON COLUMN aims.record_kind.approvers IS
    'Duties of which whoever signs it holds one, for its system or the organisation; none: it is not signed';
COMMENT ON COLUMN aims.record_kind.authors IS
    'Columns that name the people who may not sign it (four eyes), and who alone change it while it waits for a signature, or for a move that one of them may not make';
COMMENT ON COLUMN aims.record_kind.editable IS 'Statuses in which its content and its parts may be changed';
COMMENT ON COLUMN aims.record_kind.unsigned IS
    'Columns besides the status and what moves stamp that are no part of what is signed, and may change at any time, but for those that the move into the present status needed: the reason of a withdrawal stays';
COMMENT ON COLUMN aims.record_kind.parts IS
    'Tables whose rows belong to it by a column of the same name as its key: they are signed with it, and change while it may';
COMMENT ON COLUMN aims.record_kind.past IS 'Columns whose day or time has to have come';
COMMENT ON COLUMN aims.record_kind.shipped IS 'Always true: comes with the extension, immutable (MS016)';
COMMENT ON COLUMN aims.record_kind.renewed IS
    'Columns among the unsigned ones that are renewed although the move into the present status needed them';

CREATE TABLE aims.record_move (
    record      text    NOT NULL
                CONSTRAINT record_move_record_fkey REFERENCES aims.record_kind,
    move        text    NOT NULL GENERATED ALWAYS AS (coalesce(from_status, 'new') || ' to ' || to_status) STORED,
    from_status text,
    to_status   text    NOT NULL,
    duties      text[]  NOT NULL DEFAULT '{}',
    named       text[]  NOT NULL DEFAULT '{}',
    four_eyes   text[]  NOT NULL DEFAULT '{}',
    needs       text[]  NOT NULL DEFAULT '{}',
    decision    text,
    stamp_at    text,
    stamp_by    text,
    shipped     boolean NOT NULL DEFAULT true,
    CONSTRAINT record_move_pkey PRIMARY KEY (record, move),
    CONSTRAINT record_move_decided_once UNIQUE (record, from_status, decision),
    CONSTRAINT record_move_moves CHECK (from_status IS DISTINCT FROM to_status),
    CONSTRAINT record_move_decision_known CHECK (decision IN ('approve', 'reject')),
    CONSTRAINT record_move_shipped CHECK (shipped)
);
SELECT pg_catalog.pg_extension_config_dump('aims.record_move', 'WHERE NOT shipped');
COMMENT ON TABLE aims.record_move IS
    'The moves of a record''s status that there are; every other one is refused (MS011) (ISO/IEC 42001 7.5.2, 8.1)';
COMMENT ON COLUMN aims.record_move.record IS 'Kind of record';
COMMENT ON COLUMN aims.record_move.move IS 'The move in words';
COMMENT ON COLUMN aims.record_move.from_status IS 'Status that is left; NULL: the record is entered';
COMMENT ON COLUMN aims.record_move.to_status IS 'Status that it moves to';
COMMENT ON COLUMN aims.record_move.duties IS
    'Duties of which whoever makes the move holds one, for the record''s system or the organisation; none, and nobody named: whoever has the privilege';
COMMENT ON COLUMN aims.record_move.named IS 'Columns that name people who may make it without such a duty';
COMMENT ON COLUMN aims.record_move.four_eyes IS 'Columns that name people who may not make it (MS012)';
COMMENT ON COLUMN aims.record_move.needs IS 'Columns that have to be filled in (MS042)';
COMMENT ON COLUMN aims.record_move.decision IS
    'approve or reject: made by that act, and needs its signature on the record as it is (MS043); NULL: made by UPDATE';
COMMENT ON COLUMN aims.record_move.stamp_at IS 'Column that the server fills with the time of the move';
COMMENT ON COLUMN aims.record_move.stamp_by IS 'Column that the server fills with the person who made it';
COMMENT ON COLUMN aims.record_move.shipped IS 'Always true: comes with the extension, immutable (MS016)';

CREATE FUNCTION aims.record_content(kind aims.record_kind, content jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN content - 'status'::text - 'created_at'::text - 'created_by'::text - (kind).unsigned
           - coalesce((SELECT array_agg(s.stamp)
                         FROM aims.record_move AS m
                        CROSS JOIN LATERAL (VALUES (m.stamp_at), (m.stamp_by)) AS s (stamp)
                        WHERE m.record = (kind).record AND s.stamp IS NOT NULL), '{}')
           -- which a BEFORE trigger does not see yet, and others tell
           - coalesce((SELECT array_agg(a.attname::text)
                         FROM pg_catalog.pg_attribute AS a
                        WHERE a.attrelid = to_regclass(format('aims.%I', (kind).record)) AND a.attgenerated <> ''), '{}');
COMMENT ON FUNCTION aims.record_content(aims.record_kind, jsonb) IS
    'A row of a record without its status, what moves stamp, what is not signed, and generated columns';

-- Settings that would show in the text of a row are fixed.
CREATE FUNCTION aims.record_text(kind aims.record_kind, content jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1
    AS $$
DECLARE
    signed jsonb := aims.record_content(kind, content);
    part   text;
    rows   jsonb;
BEGIN
    FOREACH part IN ARRAY kind.parts LOOP
        EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(p.*) ORDER BY to_jsonb(p.*)), ''[]'') FROM aims.%I AS p WHERE p.%I::text = $1',
                       part, kind.key)
           INTO rows
          USING content ->> kind.key;
        signed := signed || jsonb_build_object(part, rows);
    END LOOP;
    RETURN jsonb_build_object(kind.record, signed)::text;
END $$;
COMMENT ON FUNCTION aims.record_text(aims.record_kind, jsonb) IS
    'What a signature under a record signs: its content and its parts, as JSON text that no setting changes';

CREATE FUNCTION aims.record_row(kind aims.record_kind, subject_id text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1
    AS $$
DECLARE
    found_row jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(r.*) FROM aims.%I AS r WHERE r.%I::text = $1', kind.record, kind.key)
       INTO found_row
      USING subject_id;
    RETURN found_row;
END $$;
COMMENT ON FUNCTION aims.record_row(aims.record_kind, text) IS 'A record''s row as JSON that no setting changes; NULL where there is none';

CREATE FUNCTION aims.record_digest(record text, subject_id text) RETURNS bytea
    LANGUAGE sql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    RETURN (SELECT sha256(convert_to(aims.record_text(k, r.content), 'UTF8'))
              FROM aims.record_kind AS k
             CROSS JOIN LATERAL aims.record_row(k, record_digest.subject_id) AS r (content)
             WHERE k.record = record_digest.record AND r.content IS NOT NULL
               -- guesses at what only some may read are not tried out on its digest
               AND k.record <> 'concern');
COMMENT ON FUNCTION aims.record_digest(text, text) IS
    'SHA-256 of a record and its parts as they are signed (aims.record_text, in UTF-8): what a signer passes to aims.approve as digest of what was read. NULL where there is no such record, and of concerns, whose words only some may read and which nobody signs';

CREATE FUNCTION aims.record_name(kind aims.record_kind, content jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN format('%s "%s"', (kind).title, content ->> (kind).key);
COMMENT ON FUNCTION aims.record_name(aims.record_kind, jsonb) IS 'A record as messages name it';

CREATE FUNCTION aims.record_columns(content jsonb, columns text[]) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
        SELECT content ->> c FROM unnest(columns) AS c WHERE content ->> c IS NOT NULL;
    END;
COMMENT ON FUNCTION aims.record_columns(jsonb, text[]) IS 'What these columns of a record hold';

CREATE FUNCTION aims.check_record_past(kind aims.record_kind, former jsonb, present jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    late text;
BEGIN
    SELECT format('%s is %s', c, present ->> c)
      INTO late
      FROM unnest(kind.past) AS c
     WHERE present ->> c IS DISTINCT FROM former ->> c
       AND CASE WHEN present ->> c ~ '^[0-9]+-[0-9]+-[0-9]+$' THEN (present ->> c)::date > aims.today()
                ELSE (present ->> c)::timestamptz > clock_timestamp() END
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('%s records what has not happened yet', aims.record_name(kind, present)),
            DETAIL = format('Column %s; today is %s.', late, aims.today()),
            HINT = 'Record it when it has happened; what is planned has a column of its own.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.check_record_past(aims.record_kind, jsonb, jsonb) IS
    'Refuses (MS044) a day or time to come in a column that tells what has happened';

CREATE FUNCTION aims.require_approving_session() RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.may_approve() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS013',
            MESSAGE = format('nobody may approve or reject behind application "%s"', session_user),
            DETAIL = 'Its row of aims.trusted_application has may_approve = false.',
            HINT = 'Log in as yourself, or have an administrator set may_approve.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.require_approving_session() IS
    'MS013 in a session of a trusted application behind which people may not approve';

-- A decision signed in this transaction, on the record as it is now, by a
-- person who had no part in it, that no opposite one has followed. A record
-- that comes back to where it was with the same words is decided on anew.
CREATE FUNCTION aims.record_decided(kind aims.record_kind, content jsonb, decision text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN coalesce((
        SELECT last.decision = record_decided.decision
          FROM (SELECT a.decision, a.person, a.session_user_name, a.signed_at, a.xmin
                  FROM aims.approval AS a
                 WHERE a.subject = kind.record AND a.subject_id = content ->> kind.key
                   AND coalesce(a.meaning, 'approval') = 'approval'
                   AND a.record_digest = sha256(convert_to(aims.record_text(kind, content), 'UTF8'))
                 ORDER BY a.approval_id DESC LIMIT 1) AS last
         WHERE aims.is_of_transaction(last.xmin)
           AND NOT EXISTS (SELECT FROM aims.record_columns(content, kind.authors) AS author
                            WHERE NOT aims.is_independent(last.person, author, content ->> 'system',
                                                          aims.day(last.signed_at), last.session_user_name))), false);
END $$;
COMMENT ON FUNCTION aims.record_decided(aims.record_kind, jsonb, text) IS
    'Is the last decision on a record, as it is now, of that kind, made in this transaction, and by a person independent of its authors (aims.is_independent)?';

CREATE FUNCTION aims.check_record_move(kind aims.record_kind, former jsonb, present jsonb) RETURNS aims.record_move
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    name   text := aims.record_name(kind, present);
    step   aims.record_move;
    acting text;
    gaps   text;
BEGIN
    SELECT m.* INTO step FROM aims.record_move AS m
     WHERE m.record = kind.record AND m.to_status = present ->> 'status'
       AND m.from_status IS NOT DISTINCT FROM former ->> 'status';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS011',
            MESSAGE = CASE WHEN former IS NULL THEN format('%s cannot be entered as %s', kind.title, present ->> 'status')
                           ELSE format('%s cannot go from %s to %s', name, former ->> 'status', present ->> 'status') END,
            DETAIL = format(CASE WHEN former IS NULL THEN 'It is entered as: %s.' ELSE 'From there it goes to: %s.' END,
                            coalesce((SELECT string_agg(m.to_status, ', ' ORDER BY m.to_status) FROM aims.record_move AS m
                                       WHERE m.record = kind.record
                                         AND m.from_status IS NOT DISTINCT FROM former ->> 'status'), 'nowhere')),
            HINT = format('SELECT * FROM aims.record_move WHERE record = %L shows the moves that there are.', kind.record);
    END IF;
    -- an old snapshot shows duties that have ended, and not what stands against it
    IF former IS NOT NULL OR cardinality(step.duties || step.four_eyes) > 0 THEN
        PERFORM aims.check_act();
    END IF;
    SELECT string_agg(c, ', ' ORDER BY n) INTO gaps FROM unnest(step.needs) WITH ORDINALITY AS need (c, n)
     WHERE coalesce(present ->> c, '') !~ '[^[:space:]]';
    IF gaps IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('%s is not complete', name),
            DETAIL = format('To be %s it needs: %s.', step.to_status, gaps),
            HINT = 'Fill in what is missing, in the same UPDATE or before it.';
    END IF;
    acting := aims.current_person();
    IF cardinality(step.duties || step.named) > 0
       AND acting IN (SELECT aims.record_columns(coalesce(former, present), step.named)) IS NOT TRUE THEN
        IF cardinality(step.duties) = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'MS013',
                MESSAGE = format('person "%s" may not make %s %s', aims.require_person(), name, step.to_status),
                DETAIL = format('That is for whom one of these columns names: %s.', array_to_string(step.named, ', ')),
                HINT = 'Ask that person.';
        END IF;
        PERFORM aims.require_duty(step.duties, present ->> 'system');
    END IF;
    IF cardinality(step.four_eyes) > 0 THEN
        acting := aims.require_person();
        PERFORM aims.require_approving_session();
        IF acting IN (SELECT aims.record_columns(coalesce(former, present), step.four_eyes)) THEN
            RAISE EXCEPTION USING ERRCODE = 'MS012',
                MESSAGE = format('person "%s" may not decide on the own work: %s to %s', acting, name, step.to_status),
                DETAIL = format('One of these columns names that person: %s.', array_to_string(step.four_eyes, ', ')),
                HINT = 'Ask another person.';
        END IF;
    END IF;
    IF step.decision IS NOT NULL AND NOT aims.record_decided(kind, present, step.decision) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS043',
            MESSAGE = format('%s is not signed', name),
            DETAIL = format('To be %s it needs a decision (%s) on its present content by a person who had no part in it.',
                            step.to_status, step.decision),
            HINT = CASE step.decision
                   WHEN 'approve' THEN format('SELECT aims.approve(%L, %L, ''approval'', reason)', kind.record, present ->> kind.key)
                   ELSE format('SELECT aims.reject(%L, %L, reason)', kind.record, present ->> kind.key) END;
    END IF;
    RETURN step;
END $$;
COMMENT ON FUNCTION aims.check_record_move(aims.record_kind, jsonb, jsonb) IS
    'The row of aims.record_move by which a record moves. MS011 no such move, MS042 something is missing, MS013 and MS014 without the duty, MS012 the own work, MS043 not signed';

-- Whoever could change what waits for a decision could decide on the own words.
CREATE FUNCTION aims.check_record_author(kind aims.record_kind, content jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    authors text[] := ARRAY(SELECT aims.record_columns(content, kind.authors));
    acting  text := aims.current_person();
BEGIN
    IF EXISTS (SELECT FROM aims.record_move AS m
                WHERE m.record = kind.record AND m.from_status = content ->> 'status'
                  AND (m.decision = 'approve' OR m.four_eyes && kind.authors))
       AND NOT coalesce(acting = ANY (authors), authors = '{}') THEN
        RAISE EXCEPTION USING ERRCODE = 'MS012',
            MESSAGE = format('%s waits for a decision: its authors alone change it', aims.record_name(kind, content)),
            DETAIL = format('They are: %s.', coalesce(nullif(array_to_string(authors, ', '), ''), 'nobody known')),
            HINT = 'Ask one of them, or have it rejected.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.check_record_author(aims.record_kind, jsonb) IS
    'Refuses (MS012) a change of what waits for a decision, signed or of four eyes, by anybody but its authors; in a session of nobody, where it has any';

-- Whoever could rewrite a record could settle it by its words: it is changed by
-- those who may move it, those whom it names, and whoever drafts it.
CREATE FUNCTION aims.check_record_keeper(kind aims.record_kind, content jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting  text := aims.current_person();
    duties  text[];
    holders text[];
BEGIN
    SELECT array_agg(DISTINCT d.duty) FILTER (WHERE d.duty IS NOT NULL), array_agg(DISTINCT n.holder) FILTER (WHERE n.holder IS NOT NULL)
      INTO duties, holders
      FROM aims.record_move AS m
      LEFT JOIN LATERAL unnest(m.duties) AS d (duty) ON true
      LEFT JOIN LATERAL unnest(m.named) AS n (holder) ON true
     WHERE m.record = kind.record
       AND (m.from_status = content ->> 'status'
            -- of what goes nowhere any more, those who may bring it there
            OR m.to_status = content ->> 'status'
               AND NOT EXISTS (SELECT FROM aims.record_move AS o WHERE o.record = kind.record AND o.from_status = content ->> 'status'));
    IF coalesce(duties, holders) IS NULL
       OR acting IS NULL AND aims.session_is_superuser()
       OR acting IN (SELECT aims.record_columns(content, holders || CASE WHEN content ->> 'status' = ANY (kind.editable) THEN 'created_by' END)) THEN
        RETURN;
    END IF;
    IF duties IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS013',
            MESSAGE = format('person "%s" may not change %s', aims.require_person(), aims.record_name(kind, content)),
            DETAIL = format('That is for whom one of these columns names: %s.', array_to_string(holders, ', ')),
            HINT = 'Ask that person.';
    END IF;
    PERFORM aims.check_act();
    PERFORM aims.require_duty(duties, content ->> 'system');
END $$;
COMMENT ON FUNCTION aims.check_record_keeper(aims.record_kind, jsonb) IS
    'Refuses (MS013, MS014) a change of a record as it is by anybody who may not move it (of one in its last status: who may not bring it there), whom it does not name, and who has not drafted it';

-- Why it was withdrawn is not made up afterwards.
CREATE FUNCTION aims.check_record_given(kind aims.record_kind, former jsonb, present jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    rewritten text;
BEGIN
    SELECT c INTO rewritten
      FROM aims.record_move AS m
     CROSS JOIN unnest(m.needs) AS c
     WHERE m.record = kind.record AND m.to_status = former ->> 'status'
       AND c = ANY (kind.unsigned) AND c <> ALL (kind.renewed)
       AND former ->> c ~ '[^[:space:]]' AND former -> c <> present -> c
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS041',
            MESSAGE = format('%s cannot be changed any more', aims.record_name(kind, former)),
            DETAIL = format('It was %s with what stands in %s, which stays.', former ->> 'status', rewritten),
            HINT = format('SELECT * FROM aims.history(''aims.%I'', ...) shows who wrote it when; make a new record, or move this one on.', kind.record);
    END IF;
END $$;
COMMENT ON FUNCTION aims.check_record_given(aims.record_kind, jsonb, jsonb) IS
    'Refuses (MS041) to rewrite what the move into the present status needed, such as the reason of a withdrawal, but for columns of aims.record_kind.renewed';

CREATE FUNCTION aims.guard_record() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1
    AS $$
DECLARE
    kind    aims.record_kind;
    former  jsonb := to_jsonb(OLD);
    present jsonb := to_jsonb(NEW);
    kept    jsonb;
    kept_by aims.record_kind;
    step    aims.record_move;
BEGIN
    IF aims.restoring() THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT k.* INTO STRICT kind FROM aims.record_kind AS k WHERE k.record = TG_TABLE_NAME;
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION USING ERRCODE = 'MS041',
            MESSAGE = format('a record is never deleted: %s', kind.title),
            DETAIL = format('Rows of aims.%I show what was known and decided when.', TG_TABLE_NAME),
            HINT = format('Give it another status. SELECT * FROM aims.record_move WHERE record = %L shows the moves.', kind.record);
    END IF;
    -- what the server notes counts, not what is typed
    SELECT jsonb_object_agg(s.stamp, coalesce(former -> s.stamp, 'null')) INTO kept
      FROM aims.record_move AS m
     CROSS JOIN LATERAL (VALUES (m.stamp_at), (m.stamp_by)) AS s (stamp)
     WHERE m.record = kind.record AND s.stamp IS NOT NULL;
    kept := coalesce(kept, '{}')
            || CASE TG_OP WHEN 'INSERT' THEN jsonb_build_object('created_at', clock_timestamp(), 'created_by', aims.current_person())
                          ELSE jsonb_build_object('created_at', former -> 'created_at', 'created_by', former -> 'created_by') END;
    present := present || kept;
    PERFORM aims.check_record_past(kind, former, present);
    IF TG_OP = 'UPDATE' AND (aims.record_content(kind, former) <> aims.record_content(kind, present)
                             OR former -> kind.key <> present -> kind.key) THEN
        -- a move back to where it may be changed may change it at once
        IF (former ->> 'status' = ANY (kind.editable)
            OR former -> 'status' <> present -> 'status' AND present ->> 'status' = ANY (kind.editable)) IS NOT TRUE
           OR former -> kind.key <> present -> kind.key THEN
            RAISE EXCEPTION USING ERRCODE = 'MS041',
                MESSAGE = format('%s cannot be changed any more', aims.record_name(kind, former)),
                DETAIL = format('It is %s; changed would be: %s.', former ->> 'status',
                                aims.changed_keys(aims.record_content(kind, former), aims.record_content(kind, present))),
                HINT = 'Make a new one, or move it back where there is such a move.';
        END IF;
        PERFORM aims.check_record_author(kind, former);
    END IF;
    IF TG_OP = 'UPDATE' AND former -> 'status' = present -> 'status' THEN
        PERFORM aims.check_record_given(kind, former, present);
    END IF;
    -- where a record follows another one, what it takes over from there is not typed; an audit is answered by the
    -- audited; what a move needs is filled in by whoever may make it
    kept_by := kind;
    kept_by.unsigned := CASE WHEN kind.record = ANY ('{capa_step,document_version,incident_clock,risk_acceptance,risk_treatment}')
                             THEN '{system,due_at}'::text[] ELSE '{}' END
                        || CASE WHEN former -> 'status' <> present -> 'status' THEN kind.unsigned
                                WHEN kind.record = 'audit_finding' THEN '{response}' ELSE '{}' END;
    IF TG_OP = 'UPDATE' AND (aims.record_content(kept_by, former) <> aims.record_content(kept_by, present)
                             OR EXISTS (SELECT FROM aims.record_move AS m CROSS JOIN unnest(m.named) AS n
                                         WHERE m.record = kind.record AND former -> n <> present -> n)) THEN
        PERFORM aims.check_record_keeper(kind, former);
    END IF;
    IF former ->> 'status' IS DISTINCT FROM present ->> 'status' THEN
        step := aims.check_record_move(kind, former, present);
        IF step.stamp_at IS NOT NULL THEN
            present := present || jsonb_build_object(step.stamp_at, clock_timestamp());
        END IF;
        IF step.stamp_by IS NOT NULL THEN
            present := present || jsonb_build_object(step.stamp_by, aims.current_person());
        END IF;
    END IF;
    SELECT jsonb_object_agg(e.key, e.value) INTO kept FROM jsonb_each(present) AS e
     WHERE e.value IS DISTINCT FROM to_jsonb(NEW) -> e.key;
    RETURN CASE WHEN kept IS NULL THEN NEW ELSE jsonb_populate_record(NEW, kept) END;
END $$;
COMMENT ON FUNCTION aims.guard_record() IS
    'Trigger (BEFORE ROW for INSERT, UPDATE, DELETE; BEFORE STATEMENT for TRUNCATE) of every record: moves its status along aims.record_move (aims.check_record_move), refuses changes of what is settled, deletion (MS041) and what has not happened yet (MS044), and stamps who and when';

CREATE FUNCTION aims.guard_part() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    kind   aims.record_kind;
    owner  text;
    parent jsonb;
BEGIN
    IF aims.restoring() THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT k.* INTO STRICT kind FROM aims.record_kind AS k WHERE k.record = TG_ARGV[0];
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION USING ERRCODE = 'MS041',
            MESSAGE = format('rows of aims.%I belong to records and are not removed at once', TG_TABLE_NAME),
            DETAIL = format('They are parts of rows of aims.%I.', kind.record),
            HINT = 'Delete single rows, while their record may be changed.';
    END IF;
    -- both ends of a row that is moved from one record to another; each locked against signatures
    FOR owner IN SELECT DISTINCT o FROM unnest(ARRAY[to_jsonb(OLD) ->> kind.key, to_jsonb(NEW) ->> kind.key]) AS o WHERE o IS NOT NULL LOOP
        EXECUTE format('SELECT to_jsonb(r.*) FROM aims.%I AS r WHERE r.%I::text = $1 FOR NO KEY UPDATE', kind.record, kind.key)
           INTO parent USING owner;
        IF parent IS NOT NULL AND (parent ->> 'status' = ANY (kind.editable)) IS NOT TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'MS041',
                MESSAGE = format('%s cannot be changed any more', aims.record_name(kind, parent)),
                DETAIL = format('It is %s, and rows of aims.%I are part of it.', parent ->> 'status', TG_TABLE_NAME),
                HINT = 'Make a new one, or move it back where there is such a move.';
        END IF;
        IF parent IS NOT NULL THEN
            PERFORM aims.check_record_author(kind, parent);
            -- whoever contributes adds; what stands there is the keepers'
            IF TG_OP <> 'INSERT' THEN
                PERFORM aims.check_record_keeper(kind, parent);
            END IF;
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
COMMENT ON FUNCTION aims.guard_part() IS
    'Trigger (BEFORE ROW for INSERT, UPDATE, DELETE; BEFORE STATEMENT for TRUNCATE) of the parts of records, argument: the kind of record. Refuses (MS041) changes while the record may not be changed';
