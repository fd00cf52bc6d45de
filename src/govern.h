/*
 * govern.h
 *		Triggers on governed relations.
 */
#ifndef AIMS_GOVERN_H
#define AIMS_GOVERN_H

#include "postgres.h"

/*
 * Give a new member of a governed relation's hierarchy (partition, or
 * inheritance child) the triggers that it does not get by itself. The caller
 * runs as the owner of the extension, inside SPI_connect.
 */
extern void govern_attach(Oid relid, Oid governed);

/* Take our triggers from a relation, found by their functions. */
extern void govern_detach(Oid relid);

#endif							/* AIMS_GOVERN_H */
