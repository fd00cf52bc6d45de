/*
 * system_column.c
 *		Reading the column that names the AI system of each row.
 *
 * A partition has its own column numbers, so the cache goes by physical
 * relation. An entry is compared with the relation on each use instead of
 * being invalidated: that is cheaper than to find out what has changed.
 */
#include "aims.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "shape.h"
#include "system_column.h"

typedef struct SystemColumn
{
	Oid			relid;			/* hash key, first */
	AttrNumber	attnum;
	Oid			type;
	bool		is_text;		/* text or varchar, or a domain over them */
	bool		is_padded;		/* char(n) */
	FmgrInfo	output;
} SystemColumn;

static HTAB *system_columns = NULL;
static SystemColumn *latest = NULL;

/* Is it still the relation's column of that name and type? */
static bool
system_column_fits(const SystemColumn *column, TupleDesc desc,
				   const char *name)
{
	Form_pg_attribute attr;

	if (column->attnum < 1 || column->attnum > desc->natts)
		return false;
	attr = TupleDescAttr(desc, column->attnum - 1);
	return !attr->attisdropped && attr->atttypid == column->type &&
		strcmp(NameStr(attr->attname), name) == 0;
}

/* Without the column nobody can say what the rows are. */
static void
system_column_missing(Relation rel, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CANNOT_GOVERN),
			 errmsg("column \"%s\" of %s, which names the AI system of each row, is missing",
					name, relation_name(RelationGetRelid(rel))),
			 errdetail("It was dropped, or got another type, after the relation was governed."),
			 errhint("Call aims.ungovern and then aims.govern with the column that replaces it."),
			 errtable(rel)));
}

/* Describe the column. */
static void
system_column_fill(SystemColumn *column, Relation rel, const char *name)
{
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	attnum = get_attnum(RelationGetRelid(rel), name);
	Oid			base;
	Oid			output;
	bool		varlena;

	if (attnum < 1 || attnum > desc->natts)
		system_column_missing(rel, name);
	column->type = TupleDescAttr(desc, attnum - 1)->atttypid;
	base = getBaseType(column->type);
	column->is_text = base == TEXTOID || base == VARCHAROID;
	column->is_padded = base == BPCHAROID;
	getTypeOutputInfo(column->type, &output, &varlena);
	fmgr_info_cxt(output, &column->output, CacheMemoryContext);
	column->attnum = attnum;
}

/* The description, from the cache where it fits. */
static SystemColumn *
system_column_of(Relation rel, const char *name)
{
	Oid			relid = RelationGetRelid(rel);
	HASHCTL		ctl = {0};
	bool		found = true;

	if (system_columns == NULL)
	{
		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(SystemColumn);
		ctl.hcxt = CacheMemoryContext;
		system_columns = hash_create("aims system columns", 32, &ctl,
									 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (latest == NULL || latest->relid != relid)
		latest = hash_search(system_columns, &relid, HASH_ENTER, &found);
	if (!found || !system_column_fits(latest, RelationGetDescr(rel), name))
	{
		latest->attnum = InvalidAttrNumber;
		system_column_fill(latest, rel, name);
	}
	return latest;
}

bool
system_column_exists(Relation rel, const char *name)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(rel), name);

	return attnum >= 1 && attnum <= RelationGetDescr(rel)->natts;
}

/* The value of the column as text; char(n) without its padding. */
const char *
system_column_value(Relation rel, HeapTuple tuple, const char *name,
					int *length)
{
	SystemColumn *column = system_column_of(rel, name);
	bool		isnull;
	Datum		value = heap_getattr(tuple, column->attnum,
									 RelationGetDescr(rel), &isnull);
	char	   *string;

	if (isnull)
		return NULL;
	if (column->is_text)
	{
		text	   *t = DatumGetTextPP(value);

		*length = VARSIZE_ANY_EXHDR(t);
		return VARDATA_ANY(t);
	}
	string = OutputFunctionCall(&column->output, value);
	*length = strlen(string);
	if (column->is_padded)
		*length = bpchartruelen(string, *length);
	return string;
}
