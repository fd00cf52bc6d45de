/*
 * subscription.h
 *		Where the rows that a logical replication worker applies are audited.
 */
#ifndef AIMS_SUBSCRIPTION_H
#define AIMS_SUBSCRIPTION_H

#include "registry.h"

/*
 * Is the row that this backend has written, or the relation that it empties,
 * audited at the origin of its subscription? Then it is nothing to decide on
 * or to capture here; the ledger has been told that rows were applied.
 */
extern bool subscription_audited_at_origin(const RegistryEntry *registered,
										   Relation rel,
										   const char *operation);

#endif							/* AIMS_SUBSCRIPTION_H */
