/*
 * oversight.c
 *		What people do about AI output.
 *
 * The guard says whose output a row was and is. A change by a person is an
 * override; a change by anybody else, a service or the AI system itself, is a
 * reload. What is written anew waits for review, where the table asks for it;
 * a change by a person does not make it wait again, nor does it end the wait.
 *
 * Output and reloads are counted in memory, and written once per transaction
 * and group: ten million rows cost ten million additions.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "guard.h"
#include "hierarchy.h"
#include "override.h"
#include "oversight.h"
#include "owner.h"
#include "people.h"
#include "row.h"
#include "sequence.h"
#include "session_system.h"
#include "shape.h"

/* Groups beyond these of one transaction are counted as one, unknown. */
#define COUNTED_GROUPS 1000

/* Longest value that groups are told by, in bytes. */
#define GROUP_VALUE_LENGTH 255

/* Rows of one group; the key is the text of all that tells it. */
typedef struct Count
{
	char	   *key;			/* hash key, first */
	Oid			relid;
	const char *system;
	OutputGroup group;
	int64		outputs;
	int64		reloads;
} Count;

struct Oversight
{
	MemoryContext context;		/* of all of it */
	struct Oversight *outer;	/* of the nearest outer subtransaction */
	ClosedRows	outputs;
	List	   *gone;			/* what outer ones still wait to write */
	ClosedRows	overrides;
	HTAB	   *counts;
	Count	   *latest;			/* that a row was added to last */
};

/* An output that is gone, or was written again. */
typedef struct Gone
{
	Oid			physical;
	Jsonb	   *key;
} Gone;

/* A row before or after the change, as oversight looks at it. */
typedef struct Overseen
{
	const char *system;
	OutputGroup group;
	Jsonb	   *key;			/* where the relation needs review */
} Overseen;

/* Whether a person reviews a system's output, as asked last. */
static struct
{
	LocalTransactionId transaction; /* invalid: nothing has been asked */
	uint64		generation;		/* governance_generation() at that time */
	char		person[NAMEDATALEN];
	char		system[NAMEDATALEN];
	bool		reviews;
} reviewer;

/* Hash and compare counts by the content of their keys. */
static uint32
count_hash(const void *key, Size keysize)
{
	const char *text = *(char *const *) key;

	return hash_bytes((const unsigned char *) text, strlen(text));
}

static int
count_compare(const void *a, const void *b, Size keysize)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The part of the current subtransaction, made on first use. */
static Oversight *
oversight_open(Oversight **place, Oversight *outer)
{
	HASHCTL		ctl = {0};
	Oversight  *oversight = *place;
	MemoryContext context;

	if (oversight != NULL)
		return oversight;
	context = AllocSetContextCreate(TopTransactionContext, "aims oversight",
									ALLOCSET_SMALL_SIZES);
	oversight = MemoryContextAllocZero(context, sizeof(Oversight));
	oversight->context = context;
	oversight->outputs.context = context;
	oversight->overrides.context = context;
	oversight->outer = outer;
	oversight->outputs.table = "output";
	oversight->outputs.sequence = "output_output_id_seq";
	oversight->overrides.table = "output_override";
	oversight->overrides.sequence = "output_override_override_id_seq";
	ctl.keysize = sizeof(char *);
	ctl.entrysize = sizeof(Count);
	ctl.hash = count_hash;
	ctl.match = count_compare;
	ctl.hcxt = context;
	oversight->counts = hash_create("aims counts", 16, &ctl,
									HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
									HASH_CONTEXT);
	*place = oversight;
	return oversight;
}

/* Append a nullable text so that no two lists of texts are the same. */
static void
count_key_part(StringInfo key, const char *part)
{
	if (part == NULL)
		appendStringInfoString(key, "-;");
	else
		appendStringInfo(key, "%d:%s;", (int) strlen(part), part);
}

/* A copy of a nullable string. */
static const char *
copy_string(const char *s)
{
	return s ? pstrdup(s) : NULL;
}

/* Begin a count; its strings are copied. */
static void
count_begin(Oversight *oversight, Count *count, Oid relid, const char *system,
			const OutputGroup *group)
{
	MemoryContext caller = MemoryContextSwitchTo(oversight->context);

	count->key = pstrdup(count->key);
	count->relid = relid;
	count->system = copy_string(system);
	count->group.version = copy_string(group->version);
	count->group.site = copy_string(group->site);
	count->group.subgroup = copy_string(group->subgroup);
	count->outputs = 0;
	count->reloads = 0;
	MemoryContextSwitchTo(caller);
}

