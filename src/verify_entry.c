/*
 * verify_entry.c
 *		The part of a verification that reads the entries.
 *
 * Per entry: three digests are made again from what is stored beside them, and
 * the leaf, whose hash is compared with the tile's. What changes seldom from
 * one entry to the next (who acts, the relation) is made into text only when
 * it has changed.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "find.h"
#include "image.h"
#include "verify_entry.h"

#define ENTRIES_AT_ONCE 1024	/* before progress is told */

/* Particulars that a session's entries share, in the order of the texts. */
static const int session_columns[SESSION_COLUMNS] = {
	Anum_entry_session_user, Anum_entry_role, Anum_entry_person,
	Anum_entry_claim, Anum_entry_application, Anum_entry_client,
	Anum_entry_reason
};

/* Keep a column's value as a string; true where it has changed. */
static bool
keep_text(KeptText *kept, TupleTableSlot *slot, int attnum)
{
	text	   *value;
	int			length;

	if (entry_null(slot, attnum))
	{
		bool		changed = kept->string != NULL;

		kept->string = NULL;
		return changed;
	}
	value = DatumGetTextPP(entry_value(slot, attnum));
	length = VARSIZE_ANY_EXHDR(value);
	if (kept->string != NULL && kept->length == length &&
		memcmp(kept->string, VARDATA_ANY(value), length) == 0)
		return false;
	if (kept->room <= length)
	{
		kept->room = length + 64;
		kept->buffer = MemoryContextAlloc(kept->context, kept->room);
	}
	memcpy(kept->buffer, VARDATA_ANY(value), length);
	kept->buffer[length] = '\0';
	kept->length = length;
	kept->string = kept->buffer;
	return true;
}

/* The beginning of the particulars' text, in UTF-8. */
static void
keep_particulars(EntryReader *reader, TupleTableSlot *slot)
{
	bool		changed = reader->prefix.len == 0;
	Particulars p;

	for (int i = 0; i < SESSION_COLUMNS; i++)
		if (keep_text(&reader->session[i], slot, session_columns[i]))
			changed = true;
	if (!changed)
		return;
	p.session_user = reader->session[0].string;
	p.role = reader->session[1].string;
	p.person = reader->session[2].string;
	p.claim = reader->session[3].string;
	p.application = reader->session[4].string;
	p.client = reader->session[5].string;
	p.reason = reader->session[6].string;
	resetStringInfo(&reader->prefix);
	particulars_begin(&reader->prefix, &p);
}

/* A digest column, or NULL where it is null or none. */
static const unsigned char *
digest_column(TupleTableSlot *slot, int attnum)
{
	bytea	   *bytes;

	if (entry_null(slot, attnum))
		return NULL;
	bytes = DatumGetByteaPP(entry_value(slot, attnum));
	return VARSIZE_ANY_EXHDR(bytes) != HASH_SIZE ? NULL :
		(const unsigned char *) VARDATA_ANY(bytes);
}

/* Does a digest column hold the digest of the parts after salt and tag? */
static bool
digest_fits(EntryReader *reader, TupleTableSlot *slot, int attnum,
			HashPart *parts, int nparts, const void *salt, char tag)
{
	const unsigned char *stored = digest_column(slot, attnum);
	MerkleHash	made;

	parts[0].data = salt;
	parts[0].size = ENTRY_SALT_SIZE;
	parts[1].data = &tag;
	parts[1].size = 1;
	hasher_digest(reader->v->hasher, parts, nparts, made);
	return stored != NULL && memcmp(stored, made, HASH_SIZE) == 0;
}

/* Does an image, if it is stored, fit its digest? */
static bool
image_fits(EntryReader *reader, TupleTableSlot *slot, int image_attnum,
		   int digest_attnum, const void *salt, char tag)
{
	HashPart	parts[3];
	text	   *image;
	int			length;

	if (entry_null(slot, image_attnum))
		return true;
	image = DatumGetTextPP(entry_value(slot, image_attnum));
	parts[2].data = text_in_utf8(VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image),
								 &length);
	parts[2].size = length;
	return digest_fits(reader, slot, digest_attnum, parts, 3, salt, tag);
}

