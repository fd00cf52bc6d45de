\set patient random(1, 30000)
\set score random(0, 1000)
INSERT INTO bench.:table
VALUES (nextval('bench.score_id'), :patient, :patient * 3, 'sepsis-watch', '4.2', 1, 'ward 7', :score / 1000.0, 0.60,
        :score > 600, NULL, current_date, clock_timestamp(), 'lactate rising, respiratory rate 24');
