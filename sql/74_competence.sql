-- Competence: what people have to be taught by their duties, who has been, and
-- how many of the users of an AI system (ISO/IEC 42001 7.2, A.4.6, A.8.2).
--
-- People who hold duties have a training record each, entered by somebody
-- else. Users of a system, nurses by the hundred, are counted by attendance:
-- an attendee of several sessions counts once.

CREATE TABLE aims.curriculum (
    curriculum   aims.slug PRIMARY KEY,
    title        text      NOT NULL,
    uri          text,
    valid_months integer   NOT NULL,
    min_score    numeric,
    shipped      boolean   NOT NULL DEFAULT false,
    CONSTRAINT curriculum_title_given CHECK (title ~ '\S'),
    CONSTRAINT curriculum_uri_given CHECK (uri ~ '\S'),
    CONSTRAINT curriculum_valid_in_five_years CHECK (valid_months BETWEEN 1 AND 60),
    CONSTRAINT curriculum_min_score_in_range CHECK (min_score BETWEEN 0 AND 100)
);
SELECT pg_catalog.pg_extension_config_dump('aims.curriculum', 'WHERE NOT shipped');
COMMENT ON TABLE aims.curriculum IS
    'What is taught, and how long it counts; a site adds its own (ISO/IEC 42001 7.2)';
COMMENT ON COLUMN aims.curriculum.curriculum IS 'Slug of the curriculum';
COMMENT ON COLUMN aims.curriculum.title IS 'What is taught';
COMMENT ON COLUMN aims.curriculum.uri IS 'Where its contents are';
COMMENT ON COLUMN aims.curriculum.valid_months IS
    'Months that a completion counts; a change concerns what is recorded afterwards';
COMMENT ON COLUMN aims.curriculum.min_score IS 'Score from 0 to 100 that is needed to pass; NULL: there is no test';
COMMENT ON COLUMN aims.curriculum.shipped IS 'Comes with the extension: immutable (MS016)';

