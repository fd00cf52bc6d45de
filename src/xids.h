/*
 * xids.h
 *		Transaction ids of rows, which have 32 bits, among those of the ledger,
 *		which have 64.
 */
#ifndef AIMS_XIDS_H
#define AIMS_XIDS_H

#include "access/transam.h"

/*
 * The transaction that has written a row, by its xmin. One that is more than
 * 2^32 transactions old and frozen passes for a younger one. 0: older than all.
 */
static inline uint64
full_xid(TransactionId xid)
{
	FullTransactionId next = ReadNextFullTransactionId();
	uint64		epoch = EpochFromFullTransactionId(next);

	if (!TransactionIdIsNormal(xid))
		return 0;
	if (xid >= XidFromFullTransactionId(next))
		epoch--;
	return epoch << 32 | xid;
}

#endif							/* AIMS_XIDS_H */
