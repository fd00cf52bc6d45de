# Another extension writes in a callback of its own, after ours has made its
# last check of the transaction: that is decided on, locked and captured, too.
# The extension is made here, and called after ours, as it is loaded before.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $module = PostgreSQL::Test::Utils::tempdir . '/late';
append_to_file("$module.c", <<'END');
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

PG_MODULE_MAGIC;

static char *late_sql = NULL;

static void
late_callback(XactEvent event, void *arg)
{
	if ((event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE) ||
		late_sql == NULL || late_sql[0] == '\0')
		return;
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_execute(late_sql, false, 0);
	PopActiveSnapshot();
	SPI_finish();
}

void		_PG_init(void);

void
_PG_init(void)
{
	DefineCustomStringVariable("late.sql", "What is done late.", NULL,
							   &late_sql, NULL, PGC_USERSET, 0, NULL, NULL,
							   NULL);
	RegisterXactCallback(late_callback, NULL);
}
END
my $include = `@{[ $ENV{PG_CONFIG} // 'pg_config' ]} --includedir-server`;
chomp $include;
plan skip_all => 'no compiler' if system("cc -shared -fPIC -I'$include' -o '$module.so' '$module.c'") != 0;

my $node = PostgreSQL::Test::Cluster->new('late');
$node->init;
$node->append_conf('postgresql.conf', "aims.switch_off_wait = '300ms'\nmax_prepared_transactions = 5");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
CREATE ROLE anna LOGIN;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', 'anna');
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('sepsis', 'Sepsis alert', 'anna', 'Warns of sepsis', 'deployment'), ('nlp', 'Note reader', 'anna', 'Reads notes', 'inception');
RESET session_replication_role;
SELECT aims.grant_duty_role('officer', 'anna');
CREATE TABLE score (id integer PRIMARY KEY);
CREATE TABLE note (id integer PRIMARY KEY);
CREATE TABLE part (id integer PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 1, REMAINDER 0);
SELECT aims.govern('score', system => 'sepsis'), aims.govern('note', system => 'nlp', mode => 'observe'),
       aims.govern('part', system => 'sepsis');
SQL
$node->append_conf('postgresql.conf', "session_preload_libraries = '$module'");
$node->reload;

# What a transaction that does something late ends with
sub late
{
	my ($sql, $end) = @_;
	my (undef, undef, $error) = $node->psql('postgres',
		"SELECT aims.current_person(); BEGIN; SET LOCAL late.sql = \$\$$sql\$\$; SELECT 1; " . ($end // 'COMMIT'));

	return $error;
}

sub ask
{
	return $node->safe_psql('postgres', @_);
}

is(late('INSERT INTO score VALUES (1)'), '', 'a row is written late');
is(ask('SELECT id FROM score'), '1', 'and committed');
is(ask("SELECT operation, system FROM aims.audit_entry WHERE relation = 'public.score' AND operation <> 'EVENT'"), 'INSERT|sepsis', 'with its entry');
is(late('INSERT INTO part_0 VALUES (1), (2)'), '', 'so are rows of a partition');
is(ask("SELECT operation, count(*) FROM aims.audit_entry WHERE relation = 'public.part' AND operation <> 'EVENT' GROUP BY 1"), 'INSERT|2', 'which no trigger tells of the end of the statement');
is(late('INSERT INTO note VALUES (1), (2)'), '', 'so is output in mode observe');
is(ask('SELECT system, cause, sum(rows) FROM aims.violation GROUP BY 1, 2'), 'nlp|stage|2', 'with its violation');

# Written, and not committed yet: a switch-off knows of it
ask(<<'SQL');
CREATE TABLE go ();
CREATE FUNCTION wait_for_go() RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN WHILE NOT EXISTS (SELECT FROM go) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;
SQL
my $hanging = IPC::Run::start(
	[
		'psql', '-XqAt', '-d', $node->connstr('postgres') . ' application_name=hanging', '-c', 'SELECT aims.current_person()',
		'-c', 'BEGIN; SET LOCAL late.sql = $$INSERT INTO score VALUES (2); SELECT wait_for_go()$$; SELECT 1; COMMIT'
	],
	'>', '/dev/null', '2>', '/dev/null');
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'hanging' AND wait_event = 'PgSleep'")
  or BAIL_OUT('nothing hangs');
my $pid = ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'hanging'");
is(ask("SET client_min_messages = error; SELECT pid FROM aims.switch_off('sepsis', 'alarm')", connstr => $node->connstr('postgres') . ' user=anna'),
	$pid, 'a switch-off waits for it, and returns it');
ask('INSERT INTO go DEFAULT VALUES');
$hanging->finish;
is(ask('SELECT id FROM score ORDER BY id'), "1\n2", 'it is what completes late');
like(late('INSERT INTO score VALUES (3)'), qr/ERROR: .* "sepsis" is switched off/, 'from then on what is written late is refused');
like(late('INSERT INTO score VALUES (3)', "PREPARE TRANSACTION 'x'"), qr/ERROR: .* "sepsis" is switched off/, 'before PREPARE, too');
is(ask('SELECT count(*) FROM score'), '2', 'and not there');

# A change of governance waits for commits in flight, late as it is
ask("INSERT INTO aims.switch_event (system, switched_off, reason, person) VALUES ('sepsis', false, 'well', 'anna'); BEGIN; INSERT INTO score VALUES (4); PREPARE TRANSACTION 'hung'");
like(late("SELECT aims.set_mode('note', 'enforce')"), qr/WARNING: .*DETAIL:  Still in flight: prepared transaction 'hung'/s, 'a change of governance waits');
like(late("SELECT aims.set_mode('note', 'observe')", "PREPARE TRANSACTION 'x'"), qr/ERROR:  cannot prepare a transaction that has changed governance/, 'or cannot be prepared');
is(ask('SELECT mode FROM aims.governed WHERE relation = \'note\'::regclass'), 'enforce', 'as it should be');
ask("COMMIT PREPARED 'hung'; SELECT aims.seal()");
is(ask("SELECT check_name FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'"), '', 'the ledger verifies');
is(ask("SELECT problem FROM aims.verify_table('score') UNION ALL SELECT problem FROM aims.verify_table('note')"), '', 'so do the rows');

$node->stop;
done_testing();
