# Sealing, and running monitors, by systemd: the commands of the units that are
# shipped, each run as a role that holds nothing but its bundle.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Text::ParseWords qw(shellwords);

my $node = PostgreSQL::Test::Cluster->new('systemd');

# A unit's command for a database, as the unit's user.
sub command_for
{
	my ($name, $database) = @_;
	my $unit = slurp_file("systemd/$name@.service");
	my ($line) = $unit =~ /^ExecStart=(.*)$/m;
	my ($user) = $unit =~ /^User=(.*)$/m;
	my @command = map { s/%I/$database/r } shellwords($line);

	is($user, $name, 'the unit has a user of its name');
	is(shift @command, '/usr/bin/psql', 'and calls psql');
	return ('psql', @command, '-U', $user);
}

$node->init(auth_extra => [ '--create-role', 'aims-seal,aims-monitor' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE "General Hospital"');
$node->safe_psql('General Hospital', <<~SQL);
	CREATE EXTENSION aims;
	INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada');
	CREATE ROLE "aims-seal" LOGIN;
	CREATE ROLE "aims-monitor" LOGIN;
	INSERT INTO aims.person (person, full_name, db_role) VALUES ('root', 'Root', session_user);
	INSERT INTO aims.duty (person, duty) VALUES ('root', 'ai_officer');
	INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES ('sepsis', 'Sepsis', 'ada', 'warn');
	INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source, query)
	VALUES ('people', 'sepsis', 't', 'rows', 'd', 'ada', '1 day', 'above', 5, 6, 1, 'r', 'SELECT count(*) AS value FROM aims.person');
	UPDATE aims.monitor SET status = 'active';
	SQL
my @command = command_for('aims-seal', 'General Hospital');
my @run = command_for('aims-monitor', 'General Hospital');

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
command_fails_like(\@command, qr/permission denied/, 'nothing is sealed without the bundle');
$node->safe_psql('General Hospital', "SELECT aims.grant_duty_role('administrator', 'aims-seal')");
command_ok(\@command, 'with it the unit seals');
is( $node->safe_psql('General Hospital',
		"SELECT count(leaf_index) FROM aims.audit_log WHERE relation = 'aims.person'"),
	'2', 'what there was');
command_fails_like(\@run, qr/permission denied/, 'nothing is measured without the bundle');
$node->safe_psql('General Hospital', "SELECT aims.grant_duty_role('runner', 'aims-monitor')");
command_ok(\@run, 'with it the unit measures');
is( $node->safe_psql('General Hospital', 'SELECT value, session_user_name FROM aims.measurement'),
	'2|aims-monitor', 'what that role could not read');
command_fails(\@command, 'and fails, for systemd to see, when the server is away')
  if $node->stop;

done_testing();
