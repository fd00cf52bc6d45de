# aims.soa_at and aims.risk_register_at over two years: acts at random on a
# server whose clock is moved, with copies of what the views showed; the past has
# to be what was shown. FAKETIME_SEED repeats a run.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';

plan skip_all => 'needs the package libfaketime' unless $faketime;

my $seed = $ENV{FAKETIME_SEED} // int(rand(1e6));
my $clock = PostgreSQL::Test::Utils::tempdir . '/clock';
my $node = PostgreSQL::Test::Cluster->new('time_travel');

srand($seed);
note("FAKETIME_SEED=$seed");

# The day is counted from the first; POSIX would need the time zone.
sub set_clock
{
	my ($day, $hour) = @_;
	my ($y, $m, $d) = (gmtime(1705276800 + 86400 * $day))[ 5, 4, 3 ];

	# whole at once: the server reads it at any time
	open my $file, '>', "$clock.new" or die "$clock.new: $!";
	printf $file "@%04d-%02d-%02d %02d:30:00\n", $y + 1900, $m + 1, $d, $hour;
	close $file;
	rename "$clock.new", $clock or die "$clock: $!";
}

sub query { return $node->safe_psql('postgres', @_); }

set_clock(0, 8);
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nautovacuum = off\njit = off");
{
	local %ENV = (%ENV, TZ => 'UTC', LD_PRELOAD => $faketime, FAKETIME_TIMESTAMP_FILE => $clock,
		FAKETIME_NO_CACHE => 1, FAKETIME_DONT_FAKE_MONOTONIC => 1);

	$node->start;
}
is(query('SELECT now()::date'), '2024-01-15', 'the clock is moved');
query(<<~'SQL');
	CREATE EXTENSION aims;
	INSERT INTO aims.organisation (name, time_zone) VALUES ('Test hospital', 'America/New_York');
	INSERT INTO aims.person (person, full_name, db_role) VALUES ('ada', 'Ada', 'postgres'), ('bea', 'Bea', NULL);
	INSERT INTO aims.duty (person, duty) VALUES ('ada', 'ai_officer');
	INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme'), ('zeta', 'Zeta');
	INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('sepsis', 'Sepsis', 'ada', 'Warn'), ('triage', 'Triage', 'bea', 'Order');
	INSERT INTO aims.framework (framework, title, in_soa) VALUES ('house', 'House rules', false);
	CREATE TABLE shown_soa AS SELECT 0 AS step, s.* FROM aims.soa AS s WHERE false;
	CREATE TABLE shown_risk AS SELECT 0 AS step, r.* FROM aims.risk_register AS r WHERE false;
	CREATE TABLE shown (step integer PRIMARY KEY, at timestamptz NOT NULL);
	CREATE FUNCTION show(step integer) RETURNS void LANGUAGE sql AS $$
		INSERT INTO shown_soa SELECT step, s.* FROM aims.soa AS s;
		INSERT INTO shown_risk SELECT step, r.* FROM aims.risk_register AS r;
		INSERT INTO shown SELECT step, clock_timestamp() $$;

	-- One act at random
	CREATE FUNCTION act(n integer) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		one aims.requirement;
		proof bigint := (SELECT e.evidence_id FROM aims.evidence AS e ORDER BY random() LIMIT 1);
		danger bigint := (SELECT r.risk_id FROM aims.risk AS r ORDER BY random() LIMIT 1);
		about text := (SELECT s.system FROM aims.ai_system AS s ORDER BY random() LIMIT 1);
	BEGIN
		SELECT * INTO one FROM aims.requirement WHERE kind = 'control' AND framework = 'iso42001' ORDER BY random() LIMIT 1;
		CASE floor(random() * 15)
		WHEN 0, 1, 2 THEN
			INSERT INTO aims.applicability (framework, ref, applicable, justification, implementation, owner, review_due)
			VALUES (one.framework, one.ref, random() < 0.8, 'Reason ' || n, (ARRAY['planned', 'implemented', 'verified'])[1 + floor(random() * 3)]::aims.implementation,
			        (ARRAY['ada', 'bea', NULL])[1 + floor(random() * 3)], aims.today() + (random() * 200)::integer)
			ON CONFLICT (framework, ref, scope, system, vendor) DO UPDATE SET applicable = excluded.applicable, justification = excluded.justification, review_due = NULL;
		WHEN 3 THEN
			INSERT INTO aims.applicability (framework, ref, scope, system, applicable, justification, implementation)
			VALUES (one.framework, one.ref, 'system', about, true, 'Reason ' || n, 'implemented') ON CONFLICT DO NOTHING;
		WHEN 4 THEN
			INSERT INTO aims.applicability (ref, scope, vendor, applicable, justification, implementation)
			VALUES ('A.10.3', 'vendor', 'acme', true, 'Reason ' || n, 'implemented') ON CONFLICT (framework, ref, scope, system, vendor)
			DO UPDATE SET implementation = 'in_progress';
		WHEN 5 THEN
			DELETE FROM aims.applicability WHERE applicability_id = (SELECT applicability_id FROM aims.applicability ORDER BY random() LIMIT 1);
		WHEN 6, 7, 8 THEN
			INSERT INTO aims.evidence (title, system, vendor, uri, effective_on, valid_until)
			VALUES ('Evidence ' || n, CASE WHEN random() < 0.5 THEN about END, CASE WHEN random() < 0.3 THEN 'acme' END,
			        CASE WHEN random() < 0.9 THEN 'file:' || n END, aims.today() + (random() * 60)::integer - 20,
			        CASE WHEN random() < 0.8 THEN aims.today() + 40 + (random() * 200)::integer END) RETURNING evidence_id INTO proof;
			INSERT INTO aims.evidence_link (evidence_id, framework, ref)
			SELECT proof, r.framework, r.ref FROM aims.requirement AS r WHERE r.kind = 'control' ORDER BY random() LIMIT 6;
		WHEN 9 THEN
			IF NOT EXISTS (SELECT FROM aims.evidence_revision WHERE earlier = proof) AND proof IS NOT NULL THEN
				PERFORM aims.revise_evidence(proof, uri => 'file:revised', effective_on => aims.today() + (random() * 30)::integer);
			END IF;
		WHEN 10 THEN
			UPDATE aims.framework SET in_soa = NOT in_soa WHERE framework = 'house';
			INSERT INTO aims.requirement (framework, ref, kind, title) VALUES ('house', ('H.' || n)::aims.control_ref, 'control', 'Rule ' || n) ON CONFLICT DO NOTHING;
		WHEN 11 THEN
			UPDATE aims.organisation SET time_zone = (ARRAY['America/New_York', 'Pacific/Kiritimati', 'Europe/Berlin'])[1 + floor(random() * 3)];
		WHEN 12 THEN
			INSERT INTO aims.risk (title, system, source, owner, inherent_likelihood, inherent_severity, review_due)
			VALUES ('Risk ' || n, about, 'privacy', 'ada', 1 + floor(random() * 5), 1 + floor(random() * 5), aims.today() + (random() * 100)::integer);
		WHEN 13 THEN
			INSERT INTO aims.risk_treatment (risk_id, action, framework, ref, owner, due_on)
			SELECT danger, 'Action ' || n, one.framework, one.ref, 'ada', aims.today() + (random() * 60)::integer WHERE danger IS NOT NULL;
		ELSE
			UPDATE aims.risk_treatment SET status = 'done', evidence = proof WHERE status = 'planned' AND aims.evidence_fits(proof, system, vendor);
			UPDATE aims.risk SET current_likelihood = 1, current_severity = 1 WHERE risk_id = danger AND status = 'open';
		END CASE;
	END $$;
	SQL

