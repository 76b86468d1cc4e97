/*
 * sim/lists - the endpoints of the organization's objects: lists with id cursors, single ones
 *
 * Each fills the answer's page, or refuses the call as in sim/call.h: 0 or -1.
 */
#ifndef ANT_SIM_LISTS_H
#define ANT_SIM_LISTS_H

#include "sim/call.h"

/* The list c->list; the object of it that the path names. */
int sim_lists_all(struct sim_call *c);
int sim_lists_one(struct sim_call *c);

/* The organization itself. */
int sim_lists_me(struct sim_call *c);

/* The organization's rate limits, all on one page; what the path's workspace overrides of them. */
int sim_lists_limits(struct sim_call *c);
int sim_lists_overrides(struct sim_call *c);

#endif
