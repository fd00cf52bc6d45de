-- A small hospital warehouse to try aims on: OMOP CDM 5.4 tables in schema
-- omop, and in schema cdw the fact table that a vendor's sepsis model writes.
-- Some 100,000 rows, made here. Every value follows from its key by SHA-256,
-- never from random() or the clock, so the rows are the same on every machine.
-- Nothing in it knows of aims.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET TimeZone = 'UTC';

BEGIN;

-- 1. Tables ------------------------------------------------------------------

CREATE SCHEMA omop;
COMMENT ON SCHEMA omop IS 'OMOP Common Data Model 5.4: the tables that the demonstration needs';
CREATE SCHEMA cdw;
COMMENT ON SCHEMA cdw IS 'Clinical data warehouse outside the CDM: what vendors'' models write';

CREATE TABLE omop.care_site (
    care_site_id                  integer NOT NULL PRIMARY KEY,
    care_site_name                varchar(255),
    place_of_service_concept_id   integer,
    location_id                   integer,
    care_site_source_value        varchar(50),
    place_of_service_source_value varchar(50)
);

CREATE TABLE omop.person (
    person_id                   integer NOT NULL PRIMARY KEY,
    gender_concept_id           integer NOT NULL,
    year_of_birth               integer NOT NULL,
    month_of_birth              integer,
    day_of_birth                integer,
    birth_datetime              timestamp,
    race_concept_id             integer NOT NULL,
    ethnicity_concept_id        integer NOT NULL,
    location_id                 integer,
    provider_id                 integer,
    care_site_id                integer,
    person_source_value         varchar(50),
    gender_source_value         varchar(50),
    gender_source_concept_id    integer,
    race_source_value           varchar(50),
    race_source_concept_id      integer,
    ethnicity_source_value      varchar(50),
    ethnicity_source_concept_id integer
);

CREATE TABLE omop.visit_occurrence (
    visit_occurrence_id           integer NOT NULL PRIMARY KEY,
    person_id                     integer NOT NULL,
    visit_concept_id              integer NOT NULL,
    visit_start_date              date    NOT NULL,
    visit_start_datetime          timestamp,
    visit_end_date                date    NOT NULL,
    visit_end_datetime            timestamp,
    visit_type_concept_id         integer NOT NULL,
    provider_id                   integer,
    care_site_id                  integer,
    visit_source_value            varchar(50),
    visit_source_concept_id       integer,
    admitted_from_concept_id      integer,
    admitted_from_source_value    varchar(50),
    discharged_to_concept_id      integer,
    discharged_to_source_value    varchar(50),
    preceding_visit_occurrence_id integer
);

CREATE TABLE omop.measurement (
    measurement_id                integer NOT NULL PRIMARY KEY,
    person_id                     integer NOT NULL,
    measurement_concept_id        integer NOT NULL,
    measurement_date              date    NOT NULL,
    measurement_datetime          timestamp,
    measurement_time              varchar(10),
    measurement_type_concept_id   integer NOT NULL,
    operator_concept_id           integer,
    value_as_number               numeric,
    value_as_concept_id           integer,
    unit_concept_id               integer,
    range_low                     numeric,
    range_high                    numeric,
    provider_id                   integer,
    visit_occurrence_id           integer,
    visit_detail_id               integer,
    measurement_source_value      varchar(50),
    measurement_source_concept_id integer,
    unit_source_value             varchar(50),
    unit_source_concept_id        integer,
    value_source_value            varchar(50),
    measurement_event_id          integer,
    meas_event_field_concept_id   integer
);

CREATE TABLE omop.note (
    note_id                     integer NOT NULL PRIMARY KEY,
    person_id                   integer NOT NULL,
    note_date                   date    NOT NULL,
    note_datetime               timestamp,
    note_type_concept_id        integer NOT NULL,
    note_class_concept_id       integer NOT NULL,
    note_title                  varchar(250),
    note_text                   text    NOT NULL,
    encoding_concept_id         integer NOT NULL,
    language_concept_id         integer NOT NULL,
    provider_id                 integer,
    visit_occurrence_id         integer,
    visit_detail_id             integer,
    note_source_value           varchar(50),
    note_event_id               integer,
    note_event_field_concept_id integer
);

