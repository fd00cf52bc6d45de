/*
 * crypto.c
 *		Ed25519, base64 and guarded memory by libsodium. No other file knows
 *		the library.
 */
#include <sodium.h>

#include "crypto.h"

/*
 * Set the library up; harmless when it has been already.
 */
bool
crypto_init(void)
{
	return sodium_init() >= 0;
}

/*
 * Allocate memory for a secret: locked where the limits of the process allow
 * it, between guard pages.
 */
void *
crypto_secret_alloc(size_t size)
{
	return sodium_malloc(size);
}

/*
 * Zero and free a secret.
 */
void
crypto_secret_free(void *secret)
{
	sodium_free(secret);
}

/*
 * Fill out with random bytes of the operating system.
 */
void
crypto_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

/*
 * Derive the public key of a seed. False where there is no memory.
 */
bool
crypto_ed25519_public_key(const unsigned char *seed, unsigned char *public_key)
{
	unsigned char *secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);

	if (secret == NULL)
		return false;
	crypto_sign_seed_keypair(public_key, secret, seed);
	sodium_free(secret);
	return true;
}

/*
 * Sign a text. False where there is no memory.
 */
bool
crypto_ed25519_sign(const unsigned char *seed, const void *text, size_t size,
					unsigned char *signature)
{
	unsigned char *secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];

	if (secret == NULL)
		return false;
	crypto_sign_seed_keypair(public_key, secret, seed);
	crypto_sign_detached(signature, NULL, text, size, secret);
	sodium_free(secret);
	return true;
}

/*
 * Is that the signature of text by the owner of public_key?
 */
bool
crypto_ed25519_verify(const unsigned char *public_key, const void *text,
					  size_t size, const unsigned char *signature)
{
	return sodium_init() >= 0 &&
		crypto_sign_verify_detached(signature, text, size, public_key) == 0;
}

/*
 * Encode bytes; out has room for CRYPTO_BASE64_SIZE(size).
 */
void
crypto_base64_encode(const void *bytes, size_t size, char *out)
{
	sodium_bin2base64(out, CRYPTO_BASE64_SIZE(size), bytes, size,
					  sodium_base64_VARIANT_ORIGINAL);
}

/*
 * Decode a text; no white space, padding complete, unused bits zero. libsodium
 * up to 1.0.18 takes every byte from 0x80 on for the digit '/'.
 */
int
crypto_base64_decode(const char *text, size_t text_size, void *out,
					 size_t out_size)
{
	size_t		size;

	for (size_t i = 0; i < text_size; i++)
		if ((unsigned char) text[i] >= 0x80)
			return -1;
	if (sodium_base642bin(out, out_size, text, text_size, NULL, &size, NULL,
						  sodium_base64_VARIANT_ORIGINAL) != 0)
		return -1;
	return (int) size;
}
