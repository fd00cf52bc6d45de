/*
 * verify_share.c
 *		Participants of a verification, and what they tell each other.
 *
 * The backend that was asked makes one parallel context and launches workers
 * for each phase, none where none can be had; it takes part in each. Between
 * two phases it is alone, and reads the files that participants have written.
 * Shared arrays are written by one participant per element, or by the backend
 * that was asked between phases; bitmaps and counters are atomic.
 *
 * Files belong to a FileSet that goes with the memory context of the
 * verification, after an error too: by then the workers are gone.
 */
#include "aims.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/paths.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "progress.h"
#include "verify.h"

enum
{
	VERIFY_KEY_SHARED = 1,
	VERIFY_KEY_TILES,
	VERIFY_KEY_INTERVALS,
	VERIFY_KEY_SEEN,
	VERIFY_KEY_BAD,
	VERIFY_KEY_SCAN
};

/* Files that go when their memory context does. */
typedef struct VerifyFiles
{
	MemoryContextCallback callback;
	FileSet		files;
} VerifyFiles;

PGDLLEXPORT void verify_worker_main(dsm_segment *seg, shm_toc *toc);

/* Delete the files. */
static void
verify_delete_files(void *arg)
{
	FileSetDeleteAll(&((VerifyFiles *) arg)->files);
}

/* Bytes of a bitmap over the leaves of so many tiles. */
static Size
verify_bitmap_size(uint64 ntiles)
{
	return mul_size(ntiles, TILE_WIDTH / 8);
}

/* How many workers to ask for: none for a ledger that is soon read. */
static int
verify_workers(Relation entries)
{
	if (RelationGetNumberOfBlocks(entries) <
		(BlockNumber) min_parallel_table_scan_size)
		return 0;
	return max_parallel_maintenance_workers;
}

/* Partitions of the chains: each is to fit into a participant's memory. */
static int
verify_partitions(uint64 leaves, int participants)
{
	uint64		bytes = leaves * 32;
	uint64		budget = (uint64) maintenance_work_mem * 1024 / participants;
	int			partitions = 1;

	if (leaves > 100000)
		partitions = 8;
	while (partitions < 256 && bytes / partitions > budget / 2)
		partitions *= 2;
	return partitions;
}

/* Reserve room for what is shared. */
static void
verify_estimate(ParallelContext *pcxt, uint64 ntiles, Size scan_size)
{
	shm_toc_estimate_chunk(&pcxt->estimator, sizeof(VerifyShared));
	shm_toc_estimate_chunk(&pcxt->estimator,
						   mul_size(Max(ntiles, 1), sizeof(VerifyTile)));
	shm_toc_estimate_chunk(&pcxt->estimator,
						   mul_size(Max(ntiles, 1), sizeof(VerifyInterval)));
	for (int i = 0; i < 2; i++)
		shm_toc_estimate_chunk(&pcxt->estimator,
							   Max(verify_bitmap_size(ntiles), 1));
	shm_toc_estimate_chunk(&pcxt->estimator, scan_size);
	shm_toc_estimate_keys(&pcxt->estimator, 6);
}

/* Room for n bytes of zeros, which workers find by the key. */
static void *
verify_allocate(ParallelContext *pcxt, uint64 key, Size n)
{
	void	   *room = shm_toc_allocate(pcxt->toc, Max(n, 1));

	memset(room, 0, Max(n, 1));
	shm_toc_insert(pcxt->toc, key, room);
	return room;
}

/* Fill the shared memory. */
static void
verify_fill(Verification *v, VerifyTile *tiles, uint64 ntiles)
{
	ParallelContext *pcxt = v->pcxt;
	VerifyShared *shared = verify_allocate(pcxt, VERIFY_KEY_SHARED,
										   sizeof(VerifyShared));

	v->shared = shared;
	v->tiles = verify_allocate(pcxt, VERIFY_KEY_TILES,
							   ntiles * sizeof(VerifyTile));
	if (ntiles > 0)
		memcpy(v->tiles, tiles, ntiles * sizeof(VerifyTile));
	v->intervals = verify_allocate(pcxt, VERIFY_KEY_INTERVALS,
								   ntiles * sizeof(VerifyInterval));
	v->seen = verify_allocate(pcxt, VERIFY_KEY_SEEN,
							  verify_bitmap_size(ntiles));
	v->bad = verify_allocate(pcxt, VERIFY_KEY_BAD,
							 verify_bitmap_size(ntiles));
	shared->ntiles = ntiles;
	shared->participants = pcxt->nworkers + 1;
	shared->partitions = verify_partitions(ntiles * TILE_WIDTH,
										   shared->participants);
	pg_atomic_init_u64(&shared->next, 0);
	pg_atomic_init_u64(&shared->done, 0);
	pg_atomic_init_u64(&shared->entries, 0);
	pg_atomic_init_u64(&shared->unsealed, 0);
	pg_atomic_init_u64(&shared->uncompared, 0);
	pg_atomic_init_u64(&shared->moved, 0);
	pg_atomic_init_u64(&shared->links, 0);
	pg_atomic_init_u64(&shared->unlinked, 0);
}

/* Make the files, in the verification's memory context. */
static void
verify_make_files(Verification *v)
{
	VerifyFiles *files = MemoryContextAllocZero(v->context,
												sizeof(VerifyFiles));

	FileSetInit(&v->shared->files);
	files->files = v->shared->files;
	files->callback.func = verify_delete_files;
	files->callback.arg = files;
	MemoryContextRegisterResetCallback(v->context, &files->callback);
}

