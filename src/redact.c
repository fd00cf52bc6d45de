/*
 * redact.c
 *		aims.redact(): take out of an entry whatever names or describes a
 *		person, and leave what the tree commits to.
 *
 * Key, particulars, images and salt become NULL. The three digests stay, and
 * with the salt gone nobody can try values on them. The leaf is made from what
 * stays, so the tree goes on to verify; an EVENT entry of the same transaction
 * says who did it and why. This is the one change of an entry that there is.
 *
 * Protocol. Redactions take the lock that sealers take, since the tile with
 * the hash of the key may be the one that the next seal extends, and only then
 * look: each sees what those before it did, at every isolation level. Only
 * sealed entries are redacted, so that the tree has vouched for the digests
 * before anybody could have made up others.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "capture.h"
#include "entry.h"
#include "find.h"
#include "image.h"
#include "owner.h"
#include "tile.h"

#define REDACTIONS "aims.audit_entry"	/* relation of their entries */

/* What becomes NULL. */
static const int redacted_columns[] = {
	Anum_entry_session_user,
	Anum_entry_role,
	Anum_entry_person,
	Anum_entry_application,
	Anum_entry_client,
	Anum_entry_key,
	Anum_entry_reason,
	Anum_entry_old_image,
	Anum_entry_new_image,
	Anum_entry_salt,
	Anum_entry_claim
};

/* A nullable text column of the entry in the slot. */
static char *
redact_column(TupleTableSlot *slot, int attnum)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Put the entry into the slot; returns its leaf. */
static int64
redact_find(int64 entry_id, Snapshot snapshot, TupleTableSlot *slot)
{
	TileStore  *store = tile_open(snapshot);
	int64		leaf = tile_leaf_of_entry(store, entry_id);

	tile_close(store);
	if (!entry_find(entry_id, snapshot, slot))
		ereport(ERROR,
				(errcode(leaf < 0 ? ERRCODE_MS_RECORD_UNKNOWN :
						 ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("ledger entry " INT64_FORMAT " does not exist",
						entry_id),
				 leaf < 0 ?
				 errdetail("Numbers that are missing belong to transactions that were rolled back.") :
				 errdetail("It was sealed, and is gone."),
				 leaf < 0 ?
				 errhint("SELECT entry_id, recorded_at, relation FROM aims.audit_log shows the entries.") :
				 errhint("Run aims.verify().")));
	if (leaf < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_NOT_SEALED),
				 errmsg("ledger entry " INT64_FORMAT " is not sealed",
						entry_id),
				 errdetail("Only what the tree vouches for is redacted."),
				 errhint("Run aims.seal() after the entry's transaction has committed.")));
	return leaf;
}

/*
 * Is it the entry of an act that aims.verify compares rows with? Without it
 * what the act did could not be told from what was altered.
 */
static bool
redact_is_witness(TupleTableSlot *slot)
{
	static const char *const relations[] = {
		REDACTIONS, "aims.signing_key", "aims.incarnation"
	};
	char	   *relation = redact_column(slot, Anum_entry_relation);

	if (relation == NULL ||
		strcmp(redact_column(slot, Anum_entry_operation), "EVENT") != 0)
		return false;
	for (int i = 0; i < lengthof(relations); i++)
		if (strcmp(relation, relations[i]) == 0)
			return true;
	return false;
}

/* Refuse an entry that must stay, and one that has been redacted. */
static void
redact_check(int64 entry_id, TupleTableSlot *slot)
{
	bool		isnull;

	if (redact_is_witness(slot))
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_IMMUTABLE),
				 errmsg("ledger entry " INT64_FORMAT " records an act of the ledger itself and cannot be redacted",
						entry_id),
				 errdetail("Redactions, signing keys and incarnations are told by such entries from what was altered."),
				 errhint("Name no patient in the reason of a redaction.")));
	(void) slot_getattr(slot, Anum_entry_salt, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_MS_ENTRY_REDACTED),
				 errmsg("ledger entry " INT64_FORMAT " has been redacted already",
						entry_id),
				 errdetail("Its particulars, images and salt are gone."),
				 errhint("SELECT * FROM aims.audit_log WHERE relation = '" REDACTIONS "' shows the redactions.")));
}

/* Is it an entry of what the session itself has done? */
static bool
redact_is_own(TupleTableSlot *slot, const char *acting)
{
	char	   *person = redact_column(slot, Anum_entry_person);
	char	   *role = redact_column(slot, Anum_entry_session_user);

	if (person != NULL)
		return strcmp(person, acting) == 0;
	return role != NULL &&
		strcmp(role, GetUserNameFromId(GetSessionUserId(), false)) == 0;
}