CREATE TABLE omop.note_nlp (
    note_nlp_id                integer NOT NULL PRIMARY KEY,
    note_id                    integer NOT NULL,
    section_concept_id         integer,
    snippet                    varchar(250),
    "offset"                   varchar(50),
    lexical_variant            varchar(250) NOT NULL,
    note_nlp_concept_id        integer,
    note_nlp_source_concept_id integer,
    nlp_system                 varchar(250),
    nlp_date                   date NOT NULL,
    nlp_datetime               timestamp,
    term_exists                varchar(1),
    term_temporal              varchar(50),
    term_modifiers             varchar(2000)
);

CREATE TABLE cdw.sepsis_score (
    patient     integer     NOT NULL,
    encounter   integer     NOT NULL,
    model       text        NOT NULL,
    version     text        NOT NULL,
    probability numeric     NOT NULL CHECK (probability BETWEEN 0 AND 1),
    threshold   numeric     NOT NULL,
    flag        boolean     NOT NULL,
    outcome     boolean,
    instant     timestamptz NOT NULL,
    PRIMARY KEY (encounter, model, instant)
);
COMMENT ON TABLE cdw.sepsis_score IS 'One row per encounter and run of the vendor''s sepsis model';
COMMENT ON COLUMN cdw.sepsis_score.flag IS 'probability >= threshold: the alert that the clinician saw';
COMMENT ON COLUMN cdw.sepsis_score.outcome IS 'Sepsis confirmed by chart review; NULL while it is not known';

-- 2. Numbers from keys -------------------------------------------------------

-- Uniform in [0, 1).
CREATE FUNCTION pg_temp.uniform(key bigint, salt text) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ('x' || left(encode(sha256((key::text || salt)::bytea), 'hex'), 8))::bit(32)::bigint / 4294967296.0;

-- Near enough to the standard normal: the sum of eight bytes, so that no
-- platform's mathematical library has a say.
CREATE FUNCTION pg_temp.normal(key bigint, salt text) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT (sum(get_byte(h.bytes, i)) - 1020) / 209.0
            FROM (SELECT sha256((key::text || salt)::bytea) AS bytes) AS h, generate_series(0, 7) AS i);

-- What a patient's stay is like: severity near 0 is well, above 1.5 is very
-- ill. Kept until the end of this script.
CREATE TEMPORARY TABLE stay (
    visit_occurrence_id integer PRIMARY KEY,
    person_id           integer,
    kind                text,
    care_site_id        integer,
    start_at            timestamp,
    severity            numeric,
    septic              boolean
) ON COMMIT DROP;

-- 3. Rows --------------------------------------------------------------------

INSERT INTO omop.care_site (care_site_id, care_site_name, place_of_service_concept_id, care_site_source_value,
                            place_of_service_source_value)
VALUES (1, 'Northfield University Hospital', 8717, 'NUH', 'Inpatient Hospital'),
       (2, 'St Anne General Hospital',       8717, 'SAG', 'Inpatient Hospital'),
       (3, 'Lakeside Community Hospital',    8717, 'LCH', 'Inpatient Hospital');

INSERT INTO omop.person (person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth, birth_datetime,
                         race_concept_id, ethnicity_concept_id, care_site_id, person_source_value, gender_source_value,
                         race_source_value, ethnicity_source_value)
SELECT id,
       CASE WHEN sex < 0.52 THEN 8532 ELSE 8507 END,
       extract(year FROM born), extract(month FROM born), extract(day FROM born), born,
       CASE WHEN race < 0.58 THEN 8527 WHEN race < 0.80 THEN 8516 WHEN race < 0.90 THEN 8515 ELSE 0 END,
       CASE WHEN ethnicity < 0.17 THEN 38003563 ELSE 38003564 END,
       CASE WHEN site < 0.5 THEN 1 WHEN site < 0.8 THEN 2 ELSE 3 END,
       'MRN' || lpad((id * 7919 % 1000003)::text, 7, '0'),
       CASE WHEN sex < 0.52 THEN 'F' ELSE 'M' END,
       CASE WHEN race < 0.58 THEN 'white' WHEN race < 0.80 THEN 'black' WHEN race < 0.90 THEN 'asian' ELSE 'unknown' END,
       CASE WHEN ethnicity < 0.17 THEN 'hispanic' ELSE 'non-hispanic' END
