\i test/setup_database.sql
-- Statement of Applicability: decisions with who and when, versions that are
-- frozen, reviewed, approved and signed, and what has changed since.
\i test/act.sql
SET client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(74);

INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('sam', 'Sam Sponsor', 'soa_sam'), ('ida', 'Ida Officer', 'soa_ida'), ('otto', 'Otto Officer', 'soa_otto'),
    ('mia', 'Mia Member', 'soa_mia'), ('ann', 'Ann Analyst', 'soa_ann');
SELECT format('CREATE ROLE %I', db_role) FROM aims.person WHERE db_role LIKE 'soa\_%' \gexec
SELECT aims.grant_duty_role(CASE person WHEN 'ann' THEN 'analyst' ELSE 'officer' END, db_role::regrole)
  FROM aims.person WHERE db_role LIKE 'soa\_%' \g /dev/null
INSERT INTO aims.duty (person, duty) VALUES ('sam', 'executive_sponsor'), ('ida', 'ai_officer');
SELECT pg_temp.act('soa_ida', $$INSERT INTO aims.duty (person, duty, seat) VALUES ('otto', 'ai_officer', NULL)$$) \g /dev/null
SELECT pg_temp.act('soa_otto', $$INSERT INTO aims.duty (person, duty, seat) VALUES ('mia', 'committee_member', 'legal')$$) \g /dev/null
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme'), ('zeta', 'Zeta');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('triage', 'Triage', 'mia', 'Order a worklist');
INSERT INTO aims.framework (framework, title, in_soa) VALUES ('house', 'House rules', true), ('law', 'Some law', false);
INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('house', 'A.2.2', 'control', 'A control of the house');

-- Of ISO/IEC 42001 only third parties' controls are stated per vendor
SELECT throws_ok(format($$INSERT INTO aims.applicability (framework, ref, scope, vendor, applicable, justification)
                          VALUES ('iso42001', %L, 'vendor', 'acme', true, 'x')$$, ref),
                 '23514', NULL, ref || ' is not stated per vendor') FROM unnest(ARRAY['A.2.2', 'A.9.2']) AS ref;
SELECT lives_ok(format($$INSERT INTO aims.applicability (framework, ref, scope, vendor, applicable, justification)
                         VALUES (%L, %L, 'vendor', %L, true, 'x')$$, framework, ref, vendor),
                format('%s %s is stated per vendor', framework, ref))
  FROM (VALUES ('iso42001', 'A.10.2', 'acme'), ('iso42001', 'A.10.4', 'zeta'), ('house', 'A.2.2', 'acme')) AS t (framework, ref, vendor);
DELETE FROM aims.applicability;

-- Who decided, and when, are the server's to say
SELECT is(pg_temp.act('soa_ida', $$INSERT INTO aims.applicability (ref, applicable, justification, decided_at, decided_by)
                                   VALUES ('A.2.2', true, 'Law', '2001-01-01', 'sam') RETURNING decided_by$$), 'ida', 'the decider is not typed');
SELECT cmp_ok(decided_at, '>', now() - make_interval(hours => 1), 'nor is the time') FROM aims.applicability WHERE ref::text = 'A.2.2';
CREATE TEMPORARY TABLE decided AS SELECT decided_at AS at FROM aims.applicability WHERE ref::text = 'A.2.2';
SELECT pg_temp.ends_with('00000', 'soa_otto', command, command)
  FROM unnest(ARRAY[$$UPDATE aims.applicability SET implementation = 'implemented', owner = 'mia' WHERE ref::text = 'A.2.2'$$,
                    $$UPDATE aims.applicability SET decided_at = '2001-01-01', decided_by = 'sam' WHERE ref::text = 'A.2.2'$$]) AS command;
SELECT is((decided_by, decided_at)::text, (SELECT ('ida', at)::text FROM decided), 'other columns, and typing, leave the decision with whom it was')
  FROM aims.applicability WHERE ref::text = 'A.2.2';
SELECT pg_temp.ends_with('00000', 'soa_otto', $$UPDATE aims.applicability SET justification = 'Policy' WHERE ref::text = 'A.2.2'$$, 'another reason');
SELECT is(decided_by, 'otto', 'is another decision') FROM aims.applicability WHERE ref::text = 'A.2.2';
SELECT cmp_ok(decided_at, '>', at, 'of another time') FROM aims.applicability, decided WHERE ref::text = 'A.2.2';
SELECT is(decided_by, 'otto', 'and the statement shows it') FROM aims.soa WHERE framework = 'iso42001' AND ref::text = 'A.2.2';

