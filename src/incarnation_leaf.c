/*
 * incarnation_leaf.c
 *		The leaves of the tree about incarnations: making them from the rows
 *		of aims.incarnation, and comparing both (doc/formats.md).
 *
 * Such a leaf stands at the beginning of its seal, for source 0; where, the row
 * says. One seal may have two: one is resumed, and then the next begins. So a
 * row that was added, removed or altered does not fit the tree.
 */
#include "aims.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/timestamp.h"

#include "entry.h"
#include "image.h"
#include "incarnation.h"
#include "row.h"

/* Append the leaf of a row: of its beginning, or of its resumption. */
static void
leaf_append(StringInfo out, HeapTuple row, TupleDesc desc, const char *event,
			const char *at, const char *size, const char *checkpoint)
{
	bool		isnull;
	char	   *note = row_string(row, desc, checkpoint);

	appendStringInfo(out, "{\"aims\":\"incarnation/1\",\"incarnation\":%d"
					 ",\"event\":\"%s\",\"time\":\"",
					 DatumGetInt32(row_value(row, desc, "incarnation",
											 &isnull)), event);
	leaf_time(out, DatumGetTimestampTz(row_value(row, desc, at, &isnull)));
	appendStringInfo(out, "\",\"tree_size\":" INT64_FORMAT
					 ",\"last_entry\":" INT64_FORMAT
					 ",\"system_identifier\":\"" UINT64_FORMAT
					 "\",\"timeline\":%d,\"database\":" INT64_FORMAT,
					 DatumGetInt64(row_value(row, desc, size, &isnull)),
					 DatumGetInt64(row_value(row, desc, "last_entry",
											 &isnull)),
					 DatumGetInt64(row_value(row, desc, "system_identifier",
											 &isnull)),
					 DatumGetInt32(row_value(row, desc, "timeline", &isnull)),
					 DatumGetInt64(row_value(row, desc, "database", &isnull)));
	if (note != NULL)
	{
		appendStringInfoString(out, ",\"checkpoint\":");
		json_string(out, note, strlen(note));
	}
	appendStringInfoChar(out, '}');
}

/* Append the leaf that a row has at an index, if any, as text. */
static bool
leaf_of_row(StringInfo out, HeapTuple row, TupleDesc desc, int64 index)
{
	bool		isnull;
	int64		resumed_size;

	if (DatumGetInt64(row_value(row, desc, "tree_size", &isnull)) == index)
	{
		leaf_append(out, row, desc, "begun", "started_at", "tree_size",
					"checkpoint");
		return true;
	}
	resumed_size = DatumGetInt64(row_value(row, desc, "resumed_size",
										   &isnull));
	if (isnull || resumed_size != index)
		return false;
	leaf_append(out, row, desc, row_string(row, desc, "resumption"),
				"resumed_at", "resumed_size", "resumed_checkpoint");
	return true;
}

/* Append the leaf that an incarnation has at that index. */
bool
incarnation_leaf(Snapshot snapshot, uint64 index, StringInfo out)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	StringInfoData text;
	HeapTuple	row;
	bool		found = false;

	initStringInfo(&text);
	while (!found && (row = heap_getnext(scan, ForwardScanDirection)) != NULL)
		found = leaf_of_row(&text, row, RelationGetDescr(rel), (int64) index);
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	if (found)
	{
		int			length;
		const char *utf8 = text_in_utf8(text.data, text.len, &length);

		appendBinaryStringInfo(out, utf8, length);
	}
	return found;
}

/* Count the leaves that the rows of the table have in a tree of that size. */
static int64
leaves_of_rows(Snapshot snapshot, uint64 size)
{
	Relation	rel = table_open(aims_relid("incarnation"), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	HeapTuple	row;
	int64		count = 0;

	while ((row = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		int64		resumed_size =
			DatumGetInt64(row_value(row, desc, "resumed_size", &isnull));

		count++;
		if (!isnull && (uint64) resumed_size < size)
			count++;
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	return count;
}

/* Is the leaf the one that a row makes? */
static bool
leaf_fits(Snapshot snapshot, Hasher *hasher, uint64 index,
		  const MerkleHash stored)
{
	StringInfoData bytes;
	MerkleHash	made;

	initStringInfo(&bytes);
	if (!incarnation_leaf(snapshot, index, &bytes))
		return false;
	merkle_leaf(hasher, bytes.data, bytes.len, made);
	pfree(bytes.data);
	return memcmp(made, stored, HASH_SIZE) == 0;
}

/* Compare the table with the tree. */
const char *
incarnation_problem(Snapshot snapshot, IncarnationTree tree, void *arg,
					const Seal *seals, int64 nseals, uint64 size)
{
	Hasher	   *hasher = hasher_create();
	const char *problem = NULL;
	int64		count = 0;

	for (int64 i = 0; i < nseals; i++)
	{
		MerkleHash	stored;

		for (uint64 leaf = seals[i].first_leaf;
			 leaf < size && tree(arg, leaf, stored) == 0; leaf++)
		{
			count++;
			if (!leaf_fits(snapshot, hasher, leaf, stored))
				problem = psprintf("Leaf " UINT64_FORMAT " is about an incarnation, and no row of aims.incarnation says the same.",
								   leaf);
		}
	}
	hasher_free(hasher);
	if (problem == NULL && leaves_of_rows(snapshot, size) != count)
		problem = "A row of aims.incarnation has no leaf in the tree.";
	return problem;
}
