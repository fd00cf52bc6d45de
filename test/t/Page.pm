# A page of doc/ whose blocks are run as they stand there: each ```sql block by
# the role that its first line names ("-- as auditor:"), compared with the block
# that is printed below it.
package Page;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT_OK = qw(answer check_page);

# What psql says to a script, without what differs from run to run: the place
# in the sources, trailing blanks, and headers over nothing.
sub answer
{
	my ($node, $role, $script) = @_;
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

# Run the blocks of the page in their order; returns how many there were. With
# PAGE_TO=FILE in the environment the page is written there as it has to be.
sub check_page
{
	my ($node, $page) = @_;
	my $text = slurp_file($page);
	my ($blocks, $written, $done) = (0, '', 0);

	while ($text =~ /^```sql\n(.*?)^```\n(?:```\n(.*?)^```\n)?/msg)
	{
		my ($script, $expected, $from, $to) = ($1, $2 // '', $-[0], $+[0]);
		my ($role) = $script =~ /\A-- as (\w+):\n/ or die "whose is this?\n$script";
		my ($name) = $script =~ /\A.*\n(.*)/;
		my $said = answer($node, $role, $script);

		is($said, $expected, "$role: $name");
		$written .= substr($text, $done, $from - $done) . "```sql\n$script```\n" . ($said eq '' ? '' : "```\n$said```\n");
		$done = $to;
		$blocks++;
	}
	if (my $file = $ENV{PAGE_TO})
	{
		open my $out, '>', $file or die "$file: $!";
		print $out $written, substr($text, $done);
		close $out;
	}
	return $blocks;
}

1;
