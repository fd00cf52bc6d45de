#include "aims.h"
#include "people.h"

const char *
current_person(void)
{
	return NULL;
}
