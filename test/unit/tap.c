/*
 * tap.c
 *		Assertions of unit tests.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static int	run = 0;
static int	failed = 0;

/*
 * Report one assertion.
 */
static void
report(bool passed, const char *name, va_list arguments)
{
	run++;
	if (!passed)
		failed++;
	printf("%sok %d - ", passed ? "" : "not ", run);
	vprintf(name, arguments);
	putchar('\n');
}

void
ok(bool passed, const char *name, ...)
{
	va_list		arguments;

	va_start(arguments, name);
	report(passed, name, arguments);
	va_end(arguments);
}

void
is_hex(const void *bytes, size_t size, const char *hex, const char *name, ...)
{
	const unsigned char *byte = bytes;
	char		pair[3];
	bool		same = strlen(hex) == 2 * size;
	va_list		arguments;

	for (size_t i = 0; same && i < size; i++)
	{
		snprintf(pair, sizeof(pair), "%02x", byte[i]);
		same = memcmp(pair, hex + 2 * i, 2) == 0;
	}
	va_start(arguments, name);
	report(same, name, arguments);
	va_end(arguments);
}

size_t
unhex(const char *hex, unsigned char *out)
{
	size_t		size = strlen(hex) / 2;
	unsigned int byte;

	for (size_t i = 0; i < size; i++)
	{
		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = byte;
	}
	return size;
}

int
done(void)
{
	printf("1..%d\n", run);
	if (failed > 0)
		fprintf(stderr, "# %d of %d failed\n", failed, run);
	return failed > 0;
}
