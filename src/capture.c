/*
 * capture.c
 *		From a changed row to a row of aims.audit_entry.
 *
 * Row triggers put entries into a buffer; it is written at the end of the
 * statement, when it is full, at the end of a subtransaction and before the
 * commit. Each subtransaction has a buffer of its own: what a child writes
 * must not be stored under its parent, nor what the parent wrote under a child
 * that may yet abort. An entry's number is taken when the change is captured,
 * so that entries of one row are numbered in the order of its changes.
 *
 * Nothing here waits for another transaction.
 */
#include "aims.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "entry.h"
#include "image.h"
#include "incarnation.h"
#include "particulars.h"
#include "row.h"
#include "shape.h"

#define BUFFER_ENTRIES 1000
#define BUFFER_BYTES (1024 * 1024)

/* A piece of the buffer's text; there is none where the length is negative. */
typedef struct Piece
{
	int			start;
	int			length;
} Piece;

/* An entry that is not written yet. */
typedef struct PendingEntry
{
	int64		entry_id;
	TimestampTz recorded_at;
	SessionParticulars *session;
	text	   *operation;
	text	   *relation;
	text	   *physical;
	text	   *system;
	Jsonb	   *key;
	Piece		key_text;
	Piece		old_image;
	Piece		new_image;
	bool		keep_old;
	bool		keep_new;
	int32		shape;
} PendingEntry;

/*
 * The entries of one subtransaction. Most transactions change a row or two,
 * some millions: arrays grow as they are needed, and stay until the end.
 */
typedef struct EntryBuffer
{
	SubTransactionId subid;
	struct EntryBuffer *parent;
	MemoryContext context;		/* of the buffer itself */
	MemoryContext row_context;	/* of what a flush forgets */
	Oid			sequence;		/* that numbers entries */
	TupleDesc	desc;			/* of aims.audit_entry, on the first flush */
	int			n;
	int			capacity;
	PendingEntry *entries;
	TupleTableSlot **slots;
	int			nslots;
	StringInfoData text;		/* of all pieces */
	StringInfoData particulars; /* of one entry */
} EntryBuffer;

static EntryBuffer *buffers = NULL; /* innermost subtransaction first */

