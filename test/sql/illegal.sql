\i test/setup.sql
-- What is refused: a table of illegal acts, each as the person's session and in
-- a subtransaction, so that one that is wrongly accepted fails and is undone;
-- and, from the catalog, every rule of records on a record of every kind.
BEGIN;
SET LOCAL client_min_messages = warning;		-- no notices of TRUNCATE ... CASCADE
\i test/act.sql
\i test/fixture_record.sql

-- The state that a command of somebody ends with, after what was there before
-- it; role/person: in a session of an application. Nothing of it stays.
CREATE FUNCTION pg_temp.ends(who text, command text, given text DEFAULT NULL, OUT state text, OUT message text)
    LANGUAGE plpgsql AS $$
DECLARE
    named  text;
    result text;
BEGIN
    IF given IS NOT NULL THEN
        SET LOCAL session_replication_role = replica;
        EXECUTE given;
        SET LOCAL session_replication_role = origin;
    END IF;
    result := pg_temp.act(CASE who WHEN 'root' THEN session_user ELSE 'illegal_' || split_part(who, '/', 1) END,
                          command, nullif(split_part(who, '/', 2), ''));
    RAISE EXCEPTION USING ERRCODE = 'TRIED', MESSAGE = coalesce(result, '');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, named = CONSTRAINT_NAME;
    IF state = 'TRIED' THEN
        state := '00000';
    ELSE
        message := concat_ws(' ', message, nullif(named, ''));
    END IF;
END $$;

-- cure: what is replaced in role, statement and what was before, by pairs, to
-- take the one illegal trait away; NULL: nothing makes it legal.
CREATE TEMP TABLE illegal (
    nr        integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    about     text NOT NULL,
    class     text NOT NULL CHECK (class IN ('wrong order', 'wrong person', 'missing justification', 'back-dated',
                                             'self-approved', 'expired', 'dangling', 'duplicate')),
    role      text NOT NULL,
    state     text NOT NULL,
    fragment  text NOT NULL,
    title     text NOT NULL,
    statement text NOT NULL,
    given     text,
    cure      text[]
);
INSERT INTO illegal (about, class, role, state, fragment, title, statement, given, cure) VALUES
-- People and duties
('duty', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse assigns a duty',
    $$INSERT INTO aims.duty (person, duty) VALUES ('clerk', 'risk_owner')$$, NULL, '{nurse,officer}'),
('duty', 'wrong person', 'guest', 'MS013', 'does not hold the duty', 'the AI officer of one system assigns a duty of the organisation',
    $$INSERT INTO aims.duty (person, duty) VALUES ('clerk', 'risk_owner')$$, NULL, '{guest,officer}'),
('duty', 'wrong person', 'stranger', 'MS014', 'is no known person', 'a session of nobody assigns a duty',
    $$INSERT INTO aims.duty (person, duty) VALUES ('clerk', 'risk_owner')$$, NULL, '{stranger,deputy}'),
('duty', 'self-approved', 'officer', 'MS012', 'may not assign or change duties', 'an AI officer assigns the own duty',
    $$INSERT INTO aims.duty (person, duty) VALUES ('officer', 'risk_owner')$$, NULL, ARRAY['''officer''', '''clerk''']),
('duty', 'self-approved', 'officer', 'MS012', 'may not assign or change duties', 'an AI officer prolongs the own duty',
    $$UPDATE aims.duty SET valid_until = aims.today() + 9 WHERE duty_id = -2$$, NULL, '{-2,-3}'),
('duty', 'back-dated', 'officer', 'MS041', 'what was a duty is not rewritten', 'a duty is assigned from yesterday on',
    $$INSERT INTO aims.duty (person, duty, valid_from) VALUES ('clerk', 'risk_owner', aims.today() - 1)$$, NULL, '{" - 1",""}'),
('duty', 'back-dated', 'officer', 'MS041', 'what was a duty is not rewritten', 'a duty that was held yesterday is taken away from the week before on',
    $$UPDATE aims.duty SET valid_until = aims.today() - 7 WHERE duty_id = -7$$, NULL, '{" - 7"," - 1"}'),
('duty', 'back-dated', 'officer', 'MS041', 'what was a duty is not rewritten', 'a duty that has begun gets an earlier first day',
    $$UPDATE aims.duty SET valid_from = '2019-01-01' WHERE duty_id = -7$$, NULL, ARRAY['valid_from', 'valid_until', '2019', '2100']),
('duty', 'expired', 'officer', 'MS041', 'what was a duty is not rewritten', 'a duty that has ended is prolonged',
    $$UPDATE aims.duty SET valid_until = aims.today() + 9 WHERE duty_id = -13$$, NULL, '{-13,-7}'),
('duty', 'duplicate', 'officer', '23P01', 'duty_once_at_a_time', 'a duty is assigned to whom holds it',
    $$INSERT INTO aims.duty (person, duty) VALUES ('keeper', 'risk_owner')$$, NULL, '{keeper,clerk}'),
('duty', 'dangling', 'officer', '23503', 'duty_person_fkey', 'a duty is assigned to a person that is not recorded',
    $$INSERT INTO aims.duty (person, duty) VALUES ('jane', 'risk_owner')$$, NULL, '{jane,clerk}'),
('duty', 'dangling', 'officer', '23503', 'duty_system_fkey', 'a duty is assigned for a system that is not recorded',
    $$INSERT INTO aims.duty (person, duty, system) VALUES ('clerk', 'risk_owner', 'none')$$, NULL, '{none,sepsis}'),
('person', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a person a role',
    $$UPDATE aims.person SET db_role = 'clerk_two' WHERE person = 'clerk'$$, NULL, '{nurse,officer}'),
('person', 'self-approved', 'officer', 'MS012', 'may not decide whom it stands for', 'an AI officer takes a second role',
    $$UPDATE aims.person SET db_role = 'second_role' WHERE person = 'officer'$$, NULL, ARRAY['''officer''', '''clerk''']),
('person', 'duplicate', 'officer', '23505', 'person_db_role_key', 'two people get one role',
    $$UPDATE aims.person SET db_role = 'illegal_nurse' WHERE person = 'clerk'$$, NULL, '{illegal_nurse,clerk_two}'),
('person', 'missing justification', 'officer', '23514', 'person_full_name_given', 'a person has no name',
    $$INSERT INTO aims.person (person, full_name) VALUES ('jane', ' ')$$, NULL, ARRAY[''' ''', '''Jane''']),
('trusted_application', 'self-approved', 'officer', 'MS012', 'may not decide whom it stands for', 'an AI officer trusts the own role as an application',
    $$INSERT INTO aims.trusted_application (db_role, may_approve) VALUES ('illegal_officer', true)$$, NULL, '{illegal_officer,portal}'),
('trusted_application', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse lets an application approve',
    $$UPDATE aims.trusted_application SET may_approve = true WHERE db_role = 'illegal_kiosk'$$, NULL, '{nurse,officer}'),
('organisation', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse moves midnight',
    $$UPDATE aims.organisation SET time_zone = 'Pacific/Kiritimati'$$, NULL, '{nurse,officer}'),

-- Inventory and versions
('ai_system', 'wrong order', 'owner', 'MS011', 'cannot be entered in stage', 'a system is entered in deployment',
    $$INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('new', 'New', 'owner', 'p', 'deployment')$$, NULL, '{deployment,inception}'),
('ai_system', 'wrong order', 'owner', 'MS011', 'cannot move from stage', 'a typed stage skips two gates',
    $$UPDATE aims.ai_system SET stage = 'deployment' WHERE system = 'triage'$$, NULL, NULL),
('ai_system', 'duplicate', 'owner', '23505', 'ai_system_pkey', 'a system is entered twice',
    $$INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('sepsis', 'New', 'owner', 'p')$$, NULL, '{sepsis,new}'),
('ai_system', 'dangling', 'owner', '23503', 'ai_system_owner_fkey', 'a system belongs to somebody unknown',
    $$INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('new', 'New', 'jane', 'p')$$, NULL, '{jane,clerk}'),
('ai_system', 'dangling', 'owner', '23503', 'ai_system_product_fkey', 'a system is a product that its vendor does not sell',
    $$UPDATE aims.ai_system SET product = 'Sepsys' WHERE system = 'triage'$$, NULL, '{Sepsys,Sepsis}'),
('ai_system', 'missing justification', 'owner', '23514', 'ai_system_purpose_given', 'a system has no purpose',
    $$INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('new', 'New', 'owner', ' ')$$, NULL, ARRAY[''' ''', '''warn''']),
('ai_system', 'missing justification', 'officer', 'MS018', 'needs a reason', 'a tier is lowered without saying why',
    $$UPDATE aims.ai_system SET clinical_tier = 'moderate' WHERE system = 'sepsis'$$,
    $$UPDATE aims.ai_system SET clinical_tier = 'high' WHERE system = 'sepsis'$$, ARRAY['= ''moderate''', '= ''moderate'', tier_reason = ''used by nurses alone''']),
('ai_system', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse lowers a tier',
    $$UPDATE aims.ai_system SET clinical_tier = 'moderate', tier_decided_by = 'officer', tier_reason = 'why not' WHERE system = 'sepsis'$$,
    $$UPDATE aims.ai_system SET clinical_tier = 'high' WHERE system = 'sepsis'$$, '{nurse,officer}'),
('ai_system', 'back-dated', 'owner', 'MS030', 'created_at', 'a system has been there for longer',
    $$UPDATE aims.ai_system SET created_at = '2020-01-01' WHERE system = 'sepsis'$$, NULL, ARRAY['created_at = ''2020-01-01''', 'title = ''T''']),
('model_version', 'wrong order', 'owner', 'MS011', 'cannot go from withdrawn', 'a withdrawn version is taken up again',
    $$UPDATE aims.model_version SET status = 'silent' WHERE (system, version) = ('sepsis', '0')$$, NULL, ARRAY['''0''', '''1''']),
('model_version', 'duplicate', 'owner', '23505', 'model_version_one_active', 'two versions are active',
    $$INSERT INTO aims.model_version (system, version, status) VALUES ('sepsis', '2', 'active')$$, NULL, '{active,silent}'),
('model_version', 'dangling', 'owner', '23503', 'model_version_system_fkey', 'a version is of no system',
    $$INSERT INTO aims.model_version (system, version) VALUES ('none', '2')$$, NULL, '{none,sepsis}'),
('component', 'dangling', 'owner', '23503', 'component_vendor_fkey', 'a component comes from an unknown vendor',
    $$INSERT INTO aims.component (system, component, kind, title, vendor) VALUES ('sepsis', 'llm', 'model', 'LLM', 'none')$$, NULL, '{none,acme}'),
('dataset', 'dangling', 'owner', '23503', 'dataset_system_fkey', 'data train no system',
    $$INSERT INTO aims.dataset (dataset, system, title, purpose) VALUES ('d', 'none', 'D', 'training')$$, NULL, '{none,sepsis}'),

-- Life cycle: requests, gates, emergency, import, retirement; findings
('transition', 'wrong order', 'owner', 'MS011', 'cannot move from stage', 'a system goes from inception to operation',
    $$SELECT aims.request_advance('triage', 'operation_monitoring', 'r')$$, NULL, NULL),
('transition', 'wrong order', 'owner', 'MS011', 'cannot move from stage', 'in an emergency too, stages follow each other',
    $$SELECT aims.request_advance('triage', 'deployment', 'r', true)$$, NULL, NULL),
('transition', 'wrong order', 'owner', 'MS011', 'cannot move from stage', 'a retired system comes back',
    $$SELECT aims.request_advance('gone', 'design_development', 'r')$$, NULL, '{gone,scribe,design_development,verification_validation}'),
