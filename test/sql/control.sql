\i test/setup.sql
-- Frameworks, requirements, applicability, evidence: what is shipped, what is
-- refused, what state evidence is in.
BEGIN;
\i test/act.sql
SET LOCAL client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
SELECT plan(109);

-- Shipped: 9 objectives, 38 controls, 32 clauses, ids exactly these
SELECT results_eq(
    'SELECT kind, count(*) FROM aims.requirement WHERE framework = ''iso42001'' GROUP BY kind ORDER BY kind',
    $$ VALUES ('clause', 32::bigint), ('control', 38), ('objective', 9) $$,
    'ISO/IEC 42001 has 32 clauses, 38 controls, 9 objectives');
SELECT is(string_agg(ref::text, ' ' ORDER BY ref), ids, kind)
  FROM (VALUES
    ('objective', 'A.2 A.3 A.4 A.5 A.6 A.7 A.8 A.9 A.10'),
    ('control', 'A.2.2 A.2.3 A.2.4 A.3.2 A.3.3 A.4.2 A.4.3 A.4.4 A.4.5 A.4.6 A.5.2 A.5.3 A.5.4 A.5.5 '
        'A.6.1.2 A.6.1.3 A.6.2.2 A.6.2.3 A.6.2.4 A.6.2.5 A.6.2.6 A.6.2.7 A.6.2.8 '
        'A.7.2 A.7.3 A.7.4 A.7.5 A.7.6 A.8.2 A.8.3 A.8.4 A.8.5 A.9.2 A.9.3 A.9.4 A.10.2 A.10.3 A.10.4'),
    ('clause', '4.1 4.2 4.3 4.4 5.1 5.2 5.3 6.1.1 6.1.2 6.1.3 6.1.4 6.2 6.3 7.1 7.2 7.3 7.4 '
        '7.5.1 7.5.2 7.5.3 8.1 8.2 8.3 8.4 9.1 9.2.1 9.2.2 9.3.1 9.3.2 9.3.3 10.1 10.2')) AS e (kind, ids)
  JOIN aims.requirement USING (kind) WHERE framework = 'iso42001' GROUP BY kind, ids ORDER BY kind;
SELECT results_eq(
    $$ SELECT o.ref::text, count(*) FROM aims.requirement o JOIN aims.requirement c
           ON c.framework = o.framework AND c.kind = 'control' AND o.ref OPERATOR(aims.@>) c.ref
        WHERE o.kind = 'objective' AND o.framework = 'iso42001' GROUP BY o.ref ORDER BY o.ref $$,
    $$ VALUES ('A.2', 3::bigint), ('A.3', 2), ('A.4', 5), ('A.5', 4), ('A.6', 9), ('A.7', 5), ('A.8', 4),
              ('A.9', 3), ('A.10', 3) $$,
    'controls per objective');
SELECT is_empty(
    $$ SELECT ref FROM aims.requirement WHERE framework = 'iso42001' AND (kind = 'clause') <> (artefact IS NOT NULL) $$,
    'each clause names its artefact');
SELECT is_empty('SELECT * FROM aims.requirement WHERE NOT shipped', 'shipped rows are marked');

-- Inventory that the cases below refer to
INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'UTC')
    ON CONFLICT (singleton) DO UPDATE SET time_zone = 'UTC';
INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada Byron');
INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme'), ('zeta', 'Zeta');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis-watch', 'Sepsis', 'ada', 'Warn of sepsis'), ('triage', 'Triage', 'ada', 'Order a worklist');
INSERT INTO aims.model_version (system, version) VALUES ('sepsis-watch', '1.0');
INSERT INTO aims.framework (framework, title) VALUES ('house', 'House rules');
INSERT INTO aims.requirement (framework, ref, kind, title, display) VALUES
    ('house', '164.308.a.1.ii.D', 'control', 'Activity review', '164.308(a)(1)(ii)(D)'),
    ('iso42001', 'A.6.3', 'objective', 'Own objective', NULL),
    ('iso42001', 'A.6.3.1', 'control', 'Own control', NULL);

