# A subscription is audited at apply or at its origin, as its policy says, and
# its workers follow a change. Either way they never refuse; both ledgers
# verify, and verify_table tells applied rows from forged ones.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->append_conf('postgresql.conf', 'logical_decoding_work_mem = 64kB');
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', 'wal_retrieve_retry_interval = 100ms');
$subscriber->start;

# The tables are governed on both sides; "nlp" is in deployment at the origin
# alone, so that the subscriber's guard would refuse its output.
sub set_up
{
	my ($node, $stage) = @_;

	$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION aims;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Owner', NULL), ('dora', 'Dora Steward', session_user);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('dora', 'data_steward');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES ('nlp', 'Note reader', 'anna', 'Reads notes', '$stage');
RESET session_replication_role;
CREATE TABLE score (id integer PRIMARY KEY, value integer);
CREATE TABLE line (value text);
CREATE TABLE note (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE note_old PARTITION OF note FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE note_new PARTITION OF note DEFAULT;
ALTER TABLE line REPLICA IDENTITY FULL;
SELECT aims.govern('score', system => 'nlp'), aims.govern('line', system => 'nlp'), aims.govern('note', system => 'nlp');
SQL
}

set_up($publisher, 'deployment');
set_up($subscriber, 'inception');
$publisher->safe_psql('postgres', <<'SQL');
INSERT INTO score SELECT g, g FROM generate_series(1, 5) AS g;
INSERT INTO line VALUES ('one'), ('one'), ('two');
CREATE PUBLICATION scores FOR TABLE score, line, note;
SQL

sub ask
{
	my ($sql) = @_;

	return $subscriber->safe_psql('postgres', $sql);
}

sub publish
{
	my ($sql) = @_;

	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup('scores');
}

# What verify_table says of a table, or of all.
sub verdict
{
	return join "\n", grep { $_ ne '' }
	  map { my $t = $_; map { "$t: $_" } grep { $_ ne '' } split /\n/, ask("SELECT key, problem FROM aims.verify_table('$t') ORDER BY 2, 1") } @_;
}

# Entries of rows, and acts of applying, since that entry.
my $mark = 0;

sub entries
{
	my $since = $mark;

	$mark = ask('SELECT coalesce(max(entry_id), 0) FROM aims.audit_entry');
	return ask(<<"SQL");
SELECT concat_ws(' ', relation, new_image ->> 'operation', operation, count(*)) FROM aims.audit_entry
 WHERE entry_id > $since AND relation LIKE 'public.%' GROUP BY relation, new_image ->> 'operation', operation ORDER BY 1
SQL
}

sub violations
{
	return ask('SELECT coalesce(sum(rows), 0) FROM aims.violation');
}

sub both_verify
{
	my ($what) = @_;

	for my $node ($publisher, $subscriber)
	{
		is( $node->safe_psql('postgres', "SELECT aims.seal() > 0; SELECT check_name, detail FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'"),
			't', 'the ledger of the ' . $node->name . " verifies: $what");
	}
	is($publisher->safe_psql('postgres', "SELECT * FROM aims.verify_table('score') UNION ALL SELECT * FROM aims.verify_table('line')"),
		'', "so do the rows of the publisher: $what");
}

# Refusals of the act
my $from = $publisher->connstr . ' dbname=postgres';
for (['NULL', "'origin'", '22004'], ["'scores'", 'NULL', '22004'], ["'scores'", "'Origin'", '22023'],
	["'scores'", "''", '22023'], ["'scores'", "'origin'", 'MS017'])
{
	my ($name, $policy, $state) = @$_;
	my (undef, undef, $error) = $subscriber->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT aims.set_subscription_policy($name, $policy)");
	is($error =~ s/.*ERROR: *//sr, $state, "set_subscription_policy($name, $policy)");
}

# The policy is stated before the first row is copied
ask(<<"SQL");
CREATE SUBSCRIPTION scores CONNECTION '$from' PUBLICATION scores WITH (enabled = false, create_slot = false, slot_name = scores, streaming = on);
SELECT aims.set_subscription_policy('scores', 'origin');
SQL
$publisher->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('scores', 'pgoutput')");
is(ask("SELECT detail FROM aims.verify() WHERE check_name = 'subscriptions'"), 'scores: audited at origin.', 'verify names it');
is(ask("SELECT operation, new_image ->> 'policy', key FROM aims.audit_entry WHERE relation = 'aims.subscription_policy'"),
	'INSERT|origin|{"subscription": "scores"}', 'the policy is in the ledger');
entries();
ask('ALTER SUBSCRIPTION scores ENABLE; ALTER SUBSCRIPTION scores REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'scores');

# Origin: the initial copy
is(ask('SELECT count(*) FROM score'), '5', 'origin: the tables are copied');
is(entries(), "public.line INSERT EVENT 1\npublic.score INSERT EVENT 1", 'as one entry for each');
is(violations(), '0', 'nothing is guarded');
is(verdict('score', 'line'), <<'END' =~ s/\n$//r, 'verify_table says who applied them');
score: |5 rows applied by subscription "scores", audited at its origin
line: |3 rows applied by subscription "scores", audited at its origin
END

# Origin: changes, of partitions too, and TRUNCATE
publish(<<'SQL');
BEGIN;
INSERT INTO score SELECT g, g FROM generate_series(6, 3000) AS g;
UPDATE score SET value = 0 WHERE id <= 10;
DELETE FROM score WHERE id = 11;
INSERT INTO note VALUES (1, '2025-01-01'), (2, '2026-06-06');
UPDATE note SET day = '2026-07-07' WHERE id = 1;
COMMIT;
SQL
is(entries(), <<'END' =~ s/\n$//r, 'a transaction leaves an entry for each table and kind of change');
public.note DELETE EVENT 1
public.note INSERT EVENT 1
public.score DELETE EVENT 1
public.score INSERT EVENT 1
public.score UPDATE EVENT 1
END
is(verdict('score', 'note'), <<'END' =~ s/\n$//r, 'its rows are counted');
score: |2999 rows applied by subscription "scores", audited at its origin
note: |2 rows applied by subscription "scores", audited at its origin
END
publish('TRUNCATE note');
is(entries(), 'public.note TRUNCATE EVENT 1', 'and so does TRUNCATE');
both_verify('origin');

# Rows that were put in or altered past the triggers are still found
ask(<<'SQL');
SET session_replication_role = replica;
INSERT INTO score VALUES (100000, 1);
INSERT INTO line VALUES ('forged');
UPDATE score SET value = 99 WHERE id = 4;
SQL
is(verdict('score', 'line'), <<'END' =~ s/\n$//r, 'a forged row is not taken for an applied one');
score: |2998 rows applied by subscription "scores", audited at its origin
score: {"id": 4}|no entry wrote this row
score: {"id": 100000}|no entry wrote this row
line: |3 rows applied by subscription "scores", audited at its origin
line: |no entry wrote this row
END
ask("SET session_replication_role = replica; DELETE FROM score WHERE id = 100000; DELETE FROM line WHERE value = 'forged'");
ask("SET session_replication_role = replica; DELETE FROM score WHERE id = 4");
publish('DELETE FROM score WHERE id = 4');

# A switch of the policy while the worker runs
my $worker = ask("SELECT pid FROM pg_stat_subscription WHERE subname = 'scores' AND relid IS NULL");
ask("SELECT aims.set_subscription_policy('scores', 'apply')");
entries();
publish(<<'SQL');
INSERT INTO score VALUES (5001, 1), (5002, 2), (5003, 3), (5004, 4);
INSERT INTO line VALUES ('three');
UPDATE score SET value = 1 WHERE id = 1;
SQL
is(entries(), "public.line INSERT 1\npublic.score INSERT 4\npublic.score UPDATE 1", 'apply: the running worker captures rows');
is(ask("SELECT pid FROM pg_stat_subscription WHERE subname = 'scores' AND relid IS NULL"), $worker, 'and it is the same worker');
is(violations(), '6', 'they are violations, which do not stop it');
is(ask('SELECT kind, system, relation FROM aims.finding ORDER BY relation::text'),
	"output_not_refused|nlp|line\noutput_not_refused|nlp|score", 'with a finding for each table');
is(ask("SELECT detail FROM aims.verify() WHERE check_name = 'subscriptions'"), 'scores: audited at apply.', 'verify says so');
is(verdict('score'), 'score: |2997 rows applied by subscription "scores", audited at its origin', 'a row that was captured since is compared');

# ... and back: captured rows are changed and deleted, none is forged
ask("SELECT aims.set_subscription_policy('scores', 'origin')");
publish(<<'SQL');
UPDATE score SET value = 20 WHERE id = 5001;
DELETE FROM score WHERE id = 5002;
DELETE FROM score WHERE id = 5003; INSERT INTO score VALUES (5003, 30);
DELETE FROM line WHERE value = 'three';
SQL
is(violations(), '6', 'origin again: no more violations');
is(verdict('score', 'line'), <<'END' =~ s/\n$//r, 'nor is a row altered or missing that the subscription changed');
score: |1 row gone, perhaps by subscription "scores", audited at its origin
score: |2999 rows applied by subscription "scores", audited at its origin
line: |1 row gone, perhaps by subscription "scores", audited at its origin
line: |3 rows applied by subscription "scores", audited at its origin
END
ask("SELECT aims.set_subscription_policy('scores', 'apply')");
publish('UPDATE score SET value = 21 WHERE id = 5001; DELETE FROM score WHERE id = 5003; UPDATE score SET value = 5 WHERE id = 5004');
both_verify('apply after origin: key chains know of what was applied between them');

# As of a time the ledger of here does not know what only the origin's has
my (undef, undef, $error) = $subscriber->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT count(*) FROM aims.as_of('score', now())");
like($error, qr/MS029/, 'as_of does not make it up');
is(ask("SELECT problem FROM aims.rows_as_of('score', now()) WHERE key IS NULL"),
	'not known: subscription "scores" has applied rows, and is audited at its origin', 'rows_as_of says why');

ask("SELECT aims.rebaseline('score', 'From here on it is audited here')");
ask('SELECT aims.seal()');
is(verdict('score'), '', 'after a new baseline each row is compared');
is(ask("SELECT count(*) = (SELECT count(*) FROM score) FROM aims.as_of('score', now())"), 't', 'and as_of knows them');

# Transactions that are rolled back, or streamed in parts, leave what they should
ask("SELECT aims.set_subscription_policy('scores', 'origin')");
entries();
publish(<<'SQL');
BEGIN;
SAVEPOINT a;
INSERT INTO score SELECT g, g FROM generate_series(10000, 14000) AS g;
ROLLBACK TO a;
INSERT INTO score SELECT g, g FROM generate_series(20000, 24000) AS g;
SAVEPOINT b;
INSERT INTO score SELECT g, g FROM generate_series(30000, 34000) AS g;
COMMIT;
SQL
is(verdict('score'), <<'END' =~ s/\n$//r, 'a large transaction with savepoints');
score: |8002 rows applied by subscription "scores", audited at its origin
END
both_verify('streamed');

# What a trigger of the subscriber writes is no change of the origin's
ask(<<'SQL');
CREATE FUNCTION copy_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.line VALUES ('by a trigger'); RETURN NEW; END $$;
CREATE TRIGGER copy_on AFTER INSERT ON score FOR EACH ROW EXECUTE FUNCTION copy_on();
ALTER TABLE score ENABLE ALWAYS TRIGGER copy_on;
SQL
my $before = violations();
entries();
publish('INSERT INTO score VALUES (50000, 1)');
is(entries(), "public.line INSERT 1\npublic.score INSERT EVENT 1", 'what a trigger of others writes in the worker is captured');
is(violations() - $before, 1, 'and guarded');
ask('DROP TRIGGER copy_on ON score');

# Our own tables are captured whatever the policy
$publisher->safe_psql('postgres', 'ALTER PUBLICATION scores ADD TABLE aims.vendor');
ask('ALTER SUBSCRIPTION scores REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'scores');
publish("INSERT INTO aims.vendor (vendor, title) VALUES ('acme', 'Acme')");
is(ask("SELECT operation, key FROM aims.audit_entry WHERE relation = 'aims.vendor'"), 'INSERT|{"vendor": "acme"}', 'governance tables are captured under either policy');

# What people review is captured, and waits, where it is read
$publisher->safe_psql('postgres', 'CREATE TABLE reviewed (id integer PRIMARY KEY); ALTER PUBLICATION scores ADD TABLE reviewed');
ask("CREATE TABLE reviewed (id integer PRIMARY KEY); SELECT aims.govern('reviewed', system => 'nlp', review => 'required')");
ask('ALTER SUBSCRIPTION scores REFRESH PUBLICATION');
$subscriber->wait_for_subscription_sync($publisher, 'scores');
publish('INSERT INTO reviewed VALUES (1), (2); DELETE FROM reviewed WHERE id = 2');
is(ask("SELECT key FROM aims.pending_review WHERE relation = 'reviewed'::regclass"), '{"id": 1}', 'origin: output waits where a table asks for review');

# A policy is of one owner's subscription
ask('CREATE ROLE other SUPERUSER LOGIN; ALTER SUBSCRIPTION scores OWNER TO other');
entries();
publish('INSERT INTO score VALUES (40001, 1)');
is(entries(), 'public.score INSERT 1', 'the subscription of another owner is audited at apply');
is(ask('SELECT policy, remark FROM aims.subscription_audit'), 'apply|the policy "origin" was stated when ' . ask('SELECT current_user') . ' owned it', 'and the view says why');
ask("SELECT aims.set_subscription_policy('scores', 'origin')");
ask('ALTER ROLE other RENAME TO another');
publish('INSERT INTO score VALUES (40002, 1)');
is(entries(), 'public.score INSERT 1', 'so it is when the owner has another name');
ask('ALTER SUBSCRIPTION scores RENAME TO renamed');
is(ask('SELECT subscription, policy, remark FROM aims.subscription_audit ORDER BY 1'),
	"renamed|apply|no policy is stated\nscores||there is no such subscription", 'a name without a subscription is told of');

# Both policies survive dump and restore, before there is any subscription
ask('DROP SUBSCRIPTION renamed');
$subscriber->command_ok(['pg_dump', '-Fc', '-f', $subscriber->basedir . '/dump', $subscriber->connstr('postgres')], 'dump');
ask('CREATE DATABASE copy');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	$subscriber->command_ok(['pg_restore', '-d', $subscriber->connstr('copy'), $subscriber->basedir . '/dump'], 'restore');
}
is($subscriber->safe_psql('copy', 'SELECT subscription, policy FROM aims.subscription_policy'), 'scores|origin', 'the policy is there');
is($subscriber->safe_psql('copy', "SELECT problem ~ 'perhaps applied|gone, perhaps' FROM aims.verify_table('score')"), 't', 'and verify_table calls no row forged');

$subscriber->stop;
$publisher->stop;
done_testing();
