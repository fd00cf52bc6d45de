/*
 * fuzz.h
 *		What the fuzz targets share: reading an input piece by piece, and
 *		references that say in the plainest way what the code under test
 *		must answer.
 */
#ifndef AIMS_FUZZ_H
#define AIMS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A property that has to hold; the fuzzer keeps the input where it does not. */
#define check(condition) \
	((condition) ? (void) 0 : \
	 (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), \
	  abort()))

/* What is left of an input. */
typedef struct Input
{
	const uint8_t *at;
	size_t		left;
} Input;

/* A number of so many bytes; 0 where the input has ended. */
extern uint64_t input_number(Input *in, int bytes);

/*
 * Up to size bytes in memory of their own, so that a sanitizer sees a read
 * past them; a zero byte is added and not counted. To be freed.
 */
extern char *input_bytes(Input *in, size_t size, size_t *got);

/* The same without zero bytes inside: a string of C. */
extern char *input_string(Input *in, size_t size);

/* A copy without the zero byte, exactly as long. */
extern char *exact_copy(const void *bytes, size_t size);

/* Is it UTF-8, by the table of the Unicode standard (3.9, table 3-7)? */
extern bool reference_utf8(const char *s, size_t size);

/* May it be the name of a key (c2sp.org/signed-note)? */
extern bool reference_key_name(const char *s, size_t size);

/*
 * Canonical base64: decode, and see whether encoding gives the same text. out
 * has room for three quarters of size. Returns the number of bytes, or -1.
 */
extern int	reference_base64(const char *s, size_t size, unsigned char *out);

#endif							/* AIMS_FUZZ_H */
