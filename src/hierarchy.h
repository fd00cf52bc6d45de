/*
 * hierarchy.h
 *		Which registered relation a partition or inheritance child belongs to.
 */
#ifndef AIMS_HIERARCHY_H
#define AIMS_HIERARCHY_H

#include "access/htup.h"
#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

/* Registry numbers below this are tables of the extension. */
#define FIRST_GOVERNED_ID 1000

/* A registered relation: itself, or what a relative of it goes by. */
typedef struct Root
{
	Oid			relid;
	int32		registry_id;
} Root;

/* The registry row of exactly this relation, as of now; 0 where none. */
extern int32 registry_number(Oid relid);

/* A text column of that row, as of now; NULL where none. */
extern char *registry_text(Oid relid, const char *column);

/*
 * The relation and what it is a partition or child of, at any depth. With
 * dropped, links that this transaction has cut count, too: in sql_drop the
 * catalogs have forgotten the relation.
 */
extern List *hierarchy_ancestors(Oid relid, bool dropped);

/*
 * The registered relations that relid is, or is a partition or child of, at
 * any depth, as a list of Root.
 */
extern List *hierarchy_roots(Oid relid, bool dropped);

/*
 * The relation with all its partitions and children, locked. Temporary
 * children are left out: their rows are their session's alone, and nobody else
 * can read them.
 */
extern List *hierarchy_members(Oid relid, LOCKMODE mode);

/* Has the current transaction deleted this catalog row? */
extern bool catalog_row_deleted_here(HeapTuple tuple);

#endif							/* AIMS_HIERARCHY_H */
