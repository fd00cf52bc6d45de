/*
 * decision.c
 *		Whether an AI system may write into a governed relation, here and now.
 *
 * A decision is read once, in the latest committed state at every isolation
 * level, and kept in the backend until governance_generation() rises. The
 * generation is noted before the tables are read: what changes meanwhile
 * makes the decision stale, not wrong.
 *
 * Nothing here takes privileges or runs SQL; a decision from the cache reads
 * no table at all.
 */
#include "aims.h"

#include "access/table.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "decision.h"
#include "row.h"
#include "session_system.h"

/* Beyond these a value is looked up for each row and not remembered. */
#define DECISION_CACHE_ENTRIES 10000
#define DECISION_CACHE_VALUE_LENGTH 256

/* What the decision is about, apart from the system. */
typedef struct Target
{
	Oid			relid;
	bool		test;
	bool		intended;		/* by itself, without a row */
	bool		any_role;		/* leave bound roles aside */
	bool		session;		/* its rows do not say whose they are */
} Target;

static HTAB *decisions = NULL;
static HTAB *systems = NULL;
static Decision uncached;
static const Decision *latest = NULL;
static uint64 roles_changed = 1;

/* A role's name may have changed. */
static void
decision_role_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	roles_changed++;
}

/* Hash and compare keys by the value's content. */
static uint32
decision_hash(const void *key, Size keysize)
{
	const DecisionKey *k = key;

	return hash_combine(hash_bytes((const unsigned char *) k->value,
								   k->length),
						murmurhash32(k->registry_id ^ k->role ^
									 ((uint32) k->resolved << 31)));
}

static int
decision_compare(const void *a, const void *b, Size keysize)
{
	const DecisionKey *x = a;
	const DecisionKey *y = b;

	return x->registry_id == y->registry_id && x->role == y->role &&
		x->resolved == y->resolved && x->length == y->length &&
		memcmp(x->value, y->value, x->length) == 0 ? 0 : 1;
}

