/*
 * image_key.h
 *		The key of a row by its image.
 */
#ifndef AIMS_IMAGE_KEY_H
#define AIMS_IMAGE_KEY_H

#include "utils/jsonb.h"

/* A piece of an image; NULL where there is none. */
typedef struct ImagePiece
{
	const char *start;
	int			length;
} ImagePiece;

/* The value of a column in an image, as it is written there. */
extern ImagePiece image_member(const char *image, int length,
							   const char *column, int column_length);

/*
 * The key that an image gives to the columns that key names: key itself where
 * it is the same, NULL where the image does not tell.
 */
extern Jsonb *image_key_of(const char *image, int length, Jsonb *key);

#endif							/* AIMS_IMAGE_KEY_H */
