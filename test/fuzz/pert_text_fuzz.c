/*
 * pert_text_fuzz.c
 *		Estimates as text: the reader against a plain reading, what is accepted
 *		against what it has to be, and written again.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "pert_text.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cut blanks off both ends of a string. */
static char *
trimmed(char *s)
{
	size_t		size;

	s += strspn(s, " \t");
	for (size = strlen(s); size > 0 && strchr(" \t", s[size - 1]); size--)
		s[size - 1] = '\0';
	return s;
}

/* Cut a string in two where a mark stands first; the rest, or NULL. */
static char *
cut(char *s, const char *mark)
{
	char	   *found = strstr(s, mark);

	if (found == NULL)
		return NULL;
	*found = '\0';
	return found + strlen(mark);
}

/* Sign, digits with a point at most, exponent: is it a number? */
static bool
reference_number(char *s, double *value)
{
	size_t		digits;
	const char *p;

	s = trimmed(s);
	p = s + (*s == '+' || *s == '-');
	digits = strspn(p, "0123456789");
	p += digits;
	if (*p == '.')
	{
		digits += strspn(p + 1, "0123456789");
		p += 1 + strspn(p + 1, "0123456789");
	}
	if (digits == 0 || strlen(s) > PERT_NUMBER_MAX)
		return false;
	if (*p == 'e' || *p == 'E')
	{
		p += 1 + (p[1] == '+' || p[1] == '-');
		if (!isdigit((unsigned char) *p))
			return false;
		p += strspn(p, "0123456789");
	}
	*value = strtod(s, NULL);
	return *p == '\0';
}

/* Low, mode, high and lambda of a text that it may cut to pieces. */
static bool
reference_read(char *s, double number[4], bool *lognormal)
{
	char	   *mode;
	char	   *high;
	char	   *lambda = NULL;
	const char *name = PERT_LOGNORMAL;

	s = trimmed(s);
	*lognormal = strncasecmp(s, name, strlen(name)) == 0;
	if (*lognormal)
	{
		s += strlen(name);
		if (*s == '\0' || s[strlen(s) - 1] != ')')
			return false;
		s[strlen(s) - 1] = '\0';
	}
	mode = cut(s, "..");
	high = mode == NULL || *lognormal ? mode : cut(mode, "..");
	if (high == NULL)
		return false;
	if (!*lognormal)
		lambda = cut(high, "@");
	number[3] = PERT_LAMBDA;
	return reference_number(s, &number[0]) &&
		(*lognormal || reference_number(mode, &number[1])) &&
		reference_number(high, &number[2]) &&
		(lambda == NULL || reference_number(lambda, &number[3]));
}

/* What every estimate is, and that it reads as itself when it is written. */
static void
check_estimate(const Distribution *pert)
{
	const double chances[] = {1e-300, 1e-9, 0.05, 0.5, 0.95, 1 - 1e-9};
	double		before = -INFINITY;
	char		text[200];
	Distribution again;
	DistributionFault fault;

	check(isfinite(pert->low) && isfinite(pert->high));
	check(pert->low <= pert->high && pert->lambda >= 0);
	check(distribution_is_lognormal(pert) ||
		  (pert->low <= pert->mode && pert->mode <= pert->high));
	check(isfinite(distribution_mean(pert)));
	check(distribution_variance(pert) >= 0);
	for (size_t i = 0; i < sizeof(chances) / sizeof(chances[0]); i++)
	{
		double		value = distribution_quantile(pert, chances[i]);

		check(value >= before);
		check(distribution_is_lognormal(pert) ||
			  (value >= pert->low && value <= pert->high));
		before = value;
	}
	if (distribution_is_lognormal(pert))
		snprintf(text, sizeof(text), PERT_LOGNORMAL "%.17g..%.17g)", pert->low,
				 pert->high);
	else
		snprintf(text, sizeof(text), "%.17g..%.17g..%.17g@%.17g", pert->low,
				 pert->mode, pert->high, pert->lambda);
	check(pert_text_read(text, &again, &fault) == NULL);
	check(fault == DISTRIBUTION_FINE);
	check(memcmp(&again, pert, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	char	   *text = input_string(&in, size);
	char	   *pieces = exact_copy(text, size + 1);
	Distribution pert = {0};
	Distribution expected = {0};
	DistributionFault fault;
	double		number[4] = {0};
	bool		lognormal;
	const char *place = pert_text_read(text, &pert, &fault);

	check((place == NULL) == reference_read(pieces, number, &lognormal));
	if (place != NULL)
		check(place >= text && place <= text + size);
	else if (lognormal)
		check(fault == distribution_lognormal(&expected, number[0], number[2]));
	else
		check(fault == distribution_pert(&expected, number[0], number[1],
										 number[2], number[3]));
	if (place == NULL)
		check(memcmp(&pert, &expected, sizeof(pert)) == 0);
	if (place == NULL && fault == DISTRIBUTION_FINE)
		check_estimate(&pert);
	free(pieces);
	free(text);
	return 0;
}
