/*
 * pending.h
 *		Rows of aims.audit_entry that are made but not written yet.
 */
#ifndef AIMS_PENDING_H
#define AIMS_PENDING_H

#include "access/xact.h"

#include "entry_tuple.h"

/*
 * Add a row under the current subtransaction. Its number is taken when it, or
 * one that was added later, is written: so the entries of one database row are
 * numbered in the order of its changes. (Another transaction cannot change the
 * row before this one has ended, and so has numbered its entries.)
 */
extern void pending_add(const EntryColumns *columns);

/* The number of the row that was added last. */
extern int64 pending_last_number(void);

/* Is there a row, of an outer transaction perhaps, that is not written? */
extern bool pending_any(void);

/* Write what the current subtransaction has added. */
extern void pending_flush(void);

/* A subtransaction ends: write its rows under its own xid, or drop them. */
extern void pending_commit_sub(SubTransactionId mine);
extern void pending_abort_sub(SubTransactionId mine);

/* The transaction is over. */
extern void pending_end(void);

#endif							/* AIMS_PENDING_H */
