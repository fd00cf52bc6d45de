/*
 * leaf_fuzz.c
 *		Leaves and particulars: one object with the members that were given,
 *		in their order and nothing else, in the room that was announced.
 */
#include <inttypes.h>
#include <string.h>

#include "fuzz.h"
#include "hash.h"
#include "json.h"
#include "json_reader.h"
#include "leaf.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What PostgreSQL lets into a leaf: two quoted names, and a slug. */
#define NAME_MAX 259
#define SLUG_MAX 200

/* A string or NULL. */
static char *
input_value(Input *in, size_t most)
{
	size_t		size = input_number(in, 1);

	return size % 8 == 0 ? NULL : input_string(in, size * most / 255);
}

/* The separator of members, or the brace that the object begins with. */
static void
read_separator(JsonReader *reader, bool *first)
{
	check(json_read_constant(reader, *first ? "{" : ","));
	*first = false;
}

/* "name": */
static void
read_name(JsonReader *reader, const char *name, bool *first)
{
	read_separator(reader, first);
	check(json_read_constant(reader, "\"") &&
		  json_read_constant(reader, name) &&
		  json_read_constant(reader, "\":"));
}

/* "name":"value", where there is a value. */
static void
read_string(JsonReader *reader, const char *name, const char *value,
			bool *first)
{
	size_t		size;
	char	   *read;

	if (value == NULL)
		return;
	read_name(reader, name, first);
	read = json_read_string(reader, &size);
	check(read != NULL && size == strlen(value) &&
		  memcmp(read, value, size) == 0);
	free(read);
}

static void
read_integer(JsonReader *reader, const char *name, int64_t value, bool *first)
{
	char		expected[JSON_INTEGER_MAX + 2];

	read_name(reader, name, first);
	snprintf(expected, sizeof(expected), "%" PRId64, value);
	check(json_read_constant(reader, expected));
}

static void
read_digest(JsonReader *reader, const char *name, const unsigned char *digest,
			bool *first)
{
	char		hex[2 * HASH_SIZE + 1];

	if (digest == NULL)
		return;
	for (int i = 0; i < HASH_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	read_string(reader, name, hex, first);
}

/* Read a leaf back. */
static void
read_leaf(JsonReader *reader, const EntryLeaf *leaf)
{
	bool		first = true;
	char		time[JSON_TIME_MAX + 1] = {0};

	json_put_time(time, leaf->recorded_at);
	read_string(reader, "aims", "entry/1", &first);
	read_integer(reader, "entry", leaf->entry_id, &first);
	read_integer(reader, "incarnation", leaf->incarnation, &first);
	read_integer(reader, "xid", leaf->xid, &first);
	read_string(reader, "time", time, &first);
	read_string(reader, "operation", leaf->operation, &first);
	read_string(reader, "relation", leaf->relation, &first);
	read_string(reader, "physical", leaf->physical, &first);
	read_string(reader, "system", leaf->system, &first);
	if (leaf->shape != 0)
		read_integer(reader, "shape", leaf->shape, &first);
	read_digest(reader, "shape_digest", leaf->shape_digest, &first);
	read_digest(reader, "p", leaf->particulars_digest, &first);
	read_digest(reader, "o", leaf->old_digest, &first);
	read_digest(reader, "n", leaf->new_digest, &first);
	check(json_read_constant(reader, "}") && json_read_end(reader));
}

/* Write a leaf, and read it back. */
static void
check_leaf(Input *in, int escape)
{
	unsigned char digest[HASH_SIZE];
	int			which = input_number(in, 1);
	EntryLeaf	leaf = {
		.entry_id = (int64_t) input_number(in, 8),
		.incarnation = (int32_t) input_number(in, 4),
		.xid = (int64_t) input_number(in, 8),
		.recorded_at = (int64_t) input_number(in, 8),
		.shape = which & 3 ? (int32_t) input_number(in, 4) : 0,
		.shape_digest = which & 4 ? digest : NULL,
		.particulars_digest = digest,
		.old_digest = which & 8 ? digest : NULL,
		.new_digest = which & 16 ? digest : NULL};
	char	   *values[] = {
		input_value(in, SLUG_MAX), input_value(in, NAME_MAX),
		input_value(in, NAME_MAX), input_value(in, SLUG_MAX)};
	char	   *out;
	JsonReader	reader;

	memset(digest, which, sizeof(digest));
	leaf.operation = values[0];
	leaf.relation = values[1];
	leaf.physical = values[2];
	leaf.system = values[3];
	out = malloc(leaf_size(&leaf));
	reader.at = out;
	reader.end = leaf_put(out, &leaf, escape);
	check((size_t) (reader.end - out) <= leaf_size(&leaf));
	check(reader.end - out <= LEAF_MAX);
	read_leaf(&reader, &leaf);
	free(out);
	for (int i = 0; i < 4; i++)
		free(values[i]);
}

/* Read particulars back. */
static void
read_particulars(JsonReader *reader, const Particulars *p, const char *key,
				 bool has_old, bool has_new)
{
	bool		first = true;
	const char *images = has_old && has_new ? "old and new" :
		has_old ? "old" : has_new ? "new" : NULL;

	read_string(reader, "session_user", p->session_user, &first);
	read_string(reader, "role", p->role, &first);
	read_string(reader, "person", p->person, &first);
	read_string(reader, "claim", p->claim, &first);
	read_string(reader, "application", p->application, &first);
	read_string(reader, "client", p->client, &first);
	read_string(reader, "reason", p->reason, &first);
	/* of a key only that it is a string; any JSON is passed on as it is */
	read_string(reader, "key", key, &first);
	read_string(reader, "images", images, &first);
	if (first)
		check(json_read_constant(reader, "{"));
	check(json_read_constant(reader, "}") && json_read_end(reader));
}

/* Write particulars, with a key where there is one. */
static void
write_particulars(const Particulars *p, const char *key, int which, int escape)
{
	char	   *key_text = NULL;
	size_t		key_size = 0;
	bool		has_old = (which & 2) != 0;
	bool		has_new = (which & 4) != 0;
	size_t		room = leaf_particulars_size(p);
	char	   *out;
	char	   *end;
	JsonReader	reader;

	if (key != NULL)
	{
		key_text = malloc(JSON_GROWTH * strlen(key) + 2);
		key_size = json_put_string(key_text, key, strlen(key), 0) - key_text;
	}
	out = malloc(room + leaf_particulars_end_size(key_size));
	end = leaf_put_particulars(out, p, escape);
	check((size_t) (end - out) <= room);
	room = end - out + leaf_particulars_end_size(key_size);
	reader.at = out;
	reader.end = leaf_put_particulars_end(end, end == out + 1, key_text,
										  key_size, has_old, has_new, escape);
	check((size_t) (reader.end - out) <= room);
	read_particulars(&reader, p, key, has_old, has_new);
	free(key_text);
	free(out);
}

/* Particulars of any values. */
static void
check_particulars(Input *in, int which, int escape)
{
	char	   *values[8];
	Particulars p;

	for (int i = 0; i < 8; i++)
		values[i] = input_value(in, 255);
	p = (Particulars){values[0], values[1], values[2], values[3], values[4],
					  values[5], values[6]};
	write_particulars(&p, values[7], which, escape);
	for (int i = 0; i < 8; i++)
		free(values[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	int			which = input_number(&in, 1);
	int			escape = which & 1 ? JSON_HIGH : 0;

	if (which & 0x80)
		check_leaf(&in, escape);
	else
		check_particulars(&in, which, escape);
	return 0;
}
