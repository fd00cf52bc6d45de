/*
 * key.c
 *		Creating, finding and using the keys that sign checkpoints.
 *
 * A secret key is in its file and, while something is signed, in memory of
 * crypto_secret_alloc(), which every path frees. It is never part of a row, a
 * message or ordinary memory; a message may name the file, never quote it.
 */
#include "aims.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "common/relpath.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "capture.h"
#include "checkpoint.h"
#include "entry.h"
#include "incarnation.h"
#include "key.h"
#include "row.h"

#define KEY_PREFIX_MAX 150
#define KEY_LOG_ID_SIZE 8		/* random bytes of an origin */

/* What must not leave guarded memory. */
typedef struct KeySecret
{
	unsigned char bytes[NOTE_SECRET_SIZE];
	char		text[NOTE_KEY_TEXT_MAX];
} KeySecret;

/*
 * Set the library up.
 */
static void
key_init_library(void)
{
	if (!crypto_init())
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("libsodium cannot be used"),
				 errdetail("It found no source of random numbers."),
				 errhint("Check that the server may read /dev/urandom.")));
}

/*
 * Allocate guarded memory.
 */
static KeySecret *
key_secret_alloc(void)
{
	KeySecret  *secret;

	key_init_library();
	secret = crypto_secret_alloc(sizeof(KeySecret));
	if (secret == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("no protected memory for the signing key"),
				 errdetail("libsodium could not allocate guarded memory."),
				 errhint("Check the memory limits of the server process.")));
	return secret;
}

/*
 * Give the setting, which has no default: nobody should find the key by
 * accident in a directory that is backed up with the data.
 */
static const char *
key_setting(void)
{
	if (aims_signing_key_file == NULL || aims_signing_key_file[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("aims.signing_key_file is not set"),
				 errdetail("Checkpoints are signed with a key file outside the data directory."),
				 errhint("As a superuser, ALTER DATABASE ... SET aims.signing_key_file to an absolute path in a directory that only the server's user can read, another for each database; then reconnect.")));
	if (!is_absolute_path(aims_signing_key_file))
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("aims.signing_key_file is not an absolute path"),
				 errdetail("A relative path begins in the data directory, which backups copy."),
				 errhint("Set it to an absolute path outside the data directory.")));
	return aims_signing_key_file;
}

/*
 * Resolve a directory's symbolic links.
 */
static char *
key_resolve(const char *directory)
{
	char	   *resolved = realpath(directory, NULL);
	char	   *copy;

	if (resolved == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("directory of the signing key cannot be used: %m"),
				 errdetail("The setting aims.signing_key_file names a file in it."),
				 errdetail_log("Directory \"%s\".", directory),
				 errhint("Create the directory, owned by the server's user with mode 0700.")));
	copy = pstrdup(resolved);
	free(resolved);
	return copy;
}

/*
 * Resolve the setting to the path of the key file, all symbolic links on the
 * way followed, and refuse what base backups copy: the data directory and
 * tablespaces.
 */
static char *
key_path(void)
{
	char	   *path = pstrdup(key_setting());
	char	   *slash = strrchr(path, '/');
	char	   *name = pstrdup(slash + 1);
	char	   *directory;

	if (slash == path)
		slash++;
	*slash = '\0';
	directory = key_resolve(path);
	path = psprintf("%s/%s", directory, name);
	if (path_is_prefix_of_path(key_resolve(DataDir), path) ||
		strstr(path, "/" TABLESPACE_VERSION_DIRECTORY "/") != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("aims.signing_key_file is inside the data directory"),
				 errdetail("Base backups copy the data directory and tablespaces; whoever has one could sign."),
				 errhint("Set it to a path elsewhere.")));
	return path;
}

/*
 * Check who else could have written or read the key.
 */
