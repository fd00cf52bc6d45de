/*
 * note.c
 *		Signed notes, checkpoints and their keys (C2SP).
 *
 * Parsing is strict: what another implementation might read differently is
 * refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "note.h"

#define NOTE_MAX_SIZE 1000000
#define NOTE_MAX_SIGNATURES 100
#define NOTE_MAX_SIGNATURE 8192 /* bytes of one; post-quantum ones are long */

static const char note_dash[] = "\342\200\224 ";	/* em dash, space */
static const char note_private[] = "PRIVATE+KEY+";

/*
 * Decode one character of UTF-8. Returns its length, or 0 where the bytes are
 * not valid (overlong forms and surrogates are not).
 */
static int
note_character(const char *text, size_t size, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *byte = (const unsigned char *) text;
	int			length = byte[0] < 0x80 ? 1 :
		(byte[0] & 0xE0) == 0xC0 ? 2 :
		(byte[0] & 0xF0) == 0xE0 ? 3 :
		(byte[0] & 0xF8) == 0xF0 ? 4 : 0;

	if (length == 0 || (size_t) length > size)
		return 0;
	*character = length == 1 ? byte[0] : byte[0] & (0x7F >> length);
	for (int i = 1; i < length; i++)
	{
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
		*character = *character << 6 | (byte[i] & 0x3F);
	}
	if (*character < smallest[length] || *character > 0x10FFFF ||
		(*character >= 0xD800 && *character <= 0xDFFF))
		return 0;
	return length;
}

/*
 * Is that a Unicode space (property White_Space)?
 */
static bool
note_is_space(uint32_t character)
{
	return (character >= 0x09 && character <= 0x0D) || character == 0x20 ||
		character == 0x85 || character == 0xA0 || character == 0x1680 ||
		(character >= 0x2000 && character <= 0x200A) ||
		character == 0x2028 || character == 0x2029 || character == 0x202F ||
		character == 0x205F || character == 0x3000;
}

/*
 * Can that be the name of a key?
 */
bool
note_name_valid(const char *name, size_t size)
{
	uint32_t	character;
	int			length;

	if (size == 0)
		return false;
	for (size_t i = 0; i < size; i += length)
	{
		length = note_character(name + i, size - i, &character);
		if (length == 0 || character < 0x20 || character == '+' ||
			note_is_space(character))
			return false;
	}
	return true;
}

/*
 * Make a key; its id is the start of a digest over name, type and public key.
 */
bool
note_key_init(Hasher *hasher, NoteKey *key, const char *name,
			  const unsigned char *public_key)
{
	static const unsigned char separator[2] = {'\n', NOTE_ED25519};
	size_t		size = strlen(name);
	HashPart	parts[3] = {
		{name, size}, {separator, 2}, {public_key, CRYPTO_PUBLIC_SIZE}};
	unsigned char digest[HASH_SIZE];

	if (size > NOTE_NAME_MAX || !note_name_valid(name, size))
		return false;
	hasher_digest(hasher, parts, 3, digest);
	memmove(key->name, name, size + 1);
	memmove(key->public_key, public_key, CRYPTO_PUBLIC_SIZE);
	memcpy(key->id, digest, sizeof(key->id));
	return true;
}

/*
 * Write "name+id+", the beginning of both kinds of key text.
 */
static int
note_format_name(const NoteKey *key, char *out)
{
	return sprintf(out, "%s+%02x%02x%02x%02x+", key->name, key->id[0],
				   key->id[1], key->id[2], key->id[3]);
}

/*
 * Format the public half of a key.
 */
void
note_format_verifier(const NoteKey *key, char *out)
{
	unsigned char bytes[1 + CRYPTO_PUBLIC_SIZE];

	bytes[0] = NOTE_ED25519;
	memcpy(bytes + 1, key->public_key, CRYPTO_PUBLIC_SIZE);
	crypto_base64_encode(bytes, sizeof(bytes),
						 out + note_format_name(key, out));
}

/*
 * Format the secret half of a key. Nothing of the secret is left elsewhere:
 * the encoder writes straight into out.
 */
void
note_format_private(const NoteKey *key, const unsigned char *secret, char *out)
{
	size_t		size = strlen(note_private);

	memcpy(out, note_private, size);
	size += note_format_name(key, out + size);
	crypto_base64_encode(secret, NOTE_SECRET_SIZE, out + size);
}

