/*
 * probe.h
 *		Running a site's own code, that may ask and nothing else: the check
 *		function of a gate requirement, the query of a monitor.
 */
#ifndef AIMS_PROBE_H
#define AIMS_PROBE_H

#include "postgres.h"

/*
 * Look in a read-only subtransaction that is always rolled back, for so many
 * milliseconds at most; the shorter of that and of statement_timeout, whose
 * clock stands still meanwhile. Return the error that it ended with, or NULL.
 * Only a cancellation from outside goes on.
 */
extern ErrorData *probe(void (*look)(void *argument), void *argument,
						int timeout);

/*
 * In a probe: from now on with the rights of that role, which can change
 * nothing in this session, and with a search_path that nobody else has set.
 */
extern void probe_as(Oid role);

/* In a probe: a setting until its end. */
extern void probe_set(const char *name, const char *value);

#endif							/* AIMS_PROBE_H */
