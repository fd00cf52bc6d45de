/*
 * oversight.h
 *		What people do about AI output: it waits for their review, is counted,
 *		and their changes of it are recorded.
 */
#ifndef AIMS_OVERSIGHT_H
#define AIMS_OVERSIGHT_H

#include "access/htup.h"

#include "image.h"
#include "output.h"
#include "registry.h"

/* What one subtransaction has to write about it; NULL: nothing. */
typedef struct Oversight Oversight;

/*
 * A row has been written to a guarded relation; the systems are those whose
 * output it was and is, NULL where it is none of AI. outer is the part of the
 * nearest outer subtransaction that has one.
 */
extern void oversight_row(Oversight **oversight, Oversight *outer,
						  const RegistryEntry *entry, Relation rel,
						  HeapTuple old, HeapTuple new,
						  const char *old_system, const char *new_system);

/*
 * Does a person who may review a system's output change a row that was output
 * of it? The caller has seen that its mark stays. Never where the session says
 * whose rows are, nor under a snapshot that does not see the duties of now.
 */
extern bool oversight_is_correction(const RegistryEntry *entry, Relation rel,
									HeapTuple old, const char *system);

/* Write what waits: rows by their own subtransaction, counts at the end. */
extern void oversight_flush(Oversight *oversight);
extern void oversight_pre_commit(Oversight *oversight);

/* Does an output wait to be written? */
extern bool oversight_waits(const Oversight *oversight);

/* A subtransaction's part becomes its parent's, or is forgotten. */
extern void oversight_merge(Oversight **into, Oversight *from);
extern void oversight_free(Oversight *oversight);

/* What a row is counted by. */
extern OutputGroup oversight_group(const RegistryEntry *entry,
								   ImageWriter *writer, TupleDesc desc,
								   HeapTuple tuple);

/*
 * A relation is captured from now on under that number: what it holds waits
 * for review, where that is asked for.
 */
extern void oversight_begin(int32 registry_id, Oid physical);

/* All its rows are gone, or it is not captured any more. */
extern void oversight_end(Oid physical);

#endif							/* AIMS_OVERSIGHT_H */
