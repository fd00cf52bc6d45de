/*
 * sample.c
 *		Collecting two samples of numbers, in memory or on disk, in one process
 *		or in several.
 */
#include "postgres.h"

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sample.h"
#include "stat_bin.h"
#include "stat_sort.h"

#define FEWEST_KEYS 16			/* room that a sample begins with */

/* What a process sends of its state, before the keys. */
typedef struct SampleHeader
{
	int32		bins;
	int32		method;
	uint64		n[2];
	uint64		skipped;
} SampleHeader;

static SampleState *
sample_create(MemoryContext context, bool may_spill)
{
	SampleState *state = MemoryContextAllocZero(context, sizeof(SampleState));

	state->context = context;
	state->may_spill = may_spill;
	return state;
}

/*
 * The state of an aggregate's first argument, made at the first row.
 */
static SampleState *
sample_of_transition(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	int			kind;

	if (!PG_ARGISNULL(0))
		return (SampleState *) PG_GETARG_POINTER(0);
	kind = AggCheckCallContext(fcinfo, &context);
	if (kind == 0)
		elog(ERROR, "transition function called outside an aggregate");
	return sample_create(context, kind == AGG_CONTEXT_AGGREGATE);
}

/* The aggregate is over, or begins again: close the files. */
static void
sample_shutdown(Datum arg)
{
	SampleState *state = (SampleState *) DatumGetPointer(arg);

	for (int s = 0; s < 2; s++)
		if (state->sort[s] != NULL)
		{
			tuplesort_end(state->sort[s]);
			state->sort[s] = NULL;
		}
}

static void
sample_put(Tuplesortstate *sort, const uint64 *keys, uint64 n)
{
	for (uint64 i = 0; i < n; i++)
		tuplesort_putdatum(sort, Float8GetDatum(stat_number(keys[i])), false);
}

/*
 * Move the rows from memory into sorts that may use the disk.
 */
static void
sample_spill(FunctionCallInfo fcinfo, SampleState *state)
{
	MemoryContext caller = MemoryContextSwitchTo(state->context);

	AggRegisterCallback(fcinfo, sample_shutdown, PointerGetDatum(state));
	for (int s = 0; s < 2; s++)
		state->sort[s] = tuplesort_begin_datum(FLOAT8OID, Float8LessOperator,
											   InvalidOid, false,
											   Max(work_mem / 2, 64), NULL,
											   TUPLESORT_RANDOMACCESS);
	for (int s = 0; s < 2; s++)
	{
		sample_put(state->sort[s], state->keys[s], state->n[s]);
		if (state->keys[s] != NULL)
			pfree(state->keys[s]);
		state->keys[s] = NULL;
		state->capacity[s] = 0;
	}
	MemoryContextSwitchTo(caller);
}

/*
 * Make room for more keys of a sample, or spill.
 */
static void
sample_grow(FunctionCallInfo fcinfo, SampleState *state, int sample,
			uint64 more)
{
	uint64		rows = state->n[0] + state->n[1] + more;
	size_t		capacity = Max(state->capacity[sample] * 2, FEWEST_KEYS);

	if (rows > STAT_MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one group of a rank statistic"),
				 errdetail("The limit is %u rows.", STAT_MAX_ROWS)));
	if (state->sort[0] != NULL)
		return;
	if (state->may_spill && rows * 2 * sizeof(uint64) > work_mem * 1024L)
	{
		sample_spill(fcinfo, state);
		return;
	}
	capacity = Max(capacity, state->n[sample] + more);
	if (state->keys[sample] == NULL)
		state->keys[sample] =
			MemoryContextAllocHuge(state->context, capacity * sizeof(uint64));
	else
		state->keys[sample] = repalloc_huge(state->keys[sample],
											capacity * sizeof(uint64));
	state->capacity[sample] = capacity;
}

/*
 * Add rows of a sample.
 */
static inline void
sample_add(FunctionCallInfo fcinfo, SampleState *state, int sample,
		   const uint64 *keys, uint64 n)
{
	if (state->n[sample] + n > state->capacity[sample])
		sample_grow(fcinfo, state, sample, n);
	if (state->sort[sample] == NULL)
		memcpy(state->keys[sample] + state->n[sample], keys,
			   n * sizeof(uint64));
	else
		sample_put(state->sort[sample], keys, n);
	state->n[sample] += n;
	state->sorted = false;
}

