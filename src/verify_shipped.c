/*
 * verify_shipped.c
 *		Are the objects of the extension what was installed?
 *
 * The query stands here and not in a view or a function of SQL: whoever
 * replaces a function of ours would replace that one, too. The library itself
 * is outside of what a database can vouch for; the package manager does.
 */
#include "aims.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

#include "owner.h"
#include "verify_report.h"

/* Tables of the extension. */
#define MEMBER_TABLES \
	"pg_extension AS e JOIN pg_depend AS m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid AND m.deptype = 'e'" \
	" AND m.classid = 'pg_class'::regclass AND e.extname = 'aims' JOIN pg_class AS c ON c.oid = m.objid AND c.relkind = 'r'"

/*
 * What there is, but for what a type is made with: kind, name, and SHA-256 of
 * the definition. Attributes that no other version of the server prints
 * otherwise come first; kinds with the word "parsed", views and all that
 * belongs to tables are printed by the server from what it has parsed.
 */
#define PRESENT \
	"SELECT f.kind, f.object, sha256(convert_to(f.definition, getdatabaseencoding())) AS digest FROM (" \
	" SELECT CASE WHEN p.prosqlbody IS NULL THEN 'function' ELSE 'parsed function' END, p.oid::regprocedure::text," \
	" concat_ws(' ', l.lanname, p.prosrc, p.probin, p.prosecdef, p.provolatile, p.proparallel, p.proisstrict," \
	" p.proretset, p.prorettype::regtype, p.proconfig," \
	" CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END)" \
	" FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aims'" \
	" JOIN pg_proc AS p ON p.oid = d.objid JOIN pg_language AS l ON l.oid = p.prolang" \
	" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass" \
	" AND NOT EXISTS (SELECT FROM pg_depend AS i WHERE i.classid = d.classid AND i.objid = d.objid AND i.deptype = 'i')" \
	" UNION ALL" \
	" SELECT 'view', c.oid::regclass::text, concat_ws(' ', c.reloptions, pg_get_viewdef(c.oid))" \
	" FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aims'" \
	" JOIN pg_class AS c ON c.oid = d.objid AND c.relkind = 'v'" \
	" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass" \
	" UNION ALL" \
	" SELECT 'constraint', format('%s.%s', c.oid::regclass, r.conname), concat_ws(' ', r.convalidated, pg_get_constraintdef(r.oid))" \
	" FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aims'" \
	" JOIN pg_class AS c ON c.oid = d.objid JOIN pg_constraint AS r ON r.conrelid = c.oid" \
	" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass" \
	" AND r.contype IN ('c', 'f', 'p', 'u', 'x')" \
	" UNION ALL" \
	" SELECT 'table', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, (" \
	"  SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated," \
	"   pg_get_expr(x.adbin, x.adrelid)), ', ' ORDER BY a.attnum)" \
	"  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS x ON x.adrelid = a.attrelid AND x.adnum = a.attnum" \
	"  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))" \
	" FROM " MEMBER_TABLES \
	" UNION ALL" \
	" SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', i.indisvalid, i.indisready, pg_get_indexdef(i.indexrelid))" \
	" FROM " MEMBER_TABLES " JOIN pg_index AS i ON i.indrelid = c.oid" \
	" WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid)" \
	" UNION ALL" \
	" SELECT 'trigger', format('%s.%s', c.oid::regclass, t.tgname), pg_get_triggerdef(t.oid)" \
	" FROM " MEMBER_TABLES " JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal" \
	" UNION ALL" \
	" SELECT 'rule', format('%s.%s', c.oid::regclass, w.rulename), pg_get_ruledef(w.oid)" \
	" FROM " MEMBER_TABLES " JOIN pg_rewrite AS w ON w.ev_class = c.oid" \
	" UNION ALL" \
	" SELECT 'policy', format('%s.%s', c.oid::regclass, y.polname)," \
	" concat_ws(' ', y.polcmd, y.polpermissive, y.polroles, pg_get_expr(y.polqual, c.oid), pg_get_expr(y.polwithcheck, c.oid))" \
	" FROM " MEMBER_TABLES " JOIN pg_policy AS y ON y.polrelid = c.oid" \
	" UNION ALL" \
	" SELECT 'sequence', s.seqrelid::regclass::text," \
	" concat_ws(' ', s.seqtypid::regtype, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)" \
	" FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aims'" \
	" JOIN pg_sequence AS s ON s.seqrelid = d.objid" \
	" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass" \
	" UNION ALL" \
	" SELECT 'event trigger', t.evtname, concat_ws(' ', t.evtevent, t.evtfoid::regprocedure, t.evttags)" \
	" FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aims'" \
	" JOIN pg_event_trigger AS t ON t.oid = d.objid" \
	" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_event_trigger'::regclass" \
	") AS f (kind, object, definition)"

