-- A large organisation as it would stand after some years of work: AI systems
-- in every stage and tier, vendors, evidence, risks and what gates ask for,
-- some of it expired, revised, missing or open. The same on every run.
--
-- Takes the psql variables systems, vendors, evidence and risks, each a
-- number. Loaded as a restore is, by a superuser; keys are not checked.
SET session_replication_role = replica;

-- A number from 0 to n - 1 that follows from a row's number and a purpose.
CREATE FUNCTION pg_temp.pick(row_number bigint, purpose text, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(row_number, hashtext(purpose)) & 9007199254740991) % n;
-- One of an array
CREATE FUNCTION pg_temp.one_of(row_number bigint, purpose text, among text[]) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN among[1 + (hashint8extended(row_number, hashtext(purpose)) & 9007199254740991) % cardinality(among)];

INSERT INTO aims.organisation (name, time_zone) VALUES ('A large hospital', 'UTC') ON CONFLICT DO NOTHING;
CREATE TEMPORARY TABLE today AS SELECT aims.today() AS today;

INSERT INTO aims.person (person, full_name, email)
SELECT 'p' || g, 'Person ' || g, CASE WHEN g % 9 <> 0 THEN format('p%s@hospital.example', g) END FROM generate_series(1, 200) AS g;
INSERT INTO aims.duty (person, duty, system, seat, valid_from)
SELECT 'p' || g, d.duty, NULL, d.seat, today - 900
  FROM today, (VALUES (1, 'executive_sponsor', NULL), (2, 'ai_officer', NULL), (3, 'committee_member', 'security'),
                      (4, 'committee_member', 'medical_informatics'), (5, 'committee_member', 'compliance'),
                      (6, 'committee_member', 'legal'), (7, 'committee_member', 'it'), (8, 'committee_member', 'clinical'),
                      (9, 'internal_auditor', NULL), (10, 'data_steward', NULL)) AS d (g, duty, seat);

INSERT INTO aims.vendor (vendor, title, contact, owner)
SELECT 'v' || g, 'Vendor ' || g, CASE WHEN g % 10 <> 0 THEN format('support@v%s.example', g) END, CASE WHEN g % 15 <> 0 THEN 'p' || 1 + g % 200 END
  FROM generate_series(1, :vendors) AS g;
INSERT INTO aims.vendor_product (vendor, product, supported_until)
SELECT 'v' || g, 'product ' || n, CASE WHEN pg_temp.pick(g * 10 + n, 'support', 5) = 0 THEN today - 100 + pg_temp.pick(g, 'supported', 900)::integer END
  FROM today, generate_series(1, :vendors) AS g, generate_series(1, 2) AS n WHERE g % 3 = 0;

-- Systems; fields that gates ask for are empty in some.
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, organisation_role, domain, vendor, product, phi, oversight_mode,
                            eu_tier, clinical_tier, tier_decided_by, tier_decided_at, tier_reason, stage)
SELECT 's' || g, 'System ' || g, 'p' || 1 + g % 200, 'Purpose', CASE WHEN pg_temp.pick(g, 'use', 10) > 0 THEN 'Use' END,
       pg_temp.one_of(g, 'role', '{user,user,user,provider,developer,NULL}')::aims.organisation_role,
       pg_temp.one_of(g, 'domain', '{clinical,clinical,operational,research}'),
       CASE WHEN v.n <> 0 THEN 'v' || v.n END, CASE WHEN v.n % 3 = 0 AND v.n > 0 THEN 'product ' || 1 + g % 2 END,
       pg_temp.one_of(g, 'phi', '{true,true,true,false,NULL}')::boolean,
       CASE WHEN pg_temp.pick(g, 'oversight', 8) > 0 THEN 'human_in_the_loop' END,
       pg_temp.one_of(g, 'eu', '{high,high,limited,minimal,minimal,minimal,unacceptable,NULL}')::aims.eu_tier,
       t.tier::aims.clinical_tier,
       d.who, CASE WHEN d.who IS NOT NULL THEN now() END, CASE WHEN d.who IS NOT NULL THEN 'Reason' END,
       pg_temp.one_of(g, 'stage', '{inception,inception,design_development,design_development,verification_validation,verification_validation,deployment,deployment,operation_monitoring,operation_monitoring,operation_monitoring,operation_monitoring,operation_monitoring,re_evaluation,re_evaluation,retirement}')::aims.lifecycle_stage
  FROM generate_series(1, :systems) AS g
 CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.pick(g, 'bought', 5) > 0 THEN 1 + pg_temp.pick(g, 'vendor', :vendors) ELSE 0 END AS n) AS v
 CROSS JOIN LATERAL (SELECT pg_temp.one_of(g, 'tier', '{critical,critical,high,high,high,moderate,moderate,moderate,low,low,NULL}') AS tier) AS t
 CROSS JOIN LATERAL (SELECT CASE WHEN t.tier IS NOT NULL AND pg_temp.pick(g, 'decided', 9) > 0 THEN 'p2' END AS who) AS d;