FROM generate_series(1, 3000) AS id,
     LATERAL (SELECT pg_temp.uniform(id, 'sex'), pg_temp.uniform(id, 'race'), pg_temp.uniform(id, 'ethnicity'),
                     pg_temp.uniform(id, 'site'),
                     -- adults of 20 to 97 years, the mean near 57
                     timestamp '1967-07-01'
                     + round(greatest(least(pg_temp.normal(id, 'age'), 2.2), -2.2) * 6200) * interval '1 day'
             ) AS u (sex, race, ethnicity, site, born);

-- Half of the visits are outpatient; patients differ in how often they come.
INSERT INTO stay
SELECT v.id, v.person_id,
       CASE WHEN v.kind < 0.26 THEN 'inpatient' WHEN v.kind < 0.5 THEN 'emergency' ELSE 'outpatient' END,
       -- one visit in eight is at another hospital than the patient's own
       CASE WHEN v.elsewhere < 0.125 THEN 1 + (p.care_site_id % 3) ELSE p.care_site_id END,
       date_trunc('minute', timestamp '2026-01-01' + v.at * interval '262 days'),
       s.severity,
       s.severity + 0.35 * pg_temp.normal(v.id, 'septic') > 1.5
FROM (SELECT id, 1 + floor(3000 * pg_temp.uniform(id, 'patient') * pg_temp.uniform(id, 'again'))::integer AS person_id,
             pg_temp.uniform(id, 'kind') AS kind, pg_temp.uniform(id, 'elsewhere') AS elsewhere,
             pg_temp.uniform(id, 'at') AS at
      FROM generate_series(1, 8000) AS id) AS v
     JOIN omop.person AS p USING (person_id),
     LATERAL (SELECT CASE WHEN v.kind < 0.26 THEN 0.45 WHEN v.kind < 0.5 THEN 0.25 ELSE -0.9 END
                     + (2026 - p.year_of_birth - 57) * 0.008
                     + 0.65 * pg_temp.normal(v.id, 'severity') AS severity) AS s;

INSERT INTO omop.visit_occurrence (visit_occurrence_id, person_id, visit_concept_id, visit_start_date,
                                   visit_start_datetime, visit_end_date, visit_end_datetime, visit_type_concept_id,
                                   care_site_id, visit_source_value, preceding_visit_occurrence_id)
SELECT visit_occurrence_id, person_id,
       CASE kind WHEN 'inpatient' THEN 9201 WHEN 'emergency' THEN 9203 ELSE 9202 END,
       start_at::date, start_at, end_at::date, end_at, 32817, care_site_id, kind,
       lag(visit_occurrence_id) OVER (PARTITION BY person_id ORDER BY start_at, visit_occurrence_id)
FROM stay,
     LATERAL (SELECT start_at + CASE kind
                                WHEN 'inpatient' THEN interval '1 day' * round(1.5 + 3 * greatest(severity, 0)
                                                                               + 3 * pg_temp.uniform(visit_occurrence_id, 'stay'), 2)
                                WHEN 'emergency' THEN interval '1 hour' * round(2 + 6 * pg_temp.uniform(visit_occurrence_id, 'stay'), 1)
                                ELSE interval '40 minutes' END) AS e (end_at);

-- Vital signs at every visit; blood only where the patient stays. "shift" is
-- what one step of severity does to the mean.
INSERT INTO omop.measurement (measurement_id, person_id, measurement_concept_id, measurement_date,
                              measurement_datetime, measurement_time, measurement_type_concept_id, value_as_number,
                              unit_concept_id, range_low, range_high, visit_occurrence_id, measurement_source_value,
                              measurement_source_concept_id, unit_source_value, value_source_value)
SELECT row_number() OVER (ORDER BY s.start_at, s.visit_occurrence_id, k.concept),
       s.person_id, k.concept, t.at::date, t.at, to_char(t.at, 'HH24:MI:SS'),
       CASE WHEN k.blood THEN 32856 ELSE 32817 END,
       value, k.unit, k.low, k.high, s.visit_occurrence_id, k.loinc, k.concept, k.ucum, value::text
