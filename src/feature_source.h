/*
 * feature_source.h
 *		Relations that AI systems were made, tested or are run with: a change
 *		of their schema is a finding.
 */
#ifndef AIMS_FEATURE_SOURCE_H
#define AIMS_FEATURE_SOURCE_H

#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"
#include "tcop/deparse_utility.h"

/* Is the relation bound by a row of aims.dataset? */
extern bool feature_source_bound(Oid relid);

/* What a command changes in a relation's schema, in words; NULL: nothing. */
extern char *feature_source_change(const CollectedCommand *command,
								   const ObjectAddress *address);

/* The bound relations that such a command has changed. */
extern List *feature_source_relations(const CollectedCommand *command,
									  const ObjectAddress *address);

/*
 * Open a finding about each system that is bound to the relation, unless one
 * is open, and move it to re_evaluation where its dataset says so. entry is
 * the DDL entry's number.
 */
extern void feature_source_report(Oid relid, const char *name,
								  const char *change, int64 entry);

/* The relation is gone: nothing is bound to its OID any more. */
extern void feature_source_unbind(Oid relid);

#endif							/* AIMS_FEATURE_SOURCE_H */
