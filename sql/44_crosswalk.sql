-- Crosswalks: which requirement of one framework says what one of another
-- does, and what the evidence of the one is worth for the other.
--
-- Only what is evidenced is passed on, and one step only: a mapping carries
-- evidence, never a verdict that itself came by a mapping.

CREATE TABLE aims.crosswalk (
    framework       aims.slug        NOT NULL,
    ref             aims.control_ref NOT NULL,
    relation        text             NOT NULL,
    other_framework aims.slug        NOT NULL,
    other_ref       aims.control_ref NOT NULL,
    reuse           text,
    source          text             NOT NULL,
    recorded_at     timestamptz,
    recorded_by     aims.slug
                    CONSTRAINT crosswalk_recorded_by_fkey REFERENCES aims.person,
    reviewer        aims.slug
                    CONSTRAINT crosswalk_reviewer_fkey REFERENCES aims.person,
    reviewed_at     timestamptz,
    shipped         boolean          NOT NULL DEFAULT false,
    CONSTRAINT crosswalk_pkey PRIMARY KEY (framework, ref, other_framework, other_ref, shipped),
    CONSTRAINT crosswalk_requirement_fkey
        FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT crosswalk_other_fkey
        FOREIGN KEY (other_framework, other_ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT crosswalk_between_frameworks CHECK (framework <> other_framework),
    CONSTRAINT crosswalk_relation_known CHECK (relation IN ('equal', 'subset', 'superset', 'intersects')),
    CONSTRAINT crosswalk_reuse_known CHECK (reuse IN ('as_is', 'extend')),
    CONSTRAINT crosswalk_source_given CHECK (source ~ '\S'),
    CONSTRAINT crosswalk_review_whole CHECK (num_nulls(reviewer, reviewed_at) IN (0, 2)),
    CONSTRAINT crosswalk_shipped_unreviewed CHECK (NOT shipped OR reviewer IS NULL)
);
CREATE UNIQUE INDEX crosswalk_pair_key ON aims.crosswalk (
    least((framework || ' ' || ref::text) COLLATE "C", (other_framework || ' ' || other_ref::text) COLLATE "C"),
    greatest((framework || ' ' || ref::text) COLLATE "C", (other_framework || ' ' || other_ref::text) COLLATE "C"), shipped);
CREATE INDEX crosswalk_other_idx ON aims.crosswalk (other_framework, other_ref);
SELECT pg_catalog.pg_extension_config_dump('aims.crosswalk', 'WHERE NOT shipped');
COMMENT ON TABLE aims.crosswalk IS
    'Mappings between requirements of different frameworks; a site''s reviewed row (shipped = false) is taken instead of the shipped one of the same pair (ISO/IEC 42001 6.1.3)';
COMMENT ON INDEX aims.crosswalk_pair_key IS 'A pair is mapped once, whichever way round it is written, besides what is shipped';
COMMENT ON INDEX aims.crosswalk_other_idx IS 'Mappings that name a requirement second';
COMMENT ON COLUMN aims.crosswalk.framework IS 'Framework of the requirement that the row is about';
COMMENT ON COLUMN aims.crosswalk.ref IS 'The requirement';
COMMENT ON COLUMN aims.crosswalk.relation IS
    'ref is equal to other_ref, a subset of it (asks for nothing that other_ref does not ask for), a superset of it, or intersects it';
COMMENT ON COLUMN aims.crosswalk.other_framework IS 'The other framework';
COMMENT ON COLUMN aims.crosswalk.other_ref IS 'The other requirement';
COMMENT ON COLUMN aims.crosswalk.reuse IS
    'What one certificate brings to the other: as_is (one procedure serves both), extend (what there is has to be widened, for AI); NULL: not judged';
COMMENT ON COLUMN aims.crosswalk.source IS 'Whose mapping it is';
COMMENT ON COLUMN aims.crosswalk.recorded_at IS 'When it was recorded, or changed last; kept by the server, whatever is typed; NULL: shipped';
COMMENT ON COLUMN aims.crosswalk.recorded_by IS 'Who recorded or changed it, as the server knows it; NULL: a session of nobody, or shipped';
COMMENT ON COLUMN aims.crosswalk.reviewer IS
    'Who reviewed it: another person than recorded_by, by setting this column to the own name; NULL: counts for nothing, unless shipped';
COMMENT ON COLUMN aims.crosswalk.reviewed_at IS 'When it was reviewed, by the server''s clock';
COMMENT ON COLUMN aims.crosswalk.shipped IS 'Came with the extension; immutable (MS016)';

-- The crosswalk that NIST lists names what belongs together and states no
-- relation, so none but intersects can be claimed of it. It cites Annex B of
-- ISO/IEC 42001, whose B.x guides control A.x. Numbers are taken as they stand
-- where a title beside them is another's (GOVERN 3.2: B.3.2, MAP 1.4: B.2.2).
INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, shipped)
SELECT 'nist-ai-rmf', v.ref::aims.control_ref, 'intersects', 'iso42001', o.ref::aims.control_ref, 'NIST crosswalk', true
  FROM (VALUES
    ('GOVERN.1.1', '{4.1,6.2,A.2.2,A.2.4}'),
    ('GOVERN.1.2', '{A.9.3,A.6.1.2,A.6.1.3,A.10.3,A.2.2,4.4,5.2}'),
    ('GOVERN.1.3', '{6.1.2,6.1.1,6.1.3}'),
    ('GOVERN.1.4', '{6.1.2,6.1.3,8.3}'),
    ('GOVERN.1.5', '{8.2,8.3,8.4}'),
    ('GOVERN.1.6', '{A.4.5,A.4.3,A.4.4,A.4.6,A.4.2}'),
    ('GOVERN.1.7', '{A.6.2.6}'),
    ('GOVERN.2.1', '{9.1,5.3,7.1,7.2,7.3,7.4,A.3.2}'),
    ('GOVERN.2.2', '{7.2}'),
    ('GOVERN.2.3', '{5.1,9.3.1,9.3.2,9.3.3,5.2}'),
    ('GOVERN.3.1', '{A.4.6,A.5.4}'),
    ('GOVERN.3.2', '{A.6.1.3,A.9.3,A.4.6,A.5.3,7.2,A.3.2}'),
    ('GOVERN.4.1', '{A.5.2,A.6.1.2,A.6.1.3,A.9.2,A.9.3,A.10.3,A.5.4}'),
    ('GOVERN.4.2', '{A.5.4,A.8.5,7.4,6.1.4,A.5.5}'),
    ('GOVERN.4.3', '{A.6.2.4,A.6.2.6,A.6.2.7,A.8.2,A.8.3,A.8.4,A.8.5,A.6.1.2,A.6.1.3}'),
    ('GOVERN.5.1', '{A.10.4,A.5.3,A.5.4,A.8.3}'),
    ('GOVERN.5.2', '{A.8.3,A.10.4,A.5.4,A.5.5,A.6.1.3,A.6.2.6}'),
    ('GOVERN.6.1', '{A.10.2,A.10.3}'),
    ('GOVERN.6.2', '{A.10.2,A.10.3}'),
    ('MAP.1.1', '{6.1.4,A.5.2,A.5.3,A.5.4,A.5.5}'),
    ('MAP.1.2', '{A.4.6,7.2}'),
    ('MAP.1.3', '{4.1,5.2,6.2,7.5.3,7.3,7.4}'),
    ('MAP.1.4', '{5.1,4.1,A.2.2,A.5.2,A.9.4,A.6.2.2}'),
    ('MAP.1.5', '{6.1.1}'),
    ('MAP.1.6', '{A.6.2.2,A.5.4,A.5.5}'),
    ('MAP.2.1', '{A.6.2.3,A.4.2,A.4.3,A.4.4,A.4.5,A.4.6}'),
    ('MAP.2.2', '{A.6.2.7,A.9.3,A.8.2}'),
    ('MAP.2.3', '{A.6.1.3,A.6.2.7,A.7.2,A.7.3,A.7.4,A.7.5,A.7.6,A.6.2.4}'),
    ('MAP.3.1', '{A.5.2,A.5.3,A.5.4,A.5.5}'),
    ('MAP.3.2', '{A.5.2,A.5.3,A.5.4,A.5.5,8.2,8.3,8.4}'),
    ('MAP.3.3', '{4.3,A.5.2,A.5.3,A.5.4,A.5.5}'),
    ('MAP.3.4', '{7.2,A.4.6}'),
    ('MAP.3.5', '{A.6.1.3,A.6.2.7,A.8.2}'),
    ('MAP.4.1', '{4.1,A.2.2,A.9.2,A.9.4}'),
    ('MAP.4.2', '{A.6.2.7,A.8.2,A.10.3}'),
    ('MAP.5.1', '{6.1.2,A.5.2}'),
    ('MAP.5.2', '{A.6.1.3,A.6.2.6,A.8.3}'),
    ('MEASURE.1.1', '{6.1.1,6.1.2}'),
    ('MEASURE.1.2', '{A.6.2.4,A.5.4,A.5.2,A.5.5}'),
    ('MEASURE.1.3', '{6.1.2,9.2.2,A.5.2,A.5.4,A.5.5}'),
    ('MEASURE.2.1', '{A.8.4,A.6.2.4,A.6.2.7,A.4.2}'),
    ('MEASURE.2.2', '{A.6.2.4}'),
    ('MEASURE.2.3', '{A.7.4,A.6.2.6}'),
    ('MEASURE.2.4', '{9.1,A.6.2.6,A.6.2.8}'),
    ('MEASURE.2.5', '{A.6.2.4,A.6.2.5,A.6.2.7,A.8.2}'),
    ('MEASURE.2.6', '{A.6.2.8,A.6.2.6,A.6.2.4,8.2}'),
    ('MEASURE.2.7', '{A.7.2,A.3.2,A.2.3,A.5.2,A.6.1.2,A.6.2.3,A.9.3}'),
    ('MEASURE.2.8', '{A.7.2,A.5.4,A.5.5,A.6.1.2,A.9.3,6.1.2}'),
    ('MEASURE.2.9', '{A.7.5,A.6.2.5,A.6.2.7,A.8.2}'),
    ('MEASURE.2.10', '{A.5.2,A.7.2,A.7.3,A.2.3}'),
    ('MEASURE.2.11', '{A.5.5,A.5.4}'),
    ('MEASURE.2.12', '{A.5.5,A.4.5}'),
    ('MEASURE.2.13', '{A.6.2.4,A.6.2.6}'),
    ('MEASURE.3.1', '{8.2,4.4,8.4}'),
    ('MEASURE.3.2', '{A.6.2.8,A.6.2.6,10.1}'),
    ('MEASURE.3.3', '{A.8.2,A.8.4,A.8.3}'),
    ('MEASURE.4.1', '{A.6.2.4,A.5.4,A.5.5,9.1}'),
    ('MEASURE.4.2', '{9.1,A.8.2,9.2.1,A.8.3}'),
    ('MEASURE.4.3', '{9.3.1,A.6.2.6,A.6.2.7}'),
    ('MANAGE.1.1', '{A.9.3,A.9.2,A.9.4,A.6.1.3,A.6.2.4}'),
    ('MANAGE.1.2', '{9.3.3,6.1.2,6.1.3,6.1.4}'),
    ('MANAGE.1.3', '{6.1.1,6.1.2,6.1.3,6.1.4}'),
    ('MANAGE.1.4', '{A.5.3,A.5.4,A.6.2.7,A.8.2}'),
    ('MANAGE.2.1', '{A.4.2,7.1}'),
    ('MANAGE.2.2', '{A.3.3,A.6.1.2,A.6.1.3,A.6.2.4,A.6.2.6,A.7.2,7.1,10.1}'),
    ('MANAGE.2.3', '{10.2,6.1.1,6.1.2,6.1.3}'),
    ('MANAGE.2.4', '{A.9.4,A.8.2,A.6.2.7,A.6.1.3}'),
    ('MANAGE.3.1', '{A.10.3,A.10.2}'),
    ('MANAGE.3.2', '{A.4.4,A.6.2.6}'),
    ('MANAGE.4.1', '{9.2.1,A.6.2.6,A.8.3,A.10.4}'),
    ('MANAGE.4.2', '{9.3.3,A.6.2.4,A.6.2.6}'),
    ('MANAGE.4.3', '{9.3.2,A.8.5,A.6.2.6}')) AS v (ref, refs)
 CROSS JOIN unnest(v.refs::text[]) AS o (ref);

