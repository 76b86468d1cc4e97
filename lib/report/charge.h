/*
 * report/charge - what the bill is by owner, tag, person and so on: ant-report --by
 *
 * The bill is that of the view ant_charge, see ant-report(1), Chargeback.  Amounts are exact, of any number of
 * digits that the database holds; what is rounded is rounded where charge_text() shows it.
 */
#ifndef ANT_REPORT_CHARGE_H
#define ANT_REPORT_CHARGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/err.h"
#include "db/db.h"
#include "report/data.h"
#include "report/money.h"
#include "report/report.h"

/* What the bill is split by. */
struct charge_by {
	const struct charge_dimension *of; /* charge.c's own */
	const char *text;		   /* as it was given: "owner", "tag:team" */
	const char *tag;		   /* its key, of a tag */
};

/*
 * Read what --by says: owner, tag:KEY, person, key, service-account, workspace, product, model, day or
 * month; TEXT stays the caller's and must live as long as BY.  Return 0, or -1 with ANT_USAGE.
 */
int charge_by(const char *text, struct charge_by *by, struct ant_err *e);

struct charge_row {
	char *id, *name;    /* NULL: nobody's; without names, and where there is none */
	char *organization; /* NULL where the bill is of one */
	struct currency currency;
	struct decimal cents;
	money amount; /* the same, cut off behind 18 decimals: for orders and for the eye */
};

struct charge {
	struct charge_by by;
	int64_t from, to; /* days, to exclusive */
	int several;	  /* the bill is of several organizations */
	/*
	 * By organization and currency, US dollars first; among them the largest first, days and months
	 * as they came.
	 */
	struct charge_row *v;
	size_t n, room;
};

/*
 * Ask DB for the bill of the whole days of the period O, which report_look() has seen, and of O's
 * organization where it names one.  Return 0; -1 with ANT_FAIL and a reason, also where there is no
 * bill, where no workspace has the tag, and where an amount has more digits than can be added up.
 * charge_free() it in any case.
 */
int charge_load(struct charge *c, const struct db *db, const struct report_options *o,
	const struct charge_by *by, struct ant_err *e);
void charge_free(struct charge *c); /* all zeros: no effect */

/*
 * Append it: as text for a terminal of WIDTH columns, with a sum for each organization and currency;
 * as CSV; or as one JSON document with the sums, {"by": TEXT, "from": DAY, "to": DAY, "rows": [ROW,
 * ...], "totals": [ROW, ...]}.  Return 0, or -1 with ANT_FAIL.
 */
int charge_text(struct buf *to, const struct charge *c, size_t width, int ascii, struct ant_err *e);
int charge_data(struct buf *to, const struct charge *c, enum data_format format, struct ant_err *e);

/*
 * The rows that follow row I with its organization and currency, itself among them, and what they are
 * together, exactly.  Return how many.
 */
size_t charge_sum(const struct charge *c, size_t i, struct decimal *sum);

/* What is nobody's is called: "No owner", "No tag team". */
void charge_put_nobody(struct buf *to, const struct charge_by *by);

/* The names of the columns of data: the id's, the name's or NULL. */
const char *const *charge_columns(const struct charge_by *by);

#endif
