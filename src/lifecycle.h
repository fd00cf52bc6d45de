/*
 * lifecycle.h
 *		Moves of AI systems that the extension itself makes.
 */
#ifndef AIMS_LIFECYCLE_H
#define AIMS_LIFECYCLE_H

/*
 * Move a system that is in use to re_evaluation, by a rule of the site and
 * nobody's duty, through its gate, with the reason. A WARNING where the gate
 * is not met; nothing where the system is in no stage that leads there.
 */
extern void lifecycle_re_evaluate(const char *system, const char *reason);

#endif							/* AIMS_LIFECYCLE_H */
