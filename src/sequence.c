/*
 * sequence.c
 *		Numbers from our own sequences.
 *
 * nextval() would be what lastval() tells the user afterwards, who has
 * inserted a row of his own and asks for its number; and a thousand entries
 * would need a thousand calls. This is the middle of nextval_internal(), with
 * its locks, its WAL record and its rule of when to write one.
 */
#include "aims.h"

#include "access/relation.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "sequence.h"

/* Numbers that a WAL record allows beyond those that are taken. */
#define SEQUENCE_LOGGED_AHEAD 32

/* The tuple of a sequence, whose page is locked. */
static Form_pg_sequence_data
sequence_tuple(Buffer buffer, HeapTuple tuple)
{
	Page		page = BufferGetPage(buffer);
	ItemId		item = PageGetItemId(page, FirstOffsetNumber);

	tuple->t_data = (HeapTupleHeader) PageGetItem(page, item);
	tuple->t_len = ItemIdGetLength(item);
	return (Form_pg_sequence_data) GETSTRUCT(tuple);
}

/*
 * Must a record be written for so many numbers? The first one after a
 * checkpoint writes it in any case, as the page's image does.
 */
static bool
sequence_must_log(Relation rel, Buffer buffer,
				  const FormData_pg_sequence_data *state, int count)
{
	return RelationNeedsWAL(rel) &&
		(state->log_cnt < count ||
		 PageGetLSN(BufferGetPage(buffer)) <= GetRedoRecPtr());
}

/* Write the record that replay sets the sequence from. */
static void
sequence_log(Relation rel, Buffer buffer, const HeapTupleData *tuple)
{
	xl_seq_rec	record;
	XLogRecPtr	end;

	record.compat_seq_locator = rel->compat_rd_locator;
	XLogBeginInsert();
	XLogRegisterBuffer(0, buffer, REGBUF_WILL_INIT);
	XLogRegisterData((char *) &record, sizeof(record));
	XLogRegisterData((char *) tuple->t_data, tuple->t_len);
	end = XLogInsert(RM_SEQ_ID, XLOG_SEQ_LOG);
	PageSetLSN(BufferGetPage(buffer), end);
}

/* Advance a locked sequence by so many numbers; returns the first. */
static int64
sequence_advance(Relation rel, Buffer buffer, int count)
{
	HeapTupleData tuple;
	Form_pg_sequence_data state = sequence_tuple(buffer, &tuple);
	int64		first;
	int64		last;
	int64		left = Max(state->log_cnt - count, 0);

	if (state->last_value > PG_INT64_MAX - count - SEQUENCE_LOGGED_AHEAD)
		ereport(ERROR,
				(errcode(ERRCODE_SEQUENCE_GENERATOR_LIMIT_EXCEEDED),
				 errmsg("sequence \"aims.%s\" has no numbers left",
						RelationGetRelationName(rel)),
				 errdetail("It was set close to the largest bigint by hand."),
				 errhint("Have setval() put it back to the largest number in use.")));
	first = state->last_value + (state->is_called ? 1 : 0);
	last = first + count - 1;
	START_CRIT_SECTION();
	MarkBufferDirty(buffer);
	if (sequence_must_log(rel, buffer, state, count))
	{
		left = SEQUENCE_LOGGED_AHEAD;
		state->last_value = last + left;
		state->is_called = true;
		state->log_cnt = 0;
		sequence_log(rel, buffer, &tuple);
	}
	state->last_value = last;
	state->is_called = true;
	state->log_cnt = left;
	END_CRIT_SECTION();
	return first;
}

int64
sequence_take(Oid sequence, int count)
{
	Relation	rel = relation_open(sequence, RowExclusiveLock);
	Buffer		buffer;
	int64		first;

	/* a record without an xid would not be waited for by the commit */
	(void) GetTopTransactionId();
	buffer = ReadBuffer(rel, 0);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	first = sequence_advance(rel, buffer, count);
	UnlockReleaseBuffer(buffer);
	relation_close(rel, NoLock);
	return first;
}
