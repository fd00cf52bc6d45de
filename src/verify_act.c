/*
 * verify_act.c
 *		The part of a verification that compares rows with the acts that made
 *		them: signing keys and incarnations with their events, redacted entries
 *		with the records of their redaction.
 *
 * The events are entries, which the tree vouches for; the rows are not.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "image.h"
#include "image_key.h"
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
	List	   *resumptions;
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
	{
		if (act_member(act, "incarnation") != NULL)
			acts->incarnations = lappend(acts->incarnations, act);
		else
			acts->resumptions = lappend(acts->resumptions, act);
	}
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

/* Does an act record that row of aims.incarnation? */
static bool
incarnation_fits(const Act *act, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;

	return act_says(act, "system_identifier",
					psprintf(UINT64_FORMAT,
							 (uint64) DatumGetInt64(row_value(tuple, desc, "system_identifier", &isnull)))) &&
		act_says(act, "timeline",
				 psprintf("%d", DatumGetInt32(row_value(tuple, desc, "timeline", &isnull)))) &&
		act_says(act, "database",
				 psprintf(INT64_FORMAT, DatumGetInt64(row_value(tuple, desc, "database", &isnull)))) &&
		act_says(act, "tree_size",
				 psprintf(INT64_FORMAT, DatumGetInt64(row_value(tuple, desc, "tree_size", &isnull)))) &&
		act_says(act, "started_at",
				 time_text(DatumGetTimestampTz(row_value(tuple, desc, "started_at", &isnull))));
}

/* Compare a row of aims.incarnation with the acts; true where one made it. */
static bool
check_incarnation(Acts *acts, HeapTuple tuple, TupleDesc desc, int *resumed)
{
	bool		isnull;
	int32		number = DatumGetInt32(row_value(tuple, desc, "incarnation",
												 &isnull));
	Act		   *act = find_act(acts->incarnations, "incarnation", number);
	Datum		resumed_at = row_value(tuple, desc, "resumed_at", &isnull);
	char	   *time = isnull ? NULL :
		time_text(DatumGetTimestampTz(resumed_at));
	ListCell   *cell;

	if (act == NULL)
		offend_act(acts->report, CHECK_INCARNATIONS, NULL,
				   psprintf("no entry records incarnation %d", number));
	else if (!incarnation_fits(act, tuple, desc))
		offend_act(acts->report, CHECK_INCARNATIONS, act,
				   psprintf("incarnation %d is not what entry " INT64_FORMAT " records",
							number, act->entry_id));
	foreach(cell, acts->resumptions)
		if (time != NULL && act_says(lfirst(cell), "resumed_at", time))
			break;
	if (time != NULL && cell != NULL)
		++*resumed;
	else if (time != NULL)
		offend_act(acts->report, CHECK_INCARNATIONS, act,
				   psprintf("no entry records that incarnation %d was resumed then",
							number));
	return act != NULL;
}

/* Compare incarnations with the acts that have begun and resumed them. */
static void
check_incarnations(Acts *acts)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, acts->report->v->snapshot, 0,
										 NULL);
	int			found = 0;
	int			resumed = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;

		if (check_incarnation(acts,
							  ExecFetchSlotHeapTuple(slot, false, &free_it),
							  RelationGetDescr(rel), &resumed))
			found++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	if (found < list_length(acts->incarnations))
		offend_act(acts->report, CHECK_INCARNATIONS, llast(acts->incarnations),
				   psprintf("entries record %d incarnations, of which %d are there",
							list_length(acts->incarnations), found));
	if (resumed < list_length(acts->resumptions))
		offend_act(acts->report, CHECK_INCARNATIONS, llast(acts->resumptions),
				   psprintf("entries record that %d incarnations were resumed, rows say so of %d",
							list_length(acts->resumptions), resumed));
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
