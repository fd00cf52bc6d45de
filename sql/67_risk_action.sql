-- What somebody has to do about risks, those in money among them (ISO/IEC
-- 42001 6.1.2, 6.1.3, 8.2, 8.3).
--
-- The risks of a retired system are kept and ask for nothing: what is out of use
-- is neither assessed nor treated, accepted or reviewed. But for what somebody
-- has submitted, which another person decides on.
CREATE VIEW aims.risk_action WITH (security_barrier) AS
WITH day AS (
    SELECT aims.today() AS today, coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC') AS zone
), in_use AS (
    SELECT r.risk_id
      FROM aims.risk AS r
      LEFT JOIN aims.ai_system AS s ON s.system = r.system
     WHERE r.status <> 'closed' AND s.stage IS DISTINCT FROM 'retirement'
), register AS MATERIALIZED (
    SELECT r.risk_id, r.system, r.vendor, r.title, r.owner, r.status, r.treatment, r.level, r.basis, r.appetite,
           r.within_appetite, r.acceptable, r.risk_acceptance_id, r.acceptance, r.accepted_until, r.review_due, d.today
      FROM aims.risk_register AS r
     CROSS JOIN day AS d
     WHERE r.status <> 'closed' AND r.risk_id IN (SELECT u.risk_id FROM in_use AS u)
), lacking AS (
    SELECT 'name an owner' AS action, 'ai_officer' AS duty, r.today AS due_on, '6.1.2' AS ref, r.risk_id, r.system, r.vendor, r.owner, r.title AS detail
      FROM register AS r WHERE r.owner IS NULL
    UNION ALL
    SELECT 'assess', 'risk_owner', r.today, '6.1.2', r.risk_id, r.system, r.vendor, r.owner, r.title
      FROM register AS r WHERE r.level IS NULL
    UNION ALL
    SELECT 'decide on treatment', 'risk_owner', r.today, '6.1.3', r.risk_id, r.system, r.vendor, r.owner, r.title
      FROM register AS r WHERE r.treatment IS NULL AND r.level IS NOT NULL
    UNION ALL
    SELECT 'treat or have accepted', 'risk_owner', least(r.accepted_until, r.today), '6.1.3', r.risk_id, r.system, r.vendor, r.owner,
           format('%s: %s (%s), appetite %s%s', r.title, r.level, r.basis, coalesce(r.appetite::text, 'not stated'),
                  ', acceptance ' || r.risk_acceptance_id || ' ' || r.acceptance)
      FROM register AS r WHERE r.level IS NOT NULL AND NOT r.acceptable
    UNION ALL
    SELECT 'renew acceptance', 'risk_owner', r.accepted_until, '6.1.3', r.risk_id, r.system, r.vendor, r.owner,
           format('%s: %s (%s), acceptance %s ends', r.title, r.level, r.basis, r.risk_acceptance_id)
      FROM register AS r WHERE r.acceptance = 'in_force' AND NOT r.within_appetite AND r.accepted_until <= r.today + 90
    UNION ALL
    SELECT 'review', 'risk_owner', r.review_due, '8.2', r.risk_id, r.system, r.vendor, r.owner, r.title
      FROM register AS r WHERE r.review_due <= r.today + 30
    UNION ALL
    SELECT 'set a day for review', 'risk_owner', r.today, '8.2', r.risk_id, r.system, r.vendor, r.owner, r.title
      FROM register AS r WHERE r.review_due IS NULL
    UNION ALL
    -- what is said in money is not what the estimates say any more
    SELECT 'simulate', 'risk_owner', r.today, '6.1.2', r.risk_id, r.system, r.vendor, r.owner,
           format('%s: %s', r.title, q.assessments)
      FROM register AS r
      JOIN (SELECT s.risk_id, string_agg(format('%s %s', s.assessment, CASE WHEN s.risk_simulation_id IS NULL THEN 'was never simulated'
                                                                            ELSE 'has changed since it was simulated' END),
                                         ', ' ORDER BY s.assessment) AS assessments
              FROM aims.risk_simulation_state AS s
             WHERE s.stale
             GROUP BY s.risk_id) AS q ON q.risk_id = r.risk_id
    UNION ALL
    -- not by its owner
    SELECT 'decide on closing', 'committee_member', d.today, '6.1.2', r.risk_id, r.system, r.vendor, NULL, r.title
      FROM aims.risk AS r CROSS JOIN day AS d WHERE r.status = 'closing'
)
SELECT l.action, 'risk' AS subject, l.risk_id::text AS subject_id, l.system, l.vendor, l.duty, l.owner AS person, l.due_on, l.ref, l.detail
  FROM lacking AS l
UNION ALL
SELECT a.action, 'risk_treatment', t.risk_treatment_id::text, t.system, t.vendor, 'risk_owner',
       t.owner, a.due_on, '8.3', format('risk %s: %s', t.risk_id, t.action)
  FROM aims.risk_treatment AS t
  JOIN in_use AS r ON r.risk_id = t.risk_id
  LEFT JOIN aims.evidence_state AS e ON e.evidence_id = t.evidence AND t.status = 'done'
 CROSS JOIN day AS d
 CROSS JOIN LATERAL (VALUES
        ('carry out', t.status = 'planned', t.due_on),
        ('renew evidence', t.status = 'done' AND (e.state <> 'in_force' OR e.valid_until <= d.today + 90),
         coalesce(e.valid_until, d.today))
       ) AS a (action, open, due_on)
 WHERE a.open
