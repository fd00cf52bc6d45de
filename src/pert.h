/*
 * pert.h
 *		Type pert, as functions in C are given it.
 */
#ifndef AIMS_PERT_H
#define AIMS_PERT_H

#include "fmgr.h"

#include "distribution.h"

#define DatumGetPert(X) ((Distribution *) DatumGetPointer(X))
#define PG_GETARG_PERT(n) DatumGetPert(PG_GETARG_DATUM(n))

extern char *pert_text(const Distribution *pert);

#endif							/* AIMS_PERT_H */
