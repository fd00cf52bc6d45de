# Recovery to a point in time before a seal: the ledger verifies there and goes
# on in a new incarnation, and signs nothing until the last published checkpoint
# is shown. One that it contains continues the log; one that it lacks ends it,
# and the same key signs under a new origin.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;
my $primary = PostgreSQL::Test::Cluster->new('primary');

sub query
{
	my ($node, $sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub state_of
{
	my ($node, $sql) = @_;
	my (undef, undef, $error) =
	  $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql");

	return $error =~ /ERROR:\s+(\w{5})/ ? $1 : 'none';
}

# Write some rows, seal and publish a checkpoint.
sub publish
{
	my ($node, $first) = @_;

	query($node, <<~SQL);
		INSERT INTO score SELECT n FROM generate_series($first, $first + 299) AS n;
		SELECT aims.seal();
		SQL
	return query($node, 'SELECT aims.checkpoint()');
}

# Recover from the backup to a restore point.
sub recover
{
	my ($name, $point) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init_from_backup($primary, 'base', has_restoring => 1, standby => 0);
	$node->append_conf('postgresql.conf', <<~CONF);
		recovery_target_name = '$point'
		recovery_target_action = 'promote'
		archive_mode = off
		CONF
	$node->start;
	$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
	return $node;
}

# Each entry in the tree, once.
sub is_sealed
{
	my ($node, $name) = @_;

	is(query($node, <<~SQL), '', $name);
		WITH sealed (leaf) AS (SELECT s FROM aims.tile, unnest(sources) AS s WHERE level = 0 AND s > 0)
		SELECT * FROM (
		    (SELECT entry_id FROM aims.audit_entry EXCEPT ALL SELECT leaf FROM sealed)
		    UNION ALL
		    (SELECT leaf FROM sealed EXCEPT ALL SELECT entry_id FROM aims.audit_entry)) AS difference LIMIT 5
		SQL
	return;
}

sub verifies
{
	my ($node, $checkpoint, $name) = @_;
	my $argument = $checkpoint ? "'$checkpoint'" : '';

	is(query($node, "SELECT * FROM aims.verify($argument) WHERE NOT ok"), '', $name);
	return;
}

# Does the log of one checkpoint begin with that of another, under that key?
sub continues
{
	my ($node, $old, $new, $key) = @_;

	return query($node, <<~SQL);
		SELECT aims.verify_consistency(a.tree_size, b.tree_size, a.root_hash, b.root_hash,
		                               aims.consistency_proof(a.tree_size, b.tree_size))
		  FROM aims.open_checkpoint('$old', '$key') AS a, aims.open_checkpoint('$new', aims.public_key()) AS b
		SQL
}

sub origin_of
{
	return (split /\n/, shift)[0];
}

$primary->init(has_archiving => 1, allows_streaming => 1);
$primary->append_conf('postgresql.conf', <<~CONF);
	aims.signing_key_file = '$keys/key'
	max_prepared_transactions = 5
	CONF
$primary->start;
query($primary, <<~SQL);
	CREATE EXTENSION aims;
	CREATE TABLE score (id integer PRIMARY KEY, ai text);
	SELECT aims.govern('score', system_column => 'ai');
	SELECT aims.create_signing_key('hospital.example/log');
	SQL
my $key = query($primary, 'SELECT aims.public_key()');
my $first = publish($primary, 1);
$primary->backup('base');

# A first point with entries that are not sealed and a transaction that is
# prepared, a second one after the seal that has taken the former.
query($primary, <<~SQL);
	INSERT INTO score SELECT n FROM generate_series(1001, 1010) AS n;
	BEGIN;
	INSERT INTO score VALUES (5000);
	PREPARE TRANSACTION 'late';
	SQL
query($primary, "SELECT pg_create_restore_point('before')");
my $second = publish($primary, 2001);
query($primary, "SELECT pg_create_restore_point('after')");
my $third = publish($primary, 3001);
my $last = query($primary, 'SELECT pg_walfile_name(pg_switch_wal())');
$primary->poll_query_until('postgres',
	"SELECT last_archived_wal >= '$last' FROM pg_stat_archiver");
$primary->stop;

# Before the seal: what was published is missing.
my $before = recover('before', 'before');
is( query($before, "SELECT aims.checkpoint_obstacle() LIKE 'withheld:%', max(tree_size) FROM aims.seal"),
	't|' . (split /\n/, $first)[1],
	'recovered to before the seal, checkpoints are withheld');
verifies($before, $first, 'the ledger verifies as it was then');
is(state_of($before, 'SELECT aims.checkpoint()'), 'MS022', 'nothing is signed');
is(state_of($before, "SELECT aims.resume('$third')"), 'MS022', 'nor resumed before a seal');
is(state_of($before, "SELECT aims.create_signing_key('hospital.example/log')"),
	'MS022', 'nor a key created');
query($before, "INSERT INTO score VALUES (6000)");
query($before, 'SELECT aims.seal()');
query($before, "COMMIT PREPARED 'late'");
query($before, 'SELECT aims.seal()') for 1 .. 2;
is_sealed($before, 'the next seal takes what was left, what was prepared and what is new');
is( query($before, <<~SQL), '2|f', 'a new incarnation is there to see');
	SELECT count(*), bool_and(resumed_at IS NOT NULL) FROM aims.incarnation
	SQL
is( query($before, <<~SQL), '1', 'and is an entry');
	SELECT count(*) FROM aims.audit_entry
	 WHERE relation = 'aims.incarnation' AND operation = 'EVENT' AND new_image ->> 'incarnation' = '2'
	SQL
verifies($before, $first, 'the ledger verifies and continues what it has');
is(state_of($before, 'SELECT aims.checkpoint()'), 'MS022', 'checkpoints are still withheld');

# It may have grown beyond what was published: a fork all the same.
query($before, 'INSERT INTO score SELECT n FROM generate_series(7001, 9000) AS n');
query($before, 'SELECT aims.seal()');
like(query($before, "SELECT detail FROM aims.verify('$third') WHERE check_name = 'trusted checkpoint' AND NOT ok"),
	qr/./, 'verify finds that what was published is missing');
my (undef, undef, $warning) =
  $before->psql('postgres', "SELECT aims.resume('$third')");
like($warning, qr/WARNING:.*new origin/, 'resuming with it says that a new origin begins');
my $fork = query($before, 'SELECT aims.checkpoint()');
isnt(origin_of($fork), origin_of($third), 'which it does');
like(origin_of($fork), qr{^hospital\.example/log/[0-9a-f]{16}$}, 'under the same prefix');
is( query($before, 'SELECT count(*), count(DISTINCT public_key), count(*) FILTER (WHERE valid_until IS NULL) FROM aims.signing_key'),
	'2|1|1', 'with the same key');
query($before, 'SELECT aims.seal()');
is( query($before, <<~SQL), $third, 'the checkpoint that ended the former origin is in the ledger');
	SELECT new_image ->> 'last_checkpoint' FROM aims.audit_log
	 WHERE new_image ->> 'act' = 'forked' AND leaf_index IS NOT NULL
	SQL
is(continues($before, $first, $fork, $key), 't', 'both have the same beginning');
verifies($before, $fork, 'the ledger verifies under the new origin');
verifies($before, $first, 'and contains what was signed under the former');
is(state_of($before, "SELECT aims.resume('$third')"), 'MS025', 'there is no way back');

# After the second seal, where no later one was published: the log goes on.
my $after = recover('after', 'after');
query($after, 'SELECT aims.seal()') for 1 .. 2;
is(state_of($after, 'SELECT aims.checkpoint()'), 'MS022', 'withheld after the seal, too');
is(state_of($after, "SELECT aims.resume('$first')"), 'MS025',
	'an older checkpoint does not help: a newer one was signed');
query($after, "SELECT aims.resume('$second')");
my $continued = query($after, 'SELECT aims.checkpoint()');
is(origin_of($continued), origin_of($second), 'the origin goes on');
is(query($after, 'SELECT aims.public_key()'), $key, 'with its key');
is(continues($after, $second, $continued, $key), 't', 'the log continues what was published');
verifies($after, $second, 'and verifies');
query($after, "ROLLBACK PREPARED 'late'");

# A copy of the database knows that it is one.
$after->safe_psql('template1', 'CREATE DATABASE copy TEMPLATE postgres');
$after->safe_psql('copy', 'INSERT INTO score VALUES (6001)');
is( ($after->psql('copy', "SELECT aims.checkpoint()", extra_params => [ '-v', 'VERBOSITY=sqlstate' ]))[2]
	  =~ /MS022/, 1, 'a copy of the database signs nothing');
$after->safe_psql('copy', 'SELECT aims.seal()') for 1 .. 2;
is( $after->safe_psql('copy', <<~SQL), '3|2|0', 'it is an incarnation of its own, and what was written there is sealed');
	SELECT count(*), count(DISTINCT database), (SELECT unsealed FROM aims.ledger_status) FROM aims.incarnation
	SQL
is($after->safe_psql('copy', "SELECT * FROM aims.verify('$continued') WHERE NOT ok"),
	'', 'and verifies');
is(state_of($after, 'SELECT aims.checkpoint()'), 'none', 'the original goes on signing');

$_->stop for $before, $after;
done_testing();
