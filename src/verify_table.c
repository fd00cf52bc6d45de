/*
 * verify_table.c
 *		aims.verify_table(): are the live rows what was last written through
 *		the front door?
 *
 * For each key the newest entry is compared with the row: its image, written
 * as the entry's shape would have it, must have the entry's digest. Table and
 * ledger are read under one snapshot, taken after the table was locked against
 * DDL alone, so nobody waits. What cannot be told is said to be so, and never
 * called altered.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "incarnation.h"
#include "keyed.h"
#include "row.h"

#define ACCEPT "; aims.rebaseline accepts them as they are"

/* Rows of which one DDL entry is the cause, told of in one line. */
typedef struct DdlCount
{
	const KeyedNote *ddl;
	const char *object;			/* table or column; NULL: all rows */
	int64		rows;
} DdlCount;

/* Rows that a subscription has applied or taken away, in one line each. */
typedef struct AppliedCount
{
	const char *subscription;
	int64		rows;
	int64		gone;
} AppliedCount;

typedef struct TableCheck
{
	ReturnSetInfo *result;
	MemoryContext context;		/* of the whole */
	Keyed		keyed;
	bool		restored;		/* xmins are not those of the ledger */

	/* the key that is looked at */
	bool		begun;
	unsigned char identity[KEYED_IDENTITY];
	bool		has_last;
	KeyedRecord last;			/* its newest entry */
	StringInfoData last_key;
	int64		rows;

	/* the same without a key: how many came and went */
	int64		written;
	int64		removed;
	int64		older;
	KeyedRecord some;			/* one of them */
	int64		applied;		/* under no entry, by some subscription */
	const KeyedApplied *by;

	/* lines at the end */
	int64		all_older;
	int64		all_unknown;
	int64		all_outside;
	int64		all_other_key;
	int64		all_unlike;		/* not comparable, by no DDL entry */
	List	   *incomparable;	/* of DdlCount */
	List	   *attached;
	List	   *detached;
	List	   *applied_counts; /* of AppliedCount */
} TableCheck;

/* Add a line to the result. */
static void
report(TableCheck *check, Jsonb *key, const char *problem)
{
	Datum		values[2] = {JsonbPGetDatum(key), CStringGetTextDatum(problem)};
	bool		nulls[2] = {key == NULL, false};

	tuplestore_putvalues(check->result->setResult, check->result->setDesc,
						 values, nulls);
}

/* Kinds of redacted entries */
#define REDACTED(operation) (1 << (operation))
#define REDACTED_CHANGE (REDACTED(KEYED_UPDATE) | REDACTED(KEYED_BASELINE))
#define REDACTED_WRITE (REDACTED_CHANGE | REDACTED(KEYED_INSERT))
#define REDACTED_REMOVAL (REDACTED(KEYED_DELETE) | REDACTED(KEYED_UPDATE))

/* The first redacted entry of some kinds after that one; 0: none. */
static int64
redacted_after(TableCheck *check, int64 entry_id, int kinds)
{
	KeyedNotes *redacted = &check->keyed.redacted;
	int64		first = 0;

	for (int i = 0; i < redacted->n; i++)
		if (redacted->notes[i].entry_id > entry_id &&
			(kinds & REDACTED(redacted->notes[i].operation)) != 0 &&
			(first == 0 || redacted->notes[i].entry_id < first))
			first = redacted->notes[i].entry_id;
	return first;
}

/* The first that may have changed a row which that entry wrote. */
static int64
redacted_change(TableCheck *check, int64 entry_id)
{
	int64		change = redacted_after(check, entry_id, REDACTED_CHANGE);
	int64		removal = redacted_after(check, entry_id,
										 REDACTED(KEYED_DELETE));

	if (change == 0 && removal != 0)
		change = redacted_after(check, removal, REDACTED_WRITE);
	return change;
}

/* Did a command alter or drop that column? */
static bool
ddl_touches(const KeyedNote *ddl, const char *column)
{
	JsonCursor	cursor;
	JsonSpan	action;
	JsonSpan	name;

	if (!json_open(&cursor, ddl->actions, '['))
		return false;
	while (json_next_element(&cursor, &action))
		if (json_find_member(action, "name", &name) &&
			strcmp(json_span_string(name), column) == 0)
			return true;
	return false;
}

/*
 * The first DDL entry after that one which touched the column; without a
 * column, the first that may have written other values. NULL: none.
 */
