/*
 * pert.c
 *		Type pert: an estimate of what is uncertain, as a distribution.
 *
 * A value is a Distribution as it is, so that equal values are equal bytes;
 * its text (pert_text.h) has the fewest digits that read as the same number,
 * whatever the session's settings.
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "compat.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "pert.h"
#include "pert_text.h"
#include "draw.h"

#define PERT_VERSION 1			/* of the binary format */

/* Report input that cannot be read from a place on, softly where asked so. */
static bool
pert_refuse_syntax(const char *text, const char *place, Node *escontext)
{
	int			length = (int) Min(strlen(text), INT_MAX);

	ereturn(escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%.*s\"", "pert",
					pg_mbcliplen(text, length, PERT_NUMBER_MAX), text),
			 errdetail("It cannot be read from position %d on.",
					   (int) (place - text) + 1),
			 errhint("Write the least, most likely and most as 10..50..200 (a constant as 7..7..7) or, "
					 "with a lambda other than 4, 10..50..200@2; or a 90 %% "
					 "interval as lognormal(10..1000).")));
}

/* What is wrong with the numbers of a value. */
static const char *
pert_fault_detail(DistributionFault fault)
{
	switch (fault)
	{
		case DISTRIBUTION_NOT_FINITE:
			return _("Each of them is a finite number.");
		case DISTRIBUTION_TOO_LARGE:
			return _("None of them is beyond 1e100.");
		case DISTRIBUTION_NOT_IN_ORDER:
			return _("The least is not above the most likely, nor this above the most; of a lognormal interval the lower end is below the upper one.");
		case DISTRIBUTION_LAMBDA:
			return _("Lambda is above 0, and 1000 at most.");
		case DISTRIBUTION_NOT_POSITIVE:
			return _("A lognormal interval begins above 0.");
		case DISTRIBUTION_TOO_WIDE:
			return _("The upper end of a lognormal interval is 1e12 times the lower one at most.");
		case DISTRIBUTION_FINE:
			break;
	}
	return "";
}

/* Report numbers that make no value; true where there is no fault. */
static bool
pert_check(DistributionFault fault, Node *escontext)
{
	if (fault == DISTRIBUTION_FINE)
		return true;
	ereturn(escontext, false,
			(errcode(fault == DISTRIBUTION_NOT_IN_ORDER ?
					 ERRCODE_INVALID_PARAMETER_VALUE :
					 ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("these numbers make no estimate"),
			 errdetail_internal("%s", pert_fault_detail(fault)),
			 errhint("Estimate the least, the most likely and the most that it "
					 "may be, in this order.")));
}

PG_FUNCTION_INFO_V1(aims_pert_in);

/* Text input. */
Datum
aims_pert_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Distribution *pert = palloc0(sizeof(Distribution));
	DistributionFault fault;
	const char *place = pert_text_read(text, pert, &fault);

	if (place == NULL ? !pert_check(fault, fcinfo->context) :
		!pert_refuse_syntax(text, place, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(pert);
}

/* A value as text. */
char *
pert_text(const Distribution *pert)
{
	char		low[DOUBLE_SHORTEST_DECIMAL_LEN];
	char		mode[DOUBLE_SHORTEST_DECIMAL_LEN];
	char		high[DOUBLE_SHORTEST_DECIMAL_LEN];
	char		lambda[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(pert->low, low);
	double_to_shortest_decimal_buf(pert->mode, mode);
	double_to_shortest_decimal_buf(pert->high, high);
	double_to_shortest_decimal_buf(pert->lambda, lambda);
	if (distribution_is_lognormal(pert))
		return psprintf(PERT_LOGNORMAL "%s..%s)", low, high);
	if (pert->lambda == PERT_LAMBDA)
		return psprintf("%s..%s..%s", low, mode, high);
	return psprintf("%s..%s..%s@%s", low, mode, high, lambda);
}

PG_FUNCTION_INFO_V1(aims_pert_out);

/* Text output. */
Datum
aims_pert_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pert_text(PG_GETARG_PERT(0)));
}

PG_FUNCTION_INFO_V1(aims_pert_recv);

/* Binary input: a byte of format version, low, mode, high, lambda. */
Datum
aims_pert_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	Distribution *pert = palloc0(sizeof(Distribution));
	int			version = pq_getmsgbyte(buf);
	double		low;
	double		mode;
	double		high;
	double		lambda;

	if (version != PERT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of binary pert", version),
				 errdetail("This server reads version %d.", PERT_VERSION),
				 errhint("Send the value as text.")));
	low = pq_getmsgfloat8(buf);
	mode = pq_getmsgfloat8(buf);
	high = pq_getmsgfloat8(buf);
	lambda = pq_getmsgfloat8(buf);
	pert_check(lambda == 0 ? distribution_lognormal(pert, low, high) :
			   distribution_pert(pert, low, mode, high, lambda), NULL);
	PG_RETURN_POINTER(pert);
}

PG_FUNCTION_INFO_V1(aims_pert_send);

