/*
 * proof_text.h
 *		Proofs of one leaf as a text (c2sp.org/tlog-proof). Knows nothing of
 *		files; every byte may be forged.
 */
#ifndef AIMS_BIN_PROOF_TEXT_H
#define AIMS_BIN_PROOF_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "merkle.h"

typedef struct ProofText
{
	uint64_t	index;			/* of the leaf */
	int			n;
	MerkleHash	nodes[MERKLE_MAX_PROOF];
	const char *checkpoint;		/* a signed note; points into the text */
	size_t		checkpoint_size;
} ProofText;

/* Take a proof apart; false where it is none. An extra line is let pass. */
extern bool proof_text_read(const char *text, size_t size, ProofText *out);

#endif							/* AIMS_BIN_PROOF_TEXT_H */
