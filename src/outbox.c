/*
 * outbox.c
 *		What sealing does beside: it notes what has become due, for people.
 *
 * Writers never notify, since NOTIFY takes a lock of the whole cluster to the
 * end of the commit. What does not work here must not keep the ledger from
 * being sealed: it is undone, and a warning says why.
 */
#include "aims.h"

#include "executor/spi.h"
#include "fmgr.h"

#include "attempt.h"
#include "outbox.h"
#include "owner.h"

static void
outbox_act(void *argument)
{
	OwnerScope	scope = owner_begin();
	const char *args[] = {psprintf(INT64_FORMAT, *(int64 *) argument)};

	SPI_connect();
	owner_execute("SELECT aims.note_due($1::bigint)", lengthof(args), args);
	SPI_finish();
	owner_end(scope);
}

/* Note what is due, with a tree of that size. */
void
outbox_note_due(int64 tree_size)
{
	ErrorData  *error = attempt_anyway(outbox_act, &tree_size);

	if (error == NULL)
		return;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("could not note what is due: %s", error->message),
			 errdetail("The ledger has been sealed; aims.outbox and aims.coverage_history are as they were."),
			 errhint("Find the cause with: SELECT aims.fill_outbox().")));
}
