/*
 * entry_tuple.c
 *		The row of aims.audit_entry that an entry becomes.
 *
 * The tuple is put together by hand: most of its 23 columns are the same for
 * all rows of a statement, and heap_form_tuple would measure and copy each of
 * them twice. Variable columns are stored as heap_form_tuple stores them,
 * short ones with a length of one byte and without alignment.
 */
#include "aims.h"

#include "catalog/pg_type.h"

#include "entry_tuple.h"
#include "row.h"

/* Where columns begin behind the header: a null bitmap is always there. */
#define ENTRY_DATA MAXALIGN(SizeofHeapTupleHeader + ENTRY_BITMAP_SIZE)

/* The columns of fixed size in front of the variable ones. */
typedef struct EntryFixed
{
	int64		entry_id;
	int32		incarnation;
	int64		xid;
	TimestampTz recorded_at;
} EntryFixed;

/* A row that is being put together. */
typedef struct EntryRow
{
	char	   *data;			/* where the columns begin */
	size_t		used;
	bits8	   *present;
} EntryRow;

static const Oid entry_types[Natts_entry] = {
	INT8OID, INT4OID, INT8OID, TIMESTAMPTZOID,
	TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	JSONBOID, TEXTOID, JSONOID, JSONOID,
	BYTEAOID, BYTEAOID, BYTEAOID, BYTEAOID,
	INT4OID, TEXTOID
};

void
entry_tuple_expect(TupleDesc desc)
{
	row_expect_columns(desc, Natts_entry);
	for (int i = 0; i < Natts_entry; i++)
		if (TupleDescAttr(desc, i)->atttypid != entry_types[i])
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("column \"%s\" of aims.audit_entry has another type than the library writes",
							NameStr(TupleDescAttr(desc, i)->attname)),
					 errdetail("The library and the installed version of the extension do not fit, or the table was altered."),
					 errhint("Run ALTER EXTENSION aims UPDATE, and reconnect.")));
}

/* Say that a column is not null. */
static inline void
row_set_present(EntryRow *row, int attnum)
{
	row->present[(attnum - 1) / 8] |= 1 << ((attnum - 1) % 8);
}

/* The room that a variable column needs at most. */
static inline size_t
value_room(EntryValue value)
{
	return value.data == NULL ? 0 : value.size + VARHDRSZ + ALIGNOF_INT - 1;
}

/* Advance to a multiple of an integer's size; what is skipped is zero. */
static inline void
row_align(EntryRow *row)
{
	while (row->used % ALIGNOF_INT != 0)
		row->data[row->used++] = '\0';
}

/* Add a variable column, unless it is null. */
static inline void
row_put(EntryRow *row, int attnum, EntryValue value)
{
	if (value.data == NULL)
		return;
	row_set_present(row, attnum);
	if (value.size + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(row->data + row->used,
						  value.size + VARHDRSZ_SHORT);
		row->used += VARHDRSZ_SHORT;
	}
	else
	{
		row_align(row);
		SET_VARSIZE(row->data + row->used, value.size + VARHDRSZ);
		row->used += VARHDRSZ;
	}
	memcpy(row->data + row->used, value.data, value.size);
	row->used += value.size;
}

/* A copy of a nullable string in the current memory context. */
static EntryValue
string_value(const char *s)
{
	EntryValue	value = {NULL, 0};

	if (s == NULL)
		return value;
	value.size = strlen(s);
	value.data = pnstrdup(s, value.size);
	return value;
}

void
entry_head_make(EntryHead *head, const Particulars *p, const char *operation,
				const char *relation, const char *physical, const char *system)
{
	const char *strings[] = {p->session_user, p->role, p->person,
							 p->application, p->client, operation,
							 relation, physical, system};
	EntryValue	values[lengthof(strings)];
	EntryRow	row = {NULL, sizeof(EntryFixed), head->present};
	size_t		room = sizeof(EntryFixed);

	for (int i = 0; i < lengthof(strings); i++)
	{
		values[i] = string_value(strings[i]);
		room += value_room(values[i]);
	}
	memset(head->present, 0, sizeof(head->present));
	row.data = head->data = palloc0(room);
	for (int i = 0; i < lengthof(strings); i++)
		row_put(&row, Anum_entry_session_user + i, values[i]);
	for (int attnum = Anum_entry_id; attnum <= Anum_entry_recorded_at; attnum++)
		row_set_present(&row, attnum);
	head->size = row.used;
	head->reason = string_value(p->reason);
	head->claim = string_value(p->claim);
}

size_t
entry_tuple_room(const EntryColumns *columns)
{
	return ENTRY_DATA + columns->head->size +
		value_room(columns->key) + value_room(columns->head->reason) +
		value_room(columns->old_image) + value_room(columns->new_image) +
		value_room(columns->old_digest) + value_room(columns->new_digest) +
		value_room(columns->particulars_digest) + value_room(columns->salt) +
		2 * sizeof(int32) + value_room(columns->head->claim);
}

/* Begin a tuple: its header, the head, and the fixed columns in it. */
static EntryRow
row_begin(const EntryColumns *columns, char *room)
{
	const EntryHead *head = columns->head;
	HeapTupleHeader header = (HeapTupleHeader) room;
	EntryFixed *fixed = (EntryFixed *) (room + ENTRY_DATA);
	EntryRow	row = {room + ENTRY_DATA, head->size, header->t_bits};

	memset(room, 0, ENTRY_DATA);
	header->t_infomask = HEAP_HASNULL | HEAP_HASVARWIDTH;
	header->t_hoff = ENTRY_DATA;
	HeapTupleHeaderSetNatts(header, Natts_entry);
	ItemPointerSetInvalid(&header->t_ctid);
	memcpy(header->t_bits, head->present, ENTRY_BITMAP_SIZE);
	memcpy(row.data, head->data, head->size);
	fixed->incarnation = columns->incarnation;
	fixed->xid = columns->xid;
	fixed->recorded_at = columns->recorded_at;
	return row;
}

size_t
entry_tuple_form(const EntryColumns *columns, char *room)
{
	const EntryHead *head = columns->head;
	EntryRow	row = row_begin(columns, room);

	row_put(&row, Anum_entry_key, columns->key);
	row_put(&row, Anum_entry_reason, head->reason);
	row_put(&row, Anum_entry_old_image, columns->old_image);
	row_put(&row, Anum_entry_new_image, columns->new_image);
	row_put(&row, Anum_entry_old_digest, columns->old_digest);
	row_put(&row, Anum_entry_new_digest, columns->new_digest);
	row_put(&row, Anum_entry_particulars_digest, columns->particulars_digest);
	row_put(&row, Anum_entry_salt, columns->salt);
	if (columns->shape != 0)
	{
		row_align(&row);
		memcpy(row.data + row.used, &columns->shape, sizeof(int32));
		row.used += sizeof(int32);
		row_set_present(&row, Anum_entry_shape);
	}
	row_put(&row, Anum_entry_claim, head->claim);
	return ENTRY_DATA + row.used;
}

void
entry_tuple_number(char *tuple, int64 entry_id)
{
	((EntryFixed *) (tuple + ENTRY_DATA))->entry_id = entry_id;
}
