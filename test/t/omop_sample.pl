# The OMOP CDM 5.4, built from its own machine-readable definition and loaded
# with real sample data: COPY goes through where rows are not AI output, and
# is refused with the row named where a system may not write.
use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sample = abs_path("$FindBin::RealBin/../..") . '/../shared/data/omop-synthea27nj';
plan skip_all => "no sample data in $sample" if !-d $sample;

# Concept ids that mark a measurement as made by an algorithm. Sites differ,
# and old ids live on: a list that the site sets, never a constant.
my @algorithm = (32858, 32880, 32881, 32882);
my @deprecated = (38000267, 38000280, 44818701);

my $node = PostgreSQL::Test::Cluster->new('omop');
$node->init;
$node->start;

# A file of the sample with plain line ends and no empty line at its end.
sub contents
{
	my ($file) = @_;
	my $text;
	if ($file =~ /\.gz$/)
	{
		gunzip("$sample/$file" => \$text) or die "$file: $GunzipError";
	}
	else
	{
		$text = slurp_file("$sample/$file");
	}
	return $text =~ s/\r\n/\n/gr =~ s/\n+\z/\n/r;
}

# A script for psql that copies CSV text, header and all, into a relation.
sub copy_script
{
	my ($relation, $csv) = @_;
	my ($header) = $csv =~ /^([^\r\n]*)/;
	my $columns = join(', ', map { qq("$_") } split(/,/, $header));
	$csv .= "\n" if $csv !~ /\n$/;
	return "COPY $relation ($columns) FROM STDIN (FORMAT csv, HEADER match);\n$csv\\.\n";
}

sub count
{
	my ($query) = @_;
	return $node->safe_psql('postgres', "SELECT count(*) FROM $query");
}

# Run a script that must be refused; return what the server said.
sub refusal
{
	my ($script) = @_;
	my ($status, $out, $err) =
	  $node->psql('postgres', "\\set VERBOSITY verbose\n$script", on_error_stop => 1);
	isnt($status, 0, 'the statement failed');
	return $err;
}

sub refused_as
{
	my ($script, $sqlstate, $row, $name) = @_;
	my $err = refusal($script);
	like($err, qr/^.*ERROR:  $sqlstate: /m, "$name: SQLSTATE $sqlstate");
	like($err, qr/^DETAIL:  .*$row/m, "$name: DETAIL names the row");
	like($err, qr/^HINT:  \S/m, "$name: HINT says what to do");
}

# 1. The tables, from the CDM's own definition ---------------------------------

my $definition = contents('OMOP_CDMv5.4_Field_Level.csv');
$node->safe_psql('postgres', <<'SQL' . copy_script('cdm_field', $definition));
CREATE TABLE cdm_field (
    "cdmTableName" text, "cdmFieldName" text, "isRequired" text, "cdmDatatype" text, "userGuidance" text,
    "etlConventions" text, "isPrimaryKey" text, "isForeignKey" text, "fkTableName" text, "fkFieldName" text,
    "fkDomain" text, "fkClass" text, "unique DQ identifiers" text,
    position integer GENERATED ALWAYS AS IDENTITY);
SQL
$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA omop;
SELECT format('CREATE TABLE omop.%I (%s)', table_name, string_agg(definition, ', ' ORDER BY position))
FROM (SELECT lower("cdmTableName") AS table_name, position,
             format('%I %s%s%s', trim('"' FROM "cdmFieldName"),
                    CASE lower("cdmDatatype") WHEN 'datetime' THEN 'timestamp' WHEN 'float' THEN 'numeric'
                         WHEN 'varchar(max)' THEN 'text' ELSE "cdmDatatype" END,
                    CASE "isRequired" WHEN 'Yes' THEN ' NOT NULL' END,
                    CASE "isPrimaryKey" WHEN 'Yes' THEN ' PRIMARY KEY' END) AS definition
      FROM cdm_field) AS field
GROUP BY table_name
\gexec
SQL
is(count("pg_class WHERE relkind = 'r' AND relnamespace = 'omop'::regnamespace"),
	39, 'all 39 tables of the CDM exist');
is( count(q{pg_attribute WHERE attrelid = 'omop.note_nlp'::regclass AND attname = 'offset'}),
	1, 'note_nlp has its column "offset"');

# 2. The sample, measurement apart ----------------------------------------------

