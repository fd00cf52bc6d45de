/*
 * ddl.h
 *		What row triggers do not see: DDL on captured relations and on the
 *		extension itself, recorded by event triggers.
 */
#ifndef AIMS_DDL_H
#define AIMS_DDL_H

/*
 * Between these, DDL is our own act and leaves no entries: the act has one
 * that says more. They nest: what the pause returns, the resumption puts back.
 * The abort of a subtransaction ends what was paused in it, and no more: code
 * of others, in event triggers for example, may have caught an error.
 */
extern SubTransactionId ddl_pause(void);
extern void ddl_resume(SubTransactionId before);
extern void ddl_abort(SubTransactionId mine);

/*
 * Is this DDL that is to be recorded, and to be refused where it may not be:
 * that of others, outside of a restore?
 */
extern bool ddl_is_watched(void);

#endif							/* AIMS_DDL_H */
