-- People: who acts, with which duty (ISO/IEC 42001 5.1, 5.3, A.3.2).
--
-- Identity is session_user, mapped to a person by person.db_role. A duty is
-- judged by the day, in the organisation's time zone; valid_until is the last
-- day on which it holds.

CREATE TABLE aims.organisation (
    singleton boolean PRIMARY KEY DEFAULT true,
    name      text    NOT NULL,
    time_zone text    NOT NULL DEFAULT 'UTC',
    CONSTRAINT organisation_is_one CHECK (singleton),
    CONSTRAINT organisation_name_given CHECK (name ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.organisation', '');
COMMENT ON TABLE aims.organisation IS
    'The organisation whose AI management system this is: one row (ISO/IEC 42001 4.1)';
COMMENT ON COLUMN aims.organisation.singleton IS 'Always true: the key that admits one row';
COMMENT ON COLUMN aims.organisation.name IS 'Name as it appears in reports';
COMMENT ON COLUMN aims.organisation.time_zone IS
    'Name from pg_timezone_names; decides what day it is (aims.today)';

CREATE FUNCTION aims.check_time_zone() RETURNS trigger
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = NEW.time_zone) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('time zone "%s" is unknown', NEW.time_zone),
            DETAIL = 'Abbreviations and offsets are not accepted: they know nothing of daylight saving.',
            HINT = 'Take a name from pg_timezone_names, such as Europe/Berlin.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.check_time_zone() IS
    'Trigger on aims.organisation: refuses (22023) a time zone that pg_timezone_names lacks';

CREATE TRIGGER check_time_zone BEFORE INSERT OR UPDATE OF time_zone ON aims.organisation
    FOR EACH ROW EXECUTE FUNCTION aims.check_time_zone();
ALTER TABLE aims.organisation ENABLE ALWAYS TRIGGER check_time_zone;
COMMENT ON TRIGGER check_time_zone ON aims.organisation IS 'Accepts names of pg_timezone_names only';

CREATE FUNCTION aims.day(at timestamptz) RETURNS date
    AS 'MODULE_PATHNAME', 'aims_day' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.day(timestamptz) IS
    'The day of a point in time in the organisation''s time zone (UTC before the organisation is recorded), whether or not the caller may read that';

-- The clock's day, not the transaction's: a transaction that was opened
-- yesterday does not keep what expired at midnight. STABLE all the same: a
-- query asks once, and judges all its rows by one day.
CREATE FUNCTION aims.today() RETURNS date
    AS 'MODULE_PATHNAME', 'aims_today' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.today() IS
    'The day it is now, also in a transaction that began earlier, in the organisation''s time zone (UTC before the organisation is recorded): what every validity is compared with';

CREATE TABLE aims.person (
    person    aims.slug PRIMARY KEY,
    full_name text      NOT NULL,
    email     text,
    db_role   text      COLLATE "C",
    mapped_by aims.slug,
    mapped_at timestamptz,
    CONSTRAINT person_db_role_key UNIQUE (db_role),
    CONSTRAINT person_full_name_given CHECK (full_name ~ '\S'),
    CONSTRAINT person_email_form CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    CONSTRAINT person_db_role_form CHECK (octet_length(db_role) BETWEEN 1 AND 63)
);
SELECT pg_catalog.pg_extension_config_dump('aims.person', '');
COMMENT ON TABLE aims.person IS
    'People who hold duties, own systems and sign; a person is never deleted once named (ISO/IEC 42001 5.3, A.3.2)';
COMMENT ON COLUMN aims.person.person IS 'Slug by which every other table names the person';
COMMENT ON COLUMN aims.person.full_name IS 'Printed name in signatures (21 CFR 11.50)';
COMMENT ON COLUMN aims.person.email IS 'Where findings and reminders go';
COMMENT ON COLUMN aims.person.db_role IS
    'Database role that this person logs in with (session_user); NULL for people without one';
COMMENT ON COLUMN aims.person.mapped_by IS
    'Who set db_role last, as the server knows it; NULL: a session of nobody (a superuser), or never set. No foreign key: one to the same table is a cycle to pg_dump';
COMMENT ON COLUMN aims.person.mapped_at IS 'When db_role was set last, by the server''s clock';

CREATE TABLE aims.trusted_application (
    db_role     text    COLLATE "C" PRIMARY KEY,
    may_approve boolean NOT NULL DEFAULT false,
    trusted_by  aims.slug
                CONSTRAINT trusted_application_trusted_by_fkey REFERENCES aims.person,
    trusted_at  timestamptz,
    CONSTRAINT trusted_application_db_role_form CHECK (octet_length(db_role) BETWEEN 1 AND 63)
);
SELECT pg_catalog.pg_extension_config_dump('aims.trusted_application', '');
COMMENT ON TABLE aims.trusted_application IS
    'Roles behind which many people work: in their sessions the setting aims.actor names the person, if it was set in the current transaction';
COMMENT ON COLUMN aims.trusted_application.db_role IS 'Role that the application logs in with (session_user)';
COMMENT ON COLUMN aims.trusted_application.may_approve IS
    'Whether people may approve, reject and sign through it; false lets it record and request only';
COMMENT ON COLUMN aims.trusted_application.trusted_by IS
    'Who entered or changed the row last, as the server knows it; NULL: a session of nobody (a superuser)';
COMMENT ON COLUMN aims.trusted_application.trusted_at IS 'When, by the server''s clock';

-- Equality of texts and overlap of dates in one exclusion constraint would
-- need the extension btree_gist; ranges have an operator class for GiST of
-- their own, and the range of a NULL (unbounded) equals itself.
CREATE TYPE aims.text_range AS RANGE (
    SUBTYPE = text, COLLATION = "C", MULTIRANGE_TYPE_NAME = aims.text_multirange);
COMMENT ON TYPE aims.text_range IS 'Range over text; lets exclusion constraints compare keys';
COMMENT ON TYPE aims.text_multirange IS 'Multirange that belongs to text_range; not used';
COMMENT ON FUNCTION aims.text_range(text, text) IS 'Range from one text up to another';
COMMENT ON FUNCTION aims.text_range(text, text, text) IS 'Range with bounds as given, such as ''[]''';
COMMENT ON FUNCTION aims.text_multirange() IS 'Empty multirange';
COMMENT ON FUNCTION aims.text_multirange(aims.text_range) IS 'Multirange of one range';
COMMENT ON FUNCTION aims.text_multirange(VARIADIC aims.text_range[]) IS 'Multirange of several ranges';

CREATE TABLE aims.duty (
    duty_id     bigint    PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    person      aims.slug NOT NULL CONSTRAINT duty_person_fkey REFERENCES aims.person,
    duty        text      NOT NULL,
    system      aims.slug,
    seat        text,
    valid_from  date      NOT NULL DEFAULT aims.today(),
    valid_until date,
    assigned_by aims.slug
                CONSTRAINT duty_assigned_by_fkey REFERENCES aims.person,
    assigned_at timestamptz,
    CONSTRAINT duty_known CHECK (duty IN (
        'executive_sponsor', 'ai_officer', 'committee_member', 'system_owner',
        'clinical_reviewer', 'internal_auditor', 'risk_owner', 'data_steward')),
    CONSTRAINT duty_seat_known CHECK (seat IN (
        'security', 'medical_informatics', 'compliance', 'legal', 'it', 'clinical')),
    CONSTRAINT duty_seat_in_committee CHECK (seat IS NULL OR duty = 'committee_member'),
    CONSTRAINT duty_executive_sponsor_of_organisation CHECK (duty <> 'executive_sponsor' OR system IS NULL),
    CONSTRAINT duty_dates_in_order CHECK (valid_until >= valid_from),
    CONSTRAINT duty_once_at_a_time EXCLUDE USING gist (
        aims.text_range(person, person, '[]') WITH =,
        aims.text_range(duty, duty, '[]') WITH =,
        aims.text_range(system, system, '[]') WITH =,
        daterange(valid_from, valid_until, '[]') WITH &&)
);
SELECT pg_catalog.pg_extension_config_dump('aims.duty', '');
SELECT pg_catalog.pg_extension_config_dump('aims.duty_duty_id_seq', '');
COMMENT ON TABLE aims.duty IS
    'Who holds which duty, from when until when. The first executive sponsor and AI officer are assigned by a superuser, all others by an AI officer, never one''s own (ISO/IEC 42001 5.3, A.3.2)';
COMMENT ON COLUMN aims.duty.duty_id IS 'Number of the assignment';
COMMENT ON COLUMN aims.duty.person IS 'Who holds the duty';
COMMENT ON COLUMN aims.duty.duty IS
    'executive_sponsor, ai_officer, committee_member, system_owner, clinical_reviewer, internal_auditor, risk_owner or data_steward';
COMMENT ON COLUMN aims.duty.system IS 'AI system that the duty is limited to; NULL: the whole organisation, every system';
COMMENT ON COLUMN aims.duty.seat IS
    'Seat of a committee member: security, medical_informatics, compliance, legal, it or clinical';
COMMENT ON COLUMN aims.duty.valid_from IS 'First day of the assignment';
COMMENT ON COLUMN aims.duty.valid_until IS 'Last day of the assignment; NULL: until further notice';
COMMENT ON COLUMN aims.duty.assigned_by IS
    'Who assigned it, or changed it last, as the server knows it; NULL: a session of nobody (a superuser, the root of trust)';
COMMENT ON COLUMN aims.duty.assigned_at IS 'When, by the server''s clock';

CREATE FUNCTION aims.current_person() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_current_person' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION aims.current_person() IS
    'Slug of the person behind the session: session_user by person.db_role, or aims.actor in a session of a trusted application; NULL for nobody. SET ROLE changes nothing';

CREATE FUNCTION aims.claimed_actor() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_claimed_actor' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION aims.claimed_actor() IS
    'What aims.actor claims in a session that is no trusted application''s: recorded, and worth nothing; otherwise NULL';

CREATE FUNCTION aims.may_approve() RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_may_approve' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION aims.may_approve() IS
    'Whether people may approve and sign in this session: false behind a trusted application without may_approve';

CREATE FUNCTION aims.restoring() RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_restoring' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION aims.restoring() IS
    'Whether this is a restore: session_replication_role = replica in an ordinary session of a superuser';

CREATE FUNCTION aims.person_has_duty(person text, duty text, system text, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM aims.duty AS d
         WHERE d.person = person_has_duty.person
           AND d.duty = person_has_duty.duty
           AND (d.system IS NULL OR d.system = person_has_duty.system)
           AND person_has_duty.day BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity'));
COMMENT ON FUNCTION aims.person_has_duty(text, text, text, date) IS
    'Whether a person holds a duty on a day, for a system (a duty of the organisation counts for every system) or, where system is NULL, for the organisation';

CREATE FUNCTION aims.has_duty(duty text, system text DEFAULT NULL) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    RETURN aims.person_has_duty(aims.current_person(), duty, system, aims.today());
COMMENT ON FUNCTION aims.has_duty(text, text) IS
    'Whether the acting person holds a duty today, for a system or for the organisation; false for nobody';

CREATE FUNCTION aims.require_person() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting text := aims.current_person();
BEGIN
    IF acting IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS014',
            MESSAGE = format('session user "%s" is no known person', session_user),
            DETAIL = CASE
                WHEN aims.claimed_actor() IS NOT NULL THEN
                    format('The setting aims.actor claims "%s", but the role is not in aims.trusted_application.',
                           aims.claimed_actor())
                ELSE 'No row of aims.person has that db_role, and no trusted application names the person in aims.actor.'
            END,
            HINT = format('Log in as a known person; or have an AI officer or a superuser say whose role it is: '
                          'UPDATE aims.person SET db_role = %L WHERE person = ...', session_user);
    END IF;
    RETURN acting;
END $$;
COMMENT ON FUNCTION aims.require_person() IS
    'Slug of the acting person; MS014 where the session belongs to nobody';

CREATE FUNCTION aims.require_duty(duties text[], system text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting text := aims.require_person();
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(duties) AS d WHERE aims.has_duty(d, require_duty.system)) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS013',
            MESSAGE = format('person "%s" does not hold the duty that this needs', acting),
            DETAIL = format('Needed on %s, for %s: %s.', aims.today(),
                            coalesce('AI system "' || require_duty.system || '"', 'the organisation'),
                            array_to_string(duties, ' or ')),
            HINT = 'An AI officer assigns duties: INSERT INTO aims.duty (person, duty, system) VALUES (...)';
    END IF;
    RETURN acting;
END $$;
COMMENT ON FUNCTION aims.require_duty(text[], text) IS
    'Slug of the acting person, who holds one of the duties today for the system (or the organisation); otherwise MS013, or MS014 where the session belongs to nobody';

CREATE FUNCTION aims.session_is_superuser() RETURNS boolean
    LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED
    RETURN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = SESSION_USER AND rolsuper);
COMMENT ON FUNCTION aims.session_is_superuser() IS
    'Whether the session user is a superuser; SET ROLE changes nothing';

CREATE FUNCTION aims.check_duty_assignment(person text, system text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM aims.check_act();
    IF aims.require_person() = check_duty_assignment.person THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not assign or change duties of "%s"', person, person),
            DETAIL = 'Nobody decides on duties of one''s own.',
            HINT = 'Ask another AI officer.';
    END IF;
    PERFORM aims.require_duty(ARRAY['ai_officer'], check_duty_assignment.system);
END $$;
COMMENT ON FUNCTION aims.check_duty_assignment(text, text) IS
    'Refuses a change of that person''s duties: one''s own (MS012), or without the duty ai_officer (MS013, MS014)';

CREATE FUNCTION aims.is_independent(signer text, other text, system text DEFAULT NULL, day date DEFAULT aims.today(),
                                    role text DEFAULT NULL) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN signer IS DISTINCT FROM other
       AND NOT EXISTS (SELECT FROM aims.person AS p
                        WHERE p.person = is_independent.signer AND p.mapped_by = other)
       AND NOT EXISTS (SELECT FROM aims.trusted_application AS a
                        WHERE a.db_role = is_independent.role AND a.trusted_by = other)
       AND NOT coalesce((SELECT bool_and(d.assigned_by IS NOT DISTINCT FROM other)
                           FROM aims.duty AS d
                          WHERE d.person = is_independent.signer
                            AND d.duty IN ('executive_sponsor', 'ai_officer', 'committee_member')
                            AND (d.system IS NULL OR d.system = is_independent.system)
                            AND is_independent.day BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')), false);
COMMENT ON FUNCTION aims.is_independent(text, text, text, date, text) IS
    'Whether a signature of one person is a second pair of eyes beside another: not where the other is the same, mapped the signer''s role, trusted the application whose role was signed through, or assigned every duty by which the signer could approve for that system on that day';

-- What a trigger's arguments name: who, and when. What is typed there counts
-- for nothing.
CREATE FUNCTION aims.stamp_record() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    stamped jsonb := to_jsonb(OLD);
    at_when text := TG_ARGV[0];
    by_whom text := TG_ARGV[1];
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        stamped := jsonb_build_object(at_when, clock_timestamp());
        IF by_whom IS NOT NULL THEN
            stamped := stamped || jsonb_build_object(by_whom, aims.current_person());
        END IF;
    END IF;
    RETURN jsonb_populate_record(NEW, (SELECT jsonb_object_agg(t.key, t.value) FROM jsonb_each(stamped) AS t
                                        WHERE t.key IN (at_when, by_whom)));
END $$;
COMMENT ON FUNCTION aims.stamp_record() IS
    'Trigger (BEFORE ROW), arguments: column for the time, column for the person (optional). INSERT sets them from clock and session, UPDATE leaves them as they were, whatever is typed; a restore brings them back (ISO/IEC 42001 7.5.3)';

CREATE FUNCTION aims.stamp_assignment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], clock_timestamp(), TG_ARGV[1], aims.current_person()));
END $$;
COMMENT ON FUNCTION aims.stamp_assignment() IS
    'Trigger (BEFORE ROW), arguments as of aims.stamp_record: every INSERT and UPDATE sets when and who anew';

CREATE FUNCTION aims.stamp_mapping() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former aims.person;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        former := OLD;
    END IF;
    NEW.mapped_by := former.mapped_by;
    NEW.mapped_at := former.mapped_at;
    IF NEW.db_role IS DISTINCT FROM former.db_role THEN
        NEW.mapped_by := aims.current_person();
        NEW.mapped_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.stamp_mapping() IS
    'Trigger on aims.person: mapped_by and mapped_at say who set db_role last, and when, whatever is typed';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.person
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_mapping();
ALTER TABLE aims.person ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.person IS 'Who mapped the role, and when';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.trusted_application
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_assignment('trusted_at', 'trusted_by');
ALTER TABLE aims.trusted_application ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.trusted_application IS 'Who trusted the application, and when';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.duty
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_assignment('assigned_at', 'assigned_by');
ALTER TABLE aims.duty ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.duty IS 'Who assigned the duty, and when';

-- Another time zone moves every expiry.
CREATE FUNCTION aims.guard_time_zone() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.session_is_superuser()
       AND to_jsonb(OLD) -> 'time_zone' IS DISTINCT FROM to_jsonb(NEW) -> 'time_zone' THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['ai_officer']);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_time_zone() IS
    'Trigger on aims.organisation: what day it is decides an AI officer (MS013, MS014) or a superuser';

