/*
 * existing.h
 *		AI output that is in a table already.
 */
#ifndef AIMS_EXISTING_H
#define AIMS_EXISTING_H

/*
 * Decide on the rows that a relation brings into the governed one that it has
 * become a partition or child of, as if they were written now.
 */
extern void existing_attached(Oid relid);

#endif							/* AIMS_EXISTING_H */
