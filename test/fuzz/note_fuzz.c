/*
 * note_fuzz.c
 *		Signed notes: the parser against a plain reading of
 *		c2sp.org/signed-note, and what is signed against what verifies.
 */
#include <string.h>

#include "fuzz.h"
#include "note.h"

int			LLVMFuzzerInitialize(int *argc, char ***argv);
int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dash[] = "\342\200\224 ";
static const unsigned char seed[CRYPTO_SEED_SIZE] = "a seed the world may well know";
static unsigned char *secret;
static NoteKey key;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	Hasher	   *hasher;
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];

	(void) argc;
	(void) argv;
	check(crypto_init());
	hasher = hasher_create();
	secret = crypto_secret_alloc(CRYPTO_SEED_SIZE);
	memcpy(secret, seed, CRYPTO_SEED_SIZE);
	check(crypto_ed25519_public_key(secret, public_key));
	check(note_key_init(hasher, &key, "example.org/fuzz", public_key));
	hasher_free(hasher);
	return 0;
}

/* One signature line without its newline. */
static bool
reference_line(const char *line, size_t size)
{
	unsigned char *bytes;
	const char *space;
	size_t		name;
	int			n;

	if (size < strlen(dash) || memcmp(line, dash, strlen(dash)) != 0)
		return false;
	line += strlen(dash);
	size -= strlen(dash);
	space = memchr(line, ' ', size);
	if (space == NULL)
		return false;
	name = space - line;
	bytes = malloc(size + 1);
	n = reference_base64(space + 1, size - name - 1, bytes);
	free(bytes);
	return reference_key_name(line, name) && n >= 5 && n <= 8192;
}

/* A note: text, blank line, at most 100 signature lines. */
static bool
reference_note(const char *bytes, size_t size, size_t *text_size)
{
	size_t		blank = 0;
	size_t		begin;
	int			lines = 0;

	for (size_t i = 0; i < size; i++)
	{
		if ((unsigned char) bytes[i] < 0x20 && bytes[i] != '\n')
			return false;
		if (i > 0 && bytes[i] == '\n' && bytes[i - 1] == '\n')
			blank = i;
	}
	if (blank == 0 || bytes[size - 1] != '\n' || !reference_utf8(bytes, size))
		return false;
	*text_size = blank;
	begin = blank + 1;
	for (size_t i = begin; i < size; i++)
	{
		if (bytes[i] != '\n')
			continue;
		if (!reference_line(bytes + begin, i - begin))
			return false;
		lines++;
		begin = i + 1;
	}
	return lines > 0 && lines <= 100;
}

/* The parser says what the reference does, and gives the parts it was given. */
static void
check_parse(const char *bytes, size_t size)
{
	Note		note;
	size_t		text_size;
	bool		parsed = note_parse(bytes, size, &note);

	check(parsed == reference_note(bytes, size, &text_size));
	if (!parsed)
		return;
	check(note.text == bytes && note.text_size == text_size);
	check(note.signatures == bytes + text_size + 1);
	check(note.signatures_size == size - text_size - 1);
	/* No input forges Ed25519; that is for those that are signed below. */
	check(note_verify(&note, &key) != NOTE_VERIFIED);
}

/* Text, blank line and the signature over the text. */
static char *
sign(const char *text, size_t size, size_t *note_size)
{
	unsigned char signature[CRYPTO_SIGNATURE_SIZE];
	char	   *note = malloc(size + 1 + NOTE_SIGNATURE_LINE_MAX);

	check(crypto_ed25519_sign(secret, text, size, signature));
	memcpy(note, text, size);
	note[size] = '\n';
	*note_size = size + 1 +
		note_format_signature(&key, signature, note + size + 1);
	return note;
}

/* What is signed verifies, and does not once a bit has changed. */
static void
check_signed(const char *text, size_t size)
{
	size_t		note_size;
	char	   *made = sign(text, size, &note_size);
	char	   *bytes = exact_copy(made, note_size);
	Note		note;

	check(note_parse(bytes, note_size, &note));
	check(note.text_size == size);
	check(note_verify(&note, &key) == NOTE_VERIFIED);
	bytes[size * 7 % note_size] ^= 1 << size % 8;
	if (note_parse(bytes, note_size, &note))
		check(note_verify(&note, &key) != NOTE_VERIFIED);
	free(bytes);
	free(made);
}

/* Bytes made into a text that can be signed: ASCII, a newline at its end. */
static void
check_any_text(const char *bytes, size_t size)
{
	char	   *text = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		text[i] = bytes[i] == '\n' || bytes[i] >= ' ' ? bytes[i] : '.';
	text[size] = '\n';
	check_signed(text, size + 1);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *bytes = exact_copy(data, size);

	check_parse(bytes, size);
	/* Signing takes ten times as long as all else: now and then will do. */
	if (size > 0 && data[size / 2] % 16 == 0)
		check_any_text(bytes, size);
	free(bytes);
	return 0;
}
