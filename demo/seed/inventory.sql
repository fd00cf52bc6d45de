-- Days 7 to 20: what is in use is entered, and who supplies it.
\set n 7
\ir day.sql
SET SESSION AUTHORIZATION rivers_otto;
INSERT INTO aims.vendor (vendor, title, contact) VALUES
    ('meridian', 'Meridian EHR Corporation', 'ai-governance@meridian.example'),
    ('clearsight', 'ClearSight Imaging', 'quality@clearsight.example'),
    ('scribewell', 'ScribeWell', 'trust@scribewell.example'),
    ('pathlens', 'PathLens Diagnostics', 'regulatory@pathlens.example'),
    ('bedflow', 'BedFlow Analytics', 'support@bedflow.example'),
    ('sentrynet', 'SentryNet Security', 'psirt@sentrynet.example');
\set n 9
\ir day.sql
SET SESSION AUTHORIZATION rivers_otto;
INSERT INTO aims.ai_system (system, title, owner, purpose, intended_use, organisation_role, domain, department, vendor, product,
                            data_categories, phi, autonomy, oversight_mode) VALUES
    ('sepsis-watch', 'Sepsis Watch', 'liam', 'Warn the bedside team of sepsis six hours before shock',
     'Adults on medical wards of the three hospitals; not in paediatrics, not in the operating theatre', 'developer', 'clinical', 'Medicine', NULL, NULL,
     '{vitals,laboratory,notes}', true, 'recommends', 'human_in_the_loop'),
    ('ct-stroke', 'CT Stroke Triage', 'mona', 'Put scans with suspected large vessel occlusion first in the worklist',
     'Non-contrast and angiographic head CT of adults in the emergency departments', 'user', 'clinical', 'Radiology', 'clearsight', 'ClearSight Stroke',
     '{images}', true, 'recommends', 'human_in_the_loop'),
    ('mammo-cad', 'Mammography Reader', 'mona', 'Second reader of screening mammograms',
     'Screening mammography of women of 40 and above; every study is read by a radiologist', 'user', 'clinical', 'Radiology', 'clearsight', 'ClearSight Breast',
     '{images}', true, 'recommends', 'human_in_the_loop'),
    ('deterioration', 'Deterioration Index', 'liam', 'Score the risk of transfer to intensive care within 24 hours',
     'Adult inpatients; informs the rapid response team', 'user', 'clinical', 'Medicine', 'meridian', 'Meridian Deterioration Index',
     '{vitals,laboratory}', true, 'informs', 'human_in_the_loop'),
    ('readmission', 'Readmission Risk', 'tara', 'Find patients who profit from a call after discharge',
     'Adults discharged home; the care managers decide whom to call', 'developer', 'clinical', 'Care Management', NULL, NULL,
     '{diagnoses,utilisation}', true, 'informs', 'human_in_command'),
    ('note-summary', 'Note Summaries', 'ines', 'Summarise a patient''s notes before a visit',
     'Ambulatory visits; the clinician reads the summary beside the notes', 'user', 'clinical', 'Ambulatory Care', 'scribewell', 'ScribeWell Digest',
     '{notes}', true, 'informs', 'human_in_the_loop'),
    ('ambient-scribe', 'Ambient Scribe', 'ines', 'Draft the visit note from the conversation',
     'Ambulatory visits with consent; the clinician edits and signs', 'user', 'clinical', 'Ambulatory Care', 'scribewell', 'ScribeWell Ambient',
     '{audio,notes}', true, 'acts_when_confirmed', 'human_in_the_loop'),
    ('path-grade', 'Prostate Grading', 'katya', 'Propose a Gleason grade for prostate biopsies',
     'Digitised core biopsies; the pathologist grades', 'user', 'clinical', 'Pathology', 'pathlens', 'PathLens Prostate',
     '{images}', true, 'recommends', 'human_in_the_loop'),
    ('bed-forecast', 'Bed Forecast', 'tara', 'Forecast occupied beds for staffing',
     'Nursing administration of the three hospitals', 'user', 'operational', 'Operations', 'bedflow', 'BedFlow Forecast',
     '{utilisation}', false, 'informs', 'human_in_command'),
    ('claims-coder', 'Coding Assistant', 'jonas', 'Propose billing codes from the chart',
     'Coders of the revenue cycle; never sent without a coder', 'user', 'operational', 'Revenue Cycle', 'meridian', 'Meridian Coding Assist',
     '{notes,diagnoses}', true, 'recommends', 'human_in_the_loop'),
    ('mail-guard', 'Mail Guard', 'hiro', 'Hold mail that looks like phishing',
     'All mailboxes', 'user', 'operational', 'Information Security', 'sentrynet', 'SentryNet Mail',
     '{mail}', false, 'acts', 'human_on_the_loop'),
    ('trial-match', 'Trial Match', 'katya', 'Find patients who may fit a study',
     'Research coordinators under an approved protocol', 'developer', 'research', 'Clinical Research', NULL, NULL,
     '{diagnoses,laboratory}', true, 'informs', 'human_in_command');
INSERT INTO aims.duty (person, duty, system)
SELECT s.owner, 'system_owner', s.system FROM aims.ai_system AS s;
\set n 20
\ir day.sql
