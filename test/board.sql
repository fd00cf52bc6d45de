-- Included by tests of audits, reviews and certificates, which commit, since
-- nobody signs what was written in the same transaction: people with their
-- roles, bundles and duties, held for years, and two AI systems. The roles go
-- with test/board_leaves.sql.
\i test/board_leaves.sql
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM (VALUES ('officer', 'officer'), ('deputy', 'officer'), ('sponsor', 'reviewer'), ('member', 'reviewer'),
                                   ('owner', 'officer'), ('lead', 'auditor'), ('second', 'auditor'), ('third', 'auditor'),
                                   ('guest', 'officer')) AS v (person, bundle) LOOP
        EXECUTE format('CREATE ROLE board_%s', r.person);
        PERFORM aims.grant_duty_role(r.bundle, ('board_' || r.person)::regrole);
        INSERT INTO aims.person (person, full_name, db_role) VALUES (r.person, initcap(r.person), 'board_' || r.person);
    END LOOP;
END $$;
INSERT INTO aims.organisation (name, time_zone) VALUES ('Hospital', 'America/New_York');
INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES
    ('sepsis-watch', 'Sepsis Watch', 'owner', 'warn of sepsis'), ('triage', 'Triage', 'guest', 'sort referrals');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty, system, valid_from) VALUES
    ('officer', 'ai_officer', NULL, '2020-01-01'), ('deputy', 'ai_officer', NULL, '2020-01-01'),
    ('sponsor', 'executive_sponsor', NULL, '2020-01-01'), ('member', 'committee_member', NULL, '2020-01-01'),
    ('owner', 'system_owner', 'sepsis-watch', '2020-01-01'),
    ('lead', 'internal_auditor', NULL, '2020-01-01'), ('second', 'internal_auditor', NULL, '2020-01-01'),
    ('third', 'internal_auditor', NULL, '2020-01-01');
RESET session_replication_role;
