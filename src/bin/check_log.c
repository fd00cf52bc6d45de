/*
 * check_log.c
 *		Check a directory that holds a published log (C2SP tlog-tiles).
 *
 * Every byte of it may be forged. So sizes that it states are never allocated,
 * only walked up to as long as there are files; memory is one tile of each
 * level and one bundle. The walk goes from leaf to leaf: the leaf has to hash
 * to what its tile says, full tiles to what the tile above says, and all of it
 * to the root that was signed. It ends with the first thing that is wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "chain.h"
#include "check.h"
#include "tally.h"
#include "tile_path.h"
#include "tree.h"

#define EVENTS_MAX 100			/* of incarnations, that are printed */

/* A checkpoint that was kept elsewhere. */
typedef struct Older
{
	const char *file;
	const char *origin;
	size_t		origin_size;
	uint64_t	size;
	MerkleHash	root;
} Older;

/* An incarnation began, or was allowed to sign. */
typedef struct Event
{
	uint64_t	leaf;
	int64_t		incarnation;
	char		what[16];
	char		time[CHAIN_TIME_MAX];
} Event;

/* The tile that holds the roots of a level's full tiles. */
typedef struct UpperTile
{
	MerkleHash	hashes[TILE_WIDTH];
	char		name[TILE_PATH_MAX];
} UpperTile;

typedef struct Check
{
	const CheckOptions *options;
	Hasher	   *hasher;
	NoteCheckpoint head;
	const NoteKey *signer;
	Tree	   *tree;
	UpperTile	above[TREE_LEVELS];
	Chain	   *chain;
	Tally	   *tally;
	int			n_older;
	int			next_older;
	Older		older[OLDER_MAX];	/* by size */
	int			n_events;
	Event		events[EVENTS_MAX];
} Check;

#define refuse(...) fail(STATUS_WRONG, "not verified: " __VA_ARGS__)

/*
 * Open a checkpoint from a file. One that was kept may have got another line
 * feed at its end: psql adds it to what it prints.
 */
static const NoteKey *
open_checkpoint(const Check *check, const char *file, bool kept,
				NoteCheckpoint *out)
{
	size_t		size;
	char	   *text = file_text(file, NOTE_FILE_MAX, &size);
	const NoteKey *signer;
	const char *problem;

	if (kept && size > 1 && memcmp(text + size - 2, "\n\n", 2) == 0)
		size--;
	problem = keys_open(&check->options->keys, text, size, out, &signer);

	if (problem != NULL)
		refuse("the checkpoint in \"%s\" %s", file, problem);
	return signer;
}

/*
 * By size.
 */
static int
older_compare(const void *a, const void *b)
{
	uint64_t	left = ((const Older *) a)->size;
	uint64_t	right = ((const Older *) b)->size;

	return left < right ? -1 : left > right;
}

/*
 * Open the checkpoints that were kept.
 */
static void
open_older(Check *check)
{
	for (int i = 0; i < check->options->n_older; i++)
	{
		Older	   *older = &check->older[check->n_older++];
		NoteCheckpoint checkpoint;

		older->file = check->options->older[i];
		(void) open_checkpoint(check, older->file, true, &checkpoint);
		older->origin = checkpoint.origin;
		older->origin_size = checkpoint.origin_size;
		older->size = checkpoint.size;
		memcpy(older->root, checkpoint.root, HASH_SIZE);
	}
	qsort(check->older, check->n_older, sizeof(Older), older_compare);
}

/*
 * Open the checkpoint of the directory; those that were kept must be no newer,
 * and of the same log.
 */
static void
open_head(Check *check)
{
	if (access("checkpoint", F_OK) != 0)
		refuse("checkpoint is missing");
	check->signer = open_checkpoint(check, "checkpoint", false, &check->head);
	for (int i = 0; i < check->n_older; i++)
	{
		if (check->older[i].origin_size != check->head.origin_size ||
			memcmp(check->older[i].origin, check->head.origin,
				   check->head.origin_size) != 0)
			refuse("\"%s\" is a checkpoint of another log",
				   check->older[i].file);
		if (check->older[i].size > check->head.size)
			refuse("\"%s\" was signed for %" PRIu64
				   " leaves, the log has %" PRIu64 ": its end was cut off",
				   check->older[i].file, check->older[i].size,
				   check->head.size);
	}
}

