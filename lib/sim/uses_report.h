/* sim/uses_report - the analytics reports of usage and cost, the legacy ones among them */
#ifndef ANT_SIM_USES_REPORT_H
#define ANT_SIM_USES_REPORT_H

#include "sim/call.h"
#include "sim/expect.h"

/* Answer the endpoint by its form, sim/uses_query: 0, or -1 where the call is refused. */
int sim_uses_answer(struct sim_call *c);

/* The rows of the table, from the uses themselves. */
int sim_uses_rows(struct sim_oracle *o, struct ant_err *e);

#endif
