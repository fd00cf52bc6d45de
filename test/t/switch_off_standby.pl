# The stated exception of a switch-off: a commit that waits for a lost
# synchronous standby. The switch-off commits all the same, within
# aims.switch_off_wait, and returns the process that may still complete.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "aims.switch_off_wait = '300ms'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
CREATE ROLE anna LOGIN;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', 'anna');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage)
SELECT system, 'Alert', 'anna', 'Warns', 'deployment' FROM unnest(ARRAY['sepsis', 'stroke']) AS system;
RESET session_replication_role;
SELECT aims.grant_duty_role('officer', 'anna');
CREATE TABLE score (id integer, system text);
SELECT aims.govern('score', system_column => 'system');
INSERT INTO aims.intended_table (system, relation) SELECT system, 'score' FROM aims.ai_system;
SQL

# The standby is gone before it ever came
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'lost'");
$node->restart;

# A commit that waits for it, and its process
sub hang
{
	my ($sql, $application) = @_;
	my $run = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres') . " application_name=$application", '-c', $sql ],
		'<', \undef, '>', '/dev/null', '2>', '/dev/null');

	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = '$application' AND wait_event = 'SyncRep'")
	  or BAIL_OUT("$application does not wait for the standby");
	return ($run, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = '$application'"));
}

sub switch_off
{
	my ($system) = @_;

	return $node->safe_psql('postgres', "SET client_min_messages = error; SELECT pid, gid FROM aims.switch_off('$system', 'alarm') ORDER BY pid",
		connstr => $node->connstr('postgres') . ' user=anna', timeout => 60);
}

my ($sepsis, $sepsis_pid) = hang("INSERT INTO score VALUES (1, 'sepsis')", 'sepsis_writer');
my ($stroke, $stroke_pid) = hang("INSERT INTO score VALUES (2, 'stroke')", 'stroke_writer');
is(switch_off('sepsis'), join("\n", map { "$_|" } sort { $a <=> $b } $sepsis_pid, $stroke_pid),
	'the switch-off returns, with the commits that wait for the standby');
is($node->safe_psql('postgres', 'SELECT system, switched_off FROM aims.switch_event'), 'sepsis|t', 'and is committed');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), '2', 'it does not wait for the standby itself');
is($node->safe_psql('postgres', 'SELECT count(*) FROM score'), '0', 'what hangs is not to be seen yet');

# Everything else abides by it, at any setting of its own
for my $setting (qw(on local off))
{
	my (undef, undef, $error) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSET synchronous_commit = $setting; INSERT INTO score VALUES (3, 'sepsis')");
	like($error, qr/MS003/, "output is refused with synchronous_commit = $setting");
}
is($node->safe_psql('postgres', "SET synchronous_commit = local; INSERT INTO score VALUES (4, 'stroke'); SELECT count(*) FROM score"), '1', 'output of another system is not');

# A second one while the first still hangs
is(switch_off('stroke'), join("\n", map { "$_|" } sort { $a <=> $b } $sepsis_pid, $stroke_pid), 'another switch-off returns as well');

# One commit is given up, the other one is confirmed: both are the exception
$node->safe_psql('postgres', "SELECT pg_cancel_backend($sepsis_pid)");
$sepsis->finish;
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
$stroke->finish;
is($node->safe_psql('postgres', 'SELECT id, system FROM score ORDER BY id'), "1|sepsis\n2|stroke\n4|stroke", 'what was returned, and nothing else, completed late');
is(switch_off('sepsis'), '', 'then nothing is in flight any more');

$node->stop;
done_testing();