-- Refusals
CREATE TEMPORARY TABLE refusal (line integer GENERATED ALWAYS AS IDENTITY, state char(5), why text, statement text);
INSERT INTO refusal (state, why, statement) VALUES
    ('MS016', 'a shipped framework is changed', $$UPDATE aims.framework SET title = 'x' WHERE framework = 'iso42001'$$),
    ('MS016', 'a shipped framework is deleted', $$DELETE FROM aims.framework WHERE framework = 'iso42001'$$),
    ('MS016', 'a shipped requirement is changed', $$UPDATE aims.requirement SET title = 'x' WHERE ref = 'A.6.2.4'$$),
    ('MS016', 'a shipped requirement is deleted', $$DELETE FROM aims.requirement WHERE ref = 'A.6.2.4'$$),
    ('MS016', 'a row is passed off as shipped',
        $$INSERT INTO aims.requirement (framework, ref, kind, title, shipped) VALUES ('house', '1', 'control', 'x', true)$$),
    ('MS016', 'a row becomes shipped', $$UPDATE aims.requirement SET shipped = true WHERE framework = 'house'$$),
    ('MS016', 'requirements are truncated', $$TRUNCATE aims.framework CASCADE$$),
    ('MS016', 'requirements are truncated', $$TRUNCATE aims.requirement CASCADE$$),
    ('23514', 'unknown kind', $$INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('house', '1', 'law', 'x')$$),
    ('23514', 'blank title', $$INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('house', '1', 'control', ' ')$$),
    ('23503', 'unknown framework', $$INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('none', '1', 'control', 'x')$$),
    ('23505', 'a requirement twice',
        $$INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('iso42001', 'A.2.2', 'clause', 'x')$$),
    ('23514', 'a framework that is no slug', $$INSERT INTO aims.framework (framework, title) VALUES ('House', 'x')$$),
    ('23514', 'a framework with a blank title', $$INSERT INTO aims.framework (framework, title) VALUES ('x', '')$$);
INSERT INTO refusal (state, why, statement)
SELECT state, why, format('INSERT INTO aims.applicability (ref, scope, system, vendor, applicable, justification) VALUES (%s)', vals)
  FROM (VALUES
    ('23514', 'inclusion without justification', $$'A.2.2', 'organisation', NULL, NULL, true, ''$$),
    ('23514', 'exclusion without justification', $$'A.2.2', 'organisation', NULL, NULL, false, E' \n'$$),
    ('23502', 'NULL as justification',           $$'A.2.2', 'organisation', NULL, NULL, true, NULL$$),
    ('23502', 'no decision',                     $$'A.2.2', 'organisation', NULL, NULL, NULL, 'x'$$),
    ('23514', 'unknown scope',                   $$'A.2.2', 'ward', NULL, NULL, true, 'x'$$),
    ('23514', 'organisation with a system',      $$'A.2.2', 'organisation', 'triage', NULL, true, 'x'$$),
    ('23514', 'organisation with a vendor',      $$'A.2.2', 'organisation', NULL, 'acme', true, 'x'$$),
    ('23514', 'system without a system',         $$'A.2.2', 'system', NULL, NULL, true, 'x'$$),
    ('23514', 'system with a vendor',            $$'A.2.2', 'system', 'triage', 'acme', true, 'x'$$),
    ('23514', 'vendor without a vendor',         $$'A.2.2', 'vendor', NULL, NULL, true, 'x'$$),
    ('23514', 'vendor with a system',            $$'A.2.2', 'vendor', 'triage', 'acme', true, 'x'$$),
    ('23503', 'unknown system',                  $$'A.2.2', 'system', 'none', NULL, true, 'x'$$),
    ('23503', 'unknown vendor',                  $$'A.10.2', 'vendor', NULL, 'none', true, 'x'$$),
    ('23503', 'unknown control',                 $$'A.2.9', 'organisation', NULL, NULL, true, 'x'$$),
    ('23503', 'an objective is no control',      $$'A.2', 'organisation', NULL, NULL, false, 'x'$$),
    ('23503', 'a clause cannot be excluded',     $$'9.2.1', 'organisation', NULL, NULL, false, 'x'$$)
  ) AS t (state, why, vals);
