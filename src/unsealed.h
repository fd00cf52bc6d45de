/*
 * unsealed.h
 *		Entries that a snapshot shows and the newest seal did not take.
 */
#ifndef AIMS_UNSEALED_H
#define AIMS_UNSEALED_H

#include "ledger.h"

typedef struct UnsealedScan UnsealedScan;

/*
 * Scan the entries that the snapshot shows and the last seal did not see, in
 * no order. The seal must be of the incarnation that goes on here: another's
 * xids cannot be compared with ours.
 */
extern UnsealedScan *unsealed_begin(Relation rel, Snapshot snapshot,
									const Seal *last);
extern bool unsealed_next(UnsealedScan *scan, TupleTableSlot *slot);
extern void unsealed_end(UnsealedScan *scan);

#endif							/* AIMS_UNSEALED_H */
