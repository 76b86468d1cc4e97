/* report/check - limits that a report is held against, for cron and mail */
#ifndef ANT_REPORT_CHECK_H
#define ANT_REPORT_CHECK_H

#include "base/buf.h"
#include "base/err.h"
#include "report/report.h"

/*
 * Look at one limit, NAME=VALUE, and append to TO a line for each thing that exceeds it, and to
 * NOTES what the limit was not held against:
 *
 *	budget=USD		what is spent this month; a note of other currencies
 *	forecast=USD		what the month will cost; the same
 *	daily-change=N%		the last complete day, against the median of its kind of day, in
 *				each currency
 *	stale=SPAN		how far each loaded table is behind
 *	reconcile=N%		tables that tell the same, see report/reconcile; without a value, 0
 *
 * With R NULL, only the limit itself is checked.  Return how many lines there are, or -1
 * with ANT_USAGE where it is no such limit, ANT_FAIL where memory is short.
 */
int report_check(struct buf *to, struct buf *notes, const struct report *r, const char *limit,
	struct ant_err *e);

/* 1 where LIMIT is of reconcile, which report_load() has to be asked for: o.reconcile. */
int report_check_reconciles(const char *limit);

/*
 * Append what the month's budget leaves out: the amounts spent, or where AHEAD expected, in other
 * currencies, with commas.  Return how many they are.
 */
size_t report_left_out(struct buf *to, const struct report *r, int ahead);

#endif
