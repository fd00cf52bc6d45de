/*
 * key_fuzz.c
 *		Verifier and private keys: what is accepted is spelled as we spell it,
 *		and every key of a valid name is accepted back.
 */
#include <string.h>

#include "fuzz.h"
#include "note.h"

int			LLVMFuzzerInitialize(int *argc, char ***argv);
int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Hasher *hasher;
static unsigned char *secret;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void) argc;
	(void) argv;
	check(crypto_init());
	hasher = hasher_create();
	secret = crypto_secret_alloc(NOTE_SECRET_SIZE);
	return 0;
}

/* Any text: a key only where formatting it gives the same text. */
static void
check_text(const char *text, size_t size)
{
	char		again[NOTE_KEY_TEXT_MAX];
	NoteKey		key;

	if (note_parse_verifier(hasher, text, size, &key))
	{
		note_format_verifier(&key, again);
		check(strlen(again) == size && memcmp(again, text, size) == 0);
	}
	if (note_parse_private(hasher, text, size, &key, secret))
	{
		note_format_private(&key, secret, again);
		check(strlen(again) == size && memcmp(again, text, size) == 0);
	}
}

/* A formatted verifier key is accepted, and not once a byte has changed. */
static void
check_verifier(const NoteKey *key, uint64_t where)
{
	char		text[NOTE_KEY_TEXT_MAX];
	NoteKey		again;
	size_t		size;
	char	   *copy;

	note_format_verifier(key, text);
	size = strlen(text);
	copy = exact_copy(text, size);
	check(note_parse_verifier(hasher, copy, size, &again));
	check(strcmp(again.name, key->name) == 0);
	check(memcmp(again.id, key->id, sizeof(key->id)) == 0);
	check(memcmp(again.public_key, key->public_key, CRYPTO_PUBLIC_SIZE) == 0);
	copy[where % size] ^= 1 << where / size % 8;
	check(!note_parse_verifier(hasher, copy, size, &again));
	free(copy);
}

/* The same of a private key. */
static void
check_private(const char *name, uint64_t where)
{
	char		text[NOTE_KEY_TEXT_MAX];
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];
	NoteKey		key;
	NoteKey		again;
	size_t		size;
	char	   *copy;

	secret[0] = NOTE_ED25519;
	check(crypto_ed25519_public_key(secret + 1, public_key));
	check(note_key_init(hasher, &key, name, public_key));
	note_format_private(&key, secret, text);
	size = strlen(text);
	copy = exact_copy(text, size);
	check(note_parse_private(hasher, copy, size, &again, secret));
	check(memcmp(again.public_key, public_key, CRYPTO_PUBLIC_SIZE) == 0);
	copy[where % size] ^= 1 << where / size % 8;
	check(!note_parse_private(hasher, copy, size, &again, secret));
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	char	   *text = exact_copy(data, size);
	uint64_t	where = input_number(&in, 4);
	unsigned char public_key[CRYPTO_PUBLIC_SIZE] = {0};
	char	   *name;
	NoteKey		key;
	bool		valid;

	check_text(text, size);
	free(text);
	for (int i = 0; i < CRYPTO_PUBLIC_SIZE; i++)
		public_key[i] = input_number(&in, 1);
	name = input_string(&in, 250);
	valid = reference_key_name(name, strlen(name)) &&
		strlen(name) <= NOTE_NAME_MAX;
	check(note_name_valid(name, strlen(name)) ==
		  reference_key_name(name, strlen(name)));
	check(note_key_init(hasher, &key, name, public_key) == valid);
	if (valid)
		check_verifier(&key, where);
	if (valid && where % 16 == 0)
	{
		memcpy(secret + 1, public_key, CRYPTO_SEED_SIZE);
		check_private(name, where / 16);
	}
	free(name);
	return 0;
}
