\i test/setup.sql
-- Fairness of a score that was published: COMPAS by race (aequitas; label is
-- re-offence, the score is the prediction). Figures: fairlearn 0.8.
\set sample `test -r ../shared/data/fairness/compas_for_aequitas.csv && echo true || echo false`
BEGIN;
SELECT plan(16);
\if :sample
CREATE TEMP TABLE compas (entity_id integer, score float8, label_value integer, race text, sex text, age_cat text);
\copy compas FROM '../shared/data/fairness/compas_for_aequitas.csv' (FORMAT csv, HEADER match)

CREATE TEMP TABLE everybody AS SELECT c.* FROM (SELECT (aims.confusion(score, label_value = 1, 1)).* FROM compas) AS c;
CREATE TEMP TABLE by_race AS SELECT aims.fairness(score = 1, label_value = 1, race) AS groups FROM compas;
CREATE TEMP TABLE two AS SELECT aims.fairness(score = 1, label_value = 1, race) AS groups FROM compas WHERE race IN ('African-American', 'Caucasian');
SELECT ok(abs(value - expected) < 1e-9, name)
  FROM everybody AS e, by_race AS r, two AS t,
       unnest(r.groups) AS black, unnest(r.groups) AS white,
       LATERAL (VALUES
    ('false positive rate', 1 - e.specificity, 0.3234923038),
    ('false negative rate', 1 - e.sensitivity, 0.3740387573),
    ('positive predictive value', e.ppv, 0.6135061803),
    ('false positive rate, African-American', black.fpr, 0.4484679666),
    ('false negative rate, African-American', black.fnr, 0.2798527091),
    ('false positive rate, Caucasian', white.fpr, 0.2345430108),
    ('false negative rate, Caucasian', white.fnr, 0.4772256729),
    ('demographic parity difference of both', aims.demographic_parity_difference(t.groups), 0.2402002032),
    ('disparate impact', aims.demographic_parity_ratio(t.groups), 0.5916375570),
    ('equalized odds difference of both', aims.equalized_odds_difference(t.groups), 0.2139249558),
    ('demographic parity difference of all', aims.demographic_parity_difference(r.groups, 0), 0.4571175951),
    ('demographic parity ratio of all', aims.demographic_parity_ratio(r.groups, 0), 0.3143236074),
    ('equalized odds difference of all', aims.equalized_odds_difference(r.groups, 0), 0.5766917293)) AS v (name, value, expected)
 WHERE black.grp = 'African-American' AND white.grp = 'Caucasian';
-- 18 people made the figures of all
SELECT is(aims.small_groups(groups), '{Asian,"Native American"}', 'groups that are too small to compare') FROM by_race;
SELECT ok(aims.demographic_parity_difference(groups) < 0.4, 'without them it is another figure') FROM by_race;
SELECT is(d.within_screen, false, 'the ratio of selection rates lies outside four fifths') FROM by_race, aims.disparity(groups, 'African-American') AS d WHERE grp = 'Caucasian';
\else
SELECT skip('no sample data', 16);
\endif
SELECT * FROM finish();
ROLLBACK;
