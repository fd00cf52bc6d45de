/*
 * refusal.c
 *		The guard's messages: cause, row, and the next step.
 *
 * One SQLSTATE per cause. The row is named by its primary key, or by its
 * columns where it has none, but only to those who may read it.
 */
#include "aims.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/index.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/ruleutils.h"

#include "refusal.h"
#include "session_system.h"
#include "shape.h"

/* Longest value of a column that a message shows, in bytes. */
#define SHOWN_VALUE_LENGTH 64

/* "(note_id)=(12)" of the primary key, or NULL: none, or not to be read. */
static char *
row_key(Relation rel, HeapTuple tuple)
{
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	Relation	idx;
	char	   *key;

	(void) RelationGetIndexList(rel);
	if (!OidIsValid(rel->rd_pkindex))
		return NULL;
	idx = index_open(rel->rd_pkindex, AccessShareLock);
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(idx); i++)
		values[i] = heap_getattr(tuple, idx->rd_index->indkey.values[i],
								 RelationGetDescr(rel), &nulls[i]);
	key = BuildIndexValueDescription(idx, values, nulls);
	index_close(idx, AccessShareLock);
	return key;
}

/* May the current user read every column of every row? */
static bool
row_readable(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);

	return check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED &&
		pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Append a value, cut to a readable length. */
static void
append_value(StringInfo out, Form_pg_attribute attr, Datum value, bool isnull)
{
	Oid			output;
	bool		varlena;
	char	   *string = "null";
	int			length;

	if (!isnull)
	{
		getTypeOutputInfo(attr->atttypid, &output, &varlena);
		string = OidOutputFunctionCall(output, value);
	}
	length = strlen(string);
	if (length <= SHOWN_VALUE_LENGTH)
		appendStringInfoString(out, string);
	else
	{
		appendBinaryStringInfo(out, string,
							   pg_mbcliplen(string, length,
											SHOWN_VALUE_LENGTH));
		appendStringInfoString(out, "...");
	}
}

/* "(a, b)=(1, x)" of all columns. */
static char *
row_columns(Relation rel, HeapTuple tuple)
{
	TupleDesc	desc = RelationGetDescr(rel);
	const char *separator = "";
	StringInfoData names;
	StringInfoData values;

	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		Datum		value;
		bool		isnull;

		if (attr->attisdropped || attr->attgenerated == 'v')
			continue;
		value = heap_getattr(tuple, i + 1, desc, &isnull);
		appendStringInfo(&names, "%s%s", separator, NameStr(attr->attname));
		appendStringInfoString(&values, separator);
		append_value(&values, attr, value, isnull);
		separator = ", ";
	}
	return psprintf("(%s)=(%s)", names.data, values.data);
}

/* What names the row, for DETAIL. */
static char *
row_name(Relation rel, HeapTuple tuple)
{
	char	   *key = row_key(rel, tuple);

	if (key == NULL && !OidIsValid(rel->rd_pkindex) && row_readable(rel))
		key = row_columns(rel, tuple);
	return key != NULL ? psprintf("Row %s", key) : "A row";
}

/* The governed relation, which this transaction may have dropped. */
static char *
governed_name(const Decision *d)
{
	return get_rel_name(d->relid) == NULL ? psprintf("%u", d->relid) :
		relation_name(d->relid);
}

/* The stages in which the system could write there. */
static const char *
stages_that_may_write(const Decision *d)
{
	return d->test ?
		"verification_validation (this is a test table), deployment, operation_monitoring or re_evaluation" :
		"deployment, operation_monitoring or re_evaluation";
}

/* The stage that a system in this stage asks for next; NULL after the last. */
static const char *
next_stage(const char *stage)
{
	static const char *const stages[] = {"inception", "design_development",
										 "verification_validation", "deployment"};

	for (int i = 0; i + 1 < lengthof(stages); i++)
		if (strcmp(stage, stages[i]) == 0)
			return stages[i + 1];
	return NULL;
}

/* Hint at the gate before a system in the wrong stage. */
static void
stage_hint(const Decision *d)
{
	const char *next = next_stage(d->stage);
	const char *system = quote_literal_cstr(d->system);

	if (next != NULL)
		errhint("SELECT * FROM aims.gate(%s, '%s') WHERE NOT met lists what the next stage still needs; then aims.request_advance(%s, '%s', reason).",
				system, next, system, next);
	else
		errhint("A retired system does not come back: register its successor in aims.ai_system.");
}

