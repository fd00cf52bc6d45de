-- Model cards for whoever meets a system's output (ISO/IEC 42001 A.8.2, A.6.2.7;
-- items of the CHAI Applied Model Card). Nobody writes a card: each item is
-- drawn from the records, or from evidence about the system that is linked to
-- it, when it is read.

CREATE VIEW aims.model_card WITH (security_barrier) AS
WITH fact (system, ref, content) AS (
    SELECT s.system::text, f.ref, f.content
      FROM aims.ai_system AS s
      LEFT JOIN aims.vendor AS v ON v.vendor = s.vendor
      LEFT JOIN aims.person AS p ON p.person = s.owner
      LEFT JOIN aims.current_version AS c ON c.system = s.system
      LEFT JOIN aims.model_version AS m ON m.system = s.system AND m.version = c.version
      LEFT JOIN aims.re_evaluation AS e ON e.system = s.system
      LEFT JOIN LATERAL (SELECT w.switched_off FROM aims.switch_event AS w
                          WHERE w.system = s.system ORDER BY w.switch_id DESC LIMIT 1) AS w ON true
     CROSS JOIN LATERAL (VALUES
            ('BasicInfo.ModelName', s.title),
            ('BasicInfo.ModelDeveloper', CASE WHEN s.vendor IS NULL THEN 'this organisation' ELSE concat_ws(': ', v.title, s.product) END),
            ('BasicInfo.DeveloperContact', v.contact),
            ('BasicInfo.DeveloperContact', format('here: %s', concat_ws(', ', p.full_name, p.email))),
            ('ReleaseInfo.ReleaseStage', s.stage || CASE WHEN w.switched_off THEN ', switched off' ELSE '' END),
            ('ReleaseInfo.ReleaseVersion', format('%s (%s)', c.version, c.status)),
            ('ReleaseInfo.ReleaseDate', to_char(m.released_on, 'YYYY-MM-DD')),
            ('ReleaseInfo.RegulatoryApproval', s.fda_number),
            ('ModelSummary.Summary', s.purpose),
            ('UsesAndDirections.IntendedUseAndWorkflow', s.intended_use),
            ('UsesAndDirections.HowToUse', concat_ws(', ', s.autonomy, s.oversight_mode)),
            ('Warnings.ClinicalRiskLevel', s.clinical_tier::text),
            ('TrustIngredients.AISystemFacts.OutputAndInputDataTypes', array_to_string(s.data_categories, ', ')),
            ('TrustIngredients.AISystemFacts.OngoingMaintenance', s.change_control_plan),
            ('TrustIngredients.AISystemFacts.OngoingMaintenance', 're-evaluated by ' || to_char(e.due_on, 'YYYY-MM-DD'))) AS f (ref, content)
     WHERE f.content <> '' AND (f.ref <> 'ReleaseInfo.ReleaseVersion' OR c.version IS NOT NULL)
    UNION ALL
    SELECT d.system, 'UsesAndDirections.HowToUse', format('%s, version %s', d.title, d.version)
      FROM aims.document_in_force AS d WHERE d.kind = 'instruction_for_use'
    UNION ALL
    SELECT u.system, 'UsesAndDirections.PrimaryIntendedUsers', u.title
      FROM aims.user_group AS u WHERE u.status = 'current'
    UNION ALL
    SELECT i.system, 'Warnings.KnownBiasesOrEthicalConsiderations', format('%s: %s', e.subject, e.description)
      FROM aims.impact_state AS i JOIN aims.impact_effect AS e USING (impact_assessment_id)
     WHERE i.state = 'in_force' AND e.kind = 'harm'
    UNION ALL
    SELECT r.system, 'Warnings.KnownRisksAndLimitations', format('%s (%s)', r.title, coalesce(r.level::text, 'not assessed'))
      FROM aims.risk_register AS r WHERE r.status <> 'closed'
    UNION ALL
    SELECT d.system, CASE d.purpose WHEN 'operation' THEN 'TrustIngredients.AISystemFacts.InputDataSource'
                                    ELSE 'TrustIngredients.AISystemFacts.DevelopmentDataCharacterization' END,
           concat_ws(', ', format('%s (%s)', d.title, d.purpose), d.provenance)
      FROM aims.dataset AS d
    UNION ALL
    SELECT c.system, 'TrustIngredients.AISystemFacts.FoundationModels', concat_ws(' ', c.title, c.version)
      FROM aims.component AS c WHERE c.kind = 'model'
    UNION ALL
    SELECT c.system, 'TrustIngredients.TransparencyInformation.ThirdPartyInformation', format('%s: %s', v.title, c.title)
      FROM aims.component AS c JOIN aims.vendor AS v ON v.vendor = c.vendor
    UNION ALL
    SELECT i.system, 'TrustIngredients.TransparencyInformation.StakeholdersConsulted', coalesce(p.perspective, p.role)
      FROM aims.impact_state AS i JOIN aims.impact_participant AS p USING (impact_assessment_id)
     WHERE i.state = 'in_force'
    UNION ALL
    SELECT m.system, 'KeyMetrics.SafetyReliability',
           format('%s: %s (%s)', m.title, coalesce(round(m.value::numeric, 3)::text, 'not measured'), coalesce(m.verdict, 'silent'))
      FROM aims.monitor_state AS m WHERE m.status = 'active'
    UNION ALL
    SELECT e.system, CASE e.kind WHEN 'bias_test' THEN 'KeyMetrics.FairnessEquity' ELSE 'Resources.EvaluationReferences' END,
           concat_ws(', until ', e.title, to_char(e.valid_until, 'YYYY-MM-DD'))
      FROM aims.evidence_state AS e WHERE e.kind IN ('bias_test', 'verification') AND e.state = 'in_force'
    UNION ALL
    -- what no record holds: evidence about the system that says it
    SELECT e.system, l.ref::text, e.title
      FROM aims.evidence_link AS l JOIN aims.evidence_state AS e USING (evidence_id)
     WHERE l.framework = 'chai-model-card' AND e.state = 'in_force' AND e.system IS NOT NULL
), gathered AS (
    SELECT f.system, f.ref::aims.control_ref AS ref, string_agg(DISTINCT f.content, '; ' ORDER BY f.content) AS content
      FROM fact AS f GROUP BY f.system, f.ref
)
SELECT s.system::text AS system, o.position, o.title AS section, r.ref, r.title AS item, g.content
  FROM aims.ai_system AS s
 CROSS JOIN (VALUES ('BasicInfo', 1, 'Who made it'), ('ReleaseInfo', 2, 'Release'), ('ModelSummary', 3, 'Summary'),
                    ('UsesAndDirections', 4, 'Use'), ('Warnings', 5, 'Warnings'), ('KeyMetrics', 6, 'Key metrics'),
                    ('TrustIngredients', 7, 'What trust rests on'), ('Resources', 8, 'Further sources'), ('Bibliography', 9, 'Works cited')) AS o (ref, position, title)
  JOIN aims.requirement AS r
    ON r.framework = 'chai-model-card' AND r.kind = 'control' AND o.ref::aims.control_ref OPERATOR(aims.@>) r.ref
  LEFT JOIN gathered AS g ON g.system = s.system::text AND g.ref OPERATOR(aims.=) r.ref;
COMMENT ON VIEW aims.model_card IS
    'Model card of each AI system, a row per item of the CHAI Applied Model Card, drawn from the records as they are today (ISO/IEC 42001 A.8.2, A.6.2.7)';
COMMENT ON COLUMN aims.model_card.system IS 'AI system';
COMMENT ON COLUMN aims.model_card.position IS 'Place of the section on the card';
COMMENT ON COLUMN aims.model_card.section IS 'Section of the card';
COMMENT ON COLUMN aims.model_card.ref IS 'Item, in framework chai-model-card';
COMMENT ON COLUMN aims.model_card.item IS 'What the item is';
COMMENT ON COLUMN aims.model_card.content IS
    'What the records say, or titles of evidence in force about the system that is linked to the item; NULL: nothing says it';
