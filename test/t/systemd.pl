# Sealing by systemd: the command of the unit that is shipped, run as a role that
# holds nothing but the bundle.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Text::ParseWords qw(shellwords);

my $unit = slurp_file('systemd/aims-seal@.service');
my $node = PostgreSQL::Test::Cluster->new('systemd');

# The unit's command for a database.
sub command_for
{
	my ($database) = @_;
	my ($line) = $unit =~ /^ExecStart=(.*)$/m;
	my @command = map { s/%I/$database/r } shellwords($line);

	is(shift @command, '/usr/bin/psql', 'the unit calls psql');
	return ('psql', @command);
}

$node->init(auth_extra => [ '--create-role', 'aims-seal' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE "General Hospital"');
$node->safe_psql('General Hospital', <<~SQL);
	CREATE EXTENSION aims;
	INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada');
	CREATE ROLE "aims-seal" LOGIN;
	SQL
my ($user) = $unit =~ /^User=(.*)$/m;
my @command = (command_for('General Hospital'), '-U', $user);

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
command_fails_like(\@command, qr/permission denied/, 'nothing is sealed without the bundle');
$node->safe_psql('General Hospital', "SELECT aims.grant_duty_role('administrator', 'aims-seal')");
command_ok(\@command, 'with it the unit seals');
is( $node->safe_psql('General Hospital',
		"SELECT count(leaf_index) FROM aims.audit_log WHERE relation = 'aims.person'"),
	'1', 'what there was');
command_fails(\@command, 'and fails, for systemd to see, when the server is away')
  if $node->stop;

done_testing();
