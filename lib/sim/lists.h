/*
 * sim/lists - pages over a source: by id, by token, all at once, or one object of it
 */
#ifndef ANT_SIM_LISTS_H
#define ANT_SIM_LISTS_H

#include "sim/call.h"

/* Fill the page that the call's endpoint asks for.  0, or -1 where the call is refused. */
int sim_lists_page(struct sim_call *c);

#endif
