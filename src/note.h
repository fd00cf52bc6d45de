/*
 * note.h
 *		Signed notes (c2sp.org/signed-note), the checkpoints that they carry
 *		(c2sp.org/tlog-checkpoint) and the keys that sign them. Knows nothing
 *		of the server; all text is UTF-8.
 */
#ifndef AIMS_NOTE_H
#define AIMS_NOTE_H

#include <stdint.h>

#include "crypto.h"
#include "merkle.h"

#define NOTE_ED25519 0x01		/* signature type byte */
#define NOTE_NAME_MAX 200		/* our limit on a key name, bytes */
#define NOTE_KEY_TEXT_MAX 300	/* a verifier or private key as text */
#define NOTE_SECRET_SIZE (1 + CRYPTO_SEED_SIZE) /* type byte || seed */
#define NOTE_SIGNATURE_LINE_MAX 400
#define NOTE_CHECKPOINT_MAX 300 /* text of a checkpoint of ours */

typedef struct NoteKey
{
	char		name[NOTE_NAME_MAX + 1];
	unsigned char id[4];
	unsigned char public_key[CRYPTO_PUBLIC_SIZE];
} NoteKey;

/* A note, taken apart; points into the caller's bytes. */
typedef struct Note
{
	const char *text;			/* with its last newline */
	size_t		text_size;
	const char *signatures;		/* one line each */
	size_t		signatures_size;
} Note;

typedef struct NoteCheckpoint
{
	const char *origin;
	size_t		origin_size;
	uint64_t	size;
	MerkleHash	root;
} NoteCheckpoint;

typedef enum NoteVerdict
{
	NOTE_VERIFIED,
	NOTE_NOT_SIGNED,			/* no signature by that key */
	NOTE_FORGED					/* one that does not fit the text */
} NoteVerdict;

/* Not empty, UTF-8, no Unicode space, no control character, no plus. */
extern bool note_name_valid(const char *name, size_t size);

/* Makes a key of a name and a public key; false where the name is not valid. */
extern bool note_key_init(Hasher *hasher, NoteKey *key, const char *name,
						  const unsigned char *public_key);

/* name+id+base64(type || public key); out has NOTE_KEY_TEXT_MAX bytes. */
extern void note_format_verifier(const NoteKey *key, char *out);
extern bool note_parse_verifier(Hasher *hasher, const char *text, size_t size,
								NoteKey *key);

/*
 * PRIVATE+KEY+name+id+base64(type || seed). secret and text stand in memory
 * from crypto_secret_alloc(). Parsing derives the public key.
 */
extern void note_format_private(const NoteKey *key,
								const unsigned char *secret, char *out);
extern bool note_parse_private(Hasher *hasher, const char *text, size_t size,
							   NoteKey *key, unsigned char *secret);

/* Text of a checkpoint; both return the size, without the ending zero byte. */
extern size_t note_format_checkpoint(const char *origin, uint64_t size,
									 const MerkleHash root, char *out);
extern size_t note_format_signature(const NoteKey *key,
									const unsigned char *signature, char *out);

/* Takes a note apart; false where anything in it is malformed. */
extern bool note_parse(const char *bytes, size_t size, Note *note);
extern NoteVerdict note_verify(const Note *note, const NoteKey *key);

/* Exactly origin, size and root: ours have no extension lines. */
extern bool note_parse_checkpoint(const Note *note, NoteCheckpoint *checkpoint);

#endif							/* AIMS_NOTE_H */
