# doc/monitors.md, block by block: each is run as it stands there, by the role
# that it names, and has to answer what is printed below it.
#
# PAGE_TO=FILE writes the page there with the answers of this run.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 'test/t';
use Page qw(check_page);

my $node = PostgreSQL::Test::Cluster->new('monitors');

$node->init;
$node->start;
# What the page says that there is: a system in operation, its owner, and scores
# of two hospitals whose positives stand above 42 and 44 of 50 negatives.
$node->safe_psql('postgres', <<~'SQL');
	CREATE EXTENSION aims CASCADE;
	CREATE ROLE dba LOGIN SUPERUSER;
	CREATE ROLE olive LOGIN;
	SELECT aims.grant_duty_role('officer', 'olive');
	INSERT INTO aims.person (person, full_name, db_role) VALUES ('olive', 'Olive Owner', 'olive');
	INSERT INTO aims.ai_system (system, title, owner, purpose, clinical_tier) VALUES ('sepsis-alert', 'Sepsis alert', 'olive', 'Warns of sepsis', 'high');
	SET session_replication_role = replica;
	INSERT INTO aims.duty (person, duty, system, valid_from) VALUES ('olive', 'system_owner', 'sepsis-alert', aims.today());
	UPDATE aims.ai_system SET stage = 'operation_monitoring';
	SET session_replication_role = origin;
	CREATE SCHEMA cdw AUTHORIZATION olive;
	CREATE TABLE cdw.sepsis_outcome (hospital text, probability real, outcome boolean, scored_at timestamptz);
	INSERT INTO cdw.sepsis_outcome
	SELECT h.hospital, CASE WHEN i < 50 THEN i / 100.0 ELSE h.positive END, i >= 50, now() - make_interval(hours => i + 1)
	  FROM (VALUES ('North', 0.415), ('South', 0.435)) AS h (hospital, positive)
	 CROSS JOIN generate_series(0, 69) AS i;
	GRANT SELECT ON cdw.sepsis_outcome TO olive;
	SQL

is(check_page($node, 'doc/monitors.md'), 9, 'blocks on the page');

$node->stop;
done_testing();
