/*
 * crypto.h
 *		Ed25519 (RFC 8032), base64 and guarded memory, over libsodium. Knows
 *		nothing of the server.
 *
 * Secret keys live in memory from crypto_secret_alloc() alone: locked, fenced
 * by guard pages and zeroed when freed. The caller frees it on error paths too.
 */
#ifndef AIMS_CRYPTO_H
#define AIMS_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPTO_SEED_SIZE 32
#define CRYPTO_PUBLIC_SIZE 32
#define CRYPTO_SIGNATURE_SIZE 64

/*
 * Set the library up; false where it finds no source of random numbers. Call
 * before secrets are handled; verification and base64 need it not.
 */
extern bool crypto_init(void);

/* Memory for secrets, NULL where there is none; freeing NULL does nothing. */
extern void *crypto_secret_alloc(size_t size);
extern void crypto_secret_free(void *secret);

extern void crypto_random(void *out, size_t size);

extern bool crypto_ed25519_public_key(const unsigned char *seed,
									  unsigned char *public_key);
extern bool crypto_ed25519_sign(const unsigned char *seed, const void *text,
								size_t size, unsigned char *signature);
extern bool crypto_ed25519_verify(const unsigned char *public_key,
								  const void *text, size_t size,
								  const unsigned char *signature);

/* RFC 4648, section 4, padded. The encoder ends with a zero byte. */
#define CRYPTO_BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)
extern void crypto_base64_encode(const void *bytes, size_t size, char *out);

/* Strict: nothing but canonical base64. Returns the size, or -1. */
extern int	crypto_base64_decode(const char *text, size_t text_size, void *out,
								 size_t out_size);

#endif							/* AIMS_CRYPTO_H */
