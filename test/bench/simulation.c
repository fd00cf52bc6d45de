/*
 * simulation.c
 *		What the server's simulation is compared with: the same compound model
 *		in a plain loop, as one would write it for one program: a generator of
 *		a few lines, gamma ratios by Marsaglia and Tsang over polar normals,
 *		Poisson by multiplication, qsort. Prints seconds as a line of
 *		bench.result without its round.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TRIALS 100000

static uint64_t state = 88172645463325252;
static double losses[TRIALS];

static double
uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((double) (state >> 12) + 0.5) * 0x1p-52;
}

static double
normal(void)
{
	static double spare;
	static int	has_spare;
	double		x;
	double		y;
	double		square;

	if (has_spare)
	{
		has_spare = 0;
		return spare;
	}
	do
	{
		x = 2 * uniform() - 1;
		y = 2 * uniform() - 1;
		square = x * x + y * y;
	} while (square >= 1);
	square = sqrt(-2 * log(square) / square);
	spare = x * square;
	has_spare = 1;
	return y * square;
}

static double
gamma_variate(double shape)
{
	double		d = shape - 1.0 / 3;
	double		c = 1 / sqrt(9 * d);

	for (;;)
	{
		double		x = normal();
		double		v = 1 + c * x;

		v = v * v * v;
		if (v > 0 && log(uniform()) < 0.5 * x * x + d - d * v + d * log(v))
			return d * v;
	}
}

static double
pert(double low, double mode, double high)
{
	double		x = gamma_variate(1 + 4 * (mode - low) / (high - low));
	double		y = gamma_variate(1 + 4 * (high - mode) / (high - low));

	return low + (high - low) * x / (x + y);
}

static int
poisson(double rate)
{
	double		limit = exp(-rate);
	double		product = uniform();
	int			n = 0;

	while (product > limit)
	{
		product *= uniform();
		n++;
	}
	return n;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

int
main(void)
{
	struct timespec start;
	struct timespec end;
	double		sum = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < TRIALS; i++)
	{
		int			events = poisson(pert(0.1, 0.5, 2));

		losses[i] = 0;
		for (int n = 0; n < events; n++)
			losses[i] += pert(50000, 250000, 2000000);
		sum += losses[i];
	}
	qsort(losses, TRIALS, sizeof(double), compare);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (fabs(sum / TRIALS - 347361.11) > 8000)
		return 1;
	printf("simulation\tloop\t%.6f\n", (double) (end.tv_sec - start.tv_sec) +
		   (double) (end.tv_nsec - start.tv_nsec) / 1e9);
	return 0;
}
