-- Documents of the management system and who has read them (ISO/IEC 42001 5.2,
-- 7.3, 7.5, A.2, A.8.2).
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
  FROM aims.document AS d
 CROSS JOIN LATERAL (
       SELECT n.document_version_id, n.version, n.in_force_from, n.approved_by, n.status
         FROM aims.document_version AS n
        WHERE n.document_id = d.document_id AND n.in_force_from <= (SELECT aims.today())
        ORDER BY n.in_force_from DESC, n.document_version_id DESC
        LIMIT 1) AS v
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
WITH duty AS (
    SELECT d.duty, d.system::text AS system, d.person, d.valid_from AS since
      FROM aims.duty AS d
     WHERE (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity')
), holder AS (
    -- for whatever system, or the organisation: '*'
    SELECT 'everyone' AS audience, '*' AS held_for, o.person, min(o.since) AS since
      FROM (SELECT d.person, d.since FROM duty AS d
            UNION ALL
            SELECT p.person, (p.mapped_at AT TIME ZONE coalesce((SELECT g.time_zone FROM aims.organisation AS g), 'UTC'))::date
              FROM aims.person AS p
             WHERE p.db_role IS NOT NULL) AS o
     GROUP BY o.person
    UNION ALL
    SELECT d.duty, '*', d.person, min(d.since) FROM duty AS d GROUP BY d.duty, d.person
    UNION ALL
    -- for one system, or the organisation: ''
    SELECT d.duty, coalesce(d.system, ''), d.person, d.since FROM duty AS d
)
SELECT r.document_version_id, d.code::text, r.kind, d.title, v.system::text, v.version, r.person::text, r.due_on, k.acknowledged_at,
       CASE WHEN k.acknowledged_at IS NOT NULL THEN 'acknowledged'
            WHEN r.due_on < (SELECT aims.today()) THEN 'overdue'
            ELSE 'pending'
       END AS state
  FROM (SELECT v.document_version_id, v.kind, h.person, min(greatest(v.in_force_from, h.since) + v.within_days) AS due_on
          FROM (SELECT d.*, a.audience, a.within_days,
                       CASE WHEN d.system IS NULL OR a.audience = 'everyone' THEN '*' ELSE d.system END AS held_for
                  FROM aims.document_in_force AS d
                  JOIN aims.document_audience AS a ON a.document_version_id = d.document_version_id
                UNION ALL
                -- who holds the duty for the organisation holds it for the system
                SELECT d.*, a.audience, a.within_days, ''
                  FROM aims.document_in_force AS d
                  JOIN aims.document_audience AS a ON a.document_version_id = d.document_version_id
                 WHERE d.system IS NOT NULL AND a.audience <> 'everyone') AS v
          JOIN holder AS h ON h.audience = v.audience AND h.held_for = v.held_for
         GROUP BY v.document_version_id, v.kind, h.person) AS r
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
    PERFORM aims.check_act();
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
WITH missing AS (
    -- OFFSET 0: each is looked up, instead of all that are in force read
    SELECT k.kind, k.title, k.ref, NULL::text AS system, 'ai_officer' AS duty
      FROM aims.document_kind AS k
     WHERE k.needed_by = 'organisation'
       AND NOT EXISTS (SELECT FROM aims.document_in_force AS v WHERE v.kind = k.kind AND v.system IS NULL OFFSET 0)
    UNION ALL
    SELECT k.kind, k.title, k.ref, s.system, 'system_owner'
      FROM aims.document_kind AS k
      JOIN aims.ai_system AS s ON s.stage = ANY (k.stages)
     WHERE k.needed_by = 'system' AND s.out_of_scope_reason IS NULL
       AND NOT EXISTS (SELECT FROM aims.document_in_force AS v WHERE v.kind = k.kind AND v.system = s.system OFFSET 0)
)
SELECT n.kind::text, n.title, n.ref, n.system, n.duty, coalesce(t.versions, 'there is none') AS detail
  FROM missing AS n
  LEFT JOIN LATERAL (
       SELECT string_agg(format('%s %s is %s', w.code, w.version, w.state), ', ' ORDER BY w.document_version_id) AS versions
         FROM (SELECT s.* FROM aims.document_version_state AS s WHERE s.kind = n.kind AND s.system = n.system
               UNION ALL
               SELECT s.* FROM aims.document_version_state AS s WHERE s.kind = n.kind AND s.system IS NULL AND n.system IS NULL) AS w
        WHERE w.state <> 'in_force') AS t ON true;
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
