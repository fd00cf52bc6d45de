# The server is killed at random moments of writing, sealing and signing. After
# each recovery everything that a client was told is committed is there and
# sealed once, and every checkpoint that was handed out is the beginning of the
# next one. AIMS_CRASH_ROUNDS says how often (default 1), AIMS_CRASH_SEED
# repeats a run's choices, though not its timing.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $rounds = $ENV{AIMS_CRASH_ROUNDS} // 1;
my $seed = $ENV{AIMS_CRASH_SEED} // int(rand(1_000_000));
my $writers = 4;
my $transactions = 5000;
my $node = PostgreSQL::Test::Cluster->new('crash');
my $directory = $node->basedir;
my $id = 0;
my %note;    # what checkpoints of each size were handed out
my @recent;  # sizes of those of this round, and of the newest before

srand($seed);
note("AIMS_CRASH_SEED=$seed");

# One transaction: a row, a savepoint that is kept or rolled back, a counter;
# committed, rolled back, or prepared and then committed (which flushes the
# log). What it echoes was committed.
sub transaction
{
	my ($client, $synchronous) = @_;
	my ($first, $second) = ($id + 1, $id + 2);
	my $kept = rand() < 0.5;
	my $ids = $kept ? "$first,$second" : $first;
	my $sql = <<~SQL;
		BEGIN;
		INSERT INTO written VALUES ($first, $client);
		SAVEPOINT a;
		INSERT INTO written VALUES ($second, $client);
		SQL

	$id += 2;
	$sql .= $kept ? "RELEASE a;\n" : "ROLLBACK TO a;\n";
	$sql .= "UPDATE counter SET n = n + 1 WHERE client = $client;\n";
	return "${sql}ROLLBACK;\n" if rand() < 0.2;
	return "${sql}COMMIT;\n\\echo $ids\n" if $synchronous eq 'off' || rand() < 0.7;
	return "${sql}PREPARE TRANSACTION '$first';\nCOMMIT PREPARED '$first';\n\\echo $ids\n";
}

# Run a script until it ends with the connection; what it prints goes to a file.
sub start_client
{
	my ($name, $script) = @_;
	my $file = "$directory/$name";
	my $error = '';

	unlink "$file.sql", "$file.out";
	append_to_file("$file.sql", $script);
	append_to_file("$file.out", '');
	return {
		out => "$file.out",
		run => IPC::Run::start(
			[
				'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
				'-f', "$file.sql"
			],
			'<', \undef, '>', "$file.out", '2>', \$error)
	};
}

# Writers, two sealers, and one who asks for checkpoints.
sub start_clients
{
	my ($synchronous) = @_;
	my %script = (
		sealer1 => "SELECT aims.seal();\n" x 20_000,
		sealer2 => "SELECT aims.seal();\n" x 20_000,
		signer => "SELECT aims.checkpoint();\n" x 20_000);

	$script{"writer$_"} = join '', map { transaction($_, $synchronous) } 1 .. $transactions
	  for 1 .. $writers;
	return {
		map { $_ => start_client($_, "SET synchronous_commit = $synchronous;\n$script{$_}") }
		  keys %script
	};
}

