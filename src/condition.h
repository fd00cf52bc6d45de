/*
 * condition.h
 *		Conditions that mark rows as AI output.
 */
#ifndef AIMS_CONDITION_H
#define AIMS_CONDITION_H

#include "access/htup.h"
#include "nodes/nodes.h"
#include "utils/rel.h"

/* A condition as the server prints it, on columns of the bare row, NEW, OLD. */
typedef struct Condition
{
	char	   *row;
	char	   *new_row;
	char	   *old_row;
} Condition;

/*
 * Parse and check a condition on rows of rel; MS032 where it is not accepted.
 * The caller has pinned search_path, and creates triggers under the same one.
 */
extern Condition *condition_parse(Relation rel, const char *source);

/* The same as an expression on rows of rel, whose relation is number 1. */
extern Node *condition_tree(Relation rel, const char *source);

/* The same, ready to be asked of rows; it lives in the current context. */
typedef struct ConditionState ConditionState;

extern ConditionState *condition_prepare(Relation rel, const char *source);
extern bool condition_holds(ConditionState *state, HeapTuple tuple);

/* The condition of a trigger on old rows, printed on the bare row. */
extern char *condition_of_old_row(Relation rel, const char *tgqual);

#endif							/* AIMS_CONDITION_H */
