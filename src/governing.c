/*
 * governing.c
 *		What aims.govern and aims.govern_preview are asked for, checked against
 *		the relation.
 */
#include "aims.h"

#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteDefine.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "decision.h"
#include "governing.h"
#include "image.h"
#include "owner.h"
#include "shape.h"

void
cannot_govern(Oid relid, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_CANNOT_GOVERN),
			 errmsg("cannot govern %s", relation_name(relid)),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

/* The label of an enum argument; NULL for a null. */
static char *
label_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL :
		DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(n)));
}

/* A name argument; NULL for a null. */
static char *
name_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL :
		pstrdup(NameStr(*PG_GETARG_NAME(n)));
}

Governing
governing_arguments(FunctionCallInfo fcinfo)
{
	Governing	g = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4) || PG_ARGISNULL(5) ||
		PG_ARGISNULL(6) || PG_ARGISNULL(7) || PG_ARGISNULL(12))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation, mode, image, review, test and rebuilt must not be null"),
				 errhint("Leave out what should have its default.")));
	g.relid = PG_GETARG_OID(0);
	g.system = owner_argument(fcinfo, 1);
	g.system_column = name_argument(fcinfo, 2);
	g.system_when = owner_argument(fcinfo, 3);
	g.mode = label_argument(fcinfo, 4);
	g.image = label_argument(fcinfo, 5);
	g.review = label_argument(fcinfo, 6);
	g.test = PG_GETARG_BOOL(7);
	g.version_column = name_argument(fcinfo, 8);
	g.site_column = name_argument(fcinfo, 9);
	g.subgroup_column = name_argument(fcinfo, 10);
	g.system_expression = owner_argument(fcinfo, 11);
	g.rebuilt = PG_GETARG_BOOL(12);
	return g;
}

void
governing_require_ownership(Oid relid)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (!relation_is_owned(relid, GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of relation %s", get_rel_name(relid)),
				 errdetail("Governing a table needs the administrator's rights and ownership of the table."),
				 errhint("Call it as the owner of the table, or as a member of that role.")));
}

/* Refuse what is no table of the warehouse. */
static void
check_relation_kind(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	char		relkind = rel->rd_rel->relkind;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		cannot_govern(relid,
					  "Only tables and partitioned tables have row triggers that see every change.",
					  relkind == RELKIND_FOREIGN_TABLE ?
					  "Govern the table on the server that holds it." :
					  "Govern the tables that it is made from.");
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		cannot_govern(relid, "It is a temporary table, which ends with its session.",
					  "Govern a permanent table.");
	if (IsCatalogRelation(rel) ||
		get_rel_namespace(relid) == get_namespace_oid("information_schema", true))
		cannot_govern(relid, "It is a system catalog.",
					  "Govern a table of the warehouse.");
	if (get_rel_namespace(relid) == get_namespace_oid("aims", false))
		cannot_govern(relid, "It belongs to this extension, which captures its changes anyway.",
					  "Govern a table of the warehouse.");
}

/* Refuse a table whose writes are made to do something else. */
static void
check_rules(Relation rel)
{
	RuleLock   *rules = rel->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
		if (rules->rules[i]->isInstead &&
			rules->rules[i]->enabled != RULE_DISABLED)
			cannot_govern(RelationGetRelid(rel),
						  "A rule has something else done instead of what is written.",
						  "Drop it (pg_rules names it), or govern the table that it writes into.");
}

/* A column that the caller names must exist, and be stored. */
static void
check_column(Relation rel, const char *argument, const char *column)
{
	AttrNumber	attnum;

	if (column == NULL)
		return;
	attnum = get_attnum(RelationGetRelid(rel), column);
	if (attnum <= 0)
		cannot_govern(RelationGetRelid(rel),
					  psprintf("%s: the table has no column \"%s\".", argument,
							   column),
					  "Name one of its columns; capitals count.");
	if (TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attgenerated == 'v')
		cannot_govern(RelationGetRelid(rel),
					  psprintf("%s: column \"%s\" is not stored, so triggers do not see it.",
							   argument, column),
					  "Name a stored column.");
}

/* How AI output is marked: in one way; by the session where in none. */
static void
check_mark(const Governing *g)
{
	if ((g->system != NULL) + (g->system_column != NULL) +
		(g->system_expression != NULL) > 1)
		cannot_govern(g->relid,
					  "At most one of system, system_column and system_expression says whose output the rows are.",
					  "Give system where all output is one system's, system_column or system_expression where each row names its own, and none of them where the session says so.");
}

/* What people review they find by its primary key. */
static void
check_review(const Governing *g, Relation rel)
{
	if (g->review == NULL || strcmp(g->review, "required") != 0)
		return;
	if (g->rebuilt)
		cannot_govern(g->relid,
					  "review: a table that is made anew has no key when its rows arrive.",
					  "Leave out review or rebuilt.");
	if (image_writer(rel, 0, RelationGetRelationName(rel))->nkey == 0)
		cannot_govern(g->relid,
					  "review: the table has no primary key by which a row could be reviewed.",
					  "Give it a primary key, or leave out review.");
}

/* A fixed system must be in the inventory. */
static void
check_system(const Governing *g)
{
	Decision	d;

	if (g->system == NULL)
		return;
	decision_preview(&d, g->relid, g->test, true, g->system,
					 strlen(g->system));
	if (d.cause == CAUSE_SYSTEM_UNKNOWN)
		ereport(ERROR,
				(errcode(ERRCODE_MS_RECORD_UNKNOWN),
				 errmsg("AI system \"%s\" is not in the inventory", g->system),
				 errdetail("No row of aims.ai_system has this slug."),
				 errhint("Register it: INSERT INTO aims.ai_system (system, title, owner, purpose) VALUES (...)")));
}

void
governing_check(Governing *g, Relation rel)
{
	check_relation_kind(rel);
	check_rules(rel);
	check_mark(g);
	check_column(rel, "system_column", g->system_column);
	check_column(rel, "version_column", g->version_column);
	check_column(rel, "site_column", g->site_column);
	check_column(rel, "subgroup_column", g->subgroup_column);
	check_system(g);
	check_review(g, rel);
	if (g->system_when != NULL)
		g->condition = condition_parse(rel, g->system_when);
	if (g->system_expression != NULL)
		g->system_expression = condition_text(rel, g->system_expression);
}
