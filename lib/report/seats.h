/*
 * report/seats - seats and active users of a Claude Enterprise organization: analytics_summaries
 *
 * The API counts: users of a day, of 7 days and of 30 (of Claude Tag and unified Chat and Cowork
 * 28), in all and by product.
 */
#ifndef ANT_REPORT_SEATS_H
#define ANT_REPORT_SEATS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct page;
struct report_ask;
struct sheet;
struct term;

enum { SEATS_PRODUCTS = 8, SEATS_SPANS = 3 /* a day, a week, a month */ };

/* A day; -1: not known, as where a product is not switched on. */
struct seats_day {
	int64_t day, assigned, invites, active[SEATS_SPANS];
	int64_t products[SEATS_PRODUCTS][SEATS_SPANS];
};

struct seats {
	struct seats_day *days; /* of the period, those that there are, in order */
	size_t n, room;
};

/*
 * Read the days of the period.  Return 0, also where there is no such table, or -1 with a reason.
 */
int seats_load(struct report_ask *q, struct ant_err *e);
void seats_free(struct seats *s);

/* The last day; NULL where there is none. */
const struct seats_day *seats_last(const struct seats *s);

int seats_put(struct page *p); /* 0: there is nothing to show, and nothing was written */
void seats_text(struct term *t);

extern const struct sheet seats_sheet;

#endif