INSERT INTO aims.duty (person, duty, system, valid_from)
SELECT 'p' || 1 + g % 200, duty, 's' || g, today - 900 + pg_temp.pick(g, duty, 800)::integer
  FROM today, generate_series(1, :systems) AS g, unnest('{system_owner,clinical_reviewer,risk_owner}'::text[]) AS duty;
INSERT INTO aims.model_version (system, version, status, registered_at)
SELECT 's' || g, v::text, CASE WHEN v < 3 THEN 'withdrawn' ELSE pg_temp.one_of(g, 'version', '{active,active,active,silent,candidate,withdrawn}') END,
       today - 900 + v * 200
  FROM today, generate_series(1, :systems) AS g, generate_series(1, 3) AS v;
INSERT INTO aims.component (system, component, kind, title, vendor)
SELECT 's' || g, 'c' || c, pg_temp.one_of(g * 10 + c, 'component', '{model,library,service,pipeline,interface}'), 'Component',
       CASE WHEN pg_temp.pick(g * 10 + c, 'of a vendor', 4) = 0 THEN 'v' || 1 + pg_temp.pick(g * 10 + c, 'maker', :vendors) END
  FROM generate_series(1, :systems) AS g, generate_series(1, 3) AS c;
INSERT INTO aims.dataset (dataset, system, title, purpose, provenance, quality)
SELECT format('d%s-%s', g, d), 's' || g, 'Dataset', (ARRAY['training', 'validation'])[d], CASE WHEN pg_temp.pick(g * 10 + d, 'provenance', 8) > 0 THEN 'Known' END, 'Good'
  FROM generate_series(1, :systems) AS g, generate_series(1, 2) AS d WHERE pg_temp.pick(g * 10 + d, 'dataset', 4) > 0;
INSERT INTO aims.stage_history (system, from_stage, to_stage, moved_at, gate)
SELECT s.system, lag(h.stage) OVER (PARTITION BY s.system ORDER BY h.stage), h.stage,
       today - 800 + 110 * array_position(enum_range(NULL::aims.lifecycle_stage), h.stage), '[]'
  FROM today, aims.ai_system AS s, unnest(enum_range(NULL::aims.lifecycle_stage)) AS h (stage)
 WHERE h.stage <= s.stage AND (h.stage <> 're_evaluation' OR s.stage = 're_evaluation' OR s.clinical_tier = 'high');
INSERT INTO aims.switch_event (system, switched_off, drill, reason, person, at, time_to_off)
SELECT 's' || g, o.off, true, 'Drill', 'p2', today - pg_temp.pick(g, 'drilled', 500)::integer, CASE WHEN NOT o.off THEN make_interval(secs => 0.01) END
  FROM today, generate_series(1, :systems) AS g, (VALUES (true), (false)) AS o (off) WHERE pg_temp.pick(g, 'drill', 5) > 0;

-- Evidence: a twentieth is revised, a third has expired, a fifth does not expire.
INSERT INTO aims.applicability (ref, scope, applicable, justification, implementation, owner, review_due, decided_at)
SELECT r.ref, 'organisation', r.n % 12 <> 0, 'Reason', (ARRAY['implemented', 'verified', 'in_progress', 'implemented'])[1 + r.n % 4]::aims.implementation,
       'p2', today - 30 + r.n::integer * 10, now()
  FROM today, (SELECT ref, row_number() OVER (ORDER BY ref) AS n FROM aims.requirement WHERE framework = 'iso42001' AND kind = 'control') AS r
 WHERE r.n % 19 <> 0;
