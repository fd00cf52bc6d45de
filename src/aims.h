/*
 * aims.h
 *		What every part of the extension shares: settings, our own relations,
 *		and the one signal that makes backend caches stale.
 */
#ifndef AIMS_H
#define AIMS_H

#include "postgres.h"

#include "compat.h"
#include "errcodes.h"

/* Settings (doc/settings.md) */
extern char *aims_signing_key_file;
extern char *aims_actor;
extern char *aims_reason;
extern char *aims_system;
extern int	aims_switch_off_wait;	/* milliseconds */

/* Is aims.actor set in the current transaction? */
extern bool actor_is_current(void);

/* The OID of relation (or index, or sequence) aims.<name>. */
extern Oid	aims_relid(const char *name);

/* The same; InvalidOid where it is missing, as after DROP EXTENSION. */
extern Oid	aims_relid_or_none(const char *name);

/* The owner of schema aims: who our own look-ups run as. */
extern Oid	aims_owner(void);

/* For qsort and bsearch: by the int64 that an element is or begins with. */
extern int	compare_int64(const void *a, const void *b);

/*
 * Rises whenever governance has changed (any invalidation of
 * aims.governance_epoch reached this backend). A cache keeps the generation
 * that it was filled under and refills when it differs.
 */
extern uint64 governance_generation(void);

/*
 * Is the extension created in this database? A session that preloads the
 * library may be in one where it is not; asking again reads no catalog.
 */
extern bool governance_exists(void);

#endif							/* AIMS_H */
