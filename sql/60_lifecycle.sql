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
    import     boolean NOT NULL DEFAULT false,
    shipped    boolean NOT NULL DEFAULT true,
    CONSTRAINT stage_transition_pkey PRIMARY KEY (from_stage, to_stage),
    CONSTRAINT stage_transition_moves CHECK (from_stage <> to_stage),
    CONSTRAINT stage_transition_retirement_final CHECK (from_stage <> 'retirement'),
    CONSTRAINT stage_transition_import_of_what_is_entered CHECK (
        NOT import OR from_stage = 'inception' AND to_stage <> 'retirement'),
    CONSTRAINT stage_transition_shipped CHECK (shipped)
);
SELECT pg_catalog.pg_extension_config_dump('aims.stage_transition', 'WHERE NOT shipped');
COMMENT ON TABLE aims.stage_transition IS
    'The moves that there are; every other change of stage is refused (MS011). The same everywhere: a site adds gate requirements, not moves (ISO/IEC 42001 8.1, A.6)';
COMMENT ON COLUMN aims.stage_transition.from_stage IS 'Stage that is left';
COMMENT ON COLUMN aims.stage_transition.to_stage IS 'Stage that is entered, if its gate is met';
COMMENT ON COLUMN aims.stage_transition.import IS
    'Only for a system that was in that stage before it was entered in the inventory (aims.import_system): what the gates up to there lack does not stop it, another person''s approval is needed, and each missing requirement becomes a finding';
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
INSERT INTO aims.stage_transition (from_stage, to_stage, import) VALUES
    ('inception',               'verification_validation', true),
    ('inception',               'deployment',              true),
    ('inception',               'operation_monitoring',    true),
    ('inception',               're_evaluation',           true);

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
    records        text[]               NOT NULL DEFAULT '{}',
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
COMMENT ON COLUMN aims.gate_requirement.records IS
    'Kinds of records (aims.record_kind) that it is judged by: where one about the system, or about its vendors, is added, moves or changes, approvals of the move do not count any more';

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
COMMENT ON COLUMN aims.transition_request.gate IS 'State of the gate at the request: array of requirement, stage_of_gate, control, met, detail; for an import of every gate up to there';
COMMENT ON COLUMN aims.transition_request.basis IS
    'What the request rests on, as it was (aims.transition_basis): the row of the system, the model version in force, records and evidence for the gate; when it changes, approvals do not count any more';
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
    system            aims.slug
                      CONSTRAINT approval_system_fkey REFERENCES aims.ai_system,
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
    CONSTRAINT approval_decision_known CHECK (decision IN ('approve', 'reject')),
    CONSTRAINT approval_meaning_known CHECK (meaning IN ('authorship', 'review', 'approval', 'responsibility')),
    CONSTRAINT approval_meaning_of_signature CHECK ((decision = 'approve') = (meaning IS NOT NULL)),
    CONSTRAINT approval_reason_given CHECK (reason ~ '\S'),
    CONSTRAINT approval_record_digest_length CHECK (octet_length(record_digest) = 32),
    CONSTRAINT approval_once UNIQUE (subject, subject_id, person, meaning, record_digest)
);
SELECT pg_catalog.pg_extension_config_dump('aims.approval', '');
SELECT pg_catalog.pg_extension_config_dump('aims.approval_approval_id_seq', '');
COMMENT ON TABLE aims.approval IS
    'Electronic signatures and rejections (21 CFR 11.50, 11.70), bound to the digest of what was signed. Written by aims.approve and aims.reject alone';
COMMENT ON COLUMN aims.approval.approval_id IS 'Number of the signature';
COMMENT ON COLUMN aims.approval.subject IS 'What was signed: transition (aims.transition_request), or a kind of record (aims.record_kind)';
COMMENT ON COLUMN aims.approval.subject_id IS 'Which one: the request''s number, the record''s key';
COMMENT ON COLUMN aims.approval.system IS 'AI system that it is about; NULL: none in particular';
COMMENT ON COLUMN aims.approval.decision IS 'approve or reject';
COMMENT ON COLUMN aims.approval.meaning IS
    'Meaning of the signature: authorship, review, approval or responsibility; only approval opens a gate. NULL for a rejection';
