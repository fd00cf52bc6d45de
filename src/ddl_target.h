/*
 * ddl_target.h
 *		What a piece of DDL concerns: captured relations, or the extension.
 */
#ifndef AIMS_DDL_TARGET_H
#define AIMS_DDL_TARGET_H

#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

/* One ledger entry's worth. */
typedef struct Target
{
	const char *relation;		/* the registered one, or an object of ours */
	const char *physical;		/* partition or child, where it differs */
	Oid			relid;			/* the relation itself, or InvalidOid */
	Oid			root;			/* the registered one, or InvalidOid */
	int32		registry_id;	/* 0: none */
} Target;

/*
 * The row of a catalog with that OID, copied, or NULL: the current one, or the
 * newest version that this transaction has deleted or replaced.
 */
extern HeapTuple catalog_row(Relation catalog, Oid index, Oid oid,
							 bool deleted);

/* The owner of a relation: now, or before it was changed or dropped. */
extern Oid	relation_owner(Oid relid, bool former);

/*
 * Schema and name that a relation had before it was changed or dropped; false
 * where this transaction has done neither.
 */
extern bool relation_former_names(Oid relid, char **schema, char **name);

/*
 * The relation that a table, or a trigger, rule, policy or constraint of one,
 * belongs to; InvalidOid where the object is none of these. With dropped, one
 * that this command has deleted from the catalogs is found, too.
 */
extern Oid	object_relation(Oid classid, Oid objid, bool dropped);

/*
 * The function that a trigger calls; dropped as above. InvalidOid for one that
 * the server made for a constraint.
 */
extern Oid	trigger_function(Oid trigger, bool dropped);

/* Does the object belong to the extension, or lie in its schema? */
extern bool object_is_ours(const ObjectAddress *address);

/* A target that is not registered, whose DDL is recorded all the same. */
extern Target *unregistered_target(Oid relid);

/* Targets of what was done to a relation, and to any object. */
extern List *relation_targets(Oid relid);
extern List *object_targets(const ObjectAddress *address);

#endif							/* AIMS_DDL_TARGET_H */
