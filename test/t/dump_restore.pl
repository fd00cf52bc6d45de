# Dump and restore as documented: the ledger arrives whole in another cluster,
# verifies there, and goes on. Restored in any other way it stops.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;
my $dump = "$keys/warehouse.dump";

sub start_cluster
{
	my ($name, $prepare) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', <<END);
aims.signing_key_file = '$keys/signing.key'
log_error_verbosity = verbose
END
	$prepare->($node) if $prepare;
	$node->start;
	return $node;
}

# Everything that the extension keeps: a line per table with a digest of its
# rows, and a line per sequence. What was installed is noted by CREATE EXTENSION.
sub contents
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, <<'END');
SELECT c.relname, x.digest
  FROM pg_class AS c,
       XMLTABLE('/row' PASSING query_to_xml(format(
           'SELECT count(*) || '' rows '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text COLLATE "C")), '''') AS digest FROM %s AS t',
           c.oid::regclass), false, true, '') COLUMNS digest text) AS x
 WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind = 'r' AND c.relname <> 'shipped_object'
 UNION ALL
SELECT sequencename, last_value::text FROM pg_sequences WHERE schemaname = 'aims'
 ORDER BY 1;
END
}

# Checks of the ledger that fail.
sub failed_checks
{
	my ($node, $database, $checkpoint) = @_;
	my $argument = $checkpoint ? "\$\$$checkpoint\$\$" : '';

	return $node->safe_psql($database,
		"SELECT check_name, entry_id, detail FROM aims.verify($argument) WHERE NOT ok");
}

# Entries that no seal has taken, of those that there were at some time.
sub unsealed
{
	my ($node, $database, $newest) = @_;

	return $node->safe_psql($database,
		"SELECT count(*) FROM aims.audit_entry WHERE aims.leaf_index(entry_id) IS NULL AND entry_id <= $newest");
}

sub newest_entry
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, 'SELECT max(entry_id) FROM aims.audit_entry');
}

# The source: transaction ids far ahead of those of a new cluster.
my $source = start_cluster('source',
	sub { run_log([ 'pg_resetwal', '-e', '5', $_[0]->data_dir ]) });

$source->safe_psql('postgres', <<'END');
CREATE EXTENSION aims;
CREATE TABLE score (score_id bigint PRIMARY KEY, person_id bigint, probability real);
INSERT INTO aims.organisation (name, time_zone) VALUES ('General Hospital', 'Europe/Berlin');
INSERT INTO aims.person (person, full_name, db_role) VALUES ('ada', 'Ada', NULL), ('bea', 'Bea', NULL);
INSERT INTO aims.ai_system (system, title, owner, purpose)
VALUES ('sepsis-watch', 'Sepsis Watch', 'ada', 'warn of sepsis');
INSERT INTO score VALUES (100000, 0, 0); -- older than governance
SELECT aims.govern('score', system => 'sepsis-watch', mode => 'observe');
INSERT INTO score SELECT n, n % 100, n / 1000.0 FROM generate_series(1, 1000) AS n;
CREATE TABLE derived AS SELECT 1 AS id, 'sepsis-watch' AS model;
SELECT aims.govern('derived', system_expression => 'lower(model)', mode => 'observe', rebuilt => true);
DROP TABLE derived;
CREATE ROLE vogel LOGIN;
SELECT aims.grant_duty_role('officer', 'vogel');
UPDATE aims.person SET db_role = 'vogel' WHERE person = 'ada';
-- human review: one row is accepted, one is deleted by a person, one waits
CREATE TABLE reading (reading_id bigint PRIMARY KEY, ward text);
SELECT aims.govern('reading', system => 'sepsis-watch', mode => 'observe', review => 'required', site_column => 'ward');
INSERT INTO reading VALUES (1, 'north'), (2, 'south'), (3, NULL);
INSERT INTO aims.person (person, full_name, db_role) VALUES ('sue', 'Sue', session_user);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('sue', 'clinical_reviewer');
RESET session_replication_role;
SELECT aims.review('reading', '{"reading_id": 1}', 'accepted', NULL);
DELETE FROM reading WHERE reading_id = 2;
INSERT INTO aims.override_baseline VALUES ('reading', 'sepsis-watch', '2026-01-01', '2026-03-01', 'As in the validation study');
SELECT aims.released('reading', 'reading_released');
-- a monitor that measures as one role, written in its own session
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('sue', 'ai_officer');
RESET session_replication_role;
SET SESSION AUTHORIZATION vogel;
INSERT INTO aims.monitor (monitor, system, title, metric, definition, owner, every, direction, warn, breach, baseline, baseline_source, query)
SELECT v.monitor, 'sepsis-watch', 't', 'rows', 'd', 'ada', '1 day', 'above', 5, 6, 1, 'r', v.query
  FROM (VALUES ('permitted', 'SELECT count(*) AS value FROM aims.ai_system'), ('forbidden', 'SELECT count(*) AS value FROM public.score')) AS v (monitor, query);
RESET SESSION AUTHORIZATION;
UPDATE aims.monitor SET status = 'active';
-- a risk in money
INSERT INTO aims.risk (title, source) VALUES ('Leak', 'privacy');
INSERT INTO aims.risk_scenario (risk_id, assessment, loss_event_frequency, primary_loss, secondary_probability, secondary_fines)
SELECT risk_id, 'inherent', '0.1..0.3..0.70000000000000007', 'lognormal(10000..1000000)', '0..0.1..0.3@7', '1e6..1e6..1e6' FROM aims.risk;
SELECT aims.simulate_risks(trials => 1000);
END
my $verifier_key = $source->safe_psql('postgres',
	"SELECT aims.create_signing_key('hospital.example/aims')");
$source->safe_psql('postgres', 'SELECT aims.seal()');
$source->safe_psql('postgres',
	'UPDATE score SET probability = 0.5 WHERE score_id <= 10; DELETE FROM score WHERE score_id = 11');
$source->safe_psql('postgres', 'SELECT aims.seal()');
my $checkpoint = $source->safe_psql('postgres', 'SELECT aims.checkpoint()') =~ s/\n*$/\n/r;
$source->safe_psql('postgres', 'UPDATE score SET probability = 0.6 WHERE score_id <= 5');

is(unsealed($source, 'postgres', newest_entry($source, 'postgres')), '5', 'some entries are not sealed yet');
is(failed_checks($source, 'postgres'), '', 'the source verifies');
my $contents = contents($source, 'postgres');
like($contents, qr/^audit_entry\|1\d\d\d rows \w{32}$/m, 'there is something to lose');
my $rows = $source->safe_psql('postgres', 'TABLE score ORDER BY score_id');
my $leaf = $source->safe_psql('postgres',
	'SELECT aims.leaf(min(entry_id)) FROM aims.audit_entry');
command_ok(
	[ 'pg_dump', '-Fc', '-f', $dump, $source->connstr('postgres') ],
	'pg_dump');
$source->stop;

# Not as documented: the first row that a trigger would capture stops it.
my $target = start_cluster('target');
my $log = slurp_file($target->logfile);
$target->safe_psql('postgres', 'CREATE DATABASE refused');
my ($out, $err) =
  run_command([ 'pg_restore', '-e', '-d', $target->connstr('refused'), $dump ]);
like($err, qr/HINT:.*session_replication_role/, 'an ordinary restore stops with a hint');
like(substr(slurp_file($target->logfile), length($log)), qr/ERROR:  MS026/, 'and an SQLSTATE of its own');
is($target->safe_psql('refused', 'SELECT count(*) FROM aims.audit_entry'), '0', 'it leaves no entry');

# As documented
$target->safe_psql('postgres', 'CREATE ROLE vogel LOGIN');
$target->safe_psql('postgres', 'CREATE DATABASE restored');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	command_ok(
		[ 'pg_restore', '-e', '-d', $target->connstr('restored'), $dump ],
		'pg_restore in the replica role');
}
is(contents($target, 'restored'), $contents, 'every table and sequence is as it was');
is($target->safe_psql('restored', 'TABLE score ORDER BY score_id'), $rows, 'so is the warehouse');
is($target->safe_psql('restored', 'SELECT aims.leaf(min(entry_id)) FROM aims.audit_entry'), $leaf,
	'a leaf has the same bytes');
is(failed_checks($target, 'restored'), '', 'the restored ledger verifies');
is(failed_checks($target, 'restored', $checkpoint), '', 'and contains what was published');
is($target->safe_psql('restored', "SELECT problem FROM aims.verify_table('score')"),
	'1 row without an entry; since the ledger was restored nobody can tell whether they are older than governance',
	'live rows are compared, and what ids of transactions told is not guessed');
is($target->safe_psql('restored', <<'END'), '{"score_id": 500}', 'one that was altered is found');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE score SET probability = 1 WHERE score_id = 500;
SELECT key FROM aims.verify_table('score') WHERE problem LIKE 'altered%';
ROLLBACK;
END

is($target->safe_psql('restored', 'SELECT relation, triggers_in_force FROM aims.governed ORDER BY relation::text'), "reading|t\nscore|t",
	'the warehouse tables are governed');
is($target->safe_psql('restored', 'SELECT bool_or(stale) FROM aims.risk_simulation_state'), 'f', 'no simulation is stale');
is($target->safe_psql('restored', 'SELECT count(*), bool_and(aims.simulation_reproduces(risk_simulation_id)) FROM aims.risk_simulation'), '4|t', 'each comes out again');
is($target->safe_psql('restored', 'SELECT reading_id FROM reading_released'), '1', 'what was reviewed is released');
is($target->safe_psql('restored', 'SELECT key FROM aims.pending_review'), '{"reading_id": 3}', 'what waits goes on waiting');
is($target->safe_psql('restored', "BEGIN; UPDATE reading SET ward = 'east' WHERE reading_id = 1; SELECT output_id, new_values FROM aims.output_override ORDER BY override_id DESC LIMIT 1; ROLLBACK"),
	'1|{"ward":"east"}', 'an output is found by its key');

# It goes on: with what was not sealed, and with what comes.
is( $target->safe_psql('restored', <<'END'), '1|t', 'capture goes on');
INSERT INTO score VALUES (2000, 1, 0.1);
SELECT count(*), min(entry_id) > (SELECT max(entry_id) FROM aims.audit_entry WHERE xid >= 5::bigint << 32)
  FROM aims.audit_entry WHERE xid < 5::bigint << 32;
END
my $newest = newest_entry($target, 'restored');
$target->safe_psql('restored', 'SELECT aims.seal()');
is(unsealed($target, 'restored', $newest), '0', 'the next seal leaves nothing out');
is( $target->safe_psql('restored',
		"INSERT INTO aims.duty (person, duty) VALUES ('ada', 'ai_officer') RETURNING duty_id > 0"),
	't', 'sequences go on');
$newest = newest_entry($target, 'restored');
$target->safe_psql('restored', 'SELECT aims.seal()');
is(unsealed($target, 'restored', $newest), '0', 'nor does the one after it');
is(failed_checks($target, 'restored', $checkpoint), '', 'it still verifies');

# Checkpoints are withheld until somebody shows what was published last.
my ($status, undef, $error) = $target->psql('restored', 'SELECT aims.checkpoint()');
isnt($status, 0, 'no checkpoint is signed after a restore');
like($error, qr/aims\.resume/, 'and the hint says what to do');
$target->safe_psql('restored', "SELECT aims.resume(\$\$$checkpoint\$\$)");
my $next = $target->safe_psql('restored', 'SELECT aims.checkpoint()') =~ s/\n*$/\n/r;
is((split /\n/, $next)[0], (split /\n/, $checkpoint)[0], 'once resumed, the origin goes on');
is( $target->safe_psql('restored', <<"END"), 't', 'and the new tree begins with the old one');
SELECT aims.verify_consistency(o.tree_size, n.tree_size, o.root_hash, n.root_hash,
                               aims.consistency_proof(o.tree_size, n.tree_size))
  FROM aims.open_checkpoint(\$\$$checkpoint\$\$, '$verifier_key') AS o,
       aims.open_checkpoint(\$\$$next\$\$, '$verifier_key') AS n
END

is( $target->safe_psql(
		'restored',
		"INSERT INTO aims.duty (person, duty) VALUES ('bea', 'committee_member') RETURNING person",
		extra_params => [ '-q', '-U', 'vogel' ]),
	'bea', 'and what has been granted: an officer goes on working');

# Whoever has restored it, and whoever runs it: the query is its author's.
is( $target->safe_psql('restored', 'SELECT aims.run_due_monitors(); SELECT monitor, value, problem FROM aims.measurement ORDER BY monitor'),
	"2\nforbidden||permission denied for table score (42501)\npermitted|1|", 'monitors run as who wrote their queries');
$target->safe_psql('restored', 'ALTER ROLE vogel RENAME TO voegel');
$target->safe_psql('restored', "SELECT aims.run_monitor('permitted')");
is( $target->safe_psql('restored', "SELECT problem FROM aims.measurement ORDER BY measurement_id DESC LIMIT 1"),
	'role "vogel" does not exist (42704)', 'and as nobody else when that role is gone');

is( $target->safe_psql('restored', <<'END'), 'derived|lower(model)|t', 'a table that was to be made anew is governed when it is');
CREATE TABLE derived AS SELECT 1 AS id, 'Sepsis-Watch' AS model;
SELECT relation, system_expression, triggers_in_force FROM aims.governed WHERE rebuilt;
END
is( $target->safe_psql('restored', "SELECT system, cause, rows FROM aims.violation WHERE relation = 'derived'::regclass"),
	'sepsis-watch|stage|1', 'and its rows are decided on');
is(failed_checks($target, 'restored', $checkpoint), '', 'the ledger verifies');

done_testing();
