-- Governed tables that are dropped and made anew (src/rebuilt.c): derived
-- tables, which research warehouses build by DROP and CREATE TABLE AS.

CREATE TABLE aims.awaited_table (
    registry_id  integer     CONSTRAINT awaited_table_pkey PRIMARY KEY,
    schema_name  name        NOT NULL,
    table_name   name        NOT NULL,
    registration jsonb       NOT NULL,
    left_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    left_by      text        NOT NULL,
    CONSTRAINT awaited_table_name_key UNIQUE (schema_name, table_name)
);
SELECT pg_catalog.pg_extension_config_dump('aims.awaited_table', '');
COMMENT ON TABLE aims.awaited_table IS
    'Names of governed tables that were dropped or renamed to be made anew: what gets the name is governed as before (A.9.2)';
COMMENT ON CONSTRAINT awaited_table_name_key ON aims.awaited_table IS 'One table is awaited under a name';
COMMENT ON COLUMN aims.awaited_table.registry_id IS 'Number in aims.registry that it had and will have';
COMMENT ON COLUMN aims.awaited_table.schema_name IS 'Schema that it will be in';
COMMENT ON COLUMN aims.awaited_table.table_name IS 'Its name';
COMMENT ON COLUMN aims.awaited_table.registration IS
    'Its rows of aims.registry, system_mode, system_value, intended_table and phi_table, by table, without the relation; the names of datasets that it was bound as';
COMMENT ON COLUMN aims.awaited_table.left_at IS 'When it was dropped or renamed';
COMMENT ON COLUMN aims.awaited_table.left_by IS 'Role that logged in and did so';

CREATE FUNCTION aims.ungovern_awaited(relation text, reason text) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_ungovern_awaited' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.ungovern_awaited(text, text) IS
    'aims.ungovern for a table that was dropped and is awaited: by its name, as aims.awaited shows it. Needs a reason (MS018); MS033 where none of that name is awaited';

CREATE VIEW aims.awaited WITH (security_barrier) AS
SELECT format('%I.%I', a.schema_name, a.table_name) AS relation,
       a.registry_id,
       r.system,
       r.system_column,
       r.system_expression,
       r.system_when,
       r.mode,
       ARRAY(SELECT i ->> 'system' FROM jsonb_array_elements(a.registration -> 'intended_table') AS i ORDER BY 1) AS systems,
       c.oid IS NOT NULL AS present,
       a.left_at,
       a.left_by
  FROM aims.awaited_table AS a
 CROSS JOIN LATERAL jsonb_populate_record(NULL::aims.registry, a.registration #> '{registry,0}') AS r
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.schema_name
  LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.table_name;
COMMENT ON VIEW aims.awaited IS
    'Governed tables that were dropped or renamed to be made anew, and how what gets the name will be governed (A.9.2)';
COMMENT ON COLUMN aims.awaited.relation IS 'Qualified name that is awaited; argument of aims.ungovern_awaited';
COMMENT ON COLUMN aims.awaited.registry_id IS 'Number in aims.registry that it had and will have';
COMMENT ON COLUMN aims.awaited.system IS 'AI system whose output every row is, where that is fixed';
COMMENT ON COLUMN aims.awaited.system_column IS 'Column that names each row''s AI system';
COMMENT ON COLUMN aims.awaited.system_expression IS 'Expression that names each row''s AI system';
COMMENT ON COLUMN aims.awaited.system_when IS 'Condition that marks a row as AI output; NULL: every row';
COMMENT ON COLUMN aims.awaited.mode IS 'enforce refuses, observe records in aims.violation';
COMMENT ON COLUMN aims.awaited.systems IS 'AI systems that are intended to write there';
COMMENT ON COLUMN aims.awaited.present IS 'There is a relation of that name, and it is not guarded: a finding says why, or aims.verify() that no command was seen to make it';
COMMENT ON COLUMN aims.awaited.left_at IS 'When it was dropped or renamed';
COMMENT ON COLUMN aims.awaited.left_by IS 'Role that logged in and did so';
