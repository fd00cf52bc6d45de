-- Documents of the management system, who has read them, objectives, context,
-- communication, planned changes, resources (ISO/IEC 42001 4, 5.2, 6.2, 6.3,
-- 7.1, 7.3 to 7.5, A.2, A.8.2, A.8.5).
--
-- A version is drafted, submitted and signed; whether it is in force today is
-- never typed: it follows from the day of its approval, the day that it is to
-- take effect, what came after it, and the reviews that have confirmed it.

CREATE TABLE aims.document_kind (
    kind      aims.slug              PRIMARY KEY,
    title     text                   NOT NULL,
    framework aims.slug              NOT NULL DEFAULT 'iso42001',
    ref       aims.control_ref       NOT NULL DEFAULT '7.5.1',
    approvers text[]                 NOT NULL DEFAULT '{ai_officer,committee_member}',
    audience  text,
    needed_by text,
    stages    aims.lifecycle_stage[],
    shipped   boolean                NOT NULL DEFAULT false,
    CONSTRAINT document_kind_requirement_fkey FOREIGN KEY (framework, ref) REFERENCES aims.requirement,
    CONSTRAINT document_kind_title_given CHECK (title ~ '\S'),
    CONSTRAINT document_kind_some_approver CHECK (cardinality(approvers) > 0),
    CONSTRAINT document_kind_approvers_known CHECK (
        approvers <@ '{executive_sponsor,ai_officer,committee_member}' AND array_position(approvers, NULL) IS NULL),
    CONSTRAINT document_kind_audience_known CHECK (audience IN (
        'everyone', 'executive_sponsor', 'ai_officer', 'committee_member', 'system_owner',
        'clinical_reviewer', 'internal_auditor', 'risk_owner', 'data_steward')),
    CONSTRAINT document_kind_needed_by_known CHECK (needed_by IN ('organisation', 'system')),
    CONSTRAINT document_kind_stages_of_system CHECK (coalesce(needed_by = 'system', false) = coalesce(cardinality(stages) > 0, false))
);
SELECT pg_catalog.pg_extension_config_dump('aims.document_kind', 'WHERE NOT shipped');
COMMENT ON TABLE aims.document_kind IS
    'Kinds of documents: who approves them, and whether the organisation, or each AI system in some stages, needs one; a site adds its own (ISO/IEC 42001 7.5.1, 7.5.2)';
COMMENT ON COLUMN aims.document_kind.kind IS 'Slug of the kind: parameter.kind of aims.check_document';
COMMENT ON COLUMN aims.document_kind.title IS 'What it is called';
COMMENT ON COLUMN aims.document_kind.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.document_kind.ref IS 'Clause or control that asks for it';
COMMENT ON COLUMN aims.document_kind.approvers IS
    'Duties of which whoever approves a version holds one: executive_sponsor, ai_officer or committee_member; the AI policy is the executive sponsor''s alone (5.2)';
COMMENT ON COLUMN aims.document_kind.audience IS
    'Duty whose holders, or everyone, acknowledge the first version if nothing else is said; NULL: nobody has to';
COMMENT ON COLUMN aims.document_kind.needed_by IS
    'organisation or system: a missing one is listed in aims.document_gap; NULL: optional';
COMMENT ON COLUMN aims.document_kind.stages IS 'Stages in which an AI system needs it';
COMMENT ON COLUMN aims.document_kind.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.document_kind (kind, title, ref, approvers, audience, needed_by, stages, shipped) VALUES
    ('ai_policy',       'AI policy',                       '5.2',     '{executive_sponsor}',            'everyone', 'organisation', NULL, true),
    ('scope',           'Scope statement',                 '4.3',     '{executive_sponsor,ai_officer}', NULL,       'organisation', NULL, true),
    ('charter',         'Charter of the committee',        '5.3',     '{executive_sponsor}', 'committee_member',    'organisation', NULL, true),
    ('impact_assessment_procedure', 'How impact is assessed', 'A.5.2', '{ai_officer,committee_member}', NULL,       'organisation', NULL, true),
    ('development_procedure', 'How AI systems are developed', 'A.6.1.3', '{ai_officer,committee_member}', NULL,     'organisation', NULL, true),
    ('use_procedure',   'How AI systems are used',         'A.9.2',   '{ai_officer,committee_member}',  NULL,       'organisation', NULL, true),
    ('incident_procedure', 'How incidents are told',       'A.8.4',   '{ai_officer,committee_member}',  NULL,       'organisation', NULL, true),
    ('instruction_for_use', 'Instruction for users',       'A.8.2',   '{ai_officer,committee_member}',  NULL,       'system',
        '{deployment,operation_monitoring,re_evaluation}', true),
    ('public_information', 'Information for interested parties', 'A.8.5', '{ai_officer,committee_member}', NULL, NULL, NULL, true),
    ('design',          'Design of an AI system',          'A.6.2.3', '{ai_officer,committee_member}',  NULL, NULL, NULL, true),
    ('override_plan',   'Plan for overriding output',      'A.9.2',   '{ai_officer,committee_member}',  NULL, NULL, NULL, true),
    ('monitoring_plan', 'Plan for monitoring',             'A.6.2.6', '{ai_officer,committee_member}',  NULL, NULL, NULL, true),
    ('records_retention', 'Which records are kept, and how long', '7.5.3', '{ai_officer,committee_member}', NULL, NULL, NULL, true),
    ('procedure',       'Other procedure',                 '8.1',     '{ai_officer,committee_member}',  NULL, NULL, NULL, true),
    ('plan',            'Other plan',                      '6.2',     '{ai_officer,committee_member}',  NULL, NULL, NULL, true),
    ('other',           'Other document',                  '7.5.1',   '{ai_officer,committee_member,executive_sponsor}', NULL, NULL, NULL, true);

CREATE TABLE aims.document (
    document_id       bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    code              aims.slug   NOT NULL,
    kind              aims.slug   NOT NULL CONSTRAINT document_kind_fkey REFERENCES aims.document_kind,
    title             text        NOT NULL,
    system            aims.slug   CONSTRAINT document_system_fkey REFERENCES aims.ai_system,
    owner             aims.slug   NOT NULL CONSTRAINT document_owner_fkey REFERENCES aims.person,
    status            text        NOT NULL DEFAULT 'current',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT document_created_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT document_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT document_code_key UNIQUE (code),
    CONSTRAINT document_title_given CHECK (title ~ '\S'),
    CONSTRAINT document_of_organisation CHECK (system IS NULL OR kind NOT IN ('ai_policy', 'scope', 'charter')),
    CONSTRAINT document_status_known CHECK (status IN ('current', 'withdrawn'))
);
CREATE INDEX document_kind_idx ON aims.document (kind, system);
CREATE INDEX document_system_idx ON aims.document (system) WHERE system IS NOT NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.document', '');
SELECT pg_catalog.pg_extension_config_dump('aims.document_document_id_seq', '');
COMMENT ON TABLE aims.document IS
    'Documents of the management system, by what they are for; what they say are their versions (ISO/IEC 42001 7.5.1, A.2.2, A.8.2)';
COMMENT ON INDEX aims.document_kind_idx IS 'Finds the documents of a kind about a system';
COMMENT ON INDEX aims.document_system_idx IS 'Finds the documents about a system';
COMMENT ON COLUMN aims.document.document_id IS 'Number of the document';
COMMENT ON COLUMN aims.document.code IS 'Short name that people cite it by; never changes';
COMMENT ON COLUMN aims.document.kind IS 'Kind (aims.document_kind); never changes, since it decides who approves';
COMMENT ON COLUMN aims.document.title IS 'Title';
COMMENT ON COLUMN aims.document.system IS 'AI system that it is about; NULL: the organisation; never changes';
COMMENT ON COLUMN aims.document.owner IS 'Person who keeps it up to date';
COMMENT ON COLUMN aims.document.status IS 'current or withdrawn';
COMMENT ON COLUMN aims.document.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.document.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.document.created_by IS 'Who entered it; NULL: a session of nobody';
COMMENT ON COLUMN aims.document.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.document.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.document_version (
    document_version_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    document_id         bigint      NOT NULL
                        CONSTRAINT document_version_document_fkey REFERENCES aims.document,
    system              aims.slug   CONSTRAINT document_version_system_fkey REFERENCES aims.ai_system,
    version             text        NOT NULL,
    uri                 text,
    content_sha256      bytea,
    change_summary      text,
    author              aims.slug   DEFAULT aims.current_person()
                        CONSTRAINT document_version_author_fkey REFERENCES aims.person,
    effective_on        date,
    in_force_from       date,
    review_months       integer     NOT NULL DEFAULT 12,
    status              text        NOT NULL DEFAULT 'draft',
    withdrawal_reason   text,
    created_at          timestamptz,
    created_by          aims.slug   CONSTRAINT document_version_created_by_fkey REFERENCES aims.person,
    submitted_at        timestamptz,
    submitted_by        aims.slug   CONSTRAINT document_version_submitted_by_fkey REFERENCES aims.person,
    approved_at         timestamptz,
    approved_by         aims.slug   CONSTRAINT document_version_approved_by_fkey REFERENCES aims.person,
    withdrawn_at        timestamptz,
    withdrawn_by        aims.slug   CONSTRAINT document_version_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT document_version_key UNIQUE (document_id, version),
    CONSTRAINT document_version_given CHECK (version ~ '\S'),
    CONSTRAINT document_version_uri_given CHECK (uri ~ '\S'),
    CONSTRAINT document_version_sha256_size CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT document_version_effective_on_finite CHECK (isfinite(effective_on)),
    CONSTRAINT document_version_review_in_five_years CHECK (review_months BETWEEN 1 AND 60),
    CONSTRAINT document_version_status_known CHECK (status IN ('draft', 'in_review', 'approved', 'withdrawn'))
);
CREATE INDEX document_version_system_idx ON aims.document_version (system) WHERE system IS NOT NULL;
CREATE INDEX document_version_force_idx ON aims.document_version (document_id, in_force_from, document_version_id)
    WHERE in_force_from IS NOT NULL;
CREATE INDEX document_version_waiting_idx ON aims.document_version (document_id) WHERE status = 'in_review';
SELECT pg_catalog.pg_extension_config_dump('aims.document_version', '');
SELECT pg_catalog.pg_extension_config_dump('aims.document_version_document_version_id_seq', '');
COMMENT ON TABLE aims.document_version IS
    'Versions of documents: drafted, submitted, signed by another person; the file stays where it is, named by uri and hash (ISO/IEC 42001 7.5.2, 7.5.3; 21 CFR 11.50, 11.70)';
