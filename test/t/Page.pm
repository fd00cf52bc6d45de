# A page of doc/ whose blocks are run as they stand there: each ```sql block by
# the role that its first line names ("-- as auditor:"), or all of them in one
# session, compared with the block that is printed below it.
package Page;

use strict;
use warnings;

use Exporter 'import';
use File::Basename 'basename';
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT_OK = qw(answer check_page check_session);

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

# The ```sql blocks of a page, each with the block that is printed below it.
sub blocks
{
	my ($text) = @_;
	my @blocks;

	while ($text =~ /^```sql\n(.*?)^```\n(?:```\n(.*?)^```\n)?/msg)
	{
		push @blocks, { script => $1, printed => $2 // '', from => $-[0], to => $+[0] };
	}
	return @blocks;
}

# With PAGE_TO=DIRECTORY in the environment the page is written there as it has to be.
sub write_page
{
	my ($page, $text, @blocks) = @_;
	my ($written, $done) = ('', 0);

	return unless $ENV{PAGE_TO};
	for (@blocks)
	{
		$written .= substr($text, $done, $_->{from} - $done) . "```sql\n$_->{script}```\n" . ($_->{said} eq '' ? '' : "```\n$_->{said}```\n");
		$done = $_->{to};
	}
	my $file = "$ENV{PAGE_TO}/" . basename($page);
	open my $out, '>', $file or die "$file: $!";
	print $out $written, substr($text, $done);
	close $out;
	return;
}

# Run the blocks of the page in their order, each in a session of its own; returns
# how many there were.
sub check_page
{
	my ($node, $page) = @_;
	my $text = slurp_file($page);
	my @blocks = blocks($text);

	for (@blocks)
	{
		my ($role) = $_->{script} =~ /\A-- as (\w+):\n/ or die "whose is this?\n$_->{script}";
		my ($name) = $_->{script} =~ /\A.*\n(.*)/;

		$_->{said} = answer($node, $role, $_->{script});
		is($_->{said}, $_->{printed}, "$role: $name");
	}
	write_page($page, $text, @blocks);
	return scalar @blocks;
}

# What is said, without what another mathematical library may say otherwise: the
# last digits of long numbers, and how wide a column is for them.
sub rounded
{
	my ($said) = @_;

	$said =~ s/(?<![\w.])(\d+\.\d+(?:e-\d+)?)(?![\w.])/length($1) > 12 ? sprintf('%.9g', $1) : $1/ge;
	$said =~ s/-{2,}/--/g;
	return $said =~ s/ +/ /gr;
}

# Run the blocks of the page in one session that the role begins, as somebody does
# who pastes it all; returns how many there were.
sub check_session
{
	my ($node, $role, $page) = @_;
	my $text = slurp_file($page);
	my @blocks = blocks($text);
	my @said = split /^next block\n/m, answer($node, $role, join("\\warn next block\n", map { $_->{script} } @blocks)), -1;

	is(scalar @said, scalar @blocks, "$page: the session stays to its end");
	for (@blocks)
	{
		$_->{said} = shift @said // '';
		is(rounded($_->{said}), rounded($_->{printed}), "$page: " . ($_->{script} =~ s/\n.*//sr));
	}
	write_page($page, $text, @blocks);
	return scalar @blocks;
}

1;
