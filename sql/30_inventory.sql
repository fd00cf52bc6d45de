-- Inventory: AI systems, their versions, components and data (ISO/IEC 42001
-- 4.3, A.4, A.6.2.7, A.7).
--
-- A system may be entered with its title, owner and purpose alone; what a
-- later stage needs beyond that is the business of the gates.

CREATE TABLE aims.vendor (
    vendor     aims.slug   PRIMARY KEY,
    title      text        NOT NULL,
    contact    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    owner      aims.slug
               CONSTRAINT vendor_owner_fkey REFERENCES aims.person,
    CONSTRAINT vendor_title_given CHECK (title ~ '\S'),
    CONSTRAINT vendor_contact_given CHECK (contact ~ '\S')
);
SELECT pg_catalog.pg_extension_config_dump('aims.vendor', '');
COMMENT ON TABLE aims.vendor IS 'Suppliers of AI systems and of products with AI inside (ISO/IEC 42001 A.10)';
COMMENT ON COLUMN aims.vendor.vendor IS 'Slug by which every other table names the vendor';
COMMENT ON COLUMN aims.vendor.title IS 'Name of the company';
COMMENT ON COLUMN aims.vendor.contact IS 'Whom to reach, and how';
COMMENT ON COLUMN aims.vendor.created_at IS 'When the vendor was entered';
COMMENT ON COLUMN aims.vendor.owner IS 'Person of the organisation who looks after the vendor; NULL: nobody, which is a gap (A.10.2)';

CREATE TABLE aims.vendor_product (
    vendor          aims.slug NOT NULL
                    CONSTRAINT vendor_product_vendor_fkey REFERENCES aims.vendor,
    product         text      NOT NULL,
    description     text,
    fda_number      text,
    supported_until date,
    CONSTRAINT vendor_product_pkey PRIMARY KEY (vendor, product),
    CONSTRAINT vendor_product_given CHECK (product ~ '\S'),
    CONSTRAINT vendor_product_description_given CHECK (description ~ '\S'),
    CONSTRAINT vendor_product_fda_number_given CHECK (fda_number ~ '\S'),
    CONSTRAINT vendor_product_supported_until_finite CHECK (isfinite(supported_until))
);
SELECT pg_catalog.pg_extension_config_dump('aims.vendor_product', '');
COMMENT ON TABLE aims.vendor_product IS
    'Products of vendors, so that a contract, an assessment or a notice about one finds the systems that are in it (ISO/IEC 42001 A.10.3)';
COMMENT ON COLUMN aims.vendor_product.vendor IS 'Vendor';
COMMENT ON COLUMN aims.vendor_product.product IS 'Product, as the vendor names it';
COMMENT ON COLUMN aims.vendor_product.description IS 'What it is and does';
COMMENT ON COLUMN aims.vendor_product.fda_number IS 'Clearance, approval or de novo number of the FDA';
COMMENT ON COLUMN aims.vendor_product.supported_until IS 'Last day that the vendor supports it; NULL: no end announced';