FROM stay AS s
     CROSS JOIN (VALUES
        (3027018, '8867-4',  false, 8541,   '/min',     78.0,  9.0, 11.0, 60.0, 100.0, 0),
        (3024171, '9279-1',  false, 8541,   '/min',     16.0,  2.2,  2.0, 12.0,  20.0, 0),
        (3020891, '8310-5',  false, 586323, 'Cel',      36.8,  0.35, 0.35, 36.1, 37.8, 1),
        (3004249, '8480-6',  false, 8876,   'mm[Hg]',  128.0, -9.0, 14.0, 90.0, 140.0, 0),
        (3012888, '8462-4',  false, 8876,   'mm[Hg]',   76.0, -5.0,  9.0, 60.0,  90.0, 0),
        (40762499, '59408-5', false, 8554,  '%',        97.0, -1.4,  1.3, 94.0, 100.0, 0),
        (3000905, '6690-2',  true,  8848,   '10*3/uL',   8.0,  2.4,  2.0,  4.0,  11.0, 1),
        (3016723, '2160-0',  true,  8840,   'mg/dL',     0.95, 0.3,  0.22, 0.6,   1.3, 2),
        (3024929, '777-3',   true,  8848,   '10*3/uL', 245.0, -28.0, 55.0, 150.0, 400.0, 0),
        (3014111, '2524-7',  true,  8753,   'mmol/L',    1.2,  0.7,  0.35, 0.5,   2.0, 1),
        (3024128, '1975-2',  true,  8840,   'mg/dL',     0.7,  0.2,  0.25, 0.1,   1.2, 1)
     ) AS k (concept, loinc, blood, unit, ucum, mean, shift, sd, low, high, digits),
     LATERAL (SELECT greatest(round(k.mean + k.shift * greatest(s.severity, -0.5)
                                    + k.sd * pg_temp.normal(s.visit_occurrence_id, k.loinc), k.digits), 0.1),
                     s.start_at + floor(10 + 50 * pg_temp.uniform(s.visit_occurrence_id, k.loinc)) * interval '1 minute'
             ) AS m (raw, at),
     LATERAL (SELECT CASE WHEN k.ucum = '%' THEN least(m.raw, 100) ELSE m.raw END, m.at) AS t (value, at)
WHERE s.kind <> 'outpatient' OR NOT k.blood;

-- A note for every stay, and a chest radiograph's report for one in four.
INSERT INTO omop.note (note_id, person_id, note_date, note_datetime, note_type_concept_id, note_class_concept_id,
                       note_title, note_text, encoding_concept_id, language_concept_id, visit_occurrence_id,
                       note_source_value)
SELECT row_number() OVER (ORDER BY at, visit_occurrence_id),
       person_id, at::date, at, 32831, 0, title, body, 32678, 4180186, visit_occurrence_id, source
FROM (SELECT s.*, d.*
      FROM stay AS s
           JOIN omop.person AS p USING (person_id),
           LATERAL (SELECT 2026 - p.year_of_birth || '-year-old ' || CASE p.gender_concept_id WHEN 8532 THEN 'woman' ELSE 'man' END,
                           floor(5 * pg_temp.uniform(visit_occurrence_id, 'complaint'))::integer,
                           floor(5 * pg_temp.uniform(visit_occurrence_id, 'history'))::integer
                   ) AS w (who, complaint, history),
           LATERAL (VALUES
              (CASE s.kind WHEN 'inpatient' THEN 'Discharge summary' ELSE 'Emergency department note' END,
               s.start_at + interval '3 hours', 'provider note',
               w.who || ' presenting with '
               || (ARRAY['fever and cough', 'confusion', 'shortness of breath', 'abdominal pain', 'dysuria'])[1 + w.complaint]
               || '. History of '
               || (ARRAY['heart failure', 'type 2 diabetes mellitus', 'essential hypertension', 'atrial fibrillation',
                         'COPD'])[1 + w.history]
               || '. ' || CASE WHEN s.septic THEN 'Sepsis suspected, lactate and cultures drawn, antibiotics started.'
                               ELSE 'No sign of sepsis.' END
               || CASE WHEN s.severity > 1 THEN ' Observed closely.' ELSE ' Condition stable.' END),
              (CASE WHEN pg_temp.uniform(visit_occurrence_id, 'radiograph') < 0.25 THEN 'Chest radiograph report' END,
               s.start_at + interval '75 minutes', 'radiology report',
               'Chest radiograph, ' || w.who || '. '
               || CASE WHEN pg_temp.uniform(visit_occurrence_id, 'finding') < 0.06 THEN 'Pneumothorax on the left.'
                       WHEN s.severity > 0.9 THEN 'Opacity in the right lower lobe, pneumonia likely.'
                       ELSE 'No focal opacity. No pneumothorax.' END)
           ) AS d (title, at, source, body)
      WHERE s.kind <> 'outpatient' AND d.title IS NOT NULL) AS n;