('transition', 'expired', 'member', 'MS019', 'has changed since it was read', 'what was read is not what is signed',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r', sha256('x'))$$, NULL, ARRAY['sha256(''x'')', 'aims.transition_digest(-1)']),
('risk_appetite', 'expired', 'sponsor', 'MS019', 'has changed since it was read', 'an appetite was changed after it was read',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r', sha256('x'))$$, NULL, ARRAY['sha256(''x'')', 'aims.record_digest(''risk_appetite'', ''-1'')']),
('transition', 'wrong order', 'owner', 'MS010', 'does not meet the gate', 'a system moves past its gate',
    $$SELECT aims.advance('scribe', 'verification_validation', 'r')$$, NULL, NULL),
('transition', 'wrong order', 'officer', 'MS010', 'nobody has asked to import', 'a system is imported without a request',
    $$SELECT aims.import_system('triage', 'operation_monitoring', 'r')$$, NULL, NULL),
('transition', 'wrong order', 'officer', 'MS011', 'from stage', 'a system that is being developed is imported',
    $$SELECT aims.request_import('scribe', 'operation_monitoring', 'r')$$, NULL, '{scribe,triage}'),
('transition', 'wrong order', 'officer', '42501', 'permission denied for table stage_history', 'a move is typed into the history',
    $$INSERT INTO aims.stage_history (system, to_stage, gate) VALUES ('triage', 'deployment', '[]')$$, NULL, NULL),
('transition', 'wrong order', 'officer', '42501', 'permission denied for table approval', 'an approval is typed',
    $$INSERT INTO aims.approval (subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('transition', '-1', 'approve', 'approval', 'officer', 'Officer', 'ai_officer', 'r', sha256('x'), '[]')$$, NULL, NULL),
('transition', 'wrong order', 'member', 'MS015', 'is not open', 'a request that was withdrawn is approved',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$,
    $$UPDATE aims.transition_request SET outcome = 'withdrawn', closed_at = now() WHERE request_id = -1$$, ARRAY['outcome = ''withdrawn'', closed_at = now()', 'emergency = false']),
('transition', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse asks for a move',
    $$SELECT aims.request_advance('scribe', 'verification_validation', 'r')$$, NULL, '{nurse,owner}'),
('transition', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee asks for a move',
    $$SELECT aims.request_advance('scribe', 'verification_validation', 'r')$$, NULL, '{member,officer}'),
('transition', 'wrong person', 'stranger', 'MS014', 'is no known person', 'nobody known asks for a move',
    $$SELECT aims.request_advance('scribe', 'verification_validation', 'r')$$, NULL, '{stranger,owner}'),
('transition', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse approves a move',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$, NULL, '{nurse,member}'),
('transition', 'wrong person', 'kiosk/member', 'MS013', 'may approve or reject behind application', 'a member approves at a kiosk that may not approve',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$, NULL, '{kiosk,portal}'),
('transition', 'wrong person', 'member/officer', 'MS013', 'does not hold the duty', 'a member claims to be the AI officer',
    $$SELECT aims.request_advance('scribe', 'verification_validation', 'r')$$, NULL, '{member/,portal/}'),
('transition', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'the owner asks for an import, which is the AI officer''s',
    $$SELECT aims.request_import('triage', 'operation_monitoring', 'r')$$, NULL, '{owner,officer}'),
('transition', 'wrong person', 'officer', 'MS015', 'has no open request', 'somebody else''s request is withdrawn',
    $$SELECT aims.withdraw_request(-1, 'r')$$, NULL, '{officer,owner}'),
('transition', 'self-approved', 'owner', 'MS012', 'may not decide on the own request', 'the requester approves',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$,
    $$INSERT INTO aims.duty (person, duty, valid_from) VALUES ('owner', 'committee_member', '2020-01-01')$$, '{owner,keeper}'),
('transition', 'self-approved', 'owner', 'MS012', 'may not decide on the own request', 'the requester rejects',
    $$SELECT aims.reject('transition', '-1', 'r')$$, NULL, '{owner,fellow}'),
('transition', 'missing justification', 'owner', 'MS018', 'a reason is needed', 'an emergency says nothing',
    $$SELECT aims.request_advance('scribe', 'verification_validation', ' ', true)$$, NULL, '{" '',","outage'',"}'),
('transition', 'missing justification', 'member', 'MS018', 'a reason is needed', 'a move is approved without a word',
    $$SELECT aims.approve('transition', '-1', 'approval', NULL)$$, NULL, ARRAY['NULL', '''r''']),
('transition', 'missing justification', 'member', 'MS018', 'a reason is needed', 'a move is rejected without a word',
    $$SELECT aims.reject('transition', '-1', '')$$, NULL, ARRAY['''''', '''r''']),
('transition', 'missing justification', 'owner', 'MS018', 'a reason is needed', 'a request is withdrawn without a word',
    $$SELECT aims.withdraw_request(-1, E'\t')$$, NULL, '{"\\t",changed}'),
('transition', 'missing justification', 'officer', 'MS018', 'a reason is needed', 'an import is asked for without a word',
    $$SELECT aims.request_import('triage', 'operation_monitoring', NULL)$$, NULL, ARRAY['NULL', '''r''']),
('transition', 'expired', 'member', 'MS015', 'is out of date', 'a request is approved after its system has changed',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$, $$UPDATE aims.ai_system SET purpose = 'another' WHERE system = 'triage'$$, ARRAY['''triage''', '''scribe''']),
('transition', 'expired', 'member', 'MS015', 'is out of date', 'a request is approved after another version came',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$, $$INSERT INTO aims.model_version (system, version, status) VALUES ('triage', '2', 'silent')$$, '{triage,scribe}'),
('transition', 'expired', 'former', 'MS013', 'does not hold the duty', 'the AI officer of yesterday approves a move',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$, NULL, '{former,officer}'),
('transition', 'dangling', 'owner', 'MS017', 'is not in the inventory', 'a move of no system is asked for',
    $$SELECT aims.request_advance('none', 'verification_validation', 'r')$$, NULL, '{none,scribe}'),
('transition', 'dangling', 'member', 'MS017', 'does not exist', 'a request that there is not is approved',
    $$SELECT aims.approve('transition', '-99', 'approval', 'r')$$, NULL, '{-99,-1}'),
('transition', 'duplicate', 'owner', 'MS015', 'is open already', 'a move is asked for twice',
    $$SELECT aims.request_advance('triage', 'design_development', 'r')$$, NULL, '{design_development,retirement}'),
('transition', 'duplicate', 'member', 'MS015', 'has signed request', 'a request is signed twice by one person',
    $$SELECT aims.approve('transition', '-1', 'approval', 'r')$$,
    $$INSERT INTO aims.approval (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('transition', '-1', 'triage', 'approve', 'approval', 'member', 'Member', 'committee_member', 'r', sha256('x'), '[]')$$, '{member,fellow,"''fellow''","''member''"}'),
('gate_requirement', 'dangling', 'officer', '23503', 'gate_requirement_control_fkey', 'a requirement is of no control',
    $$INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function) VALUES ('ours', 'deployment', 'A.99', 'Ours', 'aims.check_document')$$, NULL, '{A.99,A.9.2}'),
('gate_requirement', 'duplicate', 'officer', '23505', 'gate_requirement_pkey', 'a requirement of our own takes a shipped one''s place',
    $$INSERT INTO aims.gate_requirement (requirement, stage, control, title, check_function) VALUES ('initial-risk', 'deployment', 'A.9.2', 'Ours', 'aims.check_document')$$, NULL, '{initial-risk,ours}'),
('gate_requirement', 'wrong order', 'officer', 'MS016', 'shipped rows', 'a shipped requirement is removed',
    $$DELETE FROM aims.gate_requirement WHERE requirement = 'initial-risk'$$, NULL, NULL),
('stage_transition', 'wrong order', 'root', 'MS016', 'shipped rows', 'a move is added that leaves out every gate',
    $$INSERT INTO aims.stage_transition (from_stage, to_stage) VALUES ('design_development', 'operation_monitoring')$$, NULL, NULL),
('record_move', 'wrong order', 'root', 'MS016', 'shipped rows', 'a move of records is added, from the draft to the approval',
    $$INSERT INTO aims.record_move (record, from_status, to_status) VALUES ('impact_assessment', 'draft', 'approved')$$, NULL, NULL),
('record_move', 'wrong person', 'root', 'MS016', 'shipped rows', 'a move of records gets other duties',
    $$UPDATE aims.record_move SET duties = '{}', four_eyes = '{}'$$, NULL, NULL),
('record_kind', 'wrong person', 'root', 'MS016', 'shipped rows', 'a kind of records gets other approvers',
    $$UPDATE aims.record_kind SET approvers = '{system_owner}', authors = '{}'$$, NULL, NULL),
('finding', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse closes a finding',
    $$SELECT aims.close_finding(-1, 'r')$$, NULL, '{nurse,owner}'),
('finding', 'missing justification', 'owner', 'MS018', 'a reason is needed', 'a finding is closed without a note',
    $$SELECT aims.close_finding(-1, '')$$, NULL, ARRAY['''''', '''r''']),
('finding', 'dangling', 'owner', 'MS017', 'does not exist', 'a finding that there is not is closed',
    $$SELECT aims.close_finding(-99, 'r')$$, NULL, '{-99,-1}'),
('finding', 'dangling', 'owner', 'MS017', 'is not in the inventory', 'a finding is about no system',
    $$SELECT aims.open_finding('own', 'x', 'none')$$, NULL, '{none,sepsis}'),
('finding', 'duplicate', 'owner', 'MS015', 'is closed already', 'a finding is closed twice',
    $$SELECT aims.close_finding(-1, 'r')$$, $$UPDATE aims.finding SET closed_at = now(), closed_by = 'owner', closing_note = 'x' WHERE finding_id = -1$$,
    ARRAY['closed_at = now(), closed_by = ''owner'', closing_note = ''x''', 'detail = ''x''']),
('finding', 'self-approved', 'officer', 'MS012', 'may not close the own emergency', 'who moved a system in an emergency closes the matter',
    $$SELECT aims.close_finding(-2, 'r')$$, $$INSERT INTO aims.capa (title, source, finding, status) VALUES ('x', 'emergency', -2, 'verified')$$, '{officer,deputy}'),
('finding', 'wrong order', 'deputy', 'MS042', 'waits for its corrective action', 'an emergency is closed before its corrective action was verified',
    $$SELECT aims.close_finding(-2, 'r')$$, $$INSERT INTO aims.capa (title, source, finding, status) VALUES ('x', 'emergency', -2, 'implemented')$$, '{implemented,verified}'),
('finding_kind', 'wrong order', 'officer', 'MS016', 'shipped rows', 'a shipped kind of finding opens no corrective action any more',
    $$UPDATE aims.finding_kind SET opens_capa = false WHERE kind = 'emergency_transition'$$, NULL, NULL),
('retirement_sign_off', 'self-approved', 'officer', 'MS012', 'has requested the retirement', 'who asks for a retirement signs off what is left',
    $$SELECT aims.sign_off_count(-1, 'archived')$$, $$INSERT INTO aims.retirement_count VALUES (-1, 'scribe', 'aims.vendor', 'dataset', true, 1, now(), pg_current_snapshot(), 'steward');
      INSERT INTO aims.transition_request (system, from_stage, to_stage, person, reason, gate, basis) VALUES ('scribe', 'design_development', 'retirement', 'officer', 'r', '[]', '{}')$$, '{officer,deputy,"''deputy''","''officer''"}'),
('retirement_sign_off', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse signs off what is left',
    $$SELECT aims.sign_off_count(-1, 'archived')$$, $$INSERT INTO aims.retirement_count VALUES (-1, 'scribe', 'aims.vendor', 'dataset', true, 1, now(), pg_current_snapshot(), 'steward')$$, '{nurse,steward,"''nurse''","''steward''"}'),
('retirement_sign_off', 'missing justification', 'steward', 'MS018', 'a reason is needed', 'what is left is signed off without saying what becomes of it',
    $$SELECT aims.sign_off_count(-1, ' ')$$, $$INSERT INTO aims.retirement_count VALUES (-1, 'scribe', 'aims.vendor', 'dataset', true, 1, now(), pg_current_snapshot(), 'steward')$$, ARRAY['-1, '' ''', '-1, ''archived''']),
('retirement_sign_off', 'expired', 'steward', 'MS019', 'is not the newest', 'a count that was made again is signed off',
    $$SELECT aims.sign_off_count(-2, 'archived')$$, $$INSERT INTO aims.retirement_count SELECT n, 'scribe', 'aims.vendor', 'dataset', true, 1, now(), pg_current_snapshot(), 'steward' FROM generate_series(-2, -1) AS n$$, ARRAY['count(-2', 'count(-1']),
('retirement_sign_off', 'duplicate', 'steward', 'MS015', 'has signed off count', 'a count is signed off twice',
    $$SELECT aims.sign_off_count(-1, 'archived')$$, $$INSERT INTO aims.retirement_count VALUES (-1, 'scribe', 'aims.vendor', 'dataset', true, 1, now(), pg_current_snapshot(), 'steward');
      INSERT INTO aims.retirement_sign_off (count_id, person, duty, disposition) VALUES (-1, 'steward', 'data_steward', 'x')$$, ARRAY['''steward'', ''data_steward''', '''officer'', ''ai_officer''']),

-- Risk
('risk', 'wrong order', 'holder', 'MS043', 'is not signed', 'a risk is closed by typing',
    $$UPDATE aims.risk SET status = 'closed' WHERE risk_id = -1$$, $$UPDATE aims.risk SET status = 'closing' WHERE risk_id = -1$$, NULL),
('risk', 'wrong order', 'holder', 'MS011', 'cannot be entered as', 'a risk is entered as closed',
    $$INSERT INTO aims.risk (title, source, status) VALUES ('x', 'safety', 'closed')$$, NULL, '{closed,open}'),
('risk', 'wrong order', 'holder', 'MS041', 'cannot be changed any more', 'a risk that is to be closed is made smaller',
    $$UPDATE aims.risk SET inherent_severity = 1 WHERE risk_id = -1$$, $$UPDATE aims.risk SET status = 'closing' WHERE risk_id = -1$$, '{closing,open}'),
('risk', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse asks for the end of a risk',
    $$UPDATE aims.risk SET status = 'closing' WHERE risk_id = -1$$, NULL, '{nurse,holder}'),
('risk', 'missing justification', 'holder', 'MS042', 'is not complete', 'a risk is to be closed without saying why',
    $$UPDATE aims.risk SET status = 'closing', closing_reason = NULL WHERE risk_id = -1$$, NULL, ARRAY['NULL', '''gone''']),
('risk', 'self-approved', 'member', 'MS012', 'may not decide on', 'the owner of a risk closes it',
    $$SELECT aims.approve('risk', '-1', 'approval', 'r')$$, $$UPDATE aims.risk SET status = 'closing', owner = 'member' WHERE risk_id = -1$$, ARRAY['''member''', '''holder''']),
('risk', 'dangling', 'holder', '23503', 'risk_source_fkey', 'a risk comes from nowhere',
    $$INSERT INTO aims.risk (title, source) VALUES ('x', 'weather')$$, NULL, '{weather,safety}'),
('risk', 'dangling', 'holder', '23503', 'risk_system_fkey', 'a risk of no system',
    $$INSERT INTO aims.risk (title, source, system) VALUES ('x', 'safety', 'none')$$, NULL, '{none,sepsis}'),
('risk_appetite', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'an owner of systems sets the appetite',
    $$INSERT INTO aims.risk_appetite (level, justification) VALUES ('critical', 'all is well')$$, NULL, '{owner,sponsor}'),
('risk_appetite', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee approves the appetite',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, NULL, '{member,sponsor}'),
('risk_appetite', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who proposed the appetite approves it',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, $$UPDATE aims.risk_appetite SET created_by = 'officer' WHERE risk_appetite_id = -1$$, '{officer,deputy,"''deputy''","''officer''"}'),
('risk_appetite', 'self-approved', 'deputy', 'MS012', 'may not decide on', 'an AI officer whom the proposer appointed approves',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, $$UPDATE aims.risk_appetite SET created_by = 'officer' WHERE risk_appetite_id = -1;
      UPDATE aims.duty SET assigned_by = 'officer' WHERE duty_id = -3$$, ARRAY['assigned_by = ''officer''', 'assigned_by = ''sponsor''']),
('risk_appetite', 'self-approved', 'sponsor', 'MS012', 'may not decide on', 'the sponsor approves, in a role that the proposer set up',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, $$UPDATE aims.person SET mapped_by = 'clerk' WHERE person = 'sponsor'$$, ARRAY['''clerk''', '''holder''']),
('risk_appetite', 'expired', 'former', 'MS013', 'does not hold the duty', 'the AI officer of yesterday approves the appetite',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, NULL, '{former,deputy}'),
('risk_appetite', 'expired', 'future', 'MS013', 'does not hold the duty', 'the AI officer of tomorrow approves the appetite',
    $$SELECT aims.approve('risk_appetite', '-1', 'approval', 'r')$$, NULL, '{future,deputy}'),
('risk_appetite', 'missing justification', 'officer', '23514', 'risk_appetite_justified', 'an appetite without a reason',
    $$INSERT INTO aims.risk_appetite (level, justification) VALUES ('critical', ' ')$$, NULL, '{" '')"," x'')"}'),
('risk_appetite', 'back-dated', 'officer', '23514', 'risk_appetite_dates_in_order', 'an appetite ends before it begins',
    $$INSERT INTO aims.risk_appetite (level, justification, valid_until) VALUES ('critical', 'x', aims.today() - 1)$$, NULL, '{" - 1"," + 1"}'),
('risk_treatment', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse reports somebody else''s treatment done',
    $$UPDATE aims.risk_treatment SET status = 'done' WHERE risk_treatment_id = -1$$, NULL, '{nurse,keeper}'),
('risk_treatment', 'missing justification', 'holder', 'MS042', 'is not complete', 'a treatment is done without evidence',
    $$UPDATE aims.risk_treatment SET status = 'done', evidence = NULL WHERE risk_treatment_id = -1$$, NULL, '{"NULL",-1}'),
('risk_treatment', 'dangling', 'holder', 'MS042', 'is about something else', 'evidence about another system proves a treatment',
    $$UPDATE aims.risk_treatment SET status = 'done', evidence = -3 WHERE risk_treatment_id = -1$$,
    $$INSERT INTO aims.evidence (evidence_id, title, uri, system) VALUES (-3, 'x', 'file:x', 'triage')$$, '{triage,sepsis}'),
('risk_treatment', 'dangling', 'holder', 'MS042', 'is about something else', 'evidence about another vendor proves a treatment',
    $$UPDATE aims.risk_treatment SET status = 'done', evidence = -3 WHERE risk_treatment_id = -1$$,
    $$INSERT INTO aims.vendor (vendor, title) VALUES ('other', 'Other'); INSERT INTO aims.evidence (evidence_id, title, uri, vendor) VALUES (-3, 'x', 'file:x', 'other')$$, ARRAY['file:x'', ''other', 'file:x'', ''acme']),
('risk_treatment', 'missing justification', 'keeper', 'MS042', 'is not complete', 'a treatment is cancelled without a reason',
    $$UPDATE aims.risk_treatment SET status = 'cancelled', cancelling_reason = NULL WHERE risk_treatment_id = -1$$, NULL, ARRAY['NULL', '''no use''']),
('risk_treatment', 'wrong order', 'keeper', 'MS015', 'is closed', 'a closed risk is treated',
    $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (-1, 'x', 'holder', aims.today())$$, $$UPDATE aims.risk SET status = 'closed' WHERE risk_id = -1$$, '{closed,open}'),
('risk_treatment', 'dangling', 'keeper', '23503', 'risk_treatment_risk_fkey', 'a treatment of no risk',
    $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on) VALUES (-99, 'x', 'holder', aims.today())$$, NULL, '{-99,-1}'),
('risk_treatment', 'dangling', 'keeper', '23503', 'risk_treatment_control_fkey', 'a treatment as no control',
    $$INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, framework, ref) VALUES (-1, 'x', 'holder', aims.today(), 'iso42001', 'A.99')$$, NULL, '{A.99,A.9.2}'),
('risk_acceptance', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse accepts a risk',
    $$SELECT aims.approve('risk_acceptance', '-1', 'approval', 'r')$$, NULL, '{nurse,member}'),
('risk_acceptance', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee accepts a high risk, which is the sponsor''s',
    $$SELECT aims.approve('risk_acceptance', '-1', 'approval', 'r')$$, $$UPDATE aims.risk SET inherent_likelihood = 4, inherent_severity = 3 WHERE risk_id = -1;
      UPDATE aims.risk_acceptance SET likelihood = 4, severity = 3, level = 'high' WHERE risk_acceptance_id = -1$$, '{member,sponsor}'),
('risk_acceptance', 'self-approved', 'member', 'MS012', 'may not accept risk', 'the owner of a risk accepts it',
    $$SELECT aims.approve('risk_acceptance', '-1', 'approval', 'r')$$, $$UPDATE aims.risk SET owner = 'member' WHERE risk_id = -1$$, ARRAY['''member''', '''holder''']),
('risk_acceptance', 'self-approved', 'member', 'MS012', 'may not decide on', 'who asks for an acceptance gives it',
    $$SELECT aims.approve('risk_acceptance', '-1', 'approval', 'r')$$, $$UPDATE aims.risk_acceptance SET created_by = 'member' WHERE risk_acceptance_id = -1$$, ARRAY['''member''', '''clerk''']),
('risk_acceptance', 'expired', 'keeper', 'MS044', 'is not accepted until', 'a risk is accepted until yesterday',
    $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (-1, 'x', aims.today() - 1)$$, NULL, '{" - 1"," + 1"}'),
('risk_acceptance', 'expired', 'keeper', 'MS044', 'is not accepted until', 'a risk is accepted for ten years',
    $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (-1, 'x', aims.today() + 3650)$$, NULL, '{3650,365}'),
('risk_acceptance', 'expired', 'member', 'MS015', 'is out of date', 'a risk has risen since its acceptance was asked for',
    $$SELECT aims.approve('risk_acceptance', '-1', 'approval', 'r')$$, $$UPDATE aims.risk SET inherent_severity = 3 WHERE risk_id = -1$$, '{"= 3","= 2"}'),
('risk_acceptance', 'missing justification', 'keeper', '23514', 'risk_acceptance_justified', 'a risk is accepted for no reason',
    $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (-1, E'\n', aims.today())$$, NULL, '{"\\n",rare}'),
('risk_acceptance', 'dangling', 'keeper', 'MS017', 'does not exist', 'no risk is accepted',
    $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (-99, 'x', aims.today())$$, NULL, '{-99,-1}'),
('risk_acceptance', 'wrong order', 'keeper', 'MS042', 'is not assessed', 'a risk that nobody has assessed is accepted',
    $$INSERT INTO aims.risk_acceptance (risk_id, justification, valid_until) VALUES (-1, 'x', aims.today())$$, $$UPDATE aims.risk SET inherent_likelihood = NULL, inherent_severity = NULL WHERE risk_id = -1$$,
    '{"inherent_likelihood = NULL, inherent_severity = NULL","inherent_likelihood = 1"}'),
('risk_matrix', 'wrong person', 'officer', 'MS013', 'does not hold the duty', 'the AI officer draws the own matrix, which is the sponsor''s',
    $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, 'low' FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, NULL, '{officer,sponsor}'),
('risk_matrix', 'missing justification', 'sponsor', 'MS042', 'make no whole', 'half a matrix',
    $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, 'low' FROM generate_series(1, 4) AS l, generate_series(1, 5) AS s$$, NULL, '{4,5}'),
('risk_matrix', 'wrong order', 'sponsor', 'MS042', 'make no whole', 'a matrix in which what is worse counts less',
    $$INSERT INTO aims.risk_matrix (likelihood, severity, level) SELECT l, s, CASE l + s WHEN 2 THEN 'high' ELSE 'low' END::aims.risk_level FROM generate_series(1, 5) AS l, generate_series(1, 5) AS s$$, NULL, '{high,low}'),

-- Impact
('impact_assessment', 'wrong order', 'officer', 'MS011', 'cannot go from draft to approved', 'a draft is approved by typing',
    $$UPDATE aims.impact_assessment SET status = 'approved' WHERE impact_assessment_id = -1$$, NULL, '{approved,in_review}'),
('impact_assessment', 'wrong order', 'officer', 'MS015', 'does not wait for that decision', 'a draft is approved before it is handed in',
    $$SELECT aims.approve('impact_assessment', '-1', 'approval', 'r')$$, $$UPDATE aims.impact_assessment SET status = 'draft' WHERE impact_assessment_id = -1$$, '{draft,in_review}'),
('impact_assessment', 'wrong order', 'holder', 'MS041', 'cannot be changed any more', 'an effect is taken out after the approval',
    $$DELETE FROM aims.impact_effect WHERE impact_effect_id = -1$$, $$UPDATE aims.impact_assessment SET status = 'approved' WHERE impact_assessment_id = -1$$, '{approved,draft}'),
('impact_assessment', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse hands in an assessment of somebody else',
    $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1$$, NULL, '{nurse,holder}'),
('impact_assessment', 'self-approved', 'member', 'MS012', 'may not decide on', 'the assessor approves the own assessment',
    $$SELECT aims.approve('impact_assessment', '-1', 'approval', 'r')$$, $$UPDATE aims.impact_assessment SET status = 'in_review', assessor = 'member' WHERE impact_assessment_id = -1$$, ARRAY['''member''', '''holder''']),
('impact_assessment', 'missing justification', 'holder', 'MS042', 'is not complete', 'an assessment concludes nothing',
    $$UPDATE aims.impact_assessment SET status = 'in_review', conclusion = NULL WHERE impact_assessment_id = -1$$, NULL, ARRAY['NULL', '''fine''']),
('impact_assessment', 'missing justification', 'holder', 'MS042', 'is not complete', 'a question of the template is not answered',
    $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1$$, $$DELETE FROM aims.impact_answer WHERE question = 'safety'$$, '{safety,trust}'),
('impact_assessment', 'missing justification', 'holder', 'MS042', 'is not complete', 'no word on society',
    $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1$$, $$UPDATE aims.impact_effect SET kind = 'benefit' WHERE impact_effect_id = -3$$, '{benefit,none}'),
('impact_assessment', 'missing justification', 'holder', 'MS042', 'is not complete', 'nobody was asked about a system of a high tier',
    $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1$$,
    $$UPDATE aims.ai_system SET clinical_tier = 'high' WHERE system = 'sepsis'; DELETE FROM aims.impact_participant WHERE person = 'nurse'$$, ARRAY['''nurse''', '''member''']),
('impact_assessment', 'expired', 'holder', 'MS044', 'would not count for a day', 'an assessment is handed in after its last day',
    $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1$$, $$UPDATE aims.impact_assessment SET valid_until = aims.today() - 1 WHERE impact_assessment_id = -1$$, '{" - 1"," + 1"}'),
('impact_assessment', 'dangling', 'holder', '23503', 'impact_assessment_version_fkey', 'an assessment of a version that there is not',
    $$INSERT INTO aims.impact_assessment (system, version) VALUES ('sepsis', '99')$$, NULL, '{99,1}'),
('impact_assessment', 'duplicate', 'holder', '23505', 'impact_answer_pkey', 'a question is answered twice',
    $$INSERT INTO aims.impact_answer (impact_assessment_id, question, answer) VALUES (-1, 'safety', 'x')$$, $$DELETE FROM aims.impact_answer WHERE question = 'trust'$$, '{safety,trust}'),
('impact_assessment', 'duplicate', 'holder', '23505', 'impact_participant_once', 'a nurse takes part twice',
    $$INSERT INTO aims.impact_participant (impact_assessment_id, impact_workshop_id, person, role, perspective) VALUES (-1, -1, 'nurse', 'x', 'x')$$, NULL, ARRAY['''nurse''', '''member''']),
('impact_assessment', 'duplicate', 'member', 'MS015', 'has signed', 'one person signs as reviewer twice',
    $$SELECT aims.approve('impact_assessment', '-1', 'review', 'r')$$, $$UPDATE aims.impact_assessment SET status = 'in_review' WHERE impact_assessment_id = -1;
      INSERT INTO aims.approval (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('impact_assessment', '-1', 'sepsis', 'approve', 'review', 'member', 'M', 'committee_member', 'r', aims.record_digest('impact_assessment', '-1'), '[]')$$, ARRAY['''member''', '''fellow''']);
INSERT INTO illegal (about, class, role, state, fragment, title, statement, given, cure) VALUES
-- Vendors
('questionnaire', 'wrong order', 'officer', 'MS011', 'cannot go from draft to published', 'a questionnaire is published by typing',
    $$UPDATE aims.questionnaire SET status = 'published' WHERE questionnaire = 'fixture'$$, NULL, '{published,in_review}'),
('questionnaire', 'wrong order', 'officer', 'MS041', 'cannot be changed any more', 'a question of the shipped questionnaire is made easier',
    $$UPDATE aims.question SET credit_no = 1 WHERE questionnaire = 'ai-vendor'$$, NULL, '{ai-vendor,fixture}'),
('questionnaire', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who made a questionnaire publishes it',
    $$SELECT aims.approve('questionnaire', 'fixture', 'approval', 'r')$$, $$UPDATE aims.questionnaire SET status = 'in_review', created_by = 'officer' WHERE questionnaire = 'fixture'$$, '{officer,member,"''member''","''officer''"}'),
('questionnaire', 'duplicate', 'officer', '23505', 'question_position_key', 'two questions have one place',
    $$INSERT INTO aims.question (questionnaire, question, position, wording) VALUES ('fixture', 'second', 1, 'x')$$, NULL, '{" 1,"," 2,"}'),
('vendor_contract', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse hands in a contract',
    $$UPDATE aims.vendor_contract SET status = 'in_review' WHERE vendor_contract_id = -1$$, NULL, '{nurse,keeper}'),
('vendor_contract', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who handed in a contract confirms it',
    $$SELECT aims.approve('vendor_contract', '-1', 'approval', 'r')$$, $$UPDATE aims.vendor_contract SET status = 'in_review', submitted_by = 'officer' WHERE vendor_contract_id = -1$$, '{officer,member,"''member''","''officer''"}'),
('vendor_contract', 'missing justification', 'keeper', 'MS042', 'is not complete', 'a contract that nobody has signed is handed in',
    $$UPDATE aims.vendor_contract SET status = 'in_review', signed_on = NULL WHERE vendor_contract_id = -1$$, NULL, '{"NULL",aims.today()}'),
('vendor_contract', 'missing justification', 'keeper', 'MS042', 'is not complete', 'a contract is terminated for no reason',
    $$UPDATE aims.vendor_contract SET status = 'terminated', termination_reason = NULL WHERE vendor_contract_id = -1$$, $$UPDATE aims.vendor_contract SET status = 'confirmed' WHERE vendor_contract_id = -1$$, ARRAY['NULL', '''price''']),
('vendor_contract', 'back-dated', 'keeper', '23514', 'vendor_contract_dates_in_order', 'a contract ends before it begins',
    $$UPDATE aims.vendor_contract SET valid_until = valid_from - 1 WHERE vendor_contract_id = -1$$, NULL, '{" - 1"," + 1"}'),
('vendor_contract', 'duplicate', 'keeper', '23505', 'vendor_responsibility_pkey', 'a responsibility is allocated twice',
    $$INSERT INTO aims.vendor_responsibility (vendor_contract_id, responsibility, party, arrangement) VALUES (-1, 'monitoring', 'shared', 'x')$$, NULL, '{monitoring,verification}'),
('vendor_contract', 'dangling', 'keeper', '23503', 'vendor_contract_vendor_fkey', 'a contract with nobody known',
    $$INSERT INTO aims.vendor_contract (vendor, title) VALUES ('none', 'x')$$, NULL, '{none,acme}'),
('vendor_certificate', 'wrong order', 'officer', 'MS041', 'cannot be changed any more', 'a certificate is prolonged by typing',
    $$UPDATE aims.vendor_certificate SET valid_until = aims.today() + 900 WHERE vendor_certificate_id = -1$$, NULL, NULL),
('vendor_certificate', 'back-dated', 'keeper', '23514', 'vendor_certificate_within_three_years', 'a certificate is valid for ten years',
    $$INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256)
      VALUES ('acme', 'x', 'x', 'x', 'x', aims.today(), aims.today() + 3652, sha256('x'))$$, NULL, '{3652,1096}'),
('certificate_standard', 'wrong person', 'keeper', 'MS013', 'does not hold the duty', 'a risk owner decides which certificates count',
    $$INSERT INTO aims.certificate_standard (standard, due_diligence, title) VALUES ('ISO 9001', true, 'x')$$, NULL, '{keeper,officer}'),
('vendor_certificate', 'wrong order', 'keeper', 'MS043', 'is not signed', 'a certificate is confirmed by typing',
    $$UPDATE aims.vendor_certificate SET status = 'confirmed' WHERE vendor_certificate_id = -1$$, NULL, '{confirmed,withdrawn}'),
('vendor_certificate', 'back-dated', 'keeper', 'MS044', 'has not happened yet', 'a certificate was issued tomorrow',
    $$INSERT INTO aims.vendor_certificate (vendor, standard, scope, issuer, number, issued_on, valid_until, document_sha256)
      VALUES ('acme', 'x', 'x', 'x', '1', aims.today() + 1, aims.today() + 9, sha256('x'))$$, NULL, '{" + 1",""}'),
('vendor_attestation', 'expired', 'keeper', '23514', 'vendor_attestation_annual', 'an attestation counts for two years',
    $$INSERT INTO aims.vendor_attestation (vendor, statement, signed_by, signed_on, valid_until, document_sha256) VALUES ('acme', 'x', 'x', aims.today(), aims.today() + 730, sha256('x'))$$, NULL, '{730,365}'),
('vendor_attestation', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who entered an attestation confirms it',
    $$SELECT aims.approve('vendor_attestation', '-1', 'approval', 'r')$$, $$UPDATE aims.vendor_attestation SET created_by = 'officer' WHERE vendor_attestation_id = -1$$, '{officer,deputy,"''deputy''","''officer''"}'),
('vendor_questionnaire', 'expired', 'keeper', 'MS015', 'is not published', 'a questionnaire that was retired is sent',
    $$INSERT INTO aims.vendor_questionnaire (vendor, questionnaire) VALUES ('acme', 'fixture')$$, $$UPDATE aims.questionnaire SET status = 'retired' WHERE questionnaire = 'fixture'$$, '{retired,published}'),
('vendor_questionnaire', 'wrong order', 'keeper', 'MS041', 'cannot be changed any more', 'an answer is made better after it was returned',
    $$UPDATE aims.vendor_answer SET answer = 'no' WHERE vendor_questionnaire_id = -1$$, $$UPDATE aims.vendor_questionnaire SET status = 'returned' WHERE vendor_questionnaire_id = -1$$, '{returned,sent}'),
('vendor_questionnaire', 'missing justification', 'keeper', '23514', 'vendor_answer_explained', 'a question does not apply, and nobody says why',
    $$INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer) VALUES (-1, 'deletion', 'not_applicable')$$, NULL, '{not_applicable,no}'),
('vendor_questionnaire', 'duplicate', 'keeper', '23505', 'vendor_answer_pkey', 'a vendor answers a question twice',
    $$INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer) VALUES (-1, 'policy', 'no')$$, NULL, '{policy,deletion}'),
('vendor_questionnaire', 'dangling', 'keeper', '23503', 'vendor_answer_question_fkey', 'what nobody asked is answered',
    $$INSERT INTO aims.vendor_answer (vendor_questionnaire_id, question, answer) VALUES (-1, 'weather', 'no')$$, NULL, '{weather,deletion}'),
('vendor_notice', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says what a change of the vendor''s means',
    $$UPDATE aims.vendor_notice SET status = 'assessed' WHERE vendor_notice_id = -1$$, NULL, '{nurse,keeper}'),
('vendor_notice', 'missing justification', 'keeper', 'MS042', 'is not complete', 'a notice is put aside without a word',
    $$UPDATE aims.vendor_notice SET status = 'assessed', assessment = NULL WHERE vendor_notice_id = -1$$, NULL, ARRAY['NULL', '''fine''']),
('vendor_notice', 'dangling', 'keeper', '23503', 'vendor_notice_product_fkey', 'a notice about a product that there is not',
    $$INSERT INTO aims.vendor_notice (vendor, product, kind, summary) VALUES ('acme', 'Sepsys', 'model_change', 'x')$$, NULL, '{Sepsys,Sepsis}'),
('vendor_notice', 'back-dated', 'keeper', 'MS044', 'has not happened yet', 'a notice came in tomorrow',
    $$INSERT INTO aims.vendor_notice (vendor, kind, summary, received_on) VALUES ('acme', 'model_change', 'x', aims.today() + 1)$$, NULL, '{" + 1",""}'),
('vendor_assessment', 'wrong order', 'member', 'MS015', 'does not wait for that decision', 'an assessment of a vendor is approved before it is handed in',
    $$SELECT aims.approve('vendor_assessment', '-1', 'approval', 'r')$$, $$UPDATE aims.vendor_assessment SET status = 'draft' WHERE vendor_assessment_id = -1$$, '{draft,in_review}'),
('vendor_assessment', 'self-approved', 'member', 'MS012', 'may not decide on', 'the assessor of a vendor approves',
    $$SELECT aims.approve('vendor_assessment', '-1', 'approval', 'r')$$, $$UPDATE aims.vendor_assessment SET status = 'in_review', assessor = 'member' WHERE vendor_assessment_id = -1$$, ARRAY['''member''', '''holder''']),
('vendor_assessment', 'expired', 'keeper', '23514', 'vendor_assessment_within_three_years', 'an assessment counts for ten years',
    $$UPDATE aims.vendor_assessment SET valid_until = aims.today() + 3650 WHERE vendor_assessment_id = -1$$, NULL, '{3650,1000}'),
('vendor_assessment', 'missing justification', 'holder', 'MS042', 'is not complete', 'an assessment of a vendor gives no reasons',
    $$UPDATE aims.vendor_assessment SET status = 'in_review', rationale = NULL WHERE vendor_assessment_id = -1$$, NULL, ARRAY['NULL', '''fine''']),

-- Incidents
('incident', 'wrong order', 'owner', 'MS011', 'cannot go from open to closed', 'an incident is closed without being looked into',
    $$UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$, NULL, '{closed,investigating}'),
('incident', 'wrong order', 'owner', 'MS042', 'is not complete', 'an incident is closed before the authority was told',
    $$UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$, $$UPDATE aims.incident SET status = 'resolved' WHERE incident_id = -1;
      UPDATE aims.incident_clock SET status = 'running'$$, '{running,not_applicable}'),
('incident', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes an incident on',
    $$UPDATE aims.incident SET status = 'investigating' WHERE incident_id = -1$$, NULL, '{nurse,owner}'),
('incident', 'self-approved', 'owner', 'MS012', 'may not decide on the own work', 'who resolved an incident closes it',
    $$UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$, $$UPDATE aims.incident SET status = 'resolved', resolved_by = 'owner' WHERE incident_id = -1;
      UPDATE aims.incident_clock SET status = 'not_applicable'$$, ARRAY['resolved_by = ''owner''', 'resolved_by = ''officer''']),
('incident', 'missing justification', 'owner', 'MS042', 'is not complete', 'an incident is resolved, and nobody knows why it happened',
    $$UPDATE aims.incident SET status = 'resolved', root_cause = NULL WHERE incident_id = -1$$, $$UPDATE aims.incident SET status = 'contained' WHERE incident_id = -1$$, ARRAY['NULL', '''x''']),
('incident', 'back-dated', 'nurse', 'MS044', 'has not happened yet', 'an incident was detected tomorrow',
    $$INSERT INTO aims.incident (title, system, severity, harm, detected_at) VALUES ('x', 'sepsis', 'minor', 'none', now() + make_interval(days => 1))$$, NULL, '{"now() + ","now() - "}'),
('incident', 'back-dated', 'owner', '23514', 'incident_occurred_before_detected', 'an incident was detected before it happened',
    $$UPDATE aims.incident SET occurred_at = detected_at + make_interval(mins => 1) WHERE incident_id = -1$$, NULL, '{+,-}'),
('incident', 'dangling', 'nurse', '23503', 'incident_system_fkey', 'an incident of no system',
    $$INSERT INTO aims.incident (title, system, severity, harm) VALUES ('x', 'none', 'minor', 'none')$$, NULL, ARRAY['''x'', ''none''', '''x'', ''sepsis''']),
('incident', 'duplicate', 'owner', '23505', 'incident_system_pkey', 'a system is affected twice',
    $$INSERT INTO aims.incident_system (incident_id, system) VALUES (-1, 'triage')$$, NULL, '{triage,scribe}'),
('incident_clock', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'the owner of a system stops the clock of the authority',
    $$UPDATE aims.incident_clock SET status = 'not_applicable' WHERE clock_id = -1$$, NULL, '{owner,officer}'),
('incident_clock', 'missing justification', 'officer', 'MS042', 'is not complete', 'a clock is stopped without saying why',
    $$UPDATE aims.incident_clock SET status = 'not_applicable', reason = NULL WHERE clock_id = -1$$, NULL, ARRAY['NULL', '''no data''']),
('incident_clock', 'duplicate', 'root', '23505', 'incident_clock_rule_key', 'a clock runs twice',
    $$INSERT INTO aims.incident_clock (incident_id, rule) VALUES (-1, 'gdpr-33')$$, NULL, '{gdpr-33,gdpr-34}'),
('incident_clock', 'wrong order', 'officer', '42501', 'permission denied for table incident_clock', 'a clock is started by hand',
    $$INSERT INTO aims.incident_clock (incident_id, rule) VALUES (-1, 'gdpr-34')$$, NULL, '{officer,root}'),
('incident_communication', 'back-dated', 'owner', 'MS044', 'nobody can have been told', 'the authority was told before the incident was detected',
    $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content, sent_at) VALUES (-1, 'regulator', 'gdpr-33', 'x', 'x', now() - make_interval(hours => 5))$$, NULL, '{5,1}'),
('incident_communication', 'back-dated', 'owner', 'MS044', 'nobody can have been told', 'the authority was told tomorrow',
    $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content, sent_at) VALUES (-1, 'regulator', 'gdpr-33', 'x', 'x', now() + make_interval(days => 1))$$, NULL, '{"days => 1","days => 0"}'),