CREATE TRIGGER guard_time_zone AFTER INSERT OR UPDATE OR DELETE ON aims.organisation
    FOR EACH ROW EXECUTE FUNCTION aims.guard_time_zone();
ALTER TABLE aims.organisation ENABLE ALWAYS TRIGGER guard_time_zone;
COMMENT ON TRIGGER guard_time_zone ON aims.organisation IS 'Who may decide what day it is';

CREATE FUNCTION aims.check_duty_history(former aims.duty, present aims.duty) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    problem text := CASE
        WHEN present IS NULL THEN
            'Who held a duty when is a record: an assignment is ended, not deleted.'
        WHEN former IS NULL AND present.valid_from < aims.today() AND NOT aims.session_is_superuser() THEN
            format('Valid from %s is before today, %s: nobody held a duty before it was assigned.',
                   present.valid_from, aims.today())
        WHEN former.valid_until < aims.today() THEN
            format('The assignment ended on %s.', former.valid_until)
        WHEN former.valid_from <= aims.today()
             AND (former.duty_id, former.person, former.duty, former.system, former.seat, former.valid_from)
                     IS DISTINCT FROM
                 (present.duty_id, present.person, present.duty, present.system, present.seat, present.valid_from) THEN
            format('The assignment has begun, on %s: only its last day can change.', former.valid_from)
        WHEN present.valid_from < least(former.valid_from, aims.today()) THEN
            format('Valid from %s is before today, %s.', present.valid_from, aims.today())
        WHEN present.valid_until < aims.today() - 1 AND former.duty_id IS NOT NULL THEN
            format('Valid until %s takes away days on which the duty was held.', present.valid_until)
    END;
