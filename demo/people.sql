-- The organisation, its people and the privileges of their roles.
INSERT INTO aims.organisation (name, time_zone) VALUES ('Northfield Health', 'America/Chicago');
INSERT INTO aims.person (person, full_name, email, db_role) VALUES
    ('hale',    'Dr Marcus Hale',  'hale@northfield.example',    NULL),
    ('vogel',   'Miriam Vogel',    'vogel@northfield.example',   'vogel'),
    ('okafor',  'Samuel Okafor',   'okafor@northfield.example',  'okafor'),
    ('fischer', 'Dr Lena Fischer', 'fischer@northfield.example', 'fischer'),
    ('patel',   'Raj Patel',       'patel@northfield.example',   'patel'),
    ('park',    'Dr Joan Park',    'park@northfield.example',    'park');
SELECT aims.grant_duty_role(bundle, role::regrole)
FROM (VALUES ('officer', 'vogel'), ('officer', 'okafor'), ('officer', 'fischer'), ('officer', 'patel'),
             ('reviewer', 'park'), ('analyst', 'carter')) AS granted (bundle, role) \g /dev/null
