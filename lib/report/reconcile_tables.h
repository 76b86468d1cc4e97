/*
 * report/reconcile_tables - what is compared with what, and the questions that ask for it
 *
 * A comparison has two sides; a side is a table, what of it counts, and in which columns.  Money and
 * tokens stand in columns of the same names on both sides of a comparison, and so do dimensions.
 */
#ifndef ANT_REPORT_RECONCILE_TABLES_H
#define ANT_REPORT_RECONCILE_TABLES_H

#include <stddef.h>

#include "report/ask.h"
#include "report/reconcile.h"

struct reconcile_side {
	unsigned bit;	     /* its table */
	const char *called;  /* in messages */
	const char *time;    /* its time column */
	const char *amount;  /* its column of cents; NULL: it counts tokens */
	int reread;	     /* so many days are read again */
	const char *setting; /* of sync.conf, that loads the table, too; NULL: none */
	void (*put_where)(struct report_ask *q); /* " AND ..." by which rows count; NULL: all */
};

struct reconcile_comparison {
	const struct reconcile_side *sides[2];
	unsigned needs; /* further tables, as bits */
	unsigned dims;	/* bits 1 << enum reconcile_dim, besides the total */
	int estimate;	/* the first side is one */
};

enum { RECONCILE_COMPARISONS = 7, RECONCILE_TOKENS = 6 };
extern const struct reconcile_comparison reconcile_comparisons[RECONCILE_COMPARISONS];

/* The columns of tokens, in the order in which reconcile_tables_ask() gives them; they are units. */
extern const char *const reconcile_tokens[RECONCILE_TOKENS];

/*
 * Ask for one side of C from the day FROM on to TO, exclusive.  A row has the time, the workspace, the
 * model, and then, of money: the kind of cost, the currency, null for US dollars, and the cents; of
 * tokens: their counts.  Rows may be several of the same, which add up.  Where C is compared without
 * dimensions they are null.
 */
int reconcile_tables_ask(struct report_ask *q, const struct reconcile_comparison *c, int side,
	int64_t from, int64_t to, db_take *take, void *arg, struct ant_err *e);

/*
 * How many rows of one side the days have, and how many of them have each dimension, to N: by its
 * number, the total being all rows, also those that do not count.
 */
int reconcile_tables_count(struct report_ask *q, const struct reconcile_comparison *c, int side,
	int64_t from, int64_t to, int64_t n[RECONCILE_DIMS], struct ant_err *e);

/*
 * Add to IDS the workspaces of the second side that no table of the first kind names, whose rows of
 * the default workspace have none.
 */
int reconcile_tables_unnamed(struct report_ask *q, const struct reconcile_comparison *c,
	int64_t from, int64_t to, struct strlist *ids, struct ant_err *e);

/* How many workspaces are Claude Code's own, to N. */
int reconcile_tables_claude(struct report_ask *q, int64_t *n, struct ant_err *e);

#endif