/* Add rows to a group's count. */
static void
count_add(Oversight *oversight, Oid relid, const char *system,
		  const OutputGroup *group, int64 outputs, int64 reloads)
{
	static const OutputGroup unknown = {NULL, NULL, NULL};
	StringInfoData key;
	bool		found = true;

	initStringInfo(&key);
	appendStringInfo(&key, "%u;", relid);
	count_key_part(&key, system);
	count_key_part(&key, group->version);
	count_key_part(&key, group->site);
	count_key_part(&key, group->subgroup);
	if (oversight->latest == NULL ||
		strcmp(oversight->latest->key, key.data) != 0)
	{
		if (group != &unknown &&
			hash_get_num_entries(oversight->counts) >= COUNTED_GROUPS &&
			hash_search(oversight->counts, &key.data, HASH_FIND, NULL) == NULL)
		{
			count_add(oversight, relid, system, &unknown, outputs, reloads);
			return;
		}
		oversight->latest = NULL;
		oversight->latest = hash_search(oversight->counts, &key.data,
										HASH_ENTER, &found);
		if (!found)
			count_begin(oversight, oversight->latest, relid, system, group);
	}
	oversight->latest->outputs += outputs;
	oversight->latest->reloads += reloads;
	pfree(key.data);
}

/* Write one count. */
static void
count_write(Relation rel, const Count *count)
{
	RowValues	row = row_values(RelationGetDescr(rel));

	row_set(&row, "count_id",
			Int64GetDatum(sequence_take(aims_relid("output_count_count_id_seq"), 1)));
	row_set(&row, "counted_at", TimestampTzGetDatum(GetCurrentTimestamp()));
	row_set(&row, "relation", ObjectIdGetDatum(count->relid));
	row_set_text(&row, "system", count->system);
	row_set_text(&row, "version", count->group.version);
	row_set_text(&row, "site", count->group.site);
	row_set_text(&row, "subgroup", count->group.subgroup);
	row_set(&row, "outputs", Int64GetDatum(count->outputs));
	row_set(&row, "reloads", Int64GetDatum(count->reloads));
	CatalogTupleInsert(rel, row_form(&row));
}

/*
 * The value of a column that output is counted by. One that is missing,
 * dropped since, is unknown: it must not stop output.
 */
static const char *
overseen_value(ImageWriter *writer, TupleDesc desc, const char *name)
{
	ImageColumn *column = NULL;
	Datum		value;
	char	   *s;
	int			length;

	for (int i = 0; name != NULL && i < writer->ncolumns; i++)
		if (strcmp(writer->columns[i].name, name) == 0)
			column = &writer->columns[i];
	if (column == NULL || writer->nulls[column->attnum - 1])
		return NULL;
	value = writer->values[column->attnum - 1];
	s = column->kind == IMAGE_TEXT ? TextDatumGetCString(value) :
		image_output(column, value);
	length = strlen(s);
	if (getBaseType(TupleDescAttr(desc, column->attnum - 1)->atttypid) ==
		BPCHAROID)
		length = bpchartruelen(s, length);
	s[pg_mbcliplen(s, length, GROUP_VALUE_LENGTH)] = '\0';
	return s;
}

/*
 * Without a key nobody can say what is to be reviewed. A logical replication
 * worker refuses nothing.
 */
static void
overseen_without_key(Relation rel)
{
	if (IsLogicalWorker())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_MS_CANNOT_GOVERN),
			 errmsg("%s has no primary key by which its output could be reviewed",
					relation_name(RelationGetRelid(rel))),
			 errdetail("The table is governed with review => 'required'."),
			 errhint("Give it a primary key, or call aims.ungovern and then aims.govern without review."),
			 errtable(rel)));
}

OutputGroup
oversight_group(const RegistryEntry *entry, ImageWriter *writer,
				TupleDesc desc, HeapTuple tuple)
{
	OutputGroup group;

	heap_deform_tuple(tuple, desc, writer->values, writer->nulls);
	group.version = overseen_value(writer, desc, entry->version_column);
	group.site = overseen_value(writer, desc, entry->site_column);
	group.subgroup = overseen_value(writer, desc, entry->subgroup_column);
	return group;
}