/*
 * The tree has grown to its size: compare with the checkpoints of that size.
 */
static void
check_older(Check *check)
{
	MerkleHash	root;

	while (check->next_older < check->n_older &&
		   check->older[check->next_older].size == check->tree->size)
	{
		const Older *older = &check->older[check->next_older++];

		tree_root(check->tree, root);
		if (memcmp(root, older->root, HASH_SIZE) != 0)
			refuse("the first %" PRIu64
				   " leaves are not those that \"%s\" was signed for: history was rewritten",
				   older->size, older->file);
	}
}

/*
 * How many hashes has that tile under the checkpoint?
 */
static int
tile_width(const Check *check, int level, uint64_t index)
{
	uint64_t	hashes = check->head.size >> (TILE_HEIGHT * level);
	uint64_t	left = hashes - index * TILE_WIDTH;

	return left < TILE_WIDTH ? (int) left : TILE_WIDTH;
}

/*
 * Read the file of a tile or a bundle. A partial one may have given way to the
 * full one. Returns its size; name is what was read.
 */
static long
read_part(int level, uint64_t index, int width, void *out, size_t max,
		  char name[TILE_PATH_MAX])
{
	TilePath	path = {level, index, width};
	TilePath	full = {level, index, TILE_PATH_FULL};
	long		size;

	tile_path_format(name, &path);
	size = file_read(name, out, max);
	if (size == FILE_ABSENT && width < TILE_PATH_FULL)
	{
		char		other[TILE_PATH_MAX];

		tile_path_format(other, &full);
		size = file_read(other, out, max);
		if (size != FILE_ABSENT)
			strcpy(name, other);
	}
	return size;
}

/*
 * Was the full tile read where a partial one would do?
 */
static bool
is_full(const char *name)
{
	return strstr(name, ".p/") == NULL;
}

/*
 * Read a tile.
 */
static void
read_tile(const Check *check, int level, uint64_t index,
		  MerkleHash hashes[TILE_WIDTH], char name[TILE_PATH_MAX])
{
	int			width = tile_width(check, level, index);
	long		size = read_part(level, index, width, hashes,
								 TILE_WIDTH * HASH_SIZE, name);
	int			wanted = (is_full(name) ? TILE_WIDTH : width) * HASH_SIZE;

	if (size == FILE_ABSENT)
		refuse("%s is missing", name);
	if (size == FILE_TOO_LARGE)
		refuse("%s has more than the %d bytes of a tile", name, wanted);
	if (size != wanted)
		refuse("%s has %ld bytes instead of %d", name, size, wanted);
}

/*
 * A tile is full: its root has to be what the tile above says.
 */
static void
full_tile(void *arg, int level, uint64_t index, const MerkleHash *hashes)
{
	Check	   *check = arg;
	UpperTile  *above = &check->above[level];
	int			i = index % TILE_WIDTH;
	TilePath	path = {level, index, TILE_PATH_FULL};
	char		name[TILE_PATH_MAX];

	(void) hashes;
	if (i == 0)
		read_tile(check, level + 1, index / TILE_WIDTH, above->hashes,
				  above->name);
	if (memcmp(above->hashes[i],
			   check->tree->level[level].frontier.node[TILE_HEIGHT],
			   HASH_SIZE) == 0)
		return;
	tile_path_format(name, &path);
	refuse("hash %d of %s is not the root of %s", i, above->name, name);
}

/*
 * Nobody wants to know.
 */
static void
ignore_tile(void *arg, int level, uint64_t index, const MerkleHash *hashes)
{
	(void) arg;
	(void) level;
	(void) index;
	(void) hashes;
}

/*
 * Does what stands above vouch for these hashes of the last tile of level 0?
 * It is the root of all where the log ends there, otherwise the tile above.
 */
