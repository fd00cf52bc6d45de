/*
 * tile_path_test.c
 *		Paths of a published log: the examples of C2SP tlog-tiles, the limits,
 *		and that nothing else is taken for a path.
 */
#include <inttypes.h>
#include <string.h>

#include "tap.h"
#include "tile_path.h"

typedef struct Example
{
	TilePath	path;
	const char *text;
} Example;

static const Example examples[] = {
	{{0, 0, 256}, "tile/0/000"},
	{{0, 272, 256}, "tile/0/272"},
	{{0, 273, 112}, "tile/0/273.p/112"},
	{{1, 1, 17}, "tile/1/001.p/17"},
	{{2, 0, 1}, "tile/2/000.p/1"},
	{{0, 999, 255}, "tile/0/999.p/255"},
	{{0, 1000, 256}, "tile/0/x001/000"},
	{{0, 1234067, 256}, "tile/0/x001/x234/067"},
	{{TILE_PATH_ENTRIES, 1234067, 9}, "tile/entries/x001/x234/067.p/9"},
	{{TILE_PATH_ENTRIES, 5, 256}, "tile/entries/005"},
	{{63, (UINT64_C(1) << 54) - 1, 255},
	 "tile/63/x018/x014/x398/x509/x481/983.p/255"},
};

static const char *const refused[] = {
	"",
	"tile",
	"tile/",
	"tile/0",
	"tile/0/",
	"tile/0/0",
	"tile/0/00",
	"tile/0/0000",
	"tile/0/1000",
	"tile/00/000",
	"tile/01/000",
	"tile/64/000",
	"tile/100/000",
	"tile/-1/000",
	"tile/+1/000",
	"tile//000",
	"/tile/0/000",
	"tile/0/000/",
	"tile/0//000",
	"tile/0/x000/000",
	"tile/0/x000/x001/000",
	"tile/0/x001",
	"tile/0/x001/",
	"tile/0/x001/x000",
	"tile/0/001/000",
	"tile/0/x01/000",
	"tile/0/x0001/000",
	"tile/0/000.p",
	"tile/0/000.p/",
	"tile/0/000.p/0",
	"tile/0/000.p/00",
	"tile/0/000.p/01",
	"tile/0/000.p/256",
	"tile/0/000.p/1000",
	"tile/0/000.p/1/",
	"tile/0/000.p/1 ",
	"tile/0/000 ",
	"tile/0/X001/000",
	"tile/0/x00a/000",
	"tile/entries",
	"tile/entries/",
	"tile/entries/0",
	"tile/entry/000",
	"tile/0/../000",
	"tile/entries/0/000",
	"tile/0/x009/x223/x372/x036/x854/x775/808",
	"tile/0/x999/x999/x999/x999/x999/x999/x999/999",
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
	{
		const Example *example = &examples[i];
		char		text[TILE_PATH_MAX];
		TilePath	path;
		int			length = tile_path_format(text, &example->path);

		ok(length == (int) strlen(text) && strcmp(text, example->text) == 0,
		   "writes %s", example->text);
		ok(tile_path_parse(example->text, strlen(example->text), &path) &&
		   path.level == example->path.level &&
		   path.index == example->path.index &&
		   path.width == example->path.width, "reads %s", example->text);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
	{
		TilePath	path;

		ok(!tile_path_parse(refused[i], strlen(refused[i]), &path),
		   "refuses \"%s\"", refused[i]);
	}
	return done();
}
