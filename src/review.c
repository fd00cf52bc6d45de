/*
 * review.c
 *		A person's decision on one row of AI output.
 *
 * The row is looked for with the rights of the caller, so that nobody decides
 * on what he may not read. Row and output are read under one snapshot: what
 * the system writes meanwhile is another output, which waits again. Nothing
 * of the warehouse is locked or changed.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard.h"
#include "hierarchy.h"
#include "output.h"
#include "oversight.h"
#include "owner.h"
#include "registry.h"
#include "shape.h"

/* The arguments of aims.review, and what they are found to mean. */
typedef struct Review
{
	Oid			relid;
	Jsonb	   *key;
	char	   *decision;
	char	   *rationale;		/* or NULL */
	Jsonb	   *corrected;		/* or NULL */
	Output		output;			/* output_id is 0 where none waits */
} Review;

/* Refuse a decision that is none, or has no reason. */
static void
check_decision(const Review *review)
{
	if (strcmp(review->decision, "accepted") != 0 &&
		strcmp(review->decision, "overridden") != 0 &&
		strcmp(review->decision, "rejected") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("decision must be accepted, overridden or rejected"),
				 errdetail("Accepted and overridden output is released, rejected output never is."),
				 errhint("For example: SELECT aims.review(relation, key, 'overridden', rationale, corrected).")));
	if (review->corrected != NULL && strcmp(review->decision, "overridden") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only output that is overridden is corrected"),
				 errdetail("The decision is \"%s\".", review->decision),
				 errhint("Leave out corrected, or decide 'overridden'.")));
}

/* The arguments. */
static Review
review_arguments(FunctionCallInfo fcinfo)
{
	Review		review = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation, key and decision must not be null"),
				 errhint("SELECT relation, key FROM aims.pending_review lists what waits.")));
	review.relid = PG_GETARG_OID(0);
	review.key = PG_GETARG_JSONB_P(1);
	review.decision = text_to_cstring(PG_GETARG_TEXT_PP(2));
	if (!PG_ARGISNULL(4))
		review.corrected = PG_GETARG_JSONB_P(4);
	check_decision(&review);
	review.rationale = strcmp(review.decision, "accepted") == 0 ?
		owner_argument(fcinfo, 3) : owner_reason(fcinfo, 3, "review");
	return review;
}

/* Is the object's member there, and not null? */
static bool
has_member(Jsonb *object, const char *name)
{
	JsonbValue	value;

	return getKeyJsonValueFromContainer(&object->root, name, strlen(name),
										&value) != NULL &&
		value.type != jbvNull;
}

/* The key must be that of the table: each column once. */
static void
check_key(const Review *review, const ImageWriter *writer)
{
	bool		fits = writer->nkey > 0 && JB_ROOT_IS_OBJECT(review->key) &&
		JB_ROOT_COUNT(review->key) == writer->nkey;
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < writer->nkey; i++)
	{
		fits = fits && has_member(review->key, writer->key[i]->name);
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "",
						 writer->key[i]->name);
	}
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("key does not fit %s", relation_name(review->relid)),
				 writer->nkey > 0 ?
				 errdetail("A key is an object with the columns of the table's primary key, each once and not null: %s.",
						   names.data) :
				 errdetail("The table has no primary key."),
				 errhint("Give it as aims.pending_review does, for example '{\"id\": 17}'.")));
}

/* What is corrected are columns of the table. */
static void
check_corrected(const Review *review)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	name;

	if (review->corrected == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(review->corrected))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("corrected must be an object of columns and values"),
				 errhint("For example: '{\"flag\": false}'.")));
	it = JsonbIteratorInit(&review->corrected->root);
	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		char	   *column;

		if (token != WJB_KEY)
			continue;
		column = pnstrdup(name.val.string.val, name.val.string.len);
		if (get_attnum(review->relid, column) <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has no column \"%s\" to be corrected",
							relation_name(review->relid), column),
					 errhint("Name columns of the table; capitals count.")));
	}
}

/* What this transaction has written itself must be there to be found. */
static void
review_flush(void)
{
	guard_flush();
	if (guard_is_pending())
		ereport(ERROR,
				(errcode(ERRCODE_MS_CANNOT_ACT_HERE),
				 errmsg("output cannot be reviewed inside this savepoint"),
				 errdetail("Output that was written before it does not wait for review yet."),
				 errhint("Release the savepoint first, or review in another transaction.")));
	CommandCounterIncrement();
}

/* There is no such row, or the caller may not read it: he is not told. */
static void
refuse_unknown_row(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_OUTPUT_UNKNOWN),
			 errmsg("%s has no such row", relation_name(relid)),
			 errdetail("No row has this key, or you may not read it."),
			 errhint("SELECT key FROM aims.pending_review lists what waits; who reviews output has to be able to SELECT it: ask the owner of the table.")));
}

/* The row is there, and is no output. */
static void
refuse_not_output(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_NOT_OUTPUT),
			 errmsg("the row of %s is not AI output", relation_name(relid)),
			 errdetail("What marks output of AI systems in this table does not mark this row, or names no known system."),
			 errhint("SELECT * FROM aims.governed WHERE relation = %s::regclass shows what marks it.",
					 quote_literal_cstr(relation_name(relid)))));
}

