-- Included by tests in which several people act (after test/setup.sql, inside
-- the test's transaction): act(role, command, actor) runs one command as that
-- session user, with aims.actor set where given, and returns the first value.
CREATE FUNCTION pg_temp.act(role text, command text, actor text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
    PERFORM set_config('aims.actor', coalesce(actor, ''), true);
    IF command ~* '^(select|with)\y|\yreturning\y' THEN
        EXECUTE command INTO result;
    ELSE
        EXECUTE command;
    END IF;
    PERFORM set_config('aims.actor', '', true);
    RESET SESSION AUTHORIZATION;
    RETURN result;
END $$;

-- One test per row: the state that a command ends with, '00000' for success.
CREATE FUNCTION pg_temp.ends_with(state text, role text, command text, name text, actor text DEFAULT NULL)
    RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    act text := format('SELECT pg_temp.act(%L, %L, %L)', role, command, actor);
BEGIN
    IF state = '00000' THEN
        RETURN NEXT lives_ok(act, name);
    ELSE
        RETURN NEXT throws_ok(act, state, NULL, name);
    END IF;
END $$;
