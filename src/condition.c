/*
 * condition.c
 *		Parsing the expressions of aims.govern: system_when, which is boolean,
 *		and system_expression, which is a text.
 *
 * A condition becomes the WHEN clause of triggers that fire for everybody,
 * an expression is evaluated by the guard. Either is parsed as one expression,
 * analysed against the relation, and checked node by node against what is
 * known to be harmless; what goes on from here is only what the server prints
 * of the result. The source is never pasted.
 */
#include "aims.h"

#include "access/transam.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_clause.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"

#include "condition.h"
#include "owner.h"

struct ConditionState
{
	EState	   *estate;
	TupleTableSlot *slot;
	ExprState  *qual;
};

#define CONDITION_HINT \
	"Use columns of the table, constants, and immutable functions and operators of pg_catalog."

/* The argument of aims.govern whose expression is looked at. */
static const char *condition_argument;

/* An expression that is not accepted. */
pg_noreturn static void
condition_refuse(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CONDITION_NOT_ACCEPTED),
			 errmsg("%s is not accepted", condition_argument),
			 errdetail_internal("%s", detail),
			 errhint(CONDITION_HINT)));
	pg_unreachable();
}

/* Is the statement more than SELECT <one expression>? */
static bool
condition_has_clauses(const SelectStmt *select)
{
	return select->op != SETOP_NONE || select->distinctClause != NIL ||
		select->intoClause != NULL || select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL ||
		select->havingClause != NULL || select->windowClause != NIL ||
		select->valuesLists != NIL || select->sortClause != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL ||
		select->lockingClause != NIL || select->withClause != NULL;
}

/* The one expression of a source text, as the grammar sees it. */
static Node *
condition_expression(const char *source)
{
	List	   *parsed = raw_parser(source, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, parsed)->stmt;
	ResTarget  *target;

	if (!IsA(select, SelectStmt) || condition_has_clauses(select) ||
		list_length(select->targetList) != 1)
		condition_refuse("It must be one expression, without FROM, WHERE or other clauses.");
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL || target->indirection != NIL)
		condition_refuse("It must be one expression, without an alias.");
	if (IsA(target->val, ColumnRef) &&
		IsA(llast(((ColumnRef *) target->val)->fields), A_Star))
		condition_refuse("It must be one expression, not a list of columns.");
	return target->val;
}

/* Transform the expression into one of that type: boolean or text. */
static Node *
condition_transform(ParseState *pstate, Node *expression, Oid type)
{
	Node	   *coerced;

	if (type == BOOLOID)
		return transformWhereClause(pstate, expression,
									EXPR_KIND_TRIGGER_WHEN, "WHEN");
	expression = transformExpr(pstate, expression, EXPR_KIND_TRIGGER_WHEN);
	coerced = coerce_to_target_type(pstate, expression, exprType(expression),
									type, -1, COERCION_ASSIGNMENT,
									COERCE_IMPLICIT_CAST, -1);
	if (coerced == NULL)
		condition_refuse(psprintf("It is of type %s, not %s.",
								  format_type_be(exprType(expression)),
								  format_type_be(type)));
	return coerced;
}

/*
 * Analyse the expression against the relation, whose columns go by the names
 * of the alias where there is one.
 */
static Node *
condition_analyse(Relation rel, const char *source, Oid type, Alias *alias)
{
	Node	   *expression;
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item;

	condition_argument = type == BOOLOID ? "system_when" : "system_expression";
	expression = condition_expression(source);
	pstate->p_sourcetext = source;
	item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, alias,
										 false, false);
	addNSItemToQuery(pstate, item, false, true, true);
	expression = condition_transform(pstate, expression, type);
	assign_expr_collations(pstate, expression);
	free_parsestate(pstate);
	return expression;
}

/*
 * The same, with what the server says of mistakes as our DETAIL. What is not
 * about the expression (class 42: syntax and names, 22: constants, 0A) passes.
 */
