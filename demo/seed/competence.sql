-- What people were taught. The committee learns in the first months; Rosa lets her
-- training in oversight lapse, Walt never shows a certificate for audits.
INSERT INTO act (day, person, statement)
SELECT t.day, t.recorder, format('INSERT INTO aims.training_record (person, curriculum, completed_on, score, uri) '
                                 'SELECT p, %L, aims.today() - %s, %s, ''https://lms.threerivers.example/%s/'' || p FROM unnest(%L::text[]) AS p',
                                 t.curriculum, t.ago, t.score, t.curriculum, t.people)
  FROM (VALUES
    (30,  'otto',  'ai-leadership',   3, 88,   '{ingrid,felix,grace,hiro,ines,jonas}'),
    (75,  'otto',  'ai-leadership',   2, 71,   '{samir}'),
    (30,  'felix', 'ai-management',   5, 94,   '{otto}'),
    (45,  'otto',  'ai-life-cycle',   2, 82,   '{liam,mona,tara,ines,katya}'),
    (120, 'otto',  'ai-life-cycle',   9, 77,   '{jonas}'),
    (45,  'otto',  'ai-risk',         4, 90,   '{noor}'),
    (45,  'otto',  'data-for-ai',     4, 85,   '{priya}'),
    (60,  'otto',  'internal-audit',  20, 91,  '{amara}'),
    (60,  'otto',  'human-oversight', 2, 89,   '{quinn,rosa}'),
    (405, 'otto',  'human-oversight', 5, 92,   '{quinn}'),
    (335, 'otto',  'ai-management',   5, 86,   '{jonas}'),
    (380, 'otto',  'ai-leadership',   5, 84,   '{katya}'),
    (640, 'jonas', 'ai-management',   5, 96,   '{otto}'),
    (640, 'otto',  'ai-leadership',   5, 90,   '{ingrid,felix,hiro,ines}')) AS t (day, recorder, curriculum, ago, score, people);

-- Users of the systems: counted, taught before the first day of use, taught again a
-- year later. The users of the Deterioration Index were not.
CREATE TEMPORARY TABLE users (system text, title text, owner text, headcount integer, taught integer, again integer);
INSERT INTO users VALUES
    ('sepsis-watch', 'Nurses and doctors of the medical wards', 'liam', 64, 92, 445),
    ('mammo-cad', 'Radiologists who read mammograms', 'mona', 12, 122, 478),
    ('deterioration', 'Rapid response team', 'liam', 24, 122, NULL),
    ('readmission', 'Care managers', 'tara', 9, 132, 490),
    ('ambient-scribe', 'Clinicians of the ambulatory sites', 'ines', 40, 212, 560),
    ('path-grade', 'Pathologists', 'katya', 8, 290, 640),
    ('claims-coder', 'Coders', 'jonas', 18, 560, NULL),
    ('note-summary', 'Clinicians of the pilot site', 'ines', 15, 222, NULL);
INSERT INTO act (day, person, statement)
SELECT s.day, s.person, s.statement
  FROM users AS u
 CROSS JOIN LATERAL (VALUES
    (u.taught - 2, 1, u.owner, format('INSERT INTO aims.user_group (system, title, curriculum) VALUES (%L, %L, ''human-oversight'')', u.system, u.title)),
    (u.taught - 2, 2, u.owner, format('INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) SELECT user_group_id, system, %s, aims.today(), ''Roster of the personnel system'' FROM aims.user_group WHERE system = %L', u.headcount, u.system)),
    (u.taught, 3, u.owner, format('INSERT INTO aims.training_session (user_group_id, system, held_on, trainer, attended, roster_uri, roster_sha256) SELECT user_group_id, system, aims.today() - 1, ''Clinical education'', %s, ''https://lms.threerivers.example/rosters/%s-1'', sha256(%L) FROM aims.user_group WHERE system = %L', u.headcount - u.headcount / 12, u.system, u.system || 1, u.system)),
    (u.taught, 4, u.owner, format('INSERT INTO aims.training_attendance SELECT t.training_session_id, ''P'' || n FROM aims.training_session AS t, generate_series(1, t.attended) AS n WHERE t.system = %L AND t.status = ''stated''', u.system)),
    (u.taught + 1, 5, 'otto', format('UPDATE aims.user_count SET status = ''confirmed'' WHERE system = %L AND status = ''stated''', u.system)),
    (u.taught + 1, 6, 'otto', format('UPDATE aims.training_session SET status = ''confirmed'' WHERE system = %L AND status = ''stated''', u.system)),
    (u.again - 1, 7, u.owner, format('INSERT INTO aims.user_count (user_group_id, system, headcount, counted_on, source) SELECT user_group_id, system, %s, aims.today(), ''Roster of the personnel system'' FROM aims.user_group WHERE system = %L', u.headcount + u.headcount / 10, u.system)),
    (u.again - 1, 8, u.owner, format('INSERT INTO aims.training_session (user_group_id, system, held_on, trainer, attended, roster_uri, roster_sha256) SELECT user_group_id, system, aims.today() - 1, ''Clinical education'', %s, ''https://lms.threerivers.example/rosters/%s-2'', sha256(%L) FROM aims.user_group WHERE system = %L', u.headcount + u.headcount / 10, u.system, u.system || 2, u.system)),
    (u.again - 1, 9, u.owner, format('INSERT INTO aims.training_attendance SELECT t.training_session_id, ''P'' || n FROM aims.training_session AS t, generate_series(1, t.attended) AS n WHERE t.system = %L AND t.status = ''stated''', u.system)),
    (u.again, 10, 'otto', format('UPDATE aims.user_count SET status = ''confirmed'' WHERE system = %L AND status = ''stated''', u.system)),
    (u.again, 11, 'otto', format('UPDATE aims.training_session SET status = ''confirmed'' WHERE system = %L AND status = ''stated''', u.system)))
       AS s (day, n, person, statement)
 WHERE s.day IS NOT NULL
 ORDER BY s.day, u.system, s.n;
