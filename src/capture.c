/*
 * capture.c
 *		From a changed row to a row of aims.audit_entry.
 *
 * The entry is made at once, digests and all, in memory that is used again for
 * the next one; the row that is to be stored goes to pending.c, which writes
 * it at the end of the statement, when there are many, at the end of a
 * subtransaction and before the commit; at once what comes later, from a
 * callback of another extension. Until pending_add nothing has been
 * changed, so an error in an output function leaves nothing behind.
 */
#include "aims.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "entry_tuple.h"
#include "image.h"
#include "incarnation.h"
#include "particulars.h"
#include "pending.h"
#include "shape.h"

/* Memory for texts beyond this is given back after each entry. */
#define TEXT_KEPT (1024 * 1024)

/* What an entry is made of, and in. */
typedef struct Capture
{
	MemoryContext context;		/* of what a row's values need */
	StringInfoData old_image;
	StringInfoData new_image;
	StringInfoData key_text;
	StringInfoData particulars;
	Jsonb	   *key;
	unsigned char salt[ENTRY_SALT_SIZE];
	unsigned char old_digest[HASH_SIZE];
	unsigned char new_digest[HASH_SIZE];
	unsigned char particulars_digest[HASH_SIZE];
} Capture;

/* The head of the entry before, which is often that of the next one. */
typedef struct LatestHead
{
	MemoryContext context;
	uint64		session;		/* serial number of the particulars */
	const char *operation;
	const char *relation;
	const char *physical;
	const char *system;
	EntryHead	head;
} LatestHead;

static Capture capture = {0};
static LatestHead latest = {0};
static bool committing = false; /* capture_pre_commit has been here */

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

/* Make the working memory on first use. */
static void
capture_init(void)
{
	MemoryContext caller;

	if (capture.context != NULL)
		return;
	caller = MemoryContextSwitchTo(TopMemoryContext);
	initStringInfo(&capture.old_image);
	initStringInfo(&capture.new_image);
	initStringInfo(&capture.key_text);
	initStringInfo(&capture.particulars);
	MemoryContextSwitchTo(caller);
	capture.context = AllocSetContextCreate(TopMemoryContext, "aims row",
											ALLOCSET_DEFAULT_SIZES);
}

/* Empty a text, and give much memory back. */
static void
text_reset(StringInfo text)
{
	resetStringInfo(text);
	if (text->maxlen > TEXT_KEPT)
	{
		text->data = repalloc(text->data, TEXT_KEPT);
		text->maxlen = TEXT_KEPT;
	}
}

/* Forget the entry before; its error, perhaps, has left something. */
static void
capture_reset(void)
{
	capture_init();
	text_reset(&capture.old_image);
	text_reset(&capture.new_image);
	text_reset(&capture.key_text);
	text_reset(&capture.particulars);
	capture.key = NULL;
	MemoryContextReset(capture.context);
}

