-- Included by tests that take a system through the gates (after test/act.sql):
-- supply(system, requirement, ...) records what these requirements are judged
-- by, as if it had been entered, and approved by other people, before; how
-- that is done is what the tests of those records are about.
CREATE PROCEDURE pg_temp.supply(about text, VARIADIC requirements text[]) LANGUAGE plpgsql AS $$
DECLARE
    s     aims.ai_system;
    other text;
    made  bigint;
BEGIN
    SELECT a.* INTO STRICT s FROM aims.ai_system AS a WHERE a.system = about;
    SELECT p.person INTO other FROM aims.person AS p WHERE p.person <> s.owner ORDER BY p.person LIMIT 1;
    PERFORM set_config('session_replication_role', 'replica', true);
    IF 'initial-risk' = ANY (requirements) THEN
        INSERT INTO aims.risk (system, title, source, owner, inherent_likelihood, inherent_severity)
        VALUES (about, 'Misses a case', 'safety', s.owner, 2, 2);
    END IF;
    IF 'residual-risk' = ANY (requirements) THEN
        INSERT INTO aims.risk_appetite (level, justification, status, approved_at, approved_by)
        VALUES ('moderate', 'Benefit outweighs it', 'approved', clock_timestamp(), other);
    END IF;
    IF 'impact-assessment' = ANY (requirements) THEN
        INSERT INTO aims.impact_assessment (system, version, assessor, scope, conclusion, outcome, valid_until, status, approved_at, approved_by)
        VALUES (about, aims.version_in_force(about), s.owner, 'All wards', 'It may be used', 'acceptable', aims.today(), 'approved',
                clock_timestamp(), other);
    END IF;
    IF 'users-trained' = ANY (requirements) THEN
        INSERT INTO aims.user_group (system, title, curriculum) VALUES (about, 'Nurses', 'human-oversight') RETURNING user_group_id INTO made;
        INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source, status)
        VALUES (made, about, 2, aims.today(), 'payroll', 'confirmed');
        WITH held AS (
            INSERT INTO aims.training_session (user_group_id, system, held_on, valid_until, trainer, attended, roster_uri, roster_sha256, status)
            VALUES (made, about, aims.today(), aims.today(), 'vendor', 2, 'file:roster', sha256('roster'), 'confirmed')
            RETURNING training_session_id)
        INSERT INTO aims.training_attendance (training_session_id, attendee)
        SELECT h.training_session_id, a FROM held AS h CROSS JOIN unnest(ARRAY['a', 'b']) AS a;
    END IF;
    IF 'vendor-assessed' = ANY (requirements) THEN
        INSERT INTO aims.vendor_assessment (vendor, assessor, policy_review, conclusion, rationale, valid_until, status, approved_at, approved_by)
        VALUES (s.vendor, s.owner, 'Read', 'acceptable', 'Well run', aims.today(), 'approved', clock_timestamp(), other);
        INSERT INTO aims.vendor_contract (vendor, kind, title, valid_from, status)
        VALUES (s.vendor, 'business_associate_agreement', 'BAA', aims.today(), 'confirmed');
        INSERT INTO aims.vendor_contract (vendor, kind, title, valid_from, status)
        VALUES (s.vendor, 'supply', 'Contract', aims.today(), 'confirmed')
        RETURNING vendor_contract_id INTO made;
        INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement)
        SELECT made, r.responsibility, 'vendor', 'As agreed' FROM aims.responsibility AS r;
    END IF;
    IF 'incident-contact' = ANY (requirements) THEN
        INSERT INTO aims.incident_contact (system, person, phone) VALUES (about, s.owner, '4711');
    END IF;
    IF 'monitors' = ANY (requirements) THEN
        INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source,
                                  status, activated_at)
        VALUES (about || '-auroc', about, 'Discrimination', 'auroc', 'Sepsis within 6 hours', s.owner, '1 month', 'below', 0.8, 0.7, 0.85,
                'validation report', 'active', clock_timestamp());
    END IF;
    PERFORM set_config('session_replication_role', 'origin', true);
END $$;
