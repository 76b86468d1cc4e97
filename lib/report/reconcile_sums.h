/*
 * report/reconcile_sums - the figures of two tables side by side: by day, unit and dimension
 *
 * A unit is what figures of one kind are counted in: a currency, or one kind of tokens.  Some weeks
 * are held at once.
 */
#ifndef ANT_REPORT_RECONCILE_SUMS_H
#define ANT_REPORT_RECONCILE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/err.h"
#include "report/numbering.h"
#include "report/reconcile.h"

enum { RECONCILE_CHUNK = 31 }; /* days */

struct reconcile_pair {
	decimal_int side[2];
};

struct reconcile_sums {
	int64_t from;				     /* the first day */
	struct names keys;			     /* UNIT TAB DIM VALUE, DIM a digit */
	struct reconcile_pair (*v)[RECONCILE_CHUNK]; /* by number of the key, by day */
	size_t room;
	struct buf key;
};

void reconcile_sums_init(struct reconcile_sums *s);
void reconcile_sums_free(struct reconcile_sums *s);

/* Forget all figures; those that follow are of the days from FROM on. */
void reconcile_sums_begin(struct reconcile_sums *s, int64_t from);

/*
 * Add N to the figure of one side.  A day that is not among those at hand is left out.  Return 0, or
 * -1 with ANT_FAIL where memory is short or the sum too large.
 */
int reconcile_sums_add(struct reconcile_sums *s, int side, int64_t day, const char *unit,
	enum reconcile_dim dim, const char *value, decimal_int n, struct ant_err *e);

#endif
