\i test/setup.sql
-- The register in money: scenarios, stored simulations and when they are stale,
-- the portfolio, tolerance, return of treatments, who may do what.
BEGIN;
\i test/act.sql
SELECT plan(101);

CREATE ROLE fair_officer;
CREATE ROLE fair_sponsor;
CREATE ROLE fair_member;
CREATE ROLE fair_analyst;
CREATE ROLE fair_writer;
SELECT aims.grant_duty_role(bundle, role::regrole)
  FROM (VALUES ('officer', 'fair_officer'), ('reviewer', 'fair_sponsor'), ('reviewer', 'fair_member'), ('analyst', 'fair_analyst'), ('writer', 'fair_writer')) AS t (bundle, role) \g /dev/null
INSERT INTO aims.person (person, full_name, db_role) VALUES
    ('officer', 'Otto Officer', 'fair_officer'), ('sponsor', 'Sam Sponsor', 'fair_sponsor'), ('member', 'Mia Member', 'fair_member'), ('ana', 'Ana Analyst', 'fair_analyst');
SET LOCAL session_replication_role = replica;
INSERT INTO aims.duty (person, duty, valid_from) VALUES ('officer', 'ai_officer', '2020-01-01'), ('sponsor', 'executive_sponsor', '2020-01-01'), ('member', 'committee_member', '2020-01-01');
SET LOCAL session_replication_role = origin;
INSERT INTO aims.risk (risk_id, title, source, owner, inherent_likelihood, inherent_severity, residual_likelihood, residual_severity, review_due) VALUES
    (1, 'Misses sepsis', 'safety', 'officer', 4, 4, 2, 2, aims.today() + 100), (2, 'Leak', 'privacy', 'officer', 3, 3, NULL, NULL, aims.today() + 100),
    (3, 'Not in money', 'security', 'officer', 1, 1, NULL, NULL, aims.today() + 100);
