/*
 * control_ref.c
 *		Type control_ref: the number of a clause, objective or control in a
 *		framework, such as A.6.2.4, 9.2.1 or 164.308.a.1.ii.D.
 *
 * A value is kept as its text (ASCII, at most CONTROL_REF_MAX bytes, so that
 * it always has a one-byte header on disk). It is dot-separated segments of
 * letters, digits and '-'; letters differ by case, as CFR paragraphs need.
 *
 * Values are equal when their texts are, so that = means the same here, as
 * text, and in the ledger's keys. Their order is by segment: parents before
 * children, segments of digits alone before others and by value, however
 * long. Leading zeros are some frameworks' own spelling (HITRUST's 01.a) and
 * are kept: 6 and 06 are two references that sort next to each other.
 */
#include "postgres.h"

#include <limits.h>

#include "common/hashfn.h"
#include "compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

#define CONTROL_REF_MAX 126 /* bytes: VARATT_SHORT_MAX - VARHDRSZ_SHORT */
#define CONTROL_REF_VERSION 1 /* of the binary format */

/* A value being read from left to right */
typedef struct RefCursor
{
	const char *next;			/* NULL when nothing is left */
	const char *end;
} RefCursor;

/* One segment; zeros counts the leading zeros of a numeric one */
typedef struct RefSegment
{
	const char *data;
	size_t		size;
	size_t		zeros;
	bool		numeric;
} RefSegment;

/* Start reading a value. */
static RefCursor
ref_cursor(const struct varlena *ref)
{
	RefCursor	cursor;

	cursor.next = VARDATA_ANY(ref);
	cursor.end = cursor.next + VARSIZE_ANY_EXHDR(ref);
	return cursor;
}

/* Read the next segment; false when there is none. */
static bool
ref_next(RefCursor *cursor, RefSegment *segment)
{
	const char *p = cursor->next;

	if (p == NULL)
		return false;
	segment->data = p;
	segment->zeros = 0;
	segment->numeric = true;
	for (; p < cursor->end && *p != '.'; p++)
	{
		if (*p == '0' && p == segment->data + segment->zeros)
			segment->zeros++;
		else if (*p < '0' || *p > '9')
			segment->numeric = false;
	}
	segment->size = p - segment->data;
	cursor->next = p < cursor->end ? p + 1 : NULL;
	return true;
}

/* Compare byte strings; a prefix comes first. */
static int
ref_compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int			order = memcmp(a, b, Min(a_size, b_size));

	if (order == 0 && a_size != b_size)
		return a_size < b_size ? -1 : 1;
	return order < 0 ? -1 : (order > 0 ? 1 : 0);
}

/* Compare numeric segments: by value, then fewer leading zeros first. */
static int
ref_compare_numbers(const RefSegment *a, const RefSegment *b)
{
	size_t		a_digits = a->size - a->zeros;
	size_t		b_digits = b->size - b->zeros;
	int			order;

	if (a_digits != b_digits)
		return a_digits < b_digits ? -1 : 1;
	order = ref_compare_bytes(a->data + a->zeros, a_digits,
							  b->data + b->zeros, b_digits);
	if (order == 0 && a->zeros != b->zeros)
		return a->zeros < b->zeros ? -1 : 1;
	return order;
}

/* Compare two segments: numeric ones first. */
static int
ref_compare_segments(const RefSegment *a, const RefSegment *b)
{
	if (a->numeric != b->numeric)
		return a->numeric ? -1 : 1;
	if (a->numeric)
		return ref_compare_numbers(a, b);
	return ref_compare_bytes(a->data, a->size, b->data, b->size);
}

/* Compare two values segment by segment; a parent comes before its children. */
static int
ref_compare(const struct varlena *a, const struct varlena *b)
{
	RefCursor	left = ref_cursor(a);
	RefCursor	right = ref_cursor(b);
	RefSegment	x;
	RefSegment	y;

	for (;;)
	{
		bool		more_left = ref_next(&left, &x);
		bool		more_right = ref_next(&right, &y);
		int			order;

		if (!more_left || !more_right)
			return (int) more_left - (int) more_right;
		order = ref_compare_segments(&x, &y);
		if (order != 0)
			return order;
	}
}

