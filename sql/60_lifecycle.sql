-- Lifecycle: moves between stages, gates, requests, approvals, findings
-- (ISO/IEC 42001 8.1, A.6).
--
-- Moves and gate requirements are rows; the machine is src/lifecycle.c. Its
-- trigger on aims.ai_system refuses whatever is not a row of stage_transition,
-- evaluates the gate itself and writes the history: no function, flag or
-- setting goes round it.

CREATE TABLE aims.stage_transition (
    from_stage aims.lifecycle_stage,
    to_stage   aims.lifecycle_stage,
    shipped    boolean NOT NULL DEFAULT true,
    CONSTRAINT stage_transition_pkey PRIMARY KEY (from_stage, to_stage),
    CONSTRAINT stage_transition_moves CHECK (from_stage <> to_stage),
    CONSTRAINT stage_transition_retirement_final CHECK (from_stage <> 'retirement'),
    CONSTRAINT stage_transition_shipped CHECK (shipped)
);
SELECT pg_catalog.pg_extension_config_dump('aims.stage_transition', 'WHERE NOT shipped');
COMMENT ON TABLE aims.stage_transition IS
    'The moves that there are; every other change of stage is refused (MS011). The same everywhere: a site adds gate requirements, not moves (ISO/IEC 42001 8.1, A.6)';
COMMENT ON COLUMN aims.stage_transition.from_stage IS 'Stage that is left';
COMMENT ON COLUMN aims.stage_transition.to_stage IS 'Stage that is entered, if its gate is met';
COMMENT ON COLUMN aims.stage_transition.shipped IS 'Always true: comes with the extension, immutable (MS016)';

INSERT INTO aims.stage_transition (from_stage, to_stage) VALUES
    ('inception',               'design_development'),
    ('design_development',      'verification_validation'),
    ('verification_validation', 'deployment'),
    ('verification_validation', 'design_development'),
    ('deployment',              'operation_monitoring'),
    ('deployment',              'verification_validation'),
    ('deployment',              'design_development'),
    ('deployment',              're_evaluation'),
    ('operation_monitoring',    're_evaluation'),
    ('re_evaluation',           'design_development'),
    ('re_evaluation',           'verification_validation'),
    ('re_evaluation',           'operation_monitoring'),
    ('inception',               'retirement'),
    ('design_development',      'retirement'),
    ('verification_validation', 'retirement'),
    ('deployment',              'retirement'),
    ('operation_monitoring',    'retirement'),
    ('re_evaluation',           'retirement');

CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON aims.stage_transition
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.stage_transition ENABLE ALWAYS TRIGGER refuse_shipped;
COMMENT ON TRIGGER refuse_shipped ON aims.stage_transition IS 'The moves are shipped';

CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON aims.stage_transition
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.stage_transition ENABLE ALWAYS TRIGGER refuse_shipped_truncate;
COMMENT ON TRIGGER refuse_shipped_truncate ON aims.stage_transition IS 'The moves are shipped';

CREATE TABLE aims.gate_requirement (
    requirement    aims.slug            PRIMARY KEY,
    stage          aims.lifecycle_stage NOT NULL,
    from_stages    aims.lifecycle_stage[],
    tiers          aims.clinical_tier[] NOT NULL DEFAULT '{critical,high,moderate,low}',
    framework      aims.slug            NOT NULL DEFAULT 'iso42001',
    control        aims.control_ref     NOT NULL,
    title          text                 NOT NULL,
    check_function text                 NOT NULL,
    parameter      jsonb                NOT NULL DEFAULT '{}',
    approval       boolean              NOT NULL DEFAULT false,
    shipped        boolean              NOT NULL DEFAULT false,
    CONSTRAINT gate_requirement_control_fkey FOREIGN KEY (framework, control) REFERENCES aims.requirement,
    CONSTRAINT gate_requirement_title_given CHECK (title ~ '\S'),
    CONSTRAINT gate_requirement_has_gate CHECK (stage <> 'inception'),
    CONSTRAINT gate_requirement_from_some_stage CHECK (cardinality(from_stages) > 0),
    CONSTRAINT gate_requirement_for_some_tier CHECK (cardinality(tiers) > 0),
    CONSTRAINT gate_requirement_function_qualified CHECK (check_function ~ '^[^.]+\.[^.]+$'),
    CONSTRAINT gate_requirement_parameter_object CHECK (jsonb_typeof(parameter) = 'object')
);
SELECT pg_catalog.pg_extension_config_dump('aims.gate_requirement', 'WHERE NOT shipped');
COMMENT ON TABLE aims.gate_requirement IS
    'What the gate into a stage needs. A site adds rows, with shipped = false and a function of its own; the shipped ones are immutable (ISO/IEC 42001 8.1, A.6)';
COMMENT ON COLUMN aims.gate_requirement.requirement IS 'Slug of the requirement, as aims.gate lists it';
COMMENT ON COLUMN aims.gate_requirement.stage IS 'Stage whose gate has it';
COMMENT ON COLUMN aims.gate_requirement.from_stages IS 'Only for systems that come from one of these stages; NULL: from any';
COMMENT ON COLUMN aims.gate_requirement.tiers IS
    'Clinical tiers that it applies to; a system whose tier is not decided needs every requirement';
COMMENT ON COLUMN aims.gate_requirement.framework IS 'Framework of the control';
COMMENT ON COLUMN aims.gate_requirement.control IS 'Control that the requirement answers';
COMMENT ON COLUMN aims.gate_requirement.title IS 'What is needed, in a few words';
COMMENT ON COLUMN aims.gate_requirement.check_function IS
    'Qualified name of a function (system text, parameter jsonb, OUT met boolean, OUT detail text). It runs as its owner with search_path pg_catalog, pg_temp, read-only, and all it does is undone; an error in it counts as not met';
COMMENT ON COLUMN aims.gate_requirement.parameter IS
    'What the function is called with; the keys requirement, stage, framework and control are added';
COMMENT ON COLUMN aims.gate_requirement.approval IS
    'Does an emergency not excuse it, as it does not the approval of the request? A site''s row never stands in for that approval';
COMMENT ON COLUMN aims.gate_requirement.shipped IS 'Comes with the extension: immutable (MS016)';

CREATE TABLE aims.transition_request (
    request_id        bigint               PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    system            aims.slug            NOT NULL
                      CONSTRAINT transition_request_system_fkey REFERENCES aims.ai_system,
    from_stage        aims.lifecycle_stage NOT NULL,
    to_stage          aims.lifecycle_stage NOT NULL,
    version           text,
    clinical_tier     aims.clinical_tier,
    tier_decided_at   timestamptz,
    person            aims.slug            NOT NULL
                      CONSTRAINT transition_request_person_fkey REFERENCES aims.person,
    session_user_name text                 NOT NULL DEFAULT SESSION_USER,
    reason            text                 NOT NULL,
    emergency         boolean              NOT NULL DEFAULT false,
    gate              jsonb                NOT NULL,
    basis             jsonb                NOT NULL,
    requested_at      timestamptz          NOT NULL DEFAULT clock_timestamp(),
    requested_xid     bigint               NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    outcome           text,
    closed_at         timestamptz,
    closed_by         aims.slug
                      CONSTRAINT transition_request_closed_by_fkey REFERENCES aims.person,
    closing_reason    text,
    CONSTRAINT transition_request_transition_fkey
        FOREIGN KEY (from_stage, to_stage) REFERENCES aims.stage_transition,
    CONSTRAINT transition_request_reason_given CHECK (reason ~ '\S'),
    CONSTRAINT transition_request_outcome_known CHECK (outcome IN (
        'advanced', 'rejected', 'withdrawn', 'superseded')),
    CONSTRAINT transition_request_closed_with_outcome CHECK ((outcome IS NULL) = (closed_at IS NULL))
);
CREATE UNIQUE INDEX transition_request_one_open ON aims.transition_request (system, to_stage)
    WHERE outcome IS NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.transition_request', '');
SELECT pg_catalog.pg_extension_config_dump('aims.transition_request_request_id_seq', '');
COMMENT ON TABLE aims.transition_request IS
    'Requests to move an AI system to another stage, as they were made: what approvals sign (ISO/IEC 42001 8.1, A.6.2.5). Written by functions alone';
COMMENT ON INDEX aims.transition_request_one_open IS 'One open request per system and stage';
COMMENT ON COLUMN aims.transition_request.request_id IS 'Number of the request: subject_id of aims.approve(''transition'', ...)';
COMMENT ON COLUMN aims.transition_request.system IS 'AI system';
COMMENT ON COLUMN aims.transition_request.from_stage IS 'Stage that the system was in';
COMMENT ON COLUMN aims.transition_request.to_stage IS 'Stage that it is to enter';
COMMENT ON COLUMN aims.transition_request.version IS
    'Model version in force at the request (aims.version_in_force); when it changes, approvals do not count any more';