COMMENT ON INDEX aims.document_version_system_idx IS 'Finds the versions of documents about a system';
COMMENT ON INDEX aims.document_version_force_idx IS 'Finds the version of a document that took effect last';
COMMENT ON INDEX aims.document_version_waiting_idx IS 'Finds what waits for approval';
COMMENT ON COLUMN aims.document_version.document_version_id IS 'Number of the version: subject_id of aims.approve(''document_version'', ...)';
COMMENT ON COLUMN aims.document_version.document_id IS 'Document';
COMMENT ON COLUMN aims.document_version.system IS 'AI system of the document, whatever is typed';
COMMENT ON COLUMN aims.document_version.version IS 'Label of the version, once per document';
COMMENT ON COLUMN aims.document_version.uri IS 'Where the file is kept';
COMMENT ON COLUMN aims.document_version.content_sha256 IS 'SHA-256 of the file, 32 bytes, so that a changed file shows';
COMMENT ON COLUMN aims.document_version.change_summary IS 'What changed, and why';
COMMENT ON COLUMN aims.document_version.author IS 'Who wrote it; may not approve it';
COMMENT ON COLUMN aims.document_version.effective_on IS
    'Day on which it is to take effect; it does not before the day of its approval';
COMMENT ON COLUMN aims.document_version.in_force_from IS
    'First day in force: effective_on, or the day of approval where that is later; the server''s to say. NULL: not approved, or withdrawn before it took effect';
COMMENT ON COLUMN aims.document_version.review_months IS
    'It is to be reviewed every so many months (A.2.4); signed with the version, so that nobody puts a review off';
COMMENT ON COLUMN aims.document_version.status IS
    'draft, in_review, approved or withdrawn; aims.document_version_state says whether it is in force';
COMMENT ON COLUMN aims.document_version.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.document_version.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.document_version.created_by IS 'Who entered it; may not approve it';
COMMENT ON COLUMN aims.document_version.submitted_at IS 'When it was submitted for approval';
COMMENT ON COLUMN aims.document_version.submitted_by IS 'Who submitted it';
COMMENT ON COLUMN aims.document_version.approved_at IS 'When it was approved';
COMMENT ON COLUMN aims.document_version.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.document_version.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.document_version.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.document_audience (
    document_version_id bigint  NOT NULL
                        CONSTRAINT document_audience_version_fkey REFERENCES aims.document_version,
    audience            text    NOT NULL,
    within_days         integer NOT NULL DEFAULT 30,
    CONSTRAINT document_audience_pkey PRIMARY KEY (document_version_id, audience),
    CONSTRAINT document_audience_known CHECK (audience IN (
        'everyone', 'executive_sponsor', 'ai_officer', 'committee_member', 'system_owner',
        'clinical_reviewer', 'internal_auditor', 'risk_owner', 'data_steward')),
    CONSTRAINT document_audience_within_a_year CHECK (within_days BETWEEN 0 AND 366)
);
SELECT pg_catalog.pg_extension_config_dump('aims.document_audience', '');
COMMENT ON TABLE aims.document_audience IS
    'Who is to acknowledge a version: approved and signed with it. A new version begins with the audience of the one before (ISO/IEC 42001 7.3, 7.5.3)';
COMMENT ON COLUMN aims.document_audience.document_version_id IS 'Version';
COMMENT ON COLUMN aims.document_audience.audience IS
    'A duty: its holders, of a document about an AI system those for that system or the organisation; or everyone: every person who holds any duty or has a database role';
COMMENT ON COLUMN aims.document_audience.within_days IS
    'Days to do so, from the day that it takes effect or the person joins the audience';

CREATE TABLE aims.document_acknowledgement (
    document_version_id bigint      NOT NULL
                        CONSTRAINT document_acknowledgement_version_fkey REFERENCES aims.document_version,
    person              aims.slug   NOT NULL DEFAULT aims.current_person()
                        CONSTRAINT document_acknowledgement_person_fkey REFERENCES aims.person,
    acknowledged_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT document_acknowledgement_pkey PRIMARY KEY (document_version_id, person)
);
CREATE INDEX document_acknowledgement_person_idx ON aims.document_acknowledgement (person);
SELECT pg_catalog.pg_extension_config_dump('aims.document_acknowledgement', '');
COMMENT ON TABLE aims.document_acknowledgement IS
    'Who has read which version, said by the person and nobody else; never changed (ISO/IEC 42001 7.3)';
COMMENT ON INDEX aims.document_acknowledgement_person_idx IS 'What a person has acknowledged';
COMMENT ON COLUMN aims.document_acknowledgement.document_version_id IS 'Version';
COMMENT ON COLUMN aims.document_acknowledgement.person IS 'Who has read it: the acting person';
COMMENT ON COLUMN aims.document_acknowledgement.acknowledged_at IS 'When, by the server''s clock';

CREATE TABLE aims.document_review (
    document_review_id  bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    document_version_id bigint      NOT NULL
                        CONSTRAINT document_review_version_fkey REFERENCES aims.document_version,
    outcome             text        NOT NULL,
    note                text        NOT NULL,
    reviewed_on         date        NOT NULL DEFAULT aims.today(),
    recorded_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by         aims.slug   CONSTRAINT document_review_recorded_by_fkey REFERENCES aims.person,
    CONSTRAINT document_review_outcome_known CHECK (outcome IN ('confirmed', 'revise')),
    CONSTRAINT document_review_note_given CHECK (note ~ '\S')
);
CREATE INDEX document_review_version_idx ON aims.document_review (document_version_id, reviewed_on);
SELECT pg_catalog.pg_extension_config_dump('aims.document_review', '');
SELECT pg_catalog.pg_extension_config_dump('aims.document_review_document_review_id_seq', '');
COMMENT ON TABLE aims.document_review IS
    'Reviews of approved versions by somebody who could have approved them and did not write them; never changed (ISO/IEC 42001 A.2.4)';
COMMENT ON INDEX aims.document_review_version_idx IS 'Finds the latest review of a version';
COMMENT ON COLUMN aims.document_review.document_review_id IS 'Number of the review';
COMMENT ON COLUMN aims.document_review.document_version_id IS 'Version that was reviewed';
COMMENT ON COLUMN aims.document_review.outcome IS
    'confirmed: it stays, and the time to the next review begins anew; revise: a new version is needed';
COMMENT ON COLUMN aims.document_review.note IS 'What was looked at, and why it was decided so';
COMMENT ON COLUMN aims.document_review.reviewed_on IS 'Day of the review: that of its record';
COMMENT ON COLUMN aims.document_review.recorded_at IS 'When, by the server''s clock';
COMMENT ON COLUMN aims.document_review.recorded_by IS 'Who reviewed it';

