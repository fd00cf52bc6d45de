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

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "entry.h"
#include "guard.h"
#include "image.h"
#include "incarnation.h"
#include "people.h"
#include "shape.h"

#define BUFFER_ENTRIES 1000
#define BUFFER_BYTES (1024 * 1024)

/* Particulars of the session, as they are written and as they are hashed. */
typedef struct SessionParticulars
{
	Particulars p;
	Oid			user;
	Oid			session_user;
	StringInfoData prefix;		/* JSON text up to the key */
	Datum		values[Natts_entry];	/* of the session's columns */
	bool		nulls[Natts_entry];
} SessionParticulars;

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
static SessionParticulars *session = NULL;

/*
 * A superuser's ordinary session in replica role is a restore: what it copies
 * in was captured when it was written.
 */
static bool
capture_suspended(void)
{
	return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA &&
		!IsLogicalWorker() && superuser_arg(GetSessionUserId());
}

/* Are two nullable strings the same? */
static bool
same_string(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* A copy of a string that is NULL or empty where it says nothing. */
static const char *
string_or_null(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* The client's address, or NULL for a local socket and background workers. */
static char *
client_address(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	return fcinfo->isnull ? NULL :
		DatumGetCString(DirectFunctionCall1(inet_out, address));
}

/* Who acts now, in the strings' own memory. */
static Particulars
particulars_now(void)
{
	Particulars p = {0};

	p.person = current_person();
	if (string_or_null(aims_actor) != NULL &&
		!same_string(p.person, aims_actor))
		p.claim = aims_actor;
	p.application = string_or_null(application_name);
	p.reason = string_or_null(aims_reason);
	return p;
}

/* Do the cached particulars still hold? */
static bool
particulars_current(const Particulars *now)
{
	return session != NULL &&
		session->user == GetUserId() &&
		session->session_user == GetSessionUserId() &&
		same_string(session->p.person, now->person) &&
		same_string(session->p.claim, now->claim) &&
		same_string(session->p.application, now->application) &&
		same_string(session->p.reason, now->reason);
}

/* Set a nullable varlena column. */
static void
set_column(Datum *values, bool *nulls, int attnum, void *value)
{
	nulls[attnum - 1] = value == NULL;
	values[attnum - 1] = PointerGetDatum(value);
}

/* Set a nullable text column from a string. */
static void
set_string(Datum *values, bool *nulls, int attnum, const char *s)
{
	set_column(values, nulls, attnum, s ? cstring_to_text(s) : NULL);
}

/* Make the session's columns, the same for every entry. */
static void
particulars_columns(SessionParticulars *s)
{
	memset(s->nulls, true, sizeof(s->nulls));
	set_string(s->values, s->nulls, Anum_entry_session_user,
			   s->p.session_user);
	set_string(s->values, s->nulls, Anum_entry_role, s->p.role);
	set_string(s->values, s->nulls, Anum_entry_person, s->p.person);
	set_string(s->values, s->nulls, Anum_entry_claim, s->p.claim);
	set_string(s->values, s->nulls, Anum_entry_application,
			   s->p.application);
	set_string(s->values, s->nulls, Anum_entry_client, s->p.client);
	set_string(s->values, s->nulls, Anum_entry_reason, s->p.reason);
}

/*
 * The particulars of the session. They live until the end of the transaction,
 * since pending entries point to them.
 */
static SessionParticulars *
session_particulars(void)
{
	Particulars now = particulars_now();
	MemoryContext caller;
	SessionParticulars *fresh;

	if (particulars_current(&now))
		return session;
	caller = MemoryContextSwitchTo(TopTransactionContext);
	fresh = palloc0(sizeof(SessionParticulars));
	fresh->user = GetUserId();
	fresh->session_user = GetSessionUserId();
	fresh->p.session_user = GetUserNameFromId(fresh->session_user, false);
	fresh->p.role = GetUserNameFromId(fresh->user, false);
	fresh->p.person = now.person ? pstrdup(now.person) : NULL;
	fresh->p.claim = now.claim ? pstrdup(now.claim) : NULL;
	fresh->p.application = now.application ? pstrdup(now.application) : NULL;
	fresh->p.client = client_address();
	fresh->p.reason = now.reason ? pstrdup(now.reason) : NULL;
	initStringInfo(&fresh->prefix);
	particulars_begin(&fresh->prefix, &fresh->p);
	particulars_columns(fresh);
	MemoryContextSwitchTo(caller);
	session = fresh;
	return session;
}

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

	set_column(values, nulls, digest_attnum, image.length < 0 ? NULL :
			   digest_bytea(hasher, salt, tag, text, image.length));
	set_column(values, nulls, image_attnum, !keep ? NULL :
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
	set_column(values, nulls, Anum_entry_salt, salt);

	resetStringInfo(particulars);
	appendBinaryStringInfo(particulars, entry->session->prefix.data,
						   entry->session->prefix.len);
	particulars_end(particulars, buffer->text.data + entry->key_text.start,
					entry->key_text.length, entry->keep_old, entry->keep_new);
	set_column(values, nulls, Anum_entry_particulars_digest,
			   digest_bytea(hasher, VARDATA(salt), 'p', particulars->data,
							particulars->len));
	set_image(values, nulls, buffer, hasher, VARDATA(salt), 'o',
			  entry->old_image, entry->keep_old);
	set_image(values, nulls, buffer, hasher, VARDATA(salt), 'n',
			  entry->new_image, entry->keep_new);
}

/* Set a column that is never null. */
static void
set_value(Datum *values, bool *nulls, int attnum, Datum value)
{
	values[attnum - 1] = value;
	nulls[attnum - 1] = false;
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
	set_value(values, nulls, Anum_entry_id, Int64GetDatum(entry->entry_id));
	set_value(values, nulls, Anum_entry_incarnation,
			  Int32GetDatum(incarnation_current()));
	set_value(values, nulls, Anum_entry_xid,
			  Int64GetDatum((int64) U64FromFullTransactionId(xid)));
	set_value(values, nulls, Anum_entry_recorded_at,
			  TimestampTzGetDatum(entry->recorded_at));
	set_column(values, nulls, Anum_entry_operation, entry->operation);
	set_column(values, nulls, Anum_entry_relation, entry->relation);
	set_column(values, nulls, Anum_entry_physical, entry->physical);
	set_column(values, nulls, Anum_entry_system, entry->system);
	set_column(values, nulls, Anum_entry_key, entry->key);
	set_digests(values, nulls, buffer, entry, hasher);
	if (entry->shape != 0)
		set_value(values, nulls, Anum_entry_shape,
				  Int32GetDatum(entry->shape));
	return heap_form_tuple(buffer->desc, values, nulls);
}

/* Add the index entry of a written row. */
static void
index_entry(Relation idx, IndexInfo *info, Relation rel, TupleTableSlot *slot)
{
	Datum		values[2];
	bool		nulls[2];

	values[0] = slot_getattr(slot, Anum_entry_xid, &nulls[0]);
	values[1] = slot_getattr(slot, Anum_entry_id, &nulls[1]);
	(void) index_insert(idx, values, nulls, &slot->tts_tid, rel,
						UNIQUE_CHECK_NO, false, info);
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
		Assert(desc->natts == Natts_entry);
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
	Relation	idx = index_open(aims_relid("audit_entry_xid_idx"),
								 RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(idx);
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
	for (int i = 0; i < buffer->n; i++)
	{
		index_entry(idx, info, rel, slots[i]);
		ExecClearTuple(slots[i]);
	}
	index_close(idx, RowExclusiveLock);
	table_close(rel, RowExclusiveLock);
}

/* Write and empty a buffer. */
static void
buffer_flush(EntryBuffer *buffer)
{
	MemoryContext caller;

	if (buffer->n == 0)
		return;
	caller = MemoryContextSwitchTo(buffer->row_context);
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
static void
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

/* Write what the current subtransaction has captured. */
void
capture_flush(void)
{
	if (buffers != NULL && buffers->subid == GetCurrentSubTransactionId())
		buffer_flush(buffers);
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
	buffers = NULL;
	session = NULL;
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

/* The id in the registry that a trigger of ours carries. */
static int32
trigger_registry_id(FunctionCallInfo fcinfo, const char *function)
{
	Trigger    *trigger;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.%s must be called as a trigger",
						function)));
	trigger = ((TriggerData *) fcinfo->context)->tg_trigger;
	if (trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must carry its number in the registry",
						trigger->tgname)));
	return pg_strtoint32(trigger->tgargs[0]);
}