BEGIN
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS041',
            MESSAGE = 'what was a duty is not rewritten',
            DETAIL = problem,
            HINT = 'End the assignment by valid_until (yesterday; today, if it began today), and make another one from the day after on.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.check_duty_history(aims.duty, aims.duty) IS
    'Refuses (MS041) a change of a duty that rewrites the past: deletion, a back-dated beginning (but in a session of a superuser), another person, duty, system, seat or first day of one that has begun, any change of one that has ended';

-- The root of trust. An AFTER trigger: nothing can change the row behind it.
CREATE FUNCTION aims.guard_duty() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    PERFORM aims.check_duty_history(OLD, NEW);
    IF TG_OP = 'INSERT' AND aims.session_is_superuser() THEN
        IF NEW.duty IN ('executive_sponsor', 'ai_officer') AND NEW.system IS NULL
           AND NOT EXISTS (SELECT FROM aims.duty AS d
                            WHERE d.duty = NEW.duty AND d.system IS NULL AND d.duty_id <> NEW.duty_id
                              AND coalesce(d.valid_until, 'infinity') >= aims.today()) THEN
            RETURN NULL;
        END IF;
    END IF;
    -- What a superuser may take away, so that a vacancy can be filled again
    IF TG_OP = 'UPDATE' AND aims.session_is_superuser() THEN
        IF (OLD.duty_id, OLD.person, OLD.duty, OLD.system, OLD.seat, OLD.valid_from)
               IS NOT DISTINCT FROM
           (NEW.duty_id, NEW.person, NEW.duty, NEW.system, NEW.seat, NEW.valid_from)
           AND NEW.valid_until < coalesce(OLD.valid_until, 'infinity') THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM aims.check_duty_assignment(OLD.person, OLD.system);
    END IF;
    PERFORM aims.check_duty_assignment(NEW.person, NEW.system);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_duty() IS
    'Trigger on aims.duty, the root of trust: a superuser fills a vacant executive_sponsor or ai_officer and ends assignments; everything else needs an AI officer (MS013) and is never one''s own (MS012). The past is not rewritten (MS041)';

