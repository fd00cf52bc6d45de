\i test/setup.sql
-- Frameworks and crosswalks: what is shipped, what is refused, what evidence
-- of one requirement is worth for another, deadlines.
BEGIN;
\i test/act.sql
SET LOCAL client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(139);

-- Shipped: requirements that nothing lies below, and headings
SELECT results_eq(
    $$ SELECT framework, count(*) FILTER (WHERE NOT heading), count(*) FILTER (WHERE heading)
         FROM aims.requirement_coverage GROUP BY framework ORDER BY framework $$,
    $$ VALUES ('cfr-part-11', 25::bigint, 5::bigint), ('chai-model-card', 41, 10), ('cis-controls', 21, 2), ('eu-ai-act', 68, 12),
              ('hipaa-security', 71, 22), ('hitrust', 14, 0), ('iec62304', 30, 6), ('iso13485', 23, 5), ('iso14971', 23, 4),
              ('iso27001', 123, 4), ('iso42001', 70, 9), ('nist-ai-rmf', 72, 23), ('nist-csf', 31, 7), ('onc-hti-1', 31, 9),
              ('soc2', 33, 9) $$,
    'requirements and headings per framework');
SELECT is_empty(
    $$ SELECT c.framework, c.ref FROM aims.requirement_coverage AS c JOIN aims.requirement AS r USING (framework, ref)
        WHERE c.heading <> (r.kind = 'objective') $$,
    'what has requirements below it is an objective, and nothing else is');
SELECT is_empty('SELECT framework FROM aims.framework WHERE num_nulls(edition, source) > 0 OR NOT shipped', 'each framework names edition and source');
SELECT is(array_agg(DISTINCT framework), '{iso42001}', 'the Statement of Applicability lists ISO/IEC 42001 as before') FROM aims.soa;
SELECT is(string_agg(n::text, ' ' ORDER BY ref), counts, 'numbers under each heading: ' || framework)
  FROM (VALUES
    ('nist-ai-rmf', '^[A-Z]+$', '19 13 18 22'),
    ('nist-ai-rmf', '^[A-Z]+\.\d$', '7 3 2 3 2 2 4 4 2 3 6 3 5 2 2 3 13 3 3'),
    ('nist-csf', '^GV\.', '5 3 2 7 4 10'),
    ('soc2', '^CC', '5 3 4 2 3 8 5 1 2'),
    ('iso27001', '^A', '37 8 14 34'),
    ('onc-hti-1', 'B\.', '4 4 2 4 2 4 5 4 2'),
    ('cis-controls', '', '7 14'),
    ('cfr-part-11', '', '11 2 3 2 5'),
    ('hipaa-security', '^\d+\.\d+$', '31 12 12 11 5'),
    ('eu-ai-act', '', '10 5 2 3 3 5 4 11 4 4 8 9')) AS e (framework, pattern, counts)
 CROSS JOIN LATERAL (
    SELECT h.ref, count(*) AS n FROM aims.requirement AS h JOIN aims.requirement AS l
        ON l.framework = h.framework AND h.ref OPERATOR(aims.@>) l.ref AND l.kind <> 'objective'
     WHERE h.framework = e.framework AND h.kind = 'objective' AND h.ref::text ~ pattern
       AND (pattern <> '^GV\.' OR h.ref::text <> 'GV') GROUP BY h.ref) AS c
 GROUP BY framework, pattern, counts ORDER BY framework COLLATE "C", counts COLLATE "C";
SELECT results_eq(
    $$ SELECT framework || ' ' || above || '.' || skipped
         FROM (SELECT r.framework, p.above, p.n, coalesce(lag(p.n) OVER (PARTITION BY r.framework, p.above ORDER BY p.n), 0) AS previous
                 FROM aims.requirement AS r
                CROSS JOIN LATERAL (SELECT substring(r.ref::text FROM '^(.*)\.\d+$'), substring(r.ref::text FROM '\.(\d+)$')::integer) AS p (above, n)
                WHERE r.framework NOT IN ('iso42001', 'cfr-part-11') AND p.above NOT IN ('A', '164')) AS numbered
        CROSS JOIN LATERAL generate_series(previous + 1, n - 1) AS skipped ORDER BY framework, above, skipped $$,
    $$ VALUES ('eu-ai-act 10.5'), ('eu-ai-act 15.2'), ('eu-ai-act 26.3'), ('eu-ai-act 73.7'), ('eu-ai-act 73.8'), ('iso27001 6.1') $$,
    'no number is skipped but those of the EU AI Act that lay no duty on providers or deployers, or were deleted, and a heading');
