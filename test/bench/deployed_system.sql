-- An AI system that may write: through the gates of the lowest tier, by two
-- people, as any other.

CREATE ROLE bench_officer;
CREATE ROLE bench_owner;
INSERT INTO aims.person (person, full_name, db_role)
VALUES ('bench-officer', 'Officer of the benchmark', 'bench_officer'), ('bench-owner', 'Owner of the benchmark', 'bench_owner');
INSERT INTO aims.duty (person, duty) VALUES ('bench-officer', 'ai_officer');
SELECT aims.grant_duty_role('officer', 'bench_officer'), aims.grant_duty_role('officer', 'bench_owner');

SET SESSION AUTHORIZATION bench_officer;
SET aims.reason = 'No patient is concerned';
INSERT INTO aims.duty (person, duty) VALUES ('bench-owner', 'system_owner');
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, organisation_role, eu_tier, clinical_tier, phi)
VALUES ('bench-score', 'Score of the benchmark', 'bench-owner', 'To be measured', 'Benchmarks', 'user', 'minimal', 'low', false),
       ('bench-switched', 'Another one', 'bench-owner', 'To be switched off and on', NULL, NULL, NULL, NULL, NULL);

SET SESSION AUTHORIZATION bench_owner;
INSERT INTO aims.model_version (system, version) VALUES ('bench-score', '1');
WITH filed AS (
    INSERT INTO aims.evidence (system, version, kind, title, uri)
    VALUES ('bench-score', '1', 'verification', 'It writes rows', 'bench:1')
    RETURNING evidence_id)
INSERT INTO aims.evidence_link (evidence_id, framework, ref) SELECT evidence_id, 'iso42001', 'A.6.2.4' FROM filed;
SELECT aims.advance('bench-score', 'design_development', 'Benchmark');
SELECT aims.advance('bench-score', 'verification_validation', 'Benchmark');
SELECT aims.request_advance('bench-score', 'deployment', 'Benchmark') AS request \gset

SET SESSION AUTHORIZATION bench_officer;
SELECT aims.approve('transition', :'request', 'approval', 'Benchmark');

SET SESSION AUTHORIZATION bench_owner;
SELECT aims.advance('bench-score', 'deployment', 'Benchmark');
RESET SESSION AUTHORIZATION;