CREATE FUNCTION pg_temp.one(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN EXECUTE 'SELECT string_agg(q::text, '' '' ORDER BY q::text) FROM (' || query || ') AS q' INTO r; RETURN r; END $$;

-- Scenarios that make no sense
SELECT throws_ok(format('INSERT INTO aims.risk_scenario (risk_id, assessment, %s) VALUES (1, %L, %s)', columns, assessment, present), state, NULL, name)
  FROM (VALUES
    ('23514', 'inherent', 'primary_loss', $$'1..2..3'$$, 'without frequency'),
    ('23514', 'inherent', 'loss_event_frequency', $$'1..2..3'$$, 'without loss'),
    ('23514', 'some', 'loss_event_frequency, primary_loss', $$'1..2..3', '1..2..3'$$, 'of no assessment'),
    ('23514', 'inherent', 'loss_event_frequency, threat_event_frequency, vulnerability, primary_loss', $$'1..2..3', '1..2..3', '0..0..1', '1..2..3'$$, 'two frequencies'),
    ('23514', 'inherent', 'loss_event_frequency, vulnerability, primary_loss', $$'1..2..3', '0..0..1', '1..2..3'$$, 'a loss event that is vulnerable'),
    ('23514', 'inherent', 'threat_event_frequency, primary_loss', $$'1..2..3', '1..2..3'$$, 'threats without vulnerability'),
    ('23514', 'inherent', 'threat_event_frequency, vulnerability, threat_capability, resistance_strength, primary_loss', $$'1..2..3', '0..0..1', '1..2..3', '1..2..3', '1..2..3'$$, 'two vulnerabilities'),
    ('23514', 'inherent', 'threat_event_frequency, threat_capability, primary_loss', $$'1..2..3', '1..2..3', '1..2..3'$$, 'capability against nothing'),
    ('23514', 'inherent', 'contact_frequency, vulnerability, primary_loss', $$'1..2..3', '0..0..1', '1..2..3'$$, 'contacts that nobody acts on'),
    ('23514', 'inherent', 'threat_event_frequency, probability_of_action, vulnerability, primary_loss', $$'1..2..3', '0..0..1', '0..0..1', '1..2..3'$$, 'action without contact'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss', $$'-1..2..3', '1..2..3'$$, 'a negative frequency'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss', $$'1..2..100001', '1..2..3'$$, 'a frequency of more than 100,000'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss', $$'lognormal(1..100000)', '1..2..3'$$, 'or that may be drawn so'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss', $$'1..2..3', '-1..2..3'$$, 'a negative loss'),
    ('23514', 'inherent', 'threat_event_frequency, vulnerability, primary_loss', $$'1..2..3', '0..0..1.1', '1..2..3'$$, 'a probability above 1'),
    ('23514', 'inherent', 'threat_event_frequency, vulnerability, primary_loss', $$'1..2..3', 'lognormal(0.1..0.2)', '1..2..3'$$, 'a probability without end'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss, secondary_loss', $$'1..2..3', '1..2..3', '1..2..3'$$, 'secondary loss without probability'),
    ('23514', 'inherent', 'loss_event_frequency, primary_loss, secondary_probability', $$'1..2..3', '1..2..3', '0..0..1'$$, 'and the other way'),
    ('23514', 'inherent', 'at_most_once, loss_event_frequency, primary_loss', $$true, '0..1..2', '1..2..3'$$, 'at most once, and twice'),
    ('22023', 'inherent', 'loss_event_frequency, primary_loss', $$'3..2..1', '1..2..3'$$, 'out of order')) AS t (state, assessment, columns, present, name);

-- Entered by those who may
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, '00000', 'fair_officer', $$INSERT INTO aims.risk_scenario (risk_scenario_id, risk_id, assessment, loss_event_frequency, primary_loss) VALUES (101, 1, 'inherent', '0.1..0.5..2', '50000..250000..2000000')$$, 'an officer estimates'),
    (2, '23505', 'fair_officer', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (1, 'inherent', '1..2..3', '1..2..3')$$, 'once for each assessment'),
    (3, '00000', 'fair_officer', $$INSERT INTO aims.risk_scenario (risk_scenario_id, risk_id, assessment, threat_event_frequency, vulnerability, primary_response, secondary_probability, secondary_fines) VALUES (102, 1, 'residual', '0.1..0.5..2', '0..0.1..0.3', '50000..100000..200000', '0.1..0.2..0.5', '0..100000..500000')$$, 'what is left after treatment'),
    (4, '00000', 'fair_officer', $$INSERT INTO aims.risk_scenario (risk_scenario_id, risk_id, assessment, at_most_once, loss_event_frequency, primary_loss) VALUES (201, 2, 'inherent', true, '0.4..0.4..0.4', 'lognormal(10000..1000000)')$$, 'at most once a year'),
    (5, '42501', 'fair_member', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (3, 'inherent', '1..2..3', '1..2..3')$$, 'a reviewer does not'),
    (6, '42501', 'fair_analyst', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (3, 'inherent', '1..2..3', '1..2..3')$$, 'nor an analyst'),
    (7, '42501', 'fair_officer', $$INSERT INTO aims.risk_simulation SELECT * FROM aims.risk_simulation$$, 'nobody types results'),
    (8, '42501', 'fair_analyst', $$SELECT aims.simulate_risks()$$, 'an analyst stores none'),
    (9, '00000', 'fair_analyst', $$SELECT mean FROM aims.simulate('1..2..3', 'lognormal(1..2)', 100)$$, 'but simulates'),
    (10, '00000', 'fair_analyst', $$SELECT count(*) FROM aims.risk_scenario AS s CROSS JOIN LATERAL aims.simulate_scenarios(ARRAY[s], 100)$$, 'also what is estimated'),
    (11, '42501', 'fair_writer', $$SELECT aims.simulate('1..2..3', '1..2..3', 100)$$, 'a writer does nothing of it'),
    (12, '42501', 'fair_officer', $$SELECT aims.simulate_each('{1}', 100, 1)$$, 'parts of the act are no acts')) AS t (nr, state, role, command, name)
 ORDER BY nr;

-- What is done about a risk does not make it dearer
SELECT ok(bool_and(abs(aims.expected_loss(s) / expected - 1) < 1e-12), 'the exact mean of a scenario')
  FROM aims.risk_scenario AS s
  JOIN (VALUES (101, (0.1 + 4 * 0.5 + 2) / 6 * (50000 + 4 * 250000 + 2000000) / 6.0),
               (102, (0.1 + 4 * 0.5 + 2) / 6 * (0.7 / 6) * (650000 / 6.0 + (0.1 + 0.8 + 0.5) / 6 * 150000))) AS t (risk_scenario_id, expected) USING (risk_scenario_id);
