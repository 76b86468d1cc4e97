/* report/check - limits that a report is held against, for cron and mail */
#ifndef ANT_REPORT_CHECK_H
#define ANT_REPORT_CHECK_H

#include "base/buf.h"
#include "base/err.h"
#include "report/report.h"

/*
 * Look at one limit, NAME=VALUE, and append a line for each thing that exceeds it:
 *
 *	budget=USD		what is spent this month
 *	forecast=USD		what the month will cost
 *	daily-change=N%		the last complete day, against the median of its kind of day
 *	stale=SPAN		how far each loaded table is behind
 *
 * With R NULL, only the limit itself is checked.  Return how many lines there are, or -1
 * with ANT_USAGE where it is no such limit, ANT_FAIL where memory is short.
 */
int report_check(struct buf *to, const struct report *r, const char *limit, struct ant_err *e);

#endif
