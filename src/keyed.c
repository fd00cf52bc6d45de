/*
 * keyed.c
 *		All entries of a relation and all its live rows, brought together by
 *		key.
 *
 * Each becomes a record of fixed part, key and image; records are sorted as
 * bytes, so the fixed part begins with what they are sorted by. UPDATEs of the
 * key itself are a DELETE under the former key besides.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "incarnation.h"
#include "keyed_work.h"

#define PHYSICAL_NAME 264		/* two quoted names, doubled quotes, a dot */

/* A table by name. */
typedef struct KeyedTable
{
	char		name[PHYSICAL_NAME];	/* hash key, first; "": the relation */
	int32		number;
} KeyedTable;

/* Conversions between shapes, made once each. */
typedef struct ConversionKey
{
	int32		from;			/* a stored shape, or one of these */
	int32		from_member;
	int32		to;
	int32		to_member;
	int32		same_table;
} ConversionKey;

#define SHAPE_COMMON (-1)		/* what images of all times show */

typedef struct KnownConversion
{
	ConversionKey key;			/* hash key, first */
	ImageConversion *conversion;
} KnownConversion;

/* The number of a table, which entries name; NULL: the relation itself. */
int32
keyed_table(Keyed *keyed, const char *name)
{
	struct KeyedWork *work = keyed->work;
	char		padded[PHYSICAL_NAME] = {0};
	KeyedTable *table;
	bool		found;

	if (name == NULL && work->ntables > 0)
		return 0;				/* the first that was named */
	strlcpy(padded, name ? name : "", PHYSICAL_NAME);
	table = hash_search(work->tables, padded, HASH_ENTER, &found);
	if (found)
		return table->number;
	table->number = work->ntables++;
	if ((work->ntables & (work->ntables - 1)) == 0)
	{
		int			n = work->ntables * 2;

		work->table_names = repalloc(work->table_names, n * sizeof(char *));
		work->table_is_member = repalloc(work->table_is_member,
										 n * sizeof(bool));
		work->wiped = repalloc(work->wiped, n * sizeof(int64));
		work->wiped_later = repalloc(work->wiped_later, n * sizeof(int64));
	}
	work->table_names[table->number] = table->name;
	work->table_is_member[table->number] = false;
	work->wiped[table->number] = work->wiped_later[table->number] = 0;
	return table->number;
}

/* Name of a table. */
const char *
keyed_physical(Keyed *keyed, int32 physical)
{
	const char *name = keyed->work->table_names[physical];

	return name[0] != '\0' ? name : NULL;
}

/* Does it hold rows today? */
bool
keyed_is_member(Keyed *keyed, int32 physical)
{
	return keyed->work->table_is_member[physical];
}

/* In which table an identity holds: children may have the same keys. */
const char *
keyed_identity_table(Keyed *keyed, int32 physical)
{
	return keyed->subject->inherited ? keyed->work->table_names[physical] :
		NULL;
}

