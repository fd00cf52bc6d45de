# pg_upgrade: transaction ids go on where they were, in a cluster of another
# identifier. The ledger verifies there, the next seal takes what was left in a
# new incarnation, and checkpoints are withheld until the last one is shown.
#
# From the server of OLD_PG_CONFIG or an older one of Debian's that has the
# extension; where there is neither, from the same version.
use strict;
use warnings;

use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;

sub config_of
{
	my ($pg_config, $what) = @_;

	return `$pg_config --$what` =~ s/\n//r;
}

sub major_of
{
	return config_of(shift, 'version') =~ /^PostgreSQL (\d+)/ ? $1 : 0;
}

sub has_extension
{
	my ($pg_config) = @_;

	return -e config_of($pg_config, 'sharedir') . '/extension/aims.control'
	  && -e config_of($pg_config, 'pkglibdir') . '/aims.so';
}

# The newest of the older servers.
sub older_server
{
	my ($new) = @_;
	my @older = sort { major_of($a) <=> major_of($b) }
	  grep { major_of($_) < major_of($new) && has_extension($_) }
	  glob '/usr/lib/postgresql/*/bin/pg_config';

	return $older[-1];
}

sub new_cluster
{
	my ($name, $pg_config) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name,
		install_path => dirname(config_of($pg_config, 'bindir')));

	# checksums are the default from 18 on; both clusters have to agree
	$node->init(extra => major_of($pg_config) < 18 ? [] : ['--no-data-checksums']);
	$node->append_conf('postgresql.conf', "aims.signing_key_file = '$keys/key'");
	return $node;
}

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

my $new_config = $ENV{PG_CONFIG} // 'pg_config';
my $old_config = $ENV{OLD_PG_CONFIG} // older_server($new_config) // $new_config;
my $old = new_cluster('old', $old_config);
my $new = new_cluster('new', $new_config);

cmp_ok(major_of($old_config), '<', major_of($new_config), 'the server is older')
  if $ENV{OLD_PG_CONFIG};
$old->start;
query($old, <<~SQL);
	CREATE EXTENSION aims;
	CREATE TABLE score (id integer PRIMARY KEY, ai text);
	SELECT aims.govern('score', system_column => 'ai', image => 'full');
	SELECT aims.create_signing_key('hospital.example/log');
	INSERT INTO score SELECT generate_series(1, 600);
	SELECT aims.seal();
	SQL
my $published = query($old, 'SELECT aims.checkpoint()');
query($old, 'UPDATE score SET id = id + 1000 WHERE id <= 50');
my $leaf = query($old, 'SELECT aims.leaf(min(entry_id)) FROM aims.audit_entry');
my ($count, $xid) = split /\|/,
  query($old, 'SELECT count(*), max(xid) FROM aims.audit_entry');
$old->stop;

chdir $keys;
command_ok(
	[
		'pg_upgrade', '--no-sync',
		'--old-datadir' => $old->data_dir,
		'--new-datadir' => $new->data_dir,
		'--old-bindir' => config_of($old_config, 'bindir'),
		'--new-bindir' => config_of($new_config, 'bindir'),
		'--socketdir' => $new->host,
		'--old-port' => $old->port,
		'--new-port' => $new->port
	],
	'pg_upgrade from ' . major_of($old_config) . ' to ' . major_of($new_config));

$new->start;
is(query($new, 'SELECT count(*), max(xid) FROM aims.audit_entry'),
	"$count|$xid", 'the entries are there, and the upgrade has added none');
is(query($new, "SELECT * FROM aims.verify('$published') WHERE NOT ok"),
	'', 'the ledger verifies and contains what was published');
is(query($new, 'SELECT aims.leaf(min(entry_id)) FROM aims.audit_entry'),
	$leaf, 'a leaf has the same bytes');
is(state_of($new, 'SELECT aims.checkpoint()'), 'MS022', 'checkpoints are withheld');

query($new, 'INSERT INTO score VALUES (2000); UPDATE score SET id = 2001 WHERE id = 2000');
is( query($new, "SELECT count(*), bool_and(xid > $xid) FROM aims.audit_entry WHERE incarnation = 2"),
	'2|t', 'capture goes on in a new incarnation, with larger transaction ids');
query($new, 'SELECT aims.seal()') for 1 .. 2;
is(query($new, <<~SQL), '', 'each entry is sealed, and once');
	WITH sealed (leaf) AS (SELECT s FROM aims.tile, unnest(sources) AS s WHERE level = 0 AND s > 0)
	SELECT * FROM (
	    (SELECT entry_id FROM aims.audit_entry EXCEPT ALL SELECT leaf FROM sealed)
	    UNION ALL
	    (SELECT leaf FROM sealed EXCEPT ALL SELECT entry_id FROM aims.audit_entry)) AS difference LIMIT 5
	SQL
is( query($new, 'SELECT count(*), count(DISTINCT system_identifier), count(DISTINCT database) FROM aims.incarnation'),
	'2|2|1', 'the incarnation is there to see, with the identifier of the new cluster');
is(query($new, "SELECT * FROM aims.verify('$published') WHERE NOT ok"),
	'', 'the ledger verifies after the next seal');
is(state_of($new, 'SELECT aims.checkpoint()'), 'MS022', 'checkpoints are still withheld');

query($new, "SELECT aims.resume('$published')");
my $next = query($new, 'SELECT aims.checkpoint()');
is( query($new, <<~SQL), 't', 'once resumed, the log goes on');
	SELECT a.origin = b.origin
	       AND aims.verify_consistency(a.tree_size, b.tree_size, a.root_hash, b.root_hash,
	                                   aims.consistency_proof(a.tree_size, b.tree_size))
	  FROM aims.open_checkpoint('$published', aims.public_key()) AS a,
	       aims.open_checkpoint('$next', aims.public_key()) AS b
	SQL

$new->stop;
done_testing();
