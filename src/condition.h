/*
 * condition.h
 *		Expressions on rows: conditions that mark AI output (boolean), and
 *		texts that name its system.
 */
#ifndef AIMS_CONDITION_H
#define AIMS_CONDITION_H

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
 * The caller of these has pinned search_path, and creates triggers under the
 * same one.
 */
extern Condition *condition_parse(Relation rel, const char *source);

/* A text on rows of rel, as the server prints it. */
extern char *condition_text(Relation rel, const char *source);

/*
 * Either as an expression of that type on rows of rel, whose relation is
 * number 1.
 */
extern Node *condition_tree(Relation rel, const char *source, Oid type);

/* Print anew what was accepted before a column of rel was renamed. */
extern char *condition_rename(Relation rel, const char *source, Oid type,
							  const char *old_name, const char *new_name);

#endif							/* AIMS_CONDITION_H */
