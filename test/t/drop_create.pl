# The extension comes and goes: a role without privileges can do nothing with
# it, DROP EXTENSION leaves the warehouse as it was, CREATE EXTENSION works
# again.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
my $key = PostgreSQL::Test::Utils::tempdir . '/signing.key';
$node->init;
$node->start;

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}

# What the warehouse has that is not a row: everything in the catalogs that
# somebody other than initdb made, named.
my $objects = <<'END';
SELECT 'relation', c.oid::regclass::text, c.relkind::text FROM pg_class AS c
 WHERE c.oid >= 16384 AND c.relnamespace::regnamespace::text !~ '^(pg_toast|pg_temp)'
 UNION ALL
SELECT 'trigger', t.tgrelid::regclass::text, t.tgname FROM pg_trigger AS t WHERE NOT t.tgisinternal
 UNION ALL
SELECT 'event trigger', e.evtname, e.evtevent FROM pg_event_trigger AS e
 UNION ALL
SELECT 'function', p.oid::regprocedure::text, NULL FROM pg_proc AS p WHERE p.oid >= 16384
 UNION ALL
SELECT 'schema', n.nspname, NULL FROM pg_namespace AS n
 WHERE n.oid >= 16384 AND n.nspname !~ '^pg_(toast_)?temp_'
 UNION ALL
SELECT 'dependency', pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype::text
  FROM pg_depend AS d WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid >= 16384
 ORDER BY 1, 2, 3
END

my $govern = <<'END';
INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada');
INSERT INTO aims.ai_system (system, title, owner, purpose)
VALUES ('sepsis-watch', 'Sepsis Watch', 'ada', 'warn of sepsis');
SELECT aims.govern('cdw.score', system => 'sepsis-watch', mode => 'observe');
SELECT aims.govern('cdw.note', system_column => 'author', system_when => 'note_id > 0', mode => 'observe');
INSERT INTO cdw.score SELECT n, n FROM generate_series(coalesce((SELECT max(score_id) FROM cdw.score), 0) + 1,
                                                       coalesce((SELECT max(score_id) FROM cdw.score), 0) + 1000) AS n;
SELECT aims.seal();
END

query(<<'END');
CREATE SCHEMA cdw;
CREATE TABLE cdw.score (score_id bigint PRIMARY KEY, value real);
CREATE TABLE cdw.note (note_id bigint, author text, written date) PARTITION BY RANGE (written);
CREATE TABLE cdw.note_2026 PARTITION OF cdw.note FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION cdw.count_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER site_own AFTER INSERT ON cdw.score FOR EACH ROW EXECUTE FUNCTION cdw.count_row();
CREATE ROLE outsider LOGIN;
CREATE ROLE etl LOGIN;
GRANT USAGE ON SCHEMA cdw TO etl;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA cdw TO etl;
END

# Another's event trigger, so that the server tells ours of the very command
# that creates them
query(<<'END');
CREATE FUNCTION cdw.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER site_watch ON ddl_command_end EXECUTE FUNCTION cdw.watch();
CREATE EVENT TRIGGER site_watch_drop ON sql_drop EXECUTE FUNCTION cdw.watch();
END
my $before = query($objects);

query('CREATE EXTENSION aims');
is(query('SELECT count(*) FROM aims.audit_entry'), '0', 'CREATE EXTENSION leaves the ledger empty');
query($govern);

# A role without privileges: neither by the catalog, nor when it tries.
is(query(<<'END'), '', 'no privilege on any object');
SELECT c.oid::regclass::text FROM pg_class AS c
 WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
   AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege('outsider', c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_table_privilege('outsider', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                 OR has_any_column_privilege('outsider', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
 UNION ALL
SELECT p.oid::regprocedure::text FROM pg_proc AS p
 WHERE p.pronamespace = 'aims'::regnamespace
   -- constructors of range types are public, since pg_dump leaves their grants out
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                      AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i') AND has_function_privilege('outsider', p.oid, 'EXECUTE')
 UNION ALL
SELECT 'schema' WHERE has_schema_privilege('outsider', 'aims', 'USAGE, CREATE');
END
for my $command (
	'SELECT * FROM aims.ai_system',
	'SELECT * FROM aims.audit_entry',
	"INSERT INTO aims.person (person, full_name, db_role) VALUES ('eve', 'Eve', 'outsider')",
	'DELETE FROM aims.audit_entry',
	'SELECT aims.seal()',
	"SELECT aims.switch_off('sepsis-watch', 'because')",
	"SELECT aims.govern('cdw.score', system => 'sepsis-watch')",
	"CREATE TEMP TABLE mine (LIKE cdw.score);
	 CREATE TRIGGER forge AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION aims.audit_row('1000')",
	'BEGIN; LOCK TABLE aims.governance_epoch',
	'DROP EXTENSION aims',
	'DROP SCHEMA aims CASCADE')
{
	my ($status, undef, $error) = $node->psql('postgres',
		"SET SESSION AUTHORIZATION outsider; $command",
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	like($error, qr/ERROR:  42501/, "refuses $command");
}

# A session that has written governed rows lives on across the drop.
my $session = $node->background_psql('postgres');
$session->query_safe('SET SESSION AUTHORIZATION etl');
$session->query_safe("INSERT INTO cdw.score VALUES (-1, 1); INSERT INTO cdw.note VALUES (1, 'sepsis-watch', '2026-05-01')");
is(query("SELECT count(*) FROM aims.audit_entry WHERE session_user_name = 'etl'"), '2',
	'rows of an ordinary role are captured');

# The ledger goes without a trace but this: its newest checkpoint in the log
query("SET aims.signing_key_file = '$key'; SELECT aims.create_signing_key('hospital.example/aims'); SELECT aims.checkpoint()");
my $note = query('SELECT note FROM aims.checkpoint');
my $log = -s $node->logfile;

my $rows = query('TABLE cdw.score ORDER BY score_id') . query('TABLE cdw.note');
query('DROP EXTENSION aims CASCADE');
my $logged = substr(slurp_file($node->logfile), $log) =~ s/\n\t/\n/gr;
like($logged, qr/LOG:  DROP EXTENSION may drop the extension "aims".*DETAIL:  The newest checkpoint is:\n\Q$note\E/s,
	'DROP EXTENSION leaves the newest checkpoint in the server log');
is(query($objects), $before, 'DROP EXTENSION leaves nothing of its own, and nothing else behind');
is(query('TABLE cdw.score ORDER BY score_id') . query('TABLE cdw.note'), $rows, 'the rows of the warehouse are there');
$session->query_safe("INSERT INTO cdw.score VALUES (-2, 1); UPDATE cdw.note SET author = NULL");
is(query('SELECT count(*) FROM cdw.score WHERE score_id < 0'), '2', 'sessions write on');

# Again, seen by the session that knew the former one
query('CREATE EXTENSION aims');
is(query('SELECT count(*) FROM aims.audit_entry'), '0', 'a new installation begins empty');
query($govern);
$session->query_safe('INSERT INTO cdw.score VALUES (-3, 1)');
$session->quit;
query('SELECT aims.seal()');
is(query("SELECT count(*) FROM aims.audit_entry WHERE session_user_name = 'etl'"), '1', 'and captures again');
is(query('SELECT check_name, detail FROM aims.verify() WHERE NOT ok'), '', 'its ledger verifies');

done_testing();
