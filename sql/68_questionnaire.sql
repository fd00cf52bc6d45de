-- Questionnaires for vendors: templates and their questions (ISO/IEC 42001
-- A.10.3). One is shipped; a site publishes its own beside it.
--
-- The score is computed by aims.vendor_score: of the weights of all questions,
-- the share that the answers are credited with. A question that was not
-- answered is credited with nothing.

CREATE TABLE aims.questionnaire (
    questionnaire    aims.slug   PRIMARY KEY,
    title            text        NOT NULL,
    adequate_from    numeric     NOT NULL DEFAULT 80,
    conditional_from numeric     NOT NULL DEFAULT 60,
    valid_months     integer     NOT NULL DEFAULT 12,
    status           text        NOT NULL DEFAULT 'draft',
    created_at       timestamptz,
    created_by       aims.slug   CONSTRAINT questionnaire_created_by_fkey REFERENCES aims.person,
    submitted_at     timestamptz,
    submitted_by     aims.slug   CONSTRAINT questionnaire_submitted_by_fkey REFERENCES aims.person,
    published_at     timestamptz,
    published_by     aims.slug   CONSTRAINT questionnaire_published_by_fkey REFERENCES aims.person,
    shipped          boolean     NOT NULL DEFAULT false,
    CONSTRAINT questionnaire_title_given CHECK (title ~ '\S'),
    CONSTRAINT questionnaire_thresholds_in_order CHECK (0 < conditional_from AND conditional_from <= adequate_from AND adequate_from <= 100),
    CONSTRAINT questionnaire_valid_months_counted CHECK (valid_months BETWEEN 1 AND 36),
    CONSTRAINT questionnaire_status_known CHECK (status IN ('draft', 'in_review', 'published', 'retired'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.questionnaire', 'WHERE NOT shipped');
COMMENT ON TABLE aims.questionnaire IS
    'Templates of questionnaires for vendors, a record: published by another person than its author, unchanged from then on (ISO/IEC 42001 A.10.3)';
COMMENT ON COLUMN aims.questionnaire.questionnaire IS 'Slug of the template; another edition has another one';
COMMENT ON COLUMN aims.questionnaire.title IS 'Name of the questionnaire';
COMMENT ON COLUMN aims.questionnaire.adequate_from IS 'Score from which the verdict is adequate, 0 to 100';
COMMENT ON COLUMN aims.questionnaire.conditional_from IS 'Score from which it is conditional; below, it is inadequate';
COMMENT ON COLUMN aims.questionnaire.valid_months IS 'Months after its return for which an answered questionnaire counts';
COMMENT ON COLUMN aims.questionnaire.status IS 'draft, in_review, published (may be sent) or retired (is not sent any more)';
COMMENT ON COLUMN aims.questionnaire.created_at IS 'When it was entered, by the server''s clock';
COMMENT ON COLUMN aims.questionnaire.created_by IS 'Who entered it; does not publish it';
COMMENT ON COLUMN aims.questionnaire.submitted_at IS 'When it was submitted';
COMMENT ON COLUMN aims.questionnaire.submitted_by IS 'Who submitted it; does not publish it';
COMMENT ON COLUMN aims.questionnaire.published_at IS 'When it was published';
COMMENT ON COLUMN aims.questionnaire.published_by IS 'Who approved it';
COMMENT ON COLUMN aims.questionnaire.shipped IS 'Came with the extension; immutable (MS016)';

CREATE TABLE aims.question (
    questionnaire         aims.slug        NOT NULL
                          CONSTRAINT question_questionnaire_fkey REFERENCES aims.questionnaire,
    question              aims.slug        NOT NULL,
    position              integer          NOT NULL,
    wording               text             NOT NULL,
    framework             aims.slug        NOT NULL DEFAULT 'iso42001',
    ref                   aims.control_ref NOT NULL DEFAULT 'A.10.3',
    weight                numeric          NOT NULL DEFAULT 1,
    critical              boolean          NOT NULL DEFAULT false,
    credit_yes            numeric          NOT NULL DEFAULT 1,
    credit_partly         numeric          NOT NULL DEFAULT 0.5,
    credit_no             numeric          NOT NULL DEFAULT 0,
    credit_not_applicable numeric          NOT NULL DEFAULT 0,
    shipped               boolean          NOT NULL DEFAULT false,
    CONSTRAINT question_pkey PRIMARY KEY (questionnaire, question),
    CONSTRAINT question_position_key UNIQUE (questionnaire, position),
    CONSTRAINT question_requirement_fkey FOREIGN KEY (framework, ref) REFERENCES aims.requirement (framework, ref),
    CONSTRAINT question_wording_given CHECK (wording ~ '\S'),
    CONSTRAINT question_weight_counted CHECK (weight > 0 AND weight <= 100),
    CONSTRAINT question_credit_yes_share CHECK (credit_yes BETWEEN 0 AND 1),
    CONSTRAINT question_credit_partly_share CHECK (credit_partly BETWEEN 0 AND 1),
    CONSTRAINT question_credit_no_share CHECK (credit_no BETWEEN 0 AND 1),
    CONSTRAINT question_credit_not_applicable_share CHECK (credit_not_applicable BETWEEN 0 AND 1)
);
SELECT pg_catalog.pg_extension_config_dump('aims.question', 'WHERE NOT shipped');
COMMENT ON TABLE aims.question IS 'Questions of a questionnaire, and what their answers are worth (ISO/IEC 42001 A.10.3)';
COMMENT ON COLUMN aims.question.questionnaire IS 'Template that it belongs to';
COMMENT ON COLUMN aims.question.question IS 'Slug of the question in its template';
COMMENT ON COLUMN aims.question.position IS 'Its place in the template';
COMMENT ON COLUMN aims.question.wording IS 'The question, to be answered by yes, partly, no or not applicable';
COMMENT ON COLUMN aims.question.framework IS 'Framework of the requirement';
COMMENT ON COLUMN aims.question.ref IS 'Requirement that it is about';
COMMENT ON COLUMN aims.question.weight IS 'Weight in the score, up to 100';
COMMENT ON COLUMN aims.question.critical IS
    'Does it cap the verdict? Credited with less than 1 it allows conditional at most, with nothing (or unanswered) inadequate';
COMMENT ON COLUMN aims.question.credit_yes IS 'Share of the weight that the answer yes is credited with, 0 to 1';
COMMENT ON COLUMN aims.question.credit_partly IS 'The same for partly';
COMMENT ON COLUMN aims.question.credit_no IS 'The same for no';
COMMENT ON COLUMN aims.question.credit_not_applicable IS 'The same for not applicable: nothing, unless the question may well not apply';
COMMENT ON COLUMN aims.question.shipped IS 'Came with the extension; immutable (MS016)';

INSERT INTO aims.questionnaire (questionnaire, title, status, shipped) VALUES
    ('ai-vendor', 'Responsible AI of a vendor', 'published', true);
INSERT INTO aims.question (questionnaire, question, position, ref, weight, critical, credit_yes, credit_no, credit_not_applicable, wording, shipped)
SELECT 'ai-vendor', q.question, q.position, q.ref::aims.control_ref, q.weight, q.critical, q.yes, q.no, q.not_applicable, q.wording, true
  FROM (VALUES
    (1,  'policy',               'A.2.2',   2, false, 1, 0, 0, 'Is there a responsible AI policy, approved by your management, that we may read?'),
    (2,  'accountable-person',   'A.3.2',   1, false, 1, 0, 0, 'Is one person in your organisation accountable for the AI in this product?'),
    (3,  'management-system',    '4.4',     1, false, 1, 0, 0, 'Is your AI management system certified, or independently audited within the past year?'),
    (4,  'intended-use',         'A.9.4',   3, true,  1, 0, 0, 'Do you state the intended use, the population it was tested on and known limitations?'),
    (5,  'clearance',            'A.8.5',   2, false, 1, 0, 1, 'Has the product the clearance as a medical device that its intended use needs?'),
    (6,  'training-data',        'A.7.5',   2, false, 1, 0, 0, 'Do you document where the training data come from and by what right you use them?'),
    (7,  'data-quality',         'A.7.4',   1, false, 1, 0, 0, 'Are the quality and the representativeness of the training data assessed and recorded?'),
    (8,  'validation',           'A.6.2.4', 3, true,  1, 0, 0, 'Was the version we use validated on data that it was not trained on, and may we see the report?'),
    (9,  'subgroups',            'A.5.4',   2, false, 1, 0, 0, 'Are results reported by sex, age and ethnic group?'),
    (10, 'local-validation',     'A.6.2.4', 1, false, 1, 0, 0, 'Do you support a validation on our own patients before go-live?'),
    (11, 'explanation',          'A.8.2',   1, false, 1, 0, 0, 'Do users see what an output rests on, and how sure it is?'),
    (12, 'human-oversight',      'A.9.2',   2, false, 1, 0, 0, 'Can users override every output, and is the override recorded?'),
    (13, 'switch-off',           'A.9.2',   2, true,  1, 0, 0, 'Can we switch the AI off without losing the rest of the product?'),
    (14, 'monitoring',           'A.6.2.6', 2, false, 1, 0, 0, 'Do you monitor performance and drift in operation, and report the results to us?'),
    (15, 'change-notification',  'A.6.2.5', 3, true,  1, 0, 0, 'Do you tell us of each change of the model before it takes effect?'),
    (16, 'incident-reporting',   'A.8.4',   3, true,  1, 0, 0, 'Do you report incidents and harm to us without delay, those at other customers included?'),
    (17, 'event-log',            'A.6.2.8', 1, false, 1, 0, 0, 'Are inputs, outputs and versions logged so that one output can be traced?'),
    (18, 'training-on-our-data', 'A.7.3',   3, true,  0, 1, 0, 'Do you train models on our data, or let others do so?'),
    (19, 'deletion',             'A.7.3',   1, false, 1, 0, 1, 'Do you delete our data at the end of the contract, and confirm it?'),
    (20, 'security',             'A.6.2.3', 2, false, 1, 0, 0, 'Is the AI tested against poisoning, prompt injection and extraction of data?'),
    (21, 'subcontractors',       'A.10.3',  1, false, 1, 0, 1, 'Do you name the providers of models and hosting that you rely on, and assess them?')
  ) AS q (position, question, ref, weight, critical, yes, no, not_applicable, wording);

INSERT INTO aims.record_kind (record, key, title, approvers, authors, editable, parts) VALUES
    ('questionnaire', 'questionnaire', 'questionnaire', '{ai_officer,committee_member}',
     '{created_by,submitted_by}', '{draft}', '{question}');
INSERT INTO aims.record_move (record, from_status, to_status, duties, decision, stamp_at, stamp_by) VALUES
    ('questionnaire', NULL,        'draft',     '{}',                      NULL,      NULL,           NULL),
    ('questionnaire', 'draft',     'in_review', '{ai_officer,risk_owner}', NULL,      'submitted_at', 'submitted_by'),
    ('questionnaire', 'in_review', 'published', '{}',                      'approve', 'published_at', 'published_by'),
    ('questionnaire', 'in_review', 'draft',     '{}',                      'reject',  NULL,           NULL),
    ('questionnaire', 'published', 'retired',   '{ai_officer}',            NULL,      NULL,           NULL);
