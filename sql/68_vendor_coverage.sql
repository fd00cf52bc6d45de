-- What vendors have and lack: cover of a product, the gate's check, coverage,
-- what is to be done (ISO/IEC 42001 A.10.2, A.10.3, 9.1).

-- What covers a product of a vendor today. Put in line where it is called:
-- coverage and the gate judge by the same rows.
CREATE FUNCTION aims.vendor_cover(vendor text, product text)
    RETURNS TABLE (contract_id bigint, contract_until date, notice_days integer, terms_stated boolean,
                   associate_agreement_id bigint, associate_agreement_until date, unallocated text[],
                   assessment_id bigint, conclusion text, assessment_until date, assessed boolean,
                   open_notices bigint[], overdue_notices bigint[])
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT c.vendor_contract_id, c.valid_until, c.notice_days,
               num_nulls(c.change_notice_days, c.audit_right, c.training_use) = 0,
               b.vendor_contract_id, b.valid_until,
               ARRAY(SELECT r.responsibility
                       FROM unnest(ARRAY(SELECT o.responsibility::text FROM aims.responsibility AS o ORDER BY o.responsibility)) AS r (responsibility)
                      WHERE r.responsibility <> ALL (
                            ARRAY(SELECT l.responsibility::text FROM aims.vendor_contract AS k
                                    JOIN aims.vendor_responsibility AS l ON l.vendor_contract_id = k.vendor_contract_id
                                   WHERE k.vendor = vendor_cover.vendor AND (k.product IS NULL OR k.product = vendor_cover.product)
                                     AND k.status = 'confirmed'
                                     AND (SELECT aims.today()) BETWEEN k.valid_from AND coalesce(k.valid_until, 'infinity')))),
               a.vendor_assessment_id, a.conclusion, a.valid_until,
               a.conclusion <> 'not_acceptable' AND a.valid_until >= (SELECT aims.today()),
               n.open, n.overdue
          FROM (SELECT coalesce(array_agg(o.vendor_notice_id ORDER BY o.vendor_notice_id), '{}') AS open,
                       coalesce(array_agg(o.vendor_notice_id ORDER BY o.vendor_notice_id)
                                    FILTER (WHERE o.assess_by < (SELECT aims.today())), '{}') AS overdue
                  FROM aims.vendor_notice AS o
                 WHERE o.vendor = vendor_cover.vendor AND o.status = 'received'
                   AND coalesce(o.product = vendor_cover.product, true)
                   -- of most vendors none waits: which have one is asked once
                   AND vendor_cover.vendor IN (SELECT w.vendor FROM aims.vendor_notice AS w WHERE w.status = 'received')) AS n
          LEFT JOIN LATERAL (
               SELECT k.vendor_contract_id, k.valid_until, k.notice_days, k.change_notice_days, k.audit_right, k.training_use
                 FROM aims.vendor_contract AS k
                WHERE k.vendor = vendor_cover.vendor AND (k.product IS NULL OR k.product = vendor_cover.product)
                  AND k.kind = 'supply' AND k.status = 'confirmed'
                  AND (SELECT aims.today()) BETWEEN k.valid_from AND coalesce(k.valid_until, 'infinity')
                ORDER BY k.valid_until DESC NULLS FIRST, k.vendor_contract_id DESC LIMIT 1) AS c ON true
          LEFT JOIN LATERAL (
               SELECT k.vendor_contract_id, k.valid_until
                 FROM aims.vendor_contract AS k
                WHERE k.vendor = vendor_cover.vendor AND (k.product IS NULL OR k.product = vendor_cover.product)
                  AND k.kind = 'business_associate_agreement' AND k.status = 'confirmed'
                  AND (SELECT aims.today()) BETWEEN k.valid_from AND coalesce(k.valid_until, 'infinity')
                ORDER BY k.valid_until DESC NULLS FIRST, k.vendor_contract_id DESC LIMIT 1) AS b ON true
          LEFT JOIN LATERAL (
               SELECT s.vendor_assessment_id, s.conclusion, s.valid_until
                 FROM aims.vendor_assessment AS s
                WHERE s.vendor = vendor_cover.vendor AND (s.product IS NULL OR s.product = vendor_cover.product)
                  AND s.status = 'approved'
                ORDER BY s.approved_at DESC, s.vendor_assessment_id DESC LIMIT 1) AS a ON true;
    END;
COMMENT ON FUNCTION aims.vendor_cover(text, text) IS
    'What covers a product of a vendor today, or, where the product is NULL, what is for all its products: the columns of aims.vendor_standing, responsibilities whether they are needed or not (A.10.2, A.10.3)';

