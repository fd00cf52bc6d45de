\echo Use "CREATE EXTENSION aims" to load this file. \quit

-- Schema and enumerations. Everything of ours lives in schema aims and is
-- written aims.x; nothing here depends on the environment.

CREATE SCHEMA aims;
COMMENT ON SCHEMA aims IS
    'AI management system (ISO/IEC 42001): inventory, lifecycle, controls, governed tables and a verifiable ledger';

CREATE TYPE aims.lifecycle_stage AS ENUM (
    'inception', 'design_development', 'verification_validation', 'deployment',
    'operation_monitoring', 're_evaluation', 'retirement');
COMMENT ON TYPE aims.lifecycle_stage IS
    'Stage of an AI system''s life cycle (ISO/IEC 42001 A.6; ISO/IEC 22989)';

CREATE TYPE aims.eu_tier AS ENUM ('unacceptable', 'high', 'limited', 'minimal');
COMMENT ON TYPE aims.eu_tier IS 'Risk tier of the EU AI Act, highest first';

CREATE TYPE aims.clinical_tier AS ENUM ('critical', 'high', 'moderate', 'low');
COMMENT ON TYPE aims.clinical_tier IS
    'Clinical risk tier decided by the organisation, highest first';

CREATE TYPE aims.organisation_role AS ENUM ('developer', 'provider', 'user');
COMMENT ON TYPE aims.organisation_role IS
    'Role of the organisation towards an AI system (ISO/IEC 42001 4.1)';

CREATE TYPE aims.implementation AS ENUM (
    'not_started', 'planned', 'in_progress', 'implemented', 'verified');
COMMENT ON TYPE aims.implementation IS
    'Implementation status of a control in the Statement of Applicability (6.1.3)';

CREATE TYPE aims.govern_mode AS ENUM ('observe', 'enforce');
COMMENT ON TYPE aims.govern_mode IS
    'What happens to AI output that is not allowed: recorded in aims.violation, or refused';

CREATE TYPE aims.image_policy AS ENUM ('full', 'changes', 'digest');
COMMENT ON TYPE aims.image_policy IS
    'What the ledger keeps of a row: old and new image; the old one (the new one is the live row); digests only';

CREATE TYPE aims.review_policy AS ENUM ('none', 'required');
COMMENT ON TYPE aims.review_policy IS
    'Whether output waits for human review before release (A.9.2)';