/*
 * pg_dump's scripts run with these settings. Loading one through the triggers
 * would record every restored row as a change of today.
 */
static void
refuse_restore(const RegistryEntry *registered, Relation rel)
{
	if (registered->guarded || check_function_bodies || row_security)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_MS_RESTORE_NEEDS_REPLICA_ROLE),
			 errmsg("cannot restore \"%s\" while its changes are captured",
					RelationGetRelationName(rel)),
			 errdetail("The ledger that is being restored already holds these changes."),
			 errhint("Restore as a superuser with PGOPTIONS='-c session_replication_role=replica'.")));
}

/* The tuples and the name of what a row trigger was fired for. */
static const char *
trigger_change(TriggerData *data, HeapTuple *old, HeapTuple *new)
{
	if (!TRIGGER_FIRED_AFTER(data->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.audit_row must be an AFTER ROW trigger")));
	*old = NULL;
	*new = NULL;
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
	{
		*new = data->tg_trigtuple;
		return "INSERT";
	}
	*old = data->tg_trigtuple;
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return "DELETE";
	*new = data->tg_newtuple;
	return "UPDATE";
}

PG_FUNCTION_INFO_V1(aims_audit_row);
/* AFTER ROW trigger: the guard decides, then the change is captured. */
Datum
aims_audit_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	int32		registry_id = trigger_registry_id(fcinfo, "audit_row");
	RegistryEntry *registered;
	HeapTuple	old;
	HeapTuple	new;
	const char *operation = trigger_change(data, &old, &new);
	const char *system = NULL;

	if (capture_suspended())
		PG_RETURN_POINTER(NULL);
	registered = registry_entry(registry_id, data->tg_relation);
	refuse_restore(registered, data->tg_relation);
	if (registered->guarded)
		system = guard_row(registered, data->tg_relation, old, new);
	capture_row(registered, data->tg_relation, operation, system, old, new);
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_audit_flush);
/* AFTER STATEMENT trigger: write what the statement has captured. */
Datum
aims_audit_flush(PG_FUNCTION_ARGS)
{
	capture_flush();
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_audit_truncate);
/* BEFORE TRUNCATE trigger: one entry for all rows. */
Datum
aims_audit_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	int32		registry_id = trigger_registry_id(fcinfo, "audit_truncate");
	RegistryEntry *registered;
	CapturedRelation *cr;
	EntryBuffer *buffer;
	MemoryContext caller = CurrentMemoryContext;
	PendingEntry *entry;

	if (capture_suspended())
		PG_RETURN_POINTER(NULL);
	registered = registry_entry(registry_id, data->tg_relation);
	cr = captured_relation(data->tg_relation, registered);
	buffer = buffer_current();
	entry = entry_begin(buffer, "TRUNCATE", cr->logical);
	entry->physical = cr->physical ? cstring_to_text(cr->physical) : NULL;
	entry->shape = cr->shape_id;
	(void) entry_end(buffer, entry);
	MemoryContextSwitchTo(caller);
	capture_flush();
	PG_RETURN_POINTER(NULL);
}

