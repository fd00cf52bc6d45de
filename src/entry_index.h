/*
 * entry_index.h
 *		The BRIN index of aims.audit_entry: pages that may hold certain
 *		entries, and the summaries that tell which.
 */
#ifndef AIMS_ENTRY_INDEX_H
#define AIMS_ENTRY_INDEX_H

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/* Columns of the index */
typedef enum EntryIndexColumn
{
	ENTRY_INDEX_XID = 1,
	ENTRY_INDEX_ENTRY_ID
} EntryIndexColumn;

/* A set of pages, and a scan of what is on them. */
typedef struct EntryPages EntryPages;

extern EntryPages *entry_pages_begin(Relation rel, Snapshot snapshot);

/* Add the pages that may hold entries with low <= column < high. */
extern void entry_pages_add(EntryPages *pages, EntryIndexColumn column,
							int64 low, int64 high);

/*
 * Put the next entry on the pages into the slot, each once and whether it was
 * asked for or not; false after the last. No page can be added any more.
 */
extern bool entry_pages_next(EntryPages *pages, TupleTableSlot *slot);
extern void entry_pages_end(EntryPages *pages);

/* Summarize what is full, unless somebody has locked the table. */
extern void entry_index_summarize(void);

#endif							/* AIMS_ENTRY_INDEX_H */