/*
 * Begin a verification with the tiles that there are. Until verify_end we are
 * in parallel mode: nothing may be written, and no setting changed.
 */
Verification *
verify_begin(Snapshot snapshot, VerifyTile *tiles, uint64 ntiles)
{
	Verification *v = palloc0(sizeof(Verification));
	Relation	entries = table_open(aims_relid("audit_entry"),
									 AccessShareLock);
	Size		scan_size = table_parallelscan_estimate(entries, snapshot);

	v->context = CurrentMemoryContext;
	v->snapshot = snapshot;
	EnterParallelMode();
	v->pcxt = CreateParallelContext("$libdir/aims", "verify_worker_main",
									verify_workers(entries));
	verify_estimate(v->pcxt, ntiles, scan_size);
	InitializeParallelDSM(v->pcxt);
	verify_fill(v, tiles, ntiles);
	v->scan = verify_allocate(v->pcxt, VERIFY_KEY_SCAN, scan_size);
	table_parallelscan_initialize(entries, v->scan, snapshot);
	verify_make_files(v);
	table_close(entries, NoLock);
	return v;
}

/* Open what a participant reads with. */
void
verify_open(Verification *v)
{
	v->hasher = hasher_create();
	v->store = verify_store_open(v);
	v->row = AllocSetContextCreate(CurrentMemoryContext, "aims verified row",
								   ALLOCSET_DEFAULT_SIZES);
}

/* Close it. */
void
verify_close(Verification *v)
{
	MemoryContextDelete(v->row);
	verify_store_close(v->store);
	hasher_free(v->hasher);
}

/* Work on the current phase. */
static void
verify_work(Verification *v)
{
	verify_open(v);
	switch (v->shared->phase)
	{
		case VERIFY_TILES:
			verify_tiles(v);
			break;
		case VERIFY_ENTRIES:
			verify_entries(v);
			break;
		case VERIFY_CHAINS:
			verify_chains(v);
			break;
		case VERIFY_PHASES:
			break;
	}
	if (v->notes != NULL)
		BufFileClose(v->notes);
	v->notes = NULL;
	verify_close(v);
}

/* Entry point of a worker. */
void
verify_worker_main(dsm_segment *seg, shm_toc *toc)
{
	Verification v = {0};

	v.shared = shm_toc_lookup(toc, VERIFY_KEY_SHARED, false);
	v.tiles = shm_toc_lookup(toc, VERIFY_KEY_TILES, false);
	v.intervals = shm_toc_lookup(toc, VERIFY_KEY_INTERVALS, false);
	v.seen = shm_toc_lookup(toc, VERIFY_KEY_SEEN, false);
	v.bad = shm_toc_lookup(toc, VERIFY_KEY_BAD, false);
	v.scan = shm_toc_lookup(toc, VERIFY_KEY_SCAN, false);
	v.participant = ParallelWorkerNumber + 1;
	v.context = CurrentMemoryContext;
	v.snapshot = GetActiveSnapshot();
	verify_work(&v);
}

/* Let all participants work on a phase. */
void
verify_run(Verification *v, VerifyPhase phase)
{
	ParallelContext *pcxt = v->pcxt;

	v->shared->phase = phase;
	pg_atomic_write_u64(&v->shared->next, 0);
	pg_atomic_write_u64(&v->shared->done, 0);
	v->progressed = 0;
	if (phase > 0)
		ReinitializeParallelDSM(pcxt);
	LaunchParallelWorkers(pcxt);
	verify_work(v);
	WaitForParallelWorkersToFinish(pcxt);
}

/* End it; shared memory goes. */
void
verify_end(Verification *v)
{
	DestroyParallelContext(v->pcxt);
	ExitParallelMode();
}

/* So much of the phase is done. */
void
verify_worked(Verification *v, int64 n)
{
	uint64		done = pg_atomic_add_fetch_u64(&v->shared->done, n);

	CHECK_FOR_INTERRUPTS();
	if (v->progress == NULL)
		return;
	progress_advance(v->progress, done - v->progressed);
	v->progressed = done;
}

/* A file that this participant writes. */
BufFile *
verify_file(Verification *v, const char *name, int number)
{
	char		path[MAXPGPATH];

	snprintf(path, sizeof(path), "%s.%d.%d", name, number, v->participant);
	return BufFileCreateFileSet(&v->shared->files, path);
}

/* A file that a participant has written, or NULL. */
BufFile *
verify_open_file(Verification *v, const char *name, int number,
				 int participant)
{
	char		path[MAXPGPATH];

	snprintf(path, sizeof(path), "%s.%d.%d", name, number, participant);
	return BufFileOpenFileSet(&v->shared->files, path, O_RDONLY, true);
}

/* Note a finding, or what the backend that was asked has to know. */
void
verify_note(Verification *v, const VerifyNote *note)
{
	if (v->notes == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(v->context);

		v->notes = verify_file(v, "notes", v->shared->phase);
		MemoryContextSwitchTo(caller);
	}
	BufFileWrite(v->notes, unconstify(VerifyNote *, note), sizeof(VerifyNote));
}

/* Read the notes of all participants in a phase. */
void
verify_read_notes(Verification *v, VerifyPhase phase, VerifyNoteReader reader,
				  void *arg)
{
	for (int i = 0; i < v->shared->participants; i++)
	{
		BufFile    *file = verify_open_file(v, "notes", phase, i);
		VerifyNote	note;

		if (file == NULL)
			continue;
		while (BufFileRead(file, &note, sizeof(note)) == sizeof(note))
		{
			CHECK_FOR_INTERRUPTS();
			reader(arg, &note);
		}
		BufFileClose(file);
	}
}
