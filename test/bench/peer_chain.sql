-- A peer to measure against: the tamper-evident log that is usually written
-- in PL/pgSQL. Each row holds the hash of the row before it; an advisory lock
-- to the end of the transaction keeps the order.

CREATE TABLE bench.chain_log (
    log_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    who         text        NOT NULL,
    relation    text        NOT NULL,
    operation   text        NOT NULL,
    old_row     jsonb,
    new_row     jsonb,
    hash        bytea       NOT NULL
);

CREATE FUNCTION bench.chain_audit() RETURNS trigger
    LANGUAGE plpgsql AS $$
DECLARE
    previous bytea;
    at       timestamptz;
    old_row  jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row  jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    PERFORM pg_advisory_xact_lock(4207849484);
    SELECT hash INTO previous FROM bench.chain_log ORDER BY log_id DESC LIMIT 1;
    at := clock_timestamp();
    INSERT INTO bench.chain_log (recorded_at, who, relation, operation, old_row, new_row, hash)
    VALUES (at, session_user, TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP, old_row, new_row,
            sha256(coalesce(previous, '\x') || convert_to(concat_ws('|', at, session_user, TG_RELID, TG_OP, old_row, new_row), 'UTF8')));
    RETURN NULL;
END $$;
