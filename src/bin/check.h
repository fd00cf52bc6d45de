/*
 * check.h
 *		What aims-verify checks: a whole log, or one record of it.
 */
#ifndef AIMS_BIN_CHECK_H
#define AIMS_BIN_CHECK_H

#include "keys.h"

#define OLDER_MAX 1000

/* Names of files; NULL where none was given. */
typedef struct CheckOptions
{
	Keys		keys;			/* none: do not check signatures */
	const char *directory;
	int			n_older;
	const char *older[OLDER_MAX];
	const char *proof;
	const char *leaf;
	const char *salt;			/* or the digits themselves */
	const char *particulars;
	const char *old_image;
	const char *new_image;
	bool		quiet;
} CheckOptions;

/* Both end the program unless everything is as it should be. */
extern void check_log(const CheckOptions *options, Hasher *hasher);
extern void check_record(const CheckOptions *options, Hasher *hasher);

/* Print who signed. */
extern void check_print_signer(const NoteKey *signer);

#endif							/* AIMS_BIN_CHECK_H */
