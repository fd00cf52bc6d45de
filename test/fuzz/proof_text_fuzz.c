/*
 * proof_text_fuzz.c
 *		Files that prove one record (c2sp.org/tlog-proof): what is accepted is
 *		what writing it again gives, and what is written is accepted.
 */
#include <inttypes.h>
#include <string.h>

#include "bin/proof_text.h"
#include "crypto.h"
#include "fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char header[] = "c2sp.org/tlog-proof@v1\n";

/* Write a proof as proof.c of the server does. */
static char *
write_proof(const ProofText *proof, const char *extra, size_t extra_size,
			size_t *size)
{
	char	   *out = malloc(sizeof(header) + extra_size + 64 +
							 proof->n * CRYPTO_BASE64_SIZE(HASH_SIZE) +
							 proof->checkpoint_size);
	char	   *p = out + sprintf(out, "%s", header);

	if (extra_size > 0)
		memcpy(p, extra, extra_size);
	p += extra_size;
	p += sprintf(p, "index %" PRIu64 "\n", proof->index);
	for (int i = 0; i < proof->n; i++)
	{
		crypto_base64_encode(proof->nodes[i], HASH_SIZE, p);
		p += strlen(p);
		*p++ = '\n';
	}
	*p++ = '\n';
	if (proof->checkpoint_size > 0)
		memcpy(p, proof->checkpoint, proof->checkpoint_size);
	*size = p - out + proof->checkpoint_size;
	return out;
}

/* Are both the same proof? */
static bool
same_proof(const ProofText *a, const ProofText *b)
{
	return a->index == b->index && a->n == b->n &&
		memcmp(a->nodes, b->nodes, a->n * HASH_SIZE) == 0 &&
		a->checkpoint_size == b->checkpoint_size &&
		(a->checkpoint_size == 0 ||
		 memcmp(a->checkpoint, b->checkpoint, a->checkpoint_size) == 0);
}

/* Any text: a proof only as it would be written, but for the extra line. */
static void
check_text(const char *text, size_t size)
{
	ProofText	proof;
	const char *extra = text + strlen(header);
	size_t		extra_size = 0;
	char	   *again;
	size_t		again_size;

	if (!proof_text_read(text, size, &proof))
		return;
	check(proof.n >= 0 && proof.n <= MERKLE_MAX_PROOF);
	check(proof.checkpoint + proof.checkpoint_size == text + size);
	if (*extra == 'e')
		extra_size = (const char *) memchr(extra, '\n', text + size - extra) -
			extra + 1;
	again = write_proof(&proof, extra, extra_size, &again_size);
	check(again_size == size && memcmp(again, text, size) == 0);
	free(again);
}

/* A written proof, with an extra line and without; then cut short. */
static void
check_written(const ProofText *proof, size_t cut)
{
	static const char extra[] = "extra AAAA\n";
	size_t		size;
	ProofText	back;

	for (int with = 0; with < 2; with++)
	{
		char	   *out = write_proof(proof, extra,
									  with ? strlen(extra) : 0, &size);
		char	   *text = exact_copy(out, size);

		check(proof_text_read(text, size, &back));
		check(same_proof(proof, &back));
		free(text);
		cut %= size - proof->checkpoint_size;
		text = exact_copy(out, cut);
		check(!proof_text_read(text, cut, &back));
		free(text);
		free(out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = exact_copy(data, size);
	Input		in = {data, size};
	ProofText	proof = {0};
	size_t		cut;
	char	   *checkpoint;

	check_text(text, size);
	free(text);
	cut = input_number(&in, 2);
	proof.index = input_number(&in, 8) >> (5 + input_number(&in, 1) % 59);
	proof.n = input_number(&in, 1) % (MERKLE_MAX_PROOF + 1);
	for (int i = 0; i < proof.n; i++)
		memset(proof.nodes[i], input_number(&in, 1), HASH_SIZE);
	checkpoint = input_bytes(&in, 200, &proof.checkpoint_size);
	proof.checkpoint = checkpoint;
	check_written(&proof, cut);
	free(checkpoint);
	return 0;
}
