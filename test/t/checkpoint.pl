# Checkpoints where servers crash, follow and take over: nothing is signed
# that a crash could unmake, nor by a copy that lacks what was published; the
# secret key stays in its file.
use strict;
use warnings;

use File::Basename qw(basename);
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;
my $key_file = "$keys/key";
my $primary = PostgreSQL::Test::Cluster->new('primary');

# Write an entry and seal; returns the tree's size.
sub seal
{
	my ($node, $person) = @_;

	return $node->safe_psql('postgres', <<~SQL);
		INSERT INTO aims.person (person, full_name) VALUES ('$person', 'Person');
		SELECT aims.seal();
		SQL
}

# Does the query end with that SQLSTATE? Returns the message.
sub refused
{
	my ($node, $query, $state, $name) = @_;
	my ($status, $out, $error) =
	  $node->psql('postgres', $query, extra_params => [ '-v', 'VERBOSITY=verbose' ]);

	like($error, qr/ERROR:  $state:/, $name);
	return $error;
}

# The size that a checkpoint states.
sub size_of
{
	return (split /\n/, shift)[1];
}

$primary->init(allows_streaming => 1);
# Nothing but a commit or a signature is to flush the log.
$primary->append_conf('postgresql.conf', <<~CONF);
	aims.signing_key_file = '$key_file'
	bgwriter_lru_maxpages = 0
	max_prepared_transactions = 5
	shared_buffers = 32MB
	wal_writer_delay = 10s
	CONF
$primary->start;
$primary->safe_psql('postgres', <<~SQL);
	CREATE EXTENSION aims;
	SELECT aims.create_signing_key('example.org/aims');
	SQL

# A head whose commit was asynchronous is flushed before it is signed. Somebody
# else may flush it first: then the attempt shows nothing.
my ($unflushed, $flushed, $signed) = ('f');
for (my $i = 1; $unflushed eq 'f' && $i <= 10; $i++)
{
	($unflushed, $flushed, $signed) = split /\n/,
	  $primary->safe_psql('postgres', <<~SQL), 3;
		SET synchronous_commit = off;
		INSERT INTO aims.person (person, full_name) VALUES ('crash$i', 'Person');
		DO 'BEGIN PERFORM aims.seal(); END';
		SELECT pg_current_wal_insert_lsn() AS sealed \\gset
		SELECT pg_current_wal_flush_lsn() < :'sealed';
		SELECT aims.checkpoint() AS signed \\gset
		SELECT pg_current_wal_flush_lsn() >= :'sealed';
		\\echo :signed
		SQL
}
is($unflushed, 't', 'an asynchronous seal is not on disk');
is($flushed, 't', 'but is once it is signed');
$primary->stop('immediate');
$primary->adjust_conf('postgresql.conf', 'wal_writer_delay', '200ms');
$primary->start;
is($primary->safe_psql('postgres', 'SELECT max(tree_size) FROM aims.seal'),
	size_of($signed), 'a crash after signing does not lose the head');
is($primary->safe_psql('postgres', 'SELECT aims.checkpoint()'),
	$signed, 'which is signed the same again');

# Where the secret key is, and where not.
my $line = slurp_file($key_file);
# all but its first bytes, which a test below changes
my ($secret) = $line =~ /\+A.([A-Za-z0-9+\/=]+)\n\z/;
is((stat $key_file)[2] & 07777, 0600, 'mode of the key file');
seal($primary, 'mode');
chmod 0640, $key_file;
refused($primary, 'SELECT aims.checkpoint()', 'MS023',
	'a key file that others can read is not used');
