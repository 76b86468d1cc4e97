/*
 * sim/control - the paths under /_sim: faults, the log, changes, the oracle
 */
#ifndef ANT_SIM_CONTROL_H
#define ANT_SIM_CONTROL_H

#include "sim/server.h"

/* Answer R, whose path starts with /_sim and whose body has LEN bytes. */
void sim_control(struct sim_server *s, const struct sim_request *r, const char *body, size_t len,
	struct sim_reply *reply);

#endif