COMMENT ON COLUMN aims.transition_request.clinical_tier IS 'Clinical tier at the request; likewise';
COMMENT ON COLUMN aims.transition_request.tier_decided_at IS 'When that tier had been decided; likewise';
COMMENT ON COLUMN aims.transition_request.person IS 'Who asks; may not approve';
COMMENT ON COLUMN aims.transition_request.session_user_name IS 'Role that logged in';
COMMENT ON COLUMN aims.transition_request.reason IS 'Why the system should move';
COMMENT ON COLUMN aims.transition_request.emergency IS
    'An emergency: missing requirements do not stop the move, another person''s approval is needed in any case, and a finding is opened';
COMMENT ON COLUMN aims.transition_request.gate IS 'State of the gate at the request: array of requirement, control, met, detail';
COMMENT ON COLUMN aims.transition_request.basis IS
    'What the request rests on, as it was (aims.transition_basis): the row of the system, the model version in force, the evidence for the gate; when it changes, approvals do not count any more';
COMMENT ON COLUMN aims.transition_request.requested_at IS 'Server clock at the request';
COMMENT ON COLUMN aims.transition_request.requested_xid IS
    'Transaction that made it: the session that made it does not decide on it in the same one';
COMMENT ON COLUMN aims.transition_request.outcome IS
    'NULL: open; advanced (used), rejected, withdrawn, or superseded by another move or a newer request';
COMMENT ON COLUMN aims.transition_request.closed_at IS 'Server clock at the outcome';
COMMENT ON COLUMN aims.transition_request.closed_by IS 'Who brought it about';
COMMENT ON COLUMN aims.transition_request.closing_reason IS 'Why';

CREATE TABLE aims.approval (
    approval_id       bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    subject           text        NOT NULL,
    subject_id        text        NOT NULL,
    decision          text        NOT NULL,
    meaning           text,
    person            aims.slug   NOT NULL
                      CONSTRAINT approval_person_fkey REFERENCES aims.person,
    printed_name      text        NOT NULL,
    duty              text        NOT NULL,
    signed_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason            text        NOT NULL,
    record_digest     bytea       NOT NULL,
    gate              jsonb       NOT NULL,
    session_user_name text        NOT NULL DEFAULT SESSION_USER,
    CONSTRAINT approval_subject_known CHECK (subject IN ('transition')),
    CONSTRAINT approval_decision_known CHECK (decision IN ('approve', 'reject')),
    CONSTRAINT approval_meaning_known CHECK (meaning IN ('authorship', 'review', 'approval', 'responsibility')),
    CONSTRAINT approval_meaning_of_signature CHECK ((decision = 'approve') = (meaning IS NOT NULL)),
    CONSTRAINT approval_reason_given CHECK (reason ~ '\S'),
    CONSTRAINT approval_record_digest_length CHECK (octet_length(record_digest) = 32),
    CONSTRAINT approval_once UNIQUE (subject, subject_id, person, meaning)
);
SELECT pg_catalog.pg_extension_config_dump('aims.approval', '');
SELECT pg_catalog.pg_extension_config_dump('aims.approval_approval_id_seq', '');
COMMENT ON TABLE aims.approval IS
    'Electronic signatures and rejections (21 CFR 11.50, 11.70), bound to the digest of what was signed. Written by aims.approve and aims.reject alone';
COMMENT ON COLUMN aims.approval.approval_id IS 'Number of the signature';
COMMENT ON COLUMN aims.approval.subject IS 'What was signed: transition (aims.transition_request)';
COMMENT ON COLUMN aims.approval.subject_id IS 'Which one: the request''s number';
COMMENT ON COLUMN aims.approval.decision IS 'approve or reject';
COMMENT ON COLUMN aims.approval.meaning IS
    'Meaning of the signature: authorship, review, approval or responsibility; only approval opens a gate. NULL for a rejection';
COMMENT ON COLUMN aims.approval.person IS 'Who signed; never the requester';
COMMENT ON COLUMN aims.approval.printed_name IS 'Full name of the signer at that time';
COMMENT ON COLUMN aims.approval.duty IS 'Duty that the signer held on that day and signed by';
COMMENT ON COLUMN aims.approval.signed_at IS 'Server clock at the signature; aims.signature shows it in UTC';
COMMENT ON COLUMN aims.approval.reason IS 'Why';
COMMENT ON COLUMN aims.approval.record_digest IS
    'SHA-256 of the signed record (aims.transition_record); where the record differs now, the approval does not count';
COMMENT ON COLUMN aims.approval.gate IS 'State of the gate at the decision: array of requirement, control, met, detail';
COMMENT ON COLUMN aims.approval.session_user_name IS 'Role that logged in';

CREATE TABLE aims.stage_history (
    history_id        bigint               PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    system            aims.slug            NOT NULL
                      CONSTRAINT stage_history_system_fkey REFERENCES aims.ai_system,
    from_stage        aims.lifecycle_stage,
    to_stage          aims.lifecycle_stage NOT NULL,
    moved_at          timestamptz          NOT NULL DEFAULT clock_timestamp(),
    person            aims.slug
                      CONSTRAINT stage_history_person_fkey REFERENCES aims.person,
    session_user_name text                 NOT NULL DEFAULT SESSION_USER,
    reason            text,
    request           bigint
                      CONSTRAINT stage_history_request_fkey REFERENCES aims.transition_request,
    version           text,
    gate              jsonb                NOT NULL
);
CREATE INDEX stage_history_system_idx ON aims.stage_history (system, history_id);
SELECT pg_catalog.pg_extension_config_dump('aims.stage_history', '');
SELECT pg_catalog.pg_extension_config_dump('aims.stage_history_history_id_seq', '');
COMMENT ON TABLE aims.stage_history IS
    'Every stage that a system has been in, with the gate as it was found on that day (ISO/IEC 42001 8.1, A.6). Written by the trigger on aims.ai_system alone';
COMMENT ON INDEX aims.stage_history_system_idx IS 'Finds the history of a system';
COMMENT ON COLUMN aims.stage_history.history_id IS 'Counts up; moves of one system follow each other';
COMMENT ON COLUMN aims.stage_history.system IS 'AI system';
COMMENT ON COLUMN aims.stage_history.from_stage IS 'Stage that was left; NULL: the system was entered';
COMMENT ON COLUMN aims.stage_history.to_stage IS 'Stage that was entered';
COMMENT ON COLUMN aims.stage_history.moved_at IS 'Server clock at the move';
COMMENT ON COLUMN aims.stage_history.person IS 'Who moved it; NULL: a session of nobody known';
COMMENT ON COLUMN aims.stage_history.session_user_name IS 'Role that logged in';
COMMENT ON COLUMN aims.stage_history.reason IS 'The request''s reason; without a request the setting aims.reason';
COMMENT ON COLUMN aims.stage_history.request IS 'Request that the move used';
COMMENT ON COLUMN aims.stage_history.version IS 'Model version in force at the move';
COMMENT ON COLUMN aims.stage_history.gate IS 'The gate at the move: array of requirement, control, met, detail';

CREATE TABLE aims.finding (
    finding_id   bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    kind         aims.slug   NOT NULL,
    system       aims.slug   CONSTRAINT finding_system_fkey REFERENCES aims.ai_system,
    relation     regclass,
    detail       text        NOT NULL,
    opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by    aims.slug   CONSTRAINT finding_opened_by_fkey REFERENCES aims.person,
    closed_at    timestamptz,
    closed_by    aims.slug   CONSTRAINT finding_closed_by_fkey REFERENCES aims.person,
    closing_note text,
    CONSTRAINT finding_detail_given CHECK (detail ~ '\S'),
    CONSTRAINT finding_closing_whole CHECK (num_nonnulls(closed_at, closed_by, closing_note) IN (0, 3)),
    CONSTRAINT finding_closing_note_given CHECK (closing_note ~ '\S')
);
CREATE INDEX finding_open_idx ON aims.finding (system) WHERE closed_at IS NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.finding', '');
SELECT pg_catalog.pg_extension_config_dump('aims.finding_finding_id_seq', '');
COMMENT ON TABLE aims.finding IS
    'What was noticed and waits to be dealt with: emergencies, schema changes, output that a replica could not refuse (ISO/IEC 42001 9.1, 10.2)';
