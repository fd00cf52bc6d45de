/*
 * subject.c
 *		The relation that a question about rows is asked of.
 *
 * Entries name their shape, and shapes the number under which the relation was
 * registered: that survives renames. A relation that was taken from under the
 * guard and governed again has had several numbers; the former ones are known
 * by the names that it had, unless they are another relation's now. A name
 * proves nothing, since whoever may create a table can give it that of one that
 * is gone: former numbers are for those alone who read the whole ledger.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "capture.h"
#include "condition.h"
#include "hierarchy.h"
#include "owner.h"
#include "row.h"
#include "shape.h"
#include "subject.h"
#include "xids.h"

#define FIRST_GOVERNED_ID 1000

/* The relation that is asked about. */
Oid
subject_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be null"),
				 errhint("Name a table, as in 'cdw.sepsis_score'.")));
	if (!SearchSysCacheExists1(RELOID, PG_GETARG_DATUM(0)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist",
						PG_GETARG_OID(0))));
	return PG_GETARG_OID(0);
}

/* May the user select from one of our relations? */
static bool
may_select(const char *name)
{
	return pg_class_aclcheck(aims_relid(name), GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;
}

/* May the user read the ledger of all relations? */
static bool
reads_ledger(void)
{
	return may_select("audit_log") || may_select("audit_entry");
}

/* Images of all rows are shown to who sees all rows. */
void
subject_require_reader(Oid relid)
{
	bool		table = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;

	if (reads_ledger())
		return;
	if (table && check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for the ledger's rows of \"%s\"",
					get_rel_name(relid)),
			 table ?
			 errdetail("Row security hides rows of the table, which the ledger would show.") :
			 errdetail("The ledger would show rows of a table that the role may not read."),
			 errhint("Whoever may SELECT the whole table may ask, and the bundle auditor.")));
}

/* The row of the registry for exactly that relation, or NULL. */
static HeapTuple
registration(Relation registry, Oid relid)
{
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(registry), "relation"),
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	return row_find(registry, "registry_relation_key", 1, &key, false);
}

/* The nearest ancestor of a partition that is registered, or InvalidOid. */
Oid
subject_ancestor(Oid relid)
{
	Relation	registry;
	Oid			ancestor = InvalidOid;
	ListCell   *lc;

	if (!get_rel_relispartition(relid))
		return InvalidOid;
	registry = table_open(aims_relid("registry"), AccessShareLock);
	foreach(lc, get_partition_ancestors(relid))
		if (!OidIsValid(ancestor) &&
			HeapTupleIsValid(registration(registry, lfirst_oid(lc))))
			ancestor = lfirst_oid(lc);
	table_close(registry, AccessShareLock);
	return ancestor;
}

/* A relation without a row in the registry. */
void
subject_not_registered(Oid relid)
{
	Oid			root = subject_ancestor(relid);

	ereport(ERROR,
			(errcode(ERRCODE_MS_NOT_REGISTERED),
			 errmsg("relation \"%s\" is not governed", get_rel_name(relid)),
			 OidIsValid(root) ?
			 errdetail("It is a partition, and goes by its parent.") :
			 errdetail("Its changes are not captured."),
			 OidIsValid(root) ?
			 errhint("Ask for \"%s\".", relation_name(root)) :
			 errhint("SELECT relation FROM aims.governed lists the governed relations.")));
}

