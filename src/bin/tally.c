/*
 * tally.c
 *		Counts of entries by relation, operation and AI system.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "tally.h"

#define TALLY_SLOTS 4096		/* a power of two */
#define TALLY_MAX 1000			/* lines */
#define TALLY_NAME_MAX 200		/* bytes of a name that is told apart */

enum
{
	TALLY_RELATION,
	TALLY_OPERATION,
	TALLY_SYSTEM,
	TALLY_NAMES
};

typedef struct TallyLine
{
	uint64_t	count;
	uint32_t	hash;
	int			size[TALLY_NAMES];
	char		name[TALLY_NAMES][TALLY_NAME_MAX];
} TallyLine;

struct Tally
{
	int			n;
	TallyLine  *lines[TALLY_MAX];
	TallyLine  *slots[TALLY_SLOTS];
	uint64_t	others;			/* that found no place */
};

/*
 * Make an empty one.
 */
Tally *
tally_create(void)
{
	Tally	   *tally = allocate(sizeof(Tally));

	memset(tally, 0, sizeof(Tally));
	return tally;
}

/*
 * Bring an entry's names into the form of a line.
 */
static void
tally_names(const LeafText *entry, LeafString names[TALLY_NAMES])
{
	names[TALLY_RELATION] = entry->relation;
	names[TALLY_OPERATION] = entry->operation;
	names[TALLY_SYSTEM] = entry->system;
	for (int i = 0; i < TALLY_NAMES; i++)
	{
		if (names[i].data == NULL)
			names[i].data = "";
		if (names[i].size > TALLY_NAME_MAX)
			names[i].size = TALLY_NAME_MAX;
	}
}

/*
 * Hash them (FNV-1a).
 */
static uint32_t
tally_hash(const LeafString names[TALLY_NAMES])
{
	uint32_t	hash = UINT32_C(2166136261);

	for (int i = 0; i < TALLY_NAMES; i++)
		for (int j = 0; j <= names[i].size; j++)
		{
			unsigned char c = j < names[i].size ? names[i].data[j] : 0xFF;

			hash = (hash ^ c) * UINT32_C(16777619);
		}
	return hash;
}

/*
 * Is that the line of these names?
 */
static bool
tally_fits(const TallyLine *line, uint32_t hash,
		   const LeafString names[TALLY_NAMES])
{
	if (line->hash != hash)
		return false;
	for (int i = 0; i < TALLY_NAMES; i++)
		if (line->size[i] != names[i].size ||
			memcmp(line->name[i], names[i].data, names[i].size) != 0)
			return false;
	return true;
}

/*
 * Count an entry.
 */
void
tally_add(Tally *tally, const LeafText *entry)
{
	LeafString	names[TALLY_NAMES];
	uint32_t	hash;
	TallyLine **slot;

	tally_names(entry, names);
	hash = tally_hash(names);
	slot = &tally->slots[hash % TALLY_SLOTS];
	while (*slot != NULL && !tally_fits(*slot, hash, names))
		if (++slot == &tally->slots[TALLY_SLOTS])
			slot = tally->slots;
	if (*slot == NULL)
	{
		if (tally->n == TALLY_MAX)
		{
			tally->others++;
			return;
		}
		*slot = tally->lines[tally->n++] = allocate(sizeof(TallyLine));
		(*slot)->count = 0;
		(*slot)->hash = hash;
		for (int i = 0; i < TALLY_NAMES; i++)
		{
			(*slot)->size[i] = names[i].size;
			memcpy((*slot)->name[i], names[i].data, names[i].size);
		}
	}
	(*slot)->count++;
}

/*
 * By name.
 */
static int
tally_compare(const void *a, const void *b)
{
	const TallyLine *left = *(TallyLine *const *) a;
	const TallyLine *right = *(TallyLine *const *) b;

	for (int i = 0; i < TALLY_NAMES; i++)
	{
		int			size = left->size[i] < right->size[i] ?
			left->size[i] : right->size[i];
		int			order = memcmp(left->name[i], right->name[i], size);

		if (order != 0)
			return order;
		if (left->size[i] != right->size[i])
			return left->size[i] - right->size[i];
	}
	return 0;
}

/*
 * Print a text, at least as wide as that. C0 controls do not occur in what was
 * read from a leaf; C1 controls and DEL are left out.
 */
void
tally_print_string(const char *text, int size, int width)
{
	int			shown = 0;

	for (int i = 0; i < size; i++)
	{
		unsigned char c = text[i];
		bool		control = c < 0x20 || c == 0x7F ||
			(c == 0xC2 && i + 1 < size &&
			 ((unsigned char) text[i + 1] & 0xE0) == 0x80);

		if (control && c == 0xC2)
			i++;
		putchar(control ? '?' : c);
		/* A character counts once. */
		shown += (c & 0xC0) != 0x80;
	}
	for (; shown < width; shown++)
		putchar(' ');
}

/*
 * Print all counts.
 */
void
tally_print(Tally *tally)
{
	static const int width[TALLY_NAMES] = {32, 10, 20};

	qsort(tally->lines, tally->n, sizeof(TallyLine *), tally_compare);
	printf("\n%-32s  %-10s  %-20s  %13s\n", "relation", "operation", "system",
		   "entries");
	for (int i = 0; i < tally->n; i++)
	{
		for (int j = 0; j < TALLY_NAMES; j++)
		{
			tally_print_string(tally->lines[i]->name[j],
							   tally->lines[i]->size[j], width[j]);
			fputs("  ", stdout);
		}
		printf("%13s\n", grouped(tally->lines[i]->count));
	}
	if (tally->others > 0)
		printf("%-66s  %13s\n", "others", grouped(tally->others));
	putchar('\n');
}
