/*
 * keys.c
 *		Verifier keys that the caller trusts, and notes that they have signed.
 */
#include <string.h>

#include "keys.h"

/*
 * Add one key. False where it is none.
 */
static bool
keys_add_text(Keys *keys, Hasher *hasher, const char *text, size_t size)
{
	if (keys->n == KEYS_MAX)
		fail(STATUS_TROUBLE, "more than %d verifier keys", KEYS_MAX);
	if (!note_parse_verifier(hasher, text, size, &keys->key[keys->n]))
		return false;
	keys->n++;
	return true;
}

/*
 * Add the keys that an argument gives, itself or as the name of a file.
 */
void
keys_add(Keys *keys, Hasher *hasher, const char *argument)
{
	char	   *text;
	size_t		size;
	size_t		length;

	if (keys_add_text(keys, hasher, argument, strlen(argument)))
		return;
	text = file_text(argument, KEYS_MAX * (NOTE_KEY_TEXT_MAX + 1), &size);
	if (size == 0)
		fail(STATUS_TROUBLE, "there is no verifier key in \"%s\"", argument);
	for (char *line = text; line < text + size; line += length + 1)
	{
		length = strcspn(line, "\n");
		if (!keys_add_text(keys, hasher, line, length))
			fail(STATUS_TROUBLE,
				 "\"%s\" has a line that is not a verifier key (name+id+base64)",
				 argument);
	}
}

/*
 * Is the origin of the checkpoint the name of that key?
 */
static bool
keys_name_fits(const NoteKey *key, const NoteCheckpoint *checkpoint)
{
	return strlen(key->name) == checkpoint->origin_size &&
		memcmp(key->name, checkpoint->origin, checkpoint->origin_size) == 0;
}

/*
 * Verify a checkpoint. One good signature is enough, one that is forged is too
 * much.
 */
const char *
keys_open(const Keys *keys, const char *text, size_t size,
		  NoteCheckpoint *checkpoint, const NoteKey **signer)
{
	Note		note;
	bool		named = false;

	*signer = NULL;
	if (!note_parse(text, size, &note) ||
		!note_parse_checkpoint(&note, checkpoint))
		return "is not a checkpoint: a signed note of origin, size and root";
	for (int i = 0; i < keys->n; i++)
	{
		if (!keys_name_fits(&keys->key[i], checkpoint))
			continue;
		named = true;
		switch (note_verify(&note, &keys->key[i]))
		{
			case NOTE_VERIFIED:
				*signer = &keys->key[i];
				break;
			case NOTE_FORGED:
				return "has a signature that does not fit what it says";
			case NOTE_NOT_SIGNED:
				break;
		}
	}
	if (keys->n == 0 || *signer != NULL)
		return NULL;
	return named ? "is not signed by the verifier key; a log whose key was replaced needs a -k for each" :
		"is one of another log: its origin is not the name of the verifier key";
}
