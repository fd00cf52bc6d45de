# Sealing, and running monitors, by pg_cron: as a role that holds nothing but the
# bundle, in cron's own database and in another one.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $library = `pg_config --pkglibdir` =~ s/\n//r . '/pg_cron.so';

plan skip_all => 'needs the package postgresql-VERSION-cron' unless -e $library;

my $node = PostgreSQL::Test::Cluster->new('cron');

sub query
{
	my ($database, $sql, $role) = @_;

	return $node->safe_psql($database, $sql,
		extra_params => $role ? [ '-q', '-U', $role ] : ['-q']);
}

$node->init(auth_extra => [ '--create-role', 'sealer,monitor,nobody' ]);
$node->append_conf('postgresql.conf', <<~CONF);
	shared_preload_libraries = 'pg_cron'
	cron.database_name = 'postgres'
	cron.use_background_workers = on
	max_worker_processes = 20
	CONF
$node->start;
query('postgres', 'CREATE DATABASE hospital');
query('postgres', <<~SQL);
	CREATE EXTENSION pg_cron;
	CREATE ROLE sealer LOGIN;
	CREATE ROLE monitor LOGIN;
	CREATE ROLE nobody LOGIN;
	GRANT USAGE ON SCHEMA cron TO sealer, monitor, nobody;
	SQL
for my $database ('postgres', 'hospital')
{
	query($database, <<~SQL);
		CREATE EXTENSION aims;
		SELECT aims.grant_duty_role('administrator', 'sealer');
		SELECT aims.grant_duty_role('runner', 'monitor');
		INSERT INTO aims.person (person, full_name) VALUES ('ada', 'Ada');
		SQL
}

# As documented; what is due at the start of the scheduler need not be waited
# for. In another database only a superuser may schedule.
query('postgres', <<~SQL, 'sealer');
	SELECT cron.schedule('seal every minute', '* * * * *', 'SELECT aims.seal()'),
	       cron.schedule('seal', '\@reboot', 'SELECT aims.seal()');
	SQL
query('postgres', "SELECT cron.schedule('monitors', '\@reboot', 'SELECT aims.run_due_monitors()')", 'monitor');
query('postgres', "SELECT cron.schedule('refused', '\@reboot', 'SELECT aims.seal()')", 'nobody');
query('postgres', <<~SQL);
	SELECT cron.schedule_in_database('seal hospital every minute', '* * * * *', 'SELECT aims.seal()', 'hospital', 'sealer'),
	       cron.schedule_in_database('seal hospital', '\@reboot', 'SELECT aims.seal()', 'hospital', 'sealer');
	SQL
is( query('postgres', 'SELECT count(*) FROM cron.job WHERE active'), '6', 'jobs are scheduled');
$node->restart;
ok( $node->poll_query_until('postgres', <<~SQL), 'jobs have run');
	SELECT count(*) = 4 FROM cron.job_run_details AS d JOIN cron.job AS j USING (jobid)
	 WHERE j.schedule = '\@reboot' AND d.status IN ('succeeded', 'failed')
	SQL
is( query('postgres', <<~SQL), "monitors|monitor|succeeded|f\nrefused|nobody|failed|t\nseal|sealer|succeeded|f\nseal hospital|sealer|succeeded|f", 'with the rights of their roles');
	SELECT j.jobname, d.username, d.status, d.return_message ~ 'permission denied'
	  FROM cron.job_run_details AS d JOIN cron.job AS j USING (jobid)
	 WHERE j.schedule = '\@reboot' ORDER BY j.jobname COLLATE "C"
	SQL
for my $database ('postgres', 'hospital')
{
	is( query($database, "SELECT count(leaf_index) FROM aims.audit_log WHERE relation = 'aims.person'"),
		'1', "the ledger of $database is sealed");
}

$node->stop;
done_testing();
