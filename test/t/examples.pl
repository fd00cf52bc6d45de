# doc/metrics.md and doc/fair.md, from top to bottom, each in one session as
# somebody does who pastes it: every block says what is printed below it.
#
# PAGE_TO=doc writes them there with what was said.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 'test/t';
use Page qw(check_session);

my $node = PostgreSQL::Test::Cluster->new('examples');

$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off");
$node->start;
$node->safe_psql('postgres', <<~'SQL');
	CREATE EXTENSION aims;
	CREATE ROLE analyst LOGIN;
	SELECT aims.grant_duty_role('analyst', 'analyst');
	SQL

cmp_ok(check_session($node, 'analyst', 'doc/metrics.md'), '>', 12, 'blocks of metrics');
cmp_ok(check_session($node, $ENV{PGUSER} // 'postgres', 'doc/fair.md'), '>', 6, 'blocks of fair');

$node->stop;
done_testing();
