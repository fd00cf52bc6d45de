-- What an audit and a finding need besides their own columns, what has been
-- audited, and what is to be done (ISO/IEC 42001 9.2, 10.2).

CREATE VIEW aims.audit_finding_state WITH (security_barrier) AS
WITH correction AS (
    SELECT c.audit_finding, array_agg(c.capa_id ORDER BY c.capa_id) AS capa_ids,
           bool_and(c.status IN ('effective', 'closed')) AS effective
      FROM aims.capa AS c
     WHERE c.audit_finding IS NOT NULL AND c.status <> 'withdrawn'
     GROUP BY c.audit_finding
), graded AS (
    SELECT f.*, f.grade IN ('major', 'minor') AS nonconformity,
           coalesce(c.capa_ids, '{}') AS capa_ids,
           f.grade NOT IN ('major', 'minor') OR coalesce(c.effective, false) AS corrected
      FROM aims.audit_finding AS f
      LEFT JOIN correction AS c ON c.audit_finding = f.audit_finding_id
)
SELECT g.audit_finding_id, g.internal_audit_id, g.grade, g.framework::text, g.ref, g.system::text, g.statement,
       g.status,
       CASE WHEN g.status = 'closed' AND NOT g.corrected THEN 'reopened'
            WHEN g.status = 'open' AND g.response_due < (SELECT aims.today())
                 AND (g.response IS NULL AND NOT g.nonconformity OR g.nonconformity AND g.capa_ids = '{}') THEN 'overdue'
            ELSE g.status
       END AS state,
       g.nonconformity, g.corrected, g.capa_ids, g.response_due, g.response, g.issued_at, g.closed_at
  FROM graded AS g;
COMMENT ON VIEW aims.audit_finding_state IS
    'Findings of internal audits as they stand today, with the corrective actions behind each (ISO/IEC 42001 9.2.1, 10.2)';
COMMENT ON COLUMN aims.audit_finding_state.audit_finding_id IS 'Number of the finding';
COMMENT ON COLUMN aims.audit_finding_state.internal_audit_id IS 'Audit that it was raised in';
COMMENT ON COLUMN aims.audit_finding_state.grade IS 'major, minor, observation or opportunity';
COMMENT ON COLUMN aims.audit_finding_state.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.audit_finding_state.ref IS 'Requirement';
COMMENT ON COLUMN aims.audit_finding_state.system IS 'AI system concerned';
COMMENT ON COLUMN aims.audit_finding_state.statement IS 'What was found';
COMMENT ON COLUMN aims.audit_finding_state.status IS 'Status as recorded';
COMMENT ON COLUMN aims.audit_finding_state.state IS
    'draft, open, overdue (by the day a nonconformity without corrective action, another finding without answer), closed, reopened (closed, but a corrective action for it is not effective) or withdrawn';
COMMENT ON COLUMN aims.audit_finding_state.nonconformity IS 'Is it major or minor?';
COMMENT ON COLUMN aims.audit_finding_state.corrected IS
    'May it be closed? A nonconformity once it has corrective actions and all have proved effective';
COMMENT ON COLUMN aims.audit_finding_state.capa_ids IS 'Corrective actions that answer it (aims.capa), but for those withdrawn';
COMMENT ON COLUMN aims.audit_finding_state.response_due IS 'Day by which whoever is audited answers';
COMMENT ON COLUMN aims.audit_finding_state.response IS 'The answer';
COMMENT ON COLUMN aims.audit_finding_state.issued_at IS 'When it was issued';
COMMENT ON COLUMN aims.audit_finding_state.closed_at IS 'When it was closed';