-- ISO/IEC 42001 is about a management system, laws are about systems and
-- records: where they meet they intersect, and none of it is presumed to
-- conform (Article 40 of the EU AI Act presumes that of harmonised standards
-- alone). What is not listed maps to nothing.
INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, shipped)
SELECT v.framework, v.ref::aims.control_ref, 'intersects', 'iso42001', o.ref::aims.control_ref, 'own reading', true
  FROM (VALUES
    ('eu-ai-act', '9.1', '{6.1.2,6.1.3,8.2,8.3}'),
    ('eu-ai-act', '9.2', '{6.1.2,8.2,A.5.2,A.6.2.6}'),
    ('eu-ai-act', '9.4', '{6.1.3}'),
    ('eu-ai-act', '9.5', '{6.1.3,8.3}'),
    ('eu-ai-act', '9.6', '{A.6.2.4}'),
    ('eu-ai-act', '9.7', '{A.6.2.4}'),
    ('eu-ai-act', '9.8', '{A.6.2.4}'),
    ('eu-ai-act', '9.9', '{A.5.4}'),
    ('eu-ai-act', '10.1', '{A.7.2,A.7.4}'),
    ('eu-ai-act', '10.2', '{A.7.2,A.7.3,A.7.4,A.7.5,A.7.6}'),
    ('eu-ai-act', '10.3', '{A.7.4}'),
    ('eu-ai-act', '10.4', '{A.7.2,A.7.4}'),
    ('eu-ai-act', '10.6', '{A.7.2,A.7.4}'),
    ('eu-ai-act', '11.1', '{7.5.2,A.6.2.3,A.6.2.7}'),
    ('eu-ai-act', '11.2', '{A.6.2.7}'),
    ('eu-ai-act', '12.1', '{A.6.2.8}'),
    ('eu-ai-act', '12.2', '{A.6.2.6,A.6.2.8}'),
    ('eu-ai-act', '13.1', '{A.6.2.2,A.8.2}'),
    ('eu-ai-act', '13.2', '{A.8.2}'),
    ('eu-ai-act', '13.3', '{A.8.2}'),
    ('eu-ai-act', '14.1', '{A.6.2.2,A.9.2}'),
    ('eu-ai-act', '14.2', '{A.5.4,A.9.2}'),
    ('eu-ai-act', '14.3', '{A.6.2.3,A.9.2}'),
    ('eu-ai-act', '14.4', '{A.4.6,A.8.2,A.9.2}'),
    ('eu-ai-act', '15.1', '{A.6.2.2,A.6.2.4}'),
    ('eu-ai-act', '15.3', '{A.8.2}'),
    ('eu-ai-act', '15.4', '{A.6.2.4,A.6.2.6}'),
    ('eu-ai-act', '15.5', '{A.6.2.4,A.6.2.6}'),
    ('eu-ai-act', '26.1', '{A.9.4}'),
    ('eu-ai-act', '26.2', '{7.2,A.3.2,A.4.6,A.9.2}'),
    ('eu-ai-act', '26.4', '{A.7.4}'),
    ('eu-ai-act', '26.5', '{A.6.2.6,A.8.3,A.8.4}'),
    ('eu-ai-act', '26.6', '{A.6.2.8}'),
    ('eu-ai-act', '26.7', '{A.8.5}'),
    ('eu-ai-act', '26.9', '{A.5.2}'),
    ('eu-ai-act', '26.11', '{A.8.5}'),
    ('eu-ai-act', '26.12', '{A.8.5}'),
    ('eu-ai-act', '27.1', '{6.1.4,8.4,A.5.2,A.5.3,A.5.4}'),
    ('eu-ai-act', '27.2', '{8.4,A.5.2}'),
    ('eu-ai-act', '27.3', '{A.8.5}'),
    ('eu-ai-act', '27.4', '{A.5.2}'),
    ('eu-ai-act', '72.1', '{9.1,A.6.2.6}'),
    ('eu-ai-act', '72.2', '{9.1,A.6.2.6}'),
    ('eu-ai-act', '72.3', '{A.6.2.6}'),
    ('eu-ai-act', '73.1', '{A.8.4,A.8.5}'),
    ('eu-ai-act', '73.2', '{A.8.4}'),
    ('eu-ai-act', '73.3', '{A.8.4}'),
    ('eu-ai-act', '73.4', '{A.8.4}'),
    ('eu-ai-act', '73.5', '{A.8.4}'),
    ('eu-ai-act', '73.6', '{10.2}'),
    ('eu-ai-act', 'IV.1', '{A.6.2.7}'),
    ('eu-ai-act', 'IV.2', '{A.6.2.3,A.6.2.7}'),
    ('eu-ai-act', 'IV.3', '{A.6.2.7,A.8.2}'),
    ('eu-ai-act', 'IV.4', '{A.6.2.4}'),
    ('eu-ai-act', 'IV.5', '{6.1.2}'),
    ('eu-ai-act', 'IV.6', '{A.6.2.7}'),
    ('eu-ai-act', 'IV.9', '{A.6.2.6}'),
    ('hipaa-security', '164.308.a.1.ii.A', '{6.1.2,8.2}'),
    ('hipaa-security', '164.308.a.1.ii.B', '{6.1.3,8.3}'),
    ('hipaa-security', '164.308.a.1.ii.D', '{9.1,A.6.2.6,A.6.2.8}'),
    ('hipaa-security', '164.308.a.2', '{5.3,A.3.2}'),
    ('hipaa-security', '164.308.a.5.i', '{7.2,7.3}'),
    ('hipaa-security', '164.308.a.6.i', '{10.2,A.8.4}'),
    ('hipaa-security', '164.308.a.6.ii', '{10.2,A.8.4}'),
    ('hipaa-security', '164.308.a.8', '{9.1,9.2.1,9.3.1}'),
    ('hipaa-security', '164.308.b.1', '{A.10.2,A.10.3}'),
    ('hipaa-security', '164.308.b.2', '{A.10.3}'),
    ('hipaa-security', '164.308.b.3', '{A.10.2,A.10.3}'),
    ('hipaa-security', '164.312.b', '{A.6.2.8}'),
    ('hipaa-security', '164.314.a.1', '{A.10.3}'),
    ('hipaa-security', '164.314.a.2.i.A', '{A.10.2,A.10.3}'),
    ('hipaa-security', '164.314.a.2.i.B', '{A.10.3}'),
    ('hipaa-security', '164.314.a.2.i.C', '{A.10.2}'),
    ('hipaa-security', '164.314.a.2.iii', '{A.10.3}'),
    ('hipaa-security', '164.316.b.1', '{7.5.1,7.5.2}'),
    ('hipaa-security', '164.316.b.2.i', '{7.5.3}'),
    ('hipaa-security', '164.316.b.2.ii', '{7.5.3}'),
    ('hipaa-security', '164.316.b.2.iii', '{7.5.2,A.2.4}'),
    ('cfr-part-11', '11.10.a', '{A.6.2.4}'),
    ('cfr-part-11', '11.10.b', '{7.5.3}'),
    ('cfr-part-11', '11.10.c', '{7.5.3}'),
    ('cfr-part-11', '11.10.d', '{7.5.3}'),
    ('cfr-part-11', '11.10.e', '{7.5.3,A.6.2.8}'),
    ('cfr-part-11', '11.10.i', '{7.2}'),
    ('cfr-part-11', '11.10.k', '{7.5.2,7.5.3}'),
    ('cfr-part-11', '11.30', '{7.5.3}'),
    ('nist-csf', 'GV.OC.01', '{4.1}'),
    ('nist-csf', 'GV.OC.02', '{4.2}'),
    ('nist-csf', 'GV.OC.03', '{4.2}'),
    ('nist-csf', 'GV.RM.01', '{6.1.1,6.2}'),
    ('nist-csf', 'GV.RM.02', '{6.1.1}'),
    ('nist-csf', 'GV.RM.05', '{7.4}'),
    ('nist-csf', 'GV.RM.06', '{6.1.2}'),
    ('nist-csf', 'GV.RR.01', '{5.1}'),
    ('nist-csf', 'GV.RR.02', '{5.3,A.3.2}'),
    ('nist-csf', 'GV.RR.03', '{7.1}'),
    ('nist-csf', 'GV.PO.01', '{5.2,A.2.2,A.2.3}'),
    ('nist-csf', 'GV.PO.02', '{A.2.4}'),
    ('nist-csf', 'GV.OV.01', '{9.3.2,9.3.3}'),
    ('nist-csf', 'GV.OV.02', '{9.3.3}'),
    ('nist-csf', 'GV.OV.03', '{9.1,9.3.2}'),
    ('nist-csf', 'GV.SC.01', '{A.10.3}'),
    ('nist-csf', 'GV.SC.02', '{A.10.2}'),
    ('nist-csf', 'GV.SC.03', '{A.10.3}'),
    ('nist-csf', 'GV.SC.05', '{A.10.2,A.10.3}'),
    ('nist-csf', 'GV.SC.06', '{A.10.3}'),
    ('nist-csf', 'GV.SC.07', '{A.10.3}'),
    ('soc2', 'CC1.3', '{5.3}'),
    ('soc2', 'CC1.4', '{7.2}'),
    ('soc2', 'CC2.2', '{7.4}'),
    ('soc2', 'CC2.3', '{A.8.5}'),
    ('soc2', 'CC3.1', '{6.2}'),
    ('soc2', 'CC3.2', '{6.1.2}'),
    ('soc2', 'CC3.4', '{8.2}'),
    ('soc2', 'CC4.1', '{9.1,9.2.1}'),
    ('soc2', 'CC4.2', '{10.2}'),
    ('soc2', 'CC5.3', '{5.2}'),
    ('soc2', 'CC7.2', '{A.6.2.6,A.6.2.8}'),
    ('soc2', 'CC7.4', '{A.8.4}'),
    ('soc2', 'CC8.1', '{A.6.2.5}'),
    ('soc2', 'CC9.2', '{A.10.3}'),
    ('cis-controls', '15.2', '{A.10.3}'),
    ('cis-controls', '15.4', '{A.10.2,A.10.3}'),
    ('cis-controls', '15.5', '{A.10.3}'),
    ('cis-controls', '15.6', '{A.10.3}'),
    ('cis-controls', '16.1', '{A.6.1.3}'),
    ('cis-controls', '16.9', '{7.2}'),
    ('hitrust', '02', '{7.2}'),
    ('hitrust', '03', '{6.1.2,6.1.3}'),
    ('hitrust', '04', '{5.2,A.2.2}'),
    ('hitrust', '05', '{5.3,A.10.3}'),
    ('hitrust', '06', '{4.2}'),
    ('hitrust', '07', '{A.4.2}'),
    ('hitrust', '09', '{A.6.2.6,A.6.2.8}'),
    ('hitrust', '10', '{A.6.1.3,A.6.2.2}'),
    ('hitrust', '11', '{A.8.4}'),
    ('iso14971', '4.1', '{6.1.2}'),
    ('iso14971', '4.2', '{5.1}'),
    ('iso14971', '4.3', '{7.2}'),
    ('iso14971', '4.4', '{6.1.1}'),
    ('iso14971', '5.1', '{6.1.2}'),
    ('iso14971', '5.2', '{6.1.4}'),
    ('iso14971', '5.4', '{6.1.2}'),
    ('iso14971', '5.5', '{6.1.2}'),
    ('iso14971', '6', '{6.1.2}'),
    ('iso14971', '7.1', '{6.1.3}'),
    ('iso14971', '7.2', '{8.3}'),
    ('iso14971', '7.3', '{6.1.3}'),
    ('iso14971', '8', '{6.1.3}'),
    ('iso14971', '10.1', '{A.6.2.6}'),
    ('iso14971', '10.2', '{A.6.2.6}'),
    ('iso14971', '10.3', '{A.6.2.6}'),
    ('iso14971', '10.4', '{10.2}'),
    ('iec62304', '4.2', '{6.1.2}'),
    ('iec62304', '5.1', '{A.6.1.3}'),
    ('iec62304', '5.2', '{A.6.2.2}'),
    ('iec62304', '5.3', '{A.6.2.3}'),
    ('iec62304', '5.4', '{A.6.2.3}'),
    ('iec62304', '5.7', '{A.6.2.4}'),
    ('iec62304', '5.8', '{A.6.2.5}'),
    ('iec62304', '6.1', '{A.6.2.6}'),
    ('iec62304', '9.2', '{10.2}'),
    ('iso13485', '4.2', '{7.5.2,7.5.3}'),
    ('iso13485', '5.1', '{5.1}'),
    ('iso13485', '5.3', '{5.2}'),
    ('iso13485', '5.4', '{6.2}'),
    ('iso13485', '5.5', '{5.3}'),
    ('iso13485', '5.6', '{9.3.1,9.3.2,9.3.3}'),
    ('iso13485', '6.1', '{7.1}'),
    ('iso13485', '6.2', '{7.2}'),
    ('iso13485', '7.1', '{8.1}'),
    ('iso13485', '7.3', '{A.6.2.2,A.6.2.3,A.6.2.4}'),
    ('iso13485', '7.4', '{A.10.3}'),
    ('iso13485', '8.2', '{9.1,9.2.1}'),
    ('iso13485', '8.4', '{9.1}'),
    ('iso13485', '8.5', '{10.1,10.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.2.i', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.2.ii', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.2.iii', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.2.iv', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.3.i', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.3.ii', '{A.8.2}'),
    ('onc-hti-1', '170.315.b.11.iv.B.4.i', '{A.7.3}'),
    ('onc-hti-1', '170.315.b.11.iv.B.4.iii', '{A.7.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.4.iv', '{A.7.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.5.i', '{A.5.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.5.ii', '{A.5.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.6.i', '{A.6.2.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.6.iv', '{A.6.2.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.7.i', '{A.6.2.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.7.iii', '{A.6.2.4}'),
    ('onc-hti-1', '170.315.b.11.iv.B.8.i', '{A.6.2.6}'),
    ('onc-hti-1', '170.315.b.11.iv.B.8.ii', '{A.6.2.6}'),
    ('onc-hti-1', '170.315.b.11.iv.B.8.iii', '{A.6.2.6}'),
    ('onc-hti-1', '170.315.b.11.iv.B.8.iv', '{A.6.2.6}'),
    ('onc-hti-1', '170.315.b.11.iv.B.9.i', '{A.6.2.6}')) AS v (framework, ref, refs)
 CROSS JOIN unnest(v.refs::text[]) AS o (ref);

-- The model card was drawn up to carry what HTI-1 asks for.
INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, shipped)
SELECT 'onc-hti-1', ('170.315.b.11.iv.B.' || v.ref)::aims.control_ref, 'intersects', 'chai-model-card', v.other::aims.control_ref,
       'own reading', true
  FROM (VALUES
    ('1.i', 'BasicInfo.DeveloperContact'),
    ('1.ii', 'TrustIngredients.TransparencyInformation.FundingSource'),
    ('1.iii', 'TrustIngredients.AISystemFacts.OutcomesAndOutputs'),
    ('2.i', 'UsesAndDirections.IntendedUseAndWorkflow'),
    ('2.ii', 'UsesAndDirections.TargetedPatientPopulation'),
    ('2.iii', 'UsesAndDirections.PrimaryIntendedUsers'),
    ('3.i', 'UsesAndDirections.CautionedOutOfScopeSettings'),
    ('3.ii', 'Warnings.KnownRisksAndLimitations'),
    ('4.iii', 'TrustIngredients.AISystemFacts.DevelopmentDataCharacterization'),
    ('5.ii', 'TrustIngredients.AISystemFacts.BiasMitigationApproaches'),
    ('7.v', 'Resources.EvaluationReferences'),
    ('8.i', 'TrustIngredients.AISystemFacts.OngoingMaintenance'),
    ('9.i', 'TrustIngredients.AISystemFacts.OngoingMaintenance')) AS v (ref, other);

