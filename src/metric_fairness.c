/*
 * metric_fairness.c
 *		Predictions against outcomes in each group of people, in one pass.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "metric_row.h"
#include "stat_rate.h"

/* Rows without a group are a group of this name. */
#define UNKNOWN "unknown"

typedef struct GroupName
{
	const char *bytes;
	uint32		length;
} GroupName;

typedef struct Group
{
	GroupName	name;
	uint32		hash;
	char		status;			/* of the hash table */
	int64		n[2][2];		/* by prediction and label */
	int64		skipped;		/* prediction or label is NULL */
} Group;

static inline bool
group_same(GroupName a, GroupName b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

#define SH_PREFIX groups
#define SH_ELEMENT_TYPE Group
#define SH_KEY_TYPE GroupName
#define SH_KEY name
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key).bytes, (key).length)
#define SH_EQUAL(table, a, b) group_same(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * The state of an aggregate's first argument, made at the first row.
 */
static groups_hash *
fairness_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!PG_ARGISNULL(0))
		return (groups_hash *) PG_GETARG_POINTER(0);
	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "transition function called outside an aggregate");
	return groups_create(context, 8, NULL);
}

/*
 * Find a group, or begin it.
 */
static Group *
fairness_group(groups_hash *groups, const char *bytes, uint32 length)
{
	GroupName	name = {bytes, length};
	bool		found;
	Group	   *group = groups_insert(groups, name, &found);

	if (!found)
	{
		char	   *copy = MemoryContextAlloc(groups->ctx, length + 1);

		memcpy(copy, bytes, length);
		group->name.bytes = copy;
		memset(group->n, 0, sizeof(group->n));
		group->skipped = 0;
	}
	return group;
}

/*
 * A row: prediction, label, group.
 */
PG_FUNCTION_INFO_V1(aims_fairness_accum);
Datum
aims_fairness_accum(PG_FUNCTION_ARGS)
{
	groups_hash *groups = fairness_state(fcinfo);
	Group	   *group;

	if (PG_ARGISNULL(3))
		group = fairness_group(groups, UNKNOWN, strlen(UNKNOWN));
	else
	{
		text	   *name = PG_GETARG_TEXT_PP(3);

		group = fairness_group(groups, VARDATA_ANY(name),
							   VARSIZE_ANY_EXHDR(name));
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		group->skipped++;
	else
		group->n[PG_GETARG_BOOL(1) ? 1 : 0][PG_GETARG_BOOL(2) ? 1 : 0]++;
	PG_RETURN_POINTER(groups);
}

PG_FUNCTION_INFO_V1(aims_fairness_combine);
Datum
aims_fairness_combine(PG_FUNCTION_ARGS)
{
	groups_hash *groups;
	groups_iterator iterator;
	Group	   *more;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	groups = fairness_state(fcinfo);
	groups_start_iterate((groups_hash *) PG_GETARG_POINTER(1), &iterator);
	while ((more = groups_iterate((groups_hash *) PG_GETARG_POINTER(1),
								  &iterator)) != NULL)
	{
		Group	   *group = fairness_group(groups, more->name.bytes,
										   more->name.length);

		for (int i = 0; i < 4; i++)
			group->n[i / 2][i % 2] += more->n[i / 2][i % 2];
		group->skipped += more->skipped;
	}
	PG_RETURN_POINTER(groups);
}

PG_FUNCTION_INFO_V1(aims_fairness_serial);
Datum
aims_fairness_serial(PG_FUNCTION_ARGS)
{
	groups_hash *groups = (groups_hash *) PG_GETARG_POINTER(0);
	groups_iterator iterator;
	StringInfoData out;
	Group	   *group;

	pq_begintypsend(&out);
	pq_sendint32(&out, groups->members);
	groups_start_iterate(groups, &iterator);
	while ((group = groups_iterate(groups, &iterator)) != NULL)
	{
		pq_sendint32(&out, group->name.length);
		pq_sendbytes(&out, group->name.bytes, group->name.length);
		for (int i = 0; i < 4; i++)
			pq_sendint64(&out, group->n[i / 2][i % 2]);
		pq_sendint64(&out, group->skipped);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(aims_fairness_deserial);
Datum
aims_fairness_deserial(PG_FUNCTION_ARGS)
{
	bytea	   *sent = PG_GETARG_BYTEA_PP(0);
	StringInfoData in = {VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent)};
	groups_hash *groups = groups_create(CurrentMemoryContext, 8, NULL);
	int			n = pq_getmsgint(&in, 4);

	for (int i = 0; i < n; i++)
	{
		uint32		length = pq_getmsgint(&in, 4);
		Group	   *group = fairness_group(groups, pq_getmsgbytes(&in, length),
										   length);

		for (int j = 0; j < 4; j++)
			group->n[j / 2][j % 2] = pq_getmsgint64(&in);
		group->skipped = pq_getmsgint64(&in);
	}
	PG_RETURN_POINTER(groups);
}

/* By bytes, so that no collation changes the order. */
static int
compare_groups(const void *a, const void *b)
{
	const Group *left = *(Group *const *) a;
	const Group *right = *(Group *const *) b;
	uint32		shorter = Min(left->name.length, right->name.length);
	int			order = memcmp(left->name.bytes, right->name.bytes, shorter);

	if (order != 0)
		return order;
	return left->name.length < right->name.length ? -1 :
		left->name.length > right->name.length ? 1 : 0;
}

static Datum
fairness_row(MetricRow *row, const Group *group)
{
	int64		tp = group->n[1][1];
	int64		fp = group->n[1][0];
	int64		tn = group->n[0][0];
	int64		fn = group->n[0][1];
	int64		n = tp + fp + tn + fn;
	text	   *name = cstring_to_text_with_len(group->name.bytes,
												group->name.length);

	row->n = 0;
	metric_put(row, PointerGetDatum(name));
	metric_put_count(row, n);
	metric_put_count(row, tp);
	metric_put_count(row, fp);
	metric_put_count(row, tn);
	metric_put_count(row, fn);
	metric_put_count(row, group->skipped);
	metric_put_rate(row, stat_rate(tp + fp, n));
	metric_put_rate(row, stat_rate(tp, tp + fn));
	metric_put_rate(row, stat_rate(fp, fp + tn));
	metric_put_rate(row, stat_rate(fn, tp + fn));
	metric_put_rate(row, stat_rate(tp, tp + fp));
	metric_put_rate(row, stat_rate(fp, tp + fp));
	metric_put_rate(row, stat_rate(tp + fn, n));
	return metric_row_end(row);
}

PG_FUNCTION_INFO_V1(aims_fairness_final);
Datum
aims_fairness_final(PG_FUNCTION_ARGS)
{
	groups_hash *groups;
	groups_iterator iterator;
	Oid			type = get_func_rettype(fcinfo->flinfo->fn_oid);
	Group	  **sorted;
	Datum	   *rows;
	MetricRow	row;
	int			n = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	groups = (groups_hash *) PG_GETARG_POINTER(0);
	sorted = palloc(sizeof(Group *) * groups->members);
	rows = palloc(sizeof(Datum) * groups->members);
	groups_start_iterate(groups, &iterator);
	while ((sorted[n] = groups_iterate(groups, &iterator)) != NULL)
		if (++n == (int) groups->members)
			break;
	qsort(sorted, n, sizeof(Group *), compare_groups);
	type = get_element_type(type);
	metric_row_of_type(&row, type);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows[i] = fairness_row(&row, sorted[i]);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(rows, n, type, -1, false,
										  TYPALIGN_DOUBLE));
}
