/*
 * sim/console_rows - the rows of the Console's tables that are no list: limits, usage, cost, Claude Code
 *
 * Each as struct sim_table wants it.
 */
#ifndef ANT_SIM_CONSOLE_ROWS_H
#define ANT_SIM_CONSOLE_ROWS_H

#include "sim/expect.h"

int sim_console_limits(struct sim_oracle *o, struct ant_err *e);
int sim_console_overrides(struct sim_oracle *o, struct ant_err *e);
int sim_console_usage(struct sim_oracle *o, struct ant_err *e);
int sim_console_usage_by_cost(struct sim_oracle *o, struct ant_err *e);
int sim_console_usage_total(struct sim_oracle *o, struct ant_err *e);
int sim_console_cost(struct sim_oracle *o, struct ant_err *e);
int sim_console_cost_total(struct sim_oracle *o, struct ant_err *e);
int sim_console_code_usage(struct sim_oracle *o, struct ant_err *e);
int sim_console_code_models(struct sim_oracle *o, struct ant_err *e);

/* Where cost ends: before the bucket that is open. */
int64_t sim_console_whole_days(const struct sim *s, int64_t width);

#endif
