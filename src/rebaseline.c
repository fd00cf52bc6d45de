/*
 * rebaseline.c
 *		aims.rebaseline(): write the live rows of a table into the ledger anew,
 *		so that they can be compared with it again.
 *
 * After DDL has rewritten rows, or entries name them by a former key, what
 * they are now has to be accepted as what they should be. That is an act of a
 * person, with a reason: one EVENT entry, then an entry BASELINE for each row
 * that is captured. What came before them is not compared any more.
 *
 * Writers wait: a row that changed between its entry and the commit would look
 * altered. Readers do not.
 *
 * A table that was made anew (rebuilt.c) goes the same way, but that the guard
 * decides on each row first: no trigger has seen it.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "capture.h"
#include "guard.h"
#include "owner.h"
#include "progress.h"
#include "rebaseline.h"
#include "registry.h"
#include "subject.h"

/* Whoever accepts rows as they are holds a duty. */
static void
rebaseline_permit(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};
	OwnerScope	scope = owner_begin();

	SPI_connect();
	owner_execute("SELECT aims.require_duty(ARRAY['data_steward', 'ai_officer'],"
				  " (SELECT r.system::text FROM aims.registry AS r WHERE r.relation = $1::oid))",
				  1, args);
	SPI_finish();
	owner_end(scope);
}

/* Write the entry of the act; those of rows come after it. */
static void
rebaseline_record(Subject *subject, const char *system, const char *reason)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail,
					 "{\"act\":\"rebaseline\",\"registry_id\":%d,\"reason\":",
					 subject->registry_id);
	json_string(&detail, reason, strlen(reason));
	appendStringInfoChar(&detail, '}');
	(void) capture_event("EVENT", subject->name, system, detail.data);
}

/* Write the entry of one row; a refusal of the guard ends it all. */
static void
rebaseline_row(Subject *subject, Relation rel, HeapTuple tuple, bool arrived)
{
	RegistryEntry *registered = registry_entry(subject->registry_id, rel);
	const char *system = registered->system;

	if (arrived)
	{
		system = guard_row(registered, rel, NULL, tuple);
		registered = registry_entry(subject->registry_id, rel);
	}
	capture_row(registered, rel, "BASELINE", system, NULL, tuple);
}

/* Write an entry for each row of one table. */
static void
rebaseline_table(Subject *subject, SubjectMember *member, Snapshot snapshot,
				 Progress *progress, bool arrived)
{
	TupleTableSlot *slot = table_slot_create(member->rel, NULL);
	TableScanDesc scan = table_beginscan(member->rel, snapshot, 0, NULL);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext row = AllocSetContextCreate(caller, "aims row",
											  ALLOCSET_DEFAULT_SIZES);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;

		CHECK_FOR_INTERRUPTS();
		progress_advance(progress, 1);
		if (!subject_captures(subject, member, slot))
			continue;
		MemoryContextSwitchTo(row);
		rebaseline_row(subject, member->rel,
					   ExecFetchSlotHeapTuple(slot, false, &free_it), arrived);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	MemoryContextDelete(row);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* Write an entry for each row of all tables. */
static void
rebaseline_rows(Subject *subject, Snapshot snapshot, bool arrived)
{
	int64		expected = 0;
	Progress   *progress;

	for (int i = 0; i < subject->nmembers; i++)
		expected += Max(subject->members[i].rel->rd_rel->reltuples, 0);
	progress = progress_begin("rebaseline", expected);
	progress_unit(progress, "rows");
	for (int i = 0; i < subject->nmembers; i++)
		if (subject->members[i].rel->rd_rel->relkind == RELKIND_RELATION)
			rebaseline_table(subject, &subject->members[i], snapshot,
							 progress, arrived);
	progress_end(progress);
}

void
rebaseline_arrived(Oid relid)
{
	Subject    *subject = subject_open(relid, ShareRowExclusiveLock, true);
	Snapshot	snapshot;
	RegistryEntry *registered;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	registered = registry_entry(subject->registry_id, subject->members[0].rel);
	rebaseline_record(subject, registered->system, "made anew");
	rebaseline_rows(subject, snapshot, true);
	UnregisterSnapshot(snapshot);
	subject_close(subject);
}

PG_FUNCTION_INFO_V1(aims_rebaseline);
/* Accept the live rows as what they should be. */
Datum
aims_rebaseline(PG_FUNCTION_ARGS)
{
	Oid			relid = subject_argument(fcinfo);
	char	   *reason = owner_reason(fcinfo, 1, "rebaseline");
	Subject    *subject;
	Snapshot	snapshot;
	RegistryEntry *registered;

	PreventCommandIfReadOnly("aims.rebaseline()");
	PreventCommandDuringRecovery("aims.rebaseline()");
	rebaseline_permit(relid);
	subject = subject_open(relid, ShareRowExclusiveLock, true);
	snapshot = subject_snapshot();
	registered = registry_entry(subject->registry_id, subject->members[0].rel);
	rebaseline_record(subject, registered->system, reason);
	rebaseline_rows(subject, snapshot, false);
	capture_flush();
	UnregisterSnapshot(snapshot);
	subject_close(subject);
	PG_RETURN_VOID();
}
