/*
 * crypto_test.c
 *		SHA-256 (FIPS 180-4), Ed25519 (RFC 8032, section 7.1), base64
 *		(RFC 4648, section 10).
 */
#include <stdlib.h>
#include <string.h>

#include "crypto.h"
#include "hash.h"
#include "tap.h"

static void
test_sha256(void)
{
	static const struct
	{
		const char *text;
		const char *digest;
	} vectors[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}};
	Hasher	   *hasher = hasher_create();
	char	   *million = malloc(1000000);
	unsigned char out[HASH_SIZE];
	HashPart	parts[3];

	for (size_t i = 0; i < 4; i++)
	{
		size_t		size = strlen(vectors[i].text);

		/* In three parts, one of them empty: the same as in one. */
		parts[0] = (HashPart){vectors[i].text, size / 2};
		parts[1] = (HashPart){vectors[i].text, 0};
		parts[2] = (HashPart){vectors[i].text + size / 2, size - size / 2};
		hasher_digest(hasher, parts, 3, out);
		is_hex(out, HASH_SIZE, vectors[i].digest, "SHA-256 of \"%s\"",
			   vectors[i].text);
	}
	memset(million, 'a', 1000000);
	parts[0] = (HashPart){million, 1000000};
	hasher_digest(hasher, parts, 1, out);
	is_hex(out, HASH_SIZE,
		   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		   "SHA-256 of a million a");
	free(million);
	hasher_free(hasher);
}

static void
test_ed25519(void)
{
	static const struct
	{
		const char *seed;
		const char *public_key;
		const char *message;
		const char *signature;
	} vectors[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		 "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		 "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		 "af82",
		 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
		/* TEST SHA(abc) */
		{"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
		 "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		 "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};

	for (size_t i = 0; i < 4; i++)
	{
		unsigned char *seed = crypto_secret_alloc(CRYPTO_SEED_SIZE);
		unsigned char public_key[CRYPTO_PUBLIC_SIZE];
		unsigned char signature[CRYPTO_SIGNATURE_SIZE];
		unsigned char message[64];
		size_t		size = unhex(vectors[i].message, message);

		unhex(vectors[i].seed, seed);
		ok(crypto_ed25519_public_key(seed, public_key) &&
		   crypto_ed25519_sign(seed, message, size, signature),
		   "RFC 8032 test %zu", i + 1);
		is_hex(public_key, sizeof(public_key), vectors[i].public_key,
			   "public key of test %zu", i + 1);
		is_hex(signature, sizeof(signature), vectors[i].signature,
			   "signature of test %zu", i + 1);
		ok(crypto_ed25519_verify(public_key, message, size, signature),
		   "test %zu verifies", i + 1);
		for (size_t bit = 0; bit < 8 * sizeof(signature); bit += 37)
		{
			signature[bit / 8] ^= 1 << (bit % 8);
			ok(!crypto_ed25519_verify(public_key, message, size, signature),
			   "test %zu, bit %zu flipped, does not verify", i + 1, bit);
			signature[bit / 8] ^= 1 << (bit % 8);
		}
		crypto_secret_free(seed);
	}
}

/* Add the order of the group to the scalar: the same equation holds. */
static void
add_order(unsigned char *scalar)
{
	static const char order[] =
		"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
	unsigned char bytes[32];
	int			carry = 0;

	unhex(order, bytes);
	for (int i = 0; i < 32; i++)
	{
		carry += scalar[i] + bytes[i];
		scalar[i] = carry & 0xFF;
		carry >>= 8;
	}
}

/*
 * RFC 8032, 5.1.7: the scalar is below the order. A public key of small order
 * would verify anything.
 */
static void
test_ed25519_strict(void)
{
	static const unsigned char identity[CRYPTO_PUBLIC_SIZE] = {1};
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];
	unsigned char signature[CRYPTO_SIGNATURE_SIZE];

	unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		  public_key);
	unhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		  signature);
	ok(crypto_ed25519_verify(public_key, "", 0, signature),
	   "RFC 8032 test 1 verifies");
	add_order(signature + 32);
	ok(!crypto_ed25519_verify(public_key, "", 0, signature),
	   "its signature in another spelling does not");
	memset(signature, 0, sizeof(signature));
	signature[0] = 1;
	ok(!crypto_ed25519_verify(identity, "any", 3, signature),
	   "a public key of small order is refused");
}

static void
test_base64(void)
{
	static const char *const vectors[][2] = {
		{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	static const char *const refused[] = {
		"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Zm9v!", "Zm8=Zm8=", "Z", "====",
		/* libsodium 1.0.18 reads these as "Zm9/" */
		"Zm9\200", "Zm9\377", "\302\257m9"};
	char		text[CRYPTO_BASE64_SIZE(6)];
	char		bytes[8];

	for (size_t i = 0; i < 7; i++)
	{
		size_t		size = strlen(vectors[i][0]);

		crypto_base64_encode(vectors[i][0], size, text);
		ok(strcmp(text, vectors[i][1]) == 0, "base64 of \"%s\"", vectors[i][0]);
		ok(crypto_base64_decode(text, strlen(text), bytes, sizeof(bytes)) ==
		   (int) size &&
		   memcmp(bytes, vectors[i][0], size) == 0,
		   "\"%s\" back", text);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(crypto_base64_decode(refused[i], strlen(refused[i]), bytes,
								sizeof(bytes)) == -1,
		   "base64 %zu is refused", i);
	ok(crypto_base64_decode("Zm9vYmFy", 8, bytes, 5) == -1,
	   "more bytes than there is room for are refused");
}

int
main(void)
{
	if (!crypto_init())
		return 2;
	test_sha256();
	test_ed25519();
	test_ed25519_strict();
	test_base64();
	return done();
}
