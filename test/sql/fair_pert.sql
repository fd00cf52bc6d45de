\i test/setup.sql
-- Type pert: reading and writing, what is refused, order and equality, moments
-- and quantiles against published values (quantification.md, 3 and 4).
BEGIN;
SELECT plan(92);
SET LOCAL search_path = aims, public, tap;

-- Text
SELECT is(input::pert::text, output, format('%s reads as %s', input, output))
  FROM (VALUES ('10..50..200', '10..50..200'), ('10..50..200@4', '10..50..200'), ('10..50..200@2', '10..50..200@2'),
               ('10..50..200@0.5', '10..50..200@0.5'), (' 1e1 .. 50.0 .. +2E2 @ 4 ', '10..50..200'), ('7..7..7', '7..7..7'),
               ('-3..-2..-1', '-3..-2..-1'), ('0.1..0.2..0.3', '0.1..0.2..0.3'),
               ('-0..0..0', '0..0..0'), ('1e-300..1..1e100', '1e-300..1..1e+100'), ('123456789012345..2e14..3e15', '123456789012345..200000000000000..3e+15'),
               ('lognormal(10..1000)', 'lognormal(10..1000)'), ('LogNormal( 1e4 .. 1e6 )', 'lognormal(10000..1000000)')) AS t (input, output);
SET LOCAL extra_float_digits = -15;
SELECT is('0.12345678901234566..0.2..0.3'::pert::text, '0.12345678901234566..0.2..0.3', 'no setting cuts digits off');
RESET extra_float_digits;
SELECT throws_ok(format('SELECT %L::pert', input), state, NULL, format('"%s" is refused', left(input, 30)))
  FROM (VALUES ('22P02', ''), ('22P02', '10'), ('22P02', '10..50'), ('22P02', '10..50..'), ('22P02', '10..50..200@'), ('22P02', '10..50..200..300'),
               ('22P02', '10,50,200'), ('22P02', 'x..1..2'), ('22P02', 'NaN..1..2'), ('22P02', '0..1..Infinity'), ('22P02', '1..2..3 x'),
               ('22P02', '0x1..2..3'), ('22P02', '1e..2..3'), ('22P02', '--1..2..3'), ('22P02', 'lognormal(1)'), ('22P02', 'lognormal(1..2'),
               ('22P02', 'lognormal(1..2..3)'), ('22P02', '10..50..200@x'), ('22P02', '1..2..' || repeat('9', 100)),
               ('22023', '3..2..1'), ('22023', '1..3..2'), ('22023', '2..1..3'), ('22023', 'lognormal(2..1)'), ('22023', 'lognormal(2..2)'),
               ('22003', '1..2..1e101'), ('22003', '1..2..1e999'), ('22003', '1..2..3@0'), ('22003', '1..2..3@-1'), ('22003', '1..2..3@1001'),
               ('22003', 'lognormal(0..2)'), ('22003', 'lognormal(-1..2)'), ('22003', 'lognormal(1..2e12)')) AS t (state, input);

-- Constructors
SELECT is(pert(10, 50, 200), '10..50..200', 'made of three numbers');
SELECT is(pert(10, 50, 200, 2), '10..50..200@2', 'and a lambda');
SELECT is(lognormal(10, 1000), 'lognormal(10..1000)', 'lognormal of its interval');
SELECT is(pert(NULL, 1, 2), NULL, 'NULL of NULL');
SELECT throws_ok(command, state, NULL, command)
  FROM (VALUES ('22003', $$SELECT pert('NaN', 1, 2)$$), ('22003', $$SELECT pert(1, 2, 'Infinity')$$), ('22003', $$SELECT pert(1, 2, 3, 'NaN')$$),
               ('22003', $$SELECT pert(1, 2, 3, 'Infinity')$$), ('22023', 'SELECT pert(2, 1, 3)'), ('22003', $$SELECT lognormal('NaN', 2)$$),
               ('22003', $$SELECT quantile('1..2..3', 1.5)$$), ('22003', $$SELECT quantile('1..2..3', -0.1)$$), ('22003', $$SELECT quantile('1..2..3', 'NaN')$$),
               ('22003', $$SELECT cdf('1..2..3', 'NaN')$$)) AS t (state, command);

-- Binary: what is sent is received
CREATE TEMP TABLE sent (estimate pert);
INSERT INTO sent VALUES ('10..50..200'), ('1..2..3@0.7'), ('lognormal(10..1000)'), ('7..7..7'), (NULL);
SELECT is(encode(pert_send('1..2..3'), 'hex'), '01' || '3ff0000000000000' || '4000000000000000' || '4008000000000000' || '4010000000000000', 'sent as version, low, mode, high, lambda');
\copy sent TO 'results/fair_pert.bin' WITH (FORMAT binary)
CREATE TEMP TABLE received (estimate pert);
\copy received FROM 'results/fair_pert.bin' WITH (FORMAT binary)
SELECT set_eq('SELECT estimate::text FROM received', 'SELECT estimate::text FROM sent', 'received as sent');

