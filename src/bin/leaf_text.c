/*
 * leaf_text.c
 *		Reading leaves of the log (doc/formats.md).
 *
 * Leaves have their members in one order and no blanks, so reading is a walk
 * from one expected text to the next. Anything else is no leaf of these
 * versions.
 */
#include <string.h>

#include "leaf_text.h"

typedef struct LeafCursor
{
	const char *p;				/* NULL once something was not as expected */
	const char *end;
} LeafCursor;

/* Values of hexadecimal digits, one more so that all else is 0. */
static const unsigned char leaf_hex[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16
};

/*
 * Is that text next? Goes past it.
 */
static bool
leaf_accept(LeafCursor *cursor, const char *text)
{
	size_t		size = strlen(text);

	if (cursor->p == NULL || (size_t) (cursor->end - cursor->p) < size ||
		memcmp(cursor->p, text, size) != 0)
		return false;
	cursor->p += size;
	return true;
}

/*
 * That text has to be next.
 */
static void
leaf_expect(LeafCursor *cursor, const char *text)
{
	if (!leaf_accept(cursor, text))
		cursor->p = NULL;
}

/*
 * A number has to be next: decimal, no sign, no zero before it, 63 bits.
 */
static int64_t
leaf_number(LeafCursor *cursor)
{
	const char *start = cursor->p;
	int64_t		number = 0;

	if (start == NULL)
		return 0;
	while (cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9')
	{
		int			digit = *cursor->p++ - '0';

		if (number > (INT64_MAX - digit) / 10)
		{
			cursor->p = NULL;
			return 0;
		}
		number = number * 10 + digit;
	}
	if (cursor->p == start || (*start == '0' && cursor->p > start + 1))
		cursor->p = NULL;
	return number;
}

/*
 * Go past one character of a string literal. Returns false for what cannot
 * stand there.
 */
static bool
leaf_character(LeafCursor *cursor)
{
	unsigned char c = *cursor->p++;

	if (c != '\\')
		return c >= 0x20;
	if (cursor->p == cursor->end)
		return false;
	c = *cursor->p++;
	if (c != 'u')
		return strchr("\"\\bfnrt", c) != NULL && c != '\0';
	for (int i = 0; i < 4; i++)
		if (cursor->p == cursor->end ||
			leaf_hex[(unsigned char) *cursor->p++] == 0)
			return false;
	return true;
}

/*
 * The rest of a string literal has to be next, with its quote.
 */
static LeafString
leaf_string(LeafCursor *cursor)
{
	LeafString	string = {cursor->p, 0};

	while (cursor->p != NULL)
	{
		if (cursor->p == cursor->end)
			cursor->p = NULL;
		else if (*cursor->p == '"')
		{
			string.size = (int) (cursor->p++ - string.data);
			return string;
		}
		else if (!leaf_character(cursor))
			cursor->p = NULL;
	}
	string.data = NULL;
	return string;
}

/*
 * A string may be next, after that text.
 */
static LeafString
leaf_optional(LeafCursor *cursor, const char *text)
{
	LeafString	none = {NULL, 0};

	return leaf_accept(cursor, text) ? leaf_string(cursor) : none;
}

/*
 * The rest of a digest has to be next, with its quote.
 */
static LeafDigest
leaf_digest(LeafCursor *cursor)
{
	LeafDigest	digest = {false, {0}};
	bool		good = cursor->p != NULL &&
		cursor->end - cursor->p >= 2 * HASH_SIZE;

	for (int i = 0; good && i < HASH_SIZE; i++)
	{
		int			high = leaf_hex[(unsigned char) cursor->p[2 * i]] - 1;
		int			low = leaf_hex[(unsigned char) cursor->p[2 * i + 1]] - 1;

		good = high >= 0 && low >= 0;
		if (good)
			digest.bytes[i] = high << 4 | low;
	}
	if (!good)
	{
		cursor->p = NULL;
		return digest;
	}
	cursor->p += 2 * HASH_SIZE;
	leaf_expect(cursor, "\"");
	digest.present = true;
	return digest;
}

/*
 * A digest may be next, after that text.
 */
static LeafDigest
leaf_optional_digest(LeafCursor *cursor, const char *text)
{
	LeafDigest	none = {false, {0}};

	return leaf_accept(cursor, text) ? leaf_digest(cursor) : none;
}

/*
 * Read what follows the version of an entry.
 */
static void
leaf_read_entry(LeafCursor *cursor, LeafText *out)
{
	out->kind = LEAF_ENTRY;
	out->number = leaf_number(cursor);
	leaf_expect(cursor, ",\"incarnation\":");
	out->incarnation = leaf_number(cursor);
	leaf_expect(cursor, ",\"xid\":");
	out->xid = leaf_number(cursor);
	leaf_expect(cursor, ",\"time\":\"");
	out->time = leaf_string(cursor);
	leaf_expect(cursor, ",\"operation\":\"");
	out->operation = leaf_string(cursor);
	out->relation = leaf_optional(cursor, ",\"relation\":\"");
	out->physical = leaf_optional(cursor, ",\"physical\":\"");
	out->system = leaf_optional(cursor, ",\"system\":\"");
	if (leaf_accept(cursor, ",\"shape\":"))
	{
		(void) leaf_number(cursor);
		leaf_expect(cursor, ",\"shape_digest\":\"");
		out->shape_digest = leaf_digest(cursor);
	}
	leaf_expect(cursor, ",\"p\":\"");
	out->particulars = leaf_digest(cursor);
	out->old_image = leaf_optional_digest(cursor, ",\"o\":\"");
	out->new_image = leaf_optional_digest(cursor, ",\"n\":\"");
}

/*
 * Read what follows the version of a seal.
 */
static void
leaf_read_seal(LeafCursor *cursor, LeafText *out)
{
	out->kind = LEAF_SEAL;
	out->number = leaf_number(cursor);
	leaf_expect(cursor, ",\"incarnation\":");
	out->incarnation = leaf_number(cursor);
	leaf_expect(cursor, ",\"time\":\"");
	out->time = leaf_string(cursor);
	leaf_expect(cursor, ",\"entries\":");
	out->entries = leaf_number(cursor);
	leaf_expect(cursor, ",\"previous_size\":");
	out->previous_size = leaf_number(cursor);
	leaf_expect(cursor, ",\"previous_root\":\"");
	out->previous_root = leaf_digest(cursor);
	leaf_expect(cursor, ",\"snapshot\":\"");
	out->snapshot = leaf_string(cursor);
}

/*
 * Read what follows the version of an incarnation.
 */
static void
leaf_read_incarnation(LeafCursor *cursor, LeafText *out)
{
	out->kind = LEAF_INCARNATION;
	out->number = out->incarnation = leaf_number(cursor);
	leaf_expect(cursor, ",\"event\":\"");
	out->event = leaf_string(cursor);
	leaf_expect(cursor, ",\"time\":\"");
	out->time = leaf_string(cursor);
	leaf_expect(cursor, ",\"tree_size\":");
	out->tree_size = leaf_number(cursor);
	leaf_expect(cursor, ",\"last_entry\":");
	out->last_entry = leaf_number(cursor);
	leaf_expect(cursor, ",\"system_identifier\":\"");
	(void) leaf_string(cursor);
	leaf_expect(cursor, ",\"timeline\":");
	(void) leaf_number(cursor);
	leaf_expect(cursor, ",\"database\":");
	(void) leaf_number(cursor);
	(void) leaf_optional(cursor, ",\"checkpoint\":\"");
}

/*
 * Take a leaf apart.
 */
void
leaf_text_read(const char *leaf, int size, LeafText *out)
{
	LeafCursor	cursor = {leaf, leaf + size};

	memset(out, 0, sizeof(LeafText));
	if (leaf_accept(&cursor, "{\"aims\":\"entry/1\",\"entry\":"))
		leaf_read_entry(&cursor, out);
	else if (leaf_accept(&cursor, "{\"aims\":\"seal/1\",\"seal\":"))
		leaf_read_seal(&cursor, out);
	else if (leaf_accept(&cursor,
						 "{\"aims\":\"incarnation/1\",\"incarnation\":"))
		leaf_read_incarnation(&cursor, out);
	else
		cursor.p = NULL;
	leaf_expect(&cursor, "}");
	if (cursor.p != cursor.end)
		out->kind = LEAF_UNKNOWN;
}

/*
 * Read a snapshot: xmin:xmax:xip,xip,...
 */
bool
leaf_snapshot_read(const LeafString *text, LeafSnapshot *out)
{
	LeafCursor	cursor = {text->data, text->data + text->size};

	out->nxip = 0;
	out->xmin = leaf_number(&cursor);
	leaf_expect(&cursor, ":");
	out->xmax = leaf_number(&cursor);
	leaf_expect(&cursor, ":");
	while (cursor.p != NULL && cursor.p < cursor.end)
	{
		int64_t		xip = leaf_number(&cursor);

		if (out->nxip > 0 && xip <= out->xip[out->nxip - 1])
			return false;
		out->xip[out->nxip++] = xip;
		if (cursor.p == cursor.end)
			break;
		leaf_expect(&cursor, ",");
		if (cursor.p == cursor.end)
			return false;
	}
	return cursor.p != NULL && out->xmin <= out->xmax &&
		(out->nxip == 0 || out->xip[0] >= out->xmin);
}

/*
 * Had that transaction ended, as the snapshot saw it?
 */
bool
leaf_snapshot_shows(const LeafSnapshot *snapshot, int64_t xid)
{
	int			low = 0;
	int			high = snapshot->nxip;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (snapshot->xip[middle] < xid)
			low = middle + 1;
		else
			high = middle;
	}
	return xid < snapshot->xmax &&
		(low == snapshot->nxip || snapshot->xip[low] != xid);
}
