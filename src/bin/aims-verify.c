/*
 * aims-verify.c
 *		Check a published log, or one record of it, without any database.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum
{
	OPTION_PROOF = 256,
	OPTION_LEAF,
	OPTION_SALT,
	OPTION_PARTICULARS,
	OPTION_OLD_IMAGE,
	OPTION_NEW_IMAGE,
	OPTION_NO_KEY
};

static void
usage(void)
{
	printf("%s checks an exported ledger, or one record of it, without any database.\n\n"
		   "Usage:\n"
		   "  %s -k KEY [-o CHECKPOINT]... DIRECTORY\n"
		   "  %s -k KEY --proof=FILE --leaf=FILE\n"
		   "  %s --leaf=FILE --salt=SALT [--particulars=FILE] [--old-image=FILE] [--new-image=FILE]\n\n"
		   "Options:\n"
		   "  -k, --key=KEY           verifier key of the log, or a file with one in each\n"
		   "                          line; more than once for several\n"
		   "      --no-key            do not check signatures\n"
		   "  -o, --older=FILE        checkpoint that was kept: the log has to continue it;\n"
		   "                          more than once for several\n"
		   "      --proof=FILE        proof of one leaf, as aims.tlog_proof gives it\n"
		   "      --leaf=FILE         the leaf, as aims.leaf gives it\n"
		   "      --salt=SALT         salt of the entry in hexadecimal, or a file with it\n"
		   "      --particulars=FILE  particulars of the entry, to be checked with the salt\n"
		   "      --old-image=FILE    its old image\n"
		   "      --new-image=FILE    its new image\n"
		   "  -q, --quiet             say nothing unless something is wrong\n"
		   "  -V, --version           print the version, then exit\n"
		   "  -?, --help              print this help, then exit\n\n"
		   "Exit status is 0 when everything was verified, 1 when not, and 2 when it could\n"
		   "not be checked. The verifier key has to come from elsewhere than the log.\n",
		   program, program, program, program);
}

/*
 * Take one option.
 */
static void
take_option(int option, CheckOptions *options, Hasher *hasher, bool *no_key)
{
	switch (option)
	{
		case 'k':
			keys_add(&options->keys, hasher, optarg);
			break;
		case OPTION_NO_KEY:
			*no_key = true;
			break;
		case 'o':
			if (options->n_older == OLDER_MAX)
				fail(STATUS_TROUBLE, "more than %d older checkpoints",
					 OLDER_MAX);
			options->older[options->n_older++] = optarg;
			break;
		case OPTION_PROOF:
			options->proof = optarg;
			break;
		case OPTION_LEAF:
			options->leaf = optarg;
			break;
		case OPTION_SALT:
			options->salt = optarg;
			break;
		case OPTION_PARTICULARS:
			options->particulars = optarg;
			break;
		case OPTION_OLD_IMAGE:
			options->old_image = optarg;
			break;
		case OPTION_NEW_IMAGE:
			options->new_image = optarg;
			break;
		case 'q':
			options->quiet = true;
			break;
		default:
			fprintf(stderr, "Try \"%s --help\".\n", program);
			exit(STATUS_TROUBLE);
	}
}

/*
 * See that the options make sense together.
 */
static void
check_options(const CheckOptions *options, bool no_key)
{
	bool		disclosed = options->particulars != NULL ||
		options->old_image != NULL || options->new_image != NULL;

	if ((options->directory != NULL) == (options->leaf != NULL))
		fail(STATUS_TROUBLE,
			 "give a directory, or a leaf with a proof or a salt; see \"%s --help\"",
			 program);
	if (options->directory != NULL &&
		(options->proof != NULL || options->salt != NULL || disclosed))
		fail(STATUS_TROUBLE, "a proof or a record goes with a leaf");
	if (options->leaf != NULL && options->n_older > 0)
		fail(STATUS_TROUBLE, "older checkpoints go with a directory");
	if (disclosed != (options->salt != NULL))
		fail(STATUS_TROUBLE,
			 "a salt goes with particulars or images to check");
	if (options->leaf != NULL && options->proof == NULL && !disclosed)
		fail(STATUS_TROUBLE, "a leaf goes with a proof or a salt");
	if (options->leaf != NULL && options->proof == NULL)
		return;
	if ((options->keys.n > 0) == no_key)
		fail(STATUS_TROUBLE,
			 "give the verifier key of the log (-k), or --no-key to check everything else");
}

int
main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"key", required_argument, NULL, 'k'},
		{"no-key", no_argument, NULL, OPTION_NO_KEY},
		{"older", required_argument, NULL, 'o'},
		{"proof", required_argument, NULL, OPTION_PROOF},
		{"leaf", required_argument, NULL, OPTION_LEAF},
		{"salt", required_argument, NULL, OPTION_SALT},
		{"particulars", required_argument, NULL, OPTION_PARTICULARS},
		{"old-image", required_argument, NULL, OPTION_OLD_IMAGE},
		{"new-image", required_argument, NULL, OPTION_NEW_IMAGE},
		{"quiet", no_argument, NULL, 'q'},
		{NULL, 0, NULL, 0}
	};
	static CheckOptions options;
	Hasher	   *hasher = start_hasher();
	bool		no_key = false;
	int			option;

	program = "aims-verify";
	standard_options(argc, argv, usage);
	while ((option = getopt_long(argc, argv, "k:o:q", long_options,
								 NULL)) != -1)
		take_option(option, &options, hasher, &no_key);
	if (optind < argc)
		options.directory = argv[optind++];
	if (optind < argc)
		fail(STATUS_TROUBLE, "give one directory; see \"%s --help\"", program);
	check_options(&options, no_key);
	if (options.directory != NULL)
		check_log(&options, hasher);
	else
		check_record(&options, hasher);
	return finish();
}
