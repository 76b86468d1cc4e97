/*
 * report/days - which days a report is about, and how far its tables have come
 */
#ifndef ANT_REPORT_DAYS_H
#define ANT_REPORT_DAYS_H

#include "base/err.h"
#include "report/ask.h"

/*
 * Settle which days are read: those of the period, and what the comparisons need before it;
 * with the months, the ends of data and the end of complete cost.  Makes r->days, all zero.
 * Return 0; -1 with ANT_USAGE for a period that is empty or too long, or ANT_FAIL.
 */
int report_days_settle(struct report_ask *q, struct ant_err *e);

/* Settle anew, where there are several, the first day with cost in the report's currency.  Return 0 or -1. */
int report_days_first(struct report_ask *q, struct ant_err *e);

/* Ask the ledger for the loads of each table, to r->fresh.  Return 0, or -1 with a reason. */
int report_days_fresh(struct report_ask *q, struct ant_err *e);

#endif
