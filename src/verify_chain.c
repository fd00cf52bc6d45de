/*
 * verify_chain.c
 *		What the entries of one key say of each other: each finds the row as
 *		the one before it has left it.
 *
 * Digests are salted, so two entries are compared through the image of the row
 * before the change, where the policy keeps it: digested with the salt of the
 * entry before, it gives that one's new digest. A row that was altered behind
 * the ledger and updated later shows there.
 *
 * While entries are read, each participant writes a record per change into one
 * of several files, by a hash of the key. Then participants take one partition
 * at a time, sort it in memory by key and leaf, and compare neighbours. What
 * can be explained otherwise is not reported: see link_explained.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "common/hashfn.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "image.h"
#include "image_key.h"
#include "row.h"
#include "verify_chain.h"
#include "verify_entry.h"

/* A registered relation whose chains are whole. */
typedef struct ChainRelation
{
	int32		registry_id;	/* hash key, first */
	bool		images;			/* old images are kept */
} ChainRelation;

struct ChainWriter
{
	Verification *v;
	HTAB	   *relations;
	ChainRelation *relation;	/* the last one, or NULL */
	BufFile   **files;			/* by partition */
	int64		unlinked;
};

/*
 * The relations whose every change is captured. Where a condition says which
 * rows are, a row leaves and comes back unseen.
 */
static HTAB *
read_relations(Verification *v)
{
	Relation	rel = table_open(aims_relid("registry"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, v->snapshot, 0, NULL);
	HASHCTL		ctl;
	HTAB	   *relations;

	ctl.keysize = sizeof(int32);
	ctl.entrysize = sizeof(ChainRelation);
	ctl.hcxt = CurrentMemoryContext;
	relations = hash_create("aims chained relations", 64, &ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		free_it;
		bool		isnull;
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &free_it);
		int32		number = DatumGetInt32(row_value(tuple, desc,
													 "registry_id", &isnull));
		ChainRelation *relation;

		(void) row_value(tuple, desc, "system_when", &isnull);
		if (!isnull)
			continue;
		relation = hash_search(relations, &number, HASH_ENTER, NULL);
		relation->images = strcmp(row_string(tuple, desc, "image"),
								  "digest") != 0;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return relations;
}

/* Prepare the writing of records. */
ChainWriter *
chain_writer_open(Verification *v)
{
	ChainWriter *writer = palloc0(sizeof(ChainWriter));

	writer->v = v;
	writer->relations = read_relations(v);
	writer->files = palloc0(sizeof(BufFile *) * v->shared->partitions);
	return writer;
}

/* Write a record into its partition. */
static void
write_record(ChainWriter *writer, ChainRecord *record)
{
	int			partition = record->chain % writer->v->shared->partitions;

	if (writer->files[partition] == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer->v->context);

		writer->files[partition] = verify_file(writer->v, "chain", partition);
		MemoryContextSwitchTo(caller);
	}
	BufFileWrite(writer->files[partition], record, sizeof(ChainRecord));
}

/* A hash of a relation and a key. */
static uint64
chain_hash(int32 registry_id, const Jsonb *key)
{
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(key),
							   VARSIZE_ANY_EXHDR(key), registry_id);
}

/* The relation, if its chains can be compared. */
static ChainRelation *
chain_relation(ChainWriter *writer, int32 registry_id)
{
	if (writer->relation == NULL ||
		writer->relation->registry_id != registry_id)
		writer->relation = hash_search(writer->relations, &registry_id,
									   HASH_FIND, NULL);
	return writer->relation;
}

/* The key that the row had before the change, by its image. */
static Jsonb *
key_before(TupleTableSlot *slot, Jsonb *key)
{
	text	   *image;

	if (entry_null(slot, Anum_entry_old_image))
		return key;
	image = DatumGetTextPP(entry_value(slot, Anum_entry_old_image));
	return image_key_of(VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image), key);
}

/* A row of the relation has gone from a key that nobody knows. */
static void
note_gap(ChainWriter *writer, TupleTableSlot *slot, int64 leaf)
{
	text	   *relation =
		DatumGetTextPP(entry_value(slot, Anum_entry_relation));
	VerifyNote	note = {0};

	writer->unlinked++;
	note.kind = NOTE_GAP;
	note.leaf = leaf;
	note.extra = (int64) verify_hash_text(VARDATA_ANY(relation),
										  VARSIZE_ANY_EXHDR(relation));
	verify_note(writer->v, &note);
}

/*
 * An update that has moved its row to another key: in one chain the row comes,
 * in the other it goes.
 */
static void
write_move(ChainWriter *writer, TupleTableSlot *slot, ChainRecord *record,
		   int32 registry_id, Jsonb *before)
{
	record->flags = CHAIN_NEW | (record->flags & CHAIN_IMAGES);
	write_record(writer, record);
	if (before == NULL)
	{
		note_gap(writer, slot, record->leaf);
		return;
	}
	record->chain = chain_hash(registry_id, before);
	record->flags = CHAIN_OLD | CHAIN_IMAGE | CHAIN_IMAGES;
	write_record(writer, record);
}

