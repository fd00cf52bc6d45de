/*
 * guard.h
 *		Is this row AI output, and may its system write it here and now?
 */
#ifndef AIMS_GUARD_H
#define AIMS_GUARD_H

#include "access/htup.h"
#include "access/xact.h"
#include "registry.h"

/*
 * Decide on one row that has been written to a guarded relation. old is NULL
 * for INSERT, new is NULL for DELETE. Returns the AI system that the row
 * belongs to (new row first; a pointer that lives at least until the end of
 * the transaction), or NULL where it is not AI output. Refuses with MS00x in
 * enforce mode, records a violation in observe mode.
 */
extern const char *guard_row(const RegistryEntry *entry, Relation rel,
							 HeapTuple oldtup, HeapTuple newtup);

/*
 * Decide on a row that has come with its table as on one that is inserted;
 * what people do about it is not looked at.
 */
extern void guard_arrived(const RegistryEntry *entry, Relation rel,
						  HeapTuple tuple);

/* The AI system whose output a row is, or NULL; nothing is refused. */
extern const char *guard_system(const RegistryEntry *entry, Relation rel,
								HeapTuple tuple);

/* Write what the current subtransaction has to say of rows. */
extern void guard_flush(void);

/* Has an outer subtransaction output that cannot be written here? */
extern bool guard_is_pending(void);

/* Called by the transaction callbacks of aims.c */
extern void guard_pre_commit(bool prepare); /* PRE_COMMIT, PRE_PREPARE */
extern void guard_end(void);	/* COMMIT, ABORT, PREPARE */
extern void guard_subxact(SubXactEvent event, SubTransactionId mine,
						  SubTransactionId parent);

#endif							/* AIMS_GUARD_H */