('incident_communication', 'missing justification', 'owner', '23514', 'incident_communication_answer_referenced', 'the authority was told, and nothing proves it',
    $$INSERT INTO aims.incident_communication (incident_id, audience, rule, content) VALUES (-1, 'regulator', 'gdpr-33', 'x')$$, NULL, '{"rule, content","rule, content, reference","''x''","''x'', ''y''"}'),
('incident_communication', 'dangling', 'owner', '23503', 'incident_communication_clock_fkey', 'a clock is answered that does not run',
    $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (-1, 'patients', 'gdpr-34', 'x', 'x')$$, NULL, '{patients,regulator,gdpr-34,gdpr-33}'),
('incident_communication', 'wrong person', 'keeper', 'MS013', 'does not hold the duty', 'somebody without the duty answers a clock',
    $$INSERT INTO aims.incident_communication (incident_id, audience, rule, reference, content) VALUES (-1, 'regulator', 'gdpr-33', 'x', 'x')$$, NULL, '{keeper,officer}'),
('incident_communication', 'wrong order', 'root', 'MS041', 'are never changed or removed', 'what was said is rewritten',
    $$UPDATE aims.incident_communication SET content = 'y'$$, $$INSERT INTO aims.incident_communication (incident_id, audience, content) VALUES (-1, 'users', 'x')$$, NULL),
