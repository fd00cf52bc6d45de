-- Where findings go: each kind to whoever holds a duty, within a number of
-- days (ISO/IEC 42001 9.1, 10.2).

CREATE TABLE aims.finding_kind (
    kind         aims.slug NOT NULL,
    title        text      NOT NULL,
    duty         text      NOT NULL DEFAULT 'system_owner',
    days         integer   NOT NULL DEFAULT 30,
    framework    aims.slug NOT NULL DEFAULT 'iso42001',
    ref          aims.control_ref NOT NULL DEFAULT '10.2',
    opens_capa   boolean   NOT NULL DEFAULT false,
    re_evaluates boolean   NOT NULL DEFAULT false,
    shipped      boolean   NOT NULL DEFAULT false,
    CONSTRAINT finding_kind_pkey PRIMARY KEY (kind, shipped),
    CONSTRAINT finding_kind_requirement_fkey FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT finding_kind_title_given CHECK (title ~ '\S'),
    CONSTRAINT finding_kind_duty_known CHECK (duty IN (
        'executive_sponsor', 'ai_officer', 'committee_member', 'system_owner',
        'clinical_reviewer', 'internal_auditor', 'risk_owner', 'data_steward')),
    CONSTRAINT finding_kind_days_counted CHECK (days BETWEEN 0 AND 3650)
);
SELECT pg_catalog.pg_extension_config_dump('aims.finding_kind', 'WHERE NOT shipped');
COMMENT ON TABLE aims.finding_kind IS
    'Who deals with a sort of finding, and by when. A site''s row (shipped = false) is taken instead of the shipped one of the same kind, but that it adds consequences and takes none away; kinds without a row go to the system owner within 30 days (ISO/IEC 42001 10.2)';
COMMENT ON COLUMN aims.finding_kind.kind IS 'Sort of finding, as in aims.finding';
COMMENT ON COLUMN aims.finding_kind.title IS 'What it is, in a few words';
COMMENT ON COLUMN aims.finding_kind.duty IS
    'Duty of whoever deals with it, for its system or, without one, for the organisation';
COMMENT ON COLUMN aims.finding_kind.days IS 'Days within which it is dealt with';
COMMENT ON COLUMN aims.finding_kind.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.finding_kind.ref IS 'Requirement that it touches';
COMMENT ON COLUMN aims.finding_kind.opens_capa IS 'Does it open a corrective action by itself, in this row or the shipped one? (10.2)';
COMMENT ON COLUMN aims.finding_kind.re_evaluates IS
    'Does it move its system from deployment or operation to re_evaluation by itself, in this row or the shipped one? (A.6.2.6)';
COMMENT ON COLUMN aims.finding_kind.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.finding_kind (kind, title, duty, days, ref, opens_capa, re_evaluates, shipped) VALUES
    ('emergency_transition', 'System moved in an emergency, past its gate', 'system_owner', 14, '8.1', true, false, true),
    ('version_changed', 'Model version in use without an approved request', 'system_owner', 7, '6.3', false, false, true),
    ('schema_changed', 'Schema of a table changed that a system reads', 'data_steward', 14, 'A.7.4', false, false, true),
    ('output_not_refused', 'Output that a replica applied and could not refuse', 'system_owner', 3, 'A.6.2.8', false, false, true),
    ('governed_table_dropped', 'Table dropped that was governed', 'ai_officer', 3, 'A.6.2.8', false, false, true),
    ('governed_table_renamed', 'Governed table under another name', 'ai_officer', 7, 'A.6.2.8', false, false, true),
    ('rebuilt_table_not_governed', 'Table made anew that cannot be governed again', 'ai_officer', 3, 'A.6.2.8', false, false, true),
    ('monitor_breach', 'Monitor over its threshold', 'system_owner', 7, 'A.6.2.6', false, false, true),
    ('monitor_silent', 'Monitor due that did not report', 'system_owner', 3, '9.1', false, false, true),
    ('imported_gate', 'Requirement that a system taken over in operation has not met', 'system_owner', 90, '8.1', false, false, true),
    ('incident', 'Incident with harm, or of high severity', 'ai_officer', 30, 'A.8.4', false, false, true),
    ('vendor_notice', 'Change announced by the vendor of a system in use', 'system_owner', 14, 'A.10.3', false, false, true),
    ('re_evaluation_due', 'Periodic re-evaluation due', 'system_owner', 30, '8.2', false, false, true);

CREATE VIEW aims.finding_route WITH (security_barrier) AS
SELECT DISTINCT ON (k.kind) k.kind::text, k.title, k.duty, k.days, k.framework::text, k.ref,
       bool_or(k.opens_capa) OVER either AS opens_capa, bool_or(k.re_evaluates) OVER either AS re_evaluates
  FROM aims.finding_kind AS k
WINDOW either AS (PARTITION BY k.kind)
 ORDER BY k.kind, k.shipped;
COMMENT ON VIEW aims.finding_route IS
    'The row of aims.finding_kind that counts for each kind: the site''s own before the shipped one (ISO/IEC 42001 10.2)';
COMMENT ON COLUMN aims.finding_route.kind IS 'Sort of finding';
COMMENT ON COLUMN aims.finding_route.title IS 'What it is, in a few words';
COMMENT ON COLUMN aims.finding_route.duty IS 'Duty of whoever deals with it';
COMMENT ON COLUMN aims.finding_route.days IS 'Days within which it is dealt with';
COMMENT ON COLUMN aims.finding_route.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.finding_route.ref IS 'Requirement that it touches';
COMMENT ON COLUMN aims.finding_route.opens_capa IS 'Does it open a corrective action by itself?';
COMMENT ON COLUMN aims.finding_route.re_evaluates IS 'Does it move its system to re_evaluation by itself?';
