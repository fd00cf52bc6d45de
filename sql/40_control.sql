-- Frameworks and their requirements, the Statement of Applicability, evidence.
-- What is typed here is a claim; what counts is computed by the views of the
-- report piece from dates and evidence.

CREATE TABLE aims.framework (
    framework aims.slug PRIMARY KEY,
    title     text      NOT NULL,
    edition   text,
    source    text,
    in_soa    boolean   NOT NULL DEFAULT false,
    shipped   boolean   NOT NULL DEFAULT false,
    CONSTRAINT framework_title_stated CHECK (title ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.framework', 'WHERE NOT shipped');
COMMENT ON TABLE aims.framework IS
    'Standards, laws and house rules whose requirements are kept; iso42001 and others come with the extension, an organisation adds its own (6.1.3)';
COMMENT ON COLUMN aims.framework.framework IS 'Key, such as iso42001';
COMMENT ON COLUMN aims.framework.title IS 'Name as it is cited';
COMMENT ON COLUMN aims.framework.edition IS 'Edition or version of the source';
COMMENT ON COLUMN aims.framework.source IS 'Where it is published';
COMMENT ON COLUMN aims.framework.in_soa IS
    'Are its controls listed in the Statement of Applicability? true for iso42001 and for an organisation''s own controls';
COMMENT ON COLUMN aims.framework.shipped IS 'Came with the extension; immutable (MS016)';

CREATE TABLE aims.requirement (
    framework aims.slug        NOT NULL REFERENCES aims.framework,
    ref       aims.control_ref NOT NULL,
    kind      text             NOT NULL,
    title     text             NOT NULL,
    display   text,
    artefact  text,
    shipped   boolean          NOT NULL DEFAULT false,
    CONSTRAINT requirement_pkey PRIMARY KEY (framework, ref),
    CONSTRAINT requirement_kind_key UNIQUE (framework, ref, kind),
    CONSTRAINT requirement_kind_known CHECK (kind IN ('clause', 'objective', 'control')),
    CONSTRAINT requirement_title_stated CHECK (title ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.requirement', 'WHERE NOT shipped');
COMMENT ON TABLE aims.requirement IS
    'Clauses, objectives and controls of each framework, in our own short words: no licensed text (6.1.3)';
COMMENT ON COLUMN aims.requirement.framework IS 'Framework that the requirement belongs to';
COMMENT ON COLUMN aims.requirement.ref IS 'Number in the framework; a control lies below its objective: A.6 @> A.6.2.4';
COMMENT ON COLUMN aims.requirement.kind IS 'clause, objective (a heading) or control';
COMMENT ON COLUMN aims.requirement.title IS 'Topic in our own words';
COMMENT ON COLUMN aims.requirement.display IS 'The framework''s own spelling of the number, where ref cannot hold it: 164.308(a)(1)(ii)(D)';
COMMENT ON COLUMN aims.requirement.artefact IS 'What an auditor asks to see';
COMMENT ON COLUMN aims.requirement.shipped IS 'Came with the extension; immutable (MS016)';

INSERT INTO aims.framework (framework, title, edition, source, in_soa, shipped) VALUES
    ('iso42001', 'ISO/IEC 42001', '2023', 'https://www.iso.org/standard/42001', true, true);
INSERT INTO aims.requirement (framework, ref, kind, title, artefact, shipped) VALUES
    ('iso42001', '4.1', 'clause', 'Organisation and its context',
        'Internal and external issues; the organisation''s role towards each AI system', true),
    ('iso42001', '4.2', 'clause', 'Needs of interested parties',
        'Register of interested parties and their requirements', true),
    ('iso42001', '4.3', 'clause', 'Scope of the management system',
        'Scope statement; inventory of AI systems with reasons for what is left out', true),
    ('iso42001', '4.4', 'clause', 'The management system itself',
        'Processes and how they work together', true),
    ('iso42001', '5.1', 'clause', 'Leadership and commitment',
        'AI policy signed by the executive sponsor; resources assigned', true),
    ('iso42001', '5.2', 'clause', 'AI policy',
        'AI policy, approved, in date and communicated', true),
    ('iso42001', '5.3', 'clause', 'Roles, responsibilities and authorities',
        'Committee charter; duties assigned to persons with dates', true),
    ('iso42001', '6.1.1', 'clause', 'Risks and opportunities',
        'Criteria for AI risk; actions planned', true),
    ('iso42001', '6.1.2', 'clause', 'AI risk assessment',
        'Risk register with owner and level of each risk', true),
    ('iso42001', '6.1.3', 'clause', 'AI risk treatment',
        'Risk treatment plan; Statement of Applicability', true),
    ('iso42001', '6.1.4', 'clause', 'AI system impact assessment',
        'Impact assessment of each AI system', true),
    ('iso42001', '6.2', 'clause', 'AI objectives and plans for them',
        'Objectives with target, owner and current value', true),
    ('iso42001', '6.3', 'clause', 'Planning of changes',
        'Record of planned changes to the management system', true),
    ('iso42001', '7.1', 'clause', 'Resources',
        'Resources assigned to the management system', true),
    ('iso42001', '7.2', 'clause', 'Competence',
        'Training records of each person with expiry', true),
    ('iso42001', '7.3', 'clause', 'Awareness',
        'Acknowledgements of the AI policy', true),
    ('iso42001', '7.4', 'clause', 'Communication',
        'Communication plan', true),
    ('iso42001', '7.5.1', 'clause', 'Documented information',
        'List of the documents that the management system needs', true),
    ('iso42001', '7.5.2', 'clause', 'Creating and updating documents',
        'Versions of documents with author and approval', true),
    ('iso42001', '7.5.3', 'clause', 'Control of documents and records',
        'Ledger of changes that verifies', true),
    ('iso42001', '8.1', 'clause', 'Operational planning and control',
        'Gates passed before each change of stage', true),
    ('iso42001', '8.2', 'clause', 'AI risk assessment in operation',
        'Dated results of risk assessments', true),
    ('iso42001', '8.3', 'clause', 'AI risk treatment in operation',
        'Dated results of risk treatment', true),
    ('iso42001', '8.4', 'clause', 'AI system impact assessment in operation',
        'Impact assessments redone at intervals and after changes', true),
    ('iso42001', '9.1', 'clause', 'Monitoring, measurement, analysis and evaluation',
        'Monitors with thresholds and their measurements', true),
    ('iso42001', '9.2.1', 'clause', 'Internal audit',
        'Report of an independent internal audit', true),
    ('iso42001', '9.2.2', 'clause', 'Internal audit programme',
        'Audit programme with frequency, methods and auditors', true),
    ('iso42001', '9.3.1', 'clause', 'Management review',
        'Dates of management reviews at planned intervals', true),
    ('iso42001', '9.3.2', 'clause', 'Inputs of the management review',
        'Inputs drawn from the records', true),
    ('iso42001', '9.3.3', 'clause', 'Results of the management review',
        'Decisions and actions with owner and date', true),
    ('iso42001', '10.1', 'clause', 'Continual improvement',
        'Improvements decided and carried out', true),
    ('iso42001', '10.2', 'clause', 'Nonconformity and corrective action',
        'Log of corrective actions with cause and effectiveness', true),
    ('iso42001', 'A.2', 'objective', 'Policies for AI', NULL, true),
    ('iso42001', 'A.3', 'objective', 'Internal organisation', NULL, true),
    ('iso42001', 'A.4', 'objective', 'Resources for AI systems', NULL, true),
    ('iso42001', 'A.5', 'objective', 'Assessment of impacts', NULL, true),
    ('iso42001', 'A.6', 'objective', 'Life cycle of AI systems', NULL, true),
    ('iso42001', 'A.7', 'objective', 'Data for AI systems', NULL, true),
    ('iso42001', 'A.8', 'objective', 'Information for interested parties', NULL, true),
    ('iso42001', 'A.9', 'objective', 'Use of AI systems', NULL, true),
    ('iso42001', 'A.10', 'objective', 'Third parties and customers', NULL, true),
    ('iso42001', 'A.2.2', 'control', 'AI policy', NULL, true),
    ('iso42001', 'A.2.3', 'control', 'Fit of the AI policy with the organisation''s other policies', NULL, true),
    ('iso42001', 'A.2.4', 'control', 'Regular review of the AI policy', NULL, true),
    ('iso42001', 'A.3.2', 'control', 'Roles and responsibilities for AI', NULL, true),
    ('iso42001', 'A.3.3', 'control', 'Channel for reporting concerns', NULL, true),
    ('iso42001', 'A.4.2', 'control', 'Record of the resources each AI system uses', NULL, true),
    ('iso42001', 'A.4.3', 'control', 'Data as a resource', NULL, true),
    ('iso42001', 'A.4.4', 'control', 'Tools as a resource', NULL, true),
    ('iso42001', 'A.4.5', 'control', 'Computing and system resources', NULL, true),
    ('iso42001', 'A.4.6', 'control', 'People and their skills as a resource', NULL, true),
    ('iso42001', 'A.5.2', 'control', 'Process for assessing the impact of AI systems', NULL, true),
    ('iso42001', 'A.5.3', 'control', 'Records of impact assessments', NULL, true),
    ('iso42001', 'A.5.4', 'control', 'Impact on individuals and groups', NULL, true),
    ('iso42001', 'A.5.5', 'control', 'Impact on society', NULL, true),
    ('iso42001', 'A.6.1.2', 'control', 'Objectives for responsible development', NULL, true),
    ('iso42001', 'A.6.1.3', 'control', 'Processes for responsible development', NULL, true),
    ('iso42001', 'A.6.2.2', 'control', 'Requirements of an AI system', NULL, true),
    ('iso42001', 'A.6.2.3', 'control', 'Record of design and development', NULL, true),
    ('iso42001', 'A.6.2.4', 'control', 'Verification and validation', NULL, true),
    ('iso42001', 'A.6.2.5', 'control', 'Deployment', NULL, true),
    ('iso42001', 'A.6.2.6', 'control', 'Operation and monitoring', NULL, true),
    ('iso42001', 'A.6.2.7', 'control', 'Technical documentation', NULL, true),
    ('iso42001', 'A.6.2.8', 'control', 'Event logs', NULL, true),
    ('iso42001', 'A.7.2', 'control', 'Data for development and improvement', NULL, true),
    ('iso42001', 'A.7.3', 'control', 'Acquisition of data', NULL, true),
    ('iso42001', 'A.7.4', 'control', 'Quality of data', NULL, true),
    ('iso42001', 'A.7.5', 'control', 'Provenance of data', NULL, true),
    ('iso42001', 'A.7.6', 'control', 'Preparation of data', NULL, true),
    ('iso42001', 'A.8.2', 'control', 'Documentation and information for users', NULL, true),
    ('iso42001', 'A.8.3', 'control', 'External reporting of harm', NULL, true),
    ('iso42001', 'A.8.4', 'control', 'Communication of incidents', NULL, true),
    ('iso42001', 'A.8.5', 'control', 'Information for other interested parties', NULL, true),
    ('iso42001', 'A.9.2', 'control', 'Processes for responsible use', NULL, true),
    ('iso42001', 'A.9.3', 'control', 'Objectives for responsible use', NULL, true),
    ('iso42001', 'A.9.4', 'control', 'Use as intended', NULL, true),
    ('iso42001', 'A.10.2', 'control', 'Allocation of responsibilities among partners', NULL, true),
    ('iso42001', 'A.10.3', 'control', 'Suppliers', NULL, true),
    ('iso42001', 'A.10.4', 'control', 'Customers', NULL, true);

-- A row is a decision; a control without one is undecided. The generated
-- column lets the foreign key admit controls alone: clauses cannot be
-- excluded, and objectives are headings.
CREATE TABLE aims.applicability (
    applicability_id bigint              PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    framework        aims.slug           NOT NULL DEFAULT 'iso42001',
    ref              aims.control_ref    NOT NULL,
    kind             text                NOT NULL GENERATED ALWAYS AS ('control') STORED,
    scope            text                NOT NULL DEFAULT 'organisation',
    system           aims.slug           REFERENCES aims.ai_system,
    vendor           aims.slug           REFERENCES aims.vendor,
    applicable       boolean             NOT NULL,
    justification    text                NOT NULL,
    implementation   aims.implementation NOT NULL DEFAULT 'not_started',
    owner            aims.slug           REFERENCES aims.person,
    review_due       date,
    decided_at       timestamptz,
    decided_by       aims.slug           REFERENCES aims.person,
    CONSTRAINT applicability_control_fkey
        FOREIGN KEY (framework, ref, kind) REFERENCES aims.requirement (framework, ref, kind),
    CONSTRAINT applicability_target_key
        UNIQUE NULLS NOT DISTINCT (framework, ref, scope, system, vendor),
    CONSTRAINT applicability_scope_known CHECK (scope IN ('organisation', 'system', 'vendor')),
    CONSTRAINT applicability_scope_system CHECK ((scope = 'system') = (system IS NOT NULL)),
    CONSTRAINT applicability_scope_vendor CHECK ((scope = 'vendor') = (vendor IS NOT NULL)),
    CONSTRAINT applicability_vendor_third_party CHECK (
        scope <> 'vendor' OR framework <> 'iso42001' OR ref OPERATOR(aims.<@) 'A.10'),
    CONSTRAINT applicability_justified CHECK (justification ~ '\S')
);
CREATE INDEX applicability_organisation_idx ON aims.applicability (framework, ref) WHERE scope = 'organisation';
CREATE INDEX applicability_system_idx ON aims.applicability (system) WHERE system IS NOT NULL;
CREATE INDEX applicability_vendor_idx ON aims.applicability (vendor) WHERE vendor IS NOT NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.applicability', '');
SELECT pg_catalog.pg_extension_config_dump('aims.applicability_applicability_id_seq', '');
COMMENT ON TABLE aims.applicability IS
    'Decisions of the Statement of Applicability: per control and scope, applicable or not and why; read it as aims.soa (6.1.3)';
COMMENT ON INDEX aims.applicability_organisation_idx IS 'Statements of the organisation';
COMMENT ON INDEX aims.applicability_system_idx IS 'Statements of an AI system';
COMMENT ON INDEX aims.applicability_vendor_idx IS 'Statements of a vendor';
COMMENT ON COLUMN aims.applicability.applicability_id IS 'Number of the statement';
COMMENT ON COLUMN aims.applicability.framework IS 'Framework of the control';
COMMENT ON COLUMN aims.applicability.ref IS 'The control';
COMMENT ON COLUMN aims.applicability.kind IS 'Always control: only controls can be applicable or not';
COMMENT ON COLUMN aims.applicability.scope IS 'organisation, system or vendor; one statement per control and target';
COMMENT ON COLUMN aims.applicability.system IS 'The AI system that a statement of scope system is about';
COMMENT ON COLUMN aims.applicability.vendor IS
    'The vendor that a statement of scope vendor is about; of ISO/IEC 42001 only the controls of third parties (A.10) are stated per vendor';
COMMENT ON COLUMN aims.applicability.applicable IS 'true: the control applies; false: it is excluded';
COMMENT ON COLUMN aims.applicability.justification IS 'Why it applies, or why it is excluded; required for both';
COMMENT ON COLUMN aims.applicability.implementation IS 'How far it is put into practice; implemented or verified counts as implemented';
COMMENT ON COLUMN aims.applicability.owner IS 'Person who answers for the control';
COMMENT ON COLUMN aims.applicability.review_due IS 'Day by which the statement is to be reviewed; later it is overdue';
COMMENT ON COLUMN aims.applicability.decided_at IS
    'When applicable or justification was stated last, by the server''s clock, whatever is typed';
COMMENT ON COLUMN aims.applicability.decided_by IS 'Who stated it, as the server knows it; NULL: a session of nobody';

-- The second fires after the first.
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.applicability
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('decided_at', 'decided_by');
CREATE TRIGGER stamp_decision BEFORE UPDATE ON aims.applicability
    FOR EACH ROW WHEN ((OLD.applicable, OLD.justification) IS DISTINCT FROM (NEW.applicable, NEW.justification))
    EXECUTE FUNCTION aims.stamp_assignment('decided_at', 'decided_by');
ALTER TABLE aims.applicability ENABLE ALWAYS TRIGGER stamp, ENABLE ALWAYS TRIGGER stamp_decision;
COMMENT ON TRIGGER stamp ON aims.applicability IS 'Who decided, and when, are the server''s to say';
COMMENT ON TRIGGER stamp_decision ON aims.applicability IS 'Another decision, or another reason for it, is decided anew';

-- A control that nobody needs asks for nothing: who decides that has the duty.
CREATE FUNCTION aims.guard_applicability() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former  jsonb := to_jsonb(OLD);
    present jsonb := to_jsonb(NEW);
    stated  jsonb;
BEGIN
    IF aims.restoring() OR aims.session_is_superuser() OR former = present
       OR aims.current_person() = former ->> 'owner'
          AND former - '{implementation,review_due}'::text[] = present - '{implementation,review_due}'::text[] THEN
        RETURN NULL;
    END IF;
    PERFORM aims.check_act();
    FOR stated IN SELECT s FROM unnest(ARRAY[former, present]) AS s WHERE s IS NOT NULL LOOP
        PERFORM aims.require_duty(CASE stated ->> 'scope' WHEN 'system' THEN ARRAY['system_owner', 'ai_officer']
                                                          WHEN 'vendor' THEN ARRAY['risk_owner', 'ai_officer']
                                                          ELSE ARRAY['ai_officer'] END, stated ->> 'system');
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_applicability() IS
    'Trigger (AFTER ROW) on aims.applicability: an AI officer decides; on statements of a system its system owner, too, of a vendor a risk owner; whom a statement names as owner says how far it is implemented and when it is reviewed next (MS013, MS014); superusers are free (ISO/IEC 42001 6.1.3)';
CREATE TRIGGER guard_applicability AFTER INSERT OR UPDATE OR DELETE ON aims.applicability
    FOR EACH ROW EXECUTE FUNCTION aims.guard_applicability();
ALTER TABLE aims.applicability ENABLE ALWAYS TRIGGER guard_applicability;
COMMENT ON TRIGGER guard_applicability ON aims.applicability IS 'Nobody without the duty decides on a control';

CREATE TABLE aims.evidence (
    evidence_id    bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    title          text        NOT NULL,
    kind           text        NOT NULL DEFAULT 'record',
    system         aims.slug   REFERENCES aims.ai_system,
    vendor         aims.slug   REFERENCES aims.vendor,
    version        text,
    uri            text,
    content_sha256 bytea,
    origin         text        NOT NULL DEFAULT 'manual',
    effective_on   date        NOT NULL DEFAULT aims.today(),
    valid_until    date,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    recorded_by    aims.slug   REFERENCES aims.person,
    CONSTRAINT evidence_effective_key UNIQUE (evidence_id, effective_on),
    CONSTRAINT evidence_version_fkey
        FOREIGN KEY (system, version) REFERENCES aims.model_version (system, version),
    CONSTRAINT evidence_title_stated CHECK (title ~ '\S'),
    CONSTRAINT evidence_kind_stated CHECK (kind ~ '\S'),
    CONSTRAINT evidence_uri_stated CHECK (uri ~ '\S'),
    CONSTRAINT evidence_version_of_system CHECK (version IS NULL OR system IS NOT NULL),
    CONSTRAINT evidence_sha256_size CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT evidence_origin_known CHECK (origin IN ('manual', 'monitor', 'ledger')),
    CONSTRAINT evidence_dates_in_order CHECK (valid_until >= effective_on)
);
CREATE INDEX evidence_system_idx ON aims.evidence (system, kind) WHERE system IS NOT NULL;
CREATE INDEX evidence_vendor_idx ON aims.evidence (vendor, kind) WHERE vendor IS NOT NULL;
CREATE INDEX evidence_recorded_idx ON aims.evidence (recorded_at);
SELECT pg_catalog.pg_extension_config_dump('aims.evidence', '');
SELECT pg_catalog.pg_extension_config_dump('aims.evidence_evidence_id_seq', '');
COMMENT ON TABLE aims.evidence IS
    'What proves that a requirement is met: reports, records, certificates, minutes; the file itself stays where it is, named by uri and hash (7.5)';
COMMENT ON INDEX aims.evidence_system_idx IS 'Evidence of an AI system by kind';
COMMENT ON INDEX aims.evidence_vendor_idx IS 'Evidence of a vendor by kind';
COMMENT ON INDEX aims.evidence_recorded_idx IS 'Evidence by the day of its entry';
COMMENT ON COLUMN aims.evidence.evidence_id IS 'Number of the evidence; a revision has a higher one';
COMMENT ON COLUMN aims.evidence.title IS 'What it is';
COMMENT ON COLUMN aims.evidence.kind IS 'Sort of evidence; gates ask for some by name (aims.gate_requirement)';
COMMENT ON COLUMN aims.evidence.system IS 'AI system that it is about; NULL: none in particular';
COMMENT ON COLUMN aims.evidence.vendor IS 'Vendor that it is about or comes from';
COMMENT ON COLUMN aims.evidence.version IS 'Model version that it is about; NULL: any version of the system';
COMMENT ON COLUMN aims.evidence.uri IS 'Where the document is kept';
COMMENT ON COLUMN aims.evidence.content_sha256 IS 'SHA-256 of the document, 32 bytes, so that a changed file shows';
COMMENT ON COLUMN aims.evidence.origin IS 'manual: recorded by a person; monitor: by a monitor; ledger: drawn from the ledger';
COMMENT ON COLUMN aims.evidence.effective_on IS 'First day that it counts, in the organisation''s time zone';
COMMENT ON COLUMN aims.evidence.valid_until IS 'Last day that it counts (inclusive); NULL: it does not expire';
COMMENT ON COLUMN aims.evidence.recorded_at IS 'When the row was made; kept by the server, whatever is typed';

COMMENT ON COLUMN aims.evidence.recorded_by IS 'Who recorded it, as the server knows it; NULL: a session of nobody';

CREATE TRIGGER evidence_recorded BEFORE INSERT ON aims.evidence
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('recorded_at', 'recorded_by');
ALTER TABLE aims.evidence ENABLE ALWAYS TRIGGER evidence_recorded;
COMMENT ON TRIGGER evidence_recorded ON aims.evidence IS
    'Who recorded it and when are the server''s to say, so that no evidence is antedated (7.5.3)';

CREATE FUNCTION aims.check_origin() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NEW.origin IN ('monitor', 'ledger') AND NOT aims.restoring()
       AND NOT (NEW.origin = 'monitor' AND aims.is_measurement_evidence(NEW)) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('evidence of origin "%s" cannot be typed', NEW.origin),
            DETAIL = 'It is the extension that records what monitors and the ledger prove.',
            HINT = 'Leave origin out: what a person records is manual.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.check_origin() IS
    'Trigger on aims.evidence: refuses (22023) typed evidence that claims to come from a monitor or the ledger; what a measurement is evidence of is in aims.measurement_evidence';
CREATE TRIGGER evidence_origin BEFORE INSERT ON aims.evidence
    FOR EACH ROW EXECUTE FUNCTION aims.check_origin();
ALTER TABLE aims.evidence ENABLE ALWAYS TRIGGER evidence_origin;
COMMENT ON TRIGGER evidence_origin ON aims.evidence IS 'What people type is manual';

CREATE FUNCTION aims.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'MS041',
        MESSAGE = format('rows of aims.%I are never changed or removed', TG_TABLE_NAME),
        DETAIL = format('%s refused: what gates and controls were judged by stays as it was recorded.', TG_OP),
        HINT = CASE WHEN TG_TABLE_NAME LIKE 'evidence%'
               THEN 'Record a revision: SELECT aims.revise_evidence(evidence_id, uri => ..., content_sha256 => ..., valid_until => ...).'
               ELSE 'Add a row that says what is so now.' END;
END $$;
COMMENT ON FUNCTION aims.refuse_change() IS
    'Trigger (BEFORE ROW for UPDATE, DELETE; BEFORE STATEMENT for TRUNCATE) of evidence, its links and whatever else is only added to: MS041 for everybody but a restore (7.5.3)';
CREATE TRIGGER evidence_immutable BEFORE UPDATE OR DELETE ON aims.evidence
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON aims.evidence
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.evidence ENABLE ALWAYS TRIGGER evidence_immutable, ENABLE ALWAYS TRIGGER evidence_truncate;
COMMENT ON TRIGGER evidence_immutable ON aims.evidence IS 'Evidence is revised, never changed (MS041)';
COMMENT ON TRIGGER evidence_truncate ON aims.evidence IS 'Evidence is never removed (MS041)';

CREATE TABLE aims.evidence_link (
    evidence_id bigint           NOT NULL REFERENCES aims.evidence,
    framework   aims.slug        NOT NULL DEFAULT 'iso42001',
    ref         aims.control_ref NOT NULL,
    CONSTRAINT evidence_link_pkey PRIMARY KEY (evidence_id, framework, ref),
    CONSTRAINT evidence_link_requirement_fkey
        FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref)
);
CREATE INDEX evidence_link_requirement_idx ON aims.evidence_link (framework, ref);
SELECT pg_catalog.pg_extension_config_dump('aims.evidence_link', '');
COMMENT ON TABLE aims.evidence_link IS
    'Which requirements a piece of evidence supports, in any framework: evidence once, satisfied in many places (6.1.3, 7.5)';
COMMENT ON INDEX aims.evidence_link_requirement_idx IS 'Evidence of a requirement';
COMMENT ON COLUMN aims.evidence_link.evidence_id IS 'The evidence';
COMMENT ON COLUMN aims.evidence_link.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.evidence_link.ref IS 'The requirement that it supports';
CREATE TRIGGER evidence_link_immutable BEFORE UPDATE OR DELETE ON aims.evidence_link
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER evidence_link_truncate BEFORE TRUNCATE ON aims.evidence_link
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.evidence_link ENABLE ALWAYS TRIGGER evidence_link_immutable, ENABLE ALWAYS TRIGGER evidence_link_truncate;
COMMENT ON TRIGGER evidence_link_immutable ON aims.evidence_link IS 'What evidence was linked to is never changed (MS041)';
COMMENT ON TRIGGER evidence_link_truncate ON aims.evidence_link IS 'What evidence was linked to is never removed (MS041)';

-- A table of its own, since a column of evidence that names evidence would
-- be a foreign-key cycle to pg_dump. Ids rise, so that no chain can close.
CREATE TABLE aims.evidence_revision (
    earlier      bigint PRIMARY KEY REFERENCES aims.evidence,
    later        bigint NOT NULL,
    effective_on date   NOT NULL,
    CONSTRAINT evidence_revision_forward CHECK (earlier < later),
    CONSTRAINT evidence_revision_effective_fkey
        FOREIGN KEY (later, effective_on) REFERENCES aims.evidence (evidence_id, effective_on)
);
CREATE INDEX evidence_revision_later_idx ON aims.evidence_revision (later);
SELECT pg_catalog.pg_extension_config_dump('aims.evidence_revision', '');
COMMENT ON TABLE aims.evidence_revision IS
    'Which evidence was replaced by which; the earlier one stops counting on the day that the later one takes effect (7.5.2)';
COMMENT ON INDEX aims.evidence_revision_later_idx IS 'What a piece of evidence replaced';
COMMENT ON COLUMN aims.evidence_revision.earlier IS 'Evidence that is replaced, once';
COMMENT ON COLUMN aims.evidence_revision.later IS 'Evidence that replaces it';
COMMENT ON COLUMN aims.evidence_revision.effective_on IS 'First day that this one counts, and the earlier one no longer';
CREATE TRIGGER evidence_revision_immutable BEFORE UPDATE OR DELETE ON aims.evidence_revision
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER evidence_revision_truncate BEFORE TRUNCATE ON aims.evidence_revision
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.evidence_revision ENABLE ALWAYS TRIGGER evidence_revision_immutable, ENABLE ALWAYS TRIGGER evidence_revision_truncate;
COMMENT ON TRIGGER evidence_revision_immutable ON aims.evidence_revision IS 'What replaced what is never changed (MS041)';
COMMENT ON TRIGGER evidence_revision_truncate ON aims.evidence_revision IS 'What replaced what is never removed (MS041)';

CREATE VIEW aims.evidence_state WITH (security_invoker) AS
SELECT e.evidence_id, e.title, e.kind, e.system::text, e.vendor::text, e.version, e.origin,
       e.effective_on, e.valid_until,
       CASE WHEN r.effective_on <= t.today THEN 'superseded'
            WHEN e.effective_on > t.today THEN 'future'
            WHEN e.valid_until < t.today THEN 'expired'
            WHEN e.uri IS NULL AND e.content_sha256 IS NULL THEN 'unsubstantiated'
            ELSE 'in_force'
       END AS state,
       r.later AS superseded_by,
       e.recorded_at, e.recorded_by::text
  FROM aims.evidence AS e
 CROSS JOIN LATERAL (SELECT (SELECT aims.today()) AS today) AS t
  LEFT JOIN aims.evidence_revision AS r ON r.earlier = e.evidence_id;
COMMENT ON VIEW aims.evidence_state IS
    'Evidence as it stands today in the organisation''s time zone; only state in_force counts for a control or a gate (7.5.3)';
COMMENT ON COLUMN aims.evidence_state.evidence_id IS 'Number of the evidence';
COMMENT ON COLUMN aims.evidence_state.title IS 'What it is';
COMMENT ON COLUMN aims.evidence_state.kind IS 'Sort of evidence';
COMMENT ON COLUMN aims.evidence_state.system IS 'AI system that it is about';
COMMENT ON COLUMN aims.evidence_state.vendor IS 'Vendor that it is about or comes from';
COMMENT ON COLUMN aims.evidence_state.version IS 'Model version that it is about';
COMMENT ON COLUMN aims.evidence_state.origin IS 'manual, monitor or ledger';
COMMENT ON COLUMN aims.evidence_state.effective_on IS 'First day that it counts';
COMMENT ON COLUMN aims.evidence_state.valid_until IS 'Last day that it counts; NULL: it does not expire';
COMMENT ON COLUMN aims.evidence_state.state IS
    'in_force, expired, superseded (its revision has taken effect), future (not yet effective) or unsubstantiated (names neither a document nor its hash: a claim)';
COMMENT ON COLUMN aims.evidence_state.superseded_by IS 'Its revision, also one that is not yet effective';
COMMENT ON COLUMN aims.evidence_state.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN aims.evidence_state.recorded_by IS 'Who recorded it; NULL: a session of nobody';

-- Each question ends at the first row that answers it, where grouping would
-- read all the evidence there is.
CREATE VIEW aims.requirement_evidence WITH (security_invoker) AS
SELECT r.framework::text, r.ref,
       CASE WHEN (SELECT true FROM aims.evidence_link AS l JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id
                   WHERE l.framework = r.framework AND l.ref OPERATOR(aims.=) r.ref AND e.state = 'in_force' LIMIT 1) THEN 'in_force'
            WHEN (SELECT true FROM aims.evidence_link AS l JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id
                   WHERE l.framework = r.framework AND l.ref OPERATOR(aims.=) r.ref AND e.state = 'expired' LIMIT 1) THEN 'expired'
            WHEN (SELECT true FROM aims.evidence_link AS l
                   WHERE l.framework = r.framework AND l.ref OPERATOR(aims.=) r.ref LIMIT 1) THEN 'other'
            ELSE 'none'
       END AS state
  FROM aims.requirement AS r;
COMMENT ON VIEW aims.requirement_evidence IS
    'What the evidence that is linked to each requirement comes to today, whoever it is about (7.5.3)';
COMMENT ON COLUMN aims.requirement_evidence.framework IS 'Framework';
COMMENT ON COLUMN aims.requirement_evidence.ref IS 'Requirement';
COMMENT ON COLUMN aims.requirement_evidence.state IS
    'in_force (some counts today), expired (none counts, some has expired), other (replaced, in future or unsubstantiated) or none';

CREATE FUNCTION aims.revise_evidence(evidence_id bigint, uri text DEFAULT NULL,
        content_sha256 bytea DEFAULT NULL, effective_on date DEFAULT aims.today(),
        valid_until date DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    earlier aims.evidence;
    newest  bigint;
    made    bigint;
BEGIN
    SELECT e.* INTO earlier FROM aims.evidence AS e
     WHERE e.evidence_id = revise_evidence.evidence_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS017',
            MESSAGE = format('evidence %s does not exist', coalesce(evidence_id::text, 'NULL')),
            DETAIL = 'Only recorded evidence can be revised.',
            HINT = 'Record it with INSERT INTO aims.evidence, or look up its number in aims.evidence.';
    END IF;
    SELECT r.later INTO newest FROM aims.evidence_revision AS r WHERE r.earlier = earlier.evidence_id;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS019',
            MESSAGE = format('evidence %s has been revised already', evidence_id),
            DETAIL = format('Evidence %s replaces it.', newest),
            HINT = format('Revise evidence %s instead.', newest);
    END IF;
    IF num_nonnulls(uri, content_sha256) = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('the revision of evidence %s has no content', evidence_id),
            DETAIL = 'What was recorded earlier does not count for longer by itself.',
            HINT = 'Say where the new one is, uri => ..., or what it is, content_sha256 => ....';
    END IF;
    INSERT INTO aims.evidence AS e (title, kind, system, vendor, version, origin,
                                    uri, content_sha256, effective_on, valid_until)
    VALUES (earlier.title, earlier.kind, earlier.system, earlier.vendor, earlier.version, earlier.origin,
            coalesce(uri, earlier.uri), content_sha256, effective_on, valid_until)
    RETURNING e.evidence_id INTO made;
    INSERT INTO aims.evidence_link (evidence_id, framework, ref)
    SELECT made, l.framework, l.ref FROM aims.evidence_link AS l WHERE l.evidence_id = earlier.evidence_id;
    INSERT INTO aims.evidence_revision (earlier, later, effective_on)
    SELECT earlier.evidence_id, made, e.effective_on FROM aims.evidence AS e WHERE e.evidence_id = made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION aims.revise_evidence(bigint, text, bytea, date, date) IS
    'Records a new revision of evidence with the links of the earlier one, which it replaces from effective_on; returns its number. The only way to write aims.evidence_revision. MS017 unknown evidence, MS019 revised already, MS042 neither uri nor content_sha256 is given (7.5.2)';

-- A record that is about one AI system is not proved by what is about another.
CREATE FUNCTION aims.evidence_fits(evidence bigint, system text, vendor text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT CASE
                       WHEN num_nonnulls(e.system, e.vendor) = 0 OR num_nonnulls(evidence_fits.system, evidence_fits.vendor) = 0 THEN true
                       WHEN num_nonnulls(e.system, evidence_fits.system) = 2 THEN e.system = evidence_fits.system
                       WHEN e.vendor = evidence_fits.vendor THEN true
                       ELSE EXISTS (SELECT FROM (SELECT s.system, s.vendor FROM aims.ai_system AS s
                                                  UNION ALL
                                                 SELECT c.system, c.vendor FROM aims.component AS c) AS u
                                     WHERE (u.system, u.vendor) IN ((evidence_fits.system, e.vendor), (e.system, evidence_fits.vendor)))
                   END
              FROM aims.evidence AS e
             WHERE e.evidence_id = evidence_fits.evidence);
COMMENT ON FUNCTION aims.evidence_fits(bigint, text, text) IS
    'May evidence prove something about an AI system or vendor? It is about the same system, about a vendor of the system or of one of its components, about the vendor or a system that uses it, or about none in particular; of a matter of the organisation (both NULL) whatever it is about. NULL: no such evidence (7.5.3)';

CREATE FUNCTION aims.check_evidence_fits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former  jsonb := to_jsonb(OLD);
    present jsonb := to_jsonb(NEW);
    alien   aims.evidence;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT e.* INTO alien
      FROM unnest(TG_ARGV) AS c
      JOIN aims.evidence AS e ON e.evidence_id = (present ->> c)::bigint
     WHERE (former -> c, former -> 'system', former -> 'vendor') IS DISTINCT FROM (present -> c, present -> 'system', present -> 'vendor')
       AND NOT aims.evidence_fits(e.evidence_id, present ->> 'system', present ->> 'vendor')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('evidence %s is about something else', alien.evidence_id),
            DETAIL = format('It is about %s; what it is to prove is about %s.',
                            concat_ws(', ', 'AI system ' || alien.system, 'vendor ' || alien.vendor),
                            concat_ws(', ', 'AI system ' || (present ->> 'system'), 'vendor ' || (present ->> 'vendor'))),
            HINT = 'Name evidence about the same system, about its vendor, or about none in particular.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_evidence_fits() IS
    'Trigger (AFTER ROW) of records that name evidence in the columns given as arguments: it is about the same system, its vendor or the organisation (MS042; aims.evidence_fits)';