-- A version with undecided controls
SELECT is(count(*), 2::bigint, 'each framework in the statement lacks a version') FROM aims.soa_action WHERE action = 'draft Statement of Applicability';
SELECT pg_temp.ends_with('MS013', 'soa_mia', $$SELECT aims.draft_soa('iso42001', '2026-1')$$, 'a committee member drafts none');
SELECT pg_temp.ends_with('42501', 'soa_ann', $$SELECT aims.draft_soa('iso42001', '2026-1')$$, 'nor does an analyst');
SELECT throws_ok($$SELECT aims.draft_soa('iso42001', '2026-1')$$, 'MS014', NULL, 'nor does nobody');
SELECT pg_temp.ends_with('MS017', 'soa_ida', $$SELECT aims.draft_soa('law', '1')$$, 'a law has no statement');
SELECT pg_temp.ends_with('MS017', 'soa_ida', $$SELECT aims.draft_soa(NULL, '1')$$, 'NULL has none');
SELECT pg_temp.ends_with('23502', 'soa_ida', $$SELECT aims.draft_soa('iso42001', NULL)$$, 'a version has a label');
SELECT pg_temp.ends_with('23514', 'soa_ida', $$SELECT aims.draft_soa('iso42001', ' ')$$, 'that is not blank');
CREATE TEMPORARY TABLE version AS SELECT pg_temp.act('soa_ida', $$SELECT aims.draft_soa('iso42001', '2026-1')$$)::bigint AS id;
SELECT is(count(*), 38::bigint, 'all controls, always') FROM aims.soa_statement, version WHERE soa_version_id = id;
SELECT pg_temp.ends_with('MS042', 'soa_ida', format($$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = %s$$, id), 'without a scope it is not reviewed') FROM version;
SELECT pg_temp.ends_with('MS042', 'soa_ida', format($$UPDATE aims.soa_version SET status = 'in_review', scope = 'All hospitals' WHERE soa_version_id = %s$$, id), 'nor with undecided controls') FROM version;
CREATE FUNCTION pg_temp.detail_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN detail;
END $$;
INSERT INTO aims.applicability (ref, applicable, justification, implementation, owner)
SELECT ref, ref::text <> 'A.10.4', 'Reason', 'implemented', 'mia' FROM aims.requirement
 WHERE framework = 'iso42001' AND kind = 'control' AND ref::text NOT IN ('A.2.2', 'A.9.3', 'A.9.4');
INSERT INTO aims.applicability (ref, scope, system, vendor, applicable, justification) VALUES
    ('A.6.2.4', 'system', 'triage', NULL, true, 'Ours'), ('A.10.3', 'vendor', NULL, 'acme', false, 'Sells paper');
SELECT is(pg_temp.act('soa_ida', $$SELECT aims.draft_soa('iso42001', '2026-1', 'All hospitals')$$)::bigint, id, 'the same draft is copied again') FROM version;
SELECT is(count(*), 40::bigint, 'with statements of systems and vendors') FROM aims.soa_statement, version WHERE soa_version_id = id;
SELECT is(pg_temp.detail_of(format($$SELECT pg_temp.act('soa_ida', 'UPDATE aims.soa_version SET status = ''in_review'' WHERE soa_version_id = %s')$$, id)),
          'Without a decision: A.9.3, A.9.4.', 'the undecided controls are listed') FROM version;
INSERT INTO aims.applicability (ref, applicable, justification) VALUES ('A.9.3', true, 'Reason'), ('A.9.4', false, 'Reason');
SELECT pg_temp.ends_with('MS042', 'soa_ida', format($$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = %s$$, id), 'a decision counts once it is drafted') FROM version;
SELECT pg_temp.act('soa_ida', $$SELECT aims.draft_soa('iso42001', '2026-1')$$) \g /dev/null
SELECT is((line, scope, system, vendor)::text, want, format('line %s', line))
  FROM (VALUES ('A.6.2.4', 'system', '(20,system,triage,)'), ('A.10.3', 'organisation', '(38,organisation,,)'), ('A.10.3', 'vendor', '(39,vendor,,acme)')) AS t (ref, of_scope, want)
  JOIN (SELECT s.* FROM aims.soa_statement AS s JOIN version ON soa_version_id = id) AS s ON s.ref::text = t.ref AND s.scope = of_scope ORDER BY line;