COMMENT ON INDEX aims.finding_open_idx IS 'Finds the open findings of a system';
COMMENT ON COLUMN aims.finding.finding_id IS 'Number of the finding';
COMMENT ON COLUMN aims.finding.kind IS 'What sort of finding: emergency_transition, version_changed, ...';
COMMENT ON COLUMN aims.finding.system IS 'AI system concerned; NULL: none in particular';
COMMENT ON COLUMN aims.finding.relation IS 'Table concerned';
COMMENT ON COLUMN aims.finding.detail IS 'What was found';
COMMENT ON COLUMN aims.finding.opened_at IS 'Server clock when it was found';
COMMENT ON COLUMN aims.finding.opened_by IS 'Person whose act it was; NULL: nobody''s';
COMMENT ON COLUMN aims.finding.closed_at IS 'When it was closed; NULL: open';
COMMENT ON COLUMN aims.finding.closed_by IS 'Who closed it';
COMMENT ON COLUMN aims.finding.closing_note IS 'What was done about it';

-- The machine (src/lifecycle.c)

CREATE FUNCTION aims.gate(system text, stage aims.lifecycle_stage)
    RETURNS TABLE (requirement text, control aims.control_ref, met boolean, detail text)
    AS 'MODULE_PATHNAME', 'aims_gate' LANGUAGE C ROWS 10;
COMMENT ON FUNCTION aims.gate(text, aims.lifecycle_stage) IS
    'Every requirement of the gate into a stage, for a system as it is now: met or missing, and the rows behind it. MS017 where the system is unknown, MS011 into inception and out of retirement, MS040 inside a check function, 22004 for a NULL';

