/*
 * bundle.c
 *		Entry bundles (C2SP tlog-tiles).
 */
#include "bundle.h"

/*
 * Take a bundle apart. Bytes after the last leaf make that leaf a wrong one.
 */
int
bundle_split(const char *bundle, size_t size, int width, bool whole,
			 BundleLeaf leaves[TILE_WIDTH])
{
	const unsigned char *p = (const unsigned char *) bundle;
	const unsigned char *end = p + size;

	for (int i = 0; i < width; i++)
	{
		size_t		length;

		if (end - p < 2)
			return i;
		length = p[0] << 8 | p[1];
		p += 2;
		if ((size_t) (end - p) < length)
			return i;
		leaves[i].data = (const char *) p;
		leaves[i].size = (int) length;
		p += length;
		if (whole && i == width - 1 && p != end)
			return i;
	}
	return width;
}
