/*
 * verify_act.c
 *		The part of a verification that compares rows with the acts that made
 *		them: signing keys and incarnations with their events, redacted entries
 *		with the records of their redaction.
 *
 * The events are entries, which the tree vouches for; the rows are not.
 */
#include "aims.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "image.h"
#include "image_key.h"
#include "incarnation.h"
#include "row.h"
#include "verify_record.h"

/* An act: its relation, and its detail as JSON. */
typedef struct Act
{
	int64		entry_id;
	char	   *relation;
	char	   *detail;
} Act;

typedef struct Acts
{
	Report	   *report;
	List	   *keys;			/* of Act * */
	List	   *incarnations;
	int64	   *redacted;		/* entries that were, in order */
	int64		nredacted;
} Acts;

/* A member of an act's detail, as it is written there; NULL: none. */
static char *
act_member(const Act *act, const char *name)
{
	ImagePiece	piece = image_member(act->detail, strlen(act->detail), name,
									 strlen(name));

	return piece.start == NULL ? NULL : pnstrdup(piece.start, piece.length);
}

/* Does an act say that? */
static bool
act_says(const Act *act, const char *name, const char *value)
{
	char	   *said = act_member(act, name);

	return said != NULL && strcmp(said, value) == 0;
}

/* A time as acts say it. */
static char *
time_text(TimestampTz time)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	leaf_time(&out, time);
	appendStringInfoChar(&out, '"');
	return out.data;
}

/* Sort an act in. */
static void
sort_act(Acts *acts, Act *act)
{
	char	   *entry;

	if (strcmp(act->relation, "aims.signing_key") == 0)
		acts->keys = lappend(acts->keys, act);
	else if (strcmp(act->relation, "aims.incarnation") == 0)
		acts->incarnations = lappend(acts->incarnations, act);
	else if (strcmp(act->relation, "aims.audit_entry") == 0 &&
			 act_says(act, "act", "\"redact\"") &&
			 (entry = act_member(act, "entry_id")) != NULL)
		acts->redacted[acts->nredacted++] = strtoi64(entry, NULL, 10);
}