static bool
is_vouched_for(const Check *check, uint64_t index,
			   const MerkleHash hashes[TILE_WIDTH])
{
	int			width = tile_width(check, 0, index);
	MerkleHash	above[TILE_WIDTH];
	MerkleHash	root;
	Tree	   *tree;
	TilePath	path = {1, index / TILE_WIDTH, TILE_PATH_FULL};
	char		name[TILE_PATH_MAX];

	if (index * TILE_WIDTH + width < check->head.size)
	{
		path.width = tile_width(check, 1, path.index);
		tile_path_format(name, &path);
		merkle_hash_of(check->hasher, hashes, TILE_WIDTH, root);
		return file_read(name, above, sizeof(above)) ==
			path.width * HASH_SIZE &&
			memcmp(above[index % TILE_WIDTH], root, HASH_SIZE) == 0;
	}
	tree = allocate(sizeof(Tree));
	memcpy(tree, check->tree, sizeof(Tree));
	tree->full = ignore_tile;
	for (int i = tree_width(tree, 0); i < width; i++)
		tree_add(tree, hashes[i]);
	tree_root(tree, root);
	free(tree);
	return memcmp(root, check->head.root, HASH_SIZE) == 0;
}

/*
 * Name a leaf by what it says.
 */
static const char *
leaf_name(const LeafText *leaf)
{
	static char name[64];
	static const char *const kinds[] = {
		[LEAF_ENTRY] = "entry",
		[LEAF_SEAL] = "seal",
		[LEAF_INCARNATION] = "incarnation"
	};

	if (leaf->kind == LEAF_UNKNOWN)
		return "";
	snprintf(name, sizeof(name), " (%s %" PRId64 ")", kinds[leaf->kind],
			 leaf->number);
	return name;
}

/* A tile of level 0 and its leaves. */
typedef struct Part
{
	uint64_t	index;
	int			width;
	char		tile[TILE_PATH_MAX];
	char		bundle[TILE_PATH_MAX];
	MerkleHash	hashes[TILE_WIDTH];
	BundleLeaf	leaves[TILE_WIDTH];
	int			n;				/* leaves that there are */
} Part;

/*
 * A leaf and its hash in the tile differ: say which of them is wrong, if that
 * can be known.
 */
static void
refuse_leaf(const Check *check, const Part *part, int i,
			const LeafText *leaf)
{
	MerkleHash	made[TILE_WIDTH];
	uint64_t	number = part->index * TILE_WIDTH + i;

	if (is_vouched_for(check, part->index, part->hashes))
		refuse("leaf %" PRIu64 "%s in %s is not the one that was sealed",
			   number, leaf_name(leaf), part->bundle);
	for (int j = 0; j < part->n; j++)
		merkle_leaf(check->hasher, part->leaves[j].data, part->leaves[j].size,
					made[j]);
	if (part->n == part->width &&
		is_vouched_for(check, part->index, (const MerkleHash *) made))
		refuse("hash %d of %s is not that of leaf %" PRIu64 "%s",
			   i, part->tile, number, leaf_name(leaf));
	refuse("leaf %" PRIu64 "%s in %s does not hash to what %s says",
		   number, leaf_name(leaf), part->bundle, part->tile);
}

/*
 * Copy a short text of a leaf.
 */
static void
copy_string(char *out, int max, const LeafString *string)
{
	int			length = string->size < max ? string->size : max - 1;

	memcpy(out, string->data, length);
	out[length] = '\0';
}

/*
 * Note what is said of an incarnation.
 */
static void
note_event(Check *check, const LeafText *leaf)
{
	Event	   *event = &check->events[check->n_events];

	if (check->n_events == EVENTS_MAX)
		return;
	check->n_events++;
	event->leaf = check->tree->size - 1;
	event->incarnation = leaf->number;
	copy_string(event->what, sizeof(event->what), &leaf->event);
	copy_string(event->time, sizeof(event->time), &leaf->time);
}

/*
 * Check one leaf.
 */
static void
check_leaf(Check *check, const Part *part, int i)
{
	const BundleLeaf *bytes = &part->leaves[i];
	const char *problem;
	MerkleHash	hash;
	LeafText	leaf;

	leaf_text_read(bytes->data, bytes->size, &leaf);
	merkle_leaf(check->hasher, bytes->data, bytes->size, hash);
	if (memcmp(hash, part->hashes[i], HASH_SIZE) != 0)
		refuse_leaf(check, part, i, &leaf);
	tree_add(check->tree, hash);
	problem = chain_add(check->chain, &leaf, check->tree);
	if (problem != NULL)
		refuse("leaf %" PRIu64 "%s in %s %s", check->tree->size - 1,
			   leaf_name(&leaf), part->bundle, problem);
	if (leaf.kind == LEAF_ENTRY)
		tally_add(check->tally, &leaf);
	else if (leaf.kind == LEAF_INCARNATION)
		note_event(check, &leaf);
	check_older(check);
}

