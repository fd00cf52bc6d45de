# Checkpoints and proofs, checked by an implementation that is not ours: Go's
# golang.org/x/mod/sumdb (test/go/check.go), which opens every checkpoint,
# checks records and the step from each checkpoint to the last one, and sees
# each of them fail once it is spoiled.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $gopath = '/usr/share/gocode';
my ($go) = grep { -x } map { "$_/go" } split /:/, $ENV{PATH};

plan skip_all => 'needs the packages golang-go and golang-golang-x-mod-dev'
  unless $go && -d "$gopath/src/golang.org/x/mod/sumdb";

my $keys = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('proof');

# Sign with a new key, in a file of its own, from now on.
sub create_key
{
	my ($name) = @_;

	$node->safe_psql('postgres', <<~SQL);
		SET aims.signing_key_file = '$keys/$name';
		SELECT aims.create_signing_key('example.org/aims');
		SQL
	$node->append_conf('postgresql.conf',
		"aims.signing_key_file = '$keys/$name'");
	$node->restart;
	return;
}

# Write some entries, seal, and keep the checkpoint.
sub checkpoint
{
	my ($first, $last) = @_;

	$node->safe_psql('postgres', <<~SQL);
		INSERT INTO aims.person (person, full_name)
		SELECT 'p' || i, 'Person ' || i FROM generate_series($first, $last) AS i;
		SELECT aims.seal();
		INSERT INTO kept SELECT aims.checkpoint(), aims.public_key();
		SQL
	return;
}

# A proof as a JSON array of hexadecimal hashes.
sub hex_array
{
	my ($proof) = @_;

	return <<~SQL;
		(SELECT coalesce(json_agg(encode(hash, 'hex') ORDER BY n), '[]')
		   FROM unnest($proof) WITH ORDINALITY AS u (hash, n))
		SQL
}

$node->init;
$node->start;
$node->safe_psql('postgres', <<~SQL);
	CREATE EXTENSION aims;
	CREATE TABLE kept (note text, verifier text);
	CREATE VIEW step AS
	SELECT note, tree_size, lead(note) OVER (ORDER BY tree_size) IS NULL AS newest
	  FROM kept, aims.open_checkpoint(note, verifier);
	SQL

# Trees on both sides of tile boundaries and powers of two, under two keys.
create_key('first');
checkpoint(1, 1);
checkpoint(2, 3);
checkpoint(4, 250);
checkpoint(251, 256);
create_key('second');
checkpoint(257, 1021);
checkpoint(1022, 1022);
checkpoint(1023, 2100);

my $inclusion = hex_array('aims.inclusion_proof(entry_id, newest.tree_size)');
my $consistency =
  hex_array('aims.consistency_proof(step.tree_size, newest.tree_size)');
my $ledger = $node->safe_psql('postgres', <<~SQL);
	SELECT json_build_object(
	    'verifiers', (SELECT json_agg(verifier_key ORDER BY signing_key)
	                    FROM aims.signing_key),
	    'checkpoint', newest.note,
	    'records', (SELECT json_agg(json_build_object(
	                           'index', leaf_index,
	                           'leaf', encode(aims.leaf(entry_id), 'hex'),
	                           'proof', $inclusion))
	                  FROM aims.audit_entry, aims.leaf_index(entry_id) AS leaf_index
	                 WHERE entry_id % 97 = 1
	                    OR leaf_index IN (0, 255, 256, 257, 511, 512, 1023, 1024, 2047, 2048)),
	    'older', (SELECT json_agg(json_build_object(
	                         'checkpoint', step.note,
	                         'proof', $consistency))
	                FROM step WHERE NOT step.newest),
	    'proved', (SELECT json_agg(json_build_object(
	                          'proof', aims.tlog_proof(entry_id),
	                          'leaf', encode(aims.leaf(entry_id), 'hex')))
	                 FROM aims.audit_entry WHERE entry_id % 500 = 2))
	  FROM step AS newest WHERE newest.newest
	SQL
$node->stop;

local $ENV{GO111MODULE} = 'off';
local $ENV{GOPATH} = $gopath;
local $ENV{GOCACHE} = "$keys/cache";
local $ENV{GOFLAGS} = '';
my ($out, $complaint);
ok( IPC::Run::run(
		[ $go, 'run', 'test/go/check.go' ],
		'<', \$ledger, '>', \$out, '2>', \$complaint),
	'Go accepts our checkpoints and proofs, and nothing that is spoiled')
  or diag($out, $complaint);
cmp_ok(scalar(() = $out =~ /^ok /mg), '>', 80, 'after many checks');
unlike($out, qr/^not ok/m, 'each of which holds');

done_testing();
