/*
 * capture.h
 *		Ledger entries, from the changed row to aims.audit_entry.
 */
#ifndef AIMS_CAPTURE_H
#define AIMS_CAPTURE_H

#include "access/htup.h"
#include "access/xact.h"
#include "registry.h"

/* Buffer the entry of a changed row; old or new is NULL where there is none. */
extern void capture_row(const RegistryEntry *registered, Relation rel,
						const char *operation, const char *system,
						HeapTuple old, HeapTuple new);

/* Write the entry of a TRUNCATE. */
extern void capture_truncate(const RegistryEntry *registered, Relation rel);

/*
 * Write one entry that no row trigger makes (operation EVENT or DDL). relation
 * and system may be NULL; detail is JSON text, kept as the new image. Returns
 * the entry's id. It is buffered like any other entry.
 */
extern int64 capture_event(const char *operation, const char *relation,
						   const char *system, const char *detail);

/* The same for an act whose entry takes its number when it is written. */
extern void capture_act(const char *relation, const char *detail);

/* The same for DDL; physical is the partition or child that it was done to. */
extern int64 capture_ddl(const char *relation, const char *physical,
						 const char *detail);

/* Write what the current subtransaction has captured. */
extern void capture_flush(void);

/* Does an outer transaction hold entries that cannot be written here? */
extern bool capture_is_pending(void);

/* Called by the transaction callbacks of aims.c */
extern void capture_pre_commit(void);	/* PRE_COMMIT and PRE_PREPARE */
extern void capture_end(bool committed);
extern void capture_subxact(SubXactEvent event, SubTransactionId mine,
							SubTransactionId parent);

#endif							/* AIMS_CAPTURE_H */
