# The seed data: two years are played, dumped and restored as documented, into a
# database of another time zone; the ledger verifies there, nothing is lost, the
# large views answer as they did, and soa_at and risk_register_at answer of a day as
# the views did on it: of each AIMS_TEST_EVERY-th day (20) that was sealed.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';

plan skip_all => 'needs the package libfaketime' unless $faketime;

my $last = '2026-06-30';
my $seed = abs_path(dirname(__FILE__) . '/../../demo/seed');
my $dump = PostgreSQL::Test::Utils::tempdir . '/seed.dump';
{
	local @ENV{ 'KEEP_LAST', 'KEEP_DAILY' } = (1, 1);

	command_ok([ "$seed/make", $dump, $last ], 'two years are played');
}
cmp_ok(-s $dump, '<', 15 << 20, 'and are no large file');

my $node = PostgreSQL::Test::Cluster->new('seed');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off");
{
	local %ENV = (%ENV, TZ => 'UTC', LD_PRELOAD => $faketime, FAKETIME => "\@$last 10:00:00", FAKETIME_DONT_FAKE_MONOTONIC => 1);

	$node->start;
}
is($node->safe_psql('postgres', 'SELECT now()::date'), $last, 'it is the last day');
$node->safe_psql('postgres', "CREATE DATABASE hospital; ALTER DATABASE hospital SET timezone = 'Pacific/Kiritimati'");
$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('hospital'), '-f', "$seed/roles.sql" ], 'the roles come first');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';

	command_ok([ 'pg_restore', '-e', '-d', $node->connstr('hospital'), $dump ], 'pg_restore in the replica role');
}
$node->safe_psql('hospital', 'ANALYZE');

sub query { return $node->safe_psql('hospital', @_); }

is(query('SELECT check_name, entry_id, detail FROM aims.verify() WHERE NOT ok'), '', 'the ledger verifies');
is(query(<<~'SQL'), '', 'no row is lost');
	SELECT s.relation, s.rows, x.rows
	  FROM shown.size AS s
	 CROSS JOIN LATERAL XMLTABLE('/row' PASSING query_to_xml(format('SELECT count(*) AS rows FROM aims.%I', s.relation), false, true, '')
	                             COLUMNS rows bigint) AS x
	 WHERE s.rows <> x.rows AND s.relation NOT IN ('shipped_object', 'incarnation')
	SQL
for my $zone ('Pacific/Kiritimati', 'America/Los_Angeles')
{
	for my $view (qw(soa risk_register vendor_coverage certification_readiness next_action))
	{
		is(query(<<~SQL), "$view||", "aims.$view answers as before, session in $zone");
			SET timezone = '$zone';
			WITH was AS (SELECT (jsonb_populate_record(NULL::aims.$view, a.row)).* FROM shown.answer AS a WHERE a.view = '$view')
			SELECT '$view', (SELECT min(d::text) FROM (TABLE was EXCEPT ALL TABLE aims.$view) AS d),
			       (SELECT min(d::text) FROM (TABLE aims.$view EXCEPT ALL TABLE was) AS d)
			SQL
	}
}

# Time travel: what the views showed at the end of a day, and what is said of that day now
my $every = $ENV{AIMS_TEST_EVERY} || 20;
my @days = split /\n/, query("SELECT at FROM (SELECT at, row_number() OVER (ORDER BY at) AS n, count(*) OVER () AS days FROM kept.day) AS d
                              WHERE n % $every = 0 OR n = days ORDER BY at");
my %wrong = (soa => '', risk_register => '');
for my $day (@days)
{
	for my $view (sort keys %wrong)
	{
		my $difference = query(<<~SQL);
			SET timezone = 'UTC'; -- as jsonb shows times
			WITH was AS (SELECT k.row FROM kept.$view AS k WHERE (k.at AT TIME ZONE 'UTC')::date = (timestamptz '$day' AT TIME ZONE 'UTC')::date),
			said AS (SELECT to_jsonb(s) AS row FROM aims.${view}_at('$day') AS s)
			SELECT 'was', count(*) FROM (TABLE was EXCEPT ALL TABLE said) AS d HAVING count(*) > 0
			UNION ALL
			SELECT 'said', count(*) FROM (TABLE said EXCEPT ALL TABLE was) AS d HAVING count(*) > 0
			SQL
		$wrong{$view} .= "$day $difference\n" if $difference ne '';
	}
}
is($wrong{$_}, '', sprintf('aims.%s_at answers of %d days as aims.%s did on them', $_, scalar @days, $_)) for sort keys %wrong;

# What README.md of the seed promises
my %seen = (
	'systems in six of the seven stages' => q{SELECT count(DISTINCT stage) > 5 FROM aims.ai_system},
	'acts on most weeks'                 => q{SELECT count(DISTINCT date_trunc('week', recorded_at)) > 90 FROM aims.audit_entry},
	'a silent monitor'                   => q{SELECT count(*) FROM aims.monitor_state WHERE silent},
	'an expired acceptance'              => q{SELECT count(*) FROM aims.risk_register WHERE acceptance = 'expired' AND NOT acceptable},
	'a stale control'                    => q{SELECT count(*) FROM aims.soa WHERE status = 'stale'},
	'a stale impact assessment'          => q{SELECT count(*) FROM aims.impact_state WHERE state = 'stale'},
	'a report that was late'             => q{SELECT count(*) FROM aims.incident_deadline WHERE state = 'late'},
	'a corrective action that is late'   => q{SELECT count(*) FROM aims.capa WHERE due_on < aims.today() AND status = 'planned'},
	'a violation'                        => q{SELECT count(*) FROM aims.violation},
	'a vendor certificate that is over'  => q{SELECT count(*) FROM aims.vendor_coverage WHERE certificate = 'expired'},
	'a system that is switched off'      => q{SELECT count(*) FROM aims.system_readiness WHERE switched_off},
	'findings of an import'              => q{SELECT count(*) FROM aims.imported_gate JOIN aims.finding USING (finding_id) WHERE closed_at IS NULL},
	'a rejected move'                    => q{SELECT count(*) FROM aims.transition_request WHERE outcome = 'rejected'});
unlike(query($seen{$_}), qr/^[0f]$/, $_) for sort keys %seen;

$node->stop;
done_testing();
