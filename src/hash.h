/*
 * hash.h
 *		SHA-256 over parts, behind an interface that algorithms without a
 *		server (merkle.c, note.c) can be tested with.
 *
 * A Hasher is made and freed within one function call: where the server is
 * built without OpenSSL, it belongs to the resource owner that was current
 * when it was made.
 */
#ifndef AIMS_HASH_H
#define AIMS_HASH_H

#include <stddef.h>

#define HASH_SIZE 32

typedef struct HashPart
{
	const void *data;
	size_t		size;
} HashPart;

typedef struct Hasher Hasher;

extern Hasher *hasher_create(void);
extern void hasher_free(Hasher *hasher);
extern void hasher_digest(Hasher *hasher, const HashPart *parts, int nparts,
						  unsigned char *out);

#endif							/* AIMS_HASH_H */
