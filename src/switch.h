/*
 * switch.h
 *		The switch-off lock, and what a change of governance does at its commit.
 */
#ifndef AIMS_SWITCH_H
#define AIMS_SWITCH_H

#include "postgres.h"

/*
 * Before the commit of a transaction that wrote AI output: from here until it
 * is over no governance change commits, and those that have committed are
 * known to this backend. False where the extension is gone.
 */
extern bool switch_lock_output(void);

/* Before the commit or PREPARE of any transaction, and after its end. */
extern void switch_pre_commit(bool prepare);
extern void switch_end(void);

#endif							/* AIMS_SWITCH_H */