SELECT results_eq(
    $$ SELECT left(ref::text, 7), count(*) FILTER (WHERE title ~ ' \(addressable\)$'), string_agg(display, ' ' ORDER BY ref) FILTER (WHERE title ~ ' \(addressable\)$')
         FROM aims.requirement WHERE framework = 'hipaa-security' AND kind = 'control' GROUP BY 1 ORDER BY 1 $$,
    $$ VALUES ('164.308', 11::bigint, '164.308(a)(3)(ii)(A) 164.308(a)(3)(ii)(B) 164.308(a)(3)(ii)(C) 164.308(a)(4)(ii)(B) 164.308(a)(4)(ii)(C) 164.308(a)(5)(ii)(A) 164.308(a)(5)(ii)(B) 164.308(a)(5)(ii)(C) 164.308(a)(5)(ii)(D) 164.308(a)(7)(ii)(D) 164.308(a)(7)(ii)(E)'),
              ('164.310', 6, '164.310(a)(2)(i) 164.310(a)(2)(ii) 164.310(a)(2)(iii) 164.310(a)(2)(iv) 164.310(d)(2)(iii) 164.310(d)(2)(iv)'),
              ('164.312', 5, '164.312(a)(2)(iii) 164.312(a)(2)(iv) 164.312(c)(2) 164.312(e)(2)(i) 164.312(e)(2)(ii)'),
              ('164.314', 0, NULL), ('164.316', 0, NULL) $$,
    '22 implementation specifications of HIPAA are addressable, as appendix A to subpart C has it');
SELECT is(display, spelling, spelling) FROM (VALUES
    ('eu-ai-act', '9.10', 'Article 9(10)'), ('eu-ai-act', '27', 'Article 27'), ('eu-ai-act', 'IV.2', 'Annex IV(2)'),
    ('nist-ai-rmf', 'MEASURE.2.13', 'MEASURE 2.13'), ('nist-ai-rmf', 'GOVERN.1', 'GOVERN 1'),
    ('hipaa-security', '164.308', '164.308'), ('hipaa-security', '164.308.a.1.ii.D', '164.308(a)(1)(ii)(D)'), ('hipaa-security', '164.316.b.2.iii', '164.316(b)(2)(iii)'),
    ('cfr-part-11', '11.10.k', '11.10(k)'), ('cfr-part-11', '11.70', '11.70'), ('nist-csf', 'GV.OC.01', 'GV.OC-01'),
    ('onc-hti-1', '170.315.b.11.iv.B.7.v', '170.315(b)(11)(iv)(B)(7)(v)')) AS e (framework, ref, spelling)
  JOIN aims.requirement AS r ON r.framework = e.framework AND r.ref OPERATOR(aims.=) e.ref::aims.control_ref
 ORDER BY spelling COLLATE "C";

-- Shipped mappings
SELECT results_eq(
    $$ SELECT source, relation, framework::text, other_framework::text, count(*) FROM aims.crosswalk GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 $$,
    $$ VALUES ('NIST crosswalk', 'intersects', 'nist-ai-rmf', 'iso42001', 280::bigint),
              ('own reading', 'intersects', 'cfr-part-11', 'iso42001', 10), ('own reading', 'intersects', 'cis-controls', 'iso42001', 7),
              ('own reading', 'intersects', 'eu-ai-act', 'iso42001', 98), ('own reading', 'intersects', 'hipaa-security', 'iso42001', 36),
              ('own reading', 'intersects', 'hitrust', 'iso42001', 14), ('own reading', 'intersects', 'iec62304', 'iso42001', 9),
              ('own reading', 'intersects', 'iso13485', 'iso42001', 21), ('own reading', 'intersects', 'iso14971', 'iso42001', 17),
              ('own reading', 'intersects', 'iso27001', 'iso42001', 57), ('own reading', 'intersects', 'nist-csf', 'iso42001', 28),
              ('own reading', 'intersects', 'onc-hti-1', 'chai-model-card', 13), ('own reading', 'intersects', 'onc-hti-1', 'iso42001', 20),
              ('own reading', 'intersects', 'soc2', 'iso42001', 16) $$,
    'shipped mappings by source and relation');
SELECT is_empty('SELECT framework, ref, via_ref FROM aims.mapping WHERE shipped AND suffices', 'nothing shipped satisfies a requirement of another framework in full');
SELECT is_empty($$ SELECT framework, ref FROM aims.crosswalk WHERE NOT shipped OR reviewer IS NOT NULL OR recorded_by IS NOT NULL $$,
    'they are marked as shipped, and claim no reviewer');
SELECT is_empty(
    $$ SELECT c.framework, c.ref FROM aims.mapping AS c JOIN aims.requirement AS r USING (framework, ref) WHERE r.kind = 'objective' $$,
    'no heading is mapped');
