/*
 * verify_report.c
 *		The checks of a verification: counting offenders, naming some of them,
 *		and the rows of the result.
 */
#include "aims.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "verify_report.h"

static const char *const part_names[] = {
	"particulars", "old image", "new image", "salt"
};

/* Add a row to the result. */
void
report_row(Report *report, const char *name, bool ok, int64 entry_id,
		   const char *detail)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(name);
	values[1] = BoolGetDatum(ok);
	values[2] = Int64GetDatum(entry_id);
	nulls[2] = entry_id == 0;
	values[3] = CStringGetTextDatum(detail);
	tuplestore_putvalues(report->result->setResult, report->result->setDesc,
						 values, nulls);
}

/*
 * Count an offender, and name it if it is among the lowest. Without a text its
 * number is named.
 */
void
report_offend(Report *report, CheckNumber check, int64 entry_id,
			  const char *text)
{
	Check	   *c = &report->checks[check];
	int			place = c->nnamed;

	c->count++;
	while (place > 0 && c->named[place - 1].entry_id > entry_id)
		place--;
	if (place == NAMED_MAX)
		return;
	if (c->nnamed < NAMED_MAX)
		c->nnamed++;
	memmove(&c->named[place + 1], &c->named[place],
			(c->nnamed - place - 1) * sizeof(Offender));
	c->named[place].entry_id = entry_id;
	c->named[place].text = text ? pstrdup(text) :
		psprintf(INT64_FORMAT, entry_id);
}

/* Add a note to a list. */
void
note_list_add(NoteList *list, const VerifyNote *note)
{
	if (list->n == list->room)
	{
		list->room = Max(16, list->room * 2);
		list->notes = list->notes == NULL ?
			palloc(sizeof(VerifyNote) * list->room) :
			repalloc_huge(list->notes, sizeof(VerifyNote) * list->room);
	}
	list->notes[list->n++] = *note;
}

/* An entry, with the parts of it that do not fit their digests. */
static void
note_digest(Report *report, const VerifyNote *note)
{
	StringInfoData text;
	const char *separator = " (";

	initStringInfo(&text);
	appendStringInfo(&text, INT64_FORMAT, note->entry_id);
	for (int i = 0; i < lengthof(part_names); i++)
	{
		if ((note->parts & (1 << i)) == 0)
			continue;
		appendStringInfo(&text, "%s%s", separator, part_names[i]);
		separator = ", ";
	}
	appendStringInfoChar(&text, ')');
	report_offend(report, CHECK_DIGESTS, note->entry_id, text.data);
	pfree(text.data);
}

/* What is wrong with a tile of leaves. */
static void
note_tile(Report *report, const VerifyNote *note)
{
	static const char *const problems[] = {
		[TILE_MISSING] = "is missing",
		[TILE_DOUBLE] = "is stored twice",
		[TILE_MALFORMED] = "cannot be read",
		[TILE_RANGE] = "does not say which entries it holds",
		[TILE_HINTS] = "does not say where its entries are"
	};
	char	   *text = psprintf("tile " INT64_FORMAT " %s", note->extra,
								problems[note->parts]);

	report_offend(report,
				  note->parts >= TILE_RANGE ? CHECK_INDEX : CHECK_TILES,
				  note->entry_id, text);
	pfree(text);
}

/* What is wrong between two entries of a key. */
static void
note_chain(Report *report, const VerifyNote *note)
{
	static const char *const problems[] = {
		[CHAIN_ALTERED] = "found another row than",
		[CHAIN_REAPPEARED] = "found a row that was gone after",
		[CHAIN_VANISHED] = "did not find the row of"
	};
	char	   *text = psprintf(INT64_FORMAT " (%s " INT64_FORMAT ")",
								note->entry_id, problems[note->parts],
								note->extra);

	report_offend(report, CHECK_CHAINS, note->entry_id, text);
	pfree(text);
}

/* Keep a note that is looked at later, or name its entry at once. */
static void
note_keep(Report *report, NoteList *list, CheckNumber check,
		  const VerifyNote *note)
{
	if (list->n < EXAMINED_MAX)
		note_list_add(list, note);
	else
		report_offend(report, check, note->entry_id, NULL);
}