COMMENT ON COLUMN aims.approval.person IS 'Who signed; never the requester, nor an author of the record';
COMMENT ON COLUMN aims.approval.printed_name IS 'Full name of the signer at that time';
COMMENT ON COLUMN aims.approval.duty IS 'Duty that the signer held on that day and signed by';
COMMENT ON COLUMN aims.approval.signed_at IS 'Server clock at the signature; aims.signature shows it in UTC';
COMMENT ON COLUMN aims.approval.reason IS 'Why';
COMMENT ON COLUMN aims.approval.record_digest IS
    'SHA-256 of the signed record (aims.transition_record, aims.record_text); where the record differs now, the approval does not count';
COMMENT ON COLUMN aims.approval.gate IS 'State of the gate at the decision on a request: array of requirement, stage_of_gate, control, met, detail; empty for a record';
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
COMMENT ON COLUMN aims.stage_history.gate IS 'The gate at the move: array of requirement, stage_of_gate, control, met, detail';

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
    CONSTRAINT finding_closing_whole CHECK (
        num_nonnulls(closed_at, closing_note) IN (0, 2) AND (closed_by IS NULL OR closed_at IS NOT NULL)),
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
COMMENT ON COLUMN aims.finding.closed_by IS 'Who closed it; NULL: open, or closed by the server with the move that its note names';
COMMENT ON COLUMN aims.finding.closing_note IS 'What was done about it';

CREATE TABLE aims.imported_gate (
    finding_id  bigint               PRIMARY KEY
                CONSTRAINT imported_gate_finding_fkey REFERENCES aims.finding,
    stage       aims.lifecycle_stage NOT NULL,
    requirement aims.slug            NOT NULL
);
SELECT pg_catalog.pg_extension_config_dump('aims.imported_gate', '');
COMMENT ON TABLE aims.imported_gate IS
    'Requirements that an imported system lacked, each with the finding that waits until it is met. Written by the trigger on aims.ai_system alone (ISO/IEC 42001 8.1, 10.2)';
COMMENT ON COLUMN aims.imported_gate.finding_id IS 'The finding (imported_gate)';
COMMENT ON COLUMN aims.imported_gate.stage IS 'Stage whose gate has the requirement';
COMMENT ON COLUMN aims.imported_gate.requirement IS 'The requirement, as aims.gate lists it; no key, since a site may give up one of its own';

-- Nobody removes a signature, a move or a finding, nor rewrites what was said
-- there: not even a superuser, but by a restore.
CREATE TRIGGER approval_immutable BEFORE UPDATE OR DELETE ON aims.approval
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER approval_truncate BEFORE TRUNCATE ON aims.approval
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.approval ENABLE ALWAYS TRIGGER approval_immutable, ENABLE ALWAYS TRIGGER approval_truncate;
COMMENT ON TRIGGER approval_immutable ON aims.approval IS 'Signatures are never changed (MS041)';
COMMENT ON TRIGGER approval_truncate ON aims.approval IS 'Signatures are never removed (MS041)';
CREATE TRIGGER stage_history_immutable BEFORE UPDATE OR DELETE ON aims.stage_history
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER stage_history_truncate BEFORE TRUNCATE ON aims.stage_history
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.stage_history ENABLE ALWAYS TRIGGER stage_history_immutable, ENABLE ALWAYS TRIGGER stage_history_truncate;
COMMENT ON TRIGGER stage_history_immutable ON aims.stage_history IS 'Moves are never changed (MS041)';
COMMENT ON TRIGGER stage_history_truncate ON aims.stage_history IS 'Moves are never removed (MS041)';