INSERT INTO refusal (state, why, statement)
SELECT state, why, format('INSERT INTO aims.evidence (%s) VALUES (%s)', cols, vals)
  FROM (VALUES
    ('23514', 'blank title',             'title', $$' '$$),
    ('23502', 'no title',                'kind', $$'record'$$),
    ('23514', 'blank kind',              'title, kind', $$'x', ''$$),
    ('23503', 'unknown system',          'title, system', $$'x', 'none'$$),
    ('23503', 'unknown vendor',          'title, vendor', $$'x', 'none'$$),
    ('23503', 'version of another system', 'title, system, version', $$'x', 'triage', '1.0'$$),
    ('23514', 'version without a system', 'title, version', $$'x', '1.0'$$),
    ('23514', 'hash of 31 bytes',        'title, content_sha256', $$'x', decode(repeat('00', 31), 'hex')$$),
    ('23514', 'hash of 33 bytes',        'title, content_sha256', $$'x', decode(repeat('00', 33), 'hex')$$),
    ('23514', 'empty hash',              'title, content_sha256', $$'x', ''$$),
    ('23514', 'unknown origin',          'title, origin', $$'x', 'rumour'$$),
    ('22023', 'typed as a monitor''s',   'title, origin', $$'x', 'monitor'$$),
    ('22023', 'typed as the ledger''s',  'title, origin', $$'x', 'ledger'$$),
    ('23514', 'blank uri',               'title, uri', $$'x', ' '$$),
    ('23514', 'expires before it counts', 'title, effective_on, valid_until', $$'x', aims.today(), aims.today() - 1$$)
  ) AS t (state, why, cols, vals);

INSERT INTO aims.applicability (framework, ref, scope, system, vendor, applicable, justification, owner) VALUES
    ('iso42001', 'A.2.2',  'organisation', NULL,     NULL,   true,  'Required by policy', 'ada'),
    ('iso42001', 'A.2.2',  'system',       'triage', NULL,   true,  'In use',             NULL),
    ('iso42001', 'A.10.3', 'vendor',       NULL,     'acme', true,  'Supplies a model',   NULL),
    ('iso42001', 'A.10.3', 'vendor',       NULL,     'zeta', false, 'Supplies no AI',     NULL),
    ('house', '164.308.a.1.ii.D', 'organisation', NULL, NULL, true, 'Law',               'ada');
SELECT is(count(*), 5::bigint, 'one statement per control and target')
  FROM aims.applicability AS a WHERE a.justification <> '';
INSERT INTO refusal (state, why, statement) VALUES
    ('23505', 'organisation stated twice',
        $$INSERT INTO aims.applicability (ref, applicable, justification) VALUES ('A.2.2', false, 'x')$$),
    ('23505', 'system stated twice', $$INSERT INTO aims.applicability (ref, scope, system, applicable, justification)
                                      VALUES ('A.2.2', 'system', 'triage', true, 'x')$$),
    ('23505', 'vendor stated twice', $$INSERT INTO aims.applicability (ref, scope, vendor, applicable, justification)
                                      VALUES ('A.10.3', 'vendor', 'acme', true, 'x')$$),
    ('22P02', 'unknown implementation', $$UPDATE aims.applicability SET implementation = 'done'$$),
    ('23503', 'unknown owner', $$UPDATE aims.applicability SET owner = 'none'$$),
    ('23503', 'a control with statements is deleted', $$DELETE FROM aims.requirement WHERE framework = 'house'$$);
SELECT lives_ok($$INSERT INTO aims.applicability (ref, applicable, justification) VALUES ('A.2.2', true, 'Still')
    ON CONFLICT (framework, ref, scope, system, vendor) DO UPDATE SET justification = excluded.justification$$,
    'a statement can be upserted');