CREATE TRIGGER guard_duty AFTER INSERT OR UPDATE OR DELETE ON aims.duty
    FOR EACH ROW EXECUTE FUNCTION aims.guard_duty();
ALTER TABLE aims.duty ENABLE ALWAYS TRIGGER guard_duty;
COMMENT ON TRIGGER guard_duty ON aims.duty IS 'Root of trust: who may assign which duty';

-- Who maps roles decides who signs.
CREATE FUNCTION aims.guard_identity() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former  jsonb := to_jsonb(OLD);
    present jsonb := to_jsonb(NEW);
BEGIN
    IF aims.session_is_superuser() OR coalesce(former ->> 'db_role', present ->> 'db_role') IS NULL THEN
        RETURN NULL;
    END IF;
    IF session_user IN (former ->> 'db_role', present ->> 'db_role')
       OR aims.current_person() IN (former ->> 'person', present ->> 'person') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('role "%s" may not decide whom it stands for', session_user),
            DETAIL = format('The row of aims.%I names the role of this session, or the person behind it.', TG_TABLE_NAME),
            HINT = 'Ask another AI officer, or a superuser.';
    END IF;
    PERFORM aims.check_act();
    PERFORM aims.require_duty(ARRAY['ai_officer']);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_identity() IS
    'Trigger on aims.person and aims.trusted_application: whom a role stands for is decided by an AI officer (MS013, MS014) or a superuser, and by nobody for the own role or person (MS012)';