static void
key_check_file(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
		status.st_uid != geteuid() || (status.st_mode & 07777 & ~0600) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("signing key file is not private"),
				 errdetail("It must be a regular file, owned by the server's user, with mode 0600."),
				 errhint("Correct owner and mode, and find out who has read it.")));
}

/*
 * Read the key file into guarded memory. A symbolic link is not followed, and
 * a pipe not waited for.
 */
static void
key_read_file(const char *path, KeySecret *secret, NoteKey *key)
{
	int			flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | PG_BINARY;
	int			fd = OpenTransientFile(path, flags);
	ssize_t		size;
	Hasher	   *hasher;

	if (fd < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("signing key file cannot be opened: %m"),
				 errdetail("The setting aims.signing_key_file names the file."),
				 errdetail_log("File \"%s\".", path),
				 errhint("Put the key file back in its place; where it is lost, aims.create_signing_key makes another key.")));
	key_check_file(fd);
	size = read(fd, secret->text, sizeof(secret->text));
	CloseTransientFile(fd);
	hasher = hasher_create();
	if (size < 2 || secret->text[size - 1] != '\n' ||
		!note_parse_private(hasher, secret->text, size - 1, key,
							secret->bytes))
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("signing key file does not hold a key"),
				 errdetail("It must be one line \"PRIVATE+KEY+name+id+key\", as aims.create_signing_key writes it."),
				 errhint("Restore the file from where it is kept safe.")));
	hasher_free(hasher);
}

/*
 * Read the public half of the key in a file.
 */
static void
key_read_public(const char *path, NoteKey *key)
{
	KeySecret  *secret = key_secret_alloc();

	PG_TRY();
	{
		key_read_file(path, secret, key);
	}
	PG_FINALLY();
	{
		crypto_secret_free(secret);
	}
	PG_END_TRY();
}

/*
 * Give the id of a key, as verifier keys and key files write it.
 */
static char *
key_id_text(const NoteKey *key)
{
	char	   *text = palloc0(2 * sizeof(key->id) + 1);

	hex_encode((const char *) key->id, sizeof(key->id), text);
	return text;
}

/*
 * Sign a text with the key file, if it holds this key, and check the outcome:
 * a signature that does not verify may give the key away.
 */
void
key_sign(const SigningKey *key, const void *text, size_t size,
		 unsigned char *signature)
{
	char	   *path = key_path();
	KeySecret  *secret = key_secret_alloc();
	NoteKey		held;

	PG_TRY();
	{
		key_read_file(path, secret, &held);
		if (memcmp(held.public_key, key->note.public_key,
				   CRYPTO_PUBLIC_SIZE) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
					 errmsg("signing key file holds another key"),
					 errdetail("The current key is \"%s\" of id %s, the file's is \"%s\" of id %s.",
							   key->note.name, key_id_text(&key->note),
							   held.name, key_id_text(&held)),
					 errhint("Let aims.signing_key_file name the file of the current key.")));
		if (!crypto_ed25519_sign(secret->bytes + 1, text, size, signature) ||
			!crypto_ed25519_verify(key->note.public_key, text, size,
								   signature))
			ereport(ERROR,
					(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
					 errmsg("could not sign the checkpoint"),
					 errdetail("No signature was made that verifies."),
					 errhint("Check the memory limits and the hardware of the server.")));
	}
	PG_FINALLY();
	{
		crypto_secret_free(secret);
	}
	PG_END_TRY();
}

/*
 * Take a key from its row.
 */
