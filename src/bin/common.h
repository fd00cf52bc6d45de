/*
 * common.h
 *		What the programs share: messages, exit statuses, files, progress.
 */
#ifndef AIMS_BIN_COMMON_H
#define AIMS_BIN_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"

/* Exit statuses. */
#define STATUS_FINE 0
#define STATUS_WRONG 1			/* not verified, or not consistent */
#define STATUS_TROUBLE 2		/* usage, files, connection: no verdict */

#define TILE_WIDTH 256
#define TILE_HEIGHT 8
#define TREE_LEVELS 8			/* 256^8 leaves: more than are counted */
#define LEAF_LENGTH_MAX 65535
#define BUNDLE_MAX (TILE_WIDTH * (2 + LEAF_LENGTH_MAX))
#define NOTE_FILE_MAX 1000000

/* Name for messages; set by main. */
extern const char *program;

/* Print "program: message" and end with that status. */
extern void fail(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Answers --help and --version, when that is all that is asked. */
extern void standard_options(int argc, char **argv, void (*usage)(void));

/* What was printed has to have been written; the last thing of main. */
extern int	finish(void);

/* A hasher, or the end of the program. */
extern Hasher *start_hasher(void);

extern void *allocate(size_t size);

#define FILE_ABSENT (-1)
#define FILE_TOO_LARGE (-2)

/*
 * Read a regular file, of at most max bytes, into out. Returns its size or one
 * of the above; ends the program where it cannot be read.
 */
extern long file_read(const char *path, void *out, size_t max);

/* The same into memory of its own, with a zero byte at the end. */
extern char *file_text(const char *path, size_t max, size_t *size);

/* Does somebody look at standard error? */
extern bool on_terminal(bool quiet);

/* A line on the terminal that says how far it is; nothing elsewhere. */
extern void progress_start(const char *what, uint64_t total, bool quiet);
extern void progress_at(uint64_t done);
extern void progress_end(void);

/* A number with commas between thousands; uses a few buffers in turn. */
extern const char *grouped(uint64_t number);

#endif							/* AIMS_BIN_COMMON_H */
