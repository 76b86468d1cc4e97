/*
 * report/reconcile - tables that tell the same are held against each other, day by day
 *
 * What is spent and used stands in several tables: by what was used and by who used it, in groups and
 * as one total a day.  A comparison is of two tables; a day is compared where both have loaded it and
 * are complete beyond it.  Currencies are never added, and figures are exact.
 */
#ifndef ANT_REPORT_RECONCILE_H
#define ANT_REPORT_RECONCILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/err.h"
#include "report/ask.h"

/* By what a figure is told apart within its day. */
enum reconcile_dim { RECONCILE_TOTAL, RECONCILE_WORKSPACE, RECONCILE_MODEL, RECONCILE_KIND };
enum { RECONCILE_DIMS = 4 };

/* What two tables tell of the same day is not the same. */
struct reconcile_difference {
	const struct reconcile_comparison *of;
	int64_t day;
	char *unit; /* a currency's code, or which tokens */
	enum reconcile_dim dim;
	char *value;	     /* of the dimension: an id; "": the default workspace */
	decimal_int side[2]; /* money where it is money, else a count */
	int revised;	     /* the next run reads the day again: it may change */
};

struct reconcile {
	struct reconcile_difference *v; /* by day */
	size_t n, room;
	struct buf notes; /* a line each: what was not compared, and why; what may be revised */
};

/*
 * Compare all that there is in the period of the report of Q and let that have the outcome.
 * Return 0; -1 with ANT_FAIL for a database that cannot be asked, or what is no amount.
 */
int reconcile_load(struct report_ask *q, struct ant_err *e);
void reconcile_free(struct reconcile *c); /* NULL: no effect */

/*
 * The limit as report_check() takes it: VALUE is N%, or N%,estimate=N% where the estimate of Claude
 * Code has another tolerance; NULL, "0": none.  The percentage is of the larger of the two figures.
 * A difference in a day that may still be revised is a note.
 */
int reconcile_check(struct buf *to, struct buf *notes, const struct report *r, const char *value,
	struct ant_err *e);

#endif