static void
key_from_row(SigningKey *key, HeapTuple row, TupleDesc desc)
{
	Hasher	   *hasher = hasher_create();
	bool		isnull;
	char	   *origin = row_string(row, desc, "origin");
	bytea	   *public_key;

	key->number = DatumGetInt32(row_value(row, desc, "signing_key", &isnull));
	key->tree_size = DatumGetInt64(row_value(row, desc, "tree_size", &isnull));
	public_key = DatumGetByteaPP(row_value(row, desc, "public_key", &isnull));
	if (VARSIZE_ANY_EXHDR(public_key) != CRYPTO_PUBLIC_SIZE ||
		!note_key_init(hasher, &key->note, origin,
					   (unsigned char *) VARDATA_ANY(public_key)))
		ereport(ERROR,
				(errcode(ERRCODE_MS_LEDGER_CORRUPT),
				 errmsg("signing key %d is not a key", key->number),
				 errdetail("Its row in aims.signing_key was altered."),
				 errhint("Restore the row; checkers of published checkpoints have the verifier key.")));
	hasher_free(hasher);
}

/*
 * Read all keys, the newest first, and tell whether that one is current.
 */
static List *
key_read(bool *current)
{
	Relation	rel = table_open(aims_relid("signing_key"), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Relation	index = relation_open(aims_relid("signing_key_pkey"),
									  AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(rel, index, snapshot, 0,
												  NULL);
	List	   *keys = NIL;
	int64		last_size = PG_INT64_MAX;
	HeapTuple	row;

	*current = false;
	while ((row = systable_getnext_ordered(scan,
										   BackwardScanDirection)) != NULL)
	{
		SigningKey *key = palloc(sizeof(SigningKey));
		bool		isnull;

		key_from_row(key, row, RelationGetDescr(rel));
		key->last_size = last_size;
		last_size = key->tree_size;
		(void) row_value(row, RelationGetDescr(rel), "valid_until", &isnull);
		*current = *current || isnull;
		/* The current one comes first, whatever its number. */
		keys = isnull ? lcons(key, keys) : lappend(keys, key);
	}
	systable_endscan_ordered(scan);
	relation_close(index, AccessShareLock);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return keys;
}

/*
 * Give all keys, the current one first.
 */
List *
key_all(void)
{
	bool		current;

	return key_read(&current);
}

/*
 * Give the current key.
 */
bool
key_current(SigningKey *key)
{
	bool		current;
	List	   *keys = key_read(&current);

	if (current)
		*key = *(SigningKey *) linitial(keys);
	list_free_deep(keys);
	return current;
}

/*
 * Check the part of the origin that the caller chooses: a schema-less URL,
 * ASCII so that it reads the same in every encoding.
 */
static void
key_check_prefix(const char *prefix)
{
	size_t		size = strlen(prefix);
	bool		valid = size > 0 && size <= KEY_PREFIX_MAX &&
		prefix[0] != '/' && prefix[size - 1] != '/' &&
		strstr(prefix, "//") == NULL;

	for (size_t i = 0; valid && i < size; i++)
		valid = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789.-_~:/",
					   prefix[i]) != NULL;
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be the prefix of an origin", prefix),
				 errdetail("It is at most %d ASCII letters, digits and characters of \".-_~:/\".",
						   KEY_PREFIX_MAX),
				 errhint("Use a name that is yours, like example.org/aims.")));
}

/*
 * Give the prefix a random log id: no two logs share an origin.
 */
static char *
key_new_origin(const char *prefix)
{
	unsigned char id[KEY_LOG_ID_SIZE];
	char		hex[2 * KEY_LOG_ID_SIZE + 1] = {0};

	key_init_library();
	crypto_random(id, sizeof(id));
	hex_encode((char *) id, sizeof(id), hex);
	return psprintf("%s/%s", prefix, hex);
}

/*
 * Choose the origin: the current one goes on where only its key is replaced.
 */
static char *
key_origin(const char *prefix, const SigningKey *former)
{
	size_t		size = strlen(prefix);

	if (former != NULL &&
		strlen(former->note.name) == size + 1 + 2 * KEY_LOG_ID_SIZE &&
		strncmp(former->note.name, prefix, size) == 0 &&
		former->note.name[size] == '/')
		return pstrdup(former->note.name);
	return key_new_origin(prefix);
}

/*
 * Refuse to write over a key file, and say whose it is.
 */