SAVEPOINT ordered;
SELECT pg_temp.ends_with(state, 'fair_officer', command, name)
  FROM (VALUES
    (1, 'MS042', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (1, 'current', '0.1..0.5..2', '50001..250000..2000000')$$, 'no current loss above the inherent one'),
    (2, 'MS042', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (1, 'current', '0.1..0.1..0.1', '1000..1000..1000')$$, 'nor below the residual one'),
    (3, '00000', $$INSERT INTO aims.risk_scenario (risk_id, assessment, threat_event_frequency, vulnerability, primary_loss) VALUES (1, 'current', '0.2..1..4', '0.5..0.5..0.5', '50000..250000..2000000')$$, 'the same by another way is not above'),
    (4, 'MS042', $$UPDATE aims.risk_scenario SET vulnerability = '1..1..1', primary_response = '500000..1000000..2000000' WHERE risk_scenario_id = 102$$, 'no residual loss above the current one'),
    (5, 'MS042', $$UPDATE aims.risk_scenario SET primary_loss = '10..10..10' WHERE risk_scenario_id = 101$$, 'nor an inherent loss below what comes after it'),
    (6, '00000', $$UPDATE aims.risk_scenario SET loss_event_frequency = '0.1..0.1..0.1', threat_event_frequency = NULL, vulnerability = NULL, primary_loss = '10..10..10', primary_response = NULL, secondary_probability = NULL, secondary_fines = NULL WHERE risk_id = 1$$, 'all at once in one statement'),
    (7, 'MS042', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (2, 'residual', '0.4..0.4..0.4', '500000..500000..500000')$$, 'residual against inherent where there is no current'),
    (8, '00000', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss) VALUES (2, 'residual', '0..0..0', '1..1..1')$$, 'nothing is left'),
    (9, '00000', $$INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss, primary_response, primary_fines)
        VALUES (3, 'inherent', '1..1..1', '0.3..0.3..0.3', NULL, NULL), (3, 'residual', '1..1..1', NULL, '0.1..0.1..0.1', '0.2..0.2..0.2')$$, 'nor is a last digit above')) AS t (nr, state, command, name)
 ORDER BY nr;
ROLLBACK TO ordered;

-- Never simulated
SELECT is(pg_temp.one('SELECT risk_id, assessment, stale, expected_loss FROM aims.risk_simulation_state'), '(1,inherent,t,) (1,residual,t,) (2,inherent,t,)', 'nothing is simulated yet');
SELECT is(pg_temp.one($$SELECT action, subject_id, person, detail FROM aims.risk_action WHERE action ~ 'simulate'$$),
    '("simulate the register",current,,"loss of all risks, current: never simulated") ("simulate the register",inherent,,"loss of all risks, inherent: never simulated")'
    ' ("simulate the register",residual,,"loss of all risks, residual: never simulated")'
    ' (simulate,1,officer,"Misses sepsis: inherent was never simulated, residual was never simulated") (simulate,2,officer,"Leak: inherent was never simulated")', 'which is to be done');
SELECT ok(EXISTS (SELECT FROM aims.next_action WHERE action = 'simulate' AND subject = 'risk'), 'and shows among the next actions');

-- Simulated
SELECT is(pg_temp.act('fair_officer', 'SELECT aims.simulate_risks(trials => 20000, seed => 3)'), '6', 'three scenarios and three assessments of the register');
SELECT is(pg_temp.act('fair_member', 'SELECT aims.simulate_risks(trials => 20000, seed => 3)'), '0', 'again: nothing is stale');
SELECT is(pg_temp.one('SELECT risk_id, assessment, stale FROM aims.risk_simulation_state'), '(1,inherent,f) (1,residual,f) (2,inherent,f)', 'fresh');
SELECT ok(bool_and(simulated_by = 'officer' AND session_user_name = 'fair_officer' AND simulated_at <= clock_timestamp() AND (result).trials = 20000 AND (result).seed = 3
                   AND (result).model = aims.simulation_model()), 'stored with who, when, trials, seed, model') FROM aims.risk_simulation;
