/*
 * definition.c
 *		The canonical definition of a shape: the columns, and what those of
 *		their types that are not built in are made of.
 *
 * Whatever an output function prints that DDL may change stands in it: labels
 * of enums wherever they lie, attributes of composite types, subtypes of
 * ranges. So two rows of one shape print alike.
 */
#include "aims.h"

#include "access/transam.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "definition.h"

/* The types that are still to be defined, and those that are. */
typedef struct Definition
{
	StringInfo	out;
	List	   *types;			/* OIDs; grows while it is read */
	List	   *labelled;		/* enums whose labels stand at a column */
	List	   *rowtypes;		/* relations of the composite ones */
} Definition;

/* Append a comma unless it is the first, then a string. */
static void
define_item(StringInfo out, bool first, const char *s)
{
	if (!first)
		appendStringInfoChar(out, ',');
	json_string(out, s, strlen(s));
}

/* Append a type's name, qualified unless it is part of SQL's grammar. */
static void
define_type_name(StringInfo out, const char *member, Oid type, int32 typmod)
{
	char	   *name = format_type_extended(type, typmod,
											FORMAT_TYPE_TYPEMOD_GIVEN |
											FORMAT_TYPE_FORCE_QUALIFY);

	appendStringInfo(out, "\"%s\":", member);
	json_string(out, name, strlen(name));
}

/* By the order that the enum itself gives its labels. */
static int
define_compare_labels(const void *a, const void *b)
{
	float4		left = (*(const Form_pg_enum *) a)->enumsortorder;
	float4		right = (*(const Form_pg_enum *) b)->enumsortorder;

	return left < right ? -1 : left > right ? 1 : 0;
}

/* Append the labels of an enum: they get renamed. */
static void
define_labels(StringInfo out, Oid type)
{
	CatCList   *list = SearchSysCacheList1(ENUMTYPOIDNAME,
										   ObjectIdGetDatum(type));
	Form_pg_enum *labels = palloc(sizeof(Form_pg_enum) *
								  Max(list->n_members, 1));

	for (int i = 0; i < list->n_members; i++)
		labels[i] = (Form_pg_enum) GETSTRUCT(&list->members[i]->tuple);
	qsort(labels, list->n_members, sizeof(Form_pg_enum),
		  define_compare_labels);
	appendStringInfoString(out, ",\"labels\":[");
	for (int i = 0; i < list->n_members; i++)
		define_item(out, i == 0, NameStr(labels[i]->enumlabel));
	appendStringInfoChar(out, ']');
	pfree(labels);
	ReleaseCatCacheList(list);
}

/* The enum that a column is of, or an array of; InvalidOid for others. */
static Oid
define_column_enum(Oid type)
{
	Oid			element;

	type = getBaseType(type);
	element = get_element_type(type);
	if (OidIsValid(element))
		type = getBaseType(element);
	return type_is_enum(type) ? type : InvalidOid;
}

/* Append the members that a column and an attribute have in common. */
static void
define_attribute(Definition *d, Form_pg_attribute attr)
{
	appendStringInfo(d->out, "{\"attnum\":%d,\"name\":", attr->attnum);
	json_string(d->out, NameStr(attr->attname), strlen(NameStr(attr->attname)));
	appendStringInfoChar(d->out, ',');
	define_type_name(d->out, "type", attr->atttypid, attr->atttypmod);
	d->types = list_append_unique_oid(d->types, attr->atttypid);
}

/* Append the columns. */
static void
define_columns(Definition *d, const ImageWriter *writer, TupleDesc desc)
{
	appendStringInfoString(d->out, ",\"columns\":[");
	for (int i = 0; i < writer->ncolumns; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc,
											   writer->columns[i].attnum - 1);
		Oid			labelled = define_column_enum(attr->atttypid);

		if (i > 0)
			appendStringInfoChar(d->out, ',');
		define_attribute(d, attr);
		if (OidIsValid(labelled))
		{
			define_labels(d->out, labelled);
			d->labelled = list_append_unique_oid(d->labelled, labelled);
		}
		appendStringInfoChar(d->out, '}');
	}
	appendStringInfoChar(d->out, ']');
}

