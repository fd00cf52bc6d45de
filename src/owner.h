/*
 * owner.h
 *		Acts that must write closed tables run their SQL as the owner of the
 *		extension, with a search_path that nobody else has set.
 */
#ifndef AIMS_OWNER_H
#define AIMS_OWNER_H

#include "fmgr.h"

typedef struct OwnerScope
{
	Oid			user;
	int			security_context;
	int			guc_level;
	bool		restricted;
} OwnerScope;

/* Pin search_path until path_end; an error ends it too. */
extern int	path_begin(void);
extern void path_end(int level);

/* Become the owner, with search_path pinned, until owner_end or an error. */
extern OwnerScope owner_begin(void);
extern void owner_end(OwnerScope scope);

/*
 * Become a role whose code may run then, and which can do nothing beside it:
 * the owner of a relation that is read by a query. Until owner_end, which takes
 * back the settings that the code has made.
 */
extern OwnerScope owner_begin_restricted(Oid role);

/*
 * Run one statement with text parameters (a NULL pointer is a null) inside
 * SPI_connect. Returns the number of rows; they are in SPI_tuptable.
 */
extern uint64 owner_execute(const char *statement, int nargs,
							const char *const *args);

/* A column of a row of the last query, as a string in the given context. */
extern char *owner_string(uint64 row, int column, MemoryContext context);

/* A text argument as a string; NULL where it is null. */
extern char *owner_argument(FunctionCallInfo fcinfo, int n);

/* A reason that an act needs; MS018 where it says nothing. */
extern char *owner_reason(FunctionCallInfo fcinfo, int n, const char *act);

#endif							/* AIMS_OWNER_H */
