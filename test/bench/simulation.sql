-- A register of :scenarios risks in money, each estimated otherwise.
INSERT INTO aims.risk (risk_id, title, source)
SELECT i, 'Risk ' || i, 'safety' FROM generate_series(1, :scenarios) AS i;
INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss)
SELECT i, 'inherent', aims.pert(0.1, 0.5 + i % 7 / 10.0, 2), aims.pert(50000, 250000 + 1000 * i, 2000000) FROM generate_series(1, :scenarios) AS i;
ANALYZE aims.risk_scenario;