SELECT ok(bool_and(abs((result).mean - (result).analytic_mean) <= 4 * (result).standard_error), 'each near its exact mean') FROM aims.risk_simulation;
SELECT is(s.result::text, (r.result)::text, 'the result of a scenario is what aims.simulate_scenarios says')
  FROM aims.risk_simulation AS s JOIN aims.risk_scenario AS e ON e.risk_scenario_id = 102 CROSS JOIN LATERAL aims.simulate_scenarios(ARRAY[e], 20000, 3) AS r
 WHERE s.risk_id = 1 AND s.assessment = 'residual';
SELECT ok(bool_and(aims.simulation_reproduces(risk_simulation_id)), 'each comes out again, bit by bit') FROM aims.risk_simulation;
SELECT is(aims.simulation_reproduces(-1), NULL, 'NULL of none');
SELECT is((SELECT count(*) FROM aims.risk_action WHERE action ~ 'simulate'), 0::bigint, 'nothing to simulate');
SELECT is(pg_temp.one('SELECT assessment, scenarios FROM aims.risk_portfolio_state'), '(current,2) (inherent,2) (residual,2)', 'each risk counts in each assessment');
SELECT is(pg_temp.one('SELECT assessment, risk_id, counted FROM aims.risk_portfolio'),
    '(current,1,inherent) (current,2,inherent) (inherent,1,inherent) (inherent,2,inherent) (residual,1,residual) (residual,2,inherent)', 'by the nearest scenario');
SELECT ok(abs(w.analytic_mean - sum(s.analytic_mean)) < 1e-6 AND abs(w.analytic_sd ^ 2 - sum(s.analytic_sd ^ 2)) < 1e-3 * w.analytic_sd AND abs(w.expected_loss - sum(s.expected_loss)) < 1e-6 * w.expected_loss,
          'the register is the sum of independent risks')
  FROM aims.risk_portfolio_state AS w JOIN aims.risk_portfolio AS p ON p.assessment = w.assessment JOIN aims.risk_simulation_state AS s ON s.risk_id = p.risk_id AND s.assessment = p.counted
 WHERE w.assessment = 'residual' GROUP BY w.analytic_mean, w.analytic_sd, w.expected_loss;

-- The register in money
SELECT results_eq($$SELECT risk_id, inherent_level::text, inherent_loss IS NOT NULL, residual_level::text, residual_loss < inherent_loss, current_loss, expected_loss = inherent_loss, quantified, stale
                     FROM aims.risk_quantification WHERE risk_id <= 3 ORDER BY risk_id$$,
    $$VALUES (1::bigint, 'critical', true, 'low', true, NULL::float8, true, true, false), (2, 'moderate', true, NULL, NULL, NULL, true, true, false), (3, 'low', false, NULL, NULL, NULL, NULL, false, false)$$, 'in words and money');
SELECT is(pg_temp.one($$SELECT place, risk_id, round(share::numeric, 6) + round(1 - share::numeric, 6) AS whole FROM aims.risk_contribution WHERE assessment = 'inherent'$$), '(1,1,1.000000) (2,2,1.000000)', 'the largest contributor first');
SELECT ok(abs(sum(share) - 1) < 1e-12, 'shares add up') FROM aims.risk_contribution WHERE assessment = 'residual';
SELECT ok(count(*) = 6 * 108 AND bool_or(risk_id IS NULL), 'curves of all, 108 points each') FROM aims.risk_exceedance;
SELECT ok(e.loss = s.var_99 AND NOT e.stale, 'whose point at 1 % is the value at risk at 99 %')
  FROM aims.risk_exceedance AS e JOIN aims.risk_simulation_state AS s ON s.risk_id = e.risk_id AND s.assessment = e.assessment WHERE e.risk_id = 2 AND e.probability = 0.01;