/* Read the entries of all acts of ours. */
static void
read_acts(Acts *acts)
{
	NoteList   *list = &acts->report->acts;
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);

	acts->redacted = palloc_extended(sizeof(int64) * Max(list->n, 1),
									 MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < list->n; i++)
	{
		Act		   *act;
		Datum		relation;
		Datum		detail;

		CHECK_FOR_INTERRUPTS();
		if (!table_tuple_fetch_row_version(rel, &list->notes[i].tid,
										   acts->report->v->snapshot, slot))
			continue;
		slot_getallattrs(slot);
		if (entry_null(slot, Anum_entry_new_image))
			continue;
		act = palloc(sizeof(Act));
		act->entry_id = list->notes[i].entry_id;
		relation = entry_value(slot, Anum_entry_relation);
		detail = entry_value(slot, Anum_entry_new_image);
		act->relation = TextDatumGetCString(relation);
		act->detail = TextDatumGetCString(detail);
		sort_act(acts, act);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* The act with that number, or NULL. */
static Act *
find_act(List *list, const char *member, int number)
{
	char	   *value = psprintf("%d", number);
	ListCell   *cell;

	foreach(cell, list)
		if (act_says(lfirst(cell), member, value))
			return lfirst(cell);
	return NULL;
}

/* Say that rows and acts do not fit. */
static void
offend_act(Report *report, CheckNumber check, const Act *act,
		   const char *text)
{
	report_offend(report, check, act != NULL ? act->entry_id : 0, text);
}

/* Compare signing keys with the acts that have created them. */
static void
check_keys(Acts *acts)
{
	ListCell   *cell;
	int			found = 0;

	foreach(cell, acts->report->keys)
	{
		RecordKey  *key = lfirst(cell);
		Act		   *act = find_act(acts->keys, "signing_key", key->number);

		if (act == NULL)
		{
			offend_act(acts->report, CHECK_SIGNING_KEYS, NULL,
					   psprintf("no entry records that key %d was created",
								key->number));
			continue;
		}
		found++;
		if (!act_says(act, "verifier_key", psprintf("\"%s\"", key->verifier)) ||
			!act_says(act, "tree_size",
					  psprintf(INT64_FORMAT, key->tree_size)) ||
			!act_says(act, "valid_from", time_text(key->from)))
			offend_act(acts->report, CHECK_SIGNING_KEYS, act,
					   psprintf("key %d is not the one that entry " INT64_FORMAT " records",
								key->number, act->entry_id));
	}
	if (found < list_length(acts->keys))
		offend_act(acts->report, CHECK_SIGNING_KEYS, llast(acts->keys),
				   psprintf("entries record %d keys, of which %d are there",
							list_length(acts->keys), found));
}

/* A leaf of the tree, for incarnations; one that cannot be read is none. */
static int64
leaf_at(void *arg, uint64 leaf, MerkleHash hash)
{
	Report	   *report = arg;
	LeafTile   *tile = verify_tile(report->v, leaf / TILE_WIDTH);

	if (tile == NULL || leaf % TILE_WIDTH >= tile->width)
		return -1;
	memcpy(hash, tile->hashes[leaf % TILE_WIDTH], HASH_SIZE);
	return tile->sources[leaf % TILE_WIDTH];
}

/* Is anything said of the resumption of an incarnation that has none? */
static bool
resumption_is_partial(HeapTuple tuple, TupleDesc desc)
{
	return row_string(tuple, desc, "resumption") != NULL ||
		row_string(tuple, desc, "resumed_size") != NULL ||
		row_string(tuple, desc, "resumed_checkpoint") != NULL;
}

/* Is there an act that has resumed that incarnation as its row says? */
static bool
resumption_recorded(Acts *acts, HeapTuple tuple, TupleDesc desc)
{
	char	   *number = row_string(tuple, desc, "incarnation");
	char	   *how = row_string(tuple, desc, "resumption");
	ListCell   *cell;

	foreach(cell, acts->incarnations)
		if (how != NULL && act_says(lfirst(cell), "incarnation", number) &&
			act_says(lfirst(cell), "act", psprintf("\"%s\"", how)))
			return true;
	return false;
}

/*
 * Compare incarnations with their leaves and, since a resumption has one only
 * after the next seal, with the acts that have resumed them.
 */
static void
check_incarnations(Acts *acts)
{
	Report	   *report = acts->report;
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	TableScanDesc scan = table_beginscan(rel, report->v->snapshot, 0, NULL);
	const char *problem = incarnation_problem(report->v->snapshot, leaf_at,
											  report, report->seals,
											  report->nseals, report->size);
	HeapTuple	tuple;

	if (problem != NULL)
		report_offend(report, CHECK_INCARNATIONS, 0, problem);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;

		(void) row_value(tuple, desc, "resumed_at", &isnull);
		if (isnull ? resumption_is_partial(tuple, desc) :
			!resumption_recorded(acts, tuple, desc))
			report_offend(report, CHECK_RESUMPTIONS, 0,
						  psprintf("incarnation %s",
								   row_string(tuple, desc, "incarnation")));
	}
	table_endscan(scan);
	table_close(rel, NoLock);
}

/* By number. */
static int
compare_ids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Each redacted entry has its record. */
static void
check_redactions(Acts *acts)
{
	NoteList   *list = &acts->report->redacted;

	qsort(acts->redacted, acts->nredacted, sizeof(int64), compare_ids);
	for (int64 i = 0; i < list->n; i++)
		if (bsearch(&list->notes[i].entry_id, acts->redacted, acts->nredacted,
					sizeof(int64), compare_ids) == NULL)
			report_offend(acts->report, CHECK_REDACTIONS,
						  list->notes[i].entry_id, NULL);
}

/* Compare rows with the acts that made them. */
void
act_check(Report *report)
{
	Acts		acts = {0};

	acts.report = report;
	read_acts(&acts);
	check_keys(&acts);
	check_incarnations(&acts);
	check_redactions(&acts);
}
