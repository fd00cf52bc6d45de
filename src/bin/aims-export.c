/*
 * aims-export.c
 *		Write the ledger of a database to a directory that can be served and
 *		mirrored as it is: C2SP tlog-tiles.
 *
 * The order of events makes every state of the directory a good one. Tiles and
 * entry bundles come first, each file whole and never changed afterwards; the
 * checkpoint that covers them comes last. A run that was interrupted leaves
 * files that no checkpoint covers yet: the next one checks and keeps them.
 *
 * Nothing is taken on trust from the database but the checkpoint. Leaves have
 * to hash to the tile, tiles to the tree, and the tree to the root that was
 * signed; the tree that was exported before has to be its beginning.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "keys.h"
#include "ledger_client.h"
#include "store.h"
#include "tree.h"

#define KEYS_FILE "verifier-keys"

enum
{
	OPTION_KEEP_KEYS = 256,
	OPTION_REPAIR
};

typedef struct Options
{
	LedgerPlace place;
	const char *directory;
	bool		keep_keys;
	bool		repair;
	bool		quiet;
	bool		sync;
} Options;

typedef struct Export
{
	const Options *options;
	LedgerClient *client;
	Hasher	   *hasher;
	Keys		keys;
	char	   *note;			/* the checkpoint to export */
	NoteCheckpoint head;		/* what it says */
	char	   *old_note;		/* the one that is there, or NULL */
	NoteCheckpoint old_head;
	Tree	   *tree;
	bool		asked_disk;		/* leaves of the tile asked for are there */
	LedgerTile	tile;			/* of level 0, just received */
	bool		on_disk;		/* and its leaves are there */
	uint64_t	first;			/* where writing begins: a tile's first leaf */
} Export;

static void
usage(void)
{
	printf("%s writes the ledger of a database to a directory: the log as static files\n"
		   "(C2SP tlog-tiles), to be served, mirrored and checked by anybody.\n\n"
		   "Usage:\n  %s [OPTION]... DIRECTORY\n\n"
		   "Options:\n"
		   "  -k, --key=KEY          verify the checkpoint with this verifier key, or those\n"
		   "                         in the file of that name; more than once for several\n"
		   "      --keep-keys        write the ledger's own list of verifier keys to the\n"
		   "                         file %s, too\n"
		   "      --repair           go through all files, and replace what is missing or\n"
		   "                         damaged\n"
		   "  -N, --no-sync          do not wait for files to reach the disk\n"
		   "  -q, --quiet            no progress, and no closing line\n"
		   "  -V, --version          print the version, then exit\n"
		   "  -?, --help             print this help, then exit\n\n"
		   "Connection options:\n"
		   "  -d, --dbname=DBNAME    database, or connection string\n"
		   "  -h, --host=HOSTNAME    database server host or socket directory\n"
		   "  -p, --port=PORT        database server port\n"
		   "  -U, --username=NAME    role; the bundle auditor is enough\n"
		   "Whatever is not given is taken from the environment, as by psql.\n\n"
		   "Exit status is 0 when the directory is up to date, 1 when the ledger is not\n"
		   "consistent with itself, with its key or with what was exported before, and 2\n"
		   "when something else went wrong.\n",
		   program, program, KEYS_FILE);
}

/*
 * Take one option.
 */
static void
take_option(int option, Options *options, Export *export)
{
	switch (option)
	{
		case 'd':
			options->place.dbname = optarg;
			break;
		case 'h':
			options->place.host = optarg;
			break;
		case 'p':
			options->place.port = optarg;
			break;
		case 'U':
			options->place.user = optarg;
			break;
		case 'k':
			keys_add(&export->keys, export->hasher, optarg);
			break;
		case OPTION_KEEP_KEYS:
			options->keep_keys = true;
			break;
		case OPTION_REPAIR:
			options->repair = true;
			break;
		case 'N':
			options->sync = false;
			break;
		case 'q':
			options->quiet = true;
			break;
		default:
			fprintf(stderr, "Try \"%s --help\".\n", program);
			exit(STATUS_TROUBLE);
	}
}

