/*
 * audit.c
 *		The triggers of captured relations and of the ledger's own tables, and
 *		events that applications log.
 */
#include "aims.h"

#include "access/table.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/rls.h"

#include "capture.h"
#include "guard.h"
#include "image.h"
#include "oversight.h"
#include "people.h"
#include "registry.h"
#include "row.h"
#include "subscription.h"

/* The id in the registry that a trigger of ours carries. */
static int32
trigger_registry_id(FunctionCallInfo fcinfo, const char *function)
{
	Trigger    *trigger;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.%s must be called as a trigger",
						function)));
	trigger = ((TriggerData *) fcinfo->context)->tg_trigger;
	if (trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must carry its number in the registry",
						trigger->tgname)));
	return pg_strtoint32(trigger->tgargs[0]);
}

/*
 * pg_dump's scripts run with these settings. Loading one through the triggers
 * would record every restored row as a change of today.
 */
static void
refuse_restore(const RegistryEntry *registered, Relation rel)
{
	if (registered->guarded || check_function_bodies || row_security)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_MS_RESTORE_NEEDS_REPLICA_ROLE),
			 errmsg("cannot restore \"%s\" while its changes are captured",
					RelationGetRelationName(rel)),
			 errdetail("The ledger that is being restored already holds these changes."),
			 errhint("Restore as a superuser with PGOPTIONS='-c session_replication_role=replica'.")));
}

/* The tuples and the name of what a row trigger was fired for. */
static const char *
trigger_change(TriggerData *data, HeapTuple *old, HeapTuple *new)
{
	if (!TRIGGER_FIRED_AFTER(data->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.audit_row must be an AFTER ROW trigger")));
	*old = NULL;
	*new = NULL;
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
	{
		*new = data->tg_trigtuple;
		return "INSERT";
	}
	*old = data->tg_trigtuple;
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return "DELETE";
	*new = data->tg_newtuple;
	return "UPDATE";
}

PG_FUNCTION_INFO_V1(aims_audit_row);
/* AFTER ROW trigger: the guard decides, then the change is captured. */
Datum
aims_audit_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	int32		registry_id = trigger_registry_id(fcinfo, "audit_row");
	RegistryEntry *registered;
	HeapTuple	old;
	HeapTuple	new;
	const char *operation = trigger_change(data, &old, &new);
	const char *system = NULL;

	if (session_is_restoring())
		PG_RETURN_POINTER(NULL);
	registered = registry_entry(registry_id, data->tg_relation);
	refuse_restore(registered, data->tg_relation);
	if (subscription_audited_at_origin(registered, data->tg_relation,
									   operation))
		PG_RETURN_POINTER(NULL);
	if (registered->guarded)
		system = guard_row(registered, data->tg_relation, old, new);
#ifdef AIMS_TEST_NO_CAPTURE		/* what the guard alone costs: test/bench */
	(void) system;
#else
	capture_row(registered, data->tg_relation, operation, system, old, new);
#endif
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_audit_flush);
/* AFTER STATEMENT trigger: write what the statement has captured. */
Datum
aims_audit_flush(PG_FUNCTION_ARGS)
{
	capture_flush();
	guard_flush();
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_audit_truncate);
/* BEFORE TRUNCATE trigger: one entry for all rows. */
Datum
aims_audit_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	int32		registry_id = trigger_registry_id(fcinfo, "audit_truncate");
	RegistryEntry *registered;

	if (session_is_restoring())
		PG_RETURN_POINTER(NULL);
	registered = registry_entry(registry_id, data->tg_relation);
	if (!subscription_audited_at_origin(registered, data->tg_relation,
										"TRUNCATE"))
		capture_truncate(registered, data->tg_relation);
	if (registered->review)
		oversight_end(RelationGetRelid(data->tg_relation));
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_append_only);
/* BEFORE STATEMENT trigger on the ledger's tables: refuse whatever it is. */
Datum
aims_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.append_only must be called as a trigger")));
	if (session_is_restoring())
		PG_RETURN_POINTER(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_APPEND_ONLY),
			 errmsg("\"aims.%s\" is append-only and is written by the extension alone",
					RelationGetRelationName(data->tg_relation)),
			 errdetail("Its rows come from captured changes and from the acts of the ledger."),
			 errhint("To restore a dump, connect as a superuser with PGOPTIONS='-c session_replication_role=replica'.")));
	PG_RETURN_NULL();
}

/* MS017 where the inventory has no such system: leaves show its name. */
static void
event_require_system(const char *system)
{
	Relation	rel = table_open(aims_relid("ai_system"), AccessShareLock);
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(rel), "system"),
				BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(system));
	if (!HeapTupleIsValid(row_find(rel, "ai_system_pkey", 1, &key, false)))
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("AI system \"%s\" does not exist",
						pnstrdup(system, pg_mbcliplen(system,
													  strlen(system), 63))),
				 errdetail("An event names a system of the inventory, or none."),
				 errhint("SELECT system FROM aims.ai_system lists them.")));
	table_close(rel, AccessShareLock);
}

PG_FUNCTION_INFO_V1(aims_log_event);
/* Write an EVENT entry that an application wants in the ledger. */
Datum
aims_log_event(PG_FUNCTION_ARGS)
{
	StringInfoData detail;
	text	   *kind;
	char	   *system = PG_ARGISNULL(2) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(2));

	PreventCommandIfReadOnly("aims.log_event()");
	if (PG_ARGISNULL(0) || VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind of an event must not be empty")));
	if (system != NULL)
		event_require_system(system);
	kind = PG_GETARG_TEXT_PP(0);
	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"kind\":");
	json_string(&detail, VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind));
	if (!PG_ARGISNULL(1))
	{
		Jsonb	   *jsonb = PG_GETARG_JSONB_P(1);
		char	   *s = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

		appendStringInfoString(&detail, ",\"detail\":");
		json_text(&detail, s, strlen(s));
	}
	appendStringInfoChar(&detail, '}');
	PG_RETURN_INT64(capture_event("EVENT", NULL, system, detail.data));
}

PG_FUNCTION_INFO_V1(aims_record_act);
/* Write the EVENT entry of an act of our own functions. */
Datum
aims_record_act(PG_FUNCTION_ARGS)
{
	Jsonb	   *detail = PG_GETARG_JSONB_P(1);
	StringInfoData out;
	char	   *s = JsonbToCString(NULL, &detail->root, VARSIZE(detail));

	initStringInfo(&out);
	json_text(&out, s, strlen(s));
	PG_RETURN_INT64(capture_event("EVENT",
								  text_to_cstring(PG_GETARG_TEXT_PP(0)),
								  NULL, out.data));
}
