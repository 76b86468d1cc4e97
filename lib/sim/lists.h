/*
 * sim/lists - the endpoints of the organization's objects: lists with id cursors, single ones
 *
 * Each fills the answer's page, or refuses the call as in sim_call.h: 0 or -1.
 */
#ifndef ANT_SIM_LISTS_H
#define ANT_SIM_LISTS_H

#include "sim/call.h"

int sim_lists_users(struct sim_call *c);
int sim_lists_invites(struct sim_call *c);
int sim_lists_workspaces(struct sim_call *c);
int sim_lists_keys(struct sim_call *c);

/* Of the workspace that the path names. */
int sim_lists_members(struct sim_call *c);
int sim_lists_overrides(struct sim_call *c); /* of rate limits */

/* The organization's rate limits, all on one page. */
int sim_lists_limits(struct sim_call *c);

/* The object that the path names. */
int sim_lists_user(struct sim_call *c);
int sim_lists_invite(struct sim_call *c);
int sim_lists_workspace(struct sim_call *c);
int sim_lists_key(struct sim_call *c);

/* The organization itself. */
int sim_lists_me(struct sim_call *c);

#endif