/*
 * Read the command line.
 */
static void
parse_options(int argc, char **argv, Options *options, Export *export)
{
	static const struct option long_options[] = {
		{"dbname", required_argument, NULL, 'd'},
		{"host", required_argument, NULL, 'h'},
		{"port", required_argument, NULL, 'p'},
		{"username", required_argument, NULL, 'U'},
		{"key", required_argument, NULL, 'k'},
		{"keep-keys", no_argument, NULL, OPTION_KEEP_KEYS},
		{"repair", no_argument, NULL, OPTION_REPAIR},
		{"no-sync", no_argument, NULL, 'N'},
		{"quiet", no_argument, NULL, 'q'},
		{NULL, 0, NULL, 0}
	};
	int			option;

	options->sync = true;
	while ((option = getopt_long(argc, argv, "d:h:p:U:k:Nq", long_options,
								 NULL)) != -1)
		take_option(option, options, export);
	if (optind + 1 != argc)
		fail(STATUS_TROUBLE, "give one directory; see \"%s --help\"", program);
	options->directory = argv[optind];
}

/*
 * Open the checkpoint that is in the directory, if there is one. It was
 * verified when it came there; its key may be one of the past.
 */
static void
open_exported(Export *export)
{
	static char text[NOTE_FILE_MAX + 1];
	static const Keys none = {0};
	const NoteKey *signer;
	const char *problem;
	long		size = file_read("checkpoint", text, NOTE_FILE_MAX);

	if (size == FILE_ABSENT)
		return;
	problem = size < 0 ? "is too large" :
		keys_open(&none, text, size, &export->old_head, &signer);
	if (problem != NULL)
		fail(STATUS_WRONG, "the file checkpoint in \"%s\" %s",
			 export->options->directory, problem);
	export->old_note = text;
}

/*
 * Get the checkpoint to export, and see that it may follow the one that is
 * there.
 */
static void
open_newest(Export *export)
{
	const NoteCheckpoint *old = &export->old_head;
	const NoteCheckpoint *head = &export->head;
	const NoteKey *signer;
	const char *problem;

	export->note = ledger_checkpoint(export->client);
	problem = keys_open(&export->keys, export->note, strlen(export->note),
						&export->head, &signer);
	if (problem != NULL)
		fail(STATUS_WRONG, "the checkpoint of the ledger %s", problem);
	if (export->old_note == NULL)
		return;
	if (old->origin_size != head->origin_size ||
		memcmp(old->origin, head->origin, old->origin_size) != 0)
		fail(STATUS_WRONG,
			 "\"%s\" holds another log: %.*s, not %.*s; export to a directory of its own",
			 export->options->directory,
			 (int) old->origin_size, old->origin,
			 (int) head->origin_size, head->origin);
	if (head->size < old->size)
		fail(STATUS_WRONG,
			 "the ledger's newest checkpoint has %" PRIu64 " leaves, the exported one %" PRIu64
			 ": the database was set back, or is a standby that lags behind",
			 head->size, old->size);
}

/*
 * A tile above the leaves is full: write it.
 */
static void
full_tile(void *arg, int level, uint64_t index, const MerkleHash *hashes)
{
	(void) arg;
	if (level > 0)
		store_put_tile(level, index, TILE_WIDTH, hashes,
					   TILE_WIDTH * HASH_SIZE);
}

/*
 * Make the tree over the full tiles that were exported before, from what the
 * database has now.
 */
static void
restore_tree(Export *export, uint64_t size)
{
	MerkleHash	hashes[TILE_WIDTH];

	tree_restore_size(export->tree, size);
	for (int level = 1; level < TREE_LEVELS; level++)
	{
		int			width = tree_width(export->tree, level);

		if (width == 0)
			continue;
		ledger_tile(export->client, level,
					(size >> (TILE_HEIGHT * level)) / TILE_WIDTH, width,
					hashes);
		tree_restore_level(export->tree, level, (const MerkleHash *) hashes);
	}
}

