-- What is watched, month by month. Sepsis Watch is watched per hospital: at North
-- it gets worse from day 390, warns, and breaches on day 480, which takes it into
-- re-evaluation. Nobody reports for Prostate Grading after day 600.
CREATE TEMPORARY TABLE watched (monitor text, system text, owner text, title text, metric text, direction text, warn numeric, breach numeric, baseline numeric,
                                from_day integer, until_day integer, sample integer, on_breach text);
INSERT INTO watched VALUES
    ('sepsis-auroc-central', 'sepsis-watch', 'liam', 'Discrimination at Central', 'auroc', 'below', 0.80, 0.75, 0.86, 120, 720, 1200, 'finding'),
    ('sepsis-auroc-south', 'sepsis-watch', 'liam', 'Discrimination at South', 'auroc', 'below', 0.80, 0.75, 0.85, 120, 720, 700, 'finding'),
    ('sepsis-auroc-north', 'sepsis-watch', 'liam', 'Discrimination at North', 'auroc', 'below', 0.80, 0.75, 0.85, 120, 720, 500, 're_evaluation'),
    ('sepsis-alert-rate', 'sepsis-watch', 'liam', 'Alerts per hundred patient days', 'rate', 'above', 8, 12, 5, 120, 720, 9000, 'finding'),
    ('stroke-turnaround', 'ct-stroke', 'mona', 'Minutes to the report', 'minutes', 'above', 35, 45, 28, 90, 720, 90, 'finding'),
    ('mammo-recall', 'mammo-cad', 'mona', 'Recall rate', 'percent', 'outside', 2, 4, 9, 150, 720, 600, 'finding'),
    ('deterioration-ppv', 'deterioration', 'liam', 'Positive predictive value', 'ppv', 'below', 0.20, 0.15, 0.28, 150, 720, 400, 'finding'),
    ('readmission-auroc', 'readmission', 'tara', 'Discrimination', 'auroc', 'below', 0.66, 0.62, 0.71, 150, 570, 800, 'finding'),
    ('bed-error', 'bed-forecast', 'tara', 'Mean error in beds', 'beds', 'above', 12, 18, 7, 150, 480, 30, 'finding'),
    ('scribe-edits', 'ambient-scribe', 'ines', 'Share of notes changed by the clinician', 'percent', 'outside', 15, 25, 60, 240, 690, 300, 'finding'),
    ('grade-agreement', 'path-grade', 'katya', 'Agreement with the pathologist', 'kappa', 'below', 0.75, 0.65, 0.82, 330, 600, 40, 'finding');
INSERT INTO act (day, person, statement)
SELECT s.day, w.owner, s.statement
  FROM watched AS w
 CROSS JOIN LATERAL (VALUES
    (w.from_day - 2, 1, format('INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, window_length, minimum_sample, direction, warn, breach, baseline, baseline_source, baseline_on, on_breach) '
        'VALUES (%L, %L, %L, %L, %L, %L, make_interval(days => 35), make_interval(days => 30), 20, %L, %s, %s, %s, ''Local validation'', aims.today() - 20, %L)',
        w.monitor, w.system, w.title, w.metric, w.title || ', all adult patients of the month', w.owner, w.direction, w.warn, w.breach, w.baseline, w.on_breach)),
    (w.from_day - 2, 2, format('INSERT INTO aims.monitor_control (monitor, ref) VALUES (%1$L, ''A.6.2.6''), (%1$L, ''9.1'')', w.monitor)),
    (w.from_day - 2, 3, format('UPDATE aims.monitor SET status = ''active'' WHERE monitor = %L', w.monitor))) AS s (day, n, statement)
 ORDER BY s.day, w.monitor, s.n;
INSERT INTO act (day, person, statement)
SELECT d, w.owner, format('INSERT INTO aims.measurement (monitor, value, low, high, sample, groups) VALUES (%L, %s, %s, %s, %s, %L)',
                          w.monitor, v.value, round(v.value - abs(w.warn - w.breach) / 2, 3), round(v.value + abs(w.warn - w.breach) / 2, 3), w.sample + d % 7,
                          jsonb_build_object('female', round(v.value * 0.99, 3), 'male', round(v.value * 1.01, 3)))
  FROM watched AS w
 CROSS JOIN generate_series(120, 720, 30) AS d
 CROSS JOIN LATERAL (SELECT round(w.baseline * (1 + ((d / 30 * 7) % 5 - 2) / 100.0)
                                  - CASE WHEN w.monitor <> 'sepsis-auroc-north' THEN 0
                                         ELSE CASE d WHEN 390 THEN 0.06 WHEN 420 THEN 0.07 WHEN 450 THEN 0.06 WHEN 480 THEN 0.11 WHEN 510 THEN 0.13 WHEN 540 THEN 0.14 ELSE 0 END END, 3)) AS v (value)
 WHERE d BETWEEN w.from_day AND w.until_day;
INSERT INTO act (day, person, statement) VALUES
    -- Stroke Triage warns once: a scanner was replaced. Then the job fails for a month
    (405, 'mona', $$INSERT INTO aims.measurement (monitor, value, low, high, sample) VALUES ('stroke-turnaround', 38, 34, 42, 85)$$),
    (435, 'mona', $$INSERT INTO aims.measurement (monitor, problem) VALUES ('stroke-turnaround', 'Times of the scanner were not loaded')$$),
    (489, 'tara', $$UPDATE aims.monitor SET status = 'retired', status_reason = 'The system is retired' WHERE monitor = 'bed-error'$$),
    (582, 'tara', $$UPDATE aims.monitor SET status = 'retired', status_reason = 'The system is retired' WHERE monitor = 'readmission-auroc'$$),
    (640, 'otto', 'SELECT aims.open_silence_findings()'),
    (730, 'otto', 'SELECT aims.open_silence_findings()');