-- Evidence by date, under numbers of the test's own. Yesterday, today and tomorrow are those of the organisation.
INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, valid_until, recorded_at)
SELECT id, title, CASE WHEN id <> 112 THEN 'file:x' END, effective_on, valid_until, recorded_at FROM (VALUES
    (101, 'for ever',       aims.today() - 9, NULL,             timestamptz '2001-01-01'),
    (102, 'last day today', aims.today() - 9, aims.today(),     now()),
    (103, 'expired',        aims.today() - 9, aims.today() - 1, now()),
    (104, 'from today',     aims.today(),     aims.today() + 9, now()),
    (105, 'from tomorrow',  aims.today() + 1, NULL,             now()),
    (106, 'replaced today', aims.today() - 9, NULL,             now()),
    (107, 'its revision',   aims.today(),     NULL,             now()),
    (108, 'replaced soon',  aims.today() - 9, NULL,             now()),
    (109, 'its revision',   aims.today() + 1, NULL,             now()),
    (110, 'replaced by what expired', aims.today() - 9, NULL,   now()),
    (111, 'expired revision', aims.today() - 5, aims.today() - 1, now()),
    (112, 'a claim',        aims.today(),     NULL,             now())) AS t (id, title, effective_on, valid_until, recorded_at);
INSERT INTO aims.evidence (evidence_id, title, content_sha256) VALUES (113, 'a hash alone', sha256('x'));
SELECT setval('aims.evidence_evidence_id_seq', 1000) \gset
INSERT INTO aims.evidence_revision VALUES (106, 107, aims.today()), (108, 109, aims.today() + 1), (110, 111, aims.today() - 5);
SELECT results_eq(
    'SELECT evidence_id::int, state, superseded_by::int FROM aims.evidence_state ORDER BY 1',
    $$ VALUES (101, 'in_force', NULL), (102, 'in_force', NULL), (103, 'expired', NULL), (104, 'in_force', NULL),
              (105, 'future', NULL), (106, 'superseded', 107), (107, 'in_force', NULL), (108, 'in_force', 109),
              (109, 'future', NULL), (110, 'superseded', 111), (111, 'expired', NULL), (112, 'unsubstantiated', NULL), (113, 'in_force', NULL) $$,
    'state by date and revision');
SELECT ok(recorded_at BETWEEN now() AND clock_timestamp() AND recorded_by IS NULL, 'recorded_at and recorded_by are the server''s')
  FROM aims.evidence WHERE evidence_id = 101;
CREATE ROLE control_ada;
SELECT aims.grant_duty_role('officer', 'control_ada') \g /dev/null
UPDATE aims.person SET db_role = 'control_ada' WHERE person = 'ada';
INSERT INTO aims.person (person, full_name) VALUES ('bea', 'Bea');
SELECT is(pg_temp.act('control_ada', $$INSERT INTO aims.evidence (title, uri, recorded_by) VALUES ('x', 'file:y', 'bea') RETURNING recorded_by$$),
          'ada', 'who records is not typed');

-- The day is the organisation's: these two zones are 26 hours apart
UPDATE aims.organisation SET time_zone = 'Etc/GMT+12';
CREATE TEMPORARY TABLE west AS SELECT aims.today() AS day;
INSERT INTO aims.evidence (evidence_id, title, uri, effective_on, valid_until) VALUES (120, 'zone', 'file:z', '2000-01-01', aims.today());
SELECT is(state, 'in_force', 'in the west the last day is not over') FROM aims.evidence_state WHERE evidence_id = 120;
UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati';
SELECT cmp_ok(aims.today(), '>', day, 'in the east it is a later day') FROM west;
SELECT is(state, 'expired', 'in the east it is over') FROM aims.evidence_state WHERE evidence_id = 120;
SET LOCAL timezone = 'Etc/GMT+12';
SELECT is(state, 'expired', 'the session''s time zone changes nothing') FROM aims.evidence_state WHERE evidence_id = 120;
RESET timezone;
UPDATE aims.organisation SET time_zone = 'UTC';