/* Take a note in. */
static void
take_note(void *arg, const VerifyNote *note)
{
	Report	   *report = arg;

	switch ((VerifyNoteKind) note->kind)
	{
		case NOTE_DIGEST:
			note_digest(report, note);
			break;
		case NOTE_LEAF:
			note_keep(report, &report->leaves, CHECK_LEAVES, note);
			break;
		case NOTE_DOUBLED:
			report_offend(report, CHECK_DOUBLED, note->entry_id, NULL);
			break;
		case NOTE_UNSEALED:
			note_keep(report, &report->strangers, CHECK_INSERTED, note);
			break;
		case NOTE_KEY:
			report_offend(report, CHECK_KEYS, note->entry_id, NULL);
			break;
		case NOTE_ORDER:
			report_offend(report, CHECK_ORDER, note->entry_id, NULL);
			break;
		case NOTE_REDACTED:
			note_list_add(&report->redacted, note);
			break;
		case NOTE_EVENT:
			note_list_add(&report->acts, note);
			break;
		case NOTE_OTHER:
			tree_check_other(report, note);
			break;
		case NOTE_TILE:
			note_tile(report, note);
			break;
		case NOTE_CHAIN:
			note_chain(report, note);
			break;
		case NOTE_GAP:
		case NOTE_KINDS:
			break;
	}
}

/* Take in what all participants have found. */
void
report_notes(Report *report)
{
	VerifyShared *shared = report->v->shared;

	for (int phase = 0; phase < VERIFY_PHASES; phase++)
		verify_read_notes(report->v, phase, take_note, report);
	report->entries = pg_atomic_read_u64(&shared->entries);
	report->unsealed = pg_atomic_read_u64(&shared->unsealed);
	report->uncompared = pg_atomic_read_u64(&shared->uncompared);
	report->moved = pg_atomic_read_u64(&shared->moved);
	report->links = pg_atomic_read_u64(&shared->links);
	report->unlinked = pg_atomic_read_u64(&shared->unlinked);
}

/* By number. */
static int
compare_notes(const void *a, const void *b)
{
	int64		left = ((const VerifyNote *) a)->entry_id;
	int64		right = ((const VerifyNote *) b)->entry_id;

	return left < right ? -1 : left > right ? 1 : 0;
}

/*
 * How many entries are redacted, and which, the lowest ones: whether each was
 * to be is for the auditor to say, since records can be forged until they are
 * sealed.
 */
static const char *
redactions_fine(NoteList *redacted)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Redacted entries, each with its record: " INT64_FORMAT,
					 redacted->n);
	if (redacted->n > 0)
		qsort(redacted->notes, redacted->n, sizeof(VerifyNote), compare_notes);
	for (int64 i = 0; i < Min(redacted->n, NAMED_MAX); i++)
		appendStringInfo(&out, "%s" INT64_FORMAT, i == 0 ? " (" : ", ",
						 redacted->notes[i].entry_id);
	if (redacted->n > 0)
		appendStringInfoString(&out, redacted->n > NAMED_MAX ? ", ...)" : ")");
	appendStringInfoChar(&out, '.');
	return out.data;
}

/* What a check without findings says. */
static const char *
check_fine(Report *report, CheckNumber check)
{
	switch (check)
	{
		case CHECK_DIGESTS:
			return psprintf("Entries read: " INT64_FORMAT ".",
							report->entries);
		case CHECK_CHAINS:
			return psprintf("Compared with the entry before: " INT64_FORMAT ", not comparable: " INT64_FORMAT ".",
							report->links, report->unlinked);
		case CHECK_REDACTIONS:
			return redactions_fine(&report->redacted);
		case CHECK_HEADS:
			return psprintf("Heads: " INT64_FORMAT ", leaves: " UINT64_FORMAT ".",
							report->nseals, report->size);
		case CHECK_SIGNING_KEYS:
			return psprintf("Keys: %d.", list_length(report->keys));
		case CHECK_CHECKPOINTS:
			return psprintf("Signed checkpoints that fit the tree: %d.",
							list_length(report->notes));
		default:
			return "No problem found.";
	}
}

/* Report one of the counted checks. */
static void
report_check(Report *report, CheckNumber check)
{
	Check	   *c = &report->checks[check];
	StringInfoData detail;

	if (c->count == 0)
	{
		report_row(report, c->name, true, 0, check_fine(report, check));
		return;
	}
	initStringInfo(&detail);
	appendStringInfo(&detail, "%s: ", c->problem);
	for (int i = 0; i < c->nnamed; i++)
		appendStringInfo(&detail, "%s%s", i > 0 ? ", " : "",
						 c->named[i].text);
	appendStringInfo(&detail, "%s (" INT64_FORMAT " in all)",
					 c->count > c->nnamed ? ", ..." : "", c->count);
	report_row(report, c->name, false, c->named[0].entry_id, detail.data);
}

/* Report all of them. */
void
report_checks(Report *report)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		report_check(report, i);
	report_row(report, "entry places", true, 0,
			   psprintf("Entries that are not where their tile says: " INT64_FORMAT " (it is a hint, stale after a restore or VACUUM FULL).",
						report->moved));
	report_row(report, "unsealed entries", true, 0,
			   psprintf(report->uncompared > 0 ?
						"Waiting for the next seal: " INT64_FORMAT ". Not compared, since tiles are damaged: " INT64_FORMAT "." :
						"Waiting for the next seal: " INT64_FORMAT ".",
						report->unsealed, report->uncompared));
}
