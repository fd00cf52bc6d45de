# Databases in other encodings: what is captured is hashed in UTF-8 (recomputed
# here), where there is a conversion, and as it is, escaped, where there is
# none. Formats that are set for the database change nothing. A character that
# UTF-8 lacks is refused, and nothing is lost. A dump restores into UTF8.
use strict;
use warnings;
use utf8;

use Digest::SHA qw(sha256_hex);
use Encode qw(encode);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $keys = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init;
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\n");
$node->start;
$ENV{PGAPPNAME} = 'encodings';

# Of each encoding: bytes of a value, and what the image shows of them; bytes
# that are no character of UTF-8; whether it has an em dash for signed notes.
my @databases = (
	{ encoding => 'UTF8', bytes => 'c3a9e697a5f09f9880', shown => 'é日😀', dash => 1 },
	{ encoding => 'LATIN1', bytes => 'e9dfa085ff', shown => "éß\x{a0}\x{85}ÿ" },
	{ encoding => 'WIN1252', bytes => '80e9979c', shown => '€é—œ', lost => '81', dash => 1 },
	{ encoding => 'EUC_JP', bytes => 'c6fccbdc8eb18fb0a1', shown => '日本ｱ丂', lost => 'fefe' },
	{ encoding => 'SQL_ASCII', bytes => 'e9ff8041', shown => '\u00e9\u00ff\u0080A', dash => 1 },
	{ encoding => 'MULE_INTERNAL', bytes => '81e992c6fc', shown => '\u0081\u00e9\u0092\u00c6\u00fc' });

# Text of the database's encoding by its bytes: scripts are ASCII.
sub text
{
	my ($d, $bytes) = @_;

	return "convert_from('\\x$bytes', '$d->{encoding}')";
}

sub query
{
	my ($d, $sql) = @_;

	return $node->safe_psql($d->{name}, $sql);
}

# A dedicated database, with formats of its own, and a governed table whose
# name, column, key and values need the encoding.
sub create
{
	my ($d) = @_;
	my $name = $d->{name} = "in_" . lc $d->{encoding};
	my $word = text($d, $d->{bytes});

	$node->safe_psql('postgres', <<"END");
CREATE DATABASE $name TEMPLATE template0 ENCODING '$d->{encoding}' LC_COLLATE 'C' LC_CTYPE 'C';
ALTER DATABASE $name SET DateStyle = 'German, DMY';
ALTER DATABASE $name SET TimeZone = 'Asia/Kolkata';
ALTER DATABASE $name SET IntervalStyle = 'postgres_verbose';
ALTER DATABASE $name SET bytea_output = 'escape';
ALTER DATABASE $name SET extra_float_digits = 0;
ALTER DATABASE $name SET aims.signing_key_file = '$keys/$name.key';
END
	query($d, <<"END");
CREATE EXTENSION aims;
SELECT format('CREATE TABLE %1\$I (k text PRIMARY KEY, d date, t timestamptz, i interval, f float8, b bytea, %1\$I text, ai text)', $word) \\gexec
SELECT aims.govern(format('%I', $word)::regclass, system_column => 'ai', image => 'full');
SELECT set_config('aims.reason', $word, false) \\gset
SELECT format('INSERT INTO %I VALUES (\$1, \$2, \$3, \$4, \$5, \$6, \$1)', $word) AS insert \\gset
PREPARE put (text, date, timestamptz, interval, float8, bytea) AS :insert;
EXECUTE put ($word, date '2024-02-29', timestamptz '2024-01-01 00:00:00+00', '1 day 2 hours', 0.1::float8 + 0.2, '\\x00ff');
SELECT aims.seal() \\gset
END
	return;
}

# The newest INSERT, in hexadecimal where it is not ASCII.
sub entry
{
	my ($d) = @_;

	my @fields = split /\|/, query($d, <<'END');
SELECT entry_id, encode(salt, 'hex'), encode(new_digest, 'hex'), encode(particulars_digest, 'hex'), session_user,
       encode(aims.leaf(entry_id), 'hex')
  FROM aims.audit_entry WHERE operation = 'INSERT' AND relation NOT LIKE 'aims.%' ORDER BY entry_id DESC LIMIT 1
END
	return @fields;
}

sub failed_checks
{
	my ($name) = @_;

	return $node->safe_psql($name,
		'SELECT check_name, entry_id, detail FROM aims.verify() WHERE NOT ok');
}

sub check_bytes
{
	my ($d) = @_;
	my ($id, $salt, $new, $particulars, $user, $leaf) = entry($d);
	my $word = $d->{shown};
	my $image = qq({"k":"$word","d":"2024-02-29","t":"2024-01-01 00:00:00+00","i":"P1DT2H","f":0.30000000000000004,"b":"\\\\x00ff","$word":"$word"});
	my $who = qq({"session_user":"$user","role":"$user","application":"encodings","reason":"$word","key":{"k": "$word"},"images":"new"});

	is($new, sha256_hex(pack('H*', $salt) . 'n' . encode('UTF-8', $image)), "$d->{encoding}: digest of the image in UTF-8");
	is($particulars, sha256_hex(pack('H*', $salt) . 'p' . encode('UTF-8', $who)), "$d->{encoding}: digest of the particulars in UTF-8");
	like(pack('H*', $leaf), qr/"relation":"public\.\\"\Q@{[encode('UTF-8', $word)]}\E\\"",/, "$d->{encoding}: leaf in UTF-8");
	like(pack('H*', $leaf), qr/^[\x00-\x7f]*$/, "$d->{encoding}: leaf in ASCII") if $word =~ /\\/;
	return $id;
}

