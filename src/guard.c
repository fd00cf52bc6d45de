#include "aims.h"
#include "guard.h"

const char *
guard_row(const RegistryEntry *entry, Relation rel, HeapTuple oldtup,
		  HeapTuple newtup)
{
	return entry->system;
}

void
guard_pre_commit(void)
{
}

void
guard_end(void)
{
}

void
guard_subxact(SubXactEvent event, SubTransactionId mine,
			  SubTransactionId parent)
{
}
