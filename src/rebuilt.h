/*
 * rebuilt.h
 *		Governed tables that are dropped and made anew.
 */
#ifndef AIMS_REBUILT_H
#define AIMS_REBUILT_H

#include "catalog/objectaddress.h"
#include "nodes/nodes.h"

#include "governing.h"

/*
 * Keep what is registered of a relation that has lost its name, if it is
 * rebuilt. As the owner, inside SPI_connect.
 */
extern void rebuilt_remember(Oid relid);

/* Is the relation registered as one that is rebuilt? */
extern bool relation_is_rebuilt(Oid relid);

/* Govern again what a command has given an awaited name. */
extern void rebuilt_arrived(const ObjectAddress *address);

/*
 * Enter an awaited table into the registry, as the relation of that governing.
 * As the owner, inside SPI_connect.
 */
extern void rebuilt_register(const Governing *g, int32 registry_id);

/* Nothing is awaited under the name of a relation any more. The same. */
extern void rebuilt_forget(Oid relid);

#endif							/* AIMS_REBUILT_H */
