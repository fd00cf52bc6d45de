/*
 * pert_text.c
 *		Reading an estimate that is written, from left to right.
 *
 * The caller has the decimal point of the C locale, as the server does.
 */
#include "pert_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void
pert_skip_blanks(const char **next)
{
	while (**next == ' ' || **next == '\t')
		(*next)++;
}

/* Read a given text; false, and nothing read, where something else stands. */
static bool
pert_read_text(const char **next, const char *expected)
{
	pert_skip_blanks(next);
	if (strncasecmp(*next, expected, strlen(expected)) != 0)
		return false;
	*next += strlen(expected);
	return true;
}

/* How many characters belong to a number? Two dots end it. */
static int
pert_number_length(const char *text)
{
	int			length = 0;

	for (;; length++)
	{
		char		c = text[length];
		char		before = length > 0 ? text[length - 1] : 'e';

		if (c == '.' ? text[length + 1] == '.' :
			c == '+' || c == '-' ? before != 'e' && before != 'E' :
			c == 'e' || c == 'E' ? length == 0 : c < '0' || c > '9')
			return length;
	}
}

/* Read a number; false where there is none. */
static bool
pert_read_number(const char **next, double *value)
{
	char		number[PERT_NUMBER_MAX + 1];
	char	   *end;
	int			length;

	pert_skip_blanks(next);
	length = pert_number_length(*next);
	if (length == 0 || length > PERT_NUMBER_MAX)
		return false;
	memcpy(number, *next, length);
	number[length] = '\0';
	*value = strtod(number, &end);
	if (*end != '\0')
		return false;
	*next += length;
	return true;
}

/*
 * Read an estimate. Returns NULL, and in fault whether its numbers make one, or
 * else the place from which on it cannot be read.
 */
const char *
pert_text_read(const char *text, Distribution *pert, DistributionFault *fault)
{
	const char *next = text;
	double		low;
	double		mode = 0;
	double		high;
	double		lambda = PERT_LAMBDA;
	bool		lognormal = pert_read_text(&next, PERT_LOGNORMAL);

	if (!(pert_read_number(&next, &low) && pert_read_text(&next, "..")))
		return next;
	if (!lognormal &&
		!(pert_read_number(&next, &mode) && pert_read_text(&next, "..")))
		return next;
	if (!pert_read_number(&next, &high))
		return next;
	if (lognormal ? !pert_read_text(&next, ")") :
		pert_read_text(&next, "@") && !pert_read_number(&next, &lambda))
		return next;
	pert_skip_blanks(&next);
	if (*next != '\0')
		return next;
	*fault = lognormal ? distribution_lognormal(pert, low, high) :
		distribution_pert(pert, low, mode, high, lambda);
	return NULL;
}