CREATE TABLE aims.ai_system (
    system              aims.slug            PRIMARY KEY,
    title               text                 NOT NULL,
    owner               aims.slug            NOT NULL
                        CONSTRAINT ai_system_owner_fkey REFERENCES aims.person,
    purpose             text                 NOT NULL,
    intended_use        text,
    organisation_role   aims.organisation_role,
    domain              text,
    department          text,
    vendor              aims.slug
                        CONSTRAINT ai_system_vendor_fkey REFERENCES aims.vendor,
    product             text,
    data_categories     text[],
    phi                 boolean,
    autonomy            text,
    oversight_mode      text,
    eu_tier             aims.eu_tier,
    clinical_tier       aims.clinical_tier,
    tier_decided_by     aims.slug
                        CONSTRAINT ai_system_tier_decided_by_fkey REFERENCES aims.person,
    tier_decided_at     timestamptz,
    tier_reason         text,
    fda_number          text,
    change_control_plan text,
    out_of_scope_reason text,
    stage               aims.lifecycle_stage NOT NULL DEFAULT 'inception',
    created_at          timestamptz          NOT NULL DEFAULT now(),
    CONSTRAINT ai_system_product_fkey FOREIGN KEY (vendor, product) REFERENCES aims.vendor_product,
    CONSTRAINT ai_system_title_given CHECK (title ~ '\S'),
    CONSTRAINT ai_system_purpose_given CHECK (purpose ~ '\S'),
    CONSTRAINT ai_system_intended_use_given CHECK (intended_use ~ '\S'),
    CONSTRAINT ai_system_domain_known CHECK (domain IN ('clinical', 'operational', 'research')),
    CONSTRAINT ai_system_autonomy_known CHECK (autonomy IN (
        'informs', 'recommends', 'acts_when_confirmed', 'acts')),
    CONSTRAINT ai_system_oversight_mode_known CHECK (oversight_mode IN (
        'human_in_the_loop', 'human_on_the_loop', 'human_in_command')),
    CONSTRAINT ai_system_data_categories_given CHECK (array_position(data_categories, NULL) IS NULL),
    CONSTRAINT ai_system_out_of_scope_reason_given CHECK (out_of_scope_reason ~ '\S'),
    CONSTRAINT ai_system_tier_decision_whole CHECK (
        num_nonnulls(tier_decided_by, tier_decided_at, tier_reason) IN (0, 3)),
    CONSTRAINT ai_system_tier_decision_of_a_tier CHECK (
        tier_decided_by IS NULL OR eu_tier IS NOT NULL OR clinical_tier IS NOT NULL),
    CONSTRAINT ai_system_tier_reason_given CHECK (tier_reason ~ '\S')
);
CREATE INDEX ai_system_owner_idx ON aims.ai_system (owner);
CREATE INDEX ai_system_vendor_idx ON aims.ai_system (vendor, product);
SELECT pg_catalog.pg_extension_config_dump('aims.ai_system', '');
COMMENT ON TABLE aims.ai_system IS
    'Inventory of AI systems, embedded ones too: the electronic health record''s, the scanner''s, the firewall''s (ISO/IEC 42001 4.3, A.4.2, A.6.2.7)';
COMMENT ON INDEX aims.ai_system_owner_idx IS 'Finds the systems of an owner';
COMMENT ON INDEX aims.ai_system_vendor_idx IS 'Finds the systems of a vendor (one incident, every affected system)';
COMMENT ON COLUMN aims.ai_system.system IS 'Slug by which every other table names the system; never changes';
COMMENT ON COLUMN aims.ai_system.title IS 'Name that people know the system by';
COMMENT ON COLUMN aims.ai_system.owner IS 'Person who answers for the system (A.3.2)';
COMMENT ON COLUMN aims.ai_system.purpose IS 'What the system is for (4.1, A.6.2.2)';
COMMENT ON COLUMN aims.ai_system.intended_use IS 'By whom, on whom, in which situation, and what it is not for (A.9.4)';
COMMENT ON COLUMN aims.ai_system.organisation_role IS 'Developer, provider or user of the system (4.1)';
COMMENT ON COLUMN aims.ai_system.domain IS 'clinical, operational or research';
COMMENT ON COLUMN aims.ai_system.department IS 'Department that uses the system';
COMMENT ON COLUMN aims.ai_system.vendor IS 'Supplier; NULL where the organisation made it (A.10.3)';
COMMENT ON COLUMN aims.ai_system.product IS 'Product of the vendor that contains the system; NULL: not stated, so that whatever concerns any product of the vendor concerns it';
COMMENT ON COLUMN aims.ai_system.data_categories IS 'Categories of data that go in: vitals, notes, images, ... (A.4.3)';
COMMENT ON COLUMN aims.ai_system.phi IS 'Does it process protected health information? NULL: not stated yet';
COMMENT ON COLUMN aims.ai_system.autonomy IS
    'informs, recommends, acts_when_confirmed or acts: how much happens without a person';
COMMENT ON COLUMN aims.ai_system.oversight_mode IS
    'human_in_the_loop (decides each case), human_on_the_loop (watches and can intervene) or human_in_command (decides about use) (A.9.2)';
COMMENT ON COLUMN aims.ai_system.eu_tier IS 'Risk tier of the EU AI Act';
COMMENT ON COLUMN aims.ai_system.clinical_tier IS
    'Clinical risk tier; decides which gate requirements apply, all of them where it is NULL';
COMMENT ON COLUMN aims.ai_system.tier_decided_by IS
    'Who decided the tiers, the server''s to say; a tier that changes without a new decision is undecided again';
COMMENT ON COLUMN aims.ai_system.tier_decided_at IS 'When they were decided, by the server''s clock';
COMMENT ON COLUMN aims.ai_system.tier_reason IS 'Why they are what they are';
COMMENT ON COLUMN aims.ai_system.fda_number IS 'Clearance, approval or de novo number of the FDA';
COMMENT ON COLUMN aims.ai_system.change_control_plan IS
    'Where the predetermined change control plan (PCCP) is, for a system that learns in the field';