chmod 0600, $key_file;
rename $key_file, "$key_file.kept" or die;
refused($primary, 'SELECT aims.checkpoint()', 'MS023', 'nor one that is missing');
symlink "$key_file.kept", $key_file or die;
refused($primary, 'SELECT aims.checkpoint()', 'MS023', 'nor a symbolic link');
unlink $key_file;
for my $wrong ("$line\n", substr($line, 0, -1), $line =~ s/\+A/+B/r,
	'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
	  . "\n")
{
	append_to_file($key_file, $wrong);
	chmod 0600, $key_file;
	refused($primary, 'SELECT aims.checkpoint()', 'MS023', 'nor another key');
	unlink $key_file;
}
# What the place of the file may be taken by, without waiting for it
mkdir $key_file or die;
refused($primary, 'SELECT aims.checkpoint()', 'MS023', 'nor a directory');
rmdir $key_file;
POSIX::mkfifo($key_file, 0600) or die;
refused($primary, 'SELECT aims.checkpoint()', 'MS023', 'nor a pipe');
unlink $key_file;
for my $size (0, 1_000_000_000)
{
	append_to_file($key_file, '');
	chmod 0600, $key_file;
	truncate $key_file, $size or die;
	refused($primary, 'SELECT aims.checkpoint()', 'MS023', "nor a file of $size bytes");
	unlink $key_file;
}
for my $mode (0644, 0604, 0700, 04600)
{
	append_to_file($key_file, $line);
	chmod $mode, $key_file;
	refused($primary, 'SELECT aims.checkpoint()', 'MS023', sprintf('nor one of mode %04o', $mode));
	unlink $key_file;
}
rename "$key_file.kept", $key_file or die;

# Places that backups copy, by any way there
my $data = $primary->data_dir;
symlink $data, "$keys/in_data" or die;
mkdir "$keys/wal" or die;
mkdir "$keys/space" or die;
my ($tablespace) = $primary->safe_psql('postgres', <<~SQL) =~ /\n?(\S+)$/;
	CREATE TABLESPACE aims_space LOCATION '$keys/space';
	SELECT pg_ls_dir('$keys/space');
	SQL
for my $place ("$data/key", "$data/../" . basename($data) . '/base/key', "$keys/in_data/key",
	"$keys/in_data/global/../key", "$data/pg_wal/key", "$keys/space/$tablespace/key", 'key', '../key')
{
	refused($primary,
		"SET aims.signing_key_file = '$place'; SELECT aims.create_signing_key('example.org/aims')",
		'MS023', "no key in $place");
}
for my $place ($keys, "$keys/", '/', '/dev/null', '/dev/zero')
{
	refused($primary,
		"SET aims.signing_key_file = '$place'; SELECT aims.checkpoint()", 'MS023', "no key at $place");
}
$primary->safe_psql('postgres', 'DROP TABLESPACE aims_space');

# While a key is being replaced it signs nothing: a larger tree under it could
# not be told from a thief's.
$primary->safe_psql('postgres', <<~SQL);
	SET aims.signing_key_file = '$keys/next';
	BEGIN;
	SELECT aims.create_signing_key('example.org/aims');
	PREPARE TRANSACTION 'rotation';
	SQL
seal($primary, 'rotation');
refused($primary, "SET lock_timeout = '10ms'; SELECT aims.checkpoint()", '55P03',
	'no signature while the key is being replaced');
$primary->safe_psql('postgres', "ROLLBACK PREPARED 'rotation'");
refused($primary,
	"SET aims.signing_key_file = '$keys/next'; SELECT aims.checkpoint()",
	'MS023', 'nor with a key that was rolled back');
$signed = $primary->safe_psql('postgres', 'SELECT aims.checkpoint()');

# A standby proves and shows checkpoints, but makes none.
$primary->backup('backup');
my %standby;
for my $name ('behind', 'complete')
{
	$standby{$name} = PostgreSQL::Test::Cluster->new($name);
	$standby{$name}->init_from_backup($primary, 'backup', has_streaming => 1);
	$standby{$name}->start;
	$primary->wait_for_catchup($standby{$name});
}
my $behind = $standby{behind};
my $complete = $standby{complete};
my $proofs = <<~SQL;
	SELECT array_agg(aims.inclusion_proof(entry_id)::text ORDER BY entry_id), aims.consistency_proof(1)
	  FROM aims.audit_entry WHERE aims.leaf_index(entry_id) IS NOT NULL
	SQL
is( $behind->safe_psql('postgres', $proofs),
	$primary->safe_psql('postgres', $proofs),
	'proofs on a standby');