SELECT is_empty(
    $$ SELECT framework, ref FROM aims.requirement_coverage WHERE framework IN ('nist-ai-rmf', 'iso42001') AND NOT heading AND mappings = 0 $$,
    'the crosswalk covers all of NIST AI RMF and of ISO/IEC 42001');
SELECT is(string_agg(m.via_ref::text, ' ' ORDER BY m.via_ref), e.refs, e.ref) FROM (VALUES
    ('GOVERN.1.1', '4.1 6.2 A.2.2 A.2.4'), ('GOVERN.2.1', '5.3 7.1 7.2 7.3 7.4 9.1 A.3.2'), ('MAP.5.1', '6.1.2 A.5.2'),
    ('MEASURE.2.11', 'A.5.4 A.5.5'), ('MANAGE.4.3', '9.3.2 A.6.2.6 A.8.5')) AS e (ref, refs)
  JOIN aims.mapping AS m ON m.framework = 'nist-ai-rmf' AND m.ref OPERATOR(aims.=) e.ref::aims.control_ref
 GROUP BY e.ref, e.refs ORDER BY e.ref COLLATE "C";
SELECT results_eq(
    $$ SELECT reuse, count(*) FROM aims.crosswalk WHERE framework = 'iso27001' AND ref::text !~ '^A' GROUP BY reuse ORDER BY reuse $$,
    $$ VALUES ('as_is', 6::bigint), ('extend', 24) $$,
    'each clause of ISO/IEC 27001 says what a certificate brings along');

-- People: an officer, a committee member, a clerk who records, somebody
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC') ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
DO $$
DECLARE
    p text;
BEGIN
    FOREACH p IN ARRAY '{officer,member,clerk,guest,kiosk}'::text[] LOOP
        EXECUTE format('CREATE ROLE crosswalk_%s', p);
        PERFORM aims.grant_duty_role('officer', ('crosswalk_' || p)::regrole);
        INSERT INTO aims.person (person, full_name, db_role) SELECT p, p, 'crosswalk_' || p WHERE p <> 'kiosk';
    END LOOP;
END $$;
INSERT INTO aims.trusted_application VALUES ('crosswalk_kiosk', false);
INSERT INTO aims.duty (person, duty) VALUES ('officer', 'ai_officer');
SELECT pg_temp.act('crosswalk_officer', $$INSERT INTO aims.duty (person, duty) VALUES ('member', 'committee_member')$$) \g /dev/null
INSERT INTO aims.framework (framework, title) VALUES ('law', 'A law'), ('norm', 'A norm');
INSERT INTO aims.requirement (framework, ref, kind, title) VALUES
    ('law', '1', 'objective', 'heading'), ('law', '1.1', 'control', 'x'), ('law', '1.2', 'control', 'x'),
    ('law', '1.3', 'control', 'x'), ('law', '1.4', 'control', 'x'), ('law', '2', 'control', 'x'), ('law', '3', 'control', 'x'), ('law', '4', 'control', 'x'),
    ('norm', '1.1', 'control', 'x'), ('norm', '1.2', 'control', 'x'), ('norm', '1.3', 'control', 'x'), ('norm', '1.4', 'control', 'x'),
    ('norm', '2', 'control', 'x'), ('norm', '3', 'control', 'x'), ('norm', '4', 'control', 'x');

-- Refusals
CREATE TEMPORARY TABLE refusal (line integer GENERATED ALWAYS AS IDENTITY, state char(5), why text, statement text);
INSERT INTO refusal (state, why, statement)
SELECT state, why, format('INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES (%s)', vals) FROM (VALUES
    ('23503', 'from a requirement that does not exist', $$'law', '9', 'equal', 'norm', '1.1', 'x'$$),
    ('23503', 'to a requirement that does not exist', $$'law', '1.1', 'equal', 'norm', '9', 'x'$$),
    ('23503', 'from a framework that does not exist', $$'none', '1.1', 'equal', 'norm', '1.1', 'x'$$),
    ('23503', 'to a framework that does not exist', $$'law', '1.1', 'equal', 'none', '1.1', 'x'$$),
    ('23503', 'an Annex B number of ISO/IEC 42001', $$'law', '1.1', 'equal', 'iso42001', 'B.2.2', 'x'$$),
    ('23514', 'to itself', $$'law', '1.1', 'equal', 'law', '1.1', 'x'$$),
    ('23514', 'within a framework', $$'law', '1.1', 'equal', 'law', '1.2', 'x'$$),
    ('23514', 'an unknown relation', $$'law', '1.1', 'covers', 'norm', '1.1', 'x'$$),
    ('23502', 'no relation', $$'law', '1.1', NULL, 'norm', '1.1', 'x'$$),
    ('23502', 'no source', $$'law', '1.1', 'equal', 'norm', '1.1', NULL$$),
    ('23514', 'a blank source', $$'law', '1.1', 'equal', 'norm', '1.1', E' \n'$$),
    ('23502', 'from nothing', $$NULL, '1.1', 'equal', 'norm', '1.1', 'x'$$),
    ('23502', 'to nothing', $$'law', '1.1', 'equal', 'norm', NULL, 'x'$$),
    ('22P02', 'a quoted name', $$'law', '1.1"; DROP', 'equal', 'norm', '1.1', 'x'$$)) AS t (state, why, vals);