-- What an existing certificate brings along. The clauses have the same
-- structure, but evidence about information security is none about AI yet.
INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, reuse, source, shipped)
SELECT 'iso27001', v.ref::aims.control_ref, 'intersects', 'iso42001', o.ref::aims.control_ref, v.reuse, 'own reading', true
  FROM (VALUES
    ('4.1', 'extend', '{4.1}'),
    ('4.2', 'extend', '{4.2}'),
    ('4.3', 'extend', '{4.3}'),
    ('4.4', 'extend', '{4.4}'),
    ('5.1', 'extend', '{5.1}'),
    ('5.2', 'extend', '{5.2}'),
    ('5.3', 'extend', '{5.3}'),
    ('6.1.1', 'extend', '{6.1.1}'),
    ('6.1.2', 'extend', '{6.1.2}'),
    ('6.1.3', 'extend', '{6.1.3}'),
    ('6.2', 'extend', '{6.2}'),
    ('6.3', 'as_is', '{6.3}'),
    ('7.1', 'extend', '{7.1}'),
    ('7.2', 'extend', '{7.2}'),
    ('7.3', 'extend', '{7.3}'),
    ('7.4', 'extend', '{7.4}'),
    ('7.5.1', 'as_is', '{7.5.1}'),
    ('7.5.2', 'as_is', '{7.5.2}'),
    ('7.5.3', 'as_is', '{7.5.3}'),
    ('8.1', 'extend', '{8.1}'),
    ('8.2', 'extend', '{8.2}'),
    ('8.3', 'extend', '{8.3}'),
    ('9.1', 'extend', '{9.1}'),
    ('9.2.1', 'extend', '{9.2.1}'),
    ('9.2.2', 'extend', '{9.2.2}'),
    ('9.3.1', 'extend', '{9.3.1}'),
    ('9.3.2', 'extend', '{9.3.2}'),
    ('9.3.3', 'extend', '{9.3.3}'),
    ('10.1', 'as_is', '{10.1}'),
    ('10.2', 'as_is', '{10.2}'),
    ('A.5.1', 'extend', '{A.2.2,A.2.3}'),
    ('A.5.2', 'extend', '{A.3.2}'),
    ('A.5.8', 'extend', '{A.6.1.3}'),
    ('A.5.9', 'extend', '{A.4.2,A.4.5}'),
    ('A.5.19', 'extend', '{A.10.3}'),
    ('A.5.20', 'extend', '{A.10.2,A.10.3}'),
    ('A.5.21', 'extend', '{A.10.3}'),
    ('A.5.22', 'extend', '{A.10.3}'),
    ('A.5.23', 'extend', '{A.10.2,A.10.3}'),
    ('A.5.24', 'extend', '{A.8.4}'),
    ('A.5.26', 'extend', '{A.8.4}'),
    ('A.5.31', 'extend', '{4.2}'),
    ('A.5.33', 'extend', '{7.5.3}'),
    ('A.5.35', 'extend', '{9.2.1}'),
    ('A.6.3', 'extend', '{7.2,7.3}'),
    ('A.6.8', 'extend', '{A.3.3}'),
    ('A.8.15', 'extend', '{A.6.2.8}'),
    ('A.8.16', 'extend', '{A.6.2.6}'),
    ('A.8.25', 'extend', '{A.6.1.3}'),
    ('A.8.26', 'extend', '{A.6.2.2}'),
    ('A.8.29', 'extend', '{A.6.2.4}'),
    ('A.8.32', 'extend', '{A.6.2.5}')) AS v (ref, reuse, refs)
 CROSS JOIN unnest(v.refs::text[]) AS o (ref);

