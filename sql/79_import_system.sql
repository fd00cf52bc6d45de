-- Systems that were in use before anybody entered them (ISO/IEC 42001 4.3,
-- 8.1): the moves are the rows of aims.stage_transition with import, and the
-- machine that makes them is the same.

CREATE FUNCTION aims.request_import(system text, stage aims.lifecycle_stage, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM aims.require_reason(reason);
    PERFORM aims.lock_for_move(system, stage, true);
    RETURN aims.renew_request(system, stage, reason, false);
END $$;
COMMENT ON FUNCTION aims.request_import(text, aims.lifecycle_stage, text) IS
    'Requests that a system, entered in inception, is taken over in the stage that it is in already, with the state of every gate up to there, and returns the request''s number for aims.approve. MS018 no reason, MS017 unknown system, MS013 without the duty ai_officer, MS011 the system has left inception, or the stage is none to import into, MS015 a request is open already (ISO/IEC 42001 4.3, 8.1)';

CREATE FUNCTION aims.import_system(system text, stage aims.lifecycle_stage, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM aims.require_reason(reason);
    PERFORM aims.lock_for_move(system, stage, true);
    IF NOT EXISTS (SELECT FROM aims.transition_request AS r
                    WHERE r.system = import_system.system AND r.to_stage = import_system.stage AND r.outcome IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS010',
            MESSAGE = format('nobody has asked to import AI system "%s" into stage "%s"', system, stage),
            DETAIL = 'An import needs a request that another person has approved.',
            HINT = format('Request it: SELECT aims.request_import(%L, %L, reason); another person approves.', system, stage);
    END IF;
    PERFORM aims.enter_stage(system, stage, reason);
END $$;
COMMENT ON FUNCTION aims.import_system(text, aims.lifecycle_stage, text) IS
    'Takes a system over in the stage that it is in already, by its open request (aims.request_import) that another person has approved. Every requirement that the gates up to there lack becomes a finding (imported_gate). MS010 not requested or not approved; otherwise as aims.request_import (ISO/IEC 42001 4.3, 8.1)';