INSERT INTO refusal (state, why, statement) VALUES
    ('MS016', 'a mapping passed off as shipped', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, shipped)
        VALUES ('law', '1.1', 'equal', 'norm', '1.1', 'x', true)$$),
    ('MS016', 'a shipped mapping is strengthened', $$UPDATE aims.crosswalk SET relation = 'equal' WHERE framework = 'nist-ai-rmf'$$),
    ('MS016', 'a shipped mapping is reviewed', $$UPDATE aims.crosswalk SET reviewer = 'officer', reviewed_at = now() WHERE framework = 'nist-ai-rmf'$$),
    ('MS016', 'a shipped mapping is deleted', $$DELETE FROM aims.crosswalk WHERE framework = 'hipaa-security'$$),
    ('MS016', 'mappings are truncated', $$TRUNCATE aims.crosswalk$$),
    ('MS016', 'a shipped requirement is changed', $$UPDATE aims.requirement SET title = 'x' WHERE framework = 'eu-ai-act'$$),
    ('MS016', 'a shipped framework is deleted', $$DELETE FROM aims.framework WHERE framework = 'soc2'$$),
    ('MS016', 'a shipped framework enters the Statement of Applicability', $$UPDATE aims.framework SET in_soa = true WHERE framework = 'iso27001'$$);
INSERT INTO refusal (state, why, statement)
SELECT state, why, format('INSERT INTO aims.framework_deadline (deadline, framework, ref, title, due_on, source) VALUES (%s)', vals) FROM (VALUES
    ('23503', 'a deadline of an unknown framework', $$'d', 'none', NULL, 'x', '2030-01-01', 'x'$$),
    ('23503', 'of an unknown requirement', $$'d', 'law', '9', 'x', '2030-01-01', 'x'$$),
    ('23514', 'with a blank title', $$'d', 'law', NULL, ' ', '2030-01-01', 'x'$$),
    ('23514', 'with a blank source', $$'d', 'law', NULL, 'x', '2030-01-01', ''$$),
    ('23502', 'without a source', $$'d', 'law', NULL, 'x', '2030-01-01', NULL$$),
    ('23502', 'without a day', $$'d', 'law', NULL, 'x', NULL, 'x'$$),
    ('23514', 'never', $$'d', 'law', NULL, 'x', 'infinity', 'x'$$),
    ('23514', 'that is no slug', $$'D d', 'law', NULL, 'x', '2030-01-01', 'x'$$)) AS t (state, why, vals);
INSERT INTO refusal (state, why, statement) VALUES
    ('22P02', 'a deadline of an unknown tier', $$INSERT INTO aims.framework_deadline (deadline, framework, title, due_on, source, eu_tier) VALUES ('d', 'law', 'x', '2030-01-01', 'x', 'medium')$$),
    ('MS016', 'a deadline passed off as shipped', $$INSERT INTO aims.framework_deadline (deadline, framework, title, due_on, source, shipped) VALUES ('d', 'law', 'x', '2030-01-01', 'x', true)$$),
    ('MS016', 'a shipped deadline is moved', $$UPDATE aims.framework_deadline SET due_on = '2040-01-01'$$),
    ('MS016', 'a shipped deadline is deleted', $$DELETE FROM aims.framework_deadline$$),
    ('MS016', 'deadlines are truncated', $$TRUNCATE aims.framework_deadline$$);

-- Recorded by the clerk, reviewed by another
SELECT lives_ok(format($$SELECT pg_temp.act('crosswalk_clerk', %L)$$, statement), 'the clerk records mappings, and dates and reviewers typed') FROM (VALUES ($$
    INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, recorded_at, recorded_by, reviewer, reviewed_at) VALUES
    ('law', '1.1', 'equal',      'norm', '1.1', 'our counsel', '2001-01-01', 'guest', 'member', '2001-01-01'),
    ('law', '1.2', 'subset',     'norm', '1.2', 'our counsel', '2001-01-01', 'guest', 'member', '2001-01-01'),
    ('law', '1.3', 'superset',   'norm', '1.3', 'our counsel', '2001-01-01', 'guest', 'member', '2001-01-01'),
    ('law', '1.4', 'intersects', 'norm', '1.4', 'our counsel', '2001-01-01', 'guest', 'member', '2001-01-01') $$)) AS t (statement);