static BinMethod
sample_method(text *name)
{
	char	   *method = text_to_cstring(name);

	if (strcmp(method, "quantile") == 0)
		return BINS_QUANTILE;
	if (strcmp(method, "equal_width") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown kind of bins \"%s\"", method),
				 errhint("Use \"equal_width\" or \"quantile\".")));
	return BINS_EQUAL_WIDTH;
}

/*
 * Check the arguments that are the same in each row of a group.
 */
static void
sample_settings(FunctionCallInfo fcinfo, SampleState *state)
{
	BinMethod	method = BINS_EQUAL_WIDTH;
	int			bins;

	if (PG_ARGISNULL(3) || (PG_NARGS() > 4 && PG_ARGISNULL(4)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("bins must not be null")));
	bins = PG_GETARG_INT32(3);
	if (PG_NARGS() > 4)
		method = sample_method(PG_GETARG_TEXT_PP(4));
	if (bins < 1 || bins > STAT_MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d bins are not possible", bins),
				 errhint("Use from 1 to %d bins.", STAT_MAX_BINS)));
	if (state->bins != 0 && (state->bins != bins || state->method != method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be the same in every row of a group")));
	state->bins = bins;
	state->method = method;
}

/*
 * A row: value, which sample; bins and their kind, where they are arguments.
 */
PG_FUNCTION_INFO_V1(aims_sample_accum);
Datum
aims_sample_accum(PG_FUNCTION_ARGS)
{
	SampleState *state = sample_of_transition(fcinfo);

	if (PG_NARGS() > 3)
		sample_settings(fcinfo, state);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		state->skipped++;
	else
	{
		float8		value = PG_GETARG_FLOAT8(1);
		uint64		key;

		if (isnan(value) || isinf(value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a metric cannot be computed of the value %s",
							isnan(value) ? "NaN" :
							value > 0 ? "Infinity" : "-Infinity"),
					 errhint("Leave such rows out by FILTER or WHERE, and say so beside the result.")));
		key = stat_key(value);
		sample_add(fcinfo, state, PG_GETARG_BOOL(2) ? 1 : 0, &key, 1);
	}
	PG_RETURN_POINTER(state);
}

/*
 * Add the rows of another state, which is in memory.
 */
