/*
 * outbox.h
 *		What has become due, noted while sealing.
 */
#ifndef AIMS_OUTBOX_H
#define AIMS_OUTBOX_H

/* Fill outbox and coverage history; the tree has that size. */
extern void outbox_note_due(int64 tree_size);

#endif							/* AIMS_OUTBOX_H */