static const KeyedNote *
ddl_after(TableCheck *check, int64 entry_id, const char *column)
{
	KeyedNotes *ddl = &check->keyed.ddl;
	const KeyedNote *first = NULL;

	for (int i = 0; i < ddl->n; i++)
	{
		const KeyedNote *note = &ddl->notes[i];

		if (note->entry_id > entry_id &&
			(first == NULL || note->entry_id < first->entry_id) &&
			(column != NULL ? ddl_touches(note, column) : note->recomputes))
			first = note;
	}
	return first;
}

/* Count a row among those of which a DDL entry is the cause. */
static List *
count_ddl(TableCheck *check, List *counts, const KeyedNote *ddl,
		  const char *object)
{
	DdlCount   *count;
	ListCell   *lc;
	MemoryContext caller;

	foreach(lc, counts)
	{
		count = lfirst(lc);
		if (count->ddl == ddl)
		{
			count->rows++;
			return counts;
		}
	}
	caller = MemoryContextSwitchTo(check->context);
	count = palloc(sizeof(DdlCount));
	count->ddl = ddl;
	count->object = object;
	count->rows = 1;
	counts = lappend(counts, count);
	MemoryContextSwitchTo(caller);
	return counts;
}

/*
 * The subscription, audited at its origin, that has applied a row: the row's
 * transaction tells, or, where transaction ids mean nothing any more, perhaps
 * any that has written after an entry. NULL: none.
 */
static const KeyedApplied *
applied_by(TableCheck *check, const KeyedRecord *row, int64 entry_id)
{
	return check->restored ?
		keyed_applied_after(&check->keyed, entry_id, false) :
		keyed_applied_by(&check->keyed, row->xid);
}

/* Count rows among those that a subscription has applied, or taken away. */
static void
count_applied(TableCheck *check, const KeyedApplied *applied, int64 rows,
			  int64 gone)
{
	AppliedCount *count = NULL;
	ListCell   *lc;
	MemoryContext caller;

	foreach(lc, check->applied_counts)
	{
		AppliedCount *known = lfirst(lc);

		if (known->subscription == applied->subscription)
			count = known;
	}
	if (count == NULL)
	{
		caller = MemoryContextSwitchTo(check->context);
		count = palloc0(sizeof(AppliedCount));
		count->subscription = applied->subscription;
		check->applied_counts = lappend(check->applied_counts, count);
		MemoryContextSwitchTo(caller);
	}
	count->rows += rows;
	count->gone += gone;
}

/*
 * A row that differs: can it be compared at all? DDL that stands in the way
 * does so for all rows of before, which are counted, and NULL returned; else
 * what is wrong with the row.
 */
static const char *
difference(TableCheck *check, const char *hindrance)
{
	int64		entry_id = check->last.entry_id;
	int64		redacted = redacted_change(check, entry_id);
	const KeyedNote *ddl = ddl_after(check, entry_id, hindrance);

	if (ddl != NULL)
		check->incomparable = count_ddl(check, check->incomparable, ddl,
										hindrance);
	else if (hindrance != NULL)
		check->all_unlike++;
	else if (redacted != 0)
		return psprintf("redacted: the row is not what entry " INT64_FORMAT
						" wrote, and entry " INT64_FORMAT
						", which is redacted, may have written it",
						entry_id, redacted);
	else
		return psprintf("altered: the row is not what entry " INT64_FORMAT
						" wrote", entry_id);
	return NULL;
}

/* Compare a row with the entry that wrote it. */
static void
check_row(TableCheck *check, KeyedRecord *row)
{
	Keyed	   *keyed = &check->keyed;
	JsonSpan	image = {row->image, row->image_length};
	const KeyedApplied *applied = applied_by(check, row,
											 check->last.entry_id);
	const char *hindrance;
	const char *problem;
	StringInfoData text;
	bool		exact;

	initStringInfo(&text);
	exact = keyed_convert(keyed, image, 0, row->member,
						  row->physical == check->last.physical ||
						  keyed->subject->nmembers == 1,
						  check->last.shape_id, &text, &hindrance);
	if (keyed_fits(keyed, &check->last, 'n', text.data, text.len))
		;
	else if (!row->captured)
		check->all_outside++;
	else if (applied != NULL)
		count_applied(check, applied, 1, 0);
	else
	{
		problem = difference(check, exact ? NULL : hindrance ? hindrance :
							 "of an enum whose labels were altered");
		if (problem != NULL)
			report(check, keyed_key(keyed, row), problem);
	}
	pfree(text.data);
}

