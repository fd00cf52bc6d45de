-- Vendors: contracts, certificates, answers, judgements, notices. Noor, the risk
-- owner, enters and submits; Felix, the lawyer, compares with the papers and signs.
CREATE TEMPORARY TABLE supplier (vendor text, day integer, years integer, agreement boolean, standard text, certified_days integer, answers text, conclusion text);
INSERT INTO supplier VALUES
    ('meridian',   50, 3, true,  'ISO/IEC 42001', 900, 'yes',     'acceptable'),
    ('clearsight', 54, 3, true,  'ISO/IEC 42001', 560, 'yes',     'acceptable'),                       -- the certificate expires on day 610
    ('bedflow',    58, 2, false, NULL,            NULL, 'partly',  'acceptable_with_conditions'),
    ('scribewell', 120, 3, true, 'SOC 2',         800, 'partly',  'acceptable_with_conditions'),
    ('pathlens',   170, 3, true, 'ISO/IEC 27001', 900, 'yes',     'acceptable'),
    ('sentrynet',  180, 3, false, NULL,           NULL, NULL,      NULL);                               -- never returns its questionnaire
INSERT INTO act (day, person, statement)
SELECT v.day + s.later, s.person, s.statement
  FROM supplier AS v
 CROSS JOIN LATERAL (VALUES
    (0, 1, 'noor', format('INSERT INTO aims.vendor_contract (vendor, title, signed_on, valid_from, valid_until, notice_days, change_notice_days, audit_right, training_use, document_uri, document_sha256) '
                          'VALUES (%L, ''Supply agreement'', aims.today() - 20, aims.today() - 10, aims.today() - 10 + %s, 90, %s, %L, %L, ''https://dms.threerivers.example/contracts/%s'', sha256(%L))',
                          v.vendor, v.years * 365, CASE WHEN v.vendor = 'sentrynet' THEN 'NULL' ELSE '30' END, v.vendor <> 'sentrynet', 'forbidden', v.vendor, v.vendor)),
    (0, 2, 'noor', format('INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement) '
                          'SELECT c.vendor_contract_id, r.responsibility, CASE r.responsibility WHEN ''verification'' THEN ''shared'' WHEN ''user_training'' THEN ''organisation'' WHEN ''human_oversight'' THEN ''organisation'' ELSE ''vendor'' END, ''Annex on AI, '' || r.responsibility '
                          'FROM aims.vendor_contract AS c, aims.responsibility AS r WHERE c.vendor = %L AND c.status = ''draft''%s', v.vendor,
                          CASE WHEN v.vendor = 'sentrynet' THEN ' AND r.responsibility NOT IN (''monitoring'', ''change_control'')' ELSE '' END)),
    (0, 3, 'noor', CASE WHEN v.agreement THEN format('INSERT INTO aims.vendor_contract (vendor, kind, title, signed_on, valid_from, valid_until, document_sha256) '
                          'VALUES (%L, ''business_associate_agreement'', ''Business associate agreement'', aims.today() - 20, aims.today() - 10, aims.today() - 10 + %s, sha256(%L))', v.vendor, v.years * 365, v.vendor || ' baa') END),
    (0, 4, 'noor', format('UPDATE aims.vendor_contract SET status = ''in_review'' WHERE vendor = %L AND status = ''draft''', v.vendor)),
    (3, 5, 'felix', format('SELECT aims.approve(''vendor_contract'', vendor_contract_id::text, ''approval'', ''Compared with the signed document'') FROM aims.vendor_contract WHERE vendor = %L AND status = ''in_review''', v.vendor)),
    (3, 6, 'noor', CASE WHEN v.standard IS NOT NULL THEN format('INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256) '
                          'VALUES (%L, %L, ''Development and operation of the products'', ''Brightmark Certification'', %L, aims.today() - 100, aims.today() + %s, sha256(%L))', v.vendor, v.standard, 'BM-' || v.day, v.certified_days - 3, v.vendor || 'certificate') END),
    (3, 7, 'noor', format('INSERT INTO aims.vendor_questionnaire (vendor, due_on) VALUES (%L, aims.today() + 30)', v.vendor)),
    (3, 8, 'noor', format('UPDATE aims.vendor_questionnaire SET status = ''sent'' WHERE vendor = %L AND status = ''draft''', v.vendor)),
    (8, 9, 'felix', CASE WHEN v.standard IS NOT NULL THEN format('SELECT aims.approve(''vendor_certificate'', vendor_certificate_id::text, ''approval'', ''Seen in the register of the issuer'') FROM aims.vendor_certificate WHERE vendor = %L AND status = ''entered''', v.vendor) END),
    (8, 10, 'noor', CASE WHEN v.answers IS NOT NULL THEN format('INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer, explanation) '
                          'SELECT n.vendor_questionnaire_id, q.question, CASE WHEN q.question = ''training-on-our-data'' THEN ''no'' WHEN q.position %% 4 = 0 THEN %L ELSE ''yes'' END, ''See the answer letter'' '
                          'FROM aims.vendor_questionnaire AS n, aims.question AS q WHERE n.vendor = %L AND n.status = ''sent'' AND q.questionnaire = ''ai-vendor''', v.answers, v.vendor) END),
    (8, 11, 'noor', CASE WHEN v.answers IS NOT NULL THEN format('UPDATE aims.vendor_questionnaire SET status = ''returned'' WHERE vendor = %L AND status = ''sent''', v.vendor) END),
    (8, 12, 'noor', CASE WHEN v.conclusion IS NOT NULL AND v.agreement THEN format('INSERT INTO aims.vendor_attestation (vendor, statement, signed_by, signed_on, valid_until, document_sha256) '
                          'VALUES (%L, ''No output of a model reaches a patient without a clinician'', ''Chief medical officer'', aims.today() - 3, aims.today() + 362, sha256(%L))', v.vendor, v.vendor || 'attests') END),
    (12, 13, 'otto', CASE WHEN v.answers IS NOT NULL THEN format('SELECT aims.approve(''vendor_questionnaire'', vendor_questionnaire_id::text, ''approval'', ''Plausible'') FROM aims.vendor_questionnaire WHERE vendor = %L AND status = ''returned''', v.vendor) END),
    (12, 14, 'felix', CASE WHEN v.conclusion IS NOT NULL AND v.agreement THEN format('SELECT aims.approve(''vendor_attestation'', vendor_attestation_id::text, ''approval'', ''Signed by an officer'') FROM aims.vendor_attestation WHERE vendor = %L AND status = ''entered''', v.vendor) END),
    (12, 15, 'noor', CASE WHEN v.conclusion IS NOT NULL THEN format('INSERT INTO aims.vendor_assessment (vendor, assessor, policy_uri, policy_review, conclusion, conditions, rationale, valid_until) '
                          'VALUES (%L, ''noor'', ''https://%s.example/responsible-ai'', ''Covers bias, oversight and changes'', %L, %L, ''Answers, certificate and references'', aims.today() + 700)', v.vendor, v.vendor, v.conclusion,
                          CASE WHEN v.conclusion <> 'acceptable' THEN 'Written notice 30 days before each change' END) END),
    (12, 16, 'noor', CASE WHEN v.conclusion IS NOT NULL THEN format('UPDATE aims.vendor_assessment SET status = ''in_review'' WHERE vendor = %L AND status = ''draft''', v.vendor) END),
    (16, 17, 'otto', CASE WHEN v.conclusion IS NOT NULL THEN format('SELECT aims.approve(''vendor_assessment'', vendor_assessment_id::text, ''approval'', ''Agreed in the committee'') FROM aims.vendor_assessment WHERE vendor = %L AND status = ''in_review''', v.vendor) END))
       AS s (later, n, person, statement)
 WHERE s.statement IS NOT NULL
 ORDER BY v.day, v.vendor, s.later, s.n;
