/*
 * verify.h
 *		The state that the parts of a verification share.
 *
 * A verification has phases: the tiles of leaves, the entries, the chains of
 * entries along a key. Each is worked on by all participants, the backend that
 * was asked and its parallel workers, which share arrays and bitmaps over the
 * leaves of the tree. What a participant finds it writes to a file of its own,
 * as notes; the backend that was asked reads them all and reports.
 */
#ifndef AIMS_VERIFY_H
#define AIMS_VERIFY_H

#include "access/parallel.h"
#include "access/relscan.h"
#include "nodes/execnodes.h"
#include "port/atomics.h"
#include "storage/buffile.h"
#include "storage/fileset.h"

#include "ledger.h"
#include "tile.h"

typedef enum VerifyPhase
{
	VERIFY_TILES,
	VERIFY_ENTRIES,
	VERIFY_CHAINS,
	VERIFY_PHASES
} VerifyPhase;

/* What a note is about. */
typedef enum VerifyNoteKind
{
	NOTE_DIGEST,				/* parts: what does not fit its digest */
	NOTE_LEAF,					/* not what was sealed; extra: shape */
	NOTE_DOUBLED,
	NOTE_UNSEALED,				/* older than the newest seal, not in it */
	NOTE_KEY,					/* the tile has another key's hash */
	NOTE_ORDER,					/* not where its seal would put it */
	NOTE_REDACTED,
	NOTE_EVENT,					/* an act of ours: EVENT with a relation */
	NOTE_GAP,					/* extra: hash of the relation; see chains */
	NOTE_OTHER,					/* extra: a leaf of no entry, says its tile */
	NOTE_TILE,					/* parts: TILE_...; extra: number of the tile */
	NOTE_CHAIN,					/* parts: CHAIN_...; extra: the entry before */
	NOTE_KINDS
} VerifyNoteKind;

/* Parts of an entry that have a digest. */
#define PART_PARTICULARS 0x01
#define PART_OLD 0x02
#define PART_NEW 0x04
#define PART_SALT 0x08			/* that is to say, all of them */

/* What can be wrong with a tile. */
#define TILE_MISSING 1
#define TILE_DOUBLE 2
#define TILE_MALFORMED 3
#define TILE_RANGE 4			/* "entries" is not what "sources" holds */
#define TILE_HINTS 5			/* "tids" or "keys" are not one for each leaf */

/* What can be wrong between an entry and the one before it. */
#define CHAIN_ALTERED 1			/* found another row than was written */
#define CHAIN_REAPPEARED 2		/* found a row that had been deleted */
#define CHAIN_VANISHED 3		/* inserted a row that was there already */

typedef struct VerifyNote
{
	uint16		kind;
	uint16		parts;
	ItemPointerData tid;
	int64		entry_id;
	int64		leaf;			/* or, of an entry not sealed, LEAF_NONE + id */
	int64		extra;
} VerifyNote;

#define LEAF_NONE (INT64CONST(1) << 62)

/* A tile of leaves. */
typedef struct VerifyTile
{
	int64		low;			/* smallest and largest entry id in it */
	int64		high;
	ItemPointerData tid;		/* of its row; invalid: there is none */
	uint16		width;			/* leaves; 0: it cannot be read */
	MerkleHash	root;			/* over them, where it is full */
} VerifyTile;

/* Tiles by the ids in them: a search tree in an array in order of low. */
typedef struct VerifyInterval
{
	uint32		tile;
	int64		highest;		/* in the subtree of this element */
} VerifyInterval;

/* Shared by all participants. */
typedef struct VerifyShared
{
	VerifyPhase phase;
	int			participants;
	int			partitions;		/* of the chains */
	uint64		ntiles;
	uint64		nintervals;
	bool		damaged;		/* some tile cannot be read */
	pg_atomic_uint64 next;		/* unit of work that is handed out next */
	pg_atomic_uint64 done;		/* for progress */
	pg_atomic_uint64 entries;
	pg_atomic_uint64 unsealed;
	pg_atomic_uint64 uncompared;	/* entries, with tiles that are gone */
	pg_atomic_uint64 moved;		/* entries, since they were sealed */
	pg_atomic_uint64 links;		/* of chains */
	pg_atomic_uint64 unlinked;	/* that cannot be compared */
	FileSet		files;
} VerifyShared;