PG_FUNCTION_INFO_V1(aims_sample_combine);
Datum
aims_sample_combine(PG_FUNCTION_ARGS)
{
	SampleState *state;
	SampleState *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	state = sample_of_transition(fcinfo);
	other = (SampleState *) PG_GETARG_POINTER(1);
	if (state->bins != 0 && other->bins != 0 &&
		(state->bins != other->bins || state->method != other->method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be the same in every row of a group")));
	if (other->bins != 0)
	{
		state->bins = other->bins;
		state->method = other->method;
	}
	state->skipped += other->skipped;
	for (int s = 0; s < 2; s++)
		if (other->n[s] > 0)
			sample_add(fcinfo, state, s, other->keys[s], other->n[s]);
	PG_RETURN_POINTER(state);
}

/* Reads two tuplesorts. */
typedef struct SortReader
{
	TieReader	reader;
	Tuplesortstate *sort[2];
	bool		more[2];
	double		head[2];
} SortReader;

static void
sort_advance(SortReader *sort, int sample)
{
	Datum		value;
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	sort->more[sample] = tuplesort_getdatum_compat(sort->sort[sample], &value,
												   &isnull);
	if (sort->more[sample])
		sort->head[sample] = DatumGetFloat8(value);
}

static bool
sort_next(TieReader *reader, Tie *tie)
{
	SortReader *sort = (SortReader *) reader;
	int			smaller;

	if (!sort->more[0] && !sort->more[1])
		return false;
	smaller = !sort->more[0] ? 1 : !sort->more[1] ? 0 :
		sort->head[0] <= sort->head[1] ? 0 : 1;
	tie->value = sort->head[smaller];
	for (int s = 0; s < 2; s++)
		for (tie->n[s] = 0; sort->more[s] && sort->head[s] == tie->value;
			 tie->n[s]++)
			sort_advance(sort, s);
	return true;
}

static void
sort_rewind(TieReader *reader)
{
	SortReader *sort = (SortReader *) reader;

	for (int s = 0; s < 2; s++)
	{
		tuplesort_rescan(sort->sort[s]);
		sort_advance(sort, s);
	}
}

static TieReader *
sort_reader(SampleState *state)
{
	SortReader *reader = palloc0(sizeof(SortReader));

	reader->reader = (TieReader){{state->n[0], state->n[1]},
								 sort_next,
								 sort_rewind};
	for (int s = 0; s < 2; s++)
		reader->sort[s] = state->sort[s];
	return &reader->reader;
}

/* Reads two arrays, interruptibly. */
typedef struct MemoryReader
{
	ArrayReader array;
	bool (*next)(TieReader *reader, Tie *tie);
} MemoryReader;

static void
sample_pause(void)
{
	CHECK_FOR_INTERRUPTS();
}

static bool
memory_next(TieReader *reader, Tie *tie)
{
	CHECK_FOR_INTERRUPTS();
	return ((MemoryReader *) reader)->next(reader, tie);
}

static TieReader *
memory_reader(SampleState *state)
{
	MemoryReader *reader = palloc(sizeof(MemoryReader));
	TieReader  *rows = &reader->array.reader;

	array_reader(&reader->array, state->keys[0], state->n[0], state->keys[1],
				 state->n[1]);
	reader->next = rows->next;
	rows->next = memory_next;
	return rows;
}

/*
 * Sort what is not sorted yet. Rows may follow in memory, but not in sorts.
 */
static void
sample_sort(SampleState *state)
{
	for (int s = 0; s < 2 && !state->sorted; s++)
		if (state->sort[s] != NULL)
			tuplesort_performsort(state->sort[s]);
		else if (state->n[s] > 0)
			stat_sort(state->keys[s], state->n[s], sample_pause);
	state->sorted = true;
}

TieReader *
sample_open(SampleState *state)
{
	sample_sort(state);
	if (state->sort[0] != NULL)
		return sort_reader(state);
	return memory_reader(state);
}

SampleState *
sample_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return sample_create(CurrentMemoryContext, false);
	return (SampleState *) PG_GETARG_POINTER(0);
}

/* Write all keys of a sample, from memory or from its sort. */
static char *
sample_put_keys(SampleState *state, int sample, char *out)
{
	size_t		size = state->n[sample] * sizeof(uint64);
	Datum		value;
	bool		isnull;

	if (state->sort[0] == NULL)
	{
		if (size > 0)
			memcpy(out, state->keys[sample], size);
		return out + size;
	}
	tuplesort_rescan(state->sort[sample]);
	while (tuplesort_getdatum_compat(state->sort[sample], &value, &isnull))
	{
		uint64		key = stat_key(DatumGetFloat8(value));

		CHECK_FOR_INTERRUPTS();
		memcpy(out, &key, sizeof(key));
		out += sizeof(key);
	}
	return out;
}

/*
 * What a parallel worker sends to its leader: a value of at most 1 GB.
 */
PG_FUNCTION_INFO_V1(aims_sample_serial);
Datum
aims_sample_serial(PG_FUNCTION_ARGS)
{
	SampleState *state = (SampleState *) PG_GETARG_POINTER(0);
	SampleHeader header = {.bins = state->bins, .method = state->method};
	Size		size = VARHDRSZ + sizeof(header) +
		(state->n[0] + state->n[1]) * sizeof(uint64);
	bytea	   *result;
	char	   *out;

	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a parallel worker has too many rows of one group to send them"),
				 errdetail("The limit is %d rows.",
						   (int) (MaxAllocSize / sizeof(uint64))),
				 errhint("SET max_parallel_workers_per_gather = 0: the rows are then sorted on disk.")));
	header.n[0] = state->n[0];
	header.n[1] = state->n[1];
	header.skipped = state->skipped;
	/* Aggregates that share a state are sent one by one. */
	if (state->sort[0] != NULL)
		sample_sort(state);
	result = palloc(size);
	SET_VARSIZE(result, size);
	memcpy(VARDATA(result), &header, sizeof(header));
	out = VARDATA(result) + sizeof(header);
	for (int s = 0; s < 2; s++)
		out = sample_put_keys(state, s, out);
	PG_RETURN_BYTEA_P(result);
}

PG_FUNCTION_INFO_V1(aims_sample_deserial);
Datum
aims_sample_deserial(PG_FUNCTION_ARGS)
{
	bytea	   *sent = PG_GETARG_BYTEA_PP(0);
	const char *in = VARDATA_ANY(sent);
	SampleState *state = sample_create(CurrentMemoryContext, false);
	SampleHeader header;

	memcpy(&header, in, sizeof(header));
	in += sizeof(header);
	state->bins = header.bins;
	state->method = header.method;
	state->skipped = header.skipped;
	for (int s = 0; s < 2; s++)
	{
		size_t		size = header.n[s] * sizeof(uint64);

		state->n[s] = state->capacity[s] = header.n[s];
		if (size > 0)
			state->keys[s] = memcpy(palloc(size), in, size);
		in += size;
	}
	PG_RETURN_POINTER(state);
}
