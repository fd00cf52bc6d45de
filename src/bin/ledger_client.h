/*
 * ledger_client.h
 *		The ledger of a database, over libpq.
 */
#ifndef AIMS_BIN_LEDGER_CLIENT_H
#define AIMS_BIN_LEDGER_CLIENT_H

#include "common.h"
#include "merkle.h"

typedef struct LedgerClient LedgerClient;

/* NULL: as libpq's environment says. */
typedef struct LedgerPlace
{
	const char *dbname;			/* or a connection string */
	const char *host;
	const char *port;
	const char *user;
} LedgerPlace;

extern LedgerClient *ledger_connect(const LedgerPlace *place);
extern void ledger_close(LedgerClient *client);

/* The newest checkpoint, and the verifier keys, one a line; both malloc'ed. */
extern char *ledger_checkpoint(LedgerClient *client);
extern char *ledger_keys(LedgerClient *client);

/* The first width hashes of a tile. */
extern void ledger_tile(LedgerClient *client, int level, uint64_t index,
						int width, MerkleHash *hashes);

/* A tile of level 0, and its leaves where they were asked for. */
typedef struct LedgerTile
{
	MerkleHash	hashes[TILE_WIDTH];
	char	   *bundle;			/* malloc'ed, or NULL */
	size_t		bundle_size;
} LedgerTile;

/*
 * Ask for a tile, and wait for it later; one request at a time. The answer
 * comes in while the caller works.
 */
extern void ledger_request(LedgerClient *client, uint64_t index, int width,
						   bool with_bundle);
extern void ledger_receive(LedgerClient *client, LedgerTile *tile);

#endif							/* AIMS_BIN_LEDGER_CLIENT_H */