/* A new buffer for a subtransaction. */
static EntryBuffer *
buffer_push(SubTransactionId subid)
{
	MemoryContext context = AllocSetContextCreate(TopTransactionContext,
												  "aims entries",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	EntryBuffer *buffer = palloc0(sizeof(EntryBuffer));

	buffer->subid = subid;
	buffer->context = context;
	buffer->row_context = AllocSetContextCreate(context, "aims rows",
												ALLOCSET_DEFAULT_SIZES);
	buffer->sequence = aims_relid("audit_entry_entry_id_seq");
	buffer->capacity = 8;
	buffer->entries = palloc(sizeof(PendingEntry) * buffer->capacity);
	buffer->slots = palloc(sizeof(TupleTableSlot *) * buffer->capacity);
	initStringInfo(&buffer->text);
	initStringInfo(&buffer->particulars);
	buffer->parent = buffers;
	buffers = buffer;
	MemoryContextSwitchTo(caller);
	return buffer;
}

/* The buffer of the current subtransaction. */
static EntryBuffer *
buffer_current(void)
{
	SubTransactionId subid = GetCurrentSubTransactionId();

	if (buffers != NULL && buffers->subid == subid)
		return buffers;
	return buffer_push(subid);
}

/* Drop the innermost buffer with whatever it holds. */
static void
buffer_pop(void)
{
	MemoryContext context = buffers->context;

	buffers = buffers->parent;
	MemoryContextDelete(context);
}

/* Fresh random bytes for a salt, drawn from the system a page at a time. */
static void
fill_salt(unsigned char *salt)
{
	static unsigned char pool[4096];
	static int	used = sizeof(pool);

	if (used == sizeof(pool))
	{
		if (!pg_strong_random(pool, sizeof(pool)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate random salt")));
		used = 0;
	}
	memcpy(salt, pool + used, ENTRY_SALT_SIZE);
	explicit_bzero(pool + used, ENTRY_SALT_SIZE);
	used += ENTRY_SALT_SIZE;
}

/* A digest as a bytea. */
static bytea *
digest_bytea(Hasher *hasher, const void *salt, char tag, const char *text,
			 int length)
{
	bytea	   *digest = palloc(VARHDRSZ + HASH_SIZE);

	SET_VARSIZE(digest, VARHDRSZ + HASH_SIZE);
	entry_digest(hasher, salt, tag, text, length,
				 (unsigned char *) VARDATA(digest));
	return digest;
}

/* Set the digest of an image and, where it is kept, the image. */
static void
set_image(Datum *values, bool *nulls, EntryBuffer *buffer, Hasher *hasher,
		  const void *salt, char tag, Piece image, bool keep)
{
	int			image_attnum = tag == 'o' ? Anum_entry_old_image :
		Anum_entry_new_image;
	int			digest_attnum = tag == 'o' ? Anum_entry_old_digest :
		Anum_entry_new_digest;
	const char *text = buffer->text.data + image.start;

	entry_set_column(values, nulls, digest_attnum, image.length < 0 ? NULL :
					 digest_bytea(hasher, salt, tag, text, image.length));
	entry_set_column(values, nulls, image_attnum, !keep ? NULL :
					 cstring_to_text_with_len(text, image.length));
}

/* Set the salt, the three digests, and the images that are kept. */
static void
set_digests(Datum *values, bool *nulls, EntryBuffer *buffer,
			PendingEntry *entry, Hasher *hasher)
{
	bytea	   *salt = palloc(VARHDRSZ + ENTRY_SALT_SIZE);
	StringInfo	particulars = &buffer->particulars;

	SET_VARSIZE(salt, VARHDRSZ + ENTRY_SALT_SIZE);
	fill_salt((unsigned char *) VARDATA(salt));
	entry_set_column(values, nulls, Anum_entry_salt, salt);

	resetStringInfo(particulars);
	appendBinaryStringInfo(particulars, entry->session->prefix.data,
						   entry->session->prefix.len);
	particulars_end(particulars, buffer->text.data + entry->key_text.start,
					entry->key_text.length, entry->keep_old, entry->keep_new);
	entry_set_column(values, nulls, Anum_entry_particulars_digest,
					 digest_bytea(hasher, VARDATA(salt), 'p', particulars->data,
								  particulars->len));
	set_image(values, nulls, buffer, hasher, VARDATA(salt), 'o',
			  entry->old_image, entry->keep_old);
	set_image(values, nulls, buffer, hasher, VARDATA(salt), 'n',
			  entry->new_image, entry->keep_new);
}

/* The tuple of a pending entry. */
static HeapTuple
entry_tuple(EntryBuffer *buffer, PendingEntry *entry, Hasher *hasher)
{
	Datum		values[Natts_entry];
	bool		nulls[Natts_entry];
	FullTransactionId xid = GetTopFullTransactionId();

	memcpy(values, entry->session->values, sizeof(values));
	memcpy(nulls, entry->session->nulls, sizeof(nulls));
	entry_set_value(values, nulls, Anum_entry_id,
					Int64GetDatum(entry->entry_id));
	entry_set_value(values, nulls, Anum_entry_incarnation,
					Int32GetDatum(incarnation_current()));
	entry_set_value(values, nulls, Anum_entry_xid,
					Int64GetDatum((int64) U64FromFullTransactionId(xid)));
	entry_set_value(values, nulls, Anum_entry_recorded_at,
					TimestampTzGetDatum(entry->recorded_at));
	entry_set_column(values, nulls, Anum_entry_operation, entry->operation);
	entry_set_column(values, nulls, Anum_entry_relation, entry->relation);
	entry_set_column(values, nulls, Anum_entry_physical, entry->physical);
	entry_set_column(values, nulls, Anum_entry_system, entry->system);
	entry_set_column(values, nulls, Anum_entry_key, entry->key);
	set_digests(values, nulls, buffer, entry, hasher);
	if (entry->shape != 0)
		entry_set_value(values, nulls, Anum_entry_shape,
						Int32GetDatum(entry->shape));
	return heap_form_tuple(buffer->desc, values, nulls);
}

/*
 * Add the written rows to whatever indexes there are: one that is just being
 * built, and one that an administrator has added, too.
 */
static void
buffer_index(EntryBuffer *buffer, Relation rel)
{
	ResultRelInfo *info = makeNode(ResultRelInfo);
	EState	   *estate = CreateExecutorState();

	InitResultRelInfo(info, rel, 0, NULL, 0);
	ExecOpenIndices(info, false);
	for (int i = 0; i < buffer->n; i++)
	{
		(void) ExecInsertIndexTuples_compat(info, buffer->slots[i], estate);
		ResetPerTupleExprContext(estate);
	}
	ExecCloseIndices(info);
	FreeExecutorState(estate);
}

/*
 * Slots for n entries. They share a copy of the descriptor: the relation's own
 * would be pinned and unpinned for each.
 */
static TupleTableSlot **
buffer_slots(EntryBuffer *buffer, TupleDesc desc, int n)
{
	MemoryContext caller = MemoryContextSwitchTo(buffer->context);

	if (buffer->desc == NULL)
	{
		row_expect_columns(desc, Natts_entry);
		buffer->desc = CreateTupleDescCopy(desc);
	}
	while (buffer->nslots < n)
		buffer->slots[buffer->nslots++] =
			MakeSingleTupleTableSlot(buffer->desc, &TTSOpsHeapTuple);
	MemoryContextSwitchTo(caller);
	return buffer->slots;
}

/* Write the buffer's entries; the caller has set the memory context. */
static void
buffer_write(EntryBuffer *buffer)
{
	Relation	rel = table_open(aims_relid("audit_entry"), RowExclusiveLock);
	TupleTableSlot **slots = buffer_slots(buffer, RelationGetDescr(rel),
										  buffer->n);
	Hasher	   *hasher = hasher_create();

	for (int i = 0; i < buffer->n; i++)
		ExecStoreHeapTuple(entry_tuple(buffer, &buffer->entries[i], hasher),
						   slots[i], false);
	hasher_free(hasher);
	if (buffer->n == 1)
		table_tuple_insert(rel, slots[0], GetCurrentCommandId(true), 0, NULL);
	else
		table_multi_insert(rel, slots, buffer->n, GetCurrentCommandId(true),
						   0, NULL);
	buffer_index(buffer, rel);
	for (int i = 0; i < buffer->n; i++)
		ExecClearTuple(slots[i]);
	table_close(rel, NoLock);	/* kept until commit, as by any writer */
}

/* Write and empty a buffer. */
static void
buffer_flush(EntryBuffer *buffer)
{
	MemoryContext caller;

	if (buffer->n == 0)
		return;
	caller = MemoryContextSwitchTo(buffer->row_context);
	if (OidIsValid(aims_relid_or_none("audit_entry")))	/* not dropped */
		buffer_write(buffer);
	MemoryContextSwitchTo(caller);
	buffer->n = 0;
	resetStringInfo(&buffer->text);
	MemoryContextReset(buffer->row_context);
}

/* Make room for one more entry. */
static void
buffer_reserve(EntryBuffer *buffer)
{
	if (buffer->n == BUFFER_ENTRIES || buffer->text.len > BUFFER_BYTES)
		buffer_flush(buffer);
	if (buffer->n < buffer->capacity)
		return;
	buffer->capacity = Min(buffer->capacity * 4, BUFFER_ENTRIES);
	buffer->entries = repalloc(buffer->entries,
							   sizeof(PendingEntry) * buffer->capacity);
	buffer->slots = repalloc(buffer->slots,
							 sizeof(TupleTableSlot *) * buffer->capacity);
}

/* Begin an entry; memory of its parts comes from the buffer's row context. */
static PendingEntry *
entry_begin(EntryBuffer *buffer, const char *operation, const char *relation)
{
	PendingEntry *entry;

	buffer_reserve(buffer);
	entry = &buffer->entries[buffer->n];
	memset(entry, 0, sizeof(PendingEntry));
	entry->key_text.length = entry->old_image.length =
		entry->new_image.length = -1;
	entry->session = session_particulars();
	MemoryContextSwitchTo(buffer->row_context);
	entry->operation = cstring_to_text(operation);
	entry->relation = relation ? cstring_to_text(relation) : NULL;
	return entry;
}

/* Number the entry and count it in; what failed before left no trace. */
static int64
entry_end(EntryBuffer *buffer, PendingEntry *entry)
{
	entry->recorded_at = GetCurrentTimestamp();
	entry->entry_id = nextval_internal(buffer->sequence, false);
	buffer->n++;
	return entry->entry_id;
}

/* Write a row's image into the buffer's text and, where asked for, its key. */
static Piece
capture_image(EntryBuffer *buffer, PendingEntry *entry, CapturedRelation *cr,
			  TupleDesc desc, HeapTuple tuple, bool with_key)
{
	StringInfo	out = &buffer->text;
	Piece		image = {out->len, 0};
	int			key_start = -1;

	image_write(cr->writer, desc, tuple, out, with_key ? &key_start : NULL,
				&entry->key);
	image.length = (with_key ? key_start : out->len) - image.start;
	if (with_key)
	{
		entry->key_text.start = key_start;
		entry->key_text.length = out->len - key_start;
	}
	return image;
}

/* Put a changed row into the buffer. */
void
capture_row(const RegistryEntry *registered, Relation rel,
			const char *operation, const char *system, HeapTuple old,
			HeapTuple new)
{
	CapturedRelation *cr = captured_relation(rel, registered);
	TupleDesc	desc = RelationGetDescr(rel);
	EntryBuffer *buffer = buffer_current();
	MemoryContext caller = CurrentMemoryContext;
	PendingEntry *entry = entry_begin(buffer, operation, cr->logical);
	ImagePolicy policy = cr->writer->nkey == 0 ? IMAGE_FULL :
		registered->image;

	entry->physical = cr->physical ? cstring_to_text(cr->physical) : NULL;
	entry->system = system ? cstring_to_text(system) : NULL;
	entry->shape = cr->shape_id;
	if (old != NULL)
	{
		entry->old_image = capture_image(buffer, entry, cr, desc, old,
										 new == NULL);
		entry->keep_old = policy != IMAGE_DIGEST;
	}
	if (new != NULL)
	{
		entry->new_image = capture_image(buffer, entry, cr, desc, new, true);
		entry->keep_new = policy == IMAGE_FULL;
	}
	(void) entry_end(buffer, entry);
	MemoryContextSwitchTo(caller);
}

/* Write what the current subtransaction has captured. */
void
capture_flush(void)
{
	if (buffers != NULL && buffers->subid == GetCurrentSubTransactionId())
		buffer_flush(buffers);
}

/* Is there an entry of an outer transaction that is not written? */
bool
capture_is_pending(void)
{
	for (EntryBuffer *buffer = buffers; buffer != NULL; buffer = buffer->parent)
		if (buffer->n > 0)
			return true;
	return false;
}

/* Put one entry for all rows into the buffer, and write it. */
void
capture_truncate(const RegistryEntry *registered, Relation rel)
{
	CapturedRelation *cr = captured_relation(rel, registered);
	EntryBuffer *buffer = buffer_current();
	MemoryContext caller = CurrentMemoryContext;
	PendingEntry *entry = entry_begin(buffer, "TRUNCATE", cr->logical);

	entry->physical = cr->physical ? cstring_to_text(cr->physical) : NULL;
	entry->shape = cr->shape_id;
	(void) entry_end(buffer, entry);
	MemoryContextSwitchTo(caller);
	capture_flush();
}

/* Put an entry that no row trigger makes into the buffer. */
int64
capture_event(const char *operation, const char *relation, const char *system,
			  const char *detail)
{
	EntryBuffer *buffer = buffer_current();
	MemoryContext caller = CurrentMemoryContext;
	PendingEntry *entry = entry_begin(buffer, operation, relation);
	int64		entry_id;

	entry->system = system ? cstring_to_text(system) : NULL;
	if (detail != NULL)
	{
		entry->new_image.start = buffer->text.len;
		entry->new_image.length = strlen(detail);
		appendStringInfoString(&buffer->text, detail);
		entry->keep_new = true;
	}
	entry_id = entry_end(buffer, entry);
	MemoryContextSwitchTo(caller);
	return entry_id;
}

/* Put the entry of a piece of DDL into the buffer. */
void
capture_ddl(const char *relation, const char *physical, const char *detail)
{
	EntryBuffer *buffer = buffer_current();
	MemoryContext caller = CurrentMemoryContext;
	PendingEntry *entry = entry_begin(buffer, "DDL", relation);

	entry->physical = physical ? cstring_to_text(physical) : NULL;
	entry->new_image.start = buffer->text.len;
	entry->new_image.length = strlen(detail);
	appendStringInfoString(&buffer->text, detail);
	entry->keep_new = true;
	(void) entry_end(buffer, entry);
	MemoryContextSwitchTo(caller);
}

/* Before the commit only the top-level buffer can be left. */
void
capture_pre_commit(void)
{
	capture_flush();
}

/* The transaction is over; its memory goes by itself. */
void
capture_end(bool committed)
{
	if (committed && buffers != NULL && buffers->n > 0)
		elog(WARNING, "%d changes that another extension made while the transaction was being committed are not in the ledger",
			 buffers->n);
	buffers = NULL;
	particulars_forget();
	shape_end(committed);
}

/* Write a subtransaction's entries under its own xid, or drop them. */
void
capture_subxact(SubXactEvent event, SubTransactionId mine,
				SubTransactionId parent)
{
	if (event == SUBXACT_EVENT_PRE_COMMIT_SUB)
	{
		if (buffers != NULL && buffers->subid == mine)
		{
			buffer_flush(buffers);
			buffer_pop();
		}
	}
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (buffers != NULL && buffers->subid >= mine)
			buffer_pop();
		shape_end(false);
	}
}
