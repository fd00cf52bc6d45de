/*
 * hasher.c
 *		hash.h by libsodium, for programs outside the server.
 */
#include <sodium.h>
#include <stdlib.h>

#include "hash.h"

struct Hasher
{
	crypto_hash_sha256_state state;
};

/*
 * Make a hasher; NULL where there is no memory or the library does not start.
 */
Hasher *
hasher_create(void)
{
	return sodium_init() < 0 ? NULL : malloc(sizeof(Hasher));
}

void
hasher_free(Hasher *hasher)
{
	free(hasher);
}

void
hasher_digest(Hasher *hasher, const HashPart *parts, int nparts,
			  unsigned char *out)
{
	crypto_hash_sha256_init(&hasher->state);
	for (int i = 0; i < nparts; i++)
		crypto_hash_sha256_update(&hasher->state, parts[i].data,
								  parts[i].size);
	crypto_hash_sha256_final(&hasher->state, out);
}