SELECT is_empty(
    $$ SELECT ref FROM aims.crosswalk WHERE framework = 'law' AND (recorded_by <> 'clerk' OR recorded_at < now() OR num_nonnulls(reviewer, reviewed_at) > 0) $$,
    'what is typed there counts for nothing');
INSERT INTO refusal (state, why, statement) VALUES
    ('23505', 'a pair twice', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES ('law', '1.1', 'subset', 'norm', '1.1', 'x')$$),
    ('23505', 'a pair the other way round', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES ('norm', '1.1', 'equal', 'law', '1.1', 'x')$$),
    ('23505', 'a pair turned into another one', $$UPDATE aims.crosswalk SET framework = 'norm', ref = '1.2', other_framework = 'law', other_ref = '1.2' WHERE framework = 'law' AND ref OPERATOR(aims.=) '1.1'$$),
    ('23514', 'an unknown reuse', $$UPDATE aims.crosswalk SET reuse = 'maybe' WHERE NOT shipped$$),
    ('23503', 'a mapped requirement is deleted', $$DELETE FROM aims.requirement WHERE framework = 'law'$$);
SELECT throws_ok(statement, state, NULL, state || ' ' || why) FROM refusal ORDER BY line;

CREATE FUNCTION pg_temp.verdict(framework text, ref text) RETURNS text LANGUAGE sql AS $$
    SELECT c.verdict FROM aims.requirement_coverage AS c
     WHERE c.framework = verdict.framework AND c.ref OPERATOR(aims.=) verdict.ref::aims.control_ref $$;
CREATE FUNCTION pg_temp.file(until date, VARIADIC requirements text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
BEGIN
    INSERT INTO aims.evidence (title, uri, effective_on, valid_until) VALUES ('x', 'file:x', '2020-01-01', until) RETURNING evidence_id INTO id;
    INSERT INTO aims.evidence_link SELECT id, split_part(r, ' ', 1), split_part(r, ' ', 2)::aims.control_ref FROM unnest(requirements) AS r;
    RETURN id;
END $$;
SELECT pg_temp.file(NULL, 'norm 1.1', 'norm 1.2', 'norm 1.3', 'norm 1.4') \g /dev/null
SELECT is(array_agg(DISTINCT verdict), '{unmapped}', 'a mapping that nobody reviewed counts for nothing')
  FROM aims.requirement_coverage WHERE framework = 'law';
SELECT is(count(*), 4::bigint, 'and has to be reviewed') FROM aims.crosswalk_action WHERE action = 'review of a mapping' AND duty = 'ai_officer' AND due_on IS NULL;
SELECT pg_temp.ends_with(state, 'crosswalk_' || role, format('UPDATE aims.crosswalk SET reviewer = %L WHERE framework = ''law''', reviewer), name, actor)
  FROM (VALUES
    (1, 'MS012', 'officer', 'member', NULL, 'nobody reviews in another''s name'),
    (2, 'MS013', 'guest', 'guest', NULL, 'nor without the duty'),
    (3, 'MS013', 'clerk', 'clerk', NULL, 'nor what one has recorded'),
    (4, 'MS013', 'kiosk', 'member', 'member', 'nor behind an application that may not approve'),
    (5, 'MS012', 'member', 'nobody', NULL, 'nor in the name of nobody'),
    (6, '00000', 'member', 'member', NULL, 'a committee member reviews')) AS t (nr, state, role, reviewer, actor, name) ORDER BY nr;
SELECT is_empty($$ SELECT ref FROM aims.crosswalk WHERE framework = 'law' AND (reviewer <> 'member' OR reviewed_at < now() OR recorded_by <> 'clerk') $$,
    'who reviewed and when is the server''s');
SELECT is_empty($$ SELECT * FROM aims.crosswalk_action WHERE action = 'review of a mapping' $$, 'nothing is left to be reviewed');
SELECT pg_temp.ends_with('00000', 'crosswalk_officer', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source)
    VALUES ('law', '4', 'equal', 'norm', '4', 'x')$$, 'an officer records one');
