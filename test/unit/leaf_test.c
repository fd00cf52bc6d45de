/*
 * leaf_test.c
 *		Particulars, digests and leaves: the examples of doc/formats.md.
 */
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "leaf.h"
#include "tap.h"

static Hasher *hasher;

/* The digest of a text under the salt of the example. */
static void
is_digest(char tag, const char *text, size_t size, const char *expected)
{
	unsigned char salt[16];
	unsigned char digest[HASH_SIZE];
	HashPart	parts[] = {{salt, sizeof(salt)}, {&tag, 1}, {text, size}};

	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = i;
	hasher_digest(hasher, parts, 3, digest);
	is_hex(digest, HASH_SIZE, expected, "digest %c", tag);
}

static void
test_particulars(void)
{
	static const char expected[] =
		"{\"session_user\":\"etl\",\"role\":\"etl\",\"application\":\"nightly\",\"key\":{\"id\": 1},\"images\":\"old\"}";
	static const char key[] = "{\"id\": 1}";
	static const char image[] = "{\"id\":1,\"s\":\"a\"}";
	Particulars p = {.session_user = "etl", .role = "etl", .application = "nightly"};
	char		out[1000];
	char	   *end = leaf_put_particulars(out, &p, 0);

	end = leaf_put_particulars_end(end, false, key, strlen(key), true, false,
								   0);
	ok((size_t) (end - out) == strlen(expected) &&
	   memcmp(out, expected, strlen(expected)) == 0, "particulars");
	is_digest('p', out, end - out,
			  "1c026772590d3ab5b1350b8343375778900efe5789af42643894842e31702058");
	is_digest('o', image, strlen(image),
			  "def6e96481f6f7fca7757adbfacf9ecde92b94843b1985a3224730b626d4f5f0");
	p = (Particulars){0};
	end = leaf_put_particulars(out, &p, 0);
	end = leaf_put_particulars_end(end, end == out + 1, NULL, 0, false, false,
								   0);
	ok(end == out + 2 && memcmp(out, "{}", 2) == 0, "of nobody, for nothing");
}

static void
test_leaf(void)
{
	static const char expected[] =
		"{\"aims\":\"entry/1\",\"entry\":27,\"incarnation\":1,\"xid\":764,\"time\":\"2026-11-22T15:46:14.506916Z\","
		"\"operation\":\"UPDATE\",\"relation\":\"public.dig\",\"system\":\"s2\",\"shape\":9,\"shape_digest\":\"81a925dded62afcf7d86c284c25b6ed388fcbeb2d9f486447be7dbc5213c0cc3\","
		"\"p\":\"7cdbcd7bc95d71d923fb455edc8c87ce30b240738a87b768b3c16f685de4189e\","
		"\"o\":\"b8935e4311d438562c35d666bf2ef8ddbb2e6ddfb9693b192cf7e68de6d64a42\","
		"\"n\":\"327a8d2b14d0c7bb2446d67dcf9e66cf386b36a915be449668c645cca14de26d\"}";
	unsigned char digests[4][HASH_SIZE];
	EntryLeaf	leaf = {
		.entry_id = 27, .incarnation = 1, .xid = 764, .recorded_at = INT64_C(848677574506916), .operation = "UPDATE", .relation = "public.dig", .system = "s2", .shape = 9, .shape_digest = digests[0], .particulars_digest = digests[1], .old_digest = digests[2], .new_digest = digests[3]};
	char	   *out = malloc(leaf_size(&leaf));
	char	   *end;

	unhex("81a925dded62afcf7d86c284c25b6ed388fcbeb2d9f486447be7dbc5213c0cc3",
		  digests[0]);
	unhex("7cdbcd7bc95d71d923fb455edc8c87ce30b240738a87b768b3c16f685de4189e",
		  digests[1]);
	unhex("b8935e4311d438562c35d666bf2ef8ddbb2e6ddfb9693b192cf7e68de6d64a42",
		  digests[2]);
	unhex("327a8d2b14d0c7bb2446d67dcf9e66cf386b36a915be449668c645cca14de26d",
		  digests[3]);
	end = leaf_put(out, &leaf, 0);
	ok((size_t) (end - out) == strlen(expected) &&
	   memcmp(out, expected, strlen(expected)) == 0, "leaf");
	free(out);
}

int
main(void)
{
	hasher = hasher_create();
	test_particulars();
	test_leaf();
	hasher_free(hasher);
	return done();
}