CREATE FUNCTION aims.stamp_crosswalk() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    stamps text[] := '{recorded_at,recorded_by,reviewer,reviewed_at}';
    acting text;
BEGIN
    IF aims.restoring() THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' OR to_jsonb(NEW) - stamps IS DISTINCT FROM to_jsonb(OLD) - stamps THEN
        NEW.recorded_at := clock_timestamp();
        NEW.recorded_by := aims.current_person();
        NEW.reviewer := NULL;
        NEW.reviewed_at := NULL;
        RETURN NEW;
    END IF;
    NEW.recorded_at := OLD.recorded_at;
    NEW.recorded_by := OLD.recorded_by;
    NEW.reviewed_at := OLD.reviewed_at;
    IF NEW.reviewer IS NULL THEN
        NEW.reviewed_at := NULL;
    ELSIF NEW.reviewer IS DISTINCT FROM OLD.reviewer THEN
        PERFORM aims.check_act();
        PERFORM aims.require_approving_session();
        acting := aims.require_duty(ARRAY['ai_officer', 'committee_member']);
        IF NEW.reviewer <> acting
           OR OLD.recorded_by IS NOT NULL
              AND NOT aims.is_independent(acting, OLD.recorded_by, role => session_user) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'MS012',
                MESSAGE = format('person "%s" cannot review this mapping as "%s"', acting, NEW.reviewer),
                DETAIL = format('It was recorded by %s; who reviews it is another, independent person, in the own name.',
                                coalesce(OLD.recorded_by, 'nobody known')),
                HINT = 'Have an AI officer or committee member set reviewer to the own slug.';
        END IF;
        NEW.reviewed_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION aims.stamp_crosswalk() IS
    'Trigger on aims.crosswalk: who recorded and who reviewed a mapping is the server''s to say. A changed one is not reviewed any more; a review is an AI officer''s or committee member''s (MS013, MS014), in the own name and of what another recorded (MS012)';
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON aims.crosswalk
    FOR EACH ROW EXECUTE FUNCTION aims.stamp_crosswalk();