PG_FUNCTION_INFO_V1(aims_append_only);
/* BEFORE STATEMENT trigger on the ledger's tables: refuse whatever it is. */
Datum
aims_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function aims.append_only must be called as a trigger")));
	if (capture_suspended())
		PG_RETURN_POINTER(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_MS_LEDGER_APPEND_ONLY),
			 errmsg("\"aims.%s\" is append-only and is written by the extension alone",
					RelationGetRelationName(data->tg_relation)),
			 errdetail("Its rows come from captured changes and from the acts of the ledger."),
			 errhint("To restore a dump, connect as a superuser with PGOPTIONS='-c session_replication_role=replica'.")));
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(aims_log_event);
/* Write an EVENT entry that an application wants in the ledger. */
Datum
aims_log_event(PG_FUNCTION_ARGS)
{
	StringInfoData detail;
	text	   *kind;

	if (PG_ARGISNULL(0) || VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind of an event must not be empty")));
	kind = PG_GETARG_TEXT_PP(0);
	initStringInfo(&detail);
	appendStringInfoString(&detail, "{\"kind\":");
	json_string(&detail, VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind));
	if (!PG_ARGISNULL(1))
	{
		Jsonb	   *jsonb = PG_GETARG_JSONB_P(1);
		char	   *s = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

		appendStringInfoString(&detail, ",\"detail\":");
		json_text(&detail, s, strlen(s));
	}
	appendStringInfoChar(&detail, '}');
	PG_RETURN_INT64(capture_event("EVENT", NULL, PG_ARGISNULL(2) ? NULL :
								  text_to_cstring(PG_GETARG_TEXT_PP(2)),
								  detail.data));
}
