/*
 * report/limits - spend against limits, of each member of a Claude Enterprise organization:
 * spend_limits_effective
 *
 * It is what the last load found, whatever the period.
 */
#ifndef ANT_REPORT_LIMITS_H
#define ANT_REPORT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "report/money.h"

struct page;
struct report_ask;
struct sheet;
struct term;

/* NEAR: 80 % are spent.  A limit of 0, included use alone, is reached by the first cent. */
enum limit_state { LIMIT_REACHED, LIMIT_NEAR, LIMIT_BELOW, LIMIT_NONE, LIMIT_STATES };

struct limit {
	char *id, *name, *period; /* of the member; daily, weekly or monthly */
	money amount, spent;
	enum limit_state state;
	int64_t share; /* what is spent of it in thousandths; of a limit of 0: 0 or 1000 */
	struct currency currency;
};

struct limits {
	struct limit *v; /* the nearest first, those without a limit last */
	size_t n, room, counts[LIMIT_STATES];
};

/* Read them all.  Return 0, also where there is no such table, or -1 with a reason. */
int limits_load(struct report_ask *q, struct ant_err *e);
void limits_free(struct limits *l);

int limits_put(struct page *p); /* 0: there is nothing to show, and nothing was written */
void limits_text(struct term *t);

extern const struct sheet limits_sheet;

#endif
