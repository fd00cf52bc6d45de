/*
 * gate.h
 *		Gates: the requirements of a move, and whether they are met.
 *
 * Everything here is called inside owner_begin and SPI_connect.
 */
#ifndef AIMS_GATE_H
#define AIMS_GATE_H

#include "nodes/pg_list.h"
#include "utils/palloc.h"

/* Requirements of the gate into a stage, or of all that a move passes. */
typedef enum GateScope
{
	GATE_OF_STAGE,
	GATE_OF_MOVE
} GateScope;

/* One requirement of a gate, and how it was found. */
typedef struct Requirement
{
	char	   *name;
	char	   *stage;			/* whose gate has it */
	Datum		control;		/* control_ref */
	char	   *control_text;
	char	   *function;		/* qualified name */
	Datum		parameter;		/* jsonb */
	bool		approval;		/* no emergency excuses it */
	bool		shipped;		/* not a site's own */
	bool		met;
	char	   *detail;
} Requirement;

/* Refuse (MS040) an act, or another gate, while a gate is evaluated. */
extern void gate_check_evaluation(void);

/* Refuse (MS040) an act, then and with an old snapshot. */
extern void gate_check_act(void);

/* Evaluate a gate, or those of a move, into the given context. */
extern List *gate_evaluate(GateScope scope, const char *system,
						   const char *from, const char *to,
						   MemoryContext context);

/*
 * The gate with the approval that an emergency or import needs whatever the
 * gate asks for; a site's row does not stand in for it.
 */
extern List *gate_add_approval(List *gate, const char *name,
							   const char *system, const char *to,
							   MemoryContext context);

/* How many requirements are missing; *excusable: may an emergency pass? */
extern int	gate_missing(const List *gate, bool *excusable);

/* The missing requirements, one a line. */
extern char *gate_missing_list(const List *gate);

/* The gate as it is stored: an array of objects, as JSON text. */
extern char *gate_json(const List *gate);

#endif							/* AIMS_GATE_H */