/* Are two nullable strings the same? */
static bool
same_string(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* A copy of a nullable string. */
static char *
copy_string(const char *s)
{
	return s ? pstrdup(s) : NULL;
}

/* Make the head anew; after an error in here there is none. */
static void
head_make(const SessionParticulars *session, const char *operation,
		  const char *relation, const char *physical, const char *system)
{
	MemoryContext caller;

	latest.session = 0;
	if (latest.context == NULL)
		latest.context = AllocSetContextCreate(TopMemoryContext, "aims head",
											   ALLOCSET_SMALL_SIZES);
	MemoryContextReset(latest.context);
	caller = MemoryContextSwitchTo(latest.context);
	latest.operation = copy_string(operation);
	latest.relation = copy_string(relation);
	latest.physical = copy_string(physical);
	latest.system = copy_string(system);
	entry_head_make(&latest.head, &session->p, operation, relation, physical,
					system);
	MemoryContextSwitchTo(caller);
	latest.session = session->serial;
}

/* The head of an entry. */
static const EntryHead *
capture_head(const SessionParticulars *session, const char *operation,
			 const char *relation, const char *physical, const char *system)
{
	if (latest.session != session->serial ||
		!same_string(latest.operation, operation) ||
		!same_string(latest.relation, relation) ||
		!same_string(latest.physical, physical) ||
		!same_string(latest.system, system))
		head_make(session, operation, relation, physical, system);
	return &latest.head;
}

/* The bytes as the value of a column. */
static inline EntryValue
value_of(const void *data, size_t size)
{
	EntryValue	value = {data, size};

	return value;
}

/* Digest an image, and set its columns. */
static void
capture_image(Hasher *hasher, char tag, StringInfo text, unsigned char *digest,
			  bool keep, EntryValue *digest_column, EntryValue *image_column)
{
	if (text->len == 0)
		return;
	entry_digest(hasher, capture.salt, tag, text->data, text->len, digest);
	*digest_column = value_of(digest, HASH_SIZE);
	if (keep)
		*image_column = value_of(text->data, text->len);
}

/* Digest the particulars: the session's, the key, which images are kept. */
static void
capture_particulars(Hasher *hasher, const SessionParticulars *session,
					EntryColumns *columns)
{
	StringInfo	text = &capture.particulars;

	appendBinaryStringInfo(text, session->prefix.data, session->prefix.len);
	particulars_end(text, capture.key_text.data, capture.key_text.len,
					columns->old_image.data != NULL,
					columns->new_image.data != NULL);
	entry_digest(hasher, capture.salt, 'p', text->data, text->len,
				 capture.particulars_digest);
	columns->particulars_digest = value_of(capture.particulars_digest,
										   HASH_SIZE);
}

/* Make an entry of the images and the key that have been written. */
static void
capture_entry(const char *operation, const char *relation,
			  const char *physical, const char *system, int32 shape,
			  bool keep_old, bool keep_new)
{
	const SessionParticulars *session = session_particulars();
	EntryColumns columns = {0};
	Hasher	   *hasher = hasher_create();
	MemoryContext caller = MemoryContextSwitchTo(capture.context);

	columns.head = capture_head(session, operation, relation, physical,
								system);
	columns.incarnation = incarnation_current();
	columns.xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	columns.recorded_at = GetCurrentTimestamp();
	columns.shape = shape;
	if (capture.key != NULL)
		columns.key = value_of(VARDATA(capture.key),
							   VARSIZE(capture.key) - VARHDRSZ);
	fill_salt(capture.salt);
	columns.salt = value_of(capture.salt, ENTRY_SALT_SIZE);
	capture_image(hasher, 'o', &capture.old_image, capture.old_digest,
				  keep_old, &columns.old_digest, &columns.old_image);
	capture_image(hasher, 'n', &capture.new_image, capture.new_digest,
				  keep_new, &columns.new_digest, &columns.new_image);
	capture_particulars(hasher, session, &columns);
	hasher_free(hasher);
	pending_add(&columns);
	if (committing)
		capture_flush();
	MemoryContextSwitchTo(caller);
}

void
capture_row(const RegistryEntry *registered, Relation rel,
			const char *operation, const char *system, HeapTuple old,
			HeapTuple new)
{
	CapturedRelation *cr = captured_relation(rel, registered);
	TupleDesc	desc = RelationGetDescr(rel);
	ImagePolicy policy = cr->writer->nkey == 0 ? IMAGE_FULL :
		registered->image;
	MemoryContext caller;

	capture_reset();
	caller = MemoryContextSwitchTo(capture.context);
	if (old != NULL)
		image_write(cr->writer, desc, old, &capture.old_image,
					new == NULL ? &capture.key_text : NULL, &capture.key);
	if (new != NULL)
		image_write(cr->writer, desc, new, &capture.new_image,
					&capture.key_text, &capture.key);
	MemoryContextSwitchTo(caller);
	capture_entry(operation, cr->logical, cr->physical, system, cr->shape_id,
				  policy != IMAGE_DIGEST, policy == IMAGE_FULL);
}

void
capture_flush(void)
{
	pending_flush();
}

bool
capture_is_pending(void)
{
	return pending_any();
}

void
capture_truncate(const RegistryEntry *registered, Relation rel)
{
	CapturedRelation *cr = captured_relation(rel, registered);

	capture_reset();
	capture_entry("TRUNCATE", cr->logical, cr->physical, NULL, cr->shape_id,
				  false, false);
	capture_flush();
}

int64
capture_event(const char *operation, const char *relation, const char *system,
			  const char *detail)
{
	capture_reset();
	if (detail != NULL)
		appendStringInfoString(&capture.new_image, detail);
	capture_entry(operation, relation, NULL, system, 0, false, true);
	return pending_last_number();
}

void
capture_act(const char *relation, const char *detail)
{
	capture_reset();
	appendStringInfoString(&capture.new_image, detail);
	capture_entry("EVENT", relation, NULL, NULL, 0, false, true);
}

int64
capture_ddl(const char *relation, const char *physical, const char *detail)
{
	capture_reset();
	appendStringInfoString(&capture.new_image, detail);
	capture_entry("DDL", relation, physical, NULL, 0, false, true);
	return pending_last_number();
}

/* Before the commit only the top level's rows can be left. */
void
capture_pre_commit(void)
{
	capture_flush();
	committing = true;
}

/* The transaction is over. */
void
capture_end(bool committed)
{
	pending_end();
	committing = false;
	shape_end(committed);
	if (capture.context != NULL)
		capture_reset();		/* gives a large row's memory back */
}

/* Write a subtransaction's entries under its own xid, or drop them. */
void
capture_subxact(SubXactEvent event, SubTransactionId mine,
				SubTransactionId parent)
{
	if (event == SUBXACT_EVENT_PRE_COMMIT_SUB)
		pending_commit_sub(mine);
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		pending_abort_sub(mine);
		shape_end(false);
	}
}
