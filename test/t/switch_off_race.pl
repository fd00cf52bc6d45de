# Several systems are switched off and on at random while sixteen writers write
# their output: at every isolation level, with savepoints, by COPY, UPDATE and
# in prepared transactions. By the commit timestamps no output is later than
# the switch-off before it, except of prepared transactions that the switch-off
# had reported. Output of a system that is on gets through: of one that is
# never switched off nothing is refused.
#
# How long it takes until a system is off is printed, idle and under load, and
# not judged.
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
SELECT system, 'Alert', 'anna', 'Warns', 'deployment' FROM unnest(ARRAY['always', 'sepsis', 'stroke', 'fall', 'delirium']) AS system;
RESET session_replication_role;
CREATE TABLE score (id bigserial PRIMARY KEY, writer text, system text, gid text);
SELECT aims.govern('score', system_column => 'system', image => 'digest');
INSERT INTO aims.intended_table (system, relation) SELECT system, 'score' FROM aims.ai_system;
CREATE TABLE reported (switch_id bigint, gid text);
CREATE TABLE time_to_off (load text, switch_id bigint, took interval);
GRANT INSERT ON reported, time_to_off TO anna;
GRANT USAGE ON SCHEMA aims TO anna, ben;
GRANT EXECUTE ON FUNCTION aims.switch_off, aims.switch_on TO anna, ben;
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

my @switched = qw(sepsis stroke fall delirium);

# psql on a file, again and again until the end; what it complains of is kept.
sub repeat
{
	my ($kind, $until, $sql) = @_;
	my $script = PostgreSQL::Test::Utils::tempdir . '/script.sql';
	my $err = '';
	my $loop = sprintf 'while [ $(date +%%s) -lt %d ]; do psql -X -d "$0" -f "$1"; done', $until;

	append_to_file($script, "\\set QUIET on\n\\o /dev/null\n$sql");
	return {
		kind => $kind,
		err  => \$err,
		run  => IPC::Run::start([ 'sh', '-c', $loop, $node->connstr('postgres'), $script ],
			'<', \undef, '>', '/dev/null', '2>', \$err)
	};
}

# Off by one person, on by another, after pauses at random. What the switch-off
# returns is kept, and how long it took.
sub off_and_on
{
	my ($system, $load, $pause) = @_;

	return <<"SQL";
SET client_min_messages = error;
SELECT pg_sleep($pause);
SET SESSION AUTHORIZATION anna;
CREATE TEMPORARY TABLE IF NOT EXISTS in_flight (gid text);
DELETE FROM in_flight;
SELECT clock_timestamp() AS start \\gset
INSERT INTO in_flight SELECT gid FROM aims.switch_off('$system', 'race');
SELECT clock_timestamp() AS stop \\gset
SELECT max(switch_id) AS switch_id FROM aims.switch_event WHERE switched_off AND system = '$system' \\gset
INSERT INTO reported SELECT :switch_id, gid FROM in_flight;
INSERT INTO time_to_off VALUES ('$load', :switch_id, timestamptz :'stop' - :'start');
SELECT pg_sleep($pause);
SET SESSION AUTHORIZATION ben;
SELECT aims.switch_on('$system', 'race');
RESET SESSION AUTHORIZATION;
SQL
}

# Without any load
$node->safe_psql('postgres', off_and_on('sepsis', 'idle', 0) x 50);

# What one writer repeats. A refusal ends its transaction, and it goes on. The
# hung one keeps its prepared transactions longer than a switch-off waits.
my $pause = 'SELECT pg_sleep(random() * 0.004)';
my $any = "(ARRAY['always', 'sepsis', 'stroke', 'fall', 'delirium'])[1 + floor(random() * 5)]";
my $gid = "SELECT format('%s_%s', pg_backend_pid(), clock_timestamp()) AS gid, $any AS system \\gset\n";

sub row
{
	return "INSERT INTO score (writer, system) VALUES (:'writer', $any)";
}
my %writers = (
	'read committed'  => 'BEGIN; ' . row() . "; $pause; COMMIT;",
	'repeatable read' => "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; $pause; " . row() . '; COMMIT;',
	'serializable'    => 'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; ' . row() . "; $pause; COMMIT;",
	'autocommit'      => "INSERT INTO score (writer, system) SELECT :'writer', $any FROM generate_series(1, 20);",
	'savepoint'       => 'BEGIN; SAVEPOINT a; ' . row() . '; RELEASE a;'
	  . " SAVEPOINT b; INSERT INTO score (writer, system) VALUES ('undone', $any); ROLLBACK TO b; $pause; COMMIT;",
	'copy' => "SELECT format('COPY score (writer, system) FROM PROGRAM %L CSV',"
	  . " format('yes ''%s,%s'' | head -n 50', :'writer', $any)) \\gexec",
	'prepared' => $gid . "BEGIN; INSERT INTO score (writer, system, gid) VALUES (:'writer', :'system', :'gid');"
	  . " PREPARE TRANSACTION :'gid'; $pause; COMMIT PREPARED :'gid';",
	'update' => "BEGIN; INSERT INTO score (writer, system) VALUES (:'writer', NULL) RETURNING id \\gset\n"
	  . "$pause; UPDATE score SET system = $any WHERE id = :id; COMMIT;",
	# keeps its prepared transactions longer than a switch-off waits
	'hung' => $gid . "BEGIN; INSERT INTO score (writer, system, gid) VALUES (:'writer', :'system', :'gid');"
	  . " PREPARE TRANSACTION :'gid'; SELECT pg_sleep(0.3 + random() * 0.3); COMMIT PREPARED :'gid'; SELECT pg_sleep(0.5);");

