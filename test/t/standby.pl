# On a standby the ledger verifies and proves, and cannot be sealed. After a
# promotion sealing goes on in a new incarnation, and checkpoints are withheld
# until the last published one is shown.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
$primary->append_conf('postgresql.conf',
	"fsync = off\nmax_prepared_transactions = 5\naims.signing_key_file = '$keys/key'\n");
$primary->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
CREATE TABLE result (id integer PRIMARY KEY, ai text);
SELECT aims.govern('result', system_column => 'ai');
SELECT aims.create_signing_key('hospital.example/log');
INSERT INTO result SELECT generate_series(1, 1000);
SQL
$primary->safe_psql('postgres', 'SELECT aims.seal()');
my $published = $primary->safe_psql('postgres', 'SELECT aims.checkpoint()');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres',
	'INSERT INTO result SELECT generate_series(1001, 2000)');
$primary->safe_psql('postgres', 'SELECT aims.seal()');
$primary->wait_for_catchup($standby);

sub state_of
{
	my ($node, $command) = @_;
	my (undef, undef, $stderr) =
	  $node->psql('postgres', "\\set VERBOSITY sqlstate\n$command");
	return $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : 'none';
}

my $entry = $standby->safe_psql('postgres',
	"SELECT entry_id FROM aims.audit_entry WHERE key = '{\"id\": 1500}'");
is($standby->safe_psql('postgres', 'SELECT * FROM aims.verify() WHERE NOT ok'),
	'', 'the ledger verifies on a standby');
is( $standby->safe_psql(
		'postgres', <<SQL), 't', 'a proof made on the standby holds');
SELECT aims.verify_inclusion(aims.leaf($entry), aims.leaf_index($entry), s.tree_size,
                             aims.inclusion_proof($entry), s.root_hash)
FROM aims.seal AS s ORDER BY s.seal_id DESC LIMIT 1
SQL
is(state_of($standby, 'SELECT aims.seal()'),
	'MS021', 'a standby does not seal');
is($standby->safe_psql('postgres', "SELECT * FROM aims.verify_table('result')"),
	'', 'live rows are what the ledger says');
is( $standby->safe_psql(
		'postgres', <<SQL), '1|1', 'history and as_of work there, too');
SELECT (SELECT count(*) FROM aims.history('result', '{"id": 1500}')),
       (SELECT count(*) FROM aims.as_of('result', 'infinity') AS r WHERE r = '{"id": 1500}')
SQL
is(state_of($standby, "SELECT aims.redact($entry, 'test')"),
	'25006', 'a standby does not redact');
is(state_of($standby, "SELECT aims.rebaseline('result', 'test')"),
	'25006', 'nor rebaseline');

# The log is exported from there as it is from the primary.
my $key = PostgreSQL::Test::Utils::tempdir . '/verifier.key';
my $log = PostgreSQL::Test::Utils::tempdir;
append_to_file($key, $primary->safe_psql('postgres', 'SELECT aims.public_key()'));
my $tiles = 'SELECT aims.hash_tile(0, n), aims.entry_bundle(n) FROM generate_series(0, 6) AS n';
is($standby->safe_psql('postgres', $tiles), $primary->safe_psql('postgres', $tiles), 'tiles and bundles of a standby');
command_ok([ 'aims-export', '-d', $standby->connstr('postgres'), $log ], 'aims-export from a standby');
command_ok([ 'aims-verify', '-k', $key, $log ], 'which aims-verify accepts');

# The primary dies with one entry written and not yet sealed, and one prepared.
$primary->safe_psql('postgres', 'INSERT INTO result VALUES (3000)');
$primary->safe_psql('postgres',
	"BEGIN; INSERT INTO result VALUES (5000); PREPARE TRANSACTION 'late'");
$primary->wait_for_catchup($standby);
$primary->stop('immediate');
$standby->promote;

$standby->safe_psql('postgres', 'INSERT INTO result VALUES (4000)');
$standby->safe_psql('postgres', 'SELECT aims.seal()');
$standby->safe_psql('postgres', "COMMIT PREPARED 'late'");
is( $standby->safe_psql(
		'postgres', 'SELECT count(*) FROM aims.verify() WHERE NOT ok'),
	'0', 'what was prepared before the promotion is not taken for forged');
$standby->safe_psql('postgres', 'SELECT aims.seal()') for 1 .. 2;
is( $standby->safe_psql(
		'postgres', 'SELECT count(*), max(incarnation) FROM aims.incarnation'),
	'2|2', 'the promotion began a new incarnation');
is( $standby->safe_psql(
		'postgres', <<'SQL'), '1|1|1', 'what was written before and after the promotion is sealed once');
SELECT count(*) FILTER (WHERE e.key = '{"id": 3000}'), count(*) FILTER (WHERE e.key = '{"id": 4000}'),
       count(*) FILTER (WHERE e.key = '{"id": 5000}')
FROM aims.tile AS t, unnest(t.sources) AS s (entry_id) JOIN aims.audit_entry AS e USING (entry_id)
SQL
is( $standby->safe_psql(
		'postgres', <<'SQL'), '0|0', 'and so is everything else');
