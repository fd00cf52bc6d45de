/*
 * store.h
 *		The directory of a published log, for writing. It is the current
 *		directory once it is open.
 *
 * A file comes into being whole: it is written under another name, flushed and
 * renamed. One program writes at a time.
 */
#ifndef AIMS_BIN_STORE_H
#define AIMS_BIN_STORE_H

#include "common.h"
#include "tile_path.h"

/* Make the directory if need be, lock it and go there. */
extern void store_open(const char *directory, bool sync);

extern bool store_exists(const char *path);

/* Is there such a file with exactly these bytes? */
extern bool store_has(const char *path, const void *data, size_t size);

/* Write a file, unless it is there already. */
extern void store_put(const char *path, const void *data, size_t size);
extern void store_put_tile(int level, uint64_t index, int width,
						   const void *data, size_t size);

/* Remove the partial forms of a tile that is full. */
extern void store_drop_partial(int level, uint64_t index);

/* Everything written so far survives a crash of the machine. */
extern void store_sync(void);

#endif							/* AIMS_BIN_STORE_H */