ALTER TABLE aims.crosswalk ENABLE ALWAYS TRIGGER stamp;
COMMENT ON TRIGGER stamp ON aims.crosswalk IS 'A mapping counts once another person has reviewed it';

-- Each mapping that counts, read from both its ends.
CREATE VIEW aims.mapping WITH (security_barrier) AS
WITH counted AS (
    SELECT c.* FROM aims.crosswalk AS c WHERE NOT c.shipped AND c.reviewer IS NOT NULL
    UNION ALL
    SELECT c.* FROM aims.crosswalk AS c
     WHERE c.shipped
       AND NOT EXISTS (SELECT FROM aims.crosswalk AS own
                        WHERE NOT own.shipped AND own.reviewer IS NOT NULL
                          AND own.framework = c.framework AND own.ref OPERATOR(aims.=) c.ref
                          AND own.other_framework = c.other_framework AND own.other_ref OPERATOR(aims.=) c.other_ref)
       AND NOT EXISTS (SELECT FROM aims.crosswalk AS own
                        WHERE NOT own.shipped AND own.reviewer IS NOT NULL
                          AND own.framework = c.other_framework AND own.ref OPERATOR(aims.=) c.other_ref
                          AND own.other_framework = c.framework AND own.other_ref OPERATOR(aims.=) c.ref)
)
SELECT c.framework::text, c.ref, c.relation, c.other_framework::text AS via_framework, c.other_ref AS via_ref,
       c.relation IN ('equal', 'subset') AS suffices, c.reuse, c.source, c.reviewer::text, c.shipped
  FROM counted AS c
UNION ALL
SELECT c.other_framework::text, c.other_ref,
       CASE c.relation WHEN 'subset' THEN 'superset' WHEN 'superset' THEN 'subset' ELSE c.relation END,
       c.framework::text, c.ref,
       c.relation IN ('equal', 'superset'), c.reuse, c.source, c.reviewer::text, c.shipped
  FROM counted AS c;
COMMENT ON VIEW aims.mapping IS
    'The mappings that count, each from both its ends: evidence of via_ref is worth something for ref (6.1.3)';
COMMENT ON COLUMN aims.mapping.framework IS 'Framework of the requirement that may be satisfied';
COMMENT ON COLUMN aims.mapping.ref IS 'The requirement that may be satisfied';
COMMENT ON COLUMN aims.mapping.relation IS 'What ref is of via_ref: equal, subset, superset or intersects';
COMMENT ON COLUMN aims.mapping.via_framework IS 'Framework of the requirement whose evidence is used';
COMMENT ON COLUMN aims.mapping.via_ref IS 'The requirement whose evidence is used';
COMMENT ON COLUMN aims.mapping.suffices IS
    'Does via_ref, evidenced, satisfy ref in full? Only where ref asks for nothing more: relation equal or subset. Otherwise it satisfies it in part';
COMMENT ON COLUMN aims.mapping.reuse IS 'as_is, extend, or NULL: not judged';
COMMENT ON COLUMN aims.mapping.source IS 'Whose mapping it is';
COMMENT ON COLUMN aims.mapping.reviewer IS 'Who reviewed it; NULL: shipped';
COMMENT ON COLUMN aims.mapping.shipped IS 'Did it come with the extension?';