/* Binary output. */
Datum
aims_pert_send(PG_FUNCTION_ARGS)
{
	Distribution *pert = PG_GETARG_PERT(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, PERT_VERSION);
	pq_sendfloat8(&buf, pert->low);
	pq_sendfloat8(&buf, pert->mode);
	pq_sendfloat8(&buf, pert->high);
	pq_sendfloat8(&buf, pert->lambda);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(aims_pert);

/* A PERT distribution of its numbers. */
Datum
aims_pert(PG_FUNCTION_ARGS)
{
	Distribution *pert = palloc0(sizeof(Distribution));

	pert_check(distribution_pert(pert, PG_GETARG_FLOAT8(0),
								 PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2),
								 PG_GETARG_FLOAT8(3)), NULL);
	PG_RETURN_POINTER(pert);
}

PG_FUNCTION_INFO_V1(aims_lognormal);

/* A lognormal distribution of its 90 % interval. */
Datum
aims_lognormal(PG_FUNCTION_ARGS)
{
	Distribution *pert = palloc0(sizeof(Distribution));

	pert_check(distribution_lognormal(pert, PG_GETARG_FLOAT8(0),
									  PG_GETARG_FLOAT8(1)), NULL);
	PG_RETURN_POINTER(pert);
}

PG_FUNCTION_INFO_V1(aims_pert_low);

Datum
aims_pert_low(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(PG_GETARG_PERT(0)->low);
}

PG_FUNCTION_INFO_V1(aims_pert_mode);

Datum
aims_pert_mode(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(PG_GETARG_PERT(0)->mode);
}

PG_FUNCTION_INFO_V1(aims_pert_high);

Datum
aims_pert_high(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(PG_GETARG_PERT(0)->high);
}

PG_FUNCTION_INFO_V1(aims_pert_lambda);

/* Lambda; NULL of what is lognormal. */
Datum
aims_pert_lambda(PG_FUNCTION_ARGS)
{
	Distribution *pert = PG_GETARG_PERT(0);

	if (distribution_is_lognormal(pert))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(pert->lambda);
}

PG_FUNCTION_INFO_V1(aims_pert_mean);

Datum
aims_pert_mean(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distribution_mean(PG_GETARG_PERT(0)));
}

PG_FUNCTION_INFO_V1(aims_pert_variance);

Datum
aims_pert_variance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distribution_variance(PG_GETARG_PERT(0)));
}

PG_FUNCTION_INFO_V1(aims_pert_quantile);

/* The value that it is not above with a probability. */
Datum
aims_pert_quantile(PG_FUNCTION_ARGS)
{
	double		p = PG_GETARG_FLOAT8(1);

	if (!(p >= 0 && p <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("probability %g is not between 0 and 1", p),
				 errdetail("A quantile is asked for by the probability of what "
						   "is not above it."),
				 errhint("The 95th percentile is quantile(estimate, 0.95).")));
	PG_RETURN_FLOAT8(distribution_quantile(PG_GETARG_PERT(0), p));
}

PG_FUNCTION_INFO_V1(aims_pert_largest);

/* The largest value that may be drawn. */
Datum
aims_pert_largest(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sampler_largest(PG_GETARG_PERT(0)));
}

PG_FUNCTION_INFO_V1(aims_pert_cdf);

/* The probability that it is not above a value. */
Datum
aims_pert_cdf(PG_FUNCTION_ARGS)
{
	double		x = PG_GETARG_FLOAT8(1);

	if (isnan(x))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("NaN has no probability"),
				 errdetail("The second argument is a value that the estimate "
						   "may or may not exceed."),
				 errhint("Leave such rows out.")));
	PG_RETURN_FLOAT8(distribution_cdf(PG_GETARG_PERT(0), x));
}

PG_FUNCTION_INFO_V1(aims_pert_eq);

/* Operator =. */
Datum
aims_pert_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) == 0);
}

PG_FUNCTION_INFO_V1(aims_pert_ne);

/* Operator <>. */
Datum
aims_pert_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) != 0);
}

PG_FUNCTION_INFO_V1(aims_pert_lt);

/* Operator <. */
Datum
aims_pert_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) < 0);
}

PG_FUNCTION_INFO_V1(aims_pert_le);

/* Operator <=. */
Datum
aims_pert_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) <= 0);
}

PG_FUNCTION_INFO_V1(aims_pert_gt);

/* Operator >. */
Datum
aims_pert_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) > 0);
}

PG_FUNCTION_INFO_V1(aims_pert_ge);

/* Operator >=. */
Datum
aims_pert_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(distribution_compare(PG_GETARG_PERT(0),
										PG_GETARG_PERT(1)) >= 0);
}

PG_FUNCTION_INFO_V1(aims_pert_cmp);

/* Btree support: three-way comparison. */
Datum
aims_pert_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(distribution_compare(PG_GETARG_PERT(0),
										 PG_GETARG_PERT(1)));
}

PG_FUNCTION_INFO_V1(aims_pert_hash);

/* Hash support. */
Datum
aims_pert_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(hash_any((const unsigned char *) PG_GETARG_PERT(0),
							 sizeof(Distribution)));
}

PG_FUNCTION_INFO_V1(aims_pert_hash_extended);

/* Hash support with a seed, 64 bits. */
Datum
aims_pert_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(hash_any_extended((const unsigned char *) PG_GETARG_PERT(0),
									  sizeof(Distribution),
									  PG_GETARG_INT64(1)));
}