# What UTF-8 lacks is refused, leaves no trace, and stops nothing.
sub check_lost
{
	my ($d) = @_;
	my $count = 'SELECT count(*), max(entry_id) FROM aims.audit_entry';
	my $before = query($d, $count);
	my $table = query($d, "SELECT format('%I', " . text($d, $d->{bytes}) . ')');
	my $insert = "INSERT INTO $table (k) VALUES (" . text($d, $d->{lost}) . ')';
	my (undef, undef, $error) = $node->psql($d->{name}, "\\set VERBOSITY verbose\n$insert");

	like($error, qr/22P05.*$d->{encoding}.*UTF8/s, "$d->{encoding}: a character that UTF-8 lacks");
	is(query($d, $count), $before, "$d->{encoding}: it left nothing");
	is(query($d, "SELECT count(*) FROM $table"), '1', "$d->{encoding}: nor a row");
	query($d, "INSERT INTO $table (k) VALUES ('good'); SELECT aims.seal()");
}

# Checkpoints and proofs, where the encoding can hold a signed note.
sub check_notes
{
	my ($d, $id) = @_;

	if (!$d->{dash})
	{
		my (undef, undef, $error) = $node->psql($d->{name},
			"\\set VERBOSITY sqlstate\nSELECT aims.create_signing_key('example.org/e')");

		like($error, qr/MS023/, "$d->{encoding}: no key where no note can be held");
		return;
	}
	query($d, "SELECT aims.create_signing_key('example.org/e'); SELECT aims.seal()");
	is(query($d, <<"END"), 't', "$d->{encoding}: checkpoint and proof");
SELECT aims.verify_inclusion(aims.leaf($id), aims.leaf_index($id), tree_size, aims.inclusion_proof($id, tree_size), root_hash)
       AND encode(convert_to(aims.tlog_proof($id), '$d->{encoding}'), 'escape') LIKE 'c2sp.org/tlog-proof\@v1%'
  FROM aims.open_checkpoint(aims.checkpoint(), aims.public_key())
END
}

sub check_proof
{
	my ($d, $id) = @_;

	is(query($d, <<"END"), 't', "$d->{encoding}: inclusion proof");
SELECT aims.verify_inclusion(aims.leaf($id), aims.leaf_index($id), tree_size, aims.inclusion_proof($id), root_hash)
  FROM aims.seal ORDER BY tree_size DESC LIMIT 1
END
}

for my $d (@databases)
{
	create($d);
	my $id = check_bytes($d);
	check_proof($d, $id);
	check_lost($d) if $d->{lost};
	check_notes($d, $id);
	is(failed_checks($d->{name}), '', "$d->{encoding}: the ledger verifies");
}

# Dumped from one encoding, restored into another
sub restore
{
	my ($d, $encoding) = @_;
	my $name = "$d->{name}_restored_" . lc $encoding;
	my $file = "$keys/$name.dump";

	command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-Fc', '-f', $file, $d->{name} ], "$d->{encoding}: dumped");
	$node->safe_psql('postgres',
		"CREATE DATABASE $name TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	command_ok([ 'pg_restore', '-e', '-h', $node->host, '-p', $node->port, '-d', $name, $file ], "$d->{encoding}: restored into $encoding");
	return $name;
}

my %database = map { $_->{encoding} => $_ } @databases;
for my $pair ([ 'LATIN1', 'UTF8' ], [ 'WIN1252', 'UTF8' ], [ 'EUC_JP', 'UTF8' ], [ 'SQL_ASCII', 'SQL_ASCII' ])
{
	my ($from, $to) = @$pair;
	my $name = restore($database{$from}, $to);
	my $leaves = 'SELECT encode(sha256(string_agg(aims.leaf(entry_id), NULL ORDER BY entry_id)), \'hex\') FROM aims.audit_entry WHERE incarnation = 1 AND aims.leaf_index(entry_id) IS NOT NULL';

	is(failed_checks($name), '', "$from in $to: the ledger verifies");
	is($node->safe_psql($name, $leaves), query($database{$from}, $leaves), "$from in $to: with the same leaves");
	isnt($node->safe_psql($name, 'SELECT aims.seal()'), '', "$from in $to: the next seal works");
	is(failed_checks($name), '', "$from in $to: and the ledger verifies");
}

# Bytes of no known meaning mean something in UTF8, if they are valid at all:
# the texts that were hashed are others there, and verify says so.
my $ascii = { encoding => 'SQL_ASCII', bytes => 'c3a9', name => 'in_ascii_words', shown => '' };
$node->safe_psql('postgres', "CREATE DATABASE $ascii->{name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
query($ascii, <<'END');
CREATE EXTENSION aims;
CREATE TABLE word (k integer PRIMARY KEY, v text, ai text);
SELECT aims.govern('word', system_column => 'ai', image => 'full');
INSERT INTO word VALUES (1, convert_from('\xc3a9', 'SQL_ASCII'));
SELECT aims.seal();
END
is(failed_checks(restore($ascii, 'UTF8')), '', 'SQL_ASCII in UTF8: images are ASCII, so they verify');
$node->safe_psql('postgres', "DROP DATABASE in_ascii_words_restored_utf8");
query($ascii, q{SELECT set_config('aims.reason', convert_from('\xc3a9', 'SQL_ASCII'), false); UPDATE word SET k = 2; SELECT aims.seal()});
like(failed_checks(restore($ascii, 'UTF8')), qr/^entry digests\|/, 'SQL_ASCII in UTF8: a reason that is not ASCII is named');

$node->stop;
done_testing();