COMMENT ON COLUMN aims.ai_system.out_of_scope_reason IS
    'Why the system is outside the scope of the management system; NULL: it is inside (4.3)';
COMMENT ON COLUMN aims.ai_system.stage IS 'Stage of the life cycle; moved by aims.advance, guarded by a trigger';
COMMENT ON COLUMN aims.ai_system.created_at IS 'When the system was entered; never changes';

ALTER TABLE aims.duty
    ADD CONSTRAINT duty_system_fkey FOREIGN KEY (system) REFERENCES aims.ai_system;

CREATE FUNCTION aims.stamp_tier_decision() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    former  aims.ai_system;
    acting  text := aims.current_person();
    reason  text := nullif(current_setting('aims.reason', true), '');
    changed boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        former := OLD;
    END IF;
    IF aims.restoring()
       OR (NEW.eu_tier, NEW.clinical_tier, NEW.tier_decided_by, NEW.tier_decided_at, NEW.tier_reason) IS NOT DISTINCT FROM
          (former.eu_tier, former.clinical_tier, former.tier_decided_by, former.tier_decided_at, former.tier_reason) THEN
        RETURN NEW;
    END IF;
    changed := (NEW.eu_tier, NEW.clinical_tier) IS DISTINCT FROM (former.eu_tier, former.clinical_tier);
    IF TG_OP = 'UPDATE' AND changed AND NEW.stage <> OLD.stage THEN
        RAISE EXCEPTION USING ERRCODE = 'MS011',
            MESSAGE = format('AI system "%s" cannot change tier and stage at once', NEW.system),
            DETAIL = 'The gate is judged by the tier that was decided before the move.',
            HINT = 'Decide the tier first, then move the system in a statement of its own.';
    END IF;
    -- A lower tier asks for fewer requirements; none decided counts as the highest.
    IF TG_OP = 'UPDATE' AND OLD.stage <> 'inception'
       AND (coalesce(NEW.clinical_tier, 'critical') > coalesce(OLD.clinical_tier, 'critical')
            OR coalesce(NEW.eu_tier > OLD.eu_tier, OLD.eu_tier = 'unacceptable', false)) THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['ai_officer'], NEW.system);
        IF reason IS NULL AND NEW.tier_reason IS NOT DISTINCT FROM OLD.tier_reason THEN
            RAISE EXCEPTION USING ERRCODE = 'MS018',
                MESSAGE = format('lowering the tier of AI system "%s" needs a reason', NEW.system),
                DETAIL = 'The system is past inception, and a lower tier asks for less.',
                HINT = 'SET aims.reason, or give tier_reason in the same UPDATE.';
        END IF;
    END IF;
    -- Where a superuser who is nobody enters what others decided long ago
    IF acting IS NULL AND aims.session_is_superuser()
       AND (NEW.tier_decided_by, NEW.tier_decided_at, NEW.tier_reason) IS DISTINCT FROM
           (former.tier_decided_by, former.tier_decided_at, former.tier_reason) THEN
        IF changed AND NEW.tier_decided_at IS NOT DISTINCT FROM former.tier_decided_at THEN
            NEW.tier_decided_at := now();
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.tier_reason IS DISTINCT FROM former.tier_reason THEN
        reason := coalesce(nullif(NEW.tier_reason, ''), reason);
    ELSIF NOT changed THEN
        NEW.tier_decided_by := former.tier_decided_by;
        NEW.tier_decided_at := former.tier_decided_at;
        RETURN NEW;
    END IF;
    IF acting IS NULL OR reason IS NULL OR num_nonnulls(NEW.eu_tier, NEW.clinical_tier) = 0 THEN
        NEW.tier_decided_by := NULL;
        NEW.tier_decided_at := NULL;
        NEW.tier_reason := NULL;
    ELSE
        NEW.tier_decided_by := acting;
        NEW.tier_decided_at := now();
        NEW.tier_reason := reason;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.stamp_tier_decision() IS
    'Trigger on aims.ai_system: a changed tier needs a new decision. Who made it and when is the server''s to say, whatever is typed: the acting person, now, for the reason that the statement gives in tier_reason, or else aims.reason; without a person or a reason the tier counts as undecided. A superuser''s session of nobody may enter a decision that others made';

CREATE TRIGGER stamp_tier_decision BEFORE INSERT OR UPDATE ON aims.ai_system
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_tier_decision();
ALTER TABLE aims.ai_system ENABLE ALWAYS TRIGGER stamp_tier_decision;
COMMENT ON TRIGGER stamp_tier_decision ON aims.ai_system IS 'No tier keeps the decision about another';