CREATE FUNCTION aims.guard_finding() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    closing CONSTANT text[] := '{closed_at,closed_by,closing_note}';
BEGIN
    IF NOT aims.restoring() AND NEW IS DISTINCT FROM OLD
       AND (OLD.closed_at IS NOT NULL OR to_jsonb(NEW) - closing <> to_jsonb(OLD) - closing) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS041',
            MESSAGE = format('finding %s cannot be changed any more', OLD.finding_id),
            DETAIL = CASE WHEN OLD.closed_at IS NULL THEN 'What was noticed stays as it was noted; it is closed, once.'
                          ELSE format('It was closed on %s.', to_char(aims.day(OLD.closed_at), 'YYYY-MM-DD')) END,
            HINT = 'Open another one: SELECT aims.open_finding(kind, detail, system)';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.guard_finding() IS
    'Trigger on aims.finding: a finding is closed, once, and not changed otherwise (MS041)';
CREATE TRIGGER guard_finding BEFORE UPDATE ON aims.finding
    FOR EACH ROW EXECUTE FUNCTION aims.guard_finding();
CREATE TRIGGER finding_immutable BEFORE DELETE ON aims.finding
    FOR EACH ROW EXECUTE FUNCTION aims.refuse_change();
CREATE TRIGGER finding_truncate BEFORE TRUNCATE ON aims.finding
    EXECUTE FUNCTION aims.refuse_change();
ALTER TABLE aims.finding ENABLE ALWAYS TRIGGER guard_finding, ENABLE ALWAYS TRIGGER finding_immutable, ENABLE ALWAYS TRIGGER finding_truncate;
COMMENT ON TRIGGER guard_finding ON aims.finding IS 'What was noticed stays (MS041)';
COMMENT ON TRIGGER finding_immutable ON aims.finding IS 'Findings are closed, never removed (MS041)';
COMMENT ON TRIGGER finding_truncate ON aims.finding IS 'Findings are never removed (MS041)';

-- The machine (src/lifecycle.c)

CREATE FUNCTION aims.gate(system text, stage aims.lifecycle_stage)
    RETURNS TABLE (requirement text, control aims.control_ref, met boolean, detail text)
    AS 'MODULE_PATHNAME', 'aims_gate' LANGUAGE C ROWS 10;
COMMENT ON FUNCTION aims.gate(text, aims.lifecycle_stage) IS
    'Every requirement of the gate into a stage, for a system as it is now: met or missing, and the rows behind it. MS017 where the system is unknown, MS011 into inception and out of retirement, MS040 inside a check function, 22004 for a NULL';

CREATE FUNCTION aims.gate_of_move(system text, stage aims.lifecycle_stage)
    RETURNS TABLE (requirement text, control aims.control_ref, met boolean, detail text, stage_of_gate text)
    AS 'MODULE_PATHNAME', 'aims_gate_of_move' LANGUAGE C ROWS 10;
COMMENT ON FUNCTION aims.gate_of_move(text, aims.lifecycle_stage) IS
    'Every requirement that a move of a system as it is now into a stage is judged by: as aims.gate, and for an import those of all gates up to there. Errors as of aims.gate';

CREATE FUNCTION aims.check_move(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage, import boolean)
    RETURNS void
    AS 'MODULE_PATHNAME', 'aims_check_move' LANGUAGE C STRICT;
COMMENT ON FUNCTION aims.check_move(text, aims.lifecycle_stage, aims.lifecycle_stage, boolean) IS
    'Refuses (MS011) a move, or an import, that is no row of aims.stage_transition';

CREATE FUNCTION aims.re_evaluate(system text, reason text) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_re_evaluate' LANGUAGE C STRICT;
COMMENT ON FUNCTION aims.re_evaluate(text, text) IS
    'Moves a system in deployment or operation to re_evaluation by a rule of the site, through the gate, in which it may go on writing; a WARNING where the machine refuses. For triggers: nobody is granted it (ISO/IEC 42001 A.6.2.6)';

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
    'Requirements of the gate into a stage for the tier of the system';

