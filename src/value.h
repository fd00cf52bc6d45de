/*
 * value.h
 *		Values of the commonest types as images write them, without their
 *		output functions.
 *
 * Every function writes at out the bytes that the type's own output function
 * gives under the pinned formats, and returns where it stopped; or NULL where
 * only that function knows. No zero byte has to be kept.
 */
#ifndef AIMS_VALUE_H
#define AIMS_VALUE_H

#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#define VALUE_MAX 64			/* room that all but numeric need */

extern char *value_put_date(char *out, DateADT date);
extern char *value_put_timestamp(char *out, Timestamp timestamp,
								 bool with_zone);
extern char *value_put_uuid(char *out, const pg_uuid_t *uuid);

/* A numeric is given as what follows its length word. */
extern size_t value_numeric_size(const char *numeric, size_t size);
extern char *value_put_numeric(char *out, const char *numeric, size_t size);

#endif							/* AIMS_VALUE_H */
