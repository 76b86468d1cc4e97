/* fetch/check - what a key may read */
#ifndef ANT_FETCH_CHECK_H
#define ANT_FETCH_CHECK_H

#include "base/err.h"
#include "base/out.h"
#include "base/strlist.h"
#include "fetch/fetch.h"
#include "tables/tables.h"

/* A table that is asked about, and what came out. */
struct subject {
	const char *name;
	struct table *table; /* NULL: its file is wrong, for this REASON */
	struct parents parents;
	int asked_for, probed, readable, shown;
	struct ant_err reason; /* where it was probed and is not readable */
};

struct check { /* the first one is the organization, asked for or not */
	struct subject *v;
	size_t n, asked; /* of them: those that were asked for */
};

/*
 * Load the tables NAMES, which must stay, and what they go through, and open their budgets: after
 * this no file is opened.  Return 0, or -1 as tables_load() (ANT_FAIL alone) and budgets_add();
 * check_free() it in any case.
 */
int check_load(struct check *c, const struct tables *ts, const struct strlist *names,
	struct budgets *budgets, struct ant_err *e);
void check_free(struct check *c);

/*
 * Ask the API for the organization, then for the smallest page of each table, and write to OUT:
 * the organization's name; for each set of tables a line of what the credential opens and what the
 * others take, then one line a table; of one table alone just that.  PLAN brings the client, the
 * budget, the patience and the events; its table is not used.  Return 0 where at least one table
 * can be read, else -1: ANT_AUTH, or the status of the first failure of another kind.
 */
int check_run(struct check *c, const struct fetch_plan *plan, struct out *out, struct ant_err *e);

/*
 * Ask the API for the organization, with one request, and write the id that the answer names
 * and a newline to OUT.  A refusal that names it will do, unless it is of the key itself (401).
 * Return 0 or -1 as fetch_run().
 */
int check_whose(struct check *c, const struct fetch_plan *plan, struct out *out, struct ant_err *e);

#endif