CREATE TABLE aims.model_version (
    system         aims.slug   NOT NULL
                   CONSTRAINT model_version_system_fkey REFERENCES aims.ai_system,
    version        text        NOT NULL,
    status         text        NOT NULL DEFAULT 'candidate',
    released_on    date,
    change_summary text,
    digest         text,
    registered_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT model_version_pkey PRIMARY KEY (system, version),
    CONSTRAINT model_version_given CHECK (version ~ '\S'),
    CONSTRAINT model_version_status_known CHECK (status IN ('candidate', 'silent', 'active', 'withdrawn')),
    CONSTRAINT model_version_digest_given CHECK (digest ~ '\S')
);
CREATE UNIQUE INDEX model_version_one_active ON aims.model_version (system) WHERE status = 'active';
SELECT pg_catalog.pg_extension_config_dump('aims.model_version', '');
COMMENT ON TABLE aims.model_version IS 'Versions of the model in an AI system (ISO/IEC 42001 A.6.2.3, A.6.2.7)';
COMMENT ON INDEX aims.model_version_one_active IS 'At most one version of a system is active';
COMMENT ON COLUMN aims.model_version.system IS 'AI system';
COMMENT ON COLUMN aims.model_version.version IS 'Version as the developer or vendor writes it';
COMMENT ON COLUMN aims.model_version.status IS
    'candidate (not used), silent (runs, is never released), active (in use; one per system) or withdrawn';
COMMENT ON COLUMN aims.model_version.released_on IS 'Day of release';
COMMENT ON COLUMN aims.model_version.change_summary IS 'What changed, and why';
COMMENT ON COLUMN aims.model_version.digest IS 'Digest of the model''s artefact, such as sha256:...';
COMMENT ON COLUMN aims.model_version.registered_at IS 'When the version was entered';

CREATE TABLE aims.component (
    system    aims.slug NOT NULL
              CONSTRAINT component_system_fkey REFERENCES aims.ai_system,
    component aims.slug NOT NULL,
    kind      text      NOT NULL,
    title     text      NOT NULL,
    version   text,
    vendor    aims.slug CONSTRAINT component_vendor_fkey REFERENCES aims.vendor,
    licence   text,
    product   text,
    CONSTRAINT component_pkey PRIMARY KEY (system, component),
    CONSTRAINT component_product_fkey FOREIGN KEY (vendor, product) REFERENCES aims.vendor_product,
    CONSTRAINT component_title_given CHECK (title ~ '\S'),
    CONSTRAINT component_kind_known CHECK (kind IN (
        'model', 'library', 'prompt', 'service', 'pipeline', 'tool', 'compute', 'interface'))
);
CREATE INDEX component_vendor_idx ON aims.component (vendor, product);
SELECT pg_catalog.pg_extension_config_dump('aims.component', '');
COMMENT ON TABLE aims.component IS 'What an AI system is made of and runs on (ISO/IEC 42001 A.4.2, A.4.4, A.4.5)';
COMMENT ON INDEX aims.component_vendor_idx IS 'Finds the components that a vendor supplies';
COMMENT ON COLUMN aims.component.system IS 'AI system';
COMMENT ON COLUMN aims.component.component IS 'Slug of the component in its system';
COMMENT ON COLUMN aims.component.kind IS
    'model, library, prompt, service, pipeline, tool, compute or interface';
COMMENT ON COLUMN aims.component.title IS 'Name of the component';
COMMENT ON COLUMN aims.component.version IS 'Version in use';
COMMENT ON COLUMN aims.component.vendor IS 'Who supplies it';
COMMENT ON COLUMN aims.component.licence IS 'Licence that it is used under';
COMMENT ON COLUMN aims.component.product IS 'Product of the vendor that it is, or is part of; NULL: not stated';

