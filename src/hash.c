/*
 * hash.c
 *		SHA-256 by the server's own implementation (OpenSSL where the server
 *		is built with it), with one context re-initialised for each digest.
 */
#include "postgres.h"

#include "common/cryptohash.h"

#include "hash.h"

struct Hasher
{
	pg_cryptohash_ctx *context;
};

/*
 * Report a failure of the server's cryptography; it can only come from the
 * library underneath (for instance a provider that was configured away).
 */
static void
hash_failed(const Hasher *hasher)
{
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("could not compute a SHA-256 digest: %s",
					pg_cryptohash_error(hasher->context)),
			 errdetail("The cryptographic library of the server refused SHA-256."),
			 errhint("Check the OpenSSL configuration of the server.")));
}

/*
 * Make a hasher in the current memory context and resource owner; free it
 * before the calling function returns. An error frees the context by itself.
 */
Hasher *
hasher_create(void)
{
	Hasher	   *hasher = palloc(sizeof(Hasher));

	hasher->context = pg_cryptohash_create(PG_SHA256);
	if (hasher->context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return hasher;
}

/*
 * Free a hasher and its context.
 */
void
hasher_free(Hasher *hasher)
{
	pg_cryptohash_free(hasher->context);
	pfree(hasher);
}

/*
 * Digest the concatenation of parts into out (HASH_SIZE bytes). out may
 * overlap a part: it is written last.
 */
void
hasher_digest(Hasher *hasher, const HashPart *parts, int nparts,
			  unsigned char *out)
{
	if (pg_cryptohash_init(hasher->context) < 0)
		hash_failed(hasher);
	for (int i = 0; i < nparts; i++)
		if (pg_cryptohash_update(hasher->context, parts[i].data,
								 parts[i].size) < 0)
			hash_failed(hasher);
	if (pg_cryptohash_final(hasher->context, out, HASH_SIZE) < 0)
		hash_failed(hasher);
}
