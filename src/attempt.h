/*
 * attempt.h
 *		Acts that may fail without the command that they follow from.
 */
#ifndef AIMS_ATTEMPT_H
#define AIMS_ATTEMPT_H

/*
 * Act in a subtransaction. Where that fails for a reason that lies in what it
 * is about (our own refusals, names and types, data, constraints), undo it and
 * return what was said; NULL where all is well. Other errors go on.
 */
extern ErrorData *attempt(void (*act)(void *argument), void *argument);

/*
 * The same for what the command does beside: no error but cancellation ends
 * the command, neither a lock that is not granted nor a deadlock.
 */
extern ErrorData *attempt_anyway(void (*act)(void *argument), void *argument);

#endif							/* AIMS_ATTEMPT_H */