UNION ALL
SELECT 'decide on acceptance', 'risk_acceptance', a.risk_acceptance_id::text, a.system, a.vendor, f.duties[1],
       NULL, (a.created_at AT TIME ZONE d.zone)::date, '6.1.3', format('risk %s, %s, until %s: %s', a.risk_id, a.level, to_char(a.valid_until, 'YYYY-MM-DD'), a.justification)
  FROM aims.risk_acceptance AS a
 CROSS JOIN day AS d
  JOIN aims.risk_authority_in_force AS f ON f.level = a.level
 WHERE a.status = 'requested'
UNION ALL
SELECT 'decide on appetite', 'risk_appetite', a.risk_appetite_id::text, NULL, NULL, 'executive_sponsor',
       NULL, a.valid_from, '6.1.1', format('%s: %s', coalesce(a.domain, a.clinical_tier::text, a.source, a.scope), a.level)
  FROM aims.risk_appetite AS a
 WHERE a.status = 'proposed'
UNION ALL
-- no appetite of the organisation, or one that ends
SELECT 'set risk appetite', 'risk_appetite', coalesce(a.risk_appetite_id::text, 'organisation'), NULL, NULL, 'executive_sponsor',
       NULL, coalesce(a.valid_until, d.today), '6.1.1',
       CASE WHEN a.risk_appetite_id IS NULL THEN 'the organisation has none in force' ELSE 'that of the organisation ends' END
  FROM day AS d
  LEFT JOIN (SELECT o.risk_appetite_id, o.valid_until
               FROM aims.risk_appetite AS o
              WHERE o.status = 'approved' AND o.scope = 'organisation'
                AND (SELECT aims.today()) BETWEEN o.valid_from AND coalesce(o.valid_until, 'infinity')
              ORDER BY coalesce(o.valid_until, 'infinity') DESC LIMIT 1) AS a ON true
 WHERE a.risk_appetite_id IS NULL OR a.valid_until <= d.today + 90
UNION ALL
SELECT 'simulate the register', 'risk_simulation', s.assessment, NULL, NULL, 'ai_officer',
       NULL, d.today, '6.1.2', format('loss of all risks, %s: %s', s.assessment,
                                      CASE WHEN s.risk_simulation_id IS NULL THEN 'never simulated' ELSE 'estimates have changed since' END)
  FROM aims.risk_portfolio_state AS s
 CROSS JOIN day AS d
 WHERE s.stale
UNION ALL
SELECT 'simulate the register', 'risk_tolerance', t.loss::text, NULL, NULL, 'ai_officer',
       NULL, d.today, '6.1.2', format('loss of all risks, %s: too few trials for a probability of %s', t.assessment, t.probability)
  FROM aims.risk_tolerance_state AS t
 CROSS JOIN day AS d
 WHERE t.assessment = 'current' AND t.verdict = 'too few trials'
UNION ALL
SELECT 'bring within tolerance', 'risk_tolerance', t.loss::text, NULL, NULL, 'executive_sponsor',
       NULL, d.today, '6.1.3', format('a loss above %s is tolerated with a probability of %s; with that, it is above %s', t.loss, t.probability, round(t.value_at_risk))
  FROM aims.risk_tolerance_state AS t
 CROSS JOIN day AS d
 WHERE t.assessment = 'current' AND t.verdict = 'exceeded'
UNION ALL
-- silence: a system whose risks nobody has thought of
SELECT 'identify risks', 'ai_system', s.system, s.system, NULL, 'system_owner',
       s.owner, d.today, '6.1.2', format('%s: no risk is recorded that is not closed', s.title)
  FROM aims.ai_system AS s
 CROSS JOIN day AS d
 WHERE s.out_of_scope_reason IS NULL AND s.stage <> 'retirement'
   AND NOT EXISTS (SELECT FROM aims.risk AS r WHERE r.system = s.system AND r.status <> 'closed');
COMMENT ON VIEW aims.risk_action IS
    'What somebody has to do about risks: assess, treat, have accepted, review, decide, simulate; what expires within 90 days, reviews within 30. Risks of retired systems ask for nothing but the decision on what was submitted (6.1.2, 6.1.3, 8.2, 8.3)';
COMMENT ON COLUMN aims.risk_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.risk_action.subject IS 'Table of what it is about';
COMMENT ON COLUMN aims.risk_action.subject_id IS 'Which one';
COMMENT ON COLUMN aims.risk_action.system IS 'AI system';
COMMENT ON COLUMN aims.risk_action.vendor IS 'Vendor';
COMMENT ON COLUMN aims.risk_action.duty IS 'Duty that does it, where no person is named';
COMMENT ON COLUMN aims.risk_action.person IS 'Person who does it';
COMMENT ON COLUMN aims.risk_action.due_on IS 'Day by which it is done';
COMMENT ON COLUMN aims.risk_action.ref IS 'Clause that asks for it';
COMMENT ON COLUMN aims.risk_action.detail IS 'What is open';
