-- Day 0: the board appoints a sponsor, who has an AI officer; duties follow.
INSERT INTO aims.organisation (name, time_zone) VALUES ('Three Rivers Health', 'America/Chicago');
INSERT INTO aims.person (person, full_name, email, db_role)
SELECT p, n, p || '@threerivers.example', 'rivers_' || p
  FROM (VALUES
    ('ingrid', 'Ingrid Solberg'), ('otto', 'Otto Brandt'), ('amara', 'Amara Okafor'), ('felix', 'Felix Moreau'),
    ('grace', 'Grace Lindqvist'), ('hiro', 'Hiro Tanaka'), ('ines', 'Inês Carvalho'), ('jonas', 'Jonas Weber'),
    ('katya', 'Katya Petrova'), ('liam', 'Liam O''Connor'), ('mona', 'Mona Haddad'), ('noor', 'Noor Rahman'),
    ('priya', 'Priya Raman'), ('quinn', 'Quinn Avery'), ('rosa', 'Rosa Jiménez'), ('samir', 'Samir Aziz'),
    ('tara', 'Tara Nguyen'), ('walt', 'Walt Becker')) AS t (p, n);
INSERT INTO aims.duty (person, duty) VALUES ('ingrid', 'executive_sponsor'), ('otto', 'ai_officer');
SELECT aims.grant_duty_role(b, ('rivers_' || p)::regrole)
  FROM (VALUES ('officer', '{ingrid,otto,amara,felix,grace,hiro,ines,jonas,katya,liam,mona,noor,priya,samir,tara}'::text[]),
               ('reviewer', '{quinn,rosa}'), ('auditor', '{walt,amara}'), ('administrator', '{samir}')) AS t (b, people)
 CROSS JOIN unnest(people) AS p \g /dev/null
SELECT aims.create_signing_key('threerivers.example/aims') \g /dev/null

\set n 1
\ir day.sql
SET SESSION AUTHORIZATION rivers_otto;
-- A second officer, so that nobody decides on the own work
INSERT INTO aims.duty (person, duty, seat) VALUES
    ('amara', 'internal_auditor', NULL), ('walt', 'internal_auditor', NULL),
    ('felix', 'committee_member', 'legal'), ('grace', 'committee_member', 'clinical'), ('hiro', 'committee_member', 'security'),
    ('ines', 'committee_member', 'medical_informatics'), ('jonas', 'committee_member', 'compliance'), ('samir', 'committee_member', 'it'),
    ('noor', 'risk_owner', NULL), ('priya', 'data_steward', NULL), ('quinn', 'clinical_reviewer', NULL), ('rosa', 'clinical_reviewer', NULL);