-- It is copied, not typed, and frozen
SELECT pg_temp.ends_with('42501', 'soa_ida', command, 'no officer may ' || command)
  FROM unnest(ARRAY['UPDATE aims.soa_statement SET applicable = true', 'DELETE FROM aims.soa_statement',
                    $$INSERT INTO aims.soa_statement (soa_version_id, line) VALUES (1, 99)$$,
                    $$INSERT INTO aims.soa_version (label) VALUES ('mine')$$, 'DELETE FROM aims.soa_version']) AS command;
SELECT pg_temp.ends_with('MS013', 'soa_mia', format($$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = %s$$, id), 'submitting needs the duty') FROM version;
SELECT pg_temp.ends_with('MS011', 'soa_ida', format($$UPDATE aims.soa_version SET status = 'approved' WHERE soa_version_id = %s$$, id), 'a draft is not approved') FROM version;
SELECT pg_temp.ends_with('00000', 'soa_ida', format($$UPDATE aims.soa_version SET status = 'in_review', submitted_by = 'otto' WHERE soa_version_id = %s$$, id), 'it goes into review') FROM version;
SELECT is(submitted_by, 'ida', 'who submitted it is the server''s to say') FROM aims.soa_version, version WHERE soa_version_id = id;
SELECT is(duty, 'executive_sponsor', 'the sponsor is asked') FROM aims.soa_action, version WHERE action LIKE 'approve%' AND subject_id = id::text;
SELECT pg_temp.ends_with('MS041', 'soa_ida', $$SELECT aims.draft_soa('iso42001', '2026-1')$$, 'in review it is not copied again');
SELECT throws_ok(format('%s WHERE soa_version_id = %s', command, id), 'MS041', NULL, 'nor can ' || command)
  FROM version, unnest(ARRAY['UPDATE aims.soa_statement SET justification = ''better''', 'DELETE FROM aims.soa_statement',
                             'UPDATE aims.soa_version SET scope = ''more''', 'DELETE FROM aims.soa_version']) AS command;
SELECT throws_ok('TRUNCATE aims.soa_version, aims.soa_statement', 'MS041', NULL, 'nor are they truncated');
SELECT pg_temp.ends_with('MS043', 'soa_sam', format($$UPDATE aims.soa_version SET status = 'approved' WHERE soa_version_id = %s$$, id), 'approval is signed, not typed') FROM version;
SELECT pg_temp.ends_with(state, 'soa_' || who, format($$SELECT aims.approve('soa_version', '%s', 'approval', 'Read')$$, id), who || ' approves: ' || state)
  FROM version, (VALUES ('ida', 'MS012'), ('otto', 'MS012'), ('mia', 'MS013'), ('sam', '00000')) AS t (who, state);
SELECT results_eq($$SELECT state, approved_by FROM aims.soa_version_state JOIN version ON soa_version_id = id$$,
                  $$VALUES ('in_force', 'sam')$$, 'it is in force');
SELECT is_empty('SELECT * FROM aims.soa_change', 'and is what applies');

-- What applies changes
UPDATE aims.applicability SET justification = 'Another', applicable = false WHERE ref::text = 'A.9.3';
DELETE FROM aims.applicability WHERE scope = 'vendor';
INSERT INTO aims.applicability (ref, scope, system, applicable, justification) VALUES ('A.9.2', 'system', 'triage', true, 'New');
INSERT INTO aims.evidence (title, uri) VALUES ('Policy', 'file:p');
INSERT INTO aims.evidence_link (evidence_id, ref) SELECT max(evidence_id), 'A.2.3' FROM aims.evidence;
SELECT results_eq(
    $$SELECT ref::text, scope, changed, stated, applies FROM aims.soa_change ORDER BY soa_change.ref, changed$$,
    $$VALUES ('A.2.3', 'organisation', 'status', 'not_evidenced', 'evidenced'), ('A.9.2', 'system', 'added', NULL, 'true'),
             ('A.9.3', 'organisation', 'applicable', 'true', 'false'), ('A.9.3', 'organisation', 'justification', 'Reason', 'Another'),
             ('A.9.3', 'organisation', 'status', 'not_implemented', 'excluded'), ('A.10.3', 'vendor', 'removed', 'false', NULL)$$,
    'the approved version shows what has changed');
SELECT is(detail, 'statements that apply otherwise than version "2026-1" says: 3', 'another version is asked for')
  FROM aims.soa_action WHERE action LIKE 'draft%' AND subject_id = 'iso42001';
