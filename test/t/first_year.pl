# doc/first-year.md, from top to bottom: each block as it stands there, each part
# of it in a session of the role that its first line names, in a fresh database.
# Nothing is refused, and the criteria that are left at the end are those printed.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 'test/t';
use Page qw(answer);

my $text = slurp_file('doc/first-year.md');
my $node = PostgreSQL::Test::Cluster->new('first_year');
my (@criteria, $parts);

$node->init;
$node->start;
# What the page says that there is: login roles, and a table of the role dba
$node->safe_psql('postgres', <<~'SQL');
	DO $$
	BEGIN
		EXECUTE (SELECT string_agg(format('CREATE ROLE %I LOGIN;', r), '')
				   FROM unnest('{hale,vogel,meyer,okafor,nora,lind,fischer,park,ada,dba,etl}'::text[]) AS r);
	END $$;
	CREATE SCHEMA cdw AUTHORIZATION dba;
	SET ROLE dba;
	CREATE TABLE cdw.sepsis_score (patient integer, encounter integer, score real, version text, PRIMARY KEY (patient, encounter));
	SQL

# The criteria of a printed answer: phase, name, clause, found, wanted
sub criteria { return map { join ' ', split /[\s|]+/ } shift =~ /^ +(\d+ \| \w+ +\| \S+ +\| +\d+ \| +\d+) \|/mg }

while ($text =~ /^```sql\n(.*?)^```\n(?:```\n(.*?)^```\n)?/msg)
{
	my ($block, $printed) = ($1, $2);
	my $said;

	# Samples are drawn from what was recorded until yesterday: a night passes.
	$node->safe_psql('postgres', q{SET session_replication_role = replica;
		UPDATE aims.evidence SET recorded_at = recorded_at - make_interval(days => 1)}) if $block =~ /draw_audit_sample/;
	while ($block =~ /^-- (\w+)\n(.*?)(?=^-- \w+\n|\z)/msg)
	{
		my ($role, $script) = ($1, $2);

		$role = $ENV{PGUSER} // 'postgres' if $role eq 'postgres';
		$said = answer($node, $role, $script);
		unlike($said, qr/^(?:ERROR|FATAL|psql):?/m, sprintf('%s: %.60s', $role, $script =~ s/\s+/ /gr));
		$parts++;
	}
	push @criteria, [ [ criteria($said) ], [ criteria($printed) ] ] if defined $printed;
}
cmp_ok($parts, '>', 25, 'parts of the page');
is(scalar @criteria, 1, 'one answer is printed');
cmp_ok(scalar @{ $criteria[0][1] }, '>', 5, 'of some criteria');
is_deeply($criteria[0][0], $criteria[0][1], 'what is left is what is printed');

# The two queries that go with whoever reads it
my ($queries) = $text =~ /^```sql\n(SELECT due_on.*?)^```\n/ms;
my $answered = answer($node, 'vogel', $queries);

unlike($answered, qr/ERROR/, 'what is to be done next, and what is missing');
like($answered, qr/corrective_record/, 'is told');

$node->stop;
done_testing();
