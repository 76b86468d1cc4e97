/*
 * fetch/budgets - the budget of all requests, and those that some tables share beside it
 *
 * A table file may name a budget (`budget analytics 60`): its requests count there and in the
 * budget of all.  With a file, each has one of its own: FILE, FILE.NAME.
 */
#ifndef ANT_FETCH_BUDGETS_H
#define ANT_FETCH_BUDGETS_H

#include <stddef.h>

#include "base/err.h"
#include "fetch/budget.h"
#include "tables/table.h"

enum { BUDGETS_MAX = 16 };

struct budgets { /* all 0 to begin with */
	struct budget all;
	struct {
		char *name;
		struct budget budget;
		int owed; /* a request that the budget of all has let pass waits for this one */
	} of[BUDGETS_MAX];
	size_t n;
	size_t per_minute;
	const char *path; /* the caller's; NULL: this process alone */
	int64_t (*clock)(void);
};

/* The budget of all, as budget_open(). */
int budgets_open(struct budgets *b, size_t per_minute, const char *path, int64_t (*clock)(void),
	struct ant_err *e);
void budgets_close(struct budgets *b); /* also where all is 0 */

/*
 * Make the budget that T names, unless it is there, or PER_MINUTE is 0, which lifts them all.
 * Return 0, or -1 as budget_open(), or with ANT_USAGE: another table gives it another rate.
 */
int budgets_add(struct budgets *b, const struct table *t, struct ant_err *e);

/* One more request for T starts: as budget_take(). */
int64_t budgets_take(struct budgets *b, const struct table *t, struct ant_err *e);

/* Until when somebody was told to wait with requests for T, by the clock; 0: nobody was. */
int64_t budgets_pause_until(const struct budgets *b, const struct table *t);

/* The budget in which an answer about T counts: what it says of waiting holds there. */
struct budget *budgets_of(struct budgets *b, const struct table *t);

#endif
