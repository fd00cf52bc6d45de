# doc/warehouses.md, block by block: each is run as it stands there, by the role
# that it names, and has to answer what is printed below it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = 'doc/warehouses.md';
my $node = PostgreSQL::Test::Cluster->new('warehouses');

$node->init;
$node->start;
$node->safe_psql('postgres', slurp_file('test/t/warehouses.sql'));

# What psql says to a script, without what differs from run to run: the place
# in the sources, trailing blanks, and headers over nothing.
sub answer
{
	my ($role, $script) = @_;
	my $said = '';
	my $dsn = $node->connstr('postgres') . " user=$role";

	IPC::Run::run([ 'psql', '-X', '-d', $dsn, '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never',
			'-q', '-P', 'footer=off', '-P', 'null=' ], '<', \$script, '>&', \$said);
	$said =~ s/^(?:LOCATION|SCHEMA NAME|TABLE NAME|COLUMN NAME|CONSTRAINT NAME):.*\n//mg;
	$said =~ s/^ \w+ *\n-+\n *\n+//mg;
	$said =~ s/[ \t]+$//mg;
	$said =~ s/\n{2,}/\n/g;
	return $said =~ s/\A\n+//r;
}

my $text = slurp_file($page);
my $blocks = 0;
while ($text =~ /^```sql\n(.*?)^```\n(?:```\n(.*?)^```\n)?/msg)
{
	my ($script, $expected) = ($1, $2 // '');
	my ($role) = $script =~ /\A-- as (\w+):\n/ or die "whose is this?\n$script";
	my ($name) = $script =~ /\A.*\n(.*)/;

	is(answer($role, $script), $expected, "$role: $name");
	$blocks++;
}
cmp_ok($blocks, '>', 5, "blocks on $page");

# Whatever was refused, the ledger holds the rest.
is($node->safe_psql('postgres', 'SELECT aims.seal() > 0'), 't', 'it seals');
is($node->safe_psql('postgres', q{SELECT check_name, detail FROM aims.verify() WHERE NOT ok AND check_name <> 'stages'}),
	'', 'and verifies, but for systems that came without a history');

$node->stop;
done_testing();
