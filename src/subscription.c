/*
 * subscription.c
 *		Where the rows that a logical replication worker applies are audited:
 *		here, or at the origin of its subscription.
 *
 * aims.subscription_policy states it for a subscription's name and for the
 * role that owned it then: whoever takes the name when it is free again gains
 * nothing by that.
 *
 * What is audited at its origin is neither decided on nor captured here. A
 * (sub)transaction leaves one entry for each relation and kind of change: the
 * transaction id that its rows carry. By that verify_table tells them from
 * rows that were put in past the triggers. Such an entry takes its number
 * when it is written, that is when the (sub)transaction ends and its rows are
 * still locked, so that it stands before the next entry of each row.
 *
 * Our own tables are captured under either policy, and so is what triggers of
 * others do in a worker: no origin knows of it. So are tables whose output
 * people review: it waits where it is read.
 */
#include "aims.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_subscription.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "replication/worker_internal.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

#include "capture.h"
#include "image.h"
#include "people.h"
#include "row.h"
#include "shape.h"
#include "subscription.h"
#include "xids.h"

/* The policy of this worker's subscription, as long as all of it holds. */
typedef struct SubscriptionPolicy
{
	bool		known;
	uint64		generation;		/* governance_generation() when read */
	uint64		roles;			/* roles_generation() when read */
	bool		origin;
} SubscriptionPolicy;

/* What the current subtransaction has noted in the ledger. */
typedef struct Noted
{
	LocalTransactionId transaction;
	SubTransactionId subid;
	List	   *changes;		/* relation and kind of change in a number */
} Noted;

static SubscriptionPolicy policy = {0};
static Noted noted = {0};

/* Does the row say "origin", of the subscription's owner of today? */
static bool
policy_says_origin(HeapTuple tuple, TupleDesc desc)
{
	return strcmp(row_string(tuple, desc, "policy"), "origin") == 0 &&
		strcmp(row_string(tuple, desc, "owner"),
			   GetUserNameFromId(MySubscription->owner, false)) == 0;
}

/* Read the policy; generations come first, so that a change makes it stale. */
static void
policy_read(void)
{
	Relation	rel;
	ScanKeyData key;
	HeapTuple	tuple;

	policy.known = false;
	policy.generation = governance_generation();
	policy.roles = roles_generation();
	rel = table_open(aims_relid("subscription_policy"), AccessShareLock);
	ScanKeyInit(&key, row_column(RelationGetDescr(rel), "subscription"),
				BTEqualStrategyNumber, F_TEXTEQ,
				CStringGetTextDatum(MySubscription->name));
	tuple = row_find(rel, "subscription_policy_pkey", 1, &key, false);
	policy.origin = HeapTupleIsValid(tuple) &&
		policy_says_origin(tuple, RelationGetDescr(rel));
	table_close(rel, AccessShareLock);
	policy.known = true;
}

/* Is this a worker whose subscription is audited at its origin? */
static bool
policy_is_origin(void)
{
	if (!IsLogicalWorker() || MySubscription == NULL)
		return false;
	if (!policy.known || policy.generation != governance_generation() ||
		policy.roles != roles_generation())
		policy_read();
	return policy.origin;
}

/* Is it the worker's own change, and no trigger's? */
static bool
change_is_applied(void)
{
	return DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH)) == 1;
}

/* Is the change the first of its kind in the subtransaction? */
static bool
note_is_due(int32 registry_id, char kind)
{
	static const char kinds[] = "IUDT"; /* INSERT, UPDATE, ... */
	SubTransactionId subid = GetCurrentSubTransactionId();
	int			change = registry_id * 4 + (strchr(kinds, kind) - kinds);
	MemoryContext caller;

	if (noted.transaction != MyLocalTransactionId || noted.subid != subid)
	{
		noted.transaction = MyLocalTransactionId;
		noted.subid = subid;
		noted.changes = NIL;
	}
	if (list_member_int(noted.changes, change))
		return false;
	caller = MemoryContextSwitchTo(TopTransactionContext);
	noted.changes = lappend_int(noted.changes, change);
	MemoryContextSwitchTo(caller);
	return true;
}

bool
subscription_audited_at_origin(const RegistryEntry *registered, Relation rel,
							   const char *operation)
{
	StringInfoData detail;

	if (!registered->guarded || registered->review || !policy_is_origin() ||
		!change_is_applied())
		return false;
	if (!note_is_due(registered->registry_id, operation[0]))
		return true;
	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"act\":\"apply\",\"subscription\":");
	json_string(&detail, MySubscription->name, strlen(MySubscription->name));
	appendStringInfo(&detail,
					 ",\"registry_id\":%d,\"operation\":\"%s\",\"xid\":" UINT64_FORMAT "}",
					 registered->registry_id, operation,
					 full_xid(GetCurrentTransactionId()));
	capture_act(captured_relation(rel, registered)->logical, detail.data);
	return true;
}
