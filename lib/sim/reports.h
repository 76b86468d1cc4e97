/*
 * sim/reports - the endpoints of reports: usage and cost in buckets, Claude Code by day
 *
 * Each fills the answer's page, or refuses the call as in sim_call.h: 0 or -1.
 */
#ifndef ANT_SIM_REPORTS_H
#define ANT_SIM_REPORTS_H

#include "sim/call.h"

int sim_reports_usage(struct sim_call *c);
int sim_reports_cost(struct sim_call *c);
int sim_reports_code(struct sim_call *c); /* Claude Code */

#endif