/* Look at a row. */
static Overseen
overseen_row(const RegistryEntry *entry, Relation rel, ImageWriter *writer,
			 HeapTuple tuple, const char *system)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Overseen	row = {system};
	StringInfoData text;

	if (tuple == NULL || system == NULL)
		return row;
	if (entry->review && writer->nkey > 0)
	{
		initStringInfo(&text);
		image_write(writer, desc, tuple, NULL, &text, &row.key);
	}
	row.group = oversight_group(entry, writer, desc, tuple);
	return row;
}

/* Does the condition that marks output hold for a row? */
static bool
overseen_is_output(const RegistryEntry *entry, Relation rel,
				   CapturedRelation *captured, HeapTuple tuple)
{
	MemoryContext caller;

	if (captured->condition == NULL)
	{
		caller = MemoryContextSwitchTo(captured->context);
		captured->condition = condition_prepare(rel,
												registry_text(entry->relid, "system_when"));
		MemoryContextSwitchTo(caller);
	}
	return condition_holds(captured->condition, tuple);
}

/*
 * Whose output a row was that says so neither by itself nor by its table: what
 * was noted when it was written, where people review it; else nobody knows.
 */
static const char *
overseen_noted(Oversight *oversight, const Oversight *outer,
			   const RegistryEntry *entry, Relation rel, ImageWriter *writer,
			   HeapTuple tuple)
{
	Output		output = {0};
	Jsonb	   *key = NULL;
	StringInfoData text;

	if (!entry->review || writer->nkey == 0)
		return NULL;
	initStringInfo(&text);
	image_write(writer, RelationGetDescr(rel), tuple, NULL, &text, &key);
	if (oversight != NULL)
		closed_rows_write(&oversight->outputs);
	if (output_find(RelationGetRelid(rel), key, SnapshotSelf, &output))
		return output.system;
	for (; outer != NULL; outer = outer->outer)
		if (output_find_waiting(&outer->outputs, RelationGetRelid(rel), key,
								&output))
			return output.system;
	return NULL;
}

