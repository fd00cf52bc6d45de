/*
 * ddl_event.c
 *		What an event trigger is about, as the server tells its functions.
 */
#include "aims.h"

#include "commands/event_trigger.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/tuplestore.h"

#include "ddl_event.h"

EventTriggerData *
event_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("the function must be called as an event trigger")));
	return (EventTriggerData *) fcinfo->context;
}

/* Call one of the server's functions that list what an event is about. */
static Tuplestorestate *
event_rows(Oid function, TupleDesc *desc)
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo	flinfo;
	ReturnSetInfo result = {0};

	fmgr_info(function, &flinfo);
	result.type = T_ReturnSetInfo;
	result.econtext = CreateStandaloneExprContext();
	result.allowedModes = SFRM_Materialize;
	InitFunctionCallInfoData(*fcinfo, &flinfo, 0, InvalidOid, NULL,
							 (Node *) &result);
	(void) FunctionCallInvoke(fcinfo);
	*desc = result.setDesc;
	return result.setResult;
}

List *
event_commands(void)
{
	TupleDesc	desc;
	Tuplestorestate *rows = event_rows(F_PG_EVENT_TRIGGER_DDL_COMMANDS, &desc);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	List	   *commands = NIL;

	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		bool		isnull;
		Datum		command = slot_getattr(slot, 9, &isnull);

		if (!isnull)
			commands = lappend(commands, DatumGetPointer(command));
	}
	ExecDropSingleTupleTableSlot(slot);
	return commands;
}

/* A text column of a slot, copied; NULL where it is null. */
static char *
slot_text(TupleTableSlot *slot, int attnum)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* The last one of an object's address_names. */
static char *
last_name(TupleTableSlot *slot, int attnum)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);
	Datum	   *names;
	int			n;

	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false,
					  TYPALIGN_INT, &names, NULL, &n);
	return n > 0 ? TextDatumGetCString(names[n - 1]) : NULL;
}

/* One object that has been dropped. */
static Dropped *
dropped_object(TupleTableSlot *slot)
{
	Dropped    *dropped = palloc0(sizeof(Dropped));
	bool		isnull;

	dropped->address.classId = DatumGetObjectId(slot_getattr(slot, 1, &isnull));
	dropped->address.objectId = DatumGetObjectId(slot_getattr(slot, 2,
															  &isnull));
	dropped->address.objectSubId = DatumGetInt32(slot_getattr(slot, 3,
															  &isnull));
	dropped->original = DatumGetBool(slot_getattr(slot, 4, &isnull));
	dropped->type = slot_text(slot, 7);
	dropped->schema = slot_text(slot, 8);
	dropped->identity = slot_text(slot, 10);
	if (strcmp(dropped->type, "table") == 0)	/* as relation_name() has it */
		dropped->identity = quote_qualified_identifier(dropped->schema,
													   slot_text(slot, 9));
	dropped->name = last_name(slot, 11);
	return dropped;
}

List *
event_dropped(void)
{
	TupleDesc	desc;
	Tuplestorestate *rows = event_rows(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS,
									   &desc);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	List	   *objects = NIL;

	while (tuplestore_gettupleslot(rows, true, false, slot))
		objects = lappend(objects, dropped_object(slot));
	ExecDropSingleTupleTableSlot(slot);
	return objects;
}

ObjectAddress
command_address(const CollectedCommand *command)
{
	ObjectAddress address = InvalidObjectAddress;

	switch (command->type)
	{
		case SCT_Simple:
			return command->d.simple.address;
		case SCT_AlterTable:
			ObjectAddressSet(address, command->d.alterTable.classId,
							 command->d.alterTable.objectId);
			return address;
		case SCT_AlterOpFamily:
			return command->d.opfam.address;
		case SCT_CreateOpClass:
			return command->d.createopc.address;
		case SCT_AlterTSConfig:
			return command->d.atscfg.address;
		default:
			return address;
	}
}
