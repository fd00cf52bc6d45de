/*
 * keys.h
 *		Verifier keys that the caller trusts, and notes that they have signed.
 */
#ifndef AIMS_BIN_KEYS_H
#define AIMS_BIN_KEYS_H

#include "common.h"
#include "note.h"

#define KEYS_MAX 100

typedef struct Keys
{
	int			n;
	NoteKey		key[KEYS_MAX];
} Keys;

/* A verifier key, or a file with one in each line. */
extern void keys_add(Keys *keys, Hasher *hasher, const char *argument);

/*
 * Take a checkpoint apart and verify it; checkpoint points into text. With no
 * key, only its form is checked. Returns NULL or what is wrong with it; signer
 * is the key that signed, NULL without keys.
 */
extern const char *keys_open(const Keys *keys, const char *text, size_t size,
							 NoteCheckpoint *checkpoint,
							 const NoteKey **signer);

#endif							/* AIMS_BIN_KEYS_H */
