-- Expressions that name the AI system of a row (src/system_expression.c). No
-- dependency ties a column to them: dropping it is not refused.

CREATE FUNCTION aims.system_expression_fits(registry_id integer) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_system_expression_fits' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.system_expression_fits(integer) IS
    'Can the system_expression of that row of aims.registry be evaluated on its relation as it is now? Else writes are refused (MS031). True where there is none. Part of aims.verify';
