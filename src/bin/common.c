/*
 * common.c
 *		What the programs share: messages, exit statuses, files, progress.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

const char *program = "aims";

static struct
{
	bool		shown;
	const char *what;
	uint64_t	total;
	uint64_t	first;			/* where the rate is counted from */
	double		started;
	double		last;
} progress;

/*
 * Print a message and end the program.
 */
void
fail(int status, const char *format, ...)
{
	va_list		arguments;

	progress_end();
	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(status);
}

/*
 * End well, unless the output went nowhere.
 */
int
finish(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		fail(STATUS_TROUBLE, "could not write the output: %s",
			 strerror(errno));
	return STATUS_FINE;
}

/*
 * Answer what every program is asked.
 */
void
standard_options(int argc, char **argv, void (*usage)(void))
{
	if (argc != 2)
		return;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)
		usage();
	else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		printf("%s (aims) %s\n", program, AIMS_VERSION);
	else
		return;
	exit(finish());
}

/*
 * Make a hasher, or end the program.
 */
Hasher *
start_hasher(void)
{
	Hasher	   *hasher = hasher_create();

	if (hasher == NULL)
		fail(STATUS_TROUBLE, "could not start the cryptographic library");
	return hasher;
}

/*
 * Allocate memory, or end the program.
 */
void *
allocate(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	if (memory == NULL)
		fail(STATUS_TROUBLE, "out of memory");
	return memory;
}

/*
 * Open a regular file. A pipe would keep us waiting, so it is not opened for
 * long. Returns -1 where there is no file.
 */
static int
file_open(const char *path, struct stat *status)
{
	int			fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return -1;
	if (fd < 0 || fstat(fd, status) != 0)
		fail(STATUS_TROUBLE, "could not open \"%s\": %s", path,
			 strerror(errno));
	if (!S_ISREG(status->st_mode))
		fail(STATUS_TROUBLE, "\"%s\" is not a regular file", path);
	return fd;
}

/*
 * Read an open file to its end; one that is longer than max is too large,
 * whatever its status said.
 */
static long
file_slurp(int fd, const char *path, char *out, size_t max)
{
	size_t		size = 0;
	char		more;

	for (;;)
	{
		bool		full = size == max;
		ssize_t		n = read(fd, full ? &more : out + size,
							 full ? 1 : max - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail(STATUS_TROUBLE, "could not read \"%s\": %s", path,
				 strerror(errno));
		if (n == 0)
			return (long) size;
		if (full)
			return FILE_TOO_LARGE;
		size += n;
	}
}

/*
 * Read a file into memory of the caller's.
 */
long
file_read(const char *path, void *out, size_t max)
{
	struct stat status;
	int			fd = file_open(path, &status);
	long		size;

	if (fd < 0)
		return FILE_ABSENT;
	size = file_slurp(fd, path, out, max);
	close(fd);
	return size;
}

/*
 * Read a file that has to be there.
 */
char *
file_text(const char *path, size_t max, size_t *size)
{
	struct stat status;
	int			fd = file_open(path, &status);
	char	   *text;
	long		length;

	if (fd < 0)
		fail(STATUS_TROUBLE, "could not open \"%s\": %s", path,
			 strerror(ENOENT));
	if (status.st_size > (off_t) max)
		fail(STATUS_TROUBLE, "\"%s\" is larger than %zu bytes", path, max);
	text = allocate(status.st_size + 1);
	length = file_slurp(fd, path, text, status.st_size);
	close(fd);
	if (length < 0)
		fail(STATUS_TROUBLE, "\"%s\" grows while it is read", path);
	text[length] = '\0';
	*size = length;
	return text;
}

/*
 * Seconds on a clock that only goes forward.
 */
static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/*
 * Format a number with commas.
 */
const char *
grouped(uint64_t number)
{
	static char buffers[4][32];
	static int	turn = 0;
	char	   *out = buffers[turn++ % 4];
	char		digits[24];
	int			length = sprintf(digits, "%" PRIu64, number);
	char	   *p = out;

	for (int i = 0; i < length; i++)
	{
		if (i > 0 && (length - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

/*
 * Does somebody look?
 */
bool
on_terminal(bool quiet)
{
	return !quiet && isatty(STDERR_FILENO);
}

/*
 * Begin to show progress, where somebody looks.
 */
void
progress_start(const char *what, uint64_t total, bool quiet)
{
	progress.shown = on_terminal(quiet);
	progress.what = what;
	progress.total = total;
	progress.started = seconds_now();
	progress.last = progress.started;
	progress.first = UINT64_MAX;
}

/*
 * Say how far it is, a few times a second.
 */
void
progress_at(uint64_t done)
{
	double		now;
	double		rate;

	if (!progress.shown)
		return;
	if (progress.first == UINT64_MAX)
		progress.first = done;
	now = seconds_now();
	if (now - progress.last < 0.2)
		return;
	progress.last = now;
	rate = (done - progress.first) / (now - progress.started);
	fprintf(stderr, "\r%s %s of %s leaves (%d %%), %s/s\033[K", progress.what,
			grouped(done), grouped(progress.total),
			progress.total == 0 ? 100 :
			(int) (100.0 * done / progress.total), grouped((uint64_t) rate));
}

/*
 * Clear the line.
 */
void
progress_end(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}