/* Do the particulars, with which images there are, fit their digest? */
static bool
particulars_fit(EntryReader *reader, TupleTableSlot *slot, const void *salt)
{
	HashPart	parts[4];
	int			length;
	bool		has_old = !entry_null(slot, Anum_entry_old_image);
	bool		has_new = !entry_null(slot, Anum_entry_new_image);

	keep_particulars(reader, slot);
	resetStringInfo(&reader->key);
	if (!entry_null(slot, Anum_entry_key))
	{
		Jsonb	   *key = DatumGetJsonbP(entry_value(slot, Anum_entry_key));

		(void) JsonbToCString(&reader->key, &key->root, VARSIZE(key));
	}
	resetStringInfo(&reader->rest);
	json_reserve(&reader->rest, leaf_particulars_end_size(reader->key.len));
	json_written(&reader->rest,
				 leaf_put_particulars_end(reader->rest.data,
										  reader->prefix.len == 1,
										  reader->key.data, reader->key.len,
										  has_old, has_new,
										  database_escape()));
	parts[2].data = text_in_utf8(reader->prefix.data, reader->prefix.len,
								 &length);
	parts[2].size = length;
	parts[3].data = text_in_utf8(reader->rest.data, reader->rest.len, &length);
	parts[3].size = length;
	return digest_fits(reader, slot, Anum_entry_particulars_digest, parts, 4,
					   salt, 'p');
}

/*
 * Which of the three digests do not fit what is stored beside them? Where no
 * part fits, though there are several, it is the salt.
 */
static int
unfit_parts(EntryReader *reader, TupleTableSlot *slot)
{
	bytea	   *salt = DatumGetByteaPP(entry_value(slot, Anum_entry_salt));
	int			parts = 0;
	int			all = PART_PARTICULARS;

	if (VARSIZE_ANY_EXHDR(salt) != ENTRY_SALT_SIZE)
		return PART_SALT;
	if (!entry_null(slot, Anum_entry_old_image))
		all |= PART_OLD;
	if (!entry_null(slot, Anum_entry_new_image))
		all |= PART_NEW;
	if (!image_fits(reader, slot, Anum_entry_old_image, Anum_entry_old_digest,
					VARDATA_ANY(salt), 'o'))
		parts |= PART_OLD;
	if (!image_fits(reader, slot, Anum_entry_new_image, Anum_entry_new_digest,
					VARDATA_ANY(salt), 'n'))
		parts |= PART_NEW;
	if (!particulars_fit(reader, slot, VARDATA_ANY(salt)))
		parts |= PART_PARTICULARS;
	return parts == all && all != PART_PARTICULARS ? PART_SALT : parts;
}

/* Is nothing left of what redaction takes away? */
static bool
is_redacted_wholly(TupleTableSlot *slot)
{
	for (int i = 0; i < SESSION_COLUMNS; i++)
		if (!entry_null(slot, session_columns[i]))
			return false;
	return entry_null(slot, Anum_entry_key) &&
		entry_null(slot, Anum_entry_old_image) &&
		entry_null(slot, Anum_entry_new_image);
}

/* Write a note on the entry in the slot. */
static void
note_entry(EntryReader *reader, TupleTableSlot *slot, VerifyNoteKind kind,
		   int parts, int64 leaf, int64 extra)
{
	VerifyNote	note = {0};

	note.kind = kind;
	note.parts = parts;
	note.tid = slot->tts_tid;
	note.entry_id = DatumGetInt64(entry_value(slot, Anum_entry_id));
	note.leaf = leaf >= 0 ? leaf : LEAF_NONE + note.entry_id;
	note.extra = extra;
	verify_note(reader->v, &note);
}

/* The leaf hash of what a leaf says. */
static void
hash_leaf(EntryReader *reader, EntryLeaf *leaf, MerkleHash made)
{
	const char *utf8;
	int			length;

	resetStringInfo(&reader->leaf);
	json_reserve(&reader->leaf, leaf_size(leaf));
	json_written(&reader->leaf, leaf_put(reader->leaf.data, leaf,
										 database_escape()));
	utf8 = text_in_utf8(reader->leaf.data, reader->leaf.len, &length);
	merkle_leaf(reader->v->hasher, utf8, length, made);
}

/* Keep what a leaf says in clear, as strings. */
static void
keep_clear_columns(EntryReader *reader, TupleTableSlot *slot)
{
	(void) keep_text(&reader->operation, slot, Anum_entry_operation);
	(void) keep_text(&reader->relation, slot, Anum_entry_relation);
	(void) keep_text(&reader->physical, slot, Anum_entry_physical);
	(void) keep_text(&reader->system, slot, Anum_entry_system);
}

