/*
 * key.h
 *		The keys that sign checkpoints: public halves are rows of
 *		aims.signing_key, the secret one is the file aims.signing_key_file.
 */
#ifndef AIMS_KEY_H
#define AIMS_KEY_H

#include "nodes/pg_list.h"

#include "note.h"

typedef struct SigningKey
{
	int32		number;			/* signing_key.signing_key */
	int64		tree_size;		/* newest head when it was created */
	int64		last_size;		/* largest head that it may sign */
	NoteKey		note;
} SigningKey;

/* The current key; false where there is none. */
extern bool key_current(SigningKey *key);

/* All keys that there have been: List of SigningKey *, the newest first. */
extern List *key_all(void);

/* Sign with the key file, which must hold this key; raises MS023. */
extern void key_sign(const SigningKey *key, const void *text, size_t size,
					 unsigned char *signature);

/* End the current origin, and begin another with the same key. */
extern void key_begin_origin(void);

/* A note that somebody hands in, in UTF-8 and with its last line feed. */
extern char *checkpoint_argument(const text *argument);

#endif							/* AIMS_KEY_H */
