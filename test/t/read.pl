# Reads of sessions that preload the library: a line in the server log for each
# statement, whatever becomes of its transaction, also on a standby; refusals;
# and what the role itself can do about it.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
$primary->append_conf('postgresql.conf', <<'CONF');
fsync = off
log_statement = none
log_min_error_statement = error
max_prepared_transactions = 5
CONF
$primary->start;
$primary->safe_psql('postgres', 'CREATE DATABASE plain');
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna', 'postgres'), ('ben', 'Ben', NULL);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis', 'anna', 'Warns', 'deployment'), ('notes', 'Notes', 'anna', 'Reads', 'inception');
RESET session_replication_role;
CREATE TABLE patient (id integer PRIMARY KEY, name text);
INSERT INTO patient SELECT n, 'Name ' || n FROM generate_series(1, 1000) AS n;
CREATE TABLE note (id integer PRIMARY KEY, patient integer REFERENCES patient);
CREATE VIEW patient_name AS SELECT name FROM patient;
CREATE TABLE weather (day date);
CREATE FUNCTION look(n integer) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT name FROM patient WHERE id = n); END';
CREATE ROLE bot LOGIN;
CREATE ROLE human LOGIN;
CREATE ROLE "odd ""bot" LOGIN;
GRANT ALL ON ALL TABLES IN SCHEMA public TO bot, human, "odd ""bot";
GRANT pg_read_all_settings TO bot;
INSERT INTO aims.phi_table (relation, reason) VALUES ('patient', 'Names');
SELECT aims.bind_role('sepsis', 'bot'), aims.bind_role('notes', 'bot'), aims.bind_role('sepsis', '"odd ""bot"');
ALTER ROLE bot SET session_preload_libraries = 'aims';
ALTER ROLE "odd ""bot" SET session_preload_libraries = 'aims';
ALTER ROLE human SET session_preload_libraries = 'aims';
SQL

my $standby = PostgreSQL::Test::Cluster->new('standby');
$primary->backup('base');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# Run a script as a role, in a session of its own; returns its stderr and what
# the log says meanwhile of reads: [relations, command] of each line.
sub read_as
{
	my ($node, $role, $sql, $db) = @_;
	my $from = -s $node->logfile;
	my (undef, $stdout, $stderr) = $node->psql($db // 'postgres',
		"\\set VERBOSITY sqlstate\n$sql", extra_params => [ '-U', $role ], on_error_stop => 0);
	my $log = substr(slurp_file($node->logfile), $from);
	my @lines = map { decode_json($_) } $log =~ /LOG:  PHI read: (.*)\n/g;

	is($_->{role}, $role, "the line names $role") for @lines;
	return ($stderr, join(' ', map { "$_->{command}(" . join(',', @{ $_->{relations} }) . ')' } @lines), \@lines, $log, $stdout);
}

sub reads
{
	my ($node, $role, $sql, $expected, $name, $db) = @_;
	my ($stderr, $lines, $all, $log) = read_as($node, $role, $sql, $db);

	is($lines, $expected, $name);
	unlike($stderr, qr/MS006/, "$name: not refused");
	unlike(join('', $log =~ /(PHI read.*\n(?:\t.*\n|.*STATEMENT.*\n)*)/g), qr/STATEMENT|Name 1/, "$name: a line of names alone");
	return $all;
}

# One line for a statement
my $all = reads($primary, 'bot', 'SELECT * FROM patient', 'SELECT(public.patient)', 'a table');
is_deeply($all->[0], {
	role => 'bot', systems => ['sepsis'], relations => ['public.patient'], command => 'SELECT' },
	'the line says who, for which system, what');
