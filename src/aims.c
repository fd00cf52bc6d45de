/*
 * aims.c
 *		Settings, transaction callbacks and the invalidation signal.
 *
 * At the end of a transaction the order matters: captured entries are flushed
 * first, then the guard takes the switch-off lock for as short a time as
 * possible. One callback calls both, so that the order does not depend on the
 * order of registration.
 */
#include "aims.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "capture.h"
#include "ddl.h"
#include "guard.h"
#include "read.h"

PG_MODULE_MAGIC;

char	   *aims_signing_key_file = NULL;
char	   *aims_actor = NULL;
char	   *aims_reason = NULL;
char	   *aims_system = NULL;
int			aims_switch_off_wait = 5000;

static LocalTransactionId *actor_set_in = NULL;
static bool actor_from_before = false;
static uint64 generation = 1;
static Oid	epoch_relid = InvalidOid;
static uint64 schemas_changed = 1;
static uint64 absent_at = 0;	/* schemas_changed when none was ours */

/*
 * Relations of ours that this backend uses, as far as there is room. Names are
 * compared by length first, which tells most of them apart.
 */
static struct
{
	char		name[NAMEDATALEN];
	size_t		length;
	Oid			relid;
} known[32];
static int	nknown = 0;

void		_PG_init(void);

/*
 * Remember in which transaction aims.actor was set. The mark travels with the
 * value as its "extra", so that a rollback to a savepoint restores both.
 */
static bool
actor_check(char **newval, void **extra, GucSource source)
{
	LocalTransactionId *mark = guc_malloc(ERROR, sizeof(LocalTransactionId));

	if (mark == NULL)
		return false;
	*mark = (source >= PGC_S_INTERACTIVE && !actor_from_before &&
			 MyProc != NULL && IsTransactionState()) ?
		MyLocalTransactionId : InvalidLocalTransactionId;
	*extra = mark;
	return true;
}

/* Take over the mark of the value that is now in force. */
static void
actor_assign(const char *newval, void *extra)
{
	actor_set_in = extra;
}

/* Is aims.actor set, and was it set in the current transaction? */
bool
actor_is_current(void)
{
	return aims_actor != NULL && aims_actor[0] != '\0' &&
		actor_set_in != NULL &&
		LocalTransactionIdIsValid(*actor_set_in) &&
		*actor_set_in == MyLocalTransactionId;
}

/*
 * Remember where a relation is, until a relation that is remembered changes.
 */
static void
relation_remember(const char *name, size_t length, Oid relid)
{
	if (nknown == lengthof(known) || length >= NAMEDATALEN)
		return;
	memcpy(known[nknown].name, name, length);
	known[nknown].length = length;
	known[nknown++].relid = relid;
}

/* The OID of relation aims.<name>; InvalidOid where it is missing. */
Oid
aims_relid_or_none(const char *name)
{
	size_t		length = strlen(name);
	Oid			namespace;
	Oid			relid;

	for (int i = 0; i < nknown; i++)
		if (known[i].length == length &&
			memcmp(known[i].name, name, length) == 0)
			return known[i].relid;
	namespace = get_namespace_oid("aims", true);
	relid = OidIsValid(namespace) ? get_relname_relid(name, namespace) :
		InvalidOid;
	if (OidIsValid(relid))
		relation_remember(name, length, relid);
	return relid;
}

/* The OID of relation aims.<name>; an error where it is missing. */
Oid
aims_relid(const char *name)
{
	Oid			relid = aims_relid_or_none(name);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"aims.%s\" does not exist", name),
				 errdetail("The library and the installed version of the extension do not fit."),
				 errhint("Run ALTER EXTENSION aims UPDATE.")));
	return relid;
}

/* The owner of schema aims. */
Oid
aims_owner(void)
{
	Oid			namespace = get_namespace_oid("aims", false);
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID,
										ObjectIdGetDatum(namespace));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for namespace %u", namespace);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * By number.
 */
int
compare_int64(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right ? 1 : 0;
}