INSERT INTO act (day, person, statement) VALUES
    -- The second year: another questionnaire; Meridian and ClearSight answer, Scribewell is late, PathLens has still to be asked
    (430, 'noor', $$INSERT INTO aims.vendor_questionnaire (vendor, due_on) VALUES ('meridian', aims.today() + 40), ('clearsight', aims.today() + 40), ('scribewell', aims.today() + 40)$$),
    (430, 'noor', $$UPDATE aims.vendor_questionnaire SET status = 'sent' WHERE status = 'draft'$$),
    (452, 'noor', $$INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer, explanation)
                    SELECT n.vendor_questionnaire_id, q.question, CASE WHEN q.question = 'training-on-our-data' THEN 'no' WHEN q.question = 'subgroups' THEN 'partly' ELSE 'yes' END, 'See the answer letter'
                      FROM aims.vendor_questionnaire AS n, aims.question AS q WHERE n.vendor IN ('meridian', 'clearsight') AND n.status = 'sent' AND q.questionnaire = 'ai-vendor'$$),
    (452, 'noor', $$UPDATE aims.vendor_questionnaire SET status = 'returned' WHERE vendor IN ('meridian', 'clearsight') AND status = 'sent'$$),
    (456, 'otto', $$SELECT aims.approve('vendor_questionnaire', vendor_questionnaire_id::text, 'approval', 'Better than last year') FROM aims.vendor_questionnaire WHERE status = 'returned'$$),
    (430, 'noor', $$INSERT INTO aims.vendor_attestation (vendor, statement, signed_by, signed_on, valid_until, document_sha256)
                    SELECT v, 'No output of a model reaches a patient without a clinician', 'Chief medical officer', aims.today() - 3, aims.today() + 362, sha256(convert_to(v || 'attests again', 'UTF8')) FROM unnest('{meridian,clearsight}'::text[]) AS v$$),
    (434, 'felix', $$SELECT aims.approve('vendor_attestation', vendor_attestation_id::text, 'approval', 'Signed by an officer') FROM aims.vendor_attestation WHERE status = 'entered'$$),
    -- BedFlow ends its product; its contract is not prolonged
    (470, 'noor', $$INSERT INTO aims.vendor_notice (vendor, product, kind, summary, received_on, effective_on) VALUES
        ('bedflow', 'BedFlow Forecast', 'end_of_support', 'BedFlow Forecast is no longer sold; support ends in 60 days', aims.today(), aims.today() + 60)$$),
    (474, 'noor', $$UPDATE aims.vendor_notice SET status = 'assessed', consequence = 'stop_use', assessment = 'Retire before support ends; nursing goes back to its own table' WHERE vendor = 'bedflow'$$),
    (520, 'noor', $$UPDATE aims.vendor_contract SET status = 'terminated', termination_reason = 'Product withdrawn by the vendor' WHERE vendor = 'bedflow' AND status = 'confirmed'$$),
    -- Statements of vendors
    (200, 'otto', $$INSERT INTO aims.applicability (ref, scope, vendor, applicable, justification, implementation, owner)
                    SELECT 'A.10.3', 'vendor', v, true, 'Supplies clinical AI', 'implemented', 'noor' FROM unnest('{meridian,clearsight,scribewell,pathlens}'::text[]) AS v$$);
INSERT INTO act (day, person, statement)
SELECT 202, 'noor', pg_temp.evidence('File on vendor ' || v, 'vendor_file', '{A.10.3}', d, vendor => v)
  FROM (VALUES ('meridian', 700), ('clearsight', 700), ('scribewell', 365), ('pathlens', 700)) AS t (v, d);
