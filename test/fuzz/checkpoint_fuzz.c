/*
 * checkpoint_fuzz.c
 *		Checkpoints: what is accepted is spelled as we spell it, and what we
 *		write is read back as it was.
 */
#include <string.h>

#include "fuzz.h"
#include "note.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text that we write of these three. */
static char *
format(const char *origin, uint64_t tree_size, const MerkleHash root,
	   size_t *size)
{
	char	   *out = malloc(NOTE_CHECKPOINT_MAX);

	*size = note_format_checkpoint(origin, tree_size, root, out);
	check(*size < NOTE_CHECKPOINT_MAX && strlen(out) == *size);
	return out;
}

/* A text, which in a note ends with a newline, is read as it is written. */
static void
check_text(const char *text, size_t size)
{
	Note		note = {text, size, NULL, 0};
	NoteCheckpoint checkpoint;
	char	   *origin;
	char	   *again;
	size_t		again_size;
	Input		in;

	if (!note_parse_checkpoint(&note, &checkpoint))
		return;
	check(checkpoint.origin == text && checkpoint.origin_size > 0);
	check(checkpoint.size <= INT64_MAX);
	if (checkpoint.origin_size > NOTE_NAME_MAX)
		return;
	in = (Input){(const uint8_t *) text, size};
	origin = input_bytes(&in, checkpoint.origin_size, &again_size);
	if (strlen(origin) == checkpoint.origin_size)
	{
		again = format(origin, checkpoint.size, checkpoint.root, &again_size);
		check(again_size == size && memcmp(again, text, size) == 0);
		free(again);
	}
	free(origin);
}

/* What is written reads back; with a byte more, or one less, it does not. */
static void
check_written(const char *origin, uint64_t tree_size, const MerkleHash root)
{
	size_t		size;
	char	   *written = format(origin, tree_size, root, &size);
	char	   *text = exact_copy(written, size);
	Note		note = {text, size, NULL, 0};
	NoteCheckpoint checkpoint;

	check(note_parse_checkpoint(&note, &checkpoint) ==
		  (tree_size <= INT64_MAX));
	if (tree_size <= INT64_MAX)
	{
		check(checkpoint.origin_size == strlen(origin));
		check(memcmp(checkpoint.origin, origin, strlen(origin)) == 0);
		check(checkpoint.size == tree_size);
		check(memcmp(checkpoint.root, root, HASH_SIZE) == 0);
	}
	note.text_size--;
	check(!note_parse_checkpoint(&note, &checkpoint));
	free(text);
	text = malloc(size + 1);
	memcpy(text, written, size);
	text[size] = '\n';
	note = (Note){text, size + 1, NULL, 0};
	check(!note_parse_checkpoint(&note, &checkpoint));
	free(text);
	free(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	MerkleHash	root = {0};
	char	   *text = malloc(size + 1);
	uint64_t	tree_size;
	char	   *origin;

	/* The text of a note has a newline at its end, whatever stands before. */
	memcpy(text, data, size);
	text[size] = '\n';
	check_text(text, size + 1);
	free(text);
	if (size > 0 && data[size - 1] == '\n')
	{
		text = exact_copy(data, size);
		check_text(text, size);
		free(text);
	}
	tree_size = input_number(&in, 8) >> input_number(&in, 1) % 64;
	for (int i = 0; i < HASH_SIZE; i++)
		root[i] = input_number(&in, 1);
	origin = input_string(&in, NOTE_NAME_MAX);
	for (size_t i = 0; origin[i] != '\0'; i++)
		if (origin[i] == '\n')
			origin[i] = '/';
	if (origin[0] != '\0')
		check_written(origin, tree_size, root);
	free(origin);
	return 0;
}