/* Why a session may not speak for the system that it names. */
static void
report_role_not_bound(const Decision *d, const char *shown, const char *what)
{
	errmsg("role \"%s\" is not bound to AI system \"%s\", whose output goes into %s",
		   GetUserNameFromId(GetSessionUserId(), false), shown,
		   governed_name(d));
	if (d->session)
		errdetail("%s; the system is in stage %s. In a table whose rows do not name their system, a session user that is bound to any writes output of these alone, and nobody else writes theirs; SET ROLE changes nothing.",
				  what, d->stage);
	else
		errdetail("%s; the system is in stage %s and has bound roles, of which the session user must be one; SET ROLE changes nothing.",
				  what, d->stage);
	errhint("Write with a bound role, or have an administrator call aims.bind_role(%s, role).%s",
			quote_literal_cstr(shown), d->session ? "" :
			" A person says what is right by aims.review(relation, key, 'overridden', rationale, corrected).");
}

/* A value, or what the session says, names no system. */
static void
report_unknown(const Decision *d, const char *shown, const char *what)
{
	const char *relation = governed_name(d);

	if (!d->key.resolved)
	{
		errmsg("\"%s\" names no known AI system for a row of %s", shown,
			   relation);
		errdetail("%s; the value is neither a system of aims.ai_system nor mapped in aims.system_value.",
				  what);
		errhint("Register the system, or map the value: INSERT INTO aims.system_value (relation, value, system) VALUES (%s, %s, ...), where NULL means that it is not AI.",
				quote_literal_cstr(relation), quote_literal_cstr(shown));
	}
	else if (session_names_system())
	{
		errmsg("aims.system names no known AI system for a row of %s: \"%s\"",
			   relation, shown);
		errdetail("%s; the session says whose output it is, and no row of aims.ai_system has that slug.",
				  what);
		errhint("SET aims.system to the system that the session writes for, or register that.");
	}
	else
	{
		errmsg("the session does not say which AI system writes into %s",
			   relation);
		errdetail("%s; role \"%s\" is bound to several systems: %s.", what,
				  GetUserNameFromId(GetSessionUserId(), false), shown);
		errhint("SET aims.system to one of them, or bind the role to one alone.");
	}
}

/* The part of the report that depends on the cause; what says which rows. */
static void
report_cause(const Decision *d, const char *shown, const char *what)
{
	const char *relation = governed_name(d);
	const char *quoted = quote_literal_cstr(shown);

	errcode(cause_sqlstate(d->cause));
	switch (d->cause)
	{
		case CAUSE_SWITCHED_OFF:
			errmsg("AI system \"%s\" is switched off and may not write into %s",
				   shown, relation);
			errdetail("%s; the system is in stage %s, and its newest row in aims.switch_event switches it off.",
					  what, d->stage);
			errhint("When the reason is gone, another person than the one who switched it off calls aims.switch_on(%s, reason).",
					quoted);
			break;
		case CAUSE_STAGE:
			errmsg("AI system \"%s\" in stage %s may not write into %s",
				   shown, d->stage, relation);
			errdetail("%s; output needs stage %s.", what,
					  stages_that_may_write(d));
			stage_hint(d);
			break;
		case CAUSE_TABLE_NOT_INTENDED:
			errmsg("AI system \"%s\" is not intended to write into %s", shown,
				   relation);
			errdetail("%s; the system is in stage %s, and no row of aims.intended_table names this table for it.",
					  what, d->stage);
			errhint("If it is part of the intended use: INSERT INTO aims.intended_table (system, relation) VALUES (%s, %s)",
					quoted, quote_literal_cstr(relation));
			break;
		case CAUSE_ROLE_NOT_BOUND:
			report_role_not_bound(d, shown, what);
			break;
		default:
			report_unknown(d, shown, what);
			break;
	}
}

void
refuse_row(const Decision *d, const char *shown, Relation rel, HeapTuple tuple)
{
	const char *what = row_name(rel, tuple);

	ereport(ERROR,
			(report_cause(d, shown, what), errtable(rel)));
	pg_unreachable();
}

void
refuse_commit(const Decision *d, uint64 rows)
{
	const char *what = psprintf("%llu rows of this transaction were allowed when they were written",
								(unsigned long long) rows);

	ereport(ERROR, (report_cause(d, d->system, what)));
	pg_unreachable();
}