# Acts, then a seal and a copy; on some days nothing but the day has changed.
my $day = 0;
my $step = 0;
while ($day < 730)
{
	my $acts = rand() < 0.7 ? 1 + int(rand(6)) : 0;
	my $random = rand(2) - 1;

	$day += 1 + int(rand(30));
	$step++;
	set_clock($day, int(rand(24)));
	query("SELECT setseed($random); SELECT act($step * 100 + i) FROM generate_series(1, $acts) AS i; SELECT aims.seal(); SELECT show($step)");
}
cmp_ok($step, '>', 24, 'acts over two years');
cmp_ok(query('SELECT count(DISTINCT status) FROM shown_soa'), '>=', 3, 'statements were in several states') or diag(query('SELECT DISTINCT status FROM shown_soa'));
cmp_ok(query('SELECT count(*) FROM shown_risk'), '>', 0, 'and there were risks');

# What was shown on each of those days, and what is said of it now
my %shown = (soa => 'shown_soa', risk_register => 'shown_risk');
for my $view (sort keys %shown)
{
	my $columns = query("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'aims.$view'::regclass AND attnum > 0");

	for my $zone ('UTC', 'Pacific/Kiritimati')
	{
		is(query(<<~SQL), '', "${view}_at is what $view was on each day, session in $zone");
			SET timezone = '$zone';
			SELECT h.step, h.at, count(d.*)
			FROM shown AS h
			CROSS JOIN LATERAL (
				(SELECT * FROM aims.${view}_at(h.at) EXCEPT ALL SELECT $columns FROM $shown{$view} AS s WHERE s.step = h.step)
				UNION ALL
				(SELECT $columns FROM $shown{$view} AS s WHERE s.step = h.step EXCEPT ALL SELECT * FROM aims.${view}_at(h.at))) AS d
			GROUP BY h.step, h.at
			ORDER BY h.step
			SQL
	}
}

# Between a change and its seal the past is that of the seal before
query(q{UPDATE aims.applicability SET justification = 'Unsealed'});
is(query(q{SELECT count(*) FROM aims.soa_at(clock_timestamp()) WHERE justification = 'Unsealed'}), '0', 'what is not sealed does not show');
query('SELECT aims.seal()');
cmp_ok(query(q{SELECT count(*) FROM aims.soa_at(clock_timestamp()) WHERE justification = 'Unsealed'}), '>', 0, 'sealed it shows');

$node->stop;
done_testing();
