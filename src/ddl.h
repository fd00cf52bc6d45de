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

#endif							/* AIMS_DDL_H */
