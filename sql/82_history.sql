-- What the ledger says of rows: redaction, the history of a row, a table as of
-- a day, live rows compared with their entries. Everything is in C, reads past
-- privileges and so checks them itself.

CREATE FUNCTION aims.redact(entry_id bigint, reason text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_redact';
COMMENT ON FUNCTION aims.redact(bigint, text) IS
    'Take key, particulars, images and salt out of a sealed ledger entry for good, for instance to erase a patient (GDPR art. 17); digests and leaf stay, the tree verifies, and an EVENT entry says who and why. Needs the duty data_steward or ai_officer (MS013, MS014) and a reason (MS018), and is never of one''s own act (MS012). MS017 unknown entry, MS024 not sealed, MS028 redacted already, MS041 the entry of a redaction, a signing key or an incarnation';

CREATE FUNCTION aims.verify_table(relation regclass, OUT key jsonb, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_verify_table';
COMMENT ON FUNCTION aims.verify_table(regclass) IS
    'Compare the live rows of a captured table with the ledger: a line for each that was altered, put in or taken out past the triggers, and one line with a count for each cause why others cannot be told, as DDL that altered a column (NULL key). Reads both under one snapshot and locks out DDL alone. For whoever may SELECT the whole table, and the bundle auditor (42501); MS033 where the table is not governed. Memory: maintenance_work_mem';

CREATE FUNCTION aims.as_of(relation regclass, at timestamptz) RETURNS SETOF jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_as_of';
COMMENT ON FUNCTION aims.as_of(regclass, timestamptz) IS
    'Rows of a captured table by all entries of the newest seal not after that time, each as it was written and checked against the digest in the tree: all of them, or MS029. For whoever may SELECT the whole table, and the bundle auditor (42501). Of a time before the table was governed again for the bundle auditor alone. MS029 also where nothing was sealed then or the table was not governed';

CREATE FUNCTION aims.rows_as_of(
        relation regclass, at timestamptz,
        OUT key jsonb, OUT entry_id bigint, OUT image jsonb, OUT problem text) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_rows_as_of';
COMMENT ON FUNCTION aims.rows_as_of(regclass, timestamptz) IS
    'The same as aims.as_of with the key of each row and the entry that wrote it (NULL: the row is older than governance); rows that are not known come with the problem instead of an image';

CREATE FUNCTION aims.history(relation regclass, key jsonb) RETURNS SETOF aims.audit_entry
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_history';
COMMENT ON FUNCTION aims.history(regclass, jsonb) IS
    'Ledger entries of the row with that primary key, in the order of the tree, then those not sealed yet; also those from before the table or its key was renamed and, for the bundle auditor, from before it was governed again. salt is NULL. For whoever may SELECT the whole table, and the bundle auditor (42501); 22023 where the key is not the table''s, MS033 where the relation never was governed';

CREATE FUNCTION aims.rebaseline(relation regclass, reason text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'aims_rebaseline';
COMMENT ON FUNCTION aims.rebaseline(regclass, text) IS
    'Write an entry BASELINE for every captured live row, so that aims.verify_table can compare rows again that DDL has rewritten: it accepts what they are now, so run that first. Writers of the table wait until the commit. Needs the duty data_steward or ai_officer (MS013, MS014) and a reason (MS018); MS033 where the table is not governed';
