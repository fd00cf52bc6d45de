-- Who acts. Day 0: the extension comes, and the board appoints a sponsor and an
-- AI officer, who assigns the other duties. On day 300 the clinical member leaves;
-- the seat stays empty until day 362. From day 330 on a deputy officer helps.
INSERT INTO act (day, person, statement)
SELECT 0, NULL, s FROM (VALUES
    (1, 'CREATE EXTENSION aims'),
    (2, $$INSERT INTO aims.organisation (name, time_zone) VALUES ('Three Rivers Health', 'America/Chicago')$$),
    (3, $$INSERT INTO aims.person (person, full_name, email, db_role)
          SELECT p, n, p || '@threerivers.example', 'rivers_' || p
            FROM (VALUES ('ingrid', 'Ingrid Solberg'), ('otto', 'Otto Brandt'), ('amara', 'Amara Okafor'), ('felix', 'Felix Moreau'),
                         ('grace', 'Grace Lindqvist'), ('hiro', 'Hiro Tanaka'), ('ines', 'Inês Carvalho'), ('jonas', 'Jonas Weber'),
                         ('katya', 'Katya Petrova'), ('liam', 'Liam O''Connor'), ('mona', 'Mona Haddad'), ('noor', 'Noor Rahman'),
                         ('priya', 'Priya Raman'), ('quinn', 'Quinn Avery'), ('rosa', 'Rosa Jiménez'), ('samir', 'Samir Aziz'),
                         ('tara', 'Tara Nguyen'), ('walt', 'Walt Becker')) AS t (p, n)$$),
    (4, $$INSERT INTO aims.duty (person, duty) VALUES ('ingrid', 'executive_sponsor'), ('otto', 'ai_officer')$$),
    (5, $$SELECT aims.grant_duty_role(b, ('rivers_' || p)::regrole)
            FROM (VALUES ('officer', '{ingrid,otto,felix,grace,hiro,ines,jonas,katya,liam,mona,noor,priya,samir,tara}'::text[]),
                         ('reviewer', '{quinn,rosa}'), ('auditor', '{walt,amara}'), ('administrator', '{samir}'),
                         ('writer', '{loader}'), ('reporter', '{kiosk}')) AS t (b, people)
           CROSS JOIN unnest(people) AS p$$),
    (6, $$SELECT aims.create_signing_key('threerivers.example/aims')$$)) AS v (n, s)
 ORDER BY n;
INSERT INTO act (day, person, statement) VALUES
    (1, 'otto', $$INSERT INTO aims.duty (person, duty, seat) VALUES
        ('amara', 'internal_auditor', NULL), ('walt', 'internal_auditor', NULL), ('felix', 'committee_member', 'legal'),
        ('grace', 'committee_member', 'clinical'), ('hiro', 'committee_member', 'security'), ('ines', 'committee_member', 'medical_informatics'),
        ('jonas', 'committee_member', 'compliance'), ('samir', 'committee_member', 'it'), ('noor', 'risk_owner', NULL),
        ('priya', 'data_steward', NULL), ('quinn', 'clinical_reviewer', NULL), ('rosa', 'clinical_reviewer', NULL)$$),
    (300, 'otto', $$UPDATE aims.duty SET valid_until = aims.today() WHERE person = 'grace' AND duty = 'committee_member'$$),
    (330, 'otto', $$INSERT INTO aims.duty (person, duty) VALUES ('jonas', 'ai_officer')$$),
    (362, 'otto', $$INSERT INTO aims.duty (person, duty, seat) VALUES ('katya', 'committee_member', 'clinical')$$);