/* Write the record of the change in the slot. */
void
chain_writer_add(ChainWriter *writer, TupleTableSlot *slot, int32 registry_id,
				 int64 leaf)
{
	ChainRelation *relation = chain_relation(writer, registry_id);
	Jsonb	   *key = DatumGetJsonbP(entry_value(slot, Anum_entry_key));
	Jsonb	   *before = key;
	ChainRecord record = {0};

	if (relation == NULL)
	{
		writer->unlinked++;
		return;
	}
	record.chain = chain_hash(registry_id, key);
	record.leaf = leaf;
	record.tid = slot->tts_tid;
	if (!entry_null(slot, Anum_entry_old_digest))
		record.flags |= CHAIN_OLD;
	if (!entry_null(slot, Anum_entry_new_digest))
		record.flags |= CHAIN_NEW;
	if (!entry_null(slot, Anum_entry_old_image))
		record.flags |= CHAIN_IMAGE;
	if (relation->images)
		record.flags |= CHAIN_IMAGES;
	if ((record.flags & (CHAIN_OLD | CHAIN_NEW)) == (CHAIN_OLD | CHAIN_NEW))
		before = key_before(slot, key);
	if (before == key)
		write_record(writer, &record);
	else
		write_move(writer, slot, &record, registry_id, before);
}

/* Close the files. */
void
chain_writer_close(ChainWriter *writer)
{
	for (int i = 0; i < writer->v->shared->partitions; i++)
		if (writer->files[i] != NULL)
			BufFileClose(writer->files[i]);
	pg_atomic_fetch_add_u64(&writer->v->shared->unlinked, writer->unlinked);
	hash_destroy(writer->relations);
	pfree(writer->files);
	pfree(writer);
}

/* By chain, and by leaf in it. */
static inline int
compare_records(const ChainRecord *a, const ChainRecord *b)
{
	if (a->chain != b->chain)
		return a->chain < b->chain ? -1 : 1;
	return a->leaf < b->leaf ? -1 : a->leaf > b->leaf ? 1 : 0;
}

#define ST_SORT sort_records
#define ST_ELEMENT_TYPE ChainRecord
#define ST_COMPARE(a, b) compare_records(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* A relation's gaps: by its hash, and by leaf. */
static int
compare_gaps(const void *a, const void *b)
{
	const ChainGap *left = a;
	const ChainGap *right = b;

	if (left->relation != right->relation)
		return left->relation < right->relation ? -1 : 1;
	return left->leaf < right->leaf ? -1 : left->leaf > right->leaf ? 1 : 0;
}

/* Take a gap from a note. */
static void
read_gap(void *arg, const VerifyNote *note)
{
	ChainReader *reader = arg;

	if (note->kind != NOTE_GAP)
		return;
	if (reader->ngaps == reader->gap_room)
	{
		reader->gap_room = Max(64, reader->gap_room * 2);
		reader->gaps = reader->gaps == NULL ?
			palloc(sizeof(ChainGap) * reader->gap_room) :
			repalloc_huge(reader->gaps, sizeof(ChainGap) * reader->gap_room);
	}
	reader->gaps[reader->ngaps].relation = (uint64) note->extra;
	reader->gaps[reader->ngaps++].leaf = note->leaf;
}

/*
 * Read the records of a partition: those of one of several passes, where they
 * are too many for the memory. Returns how many passes there are.
 */
static int
read_partition(ChainReader *reader, uint64 partition, int pass)
{
	Verification *v = reader->v;
	uint64		budget = (uint64) maintenance_work_mem * 1024 /
		v->shared->participants / sizeof(ChainRecord);
	BufFile   **files = palloc(sizeof(BufFile *) * v->shared->participants);
	uint64		n = 0;
	int			passes;

	for (int i = 0; i < v->shared->participants; i++)
	{
		files[i] = verify_open_file(v, "chain", partition, i);
		if (files[i] != NULL)
			n += BufFileSize(files[i]) / sizeof(ChainRecord);
	}
	passes = n / budget + 1;
	reader->n = 0;
	for (int i = 0; i < v->shared->participants; i++)
	{
		ChainRecord record;

		while (files[i] != NULL &&
			   BufFileRead(files[i], &record, sizeof(record)) == sizeof(record))
			if (record.chain / v->shared->partitions % passes == pass)
				chain_reader_add(reader, &record);
		if (files[i] != NULL)
			BufFileClose(files[i]);
	}
	pfree(files);
	return passes;
}

/* Compare the chains of one partition. */
static void
check_partition(ChainReader *reader, uint64 partition)
{
	int			passes = 1;

	for (int pass = 0; pass < passes; pass++)
	{
		passes = read_partition(reader, partition, pass);
		sort_records(reader->records, reader->n);
		for (int64 i = 1; i < reader->n; i++)
		{
			if (reader->records[i].chain == reader->records[i - 1].chain)
				chain_check_link(reader, i);
			if (i % 1024 == 0)
				CHECK_FOR_INTERRUPTS();
		}
		verify_worked(reader->v, reader->n);
	}
}

/* Compare all chains; participants take a partition at a time. */
void
verify_chains(Verification *v)
{
	ChainReader *reader = chain_reader_open(v);
	uint64		partition;

	verify_read_notes(v, VERIFY_ENTRIES, read_gap, reader);
	if (reader->ngaps > 0)
		qsort(reader->gaps, reader->ngaps, sizeof(ChainGap), compare_gaps);
	while ((partition = pg_atomic_fetch_add_u64(&v->shared->next, 1)) <
		   (uint64) v->shared->partitions)
		check_partition(reader, partition);
	chain_reader_close(reader);
}
