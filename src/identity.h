/*
 * identity.h
 *		What tells one row of a relation from another: a hash over the values
 *		of its key or, where it has none, over its image.
 *
 * Of the jsonb key of an entry, of the columns that it came from, and of an
 * image the same identity is made; names of columns are no part of it.
 */
#ifndef AIMS_IDENTITY_H
#define AIMS_IDENTITY_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "hash.h"
#include "shape_text.h"

#define IDENTITY_SIZE 16
#define IDENTITY_KEYS 32		/* columns of an index */

/* place[i]: where the i-th column of the shape's key stands in today's. */
typedef struct IdentityMaker
{
	Hasher	   *hasher;
	StringInfoData text;
	StringInfoData value[IDENTITY_KEYS];
} IdentityMaker;

extern IdentityMaker *identity_maker(void);
extern void identity_maker_free(IdentityMaker *maker);

/* table is NULL where keys of all tables are one. */
extern void identity_of_key(IdentityMaker *maker, const char *table,
							const int *place, Jsonb *key,
							unsigned char *out);

/* False where the image lacks a column of the key. */
extern bool identity_of_row(IdentityMaker *maker, const char *table,
							const ShapeText *shape, const int *place,
							JsonSpan image, unsigned char *out);

extern void identity_of_image(IdentityMaker *maker, const char *table,
							  const char *image, int length,
							  unsigned char *out);

#endif							/* AIMS_IDENTITY_H */