# State and parent of a process, from the fields after its name.
sub process_status
{
	my ($pid) = @_;

	open(my $stat, '<', "/proc/$pid/stat") or return ('gone', 0);
	return ((<$stat> // '') =~ /.*\) (\S) (\d+)/, 'gone', 0);
}

sub children
{
	my ($parent) = @_;

	return grep { (process_status($_))[1] == $parent }
	  map { m!/proc/(\d+)/stat! } glob '/proc/[0-9]*/stat';
}

sub postmaster
{
	return (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
}

# The postmaster and whatever it has started: none may finish anything.
sub kill_server
{
	my $postmaster = postmaster();
	my @killed;

	kill 'STOP', $postmaster;
	@killed = (children($postmaster), $postmaster);
	kill 'KILL', @killed;
	usleep(1000) while grep { (process_status($_))[0] !~ /gone|Z/ } @killed;
	$node->kill9;
	# a process that is dead but not reaped yet would hold these locks
	unlink $node->data_dir . '/postmaster.pid', glob($node->host . '/.s.PGSQL.*.lock');
	$node->start;
	return;
}

# One process; the server ends the others, and recovers by itself.
sub kill_child
{
	my $offset = -s $node->logfile;
	my @children;

	do { @children = children(postmaster()) }
	  until kill 'KILL', $children[ rand @children ];
	$node->wait_for_log(qr/database system is ready to accept connections/, $offset);
	return;
}

sub stop_at_once
{
	$node->stop('immediate');
	$node->start;
	return;
}

# Wait until some work is done: another moment in each round and client.
sub wait_for_work
{
	my ($client) = @_;
	my $bytes = 500 + rand(10_000);
	my $tries = 10 * $PostgreSQL::Test::Utils::timeout_default;

	usleep(100_000)
	  until ((-s $client->{writer1}{out} >= $bytes && -s $client->{signer}{out}) || $tries-- <= 0);
	usleep(rand(100_000));
	return;
}

# What writers were told is committed, and what checkpoints were handed out. An
# asynchronous commit is no promise; a signature always is.
sub take_notes
{
	my ($client, $synchronous) = @_;
	my $told = join ',', map { "($_)" }
	  map { split /[,\n]/ } map { slurp_file($client->{$_}{out}) }
	  grep { /writer/ } sort keys %$client;
	my $signed = slurp_file($client->{signer}{out});
	my $changed = 0;

	$node->safe_psql('postgres', "INSERT INTO told VALUES $told")
	  if $synchronous eq 'on';
	while ($signed =~ /^(example\.org\S+\n(\d+)\n\S+\n\n\S+ \S+ \S+\n)/mg)
	{
		push @recent, $2 unless $note{$2};
		$changed++ if ($note{$2} //= $1) ne $1;
	}
	is($changed, 0, 'one checkpoint for each size');
	return;
}

# Seal what was open as prepared when the server died, and then end it.
sub end_prepared
{
	my $gids = $node->safe_psql('postgres',
		'SELECT aims.seal() > 0; SELECT gid FROM pg_prepared_xacts');

	for my $gid ($gids =~ /^(\d+)$/mg)
	{
		my $how = rand() < 0.5 ? 'COMMIT' : 'ROLLBACK';
		$node->safe_psql('postgres', "$how PREPARED '$gid'");
	}
	return;
}

sub is_none
{
	my ($query, $name) = @_;

	is($node->safe_psql('postgres', $query), '', $name);
	return;
}

sub check_entries
{
	is_none('SELECT id FROM told EXCEPT SELECT id FROM written',
		'what was told to be committed is there');
	is_none(<<~SQL, 'entries are those of the rows that are there');
		SELECT * FROM (
		    (SELECT id FROM written EXCEPT ALL SELECT id FROM entry)
		    UNION ALL
		    (SELECT id FROM entry EXCEPT ALL SELECT id FROM written)) AS difference LIMIT 5
		SQL
	is_none(<<~SQL, 'each update of a row has its entry');
		SELECT client, n FROM counter WHERE n > 0
		EXCEPT
		SELECT (key ->> 'client')::integer, count(*) FROM aims.audit_entry
		 WHERE relation = 'public.counter' AND operation = 'UPDATE' GROUP BY 1
		SQL
	is_none(<<~SQL, 'each entry is sealed, and once');
		WITH sealed (leaf) AS (SELECT s FROM aims.tile, unnest(sources) AS s WHERE level = 0 AND s > 0)
		SELECT * FROM (
		    (SELECT entry_id FROM aims.audit_entry EXCEPT ALL SELECT leaf FROM sealed)
		    UNION ALL
		    (SELECT leaf FROM sealed EXCEPT ALL SELECT entry_id FROM aims.audit_entry)) AS difference LIMIT 5
		SQL
	return;
}

# Checkpoints against a new one, which goes to the next round.
sub check_checkpoints
{
	my @sizes = @_;
	my $values = join ',', map { "('$note{$_}')" } @sizes;
	my $newest = $node->safe_psql('postgres', 'SELECT aims.checkpoint()');
	my $size = (split /\n/, $newest)[1];

	is_none(<<~SQL, @sizes . ' checkpoints are the beginning of the next one');
		SELECT old.tree_size
		  FROM aims.open_checkpoint('$newest', aims.public_key()) AS new,
		       (VALUES $values) AS v (note), aims.open_checkpoint(v.note, aims.public_key()) AS old
		 WHERE old.tree_size > new.tree_size
		    OR NOT CASE WHEN old.tree_size <= new.tree_size
		                THEN aims.verify_consistency(old.tree_size, new.tree_size, old.root_hash, new.root_hash,
		                                             aims.consistency_proof(old.tree_size, new.tree_size)) END
		SQL
	is_none("SELECT * FROM aims.verify('$newest') WHERE NOT ok", 'the ledger verifies');
	@recent = ($size);
	$note{$size} = $newest;
	return;
}

my @ways = (
	[ 'the whole server is killed' => \&kill_server ],
	[ 'one process is killed' => \&kill_child ],
	[ 'an immediate shutdown' => \&stop_at_once ]);

$node->init;
$node->append_conf('postgresql.conf', <<~CONF);
	aims.signing_key_file = '$directory/key'
	autovacuum_naptime = 1s
	fsync = on
	log_statement = none
	max_prepared_transactions = 10
	restart_after_crash = on
	wal_writer_delay = 10s
	CONF
$node->start;
$node->safe_psql('postgres', <<~SQL);
	CREATE EXTENSION aims;
	CREATE TABLE told (id bigint);
	CREATE TABLE written (id bigint PRIMARY KEY, client integer, ai text);
	CREATE TABLE counter (client integer PRIMARY KEY, n bigint NOT NULL, ai text);
	CREATE VIEW entry AS SELECT (key ->> 'id')::bigint AS id FROM aims.audit_entry
	 WHERE relation = 'public.written' AND operation = 'INSERT';
	INSERT INTO counter SELECT n, 0 FROM generate_series(1, $writers) AS n;
	SELECT aims.govern('written', system_column => 'ai', image => 'digest'),
	       aims.govern('counter', system_column => 'ai', image => 'full'),
	       aims.create_signing_key('example.org/crash');
	SELECT aims.seal();
	SQL

for my $round (1 .. $rounds)
{
	my ($how, $crash) = @{ $ways[ ($round - 1) % @ways ] };
	my $synchronous = $round % 2 ? 'on' : 'off';
	my $client = start_clients($synchronous);

	wait_for_work($client);
	$crash->();
	$_->{run}->finish for values %$client;
	note("round $round: $how, synchronous_commit = $synchronous");
	take_notes($client, $synchronous);
	end_prepared();
	$node->safe_psql('postgres', 'SELECT aims.seal()') for 1 .. 2;
	check_entries();
	check_checkpoints(@recent);
}
check_checkpoints(keys %note);
is_none('SELECT incarnation FROM aims.incarnation WHERE incarnation > 1',
	'a crash begins no incarnation');
note($node->safe_psql('postgres', <<~SQL));
	SELECT (SELECT count(*) FROM told) || ' rows told, ' || (SELECT count(*) FROM aims.audit_entry) || ' entries in '
	       || (SELECT count(*) FROM aims.seal) || ' seals'
	SQL

$node->stop;
done_testing();