/* What the leaf of the entry in the slot says; a wrong digest shows as 0. */
static void
fill_leaf(EntryReader *reader, TupleTableSlot *slot, const VerifyShape *shape,
		  EntryLeaf *leaf)
{
	static const MerkleHash wrong = {0};
	Datum	   *values = slot->tts_values;

	leaf->entry_id = DatumGetInt64(values[Anum_entry_id - 1]);
	leaf->incarnation = DatumGetInt32(values[Anum_entry_incarnation - 1]);
	leaf->xid = DatumGetInt64(values[Anum_entry_xid - 1]);
	leaf->recorded_at = DatumGetTimestampTz(values[Anum_entry_recorded_at - 1]);
	leaf->operation = reader->operation.string;
	leaf->relation = reader->relation.string;
	leaf->physical = reader->physical.string;
	leaf->system = reader->system.string;
	leaf->particulars_digest = digest_column(slot,
											 Anum_entry_particulars_digest);
	leaf->old_digest = digest_column(slot, Anum_entry_old_digest);
	leaf->new_digest = digest_column(slot, Anum_entry_new_digest);
	if (!entry_null(slot, Anum_entry_shape))
	{
		leaf->shape = DatumGetInt32(values[Anum_entry_shape - 1]);
		leaf->shape_digest = shape->made;
	}
	if (leaf->particulars_digest == NULL)
		leaf->particulars_digest = wrong;
	if (leaf->old_digest == NULL && !entry_null(slot, Anum_entry_old_digest))
		leaf->old_digest = wrong;
	if (leaf->new_digest == NULL && !entry_null(slot, Anum_entry_new_digest))
		leaf->new_digest = wrong;
}

/*
 * Is the entry what was sealed? A shape says its digest and, by its
 * definition, another one where either was altered: that is found by itself,
 * and does not make all its entries wrong.
 */
static bool
entry_is_sealed(EntryReader *reader, TupleTableSlot *slot,
				const VerifyShape *shape, const unsigned char *stored)
{
	EntryLeaf	leaf = {0};
	MerkleHash	made;

	fill_leaf(reader, slot, shape, &leaf);
	hash_leaf(reader, &leaf, made);
	if (memcmp(made, stored, HASH_SIZE) == 0)
		return true;
	if (leaf.shape_digest == NULL || shape->fits)
		return false;
	leaf.shape_digest = shape->stored;
	hash_leaf(reader, &leaf, made);
	return memcmp(made, stored, HASH_SIZE) == 0;
}

/* The leaf hash of an entry as it would be under another number. */
void
verify_leaf_hash(EntryReader *reader, TupleTableSlot *slot, int64 entry_id,
				 MerkleHash made)
{
	EntryLeaf	leaf = {0};

	slot_getallattrs(slot);
	keep_clear_columns(reader, slot);
	fill_leaf(reader, slot, verify_shape(reader, slot), &leaf);
	leaf.entry_id = entry_id;
	hash_leaf(reader, &leaf, made);
}

/*
 * Does a seal's snapshot show that entry? Of an earlier incarnation it shows
 * all but what was prepared before a promotion.
 */
static bool
seal_shows(EntryReader *reader, int64 seal, TupleTableSlot *slot)
{
	SealPlace  *place = &reader->seals[seal];
	int32		incarnation =
		DatumGetInt32(entry_value(slot, Anum_entry_incarnation));
	int64		xid = DatumGetInt64(entry_value(slot, Anum_entry_xid));

	if (!place->parsed)
	{
		MemoryContext caller = MemoryContextSwitchTo(reader->v->context);

		place->window = window_parse(place->snapshot);
		place->parsed = true;
		MemoryContextSwitchTo(caller);
	}
	if (window_lists(&place->window, xid))
		return false;
	return incarnation < place->incarnation ||
		(incarnation == place->incarnation && xid < place->window.xmax);
}

/* The seal that a leaf belongs to, or -1. */
static int64
seal_of_leaf(EntryReader *reader, int64 leaf)
{
	int64		low = 0;
	int64		high = reader->nseals;
	int64		last = reader->seal;

	if (last >= 0 && leaf < reader->seals[last].tree_size &&
		leaf >= reader->seals[last].first_leaf)
		return last;
	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (reader->seals[middle].tree_size <= leaf)
			low = middle + 1;
		else
			high = middle;
	}
	return reader->seal = low < reader->nseals ? low : -1;
}

