/*
 * owner.c
 *		Running SQL as the owner of the extension.
 *
 * The session user stays what it is, so entries and duties still name who
 * acts. search_path is pinned: an operator that the caller has put in front
 * of the server's own must not run with the owner's privileges.
 */
#include "aims.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "owner.h"

/* Look names up in pg_catalog. */
int
path_begin(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	return level;
}

/* Look names up as the caller does; what was SET LOCAL meanwhile stays. */
void
path_end(int level)
{
	AtEOXact_GUC(true, level);
}

/* Become a role, with that restriction besides what there is. */
static OwnerScope
scope_begin(Oid role, int restriction)
{
	OwnerScope	scope = {
		.restricted = (restriction & SECURITY_RESTRICTED_OPERATION) != 0
	};

	GetUserIdAndSecContext(&scope.user, &scope.security_context);
	scope.guc_level = path_begin();
	SetUserIdAndSecContext(role, scope.security_context | restriction);
	return scope;
}

/* Become the owner of the extension. */
OwnerScope
owner_begin(void)
{
	return scope_begin(aims_owner(), SECURITY_LOCAL_USERID_CHANGE);
}

OwnerScope
owner_begin_restricted(Oid role)
{
	return scope_begin(role, SECURITY_LOCAL_USERID_CHANGE |
					   SECURITY_RESTRICTED_OPERATION);
}

/* Become the caller again. */
void
owner_end(OwnerScope scope)
{
	SetUserIdAndSecContext(scope.user, scope.security_context);
	AtEOXact_GUC(!scope.restricted, scope.guc_level);
}

/* Run one statement with text parameters. */
uint64
owner_execute(const char *statement, int nargs, const char *const *args)
{
	Oid			types[FUNC_MAX_ARGS];
	Datum		values[FUNC_MAX_ARGS];
	char		nulls[FUNC_MAX_ARGS] = {0};
	int			result;

	for (int i = 0; i < nargs; i++)
	{
		types[i] = TEXTOID;
		nulls[i] = args[i] == NULL ? 'n' : ' ';
		values[i] = args[i] == NULL ? (Datum) 0 :
			CStringGetTextDatum(args[i]);
	}
	result = SPI_execute_with_args(statement, nargs, types, values, nulls,
								   false, 0);
	if (result < 0)
		elog(ERROR, "SPI returned %s for: %s",
			 SPI_result_code_string(result), statement);
	return SPI_processed;
}

/* A column of a row of the last query, as a string in the given context. */
char *
owner_string(uint64 row, int column, MemoryContext context)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row],
									 SPI_tuptable->tupdesc, column);

	return value != NULL ? MemoryContextStrdup(context, value) : NULL;
}

/* A text argument as a string; NULL where it is null. */
char *
owner_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/* Does a string say anything? */
static bool
says_something(const char *s)
{
	return s != NULL && s[strspn(s, " \t\n\r\f\v")] != '\0';
}

/* A reason that an act needs. */
char *
owner_reason(FunctionCallInfo fcinfo, int n, const char *act)
{
	char	   *reason = owner_argument(fcinfo, n);

	if (!says_something(reason))
		ereport(ERROR,
				(errcode(ERRCODE_MS_REASON_MISSING),
				 errmsg("aims.%s needs a reason", act),
				 errdetail("The reason becomes part of the ledger."),
				 errhint("Say in a sentence why, so that an auditor understands it years later.")));
	return reason;
}
