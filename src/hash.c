/*
 * hash.c
 *		SHA-256 by the library that the server itself uses: OpenSSL where the
 *		server is built with it, the server's own code elsewhere.
 *
 * OpenSSL is called directly, since pg_cryptohash makes it look the algorithm
 * up for each digest, which costs as much as a digest of 200 bytes. Here it
 * is looked up once, by the same rules (a provider that was configured away
 * is an error), for a context that every digest begins as a copy of: that is
 * cheaper than to begin anew. There is one context for the backend; a digest
 * is made in one call, so nobody can find it half used.
 */
#include "postgres.h"

#include "common/cryptohash.h"

#ifdef USE_OPENSSL
#include <openssl/err.h>
#include <openssl/evp.h>
#endif

#include "hash.h"

/* Parts that are shorter in all are joined: a call costs more than a copy. */
#define HASH_JOINED_SIZE 1024

struct Hasher
{
#ifdef USE_OPENSSL
	EVP_MD_CTX *begun;			/* nothing has been added to it yet */
	EVP_MD_CTX *context;
#else
	pg_cryptohash_ctx *context;
#endif
};

#ifdef USE_OPENSSL
static Hasher shared_hasher;
#endif

/*
 * Report a failure of the cryptographic library; it can only come from below
 * (for instance a provider that was configured away).
 */
static void
hash_failed(const Hasher *hasher)
{
	const char *reason;

#ifdef USE_OPENSSL
	reason = ERR_reason_error_string(ERR_get_error());
#else
	reason = pg_cryptohash_error(hasher->context);
#endif
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("could not compute a SHA-256 digest: %s",
					reason ? reason : "no reason given"),
			 errdetail("The cryptographic library of the server refused SHA-256."),
			 errhint("Check the OpenSSL configuration of the server.")));
}

#ifdef USE_OPENSSL

/* A context that has begun a digest; NULL where OpenSSL refuses. */
static EVP_MD_CTX *
hash_begun(void)
{
	EVP_MD_CTX *begun = EVP_MD_CTX_new();

	if (begun != NULL && EVP_DigestInit_ex(begun, EVP_sha256(), NULL) != 1)
	{
		EVP_MD_CTX_free(begun);
		begun = NULL;
	}
	return begun;
}

/* The backend's hasher; the first call looks the algorithm up. */
Hasher *
hasher_create(void)
{
	Hasher	   *hasher = &shared_hasher;

	if (hasher->begun == NULL)
		hasher->begun = hash_begun();
	if (hasher->context == NULL)
		hasher->context = EVP_MD_CTX_new();
	if (hasher->begun == NULL || hasher->context == NULL)
		hash_failed(hasher);
	return hasher;
}

/* It stays for the next caller. */
void
hasher_free(Hasher *hasher)
{
}

static bool
hash_begin(Hasher *hasher)
{
	return EVP_MD_CTX_copy_ex(hasher->context, hasher->begun) == 1;
}

static bool
hash_add(Hasher *hasher, const void *data, size_t size)
{
	return EVP_DigestUpdate(hasher->context, data, size) == 1;
}

static bool
hash_end(Hasher *hasher, unsigned char *out)
{
	return EVP_DigestFinal_ex(hasher->context, out, NULL) == 1;
}

#else

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

/* Free a hasher and its context. */
void
hasher_free(Hasher *hasher)
{
	pg_cryptohash_free(hasher->context);
	pfree(hasher);
}

static bool
hash_begin(Hasher *hasher)
{
	return pg_cryptohash_init(hasher->context) >= 0;
}

static bool
hash_add(Hasher *hasher, const void *data, size_t size)
{
	return pg_cryptohash_update(hasher->context, data, size) >= 0;
}

static bool
hash_end(Hasher *hasher, unsigned char *out)
{
	return pg_cryptohash_final(hasher->context, out, HASH_SIZE) >= 0;
}

#endif

/* The sum of the parts' sizes. */
static size_t
hash_size(const HashPart *parts, int nparts)
{
	size_t		size = 0;

	for (int i = 0; i < nparts; i++)
		size += parts[i].size;
	return size;
}

/* Add all parts. */
static bool
hash_add_parts(Hasher *hasher, const HashPart *parts, int nparts)
{
	unsigned char joined[HASH_JOINED_SIZE];
	size_t		size = 0;

	if (nparts > 1 && hash_size(parts, nparts) <= sizeof(joined))
	{
		for (int i = 0; i < nparts; i++)
		{
			memcpy(joined + size, parts[i].data, parts[i].size);
			size += parts[i].size;
		}
		return hash_add(hasher, joined, size);
	}
	for (int i = 0; i < nparts; i++)
		if (!hash_add(hasher, parts[i].data, parts[i].size))
			return false;
	return true;
}

/*
 * Digest the concatenation of parts into out (HASH_SIZE bytes). out may
 * overlap a part: it is written last.
 */
void
hasher_digest(Hasher *hasher, const HashPart *parts, int nparts,
			  unsigned char *out)
{
	if (!hash_begin(hasher) || !hash_add_parts(hasher, parts, nparts) ||
		!hash_end(hasher, out))
		hash_failed(hasher);
}
