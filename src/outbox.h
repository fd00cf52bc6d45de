/*
 * outbox.h
 *		What has become due, noted while sealing.
 */
#ifndef AIMS_OUTBOX_H
#define AIMS_OUTBOX_H

/* Fill outbox and coverage history; has the tree grown since the last seal? */
extern void outbox_note_due(bool grown);

#endif							/* AIMS_OUTBOX_H */
