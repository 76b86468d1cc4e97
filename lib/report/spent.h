/* report/spent - rows of cost, added up by day, workspace, model and kind, and shared out by key */
#ifndef ANT_REPORT_SPENT_H
#define ANT_REPORT_SPENT_H

#include "report/currencies.h"

/*
 * What spent_take() takes behind the time, before the currency.  It takes all days of the scan,
 * and the usage of the same days has been read.
 */
#define SPENT_COLUMNS                                                                              \
	"workspace_id, model, cost_type, token_type, service_tier, context_window, amount_cents, "

/* A db_take of cost with a struct loading. */
int spent_take(void *loading, const struct db_cell *c, struct ant_err *e);

/* Add the cost of a day of the scan to what it is of.  Return 0 or -1. */
int spent_add(
	struct report *r, struct report_item *item, int64_t day, money cost, struct ant_err *e);

#endif