CREATE FUNCTION aims.audit_obstacle(internal_audit_id bigint, status text) RETURNS SETOF text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT 'neither a requirement nor a system is in its scope'
         WHERE audit_obstacle.status IN ('in_progress', 'reported')
           AND NOT EXISTS (SELECT FROM aims.internal_audit_scope AS c
                            WHERE c.internal_audit_id = audit_obstacle.internal_audit_id)
        UNION ALL
        SELECT format('the audited period ends on %s', to_char(a.period_until, 'YYYY-MM-DD'))
          FROM aims.internal_audit AS a
         WHERE audit_obstacle.status = 'reported'
           AND a.internal_audit_id = audit_obstacle.internal_audit_id AND a.period_until > aims.today()
        UNION ALL
        SELECT format('audit programme "%s" is %s, from %s to %s', p.audit_programme, p.status,
                      to_char(p.starts_on, 'YYYY-MM-DD'), to_char(p.ends_on, 'YYYY-MM-DD'))
          FROM aims.internal_audit AS a
          JOIN aims.audit_programme AS p ON p.audit_programme = a.audit_programme
         WHERE audit_obstacle.status = 'in_progress'
           AND a.internal_audit_id = audit_obstacle.internal_audit_id
           AND (p.status <> 'approved' OR aims.today() NOT BETWEEN p.starts_on AND p.ends_on)
        UNION ALL
        SELECT 'nothing shows what was looked at: draw a sample, or record a finding, an observation at least'
         WHERE audit_obstacle.status = 'reported'
           AND NOT EXISTS (SELECT FROM aims.audit_sample AS s WHERE s.internal_audit_id = audit_obstacle.internal_audit_id)
           AND NOT EXISTS (SELECT FROM aims.audit_finding AS f
                            WHERE f.internal_audit_id = audit_obstacle.internal_audit_id AND f.status <> 'withdrawn')
        UNION ALL
        SELECT format('finding %s is a draft: issue or withdraw it', f.audit_finding_id)
          FROM aims.audit_finding AS f
         WHERE audit_obstacle.status = 'reported'
           AND f.internal_audit_id = audit_obstacle.internal_audit_id AND f.status = 'draft'
        UNION ALL
        SELECT format('sample %s has %s of %s items that are not examined', i.audit_sample_id,
                      count(*) FILTER (WHERE i.conforming IS NULL), count(*))
          FROM aims.audit_sample_item AS i
         WHERE audit_obstacle.status = 'reported'
           AND i.internal_audit_id = audit_obstacle.internal_audit_id
         GROUP BY i.audit_sample_id
        HAVING bool_or(i.conforming IS NULL)
        UNION ALL
        SELECT format('sample %s, item %s: finding %s was withdrawn, but the item does not conform',
                      i.audit_sample_id, i.item, i.audit_finding_id)
          FROM aims.audit_sample_item AS i
          JOIN aims.audit_finding AS f ON f.audit_finding_id = i.audit_finding_id AND f.status = 'withdrawn'
         WHERE audit_obstacle.status = 'reported'
           AND i.internal_audit_id = audit_obstacle.internal_audit_id AND NOT i.conforming
        UNION ALL
        SELECT format('finding %s (%s, %s) is %s', f.audit_finding_id, f.grade, f.ref, f.state)
          FROM aims.audit_finding_state AS f
         WHERE audit_obstacle.status = 'closed'
           AND f.internal_audit_id = audit_obstacle.internal_audit_id
           AND f.nonconformity AND f.state NOT IN ('closed', 'withdrawn');
    END;
COMMENT ON FUNCTION aims.audit_obstacle(bigint, text) IS
    'What is missing for an audit to become in_progress, reported or closed, besides independence: a line each';

CREATE FUNCTION aims.check_internal_audit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    missing text;
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    IF NEW.status IN ('planned', 'in_progress', 'reported') THEN
        PERFORM aims.check_independence(NEW.internal_audit_id);
    ELSIF NEW.status = 'closed' AND EXISTS (SELECT FROM aims.internal_auditor AS i
                                             WHERE i.internal_audit_id = NEW.internal_audit_id AND i.person = NEW.closed_by) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS012',
            MESSAGE = format('person "%s" may not sign the report of the own internal audit "%s"', NEW.closed_by, NEW.internal_audit_id),
            DETAIL = 'An auditor of the team became management after the report.',
            HINT = 'Ask another person.';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status <> NEW.status THEN
        SELECT string_agg(o, E'\n') INTO missing FROM aims.audit_obstacle(NEW.internal_audit_id, NEW.status) AS o;
    END IF;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS042',
            MESSAGE = format('internal audit "%s" cannot be %s yet', NEW.internal_audit_id, NEW.status),
            DETAIL = missing,
            HINT = format('SELECT aims.audit_obstacle(%s, %L)', NEW.internal_audit_id, NEW.status);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_internal_audit() IS
    'Trigger (AFTER ROW) on aims.internal_audit: auditors are independent until the report and none signs it (MS012), and no status is reached that rows of scope, programme, findings or samples speak against (MS042)';

CREATE TRIGGER check_internal_audit AFTER INSERT OR UPDATE ON aims.internal_audit
    FOR EACH ROW EXECUTE FUNCTION aims.check_internal_audit();
ALTER TABLE aims.internal_audit ENABLE ALWAYS TRIGGER check_internal_audit;
COMMENT ON TRIGGER check_internal_audit ON aims.internal_audit IS 'Independence, and what each status needs';