/*
 * Check that the exported tree is the beginning of the ledger's, and leave the
 * tree at the last full tile of it.
 */
static void
check_continues(Export *export)
{
	uint64_t	size = export->old_head.size;
	uint64_t	full = size - size % TILE_WIDTH;
	MerkleHash	hashes[TILE_WIDTH];
	MerkleHash	root;

	restore_tree(export, full);
	if (size > full)
		ledger_tile(export->client, 0, full / TILE_WIDTH, size - full, hashes);
	for (uint64_t i = 0; i < size - full; i++)
		tree_add(export->tree, hashes[i]);
	tree_root(export->tree, root);
	if (memcmp(root, export->old_head.root, HASH_SIZE) != 0)
		fail(STATUS_WRONG,
			 "the ledger does not contain the exported checkpoint of %" PRIu64
			 " leaves: its history was rewritten, or this is another one; keep \"%s\" as evidence",
			 size, export->options->directory);
	export->first = export->options->repair ? 0 : full;
	restore_tree(export, export->first);
}

/*
 * Do these leaves hash to the tile? Returns the first that does not, or width.
 */
static int
check_leaves(Export *export, const char *bundle, size_t size, int width)
{
	BundleLeaf	leaves[TILE_WIDTH];
	int			n = bundle_split(bundle, size, width, true, leaves);

	for (int i = 0; i < n; i++)
	{
		MerkleHash	hash;

		merkle_leaf(export->hasher, leaves[i].data, leaves[i].size, hash);
		if (memcmp(hash, export->tile.hashes[i], HASH_SIZE) != 0)
			return i;
	}
	return n;
}

/*
 * How many hashes has that tile of level 0 under the checkpoint?
 */
static int
tile_width_of(const Export *export, uint64_t index)
{
	uint64_t	left = export->head.size - index * TILE_WIDTH;

	return left < TILE_WIDTH ? (int) left : TILE_WIDTH;
}

/*
 * Name the bundle of a tile.
 */
static void
bundle_name(const Export *export, uint64_t index, char name[TILE_PATH_MAX])
{
	TilePath	path = {TILE_PATH_ENTRIES, index, tile_width_of(export, index)};

	tile_path_format(name, &path);
}

/*
 * Ask for a tile; for its leaves only where they are not on disk already.
 */
static void
request_tile(Export *export, uint64_t index)
{
	char		name[TILE_PATH_MAX];

	bundle_name(export, index, name);
	export->asked_disk = store_exists(name);
	ledger_request(export->client, index, tile_width_of(export, index),
				   !export->asked_disk);
}

/*
 * Receive the tile that was asked for. Leaves from disk have to be those of
 * the tile; others are fetched in their place.
 */
static void
receive_tile(Export *export, uint64_t index)
{
	static char bundle[BUNDLE_MAX];
	char		name[TILE_PATH_MAX];
	int			width = tile_width_of(export, index);
	long		size;

	ledger_receive(export->client, &export->tile);
	export->on_disk = export->asked_disk;
	if (!export->on_disk)
		return;
	bundle_name(export, index, name);
	size = file_read(name, bundle, BUNDLE_MAX);
	if (size >= 0 && check_leaves(export, bundle, size, width) == width)
		return;
	export->on_disk = false;
	ledger_request(export->client, index, width, true);
	ledger_receive(export->client, &export->tile);
}

/*
 * Check and write the tile that was received, and its leaves.
 */