/*
 * Take "name+id+base64" apart: name into name, the rest checked for its form;
 * bytes gets the decoded end, which must begin with the type of Ed25519.
 * Returns where the id stands, or NULL.
 */
static const char *
note_parse_key(const char *text, size_t size, char *name, unsigned char *bytes,
			   int bytes_size)
{
	const char *plus = memchr(text, '+', size);
	size_t		name_size;

	if (plus == NULL)
		return NULL;
	name_size = plus - text;
	if (name_size > NOTE_NAME_MAX || size - name_size < 10 || plus[9] != '+')
		return NULL;
	memcpy(name, text, name_size);
	name[name_size] = '\0';
	if (memchr(name, '\0', name_size) != NULL)
		return NULL;
	if (crypto_base64_decode(plus + 10, size - name_size - 10, bytes,
							 bytes_size) != bytes_size ||
		bytes[0] != NOTE_ED25519)
		return NULL;
	return plus + 1;
}

/*
 * Does the id as written, eight lower-case hexadecimal digits, fit the key?
 */
static bool
note_id_fits(const NoteKey *key, const char *id)
{
	char		hex[9];

	sprintf(hex, "%02x%02x%02x%02x", key->id[0], key->id[1], key->id[2],
			key->id[3]);
	return memcmp(hex, id, 8) == 0;
}

/*
 * Parse the public half of a key.
 */
bool
note_parse_verifier(Hasher *hasher, const char *text, size_t size,
					NoteKey *key)
{
	char		name[NOTE_NAME_MAX + 1];
	unsigned char bytes[1 + CRYPTO_PUBLIC_SIZE];
	const char *id = note_parse_key(text, size, name, bytes, sizeof(bytes));

	return id != NULL && note_key_init(hasher, key, name, bytes + 1) &&
		note_id_fits(key, id);
}

/*
 * Parse the secret half of a key and derive the public one.
 */
bool
note_parse_private(Hasher *hasher, const char *text, size_t size,
				   NoteKey *key, unsigned char *secret)
{
	size_t		prefix = strlen(note_private);
	char		name[NOTE_NAME_MAX + 1];
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];
	const char *id;

	if (size < prefix || memcmp(text, note_private, prefix) != 0)
		return false;
	id = note_parse_key(text + prefix, size - prefix, name, secret,
						NOTE_SECRET_SIZE);
	return id != NULL && crypto_ed25519_public_key(secret + 1, public_key) &&
		note_key_init(hasher, key, name, public_key) && note_id_fits(key, id);
}

/*
 * Format the text of a checkpoint: origin, size, root.
 */
size_t
note_format_checkpoint(const char *origin, uint64_t size,
					   const MerkleHash root, char *out)
{
	char		base64[CRYPTO_BASE64_SIZE(HASH_SIZE)];

	crypto_base64_encode(root, HASH_SIZE, base64);
	return snprintf(out, NOTE_CHECKPOINT_MAX, "%s\n%" PRIu64 "\n%s\n", origin,
					size, base64);
}

/*
 * Format one signature line.
 */
size_t
note_format_signature(const NoteKey *key, const unsigned char *signature,
					  char *out)
{
	unsigned char bytes[sizeof(key->id) + CRYPTO_SIGNATURE_SIZE];
	char		base64[CRYPTO_BASE64_SIZE(sizeof(bytes))];

	memcpy(bytes, key->id, sizeof(key->id));
	memcpy(bytes + sizeof(key->id), signature, CRYPTO_SIGNATURE_SIZE);
	crypto_base64_encode(bytes, sizeof(bytes), base64);
	return snprintf(out, NOTE_SIGNATURE_LINE_MAX, "%s%s %s\n", note_dash,
					key->name, base64);
}

/*
 * Is every character valid UTF-8 and none a control character but newline?
 */
static bool
note_characters_valid(const char *bytes, size_t size)
{
	uint32_t	character;
	int			length;

	for (size_t i = 0; i < size; i += length)
	{
		length = note_character(bytes + i, size - i, &character);
		if (length == 0 || (character < 0x20 && character != '\n'))
			return false;
	}
	return true;
}

/*
 * Parse one signature line without its newline: the name's length into
 * name_size, id and signature into out. Returns their size, or -1.
 */