-- A control counts as evidenced as in aims.soa: where it is in the Statement
-- of Applicability, or stated all the same, it has to be stated as implemented.
CREATE VIEW aims.requirement_coverage WITH (security_barrier) AS
WITH requirement AS (
    SELECT r.framework, r.ref, r.title, r.display, r.kind,
           coalesce(r.ref OPERATOR(aims.@>) lead(r.ref) OVER (PARTITION BY r.framework ORDER BY r.ref), false) AS heading
      FROM aims.requirement AS r
), standing AS MATERIALIZED (
    SELECT r.framework, r.ref, r.title, r.display, r.kind, r.heading,
           f.in_soa, r.kind = 'control' AND f.in_soa AS in_statement,
           r.kind = 'control' AND a.applicable IS FALSE AS excluded,
           e.state AS own,
           e.state = 'in_force' AND NOT r.heading
               AND CASE WHEN r.kind = 'control' AND (f.in_soa OR a.applicable IS NOT NULL)
                        THEN coalesce(a.applicable AND a.implementation IN ('implemented', 'verified'), false)
                        ELSE true END AS evidenced
      FROM requirement AS r
      JOIN aims.framework AS f ON f.framework = r.framework
      LEFT JOIN aims.applicability AS a
        ON a.framework = r.framework AND a.ref OPERATOR(aims.=) r.ref AND a.scope = 'organisation'
      JOIN aims.requirement_evidence AS e ON e.framework = r.framework AND e.ref OPERATOR(aims.=) r.ref
), mapped AS (
    SELECT m.framework, m.ref, count(*) AS mappings,
           array_agg(v.framework || ' ' || v.ref::text ORDER BY v.framework, v.ref)
               FILTER (WHERE v.evidenced AND m.suffices) AS full_via,
           array_agg(v.framework || ' ' || v.ref::text ORDER BY v.framework, v.ref)
               FILTER (WHERE v.evidenced AND NOT m.suffices) AS partial_via,
           array_agg(v.framework || ' ' || v.ref::text ORDER BY v.framework, v.ref)
               FILTER (WHERE v.own = 'expired' AND NOT v.excluded) AS stale_via
      FROM aims.mapping AS m
      JOIN standing AS v ON v.framework = m.via_framework AND v.ref OPERATOR(aims.=) m.via_ref
     GROUP BY m.framework, m.ref
), judged AS MATERIALIZED (
    SELECT s.*, m.mappings, m.full_via, m.partial_via, m.stale_via,
           CASE WHEN s.excluded THEN 'excluded'
                WHEN s.evidenced OR m.full_via IS NOT NULL AND NOT s.in_statement AND NOT s.heading THEN 'full'
                WHEN s.own = 'in_force' OR m.full_via IS NOT NULL OR m.partial_via IS NOT NULL THEN 'partial'
                WHEN s.own = 'expired' OR m.stale_via IS NOT NULL THEN 'stale'
                WHEN s.in_soa OR s.own = 'other' OR m.mappings > 0 THEN 'none'
                ELSE 'unmapped'
           END AS verdict
      FROM standing AS s
      LEFT JOIN mapped AS m ON m.framework = s.framework AND m.ref OPERATOR(aims.=) s.ref
), below AS (
    SELECT h.framework, h.ref,
           bool_and(l.verdict = 'excluded') AS excluded,
           bool_and(l.verdict IN ('full', 'excluded')) AS covered,
           bool_or(l.verdict IN ('full', 'partial')) AS partial,
           bool_or(l.verdict = 'stale') AS stale,
           bool_and(l.verdict IN ('unmapped', 'excluded')) AS unmapped
      FROM judged AS h
      JOIN judged AS l ON l.framework = h.framework AND h.ref OPERATOR(aims.@>) l.ref
     WHERE h.heading AND NOT l.heading
     GROUP BY h.framework, h.ref
)
SELECT j.framework::text, j.ref, j.display, j.title, j.kind, false AS heading, j.verdict,
       coalesce(j.mappings, 0) AS mappings, j.own AS own_evidence,
       coalesce(j.full_via, '{}') AS full_via,
       coalesce(j.partial_via, '{}') AS partial_via,
       coalesce(j.stale_via, '{}') AS stale_via
  FROM judged AS j
 WHERE NOT j.heading
UNION ALL
SELECT j.framework::text, j.ref, j.display, j.title, j.kind, true,
       CASE WHEN b.excluded THEN 'excluded'
            WHEN b.covered THEN 'full'
            WHEN b.partial OR j.verdict = 'partial' THEN 'partial'
            WHEN b.stale OR j.verdict = 'stale' THEN 'stale'
            WHEN b.unmapped AND j.verdict = 'unmapped' THEN 'unmapped'
            ELSE 'none'
       END,
       coalesce(j.mappings, 0), j.own,
       coalesce(j.full_via, '{}'), coalesce(j.partial_via, '{}'), coalesce(j.stale_via, '{}')
  FROM judged AS j
  JOIN below AS b ON b.framework = j.framework AND b.ref OPERATOR(aims.=) j.ref;
COMMENT ON VIEW aims.requirement_coverage IS
    'What the evidence at hand is worth for each requirement of each framework, directly and by mappings; computed from dates on every reading. List the rows behind it with aims.requirement_basis (6.1.3, 9.1)';
COMMENT ON COLUMN aims.requirement_coverage.framework IS 'Framework';
COMMENT ON COLUMN aims.requirement_coverage.ref IS 'Requirement';
COMMENT ON COLUMN aims.requirement_coverage.display IS 'The framework''s own spelling of the number, where it differs';
COMMENT ON COLUMN aims.requirement_coverage.title IS 'Topic';
COMMENT ON COLUMN aims.requirement_coverage.kind IS 'clause, objective or control';
COMMENT ON COLUMN aims.requirement_coverage.heading IS 'Has it requirements below it? Then its verdict is that of all of them';
COMMENT ON COLUMN aims.requirement_coverage.verdict IS
    'full: its own evidence counts today (a control of the Statement of Applicability: status evidenced there), or an evidenced requirement that it is equal to or a subset of; partial: less than that, however many mappings; stale: all of it has expired; none: nothing counts; unmapped: no mapping and no evidence, nothing is claimed; excluded: stated as not applicable. A heading is full when all below it are full or excluded';
COMMENT ON COLUMN aims.requirement_coverage.mappings IS 'Mappings that count (aims.mapping), whatever they carry today';
COMMENT ON COLUMN aims.requirement_coverage.own_evidence IS
    'Evidence linked to the requirement itself: in_force (some counts today), expired (none counts, some has expired), other (replaced, in future or unsubstantiated) or none';
COMMENT ON COLUMN aims.requirement_coverage.full_via IS
    'Evidenced requirements that satisfy it in full; for a control of the Statement of Applicability in part, since that says what is implemented';
COMMENT ON COLUMN aims.requirement_coverage.partial_via IS 'Evidenced requirements that satisfy it in part';
COMMENT ON COLUMN aims.requirement_coverage.stale_via IS 'Mapped requirements whose evidence has all expired';

CREATE VIEW aims.framework_coverage WITH (security_barrier) AS
SELECT c.framework, f.title, f.edition,
       count(*) AS requirements,
       count(*) FILTER (WHERE c.mappings > 0) AS mapped,
       count(*) FILTER (WHERE c.verdict = 'full') AS satisfied,
       count(*) FILTER (WHERE c.verdict = 'partial') AS partial,
       count(*) FILTER (WHERE c.verdict = 'stale') AS stale,
       count(*) FILTER (WHERE c.verdict = 'none') AS none,
       count(*) FILTER (WHERE c.verdict = 'unmapped') AS unmapped,
       count(*) FILTER (WHERE c.verdict = 'excluded') AS excluded
  FROM aims.requirement_coverage AS c
  JOIN aims.framework AS f ON f.framework = c.framework
 WHERE NOT c.heading
 GROUP BY c.framework, f.title, f.edition
 ORDER BY c.framework;
COMMENT ON VIEW aims.framework_coverage IS
    'Evidence once, satisfied where: requirements of each framework (headings apart) by what the evidence at hand is worth for them today (6.1.3, 9.1)';
