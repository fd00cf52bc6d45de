/*
 * ddl_detail.h
 *		The detail of a DDL entry: JSON text that says what was done, by names
 *		alone. A command's own text never stands in it, since literals can be
 *		PHI.
 */
#ifndef AIMS_DDL_DETAIL_H
#define AIMS_DDL_DETAIL_H

#include "catalog/objectaddress.h"
#include "lib/stringinfo.h"
#include "tcop/deparse_utility.h"

/* Begin the object with what every DDL entry says. */
extern void detail_begin(StringInfo out, const char *tag, const char *type,
						 const char *identity);

/* Append a member: a string (left out where NULL), a number, a truth value. */
extern void detail_string(StringInfo out, const char *name, const char *value);
extern void detail_number(StringInfo out, const char *name, int64 value);
extern void detail_true(StringInfo out, const char *name);
extern void detail_false(StringInfo out, const char *name);

/* Append what a command that the server has collected did to its object. */
extern void detail_actions(StringInfo out, CollectedCommand *command);

/*
 * The relation that a subcommand of ALTER TABLE attaches, detaches, inherits
 * from or does not inherit from any more; InvalidOid where it does none.
 */
extern Oid	subcommand_relation(const CollectedATSubcmd *sub);

/* Append the function of a trigger: ours are those of schema aims. */
extern void detail_trigger_function(StringInfo out, Oid function);

extern void detail_end(StringInfo out);

/* The qualified name that a relation had before this command changed it. */
extern char *relation_former_name(Oid relid);

/* The rows of a relation and of its partitions, counted up to a limit. */
extern void detail_rows(StringInfo out, Oid relid);

#endif							/* AIMS_DDL_DETAIL_H */