my $end = time + $seconds;
my @running;
for my $kind (sort keys %writers)
{
	for my $n (1 .. ($kind =~ /hung|update/ ? 1 : 2))
	{
		push @running,
		  repeat($kind, $end, "\\set writer '$kind $n'\n" . "$writers{$kind}\n" x ($kind eq 'hung' ? 1 : 20));
	}
}
my @switches = map { repeat("switching $_", $end, off_and_on($_, 'load', '0.03 + random() * 0.1') x 3) } @switched;
$_->{run}->finish for @running, @switches;

# Every system is on again. One more that hangs, since few of the writer's meet
# a switch-off in a short run
is($node->safe_psql('postgres', "INSERT INTO score (writer, system) SELECT 'end', system FROM aims.ai_system RETURNING system"),
	"always\nsepsis\nstroke\nfall\ndelirium", 'in the end output of every system is accepted');
$node->safe_psql('postgres', <<"SQL" . off_and_on('sepsis', 'end', 0) =~ s/SET SESSION AUTHORIZATION ben.*//sr);
BEGIN;
INSERT INTO score (writer, system, gid) VALUES ('hung', 'sepsis', 'last');
PREPARE TRANSACTION 'last';
SQL
$node->safe_psql('postgres', "COMMIT PREPARED 'last'");

# Output between the commits of a switch-off and of the next switch-on
my $late = <<'SQL';
WITH act AS (
    SELECT switch_id, system, switched_off, pg_xact_commit_timestamp(xmin) AS at,
           lead(pg_xact_commit_timestamp(xmin)) OVER (PARTITION BY system ORDER BY switch_id) AS until
    FROM aims.switch_event),
late AS (
    SELECT s.writer, s.gid, a.switch_id,
           EXISTS (SELECT FROM reported AS r WHERE r.switch_id = a.switch_id AND r.gid = s.gid) AS reported
    FROM score AS s
    JOIN act AS a ON a.switched_off AND a.system = s.system
     AND pg_xact_commit_timestamp(s.xmin) > a.at AND (pg_xact_commit_timestamp(s.xmin) < a.until OR a.until IS NULL))
SQL
my $unreported = $node->safe_psql('postgres',
	"$late SELECT writer, count(*) FROM late WHERE NOT reported GROUP BY writer ORDER BY writer");
my $written = $node->safe_psql('postgres', 'SELECT count(*) FROM score');
my $acts = $node->safe_psql('postgres', 'SELECT min(n) FROM (SELECT count(*) AS n FROM aims.switch_event WHERE switched_off GROUP BY system) AS s');
my $refused = grep { ${ $_->{err} } =~ /is switched off and may not write/ } @running;

cmp_ok($acts, '>=', 2, "each system was switched off and on $acts times or more");
cmp_ok($written, '>', 100 * $seconds, "$written rows written");
cmp_ok($refused, '>=', 12, "$refused of 16 writers were refused now and then");
for my $run (@running, @switches)
{
	my @other = grep { /ERROR|FATAL/ && !/is switched off and may not write|current transaction is aborted|could not serialize|savepoint "b" does not exist|prepared transaction with identifier/ }
	  split /\n/, ${ $run->{err} };
	is("@other[0 .. ($#other > 2 ? 2 : $#other)]", '', "$run->{kind}: nothing else went wrong");
}
is(scalar(grep { ${ $_->{err} } =~ /"always" is switched off/ } @running), 0, 'a system that is never switched off is never refused');
is( $node->safe_psql('postgres', <<'SQL'),
SELECT w.writer, s.system FROM (SELECT DISTINCT writer FROM score WHERE writer ~ '\d$' AND writer !~ 'hung') AS w CROSS JOIN aims.ai_system AS s
 WHERE NOT EXISTS (SELECT FROM score AS o WHERE o.writer = w.writer AND o.system = s.system)
SQL
	'', 'every writer gets output of every system through while it is on');
is($node->safe_psql('postgres', "SELECT count(*) FROM score WHERE writer = 'undone'"),
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
diag("time to off, $_") for split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT format('%s: %s times, p50 %s, p90 %s, p99 %s ms', load, count, to_char(p[1], 'FM9990.0'), to_char(p[2], 'FM9990.0'), to_char(p[3], 'FM9990.0'))
FROM (SELECT CASE WHEN load = 'idle' THEN 'idle'
                  WHEN EXISTS (SELECT FROM reported AS r WHERE r.switch_id = t.switch_id) THEN 'under load, waited in vain for a hung transaction'
                  ELSE 'under load' END AS load,
             count(*), percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM took) * 1000) AS p
      FROM time_to_off AS t WHERE load <> 'end' GROUP BY 1) AS s (load, count, p)
ORDER BY load
SQL

$node->stop;
done_testing();