COMMENT ON COLUMN aims.framework_coverage.framework IS 'Framework';
COMMENT ON COLUMN aims.framework_coverage.title IS 'Its name';
COMMENT ON COLUMN aims.framework_coverage.edition IS 'Its edition';
COMMENT ON COLUMN aims.framework_coverage.requirements IS 'satisfied + partial + stale + none + unmapped + excluded';
COMMENT ON COLUMN aims.framework_coverage.mapped IS 'Requirements with a mapping that counts to another framework';
COMMENT ON COLUMN aims.framework_coverage.satisfied IS 'Verdict full; what is satisfied in part is not among them';
COMMENT ON COLUMN aims.framework_coverage.partial IS 'Satisfied in part';
COMMENT ON COLUMN aims.framework_coverage.stale IS 'All evidence has expired';
COMMENT ON COLUMN aims.framework_coverage.none IS 'Nothing counts today';
COMMENT ON COLUMN aims.framework_coverage.unmapped IS 'No mapping and no evidence: nothing is claimed';
COMMENT ON COLUMN aims.framework_coverage.excluded IS 'Stated as not applicable';

CREATE VIEW aims.requirement_basis WITH (security_barrier) AS
SELECT l.framework::text, l.ref, NULL::text AS relation, NULL::text AS via_framework, NULL::aims.control_ref AS via_ref,
       NULL::boolean AS suffices, NULL::text AS source, e.evidence_id, e.title, e.state, e.valid_until
  FROM aims.evidence_link AS l
  JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id
UNION ALL
SELECT m.framework, m.ref, m.relation, m.via_framework, m.via_ref, m.suffices, m.source,
       e.evidence_id, e.title, e.state, e.valid_until
  FROM aims.mapping AS m
  JOIN aims.evidence_link AS l ON l.framework = m.via_framework AND l.ref OPERATOR(aims.=) m.via_ref
  JOIN aims.evidence_state AS e ON e.evidence_id = l.evidence_id;
COMMENT ON VIEW aims.requirement_basis IS
    'The rows behind aims.requirement_coverage: each piece of evidence linked to a requirement or to one that it is mapped to, whatever its state; name framework and ref (6.1.3, 7.5)';
COMMENT ON COLUMN aims.requirement_basis.framework IS 'Framework';
COMMENT ON COLUMN aims.requirement_basis.ref IS 'Requirement';
COMMENT ON COLUMN aims.requirement_basis.relation IS 'What it is of via_ref; NULL: the evidence is linked to the requirement itself';
COMMENT ON COLUMN aims.requirement_basis.via_framework IS 'Framework of the requirement that the evidence is linked to';
COMMENT ON COLUMN aims.requirement_basis.via_ref IS 'Requirement that the evidence is linked to';
COMMENT ON COLUMN aims.requirement_basis.suffices IS 'Does that, evidenced, satisfy it in full?';
COMMENT ON COLUMN aims.requirement_basis.source IS 'Whose mapping it is';
COMMENT ON COLUMN aims.requirement_basis.evidence_id IS 'Number of the evidence';
COMMENT ON COLUMN aims.requirement_basis.title IS 'What it is';
COMMENT ON COLUMN aims.requirement_basis.state IS 'in_force, expired, superseded, future or unsubstantiated';
COMMENT ON COLUMN aims.requirement_basis.valid_until IS 'Last day that it counts; NULL: it does not expire';

CREATE TABLE aims.framework_deadline (
    deadline          aims.slug NOT NULL,
    framework         aims.slug NOT NULL
                      CONSTRAINT framework_deadline_framework_fkey REFERENCES aims.framework,
    ref               aims.control_ref,
    provision         text,
    title             text      NOT NULL,
    due_on            date      NOT NULL,
    eu_tier           aims.eu_tier,
    organisation_role aims.organisation_role,
    source            text      NOT NULL,
    as_of             date      NOT NULL DEFAULT aims.today(),
    shipped           boolean   NOT NULL DEFAULT false,
    CONSTRAINT framework_deadline_pkey PRIMARY KEY (deadline, shipped),
    CONSTRAINT framework_deadline_requirement_fkey
        FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT framework_deadline_title_given CHECK (title ~ '\S'),
    CONSTRAINT framework_deadline_provision_given CHECK (provision ~ '\S'),
    CONSTRAINT framework_deadline_source_given CHECK (source ~ '\S'),
    CONSTRAINT framework_deadline_dates_finite CHECK (isfinite(due_on) AND isfinite(as_of))
);
SELECT pg_catalog.pg_extension_config_dump('aims.framework_deadline', 'WHERE NOT shipped');
COMMENT ON TABLE aims.framework_deadline IS
    'Days from which obligations apply, with their source: rows, since laws move them. A site''s row (shipped = false) is taken instead of the shipped one of the same deadline; read them as aims.deadline (ISO/IEC 42001 4.1, 4.2)';
COMMENT ON COLUMN aims.framework_deadline.deadline IS 'Key of the deadline';
COMMENT ON COLUMN aims.framework_deadline.framework IS 'Framework that sets it';
COMMENT ON COLUMN aims.framework_deadline.ref IS 'Requirement that falls due; NULL: many, or one that is not kept';
COMMENT ON COLUMN aims.framework_deadline.provision IS 'Provision that falls due, as it is cited';
COMMENT ON COLUMN aims.framework_deadline.title IS 'What applies from that day';
COMMENT ON COLUMN aims.framework_deadline.due_on IS 'Day from which it applies';
COMMENT ON COLUMN aims.framework_deadline.eu_tier IS 'AI systems of this tier of the EU AI Act are concerned; NULL: no tier in particular';
COMMENT ON COLUMN aims.framework_deadline.organisation_role IS 'The organisation is concerned in this role; NULL: in any';
COMMENT ON COLUMN aims.framework_deadline.source IS 'Where the date stands';
COMMENT ON COLUMN aims.framework_deadline.as_of IS 'Day on which the source was read';
COMMENT ON COLUMN aims.framework_deadline.shipped IS 'Came with the extension; immutable (MS016)';

