/*
 * tally.h
 *		Counts of entries by relation, operation and AI system. Memory is
 *		bounded, whatever leaves say.
 */
#ifndef AIMS_BIN_TALLY_H
#define AIMS_BIN_TALLY_H

#include "leaf_text.h"

typedef struct Tally Tally;

extern Tally *tally_create(void);
extern void tally_add(Tally *tally, const LeafText *entry);
extern void tally_print(Tally *tally);

/* Print part of a leaf; what a terminal might obey is left out. */
extern void tally_print_string(const char *text, int size, int width);

#endif							/* AIMS_BIN_TALLY_H */