SELECT pg_temp.ends_with(state, 'crosswalk_' || who, format($$UPDATE aims.crosswalk SET reviewer = %L WHERE ref OPERATOR(aims.=) '4' AND framework = 'law'$$, who), name)
  FROM (VALUES (1, 'MS012', 'officer', 'but does not review it'), (2, 'MS012', 'member', 'and not by whom the officer appointed')) AS t (nr, state, who, name) ORDER BY nr;

-- What each relation is worth, from both its ends
SELECT is(pg_temp.verdict('law', ref), verdict, name) FROM (VALUES
    ('1.1', 'full', 'equal to what is evidenced: full'),
    ('1.2', 'full', 'a subset of what is evidenced: full'),
    ('1.3', 'partial', 'a superset of what is evidenced: partial'),
    ('1.4', 'partial', 'intersects with what is evidenced: partial'),
    ('2', 'unmapped', 'neither mapped nor evidenced: unmapped'),
    ('1', 'partial', 'a heading with something partial below it: partial')) AS t (ref, verdict, name);
SELECT pg_temp.act('crosswalk_clerk', $$UPDATE aims.crosswalk SET framework = other_framework, ref = other_ref, other_framework = framework, other_ref = ref WHERE framework = 'law' AND ref OPERATOR(aims.<>) '4'$$) \g /dev/null
SELECT is(pg_temp.verdict('law', '1.1'), 'unmapped', 'a changed mapping is not reviewed any more');
SELECT pg_temp.act('crosswalk_member', $$UPDATE aims.crosswalk SET reviewer = 'member' WHERE framework = 'norm'$$) \g /dev/null
SELECT is(pg_temp.verdict('law', ref), verdict, name) FROM (VALUES
    ('1.1', 'full', 'what is evidenced is equal to it: full'),
    ('1.2', 'partial', 'what is evidenced is a subset of it: partial'),
    ('1.3', 'full', 'what is evidenced is a superset of it: full'),
    ('1.4', 'partial', 'what is evidenced intersects with it: partial')) AS t (ref, verdict, name);
SELECT results_eq(
    $$ SELECT ref::text, full_via, partial_via, stale_via, own_evidence FROM aims.requirement_coverage WHERE framework = 'law' AND mappings > 0 ORDER BY ref $$,
    $$ VALUES ('1.1', '{"norm 1.1"}'::text[], '{}'::text[], '{}'::text[], 'none'), ('1.2', '{}', '{"norm 1.2"}', '{}', 'none'),
              ('1.3', '{"norm 1.3"}', '{}', '{}', 'none'), ('1.4', '{}', '{"norm 1.4"}', '{}', 'none') $$,
    'by way of which requirement');
SELECT results_eq(
    $$ SELECT b.relation, b.suffices, b.via_framework || ' ' || b.via_ref::text, b.source, b.state FROM aims.requirement_basis AS b
        WHERE b.framework = 'law' AND b.ref OPERATOR(aims.=) '1.3' $$,
    $$ VALUES ('subset', true, 'norm 1.3', 'our counsel', 'in_force') $$,
    'and by which evidence');

-- Partial is never full, however much of it; one step, not two; time
SELECT pg_temp.act('crosswalk_clerk', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source)
    SELECT 'law', '2', CASE WHEN n = 4 THEN 'superset' ELSE 'intersects' END, 'norm', ('1.' || n)::aims.control_ref, 'x' FROM generate_series(1, 4) AS n$$) \g /dev/null
SELECT pg_temp.act('crosswalk_clerk', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source)
    VALUES ('iso42001', '6.3', 'equal', 'law', '1.1', 'x'), ('law', '3', 'equal', 'norm', '3', 'x'), ('law', '3', 'equal', 'iso42001', 'A.10.4', 'x'), ('norm', '2', 'equal', 'iso42001', 'A.2.2', 'x')$$) \g /dev/null
SELECT pg_temp.act('crosswalk_member', $$UPDATE aims.crosswalk SET reviewer = 'member' WHERE reviewer IS NULL AND recorded_by = 'clerk'$$) \g /dev/null
SELECT is(pg_temp.verdict('law', '2'), 'partial', 'four partial mappings are partial');
SELECT is(pg_temp.verdict('iso42001', '6.3'), 'none', 'what is full by a mapping passes nothing on');
SELECT is(pg_temp.verdict('law', '3'), 'none', 'mapped, and nothing evidenced: none');
SELECT pg_temp.file(aims.today() - 1, 'norm 3') \g /dev/null
SELECT is(pg_temp.verdict('law', '3'), 'stale', 'mapped to what has expired: stale');
SELECT is(pg_temp.verdict('norm', '3'), 'stale', 'as that is itself');
SELECT is(stale_via, '{"norm 3"}', 'it says by which') FROM aims.requirement_coverage WHERE framework = 'law' AND ref OPERATOR(aims.=) '3';
SELECT pg_temp.file(aims.today(), 'norm 3') \g /dev/null
SELECT is(pg_temp.verdict('law', '3'), 'full', 'renewed, on its last day: full');
INSERT INTO aims.evidence (title, effective_on) VALUES ('a claim', '2020-01-01') RETURNING evidence_id AS claim \gset
INSERT INTO aims.evidence_link VALUES (:claim, 'norm', '4');
SELECT is(pg_temp.verdict('norm', '4'), 'none', 'evidence without a document counts for nothing');

