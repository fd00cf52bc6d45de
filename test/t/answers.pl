# doc/answers.md, block by block, on the records of demo/seed: each is run as it
# stands there, by the role that it names, and has to answer what is printed
# below it. Every clause and every control has an answer that is not empty.
#
# PAGE_TO=DIRECTORY writes the page there with the answers of this run, for instance
# PAGE_TO=doc make installcheck REGRESS= ISOLATION= PROVE_TESTS=test/t/answers.pl
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 'test/t';
use Page qw(check_page);

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';

plan skip_all => 'needs the package libfaketime' unless $faketime;

my $page = 'doc/answers.md';
my $last_day = '2026-09-30';
my $dir = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('answers');

command_ok([ 'demo/seed/make', "$dir/seed.dump", $last_day ], 'two years are played');

# The clock of the server stays on the last day.
append_to_file("$dir/clock", "\@$last_day 18:00:00\n");
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nautovacuum = off\njit = off");
{
	local %ENV = (%ENV, TZ => 'UTC', LD_PRELOAD => $faketime, FAKETIME_TIMESTAMP_FILE => "$dir/clock",
		FAKETIME_NO_CACHE => 1, FAKETIME_DONT_FAKE_MONOTONIC => 1);

	$node->start;
}
$node->safe_psql('postgres', slurp_file('demo/seed/roles.sql'));
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';

	$node->command_ok([ 'pg_restore', '-e', '-d', 'postgres', "$dir/seed.dump" ], 'and restored');
}
$node->safe_psql('postgres', <<~'SQL');
	ANALYZE;
	CREATE ROLE analyst LOGIN;
	CREATE ROLE auditor LOGIN;
	SELECT aims.grant_duty_role('analyst', 'analyst'), aims.grant_duty_role('auditor', 'auditor');
	SELECT aims.seal();
	SQL

cmp_ok(check_page($node, $page), '>', 60, "blocks on $page");

# Nothing is left out: what a section is about stands in its heading.
my $text = slurp_file($page);
my (%section, %used);
while ($text =~ /^#+ ([^\n]*)\n(.*?)(?=^#|\z)/msg)
{
	my ($heading, $body) = ($1, $2);

	$section{$_} .= "$heading\n$body" for $heading =~ /\b(A?\.?\d+\.[\d.]*\d)\b/g;
}
while ($text =~ /\baims\.(\w+)/g) { $used{$1} = 1 }

sub query { return split /\n/, $node->safe_psql('postgres', shift) }

# An answer that shows a row has a line below the line of its header.
my @requirements = query(q{SELECT ref, kind, title, artefact FROM aims.requirement
	WHERE framework = 'iso42001' AND kind IN ('clause', 'control') ORDER BY ref});
is(scalar @requirements, 70, '32 clauses and 38 controls');
for (@requirements)
{
	my ($ref, $kind, $title, $artefact) = split /\|/;
	my $found = $section{$ref} // '';

	like($found, qr/^```\n[^`]*^-[-+]*\n[^`]/m, "$ref has an answer");
	next if $kind eq 'control';
	like($found, qr/\A\Q$ref $title\E\n\n\Q$artefact\E\.\n/, "$ref has its title and artefact");
}
ok($used{$_}, "aims.$_ is used") for qw(soa soa_coverage control_gap framework_coverage vendor_coverage
	system_readiness certification_readiness ciso_dashboard coverage_history ledger_status audit_log governed
	violation pending_review override_rate shadow_ai next_action gate history as_of soa_at risk_register_at
	verify switch_off inclusion_proof);

$node->stop;
done_testing();