CREATE VIEW aims.vendor_standing WITH (security_barrier) AS
SELECT u.vendor, u.product, u.systems, u.deployed, u.highest_tier, u.tier_undecided, u.handles_data, u.phi, p.supported_until,
       c.contract_id, c.contract_until, c.notice_days, c.terms_stated, c.associate_agreement_id, c.associate_agreement_until,
       CASE WHEN u.handles_data THEN c.unallocated ELSE '{}' END AS unallocated,
       c.assessment_id, c.conclusion, c.assessment_until, c.assessed, c.open_notices, c.overdue_notices
  FROM (SELECT o.vendor, o.product,
               count(*) FILTER (WHERE o.in_use) AS systems,
               count(*) FILTER (WHERE o.in_use AND o.stage IN ('deployment', 'operation_monitoring', 're_evaluation')) AS deployed,
               min(o.clinical_tier) FILTER (WHERE o.in_use) AS highest_tier,
               coalesce(bool_or(o.clinical_tier IS NULL) FILTER (WHERE o.in_use), false) AS tier_undecided,
               coalesce(bool_or(o.handles_data) FILTER (WHERE o.in_use), false) AS handles_data,
               coalesce(bool_or(o.phi) FILTER (WHERE o.in_use), false) AS phi
          FROM (SELECT s.vendor, s.product, s.system, s.stage, s.in_use, s.clinical_tier,
                       bool_or(s.handles_data) AS handles_data, bool_or(s.phi) AS phi
                  FROM aims.vendor_system AS s
                 GROUP BY s.vendor, s.product, s.system, s.stage, s.in_use, s.clinical_tier) AS o
         GROUP BY o.vendor, o.product) AS u
  LEFT JOIN aims.vendor_product AS p ON p.vendor = u.vendor AND p.product = u.product
 CROSS JOIN LATERAL aims.vendor_cover(u.vendor, u.product) AS c;
COMMENT ON VIEW aims.vendor_standing IS
    'Per vendor and product that something uses: what covers it today (contract, business associate agreement, responsibilities, assessment) and which notices wait (A.10.2, A.10.3)';
COMMENT ON COLUMN aims.vendor_standing.vendor IS 'Vendor';
COMMENT ON COLUMN aims.vendor_standing.product IS 'Product; NULL: systems and components that do not say which, covered by what is for all products alone';
COMMENT ON COLUMN aims.vendor_standing.systems IS 'AI systems in use that use it';
COMMENT ON COLUMN aims.vendor_standing.deployed IS 'Those of them that are deployed, in operation or in re-evaluation';
COMMENT ON COLUMN aims.vendor_standing.highest_tier IS 'Highest clinical tier of these systems';
COMMENT ON COLUMN aims.vendor_standing.tier_undecided IS 'Is the tier of one of them not decided?';
COMMENT ON COLUMN aims.vendor_standing.handles_data IS 'Does it handle our data in one of them? (aims.vendor_system)';
COMMENT ON COLUMN aims.vendor_standing.phi IS 'And health information? Then a business associate agreement is needed';
COMMENT ON COLUMN aims.vendor_standing.supported_until IS 'Last day of support of the product';
COMMENT ON COLUMN aims.vendor_standing.contract_id IS 'Contract of supply in force (aims.vendor_contract), the one that lasts longest';
COMMENT ON COLUMN aims.vendor_standing.contract_until IS 'Its last day; NULL: it has none, or there is no contract';
COMMENT ON COLUMN aims.vendor_standing.notice_days IS 'Days before its end by which notice has to be given';
COMMENT ON COLUMN aims.vendor_standing.terms_stated IS 'Are its terms on AI recorded: notice of changes, audit, use of our data for training?';
COMMENT ON COLUMN aims.vendor_standing.associate_agreement_id IS 'Business associate agreement in force (aims.vendor_contract)';
COMMENT ON COLUMN aims.vendor_standing.associate_agreement_until IS 'Its last day; NULL: it has none, or there is no agreement';
COMMENT ON COLUMN aims.vendor_standing.unallocated IS 'Responsibilities that no contract in force allocates, where it handles our data (A.10.2)';
COMMENT ON COLUMN aims.vendor_standing.assessment_id IS 'Newest approved assessment (aims.vendor_assessment)';
COMMENT ON COLUMN aims.vendor_standing.conclusion IS 'Its conclusion';
COMMENT ON COLUMN aims.vendor_standing.assessment_until IS 'Its last day';
COMMENT ON COLUMN aims.vendor_standing.assessed IS 'Is it in date, and not not_acceptable? NULL: there is none';
COMMENT ON COLUMN aims.vendor_standing.open_notices IS 'Notices that wait for their assessment (aims.vendor_notice)';
COMMENT ON COLUMN aims.vendor_standing.overdue_notices IS 'Those of them whose assessment is overdue';

