/*
 * entry.c
 *		The bytes that digests and leaves of ledger entries are made over.
 *
 * The texts are written by leaf.c, which knows nothing of the server.
 */
#include "aims.h"

#include "entry.h"
#include "image.h"

/* Append the particulars that a session's entries share. */
void
particulars_begin(StringInfo out, const Particulars *p)
{
	json_reserve(out, leaf_particulars_size(p));
	json_written(out, leaf_put_particulars(out->data + out->len, p,
										   database_escape()));
}

/* Append what is the row's own, and close the object. */
void
particulars_end(StringInfo out, const char *key, int key_length,
				bool has_old, bool has_new)
{
	json_reserve(out, leaf_particulars_end_size(Max(key_length, 0)));
	json_written(out, leaf_put_particulars_end(out->data + out->len,
											   out->data[out->len - 1] == '{',
											   key, Max(key_length, 0),
											   has_old, has_new,
											   database_escape()));
}

/* One of the three digests of an entry. */
void
entry_digest(Hasher *hasher, const void *salt, char tag, const char *text,
			 int length, unsigned char *out)
{
	int			utf8_length;
	const char *utf8 = text_in_utf8(text, length, &utf8_length);
	HashPart	parts[] = {
		{salt, ENTRY_SALT_SIZE},
		{&tag, 1},
		{utf8, utf8_length}
	};

	hasher_digest(hasher, parts, lengthof(parts), out);
}

/* Append bytes in hexadecimal. */
void
leaf_hex(StringInfo out, const unsigned char *bytes, int length)
{
	json_reserve(out, 2 * length);
	json_written(out, json_put_hex(out->data + out->len, bytes, length));
}

/* Append a time in UTC with microseconds. */
void
leaf_time(StringInfo out, TimestampTz time)
{
	json_reserve(out, JSON_TIME_MAX);
	json_written(out, json_put_time(out->data + out->len, time));
}

/* Append the leaf of an entry. */
void
entry_leaf(StringInfo out, const EntryLeaf *leaf)
{
	int			start = out->len;

	json_reserve(out, leaf_size(leaf));
	json_written(out, leaf_put(out->data + out->len, leaf, database_escape()));
	if (out->len - start > LEAF_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("leaf of ledger entry " INT64_FORMAT " is too long",
						leaf->entry_id),
				 errdetail("A leaf has at most %d bytes.", LEAF_MAX)));
}
