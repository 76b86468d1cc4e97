/* report/currencies - a report for each currency, while their rows are read */
#ifndef ANT_REPORT_CURRENCIES_H
#define ANT_REPORT_CURRENCIES_H

#include "report/ask.h"
#include "report/share.h"

/* What is at hand while a report is loaded. */
struct loading {
	struct report_ask q; /* its report has all that is no amount */
	struct shares shares;
	struct report *amounts; /* the report of the row's currency */
};

/*
 * Settle the currency of the first report: US dollars where there is cost in them, or none, else
 * the first of the others by its code.  Return 0, or -1 with a reason.
 */
int currencies_settle(struct loading *l, struct ant_err *e);

/*
 * Choose the report of the currency in C, a new one where there is none; null is US
 * dollars.  Return 0, or -1 with a reason, as where C is no currency.
 */
int currencies_choose(struct loading *l, const struct db_cell *c, struct ant_err *e);

/*
 * Ask for the days of FROM on to TO, exclusive, of a table with amounts: COLUMNS and, last, the
 * currency, which is null for US dollars, as a cell of text takes its time.  GROUP is that of
 * report_ask_days(), and nothing is asked where there is no such table.
 */
int currencies_ask(struct loading *l, unsigned bit, const char *time, const char *columns,
	const char *group, int64_t from, int64_t to, db_take *take, struct ant_err *e);

#endif
