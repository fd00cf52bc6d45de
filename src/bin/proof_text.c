/*
 * proof_text.c
 *		Proofs of one leaf as a text (c2sp.org/tlog-proof).
 */
#include <string.h>

#include "crypto.h"
#include "proof_text.h"

static const char proof_header[] = "c2sp.org/tlog-proof@v1\n";
static const char proof_extra[] = "extra ";
static const char proof_index[] = "index ";

/*
 * Does the text begin like that?
 */
static bool
proof_begins(const char *text, const char *end, const char *prefix)
{
	size_t		size = strlen(prefix);

	return (size_t) (end - text) >= size && memcmp(text, prefix, size) == 0;
}

/*
 * Read the decimal number of a line, without its line feed.
 */
static bool
proof_number(const char *line, const char *end, uint64_t *out)
{
	*out = 0;
	if (line == end || end - line > 18 || (*line == '0' && end - line > 1))
		return false;
	for (; line < end; line++)
	{
		if (*line < '0' || *line > '9')
			return false;
		*out = *out * 10 + (*line - '0');
	}
	return true;
}

/*
 * Give the next line, without its line feed; NULL where the text ends before.
 */
static const char *
proof_line(const char **text, const char *end, const char **line_end)
{
	const char *line = *text;

	*line_end = memchr(line, '\n', end - line);
	if (*line_end == NULL)
		return NULL;
	*text = *line_end + 1;
	return line;
}

/*
 * Take a proof apart: header, perhaps an extra line, index, nodes, an empty
 * line, the checkpoint.
 */
bool
proof_text_read(const char *text, size_t size, ProofText *out)
{
	const char *end = text + size;
	const char *line_end;
	const char *line;

	out->n = 0;
	if (!proof_begins(text, end, proof_header))
		return false;
	text += strlen(proof_header);
	line = proof_line(&text, end, &line_end);
	if (line != NULL && proof_begins(line, line_end, proof_extra))
		line = proof_line(&text, end, &line_end);
	if (line == NULL || !proof_begins(line, line_end, proof_index) ||
		!proof_number(line + strlen(proof_index), line_end, &out->index))
		return false;
	while ((line = proof_line(&text, end, &line_end)) != NULL)
	{
		if (line == line_end)
		{
			out->checkpoint = text;
			out->checkpoint_size = end - text;
			return true;
		}
		if (out->n == MERKLE_MAX_PROOF ||
			crypto_base64_decode(line, line_end - line, out->nodes[out->n++],
								 HASH_SIZE) != HASH_SIZE)
			return false;
	}
	return false;
}
