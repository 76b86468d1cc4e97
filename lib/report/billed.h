/*
 * report/billed - what the API itself bills by key, person, product and workspace: analytics_cost
 *
 * Where there is no cost_report, as in a Claude Enterprise organization, it is the cost of all
 * else, too.
 */
#ifndef ANT_REPORT_BILLED_H
#define ANT_REPORT_BILLED_H

#include "report/currencies.h"

/* Read it.  Return 0, also where there is no such table, or -1 with a reason. */
int billed_load(struct loading *l, struct ant_err *e);

#endif
