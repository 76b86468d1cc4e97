/*
 * report/share - cost shared out by API key
 *
 * The API has no cost by key, but usage by key and the same prices for all: so the cost of
 * a day, workspace, model, tier, context window and token type is shared out by the keys'
 * tokens of that type, and that of web searches by their searches.
 */
#ifndef ANT_REPORT_SHARE_H
#define ANT_REPORT_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "db/db.h"
#include "report/money.h"
#include "report/numbering.h"

enum { SHARE_KINDS = 6, SHARE_SEARCHES = 5 }; /* the token kinds of report.h, then searches */

struct share_use {
	int64_t tokens[SHARE_KINDS];
	uint32_t key, next; /* next of the group; 0: none */
};

struct share_group {
	uint32_t first;
	int64_t sums[SHARE_KINDS];
};

struct shares {
	struct names contexts;
	struct share_use *uses; /* from 1 on */
	size_t nuses, room;
	struct hash ids;
	struct share_group *groups; /* by number of its id, less one */
	size_t groups_room;
};

/* What usage and cost have in common.  MODEL is SHARE_NO_MODEL for what has none. */
struct share_of {
	int64_t day; /* below 65,000 */
	size_t workspace, model;
	const struct db_cell *tier, *context; /* NULL: of none */
};
enum { SHARE_NO_MODEL = 65535 };

/* Forget what was used, keep the memory. */
void share_clear(struct shares *s);
void share_free(struct shares *s);

/* KEY, a number, used TOKENS of a group.  Return 0 or -1. */
int share_use(struct shares *s, const struct share_of *of, size_t key,
	const int64_t tokens[SHARE_KINDS], struct ant_err *e);

/*
 * Hand COST of KIND of a group to TAKE in parts, one a key, which add up to it, to the last
 * digit.  Return 1; 0 where no key used any of it; -1 with a reason, as TAKE does.
 */
typedef int share_take(void *arg, size_t key, money part, struct ant_err *e);
int share_out(struct shares *s, const struct share_of *of, int kind, money cost, share_take *take,
	void *arg, struct ant_err *e);

#endif