CREATE FUNCTION aims.check_vendor_assessed(system text, parameter jsonb) RETURNS TABLE (met boolean, detail text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT coalesce(bool_and(j.problem IS NULL), true),
               coalesce(string_agg(j.name || j.problem, '. ' ORDER BY j.name) FILTER (WHERE j.problem IS NOT NULL),
                        string_agg(j.name || j.proof, '. ' ORDER BY j.name),
                        'there is no vendor')
          FROM (SELECT format('%s%s: ', u.vendor, ' ' || u.product) AS name,
                       format('assessment %s until %s', s.assessment_id, to_char(s.assessment_until, 'YYYY-MM-DD'))
                       || coalesce(', contract ' || s.contract_id, '')
                       || coalesce(', business associate agreement ' || s.associate_agreement_id, '') AS proof,
                       nullif(concat_ws('; ',
                           CASE WHEN s.assessment_id IS NULL THEN 'no approved assessment'
                                WHEN s.conclusion = 'not_acceptable' THEN format('assessment %s: not acceptable', s.assessment_id)
                                WHEN NOT s.assessed THEN
                                    format('assessment %s expired on %s', s.assessment_id, to_char(s.assessment_until, 'YYYY-MM-DD'))
                           END,
                           CASE WHEN u.phi AND s.associate_agreement_id IS NULL THEN 'no business associate agreement in force' END,
                           CASE WHEN u.handles_data THEN
                               'responsibilities not allocated: ' || nullif(array_to_string(s.unallocated, ', '), '') END,
                           'assessment overdue of notice ' || nullif(array_to_string(s.overdue_notices, ', '), '')), '') AS problem
                  FROM (SELECT o.vendor, o.product, bool_or(o.handles_data) AS handles_data, bool_or(o.phi) AS phi
                          FROM aims.vendor_system AS o
                         WHERE o.system = check_vendor_assessed.system
                         GROUP BY o.vendor, o.product) AS u
                 CROSS JOIN LATERAL aims.vendor_cover(u.vendor, u.product) AS s) AS j;
    END;
COMMENT ON FUNCTION aims.check_vendor_assessed(text, jsonb) IS
    'Gate check: is every vendor of the system and its components assessed, by the newest approved aims.vendor_assessment, in date and acceptable; with a business associate agreement in force where it handles health information, all responsibilities allocated where it handles our data, and no overdue notice? (A.10.2, A.10.3)';

CREATE VIEW aims.vendor_coverage WITH (security_barrier) AS
WITH today AS MATERIALIZED (
    SELECT aims.today() AS today
), used AS (
    SELECT u.vendor, count(*) AS systems,
           count(*) FILTER (WHERE u.stage IN ('deployment', 'operation_monitoring', 're_evaluation')) AS deployed,
           min(u.clinical_tier) AS highest_tier, bool_or(u.clinical_tier IS NULL) AS tier_undecided,
           bool_or(u.handles_data) AS handles_data, bool_or(u.phi) AS phi
      FROM (SELECT s.vendor, s.system, s.stage, s.clinical_tier, bool_or(s.handles_data) AS handles_data, bool_or(s.phi) AS phi
              FROM aims.vendor_system AS s
             WHERE s.in_use
             GROUP BY s.vendor, s.system, s.stage, s.clinical_tier) AS u
     GROUP BY u.vendor
), standing AS MATERIALIZED (
    SELECT * FROM aims.vendor_standing AS s WHERE s.systems > 0
), cover AS (
    SELECT s.vendor,
           coalesce(bool_and(s.contract_id IS NOT NULL) FILTER (WHERE s.handles_data), true) AS contracted,
           min(s.contract_until) FILTER (WHERE s.handles_data) AS contract_until,
           max(s.notice_days) FILTER (WHERE s.handles_data) AS notice_days,
           coalesce(bool_and(s.terms_stated) FILTER (WHERE s.handles_data), true) AS terms_stated,
           coalesce(bool_and(s.associate_agreement_id IS NOT NULL) FILTER (WHERE s.phi), true) AS associated,
           min(s.associate_agreement_until) FILTER (WHERE s.phi) AS associate_agreement_until,
           bool_and(s.assessed IS TRUE) AS assessed, bool_or(s.assessment_id IS NULL) AS unassessed,
           bool_or(s.conclusion = 'not_acceptable') AS not_acceptable,
           min(s.assessment_until) AS assessment_until, min(s.supported_until) AS supported_until
      FROM standing AS s
     GROUP BY s.vendor
), unallocated AS (
    SELECT s.vendor, array_agg(DISTINCT r.responsibility ORDER BY r.responsibility) AS responsibilities
      FROM standing AS s
     CROSS JOIN unnest(s.unallocated) AS r (responsibility)
     WHERE s.handles_data
     GROUP BY s.vendor
), asked AS MATERIALIZED (
    -- Per product in use the questionnaire that counts
    SELECT DISTINCT ON (s.vendor, s.product) s.vendor, coalesce(q.state, 'missing') AS state, q.valid_until, q.vendor_questionnaire_id
      FROM (SELECT u.vendor, u.product, u.handles_data, false AS unused FROM standing AS u
             UNION ALL
            SELECT v.vendor, NULL, false, true FROM aims.vendor AS v
             WHERE NOT EXISTS (SELECT FROM used AS u WHERE u.vendor = v.vendor)) AS s
      LEFT JOIN (SELECT DISTINCT ON (n.vendor, n.product, n.status) n.*
                   FROM aims.vendor_questionnaire_state AS n
                  WHERE n.status IN ('sent', 'returned', 'reviewed')
                  ORDER BY n.vendor, n.product, n.status, n.vendor_questionnaire_id DESC) AS q
        ON q.vendor = s.vendor AND (s.unused OR q.product IS NULL OR q.product = s.product)
     -- of what does not handle our data nothing has to be asked
     WHERE s.handles_data OR q.vendor IS NOT NULL
     ORDER BY s.vendor, s.product, q.state = 'reviewed' DESC NULLS LAST, q.vendor_questionnaire_id DESC
), answered AS (
    -- The product in use that it stands worst for
    SELECT DISTINCT ON (p.vendor) p.vendor, p.state, min(p.valid_until) OVER (PARTITION BY p.vendor, p.state) AS valid_until, q.score, q.verdict
      FROM asked AS p
      LEFT JOIN (SELECT o.vendor_questionnaire_id, o.score, o.verdict
                   FROM aims.vendor_score AS o
                  -- the others need no score
                  WHERE o.vendor_questionnaire_id = ANY (ARRAY(SELECT DISTINCT a.vendor_questionnaire_id FROM asked AS a))) AS q
        ON q.vendor_questionnaire_id = p.vendor_questionnaire_id
     ORDER BY p.vendor, array_position('{missing,expired,overdue,sent,returned,reviewed}', p.state),
              array_position('{inadequate,conditional,adequate}', q.verdict), q.score
), standard AS (
    SELECT DISTINCT ON (d.standard) d.standard, d.due_diligence FROM aims.certificate_standard AS d ORDER BY d.standard, d.shipped
), proof AS (
    SELECT DISTINCT a.applicability_id
      FROM aims.applicability AS a
      JOIN aims.evidence_state AS e ON e.vendor = a.vendor AND e.state = 'in_force'
      JOIN aims.evidence_link AS l ON l.evidence_id = e.evidence_id AND l.framework = a.framework AND l.ref OPERATOR(aims.=) a.ref
     WHERE a.scope = 'vendor' AND a.applicable AND a.implementation IN ('implemented', 'verified')
), stated AS (
    SELECT a.vendor, count(*) AS statements, count(p.applicability_id) AS evidenced,
           count(*) FILTER (WHERE a.applicable AND p.applicability_id IS NULL) AS gaps
      FROM aims.applicability AS a
      JOIN aims.framework AS f ON f.framework = a.framework AND f.in_soa
      LEFT JOIN proof AS p ON p.applicability_id = a.applicability_id
     WHERE a.scope = 'vendor'
     GROUP BY a.vendor
), held AS (
    SELECT v.vendor, k.contract_ended, k.associate_agreement_ended, c.certificate_until, coalesce(c.standards, '{}') AS standards,
           a.attestation_until, q.silent_since, coalesce(n.open_notices, 0) AS open_notices, coalesce(n.overdue_notices, 0) AS overdue_notices
      FROM aims.vendor AS v
      LEFT JOIN (SELECT o.vendor, max(o.valid_until) FILTER (WHERE o.kind = 'supply') AS contract_ended,
                        max(o.valid_until) FILTER (WHERE o.kind = 'business_associate_agreement') AS associate_agreement_ended
                   FROM aims.vendor_contract AS o CROSS JOIN today AS t
                  WHERE o.status = 'confirmed' AND o.valid_until < t.today
                  GROUP BY o.vendor) AS k ON k.vendor = v.vendor
      LEFT JOIN (SELECT o.vendor, max(o.valid_until) FILTER (WHERE d.due_diligence) AS certificate_until,
                        array_agg(DISTINCT o.standard ORDER BY o.standard) FILTER (WHERE o.valid_until >= t.today) AS standards
                   FROM aims.vendor_certificate AS o CROSS JOIN today AS t
                   LEFT JOIN standard AS d ON d.standard = o.standard
                  WHERE o.status = 'confirmed'
                  GROUP BY o.vendor) AS c ON c.vendor = v.vendor
      LEFT JOIN (SELECT o.vendor, max(o.valid_until) AS attestation_until
                   FROM aims.vendor_attestation AS o
                  WHERE o.status = 'confirmed'
                  GROUP BY o.vendor) AS a ON a.vendor = v.vendor
      LEFT JOIN (SELECT o.vendor, min(o.due_on) AS silent_since
                   FROM aims.vendor_questionnaire AS o CROSS JOIN today AS t
                  WHERE o.status = 'sent' AND o.due_on < t.today
                  GROUP BY o.vendor) AS q ON q.vendor = v.vendor
      LEFT JOIN (SELECT o.vendor, count(*) AS open_notices, count(*) FILTER (WHERE o.assess_by < t.today) AS overdue_notices
                   FROM aims.vendor_notice AS o CROSS JOIN today AS t
                  WHERE o.status = 'received'
                  GROUP BY o.vendor) AS n ON n.vendor = v.vendor
), state AS MATERIALIZED (
    SELECT v.vendor::text, v.title, v.owner::text, v.contact,
           coalesce(u.systems, 0) AS systems, coalesce(u.deployed, 0) AS deployed, u.highest_tier, coalesce(u.phi, false) AS phi,
           CASE WHEN u.handles_data AND (u.phi OR u.tier_undecided OR u.highest_tier IN ('critical', 'high')) THEN 'full'
                WHEN u.handles_data THEN 'basic'
                WHEN u.vendor IS NOT NULL THEN 'assessment'
           END AS due_diligence,
           CASE WHEN NOT coalesce(u.handles_data, false) THEN 'not_needed' WHEN c.contracted THEN 'in_force'
                WHEN h.contract_ended IS NOT NULL THEN 'expired' ELSE 'missing' END AS contract,
           CASE WHEN c.contracted THEN c.contract_until ELSE h.contract_ended END AS contract_until,
           c.notice_days, c.terms_stated,
           CASE WHEN NOT coalesce(u.phi, false) THEN 'not_needed' WHEN c.associated THEN 'in_force'
                WHEN h.associate_agreement_ended IS NOT NULL THEN 'expired' ELSE 'missing' END AS associate_agreement,
           CASE WHEN c.associated THEN c.associate_agreement_until ELSE h.associate_agreement_ended END AS associate_agreement_until,
           coalesce(r.responsibilities, '{}') AS unallocated,
           CASE WHEN u.vendor IS NULL THEN 'not_needed' WHEN c.assessed THEN 'in_force'
                WHEN c.not_acceptable THEN 'not_acceptable' WHEN c.unassessed THEN 'missing' ELSE 'expired' END AS assessment,
           c.assessment_until,
           CASE WHEN h.silent_since IS NOT NULL THEN 'overdue' ELSE coalesce(q.state, 'missing') END AS questionnaire,
           coalesce(h.silent_since, q.valid_until) AS questionnaire_until, q.score, q.verdict,
           CASE WHEN h.certificate_until >= t.today THEN 'in_force' WHEN h.certificate_until IS NOT NULL THEN 'expired' ELSE 'missing' END
               AS certificate,
           h.certificate_until, h.standards,
           CASE WHEN h.attestation_until >= t.today THEN 'in_force' WHEN h.attestation_until IS NOT NULL THEN 'expired' ELSE 'missing' END
               AS attestation,
           h.attestation_until,
           coalesce(l.statements, 0) AS statements, coalesce(l.evidenced, 0) AS statements_evidenced, coalesce(l.gaps, 0) AS statement_gaps,
           h.open_notices, h.overdue_notices, c.supported_until, t.today
      FROM aims.vendor AS v
     CROSS JOIN today AS t
      JOIN held AS h ON h.vendor = v.vendor
      LEFT JOIN used AS u ON u.vendor = v.vendor
      LEFT JOIN cover AS c ON c.vendor = v.vendor
      LEFT JOIN unallocated AS r ON r.vendor = v.vendor
      LEFT JOIN answered AS q ON q.vendor = v.vendor
      LEFT JOIN stated AS l ON l.vendor = v.vendor
)
SELECT s.vendor, s.title, s.owner, s.systems, s.deployed, s.highest_tier, s.phi, s.due_diligence,
       s.contract, s.contract_until, s.notice_days, s.associate_agreement, s.associate_agreement_until, s.unallocated,
       s.assessment, s.assessment_until, s.questionnaire, s.questionnaire_until, s.score, s.verdict,
       s.certificate, s.certificate_until, s.standards, s.attestation, s.attestation_until,
       s.statements, s.statements_evidenced, s.statement_gaps, s.open_notices, s.overdue_notices, s.supported_until,
       g.gaps, CASE WHEN s.systems > 0 THEN g.gaps = '{}' END AS covered
  FROM state AS s
 CROSS JOIN LATERAL (
       SELECT array_remove(ARRAY[
              CASE WHEN s.systems > 0 AND s.owner IS NULL THEN 'owner' END,
              CASE WHEN s.systems > 0 AND s.contact IS NULL THEN 'contact' END,
              CASE WHEN s.contract IN ('missing', 'expired') THEN 'contract' END,
              CASE WHEN s.contract = 'in_force' AND NOT s.terms_stated THEN 'contract_terms' END,
              CASE WHEN s.associate_agreement IN ('missing', 'expired') THEN 'business_associate_agreement' END,
              CASE WHEN s.unallocated <> '{}' THEN 'responsibilities' END,
              CASE WHEN s.assessment NOT IN ('in_force', 'not_needed') THEN 'assessment' END,
              CASE WHEN s.questionnaire = 'overdue'
                     OR s.systems > 0 AND s.questionnaire = 'reviewed' AND s.verdict = 'inadequate'
                     OR s.due_diligence = 'full' AND s.questionnaire <> 'reviewed' THEN 'questionnaire' END,
              CASE WHEN s.due_diligence = 'full' AND s.certificate <> 'in_force' THEN 'certificate' END,
              CASE WHEN s.due_diligence = 'full' AND s.attestation <> 'in_force' THEN 'attestation' END,
              -- that nothing applies is no statement about who handles our data
              CASE WHEN s.statement_gaps > 0 OR s.due_diligence IN ('full', 'basic') AND s.statements_evidenced = 0 THEN 'statements' END,
              CASE WHEN s.overdue_notices > 0 THEN 'notices' END,
              CASE WHEN s.supported_until < s.today THEN 'support' END], NULL) AS gaps) AS g;
COMMENT ON VIEW aims.vendor_coverage IS
    'Per vendor: what it needs, by the systems that use it, what it has, by dates, and what is missing (A.10.2, A.10.3, 9.1); the products one by one: aims.vendor_standing';
COMMENT ON COLUMN aims.vendor_coverage.vendor IS 'Vendor';
COMMENT ON COLUMN aims.vendor_coverage.title IS 'Name of the company';
COMMENT ON COLUMN aims.vendor_coverage.owner IS 'Person who looks after it';
COMMENT ON COLUMN aims.vendor_coverage.systems IS 'AI systems in use that use it, by the system or a component';
COMMENT ON COLUMN aims.vendor_coverage.deployed IS 'Those of them that are deployed, in operation or in re-evaluation';
COMMENT ON COLUMN aims.vendor_coverage.highest_tier IS 'Highest clinical tier of these systems';
COMMENT ON COLUMN aims.vendor_coverage.phi IS 'Does it handle health information for one of them, or does one not say?';
COMMENT ON COLUMN aims.vendor_coverage.due_diligence IS
    'What is needed, computed: full (it handles our data, for a system of tier critical, high or undecided or with health information), basic (it handles our data: contract, responsibilities, assessment, statements), assessment (it supplies components that we run); NULL: no system in use';
COMMENT ON COLUMN aims.vendor_coverage.contract IS 'in_force (for every product in use), expired, missing or not_needed';
COMMENT ON COLUMN aims.vendor_coverage.contract_until IS 'First last day of these contracts, or of what has expired the latest';
COMMENT ON COLUMN aims.vendor_coverage.notice_days IS 'Days before that by which notice has to be given';
COMMENT ON COLUMN aims.vendor_coverage.associate_agreement IS 'Business associate agreement: in_force (where health information is handled), expired, missing or not_needed';
COMMENT ON COLUMN aims.vendor_coverage.associate_agreement_until IS 'Its last day';
COMMENT ON COLUMN aims.vendor_coverage.unallocated IS 'Responsibilities that no contract in force allocates, for some product (A.10.2)';
COMMENT ON COLUMN aims.vendor_coverage.assessment IS 'in_force (for every product in use), not_acceptable, expired, missing or not_needed';
COMMENT ON COLUMN aims.vendor_coverage.assessment_until IS 'First last day of the newest approved assessments';
COMMENT ON COLUMN aims.vendor_coverage.questionnaire IS
    'Of the product in use that it stands worst for, by what is about it or about all products: overdue (sent for any, not returned by its day), reviewed, expired, returned, sent or missing; of a vendor of which nothing is in use, of any product';
COMMENT ON COLUMN aims.vendor_coverage.questionnaire_until IS 'Day by which it was to be returned, if overdue; else last day that the answers count';
COMMENT ON COLUMN aims.vendor_coverage.score IS 'Score, for that product, of the newest reviewed one that still counts, or else of the newest that was sent (aims.vendor_score)';
COMMENT ON COLUMN aims.vendor_coverage.verdict IS 'Its verdict';
COMMENT ON COLUMN aims.vendor_coverage.certificate IS 'in_force (one of those that count, aims.certificate_standard), expired or missing';
COMMENT ON COLUMN aims.vendor_coverage.certificate_until IS 'Last day of the one that lasts longest';
COMMENT ON COLUMN aims.vendor_coverage.standards IS 'What it holds certificates for today';
COMMENT ON COLUMN aims.vendor_coverage.attestation IS 'in_force, expired or missing';
COMMENT ON COLUMN aims.vendor_coverage.attestation_until IS 'Last day of the newest';
COMMENT ON COLUMN aims.vendor_coverage.statements IS 'Statements of applicability of scope vendor (aims.soa)';
COMMENT ON COLUMN aims.vendor_coverage.statements_evidenced IS 'Those of them that are implemented, with evidence in force today';
COMMENT ON COLUMN aims.vendor_coverage.statement_gaps IS 'Those of them that apply and are not';
COMMENT ON COLUMN aims.vendor_coverage.open_notices IS 'Notices that wait for their assessment';
COMMENT ON COLUMN aims.vendor_coverage.overdue_notices IS 'Those of them whose assessment is overdue';
COMMENT ON COLUMN aims.vendor_coverage.supported_until IS 'First last day of support of a product in use';
COMMENT ON COLUMN aims.vendor_coverage.gaps IS
    'What is missing: owner, contact, contract, contract_terms, business_associate_agreement, responsibilities, assessment, questionnaire, certificate, attestation, statements, notices, support';
COMMENT ON COLUMN aims.vendor_coverage.covered IS 'Is nothing missing? NULL: no system in use';

CREATE VIEW aims.vendor_action WITH (security_barrier) AS
WITH coverage AS MATERIALIZED (
    SELECT * FROM aims.vendor_coverage
)
SELECT g.action, 'vendor' AS subject, c.vendor AS subject_id, NULL::text AS system, c.vendor, 'ai_officer' AS duty, c.owner AS person,
       g.due_on, g.ref, format('%s: %s', c.title, g.detail) AS detail
  FROM coverage AS c
 CROSS JOIN LATERAL (VALUES
       ('owner', 'name owner of vendor', NULL::date, 'A.10.2', 'nobody looks after the vendor'),
       ('contact', 'record contact of vendor', NULL, 'A.10.3', 'there is nobody to reach in an incident'),
       ('contract', 'conclude contract', c.contract_until, 'A.10.3', 'contract ' || c.contract),
       ('contract_terms', 'record terms on AI', NULL, 'A.10.3', 'notice of changes, audit or use of our data for training is not recorded'),
       ('business_associate_agreement', 'conclude business associate agreement', c.associate_agreement_until, 'A.10.3',
        'business associate agreement ' || c.associate_agreement || ', health information is handled'),
       ('responsibilities', 'allocate responsibilities', NULL, 'A.10.2', 'not allocated: ' || array_to_string(c.unallocated, ', ')),
       ('assessment', 'assess vendor', c.assessment_until, 'A.10.3', 'assessment ' || replace(c.assessment, '_', ' ')),
       ('questionnaire', CASE WHEN c.verdict = 'inadequate' AND c.questionnaire = 'reviewed' THEN 'act on questionnaire' ELSE 'send questionnaire' END,
        c.questionnaire_until, 'A.10.3',
        'questionnaire ' || c.questionnaire || coalesce(format(', score %s, %s', c.score, c.verdict), '')),
       ('certificate', 'obtain certificate', c.certificate_until, 'A.10.3',
        format('certificate %s%s', c.certificate, ' (it has one to ' || nullif(array_to_string(c.standards, ', '), '') || ')')),
       ('attestation', 'obtain attestation', c.attestation_until, 'A.10.3', 'attestation ' || c.attestation),
       ('statements', 'evidence statements of vendor', NULL, 'A.10.3',
        CASE WHEN c.statements = 0 THEN 'no statement of applicability' WHEN c.statement_gaps = 0 THEN 'no control is said to apply' ELSE format('%s of %s statements with a gap', c.statement_gaps, c.statements) END),
       ('support', 'replace product', c.supported_until, 'A.10.3', 'a product in use is not supported any more')
       ) AS g (gap, action, due_on, ref, detail)
 WHERE g.gap = ANY (c.gaps)
   -- for what has been sent or returned, and notices, the row itself is below
   AND NOT (g.gap = 'questionnaire' AND c.questionnaire IN ('overdue', 'sent', 'returned'))
 UNION ALL
SELECT 'renew ' || e.what, 'vendor', c.vendor, NULL, c.vendor, 'ai_officer', c.owner, e.due_on, 'A.10.3',
       format('%s: %s ends on %s', c.title, e.what, to_char(e.until, 'YYYY-MM-DD'))
  FROM coverage AS c
 CROSS JOIN (SELECT (SELECT aims.today()) AS today) AS t
 CROSS JOIN LATERAL (VALUES
       ('contract', c.contract = 'in_force', c.contract_until, c.contract_until - coalesce(c.notice_days, 0)),
       ('business associate agreement', c.associate_agreement = 'in_force', c.associate_agreement_until, c.associate_agreement_until),
       ('assessment', c.assessment = 'in_force', c.assessment_until, c.assessment_until),
       ('questionnaire', c.questionnaire = 'reviewed', c.questionnaire_until, c.questionnaire_until),
       ('certificate', c.certificate = 'in_force', c.certificate_until, c.certificate_until),
       ('attestation', c.attestation = 'in_force', c.attestation_until, c.attestation_until),
       ('support', c.supported_until >= t.today, c.supported_until, c.supported_until)
       ) AS e (what, holds, until, due_on)
 WHERE c.systems > 0 AND e.holds AND e.due_on <= t.today + 90
 UNION ALL
SELECT w.action, w.subject, w.subject_id, NULL, w.vendor, w.duty, w.person, w.due_on, w.ref, format('%s: %s', v.title, w.detail)
  FROM (SELECT 'assess notice' AS action, 'vendor_notice' AS subject, n.vendor_notice_id::text AS subject_id, n.vendor::text,
               'ai_officer' AS duty, o.owner::text AS person, n.assess_by AS due_on, 'A.10.3' AS ref,
               format('%s: %s', replace(n.kind, '_', ' '), n.summary) AS detail
          FROM aims.vendor_notice AS n
          JOIN aims.vendor AS o ON o.vendor = n.vendor
         WHERE n.status = 'received'
         UNION ALL
        SELECT CASE q.status WHEN 'sent' THEN 'obtain answers' ELSE 'review questionnaire' END, 'vendor_questionnaire',
               q.vendor_questionnaire_id::text, q.vendor::text,
               CASE q.status WHEN 'sent' THEN 'ai_officer' ELSE 'committee_member' END,
               CASE q.status WHEN 'sent' THEN o.owner::text END, CASE q.status WHEN 'sent' THEN q.due_on END, 'A.10.3',
               CASE q.status WHEN 'sent' THEN 'questionnaire sent, not returned' ELSE 'questionnaire returned' END
          FROM aims.vendor_questionnaire AS q
          JOIN aims.vendor AS o ON o.vendor = q.vendor
         WHERE q.status IN ('sent', 'returned')
         UNION ALL
        SELECT 'finish assessment', 'vendor_assessment', a.vendor_assessment_id::text, a.vendor::text, 'ai_officer', a.assessor::text, NULL, 'A.10.3',
               'assessment begun on ' || to_char(a.assessed_on, 'YYYY-MM-DD')
          FROM aims.vendor_assessment AS a
         WHERE a.status = 'draft'
         UNION ALL
        SELECT 'approve assessment', 'vendor_assessment', a.vendor_assessment_id::text, a.vendor::text, 'committee_member', NULL, NULL, 'A.10.3',
               'assessment by ' || a.assessor
          FROM aims.vendor_assessment AS a
         WHERE a.status = 'in_review'
         UNION ALL
        SELECT 'confirm contract', 'vendor_contract', k.vendor_contract_id::text, k.vendor::text, 'committee_member', NULL, NULL, 'A.10.3', k.title
          FROM aims.vendor_contract AS k
         WHERE k.status = 'in_review'
         UNION ALL
        SELECT 'confirm certificate', 'vendor_certificate', c.vendor_certificate_id::text, c.vendor::text, 'committee_member', NULL, NULL, 'A.10.3',
               format('%s of %s', c.standard, c.issuer)
          FROM aims.vendor_certificate AS c
         WHERE c.status = 'entered'
         UNION ALL
        SELECT 'confirm attestation', 'vendor_attestation', a.vendor_attestation_id::text, a.vendor::text, 'committee_member', NULL, NULL, 'A.10.3',
               'signed by ' || a.signed_by
          FROM aims.vendor_attestation AS a
         WHERE a.status = 'entered') AS w
  JOIN aims.vendor AS v ON v.vendor = w.vendor
 UNION ALL
SELECT 'publish questionnaire', 'questionnaire', q.questionnaire::text, NULL, NULL, 'committee_member', NULL, NULL, 'A.10.3', q.title
  FROM aims.questionnaire AS q
 WHERE q.status = 'in_review';
COMMENT ON VIEW aims.vendor_action IS
    'What somebody has to do about vendors: every gap of aims.vendor_coverage, what ends within 90 days, answers, reviews, approvals and notices that wait (A.10)';
COMMENT ON COLUMN aims.vendor_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.vendor_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.vendor_action.subject_id IS 'Key of that row; the vendor where something is missing';
COMMENT ON COLUMN aims.vendor_action.system IS 'AI system concerned: none in particular';
COMMENT ON COLUMN aims.vendor_action.vendor IS 'Vendor concerned';
COMMENT ON COLUMN aims.vendor_action.duty IS 'Duty of whoever does it';
COMMENT ON COLUMN aims.vendor_action.person IS 'Person who does it, where one is named: the vendor''s owner, the assessor';
COMMENT ON COLUMN aims.vendor_action.due_on IS 'Day by which it is to be done; NULL: as soon as may be';
COMMENT ON COLUMN aims.vendor_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.vendor_action.detail IS 'What it is, in words';
