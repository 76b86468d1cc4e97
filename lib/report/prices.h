/*
 * report/prices - what a million tokens cost, and when that changed: the view ant_prices, where
 * usage_by_cost is loaded
 *
 * A price is what was paid, divided by tokens.  Of fast mode and flex, which are in the same rows, it
 * is a mixture, and another one each day: so a price is steady where two days after each other have
 * the same, and it changed where another one is steady after it.
 */
#ifndef ANT_REPORT_PRICES_H
#define ANT_REPORT_PRICES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct page;
struct report_ask;
struct sheet;

/* As the database has them, without zeros at the end: exact decimals; "": not known. */
struct price {
	char paid[48], list[48]; /* for a million tokens, in units of the currency */
	char discount[16];	 /* of the list price: 0.1 is a tenth */
};

/* Tokens that have one price. */
struct price_of {
	char *model, *token_type, *tier, *window, *place;
	char currency[8];
	struct price now,
		steady; /* of the last day; the last that was steady, where that is since a day */
	int64_t day, since; /* the last day; the first of the steady price, 0: there is none */
	int is_steady;	    /* the last day's price is */
};

struct price_change {
	size_t of; /* number of the tokens */
	int64_t day;
	struct price from, to;
};

struct prices {
	struct price_of *v; /* by model, kind, tier, window and place */
	struct price_change *changes;
	size_t n, room, nchanges, changes_room;
};

enum { PRICES_DAYS = 30 };

/*
 * Read those of the last PRICES_DAYS of the period; first of all that is read, as the database takes
 * some 40 MB for it where there are many.  Return 0, also where there is no such table, or -1 with a
 * reason.
 */
int prices_load(struct report_ask *q, struct ant_err *e);
void prices_free(struct prices *p);

int prices_put(struct page *p); /* 0: there is nothing to show, and nothing was written */

extern const struct sheet prices_sheet, price_changes_sheet;

#endif
