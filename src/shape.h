/*
 * shape.h
 *		The relations that this backend captures, each with its image writer
 *		and the number of its shape in aims.shape.
 */
#ifndef AIMS_SHAPE_H
#define AIMS_SHAPE_H

#include "condition.h"
#include "image.h"
#include "registry.h"

typedef struct CapturedRelation
{
	Oid			relid;			/* hash key, first */
	Oid			root;			/* the registered relation */
	bool		valid;
	uint64		generation;		/* governance_generation() of shape_id */
	bool		uncommitted;	/* this transaction made the shape's row */
	int32		registry_id;
	int32		shape_id;
	char	   *logical;		/* qualified name of root */
	char	   *physical;		/* that of relid; NULL where the same */
	ImageWriter *writer;
	ConditionState *condition;	/* of output, once it has been asked for */
	MemoryContext context;
} CapturedRelation;

/* The captured relation, made or refreshed; stores its shape if that is new. */
extern CapturedRelation *captured_relation(Relation rel,
										   const RegistryEntry *entry);

/* Forget numbers of shapes whose rows an abort has undone, or keep them. */
extern void shape_end(bool committed);

/* The qualified, quoted name of a relation. */
extern char *relation_name(Oid relid);

#endif							/* AIMS_SHAPE_H */