/* A hash table in the memory of the whole. */
static HTAB *
keyed_hash(struct KeyedWork *work, const char *name, Size key, Size entry)
{
	HASHCTL		ctl;

	ctl.keysize = key;
	ctl.entrysize = entry;
	ctl.hcxt = work->context;
	return hash_create(name, 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Prepare the sort; records are bytea, which compares as memcmp does. */
static void
keyed_begin_sort(struct KeyedWork *work)
{
	TypeCacheEntry *type = lookup_type_cache(BYTEAOID, TYPECACHE_LT_OPR);

	work->sort = tuplesort_begin_datum(BYTEAOID, type->lt_opr, InvalidOid,
									   false, maintenance_work_mem, NULL,
									   TUPLESORT_NONE);
}

/* Begin. */
static void
keyed_begin(Keyed *keyed)
{
	struct KeyedWork *work = palloc0(sizeof(struct KeyedWork));

	keyed->work = work;
	work->context = CurrentMemoryContext;
	work->row = AllocSetContextCreate(CurrentMemoryContext, "aims row",
									  ALLOCSET_DEFAULT_SIZES);
	work->maker = identity_maker();
	work->hasher = hasher_create();
	work->tables = keyed_hash(work, "aims tables", PHYSICAL_NAME,
							  sizeof(KeyedTable));
	work->conversions = keyed_hash(work, "aims conversions",
								   sizeof(ConversionKey),
								   sizeof(KnownConversion));
	work->table_names = palloc(2 * sizeof(char *));
	work->table_is_member = palloc(2 * sizeof(bool));
	work->wiped = palloc(2 * sizeof(int64));
	work->wiped_later = palloc(2 * sizeof(int64));
	(void) keyed_table(keyed, NULL);
	for (int i = 0; i < keyed->subject->nmembers; i++)
	{
		int32		n = keyed_table(keyed,
									keyed->subject->members[i].physical);

		work->table_is_member[n] = true;
	}
	keyed_begin_sort(work);
}

/* Release all. */
void
keyed_end(Keyed *keyed)
{
	tuplesort_end(keyed->work->sort);
	identity_maker_free(keyed->work->maker);
	hasher_free(keyed->work->hasher);
	MemoryContextDelete(keyed->work->row);
}

/* A shape as conversions know it. */
static const ShapeText *
conversion_shape(Keyed *keyed, int32 shape_id, int32 member)
{
	if (shape_id == SHAPE_OF_MEMBER)
		return keyed->subject->members[member].shape;
	if (shape_id == SHAPE_COMMON)
		return keyed->work->common[member];
	return subject_shape(keyed->subject, shape_id)->shape;
}

/* The conversion of images of one shape to another. */
static ImageConversion *
keyed_conversion(Keyed *keyed, ConversionKey key)
{
	struct KeyedWork *work = keyed->work;
	KnownConversion *known = hash_search(work->conversions, &key, HASH_FIND,
										 NULL);
	ImageConversion *conversion;
	MemoryContext caller;

	if (known != NULL)
		return known->conversion;
	caller = MemoryContextSwitchTo(work->context);
	conversion = image_conversion(conversion_shape(keyed, key.from,
												   key.from_member),
								  conversion_shape(keyed, key.to,
												   key.to_member),
								  key.same_table);
	known = hash_search(work->conversions, &key, HASH_ENTER, NULL);
	known->conversion = conversion;
	MemoryContextSwitchTo(caller);
	return conversion;
}

/* Write an image as the shape of an entry would have it. */
bool
keyed_convert(Keyed *keyed, JsonSpan image, int32 from, int32 member,
			  bool same_table, int32 to, StringInfo out,
			  const char **hindrance)
{
	ConversionKey key = {from, member, to, 0, same_table};
	ImageConversion *conversion = keyed_conversion(keyed, key);

	*hindrance = conversion->hindrance;
	return image_convert(conversion, image, out);
}

/* Is the digest the one of that image? */
bool
keyed_fits(Keyed *keyed, const KeyedRecord *entry, char tag,
		   const char *image, int length)
{
	unsigned char digest[HASH_SIZE];

	if (!entry->has_digest)
		return false;
	entry_digest(keyed->work->hasher, entry->salt, tag, image, length, digest);
	return memcmp(digest, entry->digest, HASH_SIZE) == 0;
}

/*
 * Which columns of a table without a key can be compared with all images that
 * the ledger has of it: those that every shape has, of the same type.
 */
static ShapeText *
common_shape(Keyed *keyed, SubjectMember *member)
{
	const ShapeText *shape = member->shape;
	bool	   *keep = palloc(sizeof(bool) * Max(shape->ncolumns, 1));
	HASH_SEQ_STATUS all;
	SubjectShape *known;

	memset(keep, true, shape->ncolumns);
	hash_seq_init(&all, keyed->subject->shapes);
	while ((known = hash_seq_search(&all)) != NULL)
	{
		ImageConversion *conversion;

		if (known->shape->registry_id != keyed->subject->registry_id ||
			known->shape->nkey > 0 || known->newest < keyed->work->all_wiped)
			continue;
		conversion = image_conversion(known->shape, shape,
									  keyed->subject->nmembers == 1);
		for (int i = 0; i < shape->ncolumns; i++)
		{
			int			source = conversion->source[i];
			const ShapeColumn *column;

			column = source < 0 ? NULL : &known->shape->columns[source];
			if (column == NULL ||
				!json_same(column->type, shape->columns[i].type) ||
				!json_same(column->labels, shape->columns[i].labels))
				keep[i] = false;
		}
	}
	for (int i = 0; i < shape->ncolumns; i++)
		keyed->reduced |= !keep[i];
	return shape_text_reduced(shape, keep);
}

/* Make them for all members; they are of use where there is no key. */
static void
keyed_find_common(Keyed *keyed)
{
	Subject    *subject = keyed->subject;

	keyed->work->common = palloc0(sizeof(ShapeText *) * subject->nmembers);
	if (subject->members[0].writer->nkey == 0 &&
		hash_get_num_entries(subject->shapes) > 1)
		keyed_read_shapes(keyed);
	for (int i = 0; i < subject->nmembers; i++)
		if (subject->members[i].writer->nkey == 0)
			keyed->work->common[i] = common_shape(keyed,
												  &subject->members[i]);
}

/* The member whose columns a keyless image is compared in; -1: none. */
static int
keyless_member(Keyed *keyed, int32 physical)
{
	Subject    *subject = keyed->subject;
	int			member = 0;

	for (int i = 1; subject->inherited && i < subject->nmembers; i++)
		if (keyed_table(keyed, subject->members[i].physical) == physical)
			member = i;
	return keyed->work->common[member] != NULL ? member : -1;
}

/* The identity of a row without a key; false where today there is one. */
bool
keyed_identity(Keyed *keyed, int32 from, int32 from_member, JsonSpan image,
			   int32 physical, unsigned char *out)
{
	int			member = keyless_member(keyed, physical);
	ConversionKey key = {from, from_member, SHAPE_COMMON, member,
						 keyed->subject->nmembers == 1};
	StringInfoData text;

	if (member < 0)
		return false;
	initStringInfo(&text);
	(void) image_convert(keyed_conversion(keyed, key), image, &text);
	identity_of_image(keyed->work->maker, keyed_identity_table(keyed, physical),
					  text.data, text.len, out);
	return true;
}

/* Put a record into the sort. */
void
keyed_put(Keyed *keyed, const KeyedRecord *record)
{
	Size		image = Max(record->image_length, 0);
	Size		size = VARHDRSZ + sizeof(KeyedRecord) + record->key_length +
		image;
	bytea	   *datum = palloc(size);
	char	   *p = VARDATA(datum);

	SET_VARSIZE(datum, size);
	memcpy(p, record, sizeof(KeyedRecord));
	memcpy(p + sizeof(KeyedRecord), record->key, record->key_length);
	memcpy(p + sizeof(KeyedRecord) + record->key_length, record->image, image);
	tuplesort_putdatum(keyed->work->sort, PointerGetDatum(datum), false);
	pfree(datum);
}

/* The next record. */
KeyedRecord *
keyed_next(Keyed *keyed)
{
	struct KeyedWork *work = keyed->work;
	Datum		value;
	bool		isnull;
	char	   *p;

	CHECK_FOR_INTERRUPTS();
	if (work->datum != NULL)
		pfree(work->datum);
	work->datum = NULL;
	if (!tuplesort_getdatum_compat(work->sort, &value, &isnull))
		return NULL;
	work->datum = DatumGetByteaP(value);
	p = VARDATA(work->datum);
	memcpy(&work->record, p, sizeof(KeyedRecord));
	work->record.key = p + sizeof(KeyedRecord);
	work->record.image = work->record.key + work->record.key_length;
	return &work->record;
}

/* Append a value of a row's image as keys write it. */
static void
put_key_value(StringInfo out, ImageColumn *column, JsonSpan value)
{
	escape_json(out, column->name);
	appendStringInfoChar(out, ':');
	if (column->kind <= IMAGE_BOOL)
		appendBinaryStringInfo(out, value.start, value.length);
	else
		escape_json(out, json_span_string(value));
}

/* The key of a row, from its image. */
static Jsonb *
row_key(SubjectMember *member, const KeyedRecord *record)
{
	JsonSpan	image = {record->image, record->image_length};
	const ShapeText *shape = member->shape;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < shape->nkey; i++)
	{
		JsonSpan	wanted = shape->columns[shape->key[i]].name;
		JsonCursor	cursor;
		JsonSpan	name;
		JsonSpan	value;

		(void) json_open(&cursor, image, '{');
		while (json_next_member(&cursor, &name, &value))
			if (json_same(name, wanted))
			{
				if (i > 0)
					appendStringInfoChar(&out, ',');
				put_key_value(&out, member->writer->key[i], value);
				break;
			}
	}
	appendStringInfoChar(&out, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(out.data)));
}