('reporting_rule', 'dangling', 'officer', 'MS017', 'does not exist', 'a rule stands in for one that there is not',
    $$INSERT INTO aims.reporting_rule (rule, title, audience, source, instead_of) VALUES ('ours', 'x', 'regulator', 'x', 'none')$$, NULL, '{none,gdpr-33}'),
('reporting_rule', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes a rule out of force',
    $$INSERT INTO aims.reporting_rule (rule, title, audience, source, instead_of, applies) VALUES ('ours', 'x', 'regulator', 'x', 'gdpr-33', false)$$, NULL, '{nurse,officer}'),
('incident_contact', 'dangling', 'officer', '23503', 'incident_contact_person_fkey', 'whom to reach is nobody known',
    $$INSERT INTO aims.incident_contact (system, person) VALUES ('sepsis', 'jane')$$, NULL, '{jane,owner}'),

-- Corrective actions
('capa', 'wrong order', 'owner', 'MS011', 'cannot go from opened to closed', 'a corrective action is closed before anything was done',
    $$UPDATE aims.capa SET status = 'closed' WHERE capa_id = -1$$, NULL, '{closed,analysed}'),
('capa', 'wrong order', 'owner', 'MS042', 'is not complete', 'it is implemented while a step is open',
    $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'planned' WHERE capa_id = -1; UPDATE aims.capa_step SET status = 'open'$$, ARRAY['''open''', '''done''']),
('capa', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse verifies it',
    $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = -1$$, '{nurse,member}'),
('capa', 'self-approved', 'owner', 'MS012', 'may not decide on the own work', 'who implemented it verifies it',
    $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented', implemented_by = 'owner' WHERE capa_id = -1$$, ARRAY['''owner''', '''keeper''']),
('capa', 'self-approved', 'keeper', 'MS012', 'may not judge the own work', 'who did a step says that it helped',
    $$UPDATE aims.capa SET status = 'effective' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1; UPDATE aims.capa_step SET status = 'done', done_by = 'keeper'$$, ARRAY['''keeper''', '''owner''']),
('capa', 'self-approved', 'officer', 'MS012', 'may not decide on the own work', 'who opened it withdraws it',
    $$UPDATE aims.capa SET status = 'withdrawn' WHERE capa_id = -1$$, $$UPDATE aims.capa SET created_by = 'officer' WHERE capa_id = -1$$, ARRAY['''officer''', '''clerk''']),
('capa', 'missing justification', 'owner', 'MS042', 'is not complete', 'it is analysed, and the cause is not known',
    $$UPDATE aims.capa SET status = 'analysed', root_cause = NULL WHERE capa_id = -1$$, NULL, ARRAY['NULL', '''drift''']),
('capa', 'missing justification', 'owner', 'MS042', 'is not complete', 'it helped, and nobody says how one sees that',
    $$UPDATE aims.capa SET status = 'effective', effectiveness = NULL WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, ARRAY['NULL', '''seen''']),
('capa', 'missing justification', 'officer', 'MS042', 'is not complete', 'it is withdrawn for no reason',
    $$UPDATE aims.capa SET status = 'withdrawn', withdrawal_reason = NULL WHERE capa_id = -1$$, NULL, ARRAY['NULL', '''double''']),
('capa', 'expired', 'owner', 'MS042', 'is not complete', 'evidence that has expired verifies it',
    $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented', verification_evidence = -2 WHERE capa_id = -1$$, '{-2,-1}'),
('capa', 'wrong order', 'officer', 'MS042', 'a closed incident rests on', 'what an incident was closed on is withdrawn',
    $$UPDATE aims.capa SET status = 'withdrawn' WHERE capa_id = -1$$,
    $$UPDATE aims.capa SET status = 'analysed', source = 'incident', incident = -1, finding = NULL WHERE capa_id = -1; UPDATE aims.finding SET incident = -1 WHERE finding_id = -1;
      UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$, '{"''closed''","''resolved''"}'),
('incident', 'wrong order', 'officer', 'MS042', 'is not complete', 'an incident is closed on a corrective action that was merely opened',
    $$UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$,
    $$UPDATE aims.incident SET status = 'resolved' WHERE incident_id = -1; UPDATE aims.incident_clock SET status = 'not_applicable' WHERE incident_id = -1;
      UPDATE aims.finding SET incident = -1 WHERE finding_id = -1; UPDATE aims.capa SET status = 'opened' WHERE capa_id = -1$$, '{opened,planned}'),
('incident', 'self-approved', 'officer', 'MS012', 'may not close incident', 'who owns what is done about an incident closes it',
    $$UPDATE aims.incident SET status = 'closed' WHERE incident_id = -1$$,
    $$UPDATE aims.incident SET status = 'resolved' WHERE incident_id = -1; UPDATE aims.incident_clock SET status = 'not_applicable' WHERE incident_id = -1;
      UPDATE aims.finding SET incident = -1 WHERE finding_id = -1; UPDATE aims.capa SET status = 'planned', owner = 'officer' WHERE capa_id = -1$$, ARRAY['owner = ''officer''', 'owner = ''holder''']),
('capa', 'dangling', 'owner', 'MS042', 'is about something else', 'evidence about another system verifies it',
    $$UPDATE aims.capa SET status = 'verified', verification_evidence = -3 WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = -1; INSERT INTO aims.evidence (evidence_id, title, uri, system) VALUES (-3, 'x', 'file:x', 'triage')$$, '{triage,sepsis}'),
('capa', 'dangling', 'owner', 'MS042', 'is about something else', 'evidence about another system shows that it helped',
    $$UPDATE aims.capa SET effectiveness_evidence = -3 WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1; INSERT INTO aims.evidence (evidence_id, title, uri, system) VALUES (-3, 'x', 'file:x', 'triage')$$, '{triage,sepsis}'),
('capa', 'back-dated', 'owner', 'MS042', 'is not complete', 'evidence from before it was done verifies it',
    $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented', implemented_at = clock_timestamp() + make_interval(days => 1) WHERE capa_id = -1$$, '{+,-}'),
('capa', 'back-dated', 'owner', 'MS044', 'it is too early to judge', 'it is judged before its day',
    $$UPDATE aims.capa SET status = 'effective' WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'verified', effectiveness_due = aims.today() + 1 WHERE capa_id = -1$$, '{" + 1",""}'),
('capa', 'dangling', 'owner', '23503', 'capa_finding_fkey', 'it corrects no finding',
    $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'finding', -99)$$, NULL, '{-99,-1}'),
('capa', 'dangling', 'owner', '23514', 'capa_source_named', 'it comes of an incident that is not named',
    $$INSERT INTO aims.capa (title, source, finding) VALUES ('x', 'incident', -1)$$, NULL, '{incident,finding}'),
('capa_step', 'wrong person', 'owner', 'MS013', 'may not make', 'somebody else reports a step done',
    $$UPDATE aims.capa_step SET status = 'done' WHERE step_id = -1$$, NULL, '{owner,holder}'),
('capa', 'wrong person', 'guest', 'MS013', 'does not hold the duty', 'the AI officer of one system makes another system''s action that system''s, and goes on',
    $$UPDATE aims.capa SET system = 'gone', status = 'analysed' WHERE capa_id = -1$$, NULL, '{guest,owner}'),
('capa', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse makes it her own',
    $$UPDATE aims.capa SET owner = 'nurse' WHERE capa_id = -1$$, NULL, '{nurse,keeper}'),
('capa_step', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse makes a step her own',
    $$UPDATE aims.capa_step SET owner = 'nurse' WHERE step_id = -1$$, NULL, '{nurse,keeper}'),
('incident', 'wrong person', 'guest', 'MS013', 'does not hold the duty', 'the AI officer of one system makes another system''s incident that system''s',
    $$UPDATE aims.incident SET system = 'gone' WHERE incident_id = -1$$, NULL, '{guest,owner}'),
('monitor', 'wrong person', 'guest', 'MS013', 'does not hold the duty', 'the AI officer of one system takes another system''s monitor over',
    $$UPDATE aims.monitor SET system = 'gone', status = 'active' WHERE monitor = 'fixture'$$, NULL, '{guest,owner}'),
('capa_step', 'missing justification', 'holder', 'MS042', 'is not complete', 'a step is done without a result',
    $$UPDATE aims.capa_step SET status = 'done', result = NULL WHERE step_id = -1$$, NULL, ARRAY['NULL', '''x''']),
('capa_step', 'wrong order', 'owner', 'MS041', 'cannot be changed any more', 'a step is added to what was reported as done',
    $$INSERT INTO aims.capa_step (capa_id, action, owner, due_on) VALUES (-1, 'x', 'holder', aims.today())$$, $$UPDATE aims.capa SET status = 'verified' WHERE capa_id = -1$$, '{verified,planned}'),

-- Concerns
('concern', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes a concern on',
    $$UPDATE aims.concern SET status = 'acknowledged' WHERE concern_id = -1$$, NULL, '{nurse,member}'),
('concern', 'self-approved', 'member', 'MS012', 'may not decide on the own work', 'who raised a concern investigates it',
    $$UPDATE aims.concern SET status = 'investigated' WHERE concern_id = -1$$, $$UPDATE aims.concern SET status = 'acknowledged', created_by = 'member' WHERE concern_id = -1$$, ARRAY['''member''', '''clerk''']),
('concern', 'self-approved', 'member', 'MS012', 'has no part in handling', 'whom a concern is about handles it',
    $$UPDATE aims.concern SET status = 'acknowledged' WHERE concern_id = -1$$, $$UPDATE aims.concern SET persons = '{member}' WHERE concern_id = -1$$, ARRAY['{member}', '{nurse}']),
('concern', 'missing justification', 'holder', 'MS042', 'is not complete', 'a concern is answered by silence',
    $$UPDATE aims.concern SET status = 'answered', answer = NULL WHERE concern_id = -1$$, $$UPDATE aims.concern SET status = 'investigated' WHERE concern_id = -1$$, ARRAY['NULL', '''so''']),
('concern', 'wrong order', 'member', 'MS011', 'cannot go from raised to closed', 'a concern is closed at once',
    $$UPDATE aims.concern SET status = 'closed' WHERE concern_id = -1$$, NULL, '{closed,acknowledged}'),
('concern', 'dangling', 'nurse', 'MS017', 'nobody is known as', 'a concern is about somebody unknown',
    $$INSERT INTO aims.concern (content, persons) VALUES ('x', '{jane}')$$, NULL, '{jane,owner}'),

-- Documents, acknowledgements, objectives, context, communication, changes, resources
('document', 'duplicate', 'officer', '23505', 'document_code_key', 'two documents have one code',
    $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('fixture', 'other', 'x', 'holder')$$, NULL, '{fixture,new}'),
('document', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'the owner of a system withdraws a document',
    $$UPDATE aims.document SET status = 'withdrawn' WHERE document_id = -1$$, NULL, '{owner,officer}'),
('document', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a document another title and owner',
    $$UPDATE aims.document SET title = 'mine', owner = 'clerk' WHERE document_id = -1$$, NULL, '{nurse,officer}'),
('document', 'missing justification', 'officer', 'MS042', 'is not complete', 'a document is withdrawn for no reason',
    $$UPDATE aims.document SET status = 'withdrawn', withdrawal_reason = ' ' WHERE document_id = -1$$, NULL, '{"'' ''","''old''"}'),
('document', 'dangling', 'officer', '23503', 'document_kind_fkey', 'a document of no kind',
    $$INSERT INTO aims.document (code, kind, title, owner) VALUES ('new', 'poem', 'x', 'holder')$$, NULL, '{poem,other}'),
('document_version', 'duplicate', 'holder', '23505', 'document_version_key', 'two versions have one number',
    $$INSERT INTO aims.document_version (document_id, version) VALUES (-1, '1')$$, NULL, ARRAY['''1''', '''2''']),
('document_version', 'wrong order', 'officer', 'MS011', 'cannot go from draft to approved', 'a draft is put into force by typing',
    $$UPDATE aims.document_version SET status = 'approved' WHERE document_version_id = -1$$, NULL, '{approved,in_review}'),
('document_version', 'wrong order', 'holder', 'MS041', 'cannot be changed any more', 'the text of an approved version is exchanged',
    $$UPDATE aims.document_version SET content_sha256 = sha256('other') WHERE document_version_id = -1$$, $$UPDATE aims.document_version SET status = 'approved' WHERE document_version_id = -1$$, '{approved,draft}'),
('document_version', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee signs the AI policy, which is the sponsor''s',
    $$SELECT aims.approve('document_version', '-1', 'approval', 'r')$$, $$UPDATE aims.document SET kind = 'ai_policy' WHERE document_id = -1; UPDATE aims.document_version SET status = 'in_review' WHERE document_version_id = -1$$, '{member,sponsor}'),
('document_version', 'self-approved', 'member', 'MS012', 'may not decide on', 'the author of a document approves it',
    $$SELECT aims.approve('document_version', '-1', 'approval', 'r')$$, $$UPDATE aims.document_version SET status = 'in_review', author = 'member' WHERE document_version_id = -1$$, ARRAY['''member''', '''holder''']),
('document_version', 'missing justification', 'holder', 'MS042', 'is not complete', 'nobody says what has changed',
    $$UPDATE aims.document_version SET status = 'in_review', change_summary = NULL WHERE document_version_id = -1$$, NULL, ARRAY['NULL', '''all''']),
('document_review', 'self-approved', 'member', 'MS012', 'may not review the own document version', 'the author confirms the own document',
    $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (-1, 'confirmed', 'fine')$$, $$UPDATE aims.document_version SET status = 'approved', author = 'member' WHERE document_version_id = -1$$, ARRAY['''member''', '''holder''']),
('document_review', 'wrong order', 'member', 'MS015', 'is not approved', 'a draft is reviewed',
    $$INSERT INTO aims.document_review (document_version_id, outcome, note) VALUES (-1, 'confirmed', 'fine')$$, $$UPDATE aims.document_version SET status = 'draft' WHERE document_version_id = -1$$, '{draft,approved}'),
('document_acknowledgement', 'self-approved', 'officer', 'MS012', 'may not acknowledge for', 'somebody has read it for a nurse',
    $$INSERT INTO aims.document_acknowledgement (document_version_id, person) VALUES (-1, 'nurse')$$, $$UPDATE aims.document_version SET status = 'approved', in_force_from = aims.today() WHERE document_version_id = -1$$, ARRAY['''nurse''', '''officer''']),
('document_acknowledgement', 'expired', 'officer', 'MS015', 'is not in force', 'what is not in force yet is acknowledged',
    $$INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (-1)$$, $$UPDATE aims.document_version SET status = 'approved', in_force_from = aims.today() + 1 WHERE document_version_id = -1$$, '{" + 1",""}'),
('document_acknowledgement', 'wrong person', 'nurse', 'MS013', 'is not in the audience', 'a nurse acknowledges what is for the committee',
    $$INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (-1)$$, $$UPDATE aims.document_version SET status = 'approved', in_force_from = aims.today() WHERE document_version_id = -1;
      UPDATE aims.document_audience SET audience = 'committee_member'$$, '{nurse,member}'),