static int
note_parse_signature(const char *line, size_t size, size_t *name_size,
					 unsigned char *out)
{
	size_t		dash = strlen(note_dash);
	const char *space;
	int			length;

	if (size < dash || memcmp(line, note_dash, dash) != 0)
		return -1;
	line += dash;
	size -= dash;
	space = memchr(line, ' ', size);
	if (space == NULL || !note_name_valid(line, space - line))
		return -1;
	*name_size = space - line;
	length = crypto_base64_decode(space + 1, size - *name_size - 1, out,
								  NOTE_MAX_SIGNATURE);
	return length < 5 ? -1 : length;
}

/*
 * Find the last blank line: the text ends before it, signatures follow.
 */
static bool
note_split(const char *bytes, size_t size, Note *note)
{
	for (size_t i = size; i >= 2; i--)
	{
		if (bytes[i - 1] != '\n' || bytes[i - 2] != '\n')
			continue;
		note->text = bytes;
		note->text_size = i - 1;
		note->signatures = bytes + i;
		note->signatures_size = size - i;
		return true;
	}
	return false;
}

/*
 * Take a note apart and check its form, down to the last signature line.
 */
bool
note_parse(const char *bytes, size_t size, Note *note)
{
	unsigned char signature[NOTE_MAX_SIGNATURE];
	size_t		name_size;
	const char *line;
	const char *end;
	const char *newline;
	int			count = 0;

	if (size > NOTE_MAX_SIZE || !note_characters_valid(bytes, size) ||
		!note_split(bytes, size, note) || note->signatures_size == 0)
		return false;
	end = note->signatures + note->signatures_size;
	for (line = note->signatures; line < end; line = newline + 1)
	{
		newline = memchr(line, '\n', end - line);
		if (newline == NULL || ++count > NOTE_MAX_SIGNATURES ||
			note_parse_signature(line, newline - line, &name_size,
								 signature) < 0)
			return false;
	}
	return true;
}

/*
 * Verify a parsed note against one key. Signatures by other keys are ignored;
 * every one that claims to be by this key must fit.
 */
NoteVerdict
note_verify(const Note *note, const NoteKey *key)
{
	unsigned char bytes[NOTE_MAX_SIGNATURE];
	const char *end = note->signatures + note->signatures_size;
	const char *newline;
	NoteVerdict verdict = NOTE_NOT_SIGNED;

	for (const char *line = note->signatures; line < end; line = newline + 1)
	{
		size_t		name_size;
		int			size;

		newline = memchr(line, '\n', end - line);
		size = note_parse_signature(line, newline - line, &name_size, bytes);
		if (name_size != strlen(key->name) ||
			memcmp(line + strlen(note_dash), key->name, name_size) != 0 ||
			memcmp(bytes, key->id, sizeof(key->id)) != 0)
			continue;
		if (size != sizeof(key->id) + CRYPTO_SIGNATURE_SIZE ||
			!crypto_ed25519_verify(key->public_key, note->text,
								   note->text_size, bytes + sizeof(key->id)))
			return NOTE_FORGED;
		verdict = NOTE_VERIFIED;
	}
	return verdict;
}

/*
 * Parse a tree size: decimal, no leading zero, within a bigint.
 */
static bool
note_parse_size(const char *text, size_t size, uint64_t *out)
{
	*out = 0;
	if (size == 0 || size > 19 || (size > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < size; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + (text[i] - '0');
	}
	return *out <= INT64_MAX;
}

/*
 * Read the three lines of a checkpoint out of a note's text.
 */
bool
note_parse_checkpoint(const Note *note, NoteCheckpoint *checkpoint)
{
	const char *end = note->text + note->text_size;
	const char *line[4];		/* where each begins, and the end */

	line[0] = note->text;
	for (int i = 1; i < 4; i++)
	{
		const char *newline = memchr(line[i - 1], '\n', end - line[i - 1]);

		if (newline == NULL || newline == line[i - 1])
			return false;
		line[i] = newline + 1;
	}
	checkpoint->origin = line[0];
	checkpoint->origin_size = line[1] - line[0] - 1;
	return line[3] == end &&
		note_parse_size(line[1], line[2] - line[1] - 1, &checkpoint->size) &&
		crypto_base64_decode(line[2], line[3] - line[2] - 1, checkpoint->root,
							 HASH_SIZE) == HASH_SIZE;
}
