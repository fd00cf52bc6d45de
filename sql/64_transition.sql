-- Acts

CREATE FUNCTION aims.require_reason(reason text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF coalesce(reason, '') !~ '[^[:space:]]' THEN
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
                       'requirement', g.requirement, 'stage_of_gate', g.stage_of_gate, 'control', g.control::text,
                       'met', g.met, 'detail', g.detail)), '[]')
              FROM aims.gate_of_move(system, stage) AS g);
COMMENT ON FUNCTION aims.gate_state(text, aims.lifecycle_stage) IS
    'aims.gate_of_move as it is stored with requests and approvals: array of requirement, stage_of_gate, control, met, detail';

-- Locks the system's row, so that requests and moves of one system follow
-- each other, and checks whether there is such a move.
CREATE FUNCTION aims.lock_for_move(system text, stage aims.lifecycle_stage, import boolean DEFAULT false)
    RETURNS aims.ai_system
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
    PERFORM aims.require_duty(CASE WHEN import THEN ARRAY['ai_officer'] ELSE ARRAY['system_owner', 'ai_officer'] END, system);
    PERFORM aims.check_move(system, found_system.stage, stage, import);
    RETURN found_system;
END $$;
COMMENT ON FUNCTION aims.lock_for_move(text, aims.lifecycle_stage, boolean) IS
    'The row of the system, locked. MS017 unknown system, MS013 without the duty system_owner or ai_officer (for an import ai_officer), MS011 no such move';

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

CREATE FUNCTION aims.renew_request(system text, stage aims.lifecycle_stage, reason text, emergency boolean)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    earlier bigint;
BEGIN
    SELECT r.request_id INTO earlier
      FROM aims.transition_request AS r
     WHERE r.system = renew_request.system AND r.to_stage = renew_request.stage AND r.outcome IS NULL
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
    RETURN aims.record_request(system, stage, reason, emergency);
END $$;
COMMENT ON FUNCTION aims.renew_request(text, aims.lifecycle_stage, text, boolean) IS
    'Writes a request, and closes an open one that is out of date as superseded; MS015 where one is open otherwise. The caller has locked the system';

CREATE FUNCTION aims.request_advance(system text, stage aims.lifecycle_stage, reason text, emergency boolean DEFAULT false)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM aims.require_reason(reason);
    PERFORM aims.lock_for_move(system, stage);
    RETURN aims.renew_request(system, stage, reason, coalesce(emergency, false));
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
CREATE FUNCTION aims.lock_for_signature(subject_id text) RETURNS aims.transition_request
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    acting  text := aims.require_person();
    request aims.transition_request;
BEGIN
    PERFORM aims.check_act();
    PERFORM aims.require_approving_session();
    SELECT r.* INTO request
      FROM aims.transition_request AS r
     WHERE r.request_id::text = subject_id
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS017',
            MESSAGE = format('request %s does not exist', coalesce(subject_id, 'NULL')),
            DETAIL = 'No row of aims.transition_request has this number.',
            HINT = 'SELECT request_id, system, to_stage FROM aims.transition_request WHERE outcome IS NULL shows open requests.';
    END IF;
    IF request.outcome IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('request %s is not open', subject_id),
            DETAIL = format('Its outcome is: %s.', request.outcome),
            HINT = format('Request again: SELECT aims.request_%s(%L, %L, reason)',
                          CASE WHEN aims.is_import(request.from_stage, request.to_stage) THEN 'import' ELSE 'advance' END,
                          request.system, request.to_stage);
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
COMMENT ON FUNCTION aims.lock_for_signature(text) IS
    'The open request that is to be approved or rejected. MS014 nobody''s session, MS013 application or person may not approve, MS017 unknown request, MS015 not open, MS012 one''s own, or made by this session in this transaction';

