/*
 * output.h
 *		The rows of aims.output: AI output that needs a person's review.
 */
#ifndef AIMS_OUTPUT_H
#define AIMS_OUTPUT_H

#include "utils/jsonb.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "closed_rows.h"

/* What output is counted by, each NULL where nobody says. */
typedef struct OutputGroup
{
	const char *version;
	const char *site;
	const char *subgroup;
} OutputGroup;

typedef struct Output
{
	int64		output_id;		/* 0: a new one */
	Oid			relid;			/* the registered relation */
	Oid			physical;		/* which of its members holds the row */
	Jsonb	   *key;
	const char *system;
	OutputGroup group;
	TimestampTz written_at;
} Output;

/* Make the row of an output; it is written with the others. */
extern void output_add(ClosedRows *rows, const Output *output);

/*
 * Find the newest output with that key among what the snapshot shows (rows
 * that are not written yet are none of them). *output is a copy.
 */
extern bool output_find(Oid physical, Jsonb *key, Snapshot snapshot,
						Output *output);

/*
 * Take the output with that key away, since the row is gone or was written
 * again; returns whether there was one. *output is a copy of it.
 */
extern bool output_remove(ClosedRows *rows, Oid physical, Jsonb *key,
						  Output *output);

/* Is the key's output, perhaps, among rows that wait to be written? */
extern bool output_waits(const ClosedRows *rows, Jsonb *key);

/*
 * Find the newest output with that key among rows that wait to be written.
 * *output is a copy.
 */
extern bool output_find_waiting(const ClosedRows *rows, Oid physical,
								Jsonb *key, Output *output);

/* Drop the rows of that key from those that wait to be written. */
extern void output_drop(ClosedRows *rows, Oid physical, Jsonb *key);

/* Take away all that a relation held. */
extern void output_forget(Oid physical);

#endif							/* AIMS_OUTPUT_H */