/* Make the caches on first use. */
static void
decision_init(void)
{
	HASHCTL		ctl = {0};

	ctl.keysize = NAMEDATALEN;
	ctl.entrysize = NAMEDATALEN;
	ctl.hcxt = CacheMemoryContext;
	systems = hash_create("aims systems", 32, &ctl,
						  HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	ctl.keysize = sizeof(DecisionKey);
	ctl.entrysize = sizeof(Decision);
	ctl.hash = decision_hash;
	ctl.match = decision_compare;
	CacheRegisterSyscacheCallback(AUTHOID, decision_role_changed, (Datum) 0);
	decisions = hash_create("aims decisions", 64, &ctl,
							HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
							HASH_CONTEXT);
}

/* The one copy of a system's slug that this backend keeps. */
static const char *
decision_intern(const char *system)
{
	return hash_search(systems, system, HASH_ENTER, NULL);
}

/*
 * Find one row by a text column, or by an OID column and a text column in the
 * index's order; the last row of several. NULL where there is none.
 */
static HeapTuple
decision_find(Relation rel, const char *index, const char *oid_column,
			  Oid oid, const char *text_column, const char *value)
{
	ScanKeyData keys[2];
	TupleDesc	desc = RelationGetDescr(rel);
	int			n = 0;

	if (oid_column != NULL)
		ScanKeyInit(&keys[n++], row_column(desc, oid_column),
					BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(oid));
	ScanKeyInit(&keys[n++], row_column(desc, text_column),
				BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(value));
	return row_find(rel, index, n, keys, true);
}

/* Is there such a row? */
static bool
decision_exists(const char *table, const char *index, const char *oid_column,
				Oid oid, const char *text_column, const char *value)
{
	Relation	rel = table_open(aims_relid(table), AccessShareLock);
	bool		found = HeapTupleIsValid(decision_find(rel, index, oid_column,
													   oid, text_column,
													   value));

	table_close(rel, AccessShareLock);
	return found;
}

/*
 * A column of the row that decision_find finds, as a string; *found says
 * whether there is a row.
 */
static char *
decision_column(const char *table, const char *index, const char *oid_column,
				Oid oid, const char *text_column, const char *value,
				const char *column, bool *found)
{
	Relation	rel = table_open(aims_relid(table), AccessShareLock);
	HeapTuple	tuple = decision_find(rel, index, oid_column, oid,
									  text_column, value);
	char	   *string = NULL;

	*found = HeapTupleIsValid(tuple);
	if (*found)
		string = row_string(tuple, RelationGetDescr(rel), column);
	table_close(rel, AccessShareLock);
	return string;
}

/*
 * The system that a value of the system column stands for: as the site maps
 * it, or the value itself. NULL: not AI output.
 */
static char *
decision_map(Oid relid, char *value)
{
	bool		found;
	char	   *system = decision_column("system_value", "system_value_pkey",
										 "relation", relid, "value", value,
										 "system", &found);

	return found ? system : value;
}

/* May a system in that stage write? */
static bool
stage_may_write(const char *stage, bool test)
{
	return strcmp(stage, "deployment") == 0 ||
		strcmp(stage, "operation_monitoring") == 0 ||
		strcmp(stage, "re_evaluation") == 0 ||
		(test && strcmp(stage, "verification_validation") == 0);
}

/* Does the newest act on the system switch it off? */
static bool
decision_switched_off(const char *system)
{
	bool		found;
	char	   *off = decision_column("switch_event", "switch_event_system_idx",
									  NULL, InvalidOid, "system", system,
									  "switched_off", &found);

	return found && strcmp(off, "t") == 0;
}

char *
system_state(const char *system, bool *switched_off)
{
	bool		found;
	char	   *stage = decision_column("ai_system", "ai_system_pkey", NULL,
										InvalidOid, "system", system, "stage",
										&found);

	*switched_off = found && decision_switched_off(system);
	return stage;
}

/*
 * May the role write output of the system? Where the system has no bound roles
 * anybody may; but who is bound to others does not pass output off as this
 * one's where nothing but the session says whose it is. A role that was
 * dropped meanwhile is bound to none.
 */
static bool
decision_role_may_write(const char *system, bool session, Oid writer)
{
	char	   *role = GetUserNameFromId(writer, true);

	if (role == NULL)
		role = "";
	if (role_is_bound(system, role))
		return true;
	return !decision_exists("bound_role", "bound_role_pkey", NULL, InvalidOid,
							"system", system) &&
		!(session && role_systems(role) != NIL);
}

/* Why the system may not write there, or CAUSE_NONE. Notes its stage. */
static Cause
decision_cause(Decision *d, const Target *target, const char *system)
{
	bool		switched_off;
	char	   *stage = system_state(system, &switched_off);

	if (stage == NULL)
		return CAUSE_SYSTEM_UNKNOWN;
	d->system = decision_intern(system);
	strlcpy(d->stage, stage, NAMEDATALEN);
	if (switched_off)
		return CAUSE_SWITCHED_OFF;
	if (!stage_may_write(stage, target->test))
		return CAUSE_STAGE;
	if (!target->intended &&
		!decision_exists("intended_table", "intended_table_pkey", "relation",
						 target->relid, "system", system))
		return CAUSE_TABLE_NOT_INTENDED;
	if (!target->any_role &&
		!decision_role_may_write(system, target->session, d->key.role))
		return CAUSE_ROLE_NOT_BOUND;
	return CAUSE_NONE;
}

/* Decide on a target afresh. */
static void
decision_read(Decision *d, const Target *target)
{
	char	   *value = pnstrdup(d->key.value, d->key.length);
	char	   *system = d->key.resolved ? value :
		decision_map(target->relid, value);

	d->system = NULL;
	d->stage[0] = '\0';
	d->cause = system == NULL ? CAUSE_NOT_AI :
		decision_cause(d, target, system);
}

/* Does the system have a mode of its own on the relation? */
static void
decision_read_mode(Decision *d)
{
	bool		found;
	char	   *mode;

	if (d->system == NULL)
		return;
	mode = decision_column("system_mode", "system_mode_pkey", "relation",
						   d->relid, "system", d->system, "mode", &found);
	if (found)
		d->observe = strcmp(mode, "observe") == 0;
}

/* Does a row of the registry leave it to the session to name the system? */
static bool
row_names_no_system(HeapTuple tuple, TupleDesc desc)
{
	return row_string(tuple, desc, "system") == NULL &&
		row_string(tuple, desc, "system_column") == NULL &&
		row_string(tuple, desc, "system_expression") == NULL;
}

/*
 * Decide afresh on a registered relation. One that is not governed any more,
 * by the end of the transaction that wrote into it, takes everything.
 */
static void
decision_refresh(Decision *d)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Target		target = {0};
	ScanKeyData key;
	HeapTuple	tuple;
	bool		isnull;
	uint64		roles = roles_changed;
	uint64		generation = governance_generation();

	d->generation = 0;
	ScanKeyInit(&key, row_column(desc, "registry_id"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(d->key.registry_id));
	tuple = row_find(rel, "registry_pkey", 1, &key, false);
	d->cause = CAUSE_NOT_AI;
	if (HeapTupleIsValid(tuple))
	{
		d->relid = target.relid =
			DatumGetObjectId(row_value(tuple, desc, "relation", &isnull));
		d->test = target.test =
			DatumGetBool(row_value(tuple, desc, "test", &isnull));
		d->session = target.session = row_names_no_system(tuple, desc);
		d->observe = strcmp(row_string(tuple, desc, "mode"), "observe") == 0;
		decision_read(d, &target);
		decision_read_mode(d);
	}
	table_close(rel, AccessShareLock);
	d->roles = roles;
	d->generation = generation;
}

/*
 * The cache's place for a key, or the one for values that are too many or too
 * long. A new place is made whole before anything can fail.
 */
static Decision *
decision_place(const DecisionKey *key)
{
	Decision   *d = hash_search(decisions, key, HASH_FIND, NULL);
	DecisionKey own = *key;
	char	   *value;

	if (d != NULL)
		return d;
	if (key->length > DECISION_CACHE_VALUE_LENGTH ||
		hash_get_num_entries(decisions) >= DECISION_CACHE_ENTRIES)
	{
		uncached.key = *key;
		uncached.generation = 0;
		return &uncached;
	}
	value = MemoryContextAlloc(CacheMemoryContext, key->length + 1);
	memcpy(value, key->value, key->length);
	own.value = value;
	d = hash_search(decisions, &own, HASH_ENTER, NULL);
	d->generation = 0;
	return d;
}

/* The decision for a key, from the cache where it is fresh. */
static const Decision *
decision_lookup(const DecisionKey *key)
{
	uint64		generation = governance_generation();
	Decision   *d;

	if (latest != NULL && latest->generation == generation &&
		latest->roles == roles_changed &&
		decision_compare(&latest->key, key, 0) == 0)
		return latest;
	if (decisions == NULL)
		decision_init();
	latest = NULL;
	d = decision_place(key);
	if (d->generation != generation || d->roles != roles_changed)
		decision_refresh(d);
	if (d != &uncached)
		latest = d;
	return d;
}

const Decision *
decision_for_value(int32 registry_id, const char *value, int length)
{
	DecisionKey key = {registry_id, GetSessionUserId(), false, length, value};

	return decision_lookup(&key);
}

const Decision *
decision_for_system(int32 registry_id, const char *system, Oid role)
{
	DecisionKey key = {registry_id, role, true, strlen(system), system};

	return decision_lookup(&key);
}

/* What the guard would say of a relation that is not registered. */
void
decision_preview(Decision *d, Oid relid, bool test, bool resolved,
				 const char *value, int length)
{
	Target		target = {relid, test, resolved, true};

	if (decisions == NULL)
		decision_init();
	memset(d, 0, sizeof(Decision));
	d->relid = relid;
	d->test = test;
	d->key.resolved = resolved;
	d->key.value = value;
	d->key.length = length;
	decision_read(d, &target);
}

/* The name of a cause, as in aims.violation. */
const char *
cause_name(Cause cause)
{
	static const char *const names[] = {
		[CAUSE_SYSTEM_UNKNOWN] = "system_unknown",
		[CAUSE_SWITCHED_OFF] = "switched_off",
		[CAUSE_STAGE] = "stage",
		[CAUSE_TABLE_NOT_INTENDED] = "table_not_intended",
		[CAUSE_ROLE_NOT_BOUND] = "role_not_bound",
	};

	Assert(CAUSE_REFUSES(cause));
	return names[cause];
}

/* The SQLSTATE of its refusal. */
int
cause_sqlstate(Cause cause)
{
	static const int codes[] = {
		[CAUSE_SYSTEM_UNKNOWN] = ERRCODE_MS_SYSTEM_UNKNOWN,
		[CAUSE_SWITCHED_OFF] = ERRCODE_MS_SYSTEM_SWITCHED_OFF,
		[CAUSE_STAGE] = ERRCODE_MS_STAGE_DOES_NOT_ALLOW_OUTPUT,
		[CAUSE_TABLE_NOT_INTENDED] = ERRCODE_MS_TABLE_NOT_INTENDED,
		[CAUSE_ROLE_NOT_BOUND] = ERRCODE_MS_ROLE_NOT_BOUND,
	};

	Assert(CAUSE_REFUSES(cause));
	return codes[cause];
}