is($behind->safe_psql('postgres', 'SELECT aims.checkpoint()'),
	$signed, 'a checkpoint on a standby');
like(
	$behind->safe_psql('postgres',
		'SELECT aims.tlog_proof(min(entry_id)) FROM aims.audit_entry'),
	qr/\n\n\Q$signed\E/,
	'tlog_proof on a standby');
seal($primary, 'unsigned');
$primary->wait_for_catchup($behind);
is($behind->safe_psql('postgres', 'SELECT aims.checkpoint()'),
	$signed, 'the newest that is signed');
refused($behind, 'SELECT aims.create_signing_key($$example.org$$)', '25006',
	'no key is created on a standby');

# An encoding that lacks the dash of signature lines says so at once.
$primary->safe_psql('postgres',
	"CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
$primary->safe_psql('latin1', 'CREATE EXTENSION aims');
like(
	($primary->psql('latin1', 'SELECT aims.create_signing_key($$example.org$$)',
			extra_params => [ '-v', 'VERBOSITY=verbose' ]))[2],
	qr/ERROR:  MS023:.*LATIN1/,
	'no key in an encoding that cannot hold a note');

# What is published now never reaches the standby that is behind.
$behind->stop;
my $older = $primary->safe_psql('postgres', 'SELECT aims.checkpoint()');
seal($primary, 'published');
my $published = $primary->safe_psql('postgres', 'SELECT aims.checkpoint()');
$primary->wait_for_catchup($complete);
for my $node ($primary, $complete)
{
	$node->command_fails([ 'grep', '-raqF', $secret, $node->data_dir ],
		'the secret is nowhere in the data directory of ' . $node->name);
	unlike(slurp_file($node->logfile), qr/\Q$secret\E/, 'nor in its log');
}
$primary->stop('immediate');

# A standby that has everything takes over, and continues the log.
$complete->promote;
refused($complete, 'SELECT aims.checkpoint()', 'MS022',
	'withheld after a promotion');
refused($complete, "SELECT aims.resume('$published')", 'MS022',
	'to be sealed first');
seal($complete, 'continued');
refused($complete, 'SELECT aims.checkpoint()', 'MS022', 'and resumed');
refused($complete, "SELECT aims.resume('$older')", 'MS025',
	'not with a checkpoint that is not the last');
$complete->safe_psql('postgres', "SELECT aims.resume('$published')");
my $continued = $complete->safe_psql('postgres', 'SELECT aims.checkpoint()');
cmp_ok(size_of($continued), '>', size_of($published), 'then it goes on');
is( $complete->safe_psql('postgres', <<~SQL), 't', 'with the same log');
	SELECT aims.verify_consistency(a.tree_size, b.tree_size, a.root_hash, b.root_hash,
	                               aims.consistency_proof(a.tree_size, b.tree_size))
	  FROM aims.open_checkpoint('$published', aims.public_key()) AS a,
	       aims.open_checkpoint('$continued', aims.public_key()) AS b
	SQL

# One that lacks what was published must not sign a fork of it.
$behind->append_conf('postgresql.conf', "aims.signing_key_file = '$keys/other'");
$behind->start;
$behind->promote;
seal($behind, 'forked');
refused($behind, 'SELECT aims.checkpoint()', 'MS022', 'nothing is signed');
my $new_key = $behind->safe_psql('postgres',
	"SELECT aims.create_signing_key('example.org/aims')");
my $new_origin = (split /\+/, $new_key)[0];
like($behind->safe_psql('postgres', 'SELECT aims.checkpoint()'),
	qr/\A\Q$new_origin\E\n/, 'until it has a new origin');
isnt($new_origin, (split /\n/, $published)[0], 'which is another');
refused($behind, "SELECT aims.resume('$published')", 'MS025',
	'and does not go back to the former one');
is( $behind->safe_psql('postgres', <<~SQL), 't', 'the last checkpoint that it knew is in the ledger');
	SELECT new_image ->> 'last_checkpoint' LIKE E'example.org/%' FROM aims.audit_entry
	 WHERE new_image ->> 'act' = 'forked'
	SQL

$_->stop for values %standby;
done_testing();