typedef struct Progress Progress;
typedef struct VerifyStore VerifyStore;

/* The state of one participant. */
typedef struct Verification
{
	VerifyShared *shared;
	VerifyTile *tiles;
	VerifyInterval *intervals;
	pg_atomic_uint32 *seen;		/* a bit per leaf that needs no entry more */
	pg_atomic_uint32 *bad;		/* a bit per leaf with a finding */
	ParallelTableScanDesc scan;
	ParallelContext *pcxt;		/* of the backend that was asked */
	Progress   *progress;		/* likewise */
	uint64		progressed;
	int			participant;
	Snapshot	snapshot;
	Hasher	   *hasher;
	VerifyStore *store;
	BufFile    *notes;
	MemoryContext context;		/* of the whole verification */
	MemoryContext row;			/* reset for each row */
} Verification;

/* verify_share.c: participants, and what they tell each other. */
extern Verification *verify_begin(Snapshot snapshot, VerifyTile *tiles,
								  uint64 ntiles);
extern void verify_run(Verification *v, VerifyPhase phase);
extern void verify_open(Verification *v);
extern void verify_close(Verification *v);
extern void verify_end(Verification *v);
extern void verify_worked(Verification *v, int64 n);
extern void verify_note(Verification *v, const VerifyNote *note);
extern BufFile *verify_file(Verification *v, const char *name, int number);
extern BufFile *verify_open_file(Verification *v, const char *name,
								 int number, int participant);

/* Call back with each note of a phase. */
typedef void (*VerifyNoteReader)(void *arg, const VerifyNote *note);
extern void verify_read_notes(Verification *v, VerifyPhase phase,
							  VerifyNoteReader reader, void *arg);

/* Bitmaps over leaves; setting a bit says whether it was set before. */
static inline bool
verify_set_bit(pg_atomic_uint32 *bits, uint64 leaf)
{
	uint32		mask = ((uint32) 1) << (leaf % 32);

	return (pg_atomic_fetch_or_u32(&bits[leaf / 32], mask) & mask) != 0;
}

static inline bool
verify_get_bit(pg_atomic_uint32 *bits, uint64 leaf)
{
	return (pg_atomic_read_u32(&bits[leaf / 32]) >> (leaf % 32)) & 1;
}

/* A column of an entry whose slot has been deformed. */
static inline bool
entry_null(TupleTableSlot *slot, int attnum)
{
	return slot->tts_isnull[attnum - 1];
}

static inline Datum
entry_value(TupleTableSlot *slot, int attnum)
{
	return slot->tts_values[attnum - 1];
}

/* verify_tile.c: tiles, read from the heap and without raising errors. */
typedef struct LeafTile
{
	bool		read;
	bool		hints;			/* tids and keys could be read */
	uint64		index;
	int			width;
	MerkleHash	hashes[TILE_WIDTH];
	int64		sources[TILE_WIDTH];
	ItemPointerData tids[TILE_WIDTH];
	int32		keys[TILE_WIDTH];
} LeafTile;

extern VerifyStore *verify_store_open(Verification *v);
extern void verify_store_close(VerifyStore *store);
extern LeafTile *verify_tile(Verification *v, uint64 index);
extern void verify_tiles(Verification *v);
extern void verify_index_tiles(Verification *v);
extern int64 verify_find_leaf(Verification *v, int64 entry_id, int64 guess);

/* verify_entry.c: entries, read from the heap. */
extern void verify_entries(Verification *v);

/* verify_chain.c: what entries of one key say of each other. */
typedef struct ChainWriter ChainWriter;

extern ChainWriter *chain_writer_open(Verification *v);
extern void chain_writer_add(ChainWriter *writer, TupleTableSlot *slot,
							 int32 registry_id, int64 leaf);
extern void chain_writer_close(ChainWriter *writer);
extern void verify_chains(Verification *v);

#endif							/* AIMS_VERIFY_H */
