/*
 * ddl_event.h
 *		What an event trigger is about: commands, and what they dropped.
 */
#ifndef AIMS_DDL_EVENT_H
#define AIMS_DDL_EVENT_H

#include "catalog/objectaddress.h"
#include "commands/event_trigger.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "tcop/deparse_utility.h"

/* A row of pg_event_trigger_dropped_objects. */
typedef struct Dropped
{
	ObjectAddress address;
	const char *type;
	const char *schema;
	const char *identity;
	const char *name;			/* without those of schema and relation */
	bool		original;		/* named by the command itself */
	Oid			root;			/* what it was recorded under */
} Dropped;

/* The event that fired us. */
extern EventTriggerData *event_data(FunctionCallInfo fcinfo);

/* The commands that ddl_command_end is about, as a list of CollectedCommand. */
extern List *event_commands(void);

/* What a command was done to; invalid where it is no one object. */
extern ObjectAddress command_address(const CollectedCommand *command);

/* The objects that sql_drop is about, as a list of Dropped. */
extern List *event_dropped(void);

#endif							/* AIMS_DDL_EVENT_H */
