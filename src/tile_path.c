/*
 * tile_path.c
 *		Names of the files of a published log: C2SP tlog-tiles.
 *
 * An index is written in groups of three digits, each but the last with an x
 * before it: 1234067 is x001/x234/067. So no file has the name of a directory,
 * and there is one way only to write an index.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tile_path.h"

#define TILE_PATH_GROUPS 7		/* of a 64-bit index */

/*
 * Write an index at out. Returns the length.
 */
static int
tile_path_format_index(char *out, uint64_t index)
{
	int			group[TILE_PATH_GROUPS];
	int			n = 0;
	int			length = 0;

	do
	{
		group[n++] = index % 1000;
		index /= 1000;
	} while (index > 0);
	while (n-- > 1)
		length += sprintf(out + length, "x%03d/", group[n]);
	return length + sprintf(out + length, "%03d", group[0]);
}

/*
 * Write a path.
 */
int
tile_path_format(char out[TILE_PATH_MAX], const TilePath *path)
{
	int			length;

	if (path->level == TILE_PATH_ENTRIES)
		length = sprintf(out, "tile/entries/");
	else
		length = sprintf(out, "tile/%d/", path->level);
	length += tile_path_format_index(out + length, path->index);
	if (path->width < TILE_PATH_FULL)
		length += sprintf(out + length, ".p/%d", path->width);
	return length;
}

/*
 * Read a decimal number of at most digits digits at *text, and go past it.
 * Returns -1 where there is none.
 */
static int
tile_path_number(const char **text, const char *end, int digits)
{
	int			number = 0;
	int			n = 0;

	for (; n < digits && *text < end && **text >= '0' && **text <= '9'; n++)
		number = number * 10 + (*(*text)++ - '0');
	return n == 0 ? -1 : number;
}

/*
 * Read an index. Numbers that are too large, and groups that are not complete,
 * show when the path is written again.
 */
static bool
tile_path_parse_index(const char **text, const char *end, uint64_t *index)
{
	*index = 0;
	for (;;)
	{
		bool		last = *text == end || **text != 'x';
		int			group;

		if (!last)
			(*text)++;
		group = tile_path_number(text, end, 3);
		if (group < 0 || *index > (uint64_t) (INT64_MAX - group) / 1000)
			return false;
		*index = *index * 1000 + group;
		if (last)
			return true;
		if (*text == end || *(*text)++ != '/')
			return false;
	}
}

/*
 * Read a path. What the path does not say in the one way there is, is found by
 * writing it again.
 */
bool
tile_path_parse(const char *text, size_t size, TilePath *path)
{
	static const char tile[] = "tile/";
	static const char entries[] = "entries/";
	const char *p = text;
	const char *end = text + size;
	char		again[TILE_PATH_MAX];

	if (size >= TILE_PATH_MAX || size < strlen(tile) ||
		memcmp(p, tile, strlen(tile)) != 0)
		return false;
	p += strlen(tile);
	path->level = TILE_PATH_ENTRIES;
	if ((size_t) (end - p) >= strlen(entries) &&
		memcmp(p, entries, strlen(entries)) == 0)
		p += strlen(entries);
	else
	{
		path->level = tile_path_number(&p, end, 2);
		if (path->level < 0 || path->level > TILE_PATH_LEVEL_MAX ||
			p == end || *p++ != '/')
			return false;
	}
	if (!tile_path_parse_index(&p, end, &path->index))
		return false;
	path->width = TILE_PATH_FULL;
	if (end - p > 3 && memcmp(p, ".p/", 3) == 0)
	{
		p += 3;
		path->width = tile_path_number(&p, end, 3);
		if (path->width < 1 || path->width >= TILE_PATH_FULL)
			return false;
	}
	return p == end && (size_t) tile_path_format(again, path) == size &&
		memcmp(again, text, size) == 0;
}