static void
key_file_exists(const char *path)
{
	NoteKey		held;
	ListCell   *cell;
	bool		known = false;

	key_read_public(path, &held);
	foreach(cell, key_all())
	{
		SigningKey *key = lfirst(cell);

		if (memcmp(key->note.public_key, held.public_key,
				   CRYPTO_PUBLIC_SIZE) == 0)
			known = true;
	}
	ereport(ERROR,
			(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
			 errmsg("signing key file exists already"),
			 known ? errdetail("It holds the key \"%s\" of this ledger.", held.name) : errdetail("It holds the key \"%s\", which no row of aims.signing_key names: it belongs to another database, or the transaction that made it was rolled back.", held.name),
			 known ? errhint("To replace that key, move the file away first or set another aims.signing_key_file.") : errhint("Where no other database uses it, delete the file and try again.")));
}

/*
 * Report that the key file could not be made, with errno.
 */
static void
key_write_failed(const char *path)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
			 errmsg("signing key file cannot be written: %m"),
			 errdetail("The setting aims.signing_key_file names the file."),
			 errdetail_log("File \"%s\".", path),
			 errhint("Let its directory be owned by the server's user, with room on the disk.")));
}

/*
 * Flush the directory entry of a file.
 */
static void
key_sync_directory(const char *path)
{
	char	   *directory = pstrdup(path);
	int			fd;

	*strrchr(directory, '/') = '\0';
	fd = OpenTransientFile(directory[0] == '\0' ? "/" : directory, O_RDONLY);
	if (fd < 0 || fsync(fd) != 0)
		key_write_failed(path);
	CloseTransientFile(fd);
}

/*
 * Write the secret to a file that did not exist, down to the disk.
 */
static void
key_write_file(const char *path, const KeySecret *secret)
{
	size_t		size = strlen(secret->text);
	int			flags = O_WRONLY | O_CREAT | O_EXCL | PG_BINARY;
	int			fd = OpenTransientFilePerm(path, flags, 0600);

	if (fd < 0 && errno == EEXIST)
		key_file_exists(path);
	if (fd < 0)
		key_write_failed(path);
	errno = ENOSPC;				/* unless write() says otherwise */
	if (fchmod(fd, 0600) != 0 ||
		write(fd, secret->text, size) != (ssize_t) size || fsync(fd) != 0)
	{
		int			save_errno = errno;

		unlink(path);
		errno = save_errno;
		key_write_failed(path);
	}
	CloseTransientFile(fd);
	key_sync_directory(path);
}

/*
 * Make a key of that name, its secret half in the file.
 */
static void
key_generate(const char *path, const char *origin, NoteKey *key)
{
	KeySecret  *secret = key_secret_alloc();
	Hasher	   *hasher = hasher_create();

	PG_TRY();
	{
		unsigned char public_key[CRYPTO_PUBLIC_SIZE];

		secret->bytes[0] = NOTE_ED25519;
		crypto_random(secret->bytes + 1, CRYPTO_SEED_SIZE);
		if (!crypto_ed25519_public_key(secret->bytes + 1, public_key) ||
			!note_key_init(hasher, key, origin, public_key))
			elog(ERROR, "could not make a key for \"%s\"", origin);
		note_format_private(key, secret->bytes, secret->text);
		strcat(secret->text, "\n");
		key_write_file(path, secret);
	}
	PG_FINALLY();
	{
		crypto_secret_free(secret);
	}
	PG_END_TRY();
	hasher_free(hasher);
}

/*
 * End the validity of the key before, the first of keys.
 */