('document_acknowledgement', 'duplicate', 'officer', '23505', 'document_acknowledgement_pkey', 'a document is acknowledged twice',
    $$INSERT INTO aims.document_acknowledgement (document_version_id) VALUES (-1)$$, $$UPDATE aims.document_version SET status = 'approved', in_force_from = aims.today() WHERE document_version_id = -1;
      INSERT INTO aims.document_acknowledgement (document_version_id, person) VALUES (-1, 'officer')$$, ARRAY['''officer''', '''nurse''']),
('objective', 'self-approved', 'member', 'MS012', 'may not decide on', 'the owner of an objective approves it',
    $$SELECT aims.approve('objective', '-1', 'approval', 'r')$$, $$UPDATE aims.objective SET owner = 'member' WHERE objective_id = -1$$, ARRAY['''member''', '''holder''']),
('objective', 'missing justification', 'officer', 'MS042', 'is not complete', 'an objective is given up for no reason',
    $$UPDATE aims.objective SET status = 'withdrawn', withdrawal_reason = NULL WHERE objective_id = -1$$, NULL, ARRAY['NULL', '''no use''']),
('objective', 'wrong order', 'holder', '23514', 'objective_target_ahead', 'a target that was met before it began',
    $$UPDATE aims.objective SET target = 10 WHERE objective_id = -1$$, NULL, '{10,8}'),
('objective', 'self-approved', 'officer', 'MS012', 'its authors alone change it', 'who is to approve an objective writes another one before',
    $$UPDATE aims.objective SET title = 'Less' WHERE objective_id = -1$$, NULL, '{officer,holder}'),
('objective_value', 'back-dated', 'owner', 'MS044', 'has not happened yet', 'an objective is measured tomorrow',
    $$INSERT INTO aims.objective_value (objective_id, value, measured_on, source) VALUES (-1, 1, aims.today() + 1, 'x')$$, $$UPDATE aims.objective SET status = 'approved' WHERE objective_id = -1$$, '{" + 1",""}'),
('objective_value', 'expired', 'owner', 'MS015', 'nothing is recorded of this', 'an objective that was withdrawn is measured',
    $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (-1, 1, 'x')$$, $$UPDATE aims.objective SET status = 'withdrawn' WHERE objective_id = -1$$, '{withdrawn,approved}'),
('communication', 'expired', 'officer', 'MS015', 'nothing is recorded of this', 'what is not in the plan any more was made',
    $$INSERT INTO aims.communication_made (communication_id, uri) VALUES (-1, 'x')$$, $$UPDATE aims.communication SET status = 'withdrawn' WHERE communication_id = -1$$, '{withdrawn,current}'),
('communication', 'back-dated', 'officer', 'MS044', 'has not happened yet', 'a communication was made tomorrow',
    $$INSERT INTO aims.communication_made (communication_id, uri, made_on) VALUES (-1, 'x', aims.today() + 1)$$, NULL, '{" + 1",""}'),
('communication', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse strikes a row of the plan',
    $$UPDATE aims.communication SET status = 'withdrawn' WHERE communication_id = -1$$, NULL, '{nurse,holder}'),
('context_issue', 'expired', 'former', 'MS013', 'does not hold the duty', 'the AI officer of yesterday withdraws an issue',
    $$UPDATE aims.context_issue SET status = 'withdrawn' WHERE context_issue_id = -1$$, NULL, '{former,officer}'),
('context_issue', 'missing justification', 'officer', '23514', 'context_issue_addressed_if_relevant', 'a relevant issue is not addressed',
    $$INSERT INTO aims.context_issue (title, topic, internal, relevant, reason) VALUES ('x', 'law', false, true, 'x')$$, NULL, '{true,false}'),
('interested_party', 'wrong person', 'guest', 'MS013', 'does not hold the duty', 'the AI officer of one system strikes an interested party',
    $$UPDATE aims.interested_party SET status = 'withdrawn' WHERE interested_party = 'fixture'$$, NULL, '{guest,officer}'),
('interested_party', 'duplicate', 'officer', '23505', 'interested_party_pkey', 'an interested party is entered twice',
    $$INSERT INTO aims.interested_party (interested_party, title, internal, needs, requirements, addressed) VALUES ('fixture', 'x', true, 'x', 'x', 'x')$$, NULL, '{fixture,staff}'),
('planned_change', 'wrong order', 'officer', 'MS011', 'cannot go from proposed to done', 'a change is done before it was approved',
    $$UPDATE aims.planned_change SET status = 'done' WHERE planned_change_id = -1$$, $$UPDATE aims.planned_change SET status = 'proposed' WHERE planned_change_id = -1$$, '{proposed,approved}'),
('planned_change', 'back-dated', 'holder', 'MS044', 'has not happened yet', 'a change was done tomorrow',
    $$UPDATE aims.planned_change SET status = 'done', done_on = aims.today() + 1 WHERE planned_change_id = -1$$, $$UPDATE aims.planned_change SET status = 'approved' WHERE planned_change_id = -1$$, '{" + 1",""}'),
('planned_change', 'missing justification', 'holder', 'MS042', 'is not complete', 'a change is done without an outcome',
    $$UPDATE aims.planned_change SET status = 'done', outcome = NULL WHERE planned_change_id = -1$$, $$UPDATE aims.planned_change SET status = 'approved' WHERE planned_change_id = -1$$, ARRAY['NULL', '''better''']),
('resource', 'wrong person', 'officer', 'MS013', 'does not hold the duty', 'the AI officer grants money, which is the sponsor''s',
    $$SELECT aims.approve('resource', '-1', 'approval', 'r')$$, NULL, '{officer,sponsor}'),
('resource', 'wrong order', 'sponsor', 'MS043', 'is not signed', 'money is granted by typing',
    $$UPDATE aims.resource SET status = 'approved' WHERE resource_id = -1$$, NULL, NULL),
('resource', 'back-dated', 'officer', '23514', 'resource_dates_in_order', 'a budget ends before it begins',
    $$INSERT INTO aims.resource (kind, title, amount, unit, valid_from, valid_until) VALUES ('budget', 'x', 1, 'EUR', aims.today(), aims.today() - 1)$$, NULL, '{" - 1",""}'),

-- Competence
('training_record', 'self-approved', 'officer', 'MS012', 'may not decide on the own work', 'somebody records the own training',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on, uri) VALUES ('officer', 'ai-management', aims.today(), 'x')$$, NULL, ARRAY['''officer''', '''deputy''']),
('training_record', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'an owner of systems records a training',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on, uri) VALUES ('nurse', 'ai-management', aims.today(), 'x')$$, NULL, '{owner,member}'),
('training_record', 'expired', 'officer', 'MS044', 'does not count until', 'a training counts for twenty years',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on, valid_until, uri) VALUES ('nurse', 'ai-management', aims.today(), aims.today() + 7300, 'x')$$, NULL, '{7300,300}'),
('training_record', 'back-dated', 'officer', 'MS044', 'has not happened yet', 'a training was completed tomorrow',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on, uri) VALUES ('nurse', 'ai-management', aims.today() + 1, 'x')$$, NULL, '{" + 1",""}'),
('training_record', 'missing justification', 'officer', '23514', 'training_record_substantiated', 'nothing proves a training',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on) VALUES ('nurse', 'ai-management', aims.today())$$, NULL, '{"completed_on)","completed_on, uri)",today(),"today(), ''x''"}'),
('training_record', 'dangling', 'officer', '23503', 'training_record_person_fkey', 'somebody unknown was taught',
    $$INSERT INTO aims.training_record (person, curriculum, completed_on, uri) VALUES ('jane', 'ai-management', aims.today(), 'x')$$, NULL, '{jane,nurse}'),
('user_group', 'duplicate', 'owner', '23505', 'user_group_once', 'a group of users is entered twice',
    $$INSERT INTO aims.user_group (system, title, curriculum) VALUES ('sepsis', 'Nurses', 'human-oversight')$$, NULL, '{Nurses,Physicians}'),
('user_group', 'self-approved', 'owner', 'MS012', 'may not decide on the own work', 'who entered a group that is not trained takes it out',
    $$UPDATE aims.user_group SET status = 'withdrawn' WHERE user_group_id = -1$$, $$UPDATE aims.user_group SET created_by = 'owner' WHERE user_group_id = -1$$, ARRAY['''owner''', '''officer''']),
('user_count', 'self-approved', 'owner', 'MS012', 'may not decide on the own work', 'who counted the users confirms the count',
    $$UPDATE aims.user_count SET status = 'confirmed' WHERE user_count_id = -1$$, $$UPDATE aims.user_count SET created_by = 'owner' WHERE user_count_id = -1$$, ARRAY['''owner''', '''officer''']),
('user_count', 'back-dated', 'owner', 'MS044', 'has not happened yet', 'users were counted tomorrow',
    $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (-1, 'sepsis', 1, aims.today() + 1, 'x')$$, NULL, '{" + 1",""}'),
('user_count', 'dangling', 'owner', '23503', 'user_count_group_fkey', 'users of another system are counted',
    $$INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) VALUES (-1, 'triage', 1, aims.today(), 'x')$$, NULL, '{triage,sepsis}'),
('training_session', 'wrong order', 'owner', 'MS042', 'is not complete', 'more people were taught than are listed',
    $$UPDATE aims.training_session SET status = 'confirmed' WHERE training_session_id = -1$$, $$UPDATE aims.training_session SET attended = 99 WHERE training_session_id = -1$$, '{99,1}'),
('training_session', 'duplicate', 'clerk', '23505', 'training_attendance_pkey', 'one attendee is counted twice',
    $$INSERT INTO aims.training_attendance (training_session_id, attendee) VALUES (-1, 'a')$$, NULL, ARRAY['''a''', '''b''']),
('training_session', 'self-approved', 'owner', 'MS012', 'may not decide on the own work', 'who stated a session confirms it',
    $$UPDATE aims.training_session SET status = 'confirmed' WHERE training_session_id = -1$$, $$UPDATE aims.training_session SET created_by = 'owner' WHERE training_session_id = -1$$, ARRAY['''owner''', '''officer''']),

-- Internal audit
('audit_programme', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee draws up the audit programme',
    $$INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods) VALUES ('new', 'x', aims.today(), aims.today(), 'x', 'x', 'x')$$, NULL, '{member,auditor}'),
('audit_programme', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who drew up the programme approves it',
    $$SELECT aims.approve('audit_programme', 'fixture', 'approval', 'r')$$, $$UPDATE aims.audit_programme SET created_by = 'officer' WHERE audit_programme = 'fixture'$$, ARRAY['''officer''', '''auditor''']),
('audit_programme', 'back-dated', 'auditor', '23514', 'audit_programme_dates_in_order', 'a programme ends before it starts',
    $$INSERT INTO aims.audit_programme (audit_programme, title, starts_on, ends_on, scope, criteria, methods) VALUES ('new', 'x', aims.today(), aims.today() - 1, 'x', 'x', 'x')$$, NULL, '{" - 1",""}'),
('internal_audit', 'self-approved', 'auditor', 'MS012', 'is not independent', 'an auditor audits a system of the own',
    $$INSERT INTO aims.internal_audit_scope (internal_audit_id, system) VALUES (-1, 'sepsis')$$, $$UPDATE aims.ai_system SET owner = 'auditor' WHERE system = 'sepsis'$$, ARRAY['''auditor''', '''holder''']),
('internal_audit', 'self-approved', 'auditor', 'MS012', 'is not independent', 'an auditor audits what that person had approved',
    $$INSERT INTO aims.internal_audit_scope (internal_audit_id, system) VALUES (-1, 'sepsis')$$, $$INSERT INTO aims.approval (subject, subject_id, system, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('risk_acceptance', '-1', 'sepsis', 'approve', 'approval', 'auditor', 'A', 'committee_member', 'r', sha256('x'), '[]')$$, ARRAY['''auditor''', '''member''']),
('internal_audit', 'self-approved', 'auditor', 'MS012', 'is not independent', 'the AI officer joins the auditors',
    $$INSERT INTO aims.internal_audit_member (internal_audit_id, person) VALUES (-1, 'officer')$$, NULL, ARRAY['''officer''', '''second''']),
('internal_audit', 'expired', 'officer', 'MS012', 'is not independent', 'who is no internal auditor any more leads an audit',
    $$INSERT INTO aims.internal_audit (audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due)
      VALUES ('running', 'x', aims.today() - 9, aims.today(), 'second', aims.today(), aims.today())$$, $$UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE duty_id = -10$$, '{" - 1 ",""}'),
('internal_audit', 'expired', 'auditor', 'MS042', 'cannot be in_progress yet', 'an audit begins after its programme has ended',
    $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = -1$$, $$UPDATE aims.audit_programme SET ends_on = aims.today() - 1 WHERE audit_programme = 'running'$$, '{" - 1 ",""}'),
('internal_audit', 'wrong order', 'auditor', 'MS042', 'cannot be in_progress yet', 'an audit begins under a programme that nobody approved',
    $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = -1$$, $$UPDATE aims.internal_audit SET audit_programme = 'fixture' WHERE internal_audit_id = -1$$, '{fixture,running}'),
('internal_audit', 'wrong order', 'auditor', 'MS042', 'cannot be reported yet', 'an audit is reported while a finding is a draft',
    $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'x', report_uri = 'x', report_sha256 = sha256('x') WHERE internal_audit_id = -2$$, $$UPDATE aims.audit_finding SET status = 'draft'$$, '{draft,open}'),
('internal_audit', 'wrong order', 'auditor', 'MS042', 'cannot be reported yet', 'an audit is reported that drew no sample and found nothing',
    $$UPDATE aims.internal_audit SET status = 'reported', conclusion = 'x', report_uri = 'x', report_sha256 = sha256('x') WHERE internal_audit_id = -2$$, $$UPDATE aims.audit_finding SET status = 'withdrawn'$$, '{withdrawn,open}'),
('internal_audit', 'wrong order', 'sponsor', 'MS042', 'cannot be closed yet', 'an audit is closed while a nonconformity is open',
    $$SELECT aims.approve('internal_audit', '-1', 'approval', 'r')$$, $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = -1;
      UPDATE aims.audit_finding SET internal_audit_id = -1, grade = 'major', status = 'open'$$, '{open,withdrawn}'),
('internal_audit', 'wrong person', 'second', 'MS013', 'may not make', 'another auditor than the lead reports',
    $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = -1$$, NULL, '{second,auditor}'),
('internal_audit', 'missing justification', 'auditor', 'MS042', 'is not complete', 'a report without a conclusion',
    $$UPDATE aims.internal_audit SET status = 'reported', conclusion = NULL WHERE internal_audit_id = -1$$, $$UPDATE aims.internal_audit SET status = 'in_progress' WHERE internal_audit_id = -1;
      UPDATE aims.audit_finding SET internal_audit_id = -1, status = 'open'$$, ARRAY['NULL', '''x''']),
('internal_audit', 'duplicate', 'auditor', '23505', 'internal_audit_scope_key', 'a clause is in the scope twice',
    $$INSERT INTO aims.internal_audit_scope (internal_audit_id, ref) VALUES (-1, '9.2.1')$$, NULL, '{9.2.1,9.2.2}'),
('internal_audit', 'duplicate', 'auditor', '23505', 'internal_audit_member_pkey', 'an auditor is a member twice',
    $$INSERT INTO aims.internal_audit_member (internal_audit_id, person) VALUES (-1, 'auditor')$$, NULL, ARRAY['''auditor''', '''second''']),
('internal_audit', 'dangling', 'auditor', '23503', 'internal_audit_audit_programme_fkey', 'an audit of no programme',
    $$INSERT INTO aims.internal_audit (audit_programme, title, period_from, period_until, lead_auditor, planned_on, report_due)
      VALUES ('none', 'x', aims.today() - 9, aims.today(), 'auditor', aims.today(), aims.today())$$, NULL, '{none,running}'),
('audit_finding', 'wrong person', 'second', 'MS013', 'is no auditor of', 'somebody who is not on the team raises a finding',
    $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, statement, objective_evidence, response_due) VALUES (-2, 'minor', '9.1', 'x', 'x', aims.today())$$, NULL, '{second,auditor}'),
('audit_finding', 'expired', 'auditor', 'MS015', 'is not in progress', 'a finding is added after the report',
    $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, statement, objective_evidence, response_due) VALUES (-2, 'minor', '9.1', 'x', 'x', aims.today())$$, $$UPDATE aims.internal_audit SET status = 'reported' WHERE internal_audit_id = -2$$, '{reported,in_progress}'),
('audit_finding', 'wrong order', 'auditor', 'MS042', 'is not corrected', 'a nonconformity is closed without a corrective action',
    $$UPDATE aims.audit_finding SET status = 'closed' WHERE audit_finding_id = -1$$, $$UPDATE aims.audit_finding SET status = 'open', grade = 'major' WHERE audit_finding_id = -1$$, '{major,observation}'),
('audit_finding', 'missing justification', 'auditor', 'MS042', 'is not complete', 'a finding is withdrawn without a word',
    $$UPDATE aims.audit_finding SET status = 'withdrawn', closing_note = NULL WHERE audit_finding_id = -1$$, NULL, ARRAY['NULL', '''x''']),
('audit_finding', 'dangling', 'auditor', '23503', 'audit_finding_requirement_fkey', 'a finding against no clause',
    $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, statement, objective_evidence, response_due) VALUES (-2, 'minor', '99', 'x', 'x', aims.today())$$, NULL, '{99,9.1}'),
('audit_finding', 'dangling', 'auditor', 'MS042', 'is not in the scope', 'a finding about a system that is not audited',
    $$INSERT INTO aims.audit_finding (internal_audit_id, grade, ref, system, statement, objective_evidence, response_due) VALUES (-2, 'minor', '9.1', 'sepsis', 'x', 'x', aims.today())$$, NULL, ARRAY['''sepsis''', 'NULL']),
