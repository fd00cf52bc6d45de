/*
 * store.c
 *		The directory of a published log, for writing.
 *
 * Each file is flushed before it gets its name. Names are flushed with the
 * whole file system, before and after the checkpoint is written: a checkpoint
 * is never there without what it covers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

#define STORE_TEMPORARY ".aims-export.tmp"

static int	store_fd = -1;
static bool store_flushes = true;

/*
 * End the program over a file.
 */
static void
store_fail(const char *what, const char *path)
{
	fail(STATUS_TROUBLE, "could not %s \"%s\": %s", what, path,
		 strerror(errno));
}

/*
 * Open the directory. The lock goes with the process.
 */
void
store_open(const char *directory, bool sync)
{
	store_flushes = sync;
	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		store_fail("create directory", directory);
	store_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store_fd < 0 || fchdir(store_fd) != 0)
		store_fail("open directory", directory);
	if (flock(store_fd, LOCK_EX | LOCK_NB) != 0)
		fail(STATUS_TROUBLE, errno == EWOULDBLOCK ?
			 "another aims-export is at work in \"%s\"" :
			 "could not lock \"%s\"", directory);
}

/*
 * Is there anything of that name?
 */
bool
store_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/*
 * Compare a file with what it should be.
 */
bool
store_has(const char *path, const void *data, size_t size)
{
	char	   *found;
	bool		same;
	struct stat status;

	if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
		status.st_size != (off_t) size)
		return false;
	found = allocate(size);
	same = file_read(path, found, size) == (long) size &&
		memcmp(found, data, size) == 0;
	free(found);
	return same;
}

/*
 * Make the directories on the way to a file.
 */
static void
store_make_parents(const char *path)
{
	char		parent[TILE_PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash != NULL;
		 slash = strchr(slash + 1, '/'))
	{
		memcpy(parent, path, slash - path);
		parent[slash - path] = '\0';
		if (mkdir(parent, 0777) != 0 && errno != EEXIST)
			store_fail("create directory", parent);
	}
}

/*
 * Write all of it to the temporary file.
 */
static void
store_write(const char *data, size_t size)
{
	int			fd = open(STORE_TEMPORARY,
						  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		store_fail("create", STORE_TEMPORARY);
	while (size > 0)
	{
		ssize_t		n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			store_fail("write", STORE_TEMPORARY);
		data += n;
		size -= n;
	}
	if ((store_flushes && fsync(fd) != 0) || close(fd) != 0)
		store_fail("flush", STORE_TEMPORARY);
}

/*
 * Put a file in place. Directories are made when it turns out that they are
 * missing.
 */
void
store_put(const char *path, const void *data, size_t size)
{
	if (store_has(path, data, size))
		return;
	store_write(data, size);
	if (rename(STORE_TEMPORARY, path) == 0)
		return;
	if (errno != ENOENT)
		store_fail("write", path);
	store_make_parents(path);
	if (rename(STORE_TEMPORARY, path) != 0)
		store_fail("write", path);
}

/*
 * Put a tile or an entry bundle in place.
 */
void
store_put_tile(int level, uint64_t index, int width, const void *data,
			   size_t size)
{
	TilePath	path = {level, index, width};
	char		name[TILE_PATH_MAX];

	tile_path_format(name, &path);
	store_put(name, data, size);
}

/*
 * Remove a tile's partial forms: files named by their width, in a directory of
 * their own. Whatever else is in there stays.
 */
void
store_drop_partial(int level, uint64_t index)
{
	TilePath	path = {level, index, 1};
	char		name[TILE_PATH_MAX];
	char	   *width = name + tile_path_format(name, &path) - strlen("1");

	*(width - 1) = '\0';
	if (!store_exists(name))
		return;
	for (path.width = 1; path.width < TILE_PATH_FULL; path.width++)
	{
		tile_path_format(name, &path);
		if (unlink(name) != 0 && errno != ENOENT)
			store_fail("remove", name);
	}
	*(width - 1) = '\0';
	if (rmdir(name) != 0 && errno != ENOTEMPTY && errno != EEXIST)
		store_fail("remove", name);
}

/*
 * Flush the names of the files.
 */
void
store_sync(void)
{
	if (store_flushes && syncfs(store_fd) != 0)
		store_fail("flush", ".");
}