/*
 * Is the entry in the seal that its transaction belongs to: the first of its
 * incarnation whose snapshot shows it? Nothing is known of one that may be
 * from elsewhere, or that was prepared before a promotion.
 */
static bool
seal_fits(EntryReader *reader, TupleTableSlot *slot, int64 leaf)
{
	int64		seal = seal_of_leaf(reader, leaf);
	int64		entry_id = DatumGetInt64(entry_value(slot, Anum_entry_id));
	int32		incarnation =
		DatumGetInt32(entry_value(slot, Anum_entry_incarnation));

	if (seal < 0 || entry_id <= reader->seals[seal].last_entry)
		return true;
	if (!seal_shows(reader, seal, slot))
		return false;
	return seal == 0 ||
		reader->seals[seal - 1].incarnation != incarnation ||
		!seal_shows(reader, seal - 1, slot);
}

/*
 * Has no transaction written the entry in the slot, since there was none of
 * that number yet, in an incarnation that there has been?
 */
static bool
is_invented(EntryReader *reader, TupleTableSlot *slot)
{
	int32		incarnation =
		DatumGetInt32(entry_value(slot, Anum_entry_incarnation));
	int64		xid = DatumGetInt64(entry_value(slot, Anum_entry_xid));

	return incarnation > reader->waiting || incarnation <= 0 ||
		(reader->here && incarnation == reader->waiting &&
		 xid >= reader->next_xid);
}

/*
 * An entry that is not in the tree is to be sealed yet, unless the newest seal
 * must have seen its transaction: then somebody put it in later, or a seal
 * has left it out. No seal takes one that no transaction can have written.
 * True where it is as it should be.
 */
static bool
check_unsealed(EntryReader *reader, TupleTableSlot *slot)
{
	VerifyShared *shared = reader->v->shared;

	if (!is_invented(reader, slot) &&
		(reader->nseals == 0 ||
		 !seal_shows(reader, reader->nseals - 1, slot)))
	{
		pg_atomic_fetch_add_u64(&shared->unsealed, 1);
		return true;
	}
	if (shared->damaged)
	{
		pg_atomic_fetch_add_u64(&shared->uncompared, 1);
		return true;
	}
	note_entry(reader, slot, NOTE_UNSEALED, 0, -1, 0);
	return false;
}

/* Check what the tile says of the entry besides its hash: hints. */
static void
check_hints(EntryReader *reader, TupleTableSlot *slot, const LeafTile *tile,
			int64 leaf)
{
	int			i = leaf % TILE_WIDTH;
	Jsonb	   *key = entry_null(slot, Anum_entry_key) ? NULL :
		DatumGetJsonbP(entry_value(slot, Anum_entry_key));

	if (tile->keys[i] != entry_key_hash(key))
		note_entry(reader, slot, NOTE_KEY, 0, leaf, 0);
	if (!ItemPointerEquals(unconstify(ItemPointerData *, &tile->tids[i]),
						   &slot->tts_tid))
		reader->moved++;
}

/* Check a sealed entry against its leaf; true where it stands. */
static bool
check_sealed(EntryReader *reader, TupleTableSlot *slot, int64 leaf,
			 const VerifyShape *shape)
{
	LeafTile   *tile = verify_tile(reader->v, leaf / TILE_WIDTH);
	int			place = leaf % TILE_WIDTH;
	int32		number = entry_null(slot, Anum_entry_shape) ? 0 :
		DatumGetInt32(entry_value(slot, Anum_entry_shape));

	reader->guess = leaf + 1;
	if (verify_set_bit(reader->v->seen, leaf))
		note_entry(reader, slot, NOTE_DOUBLED, 0, leaf, 0);
	if (!entry_is_sealed(reader, slot, shape, tile->hashes[place]))
	{
		note_entry(reader, slot, NOTE_LEAF, 0, leaf, number);
		return false;
	}
	if (!seal_fits(reader, slot, leaf) ||
		(place > 0 && tile->sources[place - 1] > tile->sources[place]))
		note_entry(reader, slot, NOTE_ORDER, 0, leaf, 0);
	return true;
}