INSERT INTO aims.record_kind (record, key, title, approvers, authors, editable, unsigned, parts, past) VALUES
    ('document', 'document_id', 'document', '{}', '{}', '{}', '{title,owner,withdrawal_reason}', '{}', '{}'),
    ('document_version', 'document_version_id', 'document version', '{executive_sponsor,ai_officer,committee_member}',
     '{created_by,author,submitted_by}', '{draft}', '{withdrawal_reason,in_force_from}', '{document_audience}', '{}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, named, four_eyes, needs, decision, stamp_at, stamp_by) VALUES
    ('document', NULL,      'current',   '{}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('document', 'current', 'withdrawn', '{ai_officer,executive_sponsor}', '{}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('document_version', NULL,        'draft',     '{}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('document_version', 'draft',     'in_review', '{ai_officer,system_owner}', '{author}', '{}',
     '{uri,content_sha256,change_summary,author,effective_on}', NULL, 'submitted_at', 'submitted_by'),
    ('document_version', 'draft',     'withdrawn', '{ai_officer,system_owner}', '{author}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('document_version', 'in_review', 'approved',  '{}', '{}', '{}', '{}', 'approve', 'approved_at', 'approved_by'),
    ('document_version', 'in_review', 'draft',     '{}', '{}', '{}', '{}', 'reject', NULL, NULL),
    ('document_version', 'approved',  'withdrawn', '{ai_officer,executive_sponsor}', '{}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by');

CREATE FUNCTION aims.derive_document_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former aims.document_version;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        former := OLD;
    END IF;
    NEW.system := (SELECT d.system FROM aims.document AS d WHERE d.document_id = NEW.document_id);
    NEW.in_force_from := CASE
        WHEN NEW.status = 'approved' AND former.status <> 'approved' THEN greatest(NEW.effective_on, aims.today())
        WHEN NEW.status = 'withdrawn' AND former.in_force_from > aims.today() THEN NULL
        ELSE former.in_force_from
    END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.derive_document_version() IS
    'Trigger on aims.document_version: its system is its document''s, since duties are asked for by it, and in_force_from follows from approval and withdrawal, whatever is typed';

-- Before the trigger guard, by its name
CREATE TRIGGER derive BEFORE INSERT OR UPDATE ON aims.document_version
    FOR EACH ROW EXECUTE FUNCTION aims.derive_document_version();
ALTER TABLE aims.document_version ENABLE ALWAYS TRIGGER derive;
COMMENT ON TRIGGER derive ON aims.document_version IS 'The system is the document''s, and no version takes effect before its approval';

CREATE FUNCTION aims.begin_audience() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    INSERT INTO aims.document_audience (document_version_id, audience, within_days)
    SELECT NEW.document_version_id, a.audience, a.within_days
      FROM aims.document_audience AS a
     WHERE a.document_version_id = (SELECT max(v.document_version_id) FROM aims.document_version AS v
                                     WHERE v.document_id = NEW.document_id AND v.document_version_id < NEW.document_version_id);
    IF NOT FOUND THEN
        INSERT INTO aims.document_audience (document_version_id, audience)
        SELECT NEW.document_version_id, k.audience
          FROM aims.document AS d
          JOIN aims.document_kind AS k ON k.kind = d.kind
         WHERE d.document_id = NEW.document_id AND k.audience IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.begin_audience() IS
    'Trigger on aims.document_version: a new version begins with the audience of the one before, or that of the kind';
CREATE TRIGGER begin_audience AFTER INSERT ON aims.document_version
    FOR EACH ROW EXECUTE FUNCTION aims.begin_audience();
ALTER TABLE aims.document_version ENABLE ALWAYS TRIGGER begin_audience;
COMMENT ON TRIGGER begin_audience ON aims.document_version IS 'Nobody is forgotten between two versions';

CREATE FUNCTION aims.document_approvers(document_version_id bigint) RETURNS text[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (SELECT k.approvers
              FROM aims.document_version AS v
              JOIN aims.document AS d ON d.document_id = v.document_id
              JOIN aims.document_kind AS k ON k.kind = d.kind
             WHERE v.document_version_id = document_approvers.document_version_id);
COMMENT ON FUNCTION aims.document_approvers(bigint) IS 'Duties of which whoever approves or reviews a version holds one';

CREATE FUNCTION aims.check_document_approver() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.restoring() THEN
        PERFORM aims.require_duty(aims.document_approvers(NEW.document_version_id), NEW.system);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_document_approver() IS
    'Trigger on aims.document_version: MS013 unless the approver holds a duty that approves documents of this kind';
CREATE TRIGGER check_approver AFTER UPDATE ON aims.document_version
    FOR EACH ROW
    WHEN (NEW.status = 'approved' AND OLD.status <> 'approved')
    EXECUTE FUNCTION aims.check_document_approver();
ALTER TABLE aims.document_version ENABLE ALWAYS TRIGGER check_approver;
COMMENT ON TRIGGER check_approver ON aims.document_version IS 'The AI policy is approved by the executive sponsor alone (5.2)';

CREATE VIEW aims.document_version_state WITH (security_barrier) AS
SELECT v.document_version_id, v.document_id, d.code::text, d.kind::text, d.title, v.system::text, v.version,
       CASE WHEN v.status IN ('draft', 'in_review') THEN v.status
            WHEN v.status = 'withdrawn' OR d.status = 'withdrawn' THEN 'withdrawn'
            WHEN v.in_force_from > (SELECT aims.today()) THEN 'future'
            WHEN newest.document_version_id <> v.document_version_id THEN 'superseded'
            ELSE 'in_force'
       END AS state,
       v.in_force_from, r.confirmed_on, u.review_due,
       coalesce(u.review_due < (SELECT aims.today()), false) AS review_overdue,
       v.author::text, v.approved_by::text, v.approved_at,
       CASE WHEN v.in_force_from <= (SELECT aims.today()) THEN nullif(newest.document_version_id, v.document_version_id) END AS superseded_by
  FROM aims.document_version AS v
  JOIN aims.document AS d ON d.document_id = v.document_id
  -- what took effect last, also where it was withdrawn afterwards: no earlier
  -- version comes back by itself
  LEFT JOIN LATERAL (
        SELECT n.document_version_id
          FROM aims.document_version AS n
         WHERE n.document_id = v.document_id AND n.in_force_from <= (SELECT aims.today())
         ORDER BY n.in_force_from DESC, n.document_version_id DESC
         LIMIT 1) AS newest ON true
  LEFT JOIN LATERAL (
        SELECT max(w.reviewed_on) AS confirmed_on
          FROM aims.document_review AS w
         WHERE w.document_version_id = v.document_version_id AND w.outcome = 'confirmed') AS r ON true
 CROSS JOIN LATERAL (
        SELECT (greatest(v.in_force_from, r.confirmed_on) + make_interval(months => v.review_months))::date AS review_due) AS u;
COMMENT ON VIEW aims.document_version_state IS
    'Versions as they stand today: computed from approval, effective day, what has followed and what reviews confirmed (ISO/IEC 42001 7.5.2, 7.5.3)';
COMMENT ON COLUMN aims.document_version_state.document_version_id IS 'Number of the version';
COMMENT ON COLUMN aims.document_version_state.document_id IS 'Document';
COMMENT ON COLUMN aims.document_version_state.code IS 'Its short name';
COMMENT ON COLUMN aims.document_version_state.kind IS 'Its kind';
COMMENT ON COLUMN aims.document_version_state.title IS 'Its title';
COMMENT ON COLUMN aims.document_version_state.system IS 'AI system that it is about';
COMMENT ON COLUMN aims.document_version_state.version IS 'Label of the version';
COMMENT ON COLUMN aims.document_version_state.state IS
    'draft, in_review, future (approved, not yet effective), in_force, superseded (a later one has taken effect) or withdrawn (it, or the document)';
COMMENT ON COLUMN aims.document_version_state.in_force_from IS
    'First day in force; NULL: not approved, or withdrawn before it took effect';
COMMENT ON COLUMN aims.document_version_state.confirmed_on IS 'Day of the last review that confirmed it';
COMMENT ON COLUMN aims.document_version_state.review_due IS 'review_months after it took effect or was confirmed';
COMMENT ON COLUMN aims.document_version_state.review_overdue IS 'Is that day past?';
COMMENT ON COLUMN aims.document_version_state.author IS 'Who wrote it';
COMMENT ON COLUMN aims.document_version_state.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.document_version_state.approved_at IS 'When';
COMMENT ON COLUMN aims.document_version_state.superseded_by IS 'Version that took effect last, where it is another one';

CREATE VIEW aims.document_in_force WITH (security_barrier) AS
SELECT d.document_id, d.code::text, d.kind::text, d.title, d.system::text, d.owner::text,
       v.document_version_id, v.version, v.in_force_from, v.approved_by::text
  FROM (SELECT DISTINCT ON (w.document_id) w.document_id, w.document_version_id
          FROM aims.document_version AS w
         WHERE w.in_force_from <= (SELECT aims.today())
         ORDER BY w.document_id, w.in_force_from DESC, w.document_version_id DESC) AS newest
  JOIN aims.document_version AS v ON v.document_version_id = newest.document_version_id
  JOIN aims.document AS d ON d.document_id = newest.document_id
 WHERE v.status = 'approved' AND d.status = 'current';
COMMENT ON VIEW aims.document_in_force IS
    'The version in force today of each document that has one (ISO/IEC 42001 7.5.3)';
COMMENT ON COLUMN aims.document_in_force.document_id IS 'Document';
COMMENT ON COLUMN aims.document_in_force.code IS 'Its short name';
COMMENT ON COLUMN aims.document_in_force.kind IS 'Its kind';
COMMENT ON COLUMN aims.document_in_force.title IS 'Its title';
COMMENT ON COLUMN aims.document_in_force.system IS 'AI system that it is about; NULL: the organisation';
COMMENT ON COLUMN aims.document_in_force.owner IS 'Person who keeps it up to date';
COMMENT ON COLUMN aims.document_in_force.document_version_id IS 'Number of the version';
COMMENT ON COLUMN aims.document_in_force.version IS 'Its label';
COMMENT ON COLUMN aims.document_in_force.in_force_from IS 'Its first day in force';
COMMENT ON COLUMN aims.document_in_force.approved_by IS 'Who approved it';

CREATE VIEW aims.document_reader WITH (security_barrier) AS
WITH version AS (
    SELECT v.document_version_id, v.code, v.kind, v.title, v.system, v.version, v.in_force_from, a.audience, a.within_days
      FROM aims.document_in_force AS v
      JOIN aims.document_audience AS a ON a.document_version_id = v.document_version_id
), duty AS (
    SELECT d.duty, d.system::text AS system, d.person, min(d.valid_from) AS since
      FROM aims.duty AS d
     WHERE (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
     GROUP BY d.duty, d.system, d.person
), anyone AS (
    SELECT 'everyone' AS audience, o.person, min(o.since) AS since
      FROM (SELECT d.person, d.since FROM duty AS d
            UNION ALL
            SELECT p.person, (p.mapped_at AT TIME ZONE coalesce((SELECT g.time_zone FROM aims.organisation AS g), 'UTC'))::date
              FROM aims.person AS p
             WHERE p.db_role IS NOT NULL) AS o
     GROUP BY o.person
    UNION ALL
    SELECT d.duty, d.person, min(d.since) FROM duty AS d GROUP BY d.duty, d.person
), reader AS (
    -- about the organisation: whoever holds the duty, for any system
    SELECT v.document_version_id, h.person, greatest(v.in_force_from, h.since) + v.within_days AS due_on
      FROM version AS v
      JOIN anyone AS h ON h.audience = v.audience
     WHERE v.system IS NULL OR v.audience = 'everyone'
    UNION ALL
    -- about a system: for that system
    SELECT v.document_version_id, h.person, greatest(v.in_force_from, h.since) + v.within_days
      FROM version AS v
      JOIN duty AS h ON h.duty = v.audience AND h.system = v.system
    UNION ALL
    -- or for the organisation
    SELECT v.document_version_id, h.person, greatest(v.in_force_from, h.since) + v.within_days
      FROM version AS v
      JOIN duty AS h ON h.duty = v.audience AND h.system IS NULL
     WHERE v.system IS NOT NULL
), due AS (
    SELECT r.document_version_id, r.person, min(r.due_on) AS due_on
      FROM reader AS r
     GROUP BY r.document_version_id, r.person
)
SELECT v.document_version_id, d.code::text, d.kind::text, d.title, v.system::text, v.version, r.person::text, r.due_on, k.acknowledged_at,
       CASE WHEN k.acknowledged_at IS NOT NULL THEN 'acknowledged'
            WHEN r.due_on < (SELECT aims.today()) THEN 'overdue'
            ELSE 'pending'
       END AS state
  FROM due AS r
  JOIN aims.document_version AS v ON v.document_version_id = r.document_version_id
  JOIN aims.document AS d ON d.document_id = v.document_id
  LEFT JOIN aims.document_acknowledgement AS k
    ON k.document_version_id = r.document_version_id AND k.person = r.person;
COMMENT ON VIEW aims.document_reader IS
    'Who is to acknowledge the versions in force, and who has (ISO/IEC 42001 7.3)';
COMMENT ON COLUMN aims.document_reader.document_version_id IS 'Version in force';
COMMENT ON COLUMN aims.document_reader.code IS 'Short name of the document';
COMMENT ON COLUMN aims.document_reader.kind IS 'Kind of the document';
COMMENT ON COLUMN aims.document_reader.title IS 'Its title';
COMMENT ON COLUMN aims.document_reader.system IS 'AI system that it is about';
COMMENT ON COLUMN aims.document_reader.version IS 'Label of the version';
COMMENT ON COLUMN aims.document_reader.person IS 'Person of the audience today';
COMMENT ON COLUMN aims.document_reader.due_on IS 'Day by which the person is to have read it';
COMMENT ON COLUMN aims.document_reader.acknowledged_at IS 'When the person did';
COMMENT ON COLUMN aims.document_reader.state IS 'acknowledged, pending or overdue';

CREATE FUNCTION aims.check_acknowledgement() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting  text;
    present text;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    acting := aims.require_person();
    IF NEW.person IS DISTINCT FROM acting THEN
        RAISE EXCEPTION USING ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not acknowledge for "%s"', acting, NEW.person),
            DETAIL = 'That one has read a document is said by oneself.',
            HINT = 'Leave person out.';
    END IF;
    SELECT v.state INTO present FROM aims.document_version_state AS v
     WHERE v.document_version_id = NEW.document_version_id;
    IF present <> 'in_force' THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('document version %s is not in force', NEW.document_version_id),
            DETAIL = format('It is: %s.', present),
            HINT = 'SELECT document_version_id, code, version FROM aims.document_version_state WHERE state = ''in_force''';
    END IF;
    IF present IS NOT NULL AND NOT EXISTS (SELECT FROM aims.document_reader AS r
                                            WHERE r.document_version_id = NEW.document_version_id AND r.person = acting) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS013',
            MESSAGE = format('person "%s" is not in the audience of document version %s', acting, NEW.document_version_id),
            DETAIL = format('Its audience is: %s.',
                            coalesce((SELECT string_agg(a.audience, ', ' ORDER BY a.audience) FROM aims.document_audience AS a
                                       WHERE a.document_version_id = NEW.document_version_id), 'nobody')),
            HINT = 'The audience is approved with a version: aims.document_audience.';
    END IF;
    NEW.acknowledged_at := clock_timestamp();
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.check_acknowledgement() IS
    'Trigger on aims.document_acknowledgement: only for oneself (MS012), of a version in force (MS015), by its audience (MS013), now';
CREATE TRIGGER check_acknowledgement BEFORE INSERT ON aims.document_acknowledgement
    FOR EACH ROW EXECUTE FUNCTION aims.check_acknowledgement();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON aims.document_acknowledgement
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER immutable_truncate BEFORE TRUNCATE ON aims.document_acknowledgement
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.document_acknowledgement ENABLE ALWAYS TRIGGER check_acknowledgement,
    ENABLE ALWAYS TRIGGER immutable, ENABLE ALWAYS TRIGGER immutable_truncate;
COMMENT ON TRIGGER check_acknowledgement ON aims.document_acknowledgement IS 'Everybody for oneself';
COMMENT ON TRIGGER immutable ON aims.document_acknowledgement IS 'What was said stays (MS041)';
COMMENT ON TRIGGER immutable_truncate ON aims.document_acknowledgement IS 'What was said stays (MS041)';

CREATE FUNCTION aims.check_document_review() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    reviewed aims.document_version;
    acting   text;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    acting := aims.require_person();
    SELECT v.* INTO reviewed FROM aims.document_version AS v
     WHERE v.document_version_id = NEW.document_version_id;
    IF reviewed.status <> 'approved' THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('document version %s is not approved', NEW.document_version_id),
            DETAIL = format('It is: %s.', reviewed.status),
            HINT = 'What has been approved is reviewed; a draft is approved or rejected.';
    END IF;
    IF acting IN (reviewed.author, reviewed.created_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not review the own document version %s', acting, NEW.document_version_id),
            DETAIL = 'Whoever wrote or entered a version does not confirm it.',
            HINT = 'Ask another person who may approve it.';
    END IF;
    PERFORM aims.require_duty(aims.document_approvers(NEW.document_version_id), reviewed.system);
    NEW.reviewed_on := aims.today();
    NEW.recorded_at := clock_timestamp();
    NEW.recorded_by := acting;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.check_document_review() IS
    'Trigger on aims.document_review: an approved version (MS015), by who may approve it (MS013, MS014) and did not write or enter it (MS012), now';
CREATE TRIGGER check_review BEFORE INSERT ON aims.document_review
    FOR EACH ROW EXECUTE FUNCTION aims.check_document_review();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON aims.document_review
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER immutable_truncate BEFORE TRUNCATE ON aims.document_review
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.document_review ENABLE ALWAYS TRIGGER check_review,
    ENABLE ALWAYS TRIGGER immutable, ENABLE ALWAYS TRIGGER immutable_truncate;
COMMENT ON TRIGGER check_review ON aims.document_review IS 'Who may review what';
COMMENT ON TRIGGER immutable ON aims.document_review IS 'A review stays as it was (MS041)';
COMMENT ON TRIGGER immutable_truncate ON aims.document_review IS 'A review stays as it was (MS041)';

CREATE VIEW aims.document_state WITH (security_barrier) AS
WITH reader AS (
    SELECT r.document_version_id, count(*) AS readers, count(r.acknowledged_at) AS acknowledged
      FROM aims.document_reader AS r
     GROUP BY r.document_version_id
), signed AS (
    SELECT DISTINCT a.subject_id::bigint AS document_version_id
      FROM aims.approval AS a
     WHERE a.subject = 'document_version' AND a.decision = 'approve' AND a.meaning = 'approval'
), waiting AS (
    SELECT v.document_id, max(v.document_version_id) AS document_version_id
      FROM aims.document_version AS v
     WHERE v.status = 'in_review'
     GROUP BY v.document_id
)
SELECT d.document_id, d.code::text, d.kind::text, d.title, d.system::text, d.owner::text,
       CASE WHEN d.status = 'withdrawn' THEN 'withdrawn'
            WHEN v.document_version_id IS NULL THEN 'none_in_force'
            WHEN v.review_overdue THEN 'stale'
            ELSE 'in_force'
       END AS state,
       v.document_version_id, v.version, v.in_force_from, v.review_due, v.approved_by,
       g.document_version_id IS NOT NULL AS signed,
       coalesce(r.readers, 0) AS readers, coalesce(r.acknowledged, 0) AS acknowledged,
       CASE WHEN r.readers > 0 THEN round(r.acknowledged::numeric / r.readers, 3) END AS acknowledged_share,
       w.document_version_id AS waiting
  FROM aims.document AS d
  LEFT JOIN (SELECT * FROM aims.document_version_state AS s WHERE s.state = 'in_force') AS v ON v.document_id = d.document_id
  LEFT JOIN reader AS r ON r.document_version_id = v.document_version_id
  LEFT JOIN signed AS g ON g.document_version_id = v.document_version_id
  LEFT JOIN waiting AS w ON w.document_id = d.document_id;
COMMENT ON VIEW aims.document_state IS
    'Each document today: the version in force, whether its review is overdue, its signature, and how many of its audience have acknowledged it (ISO/IEC 42001 5.2, 7.3, 7.5.1, A.2.4)';
COMMENT ON COLUMN aims.document_state.document_id IS 'Document';
COMMENT ON COLUMN aims.document_state.code IS 'Its short name';
COMMENT ON COLUMN aims.document_state.kind IS 'Its kind';
COMMENT ON COLUMN aims.document_state.title IS 'Its title';
COMMENT ON COLUMN aims.document_state.system IS 'AI system that it is about; NULL: the organisation';
COMMENT ON COLUMN aims.document_state.owner IS 'Person who keeps it up to date';
COMMENT ON COLUMN aims.document_state.state IS 'in_force, stale (in force, its review overdue), none_in_force or withdrawn';
COMMENT ON COLUMN aims.document_state.document_version_id IS 'Version in force today';
COMMENT ON COLUMN aims.document_state.version IS 'Its label';
COMMENT ON COLUMN aims.document_state.in_force_from IS 'Its first day in force';
COMMENT ON COLUMN aims.document_state.review_due IS 'Day by which it is to be reviewed';
COMMENT ON COLUMN aims.document_state.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.document_state.signed IS
    'Is there a signature under the version in force? aims.signature says whether it is intact';
COMMENT ON COLUMN aims.document_state.readers IS 'People of its audience today';
COMMENT ON COLUMN aims.document_state.acknowledged IS 'Those of them who have acknowledged it';
COMMENT ON COLUMN aims.document_state.acknowledged_share IS 'Share, 0 to 1; NULL: it has no audience';
COMMENT ON COLUMN aims.document_state.waiting IS 'Version that waits for approval';

CREATE VIEW aims.policy_awareness WITH (security_barrier) AS
WITH holder AS (
    SELECT DISTINCT d.person
      FROM aims.duty AS d
     WHERE (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
)
SELECT v.document_version_id, v.code, v.version, v.in_force_from,
       count(h.person) AS people, count(k.person) AS acknowledged,
       CASE WHEN count(h.person) > 0 THEN round(count(k.person)::numeric / count(h.person), 3) END AS share,
       coalesce(array_agg(h.person::text ORDER BY h.person) FILTER (WHERE k.person IS NULL AND h.person IS NOT NULL), '{}') AS missing
  FROM (VALUES ('ai_policy')) AS p (kind)
  LEFT JOIN aims.document_in_force AS v ON v.kind = p.kind
  LEFT JOIN holder AS h ON true
  LEFT JOIN aims.document_acknowledgement AS k ON k.document_version_id = v.document_version_id AND k.person = h.person
 GROUP BY v.document_version_id, v.code, v.version, v.in_force_from;
COMMENT ON VIEW aims.policy_awareness IS
    'Awareness (ISO/IEC 42001 7.3): how many of the people who hold a duty today have acknowledged the AI policy in force';
COMMENT ON COLUMN aims.policy_awareness.document_version_id IS 'Version in force; NULL: there is no policy in force';
COMMENT ON COLUMN aims.policy_awareness.code IS 'Short name of the policy';
COMMENT ON COLUMN aims.policy_awareness.version IS 'Its version';
COMMENT ON COLUMN aims.policy_awareness.in_force_from IS 'Its first day in force';
COMMENT ON COLUMN aims.policy_awareness.people IS 'People who hold a duty today';
COMMENT ON COLUMN aims.policy_awareness.acknowledged IS 'Those who have acknowledged it';
COMMENT ON COLUMN aims.policy_awareness.share IS 'Share, 0 to 1; NULL: nobody holds a duty';
COMMENT ON COLUMN aims.policy_awareness.missing IS 'Those who have not';

CREATE VIEW aims.document_gap WITH (security_barrier) AS
WITH needed AS (
    SELECT k.kind, k.title, k.ref, NULL::text AS system, 'ai_officer' AS duty
      FROM aims.document_kind AS k
     WHERE k.needed_by = 'organisation'
    UNION ALL
    SELECT k.kind, k.title, k.ref, s.system, 'system_owner'
      FROM aims.document_kind AS k
      JOIN aims.ai_system AS s ON s.stage = ANY (k.stages)
     WHERE k.needed_by = 'system' AND s.out_of_scope_reason IS NULL
)
SELECT n.kind::text, n.title, n.ref, n.system, n.duty, coalesce(t.versions, 'there is none') AS detail
  FROM needed AS n
  LEFT JOIN (SELECT DISTINCT v.kind, coalesce(v.system, '') AS target
               FROM aims.document_in_force AS v) AS held
    ON held.kind = n.kind AND held.target = coalesce(n.system, '')
  LEFT JOIN (SELECT w.kind, coalesce(w.system, '') AS target,
                    string_agg(format('%s %s is %s', w.code, w.version, w.state), ', ' ORDER BY w.document_version_id) AS versions
               FROM aims.document_version_state AS w
              WHERE w.state <> 'in_force'
              GROUP BY w.kind, coalesce(w.system, '')) AS t
    ON t.kind = n.kind AND t.target = coalesce(n.system, '')
 WHERE held.kind IS NULL;
COMMENT ON VIEW aims.document_gap IS
    'Documents that the organisation, or an AI system in its stage, needs and of which no version is in force (ISO/IEC 42001 7.5.1, A.8.2)';
COMMENT ON COLUMN aims.document_gap.kind IS 'Kind of document';
COMMENT ON COLUMN aims.document_gap.title IS 'What it is';
COMMENT ON COLUMN aims.document_gap.ref IS 'Clause or control that asks for it';
COMMENT ON COLUMN aims.document_gap.system IS 'AI system that lacks it; NULL: the organisation';
COMMENT ON COLUMN aims.document_gap.duty IS 'Duty whose holder sees to it';
COMMENT ON COLUMN aims.document_gap.detail IS 'Versions that there are, and why they do not count';

CREATE FUNCTION aims.check_document(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_or(v.state = 'in_force' AND NOT v.review_overdue), false),
               coalesce(string_agg(format('%s %s, approved by %s, review due %s', v.code, v.version, v.approved_by,
                                          to_char(v.review_due, 'YYYY-MM-DD')), ', ' ORDER BY v.document_version_id)
                            FILTER (WHERE v.state = 'in_force' AND NOT v.review_overdue),
                        string_agg(format('%s %s does not count: %s', v.code, v.version,
                                          CASE v.state WHEN 'in_force' THEN 'its review was due ' || to_char(v.review_due, 'YYYY-MM-DD')
                                                       ELSE v.state END), ', ' ORDER BY v.document_version_id),
                        format('no document of kind %s is about the system', parameter ->> 'kind'))
          FROM aims.document_version_state AS v
         WHERE v.system = check_document.system AND v.kind = parameter ->> 'kind';
    END;
COMMENT ON FUNCTION aims.check_document(text, jsonb) IS
    'Gate check: is an approved version of a document of parameter.kind about the system in force today, its review not overdue?';

-- Objectives

CREATE TABLE aims.objective (
    objective_id      bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    title             text        NOT NULL,
    field             text        NOT NULL DEFAULT 'management_system',
    system            aims.slug   CONSTRAINT objective_system_fkey REFERENCES aims.ai_system,
    metric            text        NOT NULL,
    unit              text        NOT NULL,
    direction         text        NOT NULL,
    baseline          numeric     NOT NULL,
    target            numeric     NOT NULL,
    due_on            date        NOT NULL,
    measured_months   integer     NOT NULL DEFAULT 3,
    owner             aims.slug   NOT NULL CONSTRAINT objective_owner_fkey REFERENCES aims.person,
    plan              text        NOT NULL,
    resources         text        NOT NULL,
    status            text        NOT NULL DEFAULT 'proposed',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT objective_created_by_fkey REFERENCES aims.person,
    approved_at       timestamptz,
    approved_by       aims.slug   CONSTRAINT objective_approved_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT objective_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT objective_title_given CHECK (title ~ '\S'),
    CONSTRAINT objective_metric_given CHECK (metric ~ '\S'),
    CONSTRAINT objective_unit_given CHECK (unit ~ '\S'),
    CONSTRAINT objective_plan_given CHECK (plan ~ '\S'),
    CONSTRAINT objective_resources_given CHECK (resources ~ '\S'),
    CONSTRAINT objective_field_known CHECK (field IN ('management_system', 'development', 'use')),
    CONSTRAINT objective_direction_known CHECK (direction IN ('at_least', 'at_most')),
    CONSTRAINT objective_numbers_finite CHECK (
        baseline NOT IN ('NaN', 'Infinity', '-Infinity') AND target NOT IN ('NaN', 'Infinity', '-Infinity')),
    CONSTRAINT objective_target_ahead CHECK (
        CASE direction WHEN 'at_least' THEN target >= baseline ELSE target <= baseline END),
    CONSTRAINT objective_due_on_finite CHECK (isfinite(due_on)),
    CONSTRAINT objective_measured_within_a_year CHECK (measured_months BETWEEN 1 AND 12),
    CONSTRAINT objective_status_known CHECK (status IN ('proposed', 'approved', 'rejected', 'withdrawn'))
);
CREATE INDEX objective_system_idx ON aims.objective (system) WHERE system IS NOT NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.objective', '');
SELECT pg_catalog.pg_extension_config_dump('aims.objective_objective_id_seq', '');
COMMENT ON TABLE aims.objective IS
    'Objectives with what is measured, where it starts, where it is to be and by when; whether one is met is computed (ISO/IEC 42001 6.2, A.6.1.2, A.9.3)';
COMMENT ON INDEX aims.objective_system_idx IS 'Finds the objectives for a system';
COMMENT ON COLUMN aims.objective.objective_id IS 'Number of the objective: subject_id of aims.approve(''objective'', ...)';
COMMENT ON COLUMN aims.objective.title IS 'What is to be reached';
COMMENT ON COLUMN aims.objective.field IS
    'management_system (6.2), development: responsible development (A.6.1.2), or use: responsible use (A.9.3)';
COMMENT ON COLUMN aims.objective.system IS 'AI system that it is for; NULL: the organisation';
COMMENT ON COLUMN aims.objective.metric IS 'What is measured, and how';
COMMENT ON COLUMN aims.objective.unit IS 'Unit of baseline, target and values, such as %';
COMMENT ON COLUMN aims.objective.direction IS 'at_least or at_most: on which side of the target it is met';
COMMENT ON COLUMN aims.objective.baseline IS 'Value at the beginning';
COMMENT ON COLUMN aims.objective.target IS 'Value to be reached';
COMMENT ON COLUMN aims.objective.due_on IS 'Day by which it is to be reached';
COMMENT ON COLUMN aims.objective.measured_months IS 'It is to be measured every so many months; a value older than that counts for nothing';
COMMENT ON COLUMN aims.objective.owner IS 'Person who answers for it; may not approve it';
COMMENT ON COLUMN aims.objective.plan IS 'What will be done';
COMMENT ON COLUMN aims.objective.resources IS 'What that needs';
COMMENT ON COLUMN aims.objective.status IS 'proposed, approved, rejected or withdrawn; aims.objective_state says how far it is';
COMMENT ON COLUMN aims.objective.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.objective.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.objective.created_by IS 'Who entered it; may not approve it';
COMMENT ON COLUMN aims.objective.approved_at IS 'When it was approved';
COMMENT ON COLUMN aims.objective.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.objective.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.objective.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.objective_value (
    objective_value_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    objective_id       bigint      NOT NULL
                       CONSTRAINT objective_value_objective_fkey REFERENCES aims.objective,
    value              numeric     NOT NULL,
    measured_on        date        NOT NULL DEFAULT aims.today(),
    source             text        NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by        aims.slug   CONSTRAINT objective_value_recorded_by_fkey REFERENCES aims.person,
    CONSTRAINT objective_value_finite CHECK (value NOT IN ('NaN', 'Infinity', '-Infinity')),
    CONSTRAINT objective_value_source_given CHECK (source ~ '\S'),
    CONSTRAINT objective_value_measured_on_finite CHECK (isfinite(measured_on))
);
CREATE INDEX objective_value_objective_idx ON aims.objective_value (objective_id, measured_on, objective_value_id);
SELECT pg_catalog.pg_extension_config_dump('aims.objective_value', '');
SELECT pg_catalog.pg_extension_config_dump('aims.objective_value_objective_value_id_seq', '');
COMMENT ON TABLE aims.objective_value IS
    'Measurements of objectives; never changed, a corrected one is recorded for the same day after it (ISO/IEC 42001 6.2, 9.1)';
COMMENT ON INDEX aims.objective_value_objective_idx IS 'Finds the latest value of an objective';
COMMENT ON COLUMN aims.objective_value.objective_value_id IS 'Number of the measurement';
COMMENT ON COLUMN aims.objective_value.objective_id IS 'Objective';
COMMENT ON COLUMN aims.objective_value.value IS 'Value, in the objective''s unit';
COMMENT ON COLUMN aims.objective_value.measured_on IS 'Day that it is true of';
COMMENT ON COLUMN aims.objective_value.source IS 'Where it comes from: a query, a report';
COMMENT ON COLUMN aims.objective_value.recorded_at IS 'When it was recorded, by the server''s clock';
COMMENT ON COLUMN aims.objective_value.recorded_by IS 'Who recorded it; NULL: a session of nobody';

-- Communication

CREATE TABLE aims.communication (
    communication_id  bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    subject           text        NOT NULL,
    audience          text        NOT NULL,
    internal          boolean     NOT NULL,
    system            aims.slug   CONSTRAINT communication_system_fkey REFERENCES aims.ai_system,
    occasion          text        NOT NULL,
    every_months      integer,
    owner             aims.slug   NOT NULL CONSTRAINT communication_owner_fkey REFERENCES aims.person,
    channel           text        NOT NULL,
    status            text        NOT NULL DEFAULT 'current',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT communication_created_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT communication_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT communication_subject_given CHECK (subject ~ '\S'),
    CONSTRAINT communication_audience_given CHECK (audience ~ '\S'),
    CONSTRAINT communication_occasion_given CHECK (occasion ~ '\S'),
    CONSTRAINT communication_channel_given CHECK (channel ~ '\S'),
    CONSTRAINT communication_in_five_years CHECK (every_months BETWEEN 1 AND 60),
    CONSTRAINT communication_status_known CHECK (status IN ('current', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.communication', '');
SELECT pg_catalog.pg_extension_config_dump('aims.communication_communication_id_seq', '');
COMMENT ON TABLE aims.communication IS
    'Communication plan: what is told, to whom, when, by whom and how (ISO/IEC 42001 7.4, A.8.3, A.8.5)';
COMMENT ON COLUMN aims.communication.communication_id IS 'Number of the row of the plan';
COMMENT ON COLUMN aims.communication.subject IS 'What is told';
COMMENT ON COLUMN aims.communication.audience IS 'To whom';
COMMENT ON COLUMN aims.communication.internal IS 'true: inside the organisation; false: to others (A.8.5)';
COMMENT ON COLUMN aims.communication.system IS 'AI system that it is about; NULL: the management system';
COMMENT ON COLUMN aims.communication.occasion IS 'When: the occasion in words';
COMMENT ON COLUMN aims.communication.every_months IS 'At least every so many months; NULL: on occasion only';
COMMENT ON COLUMN aims.communication.owner IS 'By whom';
COMMENT ON COLUMN aims.communication.channel IS 'How: mail, intranet, meeting, register';
COMMENT ON COLUMN aims.communication.status IS 'current or withdrawn';
COMMENT ON COLUMN aims.communication.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.communication.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.communication.created_by IS 'Who entered it; NULL: a session of nobody';
COMMENT ON COLUMN aims.communication.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.communication.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.communication_made (
    communication_made_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    communication_id      bigint      NOT NULL
                          CONSTRAINT communication_made_communication_fkey REFERENCES aims.communication,
    made_on               date        NOT NULL DEFAULT aims.today(),
    uri                   text        NOT NULL,
    content_sha256        bytea,
    recorded_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by           aims.slug   CONSTRAINT communication_made_recorded_by_fkey REFERENCES aims.person,
    CONSTRAINT communication_made_on_finite CHECK (isfinite(made_on)),
    CONSTRAINT communication_made_uri_given CHECK (uri ~ '\S'),
    CONSTRAINT communication_made_sha256_size CHECK (octet_length(content_sha256) = 32)
);
CREATE INDEX communication_made_communication_idx ON aims.communication_made (communication_id, made_on);
SELECT pg_catalog.pg_extension_config_dump('aims.communication_made', '');
SELECT pg_catalog.pg_extension_config_dump('aims.communication_made_communication_made_id_seq', '');
COMMENT ON TABLE aims.communication_made IS 'What was told, as planned; never changed (ISO/IEC 42001 7.4)';
COMMENT ON INDEX aims.communication_made_communication_idx IS 'Finds when something was told last';
COMMENT ON COLUMN aims.communication_made.communication_made_id IS 'Number of the communication';
COMMENT ON COLUMN aims.communication_made.communication_id IS 'Row of the plan';
COMMENT ON COLUMN aims.communication_made.made_on IS 'Day on which it was told';
COMMENT ON COLUMN aims.communication_made.uri IS 'Where what was said is kept';
COMMENT ON COLUMN aims.communication_made.content_sha256 IS 'SHA-256 of it, 32 bytes';
COMMENT ON COLUMN aims.communication_made.recorded_at IS 'When it was recorded, by the server''s clock';
COMMENT ON COLUMN aims.communication_made.recorded_by IS 'Who recorded it; NULL: a session of nobody';

CREATE FUNCTION aims.check_recorded_fact() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    happened date := to_jsonb(NEW) ->> TG_ARGV[0];
    present  text;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF happened > aims.today() THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('aims.%I records what has not happened yet', TG_TABLE_NAME),
            DETAIL = format('Column %s is %s; today is %s.', TG_ARGV[0], happened, aims.today()),
            HINT = 'Record it when it has happened.';
    END IF;
    EXECUTE format('SELECT r.status FROM aims.%I AS r WHERE r.%I::text = $1', TG_ARGV[1], TG_ARGV[1] || '_id')
       INTO present
      USING to_jsonb(NEW) ->> (TG_ARGV[1] || '_id');
    IF present <> TG_ARGV[2] THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('nothing is recorded of this %s', TG_ARGV[1]),
            DETAIL = format('It is: %s.', present),
            HINT = format('Only what is %s goes on.', TG_ARGV[2]);
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.check_recorded_fact() IS
    'Trigger (BEFORE ROW INSERT) of facts about records, arguments: column of the day (MS044 where it is to come), kind of record (its key is the column of that name with _id), status that the record has to have (MS015)';
CREATE TRIGGER check_fact BEFORE INSERT ON aims.objective_value
    FOR EACH ROW EXECUTE FUNCTION aims.check_recorded_fact('measured_on', 'objective', 'approved');
CREATE TRIGGER check_fact BEFORE INSERT ON aims.communication_made
    FOR EACH ROW EXECUTE FUNCTION aims.check_recorded_fact('made_on', 'communication', 'current');
CREATE TRIGGER stamp BEFORE INSERT ON aims.objective_value
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('recorded_at', 'recorded_by');
CREATE TRIGGER stamp BEFORE INSERT ON aims.communication_made
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('recorded_at', 'recorded_by');
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON aims.objective_value
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON aims.communication_made
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER immutable_truncate BEFORE TRUNCATE ON aims.objective_value
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER immutable_truncate BEFORE TRUNCATE ON aims.communication_made
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.objective_value ENABLE ALWAYS TRIGGER check_fact, ENABLE ALWAYS TRIGGER stamp,
    ENABLE ALWAYS TRIGGER immutable, ENABLE ALWAYS TRIGGER immutable_truncate;
ALTER TABLE aims.communication_made ENABLE ALWAYS TRIGGER check_fact, ENABLE ALWAYS TRIGGER stamp,
    ENABLE ALWAYS TRIGGER immutable, ENABLE ALWAYS TRIGGER immutable_truncate;
COMMENT ON TRIGGER check_fact ON aims.objective_value IS 'Approved objectives are measured, and nothing is measured tomorrow';
COMMENT ON TRIGGER check_fact ON aims.communication_made IS 'What is planned is told, and not tomorrow';
COMMENT ON TRIGGER stamp ON aims.objective_value IS 'Who recorded it and when are the server''s to say';
COMMENT ON TRIGGER stamp ON aims.communication_made IS 'Who recorded it and when are the server''s to say';
COMMENT ON TRIGGER immutable ON aims.objective_value IS 'A measurement is never changed (MS041)';
COMMENT ON TRIGGER immutable ON aims.communication_made IS 'What was told stays (MS041)';
COMMENT ON TRIGGER immutable_truncate ON aims.objective_value IS 'A measurement is never removed (MS041)';
COMMENT ON TRIGGER immutable_truncate ON aims.communication_made IS 'What was told stays (MS041)';

-- Context, planned changes, resources

CREATE TABLE aims.context_issue (
    context_issue_id  bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    title             text        NOT NULL,
    topic             aims.slug   NOT NULL,
    internal          boolean     NOT NULL,
    relevant          boolean     NOT NULL,
    reason            text        NOT NULL,
    addressed         text,
    status            text        NOT NULL DEFAULT 'current',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT context_issue_created_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT context_issue_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT context_issue_title_given CHECK (title ~ '\S'),
    CONSTRAINT context_issue_reason_given CHECK (reason ~ '\S'),
    CONSTRAINT context_issue_addressed_if_relevant CHECK (NOT relevant OR coalesce(addressed ~ '\S', false)),
    CONSTRAINT context_issue_status_known CHECK (status IN ('current', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.context_issue', '');
SELECT pg_catalog.pg_extension_config_dump('aims.context_issue_context_issue_id_seq', '');
COMMENT ON TABLE aims.context_issue IS
    'Internal and external issues, those too that were found not to matter: whether climate change does has to be determined (ISO/IEC 42001 4.1)';
COMMENT ON COLUMN aims.context_issue.context_issue_id IS 'Number of the issue';
COMMENT ON COLUMN aims.context_issue.title IS 'What it is';
COMMENT ON COLUMN aims.context_issue.topic IS 'Slug of the topic; climate-change is looked for';
COMMENT ON COLUMN aims.context_issue.internal IS 'true: inside the organisation; false: outside';
COMMENT ON COLUMN aims.context_issue.relevant IS 'Does it matter to what the management system is to achieve?';
COMMENT ON COLUMN aims.context_issue.reason IS 'Why it does, or does not';
COMMENT ON COLUMN aims.context_issue.addressed IS 'How it is taken into account, where it matters';
COMMENT ON COLUMN aims.context_issue.status IS 'current or withdrawn';
COMMENT ON COLUMN aims.context_issue.withdrawal_reason IS 'Why it is no issue any more';
COMMENT ON COLUMN aims.context_issue.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.context_issue.created_by IS 'Who entered it; NULL: a session of nobody';
COMMENT ON COLUMN aims.context_issue.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.context_issue.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.interested_party (
    interested_party  aims.slug   PRIMARY KEY,
    title             text        NOT NULL,
    internal          boolean     NOT NULL,
    needs             text        NOT NULL,
    requirements      text        NOT NULL,
    addressed         text        NOT NULL,
    status            text        NOT NULL DEFAULT 'current',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT interested_party_created_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT interested_party_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT interested_party_title_given CHECK (title ~ '\S'),
    CONSTRAINT interested_party_needs_given CHECK (needs ~ '\S'),
    CONSTRAINT interested_party_requirements_given CHECK (requirements ~ '\S'),
    CONSTRAINT interested_party_addressed_given CHECK (addressed ~ '\S'),
    CONSTRAINT interested_party_status_known CHECK (status IN ('current', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.interested_party', '');
COMMENT ON TABLE aims.interested_party IS
    'Interested parties, what they need and require, and which of it the management system takes up (ISO/IEC 42001 4.2)';
COMMENT ON COLUMN aims.interested_party.interested_party IS 'Slug of the party: patients, regulator, staff, ...';
COMMENT ON COLUMN aims.interested_party.title IS 'Who it is';
COMMENT ON COLUMN aims.interested_party.internal IS 'true: inside the organisation; false: outside';
COMMENT ON COLUMN aims.interested_party.needs IS 'What it needs and expects';
COMMENT ON COLUMN aims.interested_party.requirements IS 'What it requires, by law or contract too';
COMMENT ON COLUMN aims.interested_party.addressed IS 'Which of that is taken up, and how; or why not';
COMMENT ON COLUMN aims.interested_party.status IS 'current or withdrawn';
COMMENT ON COLUMN aims.interested_party.withdrawal_reason IS 'Why it is no interested party any more';
COMMENT ON COLUMN aims.interested_party.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.interested_party.created_by IS 'Who entered it; NULL: a session of nobody';
COMMENT ON COLUMN aims.interested_party.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.interested_party.withdrawn_by IS 'Who withdrew it';

CREATE TABLE aims.planned_change (
    planned_change_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    title             text        NOT NULL,
    purpose           text        NOT NULL,
    consequences      text        NOT NULL,
    resources         text        NOT NULL,
    owner             aims.slug   NOT NULL CONSTRAINT planned_change_owner_fkey REFERENCES aims.person,
    planned_for       date        NOT NULL,
    done_on           date,
    outcome           text,
    status            text        NOT NULL DEFAULT 'proposed',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT planned_change_created_by_fkey REFERENCES aims.person,
    approved_at       timestamptz,
    approved_by       aims.slug   CONSTRAINT planned_change_approved_by_fkey REFERENCES aims.person,
    closed_at         timestamptz,
    closed_by         aims.slug   CONSTRAINT planned_change_closed_by_fkey REFERENCES aims.person,
    CONSTRAINT planned_change_title_given CHECK (title ~ '\S'),
    CONSTRAINT planned_change_purpose_given CHECK (purpose ~ '\S'),
    CONSTRAINT planned_change_consequences_given CHECK (consequences ~ '\S'),
    CONSTRAINT planned_change_resources_given CHECK (resources ~ '\S'),
    CONSTRAINT planned_change_days_finite CHECK (isfinite(planned_for) AND isfinite(coalesce(done_on, planned_for))),
    CONSTRAINT planned_change_status_known CHECK (status IN ('proposed', 'approved', 'rejected', 'done', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.planned_change', '');
SELECT pg_catalog.pg_extension_config_dump('aims.planned_change_planned_change_id_seq', '');
COMMENT ON TABLE aims.planned_change IS
    'Changes to the management system: why, with which consequences, by whom, with what; approved before they are made (ISO/IEC 42001 6.3)';
COMMENT ON COLUMN aims.planned_change.planned_change_id IS 'Number of the change: subject_id of aims.approve(''planned_change'', ...)';
COMMENT ON COLUMN aims.planned_change.title IS 'What is to be changed';
COMMENT ON COLUMN aims.planned_change.purpose IS 'What for';
COMMENT ON COLUMN aims.planned_change.consequences IS 'What follows from it, and how the management system stays whole meanwhile';
COMMENT ON COLUMN aims.planned_change.resources IS 'What it needs';
COMMENT ON COLUMN aims.planned_change.owner IS 'Who carries it out; may not approve it';
COMMENT ON COLUMN aims.planned_change.planned_for IS 'Day by which it is to be made';
COMMENT ON COLUMN aims.planned_change.done_on IS 'Day on which it was made';
COMMENT ON COLUMN aims.planned_change.outcome IS 'What came of it';
COMMENT ON COLUMN aims.planned_change.status IS 'proposed, approved, rejected, done or withdrawn';
COMMENT ON COLUMN aims.planned_change.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.planned_change.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.planned_change.created_by IS 'Who entered it; may not approve it';
COMMENT ON COLUMN aims.planned_change.approved_at IS 'When it was approved';
COMMENT ON COLUMN aims.planned_change.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.planned_change.closed_at IS 'When it was reported done, or withdrawn';
COMMENT ON COLUMN aims.planned_change.closed_by IS 'Who did so';

CREATE TABLE aims.resource (
    resource_id       bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    kind              text        NOT NULL,
    title             text        NOT NULL,
    system            aims.slug   CONSTRAINT resource_system_fkey REFERENCES aims.ai_system,
    amount            numeric     NOT NULL,
    unit              text        NOT NULL,
    valid_from        date        NOT NULL,
    valid_until       date        NOT NULL,
    status            text        NOT NULL DEFAULT 'proposed',
    withdrawal_reason text,
    created_at        timestamptz,
    created_by        aims.slug   CONSTRAINT resource_created_by_fkey REFERENCES aims.person,
    approved_at       timestamptz,
    approved_by       aims.slug   CONSTRAINT resource_approved_by_fkey REFERENCES aims.person,
    withdrawn_at      timestamptz,
    withdrawn_by      aims.slug   CONSTRAINT resource_withdrawn_by_fkey REFERENCES aims.person,
    CONSTRAINT resource_kind_known CHECK (kind IN ('people', 'budget', 'tooling', 'computing', 'data')),
    CONSTRAINT resource_title_given CHECK (title ~ '\S'),
    CONSTRAINT resource_unit_given CHECK (unit ~ '\S'),
    CONSTRAINT resource_amount_positive CHECK (amount > 0 AND amount < 'Infinity'),
    CONSTRAINT resource_dates_in_order CHECK (isfinite(valid_from) AND isfinite(valid_until) AND valid_until >= valid_from),
    CONSTRAINT resource_status_known CHECK (status IN ('proposed', 'approved', 'rejected', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.resource', '');
SELECT pg_catalog.pg_extension_config_dump('aims.resource_resource_id_seq', '');
COMMENT ON TABLE aims.resource IS
    'Resources that the executive sponsor assigns to the management system or an AI system, from when until when (ISO/IEC 42001 5.1, 7.1, A.4.2, A.4.6)';
COMMENT ON COLUMN aims.resource.resource_id IS 'Number of the resource: subject_id of aims.approve(''resource'', ...)';
COMMENT ON COLUMN aims.resource.kind IS 'people, budget, tooling, computing or data';
COMMENT ON COLUMN aims.resource.title IS 'What it is';
COMMENT ON COLUMN aims.resource.system IS 'AI system that it is for; NULL: the management system';
COMMENT ON COLUMN aims.resource.amount IS 'How much';
COMMENT ON COLUMN aims.resource.unit IS 'Of what: full-time equivalents, EUR a year, GPU hours';
COMMENT ON COLUMN aims.resource.valid_from IS 'First day that it is there';
COMMENT ON COLUMN aims.resource.valid_until IS 'Last day that it is there';
COMMENT ON COLUMN aims.resource.status IS 'proposed, approved, rejected or withdrawn';
COMMENT ON COLUMN aims.resource.withdrawal_reason IS 'Why it was withdrawn';
COMMENT ON COLUMN aims.resource.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.resource.created_by IS 'Who entered it; may not approve it';
COMMENT ON COLUMN aims.resource.approved_at IS 'When it was approved';
COMMENT ON COLUMN aims.resource.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.resource.withdrawn_at IS 'When it was withdrawn';
COMMENT ON COLUMN aims.resource.withdrawn_by IS 'Who withdrew it';

INSERT INTO aims.record_kind (record, key, title, approvers, authors, editable, unsigned, parts, past) VALUES
    ('objective', 'objective_id', 'objective', '{executive_sponsor,ai_officer,committee_member}', '{created_by,owner}',
     '{proposed}', '{withdrawal_reason}', '{}', '{}'),
    ('communication', 'communication_id', 'row of the communication plan', '{}', '{}', '{current}', '{withdrawal_reason}', '{}', '{}'),
    ('context_issue', 'context_issue_id', 'context issue', '{}', '{}', '{current}', '{withdrawal_reason}', '{}', '{}'),
    ('interested_party', 'interested_party', 'interested party', '{}', '{}', '{current}', '{withdrawal_reason}', '{}', '{}'),
    ('planned_change', 'planned_change_id', 'planned change', '{executive_sponsor,ai_officer,committee_member}', '{created_by,owner}',
     '{proposed}', '{withdrawal_reason,done_on,outcome}', '{}', '{done_on}'),
    ('resource', 'resource_id', 'resource', '{executive_sponsor}', '{created_by}', '{proposed}', '{withdrawal_reason}', '{}', '{}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, named, needs, decision, stamp_at, stamp_by) VALUES
    ('objective',      NULL,       'proposed',  '{}', '{}', '{}', NULL, NULL, NULL),
    ('objective',      'proposed', 'approved',  '{}', '{}', '{}', 'approve', 'approved_at', 'approved_by'),
    ('objective',      'proposed', 'rejected',  '{}', '{}', '{}', 'reject', NULL, NULL),
    ('objective',      'proposed', 'withdrawn', '{ai_officer}', '{owner,created_by}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('objective',      'approved', 'withdrawn', '{ai_officer,executive_sponsor}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('communication',  NULL,       'current',   '{}', '{}', '{}', NULL, NULL, NULL),
    ('communication',  'current',  'withdrawn', '{ai_officer}', '{owner}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('context_issue',  NULL,       'current',   '{}', '{}', '{}', NULL, NULL, NULL),
    ('context_issue',  'current',  'withdrawn', '{ai_officer}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('interested_party', NULL,     'current',   '{}', '{}', '{}', NULL, NULL, NULL),
    ('interested_party', 'current', 'withdrawn', '{ai_officer}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('planned_change', NULL,       'proposed',  '{}', '{}', '{}', NULL, NULL, NULL),
    ('planned_change', 'proposed', 'approved',  '{}', '{}', '{}', 'approve', 'approved_at', 'approved_by'),
    ('planned_change', 'proposed', 'rejected',  '{}', '{}', '{}', 'reject', NULL, NULL),
    ('planned_change', 'proposed', 'withdrawn', '{ai_officer}', '{owner,created_by}', '{withdrawal_reason}', NULL, 'closed_at', 'closed_by'),
    ('planned_change', 'approved', 'withdrawn', '{ai_officer}', '{owner}', '{withdrawal_reason}', NULL, 'closed_at', 'closed_by'),
    ('planned_change', 'approved', 'done',      '{ai_officer}', '{owner}', '{done_on,outcome}', NULL, 'closed_at', 'closed_by'),
    ('resource',       NULL,       'proposed',  '{}', '{}', '{}', NULL, NULL, NULL),
    ('resource',       'proposed', 'approved',  '{}', '{}', '{}', 'approve', 'approved_at', 'approved_by'),
    ('resource',       'proposed', 'rejected',  '{}', '{}', '{}', 'reject', NULL, NULL),
    ('resource',       'proposed', 'withdrawn', '{ai_officer}', '{created_by}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by'),
    ('resource',       'approved', 'withdrawn', '{executive_sponsor}', '{}', '{withdrawal_reason}', NULL, 'withdrawn_at', 'withdrawn_by');

CREATE VIEW aims.objective_state WITH (security_barrier) AS
SELECT o.objective_id, o.title,
       CASE o.field WHEN 'development' THEN 'A.6.1.2' WHEN 'use' THEN 'A.9.3' ELSE '6.2' END::aims.control_ref AS ref,
       o.system::text, o.owner::text, o.metric, o.unit, o.direction, o.baseline, o.target, o.due_on,
       v.value AS current_value, v.measured_on, e.expected,
       CASE WHEN o.status <> 'approved' THEN o.status
            WHEN e.fresh AND CASE o.direction WHEN 'at_least' THEN v.value >= o.target ELSE v.value <= o.target END THEN 'met'
            WHEN o.due_on < t.today THEN 'missed'
            WHEN e.fresh IS NOT TRUE THEN 'not_measured'
            WHEN CASE o.direction WHEN 'at_least' THEN v.value >= e.expected ELSE v.value <= e.expected END THEN 'on_track'
            ELSE 'behind'
       END AS state
  FROM aims.objective AS o
 CROSS JOIN LATERAL (SELECT (SELECT aims.today()) AS today,
                            coalesce((SELECT g.time_zone FROM aims.organisation AS g), 'UTC') AS zone) AS t
  LEFT JOIN LATERAL (
        SELECT w.value, w.measured_on
          FROM aims.objective_value AS w
         WHERE w.objective_id = o.objective_id AND w.measured_on <= o.due_on
         ORDER BY w.measured_on DESC, w.objective_value_id DESC
         LIMIT 1) AS v ON true
 CROSS JOIN LATERAL (
        SELECT v.measured_on + make_interval(months => o.measured_months) >= least(t.today, o.due_on) AS fresh,
               round(o.baseline + (o.target - o.baseline)
                   * coalesce(least(greatest((v.measured_on - s.begun_on)::numeric / nullif(o.due_on - s.begun_on, 0), 0), 1), 1),
                   greatest(scale(o.baseline), scale(o.target), scale(v.value)) + 1) AS expected
          FROM (SELECT (o.approved_at AT TIME ZONE t.zone)::date AS begun_on) AS s) AS e;
COMMENT ON VIEW aims.objective_state IS
    'How far each objective is, from its measurements: met, on_track, behind, missed or not_measured (ISO/IEC 42001 6.2, A.6.1.2, A.9.3)';
COMMENT ON COLUMN aims.objective_state.objective_id IS 'Objective';
COMMENT ON COLUMN aims.objective_state.title IS 'What is to be reached';
COMMENT ON COLUMN aims.objective_state.ref IS 'Clause or control that it answers';
COMMENT ON COLUMN aims.objective_state.system IS 'AI system that it is for; NULL: the organisation';
COMMENT ON COLUMN aims.objective_state.owner IS 'Person who answers for it';
COMMENT ON COLUMN aims.objective_state.metric IS 'What is measured';
COMMENT ON COLUMN aims.objective_state.unit IS 'Unit of the values';
COMMENT ON COLUMN aims.objective_state.direction IS 'at_least or at_most';
COMMENT ON COLUMN aims.objective_state.baseline IS 'Value at the beginning';
COMMENT ON COLUMN aims.objective_state.target IS 'Value to be reached';
COMMENT ON COLUMN aims.objective_state.due_on IS 'Day by which it is to be reached';
COMMENT ON COLUMN aims.objective_state.current_value IS 'Latest value, not later than due_on';
COMMENT ON COLUMN aims.objective_state.measured_on IS 'Day that it is true of';
COMMENT ON COLUMN aims.objective_state.expected IS
    'Value on the straight line from the baseline on the day of approval to the target on due_on, for the day of the measurement';
COMMENT ON COLUMN aims.objective_state.state IS
    'proposed, rejected, withdrawn; met (the latest value is on the target''s side, and not older than measured_months, before the end today or due_on), missed (due_on is past), not_measured (no value, or too old a one), on_track (not behind the expected value) or behind';

CREATE VIEW aims.communication_state WITH (security_barrier) AS
SELECT c.communication_id, c.subject, c.audience, c.internal, c.system::text, c.owner::text, c.channel, c.occasion, c.every_months,
       m.last_made_on, d.next_due,
       CASE WHEN c.status <> 'current' THEN c.status
            WHEN d.next_due < (SELECT aims.today()) THEN 'overdue'
            WHEN m.last_made_on IS NULL THEN 'never_made'
            ELSE 'made'
       END AS state
  FROM aims.communication AS c
 CROSS JOIN LATERAL (SELECT max(w.made_on) AS last_made_on
                       FROM aims.communication_made AS w
                      WHERE w.communication_id = c.communication_id) AS m
 CROSS JOIN LATERAL (SELECT (coalesce(m.last_made_on,
                                      (c.created_at AT TIME ZONE coalesce((SELECT g.time_zone FROM aims.organisation AS g), 'UTC'))::date)
                             + make_interval(months => c.every_months))::date AS next_due) AS d;
COMMENT ON VIEW aims.communication_state IS
    'The communication plan with what was told last, and what is due (ISO/IEC 42001 7.4)';
COMMENT ON COLUMN aims.communication_state.communication_id IS 'Row of the plan';
COMMENT ON COLUMN aims.communication_state.subject IS 'What is told';
COMMENT ON COLUMN aims.communication_state.audience IS 'To whom';
COMMENT ON COLUMN aims.communication_state.internal IS 'true: inside the organisation';
COMMENT ON COLUMN aims.communication_state.system IS 'AI system that it is about';
COMMENT ON COLUMN aims.communication_state.owner IS 'By whom';
COMMENT ON COLUMN aims.communication_state.channel IS 'How';
COMMENT ON COLUMN aims.communication_state.occasion IS 'When, in words';
COMMENT ON COLUMN aims.communication_state.every_months IS 'At least every so many months';
COMMENT ON COLUMN aims.communication_state.last_made_on IS 'When it was told last';
COMMENT ON COLUMN aims.communication_state.next_due IS 'When it is due, from then or from its entry in the plan; NULL: on occasion only';
COMMENT ON COLUMN aims.communication_state.state IS 'made, never_made, overdue or withdrawn';

CREATE VIEW aims.scope_statement WITH (security_barrier) AS
SELECT s.system::text, s.title, s.organisation_role, s.domain, s.department, s.vendor::text, s.stage,
       s.out_of_scope_reason IS NULL AS in_scope, s.out_of_scope_reason AS reason,
       v.document_version_id, v.code, v.version, v.in_force_from
  FROM aims.ai_system AS s
  LEFT JOIN aims.document_in_force AS v ON v.kind = 'scope';
COMMENT ON VIEW aims.scope_statement IS
    'Boundaries of the management system as the inventory draws them: each AI system in or out, with the reason, beside the scope statement in force (ISO/IEC 42001 4.3)';
COMMENT ON COLUMN aims.scope_statement.system IS 'AI system';
COMMENT ON COLUMN aims.scope_statement.title IS 'Its name';
COMMENT ON COLUMN aims.scope_statement.organisation_role IS 'Role of the organisation towards it (4.1)';
COMMENT ON COLUMN aims.scope_statement.domain IS 'clinical, operational or research';
COMMENT ON COLUMN aims.scope_statement.department IS 'Department that uses it';
COMMENT ON COLUMN aims.scope_statement.vendor IS 'Who supplies it';
COMMENT ON COLUMN aims.scope_statement.stage IS 'Stage of its life cycle';
COMMENT ON COLUMN aims.scope_statement.in_scope IS 'Is it inside the scope?';
COMMENT ON COLUMN aims.scope_statement.reason IS 'Why it is left out';
COMMENT ON COLUMN aims.scope_statement.document_version_id IS 'Version of the scope statement in force; NULL: none';
COMMENT ON COLUMN aims.scope_statement.code IS 'Its short name';
COMMENT ON COLUMN aims.scope_statement.version IS 'Its version';
COMMENT ON COLUMN aims.scope_statement.in_force_from IS 'Its first day in force';

CREATE VIEW aims.document_action WITH (security_barrier) AS
WITH calendar AS (
    SELECT aims.today() AS today
), version AS MATERIALIZED (
    SELECT * FROM aims.document_version_state AS v WHERE v.state IN ('in_review', 'in_force')
)
SELECT 'approve' AS action, 'document_version' AS subject, v.document_version_id::text AS subject_id, v.system,
       NULL::text AS vendor, coalesce(a.duty, k.approvers[1]) AS duty, NULL::text AS person, w.effective_on AS due_on, k.ref::text AS ref,
       format('%s %s by %s waits for approval by %s', v.code, v.version, v.author, array_to_string(k.approvers, ' or ')) AS detail
  FROM version AS v
  JOIN aims.document_version AS w ON w.document_version_id = v.document_version_id
  JOIN aims.document_kind AS k ON k.kind = v.kind
  -- the first of the duties that somebody else than its authors holds
  LEFT JOIN LATERAL (
        SELECT q.duty FROM unnest(k.approvers) WITH ORDINALITY AS q (duty, n)
         WHERE EXISTS (SELECT FROM aims.duty AS d
                        WHERE d.duty = q.duty AND (d.system IS NULL OR d.system = v.system)
                          AND d.person IS DISTINCT FROM w.author AND d.person IS DISTINCT FROM w.created_by
                          AND (SELECT today FROM calendar) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity'))
         ORDER BY q.n LIMIT 1) AS a ON true
 WHERE v.state = 'in_review'
UNION ALL
SELECT 'review', 'document', s.document_id::text, s.system, NULL, k.approvers[1], NULL, s.review_due,
       CASE s.kind WHEN 'ai_policy' THEN 'A.2.4' ELSE '7.5.2' END,
       format('%s %s is to be reviewed: INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (%s, ...)',
              s.code, s.version, s.document_version_id)
  FROM version AS s
  JOIN aims.document_kind AS k ON k.kind = s.kind
 WHERE s.state = 'in_force' AND s.review_due < (SELECT today FROM calendar) + 90
UNION ALL
SELECT 'revise', 'document', v.document_id::text, v.system, NULL, NULL, d.owner, NULL, '7.5.2',
       format('%s %s: a review asked for a new version: %s', v.code, v.version, r.note)
  FROM version AS v
  JOIN aims.document AS d ON d.document_id = v.document_id
 CROSS JOIN LATERAL (SELECT w.outcome, w.note FROM aims.document_review AS w
                      WHERE w.document_version_id = v.document_version_id
                      ORDER BY w.document_review_id DESC LIMIT 1) AS r
 WHERE v.state = 'in_force' AND r.outcome = 'revise'
UNION ALL
SELECT 'acknowledge', 'document_version', r.document_version_id::text, r.system, NULL, NULL, r.person, r.due_on, '7.3',
       format('%s %s: INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (%s)', r.code, r.version, r.document_version_id)
  FROM aims.document_reader AS r
 WHERE r.state <> 'acknowledged'
UNION ALL
SELECT 'write', 'document_kind', concat_ws('/', g.kind, g.system), g.system, NULL, g.duty, NULL, NULL, g.ref::text,
       format('%s is not in force: %s', g.title, g.detail)
  FROM aims.document_gap AS g
UNION ALL
SELECT CASE o.state WHEN 'proposed' THEN 'approve' WHEN 'not_measured' THEN 'measure' WHEN 'missed' THEN 'explain' ELSE 'catch up' END,
       'objective', o.objective_id::text, o.system, NULL, CASE o.state WHEN 'proposed' THEN 'executive_sponsor' END,
       CASE WHEN o.state <> 'proposed' THEN o.owner END,
       CASE WHEN o.state <> 'not_measured' THEN o.due_on END, o.ref::text,
       format('%s: %s of %s %s, %s', o.title, coalesce(o.current_value::text, 'no value'), o.target, o.unit, o.state)
  FROM aims.objective_state AS o
 WHERE o.state IN ('proposed', 'not_measured', 'behind')
    OR o.state = 'missed' AND o.due_on > (SELECT today FROM calendar) - 90
UNION ALL
SELECT 'tell', 'communication', c.communication_id::text, c.system, NULL, NULL, c.owner, c.next_due, '7.4',
       format('%s, to %s, by %s', c.subject, c.audience, c.channel)
  FROM aims.communication_state AS c
 WHERE c.state <> 'withdrawn' AND c.next_due < (SELECT today FROM calendar) + 30
UNION ALL
SELECT CASE p.status WHEN 'proposed' THEN 'approve' ELSE 'carry out' END, 'planned_change', p.planned_change_id::text, NULL, NULL,
       CASE p.status WHEN 'proposed' THEN 'ai_officer' END, CASE p.status WHEN 'approved' THEN p.owner END, p.planned_for, '6.3', p.title
  FROM aims.planned_change AS p
 WHERE p.status IN ('proposed', 'approved')
UNION ALL
SELECT CASE r.status WHEN 'proposed' THEN 'approve' ELSE 'renew' END, 'resource', r.resource_id::text, r.system, NULL,
       CASE r.status WHEN 'proposed' THEN 'executive_sponsor' ELSE 'ai_officer' END, NULL,
       CASE r.status WHEN 'proposed' THEN r.valid_from ELSE r.valid_until END, '7.1',
       format('%s: %s %s until %s', r.title, r.amount, r.unit, to_char(r.valid_until, 'YYYY-MM-DD'))
  FROM aims.resource AS r
 WHERE r.status = 'proposed'
    OR r.status = 'approved' AND r.valid_until BETWEEN (SELECT today FROM calendar) - 90 AND (SELECT today FROM calendar) + 90
UNION ALL
SELECT 'determine', c.subject, c.subject_id, NULL, NULL, 'ai_officer', NULL, NULL, c.ref, c.detail
  FROM (VALUES
        ('context_issue', 'climate-change', '4.1', 'whether climate change is a relevant issue has not been determined',
         EXISTS (SELECT FROM aims.context_issue AS i WHERE i.status = 'current' AND i.topic = 'climate-change')),
        ('context_issue', 'internal', '4.1', 'no internal issue is recorded',
         EXISTS (SELECT FROM aims.context_issue AS i WHERE i.status = 'current' AND i.internal)),
        ('context_issue', 'external', '4.1', 'no external issue is recorded',
         EXISTS (SELECT FROM aims.context_issue AS i WHERE i.status = 'current' AND NOT i.internal)),
        ('interested_party', '', '4.2', 'no interested party is recorded',
         EXISTS (SELECT FROM aims.interested_party AS i WHERE i.status = 'current')),
        ('communication', '', '7.4', 'the communication plan is empty',
         EXISTS (SELECT FROM aims.communication AS i WHERE i.status = 'current')),
        ('objective', '', '6.2', 'no objective is approved',
         EXISTS (SELECT FROM aims.objective AS i WHERE i.status = 'approved')),
        ('resource', '', '7.1', 'no resource is assigned today',
         EXISTS (SELECT FROM aims.resource AS i WHERE i.status = 'approved'
                    AND (SELECT today FROM calendar) BETWEEN i.valid_from AND i.valid_until))
       ) AS c (subject, subject_id, ref, detail, determined)
 WHERE NOT c.determined;
COMMENT ON VIEW aims.document_action IS
    'What somebody has to do about documents, objectives, communication, planned changes, resources and context, now or soon (ISO/IEC 42001 4, 6.2, 6.3, 7)';
COMMENT ON COLUMN aims.document_action.action IS 'What is to be done, in a word or two';
COMMENT ON COLUMN aims.document_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.document_action.subject_id IS 'Its key, or what it is about where a row is missing';
COMMENT ON COLUMN aims.document_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.document_action.vendor IS 'Always NULL: none of this is about a vendor';
COMMENT ON COLUMN aims.document_action.duty IS 'Duty whose holder does it, where it is nobody''s in person';
COMMENT ON COLUMN aims.document_action.person IS 'Person who does it';
COMMENT ON COLUMN aims.document_action.due_on IS 'By when; NULL: as soon as may be';
COMMENT ON COLUMN aims.document_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.document_action.detail IS 'What it is about';