/* The DDL entry by which a partition came (or went); NULL: none. */
static const KeyedNote *
partition_ddl(TableCheck *check, int32 physical, bool came)
{
	KeyedNotes *ddl = &check->keyed.ddl;
	const char *table = keyed_physical(&check->keyed, physical);

	for (int i = ddl->n - 1; i >= 0 && table != NULL; i--)
	{
		const char *name = came ? ddl->notes[i].attached :
			ddl->notes[i].detached;

		if (name != NULL && strcmp(name, table) == 0)
			return &ddl->notes[i];
	}
	return NULL;
}

/* Was the row written by a transaction that rewrote the table? */
static bool
is_rewritten(TableCheck *check, uint64 xid)
{
	KeyedNotes *ddl = &check->keyed.ddl;

	for (int i = 0; i < ddl->n; i++)
		if (ddl->notes[i].rewrites && ddl->notes[i].xid == xid)
			return true;
	return false;
}

/*
 * A row that no entry wrote: is it known why? Counted then, and NULL returned;
 * else what is wrong with it.
 */
static const char *
unwritten(TableCheck *check, const KeyedRecord *row)
{
	const KeyedNote *attach = partition_ddl(check, row->physical, true);
	int64		redacted = redacted_after(check, 0, REDACTED_WRITE);

	if (!row->captured)
		return NULL;
	if (check->keyed.other_key > 0)
		check->all_other_key++;
	else if (check->restored || is_rewritten(check, row->xid))
		check->all_unknown++;
	else if (row->older)
		check->all_older++;
	else if (attach != NULL)
		check->attached = count_ddl(check, check->attached, attach,
									attach->attached);
	else if (redacted != 0)
		return psprintf("redacted: no entry names this row; entry "
						INT64_FORMAT ", which is redacted, may have written it",
						redacted);
	else
		return "no entry wrote this row";
	return NULL;
}

/* A row whose key has no entry, or whose newest entry is a DELETE. */
static void
check_unwritten(TableCheck *check, KeyedRecord *row)
{
	const KeyedApplied *applied = applied_by(check, row,
											 check->last.entry_id);
	int64		redacted = redacted_after(check, check->last.entry_id,
										  REDACTED_WRITE);
	const char *problem;

	if (!row->captured)
		return;
	if (applied != NULL)
	{
		count_applied(check, applied, 1, 0);
		return;
	}
	if (check->has_last && redacted != 0)
		problem = psprintf("redacted: entry " INT64_FORMAT
						   " deleted this row; entry " INT64_FORMAT
						   ", which is redacted, may have written it again",
						   check->last.entry_id, redacted);
	else if (check->has_last)
		problem = psprintf("no entry wrote this row since entry " INT64_FORMAT
						   " deleted it", check->last.entry_id);
	else
		problem = unwritten(check, row);
	if (problem != NULL)
		report(check, keyed_key(&check->keyed, row), problem);
}

/* A row that is not there, although its newest entry is not a DELETE. */
static const char *
missing(TableCheck *check)
{
	const KeyedRecord *last = &check->last;
	Keyed	   *keyed = &check->keyed;
	int64		redacted = redacted_after(check, last->entry_id,
										  REDACTED_REMOVAL);
	char	   *where = keyed_is_member(keyed, last->physical) ? "" :
		psprintf("; it was in %s, which is no part of the table any more",
				 keyed_physical(keyed, last->physical));

	if (redacted != 0)
		return psprintf("redacted: entry " INT64_FORMAT
						" wrote this row, which is gone; entry " INT64_FORMAT
						", which is redacted, may have deleted it",
						last->entry_id, redacted);
	if (last->operation == KEYED_UPDATE &&
		keyed->subject->members[0].condition != NULL)
		return psprintf("missing: entry " INT64_FORMAT
						" wrote this row, and no entry deletes it; that is as it should be if the entry made it one that is not captured",
						last->entry_id);
	return psprintf("missing: entry " INT64_FORMAT
					" wrote this row, and no entry deletes it%s",
					last->entry_id, where);
}