CREATE TABLE aims.curriculum_need (
    curriculum aims.slug NOT NULL
               CONSTRAINT curriculum_need_curriculum_fkey REFERENCES aims.curriculum,
    duty       text      NOT NULL,
    shipped    boolean   NOT NULL DEFAULT false,
    CONSTRAINT curriculum_need_pkey PRIMARY KEY (curriculum, duty),
    CONSTRAINT curriculum_need_duty_known CHECK (duty IN (
        'executive_sponsor', 'ai_officer', 'committee_member', 'system_owner',
        'clinical_reviewer', 'internal_auditor', 'risk_owner', 'data_steward'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.curriculum_need', 'WHERE NOT shipped');
COMMENT ON TABLE aims.curriculum_need IS
    'Which curricula whoever holds a duty has to have completed; a site adds its own (ISO/IEC 42001 7.2)';
COMMENT ON COLUMN aims.curriculum_need.curriculum IS 'Curriculum';
COMMENT ON COLUMN aims.curriculum_need.duty IS 'Duty that needs it';
COMMENT ON COLUMN aims.curriculum_need.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.curriculum (curriculum, title, valid_months, shipped) VALUES
    ('ai-leadership',       'What the management system asks of those who direct it',   24, true),
    ('ai-management',       'Running the management system: clauses, controls, gates',  24, true),
    ('ai-life-cycle',       'Answering for an AI system from inception to retirement',  24, true),
    ('human-oversight',     'Reviewing and overriding output; automation complacency',  12, true),
    ('internal-audit',      'Auditing a management system for AI',                      36, true),
    ('ai-risk',             'Assessing and treating risk of AI systems',                24, true),
    ('data-for-ai',         'Quality, provenance and preparation of data',              24, true);
INSERT INTO aims.curriculum_need (curriculum, duty, shipped) VALUES
    ('ai-leadership',   'executive_sponsor', true),
    ('ai-leadership',   'committee_member',  true),
    ('ai-management',   'ai_officer',        true),
    ('ai-life-cycle',   'system_owner',      true),
    ('human-oversight', 'clinical_reviewer', true),
    ('internal-audit',  'internal_auditor',  true),
    ('ai-risk',         'risk_owner',        true),
    ('data-for-ai',     'data_steward',      true);

CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON aims.curriculum
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON aims.curriculum
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.curriculum ENABLE ALWAYS TRIGGER refuse_shipped, ENABLE ALWAYS TRIGGER refuse_shipped_truncate;
COMMENT ON TRIGGER refuse_shipped ON aims.curriculum IS 'Shipped curricula cannot be changed';
COMMENT ON TRIGGER refuse_shipped_truncate ON aims.curriculum IS 'Shipped curricula cannot be removed';
CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON aims.curriculum_need
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON aims.curriculum_need
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.curriculum_need ENABLE ALWAYS TRIGGER refuse_shipped, ENABLE ALWAYS TRIGGER refuse_shipped_truncate;
COMMENT ON TRIGGER refuse_shipped ON aims.curriculum_need IS 'Shipped needs cannot be changed';
COMMENT ON TRIGGER refuse_shipped_truncate ON aims.curriculum_need IS 'Shipped needs cannot be removed';

CREATE TABLE aims.training_record (
    training_record_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    person             aims.slug   NOT NULL
                       CONSTRAINT training_record_person_fkey REFERENCES aims.person,
    curriculum         aims.slug   NOT NULL
                       CONSTRAINT training_record_curriculum_fkey REFERENCES aims.curriculum,
    completed_on       date        NOT NULL,
    valid_until        date        NOT NULL,
    score              numeric,
    uri                text,
    content_sha256     bytea,
    status             text        NOT NULL DEFAULT 'recorded',
    revocation_reason  text,
    created_at         timestamptz,
    created_by         aims.slug   CONSTRAINT training_record_created_by_fkey REFERENCES aims.person,
    revoked_at         timestamptz,
    revoked_by         aims.slug   CONSTRAINT training_record_revoked_by_fkey REFERENCES aims.person,
    CONSTRAINT training_record_days_in_order CHECK (isfinite(completed_on) AND isfinite(valid_until) AND valid_until >= completed_on),
    CONSTRAINT training_record_score_in_range CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT training_record_uri_given CHECK (uri ~ '\S'),
    CONSTRAINT training_record_sha256_size CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT training_record_substantiated CHECK (num_nonnulls(uri, content_sha256) > 0),
    CONSTRAINT training_record_status_known CHECK (status IN ('recorded', 'revoked'))
);
CREATE INDEX training_record_person_idx ON aims.training_record (person, curriculum);
SELECT pg_catalog.pg_extension_config_dump('aims.training_record', '');
SELECT pg_catalog.pg_extension_config_dump('aims.training_record_training_record_id_seq', '');
COMMENT ON TABLE aims.training_record IS
    'Completions of a curriculum by a person, entered by somebody else, with a certificate (ISO/IEC 42001 7.2, A.4.6)';
COMMENT ON INDEX aims.training_record_person_idx IS 'What a person has completed';
COMMENT ON COLUMN aims.training_record.training_record_id IS 'Number of the record';
COMMENT ON COLUMN aims.training_record.person IS 'Who was taught; does not enter or revoke the record';
COMMENT ON COLUMN aims.training_record.curriculum IS 'What was completed';
COMMENT ON COLUMN aims.training_record.completed_on IS 'Day of completion';
COMMENT ON COLUMN aims.training_record.valid_until IS
    'Last day that it counts: as the curriculum says where it is not given, and never later';
COMMENT ON COLUMN aims.training_record.score IS 'Score from 0 to 100; at least the curriculum''s min_score where it has one';
COMMENT ON COLUMN aims.training_record.uri IS 'Where the certificate is kept';
COMMENT ON COLUMN aims.training_record.content_sha256 IS 'SHA-256 of the certificate, 32 bytes';
COMMENT ON COLUMN aims.training_record.status IS 'recorded or revoked';
COMMENT ON COLUMN aims.training_record.revocation_reason IS 'Why it does not count any more';
COMMENT ON COLUMN aims.training_record.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.training_record.created_by IS 'Who entered it';
COMMENT ON COLUMN aims.training_record.revoked_at IS 'When it was revoked';
COMMENT ON COLUMN aims.training_record.revoked_by IS 'Who revoked it';

CREATE TABLE aims.user_group (
    user_group_id     bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    system            aims.slug   NOT NULL CONSTRAINT user_group_system_fkey REFERENCES aims.ai_system,
    title             text        NOT NULL,
    curriculum        aims.slug   NOT NULL CONSTRAINT user_group_curriculum_fkey REFERENCES aims.curriculum,
    status            text        NOT NULL DEFAULT 'current',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT user_group_created_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT user_group_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT user_group_of_system UNIQUE (user_group_id, system),
    CONSTRAINT user_group_title_given CHECK (title ~ '\S'),
    CONSTRAINT user_group_status_known CHECK (status IN ('current', 'withdrawn'))
);
CREATE UNIQUE INDEX user_group_once ON aims.user_group (system, title) WHERE status = 'current';
SELECT pg_catalog.pg_extension_config_dump('aims.user_group', '');
SELECT pg_catalog.pg_extension_config_dump('aims.user_group_user_group_id_seq', '');
COMMENT ON TABLE aims.user_group IS
    'Who uses an AI system, and what these people have to be taught (ISO/IEC 42001 7.2, A.8.2, A.9.2)';
COMMENT ON INDEX aims.user_group_once IS 'A group is named once per system';
COMMENT ON COLUMN aims.user_group.user_group_id IS 'Number of the group';
COMMENT ON COLUMN aims.user_group.system IS 'AI system that they use';
COMMENT ON COLUMN aims.user_group.title IS 'Who they are: nurses of the intensive care units';
COMMENT ON COLUMN aims.user_group.curriculum IS 'What they have to be taught';
COMMENT ON COLUMN aims.user_group.status IS 'current or withdrawn';
COMMENT ON COLUMN aims.user_group.withdrawal_reason IS 'Why they do not use it any more';
COMMENT ON COLUMN aims.user_group.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.user_group.created_by IS 'Who entered it; does not withdraw it';
COMMENT ON COLUMN aims.user_group.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.user_group.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.user_count (
    user_count_id     bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    user_group_id     bigint      NOT NULL,
    system            aims.slug   NOT NULL,
    headcount         integer     NOT NULL,
    counted_on        date        NOT NULL,
    source            text        NOT NULL,
    status            text        NOT NULL DEFAULT 'stated',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT user_count_created_by_fkey REFERENCES aims.person,
    confirmed_at      timestamptz,
    confirmed_by      aims.slug   CONSTRAINT user_count_confirmed_by_fkey REFERENCES aims.person,
    CONSTRAINT user_count_group_fkey FOREIGN KEY (user_group_id, system) REFERENCES aims.user_group (user_group_id, system),
    CONSTRAINT user_count_some CHECK (headcount > 0),
    CONSTRAINT user_count_counted_on_finite CHECK (isfinite(counted_on)),
    CONSTRAINT user_count_source_given CHECK (source ~ '\S'),
    CONSTRAINT user_count_status_known CHECK (status IN ('stated', 'confirmed', 'withdrawn'))
);
CREATE INDEX user_count_group_idx ON aims.user_count (system, user_group_id, counted_on);
SELECT pg_catalog.pg_extension_config_dump('aims.user_count', '');
SELECT pg_catalog.pg_extension_config_dump('aims.user_count_user_count_id_seq', '');
COMMENT ON TABLE aims.user_count IS
    'How many people belong to a group of users, by a source that another person has checked; the latest one counts (ISO/IEC 42001 7.2)';
COMMENT ON INDEX aims.user_count_group_idx IS 'Finds the latest count of a group';
COMMENT ON COLUMN aims.user_count.user_count_id IS 'Number of the count';
COMMENT ON COLUMN aims.user_count.user_group_id IS 'Group of users';
COMMENT ON COLUMN aims.user_count.system IS 'Its AI system';
COMMENT ON COLUMN aims.user_count.headcount IS 'People';
COMMENT ON COLUMN aims.user_count.counted_on IS 'Day that it is true of';
COMMENT ON COLUMN aims.user_count.source IS 'Where it comes from: the roster of the personnel system';
COMMENT ON COLUMN aims.user_count.status IS 'stated, confirmed (counts) or withdrawn';
COMMENT ON COLUMN aims.user_count.withdrawal_reason IS 'Why it was wrong';
COMMENT ON COLUMN aims.user_count.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.user_count.created_by IS 'Who entered it; does not confirm or withdraw it';
COMMENT ON COLUMN aims.user_count.confirmed_at IS 'When it was confirmed';
COMMENT ON COLUMN aims.user_count.confirmed_by IS 'Who confirmed it';

CREATE TABLE aims.training_session (
    training_session_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    user_group_id       bigint      NOT NULL,
    system              aims.slug   NOT NULL,
    held_on             date        NOT NULL,
    valid_until         date        NOT NULL,
    trainer             text        NOT NULL,
    attended            integer     NOT NULL,
    roster_uri          text        NOT NULL,
    roster_sha256       bytea       NOT NULL,
    status              text        NOT NULL DEFAULT 'stated',
    revocation_reason   text,
    created_at          timestamptz,
    created_by          aims.slug   CONSTRAINT training_session_created_by_fkey REFERENCES aims.person,
    confirmed_at        timestamptz,
    confirmed_by        aims.slug   CONSTRAINT training_session_confirmed_by_fkey REFERENCES aims.person,
    revoked_at          timestamptz,
    revoked_by          aims.slug   CONSTRAINT training_session_revoked_by_fkey REFERENCES aims.person,
    CONSTRAINT training_session_group_fkey FOREIGN KEY (user_group_id, system) REFERENCES aims.user_group (user_group_id, system),
    CONSTRAINT training_session_days_in_order CHECK (isfinite(held_on) AND isfinite(valid_until) AND valid_until >= held_on),
    CONSTRAINT training_session_trainer_given CHECK (trainer ~ '\S'),
    CONSTRAINT training_session_attended_by_some CHECK (attended > 0),
    CONSTRAINT training_session_roster_uri_given CHECK (roster_uri ~ '\S'),
    CONSTRAINT training_session_roster_sha256_size CHECK (octet_length(roster_sha256) = 32),
    CONSTRAINT training_session_status_known CHECK (status IN ('stated', 'confirmed', 'revoked'))
);
CREATE INDEX training_session_group_idx ON aims.training_session (system, user_group_id, valid_until);
SELECT pg_catalog.pg_extension_config_dump('aims.training_session', '');
SELECT pg_catalog.pg_extension_config_dump('aims.training_session_training_session_id_seq', '');
COMMENT ON TABLE aims.training_session IS
    'Sessions in which users of an AI system were taught; they count once another person has confirmed them (ISO/IEC 42001 7.2, A.8.2)';
COMMENT ON INDEX aims.training_session_group_idx IS 'Finds the sessions of a group';
COMMENT ON COLUMN aims.training_session.training_session_id IS 'Number of the session';
COMMENT ON COLUMN aims.training_session.user_group_id IS 'Group of users that was taught its curriculum';
COMMENT ON COLUMN aims.training_session.system IS 'Its AI system';
COMMENT ON COLUMN aims.training_session.held_on IS 'Day of the session';
COMMENT ON COLUMN aims.training_session.valid_until IS
    'Last day that it counts: as the curriculum says where it is not given, and never later';
COMMENT ON COLUMN aims.training_session.trainer IS 'Who taught';
COMMENT ON COLUMN aims.training_session.attended IS
    'People on the roster; the session cannot be confirmed unless as many rows of aims.training_attendance say who';
COMMENT ON COLUMN aims.training_session.roster_uri IS 'Where the signed roster is kept';
COMMENT ON COLUMN aims.training_session.roster_sha256 IS 'SHA-256 of the roster, 32 bytes';
COMMENT ON COLUMN aims.training_session.status IS 'stated, confirmed (counts) or revoked';
COMMENT ON COLUMN aims.training_session.revocation_reason IS 'Why it does not count';
COMMENT ON COLUMN aims.training_session.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.training_session.created_by IS 'Who entered it; does not confirm it';
COMMENT ON COLUMN aims.training_session.confirmed_at IS 'When it was confirmed';
COMMENT ON COLUMN aims.training_session.confirmed_by IS 'Who compared it with the roster and confirmed it';
COMMENT ON COLUMN aims.training_session.revoked_at IS 'When it was revoked';
COMMENT ON COLUMN aims.training_session.revoked_by IS 'Who revoked it';

CREATE TABLE aims.training_attendance (
    training_session_id bigint NOT NULL
                        CONSTRAINT training_attendance_session_fkey REFERENCES aims.training_session,
    attendee            text   NOT NULL,
    CONSTRAINT training_attendance_pkey PRIMARY KEY (training_session_id, attendee),
    CONSTRAINT training_attendance_attendee_given CHECK (attendee ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.training_attendance', '');
COMMENT ON TABLE aims.training_attendance IS
    'Who was at a session, so that whoever comes again counts once; part of the session (ISO/IEC 42001 7.2)';
COMMENT ON COLUMN aims.training_attendance.training_session_id IS 'Session';
COMMENT ON COLUMN aims.training_attendance.attendee IS
    'Personnel number or, better, a pseudonym that is the same at every session; it is kept in the ledger';

INSERT INTO aims.record_kind (record, key, title, approvers, authors, editable, unsigned, parts, past) VALUES
    ('training_record', 'training_record_id', 'training record', '{}', '{}', '{}', '{revocation_reason}', '{}', '{completed_on}'),
    ('user_group', 'user_group_id', 'group of users', '{}', '{}', '{}', '{withdrawal_reason}', '{}', '{}'),
    ('user_count', 'user_count_id', 'count of users', '{}', '{}', '{}', '{withdrawal_reason}', '{}', '{counted_on}'),
    -- whoever confirms it has written none of it
    ('training_session', 'training_session_id', 'training session', '{}', '{created_by}', '{stated}', '{revocation_reason}',
     '{training_attendance}', '{held_on}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, four_eyes, needs, stamp_at, stamp_by) VALUES
    ('training_record',  NULL,        'recorded',  '{ai_officer,committee_member}', '{person}', '{}', NULL, NULL),
    ('training_record',  'recorded',  'revoked',   '{ai_officer,committee_member}', '{person}', '{revocation_reason}', 'revoked_at', 'revoked_by'),
    ('user_group',       NULL,        'current',   '{ai_officer,system_owner}', '{}', '{}', NULL, NULL),
    ('user_group',       'current',   'withdrawn', '{ai_officer,system_owner}', '{created_by}', '{withdrawal_reason}', 'withdrawn_at', 'withdrawn_by'),
    ('user_count',       NULL,        'stated',    '{}', '{}', '{}', NULL, NULL),
    ('user_count',       'stated',    'confirmed', '{ai_officer,system_owner}', '{created_by}', '{}', 'confirmed_at', 'confirmed_by'),
    ('user_count',       'stated',    'withdrawn', '{}', '{}', '{withdrawal_reason}', NULL, NULL),
    ('user_count',       'confirmed', 'withdrawn', '{ai_officer,system_owner}', '{created_by}', '{withdrawal_reason}', NULL, NULL),
    ('training_session', NULL,        'stated',    '{}', '{}', '{}', NULL, NULL),
    ('training_session', 'stated',    'confirmed', '{ai_officer,system_owner,committee_member}', '{created_by}', '{}', 'confirmed_at', 'confirmed_by'),
    ('training_session', 'stated',    'revoked',   '{}', '{}', '{revocation_reason}', 'revoked_at', 'revoked_by'),
    ('training_session', 'confirmed', 'revoked',   '{ai_officer,system_owner,committee_member}', '{}', '{revocation_reason}', 'revoked_at', 'revoked_by');

CREATE FUNCTION aims.curriculum_validity(curriculum text, completed_on date, valid_until date) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    longest date := (SELECT completed_on + make_interval(months => c.valid_months)
                       FROM aims.curriculum AS c
                      WHERE c.curriculum = curriculum_validity.curriculum);
BEGIN
    IF valid_until > longest THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('what was learnt on %s does not count until %s', completed_on, valid_until),
            DETAIL = format('Curriculum "%s" counts until %s at the longest.', curriculum, longest),
            HINT = 'Leave valid_until out, or give an earlier day.';
    END IF;
    RETURN coalesce(valid_until, longest, completed_on);
END $$;
COMMENT ON FUNCTION aims.curriculum_validity(text, date, date) IS
    'Last day that a completion counts: what was given, else what the curriculum says; MS044 where it is later than that';

CREATE FUNCTION aims.derive_training_record() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    needed numeric := (SELECT c.min_score FROM aims.curriculum AS c WHERE c.curriculum = NEW.curriculum);
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    NEW.valid_until := aims.curriculum_validity(NEW.curriculum, NEW.completed_on, NEW.valid_until);
    IF needed > coalesce(NEW.score, -1) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('curriculum "%s" was not passed', NEW.curriculum),
            DETAIL = format('Needed is a score of %s; given is %s.', needed, coalesce(NEW.score::text, 'none')),
            HINT = 'Record the completion that was passed.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.derive_training_record() IS
    'Trigger on aims.training_record: valid_until by the curriculum (MS044), its min_score (MS042)';
CREATE TRIGGER derive BEFORE INSERT ON aims.training_record
    FOR EACH ROW EXECUTE FUNCTION aims.derive_training_record();
ALTER TABLE aims.training_record ENABLE ALWAYS TRIGGER derive;
COMMENT ON TRIGGER derive ON aims.training_record IS 'How long it counts is the curriculum''s to say';

CREATE FUNCTION aims.derive_training_session() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.restoring() AND NEW.status = 'stated' THEN
        NEW.valid_until := aims.curriculum_validity(
            (SELECT g.curriculum FROM aims.user_group AS g WHERE g.user_group_id = NEW.user_group_id), NEW.held_on, NEW.valid_until);
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.derive_training_session() IS
    'Trigger on aims.training_session: valid_until by the curriculum of the group (MS044)';
CREATE TRIGGER derive BEFORE INSERT OR UPDATE ON aims.training_session
    FOR EACH ROW EXECUTE FUNCTION aims.derive_training_session();
COMMENT ON TRIGGER derive ON aims.training_session IS 'How long it counts is the curriculum''s to say';

CREATE FUNCTION aims.check_attendance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    listed bigint;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT count(*) INTO listed FROM aims.training_attendance AS a
     WHERE a.training_session_id = NEW.training_session_id;
    IF listed <> NEW.attended THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('training session %s is not complete', NEW.training_session_id),
            DETAIL = format('%s people attended, and %s are listed.', NEW.attended, listed),
            HINT = 'INSERT INTO aims.training_attendance (training_session_id, attendee), or correct attended.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_attendance() IS
    'Trigger on aims.training_session: MS042 unless as many people are listed as are said to have attended';
CREATE TRIGGER check_attendance AFTER UPDATE ON aims.training_session
    FOR EACH ROW
    WHEN (NEW.status = 'confirmed' AND OLD.status <> 'confirmed')
    EXECUTE FUNCTION aims.check_attendance();
ALTER TABLE aims.training_session ENABLE ALWAYS TRIGGER derive, ENABLE ALWAYS TRIGGER check_attendance;
COMMENT ON TRIGGER check_attendance ON aims.training_session IS 'A number alone confirms nothing';

CREATE VIEW aims.competence_state WITH (security_barrier) AS
WITH needed AS (
    SELECT d.person, n.curriculum, array_agg(DISTINCT d.duty ORDER BY d.duty) AS duties, min(d.valid_from) AS needed_from
      FROM aims.duty AS d
      JOIN aims.curriculum_need AS n ON n.duty = d.duty
     WHERE (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
     GROUP BY d.person, n.curriculum
), latest AS (
    SELECT DISTINCT ON (r.person, r.curriculum) r.person, r.curriculum, r.training_record_id, r.completed_on, r.valid_until
      FROM aims.training_record AS r
     WHERE r.status = 'recorded'
     ORDER BY r.person, r.curriculum, r.valid_until DESC, r.training_record_id DESC
)
SELECT n.person::text, p.full_name, n.curriculum::text, c.title, n.duties, n.needed_from,
       r.training_record_id, r.completed_on, r.valid_until,
       CASE WHEN r.training_record_id IS NULL THEN 'missing'
            WHEN r.valid_until < (SELECT aims.today()) THEN 'expired'
            ELSE 'in_force'
       END AS state
  FROM needed AS n
  JOIN aims.person AS p ON p.person = n.person
  JOIN aims.curriculum AS c ON c.curriculum = n.curriculum
  LEFT JOIN latest AS r ON r.person = n.person AND r.curriculum = n.curriculum;
COMMENT ON VIEW aims.competence_state IS
    'Each person and each curriculum that the duties held today need: in force, expired or missing (ISO/IEC 42001 7.2)';
COMMENT ON COLUMN aims.competence_state.person IS 'Person';
COMMENT ON COLUMN aims.competence_state.full_name IS 'Name of the person';
COMMENT ON COLUMN aims.competence_state.curriculum IS 'Curriculum that is needed';
COMMENT ON COLUMN aims.competence_state.title IS 'What it teaches';
COMMENT ON COLUMN aims.competence_state.duties IS 'Duties that need it';
COMMENT ON COLUMN aims.competence_state.needed_from IS 'First day on which one of them was held';
COMMENT ON COLUMN aims.competence_state.training_record_id IS 'Record that counts longest; NULL: none';
COMMENT ON COLUMN aims.competence_state.completed_on IS 'When it was completed';
COMMENT ON COLUMN aims.competence_state.valid_until IS 'Last day that it counts';
COMMENT ON COLUMN aims.competence_state.state IS 'in_force, expired or missing';

CREATE VIEW aims.competence_gap WITH (security_barrier) AS
SELECT s.* FROM aims.competence_state AS s WHERE s.state <> 'in_force';
COMMENT ON VIEW aims.competence_gap IS 'What people lack for the duties that they hold today (ISO/IEC 42001 7.2)';
COMMENT ON COLUMN aims.competence_gap.person IS 'Person';
COMMENT ON COLUMN aims.competence_gap.full_name IS 'Name of the person';
COMMENT ON COLUMN aims.competence_gap.curriculum IS 'Curriculum that is needed';
COMMENT ON COLUMN aims.competence_gap.title IS 'What it teaches';
COMMENT ON COLUMN aims.competence_gap.duties IS 'Duties that need it';
COMMENT ON COLUMN aims.competence_gap.needed_from IS 'First day on which one of them was held';
COMMENT ON COLUMN aims.competence_gap.training_record_id IS 'Record that has expired; NULL: none';
COMMENT ON COLUMN aims.competence_gap.completed_on IS 'When it was completed';
COMMENT ON COLUMN aims.competence_gap.valid_until IS 'Last day that it counted';
COMMENT ON COLUMN aims.competence_gap.state IS 'expired or missing';

CREATE VIEW aims.user_training WITH (security_barrier) AS
SELECT g.user_group_id, g.system::text, g.title, g.curriculum::text, n.user_count_id, n.headcount, n.counted_on,
       coalesce(a.trained, 0) AS trained,
       CASE WHEN n.headcount > 0 THEN round(least(coalesce(a.trained, 0), n.headcount)::numeric / n.headcount, 3) END AS share,
       coalesce(a.lapsing, 0) AS lapsing, a.next_lapse, coalesce(s.session_ids, '{}') AS session_ids
  FROM aims.user_group AS g
  LEFT JOIN (
        SELECT DISTINCT ON (c.system, c.user_group_id) c.system, c.user_group_id, c.user_count_id, c.headcount, c.counted_on
          FROM aims.user_count AS c
         WHERE c.status = 'confirmed'
         ORDER BY c.system, c.user_group_id, c.counted_on DESC, c.user_count_id DESC) AS n
    ON n.system = g.system AND n.user_group_id = g.user_group_id
  LEFT JOIN (
        SELECT e.system, e.user_group_id, count(*) AS trained, min(e.valid_until) AS next_lapse,
               count(*) FILTER (WHERE e.valid_until < (SELECT aims.today()) + 90) AS lapsing
          FROM (SELECT t.system, t.user_group_id, max(t.valid_until) AS valid_until
                  FROM aims.training_session AS t
                  JOIN aims.training_attendance AS w ON w.training_session_id = t.training_session_id
                 WHERE t.status = 'confirmed' AND t.valid_until >= (SELECT aims.today())
                 GROUP BY t.system, t.user_group_id, w.attendee) AS e
         GROUP BY e.system, e.user_group_id) AS a
    ON a.system = g.system AND a.user_group_id = g.user_group_id
  LEFT JOIN (
        SELECT t.system, t.user_group_id, array_agg(t.training_session_id ORDER BY t.training_session_id) AS session_ids
          FROM aims.training_session AS t
         WHERE t.status = 'confirmed' AND t.valid_until >= (SELECT aims.today())
         GROUP BY t.system, t.user_group_id) AS s
    ON s.system = g.system AND s.user_group_id = g.user_group_id
 WHERE g.status = 'current';
COMMENT ON VIEW aims.user_training IS
    'Groups of users of AI systems: how many there are, how many have been taught and count today, each attendee once (ISO/IEC 42001 7.2, A.8.2)';
COMMENT ON COLUMN aims.user_training.user_group_id IS 'Group of users';
COMMENT ON COLUMN aims.user_training.system IS 'AI system that they use';
COMMENT ON COLUMN aims.user_training.title IS 'Who they are';
COMMENT ON COLUMN aims.user_training.curriculum IS 'What they have to be taught';
COMMENT ON COLUMN aims.user_training.user_count_id IS 'Count that counts: the latest confirmed one; NULL: none';
COMMENT ON COLUMN aims.user_training.headcount IS 'How many they are';
COMMENT ON COLUMN aims.user_training.counted_on IS 'On which day';
COMMENT ON COLUMN aims.user_training.trained IS 'People who attended a confirmed session that counts today';
COMMENT ON COLUMN aims.user_training.share IS 'trained of headcount, 0 to 1; NULL: not counted';
COMMENT ON COLUMN aims.user_training.lapsing IS 'Those of them whose training stops counting within 90 days';
COMMENT ON COLUMN aims.user_training.next_lapse IS 'When that of the first one does';
COMMENT ON COLUMN aims.user_training.session_ids IS 'Sessions that count today';

CREATE FUNCTION aims.check_users_trained(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_and(coalesce(q.problem IS NULL AND u.trained >= (parameter ->> 'share')::numeric * u.headcount, false)), false),
               coalesce(string_agg(format('%s: %s of %s trained (needed: %s)%s%s', u.title, u.trained, coalesce(u.headcount::text, '?'),
                                          coalesce(parameter ->> 'share', 'share not stated'),
                                          coalesce(', sessions ' || nullif(array_to_string(u.session_ids, ', '), ''), ''),
                                          coalesce('; ' || q.problem, '')),
                                   '; ' ORDER BY u.user_group_id),
                        'no group of users is stated')
          FROM aims.user_training AS u
         CROSS JOIN LATERAL (
               SELECT CASE WHEN u.headcount IS NULL THEN 'how many there are has not been confirmed'
                           WHEN u.counted_on + make_interval(months => coalesce((parameter ->> 'counted_months')::integer, 12))
                                < (SELECT aims.today()) THEN format('they were counted on %s, too long ago', to_char(u.counted_on, 'YYYY-MM-DD'))
                      END AS problem) AS q
         WHERE u.system = check_users_trained.system;
    END;
COMMENT ON FUNCTION aims.check_users_trained(text, jsonb) IS
    'Gate check: in each group of users of the system, is the share parameter.share (0 to 1) trained today, of a headcount that another person has confirmed and that is not older than parameter.counted_months (12)? Not met where no group is stated';

CREATE VIEW aims.competence_action WITH (security_barrier) AS
WITH calendar AS (
    SELECT aims.today() AS today
)
SELECT 'train' AS action, 'curriculum' AS subject, s.curriculum AS subject_id, NULL::text AS system, NULL::text AS vendor,
       NULL::text AS duty, s.person, coalesce(s.valid_until, s.needed_from) AS due_on, '7.2' AS ref,
       format('%s, for %s: %s', s.title, array_to_string(s.duties, ', '),
              CASE s.state WHEN 'in_force' THEN 'expires' ELSE s.state END) AS detail
  FROM aims.competence_state AS s
 WHERE s.state <> 'in_force' OR s.valid_until < (SELECT today FROM calendar) + 90
UNION ALL
SELECT 'name users', 'ai_system', s.system, s.system, NULL, 'system_owner', NULL, NULL, 'A.8.2',
       'no group of users is stated: INSERT INTO aims.user_group (system, title, curriculum)'
  FROM aims.ai_system AS s
 WHERE s.stage IN ('deployment', 'operation_monitoring') AND s.out_of_scope_reason IS NULL
   AND NOT EXISTS (SELECT FROM aims.user_group AS g WHERE g.system = s.system AND g.status = 'current')
UNION ALL
SELECT 'count users', 'user_group', u.user_group_id::text, u.system, NULL, 'system_owner', NULL,
       (u.counted_on + make_interval(months => 12))::date, '7.2',
       format('%s: %s', u.title, CASE WHEN u.counted_on IS NULL THEN 'how many there are has not been confirmed'
                                      ELSE 'counted on ' || to_char(u.counted_on, 'YYYY-MM-DD') END)
  FROM aims.user_training AS u
  JOIN aims.ai_system AS s ON s.system = u.system AND s.stage <> 'retirement'
 WHERE u.counted_on IS NULL OR u.counted_on + make_interval(months => 12) < (SELECT today FROM calendar) + 90
UNION ALL
SELECT 'train users', 'user_group', u.user_group_id::text, u.system, NULL, 'system_owner', NULL,
       CASE WHEN u.trained >= u.headcount THEN u.next_lapse END, 'A.8.2',
       format('%s: %s of %s trained, %s of these lapse within 90 days', u.title, u.trained, coalesce(u.headcount::text, '?'), u.lapsing)
  FROM aims.user_training AS u
  JOIN aims.ai_system AS s ON s.system = u.system AND s.stage <> 'retirement'
 WHERE u.trained < u.headcount OR u.lapsing > 0
UNION ALL
SELECT 'confirm', 'user_count', c.user_count_id::text, c.system, NULL, 'system_owner', NULL, NULL, '7.2',
       format('%s people by %s, stated by %s', c.headcount, c.source, coalesce(c.created_by, 'nobody'))
  FROM aims.user_count AS c
 WHERE c.status = 'stated'
UNION ALL
SELECT 'confirm', 'training_session', t.training_session_id::text, t.system, NULL, 'system_owner', NULL, NULL, 'A.8.2',
       format('%s people on %s, stated by %s', t.attended, to_char(t.held_on, 'YYYY-MM-DD'), coalesce(t.created_by, 'nobody'))
  FROM aims.training_session AS t
 WHERE t.status = 'stated';
COMMENT ON VIEW aims.competence_action IS
    'Who has to be taught, counted or confirmed, now or soon (ISO/IEC 42001 7.2, A.8.2)';
COMMENT ON COLUMN aims.competence_action.action IS 'What is to be done, in a word or two';
COMMENT ON COLUMN aims.competence_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.competence_action.subject_id IS 'Its key';
COMMENT ON COLUMN aims.competence_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.competence_action.vendor IS 'Always NULL: none of this is about a vendor';
COMMENT ON COLUMN aims.competence_action.duty IS 'Duty whose holder does it, where it is nobody''s in person';
COMMENT ON COLUMN aims.competence_action.person IS 'Person who does it';
COMMENT ON COLUMN aims.competence_action.due_on IS 'By when; NULL: as soon as may be';
COMMENT ON COLUMN aims.competence_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.competence_action.detail IS 'What it is about';