CREATE TABLE aims.dataset (
    dataset       aims.slug   PRIMARY KEY,
    system        aims.slug   NOT NULL
                  CONSTRAINT dataset_system_fkey REFERENCES aims.ai_system,
    title         text        NOT NULL,
    purpose       text        NOT NULL,
    relation      regclass,
    phi           boolean,
    re_evaluate   boolean     NOT NULL DEFAULT false,
    acquired_on   date,
    provenance    text,
    quality       text,
    preparation   text,
    cohort_query  text,
    cohort_rows   bigint,
    cohort_sha256 bytea,
    cohort_at     timestamptz,
    registered_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dataset_title_given CHECK (title ~ '\S'),
    CONSTRAINT dataset_purpose_known CHECK (purpose IN (
        'training', 'tuning', 'calibration', 'validation', 'test', 'baseline', 'operation')),
    CONSTRAINT dataset_provenance_given CHECK (provenance ~ '\S'),
    CONSTRAINT dataset_quality_given CHECK (quality ~ '\S'),
    CONSTRAINT dataset_cohort_whole CHECK (
        num_nonnulls(cohort_query, cohort_rows, cohort_sha256, cohort_at) IN (0, 4)),
    CONSTRAINT dataset_cohort_rows_counted CHECK (cohort_rows >= 0),
    CONSTRAINT dataset_cohort_sha256_length CHECK (octet_length(cohort_sha256) = 32)
);
CREATE INDEX dataset_system_idx ON aims.dataset (system);
CREATE INDEX dataset_relation_idx ON aims.dataset (relation);
SELECT pg_catalog.pg_extension_config_dump('aims.dataset', '');
COMMENT ON TABLE aims.dataset IS
    'Data that an AI system was made, tested or is run with, bound to real tables (ISO/IEC 42001 A.7.2 to A.7.6)';
COMMENT ON INDEX aims.dataset_system_idx IS 'Finds the datasets of a system';
COMMENT ON INDEX aims.dataset_relation_idx IS 'Finds the datasets that a changed relation is bound as';
COMMENT ON COLUMN aims.dataset.dataset IS 'Slug of the dataset';
COMMENT ON COLUMN aims.dataset.system IS 'AI system that uses it';
COMMENT ON COLUMN aims.dataset.title IS 'Name of the dataset';
COMMENT ON COLUMN aims.dataset.purpose IS
    'training, tuning, calibration, validation, test, baseline (reference of monitors) or operation';
COMMENT ON COLUMN aims.dataset.relation IS
    'Table or view of this database that holds it; NULL: it is elsewhere, or was dropped. A change of its schema opens a finding (schema_changed)';
COMMENT ON COLUMN aims.dataset.phi IS 'Does it contain protected health information? NULL: not stated';
COMMENT ON COLUMN aims.dataset.re_evaluate IS
    'Does a change of the relation''s schema also move the system from deployment or operation to re_evaluation, in which it may write?';
COMMENT ON COLUMN aims.dataset.acquired_on IS 'When the data were acquired (A.7.3)';
COMMENT ON COLUMN aims.dataset.provenance IS 'Where the data come from (A.7.5)';
COMMENT ON COLUMN aims.dataset.quality IS 'How good they are, and how that was found out (A.7.4)';
COMMENT ON COLUMN aims.dataset.preparation IS 'How they were cleaned, labelled and split (A.7.6)';
COMMENT ON COLUMN aims.dataset.cohort_query IS 'Cohort fingerprint: the query that selects the rows';
COMMENT ON COLUMN aims.dataset.cohort_rows IS 'Cohort fingerprint: rows that the query returned';
COMMENT ON COLUMN aims.dataset.cohort_sha256 IS 'Cohort fingerprint: SHA-256 over those rows, in the way that the query''s author notes';
COMMENT ON COLUMN aims.dataset.cohort_at IS 'Cohort fingerprint: when it was taken';
COMMENT ON COLUMN aims.dataset.registered_at IS 'When the dataset was entered';

CREATE VIEW aims.current_version WITH (security_invoker) AS
SELECT DISTINCT ON (m.system) m.system, m.version, m.status, m.registered_at
  FROM aims.model_version AS m
 WHERE m.status <> 'withdrawn'
 ORDER BY m.system, array_position(ARRAY['active', 'silent', 'candidate'], m.status),
          m.registered_at DESC, m.version DESC;
COMMENT ON VIEW aims.current_version IS
    'The version in force of each system that has one: the active one, else the newest silent one, else the newest candidate (ISO/IEC 42001 A.6.2.7)';
COMMENT ON COLUMN aims.current_version.system IS 'AI system';
COMMENT ON COLUMN aims.current_version.version IS 'Its version in force';
COMMENT ON COLUMN aims.current_version.status IS 'active, silent or candidate';
COMMENT ON COLUMN aims.current_version.registered_at IS 'When that version was entered';

