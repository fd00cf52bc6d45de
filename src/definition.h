/*
 * definition.h
 *		The text that a shape is stored as (doc/formats.md).
 */
#ifndef AIMS_DEFINITION_H
#define AIMS_DEFINITION_H

#include "access/tupdesc.h"

#include "image.h"

/*
 * Set the writer's definition and the row types that it rests on, in the
 * current memory context.
 */
extern void define_shape(ImageWriter *writer, TupleDesc desc,
						 int32 registry_id, const char *logical_name);

#endif							/* AIMS_DEFINITION_H */
