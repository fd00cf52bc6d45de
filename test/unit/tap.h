/*
 * tap.h
 *		The few assertions that unit tests need, reported as TAP.
 */
#ifndef AIMS_TAP_H
#define AIMS_TAP_H

#include <stdbool.h>
#include <stddef.h>

extern void ok(bool passed, const char *name, ...)
	__attribute__((format(printf, 2, 3)));

/* Compare bytes with hexadecimal text. */
extern void is_hex(const void *bytes, size_t size, const char *hex,
				   const char *name, ...)
	__attribute__((format(printf, 4, 5)));

/* Decode hexadecimal text; returns the number of bytes. */
extern size_t unhex(const char *hex, unsigned char *out);

/* Prints the plan; the exit status of the program. */
extern int	done(void);

#endif							/* AIMS_TAP_H */