/* MS033 where the relation is not governed. */
static void
review_require_governed(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};
	OwnerScope	scope = owner_begin();

	owner_execute("SELECT aims.require_governed($1::oid)", 1, args);
	owner_end(scope);
}

/* What finds a row by the key that is the query's parameter. */
static char *
review_key_condition(Oid relid)
{
	const char *args[] = {psprintf("%u", relid)};
	OwnerScope	scope = owner_begin();
	char	   *condition;

	owner_execute("SELECT aims.key_condition($1::oid, '$1')", 1, args);
	condition = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	owner_end(scope);
	return condition;
}

/*
 * Find the row, as the caller and under the active snapshot. Columns of the
 * result: which member holds it, the whole row, is it marked as output.
 */
static HeapTuple
review_row(const Review *review)
{
	Oid			type = JSONBOID;
	Datum		key = JsonbPGetDatum(review->key);
	char	   *when = registry_text(review->relid, "system_when");
	char	   *name = relation_name(review->relid);
	char	   *query = psprintf("SELECT t.tableoid, t.*::%s, (%s) IS TRUE FROM %s AS t WHERE %s",
								 name, when ? when : "true", name,
								 review_key_condition(review->relid));

	if (SPI_execute_with_args(query, 1, &type, &key, NULL, true, 1) !=
		SPI_OK_SELECT)
		elog(ERROR, "could not look for the row: %s", query);
	if (SPI_processed == 0)
		refuse_unknown_row(review->relid);
	return SPI_tuptable->vals[0];
}

/* A column of the row that was found. */
static Datum
found_column(HeapTuple found, int column)
{
	bool		isnull;

	return SPI_getbinval(found, SPI_tuptable->tupdesc, column, &isnull);
}

/* A composite value as a tuple. */
static HeapTupleData
composite_tuple(Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	HeapTupleData tuple = {0};

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_data = header;
	return tuple;
}

/* Find the row, its system, and the output that waits, if any. */
static void
review_find(Review *review, Relation rel, const RegistryEntry *entry,
			ImageWriter *writer)
{
	HeapTuple	found;
	HeapTupleData row;
	StringInfoData text;

	if (pg_class_aclcheck(review->relid, GetUserId(), ACL_SELECT) !=
		ACLCHECK_OK)
		refuse_unknown_row(review->relid);
	PushActiveSnapshot(GetTransactionSnapshot());
	found = review_row(review);
	row = composite_tuple(found_column(found, 2));
	initStringInfo(&text);
	image_write(writer, RelationGetDescr(rel), &row, NULL, &text,
				&review->key);
	if (!output_find(DatumGetObjectId(found_column(found, 1)), review->key,
					 GetActiveSnapshot(), &review->output))
	{
		if (DatumGetBool(found_column(found, 3)))
			review->output.system = guard_system(entry, rel, &row);
		if (review->output.system == NULL)
			refuse_not_output(review->relid);
		review->output.group = oversight_group(entry, writer,
											   RelationGetDescr(rel), &row);
	}
	PopActiveSnapshot();
}

/* Record the decision, as the owner of the extension. */
static void
review_record(const Review *review)
{
	const char *args[] = {
		psprintf("%u", review->relid),
		JsonbToCString(NULL, &review->key->root, VARSIZE(review->key)),
		review->output.output_id != 0 ?
			psprintf(INT64_FORMAT, review->output.output_id) : NULL,
		review->output.system, review->output.group.version,
		review->output.group.site, review->output.group.subgroup,
		review->decision, review->rationale,
		review->corrected ? JsonbToCString(NULL, &review->corrected->root,
										   VARSIZE(review->corrected)) : NULL
	};

	owner_execute("INSERT INTO aims.output_review (relation, key, output_id, system, version, site, subgroup,"
				  " decision, rationale, corrected, person)"
				  " VALUES ($1::oid, $2::jsonb, $3::bigint, $4, $5, $6, $7, $8, $9, $10::jsonb,"
				  " aims.require_duty(ARRAY['clinical_reviewer'], $4))",
				  lengthof(args), args);
}

PG_FUNCTION_INFO_V1(aims_review);
/* A person decides on one row of AI output. */
Datum
aims_review(PG_FUNCTION_ARGS)
{
	Review		review = review_arguments(fcinfo);
	int			level = path_begin();
	Relation	rel;
	const RegistryEntry *entry;
	ImageWriter *writer;
	OwnerScope	scope;

	review_flush();
	SPI_connect();
	review_require_governed(review.relid);
	rel = relation_open(review.relid, AccessShareLock);
	entry = registry_entry(registry_number(review.relid), rel);
	writer = image_writer(rel, 0, RelationGetRelationName(rel));
	check_key(&review, writer);
	check_corrected(&review);
	review_find(&review, rel, entry, writer);
	scope = owner_begin();
	review_record(&review);
	owner_end(scope);
	relation_close(rel, NoLock);
	SPI_finish();
	path_end(level);
	PG_RETURN_VOID();
}