static void
key_end(Relation rel, const SigningKey *former, TimestampTz until)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData number;
	HeapTuple	row;
	Datum	   *values = palloc0(desc->natts * sizeof(Datum));
	bool	   *isnull = palloc0(desc->natts * sizeof(bool));
	bool	   *replace = palloc0(desc->natts * sizeof(bool));
	AttrNumber	valid_until = row_column(desc, "valid_until");

	ScanKeyInit(&number, row_column(desc, "signing_key"),
				BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(former->number));
	row = row_find(rel, "signing_key_pkey", 1, &number, false);
	values[valid_until - 1] = TimestampTzGetDatum(until);
	replace[valid_until - 1] = true;
	CatalogTupleUpdate(rel, &row->t_self,
					   heap_modify_tuple(row, desc, values, isnull, replace));
}

/*
 * Add the row of a key.
 */
static void
key_insert(Relation rel, const SigningKey *key, const char *verifier,
		   TimestampTz from)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Datum	   *values = palloc0(desc->natts * sizeof(Datum));
	bool	   *isnull = palloc0(desc->natts * sizeof(bool));
	bytea	   *public_key = palloc(VARHDRSZ + CRYPTO_PUBLIC_SIZE);

	SET_VARSIZE(public_key, VARHDRSZ + CRYPTO_PUBLIC_SIZE);
	memcpy(VARDATA(public_key), key->note.public_key, CRYPTO_PUBLIC_SIZE);
	values[row_column(desc, "signing_key") - 1] = Int32GetDatum(key->number);
	values[row_column(desc, "origin") - 1] =
		CStringGetTextDatum(key->note.name);
	values[row_column(desc, "algorithm") - 1] = CStringGetTextDatum("ed25519");
	values[row_column(desc, "public_key") - 1] = PointerGetDatum(public_key);
	values[row_column(desc, "verifier_key") - 1] =
		CStringGetTextDatum(verifier);
	values[row_column(desc, "valid_from") - 1] = TimestampTzGetDatum(from);
	values[row_column(desc, "tree_size") - 1] = Int64GetDatum(key->tree_size);
	isnull[row_column(desc, "valid_until") - 1] = true;
	CatalogTupleInsert(rel, heap_form_tuple(desc, values, isnull));
}

/*
 * Give the size of the newest head. Larger ones are not signed by the key
 * before: checkpoint() locks out what is replacing it.
 */
static int64
key_newest_head(void)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Head		head;
	int64		size = 0;

	if (head_newest(snapshot, true, &head))
		size = head.tree_size;
	UnregisterSnapshot(snapshot);
	return size;
}

/*
 * Record a key in place of the current one, and in the ledger.
 */
static void
key_record(SigningKey *key, const char *verifier)
{
	Relation	rel = table_open(aims_relid("signing_key"), RowExclusiveLock);
	TimestampTz now = GetCurrentTimestamp();
	bool		current;
	List	   *keys = key_read(&current);
	ListCell   *cell;
	StringInfoData detail;

	if (current)
		key_end(rel, linitial(keys), now);
	key->number = 1;
	key->tree_size = key_newest_head();
	foreach(cell, keys)
		key->number = Max(key->number,
						  ((SigningKey *) lfirst(cell))->number + 1);
	key_insert(rel, key, verifier, now);
	table_close(rel, NoLock);
	CommandCounterIncrement();
	initStringInfo(&detail);
	appendStringInfo(&detail, "{\"signing_key\":%d,\"verifier_key\":\"%s\",\"tree_size\":" INT64_FORMAT
					 ",\"valid_from\":\"",
					 key->number, verifier, key->tree_size);
	leaf_time(&detail, now);
	appendStringInfoString(&detail, "\"}");
	(void) capture_event("EVENT", "aims.signing_key", NULL, detail.data);
}

/*
 * Refuse where the database's encoding cannot hold a note: it has a dash that
 * not every encoding has.
 */
static void
key_check_encoding(void)
{
	unsigned char dash[] = "\342\200\224";
	unsigned char converted[16];
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return;
	conversion = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion) ||
		pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding, dash, 3,
									  converted, sizeof(converted),
									  true) != 3)
		ereport(ERROR,
				(errcode(ERRCODE_MS_SIGNING_KEY_UNAVAILABLE),
				 errmsg("checkpoints cannot be written in encoding \"%s\"",
						pg_encoding_to_char(encoding)),
				 errdetail("A signed note contains the character U+2014, which the database's encoding lacks."),
				 errhint("Use a database of encoding UTF8.")));
}