/* The key of a record. */
Jsonb *
keyed_key(Keyed *keyed, const KeyedRecord *record)
{
	Jsonb	   *key;

	if (record->is_row && !record->keyless)
		return row_key(&keyed->subject->members[record->member], record);
	if (record->key_length == 0)
		return NULL;
	key = palloc(record->key_length);
	memcpy(key, record->key, record->key_length);
	return key;
}

/* The row was wiped out in the tree that was asked for. */
bool
keyed_is_wiped(Keyed *keyed, int32 physical, int64 entry_id)
{
	return entry_id < Max(keyed->work->wiped[physical],
						  keyed->work->all_wiped);
}

/* The first entry after that tree which wipes it out. */
int64
keyed_wiped_later(Keyed *keyed, int32 physical)
{
	int64		one = keyed->work->wiped_later[physical];
	int64		all = keyed->work->all_wiped_later;

	return one == 0 || (all != 0 && all < one) ? all : one;
}

/* The era of a number. */
KeyedEra *
keyed_era(Keyed *keyed, int32 registry_id)
{
	ListCell   *lc;

	foreach(lc, keyed->eras)
	{
		KeyedEra   *era = lfirst(lc);

		if (era->registry_id == registry_id)
			return era;
	}
	return NULL;
}

/* Do transaction ids of rows mean the same as when it was governed? */
bool
keyed_xids_hold(Keyed *keyed, int32 registry_id)
{
	KeyedEra   *era = keyed_era(keyed, registry_id);

	return incarnation_keeps_xids(era != NULL ? era->incarnation : 1);
}

/* Read everything and sort it. */
void
keyed_read(Keyed *keyed)
{
	keyed_begin(keyed);
	keyed_find_common(keyed);
	keyed_read_entries(keyed);
	keyed_applied_sort(keyed);
	keyed_read_rows(keyed);
	tuplesort_performsort(keyed->work->sort);
}
