/*
 * protect.h
 *		Governance cannot be taken away by whoever owns a table.
 */
#ifndef AIMS_PROTECT_H
#define AIMS_PROTECT_H

#include "catalog/objectaddress.h"
#include "tcop/deparse_utility.h"

#include "ddl_event.h"

/*
 * Refuse (MS030) what a command, or the loss of an object, would do to the
 * governance of a relation, unless the current user may lift it.
 */
extern void protect_command(const CollectedCommand *command,
							const ObjectAddress *address);
extern void protect_dropped(const Dropped *dropped);

/* May the current user take tables from under the guard? */
extern bool protect_is_administrator(void);

#endif							/* AIMS_PROTECT_H */