CREATE TRIGGER guard_identity AFTER INSERT OR DELETE ON aims.person
    FOR EACH ROW EXECUTE FUNCTION aims.guard_identity();
ALTER TABLE aims.person ENABLE ALWAYS TRIGGER guard_identity;
COMMENT ON TRIGGER guard_identity ON aims.person IS 'Who may make a role stand for a person';

CREATE TRIGGER guard_changed_identity AFTER UPDATE ON aims.person
    FOR EACH ROW
    WHEN ((OLD.person, OLD.full_name, OLD.db_role) IS DISTINCT FROM (NEW.person, NEW.full_name, NEW.db_role))
    EXECUTE FUNCTION aims.guard_identity();
ALTER TABLE aims.person ENABLE ALWAYS TRIGGER guard_changed_identity;
COMMENT ON TRIGGER guard_changed_identity ON aims.person IS 'Who may make a role stand for another person';

CREATE TRIGGER guard_identity AFTER INSERT OR UPDATE OR DELETE ON aims.trusted_application
    FOR EACH ROW EXECUTE FUNCTION aims.guard_identity();
ALTER TABLE aims.trusted_application ENABLE ALWAYS TRIGGER guard_identity;
COMMENT ON TRIGGER guard_identity ON aims.trusted_application IS 'Who may make a role a trusted application';

CREATE FUNCTION aims.refuse_shipped() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    shipped boolean := TG_OP = 'TRUNCATE';
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        shipped := OLD.shipped;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        shipped := shipped OR NEW.shipped;
    END IF;
    IF shipped THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS016',
            MESSAGE = format('shipped rows of aims.%I cannot be changed', TG_TABLE_NAME),
            DETAIL = 'They come with the extension and are not part of a dump: a change would be lost.',
            HINT = 'Add a row of your own beside it, with shipped = false.';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
COMMENT ON FUNCTION aims.refuse_shipped() IS
    'Trigger (BEFORE ROW for INSERT, UPDATE, DELETE; BEFORE STATEMENT for TRUNCATE) of tables with a column shipped: MS016 for a change of shipped rows';

-- Numbers and kinds of a site's own by which verdicts are computed.
CREATE FUNCTION aims.guard_criteria() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.restoring() AND NOT aims.session_is_superuser() THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['ai_officer'] || TG_ARGV::text[]);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_criteria() IS
    'Trigger (AFTER STATEMENT) of tables whose rows decide what is asked for, and what counts as late, enough or grave: an AI officer, or whoever holds a duty given as argument, changes them (MS013, MS014), or a superuser';
