/*
 * system_expression.c
 *		Evaluating the expression that names the AI system of each row.
 *
 * The registry keeps the expression as the server printed it. It is parsed and
 * prepared once for each physical relation, since a partition has its own
 * column numbers, and again whenever the relation has changed.
 *
 * It consists of immutable functions of pg_catalog (condition.c), none of which
 * comes back here: what is prepared is not replaced while it is in use.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "attempt.h"
#include "condition.h"
#include "owner.h"
#include "row.h"
#include "shape.h"
#include "system_expression.h"

typedef struct SystemExpression
{
	Oid			relid;			/* hash key, first */
	bool		valid;			/* the relation has not changed since */
	MemoryContext context;		/* of all below; NULL: not prepared */
	char	   *source;
	TupleTableSlot *slot;
	ExprContext *econtext;
	ExprState  *state;
} SystemExpression;

static HTAB *system_expressions = NULL;
static SystemExpression *latest = NULL;

/* A relation has changed. */
static void
system_expression_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS all;
	SystemExpression *expression;

	if (OidIsValid(relid))
	{
		expression = hash_search(system_expressions, &relid, HASH_FIND, NULL);
		if (expression != NULL)
			expression->valid = false;
		return;
	}
	hash_seq_init(&all, system_expressions);
	while ((expression = hash_seq_search(&all)) != NULL)
		expression->valid = false;
}

/* Make the cache on first use. */
static void
system_expression_init(void)
{
	HASHCTL		ctl = {0};

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(SystemExpression);
	ctl.hcxt = CacheMemoryContext;
	system_expressions = hash_create("aims system expressions", 32, &ctl,
									 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(system_expression_changed, (Datum) 0);
}

/*
 * Parse the expression; what does not fit any more is no mistake of today. A
 * logical replication worker must not fail: it gets one that names no system.
 */
static Node *
system_expression_tree(Relation rel, const char *source)
{
	MemoryContext caller = CurrentMemoryContext;
	int			level = path_begin();
	Node	   *tree = NULL;

	PG_TRY();
	{
		tree = condition_tree(rel, source, TEXTOID);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		if (geterrcode() != ERRCODE_MS_CONDITION_NOT_ACCEPTED)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		if (IsLogicalWorker())
			tree = (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
									  CStringGetTextDatum(""), false, false);
		else
			ereport(ERROR,
					(errcode(ERRCODE_MS_CANNOT_GOVERN),
					 errmsg("expression %s, which names the AI system of each row, does not fit %s",
							source, relation_name(RelationGetRelid(rel))),
					 errdetail("A column was changed after the relation was governed. %s",
							   error->detail),
					 errhint("Change it back, or call aims.ungovern and then aims.govern with the expression that replaces it."),
					 errtable(rel)));
	}
	PG_END_TRY();
	path_end(level);
	return tree;
}

/* Prepare the expression in the current memory context. */
static void
system_expression_prepare(SystemExpression *expression, Relation rel,
						  const char *source)
{
	Node	   *tree = system_expression_tree(rel, source);
	TupleDesc	desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));

	expression->source = pstrdup(source);
	expression->slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	expression->econtext = CreateStandaloneExprContext();
	expression->econtext->ecxt_scantuple = expression->slot;
	expression->state = ExecInitExpr(expression_planner((Expr *) tree), NULL);
}

/* Replace what was prepared; an error leaves nothing behind. */
static void
system_expression_refresh(SystemExpression *expression, Relation rel,
						  const char *source)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller,
												  "aims system expression",
												  ALLOCSET_SMALL_SIZES);

	if (expression->context != NULL)
		MemoryContextDelete(expression->context);
	expression->context = NULL;
	expression->valid = true;	/* until the relation changes, even now */
	MemoryContextSwitchTo(context);
	system_expression_prepare(expression, rel, source);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, CacheMemoryContext);
	expression->context = context;
}

/* The prepared expression, from the cache where it fits. */
static SystemExpression *
system_expression_of(Relation rel, const char *source)
{
	Oid			relid = RelationGetRelid(rel);
	bool		found = true;

	if (system_expressions == NULL)
		system_expression_init();
	if (latest == NULL || latest->relid != relid)
		latest = hash_search(system_expressions, &relid, HASH_ENTER, &found);
	if (!found)
		latest->context = NULL;
	if (latest->context == NULL || !latest->valid ||
		strcmp(latest->source, source) != 0)
		system_expression_refresh(latest, rel, source);
	return latest;
}

/* A row that is asked whose it is, and what it says. */
typedef struct Evaluation
{
	SystemExpression *expression;
	HeapTuple	tuple;
	Datum		value;
	bool		isnull;
} Evaluation;

/* Evaluate the expression; for attempt, too. */
static void
system_expression_evaluate(void *argument)
{
	Evaluation *evaluation = argument;
	SystemExpression *expression = evaluation->expression;

	ExecStoreHeapTuple(evaluation->tuple, expression->slot, false);
	evaluation->value = ExecEvalExpr(expression->state, expression->econtext,
									 &evaluation->isnull);
	ExecClearTuple(expression->slot);
}

/*
 * A row that the expression cannot be evaluated for is an error, but to a
 * logical replication worker, which must not fail: there it names no system.
 */
const char *
system_expression_value(Relation rel, HeapTuple tuple, const char *source,
						int *length)
{
	Evaluation	evaluation = {system_expression_of(rel, source), tuple};
	text	   *t;

	*length = 0;
	if (!IsLogicalWorker())
		system_expression_evaluate(&evaluation);
	else if (attempt(system_expression_evaluate, &evaluation) != NULL)
		return "";
	if (evaluation.isnull)
		return NULL;
	t = DatumGetTextPP(evaluation.value);
	*length = VARSIZE_ANY_EXHDR(t);
	return VARDATA_ANY(t);
}

/* A row of the registry whose expression is tried. */
typedef struct Trial
{
	Oid			relid;
	const char *source;
} Trial;

/* Parse it; for attempt. */
static void
system_expression_try(void *argument)
{
	Trial	   *trial = argument;
	Relation	rel = relation_open(trial->relid, AccessShareLock);

	(void) system_expression_tree(rel, trial->source);
	relation_close(rel, AccessShareLock);
}

/* The relation and the expression of a row of the registry. */
static Trial
system_expression_registered(int32 registry_id)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Trial		trial = {InvalidOid, NULL};
	ScanKeyData key;
	HeapTuple	tuple;
	bool		isnull;

	ScanKeyInit(&key, row_column(desc, "registry_id"), BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(registry_id));
	tuple = row_find(rel, "registry_pkey", 1, &key, false);
	if (HeapTupleIsValid(tuple))
	{
		trial.relid = DatumGetObjectId(row_value(tuple, desc, "relation",
												 &isnull));
		trial.source = row_string(tuple, desc, "system_expression");
	}
	table_close(rel, AccessShareLock);
	return trial;
}

PG_FUNCTION_INFO_V1(aims_system_expression_fits);
/* Does an expression of the registry fit its relation as it is now? */
Datum
aims_system_expression_fits(PG_FUNCTION_ARGS)
{
	Trial		trial = system_expression_registered(PG_GETARG_INT32(0));

	PG_RETURN_BOOL(trial.source == NULL ||
				   !SearchSysCacheExists1(RELOID,
										  ObjectIdGetDatum(trial.relid)) ||
				   attempt(system_expression_try, &trial) == NULL);
}
