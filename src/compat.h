/*
 * compat.h
 *		The one place that knows the differences between server versions.
 *
 * Supported: 15, 17, 18 (16 is in no Debian release, but compiles).
 */
#ifndef AIMS_COMPAT_H
#define AIMS_COMPAT_H

#include "postgres.h"

#include "access/brin_revmap.h"
#include "nodes/parsenodes.h"
#include "nodes/tidbitmap.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#if PG_VERSION_NUM < 150000
#error "aims needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"				/* was part of postgres.h until 15 */
#else
/* Soft errors came with 16: until then an input function raises. */
#define ereturn(context, dummy, ...) \
	do { \
		ereport(ERROR, __VA_ARGS__); \
		return dummy; \
	} while (0)
#endif

/* Summarizing indexes came with 16, instrumented index scans with 18. */
#if PG_VERSION_NUM >= 160000
#define ExecInsertIndexTuples_compat(info, slot, estate) \
	ExecInsertIndexTuples(info, slot, estate, false, false, NULL, NIL, false)
#else
#define ExecInsertIndexTuples_compat(info, slot, estate) \
	ExecInsertIndexTuples(info, slot, estate, false, false, NULL, NIL)
#endif

/* Which indexes an updated row has to be put into. */
#if PG_VERSION_NUM >= 160000
#define UpdatedIndexes TU_UpdateIndexes
#define ExecUpdateIndexTuples_compat(info, slot, estate, which) \
	((which) == TU_None ? NIL : \
	 ExecInsertIndexTuples(info, slot, estate, true, false, NULL, NIL, \
						   (which) == TU_Summarizing))
#else
#define UpdatedIndexes bool
#define ExecUpdateIndexTuples_compat(info, slot, estate, which) \
	((which) ? ExecInsertIndexTuples(info, slot, estate, true, false, NULL, \
									 NIL) : NIL)
#endif

/* The caller's own copy of a sorted value; from 16 on one may do without. */
#if PG_VERSION_NUM >= 160000
#define tuplesort_getdatum_compat(state, value, isnull) \
	tuplesort_getdatum(state, true, true, value, isnull, NULL)
#else
#define tuplesort_getdatum_compat(state, value, isnull) \
	tuplesort_getdatum(state, true, value, isnull, NULL)
#endif
#if PG_VERSION_NUM >= 180000
#define index_beginscan_bitmap_compat(index, snapshot, nkeys) \
	index_beginscan_bitmap(index, snapshot, NULL, nkeys)
#else
#define index_beginscan_bitmap_compat(index, snapshot, nkeys) \
	index_beginscan_bitmap(index, snapshot, nkeys)
#endif

/* The pages of a bitmap in order; InvalidBlockNumber after the last. */
#if PG_VERSION_NUM >= 180000
typedef TBMPrivateIterator PageIterator;

#define pages_begin(bitmap) tbm_begin_private_iterate(bitmap)
#define pages_end(iterator) tbm_end_private_iterate(iterator)
static inline BlockNumber
pages_next(PageIterator *iterator)
{
	TBMIterateResult page;

	return tbm_private_iterate(iterator, &page) ? page.blockno :
		InvalidBlockNumber;
}
#else
typedef TBMIterator PageIterator;

#define pages_begin(bitmap) tbm_begin_iterate(bitmap)
#define pages_end(iterator) tbm_end_iterate(iterator)
static inline BlockNumber
pages_next(PageIterator *iterator)
{
	TBMIterateResult *page = tbm_iterate(iterator);

	return page != NULL ? page->blockno : InvalidBlockNumber;
}
#endif

/* A BRIN index: reading it took a snapshot until 17. */
#if PG_VERSION_NUM >= 170000
#define brin_begin_compat(index, pages_per_range) \
	brinRevmapInitialize(index, pages_per_range)
#define brin_range_compat(revmap, block, buffer, offset, size) \
	brinGetTupleForHeapBlock(revmap, block, buffer, offset, size, \
							 BUFFER_LOCK_SHARE)
#else
#define brin_begin_compat(index, pages_per_range) \
	brinRevmapInitialize(index, pages_per_range, NULL)
