/*
 * governing.h
 *		What aims.govern and aims.govern_preview are asked for.
 */
#ifndef AIMS_GOVERNING_H
#define AIMS_GOVERNING_H

#include "fmgr.h"
#include "utils/rel.h"

#include "condition.h"

/* The arguments of aims.govern, as strings; NULL where not given. */
typedef struct Governing
{
	Oid			relid;
	char	   *system;
	char	   *system_column;
	char	   *system_when;
	char	   *system_expression;
	char	   *mode;
	char	   *image;
	char	   *review;
	bool		test;
	bool		rebuilt;
	char	   *version_column;
	char	   *site_column;
	char	   *subgroup_column;
	Condition  *condition;		/* system_when parsed, or NULL */
} Governing;

/* Read the arguments of either function. */
extern Governing governing_arguments(FunctionCallInfo fcinfo);

/* Only the owner of a table decides what may be written into it (42501). */
extern void governing_require_ownership(Oid relid);

/*
 * Check all arguments against the relation (MS031, MS017), and parse the
 * condition and the expression (MS032). search_path is pinned.
 */
extern void governing_check(Governing *g, Relation rel);

/* A relation that cannot be governed, and why. */
extern void cannot_govern(Oid relid, const char *detail, const char *hint);

#endif							/* AIMS_GOVERNING_H */