/* Read the registry; the condition is returned, or NULL. */
static char *
subject_register(Subject *subject, bool required)
{
	Relation	registry = table_open(aims_relid("registry"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(registry);
	HeapTuple	tuple = registration(registry, subject->relid);
	char	   *condition = NULL;
	bool		isnull;
	Datum		xid;

	if (!HeapTupleIsValid(tuple) && required)
		subject_not_registered(subject->relid);
	if (HeapTupleIsValid(tuple))
	{
		subject->registry_id = DatumGetInt32(row_value(tuple, desc,
													   "registry_id",
													   &isnull));
		subject->own = subject->registry_id < FIRST_GOVERNED_ID;
		condition = row_string(tuple, desc, "system_when");
		xid = row_value(tuple, desc, "governed_xid", &isnull);
		/* our own are captured since the script that made them */
		subject->governed_xid = isnull ?
			full_xid(HeapTupleHeaderGetRawXmin(tuple->t_data)) :
			(uint64) DatumGetInt64(xid);
	}
	table_close(registry, AccessShareLock);
	return condition;
}

/* Prepare the evaluation of the condition on rows of a member. */
static ExprState *
member_condition(Subject *subject, Relation rel, const char *condition)
{
	Node	   *tree;

	if (condition == NULL)
		return NULL;
	tree = condition_tree(rel, condition, BOOLOID);
	return ExecPrepareQual(list_make1(tree), subject->estate);
}

/* Open one table that holds rows. */
static void
member_open(Subject *subject, Oid relid, const char *condition)
{
	SubjectMember *member = &subject->members[subject->nmembers++];

	member->rel = table_open(relid, NoLock);	/* locked by the caller */
	member->physical = relid == subject->relid ? NULL : relation_name(relid);
	member->writer = image_writer(member->rel, subject->registry_id,
								  subject->name);
	member->shape = shape_text(0, subject->registry_id, subject->name,
							   member->writer->definition);
	member->condition = member_condition(subject, member->rel, condition);
}

/*
 * Open all tables that hold rows: a partitioned one is opened for its shape,
 * a foreign one holds nothing that is captured.
 */
static void
subject_open_members(Subject *subject, LOCKMODE mode, const char *condition)
{
	List	   *relids = hierarchy_members(subject->relid, mode);
	int			level = path_begin();
	ListCell   *lc;

	subject->partitioned =
		get_rel_relkind(subject->relid) == RELKIND_PARTITIONED_TABLE;
	subject->inherited = !subject->partitioned && list_length(relids) > 1;
	subject->members = palloc0(sizeof(SubjectMember) * list_length(relids));
	subject->estate = CreateExecutorState();
	foreach(lc, relids)
	{
		char		relkind = get_rel_relkind(lfirst_oid(lc));

		if (relkind == RELKIND_RELATION ||
			relkind == RELKIND_PARTITIONED_TABLE)
			member_open(subject, lfirst_oid(lc), condition);
	}
	path_end(level);
}

/* Open the relation. */
Subject *
subject_open(Oid relid, LOCKMODE mode, bool required)
{
	Subject    *subject = palloc0(sizeof(Subject));
	char	   *condition;

	LockRelationOid(relid, mode);
	subject->relid = relid;
	subject->former = reads_ledger();
	subject->name = relation_name(relid);
	subject->names = list_make1(subject->name);
	condition = subject_register(subject, required);
	subject_open_members(subject, mode, condition);
	return subject;
}

/* Close it; locks stay to the end of the transaction. */
void
subject_close(Subject *subject)
{
	for (int i = 0; i < subject->nmembers; i++)
		table_close(subject->members[i].rel, NoLock);
	FreeExecutorState(subject->estate);
}

/* Was it ever registered under that name? */
bool
subject_is_named(const Subject *subject, const char *name, int length)
{
	ListCell   *lc;

	foreach(lc, subject->names)
	{
		const char *known = lfirst(lc);

		if (strlen(known) == length && memcmp(known, name, length) == 0)
			return true;
	}
	return false;
}

/* One of its shapes. */
SubjectShape *
subject_shape(Subject *subject, int32 shape_id)
{
	return hash_search(subject->shapes, &shape_id, HASH_FIND, NULL);
}

/* Have two shapes keys of the same columns? */
static bool
same_key_names(const ShapeText *a, const ShapeText *b)
{
	if (a->nkey != b->nkey || a->nkey == 0)
		return false;
	for (int i = 0; i < a->nkey; i++)	/* both in jsonb's order */
		if (!json_same(a->columns[a->key[i]].name, b->columns[b->key[i]].name))
			return false;
	return true;
}

/* The place in the key of today of a column; -1: none. */
static int
key_place(const ShapeText *today, const ShapeColumn *column, bool by_name)
{
	for (int i = 0; i < today->nkey; i++)
	{
		const ShapeColumn *there = &today->columns[today->key[i]];

		if (by_name ? json_same(there->name, column->name) :
			there->attnum == column->attnum)
			return i;
	}
	return -1;
}

/*
 * Columns of a key that have been renamed: where all but one have kept their
 * names, that one is the other; else numbers tell, in a single table.
 */
static bool
shape_find_renamed(const ShapeText *shape, const ShapeText *today, int *place,
				   bool single)
{
	int			renamed = -1;
	int			sum = 0;

	for (int i = 0; i < shape->nkey; i++)
	{
		const ShapeColumn *column = &shape->columns[shape->key[i]];

		place[i] = key_place(today, column, true);
		if (place[i] < 0 && renamed >= 0 && !single)
			return false;
		if (place[i] < 0 && renamed >= 0)
			place[i] = key_place(today, column, false);
		else if (place[i] < 0)
			renamed = i;
		if (place[i] < 0 && renamed != i)
			return false;
		sum += i - Max(place[i], 0);
	}
	if (renamed >= 0)
		place[renamed] = sum;	/* the only place that is left */
	return true;
}

/*
 * Find out how the key of a shape is the key of today: by the same names, or
 * by the same columns that were renamed.
 */
static bool
shape_find_key(Subject *subject, SubjectShape *known)
{
	const ShapeText *shape = known->shape;
	const ShapeText *today = subject->members[0].shape;

	known->key_place = palloc(sizeof(int) * Max(shape->nkey, 1));
	for (int i = 0; i < shape->nkey; i++)
		known->key_place[i] = i;
	for (int i = 0; i < subject->nmembers; i++)
		if (same_key_names(shape, subject->members[i].shape))
			return true;
	return shape->nkey > 0 && shape->nkey == today->nkey &&
		shape_find_renamed(shape, today, known->key_place,
						   subject->nmembers == 1);
}

/* Add a shape, and the name that the relation had then. */
static void
subject_add_shape(Subject *subject, HeapTuple tuple, TupleDesc desc,
				  int32 registry_id)
{
	bool		isnull;
	int32		shape_id = DatumGetInt32(row_value(tuple, desc, "shape_id",
												   &isnull));
	char	   *relation = row_string(tuple, desc, "relation");
	SubjectShape *known = hash_search(subject->shapes, &shape_id, HASH_ENTER,
									  NULL);

	known->shape = shape_text(shape_id, registry_id, relation,
							  row_string(tuple, desc, "definition"));
	known->key_known = shape_find_key(subject, known);
	known->newest = PG_INT64_MAX;
	if (!subject_is_named(subject, relation, strlen(relation)))
		subject->names = lappend(subject->names, relation);
}

/* Is that number some other relation's today? */
static bool
registered_elsewhere(Relation registry, int32 registry_id)
{
	ScanKeyData key;

	ScanKeyInit(&key, row_column(RelationGetDescr(registry), "registry_id"),
				BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(registry_id));
	return HeapTupleIsValid(row_find(registry, "registry_pkey", 1, &key,
									 false));
}

/* Does the shape belong to the relation? former: by its name then. */
static bool
shape_belongs(Subject *subject, Relation registry, HeapTuple tuple,
			  TupleDesc desc, bool former, int32 *registry_id)
{
	bool		isnull;
	char	   *relation;

	*registry_id = DatumGetInt32(row_value(tuple, desc, "registry_id",
										   &isnull));
	if (!former)
		return *registry_id == subject->registry_id;
	relation = row_string(tuple, desc, "relation");
	return *registry_id != subject->registry_id &&
		subject_is_named(subject, relation, strlen(relation)) &&
		!registered_elsewhere(registry, *registry_id);
}

/* Read the shapes of the number of today, or of former ones. */
static void
subject_scan_shapes(Subject *subject, Snapshot snapshot, bool former)
{
	Relation	registry = table_open(aims_relid("registry"), AccessShareLock);
	Relation	rel = table_open(aims_relid("shape"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	int32		registry_id;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);

		if (shape_belongs(subject, registry, tuple, RelationGetDescr(rel),
						  former, &registry_id))
			subject_add_shape(subject, tuple, RelationGetDescr(rel),
							  registry_id);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	table_close(registry, AccessShareLock);
}

/* Read its shapes: those of today tell the names that former ones go by. */
void
subject_read_shapes(Subject *subject, Snapshot snapshot)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(int32);
	ctl.entrysize = sizeof(SubjectShape);
	ctl.hcxt = CurrentMemoryContext;
	subject->shapes = hash_create("aims shapes of a relation", 64, &ctl,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	if (subject->registry_id != 0)
		subject_scan_shapes(subject, snapshot, false);
	if (subject->former)
		subject_scan_shapes(subject, snapshot, true);
}

/* Is the row in the slot one that is captured? */
bool
subject_captures(Subject *subject, SubjectMember *member,
				 TupleTableSlot *slot)
{
	ExprContext *context;
	bool		captures;

	if (member->condition == NULL)
		return true;
	context = GetPerTupleExprContext(subject->estate);
	context->ecxt_scantuple = slot;
	captures = ExecQual(member->condition, context);
	ResetExprContext(context);
	return captures;
}

/* The latest snapshot, with all that this transaction has written. */
Snapshot
subject_snapshot(void)
{
	capture_flush();
	if (capture_is_pending())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_ACT_HERE),
				 errmsg("rows cannot be compared with the ledger inside this savepoint"),
				 errdetail("Changes that were made before it are not in the ledger yet."),
				 errhint("Release the savepoint first, or ask in another transaction.")));
	CommandCounterIncrement();
	return RegisterSnapshot(GetLatestSnapshot());
}
