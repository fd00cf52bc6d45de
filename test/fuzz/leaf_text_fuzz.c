/*
 * leaf_text_fuzz.c
 *		What the offline verifier reads: leaves as the server writes them,
 *		seal leaves with their snapshots, bundles of leaves.
 */
#include <inttypes.h>
#include <string.h>

#include "bin/bundle.h"
#include "bin/leaf_text.h"
#include "fuzz.h"
#include "json_reader.h"
#include "leaf.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A growing text for what was read, written again. */
typedef struct Again
{
	char	   *data;
	size_t		size;
} Again;

static void
again_bytes(Again *again, const char *bytes, size_t size)
{
	again->data = realloc(again->data, again->size + size + 1);
	memcpy(again->data + again->size, bytes, size);
	again->size += size;
}

static void
again_constant(Again *again, const char *s)
{
	again_bytes(again, s, strlen(s));
}

static void
again_number(Again *again, const char *name, int64_t number)
{
	char		text[32];

	again_constant(again, name);
	snprintf(text, sizeof(text), "%" PRId64, number);
	again_constant(again, text);
}

/* The name is given with the quote that begins the value. */
static void
again_string(Again *again, const char *name, const LeafString *string)
{
	if (string->data == NULL)
		return;
	again_constant(again, name);
	again_bytes(again, string->data, string->size);
	again_constant(again, "\"");
}

static void
again_digest(Again *again, const char *name, const LeafDigest *digest)
{
	char		hex[3];

	if (!digest->present)
		return;
	again_constant(again, name);
	for (int i = 0; i < HASH_SIZE; i++)
	{
		snprintf(hex, sizeof(hex), "%02x", digest->bytes[i]);
		again_constant(again, hex);
	}
	again_constant(again, "\"");
}

/* An entry written again; not its shape's number, which is not read. */
static void
again_entry(Again *again, const LeafText *leaf, int64_t shape)
{
	again_number(again, "{\"aims\":\"entry/1\",\"entry\":", leaf->number);
	again_number(again, ",\"incarnation\":", leaf->incarnation);
	again_number(again, ",\"xid\":", leaf->xid);
	again_string(again, ",\"time\":\"", &leaf->time);
	again_string(again, ",\"operation\":\"", &leaf->operation);
	again_string(again, ",\"relation\":\"", &leaf->relation);
	again_string(again, ",\"physical\":\"", &leaf->physical);
	again_string(again, ",\"system\":\"", &leaf->system);
	if (leaf->shape_digest.present)
		again_number(again, ",\"shape\":", shape);
	again_digest(again, ",\"shape_digest\":\"", &leaf->shape_digest);
	again_digest(again, ",\"p\":\"", &leaf->particulars);
	again_digest(again, ",\"o\":\"", &leaf->old_image);
	again_digest(again, ",\"n\":\"", &leaf->new_image);
	again_constant(again, "}");
}

static void
again_seal(Again *again, const LeafText *leaf)
{
	again_number(again, "{\"aims\":\"seal/1\",\"seal\":", leaf->number);
	again_number(again, ",\"incarnation\":", leaf->incarnation);
	again_string(again, ",\"time\":\"", &leaf->time);
	again_number(again, ",\"entries\":", leaf->entries);
	again_number(again, ",\"previous_size\":", leaf->previous_size);
	again_digest(again, ",\"previous_root\":\"", &leaf->previous_root);
	again_string(again, ",\"snapshot\":\"", &leaf->snapshot);
	again_constant(again, "}");
}

/* A snapshot written again; and what it shows, counted out. */
static void
check_snapshot(const LeafString *string)
{
	LeafSnapshot snapshot;
	Again		again = {NULL, 0};

	snapshot.xip = malloc((string->size / 2 + 1) * sizeof(int64_t));
	if (leaf_snapshot_read(string, &snapshot))
	{
		again_number(&again, "", snapshot.xmin);
		again_number(&again, ":", snapshot.xmax);
		again_constant(&again, ":");
		for (int i = 0; i < snapshot.nxip; i++)
			again_number(&again, i > 0 ? "," : "", snapshot.xip[i]);
		check(again.size == (size_t) string->size &&
			  memcmp(again.data, string->data, again.size) == 0);
		for (int i = 0; i < snapshot.nxip; i++)
		{
			check(i == 0 ? snapshot.xip[i] >= snapshot.xmin :
				  snapshot.xip[i] > snapshot.xip[i - 1]);
			check(!leaf_snapshot_shows(&snapshot, snapshot.xip[i]));
		}
		check(!leaf_snapshot_shows(&snapshot, snapshot.xmax));
		check(snapshot.xmin == 0 || snapshot.xmin > snapshot.xmax ||
			  leaf_snapshot_shows(&snapshot, snapshot.xmin - 1));
	}
	free(again.data);
	free(snapshot.xip);
}

