#include "aims.h"
#include "capture.h"
void capture_pre_commit(void){}
void capture_end(void){}
void capture_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent){}
