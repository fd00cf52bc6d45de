/*
 * note_test.c
 *		Signed notes and keys: the examples of Go's sumdb/note and of the C2SP
 *		specifications, and every way of spoiling them.
 */
#include <stdlib.h>
#include <string.h>

#include "note.h"
#include "tap.h"

static const char verifier[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char private[] =
	"PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char text[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n";
static const char line[] =
	"\342\200\224 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
static const char other_line[] =
	"\342\200\224 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

static Hasher *hasher;

static void
test_verifier_key(void)
{
	char		bytes[sizeof(verifier)];
	char		formatted[NOTE_KEY_TEXT_MAX];
	NoteKey		key;
	size_t		size = strlen(verifier);
	int			accepted = 0;

	ok(note_parse_verifier(hasher, verifier, size, &key), "verifier key");
	note_format_verifier(&key, formatted);
	ok(strcmp(formatted, verifier) == 0, "and back");
	for (size_t i = 0; i <= size; i++)
		for (size_t j = i; j <= size; j++)
			if (i > 0 || j < size)
				accepted += note_parse_verifier(hasher, verifier + i, j - i,
												&key);
	ok(accepted == 0, "no part of it is a verifier key");
	memcpy(bytes, verifier, sizeof(verifier));
	for (size_t i = 0; i < size; i++)
	{
		bytes[i]++;
		accepted += note_parse_verifier(hasher, bytes, size, &key);
		bytes[i]--;
	}
	ok(accepted == 0, "nor with one character changed");
}

static void
test_private_key(void)
{
	unsigned char *secret = crypto_secret_alloc(NOTE_SECRET_SIZE);
	char		bytes[sizeof(private)];
	char		formatted[NOTE_KEY_TEXT_MAX];
	NoteKey		key;
	size_t		size = strlen(private);
	int			accepted = 0;

	for (size_t i = 0; i <= size; i++)
		for (size_t j = i; j <= size; j++)
			if (i > 0 || j < size)
				accepted += note_parse_private(hasher, private + i, j - i,
											   &key, secret);
	ok(accepted == 0, "no part of a private key is one");
	memcpy(bytes, private, sizeof(private));
	for (size_t i = 0; i < size; i++)
	{
		bytes[i]++;
		accepted += note_parse_private(hasher, bytes, size, &key, secret);
		bytes[i]--;
	}
	ok(accepted == 0, "nor with one character changed");

	ok(note_parse_private(hasher, private, size, &key, secret), "private key");
	note_format_private(&key, secret, formatted);
	ok(strcmp(formatted, private) == 0, "and back");
	note_format_verifier(&key, formatted);
	ok(strcmp(formatted, verifier) == 0, "its public half");
	crypto_secret_free(secret);
}

static void
test_sign(void)
{
	unsigned char *secret = crypto_secret_alloc(NOTE_SECRET_SIZE);
	unsigned char signature[CRYPTO_SIGNATURE_SIZE];
	char		formatted[NOTE_SIGNATURE_LINE_MAX];
	NoteKey		key;

	ok(note_parse_private(hasher, private, strlen(private), &key, secret) &&
	   crypto_ed25519_sign(secret + 1, text, strlen(text), signature),
	   "sign the example");
	ok(note_format_signature(&key, signature, formatted) == strlen(line) &&
	   strcmp(formatted, line) == 0,
	   "as Go does");
	crypto_secret_free(secret);
}

/* Verify text, blank line, signature lines; -1 where it is malformed. */
static int
verdict(const char *bytes, size_t size, const NoteKey *key)
{
	/* In memory of its own, so that a sanitizer sees a read past the end. */
	char	   *copy = malloc(size + 1);
	Note		note;
	int			result = -1;

	memcpy(copy, bytes, size);
	copy = realloc(copy, size > 0 ? size : 1);
	if (note_parse(copy, size, &note))
		result = note_verify(&note, key);
	free(copy);
	return result;
}

static void
test_verify(void)
{
	char		note[1000];
	NoteKey		key;
	size_t		size;
	int			verified = 0;

	note_parse_verifier(hasher, verifier, strlen(verifier), &key);
	strcat(strcat(strcpy(note, text), "\n"), line);
	size = strlen(note);
	ok(verdict(note, size, &key) == NOTE_VERIFIED, "the example verifies");
	for (size_t i = 0; i < size; i++)
	{
		verified += verdict(note, i, &key) == NOTE_VERIFIED;
		for (int bit = 0; bit < 8; bit++)
		{
			note[i] ^= 1 << bit;
			verified += verdict(note, size, &key) == NOTE_VERIFIED;
			note[i] ^= 1 << bit;
		}
	}
	ok(verified == 0, "but not with one bit changed, nor cut short");

	strcat(note, other_line);
	ok(verdict(note, strlen(note), &key) == NOTE_VERIFIED,
	   "a signature by another key is ignored");
	note[0] ^= 1;
	ok(verdict(note, strlen(note), &key) == NOTE_FORGED,
	   "a changed text is told from");
	strcat(strcat(strcpy(note, text), "\n"), other_line);
	ok(verdict(note, strlen(note), &key) == NOTE_NOT_SIGNED,
	   "a note that the key did not sign");
}

static void
test_malformed(void)
{
	static const char dash[] = "\342\200\224 ";
	static const struct
	{
		const char *name;
		const char *note;
	} cases[] = {
		{"nothing", ""},
		{"no signature", "text\n"},
		{"no signature line", "text\n\n"},
		{"no last newline", "text\n\n\342\200\224 a AAAAAAA="},
		{"short signature", "text\n\n\342\200\224 a AAAA\n"},
		{"no key name", "text\n\n\342\200\224  AAAAAAA=\n"},
		{"plus in a key name", "text\n\n\342\200\224 a+b AAAAAAA=\n"},
		{"Unicode space in a key name", "text\n\n\342\200\224 a\342\200\203b AAAAAAA=\n"},
		{"hyphen for a dash", "text\n\n- a AAAAAAA=\n"},
		{"tab", "te\txt\n\n\342\200\224 a AAAAAAA=\n"},
		{"carriage return", "text\r\n\n\342\200\224 a AAAAAAA=\n"},
		{"overlong form", "te\300\200xt\n\n\342\200\224 a AAAAAAA=\n"},
		{"surrogate", "te\355\240\200xt\n\n\342\200\224 a AAAAAAA=\n"},
		{"above Unicode", "te\364\220\200\200xt\n\n\342\200\224 a AAAAAAA=\n"},
		{"cut character", "te\342\200\n\n\342\200\224 a AAAAAAA=\n"},
		{"two spaces", "text\n\n\342\200\224 a  AAAAAAA=\n"}};
	char	   *many = malloc(4000);
	Note		note;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(!note_parse(cases[i].note, strlen(cases[i].note), &note),
		   "malformed: %s", cases[i].name);
	strcpy(many, "text\n\n");
	for (int i = 0; i < 100; i++)
		strcat(strcat(many, dash), "a AAAAAAA=\n");
	ok(note_parse(many, strlen(many), &note), "100 signatures");
	strcat(strcat(many, dash), "a AAAAAAA=\n");
	ok(!note_parse(many, strlen(many), &note), "no more than 100 signatures");
	free(many);
}

static void
test_checkpoint(void)
{
	static const char spec[] =
		"example.com/behind-the-sofa\n20852163\n"
		"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
	static const char *const refused[] = {
		"", "\n", "a\n1\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
		"a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1 \nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n92233720368547758070\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n"};
	NoteCheckpoint checkpoint;
	char		out[NOTE_CHECKPOINT_MAX];
	Note		note = {.text = spec, .text_size = strlen(spec)};

	ok(note_parse_checkpoint(&note, &checkpoint) &&
	   checkpoint.size == 20852163 && checkpoint.origin_size == 27,
	   "the checkpoint of the specification");
	ok(note_format_checkpoint("example.com/behind-the-sofa", checkpoint.size,
							  checkpoint.root, out) == strlen(spec) &&
	   strcmp(out, spec) == 0,
	   "and back");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
	{
		note.text = refused[i];
		note.text_size = strlen(refused[i]);
		ok(!note_parse_checkpoint(&note, &checkpoint),
		   "checkpoint %zu is refused", i);
	}
}

int
main(void)
{
	if (!crypto_init())
		return 2;
	hasher = hasher_create();
	test_verifier_key();
	test_private_key();
	test_sign();
	test_verify();
	test_malformed();
	test_checkpoint();
	hasher_free(hasher);
	return done();
}