('audit_sample', 'wrong person', 'officer', 'MS013', 'is no auditor of', 'the AI officer draws the sample',
    $$SELECT aims.draw_audit_sample(-2, 'risk', 1, 42)$$, 'UPDATE aims.risk SET created_at = now() - make_interval(days => 50)', '{officer,auditor}'),
('audit_sample', 'dangling', 'auditor', 'MS042', 'nothing to draw from', 'a sample of a population without an item',
    $$SELECT aims.draw_audit_sample(-2, 'risk', 1, 42)$$, 'UPDATE aims.risk SET created_at = now() - make_interval(days => 5)', ARRAY['=> 5)', '=> 50)']),
('audit_sample', 'dangling', 'auditor', 'MS017', 'does not exist', 'a sample for no audit',
    $$SELECT aims.draw_audit_sample(-99, 'risk', 1, 42)$$, 'UPDATE aims.risk SET created_at = now() - make_interval(days => 50)', '{-99,-2}'),

-- Management review and certification
('management_review', 'wrong person', 'member', 'MS013', 'does not hold the duty', 'a member of the committee plans the review',
    $$INSERT INTO aims.management_review (planned_on) VALUES (aims.today())$$, NULL, '{member,sponsor}'),
('management_review', 'wrong person', 'officer', 'MS013', 'does not hold the duty', 'the AI officer signs the review',
    $$SELECT aims.approve('management_review', '-1', 'approval', 'r')$$, $$UPDATE aims.management_review SET status = 'held' WHERE management_review_id = -1$$, '{officer,sponsor}'),
('management_review', 'self-approved', 'sponsor', 'MS012', 'may not decide on', 'who entered the review signs it',
    $$SELECT aims.approve('management_review', '-1', 'approval', 'r')$$, $$UPDATE aims.management_review SET status = 'held', created_by = 'sponsor' WHERE management_review_id = -1$$, ARRAY['''sponsor''', '''clerk''']),
('management_review', 'self-approved', 'sponsor', 'MS012', 'may not decide on', 'who wrote the minutes signs them',
    $$SELECT aims.approve('management_review', '-1', 'approval', 'r')$$, $$UPDATE aims.management_review SET status = 'held', minutes_by = 'sponsor' WHERE management_review_id = -1$$, ARRAY['''sponsor''', '''clerk''']),
('management_review', 'wrong order', 'officer', 'MS042', 'cannot be held yet', 'the review is held without inputs',
    $$UPDATE aims.management_review SET status = 'held' WHERE management_review_id = -1$$, $$DELETE FROM aims.management_review_input$$, '{_input,"_decision"}'),
('management_review', 'wrong order', 'officer', 'MS015', 'is not planned any more', 'inputs are drawn anew after the review',
    $$SELECT aims.prepare_review(-1)$$, $$UPDATE aims.management_review SET status = 'held' WHERE management_review_id = -1$$, '{held,planned}'),
('management_review', 'expired', 'officer', 'MS042', 'cannot be held yet', 'the chair is sponsor no more',
    $$UPDATE aims.management_review SET status = 'held' WHERE management_review_id = -1$$, $$UPDATE aims.duty SET valid_until = aims.today() - 1 WHERE duty_id = -1$$, '{" - 1 ",""}'),
('management_review', 'back-dated', 'officer', 'MS042', 'cannot be held yet', 'the review was held before its inputs were there',
    $$UPDATE aims.management_review SET status = 'held', held_on = aims.today() - 1 WHERE management_review_id = -1$$, NULL, '{" - 1 ",""}'),
('management_review', 'back-dated', 'officer', 'MS044', 'has not happened yet', 'the review was held tomorrow',
    $$UPDATE aims.management_review SET status = 'held', held_on = aims.today() + 1 WHERE management_review_id = -1$$, NULL, '{" + 1 ",""}'),
('management_review', 'missing justification', 'officer', 'MS042', 'is not complete', 'the review has no minutes',
    $$UPDATE aims.management_review SET status = 'held', minutes = NULL WHERE management_review_id = -1$$, NULL, ARRAY['NULL', '''x''']),
('management_review', 'duplicate', 'officer', '23505', 'management_review_attendee_pkey', 'somebody attends twice',
    $$INSERT INTO aims.management_review_attendee (management_review_id, person) VALUES (-1, 'member')$$, NULL, '{member,fellow}'),
('management_review_decision', 'wrong order', 'officer', 'MS041', 'decides nothing any more', 'a decision is added after the review was signed',
    $$INSERT INTO aims.management_review_decision (management_review_id, kind, decision, owner, due_on) VALUES (-1, 'change', 'x', 'holder', aims.today())$$, $$UPDATE aims.management_review SET status = 'signed' WHERE management_review_id = -1$$, '{signed,held}'),
('management_review_decision', 'self-approved', 'member', 'MS012', 'may not decide on the own work', 'the owner of a decision confirms it',
    $$UPDATE aims.management_review_decision SET status = 'done' WHERE management_review_decision_id = -1$$, $$UPDATE aims.management_review_decision SET status = 'carried_out', owner = 'member' WHERE management_review_decision_id = -1$$, ARRAY['''member''', '''holder''']),
('management_review_decision', 'wrong person', 'officer', 'MS013', 'may not make', 'somebody else reports a decision carried out',
    $$UPDATE aims.management_review_decision SET status = 'carried_out' WHERE management_review_decision_id = -1$$, NULL, '{officer,holder}'),
('certificate', 'wrong order', 'member', 'MS042', 'cannot be issued yet', 'a certificate is confirmed before stage 2',
    $$SELECT aims.approve('certificate', '-1', 'approval', 'r')$$, $$UPDATE aims.certification_audit SET status = 'planned' WHERE certification_audit_id = -2$$, '{planned,held}'),
('certificate', 'wrong order', 'member', 'MS042', 'cannot be issued yet', 'a certificate is confirmed with a major nonconformity open',
    $$SELECT aims.approve('certificate', '-1', 'approval', 'r')$$, $$UPDATE aims.certification_nonconformity SET grade = 'major'$$, '{major,minor}'),
('certificate', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who entered a certificate confirms it',
    $$SELECT aims.approve('certificate', '-1', 'approval', 'r')$$, $$UPDATE aims.certificate SET created_by = 'officer' WHERE certificate_id = -1$$, ARRAY['''officer''', '''clerk''']),
('certificate', 'self-approved', 'officer', 'MS012', 'may not decide on the own work', 'who suspended a certificate puts it back',
    $$UPDATE aims.certificate SET status = 'issued' WHERE certificate_id = -1$$, $$UPDATE aims.certificate SET status = 'suspended', suspended_by = 'officer' WHERE certificate_id = -1$$, ARRAY['''officer''', '''clerk''']),
('certificate', 'missing justification', 'officer', 'MS042', 'is not complete', 'a certificate is withdrawn for no reason',
    $$UPDATE aims.certificate SET status = 'withdrawn', status_reason = NULL WHERE certificate_id = -1$$, NULL, ARRAY['NULL', '''fees''']),
('certificate', 'expired', 'officer', '23514', 'certificate_issued_under_accreditation', 'a body issues after its accreditation has ended',
    $$UPDATE aims.certificate SET accreditation_until = aims.today() - 1 WHERE certificate_id = -1$$, $$UPDATE aims.certificate SET created_by = 'officer' WHERE certificate_id = -1$$, '{" - 1",""}'),
('certificate', 'expired', 'clerk', '23514', 'certificate_valid_three_years', 'a certificate counts for four years',
    $$UPDATE aims.certificate SET valid_until = issued_on + 1461 WHERE certificate_id = -1$$, NULL, '{1461,1000}'),
('certificate', 'duplicate', 'officer', '23505', 'certificate_number_key', 'a certificate is entered twice',
    $$INSERT INTO aims.certificate (scope, body, number) VALUES ('all', 'BSI', '1')$$, NULL, ARRAY['''1''', '''2''']),
('certification_audit', 'expired', 'officer', 'MS011', 'is out of order', 'a surveillance audit is held after the certificate has ended',
    $$UPDATE aims.certification_audit SET status = 'held' WHERE certification_audit_id = -1$$, $$UPDATE aims.certification_audit SET step = 'surveillance_1' WHERE certification_audit_id = -1;
      UPDATE aims.certificate SET status = 'issued', issued_on = aims.today() - 100, valid_until = aims.today() - 1 WHERE certificate_id = -1$$, '{" - 1 ",""}'),
('certification_audit', 'wrong order', 'officer', 'MS011', 'is out of order', 'stage 2 comes before stage 1',
    $$UPDATE aims.certification_audit SET status = 'held' WHERE certification_audit_id = -1$$, $$DELETE FROM aims.certification_audit WHERE certification_audit_id = -2;
      UPDATE aims.certification_audit SET step = 'stage_2' WHERE certification_audit_id = -1$$, '{stage_2,stage_1}'),
('certification_audit', 'back-dated', 'officer', 'MS044', 'has not happened yet', 'an audit of the body was held tomorrow',
    $$UPDATE aims.certification_audit SET status = 'held', held_on = aims.today() + 1 WHERE certification_audit_id = -1$$, NULL, '{" + 1 ",""}'),
('certification_audit', 'duplicate', 'officer', '23505', 'certification_audit_one_planned', 'an audit of the body is planned twice',
    $$INSERT INTO aims.certification_audit (certificate_id, step, planned_on) VALUES (-1, 'stage_1', aims.today())$$, NULL, '{stage_1,recertification}'),
('certification_nonconformity', 'wrong order', 'officer', 'MS015', 'has not been held', 'a nonconformity comes of an audit that was not held',
    $$INSERT INTO aims.certification_nonconformity (certification_audit_id, number, grade, ref, statement, response_due) VALUES (-1, '2', 'minor', '9.1', 'x', aims.today())$$, NULL, '{-1,-2}'),
('certification_nonconformity', 'wrong order', 'officer', 'MS042', 'is not corrected', 'a nonconformity is closed before the correction has helped',
    $$UPDATE aims.certification_nonconformity SET status = 'closed' WHERE certification_nonconformity_id = -1$$, $$UPDATE aims.capa SET status = 'implemented' WHERE capa_id = -2$$, '{implemented,effective}'),
('certification_nonconformity', 'duplicate', 'officer', '23505', 'certification_nonconformity_number_key', 'two nonconformities have one number',
    $$INSERT INTO aims.certification_nonconformity (certification_audit_id, number, grade, ref, statement, response_due) VALUES (-2, '1', 'minor', '9.1', 'x', aims.today())$$, NULL, ARRAY['''1''', '''2''']),

-- Monitors
('monitor', 'wrong order', 'owner', 'MS041', 'cannot be changed any more', 'the threshold of an active monitor is moved',
    $$UPDATE aims.monitor SET breach = 0.1 WHERE monitor = 'fixture'$$, $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'fixture'$$, '{active,paused}'),
('monitor', 'wrong person', 'holder', 'MS013', 'does not hold the duty', 'who watches a monitor makes it active',
    $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'fixture'$$, NULL, '{holder,owner}'),
('monitor', 'missing justification', 'owner', 'MS042', 'is not complete', 'a monitor is paused for no reason',
    $$UPDATE aims.monitor SET status = 'paused', status_reason = NULL WHERE monitor = 'fixture'$$, $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'fixture'$$, ARRAY['NULL', '''x''']),
('monitor', 'back-dated', 'owner', 'MS044', 'has not happened yet', 'a baseline was taken tomorrow',
    $$UPDATE aims.monitor SET baseline_on = aims.today() + 1 WHERE monitor = 'fixture'$$, NULL, '{" + 1",""}'),
('monitor', 'duplicate', 'owner', '23505', 'monitor_control_pkey', 'a monitor serves a control twice',
    $$INSERT INTO aims.monitor_control (monitor, ref) VALUES ('fixture', 'A.6.2.6')$$, NULL, '{A.6.2.6,9.1}'),
('measurement', 'expired', 'owner', 'MS015', 'does not measure', 'a monitor that was retired measures',
    $$INSERT INTO aims.measurement (monitor, value) VALUES ('fixture', 0.9)$$, $$UPDATE aims.monitor SET status = 'retired' WHERE monitor = 'fixture'$$, '{retired,active}'),
('measurement', 'back-dated', 'owner', 'MS044', 'cannot have measured what is to come', 'something is measured tomorrow',
    $$INSERT INTO aims.measurement (monitor, value, measured_at) VALUES ('fixture', 0.9, now() + make_interval(days => 1))$$, $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'fixture'$$, '{" + "," - "}'),
('measurement', 'dangling', 'owner', 'MS017', 'does not exist', 'no monitor measures',
    $$INSERT INTO aims.measurement (monitor, value) VALUES ('none', 0.9)$$, $$UPDATE aims.monitor SET status = 'active' WHERE monitor = 'fixture'$$, '{none,fixture}'),
('measurement', 'wrong order', 'root', 'MS041', 'are never changed or removed', 'a measurement is rewritten',
    $$UPDATE aims.measurement SET value = 0.9$$, $$INSERT INTO aims.measurement (monitor, value) VALUES ('fixture', 0.1)$$, NULL),

-- Controls, Statement of Applicability, evidence, crosswalk
('applicability', 'missing justification', 'officer', '23514', 'applicability_justified', 'a control is left out for no reason',
    $$INSERT INTO aims.applicability (ref, scope, system, applicable, justification) VALUES ('A.9.2', 'system', 'sepsis', false, ' ')$$, NULL, '{" '')"," x'')"}'),
('applicability', 'dangling', 'officer', '23503', 'applicability_control_fkey', 'a clause is left out',
    $$INSERT INTO aims.applicability (ref, scope, system, applicable, justification) VALUES ('9.2.1', 'system', 'sepsis', false, 'x')$$, NULL, '{9.2.1,A.9.2}'),
('applicability', 'duplicate', 'officer', '23505', 'applicability_target_key', 'a control is decided on twice',
    $$INSERT INTO aims.applicability (ref, applicable, justification) VALUES ('A.9.2', false, 'x')$$, $$DELETE FROM aims.applicability WHERE ref OPERATOR(aims.=) 'A.9.3'$$, '{A.9.2,A.9.3}'),
('soa_version', 'wrong order', 'officer', 'MS041', 'cannot be changed any more', 'an approved statement is drafted anew',
    $$SELECT aims.draft_soa('iso42001', 'fixture')$$, $$UPDATE aims.soa_version SET status = 'approved' WHERE soa_version_id = -1$$, '{approved,draft}'),
('soa_version', 'wrong order', 'officer', 'MS042', 'is not complete', 'a statement is handed in with a control undecided',
    $$UPDATE aims.soa_version SET status = 'in_review' WHERE soa_version_id = -1$$, $$UPDATE aims.soa_statement SET applicable = NULL WHERE ref OPERATOR(aims.=) 'A.9.2'$$, '{"NULL",false}'),
('soa_version', 'self-approved', 'officer', 'MS012', 'may not decide on', 'who drafted the statement approves it',
    $$SELECT aims.approve('soa_version', '-1', 'approval', 'r')$$, $$UPDATE aims.soa_version SET status = 'in_review', created_by = 'officer' WHERE soa_version_id = -1$$, ARRAY['''officer''', '''clerk''']),
('soa_version', 'wrong person', 'keeper', 'MS013', 'does not hold the duty', 'a risk owner drafts the statement',
    $$SELECT aims.draft_soa('iso42001', 'new')$$, NULL, '{keeper,officer}'),
('soa_version', 'dangling', 'officer', 'MS017', 'has no Statement of Applicability', 'a statement about no framework',
    $$SELECT aims.draft_soa('none', 'new')$$, NULL, '{none,iso42001}'),
('evidence', 'duplicate', 'officer', 'MS019', 'has been revised already', 'evidence is revised twice',
    $$SELECT aims.revise_evidence(-2, 'file:x')$$, $$INSERT INTO aims.evidence_revision SELECT -2, -1, effective_on FROM aims.evidence WHERE evidence_id = -1$$, ARRAY['evidence(-2', 'evidence(-1']),
('evidence', 'wrong order', 'root', 'MS041', 'are never changed or removed', 'evidence that has expired is prolonged',
    $$UPDATE aims.evidence SET valid_until = '2100-01-01' WHERE evidence_id = -2$$, NULL, NULL),
('evidence', 'wrong person', 'officer', '22023', 'cannot be typed', 'a person records what the ledger proves',
    $$INSERT INTO aims.evidence (title, origin) VALUES ('x', 'ledger')$$, NULL, '{ledger,manual}'),
('evidence', 'back-dated', 'officer', '23514', 'evidence_dates_in_order', 'evidence has expired before it took effect',
    $$INSERT INTO aims.evidence (title, valid_until) VALUES ('x', aims.today() - 1)$$, NULL, '{" - 1",""}'),
('evidence', 'dangling', 'officer', '23503', 'evidence_link_requirement_fkey', 'evidence of no control',
    $$INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (-1, 'A.99')$$, NULL, '{A.99,A.9.2}'),
('evidence', 'duplicate', 'officer', '23505', 'evidence_link_pkey', 'evidence counts twice for a control',
    $$INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (-1, 'A.9.2')$$, $$INSERT INTO aims.evidence_link (evidence_id, ref) VALUES (-1, 'A.9.2')$$, ARRAY['-1, ''A.9.2'')', '-1, ''A.9.2''::aims.control_ref) ON CONFLICT DO NOTHING']),
('crosswalk', 'self-approved', 'officer', 'MS012', 'cannot review this mapping', 'who recorded a mapping reviews it',
    $$UPDATE aims.crosswalk SET reviewer = 'officer' WHERE NOT shipped$$, $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, recorded_by) VALUES ('nist-ai-rmf', 'GOVERN.1.1', 'intersects', 'iso42001', '7.2', 'x', 'officer')$$, ARRAY['''officer'')', '''clerk'')']),
