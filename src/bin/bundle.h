/*
 * bundle.h
 *		Entry bundles (C2SP tlog-tiles): leaves, each after its length in two
 *		bytes. Knows nothing of files; every byte may be forged.
 */
#ifndef AIMS_BIN_BUNDLE_H
#define AIMS_BIN_BUNDLE_H

#include "common.h"
#include "merkle.h"

typedef struct BundleLeaf
{
	const char *data;
	int			size;
} BundleLeaf;

/*
 * Find the first width leaves of a bundle. Returns how many there are, fewer
 * where the bundle ends before. With whole, nothing may follow the last.
 */
extern int	bundle_split(const char *bundle, size_t size, int width,
						 bool whole, BundleLeaf leaves[TILE_WIDTH]);

#endif							/* AIMS_BIN_BUNDLE_H */
