/*
 * registry.h
 *		The registry of captured relations: one row of aims.registry per
 *		relation, found by the id that its triggers carry as argument.
 */
#ifndef AIMS_REGISTRY_H
#define AIMS_REGISTRY_H

#include "utils/rel.h"

typedef enum ImagePolicy
{
	IMAGE_FULL,					/* old and new image are stored */
	IMAGE_CHANGES,				/* old image only: the new is the live row */
	IMAGE_DIGEST				/* digests only */
} ImagePolicy;

typedef struct RegistryEntry
{
	int32		registry_id;	/* hash key, first */
	uint64		generation;		/* governance_generation() when read */
	Oid			relid;			/* the registered relation */
	ImagePolicy image;
	bool		guarded;		/* false: one of our own tables */
	bool		observe;		/* mode of the relation: observe, not enforce */
	bool		test;			/* test table: verification may write */
	char	   *system;			/* fixed AI system, or NULL */
	char	   *system_column;	/* column that names the system, or NULL */
	char	   *system_expression;	/* the same of an expression */
	bool		by_session;		/* none of these: the session says whose */
	bool		conditional;	/* only some rows are output */
	bool		review;			/* output waits for a person */
	bool		overseen;		/* review, or a column below */
	char	   *version_column; /* what output is counted by, or NULL */
	char	   *site_column;
	char	   *subgroup_column;
} RegistryEntry;

/*
 * The registry row of that id, from the backend's cache where it is fresh.
 * Raises MS033 where there is none, or where rel is neither its relation nor
 * a partition or inheritance child of it: nobody forges entries from a table
 * of his own. The pointer is good until the next call.
 */
extern RegistryEntry *registry_entry(int32 registry_id, Relation rel);

#endif							/* AIMS_REGISTRY_H */