CREATE FUNCTION aims.version_in_force(system text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT v.version FROM aims.current_version AS v WHERE v.system = version_in_force.system);
COMMENT ON FUNCTION aims.version_in_force(text) IS
    'The version that gates and approvals are about: the active one, else the newest silent one, else the newest candidate; NULL where none is registered';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.vendor
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('created_at');
ALTER TABLE aims.vendor ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.vendor IS 'The time of entry is the server''s';

-- At INSERT alone: a later change is refused (MS030), not passed over.
CREATE TRIGGER stamp BEFORE INSERT ON aims.ai_system
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('created_at');
ALTER TABLE aims.ai_system ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.ai_system IS 'The time of entry is the server''s';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.model_version
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('registered_at');
ALTER TABLE aims.model_version ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.model_version IS 'The time of entry is the server''s';

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.dataset
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_record('registered_at');
ALTER TABLE aims.dataset ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.dataset IS 'The time of entry is the server''s';

-- What a system is said to be decides what is asked of it: whoever would rather
-- be asked less does not say so alone.
CREATE FUNCTION aims.guard_inventory() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    deciding CONSTANT text[] := '{vendor,product,organisation_role,domain,phi,fda_number}';
    -- moves and tiers have guards of their own; a table that goes or is made anew takes data along
    guarded  CONSTANT text[] := '{stage,eu_tier,clinical_tier,tier_decided_by,tier_decided_at,tier_reason,relation}';
    former   jsonb := to_jsonb(OLD) - guarded;
    present  jsonb := to_jsonb(NEW) - guarded;
    about    text := coalesce(former, present) ->> 'system';
    entered  boolean;
BEGIN
    IF aims.restoring() OR aims.session_is_superuser() OR former = present THEN
        RETURN NULL;
    END IF;
    entered := CASE TG_TABLE_NAME WHEN 'ai_system' THEN coalesce(to_jsonb(OLD), to_jsonb(NEW)) ->> 'stage' = 'inception'
                    ELSE (SELECT s.stage = 'inception' FROM aims.ai_system AS s WHERE s.system = about) END;
    IF present ->> 'out_of_scope_reason' <> coalesce(former ->> 'out_of_scope_reason', '')
       OR NOT entered AND TG_TABLE_NAME = 'ai_system'
          AND EXISTS (SELECT FROM unnest(deciding) AS c WHERE former ->> c <> 'false' AND former -> c <> present -> c) THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['ai_officer'], about);
    ELSIF NOT entered THEN
        PERFORM aims.check_act();
        PERFORM aims.require_duty(ARRAY['system_owner', 'ai_officer', 'risk_owner', 'data_steward'], about);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.guard_inventory() IS
    'Trigger (AFTER ROW) of the inventory: who may say what a system is and is made of. That it is out of scope an AI officer says; so, once it has left inception, that vendor, product, organisation_role, domain, phi or fda_number are not what was stated. Whatever else changes then is for its system owner, AI officer, risk owner or data steward (MS013, MS014); superusers are free (ISO/IEC 42001 4.3, A.3.2)';

CREATE TRIGGER guard_inventory AFTER INSERT OR UPDATE ON aims.ai_system
    FOR EACH ROW EXECUTE FUNCTION aims.guard_inventory();
ALTER TABLE aims.ai_system ENABLE ALWAYS TRIGGER guard_inventory;
COMMENT ON TRIGGER guard_inventory ON aims.ai_system IS 'Nobody without a duty for it says what a system is';
-- Whoever adds a version, a component or data asks for more.
CREATE TRIGGER guard_inventory AFTER UPDATE ON aims.model_version
    FOR EACH ROW EXECUTE FUNCTION aims.guard_inventory();
ALTER TABLE aims.model_version ENABLE ALWAYS TRIGGER guard_inventory;
COMMENT ON TRIGGER guard_inventory ON aims.model_version IS 'Nobody without a duty for the system changes its versions';
CREATE TRIGGER guard_inventory AFTER UPDATE OR DELETE ON aims.component
    FOR EACH ROW EXECUTE FUNCTION aims.guard_inventory();
ALTER TABLE aims.component ENABLE ALWAYS TRIGGER guard_inventory;
COMMENT ON TRIGGER guard_inventory ON aims.component IS 'Nobody without a duty for the system takes out what it is made of';
CREATE TRIGGER guard_inventory AFTER UPDATE OR DELETE ON aims.dataset
    FOR EACH ROW EXECUTE FUNCTION aims.guard_inventory();
ALTER TABLE aims.dataset ENABLE ALWAYS TRIGGER guard_inventory;
COMMENT ON TRIGGER guard_inventory ON aims.dataset IS 'Nobody without a duty for the system takes out its data';