('crosswalk', 'self-approved', 'officer', 'MS012', 'cannot review this mapping', 'a review is typed in somebody else''s name',
    $$UPDATE aims.crosswalk SET reviewer = 'member' WHERE NOT shipped$$, $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, recorded_by) VALUES ('nist-ai-rmf', 'GOVERN.1.1', 'intersects', 'iso42001', '7.2', 'x', 'clerk')$$, ARRAY['''member''', '''officer''']),
('crosswalk', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse reviews a mapping',
    $$UPDATE aims.crosswalk SET reviewer = 'nurse' WHERE NOT shipped$$, $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source, recorded_by) VALUES ('nist-ai-rmf', 'GOVERN.1.1', 'intersects', 'iso42001', '7.2', 'x', 'clerk')$$, '{nurse,member}'),
('crosswalk', 'dangling', 'officer', '23503', 'crosswalk_other_fkey', 'a mapping to no clause',
    $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES ('nist-ai-rmf', 'GOVERN.1.1', 'intersects', 'iso42001', '99', 'x')$$, NULL, '{99,7.2}'),
('crosswalk', 'duplicate', 'officer', '23505', 'crosswalk_pair_key', 'a mapping is recorded in both directions',
    $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES ('iso42001', '7.2', 'superset', 'nist-ai-rmf', 'GOVERN.1.1', 'x')$$, $$INSERT INTO aims.crosswalk (framework, ref, relation, other_framework, other_ref, source) VALUES ('nist-ai-rmf', 'GOVERN.1.1', 'intersects', 'iso42001', '7.2', 'x')$$, ARRAY['''7.2'', ''superset''', '''7.3'', ''superset''']),

-- Import
('import_batch', 'duplicate', 'officer', 'MS015', 'is applied', 'a file is written twice',
    $$SELECT aims.import_apply(-1)$$, $$UPDATE aims.import_batch SET status = 'applied' WHERE import_batch_id = -1$$, '{applied,loaded}'),
('import_batch', 'wrong order', 'officer', 'MS041', 'cannot be changed any more', 'a row of a file that was written is exchanged',
    $$DELETE FROM aims.import_row WHERE import_batch_id = -1$$, $$UPDATE aims.import_batch SET status = 'applied' WHERE import_batch_id = -1$$, '{applied,loaded}'),
('import_batch', 'dangling', 'officer', 'MS017', 'does not exist', 'no file is written',
    $$SELECT aims.import_apply(-99)$$, NULL, '{-99,-1}'),
('import_batch', 'wrong order', 'officer', '42703', 'has cells that no column', 'a file is written in part',
    $$SELECT aims.import_apply(-1)$$, $$UPDATE aims.import_batch SET header = '{vendor,colour}' WHERE import_batch_id = -1$$, '{colour,title}'),
('import_batch', 'wrong person', 'officer', '42501', 'rows cannot be imported into', 'a history is imported',
    $$SELECT aims.import_csv('stage_history', 'x')$$, NULL, ARRAY['stage_history'', ''x''', 'vendor'', E''vendor,title\nother,Other''']),
('import_batch', 'wrong person', 'officer', '22023', 'keeps another value', 'a file says who decided',
    $$SELECT aims.import_apply(-1)$$, $$UPDATE aims.import_batch SET target = 'risk', header = '{title,source,created_by}' WHERE import_batch_id = -1;
      UPDATE aims.import_row SET data = '{"title": "x", "source": "safety", "created_by": "member"}' WHERE import_batch_id = -1$$, ARRAY['"created_by": "member"', '"created_by": "officer"']),

-- Switch-off, governed tables, outbox
('switch_event', 'wrong person', 'nurse', 'MS013', 'does not hold', 'a nurse switches a system on again',
    $$SELECT aims.switch_on('sepsis', 'r')$$, $$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', true, 'x', 'owner')$$, '{nurse,officer}'),
('switch_event', 'wrong person', 'stranger', 'MS014', 'is no known person', 'nobody known switches a system off',
    $$SELECT aims.switch_off('sepsis', 'r')$$, NULL, '{stranger,officer}'),
('switch_event', 'self-approved', 'officer', 'MS012', 'switch', 'who switched a system off switches it on',
    $$SELECT aims.switch_on('sepsis', 'r')$$, $$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', true, 'x', 'officer')$$, ARRAY['''officer''', '''owner''']),
('switch_event', 'missing justification', 'officer', 'MS018', 'reason', 'a system is switched off for no reason',
    $$SELECT aims.switch_off('sepsis', ' ')$$, NULL, ARRAY[''' ''', '''r''']),
('switch_event', 'missing justification', 'officer', 'MS018', 'reason', 'a system is switched on for no reason',
    $$SELECT aims.switch_on('sepsis', NULL)$$, $$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', true, 'x', 'owner')$$, ARRAY['NULL', '''r''']),
('switch_event', 'wrong order', 'officer', 'MS011', 'switched', 'a system is switched on that is not off',
    $$SELECT aims.switch_on('sepsis', 'r')$$, $$INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', false, 'x', 'owner')$$, '{false,true}'),
('switch_event', 'dangling', 'officer', 'MS017', 'inventory', 'no system is switched off',
    $$SELECT aims.switch_off('none', 'r')$$, NULL, '{none,sepsis}'),
('governed table', 'dangling', 'officer', 'MS017', 'is not in the inventory', 'a role is bound to no system',
    $$SELECT aims.bind_role('none', 'illegal_nurse')$$, NULL, '{none,sepsis}'),
('governed table', 'wrong order', 'officer', 'MS033', 'is not governed', 'a mode is set of a table that is not governed',
    $$SELECT aims.set_mode('aims.vendor', 'observe')$$, NULL, NULL),
('ledger', 'wrong order', 'root', 'MS020', '', 'an entry of the ledger is removed',
    $$DELETE FROM aims.audit_entry$$, NULL, NULL),
('ledger', 'wrong order', 'root', 'MS020', '', 'output is typed into the record of output',
    $$INSERT INTO aims.output DEFAULT VALUES$$, NULL, NULL),
('outbox', 'wrong person', 'officer', '42501', 'permission denied for table outbox', 'a message is typed',
    $$INSERT INTO aims.outbox (person, action, subject, subject_id, overdue, detail) VALUES ('owner', 'x', 'x', '1', false, 'x')$$, NULL, '{officer,root}'),
('outbox', 'wrong person', 'analyst', '42501', 'permission denied for function take_messages', 'a reader takes messages away',
    $$SELECT aims.take_messages(1)$$, NULL, '{analyst,officer}'),
('approval', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes a signature',
    $$DELETE FROM aims.approval$$, $$INSERT INTO aims.approval (subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('transition', '-1', 'approve', 'approval', 'member', 'Member', 'committee_member', 'r', sha256('x'), '[]')$$, NULL),
('approval', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser signs for somebody else',
    $$UPDATE aims.approval SET person = 'fellow'$$, $$INSERT INTO aims.approval (subject, subject_id, decision, meaning, person, printed_name, duty, reason, record_digest, gate)
      VALUES ('transition', '-1', 'approve', 'approval', 'member', 'Member', 'committee_member', 'r', sha256('x'), '[]')$$, NULL),
('approval', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes all signatures', $$TRUNCATE aims.approval CASCADE$$, NULL, NULL),
('stage_history', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes a move',
    $$DELETE FROM aims.stage_history$$, $$INSERT INTO aims.stage_history (system, to_stage, gate) VALUES ('sepsis', 'inception', '[]')$$, NULL),
('stage_history', 'back-dated', 'root', 'MS041', 'never changed or removed', 'a superuser dates a move back',
    $$UPDATE aims.stage_history SET moved_at = '2020-01-01'$$, $$INSERT INTO aims.stage_history (system, to_stage, gate) VALUES ('sepsis', 'inception', '[]')$$, NULL),
('stage_history', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes all moves', $$TRUNCATE aims.stage_history CASCADE$$, NULL, NULL),
('finding', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes a finding', $$DELETE FROM aims.finding WHERE finding_id = -2$$, NULL, NULL),
('finding', 'wrong order', 'root', 'MS041', 'cannot be changed any more', 'a superuser rewrites what was found',
    $$UPDATE aims.finding SET detail = 'all is well' WHERE finding_id = -1$$, NULL, ARRAY['detail = ''all is well''', 'closed_at = now(), closed_by = ''owner'', closing_note = ''n''']),
('finding', 'back-dated', 'root', 'MS041', 'cannot be changed any more', 'a superuser closes a finding earlier than it was',
    $$UPDATE aims.finding SET closed_at = '2020-01-01' WHERE finding_id = -1$$, $$UPDATE aims.finding SET closed_at = now(), closed_by = 'owner', closing_note = 'n' WHERE finding_id = -1$$, NULL),
('finding', 'wrong order', 'root', 'MS041', 'never changed or removed', 'a superuser removes all findings', $$TRUNCATE aims.finding CASCADE$$, NULL, NULL),
('outbox', 'duplicate', 'root', '23505', 'outbox_once', 'a message is there twice',
    $$INSERT INTO aims.outbox (person, action, subject, subject_id, overdue, detail) VALUES ('owner', 'x', 'x', '1', false, 'x')$$,
    $$INSERT INTO aims.outbox (person, action, subject, subject_id, overdue, detail) VALUES ('owner', 'x', 'x', '1', false, 'y')$$, ARRAY['''1'', false, ''x''', '''2'', false, ''x''']);

INSERT INTO illegal (about, class, role, state, fragment, title, statement, given, cure) VALUES
-- What is asked of a system, by what it is said to be
('ai_system', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'its owner takes a system in use out of scope',
    $$UPDATE aims.ai_system SET out_of_scope_reason = 'a pilot' WHERE system = 'sepsis'$$, NULL, '{owner,officer}'),
('ai_system', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a system is entered as out of scope',
    $$INSERT INTO aims.ai_system (system, title, owner, purpose, out_of_scope_reason) VALUES ('new', 'New', 'owner', 'p', 'small')$$, NULL, '{nurse,officer}'),
('ai_system', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'the vendor of a system in use, whom nobody has assessed, is forgotten',
    $$UPDATE aims.ai_system SET vendor = NULL, product = NULL WHERE system = 'sepsis'$$, NULL, '{owner,officer}'),
('ai_system', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'the organisation has not developed it after all, and needs no training data',
    $$UPDATE aims.ai_system SET organisation_role = 'user' WHERE system = 'scribe'$$, $$UPDATE aims.ai_system SET organisation_role = 'developer' WHERE system = 'scribe'$$, '{owner,officer}'),
('ai_system', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'a system in use processes no health information any more',
    $$UPDATE aims.ai_system SET phi = NULL WHERE system = 'sepsis'$$, NULL, '{owner,officer}'),
('ai_system', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a system in use another owner',
    $$UPDATE aims.ai_system SET owner = 'nurse' WHERE system = 'sepsis'$$, NULL, ARRAY['nurse', 'owner', '= ''owner''', '= ''clerk''']),
('model_version', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse withdraws the version in use',
    $$UPDATE aims.model_version SET status = 'withdrawn' WHERE (system, version) = ('sepsis', '1')$$, NULL, '{nurse,owner}'),
('component', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes out a component, and its vendor with it',
    $$DELETE FROM aims.component WHERE system = 'sepsis'$$, $$INSERT INTO aims.component (system, component, kind, title, vendor) VALUES ('sepsis', 'llm', 'model', 'LLM', 'acme')$$, '{nurse,owner}'),
('dataset', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes out data of which nobody knows where they come from',
    $$DELETE FROM aims.dataset WHERE system = 'sepsis'$$, $$INSERT INTO aims.dataset (dataset, system, title, purpose) VALUES ('d', 'sepsis', 'D', 'training')$$, '{nurse,steward}'),
('applicability', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse decides that a control does not apply',
    $$UPDATE aims.applicability SET applicable = false WHERE ref::text = 'A.9.2'$$, NULL, '{nurse,officer}'),
('applicability', 'wrong person', 'owner', 'MS013', 'does not hold the duty', 'an owner of systems states a control as implemented that is the organisation''s',
    $$UPDATE aims.applicability SET implementation = 'verified' WHERE ref::text = 'A.9.2'$$, $$UPDATE aims.applicability SET owner = 'keeper'$$, '{keeper,owner}'),
('applicability', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes a statement about a system away',
    $$DELETE FROM aims.applicability WHERE system = 'sepsis'$$, $$INSERT INTO aims.applicability (ref, scope, system, applicable, justification) VALUES ('A.9.2', 'system', 'sepsis', true, 'x')$$, '{nurse,owner}'),
('evidence', 'expired', 'officer', 'MS042', 'has no content', 'evidence that has expired is revised by nothing',
    $$SELECT aims.revise_evidence(-2)$$, NULL, ARRAY['(-2)', '(-2, ''file:new'')']),
-- Records are changed by whom they are for
('risk', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse makes a risk smaller',
    $$UPDATE aims.risk SET inherent_likelihood = 1 WHERE risk_id = -1$$, NULL, '{nurse,holder}'),
('risk_treatment', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a treatment that is overdue more time',
    $$UPDATE aims.risk_treatment SET due_on = aims.today() + 90 WHERE risk_treatment_id = -1$$, $$UPDATE aims.risk_treatment SET due_on = aims.today() - 9$$, '{nurse,holder}'),
('risk_treatment', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse has a treatment proved by other evidence than the one that has expired',
    $$UPDATE aims.risk_treatment SET evidence = -1 WHERE risk_treatment_id = -1$$, $$UPDATE aims.risk_treatment SET status = 'done', evidence = -2 WHERE risk_treatment_id = -1$$, '{nurse,holder}'),
('capa', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a corrective action that is overdue more time',
    $$UPDATE aims.capa SET due_on = aims.today() + 90, effectiveness_due = aims.today() + 91 WHERE capa_id = -1$$, NULL, '{nurse,holder}'),
('capa', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says by what a corrective action was verified',
    $$UPDATE aims.capa SET verification_evidence = -1 WHERE capa_id = -1$$, $$UPDATE aims.capa SET status = 'implemented', verification_evidence = -2 WHERE capa_id = -1$$, '{nurse,holder}'),
('capa', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse makes it her own by a trigger of a table of hers',
    $$CREATE TEMP TABLE lever (a integer); CREATE FUNCTION pg_temp.pull() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN UPDATE aims.capa SET owner = ''clerk'' WHERE capa_id = -1; RETURN NULL; END';
      CREATE TRIGGER pull AFTER INSERT ON lever FOR EACH ROW EXECUTE FUNCTION pg_temp.pull(); INSERT INTO lever VALUES (1)$$, NULL, '{nurse,holder}'),
('incident', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says that somebody else''s incident did no harm',
    $$UPDATE aims.incident SET harm = 'none' WHERE incident_id = -1$$, $$UPDATE aims.incident SET harm = 'potential'$$, '{nurse,owner}'),
('incident', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes a system out of those affected',
    $$DELETE FROM aims.incident_system WHERE incident_id = -1$$, NULL, '{nurse,owner}'),
('internal_audit', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes a clause out of the scope of an audit',
    $$DELETE FROM aims.internal_audit_scope WHERE internal_audit_id = -1$$, NULL, '{nurse,auditor}'),
('management_review_decision', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse gives a decision of the management more time',
    $$UPDATE aims.management_review_decision SET due_on = aims.today() + 90 WHERE management_review_decision_id = -1$$, NULL, '{nurse,holder}');

INSERT INTO illegal (about, class, role, state, fragment, title, statement, given, cure) VALUES
-- What is asked for
('person', 'self-approved', 'nurse', 'MS012', 'may not decide whom it stands for', 'a nurse signs under another name',
    $$UPDATE aims.person SET full_name = 'Dr. Sponsor' WHERE person = 'nurse'$$, NULL, ARRAY['''nurse''', '''clerk''', 'nurse', 'officer']),
('curriculum_need', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse spares risk owners a training',
    $$DELETE FROM aims.curriculum_need WHERE NOT shipped$$, $$INSERT INTO aims.curriculum_need (curriculum, duty) VALUES ('ai-life-cycle', 'risk_owner')$$, '{nurse,officer}'),
('document_kind', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says that a document is not needed any more',
    $$UPDATE aims.document_kind SET needed_by = NULL WHERE kind = 'house'$$, $$INSERT INTO aims.document_kind (kind, title, needed_by) VALUES ('house', 'House rules', 'organisation')$$, '{nurse,officer}'),
('impact_question', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes out a question of the organisation',
    $$DELETE FROM aims.impact_question WHERE question = 'house'$$, $$INSERT INTO aims.impact_question (question, ref, wording) VALUES ('house', 'A.5.4', 'And here?')$$, '{nurse,officer}'),
('responsibility', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse takes out a responsibility of vendors',
    $$DELETE FROM aims.responsibility WHERE responsibility = 'deletion'$$, $$INSERT INTO aims.responsibility (responsibility, title) VALUES ('deletion', 'Deletion')$$, '{nurse,officer}'),
('framework', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse leaves the controls of the house out of the Statement of Applicability',
    $$UPDATE aims.framework SET in_soa = false WHERE framework = 'house'$$, $$INSERT INTO aims.framework (framework, title, in_soa) VALUES ('house', 'House', true)$$, '{nurse,officer}'),
('not_ai', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says that a role is no AI',
    $$INSERT INTO aims.not_ai (kind, object, reason) VALUES ('role', 'gpt_scorer', 'a script')$$, NULL, '{nurse,steward}'),
