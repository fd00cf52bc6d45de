/*
 * verify_record.h
 *		Signing keys and checkpoints, as a verification reads them: a row that
 *		was altered is a finding and no error.
 */
#ifndef AIMS_VERIFY_RECORD_H
#define AIMS_VERIFY_RECORD_H

#include "datatype/timestamp.h"

#include "note.h"
#include "verify_report.h"

typedef struct RecordKey
{
	int32		number;
	char	   *origin;
	char	   *verifier;
	TimestampTz from;
	TimestampTz until;			/* DT_NOEND: the current one */
	int64		tree_size;		/* of the newest head when it began */
	int64		last_size;		/* the largest that it has signed */
	bool		is_key;
	NoteKey		note;
} RecordKey;

typedef struct RecordNote
{
	bool		is_checkpoint;
	Note		note;
	NoteCheckpoint checkpoint;
	int64		tree_size;		/* columns of a stored one */
	int32		key;
	TimestampTz signed_at;
} RecordNote;

#endif							/* AIMS_VERIFY_RECORD_H */
