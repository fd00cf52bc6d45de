-- The tour of demo/run through the database of demo/seed, as story.sql is one.

\connect - rivers_otto

-- 17. Two years later, at Three Rivers Health
-- Another database of this server, restored from a dump: a fictitious system of three hospitals with twelve AI systems and six vendors, whose
-- people worked with aims for two years (demo/seed/README.md). Otto is its AI officer. Is he ready for the surveillance audit?

SELECT phase, phase_title, count(*) FILTER (WHERE done) AS done, count(*) AS of, array_agg(criterion) FILTER (WHERE NOT done) AS not_done
FROM aims.certification_readiness GROUP BY phase, phase_title ORDER BY phase;

SELECT area, title, value, of, change FROM aims.ciso_dashboard WHERE attention;

-- What is evidenced once counts for other frameworks, too, and a partial match is never a full one:

SELECT framework, requirements, satisfied, partial, stale, none, unmapped
FROM aims.framework_coverage WHERE framework IN ('iso42001', 'eu-ai-act', 'nist-ai-rmf', 'hipaa-security', 'iso27001', 'cfr-part-11');

SELECT system, stage, requirements_met || '/' || requirements_total AS gate, missing, switched_off AS off, open_findings AS findings
FROM aims.system_readiness WHERE stage <> 'retirement';

SELECT vendor, systems, score, covered, gaps FROM aims.vendor_coverage WHERE systems > 0;

-- The acceptance of a risk ends by itself, and a residual level counts once its treatments are done:

SELECT risk_id, system, title, inherent_level AS inherent, level, appetite, acceptance, accepted_until
FROM aims.risk_register WHERE status NOT IN ('closed', 'withdrawn') AND acceptable IS NOT TRUE;

-- One incident of a vendor, every system that it touches:

SELECT i.title, a.system, a.owner, a.stage, a.because FROM aims.incident AS i JOIN aims.incident_affected AS a USING (incident_id) WHERE i.vendor IS NOT NULL;

-- What is due, and whose it is:

SELECT people, count(*) AS overdue, min(due_on) AS since, mode() WITHIN GROUP (ORDER BY action) AS mostly
FROM aims.next_action WHERE overdue GROUP BY people ORDER BY overdue DESC LIMIT 6;

-- The life of the sepsis warning, stage by stage:

SELECT stage, entered_at::date AS entered, left_at::date AS "left", person, reason FROM aims.stage_duration WHERE system = 'sepsis-watch' ORDER BY entered_at;

-- The Statement of Applicability as it was 400 days ago, from the ledger:

SELECT status, count(*) FROM aims.soa_at(now() - interval '400 days') WHERE scope = 'organisation' GROUP BY status ORDER BY status;