-- Links hold in any framework; revisions take them along
INSERT INTO aims.evidence_link (evidence_id, framework, ref) VALUES
    (103, 'iso42001', 'A.6.2.4'), (103, 'iso42001', '9.2.1'), (103, 'house', '164.308.a.1.ii.D');
SET LOCAL session_replication_role = replica;
UPDATE aims.evidence SET kind = 'verification', system = 'sepsis-watch', version = '1.0', uri = 'file:a' WHERE evidence_id = 103;
SET LOCAL session_replication_role = origin;
CREATE TEMPORARY TABLE revised AS
SELECT pg_temp.act('control_ada', $$SELECT aims.revise_evidence(103, content_sha256 => sha256('b'))$$)::bigint AS id;
SELECT is(recorded_by, 'ada', 'the reviser recorded it') FROM aims.evidence JOIN revised ON evidence_id = id;
SELECT results_eq(
    $$ SELECT title, kind, system::text, version, uri, content_sha256, effective_on, valid_until
         FROM aims.evidence JOIN revised ON evidence_id = id $$,
    $$ VALUES ('expired', 'verification', 'sepsis-watch', '1.0', 'file:a', sha256('b'), aims.today(), NULL::date) $$,
    'a revision keeps what was not given anew');
SELECT results_eq(
    $$ SELECT framework::text, ref::text FROM aims.evidence_link JOIN revised ON evidence_id = id ORDER BY 1, 2 $$,
    $$ VALUES ('house', '164.308.a.1.ii.D'), ('iso42001', '9.2.1'), ('iso42001', 'A.6.2.4') $$,
    'a revision keeps the links');
SELECT results_eq(
    'SELECT state, superseded_by FROM aims.evidence_state WHERE evidence_id = 103',
    $$ SELECT 'superseded', id FROM revised $$, 'the earlier one is superseded');

INSERT INTO refusal (state, why, statement) VALUES
    ('MS017', 'revision of unknown evidence', 'SELECT aims.revise_evidence(999999)'),
    ('MS017', 'revision of nothing', 'SELECT aims.revise_evidence(NULL)'),
    ('MS019', 'revision of what was revised', 'SELECT aims.revise_evidence(103)'),
    ('23505', 'replaced twice', 'INSERT INTO aims.evidence_revision VALUES (106, 109, aims.today() + 1)'),
    ('23514', 'replaced by an older one', 'INSERT INTO aims.evidence_revision VALUES (107, 106, aims.today() - 9)'),
    ('23514', 'replaced by itself', 'INSERT INTO aims.evidence_revision VALUES (101, 101, aims.today() - 9)'),
    ('23503', 'replaced by nothing', 'INSERT INTO aims.evidence_revision VALUES (101, 999999, aims.today())'),
    ('23503', 'replaced from another day than the revision counts', 'INSERT INTO aims.evidence_revision VALUES (102, 105, aims.today())'),
    ('23503', 'link to an unknown requirement', $$INSERT INTO aims.evidence_link VALUES (101, 'iso42001', 'A.2.9')$$),
    ('23503', 'link to an unknown framework', $$INSERT INTO aims.evidence_link VALUES (101, 'none', 'A.2.2')$$),
    ('23503', 'link of unknown evidence', $$INSERT INTO aims.evidence_link VALUES (999999, 'iso42001', 'A.2.2')$$),
    ('23505', 'link made twice', $$INSERT INTO aims.evidence_link VALUES (103, 'iso42001', 'A.6.2.4')$$),
    ('MS041', 'evidence is deleted', $$DELETE FROM aims.evidence WHERE evidence_id = 112$$),
    ('MS041', 'evidence is prolonged', $$UPDATE aims.evidence SET valid_until = NULL WHERE evidence_id = 102$$),
    ('MS041', 'evidence is renamed', $$UPDATE aims.evidence SET title = 'better' WHERE evidence_id = 101$$),
    ('MS041', 'evidence is given its document later', $$UPDATE aims.evidence SET uri = 'file:later' WHERE evidence_id = 112$$),
    ('MS041', 'evidence is antedated', $$UPDATE aims.evidence SET recorded_at = '2001-01-01' WHERE evidence_id = 101$$),
    ('MS041', 'evidence is truncated', $$TRUNCATE aims.evidence CASCADE$$),
    ('MS041', 'a link is moved', $$UPDATE aims.evidence_link SET ref = 'A.6.2.5' WHERE evidence_id = 103 AND ref::text = 'A.6.2.4'$$),
    ('MS041', 'a link is deleted', $$DELETE FROM aims.evidence_link WHERE evidence_id = 103$$),
    ('MS041', 'links are truncated', $$TRUNCATE aims.evidence_link$$),
    ('MS041', 'a revision is changed', $$UPDATE aims.evidence_revision SET later = 111 WHERE earlier = 106$$),
    ('MS041', 'a revision is undone', $$DELETE FROM aims.evidence_revision WHERE earlier = 103$$),
    ('MS041', 'revisions are truncated', $$TRUNCATE aims.evidence_revision$$),
    ('23503', 'a linked requirement is deleted', $$DELETE FROM aims.requirement WHERE framework = 'house'$$);