/* Are two nullable slugs the same? */
static bool
same_system(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

/* Is the session one of the system's own, by a bound role? */
static bool
session_is_of(const char *system)
{
	return role_is_bound(system,
						 GetUserNameFromId(GetSessionUserId(), false));
}

/* The person who changes output of a system; NULL: a service does. */
static const char *
overriding_person(const char *system)
{
	const char *person = system != NULL ? current_person() : NULL;

	return person != NULL && !session_is_of(system) ? pstrdup(person) : NULL;
}

/* Does a person hold the duty that reviews of a system's output need? */
static bool
reviewer_ask(const char *person, const char *system)
{
	const char *args[] = {person, system};
	OwnerScope	scope = owner_begin();
	bool		reviews;

	SPI_connect();
	(void) owner_execute("SELECT aims.person_has_duty($1, 'clinical_reviewer', $2, aims.today())",
						 lengthof(args), args);
	reviews = strcmp(SPI_getvalue(SPI_tuptable->vals[0],
								  SPI_tuptable->tupdesc, 1), "t") == 0;
	SPI_finish();
	owner_end(scope);
	return reviews;
}

/* The same, asked once in a transaction. */
static bool
reviews_output(const char *person, const char *system)
{
	uint64		generation = governance_generation();

	if (reviewer.transaction != MyLocalTransactionId ||
		reviewer.generation != generation ||
		strcmp(reviewer.person, person) != 0 ||
		strcmp(reviewer.system, system) != 0)
	{
		reviewer.transaction = InvalidLocalTransactionId;
		reviewer.reviews = reviewer_ask(person, system);
		strlcpy(reviewer.person, person, NAMEDATALEN);
		strlcpy(reviewer.system, system, NAMEDATALEN);
		reviewer.generation = generation;
		reviewer.transaction = MyLocalTransactionId;
	}
	return reviewer.reviews;
}

bool
oversight_is_correction(const RegistryEntry *entry, Relation rel,
						HeapTuple old, const char *system)
{
	const char *person = entry->by_session || IsolationUsesXactSnapshot() ?
		NULL : overriding_person(system);

	if (person == NULL || !reviews_output(person, system))
		return false;
	return !entry->conditional ||
		overseen_is_output(entry, rel, captured_relation(rel, entry), old);
}

/* A new output waits for review. */
static void
oversight_wait(ClosedRows *outputs, const RegistryEntry *entry, Oid physical,
			   const Overseen *row)
{
	Output		output = {0};

	output.relid = entry->relid;
	output.physical = physical;
	output.key = row->key;
	output.system = row->system;
	output.group = row->group;
	output.written_at = GetCurrentTimestamp();
	output_add(outputs, &output);
}

/* Note that an output is gone that an outer subtransaction waits to write. */
static void
oversight_note_gone(Oversight *oversight, Oid physical, Jsonb *key)
{
	MemoryContext caller = MemoryContextSwitchTo(oversight->context);
	Gone	   *gone = palloc(sizeof(Gone));

	gone->physical = physical;
	gone->key = (Jsonb *) PG_DETOAST_DATUM_COPY(JsonbPGetDatum(key));
	oversight->gone = lappend(oversight->gone, gone);
	MemoryContextSwitchTo(caller);
}

/*
 * Take an output away. Where an outer subtransaction still waits to write it,
 * it must not do so once this one has committed.
 */
static bool
oversight_remove(Oversight *oversight, Oid physical, Jsonb *key,
				 Output *output)
{
	bool		waits = false;

	for (Oversight *outer = oversight->outer; outer && !waits;
		 outer = outer->outer)
		waits = output_find_waiting(&outer->outputs, physical, key, output);
	if (waits)
		oversight_note_gone(oversight, physical, key);
	return output_remove(&oversight->outputs, physical, key, output) || waits;
}

/*
 * Where people review output: what was written waits, what is gone does not.
 * What a person has changed stays the same output, under another key perhaps.
 * Returns the number of the output before the change, where a person needs it.
 */
static int64
oversight_review(Oversight *oversight, const RegistryEntry *entry,
				 Relation rel, const Overseen *old, const Overseen *new,
				 bool written, bool by_person)
{
	Oid			physical = RelationGetRelid(rel);
	Output		output = {0};

	if (by_person)
		closed_rows_write(&oversight->outputs);
	if (old->key != NULL && new->key != NULL && !written)
	{
		if (compareJsonbContainers(&old->key->root, &new->key->root) == 0)
			(void) output_find(physical, old->key, SnapshotSelf, &output);
		else if (oversight_remove(oversight, physical, old->key, &output))
		{
			output.key = new->key;
			output_add(&oversight->outputs, &output);
		}
		return output.output_id;
	}
	if (old->key != NULL)
		(void) oversight_remove(oversight, physical, old->key, &output);
	if (written && new->key != NULL)
		oversight_wait(&oversight->outputs, entry, physical, new);
	return output.output_id;
}

/* Act on a change; a row without a system is none of AI's. */
static void
oversight_change(Oversight *oversight, const RegistryEntry *entry,
				 Relation rel, ImageWriter *writer, HeapTuple old,
				 HeapTuple new, Override *override, const char *new_system)
{
	bool		by_person = override->person != NULL;
	bool		written = new_system != NULL &&
		(!by_person || !same_system(new_system, override->system));
	Overseen	before = overseen_row(entry, rel, writer, old,
									  override->system);
	Overseen	after = overseen_row(entry, rel, writer, new, new_system);

	if (written && entry->review && writer->nkey == 0)
		overseen_without_key(rel);
	if (entry->review)
		override->output_id = oversight_review(oversight, entry, rel, &before,
											   &after, written, by_person);
	override->group = before.group;
	if (by_person && override->system != NULL)
		override_add(&oversight->overrides, override, writer,
					 RelationGetDescr(rel), old, new);
	else if (override->system != NULL && entry->overseen)
		count_add(oversight, entry->relid, override->system, &before.group,
				  0, 1);
	if (written && entry->overseen)
		count_add(oversight, entry->relid, new_system, &after.group, 1, 0);
}

void
oversight_row(Oversight **place, Oversight *outer, const RegistryEntry *entry,
			  Relation rel, HeapTuple old, HeapTuple new,
			  const char *old_system, const char *new_system)
{
	Override	override = {entry->relid, old_system};
	CapturedRelation *captured = NULL;

	if (old != NULL && entry->by_session)
	{
		captured = captured_relation(rel, entry);
		override.system = overseen_noted(*place, outer, entry, rel,
										 captured->writer, old);
	}
	if (old != NULL)
		override.person = overriding_person(override.system);
	if ((!entry->overseen && override.person == NULL) ||
		(old != NULL && new != NULL &&
		 override_is_none(RelationGetDescr(rel), old, new)))
		return;
	if (captured == NULL)
		captured = captured_relation(rel, entry);
	/* the trigger fires for an update where the condition holds of either */
	if (old != NULL && new != NULL && entry->conditional)
	{
		if (!overseen_is_output(entry, rel, captured, old))
			override.system = NULL;
		if (!overseen_is_output(entry, rel, captured, new))
			new_system = NULL;
	}
	/* a person's session says of no row that it is output */
	else if (new != NULL && override.person != NULL && entry->by_session &&
			 new_system == NULL)
		new_system = override.system;
	oversight_change(oversight_open(place, outer), entry, rel,
					 captured->writer, old, new, &override, new_system);
}

void
oversight_flush(Oversight *oversight)
{
	if (oversight == NULL)
		return;
	closed_rows_write(&oversight->outputs);
	closed_rows_write(&oversight->overrides);
}

bool
oversight_waits(const Oversight *oversight)
{
	return oversight != NULL && oversight->outputs.tuples != NIL;
}

void
oversight_pre_commit(Oversight *oversight)
{
	Oid			relid = aims_relid_or_none("output_count");
	HASH_SEQ_STATUS all;
	Relation	rel;
	Count	   *count;

	if (oversight == NULL || !OidIsValid(relid))
		return;
	oversight_flush(oversight);
	rel = table_open(relid, RowExclusiveLock);
	hash_seq_init(&all, oversight->counts);
	while ((count = hash_seq_search(&all)) != NULL)
		count_write(rel, count);
	table_close(rel, NoLock);
}

void
oversight_free(Oversight *oversight)
{
	if (oversight != NULL)
		MemoryContextDelete(oversight->context);
}

void
oversight_merge(Oversight **into, Oversight *from)
{
	HASH_SEQ_STATUS all;
	Count	   *count;
	ListCell   *lc;

	if (*into == NULL || from == NULL)
	{
		*into = *into != NULL ? *into : from;
		return;
	}
	foreach(lc, from->gone)
	{
		Gone	   *gone = lfirst(lc);

		output_drop(&(*into)->outputs, gone->physical, gone->key);
		oversight_note_gone(*into, gone->physical, gone->key);
	}
	closed_rows_merge(&(*into)->outputs, &from->outputs);
	closed_rows_merge(&(*into)->overrides, &from->overrides);
	hash_seq_init(&all, from->counts);
	while ((count = hash_seq_search(&all)) != NULL)
		count_add(*into, count->relid, count->system, &count->group,
				  count->outputs, count->reloads);
	oversight_free(from);
}

/* A row that is there already waits for review, if it is output. */
static void
oversight_enrol(const RegistryEntry *entry, Relation rel, ImageWriter *writer,
				HeapTuple tuple, ClosedRows *outputs)
{
	Overseen	row = overseen_row(entry, rel, writer, tuple,
								   guard_system(entry, rel, tuple));

	if (row.key != NULL)
		oversight_wait(outputs, entry, RelationGetRelid(rel), &row);
}

/*
 * The same, of all rows that are marked as output. A query would leave out
 * those that row security hides from whoever calls.
 */
static void
oversight_enrol_all(const RegistryEntry *entry, Relation rel,
					Snapshot snapshot)
{
	char	   *when = registry_text(entry->relid, "system_when");
	ConditionState *condition = when ? condition_prepare(rel, when) : NULL;
	ImageWriter *writer = image_writer(rel, 0, RelationGetRelationName(rel));
	ClosedRows	outputs = {
		CurrentMemoryContext, "output", "output_output_id_seq", NIL
	};
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext row = AllocSetContextCreate(caller, "aims enrolment",
											  ALLOCSET_DEFAULT_SIZES);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, NULL);

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row);
		if (condition == NULL || condition_holds(condition, tuple))
			oversight_enrol(entry, rel, writer, tuple, &outputs);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	closed_rows_write(&outputs);
	MemoryContextDelete(row);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * What a relation holds is read as whoever governs or attaches it: its output
 * functions, for one, are those of its owner.
 */
void
oversight_begin(int32 registry_id, Oid physical)
{
	Relation	rel;
	RegistryEntry *entry;
	Snapshot	snapshot;
	int			level;

	if (get_rel_relkind(physical) != RELKIND_RELATION)
		return;
	level = path_begin();
	rel = table_open(physical, AccessShareLock);
	entry = registry_entry(registry_id, rel);
	if (entry->review)
	{
		CommandCounterIncrement();
		snapshot = RegisterSnapshot(GetLatestSnapshot());
		oversight_enrol_all(entry, rel, snapshot);
		UnregisterSnapshot(snapshot);
	}
	table_close(rel, NoLock);
	path_end(level);
}

void
oversight_end(Oid physical)
{
	output_forget(physical);
}
