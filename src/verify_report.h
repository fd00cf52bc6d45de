/*
 * verify_report.h
 *		What the backend that was asked makes of all findings.
 */
#ifndef AIMS_VERIFY_REPORT_H
#define AIMS_VERIFY_REPORT_H

#include "verify_entry.h"

#define NAMED_MAX 10			/* offenders that a detail names */
#define EXAMINED_MAX 64			/* that are looked at more closely */

typedef enum CheckNumber
{
	CHECK_DIGESTS,
	CHECK_LEAVES,
	CHECK_MISSING,
	CHECK_DOUBLED,
	CHECK_INSERTED,
	CHECK_ORDER,
	CHECK_KEYS,
	CHECK_CHAINS,
	CHECK_REDACTIONS,
	CHECK_SEAL_LEAVES,
	CHECK_TILES,
	CHECK_INDEX,
	CHECK_HEADS,
	CHECK_SHAPES,
	CHECK_INCARNATIONS,
	CHECK_RESUMPTIONS,
	CHECK_SIGNING_KEYS,
	CHECK_CHECKPOINTS,
	CHECK_COUNT
} CheckNumber;

/* An offender: an entry, or 0, and what there is to say. */
typedef struct Offender
{
	int64		entry_id;
	char	   *text;
} Offender;

/* One check: its offenders are counted, the lowest ones named. */
typedef struct Check
{
	const char *name;
	const char *problem;		/* "<problem>: 5, 7 (2 in all)" */
	int64		count;
	int			nnamed;
	Offender	named[NAMED_MAX];
} Check;

/* A size of the tree whose root is asked for. */
typedef struct Mark
{
	int64		size;
	bool		known;			/* the root could be computed */
	MerkleHash	root;
	struct Seal *seal;			/* whose head it is, or NULL */
} Mark;

/* Notes, kept in memory. */
typedef struct NoteList
{
	int64		n;
	int64		room;
	VerifyNote *notes;
} NoteList;

/* A row of aims.tile above the leaves, or one that stands for no tile. */
typedef struct UpperTile
{
	int			level;
	int64		index;
	ItemPointerData tid;
} UpperTile;

typedef struct Report
{
	ReturnSetInfo *result;
	Verification *v;
	Check		checks[CHECK_COUNT];
	Seal	   *seals;			/* oldest first */
	int64		nseals;
	uint64		size;			/* leaves that are stored */
	UpperTile  *upper;			/* in order */
	int64		nupper;
	MerkleHash *nodes[TILE_LEVELS]; /* as stored; zeros: there is none */
	NoteList	suspects;		/* tiles that do not fit the node above */
	NoteList	missing;		/* leaves without an entry, the first ones */
	Mark	   *marks;			/* by size */
	int			nmarks;
	List	   *instead;		/* of LeafTile *: to be taken for stored ones */
	bool		by_nodes;		/* take nodes, not leaves, where they differ */
	EntryReader *reader;
	NoteList	leaves;			/* NOTE_LEAF */
	NoteList	strangers;		/* NOTE_UNSEALED */
	NoteList	acts;			/* NOTE_EVENT */
	NoteList	redacted;		/* NOTE_REDACTED */
	List	   *keys;			/* of RecordKey * */
	List	   *notes;			/* checkpoints: of RecordNote * */
	struct RecordNote *trusted; /* the one that was passed, or NULL */
	int64		entries;
	int64		unsealed;
	int64		uncompared;
	int64		moved;
	int64		links;
	int64		unlinked;
} Report;

/* verify_report.c */
extern void report_row(Report *report, const char *name, bool ok,
					   int64 entry_id, const char *detail);
extern void report_offend(Report *report, CheckNumber check, int64 entry_id,
						  const char *text);
extern void report_notes(Report *report);
extern void note_list_add(NoteList *list, const VerifyNote *note);
extern void report_checks(Report *report);

/* verify_tree.c: the tree above its leaves. */
extern VerifyTile *tree_read_tiles(Report *report, Snapshot snapshot,
								   uint64 *ntiles);
extern void tree_check_nodes(Report *report);
extern int64 tree_walk(Report *report);
extern Mark *tree_mark(Report *report, int64 size);
extern int64 tree_entry_at(Report *report, int64 leaf);
extern void tree_check_heads(Report *report);
extern void tree_find_missing(Report *report);
extern void tree_check_other(Report *report, const VerifyNote *note);
extern void tree_offend_missing(Report *report, const VerifyNote *note);

/* verify_blame.c: which of two that differ was altered. */
extern void blame_leaves(Report *report);

/* verify_record.c: rows beside the entries. */
extern void record_read_seals(Report *report, Snapshot snapshot);
extern void record_prepare(Report *report, const char *trusted);
extern void record_check(Report *report);

/* verify_act.c: acts of ours, and the rows that they have made. */
extern void act_check(Report *report);

/* verify_shipped.c: settings until the caller's, and one row of a check. */
extern void shipped_settings(void);
extern const char *const shipped_query;

/* verify_server.c: the server around the ledger. */
extern void server_check(Report *report);

#endif							/* AIMS_VERIFY_REPORT_H */
