# Writers with savepoints and rollbacks against sealers: what is sealed is what
# was committed, each entry once. AIMS_TEST_SECONDS says how long (default 4).
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{AIMS_TEST_SECONDS} // 4;
my $node = PostgreSQL::Test::Cluster->new('seal_race');
$node->init;
$node->append_conf('postgresql.conf', "max_connections = 60\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
CREATE TABLE written (id bigserial PRIMARY KEY, client integer, ai text);
CREATE TABLE changed (client integer PRIMARY KEY, n bigint NOT NULL, ai text);
INSERT INTO changed SELECT g, 0 FROM generate_series(0, 23) AS g;
SELECT aims.govern('written', system_column => 'ai', image => 'digest');
SELECT aims.govern('changed', system_column => 'ai', image => 'full');
SQL

# One transaction in three is rolled back, one subtransaction in two; the
# waits let seals fall between a transaction's writes.
my $writer = $node->basedir . '/writer.sql';
append_to_file($writer, <<'SQL');
\set rolled_back random(1, 3)
\set undone random(1, 2)
\set wait random(0, 3)
BEGIN;
INSERT INTO written (client) VALUES (:client_id);
SAVEPOINT a;
INSERT INTO written (client) SELECT :client_id FROM generate_series(1, 3);
\if :undone = 1
ROLLBACK TO SAVEPOINT a;
\else
SAVEPOINT b;
UPDATE changed SET n = n + 1 WHERE client = :client_id;
RELEASE SAVEPOINT b;
\endif
\sleep :wait ms
INSERT INTO written (client) VALUES (:client_id);
\if :rolled_back = 1
ROLLBACK;
\else
COMMIT;
\endif
SQL
my $sealer = $node->basedir . '/sealer.sql';
append_to_file($sealer, "SELECT aims.seal();\n");

sub pgbench
{
	my ($clients, $script) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[
			'pgbench', '-n', '-h', $node->host, '-p', $node->port,
			'-c', $clients, '-T', $seconds, '-f', $script, 'postgres'
		], '<', \undef, '>', \$out, '2>', \$err);
	return { run => $run, out => \$out, err => \$err };
}

my @running = (pgbench(24, $writer), pgbench(2, $sealer));
ok($_->{run}->finish, 'pgbench ended well') or diag ${ $_->{err} }
  for @running;

my $seals = $node->safe_psql('postgres', 'SELECT count(*) FROM aims.seal');
cmp_ok($seals, '>', 5, "$seals seals fell between the writes");
$node->safe_psql('postgres', 'SELECT aims.seal()') for 1 .. 2;

is($node->safe_psql('postgres', <<'SQL'), '0|0', 'sealed is what was committed: nothing is missing, nothing was invented');
WITH sealed AS (
    SELECT (e.key ->> 'id')::bigint AS id
    FROM aims.tile AS t, unnest(t.sources, t.tids) AS s (entry_id, tid)
    JOIN aims.audit_entry AS e ON e.ctid = s.tid AND e.entry_id = s.entry_id
    WHERE e.relation = 'public.written')
SELECT (SELECT count(*) FROM (SELECT id FROM written EXCEPT SELECT id FROM sealed) AS missing),
       (SELECT count(*) FROM (SELECT id FROM sealed WHERE id IS NOT NULL EXCEPT SELECT id FROM written) AS invented)
SQL
is($node->safe_psql('postgres', <<'SQL'), '0|0', 'each entry is sealed once');
SELECT count(s) - count(DISTINCT s), count(s) - (SELECT count(*) FROM aims.audit_entry)
FROM aims.tile AS t, unnest(t.sources) AS s WHERE s > 0
SQL
is($node->safe_psql('postgres', <<'SQL'), '0', 'entries of one row are numbered and sealed in the order of its changes');
SELECT count(*) FROM (
    SELECT (new_image ->> 'n')::bigint
           - lag((new_image ->> 'n')::bigint, 1, 0::bigint) OVER (PARTITION BY key ORDER BY seal_id, entry_id) AS step
    FROM aims.audit_log WHERE relation = 'public.changed' AND operation = 'UPDATE') AS s
WHERE step <> 1
SQL
is($node->safe_psql('postgres', 'SELECT * FROM aims.verify() WHERE NOT ok'),
	'', 'the ledger verifies');
note($node->safe_psql('postgres',
		"SELECT count(*) || ' entries in ' || (SELECT count(*) FROM aims.seal) || ' seals' FROM aims.audit_entry"));

$node->stop;
done_testing();
