# A logical replication worker refuses nothing, since that would stop its
# subscription for ever: it records violations and opens a finding.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;

my $table = 'CREATE TABLE score (id integer PRIMARY KEY, system text)';
$publisher->safe_psql('postgres', "$table; CREATE PUBLICATION scores FOR TABLE score");
$publisher->safe_psql('postgres', "INSERT INTO score VALUES (1, 'nlp'), (2, NULL)");
$subscriber->safe_psql('postgres', <<SQL);
$table;
CREATE EXTENSION aims;
INSERT INTO aims.person (person, full_name) VALUES ('anna', 'Anna Owner');
SET session_replication_role = replica;
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception'),
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment');
RESET session_replication_role;
SELECT aims.govern('score', system_column => 'system');
INSERT INTO aims.intended_table VALUES ('sepsis', 'score');
SQL
my $from = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION scores CONNECTION '$from' PUBLICATION scores");
$subscriber->wait_for_subscription_sync($publisher, 'scores');

is( $subscriber->safe_psql('postgres', 'SELECT system, cause, rows, mode FROM aims.violation ORDER BY 1'),
	'nlp|stage|1|enforce', 'the initial copy is recorded, and passes');

$publisher->safe_psql('postgres', <<'SQL');
INSERT INTO score SELECT g, 'nlp' FROM generate_series(10, 19) AS g;
INSERT INTO score VALUES (20, 'shadow'), (21, 'sepsis');
UPDATE score SET system = 'nlp' WHERE id = 21;
DELETE FROM score WHERE id = 10;
SQL
$publisher->wait_for_catchup('scores');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM score'), '13', 'everything is applied');
is( $subscriber->safe_psql('postgres',
		'SELECT system, cause, sum(rows), mode FROM aims.violation GROUP BY 1, 2, 4 ORDER BY 1'),
	"nlp|stage|12|enforce\nshadow|system_unknown|1|enforce", 'and recorded');
is( $subscriber->safe_psql('postgres', 'SELECT kind, system, relation FROM aims.finding ORDER BY finding_id'),
	"output_not_refused|nlp|score\noutput_not_refused||score", 'one finding for each system stays open');
is( $subscriber->safe_psql('postgres',
		"SELECT operation, system, count(*) FROM aims.audit_entry WHERE relation = 'public.score' AND operation <> 'EVENT' GROUP BY 1, 2 ORDER BY 1, 2"),
	"DELETE|nlp|1\nINSERT|nlp|11\nINSERT|sepsis|1\nINSERT||2\nUPDATE|nlp|1", 'what is applied is in the ledger');
is($subscriber->safe_psql('postgres', "SELECT count(*) FROM aims.audit_entry WHERE relation = 'aims.finding'"),
	'2', 'and so are the findings');

# In an ordinary session of the same server the guard refuses
my ($ret, undef, $stderr) = $subscriber->psql('postgres', "\\set VERBOSITY sqlstate\nINSERT INTO score VALUES (30, 'nlp')");
like($stderr, qr/MS001/, 'an ordinary session is refused');

# A row that the expression does not fit, which an ordinary session is told
$publisher->safe_psql('postgres', 'CREATE TABLE doc (id integer PRIMARY KEY, body text); ALTER PUBLICATION scores ADD TABLE doc');
$subscriber->safe_psql('postgres', <<'SQL');
CREATE TABLE doc (id integer PRIMARY KEY, body text);
SELECT aims.govern('doc', system_expression => $$body::jsonb ->> 'ai'$$);
ALTER SUBSCRIPTION scores REFRESH PUBLICATION;
SQL
$subscriber->wait_for_subscription_sync($publisher, 'scores');
$publisher->safe_psql('postgres', "INSERT INTO doc VALUES (1, 'no json'), (2, '{}')");
$publisher->wait_for_catchup('scores');
is($subscriber->safe_psql('postgres', "SELECT system, cause, rows, example_key FROM aims.violation WHERE relation = 'doc'::regclass"),
	'|system_unknown|1|{"id": 1}', 'a row that the expression does not fit is applied, and names no system');
($ret, undef, $stderr) = $subscriber->psql('postgres', "\\set VERBOSITY sqlstate\nINSERT INTO doc VALUES (3, 'no json')");
like($stderr, qr/22P02/, 'an ordinary session is told');