/* Append the columns of the primary key. */
static void
define_key(Definition *d, const ImageWriter *writer)
{
	appendStringInfoString(d->out, ",\"key\":[");
	for (int i = 0; i < writer->nkey; i++)
		define_item(d->out, i == 0, writer->key[i]->name);
	appendStringInfoChar(d->out, ']');
}

/* Append the attributes of a composite type. */
static void
define_attributes(Definition *d, Oid type)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(type, -1);
	bool		first = true;

	d->rowtypes = lappend_oid(d->rowtypes, get_typ_typrelid(type));
	appendStringInfoString(d->out, ",\"attributes\":[");
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		if (!first)
			appendStringInfoChar(d->out, ',');
		first = false;
		define_attribute(d, TupleDescAttr(desc, i));
		appendStringInfoChar(d->out, '}');
	}
	appendStringInfoChar(d->out, ']');
	ReleaseTupleDesc(desc);
}

/* Append what a type is made of, as one more member of its object. */
static void
define_made_of(Definition *d, Oid type, char typtype)
{
	Oid			part;
	int32		typmod = -1;

	if (typtype == TYPTYPE_ENUM)
		define_labels(d->out, type);
	else if (typtype == TYPTYPE_COMPOSITE)
		define_attributes(d, type);
	else
	{
		part = typtype == TYPTYPE_DOMAIN ?
			getBaseTypeAndTypmod(type, &typmod) : get_range_subtype(type);
		appendStringInfoChar(d->out, ',');
		define_type_name(d->out, typtype == TYPTYPE_DOMAIN ? "base" : "subtype",
						 part, typmod);
		d->types = list_append_unique_oid(d->types, part);
	}
}

/* The type of an array's elements, of a multirange's ranges, or itself. */
static Oid
define_part(Oid type)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		return element;
	return type_is_multirange(type) ? get_multirange_range(type) : type;
}

/* Append a type that is not built in, with what it is made of. */
static void
define_type(Definition *d, Oid type, bool *first)
{
	Oid			part = define_part(type);
	char		typtype = get_typtype(type);

	if (part != type)
		d->types = list_append_unique_oid(d->types, part);
	if (part != type || type < FirstUnpinnedObjectId ||
		typtype == TYPTYPE_BASE || list_member_oid(d->labelled, type))
		return;
	appendStringInfoString(d->out, *first ? ",\"types\":[{" : ",{");
	*first = false;
	define_type_name(d->out, "name", type, -1);
	define_made_of(d, type, typtype);
	appendStringInfoChar(d->out, '}');
}

/* Append the types, in the order in which they are met. */
static void
define_types(Definition *d)
{
	bool		first = true;

	/* not foreach: the list grows */
	for (int i = 0; i < list_length(d->types); i++)
		define_type(d, list_nth_oid(d->types, i), &first);
	if (!first)
		appendStringInfoChar(d->out, ']');
}

/* The whole text. */
static void
define_all(Definition *d, const ImageWriter *writer, TupleDesc desc,
		   int32 registry_id, const char *logical_name)
{
	appendStringInfo(d->out, "{\"aims\":\"shape/1\",\"writer\":%d,\"registry\":%d,\"relation\":",
					 IMAGE_WRITER_VERSION, registry_id);
	json_string(d->out, logical_name, strlen(logical_name));
	define_columns(d, writer, desc);
	define_key(d, writer);
	define_types(d);
	appendStringInfoChar(d->out, '}');
}

/* The same, whatever the session wants to see quoted. */
void
define_shape(ImageWriter *writer, TupleDesc desc, int32 registry_id,
			 const char *logical_name)
{
	StringInfoData out;
	Definition	d = {&out};
	bool		quote_all = quote_all_identifiers;

	initStringInfo(&out);
	quote_all_identifiers = false;
	PG_TRY();
	{
		define_all(&d, writer, desc, registry_id, logical_name);
	}
	PG_FINALLY();
	{
		quote_all_identifiers = quote_all;
	}
	PG_END_TRY();
	writer->definition = out.data;
	writer->rowtypes = d.rowtypes;
}
