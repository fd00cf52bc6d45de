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

$subscriber->stop;
$publisher->stop;
done_testing();
