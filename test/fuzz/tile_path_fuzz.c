/*
 * tile_path_fuzz.c
 *		Paths of tiles and bundles: what is accepted is spelled as we spell
 *		it, and every path is spelled as c2sp.org/tlog-tiles says.
 */
#include <inttypes.h>
#include <string.h>

#include "fuzz.h"
#include "tile_path.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An index: digits in groups of three, all but the last after an x. */
static void
reference_index(uint64_t index, char *out)
{
	char		digits[32];
	size_t		n = snprintf(digits, sizeof(digits), "%" PRIu64, index);
	size_t		groups = (n + 2) / 3;

	n = snprintf(digits, sizeof(digits), "%0*" PRIu64, (int) groups * 3, index);
	for (size_t i = 0; i < n; i += 3)
		out += sprintf(out, "%s%.3s%s", i + 3 < n ? "x" : "", digits + i,
					   i + 3 < n ? "/" : "");
}

/* A path that there may be: written as it has to be, and read back. */
static void
check_path(const TilePath *path)
{
	char		out[TILE_PATH_MAX];
	char		index[64];
	char		expected[128];
	char		level[16];
	int			size;
	char	   *text;
	TilePath	back;

	reference_index(path->index, index);
	snprintf(level, sizeof(level), "%d", path->level);
	size = sprintf(expected, "tile/%s/%s",
				   path->level == TILE_PATH_ENTRIES ? "entries" : level, index);
	if (path->width < TILE_PATH_FULL)
		size += sprintf(expected + size, ".p/%d", path->width);
	check(size < TILE_PATH_MAX);
	check(tile_path_format(out, path) == size && strcmp(out, expected) == 0);
	text = exact_copy(out, size);
	check(tile_path_parse(text, size, &back));
	check(back.level == path->level && back.index == path->index &&
		  back.width == path->width);
	check(!tile_path_parse(text, size - 1, &back) ||
		  back.index != path->index || back.width != path->width);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = exact_copy(data, size);
	char		again[TILE_PATH_MAX];
	Input		in = {data, size};
	TilePath	path;

	if (tile_path_parse(text, size, &path))
	{
		check(path.level >= TILE_PATH_ENTRIES &&
			  path.level <= TILE_PATH_LEVEL_MAX);
		check(path.width >= 1 && path.width <= TILE_PATH_FULL);
		check(path.index <= INT64_MAX);
		check((size_t) tile_path_format(again, &path) == size &&
			  memcmp(again, text, size) == 0);
	}
	free(text);
	path.level = (int) (input_number(&in, 1) % (TILE_PATH_LEVEL_MAX + 2)) - 1;
	path.width = 1 + input_number(&in, 1) % TILE_PATH_FULL;
	path.index = input_number(&in, 8) >> (1 + input_number(&in, 1) % 63);
	check_path(&path);
	return 0;
}