SELECT count(s) - count(DISTINCT s), count(s) - (SELECT count(*) FROM aims.audit_entry)
FROM aims.tile AS t, unnest(t.sources) AS s WHERE s > 0
SQL
is($standby->safe_psql('postgres', 'SELECT * FROM aims.verify() WHERE NOT ok'),
	'', 'the ledger verifies after the promotion');
is(state_of($standby, 'SELECT aims.checkpoint()'),
	'MS022', 'checkpoints are withheld: the old primary may have signed more');
like(
	$standby->safe_psql('postgres', 'SELECT checkpoints FROM aims.ledger_status'),
	qr/^WITHHELD/, 'and ledger_status says so');
$standby->safe_psql('postgres', "SELECT aims.resume(rtrim('$published', chr(10)))");
like($standby->safe_psql('postgres', 'SELECT aims.checkpoint()'),
	qr{^hospital\.example/log}, 'until the last published one was shown');

# The tree says of each incarnation what the table says.
is($standby->safe_psql('postgres', 'SELECT * FROM aims.verify() WHERE NOT ok'),
	'', 'a resumption verifies before it is sealed');
$standby->safe_psql('postgres', 'SELECT aims.seal()');
is($standby->safe_psql('postgres', 'SELECT * FROM aims.verify() WHERE NOT ok'),
	'', 'and after');
is( $standby->safe_psql('postgres', <<'SQL'), "1|begun|t\n2|begun|t\n2|resumed|t", 'leaves of the incarnations');
SELECT s.incarnation, s.event,
       sha256('\x00'::bytea || convert_to(format(
           '{"aims":"incarnation/1","incarnation":%s,"event":"%s","time":"%s","tree_size":%s,"last_entry":%s,'
           '"system_identifier":"%s","timeline":%s,"database":%s%s}',
           s.incarnation, s.event, to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.leaf, s.last_entry,
           s.system_identifier, s.timeline, s.database, ',"checkpoint":' || to_json(s.checkpoint)), 'UTF8'))
       = substr(t.hashes, 32 * (s.leaf % 256)::integer + 1, 32)
FROM (SELECT incarnation, 'begun' AS event, started_at AS at, tree_size AS leaf, checkpoint,
             last_entry, system_identifier, timeline, database
      FROM aims.incarnation
      UNION ALL
      SELECT incarnation, resumption, resumed_at, resumed_size, resumed_checkpoint,
             last_entry, system_identifier, timeline, database
      FROM aims.incarnation WHERE resumed_at IS NOT NULL) AS s
JOIN aims.tile AS t ON t.level = 0 AND t.tile_index = s.leaf / 256
WHERE t.sources[s.leaf % 256 + 1] = 0
ORDER BY s.leaf
SQL
for my $change (
	"timeline = timeline + 1 WHERE incarnation = 1",
	"system_identifier = system_identifier + 1 WHERE incarnation = 1",
	"database = database + 1 WHERE incarnation = 2",
	"started_at = started_at - interval '1 microsecond' WHERE incarnation = 2",
	"tree_size = tree_size + 1 WHERE incarnation = 2",
	"last_entry = last_entry + 1 WHERE incarnation = 2",
	"checkpoint = NULL WHERE incarnation = 2",
	"resumed_at = resumed_at + interval '1 microsecond' WHERE incarnation = 2",
	"resumption = 'forked' WHERE incarnation = 2",
	"resumed_size = resumed_size - 1 WHERE incarnation = 2",
	"resumed_checkpoint = NULL WHERE incarnation = 2",
	"resumed_at = NULL, resumption = NULL, resumed_size = NULL WHERE incarnation = 2",
	"incarnation = 3 WHERE incarnation = 2")
{
	is( $standby->safe_psql(
			'postgres',
			"SET session_replication_role = replica; BEGIN; UPDATE aims.incarnation SET $change;"
			  . " SELECT ok FROM aims.verify() WHERE check_name = 'incarnations'; ROLLBACK"),
		'f', "altered: $change");
}
is( $standby->safe_psql(
		'postgres',
		"SET session_replication_role = replica; BEGIN; DELETE FROM aims.incarnation WHERE incarnation = 2;"
		  . " SELECT ok FROM aims.verify() WHERE check_name = 'incarnations'; ROLLBACK"),
	'f', 'a row deleted');
is( $standby->safe_psql(
		'postgres', <<'SQL'), 'resumptions', 'a resumption that nobody made');
SET session_replication_role = replica;
BEGIN;
UPDATE aims.incarnation SET resumed_at = now(), resumption = 'resumed', resumed_size = (SELECT max(tree_size) FROM aims.seal)
WHERE incarnation = 1;
SELECT check_name FROM aims.verify() WHERE NOT ok;
ROLLBACK;
SQL

# What was prepared before the promotion is no late entry to those who have the
# log alone, either.
command_ok([ 'aims-export', '-d', $standby->connstr('postgres'), $log ], 'the log goes on after the promotion');
command_ok([ 'aims-verify', '-k', $key, $log ], 'and verifies');

$standby->stop;
done_testing();
