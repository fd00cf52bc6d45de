/*
 * rebaseline.h
 *		Writing the live rows of a table into the ledger.
 */
#ifndef AIMS_REBASELINE_H
#define AIMS_REBASELINE_H

/*
 * Decide on the rows of a governed relation that no trigger has seen, as the
 * guard does on inserted ones, and write an entry BASELINE for each.
 */
extern void rebaseline_arrived(Oid relid);

#endif							/* AIMS_REBASELINE_H */
