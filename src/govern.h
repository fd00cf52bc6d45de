/*
 * govern.h
 *		Putting tables under the guard.
 */
#ifndef AIMS_GOVERN_H
#define AIMS_GOVERN_H

#include "governing.h"

/*
 * Govern a relation that is locked, with arguments that have been checked; as
 * the table of that number which was awaited, or anew (0).
 */
extern void govern_relation(const Governing *g, int32 awaited);

#endif							/* AIMS_GOVERN_H */
