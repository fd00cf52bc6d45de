/*
 * attach.h
 *		The capture triggers of governed relations and of their members.
 */
#ifndef AIMS_ATTACH_H
#define AIMS_ATTACH_H

#include "condition.h"
#include "hierarchy.h"

/*
 * Give a relation the capture triggers that it lacks: the registered one, or
 * a partition or child of it. As the owner, inside SPI_connect. Returns
 * whether it has joined now.
 */
extern bool attach_triggers(Oid relid, const Root *root,
							const Condition *when);

/*
 * Drop the relation's capture triggers that no parent brings, but for those of
 * that registry number (0: all). As the owner, inside SPI_connect.
 */
extern void attach_drop(Oid relid, int32 keep);

/*
 * Take back from a role what it needed to create partitions, unless it owns
 * another governed partitioned table. As the owner, inside SPI_connect.
 */
extern void attach_disallow(Oid owner);

/* The relation has a new owner; former may be InvalidOid. */
extern void attach_owner(Oid relid, Oid former);

/*
 * Make the capture triggers of a relation, and of all below it, those of the
 * governed relation that it belongs to now, if any. MS031 where it would
 * belong to two.
 */
extern void attach_reconcile(Oid relid);

/* Is every change of the relation captured for that registry number? */
extern bool attach_complete(Oid relid, int32 registry_id);

/* The columns that the registry row of a relation names follow a rename. */
extern void attach_rename_column(Oid relid, const char *old_name,
								 const char *new_name);

/* A function of ours, by which its triggers are recognised? */
extern bool function_is_ours(Oid function);

#endif							/* AIMS_ATTACH_H */
