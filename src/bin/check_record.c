/*
 * check_record.c
 *		Check one record: that its leaf is in a log, and that what was disclosed
 *		of it is what its leaf was made from.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "leaf_text.h"
#include "proof_text.h"
#include "tally.h"

#define SALT_MIN 16
#define SALT_MAX 64
#define DISCLOSED_MAX (1024 * 1024 * 1024)

#define refuse(...) fail(STATUS_WRONG, "not verified: " __VA_ARGS__)

/*
 * Read a JSON object from a file. Whatever writes text to files likes to end
 * them with a line feed, which no object of ours ends with.
 */
static char *
read_object(const char *file, size_t max, size_t *size)
{
	char	   *text = file_text(file, max + 1, size);

	if (*size > 1 && memcmp(text + *size - 2, "}\n", 2) == 0)
		(*size)--;
	if (*size > max)
		fail(STATUS_TROUBLE, "\"%s\" is larger than %zu bytes", file, max);
	return text;
}

/*
 * Decode hexadecimal digits. Returns how many bytes, or -1.
 */
static int
read_hex(const char *text, size_t size, unsigned char *out, int max)
{
	if (size % 2 != 0 || size / 2 > (size_t) max)
		return -1;
	for (size_t i = 0; i < size; i++)
	{
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);
		int			value;

		if (digit == NULL)
			return -1;
		value = digit - digits < 16 ? (int) (digit - digits) :
			(int) (digit - digits) - 6;
		out[i / 2] = i % 2 == 0 ? value << 4 : out[i / 2] | value;
	}
	return (int) (size / 2);
}

/*
 * Read the salt: digits, or a file with them.
 */
static int
read_salt(const char *argument, unsigned char *salt)
{
	int			size = read_hex(argument, strlen(argument), salt, SALT_MAX);
	size_t		length;
	char	   *text;

	if (size < 0)
	{
		text = file_text(argument, 2 * SALT_MAX + 1, &length);
		if (length > 0 && text[length - 1] == '\n')
			length--;
		size = read_hex(text, length, salt, SALT_MAX);
	}
	if (size < SALT_MIN)
		fail(STATUS_TROUBLE, "a salt has at least %d hexadecimal digits",
			 2 * SALT_MIN);
	return size;
}

/*
 * Check that the leaf is in the log that the proof's checkpoint is of.
 */
static void
check_proof(const CheckOptions *options, Hasher *hasher, const char *leaf,
			size_t leaf_size)
{
	size_t		size;
	char	   *text = file_text(options->proof, 2 * NOTE_FILE_MAX, &size);
	ProofText	proof;
	NoteCheckpoint head;
	const NoteKey *signer;
	const char *problem;
	MerkleHash	hash;

	if (!proof_text_read(text, size, &proof))
		refuse("\"%s\" is not a proof (c2sp.org/tlog-proof)", options->proof);
	problem = keys_open(&options->keys, proof.checkpoint,
						proof.checkpoint_size, &head, &signer);
	if (problem != NULL)
		refuse("the checkpoint in \"%s\" %s", options->proof, problem);
	merkle_leaf(hasher, leaf, leaf_size, hash);
	if (!merkle_verify_inclusion(hasher, proof.index, head.size, hash,
								 (const MerkleHash *) proof.nodes, proof.n,
								 head.root))
		refuse("\"%s\" does not prove that the leaf in \"%s\" is in the log",
			   options->proof, options->leaf);
	if (options->quiet)
		return;
	printf("leaf         %" PRIu64 " of ", proof.index);
	tally_print_string(head.origin, (int) head.origin_size, 0);
	printf("\ncheckpoint   %s leaves", grouped(head.size));
	check_print_signer(signer);
}

/*
 * Say what has been verified, and what not.
 */
static void
print_verdict(const CheckOptions *options)
{
	if (options->proof == NULL)
		printf("verified against the leaf; give --proof to verify that the leaf is in the log\n");
	else if (options->keys.n == 0)
		printf("verified, but for the signature\n");
	else
		printf("verified\n");
}

/*
 * Check one part of a record against its digest in the leaf.
 */
static void
check_part(const CheckOptions *options, Hasher *hasher, const char *file,
		   char tag, const LeafDigest *digest, const char *what)
{
	unsigned char salt[SALT_MAX];
	unsigned char made[HASH_SIZE];
	size_t		size;
	char	   *text;

	if (file == NULL)
		return;
	if (!digest->present)
		refuse("the leaf has no digest of %s", what);
	text = read_object(file, DISCLOSED_MAX, &size);
	{
		HashPart	parts[3] = {
			{salt, read_salt(options->salt, salt)}, {&tag, 1}, {text, size}};

		hasher_digest(hasher, parts, 3, made);
	}
	if (memcmp(made, digest->bytes, HASH_SIZE) != 0)
		refuse("\"%s\" is not %s of the entry, or the salt is another one",
			   file, what);
	if (!options->quiet)
		printf("%-12s \"%s\" is what the entry was made with\n", what, file);
}

/*
 * Print what the leaf says.
 */
static void
print_leaf(const LeafText *leaf)
{
	printf("%-12s %" PRId64 ", ", leaf->kind == LEAF_ENTRY ? "entry" :
		   leaf->kind == LEAF_SEAL ? "seal" : "incarnation", leaf->number);
	tally_print_string(leaf->time.data, leaf->time.size, 0);
	if (leaf->kind == LEAF_ENTRY)
	{
		printf(", ");
		tally_print_string(leaf->operation.data, leaf->operation.size, 0);
		putchar(' ');
		tally_print_string(leaf->relation.data, leaf->relation.size, 0);
	}
	putchar('\n');
}

/*
 * Check the record.
 */
void
check_record(const CheckOptions *options, Hasher *hasher)
{
	size_t		size;
	char	   *text = read_object(options->leaf, LEAF_LENGTH_MAX, &size);
	LeafText	leaf;

	leaf_text_read(text, (int) size, &leaf);
	if (leaf.kind == LEAF_UNKNOWN)
		refuse("\"%s\" is not a leaf of a form that this program knows",
			   options->leaf);
	if (!options->quiet)
		print_leaf(&leaf);
	if (options->proof != NULL)
		check_proof(options, hasher, text, size);
	check_part(options, hasher, options->particulars, 'p', &leaf.particulars,
			   "particulars");
	check_part(options, hasher, options->old_image, 'o', &leaf.old_image,
			   "old image");
	check_part(options, hasher, options->new_image, 'n', &leaf.new_image,
			   "new image");
	if (!options->quiet)
		print_verdict(options);
}