SELECT throws_ok(statement, state, NULL, format('%s: %s', state, why)) FROM refusal ORDER BY line;
SELECT pg_temp.ends_with('42501', 'control_ada', command, 'no officer may ' || command)
  FROM unnest(ARRAY['UPDATE aims.evidence SET title = title', 'DELETE FROM aims.evidence', 'UPDATE aims.evidence_link SET ref = ref',
                    'DELETE FROM aims.evidence_link', 'INSERT INTO aims.evidence_revision VALUES (101, 102, aims.today())',
                    'UPDATE aims.evidence_revision SET later = later', 'DELETE FROM aims.evidence_revision',
                    'DELETE FROM aims.duty']) AS command;

-- What evidence may prove
INSERT INTO aims.vendor (vendor, title) VALUES ('fits_v', 'V'), ('fits_w', 'W'), ('fits_part', 'P');
INSERT INTO aims.ai_system (system, title, owner, purpose, vendor) VALUES ('fits_s', 'S', 'ada', 'p', 'fits_v'), ('fits_t', 'T', 'ada', 'p', NULL);
INSERT INTO aims.component (system, component, kind, title, vendor) VALUES ('fits_s', 'llm', 'model', 'LLM', 'fits_part');
INSERT INTO aims.evidence (evidence_id, title, system, vendor) VALUES
    (9500, 'organisation', NULL, NULL), (9501, 'system S', 'fits_s', NULL), (9502, 'system T', 'fits_t', NULL),
    (9503, 'vendor V', NULL, 'fits_v'), (9504, 'vendor W', NULL, 'fits_w'), (9505, 'vendor of a component', NULL, 'fits_part'),
    (9506, 'system T and vendor V', 'fits_t', 'fits_v');
SELECT results_eq(format($$SELECT evidence_id - 9500 FROM aims.evidence WHERE evidence_id BETWEEN 9500 AND 9506 AND aims.evidence_fits(evidence_id, %L, %L) ORDER BY 1$$, system, vendor),
                  format('SELECT unnest(%L::bigint[])', fits), 'evidence for ' || name)
  FROM (VALUES ('fits_s', NULL, '{0,1,3,5}', 'a system: its own, of its vendors, of the organisation'),
               ('fits_t', NULL, '{0,2,6}', 'a system without vendor'),
               (NULL, 'fits_v', '{0,1,3,6}', 'a vendor: its own, of systems that use it'),
               ('fits_t', 'fits_w', '{0,2,4,6}', 'a system and a vendor'),
               (NULL, NULL, '{0,1,2,3,4,5,6}', 'the organisation: any')) AS t (system, vendor, fits, name);

SELECT * FROM finish();
ROLLBACK;
