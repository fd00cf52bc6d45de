-- A peer to measure against: the audit trigger that most sites write for
-- themselves. PL/pgSQL, one row per change, images as jsonb; no fixed
-- search_path, which would make it slower yet.

CREATE TABLE bench.jsonb_log (
    log_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid         bigint      NOT NULL,
    who         text        NOT NULL,
    relation    text        NOT NULL,
    operation   text        NOT NULL,
    old_row     jsonb,
    new_row     jsonb
);

CREATE FUNCTION bench.jsonb_audit() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench.jsonb_log (xid, who, relation, operation, old_row, new_row)
    VALUES (txid_current(), session_user, TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP,
            CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;