-- Controls of the Statement of Applicability: that says what is implemented
SELECT pg_temp.file(NULL, 'iso42001 A.2.2') \g /dev/null
SELECT is(pg_temp.verdict('iso42001', 'A.2.2'), 'partial', 'evidence of an undecided control: partial');
SELECT is(pg_temp.verdict('norm', '2'), 'none', 'and it passes nothing on');
INSERT INTO aims.applicability (ref, applicable, justification, implementation) VALUES ('A.2.2', true, 'x', 'in_progress');
SELECT is(pg_temp.verdict('iso42001', 'A.2.2'), 'partial', 'of one in progress, too');
UPDATE aims.applicability SET implementation = 'implemented';
SELECT is(pg_temp.verdict('iso42001', 'A.2.2'), 'full', 'of one that is implemented: full');
SELECT is(pg_temp.verdict('norm', '2'), 'full', 'and so is what equals it');
SELECT is(pg_temp.verdict('nist-ai-rmf', 'GOVERN.1.1'), 'partial', 'NIST''s mapping of it is partial');
SELECT pg_temp.file(NULL, 'law 3') \g /dev/null
SELECT is(pg_temp.verdict('iso42001', 'A.10.4'), 'partial', 'evidence by a mapping cannot say that a control is implemented');
INSERT INTO aims.applicability (ref, applicable, justification) VALUES ('A.10.4', false, 'no customers');
SELECT is(pg_temp.verdict('iso42001', 'A.10.4'), 'excluded', 'excluded stays excluded');
INSERT INTO aims.applicability (framework, ref, applicable, justification, implementation) VALUES
    ('law', '1.2', false, 'not ours', 'not_started'), ('law', '1.4', false, 'not ours', 'not_started'), ('norm', '1.1', true, 'ours', 'planned');
SELECT is(pg_temp.verdict('norm', '1.1'), 'partial', 'what is stated as planned, of any framework, is partial');
SELECT is(pg_temp.verdict('law', '1.1'), 'none', 'and passes nothing on');
UPDATE aims.applicability SET implementation = 'verified' WHERE framework = 'norm';
SELECT is(pg_temp.verdict('law', '1'), 'full', 'a heading is full when all below it are full or excluded');
SELECT pg_temp.file(NULL, 'iso42001 A.6') \g /dev/null
SELECT is(pg_temp.verdict('iso42001', 'A.6'), 'partial', 'evidence of a heading is partial');
SELECT is(pg_temp.verdict('iso42001', 'A.6.2.4'), 'none', 'and proves nothing below it');
SELECT is_empty(
    $$ SELECT s.ref FROM aims.soa AS s JOIN aims.requirement_coverage AS c USING (framework, ref)
        WHERE s.scope = 'organisation' AND ((s.status = 'evidenced') <> (c.verdict = 'full') OR (s.status = 'excluded') <> (c.verdict = 'excluded')) $$,
    'the coverage of controls is that of the Statement of Applicability');
SELECT is_empty(
    $$ SELECT framework FROM aims.framework_coverage WHERE requirements <> satisfied + partial + stale + none + unmapped + excluded $$,
    'the counts of a framework add up');
SELECT results_eq(
    $$ SELECT framework, requirements, mapped, satisfied, partial, stale, none, unmapped, excluded FROM aims.framework_coverage
        WHERE framework IN ('law', 'norm', 'soc2') $$,
    $$ VALUES ('law', 7::bigint, 6::bigint, 3::bigint, 1::bigint, 0::bigint, 0::bigint, 1::bigint, 2::bigint),
              ('norm', 7, 6, 6, 0, 0, 1, 0, 0), ('soc2', 33, 14, 0, 0, 0, 14, 19, 0) $$,
    'the coverage of frameworks');

-- A site's reading of a shipped pair, beside it
SELECT pg_temp.act('crosswalk_clerk', $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source)
    VALUES ('iso42001', 'A.2.2', 'superset', 'nist-ai-rmf', 'GOVERN.1.1', 'our committee')$$) \g /dev/null
