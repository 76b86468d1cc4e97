/* report/reconcile_days - which days of a table are loaded, complete and final */
#ifndef ANT_REPORT_RECONCILE_DAYS_H
#define ANT_REPORT_RECONCILE_DAYS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "report/ask.h"

struct reconcile_days {
	unsigned char *loaded; /* by day of the period */
	int64_t closed; /* the first day that is not complete yet; 0: no watermark is known */
	int64_t final;	/* the first one that the next run reads again */
};

/*
 * Ask the ledger for the days of the table of one bit, whose time column is TIME and of which REREAD
 * days before its watermark are read again.  Return 0 or -1; free it either way.
 */
int reconcile_days_ask(struct report_ask *q, unsigned bit, const char *time, int64_t reread,
	struct reconcile_days *d, struct ant_err *e);
void reconcile_days_free(struct reconcile_days *d);

/* 1 where the DAY of the period is loaded and complete in both. */
int reconcile_days_both(const struct reconcile_days d[2], const struct report *r, int64_t day);

/*
 * Append why the other days of the period are not compared, in runs of days with commas between; the
 * tables are called NAMES.  Reports by B's `failed`.
 */
void reconcile_days_put_left_out(struct buf *b, const struct reconcile_days d[2],
	const char *const names[2], const struct report *r);

/* Append the days from FROM on to TO, exclusive: "2026-11-01 to 2026-11-03". */
void reconcile_days_put_run(struct buf *b, int64_t from, int64_t to);

#endif
