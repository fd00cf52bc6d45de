-- What row triggers do not see: event triggers write DDL entries, and give
-- partitions and children that come or go their capture triggers (src/ddl.c).
-- They are ENABLE ALWAYS; the functions do nothing in a restore. An event
-- trigger calls its function without asking for privileges on it.

CREATE FUNCTION aims.ddl_command() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_ddl_command';
COMMENT ON FUNCTION aims.ddl_command() IS
    'Event trigger ddl_command_end: a DDL entry for what was done to captured relations, to what they are made of, and to the extension. MS030 where governance would be taken away by anybody but an administrator, MS031 where a table would be governed twice';

CREATE FUNCTION aims.ddl_drop() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_ddl_drop';
COMMENT ON FUNCTION aims.ddl_drop() IS
    'Event trigger sql_drop: a DDL entry for what is gone. A governed table that an administrator has dropped leaves the registry, and a finding is opened; anybody else is refused (MS030)';

CREATE FUNCTION aims.ddl_rewrite() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_ddl_rewrite';
COMMENT ON FUNCTION aims.ddl_rewrite() IS
    'Event trigger table_rewrite: a DDL entry, since rows are rewritten without a row trigger';

CREATE FUNCTION aims.ddl_farewell() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_ddl_farewell';
COMMENT ON FUNCTION aims.ddl_farewell() IS
    'Event trigger ddl_command_start, before commands that may drop the extension: the newest checkpoint goes to the server log, since no other event fires then';

CREATE FUNCTION aims.ddl_protect() RETURNS event_trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_ddl_protect';
COMMENT ON FUNCTION aims.ddl_protect() IS
    'Event trigger ddl_command_start, before ALTER TABLE: refuses (MS030) that anybody but an administrator detaches a partition of a governed table CONCURRENTLY, which cannot be undone at its end';

CREATE EVENT TRIGGER aims_ddl_command ON ddl_command_end
    EXECUTE FUNCTION aims.ddl_command();
ALTER EVENT TRIGGER aims_ddl_command ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER aims_ddl_command IS 'Records DDL in the ledger (ISO/IEC 42001 A.6.2.8)';

CREATE EVENT TRIGGER aims_ddl_drop ON sql_drop
    EXECUTE FUNCTION aims.ddl_drop();
ALTER EVENT TRIGGER aims_ddl_drop ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER aims_ddl_drop IS 'Records what is dropped in the ledger (ISO/IEC 42001 A.6.2.8)';

CREATE EVENT TRIGGER aims_ddl_rewrite ON table_rewrite
    EXECUTE FUNCTION aims.ddl_rewrite();
ALTER EVENT TRIGGER aims_ddl_rewrite ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER aims_ddl_rewrite IS 'Records rewritten tables in the ledger (ISO/IEC 42001 A.6.2.8)';

CREATE EVENT TRIGGER aims_ddl_farewell ON ddl_command_start
    WHEN TAG IN ('DROP EXTENSION', 'DROP LANGUAGE', 'DROP OWNED')
    EXECUTE FUNCTION aims.ddl_farewell();
ALTER EVENT TRIGGER aims_ddl_farewell ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER aims_ddl_farewell IS 'Writes the newest checkpoint into the server log before the ledger can be dropped';

CREATE EVENT TRIGGER aims_ddl_protect ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE')
    EXECUTE FUNCTION aims.ddl_protect();
ALTER EVENT TRIGGER aims_ddl_protect ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER aims_ddl_protect IS 'Keeps partitions of governed tables in them (ISO/IEC 42001 A.9.2)';