INSERT INTO aims.applicability (ref, scope, system, vendor, applicable, justification, implementation, decided_at)
SELECT r.ref::aims.control_ref, 'system', 's' || g, NULL, true, 'Reason', 'implemented'::aims.implementation, now()
  FROM generate_series(1, :systems) AS g, unnest('{A.5.2,A.9.2}'::text[]) AS r (ref) WHERE g % 4 = 0
UNION ALL
SELECT 'A.10.3', 'vendor', NULL, 'v' || g, true, 'Reason', 'implemented'::aims.implementation, now() FROM generate_series(1, :vendors) AS g WHERE g % 5 > 0;

CREATE TEMPORARY TABLE kind AS
SELECT row_number() OVER (ORDER BY kind, ref) - 1 AS n, count(*) OVER () AS kinds, kind, ref
  FROM (SELECT DISTINCT parameter ->> 'kind' AS kind, control AS ref FROM aims.gate_requirement WHERE parameter ? 'kind'
        UNION ALL
        SELECT * FROM (VALUES ('impact_assessment', 'A.5.2'::aims.control_ref), ('user_training', 'A.8.2'), ('risk_assessment', 'A.5.2'),
                              ('vendor_assessment', 'A.10.3'), ('record', 'A.6.2.6'), ('minutes', '9.3.3')) AS more) AS k;
INSERT INTO aims.evidence (evidence_id, title, kind, system, vendor, version, uri, effective_on, valid_until, recorded_at)
SELECT g, 'Evidence ' || g, k.kind, CASE WHEN a.about > 12 THEN 's' || o.system END,
       CASE WHEN a.about BETWEEN 5 AND 12 OR a.about > 95 THEN 'v' || 1 + pg_temp.pick(r.first, 'vendor', :vendors) END,
       CASE WHEN a.about > 12 AND o.version < 3 THEN (ARRAY['3', '3', '2'])[o.version + 1] END,
       CASE WHEN pg_temp.pick(g, 'uri', 50) > 0 THEN 'https://documents.example/' || g END,
       d.effective_on, CASE pg_temp.pick(g, 'expires', 5) WHEN 0 THEN NULL ELSE d.effective_on + 150 + pg_temp.pick(g, 'valid', 900)::integer END,
       least(d.effective_on, today)
  FROM today, generate_series(1, :evidence) AS g
 CROSS JOIN LATERAL (SELECT g - CASE WHEN g % 20 = 0 THEN 1 ELSE 0 END AS first) AS r
 CROSS JOIN LATERAL (SELECT pg_temp.pick(r.first, 'about', 100) AS about) AS a
 CROSS JOIN LATERAL (SELECT 1 + pg_temp.pick(r.first, 'system', :systems) AS system, pg_temp.pick(r.first, 'version', 4) AS version) AS o
 CROSS JOIN LATERAL (SELECT today - pg_temp.pick(g, 'day', 1000)::integer + 20 AS effective_on) AS d
  JOIN kind AS k ON k.n = pg_temp.pick(r.first, 'kind', k.kinds);
INSERT INTO aims.evidence_revision (earlier, later, effective_on)
SELECT e.evidence_id - 1, e.evidence_id, e.effective_on FROM aims.evidence AS e WHERE e.evidence_id % 20 = 0;
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT e.evidence_id, 'iso42001', k.ref FROM aims.evidence AS e JOIN kind AS k ON k.kind = e.kind WHERE pg_temp.pick(e.evidence_id, 'linked', 20) > 0
UNION
SELECT e.evidence_id, 'iso42001', c.ref
  FROM aims.evidence AS e
  JOIN (SELECT ref, row_number() OVER (ORDER BY ref) - 1 AS n, count(*) OVER () AS k FROM aims.requirement WHERE framework = 'iso42001' AND kind = 'control') AS c
    ON c.n = pg_temp.pick(e.evidence_id, 'control', c.k) WHERE pg_temp.pick(e.evidence_id, 'another', 2) = 0