SELECT is(pg_temp.verdict('nist-ai-rmf', 'GOVERN.1.1'), 'partial', 'the shipped mapping stands until the site''s own is reviewed');
SELECT pg_temp.act('crosswalk_member', $$UPDATE aims.crosswalk SET reviewer = 'member' WHERE source = 'our committee'$$) \g /dev/null
SELECT is(pg_temp.verdict('nist-ai-rmf', 'GOVERN.1.1'), 'full', 'then the site''s counts');
SELECT results_eq(
    $$ SELECT relation, source, reviewer FROM aims.mapping WHERE framework = 'nist-ai-rmf' AND ref OPERATOR(aims.=) 'GOVERN.1.1' AND via_ref OPERATOR(aims.=) 'A.2.2' $$,
    $$ VALUES ('subset', 'our committee', 'member') $$, 'instead of the shipped one');
SELECT pg_temp.ends_with('00000', 'crosswalk_clerk', $$UPDATE aims.crosswalk SET reviewer = NULL WHERE source = 'our committee'$$, 'a review is withdrawn');
SELECT is(pg_temp.verdict('nist-ai-rmf', 'GOVERN.1.1'), 'partial', 'and the shipped one stands again');

-- Deadlines
SELECT results_eq(
    $$ SELECT deadline::text, due_on FROM aims.framework_deadline WHERE framework = 'eu-ai-act' ORDER BY due_on, deadline COLLATE "C" $$,
    $$ VALUES ('eu-literacy', date '2025-02-02'), ('eu-prohibited', '2025-02-02'), ('eu-general-purpose', '2025-08-02'), ('eu-general', '2026-08-02'),
              ('eu-intimate-images', '2026-12-02'), ('eu-marking', '2026-12-02'), ('eu-general-purpose-old', '2027-08-02'),
              ('eu-high-risk-annex-iii', '2027-12-02'), ('eu-high-risk-annex-i', '2028-08-02'), ('eu-public-authorities', '2030-08-02') $$,
    'dates of the EU AI Act as amended');
INSERT INTO aims.ai_system (system, title, owner, purpose, eu_tier, organisation_role, out_of_scope_reason) VALUES
    ('a', 'x', 'clerk', 'x', 'high', 'user', NULL), ('b', 'x', 'clerk', 'x', 'high', 'provider', NULL), ('c', 'x', 'clerk', 'x', 'high', NULL, NULL),
    ('d', 'x', 'clerk', 'x', 'minimal', 'user', NULL), ('e', 'x', 'clerk', 'x', NULL, 'user', NULL), ('f', 'x', 'clerk', 'x', 'high', 'user', 'a trial');
INSERT INTO aims.framework_deadline (deadline, framework, title, due_on, eu_tier, organisation_role, source) VALUES
    ('soon', 'law', 'soon', aims.today() + 180, 'high', NULL, 'x'), ('today', 'law', 'today', aims.today(), 'high', 'user', 'x'),
    ('later', 'law', 'later', aims.today() + 181, 'high', NULL, 'x'), ('over', 'law', 'over', aims.today() - 1, 'high', NULL, 'x'),
    ('all', 'law', 'all', aims.today() + 9, NULL, NULL, 'x'),
    ('eu-high-risk-annex-iii', 'eu-ai-act', 'moved', aims.today() + 10, 'high', 'provider', 'our counsel');
SELECT results_eq(
    $$ SELECT deadline, days_left, state, systems, shipped FROM aims.deadline WHERE framework = 'law' OR deadline = 'eu-high-risk-annex-iii' ORDER BY days_left $$,
    $$ VALUES ('over', -1, 'past', '{a,b,c}'::text[], false), ('today', 0, 'today', '{a,c}', false), ('all', 9, 'ahead', '{}', false),
              ('eu-high-risk-annex-iii', 10, 'ahead', '{b,c}', false), ('soon', 180, 'ahead', '{a,b,c}', false), ('later', 181, 'ahead', '{a,b,c}', false) $$,
    'deadlines against today, a site''s instead of the shipped one');
SELECT results_eq(
    $$ SELECT subject_id, duty, due_on - aims.today(), substring(detail from 'touches .*') FROM aims.crosswalk_action WHERE action = 'deadline ahead'
          AND subject_id IN ('soon', 'today', 'later', 'over', 'all', 'eu-high-risk-annex-iii') ORDER BY 3 $$,
    $$ VALUES ('today', 'ai_officer', 0, 'touches a, c'), ('eu-high-risk-annex-iii', 'ai_officer', 10, 'touches b, c'),
              ('soon', 'ai_officer', 180, 'touches a, b, c') $$,
    'those within 180 days that touch an AI system are to be acted upon');
SELECT * FROM finish();
ROLLBACK;
