-- Three AI systems: bought with the EHR, built in-house, bought for imaging.
-- Whoever states a tier decides it; why is read from aims.reason.
SET aims.reason = 'AI committee, minutes of 3 September 2026';
INSERT INTO aims.vendor (vendor, title) VALUES ('ehr-vendor', 'Vendor of the EHR'), ('pacs-vendor', 'Vendor of the PACS');
INSERT INTO aims.vendor_product (vendor, product) VALUES ('ehr-vendor', 'Sepsis Watch'), ('pacs-vendor', 'Rad Triage');
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, organisation_role, domain, department, vendor,
                            product, autonomy, oversight_mode, eu_tier, clinical_tier, phi)
VALUES ('sepsis-watch', 'Sepsis alert in the EHR', 'okafor', 'Early warning of sepsis',
        'Adult inpatients and emergency patients; a nurse assesses each alert', 'user', 'clinical', 'Intensive care',
        'ehr-vendor', 'Sepsis Watch', 'informs', 'human_in_the_loop', 'high', 'critical', true),
       ('note-summary', 'Note summariser', 'okafor', 'Terms and summaries from clinical notes',
        'Registry abstraction, checked by an abstractor', 'developer', 'clinical', 'Medical informatics',
        NULL, NULL, 'recommends', NULL, 'limited', 'moderate', true),
       ('rad-triage', 'Radiology triage', 'okafor', 'Puts suspected pneumothorax on top of the worklist',
        NULL, 'user', 'clinical', 'Radiology',
        'pacs-vendor', 'Rad Triage', 'acts', NULL, 'high', 'high', true);