UNION
SELECT e.evidence_id, c.framework, c.ref
  FROM aims.evidence AS e
  JOIN (SELECT framework, ref, row_number() OVER (ORDER BY framework, ref) - 1 AS n, count(*) OVER () AS k FROM aims.requirement WHERE framework <> 'iso42001') AS c
    ON c.n = pg_temp.pick(e.evidence_id, 'elsewhere', c.k) WHERE pg_temp.pick(e.evidence_id, 'other framework', 4) = 0;

-- Risks: all levels, most of systems
INSERT INTO aims.risk_appetite (scope, domain, clinical_tier, source, level, justification, valid_from, status, approved_at)
SELECT scope, domain, tier::aims.clinical_tier, source, level::aims.risk_level, 'Reason', today - 300, 'approved', today - 300
  FROM today, (VALUES ('organisation', NULL, NULL, NULL, 'high'), ('domain', 'research', NULL, NULL, 'moderate'),
                      ('clinical_tier', NULL, 'critical', NULL, 'low'), ('clinical_tier', NULL, 'high', NULL, 'moderate'),
                      ('source', NULL, NULL, 'privacy', 'moderate')) AS a (scope, domain, tier, source, level);
INSERT INTO aims.risk (risk_id, system, vendor, title, source, owner, inherent_likelihood, inherent_severity, current_likelihood, current_severity,
                       residual_likelihood, residual_severity, treatment, review_due, status)
SELECT g, CASE WHEN a.about < 85 THEN 's' || 1 + pg_temp.pick(g, 'system', :systems) END,
       CASE WHEN a.about BETWEEN 85 AND 95 THEN 'v' || 1 + pg_temp.pick(g, 'vendor', :vendors) END, 'Risk ' || g, s.source,
       CASE WHEN pg_temp.pick(g, 'owner', 150) > 0 THEN 'p' || 1 + g % 200 END,
       i.l, i.s, i.l - least(1, i.l - 1), i.s - least(1, i.s - 1), i.l - least(3, i.l - 1), i.s - least(3, i.s - 1), pg_temp.one_of(g, 'treatment', '{modify,avoid,share,retain}'),
       today - 30 + pg_temp.pick(g, 'review', 400)::integer, pg_temp.one_of(g, 'status', '{open,open,open,open,open,open,closing,closed}')
  FROM today, generate_series(1, :risks) AS g
 CROSS JOIN LATERAL (SELECT pg_temp.pick(g, 'about', 100) AS about) AS a
 CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.pick(g, 'assessed', 100) > 0 THEN 1 + pg_temp.pick(g, 'likelihood', 5) END AS l,
                            CASE WHEN pg_temp.pick(g, 'assessed', 100) > 0 THEN 1 + pg_temp.pick(g, 'severity', 5) END AS s) AS i
  JOIN (SELECT source, row_number() OVER (ORDER BY source) - 1 AS n, count(*) OVER () AS k FROM aims.risk_source) AS s ON s.n = pg_temp.pick(g, 'source', s.k);
INSERT INTO aims.risk_treatment (risk_id, system, vendor, action, framework, ref, owner, due_on, evidence, status)
SELECT r.risk_id, r.system, r.vendor, 'Action', 'iso42001', 'A.6.2.6', 'p2', today - 200 + pg_temp.pick(r.risk_id * 10 + n, 'due', 500)::integer,
       CASE d.status WHEN 'done' THEN 1 + pg_temp.pick(r.risk_id * 10 + n, 'evidence', :evidence) END, d.status
  FROM today, aims.risk AS r, generate_series(1, 2) AS n
 CROSS JOIN LATERAL (SELECT pg_temp.one_of(r.risk_id * 10 + n, 'treated', '{done,done,done,planned}') AS status) AS d
 WHERE pg_temp.pick(r.risk_id * 10 + n, 'treat', 5) < 4;