-- Return of treatments: (before - after - cost) / cost
INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, annual_cost) VALUES (1, 'Second look', 'officer', aims.today(), 50000), (1, 'Training', 'officer', aims.today(), 10000), (2, 'Unknown', 'officer', aims.today(), NULL);
SELECT ok(abs(t.return_of_all - (i.expected_loss - e.expected_loss - 60000) / 60000) < 1e-9 AND t.return_of_planned = t.return_of_all AND t.costs_unknown = 0, 'return of treatments')
  FROM aims.risk_treatment_return AS t JOIN aims.risk_simulation_state AS i ON i.risk_id = 1 AND i.assessment = 'inherent' JOIN aims.risk_simulation_state AS e ON e.risk_id = 1 AND e.assessment = 'residual' WHERE t.risk_id = 1;
SAVEPOINT planned;
SET LOCAL session_replication_role = replica;
UPDATE aims.risk_treatment SET status = 'done' WHERE action = 'Second look';
SET LOCAL session_replication_role = origin;
SELECT ok(return_of_all IS NOT NULL AND current_loss IS NULL AND return_of_planned IS NULL, 'what is done is not the merit of what is planned') FROM aims.risk_treatment_return WHERE risk_id = 1;
ROLLBACK TO planned;
SELECT results_eq('SELECT return_of_all, costs_unknown FROM aims.risk_treatment_return WHERE risk_id = 2', 'VALUES (NULL::float8, 1::bigint)', 'none where a sum is missing');
SELECT throws_ok('INSERT INTO aims.risk_treatment (risk_id, action, owner, due_on, annual_cost) VALUES (1, ''x'', ''officer'', aims.today(), -1)', '23514', NULL, 'nothing costs less than nothing');

-- Tolerance
SELECT pg_temp.ends_with(state, role, command, name)
  FROM (VALUES
    (1, 'MS013', 'fair_officer', $$INSERT INTO aims.risk_tolerance VALUES (1000000, 0.1, 'board')$$, 'an officer does not say what is tolerated'),
    (2, '00000', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES (700000, 0.2, 'board'), (100000000, 0.001, 'board'), (100, 0.99, 'board')$$, 'the sponsor does'),
    (3, 'MS042', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES (2000000, 0.6, 'board')$$, 'no larger loss more often'),
    (4, '23514', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES (3000000, 0.015, 'board')$$, 'by whole per cent'),
    (5, '23514', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES (3000000, 0, 'board')$$, 'never is no probability'),
    (6, '23514', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES ('Infinity', 0.1, 'board')$$, 'nor is everything a loss'),
    (7, '23514', 'fair_sponsor', $$INSERT INTO aims.risk_tolerance VALUES (3000000, 0.1, ' ')$$, 'with a reason')) AS t (nr, state, role, command, name) ORDER BY nr;
SELECT is(pg_temp.one($$SELECT loss, verdict FROM aims.risk_tolerance_state WHERE assessment = 'current'$$), '(100,within) (100000000,"too few trials") (700000,exceeded)', 'the register against it');
SELECT is(pg_temp.one($$SELECT subject, subject_id FROM aims.risk_action WHERE action = 'simulate the register'$$), '(risk_tolerance,100000000)', 'as many as its probability needs');
SAVEPOINT chosen;
SELECT pg_temp.act('fair_officer', format('SELECT aims.simulate_risks(NULL, 1, %s)', seed)) FROM generate_series(1, 20) AS seed \g /dev/null
SELECT is_empty($$SELECT * FROM aims.risk_tolerance_state WHERE verdict = 'within'$$, 'no seed is chosen until it is');
ROLLBACK TO chosen;
SELECT results_eq('SELECT DISTINCT unquantified FROM aims.risk_tolerance_state UNION ALL SELECT DISTINCT unquantified FROM aims.risk_portfolio_state', $$SELECT count(*) FROM aims.risk WHERE status <> 'closed' AND risk_id NOT IN (1, 2) UNION ALL SELECT count(*) FROM aims.risk WHERE status <> 'closed' AND risk_id NOT IN (1, 2)$$, 'what it is not about is counted');
SELECT ok(bool_and(t.value_at_risk = e.loss), 'by its curve') FROM aims.risk_tolerance_state AS t
  JOIN aims.risk_exceedance AS e ON e.risk_id IS NULL AND e.assessment = t.assessment AND e.probability = t.probability::float8;