# A partitioned target whose partitions differ from the publisher's, and were
# created and attached by the subscriber's own DDL after it was governed. An
# apply worker fires row triggers, no statement trigger, and TRUNCATE's.
$publisher->safe_psql('postgres', <<'SQL');
CREATE TABLE note (id integer, day date, body text, PRIMARY KEY (id, day));
CREATE TABLE plain (id integer PRIMARY KEY);
ALTER PUBLICATION scores ADD TABLE note, plain;
SQL
$subscriber->safe_psql('postgres', <<'SQL');
CREATE TABLE note (id integer, day date, body text, more text DEFAULT 'x', PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE note_old PARTITION OF note FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE plain (id integer PRIMARY KEY);
SELECT aims.govern('note', system => 'sepsis');
CREATE TABLE note_new (LIKE note INCLUDING ALL);
ALTER TABLE note ATTACH PARTITION note_new DEFAULT;
INSERT INTO aims.intended_table VALUES ('sepsis', 'note') ON CONFLICT DO NOTHING;
ALTER SUBSCRIPTION scores REFRESH PUBLICATION;
SQL
$subscriber->wait_for_subscription_sync($publisher, 'scores');

# What the transactions of the apply worker have written, in order.
sub applied
{
	my ($after) = @_;

	$publisher->wait_for_catchup('scores');
	return $subscriber->safe_psql('postgres', <<"SQL");
SELECT concat_ws(' ', operation, relation, physical_relation, key ->> 'id') FROM aims.audit_entry
 WHERE entry_id > $after AND relation ~ 'note|plain' ORDER BY entry_id
SQL
}

sub newest
{
	return $subscriber->safe_psql('postgres', 'SELECT max(entry_id) FROM aims.audit_entry');
}

my $newest = newest();
$publisher->safe_psql('postgres', <<'SQL');
BEGIN;
INSERT INTO note VALUES (1, '2025-01-01', 'a'), (2, '2026-06-06', 'b');
UPDATE note SET day = '2026-07-07' WHERE id = 1;
DELETE FROM note WHERE id = 2;
COMMIT;
SQL
is(applied($newest), <<'END' =~ s/\n$//r, 'rows of partitions are captured, one that moves as DELETE and INSERT');
INSERT public.note public.note_old 1
INSERT public.note public.note_new 2
DELETE public.note public.note_old 1
INSERT public.note public.note_new 1
DELETE public.note public.note_new 2
END

$newest = newest();
$publisher->safe_psql('postgres', 'BEGIN; TRUNCATE note; INSERT INTO note VALUES (3, \'2026-06-06\', NULL); COMMIT');
is(applied($newest), <<'END' =~ s/\n$//r, 'so is TRUNCATE, of the root and of every partition');
TRUNCATE public.note
TRUNCATE public.note public.note_old
TRUNCATE public.note public.note_new
INSERT public.note public.note_new 3
END

# DDL is not replicated: a partition that leaves takes no entries with it
$newest = newest();
$subscriber->safe_psql('postgres', 'ALTER TABLE note DETACH PARTITION note_new; CREATE TABLE note_next PARTITION OF note DEFAULT');
$publisher->safe_psql('postgres', "INSERT INTO note VALUES (4, '2026-06-06', 'd')");
is(applied($newest), <<'END' =~ s/\n$//r, 'partitions may change under the worker');
DDL public.note
DDL public.note public.note_next
INSERT public.note public.note_next 4
END

# A table is governed, and ungoverned, while the worker knows it
$publisher->safe_psql('postgres', 'INSERT INTO plain VALUES (1)');
$newest = newest();
is(applied($newest), '', 'what nobody governs is not captured');
$subscriber->safe_psql('postgres', "SELECT aims.govern('plain', system => 'sepsis')");
$publisher->safe_psql('postgres', 'INSERT INTO plain VALUES (2); DELETE FROM plain WHERE id = 1');
is(applied($newest), <<'END' =~ s/\n$//r, 'from then on it is');
EVENT public.plain
INSERT public.plain 2
DELETE public.plain 1
END
is( $subscriber->safe_psql('postgres', 'SELECT * FROM aims.capture_problem()'), '', 'nothing escapes');

# A column of the subscriber's alone names the system, and is dropped
$publisher->safe_psql('postgres', 'CREATE TABLE mark (id integer PRIMARY KEY); ALTER PUBLICATION scores ADD TABLE mark');
$subscriber->safe_psql('postgres', <<'SQL');
CREATE TABLE mark (id integer PRIMARY KEY, system text DEFAULT 'sepsis');
SELECT aims.govern('mark', system_column => 'system');
ALTER TABLE mark DROP COLUMN system;
ALTER SUBSCRIPTION scores REFRESH PUBLICATION;
SQL
$subscriber->wait_for_subscription_sync($publisher, 'scores');
$publisher->safe_psql('postgres', 'INSERT INTO mark VALUES (1)');
$publisher->wait_for_catchup('scores');
is( $subscriber->safe_psql('postgres', "SELECT system, cause, rows FROM aims.violation WHERE relation = 'mark'::regclass"),
	'|system_unknown|1', 'without the system column rows pass as output of nobody');
$subscriber->safe_psql('postgres', "SELECT aims.ungovern('mark', 'no column')");
is( $subscriber->safe_psql('postgres', "SELECT aims.seal() > 0; SELECT check_name FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'"),
	't', 'and the ledger verifies');

$subscriber->stop;
$publisher->stop;
done_testing();