INSERT INTO aims.risk_acceptance (risk_id, system, vendor, likelihood, severity, level, justification, valid_until, status, decided_at, decided_by)
SELECT r.risk_id, r.system, r.vendor, r.inherent_likelihood, r.inherent_severity, c.level, 'Reason',
       today - 100 + pg_temp.pick(r.risk_id, 'accepted', 350)::integer, pg_temp.one_of(r.risk_id, 'acceptance', '{accepted,accepted,accepted,accepted,requested,rejected}'), now(), 'p1'
  FROM today, aims.risk AS r
  JOIN aims.risk_criteria AS c ON c.likelihood = r.inherent_likelihood AND c.severity = r.inherent_severity
 WHERE pg_temp.pick(r.risk_id, 'accept', 3) > 0;

INSERT INTO aims.impact_assessment (impact_assessment_id, system, version, assessor, scope, affected_groups, conclusion, outcome, valid_until, status, approved_at, approved_by)
SELECT g * 10 + n, 's' || g, CASE WHEN pg_temp.pick(g * 10 + n, 'assessed', 5) = 0 THEN '2' ELSE '3' END, 'p3', 'Scope', '{patients}', 'Conclusion',
       pg_temp.one_of(g * 10 + n, 'outcome', '{acceptable,acceptable,acceptable,unacceptable}'), today - 100 + pg_temp.pick(g * 10 + n, 'until', 600)::integer,
       pg_temp.one_of(g * 10 + n, 'impact', '{approved,approved,approved,draft}'), today - 400 + pg_temp.pick(g * 10 + n, 'approved', 390)::integer, 'p4'
  FROM today, generate_series(1, :systems) AS g, generate_series(1, 2) AS n WHERE pg_temp.pick(g * 10 + n, 'assess', 5) > 0;
INSERT INTO aims.impact_effect (impact_assessment_id, subject, kind, description, likelihood, severity)
SELECT i.impact_assessment_id, e.subject, 'harm', 'Effect', 1 + pg_temp.pick(i.impact_assessment_id, e.subject, 5), 1 + pg_temp.pick(i.impact_assessment_id, e.subject || ' severity', 5)
  FROM aims.impact_assessment AS i, unnest('{individual,group,society}'::text[]) AS e (subject);
INSERT INTO aims.impact_workshop (impact_assessment_id, held_on, duration_minutes, minutes)
SELECT i.impact_assessment_id, today - 420, 90, 'Minutes' FROM today, aims.impact_assessment AS i;

-- Vendors
INSERT INTO aims.vendor_contract (vendor_contract_id, vendor, kind, title, signed_on, valid_from, valid_until, notice_days, change_notice_days,
                                  audit_right, training_use, document_sha256, status, confirmed_at)
SELECT g * 10 + k.n, 'v' || g, k.kind, 'Contract', today - 500, today - 500, today - 60 + pg_temp.pick(g * 10 + k.n, 'contract', 500)::integer, 90, 30, true, 'forbidden',
       sha256('c'), 'confirmed', today - 500
  FROM today, generate_series(1, :vendors) AS g, (VALUES (1, 'supply'), (2, 'business_associate_agreement')) AS k (n, kind)
 WHERE pg_temp.pick(g * 10 + k.n, 'contracted', 8) > 0;
INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement)
SELECT c.vendor_contract_id, r.responsibility, 'vendor', 'Arrangement'
  FROM aims.vendor_contract AS c, aims.responsibility AS r WHERE c.kind = 'supply' AND c.vendor_contract_id % 7 > 0;
INSERT INTO aims.vendor_assessment (vendor, assessor, assessed_on, policy_review, conclusion, rationale, valid_until, status, approved_at, approved_by)
SELECT 'v' || g, 'p2', d.day, 'Review', pg_temp.one_of(g * 10 + n, 'conclusion', '{acceptable,acceptable,acceptable,acceptable,not_acceptable}'), 'Rationale', d.day + 500,
       'approved', d.day, 'p3'
  FROM today, generate_series(1, :vendors) AS g, generate_series(1, 2) AS n
 CROSS JOIN LATERAL (SELECT today - pg_temp.pick(g * 10 + n, 'assessed', 700)::integer AS day) AS d
 WHERE pg_temp.pick(g * 10 + n, 'assess', 6) > 0;
INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256, status)
SELECT 'v' || g, 'ISO/IEC 27001', 'Scope', 'Issuer', 'N' || g, today - 500, today - 100 + pg_temp.pick(g, 'certificate', 690)::integer, sha256('c'), 'confirmed'
  FROM today, generate_series(1, :vendors) AS g WHERE pg_temp.pick(g, 'certified', 3) > 0;
INSERT INTO aims.vendor_attestation (vendor, statement, signed_by, signed_on, valid_until, document_sha256, status)
SELECT 'v' || g, 'Statement', 'Somebody', d.day, d.day + 365, sha256('c'), 'confirmed'
  FROM today, generate_series(1, :vendors) AS g
 CROSS JOIN LATERAL (SELECT today - pg_temp.pick(g, 'attested', 500)::integer AS day) AS d WHERE pg_temp.pick(g, 'attestation', 4) > 0;
INSERT INTO aims.vendor_questionnaire (vendor_questionnaire_id, vendor, due_on, status, sent_at, returned_at, reviewed_at)
SELECT g * 10 + n, 'v' || g, today - 300, pg_temp.one_of(g * 10 + n, 'questionnaire', '{reviewed,reviewed,returned,sent}'), today - 400, today - 300 - n, today - 200
  FROM today, generate_series(1, :vendors) AS g, generate_series(1, 2) AS n;
INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer, explanation)
SELECT v.vendor_questionnaire_id, q.question, pg_temp.one_of(v.vendor_questionnaire_id, q.question, '{yes,yes,yes,yes,partly,no}'), 'Explanation'
  FROM aims.vendor_questionnaire AS v JOIN aims.question AS q ON q.questionnaire = v.questionnaire;
INSERT INTO aims.vendor_notice (vendor, kind, summary, received_on, status)
SELECT 'v' || g, 'model_change', 'Summary', today - pg_temp.pick(g, 'noticed', 60)::integer, pg_temp.one_of(g, 'notice', '{received,assessed,assessed}')
  FROM today, generate_series(1, :vendors) AS g WHERE g % 4 = 0;

-- Monitors with a year of measurements, training, contacts, findings, corrective actions
INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source, status, activated_at)
SELECT format('m%s-%s', g, n), 's' || g, 'Monitor', 'auroc', 'Definition', 'p2', make_interval(days => 30), 'below', 0.8, 0.7, 0.9, 'Validation',
       pg_temp.one_of(g * 10 + n, 'monitor', '{active,active,active,active,paused,draft}'), today - 300
  FROM today, generate_series(1, :systems) AS g, generate_series(1, 2) AS n WHERE pg_temp.pick(g * 10 + n, 'monitored', 4) > 0;
INSERT INTO aims.monitor_control (monitor, ref) SELECT m.monitor, 'A.6.2.6' FROM aims.monitor AS m;
INSERT INTO aims.measurement (monitor, measured_at, value, sample, verdict, recorded_at)
SELECT m.monitor, today - 30 * k - pg_temp.pick(hashtext(m.monitor), 'since', 32)::integer, 0.85, 1000, 'ok', today - 30 * k
  FROM today, aims.monitor AS m, generate_series(0, 11) AS k;
INSERT INTO aims.user_group (user_group_id, system, title, curriculum)
SELECT g, 's' || g, 'Nurses', (SELECT min(curriculum) FROM aims.curriculum) FROM generate_series(1, :systems) AS g WHERE g % 6 > 0;
INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source, status)
SELECT u.user_group_id, u.system, 12, today - pg_temp.pick(u.user_group_id, 'counted', 450)::integer, 'Payroll', pg_temp.one_of(u.user_group_id, 'count', '{confirmed,confirmed,confirmed,stated}')
  FROM today, aims.user_group AS u;
INSERT INTO aims.training_session (training_session_id, user_group_id, system, held_on, valid_until, trainer, attended, roster_uri, roster_sha256, status)
SELECT u.user_group_id * 10 + n, u.user_group_id, u.system, today - 300, today - 100 + pg_temp.pick(u.user_group_id * 10 + n, 'taught', 400)::integer,
       'Trainer', 7, 'https://documents.example/roster', sha256('r'), 'confirmed'
  FROM today, aims.user_group AS u, generate_series(1, 2) AS n;
