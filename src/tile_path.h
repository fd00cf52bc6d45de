/*
 * tile_path.h
 *		Names of the files of a published log: C2SP tlog-tiles. Knows nothing
 *		of the server.
 */
#ifndef AIMS_TILE_PATH_H
#define AIMS_TILE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TILE_PATH_ENTRIES (-1)	/* in place of a level: entry bundles */
#define TILE_PATH_LEVEL_MAX 63
#define TILE_PATH_FULL 256		/* hashes of a full tile */
#define TILE_PATH_MAX 64		/* bytes of the longest path, and a zero */

typedef struct TilePath
{
	int			level;			/* or TILE_PATH_ENTRIES */
	uint64_t	index;			/* at most INT64_MAX */
	int			width;			/* 1 to TILE_PATH_FULL */
} TilePath;

/*
 * tile/<level>/<index> or tile/entries/<index>, with .p/<width> where it is
 * partial. Returns the length.
 */
extern int	tile_path_format(char out[TILE_PATH_MAX], const TilePath *path);

/* Exactly what tile_path_format writes; false for anything else. */
extern bool tile_path_parse(const char *text, size_t size, TilePath *path);

#endif							/* AIMS_TILE_PATH_H */
