/*
 * compat.h
 *		The one place that knows the differences between server versions.
 *
 * Supported: 15, 17, 18 (16 is in no Debian release, but compiles).
 */
#ifndef AIMS_COMPAT_H
#define AIMS_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "aims needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"				/* was part of postgres.h until 15 */
#else
/* Soft errors came with 16: until then an input function raises. */
#define ereturn(context, dummy, ...) \
	do { \
		ereport(ERROR, __VA_ARGS__); \
		return dummy; \
	} while (0)
#endif

/* A value's "extra" comes from malloc until 16 gave settings a context. */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#endif

/* Building a range may report softly from 16 on; ours raise. */
#if PG_VERSION_NUM >= 160000
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty, NULL)
#else
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty)
#endif

/* The local transaction id of this backend. */
#if PG_VERSION_NUM >= 170000
#define MyLocalTransactionId (MyProc->vxid.lxid)
#else
#define MyLocalTransactionId (MyProc->lxid)
#endif

#endif							/* AIMS_COMPAT_H */