-- Terms found in the notes. An NLP tool of an earlier project read them all;
-- the in-house summariser so far ran as a pilot at one hospital; some terms a
-- person abstracted by hand.
INSERT INTO omop.note_nlp (note_nlp_id, note_id, snippet, "offset", lexical_variant, note_nlp_concept_id, nlp_system,
                           nlp_date, nlp_datetime, term_exists, term_temporal)
SELECT row_number() OVER (ORDER BY note_id, system, place), note_id,
       substr(note_text, greatest(place - 30, 1), 60 + length(term)), (place - 1)::text, term, concept, system,
       '2026-09-21', timestamp '2026-09-21 02:00' + note_id * interval '30 milliseconds',
       CASE WHEN note_text ~ ('No (sign of |focal )?' || term) THEN 'N' ELSE 'Y' END,
       CASE WHEN note_text ~ ('History of ' || term) THEN 'history' ELSE 'current' END
FROM (SELECT n.note_id, n.note_text, t.*, position(t.term IN lower(n.note_text)) AS place, systems.system
      FROM omop.note AS n
           JOIN stay AS s USING (visit_occurrence_id)
           CROSS JOIN (VALUES ('sepsis', 132797), ('pneumonia', 255848), ('pneumothorax', 253796),
                              ('heart failure', 316139), ('type 2 diabetes mellitus', 201826),
                              ('essential hypertension', 320128), ('atrial fibrillation', 313217),
                              ('fever', 437663)) AS t (term, concept),
           LATERAL (VALUES (CASE WHEN n.note_id % 40 = 0 THEN 'manual abstraction' ELSE 'cTAKES 4.0.0.1' END),
                           (CASE WHEN s.care_site_id = 2 AND s.kind = 'inpatient' THEN 'note-summary 0.9' END)
                   ) AS systems (system)
      WHERE systems.system IS NOT NULL AND position(t.term IN lower(n.note_text)) > 0) AS found;

-- The vendor's sepsis model, running silently beside the EHR: three scores
-- per stay, six hours apart. Less sharp than its brochure, shifted at the
-- smallest hospital, lower for the same illness in one group of patients,
-- and a little worse since the version of July.
INSERT INTO cdw.sepsis_score (patient, encounter, model, version, probability, threshold, flag, outcome, instant)
SELECT s.person_id, s.visit_occurrence_id, 'Sepsis Watch', version, probability, 0.60, probability >= 0.60,
       CASE WHEN s.start_at < '2026-09-01' THEN s.septic END,
       (s.start_at + run * interval '6 hours') AT TIME ZONE 'UTC'
FROM stay AS s
     JOIN omop.person AS p USING (person_id)
     CROSS JOIN generate_series(0, 2) AS run,
     LATERAL (SELECT s.severity - 1.35 + 0.15 * run
                     + CASE WHEN s.start_at < '2026-07-01' THEN 0.55 ELSE 0.75 END
                       * pg_temp.normal(s.visit_occurrence_id * 4 + run, 'score')
                     + CASE s.care_site_id WHEN 3 THEN 0.3 ELSE 0 END
                     - CASE p.race_concept_id WHEN 8516 THEN 0.2 ELSE 0 END) AS z (logit),
     LATERAL (SELECT CASE WHEN s.start_at < '2026-07-01' THEN '4.1' ELSE '4.2' END,
                     round(0.5 + 0.5 * z.logit / (1 + abs(z.logit)), 3)) AS m (version, probability)
WHERE s.kind <> 'outpatient';

COMMIT;
ANALYZE;