SELECT is(count(*), 1::bigint, 'what is undecided is asked for') FROM aims.soa_action WHERE action = 'decide on control';

-- The next version: sent back, corrected, approved by an officer whom the author did not assign
CREATE TEMPORARY TABLE next AS SELECT pg_temp.act('soa_otto', $$SELECT aims.draft_soa('iso42001', '2026-2', 'All hospitals')$$)::bigint AS id;
SELECT pg_temp.ends_with('00000', 'soa_otto', format($$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = %s$$, id), 'submitted') FROM next;
SELECT pg_temp.ends_with('00000', 'soa_ida', format($$SELECT aims.reject('soa_version', '%s', 'A.9.3 applies')$$, id), 'rejected') FROM next;
SELECT is(status, 'draft', 'it is a draft again') FROM aims.soa_version JOIN next ON soa_version_id = id;
UPDATE aims.applicability SET applicable = true WHERE ref::text = 'A.9.3';
SELECT pg_temp.act('soa_otto', $$SELECT aims.draft_soa('iso42001', '2026-2')$$) \g /dev/null
SELECT pg_temp.ends_with('00000', 'soa_otto', format($$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = %s$$, id), 'submitted again') FROM next;
SELECT pg_temp.ends_with('00000', 'soa_ida', format($$SELECT aims.approve('soa_version', '%s', 'approval', 'Good')$$, id), 'approved by an officer whom the author did not assign') FROM next;
SELECT results_eq($$SELECT s.state, s.superseded_by FROM aims.soa_version_state AS s, version AS v WHERE s.soa_version_id = v.id$$,
                  $$SELECT 'superseded', id FROM next$$, 'the earlier one is superseded');
SELECT is(applicable, true, 'and says what it said') FROM aims.soa_statement JOIN version ON soa_version_id = id WHERE ref::text = 'A.9.3';
SELECT pg_temp.ends_with('MS011', 'soa_otto', format($$UPDATE aims.soa_version SET status = 'draft' WHERE soa_version_id = %s$$, id), 'what is approved stays approved') FROM next;
SELECT pg_temp.ends_with('MS041', 'soa_otto', $$SELECT aims.draft_soa('iso42001', '2026-2')$$, 'and is not copied again');

-- Reviews, within 90 days
UPDATE aims.applicability SET review_due = aims.today() + n FROM (VALUES ('A.3.2', 91), ('A.3.3', 90), ('A.4.2', -1)) AS t (which, n) WHERE ref::text = which;
SELECT results_eq($$SELECT ref, due_on - aims.today(), person FROM aims.soa_action WHERE action = 'review statement' ORDER BY ref$$,
                  $$VALUES ('A.3.3', 90, 'mia'), ('A.4.2', -1, 'mia')$$, 'reviews that are due soon, or were');

-- As of a time: what the view showed at a seal, to everybody who reads
SELECT throws_ok('SELECT aims.soa_at(now())', 'MS029', NULL, 'before the first seal nothing is known');
SELECT throws_ok('SELECT aims.soa_at(NULL)', '22004', NULL, 'NULL is no time');
CREATE TEMPORARY TABLE shown AS SELECT * FROM aims.soa;
SELECT aims.seal() \g /dev/null
CREATE TEMPORARY TABLE sealed AS SELECT clock_timestamp() AS at;
UPDATE aims.applicability SET applicable = NOT applicable, justification = 'Opposite';
DELETE FROM aims.applicability WHERE ref::text = 'A.10.3';
INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('house', 'A.2.3', 'control', 'Another');
SELECT aims.revise_evidence(max(evidence_id), 'file:q') FROM aims.evidence \g /dev/null
UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati';
SELECT set_eq('SELECT * FROM aims.soa_at(clock_timestamp())', 'SELECT * FROM shown', 'what is not sealed does not show yet');
SELECT aims.seal() \g /dev/null
SELECT set_eq('SELECT * FROM aims.soa_at(clock_timestamp())', 'SELECT * FROM aims.soa', 'what is sealed shows');
SELECT set_eq('SELECT p.* FROM sealed, aims.soa_at(at) AS p', 'SELECT * FROM shown', 'what was, stays what it was');
SELECT is(pg_temp.act('soa_ann', 'SELECT count(*) FROM aims.soa_at(clock_timestamp())'), (SELECT count(*)::text FROM aims.soa), 'an analyst may ask');

SELECT * FROM finish();
\i test/drop_database.sql
DROP ROLE soa_sam, soa_ida, soa_otto, soa_mia, soa_ann;