/*
 * Which state of governance caches may hold. The epoch's OID is looked up
 * here and not in the callback, which must not read catalogs.
 */
uint64
governance_generation(void)
{
	if (!OidIsValid(epoch_relid))
		epoch_relid = aims_relid("governance_epoch");
	return generation;
}

/* Is there a schema aims, with our tables in it? */
bool
governance_exists(void)
{
	uint64		now = schemas_changed;

	if (OidIsValid(epoch_relid))
		return true;
	if (absent_at == now)
		return false;
	epoch_relid = aims_relid_or_none("governance_epoch");
	if (!OidIsValid(epoch_relid) &&
		!OidIsValid(get_namespace_oid("aims", true)))
		absent_at = now;
	return OidIsValid(epoch_relid);
}

/* A schema may have come or gone. */
static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	schemas_changed++;
}

/* A relation has changed or is gone: look all of ours up again. */
static void
relation_forget(Datum arg, Oid relid)
{
	for (int i = 0; i < nknown; i++)
		if (relid == InvalidOid || known[i].relid == relid)
		{
			nknown = 0;
			return;
		}
}

/* Raise the generation when governance, or possibly all, has changed. */
static void
governance_invalidated(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == epoch_relid ||
		!OidIsValid(epoch_relid))
	{
		generation++;
		epoch_relid = InvalidOid;
	}
}

/* Flush and check before the commit; forget afterwards. */
static void
aims_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			capture_pre_commit();
			guard_pre_commit(event == XACT_EVENT_PRE_PREPARE);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (event == XACT_EVENT_ABORT)
				ddl_abort(TopSubTransactionId);
			capture_end(event == XACT_EVENT_COMMIT);
			guard_end();
			break;
		default:
			break;
	}
}

/* Entries and written systems belong to subtransactions. */
static void
aims_subxact(SubXactEvent event, SubTransactionId mine,
			 SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		ddl_abort(mine);
	capture_subxact(event, mine, parent);
	guard_subxact(event, mine, parent);
}

/*
 * Was aims.actor, while the library was not loaded and the name a mere
 * placeholder, set in the current transaction? Only then does it have a
 * former value to go back to.
 */
static bool
actor_was_set_here(void)
{
	struct config_generic *setting = compat_find_setting("aims.actor");

	return setting != NULL && setting->stack != NULL;
}

/* Define the settings; doc/settings.md says when to set each. */
static void
define_settings(void)
{
	DefineCustomStringVariable("aims.signing_key_file",
							   "File with the key that signs checkpoints.",
							   "Set it, outside the data directory, before calling aims.create_signing_key.",
							   &aims_signing_key_file, NULL, PGC_SUSET,
							   GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	DefineCustomStringVariable("aims.actor",
							   "Person who acts behind a trusted application.",
							   "An application that serves many people through one role sets it in each transaction.",
							   &aims_actor, NULL, PGC_USERSET, 0,
							   actor_check, actor_assign, NULL);
	DefineCustomStringVariable("aims.reason",
							   "Reason that ledger entries of this session record.",
							   "Set it before a change that an auditor will ask about.",
							   &aims_reason, NULL, PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("aims.system",
							   "AI system whose output this session writes.",
							   "Set it where rows do not say so and the role is bound to several systems, or to none.",
							   &aims_system, NULL, PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomIntVariable("aims.switch_off_wait",
							"How long a switch-off waits for commits in flight.",
							"Raise it where commits wait for slow synchronous standbys; after it the switch-off commits all the same.",
							&aims_switch_off_wait, 5000, 0, 600000, PGC_SUSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
	MarkGUCPrefixReserved("aims");
}

/* Define the settings and hook into transactions and invalidation. */
void
_PG_init(void)
{
	actor_from_before = !actor_was_set_here();
	define_settings();
	actor_from_before = false;
	RegisterXactCallback(aims_xact, NULL);
	RegisterSubXactCallback(aims_subxact, NULL);
	CacheRegisterRelcacheCallback(governance_invalidated, (Datum) 0);
	CacheRegisterRelcacheCallback(relation_forget, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	read_init();
}