CREATE FUNCTION aims.check_move(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_check_move' LANGUAGE C STRICT;
COMMENT ON FUNCTION aims.check_move(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'Refuses (MS011) a move that is no row of aims.stage_transition';

CREATE FUNCTION aims.check_act() RETURNS void
    AS 'MODULE_PATHNAME', 'aims_check_act' LANGUAGE C;
COMMENT ON FUNCTION aims.check_act() IS
    'Refuses (MS040) an act of the life cycle while a gate is evaluated, and with the snapshot of a REPEATABLE READ or SERIALIZABLE transaction, which misses what has been committed since';

CREATE FUNCTION aims.guard_stage() RETURNS trigger
    AS 'MODULE_PATHNAME', 'aims_guard_stage' LANGUAGE C;
COMMENT ON FUNCTION aims.guard_stage() IS
    'Trigger on aims.ai_system: refuses moves without the duty system_owner or ai_officer (MS013, MS014), without a reason (MS018), that there are not (MS011) and whose gate is not met (MS010), a new slug and another created_at (MS030); writes the history and closes the request';

-- After the ledger's own triggers and before the foreign keys', by its name.
-- AFTER ROW: nothing can change the row behind it, and the gate judges the
-- row as it will be.
CREATE TRIGGER "AIMS_validate_stage" AFTER INSERT OR UPDATE ON aims.ai_system
    FOR EACH ROW EXECUTE FUNCTION aims.guard_stage();
ALTER TABLE aims.ai_system ENABLE ALWAYS TRIGGER "AIMS_validate_stage";
COMMENT ON TRIGGER "AIMS_validate_stage" ON aims.ai_system IS 'The state machine of the life cycle';

CREATE FUNCTION aims.applicable_requirement(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage)
    RETURNS SETOF aims.gate_requirement
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT g.*
          FROM aims.gate_requirement AS g
          JOIN aims.ai_system AS s ON s.clinical_tier IS NULL OR s.clinical_tier = ANY (g.tiers)
         WHERE s.system = applicable_requirement.system
           AND g.stage = applicable_requirement.to_stage
           AND (g.from_stages IS NULL OR applicable_requirement.from_stage = ANY (g.from_stages));
    END;
COMMENT ON FUNCTION aims.applicable_requirement(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'Requirements of a move for the tier of the system';

-- Requests and what approvals are worth

-- Settings that would show in the text of a time are fixed. A version's
-- status is left out: to activate it is what the move is for.
CREATE FUNCTION aims.transition_basis(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage)
    RETURNS jsonb
    LANGUAGE sql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC'
    RETURN (SELECT jsonb_build_object(
                'system', to_jsonb(s.*) - 'stage',
                'version', (SELECT to_jsonb(m.*) - 'status'
                              FROM aims.model_version AS m
                             WHERE m.system = s.system AND m.version = aims.version_in_force(s.system)),
                'evidence', (
                    SELECT coalesce(jsonb_object_agg(e.evidence_id, jsonb_build_object(
                               'kind', e.kind, 'title', e.title, 'system', e.system, 'vendor', e.vendor,
                               'version', e.version, 'uri', e.uri, 'content_sha256', encode(e.content_sha256, 'hex'),
                               'effective_on', e.effective_on, 'valid_until', e.valid_until,
                               'controls', l.controls)), '{}')
                      FROM aims.evidence AS e
                     CROSS JOIN LATERAL (
                           SELECT jsonb_agg(DISTINCT k.framework || ' ' || k.ref::text) AS controls
                             FROM aims.evidence_link AS k
                             JOIN aims.applicable_requirement(transition_basis.system, transition_basis.from_stage,
                                                              transition_basis.to_stage) AS g
                               ON g.framework = k.framework AND g.control OPERATOR(aims.=) k.ref
                            WHERE k.evidence_id = e.evidence_id) AS l
                     WHERE (e.system = s.system OR e.vendor = s.vendor AND e.system IS NULL)
                       AND l.controls IS NOT NULL))
              FROM aims.ai_system AS s
             WHERE s.system = transition_basis.system);
COMMENT ON FUNCTION aims.transition_basis(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'What a request for a move rests on, as it is now: the row of the system without its stage, the model version in force with its digest, and the evidence about the system and its vendor that is linked to a control of the gate, with content_sha256 and dates';

CREATE FUNCTION aims.changed_keys(former jsonb, present jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT string_agg(format('%s %s', coalesce(f.key, p.key),
                                 CASE WHEN f.key IS NULL THEN 'added' WHEN p.key IS NULL THEN 'removed' ELSE 'changed' END),
                          ', ' ORDER BY length(coalesce(f.key, p.key)), coalesce(f.key, p.key))
          FROM jsonb_each(CASE jsonb_typeof(former) WHEN 'object' THEN former END) AS f
          FULL JOIN jsonb_each(CASE jsonb_typeof(present) WHEN 'object' THEN present END) AS p ON p.key = f.key
         WHERE f.value IS DISTINCT FROM p.value;
    END;
COMMENT ON FUNCTION aims.changed_keys(jsonb, jsonb) IS
    'Keys of an object that have been added, removed or changed in another, in words; NULL: none';

CREATE FUNCTION aims.basis_change(former jsonb, present jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(concat_ws('; ',
        'AI system: ' || aims.changed_keys(former -> 'system', present -> 'system'),
        'model version: ' || aims.changed_keys(former -> 'version', present -> 'version'),
        'evidence: ' || aims.changed_keys(former -> 'evidence', present -> 'evidence')), '');
COMMENT ON FUNCTION aims.basis_change(jsonb, jsonb) IS
    'How two results of aims.transition_basis differ: columns of the system and the model version, and evidence by number; NULL: not at all';

CREATE FUNCTION aims.transition_record(request bigint) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (SELECT jsonb_build_object(
                'request', r.request_id,
                'system', r.system,
                'from_stage', r.from_stage,
                'to_stage', r.to_stage,
                'version', r.version,
                'clinical_tier', r.clinical_tier,
                'tier_decided_at', to_char(r.tier_decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'person', r.person,
                'session_user', r.session_user_name,
                'reason', r.reason,
                'emergency', r.emergency,
                'gate', r.gate,
                'basis', r.basis,
                'requested_at', to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
              FROM aims.transition_request AS r
             WHERE r.request_id = transition_record.request);
COMMENT ON FUNCTION aims.transition_record(bigint) IS
    'What a signature under a request signs: its columns as they were made, as JSON text that no setting changes';

CREATE FUNCTION aims.transition_digest(request bigint) RETURNS bytea
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    RETURN sha256(convert_to(aims.transition_record(request), 'UTF8'));
COMMENT ON FUNCTION aims.transition_digest(bigint) IS
    'SHA-256 of aims.transition_record in UTF-8';

CREATE FUNCTION aims.request_staleness(request bigint) RETURNS text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    RETURN (SELECT CASE
                WHEN r.version IS DISTINCT FROM v.version THEN
                    format('the model version in force was %s at the request and is %s now',
                           coalesce(r.version, 'none'), coalesce(v.version, 'none'))
                WHEN (r.clinical_tier, r.tier_decided_at) IS DISTINCT FROM (s.clinical_tier, s.tier_decided_at) THEN
                    format('the clinical tier was %s at the request and has been decided anew: %s',
                           coalesce(r.clinical_tier::text, 'undecided'), coalesce(s.clinical_tier::text, 'undecided'))
                ELSE 'since the request has changed: '
                     || aims.basis_change(r.basis, aims.transition_basis(r.system, r.from_stage, r.to_stage))
            END
              FROM aims.transition_request AS r
              JOIN aims.ai_system AS s ON s.system = r.system
             CROSS JOIN LATERAL (SELECT aims.version_in_force(r.system) AS version) AS v
             WHERE r.request_id = request_staleness.request);
COMMENT ON FUNCTION aims.request_staleness(bigint) IS
    'What has changed since a request was made so that approvals of it do not count: the model version in force, the tier, anything else of the system, evidence for the gate that was added, removed or changed; NULL: nothing';

CREATE VIEW aims.signature WITH (security_barrier) AS
    SELECT a.approval_id, a.subject, a.subject_id, a.decision, a.meaning, a.person::text AS person,
           format('%s, %s, %s', a.printed_name,
                  to_char(a.signed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                  coalesce(a.meaning, 'rejection')) AS manifestation,
           a.duty, a.reason,
           a.record_digest = aims.transition_digest(r.request_id) AS intact,
           CASE WHEN r.outcome IS NULL THEN aims.request_staleness(r.request_id) END AS staleness
      FROM aims.approval AS a
      JOIN aims.transition_request AS r ON r.request_id::text = a.subject_id;
COMMENT ON VIEW aims.signature IS
    'Signatures as people read them: printed name, UTC time and meaning (21 CFR 11.50), whether the signed record is still what was signed (11.70), and what has made an approval stale';
COMMENT ON COLUMN aims.signature.approval_id IS 'Number of the signature';
COMMENT ON COLUMN aims.signature.subject IS 'What was signed: transition';
COMMENT ON COLUMN aims.signature.subject_id IS 'Which one';
COMMENT ON COLUMN aims.signature.decision IS 'approve or reject';
COMMENT ON COLUMN aims.signature.meaning IS 'authorship, review, approval or responsibility';
COMMENT ON COLUMN aims.signature.person IS 'Who signed';
COMMENT ON COLUMN aims.signature.manifestation IS 'Printed name, UTC time and meaning in one line';
COMMENT ON COLUMN aims.signature.duty IS 'Duty that was signed by';
COMMENT ON COLUMN aims.signature.reason IS 'Why';
COMMENT ON COLUMN aims.signature.intact IS 'Is the record what was signed?';
COMMENT ON COLUMN aims.signature.staleness IS 'Change since the request that makes approvals of it worthless; NULL: none, or the request is closed';

-- Checks of the shipped requirements. Each takes the system and the
-- requirement's parameter and says whether it is met, and by which rows.

CREATE FUNCTION aims.check_fields(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce(bool_and(coalesce(r.fields ->> f.field, '') ~ '\S'), false),
               coalesce('not stated: ' || string_agg(f.field, ', ')
                            FILTER (WHERE coalesce(r.fields ->> f.field, '') !~ '\S'),
                        'stated: ' || string_agg(f.field, ', '))
          FROM (SELECT to_jsonb(s.*) AS fields FROM aims.ai_system AS s
                 WHERE s.system = check_fields.system) AS r
         CROSS JOIN jsonb_array_elements_text(parameter -> 'fields') AS f (field);
    END;
COMMENT ON FUNCTION aims.check_fields(text, jsonb) IS
    'Gate check: are the columns of aims.ai_system in parameter.fields filled?';

CREATE FUNCTION aims.check_tier(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT s.clinical_tier IS NOT NULL AND s.tier_decided_by IS NOT NULL,
               CASE WHEN s.clinical_tier IS NULL THEN 'clinical_tier is not stated'
                    WHEN s.tier_decided_by IS NULL THEN format(
                        'clinical_tier is %s, but who decided it, when and why is not recorded', s.clinical_tier)
                    ELSE format('%s, decided by %s', s.clinical_tier, s.tier_decided_by)
               END
          FROM aims.ai_system AS s
         WHERE s.system = check_tier.system;
    END;
COMMENT ON FUNCTION aims.check_tier(text, jsonb) IS
    'Gate check: is the clinical tier decided, with who, when and why?';

CREATE FUNCTION aims.check_permitted(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT s.eu_tier IS DISTINCT FROM 'unacceptable',
               coalesce('eu_tier is ' || s.eu_tier::text, 'eu_tier is not stated')
          FROM aims.ai_system AS s
         WHERE s.system = check_permitted.system;
    END;
COMMENT ON FUNCTION aims.check_permitted(text, jsonb) IS
    'Gate check: is the system no prohibited practice (eu_tier unacceptable; EU AI Act art. 5)?';

CREATE FUNCTION aims.check_version(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT v.version IS NOT NULL,
               coalesce('version in force: ' || v.version, 'no model version is registered')
          FROM (SELECT aims.version_in_force(check_version.system) AS version) AS v;
    END;
COMMENT ON FUNCTION aims.check_version(text, jsonb) IS
    'Gate check: is there a model version in force (aims.version_in_force)?';

CREATE FUNCTION aims.check_dataset(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce(s.organisation_role::text = parameter ->> 'except_role', false)
                   OR d.datasets > 0 AND d.incomplete IS NULL,
               CASE WHEN d.incomplete IS NOT NULL THEN 'provenance or quality is missing: ' || d.incomplete
                    WHEN d.datasets > 0 THEN 'registered: ' || d.complete
                    WHEN s.organisation_role::text = parameter ->> 'except_role' THEN
                        format('not needed of an organisation that is the system''s %s', s.organisation_role)
                    ELSE format('no dataset of purpose %s is registered',
                                (SELECT string_agg(p, ' or ') FROM jsonb_array_elements_text(parameter -> 'purposes') AS p))
               END
          FROM aims.ai_system AS s
         CROSS JOIN LATERAL (
               SELECT count(*) AS datasets,
                      string_agg(c.dataset, ', ' ORDER BY c.dataset) FILTER (WHERE num_nulls(c.provenance, c.quality) > 0) AS incomplete,
                      string_agg(c.dataset, ', ' ORDER BY c.dataset) AS complete
                 FROM aims.dataset AS c
                WHERE c.system = s.system AND parameter -> 'purposes' ? c.purpose) AS d
         WHERE s.system = check_dataset.system;
    END;
COMMENT ON FUNCTION aims.check_dataset(text, jsonb) IS
    'Gate check: is a dataset of one of parameter.purposes registered, and do all such have provenance and quality? Not asked where the organisation''s role is parameter.except_role';

CREATE FUNCTION aims.check_evidence(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT
    BEGIN ATOMIC
        WITH wanted AS (
            SELECT s.system, s.vendor, parameter ->> 'about' IS NOT DISTINCT FROM 'vendor' AS of_vendor,
                   aims.version_in_force(s.system) AS version,
                   parameter ->> 'version' IS NOT DISTINCT FROM 'current' AS version_stated,
                   (SELECT (max(h.moved_at) AT TIME ZONE coalesce((SELECT time_zone FROM aims.organisation), 'UTC'))::date
                      FROM aims.stage_history AS h
                     WHERE h.system = s.system
                       AND h.to_stage = (parameter ->> 'since')::aims.lifecycle_stage) AS since
              FROM aims.ai_system AS s
             WHERE s.system = check_evidence.system
        ), candidate AS (
            SELECT e.evidence_id, e.title, e.valid_until,
                   CASE WHEN e.state <> 'in_force' THEN e.state
                        WHEN w.version_stated AND w.version IS NULL THEN 'no model version is registered'
                        WHEN e.version <> w.version THEN format('it is about version %s, in force is %s', e.version, w.version)
                        WHEN w.version_stated AND e.version IS NULL THEN format('it does not name version %s', w.version)
                        WHEN e.effective_on < w.since THEN format('it is older than %s', to_char(w.since, 'YYYY-MM-DD'))
                   END AS problem
              FROM wanted AS w
             CROSS JOIN (
                   -- Two branches, each of which an index of aims.evidence serves
                   SELECT * FROM aims.evidence_state AS o
                    WHERE o.system = check_evidence.system
                      AND NOT (SELECT of_vendor FROM wanted)
                    UNION ALL
                   SELECT * FROM aims.evidence_state AS o
                    WHERE o.vendor = (SELECT vendor FROM wanted WHERE of_vendor)
                      AND coalesce(o.system = check_evidence.system, true)) AS e
              JOIN aims.evidence_link AS l ON l.evidence_id = e.evidence_id
             WHERE e.kind = parameter ->> 'kind'
               AND l.framework = parameter ->> 'framework'
               AND l.ref OPERATOR(aims.=) (parameter ->> 'control')::aims.control_ref
        )
        SELECT coalesce(bool_or(c.problem IS NULL), false),
               coalesce(string_agg(format('evidence %s "%s"%s', c.evidence_id, c.title,
                                          ' until ' || to_char(c.valid_until, 'YYYY-MM-DD')), ', ' ORDER BY c.evidence_id)
                            FILTER (WHERE c.problem IS NULL),
                        string_agg(format('evidence %s does not count: %s', c.evidence_id, c.problem), ', ' ORDER BY c.evidence_id),
                        format('no evidence of kind %s is linked to %s %s', parameter ->> 'kind',
                               parameter ->> 'framework', parameter ->> 'control'))
          FROM candidate AS c;
    END;
COMMENT ON FUNCTION aims.check_evidence(text, jsonb) IS
    'Gate check: is evidence of parameter.kind, linked to the requirement''s control, in force today? It is about the system (or, with about = vendor, its vendor) and about no other version than the one in force; with version = current it names that version; with since = a stage it is not older than the last entry into it';

CREATE FUNCTION aims.check_vendor(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT
    BEGIN ATOMIC
        SELECT s.vendor IS NULL OR e.met,
               CASE WHEN s.vendor IS NULL THEN 'there is no vendor' ELSE format('%s: %s', s.vendor, e.detail) END
          FROM aims.ai_system AS s
         CROSS JOIN LATERAL aims.check_evidence(s.system, parameter || '{"about": "vendor"}') AS e
         WHERE s.system = check_vendor.system;
    END;
COMMENT ON FUNCTION aims.check_vendor(text, jsonb) IS
    'Gate check: has the vendor, where there is one, been assessed? As check_evidence, about the vendor';

CREATE FUNCTION aims.check_drill(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce(max(e.at) > clock_timestamp() - (parameter ->> 'within')::interval, false),
               CASE WHEN max(e.at) IS NULL THEN format('no drill: CALL aims.switch_off_drill(%L, reason)', check_drill.system)
                    WHEN max(e.at) > clock_timestamp() - (parameter ->> 'within')::interval THEN
                        format('drill %s', max(e.switch_id))
                    ELSE format('the last drill is older than %s', parameter ->> 'within')
               END
          FROM aims.switch_event AS e
         WHERE e.system = check_drill.system AND e.drill AND NOT e.switched_off AND e.time_to_off IS NOT NULL;
    END;
COMMENT ON FUNCTION aims.check_drill(text, jsonb) IS
    'Gate check: has a switch-off drill been measured in the time parameter.within?';

CREATE FUNCTION aims.relation_of_system(system text) RETURNS SETOF regclass
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT r.relation FROM aims.registry AS r
         WHERE r.guarded
           AND (r.system = relation_of_system.system
                OR EXISTS (SELECT FROM aims.system_value AS v
                            WHERE v.relation = r.relation AND v.system = relation_of_system.system)
                OR EXISTS (SELECT FROM aims.intended_table AS t
                            WHERE t.relation = r.relation AND t.system = relation_of_system.system));
    END;
COMMENT ON FUNCTION aims.relation_of_system(text) IS 'Governed tables that output of the system lands in';

CREATE FUNCTION aims.check_event_log(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT
    BEGIN ATOMIC
        SELECT count(r.relation) > 0 OR e.met,
               CASE WHEN count(r.relation) > 0 THEN 'governed: ' || string_agg(r.relation::text, ', ' ORDER BY r.relation::text)
                    ELSE format('no governed table takes its output, and %s', e.detail)
               END
          FROM aims.check_evidence(check_event_log.system, parameter) AS e
          LEFT JOIN aims.relation_of_system(check_event_log.system) AS r (relation) ON true
         GROUP BY e.met, e.detail;
    END;
COMMENT ON FUNCTION aims.check_event_log(text, jsonb) IS
    'Gate check: is output logged, by a governed table or, outside the database, as evidence says? (check_evidence)';

CREATE FUNCTION aims.check_approval(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT
    BEGIN ATOMIC
        SELECT coalesce(r.staleness IS NULL AND a.approvals >= coalesce((parameter ->> 'count')::integer, 1), false),
               CASE WHEN r.request_id IS NULL THEN format(
                        'no request: SELECT aims.request_advance(%L, %L, reason)', check_approval.system, parameter ->> 'stage')
                    WHEN r.staleness IS NOT NULL THEN format('request %s is out of date, request again: %s', r.request_id, r.staleness)
                    WHEN a.approvals >= coalesce((parameter ->> 'count')::integer, 1) THEN format(
                        'request %s: %s', r.request_id, a.signatures)
                    ELSE format('request %s of %s has %s of %s approvals%s', r.request_id, r.person, a.approvals,
                                coalesce((parameter ->> 'count')::integer, 1),
                                '; not counted, since the requester set up role or duty of the signer: ' || a.dependent)
               END
          FROM (VALUES (true)) AS one (row)
          LEFT JOIN LATERAL (
               SELECT t.request_id, t.person, aims.request_staleness(t.request_id) AS staleness
                 FROM aims.transition_request AS t
                WHERE t.system = check_approval.system
                  AND t.to_stage = (parameter ->> 'stage')::aims.lifecycle_stage
                  AND t.outcome IS NULL) AS r ON true
         CROSS JOIN LATERAL (
               SELECT count(DISTINCT p.person) FILTER (WHERE i.independent) AS approvals,
                      string_agg(format('approved by %s (%s)', p.person, p.duty), ', ' ORDER BY p.approval_id)
                          FILTER (WHERE i.independent) AS signatures,
                      string_agg(p.person, ', ' ORDER BY p.approval_id) FILTER (WHERE NOT i.independent) AS dependent
                 FROM aims.approval AS p
                CROSS JOIN LATERAL aims.is_independent(p.person, r.person, check_approval.system,
                                                       aims.day(p.signed_at), p.session_user_name) AS i (independent)
                WHERE p.subject = 'transition' AND p.subject_id = r.request_id::text
                  AND p.decision = 'approve' AND p.meaning = 'approval' AND p.person <> r.person
                  AND p.record_digest = aims.transition_digest(r.request_id)) AS a;
    END;
COMMENT ON FUNCTION aims.check_approval(text, jsonb) IS
    'Gate check: have parameter.count (1) people other than the requester, and independent of the requester (aims.is_independent), approved the open request into the stage, as it stands? An approval does not count where the system, its version or the evidence for the gate have changed since (aims.request_staleness), or the request''s record';

CREATE FUNCTION aims.check_cause(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT c.cause IS NOT NULL,
               coalesce(c.cause, 'no request with a reason, no open finding, no setting aims.reason')
          FROM (SELECT coalesce(
                   (SELECT format('request %s: %s', r.request_id, r.reason) FROM aims.transition_request AS r
                     WHERE r.system = check_cause.system AND r.outcome IS NULL
                       AND r.to_stage = (parameter ->> 'stage')::aims.lifecycle_stage),
                   (SELECT format('finding %s: %s', min(f.finding_id), min(f.kind)) FROM aims.finding AS f
                     WHERE f.system = check_cause.system AND f.closed_at IS NULL
                    HAVING count(*) > 0),
                   CASE WHEN current_setting('aims.reason', true) ~ '\S'
                        THEN 'aims.reason: ' || current_setting('aims.reason', true) END) AS cause) AS c;
    END;
COMMENT ON FUNCTION aims.check_cause(text, jsonb) IS
    'Gate check: is the cause of the move recorded, by the request, an open finding or the setting aims.reason?';

CREATE FUNCTION aims.check_findings_closed(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT count(*) = 0,
               coalesce('open: ' || string_agg(format('finding %s (%s)', f.finding_id, f.kind), ', ' ORDER BY f.finding_id),
                        'no open finding')
          FROM aims.finding AS f
         WHERE f.system = check_findings_closed.system AND f.closed_at IS NULL;
    END;
COMMENT ON FUNCTION aims.check_findings_closed(text, jsonb) IS
    'Gate check: are all findings about the system closed?';

CREATE FUNCTION aims.check_access_revoked(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT count(*) = 0,
               coalesce(string_agg(format('%s may still access %s', b.role, r.relation), ', ' ORDER BY b.role, r.relation::text),
                        'no bound role has access')
          FROM aims.bound_role AS b
          JOIN pg_catalog.pg_roles AS p ON p.rolname = b.role
         CROSS JOIN aims.relation_of_system(check_access_revoked.system) AS r (relation)
         WHERE b.system = check_access_revoked.system
           AND (has_table_privilege(p.oid, r.relation, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                OR has_any_column_privilege(p.oid, r.relation, 'SELECT, INSERT, UPDATE'));
    END;
COMMENT ON FUNCTION aims.check_access_revoked(text, jsonb) IS
    'Gate check: have the roles bound to the system lost their privileges on the tables that take its output?';

CREATE FUNCTION aims.check_phi_accounted(system text, parameter jsonb, OUT met boolean, OUT detail text)
    LANGUAGE sql STABLE STRICT
    BEGIN ATOMIC
        SELECT coalesce(NOT s.phi, false) OR e.met,
               CASE WHEN NOT s.phi THEN 'the system processes no protected health information' ELSE e.detail END
          FROM aims.ai_system AS s
         CROSS JOIN LATERAL aims.check_evidence(s.system, parameter) AS e
         WHERE s.system = check_phi_accounted.system;
    END;
COMMENT ON FUNCTION aims.check_phi_accounted(text, jsonb) IS
    'Gate check: is residual protected health information accounted for, where the system processes any? (check_evidence)';

INSERT INTO aims.gate_requirement
    (stage, requirement, tiers, control, title, check_function, parameter, approval, from_stages, shipped)
SELECT r.stage, r.requirement, r.tiers::aims.clinical_tier[], r.control, r.title, r.check_function,
       r.parameter, r.check_function = 'aims.check_approval', r.from_stages::aims.lifecycle_stage[], true
  FROM (VALUES
    ('design_development'::aims.lifecycle_stage, 'owner', '{critical,high,moderate,low}',
     'A.6.2.2'::aims.control_ref, 'Owner named', 'aims.check_fields', '{"fields": ["owner"]}'::jsonb, NULL),
    ('design_development', 'purpose', '{critical,high,moderate,low}',
     'A.6.2.2', 'Purpose stated', 'aims.check_fields', '{"fields": ["purpose"]}', NULL),
    ('design_development', 'intended-use', '{critical,high,moderate,low}',
     'A.9.4', 'Intended use stated', 'aims.check_fields', '{"fields": ["intended_use"]}', NULL),
    ('design_development', 'tier-decided', '{critical,high,moderate,low}',
     'A.5.2', 'Clinical tier decided', 'aims.check_tier', '{}', NULL),
    ('design_development', 'permitted-practice', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('design_development', 'phi-stated', '{critical,high,moderate,low}',
     'A.6.2.2', 'Stated whether health information is processed', 'aims.check_fields', '{"fields": ["phi"]}', NULL),
    ('design_development', 'initial-risk', '{critical,high,moderate}',
     'A.5.2', 'Initial risk assessment', 'aims.check_evidence', '{"kind": "risk_assessment"}', NULL),

    ('verification_validation', 'training-data', '{critical,high,moderate,low}',
     'A.7.5', 'Training data registered with provenance and quality', 'aims.check_dataset',
     '{"purposes": ["training", "tuning"], "except_role": "user"}', NULL),
    ('verification_validation', 'validation-data', '{critical,high,moderate}',
     'A.7.4', 'Validation data registered with provenance and quality', 'aims.check_dataset',
     '{"purposes": ["validation", "test"]}', NULL),
    ('verification_validation', 'design-documented', '{critical,high,moderate}',
     'A.6.2.3', 'Design documented', 'aims.check_evidence', '{"kind": "design"}', NULL),

    ('deployment', 'permitted-deployment', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('deployment', 'version-registered', '{critical,high,moderate,low}',
     'A.6.2.7', 'Model version registered', 'aims.check_version', '{}', NULL),
    ('deployment', 'verification', '{critical,high,moderate,low}',
     'A.6.2.4', 'Version in force verified', 'aims.check_evidence', '{"kind": "verification", "version": "current"}', NULL),
    ('deployment', 'bias-test', '{critical,high}',
     'A.6.2.4', 'Version in force tested for bias by subgroup', 'aims.check_evidence',
     '{"kind": "bias_test", "version": "current"}', NULL),
    ('deployment', 'impact-assessment', '{critical,high,moderate}',
     'A.5.2', 'Impact assessment approved', 'aims.check_evidence', '{"kind": "impact_assessment"}', NULL),
    ('deployment', 'residual-risk', '{critical,high}',
     'A.6.2.5', 'Residual risk within appetite, or accepted in date', 'aims.check_evidence', '{"kind": "residual_risk"}', NULL),
    ('deployment', 'oversight-mode', '{critical,high,moderate}',
     'A.9.2', 'Mode of human oversight stated', 'aims.check_fields', '{"fields": ["oversight_mode"]}', NULL),
    ('deployment', 'override-plan', '{critical,high}',
     'A.9.2', 'Plan for overriding output', 'aims.check_evidence', '{"kind": "override_plan"}', NULL),
    ('deployment', 'switch-off-tested', '{critical,high,moderate}',
     'A.9.3', 'Switch-off drilled within a year', 'aims.check_drill', '{"within": "1 year"}', NULL),
    ('deployment', 'users-trained', '{critical,high,moderate}',
     'A.8.2', 'Users trained', 'aims.check_evidence', '{"kind": "user_training"}', NULL),
    ('deployment', 'vendor-assessed', '{critical,high,moderate,low}',
     'A.10.3', 'Vendor assessed, where there is one', 'aims.check_vendor', '{"kind": "vendor_assessment"}', NULL),
    ('deployment', 'committee-approval', '{critical,high,moderate,low}',
     'A.6.2.5', 'Request approved by another person', 'aims.check_approval', '{"count": 1}', NULL),

    ('operation_monitoring', 'permitted-operation', '{critical,high,moderate,low}',
     'A.5.2', 'No prohibited practice', 'aims.check_permitted', '{}', NULL),
    ('operation_monitoring', 'version-in-operation', '{critical,high,moderate,low}',
     'A.6.2.7', 'Model version registered', 'aims.check_version', '{}', NULL),
    ('operation_monitoring', 'monitors', '{critical,high,moderate}',
     'A.6.2.6', 'Monitors defined, with baseline and thresholds', 'aims.check_evidence', '{"kind": "monitoring_plan"}', NULL),
    ('operation_monitoring', 'event-log', '{critical,high,moderate,low}',
     'A.6.2.8', 'Output is logged', 'aims.check_event_log', '{"kind": "event_log"}', NULL),
    ('operation_monitoring', 'incident-contact', '{critical,high,moderate}',
     'A.8.4', 'Incident contact named', 'aims.check_evidence', '{"kind": "incident_contact"}', NULL),
    ('operation_monitoring', 'fresh-impact-assessment', '{critical,high,moderate}',
     'A.5.2', 'Impact assessed again', 'aims.check_evidence',
     '{"kind": "impact_assessment", "since": "re_evaluation"}', '{re_evaluation}'),
    ('operation_monitoring', 'fresh-verification', '{critical,high,moderate,low}',
     'A.6.2.4', 'Version in force verified again', 'aims.check_evidence',
     '{"kind": "verification", "since": "re_evaluation", "version": "current"}', '{re_evaluation}'),
    ('operation_monitoring', 'findings-closed', '{critical,high,moderate,low}',
     'A.6.2.6', 'Findings closed', 'aims.check_findings_closed', '{}', '{re_evaluation}'),

    ('re_evaluation', 'cause', '{critical,high,moderate,low}',
     'A.6.2.6', 'Cause recorded', 'aims.check_cause', '{}', NULL),

    ('retirement', 'access-revoked', '{critical,high,moderate,low}',
     'A.7.2', 'Bound roles without access', 'aims.check_access_revoked', '{}', NULL),
    ('retirement', 'phi-accounted', '{critical,high,moderate,low}',
     'A.7.5', 'Residual health information accounted for', 'aims.check_phi_accounted', '{"kind": "phi_disposition"}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'),
    ('retirement', 'records-kept', '{critical,high,moderate}',
     'A.8.2', 'Records kept', 'aims.check_evidence', '{"kind": "records_retention"}',
     '{verification_validation,deployment,operation_monitoring,re_evaluation}'))
    AS r (stage, requirement, tiers, control, title, check_function, parameter, from_stages);

CREATE TRIGGER refuse_shipped BEFORE INSERT OR UPDATE OR DELETE ON aims.gate_requirement
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.gate_requirement ENABLE ALWAYS TRIGGER refuse_shipped;
COMMENT ON TRIGGER refuse_shipped ON aims.gate_requirement IS 'Shipped requirements cannot be changed';

CREATE TRIGGER refuse_shipped_truncate BEFORE TRUNCATE ON aims.gate_requirement
    FOR EACH STATEMENT EXECUTE FUNCTION aims.refuse_shipped();
ALTER TABLE aims.gate_requirement ENABLE ALWAYS TRIGGER refuse_shipped_truncate;
COMMENT ON TRIGGER refuse_shipped_truncate ON aims.gate_requirement IS 'Shipped requirements cannot be removed';

-- Acts

CREATE FUNCTION aims.require_reason(reason text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF coalesce(reason, '') !~ '\S' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS018',
            MESSAGE = 'a reason is needed',
            DETAIL = 'The record of this act says why, to whoever reads it in years.',
            HINT = 'Pass it as the argument reason.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.require_reason(text) IS 'MS018 where the reason is missing or blank';

CREATE FUNCTION aims.gate_state(system text, stage aims.lifecycle_stage) RETURNS jsonb
    LANGUAGE sql VOLATILE
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'requirement', g.requirement, 'control', g.control::text,
                       'met', g.met, 'detail', g.detail)), '[]')
              FROM aims.gate(system, stage) AS g);
COMMENT ON FUNCTION aims.gate_state(text, aims.lifecycle_stage) IS
    'aims.gate as it is stored with requests and approvals: array of requirement, control, met, detail';

-- Locks the system's row, so that requests and moves of one system follow
-- each other, and checks whether there is such a move.
CREATE FUNCTION aims.lock_for_move(system text, stage aims.lifecycle_stage) RETURNS aims.ai_system
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    found_system aims.ai_system;
BEGIN
    PERFORM aims.check_act();
    IF stage IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'a move leads into a stage',
            DETAIL = 'The argument stage is NULL.',
            HINT = 'SELECT * FROM aims.stage_transition shows the moves that there are.';
    END IF;
    SELECT s.* INTO found_system
      FROM aims.ai_system AS s
     WHERE s.system = lock_for_move.system
       FOR NO KEY UPDATE;
    PERFORM aims.require_system(system);
    PERFORM aims.require_duty(ARRAY['system_owner', 'ai_officer'], system);
    PERFORM aims.check_move(system, found_system.stage, stage);
    RETURN found_system;
END $$;
COMMENT ON FUNCTION aims.lock_for_move(text, aims.lifecycle_stage) IS
    'The row of the system, locked. MS017 unknown system, MS013 without the duty system_owner or ai_officer, MS011 no such move';

CREATE FUNCTION aims.record_request(system text, stage aims.lifecycle_stage, reason text, emergency boolean) RETURNS bigint
    LANGUAGE sql
    BEGIN ATOMIC
        INSERT INTO aims.transition_request
            (system, from_stage, to_stage, version, clinical_tier, tier_decided_at, person, reason, emergency, gate, basis)
        SELECT s.system, s.stage, record_request.stage, aims.version_in_force(s.system), s.clinical_tier,
               s.tier_decided_at, aims.current_person(), record_request.reason, record_request.emergency,
               aims.gate_state(s.system, record_request.stage),
               aims.transition_basis(s.system, s.stage, record_request.stage)
          FROM aims.ai_system AS s
         WHERE s.system = record_request.system
        RETURNING request_id;
    END;
COMMENT ON FUNCTION aims.record_request(text, aims.lifecycle_stage, text, boolean) IS
    'Writes the row of a request and returns its number; the caller has checked everything';

CREATE FUNCTION aims.request_advance(system text, stage aims.lifecycle_stage, reason text, emergency boolean DEFAULT false)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    earlier bigint;
BEGIN
    PERFORM aims.require_reason(reason);
    PERFORM aims.lock_for_move(system, stage);
    SELECT r.request_id INTO earlier
      FROM aims.transition_request AS r
     WHERE r.system = request_advance.system AND r.to_stage = request_advance.stage AND r.outcome IS NULL
       FOR NO KEY UPDATE;
    IF FOUND AND aims.request_staleness(earlier) IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('request %s to move AI system "%s" into stage "%s" is open already', earlier, system, stage),
            DETAIL = 'There is one open request per system and stage.',
            HINT = format('Have it approved: SELECT aims.approve(''transition'', %L, ''approval'', reason). '
                          'Or take it back: SELECT aims.withdraw_request(%s, reason).', earlier, earlier);
    END IF;
    UPDATE aims.transition_request AS r
       SET outcome = 'superseded', closed_at = clock_timestamp(), closed_by = aims.current_person(),
           closing_reason = 'out of date: ' || aims.request_staleness(earlier)
     WHERE r.request_id = earlier;
    RETURN aims.record_request(system, stage, reason, coalesce(emergency, false));
END $$;
COMMENT ON FUNCTION aims.request_advance(text, aims.lifecycle_stage, text, boolean) IS
    'Requests a move, with the state of the gate, and returns the request''s number for aims.approve. An out-of-date request is superseded. MS018 no reason, MS017 unknown system, MS013 without the duty system_owner or ai_officer, MS011 no such move, MS015 a request is open already. emergency: missing requirements will not stop the move, another person''s approval is needed all the same, and a finding is opened (ISO/IEC 42001 8.1, A.6.2.5)';

CREATE FUNCTION aims.withdraw_request(request bigint, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting text := aims.require_person();
BEGIN
    PERFORM aims.check_act();
    PERFORM aims.require_reason(reason);
    UPDATE aims.transition_request AS r
       SET outcome = 'withdrawn', closed_at = clock_timestamp(), closed_by = acting,
           closing_reason = withdraw_request.reason
     WHERE r.request_id = request AND r.person = acting AND r.outcome IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('person "%s" has no open request %s', acting, request),
            DETAIL = 'Requests are withdrawn by those who made them, while they are open.',
            HINT = 'Others reject: SELECT aims.reject(''transition'', id, reason).';
    END IF;
END $$;
COMMENT ON FUNCTION aims.withdraw_request(bigint, text) IS
    'Takes one''s own open request back. MS018 no reason, MS014 nobody''s session, MS015 no such open request';

-- The request that a signature is about, locked; refuses what may not be
-- signed by this person in this session.
CREATE FUNCTION aims.lock_for_signature(subject text, subject_id text) RETURNS aims.transition_request
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting  text := aims.require_person();
    request aims.transition_request;
BEGIN
    PERFORM aims.check_act();
    IF subject IS DISTINCT FROM 'transition' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('subject "%s" cannot be approved', subject),
            DETAIL = 'The subjects are: transition.',
            HINT = 'SELECT aims.approve(''transition'', request, ''approval'', reason)';
    END IF;
    IF NOT aims.may_approve() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS013',
            MESSAGE = format('nobody may approve or reject behind application "%s"', session_user),
            DETAIL = 'Its row of aims.trusted_application has may_approve = false.',
            HINT = 'Log in as yourself, or have an administrator set may_approve.';
    END IF;
    SELECT r.* INTO request
      FROM aims.transition_request AS r
     WHERE r.request_id::text = subject_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS017',
            MESSAGE = format('request %s does not exist', coalesce(subject_id, 'NULL')),
            DETAIL = 'No row of aims.transition_request has this number.',
            HINT = 'aims.request_advance returns the number of a request.';
    END IF;
    IF request.outcome IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('request %s is not open', subject_id),
            DETAIL = format('Its outcome is: %s.', request.outcome),
            HINT = format('Request again: SELECT aims.request_advance(%L, %L, reason)', request.system, request.to_stage);
    END IF;
    IF acting = request.person THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not decide on the own request %s', acting, subject_id),
            DETAIL = 'Whoever requests a move does not approve it.',
            HINT = 'Ask a committee member, an AI officer or the executive sponsor. '
                   'To take the request back: SELECT aims.withdraw_request(request, reason).';
    END IF;
    IF request.requested_xid = pg_current_xact_id()::text::bigint AND request.session_user_name = session_user THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('request %s was made by this session in this transaction', subject_id),
            DETAIL = 'Whoever decides has seen the request as it was committed.',
            HINT = 'Commit the request first, and let another person decide on it.';
    END IF;
    PERFORM aims.require_duty(ARRAY['committee_member', 'ai_officer', 'executive_sponsor'], request.system);
    RETURN request;
END $$;
COMMENT ON FUNCTION aims.lock_for_signature(text, text) IS
    'The open request that is to be approved or rejected. MS014 nobody''s session, 22023 unknown subject, MS013 application or person may not approve, MS017 unknown request, MS015 not open, MS012 one''s own, or made by this session in this transaction';

CREATE FUNCTION aims.record_signature(request aims.transition_request, decision text, meaning text, reason text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
        INSERT INTO aims.approval
            (subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
        SELECT 'transition', (record_signature.request).request_id::text, record_signature.decision,
               record_signature.meaning, p.person, p.full_name,
               (SELECT d FROM unnest(ARRAY['committee_member', 'ai_officer', 'executive_sponsor'])
                              WITH ORDINALITY AS duty (d, rank)
                 WHERE aims.has_duty(d, (record_signature.request).system) ORDER BY rank LIMIT 1),
               record_signature.reason,
               aims.transition_digest((record_signature.request).request_id),
               aims.gate_state((record_signature.request).system, (record_signature.request).to_stage)
          FROM aims.person AS p
         WHERE p.person = aims.current_person();
    END;
COMMENT ON FUNCTION aims.record_signature(aims.transition_request, text, text, text) IS
    'Writes a signature or rejection of the acting person; the caller has checked everything';

CREATE FUNCTION aims.approve(subject text, subject_id text, meaning text, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    meanings CONSTANT text[] := '{authorship,review,approval,responsibility}';
    request  aims.transition_request;
    stale    text;
BEGIN
    PERFORM aims.require_reason(reason);
    IF meaning = ANY (meanings) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('a signature cannot mean "%s"', meaning),
            DETAIL = format('The meanings are: %s.', array_to_string(meanings, ', ')),
            HINT = 'SELECT aims.approve(''transition'', request, ''approval'', reason); only approval opens a gate.';
    END IF;
    request := aims.lock_for_signature(subject, subject_id);
    stale := aims.request_staleness(request.request_id);
    IF stale IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('request %s is out of date', subject_id),
            DETAIL = format('%s%s.', upper(left(stale, 1)), substr(stale, 2)),
            HINT = format('Request again: SELECT aims.request_advance(%L, %L, reason)', request.system, request.to_stage);
    END IF;
    IF EXISTS (SELECT FROM aims.approval AS a
                WHERE a.subject = 'transition' AND a.subject_id = request.request_id::text
                  AND a.person = aims.current_person() AND a.meaning = approve.meaning) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('person "%s" has signed request %s already', aims.current_person(), subject_id),
            DETAIL = format('The signature''s meaning is %s.', meaning),
            HINT = format('Go on: SELECT aims.advance(%L, %L, reason)', request.system, request.to_stage);
    END IF;
    PERFORM aims.record_signature(request, 'approve', meaning, reason);
END $$;
COMMENT ON FUNCTION aims.approve(text, text, text, text) IS
    'Signs an open request (subject transition) with a meaning: authorship, review, approval or responsibility; approval opens the gate. Another person than the requester (MS012), holding committee_member, ai_officer or executive_sponsor today (MS013); MS015 not open, out of date or signed already; MS017 unknown request; MS018 no reason; 22023 unknown subject or meaning (21 CFR 11.50, 11.70; ISO/IEC 42001 A.6.2.5)';

CREATE FUNCTION aims.reject(subject text, subject_id text, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    request aims.transition_request;
BEGIN
    PERFORM aims.require_reason(reason);
    request := aims.lock_for_signature(subject, subject_id);
    PERFORM aims.record_signature(request, 'reject', NULL, reason);
    UPDATE aims.transition_request AS r
       SET outcome = 'rejected', closed_at = clock_timestamp(), closed_by = aims.current_person(),
           closing_reason = reject.reason
     WHERE r.request_id = request.request_id;
END $$;
COMMENT ON FUNCTION aims.reject(text, text, text) IS
    'Rejects an open request and closes it; earlier approvals of it are worth nothing any more. Who may, and errors, as for aims.approve';

CREATE FUNCTION aims.advance(system text, stage aims.lifecycle_stage, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    found_system  aims.ai_system;
    former_reason text := current_setting('aims.reason', true);
BEGIN
    PERFORM aims.require_reason(reason);
    found_system := aims.lock_for_move(system, stage);
    IF NOT EXISTS (SELECT FROM aims.transition_request AS r
                    WHERE r.system = advance.system AND r.to_stage = advance.stage AND r.outcome IS NULL)
       AND NOT EXISTS (SELECT FROM aims.applicable_requirement(system, found_system.stage, stage) AS g
                        WHERE g.approval) THEN
        PERFORM aims.record_request(system, stage, reason, false);
    END IF;
    PERFORM set_config('aims.reason', reason, true);
    UPDATE aims.ai_system AS s SET stage = advance.stage WHERE s.system = advance.system;
    PERFORM set_config('aims.reason', coalesce(former_reason, ''), true);
END $$;
COMMENT ON FUNCTION aims.advance(text, aims.lifecycle_stage, text) IS
    'Moves an AI system into a stage, by its open request, or by one made here where the gate needs no approval. MS010 with every missing requirement where the gate is not met; MS018 no reason, MS017 unknown system, MS013 without the duty system_owner or ai_officer, MS011 no such move (ISO/IEC 42001 8.1, A.6)';

-- Findings

CREATE FUNCTION aims.open_finding(kind text, detail text, system text DEFAULT NULL, relation regclass DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting text := aims.require_person();
    made   bigint;
BEGIN
    PERFORM aims.check_act();
    IF system IS NOT NULL THEN
        PERFORM aims.require_system(system);
    END IF;
    INSERT INTO aims.finding AS f (kind, system, relation, detail, opened_by)
    VALUES (open_finding.kind, open_finding.system, open_finding.relation, open_finding.detail, acting)
    RETURNING f.finding_id INTO made;
    RETURN made;
END $$;
COMMENT ON FUNCTION aims.open_finding(text, text, text, regclass) IS
    'Records a finding, by any known person (MS014), and returns its number; MS017 unknown system';

CREATE FUNCTION aims.close_finding(finding bigint, note text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    found_finding aims.finding;
    acting        text;
BEGIN
    PERFORM aims.check_act();
    PERFORM aims.require_reason(note);
    SELECT f.* INTO found_finding FROM aims.finding AS f WHERE f.finding_id = finding FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS017',
            MESSAGE = format('finding %s does not exist', coalesce(finding::text, 'NULL')),
            DETAIL = 'No row of aims.finding has this number.',
            HINT = 'SELECT * FROM aims.finding WHERE closed_at IS NULL';
    END IF;
    acting := aims.require_duty(ARRAY['system_owner', 'ai_officer', 'risk_owner'], found_finding.system);
    IF found_finding.closed_at IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('finding %s is closed already', finding),
            DETAIL = format('It was closed by %s.', found_finding.closed_by),
            HINT = 'Open a new one: SELECT aims.open_finding(kind, detail, system)';
    END IF;
    IF found_finding.kind = 'emergency_transition' AND found_finding.opened_by = acting THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not close the own emergency, finding %s', acting, finding),
            DETAIL = 'Whoever moved the system in an emergency does not decide that it has been dealt with.',
            HINT = 'Ask another system owner, AI officer or risk owner.';
    END IF;
    UPDATE aims.finding AS f
       SET closed_at = clock_timestamp(), closed_by = acting, closing_note = note
     WHERE f.finding_id = finding;
END $$;
COMMENT ON FUNCTION aims.close_finding(bigint, text) IS
    'Closes a finding with a note of what was done, by system_owner, ai_officer or risk_owner of its system (MS013), for an emergency another person than moved the system (MS012). MS018 no note, MS017 unknown, MS015 closed already';

-- A version that runs in the wards without having been approved

CREATE FUNCTION aims.version_approved(system text, version text, digest text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM aims.transition_request AS r
          JOIN aims.approval AS a ON a.subject = 'transition' AND a.subject_id = r.request_id::text
         WHERE r.system = version_approved.system
           AND r.to_stage IN ('deployment', 'operation_monitoring')
           AND r.outcome = 'advanced'
           AND r.basis -> 'version' ->> 'version' = version_approved.version
           AND r.basis -> 'version' ->> 'digest' IS NOT DISTINCT FROM version_approved.digest
           AND a.decision = 'approve' AND a.meaning = 'approval' AND a.person <> r.person
           AND a.record_digest = aims.transition_digest(r.request_id));
COMMENT ON FUNCTION aims.version_approved(text, text, text) IS
    'Has a move into deployment or operation been made with an approval of this version, with this digest?';

CREATE FUNCTION aims.note_version_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former  aims.model_version;
    present aims.lifecycle_stage;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        former := OLD;
    END IF;
    IF aims.restoring() OR NEW.status <> 'active'
       OR (NEW.system, NEW.version, NEW.digest, NEW.status) IS NOT DISTINCT FROM
          (former.system, former.version, former.digest, former.status) THEN
        RETURN NULL;
    END IF;
    SELECT s.stage INTO present FROM aims.ai_system AS s WHERE s.system = NEW.system;
    IF present IN ('deployment', 'operation_monitoring', 're_evaluation')
       AND NOT aims.version_approved(NEW.system, NEW.version, NEW.digest) THEN
        INSERT INTO aims.finding (kind, system, detail, opened_by)
        VALUES ('version_changed', NEW.system,
                format('Model version %s, digest %s, became active in stage %s without an approved request for it',
                       NEW.version, coalesce(NEW.digest, 'not stated'), present),
                aims.current_person());
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.note_version_change() IS
    'Trigger on aims.model_version: opens a finding (version_changed) where a version becomes active, or its digest changes, in a stage that allows output, and no move was approved with it (ISO/IEC 42001 6.3, 8.1)';

CREATE TRIGGER note_version_change AFTER INSERT OR UPDATE ON aims.model_version
    FOR EACH ROW EXECUTE FUNCTION aims.note_version_change();
ALTER TABLE aims.model_version ENABLE ALWAYS TRIGGER note_version_change;
COMMENT ON TRIGGER note_version_change ON aims.model_version IS 'No version comes into use unnoticed';