/*
 * Refuse to make a key in the wrong circumstances. Returns whether checkpoints
 * are withheld, which a new origin ends.
 */
static bool
key_check_circumstances(void)
{
	Incarnation newest;

	PreventCommandIfReadOnly("create_signing_key()");
	PreventCommandDuringRecovery("create_signing_key()");
	key_check_encoding();
	newest = incarnation_newest();
	if (newest.number > 0 && !newest.here)
		checkpoint_seal_first();
	return newest.number > 0 && !newest.resumed;
}

/*
 * The argument of create_signing_key.
 */
static char *
key_prefix_argument(FunctionCallInfo fcinfo)
{
	char	   *prefix;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("prefix must not be null"),
				 errhint("Use a name that is yours, like example.org/aims.")));
	prefix = text_to_cstring(PG_GETARG_TEXT_PP(0));
	key_check_prefix(prefix);
	return prefix;
}

PG_FUNCTION_INFO_V1(aims_create_signing_key);
/*
 * create_signing_key(prefix) makes the key that signs from now on. A file
 * whose row is rolled back is harmless: nothing is signed with it.
 */
Datum
aims_create_signing_key(PG_FUNCTION_ARGS)
{
	char	   *prefix = key_prefix_argument(fcinfo);
	char	   *verifier = palloc(NOTE_KEY_TEXT_MAX);
	bool		withheld = key_check_circumstances();
	char	   *last = withheld ? checkpoint_last() : NULL;
	char	   *path;
	SigningKey	former;
	SigningKey	key;
	bool		rotation;

	path = key_path();
	LockRelationOid(aims_relid("signing_key"), ShareRowExclusiveLock);
	rotation = key_current(&former) && !withheld;
	key_generate(path, key_origin(prefix, rotation ? &former : NULL),
				 &key.note);
	note_format_verifier(&key.note, verifier);
	PG_TRY();
	{
		key_record(&key, verifier);
		if (withheld)
			incarnation_resume("forked", last);
	}
	PG_CATCH();
	{
		unlink(path);
		PG_RE_THROW();
	}
	PG_END_TRY();
	PG_RETURN_TEXT_P(cstring_to_text(verifier));
}

/*
 * Let the current key sign under a new origin from now on: same prefix, another
 * log id. Its file stays as it is; the name in it is that of its creation.
 */
void
key_begin_origin(void)
{
	char	   *verifier = palloc(NOTE_KEY_TEXT_MAX);
	Hasher	   *hasher = hasher_create();
	SigningKey	former;
	SigningKey	key;
	char	   *prefix;

	LockRelationOid(aims_relid("signing_key"), ShareRowExclusiveLock);
	if (!key_current(&former))
		checkpoint_no_key();
	prefix = pstrdup(former.note.name);
	*strrchr(prefix, '/') = '\0';
	if (!note_key_init(hasher, &key.note, key_new_origin(prefix),
					   former.note.public_key))
		elog(ERROR, "could not begin an origin after \"%s\"",
			 former.note.name);
	hasher_free(hasher);
	note_format_verifier(&key.note, verifier);
	key_record(&key, verifier);
}

PG_FUNCTION_INFO_V1(aims_public_key);
/*
 * public_key() gives what checkers need.
 */
Datum
aims_public_key(PG_FUNCTION_ARGS)
{
	char		verifier[NOTE_KEY_TEXT_MAX];
	SigningKey	key;

	if (!key_current(&key))
		checkpoint_no_key();
	note_format_verifier(&key.note, verifier);
	PG_RETURN_TEXT_P(cstring_to_text(verifier));
}
