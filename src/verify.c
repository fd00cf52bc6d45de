/*
 * verify.c
 *		aims.verify(): does the ledger still say what was sealed?
 *
 * Everything is read under the caller's snapshot, from the heap and not through
 * an index: each entry's digests are made again from what is stored, and its
 * leaf hash is compared with the tree's. The tree is computed again from its
 * leaves up to every head that was ever sealed. What an attacker can make
 * consistent inside the database (entries, tree and heads together) is found
 * by a checkpoint that was kept outside.
 *
 * verify.h says how the work is divided. Nothing here raises an error for what
 * it finds: a damaged row must not keep the other checks from being reported.
 */
#include "aims.h"

#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "capture.h"
#include "key.h"
#include "progress.h"
#include "verify_report.h"

/* Names are part of the interface (doc/ledger.md). */
static const Check checks[CHECK_COUNT] = {
	[CHECK_DIGESTS] = {"entry digests", "entries that do not fit their digests any more"},
	[CHECK_LEAVES] = {"entry leaves", "entries altered after they were sealed"},
	[CHECK_MISSING] = {"entries present", "entries that were sealed and are gone"},
	[CHECK_DOUBLED] = {"entries once", "entries stored more than once"},
	[CHECK_INSERTED] = {"entries sealed", "entries that are not in the tree, although the newest seal must have seen them or no seal will: put in later, or left out"},
	[CHECK_ORDER] = {"entry order", "entries that another seal or another place in it should hold"},
	[CHECK_KEYS] = {"entry keys", "entries that their tile does not find by key"},
	[CHECK_CHAINS] = {"key chains", "rows changed behind the ledger before these entries"},
	[CHECK_REDACTIONS] = {"redactions", "entries redacted without a record of it"},
	[CHECK_SEAL_LEAVES] = {"seal leaves", "seals that do not fit their leaf in the tree"},
	[CHECK_TILES] = {"tree", "altered parts of the tree"},
	[CHECK_INDEX] = {"tree index", "tiles that name other entries than they hold"},
	[CHECK_HEADS] = {"tree heads", "seals that do not fit the tree, or the seal before them"},
	[CHECK_SHAPES] = {"shapes", "altered shapes"},
	[CHECK_INCARNATIONS] = {"incarnations", "incarnations that were altered"},
	[CHECK_RESUMPTIONS] = {"resumptions", "incarnations said to be resumed, which no entry says"},
	[CHECK_SIGNING_KEYS] = {"signing keys", "signing keys that were altered"},
	[CHECK_CHECKPOINTS] = {"checkpoints", "checkpoints that do not fit"},
};

static const char *const phase_units[VERIFY_PHASES] = {
	"tiles", "entries", "changes of rows"
};

/* Let all participants work on a phase, and tell of its progress. */
static void
run_phase(Report *report, VerifyPhase phase, int64 total)
{
	Verification *v = report->v;

	v->progress = progress_begin("verify", total);
	progress_unit(v->progress, phase_units[phase]);
	verify_run(v, phase);
	progress_end(v->progress);
	v->progress = NULL;
}

/* Read tiles and entries. */
static void
run_phases(Report *report)
{
	Verification *v = report->v;
	int64		leaves = (int64) v->shared->ntiles * TILE_WIDTH;

	run_phase(report, VERIFY_TILES, v->shared->ntiles);
	verify_index_tiles(v);
	run_phase(report, VERIFY_ENTRIES, leaves);
	run_phase(report, VERIFY_CHAINS,
			  pg_atomic_read_u64(&v->shared->entries));
}

/* What the backend that was asked does alone, with all that was found. */
static void
conclude(Report *report, const char *trusted)
{
	Verification *v = report->v;

	verify_open(v);
	report->reader = entry_reader_open(v);
	report_notes(report);
	record_prepare(report, trusted);
	tree_check_nodes(report);
	tree_find_missing(report);
	blame_leaves(report);
	tree_check_heads(report);
	act_check(report);
	record_check(report);
	entry_reader_close(report->reader);
	verify_close(v);
}

/* Check the ledger itself. */
static void
check_ledger(Report *report, Snapshot snapshot, const char *trusted)
{
	uint64		ntiles;
	VerifyTile *tiles;

	record_read_seals(report, snapshot);
	tiles = tree_read_tiles(report, snapshot, &ntiles);
	report->v = verify_begin(snapshot, tiles, ntiles);
	if (report->nseals > 0 && report->seals[report->nseals - 1].tree_size >
		(int64) ntiles * TILE_WIDTH)
		report->v->shared->damaged = true;
	run_phases(report);
	conclude(report, trusted);
	verify_end(report->v);
	report_checks(report);
}

/* What this transaction has captured is verified, too. */
static void
see_own_entries(void)
{
	capture_flush();
	CommandCounterIncrement();
	PushCopiedSnapshot(GetActiveSnapshot());
	UpdateActiveSnapshotCommandId();
}

PG_FUNCTION_INFO_V1(aims_verify);
/* A row per check: name, verdict, first offending entry, detail. */
Datum
aims_verify(PG_FUNCTION_ARGS)
{
	Report		report = {0};
	char	   *trusted = PG_ARGISNULL(0) ? NULL :
		checkpoint_argument(PG_GETARG_TEXT_PP(0));
	MemoryContext caller;
	MemoryContext context;

	InitMaterializedSRF(fcinfo, 0);
	report.result = (ReturnSetInfo *) fcinfo->resultinfo;
	memcpy(report.checks, checks, sizeof(checks));
	context = AllocSetContextCreate(CurrentMemoryContext, "aims verification",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	see_own_entries();
	check_ledger(&report, GetActiveSnapshot(), trusted);
	PopActiveSnapshot();
	server_check(&report);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}
