/*
 * stat_sample.c
 *		Reading two sorted arrays together.
 */
#include "stat_sample.h"
#include "stat_sort.h"

/*
 * Read the smallest value that is left, with all rows that have it.
 */
static bool
array_next(TieReader *reader, Tie *tie)
{
	ArrayReader *array = (ArrayReader *) reader;
	uint64_t	smallest = UINT64_MAX;

	for (int s = 0; s < 2; s++)
		if (array->at[s] < reader->n[s] &&
			array->keys[s][array->at[s]] < smallest)
			smallest = array->keys[s][array->at[s]];
	/* No number has that key. */
	if (smallest == UINT64_MAX)
		return false;
	for (int s = 0; s < 2; s++)
	{
		uint64_t	first = array->at[s];

		while (array->at[s] < reader->n[s] &&
			   array->keys[s][array->at[s]] == smallest)
			array->at[s]++;
		tie->n[s] = array->at[s] - first;
	}
	tie->value = stat_number(smallest);
	return true;
}

static void
array_rewind(TieReader *reader)
{
	ArrayReader *array = (ArrayReader *) reader;

	array->at[0] = array->at[1] = 0;
}

/*
 * Begin to read sorted arrays, which have to stay.
 */
void
array_reader(ArrayReader *reader, const uint64_t *keys0, uint64_t n0,
			 const uint64_t *keys1, uint64_t n1)
{
	reader->reader = (TieReader){{n0, n1}, array_next, array_rewind};
	reader->keys[0] = keys0;
	reader->keys[1] = keys1;
	reader->at[0] = reader->at[1] = 0;
}