static Node *
condition_analyse_reporting(Relation rel, const char *source, Oid type)
{
	MemoryContext caller = CurrentMemoryContext;
	Node	   *expression = NULL;

	PG_TRY();
	{
		expression = condition_analyse(rel, source, type, NULL);
	}
	PG_CATCH();
	{
		int			category = ERRCODE_TO_CATEGORY(geterrcode());
		ErrorData  *error;

		if (category != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION &&
			category != ERRCODE_DATA_EXCEPTION &&
			category != ERRCODE_FEATURE_NOT_SUPPORTED)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		condition_refuse(psprintf("The server says: %s.", error->message));
	}
	PG_END_TRY();
	return expression;
}

/* Is the function one of the server's own, and immutable? */
static bool
function_accepted(Oid function)
{
	return function < FirstNormalObjectId &&
		get_func_namespace(function) == PG_CATALOG_NAMESPACE &&
		func_volatile(function) == PROVOLATILE_IMMUTABLE;
}

/* check_functions_in_node stops at a function for which this is true. */
static bool
function_refused(Oid function, void *context)
{
	if (!function_accepted(function))
		condition_refuse(psprintf("Function %s is not an immutable function of pg_catalog%s.",
								  format_procedure(function),
								  func_volatile(function) ==
								  PROVOLATILE_IMMUTABLE ? "" : ": its result may change between calls or settings"));
	return false;
}

/* Comparisons that GREATEST and LEAST find through the type. */
static void
check_comparison(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_CMP_PROC);

	if (OidIsValid(entry->cmp_proc))
		(void) function_refused(entry->cmp_proc, NULL);
}

/*
 * Columns of the row itself only. Where the guard evaluates the expression,
 * they must be stored; a trigger's WHEN computes the others.
 */
static void
check_variable(const Var *var, TupleDesc stored)
{
	Form_pg_attribute attr;

	if (var->varattno == 0)
		condition_refuse("It refers to the whole row; name columns.");
	if (var->varattno < 0)
		condition_refuse("It refers to a system column.");
	if (stored == NULL)
		return;
	attr = TupleDescAttr(stored, var->varattno - 1);
	if (attr->attgenerated == 'v')
		condition_refuse(psprintf("Column \"%s\" is not stored.",
								  NameStr(attr->attname)));
}

/* Subscripts of arrays and jsonb; a type of others may run any code. */
static void
check_subscript(const SubscriptingRef *ref)
{
	Oid			handler = get_typsubscript(ref->refcontainertype, NULL);

	if (handler >= FirstNormalObjectId)
		condition_refuse(psprintf("Type %s has subscripts of its own.",
								  format_type_be(ref->refcontainertype)));
}

/* A kind of expression that is not in the list below. */
static void
refuse_node(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_SubLink:
		case T_SubPlan:
			condition_refuse("It contains a subquery.");
		case T_Param:
			condition_refuse("It contains a parameter.");
		case T_Aggref:
		case T_WindowFunc:
		case T_GroupingFunc:
			condition_refuse("It contains an aggregate or window function.");
		case T_SQLValueFunction:
			condition_refuse("It depends on the session or the time.");
		case T_CoerceToDomain:
			condition_refuse("It converts to a domain, whose constraints may run any code.");
		default:
			condition_refuse("It contains an expression of a kind that is not known to be immutable.");
	}
}

/*
 * Check one node and those below; context is the columns that must be stored,
 * or NULL. What is not listed is refused, so that kinds that future servers
 * bring are not let in unseen.
 */
static bool
condition_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
			check_variable((Var *) node, context);
			break;
		case T_SubscriptingRef:
			check_subscript((SubscriptingRef *) node);
			break;
		case T_MinMaxExpr:
			check_comparison(((MinMaxExpr *) node)->minmaxtype);
			break;
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_CoerceViaIO:
			(void) check_functions_in_node(node, function_refused, NULL);
			break;
		case T_Const:
		case T_BoolExpr:
		case T_RelabelType:
		case T_ArrayCoerceExpr:
		case T_CollateExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_ArrayExpr:
		case T_CoalesceExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_FieldSelect:
		case T_List:
			break;
		default:
			refuse_node(node);
	}
	return expression_tree_walker(node, condition_walker, context);
}

