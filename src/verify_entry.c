/*
 * verify_entry.c
 *		The part of a verification that reads the entries.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "find.h"
#include "verify.h"

/* Note which entries each tile names, so that an entry's leaf is found. */
static void
read_ranges(Verification *v)
{
	Size		n = v->size / TILE_WIDTH + 1;

	v->ranges = MemoryContextAllocHuge(CurrentMemoryContext,
									   n * sizeof(EntryRange));
	v->seen = MemoryContextAllocExtended(CurrentMemoryContext, v->size / 8 + 1,
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (Size i = 0; i < n; i++)
	{
		v->ranges[i].low = PG_INT64_MAX;
		v->ranges[i].high = 0;
	}
	for (uint64 leaf = 0; leaf < v->size; leaf++)
	{
		int64		source = tile_leaf_source(v->store, leaf);
		EntryRange *range = &v->ranges[leaf / TILE_WIDTH];

		if (source <= 0)
			continue;
		range->low = Min(range->low, source);
		range->high = Max(range->high, source);
	}
}

/*
 * The leaf of an entry, or -1. Entries mostly stand in the heap as they stand
 * in the tree, so the leaf after the last one found is tried first.
 */
static int64
find_leaf(Verification *v, int64 entry_id)
{
	if (v->next < v->size &&
		tile_leaf_source(v->store, v->next) == entry_id)
		return v->next;
	for (uint64 tile = 0; tile * TILE_WIDTH < v->size; tile++)
	{
		uint64		leaf = tile * TILE_WIDTH;
		uint64		end = Min(leaf + TILE_WIDTH, v->size);

		if (entry_id < v->ranges[tile].low || entry_id > v->ranges[tile].high)
			continue;
		for (; leaf < end; leaf++)
			if (tile_leaf_source(v->store, leaf) == entry_id)
				return leaf;
	}
	return -1;
}

/* A nullable text column as a string. */
static char *
column_string(TupleTableSlot *slot, int attnum)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Does a digest column equal the digest of that text? */
static bool
digest_fits(Verification *v, TupleTableSlot *slot, int attnum,
			const void *salt, char tag, const char *text, int length)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);
	bytea	   *stored;
	MerkleHash	made;

	if (isnull)
		return false;
	stored = DatumGetByteaPP(value);
	entry_digest(v->hasher, salt, tag, text, length, made);
	return VARSIZE_ANY_EXHDR(stored) == HASH_SIZE &&
		memcmp(VARDATA_ANY(stored), made, HASH_SIZE) == 0;
}

/* Does an image, if it is stored, fit its digest? */
static bool
image_fits(Verification *v, TupleTableSlot *slot, int image_attnum,
		   int digest_attnum, const void *salt, char tag, bool *stored)
{
	char	   *image = column_string(slot, image_attnum);

	*stored = image != NULL;
	return image == NULL ||
		digest_fits(v, slot, digest_attnum, salt, tag, image, strlen(image));
}

/* Do the particulars, with which images there are, fit their digest? */
static bool
particulars_fit(Verification *v, TupleTableSlot *slot, const void *salt,
				bool has_old, bool has_new)
{
	Particulars p;
	StringInfoData text;
	bool		isnull;
	Datum		key = slot_getattr(slot, Anum_entry_key, &isnull);
	char	   *key_text = NULL;

	if (!isnull)
	{
		Jsonb	   *jsonb = DatumGetJsonbP(key);

		key_text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	}
	p.session_user = column_string(slot, Anum_entry_session_user);
	p.role = column_string(slot, Anum_entry_role);
	p.person = column_string(slot, Anum_entry_person);
	p.claim = column_string(slot, Anum_entry_claim);
	p.application = column_string(slot, Anum_entry_application);
	p.client = column_string(slot, Anum_entry_client);
	p.reason = column_string(slot, Anum_entry_reason);
	initStringInfo(&text);
	particulars_begin(&text, &p);
	particulars_end(&text, key_text, key_text ? strlen(key_text) : 0,
					has_old, has_new);
	return digest_fits(v, slot, Anum_entry_particulars_digest, salt, 'p',
					   text.data, text.len);
}