/* Tell of a row that is missing. */
static void
check_missing(TableCheck *check)
{
	const KeyedNote *detach = partition_ddl(check, check->last.physical,
											false);
	const KeyedApplied *applied = keyed_applied_after(&check->keyed,
													  check->last.entry_id,
													  true);

	check->last.key = check->last_key.data;
	if (detach != NULL && detach->entry_id > check->last.entry_id)
		check->detached = count_ddl(check, check->detached, detach,
									detach->detached);
	else if (applied != NULL)
		count_applied(check, applied, 0, 1);
	else
		report(check, keyed_key(&check->keyed, &check->last), missing(check));
}

/* A record of the key that is looked at. */
static void
check_keyed(TableCheck *check, KeyedRecord *record)
{
	if (!record->is_row)
	{
		check->has_last = !keyed_is_wiped(&check->keyed, record->physical,
										  record->entry_id);
		check->last = *record;
		resetStringInfo(&check->last_key);
		appendBinaryStringInfo(&check->last_key, record->key,
							   record->key_length);
		return;
	}
	if (++check->rows == 2)
		report(check, keyed_key(&check->keyed, record),
			   "doubled: more than one row has this key");
	else if (check->rows == 1 && check->has_last &&
			 check->last.operation != KEYED_DELETE)
		check_row(check, record);
	else if (check->rows == 1)
		check_unwritten(check, record);
}

/* A record of an image that is looked at. */
static void
check_keyless(TableCheck *check, KeyedRecord *record)
{
	const KeyedApplied *applied;

	if (!check->some.captured)
		check->some = *record;
	if (!record->is_row)
	{
		if (keyed_is_wiped(&check->keyed, record->physical, record->entry_id))
			return;
		check->last = *record;
		if (record->operation == KEYED_DELETE)
			check->removed++;
		else
			check->written++;
		return;
	}
	if (!record->captured)
		return;
	check->rows++;
	applied = applied_by(check, record, check->last.entry_id);
	if (applied != NULL)
	{
		check->applied++;
		check->by = applied;
	}
	else if (record->older)
		check->older++;
}

/* Rows without a key that are not there. */
static void
keyless_missing(TableCheck *check, int64 rows)
{
	int64		redacted = redacted_after(check, check->last.entry_id,
										  REDACTED_REMOVAL);
	const KeyedApplied *applied = keyed_applied_after(&check->keyed,
													  check->last.entry_id,
													  true);

	if (applied != NULL)
		count_applied(check, applied, 0, rows);
	else if (redacted == 0)
		report(check, NULL, psprintf("missing: rows like the one of entry "
									 INT64_FORMAT ", " INT64_FORMAT " in all",
									 check->last.entry_id, rows));
	else
		report(check, NULL, psprintf("redacted: rows like the one of entry "
									 INT64_FORMAT " are gone, " INT64_FORMAT
									 " in all; entry " INT64_FORMAT
									 ", which is redacted, may have deleted one",
									 check->last.entry_id, rows, redacted));
}

/*
 * Rows without a key are told by how many there are. Those of before the
 * relation was governed are no entry's, but entries may have removed some of
 * them instead of later ones that are alike.
 */
static void
keyless_end(TableCheck *check)
{
	int64		due = check->written - check->removed;
	int64		excess = check->rows - Max(due, 0);
	int64		late = check->rows - check->older - check->written;
	int64		applied = Min(Max(excess, 0), check->applied);

	if (due > check->rows)
		keyless_missing(check, due - check->rows);
	if (applied > 0)
		count_applied(check, check->by, applied, 0);
	excess -= applied;
	late -= applied;
	for (; excess > 0; excess--)
	{
		const char *problem;

		check->some.older = late-- <= 0;
		problem = unwritten(check, &check->some);
		if (problem != NULL)
			report(check, NULL, problem);
	}
}

/* All records of a key have been seen. */
static void
group_end(TableCheck *check)
{
	if (!check->begun)
		return;
	if (check->some.keyless)
		keyless_end(check);
	else if (check->has_last && check->last.operation != KEYED_DELETE &&
			 check->rows == 0)
		check_missing(check);
}

/* Begin with a key. */
static void
group_begin(TableCheck *check, const KeyedRecord *record)
{
	check->begun = true;
	memcpy(check->identity, record->identity, KEYED_IDENTITY);
	check->has_last = false;
	check->rows = check->written = check->removed = check->older = 0;
	check->applied = 0;
	memset(&check->some, 0, sizeof(check->some));
	memset(&check->last, 0, sizeof(check->last));
}