INSERT INTO aims.training_attendance (training_session_id, attendee)
SELECT t.training_session_id, 'a' || a + 6 * (t.training_session_id % 2) FROM aims.training_session AS t, generate_series(1, 7) AS a;
INSERT INTO aims.training_record (person, curriculum, completed_on, valid_until, uri)
SELECT p.person, c.curriculum, today - 300, today - 100 + pg_temp.pick(hashtext(p.person || c.curriculum), 'learnt', 600)::integer, 'https://documents.example/certificate'
  FROM today, aims.person AS p, aims.curriculum AS c WHERE pg_temp.pick(hashtext(p.person || c.curriculum), 'taught', 8) > 0;
INSERT INTO aims.incident_contact (system, person, phone, valid_from, valid_until)
SELECT 's' || g, 'p' || 1 + g % 200, CASE WHEN g % 3 = 0 THEN '112' END, today - 300, CASE WHEN g % 4 = 0 THEN today - 1 + g % 400 END
  FROM today, generate_series(1, :systems) AS g WHERE g % 8 > 0;
INSERT INTO aims.finding (finding_id, kind, system, detail, opened_at, closed_at, closed_by, closing_note)
SELECT g, 'monitor_breach', 's' || 1 + pg_temp.pick(g, 'found', :systems), 'Detail', today - 300,
       CASE WHEN c.closed THEN today - 100 END, CASE WHEN c.closed THEN 'p2' END, CASE WHEN c.closed THEN 'Note' END
  FROM today, generate_series(1, 2 * :systems) AS g
 CROSS JOIN LATERAL (SELECT pg_temp.pick(g, 'closed', 5) > 0 AS closed) AS c;
INSERT INTO aims.capa (title, source, finding, system, owner, due_on, status)
SELECT 'Correction', 'finding', f.finding_id, f.system, 'p2', today - 100 + pg_temp.pick(f.finding_id, 'correct', 300)::integer,
       pg_temp.one_of(f.finding_id, 'corrected', '{closed,closed,effective,planned,opened}')
  FROM today, aims.finding AS f WHERE f.finding_id % 4 = 0;

-- Documents
INSERT INTO aims.document (document_id, code, kind, title, system, owner)
SELECT row_number() OVER (ORDER BY d.kind, d.n), format('%s-%s', replace(d.kind, '_', '-'), d.n), d.kind, 'Document', CASE WHEN d.n > 0 THEN 's' || d.n END, 'p2'
  FROM (SELECT k.kind, 0 AS n FROM aims.document_kind AS k WHERE k.needed_by = 'organisation'
        UNION ALL
        SELECT k, g FROM generate_series(1, :systems) AS g, unnest('{instruction_for_use,design}'::text[]) AS k WHERE pg_temp.pick(g, k, 5) > 0) AS d;
INSERT INTO aims.document_version (document_version_id, document_id, system, version, uri, content_sha256, author, in_force_from, status, approved_at, approved_by)
SELECT d.document_id * 10 + v, d.document_id, d.system, v::text, 'https://documents.example/d', sha256('d'), 'p2', today - 900 + v * 200, 'approved', today - 900 + v * 200, 'p1'
  FROM today, aims.document AS d, generate_series(1, 3) AS v;
INSERT INTO aims.document_audience (document_version_id, audience)
SELECT v.document_version_id, 'system_owner' FROM aims.document_version AS v JOIN aims.document AS d ON d.document_id = v.document_id
 WHERE d.kind IN ('instruction_for_use', 'use_procedure')
UNION ALL
SELECT v.document_version_id, 'everyone' FROM aims.document_version AS v JOIN aims.document AS d ON d.document_id = v.document_id WHERE d.kind = 'ai_policy';

DROP TABLE today, kind;
DROP FUNCTION pg_temp.pick(bigint, text, bigint), pg_temp.one_of(bigint, text, text[]);
SET session_replication_role = origin;
