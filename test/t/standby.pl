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
$primary->init(allows_streaming => 1);
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

$standby->stop;
done_testing();
