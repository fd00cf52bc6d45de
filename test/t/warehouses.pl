# doc/warehouses.md, block by block: each is run as it stands there, by the role
# that it names, and has to answer what is printed below it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 'test/t';
use Page qw(check_page);

my $page = 'doc/warehouses.md';
my $node = PostgreSQL::Test::Cluster->new('warehouses');

$node->init;
$node->start;
$node->safe_psql('postgres', slurp_file('test/t/warehouses.sql'));

my $blocks = check_page($node, $page);
cmp_ok($blocks, '>', 5, "blocks on $page");

# Whatever was refused, the ledger holds the rest.
is($node->safe_psql('postgres', 'SELECT aims.seal() > 0'), 't', 'it seals');
is($node->safe_psql('postgres', q{SELECT check_name, detail FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'}),
	'', 'and verifies, but for systems that came without a history');

$node->stop;
done_testing();