/* The duty of whoever redacts; nobody wipes the own traces. */
static void
redact_permit(int64 entry_id, TupleTableSlot *slot)
{
	const char *system = redact_column(slot, Anum_entry_system);
	OwnerScope	scope = owner_begin();
	char	   *acting;

	SPI_connect();
	owner_execute("SELECT aims.require_duty(ARRAY['data_steward', 'ai_officer'], $1)",
				  1, &system);
	acting = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (redact_is_own(slot, acting))
		ereport(ERROR,
				(errcode(ERRCODE_MS_FOUR_EYES),
				 errmsg("person \"%s\" may not redact ledger entry " INT64_FORMAT,
						acting, entry_id),
				 errdetail("It records what the same person, or a session of the same role, has done."),
				 errhint("Ask another data steward or AI officer.")));
	SPI_finish();
	owner_end(scope);
}

/* The entry in the slot without what is redacted. */
static HeapTuple
redact_form(TupleTableSlot *slot, TupleDesc desc)
{
	Datum		values[Natts_entry] = {0};
	bool		nulls[Natts_entry] = {false};
	bool		replace[Natts_entry] = {false};
	bool		free_it;
	HeapTuple	old = ExecFetchSlotHeapTuple(slot, true, &free_it);

	for (int i = 0; i < lengthof(redacted_columns); i++)
	{
		nulls[redacted_columns[i] - 1] = true;
		replace[redacted_columns[i] - 1] = true;
	}
	return heap_modify_tuple(old, desc, values, nulls, replace);
}

/*
 * Put the row into whatever indexes there are, also those that an
 * administrator has added.
 */
static void
redact_index(Relation rel, TupleTableSlot *slot, UpdatedIndexes which)
{
	ResultRelInfo *info = makeNode(ResultRelInfo);
	EState	   *estate = CreateExecutorState();

	InitResultRelInfo(info, rel, 0, NULL, 0);
	ExecOpenIndices(info, false);
	(void) ExecUpdateIndexTuples_compat(info, slot, estate, which);
	ExecCloseIndices(info);
	FreeExecutorState(estate);
}

/*
 * Replace the entry's row, past the trigger that refuses every statement.
 * TOAST goes with the values. Nobody else writes rows that are there.
 */
static void
redact_update(Relation rel, TupleTableSlot *slot, Snapshot snapshot)
{
	TupleTableSlot *fresh =
		MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	ItemPointerData tid = slot->tts_tid;
	TM_FailureData failure;
	LockTupleMode mode;
	UpdatedIndexes which;

	ExecForceStoreHeapTuple(redact_form(slot, RelationGetDescr(rel)), fresh,
							true);
	if (table_tuple_update(rel, &tid, fresh, GetCurrentCommandId(true),
						   snapshot, InvalidSnapshot, true, &failure, &mode,
						   &which) != TM_Ok)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("ledger entry was changed by somebody else"),
				 errdetail("Its row was updated or deleted past the triggers while it was being redacted."),
				 errhint("Run aims.verify().")));
	redact_index(rel, fresh, which);
	ExecDropSingleTupleTableSlot(fresh);
}

/* Write the entry of the redaction. */
static void
redact_record(int64 entry_id, const char *reason)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"act\":\"redact\",\"entry_id\":" INT64_FORMAT
					 ",\"reason\":", entry_id);
	json_string(&detail, reason, strlen(reason));
	appendStringInfoChar(&detail, '}');
	(void) capture_event("EVENT", REDACTIONS, NULL, detail.data);
}

/* Find the entry, check who may redact it, and do so. */
static void
redact_entry(int64 entry_id)
{
	Relation	rel = table_open(aims_relid("audit_entry"), RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	int64		leaf = redact_find(entry_id, snapshot, slot);

	redact_permit(entry_id, slot);
	redact_check(entry_id, slot);
	redact_update(rel, slot, snapshot);
	tile_forget_key(leaf, snapshot);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

PG_FUNCTION_INFO_V1(aims_redact);
/* Take particulars, images and salt out of an entry. */
Datum
aims_redact(PG_FUNCTION_ARGS)
{
	char	   *reason = owner_reason(fcinfo, 1, "redact");

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("entry_id must not be null"),
				 errhint("Name the entry that is to be redacted.")));
	PreventCommandIfReadOnly("aims.redact()");
	PreventCommandDuringRecovery("aims.redact()");
	capture_flush();
	CommandCounterIncrement();	/* our own entries are there, not sealed */
	LockRelationOid(aims_relid("seal"), ShareRowExclusiveLock);
	redact_entry(PG_GETARG_INT64(0));
	redact_record(PG_GETARG_INT64(0), reason);
	CommandCounterIncrement();	/* another redaction sees this one */
	PG_RETURN_VOID();
}