/*
 * Check a tile of level 0 and its leaves.
 */
static void
check_part(Check *check, uint64_t index)
{
	static char bundle[BUNDLE_MAX];
	static Part part;
	long		size;

	part.index = index;
	part.width = tile_width(check, 0, index);
	read_tile(check, 0, index, part.hashes, part.tile);
	size = read_part(TILE_PATH_ENTRIES, index, part.width, bundle, BUNDLE_MAX,
					 part.bundle);
	if (size == FILE_ABSENT)
		refuse("%s is missing", part.bundle);
	if (size == FILE_TOO_LARGE)
		refuse("%s is larger than %d bytes", part.bundle, BUNDLE_MAX);
	part.n = bundle_split(bundle, size, part.width,
						  part.width == TILE_WIDTH || !is_full(part.bundle),
						  part.leaves);
	for (int i = 0; i < part.n; i++)
		check_leaf(check, &part, i);
	if (part.n < part.width)
		refuse("%s is cut off or damaged at leaf %" PRIu64, part.bundle,
			   index * TILE_WIDTH + part.n);
}

/*
 * Check the root, and that a seal is the last leaf.
 */
static void
check_end(const Check *check)
{
	MerkleHash	root;

	tree_root(check->tree, root);
	if (memcmp(root, check->head.root, HASH_SIZE) != 0)
		refuse("the leaves do not have the root that the checkpoint says");
	if (check->chain->waiting > 0)
		refuse("the last leaf is not that of a seal");
}

/*
 * Print who signed.
 */
void
check_print_signer(const NoteKey *signer)
{
	if (signer == NULL)
		printf(", SIGNATURE NOT CHECKED\n");
	else
		printf(", signed by key %02x%02x%02x%02x\n", signer->id[0],
			   signer->id[1], signer->id[2], signer->id[3]);
}

/*
 * Print what happened to an incarnation.
 */
static void
print_event(const Event *event)
{
	printf("incarnation  %" PRId64 " ", event->incarnation);
	tally_print_string(event->what, strlen(event->what), 0);
	printf(" at leaf %" PRIu64 ", ", event->leaf);
	tally_print_string(event->time, strlen(event->time), 0);
	putchar('\n');
}

/*
 * Print what has been verified.
 */
static void
print_log(const Check *check)
{
	const Chain *chain = check->chain;

	printf("log          ");
	tally_print_string(check->head.origin, (int) check->head.origin_size, 0);
	printf("\ncheckpoint   %s leaves", grouped(check->head.size));
	check_print_signer(check->signer);
	printf("leaves       %s entries, %s %s\n", grouped(chain->entries),
		   grouped(chain->seal), chain->seal == 1 ? "seal" : "seals");
	printf("newest seal  ");
	tally_print_string(chain->sealed_at, strlen(chain->sealed_at), 0);
	printf(", incarnation %" PRId64 "\n", chain->incarnation);
	for (int i = 0; i < check->n_events; i++)
		print_event(&check->events[i]);
	for (int i = 0; i < check->n_older; i++)
		printf("older        %s: %s leaves, the beginning of this log\n",
			   check->older[i].file, grouped(check->older[i].size));
	tally_print(check->tally);
	printf(check->signer != NULL ? "verified\n" :
		   "verified, but for the signature\n");
}

/*
 * Check the log.
 */
void
check_log(const CheckOptions *options, Hasher *hasher)
{
	static Check check;

	check.options = options;
	check.hasher = hasher;
	open_older(&check);
	if (chdir(options->directory) != 0)
		fail(STATUS_TROUBLE, "could not open directory \"%s\": %s",
			 options->directory, strerror(errno));
	open_head(&check);
	check.tree = tree_create(hasher, full_tile, &check);
	check.chain = chain_create(hasher);
	check.tally = tally_create();
	check_older(&check);
	progress_start("verified", check.head.size, options->quiet);
	for (uint64_t index = 0; index * TILE_WIDTH < check.head.size; index++)
	{
		check_part(&check, index);
		progress_at(check.tree->size);
	}
	progress_end();
	check_end(&check);
	if (!options->quiet)
		print_log(&check);
}