-- Regulation (EU) 2026/1744, proposed as COM(2025) 836, was published on 24
-- July 2026 and has been in force since 27 July 2026. Points are those of the
-- third paragraph of Article 113.
INSERT INTO aims.framework_deadline (deadline, framework, ref, provision, title, due_on, eu_tier, organisation_role,
                                     source, as_of, shipped) VALUES
    ('eu-prohibited', 'eu-ai-act', NULL, 'Article 5', 'Prohibited practices', '2025-02-02', 'unacceptable', NULL,
        'Regulation (EU) 2024/1689, Article 113(a)', '2026-11-26', true),
    ('eu-literacy', 'eu-ai-act', NULL, 'Article 4', 'Measures that support the AI literacy of staff', '2025-02-02', NULL, NULL,
        'Regulation (EU) 2024/1689, Articles 4 (as amended by Regulation (EU) 2026/1744) and 113(a)', '2026-11-26', true),
    ('eu-general-purpose', 'eu-ai-act', NULL, 'Chapter V', 'General-purpose AI models; governance; penalties but those of Article 101', '2025-08-02', NULL, 'provider',
        'Regulation (EU) 2024/1689, Article 113(b)', '2026-11-26', true),
    ('eu-general', 'eu-ai-act', NULL, 'Article 50', 'General application; transparency to people who meet AI or its output', '2026-08-02', 'limited', NULL,
        'Regulation (EU) 2024/1689, Article 113, second paragraph', '2026-11-26', true),
    ('eu-marking', 'eu-ai-act', NULL, 'Article 50(2)', 'Marking of generated content by systems on the market before 2 August 2026', '2026-12-02', 'limited', 'provider',
        'Regulation (EU) 2024/1689, Article 111(4), added by Regulation (EU) 2026/1744', '2026-11-26', true),
    ('eu-intimate-images', 'eu-ai-act', NULL, 'Article 5(1)(ba) and (bb)', 'Prohibition of generating intimate images without consent, or of child abuse', '2026-12-02', 'unacceptable', NULL,
        'Regulation (EU) 2024/1689, Article 113(a) as amended by Regulation (EU) 2026/1744', '2026-11-26', true),
    ('eu-general-purpose-old', 'eu-ai-act', NULL, 'Article 111(3)', 'General-purpose AI models on the market before 2 August 2025', '2027-08-02', NULL, 'provider',
        'Regulation (EU) 2024/1689, Article 111(3)', '2026-11-26', true),
    ('eu-high-risk-annex-iii', 'eu-ai-act', NULL, 'Chapter III, sections 1 to 3', 'High-risk systems of Annex III (before the amendment: 2 August 2026)', '2027-12-02', 'high', NULL,
        'Regulation (EU) 2024/1689, Article 113(c)(i) as amended by Regulation (EU) 2026/1744', '2026-11-26', true),
    ('eu-high-risk-annex-i', 'eu-ai-act', NULL, 'Chapter III, sections 1 to 3', 'High-risk systems in products of Annex I, such as medical devices (before the amendment: 2 August 2027)', '2028-08-02', 'high', NULL,
        'Regulation (EU) 2024/1689, Article 113(c)(ii) as amended by Regulation (EU) 2026/1744', '2026-11-26', true),
    ('eu-public-authorities', 'eu-ai-act', NULL, 'Article 111(2)', 'High-risk systems for public authorities that were in use before Chapter III applied to them', '2030-08-02', 'high', NULL,
        'Regulation (EU) 2024/1689, Article 111(2) as amended by Regulation (EU) 2026/1744', '2026-11-26', true),
    ('hti-1-decision-support', 'onc-hti-1', NULL, '45 CFR 170.102, Base EHR (3)(iii)', 'Certified health IT shows source attributes (a rule proposed on 29 December 2025, 90 FR 60970, would remove them)', '2025-01-01', NULL, NULL,
        'HTI-1 final rule, 89 FR 1192', '2026-11-26', true),
    ('iso27001-2022', 'iso27001', NULL, 'IAF MD 26', 'End of certificates on the edition of 2013', '2025-10-31', NULL, NULL,
        'IAF MD 26:2023', '2026-11-26', true),
    ('fda-qmsr', 'iso13485', NULL, '21 CFR 820', 'FDA''s quality management system regulation takes up ISO 13485', '2026-02-02', NULL, 'developer',
        'Quality management system regulation, 89 FR 7496', '2026-11-26', true);

CREATE VIEW aims.deadline WITH (security_barrier) AS
SELECT d.deadline, d.framework, d.ref, d.provision, d.title, d.due_on, d.days_left,
       CASE WHEN d.days_left < 0 THEN 'past' WHEN d.days_left = 0 THEN 'today' ELSE 'ahead' END AS state,
       d.eu_tier, d.organisation_role,
       coalesce(array_agg(s.system::text ORDER BY s.system) FILTER (WHERE s.system IS NOT NULL), '{}') AS systems,
       d.source, d.as_of, d.shipped
  FROM (SELECT DISTINCT ON (f.deadline)
               f.deadline::text, f.framework::text, f.ref, f.provision, f.title, f.due_on,
               f.due_on - (SELECT aims.today()) AS days_left,
               f.eu_tier, f.organisation_role, f.source, f.as_of, f.shipped
          FROM aims.framework_deadline AS f
         ORDER BY f.deadline, f.shipped) AS d
  LEFT JOIN aims.ai_system AS s
    ON s.eu_tier = d.eu_tier
       AND coalesce(s.organisation_role = d.organisation_role, true)
       AND s.out_of_scope_reason IS NULL AND s.stage <> 'retirement'
 GROUP BY d.deadline, d.framework, d.ref, d.provision, d.title, d.due_on, d.days_left,
          d.eu_tier, d.organisation_role, d.source, d.as_of, d.shipped;
COMMENT ON VIEW aims.deadline IS
    'Deadlines, those ahead and those past, against today, with the AI systems that they touch (4.1, 4.2)';
COMMENT ON COLUMN aims.deadline.deadline IS 'Key of the deadline';
COMMENT ON COLUMN aims.deadline.framework IS 'Framework that sets it';
COMMENT ON COLUMN aims.deadline.ref IS 'Requirement that falls due; NULL: many, or one that is not kept';
COMMENT ON COLUMN aims.deadline.provision IS 'Provision that falls due';
COMMENT ON COLUMN aims.deadline.title IS 'What applies from that day';
COMMENT ON COLUMN aims.deadline.due_on IS 'Day from which it applies';
COMMENT ON COLUMN aims.deadline.days_left IS 'Days until then; negative: it applies';
COMMENT ON COLUMN aims.deadline.state IS 'past, today or ahead';
COMMENT ON COLUMN aims.deadline.eu_tier IS 'Tier that is concerned';
COMMENT ON COLUMN aims.deadline.organisation_role IS 'Role in which the organisation is concerned';
COMMENT ON COLUMN aims.deadline.systems IS
    'AI systems of that tier, in scope and not retired, towards which the organisation has that role or none stated';
COMMENT ON COLUMN aims.deadline.source IS 'Where the date stands';
COMMENT ON COLUMN aims.deadline.as_of IS 'Day on which the source was read';
COMMENT ON COLUMN aims.deadline.shipped IS 'Did it come with the extension?';

CREATE VIEW aims.crosswalk_action WITH (security_barrier) AS
SELECT 'deadline ahead' AS action, 'framework_deadline' AS subject, d.deadline AS subject_id, NULL::text AS system,
       NULL::text AS vendor, 'ai_officer' AS duty, NULL::text AS person, d.due_on,
       concat_ws(' ', d.framework, coalesce(d.provision, d.ref::text)) AS ref,
       format('%s; source: %s; touches %s', d.title, d.source, array_to_string(d.systems, ', ')) AS detail
  FROM aims.deadline AS d
 WHERE d.days_left BETWEEN 0 AND 180 AND cardinality(d.systems) > 0
UNION ALL
SELECT 'review of a mapping', 'crosswalk', format('%s %s %s %s', c.framework, c.ref, c.other_framework, c.other_ref),
       NULL, NULL, 'ai_officer', NULL, NULL, '6.1.3',
       format('%s %s %s %s %s counts for nothing until another person than %s has reviewed it',
              c.framework, c.ref, c.relation, c.other_framework, c.other_ref, coalesce(c.recorded_by, 'who recorded it'))
  FROM aims.crosswalk AS c
 WHERE NOT c.shipped AND c.reviewer IS NULL;
COMMENT ON VIEW aims.crosswalk_action IS
    'What has to be done about frameworks: deadlines within 180 days that touch an AI system, mappings of the organisation''s own to be reviewed (4.2, 6.1.3)';
COMMENT ON COLUMN aims.crosswalk_action.action IS 'deadline ahead, or review of a mapping';
COMMENT ON COLUMN aims.crosswalk_action.subject IS 'Table: framework_deadline or crosswalk';
COMMENT ON COLUMN aims.crosswalk_action.subject_id IS 'Deadline, or both requirements of the mapping';
COMMENT ON COLUMN aims.crosswalk_action.system IS 'Always NULL: a deadline touches several, which detail lists';
COMMENT ON COLUMN aims.crosswalk_action.vendor IS 'Always NULL';
COMMENT ON COLUMN aims.crosswalk_action.duty IS 'Always ai_officer';
COMMENT ON COLUMN aims.crosswalk_action.person IS 'Always NULL';
COMMENT ON COLUMN aims.crosswalk_action.due_on IS 'Day by which; NULL: as soon as may be';
COMMENT ON COLUMN aims.crosswalk_action.ref IS 'Provision, or clause of ISO/IEC 42001';
COMMENT ON COLUMN aims.crosswalk_action.detail IS 'What it is about';
