/*
 * entry.c
 *		The bytes that digests and leaves of ledger entries are made over.
 *
 * Leaves and particulars are JSON objects without blanks, their members in a
 * fixed order, absent where NULL. Leaves are what gets exported: nothing that
 * names a patient or a person stands in them in clear. doc/formats.md is the
 * reference; a change of any byte needs a new version in the "aims" member.
 */
#include "aims.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "entry.h"
#include "image.h"

#define LEAF_MAX 65535			/* C2SP entry bundle: 16-bit length */

/* Append "name":"value", unless the value is NULL. */
static void
member(StringInfo out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(out, "%s\"%s\":",
					 out->data[out->len - 1] == '{' ? "" : ",", name);
	json_string(out, value, strlen(value));
}

/* Append ,"name":"hex", unless there are no bytes. */
static void
member_hex(StringInfo out, const char *name, const unsigned char *bytes)
{
	if (bytes == NULL)
		return;
	appendStringInfo(out, ",\"%s\":\"", name);
	leaf_hex(out, bytes, HASH_SIZE);
	appendStringInfoChar(out, '"');
}

/* Append the particulars that a session's entries share. */
void
particulars_begin(StringInfo out, const Particulars *p)
{
	appendStringInfoChar(out, '{');
	member(out, "session_user", p->session_user);
	member(out, "role", p->role);
	member(out, "person", p->person);
	member(out, "claim", p->claim);
	member(out, "application", p->application);
	member(out, "client", p->client);
	member(out, "reason", p->reason);
}

/* Append what is the row's own, and close the object. */
void
particulars_end(StringInfo out, const char *key, int key_length,
				bool has_old, bool has_new)
{
	const char *separator = out->data[out->len - 1] == '{' ? "" : ",";

	if (key != NULL && key_length > 0)
	{
		appendStringInfo(out, "%s\"key\":", separator);
		json_text(out, key, key_length);
		separator = ",";
	}
	if (has_old || has_new)
		appendStringInfo(out, "%s\"images\":\"%s\"", separator,
						 has_old && has_new ? "old and new" :
						 has_old ? "old" : "new");
	appendStringInfoChar(out, '}');
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
	enlargeStringInfo(out, 2 * length + 1);
	hex_encode((const char *) bytes, length, out->data + out->len);
	out->len += 2 * length;
	out->data[out->len] = '\0';
}

/* Append a time in UTC with microseconds; infinite ones cannot occur. */
void
leaf_time(StringInfo out, TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(time) ||
		timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) != 0)
	{
		appendStringInfo(out, "%lld", (long long) time);
		return;
	}
	appendStringInfo(out, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
					 tm.tm_year, tm.tm_mon, tm.tm_mday,
					 tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fsec);
}

/* Append the leaf of an entry. */
void
entry_leaf(StringInfo out, const EntryLeaf *leaf)
{
	int			start = out->len;

	appendStringInfo(out, "{\"aims\":\"entry/1\",\"entry\":" INT64_FORMAT
					 ",\"incarnation\":%d,\"xid\":" INT64_FORMAT
					 ",\"time\":\"",
					 leaf->entry_id, leaf->incarnation, leaf->xid);
	leaf_time(out, leaf->recorded_at);
	appendStringInfoChar(out, '"');
	member(out, "operation", leaf->operation);
	member(out, "relation", leaf->relation);
	member(out, "physical", leaf->physical);
	member(out, "system", leaf->system);
	if (leaf->shape != 0)
		appendStringInfo(out, ",\"shape\":%d", leaf->shape);
	member_hex(out, "shape_digest", leaf->shape_digest);
	member_hex(out, "p", leaf->particulars_digest);
	member_hex(out, "o", leaf->old_digest);
	member_hex(out, "n", leaf->new_digest);
	appendStringInfoChar(out, '}');
	if (out->len - start > LEAF_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("leaf of ledger entry " INT64_FORMAT " is too long",
						leaf->entry_id),
				 errdetail("A leaf has at most %d bytes.", LEAF_MAX)));
}

/* Set a nullable varlena column. */
void
entry_set_column(Datum *values, bool *nulls, int attnum, void *value)
{
	nulls[attnum - 1] = value == NULL;
	values[attnum - 1] = PointerGetDatum(value);
}

/* Set a nullable text column from a string. */
void
entry_set_string(Datum *values, bool *nulls, int attnum, const char *s)
{
	entry_set_column(values, nulls, attnum, s ? cstring_to_text(s) : NULL);
}

/* Set a column that is never null. */
void
entry_set_value(Datum *values, bool *nulls, int attnum, Datum value)
{
	values[attnum - 1] = value;
	nulls[attnum - 1] = false;
}