-- Equality, order
SELECT ok('1..2..3'::pert = '1.0..2..3@4' AND '1..2..3'::pert <> '1..2..3@5' AND NOT '1..2..3'::pert = '1..2..4', 'equal where all numbers are');
SELECT results_eq('SELECT estimate::text FROM (VALUES (''2..2..2''::pert), (''1..2..3@5''), (''1..2..4''), (''1..2..3''), (''1..1..9'')) AS t (estimate) ORDER BY estimate',
    $$VALUES ('1..1..9'), ('1..2..3'), ('1..2..3@5'), ('1..2..4'), ('2..2..2')$$, 'sorted by low, mode, high, lambda');
SELECT is(count(DISTINCT e), 2::bigint, 'distinct by hash and sort') FROM (SELECT pert(1, 2, 3) UNION ALL SELECT '1..2..3' UNION ALL SELECT '-0..0..1' UNION ALL SELECT '0..0..1') AS t (e);
SELECT ok(pert_hash('-0..0..1') = pert_hash('0..0..1') AND pert_hash_extended('1..2..3', 7) = pert_hash_extended('1.0..2..3', 7), 'equal ones hash the same');
CREATE TEMP TABLE keyed (estimate pert PRIMARY KEY);
INSERT INTO keyed VALUES ('1..2..3');
SELECT throws_ok($$INSERT INTO keyed VALUES ('1..2..3@4')$$, '23505', NULL, 'and may be a key');
SELECT is(to_jsonb('1..2..3'::pert), '"1..2..3"', 'a string in JSON');

-- Accessors
SELECT results_eq($$SELECT low(e), mode(e), high(e), lambda(e) FROM (SELECT '10..50..200@2'::pert) AS t (e)$$, 'VALUES (10::float8, 50::float8, 200::float8, 2::float8)', 'its numbers');
SELECT ok(lambda('lognormal(10..1000)') IS NULL AND low('lognormal(10..1000)') = 10 AND high('lognormal(10..1000)') = 1000, 'lognormal has no lambda');

-- Published values; exact ones to 1e-9
SELECT ok(abs(got / expected - 1) <= tolerance, format('%s is %s', what, expected))
  FROM (VALUES
    ('mean of 20..100..900', mean('20..100..900'), 220, 1e-14),
    ('sd of it', sqrt(aims.variance('20..100..900')), 139.3864, 1e-6),
    ('its 5 %', quantile('20..100..900', 0.05), 44.458, 1e-5),
    ('its 50 %', quantile('20..100..900', 0.50), 192.449, 1e-5),
    ('its 95 %', quantile('20..100..900', 0.95), 490.220, 1e-5),
    ('sd of 3e6..3.5e6..5e6', sqrt(aims.variance('3e6..3.5e6..5e6')), 356348.3225, 1e-9),
    ('its 5 %', quantile('3e6..3.5e6..5e6', 0.05), 3152880.783, 1e-9),
    ('its 50 %', quantile('3e6..3.5e6..5e6', 0.50), 3627620.341, 1e-9),
    ('its 95 %', quantile('3e6..3.5e6..5e6', 0.95), 4314816.636, 1e-9),
    ('mu of lognormal(10000..1000000)', ln(quantile('lognormal(10000..1000000)', 0.5)), 11.5129254650, 1e-9),
    ('its sigma', sqrt(ln(1 + aims.variance('lognormal(10000..1000000)') / mean('lognormal(10000..1000000)') ^ 2)), 1.3998723383, 1e-9),
    ('0.4 of its mean', 0.4 * mean('lognormal(10000..1000000)'), 106559.20, 1e-7),
    ('its 87.5 %', quantile('lognormal(10000..1000000)', 0.875), 500452.39, 1e-8),
    ('its 97.5 %', quantile('lognormal(10000..1000000)', 0.975), 1554438.32, 1e-8)) AS t (what, got, expected, tolerance);
SELECT ok(max(abs(cdf(e, quantile(e, p / 100.0)) - p / 100.0)) < 1e-9, format('quantiles of %s invert', e))
  FROM unnest('{20..100..900,0..0..1,0..1..1@0.1,-5..3..8@100,lognormal(1..50)}'::pert[]) AS e CROSS JOIN generate_series(1, 99) AS p GROUP BY e ORDER BY e;
SELECT ok(quantile('7..7..7', 0.3) = 7 AND mean('7..7..7') = 7 AND aims.variance('7..7..7') = 0 AND cdf('7..7..7', 7) = 1 AND cdf('7..7..7', 6) = 0, 'a constant is one');
SELECT ok(largest('1..2..3') = 3 AND abs(largest('lognormal(1..2)') / quantile('lognormal(1..2)', 1 - 1.1102230246251565e-16) - 1) < 1e-15, 'largest values that are drawn');
SELECT ok(quantile('1..2..3', 0) = 1 AND quantile('1..2..3', 1) = 3 AND quantile('lognormal(1..2)', 0) = 0 AND quantile('lognormal(1..2)', 1) = 'Infinity', 'ends');

SELECT * FROM finish();
ROLLBACK;
