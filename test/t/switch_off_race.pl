# A system is switched off and on while many write its output: at every
# isolation level, with savepoints, by COPY, and in prepared transactions. By
# the commit timestamps no output is later than the switch-off before it,
# except of prepared transactions that the switch-off had reported.
#
# AIMS_TEST_SECONDS says how long (default 4). AIMS_RACE_WITHOUT_LOCK=1 runs
# the same on a library that is built without the switch-off lock, from the
# tree and with the compiler at hand, and expects late output: so one sees
# that the test can fail.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $seconds = $ENV{AIMS_TEST_SECONDS} // 4;
my $without_lock = $ENV{AIMS_RACE_WITHOUT_LOCK};

my $node = PostgreSQL::Test::Cluster->new('switch_off_race');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
track_commit_timestamp = on
max_prepared_transactions = 60
max_connections = 60
fsync = off
log_statement = none
aims.switch_off_wait = '200ms'
END
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
CREATE ROLE anna LOGIN;
CREATE ROLE ben LOGIN;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', 'anna'), ('ben', 'Ben Reviewer', 'ben');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer'), ('ben', 'clinical_reviewer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage)
VALUES ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment');
RESET session_replication_role;
GRANT USAGE ON SCHEMA aims TO anna, ben;
GRANT EXECUTE ON FUNCTION aims.switch_off, aims.switch_on TO anna, ben;
CREATE TABLE score (id bigserial, kind text, gid text);
SELECT aims.govern('score', system => 'sepsis', image => 'digest');
CREATE TABLE reported (switch_id bigint, gid text);
GRANT INSERT ON reported TO anna;
GRANT SELECT ON aims.switch_event TO anna;
SQL

# Put a library without the lock in the place of ours, in this database only.
sub take_out_the_lock
{
	my $tree = dirname(dirname(dirname(abs_path($0))));
	my $build = PostgreSQL::Test::Utils::tempdir;

	system("cd '$tree' && cp -R Makefile aims.control src sql '$build' && rm -f '$build'/src/*.o"
		  . " && make -s -C '$build' with_llvm=no PG_CONFIG='$ENV{PG_CONFIG}'"
		  . " COPT=-DAIMS_TEST_NO_EPOCH_LOCK >/dev/null") == 0
	  or BAIL_OUT('cannot build the library without the lock');
	$node->safe_psql('postgres',
		"UPDATE pg_proc SET probin = '$build/aims' WHERE probin = '\$libdir/aims'");
}
$ENV{PG_CONFIG} //= 'pg_config';
take_out_the_lock() if $without_lock;

# What one writer repeats. A refusal ends its transaction, and it goes on. The
# hung one keeps its prepared transactions longer than a switch-off waits.
my $pause = 'SELECT pg_sleep(random() * 0.004)';
my %writers = (
	'read committed' => "BEGIN; INSERT INTO score (kind) VALUES ('rc'); $pause; COMMIT;",
	'repeatable read' =>
	  "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; $pause; INSERT INTO score (kind) VALUES ('rr'); COMMIT;",
	'serializable' =>
	  "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; INSERT INTO score (kind) VALUES ('ser'); $pause; COMMIT;",
	'autocommit' => "INSERT INTO score (kind) SELECT 'auto' FROM generate_series(1, 20);",
	'savepoint' => "BEGIN; SAVEPOINT a; INSERT INTO score (kind) VALUES ('kept'); RELEASE a;"
	  . " SAVEPOINT b; INSERT INTO score (kind) VALUES ('undone'); ROLLBACK TO b; $pause; COMMIT;",
	'copy' => "COPY score (kind) FROM PROGRAM 'yes copy | head -n 50';",
	'prepared' => "SELECT format('p%s_%s', pg_backend_pid(), clock_timestamp()) AS gid \\gset\n"
	  . "BEGIN; INSERT INTO score (kind, gid) VALUES ('prepared', :'gid'); PREPARE TRANSACTION :'gid';"
	  . " $pause; COMMIT PREPARED :'gid';",
	'hung' => "SELECT format('h%s_%s', pg_backend_pid(), clock_timestamp()) AS gid \\gset\n"
	  . "BEGIN; INSERT INTO score (kind, gid) VALUES ('hung', :'gid'); PREPARE TRANSACTION :'gid';"
	  . " SELECT pg_sleep(0.3 + random() * 0.3); COMMIT PREPARED :'gid'; SELECT pg_sleep(0.5);");

my $end = time + $seconds;
my @running;
for my $kind (sort keys %writers)
{
	for my $n (1 .. 2)
	{
		next if $kind eq 'hung' && $n > 1;
		my $script = PostgreSQL::Test::Utils::tempdir . '/writer.sql';
		append_to_file($script,
			"\\set QUIET on\n\\o /dev/null\n" . "$writers{$kind}\n" x ($kind eq 'hung' ? 1 : 20));
		my $err = '';
		my $loop = sprintf 'while [ $(date +%%s) -lt %d ]; do psql -X -d "$0" -f "$1"; done', $end;
		push @running,
		  {
			kind => $kind,
			err  => \$err,
			run  => IPC::Run::start(
				[ 'sh', '-c', $loop, $node->connstr('postgres'), $script ],
				'<', \undef, '>', '/dev/null', '2>', \$err)
		  };
	}
}

# What the switch-off returns is kept with it.
sub switch_off
{
	$node->safe_psql('postgres', <<'SQL', connstr => $node->connstr('postgres') . ' user=anna');
SET client_min_messages = error;
CREATE TEMPORARY TABLE now AS SELECT gid FROM aims.switch_off('sepsis', 'race');
INSERT INTO reported SELECT (SELECT max(switch_id) FROM aims.switch_event WHERE switched_off), gid FROM now;
SQL
}

# Off and on, by two people
my $acts = 0;
while (time < $end)
{
	switch_off();
	usleep(30_000 + rand(60_000));
	$node->safe_psql('postgres', "SELECT aims.switch_on('sepsis', 'race')",
		connstr => $node->connstr('postgres') . ' user=ben');
	usleep(30_000 + rand(60_000));
	$acts++;
}
$_->{run}->finish for @running;

# One more that hangs, since few of the writer's meet a switch-off in a short run
$node->safe_psql('postgres', <<'SQL');
BEGIN;
INSERT INTO score (kind, gid) VALUES ('hung', 'last');
PREPARE TRANSACTION 'last';
SQL
switch_off();
$node->safe_psql('postgres', "COMMIT PREPARED 'last'");

# Output between the commits of a switch-off and of the next switch-on
my $late = <<'SQL';
WITH act AS (
    SELECT switch_id, switched_off, pg_xact_commit_timestamp(xmin) AS at,
           lead(pg_xact_commit_timestamp(xmin)) OVER (ORDER BY switch_id) AS until
    FROM aims.switch_event),
late AS (
    SELECT s.kind, s.gid, a.switch_id,
           EXISTS (SELECT FROM reported AS r WHERE r.switch_id = a.switch_id AND r.gid = s.gid) AS reported
    FROM score AS s
    JOIN act AS a ON a.switched_off
     AND pg_xact_commit_timestamp(s.xmin) > a.at AND (pg_xact_commit_timestamp(s.xmin) < a.until OR a.until IS NULL))
SQL
my $unreported = $node->safe_psql('postgres',
	"$late SELECT kind, count(*) FROM late WHERE NOT reported GROUP BY kind ORDER BY kind");
my $written = $node->safe_psql('postgres', 'SELECT count(*) FROM score');
my $refused = grep { ${ $_->{err} } =~ /is switched off and may not write/ } @running;

cmp_ok($acts, '>=', 2, "$acts times switched off and on");
cmp_ok($written, '>', 100 * $seconds, "$written rows written");
cmp_ok($refused, '>=', 12, "$refused of 15 writers were refused now and then");
for my $writer (@running)
{
	my @other = grep { /ERROR|FATAL/ && !/is switched off and may not write|current transaction is aborted|could not serialize|savepoint "b" does not exist|prepared transaction with identifier/ }
	  split /\n/, ${ $writer->{err} };
	is("@other[0 .. ($#other > 2 ? 2 : $#other)]", '', "$writer->{kind}: nothing else went wrong");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM score WHERE kind = 'undone'"),
	'0', 'what was rolled back is not there');
if ($without_lock)
{
	isnt($unreported, '', "without the lock there is late output: $unreported");
}
else
{
	is($unreported, '', 'no output is later than a switch-off that did not report it');
	cmp_ok($node->safe_psql('postgres', "$late SELECT count(*) FROM late WHERE reported"),
		'>', 0, 'hung transactions were reported and completed late');
}

$node->stop;
done_testing();
