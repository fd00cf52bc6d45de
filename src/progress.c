/*
 * progress.c
 *		Saying how far a long function has come.
 *
 * A NOTICE reaches the client at once, unlike rows of a result. The clock is
 * looked at so seldom that counting costs nothing: after as many steps as were
 * last done in about a tenth of a second.
 */
#include "aims.h"

#include "portability/instr_time.h"

#include "progress.h"

#define PROGRESS_INTERVAL 5.0	/* seconds between two notices */
#define PROGRESS_LOOK 0.1		/* seconds between two looks at the clock */

struct Progress
{
	const char *what;
	const char *unit;
	int64		total;
	int64		done;
	int64		look_at;		/* done, when the clock is looked at next */
	int64		stride;
	double		looked;			/* seconds since the beginning */
	double		said;
	instr_time	start;
};

/* Seconds since the beginning. */
static double
progress_seconds(const Progress *progress)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, progress->start);
	return INSTR_TIME_GET_DOUBLE(now);
}

/* A number with commas between its thousands. */
static char *
progress_number(int64 n)
{
	char	   *digits = psprintf(INT64_FORMAT, n);
	int			length = strlen(digits);
	char	   *out = palloc(length + length / 3 + 1);
	char	   *p = out;

	for (int i = 0; i < length; i++)
	{
		if (i > 0 && (length - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	pfree(digits);
	return out;
}

/* Begin to count. */
Progress *
progress_begin(const char *what, int64 total)
{
	Progress   *progress = palloc0(sizeof(Progress));

	progress->what = what;
	progress->unit = "entries";
	progress->total = total;
	progress->stride = progress->look_at = 1;
	INSTR_TIME_SET_CURRENT(progress->start);
	return progress;
}

/* Count something else than entries. */
void
progress_unit(Progress *progress, const char *unit)
{
	progress->unit = unit;
}

/* Tell the client; a total that was passed is one that nobody knows. */
static void
progress_say(Progress *progress, double seconds)
{
	char	   *done = progress_number(progress->done);
	double		share;

	progress->said = seconds;
	if (progress->total < progress->done)
		ereport(NOTICE,
				(errmsg("%s: %s %s", progress->what, done, progress->unit)));
	else
	{
		share = (double) progress->done / progress->total;
		ereport(NOTICE,
				(errmsg("%s: %s of %s %s (%d %%), about %.0f s left",
						progress->what, done,
						progress_number(progress->total), progress->unit,
						(int) (share * 100), seconds / share - seconds)));
	}
}

/* Look at the clock, and choose when to look again. */
static void
progress_look(Progress *progress)
{
	double		seconds = progress_seconds(progress);

	if (seconds - progress->looked < PROGRESS_LOOK)
		progress->stride *= 2;
	else if (progress->stride > 1)
		progress->stride /= 2;
	progress->looked = seconds;
	progress->look_at = progress->done + progress->stride;
	if (seconds - progress->said >= PROGRESS_INTERVAL)
		progress_say(progress, seconds);
}

/* So many more are done. */
void
progress_advance(Progress *progress, int64 n)
{
	progress->done += n;
	if (progress->done >= progress->look_at)
		progress_look(progress);
}

/* All is done. */
void
progress_end(Progress *progress)
{
	if (progress->said > 0)
		ereport(NOTICE,
				(errmsg("%s: %s %s in %.0f s", progress->what,
						progress_number(progress->done), progress->unit,
						progress_seconds(progress))));
	pfree(progress);
}