/* What later phases, and the backend that was asked, have to know. */
static void
note_acts(EntryReader *reader, TupleTableSlot *slot, bool is_row,
		  bool redacted, int64 leaf)
{
	const char *relation = reader->relation.string;
	bool		is_event = reader->operation.string != NULL &&
		strcmp(reader->operation.string, "EVENT") == 0;
	bool		ours = relation != NULL && strncmp(relation, "aims.", 5) == 0;

	if (redacted)
		note_entry(reader, slot, NOTE_REDACTED, 0, leaf, 0);
	if (is_event && ours && !redacted)
		note_entry(reader, slot, NOTE_EVENT, 0, leaf, 0);
	if (relation != NULL && (redacted || !is_row) && !(is_event && ours))
		note_entry(reader, slot, NOTE_GAP, 0, leaf,
				   (int64) verify_hash_text(relation,
											reader->relation.length));
}

/* Is it the change of a row? */
static bool
is_row_change(const char *operation)
{
	return operation != NULL &&
		(strcmp(operation, "INSERT") == 0 ||
		 strcmp(operation, "UPDATE") == 0 ||
		 strcmp(operation, "DELETE") == 0);
}

/* Check the digests of an entry; what was redacted has none to fit. */
static bool
check_digests(EntryReader *reader, TupleTableSlot *slot, bool redacted,
			  int64 leaf)
{
	int			parts;

	if (redacted)
		parts = is_redacted_wholly(slot) ? 0 : PART_PARTICULARS;
	else
		parts = unfit_parts(reader, slot);
	if (parts != 0)
		note_entry(reader, slot, NOTE_DIGEST, parts, leaf, 0);
	return parts == 0;
}

/* Compare an entry with its leaf, if it has one; true where all is well. */
static bool
check_place(EntryReader *reader, TupleTableSlot *slot, int64 leaf,
			const VerifyShape *shape, bool fits)
{
	if (leaf < 0)
		return check_unsealed(reader, slot) && fits;
	if (!check_sealed(reader, slot, leaf, shape))
		fits = false;
	if (fits)
		check_hints(reader, slot, verify_tile(reader->v, leaf / TILE_WIDTH),
					leaf);
	else
		(void) verify_set_bit(reader->v->bad, leaf);
	return fits;
}

/* Check one entry. What a stranger says is not listened to. */
static void
check_entry(EntryReader *reader, TupleTableSlot *slot)
{
	int64		entry_id = DatumGetInt64(entry_value(slot, Anum_entry_id));
	int64		leaf = verify_find_leaf(reader->v, entry_id, reader->guess);
	const VerifyShape *shape = verify_shape(reader, slot);
	bool		redacted = entry_null(slot, Anum_entry_salt);
	bool		fits;
	bool		is_row;

	keep_clear_columns(reader, slot);
	is_row = is_row_change(reader->operation.string);
	fits = check_digests(reader, slot, redacted, leaf);
	fits = check_place(reader, slot, leaf, shape, fits);
	if (!fits && leaf < 0)
		return;
	if (!is_row || redacted)
		note_acts(reader, slot, is_row, redacted, leaf);
	else if (!entry_null(slot, Anum_entry_key) && shape->registry_id != 0 &&
			 (leaf >= 0 || !reader->v->shared->damaged))
		chain_writer_add(reader->chains, slot, shape->registry_id,
						 leaf >= 0 ? leaf : LEAF_NONE + entry_id);
}

/* Tell the others what was done since. */
static void
count_entries(EntryReader *reader, int64 n)
{
	VerifyShared *shared = reader->v->shared;

	pg_atomic_fetch_add_u64(&shared->entries, n);
	pg_atomic_fetch_add_u64(&shared->moved, reader->moved);
	reader->moved = 0;
	verify_worked(reader->v, n);
}

/* Read every entry from the heap; participants take some pages at a time. */
void
verify_entries(Verification *v)
{
	EntryReader *reader = entry_reader_open(v);
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan_parallel(rel, v->scan);
	MemoryContext caller;
	int64		n = 0;

	reader->chains = chain_writer_open(v);
	caller = MemoryContextSwitchTo(reader->row);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		slot_getallattrs(slot);
		check_entry(reader, slot);
		MemoryContextReset(reader->row);
		if (++n % ENTRIES_AT_ONCE == 0)
			count_entries(reader, ENTRIES_AT_ONCE);
	}
	count_entries(reader, n % ENTRIES_AT_ONCE);
	MemoryContextSwitchTo(caller);
	chain_writer_close(reader->chains);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	entry_reader_close(reader);
}