/* Are two values the same? */
static bool
ref_equal(const struct varlena *a, const struct varlena *b)
{
	size_t		size = VARSIZE_ANY_EXHDR(a);

	return size == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;
}

/* Is b the same as a, or below it? */
static bool
ref_contains(const struct varlena *a, const struct varlena *b)
{
	size_t		size = VARSIZE_ANY_EXHDR(a);

	return size <= VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0 &&
		(size == VARSIZE_ANY_EXHDR(b) || VARDATA_ANY(b)[size] == '.');
}

/* May this byte stand in a segment? Never the locale's opinion. */
static bool
ref_byte_allowed(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '-';
}

/* Report that str is no control reference, softly where the caller asks so. */
static bool
ref_refuse(const char *str, size_t size, const char *detail, Node *escontext)
{
	ereturn(escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%.*s\"",
					"control_ref", (int) size, str),
			 errdetail_internal("%s", detail),
			 errhint("Write segments of letters, digits and \"-\", separated "
					 "by single dots, such as A.6.2.4 or 164.308.a.1.ii.D.")));
}

/* Refuse what is too long; the message shows its beginning only. */
static bool
ref_refuse_length(const char *str, size_t size, Node *escontext)
{
	ereturn(escontext, false,
			(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
			 errmsg("value too long for type %s: \"%.*s...\"", "control_ref",
					pg_mbcliplen(str, (int) Min(size, INT_MAX), 40), str),
			 errdetail("It has %zu bytes; at most %d are allowed.",
					   size, CONTROL_REF_MAX),
			 errhint("Use the number of the clause or control, not its "
					 "title.")));
}

/* Check the form of an input; false after a soft error. */
static bool
ref_check(const char *str, size_t size, Node *escontext)
{
	size_t		i;

	if (size == 0)
		return ref_refuse(str, size, _("It is empty."), escontext);
	if (size > CONTROL_REF_MAX)
		return ref_refuse_length(str, size, escontext);
	for (i = 0; i < size; i++)
	{
		if (str[i] == '.' && (i == 0 || str[i - 1] == '.'))
			return ref_refuse(str, size,
							  psprintf(_("The segment before the dot at "
										 "position %zu is empty."),
									   i + 1),
							  escontext);
		if (str[i] != '.' && !ref_byte_allowed(str[i]))
			return ref_refuse(str, size,
							  psprintf(_("\"%.*s\" at position %zu is not "
										 "allowed."),
									   pg_mblen(str + i), str + i, i + 1),
							  escontext);
	}
	if (str[size - 1] == '.')
		return ref_refuse(str, size, _("The last segment is empty."),
						  escontext);
	return true;
}

/* Make a value of checked input; NULL after a soft error. */
static struct varlena *
ref_make(const char *str, size_t size, Node *escontext)
{
	if (!ref_check(str, size, escontext))
		return NULL;
	return (struct varlena *) cstring_to_text_with_len(str, (int) size);
}

PG_FUNCTION_INFO_V1(aims_control_ref_in);

/* Text input. */
Datum
aims_control_ref_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	struct varlena *ref = ref_make(str, strlen(str), fcinfo->context);

	if (ref == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(ref);
}

PG_FUNCTION_INFO_V1(aims_control_ref_out);

/* Text output: the spelling that was put in. */
Datum
aims_control_ref_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_recv);

/* Binary input: one byte of format version, then the text. */
Datum
aims_control_ref_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	char	   *str;
	int			size;

	if (version != CONTROL_REF_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of binary control_ref",
						version),
				 errdetail("This server reads version %d.",
						   CONTROL_REF_VERSION),
				 errhint("Send the value as text.")));
	str = pq_getmsgtext(buf, buf->len - buf->cursor, &size);
	PG_RETURN_POINTER(ref_make(str, size, NULL));
}

PG_FUNCTION_INFO_V1(aims_control_ref_send);

/* Binary output. */
Datum
aims_control_ref_send(PG_FUNCTION_ARGS)
{
	struct varlena *ref = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, CONTROL_REF_VERSION);
	pq_sendtext(&buf, VARDATA_ANY(ref), VARSIZE_ANY_EXHDR(ref));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(aims_control_ref);

/* Cast from text; the other way needs no function, the bytes are the text. */
Datum
aims_control_ref(PG_FUNCTION_ARGS)
{
	struct varlena *str = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_POINTER(ref_make(VARDATA_ANY(str), VARSIZE_ANY_EXHDR(str),
							   NULL));
}

