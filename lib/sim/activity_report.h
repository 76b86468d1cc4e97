/* sim/activity_report - the activity endpoints: their days, their pages, their tables' rows */
#ifndef ANT_SIM_ACTIVITY_REPORT_H
#define ANT_SIM_ACTIVITY_REPORT_H

#include "sim/call.h"
#include "sim/expect.h"

/* Answer the endpoint that is one of sim_activities: 0, or -1 where the call is refused. */
int sim_activity_answer(struct sim_call *c);
/* The rows of the table that is one of them. */
int sim_activity_expect(struct sim_oracle *o, struct ant_err *e);

/*
 * The days [*FROM, *TO) of starting_date and ending_date, as far as there is data: 0, or -1 where
 * they are refused.  Both are parameters of the call's endpoint.
 */
int sim_activity_range(struct sim_call *c, int64_t *from, int64_t *to);

/* Active users per day, analytics/summaries: the same two. */
int sim_summaries_answer(struct sim_call *c);
int sim_summaries_expect(struct sim_oracle *o, struct ant_err *e);
extern const struct sim_fields sim_fields_summary;

#endif
