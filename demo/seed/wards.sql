-- The warehouse: a small schema with the scores of three hospitals. Samir, its
-- owner, governs the tables; the loader writes what the models say.
CREATE FUNCTION pg_temp.scores(system text, version text, n integer, salt integer) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO wards.score (model, version, hospital, encounter, scored_at, probability, alert) '
                  'SELECT %L, %L, (ARRAY[''central'', ''north'', ''south''])[1 + i %% 3], %s + i, now(), (i * 37 + %s) %% 100 / 100.0, (i * 37 + %s) %% 100 >= 60 '
                  'FROM generate_series(1, %s) AS i', system, version, salt * 100, salt, salt, n) $$;
INSERT INTO act (day, person, statement) VALUES
    (95, NULL, 'CREATE SCHEMA wards AUTHORIZATION rivers_samir'),
    (95, NULL, 'GRANT USAGE ON SCHEMA wards TO rivers_loader, rivers_quinn, rivers_rosa, rivers_liam, rivers_tara, rivers_priya, rivers_walt'),
    (95, 'samir', $$CREATE TABLE wards.score (
        model       text        NOT NULL,
        version     text        NOT NULL,
        hospital    text        NOT NULL,
        encounter   integer     NOT NULL,
        scored_at   timestamptz NOT NULL,
        probability numeric     NOT NULL,
        alert       boolean     NOT NULL,
        PRIMARY KEY (model, encounter, scored_at))$$),
    (95, 'samir', 'CREATE TABLE wards.bed_forecast (day date PRIMARY KEY, hospital text NOT NULL, beds integer NOT NULL)'),
    (95, 'samir', 'GRANT SELECT, INSERT, UPDATE ON wards.score, wards.bed_forecast TO rivers_loader'),
    (95, 'samir', 'GRANT SELECT, UPDATE ON wards.score TO rivers_quinn, rivers_rosa'),
    (95, 'samir', 'GRANT SELECT ON wards.score TO rivers_liam, rivers_tara, rivers_priya, rivers_walt'),
    (96, 'samir', $$SELECT aims.govern('wards.score', system_column => 'model', review => 'required', version_column => 'version', site_column => 'hospital')$$),
    (96, 'samir', $$SELECT aims.govern('wards.bed_forecast', system => 'bed-forecast', mode => 'observe')$$),
    (97, 'samir', $$INSERT INTO aims.system_value (relation, value, system) VALUES ('wards.score', 'DI', 'deterioration')$$),
    (97, 'samir', $$INSERT INTO aims.intended_table (system, relation) VALUES ('sepsis-watch', 'wards.score'), ('deterioration', 'wards.score'), ('readmission', 'wards.score')$$);
-- Scores every sixty days while the models run; a day later the reviewers decide on
-- most of them, and change some
INSERT INTO act (day, person, statement)
SELECT d, 'loader', pg_temp.scores('sepsis-watch', CASE WHEN d < 560 THEN '1.0' ELSE '2.0' END, 24, d)
  FROM generate_series(150, 720, 60) AS d WHERE d NOT BETWEEN 485 AND 560;
INSERT INTO act (day, person, statement)
SELECT d, 'loader', pg_temp.scores('DI', '3.1', 12, d) FROM generate_series(180, 660, 120) AS d;
INSERT INTO act (day, person, statement)
SELECT d, 'loader', pg_temp.scores('readmission', '1.0', 12, d) FROM generate_series(210, 570, 120) AS d;
INSERT INTO act (day, person, statement)
SELECT d, 'loader', format('INSERT INTO wards.bed_forecast SELECT current_date + i, ''central'', 200 + (i * 7 + %s) %% 40 FROM generate_series(1, 7) AS i', d)
  FROM generate_series(180, 480, 60) AS d;
INSERT INTO act (day, person, statement)
SELECT d + 1, CASE WHEN d % 120 = 30 THEN 'quinn' ELSE 'rosa' END,
       $$SELECT aims.review('wards.score', w.key, CASE WHEN (w.key ->> 'encounter')::integer % 6 = 0 THEN 'overridden' WHEN (w.key ->> 'encounter')::integer % 11 = 0 THEN 'rejected' ELSE 'accepted' END,
                CASE WHEN (w.key ->> 'encounter')::integer % 6 = 0 THEN 'Already on antibiotics' WHEN (w.key ->> 'encounter')::integer % 11 = 0 THEN 'Wrong patient' END,
                CASE WHEN (w.key ->> 'encounter')::integer % 6 = 0 THEN '{"alert": false}'::jsonb END)
           FROM aims.pending_review AS w WHERE w.relation = 'wards.score'::regclass AND w.system = 'sepsis-watch' AND (w.key ->> 'encounter')::integer % 5 <> 0$$
  FROM generate_series(150, 720, 60) AS d WHERE d NOT BETWEEN 485 AND 560;
INSERT INTO act (day, person, statement)
SELECT d + 1, 'quinn', $$UPDATE wards.score SET alert = false WHERE model = 'sepsis-watch' AND alert AND encounter % 6 = 0 AND scored_at > now() - make_interval(days => 3)$$
  FROM generate_series(150, 720, 120) AS d WHERE d NOT BETWEEN 485 AND 560;
-- A student's table of scores that is in no inventory
INSERT INTO act (day, person, statement) VALUES
    (704, 'samir', 'CREATE TABLE wards.fall_risk_prediction (encounter integer PRIMARY KEY, model_version text NOT NULL, predicted_risk numeric NOT NULL)'),
    (704, 'samir', 'INSERT INTO wards.fall_risk_prediction SELECT 70000 + i, ''0.1'', (i * 37) % 100 / 100.0 FROM generate_series(1, 40) AS i');
-- The head of the ledger is signed each quarter, for the auditors to keep
INSERT INTO act (day, statement)
SELECT d, 'SELECT aims.checkpoint()' FROM generate_series(80, 720, 80) AS d;