CREATE FUNCTION aims.record_signature(request aims.transition_request, decision text, meaning text, reason text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
        INSERT INTO aims.approval
            (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
        SELECT 'transition', (record_signature.request).request_id::text, (record_signature.request).system, record_signature.decision,
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

-- Whoever has read the record elsewhere, hours ago or through an application,
-- says by its digest what was read.
CREATE FUNCTION aims.require_unchanged(name text, seen bytea, present bytea) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF seen <> present THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS019',
            MESSAGE = format('%s has changed since it was read', name),
            DETAIL = format('Read was the record with digest %s; it is %s now.', encode(seen, 'hex'), encode(present, 'hex')),
            HINT = 'Read it as it is now, and sign that.';
    END IF;
END $$;
COMMENT ON FUNCTION aims.require_unchanged(text, bytea, bytea) IS
    'MS019 where the digest of what a signer has read is given and not that of the record now; NULL: not given';

CREATE FUNCTION aims.approve_transition(subject_id text, meaning text, reason text, seen bytea) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    request aims.transition_request := aims.lock_for_signature(subject_id);
    stale   text;
BEGIN
    PERFORM aims.require_unchanged(format('request %s', subject_id), seen, aims.transition_digest(request.request_id));
    stale := aims.request_staleness(request.request_id);
    IF stale IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('request %s is out of date', subject_id),
            DETAIL = format('%s%s.', upper(left(stale, 1)), substr(stale, 2)),
            HINT = format('Request again: SELECT aims.request_%s(%L, %L, reason)',
                          CASE WHEN aims.is_import(request.from_stage, request.to_stage) THEN 'import' ELSE 'advance' END,
                          request.system, request.to_stage);
    END IF;
    IF EXISTS (SELECT FROM aims.approval AS a
                WHERE a.subject = 'transition' AND a.subject_id = request.request_id::text
                  AND a.person = aims.current_person() AND a.meaning = approve_transition.meaning) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('person "%s" has signed request %s already', aims.current_person(), subject_id),
            DETAIL = format('The signature''s meaning is %s.', meaning),
            HINT = format('Go on: SELECT aims.%s(%L, %L, reason)',
                          CASE WHEN aims.is_import(request.from_stage, request.to_stage) THEN 'import_system' ELSE 'advance' END,
                          request.system, request.to_stage);
    END IF;
    PERFORM aims.record_signature(request, 'approve', meaning, reason);
END $$;
COMMENT ON FUNCTION aims.approve_transition(text, text, text, bytea) IS
    'aims.approve of an open request for a move; MS019 where it is not what the signer has read, MS015 also where it is out of date or signed already';

-- What is visible and yet in progress was written here, be it in a savepoint.
CREATE FUNCTION aims.is_of_transaction(writer xid) RETURNS boolean
    LANGUAGE sql VOLATILE STRICT
    RETURN (SELECT CASE WHEN later < 2147483648 THEN pg_xact_status((own + later)::text::xid8) IS NOT DISTINCT FROM 'in progress'
                        ELSE false END
              FROM (SELECT pg_current_xact_id()::text::bigint AS own) AS o
             CROSS JOIN LATERAL (SELECT (writer::text::bigint - own % 4294967296 + 4294967296) % 4294967296 AS later) AS l);
COMMENT ON FUNCTION aims.is_of_transaction(xid) IS
    'Was a row that is visible, and has this xmin, written by the current transaction or a subtransaction of it?';

-- The record that a decision is about, locked; refuses what this person may
-- not decide on in this session.
CREATE FUNCTION aims.lock_record(subject text, subject_id text, decision text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1
    AS $$
DECLARE
    acting  text := aims.require_person();
    kind    aims.record_kind;
    present jsonb;
    newest  boolean;
    author  text;
BEGIN
    PERFORM aims.check_act();
    SELECT k.* INTO kind FROM aims.record_kind AS k WHERE k.record = subject AND cardinality(k.approvers) > 0;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('subject "%s" cannot be approved or rejected', subject),
            DETAIL = format('The subjects are: transition%s.',
                            (SELECT string_agg(', ' || k.record, '' ORDER BY k.record) FROM aims.record_kind AS k
                              WHERE cardinality(k.approvers) > 0)),
            HINT = 'SELECT aims.approve(''transition'', request, ''approval'', reason)';
    END IF;
    PERFORM aims.require_approving_session();
    EXECUTE format('SELECT to_jsonb(r.*), aims.is_of_transaction(r.xmin) FROM aims.%I AS r WHERE r.%I::text = $1 FOR NO KEY UPDATE',
                   kind.record, kind.key)
       INTO present, newest USING subject_id;
    IF present IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS017',
            MESSAGE = format('%s "%s" does not exist', kind.title, coalesce(subject_id, 'NULL')),
            DETAIL = format('No row of aims.%I has this %s.', kind.record, kind.key),
            HINT = format('SELECT * FROM aims.%I', kind.record);
    END IF;
    IF NOT EXISTS (SELECT FROM aims.record_move AS m
                    WHERE m.record = kind.record AND m.from_status = present ->> 'status'
                      AND m.decision = lock_record.decision) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('%s does not wait for that decision (%s)', aims.record_name(kind, present), decision),
            DETAIL = format('It is %s; decided on is what is: %s.', present ->> 'status',
                            coalesce((SELECT string_agg(m.from_status, ', ' ORDER BY m.from_status) FROM aims.record_move AS m
                                       WHERE m.record = kind.record AND m.decision = lock_record.decision), 'nothing')),
            HINT = format('SELECT * FROM aims.record_move WHERE record = %L shows the moves that there are.', kind.record);
    END IF;
    -- but where a superuser goes through people's acts by SET SESSION AUTHORIZATION
    IF newest AND session_user = (SELECT pg_get_userbyid(a.usesysid) FROM pg_stat_get_activity(pg_backend_pid()) AS a) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('%s was changed by this session in this transaction', aims.record_name(kind, present)),
            DETAIL = 'Whoever decides has seen the record as it was committed.',
            HINT = 'Commit it first, and let another person decide on it.';
    END IF;
    SELECT a INTO author FROM aims.record_columns(present, kind.authors) AS a
     WHERE NOT aims.is_independent(acting, a, present ->> 'system', aims.today(), session_user) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not decide on %s', acting, aims.record_name(kind, present)),
            DETAIL = CASE WHEN author = acting THEN format('One of these columns names that person: %s.', array_to_string(kind.authors, ', '))
                          ELSE format('Person "%s", named in it, set up role or duty of the signer (aims.is_independent).', author) END,
            HINT = format(CASE WHEN author = acting THEN 'Ask another person who holds one of these duties: %s.'
                               ELSE 'Ask somebody whose role and duty (one of %s) another person than "%s" has entered; another AI officer can enter such a person.' END,
                          array_to_string(kind.approvers, ', '), author);
    END IF;
    PERFORM aims.require_duty(kind.approvers, present ->> 'system');
    RETURN present;
END $$;
COMMENT ON FUNCTION aims.lock_record(text, text, text) IS
    'The row of the record that is to be approved or rejected. MS014 nobody''s session, 22023 unknown subject, MS013 application or person may not decide, MS017 unknown record, MS015 it does not wait for that, MS012 one''s own, or changed by this session in this transaction';

CREATE FUNCTION aims.decide_record(subject text, subject_id text, decision text, meaning text, reason text, seen bytea DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    present jsonb := aims.lock_record(subject, subject_id, decision);
    kind    aims.record_kind;
    digest  bytea := aims.record_digest(subject, subject_id);
BEGIN
    SELECT k.* INTO STRICT kind FROM aims.record_kind AS k WHERE k.record = subject;
    PERFORM aims.require_unchanged(aims.record_name(kind, present), seen, digest);
    IF EXISTS (SELECT FROM aims.approval AS a
                WHERE a.subject = kind.record AND a.subject_id = decide_record.subject_id AND a.person = aims.current_person()
                  AND a.meaning = decide_record.meaning AND a.record_digest = digest) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS015',
            MESSAGE = format('person "%s" has signed %s already', aims.current_person(), aims.record_name(kind, present)),
            DETAIL = format('The signature''s meaning is %s, and the record has not changed.', meaning),
            HINT = 'Sign with another meaning, or let another person sign.';
    END IF;
    INSERT INTO aims.approval (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
    SELECT kind.record, decide_record.subject_id, present ->> 'system', decide_record.decision, decide_record.meaning, p.person, p.full_name,
           (SELECT d FROM unnest(kind.approvers) WITH ORDINALITY AS duty (d, rank)
             WHERE aims.has_duty(d, present ->> 'system') ORDER BY rank LIMIT 1),
           decide_record.reason, digest, '[]'
      FROM aims.person AS p
     WHERE p.person = aims.current_person();
    IF coalesce(meaning, 'approval') = 'approval' THEN
        EXECUTE format('UPDATE aims.%I AS r SET status = m.to_status FROM aims.record_move AS m
                         WHERE r.%I::text = $1 AND m.record = $2 AND m.from_status = r.status AND m.decision = $3',
                       kind.record, kind.key)
          USING subject_id, kind.record, decision;
    END IF;
END $$;
COMMENT ON FUNCTION aims.decide_record(text, text, text, text, text, bytea) IS
    'Signs a record with what it is now, and makes the move that waits for the decision; errors as for aims.lock_record, MS019 where it is not what the signer has read, MS015 also where it is signed already';

CREATE FUNCTION aims.approve(subject text, subject_id text, meaning text, reason text, digest bytea DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    meanings CONSTANT text[] := '{authorship,review,approval,responsibility}';
BEGIN
    PERFORM aims.require_reason(reason);
    IF meaning = ANY (meanings) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('a signature cannot mean "%s"', meaning),
            DETAIL = format('The meanings are: %s.', array_to_string(meanings, ', ')),
            HINT = 'SELECT aims.approve(''transition'', request, ''approval'', reason); only approval opens a gate.';
    END IF;
    IF subject = 'transition' THEN
        PERFORM aims.approve_transition(subject_id, meaning, reason, digest);
    ELSE
        PERFORM aims.decide_record(subject, subject_id, 'approve', meaning, reason, digest);
    END IF;
END $$;
COMMENT ON FUNCTION aims.approve(text, text, text, text, bytea) IS
    'Signs an open request (subject transition) or a record (its table, such as impact_assessment) with a meaning: authorship, review, approval or responsibility; approval alone opens a gate or makes the record''s move. Another person than the requester or the authors, and independent of them (MS012), holding committee_member, ai_officer or executive_sponsor for a request, one of record_kind.approvers for a record (MS013); MS015 not open, out of date or signed already; MS017 unknown; MS018 no reason; 22023 unknown subject or meaning. digest: of what the signer has read (aims.record_digest, aims.transition_digest); MS019 where the record has changed since (21 CFR 11.50, 11.70; ISO/IEC 42001 7.5.2, A.6.2.5)';

CREATE FUNCTION aims.reject(subject text, subject_id text, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    request aims.transition_request;
BEGIN
    PERFORM aims.require_reason(reason);
    IF subject IS DISTINCT FROM 'transition' THEN
        PERFORM aims.decide_record(subject, subject_id, 'reject', NULL, reason);
        RETURN;
    END IF;
    request := aims.lock_for_signature(subject_id);
    PERFORM aims.record_signature(request, 'reject', NULL, reason);
    UPDATE aims.transition_request AS r
       SET outcome = 'rejected', closed_at = clock_timestamp(), closed_by = aims.current_person(),
           closing_reason = reject.reason
     WHERE r.request_id = request.request_id;
END $$;
COMMENT ON FUNCTION aims.reject(text, text, text) IS
    'Rejects an open request and closes it, or a record and moves it back; earlier approvals are worth nothing any more. Who may, and errors, as for aims.approve';

CREATE FUNCTION aims.enter_stage(system text, stage aims.lifecycle_stage, reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former_reason text := current_setting('aims.reason', true);
BEGIN
    PERFORM set_config('aims.reason', reason, true);
    UPDATE aims.ai_system AS s SET stage = enter_stage.stage WHERE s.system = enter_stage.system;
    PERFORM set_config('aims.reason', coalesce(former_reason, ''), true);
END $$;
COMMENT ON FUNCTION aims.enter_stage(text, aims.lifecycle_stage, text) IS
    'Changes the stage, for that reason: the trigger on aims.ai_system decides';

CREATE FUNCTION aims.advance(system text, stage aims.lifecycle_stage, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    found_system aims.ai_system;
BEGIN
    PERFORM aims.require_reason(reason);
    found_system := aims.lock_for_move(system, stage);
    IF NOT EXISTS (SELECT FROM aims.transition_request AS r
                    WHERE r.system = advance.system AND r.to_stage = advance.stage AND r.outcome IS NULL)
       AND NOT EXISTS (SELECT FROM aims.applicable_requirement(system, found_system.stage, stage) AS g
                        WHERE g.approval) THEN
        PERFORM aims.record_request(system, stage, reason, false);
    END IF;
    PERFORM aims.enter_stage(system, stage, reason);
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
    lacking       text;
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
            DETAIL = format('It was closed by %s: %s.', coalesce(found_finding.closed_by, 'the server'), rtrim(found_finding.closing_note, '.')),
            HINT = 'Open a new one: SELECT aims.open_finding(kind, detail, system)';
    END IF;
    IF found_finding.kind = 'emergency_transition' AND found_finding.opened_by = acting THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not close the own emergency, finding %s', acting, finding),
            DETAIL = 'Whoever moved the system in an emergency does not decide that it has been dealt with.',
            HINT = 'Ask another system owner, AI officer or risk owner.';
    END IF;
    SELECT format('%s (%s): %s', g.requirement, g.control, g.detail) INTO lacking
      FROM aims.imported_gate AS i
      JOIN aims.ai_system AS s ON s.system = found_finding.system AND s.stage <> 'retirement'
     CROSS JOIN LATERAL aims.gate(s.system, i.stage) AS g
     WHERE i.finding_id = finding AND g.requirement = i.requirement AND NOT g.met;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS042',
            MESSAGE = format('finding %s waits for what an imported system lacks', finding),
            DETAIL = format('Still missing is %s.', lacking),
            HINT = 'Supply it; until then the finding stays open.';
    END IF;
    UPDATE aims.finding AS f
       SET closed_at = clock_timestamp(), closed_by = acting, closing_note = note
     WHERE f.finding_id = finding;
END $$;
COMMENT ON FUNCTION aims.close_finding(bigint, text) IS
    'Closes a finding with a note of what was done, by system_owner, ai_officer or risk_owner of its system (MS013), for an emergency another person than moved the system (MS012), for a requirement that an imported system lacked once it is met (MS042), for one of a monitor once its breach or silence is over (MS042). MS018 no note, MS017 unknown, MS015 closed already';

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

-- A version that was withdrawn had a reason: what comes back is a new one.
CREATE FUNCTION aims.guard_version() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status = 'withdrawn' OR (OLD.status, NEW.status) = ('active', 'candidate'))
       AND NOT aims.restoring() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS011',
            MESSAGE = format('version %s of AI system "%s" cannot go from %s to %s', NEW.version, NEW.system, OLD.status, NEW.status),
            DETAIL = 'A version goes between candidate and silent, from both to active, back to silent, and from any to withdrawn, which is final.',
            HINT = 'Register what comes back as a version of its own, and verify it.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.guard_version() IS
    'Trigger on aims.model_version: refuses (MS011) to take a withdrawn version up again, and to make a candidate of an active one (ISO/IEC 42001 6.3, A.6.2.7)';

CREATE TRIGGER guard_version BEFORE UPDATE ON aims.model_version
    FOR EACH ROW EXECUTE FUNCTION aims.guard_version();
ALTER TABLE aims.model_version ENABLE ALWAYS TRIGGER guard_version;
COMMENT ON TRIGGER guard_version ON aims.model_version IS 'A withdrawn version stays withdrawn';

-- Re-evaluation: by a finding of a kind that says so, and by time

CREATE FUNCTION aims.follow_finding() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.restoring()
       AND EXISTS (SELECT FROM aims.finding_kind AS k WHERE k.kind = NEW.kind AND k.re_evaluates) THEN
        PERFORM aims.re_evaluate(NEW.system, format('finding %s (%s): %s', NEW.finding_id, NEW.kind, NEW.detail));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.follow_finding() IS
    'Trigger on aims.finding: moves the system to re_evaluation where the kind of the finding does so (aims.finding_kind.re_evaluates) (ISO/IEC 42001 A.6.2.6)';

CREATE TRIGGER follow_finding AFTER INSERT ON aims.finding
    FOR EACH ROW WHEN (NEW.system IS NOT NULL) EXECUTE FUNCTION aims.follow_finding();
ALTER TABLE aims.finding ENABLE ALWAYS TRIGGER follow_finding;
COMMENT ON TRIGGER follow_finding ON aims.finding IS 'Kinds of findings that re-evaluate a system by themselves';

-- What was due is being done, and what is retired lacks nothing any more. A
-- corrective action that a site has opened for it closes it instead.
CREATE FUNCTION aims.close_findings_by_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NOT aims.restoring() THEN
        UPDATE aims.finding AS f
           SET closed_at = clock_timestamp(),
               closing_note = format('The system has entered %s: stage history %s%s', NEW.to_stage, NEW.history_id, ', request ' || NEW.request)
         WHERE f.kind IN ('re_evaluation_due', CASE NEW.to_stage WHEN 'retirement' THEN 'imported_gate' END)
           AND f.system = NEW.system AND f.closed_at IS NULL
           AND NOT EXISTS (SELECT FROM aims.finding_route AS r WHERE r.kind = f.kind AND r.opens_capa);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.close_findings_by_move() IS
    'Trigger on aims.stage_history: the entry into re_evaluation closes the finding that it is due (re_evaluation_due), retirement that, too, and what an import lacked (imported_gate), naming the move; nobody closed it (ISO/IEC 42001 A.6.2.6)';

CREATE TRIGGER close_findings AFTER INSERT ON aims.stage_history
    FOR EACH ROW WHEN (NEW.to_stage IN ('re_evaluation', 'retirement')) EXECUTE FUNCTION aims.close_findings_by_move();
ALTER TABLE aims.stage_history ENABLE ALWAYS TRIGGER close_findings;
COMMENT ON TRIGGER close_findings ON aims.stage_history IS 'A re-evaluation that has begun is not due, nor is anything of what is retired';

CREATE TABLE aims.re_evaluation_period (
    clinical_tier aims.clinical_tier NOT NULL,
    every         interval           NOT NULL,
    shipped       boolean            NOT NULL DEFAULT false,
    CONSTRAINT re_evaluation_period_pkey PRIMARY KEY (clinical_tier, shipped),
    CONSTRAINT re_evaluation_period_some_time CHECK (every > make_interval())
);
SELECT pg_catalog.pg_extension_config_dump('aims.re_evaluation_period', 'WHERE NOT shipped');
COMMENT ON TABLE aims.re_evaluation_period IS
    'How long a system of a clinical tier is used before it is re-evaluated, whatever else happens; a site''s row (shipped = false) is taken instead of the shipped one (ISO/IEC 42001 8.2, 8.4, A.6.2.6)';
COMMENT ON COLUMN aims.re_evaluation_period.clinical_tier IS 'Clinical tier; a system without one counts as critical';
COMMENT ON COLUMN aims.re_evaluation_period.every IS 'Time from going live, or from the last re-evaluation, to the next one';
COMMENT ON COLUMN aims.re_evaluation_period.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.re_evaluation_period (clinical_tier, every, shipped) VALUES
    ('critical', '1 year', true), ('high', '1 year', true), ('moderate', '2 years', true), ('low', '3 years', true);

CREATE VIEW aims.re_evaluation WITH (security_barrier) AS
SELECT s.system::text, s.clinical_tier, s.stage, h.history_id, h.moved_at AS evaluated_at, p.every,
       -- counted in the organisation's days, so that no session's time zone shows
       (h.moved_at AT TIME ZONE coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC') + p.every)::date AS due_on
  FROM aims.ai_system AS s
  JOIN (SELECT DISTINCT ON (q.clinical_tier) q.clinical_tier, q.every
          FROM aims.re_evaluation_period AS q
         ORDER BY q.clinical_tier, q.shipped) AS p ON p.clinical_tier = coalesce(s.clinical_tier, 'critical')
  JOIN (SELECT DISTINCT ON (x.system) x.system, x.history_id, x.moved_at
          FROM aims.stage_history AS x
         WHERE x.to_stage IN ('deployment', 'operation_monitoring') AND x.from_stage <> 'deployment'
         ORDER BY x.system, x.history_id DESC) AS h ON h.system = s.system
 WHERE s.stage IN ('deployment', 'operation_monitoring');
COMMENT ON VIEW aims.re_evaluation IS
    'Systems in use, when each went live, was taken over or was last re-evaluated, and the day by which it is to be re-evaluated again (ISO/IEC 42001 8.2, 8.4, A.6.2.6)';
COMMENT ON COLUMN aims.re_evaluation.system IS 'AI system';
COMMENT ON COLUMN aims.re_evaluation.clinical_tier IS 'Its clinical tier';
COMMENT ON COLUMN aims.re_evaluation.stage IS 'deployment or operation_monitoring';
COMMENT ON COLUMN aims.re_evaluation.history_id IS 'Row of aims.stage_history from which the time counts';
COMMENT ON COLUMN aims.re_evaluation.evaluated_at IS 'When that was';
COMMENT ON COLUMN aims.re_evaluation.every IS 'Time that its tier allows (aims.re_evaluation_period)';
COMMENT ON COLUMN aims.re_evaluation.due_on IS 'Day by which it is to be re-evaluated';

CREATE FUNCTION aims.open_re_evaluation_findings() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    locked text[];
    opened integer;
BEGIN
    -- one session at a time; which somebody else works on, comes the next time
    SELECT array_agg(w.system) INTO locked
      FROM (SELECT s.system FROM aims.ai_system AS s
             WHERE s.system IN (SELECT e.system FROM aims.re_evaluation AS e WHERE e.due_on < aims.today())
               AND NOT EXISTS (SELECT FROM aims.finding AS f
                                WHERE f.kind = 're_evaluation_due' AND f.system = s.system AND f.closed_at IS NULL)
             ORDER BY s.system FOR NO KEY UPDATE SKIP LOCKED) AS w;
    INSERT INTO aims.finding (kind, system, detail, opened_by)
    SELECT 're_evaluation_due', e.system,
           format('Last evaluated on its way into %s (stage history %s); due by %s, every %s', e.stage, e.history_id,
                  to_char(e.due_on, 'YYYY-MM-DD'), e.every),
           aims.current_person()
      FROM aims.re_evaluation AS e
     WHERE e.system = ANY (locked) AND e.due_on < aims.today()
       AND NOT EXISTS (SELECT FROM aims.finding AS f
                        WHERE f.kind = 're_evaluation_due' AND f.system = e.system AND f.closed_at IS NULL);
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
END $$;
COMMENT ON FUNCTION aims.open_re_evaluation_findings() IS
    'Opens a finding (re_evaluation_due) for each system whose re-evaluation is overdue, once while one is open, and returns how many: for whoever looks after the outbox, as often as wanted (ISO/IEC 42001 8.2, A.6.2.6)';

CREATE VIEW aims.stage_duration WITH (security_barrier) AS
SELECT h.history_id, h.system::text, h.to_stage AS stage, h.from_stage,
       CASE WHEN h.from_stage IS NULL THEN 'entered'
            WHEN t.import THEN 'import'
            WHEN r.emergency THEN 'emergency'
            ELSE 'move'
       END AS kind,
       h.moved_at AS entered_at,
       lead(h.moved_at) OVER later AS left_at,
       coalesce(lead(h.moved_at) OVER later, statement_timestamp()) - h.moved_at AS duration,
       h.person::text, h.reason, h.request, h.version,
       g.met AS requirements_met, g.total AS requirements_total, g.missing,
       coalesce(a.approval_ids, '{}') AS approval_ids, coalesce(a.approved_by, '{}') AS approved_by, h.gate
  FROM aims.stage_history AS h
  LEFT JOIN aims.stage_transition AS t ON t.from_stage = h.from_stage AND t.to_stage = h.to_stage
  LEFT JOIN aims.transition_request AS r ON r.request_id = h.request
 CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE (q.item ->> 'met')::boolean) AS met, count(*) AS total,
               coalesce(array_agg(q.item ->> 'requirement') FILTER (WHERE NOT (q.item ->> 'met')::boolean), '{}') AS missing
          FROM jsonb_array_elements(h.gate) AS q (item)) AS g
  LEFT JOIN (
        SELECT p.subject_id, array_agg(p.approval_id ORDER BY p.approval_id) AS approval_ids,
               array_agg(p.person::text ORDER BY p.approval_id) AS approved_by
          FROM aims.approval AS p
         WHERE p.subject = 'transition' AND p.decision = 'approve' AND p.meaning = 'approval'
         GROUP BY p.subject_id) AS a ON a.subject_id = h.request::text
WINDOW later AS (PARTITION BY h.system ORDER BY h.history_id);
COMMENT ON VIEW aims.stage_duration IS
    'How long each system was in each stage, who moved it there and why, by which request and version, what the gate lacked on that day and who had approved (ISO/IEC 42001 8.1, A.6)';
COMMENT ON COLUMN aims.stage_duration.history_id IS 'Row of aims.stage_history';
COMMENT ON COLUMN aims.stage_duration.system IS 'AI system';
COMMENT ON COLUMN aims.stage_duration.stage IS 'Stage that it was in';
COMMENT ON COLUMN aims.stage_duration.from_stage IS 'Stage that it came from; NULL: it was entered';
COMMENT ON COLUMN aims.stage_duration.kind IS 'entered, move, emergency or import';
COMMENT ON COLUMN aims.stage_duration.entered_at IS 'When it entered the stage';
COMMENT ON COLUMN aims.stage_duration.left_at IS 'When it left it; NULL: it is there';
COMMENT ON COLUMN aims.stage_duration.duration IS 'How long it was, or has been, in the stage';
COMMENT ON COLUMN aims.stage_duration.person IS 'Who moved it there; NULL: a session of nobody known';
COMMENT ON COLUMN aims.stage_duration.reason IS 'Why';
COMMENT ON COLUMN aims.stage_duration.request IS 'Request that the move used';
COMMENT ON COLUMN aims.stage_duration.version IS 'Model version in force at the move';
COMMENT ON COLUMN aims.stage_duration.requirements_met IS 'Requirements of the gate that were met on that day';
COMMENT ON COLUMN aims.stage_duration.requirements_total IS 'Requirements that the gate had';
COMMENT ON COLUMN aims.stage_duration.missing IS 'Requirements that were missing: of an emergency or import';
COMMENT ON COLUMN aims.stage_duration.approval_ids IS 'Approvals of the request (aims.approval)';
COMMENT ON COLUMN aims.stage_duration.approved_by IS 'Who gave them';
COMMENT ON COLUMN aims.stage_duration.gate IS 'The gate in full, with the rows behind each requirement';

CREATE VIEW aims.lifecycle_action WITH (security_barrier) AS
SELECT 'approve or reject' AS action, 'transition' AS subject, r.request_id::text AS subject_id, r.system::text AS system,
       NULL::text AS vendor, 'committee_member' AS duty, NULL::text AS person, NULL::date AS due_on, 'A.6.2.5' AS ref,
       format('%s asks to move it from %s to %s: %s', r.person, r.from_stage, r.to_stage, r.reason) AS detail
  FROM aims.transition_request AS r
 WHERE r.outcome IS NULL
   AND NOT EXISTS (SELECT FROM aims.approval AS a
                    WHERE a.subject = 'transition' AND a.subject_id = r.request_id::text
                      AND a.decision = 'approve' AND a.meaning = 'approval')
 UNION ALL
SELECT 'advance or withdraw', 'transition', r.request_id::text, r.system::text, NULL,
       'system_owner', r.person::text, NULL, 'A.6.2.5', format('Approved: from %s to %s', r.from_stage, r.to_stage)
  FROM aims.transition_request AS r
 WHERE r.outcome IS NULL
   AND EXISTS (SELECT FROM aims.approval AS a
                WHERE a.subject = 'transition' AND a.subject_id = r.request_id::text
                  AND a.decision = 'approve' AND a.meaning = 'approval')
 UNION ALL
SELECT 're-evaluate', 'ai_system', e.system, e.system, NULL, 'system_owner', s.owner::text, e.due_on, 'A.6.2.6',
       format('In use since %s without re-evaluation', to_char(e.evaluated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
  FROM aims.re_evaluation AS e
  JOIN aims.ai_system AS s ON s.system = e.system
 WHERE e.due_on <= (SELECT aims.today()) + 90
 UNION ALL
SELECT 'finish re-evaluation', 'ai_system', s.system::text, s.system::text, NULL, 'system_owner', s.owner::text, NULL, 'A.6.2.6',
       format('What it lacks: SELECT * FROM aims.gate(%L, ''operation_monitoring'') WHERE NOT met', s.system)
  FROM aims.ai_system AS s
 WHERE s.stage = 're_evaluation'
 UNION ALL
SELECT 'decide the tier', 'ai_system', s.system::text, s.system::text, NULL, 'ai_officer', NULL, NULL, 'A.5.2',
       CASE WHEN s.clinical_tier IS NULL THEN 'It has no clinical tier' ELSE 'Who decided its clinical tier, and why, is not recorded' END
  FROM aims.ai_system AS s
 WHERE s.stage <> 'retirement' AND s.out_of_scope_reason IS NULL AND (s.clinical_tier IS NULL OR s.tier_decided_by IS NULL)
 UNION ALL
SELECT 'describe', 'ai_system', s.system::text, s.system::text, NULL, 'system_owner', s.owner::text, NULL, '4.3',
       format('Not stated: %s', concat_ws(', ', CASE WHEN s.intended_use IS NULL THEN 'intended_use' END,
                                          CASE WHEN s.organisation_role IS NULL THEN 'organisation_role' END, CASE WHEN s.domain IS NULL THEN 'domain' END,
                                          CASE WHEN s.phi IS NULL THEN 'phi' END, CASE WHEN s.eu_tier IS NULL THEN 'eu_tier' END))
  FROM aims.ai_system AS s
 WHERE s.stage <> 'retirement' AND s.out_of_scope_reason IS NULL
   AND num_nulls(s.intended_use, s.organisation_role, s.domain, s.phi, s.eu_tier) > 0
 UNION ALL
SELECT 'appoint', 'duty', t.seat, NULL, NULL, 'ai_officer', NULL, NULL, '5.3', format('Nobody has the seat %s of the committee', t.seat)
  FROM unnest('{security,medical_informatics,compliance,legal,it,clinical}'::text[]) AS t (seat)
 WHERE NOT EXISTS (SELECT FROM aims.duty AS d
                    WHERE d.seat = t.seat AND d.system IS NULL
                      AND (SELECT aims.today()) BETWEEN d.valid_from AND coalesce(d.valid_until, 'infinity'));
COMMENT ON VIEW aims.lifecycle_action IS
    'What the life cycle waits for: approvals, moves that are approved, re-evaluations due within 90 days or overdue, tiers that nobody has decided, systems in scope that are not described, seats of the committee that nobody has (ISO/IEC 42001 4.3, 5.3, 8.1, A.5.2, A.6)';
COMMENT ON COLUMN aims.lifecycle_action.action IS
    'approve or reject, advance or withdraw, re-evaluate, finish re-evaluation, decide the tier, describe, or appoint';
COMMENT ON COLUMN aims.lifecycle_action.subject IS 'transition, ai_system or duty';
COMMENT ON COLUMN aims.lifecycle_action.subject_id IS 'Number of the request, the system, or the seat';
COMMENT ON COLUMN aims.lifecycle_action.system IS 'AI system';
COMMENT ON COLUMN aims.lifecycle_action.vendor IS 'NULL';
COMMENT ON COLUMN aims.lifecycle_action.duty IS 'Duty of whoever acts';
COMMENT ON COLUMN aims.lifecycle_action.person IS 'Requester or owner, where it is theirs to do';
COMMENT ON COLUMN aims.lifecycle_action.due_on IS 'Day by which the re-evaluation is due';
COMMENT ON COLUMN aims.lifecycle_action.ref IS 'Clause or control of ISO/IEC 42001';
COMMENT ON COLUMN aims.lifecycle_action.detail IS 'What it is about';
