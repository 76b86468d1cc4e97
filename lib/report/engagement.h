/*
 * report/engagement - what people do with each product of a Claude Enterprise organization:
 * analytics_users
 *
 * A day of a person counts as active in a product where it has a session, a message or, of Claude
 * Code, lines, commits or pull requests.  Who uses two products on a day is active in both.
 */
#ifndef ANT_REPORT_ENGAGEMENT_H
#define ANT_REPORT_ENGAGEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct page;
struct report_ask;
struct sheet;
struct term;

enum {
	ENGAGEMENT_PRODUCTS = 12,
	ENGAGEMENT_CODE = 4 /* lines added, removed, commits, pull requests */
};

/* Of a product on a day, or in all. */
struct engagement_use {
	int64_t people, sessions, messages; /* of all days, people counts a person once for each */
};

struct engagement {
	struct engagement_use (
		*days)[ENGAGEMENT_PRODUCTS];		/* by day of the period; NULL: no rows */
	struct engagement_use all[ENGAGEMENT_PRODUCTS]; /* the sums of the days */
	int64_t people[ENGAGEMENT_PRODUCTS];		/* different ones in the period */
	int64_t anybody;				/* the same in any product */
	int64_t code[ENGAGEMENT_CODE];
};

/*
 * Read the days of the period.  Return 0, also where there is no such table, or -1 with a reason.
 */
int engagement_load(struct report_ask *q, struct ant_err *e);
void engagement_free(struct engagement *g);

int engagement_put(struct page *p); /* 0: there is nothing to show, and nothing was written */
void engagement_text(struct term *t);

extern const struct sheet engagement_sheet, engagement_days_sheet;

#endif