CREATE FUNCTION aims.check_audit_finding() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF aims.restoring() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.status IN ('draft', 'open') AND OLD.status = 'draft' THEN
        PERFORM aims.require_auditor(NEW.internal_audit_id);
        IF NEW.system IS NOT NULL
           AND NOT EXISTS (SELECT FROM aims.internal_audit_scope AS c
                            WHERE c.internal_audit_id = NEW.internal_audit_id AND c.system = NEW.system) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'MS042',
                MESSAGE = format('AI system "%s" is not in the scope of internal audit "%s"', NEW.system, NEW.internal_audit_id),
                DETAIL = 'The auditors'' independence is judged by the scope.',
                HINT = 'INSERT INTO aims.internal_audit_scope (internal_audit_id, system) VALUES (...)';
        END IF;
        RETURN NULL;
    END IF;
    IF OLD.status IN ('closed', 'withdrawn')
       AND (OLD.response, OLD.closing_note) IS DISTINCT FROM (NEW.response, NEW.closing_note) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS041',
            MESSAGE = format('audit finding "%s" cannot be changed any more', NEW.audit_finding_id),
            DETAIL = format('It is %s.', OLD.status),
            HINT = 'Raise another one in the next audit.';
    END IF;
    IF NEW.status = 'closed' AND OLD.status <> 'closed'
       AND NOT (SELECT f.corrected FROM aims.audit_finding_state AS f WHERE f.audit_finding_id = NEW.audit_finding_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS042',
            MESSAGE = format('audit finding "%s" is not corrected', NEW.audit_finding_id),
            DETAIL = coalesce((SELECT string_agg(format('Corrective action %s is %s.', c.capa_id, c.status), E'\n' ORDER BY c.capa_id)
                                 FROM aims.capa AS c WHERE c.audit_finding = NEW.audit_finding_id),
                              format('It is a %s nonconformity without a corrective action.', NEW.grade)),
            HINT = 'A nonconformity is closed once its corrective action has been judged effective: '
                   'INSERT INTO aims.capa (title, source, audit_finding, ...) VALUES (..., ''audit_finding'', ...)';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION aims.check_audit_finding() IS
    'Trigger (AFTER ROW) on aims.audit_finding: raised by auditors of an audit in progress (MS013, MS015), about systems in its scope (MS042); a nonconformity closes with an effective corrective action (MS042), and what is closed stays so (MS041)';

CREATE TRIGGER check_audit_finding AFTER INSERT OR UPDATE ON aims.audit_finding
    FOR EACH ROW EXECUTE FUNCTION aims.check_audit_finding();
ALTER TABLE aims.audit_finding ENABLE ALWAYS TRIGGER check_audit_finding;
COMMENT ON TRIGGER check_audit_finding ON aims.audit_finding IS 'Who raises findings, and when one closes';

-- What has been audited, and what is to be done

CREATE VIEW aims.audit_coverage WITH (security_barrier) AS
WITH audited AS (
    SELECT c.framework, c.ref, c.system, a.internal_audit_id, a.status, a.planned_on,
           (a.reported_at AT TIME ZONE coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC'))::date AS reported_on
      FROM aims.internal_audit_scope AS c
      JOIN aims.internal_audit AS a ON a.internal_audit_id = c.internal_audit_id AND a.status <> 'cancelled'
), covered AS (
    -- audits name the same few headings over and over
    SELECT r.framework, r.ref, h.ref AS heading
      FROM (SELECT DISTINCT a.framework, a.ref FROM audited AS a WHERE a.ref IS NOT NULL) AS h
      JOIN aims.requirement AS r ON r.framework = h.framework AND h.ref OPERATOR(aims.@>) r.ref
), target AS (
    SELECT r.framework::text, r.ref, NULL::text AS system, r.title, a.internal_audit_id, a.status, a.planned_on, a.reported_on
      FROM aims.requirement AS r
      JOIN aims.framework AS f ON f.framework = r.framework AND f.in_soa
      LEFT JOIN covered AS c ON c.framework = r.framework AND c.ref OPERATOR(aims.=) r.ref
      LEFT JOIN audited AS a ON a.framework = c.framework AND a.ref OPERATOR(aims.=) c.heading
     WHERE r.kind <> 'objective'
    UNION ALL
    SELECT NULL, NULL, s.system::text, s.title, a.internal_audit_id, a.status, a.planned_on, a.reported_on
      FROM aims.ai_system AS s
      LEFT JOIN audited AS a ON a.system = s.system
     WHERE s.out_of_scope_reason IS NULL AND s.stage <> 'retirement'
)
SELECT t.framework, t.ref, t.system, t.title,
       count(DISTINCT t.internal_audit_id) FILTER (WHERE t.status IN ('reported', 'closed')) AS audits,
       max(t.reported_on) FILTER (WHERE t.status IN ('reported', 'closed')) AS audited_on,
       (array_agg(t.internal_audit_id ORDER BY t.reported_on DESC, t.internal_audit_id DESC)
            FILTER (WHERE t.status IN ('reported', 'closed')))[1] AS internal_audit_id,
       min(t.planned_on) FILTER (WHERE t.status IN ('planned', 'in_progress')) AS planned_on
  FROM target AS t
 GROUP BY t.framework, t.ref, t.system, t.title;
COMMENT ON VIEW aims.audit_coverage IS
    'Every clause and control, and every AI system in scope: when it was last audited, and when it is planned to be (ISO/IEC 42001 9.2.2)';
COMMENT ON COLUMN aims.audit_coverage.framework IS 'Framework of the requirement; NULL for a system';
COMMENT ON COLUMN aims.audit_coverage.ref IS 'Clause or control; NULL for a system';
COMMENT ON COLUMN aims.audit_coverage.system IS 'AI system; NULL for a requirement';
COMMENT ON COLUMN aims.audit_coverage.title IS 'Topic of the requirement, name of the system';
COMMENT ON COLUMN aims.audit_coverage.audits IS 'Audits with it in their scope that have been reported';
COMMENT ON COLUMN aims.audit_coverage.audited_on IS 'Day of the last of these reports; NULL: never audited';
COMMENT ON COLUMN aims.audit_coverage.internal_audit_id IS 'The audit of that report';
COMMENT ON COLUMN aims.audit_coverage.planned_on IS 'Next audit that is planned or in progress; NULL: none';

CREATE VIEW aims.internal_audit_action WITH (security_barrier) AS
WITH today AS (
    SELECT (SELECT aims.today()) AS today, coalesce((SELECT o.time_zone FROM aims.organisation AS o), 'UTC') AS time_zone
), in_force AS (
    SELECT p.audit_programme, p.starts_on, p.ends_on, p.every_months
      FROM aims.audit_programme AS p CROSS JOIN today AS t
     WHERE p.status = 'approved' AND t.today BETWEEN p.starts_on AND p.ends_on
), next_audit AS (
    SELECT p.audit_programme, p.ends_on,
           (coalesce((SELECT max(a.reported_at AT TIME ZONE t.time_zone) FROM aims.internal_audit AS a
                       WHERE a.status IN ('reported', 'closed')), p.starts_on)
            + make_interval(months => p.every_months))::date AS due_on
      FROM in_force AS p CROSS JOIN today AS t
)
SELECT 'sign the audit programme' AS action, 'audit_programme' AS subject, p.audit_programme::text AS subject_id,
       NULL::text AS system, NULL::text AS vendor, 'executive_sponsor' AS duty, NULL::text AS person,
       p.starts_on AS due_on, '9.2.2' AS ref, p.title AS detail
  FROM aims.audit_programme AS p
 WHERE p.status = 'draft'
UNION ALL
SELECT 'draw up an audit programme', 'audit_programme', 'none', NULL, NULL, 'ai_officer', NULL,
       NULL, '9.2.2', 'no approved audit programme covers today'
  FROM today AS t
 WHERE NOT EXISTS (SELECT FROM in_force)
   AND NOT EXISTS (SELECT FROM aims.audit_programme AS p WHERE p.status = 'draft' AND t.today BETWEEN p.starts_on AND p.ends_on)
UNION ALL
SELECT 'plan an internal audit', 'audit_programme', n.audit_programme::text, NULL, NULL, 'internal_auditor', NULL,
       n.due_on, '9.2.1', 'no audit is planned or in progress that would be reported in time'
  FROM next_audit AS n CROSS JOIN today AS t
 WHERE n.due_on <= t.today + 90
   AND NOT EXISTS (SELECT FROM aims.internal_audit AS a
                    WHERE a.status IN ('planned', 'in_progress') AND a.report_due <= greatest(n.due_on, t.today + 90))
UNION ALL
SELECT 'plan audits of what the programme has left out', 'audit_programme', p.audit_programme::text, NULL, NULL,
       'internal_auditor', NULL, p.ends_on, '9.2.2',
       format('%s requirements and %s AI systems are neither audited since %s nor planned to be', count(c.ref), count(c.system),
              to_char(p.starts_on, 'YYYY-MM-DD'))
  FROM in_force AS p
  JOIN aims.audit_coverage AS c ON c.planned_on IS NULL AND coalesce(c.audited_on < p.starts_on, true)
 CROSS JOIN today AS t
 WHERE p.ends_on <= t.today + 90
 GROUP BY p.audit_programme, p.starts_on, p.ends_on
UNION ALL
SELECT CASE a.status WHEN 'planned' THEN 'begin the audit' ELSE 'report the audit' END, 'internal_audit',
       a.internal_audit_id::text, NULL, NULL, 'internal_auditor', a.lead_auditor::text,
       CASE a.status WHEN 'planned' THEN a.planned_on ELSE a.report_due END, '9.2.1', a.title
  FROM aims.internal_audit AS a CROSS JOIN today AS t
 WHERE a.status = 'in_progress' OR a.status = 'planned' AND a.planned_on <= t.today + 90
UNION ALL
SELECT 'replace the auditor', 'internal_audit', a.internal_audit_id::text, c.system, NULL, 'ai_officer', NULL,
       a.report_due, '9.2.2', format('%s: %s, %s', c.person, c.conflict, c.detail)
  FROM aims.internal_audit AS a
  JOIN aims.audit_conflict AS c ON c.internal_audit_id = a.internal_audit_id
 WHERE a.status IN ('planned', 'in_progress')
UNION ALL
SELECT 'examine the sample', 'audit_sample', i.audit_sample_id::text, i.system, NULL, 'internal_auditor',
       a.lead_auditor::text, a.report_due, '9.2.2',
       format('%s of %s items of %s are not examined', count(*) FILTER (WHERE i.conforming IS NULL), count(*), i.population)
  FROM aims.audit_sample_item AS i
  JOIN aims.internal_audit AS a ON a.internal_audit_id = i.internal_audit_id AND a.status = 'in_progress'
 GROUP BY i.audit_sample_id, i.system, i.population, a.lead_auditor, a.report_due
HAVING bool_or(i.conforming IS NULL)
UNION ALL
SELECT 'sign the audit report', 'internal_audit', a.internal_audit_id::text, NULL, NULL, 'executive_sponsor', NULL,
       a.report_due, '9.2.2', a.title
  FROM aims.internal_audit AS a
 WHERE a.status = 'reported'
   AND NOT EXISTS (SELECT FROM aims.audit_finding_state AS f
                    WHERE f.internal_audit_id = a.internal_audit_id
                      AND f.nonconformity AND f.state NOT IN ('closed', 'withdrawn'))
UNION ALL
-- corrective actions have obligations of their own
SELECT CASE WHEN f.nonconformity AND NOT f.corrected THEN 'open a corrective action for the audit finding'
            WHEN f.nonconformity OR f.response IS NOT NULL THEN 'close the audit finding'
            ELSE 'answer the audit finding' END,
       'audit_finding', f.audit_finding_id::text, f.system, NULL,
       CASE WHEN f.corrected AND (f.nonconformity OR f.response IS NOT NULL) THEN 'internal_auditor'
            WHEN f.system IS NOT NULL THEN 'system_owner' ELSE 'ai_officer' END,
       NULL, f.response_due, f.ref::text, format('%s: %s', f.grade, f.statement)
  FROM aims.audit_finding_state AS f
 WHERE f.status = 'open' AND (f.corrected OR f.capa_ids = '{}');
COMMENT ON VIEW aims.internal_audit_action IS
    'What is to be done about internal audits: programmes and reports to sign, audits due, auditors in conflict, items to examine, findings to answer and to close (ISO/IEC 42001 9.2, 10.2)';
COMMENT ON COLUMN aims.internal_audit_action.action IS 'What is to be done';
COMMENT ON COLUMN aims.internal_audit_action.subject IS 'Table of the row that it is about';
COMMENT ON COLUMN aims.internal_audit_action.subject_id IS 'Key of that row, or none where it is missing';
COMMENT ON COLUMN aims.internal_audit_action.system IS 'AI system concerned';
COMMENT ON COLUMN aims.internal_audit_action.vendor IS 'Always NULL';
COMMENT ON COLUMN aims.internal_audit_action.duty IS 'Duty of whoever does it';
COMMENT ON COLUMN aims.internal_audit_action.person IS 'Lead auditor; NULL: whoever holds the duty';
COMMENT ON COLUMN aims.internal_audit_action.due_on IS 'Day by which it is to be done; NULL: as soon as may be';
COMMENT ON COLUMN aims.internal_audit_action.ref IS 'Clause or control';
COMMENT ON COLUMN aims.internal_audit_action.detail IS 'The row behind it, in words';
