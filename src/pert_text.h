/*
 * pert_text.h
 *		How an estimate is written.
 *
 * 10..50..200 (least, most likely, most), 10..50..200@2 with a lambda other
 * than 4, 7..7..7 for a constant, lognormal(10..1000) for the lognormal
 * distribution of which that is the 90 % interval; with blanks between numbers
 * and what parts them. Knows nothing of the server.
 */
#ifndef AIMS_PERT_TEXT_H
#define AIMS_PERT_TEXT_H

#include "distribution.h"

#define PERT_LAMBDA 4.0			/* where none is written */
#define PERT_LOGNORMAL "lognormal("
#define PERT_NUMBER_MAX 64		/* characters of one number */

extern const char *pert_text_read(const char *text, Distribution *pert,
								  DistributionFault *fault);

#endif							/* AIMS_PERT_TEXT_H */