SELECT is(pg_temp.one($$SELECT action, subject_id, duty FROM aims.risk_action WHERE action ~ 'tolerance'$$), '("bring within tolerance",700000,executive_sponsor)', 'what is above it is to be dealt with');

-- Stale
SAVEPOINT fresh;
UPDATE aims.risk_scenario SET description = 'Other words' WHERE risk_scenario_id = 101;
SELECT is((SELECT count(*) FROM aims.risk_simulation_state WHERE stale), 0::bigint, 'words make nothing stale');
UPDATE aims.risk_scenario SET primary_response = '50000..100000..200001' WHERE risk_scenario_id = 102;
SELECT is(pg_temp.one('SELECT risk_id, assessment FROM aims.risk_simulation_state WHERE stale'), '(1,residual)', 'another number does');
SELECT is(pg_temp.one('SELECT assessment FROM aims.risk_portfolio_state WHERE stale'), '(residual)', 'also the register that it counts in');
SELECT is(pg_temp.one($$SELECT verdict FROM (SELECT DISTINCT verdict FROM aims.risk_tolerance_state WHERE assessment = 'residual') AS v$$), '(stale)', 'which is within nothing any more');
SELECT ok(t.stale AND q.stale, 'told wherever a sum is shown') FROM aims.risk_treatment_return AS t JOIN aims.risk_quantification AS q ON q.risk_id = t.risk_id WHERE t.risk_id = 1;
SELECT is(pg_temp.one($$SELECT subject_id, detail FROM aims.risk_action WHERE action = 'simulate'$$), '(1,"Misses sepsis: residual has changed since it was simulated")', 'to be simulated again');
SELECT is(pg_temp.act('fair_officer', 'SELECT aims.simulate_risks(1, 20000, 3)'), '1', 'the risk alone');
SELECT is(pg_temp.act('fair_officer', 'SELECT aims.simulate_risks(NULL, 20000, 3)'), '1', 'then the register');
SELECT is((SELECT count(*) FROM aims.risk_simulation_state WHERE stale), 0::bigint, 'fresh again');
UPDATE aims.risk_scenario SET primary_response = '50000..100000..200000' WHERE risk_scenario_id = 102;
SELECT is((SELECT count(*) FROM aims.risk_simulation_state WHERE stale), 1::bigint, 'the last result counts, not one that once was right');
ROLLBACK TO fresh;
DELETE FROM aims.risk_scenario WHERE risk_scenario_id = 201;
SELECT is((SELECT count(*) FROM aims.risk_portfolio_state WHERE stale), 3::bigint, 'a scenario less makes the register stale');
ROLLBACK TO fresh;
SELECT is(pg_temp.act('fair_officer', 'SELECT aims.simulate_risks(1, 20000, 4)'), '2', 'another seed is simulated anew');

-- Kept
SELECT throws_ok(format('%s', command), 'MS041', NULL, command)
  FROM (VALUES ('UPDATE aims.risk_simulation SET assessment = ''current'''), ('DELETE FROM aims.risk_simulation'), ('TRUNCATE aims.risk_simulation')) AS t (command);
SET LOCAL session_replication_role = replica;
UPDATE aims.risk SET status = 'closed' WHERE risk_id = 2;
SET LOCAL session_replication_role = origin;
SELECT throws_ok('UPDATE aims.risk_scenario SET primary_loss = ''1..2..3'' WHERE risk_scenario_id = 201', 'MS041', NULL, 'estimates of a closed risk stay');
SELECT is(pg_temp.one('SELECT assessment, scenarios, stale FROM aims.risk_portfolio_state'), '(current,1,t) (inherent,1,t) (residual,1,t)', 'and it counts no more');

-- Errors of the act
SELECT pg_temp.ends_with(state, 'fair_officer', command, command)
  FROM (VALUES ('MS017', 'SELECT aims.simulate_risks(3)'), ('MS017', 'SELECT aims.simulate_risks(99)'), ('22004', 'SELECT aims.simulate_risks(1, NULL)'), ('22023', 'SELECT aims.simulate_risks(1, 0)'),
               ('22023', 'SELECT aims.simulate_risks(1, 20000000)')) AS t (state, command);

SELECT * FROM finish();
ROLLBACK;
