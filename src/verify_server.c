/*
 * verify_server.c
 *		The part of a verification that is about the server around the ledger.
 *
 * What is wrong is reported as not ok; what is for the auditor to judge as ok,
 * with who or what it is. The queries run as the owner, so their search_path
 * must not be the caller's: his operators would run as the owner.
 */
#include "aims.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "owner.h"
#include "verify_report.h"

/* Report what a query says: rows of (text) are problems. */
static void
check_query(Report *report, const char *name, const char *query,
			const char *fine)
{
	StringInfoData detail;
	uint64		n;

	initStringInfo(&detail);
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "query of check \"%s\" failed", name);
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
		appendStringInfo(&detail, "%s%s", i > 0 ? "\n" : "",
						 SPI_getvalue(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, 1));
	report_row(report, name, n == 0, 0, n == 0 ? fine : detail.data);
}

/* Report what a query says in one row of (boolean, text). */
static void
report_query(Report *report, const char *name, const char *query)
{
	bool		isnull;
	HeapTuple	row;

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "query of check \"%s\" failed", name);
	row = SPI_tuptable->vals[0];
	report_row(report, name,
			   DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 1,
										  &isnull)), 0,
			   SPI_getvalue(row, SPI_tuptable->tupdesc, 2));
}

/* Check the server around the ledger. */
void
server_check(Report *report)
{
	OwnerScope	scope = owner_begin();

	shipped_settings();
	SPI_connect();
	check_query(report, "triggers",
				"SELECT format('%s: %s', relation, problem) FROM aims.capture_problem()",
				"All triggers are there and enabled always.");
	check_query(report, "stages",
				"SELECT format('%s is in stage %s, but came to %s by its history.', a.system, a.stage, h.to_stage)"
				" FROM aims.ai_system AS a LEFT JOIN LATERAL"
				" (SELECT to_stage FROM aims.stage_history AS s WHERE s.system = a.system ORDER BY history_id DESC LIMIT 1) AS h ON true"
				" WHERE a.stage <> coalesce(h.to_stage, 'inception')",
				"Every AI system is in the stage that its history says.");
	report_query(report, "objects", shipped_query);
	check_query(report, "privileges",
				"SELECT p FROM aims.privilege_problem() AS p ORDER BY p",
				"Nobody has privileges in schema aims but by bundles.");
	report_query(report, "settings",
				 "SELECT NOT coalesce(bool_or(wrong), false), coalesce(string_agg(problem, E'\\n' ORDER BY wrong DESC, problem), 'No setting escapes capture.')"
				 " FROM aims.setting_problem()");
	report_query(report, "subscriptions",
				 "SELECT true, coalesce(string_agg(format('%s: %s.', subscription, concat_ws('; ', 'audited at ' || policy, remark)), E'\\n' ORDER BY subscription), 'No subscription.')"
				 " FROM aims.subscription_audit");
	report_query(report, "privileged roles",
				 "SELECT true, string_agg(format('%s: %s.', privilege, roles), ' ') FROM aims.privileged_role()");
	SPI_finish();
	owner_end(scope);
}
