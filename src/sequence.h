/*
 * sequence.h
 *		Numbers from our own sequences.
 */
#ifndef AIMS_SEQUENCE_H
#define AIMS_SEQUENCE_H

/*
 * Take so many numbers that follow each other from a sequence of ours; returns
 * the first. It counts by one from any value on, and has no cache. The
 * session's currval() and lastval() are left as they are.
 */
extern int64 sequence_take(Oid sequence, int count);

#endif							/* AIMS_SEQUENCE_H */
