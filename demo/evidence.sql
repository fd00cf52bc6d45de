-- What else the gate into deployment asks for.
WITH filed AS (
    INSERT INTO aims.evidence (system, vendor, version, kind, title, uri, valid_until)
    VALUES ('sepsis-watch', NULL, '4.2', 'bias_test', 'Sensitivity by race, sex and hospital', 'dms:4802', aims.today() + 180),
           ('sepsis-watch', NULL, NULL, 'impact_assessment', 'Impact assessment, approved', 'dms:4803', aims.today() + 365),
           ('sepsis-watch', NULL, NULL, 'residual_risk', 'Residual risk accepted', 'dms:4804', aims.today() + 365),
           ('sepsis-watch', NULL, NULL, 'override_plan', 'How to override an alert', 'dms:4805', NULL),
           ('sepsis-watch', NULL, NULL, 'user_training', 'Training of 412 nurses', 'dms:4806', aims.today() + 365),
           (NULL, 'ehr-vendor', NULL, 'vendor_assessment', 'Supplier assessment', 'dms:4807', aims.today() + 365)
    RETURNING evidence_id, kind)
INSERT INTO aims.evidence_link (evidence_id, framework, ref)
SELECT evidence_id, 'iso42001', ref::aims.control_ref
FROM filed JOIN (VALUES ('bias_test', 'A.6.2.4'), ('impact_assessment', 'A.5.2'), ('residual_risk', 'A.6.2.5'),
                        ('override_plan', 'A.9.2'), ('user_training', 'A.8.2'), ('vendor_assessment', 'A.10.3')
                ) AS answers (kind, ref) USING (kind);
