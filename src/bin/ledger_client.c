/*
 * ledger_client.c
 *		The ledger of a database, over libpq.
 *
 * Every statement is a transaction of its own, so nothing holds back vacuum
 * however long an export takes: a checkpoint's tree never changes.
 */
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_client.h"

#define CLIENT_PLACES 7

struct LedgerClient
{
	PGconn	   *connection;
	int			width;			/* of the tile that was asked for */
	bool		with_bundle;
};

/*
 * End the program over what the server said.
 */
static void
client_fail(LedgerClient *client, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = result != NULL ? PQresultErrorMessage(result) :
		PQerrorMessage(client->connection);
	size_t		length = strlen(message);

	while (length > 0 && message[length - 1] == '\n')
		length--;
	/* The ledger is not what was sealed. */
	if (state != NULL && strcmp(state, "MS027") == 0)
		fail(STATUS_WRONG, "%.*s", (int) length, message);
	fail(STATUS_TROUBLE, "%.*s", (int) length, message);
}

/*
 * Check a result of one row.
 */
static PGresult *
client_check(LedgerClient *client, PGresult *result)
{
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
		client_fail(client, result);
	return result;
}

/*
 * Connect, as the environment says unless the caller knows better. Names in
 * statements are all qualified; the path is for what they call.
 */
LedgerClient *
ledger_connect(const LedgerPlace *place)
{
	const char *names[CLIENT_PLACES + 1] = {"dbname", "host", "port", "user",
											"fallback_application_name", "client_encoding", NULL};
	const char *values[CLIENT_PLACES + 1] = {place->dbname, place->host,
											 place->port, place->user, program, "UTF8", NULL};
	LedgerClient *client = allocate(sizeof(LedgerClient));

	client->connection = PQconnectdbParams(names, values, 1);
	if (PQstatus(client->connection) != CONNECTION_OK)
		client_fail(client, NULL);
	PQclear(client_check(client, PQexec(client->connection,
										"SELECT pg_catalog.set_config('search_path', '', false)")));
	return client;
}

/*
 * Disconnect.
 */
void
ledger_close(LedgerClient *client)
{
	PQfinish(client->connection);
	free(client);
}

/*
 * Ask for one text.
 */
static char *
client_text(LedgerClient *client, const char *query)
{
	PGresult   *result = client_check(client,
									  PQexec(client->connection, query));
	char	   *text = allocate(PQgetlength(result, 0, 0) + 1);

	strcpy(text, PQgetvalue(result, 0, 0));
	PQclear(result);
	return text;
}

/*
 * Get the newest checkpoint, which is signed if that has not been done.
 */
char *
ledger_checkpoint(LedgerClient *client)
{
	return client_text(client, "SELECT aims.checkpoint()");
}

/*
 * Get all verifier keys of the log, the current one last.
 */
char *
ledger_keys(LedgerClient *client)
{
	return client_text(client,
					   "SELECT pg_catalog.string_agg(verifier_key || E'\\n', '' ORDER BY signing_key)"
					   " FROM aims.signing_key");
}

/*
 * Take the hashes of a tile out of a binary result.
 */
static void
client_hashes(LedgerClient *client, const PGresult *result, int width,
			  MerkleHash *hashes)
{
	if (PQgetisnull(result, 0, 0) ||
		PQgetlength(result, 0, 0) != width * HASH_SIZE)
		fail(STATUS_TROUBLE, "the server sent a tile of %d bytes instead of %d",
			 PQgetlength(result, 0, 0), width * HASH_SIZE);
	memcpy(hashes, PQgetvalue(result, 0, 0), width * HASH_SIZE);
	(void) client;
}

/*
 * Get part of a tile.
 */
void
ledger_tile(LedgerClient *client, int level, uint64_t index, int width,
			MerkleHash *hashes)
{
	char		query[128];
	PGresult   *result;

	snprintf(query, sizeof(query),
			 "SELECT aims.hash_tile(%d, %" PRIu64 ", %d)", level, index, width);
	result = PQexecParams(client->connection, query, 0, NULL, NULL, NULL, NULL,
						  1);
	client_hashes(client, client_check(client, result), width, hashes);
	PQclear(result);
}

/*
 * Send a request.
 */
void
ledger_request(LedgerClient *client, uint64_t index, int width,
			   bool with_bundle)
{
	char		query[160];

	client->width = width;
	client->with_bundle = with_bundle;
	snprintf(query, sizeof(query), with_bundle ?
			 "SELECT aims.hash_tile(0, %" PRIu64 ", %d), aims.entry_bundle(%" PRIu64 ", %d)" :
			 "SELECT aims.hash_tile(0, %" PRIu64 ", %d)",
			 index, width, index, width);
	if (!PQsendQueryParams(client->connection, query, 0, NULL, NULL, NULL,
						   NULL, 1) || PQflush(client->connection) < 0)
		client_fail(client, NULL);
}

/*
 * Wait for the answer.
 */
void
ledger_receive(LedgerClient *client, LedgerTile *tile)
{
	PGresult   *result = client_check(client,
									  PQgetResult(client->connection));

	client_hashes(client, result, client->width, tile->hashes);
	tile->bundle = NULL;
	tile->bundle_size = 0;
	if (client->with_bundle)
	{
		tile->bundle_size = PQgetlength(result, 0, 1);
		tile->bundle = allocate(tile->bundle_size);
		memcpy(tile->bundle, PQgetvalue(result, 0, 1), tile->bundle_size);
	}
	PQclear(result);
	while ((result = PQgetResult(client->connection)) != NULL)
		PQclear(result);
}