#define brin_range_compat(revmap, block, buffer, offset, size) \
	brinGetTupleForHeapBlock(revmap, block, buffer, offset, size, \
							 BUFFER_LOCK_SHARE, NULL)
#endif

/* A value's "extra" comes from malloc until 16 gave settings a context. */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#endif

/* Building a range may report softly from 16 on; ours raise. */
#if PG_VERSION_NUM >= 160000
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty, NULL)
#else
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty)
#endif

/* A setting by name, or NULL; find_option() is exported from 16 on. */
#if PG_VERSION_NUM >= 160000
#define compat_find_setting(name) find_option(name, false, true, ERROR)
#else
static inline struct config_generic *
compat_find_setting(const char *name)
{
	for (int i = 0; i < GetNumConfigOptions(); i++)
	{
		struct config_generic *setting = get_guc_variables()[i];

		if (pg_strcasecmp(setting->name, name) == 0)
			return setting;
	}
	return NULL;
}
#endif

/*
 * What a statement needs to be allowed on each relation, as the hook that
 * checks it is given: entries of the range table until 15 took them apart.
 */
#if PG_VERSION_NUM >= 160000
typedef RTEPermissionInfo NeededPermission;

#define CHECK_PERMS_PARAMETERS List *range_table, List *needed, bool report
#define CHECK_PERMS_ARGUMENTS range_table, needed, report
#else
typedef RangeTblEntry NeededPermission;

#define CHECK_PERMS_PARAMETERS List *needed, bool report
#define CHECK_PERMS_ARGUMENTS needed, report
#endif

/* Does the role own the relation? */
#if PG_VERSION_NUM >= 160000
#define relation_is_owned(relid, role) \
	object_ownercheck(RelationRelationId, relid, role)
#else
#define relation_is_owned(relid, role) pg_class_ownercheck(relid, role)
#endif

/* May the role execute the function? */
#if PG_VERSION_NUM >= 160000
#define function_is_allowed(function, role) \
	(object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE) == \
	 ACLCHECK_OK)
#else
#define function_is_allowed(function, role) \
	(pg_proc_aclcheck(function, role, ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* A generated column gets another expression from 17 on. */
#if PG_VERSION_NUM >= 170000
#define COMPAT_AT_SET_EXPRESSION AT_SetExpression
#else
#define COMPAT_AT_SET_EXPRESSION (-1)
#endif

/* A qualified name as text, parsed; an error where it is none. */
#if PG_VERSION_NUM >= 160000
#define compat_qualified_name(text) stringToQualifiedNameList(text, NULL)
#else
#define compat_qualified_name(text) stringToQualifiedNameList(text)
#endif

/*
 * Until 15 ALTER TABLE marks in the type of a subcommand that it recurses to
 * children.
 */
static inline int
compat_alter_table_type(int type)
{
#if PG_VERSION_NUM < 160000
	switch (type)
	{
		case AT_AddColumnRecurse:
			return AT_AddColumn;
		case AT_DropColumnRecurse:
			return AT_DropColumn;
		case AT_AddConstraintRecurse:
			return AT_AddConstraint;
		case AT_DropConstraintRecurse:
			return AT_DropConstraint;
		case AT_ValidateConstraintRecurse:
			return AT_ValidateConstraint;
	}
#endif
	return type;
}

/* An index has something to end after insertions from 17 on. */
#if PG_VERSION_NUM >= 170000
#define index_insert_cleanup_compat(index, info) \
	index_insert_cleanup(index, info)
#else
#define index_insert_cleanup_compat(index, info) ((void) 0)
#endif

/* The file of a relation got another name in 16. */
#if PG_VERSION_NUM >= 160000
#define compat_rd_locator rd_locator
#define compat_seq_locator locator
#else
#define compat_rd_locator rd_node
#define compat_seq_locator node
#endif

/* Stands before a declaration; the server has it from 18 on. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* The local transaction id of this backend. */
#if PG_VERSION_NUM >= 170000
#define MyLocalTransactionId (MyProc->vxid.lxid)
#else
#define MyLocalTransactionId (MyProc->lxid)
#endif

#endif							/* AIMS_COMPAT_H */