PG_FUNCTION_INFO_V1(aims_control_ref_eq);

/* Operator =. */
Datum
aims_control_ref_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_equal(PG_GETARG_VARLENA_PP(0),
							 PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_ne);

/* Operator <>. */
Datum
aims_control_ref_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!ref_equal(PG_GETARG_VARLENA_PP(0),
							  PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_lt);

/* Operator <. */
Datum
aims_control_ref_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_compare(PG_GETARG_VARLENA_PP(0),
							   PG_GETARG_VARLENA_PP(1)) < 0);
}

PG_FUNCTION_INFO_V1(aims_control_ref_le);

/* Operator <=. */
Datum
aims_control_ref_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_compare(PG_GETARG_VARLENA_PP(0),
							   PG_GETARG_VARLENA_PP(1)) <= 0);
}

PG_FUNCTION_INFO_V1(aims_control_ref_gt);

/* Operator >. */
Datum
aims_control_ref_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_compare(PG_GETARG_VARLENA_PP(0),
							   PG_GETARG_VARLENA_PP(1)) > 0);
}

PG_FUNCTION_INFO_V1(aims_control_ref_ge);

/* Operator >=. */
Datum
aims_control_ref_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_compare(PG_GETARG_VARLENA_PP(0),
							   PG_GETARG_VARLENA_PP(1)) >= 0);
}

PG_FUNCTION_INFO_V1(aims_control_ref_contains);

/* Operator @>. */
Datum
aims_control_ref_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_contains(PG_GETARG_VARLENA_PP(0),
								PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_contained);

/* Operator <@. */
Datum
aims_control_ref_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ref_contains(PG_GETARG_VARLENA_PP(1),
								PG_GETARG_VARLENA_PP(0)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_cmp);

/* Btree support: three-way comparison. */
Datum
aims_control_ref_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ref_compare(PG_GETARG_VARLENA_PP(0),
								PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_smaller);

/* Transition of min: the one that sorts first, of equals the first. */
Datum
aims_control_ref_smaller(PG_FUNCTION_ARGS)
{
	struct varlena *left = PG_GETARG_VARLENA_PP(0);
	struct varlena *right = PG_GETARG_VARLENA_PP(1);

	PG_RETURN_POINTER(ref_compare(left, right) <= 0 ? left : right);
}

PG_FUNCTION_INFO_V1(aims_control_ref_larger);

/* Transition of max: the one that sorts last, of equals the first. */
Datum
aims_control_ref_larger(PG_FUNCTION_ARGS)
{
	struct varlena *left = PG_GETARG_VARLENA_PP(0);
	struct varlena *right = PG_GETARG_VARLENA_PP(1);

	PG_RETURN_POINTER(ref_compare(left, right) >= 0 ? left : right);
}

/* Comparison as sorts call it, without a function manager in between. */
static int
ref_sort_compare(Datum a, Datum b, SortSupport ssup)
{
	struct varlena *left = PG_DETOAST_DATUM_PACKED(a);
	struct varlena *right = PG_DETOAST_DATUM_PACKED(b);
	int			order = ref_compare(left, right);

	if (left != (struct varlena *) DatumGetPointer(a))
		pfree(left);
	if (right != (struct varlena *) DatumGetPointer(b))
		pfree(right);
	return order;
}

PG_FUNCTION_INFO_V1(aims_control_ref_sortsupport);

/* Btree support: sort without going through the function manager. */
Datum
aims_control_ref_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = ref_sort_compare;
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(aims_control_ref_hash);

/* Hash support. */
Datum
aims_control_ref_hash(PG_FUNCTION_ARGS)
{
	struct varlena *ref = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_DATUM(hash_any((const unsigned char *) VARDATA_ANY(ref),
							 (int) VARSIZE_ANY_EXHDR(ref)));
}

PG_FUNCTION_INFO_V1(aims_control_ref_hash_extended);

/* Hash support with a seed, 64 bits (hash partitioning, big hash joins). */
Datum
aims_control_ref_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *ref = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_DATUM(hash_any_extended((const unsigned char *) VARDATA_ANY(ref),
									  (int) VARSIZE_ANY_EXHDR(ref),
									  (uint64) PG_GETARG_INT64(1)));
}