/* Print the expression on columns of the named row. */
static char *
condition_print(Node *expression, Relation rel, const char *row)
{
	List	   *columns = deparse_context_for(row ? row :
											  RelationGetRelationName(rel),
											  RelationGetRelid(rel));

	return deparse_expression(expression, columns, row != NULL, false);
}

/* Parse and check an expression. */
Node *
condition_tree(Relation rel, const char *source, Oid type)
{
	Node	   *expression = condition_analyse_reporting(rel, source, type);

	(void) condition_walker(expression, type == BOOLOID ? NULL :
							RelationGetDescr(rel));
	return expression;
}

Condition *
condition_parse(Relation rel, const char *source)
{
	Node	   *expression = condition_tree(rel, source, BOOLOID);
	Condition  *condition = palloc(sizeof(Condition));

	condition->row = condition_print(expression, rel, NULL);
	condition->new_row = condition_print(expression, rel, "new");
	condition->old_row = condition_print(expression, rel, "old");
	return condition;
}

/* Prepare the evaluation, with the names that the condition was printed for. */
ConditionState *
condition_prepare(Relation rel, const char *source)
{
	ConditionState *state = palloc(sizeof(ConditionState));
	TupleDesc	desc = CreateTupleDescCopy(RelationGetDescr(rel));
	int			level = path_begin();
	Node	   *tree = condition_tree(rel, source, BOOLOID);

	state->estate = CreateExecutorState();
	state->slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	state->qual = ExecPrepareQual(list_make1(tree), state->estate);
	path_end(level);
	return state;
}

/* Does it hold for a row? */
bool
condition_holds(ConditionState *state, HeapTuple tuple)
{
	ExprContext *context = GetPerTupleExprContext(state->estate);
	bool		holds;

	context->ecxt_scantuple = ExecStoreHeapTuple(tuple, state->slot, false);
	holds = ExecQual(state->qual, context);
	ResetExprContext(context);
	ExecClearTuple(state->slot);
	return holds;
}

char *
condition_text(Relation rel, const char *source)
{
	return condition_print(condition_tree(rel, source, TEXTOID), rel, NULL);
}

/* Does a node of the grammar name the column? */
static bool
mentions_walker(Node *node, void *column)
{
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (!IsA(node, ColumnRef))
		return raw_expression_tree_walker(node, mentions_walker, column);
	foreach(lc, ((ColumnRef *) node)->fields)
		if (IsA(lfirst(lc), String) &&
			strcmp(strVal(lfirst(lc)), column) == 0)
			return true;
	return false;
}

bool
condition_mentions(const char *source, const char *column)
{
	return mentions_walker(condition_expression(source),
						   unconstify(char *, column));
}

/* The relation with the names that its columns had before a rename. */
static Alias *
former_names(Relation rel, const char *old_name, const char *new_name)
{
	TupleDesc	desc = RelationGetDescr(rel);
	List	   *names = NIL;

	for (int i = 0; i < desc->natts; i++)
	{
		char	   *name = NameStr(TupleDescAttr(desc, i)->attname);

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		if (strcmp(name, new_name) == 0)
			name = unconstify(char *, old_name);
		names = lappend(names, makeString(pstrdup(name)));
	}
	return makeAlias(RelationGetRelationName(rel), names);
}

char *
condition_rename(Relation rel, const char *source, Oid type,
				 const char *old_name, const char *new_name)
{
	Alias	   *alias = former_names(rel, old_name, new_name);

	return condition_print(condition_analyse(rel, source, type, alias), rel,
						   NULL);
}
