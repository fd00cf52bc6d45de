-- The warehouses of doc/warehouses.md, before anything is governed.
CREATE EXTENSION aims;
CREATE ROLE dba LOGIN;
CREATE ROLE etl LOGIN;
GRANT etl TO dba;
SELECT aims.grant_duty_role('administrator', 'dba');

-- AI systems in operation, as a restore brings them
INSERT INTO aims.person (person, full_name, db_role) VALUES ('vogel', 'Miriam Vogel', NULL);
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier, stage) VALUES
    ('note-summary', 'Note Summary', 'vogel', 'Summarise notes', 'moderate', 'operation_monitoring'),
    ('sepsis-watch', 'Sepsis Watch', 'vogel', 'Alert on sepsis', 'high', 'operation_monitoring'),
    ('lab-ai', 'Lab AI', 'vogel', 'Estimate missing values', 'low', 'verification_validation'),
    ('readmission', 'Readmission Risk', 'vogel', 'Plan discharges', 'moderate', 'verification_validation');
RESET session_replication_role;

-- OMOP CDM 5.4
CREATE SCHEMA omop AUTHORIZATION dba;
CREATE TABLE omop.note_nlp (
    note_nlp_id integer PRIMARY KEY, note_id integer NOT NULL, section_concept_id integer, snippet varchar(250),
    "offset" varchar(50), lexical_variant varchar(250) NOT NULL, note_nlp_concept_id integer, nlp_system varchar(250),
    nlp_date date NOT NULL);
CREATE TABLE omop.measurement (
    measurement_id bigint PRIMARY KEY, person_id bigint NOT NULL, measurement_concept_id integer NOT NULL,
    measurement_date date NOT NULL, measurement_type_concept_id integer NOT NULL, value_as_number numeric);
CREATE TABLE omop.observation (
    observation_id bigint PRIMARY KEY, person_id bigint NOT NULL, observation_concept_id integer NOT NULL,
    observation_date date NOT NULL, observation_type_concept_id integer NOT NULL, value_as_string varchar(60));

-- i2b2
CREATE SCHEMA i2b2 AUTHORIZATION dba;
CREATE TABLE i2b2.observation_fact (
    encounter_num integer, patient_num integer, concept_cd varchar(50), provider_id varchar(50), start_date timestamp,
    modifier_cd varchar(100), instance_num integer, valtype_cd varchar(50), tval_char varchar(255), nval_num numeric,
    location_cd varchar(50), confidence_num numeric, sourcesystem_cd varchar(50), upload_id integer,
    PRIMARY KEY (patient_num, concept_cd, modifier_cd, start_date, encounter_num, instance_num, provider_id));

-- A vendor's fact table
CREATE SCHEMA edw AUTHORIZATION dba;
CREATE TABLE edw.model_score (
    patient bigint, encounter bigint, model_name text, model_version text, facility text, score float8, flag boolean,
    scored_at timestamptz, PRIMARY KEY (encounter, model_name, scored_at));
INSERT INTO edw.model_score VALUES
    (1, 11, 'Sepsis Watch', '4.1', 'North', 0.5, false, '2026-08-01Z'), (2, 12, 'Readmission Risk', '0.9', 'South', 0.4, false, '2026-08-01Z');

DO $$
DECLARE
    made regclass;
BEGIN
    FOR made IN SELECT c.oid FROM pg_class AS c
                WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('omop', 'i2b2', 'edw') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO dba; GRANT ALL ON %1$s TO etl', made);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA omop, i2b2, edw TO etl;