/* The number behind "shape": in a leaf that has one. */
static int64_t
shape_of(const char *text, size_t size)
{
	char	   *copy = malloc(size + 1);
	char	   *at;
	int64_t		shape = 0;

	memcpy(copy, text, size);
	copy[size] = '\0';
	/* no string can hold these characters without a backslash between */
	at = strstr(copy, ",\"shape\":");
	if (at != NULL)
		shape = strtoll(at + strlen(",\"shape\":"), NULL, 10);
	free(copy);
	return shape;
}

/* Any bytes: a leaf only where writing it again gives the same. */
static void
check_text(const char *text, size_t size)
{
	LeafText	leaf;
	Again		again = {NULL, 0};

	leaf_text_read(text, (int) size, &leaf);
	if (leaf.kind == LEAF_UNKNOWN)
		return;
	if (leaf.kind == LEAF_ENTRY)
		again_entry(&again, &leaf, shape_of(text, size));
	else
	{
		again_seal(&again, &leaf);
		check_snapshot(&leaf.snapshot);
	}
	check(again.size == size && memcmp(again.data, text, size) == 0);
	free(again.data);
}

/* A string as it was read is the one that was written. */
static void
check_string(const LeafString *string, const char *expected)
{
	JsonReader	reader;
	char	   *read;
	size_t		size;

	check((string->data == NULL) == (expected == NULL));
	if (expected == NULL)
		return;
	reader.at = string->data - 1;
	reader.end = string->data + string->size + 1;
	read = json_read_string(&reader, &size);
	check(read != NULL && size == strlen(expected) &&
		  memcmp(read, expected, size) == 0);
	free(read);
}

/* An entry as the server writes it is read, member by member. */
static void
check_entry(Input *in)
{
	unsigned char digest[HASH_SIZE] = {1, 2, 3};
	int			which = input_number(in, 1);
	EntryLeaf	entry = {
		.entry_id = (int64_t) (input_number(in, 8) >> 1),
		.incarnation = (int32_t) input_number(in, 2),
		.xid = (int64_t) (input_number(in, 8) >> 1),
		.recorded_at = (int64_t) input_number(in, 8),
		.operation = "UPDATE",
		.shape = which & 1,
		.shape_digest = which & 1 ? digest : NULL,
		.particulars_digest = digest,
		.old_digest = which & 2 ? digest : NULL,
		.new_digest = which & 4 ? digest : NULL};
	char	   *relation = input_string(in, input_number(in, 1));
	char	   *system = input_string(in, input_number(in, 1));
	char	   *room;
	char	   *out;
	size_t		size;
	LeafText	leaf;

	entry.relation = which & 8 ? relation : NULL;
	entry.physical = which & 16 ? relation : NULL;
	entry.system = which & 32 ? system : NULL;
	room = malloc(leaf_size(&entry) + 1);
	size = leaf_put(room, &entry, 0) - room;
	room[size] = '}';
	leaf_text_read(room, (int) size + 1, &leaf);
	check(leaf.kind == LEAF_UNKNOWN);
	out = exact_copy(room, size);
	leaf_text_read(out, (int) size - 1, &leaf);
	check(leaf.kind == LEAF_UNKNOWN);
	leaf_text_read(out, (int) size, &leaf);
	check(leaf.kind == LEAF_ENTRY && leaf.number == entry.entry_id);
	check(leaf.incarnation == entry.incarnation && leaf.xid == entry.xid);
	check_string(&leaf.operation, "UPDATE");
	check_string(&leaf.relation, entry.relation);
	check_string(&leaf.physical, entry.physical);
	check_string(&leaf.system, entry.system);
	check(leaf.shape_digest.present == (entry.shape_digest != NULL));
	check(leaf.old_image.present == (entry.old_digest != NULL));
	check(leaf.new_image.present == (entry.new_digest != NULL));
	check(leaf.particulars.present &&
		  memcmp(leaf.particulars.bytes, digest, HASH_SIZE) == 0);
	free(out);
	free(room);
	free(relation);
	free(system);
}

/* Bytes as a bundle: leaves lie behind each other, two bytes apart. */
static void
check_bundle(const char *bytes, size_t size, int width)
{
	BundleLeaf	leaves[TILE_WIDTH];
	int			n = bundle_split(bytes, size, width, false, leaves);
	const char *at = bytes;

	check(n >= 0 && n <= width);
	for (int i = 0; i < n; i++)
	{
		check(leaves[i].data == at + 2);
		check(leaves[i].size == ((unsigned char) at[0] << 8 |
								 (unsigned char) at[1]));
		at = leaves[i].data + leaves[i].size;
		check(at <= bytes + size);
	}
	if (n < width)
		check(bytes + size - at < 2 ||
			  bytes + size - at - 2 < ((unsigned char) at[0] << 8 |
									   (unsigned char) at[1]));
	check((bundle_split(bytes, size, width, true, leaves) == width) ==
		  (n == width && at == bytes + size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	char	   *bytes = exact_copy(data, size);
	LeafString	string = {bytes, (int) size};

	check_text(bytes, size);
	check_snapshot(&string);
	check_entry(&in);
	check_bundle(bytes, size, 1 + (size > 0 ? data[0] : 0));
	free(bytes);
	return 0;
}