('objective_value', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says that somebody else''s objective is met',
    $$INSERT INTO aims.objective_value (objective_id, value, source) VALUES (-1, 1, 'x')$$, $$UPDATE aims.objective SET status = 'approved' WHERE objective_id = -1$$, '{nurse,holder}'),
('communication_made', 'wrong person', 'nurse', 'MS013', 'does not hold the duty', 'a nurse says that somebody else has told staff',
    $$INSERT INTO aims.communication_made (communication_id, uri) VALUES (-1, 'x')$$, NULL, '{nurse,holder}');

CREATE FUNCTION pg_temp.cured(given text, cure text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1 .. coalesce(cardinality(cure), 0) / 2 LOOP
        given := replace(given, cure[2 * n - 1], cure[2 * n]);
    END LOOP;
    RETURN given;
END $$;

-- Records of every kind: what the catalog says of them
CREATE FUNCTION pg_temp.columns(relation regclass) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute AS a
     WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' $$;
CREATE TEMP TABLE kind AS
SELECT k.*, r.id, r.row,
       ARRAY(SELECT m.from_status FROM aims.record_move AS m WHERE m.record = k.record AND m.from_status IS NOT NULL
             UNION SELECT m.to_status FROM aims.record_move AS m WHERE m.record = k.record) AS statuses,
       ARRAY(SELECT DISTINCT s FROM aims.record_move AS m CROSS JOIN unnest(ARRAY[m.stamp_at, m.stamp_by]) AS s
              WHERE m.record = k.record AND s IS NOT NULL) || '{created_at,created_by}' AS stamps
  FROM aims.record_kind AS k
 CROSS JOIN LATERAL (SELECT i AS id, aims.record_row(k, i) AS row FROM unnest('{-1,fixture}'::text[]) AS i) AS r
 WHERE r.row IS NOT NULL;

CREATE FUNCTION pg_temp.set(record text, assigned text) RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE aims.%I SET %s WHERE %I = %L', k.record, assigned, k.key, k.id) FROM pg_temp.kind AS k WHERE k.record = set.record $$;
-- with what else a move from there looks at
CREATE FUNCTION pg_temp.in_status(record text, status text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.set(record, format('status = %L', status))
           || CASE WHEN (record, status) = ('capa', 'planned') THEN $c$; UPDATE aims.capa_step SET status = 'done'$c$
                   WHEN (record, status) = ('internal_audit', 'in_progress') THEN $c$; UPDATE aims.audit_finding SET internal_audit_id = -1, status = 'open'$c$
                   WHEN (record, status) = ('incident', 'resolved') THEN $c$; UPDATE aims.incident_clock SET status = 'not_applicable'$c$ ELSE '' END $$;
CREATE FUNCTION pg_temp.enter(record text, content jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO aims.%1$I AS t (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::aims.%1$I, %3$L)',
                  record, pg_temp.columns(('aims.' || record)::regclass), content) $$;
-- Who may make a move: holds a duty of it, and is in none of these columns
CREATE FUNCTION pg_temp.entitled(duties text[], named text[], content jsonb, excepted text[]) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT d.person
                       FROM aims.duty AS d
                      WHERE d.duty = ANY (duties) AND d.duty_id > -12
                        AND NOT EXISTS (SELECT FROM unnest(excepted) AS e WHERE content ->> e = d.person)
                      ORDER BY array_position(duties, d.duty), d.duty_id DESC LIMIT 1),
                    content ->> named[1], 'officer') $$;

GRANT INSERT ON aims.soa_version TO illegal_staff;		-- as aims.draft_soa has
CREATE TEMP TABLE move AS
SELECT m.*, k.key, k.id, k.row, k.authors,
       CASE WHEN m.decision IS NOT NULL THEN pg_temp.entitled(k.approvers, '{}', k.row, k.authors)
            -- what the server enters, or whose words staff do not read
            WHEN m.from_status IS NULL AND NOT (has_table_privilege('illegal_staff', 'aims.' || m.record, 'INSERT')
                                                AND has_table_privilege('illegal_staff', 'aims.' || m.record, 'SELECT')) THEN 'root'
            ELSE pg_temp.entitled(m.duties, m.named, k.row, m.four_eyes) END AS role,
       CASE WHEN m.from_status IS NULL THEN format('DELETE FROM aims.%I WHERE %I = %L', k.record, k.key, k.id)
            ELSE pg_temp.in_status(m.record, m.from_status) END AS given,
       CASE WHEN m.from_status IS NULL THEN pg_temp.enter(m.record, k.row)
            WHEN m.decision = 'approve' THEN format('SELECT aims.approve(%L, %L, ''approval'', ''seen'')', m.record, k.id)
            WHEN m.decision = 'reject' THEN format('SELECT aims.reject(%L, %L, ''not so'')', m.record, k.id)
            ELSE pg_temp.set(m.record, format('status = %L', m.to_status)) END AS command
  FROM aims.record_move AS m
  JOIN pg_temp.kind AS k ON k.record = m.record;

CREATE TEMP TABLE tried AS
WITH trial (trait, expected, record, role, command, given) AS (
    SELECT 'there is no such move', 'MS011', k.record, 'officer', pg_temp.set(k.record, format('status = %L', t)), pg_temp.set(k.record, format('status = %L', f))
      FROM pg_temp.kind AS k CROSS JOIN unnest(k.statuses) AS f CROSS JOIN unnest(k.statuses || '{green}'::text[]) AS t
     WHERE f <> t AND NOT EXISTS (SELECT FROM aims.record_move AS m WHERE m.record = k.record AND m.from_status = f AND m.to_status = t)
    UNION ALL
    SELECT 'it is entered in a later status', 'MS011', m.record, 'root', pg_temp.enter(m.record, m.row || jsonb_build_object('status', s)), m.given
      FROM pg_temp.move AS m JOIN pg_temp.kind AS k ON k.record = m.record CROSS JOIN unnest(k.statuses) AS s
     WHERE m.from_status IS NULL AND s <> m.to_status
    UNION ALL
    SELECT 'a decision is typed', 'MS043', m.record, r, pg_temp.set(m.record, format('status = %L', m.to_status)), m.given
      FROM pg_temp.move AS m CROSS JOIN unnest('{officer,sponsor,root}'::text[]) AS r
     WHERE m.decision IS NOT NULL
    UNION ALL
    SELECT 'the duty is missing', CASE r WHEN 'stranger' THEN 'MS014' ELSE 'MS013' END, m.record, r, m.command, m.given
      FROM pg_temp.move AS m CROSS JOIN unnest('{nurse,stranger,former}'::text[]) AS r
     WHERE (cardinality(m.duties || m.named) > 0 OR m.decision IS NOT NULL) AND m.role <> 'root'
    UNION ALL
    SELECT 'it is the own work', 'MS012', m.record, m.role, m.command, m.given || '; ' || pg_temp.set(m.record, format('%I = %L', c, m.role))
      FROM pg_temp.move AS m CROSS JOIN unnest(CASE WHEN m.decision IS NULL THEN m.four_eyes ELSE m.authors END) AS c
     WHERE m.from_status IS NOT NULL
    UNION ALL
    SELECT 'an author set up who signs', 'MS012', m.record, m.role, m.command, m.given || '; ' || pg_temp.set(m.record, format('%I = %L', c, 'clerk'))
           || format('; UPDATE aims.person SET mapped_by = %L WHERE person = %L', 'clerk', m.role)
      FROM pg_temp.move AS m CROSS JOIN unnest(m.authors) AS c
     WHERE m.decision IS NOT NULL
    UNION ALL
    SELECT 'the application may not approve', 'MS013', m.record, 'kiosk/' || m.role, m.command, m.given
      FROM pg_temp.move AS m
     WHERE m.decision IS NOT NULL OR cardinality(m.four_eyes) > 0
    UNION ALL
    SELECT 'it is not filled in', 'MS042', m.record, m.role, pg_temp.set(m.record, format('status = %L, %s', m.to_status, n.nothing)), m.given
      FROM pg_temp.move AS m
     CROSS JOIN LATERAL (SELECT string_agg(format('%I = NULL', c), ', ') AS nothing FROM unnest(m.needs) AS c) AS n
     WHERE n.nothing IS NOT NULL AND m.decision IS NULL
    UNION ALL
    SELECT 'a decision has no reason', 'MS018', m.record, m.role, regexp_replace(m.command, '''(seen|not so)''', ''' '''), m.given
      FROM pg_temp.move AS m WHERE m.decision IS NOT NULL
    UNION ALL
    SELECT 'what is decided on is not there', 'MS017', m.record, m.role, replace(m.command, format('%L', m.id), '''-99'''), m.given
      FROM pg_temp.move AS m WHERE m.decision IS NOT NULL
    UNION ALL
    SELECT 'it does not wait for a decision', 'MS015', m.record, m.role, m.command, pg_temp.set(m.record, format('status = %L', s))
      FROM pg_temp.move AS m JOIN pg_temp.kind AS k ON k.record = m.record CROSS JOIN unnest(k.statuses) AS s
     WHERE m.decision IS NOT NULL
       AND NOT EXISTS (SELECT FROM aims.record_move AS o WHERE o.record = m.record AND o.from_status = s AND o.decision = m.decision)
    UNION ALL
    SELECT 'it has not happened yet', 'MS044', k.record, 'root', pg_temp.set(k.record, format('%I = clock_timestamp() + make_interval(days => 2)', c)), NULL
      FROM pg_temp.kind AS k CROSS JOIN unnest(k.past) AS c
    UNION ALL
    SELECT 'what is settled is rewritten', 'MS041', k.record, 'root', pg_temp.set(k.record, format('%I = %I || ''!''', a.attname, a.attname)), pg_temp.set(k.record, format('status = %L', s))
      FROM pg_temp.kind AS k
      JOIN pg_attribute AS a ON a.attrelid = ('aims.' || k.record)::regclass AND a.attnum > 0 AND a.atttypid = 'text'::regtype
     CROSS JOIN unnest(k.statuses) AS s
     WHERE k.row ->> a.attname IS NOT NULL AND a.attname <> ALL (k.unsigned || k.stamps || ARRAY[k.key, 'status']) AND s <> ALL (k.editable)
    UNION ALL
    SELECT 'what a move needed is rewritten', 'MS041', k.record, 'root', pg_temp.set(k.record, format('%1$I = %1$I || ''!''', c)), pg_temp.set(k.record, format('status = %L', m.to_status))
      FROM pg_temp.kind AS k
      JOIN aims.record_move AS m ON m.record = k.record
     CROSS JOIN unnest(m.needs) AS c
      JOIN pg_attribute AS a ON a.attrelid = ('aims.' || k.record)::regclass AND a.attname = c AND a.atttypid = 'text'::regtype
     WHERE c = ANY (k.unsigned) AND c <> ALL (k.renewed)
    UNION ALL
    SELECT 'its number is changed', 'MS041', k.record, 'root', pg_temp.set(k.record, format('%I = %L', k.key, CASE k.id WHEN '-1' THEN '-99' ELSE 'other' END)), NULL
      FROM pg_temp.kind AS k
    UNION ALL
    SELECT 'it is deleted', 'MS041', k.record, 'root', format('DELETE FROM aims.%I', k.record), NULL FROM pg_temp.kind AS k
    UNION ALL
    SELECT 'it is deleted by staff', '42501', k.record, 'officer', format('DELETE FROM aims.%I', k.record), NULL FROM pg_temp.kind AS k
    UNION ALL
    SELECT 'all are removed', 'MS041', k.record, 'root', format('TRUNCATE aims.%I CASCADE', t), NULL FROM pg_temp.kind AS k CROSS JOIN unnest(k.parts || k.record) AS t
    UNION ALL
    SELECT 'a part is changed afterwards', 'MS041', k.record, 'root',
           format(c, p, k.key, pg_temp.columns(('aims.' || p)::regclass), k.id), pg_temp.set(k.record, format('status = %L', s))
      FROM pg_temp.kind AS k CROSS JOIN unnest(k.parts) AS p CROSS JOIN unnest(k.statuses) AS s
     CROSS JOIN unnest(ARRAY['DELETE FROM aims.%1$I WHERE %2$I = %4$L', 'UPDATE aims.%1$I SET %2$I = %2$I WHERE %2$I = %4$L',
                             'INSERT INTO aims.%1$I (%3$s) SELECT %3$s FROM aims.%1$I WHERE %2$I = %4$L']) AS c
     WHERE s <> ALL (k.editable)
)
SELECT t.*, e.* FROM trial AS t CROSS JOIN LATERAL pg_temp.ends(t.role, t.command, t.given) AS e;

SELECT plan((SELECT count(*) FROM illegal)::integer + (SELECT count(DISTINCT trait) FROM tried)::integer + 13);

-- The table
CREATE TEMP TABLE outcome AS
SELECT i.nr, e.* FROM illegal AS i CROSS JOIN LATERAL pg_temp.ends(i.role, i.statement, i.given) AS e;
SELECT is(CASE WHEN strpos(o.message, i.fragment) > 0 THEN o.state ELSE concat_ws(' ', o.state, o.message) END, i.state,
          format('%s, %s: %s', i.about, i.class, i.title))
  FROM illegal AS i JOIN outcome AS o ON o.nr = i.nr
 ORDER BY i.nr;
SELECT is_empty($$SELECT i.nr, i.title, e.* FROM illegal AS i
                   CROSS JOIN LATERAL pg_temp.ends(pg_temp.cured(i.role, i.cure), pg_temp.cured(i.statement, i.cure), pg_temp.cured(i.given, i.cure)) AS e
                   WHERE i.cure IS NOT NULL AND e.state <> '00000'$$,
    'each of them is accepted once its one illegal trait is taken away');
SELECT is_empty('SELECT nr, title FROM illegal
                  WHERE cure IS NOT NULL AND (pg_temp.cured(role, cure), pg_temp.cured(statement, cure), pg_temp.cured(given, cure)) IS NOT DISTINCT FROM (role, statement, given)',
    'which changes something');
SELECT cmp_ok(count(cure), '>=', 200::bigint, 'but for the few that nothing makes legal') FROM illegal;
SELECT cmp_ok(count(*), '>=', 250::bigint, 'there are at least 250') FROM illegal;
SELECT is_empty('SELECT class, count(*) FROM illegal GROUP BY class HAVING count(*) < 15', 'at least fifteen of each class');
SELECT is(count(DISTINCT class), 8::bigint, 'of eight classes') FROM illegal;
SELECT is_empty('SELECT record FROM aims.record_kind EXCEPT SELECT about FROM illegal', 'no kind of record is left out');

-- The rules of all records
SELECT is_empty(format('SELECT record, role, command, given, state, message FROM tried
                         WHERE trait = %L AND (expected <> state OR state = ''42501'' AND message NOT LIKE ''permission denied%%'')', t.trait),
                'refused of all records: ' || t.trait)
  FROM (SELECT DISTINCT trait FROM tried) AS t ORDER BY t.trait COLLATE "C";
SELECT is_empty('SELECT record FROM aims.record_kind EXCEPT SELECT record FROM kind', 'there is a record of each kind to try it on');
SELECT is_empty('SELECT m.record, m.move, m.role, e.* FROM move AS m CROSS JOIN LATERAL pg_temp.ends(m.role, m.command, m.given) AS e
                  WHERE e.state <> ''00000''', 'and each of its moves is accepted from who may make it');

-- What the server notes
CREATE FUNCTION pg_temp.typed(stamp text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN stamp LIKE '%\_at' THEN '2001-01-01T00:00:00+00:00' ELSE 'future' END $$;
CREATE TEMP TABLE typed AS
SELECT k.record, k.stamps, c.entered, k.row, CASE e.state WHEN '00000' THEN e.message::jsonb END AS kept, e.state, e.message
  FROM kind AS k
  JOIN move AS m ON m.record = k.record AND m.from_status IS NULL
 CROSS JOIN LATERAL (SELECT string_agg(format('%I = %L', s, pg_temp.typed(s)), ', ') AS assigned, jsonb_object_agg(s, pg_temp.typed(s)) AS row
                       FROM unnest(k.stamps) AS s) AS a
 CROSS JOIN LATERAL (VALUES (true, m.role, pg_temp.enter(k.record, k.row || a.row) || ' RETURNING to_jsonb(t)', m.given),
                            (false, m.role, pg_temp.set(k.record, a.assigned) || format(' RETURNING to_jsonb(%I.*)', k.record), NULL))
      AS c (entered, role, command, given)
 CROSS JOIN LATERAL pg_temp.ends(c.role, c.command, c.given) AS e;
SELECT is_empty('SELECT record, entered, state, message FROM typed WHERE kept IS NULL', 'who and when may be typed');
SELECT is_empty('SELECT t.record, s, t.kept ->> s FROM typed AS t CROSS JOIN unnest(t.stamps) AS s
                  WHERE t.entered AND CASE s WHEN ''created_at'' THEN (t.kept ->> s)::timestamptz < transaction_timestamp()
                                             WHEN ''created_by'' THEN t.kept ->> s = ''future'' ELSE t.kept ->> s IS NOT NULL END',
    'at the entry it counts for nothing');
SELECT is_empty('SELECT t.record, s, t.kept ->> s FROM typed AS t CROSS JOIN unnest(t.stamps) AS s
                  WHERE NOT t.entered AND t.kept -> s IS DISTINCT FROM t.row -> s
                    AND NOT (s LIKE ''%\_at'' AND (t.kept ->> s)::timestamptz = (t.row ->> s)::timestamptz)',
    'nor later');
SELECT is_empty('SELECT t.record FROM typed AS t WHERE t.entered AND t.kept ->> ''created_by'' IS NULL
                  AND t.record NOT IN (''concern'', ''import_batch'', ''incident_clock'', ''soa_version'')', 'but who entered it is known');
SELECT * FROM finish();
ROLLBACK;