opendir(my $dir, $sample) or die "$sample: $!";
for my $file (sort grep { /\.csv\.gz$/ && !/^MEASUREMENT/ } readdir $dir)
{
	my $table = lc($file =~ s/\.csv\.gz$//r);
	$node->safe_psql('postgres', copy_script("omop.$table", contents($file)));
}
is(count('omop.person'), 28, 'sample loaded: person');
is(count('omop.observation'), 8099, 'sample loaded: observation');
is(count('omop.visit_occurrence'), 1791, 'sample loaded: visit_occurrence');

# 3. Two AI systems, neither deployed -------------------------------------------

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aims;
INSERT INTO aims.person (person, full_name) VALUES ('owner', 'The Owner');
INSERT INTO aims.ai_system (system, title, owner, purpose)
VALUES ('note-reader', 'Note reader', 'owner', 'Finds terms in clinical notes'),
       ('lab-ai', 'Laboratory AI', 'owner', 'Predicts laboratory values');
SQL

sub govern_measurement
{
	my @types = @_;
	my $list = join(', ', @types);
	$node->safe_psql('postgres',
		"SELECT aims.govern('omop.measurement', system => 'lab-ai',
		                    system_when => 'measurement_type_concept_id IN ($list)')");
}

govern_measurement(@algorithm);
$node->safe_psql('postgres',
	q{SELECT aims.govern('omop.note_nlp', system_column => 'nlp_system')});

# 4. measurement: the row decides ----------------------------------------------

my $measurement = contents('MEASUREMENT.csv.gz');
$node->safe_psql('postgres', copy_script('omop.measurement', $measurement));
is(count('omop.measurement'), 10040, 'COPY of the sample goes through: no row of it is AI output');

my $entries = "aims.audit_entry WHERE relation = 'omop.measurement' AND operation = 'INSERT'";
is(count($entries), 0, 'rows outside the condition cost no ledger entry');

# The same rows under new ids, the 5,000th of them made by an algorithm.
my $second = $measurement =~ s/^(\d+),/($1 + 100000) . ','/gmer;
my $marked = $second =~ s/^(105000,(?:[^,]*,){5})\d+/$1$algorithm[0]/mr;
isnt($marked, $second, 'one row of the second load is marked as AI output');
refused_as(copy_script('omop.measurement', $marked),
	'MS001', qr/measurement_id\D+105000\b/, 'one AI row among 10,040');
is(count('omop.measurement'), 10040, 'nothing of the refused load is left');

refused_as(
	"UPDATE omop.measurement SET measurement_type_concept_id = $algorithm[1] WHERE measurement_id = 7",
	'MS001', qr/measurement_id\D+7\b/, 'a row turned into AI output');

# A site that declares a deprecated concept id as algorithm-made.
$node->safe_psql('postgres', q{SELECT aims.ungovern('omop.measurement', 'the list of types changes')});
my $arguments = sprintf(
	q{'omop.measurement', system => 'lab-ai', system_when => 'measurement_type_concept_id IN (%s)'},
	join(', ', @algorithm, @deprecated));
is( $node->safe_psql('postgres', "SELECT system, rows FROM aims.govern_preview($arguments)"),
	'lab-ai|10040', 'the preview counts what would be refused');
$node->safe_psql('postgres', "SELECT aims.govern($arguments)");
refused_as(copy_script('omop.measurement', $second),
	'MS001', qr/measurement_id\D+100001\b/, 'the whole sample under a deprecated type');

# 5. note_nlp: each row names its system ----------------------------------------

my $header = 'note_nlp_id,note_id,offset,lexical_variant,nlp_system,nlp_date';
my @by_hand = map { "$_,1,12,fever,,2026-09-21" } 1 .. 100;

sub note_nlp
{
	return copy_script('omop.note_nlp', join("\n", $header, @_));
}

$node->safe_psql('postgres', note_nlp(@by_hand));
is(count('omop.note_nlp'), 100, 'rows that name no system go through');
refused_as(note_nlp('101,1,12,fever,,2026-09-21', '102,1,40,cough,note-reader,2026-09-21'),
	'MS001', qr/note_nlp_id\D+102\b/, 'registered, not deployed');
refused_as(note_nlp('103,1,12,fever,SomeTagger 3.1,2026-09-21'),
	'MS002', qr/note_nlp_id\D+103\b/, 'in no inventory');
is(count('omop.note_nlp'), 100, 'nothing refused was kept');

# 6. What went through is in the ledger and the ledger holds ---------------------

is(count("aims.audit_entry WHERE relation = 'omop.note_nlp' AND operation = 'INSERT'"),
	100, 'each row of note_nlp that went through has its entry');
$node->safe_psql('postgres', 'SELECT aims.seal()');
is(count('aims.verify() WHERE NOT ok'), 0, 'the ledger verifies');

$node->safe_psql('postgres', 'DROP EXTENSION aims CASCADE');
is(count('omop.measurement'), 10040, 'dropping the extension leaves the data');
is(count("pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'omop.%'"),
	0, 'and no trigger');

$node->stop;
done_testing();