static void
write_tile(Export *export, uint64_t index)
{
	LedgerTile *tile = &export->tile;
	int			width = tile_width_of(export, index);
	int			good = export->on_disk ? width :
		check_leaves(export, tile->bundle, tile->bundle_size, width);

	if (good < width)
		fail(STATUS_WRONG,
			 "leaf %" PRIu64 " of the ledger is not what was sealed: run aims.verify()",
			 index * TILE_WIDTH + good);
	if (!export->on_disk)
	{
		store_put_tile(TILE_PATH_ENTRIES, index, width, tile->bundle,
					   tile->bundle_size);
		free(tile->bundle);
	}
	store_put_tile(0, index, width, tile->hashes, width * HASH_SIZE);
	for (int i = 0; i < width; i++)
		tree_add(export->tree, tile->hashes[i]);
}

/*
 * Write all tiles and bundles from the first on. While one is checked and
 * written, the server makes the next.
 */
static void
write_tiles(Export *export)
{
	uint64_t	first = export->first / TILE_WIDTH;
	uint64_t	end = (export->head.size + TILE_WIDTH - 1) / TILE_WIDTH;

	progress_start("exported", export->head.size, export->options->quiet);
	if (first < end)
		request_tile(export, first);
	for (uint64_t index = first; index < end; index++)
	{
		receive_tile(export, index);
		if (index + 1 < end)
			request_tile(export, index + 1);
		write_tile(export, index);
		progress_at(export->tree->size);
	}
	progress_end();
}

/*
 * Check the root of all, and write the tiles that are not full.
 */
static void
finish_tree(Export *export)
{
	MerkleHash	root;

	tree_root(export->tree, root);
	if (memcmp(root, export->head.root, HASH_SIZE) != 0)
		fail(STATUS_WRONG,
			 "the tree of the ledger does not have the root that its checkpoint of %" PRIu64
			 " leaves says: run aims.verify()", export->head.size);
	for (int level = 1; level < TREE_LEVELS; level++)
	{
		int			width = tree_width(export->tree, level);

		if (width > 0)
			store_put_tile(level,
						   (export->tree->size >> (TILE_HEIGHT * level)) /
						   TILE_WIDTH, width, export->tree->level[level].hashes,
						   width * HASH_SIZE);
	}
}

/*
 * Write the checkpoint, now that all it covers is there.
 */
static void
finish_checkpoint(Export *export)
{
	if (export->options->keep_keys)
	{
		char	   *keys = ledger_keys(export->client);

		store_put(KEYS_FILE, keys, strlen(keys));
		free(keys);
	}
	store_sync();
	store_put("checkpoint", export->note, strlen(export->note));
	store_sync();
}

/*
 * Remove partial forms of the tiles that have become full.
 */
static void
drop_partial_tiles(const Export *export)
{
	for (int level = 0; level < TREE_LEVELS; level++)
	{
		int			shift = TILE_HEIGHT * level;
		uint64_t	first = (export->first >> shift) / TILE_WIDTH;
		uint64_t	end = (export->head.size >> shift) / TILE_WIDTH;

		for (uint64_t index = first; index < end; index++)
		{
			store_drop_partial(level, index);
			if (level == 0)
				store_drop_partial(TILE_PATH_ENTRIES, index);
		}
	}
}

int
main(int argc, char **argv)
{
	static Export export;
	static Options options;

	program = "aims-export";
	standard_options(argc, argv, usage);
	export.options = &options;
	export.hasher = start_hasher();
	parse_options(argc, argv, &options, &export);
	export.client = ledger_connect(&options.place);
	store_open(options.directory, options.sync);
	open_exported(&export);
	open_newest(&export);
	export.tree = tree_create(export.hasher, full_tile, NULL);
	if (export.old_note != NULL)
		check_continues(&export);
	write_tiles(&export);
	finish_tree(&export);
	finish_checkpoint(&export);
	drop_partial_tiles(&export);
	ledger_close(export.client);
	if (on_terminal(options.quiet))
		fprintf(stderr, "%s holds %s leaves of %.*s.\n", options.directory,
				grouped(export.head.size), (int) export.head.origin_size,
				export.head.origin);
	return finish();
}