/*
 * Was s installed in another cluster? pg_upgrade brings it here, and has parsed
 * again what the server before it had printed.
 */
#define ELSEWHERE \
	"(s.server <> current_setting('server_version_num')::integer / 10000" \
	" OR s.system_identifier <> (SELECT x.system_identifier FROM pg_control_system() AS x))"

/* What differs, in present, from what was installed; indexes may be added. */
#define ALTERED \
	"SELECT format('%s %s %s', coalesce(s.kind, p.kind), coalesce(s.object, p.object)," \
	" CASE WHEN p.object IS NULL THEN 'is missing' WHEN s.object IS NULL THEN 'was added' ELSE 'is not as it was installed' END) AS problem" \
	" FROM aims.shipped_object AS s FULL JOIN present AS p ON p.kind = s.kind AND p.object = s.object" \
	" WHERE p.object IS NULL OR s.object IS NULL AND p.kind <> 'index' OR s.digest <> p.digest" \
	" AND (s.kind IN ('function', 'event trigger') OR NOT " ELSEWHERE ")"

/* What is in our schema and not ours. */
#define STRANGERS \
	"SELECT format('%s stands in schema aims and does not belong to the extension', pg_describe_object(o.classid, o.objid, 0))" \
	" FROM (SELECT 'pg_class'::regclass::oid, c.oid FROM pg_class AS c" \
	" WHERE c.relnamespace = 'aims'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')" \
	" UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc AS p WHERE p.pronamespace = 'aims'::regnamespace" \
	" UNION ALL SELECT 'pg_operator'::regclass, x.oid FROM pg_operator AS x WHERE x.oprnamespace = 'aims'::regnamespace) AS o (classid, objid)" \
	" WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('e', 'i'))"

/* What belongs to somebody else than the extension does. */
#define OWNED \
	"SELECT format('%s belongs to %s, not to the owner of the extension', pg_describe_object(d.classid, d.objid, 0), o.owner::regrole)" \
	" FROM pg_extension AS e JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'" \
	" CROSS JOIN LATERAL (" \
	" SELECT c.relowner FROM pg_class AS c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid" \
	" UNION ALL SELECT p.proowner FROM pg_proc AS p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid" \
	" UNION ALL SELECT t.evtowner FROM pg_event_trigger AS t WHERE d.classid = 'pg_event_trigger'::regclass AND t.oid = d.objid" \
	" UNION ALL SELECT n.nspowner FROM pg_namespace AS n WHERE d.classid = 'pg_namespace'::regclass AND n.oid = d.objid) AS o (owner)" \
	" WHERE e.extname = 'aims' AND o.owner <> e.extowner"

/* One row: whether all is well, and the problems or what all is together. */
const char *const shipped_query =
	"WITH present AS MATERIALIZED (" PRESENT ")"
	" SELECT count(a.problem) = 0, coalesce(string_agg(a.problem, E'\\n' ORDER BY a.problem COLLATE \"C\"),"
	" (SELECT format('%s objects of the extension are as they were installed; together %s.%s', count(*),"
	" encode(sha256(string_agg(p.digest, ''::bytea ORDER BY p.kind COLLATE \"C\", p.object COLLATE \"C\")), 'hex'),"
	" CASE WHEN EXISTS (SELECT FROM aims.shipped_object AS s WHERE " ELSEWHERE ") THEN"
	" ' They were installed in another cluster: what views, tables and parsed functions say is not compared after pg_upgrade.' END)"
	" FROM present AS p WHERE p.kind <> 'index'))"
	" FROM (" ALTERED " UNION ALL " STRANGERS " UNION ALL " OWNED ") AS a (problem)";

/* Settings that would print definitions otherwise, or plan for hours. */
void
shipped_settings(void)
{
	(void) set_config_option("quote_all_identifiers", "off", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

PG_FUNCTION_INFO_V1(aims_present_object);
/* What there is now: the installation notes it. */
Datum
aims_present_object(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			level = path_begin();

	InitMaterializedSRF(fcinfo, 0);
	shipped_settings();
	SPI_connect();
	if (SPI_execute(PRESENT, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the objects of the extension");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		values[3];
		bool		nulls[3];

		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
						  values, nulls);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	SPI_finish();
	path_end(level);
	return (Datum) 0;
}