for my $case (
	[ 'SELECT * FROM patient_name', 'SELECT(public.patient)', 'through a view' ],
	[ 'SELECT * FROM weather', '', 'a table that is not marked' ],
	[ 'COPY patient TO STDOUT', 'SELECT(public.patient)', 'COPY' ],
	[ 'BEGIN; SELECT * FROM patient; ROLLBACK', 'SELECT(public.patient)', 'rolled back' ],
	[ "BEGIN;\nSELECT * FROM patient;\nSELECT 1 / 0;\nSELECT * FROM patient;\nCOMMIT;", 'SELECT(public.patient)', 'an aborted transaction' ],
	[ "SET default_transaction_read_only = on;\nSELECT * FROM patient", 'SELECT(public.patient)', 'a read-only session' ],
	[ "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE;\nSELECT * FROM patient;", 'SELECT(public.patient)', 'serializable and deferrable' ],
	[ "SELECT * FROM patient;\nSELECT * FROM patient;", 'SELECT(public.patient) SELECT(public.patient)', 'two statements' ],
	[ "PREPARE p AS SELECT * FROM patient;\nEXECUTE p;\nEXECUTE p;", 'SELECT(public.patient) SELECT(public.patient)', 'prepared: each execution' ],
	[ 'SELECT look(n) FROM generate_series(1, 500) AS n', 'SELECT(public.patient)', 'a function for each row: once' ],
	[ 'INSERT INTO note SELECT n, n FROM generate_series(1, 500) AS n', 'SELECT(public.patient)', 'keys that are checked: once' ],
	[ "UPDATE patient SET name = name WHERE id = 1", 'UPDATE(public.patient)', 'UPDATE' ],
	[ "SELECT * FROM patient FOR UPDATE", 'SELECT(public.patient)', 'locking is no UPDATE' ],
	[ "DELETE FROM note USING patient WHERE note.patient = patient.id", 'DELETE(public.patient)', 'DELETE' ],
	[ "CREATE TEMP TABLE mine AS SELECT * FROM patient", 'SELECT(public.patient)', 'CREATE TABLE AS' ],
	[ "BEGIN;\nDECLARE c CURSOR FOR SELECT * FROM patient;\nFETCH 1 FROM c;\nFETCH 1 FROM c;\nCOMMIT;", 'SELECT(public.patient)', 'a cursor, when it is opened' ],
	[ "BEGIN;\nSELECT * FROM patient;\nPREPARE TRANSACTION 'p';\nROLLBACK PREPARED 'p';", 'SELECT(public.patient)', 'a prepared transaction' ],
	[ "SET parallel_setup_cost = 0;\nSET parallel_tuple_cost = 0;\nSET min_parallel_table_scan_size = 0;\nSELECT count(*) FROM patient", 'SELECT(public.patient)', 'a parallel query: workers say nothing' ],
	[ "SET client_min_messages = debug5;\nSELECT * FROM patient", 'SELECT(public.patient)', 'whatever the client asks for' ])
{
	reads($primary, 'bot', @$case);
}
my (undef, undef, undef, undef, $plan) = read_as($primary, 'bot', <<'SQL');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM patient
SQL
like($plan, qr/Workers Launched: [1-9]/, 'there were workers');
reads($primary, 'odd "bot', 'SELECT * FROM patient', 'SELECT(public.patient)', 'a quoted role');
reads($primary, 'human', 'SELECT * FROM patient', '', 'a role that is not bound');
reads($standby, 'bot', 'SELECT * FROM patient', 'SELECT(public.patient)', 'on a standby');

# In a database without the extension, which the role's setting loads there too
reads($primary, 'bot', 'CREATE TEMP TABLE patient (id integer); SELECT * FROM patient; SELECT count(*) FROM pg_class', '', 'a database without the extension', 'plain');

# The role cannot take the setting away
is((read_as($primary, 'bot', 'SHOW session_preload_libraries'))[4], 'aims', 'the session has the setting');
like((read_as($primary, 'bot', 'ALTER ROLE bot RESET session_preload_libraries'))[0], qr/42501/, 'the role does not reset it');
read_as($primary, 'bot', 'ALTER ROLE bot RESET ALL');
reads($primary, 'bot', 'SELECT * FROM patient', 'SELECT(public.patient)', 'RESET ALL keeps it');
{
	local $ENV{PGOPTIONS} = '-c session_preload_libraries=';
	like((read_as($primary, 'bot', 'SELECT * FROM patient'))[0], qr/permission denied|FATAL/, 'nor by options of the connection');
}
like((read_as($primary, 'bot', "SET log_min_messages = panic;\nSET log_min_error_statement = panic"))[0], qr/42501/, 'nor silence the log');
is($primary->safe_psql('postgres', "SELECT role, reads_controlled FROM aims.reader ORDER BY role"), "bot|t\nodd \"bot|t", 'the view says that they are controlled');

# A session that is open when its system is switched off, on both servers
my @open = map {
	my $session = $_->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'bot' ]);
	$session->query_safe('\set VERBOSITY sqlstate');
	$session->query('PREPARE p AS SELECT count(*) FROM patient');
	$session->query_safe('BEGIN');
	is($session->query('EXECUTE p'), '1000', 'an open transaction reads');
	$session;
} ($primary, $standby);
$primary->safe_psql('postgres', "SELECT * FROM aims.switch_off('sepsis', 'Test')");
$primary->wait_for_catchup($standby);
for my $session (@open)
{
	isnt($session->query('EXECUTE p'), '1000', 'and no more after the switch-off');
	$session->query('ROLLBACK');
}
$primary->safe_psql('postgres', 'ALTER ROLE bot RENAME TO robot');
is($open[0]->query('EXECUTE p'), '1000', 'a role is bound by its name');
$primary->safe_psql('postgres', 'ALTER ROLE robot RENAME TO bot');
isnt($open[0]->query('EXECUTE p'), '1000', 'and is so again');
$_->quit for @open;
for my $node ($primary, $standby)
{
	my ($stderr, $lines, undef, $log) = read_as($node, 'bot', 'SELECT * FROM patient');

	like($stderr, qr/MS006/, $node->name . ': refused');
	is($lines, '', $node->name . ': not logged as read');
	like($log, qr/ERROR:  role "bot" may not read protected health information: public\.patient\n/, $node->name . ': but as refused');
}
like((read_as($primary, 'bot', 'INSERT INTO note VALUES (9999, 1)'))[0], qr/MS006/, 'a key that is checked is refused, too');

# A restored dump, and a server that is upgraded in binary mode, ask nothing.
$primary->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_dump', '-Fc', '-f', "$PostgreSQL::Test::Utils::tmp_check/dump", $primary->connstr('postgres') ], 'dumped');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica -c session_preload_libraries=aims';
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $primary->connstr('restored'), "$PostgreSQL::Test::Utils::tmp_check/dump" ], 'restored with the library preloaded');
}
like((read_as($primary, 'bot', 'SELECT * FROM patient', 'restored'))[0], qr/MS006/, 'the restored database refuses');

$standby->stop;
$primary->stop;
done_testing();
