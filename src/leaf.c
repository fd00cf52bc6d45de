/*
 * leaf.c
 *		The particulars and the leaf of a ledger entry, as text.
 *
 * Both are JSON objects without blanks, their members in a fixed order, absent
 * where NULL. Leaves are what gets exported: nothing that names a patient or a
 * person stands in them in clear. doc/formats.md is the reference; a change of
 * any byte needs a new version in the "aims" member.
 */
#include <string.h>

#include "hash.h"
#include "json.h"
#include "leaf.h"

/* All that is fixed in a leaf: names, numbers, digests and the time. */
#define LEAF_FIXED 640

/* Append what is known when this is compiled. */
#define put_constant(out, s) \
	(memcpy((out), (s), sizeof(s) - 1), (out) + sizeof(s) - 1)

/* Append ,"name":"value", unless the value is NULL. */
static char *
leaf_put_member(char *out, const char *name, const char *value, int escape)
{
	size_t		size = strlen(name);

	if (value == NULL)
		return out;
	*out++ = ',';
	*out++ = '"';
	memcpy(out, name, size);
	out = put_constant(out + size, "\":");
	return json_put_string(out, value, strlen(value), escape);
}

/* Append ,"name":"hex", unless there are no bytes. */
static char *
leaf_put_digest(char *out, const char *name, const unsigned char *digest)
{
	size_t		size = strlen(name);

	if (digest == NULL)
		return out;
	*out++ = ',';
	*out++ = '"';
	memcpy(out, name, size);
	out = put_constant(out + size, "\":\"");
	out = json_put_hex(out, digest, HASH_SIZE);
	*out++ = '"';
	return out;
}

/* The room that a member's value needs. */
static size_t
leaf_value_size(const char *value)
{
	return value == NULL ? 0 : JSON_GROWTH * strlen(value);
}

/* The room that the shared particulars need. */
size_t
leaf_particulars_size(const Particulars *p)
{
	return 128 + leaf_value_size(p->session_user) + leaf_value_size(p->role) +
		leaf_value_size(p->person) + leaf_value_size(p->claim) +
		leaf_value_size(p->application) + leaf_value_size(p->client) +
		leaf_value_size(p->reason);
}

/* Write them; the brace stands where the first member puts its comma. */
char *
leaf_put_particulars(char *out, const Particulars *p, int escape)
{
	char	   *begin = out;

	out = leaf_put_member(out, "session_user", p->session_user, escape);
	out = leaf_put_member(out, "role", p->role, escape);
	out = leaf_put_member(out, "person", p->person, escape);
	out = leaf_put_member(out, "claim", p->claim, escape);
	out = leaf_put_member(out, "application", p->application, escape);
	out = leaf_put_member(out, "client", p->client, escape);
	out = leaf_put_member(out, "reason", p->reason, escape);
	*begin = '{';
	return out == begin ? begin + 1 : out;
}

/* The room that the rest needs. */
size_t
leaf_particulars_end_size(size_t key_length)
{
	return 48 + JSON_GROWTH * key_length;
}

/* Write what is the row's own, and close the object. */
char *
leaf_put_particulars_end(char *out, bool begins, const char *key,
						 size_t key_length, bool has_old, bool has_new,
						 int escape)
{
	if (key_length > 0)
	{
		if (!begins)
			*out++ = ',';
		out = put_constant(out, "\"key\":");
		out = json_put_characters(out, key, key_length, escape & JSON_HIGH);
		begins = false;
	}
	if ((has_old || has_new) && !begins)
		*out++ = ',';
	if (has_old && has_new)
		out = put_constant(out, "\"images\":\"old and new\"");
	else if (has_old)
		out = put_constant(out, "\"images\":\"old\"");
	else if (has_new)
		out = put_constant(out, "\"images\":\"new\"");
	*out++ = '}';
	return out;
}

/* The room that a leaf needs. */
size_t
leaf_size(const EntryLeaf *leaf)
{
	return LEAF_FIXED + leaf_value_size(leaf->operation) +
		leaf_value_size(leaf->relation) + leaf_value_size(leaf->physical) +
		leaf_value_size(leaf->system);
}

/* Write the leaf. */
char *
leaf_put(char *out, const EntryLeaf *leaf, int escape)
{
	out = put_constant(out, "{\"aims\":\"entry/1\",\"entry\":");
	out = json_put_integer(out, leaf->entry_id);
	out = put_constant(out, ",\"incarnation\":");
	out = json_put_integer(out, leaf->incarnation);
	out = put_constant(out, ",\"xid\":");
	out = json_put_integer(out, leaf->xid);
	out = put_constant(out, ",\"time\":\"");
	out = json_put_time(out, leaf->recorded_at);
	*out++ = '"';
	out = leaf_put_member(out, "operation", leaf->operation, escape);
	out = leaf_put_member(out, "relation", leaf->relation, escape);
	out = leaf_put_member(out, "physical", leaf->physical, escape);
	out = leaf_put_member(out, "system", leaf->system, escape);
	if (leaf->shape != 0)
	{
		out = put_constant(out, ",\"shape\":");
		out = json_put_integer(out, leaf->shape);
	}
	out = leaf_put_digest(out, "shape_digest", leaf->shape_digest);
	out = leaf_put_digest(out, "p", leaf->particulars_digest);
	out = leaf_put_digest(out, "o", leaf->old_digest);
	out = leaf_put_digest(out, "n", leaf->new_digest);
	*out++ = '}';
	return out;
}