/* Do the three digests of an entry fit what is stored beside them? */
static bool
digests_fit(Verification *v, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, Anum_entry_salt, &isnull);
	bytea	   *salt;
	bool		has_old;
	bool		has_new;

	if (isnull)
		return false;
	salt = DatumGetByteaPP(value);
	return VARSIZE_ANY_EXHDR(salt) == ENTRY_SALT_SIZE &&
		image_fits(v, slot, Anum_entry_old_image, Anum_entry_old_digest,
				   VARDATA_ANY(salt), 'o', &has_old) &&
		image_fits(v, slot, Anum_entry_new_image, Anum_entry_new_digest,
				   VARDATA_ANY(salt), 'n', &has_new) &&
		particulars_fit(v, slot, VARDATA_ANY(salt), has_old, has_new);
}

/*
 * An entry that is not in the tree is to be sealed yet, unless the newest seal
 * must have seen its transaction: then somebody put it in later.
 */
static void
check_unsealed(Verification *v, TupleTableSlot *slot, int64 entry_id)
{
	bool		isnull;
	int32		incarnation =
		DatumGetInt32(slot_getattr(slot, Anum_entry_incarnation, &isnull));
	int64		xid = DatumGetInt64(slot_getattr(slot, Anum_entry_xid,
												 &isnull));
	Seal	   *seal = v->newest;

	bool		seen = seal != NULL &&
		(incarnation < seal->incarnation ||
		 (incarnation == seal->incarnation && xid < v->window.xmax)) &&
		!window_lists(&v->window, xid);

	if (seen)
		verify_offend(v, CHECK_INSERTED, entry_id);
	else
		v->unsealed++;
}

/* Check one sealed entry against its leaf; its key, if the entry stands. */
static void
check_sealed(Verification *v, TupleTableSlot *slot, int64 entry_id,
			 uint64 leaf, bool fits)
{
	StringInfoData bytes;
	bool		isnull;
	Datum		key = slot_getattr(slot, Anum_entry_key, &isnull);

	if (v->seen[leaf / 8] & (1 << (leaf % 8)))
		verify_offend(v, CHECK_DOUBLED, entry_id);
	v->seen[leaf / 8] |= 1 << (leaf % 8);
	v->next = leaf + 1;
	initStringInfo(&bytes);
	leaf_reader_append(v->reader, slot, &bytes);
	if (!verify_leaf(v, leaf, &bytes))
		verify_offend(v, CHECK_LEAVES, entry_id);
	else if (fits && tile_leaf_key(v->store, leaf) !=
			 entry_key_hash(isnull ? NULL : DatumGetJsonbP(key)))
		verify_offend(v, CHECK_KEYS, entry_id);
}

/* Check one entry. */
static void
check_entry(Verification *v, TupleTableSlot *slot)
{
	MemoryContext caller;
	bool		isnull;
	int64		entry_id = DatumGetInt64(slot_getattr(slot, Anum_entry_id,
													  &isnull));
	int64		leaf;
	bool		fits;

	v->entries++;
	MemoryContextReset(v->row);
	caller = MemoryContextSwitchTo(v->row);
	fits = digests_fit(v, slot);
	MemoryContextSwitchTo(caller);
	if (!fits)
		verify_offend(v, CHECK_DIGESTS, entry_id);
	if (v->store == NULL)
		return;
	leaf = find_leaf(v, entry_id);
	if (leaf < 0)
		check_unsealed(v, slot, entry_id);
	else
	{
		caller = MemoryContextSwitchTo(v->row);
		check_sealed(v, slot, entry_id, leaf, fits);
		MemoryContextSwitchTo(caller);
	}
}

/*
 * Read every entry from the heap; then the leaves that none was found for.
 * Without a tree only what an entry says of itself can be checked.
 */
void
verify_entries(Verification *v)
{
	Relation	rel = table_open(aims_relid("audit_entry"), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);

	if (v->store != NULL)
		read_ranges(v);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		check_entry(v, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);

	for (uint64 leaf = 0; v->store != NULL && leaf < v->size; leaf++)
	{
		int64		source = tile_leaf_source(v->store, leaf);

		if (source > 0 && !(v->seen[leaf / 8] & (1 << (leaf % 8))))
			verify_offend(v, CHECK_MISSING, source);
	}
}