CREATE FUNCTION aims.is_import(from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM aims.stage_transition AS t
                    WHERE t.from_stage = is_import.from_stage AND t.to_stage = is_import.to_stage AND t.import);
COMMENT ON FUNCTION aims.is_import(aims.lifecycle_stage, aims.lifecycle_stage) IS
    'Is that the move of a system that was in use before it was entered?';

-- An import passes each gate that the system would have passed on its way.
CREATE FUNCTION aims.move_requirement(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage)
    RETURNS SETOF aims.gate_requirement
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT g.*
          FROM aims.applicable_requirement(system, from_stage, to_stage) AS g
         WHERE NOT aims.is_import(from_stage, to_stage)
         UNION ALL
        SELECT g.*
          FROM aims.gate_requirement AS g
          JOIN aims.ai_system AS s ON s.clinical_tier IS NULL OR s.clinical_tier = ANY (g.tiers)
         WHERE s.system = move_requirement.system AND g.stage <= move_requirement.to_stage
           AND aims.is_import(from_stage, to_stage)
           AND EXISTS (SELECT FROM aims.stage_transition AS t
                        WHERE t.to_stage = g.stage AND t.from_stage < t.to_stage AND NOT t.import
                          AND (g.from_stages IS NULL OR t.from_stage = ANY (g.from_stages)));
    END;
COMMENT ON FUNCTION aims.move_requirement(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'Requirements of a move for the tier of the system: of the gate into the stage, and for an import of every gate up to there';

-- Requests and what approvals are worth

CREATE FUNCTION aims.record_basis(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    kind     aims.record_kind;
    vendors  text[];
    about    text;
    gathered jsonb := '{}';
    found    jsonb;
BEGIN
    SELECT array_agg(v.vendor) INTO vendors
      FROM (SELECT s.vendor FROM aims.ai_system AS s WHERE s.system = record_basis.system AND s.vendor IS NOT NULL
            UNION
            SELECT c.vendor FROM aims.component AS c WHERE c.system = record_basis.system AND c.vendor IS NOT NULL) AS v;
    FOR kind IN
        SELECT k.* FROM aims.record_kind AS k
         WHERE k.record IN (SELECT unnest(g.records) FROM aims.move_requirement(system, from_stage, to_stage) AS g)
         ORDER BY k.record
    LOOP
        SELECT string_agg(CASE a.attname WHEN 'system' THEN 'r.system = $1' ELSE 'r.vendor = ANY ($2)' END, ' OR ')
          INTO about
          FROM pg_attribute AS a
         WHERE a.attrelid = format('aims.%I', kind.record)::regclass AND a.attname IN ('system', 'vendor');
        EXECUTE format('SELECT jsonb_object_agg(%1$L || r.%2$I, jsonb_build_object(''status'', r.status, ''digest'',
                                   encode(aims.record_digest(%3$L, r.%2$I::text), ''hex'')))
                          FROM aims.%3$I AS r WHERE %4$s',
                       kind.record || ' ', kind.key, kind.record, coalesce(about, 'false'))
           INTO found
          USING system, vendors;
        gathered := gathered || coalesce(found, '{}');
    END LOOP;
    RETURN gathered;
