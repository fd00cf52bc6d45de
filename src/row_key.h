/*
 * row_key.h
 *		The primary key of a row, as entries have it.
 */
#ifndef AIMS_ROW_KEY_H
#define AIMS_ROW_KEY_H

#include "image.h"

/*
 * Append the key of the row that the writer has deformed as text, and return
 * it as jsonb. The text is what that jsonb's output function prints.
 */
extern Jsonb *row_key_write(ImageWriter *writer, StringInfo out);

#endif							/* AIMS_ROW_KEY_H */
