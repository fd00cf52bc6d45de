/*
 * ddl.h
 *		What row triggers do not see: DDL on captured relations and on the
 *		extension itself, recorded by event triggers.
 */
#ifndef AIMS_DDL_H
#define AIMS_DDL_H

/*
 * Between these, DDL is our own act and leaves no entries: the act has one
 * that says more. They nest; an abort ends them all.
 */
extern void ddl_pause(void);
extern void ddl_resume(void);
extern void ddl_abort(void);

#endif							/* AIMS_DDL_H */