END $$;
COMMENT ON FUNCTION aims.record_basis(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'Records that the requirements of a move are judged by (aims.gate_requirement.records), about the system or its vendors: status and digest of each';

-- Settings that would show in the text of a time are fixed. A version's
-- status is left out: to activate it is what the move is for.
CREATE FUNCTION aims.transition_basis(system text, from_stage aims.lifecycle_stage, to_stage aims.lifecycle_stage)
    RETURNS jsonb
    LANGUAGE sql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC'
    SET jit = off
    RETURN (SELECT jsonb_build_object(
                'system', to_jsonb(s.*) - 'stage',
                'version', (SELECT to_jsonb(m.*) - 'status'
                              FROM aims.model_version AS m
                             WHERE m.system = s.system AND m.version = aims.version_in_force(s.system)),
                'records', aims.record_basis(transition_basis.system, transition_basis.from_stage, transition_basis.to_stage),
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
                             JOIN aims.move_requirement(transition_basis.system, transition_basis.from_stage,
                                                        transition_basis.to_stage) AS g
                               ON g.framework = k.framework AND g.control OPERATOR(aims.=) k.ref
                            WHERE k.evidence_id = e.evidence_id) AS l
                     WHERE (e.system = s.system OR e.vendor = s.vendor AND e.system IS NULL)
                       AND l.controls IS NOT NULL))
              FROM aims.ai_system AS s
             WHERE s.system = transition_basis.system);
COMMENT ON FUNCTION aims.transition_basis(text, aims.lifecycle_stage, aims.lifecycle_stage) IS
    'What a request for a move rests on, as it is now: the row of the system without its stage, the model version in force with its digest, the records that the gate is judged by (aims.record_basis), and the evidence about the system and its vendor that is linked to a control of the gate, with content_sha256 and dates';

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
        'records: ' || aims.changed_keys(former -> 'records', present -> 'records'),
        'evidence: ' || aims.changed_keys(former -> 'evidence', present -> 'evidence')), '');
COMMENT ON FUNCTION aims.basis_change(jsonb, jsonb) IS
    'How two results of aims.transition_basis differ: columns of the system and the model version, records and evidence by number; NULL: not at all';

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
    'What has changed since a request was made so that approvals of it do not count: the model version in force, the tier, anything else of the system, records and evidence for the gate that were added, removed or changed; NULL: nothing';

CREATE VIEW aims.signature WITH (security_barrier) AS
    SELECT a.approval_id, a.subject, a.subject_id, a.decision, a.meaning, a.person::text AS person,
           format('%s, %s, %s', a.printed_name,
                  to_char(a.signed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                  coalesce(a.meaning, 'rejection')) AS manifestation,
           a.duty, a.reason,
           a.record_digest = CASE a.subject WHEN 'transition' THEN aims.transition_digest(r.request_id)
                                            ELSE aims.record_digest(a.subject, a.subject_id) END AS intact,
           CASE WHEN r.outcome IS NULL THEN aims.request_staleness(r.request_id) END AS staleness
      FROM aims.approval AS a
      LEFT JOIN aims.transition_request AS r ON a.subject = 'transition' AND r.request_id::text = a.subject_id;
COMMENT ON VIEW aims.signature IS
    'Signatures as people read them: printed name, UTC time and meaning (21 CFR 11.50), whether the signed record is still what was signed (11.70), and what has made an approval stale';
COMMENT ON COLUMN aims.signature.approval_id IS 'Number of the signature';
COMMENT ON COLUMN aims.signature.subject IS 'What was signed: transition, or a kind of record';
COMMENT ON COLUMN aims.signature.subject_id IS 'Which one';
COMMENT ON COLUMN aims.signature.decision IS 'approve or reject';
COMMENT ON COLUMN aims.signature.meaning IS 'authorship, review, approval or responsibility';
COMMENT ON COLUMN aims.signature.person IS 'Who signed';
COMMENT ON COLUMN aims.signature.manifestation IS 'Printed name, UTC time and meaning in one line';
COMMENT ON COLUMN aims.signature.duty IS 'Duty that was signed by';
COMMENT ON COLUMN aims.signature.reason IS 'Why';
COMMENT ON COLUMN aims.signature.intact IS 'Is the record what was signed?';
COMMENT ON COLUMN aims.signature.staleness IS 'Change since the request that makes approvals of it worthless; NULL: none, the request is closed, or it is a record';
