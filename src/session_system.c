/*
 * session_system.c
 *		The AI system that a session writes for, where rows do not say so.
 *
 * The session user decides, never the current one. aims.system chooses among
 * the systems that the user is bound to; who is bound to none may name any
 * that has no bound roles (decision.c). Blank it does not make output anything
 * else than that of the binding.
 *
 * Bindings are kept in the backend until governance_generation() rises: they
 * are asked for at every row.
 */
#include "aims.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

#include "people.h"
#include "row.h"
#include "session_system.h"

typedef struct Bindings
{
	uint64		generation;		/* governance_generation() when read */
	uint64		roles;			/* roles_generation() at that time */
	Oid			role;			/* session user */
	const char *systems;		/* NULL: none */
} Bindings;

static Bindings bindings = {0};

bool
role_is_bound(const char *system, const char *role)
{
	Relation	rel = table_open(aims_relid("bound_role"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData keys[2];
	bool		bound;

	ScanKeyInit(&keys[0], row_column(desc, "system"), BTEqualStrategyNumber,
				F_TEXTEQ, CStringGetTextDatum(system));
	ScanKeyInit(&keys[1], row_column(desc, "role"), BTEqualStrategyNumber,
				F_TEXTEQ, CStringGetTextDatum(role));
	bound = HeapTupleIsValid(row_find(rel, "bound_role_pkey", 2, keys, false));
	table_close(rel, AccessShareLock);
	return bound;
}

List *
role_systems(const char *role)
{
	Relation	rel = table_open(aims_relid("bound_role"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	List	   *systems = NIL;
	ScanKeyData key;
	ListCell   *lc;

	ScanKeyInit(&key, row_column(desc, "role"), BTEqualStrategyNumber,
				F_TEXTEQ, CStringGetTextDatum(role));
	foreach(lc, row_find_all(rel, "bound_role_role_idx", 1, &key))
		systems = lappend(systems, row_string(lfirst(lc), desc, "system"));
	table_close(rel, AccessShareLock);
	return systems;
}

/* They as one text; NULL where there is none. */
static char *
bound_systems(const char *role)
{
	StringInfoData systems;
	ListCell   *lc;

	initStringInfo(&systems);
	foreach(lc, role_systems(role))
		appendStringInfo(&systems, "%s%s", systems.len > 0 ? ", " : "",
						 (char *) lfirst(lc));
	return systems.len > 0 ? systems.data : NULL;
}

/*
 * Read the bindings anew. A former text stays, since the caller may hold it;
 * it is replaced only where it changes.
 */
static void
bindings_refresh(uint64 generation, uint64 roles)
{
	char	   *systems = bound_systems(GetUserNameFromId(GetSessionUserId(),
														  false));

	if (systems == NULL)
		bindings.systems = NULL;
	else if (bindings.systems == NULL ||
			 strcmp(bindings.systems, systems) != 0)
		bindings.systems = MemoryContextStrdup(TopMemoryContext, systems);
	bindings.generation = generation;
	bindings.roles = roles;
	bindings.role = GetSessionUserId();
}

/* What the session user is bound to; lives as long as the backend. */
static const char *
session_bound_systems(void)
{
	uint64		generation = governance_generation();
	uint64		roles = roles_generation();

	if (bindings.generation != generation || bindings.roles != roles ||
		bindings.role != GetSessionUserId())
		bindings_refresh(generation, roles);
	return bindings.systems;
}

bool
session_names_system(void)
{
	return aims_system != NULL && aims_system[0] != '\0';
}

const char *
session_system(void)
{
	return session_names_system() ? aims_system : session_bound_systems();
}
