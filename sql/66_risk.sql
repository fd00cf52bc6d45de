-- Risk: register, criteria, appetite, treatment, acceptance (ISO/IEC 42001
-- 6.1.1 to 6.1.3, 8.2, 8.3).
--
-- People state likelihood and severity; levels, and whether a risk may stay as
-- it is, are computed by aims.risk_register: the inherent level counts until
-- something has been done about the risk, the current one while something is
-- left to do, and the residual one only once all of it is done.

CREATE TYPE aims.risk_level AS ENUM ('low', 'moderate', 'high', 'critical');
COMMENT ON TYPE aims.risk_level IS 'Level of a risk, lowest first; computed by the matrix, never typed (ISO/IEC 42001 6.1.2)';

CREATE TABLE aims.risk_source (
    source  aims.slug PRIMARY KEY,
    title   text      NOT NULL,
    shipped boolean   NOT NULL DEFAULT false,
    CONSTRAINT risk_source_title_given CHECK (title ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.risk_source', 'WHERE NOT shipped');
COMMENT ON TABLE aims.risk_source IS
    'Catalogue of where risks of AI come from; an organisation adds its own (ISO/IEC 42001 6.1.2)';
COMMENT ON COLUMN aims.risk_source.source IS 'Slug by which risks and appetites name it';
COMMENT ON COLUMN aims.risk_source.title IS 'What it is, in a few words';
COMMENT ON COLUMN aims.risk_source.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.risk_source (source, title, shipped) VALUES
    ('bias_and_fairness',       'Groups of people are treated worse than others', true),
    ('drift_and_degradation',   'Data or practice change and the model gets worse unnoticed', true),
    ('data_poisoning',          'Data that the model learns from or works on are tampered with', true),
    ('explainability_deficit',  'Nobody can say why the output is what it is', true),
    ('automation_complacency',  'People follow the output without looking', true),
    ('privacy',                 'Personal data are seen or inferred by whom they are not meant for', true),
    ('safety',                  'Output leads to harm of patients or staff', true),
    ('security',                'The system is attacked, misled or stolen', true),
    ('third_party',             'A supplier fails, changes or leaves', true);

CREATE TABLE aims.risk_scale (
    dimension text     NOT NULL,
    step      smallint NOT NULL,
    word      text     NOT NULL,
    meaning   text,
    shipped   boolean  NOT NULL DEFAULT false,
    CONSTRAINT risk_scale_pkey PRIMARY KEY (dimension, step, shipped),
    CONSTRAINT risk_scale_dimension_known CHECK (dimension IN ('likelihood', 'severity')),
    CONSTRAINT risk_scale_step_counted CHECK (step BETWEEN 1 AND 5),
    CONSTRAINT risk_scale_word_given CHECK (word ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.risk_scale', 'WHERE NOT shipped');
COMMENT ON TABLE aims.risk_scale IS
    'Words of the steps of likelihood and severity (those of ISO 14971). A site''s own five words of a dimension replace the shipped ones as a whole (ISO/IEC 42001 6.1.1)';
COMMENT ON COLUMN aims.risk_scale.dimension IS 'likelihood or severity';
COMMENT ON COLUMN aims.risk_scale.step IS '1 (least) to 5 (most)';
COMMENT ON COLUMN aims.risk_scale.word IS 'Word for it';
COMMENT ON COLUMN aims.risk_scale.meaning IS 'What the organisation means by the word, such as a rate or a kind of harm';
COMMENT ON COLUMN aims.risk_scale.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.risk_scale (dimension, step, word, meaning, shipped) VALUES
    ('likelihood', 1, 'improbable',   'not expected in the life of the system', true),
    ('likelihood', 2, 'remote',       'once in years', true),
    ('likelihood', 3, 'occasional',   'some times a year', true),
    ('likelihood', 4, 'probable',     'some times a month', true),
    ('likelihood', 5, 'frequent',     'every week or more often', true),
    ('severity',   1, 'negligible',   'inconvenience', true),
    ('severity',   2, 'minor',        'passing harm that needs no treatment', true),
    ('severity',   3, 'serious',      'harm that needs treatment', true),
    ('severity',   4, 'critical',     'lasting harm, or danger to life', true),
    ('severity',   5, 'catastrophic', 'death', true);

CREATE TABLE aims.risk_matrix (
    likelihood smallint        NOT NULL,
    severity   smallint        NOT NULL,
    level      aims.risk_level NOT NULL,
    shipped    boolean         NOT NULL DEFAULT false,
    CONSTRAINT risk_matrix_pkey PRIMARY KEY (likelihood, severity, shipped),
    CONSTRAINT risk_matrix_likelihood_counted CHECK (likelihood BETWEEN 1 AND 5),
    CONSTRAINT risk_matrix_severity_counted CHECK (severity BETWEEN 1 AND 5)
);
SELECT pg_catalog.pg_extension_config_dump('aims.risk_matrix', 'WHERE NOT shipped');
COMMENT ON TABLE aims.risk_matrix IS
    'Level of each likelihood and severity. A site''s own 25 cells replace the shipped ones as a whole; a part of a matrix is refused (MS042) (ISO/IEC 42001 6.1.1)';
COMMENT ON COLUMN aims.risk_matrix.likelihood IS 'Step of likelihood, 1 to 5';
COMMENT ON COLUMN aims.risk_matrix.severity IS 'Step of severity, 1 to 5';
COMMENT ON COLUMN aims.risk_matrix.level IS 'Level of a risk of that likelihood and severity';
COMMENT ON COLUMN aims.risk_matrix.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.risk_matrix (likelihood, severity, level, shipped)
SELECT l.likelihood, s.severity, s.level::aims.risk_level, true
  FROM (VALUES
    (1, '{low,low,low,moderate,moderate}'::text[]),
    (2, '{low,low,moderate,moderate,high}'),
    (3, '{low,moderate,moderate,high,critical}'),
    (4, '{low,moderate,high,critical,critical}'),
    (5, '{moderate,high,high,critical,critical}')) AS l (likelihood, levels)
 CROSS JOIN unnest(l.levels) WITH ORDINALITY AS s (level, severity);

CREATE TABLE aims.risk_authority (
    level   aims.risk_level NOT NULL,
    duties  text[]          NOT NULL,
    days    integer         NOT NULL,
    shipped boolean         NOT NULL DEFAULT false,
    CONSTRAINT risk_authority_pkey PRIMARY KEY (level, shipped),
    CONSTRAINT risk_authority_duties_known CHECK (
        duties <@ ARRAY['executive_sponsor', 'ai_officer', 'committee_member'] AND cardinality(duties) > 0),
    CONSTRAINT risk_authority_days_counted CHECK (days BETWEEN 1 AND 1100)
);
SELECT pg_catalog.pg_extension_config_dump('aims.risk_authority', 'WHERE NOT shipped');
COMMENT ON TABLE aims.risk_authority IS
    'Who may accept a risk of a level, and for how long at most. A site''s own row for a level replaces the shipped one (ISO/IEC 42001 6.1.3, 5.3)';
COMMENT ON COLUMN aims.risk_authority.level IS 'Level that is accepted';
COMMENT ON COLUMN aims.risk_authority.duties IS
    'Duties of which the signer holds one for the system or the organisation: executive_sponsor, ai_officer, committee_member';
COMMENT ON COLUMN aims.risk_authority.days IS 'Longest validity of an acceptance, in days from its request';
COMMENT ON COLUMN aims.risk_authority.shipped IS 'Comes with the extension: immutable (MS016)';

INSERT INTO aims.risk_authority (level, duties, days, shipped) VALUES
    ('low',      '{committee_member,ai_officer,executive_sponsor}', 366, true),
    ('moderate', '{committee_member,ai_officer,executive_sponsor}', 366, true),
    ('high',     '{executive_sponsor}', 183, true),
    ('critical', '{executive_sponsor}', 92, true);

-- At the end of each statement: half a matrix is never in force.
CREATE FUNCTION aims.check_risk_criteria() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    problem text;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    IF NOT aims.session_is_superuser() THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['executive_sponsor']);
    END IF;
    IF TG_TABLE_NAME = 'risk_scale' THEN
        SELECT format('Own words of %s: %s of 5.', s.dimension, count(*)) INTO problem
          FROM aims.risk_scale AS s WHERE NOT s.shipped
         GROUP BY s.dimension HAVING count(*) <> 5 LIMIT 1;
    ELSIF TG_TABLE_NAME = 'risk_matrix' THEN
        SELECT coalesce(min(f.fault), CASE WHEN count(*) NOT IN (0, 25)
                                           THEN format('Own cells: %s of 25.', count(*)) END)
          INTO problem
          FROM aims.risk_matrix AS m
          LEFT JOIN LATERAL (
               SELECT format('Likelihood %s, severity %s is %s, and likelihood %s, severity %s is %s.',
                             m.likelihood, m.severity, m.level, o.likelihood, o.severity, o.level) AS fault
                 FROM aims.risk_matrix AS o
                WHERE NOT o.shipped AND o.likelihood >= m.likelihood AND o.severity >= m.severity AND o.level < m.level
                LIMIT 1) AS f ON true
         WHERE NOT m.shipped;
    ELSIF TG_TABLE_NAME = 'risk_tolerance' THEN
        SELECT format('A loss above %s is tolerated with a probability of %s, and one above %s with %s.', t.loss, t.probability, o.loss, o.probability)
          INTO problem
          FROM aims.risk_tolerance AS t
          JOIN aims.risk_tolerance AS o ON o.loss > t.loss AND o.probability > t.probability
         LIMIT 1;
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('own rows of aims.%I make no whole', TG_TABLE_NAME),
            DETAIL = problem,
            HINT = CASE TG_TABLE_NAME WHEN 'risk_tolerance' THEN 'The larger a loss, the smaller the probability with which it is tolerated.'
                   ELSE 'They replace the shipped ones together: write or delete all of them in one statement; no level falls as likelihood or severity rises.' END;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_risk_criteria() IS
    'Trigger on aims.risk_scale, aims.risk_matrix, aims.risk_authority and aims.risk_tolerance: an executive sponsor (MS013, MS014) or a superuser sets criteria; a part of a scale or matrix, levels that fall as risk rises, or a larger loss that is tolerated more often, are refused (MS042)';

CREATE TRIGGER check_criteria AFTER INSERT OR UPDATE OR DELETE ON aims.risk_scale
    FOR EACH STATEMENT EXECUTE FUNCTION aims.check_risk_criteria();
ALTER TABLE aims.risk_scale ENABLE ALWAYS TRIGGER check_criteria;
COMMENT ON TRIGGER check_criteria ON aims.risk_scale IS 'Own words come as a whole, from the executive sponsor';
CREATE TRIGGER check_criteria AFTER INSERT OR UPDATE OR DELETE ON aims.risk_matrix
    FOR EACH STATEMENT EXECUTE FUNCTION aims.check_risk_criteria();
ALTER TABLE aims.risk_matrix ENABLE ALWAYS TRIGGER check_criteria;
COMMENT ON TRIGGER check_criteria ON aims.risk_matrix IS 'An own matrix comes as a whole, from the executive sponsor';
CREATE TRIGGER check_criteria AFTER INSERT OR UPDATE OR DELETE ON aims.risk_authority
    FOR EACH STATEMENT EXECUTE FUNCTION aims.check_risk_criteria();
ALTER TABLE aims.risk_authority ENABLE ALWAYS TRIGGER check_criteria;
COMMENT ON TRIGGER check_criteria ON aims.risk_authority IS 'Who may accept risks is the executive sponsor''s to say';

CREATE VIEW aims.risk_criteria WITH (security_barrier) AS
SELECT m.likelihood, l.word AS likelihood_word, m.severity, s.word AS severity_word, m.level
  FROM aims.risk_matrix AS m
  JOIN aims.risk_scale AS l ON l.dimension = 'likelihood' AND l.step = m.likelihood
  JOIN aims.risk_scale AS s ON s.dimension = 'severity' AND s.step = m.severity
 WHERE m.shipped = NOT EXISTS (SELECT FROM aims.risk_matrix AS o WHERE NOT o.shipped)
   AND l.shipped = NOT EXISTS (SELECT FROM aims.risk_scale AS o WHERE NOT o.shipped AND o.dimension = 'likelihood')
   AND s.shipped = NOT EXISTS (SELECT FROM aims.risk_scale AS o WHERE NOT o.shipped AND o.dimension = 'severity');
COMMENT ON VIEW aims.risk_criteria IS
    'The matrix in force with its words, 25 cells: the organisation''s own, else the shipped one (6.1.1)';
COMMENT ON COLUMN aims.risk_criteria.likelihood IS 'Step of likelihood, 1 to 5';
COMMENT ON COLUMN aims.risk_criteria.likelihood_word IS 'Its word';
COMMENT ON COLUMN aims.risk_criteria.severity IS 'Step of severity, 1 to 5';
COMMENT ON COLUMN aims.risk_criteria.severity_word IS 'Its word';
COMMENT ON COLUMN aims.risk_criteria.level IS 'Level of the cell';

-- Appetite

CREATE TABLE aims.risk_appetite (
    risk_appetite_id bigint          PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    scope            text            NOT NULL DEFAULT 'organisation',
    domain           text,
    clinical_tier    aims.clinical_tier,
    source           aims.slug       CONSTRAINT risk_appetite_source_fkey REFERENCES aims.risk_source,
    level            aims.risk_level NOT NULL,
    justification    text            NOT NULL,
    valid_from       date            NOT NULL DEFAULT aims.today(),
    valid_until      date,
    status           text            NOT NULL DEFAULT 'proposed',
    approved_at      timestamptz,
    approved_by      aims.slug       CONSTRAINT risk_appetite_approved_by_fkey REFERENCES aims.person,
    created_at       timestamptz,
    created_by       aims.slug       CONSTRAINT risk_appetite_created_by_fkey REFERENCES aims.person,
    CONSTRAINT risk_appetite_scope_known CHECK (scope IN ('organisation', 'domain', 'clinical_tier', 'source')),
    CONSTRAINT risk_appetite_scope_domain CHECK ((scope = 'domain') = (domain IS NOT NULL)),
    CONSTRAINT risk_appetite_scope_tier CHECK ((scope = 'clinical_tier') = (clinical_tier IS NOT NULL)),
    CONSTRAINT risk_appetite_scope_source CHECK ((scope = 'source') = (source IS NOT NULL)),
    CONSTRAINT risk_appetite_domain_known CHECK (domain IN ('clinical', 'operational', 'research')),
    CONSTRAINT risk_appetite_justified CHECK (justification ~ '\S'),
    CONSTRAINT risk_appetite_dates_finite CHECK (isfinite(valid_from) AND isfinite(valid_until)),
    CONSTRAINT risk_appetite_dates_in_order CHECK (valid_until >= valid_from),
    CONSTRAINT risk_appetite_status_known CHECK (status IN ('proposed', 'approved', 'rejected', 'withdrawn'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.risk_appetite', '');
SELECT pg_catalog.pg_extension_config_dump('aims.risk_appetite_risk_appetite_id_seq', '');
COMMENT ON TABLE aims.risk_appetite IS
    'Highest level of risk that the organisation bears without a further decision, for itself or a narrower scope. Where several apply to a risk the lowest counts; of two of one scope the later (ISO/IEC 42001 6.1.1, 6.1.2)';
COMMENT ON COLUMN aims.risk_appetite.risk_appetite_id IS 'Number of the appetite';
COMMENT ON COLUMN aims.risk_appetite.scope IS 'organisation, domain, clinical_tier or source';
COMMENT ON COLUMN aims.risk_appetite.domain IS 'For risks of systems of this domain (scope domain)';
COMMENT ON COLUMN aims.risk_appetite.clinical_tier IS 'For risks of systems of this tier (scope clinical_tier); a system without a decided tier counts as critical';
COMMENT ON COLUMN aims.risk_appetite.source IS 'For risks from this source (scope source)';
COMMENT ON COLUMN aims.risk_appetite.level IS 'Highest level that is within appetite';
COMMENT ON COLUMN aims.risk_appetite.justification IS 'Why so much, and no more';
COMMENT ON COLUMN aims.risk_appetite.valid_from IS 'First day that it counts';
COMMENT ON COLUMN aims.risk_appetite.valid_until IS 'Last day that it counts; NULL: until a later one of its scope is approved';
COMMENT ON COLUMN aims.risk_appetite.status IS 'proposed, approved, rejected or withdrawn; moved by aims.record_move';
COMMENT ON COLUMN aims.risk_appetite.approved_at IS 'When it was approved, by the server''s clock';
COMMENT ON COLUMN aims.risk_appetite.approved_by IS 'Who approved it';
COMMENT ON COLUMN aims.risk_appetite.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.risk_appetite.created_by IS 'Who entered it; may not approve it';

-- The register

CREATE TABLE aims.risk (
    risk_id             bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    system              aims.slug   CONSTRAINT risk_system_fkey REFERENCES aims.ai_system,
    vendor              aims.slug   CONSTRAINT risk_vendor_fkey REFERENCES aims.vendor,
    title               text        NOT NULL,
    source              aims.slug   NOT NULL
                        CONSTRAINT risk_source_fkey REFERENCES aims.risk_source,
    description         text,
    consequence         text,
    owner               aims.slug   CONSTRAINT risk_owner_fkey REFERENCES aims.person,
    finding             bigint      CONSTRAINT risk_finding_fkey REFERENCES aims.finding,
    inherent_likelihood smallint,
    inherent_severity   smallint,
    current_likelihood  smallint,
    current_severity    smallint,
    residual_likelihood smallint,
    residual_severity   smallint,
    treatment           text,
    review_due          date,
    status              text        NOT NULL DEFAULT 'open',
    closing_reason      text,
    submitted_at        timestamptz,
    submitted_by        aims.slug   CONSTRAINT risk_submitted_by_fkey REFERENCES aims.person,
    closed_at           timestamptz,
    closed_by           aims.slug   CONSTRAINT risk_closed_by_fkey REFERENCES aims.person,
    created_at          timestamptz,
    created_by          aims.slug   CONSTRAINT risk_created_by_fkey REFERENCES aims.person,
    CONSTRAINT risk_title_given CHECK (title ~ '\S'),
    CONSTRAINT risk_description_given CHECK (description ~ '\S'),
    CONSTRAINT risk_consequence_given CHECK (consequence ~ '\S'),
    CONSTRAINT risk_steps_counted CHECK (
        1 <= ALL (ARRAY[inherent_likelihood, inherent_severity, current_likelihood, current_severity,
                        residual_likelihood, residual_severity])
        AND 5 >= ALL (ARRAY[inherent_likelihood, inherent_severity, current_likelihood, current_severity,
                            residual_likelihood, residual_severity])),
    CONSTRAINT risk_inherent_whole CHECK (num_nonnulls(inherent_likelihood, inherent_severity) IN (0, 2)),
    CONSTRAINT risk_current_whole CHECK (num_nonnulls(current_likelihood, current_severity) IN (0, 2)),
    CONSTRAINT risk_residual_whole CHECK (num_nonnulls(residual_likelihood, residual_severity) IN (0, 2)),
    CONSTRAINT risk_inherent_first CHECK (
        inherent_likelihood IS NOT NULL OR num_nonnulls(current_likelihood, residual_likelihood) = 0),
    CONSTRAINT risk_current_not_above CHECK (
        current_likelihood <= inherent_likelihood AND current_severity <= inherent_severity),
    CONSTRAINT risk_residual_not_above CHECK (
        residual_likelihood <= least(current_likelihood, inherent_likelihood)
        AND residual_severity <= least(current_severity, inherent_severity)),
    CONSTRAINT risk_treatment_known CHECK (treatment IN ('modify', 'avoid', 'share', 'retain')),
    CONSTRAINT risk_review_due_finite CHECK (isfinite(review_due)),
    CONSTRAINT risk_closing_reason_given CHECK (closing_reason ~ '\S'),
    CONSTRAINT risk_status_known CHECK (status IN ('open', 'closing', 'closed'))
);
CREATE INDEX risk_system_idx ON aims.risk (system) WHERE system IS NOT NULL;
CREATE INDEX risk_vendor_idx ON aims.risk (vendor) WHERE vendor IS NOT NULL;
CREATE INDEX risk_finding_idx ON aims.risk (finding) WHERE finding IS NOT NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.risk', '');
SELECT pg_catalog.pg_extension_config_dump('aims.risk_risk_id_seq', '');
COMMENT ON TABLE aims.risk IS
    'Risks of AI systems, vendors and the organisation, as people assess them; read them as aims.risk_register, where levels are computed (ISO/IEC 42001 6.1.2, 8.2)';
COMMENT ON INDEX aims.risk_system_idx IS 'Risks of an AI system';
COMMENT ON INDEX aims.risk_vendor_idx IS 'Risks of a vendor';
COMMENT ON INDEX aims.risk_finding_idx IS 'Risks that came of a finding';
COMMENT ON COLUMN aims.risk.risk_id IS 'Number of the risk';
COMMENT ON COLUMN aims.risk.system IS 'AI system that it is a risk of; never changes. Neither system nor vendor: the organisation''s';
COMMENT ON COLUMN aims.risk.vendor IS 'Vendor that it comes with; never changes';
COMMENT ON COLUMN aims.risk.title IS 'The risk in a few words';
COMMENT ON COLUMN aims.risk.source IS 'Where it comes from (aims.risk_source)';
COMMENT ON COLUMN aims.risk.description IS 'How it comes about';
COMMENT ON COLUMN aims.risk.consequence IS 'What happens then, and to whom';
COMMENT ON COLUMN aims.risk.owner IS 'Person who answers for it; NULL: nobody yet, and the risk does not count as assessed. Never accepts or closes it';
COMMENT ON COLUMN aims.risk.finding IS 'Finding that it was identified by; effects of impact assessments: aims.impact_risk';
COMMENT ON COLUMN aims.risk.inherent_likelihood IS 'Likelihood with nothing done about it, step 1 to 5 of aims.risk_scale; NULL: not assessed yet';
COMMENT ON COLUMN aims.risk.inherent_severity IS 'Severity with nothing done about it, step 1 to 5';
COMMENT ON COLUMN aims.risk.current_likelihood IS 'Likelihood with what is done today, step 1 to 5; not above the inherent one';
COMMENT ON COLUMN aims.risk.current_severity IS 'Severity with what is done today, step 1 to 5';
COMMENT ON COLUMN aims.risk.residual_likelihood IS 'Likelihood once all treatments are done, step 1 to 5; above neither the inherent nor the current one';
COMMENT ON COLUMN aims.risk.residual_severity IS 'Severity once all treatments are done, step 1 to 5';
COMMENT ON COLUMN aims.risk.treatment IS 'How it is dealt with: modify, avoid, share or retain; NULL: not decided (6.1.3)';
COMMENT ON COLUMN aims.risk.review_due IS 'Day by which it is assessed again; later it is overdue';
COMMENT ON COLUMN aims.risk.status IS
    'open, closing (its owner asks that it be closed) or closed (another person has signed that it is gone); moved by aims.record_move';
COMMENT ON COLUMN aims.risk.closing_reason IS 'Why it is no risk any more; needed to ask for its closing';
COMMENT ON COLUMN aims.risk.submitted_at IS 'When its closing was asked for, by the server''s clock';
COMMENT ON COLUMN aims.risk.submitted_by IS 'Who asked; may not close it';
COMMENT ON COLUMN aims.risk.closed_at IS 'When it was closed last, by the server''s clock';
COMMENT ON COLUMN aims.risk.closed_by IS 'Who signed that';
COMMENT ON COLUMN aims.risk.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.risk.created_by IS 'Who entered it';

CREATE TABLE aims.risk_treatment (
    risk_treatment_id bigint           PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    risk_id           bigint           NOT NULL
                      CONSTRAINT risk_treatment_risk_fkey REFERENCES aims.risk,
    system            aims.slug        CONSTRAINT risk_treatment_system_fkey REFERENCES aims.ai_system,
    vendor            aims.slug        CONSTRAINT risk_treatment_vendor_fkey REFERENCES aims.vendor,
    action            text             NOT NULL,
    framework         aims.slug,
    ref               aims.control_ref,
    owner             aims.slug        NOT NULL
                      CONSTRAINT risk_treatment_owner_fkey REFERENCES aims.person,
    due_on            date             NOT NULL,
    annual_cost       numeric,
    evidence          bigint           CONSTRAINT risk_treatment_evidence_fkey REFERENCES aims.evidence,
    status            text             NOT NULL DEFAULT 'planned',
    cancelling_reason text,
    done_at           timestamptz,
    done_by           aims.slug        CONSTRAINT risk_treatment_done_by_fkey REFERENCES aims.person,
    created_at        timestamptz,
    created_by        aims.slug        CONSTRAINT risk_treatment_created_by_fkey REFERENCES aims.person,
    CONSTRAINT risk_treatment_control_fkey
        FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT risk_treatment_control_whole CHECK ((framework IS NULL) = (ref IS NULL)),
    CONSTRAINT risk_treatment_action_given CHECK (action ~ '\S'),
    CONSTRAINT risk_treatment_due_on_finite CHECK (isfinite(due_on)),
    CONSTRAINT risk_treatment_annual_cost_counted CHECK (annual_cost >= 0 AND annual_cost < 'Infinity'),
    CONSTRAINT risk_treatment_cancelling_reason_given CHECK (cancelling_reason ~ '\S'),
    CONSTRAINT risk_treatment_status_known CHECK (status IN ('planned', 'done', 'cancelled'))
);
CREATE INDEX risk_treatment_risk_idx ON aims.risk_treatment (risk_id);
CREATE INDEX risk_treatment_other_idx ON aims.risk_treatment (risk_id) WHERE system IS NULL;
CREATE INDEX risk_treatment_system_idx ON aims.risk_treatment (system) WHERE system IS NOT NULL;
CREATE INDEX risk_treatment_control_idx ON aims.risk_treatment (framework, ref) WHERE ref IS NOT NULL;
SELECT pg_catalog.pg_extension_config_dump('aims.risk_treatment', '');
SELECT pg_catalog.pg_extension_config_dump('aims.risk_treatment_risk_treatment_id_seq', '');
COMMENT ON TABLE aims.risk_treatment IS
    'Risk treatment plan: what is done about each risk, by whom, until when, as which control, and the evidence that it was done (ISO/IEC 42001 6.1.3, 8.3)';
COMMENT ON INDEX aims.risk_treatment_risk_idx IS 'Treatments of a risk';
COMMENT ON INDEX aims.risk_treatment_other_idx IS 'Treatments of the risks of vendors and the organisation';
COMMENT ON INDEX aims.risk_treatment_system_idx IS 'Treatments of the risks of an AI system';
COMMENT ON INDEX aims.risk_treatment_control_idx IS 'Risks that a control treats';
COMMENT ON COLUMN aims.risk_treatment.risk_treatment_id IS 'Number of the treatment';
COMMENT ON COLUMN aims.risk_treatment.risk_id IS 'The risk';
COMMENT ON COLUMN aims.risk_treatment.system IS 'AI system of the risk; the server''s to say';
COMMENT ON COLUMN aims.risk_treatment.vendor IS 'Vendor of the risk; the server''s to say';
COMMENT ON COLUMN aims.risk_treatment.action IS 'What is to be done';
COMMENT ON COLUMN aims.risk_treatment.framework IS 'Framework of the control that it puts into practice';
COMMENT ON COLUMN aims.risk_treatment.ref IS 'That control';
COMMENT ON COLUMN aims.risk_treatment.owner IS 'Person who does it';
COMMENT ON COLUMN aims.risk_treatment.due_on IS 'Day by which it is done; later it is overdue';
COMMENT ON COLUMN aims.risk_treatment.annual_cost IS 'What it costs a year, in the currency of the estimates; NULL: not known';
COMMENT ON COLUMN aims.risk_treatment.evidence IS
    'Evidence that it was done, and goes on working: the treatment counts while this is in force. About its system or vendor, or the organisation (aims.evidence_fits). May be replaced by newer evidence at any time';
COMMENT ON COLUMN aims.risk_treatment.status IS 'planned, done or cancelled; moved by aims.record_move';
COMMENT ON COLUMN aims.risk_treatment.cancelling_reason IS 'Why it is not done after all; needed to cancel it';
COMMENT ON COLUMN aims.risk_treatment.done_at IS 'When it was reported done, by the server''s clock';
COMMENT ON COLUMN aims.risk_treatment.done_by IS 'Who reported it';
COMMENT ON COLUMN aims.risk_treatment.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.risk_treatment.created_by IS 'Who entered it';

CREATE TABLE aims.risk_acceptance (
    risk_acceptance_id bigint      PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    risk_id            bigint      NOT NULL
                       CONSTRAINT risk_acceptance_risk_fkey REFERENCES aims.risk,
    system             aims.slug   CONSTRAINT risk_acceptance_system_fkey REFERENCES aims.ai_system,
    vendor             aims.slug   CONSTRAINT risk_acceptance_vendor_fkey REFERENCES aims.vendor,
    likelihood         smallint    NOT NULL,
    severity           smallint    NOT NULL,
    level              aims.risk_level NOT NULL,
    justification      text        NOT NULL,
    conditions         text,
    valid_until        date        NOT NULL,
    status             text        NOT NULL DEFAULT 'requested',
    decided_at         timestamptz,
    decided_by         aims.slug   CONSTRAINT risk_acceptance_decided_by_fkey REFERENCES aims.person,
    created_at         timestamptz,
    created_by         aims.slug   CONSTRAINT risk_acceptance_created_by_fkey REFERENCES aims.person,
    CONSTRAINT risk_acceptance_justified CHECK (justification ~ '\S'),
    CONSTRAINT risk_acceptance_conditions_given CHECK (conditions ~ '\S'),
    CONSTRAINT risk_acceptance_valid_until_finite CHECK (isfinite(valid_until)),
    CONSTRAINT risk_acceptance_status_known CHECK (status IN ('requested', 'accepted', 'rejected', 'withdrawn'))
);
CREATE INDEX risk_acceptance_risk_idx ON aims.risk_acceptance (risk_id);
CREATE INDEX risk_acceptance_accepted_idx ON aims.risk_acceptance (system, risk_id) WHERE status = 'accepted';
SELECT pg_catalog.pg_extension_config_dump('aims.risk_acceptance', '');
SELECT pg_catalog.pg_extension_config_dump('aims.risk_acceptance_risk_acceptance_id_seq', '');
COMMENT ON TABLE aims.risk_acceptance IS
    'Decisions to bear a risk above appetite for a time, signed by the authority for its level (aims.risk_authority). One covers the likelihood and severity that it was requested for: when the risk rises, or the day is over, the risk is back (ISO/IEC 42001 6.1.3, 8.3)';
COMMENT ON INDEX aims.risk_acceptance_risk_idx IS 'Acceptances of a risk';
COMMENT ON INDEX aims.risk_acceptance_accepted_idx IS 'Signed acceptances of the risks of an AI system, or of no system';
COMMENT ON COLUMN aims.risk_acceptance.risk_acceptance_id IS 'Number of the acceptance';
COMMENT ON COLUMN aims.risk_acceptance.risk_id IS 'The risk';
COMMENT ON COLUMN aims.risk_acceptance.system IS 'AI system of the risk; the server''s to say';
COMMENT ON COLUMN aims.risk_acceptance.vendor IS 'Vendor of the risk; the server''s to say';
COMMENT ON COLUMN aims.risk_acceptance.likelihood IS 'Likelihood that counted for the risk at the request, whatever is typed; more is not covered';
COMMENT ON COLUMN aims.risk_acceptance.severity IS 'Severity that counted, likewise';
COMMENT ON COLUMN aims.risk_acceptance.level IS 'Level that counted, likewise; decides who may sign';
COMMENT ON COLUMN aims.risk_acceptance.justification IS 'Why the risk is borne';
COMMENT ON COLUMN aims.risk_acceptance.conditions IS 'On which conditions';
COMMENT ON COLUMN aims.risk_acceptance.valid_until IS 'Last day that it counts; how far away it may be says aims.risk_authority (MS044)';
COMMENT ON COLUMN aims.risk_acceptance.status IS 'requested, accepted, rejected or withdrawn; moved by aims.record_move';
COMMENT ON COLUMN aims.risk_acceptance.decided_at IS 'When it was accepted or rejected, by the server''s clock';
COMMENT ON COLUMN aims.risk_acceptance.decided_by IS 'Who decided';
COMMENT ON COLUMN aims.risk_acceptance.created_at IS 'When it was requested, by the server''s clock';
COMMENT ON COLUMN aims.risk_acceptance.created_by IS 'Who requested it; may not sign it, nor may the owner of the risk';

INSERT INTO aims.record_kind (record, key, title, approvers, authors, editable, unsigned, parts, renewed) VALUES
    ('risk_appetite', 'risk_appetite_id', 'risk appetite', '{executive_sponsor,ai_officer}', '{created_by}',
     '{proposed}', '{}', '{}', '{}'),
    ('risk', 'risk_id', 'risk', '{committee_member,ai_officer,executive_sponsor}', '{owner,submitted_by}',
     '{open}', '{}', '{risk_scenario}', '{}'),
    ('risk_treatment', 'risk_treatment_id', 'risk treatment', '{}', '{}',
     '{planned}', '{evidence}', '{}', '{evidence}'),
    ('risk_acceptance', 'risk_acceptance_id', 'risk acceptance', '{committee_member,ai_officer,executive_sponsor}',
     '{created_by}', '{requested}', '{}', '{}', '{}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, named, four_eyes, needs, decision, stamp_at, stamp_by) VALUES
    ('risk_appetite', NULL, 'proposed', '{executive_sponsor,ai_officer}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('risk_appetite', 'proposed', 'approved', '{}', '{}', '{}', '{}', 'approve', 'approved_at', 'approved_by'),
    ('risk_appetite', 'proposed', 'rejected', '{}', '{}', '{}', '{}', 'reject', NULL, NULL),
    ('risk_appetite', 'proposed', 'withdrawn', '{executive_sponsor,ai_officer}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('risk', NULL, 'open', '{}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('risk', 'open', 'closing', '{risk_owner,system_owner,ai_officer}', '{owner}', '{}', '{closing_reason}', NULL,
     'submitted_at', 'submitted_by'),
    ('risk', 'closing', 'closed', '{}', '{}', '{}', '{}', 'approve', 'closed_at', 'closed_by'),
    ('risk', 'closing', 'open', '{}', '{}', '{}', '{}', 'reject', NULL, NULL),
    ('risk', 'closed', 'open', '{risk_owner,system_owner,ai_officer}', '{owner}', '{}', '{}', NULL, NULL, NULL),
    ('risk_treatment', NULL, 'planned', '{}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('risk_treatment', 'planned', 'done', '{risk_owner,system_owner,ai_officer}', '{owner}', '{}', '{evidence}', NULL,
     'done_at', 'done_by'),
    ('risk_treatment', 'planned', 'cancelled', '{risk_owner,system_owner,ai_officer}', '{}', '{}', '{cancelling_reason}', NULL, NULL, NULL),
    ('risk_acceptance', NULL, 'requested', '{}', '{}', '{}', '{}', NULL, NULL, NULL),
    ('risk_acceptance', 'requested', 'accepted', '{}', '{}', '{}', '{}', 'approve', 'decided_at', 'decided_by'),
    ('risk_acceptance', 'requested', 'rejected', '{}', '{}', '{}', '{}', 'reject', 'decided_at', 'decided_by'),
    ('risk_acceptance', 'requested', 'withdrawn', '{risk_owner,system_owner,ai_officer}', '{created_by}', '{}', '{}', NULL, NULL, NULL),
    ('risk_acceptance', 'accepted', 'withdrawn', '{risk_owner,system_owner,ai_officer,executive_sponsor}', '{}', '{}', '{}', NULL, NULL, NULL);

CREATE VIEW aims.risk_treated WITH (security_barrier) AS
SELECT t.risk_id, t.system,
       bool_or(t.status = 'done') AS done,
       bool_or(t.status = 'planned') AS planned,
       bool_or(t.status = 'done' AND e.evidence_id IS NOT NULL) AS lapsed,
       count(*) FILTER (WHERE t.status = 'done') AS treatments_done,
       count(*) FILTER (WHERE t.status = 'planned') AS treatments_open,
       count(*) FILTER (WHERE t.status = 'planned' AND t.due_on < (SELECT aims.today())) AS treatments_overdue
  FROM aims.risk_treatment AS t
  LEFT JOIN aims.evidence_state AS e ON e.evidence_id = t.evidence AND e.state <> 'in_force'
 GROUP BY t.risk_id, t.system;
COMMENT ON VIEW aims.risk_treated IS
    'How far each risk that has treatments is treated, as of today (6.1.3, 8.3)';
COMMENT ON COLUMN aims.risk_treated.risk_id IS 'Number of the risk';
COMMENT ON COLUMN aims.risk_treated.system IS 'Its AI system';
COMMENT ON COLUMN aims.risk_treated.done IS 'Is a treatment reported done?';
COMMENT ON COLUMN aims.risk_treated.planned IS 'Is one planned?';
COMMENT ON COLUMN aims.risk_treated.lapsed IS 'Is there one reported done whose evidence does not count today (aims.evidence_state)?';
COMMENT ON COLUMN aims.risk_treated.treatments_done IS 'Treatments that are reported done';
COMMENT ON COLUMN aims.risk_treated.treatments_open IS 'Treatments that are planned';
COMMENT ON COLUMN aims.risk_treated.treatments_overdue IS 'Those of them whose day is over';

CREATE VIEW aims.risk_accepted WITH (security_barrier) AS
SELECT DISTINCT ON (a.system, a.risk_id)
       a.risk_id, a.system, a.risk_acceptance_id, a.likelihood, a.severity, a.level, a.valid_until
  FROM aims.risk_acceptance AS a
 WHERE a.status = 'accepted'
 ORDER BY a.system, a.risk_id, a.decided_at DESC, a.risk_acceptance_id DESC;
COMMENT ON VIEW aims.risk_accepted IS 'The acceptance of each risk that was signed last, in force or not (6.1.3)';
COMMENT ON COLUMN aims.risk_accepted.risk_id IS 'Number of the risk';
COMMENT ON COLUMN aims.risk_accepted.system IS 'Its AI system';
COMMENT ON COLUMN aims.risk_accepted.risk_acceptance_id IS 'Number of the acceptance';
COMMENT ON COLUMN aims.risk_accepted.likelihood IS 'Likelihood that was accepted';
COMMENT ON COLUMN aims.risk_accepted.severity IS 'Severity that was accepted';
COMMENT ON COLUMN aims.risk_accepted.level IS 'Level that was accepted';
COMMENT ON COLUMN aims.risk_accepted.valid_until IS 'Last day that it counts';

-- What belongs to risks of systems is joined by system, too, so that one
-- system's rows are found by index; what belongs to other risks apart, so that
-- nothing of theirs is read where one system is asked about.
-- Words and levels are looked up in arrays of 5 and 25.
CREATE VIEW aims.risk_register WITH (security_barrier) AS
WITH criteria AS (
    SELECT array_agg(c.level ORDER BY c.likelihood, c.severity) AS levels,
           array_agg(c.likelihood_word ORDER BY c.likelihood) FILTER (WHERE c.severity = 1) AS likelihoods,
           array_agg(c.severity_word ORDER BY c.severity) FILTER (WHERE c.likelihood = 1) AS severities
      FROM aims.risk_criteria AS c
), appetite AS (
    SELECT DISTINCT ON (a.scope, a.domain, a.clinical_tier, a.source)
           a.scope, a.domain, a.clinical_tier, a.source, a.level
      FROM aims.risk_appetite AS a
     WHERE a.status = 'approved'
       AND (SELECT aims.today()) BETWEEN a.valid_from AND coalesce(a.valid_until, 'infinity')
     ORDER BY a.scope, a.domain, a.clinical_tier, a.source, a.valid_from DESC, a.approved_at DESC, a.risk_appetite_id DESC
)
SELECT r.risk_id, r.system::text, r.vendor::text, r.title, r.source::text, r.owner::text, r.status, r.treatment,
       (SELECT c.likelihoods FROM criteria AS c)[r.inherent_likelihood] AS inherent_likelihood,
       (SELECT c.severities FROM criteria AS c)[r.inherent_severity] AS inherent_severity,
       (SELECT c.levels FROM criteria AS c)[5 * (r.inherent_likelihood - 1) + r.inherent_severity] AS inherent_level,
       (SELECT c.likelihoods FROM criteria AS c)[r.current_likelihood] AS current_likelihood,
       (SELECT c.severities FROM criteria AS c)[r.current_severity] AS current_severity,
       (SELECT c.levels FROM criteria AS c)[5 * (r.current_likelihood - 1) + r.current_severity] AS current_level,
       (SELECT c.likelihoods FROM criteria AS c)[r.residual_likelihood] AS residual_likelihood,
       (SELECT c.severities FROM criteria AS c)[r.residual_severity] AS residual_severity,
       (SELECT c.levels FROM criteria AS c)[5 * (r.residual_likelihood - 1) + r.residual_severity] AS residual_level,
       b.basis, k.level, l.level AS appetite,
       coalesce(k.level <= l.level, false) AS within_appetite,
       r.risk_acceptance_id, s.acceptance, r.accepted_until,
       coalesce(k.level <= l.level OR s.acceptance = 'in_force', false) AS acceptable,
       coalesce(r.treatments_done, 0) AS treatments_done,
       coalesce(r.lapsed, false) AS treatment_lapsed,
       coalesce(r.treatments_open, 0) AS treatments_open,
       coalesce(r.treatments_overdue, 0) AS treatments_overdue,
       r.review_due, coalesce(r.review_due < (SELECT aims.today()), false) AS review_overdue,
       k.likelihood, k.severity, r.finding, r.created_at
  FROM (SELECT r.*, t.done, t.planned, t.lapsed, t.treatments_done, t.treatments_open, t.treatments_overdue,
               a.risk_acceptance_id, a.likelihood AS accepted_likelihood, a.severity AS accepted_severity,
               a.level AS accepted_level, a.valid_until AS accepted_until
          FROM aims.risk AS r
          LEFT JOIN aims.risk_treated AS t ON t.risk_id = r.risk_id AND t.system = r.system
          LEFT JOIN aims.risk_accepted AS a ON a.risk_id = r.risk_id AND a.system = r.system
         WHERE r.system IS NOT NULL
        UNION ALL
        SELECT r.*, t.done, t.planned, t.lapsed, t.treatments_done, t.treatments_open, t.treatments_overdue,
               a.risk_acceptance_id, a.likelihood, a.severity, a.level, a.valid_until
          FROM aims.risk AS r
          LEFT JOIN aims.risk_treated AS t ON t.risk_id = r.risk_id AND t.system IS NULL
          LEFT JOIN aims.risk_accepted AS a ON a.risk_id = r.risk_id AND a.system IS NULL
         WHERE r.system IS NULL) AS r
  LEFT JOIN (SELECT s.system, least(d.level, c.level) AS level
               FROM aims.ai_system AS s
               LEFT JOIN appetite AS d ON d.domain = s.domain
               LEFT JOIN appetite AS c ON c.clinical_tier = coalesce(s.clinical_tier, 'critical')) AS y ON y.system = r.system
  LEFT JOIN appetite AS o ON o.source = r.source
 CROSS JOIN LATERAL (
       SELECT least((SELECT w.level FROM appetite AS w WHERE w.scope = 'organisation'), y.level, o.level) AS level) AS l
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.inherent_likelihood IS NULL THEN NULL
                   WHEN coalesce(NOT r.done OR r.lapsed, true) THEN 'inherent'
                   WHEN NOT r.planned AND r.residual_likelihood IS NOT NULL THEN 'residual'
                   WHEN r.current_likelihood IS NOT NULL THEN 'current'
                   ELSE 'inherent'
              END AS basis) AS b
 CROSS JOIN LATERAL (
       SELECT CASE b.basis WHEN 'inherent' THEN r.inherent_likelihood WHEN 'current' THEN r.current_likelihood
                           WHEN 'residual' THEN r.residual_likelihood END AS likelihood,
              CASE b.basis WHEN 'inherent' THEN r.inherent_severity WHEN 'current' THEN r.current_severity
                           WHEN 'residual' THEN r.residual_severity END AS severity) AS j
 CROSS JOIN LATERAL (
       SELECT j.likelihood, j.severity, (SELECT c.levels FROM criteria AS c)[5 * (j.likelihood - 1) + j.severity] AS level) AS k
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.risk_acceptance_id IS NULL THEN NULL
                   WHEN r.accepted_until < (SELECT aims.today()) THEN 'expired'
                   WHEN k.likelihood <= r.accepted_likelihood AND k.severity <= r.accepted_severity
                        AND k.level <= r.accepted_level THEN 'in_force'
                   ELSE 'exceeded'
              END AS acceptance) AS s;
COMMENT ON VIEW aims.risk_register IS
    'Risk register: every risk with its levels in words, what counts today, appetite, acceptance and treatments, computed on every reading (6.1.2, 6.1.3, 8.2, 8.3)';
COMMENT ON COLUMN aims.risk_register.risk_id IS 'Number of the risk (aims.risk)';
COMMENT ON COLUMN aims.risk_register.system IS 'AI system';
COMMENT ON COLUMN aims.risk_register.vendor IS 'Vendor';
COMMENT ON COLUMN aims.risk_register.title IS 'The risk in a few words';
COMMENT ON COLUMN aims.risk_register.source IS 'Where it comes from';
COMMENT ON COLUMN aims.risk_register.owner IS 'Person who answers for it';
COMMENT ON COLUMN aims.risk_register.status IS 'open, closing or closed';
COMMENT ON COLUMN aims.risk_register.treatment IS 'modify, avoid, share or retain';
COMMENT ON COLUMN aims.risk_register.inherent_likelihood IS 'Likelihood with nothing done about it, in a word';
COMMENT ON COLUMN aims.risk_register.inherent_severity IS 'Severity with nothing done about it, in a word';
COMMENT ON COLUMN aims.risk_register.inherent_level IS 'Their level';
COMMENT ON COLUMN aims.risk_register.current_likelihood IS 'Likelihood with what is done today, in a word';
COMMENT ON COLUMN aims.risk_register.current_severity IS 'Severity with what is done today, in a word';
COMMENT ON COLUMN aims.risk_register.current_level IS 'Their level';
COMMENT ON COLUMN aims.risk_register.residual_likelihood IS 'Likelihood once all treatments are done, in a word';
COMMENT ON COLUMN aims.risk_register.residual_severity IS 'Severity once all treatments are done, in a word';
COMMENT ON COLUMN aims.risk_register.residual_level IS 'Their level';
COMMENT ON COLUMN aims.risk_register.basis IS
    'Which assessment counts today: inherent (no treatment is done, or evidence of one has lapsed), current (some are open) or residual (all are done, with evidence in force); NULL: not assessed';
COMMENT ON COLUMN aims.risk_register.level IS 'Level that counts today; NULL: not assessed';
COMMENT ON COLUMN aims.risk_register.appetite IS 'Highest level within appetite: the lowest of those that apply; NULL: none is in force';
COMMENT ON COLUMN aims.risk_register.within_appetite IS 'Is the level that counts within appetite? Without a level or an appetite: no';
COMMENT ON COLUMN aims.risk_register.risk_acceptance_id IS 'The acceptance that was signed last';
COMMENT ON COLUMN aims.risk_register.acceptance IS
    'in_force, expired (its last day is over) or exceeded (the risk, or the level of its cell, has risen above what was accepted); NULL: never accepted';
COMMENT ON COLUMN aims.risk_register.accepted_until IS 'Last day of that acceptance';
COMMENT ON COLUMN aims.risk_register.acceptable IS 'Is it within appetite, or accepted in force?';
COMMENT ON COLUMN aims.risk_register.treatments_done IS 'Treatments that are reported done';
COMMENT ON COLUMN aims.risk_register.treatment_lapsed IS 'Is there one among them whose evidence does not count today (aims.evidence_state)?';
COMMENT ON COLUMN aims.risk_register.treatments_open IS 'Treatments that are planned';
COMMENT ON COLUMN aims.risk_register.treatments_overdue IS 'Those of them whose day is over';
COMMENT ON COLUMN aims.risk_register.review_due IS 'Day by which it is assessed again';
COMMENT ON COLUMN aims.risk_register.review_overdue IS 'Is that day over?';
COMMENT ON COLUMN aims.risk_register.likelihood IS 'Likelihood that counts today, step 1 to 5';
COMMENT ON COLUMN aims.risk_register.severity IS 'Severity that counts today, step 1 to 5';
COMMENT ON COLUMN aims.risk_register.finding IS 'Finding that it was identified by';
COMMENT ON COLUMN aims.risk_register.created_at IS 'When it was entered';

CREATE VIEW aims.risk_authority_in_force WITH (security_barrier) AS
SELECT DISTINCT ON (a.level) a.level, a.duties, a.days
  FROM aims.risk_authority AS a
 ORDER BY a.level, a.shipped;
COMMENT ON VIEW aims.risk_authority_in_force IS
    'Who may accept a risk of each level, and for how long: the organisation''s own row, else the shipped one (6.1.3)';
COMMENT ON COLUMN aims.risk_authority_in_force.level IS 'Level that is accepted';
COMMENT ON COLUMN aims.risk_authority_in_force.duties IS 'Duties of which the signer holds one';
COMMENT ON COLUMN aims.risk_authority_in_force.days IS 'Longest validity, in days';

CREATE FUNCTION aims.keep_risk_subject() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'MS041',
        MESSAGE = format('risk "%s" stays with what it is a risk of', OLD.risk_id),
        DETAIL = format('Its system is %s, its vendor %s.', coalesce(OLD.system, 'none'), coalesce(OLD.vendor, 'none')),
        HINT = 'Enter another risk, and have this one closed.';
END $$;
COMMENT ON FUNCTION aims.keep_risk_subject() IS
    'Trigger on aims.risk: refuses (MS041) that a risk moves to another system or vendor, where a gate would not see it';
CREATE TRIGGER keep_subject BEFORE UPDATE ON aims.risk
    FOR EACH ROW WHEN ((OLD.system, OLD.vendor) IS DISTINCT FROM (NEW.system, NEW.vendor))
    EXECUTE FUNCTION aims.keep_risk_subject();
ALTER TABLE aims.risk ENABLE ALWAYS TRIGGER keep_subject;
COMMENT ON TRIGGER keep_subject ON aims.risk IS 'A risk stays with its system';

-- These fire before the trigger guard, by their names: it judges duties by the
-- system that they set.
CREATE FUNCTION aims.take_risk_subject() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    present aims.risk;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.risk_id := OLD.risk_id;
    END IF;
    SELECT r.* INTO present FROM aims.risk AS r WHERE r.risk_id = NEW.risk_id FOR KEY SHARE;
    IF TG_OP = 'INSERT' AND present.status = 'closed' THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('risk "%s" is closed', NEW.risk_id),
            DETAIL = format('%s closed it on %s.', present.closed_by, aims.day(present.closed_at)),
            HINT = format('Open it again: UPDATE aims.risk SET status = ''open'' WHERE risk_id = %s', NEW.risk_id);
    END IF;
    NEW.system := present.system;
    NEW.vendor := present.vendor;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.take_risk_subject() IS
    'Trigger on treatments and acceptances of risks: system and vendor are the risk''s, and the risk stays the same, whatever is typed; MS015 for a risk that is closed';
CREATE TRIGGER about_risk BEFORE INSERT OR UPDATE ON aims.risk_treatment
    FOR EACH ROW EXECUTE FUNCTION aims.take_risk_subject();
ALTER TABLE aims.risk_treatment ENABLE ALWAYS TRIGGER about_risk;
COMMENT ON TRIGGER about_risk ON aims.risk_treatment IS 'A treatment is about what its risk is about';
CREATE TRIGGER about_risk BEFORE INSERT OR UPDATE ON aims.risk_acceptance
    FOR EACH ROW EXECUTE FUNCTION aims.take_risk_subject();
ALTER TABLE aims.risk_acceptance ENABLE ALWAYS TRIGGER about_risk;
COMMENT ON TRIGGER about_risk ON aims.risk_acceptance IS 'An acceptance is about what its risk is about';

CREATE TRIGGER check_evidence AFTER INSERT OR UPDATE ON aims.risk_treatment
    FOR EACH ROW WHEN (NEW.evidence IS NOT NULL) EXECUTE FUNCTION aims.check_evidence_fits('evidence');
ALTER TABLE aims.risk_treatment ENABLE ALWAYS TRIGGER check_evidence;
COMMENT ON TRIGGER check_evidence ON aims.risk_treatment IS 'What was done about a risk is not proved elsewhere';

CREATE FUNCTION aims.state_accepted_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.likelihood := OLD.likelihood;
        NEW.severity := OLD.severity;
        NEW.level := OLD.level;
        RETURN NEW;
    END IF;
    SELECT r.likelihood, r.severity, r.level INTO NEW.likelihood, NEW.severity, NEW.level
      FROM aims.risk_register AS r WHERE r.risk_id = NEW.risk_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MS017',
            MESSAGE = format('risk "%s" does not exist', NEW.risk_id),
            DETAIL = 'No row of aims.risk has this number.',
            HINT = 'SELECT risk_id, title FROM aims.risk';
    END IF;
    IF NEW.level IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'MS042',
            MESSAGE = format('risk "%s" is not assessed', NEW.risk_id),
            DETAIL = 'It has no inherent likelihood and severity: nobody knows what would be accepted.',
            HINT = 'Assess it first: UPDATE aims.risk SET inherent_likelihood = ..., inherent_severity = ...';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.state_accepted_level() IS
    'Trigger on aims.risk_acceptance: what is accepted is what counts for the risk at the request, whatever is typed; MS042 for a risk that is not assessed, MS017 for one that there is not';
CREATE TRIGGER accepted_level BEFORE INSERT OR UPDATE ON aims.risk_acceptance
    FOR EACH ROW EXECUTE FUNCTION aims.state_accepted_level();
ALTER TABLE aims.risk_acceptance ENABLE ALWAYS TRIGGER accepted_level;
COMMENT ON TRIGGER accepted_level ON aims.risk_acceptance IS 'What is accepted is computed, not typed';

CREATE FUNCTION aims.check_risk_acceptance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    authority aims.risk_authority_in_force;
    present   aims.risk_register;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    SELECT a.* INTO STRICT authority FROM aims.risk_authority_in_force AS a WHERE a.level = NEW.level;
    IF NEW.valid_until NOT BETWEEN aims.today() AND aims.today() + authority.days THEN
        RAISE EXCEPTION USING ERRCODE = 'MS044',
            MESSAGE = format('a risk of level %s is not accepted until %s', NEW.level, NEW.valid_until),
            DETAIL = format('Today is %s; it is accepted for %s days at most (aims.risk_authority_in_force).',
                            aims.today(), authority.days),
            HINT = 'Give another valid_until; what is to be borne for longer is accepted anew in time.';
    END IF;
    IF NEW.status = 'requested' THEN
        RETURN NULL;
    END IF;
    SELECT r.* INTO STRICT present FROM aims.risk_register AS r WHERE r.risk_id = NEW.risk_id;
    IF present.owner IS NOT NULL
       AND NOT aims.is_independent(aims.require_person(), present.owner, NEW.system, aims.today(), session_user) THEN
        RAISE EXCEPTION USING ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not accept risk "%s"', aims.current_person(), NEW.risk_id),
            DETAIL = format('"%s" owns the risk; whoever accepts it is another person, whose role and duty the owner did not set up.', present.owner),
            HINT = format('Ask another person who holds one of these duties: %s.', array_to_string(authority.duties, ', '));
    END IF;
    PERFORM aims.require_duty(authority.duties, NEW.system);
    IF present.acceptance IS DISTINCT FROM 'in_force' OR present.risk_acceptance_id <> NEW.risk_acceptance_id THEN
        RAISE EXCEPTION USING ERRCODE = 'MS015',
            MESSAGE = format('acceptance "%s" is out of date', NEW.risk_acceptance_id),
            DETAIL = format('It was requested for level %s, likelihood %s, severity %s; risk "%s" is %s, likelihood %s, severity %s now.',
                            NEW.level, NEW.likelihood, NEW.severity, NEW.risk_id,
                            coalesce(present.level::text, 'not assessed'), present.likelihood, present.severity),
            HINT = 'Reject or withdraw it, and request another one.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_risk_acceptance() IS
    'Trigger on aims.risk_acceptance, at request and signature: MS044 a last day that is past or too far away for the level; and at the signature MS012 by the owner of the risk, MS013 without the duty for its level (aims.risk_authority_in_force), MS015 where the risk has risen since the request';
CREATE TRIGGER check_acceptance AFTER INSERT OR UPDATE ON aims.risk_acceptance
    FOR EACH ROW WHEN (NEW.status IN ('requested', 'accepted'))
    EXECUTE FUNCTION aims.check_risk_acceptance();
ALTER TABLE aims.risk_acceptance ENABLE ALWAYS TRIGGER check_acceptance;
COMMENT ON TRIGGER check_acceptance ON aims.risk_acceptance IS 'Who accepts what, and for how long, depends on the level';

-- Gate checks

CREATE FUNCTION aims.check_risk_assessed(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT count(*) FILTER (WHERE r.status <> 'closed') > 0 AND count(c.problem) = 0,
               CASE WHEN count(*) = 0 THEN 'no risk is recorded in aims.risk'
                    WHEN count(c.problem) > 0 THEN string_agg(format('risk %s: %s', r.risk_id, c.problem), ', ' ORDER BY r.risk_id)
                    WHEN count(*) FILTER (WHERE r.status <> 'closed') = 0 THEN format('all risks are closed: %s', string_agg(r.risk_id::text, ', ' ORDER BY r.risk_id))
                    ELSE string_agg(format('risk %s (%s): inherent %s', r.risk_id, r.source, r.inherent_level), ', ' ORDER BY r.risk_id)
                             FILTER (WHERE r.status <> 'closed')
               END
          FROM aims.risk_register AS r
         CROSS JOIN LATERAL (
               SELECT CASE WHEN r.status = 'closed' THEN NULL
                           WHEN r.inherent_level IS NULL THEN 'not assessed'
                           WHEN r.owner IS NULL THEN 'no owner'
                      END AS problem) AS c
         WHERE r.system = check_risk_assessed.system;
    END;
COMMENT ON FUNCTION aims.check_risk_assessed(text, jsonb) IS
    'Gate check: has the system risks that are not closed, and has each of them an owner and an inherent level?';

CREATE FUNCTION aims.check_residual_risk(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT count(*) FILTER (WHERE r.status <> 'closed') > 0
                   AND count(*) FILTER (WHERE r.status <> 'closed' AND NOT r.acceptable) = 0,
               CASE WHEN count(*) = 0 THEN 'no risk is recorded in aims.risk'
                    WHEN count(*) FILTER (WHERE r.status <> 'closed') = 0 THEN format('all risks are closed: %s', string_agg(r.risk_id::text, ', ' ORDER BY r.risk_id))
                    WHEN count(*) FILTER (WHERE r.status <> 'closed' AND NOT r.acceptable) > 0 THEN
                        string_agg(format('risk %s: %s, appetite %s%s', r.risk_id,
                                          coalesce(format('%s (%s)', r.level, r.basis), 'not assessed'), coalesce(r.appetite::text, 'not stated'),
                                          ', acceptance ' || r.risk_acceptance_id || ' '
                                              || CASE r.acceptance WHEN 'expired' THEN 'ended on ' || to_char(r.accepted_until, 'YYYY-MM-DD')
                                                                   ELSE r.acceptance END),
                                   '; ' ORDER BY r.risk_id) FILTER (WHERE r.status <> 'closed' AND NOT r.acceptable)
                    ELSE string_agg(format('risk %s: %s (%s), %s', r.risk_id, r.level, r.basis,
                                           CASE WHEN r.within_appetite THEN 'within appetite ' || r.appetite::text
                                                ELSE format('acceptance %s until %s', r.risk_acceptance_id, to_char(r.accepted_until, 'YYYY-MM-DD')) END),
                                    '; ' ORDER BY r.risk_id) FILTER (WHERE r.status <> 'closed')
               END
          FROM aims.risk_register AS r
         WHERE r.system = check_residual_risk.system;
    END;
COMMENT ON FUNCTION aims.check_residual_risk(text, jsonb) IS
    'Gate check: has the system risks that are not closed, and is each of them within appetite as it counts today (aims.risk_register), or accepted in force?';
