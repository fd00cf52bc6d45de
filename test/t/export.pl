# The log as static files: aims-export writes them while the ledger grows, is
# killed and goes on; aims-verify, Go's sumdb and the program printed in
# doc/auditors.md check them without the database, and find whatever is
# changed by as little as a bit.
use strict;
use warnings;

use Digest::SHA qw(sha256);
use File::Copy qw(copy);
use File::Find;
use File::Path qw(make_path);
use IPC::Run;
use MIME::Base64;
use POSIX qw(mkfifo);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $log = "$dir/log";
my $key = "$dir/verifier.key";
my $node = PostgreSQL::Test::Cluster->new('export');

sub spew
{
	my ($file, $bytes) = @_;

	open(my $to, '>:raw', $file) or die "$file: $!";
	print $to $bytes;
	close($to) or die "$file: $!";
	return;
}

# Run a program; it has to end with that status and say that.
sub runs
{
	my ($command, $status, $says, $name) = @_;
	my ($out, $error) = ('', '');

	IPC::Run::run($command, '<', \undef, '>', \$out, '2>', \$error,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	my $ended = $? & 127 ? "signal $?" : $? >> 8;
	ok($ended eq $status && "$out$error" =~ $says, $name)
	  or diag("status $ended instead of $status\n$out$error");
	return $out;
}

# Move what a program writes; whether it still runs. It may end between any two
# looks at it, and IPC::Run dies when asked to pump one that has ended.
sub still_runs
{
	my ($program) = @_;
	my $running = eval { $program->pumpable && $program->pump_nb };

	die $@ if $@ && $@ !~ /process ended prematurely/;
	return $running;
}

sub exports
{
	my ($status, $says, $name, @options) = @_;

	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	return runs([ 'aims-export', '-N', @options ], $status, $says, $name);
}

sub verifies
{
	my ($status, $says, $name, @options) = @_;

	return runs([ 'aims-verify', '-k', $key, @options ], $status, $says, $name);
}

# Rows, a seal, the size of the tree.
sub grow
{
	my ($rows, $database) = @_;

	return $node->safe_psql($database // 'postgres', <<~SQL);
		INSERT INTO result SELECT nextval('number') FROM generate_series(1, $rows);
		SELECT aims.seal();
		SQL
}

# A copy of a directory; files are copied, so that they can be spoiled.
sub copy_tree
{
	my ($from, $to) = @_;

	PostgreSQL::Test::RecursiveCopy::copypath($from, $to);
	return $to;
}

# All files of a directory, by name.
sub files
{
	my ($root) = @_;
	my %files;

	find({ no_chdir => 1, wanted => sub {
				$files{ substr($_, 1 + length $root) } = -s if -f;
			} }, $root);
	return %files;
}

# Paths as the specification writes them, made anew here.
sub path
{
	my ($level, $index, $width) = @_;
	my $path = sprintf '%03d', $index % 1000;

	while ($index = int($index / 1000))
	{
		$path = sprintf 'x%03d/%s', $index % 1000, $path;
	}
	return "tile/$level/$path" . ($width < 256 ? ".p/$width" : '');
}

# The root of a tree (RFC 6962), by its definition.
sub root_of
{
	my (@hashes) = @_;
	my $k = 1;

	return sha256('') unless @hashes;
	return $hashes[0] if @hashes == 1;
	$k *= 2 while 2 * $k < @hashes;
	return sha256("\1" . root_of(@hashes[ 0 .. $k - 1 ]) . root_of(@hashes[ $k .. $#hashes ]));
}

# What a tree of that size consists of.
sub parts
{
	my ($size) = @_;
	my @parts;

	for (my $level = 0; my $hashes = $size >> 8 * $level; $level++)
	{
		for my $index (0 .. ($hashes - 1) >> 8)
		{
			my $left = $hashes - 256 * $index;
			my $width = $left < 256 ? $left : 256;

			push @parts, path($level, $index, $width);
			push @parts, path('entries', $index, $width) if $level == 0;
		}
	}
	return @parts;
}

is(path('entries', 1234067, 256), 'tile/entries/x001/x234/067', 'a path of the specification');
is(scalar(grep { !/entries/ } parts(70000)), 273 + 1 + 1 + 1 + 1,
	'and its example of how many tiles a tree has');

$node->init;
$node->append_conf('postgresql.conf', "aims.signing_key_file = '$dir/key'\n");
$node->start;
$node->safe_psql('postgres', <<~SQL);
	CREATE EXTENSION aims;
	CREATE SEQUENCE number;
	CREATE TABLE result (id integer PRIMARY KEY, ai text);
	SELECT aims.govern('result', system_column => 'ai');
	CREATE ROLE auditor LOGIN;
	SELECT aims.grant_duty_role('auditor', 'auditor');
	CREATE ROLE nobody LOGIN;
	SQL
exports(2, qr/nothing has been sealed yet/, 'before the first seal there is nothing to export', $log);
$node->safe_psql('postgres', 'SELECT aims.seal()');
exports(2, qr/key/, 'without a key neither', $log);
spew($key, $node->safe_psql('postgres', "SELECT aims.create_signing_key('hospital.example/log')") . "\n");
my $origin = (split /\+/, slurp_file($key))[0];

# A log grows over the borders of tiles. After each step the directory has what
# the specification asks for, and all the partial tiles of earlier checkpoints
# whose tiles are not full.
my $size = grow(300);
exports(0, qr/^$/, 'an auditor exports, quietly', '-U', 'auditor', '-k', $key, '--keep-keys', $log);
exports(2, qr/permission denied/, 'without the bundle nobody does', '-U', 'nobody', "$dir/nobody");
is(slurp_file("$log/verifier-keys"), slurp_file($key), 'with the key');
my @kept;
for my $step (0 .. 3)
{
	my %found;

	$size = $step == 0 ? $size : grow((0, 512 - $size - 1, 1, 800)[$step]);
	exports(0, qr/^$/, "export of $size leaves", $log);
	%found = files($log);
	is_deeply([ grep { !exists $found{$_} } parts($size) ], [], 'every tile and bundle is there');
	is_deeply(
		[ grep { my ($full) = /^(.*)\.p\//; $full && exists $found{$full} } sort keys %found ],
		[], 'no partial one beside a full one');
	like(slurp_file("$log/checkpoint"), qr/^\Q$origin\E\n$size\n/, 'and the checkpoint');
	verifies(0, qr/^verified$/m, 'aims-verify accepts it', map({ ('-o', $_) } @kept), $log);
	push @kept, "$dir/checkpoint.$size";
	copy("$log/checkpoint", $kept[-1]) or die $!;
}
my %before = files($log);
exports(0, qr/^$/, 'nothing new', $log);
is_deeply({ files($log) }, \%before, 'changes nothing');

# A copy of the database with the same key goes another way: it has forked the
# log, and no directory nor anybody with a checkpoint takes both.
$node->safe_psql('template1', 'CREATE DATABASE fork TEMPLATE postgres');
my $common = slurp_file("$log/checkpoint");
$node->safe_psql('fork', 'SELECT aims.seal()');
$node->safe_psql('fork', "SELECT aims.resume(\$\$$common\$\$)");
grow(200, 'fork');
spew("$dir/fork.checkpoint", $node->safe_psql('fork', 'SELECT aims.checkpoint()'));
exports(0, qr/^$/, 'a fork goes on from what it has in common', '-d', 'fork', copy_tree($log, "$dir/fork"));
verifies(0, qr/incarnation  1 begun at leaf 0, .*incarnation  2 begun at leaf 1315, /s, 'its incarnations are told', "$dir/fork");
$size = grow(50);
exports(0, qr/^$/, 'the ledger goes on, too', $log);
%before = files($log);
exports(1, qr/does not contain the exported checkpoint/, 'but one does not follow the other', '-d', 'fork', $log);
is_deeply({ files($log) }, \%before, 'and leaves the directory as it is');
verifies(1, qr/not verified: "\Q$dir\E\/fork.checkpoint" was signed for .* its end was cut off/,
	'a checkpoint of a longer log tells', '-o', "$dir/fork.checkpoint", $log);
my $small = copy_tree($log, "$dir/small");
$size = grow(200);
exports(0, qr/^$/, 'the ledger outgrows the fork', $log);
verifies(1, qr/not verified: .*fork.checkpoint" was signed for: history was rewritten/,
	'a checkpoint of the fork tells', '-o', $kept[0], '-o', "$dir/fork.checkpoint", $log);
exports(1, qr/set back/, 'a database that was set back exports nothing', '-d', 'fork', $log);

# Another key, another log.
$node->safe_psql('postgres', 'CREATE DATABASE other');
my $other = $node->safe_psql('other', <<~SQL);
	CREATE EXTENSION aims;
	SET aims.signing_key_file = '$dir/other.key';
	SELECT aims.create_signing_key('hospital.example/log');
	SELECT aims.seal() \\g /dev/null
	SQL
runs([ 'aims-verify', '-k', $other, $log ], 1, qr/another log/, 'the key of another log fits not');
exports(1, qr/another log/, 'nor does aims-export take it for this one', '-k', $other, $log);
{
	local $ENV{PGOPTIONS} = "-c aims.signing_key_file=$dir/other.key";
	exports(1, qr/holds another log/, 'a directory has one log', '-d', 'other', $log);
}

# The key is replaced: checkpoints from then on need the new one.
$node->safe_psql('postgres', <<~SQL);
	SET aims.signing_key_file = '$dir/key2';
	SELECT aims.create_signing_key('hospital.example/log');
	SQL
$node->append_conf('postgresql.conf', "aims.signing_key_file = '$dir/key2'\n");
$node->reload;
$size = grow(10);
exports(1, qr/not signed by the verifier key/, 'a former key signs no more', '-k', $key, $log);
exports(0, qr/^$/, 'the new one does', '--keep-keys', $log);
verifies(1, qr/not signed by the verifier key/, 'nor is it accepted', $log);
copy($key, "$dir/first.key");
copy("$log/verifier-keys", $key);
verifies(0, qr/^verified$/m, 'both keys verify both checkpoints', '-o', $kept[0], $log);

# It grows while it is exported, and is read meanwhile.
my $writer = IPC::Run::start(
	[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', <<~SQL ], '>', \my $written, '2>', \my $complaint);
	DO \$\$
	BEGIN
	    FOR i IN 1 .. 60 LOOP
	        INSERT INTO result SELECT nextval('number') FROM generate_series(1, 1 + i % 7 * 60);
	        COMMIT;
	        PERFORM aims.seal();
	        COMMIT;
	    END LOOP;
	END \$\$
	SQL
my ($rounds, $wrong) = (0, 0);
my $last = slurp_file("$log/checkpoint");
do
{
	my $exporter = IPC::Run::start([ 'aims-export', '-N', '-d', $node->connstr('postgres'), $log ]);

	do
	{
		IPC::Run::run([ 'aims-verify', '-q', '-k', $key, '-o', $kept[0], $log ]) or $wrong++;
	} while still_runs($exporter);
	$exporter->finish or $wrong++;
	$rounds++ if slurp_file("$log/checkpoint") ne $last;
	$last = slurp_file("$log/checkpoint");
} while still_runs($writer);
ok($writer->finish, 'a ledger grew') or diag($complaint);
is($wrong, 0, 'and its export was good at any time');
cmp_ok($rounds, '>', 0, 'while it grew, too');

# Killed in the middle, it goes on where it was; what was torn is made good.
$size = grow(66000);
my $killed = "$dir/killed";
for my $try (1 .. 5)
{
	$killed = "$dir/killed$try";
	my $exporter = IPC::Run::start([ 'aims-export', '-d', $node->connstr('postgres'), $killed ]);

	until (-e "$killed/tile/entries/020" || !still_runs($exporter)) { }
	$exporter->kill_kill(grace => 0);
	$exporter->finish;
	last unless -e "$killed/checkpoint";
}
ok(-e "$killed/tile/entries/020" && !-e "$killed/checkpoint", 'an export was killed in the middle');
verifies(1, qr/checkpoint is missing/, 'which is no log', $killed);
my $inode = (stat "$killed/tile/entries/003")[1];
truncate("$killed/tile/entries/007", 1000);
truncate("$killed/tile/0/008", 0);
exports(0, qr/^$/, 'it goes on', $killed);
is((stat "$killed/tile/entries/003")[1], $inode, 'with the files that were there');
exports(0, qr/^$/, 'so does the other', $log);
verifies(0, qr/^verified$/m, 'a whole log', '-o', $kept[0], '-o', $kept[3], $_) for $killed, $log;
my %found = files($killed);
is_deeply([ sort grep { /^tile/ } keys %found ], [ sort(parts($size)) ],
	'in the files that the specification names, and no others');
ok(exists $found{'tile/2/000.p/1'}, 'up to the third level');
# Who reads an older checkpoint finds full tiles where partial ones were.
my $reader = copy_tree($log, "$dir/reader");
for my $older (@kept)
{
	copy($older, "$reader/checkpoint") or die $!;
	verifies(0, qr/^verified$/m, 'an older checkpoint over newer files', $reader);
}
unlink "$killed/tile/0/100";
spew("$killed/tile/entries/101", 'x');
verifies(1, qr{tile/0/100 is missing}, 'a file that vanishes is missed', $killed);
exports(0, qr/^$/, '--repair', '--repair', $killed);
verifies(0, qr/^verified$/m, 'puts it back', $killed);

# Every kind of file, changed by a bit at its beginning, in its middle and at
# its end, is found, and what is wrong is named.
sub spoilt
{
	my ($file, $change, $says, $name) = @_;
	my $path = "$small/$file";
	my $bytes = -e $path ? slurp_file($path) : undef;

	$change->($path, $bytes);
	verifies(1, $says, $name, $small);
	rmdir $path if -d $path;
	unlink $path;
	spew($path, $bytes) if defined $bytes;
	return;
}

# One bit of a byte.
sub flip
{
	my ($at) = @_;

	return sub {
		my ($path, $bytes) = @_;

		substr($bytes, $at, 1) ^= chr(1 << $at % 8);
		spew($path, $bytes);
	};
}

# Where the leaves of a bundle begin: after their lengths.
sub offsets
{
	my ($bundle) = @_;
	my @offsets;

	for (my $at = 0; $at < length $bundle; $at += 2 + unpack('n', substr($bundle, $at, 2)))
	{
		push @offsets, $at + 2;
	}
	return @offsets;
}

copy("$dir/first.key", $key);
my $leaves = (split /\n/, slurp_file("$small/checkpoint"))[1];
my @rest = ($leaves >> 8, $leaves & 255);
my $partial = sprintf '%03d.p/%d', @rest;
verifies(0, qr/^verified$/m, "a log of $leaves leaves to be spoilt", $small);
for my $tile ('000', '003', $partial)
{
	my $bytes = -s "$small/tile/0/$tile";

	for my $at (0, $bytes / 2 + 5, $bytes - 1)
	{
		my $leaf = 256 * int($tile) + int($at / 32);

		spoilt("tile/0/$tile", flip($at), qr{not verified: hash @{[int($at / 32)]} of tile/0/\Q$tile\E is not that of leaf $leaf \((entry|seal|incarnation) \d+\)},
			"a bit of byte $at of tile/0/$tile");
	}
}
for my $tile ('000', '003', $partial)
{
	my $bundle = slurp_file("$small/tile/entries/$tile");
	my @offsets = offsets($bundle);

	for my $i (0, 7, $#offsets)
	{
		my $leaf = 256 * int($tile) + $i;
		my $end = ($offsets[ $i + 1 ] // length($bundle) + 2) - 3;

		for my $at ($offsets[$i], $offsets[$i] + 100, $end)
		{
			spoilt("tile/entries/$tile", flip($at), qr{not verified: leaf $leaf .*in tile/entries/\Q$tile\E is not the one that was sealed},
				"a bit of leaf $leaf, byte $at of tile/entries/$tile");
		}
		spoilt("tile/entries/$tile", flip($offsets[$i] - 1), qr{not verified: (?:leaf $leaf |tile/entries/\Q$tile\E is cut off or damaged at leaf $leaf)},
			"a bit of the length of leaf $leaf");
	}
}
my $above = 'tile/1/000.p/' . $rest[0];
spoilt($above, flip(32 * $_ + $_), qr{not verified: hash $_ of \Q$above\E is not the root of tile/0/00$_},
	"a bit of hash $_ of $above")
  for 0 .. $rest[0] - 1;
my $checkpoint = slurp_file("$small/checkpoint");
spoilt('checkpoint', flip($_), qr/not verified: the checkpoint in "checkpoint" (?:is|has)/, "a bit of byte $_ of the checkpoint")
  for grep { $_ % 7 == 0 || $_ > length($checkpoint) - 4 } 0 .. length($checkpoint) - 1;

# Files that are cut, too long, missing, swapped.
for my $file ('tile/0/001', "tile/0/$partial", $above, 'tile/entries/001', "tile/entries/$partial")
{
	spoilt($file, sub { spew($_[0], substr($_[1], 0, -1)) }, qr{not verified: .*\Q$file\E}, "$file without its last byte");
	spoilt($file, sub { spew($_[0], '') }, qr{not verified: .*\Q$file\E}, "$file without any");
	spoilt($file, sub { spew($_[0], "$_[1]x") }, qr{not verified: .*\Q$file\E}, "$file with one more");
	spoilt($file, sub { unlink $_[0] }, qr{not verified: .*is missing}, "$file that is gone");
}
spoilt('tile/entries/001', sub { copy("$small/tile/entries/002", $_[0]) },
	qr{not verified: leaf 256 .*in tile/entries/001 is not the one that was sealed}, 'bundles that were swapped');
spoilt('tile/0/001', sub { copy("$small/tile/0/002", $_[0]) },
	qr{not verified: hash 0 of tile/0/001 is not that of leaf 256 }, 'tiles that were swapped');
spoilt('tile/entries/001', sub {
		my ($path, $bytes) = @_;
		my @offsets = offsets($bytes);
		my ($first, $second) = map { substr($bytes, $offsets[$_] - 2, $offsets[ $_ + 1 ] - $offsets[$_]) } 20, 21;

		spew($path, substr($bytes, 0, $offsets[20] - 2) . $second . $first . substr($bytes, $offsets[22] - 2));
	}, qr{not verified: leaf 276 .*in tile/entries/001 is not the one that was sealed}, 'leaves that were swapped');
my $twin = copy_tree($small, "$dir/twin");
copy("$small/$_/002", "$twin/$_/001") for 'tile/0', 'tile/entries';
verifies(1, qr{not verified: leaf 25\d .*in tile/entries/001}, 'a tile that was swapped with its bundle', $twin);
copy("$small/$_/001", "$twin/$_/001") for 'tile/0', 'tile/entries';

# Somebody who alters a leaf, and one after the other all that is above it.
for my $case ([ '003', 20 ], [ $partial, 60 ])
{
	my ($tile, $i) = @$case;
	my $bundle = slurp_file("$twin/tile/entries/$tile");
	my $hashes = slurp_file("$twin/tile/0/$tile");
	my $at = (offsets($bundle))[$i];
	my $length = unpack('n', substr($bundle, $at - 2, 2));
	my $leaf = substr($bundle, $at, $length);
	my %before = ('entries' => $bundle, 0 => $hashes);

	$leaf =~ s/"p":"\K(.)/$1 eq 'a' ? 'b' : 'a'/e or die $leaf;
	substr($bundle, $at, $length) = $leaf;
	spew("$twin/tile/entries/$tile", $bundle);
	verifies(1, qr{leaf \d+ \(entry \d+\) in tile/entries/\Q$tile\E is not the one that was sealed}, 'an altered leaf', $twin);
	substr($hashes, $i * 32, 32) = sha256("\0$leaf");
	spew("$twin/tile/0/$tile", $hashes);
	verifies(1, $tile eq $partial ? qr/the leaves do not have the root/ : qr{hash 3 of \Q$above\E is not the root of tile/0/003},
		'with its tile', $twin);
	if ($tile ne $partial)
	{
		my $upper = slurp_file("$twin/$above");

		$before{1} = $upper;
		substr($upper, 3 * 32, 32) = root_of(unpack '(a32)*', $hashes);
		spew("$twin/$above", $upper);
		verifies(1, qr/\(seal \d+\) in .* does not have the root of seal/, 'and the tile above', $twin);
		spew("$twin/$above", $before{1});
	}
	spew("$twin/tile/$_/$tile", $before{$_}) for 'entries', 0;
}
verifies(0, qr/^verified$/m, 'no longer', $twin);
spoilt('checkpoint', sub { spew($_[0], $checkpoint . (split /\n/, slurp_file("$dir/fork.checkpoint"))[4] . "\n") },
	qr/has a signature that does not fit/, 'a checkpoint with a signature of another');
spoilt('checkpoint', sub { copy("$dir/fork.checkpoint", $_[0]) }, qr{not verified: tile/0/.*is missing}, 'the checkpoint of a fork');
verifies(0, qr/^verified$/m, 'after all of that the log is as it was', $small);

spew("$dir/printed", slurp_file($kept[0]) . "\n");
verifies(0, qr/^verified$/m, 'a checkpoint as psql prints it', '-o', "$dir/printed", $small);
spoilt('checkpoint', sub { spew($_[0], "$_[1]\n") }, qr/is not a checkpoint/, 'but not in the log');

# What cannot be read gives no verdict, and keeps nobody waiting.
unlink "$twin/checkpoint";
mkfifo("$twin/checkpoint", 0700);
verifies(2, qr/not a regular file/, 'a pipe is not read', $twin);
verifies(2, qr/could not open directory/, 'nor is what is not there', "$dir/nothing");
runs([ 'aims-verify', $small ], 2, qr/verifier key/, 'no verdict without a key');
runs([ 'aims-verify', '--no-key', $small ], 0, qr/SIGNATURE NOT CHECKED.*^verified, but for the signature$/ms, 'unless that is asked for');
runs([ 'aims-verify', '-k', "$dir/log/checkpoint", $small ], 2, qr/not a verifier key/, 'a key that is none');
symlink $small, "$dir/link" or die $!;
verifies(0, qr/^verified$/m, 'symbolic links are followed', "$dir/link");
for my $program ('aims-export', 'aims-verify')
{
	runs([ $program, '--help' ], 0, qr/^Usage:/m, "$program --help");
	runs([ $program, '--version' ], 0, qr/^$program \(aims\) \d/, "$program --version");
	runs([ $program, '--nonsense' ], 2, qr/Try "$program --help"/, "$program --nonsense");
	runs([$program], 2, qr/give .*directory/, "$program of nothing");
}

# Logs that were made up, with what nobody but the owner of the key can do:
# every hash is right, and still the leaves do not fit each other.
sub made_up
{
	my ($claimed, @leaves) = @_;
	my @hashes = map { sha256("\0$_") } @leaves;
	my $n = @leaves;

	make_path("$dir/made_up/tile/0/000.p", "$dir/made_up/tile/entries/000.p");
	spew("$dir/made_up/tile/0/000.p/$n", join '', @hashes);
	spew("$dir/made_up/tile/entries/000.p/$n", join '', map { pack('n/a*', $_) } @leaves);
	spew("$dir/made_up/checkpoint", "a.log\n" . ($claimed // $n) . "\n" . encode_base64(root_of(@hashes)) .
		  "\n\342\200\224 a.log " . encode_base64("\0" x 68, '') . "\n");
	return "$dir/made_up";
}

sub entry
{
	my ($id, $xid, $incarnation) = @_;

	return sprintf '{"aims":"entry/1","entry":%d,"incarnation":%d,"xid":%d,"time":"2026-11-22T15:46:14.506916Z","operation":"INSERT","relation":"a.b","p":"%s"}',
	  $id, $incarnation // 1, $xid, '0' x 64;
}

sub seal
{
	my ($snapshot, $entries, $previous, %other) = @_;
	my %seal = (seal => 1, incarnation => 1, size => scalar @$previous,
		root => unpack('H*', root_of(map { sha256("\0$_") } @$previous)), %other);

	return sprintf '{"aims":"seal/1","seal":%d,"incarnation":%d,"time":"2026-11-22T15:46:14.826605Z","entries":%d,"previous_size":%d,"previous_root":"%s","snapshot":"%s"}',
	  $seal{seal}, $seal{incarnation}, $entries, $seal{size}, $seal{root}, $snapshot;
}

sub made_up_is
{
	my ($status, $says, $name, @leaves) = @_;

	runs([ 'aims-verify', '--no-key', made_up(undef, @leaves) ], $status, $says, $name);
	return;
}

sub incarnation
{
	my ($number, $event, $tree_size) = @_;

	return sprintf '{"aims":"incarnation/1","incarnation":%d,"event":"%s","time":"2026-11-22T15:46:14.506916Z","tree_size":%d,"last_entry":0,"system_identifier":"7575754643421776821","timeline":1,"database":5}',
	  $number, $event, $tree_size;
}

my @first = (incarnation(1, 'begun', 0), entry(1, 700), entry(3, 701), seal('740:750:740,745', 3, []));
my @second = (entry(4, 745), entry(7, 760), entry(8, 740));
made_up_is(0, qr/5 entries, 2 seals.*^verified, but/ms, 'a log as it should be',
	@first, @second, seal('770:770:', 3, \@first, seal => 2));
made_up_is(1, qr/leaf 5 \(entry 7\) .*was put in later: transaction 741 /, 'an entry that an earlier seal should have',
	@first, entry(4, 745), entry(7, 741), seal('770:770:', 2, \@first, seal => 2));
made_up_is(1, qr/leaf 5 \(entry 4\) .*stands after entry 4/, 'an entry twice',
	@first, entry(4, 745), entry(4, 745), seal('770:770:', 2, \@first, seal => 2));
made_up_is(1, qr/leaf 7 \(seal 2\) .*does not show/, 'an entry that was in progress yet',
	@first, @second, seal('760:760:', 3, \@first, seal => 2));
made_up_is(1, qr/leaf 7 \(seal 2\) .*does not have the root/, 'a seal that follows on another tree',
	@first, @second, seal('770:770:', 3, [ @first[ 0, 2, 1, 3 ] ], seal => 2));
made_up_is(1, qr/leaf 7 \(seal 2\) .*had 3 leaves before it, not 4/, 'or on one of another size',
	@first, @second, seal('770:770:', 3, \@first, seal => 2, size => 3));
made_up_is(1, qr/leaf 7 \(seal 2\) .*has 4 leaves before its own, not 3/, 'a seal with an entry too few',
	@first, @second, seal('770:770:', 4, \@first, seal => 2));
made_up_is(1, qr/leaf 7 \(seal 3\) .*does not follow seal 1/, 'a seal that is missing',
	@first, @second, seal('770:770:', 3, \@first, seal => 3));
made_up_is(1, qr/leaf 3 \(seal 1\) .*no snapshot/, 'a snapshot that is none',
	@first[ 0 .. 2 ], seal('740:750:745,740', 3, []));
made_up_is(1, qr/last leaf is not that of a seal/, 'a log that ends in an entry', @first, entry(4, 745));
made_up_is(1, qr/leaf 4 in .*not of a form that this program knows/, 'a leaf that is something else',
	@first, '{"aims":"entry/2","entry":4}');
made_up_is(1, qr/leaf 4 in .*not of a form/, 'a leaf with something behind it', @first, entry(4, 745) . ' ');
my @restored = (@first, incarnation(2, 'begun', 4), entry(4, 12, 2));
made_up_is(0, qr/^incarnation  2 begun at leaf 4, .*^verified, but/ms, 'incarnations follow each other',
	@restored, seal('20:20:', 2, \@first, seal => 2, incarnation => 2));
my @promoted = (@restored, seal('20:20:', 2, \@first, seal => 2, incarnation => 2));
made_up_is(0, qr/^verified, but/m, 'what was prepared before a promotion comes later',
	@promoted, entry(5, 745), entry(6, 30, 2), seal('40:40:', 2, \@promoted, seal => 3, incarnation => 2));
made_up_is(1, qr/leaf 7 \(entry 5\) .*was put in later/, 'but nothing of the new incarnation',
	@promoted, entry(5, 19, 2), seal('40:40:', 1, \@promoted, seal => 3, incarnation => 2));
made_up_is(1, qr/leaf 5 \(seal 2\) .*no leaf says that it began/, 'but not unsaid',
	@first, entry(4, 12, 2), seal('20:20:', 1, \@first, seal => 2, incarnation => 2));
made_up_is(1, qr/leaf 4 \(incarnation 1\) .*does not follow incarnation 1/, 'nor once more',
	@first, incarnation(1, 'begun', 4), seal('20:20:', 1, \@first, seal => 2));
made_up_is(1, qr/leaf 6 \(incarnation 2\) .*does not stand before/, 'nor in the midst of entries',
	@first[ 0 .. 2 ], seal('740:750:740,745', 3, []), entry(4, 745), entry(7, 760), incarnation(2, 'begun', 4),
	seal('770:770:', 3, \@first, seal => 2, incarnation => 2));
made_up_is(1, qr/leaf 4 \(incarnation 2\) .*had 3 leaves/, 'nor of another tree',
	@first, incarnation(2, 'begun', 3), seal('20:20:', 1, \@first, seal => 2, incarnation => 2));
runs([ 'aims-verify', '--no-key', made_up('4611686018427387904', @first) ], 1, qr{tile/0/000 is missing},
	'a log that says that it is huge');
runs([ 'aims-verify', '--no-key', made_up('9223372036854775808', @first) ], 1, qr/is not a checkpoint/,
	'or larger than that');

# A single record: that it is in the log, and what was disclosed of it.
copy("$log/verifier-keys", $key);
my $record = $node->safe_psql('postgres', 'SELECT min(entry_id) + 700 FROM aims.audit_entry');
my $event = $node->safe_psql('postgres', q{SELECT aims.log_event('audit', '{"by": "a stranger"}')});
$node->safe_psql('postgres', 'SELECT aims.seal()');
for my $part (["leaf", "convert_from(aims.leaf($record), 'UTF8')"], ['proof', "rtrim(aims.tlog_proof($record), E'\\n')"],
	map { [ $_, "convert_from(d.$_, 'UTF8') FROM aims.disclosure($record) AS d" ] } 'particulars')
{
	spew("$dir/$part->[0]", $node->safe_psql('postgres', "SELECT $part->[1]") . "\n");
}
my ($salt, $image) = split /\n/, $node->safe_psql('postgres',
	"SELECT encode(d.salt, 'hex') || E'\\n' || e.entry_id FROM aims.disclosure($record) AS d, aims.audit_entry AS e WHERE e.entry_id = $record");
my @proof = ("--proof=$dir/proof", "--leaf=$dir/leaf");
my @disclosed = ("--leaf=$dir/leaf", "--salt=$salt", "--particulars=$dir/particulars");
verifies(0, qr/^entry        $record,.*^verified$/ms, 'a record is in the log', @proof);
verifies(0, qr/^particulars  .*^verified$/ms, 'with its particulars', @proof, @disclosed);
runs([ 'aims-verify', @disclosed ], 0, qr/verified against the leaf/, 'which fit the leaf alone, too');
runs([ 'aims-verify', '-k', "$dir/first.key", @proof ], 1, qr/not signed by the verifier key/, 'a record under another key');
for my $case (['leaf', 40, qr/is not a leaf/], ['leaf', -7, qr/does not prove|is not a leaf/], ['proof', 60, qr/does not prove|is not a proof/], ['particulars', 20, qr/is not particulars/])
{
	my ($file, $at, $says) = @$case;
	my $bytes = slurp_file("$dir/$file");

	flip($at < 0 ? length($bytes) + $at : $at)->("$dir/$file", $bytes);
	verifies(1, $says, "a bit of the $file", @proof, @disclosed);
	spew("$dir/$file", $bytes);
}
runs([ 'aims-verify', "--leaf=$dir/leaf", '--salt=' . '00' x 16, "--particulars=$dir/particulars" ], 1, qr/salt is another one/,
	'another salt');
runs([ 'aims-verify', "--leaf=$dir/leaf", "--salt=$salt", "--old-image=$dir/particulars" ], 1, qr/no digest of old image/,
	'an image that the entry has not');

# doc/auditors.md, block by block, as a stranger would follow it: in an empty
# directory, with what he is given.
sub blocks
{
	my ($kind) = @_;

	return slurp_file('doc/auditors.md') =~ /^```$kind\n(.*?)^```$/msg;
}

my $stranger = "$dir/stranger";
my ($python) = grep { -x } map { "$_/python3" } split /:/, $ENV{PATH};
mkdir $stranger;
copy("$log/verifier-keys", "$dir/all.keys");
spew("$stranger/northfield.key", (split /^/, slurp_file("$dir/all.keys"))[-1]);
spew("$stranger/check_log.py", blocks('python'));
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres',
		PUBLISHED => "$dir/published", KEY => "$stranger/northfield.key", ENTRY => $event);

	for my $block (blocks('sh'))
	{
		my ($line) = $block =~ /(.*)/;
		my $says = $block =~ /^(?:aims-verify|python3) /m ? qr/^verified/m : qr/^$/;

	  SKIP:
		{
			skip 'needs python3 and openssl', 1 if $block =~ /python3/ && !$python;
			runs([ 'sh', '-ec', "cd $stranger\n$block" ], 0, $says, "doc/auditors.md: $line");
		}
	}
  SKIP:
	{
		skip 'needs python3 and openssl', 2 unless $python;
		local $ENV{PYTHONOPTIMIZE} = 1;
		runs([ $python, "$stranger/check_log.py", "$stranger/log", "$stranger/northfield.key", "$dir/fork.checkpoint" ],
			1, qr/not signed by the verifier key/, 'its program finds what another key signed');
		flip(1000)->("$stranger/log/tile/entries/012", slurp_file("$stranger/log/tile/entries/012"));
		runs([ $python, "$stranger/check_log.py", "$stranger/log", "$stranger/northfield.key" ],
			1, qr/not the tree of \d+ leaves that was signed/, 'and a bit that was changed');
	}
}

# What is exported from a damaged ledger is nothing.
$node->safe_psql('postgres', <<~SQL);
	SET session_replication_role = replica;
	UPDATE aims.audit_entry SET operation = 'DELETE' WHERE entry_id = $record;
	SQL
exports(1, qr/leaf \d+ of the ledger is not what was sealed/, 'an entry that was altered stops the export', "$dir/damaged");
$node->safe_psql('postgres', <<~SQL);
	SET session_replication_role = replica;
	DELETE FROM aims.audit_entry WHERE entry_id = $record;
	SQL
exports(1, qr/is in the tree but missing/, 'an entry that is gone stops the export', "$dir/damaged");
ok(!-e "$dir/damaged/checkpoint", 'without a checkpoint');

# Go reads the directory as tiles.
my ($go) = grep { -x } map { "$_/go" } split /:/, $ENV{PATH};
SKIP:
{
	my $gopath = '/usr/share/gocode';

	skip 'needs the packages golang-go and golang-golang-x-mod-dev', 4
	  unless $go && -d "$gopath/src/golang.org/x/mod/sumdb";
	local $ENV{GO111MODULE} = 'off';
	local $ENV{GOPATH} = $gopath;
	local $ENV{GOCACHE} = "$dir/cache";
	local $ENV{GOFLAGS} = '';
	runs([ $go, 'build', '-o', "$dir/check", 'test/go/export.go' ], 0, qr/^$/, 'Go builds');
	runs([ "$dir/check", $killed, $key, @kept ], 0, qr/^verified $size records, 4 older/, 'and accepts the directory');
	runs([ "$dir/check", $killed, $key, "$dir/fork.checkpoint" ], 1, qr/not verified/, 'but not with the checkpoint of a fork');
	flip(1234)->("$killed/tile/entries/200", slurp_file("$killed/tile/entries/200"));
	runs([ "$dir/check", $killed, $key ], 1, qr/not verified: record 512\d\d is not in the tree/, 'nor with one bit changed');
}

done_testing();
