/*
 * keyed_applied.c
 *		What subscriptions have applied to a relation that are audited at their
 *		origin: of these rows the ledger knows the transactions alone
 *		(subscription.c).
 */
#include "aims.h"

#include "keyed_work.h"

/* The one copy of a subscription's name. */
static const char *
applied_name(struct KeyedWork *work, const char *name)
{
	ListCell   *lc;

	foreach(lc, work->subscriptions)
		if (strcmp(lfirst(lc), name) == 0)
			return lfirst(lc);
	work->subscriptions = lappend(work->subscriptions, pstrdup(name));
	return llast(work->subscriptions);
}

/* Room for one more. */
static KeyedApplied *
applied_room(Keyed *keyed)
{
	struct KeyedWork *work = keyed->work;

	if (keyed->napplied == work->applied_room)
	{
		work->applied_room = Max(64, work->applied_room * 2);
		keyed->applied = keyed->applied == NULL ?
			palloc(sizeof(KeyedApplied) * work->applied_room) :
			repalloc_huge(keyed->applied,
						  sizeof(KeyedApplied) * work->applied_room);
	}
	return &keyed->applied[keyed->napplied];
}

/* Keep what an entry says. */
void
keyed_applied_add(Keyed *keyed, JsonSpan detail, int64 entry_id, bool sealed)
{
	JsonSpan	registry;
	JsonSpan	subscription;
	JsonSpan	operation;
	JsonSpan	xid;
	KeyedApplied *applied;
	MemoryContext caller;

	if (!json_find_member(detail, "registry_id", &registry) ||
		!json_find_member(detail, "subscription", &subscription) ||
		!json_find_member(detail, "operation", &operation) ||
		!json_find_member(detail, "xid", &xid) ||
		(keyed->registry_id != 0 &&
		 json_integer(registry) != keyed->registry_id))
		return;
	caller = MemoryContextSwitchTo(keyed->work->context);
	applied = applied_room(keyed);
	applied->xid = json_integer(xid);
	applied->entry_id = entry_id;
	applied->registry_id = json_integer(registry);
	applied->sealed = sealed;
	applied->writes = json_is_string(operation, "INSERT") ||
		json_is_string(operation, "UPDATE");
	applied->removes = !json_is_string(operation, "INSERT");
	applied->subscription = applied_name(keyed->work,
										 json_span_string(subscription));
	keyed->napplied++;
	MemoryContextSwitchTo(caller);
}

/* By transaction id, those that have written rows first. */
static int
compare_applied(const void *a, const void *b)
{
	const KeyedApplied *left = a;
	const KeyedApplied *right = b;

	if (left->xid != right->xid)
		return left->xid < right->xid ? -1 : 1;
	if (left->writes != right->writes)
		return left->writes ? -1 : 1;
	return 0;
}

/* The newer of two. */
static const KeyedApplied *
newer(const KeyedApplied *a, const KeyedApplied *b)
{
	return a == NULL || b->entry_id > a->entry_id ? b : a;
}

/* Sort them, and find the newest. */
void
keyed_applied_sort(Keyed *keyed)
{
	struct KeyedWork *work = keyed->work;

	if (keyed->napplied > 0)
		qsort(keyed->applied, keyed->napplied, sizeof(KeyedApplied),
			  compare_applied);
	for (int64 i = 0; i < keyed->napplied; i++)
	{
		const KeyedApplied *applied = &keyed->applied[i];

		if (applied->writes)
			work->last_write = newer(work->last_write, applied);
		if (applied->removes)
			work->last_removal = newer(work->last_removal, applied);
	}
}

/* Who applied the rows of a transaction. */
const KeyedApplied *
keyed_applied_by(Keyed *keyed, uint64 xid)
{
	int64		low = 0;
	int64		high = keyed->napplied;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (keyed->applied[middle].xid < xid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < keyed->napplied && keyed->applied[low].xid == xid &&
		keyed->applied[low].writes ? &keyed->applied[low] : NULL;
}

/* Who has, after an entry, written or removed rows. */
const KeyedApplied *
keyed_applied_after(Keyed *keyed, int64 entry_id, bool removed)
{
	const KeyedApplied *last = removed ? keyed->work->last_removal :
		keyed->work->last_write;

	return last != NULL && last->entry_id > entry_id ? last : NULL;
}
