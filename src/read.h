/*
 * read.h
 *		What sessions of bound roles read (doc/reads.md).
 */
#ifndef AIMS_READ_H
#define AIMS_READ_H

/* Hook into the executor's check of permissions. */
extern void read_init(void);

#endif							/* AIMS_READ_H */