/* Look at every key. */
static void
check_all(TableCheck *check)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext row = AllocSetContextCreate(caller, "aims comparison",
											  ALLOCSET_DEFAULT_SIZES);
	KeyedRecord *record;

	while ((record = keyed_next(&check->keyed)) != NULL)
	{
		MemoryContextSwitchTo(row);
		if (!check->begun || memcmp(check->identity, record->identity,
									KEYED_IDENTITY) != 0)
		{
			group_end(check);
			group_begin(check, record);
		}
		if (record->keyless)
			check_keyless(check, record);
		else
			check_keyed(check, record);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	group_end(check);
}

/* One line for many rows. */
static void
report_count(TableCheck *check, int64 rows, const char *problem)
{
	if (rows > 0)
		report(check, NULL, psprintf(INT64_FORMAT " %s%s", rows,
									 rows == 1 ? "row " : "rows ", problem));
}

/* Rows of which a DDL entry is the cause, in one line for each entry. */
static void
report_ddl(TableCheck *check)
{
	ListCell   *lc;

	foreach(lc, check->incomparable)
	{
		DdlCount   *count = lfirst(lc);
		char	   *act = count->object == NULL ? "wrote all rows anew" :
			psprintf("altered or dropped column %s", count->object);

		report_count(check, count->rows,
					 psprintf("not comparable since DDL entry " INT64_FORMAT
							  ", which %s" ACCEPT, count->ddl->entry_id, act));
	}
	foreach(lc, check->attached)
	{
		DdlCount   *count = lfirst(lc);

		report_count(check, count->rows,
					 psprintf("without an entry, of %s, which DDL entry "
							  INT64_FORMAT " attached", count->object,
							  count->ddl->entry_id));
	}
	foreach(lc, check->detached)
	{
		DdlCount   *count = lfirst(lc);

		report_count(check, count->rows,
					 psprintf("gone with %s, which DDL entry " INT64_FORMAT
							  " took away", count->object,
							  count->ddl->entry_id));
	}
}

/* Rows that subscriptions have applied, which are audited at their origin. */
static void
report_applied(TableCheck *check)
{
	const char *perhaps = check->restored ? "perhaps " : "";
	ListCell   *lc;

	foreach(lc, check->applied_counts)
	{
		AppliedCount *count = lfirst(lc);

		report_count(check, count->rows,
					 psprintf("%sapplied by subscription \"%s\", audited at its origin",
							  perhaps, count->subscription));
		report_count(check, count->gone,
					 psprintf("gone, perhaps by subscription \"%s\", audited at its origin",
							  count->subscription));
	}
}

/* What is told of in one line each. */
static void
report_counts(TableCheck *check)
{
	Keyed	   *keyed = &check->keyed;

	report_count(check, check->all_older,
				 "without an entry, older than governance");
	report_count(check, check->all_unknown, check->restored ?
				 "without an entry; since the ledger was restored nobody can tell whether they are older than governance" :
				 "without an entry, written anew by DDL; nobody can tell whether they are older than governance");
	report_count(check, check->all_outside,
				 "that are not captured now differ from their last entry");
	report_count(check, check->all_other_key,
				 "not comparable: entries name them by another key than today's" ACCEPT);
	report_count(check, check->all_unlike,
				 "not comparable: a column or type is not what it was when their entries were written" ACCEPT);
	if (keyed->reduced && keyed->subject->members[0].writer->nkey == 0)
		report(check, NULL, "columns that were added, dropped or altered since the table was governed were not compared");
	report_ddl(check);
	report_applied(check);
}

PG_FUNCTION_INFO_V1(aims_verify_table);
/* A line per row that is not what the ledger says, counts of the others. */
Datum
aims_verify_table(PG_FUNCTION_ARGS)
{
	Oid			relid = subject_argument(fcinfo);
	TableCheck	check = {0};
	Keyed	   *keyed = &check.keyed;

	subject_require_reader(relid);
	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	check.context = CurrentMemoryContext;
	initStringInfo(&check.last_key);
	keyed->function = "verify_table";
	keyed->subject = subject_open(relid, AccessShareLock, true);
	keyed->snapshot = subject_snapshot();
	keyed->registry_id = keyed->subject->registry_id;
	subject_read_shapes(keyed->subject, keyed->snapshot);
	keyed_read(keyed);
	check.restored = !keyed_xids_hold(keyed, keyed->registry_id);
	check_all(&check);
	report_counts(&check);
	keyed_end(keyed);
	UnregisterSnapshot(keyed->snapshot);
	subject_close(keyed->subject);
	return (Datum) 0;
}
